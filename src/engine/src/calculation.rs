//! Hashes and checksums.

use hyper4_bits::{Calculation, HashAlgorithm, HashError};
use hyper4_ir::{self as ir, CalculationCommand, CalculationInput, ChecksumKind, ChecksumOutcome, Event};

use crate::code::{Instruction, Operand, is_set};
use crate::condition::{Test, test};
use crate::expression::Compiler;
use crate::fault::Fault;
use crate::layout::{FieldSlot, Layout};
use crate::recorder::Recorder;
use crate::wire::Writer;

/// An algorithm over inputs, with what it has counted.
#[derive(Clone, Debug)]
pub(crate) struct Hasher {
    calculation: Calculation,
    inputs: Vec<Input>,
    /// The inputs as terms of an Internet checksum, where it is one.
    sum: Option<Sum>,
    bytes: Vec<u8>,
}

#[derive(Clone, Debug)]
enum Input {
    Field { slot: FieldSlot },
    Constant { value: hyper4_bits::Bits },
    Header { valid: u32, fields: Vec<FieldSlot> },
    Payload,
}

impl Hasher {
    pub(crate) fn new(
        layout: &Layout,
        algorithm: HashAlgorithm,
        declared: &[CalculationInput],
    ) -> Result<Self, String> {
        let mut inputs = Vec::new();
        for input in declared {
            inputs.push(match input {
                CalculationInput::Field(field) => {
                    let slot = layout.field(*field).ok_or("a field that doesn't exist goes in")?;
                    Input::Field { slot }
                }
                CalculationInput::Constant(value) => Input::Constant { value: value.clone() },
                CalculationInput::Header(header) => {
                    let slot = layout.header(*header).ok_or("a header that doesn't exist goes in")?;
                    Input::Header { valid: slot.valid, fields: slot.fields.clone() }
                }
                CalculationInput::Payload => Input::Payload,
            });
        }
        let internet = matches!(algorithm, HashAlgorithm::Csum16 | HashAlgorithm::Cksum16);
        let sum = if internet { Sum::new(&inputs) } else { None };
        Ok(Self { calculation: Calculation::new(algorithm), inputs, sum, bytes: Vec::new() })
    }

    /// What a controller says to it; what is no parameter of its algorithm changes nothing.
    pub(crate) fn configure(&mut self, command: &CalculationCommand) -> Result<(), HashError> {
        match command {
            CalculationCommand::SetCrc16(parameters) | CalculationCommand::SetCrc32(parameters) => {
                self.calculation.set_crc_parameters(*parameters)
            }
            CalculationCommand::SetToeplitzKey(key) => self.calculation.set_toeplitz_key(key),
        }
    }

    /// The inputs as terms of an Internet checksum, where it is one.
    pub(crate) fn sum(&self) -> Option<&Sum> {
        self.sum.as_ref()
    }

    /// Whether its calls count: what it gives depends on those before.
    pub(crate) fn counts(&self) -> bool {
        matches!(
            self.calculation.algorithm(),
            HashAlgorithm::RoundRobin | HashAlgorithm::RoundRobinConsistent
        )
    }

    /// The fields that go in: those of valid headers.
    pub(crate) fn inputs<'a>(&'a self, memory: &'a [u64]) -> impl Iterator<Item = FieldSlot> + 'a {
        let fields = self.inputs.iter().flat_map(|input| match input {
            Input::Field { slot } => std::slice::from_ref(slot),
            Input::Header { fields, .. } => fields,
            Input::Constant { .. } | Input::Payload => &[],
        });
        fields.filter(|slot| slot.is_writable(memory)).copied()
    }

    /// The hash of the inputs; fields of invalid headers are left out.
    pub(crate) fn compute(&mut self, memory: &[u64], payload: &[u8]) -> u64 {
        if let Some(sum) = self.sum.as_ref().and_then(|sum| sum.compute(memory)) {
            return sum;
        }
        self.bytes.clear();
        let mut writer = Writer::new(&mut self.bytes);
        let valid = |at: u32| is_set(memory, at);
        let mut with_payload = false;
        for input in &self.inputs {
            match input {
                Input::Field { slot } if slot.valid.is_none_or(valid) => push(&mut writer, slot, memory),
                Input::Field { .. } => {}
                Input::Constant { value } => writer.push_limbs(value.limbs(), value.width()),
                Input::Header { valid: at, fields } if valid(*at) => {
                    fields.iter().for_each(|slot| push(&mut writer, slot, memory));
                }
                Input::Header { .. } => {}
                Input::Payload => with_payload = true,
            }
        }
        writer.finish();
        if with_payload {
            self.bytes.extend_from_slice(payload);
        }
        self.calculation.compute(&self.bytes)
    }
}

/// An Internet checksum of fields, without the bytes that they make: 2^16 is 1 modulo 2^16 - 1, so that it doesn't
/// matter where in a word of any width its 16-bit words stand, and 2^64 is 1 too, so that what is shifted out of a
/// word comes in again at its other end.
#[derive(Clone, Debug)]
pub(crate) struct Sum {
    /// What constants come to.
    start: u64,
    /// Limbs, and by how many bits each is turned to the left.
    terms: Box<[(u32, u32)]>,
    /// Validity of the headers that all must be there.
    valid: Box<[u32]>,
}

/// A sum whose carry comes in again at its other end: it is 0 only when both are.
#[inline]
fn around(a: u64, b: u64) -> u64 {
    let (sum, carry) = a.overflowing_add(b);
    sum + u64::from(carry)
}

impl Sum {
    /// `None` where it depends on the packet which bits go in.
    fn new(inputs: &[Input]) -> Option<Self> {
        // Value or place, and width.
        let mut parts: Vec<(Result<&hyper4_bits::Bits, &FieldSlot>, u32)> = Vec::new();
        for input in inputs {
            match input {
                Input::Field { slot } => parts.push((Err(slot), slot.width)),
                Input::Header { fields, .. } => {
                    parts.extend(fields.iter().map(|slot| (Err(slot), slot.width)))
                }
                Input::Constant { value } => parts.push((Ok(value), value.width())),
                Input::Payload => return None,
            }
        }
        let mut below = parts.iter().map(|(_, width)| width).sum::<u32>().next_multiple_of(16);
        let (mut start, mut terms, mut valid) = (0, Vec::new(), Vec::new());
        for (part, width) in parts {
            below -= width;
            let turn = below % 16;
            match part {
                Ok(constant) => {
                    let limbs = constant.limbs().iter();
                    start = limbs.fold(start, |sum, limb| around(sum, limb.rotate_left(turn)));
                }
                Err(slot) if slot.signed || slot.varbit.is_some() => return None,
                Err(slot) => {
                    terms.extend((slot.at..slot.at + slot.limbs()).map(|at| (at, turn)));
                    valid.extend(slot.valid.filter(|valid_at| !valid.contains(valid_at)));
                }
            }
        }
        Some(Self { start, terms: terms.into(), valid: valid.into() })
    }

    /// `None` when a header isn't there: its fields are left out then, and the others move.
    fn compute(&self, memory: &[u64]) -> Option<u64> {
        self.valid.iter().all(|at| is_set(memory, *at)).then(|| self.total(memory))
    }

    /// The checksum when all headers are there.
    pub(crate) fn total(&self, memory: &[u64]) -> u64 {
        let term =
            |(at, turn): &(u32, u32)| memory.get(*at as usize).copied().unwrap_or(0).rotate_left(*turn);
        let mut sum = self.terms.iter().fold(self.start, |sum, of| around(sum, term(of)));
        for bits in [32, 16, 16, 16] {
            sum = (sum & ((1 << bits) - 1)) + (sum >> bits);
        }
        u64::from(!(sum as u16))
    }

    /// The same when it depends on no header's validity, and some limbs are zero.
    pub(crate) fn without(mut self, is_zero: impl Fn(u32) -> bool) -> Option<Self> {
        self.terms = self.terms.into_iter().filter(|(at, _)| !is_zero(*at)).collect();
        self.valid.is_empty().then_some(self)
    }
}

/// Append a field as it lies on the wire.
pub(crate) fn push(writer: &mut Writer<'_>, slot: &FieldSlot, memory: &[u64]) {
    writer.push_limbs(slot.of(memory), slot.width(memory));
}

/// A checksum to verify or update.
#[derive(Clone, Debug)]
pub(crate) struct Checksum {
    kind: ChecksumKind,
    target: FieldSlot,
    calculation: usize,
    condition: Option<(Box<[Instruction]>, Operand)>,
    /// The condition, where it needs no instructions.
    test: Option<Test>,
}

impl Checksum {
    pub(crate) fn new(
        layout: &Layout,
        compiler: &mut Compiler<'_>,
        checksum: &ir::Checksum,
    ) -> Result<Self, String> {
        let condition = match &checksum.condition {
            Some(condition) => {
                let operand = compiler.truth(condition)?;
                Some((compiler.take(), operand))
            }
            None => None,
        };
        let target = layout.field(checksum.target).ok_or("its target doesn't exist")?;
        let test = checksum.condition.as_ref().and_then(|condition| test(compiler, condition, true));
        Ok(Self { kind: checksum.kind, target, calculation: checksum.calculation.index(), condition, test })
    }

    /// Deal with it when it is of that kind. False: a verify found it wrong.
    pub(crate) fn apply(
        &self,
        kind: ChecksumKind,
        hashers: &mut [Hasher],
        memory: &mut [u64],
        payload: &[u8],
        recorder: &mut Recorder,
    ) -> Result<Option<ChecksumOutcome>, Fault> {
        if self.kind != kind {
            return Ok(None);
        }
        let valid = self.target.valid.is_none_or(|at| is_set(memory, at));
        // An update doesn't look at the header: what it writes to an invalid one is lost.
        if kind == ChecksumKind::Verify && !valid {
            return Ok(Some(ChecksumOutcome::Skipped));
        }
        if let (Some(test), None) = (&self.test, recorder.tracker()) {
            if !test.holds(memory) {
                return Ok(Some(ChecksumOutcome::Skipped));
            }
        } else if let Some((code, condition)) = &self.condition {
            recorder.run(code, memory)?;
            recorder.observe(*condition, memory, || "the condition of a checksum".to_owned());
            if condition.low(memory) == 0 {
                return Ok(Some(ChecksumOutcome::Skipped));
            }
        }
        let Some(hasher) = hashers.get_mut(self.calculation) else { return Ok(None) };
        let sum = hasher.compute(memory, payload);
        let unknown = recorder
            .tracker()
            .is_some_and(|tracker| hasher.inputs(memory).any(|slot| tracker.is_unknown(&slot, memory)));
        if kind == ChecksumKind::Verify {
            recorder.observe_field(&self.target, memory, || "a checksum that is verified".to_owned());
            if unknown {
                recorder.reach(|| "a checksum that is verified".to_owned());
            }
        }
        Ok(Some(match kind {
            ChecksumKind::Verify if self.target.is_negative(memory) => return Err(Fault::NegativeSum),
            ChecksumKind::Verify if self.target.get(memory) == sum => ChecksumOutcome::Correct,
            ChecksumKind::Verify => ChecksumOutcome::Wrong,
            ChecksumKind::Update => {
                if valid {
                    self.target.set(memory, sum);
                    recorder.define(&self.target, memory, !unknown);
                }
                ChecksumOutcome::Updated
            }
        }))
    }
}

/// Deal with all checksums of a kind. True when one was found wrong.
pub(crate) fn apply_all(
    checksums: &[Checksum],
    names: &[ir::Checksum],
    kind: ChecksumKind,
    hashers: &mut [Hasher],
    memory: &mut [u64],
    payload: &[u8],
    recorder: &mut Recorder,
) -> Result<bool, Fault> {
    let mut wrong = false;
    for (checksum, declared) in checksums.iter().zip(names) {
        if let Some(outcome) = checksum.apply(kind, hashers, memory, payload, recorder)? {
            wrong |= outcome == ChecksumOutcome::Wrong;
            recorder.event(|| Event::Checksum { name: declared.name.clone(), outcome });
        }
    }
    Ok(wrong)
}
