//! Parse states to what carries them out.

use hyper4_bits::Bits;
use hyper4_ir::{
    self as ir, Expr, Extract, ExtractTarget, ParserOp, Place, Program, SelectKey, TransitionMatch,
};
use rustc_hash::FxHashSet;

use super::{Case, From, KeyPart, Op, SmallCase, State};
use crate::action::Step;
use crate::expression::{Compiler, EXACT};
use crate::layout::{HeaderSlot, Layout};

pub(super) fn state(
    program: &Program,
    layout: &Layout,
    compiler: &mut Compiler<'_>,
    declared: &ir::ParseState,
) -> Result<State, String> {
    let mut ops = Vec::new();
    for declared in &declared.ops {
        ops.extend(op(program, layout, compiler, declared)?);
    }
    let mut key = Vec::new();
    for part in &declared.key {
        key.push(match part {
            SelectKey::Field(field) => {
                let slot = layout.field(*field).ok_or("a field that doesn't exist is selected on")?;
                KeyPart::Field { at: slot.at, width: slot.width }
            }
            SelectKey::Lookahead { offset, width } => {
                KeyPart::Lookahead { offset: *offset as usize, width: *width }
            }
            SelectKey::LastField(stack, field) => {
                let stack = layout.stacks.get(stack.index()).ok_or("a stack that doesn't exist")?;
                last(layout, &mut stack.headers.iter().copied(), stack.next, *field)?
            }
            SelectKey::UnionLastField { stack, member, field } => {
                let stack = layout.union_stacks.get(stack.index()).ok_or("a stack that doesn't exist")?;
                let mut members =
                    stack.unions.iter().filter_map(|u| u.members.get(*member as usize)).copied();
                last(layout, &mut members, stack.next, *field)?
            }
        });
    }
    let mut cases = Vec::new();
    let mut otherwise = None;
    for transition in &declared.transitions {
        let next = match transition.next {
            Some(state) if state.index() >= program.parser.states.len() => {
                return Err("it goes on to a state that doesn't exist".to_owned());
            }
            next => next.map(ir::ParseStateId::index),
        };
        match &transition.matches {
            TransitionMatch::Default => {
                otherwise = next;
                break;
            }
            TransitionMatch::ValueSet { set, mask } => {
                let mask = match mask {
                    Some(mask) => mask.iter().flat_map(|mask| mask.limbs().to_vec()).collect(),
                    None => key.iter().flat_map(|part| ones(part.width())).collect(),
                };
                cases.push(Case::Set { set: set.index(), mask, members: FxHashSet::default(), next });
            }
            TransitionMatch::Values(values) if values.len() == key.len() => {
                let limbs = |pick: fn(&(hyper4_bits::Bits, hyper4_bits::Bits)) -> hyper4_bits::Bits| {
                    values.iter().flat_map(|pair| pick(pair).limbs().to_vec()).collect::<Box<[u64]>>()
                };
                let value = limbs(|(value, mask)| value.and(mask));
                cases.push(Case::Values { value, mask: limbs(|(_, mask)| mask.clone()), next });
            }
            TransitionMatch::Values(values) => {
                return Err(format!("a case has {} values for {} keys", values.len(), key.len()));
            }
        }
    }
    let small = cases.iter().map(SmallCase::new).collect();
    Ok(State { ops, key, cases, small, otherwise })
}

/// What carries an operation out; nothing for one that does nothing.
pub(super) fn op(
    program: &Program,
    layout: &Layout,
    compiler: &mut Compiler<'_>,
    op: &ParserOp,
) -> Result<Option<Op>, String> {
    Ok(Some(match op {
        ParserOp::Extract(Extract::Regular(header)) => {
            let slot = layout.header(*header).ok_or("a header that doesn't exist is extracted")?;
            check_header(slot, false)?;
            Op::Extract(header.index())
        }
        ParserOp::Extract(Extract::StackNext(stack)) => {
            extract_from(layout, compiler, &ExtractTarget::StackNext(*stack), None)?
        }
        ParserOp::Extract(Extract::UnionStackNext { stack, member }) => {
            let target = ExtractTarget::UnionStackNext { stack: *stack, member: *member };
            extract_from(layout, compiler, &target, None)?
        }
        ParserOp::Extract(Extract::Variable { target, width }) => {
            extract_from(layout, compiler, target, Some(width))?
        }
        ParserOp::Primitive(primitive) => {
            match crate::primitive::step(program, layout, compiler, primitive, None)? {
                Some(Step::Jump(_) | Step::JumpIfZero { .. }) => {
                    return Err("a jump in the parser".to_owned());
                }
                Some(step) => Op::Step(step),
                None => return Ok(None),
            }
        }
        ParserOp::Set { place, value } => {
            compiler.assign(place, value)?;
            Op::Set(compiler.take())
        }
        ParserOp::SetLookahead { place: Place::FieldOf(..), .. } => {
            return Err("what lies ahead is stored in a header that is not known here".to_owned());
        }
        ParserOp::SetLookahead { place: Place::Field(field), offset, width } => {
            let to = layout.field(*field).ok_or("a field that doesn't exist is written")?;
            if to.varbit.is_some() {
                return Err("what lies ahead is stored in a field of variable width".to_owned());
            }
            Op::SetLookahead { to, offset: *offset as usize, width: *width }
        }
        ParserOp::Verify { condition, error } => {
            let condition = compiler.truth(condition)?;
            let error = compiler.number(error, 32)?;
            Op::Verify { code: compiler.take(), condition, error }
        }
        ParserOp::Advance { bits } => {
            let bits = compiler.number(bits, EXACT)?;
            Op::Advance { code: compiler.take(), bits }
        }
    }))
}

fn ones(width: u32) -> Vec<u64> {
    Bits::ones(width).limbs().to_vec()
}

fn check_header(header: &HeaderSlot, variable: bool) -> Result<(), String> {
    if header.metadata {
        return Err("metadata is extracted".to_owned());
    }
    match (variable, header.varbit) {
        (true, None) => Err("a header without a field of variable width is extracted with one".to_owned()),
        (false, Some(_)) => Err("a header of variable width is extracted as a fixed one".to_owned()),
        _ => Ok(()),
    }
}

fn extract_from(
    layout: &Layout,
    compiler: &mut Compiler<'_>,
    target: &ExtractTarget,
    width: Option<&Expr>,
) -> Result<Op, String> {
    let (headers, next): (Box<[usize]>, _) = match target {
        ExtractTarget::Header(header) => (Box::from([header.index()]), None),
        ExtractTarget::StackNext(stack) => {
            let stack = layout.stacks.get(stack.index()).ok_or("a stack that doesn't exist")?;
            (stack.headers.clone(), Some(stack.next))
        }
        ExtractTarget::UnionStackNext { stack, member } => {
            let stack = layout.union_stacks.get(stack.index()).ok_or("a stack that doesn't exist")?;
            let members = stack.unions.iter().map(|union| union.members.get(*member as usize).copied());
            (members.collect::<Option<_>>().ok_or("a union has no such member")?, Some(stack.next))
        }
    };
    for header in &headers {
        let header = layout.headers.get(*header).ok_or("a header that doesn't exist is extracted")?;
        check_header(header, width.is_some())?;
    }
    let width = match width {
        Some(width) => {
            let operand = compiler.number(width, EXACT)?;
            Some((compiler.take(), operand))
        }
        None => None,
    };
    Ok(Op::ExtractFrom(Box::new(From { headers, next, width })))
}

fn last(
    layout: &Layout,
    headers: &mut dyn Iterator<Item = usize>,
    next: u32,
    field: u32,
) -> Result<KeyPart, String> {
    let slots: Option<Vec<_>> = headers
        .map(|header| {
            layout.headers.get(header)?.fields.get(field as usize).map(|slot| (slot.at, slot.width))
        })
        .collect();
    let slots = slots.ok_or("a field that doesn't exist is selected on")?;
    let width = slots.first().map_or(0, |(_, width)| *width);
    Ok(KeyPart::Last { places: slots.into_iter().map(|(at, _)| at).collect(), next, width })
}
