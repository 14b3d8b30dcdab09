//! Resolving written types.

use std::collections::HashMap;
use std::sync::Arc;

use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive};

use super::{Checker, Symbol};
use crate::ast::{self, TypeKind};
use crate::diagnostic::{Diagnostic, count};
use crate::parse::MAX_WIDTH;
use crate::source::{Span, Text};
use crate::typed::{Field, StructureKind, Type};

/// Levels of structures, tuples and stacks in each other.
const MAX_NESTING: usize = 256;

/// Fields and elements of a type, those of its parts counted.
const MAX_SIZE: usize = 1 << 16;

impl Checker<'_, '_> {
    /// A type that values have.
    pub(super) fn ty(&mut self, ty: &ast::Type) -> Type {
        let resolved = self.constructed_type(ty);
        let missing = match &resolved {
            Type::Extern(declared, arguments) if arguments.len() < declared.type_parameters.len() => {
                Some((Text::clone(&declared.name), declared.type_parameters.len()))
            }
            Type::Signature(signature, arguments) if arguments.len() < signature.type_parameters.len() => {
                Some((Text::clone(&signature.name), signature.type_parameters.len()))
            }
            _ => None,
        };
        if let Some((name, wanted)) = missing {
            let wanted = count(wanted, "type argument");
            self.error(ty.span, format!("`{name}` takes {wanted}: write `{name}<…>`"));
            return Type::Invalid;
        }
        resolved
    }

    /// A type of which something is made: type arguments may be left out, to be inferred.
    pub(super) fn constructed_type(&mut self, ty: &ast::Type) -> Type {
        match &ty.kind {
            TypeKind::Void => Type::Void,
            TypeKind::Bool => Type::Bool,
            TypeKind::Error => self.error_type(ty.span),
            TypeKind::Str => Type::Str,
            TypeKind::MatchKind => Type::MatchKind,
            TypeKind::Integer => Type::Integer,
            TypeKind::Bit(None) => Type::Bit(1),
            TypeKind::Bit(Some(width)) => self.width(width, 0).map_or(Type::Invalid, Type::Bit),
            TypeKind::Int(width) => self.width(width, 1).map_or(Type::Invalid, Type::Int),
            TypeKind::Varbit(width) => self.width(width, 0).map_or(Type::Invalid, Type::Varbit),
            TypeKind::Tuple(types) => self.tuple(types, ty.span),
            TypeKind::List(inner) => Type::List(Box::new(self.ty(inner))),
            TypeKind::Stack(inner, size) => self.stack(inner, size, ty.span),
            TypeKind::Named(name) => self.named(name, &[], ty.span),
            TypeKind::Specialized(name, written) => {
                let arguments: Vec<Type> = written.iter().map(|ty| self.type_argument(ty)).collect();
                self.named(name, &arguments, ty.span)
            }
            TypeKind::DontCare => {
                self.error(ty.span, "`_` is a type only as an argument that is to be inferred");
                Type::Invalid
            }
        }
    }

    /// A type argument; `_` fits everything.
    fn type_argument(&mut self, ty: &ast::Type) -> Type {
        let resolved = match ty.kind {
            TypeKind::DontCare => return Type::Default,
            _ => self.ty(ty),
        };
        if matches!(resolved, Type::Parser(_) | Type::Control(_) | Type::Signature(..) | Type::Package(..)) {
            self.error(ty.span, format!("`{resolved}` can't be a type argument: no values are of it"));
            return Type::Invalid;
        }
        resolved
    }

    fn error_type(&mut self, span: Span) -> Type {
        if self.types.errors.is_empty() {
            let diagnostic = Diagnostic::error(span, "no `error` is declared");
            self.report(diagnostic.help("the usual ones come with `#include <core.p4>`"));
            return Type::Invalid;
        }
        Type::Error
    }

    fn tuple(&mut self, written: &[ast::Type], span: Span) -> Type {
        let mut types = Vec::new();
        for ty in written {
            let resolved = self.ty(ty);
            if matches!(
                resolved,
                Type::Extern(..) | Type::Parser(_) | Type::Control(_) | Type::Signature(..) | Type::Void
            ) {
                self.error(ty.span, format!("a tuple can't have an element of type `{resolved}`"));
                return Type::Invalid;
            }
            types.push(resolved);
        }
        if types.iter().any(Type::is_invalid) {
            return Type::Invalid;
        }
        let tuple = Type::Tuple(types);
        if self.too_large(&tuple, span) { Type::Invalid } else { tuple }
    }

    /// Reports a type with so many parts that passes over them would not end in reasonable time: each level of
    /// structs may double them.
    pub(super) fn too_large(&mut self, ty: &Type, span: Span) -> bool {
        let large = self.parts(ty) > MAX_SIZE;
        if large {
            self.error(span, format!("this type has more than {MAX_SIZE} parts"));
        }
        if !large && self.nested(ty) > MAX_NESTING {
            self.error(span, format!("types are nested more than {MAX_NESTING} levels deep"));
            return true;
        }
        large
    }

    /// Levels of types in a type.
    fn nested(&mut self, ty: &Type) -> usize {
        match ty {
            Type::Structure(structure) => {
                if let Some(known) = self.nesting.get(&structure.name) {
                    return *known;
                }
                let deepest = structure.fields.iter().map(|field| self.nested(&field.ty)).max();
                let levels = deepest.unwrap_or(0).saturating_add(1);
                self.nesting.insert(Text::clone(&structure.name), levels);
                levels
            }
            Type::Tuple(types) => types.iter().map(|ty| self.nested(ty)).max().unwrap_or(0).saturating_add(1),
            Type::Stack(element, _) => self.nested(element).saturating_add(1),
            _ => 0,
        }
    }

    /// As [`Type::size`], remembering that of structures.
    pub(super) fn parts(&mut self, ty: &Type) -> usize {
        match ty {
            Type::Structure(structure) => {
                if let Some(known) = self.parts.get(&structure.name) {
                    return *known;
                }
                let fields = structure.fields.iter();
                let sum = fields.fold(1usize, |sum, field| sum.saturating_add(self.parts(&field.ty)));
                self.parts.insert(Text::clone(&structure.name), sum);
                sum
            }
            Type::Tuple(types) => types.iter().fold(1usize, |sum, ty| sum.saturating_add(self.parts(ty))),
            Type::Stack(element, count) => {
                self.parts(element).saturating_mul(*count as usize).saturating_add(1)
            }
            _ => ty.size(),
        }
    }

    fn stack(&mut self, inner: &ast::Type, size: &ast::Expression, span: Span) -> Type {
        let inner = self.constructed_type(inner);
        let Some(size) = self.constant_integer(size) else { return Type::Invalid };
        if inner.is_invalid() {
            return Type::Invalid;
        }
        let storable = matches!(
            inner.underlying(),
            Type::Structure(_)
                | Type::Stack(..)
                | Type::Tuple(_)
                | Type::Enum(_)
                | Type::Parameter(..)
                | Type::Bit(_)
                | Type::Int(_)
                | Type::Bool
                | Type::Error
                | Type::Varbit(_)
        );
        if !storable {
            let message =
                format!("there are no stacks of `{inner}`: headers and other values can be stacked");
            self.error(span, message);
            return Type::Invalid;
        }
        let Some(size) = size.to_u32().filter(|size| *size <= MAX_WIDTH) else {
            self.error(span, format!("a stack can't have {size} elements: between 0 and {MAX_WIDTH}"));
            return Type::Invalid;
        };
        let stack = Type::Stack(Arc::new(inner), size);
        if self.too_large(&stack, span) { Type::Invalid } else { stack }
    }

    fn width(&mut self, width: &ast::Expression, least: u32) -> Option<u32> {
        let value = self.constant_integer(width)?;
        let allowed = value.to_u32().filter(|value| (least..=MAX_WIDTH).contains(value));
        if allowed.is_none() {
            let what = if value.is_negative() { "can't be negative" } else { "is out of bounds" };
            let message = format!("a width of {value} {what}: between {least} and {MAX_WIDTH}");
            self.error(width.span, message);
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
            Symbol::Extern(declared)
                if arguments.is_empty() || declared.type_parameters.len() == arguments.len() =>
            {
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
            Symbol::Packages(packages) => {
                let fitting =
                    packages.iter().find(|package| package.type_parameters.len() == arguments.len());
                match fitting.or(packages.first()) {
                    Some(package) => Type::Signature(Arc::clone(package), arguments.to_vec()),
                    None => Type::Invalid,
                }
            }
            Symbol::Template(template) => self.specialise(template, arguments, span),
            other => {
                let message = format!("`{}` is {}, not a type", name.name.text, other.describe());
                self.error(span, message);
                Type::Invalid
            }
        }
    }

    pub(super) fn fields(&mut self, structure: &ast::Structure) -> Vec<Field> {
        let mut names = HashMap::new();
        let mut fields = Vec::new();
        for field in &structure.fields {
            let ty = self.ty(&field.ty);
            if let Some(first) = names.get(&field.name.text).copied() {
                let message = format!("there are two fields `{}`", field.name.text);
                self.report(Diagnostic::error(field.name.span, message).related(first, "the first"));
                continue;
            }
            names.insert(Text::clone(&field.name.text), field.name.span);
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
            StructureKind::Union => ty.is_header() || matches!(ty, Type::Parameter(..)),
            StructureKind::Header => header_field(ty) || matches!(ty, Type::Varbit(_)),
            StructureKind::Struct => matches!(
                ty.underlying(),
                Type::Structure(_)
                    | Type::Bit(_)
                    | Type::Int(_)
                    | Type::Varbit(_)
                    | Type::Bool
                    | Type::Enum(_)
                    | Type::Error
                    | Type::Stack(..)
                    | Type::Tuple(_)
                    | Type::List(_)
                    | Type::MatchKind
                    | Type::Parameter(..)
            ),
        };
        if !fits && !ty.is_invalid() {
            let what = match kind {
                StructureKind::Header => "header",
                StructureKind::Union => "header union",
                StructureKind::Struct => "struct",
            };
            let diagnostic =
                Diagnostic::error(field.name.span, format!("a {what} can't have a field of type `{ty}`"));
            let diagnostic = match (kind, ty) {
                (StructureKind::Union, _) => diagnostic.help("the fields of a union are headers"),
                (_, Type::Integer) => diagnostic.help("give it a width: `bit<…>` or `int<…>`"),
                (StructureKind::Header, _) => {
                    diagnostic.help("the fields of a header are of fixed width, but for one `varbit<…>`")
                }
                _ => diagnostic,
            };
            self.report(diagnostic);
        }
    }

    /// Declares type parameters in this scope and gives them numbers.
    pub(super) fn declare_type_parameters(&mut self, names: &[ast::Name]) -> Vec<(Text, u32)> {
        let mut numbered = Vec::new();
        for name in names {
            let number = self.type_parameters;
            self.type_parameters = self.type_parameters.saturating_add(1);
            let ty = Type::Parameter(Text::clone(&name.text), number);
            self.declare(name, Symbol::Type(ty));
            numbered.push((Text::clone(&name.text), number));
        }
        numbered
    }
}

fn header_field(ty: &Type) -> bool {
    match ty.underlying() {
        Type::Bit(_) | Type::Int(_) | Type::Bool | Type::Invalid | Type::Parameter(..) => true,
        Type::Structure(inner) => {
            inner.kind == StructureKind::Struct && inner.fields.iter().all(|field| header_field(&field.ty))
        }
        Type::Stack(element, _) => header_field(element),
        _ => false,
    }
}
