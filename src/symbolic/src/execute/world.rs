//! What outlives a packet, as far as a path has to do with it: registers, counters, meters, times.
//!
//! What was there before the packet is unknown, and the same on both sides: a register's first value is that of an unknown
//! function of its index, and so is a meter's colour.

use std::collections::BTreeMap;
use std::rc::Rc;

use hyper4_ir::{LearnListId, StandardField};

use crate::term::{Terms, Word};

/// Bits of what a register's first value is taken from; a narrower register has zeros above.
pub(super) const LEAST_VALUE: u32 = 64;
/// Before the name of a register: the function that says what its cells held.
const REGISTER: &str = "register ";
/// Before the name of a meter: the function that says what its cells answer.
const COLOUR: &str = "colour of ";
/// Before the name of a meter: the function that says how many packets its cells answer green to.
pub(crate) const GREEN: &str = "green packets of ";
/// Before the name of a meter: the function that says how many packets its cells answer no red to.
pub(super) const NOT_RED: &str = "green and yellow packets of ";
/// The function that says which numbers are drawn.
const RANDOM: &str = "the random numbers";

/// What an array is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Register,
    Counter,
    Meter,
}

/// Something done to a cell of an array.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Access {
    pub(crate) kind: Kind,
    /// The array, by the name that both sides know it by.
    pub(crate) array: Rc<str>,
    /// 64 bits.
    pub(crate) index: Word,
    /// Bits of a register that both sides know; else 0.
    pub(crate) width: u32,
    /// What is written; of a counter or a meter the bytes that are counted.
    pub(crate) value: Word,
}

/// What is there before the first packet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Start {
    /// Registers hold and meters answer whatever they do.
    #[default]
    Anything,
    /// What a switch starts with: registers hold zeros, and meters have no rates, so that all is green.
    Fresh,
    /// What a control plane can set: registers hold whatever they do, and meters have tokens that don't grow back.
    Set,
}

/// A sample of a packet that a control plane gets.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    pub(crate) list: LearnListId,
    /// The list's name, as both sides know it.
    pub(crate) name: Rc<str>,
    pub(crate) values: Vec<Word>,
}

impl Sample {
    /// All values, the first one uppermost.
    pub(crate) fn joined(&self) -> Word {
        self.values.iter().fold(Word::zero(0), |joined, value| joined.concat(value))
    }
}

/// What a path does to what outlives the packet.
#[derive(Clone, Debug, Default)]
pub(crate) struct World {
    pub(crate) start: Start,
    /// Writes to registers, in order.
    pub(crate) written: Vec<Access>,
    /// Packets counted and metered, in order.
    pub(crate) counted: Vec<Access>,
    /// Samples that were taken of the packet.
    pub(crate) sampled: Vec<Sample>,
    /// How many random numbers were drawn.
    drawn: u64,
    /// How often a matter of time was settled.
    moments: BTreeMap<StandardField, usize>,
    /// How often packets came in again.
    pub(super) rounds: usize,
}

fn register(array: &str) -> String {
    format!("{REGISTER}{array}")
}

/// The function that says what a meter's cells answer, each time that they are asked.
pub(super) fn colour(array: &str) -> String {
    format!("{COLOUR}{array}")
}

/// Of which array a function says something.
pub(crate) fn array_of(function: &str) -> Option<(Kind, &str)> {
    let register = function.strip_prefix(REGISTER).map(|array| (Kind::Register, array));
    let meter = || [COLOUR, GREEN, NOT_RED].into_iter().find_map(|prefix| function.strip_prefix(prefix));
    register.or_else(|| meter().map(|array| (Kind::Meter, array)))
}

/// The name of a value that is a matter of time.
pub(super) struct Moment(pub(super) String);

impl World {
    pub(crate) fn starting(start: Start) -> Self {
        Self { start, ..Self::default() }
    }

    /// The next packet comes in.
    pub(crate) fn another_packet(&mut self) {
        self.rounds = 0;
        self.sampled.clear();
    }

    /// What a cell of a register holds after all that was written to it: at least 64 bits, zeros above its own.
    pub(crate) fn held(&self, terms: &mut Terms, array: &str, index: &Word, width: u32) -> Word {
        let most = width.max(LEAST_VALUE);
        let first = match self.start {
            Start::Anything | Start::Set => terms.apply(&register(array), vec![index.clone()], width),
            Start::Fresh => Word::zero(width),
        };
        let mut value = terms.resize(&first, most);
        for written in self.written.iter().filter(|written| *written.array == *array) {
            let same = terms.equal(&written.index, index);
            let most = value.width().max(written.value.width());
            let (then, otherwise) = (terms.resize(&written.value, most), terms.resize(&value, most));
            value = terms.select(&same, &then, &otherwise);
        }
        value
    }

    /// How many packets and bytes a cell counted: 64 bits each, packets first.
    pub(crate) fn count(&self, terms: &mut Terms, array: &str, index: &Word) -> (Word, Word) {
        let (mut packets, mut bytes) = (Word::zero(64), Word::zero(64));
        for counted in self.counted.iter().filter(|counted| *counted.array == *array) {
            let same = terms.equal(&counted.index, index);
            let mut sum = |sum: &Word, more: &Word| {
                let more = terms.resize(more, 64);
                let more = terms.select(&same, &more, &Word::zero(64));
                terms.add(sum, &more)
            };
            packets = sum(&packets, &Word::number(64, 1));
            bytes = sum(&bytes, &counted.value);
        }
        (packets, bytes)
    }

    /// A random number between two, both included: the same on both sides as long as both draw the same.
    pub(super) fn draw(&mut self, terms: &mut Terms, low: &Word, high: &Word) -> Word {
        self.drawn += 1;
        let which = vec![Word::number(64, self.drawn), low.clone(), high.clone()];
        let drawn = terms.apply(RANDOM, which, 64);
        let (below, above) = (terms.less(&drawn, low), terms.less(high, &drawn));
        let outside = terms.any([below, above]);
        terms.select(&outside, low, &drawn)
    }

    /// The next value of a field that is a matter of time.
    pub(super) fn moment(&mut self, field: StandardField) -> Moment {
        let count = self.moments.entry(field).or_insert(0);
        *count += 1;
        Moment(format!("standard_metadata.{} of copy {count}", field.name()))
    }
}
