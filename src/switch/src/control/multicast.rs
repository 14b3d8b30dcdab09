//! Multicast groups and nodes, as simple_switch's packet replication engine keeps them (simple_pre.cpp).

use std::collections::BTreeMap;

use hyper4_ir::{Command, Reply};

use super::Handles;
use crate::ControlError;

/// Copies with one `egress_rid`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MulticastNode {
    /// The copies' `egress_rid`.
    pub rid: u16,
    /// The ports, ascending, each once.
    pub ports: Vec<u16>,
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

/// Groups and nodes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Multicast {
    groups: BTreeMap<u16, Vec<u64>>,
    nodes: BTreeMap<u64, MulticastNode>,
    handles: Handles,
}

impl Multicast {
    /// The copies a group makes, in simple_switch's order: nodes as they were associated, ports ascending. `None` when
    /// there is no such group.
    pub fn replicas(&self, group: u16) -> Option<Vec<Replica>> {
        let nodes = self.groups.get(&group)?.iter().filter_map(|n| self.nodes.get(n));
        Some(nodes.flat_map(|n| n.ports.iter().map(|&port| Replica { rid: n.rid, port })).collect())
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
    pub(super) fn apply(&mut self, command: &Command) -> Result<Reply, ControlError> {
        match command {
            Command::MulticastGroupCreate { group } => {
                // simple_switch lets an existing group be created again and leaves it as it is.
                self.groups.entry(*group).or_default();
            }
            Command::MulticastGroupDestroy { group } => {
                // The nodes stay bound to it, as in simple_switch: they join no other group.
                self.groups.remove(group);
            }
            Command::MulticastNodeCreate { rid, ports } => {
                let ports = checked(ports)?;
                let handle = u64::from(Handles::number(self.handles.take()));
                self.nodes.insert(handle, MulticastNode { rid: *rid, ports, group: None });
                return Ok(Reply::Handle(handle));
            }
            Command::MulticastNodeUpdate { node, ports } => {
                let ports = checked(ports)?;
                self.node(*node)?.ports = ports;
            }
            Command::MulticastNodeAssociate { group, node } => {
                if !self.groups.contains_key(group) {
                    return Err(ControlError::Multicast(format!("no group {group}")));
                }
                let found = self.node(*node)?;
                if let Some(other) = found.group {
                    return Err(ControlError::Multicast(format!(
                        "node {node} belongs to group {other} already"
                    )));
                }
                found.group = Some(*group);
                self.groups.entry(*group).or_default().push(*node);
            }
            Command::MulticastNodeDissociate { group, node } => {
                if self.node(*node)?.group != Some(*group) || !self.groups.contains_key(group) {
                    return Err(ControlError::Multicast(format!("node {node} isn't in group {group}")));
                }
                self.dissociate(*node);
            }
            Command::MulticastNodeDestroy { node } => {
                let bound = self.node(*node)?.group;
                if let Some(group) = bound.filter(|group| !self.groups.contains_key(group)) {
                    // simple_switch throws `out_of_range` here, and nothing has changed.
                    return Err(ControlError::Multicast(format!(
                        "node {node} belongs to group {group}, which was destroyed"
                    )));
                }
                self.dissociate(*node);
                self.nodes.remove(node);
                self.handles.release(*node);
            }
            _ => return Err(ControlError::Multicast("not a multicast command".to_owned())),
        }
        Ok(Reply::Done)
    }

    fn node(&mut self, node: u64) -> Result<&mut MulticastNode, ControlError> {
        self.nodes.get_mut(&node).ok_or_else(|| ControlError::Multicast(format!("no node {node}")))
    }

    fn dissociate(&mut self, node: u64) {
        let group = self.nodes.get_mut(&node).and_then(|n| n.group.take());
        if let Some(members) = group.and_then(|g| self.groups.get_mut(&g)) {
            members.retain(|m| *m != node);
        }
    }
}

/// Ports ascending, each once.
fn checked(ports: &[u16]) -> Result<Vec<u16>, ControlError> {
    if let Some(port) = ports.iter().find(|p| **p > 511) {
        return Err(ControlError::Multicast(format!("port {port}: ports are 0 to 511")));
    }
    let mut ports = ports.to_vec();
    ports.sort_unstable();
    ports.dedup();
    Ok(ports)
}
