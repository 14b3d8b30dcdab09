//! `hyper4 dpmu serve` as controllers see it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod bounds;
mod figures;
mod hostile;
mod hosts;
mod lost_device;
mod operated;
mod served;

use std::future::Future;
use std::io::{Read, Write};
use std::net::TcpStream;

use hyper4_p4runtime::tonic::metadata::MetadataValue;
use hyper4_p4runtime::tonic::{Code, Request};
use hyper4_p4runtime::v1::get_forwarding_pipeline_config_request::ResponseType;
use hyper4_p4runtime::v1::set_forwarding_pipeline_config_request::Action;
use hyper4_p4runtime::v1::stream_message_response::Update as Heard;
use hyper4_p4runtime::v1::update::Type;
use hyper4_p4runtime::v1::write_request::Atomicity;
use hyper4_p4runtime::v1::*;

use served::{Controller, Served, checkout, features};

/// One slice; `server` and `slice` are more lines of theirs, `device` of the virtual device.
fn config(server: &str, slice: &str, device: &str) -> String {
    format!(
        "[server]\npackets = \"files\"\npersona = {:?}\n{server}\n[[slice]]\nname = \"a\"\nports = [1, 2, 3, 4, 510]\n\
         p4runtime = \"127.0.0.1:0\"\n{slice}\n[[slice.device]]\nname = \"d\"\n{device}\n",
        checkout().join("corpus/p4runtime/persona.toml").display().to_string()
    )
}

fn running() -> String {
    config("", "cpu_port = 510", &format!("program = {:?}", features()))
}

fn wait<F: Future>(future: F) -> F::Output {
    tokio::runtime::Runtime::new().unwrap().block_on(future)
}

#[test]
fn only_the_primary_controller_writes() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(folder.path(), &running());
    wait(async {
        let mut first = Controller::primary(served.client("a").await, 5).await;
        let mut second = Controller::silent(served.client("a").await, 3).await;
        assert_eq!(second.arbitrate(1, Some(3)).await, Ok(Code::AlreadyExists));
        second.info = first.info.clone();
        let entry = (Type::Insert, second.forward(1, 2));
        let refused = second.write(vec![entry.clone()], Atomicity::ContinueOnError).await;
        assert_eq!(refused, Err(vec![Code::PermissionDenied]));
        assert_eq!(second.set_pipeline(Action::Commit, None).await, Err(Code::PermissionDenied));
        assert_eq!(second.entries("exact_table").await.len(), 0);
        first.write(vec![entry], Atomicity::ContinueOnError).await.unwrap();
        assert_eq!(second.entries("exact_table").await, [first.forward(1, 2)]);

        // A higher one takes over, and both hear it.
        assert_eq!(second.arbitrate(1, Some(6)).await, Ok(Code::Ok));
        second.election = 6;
        let Ok(Heard::Arbitration(told)) = first.hear().await else { panic!("it was told something else") };
        assert_eq!(Code::from_i32(told.status.unwrap().code), Code::AlreadyExists);
        let entry = (Type::Delete, first.forward(1, 2));
        assert!(first.write(vec![entry.clone()], Atomicity::ContinueOnError).await.is_err());
        second.write(vec![entry], Atomicity::ContinueOnError).await.unwrap();
        drop(second);
        let Ok(Heard::Arbitration(told)) = first.hear().await else { panic!("it was told something else") };
        assert_eq!(Code::from_i32(told.status.unwrap().code), Code::NotFound);

        let mut stranger = Controller::silent(served.client("a").await, 7).await;
        assert_eq!(stranger.arbitrate(2, Some(7)).await, Err(Code::NotFound));
        let mut copy = Controller::silent(served.client("a").await, 5).await;
        assert_eq!(copy.arbitrate(1, Some(5)).await, Err(Code::InvalidArgument));
        let mut hasty = Controller::silent(served.client("a").await, 9).await;
        hasty.say(stream_message_request::Update::Packet(PacketOut::default())).await;
        assert_eq!(hasty.hear().await, Err(Code::FailedPrecondition));
        assert_eq!(first.arbitrate(2, Some(5)).await, Err(Code::FailedPrecondition));
    });
}

#[test]
fn pipelines_are_verified_saved_committed_and_reconciled() {
    let folder = tempfile::tempdir().unwrap();
    let known = Served::start(folder.path(), &running());
    let served = Served::start(folder.path(), &config("", "", "device_id = 1"));
    wait(async {
        let info = Controller::primary(known.client("a").await, 1).await.info;
        let text = std::fs::read(features()).unwrap();
        let cookie = Some(forwarding_pipeline_config::Cookie { cookie: 77 });
        let config = |text: &[u8]| {
            Some(ForwardingPipelineConfig {
                p4info: Some(info.clone()),
                p4_device_config: text.into(),
                cookie,
            })
        };
        let mut controller = Controller::primary(served.client("a").await, 1).await;
        let get = |response_type: ResponseType| GetForwardingPipelineConfigRequest {
            device_id: 1,
            response_type: response_type.into(),
        };
        let nothing = controller.client.get_forwarding_pipeline_config(get(ResponseType::All)).await;
        let nothing = nothing.unwrap_err();
        assert_eq!(nothing.code(), Code::FailedPrecondition);
        assert_eq!(nothing.message(), "No forwarding pipeline config set for this device.");

        let include = [b"#include \"/etc/passwd\"\n".as_slice(), &text].concat();
        for wrong in [&b"{}"[..], b"no program", &include, &[0xff], b""] {
            let set = controller.set_pipeline(Action::VerifyAndCommit, config(wrong)).await;
            assert_eq!(set, Err(Code::InvalidArgument), "{:?}", String::from_utf8_lossy(wrong));
        }
        let mut other = config(&text).unwrap();
        other.p4info.as_mut().unwrap().tables[0].preamble.as_mut().unwrap().name = "other".to_owned();
        assert_eq!(controller.set_pipeline(Action::Verify, Some(other)).await, Err(Code::InvalidArgument));
        assert_eq!(
            controller.set_pipeline(Action::Unspecified, config(&text)).await,
            Err(Code::InvalidArgument)
        );
        assert_eq!(controller.set_pipeline(Action::Commit, None).await, Err(Code::FailedPrecondition));
        assert_eq!(controller.set_pipeline(Action::Verify, config(&text)).await, Ok(()));
        assert_eq!(controller.set_pipeline(Action::VerifyAndSave, config(&text)).await, Ok(()));
        assert!(controller.client.get_forwarding_pipeline_config(get(ResponseType::All)).await.is_err());
        assert_eq!(controller.set_pipeline(Action::Commit, None).await, Ok(()));
        for (wanted, has_info, has_config) in [
            (ResponseType::All, true, true),
            (ResponseType::CookieOnly, false, false),
            (ResponseType::P4infoAndCookie, true, false),
            (ResponseType::DeviceConfigAndCookie, false, true),
        ] {
            let read = controller.client.get_forwarding_pipeline_config(get(wanted)).await.unwrap();
            let read = read.into_inner().config.unwrap();
            assert_eq!(read.cookie, cookie);
            assert_eq!(read.p4info, has_info.then(|| info.clone()));
            assert_eq!(read.p4_device_config, if has_config { text.clone() } else { Vec::new() });
        }

        controller.info = info.clone();
        let entries: Vec<_> = (1..20).map(|mac| (Type::Insert, controller.forward(mac, 3))).collect();
        controller.write(entries, Atomicity::ContinueOnError).await.unwrap();
        assert_eq!(controller.set_pipeline(Action::ReconcileAndCommit, config(&text)).await, Ok(()));
        assert_eq!(controller.entries("exact_table").await.len(), 19);
        assert_eq!(controller.set_pipeline(Action::VerifyAndCommit, config(&text)).await, Ok(()));
        assert_eq!(controller.entries("exact_table").await.len(), 0);
    });
}

#[test]
fn a_batch_goes_on_or_is_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(folder.path(), &running());
    wait(async {
        let mut controller = Controller::primary(served.client("a").await, 1).await;
        let all = |controller: &Controller, ports: &[(u64, u16)]| -> Vec<_> {
            ports.iter().map(|(mac, port)| controller.forward(*mac, *port)).collect()
        };
        let begin = all(&controller, &[(1, 1), (2, 1), (3, 1)]);
        let inserts = begin.iter().cloned().map(|entry| (Type::Insert, entry)).collect();
        controller.write(inserts, Atomicity::RollbackOnError).await.unwrap();
        let batch = |controller: &Controller| {
            vec![
                (Type::Delete, controller.forward(1, 1)),
                (Type::Modify, controller.forward(2, 2)),
                (Type::Insert, controller.forward(4, 1)),
                (Type::Insert, controller.forward(3, 1)),
                (Type::Modify, controller.forward(3, 4)),
            ]
        };
        for atomicity in [Atomicity::RollbackOnError, Atomicity::DataplaneAtomic] {
            let updates = batch(&controller);
            let refused = controller.write(updates, atomicity).await;
            let aborted = Code::Aborted;
            assert_eq!(refused, Err(vec![aborted, aborted, aborted, Code::AlreadyExists, aborted]));
            let mut left = controller.entries("exact_table").await;
            left.sort_by_key(|entry| format!("{entry:?}"));
            assert_eq!(left, begin);
        }
        let updates = batch(&controller);
        let refused = controller.write(updates, Atomicity::ContinueOnError).await;
        assert_eq!(refused, Err(vec![Code::Ok, Code::Ok, Code::Ok, Code::AlreadyExists, Code::Ok]));
        let mut left = controller.entries("exact_table").await;
        left.sort_by_key(|entry| format!("{entry:?}"));
        assert_eq!(left, all(&controller, &[(2, 2), (3, 4), (4, 1)]));

        // Of a batch that is too large for a client to hear of each update, it hears what failed first.
        let updates = |mac: u64| (0..2000).map(|_| (Type::Insert, controller.forward(mac, 1))).collect();
        let mut other = Controller::silent(served.client("a").await, 2).await;
        other.info = controller.info.clone();
        assert_eq!(other.arbitrate(1, Some(2)).await, Ok(Code::Ok));
        let status = other.try_write(updates(9), Atomicity::ContinueOnError).await.unwrap_err();
        let first = "1999 of 2000 updates failed; number 2: ";
        assert!(status.code() == Code::Unknown && status.message().starts_with(first), "{status}");
        assert_eq!(other.entries("exact_table").await.len(), 4);
    });
}

#[test]
fn what_cant_be_is_refused_with_the_specifications_codes() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(folder.path(), &running());
    wait(async {
        let mut controller = Controller::primary(served.client("a").await, 1).await;
        let entry = |change: &dyn Fn(&mut TableEntry)| {
            let entity::Entity::TableEntry(mut entry) = controller.forward(1, 2) else { panic!("no entry") };
            change(&mut entry);
            entity::Entity::TableEntry(entry)
        };
        let value = |bytes: &[u8]| {
            let exact = field_match::Exact { value: bytes.to_vec() };
            Some(field_match::FieldMatchType::Exact(exact))
        };
        let argument = |entry: &mut TableEntry, bytes: &[u8]| {
            let Some(table_action::Type::Action(action)) = &mut entry.action.as_mut().unwrap().r#type else {
                panic!("no action")
            };
            action.params[0].value = bytes.to_vec();
        };
        let cases: Vec<(Code, entity::Entity)> = vec![
            (Code::NotFound, entry(&|entry| entry.table_id += 1)),
            (Code::InvalidArgument, entry(&|entry| entry.r#match.clear())),
            (Code::InvalidArgument, entry(&|entry| entry.r#match[0].field_id = 9)),
            (Code::InvalidArgument, entry(&|entry| entry.r#match[0].field_match_type = value(&[]))),
            (Code::OutOfRange, entry(&|entry| entry.r#match[0].field_match_type = value(&[1; 7]))),
            (Code::OutOfRange, entry(&|entry| argument(entry, &[2, 0]))),
            (Code::InvalidArgument, entry(&|entry| entry.priority = 1)),
            (Code::InvalidArgument, entry(&|entry| entry.action = None)),
            (Code::InvalidArgument, entry(&|entry| entry.idle_timeout_ns = 5)),
            (Code::InvalidArgument, entry(&|entry| entry.meter_config = Some(MeterConfig::default()))),
            (Code::InvalidArgument, entry(&|entry| entry.is_default_action = true)),
            (Code::ResourceExhausted, entry(&|entry| entry.metadata = vec![7; 64 << 10])),
        ];
        for (code, entity) in cases {
            let refused =
                controller.write(vec![(Type::Insert, entity.clone())], Atomicity::ContinueOnError).await;
            assert_eq!(refused, Err(vec![code]), "{entity:?}");
        }
        assert_eq!(controller.entries("exact_table").await.len(), 0);
        let unknown = entity::Entity::CounterEntry(CounterEntry { counter_id: 3, ..Default::default() });
        assert_eq!(controller.read(unknown).await, Err(Code::NotFound));
    });
}

#[test]
fn what_was_acknowledged_outlives_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let config = config("store = \"dpmu.redb\"", "cpu_port = 510", &format!("program = {:?}", features()));
    let mut written = 0;
    for round in 0..4 {
        let served = Served::start(folder.path(), &config);
        wait(async {
            let mut controller = Controller::primary(served.client("a").await, 1).await;
            let mut left = controller.entries("exact_table").await;
            left.sort_by_key(|entry| format!("{entry:?}"));
            let mut expected: Vec<_> = (0..written).map(|mac| controller.forward(mac + 1, 2)).collect();
            expected.sort_by_key(|entry| format!("{entry:?}"));
            assert_eq!(left, expected, "round {round}");
            for _ in 0..5 {
                let mut batch: Vec<_> = (written..written + 10)
                    .map(|mac| (Type::Insert, controller.forward(mac + 1, 2)))
                    .collect();
                batch.push((Type::Insert, controller.forward(written + 1, 3)));
                let refused = controller.write(batch, Atomicity::ContinueOnError).await.unwrap_err();
                assert_eq!(refused.last(), Some(&Code::AlreadyExists));
                written += 10;
            }
        });
        served.kill();
    }
    assert_eq!(written, 200);
    // A pipeline that is set begins anew, and is there after the next start, too.
    let served = Served::start(folder.path(), &config);
    wait(async {
        let mut controller = Controller::primary(served.client("a").await, 1).await;
        let cookie = Some(forwarding_pipeline_config::Cookie { cookie: 5 });
        let p4_device_config = std::fs::read(features()).unwrap();
        let pipeline =
            ForwardingPipelineConfig { p4info: Some(controller.info.clone()), p4_device_config, cookie };
        controller.set_pipeline(Action::VerifyAndCommit, Some(pipeline)).await.unwrap();
        let entry = controller.forward(9, 1);
        controller.write(vec![(Type::Insert, entry)], Atomicity::ContinueOnError).await.unwrap();
    });
    assert_eq!(served.terminate(), Some(0));
    let served = Served::start(folder.path(), &config);
    wait(async {
        let mut controller = Controller::primary(served.client("a").await, 1).await;
        assert_eq!(controller.entries("exact_table").await, [controller.forward(9, 1)]);
        let request = GetForwardingPipelineConfigRequest { device_id: 1, response_type: 1 };
        let config = controller.client.get_forwarding_pipeline_config(request).await.unwrap();
        assert_eq!(config.into_inner().config.unwrap().cookie.unwrap().cookie, 5);
    });
}

/// Killed at any point while it is written to: what was acknowledged is there afterwards, and of what was not nothing, or
/// all that one request asked for. HYPER4_KILLS says how often.
#[test]
fn it_may_be_killed_at_any_point() {
    let kills: u64 = std::env::var("HYPER4_KILLS").map_or(8, |kills| kills.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let config = config("store = \"dpmu.redb\"", "cpu_port = 510", &format!("program = {:?}", features()));
    let mut known = std::collections::BTreeMap::new();
    let mut acknowledged = 0;
    for round in 0..kills {
        let served = Served::start(folder.path(), &config);
        let mut batch: Vec<(u64, u16)> = Vec::new();
        wait(async {
            let mut controller = Controller::primary(served.client("a").await, 1).await;
            let (killed, mut number) = (std::cell::RefCell::new(Some(served)), round * 1000);
            let life = std::time::Duration::from_micros(2000 + round * 7919 % 60_000);
            let writing = async {
                loop {
                    // Five entries are added, or all five of them changed.
                    number += 1;
                    let macs = (number % 40) * 5 + 1..(number % 40) * 5 + 6;
                    let kind = if known.contains_key(&macs.start) { Type::Modify } else { Type::Insert };
                    let port = 1 + (number % 500) as u16;
                    batch = macs.map(|mac| (mac, port)).collect();
                    let updates = batch.iter().map(|(mac, port)| (kind, controller.forward(*mac, *port)));
                    if controller.write(updates.collect(), Atomicity::RollbackOnError).await.is_err() {
                        break;
                    }
                    known.extend(batch.drain(..));
                    acknowledged += 1;
                }
            };
            let killing = async {
                tokio::time::sleep(life).await;
                killed.borrow_mut().take().unwrap().kill();
            };
            tokio::join!(writing, killing);
        });
        let served = Served::start(folder.path(), &config);
        wait(async {
            let mut controller = Controller::primary(served.client("a").await, 1).await;
            let mut left = controller.entries("exact_table").await;
            left.sort_by_key(|entry| format!("{entry:?}"));
            let mut with_last = known.clone();
            with_last.extend(batch.iter().copied());
            let fits = [known.clone(), with_last].into_iter().find(|wanted| {
                let wanted = wanted.iter().map(|(mac, port)| controller.forward(*mac, *port));
                let mut wanted: Vec<_> = wanted.collect();
                wanted.sort_by_key(|entry| format!("{entry:?}"));
                wanted == left
            });
            known = fits.unwrap_or_else(|| panic!("round {round}: {} entries", left.len()));
        });
        served.kill();
    }
    assert!(acknowledged >= kills / 2, "{acknowledged} writes were acknowledged");
}

#[test]
fn strangers_are_told_nothing() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("token"), "t0p-secret\n").unwrap();
    let server = "metrics = \"127.0.0.1:0\"";
    let served = Served::start(folder.path(), &config(server, "token_file = \"token\"", ""));
    wait(async {
        let mut client = served.client("a").await;
        let stranger = client.capabilities(CapabilitiesRequest {}).await;
        assert_eq!(stranger.unwrap_err().code(), Code::Unauthenticated);
        let mut request = Request::new(CapabilitiesRequest {});
        request.metadata_mut().insert("authorization", MetadataValue::from_static("Bearer t0p-secret"));
        let version = client.capabilities(request).await.unwrap().into_inner().p4runtime_api_version;
        assert_eq!(version, "1.4.1");
    });
    let address = served.address("metrics").trim_start_matches("http://").trim_end_matches("/metrics");
    let get = |path: &str| {
        let mut stream = TcpStream::connect(address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    assert!(get("/health").starts_with("HTTP/1.1 200"));
    assert!(get("/metrics").contains("hyper4_rows{slice=\"a\"} 0"));
    assert!(get("/other").starts_with("HTTP/1.1 404"));
}

#[test]
fn who_asks_too_often_has_to_wait_and_what_is_done_is_noted() {
    let folder = tempfile::tempdir().unwrap();
    let slice = "cpu_port = 510\nrequests_per_second = 50";
    let server = "audit = \"audit.jsonl\"";
    let config = config(server, slice, &format!("program = {:?}", features()));
    let served = Served::start(folder.path(), &config);
    wait(async {
        let mut controller = Controller::primary(served.client("a").await, 1).await;
        let entry = controller.forward(1, 2);
        controller.write(vec![(Type::Insert, entry.clone())], Atomicity::ContinueOnError).await.unwrap();
        controller.write(vec![(Type::Insert, entry)], Atomicity::ContinueOnError).await.unwrap_err();
        let mut refused = 0;
        for _ in 0..500 {
            let asked = controller.client.capabilities(CapabilitiesRequest {}).await;
            refused += usize::from(asked.is_err_and(|status| status.code() == Code::ResourceExhausted));
        }
        assert!(refused > 100, "{refused}");
    });
    let audit = std::fs::read_to_string(folder.path().join("audit.jsonl")).unwrap();
    let lines: Vec<serde_json::Value> =
        audit.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let deeds: Vec<_> =
        lines.iter().map(|line| (line["request"].as_str(), line["outcome"].as_str())).collect();
    assert_eq!(deeds, [(Some("write 1"), Some("Ok")), (Some("write 1"), Some("Unknown"))]);
    assert!(lines.iter().all(|line| line["slice"] == "a" && line["peer"].is_string()));
}

#[test]
fn what_the_readme_shows_can_be_started() {
    let readme = std::fs::read_to_string(checkout().join("README.md")).unwrap();
    let command = "hyper4 dpmu serve --config ci/controllers/dpmu.toml";
    assert!(readme.contains(command));
    let folder = tempfile::tempdir().unwrap();
    let config = std::fs::read_to_string(checkout().join("ci/controllers/dpmu.toml")).unwrap();
    let corpus = checkout().join("corpus").display().to_string();
    let config = config.replace("../../corpus", &corpus);
    let served = Served::start(folder.path(), &config);
    for place in
        ["slice one: P4Runtime", "slice one: Thrift of features", "slice other: P4Runtime", "metrics"]
    {
        assert!(!served.address(place).is_empty());
    }
    assert_eq!(served.terminate(), Some(0));
}
