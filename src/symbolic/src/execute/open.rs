//! Rows whose values are open.

use std::rc::Rc;

use hyper4_bits::Bits;
use hyper4_ir::{Command, EntryPart, EntryValues, MatchKind, MatchValue, RowPart, TableId};

use crate::path::{Path, Undecided};
use crate::subject::{OpenEntry, OpenRow, padding};
use crate::term::{Assignment, Cond, Evaluator, Terms, Word};

use super::Executor;
use super::lookup::{Hit, Matched};

/// What of the packets of a path hits open rows, and the rest.
type Looked<'a> = (Vec<Matched<'a>>, Option<Path>);

impl<'a> Executor<'a, '_> {
    /// The open rows of a table, which win over all others.
    pub(super) fn look_up_open(
        &mut self,
        path: Path,
        key: &[Word],
        table: TableId,
    ) -> Result<Looked<'a>, Undecided> {
        let rows: &'a [&'a OpenRow] = self.subject.open.get(table.index()).map_or(&[], Vec::as_slice);
        let mut matched = Vec::new();
        let mut rest = Some(path);
        for row in rows {
            let Some(path) = rest.take() else { break };
            let condition = open_matches(&mut self.context.terms, key, row);
            if condition.as_bool() == Some(false) {
                rest = Some(path);
                continue;
            }
            let split = self.context.split(path, &condition)?;
            let rows = vec![(row.entry.handle, condition)];
            matched.extend(split.holds.map(|path| Matched { path, hit: Some(Hit::Open(row)), rows }));
            rest = split.fails;
        }
        Ok((matched, rest))
    }

    /// The arguments of an open row's action.
    pub(super) fn open_arguments(&mut self, row: &OpenRow) -> Rc<[Word]> {
        let Command::TableAdd { arguments, .. } = &row.template.command else { return Rc::from([]) };
        let terms = &mut self.context.terms;
        let numbered = arguments.iter().enumerate();
        let argument = numbered.map(|(number, constant)| {
            let word = filled(terms, row, RowPart::Argument(number), constant);
            match row.template.negated.iter().find(|(negated, _)| *negated == number) {
                Some((_, counts)) => {
                    let negative = terms.subtract(&Word::zero(word.width()), &word);
                    terms.and(&negative, &Word::constant(counts.clone()))
                }
                None => word,
            }
        });
        argument.collect()
    }
}

/// When a row is there and matches.
fn open_matches(terms: &mut Terms, key: &[Word], row: &OpenRow) -> Cond {
    let Command::TableAdd { key: fields, .. } = &row.template.command else { return terms.bool(false) };
    let mut parts = Vec::new();
    for (number, (word, field)) in key.iter().zip(fields).enumerate() {
        let part = match field {
            MatchValue::Exact(constant) => {
                // Most rows of the persona are another device's or another micro-PC's: don't make terms for that.
                if let Some(known) = word.as_const()
                    && !row.template.pieces.iter().any(|piece| piece.place == RowPart::Value(number))
                {
                    if known == *constant {
                        continue;
                    }
                    return terms.bool(false);
                }
                let value = filled(terms, row, RowPart::Value(number), constant);
                terms.equal(word, &value)
            }
            MatchValue::Lpm { value, prefix_length } => {
                let ones = Bits::prefix_mask(value.width(), *prefix_length);
                masked_equal(terms, word, (row, number), value, &ones)
            }
            MatchValue::Ternary { value, mask } => masked_equal(terms, word, (row, number), value, mask),
            MatchValue::Range { .. } | MatchValue::Optional(_) => terms.bool(false),
        };
        if part.as_bool() == Some(false) {
            return part;
        }
        parts.push(part);
    }
    for (number, known) in &row.template.guards {
        let value = part(terms, &row.entry, EntryPart::Value(*number));
        let mask = part(terms, &row.entry, EntryPart::Mask(*number));
        let (known, value) = (terms.and(&Word::constant(known.clone()), &mask), terms.and(&value, &mask));
        parts.push(terms.equal(&known, &value));
    }
    terms.all(parts)
}

fn masked_equal(
    terms: &mut Terms,
    word: &Word,
    (row, number): (&OpenRow, usize),
    value: &Bits,
    mask: &Bits,
) -> Cond {
    let value = filled(terms, row, RowPart::Value(number), value);
    let mask = filled(terms, row, RowPart::Mask(number), mask);
    let (word, value) = (terms.and(word, &mask), terms.and(&value, &mask));
    terms.equal(&word, &value)
}

/// A place of a row with the entry's bits in it.
fn filled(terms: &mut Terms, row: &OpenRow, place: RowPart, constant: &Bits) -> Word {
    let width = constant.width();
    let mut word = Word::constant(constant.clone());
    for piece in row.template.pieces.iter().filter(|piece| piece.place == place) {
        let whole = part(terms, &row.entry, piece.part);
        let piece_width = piece.width.min(whole.width().saturating_sub(piece.from));
        let bits = terms.extract(&whole, piece.from, piece_width);
        let moved = terms.append_zeros(&bits, piece.to);
        let moved = terms.resize(&moved, width);
        word = terms.xor(&word, &moved);
    }
    word
}

/// A part of an open entry.
pub(crate) fn part(terms: &mut Terms, entry: &OpenEntry, part: EntryPart) -> Word {
    let (what, number, width) = match part {
        EntryPart::Value(number) => ("value", number, entry.key.get(number).map(|(_, width)| *width)),
        EntryPart::Mask(number) => match entry.key.get(number) {
            Some((MatchKind::Exact, width)) => return Word::constant(Bits::ones(*width)),
            field => ("mask", number, field.map(|(_, width)| *width)),
        },
        EntryPart::Argument(number) => ("argument", number, entry.arguments.get(number).copied()),
    };
    match width.unwrap_or(0) {
        0 => Word::zero(0),
        width => terms.of_entry(&format!("{}: {what} {number}", entry.name()), width),
    }
}

/// What holds for all values of open entries: which masks there are, that longer prefixes come first, and that no two have
/// one key, which a switch doesn't take.
pub(crate) fn assumptions(terms: &mut Terms, entries: &[OpenEntry]) -> Vec<Cond> {
    let mut all = Vec::new();
    let mut before: Option<(&OpenEntry, Word)> = None;
    for entry in entries {
        for (number, (kind, width)) in entry.key.iter().enumerate() {
            let mask = part(terms, entry, EntryPart::Mask(number));
            match kind {
                MatchKind::Exact | MatchKind::Ternary => {}
                MatchKind::Optional => {
                    let (none, ones) = (Word::zero(*width), Word::constant(Bits::ones(*width)));
                    let either = [terms.equal(&mask, &none), terms.equal(&mask, &ones)];
                    all.push(terms.any(either));
                }
                MatchKind::Range => all.push(is_prefix(terms, &mask)),
                MatchKind::Lpm => {
                    all.push(is_prefix(terms, &mask));
                    let beyond = terms.extract(&mask, 0, padding(*width));
                    all.push(terms.equal(&beyond, &Word::zero(padding(*width))));
                    if let Some((last, longer)) = before.take()
                        && last.is_beside(entry)
                    {
                        all.push(terms.less(&longer, &mask).not());
                    }
                    before = Some((entry, mask));
                }
            }
        }
    }
    for (number, entry) in entries.iter().enumerate() {
        let others = entries.iter().skip(number + 1).filter(|other| other.is_beside(entry));
        for other in others.filter(|other| other.priority().is_none()) {
            all.extend(distinct(terms, entry, other));
        }
    }
    all
}

/// Keys with fewer bits may be too few for an entry with each action.
const NARROW: u32 = 8;

/// Where the keys of two entries of one table aren't the same.
fn distinct(terms: &mut Terms, left: &OpenEntry, right: &OpenEntry) -> Option<Cond> {
    if left.key.iter().map(|(_, width)| width).sum::<u32>() < NARROW {
        return None;
    }
    let mut same = Vec::new();
    for number in 0..left.key.len() {
        let mut field = |entry: &OpenEntry| {
            let value = part(terms, entry, EntryPart::Value(number));
            let mask = part(terms, entry, EntryPart::Mask(number));
            (terms.and(&value, &mask), mask)
        };
        let ((left, left_mask), (right, right_mask)) = (field(left), field(right));
        same.push(terms.equal(&left, &right));
        same.push(terms.equal(&left_mask, &right_mask));
    }
    Some(terms.all(same).not())
}

/// No one below a zero.
fn is_prefix(terms: &mut Terms, mask: &Word) -> Cond {
    let upper = terms.extract(mask, 1, mask.width().saturating_sub(1));
    let lower = terms.extract(mask, 0, mask.width().saturating_sub(1));
    let both = terms.and(&upper, &lower);
    terms.equal(&both, &lower)
}

/// The values of open entries under an assignment.
pub(crate) fn values(terms: &mut Terms, entries: &[OpenEntry], witness: &Assignment) -> Vec<EntryValues> {
    let mut evaluator = Evaluator::new(witness);
    let mut value = |entry: &OpenEntry, which| evaluator.word(&part(terms, entry, which));
    let of_entry = |entry: &OpenEntry| EntryValues {
        key: (0..entry.key.len())
            .map(|number| {
                let mask = value(entry, EntryPart::Mask(number));
                (value(entry, EntryPart::Value(number)).and(&mask), mask)
            })
            .collect(),
        arguments: (0..entry.arguments.len())
            .map(|number| value(entry, EntryPart::Argument(number)))
            .collect(),
    };
    entries.iter().map(of_entry).collect()
}
