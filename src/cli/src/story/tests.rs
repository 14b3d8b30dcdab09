use std::collections::BTreeMap;

use hyper4_bits::Bits;
use hyper4_ir::{Event, TableOutcome, Trace, TracedPacket};

use super::{Story, cut};

fn trace() -> Trace {
    let table = |name: &str, outcome| Event::Table { name: name.to_owned(), outcome };
    let action = |name: &str, arguments| Event::Action { name: name.to_owned(), arguments };
    let whole = TracedPacket {
        copied_from: None,
        events: vec![
            Event::ParseState("start".to_owned()),
            Event::Extract("ethernet".to_owned()),
            Event::Pipeline("ingress".to_owned()),
            table("In.ports", TableOutcome::Hit(3)),
            action("In.forward", vec![Bits::from_u64(9, 2)]),
            table("In.rest", TableOutcome::Miss),
            action("NoAction", Vec::new()),
            Event::Clone,
            Event::Unicast(2),
            Event::Transmit(2),
        ],
    };
    let copy = TracedPacket {
        copied_from: Some(0),
        events: vec![Event::Replica { rid: 5, port: 3 }, Event::Pipeline("egress".to_owned()), Event::Drop],
    };
    Trace { packets: vec![whole, copy] }
}

#[test]
fn a_packet_and_its_copy() {
    let story = Story { programs: BTreeMap::new(), width: 80, colour: false };
    let expected = "\
packet 0
  parser
    start: ethernet
  ingress
    In.ports: entry 3, forward(0x002)
    In.rest: miss, NoAction()
    copied for a mirroring session
  sent to port 2
  leaves by port 2
  copy 1, of the packet, for port 3 with id 5
    egress
    dropped
";
    assert_eq!(story.tell("packet 0", &trace()), expected);
}

#[test]
fn in_a_narrow_terminal_lines_go_on_deeper() {
    let story = Story { programs: BTreeMap::new(), width: 30, colour: false };
    let told = story.tell("packet 0", &trace());
    assert!(told.lines().all(|line| line.chars().count() <= 31), "{told}");
    assert!(told.contains("\n    In.ports: entry 3,\n        forward(0x002)\n"), "{told}");
    let coloured = Story { programs: BTreeMap::new(), width: 80, colour: true }.tell("packet 0", &trace());
    assert!(coloured.contains("\u{1b}[32mleaves by port 2\u{1b}[0m"), "{coloured:?}");
}

#[test]
fn texts_are_cut_at_blanks() {
    assert_eq!(cut("one two", 7), 7);
    assert_eq!(cut("one two", 5), 3);
    assert_eq!(cut("one two", 3), 3);
    assert_eq!(cut("without_blanks", 5), 14);
    assert_eq!(cut("wide_word then", 5), 9);
}
