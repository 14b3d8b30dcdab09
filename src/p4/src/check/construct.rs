//! Objects: constructors and their arguments.

use std::sync::Arc;

use super::argument::Passing;
use super::call::{of_variables, takes};
use super::generic::Substitution;
use super::{Checker, Place, Symbol};
use crate::ast;
use crate::source::{Span, Text};
use crate::typed::{Expression, ExpressionKind, Instance, Signature, SignatureKind, Type};

impl Checker<'_, '_> {
    /// An object made by `Type(arguments)`.
    pub(super) fn construct(
        &mut self,
        ty: &ast::Type,
        arguments: &[ast::Argument],
        name: &str,
        annotations: &[ast::Annotation],
        span: Span,
    ) -> Option<Arc<Instance>> {
        let expected = self.expected.take();
        let chosen = match self.chosen_package(ty, arguments) {
            Some(package) => Some(package),
            None => self.chosen_block(ty, arguments, span),
        };
        let inferred = match chosen {
            Some(chosen) => Some(chosen),
            None => self.inferred_block(ty, arguments, expected, span),
        };
        let resolved = match inferred {
            Some(resolved) => resolved,
            None => self.constructed_type(ty),
        };
        let (ty, arguments) = self.constructed(resolved, arguments, span)?;
        match &ty {
            Type::Control(control) => self.calls(&Text::clone(&control.name)),
            Type::Parser(parser) => self.calls(&Text::clone(&parser.name)),
            _ => {}
        }
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

    /// Of package types with one name the one that takes such arguments.
    fn chosen_package(&mut self, ty: &ast::Type, arguments: &[ast::Argument]) -> Option<Type> {
        let (name, types) = match &ty.kind {
            ast::TypeKind::Named(name) => (name, [].as_slice()),
            ast::TypeKind::Specialized(name, types) => (name, types.as_slice()),
            _ => return None,
        };
        let Some(Symbol::Packages(packages)) = self.find_name(&name.name, name.global) else { return None };
        let fitting = packages.iter().find(|package| {
            takes(package, arguments) && (types.is_empty() || package.type_parameters.len() == types.len())
        });
        let package = Arc::clone(fitting?);
        let types = types.iter().map(|ty| match ty.kind {
            ast::TypeKind::DontCare => Type::Default,
            _ => self.ty(ty),
        });
        let types = types.collect();
        Some(Type::Signature(package, types))
    }

    /// The type and arguments of an object that is made.
    fn constructed(
        &mut self,
        ty: Type,
        arguments: &[ast::Argument],
        span: Span,
    ) -> Option<(Type, Vec<Expression>)> {
        match &ty {
            Type::Invalid => None,
            Type::Extern(declared, of) => {
                let is_constructor = |method: &&crate::typed::Method| method.name == declared.name;
                let constructors: Vec<&Arc<Signature>> =
                    declared.methods.iter().filter(is_constructor).map(|method| &method.signature).collect();
                if constructors.is_empty() {
                    self.error(span, format!("extern `{}` has no constructor", declared.name));
                    return None;
                }
                let chosen = self.choose(&constructors, arguments, span)?;
                let signature = Arc::clone(constructors.get(chosen)?);
                let substitution = Substitution::with(&declared.type_parameters, of);
                let (values, substitution) =
                    self.constructor_values(&signature, arguments, substitution, span)?;
                let types = substitution.arguments(&declared.type_parameters);
                if let Some(((name, _), _)) =
                    declared.type_parameters.iter().zip(&types).find(|(_, ty)| ty.is_invalid())
                {
                    let message = format!("type parameter `{name}` of `{}` can't be inferred", declared.name);
                    let help = format!("write it: `{}<…>(…)`", declared.name);
                    self.report(crate::Diagnostic::error(span, message).help(help));
                    return None;
                }
                Some((Type::Extern(Arc::clone(declared), types), values))
            }
            Type::Control(control) => {
                self.check_instance(SignatureKind::Control, span)?;
                let signature = of_variables(&control.name, &control.constructor, Type::Void, control.span);
                let (values, _) =
                    self.constructor_values(&signature, arguments, Substitution::default(), span)?;
                Some((ty, values))
            }
            Type::Parser(parser) => {
                self.check_instance(SignatureKind::Parser, span)?;
                let signature = of_variables(&parser.name, &parser.constructor, Type::Void, parser.span);
                let (values, _) =
                    self.constructor_values(&signature, arguments, Substitution::default(), span)?;
                Some((ty, values))
            }
            Type::Signature(signature, of) if signature.kind == SignatureKind::Package => {
                let substitution = Substitution::with(&signature.type_parameters, of);
                let (values, substitution) =
                    self.constructor_values(signature, arguments, substitution, span)?;
                let types = substitution.arguments(&signature.type_parameters);
                let defaults = signature.parameters.iter().any(|parameter| parameter.default.is_some());
                if let Some(((name, _), _)) =
                    signature.type_parameters.iter().zip(&types).find(|(_, ty)| ty.is_invalid() && defaults)
                {
                    self.error(
                        span,
                        format!("type parameter `{name}` of `{}` can't be inferred", signature.name),
                    );
                    return None;
                }
                Some((Type::Package(Text::clone(&signature.name), types), values))
            }
            Type::Signature(signature, _) => {
                let message = format!("`{}` is only the type of a parser or control", signature.name);
                let help = "make an object of one that has a body";
                self.report(crate::Diagnostic::error(span, message).help(help));
                None
            }
            other => {
                let diagnostic =
                    crate::Diagnostic::error(span, format!("there are no objects of type `{other}`"));
                self.report(match other {
                    Type::Bit(_)
                    | Type::Int(_)
                    | Type::Bool
                    | Type::Integer
                    | Type::Enum(_)
                    | Type::NewType(_) => {
                        diagnostic.help(format!("to convert a value write `({other}) value`"))
                    }
                    _ => diagnostic,
                });
                None
            }
        }
    }

    fn check_instance(&mut self, kind: SignatureKind, span: Span) -> Option<()> {
        let fault = match (kind, self.context.place) {
            (SignatureKind::Parser, Place::Control) => "a parser can't be made within a control",
            (SignatureKind::Control, Place::Parser) => "a control can't be made within a parser",
            (_, Place::Action) => "no objects can be made within an action",
            (_, Place::Function) => "no objects can be made within a function",
            _ => return Some(()),
        };
        self.error(span, fault);
        None
    }

    fn constructor_values(
        &mut self,
        signature: &Signature,
        arguments: &[ast::Argument],
        substitution: Substitution,
        span: Span,
    ) -> Option<(Vec<Expression>, Substitution)> {
        let (arguments, substitution) =
            self.matched(signature, arguments, substitution, Passing::Constructor, span)?;
        let left_out = || Expression { kind: ExpressionKind::Default, ty: Type::Default, span };
        let values = arguments.into_iter().map(|argument| argument.value.unwrap_or_else(left_out)).collect();
        Some((values, substitution))
    }
}
