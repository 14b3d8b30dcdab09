use super::*;

const PROGRAM: &str = include_str!("../../../tests/data/lives.json");
const LOG: &str = include_str!("../../../tests/data/lives.log");

fn program() -> Program {
    Program::from_json(PROGRAM).unwrap()
}

fn replicas() -> Replicas {
    Replicas::from([(7, vec![(6, 3), (5, 1), (5, 2)])])
}

/// Follow packet `number` through the recorded log.
fn follow(number: u64, length: usize) -> (Trace, Vec<Leaving>) {
    let (program, replicas) = (program(), replicas());
    let mut life = Life::new(&program, Some(&replicas), number, length);
    let mut leaving = Vec::new();
    let mut lines = LOG.lines().filter_map(Line::parse).skip_while(|line| line.packet != Some((number, 0)));
    while !life.is_over() {
        leaving.extend(life.line(&lines.next().expect("the log tells of its end")).unwrap());
    }
    (life.into_trace(), leaving)
}

/// Events in short: what a trace's JSON has, without the quotes.
fn shown(packet: &TracedPacket) -> Vec<String> {
    let shown = |event: &Event| match event {
        Event::ParseState(name) | Event::Extract(name) | Event::ParserError(name) | Event::Pipeline(name) => {
            name.clone()
        }
        Event::Checksum { name, outcome } => format!("{name} {outcome:?}"),
        Event::Condition { name, value } => format!("{name} {value}"),
        Event::Table { name, outcome } => format!("{name} {outcome:?}"),
        Event::Action { name, arguments } => format!("{name} {arguments:?}"),
        other => format!("{other:?}"),
    };
    packet.events.iter().map(shown).collect()
}

#[test]
fn a_packet_that_goes_straight_through() {
    let (trace, leaving) = follow(0, 19);
    assert_eq!(leaving, [Leaving { copy: 0, length: 19, port: 1 }]);
    let [packet] = trace.packets.as_slice() else { panic!("{trace:?}") };
    assert_eq!(packet.copied_from, None);
    assert_eq!(
        shown(packet),
        [
            "start",
            "ethernet",
            "tag",
            "tag",
            "cksum_0 Wrong",
            "ingress",
            "LivesIngress.host Hit(0)",
            "LivesIngress.forward [9w0x001]",
            "node_3 true",
            "LivesIngress.route Miss",
            "NoAction []",
            "LivesIngress.filter Hit(0)",
            "LivesIngress.recolor [4w0x9]",
            "LivesIngress.fixed Miss",
            "NoAction []",
            "Unicast(1)",
            "egress",
            "LivesEgress.port Miss",
            "NoAction []",
            "cksum Updated",
            "Transmit(1)",
        ]
    );
}

#[test]
fn copies_of_a_group_end_each_in_its_own_way() {
    let (trace, leaving) = follow(1, 14);
    let ports: Vec<(u64, u16)> = leaving.iter().map(|leaving| (leaving.copy, leaving.port)).collect();
    assert_eq!(ports, [(1, 3), (2, 1)]);
    let [original, first, second, third] = trace.packets.as_slice() else { panic!("{trace:?}") };
    assert_eq!(shown(original).last().unwrap(), "Multicast(7)");
    for copy in [first, second, third] {
        assert_eq!(copy.copied_from, Some(0));
    }
    let begin = |rid, port| Event::Replica { rid, port };
    assert_eq!(first.events.first(), Some(&begin(6, 3)));
    assert_eq!(second.events.first(), Some(&begin(5, 1)));
    assert_eq!(third.events.first(), Some(&begin(5, 2)));
    assert_eq!(
        shown(first).get(2..),
        Some(
            ["LivesEgress.port Hit(1)", "LivesEgress.sign []", "cksum Skipped", "Transmit(3)"]
                .map(String::from)
                .as_slice()
        )
    );
    assert_eq!(
        shown(third).get(2..),
        Some(["LivesEgress.port Hit(0)", "LivesEgress.drop []", "Drop"].map(String::from).as_slice())
    );
}

#[test]
fn exit_stands_behind_the_action_that_has_it() {
    let (trace, _) = follow(2, 20);
    let events = shown(&trace.packets[0]);
    let at = events.iter().position(|event| event == "Exit").unwrap();
    assert_eq!(events[at - 1], "LivesIngress.leave [9w0x003, 48w0x0000000000aa]");
    assert_eq!(events[at + 1], "Unicast(3)");
}

#[test]
fn only_what_was_extracted_counts_as_extracted() {
    // The parser's own error comes after a good extraction.
    let (trace, _) = follow(2, 20);
    assert_eq!(shown(&trace.packets[0])[..6], ["start", "ethernet", "skip", "tag", "tag", "BadColor"]);
    let (trace, _) = follow(3, 17);
    assert_eq!(shown(&trace.packets[0])[..4], ["start", "ethernet", "tag", "PacketTooShort"]);
}

#[test]
fn without_a_trace_the_same_packets_leave() {
    let program = program();
    let mut left = Vec::new();
    for (number, length) in [(0, 19), (1, 14), (2, 20), (3, 17)] {
        let mut life = Life::new(&program, None, number, length);
        let mut lines =
            LOG.lines().filter_map(Line::parse).skip_while(|line| line.packet != Some((number, 0)));
        while !life.is_over() {
            left.extend(life.line(&lines.next().unwrap()).unwrap());
        }
        assert_eq!(life.into_trace(), Trace::default());
        assert!(left.ends_with(&follow(number, length).1));
    }
    assert_eq!(left.len(), 5);
}

/// A life to which lines happen that the recorded log doesn't have.
fn told(lines: &[(Option<(u64, u64)>, &str)]) -> Result<(bool, Trace), String> {
    let (program, replicas) = (program(), replicas());
    let mut life = Life::new(&program, Some(&replicas), 5, 14);
    for (packet, text) in lines {
        life.line(&Line { packet: *packet, thread: 1, text })?;
    }
    Ok((life.is_over(), life.into_trace()))
}

#[test]
fn an_unknown_group_and_a_bad_priority_drop() {
    let (over, trace) = told(&[
        (Some((5, 0)), "Multicast requested for packet"),
        (None, "Replication requested for mgid 9, which is not known to the PRE"),
    ])
    .unwrap();
    assert!(over);
    assert_eq!(trace.packets[0].events, [Event::Drop]);

    let (over, trace) =
        told(&[(Some((5, 0)), "Egress port is 4"), (None, "Priority out of range, dropping packet")])
            .unwrap();
    assert!(over);
    assert_eq!(trace.packets[0].events, [Event::Unicast(4), Event::Drop]);

    let replicated = (None, "number of packets replicated : 3 for MGID: 7");
    let dropped = (None, "Priority out of range, dropping packet");
    let copy = |text| (Some((5, 0)), text);
    let (over, trace) = told(&[
        replicated,
        copy("Replicating packet on port 3"),
        dropped,
        copy("Replicating packet on port 1"),
        dropped,
        copy("Replicating packet on port 2"),
        dropped,
    ])
    .unwrap();
    assert!(over);
    let last = trace.packets.last().unwrap();
    assert_eq!(last.events, [Event::Replica { rid: 5, port: 2 }, Event::Drop]);
    assert_eq!(trace.packets.len(), 4);
}

#[test]
fn a_group_without_copies_ends_the_packet() {
    let (over, trace) = told(&[(None, "number of packets replicated : 0 for MGID: 8")]).unwrap();
    assert!(over);
    assert_eq!(trace.packets[0].events, [Event::Multicast(8)]);
}

/// Lines as simple_switch writes them, but for the parser's and the tables'.
#[test]
fn clones_and_packets_that_go_round_are_followed() {
    let of = |copy, text| (Some((5, copy)), text);
    let events = |trace: &Trace| -> Vec<(Option<usize>, Vec<Event>)> {
        trace.packets.iter().map(|packet| (packet.copied_from, packet.events.clone())).collect()
    };
    let start = || Event::ParseState("start".to_owned());
    let egress = || Event::Pipeline("egress".to_owned());

    // A clone with a port and a group, of a packet that is resubmitted.
    let (over, trace) = told(&[
        of(0, "Processing packet received on port 6"),
        of(0, "Cloning packet at ingress"),
        of(1, "Parser 'parser': start"),
        of(1, "Parser 'parser' entering state 'start'"),
        of(0, "Cloning packet to MGID 7"),
        (None, "number of packets replicated : 3 for MGID: 7"),
        of(1, "Replicating packet on port 3"),
        of(1, "Replicating packet on port 1"),
        of(1, "Replicating packet on port 2"),
        of(0, "Cloning packet to egress port 8"),
        (None, "Learning sample for list id 4"),
        of(0, "Resubmitting packet"),
        of(5, "Processing packet received on port 6"),
        of(5, "Parser 'parser' entering state 'start'"),
        of(5, "Egress port is 511"),
        of(5, "Dropping packet at the end of ingress"),
        of(1, "Pipeline 'egress': start"),
        of(1, "Transmitting packet of size 14 out of port 8"),
        of(2, "Dropping packet at the end of egress"),
        of(3, "Dropping packet at the end of egress"),
        of(4, "Dropping packet at the end of egress"),
    ])
    .unwrap();
    assert!(over);
    let replica = |rid, port| vec![Event::Replica { rid, port }, Event::Drop];
    let clone = vec![start(), Event::Multicast(7), Event::Unicast(8), egress(), Event::Transmit(8)];
    assert_eq!(
        events(&trace),
        [
            (None, vec![Event::Clone, Event::Digest(4), Event::Resubmit]),
            (Some(0), clone),
            (Some(1), replica(6, 3)),
            (Some(1), replica(5, 1)),
            (Some(1), replica(5, 2)),
            (Some(0), vec![start(), Event::Drop]),
        ]
    );

    // A clone at the end of egress, one for a session that isn't there, and a packet that is recirculated.
    let (over, trace) = told(&[
        of(0, "Processing packet received on port 6"),
        of(0, "Cloning packet at ingress"),
        of(0, "Egress port is 2"),
        of(0, "Pipeline 'egress': start"),
        of(0, "Cloning packet at egress"),
        of(0, "Cloning packet to egress port 4"),
        of(0, "Recirculating packet"),
        of(1, "Pipeline 'egress': start"),
        of(1, "Dropping packet at the end of egress"),
        of(2, "Processing packet received on port 6"),
        of(2, "Egress port is 511"),
        of(2, "Dropping packet at the end of ingress"),
    ])
    .unwrap();
    assert!(over);
    assert_eq!(
        events(&trace),
        [
            (None, vec![Event::Unicast(2), egress(), Event::Clone, Event::Recirculate]),
            (Some(0), vec![Event::Unicast(4), egress(), Event::Drop]),
            (Some(0), vec![Event::Drop]),
        ]
    );
}

#[test]
fn a_log_that_does_not_fit_is_an_error() {
    for (lines, complaint) in [
        (vec![(Some((6, 0)), "Dropping packet at the end of ingress")], "packet 6, not 5"),
        (vec![(Some((5, 2)), "Pipeline 'egress': start")], "copy 2"),
        (vec![(Some((5, 0)), "Action entry is LivesIngress.forward - ")], "with arguments ``"),
        (vec![(Some((5, 0)), "Action entry is LivesIngress.forward - 1000,")], "with arguments `1000,`"),
        (vec![(Some((5, 0)), "Action entry is nobody - ")], "`nobody`"),
        (vec![(Some((5, 0)), "Replicating packet on port 3")], "groups don't have"),
        (vec![(Some((5, 0)), "Dropping packet at the end of ingress"); 2], "ends packet 5 more often"),
    ] {
        let error = told(&lines).expect_err(complaint);
        assert!(error.contains(complaint), "{error}");
    }
}

/// An action that a table has and a statement calls with constants is there twice, once without parameters.
#[test]
fn actions_of_one_name_are_told_by_their_arguments() {
    let mut program = program();
    let forward = program.actions.iter().find(|action| action.name == "LivesIngress.forward").unwrap();
    let called = hyper4_ir::Action { parameters: Vec::new(), ..forward.clone() };
    program.actions.insert(0, called);
    assert_eq!(arguments(&program, "LivesIngress.forward", "1,"), Ok(vec![Bits::from_u64(9, 1)]));
    assert_eq!(arguments(&program, "LivesIngress.forward", ""), Ok(Vec::new()));
    assert!(arguments(&program, "LivesIngress.forward", "1,2,").is_err());
}

#[test]
fn lines_about_nothing_are_passed_over() {
    let (over, trace) = told(&[
        (None, "Packet out sent for port 3"),
        (None, "Table 'LivesIngress.host': miss"),
        (Some((9, 0)), "Bytes parsed: 14"),
    ])
    .unwrap();
    assert!(!over);
    assert_eq!(trace.packets, [TracedPacket::default()]);
}
