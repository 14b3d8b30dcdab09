//! A switch that takes whatever it is told while it has room.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hyper4_ir::{Batch, Command, Packet, Program, Reply};
use hyper4_switch::{ControlError, MulticastError, Switch, SwitchError, Tracing};

use super::{MOST_COPIES, MOST_GROUPS};

/// As large as a simple_switch, but for its tables.
pub(crate) struct Willing {
    told: u64,
    /// Rows that a table holds.
    size: u32,
    rows: BTreeMap<String, BTreeSet<u64>>,
    groups: u64,
    nodes: u64,
}

impl Willing {
    pub(crate) fn new(size: u32) -> Self {
        Self { told: 0, size, rows: BTreeMap::new(), groups: 0, nodes: 0 }
    }
}

impl Switch for Willing {
    fn load(&mut self, _: Arc<Program>) -> Result<(), SwitchError> {
        Ok(())
    }

    fn program(&self) -> Option<&Arc<Program>> {
        None
    }

    fn control(&mut self, command: &Command) -> Result<Reply, SwitchError> {
        self.told += 1;
        let full = || Err(ControlError::from(MulticastError::Full).into());
        match command {
            Command::TableAdd { table, .. } => {
                let rows = self.rows.entry(table.clone()).or_default();
                if rows.len() >= self.size as usize {
                    return Err(ControlError::TableFull { table: table.clone(), size: self.size }.into());
                }
                rows.insert(self.told);
                return Ok(Reply::Handle(self.told));
            }
            Command::TableDelete { table, handle } => {
                let there = self.rows.get_mut(table).is_some_and(|rows| rows.remove(handle));
                assert!(there, "{command}");
            }
            Command::MulticastGroupCreate { .. } if self.groups >= MOST_GROUPS => return full(),
            Command::MulticastNodeCreate { .. } if self.nodes >= MOST_COPIES => return full(),
            Command::MulticastGroupCreate { .. } => self.groups += 1,
            Command::MulticastGroupDestroy { .. } => self.groups -= 1,
            Command::MulticastNodeCreate { .. } => {
                self.nodes += 1;
                return Ok(Reply::Handle(self.told));
            }
            Command::MulticastNodeDestroy { .. } => self.nodes -= 1,
            _ => {}
        }
        Ok(Reply::Done)
    }

    fn inject(&mut self, _: &[Packet], _: Tracing) -> Result<Batch, SwitchError> {
        Ok(Batch::default())
    }
}
