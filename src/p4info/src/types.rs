//! Types: widths, names, and the descriptions of those that the program declares.

use std::collections::BTreeMap;

use hyper4_p4::typed::{
    Annotation, AnnotationBody, NewType, Structure, StructureKind, Type, integer_literal,
};
use num_bigint::BigInt;

use crate::annotation::{Numbers, describe};
use crate::message::{Message, Value};

/// What a controller sees instead of a `type` with `@p4runtime_translation`.
enum Translation {
    Bits(u32),
    Text,
}

fn translation(annotations: &[Annotation]) -> Option<(String, Translation)> {
    let annotation = annotations.iter().find(|a| &*a.name.text == "p4runtime_translation")?;
    let AnnotationBody::Unstructured(tokens) = &annotation.body else { return None };
    let uri = tokens.first()?.text.trim_matches('"').to_owned();
    let rest: Vec<&str> = tokens.iter().skip(2).map(|token| &*token.text).collect();
    let width = match rest.as_slice() {
        ["string"] => return Some((uri, Translation::Text)),
        [number] => integer_literal(number),
        ["bit", "<", number, ">"] => integer_literal(number),
        _ => None,
    }?;
    Some((uri, Translation::Bits(u32::try_from(width).ok()?)))
}

/// Bits that a controller gives.
pub(crate) fn width(ty: &Type) -> u64 {
    if let Type::NewType(new) = ty
        && let Some((_, translation)) = translation(&new.annotations)
    {
        return match translation {
            Translation::Bits(width) => u64::from(width),
            Translation::Text => 0,
        };
    }
    ty.width().map_or(0, u64::from)
}

/// The bytes of a value: as many as its width has.
pub(crate) fn bytes(value: &BigInt, width: u64) -> Vec<u8> {
    let digits = value.magnitude().to_bytes_be();
    let wanted = usize::try_from(width.div_ceil(8)).unwrap_or(0);
    let missing = wanted.saturating_sub(digits.len());
    std::iter::repeat_n(0, missing).chain(digits).collect()
}

fn named(name: &str) -> Message {
    let mut message = Message::default();
    message.text(1, "name", name);
    message
}

/// The types that the program declares and the control plane sees.
#[derive(Debug, Default)]
pub(crate) struct Types {
    structs: BTreeMap<String, Message>,
    headers: BTreeMap<String, Message>,
    unions: BTreeMap<String, Message>,
    enums: BTreeMap<String, Message>,
    error: Option<Message>,
    serializable: BTreeMap<String, Message>,
    new_types: BTreeMap<String, Message>,
    errors: Vec<String>,
}

impl Types {
    pub(crate) fn new(errors: impl Iterator<Item = String>) -> Self {
        Self { errors: errors.collect(), ..Self::default() }
    }

    /// The name by which a field of that type refers to it.
    pub(crate) fn type_name(&mut self, ty: &Type) -> Option<Message> {
        self.spec(ty);
        match ty {
            Type::NewType(new) => Some(named(&new.name)),
            _ => None,
        }
    }

    /// A type's description; what it refers to is described too.
    pub(crate) fn spec(&mut self, ty: &Type) -> Message {
        let mut spec = Message::default();
        match ty {
            Type::Bit(_) | Type::Int(_) | Type::Varbit(_) => spec.message(1, "bitstring", bitstring(ty)),
            Type::Bool => spec.message(2, "bool", Message::default()),
            Type::Tuple(types) => {
                let mut tuple = Message::default();
                for ty in types {
                    tuple.message(1, "members", self.spec(ty));
                }
                spec.message(3, "tuple", tuple);
            }
            Type::Structure(structure) => {
                let name = structure.flat_name();
                let (number, field) = match structure.kind {
                    StructureKind::Struct => (4, "struct"),
                    StructureKind::Header => (5, "header"),
                    StructureKind::Union => (6, "header_union"),
                };
                self.structure(&name, structure);
                spec.message(number, field, named(&name));
            }
            Type::Stack(element, size) => {
                if let Type::Structure(structure) = &**element {
                    let name = structure.flat_name();
                    self.structure(&name, structure);
                    let mut stack = Message::default();
                    let (number, field, inner) = match structure.kind {
                        StructureKind::Union => (8, "header_union_stack", "header_union"),
                        _ => (7, "header_stack", "header"),
                    };
                    stack.message(1, inner, named(&name));
                    stack.number(2, "size", u64::from(*size));
                    spec.message(number, field, stack);
                }
            }
            Type::Enum(declared) => {
                let mut described = Message::default();
                let width = declared.underlying.as_ref().and_then(Type::width);
                for member in &declared.members {
                    let mut message = named(&member.name);
                    if let (Some(width), Some(value)) = (width, &member.value) {
                        message.put(2, "value", Value::Bytes(bytes(value, u64::from(width))));
                    }
                    described.message(if width.is_some() { 2 } else { 1 }, "members", message);
                }
                let name = declared.name.to_string();
                if let Some(width) = width {
                    let mut bits = Message::default();
                    bits.number(1, "bitwidth", u64::from(width));
                    described.message(1, "underlying_type", bits);
                    spec.message(11, "serializable_enum", named(&name));
                    self.serializable.insert(name, described);
                } else {
                    spec.message(9, "enum", named(&name));
                    self.enums.insert(name, described);
                }
            }
            Type::Error => {
                let mut described = Message::default();
                for member in &self.errors {
                    described.put(1, "members", Value::Text(member.clone()));
                }
                self.error = Some(described);
                spec.message(10, "error", Message::default());
            }
            Type::NewType(new) => {
                self.new_type(new);
                spec.message(12, "new_type", named(&new.name));
            }
            _ => {}
        }
        spec
    }

    fn structure(&mut self, name: &str, structure: &Structure) {
        let known = match structure.kind {
            StructureKind::Struct => &self.structs,
            StructureKind::Header => &self.headers,
            StructureKind::Union => &self.unions,
        };
        if known.contains_key(name) {
            return;
        }
        let mut described = Message::default();
        for field in &structure.fields {
            let mut member = named(&field.name);
            match (&field.ty, structure.kind) {
                (Type::Structure(header), StructureKind::Union) => {
                    self.spec(&field.ty);
                    member.message(2, "header", named(&header.flat_name()));
                }
                (ty, StructureKind::Header) => member.message(2, "type_spec", bitstring(ty.underlying())),
                (ty, _) => member.message(2, "type_spec", self.spec(ty)),
            }
            described.message(1, "members", member);
        }
        let known = match structure.kind {
            StructureKind::Struct => &mut self.structs,
            StructureKind::Header => &mut self.headers,
            StructureKind::Union => &mut self.unions,
        };
        known.insert(name.to_owned(), described);
    }

    fn new_type(&mut self, new: &NewType) {
        let mut described = Message::default();
        match translation(&new.annotations) {
            Some((uri, kind)) => {
                let mut translated = Message::default();
                translated.text(1, "uri", &uri);
                match kind {
                    Translation::Bits(width) => {
                        translated.put(2, "sdn_bitwidth", Value::Number(u64::from(width)))
                    }
                    Translation::Text => translated.message(3, "sdn_string", Message::default()),
                }
                described.message(2, "translated_type", translated);
            }
            None => {
                let mut underlying = &new.underlying;
                while let Type::NewType(inner) = underlying {
                    underlying = &inner.underlying;
                }
                let spec = self.spec(underlying);
                described.message(1, "original_type", spec);
            }
        }
        let numbers = Numbers { plain: 3, structured: 4, doc: 0 };
        describe(&mut described, numbers, &new.annotations, &["p4runtime_translation"]);
        self.new_types.insert(new.name.to_string(), described);
    }

    pub(crate) fn finish(self) -> Message {
        let mut info = Message::default();
        let mut map = |number, name, entries: BTreeMap<String, Message>| {
            for (key, value) in entries {
                let mut entry = Message::default();
                entry.text(1, "key", &key);
                entry.message(2, "value", value);
                info.message(number, name, entry);
            }
        };
        map(1, "structs", self.structs);
        map(2, "headers", self.headers);
        map(3, "header_unions", self.unions);
        map(4, "enums", self.enums);
        map(6, "serializable_enums", self.serializable);
        map(7, "new_types", self.new_types);
        if let Some(error) = self.error {
            info.message(5, "error", error);
        }
        info
    }
}

fn bitstring(ty: &Type) -> Message {
    let mut bits = Message::default();
    let mut inner = Message::default();
    match ty {
        Type::Int(width) => {
            inner.number(1, "bitwidth", u64::from(*width));
            bits.message(2, "int", inner);
        }
        Type::Varbit(width) => {
            inner.number(1, "max_bitwidth", u64::from(*width));
            bits.message(3, "varbit", inner);
        }
        ty => {
            inner.number(1, "bitwidth", ty.width().map_or(0, u64::from));
            bits.message(1, "bit", inner);
        }
    }
    bits
}
