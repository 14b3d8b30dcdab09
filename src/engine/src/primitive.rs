//! Primitives to steps.

use hyper4_ir::{
    Expr, FieldListId, FieldRef, HeaderId, Place, PrimitiveKind, Program, SourceInfo, StackRef, UnaryOp,
};

use crate::action::Step;
use crate::condition;
use crate::expression::{Compiler, EXACT};
use crate::fault::Fault;
use crate::layout::{FieldSlot, Layout};
use crate::stacks::Shift;

/// The primitive that it may jump to.
pub(crate) fn target(kind: &PrimitiveKind) -> Option<usize> {
    match kind {
        PrimitiveKind::Jump { target } | PrimitiveKind::JumpIfZero { target, .. } => Some(*target as usize),
        _ => None,
    }
}

/// What carries a primitive out; nothing for one that does nothing. A jump's target is a primitive's number.
pub(crate) fn step(
    program: &Program,
    layout: &Layout,
    compiler: &mut Compiler<'_>,
    kind: &PrimitiveKind,
    source: Option<&SourceInfo>,
) -> Result<Option<Step>, String> {
    let place = |place: &Place| match place {
        Place::Field(field) => plain(layout, *field),
        Place::FieldOf(..) => Err("simple_switch writes only a header that is known here".to_owned()),
    };
    let number = |header: HeaderId| {
        layout.header(header).map(|_| header.index()).ok_or("a header that doesn't exist is named")
    };
    Ok(Some(match kind {
        PrimitiveKind::Assign { place, value } => {
            compiler.assign(place, value)?;
            Step::Code(compiler.take())
        }
        PrimitiveKind::AssignHeader { destination, source } => {
            Step::AssignHeaders(pairs(program, [(destination.index(), source.index())].into_iter())?)
        }
        PrimitiveKind::AssignVarbit { destination, source } => {
            let (to, from) = (layout.field(*destination), layout.field(*source));
            match (to, from) {
                (Some(to), Some(from)) if to.varbit.is_some() && from.varbit.is_some() => {
                    if from.width > to.width {
                        return Err(
                            "a field of variable width is assigned to one that may be narrower".to_owned()
                        );
                    }
                    Step::AssignVarbit { to, from }
                }
                _ => return Err("what is assigned is not of variable width".to_owned()),
            }
        }
        PrimitiveKind::AssignStack { destination, source } => {
            let stack = |id: &hyper4_ir::HeaderStackId| layout.stacks.get(id.index());
            let (to, from) = stack(destination).zip(stack(source)).ok_or("a stack that doesn't exist")?;
            let headers = to.headers.iter().copied().zip(from.headers.iter().copied());
            Step::AssignStack { headers: pairs(program, headers)?, next: (to.next, from.next) }
        }
        PrimitiveKind::AssignUnion { destination, source } => {
            let union = |id: &hyper4_ir::HeaderUnionId| layout.unions.get(id.index());
            let (to, from) = union(destination).zip(union(source)).ok_or("a union that doesn't exist")?;
            Step::AssignHeaders(pairs(program, to.members.iter().copied().zip(from.members.iter().copied()))?)
        }
        PrimitiveKind::AssignUnionStack { destination, source } => {
            let stack = |id: &hyper4_ir::HeaderUnionStackId| layout.union_stacks.get(id.index());
            let (to, from) = stack(destination).zip(stack(source)).ok_or("a stack that doesn't exist")?;
            let members = |stack: &'_ crate::stacks::UnionStackSlot| -> Vec<usize> {
                stack.unions.iter().flat_map(|union| union.members.iter().copied()).collect()
            };
            let headers = pairs(program, members(to).into_iter().zip(members(from)))?;
            Step::AssignStack { headers, next: (to.next, from.next) }
        }
        PrimitiveKind::SetValid(header) => Step::SetValid { header: number(*header)?, valid: true },
        PrimitiveKind::SetInvalid(header) => Step::SetValid { header: number(*header)?, valid: false },
        PrimitiveKind::SetValidOf(header) => {
            let header = compiler.pick_header(header)?;
            Step::SetValidOf { code: compiler.take(), header, valid: true }
        }
        PrimitiveKind::SetInvalidOf(header) => {
            let header = compiler.pick_header(header)?;
            Step::SetValidOf { code: compiler.take(), header, valid: false }
        }
        PrimitiveKind::AssignHeaderOf { destination, source } => {
            let (to, from) = (compiler.pick_header(destination)?, compiler.pick_header(source)?);
            pairs(program, to.headers.iter().copied().zip(from.headers.iter().copied()))?;
            Step::AssignHeaderOf { code: compiler.take(), to, from }
        }
        PrimitiveKind::Push { stack, count } => Step::Push(shift(layout, *stack, *count)?),
        PrimitiveKind::Pop { stack, count } => Step::Pop(shift(layout, *stack, *count)?),
        PrimitiveKind::MarkToDrop => {
            let egress_spec = layout
                .standard(hyper4_ir::StandardField::EgressSpec)
                .ok_or("there is no `standard_metadata.egress_spec` to set")?;
            Step::MarkToDrop { egress_spec, group: layout.dropped_group }
        }
        PrimitiveKind::MarkToDropOf(header) => {
            let field = |name: &str| {
                let field = program.header_type(*header)?.field(name)?;
                layout.field(FieldRef { header: *header, field: field as u32 })
            };
            let egress_spec = field("egress_spec").ok_or("it has no `egress_spec` to set")?;
            Step::MarkToDrop { egress_spec, group: field("mcast_grp") }
        }
        PrimitiveKind::Hash { place: to, base, calculation, modulus } => {
            let to = place(to)?;
            let constant = |value: &Expr| match value {
                Expr::Const(number) => u64::try_from(number).ok(),
                _ => None,
            };
            let known = constant(base).zip(constant(modulus));
            let base = compiler.number(base, EXACT)?;
            let modulus = compiler.number(modulus, EXACT)?;
            Step::Hash { code: compiler.take(), base, modulus, known, calculation: calculation.index(), to }
        }
        PrimitiveKind::Exit => Step::Exit,
        PrimitiveKind::Jump { target } => Step::Jump(*target as usize),
        PrimitiveKind::JumpIfZero { condition, target } => {
            let value = compiler.comparable(condition)?;
            let truth = match condition {
                Expr::Unary(UnaryOp::BoolToData, truth) => truth,
                other => other,
            };
            let test = if truth.is_truth() { condition::test(compiler, truth, true) } else { None };
            Step::JumpIfZero { test, code: compiler.take(), value, target: *target as usize }
        }
        PrimitiveKind::Count { counter, index } => {
            let index = compiler.number(index, EXACT)?;
            Step::Count { code: compiler.take(), index, counter: counter.index() }
        }
        PrimitiveKind::ExecuteMeter { meter, index, place: to } => {
            let (index, to) = (compiler.number(index, EXACT)?, place(to)?);
            Step::ExecuteMeter { code: compiler.take(), index, meter: meter.index(), to }
        }
        PrimitiveKind::RegisterRead { place: to, register, index } => {
            let (index, to) = (compiler.number(index, EXACT)?, place(to)?);
            Step::RegisterRead { code: compiler.take(), index, register: register.index(), to }
        }
        PrimitiveKind::RegisterWrite { register, index, value } => {
            let width = program.registers.get(register.index()).map_or(0, |register| register.width);
            let (index, value) = (compiler.number(index, EXACT)?, compiler.number(value, width)?);
            Step::RegisterWrite { code: compiler.take(), index, register: register.index(), value }
        }
        PrimitiveKind::Random { place: to, low, high } => {
            let (low, high) = (compiler.number(low, EXACT)?, compiler.number(high, EXACT)?);
            Step::Random { code: compiler.take(), low, high, to: place(to)? }
        }
        PrimitiveKind::Digest { list, .. } => Step::Digest(list.index()),
        PrimitiveKind::Clone { session, preserved, .. } => {
            let session = compiler.number(session, EXACT)?;
            Step::Clone { code: compiler.take(), session, preserved: list(*preserved) }
        }
        PrimitiveKind::Resubmit { preserved } => Step::Resubmit(list(*preserved)),
        PrimitiveKind::Recirculate { preserved } => Step::Recirculate(list(*preserved)),
        PrimitiveKind::Truncate { bytes } => {
            let bytes = compiler.number(bytes, EXACT)?;
            Step::Truncate { code: compiler.take(), bytes }
        }
        PrimitiveKind::LogMessage { format, arguments } => {
            if placeholders(format, arguments.len()) != Some(arguments.len()) {
                return Ok(Some(Step::Fail(Fault::LogFormat(origin(source)))));
            }
            for argument in arguments {
                compiler.number(argument, EXACT)?;
            }
            Step::Code(compiler.take())
        }
        PrimitiveKind::Assert { condition } | PrimitiveKind::Assume { condition } => {
            let condition = compiler.comparable(condition)?;
            let fault = Fault::Assertion { primitive: kind.name(), place: origin(source) };
            Step::Assert { code: compiler.take(), condition, fault }
        }
        PrimitiveKind::NoOp => return Ok(None),
    }))
}

fn origin(source: Option<&SourceInfo>) -> Option<(String, u32)> {
    source.map(|source| (source.filename.clone(), source.line))
}

fn list(list: Option<FieldListId>) -> Option<usize> {
    list.map(FieldListId::index)
}

/// A field that numbers are stored in.
fn plain(layout: &Layout, field: FieldRef) -> Result<FieldSlot, String> {
    let slot = layout.field(field).ok_or("a field that doesn't exist is written")?;
    match slot.varbit {
        Some(_) => Err("a number is stored in a field of variable width".to_owned()),
        None => Ok(slot),
    }
}

fn shift(layout: &Layout, stack: StackRef, count: u32) -> Result<Shift, String> {
    let shift = match stack {
        StackRef::Headers(id) => layout.stacks.get(id.index()).map(|stack| Shift::of_headers(stack, count)),
        StackRef::Unions(id) => {
            layout.union_stacks.get(id.index()).map(|stack| Shift::of_unions(stack, count))
        }
    };
    shift.ok_or_else(|| "a stack that doesn't exist".to_owned())
}

/// Headers to assign, to and from, of equal types.
fn pairs(
    program: &Program,
    pairs: impl Iterator<Item = (usize, usize)>,
) -> Result<Box<[(usize, usize)]>, String> {
    let header_type = |header: usize| program.headers.get(header).map(|header| header.header_type);
    let pairs: Box<[_]> = pairs.collect();
    match pairs.iter().all(|(to, from)| header_type(*to) == header_type(*from)) {
        true => Ok(pairs),
        false => Err("headers of different types are assigned".to_owned()),
    }
}

/// How many arguments bmv2 wants for a text (`log_msg` in core/primitives.cpp), when there are `given`. It misses a
/// brace at the very start, and one right behind the place of an argument. `None`: a brace isn't closed.
fn placeholders(format: &str, given: usize) -> Option<usize> {
    let mut text = format.as_bytes().to_vec();
    let find = |text: &[u8], byte: u8, from: usize| {
        text.iter().skip(from).position(|found| *found == byte).map(|position| position + from)
    };
    let escaped = |text: &[u8], at: usize| {
        at.checked_sub(1).and_then(|before| text.get(before)).is_some_and(|byte| *byte == b'\\')
    };
    let (mut open, mut wanted) = (0, 0);
    while let Some(brace) = find(&text, b'{', open + 1) {
        open = brace;
        if escaped(&text, open) {
            continue;
        }
        let mut end = find(&text, b'}', open)?;
        while escaped(&text, end) {
            end = find(&text, b'}', end + 1)?;
        }
        if wanted < given {
            text.splice(open..=end, *b"0");
            open += 1;
        } else {
            open = end;
        }
        wanted += 1;
    }
    Some(wanted)
}
