//! What a switch writes of its state, and what another one makes of it.

use std::fs;
use std::path::Path;

use hyper4_ir::{Program, Stimulus, parse_commands, parse_stimulus};
use hyper4_proto::{Fields, Value, calls};

use crate::{Running, corpus, start, switches};

/// Programs with entries of all kinds, profiles, groups and meters.
const PROGRAMS: [&str; 8] = [
    "cli",
    "probes/lpm_with_exact",
    "probes/meters_with_rates",
    "probes/optional_keys",
    "probes/range_priorities",
    "probes/selector",
    "probes/table_handles",
    "probes/ternary_priorities",
];

/// Of the whole session: entries that were deleted, a group, rates, a timeout.
const SESSION: &str = "
table_add exact_counted count_and_forward 00:00:00:00:00:01 => 1
table_add exact_counted count_and_forward 00:00:00:00:00:02 => 2
table_add exact_counted count_and_forward 00:00:00:00:00:03 => 3
table_delete exact_counted 0
table_delete exact_counted 1
table_add exact_counted count_and_forward 00:00:00:00:00:04 => 300
table_set_timeout exact_counted 2 90000
table_add prefix_metered metered 00:00:00:00:00:10/44 => 1
table_add ranked forward 0x0800&&&0xffff 1->3 => 1 10
table_add ranked rewrite 0x0800&&&0xff00 0->511 => 00:00:00:00:00:99 2 20
table_set_default ranked rewrite 00:00:00:00:00:98 7
act_prof_create_member ways forward 7
act_prof_create_member ways forward 8
act_prof_create_member ways forward 9
act_prof_delete_member ways 1
act_prof_create_member balance forward 8
act_prof_create_member balance forward 9
act_prof_create_group balance
act_prof_create_group balance
act_prof_add_member_to_group balance 1 0
act_prof_add_member_to_group balance 0 0
table_indirect_add by_way 5 => 2
table_indirect_add_with_group by_balance 5 => 0
table_indirect_set_default by_way 0
meter_array_set_rates police 0.00001:5 0.000123:7
meter_set_rates police 2 0.5:1 1234567.0:9
";

fn dump(running: &mut Running) -> Vec<u8> {
    let answer = running.client.call("standard:bm_serialize_state", Fields::new()).unwrap();
    let Some(Value::Binary(dump)) = answer else { panic!("{answer:?}") };
    dump
}

/// Those of a probe, which may stand among its packets.
fn commands(program: &Program, probe: &Path) -> String {
    let file = |name: &str| fs::read_to_string(probe.join(name)).unwrap_or_default();
    let steps = parse_stimulus(program, &file("stimulus.jsonl")).unwrap();
    let commands = steps.into_iter().filter_map(|line| match line.content {
        Stimulus::Command(command) => Some(format!("{command}\n")),
        Stimulus::Packet(_) => None,
    });
    file("commands.txt") + &commands.collect::<String>()
}

fn tell(running: &mut Running, program: &Program, commands: &str) {
    for line in parse_commands(program, commands).unwrap() {
        for call in calls(program, &line.content).unwrap() {
            // Some are refused, by both.
            drop(running.client.call(&call.method, call.arguments));
        }
    }
}

#[test]
fn what_one_switch_writes_another_goes_on_from() {
    for name in PROGRAMS {
        let json = corpus(name).join("prog.json");
        let program = Program::from_json(&fs::read_to_string(&json).unwrap()).unwrap();
        let commands = match name {
            "cli" => SESSION.to_owned(),
            _ => commands(&program, json.parent().unwrap()),
        };
        let mut dumps = Vec::new();
        for switch in switches() {
            let folder = tempfile::tempdir().unwrap();
            let mut running = start(&switch, folder.path(), &["--use-files", "1000"], &json);
            let empty = dump(&mut running);
            tell(&mut running, &program, &commands);
            let full = dump(&mut running);
            assert!(empty.len() < full.len(), "{name}: {switch:?}");
            dumps.push((empty, full));
        }
        for (empty, full) in &dumps {
            assert_eq!(lines(&dumps[0].0), lines(empty), "{name}");
            assert_eq!(lines(&dumps[0].1), lines(full), "{name}");
        }
        let full = &dumps[0].1;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state");
        fs::write(&file, full).unwrap();
        let restored = |switch: &[String], folder: &Path| {
            let options = ["--use-files", "1000", "--restore-state", file.to_str().unwrap()];
            lines(&dump(&mut start(switch, folder, &options, &json)))
        };
        assert_eq!(restored(&switches()[0], folder.path()), lines(full), "{name}");
        // A real switch can read no sum with a byte that it takes for white space, and no constant entries.
        let white = full[11..27].iter().any(|byte| byte.is_ascii_whitespace() || *byte == 0x0b);
        if program.tables.iter().any(|table| !table.const_entries.is_empty()) || white {
            continue;
        }
        for real in &switches()[1..] {
            assert_eq!(restored(real, folder.path()), lines(full), "{name}");
        }
    }
}

#[test]
fn a_dump_of_something_else_is_refused() {
    let json = corpus("probes/lpm_with_exact/prog.json");
    let folder = tempfile::tempdir().unwrap();
    let ours = &switches()[0];
    let mut running = start(ours, folder.path(), &["--use-files", "1000"], &json);
    let whole = dump(&mut running);
    let cut = [&whole[..whole.len() - 20], b"\nnonsense\n"].concat();
    let other = [&whole[..11], &[b'x'; 16], &whole[27..]].concat();
    let cases = [
        (None, "cannot be opened"),
        (Some(b"1\n".to_vec()), "state dump has an incompatible version"),
        (Some(other), "state dump input does not match JSON config input"),
        (Some(cut), "state dump isn't well formed: `nonsense` in line"),
    ];
    for (text, wanted) in cases {
        let file = folder.path().join("wrong");
        let _ = fs::remove_file(&file);
        if let Some(text) = &text {
            fs::write(&file, text).unwrap();
        }
        let output = std::process::Command::new(&ours[0])
            .args(&ours[1..])
            .args(["--notifications-addr", "inproc://none", "--restore-state", file.to_str().unwrap()])
            .arg(&json)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(said.contains(wanted) && output.status.code() == Some(1), "{said}");
    }
}

/// As text, but for what isn't.
fn lines(dump: &[u8]) -> Vec<String> {
    dump.split(|byte| *byte == b'\n').map(|line| String::from_utf8_lossy(line).into_owned()).collect()
}
