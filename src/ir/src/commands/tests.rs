use hyper4_bits::Bits;
use proptest::prelude::*;

use super::*;
use crate::fixture::program;
use crate::{Command, IrError, MatchValue, Packet, Stimulus};

fn command(line: &str) -> Command {
    parse_command(&program(), line, 1).unwrap().unwrap()
}

fn reason(line: &str) -> String {
    match parse_command(&program(), line, 7).unwrap_err() {
        IrError::Command { line: 7, reason } => reason,
        other => panic!("{other}"),
    }
}

#[test]
fn reads_each_kind_of_key() {
    assert_eq!(
        command("table_add MyIngress.exact MyIngress.forward aa:bb:0:11:22:33 0b101 => 0x1 510"),
        Command::TableAdd {
            table: "MyIngress.exact".to_owned(),
            key: vec![
                MatchValue::Exact(Bits::from_u64(48, 0xaabb_0011_2233)),
                MatchValue::Exact(Bits::from_u64(12, 5))
            ],
            action: "MyIngress.forward".to_owned(),
            arguments: vec![Bits::from_u64(48, 1), Bits::from_u64(9, 510)],
            priority: None,
        }
    );
    let Command::TableAdd { key, .. } = command("table_add MyIngress.lpm drop 10.0.1.2/24 =>") else {
        panic!()
    };
    assert_eq!(key, [MatchValue::Lpm { value: Bits::from_u64(32, 0x0a00_0102), prefix_length: 24 }]);
    let line =
        "table_add ternary drop 10.0.0.0&&&255.0.0.0 5->0x10 ::1&&&0xffffffffffffffffffffffffffffffff => 20";
    let Command::TableAdd { key, priority, table, .. } = command(line) else { panic!() };
    assert_eq!(table, "MyIngress.ternary");
    assert_eq!(priority, Some(20));
    assert_eq!(
        key,
        [
            MatchValue::Ternary { value: Bits::from_u64(32, 10 << 24), mask: Bits::from_u64(32, 255 << 24) },
            MatchValue::Range { low: Bits::from_u64(8, 5), high: Bits::from_u64(8, 16) },
            MatchValue::Optional(Some(Bits::from_u64(128, 1))),
        ]
    );
}

#[test]
fn reads_the_other_table_commands() {
    let lpm = "MyIngress.lpm".to_owned();
    let arguments = vec![Bits::from_u64(48, 1), Bits::from_u64(9, 2)];
    let action = "MyIngress.forward".to_owned();
    let modified = Command::TableModify {
        table: lpm.clone(),
        handle: 16_777_216,
        action: action.clone(),
        arguments: arguments.clone(),
    };
    assert_eq!(command("table_modify MyIngress.lpm forward 16777216 1 2"), modified);
    assert_eq!(command("table_modify MyIngress.lpm forward 16777216 => 1 2"), modified);
    assert_eq!(
        command("table_set_default MyIngress.lpm forward 1 2"),
        Command::TableSetDefault { table: lpm.clone(), action, arguments }
    );
    assert_eq!(
        command("  table_delete MyIngress.lpm 3 "),
        Command::TableDelete { table: lpm.clone(), handle: 3 }
    );
    assert_eq!(
        command("table_reset_default MyIngress.lpm"),
        Command::TableResetDefault { table: lpm.clone() }
    );
    assert_eq!(command("table_clear MyIngress.lpm"), Command::TableClear { table: lpm.clone() });
    assert_eq!(command("table_dump MyIngress.lpm"), Command::TableDump { table: lpm });
}

#[test]
fn reads_multicast_commands() {
    assert_eq!(command("mc_mgrp_create 1"), Command::MulticastGroupCreate { group: 1 });
    assert_eq!(command("mc_mgrp_destroy 65535"), Command::MulticastGroupDestroy { group: 65535 });
    assert_eq!(
        command("mc_node_create 5 3 1 511 |"),
        Command::MulticastNodeCreate { rid: 5, ports: vec![1, 3, 511], lags: vec![] }
    );
    assert_eq!(
        command("mc_node_create 5"),
        Command::MulticastNodeCreate { rid: 5, ports: vec![], lags: vec![] }
    );
    assert_eq!(
        command("mc_node_create 5 | 4 2"),
        Command::MulticastNodeCreate { rid: 5, ports: vec![], lags: vec![2, 4] }
    );
    assert_eq!(
        command("mc_node_update 0 2"),
        Command::MulticastNodeUpdate { node: 0, ports: vec![2], lags: vec![] }
    );
    assert_eq!(command("mc_node_associate 1 0"), Command::MulticastNodeAssociate { group: 1, node: 0 });
    assert_eq!(command("mc_node_dissociate 1 0"), Command::MulticastNodeDissociate { group: 1, node: 0 });
    assert_eq!(command("mc_node_destroy 0"), Command::MulticastNodeDestroy { node: 0 });
}

#[test]
fn leaves_out_comments_and_counts_lines() {
    let text = "# rows\n\ntable_clear exact\r\n  # more\ntable_dump exact\n";
    let lines: Vec<usize> =
        parse_commands(&program(), text).unwrap().iter().map(|line| line.number).collect();
    assert_eq!(lines, [3, 5]);
    let error = parse_commands(&program(), "\n\ntable_clear what\n").unwrap_err();
    assert!(error.to_string().starts_with("line 3: no table is called `what`"), "{error}");
}

#[test]
fn names_what_is_wrong_and_what_was_meant() {
    let cases = [
        ("table_ad exact drop 1 2 =>", "no command is called `table_ad`; did you mean `table_add`?"),
        ("table_clear MyIngres.exact", "did you mean `MyIngress.exact`?"),
        ("table_clear lpm", "`lpm` is ambiguous: it may be `MyIngress.lpm`, `Other.lpm`"),
        ("table_set_default exact frward 1 2", "has no action `frward`; did you mean `MyIngress.forward`?"),
        ("table_set_default exact learn", "there are `MyIngress.drop`, `MyIngress.forward`"),
        ("table_add exact drop 1 2", "write `=>`"),
        ("table_add exact drop 1 =>", "has 2 key fields (`eth.dst`, `small`), but 1 are given"),
        ("table_add exact forward 1 2 => 1", "has 2 parameters (`mac`, `port`), but 1 arguments are given"),
        ("table_add exact drop 1 0x1000 =>", "key `small`: `0x1000` does not fit into 12 bits"),
        (
            "table_add exact forward 1 1 => 1 512",
            "parameter `port` of action `MyIngress.forward`: `512` does not",
        ),
        ("table_add exact drop 1.2.3.4 1 =>", "`1.2.3.4` looks like an address, but 48 bits are wanted"),
        ("table_add exact drop aa:bb:cc:dd:ee:ff:00 1 =>", "is not a MAC address"),
        ("table_add MyIngress.lpm drop 1.2.3.256/8 =>", "`1.2.3.256` is not an IPv4 address"),
        ("table_add Other.lpm drop 1::2::3/8 =>", "`1::2::3` is not an IPv6 address"),
        ("table_add MyIngress.lpm drop 1.2.3.4 =>", "write `value/prefix length` instead of `1.2.3.4`"),
        ("table_add MyIngress.lpm drop 1.2.3.4/33 =>", "`33` is not a prefix length from 0 to 32"),
        ("table_add ternary drop 1 1->2 0&&&0 => 1", "write `value&&&mask` instead of `1`"),
        ("table_add ternary drop 1&&&1 3->2 0&&&0 => 1", "the range `3->2` is empty"),
        ("table_add ternary drop 1&&&1 1->2 1&&&2 => 1", "must be all ones or zero"),
        ("table_add ternary drop 1&&&1 1->2 0&&&0 =>", "`=>` is not a priority"),
        ("table_add ternary drop 1&&&1 1->2 0&&&0 => 2147483648", "`2147483648` is not a priority"),
        ("table_add exact drop 010 1 =>", "`010` begins with 0"),
        ("table_add exact drop -1 1 =>", "`-1` is negative"),
        ("table_add exact drop zzz 1 =>", "`zzz` is not a number"),
        ("table_delete exact", "`table_delete` with 1 arguments: write `table_delete <table> <handle>`"),
        ("table_delete exact x", "`x` is not a handle"),
        ("mc_mgrp_create 0", "group 0 stands for none"),
        ("mc_mgrp_create 65536", "a number from 0 to 65535 is expected"),
        ("mc_node_create 1 512", "`512` is not a port: a number from 0 to 511 is expected"),
        ("mc_node_create 1 7 7", "port 7 is given twice"),
        ("mc_node_update 1", "write `mc_node_update <node> <port>… [| <lag>…]`"),
    ];
    for (line, expected) in cases {
        let found = reason(line);
        assert!(found.contains(expected), "{line}\n  gives {found}\n  wanted {expected}");
    }
}

#[test]
fn refuses_what_is_not_for_the_program() {
    for line in ["show_tables", "switch_info", "swap_configs", "get_time_elapsed", "port_add veth0 1", "help"]
    {
        let error = parse_command(&program(), line, 4).unwrap_err();
        assert!(matches!(error, IrError::Unsupported { .. }), "{line} gives {error}");
        assert!(error.to_string().contains("in line 4"), "{error}");
    }
}

#[test]
fn reads_and_writes_a_stimulus() {
    let text = "{\"port\": 1, \"hex\": \"00ffA0\"}\n\n{\"command\": \"table_clear exact\"}\n";
    let steps = parse_stimulus(&program(), text).unwrap();
    assert_eq!(
        steps,
        [
            Line { number: 1, content: Stimulus::Packet(Packet { port: 1, bytes: vec![0, 255, 160] }) },
            Line { number: 3, content: Stimulus::Command(command("table_clear exact")) },
        ]
    );
    let written: Vec<String> = steps.iter().map(|step| write_stimulus(&step.content)).collect();
    let again = parse_stimulus(&program(), &written.join("\n")).unwrap();
    let contents = |steps: &[Line<Stimulus>]| steps.iter().map(|s| s.content.clone()).collect::<Vec<_>>();
    assert_eq!(contents(&again), contents(&steps));
}

#[test]
fn refuses_a_wrong_stimulus() {
    let cases = [
        ("{", "not JSON"),
        ("{\"port\": 1}", "expected `{\"port\": 1, \"hex\": \"00…\"}`"),
        ("{\"port\": 1, \"hex\": \"00\", \"x\": 1}", "expected"),
        ("{\"port\": 511, \"hex\": \"00\"}", "port 511 can't be an ingress port: ports are 0 to 510"),
        ("{\"port\": 70000, \"hex\": \"00\"}", "expected"),
        ("{\"port\": 1, \"hex\": \"0\"}", "`hex`: it has 1 digits: a byte is two"),
        ("{\"port\": 1, \"hex\": \"0g\"}", "`hex`: it has `g` as digit 2"),
        ("{\"command\": \"# nothing\"}", "holds no command"),
        ("{\"command\": \"table_clear nothing\"}", "no table is called `nothing`"),
    ];
    for (line, expected) in cases {
        let error = parse_stimulus(&program(), &format!("\n{line}")).unwrap_err().to_string();
        assert!(error.starts_with("line 2: ") && error.contains(expected), "{line}\n  gives {error}");
    }
}

fn bits(width: u32) -> impl Strategy<Value = Bits> {
    any::<u128>().prop_map(move |value| Bits::from_u128(width, value))
}

fn a_command() -> impl Strategy<Value = Command> {
    let forward =
        (bits(48), bits(9)).prop_map(|(mac, port)| ("MyIngress.forward".to_owned(), vec![mac, port])).boxed();
    let action = prop_oneof![Just(("MyIngress.drop".to_owned(), vec![])), forward].boxed();
    let wide = (bits(32), bits(32), bits(8), bits(8), prop::option::of(bits(128)));
    let row = (wide, action.clone(), 0..=i32::MAX as u32).prop_map(
        |((value, mask, a, b, optional), (action, arguments), priority)| Command::TableAdd {
            table: "MyIngress.ternary".to_owned(),
            key: vec![
                MatchValue::Ternary { value, mask },
                MatchValue::Range { low: a.clone().min(b.clone()), high: a.max(b) },
                MatchValue::Optional(optional),
            ],
            action,
            arguments,
            priority: Some(priority),
        },
    );
    let prefix = (bits(128), 0..=128u32, action.clone()).prop_map(|(value, prefix_length, action)| {
        Command::TableAdd {
            table: "Other.lpm".to_owned(),
            key: vec![MatchValue::Lpm { value, prefix_length }],
            action: action.0,
            arguments: action.1,
            priority: None,
        }
    });
    let exact = "MyIngress.exact";
    let ports = || prop::collection::btree_set(0..512u16, 0..5).prop_map(|ports| ports.into_iter().collect());
    prop_oneof![
        row,
        prefix,
        (any::<u64>(), action.clone()).prop_map(move |(handle, (action, arguments))| Command::TableModify {
            table: exact.to_owned(),
            handle,
            action,
            arguments
        }),
        action.prop_map(move |(action, arguments)| Command::TableSetDefault {
            table: exact.to_owned(),
            action,
            arguments
        }),
        any::<u64>().prop_map(move |handle| Command::TableDelete { table: exact.to_owned(), handle }),
        (any::<u16>(), ports()).prop_map(|(rid, ports)| Command::MulticastNodeCreate {
            rid,
            ports,
            lags: vec![]
        }),
        (any::<u64>(), ports(), ports()).prop_map(|(node, ports, lags)| Command::MulticastNodeUpdate {
            node,
            ports,
            lags
        }),
        (1..=u16::MAX, any::<u64>())
            .prop_map(|(group, node)| Command::MulticastNodeAssociate { group, node }),
    ]
}

proptest! {
    #[test]
    fn written_commands_are_read_back(command in a_command()) {
        let line = command.to_string();
        prop_assert_eq!(parse_command(&program(), &line, 1).unwrap(), Some(command), "{}", line);
    }

    #[test]
    fn no_line_panics(line in "(table_add|mc_node_create|table_modify)? ?[ -~]{0,40}") {
        let _ = parse_command(&program(), &line, 1);
        let _ = parse_stimulus(&program(), &line);
    }
}
