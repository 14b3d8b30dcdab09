//! A device that dies beneath a running server.

use std::process::Command;
use std::time::{Duration, Instant};

use hyper4_p4runtime::tonic::Code;
use hyper4_p4runtime::v1::stream_message_request::Update as Say;
use hyper4_p4runtime::v1::stream_message_response::Update as Heard;
use hyper4_p4runtime::v1::update::Type;
use hyper4_p4runtime::v1::write_request::Atomicity;
use hyper4_p4runtime::v1::{PacketMetadata, PacketOut};

use super::served::{Controller, Served, features};
use super::{config, wait};

/// The process of that name that another one has started.
fn child(parent: u32, name: &str) -> Option<u32> {
    let processes = std::fs::read_dir("/proc").unwrap();
    let mut ids = processes.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    ids.find(|id| {
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
        status.contains(&format!("Name:\t{name}\n")) && status.contains(&format!("PPid:\t{parent}\n"))
    })
}

/// A frame that the program sends to the controller, since an entry says so.
async fn there_and_back(controller: &mut Controller, mac: u8) {
    let metadata = |metadata_id, value| PacketMetadata { metadata_id, value: vec![value] };
    let payload = [&[0, 0, 0, 0, 0, mac], [2; 6].as_slice(), &[8, 0], &[mac; 50]].concat();
    let packet = PacketOut { payload, metadata: vec![metadata(1, 0), metadata(2, 1)] };
    controller.say(Say::Packet(packet)).await;
    match controller.hear().await.unwrap() {
        Heard::Packet(packet) => assert!(packet.payload.ends_with(&[mac; 50]), "{packet:?}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_real_switch_that_is_killed_is_brought_back_with_all_that_was_in_it() {
    if std::process::Command::new("simple_switch").arg("--version").output().is_err() {
        println!("skipped: there is no simple_switch");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let server = "metrics = \"127.0.0.1:0\"\naudit = \"audit.jsonl\"\nstore = \"dpmu.redb\"";
    let config = config(server, "cpu_port = 510", &format!("program = {:?}", features()));
    let served = Served::start_with(folder.path(), &config, &["--switch", "bmv2"]);
    wait(async {
        let mut controller = Controller::primary(served.client("a").await, 1).await;
        let mut expected = Vec::new();
        for round in 1..=2u8 {
            let macs = (round * 10)..(round * 10 + 5);
            let batch: Vec<_> = macs.map(|mac| (Type::Insert, controller.forward(mac.into(), 510))).collect();
            expected.extend(batch.iter().map(|(_, entry)| entry.clone()));
            controller.write(batch, Atomicity::ContinueOnError).await.unwrap();
            there_and_back(&mut controller, round * 10).await;
            let switch = child(served.id(), "simple_switch").expect("no simple_switch was started");
            assert!(Command::new("kill").args(["-KILL", &switch.to_string()]).status().unwrap().success());
            // What is asked for meanwhile is refused whole, or done.
            let entry = controller.forward(u64::from(round) * 10 + 9, 510);
            let asked =
                controller.try_write(vec![(Type::Insert, entry.clone())], Atomicity::ContinueOnError).await;
            match asked {
                Ok(()) => expected.push(entry),
                Err(status) => assert_eq!(status.code(), Code::Unknown, "{status}"),
            }
            let deadline = Instant::now() + Duration::from_secs(60);
            let wanted = format!("hyper4_reconciliations_total {round}\n");
            while !served.metrics().contains(&wanted) {
                assert!(Instant::now() < deadline, "{}\n{}", served.log(), served.metrics());
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            let now = child(served.id(), "simple_switch").expect("it isn't there again");
            assert_ne!(now, switch);
            for entry in &expected {
                assert!(controller.entries("exact_table").await.contains(entry), "{entry:?}");
            }
            there_and_back(&mut controller, round * 10).await;
            there_and_back(&mut controller, 10).await;
        }
        assert_eq!(controller.entries("exact_table").await.len(), expected.len());
    });
    let metrics = served.metrics();
    assert!(metrics.contains("hyper4_device_up 1\n"), "{metrics}");
    let added =
        metrics.lines().find_map(|line| line.strip_prefix("hyper4_repairs_total{what=\"row_added\"} "));
    assert!(added.unwrap().parse::<u64>().unwrap() > 100, "{metrics}");
    assert!(served.log().contains("the device was brought back"), "{}", served.log());
    let audit = std::fs::read_to_string(folder.path().join("audit.jsonl")).unwrap();
    assert_eq!(audit.matches("the device was brought back").count(), 2, "{audit}");
    let switch = child(served.id(), "simple_switch").expect("it isn't there");
    assert_eq!(served.terminate(), Some(0));
    assert!(!std::path::Path::new(&format!("/proc/{switch}")).exists(), "simple_switch {switch} runs on");
}
