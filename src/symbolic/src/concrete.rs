//! What a subject does with packets that are given: the executor as a slow switch.

use std::time::Duration;

use hyper4_bits::Bits;
use hyper4_ir::{Output, Packet};

use crate::execute::{Executor, Input, Prepared};
use crate::path::Context;
use crate::subject::Subject;
use crate::term::{Side, Word};

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
/// For the first packet that meets what the executor doesn't deal with, or whose fate depends on something undefined.
pub fn outputs(subject: &Subject, packets: &[Packet]) -> Result<Vec<Output>, ExecutionError> {
    let prepared = Prepared::new(subject);
    let mut outputs = Vec::new();
    for (number, packet) in packets.iter().enumerate() {
        let fail = |reason: String| ExecutionError { packet: number, reason };
        outputs.extend(one(&prepared, number, packet).map_err(fail)?);
    }
    Ok(outputs)
}

fn one(subject: &Prepared<'_>, number: usize, packet: &Packet) -> Result<Vec<Output>, String> {
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
    sent.collect::<Option<Vec<_>>>().ok_or_else(undefined)
}
