//! What a device was told that is neither a row nor a group: it is told that again when it has forgotten all.

use std::collections::BTreeMap;

use hyper4_bits::Bits;
use hyper4_ir::{Command, CounterCommand, CounterValue, MeterCommand, MirroringCommand, RegisterCommand};

/// Mirroring sessions, and the cells that the control plane has set. What packets did to cells since nobody knows.
#[derive(Debug, Default)]
pub(super) struct Memory {
    sessions: BTreeMap<u16, Command>,
    /// By array and number; those that are as in a device that was just started are left out.
    cells: BTreeMap<(String, u64), Command>,
}

impl Memory {
    /// The device has done that.
    pub(super) fn note(&mut self, command: &Command) {
        match command {
            Command::Mirroring { session, command: MirroringCommand::Set(_) } => {
                self.sessions.insert(*session, command.clone());
            }
            Command::Mirroring { session, command: MirroringCommand::Delete } => {
                self.sessions.remove(session);
            }
            Command::Counter { counter, command: CounterCommand::Write { index, value } } => {
                self.put(counter, *index, command.clone(), *value == CounterValue::default());
            }
            Command::Meter { meter, command: MeterCommand::SetRates { index, rates } } => {
                self.put(meter, *index, command.clone(), *rates == crate::state::unlimited());
            }
            Command::Register { register, command: RegisterCommand::Write { index, value } } => {
                self.put(register, *index, command.clone(), value.is_zero());
            }
            Command::Register { register, command: RegisterCommand::WriteRange { start, end, value } } => {
                self.put_range(register, *start..*end, value);
            }
            _ => {}
        }
    }

    fn put(&mut self, array: &str, index: u64, command: Command, is_new: bool) {
        let cell = (array.to_owned(), index);
        match is_new {
            true => drop(self.cells.remove(&cell)),
            false => drop(self.cells.insert(cell, command)),
        }
    }

    fn put_range(&mut self, register: &str, range: std::ops::Range<u64>, value: &Bits) {
        for index in range {
            let command = RegisterCommand::Write { index, value: value.clone() };
            let command = Command::Register { register: register.to_owned(), command };
            self.put(register, index, command, value.is_zero());
        }
    }

    /// The sessions.
    pub(super) fn sessions(&self) -> impl Iterator<Item = (u16, &Command)> {
        self.sessions.iter().map(|(session, command)| (*session, command))
    }

    /// What sets the cells.
    pub(super) fn cells(&self) -> impl Iterator<Item = &Command> {
        self.cells.values()
    }
}
