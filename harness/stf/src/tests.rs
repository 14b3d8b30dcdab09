use std::collections::VecDeque;
use std::sync::Arc;

use hyper4_ir::{Batch, Command, CounterArray, CounterValue, Output, Packet, Program, Reply, TableId};
use hyper4_switch::{Switch, SwitchError, Tracing};

use crate::*;

const PROGRAM: &str = include_str!("../tests/data/keys.json");

fn program() -> Arc<Program> {
    Arc::new(Program::from_json(PROGRAM).unwrap())
}

fn one(text: &str) -> Statement {
    let test = parse(text).unwrap_or_else(|errors| panic!("{text}: {errors:?}"));
    assert_eq!(test.lines.len(), 1, "{text}");
    test.lines.into_iter().next().unwrap().statement
}

#[test]
fn statements_are_read() {
    let call = |name: &str, arguments: &[(&str, &str)]| ActionCall {
        name: name.to_owned(),
        arguments: arguments.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect(),
    };
    let field = |field: &str, value: &str| KeyMatch {
        field: field.to_owned(),
        value: KeyText::Number(value.to_owned()),
    };
    let cases = [
        (
            "add t 100 data.f2:0x0404**** c4_6(v4:0x40, port:2)",
            Statement::Add {
                table: "t".to_owned(),
                priority: Some(100),
                key: vec![field("data.f2", "0x0404****")],
                action: call("c4_6", &[("v4", "0x40"), ("port", "2")]),
                name: None,
            },
        ),
        (
            "ADD a.b x$0.h:0b1 hdr[1].$valid$:1 act() = A # why",
            Statement::Add {
                table: "a.b".to_owned(),
                priority: None,
                key: vec![field("x$0.h", "0b1"), field("hdr[1].$valid$", "1")],
                action: call("act", &[]),
                name: Some("A".to_owned()),
            },
        ),
        (
            "add t \"a b\":5/3 k:1..0x5 act()",
            Statement::Add {
                table: "t".to_owned(),
                priority: None,
                key: vec![
                    KeyMatch { field: "a b".to_owned(), value: KeyText::Prefix("5".to_owned(), 3) },
                    KeyMatch {
                        field: "k".to_owned(),
                        value: KeyText::Range("1".to_owned(), "0x5".to_owned()),
                    },
                ],
                action: call("act", &[]),
                name: None,
            },
        ),
        (
            "setdefault t drop(r:0)",
            Statement::SetDefault { table: "t".to_owned(), action: call("drop", &[("r", "0")]) },
        ),
        ("remove all", Statement::Remove { name: None }),
        ("remove $A", Statement::Remove { name: Some("A".to_owned()) }),
        ("packet 3 0a 0B", Statement::Packet { port: 3, bytes: vec![0x0a, 0x0b] }),
        ("packet 510 ff # all", Statement::Packet { port: 510, bytes: vec![0xff] }),
        ("expect 0", Statement::Expect { port: 0, pattern: None }),
        ("expect 0 $", Statement::Expect { port: 0, pattern: Pattern::new("", true) }),
        ("expect 1 *A 0b$", Statement::Expect { port: 1, pattern: Pattern::new("*a0b", true) }),
        ("expect 1 12 3", Statement::Expect { port: 1, pattern: Pattern::new("123", false) }),
        ("no_packet", Statement::NoPacket),
        ("  Wait  ", Statement::Wait),
        (
            "check_counter c(7)",
            Statement::CheckCounter { counter: "c".to_owned(), index: CounterIndex::Number(7), check: None },
        ),
        (
            "check_counter a.c($A) bytes >= 0x10",
            Statement::CheckCounter {
                counter: "a.c".to_owned(),
                index: CounterIndex::Entry("A".to_owned()),
                check: Some((CountKind::Bytes, Comparison::GreaterOrEqual, 16)),
            },
        ),
        (
            "check_counter c(0) packets = 2",
            Statement::CheckCounter {
                counter: "c".to_owned(),
                index: CounterIndex::Number(0),
                check: Some((CountKind::Packets, Comparison::Equal, 2)),
            },
        ),
        ("MC_Node_Create  3 1  2 # rid", Statement::Command { text: "mc_node_create 3 1 2".to_owned() }),
        (
            "meter_set_rates m 2 0.000005:4 0.00002:5",
            Statement::Command { text: "meter_set_rates m 2 0.000005:4 0.00002:5".to_owned() },
        ),
    ];
    for (text, statement) in cases {
        assert_eq!(one(text), statement, "{text}");
    }
    assert_eq!(parse("\n  # nothing\n\n").unwrap(), Test::default());
}

#[test]
fn every_wrong_line_is_told() {
    let cases = [
        ("frob 1", 1, "no statement begins with `frob`"),
        ("packet x 00", 8, "a port from 0 to 510 is expected"),
        ("packet 511 00", 8, "a port from 0 to 510 is expected"),
        ("packet 0x1 00", 8, "a port from 0 to 510"),
        ("packet 1 000", 7, "3 hexadecimal digits are no whole bytes"),
        ("packet 1", 7, "write the packet's bytes"),
        ("packet 1 0*", 11, "`*` is no hexadecimal digit"),
        ("packet 1 00$", 12, "`$` is no hexadecimal digit"),
        ("expect 1 00$ 00", 14, "nothing can follow"),
        ("expect 1 0g", 11, "`g` is no hexadecimal digit"),
        ("add t", 6, "a key field or an action is expected here, but the line ends"),
        ("add 5 k:1 a()", 5, "a table is expected here, but there is `5`"),
        ("add t k:x a()", 9, "a value is expected here, but there is `x`"),
        ("add t k:1 a(", 13, "a parameter is expected here, but the line ends"),
        ("add t k:1 a(p:1 q:2)", 17, "`,` or `)` is expected here, but there is `q`"),
        ("add t k:1 a() = 5", 17, "a name for the entry is expected here, but there is `5`"),
        ("add t k:1 a() b()", 15, "the end of the line is expected here, but there is `b`"),
        ("add t k:1/4294967296 a()", 11, "a prefix is never that long"),
        ("add t 0x1ffffffffffffffff k:1 a()", 7, "is not a priority: a whole number is expected"),
        ("setdefault t a", 15, "`(` is expected here, but the line ends"),
        ("remove 5", 8, "`all` or an entry's name is expected"),
        ("wait 5", 6, "the end of the line is expected"),
        ("check_counter c(A) apples == 1", 20, "`packets` or `bytes` is expected, not `apples`"),
        ("check_counter c(A) packets : 1", 20, "`:` is no comparison"),
        ("check_counter c 5", 17, "`(` is expected here"),
        ("add \"t k:1 a()", 5, "has no second quote"),
        ("add t k:1 a() ;", 15, "`;` means nothing here"),
    ];
    let text: String = cases.iter().map(|(line, ..)| format!("{line}\nwait\n")).collect();
    let errors = parse(&text).unwrap_err();
    assert_eq!(errors.len(), cases.len(), "{errors:?}");
    for (index, ((line, column, reason), error)) in cases.iter().zip(&errors).enumerate() {
        assert_eq!((error.line, error.column), (2 * index + 1, *column), "{line}: {error}");
        assert!(error.reason.contains(reason), "{line}: {error}");
    }
}

#[test]
fn patterns_match_as_p4c_says() {
    let cases = [
        ("", false, "", true),
        ("", false, "00", true),
        ("", true, "00", false),
        ("", true, "", true),
        ("0a", false, "0a0b", true),
        ("0a", true, "0a0b", false),
        ("0A0b", true, "0a0b", true),
        ("0a*", false, "0a0b", true),
        ("0a*", true, "0a0b", false),
        ("0a*b", true, "0afb", true),
        ("0a*b", true, "0afa", false),
        ("0a0b0", false, "0a0b", false),
        ("0*", false, "", false),
    ];
    for (digits, exact, packet, holds) in cases {
        let bytes = bytes(packet);
        let pattern = Pattern::new(digits, exact).unwrap();
        assert_eq!(pattern.check(&bytes).is_ok(), holds, "{digits} {exact} {packet}");
    }
    assert_eq!(Pattern::new("0g", false), None);
    let told = |digits: &str, packet: &str| {
        Pattern::new(digits, true).unwrap().check(&bytes(packet)).unwrap_err().to_string()
    };
    assert_eq!(told("00112", "0011"), "it is 2 bytes long, at least 2.5 are wanted");
    assert_eq!(told("0011", "001122"), "it is 3 bytes long, exactly 2 are wanted");
    assert_eq!(told("001122", "001132"), "byte 2 differs in its first digit");
    assert_eq!(Pattern::new("*A0", true).unwrap().to_string(), "*a0$");
}

fn bytes(hex: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(digit).collect()
}

/// The command that an `add` becomes.
fn resolved(text: &str) -> Result<String, String> {
    let Statement::Add { table, priority, key, action, .. } = one(text) else { panic!("{text}") };
    resolve(&program(), &table, priority, &key, &action).map(|r| r.command)
}

#[test]
fn entries_become_commands() {
    let cases = [
        // Names: whole, after a dot, any end; validity; an index after `$`.
        ("add ingress.all_exact h.x:1 send(port:3)", "table_add ingress.all_exact ingress.send 1 0 0 => 3"),
        ("add all_exact h.valid:1 send(port:3)", "table_add ingress.all_exact ingress.send 0 0 1 => 3"),
        ("add all_exact $valid:1 send(port:3)", "table_add ingress.all_exact ingress.send 0 0 1 => 3"),
        ("add _exact s$1.x:7 NoAction()", "table_add ingress.all_exact NoAction 0 7 0 =>"),
        ("add all_exact s[1].x:7 x:2 NoAction()", "table_add ingress.all_exact NoAction 2 7 0 =>"),
        // Priorities are turned round, and left out where nothing ranks.
        ("add all_exact 5 NoAction()", "table_add ingress.all_exact NoAction 0 0 0 =>"),
        ("add tern 9999 NoAction()", "table_add ingress.tern NoAction 0&&&0 0&&&0 => 1"),
        // Ternary: the digits written and not `*`.
        ("add tern 0 h.x:0x1* NoAction()", "table_add ingress.tern NoAction 0x10&&&0xf0 0&&&0 => 10000"),
        ("add tern 0 h.x:0b1**1 NoAction()", "table_add ingress.tern NoAction 0x09&&&0x09 0&&&0 => 10000"),
        ("add tern 0 h.y:0x1** NoAction()", "table_add ingress.tern NoAction 0&&&0 0x100&&&0x100 => 10000"),
        ("add tern 0 h.x:17 NoAction()", "table_add ingress.tern NoAction 0x11&&&0xff 0&&&0 => 10000"),
        ("add tern 0 h.x:0o17 NoAction()", "table_add ingress.tern NoAction 0x0f&&&0x3f 0&&&0 => 10000"),
        // lpm: what is before the `*`.
        ("add lpm x:0x1* NoAction()", "table_add ingress.lpm NoAction 0x10/4 =>"),
        ("add lpm x:0b1******* NoAction()", "table_add ingress.lpm NoAction 0b10000000/1 =>"),
        ("add lpm x:16/4 NoAction()", "table_add ingress.lpm NoAction 16/4 =>"),
        ("add lpm x:16 NoAction()", "table_add ingress.lpm NoAction 16/8 =>"),
        ("add lpm NoAction()", "table_add ingress.lpm NoAction 0/0 =>"),
        // Ranges and optional keys.
        ("add ran 1 x:3..0x10 NoAction()", "table_add ingress.ran NoAction 3->0x10 0&&&0 => 9999"),
        ("add ran 1 x:3 y:5 NoAction()", "table_add ingress.ran NoAction 3->3 0x005&&&0x1ff => 9999"),
        ("add ran 1 NoAction()", "table_add ingress.ran NoAction 0->0xff 0&&&0 => 9999"),
    ];
    for (text, command) in cases {
        let found = resolved(text).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(found, command, "{text}");
        let parsed = hyper4_ir::parse_command(&program(), &found, 1);
        assert!(matches!(parsed, Ok(Some(Command::TableAdd { .. }))), "{text}: {parsed:?}");
    }
}

#[test]
fn what_does_not_fit_the_program_is_told() {
    let cases = [
        ("add nothing NoAction()", "no table is called `nothing`"),
        ("add n NoAction()", "table `n` is ambiguous: it may be `ingress.tern`, `ingress.ran`"),
        ("add lpm drop()", "no action of table `ingress.lpm` is called `drop`"),
        ("add lpm z:1 NoAction()", "table `ingress.lpm` has no key field `z`: it has `hdr.h.x`"),
        ("add lpm x:1 h.x:2 NoAction()", "key `hdr.h.x` is given twice"),
        ("add all_exact send()", "parameter `port` of action `ingress.send` is missing"),
        ("add all_exact send(q:1)", "action `ingress.send` has no parameter `q`: it has `port`"),
        ("add all_exact send(port:1, port:1)", "parameter `port` of action `ingress.send` is given twice"),
        ("add all_exact x:0x* NoAction()", "it is exact, so it can't be given with `*`"),
        ("add all_exact x:1/2 NoAction()", "it is exact, so it can't be a prefix"),
        ("add lpm x:1..2 NoAction()", "it is lpm, so it can't be a range"),
        ("add lpm x:0x*1 NoAction()", "may only stand at the end"),
        ("add lpm x:0x**** NoAction()", "more `*` than the key is wide"),
        ("add tern NoAction()", "table `ingress.tern` ranks its entries: write a priority"),
        ("add tern 10001 NoAction()", "priority 10001 is too great"),
        ("add tern 1 h.x:0x100 NoAction()", "key `hdr.h.x`: "),
    ];
    for (text, reason) in cases {
        let error = resolved(text).expect_err(text);
        assert!(error.contains(reason), "{text}: {error}");
    }
}

/// A switch that takes every command, answers what it is told to and sends each packet to port 1.
#[derive(Default)]
struct Fake {
    commands: Vec<String>,
    replies: VecDeque<Reply>,
    batches: Vec<usize>,
}

impl Switch for Fake {
    fn load(&mut self, _program: Arc<Program>) -> Result<(), SwitchError> {
        Ok(())
    }

    fn program(&self) -> Option<&Arc<Program>> {
        None
    }

    fn control(&mut self, command: &Command) -> Result<Reply, SwitchError> {
        self.commands.push(format!("{command:?}"));
        Ok(self.replies.pop_front().unwrap_or(Reply::Handle(self.commands.len() as u64)))
    }

    fn inject(&mut self, packets: &[Packet], _tracing: Tracing) -> Result<Batch, SwitchError> {
        self.batches.push(packets.len());
        let output =
            |(cause, p): (usize, &Packet)| Output { cause: Some(cause), port: 1, bytes: p.bytes.clone() };
        Ok(Batch { outputs: packets.iter().enumerate().map(output).collect(), ..Batch::default() })
    }
}

fn outcome(text: &str) -> Result<Report, StfError> {
    run(&mut Fake::default(), &program(), &parse(text).unwrap())
}

#[test]
fn packets_are_compared_by_port_and_order() {
    // (test, kinds and lines of its failures); the switch sends everything to port 1
    use FailureKind::{Different, Missing, Unexpected};
    type Failed<'a> = &'a [(FailureKind, Option<usize>)];
    let cases: [(&str, Failed<'_>); 9] = [
        ("packet 0 0102\nexpect 1 0102$", &[]),
        ("packet 0 0102\nexpect 1", &[]),
        ("expect 1 01\nexpect 1 02\npacket 0 01\npacket 0 02", &[]),
        ("packet 0 02\npacket 0 01\nexpect 1 01\nexpect 1 02", &[(Different, Some(3)), (Different, Some(4))]),
        ("packet 0 01\nexpect 1 01\nexpect 1 02", &[(Missing, Some(3))]),
        ("packet 0 01\npacket 0 02\nexpect 1 01", &[(Unexpected, None)]),
        // Port 1 is only looked at where the test names it, or says that nothing else comes.
        ("packet 0 01", &[]),
        ("packet 1 01", &[(Unexpected, None)]),
        ("packet 0 01\nno_packet", &[(Unexpected, None)]),
    ];
    for (text, failures) in cases {
        let report = outcome(text).unwrap();
        let found: Vec<_> = report.failures.iter().map(|f| (f.kind, f.line)).collect();
        assert_eq!(found, failures, "{text}: {:?}", report.failures);
    }
    let report = outcome("packet 0 0102\nexpect 2\nexpect 1 0003").unwrap();
    assert_eq!((report.packets, report.outputs.len(), report.checks), (1, 1, 2));
    let told: Vec<String> = report.failures.iter().map(ToString::to_string).collect();
    let second =
        "line 3: packet 1 of port 1: byte 0 differs in its second digit\n  wanted  0003\n  there is 0102";
    assert_eq!(told, ["line 2: packet 1 of port 2 didn't come", second]);
}

#[test]
fn commands_stand_between_packets_and_entries_can_be_removed() {
    let text = "add lpm x:1 NoAction() = A\nadd all_exact NoAction()\npacket 0 01\npacket 0 02\nremove $A\n\
                wait\npacket 0 03\nremove all\nsetdefault all_exact send(port:2)";
    let mut fake = Fake::default();
    run(&mut fake, &program(), &parse(text).unwrap()).unwrap();
    assert_eq!(fake.batches, [2, 1]);
    let starts = ["TableAdd", "TableAdd", "TableDelete", "TableDelete", "TableSetDefault"];
    assert_eq!(fake.commands.len(), starts.len(), "{:?}", fake.commands);
    for (command, start) in fake.commands.iter().zip(starts) {
        assert!(command.starts_with(start), "{command}");
    }
    assert!(fake.commands[2].contains("ingress.lpm") && fake.commands[2].contains("handle: 1"));
    assert!(fake.commands[3].contains("ingress.all_exact") && fake.commands[3].contains("handle: 2"));
    let wrong = [
        ("wait\nremove A", "line 2: no entry that was added is called `A`"),
        ("add lpm NoAction() = A\nadd lpm NoAction() = A", "line 2: there is an entry called `A` already"),
        ("add lpm NoAction() = A\nremove all\nremove A", "line 3: no entry that was added is called `A`"),
        ("mc_mgrp_create x", "line 1: `x` is not a multicast group"),
    ];
    for (text, error) in wrong {
        let found = outcome(text).expect_err(text).to_string();
        assert!(found.starts_with(error), "{text}: {found}");
    }
}

#[test]
fn counters_are_checked() {
    let mut counted = Program::clone(&program());
    let table = |name: &str| counted.tables.iter().position(|t| t.name == name).unwrap() as u32;
    let (exact, lpm) = (TableId(table("ingress.all_exact")), TableId(table("ingress.lpm")));
    let counter =
        |name: &str, direct| CounterArray { name: name.to_owned(), direct, size: 16, source_info: None };
    counted.counters = vec![
        counter("ingress.of_lpm", Some(lpm)),
        counter("ingress.of_exact", Some(exact)),
        counter("free", None),
    ];
    let counted = Arc::new(counted);
    let run_with = |text: &str, packets: u64, bytes: u64| {
        let value = Reply::Counter(CounterValue { packets, bytes });
        let mut fake = Fake { replies: [Reply::Handle(7), value].into(), ..Fake::default() };
        let report = run(&mut fake, &counted, &parse(text).unwrap());
        (report, fake.commands.last().cloned().unwrap_or_default())
    };
    let add = "add lpm x:1/8 NoAction() = A\n";
    let held = [
        ("check_counter of_lpm($A) packets == 3", true),
        ("check_counter of_lpm($A)", true),
        ("check_counter of_lpm($A) packets != 3", false),
        ("check_counter of_lpm($A) bytes > 44", true),
        ("check_counter of_lpm($A) bytes < 45", false),
        ("check_counter of_lpm($A) bytes <= 45", true),
        ("check_counter free(7) packets >= 4", false),
    ];
    for (check, holds) in held {
        let (report, command) = run_with(&format!("{add}{check}"), 3, 45);
        let report = report.unwrap();
        assert_eq!(report.failures.is_empty(), holds, "{check}: {:?}", report.failures);
        assert_eq!(report.checks, 1);
        assert!(command.contains("Counter") && command.contains("index: 7"), "{check}: {command}");
    }
    let (report, _) = run_with(&format!("{add}check_counter of_lpm($A) packets == 4"), 3, 45);
    let told = report.unwrap().failures.first().map(ToString::to_string);
    assert_eq!(
        told.as_deref(),
        Some("line 2: counter `ingress.of_lpm`: packets == 4 is wanted, there are 3")
    );
    let wrong = [
        ("check_counter nothing(1)", "no counter is called `nothing`"),
        ("check_counter of_lpm($B)", "no entry that was added is called `B`"),
        (
            "check_counter of_exact($A)",
            "counts entries of table `ingress.all_exact`, but `A` is one of `ingress.lpm`",
        ),
        ("check_counter free($A)", "counter `free` doesn't count entries: give an index"),
    ];
    for (check, reason) in wrong {
        let (report, _) = run_with(&format!("{add}{check}"), 0, 0);
        let error = report.expect_err(check).to_string();
        assert!(error.contains(reason), "{check}: {error}");
    }
}

#[test]
fn a_test_as_a_stimulus() {
    let test = parse("add lpm x:1/8 NoAction() = A\nexpect 1\npacket 0 01\nwait\nsetdefault lpm NoAction()")
        .unwrap();
    let steps = stimulus(&program(), &test).unwrap();
    let kinds: Vec<bool> = steps.iter().map(|step| matches!(step, hyper4_ir::Stimulus::Packet(_))).collect();
    assert_eq!(kinds, [false, true, false]);
    for (text, reason) in
        [("wait\nremove all", "line 2: `remove` needs"), ("add no NoAction()", "line 1: no table")]
    {
        let error = stimulus(&program(), &parse(text).unwrap()).unwrap_err().to_string();
        assert!(error.starts_with(reason), "{error}");
    }
}
