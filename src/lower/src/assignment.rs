//! Assignments of every type.

use hyper4_ir::{self as ir, BinaryOp as Op, Expr, Place, PrimitiveKind};
use hyper4_p4::Span;
use hyper4_p4::typed::{Expression, ExpressionKind, Type};
use num_bigint::BigInt;

use crate::expression::{binary, constant, mask};
use crate::storage::Storage;
use crate::{Lowered, Lowerer};

/// What straight-line code becomes: primitives of an action, or operations of a parser state.
pub(crate) trait Sink {
    /// A number is stored.
    fn assign(
        &mut self,
        lowerer: &mut Lowerer<'_>,
        field: ir::FieldRef,
        value: Expr,
        span: Span,
    ) -> Lowered<()>;
    /// Something else is done.
    fn perform(&mut self, lowerer: &mut Lowerer<'_>, kind: PrimitiveKind, span: Span) -> Lowered<()>;
}

impl Lowerer<'_> {
    /// `target = value;`
    pub(crate) fn assign(
        &mut self,
        target: &Expression,
        value: &Expression,
        span: Span,
        sink: &mut dyn Sink,
    ) -> Lowered<()> {
        if let ExpressionKind::Slice(base, high, low) = &target.kind {
            let value = self.number(value)?;
            return self.assign_bits(base, (*high, *low), value, span, sink);
        }
        let Some(storage) = self.place_of(target) else {
            return self.refused(target.span, "an assignment to this is not supported yet");
        };
        self.store(&storage, &target.ty, value, span, sink)
    }

    /// Stores a value at a place.
    pub(crate) fn store(
        &mut self,
        storage: &Storage,
        ty: &Type,
        value: &Expression,
        span: Span,
        sink: &mut dyn Sink,
    ) -> Lowered<()> {
        match storage {
            Storage::Field(field) => {
                let value = self.number(value)?;
                sink.assign(self, *field, value, span)
            }
            Storage::Header(header) => match &value.kind {
                ExpressionKind::InvalidHeader => sink.perform(self, PrimitiveKind::SetInvalid(*header), span),
                ExpressionKind::List(values) => {
                    let copies = self.copies(values, span, sink)?;
                    sink.perform(self, PrimitiveKind::SetValid(*header), span)?;
                    for (copy, field) in copies.into_iter().zip(0u32..) {
                        let field = ir::FieldRef { header: *header, field };
                        let Storage::Field(copy) = copy else {
                            return self.refused(span, "this header value is not supported");
                        };
                        sink.assign(self, field, Expr::Field(copy), span)?;
                    }
                    Some(())
                }
                _ => {
                    let source = self.header_of(value)?;
                    sink.perform(self, PrimitiveKind::AssignHeader { destination: *header, source }, span)
                }
            },
            Storage::Struct(parts) => {
                if let ExpressionKind::List(values) = &value.kind {
                    // All values are read before the first part is written.
                    let copies = self.copies(values, span, sink)?;
                    for ((_, part), copy) in parts.iter().zip(&copies) {
                        self.copy(part, copy, span, sink)?;
                    }
                    return Some(());
                }
                match self.place_of(value) {
                    Some(source) => self.copy(storage, &source, span, sink),
                    None => {
                        let message =
                            format!("an assignment of this value of type `{ty}` is not supported yet");
                        self.refused(value.span, message)
                    }
                }
            }
            Storage::Parameter(_) => self.refused(span, "a parameter of an action can't be changed"),
        }
    }

    fn copies(&mut self, values: &[Expression], span: Span, sink: &mut dyn Sink) -> Lowered<Vec<Storage>> {
        let mut copies = Vec::new();
        for value in values {
            let copy = self.temporary(&value.ty, "tmp", value.span)?;
            self.store(&copy, &value.ty, value, span, sink)?;
            copies.push(copy);
        }
        Some(copies)
    }

    /// Copies one place to another of the same type.
    pub(crate) fn copy(
        &mut self,
        target: &Storage,
        source: &Storage,
        span: Span,
        sink: &mut dyn Sink,
    ) -> Lowered<()> {
        match (target, source) {
            (Storage::Field(target), Storage::Field(source)) => {
                sink.assign(self, *target, Expr::Field(*source), span)
            }
            (Storage::Field(target), Storage::Parameter(number)) => {
                sink.assign(self, *target, Expr::Param(*number), span)
            }
            (Storage::Header(destination), Storage::Header(source)) => {
                let kind = PrimitiveKind::AssignHeader { destination: *destination, source: *source };
                sink.perform(self, kind, span)
            }
            (Storage::Struct(targets), Storage::Struct(sources)) => {
                for ((_, target), (_, source)) in targets.iter().zip(sources) {
                    self.copy(target, source, span, sink)?;
                }
                Some(())
            }
            _ => self.refused(span, "this copy is not supported"),
        }
    }

    /// `base[high:low] = value;` keeps the other bits.
    pub(crate) fn assign_bits(
        &mut self,
        base: &Expression,
        (high, low): (u32, u32),
        value: Expr,
        span: Span,
        sink: &mut dyn Sink,
    ) -> Lowered<()> {
        // Bits of bits: those of the whole.
        if let ExpressionKind::Slice(inner, _, offset) = &base.kind {
            return self.assign_bits(inner, (high + offset, low + offset), value, span, sink);
        }
        let (Some(field), Some(width)) = (self.field_of(base), base.ty.width()) else {
            return self.refused(base.span, "an assignment to bits of this is not supported yet");
        };
        let bits = ((BigInt::from(1) << (high - low + 1)) - 1) << low;
        let others = ((BigInt::from(1) << width) - 1) ^ &bits;
        let kept = binary(Op::BitAnd, Expr::Field(field), constant(others));
        let value = binary(Op::BitAnd, value, mask(high - low + 1));
        let shifted = if low == 0 { value } else { binary(Op::Shl, value, constant(low)) };
        let joined = binary(Op::BitOr, kept, binary(Op::BitAnd, shifted, constant(bits)));
        sink.assign(self, field, joined, span)
    }

    pub(crate) fn place(field: ir::FieldRef) -> Place {
        Place::Field(field)
    }
}
