//! Multicast groups.

use std::collections::BTreeMap;

use hyper4_ir::{Command, Reply};

use super::SubjectError;

/// Multicast groups and their nodes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Groups {
    /// Nodes in the order in which they were associated.
    groups: BTreeMap<u16, Vec<u64>>,
    nodes: BTreeMap<u64, GroupNode>,
}

#[derive(Clone, Debug)]
struct GroupNode {
    rid: u16,
    ports: Vec<u16>,
    group: Option<u16>,
}

impl Groups {
    /// Every group that has been created.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = u16> {
        self.groups.keys().copied()
    }

    /// The copies that a group makes, replication id and port, in order.
    pub(crate) fn copies(&self, group: u16) -> Vec<(u16, u16)> {
        let nodes = self.groups.get(&group).into_iter().flatten().filter_map(|node| self.nodes.get(node));
        nodes.flat_map(|node| node.ports.iter().map(|port| (node.rid, *port))).collect()
    }

    pub(super) fn apply(&mut self, command: &Command) -> Result<Reply, SubjectError> {
        match command {
            Command::MulticastGroupCreate { group } => {
                if *group == 0 || self.groups.contains_key(group) {
                    return Err(wrong(format!("group {group}"), "it can't be created, or exists already"));
                }
                self.groups.insert(*group, Vec::new());
            }
            Command::MulticastGroupDestroy { group } => {
                if self.groups.remove(group).is_none() {
                    return Err(wrong(format!("group {group}"), "there is no such group"));
                }
                for node in self.nodes.values_mut().filter(|node| node.group == Some(*group)) {
                    node.group = None;
                }
            }
            Command::MulticastNodeCreate { lags, .. } | Command::MulticastNodeUpdate { lags, .. }
                if !lags.is_empty() =>
            {
                return Err(SubjectError::Invalid {
                    construct: format!("command `{command}`"),
                    reason: "proofs don't know link aggregation groups".to_owned(),
                });
            }
            Command::MulticastNodeCreate { rid, ports, .. } => {
                let taken = self.nodes.keys().zip(0u64..).take_while(|(node, expected)| *node == expected);
                let node = taken.count() as u64;
                self.nodes.insert(node, GroupNode { rid: *rid, ports: ascending(ports), group: None });
                return Ok(Reply::Handle(node));
            }
            Command::MulticastNodeUpdate { node, ports, .. } => self.node(*node)?.ports = ascending(ports),
            Command::MulticastNodeAssociate { group, node } => {
                if !self.groups.contains_key(group) {
                    return Err(wrong(format!("group {group}"), "there is no such group"));
                }
                let found = self.node(*node)?;
                if found.group.is_some() {
                    return Err(wrong(format!("node {node}"), "it is associated already"));
                }
                found.group = Some(*group);
                self.groups.entry(*group).or_default().push(*node);
            }
            Command::MulticastNodeDissociate { group, node } => {
                let found = self.node(*node)?;
                if found.group != Some(*group) {
                    return Err(wrong(format!("node {node}"), "it isn't associated with that group"));
                }
                found.group = None;
                self.leave(*group, *node);
            }
            Command::MulticastNodeDestroy { node } => {
                if let Some(group) = self.node(*node)?.group {
                    self.leave(group, *node);
                }
                self.nodes.remove(node);
            }
            _ => return Err(wrong("command".to_owned(), "it isn't one of multicast")),
        }
        Ok(Reply::Done)
    }

    fn node(&mut self, node: u64) -> Result<&mut GroupNode, SubjectError> {
        self.nodes.get_mut(&node).ok_or_else(|| wrong(format!("node {node}"), "there is no such node"))
    }

    fn leave(&mut self, group: u16, node: u64) {
        if let Some(nodes) = self.groups.get_mut(&group) {
            nodes.retain(|other| *other != node);
        }
    }
}

/// A node sends to a set of ports.
fn ascending(ports: &[u16]) -> Vec<u16> {
    let mut ports = ports.to_vec();
    ports.sort_unstable();
    ports.dedup();
    ports
}

fn wrong(construct: String, reason: &str) -> SubjectError {
    SubjectError::State { construct: format!("multicast {construct}"), reason: reason.to_owned() }
}
