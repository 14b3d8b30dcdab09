//! The terms that a parallel assignment needs, each with its places and those of its bits that are looked at.

use std::collections::{BTreeMap, BTreeSet};

use hyper4_bits::HashAlgorithm;

use super::form::{Atom, Bit, Form, Word};
use super::term::{Term, Terms};
use crate::Operation;

/// What is computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Computed {
    /// As [`Term::Binary`].
    Binary { operation: Operation, a: Word, b: Word },
    /// As [`Term::Hash`].
    Hash { algorithm: HashAlgorithm, input: Word, base: u64, modulus: u64 },
    /// The Internet checksum of bits of the state, which all lie `above` bits above where they count.
    Checksum { read: BTreeSet<Bit>, above: u32 },
}

/// A term. Forms in it refer to nodes by their number instead of to terms, and to places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) computed: Computed,
    /// Bits of the result that are wanted.
    pub(super) wanted: BTreeSet<u32>,
}

impl Node {
    /// What goes into it.
    pub(super) fn words(&self) -> Vec<&Word> {
        match &self.computed {
            Computed::Binary { a, b, .. } => vec![a, b],
            Computed::Hash { input, .. } => vec![input],
            Computed::Checksum { .. } => Vec::new(),
        }
    }

    /// All forms that go into it.
    pub(super) fn forms(&self) -> impl Iterator<Item = &Form> {
        self.words().into_iter().flatten()
    }

    /// The bits of the state that go into it as they are.
    pub(super) fn state_bits(&self) -> BTreeSet<Bit> {
        match &self.computed {
            Computed::Checksum { read, .. } => read.clone(),
            _ => self.forms().flat_map(Form::state_bits).collect(),
        }
    }

    /// The bit above the highest one that is wanted.
    pub(super) fn end(&self) -> u32 {
        self.wanted.last().map_or(0, |bit| bit + 1)
    }

    /// The lowest bit that is wanted.
    pub(super) fn first(&self) -> u32 {
        self.wanted.first().copied().unwrap_or(0)
    }
}

/// The nodes that forms need, each after those that go into it, and the forms with nodes instead of terms.
pub(super) fn nodes(
    assignments: &BTreeMap<Bit, Form>,
    terms: &Terms,
    place: &dyn Fn(Bit) -> Bit,
) -> (Vec<Node>, BTreeMap<Bit, Form>) {
    let mut wanted: BTreeMap<usize, BTreeSet<u32>> = BTreeMap::new();
    let want = |form: &Form, wanted: &mut BTreeMap<usize, BTreeSet<u32>>| {
        for (id, bit) in form.terms() {
            wanted.entry(id).or_default().insert(bit);
        }
    };
    assignments.values().for_each(|form| want(form, &mut wanted));
    let mut found = Vec::new();
    // What goes into a term has a lower number.
    while let Some((id, bits)) = wanted.pop_last() {
        let Some(term) = terms.get(id).map(|term| trimmed(term.clone(), &bits, terms)) else { continue };
        term.words().into_iter().flatten().for_each(|form| want(form, &mut wanted));
        found.push((id, term, bits));
    }
    let mut numbers: BTreeMap<usize, usize> = BTreeMap::new();
    let mut nodes = Vec::new();
    for (id, term, bits) in found.into_iter().rev() {
        let word =
            |word: Word| -> Word { word.iter().map(|form| renumbered(form, &numbers, place)).collect() };
        let computed = match term {
            Term::Binary { operation, a, b } => Computed::Binary { operation, a: word(a), b: word(b) },
            Term::Hash { algorithm, input, base, modulus } => {
                Computed::Hash { algorithm, input: word(input), base, modulus }
            }
            Term::Checksum { bits, constant } => checksum(&bits, constant, place, &mut nodes),
        };
        nodes.push(Node { computed, wanted: bits });
        numbers.insert(id, nodes.len() - 1);
    }
    let assignments =
        assignments.iter().map(|(bit, form)| (*bit, renumbered(form, &numbers, &|bit| bit))).collect();
    (nodes, assignments)
}

fn renumbered(form: &Form, numbers: &BTreeMap<usize, usize>, place: &dyn Fn(Bit) -> Bit) -> Form {
    form.substitute(|atom| {
        Form::atom(match atom {
            Atom::State(bit) => Atom::State(place(bit)),
            Atom::Term { id, bit } => Atom::Term { id: numbers.get(&id).copied().unwrap_or(id), bit },
            Atom::Param { .. } => atom,
        })
    })
}

/// The term as far as these bits of it are wanted.
fn trimmed(term: Term, wanted: &BTreeSet<u32>, terms: &Terms) -> Term {
    let end = wanted.last().map_or(0, |bit| *bit as usize + 1);
    let Term::Binary { operation, mut a, mut b } = term else { return term };
    if operation != Operation::ShiftRight {
        a.truncate(end);
    }
    if !matches!(operation, Operation::ShiftLeft | Operation::ShiftRight) {
        b.truncate(end);
    }
    if operation == Operation::Conjunction {
        for (i, (a, b)) in a.iter_mut().zip(&mut b).enumerate() {
            if !wanted.contains(&(i as u32)) {
                (*a, *b) = (Form::default(), Form::default());
            }
        }
    }
    folded(operation, &a, &b, terms).unwrap_or(Term::Binary { operation, a, b })
}

/// `(x + c1) + c2` is `x + (c1 + c2)`, as far as the bits go.
fn folded(operation: Operation, a: &[Form], b: &[Form], terms: &Terms) -> Option<Term> {
    let id = match a.first()?.atoms.as_slice() {
        [Atom::Term { id, bit: 0 }] => *id,
        _ => return None,
    };
    let in_order =
        a.iter().zip(0..).all(|(form, bit)| !form.constant && form.atoms == [Atom::Term { id, bit }]);
    let Some(Term::Binary { operation: inner, a: x, b: c1 }) = terms.get(id) else { return None };
    let sums = [operation, *inner].iter().all(|o| matches!(o, Operation::Sum | Operation::Difference));
    if !in_order || !sums {
        return None;
    }
    let constant = |word: &[Form], operation: Operation| {
        let mut bits = hyper4_bits::Bits::zero(a.len() as u32);
        for (form, i) in word.iter().zip(0..bits.width()) {
            if form.known()? {
                bits = bits.or(&hyper4_bits::Bits::mask(bits.width(), i, 1));
            }
        }
        Some(if operation == Operation::Sum { bits } else { bits.wrapping_neg() })
    };
    let sum = constant(c1, *inner)?.wrapping_add(&constant(b, operation)?);
    let b: Word = (0..sum.width()).map(|i| Form::constant(sum.bit(i))).collect();
    let a: Word = x.iter().take(a.len()).cloned().collect();
    Some(folded(Operation::Sum, &a, &b, terms).unwrap_or(Term::Binary { operation: Operation::Sum, a, b }))
}

/// A checksum of bits that lie where they count is one effect. Else there is one for each distance, and one of their
/// sums: the sum of words shifted alike is the shifted sum, for 2 to the 16 counts as 1.
fn checksum(
    bits: &[(Bit, u32)],
    constant: u16,
    place: &dyn Fn(Bit) -> Bit,
    nodes: &mut Vec<Node>,
) -> Computed {
    let mut parts: BTreeMap<(u32, usize), BTreeSet<Bit>> = BTreeMap::new();
    for (bit, weight) in bits {
        let bit = place(*bit);
        let above = (bit + 16 - weight) % 16;
        // What counts twice is summed twice.
        let mut times = 0;
        while parts.get(&(above, times)).is_some_and(|part| part.contains(&bit)) {
            times += 1;
        }
        parts.entry((above, times)).or_default().insert(bit);
    }
    let part = |((above, _), read): ((u32, usize), BTreeSet<Bit>)| Computed::Checksum { read, above };
    if constant == 0 && parts.len() <= 1 {
        let only = parts.into_iter().next().unwrap_or_default();
        return part(only);
    }
    let mut input: Word = (0..16).map(|bit| Form::constant(constant >> bit & 1 == 1)).collect();
    for computed in parts.into_iter().map(part) {
        let id = nodes.len();
        nodes.push(Node { computed, wanted: (0..16).collect() });
        // A checksum is the inverse of a sum.
        input.extend((0..16).map(|bit| Form::atom(Atom::Term { id, bit }).not()));
    }
    Computed::Hash { algorithm: HashAlgorithm::Csum16, input, base: 0, modulus: u64::MAX }
}
