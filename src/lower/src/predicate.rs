//! Straight-line code with conditions folded in: simple_switch's actions have no branches in this IR, so a
//! statement under a condition stores either its value or what was there.

use hyper4_ir::{self as ir, BinaryOp as Op, Expr, Primitive, PrimitiveKind, StandardField, UnaryOp};
use hyper4_p4::Span;
use hyper4_p4::typed::Expression;

use crate::assignment::Sink;
use crate::expression::{binary, constant};
use crate::storage::Storage;
use crate::{Lowered, Lowerer};

/// simple_switch's drop port.
const DROP_PORT: u32 = 511;

/// Primitives, and the condition that the ones to come are under.
#[derive(Default)]
pub(crate) struct Straight {
    pub(crate) primitives: Vec<Primitive>,
    guard: Option<Expr>,
}

impl Straight {
    fn push(&mut self, lowerer: &Lowerer<'_>, kind: PrimitiveKind, span: Span) {
        let source_info = lowerer.source_info(span);
        self.primitives.push(Primitive { kind, source_info });
    }

    pub(crate) fn is_guarded(&self) -> bool {
        self.guard.is_some()
    }

    fn drop_under(&mut self, lowerer: &mut Lowerer<'_>, span: Span) -> Lowered<()> {
        for (field, value) in [(StandardField::EgressSpec, DROP_PORT), (StandardField::McastGrp, 0)] {
            if let Some(field) = lowerer.standard.get(&field).copied() {
                self.assign(lowerer, field, constant(value), span)?;
            }
        }
        Some(())
    }
}

impl Sink for Straight {
    fn assign(
        &mut self,
        lowerer: &mut Lowerer<'_>,
        field: ir::FieldRef,
        value: Expr,
        span: Span,
    ) -> Lowered<()> {
        let value = match &self.guard {
            None => value,
            Some(guard) => {
                let parts = (Box::new(guard.clone()), Box::new(value), Box::new(Expr::Field(field)));
                Expr::Ternary(parts.0, parts.1, parts.2)
            }
        };
        self.push(lowerer, PrimitiveKind::Assign { place: Lowerer::place(field), value }, span);
        Some(())
    }

    fn perform(&mut self, lowerer: &mut Lowerer<'_>, kind: PrimitiveKind, span: Span) -> Lowered<()> {
        match (&self.guard, kind) {
            (None, kind) => {
                self.push(lowerer, kind, span);
                Some(())
            }
            (Some(_), PrimitiveKind::MarkToDrop) => self.drop_under(lowerer, span),
            (Some(_), _) => {
                let help = "put the condition into the control's apply block";
                let message = "this can't be done under a condition within an action";
                lowerer.refused_with_help(span, message, help)
            }
        }
    }
}

impl Lowerer<'_> {
    /// Runs both branches of an `if` in an action, each under its condition.
    pub(crate) fn branches(
        &mut self,
        condition: &Expression,
        out: &mut Straight,
        then: impl FnOnce(&mut Self, &mut Straight) -> Lowered<()>,
        otherwise: Option<impl FnOnce(&mut Self, &mut Straight) -> Lowered<()>>,
    ) -> Lowered<()> {
        // The branches may change what the condition was made of, so it is kept.
        let value = self.number(condition)?;
        let Storage::Field(kept) = self.temporary(&condition.ty, "cond", condition.span)? else {
            return self.refused(condition.span, "this condition is not supported");
        };
        let outer = out.guard.take();
        out.assign(self, kept, value, condition.span)?;
        let holds = Expr::Unary(UnaryOp::DataToBool, Box::new(Expr::Field(kept)));
        let fails = Expr::Unary(UnaryOp::Not, Box::new(holds.clone()));
        let under = |condition: Expr| match &outer {
            None => condition,
            Some(outer) => binary(Op::And, outer.clone(), condition),
        };
        out.guard = Some(under(holds));
        then(self, out)?;
        if let Some(otherwise) = otherwise {
            out.guard = Some(under(fails));
            otherwise(self, out)?;
        }
        out.guard = outer;
        Some(())
    }
}
