//! Calls by name: finding what is called.

use std::sync::Arc;

use num_bigint::BigInt;

use super::argument::Passing;
use super::generic::Substitution;
use super::{Body, Checker, Overload, Place, Symbol};
use crate::ast::{self, ExpressionKind as Written};
use crate::diagnostic::{Diagnostic, count};
use crate::source::{Span, Text};
use crate::typed::{
    Action, Call, Callee, Direction, Expression, ExpressionKind, Parameter, Signature, StructureKind, Type,
    Variable, VariableKind,
};

impl Checker<'_, '_> {
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
            Written::Invalid => None,
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
            Symbol::Action(action) => self.call_action(&action, types, arguments, span),
            Symbol::Functions(overloads) => self.call_function(&overloads, types, arguments, span),
            other => {
                let message = format!("`{}` is {}, it can't be called", name.text, other.describe());
                let diagnostic = Diagnostic::error(name.span, message);
                self.report(match other {
                    Symbol::Table(_) | Symbol::Instance(_) => {
                        diagnostic.help(format!("apply it: `{}.apply(…)`", name.text))
                    }
                    _ => diagnostic,
                });
                None
            }
        }
    }

    fn call_action(
        &mut self,
        action: &Arc<Action>,
        types: &[ast::Type],
        arguments: &[ast::Argument],
        span: Span,
    ) -> Option<(Call, Type)> {
        let place = match self.context.place {
            Place::Parser => Some("parser"),
            Place::Function => Some("function"),
            Place::Top | Place::Control | Place::Action => None,
        };
        if let Some(place) = place {
            self.error(span, format!("action `{}` can't be called within a {place}", action.name));
            return None;
        }
        let signature = of_action(action);
        let substitution = self.given_types(&signature, types, span)?;
        let (arguments, _) = self.matched(&signature, arguments, substitution, Passing::Action, span)?;
        self.calls(&action_key(&action.name, action.span));
        let callee = Callee::Action(Arc::clone(action));
        Some((Call { callee, types: Vec::new(), arguments, span }, Type::Void))
    }

    fn call_function(
        &mut self,
        overloads: &[Overload],
        types: &[ast::Type],
        arguments: &[ast::Argument],
        span: Span,
    ) -> Option<(Call, Type)> {
        let signatures: Vec<&Arc<Signature>> = overloads.iter().map(|overload| &overload.signature).collect();
        let chosen = self.choose(&signatures, arguments, span)?;
        let overload = overloads.get(chosen)?;
        let signature = Arc::clone(&overload.signature);
        let substitution = self.given_types(&signature, types, span)?;
        let passing = Passing::Function;
        let (arguments, substitution) = self.matched(&signature, arguments, substitution, passing, span)?;
        self.check_inferred(&signature, &substitution, span)?;
        let result = self.inferred(&signature.result, &substitution, &signature.name, span)?;
        let bound = substitution.arguments(&signature.type_parameters);
        let call = match &overload.body {
            Body::External => {
                if &*signature.name == "static_assert" {
                    self.static_assert(&arguments, span);
                }
                let callee = Callee::ExternFunction(signature);
                Call { callee, types: bound, arguments, span }
            }
            Body::Written(function) => {
                self.calls(&function.name);
                let callee = Callee::Function(Arc::clone(function));
                Call { callee, types: Vec::new(), arguments, span }
            }
            Body::Generic(template) => {
                if let Some(((name, _), _)) =
                    signature.type_parameters.iter().zip(&bound).find(|(_, ty)| ty.is_invalid())
                {
                    self.not_inferred(name, &signature.name, span);
                    return None;
                }
                let function = self.function_for(*template, &bound, span)?;
                self.calls(&function.name);
                Call { callee: Callee::Function(function), types: Vec::new(), arguments, span }
            }
        };
        Some((call, result))
    }

    /// Counts the levels of what is called here, by its name.
    pub(super) fn calls(&mut self, name: &str) {
        let levels = self.calls.get(name).copied().unwrap_or(0);
        self.calls_levels(levels.saturating_add(self.levels.saturating_sub(self.context.base)));
    }

    pub(super) fn calls_levels(&mut self, levels: usize) {
        self.context.calls = self.context.calls.max(levels);
    }

    /// `static_assert` is checked here and now.
    fn static_assert(&mut self, arguments: &[crate::typed::Argument], span: Span) {
        let value = |index: usize| arguments.get(index).and_then(|argument| argument.value.as_ref());
        let message = match value(1).map(|value| &value.kind) {
            Some(ExpressionKind::Str(text)) => format!("static assertion failed: {text}"),
            _ => "static assertion failed".to_owned(),
        };
        match value(0).map(|value| (value.boolean(), super::constant::is_constant(value))) {
            Some((Some(false), _)) => self.error(span, message),
            Some((None, false)) => self.error(span, "what is asserted has to be known when compiled"),
            _ => {}
        }
    }

    /// The overload that takes such arguments.
    pub(super) fn choose(
        &mut self,
        overloads: &[&Arc<Signature>],
        arguments: &[ast::Argument],
        span: Span,
    ) -> Option<usize> {
        let mut fitting = overloads.iter().enumerate().filter(|(_, signature)| takes(signature, arguments));
        if let Some((found, first)) = fitting.next() {
            if let Some((_, second)) = fitting.next() {
                let message = format!("more than one `{}` takes these arguments", first.name);
                let diagnostic = Diagnostic::error(span, message).help("name the arguments: `parameter = …`");
                let diagnostic = diagnostic.related(first.span, "this one");
                self.report(diagnostic.related(second.span, "and this one"));
                return None;
            }
            return Some(found);
        }
        // The only one gives the better message.
        if overloads.len() == 1 {
            return Some(0);
        }
        let name = overloads.first().map(|signature| Text::clone(&signature.name)).unwrap_or_default();
        let given = count(arguments.len(), "argument");
        let message = format!("there is no `{name}` that takes {given} like this");
        let mut diagnostic = Diagnostic::error(span, message);
        for signature in overloads.iter().take(5) {
            diagnostic = diagnostic.related(signature.span, format!("one that takes {}", list(signature)));
        }
        self.report(diagnostic);
        None
    }

    /// The types that are written at a call.
    pub(super) fn given_types(
        &mut self,
        signature: &Signature,
        types: &[ast::Type],
        span: Span,
    ) -> Option<Substitution> {
        let mut substitution = Substitution::open(&signature.type_parameters);
        if types.is_empty() {
            return Some(substitution);
        }
        if types.len() != signature.type_parameters.len() {
            let wanted = count(signature.type_parameters.len(), "type argument");
            let message = format!("`{}` takes {wanted}, not {}", signature.name, types.len());
            self.error(span, message);
            return None;
        }
        for ((_, number), ty) in signature.type_parameters.iter().zip(types) {
            if !matches!(ty.kind, ast::TypeKind::DontCare) {
                let ty = self.ty(ty);
                substitution.fix(*number, ty);
            }
        }
        Some(substitution)
    }

    /// A result type whose type parameters have to be known.
    pub(super) fn inferred(
        &mut self,
        ty: &Type,
        substitution: &Substitution,
        name: &str,
        span: Span,
    ) -> Option<Type> {
        let result = self.substitute(ty, substitution);
        if let Type::Parameter(parameter, number) = &result
            && substitution.is_open(*number)
        {
            self.not_inferred(parameter, name, span);
            return None;
        }
        Some(result)
    }

    /// Type parameters of what has to be given have to be known.
    pub(super) fn check_inferred(
        &mut self,
        signature: &Signature,
        substitution: &Substitution,
        span: Span,
    ) -> Option<()> {
        for (name, number) in &signature.type_parameters {
            let open = Type::Parameter(Text::clone(name), *number);
            let mut needed = signature.parameters.iter().filter(|parameter| !parameter.optional);
            if substitution.get(*number).is_none() && needed.any(|parameter| parameter.ty == open) {
                self.not_inferred(name, &signature.name, span);
                return None;
            }
        }
        Some(())
    }

    fn not_inferred(&mut self, parameter: &str, name: &str, span: Span) {
        let message = format!("type parameter `{parameter}` of `{name}` can't be inferred");
        self.report(Diagnostic::error(span, message).help(format!("write it: `{name}<…>(…)`")));
    }

    /// `value.minSizeInBits()` and the like.
    pub(super) fn size_of(
        &mut self,
        callee: &ast::Expression,
        types: &[ast::Type],
        arguments: &[ast::Argument],
        span: Span,
    ) -> Option<Expression> {
        let Written::Member(base, method) = &callee.kind else { return None };
        let (largest, bytes) = match &*method.text {
            "minSizeInBits" => (false, false),
            "minSizeInBytes" => (false, true),
            "maxSizeInBits" => (true, false),
            "maxSizeInBytes" => (true, true),
            _ => return None,
        };
        if !types.is_empty() || !arguments.is_empty() {
            return None;
        }
        let ty = match &base.kind {
            Written::Type(ty) => self.ty(ty),
            _ => self.expression(base).ty,
        };
        if matches!(ty, Type::Extern(..)) {
            return None;
        }
        let Some(bits) = size_in_bits(&ty, largest) else {
            if !ty.is_invalid() {
                self.error(span, format!("a value of type `{ty}` has no size"));
            }
            return Some(super::invalid(span));
        };
        let size = if bytes { bits.div_ceil(8) } else { bits };
        Some(Expression { kind: ExpressionKind::Integer(BigInt::from(size)), ty: Type::Integer, span })
    }
}

/// The fewest or the most bits of a value.
fn size_in_bits(ty: &Type, largest: bool) -> Option<u64> {
    match ty.underlying() {
        Type::Bool => Some(1),
        Type::Bit(width) | Type::Int(width) => Some(u64::from(*width)),
        Type::Varbit(width) => Some(if largest { u64::from(*width) } else { 0 }),
        Type::Structure(structure) => {
            let mut sizes = structure.fields.iter().map(|field| size_in_bits(&field.ty, largest));
            match (structure.kind, largest) {
                (StructureKind::Union, true) => sizes.try_fold(0, |most, size| Some(size?.max(most))),
                (StructureKind::Union, false) => {
                    let sizes: Option<Vec<u64>> = sizes.collect();
                    sizes.map(|sizes| sizes.into_iter().min().unwrap_or(0))
                }
                _ => sizes.try_fold(0u64, |sum, size| sum.checked_add(size?)),
            }
        }
        Type::Stack(element, count) => size_in_bits(element, largest)?.checked_mul(u64::from(*count)),
        Type::Tuple(types) => {
            let mut sizes = types.iter().map(|ty| size_in_bits(ty, largest));
            sizes.try_fold(0u64, |sum, size| sum.checked_add(size?))
        }
        _ => None,
    }
}

/// Whether as many arguments, or those names, can be given to it.
pub(super) fn takes(signature: &Signature, arguments: &[ast::Argument]) -> bool {
    let given = |parameter: &Parameter, index: usize| {
        arguments.iter().enumerate().any(|(position, argument)| match &argument.name {
            Some(name) => name.text == parameter.name,
            None => position == index,
        })
    };
    arguments.len() <= signature.parameters.len()
        && arguments.iter().all(|argument| {
            argument
                .name
                .as_ref()
                .is_none_or(|name| signature.parameters.iter().any(|parameter| parameter.name == name.text))
        })
        && signature
            .parameters
            .iter()
            .enumerate()
            .all(|(index, parameter)| parameter.optional || given(parameter, index))
}

/// The parameters of a signature, for a message.
pub(super) fn list(signature: &Signature) -> String {
    let parameters = signature.parameters.iter().map(|parameter| {
        let direction = match parameter.direction {
            Direction::None => "",
            Direction::In => "in ",
            Direction::Out => "out ",
            Direction::InOut => "inout ",
        };
        format!("{direction}{} {}", parameter.ty, parameter.name)
    });
    format!("`({})`", parameters.collect::<Vec<_>>().join(", "))
}

/// The signature of what the program declares with these parameters.
pub(super) fn of_variables(name: &Text, parameters: &[Arc<Variable>], result: Type, span: Span) -> Signature {
    let parameters = parameters.iter().map(|variable| Parameter {
        name: Text::clone(&variable.name),
        direction: match variable.kind {
            VariableKind::Parameter(direction) => direction,
            VariableKind::Local | VariableKind::ConstructorParameter => Direction::None,
        },
        ty: variable.ty.clone(),
        optional: super::infer::is_optional(variable),
        default: variable.default.clone(),
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

/// An action that is called or listed with arguments.
pub(super) fn of_action(action: &Action) -> Signature {
    of_variables(&action.name, &action.parameters, Type::Void, action.span)
}

/// What an action is counted as: its name alone may be that of others.
pub(super) fn action_key(name: &str, span: Span) -> Text {
    format!("{name} {} {}", span.file.0, span.start).into()
}
