//! What a subject does with packets that are given: the executor as a slow switch.

use std::time::Duration;

use hyper4_bits::Bits;
use hyper4_ir::{Batch, Digest, Output, Packet};

use crate::execute::{Executor, Input, Outcome, Prepared, Sample};
use crate::options::Length;
use crate::path::Context;
use crate::prove::{Finding, start};
use crate::subject::Subject;
use crate::term::{Assignment, Evaluator, Side, Support, Word};

/// Paths of one packet: a second one can only differ from the first in something undefined.
const MAX_PATHS: usize = 64;

/// Why there is no telling what a subject does with a packet.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("packet {packet}: {reason}")]
pub struct ExecutionError {
    /// The packet's number, from 0.
    pub packet: usize,
    /// What stands in the way.
    pub reason: String,
}

/// What a subject sends for each packet, in order: what a switch would, by the reckoning that proofs are made of.
///
/// # Errors
/// As those of [`batch`].
pub fn outputs(subject: &Subject, packets: &[Packet]) -> Result<Vec<Output>, ExecutionError> {
    Ok(batch(subject, packets)?.outputs)
}

/// What a subject sends for each packet, digests too. There are no traces.
///
/// # Errors
/// For the first packet that meets what the executor doesn't deal with, or whose fate depends on something undefined.
pub fn batch(subject: &Subject, packets: &[Packet]) -> Result<Batch, ExecutionError> {
    let prepared = Prepared::new(subject);
    let mut batch = Batch::default();
    for (number, packet) in packets.iter().enumerate() {
        let fail = |reason: String| ExecutionError { packet: number, reason };
        one(&prepared, number, packet, &mut batch).map_err(fail)?;
    }
    Ok(batch)
}

fn one(subject: &Prepared<'_>, number: usize, packet: &Packet, batch: &mut Batch) -> Result<(), String> {
    let bytes = u32::try_from(packet.bytes.len()).map_err(|_| "it is too long".to_owned())?;
    let input = Input {
        head: Word::constant(Bits::from_be_bytes(8 * bytes, &packet.bytes)),
        port: Word::number(9, packet.port.into()),
        length: Word::number(32, bytes.into()),
        tail: false,
    };
    let mut context = Context::new(Duration::from_secs(20));
    let executor = Executor::new(subject, Side::Native, &mut context, &input, MAX_PATHS);
    let (outcomes, _) = executor.run(Context::anything()).map_err(|stop| stop.0)?;
    let undefined = || "what becomes of it depends on something undefined".to_owned();
    let [outcome] = outcomes.as_slice() else { return Err(undefined()) };
    let sent = outcome.sent.iter().map(|sent| {
        let (port, bytes) = (sent.port.as_u64()?, sent.bytes.as_const()?);
        Some(Output { cause: Some(number), port: port as u16, bytes: bytes.to_be_bytes() })
    });
    batch.outputs.extend(sent.collect::<Option<Vec<_>>>().ok_or_else(undefined)?);
    for Sample { list, values, .. } in &outcome.world.sampled {
        let values = values.iter().map(Word::as_const).collect::<Option<Vec<_>>>();
        let values = values.ok_or_else(|| "what a digest holds is undefined".to_owned())?;
        batch.digests.push(Digest { cause: Some(number), list: *list, values });
    }
    Ok(())
}

/// What [`outputs`] says, by the reckoning with unknown bytes that proofs are made of: all paths of packets of that length
/// are found first, and then each packet's is looked up.
///
/// # Errors
/// For the first packet with another length than the first one, or of whose length a packet meets what the executor
/// doesn't deal with, or whose own fate depends on something undefined, or takes more than `max_paths`.
pub fn outputs_by_paths(
    subject: &Subject,
    packets: &[Packet],
    max_paths: usize,
) -> Result<Vec<Output>, ExecutionError> {
    let prepared = Prepared::new(subject);
    let bytes = packets.first().map_or(0, |packet| packet.bytes.len());
    let fail = |packet: usize, reason: String| ExecutionError { packet, reason };
    let length = u32::try_from(bytes).map_err(|_| fail(0, "it is too long".to_owned()))?;
    let length = Length::Bytes(length);
    let mut context = Context::new(Duration::from_secs(2));
    let input = Input::new(&mut context.terms, length);
    let all = match start(&mut context, &input, length, []) {
        Ok(all) => all.unwrap_or_else(Context::anything),
        Err(Finding::Unknown(reason)) => return Err(fail(0, reason)),
        Err(Finding::Refuted(refutation)) => return Err(fail(0, refutation.what)),
    };
    let executor = Executor::new(&prepared, Side::Native, &mut context, &input, max_paths);
    let (outcomes, _) = executor.run(all).map_err(|stop| fail(0, stop.0))?;
    let mut outputs = Vec::new();
    for (number, packet) in packets.iter().enumerate() {
        if packet.bytes.len() != bytes {
            return Err(fail(number, "it has another length than the first one".to_owned()));
        }
        outputs.extend(looked_up(&input, &outcomes, number, packet).map_err(|reason| fail(number, reason))?);
    }
    Ok(outputs)
}

fn looked_up(
    input: &Input,
    outcomes: &[Outcome],
    number: usize,
    packet: &Packet,
) -> Result<Vec<Output>, String> {
    let mut assignment = Assignment::default();
    let bytes = Bits::from_be_bytes(input.head.width(), &packet.bytes);
    for (word, value) in [(&input.head, bytes), (&input.port, Bits::from_u64(9, packet.port.into()))] {
        if let Some(slice) = word.as_slice() {
            assignment.set(slice.term.clone(), value);
        }
    }
    let mut evaluator = Evaluator::new(&assignment);
    let mut met = outcomes
        .iter()
        .filter(|outcome| outcome.path.conditions().iter().all(|condition| evaluator.holds(condition)));
    let (Some(outcome), None) = (met.next(), met.next()) else {
        return Err("it is not on exactly one path; this is a mistake of the prover".to_owned());
    };
    let mut support = Support::default();
    outcome.path.conditions().iter().for_each(|condition| support.condition(condition));
    for sent in &outcome.sent {
        support.word(&sent.port);
        support.word(&sent.bytes);
    }
    if let Some(what) = support.unsaid() {
        return Err(format!("what becomes of it may depend on `{what}`, which is undefined"));
    }
    let mut evaluator = Evaluator::new(&assignment);
    let sent = outcome.sent.iter().map(|sent| Output {
        cause: Some(number),
        port: evaluator.word(&sent.port).low_u64() as u16,
        bytes: evaluator.word(&sent.bytes).to_be_bytes(),
    });
    Ok(sent.collect())
}
