//! Declarations: names that are there twice, instances at the top level, and what is a parser or control where it
//! can't be.

use std::collections::HashMap;

use crate::ast::{
    AnnotationBody, ControlDeclaration, Declaration, DeclarationKind, Expression, ExpressionKind, Field,
    Method, Name, Parameter, ParserDeclaration, Program, Type, TypeKind, TypeOrDeclaration, UnaryOp,
};
use crate::diagnostic::Diagnostic;

/// What a name of the top level is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Control,
    ControlType,
    Parser,
    ParserType,
    Extern,
}

impl Kind {
    fn is_parser(self) -> bool {
        matches!(self, Self::Parser | Self::ParserType)
    }

    fn is_block(self) -> bool {
        self != Self::Extern
    }

    fn word(self) -> &'static str {
        match self {
            Self::Control | Self::ControlType => "control",
            Self::Parser | Self::ParserType => "parser",
            Self::Extern => "extern",
        }
    }
}

pub(super) fn check(program: &Program, diagnostics: &mut Vec<Diagnostic>) {
    let mut declarations = Declarations { kinds: HashMap::new(), diagnostics };
    for declaration in &program.declarations {
        declarations.one(declaration);
        let kind = match &declaration.kind {
            DeclarationKind::Control(control) if control.body.is_some() => Kind::Control,
            DeclarationKind::Control(_) => Kind::ControlType,
            DeclarationKind::Parser(parser) if parser.body.is_some() => Kind::Parser,
            DeclarationKind::Parser(_) => Kind::ParserType,
            DeclarationKind::Extern(..) => Kind::Extern,
            _ => continue,
        };
        declarations.kinds.insert(&declaration.name.text, kind);
    }
}

struct Declarations<'a, 'd> {
    /// What the names so far are.
    kinds: HashMap<&'a str, Kind>,
    diagnostics: &'d mut Vec<Diagnostic>,
}

impl<'a> Declarations<'a, '_> {
    fn one(&mut self, declaration: &'a Declaration) {
        let name = &declaration.name;
        let may_be_main =
            matches!(declaration.kind, DeclarationKind::Instance(_) | DeclarationKind::Function(..));
        if &*name.text == "main" && !may_be_main {
            let diagnostic = Diagnostic::error(name.span, "`main` has to be an instance of a package");
            self.diagnostics.push(diagnostic.help("for v1model write `V1Switch(…) main;`"));
        }
        match &declaration.kind {
            DeclarationKind::SerializableEnum(_, members) => {
                let what = format!("enum `{}`", name.text);
                self.twice(members.iter().map(|(name, _)| name), &what);
            }
            DeclarationKind::Enum(members) => self.twice(members, &format!("enum `{}`", name.text)),
            DeclarationKind::Typedef(TypeOrDeclaration::Declaration(inner)) => self.one(inner),
            DeclarationKind::Structure(structure) => {
                self.twice(&structure.type_parameters, "these type parameters");
                self.lengths(&structure.fields);
            }
            DeclarationKind::Extern(types, methods) => {
                self.twice(types, "these type parameters");
                for method in methods {
                    self.twice(&method.signature.type_parameters, "these type parameters");
                    self.parameters(&[], &method.signature.parameters, &[]);
                    self.not_itself(name, &method.signature.parameters);
                }
                self.extern_methods(name, methods);
            }
            DeclarationKind::ExternFunction(signature) | DeclarationKind::Function(signature, _) => {
                self.parameters(&signature.type_parameters, &signature.parameters, &[]);
            }
            DeclarationKind::Action(parameters, _) => self.parameters(&[], parameters, &[]),
            DeclarationKind::Package(types, parameters) => self.parameters(types, &[], parameters),
            DeclarationKind::Control(control) => self.control(control),
            DeclarationKind::Parser(parser) => self.parser(parser),
            DeclarationKind::Instance(instance) => {
                self.top_instance(name, &instance.ty);
                self.methods(declaration);
            }
            DeclarationKind::Constant(_, value) if &*name.text == "__v1model_version" => self.version(value),
            _ => {}
        }
    }

    /// The length of a field is said by fields before it.
    fn lengths(&mut self, fields: &[Field]) {
        for (index, field) in fields.iter().enumerate() {
            let lengths = field.annotations.iter().filter(|annotation| &*annotation.name.text == "length");
            for annotation in lengths {
                let AnnotationBody::Unstructured(tokens) = &annotation.body else { continue };
                let [token] = tokens.as_slice() else { continue };
                let later = fields.iter().skip(index).find(|later| later.name.text == token.text);
                if let Some(later) = later {
                    let message = format!("`{}` is not declared before this field", token.text);
                    let diagnostic = Diagnostic::error(token.span, message);
                    self.diagnostics.push(diagnostic.related(later.name.span, "it is declared here"));
                }
            }
        }
    }

    fn control(&mut self, control: &'a ControlDeclaration) {
        self.parameters(&control.type_parameters, &control.parameters, &control.constructor);
        let Some(body) = &control.body else { return };
        self.blocks(&control.type_parameters, &control.constructor, &body.locals, false);
        for local in &body.locals {
            if let DeclarationKind::Action(parameters, _) = &local.kind {
                self.parameters(&[], parameters, &[]);
            }
            self.methods(local);
        }
    }

    fn parser(&mut self, parser: &'a ParserDeclaration) {
        self.parameters(&parser.type_parameters, &parser.parameters, &parser.constructor);
        let Some(body) = &parser.body else { return };
        self.blocks(&parser.type_parameters, &parser.constructor, &body.locals, true);
        body.locals.iter().for_each(|local| self.methods(local));
    }

    /// The methods that an instance brings along.
    fn methods(&mut self, declaration: &'a Declaration) {
        let DeclarationKind::Instance(instance) = &declaration.kind else { return };
        for inner in instance.body.iter().flatten() {
            if let DeclarationKind::Function(signature, _) = &inner.kind {
                self.parameters(&signature.type_parameters, &signature.parameters, &[]);
            }
            self.methods(inner);
        }
    }

    fn kind(&self, ty: &Type, hidden: &[Name]) -> Option<Kind> {
        let name = type_name(ty)?;
        let hides = hidden.iter().any(|hidden| &*hidden.text == name);
        self.kinds.get(name).copied().filter(|_| !hides)
    }

    /// A control has no parsers, and a parser no controls.
    fn blocks(&mut self, types: &[Name], constructor: &[Parameter], locals: &[Declaration], in_parser: bool) {
        let parameters = constructor.iter().map(|parameter| (&parameter.name, &parameter.ty));
        let instances = locals.iter().filter_map(|local| match &local.kind {
            DeclarationKind::Instance(instance) => Some((&local.name, &instance.ty)),
            _ => None,
        });
        for (name, ty) in parameters.chain(instances) {
            let Some(kind) = self.kind(ty, types).filter(|kind| kind.is_block()) else { continue };
            if kind.is_parser() != in_parser {
                let around = if in_parser { "parser" } else { "control" };
                let message = format!("`{}` is a {}, which a {around} can't have", name.text, kind.word());
                self.diagnostics.push(Diagnostic::error(name.span, message));
            }
        }
    }

    /// Names of parameters are there once; controls and parsers aren't handed over when a program runs.
    fn parameters(&mut self, types: &[Name], parameters: &[Parameter], constructor: &[Parameter]) {
        let names = parameters.iter().chain(constructor).map(|parameter| &parameter.name);
        self.twice(types.iter().chain(names), "these parameters");
        for parameter in parameters {
            if let Some(kind) = self.kind(&parameter.ty, types).filter(|kind| kind.is_block()) {
                let name = &parameter.name;
                let message = format!("parameter `{}` can't be a {}", name.text, kind.word());
                let help = "make it a constructor parameter, in brackets of its own";
                self.diagnostics.push(Diagnostic::error(name.span, message).help(help));
            }
        }
        for parameter in constructor {
            let kind = self.kind(&parameter.ty, types);
            if let Some(kind) = kind.filter(|kind| matches!(kind, Kind::Control | Kind::Parser)) {
                let name = &parameter.name;
                let word = kind.word();
                let message = format!("the type of parameter `{}` has to be a {word} type", name.text);
                let help = format!("declare one with a `;` in place of the body: `{word} T(…);`");
                self.diagnostics.push(Diagnostic::error(name.span, message).help(help));
            }
        }
    }

    fn twice<'n>(&mut self, names: impl IntoIterator<Item = &'n Name>, what: &str) {
        let mut seen: HashMap<&str, &Name> = HashMap::new();
        for name in names {
            if let Some(first) = seen.get(&*name.text) {
                let message = format!("`{}` is twice in {what}", name.text);
                let diagnostic = Diagnostic::error(name.span, message);
                self.diagnostics.push(diagnostic.related(first.span, "first here"));
                continue;
            }
            seen.insert(&name.text, name);
        }
    }

    fn top_instance(&mut self, name: &Name, ty: &Type) {
        let Some(kind) = self.kind(ty, &[]) else { return };
        let word = kind.word();
        if matches!(kind, Kind::Control | Kind::Parser) {
            let message =
                format!("{word} `{}` can't be instantiated at the top level", type_name(ty).unwrap_or(""));
            let help = "declare the instance in the control or parser that uses it";
            self.diagnostics.push(Diagnostic::error(name.span, message).help(help));
        } else if &*name.text == "main" {
            let message = format!("`main` has to be an instance of a package, not of {word}s");
            let help = "for v1model write `V1Switch(…) main;`";
            self.diagnostics.push(Diagnostic::error(name.span, message).help(help));
        }
    }

    /// An extern isn't handed to its own methods.
    fn not_itself(&mut self, owner: &Name, parameters: &[Parameter]) {
        for parameter in parameters.iter().filter(|parameter| type_name(&parameter.ty) == Some(&owner.text)) {
            let message = format!("a method of `{0}` can't take an `{0}`", owner.text);
            self.diagnostics.push(Diagnostic::error(parameter.name.span, message));
        }
    }

    /// Constructors have no result, and overloads can be told apart by their number of parameters or their names.
    fn extern_methods(&mut self, owner: &Name, methods: &[Method]) {
        let names = |method: &Method| {
            let parameters = method.signature.parameters.iter();
            let mut names: Vec<_> = parameters.map(|parameter| parameter.name.text.clone()).collect();
            names.sort_unstable();
            names
        };
        for (index, method) in methods.iter().enumerate() {
            let name = &method.name;
            if name.text == owner.text && method.signature.result.is_some() {
                let message = format!("constructor `{}` can't have a result", name.text);
                self.diagnostics.push(Diagnostic::error(name.span, message).help("leave its type out"));
            }
            let before = methods.iter().take(index);
            let twin = before.filter(|other| other.name.text == name.text);
            if let Some(twin) = twin.into_iter().find(|other| names(other) == names(method)) {
                let message = format!("`{}` is declared twice with the same parameters", name.text);
                let diagnostic = Diagnostic::error(name.span, message);
                self.diagnostics.push(diagnostic.related(twin.name.span, "first declared here"));
            }
        }
    }

    /// The version of v1model that a program asks for is one that there is.
    fn version(&mut self, value: &Expression) {
        let known = match &value.kind {
            ExpressionKind::Integer(literal) => {
                (20_180_101.into()..=20_200_408.into()).contains(&literal.value)
            }
            ExpressionKind::Unary(UnaryOp::Minus, _) => false,
            // Computed: taken as it is.
            _ => true,
        };
        if !known {
            let message = "there is no such version of v1model";
            let help = "`V1MODEL_VERSION` is between 20180101 and 20200408";
            self.diagnostics.push(Diagnostic::error(value.span, message).help(help));
        }
    }
}

fn type_name(ty: &Type) -> Option<&str> {
    match &ty.kind {
        TypeKind::Named(name) | TypeKind::Specialized(name, _) => Some(&name.name.text),
        TypeKind::Stack(element, _) => type_name(element),
        _ => None,
    }
}
