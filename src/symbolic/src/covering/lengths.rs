//! Which lengths of packets make a difference to a parser.

use std::collections::{BTreeSet, VecDeque};

use hyper4_ir::{Expr, Extract, FieldRef, ParserOp, PrimitiveKind, Program, SelectKey, StandardField};

use crate::options::Length;

/// Parse states at places of the packet that are looked at.
const MAX_PLACES: usize = 4096;

/// The lengths that are tried, those first that reach most: packets that are long enough for every header, then for each
/// place where the parser wants bytes those that have one byte too few. All lengths up to `window` where the program looks
/// at the length, or the parser's steps aren't known beforehand.
pub(super) fn lengths(program: &Program, window: u32, longest: u32) -> Vec<Length> {
    let ends = (!reads_length(program)).then(|| ends(program, window)).flatten();
    let deepest = ends.as_ref().and_then(|ends| ends.last().copied()).unwrap_or(window).min(window);
    let longer = (longest > deepest).then_some(Length::Longer { window: deepest, longest });
    let shorter: Vec<u32> = match ends {
        Some(ends) => ends.iter().rev().filter_map(|end| end.checked_sub(1)).collect(),
        None => (0..=window).rev().collect(),
    };
    longer.into_iter().chain(shorter.into_iter().map(Length::Bytes)).collect()
}

/// Places, in bytes, up to which the parser wants the packet; `None` when that depends on what is in it.
fn ends(program: &Program, window: u32) -> Option<BTreeSet<u32>> {
    let mut ends = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut waiting = VecDeque::from([(program.parser.start, 0)]);
    while let Some((state, start)) = waiting.pop_front() {
        if start > 8 * window || !seen.insert((state, start)) {
            continue;
        }
        if seen.len() > MAX_PLACES {
            return None;
        }
        let parse_state = program.parser.states.get(state.index())?;
        let mut at = start;
        let mut want = |end: u32| {
            let bytes = end.div_ceil(8);
            if bytes <= window {
                ends.insert(bytes);
            }
        };
        for op in &parse_state.ops {
            match op {
                ParserOp::Extract(Extract::Regular(header)) => {
                    at += program.header_type(*header)?.width();
                    want(at);
                }
                ParserOp::Extract(Extract::StackNext(stack)) => {
                    let first = *program.header_stacks.get(stack.index())?.headers.first()?;
                    at += program.header_type(first)?.width();
                    want(at);
                }
                ParserOp::Extract(_) => return None,
                // The switch doesn't look at the offset; see the executor.
                ParserOp::SetLookahead { offset, width, .. } => {
                    want(at + width);
                    want(at + offset + width);
                }
                ParserOp::Advance { bits: Expr::Const(bits) } => {
                    at += u32::try_from(bits).ok()?;
                    want(at);
                }
                ParserOp::Advance { .. } => return None,
                ParserOp::Set { .. } | ParserOp::Verify { .. } | ParserOp::Primitive(_) => {}
            }
        }
        for key in &parse_state.key {
            if let SelectKey::Lookahead { offset, width } = key {
                want(at + offset + width);
            }
        }
        waiting.extend(parse_state.transitions.iter().filter_map(|case| Some((case.next?, at))));
    }
    Some(ends)
}

/// Whether the program can tell packets by their lengths otherwise than by parsing them.
fn reads_length(program: &Program) -> bool {
    let Some(length) = program.standard.get(&StandardField::PacketLength) else { return false };
    let keys = program.tables.iter().flat_map(|table| &table.keys).any(|key| key.field == *length);
    let conditions = program.conditionals.iter().any(|conditional| reads(&conditional.expression, *length));
    let primitives = program.actions.iter().flat_map(|action| &action.primitives);
    let actions = primitives.map(|primitive| &primitive.kind).any(|kind| match kind {
        PrimitiveKind::Assign { value, .. } => reads(value, *length),
        PrimitiveKind::Hash { base, modulus, .. } => reads(base, *length) || reads(modulus, *length),
        PrimitiveKind::AssignHeader { source, .. } => *source == length.header,
        _ => false,
    });
    keys || conditions || actions
}

fn reads(expression: &Expr, field: FieldRef) -> bool {
    match expression {
        Expr::Field(other) => *other == field,
        Expr::Unary(_, one) => reads(one, field),
        Expr::Binary(_, left, right) => reads(left, field) || reads(right, field),
        Expr::Ternary(condition, then, otherwise) => {
            [condition, then, otherwise].into_iter().any(|one| reads(one, field))
        }
        _ => false,
    }
}
