//! Calls: finding what is called, matching arguments with parameters.

use std::sync::Arc;

use super::infer::unify;
use super::types::{Substitution, substitute};
use super::{Checker, Symbol};
use crate::ast::{self, ExpressionKind as Written};
use crate::diagnostic::{Diagnostic, count};
use crate::source::{Span, Text};
use crate::typed::{
    Action, Argument, Call, Callee, Direction, Expression, ExpressionKind, Instance, Parameter, Signature,
    Table, Type, Variable, VariableKind,
};

impl Checker<'_> {
    /// A call and the type of its result; nothing where an error was reported.
    pub(super) fn call(
        &mut self,
        callee: &ast::Expression,
        types: &[ast::Type],
        arguments: &[ast::Argument],
        span: Span,
    ) -> Option<(Call, Type)> {
        match &callee.kind {
            Written::Name(name) => self.call_name(name, false, types, arguments, span),
            Written::GlobalName(name) => self.call_name(name, true, types, arguments, span),
            Written::Member(base, name) => self.call_member(base, name, types, arguments, span),
            Written::Type(ty) => {
                let instance = self.construct(ty, arguments, "", &[], span)?;
                let message = format!("an object of type `{}` is made by a declaration", instance.ty);
                self.report(Diagnostic::error(span, message).help("write `Type(arguments) name;`"));
                None
            }
            _ => {
                self.error(callee.span, "this can't be called");
                None
            }
        }
    }

    fn call_name(
        &mut self,
        name: &ast::Name,
        global: bool,
        types: &[ast::Type],
        arguments: &[ast::Argument],
        span: Span,
    ) -> Option<(Call, Type)> {
        match self.resolve(name, global) {
            Symbol::Invalid => None,
            Symbol::Action(action) => {
                let signature = of_variables(&action.name, &action.parameters, Type::Void, action.span);
                let (arguments, _) = self.arguments(&signature, types, arguments, span)?;
                let call = Call { callee: Callee::Action(action), types: Vec::new(), arguments, span };
                Some((call, Type::Void))
            }
            Symbol::Function(function) => {
                let result = function.result.clone();
                let signature = of_variables(&function.name, &function.parameters, result, function.span);
                let (arguments, _) = self.arguments(&signature, types, arguments, span)?;
                let result = function.result.clone();
                let call = Call { callee: Callee::Function(function), types: Vec::new(), arguments, span };
                Some((call, result))
            }
            Symbol::ExternFunctions(overloads) => {
                let signature = self.choose(&overloads, arguments, span)?;
                let (arguments, substitution) = self.arguments(&signature, types, arguments, span)?;
                let result = self.inferred(&signature.result, &substitution, &signature.name, span)?;
                let types = bound(&signature, &substitution);
                Some((Call { callee: Callee::ExternFunction(signature), types, arguments, span }, result))
            }
            other => {
                self.error(name.span, format!("`{}` is {}, it can't be called", name.text, other.describe()));
                None
            }
        }
    }

    /// The overload that takes as many arguments.
    pub(super) fn choose(
        &mut self,
        overloads: &[Arc<Signature>],
        arguments: &[ast::Argument],
        span: Span,
    ) -> Option<Arc<Signature>> {
        let fits = |signature: &&Arc<Signature>| {
            let least = signature.parameters.iter().filter(|parameter| !parameter.optional).count();
            (least..=signature.parameters.len()).contains(&arguments.len())
                && arguments.iter().all(|argument| {
                    argument.name.as_ref().is_none_or(|name| {
                        signature.parameters.iter().any(|parameter| parameter.name == name.text)
                    })
                })
        };
        if let Some(found) = overloads.iter().find(fits).or(match overloads {
            // The only one gives the better message.
            [only] => Some(only),
            _ => None,
        }) {
            return Some(Arc::clone(found));
        }
        let name = overloads.first().map(|signature| Text::clone(&signature.name)).unwrap_or_default();
        let given = count(arguments.len(), "argument");
        self.error(span, format!("there is no `{name}` that takes {given} like this"));
        None
    }

    /// Arguments in the order of the parameters, converted to their types.
    pub(super) fn arguments(
        &mut self,
        signature: &Signature,
        types: &[ast::Type],
        arguments: &[ast::Argument],
        span: Span,
    ) -> Option<(Vec<Argument>, Substitution)> {
        let mut substitution = Substitution::new();
        if !types.is_empty() {
            if types.len() != signature.type_parameters.len() {
                let wanted = count(signature.type_parameters.len(), "type argument");
                let message = format!("`{}` takes {wanted}, not {}", signature.name, types.len());
                self.error(span, message);
                return None;
            }
            for ((_, number), ty) in signature.type_parameters.iter().zip(types) {
                if !matches!(ty.kind, ast::TypeKind::DontCare) {
                    let ty = self.ty(ty);
                    substitution.insert(*number, ty);
                }
            }
        }
        self.matched(signature, arguments, substitution, span)
    }

    pub(super) fn matched(
        &mut self,
        signature: &Signature,
        arguments: &[ast::Argument],
        mut substitution: Substitution,
        span: Span,
    ) -> Option<(Vec<Argument>, Substitution)> {
        let given = self.places(signature, arguments, span)?;
        let mut values = Vec::new();
        let mut sound = true;
        for (parameter, argument) in signature.parameters.iter().zip(given) {
            let value = match argument {
                None => None,
                Some(argument) if matches!(argument.value.kind, Written::DontCare) => {
                    if parameter.direction != Direction::Out {
                        self.error(argument.value.span, "`_` is for `out` parameters");
                        sound = false;
                    }
                    None
                }
                Some(argument) => {
                    let value = self.value(&argument.value);
                    sound &= !value.ty.is_invalid();
                    sound &= self.unified(parameter, &value, &mut substitution);
                    Some(value)
                }
            };
            values.push(value);
        }
        if !sound {
            return None;
        }
        let mut converted = Vec::new();
        for (parameter, value) in signature.parameters.iter().zip(values) {
            let value = match value {
                None => None,
                Some(value) => Some(self.passed(parameter, value, &substitution)?),
            };
            let name = Text::clone(&parameter.name);
            converted.push(Argument { name, direction: parameter.direction, value });
        }
        Some((converted, substitution))
    }

    /// An argument; unlike elsewhere, `Type(…)` makes an object.
    fn value(&mut self, expression: &ast::Expression) -> Expression {
        if let Written::Call { callee, arguments, .. } = &expression.kind
            && let Written::Type(ty) = &callee.kind
        {
            let span = expression.span;
            return match self.construct(ty, arguments, "", &[], span) {
                Some(instance) => {
                    let ty = instance.ty.clone();
                    Expression { kind: ExpressionKind::Instance(instance), ty, span }
                }
                None => super::invalid(span),
            };
        }
        self.expression(expression)
    }

    fn unified(
        &mut self,
        parameter: &Parameter,
        value: &Expression,
        substitution: &mut Substitution,
    ) -> bool {
        if matches!(value.kind, ExpressionKind::InvalidHeader)
            || unify(&parameter.ty, &value.ty, substitution)
        {
            return true;
        }
        let wanted = substitute(&parameter.ty, substitution);
        let message = format!("parameter `{}` is of type `{wanted}`, not `{}`", parameter.name, value.ty);
        let mut diagnostic = Diagnostic::error(value.span, message).label(format!("this is `{}`", value.ty));
        if let (Type::Signature(signature, arguments), Type::Control(_) | Type::Parser(_)) =
            (&wanted, &value.ty)
        {
            diagnostic = diagnostic.help(super::declaration::expected_parameters(signature, arguments));
        }
        self.report(diagnostic);
        false
    }

    /// An argument as one of the parameter's type, checked for its direction.
    fn passed(
        &mut self,
        parameter: &Parameter,
        value: Expression,
        substitution: &Substitution,
    ) -> Option<Expression> {
        let ty = substitute(&parameter.ty, substitution);
        if matches!(ty, Type::Parameter(..) | Type::Signature(..)) {
            return Some(value);
        }
        if matches!(parameter.direction, Direction::Out | Direction::InOut) {
            if value.ty != ty {
                self.coerce(value, &ty);
                return None;
            }
            self.check_writable(&value, &format!("`{}` is written to", parameter.name));
            return Some(value);
        }
        let value = self.coerce(value, &ty);
        (!value.ty.is_invalid()).then_some(value)
    }

    /// Which argument is for which parameter.
    fn places<'b>(
        &mut self,
        signature: &Signature,
        arguments: &'b [ast::Argument],
        span: Span,
    ) -> Option<Vec<Option<&'b ast::Argument>>> {
        let named = arguments.iter().filter(|argument| argument.name.is_some()).count();
        if named != 0 && named != arguments.len() {
            self.error(span, "either all arguments have names or none");
            return None;
        }
        if named == 0 {
            let least = signature.parameters.iter().filter(|parameter| !parameter.optional).count();
            let most = signature.parameters.len();
            if !(least..=most).contains(&arguments.len()) {
                let wanted = count(most, "argument");
                let message = format!("`{}` takes {wanted}, not {}", signature.name, arguments.len());
                self.report(Diagnostic::error(span, message).related(signature.span, "declared here"));
                return None;
            }
            let missing = std::iter::repeat_n(None, most.saturating_sub(arguments.len()));
            return Some(arguments.iter().map(Some).chain(missing).collect());
        }
        for argument in arguments {
            let Some(name) = &argument.name else { continue };
            if !signature.parameters.iter().any(|parameter| parameter.name == name.text) {
                let message = format!("`{}` has no parameter `{}`", signature.name, name.text);
                let known = signature.parameters.iter().map(|parameter| &*parameter.name);
                self.report(Diagnostic::error(name.span, message).suggest(&name.text, known));
                return None;
            }
        }
        let mut given = Vec::new();
        for parameter in &signature.parameters {
            let is_its = |argument: &&ast::Argument| {
                argument.name.as_ref().is_some_and(|name| name.text == parameter.name)
            };
            let mut found = arguments.iter().filter(is_its);
            let first = found.next();
            if found.next().is_some() || (first.is_none() && !parameter.optional) {
                let fault = if first.is_some() { "given twice" } else { "missing" };
                self.error(span, format!("argument `{}` of `{}` is {fault}", parameter.name, signature.name));
                return None;
            }
            given.push(first);
        }
        Some(given)
    }

    /// The table of `table.apply`.
    pub(super) fn applied_table(&self, callee: &ast::Expression) -> Option<Arc<Table>> {
        let Written::Member(base, method) = &callee.kind else { return None };
        let symbol = match &base.kind {
            Written::Name(name) => self.find(&name.text),
            Written::GlobalName(name) => self.find_global(&name.text),
            _ => None,
        };
        match symbol {
            Some(Symbol::Table(table)) if &*method.text == "apply" => Some(Arc::clone(table)),
            _ => None,
        }
    }

    /// A result type whose type parameters have to be known.
    pub(super) fn inferred(
        &mut self,
        ty: &Type,
        substitution: &Substitution,
        name: &str,
        span: Span,
    ) -> Option<Type> {
        let result = substitute(ty, substitution);
        if let Type::Parameter(parameter, _) = &result {
            let message = format!("type parameter `{parameter}` of `{name}` can't be inferred");
            self.report(Diagnostic::error(span, message).help(format!("write it: `{name}<…>(…)`")));
            return None;
        }
        Some(result)
    }

    /// An object made by `Type(arguments)`.
    pub(super) fn construct(
        &mut self,
        ty: &ast::Type,
        arguments: &[ast::Argument],
        name: &str,
        annotations: &[ast::Annotation],
        span: Span,
    ) -> Option<Arc<Instance>> {
        let resolved = self.ty(ty);
        let (ty, arguments) = self.constructed(resolved, arguments, span)?;
        let name: Text = name.into();
        Some(Arc::new(Instance {
            control_plane_name: self.control_plane_name(&name, annotations),
            name,
            ty,
            arguments,
            methods: Vec::new(),
            annotations: annotations.to_vec(),
            span,
        }))
    }
}

/// The signature of an action or function of the program.
pub(super) fn of_variables(name: &Text, parameters: &[Arc<Variable>], result: Type, span: Span) -> Signature {
    let parameters = parameters.iter().map(|variable| Parameter {
        name: Text::clone(&variable.name),
        direction: match variable.kind {
            VariableKind::Parameter(direction) => direction,
            VariableKind::Local | VariableKind::ConstructorParameter => Direction::None,
        },
        ty: variable.ty.clone(),
        optional: false,
        default: None,
    });
    Signature {
        name: Text::clone(name),
        kind: crate::typed::SignatureKind::Function,
        type_parameters: Vec::new(),
        parameters: parameters.collect(),
        result,
        annotations: Vec::new(),
        span,
    }
}

/// What the type parameters stand for, in their order.
pub(super) fn bound(signature: &Signature, substitution: &Substitution) -> Vec<Type> {
    let parameters = signature.type_parameters.iter();
    parameters.map(|(_, number)| substitution.get(number).cloned().unwrap_or(Type::Invalid)).collect()
}

/// An action that is called or listed with arguments.
pub(super) fn of_action(action: &Action) -> Signature {
    of_variables(&action.name, &action.parameters, Type::Void, action.span)
}
