//! Resolving written types.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use num_bigint::BigInt;
use num_traits::ToPrimitive;

use super::{Checker, Symbol};
use crate::ast::{self, TypeKind};
use crate::diagnostic::{Diagnostic, count};
use crate::parse::MAX_WIDTH;
use crate::source::{Span, Text};
use crate::typed::{Extern, Field, Signature, Structure, StructureKind, Type};

/// Types that stand for type parameters, by their number.
pub(super) type Substitution = HashMap<u32, Type>;

/// Levels of specialised structures in each other.
const MAX_DEPTH: usize = 64;

/// Fields and elements of a type, those of its parts counted.
const MAX_SIZE: usize = 1 << 16;

/// The longest name of a specialised structure.
const MAX_NAME: usize = 4096;

impl Checker<'_> {
    pub(super) fn ty(&mut self, ty: &ast::Type) -> Type {
        match &ty.kind {
            TypeKind::Void => Type::Void,
            TypeKind::Bool => Type::Bool,
            TypeKind::Error => Type::Error,
            TypeKind::Str => Type::Str,
            TypeKind::MatchKind => Type::MatchKind,
            TypeKind::Integer => Type::Integer,
            TypeKind::Bit(None) => Type::Bit(1),
            TypeKind::Bit(Some(width)) => self.width(width).map_or(Type::Invalid, Type::Bit),
            TypeKind::Int(width) => self.width(width).map_or(Type::Invalid, Type::Int),
            TypeKind::Varbit(width) => self.width(width).map_or(Type::Invalid, Type::Varbit),
            TypeKind::Tuple(types) => {
                let tuple = Type::Tuple(types.iter().map(|ty| self.ty(ty)).collect());
                if self.too_large(&tuple, ty.span) { Type::Invalid } else { tuple }
            }
            TypeKind::List(inner) => Type::List(Box::new(self.ty(inner))),
            TypeKind::Stack(inner, size) => self.stack(inner, size, ty.span),
            TypeKind::Named(name) => self.named(name, &[], ty.span),
            TypeKind::Specialized(name, arguments) => {
                let arguments: Vec<Type> = arguments.iter().map(|ty| self.ty(ty)).collect();
                self.named(name, &arguments, ty.span)
            }
            TypeKind::DontCare => {
                self.error(ty.span, "`_` is a type only as an argument that is to be inferred");
                Type::Invalid
            }
        }
    }

    /// Reports a type with so many parts that passes over them would not end in reasonable time: each level of
    /// structs may double them.
    pub(super) fn too_large(&mut self, ty: &Type, span: Span) -> bool {
        let large = ty.size() > MAX_SIZE;
        if large {
            self.error(span, format!("this type has more than {MAX_SIZE} parts"));
        }
        large
    }

    fn stack(&mut self, inner: &ast::Type, size: &ast::Expression, span: Span) -> Type {
        let inner = self.ty(inner);
        let Some(size) = self.constant_integer(size) else { return Type::Invalid };
        if inner.is_invalid() {
            return Type::Invalid;
        }
        let storable = match inner.underlying() {
            Type::Structure(_) | Type::Stack(..) | Type::Tuple(_) | Type::Enum(_) | Type::Parameter(..) => {
                true
            }
            Type::Bit(_) | Type::Int(_) | Type::Bool | Type::Error | Type::Varbit(_) => true,
            _ => false,
        };
        if !storable {
            self.error(
                span,
                format!("there are no stacks of `{inner}`: headers and other values can be stacked"),
            );
            return Type::Invalid;
        }
        let Some(size) = size.to_u32().filter(|size| (1..=MAX_WIDTH).contains(size)) else {
            self.error(span, format!("a stack can't have {size} elements: between 1 and {MAX_WIDTH}"));
            return Type::Invalid;
        };
        let stack = Type::Stack(Arc::new(inner), size);
        if self.too_large(&stack, span) { Type::Invalid } else { stack }
    }

    fn width(&mut self, width: &ast::Expression) -> Option<u32> {
        let value = self.constant_integer(width)?;
        let allowed = value.to_u32().filter(|value| (1..=MAX_WIDTH).contains(value));
        if allowed.is_none() {
            self.error(width.span, format!("a width has to be between 1 and {MAX_WIDTH}, not {value}"));
        }
        allowed
    }

    /// The value of an expression that has to be a constant integer.
    pub(super) fn constant_integer(&mut self, expression: &ast::Expression) -> Option<BigInt> {
        let value = self.expression(expression);
        if value.ty.is_invalid() {
            return None;
        }
        let integer = value.integer().cloned();
        if integer.is_none() {
            self.error(expression.span, "this has to be an integer known when compiled");
        }
        integer
    }

    fn named(&mut self, name: &ast::TypeName, arguments: &[Type], span: Span) -> Type {
        if arguments.iter().any(Type::is_invalid) {
            return Type::Invalid;
        }
        let parameters = |wanted: usize| {
            let wanted = count(wanted, "type argument");
            let message = format!("`{}` takes {wanted}, not {}", name.name.text, arguments.len());
            Diagnostic::error(span, message)
        };
        match self.resolve(&name.name, name.global) {
            Symbol::Invalid => Type::Invalid,
            Symbol::Type(ty) if arguments.is_empty() => ty,
            Symbol::Type(_) => {
                self.report(parameters(0));
                Type::Invalid
            }
            Symbol::Extern(declared) if declared.type_parameters.len() == arguments.len() => {
                Type::Extern(declared, arguments.to_vec())
            }
            Symbol::Extern(declared) => {
                self.report(parameters(declared.type_parameters.len()));
                Type::Invalid
            }
            // Type arguments of a package are inferred from its arguments.
            Symbol::Signature(signature)
                if arguments.is_empty() || signature.type_parameters.len() == arguments.len() =>
            {
                Type::Signature(signature, arguments.to_vec())
            }
            Symbol::Signature(signature) => {
                self.report(parameters(signature.type_parameters.len()));
                Type::Invalid
            }
            Symbol::Template => self.specialise(&name.name.text, arguments, span),
            other => {
                let message = format!("`{}` is {}, not a type", name.name.text, other.describe());
                self.error(span, message);
                Type::Invalid
            }
        }
    }

    /// A header or struct with type parameters, for given arguments.
    fn specialise(&mut self, name: &str, arguments: &[Type], span: Span) -> Type {
        let Some(declaration) = self.templates.get(name).copied() else { return Type::Invalid };
        let ast::DeclarationKind::Structure(structure) = &declaration.kind else { return Type::Invalid };
        if structure.type_parameters.len() != arguments.len() {
            let wanted = structure.type_parameters.len();
            let wanted = count(wanted, "type argument");
            self.error(span, format!("`{name}` takes {wanted}, not {}", arguments.len()));
            return Type::Invalid;
        }
        let list: Vec<String> = arguments.iter().map(ToString::to_string).collect();
        let full: Text = format!("{name}<{}>", list.join(", ")).into();
        if let Some(known) = self.types.structures.get(&full) {
            return Type::Structure(Arc::clone(known));
        }
        if self.depth >= MAX_DEPTH || full.len() > MAX_NAME {
            self.error(span, format!("structures are specialised more than {MAX_DEPTH} levels deep"));
            return Type::Invalid;
        }
        self.depth += 1;
        let fields = self.scoped(|checker| {
            for (parameter, argument) in structure.type_parameters.iter().zip(arguments) {
                checker.declare(parameter, Symbol::Type(argument.clone()));
            }
            checker.fields(structure)
        });
        self.depth -= 1;
        // Within a signature an argument can be a type parameter: such a structure is none of the program's.
        let open = arguments.iter().any(|argument| matches!(argument, Type::Parameter(..)));
        let specialised = Arc::new(Structure {
            name: Text::clone(&full),
            kind: structure.kind,
            fields,
            annotations: declaration.annotations.clone(),
            span: declaration.span,
        });
        if self.too_large(&Type::Structure(Arc::clone(&specialised)), span) {
            return Type::Invalid;
        }
        if !open {
            self.types.structures.insert(full, Arc::clone(&specialised));
        }
        Type::Structure(specialised)
    }

    pub(super) fn fields(&mut self, structure: &ast::Structure) -> Vec<Field> {
        let mut names = HashSet::new();
        let mut fields = Vec::new();
        for field in &structure.fields {
            let ty = self.ty(&field.ty);
            if !names.insert(Text::clone(&field.name.text)) {
                self.error(field.name.span, format!("there are two fields `{}`", field.name.text));
                continue;
            }
            self.field_type(structure.kind, &ty, field);
            fields.push(Field {
                name: Text::clone(&field.name.text),
                ty,
                annotations: field.annotations.clone(),
                span: field.name.span,
            });
        }
        fields
    }

    fn field_type(&mut self, kind: StructureKind, ty: &Type, field: &ast::Field) {
        let fits = match kind {
            StructureKind::Union => ty.is_header(),
            StructureKind::Header => match ty.underlying() {
                Type::Bit(_)
                | Type::Int(_)
                | Type::Varbit(_)
                | Type::Bool
                | Type::Invalid
                | Type::Parameter(..) => true,
                Type::Structure(inner) => inner.kind == StructureKind::Struct,
                _ => false,
            },
            StructureKind::Struct => !matches!(
                ty,
                Type::Void
                    | Type::Integer
                    | Type::Str
                    | Type::Extern(..)
                    | Type::Parser(_)
                    | Type::Control(_)
                    | Type::Signature(..)
                    | Type::Package(_)
                    | Type::MatchKind
            ),
        };
        if !fits && !ty.is_invalid() {
            let what = match kind {
                StructureKind::Header => "header",
                StructureKind::Union => "header union",
                StructureKind::Struct => "struct",
            };
            self.error(field.ty.span, format!("a {what} can't have a field of type `{ty}`"));
        }
    }

    /// Declares type parameters in this scope and gives them numbers.
    pub(super) fn declare_type_parameters(&mut self, names: &[ast::Name]) -> Vec<(Text, u32)> {
        let mut numbered = Vec::new();
        for name in names {
            let number = self.type_parameters;
            self.type_parameters += 1;
            let ty = Type::Parameter(Text::clone(&name.text), number);
            self.declare(name, Symbol::Type(ty));
            numbered.push((Text::clone(&name.text), number));
        }
        numbered
    }
}

/// A type with type parameters replaced.
pub(super) fn substitute(ty: &Type, substitution: &Substitution) -> Type {
    let all = |types: &[Type]| types.iter().map(|ty| substitute(ty, substitution)).collect::<Vec<_>>();
    match ty {
        Type::Parameter(_, number) => substitution.get(number).cloned().unwrap_or_else(|| ty.clone()),
        Type::Tuple(types) => Type::Tuple(all(types)),
        Type::List(inner) => Type::List(Box::new(substitute(inner, substitution))),
        Type::ValueSet(inner) => Type::ValueSet(Box::new(substitute(inner, substitution))),
        Type::Extern(declared, types) => Type::Extern(Arc::clone(declared), all(types)),
        Type::Signature(signature, types) => Type::Signature(Arc::clone(signature), all(types)),
        _ => ty.clone(),
    }
}

/// Type parameters of an extern and what they stand for in an instance.
pub(super) fn extern_substitution(declared: &Extern, arguments: &[Type]) -> Substitution {
    let numbers = declared.type_parameters.iter().map(|(_, number)| *number);
    numbers.zip(arguments.iter().cloned()).collect()
}

/// Type parameters of a signature and what they stand for.
pub(super) fn signature_substitution(signature: &Signature, arguments: &[Type]) -> Substitution {
    let numbers = signature.type_parameters.iter().map(|(_, number)| *number);
    numbers.zip(arguments.iter().cloned()).collect()
}
