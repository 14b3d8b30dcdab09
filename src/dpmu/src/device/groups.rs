//! Multicast groups and their nodes.

use hyper4_ir::{Command, Reply};
use hyper4_switch::SwitchError;

use super::{Device, Group, Node};
use crate::lease::Promises;

impl Device {
    /// Make a group. Where that fails there is none.
    pub(super) fn create_group(
        &mut self,
        group: u16,
        nodes: Vec<Node>,
        promises: Promises,
    ) -> Result<(), SwitchError> {
        self.tell(&Command::MulticastGroupCreate { group })?;
        self.groups.insert(group, Group { nodes: Vec::new(), handles: Vec::new(), promises });
        match self.create_nodes(group, nodes) {
            Ok(()) => Ok(()),
            Err(error) => {
                if let Err(undoing) = self.destroy_group(group) {
                    self.doubtful = true;
                    self.groups.remove(&group);
                    return Err(undoing);
                }
                Err(error)
            }
        }
    }

    /// Make a group that was there. It is known, even where the device doesn't make it.
    pub(super) fn restore_group(
        &mut self,
        group: u16,
        nodes: Vec<Node>,
        promises: Promises,
    ) -> Result<(), SwitchError> {
        let made = self.create_group(group, nodes.clone(), promises);
        if made.is_err() {
            self.doubtful = true;
            self.groups.insert(group, Group { nodes, handles: Vec::new(), promises });
        }
        made
    }

    fn create_nodes(&mut self, group: u16, nodes: Vec<Node>) -> Result<(), SwitchError> {
        for (rid, ports) in nodes {
            let handle = self.create_node(group, rid, ports.clone())?;
            if let Some(group) = self.groups.get_mut(&group) {
                group.nodes.push((rid, ports));
                group.handles.push(handle);
            }
        }
        Ok(())
    }

    fn create_node(&mut self, group: u16, rid: u16, ports: Vec<u16>) -> Result<u64, SwitchError> {
        let node = match self.tell(&Command::MulticastNodeCreate { rid, ports, lags: Vec::new() })? {
            Reply::Handle(node) => node,
            other => {
                return Err(SwitchError::Failed(format!("answered {other:?} to a node that was made")));
            }
        };
        match self.tell(&Command::MulticastNodeAssociate { group, node }) {
            Ok(_) => Ok(node),
            Err(error) => {
                self.tell(&Command::MulticastNodeDestroy { node })?;
                Err(error)
            }
        }
    }

    /// Answers the nodes that it had, and what of it a lease promised. Where that fails, it is known to be as it was.
    pub(super) fn destroy_group(&mut self, group: u16) -> Result<(Vec<Node>, Promises), SwitchError> {
        let Some(old) = self.groups.get(&group).cloned() else {
            return Ok((Vec::new(), Promises::default()));
        };
        // The last first, so that what is made again comes behind what is left.
        let mut destroyed = Vec::new();
        let mut done = Ok(Reply::Done);
        for (node, handle) in old.nodes.iter().zip(&old.handles).rev() {
            done = self.tell(&Command::MulticastNodeDestroy { node: *handle });
            if done.is_err() {
                break;
            }
            destroyed.push(node.clone());
            if let Some(group) = self.groups.get_mut(&group) {
                group.nodes.pop();
                group.handles.pop();
            }
        }
        if let Err(error) = done.and_then(|_| self.tell(&Command::MulticastGroupDestroy { group })) {
            destroyed.reverse();
            if let Err(undoing) = self.create_nodes(group, destroyed) {
                self.doubtful = true;
                self.groups.insert(group, old);
                return Err(undoing);
            }
            return Err(error);
        }
        self.groups.remove(&group);
        Ok((old.nodes, old.promises))
    }
}
