//! Types after resolution.

use std::fmt;
use std::sync::Arc;

use num_bigint::BigInt;

use super::{Annotation, Control, Direction, Expression, Parser, StructureKind, Table};
use crate::source::{Span, Text};

/// A type.
#[derive(Clone, Debug)]
pub enum Type {
    /// Of what was refused already; fits everything, and never is in a program without errors.
    Invalid,
    /// `void`
    Void,
    /// `bool`
    Bool,
    /// `bit<W>`
    Bit(u32),
    /// `int<W>`
    Int(u32),
    /// `varbit<W>`
    Varbit(u32),
    /// `int`: an integer known when compiled.
    Integer,
    /// `error`
    Error,
    /// `match_kind`
    MatchKind,
    /// `string`
    Str,
    /// A header, struct or union.
    Structure(Arc<Structure>),
    /// `T[n]`: of headers or header unions, or an array of other values.
    Stack(Arc<Type>, u32),
    /// An enum, serializable or not.
    Enum(Arc<Enum>),
    /// `tuple<…>`, or the type of `{ a, b }`
    Tuple(Vec<Type>),
    /// Type of `...`; only within the checker.
    Default,
    /// Type of `{ x = a, y = b }` where nothing says which struct it is; a trailing `...` is a field of that name.
    Record(Vec<(Text, Type)>),
    /// `list<T>`
    List(Box<Type>),
    /// `type T name`
    NewType(Arc<NewType>),
    /// An extern with its type arguments.
    Extern(Arc<Extern>, Vec<Type>),
    /// A parser.
    Parser(Arc<Parser>),
    /// A control.
    Control(Arc<Control>),
    /// A parser, control or package type: a signature by name.
    Signature(Arc<Signature>, Vec<Type>),
    /// An instance of a package type, with its type arguments; [`Type::Invalid`] stands for one that nothing says.
    Package(Text, Vec<Type>),
    /// `value_set<T>`
    ValueSet(Box<Type>),
    /// What `table.apply().action_run` gives.
    ActionRun(Arc<Table>),
    /// A type parameter, by its number within a signature.
    Parameter(Text, u32),
}

/// A field of a structure.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name.
    pub name: Text,
    /// Its type.
    pub ty: Type,
    /// Its annotations.
    pub annotations: Vec<Annotation>,
    /// Where it was declared.
    pub span: Span,
}

/// A header, struct or header union; one of each name.
#[derive(Clone, Debug)]
pub struct Structure {
    /// Its name; a specialised one has its type arguments in it: `S<bit<8>>`. See [`Structure::flat_name`].
    pub name: Text,
    /// Which.
    pub kind: StructureKind,
    /// The type arguments in its name.
    pub arguments: Vec<Type>,
    /// Its fields.
    pub fields: Vec<Field>,
    /// Its annotations.
    pub annotations: Vec<Annotation>,
    /// Where it was declared.
    pub span: Span,
}

/// An enum.
#[derive(Clone, Debug)]
pub struct Enum {
    /// Its name.
    pub name: Text,
    /// Its underlying type, when it is serializable.
    pub underlying: Option<Type>,
    /// Its members.
    pub members: Vec<EnumMember>,
    /// Where it was declared.
    pub span: Span,
}

/// A member of an enum.
#[derive(Clone, Debug)]
pub struct EnumMember {
    /// Its name.
    pub name: Text,
    /// Its value, when the enum is serializable.
    pub value: Option<BigInt>,
}

/// `type T name`
#[derive(Clone, Debug)]
pub struct NewType {
    /// Its name.
    pub name: Text,
    /// What it is made of.
    pub underlying: Type,
    /// Its annotations: `@p4runtime_translation`.
    pub annotations: Vec<Annotation>,
}

/// An extern type.
#[derive(Clone, Debug)]
pub struct Extern {
    /// Its name.
    pub name: Text,
    /// Its type parameters as `(name, number)`.
    pub type_parameters: Vec<(Text, u32)>,
    /// Constructors and methods; a constructor has the extern's name.
    pub methods: Vec<Method>,
    /// Where it was declared.
    pub span: Span,
}

/// A method of an extern.
#[derive(Clone, Debug)]
pub struct Method {
    /// Its name.
    pub name: Text,
    /// What it takes and gives.
    pub signature: Arc<Signature>,
    /// Whether instances have to give it a body.
    pub is_abstract: bool,
}

/// What a function, method, parser, control, package or constructor takes and gives.
#[derive(Clone, Debug)]
pub struct Signature {
    /// Its name.
    pub name: Text,
    /// What it is the signature of.
    pub kind: SignatureKind,
    /// Its own type parameters as `(name, number)`.
    pub type_parameters: Vec<(Text, u32)>,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// What it gives.
    pub result: Type,
    /// Its annotations: `@pure`, `@noSideEffects`.
    pub annotations: Vec<Annotation>,
    /// Where it was declared.
    pub span: Span,
}

/// What a signature is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SignatureKind {
    /// A function, method or constructor.
    Function,
    /// A parser type.
    Parser,
    /// A control type.
    Control,
    /// A package type.
    Package,
}

/// A parameter of a signature.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: Text,
    /// Its direction.
    pub direction: Direction,
    /// Its type.
    pub ty: Type,
    /// Whether it may be left out.
    pub optional: bool,
    /// What it is when it is left out.
    pub default: Option<Box<Expression>>,
}

impl Structure {
    /// Its name as p4c gives it to a target: type arguments joined by underscores, like `S_bit8`.
    pub fn flat_name(&self) -> String {
        let mut name = String::new();
        for (index, part) in self.name.split('<').enumerate() {
            // The brackets of a width vanish, those of type arguments are underscores.
            let width = name.ends_with("bit") || name.ends_with("int");
            if index > 0 && !width {
                name.push('_');
            }
            name.push_str(&part.replace(['>', ' '], "").replace([',', '.'], "_"));
        }
        name
    }

    /// The field of a name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| &*field.name == name)
    }
}

impl Enum {
    /// The member of a name.
    pub fn member(&self, name: &str) -> Option<&EnumMember> {
        self.members.iter().find(|member| &*member.name == name)
    }
}

impl Type {
    /// The type below `type` declarations and serializable enums.
    pub fn underlying(&self) -> &Type {
        match self {
            Self::NewType(new) => new.underlying.underlying(),
            Self::Enum(declared) => declared.underlying.as_ref().map_or(self, Type::underlying),
            _ => self,
        }
    }

    /// Bits of a value; none for types without a fixed number (structs and headers have their sum).
    pub fn width(&self) -> Option<u32> {
        match self.underlying() {
            Self::Bool => Some(1),
            Self::Bit(width) | Self::Int(width) => Some(*width),
            Self::Structure(structure) if structure.kind != StructureKind::Union => {
                structure.fields.iter().try_fold(0u32, |sum, field| sum.checked_add(field.ty.width()?))
            }
            Self::Stack(element, size) => element.width()?.checked_mul(*size),
            Self::Tuple(types) => types.iter().try_fold(0u32, |sum, ty| sum.checked_add(ty.width()?)),
            _ => None,
        }
    }

    /// How many types it is made of, itself included.
    pub fn size(&self) -> usize {
        let sum = |parts: &mut dyn Iterator<Item = &Type>| {
            parts.fold(1usize, |sum, part| sum.saturating_add(part.size()))
        };
        match self {
            Self::Structure(structure) => sum(&mut structure.fields.iter().map(|field| &field.ty)),
            Self::Tuple(types) => sum(&mut types.iter()),
            Self::Record(fields) => sum(&mut fields.iter().map(|(_, ty)| ty)),
            Self::List(inner) | Self::ValueSet(inner) => inner.size().saturating_add(1),
            Self::NewType(new) => new.underlying.size(),
            Self::Stack(element, count) => element.size().saturating_mul(*count as usize).saturating_add(1),
            _ => 1,
        }
    }

    /// The structure, when it is one.
    pub fn structure(&self) -> Option<&Arc<Structure>> {
        match self {
            Self::Structure(structure) => Some(structure),
            _ => None,
        }
    }

    /// Whether it is a header.
    pub fn is_header(&self) -> bool {
        self.structure().is_some_and(|structure| structure.kind == StructureKind::Header)
    }

    /// Whether it is refused already.
    pub fn is_invalid(&self) -> bool {
        matches!(self, Self::Invalid)
    }
}

impl PartialEq for Type {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Invalid, Self::Invalid)
            | (Self::Void, Self::Void)
            | (Self::Bool, Self::Bool)
            | (Self::Integer, Self::Integer)
            | (Self::Default, Self::Default)
            | (Self::Error, Self::Error)
            | (Self::MatchKind, Self::MatchKind)
            | (Self::Str, Self::Str) => true,
            (Self::Bit(a), Self::Bit(b))
            | (Self::Int(a), Self::Int(b))
            | (Self::Varbit(a), Self::Varbit(b)) => a == b,
            (Self::Structure(a), Self::Structure(b)) => a.name == b.name,
            (Self::Stack(a, n), Self::Stack(b, m)) => n == m && a == b,
            (Self::Enum(a), Self::Enum(b)) => a.name == b.name,
            (Self::Tuple(a), Self::Tuple(b)) => a == b,
            (Self::Record(a), Self::Record(b)) => a == b,
            (Self::List(a), Self::List(b)) | (Self::ValueSet(a), Self::ValueSet(b)) => a == b,
            (Self::NewType(a), Self::NewType(b)) => a.name == b.name,
            (Self::Extern(a, s), Self::Extern(b, t)) => a.name == b.name && s == t,
            (Self::Parser(a), Self::Parser(b)) => a.name == b.name,
            (Self::Control(a), Self::Control(b)) => a.name == b.name,
            (Self::Signature(a, s), Self::Signature(b, t)) => a.name == b.name && s == t,
            (Self::Package(a, s), Self::Package(b, t)) => a == b && s == t,
            (Self::ActionRun(a), Self::ActionRun(b)) => a.control_plane_name == b.control_plane_name,
            (Self::Parameter(_, a), Self::Parameter(_, b)) => a == b,
            _ => false,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn list(f: &mut fmt::Formatter<'_>, types: &[Type]) -> fmt::Result {
            for (index, ty) in types.iter().enumerate() {
                write!(f, "{}{ty}", if index == 0 { "" } else { ", " })?;
            }
            Ok(())
        }
        match self {
            Self::Invalid => f.write_str("?"),
            Self::Void => f.write_str("void"),
            Self::Bool => f.write_str("bool"),
            Self::Bit(width) => write!(f, "bit<{width}>"),
            Self::Int(width) => write!(f, "int<{width}>"),
            Self::Varbit(width) => write!(f, "varbit<{width}>"),
            Self::Integer => f.write_str("int"),
            Self::Default => f.write_str("..."),
            Self::Error => f.write_str("error"),
            Self::MatchKind => f.write_str("match_kind"),
            Self::Str => f.write_str("string"),
            Self::Structure(structure) => f.write_str(&structure.name),
            Self::Stack(element, size) => write!(f, "{element}[{size}]"),
            Self::Enum(declared) => f.write_str(&declared.name),
            Self::Tuple(types) => {
                f.write_str("tuple<")?;
                list(f, types)?;
                f.write_str(">")
            }
            Self::Record(fields) => {
                f.write_str("{ ")?;
                for (index, (name, ty)) in fields.iter().enumerate() {
                    write!(f, "{}{ty} {name}", if index == 0 { "" } else { ", " })?;
                }
                f.write_str(" }")
            }
            Self::List(ty) => write!(f, "list<{ty}>"),
            Self::NewType(new) => f.write_str(&new.name),
            Self::ValueSet(ty) => write!(f, "value_set<{ty}>"),
            Self::Extern(declared, types) => {
                f.write_str(&declared.name)?;
                if !types.is_empty() {
                    f.write_str("<")?;
                    list(f, types)?;
                    f.write_str(">")?;
                }
                Ok(())
            }
            Self::Signature(signature, types) => {
                f.write_str(&signature.name)?;
                if !types.is_empty() {
                    f.write_str("<")?;
                    list(f, types)?;
                    f.write_str(">")?;
                }
                Ok(())
            }
            Self::Parser(parser) => f.write_str(&parser.name),
            Self::Control(control) => f.write_str(&control.name),
            Self::Package(name, _) => f.write_str(name),
            Self::ActionRun(table) => write!(f, "action_list({})", table.name),
            Self::Parameter(name, _) => f.write_str(name),
        }
    }
}
