//! `mc_` commands.

use super::{handle, number};
use crate::Command;

/// The greatest port of a multicast node: bmv2's port maps hold 512 (a copy to 511, the drop port, goes nowhere).
const LAST_PORT: u16 = 511;
/// The greatest link aggregation group that a node can name, and the greatest that can be given ports.
const LAST_LAG_OF_NODE: u16 = 511;
const LAST_LAG: u16 = 256;

pub(super) fn command(name: &str, words: &[&str]) -> Result<Option<Command>, String> {
    Ok(Some(match (name, words) {
        ("mc_mgrp_create", [id]) => Command::MulticastGroupCreate { group: group(id)? },
        ("mc_mgrp_destroy", [id]) => Command::MulticastGroupDestroy { group: group(id)? },
        ("mc_node_create", [rid, rest @ ..]) => {
            let rid = number(rid, "a replication id", u64::from(u16::MAX))? as u16;
            let (ports, lags) = ports_and_lags(rest)?;
            Command::MulticastNodeCreate { rid, ports, lags }
        }
        ("mc_node_update", [node, rest @ ..]) if !rest.is_empty() => {
            let (ports, lags) = ports_and_lags(rest)?;
            Command::MulticastNodeUpdate { node: handle(node)?, ports, lags }
        }
        ("mc_node_associate", [id, node]) => {
            Command::MulticastNodeAssociate { group: group(id)?, node: handle(node)? }
        }
        ("mc_node_dissociate", [id, node]) => {
            Command::MulticastNodeDissociate { group: group(id)?, node: handle(node)? }
        }
        ("mc_node_destroy", [node]) => Command::MulticastNodeDestroy { node: handle(node)? },
        ("mc_set_lag_membership", [lag, rest @ ..]) if !rest.is_empty() => {
            Command::MulticastSetLagMembership {
                lag: number(lag, "a link aggregation group", u64::from(LAST_LAG))? as u16,
                ports: set(rest, "port", LAST_PORT)?,
            }
        }
        ("mc_dump", []) => Command::MulticastDump,
        _ => return Ok(None),
    }))
}

fn group(word: &str) -> Result<u16, String> {
    match number(word, "a multicast group", u64::from(u16::MAX))? {
        0 => Err("multicast group 0 stands for none: groups are 1 to 65535".to_owned()),
        group => Ok(group as u16),
    }
}

fn ports_and_lags(words: &[&str]) -> Result<(Vec<u16>, Vec<u16>), String> {
    let bar = words.iter().position(|word| *word == "|").unwrap_or(words.len());
    let (ports, lags) = words.split_at(bar);
    let lags = lags.get(1..).unwrap_or_default();
    Ok((set(ports, "port", LAST_PORT)?, set(lags, "link aggregation group", LAST_LAG_OF_NODE)?))
}

/// Numbers in ascending order, each once.
fn set(words: &[&str], what: &str, last: u16) -> Result<Vec<u16>, String> {
    let parse = |word: &&str| number(word, &format!("a {what}"), u64::from(last)).map(|n| n as u16);
    let mut numbers = words.iter().map(parse).collect::<Result<Vec<_>, _>>()?;
    numbers.sort_unstable();
    let twice = numbers.windows(2).find_map(|pair| match pair {
        [a, b] if a == b => Some(*a),
        _ => None,
    });
    match twice {
        Some(twice) => Err(format!("{what} {twice} is given twice")),
        None => Ok(numbers),
    }
}
