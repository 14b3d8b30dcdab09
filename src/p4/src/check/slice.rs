//! Slices.

use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive};

use super::coerce::number;
use super::{Checker, constant, invalid};
use crate::ast;
use crate::diagnostic::Diagnostic;
use crate::parse::MAX_WIDTH;
use crate::source::Span;
use crate::typed::{Expression, ExpressionKind, Type};

impl Checker<'_, '_> {
    pub(super) fn slice(
        &mut self,
        base: &ast::Expression,
        high: &ast::Expression,
        low: &ast::Expression,
        span: Span,
    ) -> Expression {
        let base = self.sliced(base);
        let bounds = (self.constant_integer(high), self.constant_integer(low));
        let (Some(high), Some(low)) = bounds else { return invalid(span) };
        self.slice_of(base, high, low, span)
    }

    pub(super) fn plus_slice(
        &mut self,
        base: &ast::Expression,
        low: &ast::Expression,
        width: &ast::Expression,
        span: Span,
    ) -> Expression {
        let base = self.sliced(base);
        let low = number(self.expression(low));
        let width = self.constant_integer(width);
        let Some(width) = width else { return invalid(span) };
        if base.ty.is_invalid() || low.ty.is_invalid() {
            return invalid(span);
        }
        if !width.is_positive() {
            self.error(span, format!("a slice can't be {width} bits wide"));
            return invalid(span);
        }
        if let Some(low) = low.integer() {
            return self.slice_of(base, low + width - 1, low.clone(), span);
        }
        if !matches!(low.ty, Type::Bit(_) | Type::Int(_) | Type::Integer) {
            self.error(low.span, format!("the lowest bit of a slice is a number, not `{}`", low.ty));
            return invalid(span);
        }
        let Some(of) = self.sliceable(&base) else { return invalid(span) };
        let Some(width) = width.to_u32().filter(|width| *width <= MAX_WIDTH) else {
            self.error(span, format!("a slice of {width} bits is wider than {MAX_WIDTH} bits"));
            return invalid(span);
        };
        if width > of {
            self.error(span, format!("a slice of {width} bits is wider than the value of {of} bits"));
            return invalid(span);
        }
        let kind = ExpressionKind::PlusSlice(Box::new(base), Box::new(low), width);
        Expression { kind, ty: Type::Bit(width), span }
    }

    /// What bits are taken out of. One that is assigned to stays as it is.
    fn sliced(&mut self, base: &ast::Expression) -> Expression {
        number(self.expression(base))
    }

    fn sliceable(&mut self, base: &Expression) -> Option<u32> {
        match &base.ty {
            Type::Bit(width) | Type::Int(width) => Some(*width),
            Type::Invalid => None,
            other => {
                let message = format!("bits can be taken out of `bit<…>` and `int<…>`, not of `{other}`");
                let diagnostic = Diagnostic::error(base.span, message);
                self.report(match other {
                    Type::Integer => diagnostic.help("give the literal a width: `8w…`"),
                    Type::NewType(new) => diagnostic
                        .help(format!("convert it to what it is made of: `({})(…)`", new.underlying)),
                    _ => diagnostic,
                });
                None
            }
        }
    }

    fn slice_of(&mut self, base: Expression, high: BigInt, low: BigInt, span: Span) -> Expression {
        let Some(width) = self.sliceable(&base) else { return invalid(span) };
        let bounds = high.to_u32().zip(low.to_u32()).filter(|(high, low)| low <= high && *high < width);
        let Some((high, low)) = bounds else {
            let message = format!("bits {high} to {low} are not in a value of {width} bits");
            let diagnostic = Diagnostic::error(span, message);
            self.report(if low > high { diagnostic.help("the higher bit comes first") } else { diagnostic });
            return invalid(span);
        };
        let ty = Type::Bit(high.saturating_sub(low).saturating_add(1));
        let kind = match base.integer() {
            Some(value) => ExpressionKind::Integer(constant::wrap(value >> low, &ty)),
            None => ExpressionKind::Slice(Box::new(base), high, low),
        };
        Expression { kind, ty, span }
    }
}
