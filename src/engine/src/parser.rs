//! The parser.

mod graph;
mod paths;
mod select;

use std::collections::BTreeMap;

use hyper4_bits::Bits;
use hyper4_ir::{self as ir, Event, Program};
use rustc_hash::FxHashSet;

use crate::action::{Step, Surroundings};
use crate::code::{Instruction, Operand};
use crate::expression::Compiler;
use crate::fault::Fault;
use crate::layout::{FieldSlot, HeaderSlot, Layout};
use crate::recorder::Recorder;
use crate::wire;
use paths::{End, Paths};

/// Steps without taking anything from the packet after which the parser is said to go round for ever.
const PATIENCE: usize = 1 << 16;

/// The compiled parser.
#[derive(Clone, Debug)]
pub(crate) struct Parser {
    start: usize,
    states: Vec<State>,
    errors: Errors,
    paths: Option<Paths>,
}

#[derive(Clone, Debug)]
struct State {
    ops: Vec<Op>,
    key: Vec<KeyPart>,
    cases: Vec<Case>,
    /// The cases, where all are of one limb.
    small: Option<Box<[SmallCase]>>,
    /// Where it goes when no case matches.
    otherwise: Option<usize>,
}

#[derive(Clone, Debug)]
enum Op {
    Extract(usize),
    /// The next element in use of a stack; a header of variable size too.
    ExtractFrom(Box<From>),
    Set(Box<[Instruction]>),
    SetLookahead {
        to: FieldSlot,
        offset: usize,
        width: u32,
    },
    Verify {
        code: Box<[Instruction]>,
        condition: Operand,
        error: Operand,
    },
    Advance {
        code: Box<[Instruction]>,
        bits: Operand,
    },
    Step(Step),
}

/// What an extraction may fill.
#[derive(Clone, Debug)]
struct From {
    /// Headers to choose from: by how many elements are in use, which lies there.
    headers: Box<[usize]>,
    next: Option<u32>,
    /// How wide its field of variable width is to be.
    width: Option<(Box<[Instruction]>, Operand)>,
}

#[derive(Clone, Debug)]
enum KeyPart {
    Field {
        at: u32,
        width: u32,
    },
    Lookahead {
        offset: usize,
        width: u32,
    },
    /// A field of the last element in use: where it lies in each, and where it lies how many are in use.
    Last {
        places: Box<[u32]>,
        next: u32,
        width: u32,
    },
}

impl KeyPart {
    fn width(&self) -> u32 {
        match self {
            Self::Field { width, .. } | Self::Lookahead { width, .. } | Self::Last { width, .. } => *width,
        }
    }
}

#[derive(Clone, Debug)]
enum Case {
    Values {
        value: Box<[u64]>,
        mask: Box<[u64]>,
        next: Option<usize>,
    },
    /// One of the members of that value set, under the mask; they are masked already.
    Set {
        set: usize,
        mask: Box<[u64]>,
        members: FxHashSet<Box<[u64]>>,
        next: Option<usize>,
    },
}

/// A value of one limb, and what of it is compared.
#[derive(Clone, Copy, Debug)]
struct SmallCase {
    value: u64,
    mask: u64,
    next: Option<usize>,
}

impl SmallCase {
    fn new(case: &Case) -> Option<Self> {
        match case {
            Case::Values { value, mask, next } => match (&**value, &**mask) {
                ([value], [mask]) => Some(Self { value: *value, mask: *mask, next: *next }),
                _ => None,
            },
            Case::Set { .. } => None,
        }
    }
}

/// The codes of bmv2's own errors, and the names of all.
#[derive(Clone, Debug)]
struct Errors {
    none: u32,
    too_short: u32,
    out_of_bounds: u32,
    header_too_short: u32,
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
            out_of_bounds: code("StackOutOfBounds"),
            header_too_short: code("HeaderTooShort"),
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
            states.push(graph::state(program, layout, &mut compiler, declared).map_err(refuse)?);
        }
        *end = (*end).max(compiler.end);
        Ok(Self {
            start: program.parser.start.index(),
            states,
            errors: Errors::new(program),
            paths: Paths::new(program, base),
        })
    }

    /// What states do beside extracting and assigning.
    pub(crate) fn steps(&self) -> impl Iterator<Item = &Step> {
        self.states.iter().flat_map(|state| &state.ops).filter_map(|op| match op {
            Op::Step(step) => Some(step),
            _ => None,
        })
    }

    /// Parse a packet. `key` is room for what is selected on.
    pub(crate) fn run(
        &self,
        program: &Program,
        memory: &mut [u64],
        key: &mut Vec<u64>,
        packet: &[u8],
        with: &mut Surroundings<'_>,
        recorder: &mut Recorder,
    ) -> Result<Parsed, Fault> {
        let mut bytes = 0;
        let mut error = self.errors.none;
        let mut next = Some(self.start);
        let mut idle = 0;
        let declared = &program.parser.states;
        if recorder.is_quiet()
            && let Some(paths) = &self.paths
            && let Some(path) = paths.of(program, with.layout, self, memory)
        {
            if let Some(error) = self.ops(&path.ops, memory, packet, &mut bytes, with, recorder)? {
                return Ok(Parsed { bytes, error });
            }
            next = match path.end {
                End::Before(state) => state,
                End::In(state) => match self.states.get(state) {
                    Some(state) => select::select(state, key, memory, packet, bytes)?,
                    None => None,
                },
            };
        }
        while let Some(state) = next.and_then(|index| self.states.get(index)) {
            recorder.event(|| Event::ParseState(name(declared, next)));
            let before = bytes;
            match self.ops(&state.ops, memory, packet, &mut bytes, with, recorder)? {
                Some(raised) => {
                    error = raised;
                    let unnamed = || format!("error {raised}");
                    recorder.event(|| {
                        Event::ParserError(self.errors.names.get(&raised).cloned().unwrap_or_else(unnamed))
                    });
                    break;
                }
                None => {
                    if recorder.tracker().is_some() {
                        select::observe_key(state, memory, recorder, || name(declared, next))?;
                    }
                    next = select::select(state, key, memory, packet, bytes)?;
                }
            }
            idle = if bytes == before { idle + 1 } else { 0 };
            if idle > PATIENCE {
                return Err(Fault::ParserLoop);
            }
        }
        Ok(Parsed { bytes, error })
    }

    /// The members of a value set are others.
    pub(crate) fn set_members(&mut self, set: usize, members: &[Bits]) {
        for state in &mut self.states {
            let widths: Vec<u32> = state.key.iter().map(KeyPart::width).collect();
            for case in &mut state.cases {
                if let Case::Set { set: own, mask, members: kept, .. } = case
                    && *own == set
                {
                    *kept =
                        members.iter().filter_map(|member| select::masked(member, &widths, mask)).collect();
                }
            }
        }
    }

    /// Carry out a state's operations; the code of the error that ends parsing, where there is one.
    fn ops(
        &self,
        ops: &[Op],
        memory: &mut [u64],
        packet: &[u8],
        bytes: &mut usize,
        with: &mut Surroundings<'_>,
        recorder: &mut Recorder,
    ) -> Result<Option<u32>, Fault> {
        let errors = &self.errors;
        for op in ops {
            let left = packet.len().saturating_sub(*bytes);
            match op {
                Op::Extract(index) => {
                    let Some(header) = with.layout.headers.get(*index) else { continue };
                    let size = header.bytes(memory);
                    if left < size {
                        recorder.detail(|| Event::Missing(header.name.clone()));
                        return Ok(Some(errors.too_short));
                    }
                    extract(header, memory, packet, *bytes);
                    extracted(header, memory, with.layout, recorder);
                    *bytes += size;
                    recorder.event(|| Event::Extract(header.name.clone()));
                }
                Op::ExtractFrom(from) => {
                    if let Some(raised) = self.extract_from(from, memory, packet, bytes, with, recorder)? {
                        return Ok(Some(raised));
                    }
                }
                Op::Set(code) => recorder.run(code, memory)?,
                Op::SetLookahead { to, offset, width } => {
                    // bmv2 forgets the offset here.
                    if left < width.div_ceil(8) as usize {
                        return Ok(Some(errors.too_short));
                    }
                    if to.is_writable(memory) {
                        lookahead(to, memory, packet, *bytes * 8 + offset, *width);
                        recorder.define(to, memory, true);
                    }
                }
                Op::Verify { code, condition, error } => {
                    recorder.run(code, memory)?;
                    recorder.observe(*condition, memory, || "what a parser verifies".to_owned());
                    if condition.low(memory) == 0 {
                        return Ok(Some(error.low(memory) as u32));
                    }
                }
                Op::Advance { code, bits } => {
                    recorder.run(code, memory)?;
                    recorder.observe(*bits, memory, || "how far a parser advances".to_owned());
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
                Op::Step(step) => {
                    step.run(memory, with, recorder)?;
                }
            }
        }
        Ok(None)
    }

    fn extract_from(
        &self,
        from: &From,
        memory: &mut [u64],
        packet: &[u8],
        bytes: &mut usize,
        with: &mut Surroundings<'_>,
        recorder: &mut Recorder,
    ) -> Result<Option<u32>, Fault> {
        let errors = &self.errors;
        let used = from.next.and_then(|next| memory.get(next as usize)).map_or(0, |used| *used as usize);
        let header = from.headers.get(used).and_then(|header| with.layout.headers.get(*header));
        let Some(header) = header else { return Ok(Some(errors.out_of_bounds)) };
        if let Some((code, width)) = &from.width {
            recorder.run(code, memory)?;
            recorder.observe(*width, memory, || "the width of a field".to_owned());
            // An `int`: greater numbers are its greatest, which is no multiple of 8.
            let width = width.as_int(memory);
            let missing = || Event::Missing(header.name.clone());
            if width % 8 != 0 {
                recorder.detail(missing);
                return Ok(Some(errors.invalid_argument));
            }
            // Of a header that was extracted before, the width it had counts too.
            let size = (header.bytes(memory) as i64).wrapping_add(i64::from(width) / 8) as u64;
            if (packet.len().saturating_sub(*bytes) as u64) < size {
                recorder.detail(missing);
                return Ok(Some(errors.too_short));
            }
            if (header.most_bytes() as u64) < size {
                recorder.detail(missing);
                return Ok(Some(errors.header_too_short));
            }
            if let Some(present) = header.varbit_width.and_then(|at| memory.get_mut(at as usize)) {
                *present = u64::from(width.unsigned_abs());
            }
        }
        let size = header.bytes(memory);
        if packet.len().saturating_sub(*bytes) < size {
            recorder.detail(|| Event::Missing(header.name.clone()));
            return Ok(Some(errors.too_short));
        }
        extract(header, memory, packet, *bytes);
        extracted(header, memory, with.layout, recorder);
        *bytes += size;
        recorder.event(|| Event::Extract(header.name.clone()));
        if let Some(used) = from.next.and_then(|next| memory.get_mut(next as usize)) {
            *used += 1;
        }
        recorder.follow(with.layout, memory);
        Ok(None)
    }
}

fn name(declared: &[ir::ParseState], state: Option<usize>) -> String {
    state.and_then(|index| declared.get(index)).map_or_else(String::new, |state| state.name.clone())
}

#[inline]
fn extract(header: &HeaderSlot, memory: &mut [u64], packet: &[u8], from: usize) {
    header.set_valid(memory, true);
    header.take(memory, packet, from);
}

/// The fields of a header that was extracted are defined, whatever they were.
#[inline]
fn extracted(header: &HeaderSlot, memory: &mut [u64], layout: &Layout, recorder: &Recorder) {
    recorder.follow(layout, memory);
    if recorder.tracker().is_some() {
        header.fields.iter().for_each(|field| recorder.define(field, memory, true));
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
