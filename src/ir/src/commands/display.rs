//! Commands as simple_switch_CLI reads them.

mod state;

use std::fmt;

use hyper4_bits::Bits;

use crate::{Command, MatchValue, ProfileTarget};

/// `value`, `value/length`, `value&&&mask` or `low->high`. A wildcard of an optional key is `0x0&&&0x0`.
impl fmt::Display for MatchValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(value) => write!(f, "{value}"),
            Self::Lpm { value, prefix_length } => write!(f, "{value}/{prefix_length}"),
            Self::Ternary { value, mask } => write!(f, "{value}&&&{mask}"),
            Self::Range { low, high } => write!(f, "{low}->{high}"),
            Self::Optional(Some(value)) => write!(f, "{value}&&&{}", Bits::ones(value.width())),
            Self::Optional(None) => f.write_str("0x0&&&0x0"),
        }
    }
}

fn spaced<T: fmt::Display>(f: &mut fmt::Formatter<'_>, items: &[T]) -> fmt::Result {
    items.iter().try_for_each(|item| write!(f, " {item}"))
}

fn last(f: &mut fmt::Formatter<'_>, item: Option<impl fmt::Display>) -> fmt::Result {
    item.map_or(Ok(()), |item| write!(f, " {item}"))
}

/// A line that [`super::parse_command`] reads back, and, but for three that it has no words for
/// (`table_indirect_modify`, `register_write_range`, `mirroring_set`), simple_switch_CLI too.
impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TableAdd { table, key, action, arguments, priority } => {
                write!(f, "table_add {table} {action}")?;
                spaced(f, key)?;
                f.write_str(" =>")?;
                spaced(f, arguments)?;
                last(f, *priority)
            }
            Self::TableModify { table, handle, action, arguments } => {
                write!(f, "table_modify {table} {action} {handle} =>")?;
                spaced(f, arguments)
            }
            Self::TableDelete { table, handle } => write!(f, "table_delete {table} {handle}"),
            Self::TableSetDefault { table, action, arguments } => {
                write!(f, "table_set_default {table} {action}")?;
                spaced(f, arguments)
            }
            Self::TableResetDefault { table } => write!(f, "table_reset_default {table}"),
            Self::TableClear { table } => write!(f, "table_clear {table}"),
            Self::TableDump { table } => write!(f, "table_dump {table}"),
            Self::TableNumEntries { table } => write!(f, "table_num_entries {table}"),
            Self::TableDumpEntry { table, handle } => write!(f, "table_dump_entry {table} {handle}"),
            Self::TableDumpEntryFromKey { table, key, priority } => {
                write!(f, "table_dump_entry_from_key {table}")?;
                spaced(f, key)?;
                last(f, *priority)
            }
            Self::TableSetTimeout { table, handle, milliseconds } => {
                write!(f, "table_set_timeout {table} {handle} {milliseconds}")
            }
            Self::TableIndirectAdd { table, key, target, priority } => {
                let (name, handle) = with_target("table_indirect_add", *target);
                write!(f, "{name} {table}")?;
                spaced(f, key)?;
                write!(f, " => {handle}")?;
                last(f, *priority)
            }
            Self::TableIndirectModify { table, handle: entry, target } => {
                let (name, handle) = with_target("table_indirect_modify", *target);
                write!(f, "{name} {table} {entry} {handle}")
            }
            Self::TableIndirectDelete { table, handle } => {
                write!(f, "table_indirect_delete {table} {handle}")
            }
            Self::TableIndirectSetDefault { table, target } => {
                let (name, handle) = with_target("table_indirect_set_default", *target);
                write!(f, "{name} {table} {handle}")
            }
            Self::TableIndirectResetDefault { table } => write!(f, "table_indirect_reset_default {table}"),
            Self::Profile { profile, command } => state::profile(f, profile, command),
            Self::Counter { counter, command } => state::counter(f, counter, command),
            Self::Meter { meter, command } => state::meter(f, meter, command),
            Self::Register { register, command } => state::register(f, register, command),
            Self::ValueSet { set, command } => state::value_set(f, set, command),
            Self::Mirroring { session, command } => state::mirroring(f, *session, command),
            Self::Queue { queues, command } => state::queue(f, *queues, *command),
            Self::Calculation { calculation, command } => state::calculation(f, calculation, command),
            Self::ResetState => f.write_str("reset_state"),
            Self::MulticastGroupCreate { group } => write!(f, "mc_mgrp_create {group}"),
            Self::MulticastGroupDestroy { group } => write!(f, "mc_mgrp_destroy {group}"),
            Self::MulticastNodeCreate { rid, ports, lags } => {
                write!(f, "mc_node_create {rid}")?;
                ports_and_lags(f, ports, lags)
            }
            Self::MulticastNodeUpdate { node, ports, lags } => {
                write!(f, "mc_node_update {node}")?;
                // Without a port or a bar simple_switch_CLI misses something.
                if ports.is_empty() && lags.is_empty() {
                    return f.write_str(" |");
                }
                ports_and_lags(f, ports, lags)
            }
            Self::MulticastNodeAssociate { group, node } => write!(f, "mc_node_associate {group} {node}"),
            Self::MulticastNodeDissociate { group, node } => write!(f, "mc_node_dissociate {group} {node}"),
            Self::MulticastNodeDestroy { node } => write!(f, "mc_node_destroy {node}"),
            Self::MulticastSetLagMembership { lag, ports } => {
                write!(f, "mc_set_lag_membership {lag}")?;
                spaced(f, ports)
            }
            Self::MulticastDump => f.write_str("mc_dump"),
        }
    }
}

fn with_target(name: &str, target: ProfileTarget) -> (String, u64) {
    match target {
        ProfileTarget::Member(handle) => (name.to_owned(), handle),
        ProfileTarget::Group(handle) => (format!("{name}_with_group"), handle),
    }
}

fn ports_and_lags(f: &mut fmt::Formatter<'_>, ports: &[u16], lags: &[u16]) -> fmt::Result {
    spaced(f, ports)?;
    if lags.is_empty() {
        return Ok(());
    }
    f.write_str(" |")?;
    spaced(f, lags)
}
