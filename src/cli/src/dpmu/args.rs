//! What `hyper4 dpmu` takes.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use hyper4_dpmu::{Through, end_text, parse_end};

/// `hyper4 dpmu …`
#[derive(Debug, Subcommand)]
pub(crate) enum DpmuCommand {
    /// Serve the slices of a device: P4Runtime for each, and simple_switch's Thrift services for virtual devices.
    #[command(after_help = "\
Examples:
  hyper4 dpmu serve --config dpmu.toml
  hyper4 dpmu serve --config dpmu.toml --format json 2> log.jsonl")]
    Serve {
        /// The configuration: slices with leases, virtual devices and addresses.
        #[arg(long, value_name = "FILE.toml")]
        config: PathBuf,
    },
    #[command(flatten)]
    Operate(Box<OperatorCommand>),
}

/// How a DPMU that is served is reached.
#[derive(Debug, Args)]
#[command(next_help_heading = "Server")]
pub(crate) struct Server {
    /// Where the operator is answered.
    #[arg(
        long,
        value_name = "HOST:PORT",
        env = "HYPER4_DPMU",
        hide_env_values = true,
        default_value = "127.0.0.1:9500"
    )]
    pub(crate) server: String,
    /// The operator's token.
    #[arg(long, value_name = "FILE", env = "HYPER4_DPMU_TOKEN_FILE", hide_env_values = true)]
    pub(crate) token_file: Option<PathBuf>,
    /// Who signs the server's certificate: the connection is encrypted.
    #[arg(long, value_name = "FILE.pem", env = "HYPER4_DPMU_CA", hide_env_values = true)]
    pub(crate) ca: Option<PathBuf>,
    /// The operator's certificate.
    #[arg(long, value_name = "FILE.pem", env = "HYPER4_DPMU_CERTIFICATE", hide_env_values = true, requires_all = ["key", "ca"])]
    pub(crate) certificate: Option<PathBuf>,
    /// Its key.
    #[arg(
        long,
        value_name = "FILE.pem",
        env = "HYPER4_DPMU_KEY",
        hide_env_values = true,
        requires = "certificate"
    )]
    pub(crate) key: Option<PathBuf>,
    /// The name in the server's certificate, where it isn't the host's.
    #[arg(long, value_name = "NAME", requires = "ca")]
    pub(crate) server_name: Option<String>,
}

/// What a DPMU that is served is asked.
#[derive(Debug, Subcommand)]
pub(crate) enum OperatorCommand {
    /// Say what the device has and how much of it is in use.
    #[command(after_help = "\
Examples:
  hyper4 dpmu devices --token-file operator.token
  hyper4 dpmu devices --server dpmu.example:9500 --ca ca.pem --certificate me.pem --key me.key")]
    Devices {
        #[command(flatten)]
        server: Server,
    },
    /// List, create, change and delete slices.
    #[command(
        subcommand,
        after_help = "\
Examples:
  hyper4 dpmu slices list --token-file operator.token"
    )]
    Slices(SlicesCommand),
    /// List leases with what is used of them, and change them.
    #[command(
        subcommand,
        after_help = "\
Examples:
  hyper4 dpmu leases list --token-file operator.token"
    )]
    Leases(LeasesCommand),
    /// Show and change how virtual devices are joined, and what they run.
    #[command(
        subcommand,
        after_help = "\
Examples:
  hyper4 dpmu compositions show red --token-file operator.token"
    )]
    Compositions(CompositionsCommand),
    /// Say which rows the entries of a virtual device became.
    #[command(after_help = "\
Examples:
  hyper4 dpmu inspect red filter --token-file operator.token
  hyper4 dpmu inspect red filter --table ipv4_lpm --most 10 --format json")]
    Inspect {
        /// The slice.
        slice: String,
        /// The virtual device.
        device: String,
        /// One table alone.
        #[arg(long)]
        table: Option<String>,
        /// At most so many entries, and at most 1000.
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
        most: Option<u32>,
        #[command(flatten)]
        server: Server,
    },
    /// Say who did what.
    #[command(after_help = "\
Examples:
  hyper4 dpmu audit --last 20 --token-file operator.token
  hyper4 dpmu audit --slice red --by Thrift --since 1795000000")]
    Audit {
        /// Of one slice alone.
        #[arg(long)]
        slice: Option<String>,
        /// By one way alone: `P4Runtime`, `Thrift` or `operator`.
        #[arg(long)]
        by: Option<String>,
        /// With one outcome alone, as `Ok` or `PermissionDenied`.
        #[arg(long)]
        outcome: Option<String>,
        /// From then on, in seconds since 1970.
        #[arg(long, value_name = "SECONDS")]
        since: Option<f64>,
        /// The last so many, at most 1000.
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
        last: Option<u32>,
        #[command(flatten)]
        server: Server,
    },
    /// Compare the device with what is known of it, and set it right: what others put there goes, what is missing is added.
    #[command(after_help = "\
Examples:
  hyper4 dpmu reconcile --token-file operator.token
  hyper4 dpmu reconcile --format json")]
    Reconcile {
        #[command(flatten)]
        server: Server,
    },
    /// Have the configuration read again.
    #[command(after_help = "\
Examples:
  hyper4 dpmu reload --token-file operator.token")]
    Reload {
        #[command(flatten)]
        server: Server,
    },
}

/// `hyper4 dpmu slices …`
#[derive(Debug, Subcommand)]
pub(crate) enum SlicesCommand {
    /// List the slices.
    #[command(after_help = "\
Examples:
  hyper4 dpmu slices list --token-file operator.token
  hyper4 dpmu slices list --format json")]
    List {
        #[command(flatten)]
        server: Server,
    },
    /// Print a slice in the configuration language, without its token.
    #[command(after_help = "\
Examples:
  hyper4 dpmu slices show red --token-file operator.token > red.toml")]
    Show {
        /// The slice.
        slice: String,
        #[command(flatten)]
        server: Server,
    },
    /// Create a slice: the file has what stands below `[[slice]]` in a configuration.
    #[command(after_help = "\
Examples:
  hyper4 dpmu slices create green.toml --token-file operator.token")]
    Create {
        /// The slice.
        #[arg(value_name = "FILE.toml")]
        file: PathBuf,
        #[command(flatten)]
        server: Server,
    },
    /// Make a slice what the file says, while it is served; it keeps its token if the file has none.
    #[command(after_help = "\
Examples:
  hyper4 dpmu slices change red.toml --token-file operator.token")]
    Change {
        /// The slice.
        #[arg(value_name = "FILE.toml")]
        file: PathBuf,
        #[command(flatten)]
        server: Server,
    },
    /// Delete a slice with everything in it; its connections are cut.
    #[command(after_help = "\
Examples:
  hyper4 dpmu slices delete red --token-file operator.token")]
    Delete {
        /// The slice.
        slice: String,
        #[command(flatten)]
        server: Server,
    },
    /// Say what a slice's controllers have to show; those that are connected are cut off.
    #[command(after_help = "\
Examples:
  hyper4 dpmu slices token red red.token --token-file operator.token")]
    Token {
        /// The slice.
        slice: String,
        /// The file with their token; without it they need none.
        file: Option<PathBuf>,
        #[command(flatten)]
        server: Server,
    },
}

/// `hyper4 dpmu leases …`
#[derive(Debug, Subcommand)]
pub(crate) enum LeasesCommand {
    /// List what is granted and what is used of it.
    #[command(after_help = "\
Examples:
  hyper4 dpmu leases list --token-file operator.token")]
    List {
        #[command(flatten)]
        server: Server,
    },
    /// Change a lease while the slice works: what isn't said stays.
    #[command(after_help = "\
Examples:
  hyper4 dpmu leases set red --rows 2000 --token-file operator.token
  hyper4 dpmu leases set red --ports 1,2,7 --groups none")]
    Set {
        /// The slice.
        slice: String,
        /// Its ports, 0 to 510.
        #[arg(long, value_name = "PORT", value_delimiter = ',', value_parser = clap::value_parser!(u32).range(0..=510))]
        ports: Option<Vec<u32>>,
        /// Rows in the device, or `none`.
        #[arg(long, value_name = "N", value_parser = quota)]
        rows: Option<Quota>,
        /// Multicast groups, or `none`.
        #[arg(long, value_name = "N", value_parser = quota)]
        groups: Option<Quota>,
        /// Copies that groups make, or `none`.
        #[arg(long, value_name = "N", value_parser = quota)]
        copies: Option<Quota>,
        /// Registers, counters and meters, or `none`.
        #[arg(long, value_name = "N", value_parser = quota)]
        cells: Option<Quota>,
        #[command(flatten)]
        server: Server,
    },
}

/// A number of a lease, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Quota(pub(crate) Option<u64>);

fn quota(text: &str) -> Result<Quota, String> {
    match text {
        "none" => Ok(Quota(None)),
        number => number
            .parse()
            .map(|number| Quota(Some(number)))
            .map_err(|_| "expected a number or `none`".to_owned()),
    }
}

/// A program that is sent.
#[derive(Debug, Args)]
pub(crate) struct Sent {
    /// The program: P4_16, or bmv2 JSON with `--p4info`.
    #[arg(value_name = "PROGRAM")]
    pub(crate) program: PathBuf,
    /// The P4Info of bmv2 JSON, binary, as `hyper4 compile --p4info F.bin` and p4c write it.
    #[arg(long, value_name = "FILE.bin")]
    pub(crate) p4info: Option<PathBuf>,
    /// What is carried out first, in simple_switch_CLI's language.
    #[arg(long, value_name = "FILE")]
    pub(crate) commands: Option<PathBuf>,
}

/// `hyper4 dpmu compositions …`
#[derive(Debug, Subcommand)]
pub(crate) enum CompositionsCommand {
    /// Show a slice's virtual devices and links.
    #[command(after_help = "\
Examples:
  hyper4 dpmu compositions show red --token-file operator.token")]
    Show {
        /// The slice.
        slice: String,
        #[command(flatten)]
        server: Server,
    },
    /// Wire a slice anew: the file is a composition, with devices, ports and links.
    #[command(after_help = "\
Examples:
  hyper4 dpmu compositions wire red composition.toml --token-file operator.token")]
    Wire {
        /// The slice.
        slice: String,
        /// The composition.
        #[arg(value_name = "FILE.toml")]
        file: PathBuf,
        #[command(flatten)]
        server: Server,
    },
    /// Put a program on the way to some ends, live: what led there enters the new virtual device, and what leaves it goes
    /// there.
    #[command(after_help = "\
Examples:
  hyper4 dpmu compositions insert red filter p4programs/firewall/prog.p4 --at switch:1=2:1
  hyper4 dpmu compositions insert red filter fw.json --p4info fw.bin --commands fw.txt --at switch:1=1:1 --at switch:2=2:2")]
    Insert {
        /// The slice.
        slice: String,
        /// The new virtual device.
        device: String,
        #[command(flatten)]
        sent: Sent,
        /// An end, `device:port` or `physical:port`, and the ports by which packets to it enter and leave the new device.
        #[arg(long, value_name = "END=IN:OUT", value_parser = place, required = true)]
        at: Vec<(String, Through)>,
        /// By which number controllers know it; any that is free unless told.
        #[arg(long, value_name = "N", default_value_t = 0)]
        device_id: u64,
        #[command(flatten)]
        server: Server,
    },
    /// Put a program behind all others, on the way to physical ports, live.
    #[command(after_help = "\
Examples:
  hyper4 dpmu compositions append red filter p4programs/firewall/prog.p4 --port 2=1:2")]
    Append {
        /// The slice.
        slice: String,
        /// The new virtual device.
        device: String,
        #[command(flatten)]
        sent: Sent,
        /// A physical port, and the ports by which packets to it enter and leave the new device.
        #[arg(long, value_name = "PORT=IN:OUT", value_parser = physical, required = true)]
        port: Vec<(String, Through)>,
        /// By which number controllers know it; any that is free unless told.
        #[arg(long, value_name = "N", default_value_t = 0)]
        device_id: u64,
        #[command(flatten)]
        server: Server,
    },
    /// Take a virtual device out, live: what led to the first port of a pair leads to where the second led.
    #[command(after_help = "\
Examples:
  hyper4 dpmu compositions remove red filter --join 1:2 --token-file operator.token")]
    Remove {
        /// The slice.
        slice: String,
        /// The virtual device.
        device: String,
        /// The ports by which packets enter and leave it, that are joined without it.
        #[arg(long, value_name = "IN:OUT", value_parser = through)]
        join: Vec<Through>,
        #[command(flatten)]
        server: Server,
    },
    /// Run another program where a virtual device is, live, or its first one.
    #[command(after_help = "\
Examples:
  hyper4 dpmu compositions replace red filter p4programs/firewall/prog.p4 --commands fw.txt")]
    Replace {
        /// The slice.
        slice: String,
        /// The virtual device.
        device: String,
        #[command(flatten)]
        sent: Sent,
        #[command(flatten)]
        server: Server,
    },
}

fn through(text: &str) -> Result<Through, String> {
    let port = |text: &str| text.parse().ok().filter(|port| *port <= 510u16);
    let ports = text
        .split_once(':')
        .and_then(|(entering, leaving)| Some(Through { entering: port(entering)?, leaving: port(leaving)? }));
    ports.ok_or_else(|| "expected two ports from 0 to 510, as `1:2`".to_owned())
}

fn place(text: &str) -> Result<(String, Through), String> {
    let (end, ports) = text.split_once('=').ok_or("expected an end and two ports, as `physical:2=1:2`")?;
    let end = parse_end(end).map_err(|error| error.to_string())?;
    Ok((end_text(&end), through(ports)?))
}

fn physical(text: &str) -> Result<(String, Through), String> {
    place(&format!("physical:{text}"))
}
