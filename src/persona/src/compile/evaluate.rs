//! Expressions on a path: numbers as forms, truth values as what ternary rows can match.

use std::collections::BTreeMap;

use hyper4_ir::{BinaryOp, Expr, FieldRef, PipelineKind, Program, StandardField, UnaryOp};
use num_bigint::Sign;
use num_traits::ToPrimitive;

use super::cells::Cells;
use super::context::{Arguments, Context};
use super::cube::{self, Cover, Cube};
use super::form::{Atom, Form, Word};
use super::number::{Bitwise, Number, Unsupported};
use super::standard::egress_differs;
use super::term::Terms;

/// Beyond so many ternary rows a condition is refused.
const MAX_CUBES: usize = 512;
/// The widest number that is cast to: no field is wider.
const MAX_WIDTH: u32 = 1 << 13;

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
pub(super) enum Blocked {
    Unsupported(Unsupported),
    /// A comparison has to be computed: [`Truth::AllZero`].
    AllZero {
        number: u32,
        word: Word,
        when_zero: bool,
    },
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
            Err(Blocked::AllZero { number, word, when_zero }) => {
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
            Expr::ValidOf(header) => {
                let header = self.header(header)?;
                return known(header.is_some_and(|header| self.is_valid(header)));
            }
            Expr::UnionValid(union) => return known(self.union_valid(union)?),
            Expr::Equal(a, b) => self.equal(a, b, want, number)?,
            Expr::Unary(UnaryOp::Not, inner) => self.cover(inner, number + 1, !want, assumed)?,
            Expr::Unary(UnaryOp::DataToBool, inner) => {
                let value = self.number(inner)?;
                self.compare(BinaryOp::Ne, want, &value, &Number::unsigned(Vec::new()), number)?
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
                self.compare(*op, want, &left, &right, number)?
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

    /// Where a comparison of two numbers, node `number` of its condition, comes to `want`.
    pub(super) fn compare(
        &mut self,
        op: BinaryOp,
        want: bool,
        a: &Number,
        b: &Number,
        number: u32,
    ) -> Result<Cover, Blocked> {
        let wanted = if want { op } else { opposite(op)? };
        let cover = match (a.known(), b.known()) {
            (_, Some(_)) => compared(wanted, a, b)?,
            (Some(_), None) => compared(mirrored(wanted)?, b, a)?,
            (None, None) => None,
        };
        if let Some(cover) = cover {
            return Ok(cover);
        }
        let (word, when_zero) = self.zeros(op, a, b)?;
        match word.iter().try_fold(true, |zero, form| form.known().map(|bit| zero && !bit)) {
            Some(zero) if (zero == when_zero) == want => Ok(vec![Cube::default()]),
            Some(_) => Ok(Vec::new()),
            None => Err(Blocked::AllZero { number, word, when_zero }),
        }
    }

    /// What a comparison comes to when all bits of a word are zero, and its opposite when they are not.
    fn zeros(&mut self, op: BinaryOp, a: &Number, b: &Number) -> Result<(Word, bool), Unsupported> {
        Ok(match op {
            BinaryOp::Eq | BinaryOp::Ne => {
                let difference = a.bitwise(b, Bitwise::Xor, self.terms);
                let mut word = difference.bits;
                word.extend(Some(difference.sign).filter(|sign| sign.known() != Some(false)));
                (word, op == BinaryOp::Eq)
            }
            BinaryOp::Lt | BinaryOp::Ge => (vec![a.less(b, self.terms)], op == BinaryOp::Ge),
            BinaryOp::Gt | BinaryOp::Le => (vec![b.less(a, self.terms)], op == BinaryOp::Le),
            _ => return Unsupported::new("a number where a truth value is wanted"),
        })
    }

    /// A number.
    pub(super) fn number(&mut self, expr: &Expr) -> Result<Number, Unsupported> {
        match expr {
            Expr::Const(value) => Ok(Number::constant(value)),
            Expr::Field(field) => {
                let word = self.field(*field)?;
                let signed = self.program.field(*field).is_some_and(|f| f.signed);
                Ok(if signed { Number::signed(word) } else { Number::unsigned(word) })
            }
            Expr::Param(index) => self.parameter(*index),
            Expr::Unary(UnaryOp::BitNot, inner) => Ok(self.number(inner)?.not()),
            Expr::Unary(UnaryOp::Neg, inner) => {
                let value = self.number(inner)?;
                Ok(Number::unsigned(Vec::new()).add(&value, true, self.terms))
            }
            Expr::Unary(UnaryOp::BoolToData, inner) => Ok(Number::unsigned(vec![self.decide(inner)?])),
            Expr::Binary(op, a, b) => self.binary(*op, a, b),
            Expr::Ternary(condition, a, b) => {
                let condition = self.decide(condition)?;
                match condition.known() {
                    Some(true) => self.number(a),
                    Some(false) => self.number(b),
                    None => {
                        let (yes, no) = (self.number(a)?, self.number(b)?);
                        Ok(Number::choice(&condition, &yes, &no, self.terms))
                    }
                }
            }
            Expr::FieldOf(header, field) => match self.header(header)? {
                Some(header) => self.field(FieldRef { header, field: *field }).map(Number::unsigned),
                None => Ok(Number::unsigned(Vec::new())),
            },
            Expr::LastIndex(stack) => match self.used(*stack).checked_sub(1) {
                Some(last) => Ok(Number::constant(&last.into())),
                None => Unsupported::new("the last index of an empty header stack"),
            },
            Expr::StackSize(stack) => Ok(Number::constant(&self.used(*stack).into())),
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
        let literal = || right.known().and_then(|n| n.to_u32());
        Ok(match op {
            BinaryOp::Add => left.add(&right, false, self.terms),
            BinaryOp::Sub => left.add(&right, true, self.terms),
            BinaryOp::BitAnd => left.bitwise(&right, Bitwise::And, self.terms),
            BinaryOp::BitOr => left.bitwise(&right, Bitwise::Or, self.terms),
            BinaryOp::BitXor => left.bitwise(&right, Bitwise::Xor, self.terms),
            BinaryOp::Shl => match literal() {
                Some(amount) => left.shift_left(amount as usize)?,
                None => left.shift_by(&right, true, self.terms)?,
            },
            BinaryOp::Shr => match literal() {
                Some(amount) => left.shift_right(amount as usize),
                None => left.shift_by(&right, false, self.terms)?,
            },
            BinaryOp::Mul => left.times(&right, self.terms)?,
            BinaryOp::Div | BinaryOp::Mod => left.divided(&right, op == BinaryOp::Mod)?,
            BinaryOp::UnsignedSaturate | BinaryOp::SignedSaturate | BinaryOp::TwosComplement => {
                let width = literal()
                    .filter(|width| (1..=MAX_WIDTH).contains(width))
                    .ok_or_else(|| Unsupported::because("a cast to a width that isn't a constant"))?;
                match op {
                    BinaryOp::TwosComplement => left.wrapped(width, self.terms),
                    _ => left.saturated(width, op == BinaryOp::SignedSaturate, self.terms),
                }
            }
            _ => return Unsupported::new("a truth value where a number is wanted"),
        })
    }

    /// A truth value that a value depends on: decided by the path where rows can split it, else computed.
    fn decide(&mut self, condition: &Expr) -> Result<Form, Unsupported> {
        match self.truth(condition, &Assumed::new())? {
            Truth::Known(value) => Ok(Form::constant(value)),
            Truth::Rows { cover, outcome } => {
                if let [cube] = cover.as_slice()
                    && let [(bit, value)] = cube.literals().collect::<Vec<_>>().as_slice()
                {
                    return Ok(Form { constant: value != &outcome, atoms: vec![Atom::State(*bit)] });
                }
                if self.context.cube.is_none() {
                    return self.computed(condition);
                }
                let number = self.context.asked.get();
                self.context.asked.set(number + 1);
                let decided = self.context.choices.get(number).copied();
                decided.map(Form::constant).ok_or(Unsupported::Choice { cover, outcome })
            }
            Truth::AllZero { .. } => self.computed(condition),
        }
    }

    /// A truth value as a bit.
    fn computed(&mut self, condition: &Expr) -> Result<Form, Unsupported> {
        Ok(match condition {
            Expr::Bool(value) => Form::constant(*value),
            Expr::Valid(header) => Form::constant(self.is_valid(*header)),
            Expr::Unary(UnaryOp::Not, inner) => self.computed(inner)?.not(),
            Expr::Unary(UnaryOp::DataToBool, inner) => self.number(inner)?.nonzero(self.terms),
            Expr::Binary(op @ (BinaryOp::And | BinaryOp::Or), a, b) => {
                let (a, b) = (self.computed(a)?, self.computed(b)?);
                if *op == BinaryOp::And { self.terms.both(&a, &b) } else { self.terms.either(&a, &b) }
            }
            Expr::Binary(op @ (BinaryOp::Eq | BinaryOp::Ne), a, b) if is_truth(a) => {
                let differ = self.computed(a)?.xor(&self.computed(b)?);
                if *op == BinaryOp::Ne { differ } else { differ.not() }
            }
            Expr::Binary(op, a, b) => {
                let (left, right) = (self.number(a)?, self.number(b)?);
                let (word, when_zero) = self.zeros(*op, &left, &right)?;
                let nonzero = self.terms.any(&word);
                if when_zero { nonzero.not() } else { nonzero }
            }
            Expr::Ternary(condition, a, b) => {
                let (condition, a, b) = (self.computed(condition)?, self.computed(a)?, self.computed(b)?);
                let chosen = self.terms.both(&condition, &a.xor(&b));
                chosen.xor(&b)
            }
            _ => return Unsupported::new("a number where a truth value is wanted"),
        })
    }

    /// A value as a field holds it. bmv2 keeps what is too large for a signed field as it is, when it is positive and
    /// has no more bits than the field: a number that no such field can have otherwise, and that is not carried.
    pub(super) fn stored(&mut self, field: FieldRef, value: &Expr) -> Result<Word, Unsupported> {
        let value = self.number(value)?;
        let Some(declared) = self.program.field(field) else { return Ok(Vec::new()) };
        let word = value.store(declared.width, self.terms);
        let fits = value.is_signed_in(declared.width);
        if declared.signed && !fits {
            return Unsupported::new(format!(
                "it assigns a value that may be too large to `{}`, a signed field",
                self.program.field_name(field)
            ));
        }
        Ok(word)
    }

    /// A field's bits; zeros where its header is invalid.
    pub(super) fn field(&self, field: FieldRef) -> Result<Word, Unsupported> {
        let width = self.program.field(field).map_or(0, |f| f.width);
        if self.pipeline == PipelineKind::Egress
            && self.program.standard.get(&StandardField::EgressSpec) == Some(&field)
        {
            return Unsupported::new(
                "a read of `standard_metadata.egress_spec` in egress, where it is undefined",
            );
        }
        if self.pipeline == PipelineKind::Egress
            && let Some(reason) = egress_differs(self.program, field)
        {
            return Unsupported::new(reason);
        }
        match self.cells.field(field, &self.context.shape)? {
            Some(range) if self.is_valid(field.header) => Ok(self.context.read(range)),
            _ => Ok(vec![Form::constant(false); width as usize]),
        }
    }

    /// Whether a header is valid here; metadata always is.
    pub(super) fn is_valid(&self, header: hyper4_ir::HeaderId) -> bool {
        self.context.shape.valid.contains(&header)
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

/// Where a comparison with a constant, `b`, holds; `None` when rows can't tell.
fn compared(op: BinaryOp, a: &Number, b: &Number) -> Result<Option<Cover>, Unsupported> {
    let Some(constant) = b.known() else { return Ok(None) };
    let always = |value: bool| Ok(Some(if value { vec![Cube::default()] } else { Vec::new() }));
    if let Some(value) = a.known() {
        return always(holds(op, &value, &constant)?);
    }
    if !a.is_unsigned() {
        return Ok(None);
    }
    if constant.sign() == Sign::Minus {
        return always(matches!(op, BinaryOp::Ne | BinaryOp::Gt | BinaryOp::Ge));
    }
    let mut word = a.bits.clone();
    word.resize(word.len().max(constant.bits() as usize), Form::constant(false));
    let bound = |i: usize| constant.bit(i as u64);
    Ok(match op {
        BinaryOp::Eq => cube::equal(&word, bound),
        BinaryOp::Ne => cube::unequal(&word, bound),
        BinaryOp::Lt => cube::less(&word, bound),
        BinaryOp::Gt => cube::greater(&word, bound),
        BinaryOp::Le => joined(cube::less(&word, bound), cube::equal(&word, bound)),
        BinaryOp::Ge => joined(cube::greater(&word, bound), cube::equal(&word, bound)),
        _ => None,
    })
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

fn holds(op: BinaryOp, a: &num_bigint::BigInt, b: &num_bigint::BigInt) -> Result<bool, Unsupported> {
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
