//! How much of the server one slice's controllers may hold.

use hyper4_p4runtime::tonic::Code;
use hyper4_p4runtime::v1::CapabilitiesRequest;
use hyper4_p4runtime::v1::update::Type;
use hyper4_p4runtime::v1::write_request::Atomicity;

use super::served::{Controller, Served, features};
use super::{config, wait};

/// Two slices, the first one bounded.
fn two(bounds: &str) -> String {
    let first = config("", &format!("cpu_port = 510\n{bounds}"), &format!("program = {:?}", features()));
    format!(
        "{first}\n[[slice]]\nname = \"b\"\nports = [5, 6]\np4runtime = \"127.0.0.1:0\"\n[[slice.device]]\nname = \"d\"\n\
         program = {:?}\n",
        features()
    )
}

#[test]
fn connections_beyond_the_bound_are_told_so_and_come_back_when_others_go() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(folder.path(), &two("connections = 3"));
    wait(async {
        let mut open = Vec::new();
        for _ in 0..3 {
            let mut client = served.client("a").await;
            client.capabilities(CapabilitiesRequest {}).await.unwrap();
            open.push(client);
        }
        let mut told = Vec::new();
        for _ in 0..8 {
            let mut client = served.client("a").await;
            let refused = client.capabilities(CapabilitiesRequest {}).await.unwrap_err();
            assert_eq!(refused.code(), Code::ResourceExhausted);
            let expected =
                "the slice's controllers have 3 connections already, and may have no more: close one";
            assert_eq!(refused.message(), expected);
            told.push(client);
        }
        // Those that are far too many aren't even told.
        let address = served.address("slice a: P4Runtime").to_owned();
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(std::time::Duration::from_secs(20))).unwrap();
        let ended = std::io::Read::read(&mut stream, &mut [0; 1]);
        assert!(matches!(ended, Ok(0) | Err(_)), "{ended:?}");
        assert!(!matches!(&ended, Err(error) if error.kind() == std::io::ErrorKind::WouldBlock));
        // Those that were there work on, and so does another slice.
        open[0].capabilities(CapabilitiesRequest {}).await.unwrap();
        let mut others = Vec::new();
        for _ in 0..10 {
            let mut client = served.client("b").await;
            client.capabilities(CapabilitiesRequest {}).await.unwrap();
            others.push(client);
        }
        drop((open.pop(), told));
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
        loop {
            let mut client = served.client("a").await;
            match client.capabilities(CapabilitiesRequest {}).await {
                Ok(_) => break,
                Err(_) => assert!(std::time::Instant::now() < deadline, "the place isn't free"),
            }
        }
    });
}

#[test]
fn requests_beyond_the_bound_are_refused_whole() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(folder.path(), &two("requests_at_once = 2"));
    wait(async {
        let mut controller = Controller::primary(served.client("a").await, 1).await;
        // Large reads and writes side by side: each write that isn't refused is done.
        let macs = 1..=400u64;
        let batch: Vec<_> = macs.map(|mac| (Type::Insert, controller.forward(mac, 2))).collect();
        controller.write(batch, Atomicity::ContinueOnError).await.unwrap();
        let (mut done, mut refused) = (0, 0);
        for round in 0..20u64 {
            let mut asked = tokio::task::JoinSet::new();
            for number in 0..12u64 {
                let (mut client, entry) =
                    (controller.client.clone(), controller.forward(1000 + round * 12 + number, 3));
                asked.spawn(async move {
                    let update = hyper4_p4runtime::v1::Update {
                        r#type: Type::Insert.into(),
                        entity: Some(hyper4_p4runtime::v1::Entity { entity: Some(entry) }),
                    };
                    let request = hyper4_p4runtime::v1::WriteRequest {
                        device_id: 1,
                        election_id: Some(hyper4_p4runtime::v1::Uint128 { high: 0, low: 1 }),
                        updates: vec![update],
                        ..Default::default()
                    };
                    client.write(request).await
                });
            }
            for answer in asked.join_all().await {
                match answer {
                    Ok(_) => done += 1,
                    Err(status) => {
                        assert_eq!(status.code(), Code::ResourceExhausted, "{status}");
                        let expected = "2 requests of the slice's controllers are being answered, and no more are taken: \
                                        ask again later";
                        assert_eq!(status.message(), expected);
                        refused += 1;
                    }
                }
            }
        }
        assert_eq!(done + refused, 240);
        assert!(done >= 20 && refused >= 20, "{done} done, {refused} refused");
        assert_eq!(controller.entries("exact_table").await.len(), 400 + done);
    });
}
