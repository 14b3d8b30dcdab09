//! Expressions.

use num_bigint::{BigInt, Sign};
use serde_json::{Value, json};

use super::Writer;
use crate::json::expressions::{BINARY, UNARY, WRAP};
use crate::{Aggregate, BinaryOp, Expr, HeaderExpr, StackRef, UnaryOp, UnionExpr};

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
        Expr::Const(_) => expression(w, value),
        value => json!({ "type": "expression", "value": expression(w, value) }),
    }
}

fn operation(op: &str, left: Value, right: Value) -> Value {
    json!({ "type": "expression", "value": { "op": op, "left": left, "right": right } })
}

/// A header.
pub(super) fn header(w: &Writer<'_>, which: &HeaderExpr) -> Value {
    let element = |stack: &crate::HeaderStackId, index: Value| {
        operation("dereference_header_stack", w.stack(StackRef::Headers(*stack)), index)
    };
    match which {
        HeaderExpr::Header(header) => json!({ "type": "header", "value": w.header_name(*header) }),
        HeaderExpr::Element { stack, index } => element(stack, expression(w, index)),
        HeaderExpr::Last(stack) => element(stack, expression(w, &Expr::LastIndex(StackRef::Headers(*stack)))),
        HeaderExpr::UnionMember { union: of, member } => {
            operation("access_union_header", union(w, of), json!(member))
        }
    }
}

fn union(w: &Writer<'_>, which: &UnionExpr) -> Value {
    match which {
        UnionExpr::Union(union) => json!({ "type": "header_union", "value": w.union_name(*union) }),
        UnionExpr::Element { stack, index } => {
            operation("dereference_union_stack", w.stack(StackRef::Unions(*stack)), expression(w, index))
        }
    }
}

fn aggregate(w: &Writer<'_>, which: &Aggregate) -> Value {
    match which {
        Aggregate::Header(which) => header(w, which),
        Aggregate::Stack(stack) => w.stack(StackRef::Headers(*stack)),
        Aggregate::Union(which) => union(w, which),
        Aggregate::UnionStack(stack) => w.stack(StackRef::Unions(*stack)),
    }
}

/// An expression.
pub(super) fn expression(w: &Writer<'_>, value: &Expr) -> Value {
    match value {
        Expr::Const(number) => json!({ "type": "hexstr", "value": hex(number) }),
        Expr::Bool(value) => json!({ "type": "bool", "value": value }),
        Expr::Field(field) => json!({ "type": "field", "value": w.field(*field) }),
        Expr::Valid(header) => {
            let valid = json!({ "type": "field", "value": [w.header_name(*header), "$valid$"] });
            operation("d2b", Value::Null, valid)
        }
        Expr::Param(index) => json!({ "type": "local", "value": index }),
        Expr::FieldOf(of, field) => match &**of {
            HeaderExpr::Last(stack) => {
                let first =
                    w.program.header_stacks.get(stack.index()).and_then(|stack| stack.headers.first());
                json!({ "type": "stack_field", "value": [w.stack_name(*stack), w.field_name(first, *field)] })
            }
            of => operation("access_field", header(w, of), json!(field)),
        },
        Expr::ValidOf(of) => operation("valid", Value::Null, header(w, of)),
        Expr::UnionValid(of) => operation("valid_union", Value::Null, union(w, of)),
        Expr::LastIndex(stack) => operation("last_stack_index", Value::Null, w.stack(*stack)),
        Expr::StackSize(stack) => operation("size_stack", Value::Null, w.stack(*stack)),
        Expr::Equal(left, right) => operation("==", aggregate(w, left), aggregate(w, right)),
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
