//! The parser.

use std::collections::HashMap;

use hyper4_bits::Bits;
use serde_json::Value;

use super::expressions::{expression, hexstr, operand};
use super::model::{self, Typed, refuse_rest};
use super::names::{Names, Owner};
use crate::{
    Extract, IrError, ParseState, ParseStateId, Parser, ParserOp, Place, SelectKey, Transition,
    TransitionMatch,
};

pub(super) fn read(names: &Names, declared: &model::Parser) -> Result<Parser, IrError> {
    let owner = Owner::new("parser", &declared.name, None);
    refuse_rest(&owner, &declared.rest)?;
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
    let widths: Vec<u32> = key
        .iter()
        .map(|part| match part {
            SelectKey::Field(field) => names.width(*field),
            SelectKey::Lookahead { width, .. } => *width,
            SelectKey::LastField(..) | SelectKey::UnionLastField { .. } => 0,
        })
        .collect();
    let mut transitions = Vec::new();
    let mut otherwise = None;
    for transition in &declared.transitions {
        refuse_rest(&owner, &transition.rest)?;
        let find = |name: &String| ids.get(name.as_str()).copied().ok_or_else(|| owner.unresolved(name));
        let next = transition.next_state.as_ref().map(find).transpose()?;
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
            (Some("parse_vset"), _) => return Err(owner.unsupported("a parser value set")),
            (kind, _) => {
                return Err(owner.invalid(format!("transition of type `{}`", kind.unwrap_or("hexstr"))));
            }
        }
    }
    transitions.extend(otherwise);
    let source_info = declared.source_info.clone();
    Ok(ParseState { name: declared.name.clone(), ops, key, transitions, source_info })
}

fn parameters<'a>(owner: &Owner<'_>, op: &'a model::Primitive, count: usize) -> Result<&'a [Value], IrError> {
    let parameters = op.parameters.as_slice();
    if parameters.len() == count {
        return Ok(parameters);
    }
    Err(owner.invalid(format!("`{}` with {} parameters instead of {count}", op.op, parameters.len())))
}

fn read_op(names: &Names, owner: &Owner<'_>, op: &model::Primitive) -> Result<ParserOp, IrError> {
    let owner = &Owner { source_info: op.source_info.as_ref().or(owner.source_info), ..*owner };
    refuse_rest(owner, &op.rest)?;
    let typed = |value: &Value| -> Result<Typed, IrError> { super::serde_path(value.clone()) };
    match (op.op.as_str(), op.parameters.as_slice()) {
        ("extract", _) => {
            let [what] = parameters(owner, op, 1)? else { return Err(owner.invalid("`extract` of nothing")) };
            let what = typed(what)?;
            match what.kind.as_str() {
                "regular" => Ok(ParserOp::Extract(Extract::Regular(names.header_value(owner, &what.value)?))),
                kind => Err(owner.unsupported(format!("extract of type `{kind}`"))),
            }
        }
        ("set", [to, from]) => {
            let (to, from_type) = (typed(to)?, typed(from)?);
            if to.kind != "field" {
                return Err(owner.unsupported(format!("`set` of type `{}`", to.kind)));
            }
            let place = Place::Field(names.place(owner, &to.value)?);
            if from_type.kind == "lookahead" {
                let (offset, width) = lookahead(owner, &from_type.value)?;
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
        ("set" | "verify" | "advance" | "shift", found) => {
            Err(owner.invalid(format!("`{}` with {} parameters", op.op, found.len())))
        }
        ("primitive", [inner]) => {
            let inner = inner.get("op").and_then(Value::as_str).unwrap_or_default();
            Err(owner.unsupported(format!("primitive `{inner}` in a parser")))
        }
        (other, _) => Err(owner.unsupported(format!("parser operation `{other}`"))),
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
        kind => Err(owner.unsupported(format!("`{kind}` in a select"))),
    }
}

/// Each part of the key has its own bytes in the value and in the mask.
fn read_case(
    owner: &Owner<'_>,
    widths: &[u32],
    value: &str,
    mask: Option<&str>,
) -> Result<Vec<(Bits, Bits)>, IrError> {
    let bytes: u64 = widths.iter().map(|width| u64::from(width.div_ceil(8))).sum();
    let bytes = u32::try_from(bytes)
        .ok()
        .filter(|bytes| *bytes <= Bits::MAX_WIDTH / 8)
        .ok_or_else(|| owner.unsupported(format!("a key of {bytes} bytes")))?;
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
