//! Functions and actions.

use std::sync::Arc;

use super::argument::Passing;
use super::call::of_variables;
use super::generic::Substitution;
use super::{Body, Checker, Context, Overload, Place, Symbol};
use crate::ast::{self, DeclarationKind};
use crate::diagnostic::Diagnostic;
use crate::source::{Span, Text};
use crate::typed::{
    Action, Direction, Expression, Function, Parameter, Signature, SignatureKind, Statement, StatementKind,
    Type, Variable, VariableKind,
};

/// Levels of functions that call each other.
const MAX_CALLS: usize = 512;

impl<'a> Checker<'a, '_> {
    pub(super) fn signature(
        &mut self,
        name: &ast::Name,
        written: &ast::Signature,
        kind: SignatureKind,
    ) -> Signature {
        self.scoped(|checker| {
            let type_parameters = checker.declare_type_parameters(&written.type_parameters);
            let result = written.result.as_ref().map_or(Type::Void, |result| checker.ty(result));
            let parameters = checker.parameters(&written.parameters, kind);
            Signature {
                name: Text::clone(&name.text),
                kind,
                type_parameters,
                parameters,
                result,
                annotations: Vec::new(),
                span: name.span,
            }
        })
    }

    fn parameters(&mut self, written: &[ast::Parameter], kind: SignatureKind) -> Vec<Parameter> {
        let mut parameters: Vec<Parameter> = Vec::new();
        for parameter in written {
            let ty = self.parameter_type(parameter, kind == SignatureKind::Package);
            let default = self.default_argument(parameter, &ty);
            let optional = default.is_some()
                || parameter.annotations.iter().any(|annotation| &*annotation.name.text == "optional");
            if parameters.iter().any(|known| known.name == parameter.name.text) {
                let message = format!("there are two parameters `{}`", parameter.name.text);
                self.error(parameter.name.span, message);
            }
            parameters.push(Parameter {
                name: Text::clone(&parameter.name.text),
                direction: parameter.direction,
                ty,
                optional,
                default,
            });
        }
        parameters
    }

    fn parameter_type(&mut self, parameter: &ast::Parameter, in_package: bool) -> Type {
        let ty = self.ty(&parameter.ty);
        let directed = parameter.direction != Direction::None;
        let fault = match &ty {
            Type::Void => "a parameter can't be of type `void`".to_owned(),
            Type::Extern(..) | Type::Str | Type::Integer if directed => {
                format!("a parameter of type `{ty}` has no direction")
            }
            Type::Signature(signature, _) if signature.kind == SignatureKind::Package && !in_package => {
                "only a package takes a package".to_owned()
            }
            Type::Signature(..) if !in_package => {
                format!("a parameter can't be of type `{ty}`: that is for constructor parameters")
            }
            Type::Signature(..) if directed => format!("a parameter of type `{ty}` has no direction"),
            Type::Parser(_) | Type::Control(_) => {
                format!("a parameter can't be of type `{ty}`: use a parser or control type without a body")
            }
            _ => return ty,
        };
        self.error(parameter.name.span, fault);
        Type::Invalid
    }

    fn default_argument(&mut self, parameter: &ast::Parameter, ty: &Type) -> Option<Box<Expression>> {
        let written = parameter.default.as_ref()?;
        let value = self.value(written, Passing::Constructor);
        let mut substitution = Substitution::default();
        let value = match ty {
            Type::Signature(..) if self.unify(ty, &value.ty, &mut substitution) => value,
            _ => self.coerce(value, ty),
        };
        if parameter.direction == Direction::Out || parameter.direction == Direction::InOut {
            let message = format!("`{}` is written to: it can't have a default value", parameter.name.text);
            self.error(written.span, message);
        } else if !super::constant::is_constant(&value) {
            self.error(written.span, "a default value has to be known when compiled");
        }
        Some(Box::new(value))
    }

    /// Parameters as variables of the scope.
    pub(super) fn parameter_variables(&mut self, parameters: &[ast::Parameter]) -> Vec<Arc<Variable>> {
        let mut variables = Vec::new();
        for parameter in parameters {
            let ty = self.parameter_type(parameter, false);
            let default = self.default_argument(parameter, &ty);
            let kind = VariableKind::Parameter(parameter.direction);
            variables.push(self.variable(&parameter.name, ty, kind, default, &parameter.annotations));
        }
        variables
    }

    pub(super) fn constructor_variables(&mut self, parameters: &[ast::Parameter]) -> Vec<Arc<Variable>> {
        let mut variables = Vec::new();
        for parameter in parameters {
            let ty = self.parameter_type(parameter, true);
            self.check_block_parameter(&ty, parameter.name.span);
            if parameter.direction != Direction::None {
                let message = "a constructor parameter has no direction: it is known when compiled";
                self.error(parameter.name.span, message);
            }
            let default = self.default_argument(parameter, &ty);
            let kind = VariableKind::ConstructorParameter;
            variables.push(self.variable(&parameter.name, ty, kind, default, &parameter.annotations));
        }
        variables
    }

    /// Controls have no parsers in them, parsers no controls, and neither has packages.
    fn check_block_parameter(&mut self, ty: &Type, span: Span) {
        let Type::Signature(signature, _) = ty else { return };
        let fault = match (signature.kind, self.context.place) {
            (SignatureKind::Parser, Place::Control) => "a control can't have a parser in it",
            (SignatureKind::Control, Place::Parser) => "a parser can't have a control in it",
            (SignatureKind::Package, _) => "only a package takes a package",
            _ => return,
        };
        self.error(span, fault);
    }

    /// A function at the top.
    pub(super) fn function(
        &mut self,
        declaration: &'a ast::Declaration,
        signature: &'a ast::Signature,
        body: &'a [ast::Statement],
    ) {
        let name = &declaration.name;
        let generic = !signature.type_parameters.is_empty();
        let before = self.error_count();
        let (function, types) = self.scoped(|checker| {
            let types = checker.declare_type_parameters(&signature.type_parameters);
            let name_of = Text::clone(&name.text);
            (checker.function_of(name, signature, body, name_of), types)
        });
        let result = function.result.clone();
        let checked = of_variables(&function.name, &function.parameters, result, function.span);
        let checked = Signature { type_parameters: types, ..checked };
        let inner_calls = self.calls.get(&name.text).copied().unwrap_or(0);
        let body = if generic {
            if self.error_count() > before {
                self.declare(name, Symbol::Invalid);
                return;
            }
            Body::Generic(self.template(declaration))
        } else {
            if self.too_deep(inner_calls, "functions call each other", name.span) {
                self.declare(name, Symbol::Invalid);
                return;
            }
            let function = Arc::new(function);
            self.types.functions.push(Arc::clone(&function));
            Body::Written(function)
        };
        self.declare_function(name, Overload { signature: Arc::new(checked), body });
    }

    /// Whether calls are nested deeper than later phases should follow on the stack.
    pub(super) fn too_deep(&mut self, levels: usize, what: &str, span: Span) -> bool {
        if levels > MAX_CALLS {
            let message = format!("{what} more than {MAX_CALLS} levels deep");
            let help = "the blocks and expressions around the calls count, too";
            self.report(Diagnostic::error(span, message).help(help));
        }
        levels > MAX_CALLS
    }

    fn error_count(&self) -> usize {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == crate::Severity::Error).count()
    }

    /// An extern function.
    pub(super) fn external_function(&mut self, declaration: &ast::Declaration, written: &ast::Signature) {
        let mut signature = self.signature(&declaration.name, written, SignatureKind::Function);
        signature.annotations.clone_from(&declaration.annotations);
        let overload = Overload { signature: Arc::new(signature), body: Body::External };
        self.declare_function(&declaration.name, overload);
    }

    fn declare_function(&mut self, name: &ast::Name, overload: Overload) {
        let before = self.scopes.last_mut().and_then(|scope| scope.get_mut(&name.text));
        if let Some((Symbol::Functions(overloads), _)) = before {
            let same = |known: &&Overload| super::external::same_names(&known.signature, &overload.signature);
            let twin = overloads.iter().find(same).map(|twin| twin.signature.span);
            overloads.push(overload);
            if let Some(twin) = twin {
                let message = format!("there is a function `{}` with these parameters already", name.text);
                let diagnostic = Diagnostic::warning(name.span, message).related(twin, "first declared here");
                self.report(diagnostic.help("no call tells them apart: give one of them another name"));
            }
            return;
        }
        self.declare(name, Symbol::Functions(vec![overload]));
    }

    /// A function with the type parameters that are in scope.
    pub(super) fn function_of(
        &mut self,
        name: &ast::Name,
        signature: &ast::Signature,
        body: &[ast::Statement],
        full: Text,
    ) -> Function {
        let result = signature.result.as_ref().map_or(Type::Void, |result| self.ty(result));
        let this = self.context.this.clone();
        let owner = self.context.owner.clone();
        let returns = Some(result.clone());
        let context = Context { place: Place::Function, returns, this, owner, ..Context::default() };
        let ((parameters, body), inner) = self.within(context, |checker| {
            checker.scoped(|checker| {
                let parameters = checker.parameter_variables(&signature.parameters);
                (parameters, checker.scoped(|checker| checker.statements(body)))
            })
        });
        if !matches!(result, Type::Void | Type::Invalid) && !always_returns(&body) {
            let message = format!("function `{}` doesn't return a value on every path", name.text);
            self.report(
                Diagnostic::error(name.span, message).help(format!("end it with `return` of a `{result}`")),
            );
        }
        self.called(Text::clone(&full), inner.calls);
        Function { name: full, result, parameters, body, span: name.span }
    }

    /// Notes how many levels a function or the like is, itself included.
    pub(super) fn called(&mut self, name: Text, inner: usize) -> usize {
        let levels = self.calls.entry(name).or_default();
        *levels = (*levels).max(inner.saturating_add(1));
        *levels
    }

    pub(super) fn action(
        &mut self,
        declaration: &ast::Declaration,
        parameters: &[ast::Parameter],
        body: &[ast::Statement],
    ) -> Arc<Action> {
        let name = &declaration.name;
        let mut seen_control_plane = false;
        for parameter in parameters {
            let control_plane = parameter.direction == Direction::None;
            if seen_control_plane && !control_plane {
                let message = "parameters without a direction come last: the control plane gives them";
                self.error(parameter.name.span, message);
            }
            seen_control_plane |= control_plane;
        }
        let owner = self.context.owner.clone();
        let context =
            Context { place: Place::Action, returns: Some(Type::Void), owner, ..Context::default() };
        let ((parameters, body), inner) = self.within(context, |checker| {
            checker.scoped(|checker| {
                let parameters = checker.parameter_variables(parameters);
                for parameter in &parameters {
                    if matches!(parameter.ty, Type::Extern(..) | Type::Integer) {
                        let message = format!("an action can't have a parameter of type `{}`", parameter.ty);
                        checker.error(parameter.span, message);
                    }
                }
                (parameters, checker.scoped(|checker| checker.statements(body)))
            })
        });
        let action = Arc::new(Action {
            name: Text::clone(&name.text),
            control_plane_name: self.control_plane_name(&name.text, &declaration.annotations),
            parameters,
            body,
            annotations: declaration.annotations.clone(),
            span: name.span,
        });
        let levels = self.called(super::call::action_key(&name.text, name.span), inner.calls);
        if self.too_deep(levels, "actions call each other", name.span) {
            self.declare(name, Symbol::Invalid);
        } else {
            // The control around it runs it.
            self.calls_levels(levels);
            self.declare(name, Symbol::Action(Arc::clone(&action)));
        }
        action
    }

    /// A function or the like that is a template: the declaration, if it is one.
    pub(super) fn is_generic(declaration: &ast::Declaration) -> bool {
        match &declaration.kind {
            DeclarationKind::Parser(parser) => !parser.type_parameters.is_empty(),
            DeclarationKind::Control(control) => !control.type_parameters.is_empty(),
            DeclarationKind::Structure(structure) => !structure.type_parameters.is_empty(),
            _ => false,
        }
    }
}

/// Whether no path through the statements ends without `return` or `exit`.
fn always_returns(statements: &[Statement]) -> bool {
    statements.iter().any(|statement| match &statement.kind {
        StatementKind::Return(_) | StatementKind::Exit => true,
        StatementKind::Block(inner) => always_returns(inner),
        StatementKind::If(_, then, otherwise) => always_returns(then) && always_returns(otherwise),
        StatementKind::Switch(_, cases) => {
            let default = cases.iter().flat_map(|case| &case.labels);
            let mut default = default.filter(|label| matches!(label, crate::typed::SwitchLabel::Default));
            default.next().is_some() && cases.iter().all(|case| always_returns(&case.body))
        }
        _ => false,
    })
}
