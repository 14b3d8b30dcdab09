//! A tenant that tries whatever comes to its mind, beside one that works. HYPER4_HOSTILE says how many requests it makes.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use hyper4_p4runtime::prost::Message;
use hyper4_p4runtime::tonic::metadata::MetadataValue;
use hyper4_p4runtime::tonic::{Code, Request, Status};
use hyper4_p4runtime::v1::entity::Entity as Kind;
use hyper4_p4runtime::v1::stream_message_request::Update as Say;
use hyper4_p4runtime::v1::update::Type;
use hyper4_p4runtime::v1::write_request::Atomicity;
use hyper4_p4runtime::v1::*;

mod requests;

use super::served::{Controller, Served, checkout, features};
use super::wait;
use requests::{Dice, Known};

/// What the hostile tenant was told.
#[derive(Default)]
struct Told {
    requests: u64,
    codes: BTreeMap<i32, u64>,
}

impl Told {
    fn code(&mut self, code: Code, message: &str) {
        *self.codes.entry(code as i32).or_default() += 1;
        assert!(!matches!(code, Code::Internal | Code::DataLoss | Code::Unavailable), "{code}: {message}");
        // Whose names and addresses these are is nobody's business.
        for foreign in ["worker", "silent", "t0p-secret", "/home", "/tmp"] {
            assert!(!message.contains(foreign), "{code}: {message}");
        }
    }

    fn note<T>(&mut self, result: &Result<T, Status>) {
        self.requests += 1;
        let Err(status) = result else {
            *self.codes.entry(0).or_default() += 1;
            return;
        };
        self.code(status.code(), status.message());
        if status.code() == Code::Unknown {
            let details = hyper4_p4runtime::rpc::Status::decode(status.details()).unwrap().details;
            assert!(status.message().contains("updates failed"), "{}", status.message());
            for any in details {
                let error = Error::decode(any.value.as_slice()).unwrap();
                self.code(Code::from_i32(error.canonical_code), &error.message);
            }
        }
    }
}

/// Bytes that are no P4Runtime, and what begins as if they were; whether the server closes or answers is all the same.
fn garbage(dice: &mut Dice, address: &str) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(5))).unwrap();
    let mut bytes = match dice.roll(3) {
        0 => b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(),
        // Thrift's binary protocol, with lengths of its own.
        1 => [&[0x80, 1, 0, 1][..], &(dice.number() as u32).to_be_bytes()].concat(),
        _ => Vec::new(),
    };
    bytes.extend(dice.bytes(600));
    // It may have been closed already.
    let _ = stream.write_all(&bytes);
    let _ = stream.read(&mut [0; 64]);
}

/// Programs that are nearly one.
fn pipeline(dice: &mut Dice, known: &Controller) -> SetForwardingPipelineConfigRequest {
    let mut text = std::fs::read(features()).unwrap();
    match dice.roll(4) {
        0 => text = dice.bytes(4000),
        1 => text.truncate(dice.roll(text.len() as u64) as usize),
        2 => text = [b"{\"header_types\": [".as_slice(), &dice.bytes(60)].concat(),
        _ => {
            for _ in 0..3 {
                let at = dice.roll(text.len() as u64) as usize;
                text[at] = dice.roll(256) as u8;
            }
        }
    }
    SetForwardingPipelineConfigRequest {
        device_id: 1,
        election_id: Some(Uint128 { high: 0, low: known.election }),
        // Verified alone: what runs goes on.
        action: set_forwarding_pipeline_config_request::Action::Verify.into(),
        config: Some(ForwardingPipelineConfig {
            p4info: (dice.roll(4) > 0).then(|| known.info.clone()),
            p4_device_config: text,
            cookie: None,
        }),
        ..Default::default()
    }
}

fn message(dice: &mut Dice) -> Say {
    let metadata = |dice: &mut Dice| PacketMetadata {
        metadata_id: dice.roll(4) as u32,
        value: match dice.roll(3) {
            0 => dice.bytes(9),
            _ => vec![dice.roll(6) as u8],
        },
    };
    match dice.roll(5) {
        0 => Say::DigestAck(DigestListAck { digest_id: dice.number() as u32, list_id: dice.number() }),
        1 => Say::Other(hyper4_p4runtime::Any { type_url: "x".to_owned(), value: dice.bytes(30) }),
        _ => Say::Packet(PacketOut {
            payload: dice.bytes(200),
            metadata: (0..dice.roll(4)).map(|_| metadata(dice)).collect(),
        }),
    }
}

fn config() -> String {
    let slice = |name: &str, lease: &str, more: &str, program: &str| {
        format!(
            "[[slice]]\nname = \"{name}\"\n{lease}\np4runtime = \"127.0.0.1:0\"\n{more}\n[[slice.device]]\n\
             name = \"d\"\nthrift = \"127.0.0.1:0\"\n{program}\n"
        )
    };
    let program = format!("program = {:?}", features());
    let persona = checkout().join("corpus/p4runtime/persona.toml").display().to_string();
    let lease = |ports: &str, rows: u64| {
        format!("ports = {ports}\nrows = {rows}\ngroups = 8\ncopies = 32\ncells = 1300")
    };
    [
        format!("[server]\npackets = \"files\"\npersona = {persona:?}\nstore = \"dpmu.redb\"\n"),
        slice("worker", &lease("[1, 2]", 1200), "", &program),
        slice("tenant", &lease("[3, 4, 510]", 600), "cpu_port = 510", &program),
        slice("silent", "ports = [5]", "token_file = \"token\"", ""),
    ]
    .concat()
}

/// The worker goes on as if it were alone: what it wrote is there, nothing else is, and it is answered.
async fn work(worker: &mut Controller, written: &mut u64) -> Duration {
    let begin = Instant::now();
    *written += 1;
    let mac = *written % 200 + 1;
    let kind = if *written > 200 { Type::Modify } else { Type::Insert };
    let entry = worker.forward(mac, 1 + (*written % 2) as u16);
    worker.write(vec![(kind, entry)], Atomicity::ContinueOnError).await.unwrap();
    let took = begin.elapsed();
    let mut expected = BTreeSet::new();
    for number in (*written).saturating_sub(199).max(1)..=*written {
        expected.insert(format!("{:?}", worker.forward(number % 200 + 1, 1 + (number % 2) as u16)));
    }
    let read = worker.entries("exact_table").await;
    assert_eq!(read.len(), expected.len());
    assert!(read.iter().all(|entry| expected.contains(&format!("{entry:?}"))));
    took
}

#[test]
fn a_tenant_that_tries_everything_gets_nowhere() {
    let requests: u64 = std::env::var("HYPER4_HOSTILE").map_or(1500, |number| number.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("token"), "t0p-secret\n").unwrap();
    let served = Served::start(folder.path(), &config());
    let (mut dice, mut told, mut slowest) = (Dice(1), Told::default(), Duration::ZERO);
    wait(async {
        let mut worker = Controller::primary(served.client("worker").await, 1).await;
        let mut tenant = Controller::primary(served.client("tenant").await, 1).await;
        let mut stranger = served.client("silent").await;
        let known = Known::new(&tenant);
        let (mut written, mut round) = (0, 0u64);
        while told.requests < requests {
            round += 1;
            match dice.roll(40) {
                0..=22 => {
                    let request = known.write(&mut dice, tenant.election);
                    let result = tenant.client.write(request).await;
                    told.note(&result);
                }
                23..=27 => {
                    let wanted = (0..dice.roll(3) + 1).filter_map(|_| known.entity(&mut dice));
                    let entities = wanted.map(|entity| Entity { entity: Some(entity) }).collect();
                    let device_id = if dice.roll(9) == 0 { dice.number() } else { 1 };
                    let request = ReadRequest { device_id, entities, ..Default::default() };
                    let result = match tenant.client.read(request).await {
                        Ok(answer) => answer.into_inner().message().await.map(drop),
                        Err(status) => Err(status),
                    };
                    told.note(&result);
                }
                28..=31 => {
                    tenant.say(message(&mut dice)).await;
                    told.requests += 1;
                }
                32 => {
                    let client = served.client("tenant").await;
                    let mut second = Controller::silent(client, dice.number()).await;
                    let device = if dice.roll(2) == 0 { 1 } else { dice.number() };
                    let election = dice.number() / 2;
                    let mut next = tenant.election + 1;
                    if device == 1 {
                        next = next.max(election + 1);
                    }
                    let answer = second.arbitrate(device, Some(election)).await;
                    *told.codes.entry(answer.unwrap_or_else(|code| code) as i32).or_default() += 1;
                    told.requests += 1;
                    drop(second);
                    // Who is the primary now is the tenant's own affair.
                    tenant = Controller::primary(served.client("tenant").await, next).await;
                }
                33..=35 => {
                    let places = ["slice tenant: P4Runtime", "slice worker: P4Runtime"];
                    let thrift = ["slice tenant: Thrift of d", "slice worker: Thrift of d"];
                    let place = [places, thrift].concat()[dice.roll(4) as usize];
                    garbage(&mut dice, served.address(place));
                    told.requests += 1;
                }
                36..=38 => {
                    let mut request = Request::new(known.write(&mut dice, 1));
                    let token = ["Bearer ", "Bearer t0p", "Bearer x", "Basic t0p-secret"];
                    let token = MetadataValue::from_static(token[dice.roll(4) as usize]);
                    request.metadata_mut().insert("authorization", token);
                    let result = stranger.write(request).await;
                    assert_eq!(result.as_ref().map_err(Status::code).unwrap_err(), Code::Unauthenticated);
                    told.note(&result);
                }
                _ if round.is_multiple_of(9) => {
                    let request = pipeline(&mut dice, &tenant);
                    let result = tenant.client.set_forwarding_pipeline_config(request).await;
                    told.note(&result);
                }
                _ if round.is_multiple_of(50) => {
                    // More than a message may have.
                    let data = Some(p4_data::Data::Bitstring(vec![7; 65 << 20]));
                    let data = Some(P4Data { data });
                    let register = RegisterEntry { data, ..Default::default() };
                    let entity = Some(Entity { entity: Some(Kind::RegisterEntry(register)) });
                    let updates = vec![Update { r#type: 1, entity }];
                    let request = WriteRequest { updates, device_id: 1, ..Default::default() };
                    let result = tenant.client.write(request).await;
                    assert!(result.is_err());
                    told.note(&result);
                }
                _ => {}
            }
            if round.is_multiple_of(20) {
                slowest = slowest.max(work(&mut worker, &mut written).await);
            }
        }
        assert!(written > 10);
        slowest = slowest.max(work(&mut worker, &mut written).await);
    });
    // It did not fail at one thing alone.
    for code in [
        Code::Ok,
        Code::InvalidArgument,
        Code::NotFound,
        Code::AlreadyExists,
        Code::PermissionDenied,
        Code::OutOfRange,
        Code::Unimplemented,
        Code::Unauthenticated,
    ] {
        assert!(told.codes.contains_key(&(code as i32)), "never {code:?}: {:?}", told.codes);
    }
    assert!(!served.log().contains("panicked"), "{}", served.log());
    println!(
        "{} requests, by their codes {:?}; the other waited {slowest:?} at most",
        told.requests, told.codes
    );
    assert_eq!(served.terminate(), Some(0));
}
