//! One packet's way through the parse graph: headers are laid down and filled as the parser would take them.

use hyper4_bits::Bits;
use hyper4_ir::{
    BinaryOp, Expr, Extract, FieldRef, HeaderId, ParseState, ParserOp, Place, SelectKey, StandardField,
    Transition, TransitionMatch,
};

use crate::PacketLimits;
use crate::aim::{Aim, Pin};
use crate::bit_buffer::BitBuffer;
use crate::coverage::Coverage;
use crate::dice::Dice;
use crate::evaluate::number;
use crate::pattern::Pattern;
use crate::plan::{FieldPlan, GuestPlan, Source};

/// How often a select is tried until the wanted case is the one that is taken.
const TRIES: usize = 4;

/// Where the value of a field lies.
#[derive(Clone, Debug)]
enum Known {
    /// In the packet.
    Packet { bit: usize, width: u32 },
    /// It is this.
    Value(Bits),
    /// Not known to the generator.
    Nothing,
}

/// How a walk ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Accept,
    NoCase,
    /// The packet is as long as allowed, or has seen as many states.
    Limit,
}

/// A packet in the making.
pub(crate) struct Walk<'a, 'd> {
    pub(crate) plan: &'a GuestPlan,
    limits: &'a PacketLimits,
    pub(crate) dice: &'a mut Dice<'d>,
    pub(crate) buffer: BitBuffer,
    /// Where the next header comes, in bits. Bits that were looked at ahead may lie behind it.
    pub(crate) cursor: usize,
    /// Where each header lies.
    pub(crate) placed: Vec<Option<usize>>,
    /// Ranges of bits that may not be changed any more.
    decided: Vec<(usize, usize)>,
    metadata: Vec<(FieldRef, Known)>,
    pub(crate) aim: Aim,
}

impl<'a, 'd> Walk<'a, 'd> {
    pub(crate) fn new(
        plan: &'a GuestPlan,
        limits: &'a PacketLimits,
        aim: Aim,
        dice: &'a mut Dice<'d>,
    ) -> Self {
        let buffer = BitBuffer::with_capacity(128);
        let placed = vec![None; plan.headers.len()];
        Self { plan, limits, dice, buffer, cursor: 0, placed, decided: Vec::new(), metadata: Vec::new(), aim }
    }

    pub(crate) fn run(&mut self, mut coverage: Option<&mut Coverage>) -> End {
        let mut at = self.plan.program.parser.start;
        for _ in 0..self.limits.max_states {
            let Some(state) = self.plan.program.parser.states.get(at.index()) else { return End::Limit };
            if let Some(coverage) = coverage.as_deref_mut() {
                coverage.count(self.plan.ledger.state(at.index()));
            }
            for op in &state.ops {
                self.op(op);
            }
            if self.cursor > self.limits.max_length * 8 {
                return End::Limit;
            }
            let taken = self.select(state);
            if let Some(coverage) = coverage.as_deref_mut() {
                let case = taken.unwrap_or(state.transitions.len());
                coverage.count(self.plan.ledger.case(at.index(), case));
            }
            match taken.and_then(|case| state.transitions.get(case)) {
                None => return End::NoCase,
                Some(Transition { next: None, .. }) => return End::Accept,
                Some(Transition { next: Some(next), .. }) => at = *next,
            }
        }
        End::Limit
    }

    fn op(&mut self, op: &ParserOp) {
        match op {
            ParserOp::Extract(Extract::Regular(header)) => self.extract(*header),
            // Nothing is aimed at what these read; random bytes do.
            ParserOp::Extract(_)
            | ParserOp::Primitive(_)
            | ParserOp::Set { place: Place::FieldOf(..), .. }
            | ParserOp::SetLookahead { place: Place::FieldOf(..), .. } => {}
            ParserOp::Set { place: Place::Field(to), value } => {
                let known = self.expression(*to, value);
                self.set(*to, known);
            }
            ParserOp::SetLookahead { place: Place::Field(to), offset, width } => {
                let known = self.ahead(*offset, *width);
                self.set(*to, known);
            }
            ParserOp::Verify { condition, .. } => {
                if self.dice.percent(85) {
                    let mut wish = Aim::default();
                    wish.condition(self.plan, condition, true, self.dice);
                    self.aim.pins.append(&mut wish.pins);
                    self.aim.equal.append(&mut wish.equal);
                    self.pin();
                }
            }
            ParserOp::Advance { bits } => {
                let bits =
                    number(bits, &|field| self.value(field)).and_then(|bits| usize::try_from(bits).ok());
                let bits = bits.unwrap_or_default().min(self.limits.max_length * 8);
                self.reserve(self.cursor + bits);
                self.cursor += bits;
            }
        }
    }

    /// Lay down a header and fill it.
    fn extract(&mut self, header: HeaderId) {
        let Some(plan) = self.plan.headers.get(header.index()) else { return };
        let (at, end) = (self.cursor, self.cursor + plan.width as usize);
        // What was looked at ahead and decided upon stays.
        let mut kept = Vec::new();
        if self.buffer.len() > at {
            let overlapping = self.decided.iter().filter(|(low, high)| *low < end && at < *high);
            kept.extend(overlapping.filter_map(|(low, high)| {
                Some((*low, self.buffer.read(*low, u32::try_from(high - low).ok()?)?))
            }));
        }
        if self.buffer.len() < end {
            self.buffer.resize(end);
        }
        for field in &plan.fields {
            let value = fill(field, self.dice);
            self.buffer.write(at + field.offset as usize, &value);
        }
        for (bit, value) in kept {
            self.buffer.write(bit, &value);
        }
        self.cursor = end;
        if let Some(placed) = self.placed.get_mut(header.index()) {
            *placed = Some(at);
        }
        self.pin();
    }

    /// Give the headers that lie there what the packet's aim wants.
    fn pin(&mut self) {
        for number in 0..self.aim.pins.len() {
            let Some(pin) = self.aim.pins.get(number) else { return };
            let Some(Some(at)) = self.placed.get(pin.header.index()) else { continue };
            let (bit, value) = (at + pin.offset as usize, pin.value.clone());
            if self.undecided(bit, value.width()) {
                self.buffer.write(bit, &value);
                self.decided.push((bit, bit + value.width() as usize));
            }
        }
        for number in 0..self.aim.equal.len() {
            let Some((left, right)) = self.aim.equal.get(number).copied() else { return };
            if let (Some((from, width)), Some((to, room))) = (self.lies(left), self.lies(right))
                && let Some(value) = self.buffer.read(from, width)
                && self.undecided(to, room)
            {
                self.buffer.write(to, &value.resize(room));
            }
        }
    }

    /// Where a source lies in the packet.
    fn lies(&self, source: Source) -> Option<(usize, u32)> {
        let Source::Header { header, offset, width } = source else { return None };
        let at = (*self.placed.get(header.index())?)?;
        Some((at + offset as usize, width))
    }

    /// Whether the packet has what an aim wants, as far as headers go.
    pub(crate) fn has(&self, aim: &Aim) -> bool {
        let is_placed = |header: &HeaderId| matches!(self.placed.get(header.index()), Some(Some(_)));
        let read = |source| self.lies(source).and_then(|(bit, width)| self.buffer.read(bit, width));
        let pinned = |pin: &Pin| {
            let source = Source::Header { header: pin.header, offset: pin.offset, width: pin.value.width() };
            read(source).as_ref() == Some(&pin.value)
        };
        let equal = |(left, right): &(Source, Source)| {
            read(*left).zip(read(*right)).is_some_and(|(a, b)| a.to_biguint() == b.to_biguint())
        };
        !aim.hopeless
            && aim.needed.iter().all(is_placed)
            && !aim.avoided.iter().any(is_placed)
            && aim.pins.iter().all(pinned)
            && aim.equal.iter().all(equal)
    }

    pub(crate) fn undecided(&self, bit: usize, width: u32) -> bool {
        let end = bit + width as usize;
        !self.decided.iter().any(|(low, high)| *low < end && bit < *high)
    }

    /// Make sure there are that many bits.
    fn reserve(&mut self, bits: usize) {
        let before = self.buffer.len();
        if bits > before {
            self.buffer.resize(bits);
            self.dice.fill(self.buffer.tail_mut(before));
            self.buffer.resize(bits);
        }
    }

    fn ahead(&mut self, offset: u32, width: u32) -> Known {
        let bit = self.cursor + offset as usize;
        self.reserve(bit + width as usize);
        Known::Packet { bit, width }
    }

    fn set(&mut self, to: FieldRef, known: Known) {
        match self.metadata.iter_mut().find(|(field, _)| *field == to) {
            Some((_, old)) => *old = known,
            None => self.metadata.push((to, known)),
        }
    }

    fn expression(&self, to: FieldRef, value: &Expr) -> Known {
        let width = self.plan.program.field(to).map_or(0, |f| f.width);
        if let Some(from) = low_bits(value, width)
            && let Known::Packet { bit, width: there } = self.known(from)
        {
            let cut = there.saturating_sub(width);
            return Known::Packet { bit: bit + cut as usize, width: there - cut };
        }
        match number(value, &|field| self.value(field)) {
            Some(value) => Known::Value(Bits::from_bigint_wrapped(width, &value.into())),
            None => Known::Nothing,
        }
    }

    fn known(&self, field: FieldRef) -> Known {
        if let Some((_, known)) = self.metadata.iter().find(|(known, _)| *known == field) {
            return known.clone();
        }
        let Some(header) = self.plan.headers.get(field.header.index()) else { return Known::Nothing };
        let Some(plan) = header.fields.get(field.field as usize) else { return Known::Nothing };
        if header.metadata {
            let by_switch =
                [StandardField::IngressPort, StandardField::PacketLength, StandardField::InstanceType];
            let standard = &self.plan.program.standard;
            if by_switch.iter().any(|known| standard.get(known) == Some(&field)) {
                return Known::Nothing;
            }
            return Known::Value(Bits::zero(plan.width));
        }
        match self.placed.get(field.header.index()) {
            Some(Some(at)) => Known::Packet { bit: at + plan.offset as usize, width: plan.width },
            _ => Known::Value(Bits::zero(plan.width)),
        }
    }

    /// The value of a field, as far as it is known.
    pub(crate) fn value(&self, field: FieldRef) -> Option<Bits> {
        match self.known(field) {
            Known::Packet { bit, width } => self.buffer.read(bit, width),
            Known::Value(value) => Some(value),
            Known::Nothing => None,
        }
    }

    /// Choose a case, make the packet take it, and say which it really takes.
    fn select(&mut self, state: &ParseState) -> Option<usize> {
        if let [Transition { matches: TransitionMatch::Default, .. }] = state.transitions.as_slice() {
            return Some(0);
        }
        let mut parts = Vec::with_capacity(state.key.len());
        for key in &state.key {
            parts.push(match key {
                SelectKey::Field(field) => self.known(*field),
                SelectKey::Lookahead { offset, width } => self.ahead(*offset, *width),
                SelectKey::LastField(..) | SelectKey::UnionLastField { .. } => Known::Nothing,
            });
        }
        let mut taken = None;
        for _ in 0..TRIES {
            let wanted = self.wanted(state);
            self.steer(state, wanted, &parts);
            taken = self.taken(state, wanted, &parts);
            if taken.unwrap_or(state.transitions.len()) == wanted {
                break;
            }
        }
        for (number, part) in parts.iter().enumerate() {
            // A case that doesn't look at a part leaves it to whoever takes those bits.
            let matches = taken.and_then(|case| state.transitions.get(case)).map(|t| &t.matches);
            let looks = match matches {
                Some(TransitionMatch::Values(values)) => {
                    values.get(number).is_some_and(|(_, mask)| !mask.is_zero())
                }
                _ => true,
            };
            if let (Known::Packet { bit, width }, true) = (part, looks) {
                self.decided.push((*bit, bit + *width as usize));
            }
        }
        taken
    }

    /// The case to try: one that leads to the headers the aim needs, if any does. The number of cases is none of them.
    fn wanted(&mut self, state: &ParseState) -> usize {
        let cases = state.transitions.len();
        let exhaustive = state.transitions.iter().any(|t| t.matches == TransitionMatch::Default);
        if !exhaustive && self.dice.percent(4) {
            return cases;
        }
        if (self.aim.needed.is_empty() && self.aim.avoided.is_empty()) || self.dice.percent(5) {
            return self.dice.below(cases);
        }
        let score = |transition: &Transition| -> i64 {
            let Some(next) = transition.next else { return 0 };
            let Some(reach) = self.plan.reach.get(next.index()) else { return 0 };
            let reached = |header: &&HeaderId| reach.get(header.index()) == Some(&true);
            let missing = |header: &&HeaderId| matches!(self.placed.get(header.index()), Some(None));
            let good = self.aim.needed.iter().filter(missing).filter(reached).count() as i64;
            let bad = self.aim.avoided.iter().filter(reached).count() as i64;
            4 * good - bad
        };
        let scores: Vec<i64> = state.transitions.iter().map(score).collect();
        let best = scores.iter().max().copied().unwrap_or_default();
        let fitting: Vec<usize> = (0..cases).filter(|case| scores.get(*case) == Some(&best)).collect();
        self.dice.pick(&fitting).copied().unwrap_or_default()
    }

    /// Write what makes a case match to the parts of the key that lie in the packet and may still be changed.
    fn steer(&mut self, state: &ParseState, wanted: usize, parts: &[Known]) {
        let matches = state.transitions.get(wanted).map_or(&TransitionMatch::Default, |t| &t.matches);
        for (number, part) in parts.iter().enumerate() {
            let Known::Packet { bit, width } = *part else { continue };
            if !self.undecided(bit, width) {
                continue;
            }
            let value = match matches {
                TransitionMatch::Values(values) => values.get(number).map(|(value, mask)| {
                    Pattern::Masked { value: value.and(mask), mask: mask.clone() }.hit(self.dice)
                }),
                TransitionMatch::Default | TransitionMatch::ValueSet { .. } => {
                    self.beside(state, number, width)
                }
            };
            if let Some(value) = value {
                self.buffer.write(bit, &value.resize(width));
            }
        }
    }

    /// A value for the default case: close to one that another case wants, or anything.
    fn beside(&mut self, state: &ParseState, part: usize, width: u32) -> Option<Bits> {
        let others: Vec<_> = state
            .transitions
            .iter()
            .filter_map(|transition| match &transition.matches {
                TransitionMatch::Values(values) => values.get(part),
                TransitionMatch::Default | TransitionMatch::ValueSet { .. } => None,
            })
            .filter(|(_, mask)| !mask.is_zero())
            .collect();
        match self.dice.pick(&others).copied() {
            Some((value, mask)) if self.dice.percent(50) => {
                Some(Pattern::Masked { value: value.and(mask), mask: mask.clone() }.near_miss(self.dice))
            }
            // What the field was filled with may be what an entry wants.
            _ if self.dice.percent(40) => None,
            _ => Some(self.dice.bits(width)),
        }
    }

    /// The first case that matches; parts that aren't known are taken to be as wanted.
    fn taken(&self, state: &ParseState, wanted: usize, parts: &[Known]) -> Option<usize> {
        let values: Vec<Option<Bits>> = parts
            .iter()
            .map(|part| match part {
                Known::Packet { bit, width } => self.buffer.read(*bit, *width),
                Known::Value(value) => Some(value.clone()),
                Known::Nothing => None,
            })
            .collect();
        state.transitions.iter().enumerate().position(|(case, transition)| match &transition.matches {
            TransitionMatch::Default => true,
            TransitionMatch::ValueSet { .. } => false,
            TransitionMatch::Values(wants) => wants.iter().zip(&values).all(|((value, mask), is)| {
                is.as_ref().map_or(case == wanted, |is| is.resize(value.width()).matches(value, mask))
            }),
        })
    }
}

/// The field whose low `width` bits an expression is, if it is that.
fn low_bits(value: &Expr, width: u32) -> Option<FieldRef> {
    match value {
        Expr::Field(field) => Some(*field),
        Expr::Binary(BinaryOp::BitAnd, inner, mask) => match (inner.as_ref(), mask.as_ref()) {
            (Expr::Field(field), Expr::Const(mask)) if *mask == Bits::ones(width).to_bigint() => Some(*field),
            _ => None,
        },
        _ => None,
    }
}

/// A value for a field that nothing decides upon: something the program or an entry looks for, a boundary, anything.
fn fill(field: &FieldPlan, dice: &mut Dice<'_>) -> Bits {
    let wanted = match (field.entries.is_empty(), field.constants.is_empty()) {
        (true, true) => None,
        (false, true) => Some(&field.entries),
        (true, false) => Some(&field.constants),
        (false, false) => Some(if dice.percent(60) { &field.entries } else { &field.constants }),
    };
    match (dice.below(16), wanted.and_then(|list| dice.pick(list))) {
        (0..=6, Some(pattern)) => pattern.hit(dice),
        (7..=8, Some(pattern)) => pattern.near_miss(dice),
        (9..=11, _) => dice.boundary(field.width),
        (12, _) => Bits::from_u64(field.width, dice.below(16) as u64),
        _ => dice.bits(field.width),
    }
}
