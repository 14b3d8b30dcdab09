use super::*;

const HEAD: &str = "[16:26:35.985] [bmv2] [D] [thread 15422] ";

fn text_of(text: &str) -> Option<(Option<(u64, u64)>, String)> {
    let line = format!("{HEAD}{text}");
    Line::parse(&line).map(|line| (line.packet, line.text.to_owned()))
}

#[test]
fn a_line_says_of_which_packet_it_is() {
    let tagged = text_of("[12.3] [cxt 0] Pipeline 'egress': start");
    assert_eq!(tagged, Some((Some((12, 3)), "Pipeline 'egress': start".to_owned())));
    let untagged = text_of("number of packets replicated : 3 for MGID: 7");
    assert_eq!(untagged, Some((None, "number of packets replicated : 3 for MGID: 7".to_owned())));
}

#[test]
fn what_continues_a_message_or_is_not_of_the_log_is_no_line() {
    for line in [
        "",
        "Calling target program-options parser",
        "* hdr.ethernet.dst    : 000000000001",
        "Action entry: LivesIngress.forward - 1,",
        "[bmv2] [D] [thread 1] text",
        "[16:26:35.985] [bmv2] [D] text",
        "[name] [bmv2] [D] [thread 1] text",
        "[é",
    ] {
        assert_eq!(Line::parse(line), None, "{line}");
    }
}

#[test]
fn every_message_is_told_apart() {
    let messages = [
        ("Parser 'parser' entering state 'start'", Message::ParseState("start")),
        ("Extracting header 'ipv4'", Message::Extract("ipv4")),
        ("Advancing by 2 bytes", Message::Advance(2)),
        ("Exception while parsing: PacketTooShort", Message::ParserError("PacketTooShort")),
        ("Verified checksum 'cksum': passed", Message::Verified("cksum", true)),
        ("Verified checksum 'cksum': failed", Message::Verified("cksum", false)),
        (
            "Skipping checksum 'cksum' verification because target field invalid",
            Message::ChecksumSkipped("cksum"),
        ),
        ("Skipping checksum 'cksum' update because condition not met", Message::ChecksumSkipped("cksum")),
        ("Updating checksum 'cksum'", Message::ChecksumUpdated("cksum")),
        ("Pipeline 'ingress': start", Message::Pipeline("ingress")),
        ("Table 'I.t': hit with handle 16777216", Message::Hit("I.t", 1 << 24)),
        ("Table 'I.t': miss", Message::Miss("I.t")),
        ("Action entry is I.a - 1,aa,", Message::Action("I.a", "1,aa,")),
        ("Action entry is NoAction - ", Message::Action("NoAction", "")),
        ("Egress port is 511", Message::EgressPort(511)),
        ("Dropping packet at the end of ingress", Message::DroppedAtIngress),
        ("Dropping packet at the end of egress", Message::DroppedAtEgress),
        ("number of packets replicated : 3 for MGID: 7", Message::Replicated(3, 7)),
        ("Replication requested for mgid 8, which is not known to the PRE", Message::UnknownGroup(8)),
        ("Replicating packet on port 5", Message::Replica(5)),
        ("Priority out of range, dropping packet", Message::PriorityOutOfRange),
        ("Transmitting packet of size 60 out of port 3", Message::Transmit(60, 3)),
        ("Processing packet received on port 3", Message::Received),
        ("Extracting variable-sized header 'options'", Message::Extract("options")),
        ("Extracting to header stack 0, next header is 5", Message::ExtractNumber(5)),
        ("Extracting to header union stack 1, next header is 12", Message::ExtractNumber(12)),
        ("Multicast requested for packet", Message::Multicast),
        ("Cloning packet at ingress", Message::CloneAtIngress),
        ("Cloning packet at egress", Message::CloneAtEgress),
        ("Cloning packet to MGID 9", Message::CloneToGroup),
        ("Cloning packet to egress port 3", Message::CloneToPort(3)),
        ("Learning sample for list id 2", Message::Sample(2)),
        ("Packet is marked for exit, interrupting pipeline", Message::Exit),
        ("Resubmitting packet", Message::Resubmit),
        ("Recirculating packet", Message::Recirculate),
    ];
    for (text, message) in messages {
        assert_eq!(Message::parse(text), Some(message), "{text}");
    }
}

#[test]
fn a_condition_is_read_whatever_its_source_text() {
    for (text, expected) in [
        ("my prog.p4(105) Condition \"hdr.tag.isValid()\" (node_3) is true", ("node_3", true)),
        ("a(1) Condition \"x == 1 && (y (z) is true\" (node_4) is false", ("node_4", false)),
        ("Table's.p4(1) Condition \"a\" (node_5) is true", ("node_5", true)),
        ("Condition \"node_6\" (node_6) is false", ("node_6", false)),
    ] {
        assert_eq!(Message::parse(text), Some(Message::Condition(expected.0, expected.1)), "{text}");
    }
}

#[test]
fn what_does_not_matter_is_no_message() {
    for text in [
        "Pipeline 'ingress': end",
        "Parser 'parser': start",
        "Parser state 'start': key is 0800",
        "Parser state 'tag' has no switch, going to default next state",
        "Applying table 'I.t'",
        "Action I.a",
        "Action entry is NULL",
        "Looking up key:",
        "Egress port is high",
        "Checksum 'cksum': computed 0x1 - actual 0x0",
        "prog.p4(12) Primitive exit",
        "",
    ] {
        assert_eq!(Message::parse(text), None, "{text}");
    }
}
