//! Statements.

use std::sync::Arc;

use hyper4_ir::{BinaryOp as Op, Expr, PrimitiveKind};
use hyper4_p4::Span;
use hyper4_p4::typed::{
    Callee, Expression, ExpressionKind, Statement, StatementKind, SwitchCase, SwitchLabel, Table, Type,
    UnaryOp,
};

use crate::expression::has_effects;
use crate::fold::binary;
use crate::graph::{BlockId, End, Targets};
use crate::place::Target;
use crate::storage::Storage;
use crate::{Context, Lowered, Lowerer};

/// Code that is inlined: where `return` leads, where its value goes, and what is copied when it ends.
pub(crate) struct Frame {
    pub(crate) after: BlockId,
    pub(crate) result: Option<(Storage, Type)>,
    pub(crate) copies: Vec<(Target, Storage)>,
    /// Loops around it.
    pub(crate) loops: usize,
}

/// Where `break` and `continue` lead.
#[derive(Clone, Copy)]
pub(crate) struct Loop {
    pub(crate) after: BlockId,
    pub(crate) next: BlockId,
}

/// A table's hit as a condition, and whether it is turned round.
fn hit(condition: &Expression) -> Option<(&Arc<Table>, bool)> {
    match &condition.kind {
        ExpressionKind::TableHit(table) => Some((table, true)),
        ExpressionKind::TableMiss(table) => Some((table, false)),
        ExpressionKind::Unary(UnaryOp::Not, inner) => hit(inner).map(|(table, sense)| (table, !sense)),
        _ => None,
    }
}

impl Lowerer<'_> {
    pub(crate) fn statements(&mut self, statements: &[Statement]) -> Lowered<()> {
        // All refusals are wanted, not only the first.
        let mut sound = Some(());
        for statement in statements {
            if self.graph.is_live() && self.statement(statement).is_none() {
                sound = None;
            }
        }
        sound
    }

    fn statement(&mut self, statement: &Statement) -> Lowered<()> {
        let span = statement.span;
        match &statement.kind {
            StatementKind::Variable(variable, value) => {
                let storage = self.declare(variable)?;
                self.initialise(&storage, &variable.ty, value.as_ref(), span)
            }
            StatementKind::Assign(target, value) => self.assign(target, value, span),
            StatementKind::AssignOp(target, operator, value) => {
                self.assign_operation(target, *operator, value, span)
            }
            StatementKind::Call(call) => self.call(call),
            StatementKind::Block(inner) => self.statements(inner),
            StatementKind::If(condition, then, otherwise) => self.condition(condition, then, otherwise),
            StatementKind::Switch(value, cases) => self.switch(value, cases),
            StatementKind::Return(value) => self.give_back(value.as_ref(), span),
            StatementKind::Exit => self.exit(span),
            StatementKind::For(of) => self.for_loop(of),
            StatementKind::ForIn(of) => self.for_in_loop(of, span),
            StatementKind::Break => self.leave_loop(|of| of.after, span),
            StatementKind::Continue => self.leave_loop(|of| of.next, span),
        }
    }

    /// The initial value of a variable; headers without one are invalid.
    pub(crate) fn initialise(
        &mut self,
        storage: &Storage,
        ty: &Type,
        value: Option<&Expression>,
        span: Span,
    ) -> Lowered<()> {
        match value {
            Some(value) => self.store(storage, ty, value, span),
            None => self.invalidate(storage, span),
        }
    }

    fn condition(
        &mut self,
        condition: &Expression,
        then: &[Statement],
        otherwise: &[Statement],
    ) -> Lowered<()> {
        if let Some((table, sense)) = hit(condition) {
            let (first, second, after) = (self.graph.block(), self.graph.block(), self.graph.block());
            let targets = if sense { (first, second) } else { (second, first) };
            let applied = self.apply_table(table, condition.span, Targets::HitMiss(targets.0, targets.1));
            self.graph.start(first);
            let then = self.statements(then);
            self.graph.end(End::Goto(after));
            self.graph.start(second);
            let otherwise = self.statements(otherwise);
            self.graph.proceed(after);
            return applied.and(then).and(otherwise);
        }
        if let ExpressionKind::Unary(UnaryOp::Not, inner) = &condition.kind {
            return self.condition(inner, otherwise, then);
        }
        self.branch(condition, |lowerer| lowerer.statements(then), |lowerer| lowerer.statements(otherwise))
    }

    fn switch(&mut self, value: &Expression, cases: &[SwitchCase]) -> Lowered<()> {
        let ExpressionKind::TableActionRun(declared) = &value.kind else {
            return self.value_switch(value, cases);
        };
        let after = self.graph.block();
        let blocks: Vec<BlockId> = cases.iter().map(|_| self.graph.block()).collect();
        // An action that no label names takes `default`, and goes on where there is none.
        let mut default = after;
        let mut named = Vec::new();
        for (case, block) in cases.iter().zip(&blocks) {
            for label in &case.labels {
                match label {
                    SwitchLabel::Default => default = *block,
                    SwitchLabel::Action(action) => named.push((Arc::as_ptr(action), *block)),
                    SwitchLabel::Value(_) => {}
                }
            }
        }
        let target = |action: &Arc<hyper4_p4::typed::Action>| {
            let known = named.iter().find(|(known, _)| *known == Arc::as_ptr(action));
            known.map_or(default, |(_, block)| *block)
        };
        let nodes = self.table_actions(declared).iter().map(target).collect();
        let mut sound = self.apply_table(declared, value.span, Targets::ByAction(nodes, after));
        for (case, block) in cases.iter().zip(&blocks) {
            self.graph.start(*block);
            let done = self.statements(&case.body);
            sound = sound.and(done);
            self.graph.end(End::Goto(after));
        }
        self.graph.start(after);
        sound
    }

    /// A `switch` on a value as a chain of conditions.
    fn value_switch(&mut self, value: &Expression, cases: &[SwitchCase]) -> Lowered<()> {
        // The cases may change what the value is made of, so it is kept.
        let kept = self.temporary_field(&value.ty, "switch_key", value.span)?;
        self.store(&Storage::Field(kept), &value.ty, value, value.span)?;
        let after = self.graph.block();
        let mut sound = Some(());
        let mut default = None;
        for case in cases {
            let body = self.graph.block();
            let mut condition = Expr::Bool(false);
            for label in &case.labels {
                match label {
                    SwitchLabel::Default => default = Some((body, case)),
                    SwitchLabel::Action(_) => {}
                    SwitchLabel::Value(value) => {
                        let value = self.constant(value)?;
                        let value = self.number(&value)?;
                        condition = binary(Op::Or, condition, binary(Op::Eq, Expr::Field(kept), value));
                    }
                }
            }
            if condition == Expr::Bool(false) {
                continue;
            }
            let next = self.graph.block();
            self.graph.end(End::Branch { condition, span: case.span, then: body, otherwise: next });
            if case.labels.iter().all(|label| !matches!(label, SwitchLabel::Default)) {
                self.graph.start(body);
                let done = self.statements(&case.body);
                sound = sound.and(done);
                self.graph.end(End::Goto(after));
            }
            self.graph.start(next);
        }
        if let Some((body, case)) = default {
            self.graph.proceed(body);
            let done = self.statements(&case.body);
            sound = sound.and(done);
        }
        self.graph.proceed(after);
        sound
    }

    fn give_back(&mut self, value: Option<&Expression>, span: Span) -> Lowered<()> {
        let (after, result) = match self.frames.last() {
            Some(frame) => (frame.after, frame.result.clone()),
            None => return self.refused(span, "`return` can't stand here"),
        };
        if let (Some(value), Some((storage, ty))) = (value, result) {
            self.store(&storage, &ty, value, span)?;
        }
        self.graph.end(End::Goto(after));
        Some(())
    }

    /// What was called still copies its results out.
    fn exit(&mut self, span: Span) -> Lowered<()> {
        let copies: Vec<(Target, Storage)> =
            self.frames.iter().rev().flat_map(|frame| frame.copies.iter().cloned()).collect();
        for (target, storage) in copies {
            self.copy_out(&target, &storage, span)?;
        }
        match self.context {
            Context::Action(_) => self.perform(PrimitiveKind::Exit, span),
            Context::Pipeline(_) => {
                // Between nodes simple_switch ends the pipeline by itself.
                self.perform(PrimitiveKind::Exit, span);
                self.graph.seal();
                return Some(());
            }
            Context::Checksum(_) | Context::Deparser => {}
            Context::Parser => return self.refused(span, "`exit` can't stand in a parser"),
        }
        self.graph.end(End::Stop);
        Some(())
    }

    /// Stores a parameter's value in the argument.
    pub(crate) fn copy_out(&mut self, target: &Target, storage: &Storage, span: Span) -> Lowered<()> {
        match target {
            Target::Whole(place) => self.copy(place, storage, span),
            bits @ Target::Bits { .. } => {
                let value = self.read(storage, span)?;
                self.write_target(bits, value, span)
            }
        }
    }

    /// A call as a statement.
    fn call(&mut self, call: &hyper4_p4::typed::Call) -> Lowered<()> {
        let span = call.span;
        match &call.callee {
            Callee::Table(table) => {
                let next = self.graph.block();
                let applied = self.apply_table(table, span, Targets::Always(next));
                self.graph.start(next);
                applied
            }
            Callee::Action(action) => match self.context {
                // Arguments that do something are evaluated in the pipeline, where they may apply a table.
                Context::Pipeline(_)
                    if !call
                        .arguments
                        .iter()
                        .filter_map(|argument| argument.value.as_ref())
                        .any(has_effects) =>
                {
                    let table = self.action_table(action, call)?;
                    let next = self.graph.block();
                    self.graph.end(End::Table { table, span, targets: Targets::Always(next) });
                    self.graph.start(next);
                    Some(())
                }
                _ => self.inline_action(action, call),
            },
            Callee::Control(..) | Callee::Parser(..) | Callee::Constructed(..) => self.apply_object(call),
            Callee::Function(function) => self.inline_function(function, call).map(|_| ()),
            Callee::ExternFunction(signature) => self.extern_function(signature, call),
            Callee::Method { object, declared, method, .. } => self.method(object, declared, method, call),
            Callee::SetValid(header) => {
                let header = self.value(header)?;
                self.each(&header, span, &mut |lowerer, header| match header {
                    Storage::Header(header) => {
                        lowerer.perform(PrimitiveKind::SetValid(*header), span);
                        Some(())
                    }
                    _ => lowerer.refused(span, "only headers can be made valid"),
                })
            }
            Callee::SetInvalid(header) => {
                let header = self.value(header)?;
                self.invalidate(&header, span)
            }
            Callee::IsValid(_) => Some(()),
            Callee::PushFront(stack, count) => self.shift_stack(stack, *count, true, span),
            Callee::PopFront(stack, count) => self.shift_stack(stack, *count, false, span),
        }
    }

    fn shift_stack(&mut self, stack: &Expression, count: u32, push: bool, span: Span) -> Lowered<()> {
        let reference = match self.place(stack)? {
            Storage::Stack(stack) => stack.reference,
            _ => None,
        };
        let Some(stack) = reference else {
            return self.refused(span, "only stacks with a place of their own can be shifted");
        };
        self.perform(
            if push { PrimitiveKind::Push { stack, count } } else { PrimitiveKind::Pop { stack, count } },
            span,
        );
        Some(())
    }
}
