//! Multicast groups and nodes, as simple_switch's packet replication engine keeps them (simple_pre.cpp).

use std::collections::BTreeMap;

use hyper4_ir::{Command, MulticastDump, MulticastNodeEntry, Reply};

use super::Handles;
use crate::MulticastError;

/// Groups and nodes that there is room for (simple_pre.h).
const MOST_GROUPS: usize = 4096;
const MOST_NODES: usize = 4096;
/// The greatest port, the greatest link aggregation group of a node, and the greatest that can be given ports.
const LAST_PORT: u16 = 511;
const LAST_LAG_OF_NODE: u16 = 511;
const LAST_LAG: u16 = 256;
/// What simple_switch takes for a hash of the packet when it chooses a port of a link aggregation group.
const LAG_HASH: usize = 0xff;

/// Copies with one `egress_rid`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MulticastNode {
    /// The copies' `egress_rid`.
    pub rid: u16,
    /// The ports, ascending, each once.
    pub ports: Vec<u16>,
    /// Link aggregation groups, ascending, each once.
    pub lags: Vec<u16>,
    /// The group it belongs to.
    pub group: Option<u16>,
}

/// A copy that a group makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replica {
    /// Its `egress_rid`.
    pub rid: u16,
    /// Its port.
    pub port: u16,
}

/// Groups, nodes and link aggregation groups.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Multicast {
    groups: BTreeMap<u16, Vec<u64>>,
    nodes: BTreeMap<u64, MulticastNode>,
    lags: BTreeMap<u16, Vec<u16>>,
    handles: Handles,
}

impl Multicast {
    /// The copies a group makes, in simple_switch's order: nodes as they were associated, each with its ports ascending,
    /// then one port of each of its link aggregation groups. `None` when there is no such group.
    pub fn replicas(&self, group: u16) -> Option<Vec<Replica>> {
        let nodes = self.groups.get(&group)?.iter().filter_map(|n| self.nodes.get(n));
        let ports_of = |node: &MulticastNode| {
            let lags = node.lags.iter().filter_map(|lag| self.lag_port(*lag));
            node.ports.iter().copied().chain(lags).collect::<Vec<_>>()
        };
        let copies = |node: &MulticastNode| {
            ports_of(node).into_iter().map(|port| Replica { rid: node.rid, port }).collect::<Vec<_>>()
        };
        Some(nodes.flat_map(copies).collect())
    }

    /// The port that a link aggregation group's copy goes to, always the same.
    fn lag_port(&self, lag: u16) -> Option<u16> {
        let ports = self.lags.get(&lag)?;
        ports.get(LAG_HASH.checked_rem(ports.len())?).copied()
    }

    /// As a controller reads it.
    pub(super) fn dump(&self) -> MulticastDump {
        let node = |node: &MulticastNode| MulticastNodeEntry {
            rid: node.rid,
            ports: node.ports.clone(),
            lags: node.lags.clone(),
        };
        MulticastDump {
            groups: self.groups.clone(),
            nodes: self.nodes.iter().map(|(handle, n)| (*handle, node(n))).collect(),
            lags: self.lags.clone(),
        }
    }

    /// The groups that exist.
    pub fn groups(&self) -> impl Iterator<Item = u16> + '_ {
        self.groups.keys().copied()
    }

    /// The nodes by handle.
    pub fn nodes(&self) -> &BTreeMap<u64, MulticastNode> {
        &self.nodes
    }

    /// Carry out a multicast command; other commands are answered with an error.
    pub(super) fn apply(&mut self, command: &Command) -> Result<Reply, MulticastError> {
        match command {
            Command::MulticastGroupCreate { group } => {
                if self.groups.len() >= MOST_GROUPS {
                    return Err(MulticastError::Full);
                }
                // simple_switch lets an existing group be created again and leaves it as it is.
                self.groups.entry(*group).or_default();
            }
            Command::MulticastGroupDestroy { group } => {
                // The nodes stay bound to it, as in simple_switch: they join no other group.
                self.groups.remove(group);
            }
            Command::MulticastNodeCreate { rid, ports, lags } => {
                let (ports, lags) = (checked_ports(ports)?, checked_lags(lags)?);
                if self.nodes.len() >= MOST_NODES {
                    return Err(MulticastError::Full);
                }
                let handle = u64::from(Handles::number(self.handles.take()));
                self.nodes.insert(handle, MulticastNode { rid: *rid, ports, lags, group: None });
                return Ok(Reply::Handle(handle));
            }
            Command::MulticastNodeUpdate { node, ports, lags } => {
                let (ports, lags) = (checked_ports(ports)?, checked_lags(lags)?);
                let node = self.node(*node)?;
                (node.ports, node.lags) = (ports, lags);
            }
            Command::MulticastNodeAssociate { group, node } => {
                self.node(*node)?;
                if !self.groups.contains_key(group) {
                    return Err(MulticastError::NoGroup(*group));
                }
                let found = self.node(*node)?;
                if let Some(other) = found.group {
                    let reason = format!("node {node} belongs to group {other} already");
                    return Err(MulticastError::Association(reason));
                }
                found.group = Some(*group);
                self.groups.entry(*group).or_default().push(*node);
            }
            Command::MulticastNodeDissociate { group, node } => {
                let bound = self.node(*node)?.group;
                if !self.groups.contains_key(group) {
                    return Err(MulticastError::NoGroup(*group));
                }
                if bound != Some(*group) {
                    return Err(MulticastError::Association(format!("node {node} isn't in group {group}")));
                }
                self.dissociate(*node);
            }
            Command::MulticastNodeDestroy { node } => {
                let bound = self.node(*node)?.group;
                if let Some(group) = bound.filter(|group| !self.groups.contains_key(group)) {
                    return Err(MulticastError::GroupDestroyed { node: *node, group });
                }
                self.dissociate(*node);
                self.nodes.remove(node);
                self.handles.release(*node);
            }
            Command::MulticastSetLagMembership { lag, ports } => {
                let ports = checked_ports(ports)?;
                if *lag > LAST_LAG {
                    let reason = format!("link aggregation group {lag}: they are 0 to {LAST_LAG}");
                    return Err(MulticastError::OutOfRange(reason));
                }
                self.lags.insert(*lag, ports);
            }
            _ => return Err(MulticastError::Other("not a multicast command".to_owned())),
        }
        Ok(Reply::Done)
    }

    fn node(&mut self, node: u64) -> Result<&mut MulticastNode, MulticastError> {
        self.nodes.get_mut(&node).ok_or(MulticastError::NoNode(node))
    }

    fn dissociate(&mut self, node: u64) {
        let group = self.nodes.get_mut(&node).and_then(|n| n.group.take());
        if let Some(members) = group.and_then(|g| self.groups.get_mut(&g)) {
            members.retain(|m| *m != node);
        }
    }
}

fn checked_ports(ports: &[u16]) -> Result<Vec<u16>, MulticastError> {
    set(ports, LAST_PORT)
        .map_err(|port| MulticastError::OutOfRange(format!("port {port}: ports are 0 to {LAST_PORT}")))
}

fn checked_lags(lags: &[u16]) -> Result<Vec<u16>, MulticastError> {
    let wrong = |lag| format!("link aggregation group {lag}: a node's are 0 to {LAST_LAG_OF_NODE}");
    set(lags, LAST_LAG_OF_NODE).map_err(|lag| MulticastError::OutOfRange(wrong(lag)))
}

/// Ascending, each once; an error is the one that is too great.
fn set(numbers: &[u16], last: u16) -> Result<Vec<u16>, u16> {
    if let Some(number) = numbers.iter().find(|number| **number > last) {
        return Err(*number);
    }
    let mut numbers = numbers.to_vec();
    numbers.sort_unstable();
    numbers.dedup();
    Ok(numbers)
}
