//! Comparing traces.

use hyper4_ir::{Event, Trace, TracedPacket};

use crate::rules::Veil;
use crate::{EventKind, Rules, TraceDifference, TraceMismatch};

/// The events of a copy that are compared.
fn compared<'a>(packet: &'a TracedPacket, rules: &Rules) -> Vec<&'a Event> {
    let seen = |event: &&Event| !rules.ignored_events.contains(&EventKind::of(event));
    packet.events.iter().filter(seen).collect()
}

/// How many events of a trace are compared; what is left out is counted as hidden.
pub(crate) fn count(trace: &Trace, rules: &Rules, veil: &mut Veil) -> u64 {
    let mut count = 0;
    for event in trace.packets.iter().flat_map(|packet| &packet.events) {
        let kind = EventKind::of(event);
        if rules.ignored_events.contains(&kind) {
            veil.hide(&format!("events of kind {kind:?} are not compared"), 1);
        } else {
            count += 1;
        }
    }
    count
}

/// The first event that differs.
pub(crate) fn differ(expected: &Trace, actual: &Trace, rules: &Rules) -> Option<TraceDifference> {
    if expected == actual {
        return None;
    }
    let nothing = TracedPacket::default();
    let copies = expected.packets.len().max(actual.packets.len());
    for copy in 0..copies {
        let (left, right) = (expected.packets.get(copy), actual.packets.get(copy));
        let device = |event: usize| device_before(left.or(right), event);
        if let (Some(left), Some(right)) = (left, right)
            && left.copied_from != right.copied_from
        {
            let mismatch =
                TraceMismatch::CopiedFrom { expected: left.copied_from, actual: right.copied_from };
            return Some(TraceDifference { device: device(0), copy, event: 0, after: None, mismatch });
        }
        let (is_left, is_right) = (left.is_some(), right.is_some());
        let left = compared(left.unwrap_or(&nothing), rules);
        let right = compared(right.unwrap_or(&nothing), rules);
        let same = left.iter().zip(&right).take_while(|(a, b)| a == b).count();
        let (wanted, came) = (left.get(same).copied(), right.get(same).copied());
        if wanted.is_some() || came.is_some() || is_left != is_right {
            let after = same.checked_sub(1).and_then(|last| left.get(last)).map(|event| (*event).clone());
            let mismatch = TraceMismatch::Event { expected: wanted.cloned(), actual: came.cloned() };
            return Some(TraceDifference { device: device(same), copy, event: same, after, mismatch });
        }
    }
    None
}

/// The device of a composition that deals with a copy when its event number `event` happens.
fn device_before(packet: Option<&TracedPacket>, event: usize) -> Option<String> {
    let events = packet?.events.get(..=event).or(packet.map(|p| p.events.as_slice()))?;
    events.iter().rev().find_map(|event| match event {
        Event::Device(name) => Some(name.clone()),
        _ => None,
    })
}
