//! Every method that the interface files in `thrift/` have is answered, and every call that is made is one of them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeMap;
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use hyper4_ir::{Command, Program, parse_command};
use hyper4_proto::{CallError, Client, Connection, Fields, Method, Outcome, Request, Value, calls, request};

/// A method's arguments: their types by number.
type Methods = BTreeMap<String, Vec<String>>;

/// The methods of all interface files, `service:method`.
fn declared() -> Methods {
    let files = [
        ("standard", include_str!("../thrift/standard.thrift")),
        ("simple_pre", include_str!("../thrift/simple_pre.thrift")),
        ("simple_pre_lag", include_str!("../thrift/simple_pre_lag.thrift")),
        ("simple_switch", include_str!("../thrift/simple_switch.thrift")),
    ];
    let mut methods = Methods::new();
    for (service, text) in files {
        let body = text.split_once("\nservice ").unwrap().1;
        for line in body.lines().filter(|line| line.starts_with("  ")) {
            let (head, rest) = line.split_once('(').unwrap();
            let name = head.split_whitespace().last().unwrap();
            let list = rest.split_once(')').unwrap().0;
            let types =
                list.split(", ").filter(|argument| !argument.is_empty()).enumerate().map(|(i, argument)| {
                    let (number, rest) = argument.split_once(": ").unwrap();
                    assert_eq!(number, (i + 1).to_string(), "{line}");
                    rest.rsplit_once(' ').unwrap().0.to_owned()
                });
            methods.insert(format!("{service}:{name}"), types.collect());
        }
    }
    methods
}

fn program() -> Arc<Program> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../corpus/golden/l2_switch/prog.json");
    Arc::new(Program::from_json(&std::fs::read_to_string(file).unwrap()).unwrap())
}

/// A connection, and a server at its other end that answers each call with what `handle` makes of it.
fn served(handle: impl Fn(&hyper4_proto::IncomingCall) -> Outcome + Send + 'static) -> Client {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    std::thread::spawn(move || {
        let mut connection = Connection::new(listener.accept().unwrap().0).unwrap();
        while let Ok(Some(call)) = connection.next_call() {
            let outcome = handle(&call);
            connection.answer(&call, outcome).unwrap();
        }
    });
    Client::new(stream, Duration::from_secs(10)).unwrap()
}

#[test]
fn every_declared_method_is_known() {
    let methods = declared();
    assert_eq!(methods.len(), 101, "{:?}", methods.keys());
    let loaded = program();
    for program in [None, Some(loaded)] {
        let known = program.clone();
        let mut client = served(move |call| match request(known.as_deref(), call) {
            Ok(Request::Commands(_)) | Ok(Request::Process(_)) => Outcome::Done,
            Err(outcome) => outcome,
        });
        for method in methods.keys() {
            // Without arguments a method finds nothing of that name, but it is there.
            match client.call(method, Fields::new()) {
                Ok(_) | Err(CallError::Refused(_)) => {}
                Err(CallError::Exception(text)) if text.ends_with("unordered_map::at") => {}
                Err(error) => panic!("{method}: {error}"),
            }
        }
        for method in
            ["standard:bm_mt_nothing", "nothing:bm_mt_add_entry", "simple_pre:bm_mc_set_lag_membership"]
        {
            match client.call(method, Fields::new()) {
                Err(CallError::Exception(text)) => assert!(text.contains("Invalid method name"), "{text}"),
                other => panic!("{method}: {other:?}"),
            }
        }
    }
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Bool(_) => "bool",
        Value::I16(_) => "i16",
        Value::I32(_) => "i32",
        Value::I64(_) => "i64",
        Value::Double(_) => "double",
        Value::Binary(_) => "string",
        Value::List(_) => "list",
        Value::Map(_) => "map",
        Value::Struct(_) => "struct",
    }
}

/// A type of an interface file as [`type_name`] has it.
fn plain(declared: &str) -> &str {
    match declared {
        "binary" => "string",
        name if name.starts_with("list<") => "list",
        name if name.starts_with(char::is_uppercase) => "struct",
        name => name,
    }
}

/// Commands become the calls that the files declare, and the calls become the commands again.
#[test]
fn commands_survive_the_way_there() {
    let program = program();
    let methods = declared();
    let lines = [
        "table_add SwitchIngress.dmac SwitchIngress.forward 00:00:00:00:00:01 => 3",
        "table_modify SwitchIngress.dmac SwitchIngress.forward 16777216 => 3",
        "table_delete SwitchIngress.dmac 5",
        "table_set_default SwitchIngress.dmac SwitchIngress.flood",
        "table_reset_default SwitchIngress.dmac",
        "table_clear SwitchIngress.dmac",
        "table_num_entries SwitchIngress.dmac",
        "table_dump_entry SwitchIngress.dmac 1",
        "table_dump_entry_from_key SwitchIngress.dmac 00:00:00:00:00:01",
        "table_set_timeout SwitchIngress.dmac 1 500",
        "mc_mgrp_create 1",
        "mc_mgrp_destroy 1",
        "mc_node_create 7 1 2 511 | 0 5",
        "mc_node_update 3 1 | 5",
        "mc_node_associate 1 3",
        "mc_node_dissociate 1 3",
        "mc_node_destroy 3",
        "mc_set_lag_membership 5 1 2",
        "mc_dump",
        "mirroring_add 5 1",
        "mirroring_add_mc 5 1",
        "mirroring_set 5 port 1 group 2",
        "mirroring_delete 5",
        "mirroring_get 5",
        "set_queue_depth 64",
        "set_queue_depth 64 1",
        "set_queue_depth 64 1 2",
        "set_queue_rate 1000",
        "set_queue_rate 1000 1",
        "set_queue_rate 1000 1 2",
        "reset_state",
    ];
    let mut compared = 0;
    for line in lines {
        let command = parse_command(&program, line, 1).unwrap().unwrap();
        let all = calls(&program, &command).unwrap();
        let [call] = all.as_slice() else { panic!("{line}: {all:?}") };
        let types: Vec<&str> = call.arguments.values().map(type_name).collect();
        let wanted: Vec<&str> = methods[&call.method].iter().map(|name| plain(name)).collect();
        assert_eq!(types, wanted, "{line}");

        let (name, arguments, known) = (call.method.clone(), call.arguments.clone(), Arc::clone(&program));
        let (sender, received) = std::sync::mpsc::channel();
        let mut client = served(move |call| {
            assert_eq!(Method::of(call).service, call.method.split_once(':').unwrap().0);
            sender.send(request(Some(&known), call)).unwrap();
            Outcome::Done
        });
        client.call(&name, arguments).unwrap();
        let back = received.recv().unwrap();
        assert_eq!(back, Ok(Request::Commands(vec![command])), "{line}");
        compared += 1;
    }
    assert_eq!(compared, lines.len());
    let dump = Command::TableDump { table: "SwitchIngress.dmac".to_owned() };
    assert_eq!(calls(&program, &dump).unwrap().len(), 2);
}

/// What isn't there has an exception of its own, but for one method, whose map throws.
#[test]
fn calculations_that_are_not_there_are_refused_as_bmv2_does() {
    for (method, wanted) in [
        ("standard:bm_set_crc16_custom_parameters", Outcome::Refused(1)),
        ("standard:bm_set_toeplitz_hash_key", Outcome::Failed("unordered_map::at".to_owned())),
    ] {
        let known = program();
        let (sender, received) = std::sync::mpsc::channel();
        let mut client = served(move |call| {
            sender.send(request(Some(&known), call)).unwrap();
            Outcome::Done
        });
        let arguments = [(1, Value::I32(0)), (2, Value::text("nothing"))].into();
        client.call(method, arguments).unwrap();
        assert_eq!(received.recv().unwrap(), Err(wanted), "{method}");
    }
}
