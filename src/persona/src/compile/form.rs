//! What a bit of the state becomes: the exclusive or of a constant, action parameters, bits of the state before, and
//! bits of what is computed.
//!
//! The persona's effects join their parts by XOR, so that such forms are exactly what they can do. Copies, slices,
//! concatenations, masks and toggles by constants, and XORs of fields all are forms; what else there is are
//! [`super::term::Terms`], whose bits forms refer to.

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
    /// Bit `bit` of term number `id`.
    Term {
        /// The term.
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

    /// The bits of the state in it, but for those in its terms.
    pub(super) fn state_bits(&self) -> impl Iterator<Item = Bit> + '_ {
        self.atoms.iter().filter_map(|a| if let Atom::State(bit) = a { Some(*bit) } else { None })
    }

    /// The bits of terms in it.
    pub(super) fn terms(&self) -> impl Iterator<Item = (usize, u32)> + '_ {
        self.atoms
            .iter()
            .filter_map(|a| if let Atom::Term { id, bit } = a { Some((*id, *bit)) } else { None })
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

    /// The same with something else for each atom.
    pub(super) fn substitute(&self, map: impl Fn(Atom) -> Self) -> Self {
        let constant = Self::constant(self.constant);
        self.atoms.iter().fold(constant, |form, atom| form.xor(&map(*atom)))
    }

    /// The same with other bits of the state.
    pub(super) fn map_state(&self, map: impl Fn(Bit) -> Bit) -> Self {
        self.substitute(|atom| {
            Self::atom(if let Atom::State(bit) = atom { Atom::State(map(bit)) } else { atom })
        })
    }
}
