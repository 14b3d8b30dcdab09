//! Operators with two operands.

use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive};

use super::coerce::number;
use super::{Checker, constant, invalid};
use crate::ast;
use crate::diagnostic::Diagnostic;
use crate::parse::MAX_WIDTH;
use crate::source::Span;
use crate::typed::{BinaryOp, Expression, ExpressionKind, Type};

impl Checker<'_, '_> {
    pub(super) fn binary(
        &mut self,
        operator: BinaryOp,
        left: &ast::Expression,
        right: &ast::Expression,
        span: Span,
    ) -> Expression {
        let left = self.expression(left);
        let right = self.expression(right);
        self.combined(operator, left, right, span)
    }

    pub(super) fn combined(
        &mut self,
        operator: BinaryOp,
        left: Expression,
        right: Expression,
        span: Span,
    ) -> Expression {
        if left.ty.is_invalid() || right.ty.is_invalid() {
            return invalid(span);
        }
        if matches!(operator, BinaryOp::Div | BinaryOp::Mod)
            && [&left, &right].iter().any(|side| side.integer().is_some_and(Signed::is_negative))
        {
            self.error(span, format!("`{}` is not defined for negative numbers", operator.symbol()));
            return invalid(span);
        }
        let (left, right) = match operator {
            BinaryOp::ShiftLeft | BinaryOp::ShiftRight | BinaryOp::Concat => (number(left), number(right)),
            BinaryOp::Equal | BinaryOp::NotEqual if left.ty == right.ty => (left, right),
            _ => self.balance(number(left), number(right)),
        };
        if left.ty.is_invalid() || right.ty.is_invalid() {
            return invalid(span);
        }
        let Some(ty) = self.result(operator, &left, &right, span) else { return invalid(span) };
        let folded = constant::binary(operator, &left, &right, &ty);
        if folded.is_none()
            && matches!(ty, Type::Integer)
            && left.integer().is_some()
            && right.integer().is_some()
        {
            self.error(span, format!("the result of `{}` has too many bits", operator.symbol()));
            return invalid(span);
        }
        let kind =
            folded.unwrap_or_else(|| ExpressionKind::Binary(operator, Box::new(left), Box::new(right)));
        Expression { kind, ty, span }
    }

    /// Gives a literal the type of the other side, and a list that of a struct.
    pub(super) fn balance(&mut self, left: Expression, right: Expression) -> (Expression, Expression) {
        if left.ty == right.ty {
            return (left, right);
        }
        if takes(&left, &right) {
            let ty = left.ty.clone();
            let right = self.coerce(right, &ty);
            return (left, right);
        }
        if takes(&right, &left) {
            let ty = right.ty.clone();
            let left = self.coerce(left, &ty);
            return (left, right);
        }
        (left, right)
    }

    /// The type of `left op right`, or a report that there is none.
    fn result(
        &mut self,
        operator: BinaryOp,
        left: &Expression,
        right: &Expression,
        span: Span,
    ) -> Option<Type> {
        let same = left.ty == right.ty;
        let (l, r) = (&left.ty, &right.ty);
        let fits = match operator {
            BinaryOp::Mul | BinaryOp::Add | BinaryOp::Sub => same && is_number(l),
            BinaryOp::BitAnd | BinaryOp::BitXor | BinaryOp::BitOr => same && is_number(l),
            BinaryOp::AddSaturating | BinaryOp::SubSaturating => same && is_sized(l),
            BinaryOp::Div | BinaryOp::Mod => {
                if right.integer().is_some_and(|value| *value == BigInt::from(0)) {
                    self.error(span, "this divides by zero");
                    return None;
                }
                same && matches!(l, Type::Bit(_) | Type::Integer)
            }
            BinaryOp::ShiftLeft | BinaryOp::ShiftRight => return self.shift(operator, left, right, span),
            BinaryOp::Concat => match (l, r) {
                (Type::Str, Type::Str) => return Some(Type::Str),
                (Type::Bit(a) | Type::Int(a), Type::Bit(b) | Type::Int(b)) => {
                    let width = a.checked_add(*b).filter(|width| *width <= MAX_WIDTH);
                    let Some(width) = width else {
                        self.error(span, format!("the result of `++` is wider than {MAX_WIDTH} bits"));
                        return None;
                    };
                    return Some(if matches!(l, Type::Int(_)) { Type::Int(width) } else { Type::Bit(width) });
                }
                _ => false,
            },
            BinaryOp::LessEqual | BinaryOp::GreaterEqual | BinaryOp::Less | BinaryOp::Greater => {
                if same && is_number(l) {
                    return Some(Type::Bool);
                }
                false
            }
            BinaryOp::Equal | BinaryOp::NotEqual => {
                if same && comparable(l) {
                    return Some(Type::Bool);
                }
                false
            }
            BinaryOp::And | BinaryOp::Or => same && matches!(l, Type::Bool),
            BinaryOp::Mask | BinaryOp::Range => {
                self.error(span, "sets are allowed only in select cases, table entries and `for … in`");
                return None;
            }
        };
        if fits {
            return Some(left.ty.clone());
        }
        self.inapplicable(operator, left, right, span);
        None
    }

    fn shift(
        &mut self,
        operator: BinaryOp,
        left: &Expression,
        right: &Expression,
        span: Span,
    ) -> Option<Type> {
        if let Some(amount) = right.integer() {
            if amount.is_negative() {
                self.error(right.span, "a shift amount can't be negative");
                return None;
            }
            if matches!(left.ty, Type::Integer) && amount.to_u32().is_none_or(|amount| amount > MAX_WIDTH) {
                self.error(right.span, format!("the shift amount is too large: at most {MAX_WIDTH}"));
                return None;
            }
        }
        let known = right.integer().is_some();
        let amount = match right.ty {
            Type::Bit(_) => true,
            Type::Int(_) | Type::Integer => {
                known || constant::is_constant(right) && right.ty == Type::Integer
            }
            _ => false,
        };
        if !amount && matches!(right.ty, Type::Int(_)) {
            let diagnostic = Diagnostic::error(right.span, "a shift amount has to be unsigned");
            self.report(diagnostic.help("convert it: `(bit<…>)(…)`"));
            return None;
        }
        if amount && matches!(left.ty, Type::Integer) && !constant::is_constant(right) {
            let message = "what is shifted by a value that is known only at run time needs a width";
            self.report(Diagnostic::error(span, message).help("give the literal a width: `8w…`"));
            return None;
        }
        if amount && is_number(&left.ty) {
            return Some(left.ty.clone());
        }
        self.inapplicable(operator, left, right, span);
        None
    }

    fn inapplicable(&mut self, operator: BinaryOp, left: &Expression, right: &Expression, span: Span) {
        let symbol = operator.symbol();
        let message = format!("`{symbol}` can't be applied to `{}` and `{}`", left.ty, right.ty);
        let diagnostic = Diagnostic::error(span, message);
        let diagnostic = match (operator, &left.ty, &right.ty) {
            (BinaryOp::And | BinaryOp::Or, Type::Bit(_), _)
            | (BinaryOp::And | BinaryOp::Or, _, Type::Bit(_)) => {
                diagnostic.help("this operator is for `bool`: compare with `!= 0`")
            }
            (BinaryOp::Concat, Type::Integer, _) | (BinaryOp::Concat, _, Type::Integer) => {
                diagnostic.help("give the literal a width: `8w…`")
            }
            (_, Type::Parameter(name, _), _) | (_, _, Type::Parameter(name, _)) => diagnostic
                .help(format!("`{name}` may stand for any type: write this for the types that are used")),
            (BinaryOp::Add, Type::Str, Type::Str) => diagnostic.help("strings are joined by `++`"),
            (BinaryOp::AddSaturating | BinaryOp::SubSaturating, Type::Integer, Type::Integer) => {
                diagnostic.help("an `int` has no bounds to saturate at: give a literal a width")
            }
            (BinaryOp::Div | BinaryOp::Mod, Type::Int(_), Type::Int(_)) => {
                diagnostic.help("it is for unsigned values: convert to `bit<…>`")
            }
            (_, Type::NewType(new), _) | (_, _, Type::NewType(new)) => {
                diagnostic.help(format!("convert it to what it is made of: `({})(…)`", new.underlying))
            }
            (_, Type::Bit(a) | Type::Int(a), Type::Bit(b) | Type::Int(b)) if a != b => {
                diagnostic.help(format!("both sides need one type: `({})(…)`", left.ty))
            }
            (_, Type::Bit(_) | Type::Int(_), Type::Bit(_) | Type::Int(_)) => {
                diagnostic.help(format!("both sides need one sign: `({})(…)`", left.ty))
            }
            _ => diagnostic,
        };
        self.report(
            diagnostic
                .related(left.span, format!("`{}`", left.ty))
                .related(right.span, format!("`{}`", right.ty)),
        );
    }
}

fn is_number(ty: &Type) -> bool {
    matches!(ty, Type::Bit(_) | Type::Int(_) | Type::Integer)
}

fn is_sized(ty: &Type) -> bool {
    matches!(ty, Type::Bit(_) | Type::Int(_))
}

/// Whether one side can be converted to the type of the other.
fn takes(typed: &Expression, other: &Expression) -> bool {
    match (&typed.ty, &other.ty) {
        (Type::Bit(_) | Type::Int(_), Type::Integer) => true,
        (Type::Structure(_), _) if matches!(other.kind, ExpressionKind::InvalidHeader) => true,
        (Type::Structure(_) | Type::Stack(..), Type::Tuple(_) | Type::Record(_)) => {
            matches!(other.kind, ExpressionKind::List(_))
        }
        (Type::Tuple(_), Type::Tuple(_)) => matches!(other.kind, ExpressionKind::List(_)),
        (_, Type::Default) => true,
        _ => false,
    }
}

fn comparable(ty: &Type) -> bool {
    match ty {
        Type::Bool
        | Type::Bit(_)
        | Type::Int(_)
        | Type::Varbit(_)
        | Type::Integer
        | Type::Error
        | Type::Enum(_)
        | Type::NewType(_)
        | Type::MatchKind
        | Type::Str => true,
        Type::Stack(element, _) => comparable(element),
        Type::Structure(structure) => structure.fields.iter().all(|field| comparable(&field.ty)),
        Type::Tuple(types) => types.iter().all(comparable),
        _ => false,
    }
}
