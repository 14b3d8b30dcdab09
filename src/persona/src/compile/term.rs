//! What is computed: sums, products, shifts, hashes. Terms that are alike are one.

use hyper4_bits::HashAlgorithm;
use indexmap::IndexSet;

use super::form::{Atom, Bit, Form, Word};
use super::known::BitSet;
use crate::Operation;

/// Something that an effect of its own computes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Term {
    /// `a operation b`, in as many bits as `a` has.
    Binary {
        /// What.
        operation: Operation,
        /// The left operand.
        a: Word,
        /// The right one; of shifts and products it may have another width.
        b: Word,
    },
    /// As v1model's `hash`, 64 bits.
    Hash {
        /// One of [`crate::HASHES`].
        algorithm: HashAlgorithm,
        /// Whole bytes, the last byte's lowest bit first.
        input: Word,
        /// The least value.
        base: u64,
        /// How many values.
        modulus: u64,
    },
    /// The Internet checksum, 16 bits.
    Checksum {
        /// Bits of the state and the bit of a 16-bit word that each counts as, 0 being the lowest. Sorted.
        bits: Vec<(Bit, u32)>,
        /// The sum of the constants that go into it.
        constant: u16,
    },
}

impl Term {
    /// All words that go into it.
    pub(super) fn words(&self) -> Vec<&Word> {
        match self {
            Self::Binary { a, b, .. } => vec![a, b],
            Self::Hash { input, .. } => vec![input],
            Self::Checksum { .. } => Vec::new(),
        }
    }

    /// Bits of the result.
    pub(super) fn width(&self) -> u32 {
        match self {
            Self::Binary { a, .. } => a.len() as u32,
            Self::Hash { .. } => 64,
            Self::Checksum { .. } => 16,
        }
    }
}

/// The terms that forms refer to, each after those that go into it.
#[derive(Clone, Debug, Default)]
pub(super) struct Terms {
    terms: IndexSet<Term>,
    /// The bits of the state that each depends on.
    supports: Vec<BitSet>,
}

impl Terms {
    /// A term's bits.
    pub(super) fn add(&mut self, term: Term) -> Word {
        let width = term.width();
        let mut support = BitSet::new();
        for form in term.words().into_iter().flatten() {
            self.extend_support(form, &mut support);
        }
        if let Term::Checksum { bits, .. } = &term {
            support.extend(bits.iter().map(|(bit, _)| *bit));
        }
        let (id, new) = self.terms.insert_full(term);
        if new {
            self.supports.push(support);
        }
        (0..width).map(|bit| Form::atom(Atom::Term { id, bit })).collect()
    }

    /// `a operation b`, in as many bits as `a` has.
    pub(super) fn binary(&mut self, operation: Operation, a: Word, b: Word) -> Word {
        self.add(Term::Binary { operation, a, b })
    }

    /// The term of that number.
    pub(super) fn get(&self, id: usize) -> Option<&Term> {
        self.terms.get_index(id)
    }

    /// Add the bits of the state that `form` depends on, those in terms included.
    pub(super) fn extend_support(&self, form: &Form, support: &mut BitSet) {
        support.extend(form.state_bits());
        let mut last = None;
        for (id, _) in form.terms().filter(|(id, _)| last.replace(*id) != Some(*id)) {
            if let Some(of_term) = self.supports.get(id) {
                *support |= of_term;
            }
        }
    }

    /// `c` if `condition`, else zeros: bit by bit.
    pub(super) fn masked(&mut self, word: &[Form], condition: &Form) -> Word {
        let zero = || Form::constant(false);
        match condition.known() {
            Some(true) => return word.to_vec(),
            Some(false) => return word.iter().map(|_| zero()).collect(),
            None => {}
        }
        let set = || word.iter().filter(|form| form.known() != Some(false));
        if set().count() <= 1 && set().all(|form| form.known().is_some()) {
            return word.iter().map(|form| if form.constant { condition.clone() } else { zero() }).collect();
        }
        let product = self.binary(Operation::Product, word.to_vec(), vec![condition.clone()]);
        product
            .into_iter()
            .zip(word)
            .map(|(bit, form)| if form.known() == Some(false) { zero() } else { bit })
            .collect()
    }

    /// `yes` if `condition`, else `no`; of the same width.
    pub(super) fn choice(&mut self, condition: &Form, yes: &[Form], no: &[Form]) -> Word {
        let difference: Word = yes.iter().zip(no).map(|(a, b)| a.xor(b)).collect();
        self.masked(&difference, condition).iter().zip(no).map(|(a, b)| a.xor(b)).collect()
    }

    /// Both.
    pub(super) fn both(&mut self, a: &Form, b: &Form) -> Form {
        match (a.known(), b.known()) {
            (Some(true), _) => b.clone(),
            (_, Some(true)) => a.clone(),
            (Some(false), _) | (_, Some(false)) => Form::constant(false),
            _ if a == b => a.clone(),
            _ => {
                let both = self.binary(Operation::Conjunction, vec![a.clone()], vec![b.clone()]);
                both.into_iter().next().unwrap_or_default()
            }
        }
    }

    /// One of both at least.
    pub(super) fn either(&mut self, a: &Form, b: &Form) -> Form {
        self.both(&a.not(), &b.not()).not()
    }

    /// Whether any bit is 1.
    pub(super) fn any(&mut self, word: &[Form]) -> Form {
        if word.iter().any(|form| form.known() == Some(true)) {
            return Form::constant(true);
        }
        let mut word: Word = word.to_vec();
        while word.last().is_some_and(|form| form.known() == Some(false)) {
            word.pop();
        }
        let first = word.iter().position(|form| form.known() != Some(false)).unwrap_or(0);
        word.drain(..first);
        if word.len() <= 1 {
            return word.pop().unwrap_or_default();
        }
        // 0 less the number borrows.
        word.push(Form::constant(false));
        let zero = vec![Form::constant(false); word.len()];
        self.binary(Operation::Difference, zero, word).pop().unwrap_or_default()
    }

    /// `form` so many times.
    pub(super) fn repeated(&mut self, form: &Form, width: usize) -> Word {
        if form.known().is_some() || width <= 2 {
            return vec![form.clone(); width];
        }
        let zero = vec![Form::constant(false); width];
        let mut one = zero.clone();
        if let Some(lowest) = one.first_mut() {
            *lowest = form.clone();
        }
        self.binary(Operation::Difference, zero, one)
    }
}
