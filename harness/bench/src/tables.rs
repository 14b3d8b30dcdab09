//! How many tables a packet costs.

use hyper4_ir::{Event, Trace};

/// Tables applied per packet: each time `apply` runs, hit or miss, compiler-made tables included, in all copies of a
/// packet. `None` without a trace.
pub fn tables_per_packet(traces: &[Trace]) -> Option<f64> {
    if traces.is_empty() {
        return None;
    }
    let events = traces.iter().flat_map(|trace| &trace.packets).flat_map(|packet| &packet.events);
    let applied = events.filter(|event| matches!(event, Event::Table { .. })).count();
    Some(applied as f64 / traces.len() as f64)
}

#[cfg(test)]
mod tests {
    use hyper4_ir::{TableOutcome, TracedPacket};

    use super::*;

    #[test]
    fn hits_and_misses_of_all_copies_count() {
        let table = |outcome| Event::Table { name: "t".to_owned(), outcome };
        let copy = |events| TracedPacket { copied_from: None, events };
        let first = Trace {
            packets: vec![
                copy(vec![table(TableOutcome::Miss), Event::Drop]),
                copy(vec![table(TableOutcome::Hit(0)), table(TableOutcome::Miss)]),
            ],
        };
        assert_eq!(tables_per_packet(&[first, Trace::default()]), Some(1.5));
        assert_eq!(tables_per_packet(&[]), None);
    }
}
