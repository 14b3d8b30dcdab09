//! Values whose bits are bits of memory or constants: what moves, masks, inverts and fills bits, as most assignments do.
//!
//! Such a value is known limb by limb: a constant XOR some limbs of memory, each shifted and masked. Assigning it touches
//! only limbs that change, however wide the field is, and needs no place for intermediate values. Adding a constant
//! within one limb goes with it.

use hyper4_bits::Bits;
use hyper4_ir::{BinaryOp, Expr, UnaryOp};
use num_bigint::BigInt;
use smallvec::SmallVec;

use crate::expression::{Compiler, WIDEST, literal_shift};
use crate::gather::{GatherStep, Term};
use crate::layout::{LIMB_BITS, limbs, top_mask};

/// Terms of one limb above which the general way is taken.
const MANY_TERMS: usize = 6;

/// One limb.
#[derive(Clone, Debug, Default)]
struct Limb {
    constant: u64,
    terms: SmallVec<[Term; 2]>,
}

impl Limb {
    fn mask(&mut self, mask: u64) {
        self.constant &= mask;
        self.terms.iter_mut().for_each(|term| {
            term.keep &= mask;
            if term.add == 0 {
                term.mask &= mask;
            }
        });
        self.terms.retain(|term| term.keep != 0);
    }

    /// Bits of the same limb in the same place are one term.
    fn combine(&mut self) {
        let mut combined: SmallVec<[Term; 2]> = SmallVec::new();
        for term in self.terms.drain(..) {
            let alike = |other: &&mut Term| {
                (other.from, other.shift, other.add, term.add) == (term.from, term.shift, 0, 0)
                    && other.mask & term.mask == 0
            };
            match combined.iter_mut().find(alike) {
                Some(other) => {
                    other.mask |= term.mask;
                    other.keep |= term.keep;
                }
                None => combined.push(term),
            }
        }
        combined.retain(|term| term.keep != 0);
        self.terms = combined;
    }

    /// Bits that can be set.
    fn cover(&self) -> u64 {
        self.terms.iter().fold(self.constant, |cover, term| cover | term.keep)
    }
}

/// The low bits of a value.
type Linear = Vec<Limb>;

fn is_constant(value: &Linear) -> bool {
    value.iter().all(|limb| limb.terms.is_empty())
}

/// How many low bits of a constant there are without the zeros above the last one that is set.
fn ones_end(constant: &Linear) -> u32 {
    let last = constant.iter().rposition(|limb| limb.constant != 0);
    let bits = |last: usize| constant.get(last).map_or(0, |limb| LIMB_BITS - limb.constant.leading_zeros());
    last.map_or(0, |last| last as u32 * LIMB_BITS + bits(last))
}

fn zeros(limbs: usize) -> Linear {
    std::iter::repeat_with(Limb::default).take(limbs).collect()
}

/// The low `need` bits alone.
fn cut(mut value: Linear, need: u32) -> Linear {
    value.resize_with(limbs(need) as usize, Limb::default);
    if let Some(top) = value.last_mut() {
        top.mask(top_mask(need));
    }
    value
}

fn constant(limbs: &[u64], need: u32) -> Linear {
    cut(limbs.iter().map(|limb| Limb { constant: *limb, terms: SmallVec::new() }).collect(), need)
}

/// Limbs of memory. Where bits beyond a field's width are said to be zeros (`trimmed`), it is no copy of whole limbs any
/// more, but can lie beside others.
fn memory(at: u32, width: u32, need: u32, trimmed: bool) -> Linear {
    let term = |i| Term { from: at + i, shift: 0, mask: u64::MAX, add: 0, keep: u64::MAX };
    let limb = |i| Limb { constant: 0, terms: SmallVec::from_elem(term(i), 1) };
    let taken = limbs(width).min(limbs(need));
    let whole: Linear = (0..taken).map(limb).collect();
    // Bits beyond a field's width are zero.
    match need >= width {
        true if trimmed => cut(cut(whole, width), need.next_multiple_of(LIMB_BITS)),
        true => cut(whole, need.next_multiple_of(LIMB_BITS)),
        false => cut(whole, need),
    }
}

/// A term with its bits moved; `None` when an addition stands in the way.
fn moved(term: &Term, by: i32) -> Option<Option<Term>> {
    if term.add != 0 {
        return None;
    }
    let shifted = |mask: u64| match by {
        0.. => mask.checked_shl(by as u32).unwrap_or(0),
        _ => mask.checked_shr(by.unsigned_abs()).unwrap_or(0),
    };
    // Bits that come from outside the limb don't count.
    let own = match i32::from(term.shift) {
        left @ 0.. => u64::MAX << left,
        right => u64::MAX >> right.unsigned_abs(),
    };
    let mask = shifted(term.mask & own);
    let shift = i32::from(term.shift) + by;
    Some((mask != 0).then_some(Term { shift: shift as i8, mask, keep: mask, ..*term }))
}

/// The value shifted to the left by `amount` bits, to the right when that is negative.
fn shifted(value: &Linear, amount: i64, need: u32) -> Option<Linear> {
    let (whole, part) = (amount.div_euclid(64), amount.rem_euclid(64) as i32);
    let mut out = zeros(limbs(need) as usize);
    for (i, limb) in value.iter().enumerate() {
        for (at, by) in [(i as i64 + whole, part), (i as i64 + whole + 1, part - 64)] {
            let Some(target) = usize::try_from(at).ok().and_then(|at| out.get_mut(at)) else { continue };
            if by == -64 {
                continue;
            }
            target.constant |= if by >= 0 { limb.constant << by } else { limb.constant >> -by };
            for term in &limb.terms {
                if let Some(term) = moved(term, by)? {
                    target.terms.push(term);
                }
            }
        }
    }
    Some(cut(out, need))
}

impl<'a> Compiler<'a> {
    /// The same for one call of an action, whose arguments are known.
    pub(crate) fn with_arguments(mut self, arguments: &'a [Bits]) -> Self {
        self.known = Some(arguments);
        self
    }

    /// The argument, where it is known.
    pub(crate) fn known_argument(&self, index: usize) -> Option<&'a Bits> {
        self.known?.get(index)
    }

    /// Where a parameter lies, and its width.
    pub(crate) fn parameter(&self, index: usize) -> Option<(u32, u32)> {
        self.parameters.get(index).copied()
    }

    /// The amount of a shift, where it is known.
    pub(crate) fn literal_amount(&self, amount: &Expr) -> Option<u32> {
        match amount {
            Expr::Param(index) => {
                let argument = self.known_argument(*index)?;
                let amount = u32::try_from(argument.to_u64()?).ok()?;
                Some(amount).filter(|amount| *amount <= WIDEST)
            }
            _ => literal_shift(amount),
        }
    }

    /// The low `width` bits of a value, 64 at most, where they are known.
    pub(crate) fn known_number(&self, value: &Expr, width: u32) -> Option<u64> {
        let value = self.linear(value, width.min(LIMB_BITS)).filter(is_constant)?;
        value.first().map(|limb| limb.constant)
    }

    /// A masked value that is some bits of one limb, and nothing else.
    pub(crate) fn bits_of_one_limb(&self, value: &Expr) -> Option<Term> {
        let Expr::Binary(BinaryOp::BitAnd, a, b) = value else { return None };
        let constant = |side: &Expr| matches!(side, Expr::Const(_)) && self.limit(side) <= LIMB_BITS;
        if !constant(a) && !constant(b) {
            return None;
        }
        match self.linear(value, LIMB_BITS)?.as_slice() {
            [Limb { constant: 0, terms }] => match terms.as_slice() {
                [term] => Some(*term),
                _ => None,
            },
            _ => None,
        }
    }

    /// The steps that put a value into the `limbs` limbs at `to`, of which the low `need` bits count; `None` when they
    /// don't do.
    pub(crate) fn gather(&mut self, value: &Expr, to: u32, need: u32) -> Option<Box<[GatherStep]>> {
        let mut value = self.linear(value, need).or_else(|| {
            self.trimmed = true;
            let trimmed = self.linear(value, need);
            self.trimmed = false;
            trimmed
        })?;
        value.iter_mut().for_each(Limb::combine);
        if value.iter().any(|limb| limb.terms.len() > MANY_TERMS) {
            return None;
        }
        let end = to + value.len() as u32;
        // Of a limb that reads several times what it was, all but one read a copy.
        let mut first = Vec::new();
        for (at, limb) in (to..).zip(&mut value) {
            let mut own = limb.terms.iter_mut().filter(|term| term.from == at).skip(1).peekable();
            if own.peek().is_some() {
                let beside = self.allocate(1);
                first.push(GatherStep::Copy { to: beside, from: at, limbs: 1 });
                own.for_each(|term| term.from = beside);
            }
        }
        // What the field has in its last limb is all of that limb.
        if let Some(last) = value.last_mut()
            && last.constant == 0
            && let [term @ Term { shift: 0, add: 0, .. }] = last.terms.as_mut_slice()
            && (term.from + 1, term.mask, term.keep) == (end, top_mask(need), top_mask(need))
        {
            (term.mask, term.keep) = (u64::MAX, u64::MAX);
        }
        // What is read must not have been written: which limb comes first, or over a place beside.
        let reads = |limb: &Limb| -> SmallVec<[u32; 2]> {
            limb.terms.iter().map(|t| t.from).filter(|from| (to..end).contains(from)).collect()
        };
        let places = || (to..).zip(&value);
        let alone = value.iter().all(|limb| limb.terms.len() < 2);
        // What a limb itself had is its first term, so that no more than one term may be of that.
        let upwards = |(at, limb): (u32, &Limb)| {
            let read = reads(limb);
            let funnel = matches!(limb.terms.as_slice(), [a, b] if both(a, b).is_some());
            read.is_empty()
                || !funnel
                    && read.iter().all(|from| *from >= at)
                    && read.iter().filter(|from| **from == at).count() < 2
        };
        if places().all(upwards) {
            return Some(first.into_iter().chain(steps(places())).collect());
        }
        if alone && places().all(|(at, limb)| reads(limb).iter().all(|from| *from <= at)) {
            let mut backwards = steps(places());
            // A run that is copied is copied as if at once.
            backwards.reverse();
            return Some(first.into_iter().chain(backwards).collect());
        }
        let beside = self.allocate(value.len() as u32);
        first.extend(steps((beside..).zip(&value)));
        first.push(GatherStep::Copy { to, from: beside, limbs: value.len() as u32 });
        Some(first.into())
    }

    fn linear(&self, value: &Expr, need: u32) -> Option<Linear> {
        match value {
            Expr::Const(number) => Some(self::number(number, need)),
            Expr::Field(field) => {
                let slot = self.layout.field(*field).filter(|slot| !slot.signed && slot.varbit.is_none())?;
                Some(memory(slot.at, slot.width, need, self.trimmed))
            }
            Expr::Param(index) => match self.known_argument(*index) {
                Some(argument) => Some(constant(argument.limbs(), need)),
                None => {
                    let (at, width) = self.parameter(*index)?;
                    Some(memory(at, width, need, self.trimmed))
                }
            },
            Expr::Unary(UnaryOp::BitNot, a) => {
                let mut a = self.linear(a, need)?;
                a.iter_mut().for_each(|limb| limb.constant ^= u64::MAX);
                Some(cut(a, need))
            }
            Expr::Binary(BinaryOp::BitXor, a, b) => self.merge(a, b, need, |_, _| true),
            Expr::Binary(BinaryOp::BitOr, a, b) => {
                self.merge(a, b, need, |a, b| {
                    // Where one is constant, its ones hide the other.
                    if a.terms.is_empty() {
                        b.mask(!a.constant);
                    } else if b.terms.is_empty() {
                        a.mask(!b.constant);
                    }
                    a.cover() & b.cover() == 0
                })
            }
            Expr::Binary(BinaryOp::BitAnd, a, b) => self.masked(a, b, need),
            Expr::Binary(BinaryOp::Shl, a, amount) => {
                let amount = self.literal_amount(amount)?;
                match need.checked_sub(amount) {
                    None | Some(0) => Some(constant(&[], need)),
                    Some(inner) => shifted(&self.linear(a, inner)?, i64::from(amount), need),
                }
            }
            Expr::Binary(BinaryOp::Shr, a, amount) => {
                let amount = self.literal_amount(amount)?;
                let inner = self.linear(a, need.checked_add(amount)?)?;
                shifted(&inner, -i64::from(amount), need)
            }
            Expr::Binary(BinaryOp::Add, a, b) if need <= LIMB_BITS => {
                self.added(a, b, need, false).or_else(|| self.added(b, a, need, false))
            }
            Expr::Binary(BinaryOp::Sub, a, b) if need <= LIMB_BITS => self.added(a, b, need, true),
            _ => None,
        }
    }

    fn merge(
        &self,
        a: &Expr,
        b: &Expr,
        need: u32,
        disjoint: impl Fn(&mut Limb, &mut Limb) -> bool,
    ) -> Option<Linear> {
        let (mut a, mut b) = (self.linear(a, need)?, self.linear(b, need)?);
        for (a, b) in a.iter_mut().zip(&mut b) {
            if !disjoint(a, b) {
                return None;
            }
            a.constant ^= b.constant;
            a.terms.extend(b.terms.drain(..));
        }
        Some(a)
    }

    fn masked(&self, a: &Expr, b: &Expr, need: u32) -> Option<Linear> {
        for (mask, other) in [(a, b), (b, a)] {
            // Bits that the mask doesn't have are not asked for.
            let inner = need.min(self.limit(mask)).max(1);
            let Some(mut mask) = self.linear(mask, inner).filter(is_constant) else { continue };
            // Of a mask that an entry gives, most bits are zero.
            let inner = ones_end(&mask);
            if inner == 0 {
                return Some(constant(&[], need));
            }
            mask.truncate(limbs(inner) as usize);
            let mut other = match self.linear(other, inner) {
                Some(other) => other,
                None => self.sum_under(other, &mask)?,
            };
            other.iter_mut().zip(&mask).for_each(|(limb, mask)| limb.mask(mask.constant));
            return Some(cut(other, need));
        }
        None
    }

    /// A sum that is looked at in one limb alone, and has nothing below that.
    fn sum_under(&self, sum: &Expr, mask: &Linear) -> Option<Linear> {
        let at = mask.iter().position(|limb| limb.constant != 0)?;
        if mask.iter().skip(at + 1).any(|limb| limb.constant != 0) {
            return None;
        }
        let above = mask.get(at)?.constant.leading_zeros();
        let Expr::Binary(BinaryOp::Add, a, b) = strip(sum, (at as u32 + 1) * LIMB_BITS - above) else {
            return None;
        };
        let need = (at as u32 + 1) * LIMB_BITS;
        let (a, b) = (self.linear(a, need)?, self.linear(b, need)?);
        let below = |value: &Linear| value.iter().take(at).all(|limb| limb.cover() == 0);
        if !below(&a) || !below(&b) {
            return None;
        }
        let mut out = zeros(mask.len());
        let (a, b) = (a.get(at)?, b.get(at)?);
        *out.get_mut(at)? = plus(a, b, false).or_else(|| plus(b, a, false))?;
        Some(out)
    }

    fn added(&self, a: &Expr, b: &Expr, need: u32, minus: bool) -> Option<Linear> {
        let (a, b) = (self.linear(a, need)?, self.linear(b, need)?);
        Some(cut(vec![plus(a.first()?, b.first()?, minus)?], need))
    }
}

/// A limb and a constant, the carry lost.
fn plus(a: &Limb, b: &Limb, minus: bool) -> Option<Limb> {
    let by = if minus { b.constant.wrapping_neg() } else { b.constant };
    if !b.terms.is_empty() {
        return None;
    }
    match a.terms.as_slice() {
        [] => Some(Limb { constant: a.constant.wrapping_add(by), terms: SmallVec::new() }),
        [term] if a.constant == 0 && term.add == 0 => {
            let term = Term { add: by, keep: u64::MAX, ..*term };
            Some(Limb { constant: 0, terms: SmallVec::from_elem(term, 1) })
        }
        _ => None,
    }
}

/// Without masks that have all of the low `bits` bits.
fn strip(value: &Expr, bits: u32) -> &Expr {
    if let Expr::Binary(BinaryOp::BitAnd, a, b) = value {
        for (mask, other) in [(a, b), (b, a)] {
            if let Expr::Const(mask) = &**mask
                && crate::expression::low_ones(mask).is_some_and(|ones| ones >= bits)
            {
                return strip(other, bits);
            }
        }
    }
    value
}

fn number(number: &BigInt, need: u32) -> Linear {
    constant(Bits::from_bigint_wrapped(need, number).limbs(), need)
}

/// How limbs get their values, one after the other.
fn steps<'a>(places: impl Iterator<Item = (u32, &'a Limb)>) -> Vec<GatherStep> {
    let mut steps: Vec<GatherStep> = Vec::new();
    for (at, limb) in places {
        match (limb.terms.as_slice(), steps.last_mut()) {
            ([], Some(GatherStep::Zero { to, limbs })) if limb.constant == 0 && *to + *limbs == at => {
                *limbs += 1
            }
            ([], _) if limb.constant == 0 => steps.push(GatherStep::Zero { to: at, limbs: 1 }),
            ([], _) => steps.push(GatherStep::Constant { to: at, value: limb.constant }),
            ([term], last) if limb.constant == 0 && term.is_whole() => match last {
                Some(GatherStep::Copy { to, from, limbs })
                    if *to + *limbs == at && *from + *limbs == term.from =>
                {
                    *limbs += 1;
                }
                _ => steps.push(GatherStep::Copy { to: at, from: term.from, limbs: 1 }),
            },
            ([a, b], last)
                if limb.constant == 0
                    && let Some((source, by)) = both(a, b) =>
            {
                match last {
                    Some(GatherStep::Funnel { to, from, limbs, left })
                        if *to + *limbs == at && *from + *limbs == source && *left == by =>
                    {
                        *limbs += 1;
                    }
                    _ => steps.push(GatherStep::Funnel { to: at, from: source, limbs: 1, left: by }),
                }
            }
            (terms, _) => {
                let own = terms.iter().position(|term| term.from == at).unwrap_or(0);
                let (before, behind) = terms.split_at(own);
                if let [first, behind @ ..] = behind {
                    steps.push(GatherStep::Term { to: at, term: *first, xor: limb.constant });
                    let others = before.iter().chain(behind);
                    steps.extend(others.map(|term| GatherStep::Xor { to: at, term: *term }));
                }
            }
        }
    }
    // What stays as it is.
    steps.retain(|step| !matches!(step, GatherStep::Copy { to, from, .. } if to == from));
    steps
}

/// The upper one of two neighbours in memory of which a limb is made, and by how much that is shifted to the left.
fn both(a: &Term, b: &Term) -> Option<(u32, u32)> {
    let (upper, lower) = if a.from > b.from { (a, b) } else { (b, a) };
    let left = u32::try_from(upper.shift).ok().filter(|left| (1..64).contains(left))?;
    let whole = upper.mask == u64::MAX << left && lower.mask == u64::MAX >> (64 - left);
    let plain = |term: &Term| term.add == 0 && term.keep == term.mask;
    (upper.from == lower.from + 1
        && i32::from(lower.shift) == left as i32 - 64
        && whole
        && plain(upper)
        && plain(lower))
    .then_some((upper.from, left))
}
