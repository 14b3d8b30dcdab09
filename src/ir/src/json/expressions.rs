//! Expressions and numbers.

use hyper4_bits::Bits;
use num_bigint::BigInt;
use serde_json::Value;

use super::names::{Names, Owner, Target};
use crate::{BinaryOp, Expr, IrError, UnaryOp};

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

/// An operand of a primitive or of the parser: a number, or an expression.
pub(super) fn operand(names: &Names, owner: &Owner<'_>, value: &Value) -> Result<Expr, IrError> {
    match (kind(value), value.get("value")) {
        (Some("runtime_data"), Some(index)) => parameter(owner, index),
        _ => expression(names, owner, value),
    }
}

fn kind(value: &Value) -> Option<&str> {
    value.get("type").and_then(Value::as_str)
}

fn parameter(owner: &Owner<'_>, index: &Value) -> Result<Expr, IrError> {
    let index = index.as_u64().and_then(|index| usize::try_from(index).ok());
    index.map(Expr::Param).ok_or_else(|| owner.invalid("a parameter's number is missing"))
}

/// An expression.
pub(super) fn expression(names: &Names, owner: &Owner<'_>, json: &Value) -> Result<Expr, IrError> {
    let wrong = || owner.invalid(format!("`{json}` is no expression"));
    let value = json.get("value").ok_or_else(wrong)?;
    match kind(json) {
        Some("expression") if value.get("op").is_some() => operation(names, owner, value),
        Some("expression") => expression(names, owner, value),
        Some("field") => Ok(match names.target(owner, value)? {
            Target::Field(field) => Expr::Field(field),
            Target::Valid(header) => Expr::Unary(UnaryOp::BoolToData, Box::new(Expr::Valid(header))),
        }),
        Some("bool") => value.as_bool().map(Expr::Bool).ok_or_else(wrong),
        Some("hexstr") => hexstr(owner, value.as_str().ok_or_else(wrong)?).map(Expr::Const),
        Some("local") => parameter(owner, value),
        Some(
            other @ ("header" | "header_stack" | "stack_field" | "header_union" | "header_union_stack"
            | "register" | "lookahead"),
        ) => Err(owner.unsupported(format!("`{other}` in an expression"))),
        _ => Err(wrong()),
    }
}

fn operation(names: &Names, owner: &Owner<'_>, json: &Value) -> Result<Expr, IrError> {
    let wrong = || owner.invalid(format!("`{json}` is no operation"));
    let op = json.get("op").and_then(Value::as_str).ok_or_else(wrong)?;
    let side = |name: &str| json.get(name).filter(|side| !side.is_null());
    let left = side("left");
    let right = side("right").ok_or_else(wrong)?;
    if op == "?" {
        let condition = expression(names, owner, side("cond").ok_or_else(wrong)?)?;
        let then = expression(names, owner, left.ok_or_else(wrong)?)?;
        let otherwise = expression(names, owner, right)?;
        return Ok(Expr::Ternary(Box::new(condition), Box::new(then), Box::new(otherwise)));
    }
    match left {
        Some(left) => {
            let operator = BINARY.iter().chain([&WRAP]).find(|(name, _)| *name == op);
            let (_, operator) =
                operator.ok_or_else(|| owner.unsupported(format!("operator `{op}` of two operands")))?;
            let (left, right) = (expression(names, owner, left)?, expression(names, owner, right)?);
            Ok(Expr::Binary(*operator, Box::new(left), Box::new(right)))
        }
        None if op == "valid" && kind(right) == Some("header") => {
            let header = right.get("value").ok_or_else(wrong)?;
            Ok(Expr::Valid(names.header_value(owner, header)?))
        }
        None => {
            // p4c writes `isValid()` so.
            if op == "d2b"
                && kind(right) == Some("field")
                && let Target::Valid(header) = names.target(owner, right.get("value").ok_or_else(wrong)?)?
            {
                return Ok(Expr::Valid(header));
            }
            let right = Box::new(expression(names, owner, right)?);
            if op == "+" {
                return Ok(Expr::Binary(BinaryOp::Add, Box::new(Expr::Const(BigInt::ZERO)), right));
            }
            let operator = UNARY.iter().find(|(name, _)| *name == op);
            let (_, operator) =
                operator.ok_or_else(|| owner.unsupported(format!("operator `{op}` of one operand")))?;
            Ok(Expr::Unary(*operator, right))
        }
    }
}
