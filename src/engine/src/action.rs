//! Actions.

use hyper4_bits::Bits;
use hyper4_ir::{Event, Place, PrimitiveKind, Program};

use crate::clock::Clock;
use crate::code::{Instruction, Operand};
use crate::condition::Test;
use crate::expression::Compiler;
use crate::fault::Fault;
use crate::flight::{Flight, Mirror};
use crate::layout::{FieldSlot, Layout};
use crate::primitive;
use crate::quick::{self, Quick};
use crate::random::Random;
use crate::recorder::Recorder;
use crate::reference::Choice;
use crate::stacks::{self, Shift};
use crate::state::State;
use crate::straight::straight;

/// Jumps back after which an action is said to go round for ever.
const ROUNDS: usize = 1 << 20;

/// A compiled action.
#[derive(Clone, Debug)]
pub(crate) struct Action {
    steps: Box<[Step]>,
    /// The same, where it does little.
    quick: Option<Box<[Quick]>>,
    /// Where it is noted which parts of memory it writes, and these ([`crate::lazy`]).
    parts: Option<(u32, u64)>,
}

/// A primitive, or several assignments.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Code(Box<[Instruction]>),
    AssignHeaders(Box<[(usize, usize)]>),
    /// The same, and how many elements are in use: to, from.
    AssignStack {
        headers: Box<[(usize, usize)]>,
        next: (u32, u32),
    },
    AssignVarbit {
        to: FieldSlot,
        from: FieldSlot,
    },
    SetValid {
        header: usize,
        valid: bool,
    },
    SetValidOf {
        code: Box<[Instruction]>,
        header: Choice,
        valid: bool,
    },
    AssignHeaderOf {
        code: Box<[Instruction]>,
        to: Choice,
        from: Choice,
    },
    Push(Shift),
    Pop(Shift),
    MarkToDrop {
        egress_spec: FieldSlot,
        group: Option<FieldSlot>,
    },
    Hash {
        code: Box<[Instruction]>,
        base: Operand,
        modulus: Operand,
        /// Base and modulus, where they are known.
        known: Option<(u64, u64)>,
        calculation: usize,
        to: FieldSlot,
    },
    Exit,
    /// To the step of that number.
    Jump(usize),
    JumpIfZero {
        /// The same as the value, where it needs no instructions.
        test: Option<Test>,
        code: Box<[Instruction]>,
        value: Operand,
        target: usize,
    },
    Count {
        code: Box<[Instruction]>,
        index: Operand,
        counter: usize,
    },
    ExecuteMeter {
        code: Box<[Instruction]>,
        index: Operand,
        meter: usize,
        to: FieldSlot,
    },
    RegisterRead {
        code: Box<[Instruction]>,
        index: Operand,
        register: usize,
        to: FieldSlot,
    },
    RegisterWrite {
        code: Box<[Instruction]>,
        index: Operand,
        register: usize,
        value: Operand,
    },
    Random {
        code: Box<[Instruction]>,
        low: Operand,
        high: Operand,
        to: FieldSlot,
    },
    Digest(usize),
    Clone {
        code: Box<[Instruction]>,
        session: Operand,
        preserved: Option<usize>,
    },
    /// `None` takes an earlier call back.
    Resubmit(Option<usize>),
    /// `None` takes an earlier call back.
    Recirculate(Option<usize>),
    Truncate {
        code: Box<[Instruction]>,
        bytes: Operand,
    },
    Assert {
        code: Box<[Instruction]>,
        condition: Operand,
        fault: Fault,
    },
    Fail(Fault),
}

/// What an action works on beside memory.
pub(crate) struct Surroundings<'a> {
    pub(crate) layout: &'a Layout,
    pub(crate) state: &'a mut State,
    pub(crate) clock: &'a mut dyn Clock,
    pub(crate) random: &'a mut dyn Random,
    /// The port that stands for dropping.
    pub(crate) drop_port: u64,
    /// The bytes behind the parsed headers.
    pub(crate) payload: &'a [u8],
    pub(crate) flight: &'a mut Flight,
}

/// Why an action can't run here.
pub(crate) struct Refusal {
    pub(crate) primitive: usize,
    pub(crate) reason: String,
}

impl Action {
    /// Compile it. Its parameters lie from `parameters_at` on, what it computes from `base` on; `end` grows to where
    /// memory must end.
    pub(crate) fn new(
        program: &Program,
        layout: &Layout,
        action: &hyper4_ir::Action,
        parameters_at: u32,
        base: u32,
        end: &mut u32,
    ) -> Result<Self, Refusal> {
        Self::compile(program, layout, action, None, parameters_at, base, end)
    }

    /// The same for calls with these arguments alone, which needn't be in their place.
    pub(crate) fn specialised(
        program: &Program,
        layout: &Layout,
        action: &hyper4_ir::Action,
        arguments: &[Bits],
        base: u32,
        end: &mut u32,
    ) -> Result<Self, Refusal> {
        Self::compile(program, layout, action, Some(arguments), base, base, end)
    }

    fn compile(
        program: &Program,
        layout: &Layout,
        action: &hyper4_ir::Action,
        arguments: Option<&[Bits]>,
        parameters_at: u32,
        base: u32,
        end: &mut u32,
    ) -> Result<Self, Refusal> {
        let mut at = parameters_at;
        let mut parameters = Vec::new();
        for parameter in &action.parameters {
            parameters.push((at, parameter.width));
            at += crate::layout::limbs(parameter.width);
        }
        let mut compiler = Compiler::new(layout, &parameters, base);
        if let Some(arguments) = arguments {
            compiler = compiler.with_arguments(arguments);
        }
        let known = arguments.and_then(|arguments| straight(&action.primitives, arguments));
        let primitives = known.unwrap_or_else(|| action.primitives.iter().enumerate().collect());
        let targets: Vec<usize> = primitives.iter().filter_map(|(_, p)| primitive::target(&p.kind)).collect();
        let mut parts = None;
        let mut steps = Vec::new();
        // Where each primitive's steps begin.
        let mut starts = Vec::new();
        let mut pending = false;
        for (number, declared) in primitives {
            let refuse = |reason: String| Refusal { primitive: number, reason };
            let assignment = matches!(declared.kind, PrimitiveKind::Assign { .. });
            // Assignments in a row are one step, unless a jump leads into them.
            if pending && (!assignment || targets.contains(&number)) {
                steps.push(Step::Code(compiler.take()));
                pending = false;
            }
            starts.push(steps.len());
            if let PrimitiveKind::Assign { place, value } = &declared.kind {
                compiler.assign(place, value).map_err(refuse)?;
                pending = true;
                if let Place::Field(field) = place
                    && let Some(slot) = layout.field(*field)
                    && let Some((written, bit)) = layout.lazy.part(slot.at)
                {
                    let before = parts.map_or(0, |(_, bits)| bits);
                    parts = Some((written, before | bit));
                }
            } else {
                let source = declared.source_info.as_ref();
                let step = primitive::step(program, layout, &mut compiler, &declared.kind, source);
                steps.extend(step.map_err(refuse)?);
            }
        }
        if pending {
            steps.push(Step::Code(compiler.take()));
        }
        starts.push(steps.len());
        for step in &mut steps {
            if let Step::Jump(target) | Step::JumpIfZero { target, .. } = step {
                *target = starts.get(*target).copied().unwrap_or(usize::MAX);
            }
        }
        *end = (*end).max(compiler.end);
        Ok(Self { quick: quick::quick(program, layout, &steps), steps: steps.into(), parts })
    }

    /// What it does.
    pub(crate) fn steps(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter()
    }

    /// Carry it out when it does little: whether it does. Nothing undefined is followed.
    #[inline]
    pub(crate) fn run_quick(&self, memory: &mut [u64], drop_port: u64) -> bool {
        let Some(quick) = &self.quick else { return false };
        self.touch(memory);
        quick::run(quick, memory, drop_port);
        true
    }

    /// Take note of the parts of memory that it writes.
    fn touch(&self, memory: &mut [u64]) {
        if let Some((written, bits)) = self.parts
            && let Some(written) = memory.get_mut(written as usize)
        {
            *written |= bits;
        }
    }

    /// Carry it out; its arguments are in their place already.
    pub(crate) fn run(
        &self,
        memory: &mut [u64],
        with: &mut Surroundings<'_>,
        recorder: &mut Recorder,
    ) -> Result<(), Fault> {
        if recorder.tracker().is_none() && self.run_quick(memory, with.drop_port) {
            return Ok(());
        }
        self.touch(memory);
        let mut next = 0;
        let mut rounds = 0;
        while let Some(step) = self.steps.get(next) {
            let after = step.run(memory, with, recorder)?.unwrap_or(next + 1);
            if after <= next {
                rounds += 1;
                if rounds > ROUNDS {
                    return Err(Fault::ActionLoop);
                }
            }
            next = after;
        }
        Ok(())
    }
}

impl Step {
    /// Carry it out; the step to go on with when it isn't the next one.
    pub(crate) fn run(
        &self,
        memory: &mut [u64],
        with: &mut Surroundings<'_>,
        recorder: &mut Recorder,
    ) -> Result<Option<usize>, Fault> {
        match self {
            Self::Code(code) => recorder.run(code, memory)?,
            Self::AssignHeaders(pairs) => {
                let assign = |memory: &mut [u64]| {
                    pairs.iter().for_each(|(to, from)| stacks::assign(with.layout, memory, *to, *from));
                };
                assign(memory);
                recorder.mirror(memory, assign);
            }
            Self::AssignStack { headers, next: (to, from) } => {
                let assign = |memory: &mut [u64]| {
                    memory.copy_within(*from as usize..=*from as usize, *to as usize);
                    headers.iter().for_each(|(to, from)| stacks::assign(with.layout, memory, *to, *from));
                };
                assign(memory);
                recorder.mirror(memory, assign);
            }
            Self::AssignVarbit { to, from } => {
                stacks::assign_varbit(memory, *to, *from);
                recorder.mirror(memory, |memory| stacks::assign_varbit(memory, *to, *from));
            }
            Self::SetValid { header, valid } => {
                set_valid(*header, *valid, memory, with);
                recorder.follow(with.layout, memory);
            }
            Self::SetValidOf { code, header, valid } => {
                recorder.run(code, memory)?;
                let header = *header.pick.of(&header.headers, memory)?;
                set_valid(header, *valid, memory, with);
                recorder.follow(with.layout, memory);
            }
            Self::AssignHeaderOf { code, to, from } => {
                recorder.run(code, memory)?;
                let (to, from) = (*to.pick.of(&to.headers, memory)?, *from.pick.of(&from.headers, memory)?);
                stacks::assign(with.layout, memory, to, from);
                recorder.mirror(memory, |memory| stacks::assign(with.layout, memory, to, from));
            }
            Self::Push(shift) => {
                shift.push(with.layout, memory);
                recorder.mirror(memory, |memory| shift.push(with.layout, memory));
            }
            Self::Pop(shift) => {
                shift.pop(with.layout, memory);
                recorder.mirror(memory, |memory| shift.pop(with.layout, memory));
            }
            Self::MarkToDrop { egress_spec, group } => {
                store(egress_spec, memory, with.drop_port, recorder);
                if let Some(group) = group {
                    store(group, memory, 0, recorder);
                }
            }
            Self::Hash { code, base: base_at, modulus: modulus_at, calculation, to, .. } => {
                recorder.run(code, memory)?;
                if base_at.is_negative(memory) || modulus_at.is_negative(memory) {
                    return Err(Fault::NegativeHash);
                }
                let (base, modulus) = (base_at.low(memory), modulus_at.low(memory).max(1));
                if let Some(hasher) = with.state.hashers.get_mut(*calculation) {
                    let payload = with.flight.truncate(with.payload);
                    let value = (hasher.compute(memory, payload) % modulus).wrapping_add(base);
                    let unknown = recorder.tracker().is_some_and(|tracker| {
                        tracker.is_operand_unknown(*base_at, memory)
                            || tracker.is_operand_unknown(*modulus_at, memory)
                            || hasher.inputs(memory).any(|slot| tracker.is_unknown(&slot, memory))
                    });
                    store(to, memory, value, recorder);
                    if to.is_writable(memory) {
                        recorder.define(to, memory, !unknown);
                    }
                }
            }
            Self::Exit => {
                if !std::mem::replace(&mut with.flight.exit, true) {
                    recorder.event(|| Event::Exit);
                }
            }
            Self::Jump(target) => return Ok(Some(*target)),
            Self::JumpIfZero { test: Some(test), target, .. } if recorder.tracker().is_none() => {
                if !test.holds(memory) {
                    return Ok(Some(*target));
                }
            }
            Self::JumpIfZero { code, value, target, .. } => {
                recorder.run(code, memory)?;
                recorder.observe(*value, memory, || "a branch in an action".to_owned());
                if value.is_zero(memory) {
                    return Ok(Some(*target));
                }
            }
            Self::Count { code, index, counter } => {
                recorder.run(code, memory)?;
                recorder.observe(*index, memory, || "an index".to_owned());
                let index = index.unsigned(memory)? as u32;
                with.state.count(*counter, index, with.flight.arrived);
            }
            Self::ExecuteMeter { code, index, meter, to } => {
                recorder.run(code, memory)?;
                recorder.observe(*index, memory, || "an index".to_owned());
                let index = index.unsigned(memory)? as u32;
                if let Some(meters) = with.state.meters.get_mut(*meter)
                    && let Some(colour) = meters.execute(index, with.flight.arrived, with.clock)
                {
                    store(to, memory, colour, recorder);
                }
            }
            Self::RegisterRead { code, index, register, to } => {
                recorder.run(code, memory)?;
                recorder.observe(*index, memory, || "an index".to_owned());
                let index = index.unsigned(memory)? as u32;
                if let Some(value) = with.state.registers.get(*register).and_then(|r| r.read(index))
                    && to.is_writable(memory)
                {
                    to.store(memory, value);
                    recorder.define(to, memory, true);
                }
            }
            Self::RegisterWrite { code, index, register, value } => {
                recorder.run(code, memory)?;
                recorder.observe(*index, memory, || "an index".to_owned());
                let index = index.unsigned(memory)? as u32;
                recorder.observe(*value, memory, || format!("register array {register}"));
                if let Some(registers) = with.state.registers.get_mut(*register) {
                    registers.write(index, value.view(memory));
                }
            }
            Self::Random { code, low, high, to } => {
                recorder.run(code, memory)?;
                let (low, high) = (low.unsigned(memory)?, high.unsigned(memory)?);
                if low <= high {
                    let value = with.random.between(low, high);
                    store(to, memory, value, recorder);
                    if to.is_writable(memory) {
                        recorder.define(to, memory, low == high);
                    }
                }
            }
            Self::Digest(list) => with.flight.digest = Some(*list),
            Self::Clone { code, session, preserved } => {
                recorder.run(code, memory)?;
                recorder.observe(*session, memory, || "a mirroring session".to_owned());
                let session = session.unsigned(memory)? as u16;
                with.flight.mirror = Some(Mirror { session: session & SESSION, preserved: *preserved });
            }
            Self::Resubmit(preserved) => with.flight.resubmit = *preserved,
            Self::Recirculate(preserved) => with.flight.recirculate = *preserved,
            Self::Truncate { code, bytes } => {
                recorder.run(code, memory)?;
                recorder.observe(*bytes, memory, || "a length to truncate to".to_owned());
                let bytes = usize::try_from(bytes.unsigned(memory)?).unwrap_or(usize::MAX);
                with.flight.truncated = with.flight.truncated.min(bytes);
            }
            Self::Assert { code, condition, fault } => {
                recorder.run(code, memory)?;
                recorder.observe(*condition, memory, || "what is asserted".to_owned());
                if condition.is_zero(memory) {
                    return Err(fault.clone());
                }
            }
            Self::Fail(fault) => return Err(fault.clone()),
        }
        Ok(None)
    }
}

/// Sessions have 15 bits.
const SESSION: u16 = 0x7fff;

fn set_valid(header: usize, valid: bool, memory: &mut [u64], with: &mut Surroundings<'_>) {
    if let Some(slot) = with.layout.headers.get(header)
        && slot.is_valid(memory) != valid
    {
        slot.set_valid(memory, valid);
        let bytes = slot.bytes(memory) as u64;
        let length = &mut with.flight.length;
        *length = if valid { length.wrapping_add(bytes) } else { length.wrapping_sub(bytes) };
    }
}

fn store(to: &FieldSlot, memory: &mut [u64], value: u64, recorder: &Recorder) {
    if to.is_writable(memory) {
        to.set(memory, value);
        recorder.define(to, memory, true);
    }
}
