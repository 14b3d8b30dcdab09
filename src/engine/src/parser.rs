//! The parser.

use std::collections::BTreeMap;

use hyper4_ir::{self as ir, Event, Extract, ParserOp, Place, Program, SelectKey, TransitionMatch};

use crate::code::{Fault, Instruction, Operand, is_set, run};
use crate::expression::{Compiler, EXACT};
use crate::layout::{FieldSlot, HeaderSlot, Layout, limbs};
use crate::recorder::Recorder;
use crate::wire;

/// Steps without taking anything from the packet after which the parser is said to go round for ever.
const PATIENCE: usize = 1 << 16;

/// The compiled parser.
#[derive(Clone, Debug)]
pub(crate) struct Parser {
    start: usize,
    states: Vec<State>,
    errors: Errors,
    key: Vec<u64>,
}

#[derive(Clone, Debug)]
struct State {
    ops: Vec<Op>,
    key: Vec<KeyPart>,
    cases: Vec<Case>,
    /// Where it goes when no case matches.
    otherwise: Option<usize>,
}

#[derive(Clone, Debug)]
enum Op {
    Extract(usize),
    Set(Box<[Instruction]>),
    SetLookahead { to: FieldSlot, offset: usize, width: u32 },
    Verify { code: Box<[Instruction]>, condition: Operand, error: Operand },
    Advance { code: Box<[Instruction]>, bits: Operand },
}

#[derive(Clone, Copy, Debug)]
enum KeyPart {
    Field { at: u32, width: u32 },
    Lookahead { offset: usize, width: u32 },
}

#[derive(Clone, Debug)]
struct Case {
    value: Box<[u64]>,
    mask: Box<[u64]>,
    next: Option<usize>,
}

/// The codes of bmv2's own errors, and the names of all.
#[derive(Clone, Debug)]
struct Errors {
    none: u32,
    too_short: u32,
    invalid_argument: u32,
    names: BTreeMap<u32, String>,
}

impl Errors {
    /// bmv2 numbers the core errors that a program doesn't declare behind those it does (`ErrorCodeMap::add_core`).
    fn new(program: &Program) -> Self {
        const CORE: [&str; 7] = [
            "NoError",
            "PacketTooShort",
            "NoMatch",
            "StackOutOfBounds",
            "HeaderTooShort",
            "ParserTimeout",
            "ParserInvalidArgument",
        ];
        let mut codes: BTreeMap<&str, u32> =
            program.errors.iter().map(|(name, code)| (name.as_str(), code.0)).collect();
        let mut free = codes.values().max().map_or(0, |greatest| greatest + 1);
        for name in CORE {
            codes.entry(name).or_insert_with(|| {
                free += 1;
                free - 1
            });
        }
        let code = |name| codes.get(name).copied().unwrap_or(0);
        Self {
            none: code("NoError"),
            too_short: code("PacketTooShort"),
            invalid_argument: code("ParserInvalidArgument"),
            names: codes.iter().map(|(name, code)| (*code, (*name).to_owned())).collect(),
        }
    }
}

/// What parsing came to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parsed {
    /// Bytes taken from the packet.
    pub(crate) bytes: usize,
    /// The error's code; that of `NoError` when all went well.
    pub(crate) error: u32,
}

/// Why a state can't run here.
pub(crate) struct Refusal {
    pub(crate) state: usize,
    pub(crate) reason: String,
}

impl Parser {
    pub(crate) fn new(program: &Program, layout: &Layout, base: u32, end: &mut u32) -> Result<Self, Refusal> {
        let mut compiler = Compiler::new(layout, &[], base);
        let mut states = Vec::new();
        for (index, declared) in program.parser.states.iter().enumerate() {
            let refuse = |reason: String| Refusal { state: index, reason };
            states.push(state(program, layout, &mut compiler, declared).map_err(refuse)?);
        }
        *end = (*end).max(compiler.end);
        Ok(Self {
            start: program.parser.start.index(),
            states,
            errors: Errors::new(program),
            key: Vec::new(),
        })
    }

    /// Parse a packet.
    pub(crate) fn run(
        &mut self,
        layout: &Layout,
        declared: &[ir::ParseState],
        memory: &mut [u64],
        packet: &[u8],
        recorder: &mut Recorder,
    ) -> Result<Parsed, Fault> {
        let mut bytes = 0;
        let mut error = self.errors.none;
        let mut next = Some(self.start);
        let mut idle = 0;
        while let Some(state) = next.and_then(|index| self.states.get(index)) {
            recorder.event(|| Event::ParseState(name(declared, next)));
            let before = bytes;
            match ops(&self.errors, state, layout, memory, packet, &mut bytes, recorder)? {
                Some(raised) => {
                    error = raised;
                    let unnamed = || format!("error {raised}");
                    recorder.event(|| {
                        Event::ParserError(self.errors.names.get(&raised).cloned().unwrap_or_else(unnamed))
                    });
                    break;
                }
                None => next = select(state, &mut self.key, memory, packet, bytes),
            }
            idle = if bytes == before { idle + 1 } else { 0 };
            if idle > PATIENCE {
                return Err(Fault::ParserLoop);
            }
        }
        Ok(Parsed { bytes, error })
    }
}

fn name(declared: &[ir::ParseState], state: Option<usize>) -> String {
    state.and_then(|index| declared.get(index)).map_or_else(String::new, |state| state.name.clone())
}

fn state(
    program: &Program,
    layout: &Layout,
    compiler: &mut Compiler<'_>,
    declared: &ir::ParseState,
) -> Result<State, String> {
    let mut ops = Vec::new();
    for op in &declared.ops {
        ops.push(match op {
            ParserOp::Extract(Extract::Regular(header)) => {
                let slot = layout.header(*header).ok_or("a header that doesn't exist is extracted")?;
                if slot.metadata {
                    return Err("metadata is extracted".to_owned());
                }
                Op::Extract(header.index())
            }
            ParserOp::Extract(_) => return Err("such an extract is not supported".to_owned()),
            ParserOp::Primitive(primitive) => {
                return Err(format!("primitive `{}` in the parser is not supported", primitive.name()));
            }
            ParserOp::Set { place, value } => {
                compiler.assign(place, value)?;
                Op::Set(compiler.take())
            }
            ParserOp::SetLookahead { place: Place::Field(field), offset, width } => {
                let to = layout.field(*field).ok_or("a field that doesn't exist is written")?;
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
        });
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
            SelectKey::LastField(..) | SelectKey::UnionLastField { .. } => {
                return Err("selecting on a stack's element is not supported".to_owned());
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
            TransitionMatch::ValueSet { .. } => return Err("value sets are not supported".to_owned()),
            TransitionMatch::Values(values) if values.len() == key.len() => {
                let limbs = |pick: fn(&(hyper4_bits::Bits, hyper4_bits::Bits)) -> hyper4_bits::Bits| {
                    values.iter().flat_map(|pair| pick(pair).limbs().to_vec()).collect::<Box<[u64]>>()
                };
                let value = limbs(|(value, mask)| value.and(mask));
                cases.push(Case { value, mask: limbs(|(_, mask)| mask.clone()), next });
            }
            TransitionMatch::Values(values) => {
                return Err(format!("a case has {} values for {} keys", values.len(), key.len()));
            }
        }
    }
    Ok(State { ops, key, cases, otherwise })
}

/// Carry out a state's operations; the code of the error that ends parsing, where there is one.
fn ops(
    errors: &Errors,
    state: &State,
    layout: &Layout,
    memory: &mut [u64],
    packet: &[u8],
    bytes: &mut usize,
    recorder: &mut Recorder,
) -> Result<Option<u32>, Fault> {
    for op in &state.ops {
        let left = packet.len().saturating_sub(*bytes);
        match op {
            Op::Extract(index) => {
                let Some(header) = layout.headers.get(*index) else { continue };
                if left < header.bytes as usize {
                    return Ok(Some(errors.too_short));
                }
                extract(header, memory, packet, *bytes);
                *bytes += header.bytes as usize;
                recorder.event(|| Event::Extract(header.name.clone()));
            }
            Op::Set(code) => run(code, memory)?,
            Op::SetLookahead { to, offset, width } => {
                // bmv2 forgets the offset here.
                if left < width.div_ceil(8) as usize {
                    return Ok(Some(errors.too_short));
                }
                if to.valid.is_none_or(|at| is_set(memory, at)) {
                    lookahead(to, memory, packet, *bytes * 8 + offset, *width);
                }
            }
            Op::Verify { code, condition, error } => {
                run(code, memory)?;
                if condition.low(memory) == 0 {
                    return Ok(Some(error.low(memory) as u32));
                }
            }
            Op::Advance { code, bits } => {
                run(code, memory)?;
                if bits.is_negative(memory) {
                    return Err(Fault::NegativeAdvance);
                }
                let bits = bits.low(memory);
                if bits % 8 != 0 {
                    return Ok(Some(errors.invalid_argument));
                }
                match usize::try_from(bits / 8) {
                    Ok(advance) if advance <= left => *bytes += advance,
                    _ => return Ok(Some(errors.too_short)),
                }
            }
        }
    }
    Ok(None)
}

fn extract(header: &HeaderSlot, memory: &mut [u64], packet: &[u8], from: usize) {
    header.set_valid(memory, true);
    let mut offset = from * 8;
    for field in &header.fields {
        wire::read_limbs(packet, offset, field.width, field.of_mut(memory));
        if field.signed {
            field.wrap(memory);
        }
        offset += field.width as usize;
    }
}

/// `to` = `width` bits from bit `offset` on; a field that is narrower takes the low ones.
fn lookahead(to: &FieldSlot, memory: &mut [u64], packet: &[u8], offset: usize, width: u32) {
    let taken = width.min(to.width);
    let cut = (width - taken) as usize;
    wire::read_limbs(packet, offset + cut, taken, to.of_mut(memory));
    // bmv2 extracts where the widths are the same, and stores a number otherwise.
    let beyond = || {
        (0..cut.div_ceil(64)).any(|i| {
            let (from, count) = (i * 64, (cut - i * 64).min(64) as u32);
            wire::read(packet, offset + from, count) != 0
        })
    };
    if to.signed && (width == to.width || beyond()) {
        to.wrap(memory);
    }
}

fn select(state: &State, key: &mut Vec<u64>, memory: &[u64], packet: &[u8], bytes: usize) -> Option<usize> {
    if state.cases.is_empty() {
        return state.otherwise;
    }
    key.clear();
    for part in &state.key {
        match part {
            KeyPart::Field { at, width } => {
                let at = *at as usize;
                key.extend(memory.get(at..at + limbs(*width) as usize).unwrap_or_default());
            }
            KeyPart::Lookahead { offset, width } => {
                let start = key.len();
                key.resize(start + limbs(*width) as usize, 0);
                if let Some(target) = key.get_mut(start..) {
                    wire::read_limbs(packet, bytes * 8 + offset, *width, target);
                }
            }
        }
    }
    let matches = |case: &&Case| {
        case.value.iter().zip(&case.mask).zip(key.iter()).all(|((value, mask), key)| key & mask == *value)
    };
    state.cases.iter().find(matches).map_or(state.otherwise, |case| case.next)
}
