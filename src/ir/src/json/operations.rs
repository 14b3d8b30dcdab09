//! Operations in expressions.

use num_bigint::BigInt;
use serde_json::Value;

use super::expressions::{BINARY, Item, UNARY, WRAP, item, kind, shortened};
use super::names::{Names, Owner, Target};
use crate::{Aggregate, BinaryOp, Expr, FieldRef, HeaderExpr, IrError, StackRef, UnaryOp, UnionExpr};

/// `{"op": …, "left": …, "right": …}`
pub(super) fn read(names: &Names, owner: &Owner<'_>, json: &Value) -> Result<Item, IrError> {
    let wrong = || owner.invalid(format!("`{}` is no operation", shortened(json)));
    let op = json.get("op").and_then(Value::as_str).ok_or_else(wrong)?;
    let side = |name: &str| json.get(name).filter(|side| !side.is_null());
    let left = side("left");
    let right = side("right").ok_or_else(wrong)?;
    let read = |json: &Value| item(names, owner, json);
    let value = |json: &Value| read(json)?.value(owner);
    match (op, left) {
        ("?", Some(left)) => {
            let condition = value(side("cond").ok_or_else(wrong)?)?;
            let (then, otherwise) = (Box::new(value(left)?), Box::new(value(right)?));
            Ok(Item::Value(Expr::Ternary(Box::new(condition), then, otherwise)))
        }
        ("==" | "!=" | "==h" | "!=h" | "==u" | "!=u" | "==b" | "!=b", Some(left)) => {
            compare(owner, op.starts_with('!'), read(left)?, read(right)?).map(Item::Value)
        }
        ("access_field", Some(left)) => {
            access(names, owner, read(left)?.header(owner)?, right).map(Item::Value)
        }
        ("access_union_header", Some(left)) => {
            let member = number(owner, right)?;
            Ok(Item::Header(match read(left)?.union(owner)? {
                UnionExpr::Union(id) => {
                    let union = names.groups.unions.get(id.index());
                    let found = union.and_then(|union| union.members.get(member as usize));
                    let found =
                        found.ok_or_else(|| owner.unresolved(format!("member {member} of a union")))?;
                    HeaderExpr::Header(found.header)
                }
                union => HeaderExpr::UnionMember { union, member },
            }))
        }
        ("dereference_stack" | "dereference_header_stack", Some(left)) => {
            let index = Box::new(value(right)?);
            match read(left)?.stack(owner)? {
                StackRef::Headers(stack) => Ok(Item::Header(match *index {
                    Expr::LastIndex(StackRef::Headers(of)) if of == stack => HeaderExpr::Last(stack),
                    _ => HeaderExpr::Element { stack, index },
                })),
                StackRef::Unions(_) => Err(owner.invalid(format!("`{op}` of a stack of header unions"))),
            }
        }
        ("dereference_union_stack", Some(left)) => match read(left)?.stack(owner)? {
            StackRef::Unions(stack) => {
                Ok(Item::Union(UnionExpr::Element { stack, index: Box::new(value(right)?) }))
            }
            StackRef::Headers(_) => Err(owner.invalid(format!("`{op}` of a stack of headers"))),
        },
        ("last_stack_index", None) => Ok(Item::Value(Expr::LastIndex(read(right)?.stack(owner)?))),
        ("size_stack", None) => Ok(Item::Value(Expr::StackSize(read(right)?.stack(owner)?))),
        ("valid", None) => Ok(Item::Value(match read(right)?.header(owner)? {
            HeaderExpr::Header(header) => Expr::Valid(header),
            header => Expr::ValidOf(Box::new(header)),
        })),
        ("valid_union", None) => Ok(Item::Value(Expr::UnionValid(read(right)?.union(owner)?))),
        (_, Some(left)) => {
            let operator = BINARY.iter().chain([&WRAP]).find(|(name, _)| *name == op);
            let (_, operator) =
                operator.ok_or_else(|| owner.unsupported(format!("operator `{op}` of two operands")))?;
            let (left, right) = (Box::new(value(left)?), Box::new(value(right)?));
            Ok(Item::Value(Expr::Binary(*operator, left, right)))
        }
        (_, None) => unary(names, owner, op, right).map(Item::Value),
    }
}

fn unary(names: &Names, owner: &Owner<'_>, op: &str, right: &Value) -> Result<Expr, IrError> {
    // p4c writes `isValid()` so.
    if op == "d2b"
        && kind(right) == Some("field")
        && let Some(field) = right.get("value")
        && let Target::Valid(header) = names.target(owner, field)?
    {
        return Ok(Expr::Valid(header));
    }
    let right = Box::new(item(names, owner, right)?.value(owner)?);
    if op == "+" {
        return Ok(Expr::Binary(BinaryOp::Add, Box::new(Expr::Const(BigInt::ZERO)), right));
    }
    let operator = UNARY.iter().find(|(name, _)| *name == op);
    let (_, operator) =
        operator.ok_or_else(|| owner.unsupported(format!("operator `{op}` of one operand")))?;
    Ok(Expr::Unary(*operator, right))
}

fn compare(owner: &Owner<'_>, negated: bool, left: Item, right: Item) -> Result<Expr, IrError> {
    let (left, right) = match (left, right) {
        (Item::Value(left), Item::Value(right)) => {
            let operator = if negated { BinaryOp::Ne } else { BinaryOp::Eq };
            return Ok(Expr::Binary(operator, Box::new(left), Box::new(right)));
        }
        (Item::Header(left), Item::Header(right)) => (Aggregate::Header(left), Aggregate::Header(right)),
        (Item::Union(left), Item::Union(right)) => (Aggregate::Union(left), Aggregate::Union(right)),
        _ => return Err(owner.invalid("simple_switch compares two values, two headers or two header unions")),
    };
    let equal = Expr::Equal(Box::new(left), Box::new(right));
    Ok(if negated { Expr::Unary(UnaryOp::Not, Box::new(equal)) } else { equal })
}

fn number(owner: &Owner<'_>, json: &Value) -> Result<u32, IrError> {
    let number = json.as_u64().and_then(|number| u32::try_from(number).ok());
    number.ok_or_else(|| owner.invalid(format!("`{}` is no position", shortened(json))))
}

/// A field by its number; the one behind the last is the validity.
fn access(names: &Names, owner: &Owner<'_>, header: HeaderExpr, field: &Value) -> Result<Expr, IrError> {
    let field = number(owner, field)?;
    let group = &names.groups;
    let header_type = match &header {
        HeaderExpr::Header(header) => names.type_of(*header),
        HeaderExpr::Element { stack, .. } | HeaderExpr::Last(stack) => {
            names.header_types.get(group.type_of(*stack).index())
        }
        HeaderExpr::UnionMember { union, member } => {
            let union = match union {
                UnionExpr::Union(union) => Some(*union),
                UnionExpr::Element { stack, .. } => {
                    group.union_stacks.get(stack.index()).and_then(|stack| stack.unions.first().copied())
                }
            };
            let union = union.and_then(|union| group.unions.get(union.index()));
            union.and_then(|union| union.members.get(*member as usize)).and_then(|m| names.type_of(m.header))
        }
    };
    let count = header_type.map_or(0, |header_type| header_type.fields.len());
    let to_number = |truth| Expr::Unary(UnaryOp::BoolToData, Box::new(truth));
    match (header, (field as usize).cmp(&count)) {
        (HeaderExpr::Header(header), std::cmp::Ordering::Less) => Ok(Expr::Field(FieldRef { header, field })),
        (header, std::cmp::Ordering::Less) => Ok(Expr::FieldOf(Box::new(header), field)),
        (HeaderExpr::Header(header), std::cmp::Ordering::Equal) => Ok(to_number(Expr::Valid(header))),
        (header, std::cmp::Ordering::Equal) => Ok(to_number(Expr::ValidOf(Box::new(header)))),
        (_, std::cmp::Ordering::Greater) => Err(owner.unresolved(format!("field {field} of {count}"))),
    }
}
