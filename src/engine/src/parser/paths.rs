//! Ways through the parser that a packet's length alone decides.
//!
//! A program that selects on `packet_length` goes through many small states for nothing: for a length that is known, where
//! they lead is known too, and what they compute of it is constant. A path is such a way, compiled when the first packet of
//! its length comes.

use std::sync::OnceLock;

use hyper4_ir::{
    BinaryOp, Expr, Extract, FieldRef, ParserOp, Place, Program, SelectKey, StandardField, TransitionMatch,
};
use num_bigint::{BigInt, Sign};
use rustc_hash::FxHashMap;

use super::{Op, Parser, graph};
use crate::expression::{Compiler, WIDEST};
use crate::layout::Layout;

/// Lengths that have paths, from 0 on.
const LENGTHS: usize = 2048;
/// States of a path.
const MANY_STATES: usize = 64;

/// What is done one after the other, and what then.
#[derive(Clone, Debug)]
pub(super) struct Path {
    pub(super) ops: Vec<Op>,
    pub(super) end: End,
}

/// Where a path ends.
#[derive(Clone, Copy, Debug)]
pub(super) enum End {
    /// Before that state, or behind the last one.
    Before(Option<usize>),
    /// In that state: what it selects on isn't known.
    In(usize),
}

/// The paths of a program.
#[derive(Clone, Debug)]
pub(super) struct Paths {
    field: FieldRef,
    /// Metadata that the first state selects on, too: the paths are for packets where it is zero.
    zeros: Vec<FieldRef>,
    /// Where intermediate values begin.
    base: u32,
    paths: Box<[OnceLock<Option<Box<Path>>>]>,
}

impl Paths {
    /// `None` where the parser doesn't look at the length.
    pub(super) fn new(program: &Program, base: u32) -> Option<Self> {
        let field = *program.standard.get(&StandardField::PacketLength)?;
        let states = &program.parser.states;
        let selects = states.iter().flat_map(|state| &state.key).any(|key| *key == SelectKey::Field(field));
        let computes = states.iter().flat_map(|state| &state.ops).any(|op| match op {
            ParserOp::Set { value, .. } => reads(value, field),
            _ => false,
        });
        (selects || computes).then(|| Self {
            field,
            zeros: selected_first(program, field),
            base,
            paths: std::iter::repeat_with(OnceLock::new).take(LENGTHS).collect(),
        })
    }

    /// The way of a packet from the start.
    pub(super) fn of(
        &self,
        program: &Program,
        layout: &Layout,
        parser: &Parser,
        memory: &[u64],
    ) -> Option<&Path> {
        let is_zero = |field: &FieldRef| layout.field(*field).is_some_and(|slot| slot.get(memory) == 0);
        if !self.zeros.iter().all(is_zero) {
            return None;
        }
        let length = layout.get_standard(StandardField::PacketLength, memory);
        let place = self.paths.get(usize::try_from(length).ok()?)?;
        let make = || {
            let mut known = FxHashMap::default();
            known.insert(self.field, BigInt::from(length));
            known.extend(self.zeros.iter().map(|field| (*field, BigInt::ZERO)));
            let mut compiler = Compiler::new(layout, &[], self.base);
            let path = path(program, layout, &mut compiler, parser, known)?;
            (compiler.end as usize <= memory.len()).then(|| Box::new(path))
        };
        place.get_or_init(make).as_deref()
    }
}

/// Fields of metadata of at most 64 bits that the first state selects on, but for one.
fn selected_first(program: &Program, but: FieldRef) -> Vec<FieldRef> {
    let is_small = |field: &FieldRef| {
        let header = program.headers.get(field.header.index()).filter(|header| header.metadata);
        let header_type = header.and_then(|header| program.header_types.get(header.header_type.index()));
        let declared = header_type.and_then(|header_type| header_type.fields.get(field.field as usize));
        declared.is_some_and(|declared| !declared.signed && declared.width <= 64)
    };
    let key = program.parser.states.get(program.parser.start.index()).map_or(&[][..], |state| &state.key);
    let fields = key.iter().filter_map(|part| match part {
        SelectKey::Field(field) => Some(*field),
        _ => None,
    });
    fields.filter(|field| *field != but && is_small(field)).collect()
}

fn reads(value: &Expr, field: FieldRef) -> bool {
    match value {
        Expr::Field(read) => *read == field,
        Expr::Unary(_, a) => reads(a, field),
        Expr::Binary(_, a, b) => reads(a, field) || reads(b, field),
        Expr::Ternary(a, b, c) => reads(a, field) || reads(b, field) || reads(c, field),
        _ => false,
    }
}

type Known = FxHashMap<FieldRef, BigInt>;

fn path(
    program: &Program,
    layout: &Layout,
    compiler: &mut Compiler<'_>,
    parser: &Parser,
    mut known: Known,
) -> Option<Path> {
    let mut ops = Vec::new();
    let mut next = Some(parser.start);
    let mut pending = false;
    let mut states = 0;
    let end = loop {
        let Some(state) = next.and_then(|state| program.parser.states.get(state)) else {
            break End::Before(next);
        };
        let plain = |op: &ParserOp| {
            matches!(
                op,
                ParserOp::Extract(Extract::Regular(_)) | ParserOp::Set { place: Place::Field(_), .. }
            )
        };
        if states == MANY_STATES || !state.ops.iter().all(plain) {
            break End::Before(next);
        }
        states += 1;
        for op in &state.ops {
            match op {
                ParserOp::Set { place, value } => {
                    let value = simplified(value, &known);
                    compiler.assign(place, &value).ok()?;
                    pending = true;
                    if let Place::Field(field) = place {
                        learn(program, layout, &mut known, *field, &value);
                    }
                }
                op => {
                    if std::mem::take(&mut pending) {
                        ops.push(Op::Set(compiler.take()));
                    }
                    ops.extend(graph::op(program, layout, compiler, op).ok()?);
                }
            }
        }
        match transition(state, &known) {
            Some(after) => next = after,
            None => break next.map_or(End::Before(None), End::In),
        }
    };
    if pending {
        ops.push(Op::Set(compiler.take()));
    }
    Some(Path { ops, end })
}

/// Take note of what was assigned. Only metadata: headers are written in other ways too.
fn learn(program: &Program, layout: &Layout, known: &mut Known, field: FieldRef, value: &Expr) {
    known.remove(&field);
    let metadata = program.headers.get(field.header.index()).is_some_and(|header| header.metadata);
    if let (Some(slot), Expr::Const(number)) = (layout.field(field), value)
        && metadata
        && !slot.signed
        && slot.varbit.is_none()
        && number.sign() != Sign::Minus
    {
        known.insert(field, number & ((BigInt::from(1) << slot.width) - 1));
    }
}

/// Where a state goes on, when what it selects on is known.
fn transition(state: &hyper4_ir::ParseState, known: &Known) -> Option<Option<usize>> {
    let mut key = Vec::new();
    for part in &state.key {
        let SelectKey::Field(field) = part else { return None };
        key.push(known.get(field)?);
    }
    for transition in &state.transitions {
        let next = transition.next.map(hyper4_ir::ParseStateId::index);
        match &transition.matches {
            TransitionMatch::Default => return Some(next),
            // Without a key there is one way.
            _ if key.is_empty() => {}
            TransitionMatch::Values(values) if values.len() == key.len() => {
                let matches = values.iter().zip(&key).all(|((value, mask), key)| {
                    let (value, mask) = (value.to_bigint(), mask.to_bigint());
                    *key & &mask == value & &mask
                });
                if matches {
                    return Some(next);
                }
            }
            _ => return None,
        }
    }
    Some(None)
}

/// The same value, with what is known put in. Only numbers that aren't negative are computed with: of these, what bmv2
/// computes without bounds is what is computed here.
fn simplified(value: &Expr, known: &Known) -> Expr {
    match value {
        Expr::Field(field) => match known.get(field) {
            Some(number) => Expr::Const(number.clone()),
            None => value.clone(),
        },
        Expr::Unary(operator, a) => Expr::Unary(*operator, Box::new(simplified(a, known))),
        Expr::Binary(operator, a, b) => {
            let (a, b) = (simplified(a, known), simplified(b, known));
            if let (Expr::Const(a), Expr::Const(b)) = (&a, &b)
                && let Some(number) = computed(*operator, a, b)
            {
                return Expr::Const(number);
            }
            Expr::Binary(*operator, Box::new(a), Box::new(b))
        }
        _ => value.clone(),
    }
}

fn computed(operator: BinaryOp, a: &BigInt, b: &BigInt) -> Option<BigInt> {
    if a.sign() == Sign::Minus || b.sign() == Sign::Minus {
        return None;
    }
    let amount = || u32::try_from(b).ok().filter(|amount| *amount <= WIDEST);
    let result = match operator {
        BinaryOp::Add => a + b,
        BinaryOp::Sub => a - b,
        BinaryOp::Mul => a * b,
        BinaryOp::BitAnd => a & b,
        BinaryOp::BitOr => a | b,
        BinaryOp::BitXor => a ^ b,
        BinaryOp::Shl => a << amount()?,
        BinaryOp::Shr => a >> amount()?,
        _ => return None,
    };
    (result.bits() <= u64::from(WIDEST)).then_some(result)
}
