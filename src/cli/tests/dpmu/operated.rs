//! The operator's commands against a served DPMU, beside tenants who work meanwhile.

use std::collections::BTreeSet;
use std::io::Read;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use hyper4_p4runtime::operator::operator_client::OperatorClient;
use hyper4_p4runtime::operator::{CreateSliceRequest, ListSlicesRequest};
use hyper4_p4runtime::tonic::metadata::MetadataValue;
use hyper4_p4runtime::tonic::{Code, Request};
use hyper4_p4runtime::v1::p4_runtime_client::P4RuntimeClient;
use hyper4_p4runtime::v1::stream_message_request::Update as Say;
use hyper4_p4runtime::v1::update::Type;
use hyper4_p4runtime::v1::write_request::Atomicity;
use hyper4_p4runtime::v1::{CapabilitiesRequest, PacketOut};
use serde_json::Value;

use super::served::{Controller, Served, checkout, features};
use super::wait;

const LINE: &str = include_str!("line.p4");

/// A DPMU with an operator, and its folder.
struct Site {
    folder: tempfile::TempDir,
    served: Option<Served>,
    config: String,
}

impl Site {
    /// `slices` are sections of the configuration.
    fn new(slices: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("operator.token"), "the-operator\n").unwrap();
        std::fs::write(folder.path().join("line.p4"), LINE).unwrap();
        // No packet comes in by it.
        let header = [0xa1b2_c3d4, 0x0004_0002, 0, 0, 0xffff, 1u32];
        std::fs::write(folder.path().join("two_in.pcap"), header.map(u32::to_le_bytes).concat()).unwrap();
        let config = format!(
            "[server]\npackets = \"files\"\npersona = {:?}\nstore = \"dpmu.redb\"\naudit = \"audit.jsonl\"\n\
             [server.ports]\n2 = \"two\"\n[operator]\naddress = \"127.0.0.1:0\"\ntoken_file = \"operator.token\"\n{slices}",
            checkout().join("corpus/p4runtime/persona.toml").display().to_string()
        );
        let served = Some(Served::start(folder.path(), &config));
        Self { folder, served, config }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, file: &str, text: &str) {
        std::fs::write(self.path().join(file), text).unwrap();
    }

    fn served(&self) -> &Served {
        self.served.as_ref().unwrap()
    }

    fn restart(&mut self) {
        self.served.take().unwrap().kill();
        self.served = Some(Served::start(self.folder.path(), &self.config));
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_hyper4"))
            .arg("dpmu")
            .args(arguments)
            .args(["--server", self.served().address("operator"), "--token-file", "operator.token"])
            .current_dir(self.path())
            .output()
            .unwrap()
    }

    /// What a command that must succeed says.
    fn ask(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{arguments:?}: {error}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.ask(&[arguments, &["--format", "json"]].concat())).unwrap()
    }

    /// Why a command is refused, with status 2.
    fn refused(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {error}");
        error
    }

    /// A slice as it is listed.
    fn slice(&self, name: &str) -> Option<Value> {
        let slices = self.json(&["slices", "list"]);
        slices["slices"].as_array().unwrap().iter().find(|slice| slice["name"] == name).cloned()
    }

    /// A client of a slice's P4Runtime server.
    async fn client(&self, slice: &str) -> P4RuntimeClient<hyper4_p4runtime::tonic::transport::Channel> {
        let slice = self.slice(slice).unwrap();
        P4RuntimeClient::connect(format!("http://{}", slice["p4runtime"].as_str().unwrap())).await.unwrap()
    }

    /// The addresses of the destinations of packets that left by port 2.
    fn out(&self) -> Vec<u8> {
        let bytes = std::fs::read(self.path().join("two_out.pcap")).unwrap_or_default();
        let mut destinations = Vec::new();
        let mut rest = bytes.get(24..).unwrap_or_default();
        while rest.len() > 16 {
            let length = u32::from_le_bytes(rest[8..12].try_into().unwrap()) as usize;
            let Some(packet) = rest.get(16..16 + length) else { break };
            destinations.push(packet[5]);
            rest = &rest[16 + length..];
        }
        destinations
    }

    /// Wait until a packet with that destination has left by port 2.
    fn wait_for(&self, destination: u8) {
        let begin = Instant::now();
        while !self.out().contains(&destination) {
            assert!(begin.elapsed() < Duration::from_secs(20), "{destination}: {:?}", self.out());
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn slice(name: &str, ports: &str, more: &str, device: &str) -> String {
    format!(
        "[[slice]]\nname = \"{name}\"\nports = {ports}\np4runtime = \"127.0.0.1:0\"\n{more}\n[[slice.device]]\nname = \"d\"\n{device}\n"
    )
}

fn one() -> String {
    slice("a", "[1, 2]", "", &format!("program = {:?}", features()))
}

/// A slice as it stands in a file of its own.
fn own(text: &str) -> String {
    text.replace("[[slice]]\n", "").replace("[[slice.device]]", "[[device]]")
}

#[test]
fn slices_come_change_and_go_while_others_work() {
    let site = Site::new(&one());
    wait(async {
        let mut working = Controller::primary(site.client("a").await, 1).await;
        let green = own(&slice("green", "[5, 6]", "rows = 400", &format!("program = {:?}", features())));
        site.write("green.toml", &green);
        let listed = site.ask(&["slices", "create", "green.toml"]);
        assert!(listed.contains("green  5-6"), "{listed}");
        assert!(
            site.refused(&["slices", "create", "green.toml"]).contains("there is a slice `green` already")
        );
        site.write("late.toml", &green.replace("green", "late"));
        let taken = site.refused(&["slices", "create", "late.toml"]);
        assert!(taken.contains("port 5 is leased to slice `green` already"), "{taken}");
        assert_eq!(site.slice("late"), None);

        // It is there for its controller.
        let mut controller = Controller::primary(site.client("green").await, 1).await;
        for mac in 1..=20 {
            let entry = (Type::Insert, controller.forward(mac, 5));
            controller.write(vec![entry], Atomicity::ContinueOnError).await.unwrap();
        }
        let inspected = site.json(&["inspect", "green", "d", "--table", "exact_table"]);
        let entries = inspected["entries"].as_array().unwrap();
        assert_eq!(entries.len(), 20);
        assert!(entries.iter().all(|entry| !entry["rows"].as_array().unwrap().is_empty()));
        assert!(
            site.refused(&["inspect", "green", "d", "--table", "nothing"]).contains("no table `nothing`")
        );
        assert!(site.refused(&["inspect", "green", "x"]).contains("no virtual device `x`"));

        // Leases: less than is used is refused, other ports are taken over.
        let used = site.slice("green").unwrap()["usage"]["rows"].as_u64().unwrap();
        assert!(used > 20, "{used}");
        let less = (used - 1).to_string();
        let short = site.refused(&["leases", "set", "green", "--rows", &less]);
        assert!(short.contains(&format!("out of rows of the lease: {used} needed, {less} left")), "{short}");
        assert!(site.refused(&["leases", "set", "green", "--ports", "1,5"]).contains("port 1 is leased"));
        site.ask(&["leases", "set", "green", "--ports", "5,7", "--rows", "500"]);
        let lease = site.slice("green").unwrap()["lease"].clone();
        assert_eq!((lease["ports"].to_string(), lease["rows"].as_u64()), ("[5,7]".to_owned(), Some(500)));
        assert_eq!(controller.entries("exact_table").await.len(), 20);

        // Another token: who is connected is cut off, and who hasn't got it isn't let in.
        site.write("green.token", "t0p-secret\n");
        site.ask(&["slices", "token", "green", "green.token"]);
        assert!(controller.hear().await.is_err());
        let mut stranger = site.client("green").await;
        let answer = stranger.capabilities(CapabilitiesRequest {}).await;
        assert_eq!(answer.unwrap_err().code(), Code::Unauthenticated);
        let mut request = Request::new(CapabilitiesRequest {});
        request.metadata_mut().insert("authorization", MetadataValue::from_static("Bearer t0p-secret"));
        stranger.capabilities(request).await.unwrap();
        let shown = site.ask(&["slices", "show", "green"]);
        assert!(!shown.contains("secret") && shown.contains("rows = 500"), "{shown}");

        // Gone: its server and its connections.
        let address = site.slice("green").unwrap()["p4runtime"].as_str().unwrap().to_owned();
        let mut request = Request::new(CapabilitiesRequest {});
        request.metadata_mut().insert("authorization", MetadataValue::from_static("Bearer t0p-secret"));
        site.ask(&["slices", "delete", "green"]);
        assert!(stranger.capabilities(request).await.is_err());
        assert!(P4RuntimeClient::connect(format!("http://{address}")).await.is_err());
        assert!(site.refused(&["slices", "delete", "green"]).contains("there is no slice `green`"));
        // What another one of the same name has is its own.
        site.ask(&["slices", "create", "green.toml"]);
        let empty = site.json(&["inspect", "green", "d", "--table", "exact_table"]);
        assert_eq!(empty["entries"].as_array().unwrap().len(), 0);

        // Nobody but the DPMU has been at the device.
        let found = site.json(&["reconcile"]);
        assert_eq!((&found["schema"], &found["foreign"]), (&"hyper4/dpmu-reconcile/1".into(), &0.into()));
        assert_eq!(site.ask(&["reconcile"]), "the device is as it should be\n");

        // The other one worked on.
        let entry = (Type::Insert, working.forward(1, 2));
        working.write(vec![entry], Atomicity::ContinueOnError).await.unwrap();
        let deeds = site.json(&["audit", "--by", "operator", "--slice", "green", "--outcome", "Ok"]);
        let deeds: Vec<_> =
            deeds["deeds"].as_array().unwrap().iter().map(|deed| deed["request"].clone()).collect();
        assert_eq!(deeds, ["create slice", "set lease", "set token", "delete slice", "create slice"]);
        assert_eq!(site.json(&["audit", "--last", "1"])["deeds"][0]["by"], "P4Runtime");
    });
}

/// A frame to a destination.
fn frame(destination: u8) -> Vec<u8> {
    [&[2, 0, 0, 0, 0, destination], [2; 6].as_slice(), &[8, 0], &[0; 50]].concat()
}

#[test]
fn a_filter_is_put_in_replaced_and_taken_out_under_traffic_and_is_there_after_a_restart() {
    let mut site = Site::new(&slice("a", "[1, 2, 510]", "cpu_port = 510", "program = \"line.p4\""));
    site.write("block.txt", "table_add block drop 02:00:00:00:00:07 =>\n");
    let line = checkout().join("p4programs/l2_switch/prog.p4").display().to_string();
    let insert = ["compositions", "insert", "a", "filter", "line.p4", "--commands", "block.txt"];
    wait(async {
        let controller = Controller::primary(site.client("a").await, 1).await;
        let send = async |destination: u8| {
            let packet = PacketOut { payload: frame(destination), metadata: Vec::new() };
            controller.say(Say::Packet(packet)).await;
        };
        send(7).await;
        site.wait_for(7);
        // Nothing is done by halves.
        let before = site.json(&["slices", "list"]);
        for (at, reason) in [
            ("physical:9=1:2", "nothing leads to `physical:9`"),
            ("d:1=1:3", "form a circle"),
            ("nowhere=1:2", "`nowhere` is not an end of a link"),
            ("physical:2", "expected an end and two ports"),
        ] {
            let refused = site.refused(&[&insert[..], &["--at", "physical:2=1:2", "--at", at]].concat());
            assert!(refused.contains(reason), "{refused}");
        }
        site.write("wrong.txt", "table_add nothing drop 1 =>\n");
        let wrong = ["compositions", "append", "a", "filter", "line.p4", "--commands", "wrong.txt"];
        let wrong = site.refused(&[&wrong[..], &["--port", "2=1:2"]].concat());
        assert!(wrong.contains("the commands: "), "{wrong}");
        assert_eq!(site.json(&["slices", "list"]), before);
        site.write(
            "waiting.toml",
            "[[device]]\nname = \"d\"\n[[device]]\nname = \"x\"\n[ports]\n1 = \"x:1\"\n",
        );
        let waiting = site.refused(&["compositions", "wire", "a", "waiting.toml"]);
        assert!(waiting.contains("virtual device `x` of slice `a` has no program"), "{waiting}");
        assert_eq!(site.json(&["slices", "list"]), before);

        site.ask(&[&insert[..], &["--at", "physical:2=1:2"]].concat());
        let there: Vec<u8> = site.out();
        send(7).await;
        send(8).await;
        site.wait_for(8);
        assert_eq!(site.out(), [&there[..], &[8]].concat(), "7 is blocked");
        let again = site.refused(&[&insert[..], &["--at", "physical:2=1:2"]].concat());
        assert!(again.contains("there is a virtual device `filter` already"), "{again}");

        // Another program in its place: without entries.
        site.ask(&["compositions", "replace", "a", "filter", "line.p4"]);
        send(7).await;
        send(9).await;
        site.wait_for(9);
        assert_eq!(site.out(), [&there[..], &[8, 7, 9]].concat());
        let refused = site.refused(&["compositions", "replace", "a", "filter", "block.txt"]);
        assert!(refused.contains("block.txt"), "{refused}");
        assert!(site.run(&["compositions", "replace", "a", "nothing", &line]).status.code() == Some(2));
        site.ask(&["compositions", "replace", "a", "filter", "line.p4", "--commands", "block.txt"]);

        // Out again: which of its ports are joined has to be said.
        let loose = site.refused(&["compositions", "remove", "a", "filter"]);
        assert!(loose.contains("isn't said which of its ports it is joined to"), "{loose}");
    });
    let native = |site: &Site| -> BTreeSet<String> {
        let entries = site.json(&["inspect", "a", "filter"])["entries"].clone();
        let entries = entries.as_array().unwrap().iter();
        entries.map(|entry| format!("{} {} {}", entry["table"], entry["handle"], entry["key"])).collect()
    };
    let before = native(&site);
    let toml = site.slice("a").unwrap()["toml"].clone();
    assert_eq!(before.len(), 1);
    site.restart();
    assert_eq!(native(&site), before);
    assert_eq!(site.slice("a").unwrap()["toml"], toml);
    wait(async {
        let mut controller = Controller::primary(site.client("a").await, 1).await;
        assert_eq!(controller.info.tables.len(), 1);
        // The filter is a device of its own for controllers.
        assert_eq!(controller.arbitrate(2, Some(1)).await, Err(Code::FailedPrecondition));
        let mut filter = Controller::silent(site.client("a").await, 1).await;
        assert_eq!(filter.arbitrate(2, Some(1)).await, Ok(Code::Ok));
        site.ask(&["compositions", "remove", "a", "filter", "--join", "1:2"]);
        assert_eq!(filter.hear().await, Err(Code::NotFound));
    });
    let left = site.slice("a").unwrap();
    assert_eq!(left["devices"].as_array().unwrap().len(), 1);
    assert!(site.refused(&["inspect", "a", "filter"]).contains("no virtual device `filter`"));
    site.restart();
    assert_eq!(site.slice("a").unwrap()["toml"], left["toml"]);
}

#[test]
fn a_configuration_is_read_again_without_a_restart() {
    let mut site = Site::new(
        &(one() + &slice("b", "[3, 4]", "token_file = \"b.token\"", "") + &slice("c", "[5]", "", ""))
            .replace("b.token", "operator.token"),
    );
    assert_eq!(site.ask(&["reload"]), "nothing changed\n");
    let with = |site: &mut Site, slices: &str| {
        let head = site.config.split("[[slice]]").next().unwrap().to_owned();
        site.config = head + slices;
        site.write("dpmu.toml", &site.config);
    };
    // `a` and `b` swap ports, `c` goes and `e` comes.
    let wanted = slice("a", "[1, 3]", "", &format!("program = {:?}", features()))
        + &slice("b", "[2, 4]", "token_file = \"b.token\"", "")
        + &slice("e", "[5]", "", "");
    site.write("b.token", "one");
    with(&mut site, &wanted);
    // Each waits for the other's port: neither can change first.
    let swapped = site.run(&["reload"]);
    assert_eq!(swapped.status.code(), Some(2));
    let swapped = String::from_utf8(swapped.stdout).unwrap();
    assert!(swapped.contains("slice c deleted") && swapped.contains("slice e created"), "{swapped}");
    assert!(swapped.contains("slice a refused: ") && swapped.contains("slice b refused: "), "{swapped}");
    with(&mut site, &wanted.replace("[1, 3]", "[1]"));
    let changed = site.ask(&["reload"]);
    assert!(changed.contains("slice a changed") && changed.contains("slice b changed"), "{changed}");
    with(&mut site, &wanted);
    let changed = site.ask(&["reload"]);
    assert_eq!(changed, "slice a changed\n");
    // The token's file says something else: who is connected is cut off.
    wait(async {
        let mut client = site.client("b").await;
        let asked = |token: &'static str| {
            let mut request = Request::new(CapabilitiesRequest {});
            request.metadata_mut().insert("authorization", MetadataValue::from_static(token));
            request
        };
        client.capabilities(asked("Bearer one")).await.unwrap();
        site.write("b.token", "two");
        assert_eq!(site.ask(&["reload"]), "slice b changed\n");
        assert!(client.capabilities(asked("Bearer one")).await.is_err());
        site.client("b").await.capabilities(asked("Bearer two")).await.unwrap();
    });
    // What the operator decided holds until the configuration says something else.
    site.ask(&["leases", "set", "a", "--ports", "1"]);
    assert_eq!(site.ask(&["reload"]), "nothing changed\n");
    site.ask(&["slices", "delete", "e"]);
    site.restart();
    assert_eq!(site.slice("a").unwrap()["lease"]["ports"].to_string(), "[1]");
    assert_eq!(site.slice("e"), None);
    with(&mut site, &wanted.replace("[1, 3]", "[1, 3, 6]"));
    assert_eq!(site.ask(&["reload"]), "slice a changed\n");
    assert_eq!(site.slice("a").unwrap()["lease"]["ports"].to_string(), "[1,3,6]");
    // Where a program can't be read nothing else changes either, and it is tried again.
    with(&mut site, &wanted.replacen(&format!("{:?}", features()), "\"missing.p4\"", 1));
    for _ in 0..2 {
        let refused = String::from_utf8(site.run(&["reload"]).stdout).unwrap();
        assert!(refused.contains("slice a refused: ") && refused.contains("missing.p4"), "{refused}");
        assert_eq!(site.slice("a").unwrap()["lease"]["ports"].to_string(), "[1,3,6]");
    }
    // What isn't a configuration changes nothing.
    with(&mut site, "[[slice]]\nname = \"a\"\n");
    assert!(site.refused(&["reload"]).contains("dpmu.toml"));
    assert!(site.slice("b").is_some());
}

#[test]
fn only_the_operator_is_answered() {
    let site =
        Site::new(&slice("a", "[1]", "token_file = \"a.token\"", "").replace("a.token", "operator.token"));
    site.write("tenant.token", "the-tenant");
    let operator = site.served().address("operator").to_owned();
    let asked = |server: &str, token: &[&str]| {
        let arguments = [&["dpmu", "slices", "list", "--server", server][..], token].concat();
        let output = Command::new(env!("CARGO_BIN_EXE_hyper4"))
            .args(arguments)
            .current_dir(site.path())
            .env_remove("HYPER4_DPMU_TOKEN_FILE")
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let stranger = asked(&operator, &[]);
    assert_eq!(stranger.0, Some(2));
    assert!(stranger.1.contains("--token-file"), "{}", stranger.1);
    let tenant = asked(&operator, &["--token-file", "tenant.token"]);
    assert_eq!(tenant, (Some(2), "error: the DPMU refuses: this is for the operator\n".to_owned()));
    let slices = site.served().address("slice a: P4Runtime").to_owned();
    let wrong_door = asked(&slices, &["--token-file", "operator.token"]);
    assert!(wrong_door.1.contains("no operator is answered there"), "{}", wrong_door.1);
    let nobody = asked("127.0.0.1:1", &[]);
    assert!(nobody.1.contains("can't reach the DPMU at `127.0.0.1:1`"), "{}", nobody.1);
    wait(async {
        let mut client = OperatorClient::connect(format!("http://{operator}")).await.unwrap();
        let mut request = Request::new(ListSlicesRequest::default());
        request.metadata_mut().insert("authorization", MetadataValue::from_static("Bearer the-tenant"));
        let answer = client.list_slices(request).await.unwrap_err();
        assert_eq!((answer.code(), answer.message()), (Code::PermissionDenied, "this is for the operator"));
        let answer = client.create_slice(CreateSliceRequest { toml: "x".to_owned() }).await.unwrap_err();
        assert_eq!(answer.code(), Code::Unauthenticated);
    });
}

/// The operator by his certificate, and a tenant's Thrift client who is cut off.
#[test]
fn certificates_are_shown_and_thrift_clients_are_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    let openssl = |arguments: &[&str]| {
        Command::new("openssl").args(arguments).current_dir(folder.path()).output().map(|output| {
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        })
    };
    if openssl(&["version"]).is_err() {
        println!("skipped: no openssl");
        return;
    }
    let key = ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    for authority in ["ca", "other"] {
        let (name, file) = (format!("/CN={authority}"), format!("{authority}.pem"));
        let own = ["-x509", "-days", "2", "-subj", &name, "-keyout", "ca.key", "-out", &file];
        let keyout = format!("{authority}.key");
        let own = own.map(|word| if word == "ca.key" { keyout.as_str() } else { word });
        openssl(&[&key[..], &own].concat()).unwrap();
    }
    std::fs::write(folder.path().join("names"), "subjectAltName=DNS:dpmu,IP:127.0.0.1\n").unwrap();
    for (name, authority) in [("dpmu", "ca"), ("me", "ca"), ("stranger", "other")] {
        let (subject, key_file) = (format!("/CN={name}"), format!("{name}.key"));
        let request = ["-subj", &subject, "-keyout", &key_file, "-out", "request"];
        openssl(&[&key[..], &request].concat()).unwrap();
        let (ca, ca_key, out) =
            (format!("{authority}.pem"), format!("{authority}.key"), format!("{name}.pem"));
        let sign = ["x509", "-req", "-in", "request", "-days", "2", "-extfile", "names", "-CAcreateserial"];
        openssl(&[&sign[..], &["-CA", &ca, "-CAkey", &ca_key, "-out", &out]].concat()).unwrap();
    }
    let tls = "tls = { certificate = \"dpmu.pem\", key = \"dpmu.key\", client_authority = \"ca.pem\" }";
    let device = format!("program = {:?}\nthrift = \"127.0.0.1:0\"", features());
    let config = format!(
        "[server]\npackets = \"files\"\npersona = {:?}\n[operator]\naddress = \"127.0.0.1:0\"\n{tls}\n{}",
        checkout().join("corpus/p4runtime/persona.toml").display().to_string(),
        slice("a", "[1]", "", &device)
    );
    let served = Served::start(folder.path(), &config);
    let ask = |arguments: &[&str], more: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_hyper4"))
            .arg("dpmu")
            .args(arguments)
            .args(["--server", served.address("operator")])
            .args(more)
            .current_dir(folder.path())
            .output()
            .unwrap()
    };
    let mine = ["--ca", "ca.pem", "--certificate", "me.pem", "--key", "me.key"];
    let listed = ask(&["slices", "list"], &mine);
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    assert!(String::from_utf8(listed.stdout).unwrap().contains("\na "));
    let another = ["--ca", "ca.pem", "--certificate", "stranger.pem", "--key", "stranger.key"];
    for who in [&another[..], &["--ca", "ca.pem"], &["--ca", "other.pem"], &[]] {
        let refused = ask(&["slices", "list"], who);
        assert!(!refused.status.success() && refused.stdout.is_empty(), "{who:?}");
    }
    let mut thrift = TcpStream::connect(served.address("slice a: Thrift of d")).unwrap();
    thrift.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    assert!(ask(&["slices", "delete", "a"], &mine).status.success());
    assert_eq!(thrift.read(&mut [0; 16]).unwrap_or(0), 0, "it is cut off");
    assert!(TcpStream::connect(served.address("slice a: Thrift of d")).is_err());
}
