//! Actions.

use hyper4_ir::{Event, Place, PrimitiveKind, Program};

use crate::calculation::Hasher;
use crate::code::{Fault, Instruction, Operand, is_set, run};
use crate::expression::{Compiler, EXACT};
use crate::layout::{FieldSlot, Layout};
use crate::recorder::Recorder;

/// The port that stands for dropping.
pub(crate) const DROP_PORT: u64 = 511;

/// A compiled action.
#[derive(Clone, Debug)]
pub(crate) struct Action {
    steps: Vec<Step>,
}

#[derive(Clone, Debug)]
enum Step {
    Code(Box<[Instruction]>),
    AssignHeader { to: usize, from: usize },
    SetValid { header: usize, valid: bool },
    MarkToDrop { egress_spec: FieldSlot, group: Option<FieldSlot> },
    Hash { code: Box<[Instruction]>, base: Operand, modulus: Operand, calculation: usize, to: FieldSlot },
    Exit,
}

/// What an action works on beside memory.
#[derive(Debug)]
pub(crate) struct Surroundings<'a> {
    pub(crate) layout: &'a Layout,
    pub(crate) hashers: &'a mut [Hasher],
    /// The bytes behind the parsed headers.
    pub(crate) payload: &'a [u8],
    /// What simple_switch keeps of the packet's length.
    pub(crate) length: &'a mut u64,
    pub(crate) exit: &'a mut bool,
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
        let mut steps = Vec::new();
        let mut pending = false;
        for (primitive, declared) in action.primitives.iter().enumerate() {
            let refuse = |reason: String| Refusal { primitive, reason };
            if let PrimitiveKind::Assign { place, value } = &declared.kind {
                compiler.assign(place, value).map_err(refuse)?;
                pending = true;
                continue;
            }
            if std::mem::take(&mut pending) {
                steps.push(Step::Code(compiler.take()));
            }
            steps.push(step(program, layout, &mut compiler, &declared.kind).map_err(refuse)?);
        }
        if pending {
            steps.push(Step::Code(compiler.take()));
        }
        *end = (*end).max(compiler.end);
        Ok(Self { steps })
    }

    /// Carry it out; its arguments are in their place already.
    pub(crate) fn run(
        &self,
        memory: &mut [u64],
        with: &mut Surroundings<'_>,
        recorder: &mut Recorder,
    ) -> Result<(), Fault> {
        for step in &self.steps {
            match step {
                Step::Code(code) => run(code, memory)?,
                Step::AssignHeader { to, from } => assign_header(with.layout, memory, *to, *from),
                Step::SetValid { header, valid } => {
                    if let Some(slot) = with.layout.headers.get(*header)
                        && slot.is_valid(memory) != *valid
                    {
                        slot.set_valid(memory, *valid);
                        let bytes = u64::from(slot.bytes);
                        *with.length = if *valid {
                            with.length.wrapping_add(bytes)
                        } else {
                            with.length.wrapping_sub(bytes)
                        };
                    }
                }
                Step::MarkToDrop { egress_spec, group } => {
                    egress_spec.set(memory, DROP_PORT);
                    if let Some(group) = group {
                        group.set(memory, 0);
                    }
                }
                Step::Hash { code, base, modulus, calculation, to } => {
                    run(code, memory)?;
                    if base.is_negative(memory) || modulus.is_negative(memory) {
                        return Err(Fault::NegativeHash);
                    }
                    let (base, modulus) = (base.low(memory), modulus.low(memory).max(1));
                    if let Some(hasher) = with.hashers.get_mut(*calculation) {
                        let value = (hasher.compute(memory, with.payload) % modulus).wrapping_add(base);
                        if to.valid.is_none_or(|at| is_set(memory, at)) {
                            to.set(memory, value);
                        }
                    }
                }
                Step::Exit => {
                    if !std::mem::replace(with.exit, true) {
                        recorder.event(|| Event::Exit);
                    }
                }
            }
        }
        Ok(())
    }
}

fn step(
    program: &Program,
    layout: &Layout,
    compiler: &mut Compiler<'_>,
    kind: &PrimitiveKind,
) -> Result<Step, String> {
    match kind {
        PrimitiveKind::Assign { place, value } => {
            compiler.assign(place, value)?;
            Ok(Step::Code(compiler.take()))
        }
        PrimitiveKind::AssignHeader { destination, source } => {
            let same = program.headers.get(destination.index()).map(|h| h.header_type)
                == program.headers.get(source.index()).map(|h| h.header_type);
            if !same {
                return Err("headers of different types are assigned".to_owned());
            }
            Ok(Step::AssignHeader { to: destination.index(), from: source.index() })
        }
        PrimitiveKind::SetValid(header) => Ok(Step::SetValid { header: header.index(), valid: true }),
        PrimitiveKind::SetInvalid(header) => Ok(Step::SetValid { header: header.index(), valid: false }),
        PrimitiveKind::MarkToDrop => {
            let egress_spec = layout
                .standard(hyper4_ir::StandardField::EgressSpec)
                .ok_or("there is no `standard_metadata.egress_spec` to set")?;
            Ok(Step::MarkToDrop { egress_spec, group: layout.dropped_group })
        }
        PrimitiveKind::Hash { place, base, calculation, modulus } => {
            let Place::Field(field) = place;
            let to = layout.field(*field).ok_or("a field that doesn't exist is written")?;
            let base = compiler.number(base, EXACT)?;
            let modulus = compiler.number(modulus, EXACT)?;
            Ok(Step::Hash { code: compiler.take(), base, modulus, calculation: calculation.index(), to })
        }
        PrimitiveKind::Exit => Ok(Step::Exit),
        other => Err(format!("primitive `{}` is not supported", other.name())),
    }
}

/// Copy validity and fields; an invalid header's fields are zero already.
fn assign_header(layout: &Layout, memory: &mut [u64], to: usize, from: usize) {
    let (Some(to), Some(from)) = (layout.headers.get(to), layout.headers.get(from)) else { return };
    let valid = from.is_valid(memory);
    to.set_valid(memory, valid);
    let source = from.at as usize..(from.at + from.limbs) as usize;
    if valid && source.end <= memory.len() && (to.at + from.limbs) as usize <= memory.len() {
        memory.copy_within(source, to.at as usize);
    }
}
