//! Finding out what is behind a difference.

use hyper4_ir::{Batch, Command, Event, Packet, Stimulus};
use hyper4_switch::{SwitchError, Tracing};

use crate::compare::Makers;
use crate::describe::describe_reply;
use crate::explain::Explanation;
use crate::run::{Deed, Finding, Found, Pair, outcome_of};
use crate::side_by_side::side_by_side;
use crate::{
    Divergence, DivergenceKind, Failure, FailureCause, Options, Outcome, OutputOrder, PacketView, Side,
    StimulusSource, TraceRule, Which, describe_digests, describe_outputs, outputs, traces,
};

const ALONE: &str =
    "it did not happen again when the packet was sent to fresh switches: look for state or chance";

/// What two switches did with one packet.
type Deeds = (Result<Deed, SwitchError>, Result<Deed, SwitchError>);

/// Find out what is behind a difference, with fresh switches where that takes a replay.
pub(crate) fn localise<N: Side, V: Side>(
    makers: &Makers<'_, N, V>,
    source: &dyn StimulusSource,
    options: &Options,
    finding: Finding,
) -> Outcome {
    let Finding { step, began, found } = finding;
    let replay = Replay { makers, source, options };
    let result = match found {
        Found::Reply { command, native, other } => {
            Ok(reply(step, &command, &describe_reply(&native), &describe_reply(&other)))
        }
        Found::Somewhere { packets, reason } => replay.search(step, packets, &reason),
        Found::Packet { packet, native, other } => replay.packet(step, began, packet, native, other),
    };
    match result {
        Ok(divergence) => Outcome::Diverged(Box::new(divergence)),
        Err(outcome) => outcome,
    }
}

fn reply(step: u64, command: &Command, expected: &str, actual: &str) -> Divergence {
    Divergence {
        step,
        kind: DivergenceKind::Reply,
        packet: None,
        command: Some(command.to_string()),
        construct: None,
        expected: expected.to_owned(),
        actual: actual.to_owned(),
        output: None,
        trace: None,
        origin: None,
        note: None,
        side_by_side: None,
    }
}

struct Replay<'a, N, V> {
    makers: &'a Makers<'a, N, V>,
    source: &'a dyn StimulusSource,
    options: &'a Options,
}

impl<N: Side, V: Side> Replay<'_, N, V> {
    /// Fresh switches that have seen all commands before `step`, and all packets from `from` on.
    fn fresh(&self, from: u64, step: u64) -> Result<Pair<N, V>, Outcome> {
        let mut pair = self.makers.pair()?;
        pair.prepare(&self.source.commands_before(from))?;
        let mut at = from;
        while at < step {
            let part = self.source.steps(at..step.min(at.saturating_add(4096)));
            if part.is_empty() {
                break;
            }
            at += part.len() as u64;
            for next in part {
                match next {
                    Stimulus::Command(command) => pair.prepare(&[command])?,
                    Stimulus::Packet(packet) => {
                        let packet = [packet];
                        let failed = |side| move |error| outcome_of(side, None, error);
                        pair.native.inject(&packet, Tracing::Off).map_err(failed(Which::Native))?;
                        pair.other.inject(&packet, Tracing::Off).map_err(failed(Which::Virtual))?;
                    }
                }
            }
        }
        Ok(pair)
    }

    /// Where a replay of `step` must begin.
    fn start(&self, step: u64) -> u64 {
        if self.options.stateful { 0 } else { step }
    }

    /// In which order outputs are compared: only port by port where a side doesn't tell causes, as a real switch.
    fn order(&self, native: &Deed, other: &Deed) -> OutputOrder {
        let told = native.outputs.iter().chain(&other.outputs).all(|output| output.cause.is_some());
        if told { self.options.rules.output_order } else { OutputOrder::PerPort }
    }

    fn differ(&self, native: &Deed, other: &Deed) -> bool {
        let left: Vec<_> = native.outputs.iter().collect();
        let right: Vec<_> = other.outputs.iter().collect();
        let by_trace = match (&native.trace, &other.trace) {
            (Some(a), Some(b)) if self.options.rules.traces != TraceRule::Ignored => {
                traces::differ(a, b, &self.options.rules).is_some()
            }
            _ => false,
        };
        by_trace
            || native.learnt() != other.learnt()
            || !outputs::equal(&left, &right, self.order(native, other))
    }

    /// Send the packets of a batch one by one, to see at which the sides differ.
    fn search(&self, step: u64, packets: Vec<Packet>, reason: &str) -> Result<Divergence, Outcome> {
        let mut pair = self.fresh(self.start(step), step)?;
        for (number, packet) in (0..).zip(&packets) {
            match send(&mut pair, packet) {
                (Ok(native), Ok(other)) if self.differ(&native, &other) => {
                    return Ok(self.explain(step + number, packet.clone(), &native, &other, &mut pair));
                }
                (Ok(_), Ok(_)) => {}
                (native, other) => return self.failed(step + number, packet.clone(), native, other),
            }
        }
        let last = step + packets.len().saturating_sub(1) as u64;
        Ok(Divergence {
            step,
            kind: DivergenceKind::Failure,
            packet: None,
            command: None,
            construct: None,
            expected: "the same from both sides".to_owned(),
            actual: reason.to_owned(),
            output: None,
            trace: None,
            origin: None,
            note: Some(format!(
                "it did not happen again when the packets of steps {step} to {last} were sent one by one: look for state or chance"
            )),
            side_by_side: None,
        })
    }

    fn failed(
        &self,
        step: u64,
        packet: Packet,
        native: Result<Deed, SwitchError>,
        other: Result<Deed, SwitchError>,
    ) -> Result<Divergence, Outcome> {
        match (native, other) {
            (Err(error @ SwitchError::Unsupported { .. }), _) => {
                Err(outcome_of(Which::Native, Some(step), error))
            }
            (_, Err(error @ SwitchError::Unsupported { .. })) => {
                Err(outcome_of(Which::Virtual, Some(step), error))
            }
            (Err(native), Err(other)) => Err(Outcome::Error(Failure {
                cause: FailureCause::Input,
                side: None,
                step: Some(step),
                message: format!("both sides failed: native: {native}; virtual: {other}"),
            })),
            (native, other) => {
                let text = |result: &Result<Deed, SwitchError>| match result {
                    Ok(deed) => describe_outputs(&deed.outputs),
                    Err(error) => error.to_string(),
                };
                Ok(Divergence {
                    step,
                    kind: DivergenceKind::Failure,
                    packet: Some(view(&packet)),
                    command: None,
                    construct: None,
                    expected: text(&native),
                    actual: text(&other),
                    output: None,
                    trace: None,
                    origin: None,
                    note: None,
                    side_by_side: None,
                })
            }
        }
    }

    /// A packet that differs: replayed with traces where they are missing.
    fn packet(
        &self,
        step: u64,
        began: u64,
        packet: Packet,
        native: Deed,
        other: Deed,
    ) -> Result<Divergence, Outcome> {
        let start = self.start(step);
        if native.trace.is_some() && other.trace.is_some() {
            let mut pair = self.fresh(step, step)?;
            return Ok(self.explain(step, packet, &native, &other, &mut pair));
        }
        let mut starts = vec![start, began];
        starts.dedup();
        for from in starts {
            let mut pair = self.fresh(from, step)?;
            if let (Ok(native), Ok(other)) = send(&mut pair, &packet)
                && self.differ(&native, &other)
            {
                return Ok(self.explain(step, packet, &native, &other, &mut pair));
            }
        }
        let mut pair = self.fresh(step, step)?;
        let mut divergence = self.explain(step, packet, &native, &other, &mut pair);
        divergence.note = Some(ALONE.to_owned());
        Ok(divergence)
    }

    fn explain(
        &self,
        step: u64,
        packet: Packet,
        native: &Deed,
        other: &Deed,
        pair: &mut Pair<N, V>,
    ) -> Divergence {
        let left: Vec<_> = native.outputs.iter().collect();
        let right: Vec<_> = other.outputs.iter().collect();
        let output = outputs::differ(&left, &right, self.order(native, other));
        let trace = match (&native.trace, &other.trace) {
            (Some(a), Some(b)) if self.options.rules.traces != TraceRule::Ignored => {
                traces::differ(a, b, &self.options.rules)
            }
            _ => None,
        };
        let learnt = (native.learnt() != other.learnt())
            .then(|| [describe_digests(&native.digests), describe_digests(&other.digests)]);
        let mut divergence = Explanation { native, pair }.divergence(step, &packet, output, learnt, trace);
        if self.options.side_by_side {
            let mut row = |device: Option<&str>, event: &Event| pair.other.origin(device, event);
            divergence.side_by_side = Some(Box::new(side_by_side(native, other, &mut row)));
        }
        divergence
    }
}

/// What one packet leads to, with a trace.
fn send<N: Side, V: Side>(pair: &mut Pair<N, V>, packet: &Packet) -> Deeds {
    let deed = |batch: Batch| Deed {
        outputs: batch.outputs,
        digests: batch.digests,
        trace: batch.traces.into_iter().next(),
    };
    let packet = std::slice::from_ref(packet);
    (pair.native.inject(packet, Tracing::On).map(deed), pair.other.inject(packet, Tracing::On).map(deed))
}

pub(crate) fn view(packet: &Packet) -> PacketView {
    PacketView { port: packet.port, hex: hex::encode(&packet.bytes), headers: Vec::new() }
}
