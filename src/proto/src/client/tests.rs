use std::net::TcpListener;
use std::thread::{JoinHandle, spawn};

use super::*;

const PATIENCE: Duration = Duration::from_secs(10);

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
    // Field 7 is a set of strings, field 9 a byte.
    let set = vec![14, 0, 7, 11, 0, 0, 0, 1, 0, 0, 0, 1, b'k'];
    let byte = vec![3, 0, 9, 5];
    let (outcome, _) = answered([head(2, 1), set, byte, vec![2, 0, 0, 1, 0]].concat());
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
