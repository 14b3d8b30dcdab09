//! Matching arguments with parameters.

use super::generic::Substitution;
use super::{Checker, constant};
use crate::ast::{self, ExpressionKind as Written};
use crate::diagnostic::{Diagnostic, count};
use crate::source::{Span, Text};
use crate::typed::{
    Argument, Direction, Expression, ExpressionKind, Parameter, Signature, SignatureKind, Type,
};

/// What arguments are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Passing {
    /// A function or method: what has no direction is known when compiled.
    Function,
    /// An action that is called: parameters without a direction are like `in` ones.
    Action,
    /// An action in a table: what the control plane could give is known when compiled.
    Entry,
    /// `apply`: what has no direction is an object.
    Apply,
    /// A constructor: all arguments are known when compiled, and can be objects made on the spot.
    Constructor,
}

impl Checker<'_, '_> {
    /// Arguments in the order of the parameters, converted to their types.
    pub(super) fn matched(
        &mut self,
        signature: &Signature,
        arguments: &[ast::Argument],
        mut substitution: Substitution,
        passing: Passing,
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
                        let message = format!("`_` is for `out` parameters, `{}` is none", parameter.name);
                        self.error(argument.value.span, message);
                        sound = false;
                    }
                    None
                }
                Some(argument) => {
                    self.expected = match &parameter.ty {
                        Type::Signature(..) => Some(self.substitute(&parameter.ty, &substitution)),
                        _ => None,
                    };
                    let value = self.value(&argument.value, passing);
                    self.expected = None;
                    sound &= !value.ty.is_invalid();
                    sound &= self.unified(parameter, &value, &mut substitution);
                    Some(value)
                }
            };
            values.push((argument.is_some(), value));
        }
        for (parameter, (_, value)) in signature.parameters.iter().zip(&values) {
            if let (None, Some(default)) = (value, &parameter.default) {
                self.unify(&parameter.ty, &default.ty, &mut substitution);
            }
            if let (true, Some(value)) = (sound, value) {
                sound &= self.determined(parameter, value, &substitution);
            }
        }
        if !sound {
            return None;
        }
        let mut converted = Vec::new();
        for (parameter, (was_given, value)) in signature.parameters.iter().zip(values) {
            let value = match value {
                None if was_given => None,
                None => parameter.default.as_deref().cloned(),
                Some(value) => match self.passed(parameter, value, &substitution, passing) {
                    Some(value) => Some(value),
                    None => {
                        sound = false;
                        None
                    }
                },
            };
            let name = Text::clone(&parameter.name);
            converted.push(Argument { name, direction: parameter.direction, value });
        }
        sound.then_some((converted, substitution))
    }

    /// An argument; where it is known when compiled, `Type(…)` makes an object.
    pub(super) fn value(&mut self, expression: &ast::Expression, passing: Passing) -> Expression {
        if matches!(passing, Passing::Constructor | Passing::Function)
            && let Written::Call { callee, arguments, .. } = &expression.kind
            && let Written::Type(ty) = &callee.kind
        {
            return self.made(ty, arguments, expression.span);
        }
        self.expression(expression)
    }

    /// An object that is made on the spot.
    pub(super) fn made(&mut self, ty: &ast::Type, arguments: &[ast::Argument], span: Span) -> Expression {
        match self.construct(ty, arguments, "", &[], span) {
            Some(instance) => {
                let ty = instance.ty.clone();
                if let Type::Extern(declared, _) = &ty
                    && declared.methods.iter().any(|method| method.is_abstract)
                {
                    let message = format!("`{ty}` has abstract methods: it can't be made on the spot");
                    let help = "declare it with their bodies: `Type(…) name = { … };`";
                    self.report(Diagnostic::error(span, message).help(help));
                    return super::invalid(span);
                }
                Expression { kind: ExpressionKind::Instance(instance), ty, span }
            }
            None => super::invalid(span),
        }
    }

    fn unified(
        &mut self,
        parameter: &Parameter,
        value: &Expression,
        substitution: &mut Substitution,
    ) -> bool {
        // These take their type from the parameter.
        if matches!(value.kind, ExpressionKind::InvalidHeader | ExpressionKind::Default)
            || self.unify(&parameter.ty, &value.ty, substitution)
        {
            return true;
        }
        let wanted = self.substitute(&parameter.ty, substitution);
        if matches!(value.ty, Type::Void) {
            self.error(value.span, format!("this gives no value for parameter `{}`", parameter.name));
            return false;
        }
        let message = format!("parameter `{}` is of type `{wanted}`, not `{}`", parameter.name, value.ty);
        let mut diagnostic = Diagnostic::error(value.span, message).label(format!("this is `{}`", value.ty));
        if let (Type::Signature(signature, arguments), Type::Control(_) | Type::Parser(_)) =
            (&wanted, &value.ty)
        {
            diagnostic = diagnostic.help(self.expected_parameters(signature, arguments));
        }
        self.report(diagnostic);
        false
    }

    /// Whether a type that was inferred is one that values have.
    fn determined(&mut self, parameter: &Parameter, value: &Expression, substitution: &Substitution) -> bool {
        if !super::generic::has_parameters(&parameter.ty) || matches!(parameter.ty, Type::Signature(..)) {
            return true;
        }
        let ty = self.substitute(&parameter.ty, substitution);
        let (message, help) = match substitution.of(&parameter.ty).find_map(undetermined) {
            None if matches!(ty, Type::Str) && parameter.direction != Direction::None => {
                (format!("`{}` has a direction: it can't be a string", parameter.name), "")
            }
            None => return true,
            Some(Type::Integer) => {
                ("nothing says how many bits this has".to_owned(), "give the literal a width: `8w…`")
            }
            Some(Type::Default) => ("nothing says what `...` stands for here".to_owned(), "write all values"),
            Some(Type::Record(_)) => {
                ("nothing says which structure this is".to_owned(), "convert it: `(name_of_struct){ … }`")
            }
            Some(other) => (format!("a `{other}` can't be an argument for `{}`", parameter.name), ""),
        };
        let diagnostic = Diagnostic::error(value.span, message);
        self.report(if help.is_empty() { diagnostic } else { diagnostic.help(help) });
        false
    }

    /// The parameters that a control or parser type asks for, for a message.
    fn expected_parameters(&mut self, signature: &Signature, arguments: &[Type]) -> String {
        let what = if signature.kind == SignatureKind::Parser { "parser" } else { "control" };
        let substitution = Substitution::with(&signature.type_parameters, arguments);
        let concrete = self.instantiate(signature, &substitution);
        format!("a {what} with these parameters is needed: {}", super::call::list(&concrete))
    }

    /// An argument as one of the parameter's type, checked for its direction.
    fn passed(
        &mut self,
        parameter: &Parameter,
        value: Expression,
        substitution: &Substitution,
        passing: Passing,
    ) -> Option<Expression> {
        let ty = self.substitute(&parameter.ty, substitution);
        if matches!(ty, Type::Signature(..)) {
            return Some(value);
        }
        if matches!(parameter.direction, Direction::Out | Direction::InOut) {
            let written = format!("`{}` is written to", parameter.name);
            if !self.check_writable(&value, &written) {
                return None;
            }
            if value.ty != ty && !super::generic::has_parameters(&ty) {
                self.mismatch(&value, &ty);
                return None;
            }
            return Some(value);
        }
        let value = self.coerce(value, &ty);
        if value.ty.is_invalid() {
            return None;
        }
        let needs_constant = match passing {
            Passing::Function | Passing::Entry => parameter.direction == Direction::None,
            Passing::Constructor => true,
            Passing::Action | Passing::Apply => false,
        };
        if needs_constant && !constant::is_constant(&value) {
            let message = format!("the argument for `{}` has to be known when compiled", parameter.name);
            let diagnostic = Diagnostic::error(value.span, message);
            self.report(match passing {
                Passing::Function => {
                    diagnostic.help("a parameter without a direction is bound when the program is compiled")
                }
                _ => diagnostic,
            });
            return None;
        }
        Some(value)
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
        let most = signature.parameters.len();
        if arguments.len() > most && named == 0 {
            let wanted = count(most, "argument");
            let message = format!("`{}` takes {wanted}, not {}", signature.name, arguments.len());
            self.report(Diagnostic::error(span, message).related(signature.span, "declared here"));
            return None;
        }
        for (index, argument) in arguments.iter().enumerate() {
            let Some(name) = &argument.name else { continue };
            if !signature.parameters.iter().any(|parameter| parameter.name == name.text) {
                let message = format!("`{}` has no parameter `{}`", signature.name, name.text);
                let known = signature.parameters.iter().map(|parameter| &*parameter.name);
                self.report(Diagnostic::error(name.span, message).suggest(&name.text, known));
                return None;
            }
            let before = arguments.iter().take(index);
            if before.into_iter().any(|other| other.name.as_ref() == Some(name)) {
                let message = format!("argument `{}` of `{}` is given twice", name.text, signature.name);
                self.error(name.span, message);
                return None;
            }
        }
        let mut given = Vec::new();
        let mut missing = Vec::new();
        for (index, parameter) in signature.parameters.iter().enumerate() {
            let found = match named {
                0 => arguments.get(index),
                _ => arguments
                    .iter()
                    .find(|argument| argument.name.as_ref().is_some_and(|name| name.text == parameter.name)),
            };
            if found.is_none() && !parameter.optional {
                missing.push(format!("`{}`", parameter.name));
            }
            given.push(found);
        }
        if !missing.is_empty() {
            let message = match named {
                0 => {
                    let wanted = count(most, "argument");
                    format!("`{}` takes {wanted}, not {}", signature.name, arguments.len())
                }
                _ => format!("argument {} of `{}` is missing", missing.join(", "), signature.name),
            };
            self.report(Diagnostic::error(span, message).related(signature.span, "declared here"));
            return None;
        }
        Some(given)
    }
}

/// What of a type was not said.
fn undetermined(ty: &Type) -> Option<&Type> {
    match ty {
        Type::Default
        | Type::Integer
        | Type::Record(_)
        | Type::Control(_)
        | Type::Parser(_)
        | Type::Package(..) => Some(ty),
        Type::Tuple(types) => types.iter().find_map(undetermined),
        Type::List(inner) => undetermined(inner),
        Type::Stack(element, _) => undetermined(element),
        _ => None,
    }
}
