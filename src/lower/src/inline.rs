//! Functions, actions and controls that are called: their code is put in the place of the call. Arguments are copied in
//! from left to right and out when it ends; where that makes no difference, the parameter is the argument itself.

use std::sync::Arc;

use hyper4_p4::Span;
use hyper4_p4::source::Text;
use hyper4_p4::typed::{
    Action, Argument, Call, Callee, Control, Direction, Expression, ExpressionKind, Function, Statement,
    StatementKind, Type, Variable,
};

use crate::expression::has_effects;
use crate::place::Target;
use crate::scope::{Binding, Object, ScopeId};
use crate::statement::Frame;
use crate::storage::Storage;
use crate::{Lowered, Lowerer};

/// What a parameter may be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Passing {
    /// A copy.
    Copied,
    /// The argument itself, where that makes no difference.
    Shared,
    /// A copy in a place that all applications of the instance share.
    Kept,
}

/// The variable and fields that an expression names, when they are known when compiled.
fn path(expression: &Expression) -> Option<(u32, Vec<Text>)> {
    match &expression.kind {
        ExpressionKind::Variable(variable) => Some((variable.id, Vec::new())),
        ExpressionKind::Member(base, name) => {
            let (root, mut fields) = path(base)?;
            fields.push(Text::clone(name));
            Some((root, fields))
        }
        ExpressionKind::Index(base, number) => {
            let (root, mut fields) = path(base)?;
            fields.push(Text::from(number.integer()?.to_string()));
            Some((root, fields))
        }
        _ => None,
    }
}

/// Whether two paths have something in common.
fn overlap(left: &(u32, Vec<Text>), right: &(u32, Vec<Text>)) -> bool {
    left.0 == right.0 && left.1.iter().zip(&right.1).all(|(left, right)| left == right)
}

fn is_written(argument: &Argument) -> bool {
    matches!(argument.direction, Direction::Out | Direction::InOut)
}

/// Whether an argument may be the parameter itself: no other one that is written is a part of it.
fn shareable(position: usize, arguments: &[Argument]) -> bool {
    let Some(argument) = arguments.get(position) else { return false };
    let Some(own) = argument.value.as_ref().and_then(path) else { return false };
    arguments.iter().enumerate().all(|(other, argument_of)| {
        let Some(value) = argument_of.value.as_ref().filter(|_| other != position) else { return true };
        if has_effects(value) {
            return false;
        }
        match path(value) {
            Some(path) => !overlap(&own, &path) || !(is_written(argument) || is_written(argument_of)),
            // A computed value is copied, but what has a run-time index or is bits may be any part.
            None => !is_written(argument_of),
        }
    })
}

/// How often an instance is applied.
fn applications(statements: &[Statement], object: &Callee) -> usize {
    let same = |callee: &Callee| match (callee, object) {
        (Callee::Control(_, left), Callee::Control(_, right)) => Arc::ptr_eq(left, right),
        (Callee::Constructed(left, _), Callee::Constructed(right, _)) => left.id == right.id,
        _ => false,
    };
    let count = |statement: &Statement| match &statement.kind {
        StatementKind::Call(call) => usize::from(same(&call.callee)),
        StatementKind::Block(inner) => applications(inner, object),
        StatementKind::If(_, then, otherwise) => applications(then, object) + applications(otherwise, object),
        StatementKind::Switch(_, cases) => cases.iter().map(|case| applications(&case.body, object)).sum(),
        StatementKind::For(of) => 2 * applications(&of.body, object),
        StatementKind::ForIn(of) => 2 * applications(&of.body, object),
        _ => 0,
    };
    statements.iter().map(count).sum()
}

impl Lowerer<'_> {
    /// The value of a call, in a place of its own.
    pub(crate) fn call_result(&mut self, call: &Call, ty: &Type) -> Lowered<Storage> {
        match &call.callee {
            Callee::Function(function) => match self.inline_function(function, call)? {
                Some(result) => Some(result),
                None => self.refused(call.span, format!("function `{}` gives no value", function.name)),
            },
            Callee::Method { method, declared, .. }
                if &*declared.name == "packet_in" && &**method == "lookahead" =>
            {
                let storage = self.temporary(ty, "tmp", call.span)?;
                self.look_ahead_at(&storage, ty, call.span)?;
                Some(storage)
            }
            Callee::Method { method, declared, .. } => {
                let message = format!("`{}.{method}` gives no value in simple_switch", declared.name);
                self.refused(call.span, message)
            }
            Callee::ExternFunction(signature) => {
                self.refused(call.span, format!("`{}` is unknown to simple_switch", signature.name))
            }
            _ => self.refused(call.span, "this call can't be part of an expression"),
        }
    }

    pub(crate) fn inline_function(
        &mut self,
        function: &Arc<Function>,
        call: &Call,
    ) -> Lowered<Option<Storage>> {
        let result = match &function.result {
            Type::Void => None,
            ty => Some(self.temporary(ty, "retval", call.span)?),
        };
        let given = result.clone().map(|storage| (storage, function.result.clone()));
        self.inlined(&function.parameters, &call.arguments, Passing::Shared, given, call.span, |lowerer| {
            lowerer.statements(&function.body)
        })?;
        Some(result)
    }

    pub(crate) fn inline_action(&mut self, action: &Arc<Action>, call: &Call) -> Lowered<()> {
        let passing = self.passing_of(action);
        self.inlined(&action.parameters, &call.arguments, passing, None, call.span, |lowerer| {
            lowerer.statements(&action.body)
        })
    }

    /// An action of a control sees the control's variables beside its parameters, another one doesn't.
    pub(crate) fn passing_of(&self, action: &Arc<Action>) -> Passing {
        let global = self.program.actions.iter().any(|known| Arc::ptr_eq(known, action));
        if global { Passing::Shared } else { Passing::Copied }
    }

    /// A control or parser that is applied.
    pub(crate) fn apply_object(&mut self, call: &Call) -> Lowered<()> {
        match self.applied_object(&call.callee, call.span)? {
            Object::Control(control, scope) => self.apply_control(&control, scope, call),
            Object::Parser(parser, scope) => {
                let before = self.enter(scope);
                let done = self.inlined(
                    &parser.parameters,
                    &call.arguments,
                    Passing::Shared,
                    None,
                    call.span,
                    |lowerer| lowerer.sub_parser(&parser, call.span),
                );
                self.enter(before);
                done
            }
            _ => self.refused(call.span, "this can't be applied"),
        }
    }

    fn apply_control(&mut self, control: &Arc<Control>, scope: ScopeId, call: &Call) -> Lowered<()> {
        let around = self.controls.last().map_or(0, |around| applications(&around.apply, &call.callee));
        let passing = if around <= 1 || control.tables.is_empty() { Passing::Shared } else { Passing::Kept };
        let before = self.scope;
        // The arguments are those of the control around it.
        let done =
            self.inlined_in(scope, &control.parameters, &call.arguments, passing, call.span, |lowerer| {
                lowerer.control_body(control)
            });
        self.enter(before);
        done
    }

    /// The variables and the apply block of a control.
    pub(crate) fn control_body(&mut self, control: &Arc<Control>) -> Lowered<()> {
        let first = self.enters_first();
        let mut sound = Some(());
        for local in &control.locals {
            if let StatementKind::Variable(variable, value) = &local.kind {
                let known = self.bindings.get(&variable.id).cloned();
                let storage = match known {
                    Some(Binding::Storage(storage)) if !first => Some(storage),
                    _ => self.declare(variable),
                };
                let done = storage.and_then(|storage| {
                    self.keep(variable.id, storage.clone());
                    self.initialise(&storage, &variable.ty, value.as_ref(), local.span)
                });
                sound = sound.and(done);
            }
        }
        self.controls.push(Arc::clone(control));
        let done = self.statements(&control.apply);
        self.controls.pop();
        sound.and(done)
    }

    fn inlined_in(
        &mut self,
        scope: ScopeId,
        parameters: &[Arc<Variable>],
        arguments: &[Argument],
        passing: Passing,
        span: Span,
        body: impl FnOnce(&mut Self) -> Lowered<()>,
    ) -> Lowered<()> {
        if passing == Passing::Kept {
            // Places of an earlier application are known in the scope.
            let before = self.enter(scope);
            self.scope = before;
        }
        self.inlined_with(Some(scope), parameters, arguments, passing, None, span, body)
    }

    pub(crate) fn inlined(
        &mut self,
        parameters: &[Arc<Variable>],
        arguments: &[Argument],
        passing: Passing,
        result: Option<(Storage, Type)>,
        span: Span,
        body: impl FnOnce(&mut Self) -> Lowered<()>,
    ) -> Lowered<()> {
        self.inlined_with(None, parameters, arguments, passing, result, span, body)
    }

    #[allow(clippy::too_many_arguments, reason = "what an inlined call is made of")]
    fn inlined_with(
        &mut self,
        scope: Option<ScopeId>,
        parameters: &[Arc<Variable>],
        arguments: &[Argument],
        passing: Passing,
        result: Option<(Storage, Type)>,
        span: Span,
        body: impl FnOnce(&mut Self) -> Lowered<()>,
    ) -> Lowered<()> {
        let mut copies = Vec::new();
        let mut bound = Vec::new();
        for (position, (parameter, argument)) in parameters.iter().zip(arguments).enumerate() {
            let share = passing == Passing::Shared && shareable(position, arguments);
            if let Some(binding) = self.passed(parameter, argument, share, passing, &mut copies)? {
                bound.push((parameter.id, binding));
            }
        }
        if let Some(scope) = scope {
            self.enter(scope);
        }
        for (id, binding) in bound {
            match binding {
                Binding::Storage(storage) if scope.is_some() => self.keep(id, storage),
                binding => {
                    self.bindings.insert(id, binding);
                }
            }
        }
        let after = self.graph.block();
        self.frames.push(Frame { after, result, copies, loops: self.loops.len() });
        let done = body(self);
        let frame = self.frames.pop();
        self.graph.proceed(after);
        for (target, storage) in frame.map(|frame| frame.copies).unwrap_or_default() {
            self.copy_out(&target, &storage, span)?;
        }
        done
    }

    /// What a parameter stands for, its argument copied in.
    fn passed(
        &mut self,
        parameter: &Arc<Variable>,
        argument: &Argument,
        share: bool,
        passing: Passing,
        copies: &mut Vec<(Target, Storage)>,
    ) -> Lowered<Option<Binding>> {
        if let Type::Extern(..) = &parameter.ty {
            return self.passed_object(argument);
        }
        let span = argument.value.as_ref().map_or(parameter.span, |value| value.span);
        let value = argument.value.as_ref();
        if share && let Some(value) = value {
            let storage = self.place(value)?;
            if !matches!(storage, Storage::Choice(..)) {
                if argument.direction == Direction::Out {
                    self.invalidate(&storage, span)?;
                }
                return Some(Some(Binding::Storage(storage)));
            }
        }
        let constant = value.and_then(|value| match &value.kind {
            ExpressionKind::Integer(_) | ExpressionKind::Bool(_) | ExpressionKind::EnumMember(_) => {
                Some(value.clone())
            }
            _ => self.known(value),
        });
        if let (Some(constant), false, true) = (constant, is_written(argument), passing != Passing::Kept) {
            return Some(Some(Binding::Value(constant)));
        }
        let kept = match self.bindings.get(&parameter.id) {
            Some(Binding::Storage(storage)) if passing == Passing::Kept => Some(storage.clone()),
            _ => None,
        };
        let storage = match kept {
            Some(storage) => storage,
            None => self.declare(parameter)?,
        };
        let Some(value) = value else {
            self.invalidate(&storage, span)?;
            return Some(Some(Binding::Storage(storage)));
        };
        match argument.direction {
            Direction::Out => {
                let target = self.target(value)?;
                self.invalidate(&storage, span)?;
                copies.push((target, storage.clone()));
            }
            Direction::InOut => {
                let target = self.target(value)?;
                match &target {
                    Target::Whole(place) => self.copy(&storage, place, span)?,
                    Target::Bits { .. } => self.store(&storage, &parameter.ty, value, span)?,
                }
                copies.push((target, storage.clone()));
            }
            Direction::In | Direction::None => self.store(&storage, &parameter.ty, value, span)?,
        }
        Some(Some(Binding::Storage(storage)))
    }

    /// Packets need no binding, other objects are what they were.
    fn passed_object(&mut self, argument: &Argument) -> Lowered<Option<Binding>> {
        let Some(value) = &argument.value else { return Some(None) };
        match &value.kind {
            ExpressionKind::Variable(variable) => Some(self.bindings.get(&variable.id).cloned()),
            ExpressionKind::Instance(instance) => {
                let object = hyper4_p4::typed::Object::Instance(Arc::clone(instance));
                Some(Some(Binding::Object(self.object_of(&object, value.span)?)))
            }
            _ => self.refused(value.span, "which object this is has to be known when compiled"),
        }
    }
}
