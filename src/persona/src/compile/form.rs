//! What a bit of the state becomes: the exclusive or of a constant, action parameters, and bits of the state before.
//!
//! The persona's effects join their parts by XOR, so that such forms are exactly what they can do, plus one sum or
//! checksum. Copies, slices, concatenations, masks and toggles by constants, and XORs of fields all are forms.

use indexmap::IndexSet;

/// A bit of the state. Below [`FIRST_CELL`] it is a place of the layout, from there on a cell that has no place yet.
pub(super) type Bit = u32;

/// The first bit that isn't a place: see [`super::cells::Cells`].
pub(super) const FIRST_CELL: Bit = 1 << 20;

/// Something that isn't known at compile time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Atom {
    /// A bit of the state before.
    State(Bit),
    /// Bit `bit` of the action's parameter number `index`.
    Param {
        /// The parameter.
        index: usize,
        /// 0 is the least significant.
        bit: u32,
    },
    /// Bit `bit` of sum number `id` of the [`Terms`].
    Sum {
        /// The sum.
        id: usize,
        /// 0 is the least significant.
        bit: u32,
    },
    /// Bit `bit` of checksum number `id` of the [`Terms`].
    Checksum {
        /// The checksum.
        id: usize,
        /// 0 is the least significant.
        bit: u32,
    },
}

/// The exclusive or of a constant and atoms.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Form {
    /// The constant.
    pub(super) constant: bool,
    /// Sorted, each one once.
    pub(super) atoms: Vec<Atom>,
}

/// A number of so many bits, the least significant first.
pub(super) type Word = Vec<Form>;

impl Form {
    /// A constant.
    pub(super) fn constant(constant: bool) -> Self {
        Self { constant, atoms: Vec::new() }
    }

    /// An atom.
    pub(super) fn atom(atom: Atom) -> Self {
        Self { constant: false, atoms: vec![atom] }
    }

    /// A bit of the state.
    pub(super) fn state(bit: Bit) -> Self {
        Self::atom(Atom::State(bit))
    }

    /// Its value, when it is known.
    pub(super) fn known(&self) -> Option<bool> {
        self.atoms.is_empty().then_some(self.constant)
    }

    /// The only bit of the state that it is, and whether it is the inverse of it.
    pub(super) fn literal(&self) -> Option<(Bit, bool)> {
        match self.atoms.as_slice() {
            [Atom::State(bit)] => Some((*bit, self.constant)),
            _ => None,
        }
    }

    /// Whether constants and parameters alone make it: it is known when an entry is added.
    pub(super) fn of_entry(&self) -> bool {
        self.atoms.iter().all(|a| matches!(a, Atom::Param { .. }))
    }

    /// Whether constants and bits of the state alone make it.
    pub(super) fn of_state(&self) -> bool {
        self.atoms.iter().all(|a| matches!(a, Atom::State(_)))
    }

    /// The bits of the state in it.
    pub(super) fn state_bits(&self) -> impl Iterator<Item = Bit> + '_ {
        self.atoms.iter().filter_map(|a| if let Atom::State(bit) = a { Some(*bit) } else { None })
    }

    /// Exclusive or.
    pub(super) fn xor(&self, other: &Self) -> Self {
        let mut atoms = self.atoms.clone();
        for atom in &other.atoms {
            match atoms.binary_search(atom) {
                Ok(at) => drop(atoms.remove(at)),
                Err(at) => atoms.insert(at, *atom),
            }
        }
        Self { constant: self.constant ^ other.constant, atoms }
    }

    /// The inverse.
    pub(super) fn not(&self) -> Self {
        Self { constant: !self.constant, atoms: self.atoms.clone() }
    }

    /// The same with other bits of the state.
    pub(super) fn map_state(&self, map: impl Fn(Bit) -> Bit) -> Self {
        let mapped = Self { constant: self.constant, atoms: Vec::new() };
        self.atoms.iter().fold(mapped, |form, atom| {
            let atom = if let Atom::State(bit) = atom { Atom::State(map(*bit)) } else { *atom };
            form.xor(&Self::atom(atom))
        })
    }
}

/// `base + addend`, or `base - addend`, modulo 2 to the number of bits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Sum {
    /// What is added to.
    pub(super) base: Word,
    /// What is added, known when an entry is added; as wide as `base`.
    pub(super) addend: Word,
    /// It is subtracted.
    pub(super) subtract: bool,
}

/// The sums and checksums that forms refer to.
#[derive(Clone, Debug, Default)]
pub(super) struct Terms {
    sums: IndexSet<Sum>,
    checksums: IndexSet<Vec<Bit>>,
}

impl Terms {
    /// A sum's bits.
    pub(super) fn sum(&mut self, sum: Sum) -> Word {
        let width = sum.base.len() as u32;
        let (id, _) = self.sums.insert_full(sum);
        (0..width).map(|bit| Form::atom(Atom::Sum { id, bit })).collect()
    }

    /// The 16 bits of the Internet checksum over these bits of the state, each in its place of a 16-bit word.
    pub(super) fn checksum(&mut self, mut bits: Vec<Bit>) -> Word {
        bits.sort_unstable();
        let (id, _) = self.checksums.insert_full(bits);
        (0..16).map(|bit| Form::atom(Atom::Checksum { id, bit })).collect()
    }

    /// The sum of that number.
    pub(super) fn get_sum(&self, id: usize) -> Option<&Sum> {
        self.sums.get_index(id)
    }

    /// The bits that the checksum of that number is over.
    pub(super) fn get_checksum(&self, id: usize) -> Option<&[Bit]> {
        self.checksums.get_index(id).map(Vec::as_slice)
    }

    /// The bits of the state that `form` depends on, those in sums and checksums included.
    pub(super) fn support(&self, form: &Form) -> Vec<Bit> {
        let mut bits = Vec::new();
        for atom in &form.atoms {
            match atom {
                Atom::State(bit) => bits.push(*bit),
                Atom::Param { .. } => {}
                // Bit n of a sum depends on the bits up to n alone.
                Atom::Sum { id, bit } => {
                    let base = self.get_sum(*id).map_or(&[][..], |s| s.base.as_slice());
                    bits.extend(base.iter().take(*bit as usize + 1).flat_map(Form::state_bits));
                }
                Atom::Checksum { id, .. } => bits.extend(self.get_checksum(*id).unwrap_or(&[])),
            }
        }
        bits
    }
}
