//! Hosts of two tenants, each in a network namespace of its own, at the ports of one device.

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::served::{Served, checkout};

/// Datagrams in a second and how long they come, in seconds.
const RATE: &str = "250K";
const SECONDS: &str = "8";
/// Echoes asked for, 20 ms apart.
const ECHOES: &str = "350";

/// A host: a namespace with one end of a cable, of which the other end is a port of the device.
struct Host {
    namespace: String,
    /// The end at the device.
    cable: String,
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = Command::new("ip").args(["netns", "del", &self.namespace]).status();
        let _ = Command::new("ip").args(["link", "del", &self.cable]).stderr(Stdio::null()).status();
    }
}

fn run(command: &[&str]) -> Output {
    let output = Command::new(command[0]).args(&command[1..]).output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

impl Host {
    fn new(name: &str, mac: &str, address: &str) -> Self {
        let id = std::process::id() % 100_000;
        let host = Self { namespace: format!("hyper4-{id}-{name}"), cable: format!("h4{id}{name}") };
        let inside = format!("h4{id}{name}p");
        run(&["ip", "netns", "add", &host.namespace]);
        run(&["ip", "link", "add", &host.cable, "type", "veth", "peer", "name", &inside]);
        run(&["ip", "link", "set", &inside, "netns", &host.namespace]);
        // A switch has no use for checksums that the hardware is to fill in, nor for segments that it is to join.
        let off = ["tx", "off", "rx", "off", "sg", "off", "tso", "off", "gso", "off", "gro", "off"];
        let _ = Command::new("ethtool").args(["-K", &host.cable]).args(off).output();
        let _ = host.command("ethtool").args(["-K", &inside]).args(off).output();
        // Nothing but what is counted: no neighbours are looked for by IPv6.
        run(&["ip", "link", "set", &host.cable, "addrgenmode", "none", "up"]);
        let within = |arguments: &[&str]| run(&[&["ip", "-n", &host.namespace], arguments].concat());
        within(&["link", "set", &inside, "address", mac, "addrgenmode", "none"]);
        within(&["addr", "add", &format!("{address}/24"), "dev", &inside]);
        within(&["link", "set", &inside, "up"]);
        host
    }

    /// A program that runs there.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.namespace, program]).stdin(Stdio::null());
        command
    }

    /// Something that runs on until it ends, and what it said then.
    fn begin(&self, command: &[&str]) -> Ending {
        let mut started = self.command(command[0]);
        started.args(&command[1..]).stdout(Stdio::piped()).stderr(Stdio::piped());
        Ending { child: Some(started.spawn().unwrap()), what: format!("{command:?} in {}", self.namespace) }
    }

    /// Whether a connection to a port where nobody listens is answered at all.
    fn is_answered(&self, address: &str, port: u16) -> bool {
        let connect = format!("exec 3<>/dev/tcp/{address}/{port}");
        let status =
            self.command("timeout").args(["2", "bash", "-c", &connect]).stderr(Stdio::null()).status();
        status.unwrap().code() != Some(124)
    }

    /// Wait until somebody listens there.
    fn wait_for_port(&self, port: u16) {
        let deadline = Instant::now() + Duration::from_secs(20);
        let listens = format!(":{port:04X} 00000000:0000 0A");
        let all = || -> String {
            let said = self.command("cat").args(["/proc/net/tcp", "/proc/net/tcp6"]).output().unwrap().stdout;
            String::from_utf8(said).unwrap()
        };
        let six = format!(":{port:04X} 00000000000000000000000000000000:0000 0A");
        while !all().contains(&listens) && !all().contains(&six) {
            assert!(Instant::now() < deadline, "nobody listens on {port}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// A process that is ended with the test.
struct Ending {
    child: Option<Child>,
    what: String,
}

impl Ending {
    fn goes_on(&mut self) -> bool {
        self.child.as_mut().is_some_and(|child| child.try_wait().unwrap().is_none())
    }

    fn output(mut self) -> String {
        let output = self.child.take().unwrap().wait_with_output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{}: {said}{error}", self.what);
        said
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Two hosts of a tenant. Tenants know nothing of each other: all of them have the same addresses.
struct Tenant([Host; 2]);

impl Tenant {
    fn new(name: &str) -> Self {
        let host =
            |n: u8| Host::new(&format!("{name}{n}"), &format!("02:00:00:00:00:0{n}"), &format!("10.9.0.{n}"));
        Self([host(1), host(2)])
    }

    /// Datagrams and echoes from the first host to the second.
    fn begin(&self) -> [Ending; 3] {
        let [first, second] = &self.0;
        let server = second.begin(&["iperf3", "-s", "-1"]);
        second.wait_for_port(5201);
        let datagrams = ["iperf3", "-c", "10.9.0.2", "-u", "-b", RATE, "-l", "200", "-t", SECONDS, "-J"];
        let stream = first.begin(&datagrams);
        let echoes = first.begin(&["ping", "-q", "-i", "0.02", "-c", ECHOES, "-W", "5", "10.9.0.2"]);
        [server, stream, echoes]
    }

    /// How many datagrams and echoes came, of all that were sent.
    fn end(name: &str, [server, stream, echoes]: [Ending; 3]) -> (u64, u64) {
        let stream: Value = serde_json::from_str(&stream.output()).unwrap();
        server.output();
        let sum = &stream["end"]["sum"];
        let (sent, lost) = (sum["packets"].as_u64().unwrap(), sum["lost_packets"].as_u64().unwrap());
        let echoes = echoes.output();
        println!("{name}: {sent} datagrams, {lost} lost; {}", echoes.lines().nth(3).unwrap_or_default());
        assert_eq!(lost, 0, "{name}: {sum}");
        let all = format!("{ECHOES} packets transmitted, {ECHOES} received, 0% packet loss");
        assert!(echoes.contains(&all), "{name}: {echoes}");
        (sent, ECHOES.parse().unwrap())
    }

    /// A stream from the first host to the second one: bits in a second.
    fn stream(&self) -> f64 {
        let [first, second] = &self.0;
        let server = second.begin(&["iperf3", "-s", "-1"]);
        second.wait_for_port(5201);
        let said = first.begin(&["iperf3", "-c", "10.9.0.2", "-t", "1", "-J"]).output();
        server.output();
        let said: Value = serde_json::from_str(&said).unwrap();
        said["end"]["sum_received"]["bits_per_second"].as_f64().unwrap()
    }
}

/// Why hosts can't be made here.
fn missing() -> Option<String> {
    let tools = ["ip", "ping", "iperf3", "timeout", "bash"];
    let there = |tool: &str| {
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path).any(|folder| folder.join(tool).is_file())
    };
    if let Some(tool) = tools.into_iter().find(|tool| !there(tool)) {
        return Some(format!("there is no {tool}"));
    }
    let name = format!("hyper4-{}-try", std::process::id());
    let made = Command::new("ip").args(["netns", "add", &name]).output().unwrap();
    if !made.status.success() {
        return Some("network namespaces can't be made".to_owned());
    }
    run(&["ip", "netns", "del", &name]);
    None
}

fn config(folder: &Path, red: &Tenant, blue: &Tenant) -> String {
    let programs = checkout().join("p4programs");
    let persona = checkout().join("corpus/p4runtime/persona.toml");
    std::fs::write(folder.join("line.p4"), include_str!("line.p4")).unwrap();
    std::fs::write(folder.join("operator.token"), "the-operator\n").unwrap();
    std::fs::write(
        folder.join("switch.txt"),
        "mc_mgrp_create 1\nmc_node_create 0 3 4\nmc_node_associate 1 0\n\
         table_add dmac forward 02:00:00:00:00:01 => 3\ntable_add dmac forward 02:00:00:00:00:02 => 4\n",
    )
    .unwrap();
    std::fs::write(
        folder.join("firewall.txt"),
        "table_add wire forward 1 => 2\n\
         table_add acl permit 0.0.0.0&&&0.0.0.0 0.0.0.0&&&0.0.0.0 1&&&0xff 0&&&0 0&&&0 => 10\n\
         table_add acl permit 0.0.0.0&&&0.0.0.0 0.0.0.0&&&0.0.0.0 17&&&0xff 0&&&0 5201&&&0xffff => 20\n\
         table_add acl permit 0.0.0.0&&&0.0.0.0 0.0.0.0&&&0.0.0.0 6&&&0xff 0&&&0 5201&&&0xffff => 30\n",
    )
    .unwrap();
    let [r1, r2] = &red.0;
    let [b1, b2] = &blue.0;
    format!(
        "[server]\npersona = {persona:?}\nmetrics = \"127.0.0.1:0\"\n[server.ports]\n1 = {:?}\n2 = {:?}\n3 = {:?}\n\
         4 = {:?}\n[operator]\naddress = \"127.0.0.1:0\"\ntoken_file = \"operator.token\"\n\
         [[slice]]\nname = \"red\"\nports = [1, 2]\n[[slice.device]]\nname = \"line\"\nprogram = \"line.p4\"\n\
         [[slice]]\nname = \"blue\"\nports = [3, 4]\n[[slice.device]]\nname = \"switch\"\nprogram = {:?}\n\
         commands = \"switch.txt\"\n",
        r1.cable,
        r2.cable,
        b1.cable,
        b2.cable,
        programs.join("l2_switch/prog.p4")
    )
}

#[test]
fn a_firewall_is_put_into_one_tenants_way_and_nobody_loses_a_packet() {
    if let Some(reason) = missing() {
        println!("skipped: {reason}");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (red, blue) = (Tenant::new("r"), Tenant::new("b"));
    let served = Served::start(folder.path(), &config(folder.path(), &red, &blue));
    let operator = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_hyper4"))
            .arg("dpmu")
            .args(arguments)
            .args(["--server", served.address("operator"), "--token-file", "operator.token"])
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    };
    for (name, tenant) in [("red", &red), ("blue", &blue)] {
        let speed = tenant.stream();
        println!("{name}: a stream of {:.1} Mbit/s", speed / 1e6);
        assert!(speed > 1e5, "{name}: {speed}");
        assert!(tenant.0[0].is_answered("10.9.0.2", 5999), "{name}");
    }
    let mut traffic = [red.begin(), blue.begin()];
    // Put in, replaced and taken out while they talk.
    std::thread::sleep(Duration::from_secs(1));
    let firewall = checkout().join("p4programs/firewall/prog.p4").display().to_string();
    let insert = ["compositions", "insert", "red", "guard", &firewall, "--commands", "firewall.txt"];
    operator(&[&insert[..], &["--at", "physical:2=1:2"]].concat());
    assert!(!red.0[0].is_answered("10.9.0.2", 5999), "the firewall lets it pass");
    assert!(blue.0[0].is_answered("10.9.0.2", 5999), "it is another's firewall");
    operator(&["compositions", "replace", "red", "guard", &firewall, "--commands", "firewall.txt"]);
    operator(&["compositions", "remove", "red", "guard", "--join", "1:2"]);
    assert!(red.0[0].is_answered("10.9.0.2", 5999));
    // All of that was done while both were sending.
    assert!(traffic.iter_mut().all(|[_, stream, _]| stream.goes_on()), "the changes took too long");
    let [of_red, of_blue] = traffic;
    let (datagrams, echoes) = Tenant::end("red", of_red);
    let (more, others) = Tenant::end("blue", of_blue);
    assert!(datagrams > 500 && more > 500 && echoes == others, "{datagrams} {more}");
    let metrics = served.metrics();
    assert!(metrics.contains("hyper4_packets_failed_total 0\n"), "{metrics}");
    assert_eq!(served.terminate(), Some(0));
}
