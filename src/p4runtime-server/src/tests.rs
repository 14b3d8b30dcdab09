#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use hyper4_bits::Bits;
use hyper4_p4runtime::prost::Message;
use hyper4_p4runtime::tonic::{Code, Status};
use hyper4_p4runtime::v1::{self, PacketMetadata, PacketOut};

use crate::arbitration::{Arbitration, Told, role_name};
use crate::failure::batch_status;
use crate::pipeline::{ControllerHeader, Headers};
use crate::value::{decode, encode};
use crate::{Failure, packet};

fn what() -> String {
    "it".to_owned()
}

#[test]
fn byte_strings_are_as_short_as_they_can_be() {
    for (bytes, width, value) in
        [(&[0u8][..], 9, 0), (&[0x01, 0xff], 9, 0x1ff), (&[0, 0, 7], 3, 7), (&[0xff], 16, 0xff)]
    {
        assert_eq!(decode(bytes, width, &what), Ok(Bits::from_u64(width, value)), "{bytes:?}");
    }
    assert_eq!(encode(&Bits::from_u64(32, 0x0a00_0000)), [0x0a, 0, 0, 0]);
    assert_eq!(encode(&Bits::from_u64(32, 0x10)), [0x10]);
    assert_eq!(encode(&Bits::zero(48)), [0]);
    let code = |bytes: &[u8], width| decode(bytes, width, &what).map_err(|failure: Failure| failure.code);
    assert_eq!(code(&[], 8), Err(Code::InvalidArgument));
    assert_eq!(code(&[2, 0], 9), Err(Code::OutOfRange));
    assert_eq!(code(&[8], 3), Err(Code::OutOfRange));
}

/// Who was told which code, and which election ID.
fn codes(told: &[Told]) -> Vec<(u64, Code, Option<u64>)> {
    let code = |(stream, update): &Told| {
        let code = update.status.as_ref().map_or(Code::Unknown, |status| Code::from_i32(status.code));
        (*stream, code, update.election_id.as_ref().map(|id| id.low))
    };
    told.iter().map(code).collect()
}

#[test]
fn the_highest_election_id_that_was_heard_is_the_primarys() {
    let mut arbitration = Arbitration::default();
    let mut arbitrate = |stream, id: Option<u128>| arbitration.arbitrate(stream, String::new(), id, 7);
    assert_eq!(codes(&arbitrate(1, None).unwrap()), [(1, Code::NotFound, None)]);
    assert_eq!(
        codes(&arbitrate(2, Some(5)).unwrap()),
        [(1, Code::AlreadyExists, Some(5)), (2, Code::Ok, Some(5))]
    );
    // A backup is told alone; an ID that is taken ends the stream.
    assert_eq!(codes(&arbitrate(3, Some(4)).unwrap()), [(3, Code::AlreadyExists, Some(5))]);
    assert_eq!(arbitrate(4, Some(4)).map_err(|failure| failure.code).err(), Some(Code::InvalidArgument));
    assert!(arbitration.check("", Some(5)).is_ok());
    for id in [None, Some(4), Some(6)] {
        assert_eq!(arbitration.check("", id).map_err(|failure| failure.code), Err(Code::PermissionDenied));
    }
    assert!(arbitration.check("other", Some(5)).is_err());
    // The primary goes: nobody takes its place who doesn't say so with an ID as high.
    let told = arbitration.leave(2, 7);
    assert_eq!(codes(&told), [(1, Code::NotFound, Some(5)), (3, Code::NotFound, Some(5))]);
    assert!(arbitration.check("", Some(5)).is_err());
    let told = arbitration.arbitrate(3, String::new(), Some(5), 7).unwrap();
    assert_eq!(codes(&told), [(1, Code::AlreadyExists, Some(5)), (3, Code::Ok, Some(5))]);
    assert!(arbitration.is_primary(3) && !arbitration.is_primary(1));
    let other = arbitration.arbitrate(3, "other".to_owned(), Some(5), 7);
    assert_eq!(other.map_err(|failure| failure.code).err(), Some(Code::FailedPrecondition));
    // The primary steps down.
    let told = arbitration.arbitrate(3, String::new(), Some(2), 7).unwrap();
    assert_eq!(codes(&told), [(1, Code::NotFound, Some(5)), (3, Code::NotFound, Some(5))]);
    assert_eq!(arbitration.primaries().count(), 0);
}

#[test]
fn a_header_of_metadata_stands_before_the_packet() {
    let header = || Some(ControllerHeader { fields: vec![(1, 9), (2, 7)] });
    let headers = Headers { packet_in: header(), packet_out: header() };
    let metadata = |id, value: &[u8]| PacketMetadata { metadata_id: id, value: value.to_vec() };
    let given = vec![metadata(1, &[1, 0x02]), metadata(2, &[0x55])];
    let out = PacketOut { payload: vec![0xaa, 0xbb], metadata: given.clone() };
    let bytes = packet::packet_out(&headers, &out).unwrap();
    assert_eq!(bytes, [0x81, 0x55, 0xaa, 0xbb]);
    let read = packet::packet_in(&headers, &bytes).unwrap();
    assert_eq!((read.payload, read.metadata), (out.payload, given.clone()));
    assert_eq!(packet::packet_in(&headers, &[1]), None);
    let wrong = [
        vec![metadata(1, &[1])],
        vec![metadata(1, &[1]), metadata(2, &[0x80])],
        [given.clone(), vec![metadata(3, &[1])]].concat(),
        [given.clone(), vec![metadata(2, &[1])]].concat(),
    ];
    for metadata in wrong {
        assert!(packet::packet_out(&headers, &PacketOut { payload: Vec::new(), metadata }).is_err());
    }
}

/// Who makes up roles fills no memory; one that nobody wanted to be the primary of is forgotten.
#[test]
fn there_are_so_many_roles_and_no_more() {
    let mut arbitration = Arbitration::default();
    for stream in 0..1000 {
        assert!(arbitration.arbitrate(stream, format!("backup {stream}"), None, 7).is_ok());
        arbitration.leave(stream, 7);
    }
    let mut arbitrate = |stream: u64| {
        let answer = arbitration.arbitrate(stream, format!("role {stream}"), Some(1), 7);
        arbitration.leave(stream, 7);
        answer.map(drop).map_err(|failure| failure.code)
    };
    assert!((0..64).all(|stream| arbitrate(stream).is_ok()));
    assert_eq!(arbitrate(64), Err(Code::ResourceExhausted));
    let role = |name: String| hyper4_p4runtime::v1::Role { name, ..Default::default() };
    let named = |name: String| role_name(Some(&role(name))).map_err(|failure| failure.code);
    assert_eq!(named("x".repeat(255)), Ok("x".repeat(255)));
    assert_eq!(named("x".repeat(256)), Err(Code::InvalidArgument));
}

/// What is said of a request fits the header it goes back in, whatever it asked for.
#[test]
fn clients_take_what_they_are_told() {
    let told = |updates: usize, message: &str| {
        let failure = |number| match number % 2 {
            0 => Ok(()),
            _ => Err(Failure::new(Code::AlreadyExists, format!("{number}: {message}"))),
        };
        let results: Vec<_> = (0..updates).map(failure).collect();
        let status = batch_status(&results);
        assert!(status.message().len() + status.details().len() < 6000, "{updates}");
        assert!(status.message().contains("; number 2: 1: "), "{}", status.message());
        let details = hyper4_p4runtime::rpc::Status::decode(status.details()).unwrap().details;
        let errors = details.iter().map(|any| v1::Error::decode(any.value.as_slice()).unwrap());
        let errors: Vec<(i32, bool)> =
            errors.map(|error| (error.canonical_code, error.message.is_empty())).collect();
        for (number, (code, _)) in errors.iter().enumerate() {
            assert_eq!(*code, if number % 2 == 0 { 0 } else { Code::AlreadyExists as i32 });
        }
        (errors.len(), errors.iter().filter(|(_, empty)| !empty).count())
    };
    assert_eq!(told(20, "no"), (20, 10));
    assert_eq!(told(20, &"no ".repeat(300)), (20, 0));
    assert_eq!(told(100, "there is such an entry"), (100, 0));
    assert_eq!(told(1000, "no"), (0, 0));
    let long = Status::from(Failure::invalid("ä".repeat(5000)));
    assert!(long.message().len() < 1600 && long.message().ends_with("ä […]"));
}
