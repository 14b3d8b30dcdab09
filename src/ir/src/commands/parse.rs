//! Lines of simple_switch_CLI's language to [`Command`]s.

use hyper4_bits::Bits;

use super::Line;
use super::suggest::{did_you_mean, list};
use super::value::{parse_match, parse_value};
use crate::{Action, ActionId, Command, IrError, MatchKind, Program, Table};

/// The greatest port of a multicast node: bmv2's port maps hold 512 (a copy to 511, the drop port, goes nowhere).
const LAST_PORT: u16 = 511;

/// Commands that become a [`Command`].
const SUPPORTED: [&str; 14] = [
    "mc_mgrp_create",
    "mc_mgrp_destroy",
    "mc_node_associate",
    "mc_node_create",
    "mc_node_destroy",
    "mc_node_dissociate",
    "mc_node_update",
    "table_add",
    "table_clear",
    "table_delete",
    "table_dump",
    "table_modify",
    "table_reset_default",
    "table_set_default",
];

/// Beginnings of what simple_switch_CLI knows beyond that, to tell what is missing here from what is misspelt.
const UNSUPPORTED: [&str; 26] = [
    "act_prof_",
    "counter_",
    "get_time_",
    "load_new_config_file",
    "mc_dump",
    "mc_set_lag_membership",
    "meter_",
    "mirroring_",
    "port_add",
    "port_remove",
    "pvs_",
    "register_",
    "reset_state",
    "serialize_state",
    "set_crc16_parameters",
    "set_crc32_parameters",
    "set_queue_",
    "set_toeplitz_hash_key",
    "show_",
    "swap_configs",
    "switch_info",
    "table_dump_",
    "table_indirect_",
    "table_info",
    "table_num_entries",
    "table_set_timeout",
];

/// Reads a file of commands, one a line. Blank lines and lines that begin with `#` are left out.
///
/// # Errors
/// [`IrError::Command`] for the first line that is wrong, [`IrError::Unsupported`] for a command of simple_switch_CLI
/// that this IR doesn't carry.
pub fn parse_commands(program: &Program, text: &str) -> Result<Vec<Line<Command>>, IrError> {
    let mut commands = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        if let Some(content) = parse_command(program, line, number)? {
            commands.push(Line { number, content });
        }
    }
    Ok(commands)
}

/// Reads one command; `None` for a blank line or a comment. `number` is the line that errors name.
///
/// # Errors
/// As [`parse_commands`].
pub fn parse_command(program: &Program, line: &str, number: usize) -> Result<Option<Command>, IrError> {
    let mut words = line.split_whitespace();
    let Some(name) = words.next().filter(|name| !name.starts_with('#')) else { return Ok(None) };
    let arguments: Vec<&str> = words.collect();
    let parser = Parser { program, name };
    match parser.command(&arguments) {
        Ok(command) => Ok(Some(command)),
        Err(Refusal::Wrong(reason)) => Err(IrError::Command { line: number, reason }),
        Err(Refusal::Unsupported(reason)) => Err(IrError::Unsupported {
            construct: format!("command `{name}` in line {number}"),
            reason,
            source_info: None,
        }),
    }
}

enum Refusal {
    Wrong(String),
    Unsupported(String),
}

impl From<String> for Refusal {
    fn from(reason: String) -> Self {
        Self::Wrong(reason)
    }
}

struct Parser<'a> {
    program: &'a Program,
    name: &'a str,
}

impl Parser<'_> {
    fn command(&self, words: &[&str]) -> Result<Command, Refusal> {
        Ok(match (self.name, words) {
            ("table_add", [table, action, rest @ ..]) => self.table_add(table, action, rest)?,
            ("table_set_default", [table, action, rest @ ..]) => {
                let (table, action) = self.table_and_action(table, action)?;
                let arguments = action_arguments(action, rest)?;
                Command::TableSetDefault { table: table.name.clone(), action: action.name.clone(), arguments }
            }
            ("table_modify", [table, action, handle, rest @ ..]) => {
                let (table, action) = self.table_and_action(table, action)?;
                let rest = match rest {
                    ["=>", rest @ ..] => rest,
                    rest => rest,
                };
                Command::TableModify {
                    table: table.name.clone(),
                    handle: number(handle, "an entry's handle", u64::MAX)?,
                    action: action.name.clone(),
                    arguments: action_arguments(action, rest)?,
                }
            }
            ("table_delete", [table, handle]) => Command::TableDelete {
                table: self.table(table)?.name.clone(),
                handle: number(handle, "an entry's handle", u64::MAX)?,
            },
            ("table_reset_default", [table]) => {
                Command::TableResetDefault { table: self.table(table)?.name.clone() }
            }
            ("table_clear", [table]) => Command::TableClear { table: self.table(table)?.name.clone() },
            ("table_dump", [table]) => Command::TableDump { table: self.table(table)?.name.clone() },
            ("mc_mgrp_create", [id]) => Command::MulticastGroupCreate { group: group(id)? },
            ("mc_mgrp_destroy", [id]) => Command::MulticastGroupDestroy { group: group(id)? },
            ("mc_node_create", [rid, rest @ ..]) => Command::MulticastNodeCreate {
                rid: number(rid, "a replication id", u64::from(u16::MAX))? as u16,
                ports: ports(rest)?,
            },
            ("mc_node_update", [handle, rest @ ..]) if !rest.is_empty() => {
                Command::MulticastNodeUpdate { node: node(handle)?, ports: ports(rest)? }
            }
            ("mc_node_associate", [id, handle]) => {
                Command::MulticastNodeAssociate { group: group(id)?, node: node(handle)? }
            }
            ("mc_node_dissociate", [id, handle]) => {
                Command::MulticastNodeDissociate { group: group(id)?, node: node(handle)? }
            }
            ("mc_node_destroy", [handle]) => Command::MulticastNodeDestroy { node: node(handle)? },
            _ => return Err(self.unknown(words.len())),
        })
    }

    fn unknown(&self, count: usize) -> Refusal {
        if let Some(usage) = usage(self.name) {
            return Refusal::Wrong(format!("`{}` with {count} arguments: write `{usage}`", self.name));
        }
        let known = |beginning: &&str| self.name.starts_with(*beginning);
        if UNSUPPORTED.iter().any(known) {
            return Refusal::Unsupported("only table and multicast commands are carried".to_owned());
        }
        let names = SUPPORTED.iter().copied();
        Refusal::Wrong(format!("no command is called `{}`{}", self.name, did_you_mean(self.name, names)))
    }

    fn table(&self, name: &str) -> Result<&Table, String> {
        let tables = &self.program.tables;
        if let Some(table) = self.program.table_by_name(name).and_then(|id| tables.get(id.index())) {
            return Ok(table);
        }
        let names = tables.iter().map(|table| table.name.as_str());
        Err(unknown_name(&format!("no table is called `{name}`"), name, names))
    }

    fn table_and_action(&self, table: &str, action: &str) -> Result<(&Table, &Action), String> {
        let table = self.table(table)?;
        let id = self.program.table_by_name(&table.name);
        let found = id
            .and_then(|id| self.program.action_by_name(id, action))
            .and_then(|id| self.program.actions.get(id.index()));
        if let Some(found) = found {
            return Ok((table, found));
        }
        let name_of = |id: &ActionId| self.program.actions.get(id.index()).map(|a| a.name.as_str());
        let names = table.actions.iter().filter_map(name_of);
        Err(unknown_name(&format!("table `{}` has no action `{action}`", table.name), action, names))
    }

    fn table_add(&self, table: &str, action: &str, words: &[&str]) -> Result<Command, String> {
        let (table, action) = self.table_and_action(table, action)?;
        let wants_priority =
            matches!(table.match_kind, MatchKind::Ternary | MatchKind::Range | MatchKind::Optional);
        let (words, priority) = match words {
            [words @ .., last] if wants_priority => {
                let priority = number(last, "a priority", i32::MAX as u64).map_err(|error| {
                    format!("{error}; table `{}` is {}: write a priority last", table.name, kind_name(table))
                })?;
                (words, Some(priority as u32))
            }
            words => (words, None),
        };
        let Some(arrow) = words.iter().position(|word| *word == "=>") else {
            return Err("write `=>` between the key and the action's arguments".to_owned());
        };
        let (key_words, rest) = words.split_at(arrow);
        if key_words.len() != table.keys.len() {
            let names = list(table.keys.iter().map(|key| key.name.as_str()));
            let of_what = if names.is_empty() { String::new() } else { format!(" ({names})") };
            return Err(format!(
                "table `{}` has {} key fields{of_what}, but {} are given",
                table.name,
                table.keys.len(),
                key_words.len()
            ));
        }
        let key = table.keys.iter().zip(key_words).map(|(key, word)| parse_match(key, word));
        Ok(Command::TableAdd {
            table: table.name.clone(),
            key: key.collect::<Result<_, _>>()?,
            action: action.name.clone(),
            arguments: action_arguments(action, rest.get(1..).unwrap_or_default())?,
            priority,
        })
    }
}

fn usage(name: &str) -> Option<&'static str> {
    Some(match name {
        "table_add" => "table_add <table> <action> <key>… => <argument>… [priority]",
        "table_set_default" => "table_set_default <table> <action> <argument>…",
        "table_modify" => "table_modify <table> <action> <handle> [=>] <argument>…",
        "table_delete" => "table_delete <table> <handle>",
        "table_reset_default" => "table_reset_default <table>",
        "table_clear" => "table_clear <table>",
        "table_dump" => "table_dump <table>",
        "mc_mgrp_create" => "mc_mgrp_create <group>",
        "mc_mgrp_destroy" => "mc_mgrp_destroy <group>",
        "mc_node_create" => "mc_node_create <rid> <port>…",
        "mc_node_update" => "mc_node_update <node> <port>…",
        "mc_node_associate" => "mc_node_associate <group> <node>",
        "mc_node_dissociate" => "mc_node_dissociate <group> <node>",
        "mc_node_destroy" => "mc_node_destroy <node>",
        _ => return None,
    })
}

fn unknown_name<'a>(what: &str, wanted: &str, names: impl Iterator<Item = &'a str> + Clone) -> String {
    let ends = |name: &&str| name.strip_suffix(wanted).is_some_and(|rest| rest.ends_with('.'));
    if names.clone().any(|name| ends(&name)) {
        return format!("`{wanted}` is ambiguous: it may be {}", list(names.filter(ends)));
    }
    let hint = did_you_mean(wanted, names.clone());
    if hint.is_empty() { format!("{what}: there are {}", list(names)) } else { format!("{what}{hint}") }
}

fn kind_name(table: &Table) -> &'static str {
    table.match_kind.name()
}

fn action_arguments(action: &Action, words: &[&str]) -> Result<Vec<Bits>, String> {
    if words.len() != action.parameters.len() {
        let names = list(action.parameters.iter().map(|parameter| parameter.name.as_str()));
        let of_what = if names.is_empty() { String::new() } else { format!(" ({names})") };
        return Err(format!(
            "action `{}` has {} parameters{of_what}, but {} arguments are given",
            action.name,
            action.parameters.len(),
            words.len()
        ));
    }
    let parse = |(parameter, word): (&crate::ActionParameter, &&str)| {
        parse_value(parameter.width, word)
            .map_err(|error| format!("parameter `{}` of action `{}`: {error}", parameter.name, action.name))
    };
    action.parameters.iter().zip(words).map(parse).collect()
}

fn number(word: &str, meaning: &str, greatest: u64) -> Result<u64, String> {
    word.parse().ok().filter(|number| *number <= greatest).ok_or_else(|| match greatest {
        u64::MAX => format!("`{word}` is not {meaning}: a number is expected"),
        _ => format!("`{word}` is not {meaning}: a number from 0 to {greatest} is expected"),
    })
}

fn group(word: &str) -> Result<u16, String> {
    match number(word, "a multicast group", u64::from(u16::MAX))? {
        0 => Err("multicast group 0 stands for none: groups are 1 to 65535".to_owned()),
        group => Ok(group as u16),
    }
}

fn node(word: &str) -> Result<u64, String> {
    number(word, "a multicast node's handle", u64::MAX)
}

/// Ports in ascending order: a node sends to a set.
fn ports(words: &[&str]) -> Result<Vec<u16>, Refusal> {
    let (words, lags) = match words.iter().position(|word| *word == "|") {
        Some(bar) => (words.get(..bar).unwrap_or_default(), words.get(bar + 1..).unwrap_or_default()),
        None => (words, Default::default()),
    };
    if !lags.is_empty() {
        return Err(Refusal::Unsupported("link aggregation groups are not carried".to_owned()));
    }
    let parse = |word: &&str| number(word, "a port", u64::from(LAST_PORT)).map(|port| port as u16);
    let mut ports = words.iter().map(parse).collect::<Result<Vec<_>, _>>()?;
    ports.sort_unstable();
    if let Some(twice) = ports.windows(2).find_map(|pair| match pair {
        [a, b] if a == b => Some(*a),
        _ => None,
    }) {
        return Err(Refusal::Wrong(format!("port {twice} is given twice")));
    }
    Ok(ports)
}
