//! Externs: their declaration, the bodies that instances give to abstract methods, and what the methods of the core
//! library ask for besides their types.

use std::collections::HashMap;
use std::sync::Arc;

use super::generic::extern_substitution;
use super::{Checker, Context, Place, Symbol};
use crate::ast::{self, DeclarationKind};
use crate::diagnostic::Diagnostic;
use crate::source::{Span, Text};
use crate::typed::{
    Argument, Extern, Function, Instance, Method, Signature, SignatureKind, Structure, StructureKind, Type,
    VariableKind,
};

impl Checker<'_, '_> {
    pub(super) fn external(
        &mut self,
        declaration: &ast::Declaration,
        parameters: &[ast::Name],
        methods: &[ast::Method],
    ) {
        let name = &declaration.name;
        // Its methods may refer to it.
        self.declare(name, Symbol::Unfinished);
        let declared = self.scoped(|checker| {
            let type_parameters = checker.declare_type_parameters(parameters);
            // Arguments of the type within its own methods are its parameters.
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
        body: &[ast::Declaration],
        span: Span,
    ) -> Instance {
        let Type::Extern(declared, arguments) = instance.ty.clone() else {
            if let Some(first) = body.first() {
                self.error(first.span, "only an extern with abstract methods takes a body");
            }
            return instance;
        };
        let mut missing: HashMap<Text, &Method> = declared
            .methods
            .iter()
            .filter(|method| method.is_abstract)
            .map(|method| (Text::clone(&method.name), method))
            .collect();
        if missing.is_empty() {
            if let Some(first) = body.first() {
                let message = format!("`{}` has no abstract methods: it takes no body", declared.name);
                self.error(first.span, message);
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
        let missing = wanted.parameters.iter().skip(given.parameters.len());
        let fits = wanted.parameters.len() >= given.parameters.len()
            && missing.fold(true, |fits, parameter| fits && parameter.optional)
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

    /// What `packet_in` and `packet_out` ask for.
    pub(super) fn check_core_method(
        &mut self,
        declared: &Extern,
        signature: &Signature,
        types: &[Type],
        arguments: &[Argument],
        span: Span,
    ) {
        let first = arguments.first().and_then(|argument| argument.value.as_ref());
        match (&*declared.name, &*signature.name) {
            ("packet_in", "extract") => {
                let Some(header) = first else { return };
                let variable = match &header.ty {
                    Type::Structure(structure) if structure.kind == StructureKind::Header => {
                        let count = varbits(structure);
                        if count > 1 {
                            let message = "a header with more than one `varbit` field can't be extracted: nothing says where the first one ends";
                            self.error(header.span, message);
                            return;
                        }
                        count == 1
                    }
                    Type::Invalid | Type::Parameter(..) => return,
                    other => {
                        let message = format!("`extract` reads a header, not a `{other}`");
                        let diagnostic = Diagnostic::error(header.span, message);
                        self.report(match other {
                            Type::Stack(..) => {
                                diagnostic.help("extract into `.next`, one header after another")
                            }
                            _ => diagnostic,
                        });
                        return;
                    }
                };
                match (variable, arguments.len()) {
                    (true, 1) => {
                        let message = "this header has a `varbit` field: its length has to be given";
                        let help = "write `extract(header, bits)`";
                        self.report(Diagnostic::error(header.span, message).help(help));
                    }
                    (false, 2) => {
                        let message = "this header has no `varbit` field, so there is no length to give";
                        self.report(Diagnostic::error(header.span, message).help("write `extract(header)`"));
                    }
                    _ => {}
                }
            }
            ("packet_in", "lookahead") => {
                let Some(ty) = types.first() else { return };
                if matches!(ty, Type::Void) || !fixed_width(ty) {
                    self.error(span, format!("`lookahead` needs a type of fixed width, not `{ty}`"));
                }
            }
            ("packet_out", "emit") => {
                let Some(value) = first else { return };
                if let Some(fault) = not_emitted(&value.ty) {
                    let message = format!("`emit` writes headers, stacks and unions, not a `{fault}`");
                    self.error(span, message);
                }
            }
            _ => {}
        }
    }
}

fn varbits(structure: &Structure) -> usize {
    structure.fields.iter().filter(|field| matches!(field.ty, Type::Varbit(_))).count()
}

fn fixed_width(ty: &Type) -> bool {
    match ty.underlying() {
        Type::Varbit(_) => false,
        Type::Structure(structure) => {
            structure.kind != StructureKind::Union
                && structure.fields.iter().all(|field| fixed_width(&field.ty))
        }
        Type::Stack(element, _) => fixed_width(element),
        Type::Tuple(types) => types.iter().all(fixed_width),
        _ => true,
    }
}

/// What of a value can't be written to a packet.
fn not_emitted(ty: &Type) -> Option<Type> {
    match ty {
        Type::Structure(structure) if structure.kind == StructureKind::Struct => {
            structure.fields.iter().find_map(|field| not_emitted(&field.ty))
        }
        Type::Structure(_) | Type::Stack(..) | Type::Invalid | Type::Parameter(..) => None,
        Type::Tuple(types) => types.iter().find_map(not_emitted),
        Type::Record(fields) => fields.iter().find_map(|(_, ty)| not_emitted(ty)),
        other => Some(other.clone()),
    }
}

/// Whether two functions of one name can't be told apart by an argument list.
pub(super) fn same_names(a: &Signature, b: &Signature) -> bool {
    a.parameters.len() == b.parameters.len()
        && a.parameters.iter().zip(&b.parameters).all(|(a, b)| a.name == b.name)
}
