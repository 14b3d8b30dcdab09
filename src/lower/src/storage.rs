//! Where values are: headers, `standard_metadata`, and `scalars` for everything else.

use std::rc::Rc;
use std::sync::Arc;

use hyper4_ir as ir;
use hyper4_p4::Span;
use hyper4_p4::source::Text;
use hyper4_p4::typed::{self, StructureKind, Type};

use crate::{Lowered, Lowerer, SCALARS, index};

/// Where a variable or a part of one is.
#[derive(Clone, Debug)]
pub(crate) enum Storage {
    /// A field.
    Field(ir::FieldRef),
    /// A header.
    Header(ir::HeaderId),
    /// A header union and its members.
    Union(ir::HeaderUnionId, Rc<Vec<(Text, ir::HeaderId)>>),
    /// A header stack.
    Stack(Rc<Stack>),
    /// Its parts.
    Struct(Rc<Vec<(Text, Storage)>>),
    /// A parameter of the action that is being lowered.
    Parameter(usize),
    /// One of these, by a number that is known at run time.
    Choice(Box<ir::Expr>, Vec<Storage>),
    /// The element that a parser fills next, or a member of it when that is a union.
    Next(Rc<Stack>, Option<u32>),
    /// The element that a parser filled last.
    Last(Rc<Stack>),
    /// A member of the union that a parser filled last.
    LastMember(Rc<Stack>, u32),
    /// A field of the element that a parser filled last: the member of a union, and the field.
    LastField(Rc<Stack>, Option<u32>, u32),
}

/// A header stack.
#[derive(Debug)]
pub(crate) struct Stack {
    /// The stack of simple_switch; nothing for an array of other values.
    pub(crate) reference: Option<ir::StackRef>,
    /// Its elements.
    pub(crate) elements: Vec<Storage>,
}

/// Bits of `error` and of enums without values in simple_switch.
const ENUM_WIDTH: u32 = 32;

/// Width and sign of a type that one field holds.
pub(crate) fn scalar(ty: &Type) -> Option<(u32, bool)> {
    match ty.underlying() {
        Type::Bool => Some((1, false)),
        Type::Bit(width) => Some((*width, false)),
        Type::Int(width) => Some((*width, true)),
        Type::Error | Type::Enum(_) => Some((ENUM_WIDTH, false)),
        _ => None,
    }
}

/// Whether a value is made of parts.
pub(crate) fn is_aggregate(ty: &Type) -> bool {
    matches!(ty.underlying(), Type::Structure(_) | Type::Tuple(_) | Type::Record(_) | Type::Stack(..))
}

/// The parts of a struct or tuple, with their names and types.
pub(crate) fn parts(ty: &Type) -> Option<Vec<(Text, Type)>> {
    match ty.underlying() {
        Type::Structure(inner) => {
            Some(inner.fields.iter().map(|field| (Text::clone(&field.name), field.ty.clone())).collect())
        }
        Type::Record(fields) => Some(fields.clone()),
        Type::Tuple(types) => Some(
            types
                .iter()
                .enumerate()
                .map(|(number, ty)| (Text::from(format!("f{number}")), ty.clone()))
                .collect(),
        ),
        _ => None,
    }
}

/// How many fields simple_switch has for a field of a header.
fn flat_count(ty: &Type) -> u32 {
    match ty.underlying() {
        Type::Structure(inner) => {
            inner.fields.iter().map(|field| flat_count(&field.ty)).fold(0, u32::saturating_add)
        }
        _ => 1,
    }
}

/// The storage of a part of a header that starts at its flat field number `first`.
fn header_part(header: ir::HeaderId, first: u32, ty: &Type) -> Storage {
    match ty.underlying() {
        Type::Structure(inner) => {
            let mut parts = Vec::new();
            let mut next = first;
            for field in &inner.fields {
                parts.push((Text::clone(&field.name), header_part(header, next, &field.ty)));
                next = next.saturating_add(flat_count(&field.ty));
            }
            Storage::Struct(Rc::new(parts))
        }
        _ => Storage::Field(ir::FieldRef { header, field: first }),
    }
}

/// The fields of a header.
pub(crate) fn header_parts(header: ir::HeaderId, declared: &typed::Structure) -> Vec<(Text, Storage)> {
    let mut parts = Vec::new();
    let mut next = 0u32;
    for field in &declared.fields {
        parts.push((Text::clone(&field.name), header_part(header, next, &field.ty)));
        next = next.saturating_add(flat_count(&field.ty));
    }
    parts
}

/// The part of that name of a place of that type.
pub(crate) fn member(storage: &Storage, ty: &Type, name: &str) -> Option<Storage> {
    match storage {
        Storage::Struct(parts) => {
            parts.iter().find(|(part, _)| **part == *name).map(|(_, part)| part.clone())
        }
        Storage::Header(header) => {
            let parts = header_parts(*header, ty.underlying().structure()?);
            parts.into_iter().find(|(part, _)| **part == *name).map(|(_, part)| part)
        }
        Storage::Union(_, members) => {
            members.iter().find(|(part, _)| **part == *name).map(|(_, header)| Storage::Header(*header))
        }
        Storage::Choice(number, options) => {
            let options = options.iter().map(|option| member(option, ty, name)).collect::<Option<_>>()?;
            Some(Storage::Choice(number.clone(), options))
        }
        Storage::Next(stack, None) => {
            let position =
                ty.underlying().structure()?.fields.iter().position(|field| *field.name == *name)?;
            Some(Storage::Next(Rc::clone(stack), Some(u32::try_from(position).ok()?)))
        }
        Storage::Last(stack) | Storage::LastMember(stack, _) => {
            let declared = ty.underlying().structure()?;
            let position = declared.fields.iter().position(|field| *field.name == *name)?;
            if declared.kind == StructureKind::Union {
                return Some(Storage::LastMember(Rc::clone(stack), u32::try_from(position).ok()?));
            }
            let of = if let Storage::LastMember(_, of) = storage { Some(*of) } else { None };
            match header_parts(ir::HeaderId(0), declared).into_iter().nth(position)?.1 {
                Storage::Field(field) => Some(Storage::LastField(Rc::clone(stack), of, field.field)),
                _ => member(&last_as_choice(storage)?, ty, name),
            }
        }
        _ => None,
    }
}

/// The last element, or a part of it, as one of all elements.
pub(crate) fn last_as_choice(storage: &Storage) -> Option<Storage> {
    let (stack, of, field) = match storage {
        Storage::Last(stack) => (stack, None, None),
        Storage::LastMember(stack, of) => (stack, Some(*of), None),
        Storage::LastField(stack, of, field) => (stack, *of, Some(*field)),
        _ => return None,
    };
    let element = |element: &Storage| {
        let header = match (element, of) {
            (Storage::Union(_, members), Some(of)) => members.get(of as usize)?.1,
            (Storage::Header(header), None) => *header,
            (other, None) if field.is_none() => return Some(other.clone()),
            _ => return None,
        };
        Some(match field {
            Some(field) => Storage::Field(ir::FieldRef { header, field }),
            None => Storage::Header(header),
        })
    };
    let options = stack.elements.iter().map(element).collect::<Option<_>>()?;
    Some(Storage::Choice(Box::new(ir::Expr::LastIndex(stack.reference?)), options))
}

impl Lowerer<'_> {
    pub(crate) fn add_header(
        &mut self,
        name: String,
        header_type: ir::HeaderTypeId,
        metadata: bool,
    ) -> ir::HeaderId {
        let id = ir::HeaderId(index(&self.headers));
        let taken = |name: &str| self.headers.iter().any(|known| known.name == *name);
        let name = if taken(&name) {
            (0u32..).map(|number| format!("{name}_{number}")).find(|name| !taken(name)).unwrap_or(name)
        } else {
            name
        };
        self.headers.push(ir::Header { name, header_type, metadata });
        id
    }

    /// Whether a field is one of variable width.
    pub(crate) fn is_varbit(&self, field: ir::FieldRef) -> bool {
        let header = self.headers.get(field.header.index());
        let declared = header.and_then(|header| self.header_types.get(header.header_type.index()));
        declared
            .and_then(|declared| declared.fields.get(field.field as usize))
            .is_some_and(|field| field.varbit)
    }

    /// New storage for a value of a type.
    pub(crate) fn allocate(&mut self, ty: &Type, name: &str, span: Span) -> Lowered<Storage> {
        if let Some((width, signed)) = scalar(ty) {
            if width == 0 {
                return self
                    .refused(span, format!("a variable of type `{ty}` is not supported by simple_switch"));
            }
            let place = ir::FieldRef { header: ir::HeaderId(SCALARS), field: index(&self.scalars) };
            self.scalars.push(ir::FieldType { name: name.to_owned(), width, signed, varbit: false });
            return Some(Storage::Field(place));
        }
        match ty.underlying() {
            Type::Structure(inner) if inner.kind == StructureKind::Header => {
                Some(Storage::Header(self.header(name.to_owned(), inner, span)?))
            }
            Type::Structure(inner) if inner.kind == StructureKind::Union => self.union_of(name, inner, span),
            Type::Stack(inner, size) => self.stack(name, inner, *size, span),
            Type::Varbit(width) => Some(Storage::Field(self.varbit(*width, name.to_owned()))),
            other => match parts(other) {
                Some(parts) => {
                    let mut stored = Vec::new();
                    for (part, ty) in parts {
                        let storage = self.allocate(&ty, &format!("{name}.{part}"), span)?;
                        stored.push((part, storage));
                    }
                    Some(Storage::Struct(Rc::new(stored)))
                }
                None => {
                    let message = format!("a variable of type `{other}` is not supported by simple_switch");
                    self.refused(span, message)
                }
            },
        }
    }

    /// A varbit outside a header is the only field of a metadata instance.
    pub(crate) fn varbit(&mut self, width: u32, name: String) -> ir::FieldRef {
        let type_name = format!("$varbit{width}");
        let known = self.header_types.iter().position(|known| known.name == type_name);
        let id = match known {
            Some(position) => u32::try_from(position).unwrap_or(u32::MAX),
            None => {
                let field = ir::FieldType { name: "field".to_owned(), width, signed: false, varbit: true };
                self.header_types.push(ir::HeaderType { name: type_name, fields: vec![field] });
                index(&self.header_types).saturating_sub(1)
            }
        };
        let header = self.add_header(name, ir::HeaderTypeId(id), true);
        ir::FieldRef { header, field: 0 }
    }

    /// New storage for a variable of the program.
    pub(crate) fn declare(&mut self, variable: &typed::Variable) -> Lowered<Storage> {
        let name = self.fresh(&format!("{}_0", variable.name));
        let storage = self.allocate(&variable.ty, &name, variable.span)?;
        self.bind_storage(variable.id, storage.clone());
        Some(storage)
    }

    /// New storage for a value in between.
    pub(crate) fn temporary(&mut self, ty: &Type, name: &str, span: Span) -> Lowered<Storage> {
        let name = self.fresh(name);
        self.allocate(ty, &name, span)
    }

    /// New storage for a number in between.
    pub(crate) fn temporary_field(&mut self, ty: &Type, name: &str, span: Span) -> Lowered<ir::FieldRef> {
        match self.temporary(ty, name, span)? {
            Storage::Field(field) => Some(field),
            _ => self.refused(span, format!("a value of type `{ty}` is not supported here")),
        }
    }

    /// Says where the parameters of a parser or control are.
    pub(crate) fn bind(&mut self, parameters: &[Arc<typed::Variable>], storage: &[Option<&Storage>]) {
        for (parameter, storage) in parameters.iter().zip(storage) {
            if let Some(storage) = storage {
                self.bind_storage(parameter.id, (*storage).clone());
            }
        }
    }
}
