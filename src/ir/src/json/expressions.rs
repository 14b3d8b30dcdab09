//! Expressions and numbers.

use hyper4_bits::Bits;
use num_bigint::BigInt;
use serde_json::Value;

use super::names::{Names, Owner, Target};
use crate::{
    BinaryOp, Expr, HeaderExpr, HeaderStackId, HeaderUnionStackId, IrError, StackRef, UnaryOp, UnionExpr,
};

/// bmv2's names of binary operators.
pub(super) const BINARY: [(&str, BinaryOp); 20] = [
    ("+", BinaryOp::Add),
    ("-", BinaryOp::Sub),
    ("*", BinaryOp::Mul),
    ("/", BinaryOp::Div),
    ("%", BinaryOp::Mod),
    ("<<", BinaryOp::Shl),
    (">>", BinaryOp::Shr),
    ("&", BinaryOp::BitAnd),
    ("|", BinaryOp::BitOr),
    ("^", BinaryOp::BitXor),
    ("==", BinaryOp::Eq),
    ("!=", BinaryOp::Ne),
    ("<", BinaryOp::Lt),
    ("<=", BinaryOp::Le),
    (">", BinaryOp::Gt),
    (">=", BinaryOp::Ge),
    ("and", BinaryOp::And),
    ("or", BinaryOp::Or),
    ("usat_cast", BinaryOp::UnsignedSaturate),
    ("sat_cast", BinaryOp::SignedSaturate),
];

/// The operator that has a constant on its right.
pub(super) const WRAP: (&str, BinaryOp) = ("two_comp_mod", BinaryOp::TwosComplement);

/// bmv2's names of unary operators; `-` is told from the binary one by its missing left operand.
pub(super) const UNARY: [(&str, UnaryOp); 5] = [
    ("~", UnaryOp::BitNot),
    ("-", UnaryOp::Neg),
    ("not", UnaryOp::Not),
    ("b2d", UnaryOp::BoolToData),
    ("d2b", UnaryOp::DataToBool),
];

/// bmv2's hexadecimal: `0x` may be missing, `-` comes before it.
pub(super) fn hexstr(owner: &Owner<'_>, text: &str) -> Result<BigInt, IrError> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let digits = digits.strip_prefix("0x").unwrap_or(digits);
    let number = Some(digits)
        .filter(|digits| !digits.is_empty() && digits.chars().all(|c| c.is_ascii_hexdigit()))
        .and_then(|digits| BigInt::parse_bytes(digits.as_bytes(), 16))
        .ok_or_else(|| owner.invalid(format!("`{text}` is no hexadecimal number")))?;
    Ok(if negative { -number } else { number })
}

/// A number of that width, which isn't negative.
pub(super) fn bits(owner: &Owner<'_>, width: u32, text: &str) -> Result<Bits, IrError> {
    let number = hexstr(owner, text)?;
    let magnitude = number
        .to_biguint()
        .ok_or_else(|| owner.unsupported(format!("`{text}` is negative, and its field is not signed")))?;
    Bits::try_from_biguint(width, &magnitude).map_err(|error| owner.invalid(error.to_string()))
}

/// A number that fills the bytes of a field of that width: bmv2 wants exactly so many.
pub(super) fn byte_string(owner: &Owner<'_>, width: u32, text: &str) -> Result<Bits, IrError> {
    let digits = text.strip_prefix("0x").unwrap_or(text).len() as u32;
    let bytes = width.div_ceil(8);
    if digits.div_ceil(2) != bytes {
        return Err(owner.invalid(format!("`{text}` must have {bytes} bytes")));
    }
    bits(owner, width, text)
}

/// What an expression stands for.
#[derive(Clone, Debug)]
pub(super) enum Item {
    Value(Expr),
    Header(HeaderExpr),
    Stack(HeaderStackId),
    Union(UnionExpr),
    UnionStack(HeaderUnionStackId),
}

impl Item {
    fn wrong(&self, owner: &Owner<'_>, wanted: &str) -> IrError {
        let found = match self {
            Self::Value(_) => "a value",
            Self::Header(_) => "a header",
            Self::Stack(_) => "a header stack",
            Self::Union(_) => "a header union",
            Self::UnionStack(_) => "a header union stack",
        };
        owner.invalid(format!("{found} stands where {wanted} is wanted"))
    }

    pub(super) fn value(self, owner: &Owner<'_>) -> Result<Expr, IrError> {
        match self {
            Self::Value(value) => Ok(value),
            other => Err(other.wrong(owner, "a value")),
        }
    }

    pub(super) fn header(self, owner: &Owner<'_>) -> Result<HeaderExpr, IrError> {
        match self {
            Self::Header(header) => Ok(header),
            other => Err(other.wrong(owner, "a header")),
        }
    }

    pub(super) fn union(self, owner: &Owner<'_>) -> Result<UnionExpr, IrError> {
        match self {
            Self::Union(union) => Ok(union),
            other => Err(other.wrong(owner, "a header union")),
        }
    }

    pub(super) fn stack(self, owner: &Owner<'_>) -> Result<StackRef, IrError> {
        match self {
            Self::Stack(stack) => Ok(StackRef::Headers(stack)),
            Self::UnionStack(stack) => Ok(StackRef::Unions(stack)),
            other => Err(other.wrong(owner, "a stack")),
        }
    }
}

/// An operand of a primitive or of the parser: a number, or an expression.
pub(super) fn operand(names: &Names, owner: &Owner<'_>, parameter: &Value) -> Result<Expr, IrError> {
    match (kind(parameter), parameter.get("value")) {
        (Some("runtime_data"), Some(index)) => parameter_number(owner, index),
        (Some("expression"), Some(_)) => inner(names, owner, parameter)?.value(owner),
        (Some("hexstr" | "field" | "stack_field" | "register"), _) => expression(names, owner, parameter),
        (other, _) => {
            Err(owner.invalid(format!("parameter type `{}` not supported", other.unwrap_or_default())))
        }
    }
}

/// What stands in a parameter of type `expression`.
pub(super) fn inner(names: &Names, owner: &Owner<'_>, parameter: &Value) -> Result<Item, IrError> {
    let value = parameter.get("value").filter(|value| kind(value).is_some());
    // simple_switch refuses an operation that isn't wrapped once more.
    item(names, owner, value.ok_or_else(|| owner.invalid("invalid `type` in expression: ``"))?)
}

pub(super) fn kind(value: &Value) -> Option<&str> {
    value.get("type").and_then(Value::as_str)
}

fn parameter_number(owner: &Owner<'_>, index: &Value) -> Result<Expr, IrError> {
    let index = index.as_u64().and_then(|index| usize::try_from(index).ok());
    index.map(Expr::Param).ok_or_else(|| owner.invalid("a parameter's number is missing"))
}

/// An expression that has a value.
pub(super) fn expression(names: &Names, owner: &Owner<'_>, json: &Value) -> Result<Expr, IrError> {
    item(names, owner, json)?.value(owner)
}

/// An expression of any kind.
pub(super) fn item(names: &Names, owner: &Owner<'_>, json: &Value) -> Result<Item, IrError> {
    let wrong = || owner.invalid(format!("`{}` is no expression", shortened(json)));
    let value = json.get("value").ok_or_else(wrong)?;
    let name = || value.as_str().ok_or_else(wrong);
    match kind(json) {
        Some("expression") if value.get("op").is_some() => super::operations::read(names, owner, value),
        Some("expression") => item(names, owner, value),
        Some("field") => Ok(Item::Value(match names.target(owner, value)? {
            Target::Field(field) => Expr::Field(field),
            Target::Valid(header) => Expr::Unary(UnaryOp::BoolToData, Box::new(Expr::Valid(header))),
        })),
        Some("bool") => value.as_bool().map(|value| Item::Value(Expr::Bool(value))).ok_or_else(wrong),
        Some("hexstr") => Ok(Item::Value(Expr::Const(hexstr(owner, name()?)?))),
        Some("local") => parameter_number(owner, value).map(Item::Value),
        Some("header") => Ok(Item::Header(HeaderExpr::Header(names.header_value(owner, value)?))),
        Some("header_stack") => names.groups.stack(owner, name()?).map(Item::Stack),
        Some("header_union") => names.groups.union(owner, name()?).map(UnionExpr::Union).map(Item::Union),
        Some("header_union_stack") => names.groups.union_stack(owner, name()?).map(Item::UnionStack),
        Some("stack_field") => stack_field(names, owner, value),
        Some("register") => {
            Err(owner.unsupported("a register in an expression, which could change while that is computed: read it with `register_read` first"))
        }
        Some(other) => Err(owner.invalid(format!("invalid `type` in expression: `{other}`"))),
        None => Err(wrong()),
    }
}

/// A field of a stack's last element.
fn stack_field(names: &Names, owner: &Owner<'_>, value: &Value) -> Result<Item, IrError> {
    let parts: Option<Vec<&str>> =
        value.as_array().and_then(|parts| parts.iter().map(Value::as_str).collect());
    let Some([stack, field]) = parts.as_deref() else {
        return Err(owner.invalid(format!("`{}` is no field of a stack", shortened(value))));
    };
    let stack = names.groups.stack(owner, stack)?;
    let of = names.groups.type_of(stack);
    match names.field_of(owner, of, field) {
        Ok(field) => Ok(Item::Value(Expr::FieldOf(Box::new(HeaderExpr::Last(stack)), field))),
        // p4c writes a stack's `last` so where it is read as a whole.
        Err(_) if *field == "last" => Ok(Item::Header(HeaderExpr::Last(stack))),
        Err(error) => Err(error),
    }
}

/// The beginning of some JSON, for messages.
pub(super) fn shortened(json: &Value) -> String {
    const MOST: usize = 200;
    let mut text = json.to_string();
    if let Some((end, _)) = text.char_indices().nth(MOST) {
        text.truncate(end);
        text.push('…');
    }
    text
}
