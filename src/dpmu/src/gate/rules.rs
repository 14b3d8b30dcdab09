//! What the operator's rows must be like for the slice that they are made for.
//!
//! Tenants' commands make such rows, too: groups, sessions and ports of theirs, and accesses to their cells. A rule says
//! which places of a row hold something that one slice has for itself; the DPMU fills them with that slice's alone.
//! `hyper4 prove isolation` proves that rows by these rules keep slices apart, whatever else stands in them.

use std::collections::BTreeSet;

use hyper4_bits::Bits;
use hyper4_ir::{Command, MatchValue, MirroringSession, PipelineKind, Program};
use hyper4_persona::Layout;

use super::{Gate, GateError};
use crate::CellArray;

/// What a place of a row holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owned {
    /// A device ID.
    Device,
    /// A physical port.
    Port,
    /// A multicast group of the device's, whose copies all go to the slice's ports.
    Group,
    /// A mirroring session of the device's, which leads to one of the slice's ports.
    Session,
    /// The first of some cells; how many there are stands in the next place.
    Cells,
    /// Something that is less than this number.
    Below(u64),
}

/// What a row of the operator's must be like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperatorRule {
    /// The full name of its table.
    pub table: String,
    /// The full name of its action.
    pub action: String,
    /// Which field of its key says whose it is: a device ID, or a port.
    pub key: (usize, Owned),
    /// What its action's arguments hold, by their numbers.
    pub arguments: Vec<(usize, Owned)>,
    /// Only a slice that has every port has such rows: nobody is beside it.
    pub every_port: bool,
}

/// What a slice has of a device.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Estate {
    /// Device IDs.
    pub devices: BTreeSet<u16>,
    /// Physical ports.
    pub ports: BTreeSet<u16>,
    /// Multicast groups.
    pub groups: BTreeSet<u16>,
    /// Mirroring sessions.
    pub sessions: BTreeSet<u16>,
    /// Cells of the device's arrays: the first, and how many.
    pub cells: BTreeSet<(CellArray, u64, u64)>,
}

impl Estate {
    /// The mirroring session of the device that leads to a port: each port has one.
    pub fn session(port: u16) -> u16 {
        port.saturating_add(1)
    }
}

/// Ports of a device.
const PORTS: usize = 511;

impl Gate {
    /// The rule of the operator's rows of that table with that action, both by their full names; `None`: there are no such
    /// rows.
    pub fn operator_rule(&self, table: &str, action: &str) -> Option<OperatorRule> {
        let tail = |name: &'_ str| -> Option<(PipelineKind, String)> {
            [PipelineKind::Ingress, PipelineKind::Egress].into_iter().find_map(|pipeline| {
                let rest = name.strip_prefix(Layout::control(pipeline))?.strip_prefix('.')?;
                Some((pipeline, rest.to_owned()))
            })
        };
        let ((pipeline, own_table), (_, own_action)) = (tail(table)?, tail(action)?);
        let slotless = own_table.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('_');
        let next = Owned::Below(Layout::next(self.slots, 0, 0).into());
        let by_device = |arguments: Vec<(usize, Owned)>| OperatorRule {
            table: table.to_owned(),
            action: action.to_owned(),
            key: (0, Owned::Device),
            arguments,
            every_port: false,
        };
        Some(match (slotless, own_action.as_str()) {
            ("enter", action) if action.starts_with("enter_") => {
                // Behind device, traits and what the guest's first row does.
                let at = match action {
                    "enter_look" => 2,
                    "enter_commit" => 4,
                    "enter_commit_move" | "enter_commit_checksum" => 16,
                    _ => return None,
                };
                OperatorRule { key: (0, Owned::Port), ..by_device(vec![(0, Owned::Device), (at, next)]) }
            }
            ("enter_again", "begin_again") => by_device(vec![(1, next)]),
            ("enter_again", "go_on") => by_device(vec![(0, next)]),
            ("leave", "forward") => by_device(vec![(1, Owned::Device), (2, next)]),
            ("leave" | "leave_same" | "leave_back" | "leave_onward", "discard") => by_device(vec![]),
            ("leave", action) if action.starts_with("transmit") && !action.starts_with("transmit_same") => {
                by_device(vec![(0, Owned::Port)])
            }
            ("leave_same" | "leave_back" | "leave_onward", action)
                if action.starts_with("transmit_same") || action == "transmit_lost" =>
            {
                OperatorRule { every_port: true, ..by_device(vec![]) }
            }
            ("leave_multicast", "replicate") => by_device(vec![(0, Owned::Group)]),
            ("mirror", "mirror_to") => by_device(vec![(0, Owned::Session)]),
            ("state", "cut" | "ask" | "draw" | "sample") => by_device(vec![]),
            ("state", "read_register" | "write_register" | "count" | "meter_packets" | "meter_bytes") => {
                by_device(vec![(0, Owned::Cells)])
            }
            ("enter_egress" | "enter_back" | "enter_onward" | "enter_clone", _)
                if pipeline == PipelineKind::Egress =>
            {
                by_device(vec![])
            }
            _ => return None,
        })
    }

    /// All of them, for a program of the persona.
    pub fn operator_rules(&self, persona: &Program) -> Vec<OperatorRule> {
        let tables = persona.tables.iter().filter(|table| !table.keys.is_empty());
        let rules = tables.flat_map(|table| {
            let actions = table.actions.iter().filter_map(|id| persona.actions.get(id.index()));
            actions.filter_map(|action| self.operator_rule(&table.name, &action.name))
        });
        rules.collect()
    }

    /// Whether the DPMU may add this row for a slice that has this.
    ///
    /// # Errors
    /// [`GateError`] says what is another's.
    pub fn check_operator(&self, command: &Command, estate: &Estate) -> Result<(), GateError> {
        let Command::TableAdd { table, key, action, arguments, .. } = command else {
            return Err(GateError::NoRow);
        };
        // Links with conditions are looked up as guests' entries are.
        if self.tables.contains(table) {
            return self.check(command, &estate.devices);
        }
        let rule = self.rule(table, action)?;
        let foreign = |what: &'static str| GateError::Foreign { table: table.clone(), what };
        if !rule.is_hit_by(key, estate) {
            return Err(foreign("the packets that hit it"));
        }
        if rule.every_port && estate.ports.len() != PORTS {
            return Err(foreign("any port"));
        }
        for (number, owned) in &rule.arguments {
            let value = arguments.get(*number).ok_or(GateError::NoRow)?;
            let (own, what) = match owned {
                Owned::Device => (has(&estate.devices, value), "a device ID"),
                Owned::Port => (has(&estate.ports, value), "a port"),
                Owned::Group => (has(&estate.groups, value), "a multicast group"),
                Owned::Session => (has(&estate.sessions, value), "a mirroring session"),
                Owned::Below(bound) => (value.to_u64().is_some_and(|value| value < *bound), "the way on"),
                Owned::Cells => {
                    let array = action.rsplit('.').next().and_then(CellArray::of_action);
                    let size = arguments.get(number + 1).map_or(0, Bits::low_u64);
                    let own =
                        array.is_some_and(|array| estate.cells.contains(&(array, value.low_u64(), size)));
                    (own, "cells of state")
                }
            };
            if !own {
                return Err(foreign(what));
            }
        }
        Ok(())
    }

    /// Whether the DPMU may remove this row, or change its action, for a slice that has this.
    ///
    /// # Errors
    /// [`GateError`]: its packets are another's.
    pub fn check_removal(&self, command: &Command, estate: &Estate) -> Result<(), GateError> {
        let Command::TableAdd { table, key, action, .. } = command else { return Err(GateError::NoRow) };
        if self.tables.contains(table) {
            return self.check_device(table, key, &estate.devices);
        }
        match self.rule(table, action)?.is_hit_by(key, estate) {
            true => Ok(()),
            false => Err(GateError::Foreign { table: table.clone(), what: "the packets that hit it" }),
        }
    }

    /// Whether the DPMU may make a multicast group with copies by these ports for a slice that has this.
    ///
    /// # Errors
    /// [`GateError`]: one is another's.
    pub fn check_copies<'a>(
        &self,
        group: u16,
        mut ports: impl Iterator<Item = &'a u16>,
        estate: &Estate,
    ) -> Result<(), GateError> {
        match ports.find(|port| !estate.ports.contains(port)) {
            None => Ok(()),
            Some(port) => Err(GateError::Copy { what: "multicast group", number: group, port: *port }),
        }
    }

    /// Whether the DPMU may set a mirroring session so for a slice that has this.
    ///
    /// # Errors
    /// [`GateError`]: it doesn't lead to the one port that it is for, or that is another's.
    pub fn check_session(
        &self,
        session: u16,
        copies: MirroringSession,
        estate: &Estate,
    ) -> Result<(), GateError> {
        let own = |port: &u16| estate.ports.contains(port) && Estate::session(*port) == session;
        let port = copies.port.and_then(|port| u16::try_from(port).ok());
        if copies.group.is_none() && port.as_ref().is_some_and(own) {
            return Ok(());
        }
        Err(GateError::Copy { what: "mirroring session", number: session, port: port.unwrap_or(u16::MAX) })
    }

    fn rule(&self, table: &str, action: &str) -> Result<OperatorRule, GateError> {
        self.operator_rule(table, action).ok_or_else(|| GateError::Action(action.to_owned()))
    }
}

impl OperatorRule {
    /// Whether packets of a slice that has this are all that hit a row with that key.
    fn is_hit_by(&self, key: &[MatchValue], estate: &Estate) -> bool {
        match (key.get(self.key.0), self.key.1) {
            (Some(MatchValue::Exact(id)), Owned::Device) => has(&estate.devices, id),
            (Some(MatchValue::Ternary { mask, .. }), Owned::Port) if mask.is_zero() => {
                estate.ports.len() == PORTS
            }
            (Some(MatchValue::Ternary { value, mask }), Owned::Port) => {
                mask.is_ones() && has(&estate.ports, value)
            }
            _ => false,
        }
    }
}

fn has(set: &BTreeSet<u16>, value: &Bits) -> bool {
    value.to_u64().and_then(|value| u16::try_from(value).ok()).is_some_and(|value| set.contains(&value))
}
