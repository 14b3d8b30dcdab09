//! The parser.

use std::collections::HashMap;

use hyper4_bits::Bits;
use serde_json::Value;

use super::expressions::{expression, hexstr, kind, operand, shortened};
use super::model::{self, Typed, refuse_rest};
use super::names::{Names, Owner, find, unique_ids};
use super::primitives;
use crate::{
    Extract, ExtractTarget, IrError, ParseState, ParseStateId, Parser, ParserOp, Place, SelectKey,
    Transition, TransitionMatch,
};

pub(super) fn read(names: &Names, declared: &model::Parser) -> Result<Parser, IrError> {
    let owner = Owner::new("parser", &declared.name, None);
    refuse_rest(&owner, &declared.rest)?;
    unique_ids("parse state", declared.parse_states.iter().map(|state| state.id))?;
    let mut ids = HashMap::new();
    for (id, state) in (0u32..).zip(&declared.parse_states) {
        if ids.insert(state.name.as_str(), ParseStateId(id)).is_some() {
            return Err(owner.invalid(format!("state `{}` is declared twice", state.name)));
        }
    }
    let start =
        *ids.get(declared.init_state.as_str()).ok_or_else(|| owner.unresolved(&declared.init_state))?;
    let states = declared.parse_states.iter().map(|state| read_state(names, &ids, state));
    Ok(Parser { name: declared.name.clone(), start, states: states.collect::<Result<_, _>>()? })
}

fn read_state(
    names: &Names,
    ids: &HashMap<&str, ParseStateId>,
    declared: &model::ParseState,
) -> Result<ParseState, IrError> {
    let owner = Owner::new("parse state", &declared.name, declared.source_info.as_ref());
    refuse_rest(&owner, &declared.rest)?;
    let ops = declared.parser_ops.iter().map(|op| read_op(names, &owner, op)).collect::<Result<_, _>>()?;
    let key: Vec<SelectKey> =
        declared.transition_key.iter().map(|part| read_key(names, &owner, part)).collect::<Result<_, _>>()?;
    let widths: Vec<u32> = key.iter().map(|part| names.key_width(part)).collect();
    let mut transitions = Vec::new();
    let mut otherwise = None;
    for transition in &declared.transitions {
        refuse_rest(&owner, &transition.rest)?;
        let state = |name: &String| ids.get(name.as_str()).copied().ok_or_else(|| owner.unresolved(name));
        let next = transition.next_state.as_ref().map(state).transpose()?;
        match (transition.kind.as_deref(), transition.value.as_deref()) {
            (Some("default"), _) | (None | Some("hexstr"), Some("default")) => {
                if otherwise.is_some() {
                    return Err(owner.invalid("it has two default transitions"));
                }
                // Wherever it stands, bmv2 takes it when nothing else matches.
                otherwise = Some(Transition { matches: TransitionMatch::Default, next });
            }
            (None | Some("hexstr"), Some(value)) => {
                let matches =
                    TransitionMatch::Values(read_case(&owner, &widths, value, transition.mask.as_deref())?);
                transitions.push(Transition { matches, next });
            }
            (Some("parse_vset"), Some(name)) => {
                let set = find(&names.value_sets, &owner, "value set", name)?;
                let mask = transition.mask.as_deref();
                let mask = mask.map(|mask| read_mask(&owner, &widths, mask)).transpose()?;
                transitions.push(Transition { matches: TransitionMatch::ValueSet { set, mask }, next });
            }
            (kind, _) => {
                return Err(owner.invalid(format!("transition of type `{}`", kind.unwrap_or("hexstr"))));
            }
        }
    }
    transitions.extend(otherwise);
    let source_info = declared.source_info.clone();
    Ok(ParseState { name: declared.name.clone(), ops, key, transitions, source_info })
}

fn read_op(names: &Names, owner: &Owner<'_>, op: &model::Primitive) -> Result<ParserOp, IrError> {
    let owner = &Owner { source_info: op.source_info.as_ref().or(owner.source_info), ..*owner };
    refuse_rest(owner, &op.rest)?;
    let typed = |value: &Value| -> Result<Typed, IrError> { super::serde_path(value.clone()) };
    match (op.op.as_str(), op.parameters.as_slice()) {
        ("extract", [what]) => Ok(ParserOp::Extract(match read_target(names, owner, &typed(what)?)? {
            ExtractTarget::Header(header) => Extract::Regular(header),
            ExtractTarget::StackNext(stack) => Extract::StackNext(stack),
            ExtractTarget::UnionStackNext { stack, member } => Extract::UnionStackNext { stack, member },
        })),
        ("extract_VL", [what, width]) => {
            let target = read_target(names, owner, &typed(what)?)?;
            match kind(width) {
                Some("expression") => {
                    let width = operand(names, owner, width)?;
                    Ok(ParserOp::Extract(Extract::Variable { target, width }))
                }
                other => Err(owner.invalid(format!(
                    "`extract_VL` has invalid length type `{}`, expected `expression`",
                    other.unwrap_or_default()
                ))),
            }
        }
        ("set", [to, from]) => {
            let to = typed(to)?;
            if to.kind != "field" {
                let reason = format!("`set` has invalid destination type `{}`, expected `field`", to.kind);
                return Err(owner.invalid(reason));
            }
            let place = Place::Field(names.place(owner, &to.value)?);
            if kind(from) == Some("lookahead") {
                let (offset, width) = lookahead(owner, from.get("value").unwrap_or(&Value::Null))?;
                return Ok(ParserOp::SetLookahead { place, offset, width });
            }
            Ok(ParserOp::Set { place, value: operand(names, owner, from)? })
        }
        ("verify", [condition, error]) => {
            let condition = expression(names, owner, condition)?;
            let error = match error.as_u64() {
                Some(code) => crate::Expr::Const(code.into()),
                None => expression(names, owner, error)?,
            };
            Ok(ParserOp::Verify { condition, error })
        }
        ("advance", [bits]) => Ok(ParserOp::Advance { bits: operand(names, owner, bits)? }),
        ("shift", [bytes]) => {
            let bytes = bytes.as_u64().ok_or_else(|| owner.invalid("`shift` wants a number of bytes"))?;
            Ok(ParserOp::Advance { bits: crate::Expr::Const(num_bigint::BigInt::from(bytes) * 8) })
        }
        ("primitive", [inner]) => {
            let inner: model::Primitive = super::serde_path(inner.clone())?;
            let owner = &Owner { source_info: inner.source_info.as_ref().or(owner.source_info), ..*owner };
            Ok(ParserOp::Primitive(primitives::read(names, owner, &inner)?))
        }
        ("extract" | "extract_VL" | "set" | "verify" | "advance" | "shift" | "primitive", found) => {
            Err(owner.invalid(format!("`{}` with {} parameters", op.op, found.len())))
        }
        (other, _) => Err(owner.invalid(format!("parser op `{other}` not supported"))),
    }
}

fn read_target(names: &Names, owner: &Owner<'_>, what: &Typed) -> Result<ExtractTarget, IrError> {
    let text = |value: &Value| match value.as_str() {
        Some(text) => Ok(text.to_owned()),
        None => Err(owner.invalid(format!("`{}` is no name", shortened(value)))),
    };
    match (what.kind.as_str(), &what.value) {
        ("regular", header) => Ok(ExtractTarget::Header(names.header_value(owner, header)?)),
        ("stack", stack) => Ok(ExtractTarget::StackNext(names.groups.stack(owner, &text(stack)?)?)),
        ("union_stack", Value::Array(parts)) => match parts.as_slice() {
            [stack, member] => {
                let stack = names.groups.union_stack(owner, &text(stack)?)?;
                let (member, _) = names.groups.member(owner, stack, &text(member)?)?;
                Ok(ExtractTarget::UnionStackNext { stack, member })
            }
            parts => Err(owner.invalid(format!("a stack of unions with {} parts instead of 2", parts.len()))),
        },
        (kind, _) => Err(owner.invalid(format!("extract type `{kind}` not supported"))),
    }
}

fn lookahead(owner: &Owner<'_>, value: &Value) -> Result<(u32, u32), IrError> {
    let limit = |number: &u32| *number <= Bits::MAX_WIDTH;
    let number = |value: &Value| value.as_u64().and_then(|number| u32::try_from(number).ok()).filter(limit);
    match value.as_array().map(Vec::as_slice) {
        Some([offset, width]) => number(offset).zip(number(width)),
        _ => None,
    }
    .ok_or_else(|| owner.invalid(format!("`{value}` is no lookahead")))
}

fn read_key(names: &Names, owner: &Owner<'_>, part: &Typed) -> Result<SelectKey, IrError> {
    match part.kind.as_str() {
        "field" => Ok(SelectKey::Field(names.place(owner, &part.value)?)),
        "lookahead" => {
            let (offset, width) = lookahead(owner, &part.value)?;
            Ok(SelectKey::Lookahead { offset, width })
        }
        "stack_field" | "union_stack_field" => read_last(names, owner, part),
        kind => Err(owner.invalid(format!("`{kind}` in a select"))),
    }
}

/// A field of the last element of a stack.
fn read_last(names: &Names, owner: &Owner<'_>, part: &Typed) -> Result<SelectKey, IrError> {
    let parts: Option<Vec<&str>> =
        part.value.as_array().and_then(|parts| parts.iter().map(Value::as_str).collect());
    match (part.kind.as_str(), parts.as_deref()) {
        ("stack_field", Some([stack, field])) => {
            let stack = names.groups.stack(owner, stack)?;
            Ok(SelectKey::LastField(stack, names.field_of(owner, names.groups.type_of(stack), field)?))
        }
        ("union_stack_field", Some([stack, member, field])) => {
            let stack = names.groups.union_stack(owner, stack)?;
            let (member, header) = names.groups.member(owner, stack, member)?;
            let of = names.headers.get(header.index()).map(|header| header.header_type);
            let field = names.field_of(owner, of.unwrap_or(crate::HeaderTypeId(u32::MAX)), field)?;
            Ok(SelectKey::UnionLastField { stack, member, field })
        }
        _ => Err(owner.invalid(format!("`{}` is no field of a stack", shortened(&part.value)))),
    }
}

/// How many bytes a key takes: each part has its own.
fn key_bytes(owner: &Owner<'_>, widths: &[u32]) -> Result<u32, IrError> {
    let bytes: u64 = widths.iter().map(|width| u64::from(width.div_ceil(8))).sum();
    let fits = u32::try_from(bytes).ok().filter(|bytes| *bytes <= Bits::MAX_WIDTH / 8);
    fits.ok_or_else(|| owner.unsupported(format!("a key of {bytes} bytes")))
}

/// The mask of a value set. It has as many bytes as a member of the set, but simple_switch lays it on the key.
fn read_mask(owner: &Owner<'_>, widths: &[u32], mask: &str) -> Result<Vec<Bits>, IrError> {
    let whole: u64 = widths.iter().map(|width| u64::from(*width)).sum();
    if whole.div_ceil(8) != u64::from(key_bytes(owner, widths)?) {
        return Err(owner.unsupported("a masked value set of keys that don't fill bytes"));
    }
    let zeros = "00".repeat(key_bytes(owner, widths)? as usize);
    let pairs = read_case(owner, widths, &format!("0x{zeros}"), Some(mask))?;
    Ok(pairs.into_iter().map(|(_, mask)| mask).collect())
}

/// Each part of the key has its own bytes in the value and in the mask.
fn read_case(
    owner: &Owner<'_>,
    widths: &[u32],
    value: &str,
    mask: Option<&str>,
) -> Result<Vec<(Bits, Bits)>, IrError> {
    let bytes = key_bytes(owner, widths)?;
    let whole = |text: &str| -> Result<Bits, IrError> {
        let digits = text.strip_prefix("0x").unwrap_or(text).len();
        if digits.div_ceil(2) != bytes as usize {
            return Err(owner.invalid(format!("case `{text}` must have {bytes} bytes")));
        }
        let number = hexstr(owner, text)?.to_biguint().unwrap_or_default();
        Bits::try_from_biguint(bytes * 8, &number).map_err(|error| owner.invalid(error.to_string()))
    };
    let (value, mask) = (whole(value)?, mask.map(whole).transpose()?);
    let mut low = bytes * 8;
    let mut pairs = Vec::new();
    for width in widths {
        let padded = width.div_ceil(8) * 8;
        low -= padded;
        let part = |bits: &Bits| bits.lshr(low as usize).resize(padded);
        let wanted = part(&value);
        if wanted.resize(*width).resize(padded) != wanted {
            return Err(owner.invalid(format!("case {wanted} can't match a key of {width} bits")));
        }
        let looked_at = mask.as_ref().map_or_else(|| Bits::ones(*width), |mask| part(mask).resize(*width));
        pairs.push((wanted.resize(*width), looked_at));
    }
    Ok(pairs)
}
