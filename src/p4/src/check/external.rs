//! Externs: their declaration, and the bodies that instances give to abstract methods.

use std::collections::HashMap;
use std::sync::Arc;

use super::generic::extern_substitution;
use super::{Checker, Context, Place, Symbol};
use crate::ast::{self, DeclarationKind};
use crate::diagnostic::Diagnostic;
use crate::source::{Span, Text};
use crate::typed::{Extern, Function, Instance, Method, Signature, SignatureKind, Type, VariableKind};

impl Checker<'_, '_> {
    pub(super) fn external(
        &mut self,
        declaration: &ast::Declaration,
        parameters: &[ast::Name],
        methods: &[ast::Method],
    ) {
        let name = &declaration.name;
        // Its methods may refer to it, as far as checking goes.
        self.declare(name, Symbol::Unfinished);
        let declared = self.scoped(|checker| {
            let type_parameters = checker.declare_type_parameters(parameters);
            let own = Extern {
                name: Text::clone(&name.text),
                type_parameters: type_parameters.clone(),
                methods: Vec::new(),
                span: name.span,
            };
            checker.redeclare(name, Symbol::Extern(Arc::new(own)));
            let mut resolved: Vec<Method> = Vec::new();
            for method in methods {
                let constructor = method.name.text == name.text;
                if constructor && method.signature.result.is_some() {
                    checker.error(method.name.span, "a constructor has no result type");
                }
                if constructor && let Some(parameter) = method.signature.type_parameters.first() {
                    checker.error(parameter.span, "a constructor has no type parameters of its own");
                }
                let mut signature =
                    checker.signature(&method.name, &method.signature, SignatureKind::Function);
                if matches!(signature.result, Type::Integer | Type::Str) {
                    let message = format!("a method can't return `{}`", signature.result);
                    checker.error(method.name.span, message);
                }
                signature.annotations = method.annotations.clone();
                checker.overloads(&resolved, &signature);
                resolved.push(Method {
                    name: Text::clone(&method.name.text),
                    signature: Arc::new(signature),
                    is_abstract: method.is_abstract,
                });
            }
            Extern { name: Text::clone(&name.text), type_parameters, methods: resolved, span: name.span }
        });
        self.redeclare(name, Symbol::Extern(Arc::new(declared)));
    }

    /// Methods of one name need different numbers or names of parameters.
    fn overloads(&mut self, known: &[Method], signature: &Signature) {
        let same = known
            .iter()
            .find(|method| method.name == signature.name && same_names(&method.signature, signature));
        if let Some(same) = same {
            let message = format!("there is a method `{}` with these parameters already", signature.name);
            self.report(
                Diagnostic::error(signature.span, message)
                    .related(same.signature.span, "first declared here"),
            );
        }
    }

    /// What an instance gives to the abstract methods of its type.
    pub(super) fn implemented(
        &mut self,
        instance: Instance,
        body: Option<&[ast::Declaration]>,
        span: Span,
    ) -> Instance {
        let Type::Extern(declared, arguments) = instance.ty.clone() else {
            if let Some(body) = body {
                let message = "only an extern with abstract methods takes a body";
                self.report(Diagnostic::error(span, message).help("end it with `;` behind its name"));
                self.scoped(|checker| checker.methods_alone(body));
            }
            return instance;
        };
        let body = body.unwrap_or_default();
        let mut missing: HashMap<Text, &Method> = declared
            .methods
            .iter()
            .filter(|method| method.is_abstract)
            .map(|method| (Text::clone(&method.name), method))
            .collect();
        if missing.is_empty() {
            if let Some(first) = body.first() {
                let message = format!("`{}` has no abstract methods: it takes no body", declared.name);
                self.report(Diagnostic::error(span, message).related(first.span, "the body"));
            }
            return instance;
        }
        let substitution = extern_substitution(&declared, &arguments);
        let mut made = instance;
        let before = self.context.this.replace(made.ty.clone());
        self.scoped(|checker| {
            for inner in body {
                match &inner.kind {
                    DeclarationKind::Function(signature, statements) => {
                        let function = checker.method_body(inner, signature, statements);
                        match missing.remove(&inner.name.text) {
                            Some(method) => {
                                let wanted = checker.instantiate(&method.signature, &substitution);
                                checker.check_implementation(&wanted, &function, inner.name.span);
                            }
                            None => {
                                let message = format!(
                                    "`{}` has no abstract method `{}`",
                                    declared.name, inner.name.text
                                );
                                checker.error(inner.name.span, message);
                            }
                        }
                        checker.types.functions.push(Arc::clone(&function));
                        made.methods.push(function);
                    }
                    DeclarationKind::Instance(written) => checker.instance(inner, written),
                    DeclarationKind::Constant(ty, value) => checker.constant(&inner.name, ty, value),
                    _ => checker.error(inner.span, "only methods and instances can stand here"),
                }
            }
        });
        self.context.this = before;
        let optional = |method: &&Method| {
            method.signature.annotations.iter().any(|annotation| &*annotation.name.text == "optional")
        };
        let names: Vec<String> = declared
            .methods
            .iter()
            .filter(|method| missing.contains_key(&method.name) && method.is_abstract && !optional(method))
            .map(|method| format!("`{}`", method.name))
            .collect();
        if !names.is_empty() {
            let message =
                format!("abstract method {} of `{}` has no body here", names.join(", "), declared.name);
            let help = "write it behind the name: `Type(…) name = { … };`";
            self.report(Diagnostic::error(span, message).help(help));
        }
        made
    }

    /// Methods that nothing asks for may have faults of their own.
    fn methods_alone(&mut self, body: &[ast::Declaration]) {
        for inner in body {
            if let DeclarationKind::Function(signature, statements) = &inner.kind {
                self.method_body(inner, signature, statements);
            }
        }
    }

    fn method_body(
        &mut self,
        declaration: &ast::Declaration,
        signature: &ast::Signature,
        statements: &[ast::Statement],
    ) -> Arc<Function> {
        if let Some(parameter) = signature.type_parameters.first() {
            self.error(parameter.span, "the body of an abstract method has no type parameters");
        }
        let this = self.context.this.clone();
        let owner = self.context.owner.clone();
        let context = Context { place: Place::Function, this, owner, ..Context::default() };
        let name = Text::clone(&declaration.name.text);
        let (function, _) = self
            .within(context, |checker| checker.function_of(&declaration.name, signature, statements, name));
        Arc::new(function)
    }

    fn check_implementation(&mut self, wanted: &Signature, given: &Function, span: Span) {
        // Optional parameters at the end may be left out.
        let mut missing = wanted.parameters.iter().skip(given.parameters.len());
        let fits = wanted.parameters.len() >= given.parameters.len()
            && missing.all(|parameter| parameter.optional)
            && wanted.result == given.result
            && wanted.parameters.iter().zip(&given.parameters).all(|(wanted, given)| {
                given.kind == VariableKind::Parameter(wanted.direction) && given.ty == wanted.ty
            });
        if !fits {
            let message =
                format!("the abstract method `{}` has other parameters or another result", wanted.name);
            let help = format!("it returns `{}` and takes {}", wanted.result, super::call::list(wanted));
            self.report(Diagnostic::error(span, message).help(help).related(wanted.span, "declared here"));
        }
    }
}

/// Whether two functions of one name can't be told apart by an argument list.
pub(super) fn same_names(a: &Signature, b: &Signature) -> bool {
    a.parameters.len() == b.parameters.len()
        && a.parameters.iter().zip(&b.parameters).all(|(a, b)| a.name == b.name)
}
