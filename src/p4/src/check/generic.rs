//! Structures, parsers, controls and functions with type parameters, for given type arguments.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Checker, Symbol};
use crate::ast::{self, DeclarationKind};
use crate::diagnostic::count;
use crate::source::{Span, Text};
use crate::typed::{Control, Extern, Function, Parser, Signature, Structure, Type};

/// Levels of specialised declarations in each other.
const MAX_DEPTH: usize = 64;

/// Levels of statements and expressions at which nothing is specialised any more: what is made is checked at once, on
/// the same stack.
const MAX_LEVELS: usize = 256;

/// The longest name of a specialised declaration.
const MAX_NAME: usize = 4096;

/// Specialised declarations of a program.
const MAX_COUNT: usize = 4096;

/// What type parameters stand for, by their number.
#[derive(Clone, Debug, Default)]
pub(super) struct Substitution {
    /// Those that may be given a type; all others are types of their own.
    open: Vec<u32>,
    bound: HashMap<u32, Type>,
    /// Those that are written, not inferred.
    fixed: Vec<u32>,
}

/// What was made of a template for some type arguments.
pub(super) enum Specialised {
    Parser(Arc<Parser>),
    Control(Arc<Control>),
    Function(Arc<Function>),
    /// Being made, or refused.
    Nothing,
}

impl Substitution {
    /// Type parameters that nothing is known about yet.
    pub(super) fn open(parameters: &[(Text, u32)]) -> Self {
        let open = parameters.iter().map(|(_, number)| *number).collect();
        Self { open, ..Self::default() }
    }

    /// Type parameters with their arguments; those that are `_` or missing stay open.
    pub(super) fn with(parameters: &[(Text, u32)], arguments: &[Type]) -> Self {
        let mut substitution = Self::open(parameters);
        for ((_, number), argument) in parameters.iter().zip(arguments) {
            if !matches!(argument, Type::Default) {
                substitution.fix(*number, argument.clone());
            }
        }
        substitution
    }

    pub(super) fn is_open(&self, number: u32) -> bool {
        self.open.contains(&number)
    }

    pub(super) fn get(&self, number: u32) -> Option<&Type> {
        self.bound.get(&number)
    }

    /// What the type parameters in a type stand for.
    pub(super) fn of<'t>(&'t self, ty: &Type) -> impl Iterator<Item = &'t Type> + use<'t> {
        let mut numbers = Vec::new();
        parameters_in(ty, &mut numbers);
        numbers.into_iter().filter_map(|number| self.bound.get(&number))
    }

    /// Binds a type parameter to what is written.
    pub(super) fn fix(&mut self, number: u32, ty: Type) {
        self.bound.insert(number, ty);
        self.fixed.push(number);
    }

    pub(super) fn is_fixed(&self, number: u32) -> bool {
        self.fixed.contains(&number)
    }

    pub(super) fn bind(&mut self, number: u32, ty: Type) {
        self.bound.insert(number, ty);
    }

    /// What the type parameters stand for, in their order; [`Type::Invalid`] for what is not known.
    pub(super) fn arguments(&self, parameters: &[(Text, u32)]) -> Vec<Type> {
        let known = |(_, number): &(Text, u32)| self.get(*number).cloned().unwrap_or(Type::Invalid);
        parameters.iter().map(known).collect()
    }
}

/// Whether a type has type parameters in it.
pub(super) fn has_parameters(ty: &Type) -> bool {
    match ty {
        Type::Parameter(..) => true,
        Type::Tuple(types) | Type::Extern(_, types) | Type::Signature(_, types) | Type::Package(_, types) => {
            types.iter().any(has_parameters)
        }
        Type::List(inner) | Type::ValueSet(inner) => has_parameters(inner),
        Type::Stack(element, _) => has_parameters(element),
        Type::Structure(structure) => structure.arguments.iter().any(has_parameters),
        Type::Record(fields) => fields.iter().any(|(_, ty)| has_parameters(ty)),
        _ => false,
    }
}

fn parameters_in(ty: &Type, numbers: &mut Vec<u32>) {
    match ty {
        Type::Parameter(_, number) => numbers.push(*number),
        Type::Tuple(types) | Type::Extern(_, types) | Type::Signature(_, types) | Type::Package(_, types) => {
            types.iter().for_each(|ty| parameters_in(ty, numbers));
        }
        Type::List(inner) | Type::ValueSet(inner) => parameters_in(inner, numbers),
        Type::Stack(element, _) => parameters_in(element, numbers),
        Type::Structure(structure) => structure.arguments.iter().for_each(|ty| parameters_in(ty, numbers)),
        _ => {}
    }
}

/// Whether a type is made of a structure with type parameters.
fn is_of(ty: &Type, name: &str) -> bool {
    match ty {
        Type::Structure(structure) => {
            structure.name.split('<').next() == Some(name) && !structure.arguments.is_empty()
                || structure.arguments.iter().any(|argument| is_of(argument, name))
        }
        Type::Tuple(types) => types.iter().any(|ty| is_of(ty, name)),
        Type::List(inner) => is_of(inner, name),
        Type::Stack(element, _) => is_of(element, name),
        _ => false,
    }
}

fn full_name(name: &str, arguments: &[Type]) -> Text {
    let list: Vec<String> = arguments.iter().map(ToString::to_string).collect();
    format!("{name}<{}>", list.join(", ")).into()
}

impl<'a> Checker<'a, '_> {
    /// Remembers a declaration with type parameters.
    pub(super) fn template(&mut self, declaration: &'a ast::Declaration) -> usize {
        self.templates.push(declaration);
        self.templates.len().saturating_sub(1)
    }

    /// Runs something outside of all scopes but the first.
    fn isolated<T>(&mut self, inner: impl FnOnce(&mut Self) -> T) -> T {
        let inner_scopes = self.scopes.split_off(self.scopes.len().min(1));
        self.depth = self.depth.saturating_add(1);
        let result = self.scoped(inner);
        self.depth = self.depth.saturating_sub(1);
        self.scopes.extend(inner_scopes);
        result
    }

    fn declare_arguments(&mut self, parameters: &[ast::Name], arguments: &[Type]) {
        for (parameter, argument) in parameters.iter().zip(arguments) {
            self.declare(parameter, Symbol::Type(argument.clone()));
        }
    }

    fn is_deep(&mut self, name: &str, span: Span) -> bool {
        let deep = self.depth >= MAX_DEPTH
            || self.levels >= MAX_LEVELS
            || name.len() > MAX_NAME
            || self.specialised.len() >= MAX_COUNT;
        if deep {
            self.error(
                span,
                "there are too many specialised declarations: more levels or longer names than allowed",
            );
        }
        deep
    }

    /// A structure, parser or control for type arguments.
    pub(super) fn specialise(&mut self, template: usize, arguments: &[Type], span: Span) -> Type {
        let Some(declaration) = self.templates.get(template).copied() else { return Type::Invalid };
        let name = &declaration.name.text;
        let parameters = match &declaration.kind {
            DeclarationKind::Structure(structure) => structure.type_parameters.as_slice(),
            DeclarationKind::Parser(parser) => parser.type_parameters.as_slice(),
            DeclarationKind::Control(control) => control.type_parameters.as_slice(),
            _ => return Type::Invalid,
        };
        if parameters.len() != arguments.len() {
            let wanted = count(parameters.len(), "type argument");
            let message = match arguments {
                [] => format!("`{name}` takes {wanted}: write `{name}<…>`"),
                _ => format!("`{name}` takes {wanted}, not {}", arguments.len()),
            };
            self.error(span, message);
            return Type::Invalid;
        }
        if arguments.iter().any(|argument| matches!(argument, Type::Default)) {
            self.error(span, format!("the type arguments of `{name}` can't be inferred: write them"));
            return Type::Invalid;
        }
        // A type in its own arguments, hidden by a `typedef`.
        let within = arguments.iter().find(|argument| is_of(argument, name));
        if let Some(within) = within
            && !self.has_error_at(span)
        {
            self.error(span, format!("type `{name}` can't be an argument of itself, as in `{within}`"));
            return Type::Invalid;
        }
        let full = full_name(name, arguments);
        match &declaration.kind {
            DeclarationKind::Structure(structure) => {
                self.structure_for(declaration, structure, full, arguments, span)
            }
            _ => self.block_for(declaration, parameters, full, arguments, span),
        }
    }

    fn structure_for(
        &mut self,
        declaration: &'a ast::Declaration,
        structure: &'a ast::Structure,
        full: Text,
        arguments: &[Type],
        span: Span,
    ) -> Type {
        if let Some(known) = self.types.structures.get(&full) {
            return Type::Structure(Arc::clone(known));
        }
        if self.is_deep(&full, span) {
            return Type::Invalid;
        }
        let fields = self.isolated(|checker| {
            checker.declare_arguments(&structure.type_parameters, arguments);
            checker.fields(structure)
        });
        // Within a signature an argument can be a type parameter: such a structure is none of the program's.
        let open = arguments.iter().any(has_parameters);
        let specialised = Arc::new(Structure {
            name: Text::clone(&full),
            kind: structure.kind,
            arguments: arguments.to_vec(),
            fields,
            annotations: declaration.annotations.clone(),
            span: declaration.name.span,
        });
        if self.too_large(&Type::Structure(Arc::clone(&specialised)), span) {
            return Type::Invalid;
        }
        if !open {
            self.types.structures.insert(full, Arc::clone(&specialised));
        }
        Type::Structure(specialised)
    }

    /// A parser or control.
    fn block_for(
        &mut self,
        declaration: &'a ast::Declaration,
        parameters: &[ast::Name],
        full: Text,
        arguments: &[Type],
        span: Span,
    ) -> Type {
        match self.specialised.get(&full) {
            Some(Specialised::Parser(parser)) => return Type::Parser(Arc::clone(parser)),
            Some(Specialised::Control(control)) => return Type::Control(Arc::clone(control)),
            Some(Specialised::Function(_) | Specialised::Nothing) => return Type::Invalid,
            None => {}
        }
        if self.is_deep(&full, span) {
            return Type::Invalid;
        }
        self.specialised.insert(Text::clone(&full), Specialised::Nothing);
        let open = arguments.iter().any(has_parameters);
        let name = Text::clone(&full);
        match &declaration.kind {
            DeclarationKind::Parser(parser) => {
                let Some(body) = &parser.body else { return Type::Invalid };
                let made = self.isolated(|checker| {
                    checker.declare_arguments(parameters, arguments);
                    Arc::new(checker.parser_of(declaration, parser, body, name))
                });
                if !open {
                    self.types.parsers.insert(Text::clone(&full), Arc::clone(&made));
                }
                self.specialised.insert(full, Specialised::Parser(Arc::clone(&made)));
                Type::Parser(made)
            }
            DeclarationKind::Control(control) => {
                let Some(body) = &control.body else { return Type::Invalid };
                let made = self.isolated(|checker| {
                    checker.declare_arguments(parameters, arguments);
                    Arc::new(checker.control_of(declaration, control, body, name))
                });
                if !open {
                    self.types.controls.insert(Text::clone(&full), Arc::clone(&made));
                }
                self.specialised.insert(full, Specialised::Control(Arc::clone(&made)));
                Type::Control(made)
            }
            _ => Type::Invalid,
        }
    }

    /// A function with type parameters, for type arguments.
    pub(super) fn function_for(
        &mut self,
        template: usize,
        arguments: &[Type],
        span: Span,
    ) -> Option<Arc<Function>> {
        let declaration = self.templates.get(template).copied()?;
        let DeclarationKind::Function(signature, body) = &declaration.kind else { return None };
        // Overloads of one name are told apart by where they are.
        let full = full_name(&declaration.name.text, arguments);
        let key: Text = format!("{full}#{template}").into();
        match self.specialised.get(&key) {
            Some(Specialised::Function(function)) => return Some(Arc::clone(function)),
            Some(_) => return None,
            None => {}
        }
        if self.is_deep(&full, span) {
            return None;
        }
        self.specialised.insert(Text::clone(&key), Specialised::Nothing);
        let made = self.isolated(|checker| {
            checker.declare_arguments(&signature.type_parameters, arguments);
            Arc::new(checker.function_of(&declaration.name, signature, body, full))
        });
        if !arguments.iter().any(has_parameters) {
            self.types.functions.push(Arc::clone(&made));
        }
        self.specialised.insert(key, Specialised::Function(Arc::clone(&made)));
        Some(made)
    }

    /// A type with type parameters replaced.
    pub(super) fn substitute(&mut self, ty: &Type, substitution: &Substitution) -> Type {
        if substitution.bound.is_empty() || !has_parameters(ty) {
            return ty.clone();
        }
        match ty {
            Type::Parameter(_, number) => substitution.get(*number).cloned().unwrap_or_else(|| ty.clone()),
            Type::Tuple(types) => Type::Tuple(self.substitute_all(types, substitution)),
            Type::List(inner) => Type::List(Box::new(self.substitute(inner, substitution))),
            Type::ValueSet(inner) => Type::ValueSet(Box::new(self.substitute(inner, substitution))),
            Type::Stack(element, size) => {
                Type::Stack(Arc::new(self.substitute(element, substitution)), *size)
            }
            Type::Extern(declared, types) => {
                Type::Extern(Arc::clone(declared), self.substitute_all(types, substitution))
            }
            Type::Signature(signature, types) => {
                Type::Signature(Arc::clone(signature), self.substitute_all(types, substitution))
            }
            Type::Package(name, types) => {
                Type::Package(Text::clone(name), self.substitute_all(types, substitution))
            }
            Type::Structure(structure) => {
                let arguments = self.substitute_all(&structure.arguments, substitution);
                if arguments == structure.arguments {
                    return ty.clone();
                }
                let name = structure.name.split('<').next().unwrap_or_default();
                match self.find_global(name) {
                    Some(Symbol::Template(template)) => {
                        let template = *template;
                        self.specialise(template, &arguments, structure.span)
                    }
                    _ => Type::Invalid,
                }
            }
            _ => ty.clone(),
        }
    }

    pub(super) fn substitute_all(&mut self, types: &[Type], substitution: &Substitution) -> Vec<Type> {
        types.iter().map(|ty| self.substitute(ty, substitution)).collect()
    }

    /// A signature with type parameters of what is around it replaced.
    pub(super) fn instantiate(&mut self, signature: &Signature, substitution: &Substitution) -> Signature {
        let mut parameters = signature.parameters.clone();
        for parameter in &mut parameters {
            parameter.ty = self.substitute(&parameter.ty, substitution);
        }
        let result = self.substitute(&signature.result, substitution);
        Signature { parameters, result, ..signature.clone() }
    }
}

/// Type parameters of an extern and what they stand for in an instance.
pub(super) fn extern_substitution(declared: &Extern, arguments: &[Type]) -> Substitution {
    Substitution::with(&declared.type_parameters, arguments)
}
