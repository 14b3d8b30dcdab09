//! What simple_switch_CLI's commands are called, and what is written behind.

/// Commands that become a [`Command`](crate::Command), and how they are written.
const CARRIED: [(&str, &str); 56] = [
    ("act_prof_add_member_to_group", "<profile> <member> <group>"),
    ("act_prof_create_group", "<profile>"),
    ("act_prof_create_member", "<profile> <action> <argument>…"),
    ("act_prof_delete_group", "<profile> <group>"),
    ("act_prof_delete_member", "<profile> <member>"),
    ("act_prof_dump", "<profile>"),
    ("act_prof_dump_group", "<profile> <group>"),
    ("act_prof_dump_member", "<profile> <member>"),
    ("act_prof_modify_member", "<profile> <action> <member> [=>] <argument>…"),
    ("act_prof_remove_member_from_group", "<profile> <member> <group>"),
    ("counter_read", "<counter> <index>"),
    ("counter_reset", "<counter>"),
    ("counter_write", "<counter> <index> <packets> <bytes>"),
    ("mc_dump", ""),
    ("mc_mgrp_create", "<group>"),
    ("mc_mgrp_destroy", "<group>"),
    ("mc_node_associate", "<group> <node>"),
    ("mc_node_create", "<rid> <port>… [| <lag>…]"),
    ("mc_node_destroy", "<node>"),
    ("mc_node_dissociate", "<group> <node>"),
    ("mc_node_update", "<node> <port>… [| <lag>…]"),
    ("mc_set_lag_membership", "<lag> <port>…"),
    ("meter_array_set_rates", "<meter> <rate>:<burst>…"),
    ("meter_get_rates", "<meter> <index>"),
    ("meter_set_rates", "<meter> <index> <rate>:<burst>…"),
    ("mirroring_add", "<session> <port>"),
    ("mirroring_add_mc", "<session> <group>"),
    ("mirroring_delete", "<session>"),
    ("mirroring_get", "<session>"),
    ("pvs_add", "<value set> <value>"),
    ("pvs_clear", "<value set>"),
    ("pvs_get", "<value set>"),
    ("pvs_remove", "<value set> <value>"),
    ("register_read", "<register> [index]"),
    ("register_reset", "<register>"),
    ("register_write", "<register> <index> <value>"),
    ("reset_state", ""),
    ("set_crc16_parameters", CRC),
    ("set_crc32_parameters", CRC),
    ("set_queue_depth", "<packets> [<port> [<priority>]]"),
    ("set_queue_rate", "<packets a second> [<port> [<priority>]]"),
    ("set_toeplitz_hash_key", "<calculation> <hexadecimal bytes>"),
    ("table_add", "<table> <action> <key>… => <argument>… [priority]"),
    ("table_clear", "<table>"),
    ("table_delete", "<table> <handle>"),
    ("table_dump", "<table>"),
    ("table_dump_entry", "<table> <handle>"),
    ("table_dump_entry_from_key", "<table> <key>… [priority]"),
    ("table_indirect_delete", "<table> <handle>"),
    ("table_indirect_reset_default", "<table>"),
    ("table_indirect_set_default", "<table> <member>"),
    ("table_modify", "<table> <action> <handle> [=>] <argument>…"),
    ("table_num_entries", "<table>"),
    ("table_reset_default", "<table>"),
    ("table_set_default", "<table> <action> <argument>…"),
    ("table_set_timeout", "<table> <handle> <milliseconds>"),
];

/// Those with `table_indirect_` for a member or, with `_with_group` behind, a group; and what only the Thrift API says.
const CARRIED_TOO: [(&str, &str); 7] = [
    ("mirroring_set", "<session> [port <port>] [group <group>]"),
    ("register_write_range", "<register> <start> <end> <value>"),
    ("table_indirect_add", "<table> <key>… => <member> [priority]"),
    ("table_indirect_add_with_group", "<table> <key>… => <group> [priority]"),
    ("table_indirect_modify", "<table> <handle> <member>"),
    ("table_indirect_modify_with_group", "<table> <handle> <group>"),
    ("table_indirect_set_default_with_group", "<table> <group>"),
];

const CRC: &str =
    "<calculation> <polynomial> <initial remainder> <final xor value> <reflect data> <reflect remainder>";

/// Older names: the table stands for its action profile.
const BY_TABLE: [(&str, &str); 9] = [
    ("table_dump_group", "act_prof_dump_group"),
    ("table_dump_member", "act_prof_dump_member"),
    ("table_indirect_add_member_to_group", "act_prof_add_member_to_group"),
    ("table_indirect_create_group", "act_prof_create_group"),
    ("table_indirect_create_member", "act_prof_create_member"),
    ("table_indirect_delete_group", "act_prof_delete_group"),
    ("table_indirect_delete_member", "act_prof_delete_member"),
    ("table_indirect_modify_member", "act_prof_modify_member"),
    ("table_indirect_remove_member_from_group", "act_prof_remove_member_from_group"),
];

/// Commands that aren't for the program that a switch runs, and what they are for.
const NOT_FOR_A_PROGRAM: [(&str, &str); 20] = [
    ("EOF", CLIENT),
    ("get_time_elapsed", PROCESS),
    ("get_time_since_epoch", PROCESS),
    ("greet", CLIENT),
    ("help", CLIENT),
    ("load_new_config_file", PROCESS),
    ("port_add", PROCESS),
    ("port_remove", PROCESS),
    ("serialize_state", PROCESS),
    ("shell", CLIENT),
    ("show_actions", CLIENT),
    ("show_ports", PROCESS),
    ("show_pvs", CLIENT),
    ("show_tables", CLIENT),
    ("swap_configs", PROCESS),
    ("switch_info", PROCESS),
    ("table_info", CLIENT),
    ("table_show_actions", CLIENT),
    ("write_config_to_file", PROCESS),
    ("?", CLIENT),
];

const CLIENT: &str = "it is answered by simple_switch_CLI itself";
const PROCESS: &str = "it is for the process that serves a switch, not for the program that the switch runs";

fn find<'a>(list: &[(&str, &'a str)], name: &str) -> Option<&'a str> {
    list.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// What is written behind a command; `None` when it isn't one that is carried.
pub(super) fn arguments(name: &str) -> Option<&'static str> {
    find(&CARRIED, name).or_else(|| find(&CARRIED_TOO, name))
}

/// The command for action profiles that an older one for tables means.
pub(super) fn by_table(name: &str) -> Option<&'static str> {
    find(&BY_TABLE, name)
}

/// Why one of simple_switch_CLI's commands isn't carried.
pub(super) fn not_carried(name: &str) -> Option<&'static str> {
    find(&NOT_FOR_A_PROGRAM, name)
}

/// All that are carried.
pub(super) fn names() -> impl Iterator<Item = &'static str> + Clone {
    CARRIED.iter().chain(&CARRIED_TOO).chain(&BY_TABLE).map(|(name, _)| *name)
}
