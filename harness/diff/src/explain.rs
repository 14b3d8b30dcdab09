//! Putting a difference into the program's own terms.

use hyper4_ir::{Event, Packet, Program, SourceInfo};

use crate::decode::{field_at, input_headers, life_of_output, read, router, writer};
use crate::localise::view;
use crate::outputs::OutputMismatch;
use crate::run::{Deed, Pair};
use crate::{
    Construct, Divergence, DivergenceKind, OutputDifference, OutputView, Side, TraceDifference,
    TraceMismatch, describe_event,
};

/// What is known when a difference is put into words.
pub(crate) struct Explanation<'a, N, V> {
    pub(crate) native: &'a Deed,
    pub(crate) pair: &'a mut Pair<N, V>,
}

impl<N: Side, V: Side> Explanation<'_, N, V> {
    pub(crate) fn divergence(
        mut self,
        step: u64,
        packet: &Packet,
        output: Option<OutputMismatch>,
        learnt: Option<[String; 2]>,
        trace: Option<TraceDifference>,
    ) -> Divergence {
        let events = self.native.trace.as_ref().and_then(|t| t.packets.first()).map(|p| p.events.clone());
        let events = events.unwrap_or_default();
        let mut seen = view(packet);
        let first_device = device_of(events.iter());
        if let Some(program) = self.pair.native.program(first_device.as_deref()) {
            seen.headers = input_headers(&program, &packet.bytes, &events);
        }
        let kind = match (&output, &learnt) {
            (Some(output), _) => output.kind,
            (None, Some(_)) => DivergenceKind::Digest,
            (None, None) => DivergenceKind::Trace,
        };
        let (shown, writer) = match &output {
            Some(output) => {
                let (shown, writer) = self.output(output);
                (Some(shown), writer)
            }
            None => (None, None),
        };
        // Where the traces differ the sides part: what comes out is only what follows from it.
        let (device, events) = match (&trace, writer) {
            // Where the packet is sent or dropped, whoever chose that is the one to name.
            (Some(trace), Some((device, event))) if decides(trace) => {
                (device, std::iter::once(event).chain(mismatched(trace)).collect())
            }
            (Some(trace), _) => (trace.device.clone(), mismatched(trace)),
            (None, Some((device, event))) => (device, vec![event]),
            (None, None) => (None, Vec::new()),
        };
        let program = self.pair.native.program(device.as_deref());
        let construct = events.first().map(|event| construct_of(program.as_deref(), event));
        let origin = events.iter().rev().find_map(|event| self.pair.other.origin(device.as_deref(), event));
        let (expected, actual) = match (&shown, learnt, &trace) {
            (Some(shown), ..) => in_words(kind, shown),
            (None, Some([expected, actual]), _) => (expected, actual),
            (None, None, Some(trace)) => trace_in_words(trace),
            (None, None, None) => (String::new(), String::new()),
        };
        Divergence {
            step,
            kind,
            packet: Some(seen),
            command: None,
            construct,
            expected,
            actual,
            output: shown,
            trace,
            origin,
            note: None,
            side_by_side: None,
        }
    }

    /// The output with the field that differs, and the event that is to blame.
    fn output(&mut self, mismatch: &OutputMismatch) -> (OutputDifference, Option<(Option<String>, Event)>) {
        let shown = |output: &Option<hyper4_ir::Output>| {
            output.as_ref().map(|o| OutputView { port: o.port, hex: hex::encode(&o.bytes) })
        };
        let mut difference = OutputDifference {
            position: mismatch.position,
            expected: shown(&mismatch.expected),
            actual: shown(&mismatch.actual),
            offset: None,
            field: None,
            expected_value: None,
            actual_value: None,
        };
        let ports: Vec<u16> = self.native.outputs.iter().map(|output| output.port).collect();
        let life = self.native.trace.as_ref().and_then(|trace| match (&mismatch.expected, mismatch.kind) {
            // Nothing of that kind came out of the native side: what is known is what happened to the packet itself.
            (None, _) => trace.packets.first().map(|packet| packet.events.iter().collect()),
            _ => life_of_output(trace, &ports, mismatch.position),
        });
        let device = life.as_ref().and_then(|life| device_of(life.iter().copied()));
        let program = self.pair.native.program(device.as_deref());
        let (Some(life), Some(program)) = (life, program) else {
            difference.offset = first_difference(mismatch).map(|(offset, _)| offset);
            return (difference, None);
        };
        let blame = match (first_difference(mismatch), mismatch.kind) {
            (Some((offset, bit)), DivergenceKind::Bytes) => {
                difference.offset = Some(offset);
                match field_at(&program, &life, bit) {
                    Some((field, begin)) => {
                        let width = program.field(field).map_or(0, |f| f.width);
                        let value = |output: &Option<hyper4_ir::Output>| {
                            read(&output.as_ref()?.bytes, begin, width).map(|value| value.to_string())
                        };
                        difference.field = Some(program.field_name(field));
                        difference.expected_value = value(&mismatch.expected);
                        difference.actual_value = value(&mismatch.actual);
                        writer(&program, &life, field)
                    }
                    None => {
                        difference.field = Some("payload".to_owned());
                        None
                    }
                }
            }
            _ => router(&program, &life),
        };
        (difference, blame.map(|event| (device, event.clone())))
    }
}

/// The device that deals with a packet after these events.
fn device_of<'a>(events: impl DoubleEndedIterator<Item = &'a Event>) -> Option<String> {
    events.rev().find_map(|event| match event {
        Event::Device(name) => Some(name.clone()),
        _ => None,
    })
}

/// Byte and bit where two outputs differ first.
fn first_difference(mismatch: &OutputMismatch) -> Option<(usize, usize)> {
    let (expected, actual) = (mismatch.expected.as_ref()?, mismatch.actual.as_ref()?);
    let pairs = expected.bytes.iter().zip(&actual.bytes).enumerate();
    let differing = pairs.into_iter().find(|(_, (a, b))| a != b);
    match differing {
        Some((offset, (a, b))) => Some((offset, offset * 8 + (a ^ b).leading_zeros() as usize)),
        None => {
            let shorter = expected.bytes.len().min(actual.bytes.len());
            (expected.bytes.len() != actual.bytes.len()).then_some((shorter, shorter * 8))
        }
    }
}

/// The expected and the actual event of a trace's difference, as far as there are any.
fn mismatched(trace: &TraceDifference) -> Vec<Event> {
    match &trace.mismatch {
        TraceMismatch::Event { expected, actual } => expected.iter().chain(actual).cloned().collect(),
        TraceMismatch::CopiedFrom { .. } => Vec::new(),
    }
}

/// Whether two traces part where it is decided what becomes of the packet.
fn decides(trace: &TraceDifference) -> bool {
    let decision = |event: &Event| {
        matches!(event, Event::Resubmit | Event::Unicast(_) | Event::Multicast(_) | Event::Drop)
    };
    mismatched(trace).iter().all(decision)
}

/// The construct of the program that an event belongs to.
fn construct_of(program: Option<&Program>, event: &Event) -> Construct {
    let place = |of: &dyn Fn(&Program) -> Option<Option<SourceInfo>>| program.and_then(of).flatten();
    match event {
        Event::Table { name, .. } => Construct {
            name: format!("table `{name}`"),
            source: place(&|p| p.tables.iter().find(|t| t.name == *name).map(|t| t.source_info.clone())),
        },
        Event::Action { name, .. } => Construct {
            name: format!("action `{name}`"),
            source: place(&|p| p.actions.iter().find(|a| a.name == *name).map(|a| a.source_info.clone())),
        },
        Event::Condition { name, .. } => Construct {
            name: format!("condition `{name}`"),
            source: place(&|p| {
                p.conditionals.iter().find(|c| c.name == *name).map(|c| c.source_info.clone())
            }),
        },
        Event::ParseState(name) => Construct {
            name: format!("parse state `{name}`"),
            source: place(&|p| {
                p.parser.states.iter().find(|s| s.name == *name).map(|s| s.source_info.clone())
            }),
        },
        Event::Checksum { name, .. } => Construct {
            name: format!("checksum `{name}`"),
            source: place(&|p| p.checksums.iter().find(|c| c.name == *name).map(|c| c.source_info.clone())),
        },
        Event::Extract(name) | Event::Missing(name) | Event::Emit(name) => {
            Construct { name: format!("header `{name}`"), source: None }
        }
        Event::ParserError(name) => Construct { name: format!("parser error `{name}`"), source: None },
        Event::Pipeline(name) => Construct { name: format!("pipeline `{name}`"), source: None },
        Event::Device(name) => Construct { name: format!("device `{name}`"), source: None },
        Event::Exit => Construct { name: "exit".to_owned(), source: None },
        Event::Unicast(_) | Event::Multicast(_) | Event::Replica { .. } => {
            Construct { name: "traffic manager".to_owned(), source: None }
        }
        Event::Signature(_) => Construct { name: "packet".to_owned(), source: None },
        Event::Clone
        | Event::Digest(_)
        | Event::Resubmit
        | Event::Recirculate
        | Event::Drop
        | Event::Transmit(_)
        | Event::Unlinked => Construct { name: "end of a pipeline".to_owned(), source: None },
    }
}

/// Expected and actual output in words.
fn in_words(kind: DivergenceKind, difference: &OutputDifference) -> (String, String) {
    let output = |view: &Option<OutputView>, value: &Option<String>| {
        let Some(view) = view else { return "no packet".to_owned() };
        let size = format!("{} bytes by port {}", view.hex.len() / 2, view.port);
        match (kind, difference.offset, &difference.field, value) {
            (DivergenceKind::Bytes, Some(offset), Some(field), Some(value)) => {
                format!("{size}, `{field}` = {value} (byte {offset})")
            }
            (DivergenceKind::Bytes, Some(offset), _, _) => {
                let byte = view.hex.get(offset * 2..offset * 2 + 2);
                format!("{size}, byte {offset} = {}", byte.map_or("nothing".to_owned(), |b| format!("0x{b}")))
            }
            (DivergenceKind::Order, ..) => format!("{size} as number {}", difference.position),
            _ => size,
        }
    };
    (
        output(&difference.expected, &difference.expected_value),
        output(&difference.actual, &difference.actual_value),
    )
}

fn trace_in_words(trace: &TraceDifference) -> (String, String) {
    match &trace.mismatch {
        TraceMismatch::Event { expected, actual } => {
            (describe_event(expected.as_ref()), describe_event(actual.as_ref()))
        }
        TraceMismatch::CopiedFrom { expected, actual } => {
            let text = |from: &Option<usize>| match from {
                Some(from) => format!("copy {} is made of packet {from} of the trace", trace.copy),
                None => format!("packet {} of the trace is no copy", trace.copy),
            };
            (text(expected), text(actual))
        }
    }
}
