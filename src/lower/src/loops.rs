//! Loops, as circles of the graph.

use hyper4_ir::{BinaryOp as Op, Expr};
use hyper4_p4::Span;
use hyper4_p4::typed::{Collection, Expression, ExpressionKind, ForInLoop, ForLoop};

use crate::expression::wrap;
use crate::fold::{binary, constant};
use crate::graph::{BlockId, End};
use crate::scope::Binding;
use crate::statement::Loop;
use crate::storage::Storage;
use crate::{Lowered, Lowerer};

impl Lowerer<'_> {
    pub(crate) fn for_loop(&mut self, of: &ForLoop) -> Lowered<()> {
        self.statements(&of.init)?;
        let (head, body) = (self.graph.block(), self.graph.block());
        let (update, after) = (self.graph.block(), self.graph.block());
        self.graph.proceed(head);
        let condition = self.truth(&of.condition)?;
        self.graph.end(match condition {
            Expr::Bool(true) => End::Goto(body),
            Expr::Bool(false) => End::Goto(after),
            condition => End::Branch { condition, span: of.condition.span, then: body, otherwise: after },
        });
        self.graph.start(body);
        self.loops.push(Loop { after, next: update });
        let done = self.statements(&of.body);
        self.loops.pop();
        self.graph.proceed(update);
        let updated = self.statements(&of.update);
        self.graph.end(End::Goto(head));
        self.graph.start(after);
        done.and(updated)
    }

    pub(crate) fn for_in_loop(&mut self, of: &ForInLoop, span: Span) -> Lowered<()> {
        let known = match self.bindings.get(&of.variable.id) {
            Some(Binding::Storage(storage)) if !of.declares => Some(storage.clone()),
            _ => None,
        };
        let variable = match known {
            Some(storage) => storage,
            None => self.declare(&of.variable)?,
        };
        match &of.collection {
            Collection::Range(low, high) => self.for_in_range(of, &variable, low, high, span),
            Collection::Elements(list) => self.for_in_elements(of, &variable, list, span),
        }
    }

    fn for_in_range(
        &mut self,
        of: &ForInLoop,
        variable: &Storage,
        low: &Expression,
        high: &Expression,
        span: Span,
    ) -> Lowered<()> {
        let ty = &of.variable.ty;
        let (low, high) = self.operands(low, high)?;
        let high = self.snapshot(high, ty, span)?;
        self.write(variable, low, span)?;
        let (head, body) = (self.graph.block(), self.graph.block());
        let (next, step, after) = (self.graph.block(), self.graph.block(), self.graph.block());
        let current = self.read(variable, span)?;
        let condition = binary(Op::Le, current.clone(), high.clone());
        self.graph.end(End::Branch { condition, span, then: head, otherwise: after });
        self.graph.start(head);
        self.graph.proceed(body);
        self.loops.push(Loop { after, next });
        let done = self.statements(&of.body);
        self.loops.pop();
        self.graph.proceed(next);
        // The last value may be the type's greatest, so it isn't counted beyond.
        let condition = binary(Op::Lt, current.clone(), high);
        self.graph.end(End::Branch { condition, span, then: step, otherwise: after });
        self.graph.start(step);
        self.write(variable, wrap(binary(Op::Add, current, constant(1)), ty), span)?;
        self.graph.end(End::Goto(body));
        self.graph.start(after);
        done
    }

    fn for_in_elements(
        &mut self,
        of: &ForInLoop,
        variable: &Storage,
        list: &Expression,
        span: Span,
    ) -> Lowered<()> {
        let after = self.graph.block();
        let known = self.known(list);
        let list = known.as_ref().unwrap_or(list);
        let values: Vec<Element> = match &list.kind {
            ExpressionKind::List(values) => values.iter().cloned().map(Element::Value).collect(),
            _ => match self.place(list)? {
                Storage::Stack(stack) => stack.elements.iter().cloned().map(Element::Stored).collect(),
                _ => return self.refused(list.span, "a loop over this is not supported"),
            },
        };
        let mut sound = Some(());
        for value in &values {
            match value {
                Element::Value(value) => self.store(variable, &of.variable.ty, value, span)?,
                Element::Stored(storage) => self.copy(variable, storage, span)?,
            }
            let next = self.graph.block();
            self.loops.push(Loop { after, next });
            let done = self.statements(&of.body);
            self.loops.pop();
            sound = sound.and(done);
            self.graph.proceed(next);
        }
        self.graph.proceed(after);
        sound
    }

    pub(crate) fn leave_loop(&mut self, to: impl Fn(&Loop) -> BlockId, span: Span) -> Lowered<()> {
        // A function's loops are its own.
        let around = self.frames.last().map_or(0, |frame| frame.loops);
        let target = self.loops.get(around..).and_then(<[Loop]>::last).map(to);
        match target {
            Some(target) => {
                self.graph.end(End::Goto(target));
                Some(())
            }
            None => self.refused(span, "there is no loop around this"),
        }
    }
}

/// What a round of a loop is about.
enum Element {
    Value(Expression),
    Stored(Storage),
}
