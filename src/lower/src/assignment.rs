//! Assignments of every type.

use std::sync::Arc;

use hyper4_ir::{BinaryOp as Op, Expr, PrimitiveKind, StackRef};
use hyper4_p4::Span;
use hyper4_p4::typed::{BinaryOp, Callee, Expression, ExpressionKind, Table, Type};

use crate::expression::{arithmetic, has_effects};
use crate::fold::{binary, constant, mask};
use crate::graph::{End, Targets};
use crate::place::{Target, is_part};
use crate::storage::{Storage, header_parts, is_aggregate, parts};
use crate::{Lowered, Lowerer};

/// Whether a value is made of a part of a variable.
fn mentions(value: &Expression, variable: u32) -> bool {
    match &value.kind {
        ExpressionKind::Bool(_)
        | ExpressionKind::Integer(_)
        | ExpressionKind::Error(_)
        | ExpressionKind::EnumMember(_)
        | ExpressionKind::InvalidHeader => false,
        ExpressionKind::List(values) => values.iter().any(|value| mentions(value, variable)),
        ExpressionKind::Cast(inner) | ExpressionKind::Unary(_, inner) => mentions(inner, variable),
        ExpressionKind::Binary(_, left, right) => mentions(left, variable) || mentions(right, variable),
        _ => value.root().is_none_or(|root| root.id == variable),
    }
}

impl Lowerer<'_> {
    /// `target = value;`
    pub(crate) fn assign(&mut self, target: &Expression, value: &Expression, span: Span) -> Lowered<()> {
        match self.target(target)? {
            Target::Whole(storage) if is_aggregate(&target.ty) => {
                // A list that is made of what is written is read as a whole first.
                let itself = matches!(value.kind, ExpressionKind::List(_))
                    && target.root().is_none_or(|root| mentions(value, root.id));
                if itself {
                    let typed = Expression { ty: target.ty.clone(), ..value.clone() };
                    let copy = self.stored(&typed)?;
                    return self.copy(&storage, &copy, span);
                }
                self.store(&storage, &target.ty, value, span)
            }
            Target::Whole(storage) => self.store(&storage, &target.ty, value, span),
            target => {
                let value = self.number(value)?;
                self.write_target(&target, value, span)
            }
        }
    }

    /// `target op= value;`, the target's indexes evaluated once.
    pub(crate) fn assign_operation(
        &mut self,
        target: &Expression,
        operator: BinaryOp,
        value: &Expression,
        span: Span,
    ) -> Lowered<()> {
        let place = self.target(target)?;
        let right = self.number(value)?;
        let left = match &place {
            Target::Whole(storage) => self.read(storage, span)?,
            Target::Bits { of, width, low, .. } => {
                let whole = self.read(of, span)?;
                binary(Op::BitAnd, binary(Op::Shr, whole, low.clone()), mask(*width))
            }
        };
        match arithmetic(operator, (left, right), (&target.ty, &value.ty, &target.ty)) {
            Some(value) => self.write_target(&place, value, span),
            None => self.refused(span, "this operation is not supported in an assignment"),
        }
    }

    /// Stores a value at a place.
    pub(crate) fn store(
        &mut self,
        storage: &Storage,
        ty: &Type,
        value: &Expression,
        span: Span,
    ) -> Lowered<()> {
        if let Some(known) = self.known(value) {
            return self.store(storage, ty, &known, span);
        }
        match &value.kind {
            ExpressionKind::TableHit(table) => return self.store_hit(table, true, storage, value.span),
            ExpressionKind::TableMiss(table) => return self.store_hit(table, false, storage, value.span),
            ExpressionKind::Call(call) if matches!(&call.callee, Callee::Method { method, .. } if &**method == "lookahead") =>
            {
                return self.look_ahead_at(storage, ty, span);
            }
            _ => {}
        }
        if matches!(ty.underlying(), Type::Varbit(_)) {
            let source = self.value(value)?;
            return self.copy(storage, &source, span);
        }
        if !is_aggregate(ty) {
            let value = self.number(value)?;
            return self.write_target(&Target::Whole(storage.clone()), value, span);
        }
        match &value.kind {
            ExpressionKind::InvalidHeader => self.invalidate(storage, span),
            ExpressionKind::List(values) => self.store_list(storage, ty, values, span),
            ExpressionKind::Cast(inner) => self.store(storage, ty, inner, span),
            ExpressionKind::Conditional(condition, then, otherwise) => self.branch(
                condition,
                |lowerer| lowerer.store(storage, ty, then, span),
                |lowerer| lowerer.store(storage, ty, otherwise, span),
            ),
            ExpressionKind::Call(call) => {
                let result = self.call_result(call, ty)?;
                self.copy(storage, &result, span)
            }
            _ if is_part(value) => {
                let source = self.place(value)?;
                self.copy(storage, &source, span)
            }
            _ => {
                let message = format!("an assignment of this value of type `{ty}` is not supported");
                self.refused(value.span, message)
            }
        }
    }

    /// A value for each part.
    fn store_list(&mut self, storage: &Storage, ty: &Type, values: &[Expression], span: Span) -> Lowered<()> {
        match storage {
            Storage::Struct(stored) => {
                let Some(parts) = parts(ty) else {
                    return self.refused(span, "this list is not supported here");
                };
                let stored = std::rc::Rc::clone(stored);
                for (((_, storage), (_, ty)), value) in stored.iter().zip(&parts).zip(values) {
                    self.store(storage, ty, value, span)?;
                }
                Some(())
            }
            Storage::Header(header) => {
                let Some(declared) = ty.underlying().structure().cloned() else {
                    return self.refused(span, "this list is not supported here");
                };
                // Making a header valid may change it, so that its fields have to be read before.
                let mut copies = Vec::new();
                for (value, field) in values.iter().zip(&declared.fields) {
                    let typed = Expression { ty: field.ty.clone(), ..value.clone() };
                    copies.push(self.stored(&typed)?);
                }
                self.perform(PrimitiveKind::SetValid(*header), span);
                for ((_, field), copy) in header_parts(*header, &declared).iter().zip(&copies) {
                    self.copy(field, copy, span)?;
                }
                Some(())
            }
            Storage::Stack(stack) => {
                let Type::Stack(element, _) = ty.underlying() else {
                    return self.refused(span, "this list is not supported here");
                };
                let stack = std::rc::Rc::clone(stack);
                for (storage, value) in stack.elements.iter().zip(values) {
                    self.store(storage, element, value, span)?;
                }
                Some(())
            }
            Storage::Choice(..) | Storage::Last(_) | Storage::Next(..) => {
                let copy = self.temporary(ty, "tmp", span)?;
                self.store_list(&copy, ty, values, span)?;
                self.copy(storage, &copy, span)
            }
            _ => self.refused(span, "this list is not supported here"),
        }
    }

    /// Makes the headers at a place invalid.
    pub(crate) fn invalidate(&mut self, storage: &Storage, span: Span) -> Lowered<()> {
        self.each(storage, span, &mut |lowerer, storage| {
            match storage {
                Storage::Header(header) => lowerer.perform(PrimitiveKind::SetInvalid(*header), span),
                Storage::Union(_, members) => {
                    for (_, header) in members.iter() {
                        lowerer.perform(PrimitiveKind::SetInvalid(*header), span);
                    }
                }
                Storage::Stack(stack) => {
                    for element in &stack.elements {
                        lowerer.invalidate(element, span)?;
                    }
                }
                Storage::Struct(parts) => {
                    for (_, part) in parts.iter() {
                        lowerer.invalidate(part, span)?;
                    }
                }
                _ => {}
            }
            Some(())
        })
    }

    /// Copies one place to another of the same type.
    pub(crate) fn copy(&mut self, target: &Storage, source: &Storage, span: Span) -> Lowered<()> {
        let one_of = |storage: &Storage| {
            matches!(
                storage,
                Storage::Choice(..) | Storage::Last(_) | Storage::LastMember(..) | Storage::Next(..)
            )
        };
        match (target, source) {
            (Storage::Struct(targets), Storage::Struct(sources)) => {
                for ((_, target), (_, source)) in targets.iter().zip(sources.iter()) {
                    self.copy(target, source, span)?;
                }
                Some(())
            }
            (Storage::Field(destination), Storage::Field(source)) if self.is_varbit(*destination) => {
                let (destination, source) = (*destination, *source);
                self.perform(PrimitiveKind::AssignVarbit { destination, source }, span);
                Some(())
            }
            (Storage::Header(destination), Storage::Header(source)) => {
                if destination != source {
                    let (destination, source) = (*destination, *source);
                    self.perform(PrimitiveKind::AssignHeader { destination, source }, span);
                }
                Some(())
            }
            // Member by member, as p4c does: of `assign_union` simple_switch copies zeros where nothing computes with a
            // member's fields.
            (Storage::Union(_, targets), Storage::Union(_, sources)) => {
                for ((_, target), (_, source)) in targets.iter().zip(sources.iter()) {
                    self.copy(&Storage::Header(*target), &Storage::Header(*source), span)?;
                }
                Some(())
            }
            (Storage::Stack(target), Storage::Stack(source)) => {
                match (target.reference, source.reference) {
                    (Some(StackRef::Headers(destination)), Some(StackRef::Headers(source))) => {
                        self.perform(PrimitiveKind::AssignStack { destination, source }, span);
                    }
                    (Some(StackRef::Unions(destination)), Some(StackRef::Unions(source))) => {
                        self.perform(PrimitiveKind::AssignUnionStack { destination, source }, span);
                    }
                    _ => {
                        for (target, source) in target.elements.iter().zip(&source.elements) {
                            self.copy(target, source, span)?;
                        }
                    }
                }
                Some(())
            }
            // Where a run-time index says which header it is, or which aggregate.
            (target, source)
                if one_of(target) && !matches!(source, Storage::Field(_) | Storage::Parameter(_)) =>
            {
                let source = source.clone();
                if let Storage::Choice(_, options) = target
                    && matches!(options.first(), Some(Storage::Field(_)))
                {
                    let value = self.read(&source, span)?;
                    return self.write_target(&Target::Whole(target.clone()), value, span);
                }
                self.each(target, span, &mut |lowerer, target| lowerer.copy(target, &source, span))
            }
            (target, source)
                if one_of(source) && !matches!(target, Storage::Field(_) | Storage::LastField(..)) =>
            {
                let target = target.clone();
                self.each(source, span, &mut |lowerer, source| lowerer.copy(&target, source, span))
            }
            (target, source) => {
                let value = self.read(source, span)?;
                self.write_target(&Target::Whole(target.clone()), value, span)
            }
        }
    }

    /// Applies a table and stores whether an entry matched, or whether none did.
    fn store_hit(&mut self, table: &Arc<Table>, sense: bool, storage: &Storage, span: Span) -> Lowered<()> {
        let (hit, miss, after) = (self.graph.block(), self.graph.block(), self.graph.block());
        self.apply_table(table, span, Targets::HitMiss(hit, miss))?;
        for (block, value) in [(hit, sense), (miss, !sense)] {
            self.graph.start(block);
            self.write(storage, constant(u8::from(value)), span)?;
            self.graph.end(End::Goto(after));
        }
        self.graph.start(after);
        Some(())
    }

    /// A number that is read before what follows can change it.
    pub(crate) fn settled_number(&mut self, value: &Expression, then: &[&Expression]) -> Lowered<Expr> {
        let number = self.number(value)?;
        if then.iter().any(|later| has_effects(later)) {
            return self.snapshot(number, &value.ty, value.span);
        }
        Some(number)
    }
}
