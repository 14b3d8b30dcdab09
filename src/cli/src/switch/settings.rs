//! simple_switch's command line.
//!
//! simple_switch's options come first, then the program, then what its target takes (after `--`). Long options may be
//! cut as long as they are unambiguous, and take their value as `--option value` or `--option=value`.

use std::path::PathBuf;

use super::log::{Level, LogTo};

/// What a command line comes to.
pub(super) enum Parsed {
    /// A switch is to run.
    Run(Box<Settings>),
    /// Something is to be said, and that is all: on standard output, with this status.
    Say(String, u8),
}

/// How a switch is to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Settings {
    /// Ports and the interfaces they stand for, in order of the ports.
    pub(super) interfaces: Vec<(u16, String)>,
    /// Packets come from and go to files; so many seconds after the start.
    pub(super) use_files: Option<u64>,
    /// Where captures of real interfaces are written.
    pub(super) pcap: Option<PathBuf>,
    pub(super) thrift_port: u16,
    pub(super) device_id: u64,
    pub(super) notifications: String,
    /// Where packets come from and go to as messages, rather than by interfaces.
    pub(super) packet_in: Option<String>,
    /// Where it is told what happens to packets.
    pub(super) event_log: Option<String>,
    pub(super) log: Option<LogTo>,
    pub(super) level: Level,
    /// Bytes of each packet that are logged.
    pub(super) dump_packet_data: usize,
    /// The program's JSON; `None` with `--no-p4`.
    pub(super) program: Option<PathBuf>,
    /// What another switch had set.
    pub(super) restore_state: Option<PathBuf>,
    pub(super) enable_swap: bool,
    /// Priorities that a port has queues for.
    pub(super) priority_queues: u64,
    /// The port that stands for dropping.
    pub(super) drop_port: u32,
    /// Run the program on a persona.
    pub(super) on_persona: bool,
    /// Said before anything else.
    pub(super) warnings: Vec<String>,
}

/// Long name, short name, whether it takes a value.
const OPTIONS: [(&str, Option<char>, Takes); 22] = [
    ("help", Some('h'), Takes::Nothing),
    ("interface", Some('i'), Takes::Value),
    ("pcap", None, Takes::Optional),
    ("use-files", None, Takes::Value),
    ("packet-in", None, Takes::Value),
    ("thrift-port", None, Takes::Value),
    ("device-id", None, Takes::Value),
    ("nanolog", None, Takes::Value),
    ("log-console", None, Takes::Nothing),
    ("log-file", None, Takes::Value),
    ("log-level", Some('L'), Takes::Value),
    ("log-flush", None, Takes::Nothing),
    ("log-file-max-size", None, Takes::Value),
    ("log-file-max-files", None, Takes::Value),
    ("notifications-addr", None, Takes::Value),
    ("debugger", None, Takes::Nothing),
    ("debugger-addr", None, Takes::Value),
    ("restore-state", None, Takes::Value),
    ("dump-packet-data", None, Takes::Value),
    ("version", Some('v'), Takes::Nothing),
    ("json-version", None, Takes::Nothing),
    ("no-p4", None, Takes::Nothing),
];

/// Options behind `--`.
const TARGET_OPTIONS: [(&str, Option<char>, Takes); 7] = [
    ("load-modules", None, Takes::Value),
    ("enable-swap", None, Takes::Nothing),
    ("drop-port", None, Takes::Value),
    ("priority-queues", None, Takes::Value),
    ("max-mc-groups", None, Takes::Value),
    ("max-l1-entries", None, Takes::Value),
    ("max-l2-entries", None, Takes::Value),
];

/// What simple_switch doesn't have.
const OWN_OPTIONS: [(&str, Option<char>, Takes); 2] =
    [("max-port-count", None, Takes::Value), ("virtual", None, Takes::Nothing)];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
    Nothing,
    Value,
    /// Only as `--option=value`.
    Optional,
}

const USAGE: &str = "\
Usage: SWITCH_NAME [options] <path to JSON config file>
Options:
  -h [ --help ]             this text
  -i [ --interface ] PORT@INTERFACE
                            attach an interface as a port; as often as wanted
  --pcap [=DIR]             write captures of the interfaces' packets to DIR, or here
  --use-files SECONDS       packets of interface X come from X_in.pcap and go to X_out.pcap, so long after the start
  --thrift-port PORT        TCP port of the Thrift server (9090)
  --device-id ID            number of the device (0)
  --log-console             log on standard output
  --log-file FILE           log to FILE.txt
  -L [ --log-level ] LEVEL  trace, debug, info, warn, error or off (trace)
  --log-flush               write each message to the file at once
  --log-file-max-size BYTES, --log-file-max-files N
                            when the file is changed, and how many old ones are kept (5242880, 3)
  --packet-in ADDRESS       packets come and go as messages of nanomsg, not by interfaces
  --nanolog ADDRESS         where clients listen for what happens to packets
  --notifications-addr ADDRESS
                            where clients listen for what is learnt, ages, goes up or down
  --restore-state FILE      take over what another switch had set
  --dump-packet-data BYTES  log so many bytes of each packet (0)
  -v [ --version ]          the version
  --json-version            the greatest version of bmv2 JSON
  --no-p4                   start without a program
  --max-port-count N        accepted
  --virtual                 run the program on a persona
Behind `--`:
  --enable-swap             another program can be loaded by a client
  --drop-port PORT          511
  --priority-queues N       1
  --max-mc-groups N, --max-l1-entries N, --max-l2-entries N
                            4096, 4096, 8192

Examples:
  hyper4 switch -i 1@veth1 -i 2@veth2 --thrift-port 9090 prog.json
  hyper4 switch --use-files 0 -i 1@port1 -i 2@port2 --virtual prog.json
";

/// The port that stands for dropping unless told otherwise.
pub(super) const DROP_PORT: u32 = 511;

/// The greatest ingress port.
const LAST_PORT: u16 = 510;

fn wrong(reason: &str) -> Parsed {
    Parsed::Say(format!("Error while parsing command line arguments\n{reason}\n{USAGE}"), 1)
}

fn refused(what: &str, why: &str) -> Parsed {
    Parsed::Say(format!("Error: {what} can't be had here: {why}\n"), 1)
}

/// Options as they were given, and words that belong to none.
struct Given {
    options: Vec<(&'static str, Option<String>)>,
    words: Vec<String>,
}

impl Given {
    fn split(words: &[String], known: &[&[(&'static str, Option<char>, Takes)]]) -> Result<Self, String> {
        let known: Vec<_> = known.iter().flat_map(|list| list.iter().copied()).collect();
        let mut given = Self { options: Vec::new(), words: Vec::new() };
        let mut rest = words.iter();
        while let Some(word) = rest.next() {
            let (found, attached) = if let Some(long) = word.strip_prefix("--") {
                let (name, value) = match long.split_once('=') {
                    Some((name, value)) => (name, Some(value.to_owned())),
                    None => (long, None),
                };
                (by_name(&known, name)?, value)
            } else if let Some(short) = word.strip_prefix('-').filter(|short| !short.is_empty()) {
                let mut letters = short.chars();
                let letter = letters.next();
                let found = known.iter().find(|(_, short, _)| short.is_some() && *short == letter);
                let found = *found.ok_or_else(|| format!("unrecognised option '{word}'"))?;
                // p4c's test runner has a blank between the two in one word.
                let value = letters.as_str().trim_start();
                (found, (!value.is_empty()).then(|| value.to_owned()))
            } else {
                given.words.push(word.clone());
                continue;
            };
            let (name, _, takes) = found;
            let value =
                match (takes, attached) {
                    (Takes::Nothing, Some(_)) => return Err(format!("option '--{name}' takes no value")),
                    (Takes::Value, None) => {
                        let next = rest.next().cloned();
                        Some(next.ok_or_else(|| {
                            format!("the required argument for option '--{name}' is missing")
                        })?)
                    }
                    (_, attached) => attached,
                };
            given.options.push((name, value));
        }
        Ok(given)
    }

    fn has(&self, name: &str) -> bool {
        self.options.iter().any(|(given, _)| *given == name)
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.options.iter().rev().find(|(given, _)| *given == name)?.1.as_deref()
    }

    fn number<T: std::str::FromStr>(&self, name: &str) -> Result<Option<T>, String> {
        let parse = |text: &str| {
            text.parse().map_err(|_| format!("the argument ('{text}') for option '--{name}' is invalid"))
        };
        self.value(name).map(parse).transpose()
    }
}

fn by_name(
    known: &[(&'static str, Option<char>, Takes)],
    name: &str,
) -> Result<(&'static str, Option<char>, Takes), String> {
    if let Some(found) = known.iter().find(|(long, ..)| *long == name) {
        return Ok(*found);
    }
    let mut found = known.iter().filter(|(long, ..)| !name.is_empty() && long.starts_with(name));
    match (found.next(), found.next()) {
        (Some(found), None) => Ok(*found),
        (None, _) => Err(format!("unrecognised option '--{name}'")),
        _ => Err(format!("option '--{name}' is ambiguous")),
    }
}

/// Read a command line, without the program's own name.
pub(super) fn parse(words: &[String]) -> Parsed {
    match settings(words) {
        Ok(parsed) => parsed,
        Err(reason) => wrong(&reason),
    }
}

fn settings(words: &[String]) -> Result<Parsed, String> {
    let (own, target) = match words.iter().position(|word| word == "--") {
        Some(at) => (words.get(..at).unwrap_or_default(), words.get(at + 1..).unwrap_or_default()),
        None => (words, Default::default()),
    };
    let given = Given::split(own, &[&OPTIONS, &OWN_OPTIONS])?;
    if given.has("help") {
        return Ok(Parsed::Say(USAGE.to_owned(), 0));
    }
    if given.has("version") {
        return Ok(Parsed::Say(format!("1.15.5-hyper4-{}\n", env!("CARGO_PKG_VERSION")), 0));
    }
    if given.has("json-version") {
        return Ok(Parsed::Say("2.23\n".to_owned(), 0));
    }
    let interfaces = interfaces(&given)?;
    let no_p4 = given.has("no-p4");
    let program = given.words.first().map(PathBuf::from);
    if program.is_none() && !no_p4 {
        let text = format!("Error: please specify an input JSON configuration file\n{USAGE}");
        return Ok(Parsed::Say(text, 1));
    }
    for (option, why) in [("debugger", "the debugger"), ("debugger-addr", "the debugger")] {
        if given.has(option) {
            return Ok(refused(&format!("--{option}"), &format!("this switch doesn't have {why}")));
        }
    }
    let packet_in = given.value("packet-in").map(str::to_owned);
    if packet_in.is_some() && given.has("use-files") {
        return Ok(Parsed::Say("Error: --use-files and --packet-in are exclusive\n".to_owned(), 1));
    }
    let mut warnings = Vec::new();
    let log = match (given.has("log-console"), given.value("log-file")) {
        (true, Some(_)) => {
            return Ok(Parsed::Say("Error: --log-console and --log-file are exclusive\n".to_owned(), 1));
        }
        (true, None) => Some(LogTo::Console),
        (false, Some(file)) => Some(LogTo::File {
            base: PathBuf::from(file),
            flush: given.has("log-flush"),
            most_bytes: given.number("log-file-max-size")?.unwrap_or(5_242_880),
            most_files: given.number("log-file-max-files")?.unwrap_or(3),
        }),
        (false, None) => {
            for option in ["log-flush", "log-file-max-size", "log-file-max-files"] {
                if given.has(option) {
                    warnings.push(format!("Ignoring --{option} option because --log-file not specified"));
                }
            }
            None
        }
    };
    let level = match given.value("log-level") {
        None => Level::Trace,
        Some(text) => match Level::parse(text) {
            Some(level) => level,
            None => {
                let text =
                    format!("Invalid value {text} for --log-level\nRun with -h to see possible values\n");
                return Ok(Parsed::Say(text, 1));
            }
        },
    };
    let pcap = given.has("pcap").then(|| PathBuf::from(given.value("pcap").unwrap_or(".")));
    if let Some(folder) = pcap.as_ref().filter(|folder| !folder.is_dir()) {
        let text = format!("Directory '{}' specified with '--pcap' does not exist.\n", folder.display());
        return Ok(Parsed::Say(text, 1));
    }
    let target = Given::split(target, &[&TARGET_OPTIONS])?;
    if let Some(refusal) = target_refusal(&target)? {
        return Ok(refusal);
    }
    let device_id = given.number("device-id")?.unwrap_or(0);
    let settings = Settings {
        interfaces: if packet_in.is_none() { interfaces } else { Vec::new() },
        use_files: given.number::<i64>("use-files")?.map(|seconds| seconds.max(0).unsigned_abs()),
        pcap,
        thrift_port: given.number("thrift-port")?.unwrap_or(9090),
        device_id,
        notifications: given
            .value("notifications-addr")
            .map_or_else(|| format!("ipc:///tmp/bmv2-{device_id}-notifications.ipc"), str::to_owned),
        packet_in,
        event_log: given.value("nanolog").map(str::to_owned),
        log,
        level,
        dump_packet_data: given.number("dump-packet-data")?.unwrap_or(0),
        program: program.filter(|_| !no_p4),
        restore_state: given.value("restore-state").map(PathBuf::from),
        enable_swap: target.has("enable-swap"),
        drop_port: target.number("drop-port")?.unwrap_or(DROP_PORT),
        priority_queues: target.number("priority-queues")?.unwrap_or(1),
        on_persona: given.has("virtual"),
        warnings,
    };
    given.number::<u32>("max-port-count")?;
    Ok(Parsed::Run(Box::new(settings)))
}

fn interfaces(given: &Given) -> Result<Vec<(u16, String)>, String> {
    let mut interfaces = std::collections::BTreeMap::new();
    for (_, value) in given.options.iter().filter(|(name, _)| *name == "interface") {
        let text = value.as_deref().unwrap_or_default();
        let parsed =
            text.split_once('@').and_then(|(port, name)| Some((port.trim().parse::<u16>().ok()?, name)));
        let Some((port, name)) = parsed.filter(|(_, name)| !name.is_empty()) else {
            return Err(format!("the argument ('{text}') for option '--interface' is invalid"));
        };
        if port > LAST_PORT {
            return Err(format!("port {port} can't be an ingress port: ports are 0 to {LAST_PORT}"));
        }
        if interfaces.insert(port, name.to_owned()).is_some() {
            return Err(format!("port {port} is given twice"));
        }
    }
    Ok(interfaces.into_iter().collect())
}

/// What a target option asks for that the engine doesn't do.
fn target_refusal(target: &Given) -> Result<Option<Parsed>, String> {
    if target.has("load-modules") {
        return Ok(Some(refused("--load-modules", "externs are built in")));
    }
    for (option, only) in [("max-mc-groups", 4096), ("max-l1-entries", 4096), ("max-l2-entries", 8192)] {
        if let Some(wanted) = target.number::<u32>(option)?.filter(|wanted| *wanted != only) {
            let why = format!("it is always {only}, not {wanted}");
            return Ok(Some(refused(&format!("--{option}"), &why)));
        }
    }
    if target.number::<u64>("priority-queues")? == Some(0) {
        return Ok(Some(refused("--priority-queues 0", "a port has a queue")));
    }
    match target.words.first() {
        Some(word) => Err(format!("'{word}' isn't an option of the target")),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests;
