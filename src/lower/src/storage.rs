//! Where values are: headers, `standard_metadata`, and `scalars` for everything else.

use std::sync::Arc;

use hyper4_ir as ir;
use hyper4_p4::Span;
use hyper4_p4::source::Text;
use hyper4_p4::typed::{self, ExpressionKind, StructureKind, Type};

use crate::{Lowered, Lowerer, SCALARS, STANDARD_METADATA, index};

/// Where a variable or a part of one is.
#[derive(Clone, Debug)]
pub(crate) enum Storage {
    /// A field.
    Field(ir::FieldRef),
    /// A header.
    Header(ir::HeaderId),
    /// Its parts.
    Struct(Vec<(Text, Storage)>),
    /// A parameter of the action that is being lowered.
    Parameter(usize),
}

/// The storage of the parameters of `V1Switch`'s parser and controls.
pub(crate) struct Roots {
    pub(crate) headers: Storage,
    pub(crate) meta: Storage,
    pub(crate) standard: Storage,
}

/// Bits of `error` and of enums without values in simple_switch.
const ENUM_WIDTH: u32 = 32;

/// Fills fields up to whole bytes.
pub(crate) fn pad(fields: &mut Vec<ir::FieldType>, name: &str) {
    let width: u32 = fields.iter().map(|field| field.width).fold(0, u32::saturating_add);
    let missing = (8 - width % 8) % 8;
    if missing != 0 {
        fields.push(ir::FieldType { name: name.to_owned(), width: missing, signed: false, varbit: false });
    }
}

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

impl Lowerer<'_> {
    /// Makes the headers and metadata that the parser's parameters name.
    pub(crate) fn roots(&mut self, parser: &typed::Parser) -> Lowered<Roots> {
        let [_, headers, meta, standard] = parser.parameters.as_slice() else {
            return self.broken_package();
        };
        let types = (headers.ty.structure(), meta.ty.structure(), standard.ty.structure());
        let (Some(header_struct), Some(meta_struct), Some(standard_struct)) = types else {
            let message = "the headers and metadata of `V1Switch` have to be structs";
            return self.refused(parser.span, message);
        };
        self.header_types.push(ir::HeaderType { name: "scalars_0".to_owned(), fields: Vec::new() });
        self.add_header("scalars".to_owned(), ir::HeaderTypeId(SCALARS), true);
        let standard = self.standard_metadata(standard_struct)?;
        let headers = self.headers(header_struct, "")?;
        let nested = meta_struct
            .fields
            .iter()
            .any(|field| matches!(&field.ty, Type::Structure(inner) if inner.kind == StructureKind::Struct));
        let owner = Text::clone(&meta_struct.name);
        let meta = self.metadata(meta_struct, &owner, &mut Vec::new(), nested.then_some(&mut 0))?;
        Some(Roots { headers, meta, standard })
    }

    fn add_header(&mut self, name: String, header_type: ir::HeaderTypeId, metadata: bool) -> ir::HeaderId {
        let id = ir::HeaderId(index(&self.headers));
        self.headers.push(ir::Header { name, header_type, metadata });
        id
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
        Some(Storage::Struct(parts))
    }

    /// The struct of headers that the parser fills.
    fn headers(&mut self, declared: &Arc<typed::Structure>, prefix: &str) -> Lowered<Storage> {
        let mut parts = Vec::new();
        for field in &declared.fields {
            let written = typed::annotation_string(&field.annotations, "name");
            let name = written.unwrap_or_else(|| Text::clone(&field.name));
            let name = format!("{prefix}{name}");
            let part = match &field.ty {
                Type::Structure(inner) if inner.kind == StructureKind::Header => {
                    Storage::Header(self.header(name, inner, field.span)?)
                }
                Type::Structure(inner) if inner.kind == StructureKind::Struct => {
                    self.headers(inner, &format!("{name}."))?
                }
                Type::Stack(..) => {
                    let message = format!("header stack `{name}` is not supported yet");
                    return self.refused(field.span, message);
                }
                Type::Structure(_) => {
                    let message = format!("header union `{name}` is not supported yet");
                    return self.refused(field.span, message);
                }
                other => {
                    let message = format!(
                        "`{name}` of type `{other}`: the headers of `V1Switch` can only hold headers"
                    );
                    return self.refused(field.span, message);
                }
            };
            parts.push((Text::clone(&field.name), part));
        }
        Some(Storage::Struct(parts))
    }

    /// A header instance, its type made when it is the first.
    pub(crate) fn header(
        &mut self,
        name: String,
        declared: &Arc<typed::Structure>,
        span: Span,
    ) -> Lowered<ir::HeaderId> {
        let type_name = typed::annotation_string(&declared.annotations, "name")
            .map_or_else(|| declared.name.to_string(), |name| name.to_string());
        let known = self.header_types.iter().position(|known| known.name == type_name);
        let id = match known {
            Some(position) => u32::try_from(position).unwrap_or(u32::MAX),
            None => {
                let declared_type = self.header_type(type_name, declared, span)?;
                self.header_types.push(declared_type);
                index(&self.header_types).saturating_sub(1)
            }
        };
        Some(self.add_header(name, ir::HeaderTypeId(id), false))
    }

    fn header_type(
        &mut self,
        name: String,
        declared: &Arc<typed::Structure>,
        span: Span,
    ) -> Lowered<ir::HeaderType> {
        let mut fields = Vec::new();
        let mut total: u32 = 0;
        for field in &declared.fields {
            let Some((width, signed)) = scalar(&field.ty) else {
                let message = format!(
                    "field `{}` of header `{}` is of type `{}`, which is not supported yet",
                    field.name, declared.name, field.ty
                );
                return self.refused(field.span, message);
            };
            total = total.saturating_add(width);
            let written = typed::annotation_string(&field.annotations, "name");
            let name = written.unwrap_or_else(|| Text::clone(&field.name)).to_string();
            fields.push(ir::FieldType { name, width, signed, varbit: false });
        }
        if !total.is_multiple_of(8) {
            let message =
                format!("header `{}` is {total} bits long: headers have to be whole bytes", declared.name);
            return self.refused(span, message);
        }
        Some(ir::HeaderType { name, fields })
    }

    /// User metadata. p4c renames all fields, and numbers them, when one of them is a struct.
    fn metadata(
        &mut self,
        declared: &Arc<typed::Structure>,
        owner: &str,
        path: &mut Vec<Text>,
        mut numbered: Option<&mut u32>,
    ) -> Lowered<Storage> {
        let mut parts = Vec::new();
        for field in &declared.fields {
            path.push(Text::clone(&field.name));
            let part = match &field.ty {
                Type::Structure(inner) if inner.kind == StructureKind::Struct => {
                    self.metadata(inner, owner, path, numbered.as_deref_mut())?
                }
                ty => {
                    let name = match numbered.as_deref_mut() {
                        None => path.join("."),
                        Some(number) => {
                            let name = format!("_{}{number}", path.join("_"));
                            *number += 1;
                            name
                        }
                    };
                    self.allocate(ty, &format!("{owner}.{name}"), field.span)?
                }
            };
            path.pop();
            parts.push((Text::clone(&field.name), part));
        }
        Some(Storage::Struct(parts))
    }

    /// New storage for a value of a type.
    pub(crate) fn allocate(&mut self, ty: &Type, name: &str, span: Span) -> Lowered<Storage> {
        if let Some((width, signed)) = scalar(ty) {
            let place = ir::FieldRef { header: ir::HeaderId(SCALARS), field: index(&self.scalars) };
            self.scalars.push(ir::FieldType { name: name.to_owned(), width, signed, varbit: false });
            return Some(Storage::Field(place));
        }
        match ty {
            Type::Structure(inner) if inner.kind == StructureKind::Header => {
                Some(Storage::Header(self.header(name.to_owned(), inner, span)?))
            }
            Type::Structure(inner) if inner.kind == StructureKind::Struct => {
                let mut parts = Vec::new();
                for field in &inner.fields {
                    let part = self.allocate(&field.ty, &format!("{name}.{}", field.name), span)?;
                    parts.push((Text::clone(&field.name), part));
                }
                Some(Storage::Struct(parts))
            }
            other => self.refused(span, format!("a variable of type `{other}` is not supported yet")),
        }
    }

    /// New storage for a variable of the program.
    pub(crate) fn declare(&mut self, variable: &typed::Variable) -> Lowered<Storage> {
        let name = self.fresh(&format!("{}_0", variable.name));
        let storage = self.allocate(&variable.ty, &name, variable.span)?;
        self.storage.insert(variable.id, storage.clone());
        Some(storage)
    }

    /// New storage for a value in between.
    pub(crate) fn temporary(&mut self, ty: &Type, name: &str, span: Span) -> Lowered<Storage> {
        let name = self.fresh(name);
        self.allocate(ty, &name, span)
    }

    /// Says where the parameters of a parser or control are.
    pub(crate) fn bind(&mut self, parameters: &[Arc<typed::Variable>], storage: &[Option<&Storage>]) {
        for (parameter, storage) in parameters.iter().zip(storage) {
            if let Some(storage) = storage {
                self.storage.insert(parameter.id, (*storage).clone());
            }
        }
    }

    /// Where the variable or part that an expression names is; nothing, and no diagnostic, when it names none.
    pub(crate) fn place_of(&self, expression: &typed::Expression) -> Option<Storage> {
        match &expression.kind {
            ExpressionKind::Variable(variable) => self.storage.get(&variable.id).cloned(),
            ExpressionKind::Member(base, name) => match self.place_of(base)? {
                Storage::Struct(parts) => {
                    parts.into_iter().find(|(part, _)| part == name).map(|(_, storage)| storage)
                }
                Storage::Header(header) => {
                    let fields = &base.ty.structure()?.fields;
                    let field = fields.iter().position(|field| field.name == *name)?;
                    Some(Storage::Field(ir::FieldRef { header, field: u32::try_from(field).ok()? }))
                }
                Storage::Field(_) | Storage::Parameter(_) => None,
            },
            _ => None,
        }
    }

    /// The header that an expression names.
    pub(crate) fn header_of(&mut self, expression: &typed::Expression) -> Lowered<ir::HeaderId> {
        match self.place_of(expression) {
            Some(Storage::Header(header)) => Some(header),
            _ => self.refused(expression.span, "this header is not supported here"),
        }
    }
}
