//! A switch that gets one of its rows wrong.

use std::sync::Arc;

use hyper4_bits::Bits;
use hyper4_ir::{Batch, Command, MatchValue, Packet, Program, Reply};
use hyper4_switch::{Switch, SwitchError, Tracing};

/// What is done to one row on its way into the device. Rows are counted among those whose table's name holds `table`.
#[derive(Clone, Debug)]
pub struct Fault {
    /// A part of the tables' names, `.exact_`.
    pub table: &'static str,
    /// Which of the rows, from 0.
    pub row: usize,
    /// What is done to it.
    pub damage: Damage,
}

/// What is done to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// It is not put in.
    Drop,
    /// A bit of an argument is the other one; the bit is counted from the least significant.
    Argument {
        /// The argument.
        index: usize,
        /// The bit.
        bit: u32,
    },
    /// A bit of the last key field is the other one.
    Key {
        /// The bit.
        bit: u32,
    },
    /// A bit of the last key field's mask is the other one.
    Mask {
        /// The bit.
        bit: u32,
    },
}

/// The handle of a row that was not put in: one that no row gets. Nobody may notice.
const NOWHERE: u64 = u32::MAX as u64;

/// The row that a command changes.
fn names(command: &Command) -> Option<u64> {
    match command {
        Command::TableModify { handle, .. } | Command::TableDelete { handle, .. } => Some(*handle),
        _ => None,
    }
}

/// A switch that gets one of its rows wrong.
pub struct FaultySwitch<S> {
    below: S,
    fault: Fault,
    seen: usize,
}

impl<S: Switch> FaultySwitch<S> {
    /// `below` with a fault.
    pub fn new(below: S, fault: Fault) -> Self {
        Self { below, fault, seen: 0 }
    }

    fn damaged(&self, command: &Command) -> Command {
        let mut command = command.clone();
        if let Command::TableAdd { key, arguments, .. } = &mut command {
            let flip = |bits: &Bits, bit: u32| bits.xor(&Bits::mask(bits.width(), bit, 1));
            match self.fault.damage {
                Damage::Drop => {}
                Damage::Argument { index, bit } => {
                    if let Some(argument) = arguments.get_mut(index) {
                        *argument = flip(argument, bit);
                    }
                }
                Damage::Key { bit } => match key.last_mut() {
                    Some(MatchValue::Exact(v) | MatchValue::Lpm { value: v, .. }) => *v = flip(v, bit),
                    Some(MatchValue::Ternary { value, mask }) if mask.bit(bit) => *value = flip(value, bit),
                    _ => {}
                },
                Damage::Mask { bit } => match key.last_mut() {
                    Some(MatchValue::Ternary { mask, .. }) => *mask = flip(mask, bit),
                    Some(MatchValue::Lpm { prefix_length, .. }) => {
                        *prefix_length = prefix_length.saturating_sub(1)
                    }
                    _ => {}
                },
            }
        }
        command
    }
}

impl<S: Switch> Switch for FaultySwitch<S> {
    fn load(&mut self, program: Arc<Program>) -> Result<(), SwitchError> {
        self.seen = 0;
        self.below.load(program)
    }

    fn program(&self) -> Option<&Arc<Program>> {
        self.below.program()
    }

    fn control(&mut self, command: &Command) -> Result<Reply, SwitchError> {
        let meant = matches!(command, Command::TableAdd { table, .. } if table.contains(self.fault.table));
        if self.fault.damage == Damage::Drop && names(command) == Some(NOWHERE) {
            return Ok(Reply::Done);
        }
        if !meant {
            return self.below.control(command);
        }
        self.seen += 1;
        if self.seen - 1 != self.fault.row {
            return self.below.control(command);
        }
        match self.fault.damage {
            Damage::Drop => Ok(Reply::Handle(NOWHERE)),
            _ => self.below.control(&self.damaged(command)),
        }
    }

    fn inject(&mut self, packets: &[Packet], tracing: Tracing) -> Result<Batch, SwitchError> {
        self.below.inject(packets, tracing)
    }
}
