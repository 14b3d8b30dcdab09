//! What both sides did with one packet, side by side.

use hyper4_ir::{Event, Output, Trace, TracedPacket};
use serde::{Deserialize, Serialize};
use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::run::Deed;
use crate::{OutputView, describe_event};

/// What both sides did with one packet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SideBySide {
    /// What came out of the native side, in its order.
    pub native_outputs: Vec<OutputView>,
    /// What came out of the virtual side, in its order.
    pub virtual_outputs: Vec<OutputView>,
    /// The packet and each copy of it, by their position in the traces. Empty where a side gives no trace.
    pub copies: Vec<CopyTrace>,
}

/// The life of the packet, or of a copy of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyTrace {
    /// The position of what it was copied from, on the side that has it.
    pub copied_from: Option<usize>,
    /// What happened to it, with equal events of the two sides in one line.
    pub lines: Vec<TraceLine>,
}

/// An event of one side or of both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceLine {
    /// What happened on the native side, in words.
    pub native: Option<String>,
    /// What happened on the virtual side, in words.
    #[serde(rename = "virtual")]
    pub on_persona: Option<String>,
    /// The persona's row behind the virtual side's event, where it is known.
    pub row: Option<String>,
}

impl TraceLine {
    /// Whether only one of the sides has it.
    pub fn differs(&self) -> bool {
        self.native != self.on_persona
    }
}

/// Both sides' outputs and events; `row` tells what stands behind an event of the virtual side, for the device of a
/// composition where there is one.
pub(crate) fn side_by_side(
    native: &Deed,
    other: &Deed,
    row: &mut dyn FnMut(Option<&str>, &Event) -> Option<String>,
) -> SideBySide {
    let views = |outputs: &[Output]| {
        outputs
            .iter()
            .map(|output| OutputView { port: output.port, hex: hex::encode(&output.bytes) })
            .collect()
    };
    let copies = match (&native.trace, &other.trace) {
        (Some(native), Some(other)) => copies(native, other, row),
        _ => Vec::new(),
    };
    SideBySide { native_outputs: views(&native.outputs), virtual_outputs: views(&other.outputs), copies }
}

fn copies(
    native: &Trace,
    other: &Trace,
    row: &mut dyn FnMut(Option<&str>, &Event) -> Option<String>,
) -> Vec<CopyTrace> {
    let nothing = TracedPacket::default();
    let count = native.packets.len().max(other.packets.len());
    (0..count)
        .map(|copy| {
            let (left, right) = (native.packets.get(copy), other.packets.get(copy));
            let copied_from = left.or(right).and_then(|packet| packet.copied_from);
            let lines = lines(&left.unwrap_or(&nothing).events, &right.unwrap_or(&nothing).events, row);
            CopyTrace { copied_from, lines }
        })
        .collect()
}

fn lines(
    native: &[Event],
    other: &[Event],
    row: &mut dyn FnMut(Option<&str>, &Event) -> Option<String>,
) -> Vec<TraceLine> {
    let words = |events: &[Event]| -> Vec<String> {
        events.iter().map(|event| describe_event(Some(event))).collect()
    };
    let (left, right) = (words(native), words(other));
    let mut device: Option<String> = None;
    let mut rows = Vec::with_capacity(other.len());
    for event in other {
        if let Event::Device(name) = event {
            device = Some(name.clone());
        }
        rows.push(row(device.as_deref(), event));
    }
    let mut lines = Vec::new();
    let line = |from: Option<usize>, to: Option<usize>| TraceLine {
        native: from.and_then(|at| left.get(at).cloned()),
        on_persona: to.and_then(|at| right.get(at).cloned()),
        row: to.and_then(|at| rows.get(at).cloned().flatten()),
    };
    for op in capture_diff_slices(Algorithm::Myers, &left, &right) {
        let (from, to) = (op.old_range(), op.new_range());
        match op {
            DiffOp::Equal { .. } => lines.extend(from.zip(to).map(|(a, b)| line(Some(a), Some(b)))),
            _ => {
                // What stands at the same place, in one line.
                let both = from.len().max(to.len());
                lines.extend((0..both).map(|n| line(from.clone().nth(n), to.clone().nth(n))));
            }
        }
    }
    lines
}
