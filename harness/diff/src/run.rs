//! Running a pair of switches, and finding that they differ.

use hyper4_bits::Bits;
use hyper4_ir::{Batch, Command, Digest, LearnListId, Output, Packet, Reply, Stimulus, Trace};
use hyper4_switch::{ControlError, SwitchError, Tracing};

use crate::outputs;
use crate::rules::Veil;
use crate::{
    Counts, Failure, FailureCause, Options, Outcome, OutputOrder, Side, StimulusSource, TraceRule,
    TraceShare, Unsupported, Which, traces,
};

/// What one side did with one packet.
#[derive(Clone, Debug, Default)]
pub(crate) struct Deed {
    pub(crate) outputs: Vec<Output>,
    pub(crate) digests: Vec<Digest>,
    pub(crate) trace: Option<Trace>,
}

impl Deed {
    /// What a side did with packet `number` of a batch, where it tells causes.
    fn of(number: usize, batch: &Batch) -> Self {
        Self {
            outputs: batch.outputs.iter().filter(|output| output.cause == Some(number)).cloned().collect(),
            digests: batch.digests.iter().filter(|digest| digest.cause == Some(number)).cloned().collect(),
            trace: batch.traces.get(number).cloned(),
        }
    }

    /// What controllers learn, whatever the packet's number.
    pub(crate) fn learnt(&self) -> Vec<(LearnListId, &[Bits])> {
        self.digests.iter().map(|digest| (digest.list, digest.values.as_slice())).collect()
    }
}

/// What differs, before it is explained.
#[derive(Debug)]
pub(crate) enum Found {
    /// What the sides did with a packet.
    Packet { packet: Packet, native: Deed, other: Deed },
    /// Something in a batch of which it isn't known which packet it belongs to.
    Somewhere { packets: Vec<Packet>, reason: String },
    /// What a command was answered.
    Reply { command: Command, native: Result<Reply, SwitchError>, other: Result<Reply, SwitchError> },
}

/// A difference with its place.
#[derive(Debug)]
pub(crate) struct Finding {
    /// The step, or the first of the batch for [`Found::Somewhere`].
    pub(crate) step: u64,
    /// Where the run of this pair of switches began.
    pub(crate) began: u64,
    pub(crate) found: Found,
}

/// Why a run ends before its end.
#[derive(Debug)]
pub(crate) enum Stop {
    Differs(Box<Finding>),
    Outcome(Outcome),
}

impl From<Outcome> for Stop {
    fn from(outcome: Outcome) -> Self {
        Self::Outcome(outcome)
    }
}

fn tool_error(side: Which, step: u64, message: String) -> Outcome {
    let side = Some(side);
    Outcome::Error(Failure { cause: FailureCause::Tool, side, step: Some(step), message })
}

/// What a switch's refusal means for the whole comparison.
pub(crate) fn outcome_of(side: Which, step: Option<u64>, error: SwitchError) -> Outcome {
    let cause = match error {
        SwitchError::Unsupported { construct, reason, source_info } => {
            let file = source_info.as_ref().map(|at| at.filename.clone());
            let line = source_info.map(|at| at.line);
            return Outcome::Unsupported(Unsupported { side, reason, construct, file, line });
        }
        SwitchError::Control(ControlError::Exhausted { .. }) if side == Which::Virtual => {
            let construct = "the subject's entries".to_owned();
            let reason = error.to_string();
            return Outcome::Unsupported(Unsupported { side, reason, construct, file: None, line: None });
        }
        SwitchError::Control(_) | SwitchError::Port { .. } => FailureCause::Input,
        SwitchError::NotLoaded | SwitchError::Failed(_) => FailureCause::Tool,
    };
    Outcome::Error(Failure { cause, side: Some(side), step, message: error.to_string() })
}

/// The two switches that are compared.
pub(crate) struct Pair<N, V> {
    pub(crate) native: N,
    pub(crate) other: V,
}

impl<N: Side, V: Side> Pair<N, V> {
    /// Give both sides commands of an earlier part of the stimulus, which were compared there.
    pub(crate) fn prepare(&mut self, commands: &[Command]) -> Result<(), Outcome> {
        for command in commands {
            // A refusal changes nothing and was compared where the command stands.
            let refused = |result: Result<Reply, SwitchError>| match result {
                Ok(_) | Err(SwitchError::Control(_)) => None,
                Err(error) => Some(error),
            };
            if let Some(error) = refused(self.native.control(command)) {
                return Err(outcome_of(Which::Native, None, error));
            }
            if let Some(error) = refused(self.other.control(command)) {
                return Err(outcome_of(Which::Virtual, None, error));
            }
        }
        Ok(())
    }

    /// One command; the answers when they differ.
    fn command(&mut self, run: &mut Run<'_>, step: u64, command: Command) -> Result<(), Stop> {
        let native = self.native.control(&command);
        let other = self.other.control(&command);
        let agree = match (&native, &other) {
            (Ok(a), Ok(b)) => a == b,
            (Err(SwitchError::Control(a)), Err(SwitchError::Control(b))) => {
                run.veil.hide("of a refused command the kind of error is compared, not its text", 1);
                std::mem::discriminant(a) == std::mem::discriminant(b)
            }
            _ => false,
        };
        run.counts.commands += 1;
        if agree {
            return Ok(());
        }
        let cannot = |error: &SwitchError| {
            matches!(
                error,
                SwitchError::Unsupported { .. }
                    | SwitchError::NotLoaded
                    | SwitchError::Control(ControlError::Exhausted { .. })
            )
        };
        match (native, other) {
            (Err(error), _) if cannot(&error) => Err(outcome_of(Which::Native, Some(step), error).into()),
            (_, Err(error)) if cannot(&error) => Err(outcome_of(Which::Virtual, Some(step), error).into()),
            (native, other) => {
                let found = Found::Reply { command, native, other };
                Err(Stop::Differs(Box::new(Finding { step, began: run.began, found })))
            }
        }
    }

    /// Packets, one batch.
    fn batch(
        &mut self,
        run: &mut Run<'_>,
        step: u64,
        packets: &[Packet],
        tracing: Tracing,
    ) -> Result<(), Stop> {
        let somewhere = |reason: String| {
            let found = Found::Somewhere { packets: packets.to_vec(), reason };
            Stop::Differs(Box::new(Finding { step, began: run.began, found }))
        };
        let (native, other) = (self.native.inject(packets, tracing), self.other.inject(packets, tracing));
        let (native, other) = match (native, other) {
            (Ok(native), Ok(other)) => (native, other),
            (Err(error @ (SwitchError::Unsupported { .. } | SwitchError::NotLoaded)), _) => {
                return Err(outcome_of(Which::Native, Some(step), error).into());
            }
            (_, Err(error @ (SwitchError::Unsupported { .. } | SwitchError::NotLoaded))) => {
                return Err(outcome_of(Which::Virtual, Some(step), error).into());
            }
            (Err(error), _) => return Err(somewhere(format!("the native side failed: {error}"))),
            (_, Err(error)) => return Err(somewhere(format!("the virtual side failed: {error}"))),
        };
        let learnt = learnt_otherwise(&native, &other);
        if learnt == Some(None) {
            return Err(somewhere("the samples of a batch differ".to_owned()));
        }
        let (Some(left), Some(right)) = (
            by_cause(Which::Native, step, &native, packets.len())?,
            by_cause(Which::Virtual, step, &other, packets.len())?,
        ) else {
            let (left, right): (Vec<_>, Vec<_>) =
                (native.outputs.iter().collect(), other.outputs.iter().collect());
            if !outputs::equal(&left, &right, OutputOrder::PerPort) {
                return Err(somewhere("the outputs of a batch differ".to_owned()));
            }
            if learnt.is_some() {
                return Err(somewhere("the samples of a batch differ".to_owned()));
            }
            let rule = "which packet caused an output is not compared: a side doesn't tell, so outputs are compared port by port over a batch";
            run.veil.hide(rule, packets.len() as u64);
            run.counts.packets += packets.len() as u64;
            run.counts.outputs += native.outputs.len() as u64;
            return run.traces(step, packets, &native, &other, tracing);
        };
        for (number, packet) in packets.iter().enumerate() {
            let nothing = Vec::new();
            let (left, right) = (left.get(number).unwrap_or(&nothing), right.get(number).unwrap_or(&nothing));
            run.counts.packets += 1;
            run.counts.outputs += left.len() as u64;
            run.counts.drops += u64::from(left.is_empty());
            run.counts.replicated += u64::from(left.len() > 1);
            if run.options.rules.output_order == OutputOrder::PerPort && outputs::several_ports(left) {
                run.veil.hide("the order of a packet's outputs across ports is not compared", 1);
            }
            if !outputs::equal(left, right, run.options.rules.output_order) || learnt == Some(Some(number)) {
                let (native, other) = (Deed::of(number, &native), Deed::of(number, &other));
                let found = Found::Packet { packet: packet.clone(), native, other };
                let step = step + number as u64;
                return Err(Stop::Differs(Box::new(Finding { step, began: run.began, found })));
            }
            run.trace(step, number, packet, &native, &other, tracing)?;
        }
        Ok(())
    }
}

/// The first packet of which controllers learn something else, or nothing on one side; `Some(None)` where it isn't told
/// which that is.
fn learnt_otherwise(native: &Batch, other: &Batch) -> Option<Option<usize>> {
    let mut pairs = native.digests.iter().zip(&other.digests);
    // A side that doesn't tell the packet says nothing else by that.
    let differ = |a: &Digest, b: &Digest| {
        (a.list, &a.values) != (b.list, &b.values) || a.cause.zip(b.cause).is_some_and(|(a, b)| a != b)
    };
    if let Some((a, b)) = pairs.find(|(a, b)| differ(a, b)) {
        return Some(a.cause.into_iter().chain(b.cause).min());
    }
    let common = native.digests.len().min(other.digests.len());
    native.digests.get(common).or(other.digests.get(common)).map(|digest| digest.cause)
}

/// A batch's outputs by the packet that caused them; `None` when a cause isn't told.
fn by_cause(
    side: Which,
    step: u64,
    batch: &Batch,
    packets: usize,
) -> Result<Option<Vec<Vec<&Output>>>, Outcome> {
    let mut outputs = vec![Vec::new(); packets];
    for output in &batch.outputs {
        let Some(cause) = output.cause else { return Ok(None) };
        let Some(of_packet) = outputs.get_mut(cause) else {
            let message = format!("an output is said to be caused by packet {cause} of a batch of {packets}");
            return Err(tool_error(side, step, message));
        };
        of_packet.push(output);
    }
    Ok(Some(outputs))
}

/// The run of one pair of switches over a part of the stimulus.
#[derive(Debug)]
pub(crate) struct Run<'a> {
    pub(crate) options: &'a Options,
    pub(crate) counts: Counts,
    pub(crate) veil: Veil,
    began: u64,
}

impl<'a> Run<'a> {
    pub(crate) fn new(options: &'a Options, began: u64) -> Self {
        Self { options, counts: Counts::default(), veil: Veil::default(), began }
    }

    /// All steps of a range.
    pub(crate) fn steps<N: Side, V: Side>(
        &mut self,
        pair: &mut Pair<N, V>,
        source: &dyn StimulusSource,
        end: u64,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<(), Stop> {
        let mut step = self.began;
        let batch = self.options.batch.max(1);
        while step < end {
            // Only so many at a time are held in memory, however long the stimulus is.
            let part = source.steps(step..end.min(step.saturating_add(4096)));
            if part.is_empty() {
                let message = format!("the stimulus ends at step {step}, {end} were promised");
                return Err(tool_error(Which::Native, step, message).into());
            }
            let mut waiting = Vec::with_capacity(batch);
            for next in part {
                match next {
                    Stimulus::Packet(packet) => {
                        waiting.push(packet);
                        if waiting.len() == batch {
                            self.flush(pair, &mut step, &mut waiting, progress)?;
                        }
                    }
                    Stimulus::Command(command) => {
                        self.flush(pair, &mut step, &mut waiting, progress)?;
                        pair.command(self, step, command)?;
                        step += 1;
                    }
                }
            }
            self.flush(pair, &mut step, &mut waiting, progress)?;
        }
        Ok(())
    }

    fn flush<N: Side, V: Side>(
        &mut self,
        pair: &mut Pair<N, V>,
        step: &mut u64,
        waiting: &mut Vec<Packet>,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<(), Stop> {
        if waiting.is_empty() {
            return Ok(());
        }
        let number = *step / self.options.batch.max(1) as u64;
        let traced = match (self.options.rules.traces, self.options.traced) {
            (TraceRule::Ignored, _) => false,
            (_, TraceShare::All) => true,
            (_, TraceShare::OneBatchIn(n)) => number.is_multiple_of(n.get()),
        };
        let tracing = if traced { Tracing::On } else { Tracing::Off };
        pair.batch(self, *step, waiting, tracing)?;
        let packets = waiting.len() as u64;
        *step += packets;
        waiting.clear();
        progress(packets);
        Ok(())
    }

    fn traces(
        &mut self,
        step: u64,
        packets: &[Packet],
        native: &Batch,
        other: &Batch,
        tracing: Tracing,
    ) -> Result<(), Stop> {
        for (number, packet) in packets.iter().enumerate() {
            self.trace(step, number, packet, native, other, tracing)?;
        }
        Ok(())
    }

    /// The traces of one packet of a batch.
    fn trace(
        &mut self,
        step: u64,
        number: usize,
        packet: &Packet,
        native: &Batch,
        other: &Batch,
        tracing: Tracing,
    ) -> Result<(), Stop> {
        let rules = &self.options.rules;
        if rules.traces == TraceRule::Ignored {
            self.veil.hide("traces are not compared", 1);
            return Ok(());
        }
        if tracing == Tracing::Off {
            self.veil.hide("traces of this packet are not compared: only one batch in several is traced", 1);
            return Ok(());
        }
        let at = step + number as u64;
        let (expected, actual) = match (native.traces.get(number), other.traces.get(number)) {
            (Some(expected), Some(actual)) => (expected, actual),
            (left, _) => {
                let side = if left.is_none() { Which::Native } else { Which::Virtual };
                if rules.traces == TraceRule::WhereGiven {
                    self.veil.hide(&format!("traces are not compared: the {side} side gives none"), 1);
                    return Ok(());
                }
                let message = "it gives no trace, and the rules require one".to_owned();
                return Err(tool_error(side, at, message).into());
            }
        };
        self.counts.traces += 1;
        self.counts.events += traces::count(expected, rules, &mut self.veil);
        if traces::differ(expected, actual, rules).is_none() {
            return Ok(());
        }
        let (native, other) = (Deed::of(number, native), Deed::of(number, other));
        let found = Found::Packet { packet: packet.clone(), native, other };
        Err(Stop::Differs(Box::new(Finding { step: at, began: self.began, found })))
    }
}
