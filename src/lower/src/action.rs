//! Actions, and straight-line code anywhere.

use std::sync::Arc;

use hyper4_ir::{self as ir, PrimitiveKind};
use hyper4_p4::typed::{
    Action, Argument, Call, Callee, Direction, Expression, ExpressionKind, Signature, Statement,
    StatementKind, Type, VariableKind,
};
use hyper4_p4::{Diagnostic, Span};

use crate::assignment::Sink;
use crate::predicate::Straight;
use crate::storage::{Storage, scalar};
use crate::{Lowered, Lowerer, index};

/// Whether what follows is still reached.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    /// It is.
    On,
    /// The action ends here.
    Return,
    /// The pipeline ends here.
    Exit,
}

impl Lowerer<'_> {
    /// An action as one of the program, made when it is the first time that it is needed.
    pub(crate) fn action(&mut self, action: &Arc<Action>) -> Lowered<ir::ActionId> {
        if let Some(known) = self.lowered_actions.get(&Arc::as_ptr(action)) {
            return Some(*known);
        }
        let mut parameters = Vec::new();
        for parameter in &action.parameters {
            if parameter.kind != VariableKind::Parameter(Direction::None) {
                let message = format!(
                    "action `{}` is used in a table with parameter `{}`, which has a direction: not supported yet",
                    action.name, parameter.name
                );
                return self.refused(parameter.span, message);
            }
            let Some((width, _)) = scalar(&parameter.ty).filter(|_| !matches!(parameter.ty, Type::Bool))
            else {
                let message =
                    format!("a parameter of type `{}` can't come from the control plane", parameter.ty);
                return self.refused(parameter.span, message);
            };
            self.storage.insert(parameter.id, Storage::Parameter(parameters.len()));
            parameters.push(ir::ActionParameter { name: parameter.name.to_string(), width });
        }
        let mut out = Straight::default();
        self.straight(&action.body, &mut out)?;
        let id = self.add_action(action.control_plane_name.to_string(), parameters, out, action.span);
        self.lowered_actions.insert(Arc::as_ptr(action), id);
        Some(id)
    }

    pub(crate) fn add_action(
        &mut self,
        name: String,
        parameters: Vec<ir::ActionParameter>,
        body: Straight,
        span: Span,
    ) -> ir::ActionId {
        let id = ir::ActionId(index(&self.actions));
        let source_info = self.source_info(span);
        self.actions.push(ir::Action { name, parameters, primitives: body.primitives, source_info });
        id
    }

    pub(crate) fn straight(&mut self, statements: &[Statement], out: &mut Straight) -> Lowered<Flow> {
        for statement in statements {
            let flow = self.straight_statement(statement, out)?;
            if flow != Flow::On {
                return Some(flow);
            }
        }
        Some(Flow::On)
    }

    pub(crate) fn straight_statement(&mut self, statement: &Statement, out: &mut Straight) -> Lowered<Flow> {
        let span = statement.span;
        match &statement.kind {
            StatementKind::Variable(variable, value) => {
                let storage = self.declare(variable)?;
                if let (Storage::Header(header), None) = (&storage, value) {
                    out.perform(self, PrimitiveKind::SetInvalid(*header), span)?;
                }
                if let Some(value) = value {
                    self.store(&storage, &variable.ty, value, span, out)?;
                }
            }
            StatementKind::Assign(target, value) => self.assign(target, value, span, out)?,
            StatementKind::Call(call) => return self.straight_call(call, out),
            StatementKind::Block(inner) => return self.straight(inner, out),
            StatementKind::If(condition, then, otherwise) => {
                let branch = |statements| {
                    move |lowerer: &mut Self, out: &mut Straight| {
                        lowerer.straight(statements, out).map(|_| ())
                    }
                };
                let otherwise = (!otherwise.is_empty()).then(|| branch(otherwise));
                self.branches(condition, out, branch(then), otherwise)?;
            }
            StatementKind::Exit => {
                out.perform(self, PrimitiveKind::Exit, span)?;
                return Some(Flow::Exit);
            }
            StatementKind::Return(None) if !out.is_guarded() => return Some(Flow::Return),
            StatementKind::Return(_) => {
                return self
                    .refused(span, "`return` under a condition within an action is not supported yet");
            }
            StatementKind::AssignOp(..)
            | StatementKind::For(_)
            | StatementKind::ForIn(_)
            | StatementKind::Break
            | StatementKind::Continue => return self.refused(span, "loops are not supported yet"),
            StatementKind::Switch(..) => {
                return self.refused(span, "`switch` within an action is not supported yet");
            }
        }
        Some(Flow::On)
    }

    fn straight_call(&mut self, call: &Call, out: &mut Straight) -> Lowered<Flow> {
        match &call.callee {
            Callee::Action(action) => self.inlined(action, call, out),
            _ => self.performed_call(call, out).map(|()| Flow::On),
        }
    }

    fn performed_call(&mut self, call: &Call, out: &mut Straight) -> Lowered<()> {
        match &call.callee {
            Callee::ExternFunction(signature) => self.extern_function(signature, call, out),
            Callee::SetValid(header) => {
                let header = self.header_of(header)?;
                out.perform(self, PrimitiveKind::SetValid(header), call.span)
            }
            Callee::SetInvalid(header) => {
                let header = self.header_of(header)?;
                out.perform(self, PrimitiveKind::SetInvalid(header), call.span)
            }
            Callee::IsValid(_) => Some(()),
            Callee::Method { declared, method, .. } => {
                let message = format!("`{}.{method}` is not supported yet", declared.name);
                self.refused(call.span, message)
            }
            Callee::Function(function) => self
                .refused(call.span, format!("a call of function `{}` is not supported yet", function.name)),
            Callee::Control(control, _) => self.refused(
                call.span,
                format!("control `{}` applied within another one is not supported yet", control.name),
            ),
            Callee::Action(_) | Callee::Table(_) | Callee::Parser(..) | Callee::Constructed(..) => {
                self.refused(call.span, "this can't be applied here")
            }
            Callee::PushFront(..) | Callee::PopFront(..) => {
                self.refused(call.span, "header stacks are not supported yet")
            }
        }
    }

    /// An action called by a statement: its parameters become variables, copied in and out.
    fn inlined(&mut self, action: &Arc<Action>, call: &Call, out: &mut Straight) -> Lowered<Flow> {
        let mut written = Vec::new();
        for (parameter, argument) in action.parameters.iter().zip(&call.arguments) {
            let storage = self.declare(parameter)?;
            if let Some(value) = &argument.value {
                if argument.direction != Direction::Out {
                    self.store(&storage, &parameter.ty, value, call.span, out)?;
                }
                if matches!(argument.direction, Direction::Out | Direction::InOut) {
                    written.push((parameter, value));
                }
            }
        }
        let flow = self.straight(&action.body, out)?;
        for (parameter, target) in written {
            let value = Expression {
                kind: ExpressionKind::Variable(Arc::clone(parameter)),
                ty: parameter.ty.clone(),
                span: target.span,
            };
            self.assign(target, &value, call.span, out)?;
        }
        // `return` ends the called action only.
        Some(if flow == Flow::Exit { Flow::Exit } else { Flow::On })
    }

    fn extern_function(&mut self, signature: &Signature, call: &Call, out: &mut Straight) -> Lowered<()> {
        match (&*signature.name, call.arguments.as_slice()) {
            ("mark_to_drop", _) => out.perform(self, PrimitiveKind::MarkToDrop, call.span),
            ("hash", [result, algorithm, base, data, modulus]) => {
                self.hash([result, algorithm, base, data, modulus], call.span, out)
            }
            (name, _) => {
                let diagnostic = Diagnostic::error(call.span, format!("`{name}` is not supported yet"));
                self.diagnostics.push(diagnostic.label("this call"));
                None
            }
        }
    }

    fn hash(
        &mut self,
        [result, algorithm, base, data, modulus]: [&Argument; 5],
        span: Span,
        out: &mut Straight,
    ) -> Lowered<()> {
        let (Some(result), Some(algorithm), Some(base), Some(data), Some(modulus)) =
            (&result.value, &algorithm.value, &base.value, &data.value, &modulus.value)
        else {
            return self.refused(span, "`hash` needs all its arguments");
        };
        let algorithm = self.algorithm(algorithm)?;
        let inputs = self.copied_inputs(data, out)?;
        let calculation = self.calculation(algorithm, inputs);
        let (base, modulus) = (self.number(base)?, self.number(modulus)?);
        // A result that is no field is stored by way of one.
        let direct = self.field_of(result);
        let field = match direct {
            Some(field) => field,
            None => match self.temporary(&result.ty, "tmp", span)? {
                Storage::Field(field) => field,
                _ => return self.refused(span, "the result of `hash` has to be a number"),
            },
        };
        let kind = PrimitiveKind::Hash { place: Self::place(field), base, calculation, modulus };
        out.perform(self, kind, span)?;
        if direct.is_none()
            && let ExpressionKind::Slice(target, high, low) = &result.kind
        {
            return self.assign_bits(target, (*high, *low), ir::Expr::Field(field), span, out);
        }
        if direct.is_none() {
            return self.refused(result.span, "the result of `hash` can't be stored here");
        }
        Some(())
    }
}
