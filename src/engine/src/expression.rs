//! Expressions to instructions.
//!
//! bmv2 computes with unbounded integers. Here the compiler knows for each operand how many bits it can have, and from
//! the outside in how many of its low bits anybody will look at ("need"): a store looks at the field's width, an `&` at
//! the bits of its mask, a comparison at everything. So each value gets a fixed number of limbs, and what P4 programs
//! compute needs no more of them than their fields have.
//!
//! The rule: of an operand compiled for a need of `n` bits the low `n` bits are right, the fill beyond its limbs
//! included.

use hyper4_bits::Bits;
use hyper4_ir::{BinaryOp, Expr, Place, UnaryOp};
use num_bigint::{BigInt, Sign};

use crate::code::{Binary, Instruction, Operand, Unary};
use crate::layout::{Layout, limbs, top_mask};
use crate::range::Range;

/// Every bit is looked at.
pub(crate) const EXACT: u32 = u32::MAX;

/// Values that can become wider are refused.
pub(crate) const WIDEST: u32 = 1 << 16;

/// A compiled value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Value {
    pub(crate) operand: Operand,
    pub(crate) range: Range,
}

/// Compiles the expressions of one action, state or condition. Refusals say what is wrong with the expression.
#[derive(Debug)]
pub(crate) struct Compiler<'a> {
    pub(crate) layout: &'a Layout,
    /// Where the running action's parameters lie, and their widths.
    pub(crate) parameters: &'a [(u32, u32)],
    /// The arguments, where they are known.
    pub(crate) known: Option<&'a [Bits]>,
    /// Whether [`crate::linear`] looks at where fields end within a limb.
    pub(crate) trimmed: bool,
    /// Whether [`crate::linear`] is left out.
    #[cfg(test)]
    pub(crate) plain: bool,
    /// Only ranges are looked for: branches in branches are compiled once.
    probing: bool,
    base: u32,
    next: u32,
    /// Where the memory must end at least.
    pub(crate) end: u32,
    pub(crate) code: Vec<Instruction>,
}

impl<'a> Compiler<'a> {
    /// Intermediate values lie from limb `base` on.
    pub(crate) fn new(layout: &'a Layout, parameters: &'a [(u32, u32)], base: u32) -> Self {
        Self {
            layout,
            parameters,
            known: None,
            trimmed: false,
            #[cfg(test)]
            plain: false,
            probing: false,
            base,
            next: base,
            end: base,
            code: Vec::new(),
        }
    }

    /// The code so far. Values computed by it stay until the code of the next call runs.
    pub(crate) fn take(&mut self) -> Box<[Instruction]> {
        self.next = self.base;
        std::mem::take(&mut self.code).into_boxed_slice()
    }

    /// `place = value`.
    pub(crate) fn assign(&mut self, place: &Place, value: &Expr) -> Result<(), String> {
        let field = match place {
            Place::Field(field) => field,
            Place::FieldOf(header, field) => {
                self.assign_of(header, *field, value)?;
                self.next = self.base;
                return Ok(());
            }
        };
        let slot = self.layout.field(*field).ok_or("a field that doesn't exist is written")?;
        if slot.varbit.is_some() {
            return Err("a number is assigned to a field of variable width".to_owned());
        }
        let need = if slot.signed { EXACT } else { slot.width };
        let (to, limbs, guard) = (slot.at, slot.limbs(), slot.valid);
        #[cfg(test)]
        let plain = self.plain;
        #[cfg(not(test))]
        let plain = false;
        if !slot.signed
            && !plain
            && let Some(steps) = self.gather(value, to, slot.width)
        {
            // One after the other they are one.
            match self.code.last_mut() {
                Some(Instruction::Gather { guard: before, steps: first }) if *before == guard => {
                    *first = first.iter().chain(&steps).copied().collect();
                }
                _ => self.code.push(Instruction::Gather { guard, steps }),
            }
            self.next = self.base;
            return Ok(());
        }
        let a = self.value(value, need)?.operand;
        self.code.push(if slot.signed {
            Instruction::StoreSigned { to, limbs, width: slot.width, guard, a }
        } else {
            Instruction::Store { to, limbs, top_mask: top_mask(slot.width), guard, a }
        });
        // Every assignment stands for itself: nothing computed for it is used again.
        self.next = self.base;
        Ok(())
    }

    /// The low bits of a number.
    pub(crate) fn number(&mut self, value: &Expr, need: u32) -> Result<Operand, String> {
        Ok(self.value(value, need)?.operand)
    }

    /// A truth value: 1 or 0 in the operand's one limb.
    pub(crate) fn truth(&mut self, expression: &Expr) -> Result<Operand, String> {
        match expression {
            Expr::Bool(value) => Ok(self.constant(&[u64::from(*value)])),
            Expr::Valid(header) => {
                let slot = self.layout.header(*header).ok_or("a header that doesn't exist is read")?;
                Ok(Operand { at: slot.valid, limbs: 1, signed: false })
            }
            Expr::ValidOf(header) => self.valid_of(header),
            Expr::UnionValid(union) => self.union_valid(union),
            Expr::Equal(a, b) => self.equal(a, b),
            Expr::Unary(UnaryOp::Not, a) => {
                let a = self.truth(a)?;
                Ok(self.unary(Unary::Not, 1, false, a))
            }
            Expr::Unary(UnaryOp::DataToBool, a) => {
                let a = self.value(a, EXACT)?;
                Ok(match a.range {
                    Range::Unsigned(0 | 1) => a.operand,
                    _ => self.unary(Unary::IsNotZero, 1, false, a.operand),
                })
            }
            Expr::Binary(BinaryOp::And, a, b) => self.logical(Binary::And, a, b),
            Expr::Binary(BinaryOp::Or, a, b) => self.logical(Binary::Or, a, b),
            Expr::Binary(BinaryOp::Eq, a, b) => self.compare(Binary::Equal, a, b),
            Expr::Binary(BinaryOp::Ne, a, b) => self.compare(Binary::NotEqual, a, b),
            Expr::Binary(BinaryOp::Lt, a, b) => self.compare(Binary::Less, a, b),
            Expr::Binary(BinaryOp::Le, a, b) => self.compare(Binary::LessOrEqual, a, b),
            Expr::Binary(BinaryOp::Gt, a, b) => self.compare_swapped(Binary::Less, a, b),
            Expr::Binary(BinaryOp::Ge, a, b) => self.compare_swapped(Binary::LessOrEqual, a, b),
            Expr::Ternary(condition, then, otherwise) => {
                let to = self.allocate(1);
                self.branch(condition, to, 1, |compiler, first| {
                    compiler.truth(if first { then } else { otherwise })
                })?;
                Ok(Operand { at: to, limbs: 1, signed: false })
            }
            _ => Err("a number stands where a truth value is expected".to_owned()),
        }
    }

    fn logical(&mut self, operator: Binary, a: &Expr, b: &Expr) -> Result<Operand, String> {
        let (a, b) = (self.truth(a)?, self.truth(b)?);
        Ok(self.binary(operator, 1, false, a, b))
    }

    pub(crate) fn comparable(&mut self, expression: &Expr) -> Result<Operand, String> {
        if expression.is_truth() { self.truth(expression) } else { self.number(expression, EXACT) }
    }

    fn compare(&mut self, operator: Binary, a: &Expr, b: &Expr) -> Result<Operand, String> {
        let (a, b) = (self.comparable(a)?, self.comparable(b)?);
        Ok(self.binary(operator, 1, false, a, b))
    }

    fn compare_swapped(&mut self, operator: Binary, a: &Expr, b: &Expr) -> Result<Operand, String> {
        let (a, b) = (self.comparable(a)?, self.comparable(b)?);
        Ok(self.binary(operator, 1, false, b, a))
    }

    pub(crate) fn value(&mut self, expression: &Expr, need: u32) -> Result<Value, String> {
        match expression {
            Expr::Const(number) => Ok(self.number_constant(number, need)),
            Expr::Field(field) => {
                let slot = self.layout.field(*field).ok_or("a field that doesn't exist is read")?;
                let range = match slot.signed {
                    true => Range::Signed(slot.width + 1),
                    false => Range::Unsigned(slot.width),
                };
                Ok(Value { operand: slot.operand(), range })
            }
            Expr::Param(index) if let Some(argument) = self.known_argument(*index) => {
                let operand = self.constant(argument.limbs());
                Ok(Value { operand, range: Range::Unsigned(argument.width()) })
            }
            Expr::Param(index) => {
                let (at, width) =
                    *self.parameters.get(*index).ok_or("a parameter that doesn't exist is read")?;
                let operand = Operand { at, limbs: limbs(width), signed: false };
                Ok(Value { operand, range: Range::Unsigned(width) })
            }
            Expr::Unary(UnaryOp::BoolToData, a) => {
                Ok(Value { operand: self.truth(a)?, range: Range::Unsigned(1) })
            }
            Expr::Unary(UnaryOp::BitNot, a) => {
                let a = self.value(a, need)?;
                let range = Range::Signed(a.range.signed_bits());
                let (limbs, signed) = self.shape(range, need)?;
                let operand = self.unary(Unary::Complement, limbs, signed, a.operand);
                Ok(Value { operand, range })
            }
            Expr::Unary(UnaryOp::Neg, a) => {
                let a = self.value(a, need)?;
                let zero = Value { operand: self.constant(&[0]), range: Range::Unsigned(0) };
                let range = Range::Signed(a.range.signed_bits().saturating_add(1));
                self.arithmetic(Binary::Sub, zero, a, range, need)
            }
            Expr::Binary(operator, a, b) => self.binary_value(*operator, a, b, need),
            Expr::Ternary(condition, then, otherwise) => self.choice(condition, then, otherwise, need),
            Expr::FieldOf(header, field) => {
                let (operand, width) = self.field_of(header, *field)?;
                let range = if operand.signed { Range::Signed(width + 1) } else { Range::Unsigned(width) };
                Ok(Value { operand, range })
            }
            Expr::LastIndex(stack) => {
                Ok(Value { operand: self.last_index(*stack)?, range: Range::Unsigned(64) })
            }
            Expr::StackSize(stack) => {
                let operand = Operand { at: self.elements_in_use(*stack)?, limbs: 1, signed: false };
                Ok(Value { operand, range: Range::Unsigned(32) })
            }
            Expr::Bool(_)
            | Expr::Valid(_)
            | Expr::ValidOf(_)
            | Expr::UnionValid(_)
            | Expr::Equal(..)
            | Expr::Unary(UnaryOp::Not | UnaryOp::DataToBool, _) => {
                Err("a truth value stands where a number is expected".to_owned())
            }
        }
    }

    fn binary_value(&mut self, operator: BinaryOp, a: &Expr, b: &Expr, need: u32) -> Result<Value, String> {
        match operator {
            BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::BitOr | BinaryOp::BitXor => {
                let (a, b) = (self.value(a, need)?, self.value(b, need)?);
                let both = a.range.union(b.range);
                let (operator, range) = match operator {
                    BinaryOp::Add => (Binary::Add, both.grown(1)),
                    BinaryOp::Sub => (Binary::Sub, Range::Signed(both.signed_bits().saturating_add(1))),
                    BinaryOp::Mul => (Binary::Mul, a.range.product(b.range)),
                    BinaryOp::BitOr => (Binary::Or, both),
                    _ => (Binary::Xor, both),
                };
                self.arithmetic(operator, a, b, range, need)
            }
            BinaryOp::BitAnd => self.bit_and(a, b, need),
            BinaryOp::Div | BinaryOp::Mod => {
                let (a, b) = (self.value(a, EXACT)?, self.value(b, EXACT)?);
                let bits = match operator {
                    BinaryOp::Div => a.range.bits(),
                    _ => a.range.bits().min(b.range.bits()),
                };
                let operator = if operator == BinaryOp::Div { Binary::Divide } else { Binary::Remainder };
                let operand = self.binary(operator, limbs(bits).max(1), false, a.operand, b.operand);
                Ok(Value { operand, range: Range::Unsigned(bits) })
            }
            BinaryOp::Shl => self.shift_left(a, b, need),
            BinaryOp::Shr => self.shift_right(a, b, need),
            BinaryOp::TwosComplement => {
                let width = literal_width(b)?;
                let a = self.value(a, width)?;
                let range = Range::Signed(width);
                if need <= width {
                    return Ok(Value { operand: a.operand, range });
                }
                let operand = self.unary(Unary::SignExtend(width), limbs(width), true, a.operand);
                Ok(Value { operand, range })
            }
            BinaryOp::UnsignedSaturate | BinaryOp::SignedSaturate => {
                let width = literal_width(b)?;
                let a = self.value(a, EXACT)?;
                let signed = operator == BinaryOp::SignedSaturate;
                let (operator, range) = if signed {
                    (Unary::SaturateSigned(width), Range::Signed(width))
                } else {
                    (Unary::SaturateUnsigned(width), Range::Unsigned(width))
                };
                let operand = self.unary(operator, limbs(width), signed, a.operand);
                Ok(Value { operand, range })
            }
            BinaryOp::Eq
            | BinaryOp::Ne
            | BinaryOp::Lt
            | BinaryOp::Le
            | BinaryOp::Gt
            | BinaryOp::Ge
            | BinaryOp::And
            | BinaryOp::Or => Err("a truth value stands where a number is expected".to_owned()),
        }
    }

    fn bit_and(&mut self, a: &Expr, b: &Expr, need: u32) -> Result<Value, String> {
        // The mask that p4c puts around arithmetic costs nothing when nobody looks beyond it.
        for (mask, other) in [(a, b), (b, a)] {
            if let Expr::Const(mask) = mask
                && let Some(ones) = low_ones(mask)
                && need <= ones
            {
                let other = self.value(other, need)?;
                return Ok(Value { operand: other.operand, range: Range::Unsigned(ones) });
            }
        }
        let need = need.min(self.limit(a)).min(self.limit(b));
        let (a, b) = (self.value(a, need)?, self.value(b, need)?);
        let range = match (a.range, b.range) {
            (Range::Unsigned(a), Range::Unsigned(b)) => Range::Unsigned(a.min(b)),
            (Range::Unsigned(bits), _) | (_, Range::Unsigned(bits)) => Range::Unsigned(bits),
            (a, b) => a.union(b),
        };
        self.arithmetic(Binary::And, a, b, range, need)
    }

    /// The bits that a mask can have.
    pub(crate) fn limit(&self, mask: &Expr) -> u32 {
        match mask {
            Expr::Const(number) if number.sign() != Sign::Minus => number.bits().min(u64::from(EXACT)) as u32,
            Expr::Field(field) => {
                self.layout.field(*field).filter(|slot| !slot.signed).map_or(EXACT, |slot| slot.width)
            }
            Expr::Param(index) => self.parameters.get(*index).map_or(EXACT, |(_, width)| *width),
            _ => EXACT,
        }
    }

    fn choice(
        &mut self,
        condition: &Expr,
        then: &Expr,
        otherwise: &Expr,
        need: u32,
    ) -> Result<Value, String> {
        // The branches' ranges are known only when they are compiled, so the place is made for what is needed.
        let range = self.range_of(then, need)?.union(self.range_of(otherwise, need)?);
        let (limbs, signed) = self.shape(range, need)?;
        let to = self.allocate(limbs);
        if self.probing {
            return Ok(Value { operand: Operand { at: to, limbs, signed }, range });
        }
        self.branch(condition, to, limbs, |compiler, first| {
            compiler.number(if first { then } else { otherwise }, need)
        })?;
        Ok(Value { operand: Operand { at: to, limbs, signed }, range })
    }

    pub(crate) fn range_of(&self, expression: &Expr, need: u32) -> Result<Range, String> {
        let mut probe = Compiler::new(self.layout, self.parameters, self.base);
        probe.known = self.known;
        probe.probing = true;
        Ok(probe.value(expression, need)?.range)
    }

    fn branch(
        &mut self,
        condition: &Expr,
        to: u32,
        limbs: u32,
        mut side: impl FnMut(&mut Self, bool) -> Result<Operand, String>,
    ) -> Result<(), String> {
        let condition = self.truth(condition)?;
        let test = self.code.len();
        self.code.push(Instruction::Jump { target: 0 });
        let then = side(self, true)?;
        self.code.push(Instruction::Move { to, limbs, a: then });
        let skip = self.code.len();
        self.code.push(Instruction::Jump { target: 0 });
        let after_then = self.code.len() as u32;
        let otherwise = side(self, false)?;
        self.code.push(Instruction::Move { to, limbs, a: otherwise });
        let end = self.code.len() as u32;
        if let Some(jump) = self.code.get_mut(test) {
            *jump = Instruction::JumpIfFalse { condition: condition.at, target: after_then };
        }
        if let Some(jump) = self.code.get_mut(skip) {
            *jump = Instruction::Jump { target: end };
        }
        Ok(())
    }

    pub(crate) fn arithmetic(
        &mut self,
        operator: Binary,
        a: Value,
        b: Value,
        range: Range,
        need: u32,
    ) -> Result<Value, String> {
        let (limbs, signed) = self.shape(range, need)?;
        Ok(Value { operand: self.binary(operator, limbs, signed, a.operand, b.operand), range })
    }

    /// Limbs for the low `need` bits of a value of that range, and whether it goes on with its sign.
    pub(crate) fn shape(&self, range: Range, need: u32) -> Result<(u32, bool), String> {
        let bits = range.bits().min(need);
        if bits > WIDEST {
            return Err(format!("an intermediate value may need more than {WIDEST} bits: mask it"));
        }
        Ok((limbs(bits).max(1), range.is_signed() && need > range.bits()))
    }

    pub(crate) fn allocate(&mut self, limbs: u32) -> u32 {
        let at = self.next;
        self.next += limbs;
        self.end = self.end.max(self.next);
        at
    }

    pub(crate) fn unary(&mut self, operator: Unary, limbs: u32, signed: bool, a: Operand) -> Operand {
        let to = self.allocate(limbs);
        self.code.push(Instruction::Unary { operator, to, limbs, a });
        Operand { at: to, limbs, signed }
    }

    pub(crate) fn binary(
        &mut self,
        operator: Binary,
        limbs: u32,
        signed: bool,
        a: Operand,
        b: Operand,
    ) -> Operand {
        let to = self.allocate(limbs);
        self.code.push(Instruction::Binary { operator, to, limbs, a, b });
        Operand { at: to, limbs, signed }
    }

    pub(crate) fn constant(&mut self, value: &[u64]) -> Operand {
        let to = self.allocate(value.len() as u32);
        self.code.push(Instruction::Constant { to, limbs: value.into() });
        Operand { at: to, limbs: value.len() as u32, signed: false }
    }

    fn number_constant(&mut self, number: &BigInt, need: u32) -> Value {
        let negative = number.sign() == Sign::Minus;
        let bits = number.bits().min(u64::from(WIDEST) * 2) as u32;
        let range = if negative { Range::Signed(bits + 1) } else { Range::Unsigned(bits) };
        let count = limbs(range.bits().min(need)).max(1);
        let wrapped = hyper4_bits::Bits::from_bigint_wrapped(count * 64, number);
        let operand = Operand { signed: negative, ..self.constant(wrapped.limbs()) };
        Value { operand, range }
    }
}

/// How many ones `mask` is, when it is `0…01…1`.
pub(crate) fn low_ones(mask: &BigInt) -> Option<u32> {
    let bits = mask.bits();
    (mask.sign() == Sign::Plus && (mask + 1u8).trailing_zeros() == Some(bits))
        .then_some(bits.min(u64::from(EXACT)) as u32)
}

pub(crate) fn literal_shift(amount: &Expr) -> Option<u32> {
    match amount {
        Expr::Const(number) => u32::try_from(number).ok().filter(|amount| *amount <= WIDEST),
        _ => None,
    }
}

fn literal_width(width: &Expr) -> Result<u32, String> {
    match width {
        Expr::Const(number) => u32::try_from(number).ok().filter(|width| (1..=WIDEST).contains(width)),
        _ => None,
    }
    .ok_or_else(|| format!("the width of a cast must be a constant from 1 to {WIDEST}"))
}
