//! The headers and metadata of the package's parameters, and header types.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use hyper4_ir as ir;
use hyper4_p4::Span;
use hyper4_p4::source::Text;
use hyper4_p4::typed::{self, StructureKind, Type};
use num_traits::ToPrimitive;

use crate::scope::qualified;
use crate::storage::{Stack, Storage, scalar};
use crate::{Lowered, Lowerer, SCALARS, STANDARD_METADATA, index};

/// The storage of the parameters of `V1Switch`'s parser and controls.
pub(crate) struct Roots {
    pub(crate) headers: Storage,
    pub(crate) meta: Storage,
    pub(crate) standard: Storage,
}

/// Fills fields up to whole bytes.
pub(crate) fn pad(fields: &mut Vec<ir::FieldType>, name: &str) {
    let width: u32 = fields.iter().map(|field| field.width).fold(0, u32::saturating_add);
    let missing = (8 - width % 8) % 8;
    if missing != 0 {
        fields.push(ir::FieldType { name: name.to_owned(), width: missing, signed: false, varbit: false });
    }
}

fn is_struct(ty: &Type) -> bool {
    matches!(ty.underlying(), Type::Structure(inner) if inner.kind == StructureKind::Struct)
        || matches!(ty.underlying(), Type::Tuple(_))
}

/// The name of a field where p4c renames all of them, as it does when one is a struct.
fn numbered(path: &[Text], number: &mut u32) -> String {
    let name = format!("_{}{number}", path.join("_"));
    *number += 1;
    name
}

impl Lowerer<'_> {
    /// Makes the headers and metadata that the parser's parameters name.
    pub(crate) fn roots(&mut self, parser: &typed::Parser) -> Lowered<Roots> {
        let [_, headers, meta, standard] = parser.parameters.as_slice() else {
            return self.broken_package();
        };
        let structure =
            |ty: &Type| ty.structure().filter(|inner| inner.kind == StructureKind::Struct).cloned();
        let types = (structure(&headers.ty), structure(&meta.ty), structure(&standard.ty));
        let (Some(header_struct), Some(meta_struct), Some(standard_struct)) = types else {
            let message = "the headers and metadata of `V1Switch` have to be structs";
            return self.refused(parser.span, message);
        };
        self.header_types.push(ir::HeaderType { name: "scalars_0".to_owned(), fields: Vec::new() });
        self.add_header("scalars".to_owned(), ir::HeaderTypeId(SCALARS), true);
        let standard = self.standard_metadata(&standard_struct)?;
        let headers = self.headers(&header_struct, "")?;
        let nested = meta_struct.fields.iter().any(|field| is_struct(&field.ty));
        let owner = Text::clone(&meta_struct.name);
        let meta = self.metadata(&meta_struct, &owner, &mut Vec::new(), nested.then_some(&mut 0))?;
        self.collect_field_lists(&meta_struct, &meta)?;
        Some(Roots { headers, meta, standard })
    }

    fn standard_metadata(&mut self, declared: &Arc<typed::Structure>) -> Lowered<Storage> {
        let header = ir::HeaderId(STANDARD_METADATA);
        let mut fields = Vec::new();
        let mut parts = Vec::new();
        for field in &declared.fields {
            let Some((width, signed)) = scalar(&field.ty) else {
                let message = format!("standard metadata can't have a field of type `{}`", field.ty);
                return self.refused(field.span, message);
            };
            let place = ir::FieldRef { header, field: index(&fields) };
            if let Some(known) = ir::StandardField::ALL.into_iter().find(|known| known.name() == &*field.name)
            {
                self.standard.insert(known, place);
            }
            fields.push(ir::FieldType { name: field.name.to_string(), width, signed, varbit: false });
            parts.push((Text::clone(&field.name), Storage::Field(place)));
        }
        pad(&mut fields, "_padding");
        self.header_types.push(ir::HeaderType { name: "standard_metadata".to_owned(), fields });
        self.add_header("standard_metadata".to_owned(), ir::HeaderTypeId(STANDARD_METADATA), true);
        Some(Storage::Struct(Rc::new(parts)))
    }

    /// The struct of headers that the parser fills.
    fn headers(&mut self, declared: &Arc<typed::Structure>, prefix: &str) -> Lowered<Storage> {
        let mut parts = Vec::new();
        for field in &declared.fields {
            let name = qualified(prefix, &field.name, &field.annotations);
            let part = match &field.ty {
                Type::Structure(inner) if inner.kind == StructureKind::Header => {
                    Storage::Header(self.header(name, inner, field.span)?)
                }
                Type::Structure(inner) if inner.kind == StructureKind::Struct => {
                    self.headers(inner, &name)?
                }
                Type::Structure(inner) => self.union_of(&name, inner, field.span)?,
                Type::Stack(inner, size) => self.stack(&name, inner, *size, field.span)?,
                other => {
                    let message = format!(
                        "`{name}` of type `{other}`: the headers of `V1Switch` can only hold headers, header \
                         stacks and header unions"
                    );
                    return self.refused(field.span, message);
                }
            };
            parts.push((Text::clone(&field.name), part));
        }
        Some(Storage::Struct(Rc::new(parts)))
    }

    /// A header instance, its type made when it is the first.
    pub(crate) fn header(
        &mut self,
        name: String,
        declared: &Arc<typed::Structure>,
        span: Span,
    ) -> Lowered<ir::HeaderId> {
        let id = self.header_type_of(declared, span)?;
        Some(self.add_header(name, id, false))
    }

    fn header_type_of(&mut self, declared: &Arc<typed::Structure>, span: Span) -> Lowered<ir::HeaderTypeId> {
        let type_name = qualified("", &declared.flat_name(), &declared.annotations);
        let known = self.header_types.iter().position(|known| known.name == type_name);
        let id = match known {
            Some(position) => u32::try_from(position).unwrap_or(u32::MAX),
            None => {
                let declared_type = self.header_type(type_name, declared, span)?;
                self.header_types.push(declared_type);
                index(&self.header_types).saturating_sub(1)
            }
        };
        Some(ir::HeaderTypeId(id))
    }

    /// A header union, each of its members a header.
    pub(crate) fn union_of(
        &mut self,
        name: &str,
        declared: &Arc<typed::Structure>,
        span: Span,
    ) -> Lowered<Storage> {
        let mut members = Vec::new();
        let mut named = Vec::new();
        for field in &declared.fields {
            let Type::Structure(inner) = &field.ty else {
                return self.refused(field.span, "a header union holds headers only");
            };
            let header = self.header(format!("{name}.{}", field.name), inner, span)?;
            members.push(ir::HeaderUnionMember { name: field.name.to_string(), header });
            named.push((Text::clone(&field.name), header));
        }
        let id = ir::HeaderUnionId(index(&self.header_unions));
        let union_type = declared.name.to_string();
        self.header_unions.push(ir::HeaderUnion { name: name.to_owned(), union_type, members });
        Some(Storage::Union(id, Rc::new(named)))
    }

    /// A header stack, each of its elements a header or union.
    pub(crate) fn stack(&mut self, name: &str, element: &Type, size: u32, span: Span) -> Lowered<Storage> {
        let mut elements = Vec::new();
        let declared = match element {
            Type::Structure(inner) if inner.kind != StructureKind::Struct => inner,
            other => {
                for number in 0..size {
                    elements.push(self.allocate(other, &format!("{name}[{number}]"), span)?);
                }
                return Some(Storage::Stack(Rc::new(Stack { reference: None, elements })));
            }
        };
        let reference = if declared.kind == StructureKind::Union {
            let mut unions = Vec::new();
            for number in 0..size {
                let element = self.union_of(&format!("{name}[{number}]"), declared, span)?;
                if let Storage::Union(id, _) = &element {
                    unions.push(*id);
                }
                elements.push(element);
            }
            let id = ir::HeaderUnionStackId(index(&self.header_union_stacks));
            self.header_union_stacks.push(ir::HeaderUnionStack { name: name.to_owned(), unions });
            ir::StackRef::Unions(id)
        } else {
            let header_type = self.header_type_of(declared, span)?;
            let mut headers = Vec::new();
            for number in 0..size {
                let header = self.add_header(format!("{name}[{number}]"), header_type, false);
                headers.push(header);
                elements.push(Storage::Header(header));
            }
            let id = ir::HeaderStackId(index(&self.header_stacks));
            self.header_stacks.push(ir::HeaderStack { name: name.to_owned(), header_type, headers });
            ir::StackRef::Headers(id)
        };
        Some(Storage::Stack(Rc::new(Stack { reference: Some(reference), elements })))
    }

    fn header_type(
        &mut self,
        name: String,
        declared: &Arc<typed::Structure>,
        span: Span,
    ) -> Lowered<ir::HeaderType> {
        let mut fields = Vec::new();
        let nested = declared.fields.iter().any(|field| is_struct(&field.ty));
        self.header_fields(declared, &mut Vec::new(), nested.then_some(&mut 0), &mut fields)?;
        if fields.iter().filter(|field| field.varbit).count() > 1 {
            let message = format!("header `{}` has several varbit fields: one is allowed", declared.name);
            return self.refused(declared.span, message);
        }
        let total = fields.iter().map(|field| field.width).fold(0, u32::saturating_add);
        if !total.is_multiple_of(8) {
            let message =
                format!("header `{}` is {total} bits long: headers have to be whole bytes", declared.name);
            return self.refused(span, message);
        }
        Some(ir::HeaderType { name, fields })
    }

    fn header_fields(
        &mut self,
        declared: &Arc<typed::Structure>,
        path: &mut Vec<Text>,
        mut numbers: Option<&mut u32>,
        fields: &mut Vec<ir::FieldType>,
    ) -> Lowered<()> {
        for field in &declared.fields {
            path.push(Text::clone(&field.name));
            if let Type::Structure(inner) = field.ty.underlying()
                && inner.kind == StructureKind::Struct
            {
                self.header_fields(inner, path, numbers.as_deref_mut(), fields)?;
                path.pop();
                continue;
            }
            let (width, signed, varbit) = match (scalar(&field.ty), field.ty.underlying()) {
                (Some((width, signed)), _) if width > 0 => (width, signed, false),
                (None, Type::Varbit(width)) => (*width, false, true),
                _ => {
                    let message = format!(
                        "field `{}` of header `{}` is of type `{}`, which simple_switch can't carry in a header",
                        field.name, declared.name, field.ty
                    );
                    return self.refused(field.span, message);
                }
            };
            let name = match numbers.as_deref_mut() {
                Some(number) => numbered(path, number),
                None => qualified("", &field.name, &field.annotations),
            };
            fields.push(ir::FieldType { name, width, signed, varbit });
            path.pop();
        }
        Some(())
    }

    /// User metadata. p4c renames all fields, and numbers them, when one of them is a struct.
    fn metadata(
        &mut self,
        declared: &Arc<typed::Structure>,
        owner: &str,
        path: &mut Vec<Text>,
        mut numbers: Option<&mut u32>,
    ) -> Lowered<Storage> {
        let mut parts = Vec::new();
        for field in &declared.fields {
            path.push(Text::clone(&field.name));
            let part = match &field.ty {
                Type::Structure(inner) if inner.kind == StructureKind::Struct => {
                    self.metadata(inner, owner, path, numbers.as_deref_mut())?
                }
                ty => {
                    let name = match numbers.as_deref_mut() {
                        None => path.join("."),
                        Some(number) => numbered(path, number),
                    };
                    // Headers among the metadata are instances of their own.
                    let name =
                        if scalar(ty).is_some() { format!("{owner}.{name}") } else { self.fresh(&name) };
                    self.allocate(ty, &name, field.span)?
                }
            };
            path.pop();
            parts.push((Text::clone(&field.name), part));
        }
        Some(Storage::Struct(Rc::new(parts)))
    }

    /// What `@field_list(…)` says of the metadata's fields.
    fn collect_field_lists(&mut self, declared: &typed::Structure, storage: &Storage) -> Lowered<()> {
        let mut lists: BTreeMap<u32, Vec<ir::FieldRef>> = BTreeMap::new();
        let mut order = Vec::new();
        self.annotated_fields(declared, storage, &mut lists, &mut order)?;
        for number in order {
            let fields = lists.remove(&number).unwrap_or_default();
            let id = index(&self.field_lists).saturating_add(1);
            self.field_lists.push(ir::FieldList { id, name: format!("field_list{number}"), fields });
            self.numbered_field_lists.insert(number, ir::FieldListId(id.saturating_sub(1)));
        }
        Some(())
    }

    /// The numbers in `@field_list(1, Enum.member)`.
    fn field_list_numbers(&mut self, field: &typed::Field) -> Lowered<Vec<u32>> {
        let mut numbers = Vec::new();
        for annotation in field.annotations.iter().filter(|known| &*known.name.text == "field_list") {
            let typed::AnnotationBody::Unstructured(tokens) = &annotation.body else { continue };
            let texts: Vec<&str> = tokens.iter().map(|token| &*token.text).collect();
            for written in texts.split(|text| *text == ",").filter(|written| !written.is_empty()) {
                let number = match written {
                    [name, ".", member] => {
                        let declared =
                            self.program.enums.get(*name).and_then(|declared| declared.member(member));
                        declared.and_then(|member| member.value.clone())
                    }
                    [literal] => typed::integer_literal(literal),
                    _ => None,
                };
                let Some(number) = number.and_then(|number| number.to_u32()) else {
                    let message = format!(
                        "`{}` is no number of a field list: a literal or a member of an enum with values",
                        written.concat()
                    );
                    return self.refused(field.span, message);
                };
                numbers.push(number);
            }
        }
        Some(numbers)
    }

    fn annotated_fields(
        &mut self,
        declared: &typed::Structure,
        storage: &Storage,
        lists: &mut BTreeMap<u32, Vec<ir::FieldRef>>,
        order: &mut Vec<u32>,
    ) -> Lowered<()> {
        let Storage::Struct(parts) = storage else { return Some(()) };
        for (field, (_, part)) in declared.fields.iter().zip(parts.iter()) {
            for number in self.field_list_numbers(field)? {
                if !order.contains(&number) {
                    order.push(number);
                }
                kept(part, lists.entry(number).or_default());
            }
            if let Type::Structure(inner) = &field.ty
                && inner.kind == StructureKind::Struct
            {
                self.annotated_fields(inner, part, lists, order)?;
            }
        }
        Some(())
    }
}

/// All fields of a part of the metadata.
fn kept(storage: &Storage, fields: &mut Vec<ir::FieldRef>) {
    match storage {
        Storage::Field(field) => fields.push(*field),
        Storage::Struct(parts) => parts.iter().for_each(|(_, part)| kept(part, fields)),
        _ => {}
    }
}
