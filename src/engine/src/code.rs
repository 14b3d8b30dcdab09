//! Instructions over memory, and what carries them out.

use crate::fault::Fault;
use crate::gather::{GatherStep, gather};
use crate::wide::{self, View};

/// A number in memory. Beyond its limbs it goes on with zeros, or with its sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Operand {
    pub(crate) at: u32,
    pub(crate) limbs: u32,
    pub(crate) signed: bool,
}

impl Operand {
    pub(crate) fn view<'a>(&self, memory: &'a [u64]) -> View<'a> {
        let limbs = memory.get(self.at as usize..(self.at + self.limbs) as usize).unwrap_or_default();
        let negative = self.signed && limbs.last().is_some_and(|top| (*top as i64) < 0);
        View { limbs, fill: if negative { u64::MAX } else { 0 } }
    }

    /// The low limb.
    pub(crate) fn low(&self, memory: &[u64]) -> u64 {
        memory.get(self.at as usize).copied().unwrap_or(0)
    }

    /// Whether it is 0.
    pub(crate) fn is_zero(&self, memory: &[u64]) -> bool {
        self.view(memory).is_zero()
    }

    /// As bmv2 makes an index or a length of it: the low bits of a number that isn't negative.
    pub(crate) fn unsigned(&self, memory: &[u64]) -> Result<u64, Fault> {
        if self.signed && self.is_negative(memory) {
            Err(Fault::NegativeNumber)
        } else {
            Ok(self.low(memory))
        }
    }

    /// As bmv2 makes an `int` of it: the nearest there is.
    pub(crate) fn as_int(&self, memory: &[u64]) -> i32 {
        let view = self.view(memory);
        let fits = wide::fits(view, if view.is_negative() { 32 } else { 31 });
        match (fits, view.is_negative()) {
            (true, _) => view.limb(0) as i32,
            (false, true) => i32::MIN,
            (false, false) => i32::MAX,
        }
    }

    /// Whether it is less than 0.
    pub(crate) fn is_negative(&self, memory: &[u64]) -> bool {
        self.view(memory).is_negative()
    }
}

/// Which of several elements.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pick {
    /// The only one.
    Only,
    /// That of an index.
    Index(Operand),
    /// The last in use of a stack, whose number of elements in use lies there.
    Last(u32),
}

impl Pick {
    pub(crate) fn of<'a, T>(self, choices: &'a [T], memory: &[u64]) -> Result<&'a T, Fault> {
        let index = match self {
            Self::Only => 0,
            Self::Index(index) => index.unsigned(memory)?,
            Self::Last(next) => {
                let next = memory.get(next as usize).copied().unwrap_or(0);
                next.checked_sub(1).ok_or(Fault::EmptyStack)?
            }
        };
        usize::try_from(index).ok().and_then(|index| choices.get(index)).ok_or(Fault::StackIndex)
    }
}

/// A header that is found when it is asked for: validity and fields of those that it may be.
#[derive(Clone, Debug)]
pub(crate) struct HeaderRef {
    pub(crate) choices: Box<[(u32, u32)]>,
    pub(crate) limbs: u32,
    pub(crate) pick: Pick,
}

/// What a binary instruction computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Binary {
    Add,
    Sub,
    Mul,
    And,
    Or,
    Xor,
    ShiftLeft,
    ShiftRight,
    Divide,
    Remainder,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
}

/// What a unary instruction computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unary {
    Complement,
    ShiftLeft(u32),
    ShiftRight(u32),
    SignExtend(u32),
    SaturateUnsigned(u32),
    SaturateSigned(u32),
    IsNotZero,
    Not,
}

/// An instruction. What is written always lies behind what is read, but for `Move` and `Store`.
#[derive(Clone, Debug)]
pub(crate) enum Instruction {
    Constant {
        to: u32,
        limbs: Box<[u64]>,
    },
    Unary {
        operator: Unary,
        to: u32,
        limbs: u32,
        a: Operand,
    },
    Binary {
        operator: Binary,
        to: u32,
        limbs: u32,
        a: Operand,
        b: Operand,
    },
    Move {
        to: u32,
        limbs: u32,
        a: Operand,
    },
    /// To a field of that many limbs, unless the validity at `guard` is 0.
    Store {
        to: u32,
        limbs: u32,
        top_mask: u64,
        guard: Option<u32>,
        a: Operand,
    },
    /// To a signed field of that many limbs and bits.
    StoreSigned {
        to: u32,
        limbs: u32,
        width: u32,
        guard: Option<u32>,
        a: Operand,
    },
    /// To a field of that many limbs and bits in one of several places, each with the validity of its header; not
    /// when that is 0.
    StorePick {
        places: Box<[(u32, u32)]>,
        pick: Pick,
        limbs: u32,
        width: u32,
        signed: bool,
        a: Operand,
    },
    /// What [`crate::linear`] finds, unless the validity at `guard` is 0.
    Gather {
        guard: Option<u32>,
        steps: Box<[GatherStep]>,
    },
    /// Limbs from one of several places.
    Pick {
        to: u32,
        limbs: u32,
        places: Box<[u32]>,
        pick: Pick,
    },
    /// Whether one of some flags is set: of the set that is picked.
    AnySet {
        to: u32,
        sets: Box<[Box<[u32]>]>,
        pick: Pick,
    },
    /// Whether a pair of headers is valid and equal.
    SameHeaders {
        to: u32,
        pairs: Box<[(HeaderRef, HeaderRef)]>,
    },
    /// The index of the last element in use.
    LastIndex {
        to: u32,
        next: u32,
    },
    JumpIfFalse {
        condition: u32,
        target: u32,
    },
    Jump {
        target: u32,
    },
}

/// Carry out instructions.
pub(crate) fn run(code: &[Instruction], memory: &mut [u64]) -> Result<(), Fault> {
    let mut next = 0;
    while let Some(instruction) = code.get(next) {
        next += 1;
        match instruction {
            Instruction::Constant { to, limbs } => {
                if let Some(out) = memory.get_mut(*to as usize..*to as usize + limbs.len()) {
                    out.copy_from_slice(limbs);
                }
            }
            Instruction::Unary { operator, to, limbs, a } => unary(*operator, *to, *limbs, *a, memory),
            Instruction::Binary {
                operator,
                to,
                limbs: 1,
                a: a @ Operand { limbs: 1, .. },
                b: b @ Operand { limbs: 1, .. },
            } if let Some(result) = small(*operator, *a, *b, memory) => {
                set(memory, *to, result);
            }
            Instruction::Binary { operator, to, limbs, a, b } => {
                binary(*operator, *to, *limbs, *a, *b, memory)?;
            }
            Instruction::Move { to, limbs, a } => copy(*to, *limbs, *a, memory),
            Instruction::Store { to, limbs, top_mask, guard, a } => {
                if guard.is_none_or(|at| is_set(memory, at)) {
                    copy(*to, *limbs, *a, memory);
                    if let Some(top) = memory.get_mut((*to + *limbs - 1) as usize) {
                        *top &= top_mask;
                    }
                }
            }
            Instruction::StoreSigned { to, limbs, width, guard, a } => {
                if guard.is_none_or(|at| is_set(memory, at)) {
                    let fits = wide::fits(a.view(memory), *width);
                    copy(*to, *limbs, *a, memory);
                    if !fits && let Some(field) = memory.get_mut(*to as usize..(*to + *limbs) as usize) {
                        wide::sign_extend_in_place(field, *width);
                    }
                }
            }
            Instruction::StorePick { places, pick, limbs, width, signed, a } => {
                let (to, valid) = *pick.of(places, memory)?;
                let fits = *signed && wide::fits(a.view(memory), *width);
                if is_set(memory, valid) {
                    copy(to, *limbs, *a, memory);
                    let field = memory.get_mut(to as usize..(to + limbs) as usize).unwrap_or_default();
                    if *signed && !fits {
                        wide::sign_extend_in_place(field, *width);
                    } else if let Some(top) = field.last_mut().filter(|_| !signed) {
                        *top &= crate::layout::top_mask(*width);
                    }
                }
            }
            Instruction::Gather { guard, steps } => {
                if guard.is_none_or(|at| is_set(memory, at)) {
                    gather(steps, memory);
                }
            }
            Instruction::Pick { to, limbs, places, pick } => {
                let at = *pick.of(places, memory)?;
                copy(*to, *limbs, Operand { at, limbs: *limbs, signed: false }, memory);
            }
            Instruction::AnySet { to, sets, pick } => {
                let set = pick.of(sets, memory)?;
                let value = set.iter().any(|at| is_set(memory, *at));
                self::set(memory, *to, u64::from(value));
            }
            Instruction::SameHeaders { to, pairs } => {
                let mut same = false;
                for (a, b) in pairs {
                    let ((valid_a, at_a), (valid_b, at_b)) =
                        (*a.pick.of(&a.choices, memory)?, *b.pick.of(&b.choices, memory)?);
                    let fields = |at: u32| memory.get(at as usize..(at + a.limbs) as usize);
                    same |=
                        is_set(memory, valid_a) && is_set(memory, valid_b) && fields(at_a) == fields(at_b);
                }
                set(memory, *to, u64::from(same));
            }
            Instruction::LastIndex { to, next } => {
                let next = memory.get(*next as usize).copied().unwrap_or(0);
                set(memory, *to, next.wrapping_sub(1));
            }
            Instruction::JumpIfFalse { condition, target } => {
                if memory.get(*condition as usize).is_none_or(|flag| *flag == 0) {
                    next = *target as usize;
                }
            }
            Instruction::Jump { target } => next = *target as usize,
        }
    }
    Ok(())
}

/// One limb of what two numbers of one limb each come to; `None` where that needs more of a look.
fn small(operator: Binary, a: Operand, b: Operand, memory: &[u64]) -> Option<u64> {
    let signed = a.signed || b.signed;
    let (a, b) = (a.low(memory), b.low(memory));
    Some(match operator {
        Binary::Add => a.wrapping_add(b),
        Binary::Sub => a.wrapping_sub(b),
        Binary::Mul => a.wrapping_mul(b),
        Binary::And => a & b,
        Binary::Or => a | b,
        Binary::Xor => a ^ b,
        _ if signed => return None,
        Binary::Equal => u64::from(a == b),
        Binary::NotEqual => u64::from(a != b),
        Binary::Less => u64::from(a < b),
        Binary::LessOrEqual => u64::from(a <= b),
        Binary::ShiftLeft | Binary::ShiftRight | Binary::Divide | Binary::Remainder => return None,
    })
}

/// Whether the flag there is set.
pub(crate) fn is_set(memory: &[u64], at: u32) -> bool {
    memory.get(at as usize).is_some_and(|flag| *flag != 0)
}

/// Give a limb a value.
pub(crate) fn set(memory: &mut [u64], at: u32, value: u64) {
    if let Some(limb) = memory.get_mut(at as usize) {
        *limb = value;
    }
}

fn copy(to: u32, limbs: u32, a: Operand, memory: &mut [u64]) {
    let fill = a.view(memory).fill;
    let (to, from, limbs) = (to as usize, a.at as usize, limbs as usize);
    let copied = limbs.min(a.limbs as usize);
    if copied == 1 {
        let low = a.low(memory);
        set(memory, to as u32, low);
    } else if to + copied <= memory.len() && from + copied <= memory.len() {
        memory.copy_within(from..from + copied, to);
    }
    if let Some(rest) = memory.get_mut(to + copied..to + limbs) {
        rest.fill(fill);
    }
}

fn unary(operator: Unary, to: u32, limbs: u32, a: Operand, memory: &mut [u64]) {
    let (read, written) = memory.split_at_mut(to as usize);
    let Some(out) = written.get_mut(..limbs as usize) else { return };
    let a = a.view(read);
    match operator {
        Unary::Complement => out.iter_mut().enumerate().for_each(|(i, out)| *out = !a.limb(i)),
        Unary::ShiftLeft(amount) => wide::shift_left(out, a, amount as usize),
        Unary::ShiftRight(amount) => wide::shift_right(out, a, amount as usize),
        Unary::SignExtend(width) => wide::sign_extend(out, a, width),
        Unary::SaturateUnsigned(width) => wide::saturate(out, a, width, false),
        Unary::SaturateSigned(width) => wide::saturate(out, a, width, true),
        Unary::IsNotZero => flag(out, !a.is_zero()),
        Unary::Not => flag(out, a.is_zero()),
    }
}

fn flag(out: &mut [u64], value: bool) {
    if let Some(limb) = out.first_mut() {
        *limb = u64::from(value);
    }
}

fn binary(
    operator: Binary,
    to: u32,
    limbs: u32,
    a: Operand,
    b: Operand,
    memory: &mut [u64],
) -> Result<(), Fault> {
    let (read, written) = memory.split_at_mut(to as usize);
    let Some(out) = written.get_mut(..limbs as usize) else { return Ok(()) };
    let (a, b) = (a.view(read), b.view(read));
    match operator {
        Binary::Add => wide::add(out, a, b),
        Binary::Sub => wide::sub(out, a, b),
        Binary::Mul => wide::mul(out, a, b),
        Binary::And => wide::zip(out, a, b, |a, b| a & b),
        Binary::Or => wide::zip(out, a, b, |a, b| a | b),
        Binary::Xor => wide::zip(out, a, b, |a, b| a ^ b),
        Binary::ShiftLeft => wide::shift_left(out, a, shift_amount(b)?),
        Binary::ShiftRight => wide::shift_right(out, a, shift_amount(b)?),
        Binary::Divide | Binary::Remainder => {
            if a.is_negative() || b.is_negative() || b.is_zero() {
                return Err(Fault::Division);
            }
            wide::divide(out, a, b, operator == Binary::Remainder);
        }
        Binary::Equal => flag(out, a.cmp(&b).is_eq()),
        Binary::NotEqual => flag(out, a.cmp(&b).is_ne()),
        Binary::Less => flag(out, a.cmp(&b).is_lt()),
        Binary::LessOrEqual => flag(out, a.cmp(&b).is_le()),
    }
    Ok(())
}

/// bmv2 looks at 32 bits of a shift amount.
fn shift_amount(amount: View<'_>) -> Result<usize, Fault> {
    if amount.is_negative() { Err(Fault::NegativeShift) } else { Ok(amount.limb(0) as u32 as usize) }
}
