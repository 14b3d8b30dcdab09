//! What is known on a path from one lookup to the next: what the state becomes, and what the trace says.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

use hyper4_bits::Bits;
use hyper4_ir::{Event, SourceInfo};

use super::cube::{Cover, Cube};
use super::form::{Atom, Bit, Form, Word};
use super::known::Known;
use super::shape::Shape;
use super::state::Access;
use crate::BitRange;

/// What an action's parameters are.
#[derive(Clone, Debug)]
pub(super) enum Arguments {
    /// Known values.
    Constant(Vec<Bits>),
    /// What an entry gives: so many bits each.
    OfEntry(Vec<u32>),
    /// What an entry gave, kept since.
    Saved(Vec<BitRange>),
}

/// Where there are none.
pub(super) static NO_ARGUMENTS: Arguments = Arguments::Constant(Vec::new());

/// A path since its lookup. Forms in it speak of the state at that lookup.
#[derive(Clone, Debug)]
pub(super) struct Context {
    /// What is known of the state at the lookup.
    pub(super) known: Rc<Known>,
    /// What has changed since.
    pub(super) values: BTreeMap<Bit, Form>,
    /// Where headers lie and which are valid, as far as it matters.
    pub(super) shape: Shape,
    /// What the trace says.
    pub(super) events: Vec<Event>,
    /// What it says later, of each copy: [`crate::Origin::egress_events`].
    pub(super) egress_events: Vec<Event>,
    /// What is done behind the changes.
    pub(super) access: Option<Access>,
    /// What the ternary row matches; `None` where the lookup isn't ternary, so that a path can't be split.
    pub(super) cube: Option<Cube>,
    /// The construct that it is about, for [`crate::Origin`].
    pub(super) construct: String,
    /// Where that stands.
    pub(super) source_info: Option<SourceInfo>,
    /// What the truth values are, in order, that the action at hand makes values depend on.
    pub(super) choices: Vec<bool>,
    /// How many of them it has met.
    pub(super) asked: Cell<usize>,
    /// `exit` was met.
    pub(super) exited: bool,
    /// Conditions and checksums met since the lookup.
    pub(super) depth: usize,
    /// Nothing has been done yet: what can't be done now can't be done at all.
    pub(super) fresh: bool,
}

impl Context {
    /// A path that begins.
    pub(super) fn new(known: Known, shape: Shape, cube: Option<Cube>) -> Self {
        Self {
            known: Rc::new(known),
            values: BTreeMap::new(),
            shape,
            events: Vec::new(),
            egress_events: Vec::new(),
            access: None,
            cube,
            construct: String::new(),
            source_info: None,
            choices: Vec::new(),
            asked: Cell::new(0),
            exited: false,
            depth: 0,
            fresh: true,
        }
    }

    /// What a bit of the state was at the lookup.
    pub(super) fn before(&self, bit: Bit) -> Form {
        self.known.get(bit).map_or_else(|| Form::state(bit), Form::constant)
    }

    /// What a bit of the state is now.
    pub(super) fn read_bit(&self, bit: Bit) -> Form {
        self.values.get(&bit).cloned().unwrap_or_else(|| self.before(bit))
    }

    /// What some bits are now.
    pub(super) fn read(&self, range: BitRange) -> Word {
        (range.offset..range.end()).map(|bit| self.read_bit(bit)).collect()
    }

    /// Assign bits.
    pub(super) fn write(&mut self, range: BitRange, word: Word) {
        self.values.extend((range.offset..range.end()).zip(word));
    }

    /// Assign a constant.
    pub(super) fn write_constant(&mut self, range: BitRange, value: u64) {
        let bits = Bits::from_u64(range.width, value);
        self.write(range, (0..range.width).map(|i| Form::constant(bits.bit(i))).collect());
    }

    /// The value of some bits, when it is known.
    pub(super) fn known_value(&self, range: BitRange) -> Option<u64> {
        self.read(range).iter().rev().try_fold(0, |value, form| Some(value << 1 | u64::from(form.known()?)))
    }

    /// Whether some bits are what they were at the lookup.
    pub(super) fn unchanged(&self, bit: Bit) -> bool {
        self.values.get(&bit).is_none_or(|form| form.atoms == [Atom::State(bit)] && !form.constant)
    }

    /// The paths on which a value's truth value is decided: some rows, and what they leave.
    pub(super) fn decided(&self, cover: &Cover, outcome: bool) -> Vec<Self> {
        let base = self.cube.clone().unwrap_or_default();
        let mut paths = Vec::new();
        let mut path = |cube: Option<Cube>, choice: bool| {
            let mut path = Self { cube, ..self.clone() };
            path.choices.push(choice);
            paths.push(path);
        };
        for cube in cover.iter().filter_map(|part| base.and(part)) {
            path(Some(cube), outcome);
        }
        path(self.cube.clone(), !outcome);
        paths
    }

    /// The path on which a bit of the state has that value; `None` when it hasn't.
    pub(super) fn with_bit(&self, bit: Bit, value: bool) -> Option<Self> {
        let mut cube = self.cube.clone()?;
        if !cube.require(bit, value) {
            return None;
        }
        let mut path = Self { cube: Some(cube), ..self.clone() };
        Rc::make_mut(&mut path.known).set(bit, Some(value));
        for form in path.values.values_mut() {
            if let Ok(at) = form.atoms.binary_search(&Atom::State(bit)) {
                form.atoms.remove(at);
                form.constant ^= value;
            }
        }
        Some(path)
    }

    /// The changes: what differs from the state at the lookup.
    pub(super) fn changes(&self) -> BTreeMap<Bit, Form> {
        let changed = self.values.iter().filter(|(bit, form)| **form != self.before(**bit));
        changed.map(|(bit, form)| (*bit, form.clone())).collect()
    }

    /// What is known of the state now.
    pub(super) fn known_now(&self) -> Known {
        let mut known = Known::clone(&self.known);
        for (bit, form) in &self.values {
            known.set(*bit, form.known());
        }
        known
    }
}
