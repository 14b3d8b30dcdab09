//! The parts on their own.

use hyper4_ir::{Command, Output, Packet, Stimulus};
use proptest::prelude::*;

use crate::outputs::{differ, equal};
use crate::{DivergenceKind, Generated, OutputOrder, Sequence, StimulusSource};

fn outputs() -> impl Strategy<Value = Vec<Output>> {
    let one = (0_u16..3, prop::collection::vec(0_u8..2, 0..2));
    prop::collection::vec(one.prop_map(|(port, bytes)| Output { cause: None, port, bytes }), 0..6)
}

proptest! {
    /// A difference is told exactly when there is one, and with a kind that is true.
    #[test]
    fn a_difference_is_told_when_there_is_one(a in outputs(), b in outputs(), emitted: bool) {
        let order = if emitted { OutputOrder::Emitted } else { OutputOrder::PerPort };
        let (left, right): (Vec<_>, Vec<_>) = (a.iter().collect(), b.iter().collect());
        let of_port = |list: &[Output], port| -> Vec<Vec<u8>> {
            list.iter().filter(|o| o.port == port).map(|o| o.bytes.clone()).collect()
        };
        let per_port = (0..3).all(|port| of_port(&a, port) == of_port(&b, port));
        prop_assert_eq!(equal(&left, &right, OutputOrder::Emitted), a == b);
        prop_assert_eq!(equal(&left, &right, OutputOrder::PerPort), per_port);
        let found = differ(&left, &right, order);
        prop_assert_eq!(found.is_none(), if emitted { a == b } else { per_port });
        let Some(found) = found else { return Ok(()) };
        let (wanted, came) = (found.expected, found.actual);
        match found.kind {
            DivergenceKind::Missing => prop_assert!(wanted.is_some() && came.is_none()),
            DivergenceKind::Extra => prop_assert!(wanted.is_none() && came.is_some()),
            DivergenceKind::Port => prop_assert_ne!(wanted.unwrap().port, came.unwrap().port),
            DivergenceKind::Bytes => {
                let (wanted, came) = (wanted.unwrap(), came.unwrap());
                prop_assert_eq!(wanted.port, came.port);
                prop_assert_ne!(wanted.bytes, came.bytes);
            }
            DivergenceKind::Order => {
                let sorted = |list: &[Output]| {
                    let mut list: Vec<_> = list.iter().map(|o| (o.port, o.bytes.clone())).collect();
                    list.sort();
                    list
                };
                prop_assert_eq!(sorted(&a), sorted(&b));
                prop_assert!(wanted != came);
            }
            other => prop_assert!(false, "{:?}", other),
        }
    }

    #[test]
    fn sources_in_sequence_are_one_source(first in 0_u64..20, second in 0_u64..20, from in 0_u64..50, to in 0_u64..50) {
        let packet = |i: u64| Packet { port: i as u16, bytes: vec![1] };
        let command = |i: u64| Command::TableClear { table: i.to_string() };
        let captured: Vec<Stimulus> = (0..first)
            .map(|i| if i % 3 == 0 { Stimulus::Command(command(i)) } else { Stimulus::Packet(packet(i)) })
            .collect();
        let generated = Generated { count: second, packet };
        let whole: Vec<Stimulus> = captured.iter().cloned().chain((0..second).map(|i| Stimulus::Packet(packet(i)))).collect();
        let sequence = Sequence(vec![&captured, &generated]);
        prop_assert_eq!(sequence.len(), whole.len() as u64);
        prop_assert_eq!(sequence.is_empty(), whole.is_empty());
        prop_assert_eq!(sequence.steps(from..to), StimulusSource::steps(&whole, from..to));
        prop_assert_eq!(sequence.commands_before(from), whole.commands_before(from));
        let commands = whole.iter().take(from as usize).filter(|s| matches!(s, Stimulus::Command(_))).count();
        prop_assert_eq!(whole.commands_before(from).len(), commands);
    }
}
