//! Expressions.

use num_bigint::{BigInt, Sign};
use serde_json::{Value, json};

use super::{Writer, constant};
use crate::json::expressions::{BINARY, UNARY, WRAP};
use crate::{BinaryOp, Expr, UnaryOp};

/// `0x…`, after `-` where it is negative.
pub(super) fn hex(number: &BigInt) -> String {
    let sign = if number.sign() == Sign::Minus { "-" } else { "" };
    format!("{sign}0x{:02x}", number.magnitude())
}

/// An operand of a primitive: what is simple stands for itself.
pub(super) fn operand(w: &Writer<'_>, value: &Expr) -> Value {
    match value {
        Expr::Field(field) => json!({ "type": "field", "value": w.field(*field) }),
        Expr::Param(index) => json!({ "type": "runtime_data", "value": index }),
        value => {
            constant(value).unwrap_or_else(|| json!({ "type": "expression", "value": expression(w, value) }))
        }
    }
}

/// An expression.
pub(super) fn expression(w: &Writer<'_>, value: &Expr) -> Value {
    let operation = |op: &str, left: Value, right: Value| json!({ "type": "expression", "value": { "op": op, "left": left, "right": right } });
    match value {
        Expr::Const(number) => json!({ "type": "hexstr", "value": hex(number) }),
        Expr::Bool(value) => json!({ "type": "bool", "value": value }),
        Expr::Field(field) => json!({ "type": "field", "value": w.field(*field) }),
        Expr::Valid(header) => {
            let valid = json!({ "type": "field", "value": [w.header_name(*header), "$valid$"] });
            operation("d2b", Value::Null, valid)
        }
        Expr::Param(index) => json!({ "type": "local", "value": index }),
        Expr::FieldOf(..)
        | Expr::ValidOf(_)
        | Expr::UnionValid(_)
        | Expr::LastIndex(_)
        | Expr::StackSize(_)
        | Expr::Equal(..) => Value::Null,
        Expr::Unary(operator, operand) => {
            operation(unary_name(*operator), Value::Null, expression(w, operand))
        }
        Expr::Binary(operator, left, right) => {
            operation(binary_name(*operator), expression(w, left), expression(w, right))
        }
        Expr::Ternary(condition, then, otherwise) => json!({
            "type": "expression",
            "value": {
                "op": "?",
                "left": expression(w, then),
                "right": expression(w, otherwise),
                "cond": expression(w, condition),
            },
        }),
    }
}

fn unary_name(operator: UnaryOp) -> &'static str {
    UNARY.iter().find(|(_, other)| *other == operator).map_or("", |(name, _)| name)
}

fn binary_name(operator: BinaryOp) -> &'static str {
    BINARY.iter().chain([&WRAP]).find(|(_, other)| *other == operator).map_or("", |(name, _)| name)
}
