//! Actions.

use hyper4_ir::{Event, PrimitiveKind, Program};

use crate::clock::Clock;
use crate::code::{Instruction, Operand, run};
use crate::expression::Compiler;
use crate::fault::Fault;
use crate::flight::{Flight, Mirror};
use crate::layout::{FieldSlot, Layout};
use crate::primitive;
use crate::random::Random;
use crate::recorder::Recorder;
use crate::reference::Choice;
use crate::stacks::{self, Shift};
use crate::state::State;

/// The port that stands for dropping.
pub(crate) const DROP_PORT: u64 = 511;

/// Jumps back after which an action is said to go round for ever.
const ROUNDS: usize = 1 << 20;

/// A compiled action.
#[derive(Clone, Debug)]
pub(crate) struct Action {
    steps: Box<[Step]>,
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
        calculation: usize,
        to: FieldSlot,
    },
    Exit,
    /// To the step of that number.
    Jump(usize),
    JumpIfZero {
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
        let mut at = parameters_at;
        let mut parameters = Vec::new();
        for parameter in &action.parameters {
            parameters.push((at, parameter.width));
            at += crate::layout::limbs(parameter.width);
        }
        let mut compiler = Compiler::new(layout, &parameters, base);
        let targets: Vec<usize> =
            action.primitives.iter().filter_map(|p| primitive::target(&p.kind)).collect();
        let mut steps = Vec::new();
        // Where each primitive's steps begin.
        let mut starts = Vec::new();
        let mut pending = false;
        for (number, declared) in action.primitives.iter().enumerate() {
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
        Ok(Self { steps: steps.into() })
    }

    /// Carry it out; its arguments are in their place already.
    pub(crate) fn run(
        &self,
        memory: &mut [u64],
        with: &mut Surroundings<'_>,
        recorder: &mut Recorder,
    ) -> Result<(), Fault> {
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
            Self::Code(code) => run(code, memory)?,
            Self::AssignHeaders(pairs) => {
                pairs.iter().for_each(|(to, from)| stacks::assign(with.layout, memory, *to, *from));
            }
            Self::AssignStack { headers, next: (to, from) } => {
                memory.copy_within(*from as usize..=*from as usize, *to as usize);
                headers.iter().for_each(|(to, from)| stacks::assign(with.layout, memory, *to, *from));
            }
            Self::AssignVarbit { to, from } => stacks::assign_varbit(memory, *to, *from),
            Self::SetValid { header, valid } => set_valid(*header, *valid, memory, with),
            Self::SetValidOf { code, header, valid } => {
                run(code, memory)?;
                let header = *header.pick.of(&header.headers, memory)?;
                set_valid(header, *valid, memory, with);
            }
            Self::AssignHeaderOf { code, to, from } => {
                run(code, memory)?;
                let (to, from) = (*to.pick.of(&to.headers, memory)?, *from.pick.of(&from.headers, memory)?);
                stacks::assign(with.layout, memory, to, from);
            }
            Self::Push(shift) => shift.push(with.layout, memory),
            Self::Pop(shift) => shift.pop(with.layout, memory),
            Self::MarkToDrop { egress_spec, group } => {
                egress_spec.set(memory, DROP_PORT);
                if let Some(group) = group {
                    group.set(memory, 0);
                }
            }
            Self::Hash { code, base, modulus, calculation, to } => {
                run(code, memory)?;
                if base.is_negative(memory) || modulus.is_negative(memory) {
                    return Err(Fault::NegativeHash);
                }
                let (base, modulus) = (base.low(memory), modulus.low(memory).max(1));
                if let Some(hasher) = with.state.hashers.get_mut(*calculation) {
                    let payload = with.flight.truncate(with.payload);
                    let value = (hasher.compute(memory, payload) % modulus).wrapping_add(base);
                    store(to, memory, value);
                }
            }
            Self::Exit => {
                if !std::mem::replace(&mut with.flight.exit, true) {
                    recorder.event(|| Event::Exit);
                }
            }
            Self::Jump(target) => return Ok(Some(*target)),
            Self::JumpIfZero { code, value, target } => {
                run(code, memory)?;
                if value.is_zero(memory) {
                    return Ok(Some(*target));
                }
            }
            Self::Count { code, index, counter } => {
                run(code, memory)?;
                let index = index.unsigned(memory)? as u32;
                with.state.count(*counter, index, with.flight.arrived);
            }
            Self::ExecuteMeter { code, index, meter, to } => {
                run(code, memory)?;
                let index = index.unsigned(memory)? as u32;
                if let Some(meters) = with.state.meters.get_mut(*meter)
                    && let Some(colour) = meters.execute(index, with.flight.arrived, with.clock)
                {
                    store(to, memory, colour);
                }
            }
            Self::RegisterRead { code, index, register, to } => {
                run(code, memory)?;
                let index = index.unsigned(memory)? as u32;
                if let Some(value) = with.state.registers.get(*register).and_then(|r| r.read(index))
                    && to.is_writable(memory)
                {
                    to.store(memory, value);
                }
            }
            Self::RegisterWrite { code, index, register, value } => {
                run(code, memory)?;
                let index = index.unsigned(memory)? as u32;
                if let Some(registers) = with.state.registers.get_mut(*register) {
                    registers.write(index, value.view(memory));
                }
            }
            Self::Random { code, low, high, to } => {
                run(code, memory)?;
                let (low, high) = (low.unsigned(memory)?, high.unsigned(memory)?);
                if low <= high {
                    let value = with.random.between(low, high);
                    store(to, memory, value);
                }
            }
            Self::Digest(list) => with.flight.digest = Some(*list),
            Self::Clone { code, session, preserved } => {
                run(code, memory)?;
                let session = session.unsigned(memory)? as u16;
                with.flight.mirror = Some(Mirror { session: session & SESSION, preserved: *preserved });
            }
            Self::Resubmit(preserved) => with.flight.resubmit = *preserved,
            Self::Recirculate(preserved) => with.flight.recirculate = *preserved,
            Self::Truncate { code, bytes } => {
                run(code, memory)?;
                let bytes = usize::try_from(bytes.unsigned(memory)?).unwrap_or(usize::MAX);
                with.flight.truncated = with.flight.truncated.min(bytes);
            }
            Self::Assert { code, condition, fault } => {
                run(code, memory)?;
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

fn store(to: &FieldSlot, memory: &mut [u64], value: u64) {
    if to.is_writable(memory) {
        to.set(memory, value);
    }
}
