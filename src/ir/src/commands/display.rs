//! Commands as simple_switch_CLI reads them.

use std::fmt;

use hyper4_bits::Bits;

use crate::{Command, MatchValue};

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

/// A line that [`super::parse_command`] and simple_switch_CLI read back.
impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TableAdd { table, key, action, arguments, priority } => {
                write!(f, "table_add {table} {action}")?;
                spaced(f, key)?;
                f.write_str(" =>")?;
                spaced(f, arguments)?;
                priority.map_or(Ok(()), |priority| write!(f, " {priority}"))
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
            Self::MulticastGroupCreate { group } => write!(f, "mc_mgrp_create {group}"),
            Self::MulticastGroupDestroy { group } => write!(f, "mc_mgrp_destroy {group}"),
            Self::MulticastNodeCreate { rid, ports } => {
                write!(f, "mc_node_create {rid}")?;
                spaced(f, ports)
            }
            Self::MulticastNodeUpdate { node, ports } => {
                write!(f, "mc_node_update {node}")?;
                spaced(f, ports)
            }
            Self::MulticastNodeAssociate { group, node } => write!(f, "mc_node_associate {group} {node}"),
            Self::MulticastNodeDissociate { group, node } => write!(f, "mc_node_dissociate {group} {node}"),
            Self::MulticastNodeDestroy { node } => write!(f, "mc_node_destroy {node}"),
        }
    }
}
