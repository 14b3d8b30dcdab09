//! Values that simple_switch leaves undefined, and what they reach.
//!
//! A field of an invalid header reads as 0 here and as anything in simple_switch, where even two runs differ; a time
//! stamp, a queue's depth and a random number differ too. When it is asked for, memory has a second half: a bit of it is
//! 1 where the bit of the first half is defined. What an instruction computes is defined as far as its operands are, bit
//! by bit where that is easy to tell: `false && x` is defined whatever `x` is.
//!
//! Limbs that aren't fields (validity, widths, how many elements of a stack are in use) are always defined. Their second
//! half has the same value as the first, so that what is done to headers as wholes can be done to it just so: an invalid
//! header's fields become 0, undefined.

use smallvec::SmallVec;

use crate::code::{Binary, HeaderRef, Instruction, Operand, Pick, Unary, is_set, run};
use crate::fault::Fault;
use crate::gather::{GatherStep, funnel};
use crate::layout::{FieldSlot, Layout, top_mask};
use crate::wide::{self, View};

type Limbs = SmallVec<[u64; 4]>;

/// Bits that are undefined, and whether all beyond are.
struct Unknown {
    limbs: Limbs,
    fill: u64,
}

impl Unknown {
    fn view(&self) -> View<'_> {
        View { limbs: &self.limbs, fill: self.fill }
    }

    fn any(&self) -> bool {
        self.fill != 0 || self.limbs.iter().any(|limb| *limb != 0)
    }
}

/// Follows undefined values through a packet's life.
#[derive(Debug)]
pub(crate) struct Tracker {
    /// Limbs of a half.
    half: usize,
    /// Limbs that are always defined.
    control: usize,
    /// What was reached, each once.
    pub(crate) reached: Vec<String>,
}

impl Tracker {
    pub(crate) fn new(half: u32, layout: &Layout) -> Self {
        Self { half: half as usize, control: layout.control_limbs as usize, reached: Vec::new() }
    }

    /// The second half.
    pub(crate) fn second<'a>(&self, memory: &'a mut [u64]) -> &'a mut [u64] {
        memory.get_mut(self.half..).unwrap_or_default()
    }

    /// Something observable depends on an undefined value.
    pub(crate) fn reach(&mut self, what: String) {
        if !self.reached.contains(&what) {
            self.reached.push(what);
        }
    }

    /// As a packet finds it: metadata is defined, headers aren't.
    pub(crate) fn reset(&self, layout: &Layout, memory: &mut [u64]) {
        let second = self.second(memory);
        second.fill(u64::MAX);
        if let Some(packet) = second.get_mut(..layout.packet_limbs as usize) {
            packet.fill(0);
        }
        self.define_metadata(layout, memory, true);
        self.follow(layout, memory);
    }

    pub(crate) fn define_metadata(&self, layout: &Layout, memory: &mut [u64], defined: bool) {
        for (at, limbs) in &layout.metadata {
            let fields = self.second(memory).get_mut(*at as usize..(at + limbs) as usize);
            fields.unwrap_or_default().fill(if defined { u64::MAX } else { 0 });
        }
    }

    /// Headers have become valid or invalid: the fields of those that became valid are defined.
    pub(crate) fn follow(&self, layout: &Layout, memory: &mut [u64]) {
        let Some((first, second)) = memory.split_at_mut_checked(self.half) else { return };
        for header in layout.headers.iter().filter(|header| !header.metadata) {
            let valid = header.is_valid(first);
            if valid != header.is_valid(second)
                && let Some(fields) = second.get_mut(header.at as usize..(header.at + header.limbs) as usize)
            {
                fields.fill(if valid { u64::MAX } else { 0 });
            }
        }
        if let (Some(first), Some(second)) = (first.get(..self.control), second.get_mut(..self.control)) {
            second.copy_from_slice(first);
        }
    }

    /// A field is defined, or not.
    pub(crate) fn define(&self, slot: &FieldSlot, memory: &mut [u64], defined: bool) {
        slot.of_mut(self.second(memory)).fill(if defined { u64::MAX } else { 0 });
    }

    /// Whether a bit of a field is undefined.
    pub(crate) fn is_unknown(&self, slot: &FieldSlot, memory: &[u64]) -> bool {
        let second = memory.get(self.half..).unwrap_or_default();
        let mut left = slot.width(memory);
        slot.of(second).iter().any(|limb| {
            let mask = if left == 0 { 0 } else { top_mask(left.min(64)) };
            left = left.saturating_sub(64);
            !limb & mask != 0
        })
    }

    /// Whether a bit of an operand is undefined.
    pub(crate) fn is_operand_unknown(&self, operand: Operand, memory: &[u64]) -> bool {
        self.unknown(operand, memory).any()
    }

    fn unknown(&self, operand: Operand, memory: &[u64]) -> Unknown {
        if (operand.at as usize) < self.control {
            return Unknown { limbs: SmallVec::from_elem(0, operand.limbs as usize), fill: 0 };
        }
        let at = self.half + operand.at as usize;
        let limbs: Limbs =
            memory.get(at..at + operand.limbs as usize).unwrap_or_default().iter().map(|l| !l).collect();
        let top_unknown = limbs.last().is_some_and(|top| top >> 63 != 0);
        Unknown { fill: if operand.signed && top_unknown { u64::MAX } else { 0 }, limbs }
    }

    /// Carry out instructions, and find out what of their results is defined.
    pub(crate) fn run(&mut self, code: &[Instruction], memory: &mut [u64]) -> Result<(), Fault> {
        let mut next = 0;
        while let Some(instruction) = code.get(next) {
            next += 1;
            match instruction {
                Instruction::JumpIfFalse { condition, target } => {
                    if self.is_operand_unknown(flag(*condition), memory) {
                        self.reach("a choice between two values".to_owned());
                    }
                    if !is_set(memory, *condition) {
                        next = *target as usize;
                    }
                }
                Instruction::Jump { target } => next = *target as usize,
                _ => {
                    self.propagate(instruction, memory)?;
                    run(std::slice::from_ref(instruction), memory)?;
                }
            }
        }
        Ok(())
    }

    fn propagate(&mut self, instruction: &Instruction, memory: &mut [u64]) -> Result<(), Fault> {
        let (to, unknown) = match instruction {
            Instruction::Constant { to, limbs } => (*to, SmallVec::from_elem(0, limbs.len())),
            Instruction::Unary { operator, to, limbs, a } => (*to, self.unary(*operator, *limbs, *a, memory)),
            Instruction::Binary { operator, to, limbs, a, b } => {
                (*to, self.binary(*operator, *limbs, *a, *b, memory))
            }
            Instruction::Move { to, limbs, a } => (*to, self.moved(*limbs, *a, memory)),
            Instruction::Store { to, limbs, top_mask, guard, a } => {
                if guard.is_some_and(|at| !is_set(memory, at)) {
                    return Ok(());
                }
                let mut unknown = self.moved(*limbs, *a, memory);
                if let Some(top) = unknown.last_mut() {
                    *top &= top_mask;
                }
                (*to, unknown)
            }
            Instruction::Gather { guard, steps } => {
                if guard.is_none_or(|at| is_set(memory, at)) {
                    self.gathered(steps, memory);
                }
                return Ok(());
            }
            Instruction::StoreSigned { to, limbs, width, guard, a } => {
                if guard.is_some_and(|at| !is_set(memory, at)) {
                    return Ok(());
                }
                (*to, self.stored_signed(*limbs, *width, *a, memory))
            }
            Instruction::StorePick { places, pick, limbs, width, signed, a } => {
                self.picked(*pick, memory);
                let (to, valid) = *pick.of(places, memory)?;
                if !is_set(memory, valid) {
                    return Ok(());
                }
                let mut unknown = match signed {
                    true => self.stored_signed(*limbs, *width, *a, memory),
                    false => self.moved(*limbs, *a, memory),
                };
                if let Some(top) = unknown.last_mut().filter(|_| !signed) {
                    *top &= top_mask(*width);
                }
                (to, unknown)
            }
            Instruction::Pick { to, limbs, places, pick } => {
                self.picked(*pick, memory);
                let at = *pick.of(places, memory)?;
                (*to, self.unknown(Operand { at, limbs: *limbs, signed: false }, memory).limbs)
            }
            Instruction::AnySet { to, pick, .. } => {
                self.picked(*pick, memory);
                (*to, SmallVec::from_elem(0, 1))
            }
            Instruction::SameHeaders { to, pairs } => (*to, self.same_headers(pairs, memory)?),
            Instruction::LastIndex { to, .. } => (*to, SmallVec::from_elem(0, 1)),
            Instruction::JumpIfFalse { .. } | Instruction::Jump { .. } => return Ok(()),
        };
        let second = self.second(memory).get_mut(to as usize..).unwrap_or_default();
        second.iter_mut().zip(unknown).for_each(|(defined, unknown)| *defined = !unknown);
        Ok(())
    }

    fn gathered(&self, steps: &[GatherStep], memory: &mut [u64]) {
        let second = self.second(memory);
        let fill = |second: &mut [u64], to: u32, limbs: u32| {
            second.get_mut(to as usize..(to + limbs) as usize).unwrap_or_default().fill(u64::MAX);
        };
        for step in steps {
            match *step {
                GatherStep::Copy { to, from, limbs } => {
                    let (to, from, limbs) = (to as usize, from as usize, limbs as usize);
                    if to + limbs <= second.len() && from + limbs <= second.len() {
                        second.copy_within(from..from + limbs, to);
                    }
                }
                GatherStep::Zero { to, limbs } => fill(second, to, limbs),
                GatherStep::Constant { to, .. } => fill(second, to, 1),
                GatherStep::Funnel { to, from, limbs, left } => funnel(to, from, limbs, left, second),
                GatherStep::Term { to, term, .. } | GatherStep::Xor { to, term } => {
                    let defined = !term.depends(!second.get(term.from as usize).copied().unwrap_or(0));
                    if let Some(limb) = second.get_mut(to as usize) {
                        let more = matches!(step, GatherStep::Xor { .. });
                        *limb = if more { *limb & defined } else { defined };
                    }
                }
            }
        }
    }

    /// Which element is picked must be defined.
    fn picked(&mut self, pick: Pick, memory: &[u64]) {
        if let Pick::Index(index) = pick
            && self.is_operand_unknown(index, memory)
        {
            self.reach("the index of a header stack".to_owned());
        }
    }

    fn moved(&self, limbs: u32, a: Operand, memory: &[u64]) -> Limbs {
        let unknown = self.unknown(a, memory);
        (0..limbs as usize).map(|i| unknown.view().limb(i)).collect()
    }

    fn stored_signed(&self, limbs: u32, width: u32, a: Operand, memory: &[u64]) -> Limbs {
        let mut unknown = self.moved(limbs, a, memory);
        if !wide::fits(a.view(memory), width) {
            wide::sign_extend_in_place(&mut unknown, width);
        }
        unknown
    }

    fn unary(&self, operator: Unary, limbs: u32, a: Operand, memory: &[u64]) -> Limbs {
        let unknown = self.unknown(a, memory);
        let mut out: Limbs = SmallVec::from_elem(0, limbs as usize);
        match operator {
            Unary::Complement => return self.moved(limbs, a, memory),
            Unary::ShiftLeft(amount) => wide::shift_left(&mut out, unknown.view(), amount as usize),
            Unary::ShiftRight(amount) => wide::shift_right(&mut out, unknown.view(), amount as usize),
            Unary::SignExtend(width) => wide::sign_extend(&mut out, unknown.view(), width),
            Unary::SaturateUnsigned(_) | Unary::SaturateSigned(_) => all_if(&mut out, unknown.any()),
            Unary::IsNotZero | Unary::Not => {
                let value = a.view(memory);
                let known_one = (0..a.limbs as usize).any(|i| value.limb(i) & !unknown.view().limb(i) != 0);
                bit_if(&mut out, !known_one && unknown.any());
            }
        }
        out
    }

    fn binary(&self, operator: Binary, limbs: u32, a: Operand, b: Operand, memory: &[u64]) -> Limbs {
        let (unknown_a, unknown_b) = (self.unknown(a, memory), self.unknown(b, memory));
        let (ua, ub) = (unknown_a.view(), unknown_b.view());
        let (a, b) = (a.view(memory), b.view(memory));
        let any = unknown_a.any() || unknown_b.any();
        let mut out: Limbs = SmallVec::from_elem(0, limbs as usize);
        if !any {
            return out;
        }
        let each = |out: &mut Limbs, bits: &dyn Fn(usize) -> u64| {
            out.iter_mut().enumerate().for_each(|(i, out)| *out = bits(i));
        };
        match operator {
            Binary::And => {
                each(&mut out, &|i| ua.limb(i) & ub.limb(i) | ua.limb(i) & b.limb(i) | ub.limb(i) & a.limb(i))
            }
            Binary::Or => each(&mut out, &|i| {
                ua.limb(i) & ub.limb(i) | ua.limb(i) & !b.limb(i) | ub.limb(i) & !a.limb(i)
            }),
            Binary::Xor => each(&mut out, &|i| ua.limb(i) | ub.limb(i)),
            Binary::Add | Binary::Sub | Binary::Mul => {
                // What is above the lowest undefined bit depends on it.
                let mut beyond = false;
                for (i, out) in out.iter_mut().enumerate() {
                    let here = ua.limb(i) | ub.limb(i);
                    *out = match (beyond, here) {
                        (true, _) => u64::MAX,
                        (false, 0) => 0,
                        (false, here) => u64::MAX << here.trailing_zeros(),
                    };
                    beyond |= here != 0;
                }
            }
            Binary::ShiftLeft if !unknown_b.any() => {
                wide::shift_left(&mut out, ua, b.limb(0) as u32 as usize);
            }
            Binary::ShiftRight if !unknown_b.any() => {
                wide::shift_right(&mut out, ua, b.limb(0) as u32 as usize);
            }
            Binary::ShiftLeft | Binary::ShiftRight | Binary::Divide | Binary::Remainder => {
                all_if(&mut out, true)
            }
            Binary::Equal | Binary::NotEqual => {
                let count = a.limbs.len().max(b.limbs.len());
                let differs = |i| (a.limb(i) ^ b.limb(i)) & !(ua.limb(i) | ub.limb(i)) != 0;
                bit_if(&mut out, !(0..count).any(differs));
            }
            Binary::Less | Binary::LessOrEqual => bit_if(&mut out, true),
        }
        out
    }

    fn same_headers(&mut self, pairs: &[(HeaderRef, HeaderRef)], memory: &[u64]) -> Result<Limbs, Fault> {
        let mut unknown = false;
        for (a, b) in pairs {
            self.picked(a.pick, memory);
            self.picked(b.pick, memory);
            let (a_at, b_at) = (*a.pick.of(&a.choices, memory)?, *b.pick.of(&b.choices, memory)?);
            if is_set(memory, a_at.0) && is_set(memory, b_at.0) {
                let fields = |at: u32| Operand { at, limbs: a.limbs, signed: false };
                let out = self.binary(Binary::Equal, 1, fields(a_at.1), fields(b_at.1), memory);
                unknown |= out.iter().any(|limb| *limb != 0);
            }
        }
        Ok(SmallVec::from_elem(u64::from(unknown), 1))
    }
}

fn flag(at: u32) -> Operand {
    Operand { at, limbs: 1, signed: false }
}

fn all_if(out: &mut Limbs, unknown: bool) {
    out.fill(if unknown { u64::MAX } else { 0 });
}

fn bit_if(out: &mut Limbs, unknown: bool) {
    if let Some(bit) = out.first_mut() {
        *bit = u64::from(unknown);
    }
}
