//! Expressions.

use hyper4_bits::Bits;
use hyper4_ir::{BinaryOp, Expr, FieldRef, StackRef, UnaryOp};
use num_bigint::BigInt;

use crate::integer::Integer;
use crate::path::Path;
use crate::term::{Cond, Node, Part, VariableKind, Word};

use super::state::State;
use super::{Executor, Stop, unsupported};

/// What an expression is evaluated on.
pub(super) struct Scope<'s> {
    pub(super) state: &'s State,
    pub(super) arguments: &'s [Word],
    pub(super) path: &'s Path,
}

impl<'s> Scope<'s> {
    pub(super) fn of(path: &'s Path, state: &'s State) -> Self {
        Self { state, arguments: &[], path }
    }
}

fn refused(reason: impl AsRef<str>) -> Stop {
    unsupported("an expression", None, reason.as_ref())
}

impl Executor<'_, '_> {
    /// A field as an expression sees it: of an invalid header it is undefined.
    pub(super) fn read(&mut self, state: &State, field: FieldRef) -> Word {
        let width = self.program().field(field).map_or(0, |field| field.width);
        let value = match state.field(field) {
            Some(value) if state.is_valid(field.header) => value.clone(),
            _ => self.undefined(&self.program().field_name(field), width),
        };
        self.note(&value);
        value
    }

    /// Remember the undefined values that a word is made of.
    pub(super) fn note(&mut self, word: &Word) {
        for part in word.parts() {
            if let Part::Slice(slice) = part
                && let Node::Variable(variable) = slice.term.node()
                && let VariableKind::Undefined(_, name) = &variable.kind
            {
                self.reads.insert(name.to_string());
            }
        }
    }

    /// Store a number in a field: masked to its width.
    pub(super) fn store_field(
        &mut self,
        state: &mut State,
        field: FieldRef,
        value: &Integer,
    ) -> Result<(), Stop> {
        let declared = self.program().field(field);
        let (width, signed) = declared.map_or((0, false), |field| (field.width, field.signed));
        let terms = &mut self.context.terms;
        state.set_field(field, value.wrapped(terms, width));
        if signed && !value.fits_signed(terms, width) {
            let signed_most = Integer::unsigned(Word::constant(Bits::max_signed(width)));
            let most = Integer::unsigned(Word::constant(Bits::ones(width)));
            let beyond = signed_most.less(terms, value).map_err(refused)?;
            let above = most.less(terms, value).map_err(refused)?;
            let unwrapped = terms.all([beyond, above.not()]);
            state.set_unwrapped(field, unwrapped);
        }
        Ok(())
    }

    /// A number.
    pub(super) fn number(&mut self, scope: &Scope<'_>, expression: &Expr) -> Result<Integer, Stop> {
        match expression {
            Expr::Const(value) => Ok(Integer::constant(value)),
            Expr::Field(field) => {
                let word = self.read(scope.state, *field);
                if !self.program().field(*field).is_some_and(|field| field.signed) {
                    return Ok(Integer::unsigned(word));
                }
                let number = Integer::signed(word.clone());
                match scope.state.unwrapped(*field) {
                    Some(when) if scope.state.is_valid(field.header) => {
                        let as_given = Integer::unsigned(word);
                        as_given.or_else(&mut self.context.terms, when, &number).map_err(refused)
                    }
                    _ => Ok(number),
                }
            }
            Expr::FieldOf(header, field) => {
                let found = self.find(scope, header)?;
                self.number_of(scope, &found, *field)
            }
            Expr::LastIndex(stack) => match used(scope.state, *stack).checked_sub(1) {
                Some(last) => Ok(Integer::constant(&BigInt::from(last))),
                None => Ok(Integer::unsigned(self.undefined("the last index of an empty header stack", 32))),
            },
            Expr::StackSize(stack) => Ok(Integer::constant(&BigInt::from(used(scope.state, *stack)))),
            Expr::ValidOf(_) | Expr::UnionValid(_) | Expr::Equal(..) => {
                Err(refused("a truth value stands where a number is wanted"))
            }
            Expr::Param(number) => match scope.arguments.get(*number) {
                Some(argument) => Ok(Integer::unsigned(argument.clone())),
                None => Err(refused(format!("there is no argument {number}"))),
            },
            Expr::Unary(UnaryOp::BoolToData, truth) => {
                let truth = self.truth(scope, truth)?;
                Ok(Integer::unsigned(self.context.terms.bit(&truth)))
            }
            Expr::Unary(UnaryOp::BitNot, number) => {
                let number = self.number(scope, number)?;
                number.bit_not(&mut self.context.terms).map_err(refused)
            }
            Expr::Unary(UnaryOp::Neg, number) => {
                let number = self.number(scope, number)?;
                number.negate(&mut self.context.terms).map_err(refused)
            }
            Expr::Binary(operator, left, right) => {
                let (left, right) = (self.number(scope, left)?, self.number(scope, right)?);
                self.binary(*operator, &left, &right)
            }
            Expr::Ternary(condition, then, otherwise) => {
                let condition = self.truth(scope, condition)?;
                // Only one of the two is evaluated: what the other one reads plays no part.
                match condition.as_bool() {
                    Some(true) => self.number(scope, then),
                    Some(false) => self.number(scope, otherwise),
                    None => {
                        let (then, otherwise) = (self.number(scope, then)?, self.number(scope, otherwise)?);
                        then.or_else(&mut self.context.terms, &condition, &otherwise).map_err(refused)
                    }
                }
            }
            Expr::Bool(_) | Expr::Valid(_) | Expr::Unary(UnaryOp::Not | UnaryOp::DataToBool, _) => {
                Err(refused("a truth value stands where a number is wanted"))
            }
        }
    }

    fn binary(&mut self, operator: BinaryOp, left: &Integer, right: &Integer) -> Result<Integer, Stop> {
        let terms = &mut self.context.terms;
        let width = |right: &Integer| {
            let width = right.as_const().and_then(|width| u32::try_from(&width).ok());
            width.filter(|width| *width > 0).ok_or_else(|| "a cast to a width that isn't constant".to_owned())
        };
        let result = match operator {
            BinaryOp::Add => left.add(terms, right),
            BinaryOp::Sub => left.subtract(terms, right),
            BinaryOp::Mul => left.multiply(terms, right),
            BinaryOp::Div => left.divide(terms, right).map(|(quotient, _)| quotient),
            BinaryOp::Mod => left.divide(terms, right).map(|(_, remainder)| remainder),
            BinaryOp::Shl => left.shift_left(terms, right),
            BinaryOp::Shr => left.shift_right(terms, right),
            BinaryOp::BitAnd => left.bit_and(terms, right),
            BinaryOp::BitOr => left.bit_or(terms, right),
            BinaryOp::BitXor => left.bit_xor(terms, right),
            BinaryOp::UnsignedSaturate => width(right).and_then(|width| left.saturated(terms, width)),
            BinaryOp::SignedSaturate => width(right).and_then(|width| left.saturated_signed(terms, width)),
            BinaryOp::TwosComplement => width(right).map(|width| Integer::signed(left.wrapped(terms, width))),
            BinaryOp::Eq
            | BinaryOp::Ne
            | BinaryOp::Lt
            | BinaryOp::Le
            | BinaryOp::Gt
            | BinaryOp::Ge
            | BinaryOp::And
            | BinaryOp::Or => Err("a truth value stands where a number is wanted".to_owned()),
        };
        result.map_err(refused)
    }

    /// A truth value.
    pub(super) fn truth(&mut self, scope: &Scope<'_>, expression: &Expr) -> Result<Cond, Stop> {
        match expression {
            Expr::Bool(value) => Ok(self.context.terms.bool(*value)),
            Expr::Valid(header) => Ok(self.context.terms.bool(scope.state.is_valid(*header))),
            Expr::Unary(UnaryOp::Not, truth) => Ok(self.truth(scope, truth)?.not()),
            Expr::Unary(UnaryOp::DataToBool, number) => {
                let number = self.number(scope, number)?;
                let zero = Integer::unsigned(Word::zero(1));
                Ok(number.equal(&mut self.context.terms, &zero).map_err(refused)?.not())
            }
            Expr::Binary(BinaryOp::And, left, right) => {
                let both = [self.truth(scope, left)?, self.truth(scope, right)?];
                Ok(self.context.terms.all(both))
            }
            Expr::Binary(BinaryOp::Or, left, right) => {
                let both = [self.truth(scope, left)?, self.truth(scope, right)?];
                Ok(self.context.terms.any(both))
            }
            Expr::Binary(operator, left, right) => self.comparison(scope, *operator, left, right),
            Expr::Ternary(condition, then, otherwise) => {
                let condition = self.truth(scope, condition)?;
                match condition.as_bool() {
                    Some(true) => self.truth(scope, then),
                    Some(false) => self.truth(scope, otherwise),
                    None => {
                        let (then, otherwise) = (self.truth(scope, then)?, self.truth(scope, otherwise)?);
                        let then = self.context.terms.all([condition.clone(), then]);
                        let otherwise = self.context.terms.all([condition.not(), otherwise]);
                        Ok(self.context.terms.any([then, otherwise]))
                    }
                }
            }
            Expr::ValidOf(header) => {
                let found = self.find(scope, header)?;
                Ok(self.valid_of(scope.state, &found))
            }
            Expr::UnionValid(union) => self.union_valid(scope, union),
            Expr::Equal(left, right) => self.aggregates_equal(scope, left, right),
            Expr::Const(_)
            | Expr::Field(_)
            | Expr::FieldOf(..)
            | Expr::LastIndex(_)
            | Expr::StackSize(_)
            | Expr::Param(_)
            | Expr::Unary(..) => Err(refused("a number stands where a truth value is wanted")),
        }
    }

    fn comparison(
        &mut self,
        scope: &Scope<'_>,
        operator: BinaryOp,
        left: &Expr,
        right: &Expr,
    ) -> Result<Cond, Stop> {
        if matches!(operator, BinaryOp::Eq | BinaryOp::Ne) && left.is_truth() {
            let (left, right) = (self.truth(scope, left)?, self.truth(scope, right)?);
            let same = self.context.terms.same(&left, &right);
            return Ok(if operator == BinaryOp::Eq { same } else { same.not() });
        }
        let (left, right) = (self.number(scope, left)?, self.number(scope, right)?);
        let terms = &mut self.context.terms;
        let result = match operator {
            BinaryOp::Eq => left.equal(terms, &right),
            BinaryOp::Ne => left.equal(terms, &right).map(|equal| equal.not()),
            BinaryOp::Lt => left.less(terms, &right),
            BinaryOp::Gt => right.less(terms, &left),
            BinaryOp::Le => right.less(terms, &left).map(|greater| greater.not()),
            BinaryOp::Ge => left.less(terms, &right).map(|less| less.not()),
            _ => Err("a number stands where a truth value is wanted".to_owned()),
        };
        result.map_err(refused)
    }
}

/// Elements of a stack that are in use.
fn used(state: &State, stack: StackRef) -> usize {
    let used = match stack {
        StackRef::Headers(stack) => state.used.get(stack.index()),
        StackRef::Unions(stack) => state.unions_used.get(stack.index()),
    };
    used.copied().unwrap_or(0)
}
