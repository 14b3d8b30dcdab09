//! What outlives a packet, as far as a path has to do with it: registers, counters, meters, times.
//!
//! What was there before the packet is unknown, and the same on both sides: a register's first value is that of an unknown
//! function of its index, and so is a meter's colour.

use std::collections::BTreeMap;
use std::rc::Rc;

use hyper4_ir::StandardField;

use crate::term::Word;

/// Something done to a cell of an array.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Access {
    /// The array, by the name that both sides know it by.
    pub(crate) array: Rc<str>,
    /// 64 bits.
    pub(crate) index: Word,
    /// What is written; of a counter or a meter the bytes that are counted.
    pub(crate) value: Word,
}

/// What a path does to what outlives the packet.
#[derive(Clone, Debug, Default)]
pub(crate) struct World {
    /// Writes to registers, in order.
    pub(crate) written: Vec<Access>,
    /// Packets counted and metered, in order.
    pub(crate) counted: Vec<Access>,
    /// How often a matter of time was settled.
    moments: BTreeMap<StandardField, usize>,
    /// How often packets came in again.
    pub(super) rounds: usize,
}

/// The name of a value that is a matter of time.
pub(super) struct Moment(pub(super) String);

impl World {
    /// The next value of a field that is a matter of time.
    pub(super) fn moment(&mut self, field: StandardField) -> Moment {
        let count = self.moments.entry(field).or_insert(0);
        *count += 1;
        Moment(format!("standard_metadata.{} of copy {count}", field.name()))
    }
}
