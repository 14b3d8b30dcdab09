//! The apply block of a control as steps, in the order of the program.

use hyper4_ir as ir;
use hyper4_p4::Span;
use hyper4_p4::typed::{
    Callee, Control, Expression, ExpressionKind, Statement, StatementKind, SwitchCase, SwitchLabel, UnaryOp,
};
use std::sync::Arc;

use crate::action::Flow;
use crate::predicate::Straight;
use crate::{Lowered, Lowerer};

/// A piece of a pipeline whose successors aren't known yet.
pub(crate) enum Step {
    /// A table, the same comes next whatever happens.
    Table(ir::TableId),
    /// A table, and what comes on a hit and on a miss.
    HitMiss(ir::TableId, Vec<Step>, Vec<Step>),
    /// A table, and what comes after each of its actions.
    Switch(ir::TableId, Vec<Vec<Step>>),
    /// A condition.
    If(ir::ConditionalId, Vec<Step>, Vec<Step>),
    /// The pipeline ends here.
    Return,
}

/// Steps, and straight-line code that is not one yet.
#[derive(Default)]
pub(crate) struct Block {
    pub(crate) steps: Vec<Step>,
    pub(crate) straight: Straight,
    /// Where the straight-line code starts.
    pub(crate) since: Option<Span>,
    /// Whether nothing behind it is reached.
    ended: bool,
}

/// A table's hit as a condition, and whether it is turned round.
fn hit(condition: &Expression) -> Option<(&Arc<hyper4_p4::typed::Table>, bool)> {
    match &condition.kind {
        ExpressionKind::TableHit(table) => Some((table, true)),
        ExpressionKind::TableMiss(table) => Some((table, false)),
        ExpressionKind::Unary(UnaryOp::Not, inner) => hit(inner).map(|(table, sense)| (table, !sense)),
        _ => None,
    }
}

impl Lowerer<'_> {
    pub(crate) fn control(&mut self, control: &Control) -> Lowered<Vec<Step>> {
        let mut block = Block::default();
        let locals = self.statements(&control.locals, &mut block);
        let applied = self.statements(&control.apply, &mut block);
        locals?;
        applied?;
        self.flush(&mut block);
        Some(block.steps)
    }

    fn block(&mut self, statements: &[Statement]) -> Lowered<Vec<Step>> {
        let mut block = Block::default();
        self.statements(statements, &mut block)?;
        self.flush(&mut block);
        Some(block.steps)
    }

    fn statements(&mut self, statements: &[Statement], block: &mut Block) -> Lowered<()> {
        // All refusals are wanted, not only the first.
        let mut sound = Some(());
        for statement in statements {
            if block.ended {
                break;
            }
            if self.statement(statement, block).is_none() {
                sound = None;
            }
        }
        sound
    }

    fn statement(&mut self, statement: &Statement, block: &mut Block) -> Lowered<()> {
        let span = statement.span;
        match &statement.kind {
            StatementKind::Block(inner) => self.statements(inner, block),
            StatementKind::If(condition, then, otherwise) => {
                self.condition(condition, then, otherwise, block)
            }
            StatementKind::Switch(value, cases) => self.switch(value, cases, block),
            StatementKind::Return(_) => {
                self.flush(block);
                block.steps.push(Step::Return);
                block.ended = true;
                Some(())
            }
            StatementKind::Call(call) => match &call.callee {
                Callee::Table(table) => {
                    let table = self.applied_table(table, span, block)?;
                    block.steps.push(Step::Table(table));
                    Some(())
                }
                Callee::Action(action) if action.parameters.is_empty() => {
                    self.flush(block);
                    let table = self.action_table(action, span)?;
                    block.steps.push(Step::Table(table));
                    Some(())
                }
                _ => self.straight_line(statement, block),
            },
            StatementKind::Variable(variable, Some(value)) if hit(value).is_some() => {
                self.declare(variable)?;
                let target = Expression {
                    kind: ExpressionKind::Variable(Arc::clone(variable)),
                    ty: variable.ty.clone(),
                    span: variable.span,
                };
                self.assigned_hit(&target, value, span, block)
            }
            StatementKind::Assign(target, value) if hit(value).is_some() => {
                self.assigned_hit(target, value, span, block)
            }
            StatementKind::AssignOp(..)
            | StatementKind::For(_)
            | StatementKind::ForIn(_)
            | StatementKind::Break
            | StatementKind::Continue
            | StatementKind::Variable(..)
            | StatementKind::Assign(..)
            | StatementKind::Exit => self.straight_line(statement, block),
        }
    }

    fn straight_line(&mut self, statement: &Statement, block: &mut Block) -> Lowered<()> {
        let before = block.straight.primitives.len();
        let flow = self.straight_statement(statement, &mut block.straight)?;
        block.ended = flow == Flow::Exit;
        if block.since.is_none() && block.straight.primitives.len() > before {
            block.since = Some(statement.span);
        }
        Some(())
    }

    /// `x = table.apply().hit;` as a branch on the hit.
    fn assigned_hit(
        &mut self,
        target: &Expression,
        value: &Expression,
        span: Span,
        block: &mut Block,
    ) -> Lowered<()> {
        let stored = |value: bool| Statement {
            kind: StatementKind::Assign(
                target.clone(),
                Expression { kind: ExpressionKind::Bool(value), ty: hyper4_p4::typed::Type::Bool, span },
            ),
            span,
        };
        self.condition(value, &[stored(true)], &[stored(false)], block)
    }

    fn condition(
        &mut self,
        condition: &Expression,
        then: &[Statement],
        otherwise: &[Statement],
        block: &mut Block,
    ) -> Lowered<()> {
        if let Some((table, sense)) = hit(condition) {
            let table = self.applied_table(table, condition.span, block);
            let (then, otherwise) = (self.block(then), self.block(otherwise));
            let (table, then, otherwise) = (table?, then?, otherwise?);
            let (hit, miss) = if sense { (then, otherwise) } else { (otherwise, then) };
            block.steps.push(Step::HitMiss(table, hit, miss));
            return Some(());
        }
        if let ExpressionKind::Unary(UnaryOp::Not, inner) = &condition.kind {
            return self.condition(inner, otherwise, then, block);
        }
        if let Some(known) = condition.boolean() {
            return self.statements(if known { then } else { otherwise }, block);
        }
        self.flush(block);
        let conditional = self.conditional(condition);
        let (then, otherwise) = (self.block(then), self.block(otherwise));
        let (conditional, then, otherwise) = (conditional?, then?, otherwise?);
        block.steps.push(Step::If(conditional, then, otherwise));
        Some(())
    }

    fn conditional(&mut self, condition: &Expression) -> Lowered<ir::ConditionalId> {
        let expression = self.truth(condition)?;
        Some(self.add_conditional(expression, condition.span))
    }

    fn add_conditional(&mut self, expression: ir::Expr, span: Span) -> ir::ConditionalId {
        let id = ir::ConditionalId(crate::index(&self.conditionals));
        let name = format!("node_{}", self.count_node());
        self.conditionals.push(Some(ir::TableConditional {
            name,
            pipeline: self.pipeline,
            expression,
            true_next: None,
            false_next: None,
            source_info: self.source_info(span),
        }));
        id
    }

    fn switch(&mut self, value: &Expression, cases: &[SwitchCase], block: &mut Block) -> Lowered<()> {
        let ExpressionKind::TableActionRun(declared) = &value.kind else {
            return self.value_switch(value, cases, block);
        };
        let table = self.applied_table(declared, value.span, block);
        let mut bodies: Vec<(Vec<*const hyper4_p4::typed::Action>, bool, &[Statement])> = Vec::new();
        for case in cases {
            let actions = case.labels.iter().filter_map(|label| match label {
                SwitchLabel::Action(action) => Some(Arc::as_ptr(action)),
                SwitchLabel::Default | SwitchLabel::Value(_) => None,
            });
            let default = case.labels.iter().any(|label| matches!(label, SwitchLabel::Default));
            bodies.push((actions.collect(), default, &case.body));
        }
        // An action that no label names takes `default`, and goes on where there is none. A case with several
        // labels is lowered for each of them, so tables applied there are refused as applied twice.
        let mut branches = Vec::new();
        for action in self.table_actions(declared) {
            let named = bodies.iter().find(|(actions, ..)| actions.contains(&Arc::as_ptr(&action)));
            let body = named.or_else(|| bodies.iter().find(|(_, default, _)| *default));
            branches.push(match body {
                Some((_, _, body)) => self.block(body),
                None => Some(Vec::new()),
            });
        }
        let branches = branches.into_iter().collect::<Option<Vec<_>>>();
        let (table, branches) = (table?, branches?);
        block.steps.push(Step::Switch(table, branches));
        Some(())
    }

    /// A `switch` on a value as a chain of conditions.
    fn value_switch(&mut self, value: &Expression, cases: &[SwitchCase], block: &mut Block) -> Lowered<()> {
        // The cases may change what the value is made of, so it is kept.
        let kept = self.temporary(&value.ty, "switch_key", value.span)?;
        self.store(&kept, &value.ty, value, value.span, &mut block.straight)?;
        block.since.get_or_insert(value.span);
        self.flush(block);
        let crate::storage::Storage::Field(kept) = kept else {
            return self.refused(value.span, "this can't be switched on");
        };
        let steps = self.switch_chain(kept, cases)?;
        block.steps.extend(steps);
        Some(())
    }

    fn switch_chain(&mut self, kept: ir::FieldRef, cases: &[SwitchCase]) -> Lowered<Vec<Step>> {
        let Some((case, rest)) = cases.split_first() else { return Some(Vec::new()) };
        let mut condition: Option<ir::Expr> = None;
        for label in &case.labels {
            let matches = match label {
                SwitchLabel::Default => return self.block(&case.body),
                SwitchLabel::Action(_) => continue,
                SwitchLabel::Value(value) => {
                    let value = self.number(value)?;
                    crate::expression::binary(ir::BinaryOp::Eq, ir::Expr::Field(kept), value)
                }
            };
            condition = Some(match condition {
                None => matches,
                Some(before) => crate::expression::binary(ir::BinaryOp::Or, before, matches),
            });
        }
        let Some(condition) = condition else { return self.switch_chain(kept, rest) };
        let conditional = self.add_conditional(condition, case.span);
        let body = self.block(&case.body)?;
        let rest = self.switch_chain(kept, rest)?;
        Some(vec![Step::If(conditional, body, rest)])
    }
}
