use std::net::TcpListener;
use std::thread::{JoinHandle, spawn};

use proptest::prelude::*;
use thrift::transport::TBufferChannel;

use super::*;

const PATIENCE: Duration = Duration::from_secs(10);

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        any::<i32>().prop_map(Value::I32),
        any::<i64>().prop_map(Value::I64),
        any::<Vec<u8>>().prop_map(Value::Binary),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            // The elements of a list are of one type.
            (inner.clone(), 0..4usize).prop_map(|(value, count)| Value::List(vec![value; count])),
            prop::collection::btree_map(any::<i16>(), inner, 0..4).prop_map(Value::Struct),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(value in values()) {
        let mut channel = TBufferChannel::with_capacity(1 << 16, 1 << 16);
        let mut output = TBinaryOutputProtocol::new(channel.clone(), true);
        write(&mut output, &value).unwrap();
        let bytes = channel.write_bytes();
        channel.set_readable_bytes(&bytes);
        let mut input = TBinaryInputProtocol::new(channel, true);
        prop_assert_eq!(read(&mut input, type_of(&value), 0).unwrap(), Some(value));
    }
}

/// A server that answers one call with these bytes, and the client's outcome.
fn answered(answer: Vec<u8>) -> (Result<Option<Value>, CallError>, Vec<u8>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let server: JoinHandle<Vec<u8>> = spawn(move || {
        use std::io::{Read, Write};
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(&answer).unwrap();
        let mut call = Vec::new();
        stream.read_to_end(&mut call).unwrap();
        call
    });
    let mut client = Client::new(stream, PATIENCE).unwrap();
    let outcome = client.call("a:b", Fields::from([(1, Value::I32(5))]));
    drop(client);
    (outcome, server.join().unwrap())
}

/// The head of an answer to call `sequence` of `a:b`; 2 is a reply, 3 an exception.
fn head(kind: u8, sequence: u8) -> Vec<u8> {
    vec![0x80, 1, 0, kind, 0, 0, 0, 1, b'b', 0, 0, 0, sequence]
}

#[test]
fn a_call_is_what_thrift_says_it_is() {
    // Field 0 is an i32, 42.
    let (outcome, call) = answered([head(2, 1), vec![8, 0, 0, 0, 0, 0, 42, 0]].concat());
    assert_eq!(outcome.unwrap(), Some(Value::I32(42)));
    let name = vec![0x80, 1, 0, 1, 0, 0, 0, 3, b'a', b':', b'b', 0, 0, 0, 1];
    assert_eq!(call, [name, vec![8, 0, 1, 0, 0, 0, 5, 0]].concat());
}

#[test]
fn an_answer_without_a_result_is_done() {
    let (outcome, _) = answered([head(2, 1), vec![0]].concat());
    assert_eq!(outcome.unwrap(), None);
}

#[test]
fn fields_of_other_types_are_passed_over() {
    // Field 7 is a map of strings, field 9 a double.
    let map = vec![13, 0, 7, 11, 11, 0, 0, 0, 1, 0, 0, 0, 1, b'k', 0, 0, 0, 1, b'v'];
    let double = vec![4, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0];
    let (outcome, _) = answered([head(2, 1), map, double, vec![2, 0, 0, 1, 0]].concat());
    assert_eq!(outcome.unwrap(), Some(Value::Bool(true)));
}

#[test]
fn a_refusal_has_its_code() {
    // Field 1 is a structure whose field 1 is an i32, 17.
    let (outcome, _) = answered([head(2, 1), vec![12, 0, 1, 8, 0, 1, 0, 0, 0, 17, 0, 0]].concat());
    assert!(matches!(outcome, Err(CallError::Refused(17))), "{outcome:?}");
}

#[test]
fn an_exception_has_its_text() {
    let (outcome, _) = answered([head(3, 1), vec![11, 0, 1, 0, 0, 0, 4, b'd', b'e', b'a', b'd', 0]].concat());
    assert!(matches!(&outcome, Err(CallError::Exception(text)) if text == "`a:b`: dead"), "{outcome:?}");
}

#[test]
fn every_other_answer_is_broken() {
    let deep = [head(2, 1), [12, 0, 0].repeat(40)].concat();
    for (answer, complaint) in [
        ([head(2, 9), vec![0]].concat(), "another call"),
        ([head(1, 1), vec![0]].concat(), "isn't answered by a reply"),
        ([head(2, 1), vec![12, 0, 1, 0, 0]].concat(), "without a code"),
        (deep, "nested too deeply"),
        (b"HTTP/1.1 400 Bad Request".to_vec(), ""),
    ] {
        match answered(answer).0 {
            Err(CallError::Broken(reason)) => assert!(reason.contains(complaint), "{reason}"),
            other => panic!("{complaint}: {other:?}"),
        }
    }
}
