//! What a packet is made to reach: an entry, a side of a condition.

use std::cmp::Ordering;

use hyper4_bits::Bits;
use hyper4_ir::{BinaryOp, Expr, FieldRef, HeaderId, Program, UnaryOp};

use crate::dice::Dice;
use crate::flow::copied;
use crate::plan::{GuestPlan, Source, Target};

/// Entries that lead to entries that lead to entries: how far to follow.
const CHAIN: usize = 6;

/// Bits that a header must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pin {
    pub(crate) header: HeaderId,
    pub(crate) offset: u32,
    pub(crate) value: Bits,
}

impl Pin {
    /// Whether both want the same bits and different values. Bits that overlap otherwise are left to chance.
    fn contradicts(&self, other: &Self) -> bool {
        self.header == other.header
            && self.offset == other.offset
            && self.value.width() == other.value.width()
            && self.value != other.value
    }
}

/// Take `value`, unless another one was taken before.
fn settle<T: PartialEq>(slot: &mut Option<T>, value: Option<T>, hopeless: &mut bool) {
    match slot {
        Some(known) => *hopeless |= value.as_ref() != Some(known),
        None => *slot = value,
    }
}

/// What a packet must have to reach what it is made for. What is asked for first stays when something else contradicts
/// it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Aim {
    pub(crate) pins: Vec<Pin>,
    pub(crate) port: Option<u16>,
    pub(crate) length: Option<usize>,
    /// Whether its checksums are to be wrong.
    pub(crate) wrong_checksum: Option<bool>,
    pub(crate) needed: Vec<HeaderId>,
    pub(crate) avoided: Vec<HeaderId>,
    /// Sources that are to be equal.
    pub(crate) equal: Vec<(Source, Source)>,
    /// Nothing in a packet could do it.
    pub(crate) hopeless: bool,
}

impl Aim {
    /// Ask for an entry to be hit, or to be missed by little.
    pub(crate) fn entry(&mut self, plan: &GuestPlan, number: usize, hit: bool, dice: &mut Dice<'_>) {
        self.entry_in_chain(plan, number, hit, CHAIN, dice);
    }

    fn entry_in_chain(
        &mut self,
        plan: &GuestPlan,
        number: usize,
        hit: bool,
        chain: usize,
        dice: &mut Dice<'_>,
    ) {
        let Some(entry) = plan.entries.get(number) else { return };
        let looked_at: Vec<_> = entry.keys.iter().filter_map(|k| Some((k, k.pattern.as_ref()?))).collect();
        let missed = if hit { usize::MAX } else { dice.below(looked_at.len()) };
        for (position, (key, pattern)) in looked_at.into_iter().enumerate() {
            let hit = position != missed;
            let value = if hit { pattern.hit(dice) } else { pattern.near_miss(dice) };
            match key.target {
                Target::Valid(header) => self.validity(plan, header, !value.is_zero()),
                Target::Field(field) if key.set_by.is_empty() => self.value(plan, field, &value, dice),
                Target::Field(_) => match dice.pick(&key.set_by) {
                    Some(setter) if chain > 0 => self.entry_in_chain(plan, *setter, hit, chain - 1, dice),
                    _ => self.hopeless = true,
                },
            }
        }
    }

    /// Ask for a truth value to be `want`.
    pub(crate) fn condition(&mut self, plan: &GuestPlan, condition: &Expr, want: bool, dice: &mut Dice<'_>) {
        match condition {
            Expr::Valid(header) => self.validity(plan, *header, want),
            Expr::Unary(UnaryOp::Not, inner) => self.condition(plan, inner, !want, dice),
            Expr::Unary(UnaryOp::DataToBool, inner) => {
                let zero = Expr::Const(0.into());
                self.comparison(plan, BinaryOp::Ne, inner, &zero, want, dice);
            }
            Expr::Binary(BinaryOp::And | BinaryOp::Or, left, right) => {
                let both = matches!(condition, Expr::Binary(BinaryOp::And, ..)) == want;
                let (first, second) = if dice.percent(50) { (left, right) } else { (right, left) };
                if both {
                    self.condition(plan, first, want, dice);
                    self.condition(plan, second, want, dice);
                    return;
                }
                // One side is enough, if it is one that doesn't contradict what was asked for before.
                let mut trial = Self { hopeless: false, ..self.clone() };
                trial.condition(plan, first, want, dice);
                if trial.hopeless {
                    self.condition(plan, second, want, dice);
                } else {
                    *self = Self { hopeless: self.hopeless, ..trial };
                }
            }
            Expr::Binary(op, left, right) => self.comparison(plan, *op, left, right, want, dice),
            _ => {}
        }
    }

    fn comparison(
        &mut self,
        plan: &GuestPlan,
        op: BinaryOp,
        left: &Expr,
        right: &Expr,
        want: bool,
        dice: &mut Dice<'_>,
    ) {
        if let Some((field, op, value)) = against_constant(&plan.program, op, left, right) {
            // Metadata that doesn't come from the packet starts as 0.
            if plan.sources(field).is_empty() {
                self.hopeless |= holds(op, &Bits::zero(value.width()), &value) != want;
            } else if let Some(value) = satisfying(op, &value, want, dice) {
                self.value(plan, field, &value, dice);
            }
        } else if let (Some(left), Some(right)) = (copied(left), copied(right)) {
            let equal = matches!((op, want), (BinaryOp::Eq, true) | (BinaryOp::Ne, false));
            let (left, right) = (plan.sources(left.field), plan.sources(right.field));
            if let (true, Some(left), Some(right)) = (equal, dice.pick(left), dice.pick(right)) {
                self.need(*left);
                self.need(*right);
                self.equal.push((*left, *right));
            }
        }
    }

    /// Ask for a field of the program to have a value.
    fn value(&mut self, plan: &GuestPlan, field: FieldRef, value: &Bits, dice: &mut Dice<'_>) {
        let sources = plan.sources(field);
        // The field itself comes first where it is one of a header: that is where the value usually comes from.
        let source = if dice.percent(60) { sources.first() } else { dice.pick(sources) };
        let Some(source) = source.copied() else {
            self.hopeless = true;
            return;
        };
        self.need(source);
        match source {
            Source::Header { header, offset, width } => {
                let pin = Pin { header, offset, value: value.resize(width) };
                self.hopeless |= pin.value.resize(value.width()) != *value;
                self.hopeless |= self.pins.iter().any(|other| other.contradicts(&pin));
                self.pins.push(pin);
            }
            Source::ChecksumError => {
                settle(&mut self.wrong_checksum, Some(!value.is_zero()), &mut self.hopeless)
            }
            Source::Port => {
                let port = value.to_u64().and_then(|port| u16::try_from(port).ok());
                settle(&mut self.port, port, &mut self.hopeless);
            }
            Source::Length => {
                let length = value.to_u64().and_then(|length| usize::try_from(length).ok());
                settle(&mut self.length, length, &mut self.hopeless);
            }
        }
    }

    fn need(&mut self, source: Source) {
        if let Source::Header { header, .. } = source
            && !self.needed.contains(&header)
        {
            self.hopeless |= self.avoided.contains(&header);
            self.needed.push(header);
        }
    }

    fn validity(&mut self, plan: &GuestPlan, header: HeaderId, want: bool) {
        // Only what the parser may extract can be asked for.
        let extracted = plan.reach.get(plan.program.parser.start.index());
        let can = extracted.and_then(|row| row.get(header.index())).copied().unwrap_or(false);
        let (known, contrary) =
            if want { (&mut self.needed, &self.avoided) } else { (&mut self.avoided, &self.needed) };
        if contrary.contains(&header) {
            self.hopeless = true;
            return;
        }
        self.hopeless |= want && !can;
        if !known.contains(&header) {
            known.push(header);
        }
    }
}

/// The comparisons of a condition that have a constant on one side.
pub(crate) fn comparisons(program: &Program, condition: &Expr) -> Vec<(FieldRef, Bits)> {
    match condition {
        Expr::Unary(_, inner) => comparisons(program, inner),
        Expr::Binary(op, left, right) => match against_constant(program, *op, left, right) {
            Some((field, _, value)) => vec![(field, value)],
            None => [left, right].into_iter().flat_map(|side| comparisons(program, side)).collect(),
        },
        Expr::Ternary(condition, then, otherwise) => {
            [condition, then, otherwise].into_iter().flat_map(|side| comparisons(program, side)).collect()
        }
        _ => Vec::new(),
    }
}

/// A comparison turned so that the constant stands on the right, shifted up to where its bits lie in the field.
fn against_constant(
    program: &Program,
    op: BinaryOp,
    left: &Expr,
    right: &Expr,
) -> Option<(FieldRef, BinaryOp, Bits)> {
    use BinaryOp::{Eq, Ge, Gt, Le, Lt, Ne};
    let (side, value, op) = match (left, right, op) {
        (side, Expr::Const(value), Eq | Ne | Lt | Le | Gt | Ge) => (side, value, op),
        (Expr::Const(value), side, Eq | Ne) => (side, value, op),
        (Expr::Const(value), side, Lt) => (side, value, Gt),
        (Expr::Const(value), side, Le) => (side, value, Ge),
        (Expr::Const(value), side, Gt) => (side, value, Lt),
        (Expr::Const(value), side, Ge) => (side, value, Le),
        _ => return None,
    };
    let from = copied(side)?;
    let width = program.field(from.field)?.width;
    Some((from.field, op, Bits::from_bigint_wrapped(width, value).shl(from.shift as usize)))
}

/// Whether a comparison of unsigned numbers holds.
fn holds(op: BinaryOp, left: &Bits, right: &Bits) -> bool {
    let order = left.cmp_unsigned(right);
    match op {
        BinaryOp::Eq => order == Ordering::Equal,
        BinaryOp::Ne => order != Ordering::Equal,
        BinaryOp::Lt => order == Ordering::Less,
        BinaryOp::Le => order != Ordering::Greater,
        BinaryOp::Gt => order == Ordering::Greater,
        _ => order != Ordering::Less,
    }
}

/// A value that compares as wanted, close to the constant more often than not; `None` where there is none.
fn satisfying(op: BinaryOp, constant: &Bits, want: bool, dice: &mut Dice<'_>) -> Option<Bits> {
    let fits = |value: &Bits| holds(op, value, constant) == want;
    let width = constant.width();
    let one = Bits::from_u64(width, 1);
    let near = [constant.clone(), constant.wrapping_add(&one), constant.wrapping_sub(&one)];
    if dice.percent(30) {
        let value = dice.bits(width);
        if fits(&value) {
            return Some(value);
        }
    }
    let fitting: Vec<Bits> = near.into_iter().filter(fits).collect();
    dice.pick(&fitting).cloned()
}
