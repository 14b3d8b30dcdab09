//! Declarations at the top level, and members of enums and externs.

use std::collections::HashMap;

use crate::ast::{Declaration, DeclarationKind, Method, Name, Program, TypeKind, TypeOrDeclaration};
use crate::diagnostic::Diagnostic;

pub(super) fn check(program: &Program, diagnostics: &mut Vec<Diagnostic>) {
    let mut kinds: HashMap<&str, &'static str> = HashMap::new();
    for declaration in &program.declarations {
        one(declaration, &kinds, diagnostics);
        let kind = match &declaration.kind {
            DeclarationKind::Control(control) if control.body.is_some() => "control",
            DeclarationKind::Parser(parser) if parser.body.is_some() => "parser",
            DeclarationKind::Package(..) => "package",
            DeclarationKind::Extern(..) => "extern",
            _ => continue,
        };
        kinds.insert(&declaration.name.text, kind);
    }
}

fn one(declaration: &Declaration, kinds: &HashMap<&str, &'static str>, diagnostics: &mut Vec<Diagnostic>) {
    match &declaration.kind {
        DeclarationKind::SerializableEnum(_, members) => {
            twice(members.iter().map(|(name, _)| name), &declaration.name, diagnostics);
        }
        DeclarationKind::Enum(members) => twice(members, &declaration.name, diagnostics),
        DeclarationKind::Typedef(TypeOrDeclaration::Declaration(inner)) => one(inner, kinds, diagnostics),
        DeclarationKind::Extern(_, methods) => extern_methods(&declaration.name, methods, diagnostics),
        DeclarationKind::Instance(instance) => {
            let name = match &instance.ty.kind {
                TypeKind::Named(name) | TypeKind::Specialized(name, _) => &*name.name.text,
                _ => return,
            };
            let kind = kinds.get(name).copied().unwrap_or_default();
            let span = declaration.name.span;
            if matches!(kind, "control" | "parser") {
                let message = format!("{kind} `{name}` can't be instantiated at the top level");
                let help = "declare the instance in the control or parser that uses it";
                diagnostics.push(Diagnostic::error(span, message).help(help));
            } else if &*declaration.name.text == "main" && kind == "extern" {
                let message = format!("`main` has to be a package, not the extern `{name}`");
                diagnostics
                    .push(Diagnostic::error(span, message).help("for v1model write `V1Switch(…) main;`"));
            }
        }
        _ => {}
    }
}

fn twice<'a>(members: impl IntoIterator<Item = &'a Name>, owner: &Name, diagnostics: &mut Vec<Diagnostic>) {
    let mut seen: HashMap<&str, &Name> = HashMap::new();
    for name in members {
        match seen.get(&*name.text) {
            Some(first) => {
                let message = format!("`{}` is twice in enum `{}`", name.text, owner.text);
                diagnostics.push(Diagnostic::error(name.span, message).related(first.span, "first here"));
            }
            None => {
                seen.insert(&name.text, name);
            }
        }
    }
}

/// Constructors have no result, and overloads can be told apart by their number of parameters or their names.
fn extern_methods(owner: &Name, methods: &[Method], diagnostics: &mut Vec<Diagnostic>) {
    for (index, method) in methods.iter().enumerate() {
        let name = &method.name;
        if name.text == owner.text && method.signature.result.is_some() {
            let message = format!("constructor `{}` can't have a result", name.text);
            diagnostics.push(Diagnostic::error(name.span, message).help("leave its type out"));
        }
        let names = |method: &Method| {
            let mut names: Vec<_> =
                method.signature.parameters.iter().map(|parameter| parameter.name.text.clone()).collect();
            names.sort_unstable();
            names
        };
        let twin = methods.iter().take(index).find(|other| {
            other.name.text == name.text
                && other.signature.parameters.len() == method.signature.parameters.len()
                && names(other) == names(method)
        });
        if let Some(twin) = twin {
            let message = format!("`{}` is declared twice with the same parameters", name.text);
            let diagnostic = Diagnostic::error(name.span, message);
            diagnostics.push(diagnostic.related(twin.name.span, "first declared here"));
        }
    }
}
