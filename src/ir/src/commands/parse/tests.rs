use hyper4_bits::{Bits, HashAlgorithm};

use crate::fixture;
use crate::*;

/// The fixture with one of everything that has state: `MyIngress.exact` has the profile `MyIngress.ways`.
fn program() -> Program {
    let mut program = fixture::program();
    let exact = program.table_by_name("MyIngress.exact").unwrap();
    program.action_profiles.push(ActionProfile {
        name: "MyIngress.ways".to_owned(),
        max_size: 8,
        selector: Some(Selector { algorithm: HashAlgorithm::Crc16, inputs: vec![] }),
        source_info: None,
    });
    program.tables[exact.index()].implementation = TableImplementation::Profile(ActionProfileId(0));
    program.counters.push(CounterArray {
        name: "MyIngress.hits".to_owned(),
        direct: None,
        size: 4,
        source_info: None,
    });
    program.meters.push(MeterArray {
        name: "MyIngress.police".to_owned(),
        direct: None,
        size: 4,
        unit: MeterUnit::Packets,
        rate_count: 2,
        source_info: None,
    });
    program.registers.push(RegisterArray {
        name: "MyIngress.seen".to_owned(),
        width: 16,
        size: 4,
        source_info: None,
    });
    program.value_sets.push(ValueSet { name: "MyParser.trusted".to_owned(), width: 12, max_size: None });
    program.calculations.push(Calculation {
        name: "custom".to_owned(),
        algorithm: HashAlgorithm::Crc16Custom,
        inputs: vec![],
    });
    program
}

fn command(line: &str) -> Command {
    match parse_command(&program(), line, 1) {
        Ok(Some(command)) => command,
        other => panic!("{line}: {other:?}"),
    }
}

/// Lines as a controller may write them, and as they are written back.
const LINES: &[(&str, &str)] = &[
    ("table_num_entries exact", "table_num_entries MyIngress.exact"),
    ("table_dump_entry exact 16777216", "table_dump_entry MyIngress.exact 16777216"),
    ("table_dump_entry_from_key exact 1 2", "table_dump_entry_from_key MyIngress.exact 0x000000000001 0x002"),
    (
        "table_dump_entry_from_key ternary 1&&&1 2->3 0&&&0 7",
        "table_dump_entry_from_key MyIngress.ternary 0x00000001&&&0x00000001 0x02->0x03 0x0&&&0x0 7",
    ),
    ("table_set_timeout exact 1 1000", "table_set_timeout MyIngress.exact 1 1000"),
    ("table_indirect_add exact 1 2 => 3", "table_indirect_add MyIngress.exact 0x000000000001 0x002 => 3"),
    (
        "table_indirect_add_with_group exact 1 2 => 3",
        "table_indirect_add_with_group MyIngress.exact 0x000000000001 0x002 => 3",
    ),
    ("table_indirect_modify exact 1 2", "table_indirect_modify MyIngress.exact 1 2"),
    ("table_indirect_modify_with_group exact 1 2", "table_indirect_modify_with_group MyIngress.exact 1 2"),
    ("table_indirect_delete exact 1", "table_indirect_delete MyIngress.exact 1"),
    ("table_indirect_set_default exact 1", "table_indirect_set_default MyIngress.exact 1"),
    (
        "table_indirect_set_default_with_group exact 1",
        "table_indirect_set_default_with_group MyIngress.exact 1",
    ),
    ("table_indirect_reset_default exact", "table_indirect_reset_default MyIngress.exact"),
    ("act_prof_create_member ways drop", "act_prof_create_member MyIngress.ways MyIngress.drop"),
    (
        "table_indirect_create_member exact forward 1 2",
        "act_prof_create_member MyIngress.ways MyIngress.forward 0x000000000001 0x002",
    ),
    ("act_prof_modify_member ways drop 1", "act_prof_modify_member MyIngress.ways MyIngress.drop 1 =>"),
    (
        "table_indirect_modify_member exact drop 1 =>",
        "act_prof_modify_member MyIngress.ways MyIngress.drop 1 =>",
    ),
    ("table_indirect_delete_member exact 1", "act_prof_delete_member MyIngress.ways 1"),
    ("table_indirect_create_group exact", "act_prof_create_group MyIngress.ways"),
    ("table_indirect_delete_group exact 1", "act_prof_delete_group MyIngress.ways 1"),
    ("table_indirect_add_member_to_group exact 1 2", "act_prof_add_member_to_group MyIngress.ways 1 2"),
    (
        "table_indirect_remove_member_from_group exact 1 2",
        "act_prof_remove_member_from_group MyIngress.ways 1 2",
    ),
    ("act_prof_dump ways", "act_prof_dump MyIngress.ways"),
    ("table_dump_member exact 1", "act_prof_dump_member MyIngress.ways 1"),
    ("table_dump_group exact 1", "act_prof_dump_group MyIngress.ways 1"),
    ("counter_read hits 1", "counter_read MyIngress.hits 1"),
    ("counter_write hits 1 2 300", "counter_write MyIngress.hits 1 2 300"),
    ("counter_reset hits", "counter_reset MyIngress.hits"),
    ("meter_set_rates police 1 0.5:10 1e-1:20", "meter_set_rates MyIngress.police 1 0.5:10 0.1:20"),
    ("meter_array_set_rates police 1:10 2:20", "meter_array_set_rates MyIngress.police 1:10 2:20"),
    ("meter_get_rates police 3", "meter_get_rates MyIngress.police 3"),
    ("register_read seen", "register_read MyIngress.seen"),
    ("register_read seen 2", "register_read MyIngress.seen 2"),
    ("register_write seen 2 -1", "register_write MyIngress.seen 2 65535"),
    ("register_write_range seen 1 3 65536", "register_write_range MyIngress.seen 1 3 0"),
    ("register_reset seen", "register_reset MyIngress.seen"),
    ("pvs_add trusted 10", "pvs_add MyParser.trusted 0x00a"),
    ("pvs_remove trusted 0xa", "pvs_remove MyParser.trusted 0x00a"),
    ("pvs_clear trusted", "pvs_clear MyParser.trusted"),
    ("pvs_get trusted", "pvs_get MyParser.trusted"),
    ("mirroring_add 5 1", "mirroring_add 5 1"),
    ("mirroring_add_mc 32767 1", "mirroring_add_mc 32767 1"),
    ("mirroring_set 5", "mirroring_set 5"),
    ("mirroring_set 5 port 1", "mirroring_add 5 1"),
    ("mirroring_set 5 port 1 group 2", "mirroring_set 5 port 1 group 2"),
    ("mirroring_delete 5", "mirroring_delete 5"),
    ("mirroring_get 5", "mirroring_get 5"),
    ("set_queue_depth 64", "set_queue_depth 64"),
    ("set_queue_depth 64 1", "set_queue_depth 64 1"),
    ("set_queue_rate 100 1 2", "set_queue_rate 100 1 2"),
    (
        "set_crc16_parameters custom 0x8005 0 0xffff true 0",
        "set_crc16_parameters custom 0x8005 0x0 0xffff true false",
    ),
    (
        "set_crc32_parameters custom 0x04c11db7 1 2 1 True",
        "set_crc32_parameters custom 0x4c11db7 0x1 0x2 true true",
    ),
    ("set_toeplitz_hash_key custom 00ff01a0", "set_toeplitz_hash_key custom 00ff01a0"),
    ("reset_state", "reset_state"),
    ("mc_dump", "mc_dump"),
    ("mc_set_lag_membership 256 3 1", "mc_set_lag_membership 256 1 3"),
    ("mc_node_update 1 |", "mc_node_update 1 |"),
    ("mc_node_update 1 2 | 3", "mc_node_update 1 2 | 3"),
];

#[test]
fn lines_are_read_and_written_back() {
    for (line, written) in LINES {
        let read = command(line);
        assert_eq!(read.to_string(), *written, "{line}");
        assert_eq!(command(written), read, "{line}");
    }
}

#[test]
fn every_command_of_the_list_is_tried() {
    let tried = |name: &str| {
        let mine = LINES.iter().flat_map(|(line, written)| [*line, *written]);
        mine.filter_map(|line| line.split(' ').next()).any(|first| first == name)
    };
    // Those that have tests of their own.
    let elsewhere = ["mc_mgrp_", "mc_node_", "table_add", "table_clear", "table_delete", "table_dump"];
    let elsewhere = |name: &str| {
        elsewhere.iter().any(|known| name.starts_with(known))
            || ["table_modify", "table_reset_default", "table_set_default"].contains(&name)
    };
    let missing: Vec<&str> =
        crate::commands::usage::names().filter(|name| !tried(name) && !elsewhere(name)).collect();
    assert_eq!(missing, [""; 0]);
}

#[test]
fn values_have_the_widths_of_the_program() {
    let Command::Register { command: RegisterCommand::Write { value, .. }, .. } =
        command("register_write seen 0 5")
    else {
        panic!()
    };
    assert_eq!(value, Bits::from_u64(16, 5));
    let Command::ValueSet { command: ValueSetCommand::Add { value }, .. } = command("pvs_add trusted 5")
    else {
        panic!()
    };
    assert_eq!(value, Bits::from_u64(12, 5));
}

#[test]
fn wrong_lines_are_refused_with_the_reason() {
    let cases = [
        ("counter_read nothing 1", "no counter is called `nothing`: there are `MyIngress.hits`"),
        ("counter_read hit 1", "no counter is called `hit`; did you mean `MyIngress.hits`?"),
        ("counter_read hits", "write `counter_read <counter> <index>`"),
        ("counter_write hits 1 -1 0", "`-1` is not a number of packets"),
        ("meter_set_rates police 1 1:1", "has 2 rates, but 1 are given"),
        ("meter_set_rates police 1 1:1 2", "`2` is not a rate: write `<units a microsecond>:<burst>`"),
        ("register_write seen 1 0x10", "`0x10` is not a decimal number"),
        ("pvs_add trusted 0x1000", "value set `MyParser.trusted`: `0x1000` does not fit into 12 bits"),
        ("mirroring_add 32768 1", "`32768` is not a mirroring session: a number from 0 to 32767"),
        ("act_prof_create_member ways learn", "action profile `MyIngress.ways` has no action `learn`"),
        (
            "act_prof_create_group",
            "`act_prof_create_group` with 0 arguments: write `act_prof_create_group <profile>`",
        ),
        ("table_indirect_create_group lpm", "is ambiguous"),
        ("table_indirect_create_group ternary", "table `MyIngress.ternary` has no action profile"),
        ("table_indirect_add exact 1 2 =>", "write one handle behind `=>`"),
        ("mc_set_lag_membership 257 1", "`257` is not a link aggregation group: a number from 0 to 256"),
        ("mc_node_create 1 | 512", "`512` is not a link aggregation group"),
        ("set_crc16_parameters custom 0x10000 0 0 0 0", "does not fit into 16 bits"),
        ("set_toeplitz_hash_key custom 0", "the key: it has 1 digits"),
        ("reset_state now", "`reset_state` takes no arguments, but 1 are given"),
        ("set_queue_dept 1", "no command is called `set_queue_dept`; did you mean `set_queue_depth`?"),
    ];
    for (line, expected) in cases {
        let error = parse_command(&program(), line, 3).expect_err(line).to_string();
        assert!(error.starts_with("line 3: ") && error.contains(expected), "{line}\n gives {error}");
    }
}
