//! Expressions on a path: numbers as forms, truth values as what ternary rows can match.

use std::collections::BTreeMap;

use hyper4_ir::{BinaryOp, Expr, FieldRef, PipelineKind, Program, StandardField, UnaryOp};
use num_bigint::{BigInt, Sign};
use num_traits::ToPrimitive;

use super::cells::Cells;
use super::context::{Arguments, Context};
use super::cube::{self, Cover, Cube};
use super::form::{Atom, Form, Terms, Word};
use super::number::{Above, Bitwise, Number, Unsupported};

/// Beyond so many ternary rows a condition is refused.
const MAX_CUBES: usize = 512;

/// Comparisons within a condition, by their number in it, whose outcome is known by now.
pub(super) type Assumed = BTreeMap<u32, bool>;

/// Evaluates expressions on a path.
pub(super) struct Evaluator<'a> {
    pub(super) program: &'a Program,
    pub(super) cells: &'a Cells,
    pub(super) terms: &'a mut Terms,
    pub(super) context: &'a Context,
    pub(super) pipeline: PipelineKind,
    pub(super) arguments: &'a Arguments,
}

/// What a condition comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Truth {
    /// That.
    Known(bool),
    /// `outcome` where the cover matches, else its opposite.
    Rows { cover: Cover, outcome: bool },
    /// It depends on comparison `number` in it, which comes to `when_zero` if and only if these bits are all zero.
    AllZero { number: u32, word: Word, when_zero: bool },
}

/// Why a condition isn't rows yet.
enum Blocked {
    Unsupported(Unsupported),
    AllZero(Word),
    AllZeroAt { number: u32, word: Word, when_zero: bool },
}

impl Blocked {
    /// Names the comparison that is blocked.
    fn at(self, number: u32, when_zero: bool) -> Self {
        match self {
            Self::AllZero(word) => Self::AllZeroAt { number, word, when_zero },
            other => other,
        }
    }
}

impl From<Unsupported> for Blocked {
    fn from(unsupported: Unsupported) -> Self {
        Self::Unsupported(unsupported)
    }
}

impl Evaluator<'_> {
    /// What a condition comes to.
    pub(super) fn truth(&mut self, condition: &Expr, assumed: &Assumed) -> Result<Truth, Unsupported> {
        let covers = self.cover(condition, 0, true, assumed).and_then(|holds| {
            let fails = self.cover(condition, 0, false, assumed)?;
            Ok((holds, fails))
        });
        let (holds, fails) = match covers {
            Ok(covers) => covers,
            Err(Blocked::Unsupported(unsupported)) => return Err(unsupported),
            Err(Blocked::AllZero(word)) => return Ok(Truth::AllZero { number: 0, word, when_zero: true }),
            Err(Blocked::AllZeroAt { number, word, when_zero }) => {
                return Ok(Truth::AllZero { number, word, when_zero });
            }
        };
        Ok(if holds.is_empty() {
            Truth::Known(false)
        } else if fails.is_empty() {
            Truth::Known(true)
        } else if holds.len() <= fails.len() {
            Truth::Rows { cover: holds, outcome: true }
        } else {
            Truth::Rows { cover: fails, outcome: false }
        })
    }

    /// Where truth value `expr` is `want`; it is node `number` of its condition, counted from the root in pre-order.
    fn cover(&mut self, expr: &Expr, number: u32, want: bool, assumed: &Assumed) -> Result<Cover, Blocked> {
        let known = |value: bool| Ok(if value == want { vec![Cube::default()] } else { Vec::new() });
        if let Some(value) = assumed.get(&number) {
            return known(*value);
        }
        let cover = match expr {
            Expr::Bool(value) => return known(*value),
            Expr::Valid(header) => return known(self.is_valid(*header)),
            Expr::Unary(UnaryOp::Not, inner) => self.cover(inner, number + 1, !want, assumed)?,
            Expr::Unary(UnaryOp::DataToBool, inner) => {
                let zero = Number::unsigned(Vec::new());
                let value = self.number(inner)?;
                let op = if want { BinaryOp::Ne } else { BinaryOp::Eq };
                self.compare(op, &value, &zero).map_err(|b| b.at(number, false))?
            }
            Expr::Binary(op @ (BinaryOp::And | BinaryOp::Or), a, b) => {
                let left = self.cover(a, number + 1, want, assumed)?;
                let right = self.cover(b, number + 1 + size(a), want, assumed)?;
                if (*op == BinaryOp::And) == want { both(&left, &right)? } else { cube::or(left, right) }
            }
            Expr::Binary(op @ (BinaryOp::Eq | BinaryOp::Ne), a, b) if is_truth(a) => {
                let equal = (*op == BinaryOp::Eq) == want;
                let second = number + 1 + size(a);
                let same = both(
                    &self.cover(a, number + 1, true, assumed)?,
                    &self.cover(b, second, equal, assumed)?,
                )?;
                let neither = both(
                    &self.cover(a, number + 1, false, assumed)?,
                    &self.cover(b, second, !equal, assumed)?,
                )?;
                cube::or(same, neither)
            }
            Expr::Binary(op, a, b) => {
                let (left, right) = (self.number(a)?, self.number(b)?);
                let wanted = if want { *op } else { opposite(*op)? };
                self.compare(wanted, &left, &right).map_err(|b| b.at(number, *op == BinaryOp::Eq))?
            }
            Expr::Ternary(condition, a, b) => {
                let second = number + 1 + size(condition);
                let then = both(
                    &self.cover(condition, number + 1, true, assumed)?,
                    &self.cover(a, second, want, assumed)?,
                )?;
                let otherwise = both(
                    &self.cover(condition, number + 1, false, assumed)?,
                    &self.cover(b, second + size(a), want, assumed)?,
                )?;
                cube::or(then, otherwise)
            }
            _ => return Err(Unsupported::because("a number where a truth value is wanted").into()),
        };
        if cover.len() > MAX_CUBES {
            return Err(too_many_rows());
        }
        Ok(cover)
    }

    /// Where a comparison of two numbers holds.
    fn compare(&mut self, op: BinaryOp, a: &Number, b: &Number) -> Result<Cover, Blocked> {
        let Some(constant) = b.known() else {
            return match a.known() {
                Some(_) => self.compare(mirrored(op)?, b, a),
                None => self.all_zero(op, a, b),
            };
        };
        let always = |value: bool| Ok(if value { vec![Cube::default()] } else { Vec::new() });
        if let Some(value) = a.known() {
            return always(holds(op, &value, &constant)?);
        }
        if a.above != Above::Zeros {
            return Err(Unsupported::because("a comparison of a value that may be negative").into());
        }
        if constant.sign() == Sign::Minus {
            return always(matches!(op, BinaryOp::Ne | BinaryOp::Gt | BinaryOp::Ge));
        }
        let width = a.bits.len().max(constant.bits() as usize);
        let word = a.store(width as u32)?;
        let bound = |i: usize| constant.bit(i as u64);
        let cover = match op {
            BinaryOp::Eq => cube::equal(&word, bound),
            BinaryOp::Ne => cube::unequal(&word, bound),
            BinaryOp::Lt => cube::less(&word, bound),
            BinaryOp::Gt => cube::greater(&word, bound),
            BinaryOp::Le => joined(cube::less(&word, bound), cube::equal(&word, bound)),
            BinaryOp::Ge => joined(cube::greater(&word, bound), cube::equal(&word, bound)),
            _ => None,
        };
        match cover {
            Some(cover) => Ok(cover),
            None => self.all_zero(op, a, b),
        }
    }

    /// Equality of two values is that their XOR is zero.
    fn all_zero(&mut self, op: BinaryOp, a: &Number, b: &Number) -> Result<Cover, Blocked> {
        if !matches!(op, BinaryOp::Eq | BinaryOp::Ne) {
            let reason = "`<`, `<=`, `>` or `>=` between values of which neither is a constant";
            return Err(Unsupported::because(reason).into());
        }
        let difference = a.bitwise(b, Bitwise::Xor)?;
        if difference.above != Above::Zeros || !difference.bits.iter().all(Form::of_state) {
            return Err(Unsupported::because("a comparison of a computed value").into());
        }
        Err(Blocked::AllZero(difference.bits))
    }

    /// A number.
    pub(super) fn number(&mut self, expr: &Expr) -> Result<Number, Unsupported> {
        match expr {
            Expr::Const(value) => Ok(Number::constant(value)),
            Expr::Field(field) => self.field(*field).map(Number::unsigned),
            Expr::Param(index) => self.parameter(*index),
            Expr::Unary(UnaryOp::BitNot, inner) => Ok(self.number(inner)?.not()),
            Expr::Unary(UnaryOp::Neg, inner) => {
                let value = self.number(inner)?;
                Number::unsigned(Vec::new()).add(&value, true, self.terms)
            }
            Expr::Unary(UnaryOp::BoolToData, inner) => self.truth_as_number(inner),
            Expr::Binary(op, a, b) => self.binary(*op, a, b),
            Expr::Ternary(condition, a, b) => {
                let truth = self.truth(condition, &Assumed::new())?;
                if self.decide(truth)? { self.number(a) } else { self.number(b) }
            }
            Expr::FieldOf(..) | Expr::LastIndex(_) | Expr::StackSize(_) => {
                Unsupported::new("an element of a header stack")
            }
            Expr::Bool(_)
            | Expr::Valid(_)
            | Expr::ValidOf(_)
            | Expr::UnionValid(_)
            | Expr::Equal(..)
            | Expr::Unary(..) => Unsupported::new("a truth value where a number is wanted"),
        }
    }

    fn binary(&mut self, op: BinaryOp, a: &Expr, b: &Expr) -> Result<Number, Unsupported> {
        let (left, right) = (self.number(a)?, self.number(b)?);
        let amount = || right.known().and_then(|n| n.to_usize());
        match op {
            BinaryOp::Add => left.add(&right, false, self.terms),
            BinaryOp::Sub => left.add(&right, true, self.terms),
            BinaryOp::BitAnd => left.bitwise(&right, Bitwise::And),
            BinaryOp::BitOr => left.bitwise(&right, Bitwise::Or),
            BinaryOp::BitXor => left.bitwise(&right, Bitwise::Xor),
            BinaryOp::Shl | BinaryOp::Shr => match (op, amount()) {
                (BinaryOp::Shl, Some(amount)) => left.shift_left(amount),
                (_, Some(amount)) => Ok(left.shift_right(amount)),
                (_, None) => Unsupported::new("a shift by an amount that isn't a constant"),
            },
            BinaryOp::Mul => match (left.known(), right.known()) {
                (Some(x), Some(y)) => Ok(Number::constant(&(x * y))),
                (Some(x), None) => times(&right, &x),
                (None, Some(y)) => times(&left, &y),
                (None, None) => Unsupported::new("`*` of two values of which neither is a constant"),
            },
            BinaryOp::Div | BinaryOp::Mod => match (left.known(), right.known()) {
                (Some(x), Some(y)) if x.sign() != Sign::Minus && y.sign() == Sign::Plus => {
                    Ok(Number::constant(&if op == BinaryOp::Div { x / y } else { x % y }))
                }
                _ => Unsupported::new("`/` or `%` of a value that isn't a constant"),
            },
            BinaryOp::UnsignedSaturate | BinaryOp::SignedSaturate | BinaryOp::TwosComplement => {
                Unsupported::new("saturating or signed arithmetic")
            }
            _ => Unsupported::new("a truth value where a number is wanted"),
        }
    }

    /// A truth value as 1 or 0.
    fn truth_as_number(&mut self, condition: &Expr) -> Result<Number, Unsupported> {
        let truth = self.truth(condition, &Assumed::new())?;
        let form = match &truth {
            Truth::Known(value) => Some(Form::constant(*value)),
            Truth::Rows { cover, outcome } => match cover.as_slice() {
                [cube] => match cube.literals().collect::<Vec<_>>().as_slice() {
                    [(bit, value)] => {
                        Some(Form { constant: value != outcome, atoms: vec![Atom::State(*bit)] })
                    }
                    _ => None,
                },
                _ => None,
            },
            Truth::AllZero { number: 0, word, when_zero } => match word.as_slice() {
                [bit] => Some(if *when_zero { bit.not() } else { bit.clone() }),
                _ => None,
            },
            Truth::AllZero { .. } => None,
        };
        let form = match form {
            Some(form) => form,
            None => Form::constant(self.decide(truth)?),
        };
        Ok(Number::unsigned(vec![form]))
    }

    /// A truth value that a value depends on.
    fn decide(&mut self, truth: Truth) -> Result<bool, Unsupported> {
        match truth {
            Truth::Known(value) => Ok(value),
            Truth::Rows { cover, outcome } => {
                let number = self.context.asked.get();
                self.context.asked.set(number + 1);
                let decided = self.context.choices.get(number).copied();
                decided.ok_or(Unsupported::Choice { cover, outcome })
            }
            Truth::AllZero { .. } => {
                Unsupported::new("a value that depends on a comparison of two fields; an `if` would do")
            }
        }
    }

    /// A field's bits; zeros where its header is invalid.
    pub(super) fn field(&self, field: FieldRef) -> Result<Word, Unsupported> {
        let declared = self.program.field(field);
        let width = declared.map_or(0, |f| f.width);
        if declared.is_some_and(|f| f.signed || f.varbit) {
            return Unsupported::new(format!(
                "`{}`, a signed or varbit field",
                self.program.field_name(field)
            ));
        }
        if self.pipeline == PipelineKind::Egress
            && self.program.standard.get(&StandardField::EgressSpec) == Some(&field)
        {
            return Unsupported::new(
                "a read of `standard_metadata.egress_spec` in egress, where it is undefined",
            );
        }
        match self.cells.field(field)? {
            Some(range) if self.is_valid(field.header) => Ok(self.context.read(range)),
            _ => Ok(vec![Form::constant(false); width as usize]),
        }
    }

    /// Whether a header is valid here; metadata always is.
    pub(super) fn is_valid(&self, header: hyper4_ir::HeaderId) -> bool {
        self.context.valid.contains(&header)
            || self.program.headers.get(header.index()).is_some_and(|h| h.metadata)
    }

    fn parameter(&self, index: usize) -> Result<Number, Unsupported> {
        match self.arguments {
            Arguments::Constant(values) => match values.get(index) {
                Some(value) => Ok(Number::constant(&value.to_bigint())),
                None => Unsupported::new(format!("parameter number {index}, which has no value")),
            },
            Arguments::Saved(ranges) => match ranges.get(index) {
                Some(range) => Ok(Number::unsigned(self.context.read(*range))),
                None => Unsupported::new(format!("parameter number {index}, which doesn't exist")),
            },
            Arguments::OfEntry(widths) => match widths.get(index) {
                Some(width) => Ok(Number::unsigned(
                    (0..*width).map(|bit| Form::atom(Atom::Param { index, bit })).collect(),
                )),
                None => Unsupported::new(format!("parameter number {index}, which doesn't exist")),
            },
        }
    }
}

fn too_many_rows() -> Blocked {
    Unsupported::because(format!("a condition that needs more than {MAX_CUBES} ternary rows")).into()
}

fn both(a: &Cover, b: &Cover) -> Result<Cover, Blocked> {
    cube::and(a, b).ok_or_else(too_many_rows)
}

/// Times a constant: a power of two.
fn times(number: &Number, factor: &BigInt) -> Result<Number, Unsupported> {
    let shift = factor.bits().saturating_sub(1);
    if *factor == BigInt::from(1) << shift {
        number.shift_left(shift as usize)
    } else if factor.sign() == Sign::NoSign {
        Ok(Number::unsigned(Vec::new()))
    } else {
        Unsupported::new("`*` with a constant that is no power of two")
    }
}

/// Nodes of an expression.
fn size(expr: &Expr) -> u32 {
    match expr {
        Expr::Unary(_, a) => 1 + size(a),
        Expr::Binary(_, a, b) => 1 + size(a) + size(b),
        Expr::Ternary(a, b, c) => 1 + size(a) + size(b) + size(c),
        _ => 1,
    }
}

/// Whether an expression is a truth value.
fn is_truth(expr: &Expr) -> bool {
    match expr {
        Expr::Bool(_) | Expr::Valid(_) => true,
        Expr::Unary(op, _) => matches!(op, UnaryOp::Not | UnaryOp::DataToBool),
        Expr::Binary(op, ..) => opposite(*op).is_ok() || matches!(op, BinaryOp::And | BinaryOp::Or),
        Expr::Ternary(_, a, _) => is_truth(a),
        _ => false,
    }
}

/// The comparison that holds when `op` doesn't.
fn opposite(op: BinaryOp) -> Result<BinaryOp, Unsupported> {
    Ok(match op {
        BinaryOp::Eq => BinaryOp::Ne,
        BinaryOp::Ne => BinaryOp::Eq,
        BinaryOp::Lt => BinaryOp::Ge,
        BinaryOp::Ge => BinaryOp::Lt,
        BinaryOp::Gt => BinaryOp::Le,
        BinaryOp::Le => BinaryOp::Gt,
        _ => return Unsupported::new("a number where a truth value is wanted"),
    })
}

/// The comparison with its sides exchanged.
fn mirrored(op: BinaryOp) -> Result<BinaryOp, Unsupported> {
    Ok(match op {
        BinaryOp::Eq | BinaryOp::Ne => op,
        BinaryOp::Lt => BinaryOp::Gt,
        BinaryOp::Gt => BinaryOp::Lt,
        BinaryOp::Le => BinaryOp::Ge,
        BinaryOp::Ge => BinaryOp::Le,
        _ => return Unsupported::new("a number where a truth value is wanted"),
    })
}

fn holds(op: BinaryOp, a: &BigInt, b: &BigInt) -> Result<bool, Unsupported> {
    Ok(match op {
        BinaryOp::Eq => a == b,
        BinaryOp::Ne => a != b,
        BinaryOp::Lt => a < b,
        BinaryOp::Le => a <= b,
        BinaryOp::Gt => a > b,
        BinaryOp::Ge => a >= b,
        _ => return Unsupported::new("a number where a truth value is wanted"),
    })
}

fn joined(a: Option<Cover>, b: Option<Cover>) -> Option<Cover> {
    Some(cube::or(a?, b?))
}
