mod fixture;
mod parts;

use std::collections::BTreeSet;

use hyper4_bits::{Bits, checksum};
use hyper4_ir::{Command, MatchValue, Packet};

use crate::{Construct, GenError, PacketGenerator, PacketLimits, Shape};
use fixture::guest;

const PACKETS: u64 = 20_000;

fn generator(seed: u64, subject: &str) -> PacketGenerator {
    PacketGenerator::new(seed, subject, &[guest()], &PacketLimits::default()).unwrap()
}

fn packets(generator: &PacketGenerator) -> impl Iterator<Item = Packet> + '_ {
    (0..PACKETS).map(|index| generator.packet(index))
}

/// The IPv4 header of an untagged packet, read without the generator's own code.
fn ipv4(packet: &Packet) -> Option<&[u8]> {
    let bytes = &packet.bytes;
    (bytes.get(12..14)? == [0x08, 0x00]).then(|| bytes.get(14..14 + 15)).flatten()
}

#[test]
fn a_packet_follows_from_seed_subject_and_number() {
    let (one, same) = (generator(7, "router"), generator(7, "router"));
    let forwards: Vec<_> = (0..500).map(|index| one.packet(index)).collect();
    let mut backwards: Vec<_> = (0..500).rev().map(|index| same.packet(index)).collect();
    backwards.reverse();
    assert_eq!(forwards, backwards);
    let mut coverage = one.coverage();
    let counted: Vec<_> = (0..500).map(|index| one.counted_packet(index, &mut coverage)).collect();
    assert_eq!(forwards, counted, "counting must not change what is made");
    for other in [generator(8, "router"), generator(7, "firewall")] {
        let others: Vec<_> = (0..500).map(|index| other.packet(index)).collect();
        let equal = forwards.iter().zip(&others).filter(|(a, b)| a == b).count();
        assert!(equal < 25, "{equal} of 500 packets are the same");
    }
    let distinct: BTreeSet<_> = forwards.iter().map(|packet| (packet.port, packet.bytes.clone())).collect();
    assert!(distinct.len() > 450, "only {} of 500 packets differ", distinct.len());
}

#[test]
fn everything_that_can_be_reached_is_reached() {
    let generator = generator(1, "router");
    let mut coverage = generator.coverage();
    for index in 0..PACKETS {
        generator.counted_packet(index, &mut coverage);
    }
    let unreached: Vec<String> = coverage.unreached().map(ToString::to_string).collect();
    // No packet can lead to these: nothing leads to the state, and metadata that is only looked at is 0.
    let expected =
        ["router: parse state dead", "router: case 0 of parse state dead", "router: condition never true"];
    assert_eq!(unreached, expected);
    let entry = |table: &str, hit| Construct::Entry {
        program: "router".to_owned(),
        table: table.to_owned(),
        entry: 0,
        hit,
    };
    for (table, hit) in [("routes", true), ("next_hops", true), ("access", true), ("access", false)] {
        let count = coverage.of(&entry(table, hit)).unwrap();
        assert!(count > PACKETS / 200, "{table}: {count}");
    }
    assert_eq!(coverage.of(&entry("missing", true)), None);
}

#[test]
fn parts_of_a_run_add_up() {
    let generator = generator(1, "router");
    let (mut whole, mut first, mut second) =
        (generator.coverage(), generator.coverage(), generator.coverage());
    for index in 0..200 {
        generator.counted_packet(index, &mut whole);
        generator.counted_packet(index, if index < 77 { &mut first } else { &mut second });
    }
    first.merge(&second);
    assert_eq!(first, whole);
}

#[test]
fn entries_are_hit_and_missed_by_little() {
    let generator = generator(2, "router");
    let addresses: Vec<u32> = packets(&generator)
        .filter_map(|packet| Some(u32::from_be_bytes(ipv4(&packet)?[11..15].try_into().unwrap())))
        .collect();
    let count = |wanted: &dyn Fn(u32) -> bool| addresses.iter().filter(|a| wanted(**a)).count();
    assert!(addresses.len() > 5000, "{}", addresses.len());
    assert!(count(&|a| a >> 16 == 0x0a01) > 1000);
    assert!(count(&|a| a >> 16 == 0x0a00) > 100, "the prefix below");
    assert!(count(&|a| a >> 16 == 0x0a02) > 50, "the prefix above");
    assert!(count(&|a| a >> 16 == 0x8a01) > 5, "one bit flipped");
    assert!(count(&|a| a == 0 || a == u32::MAX) > 100, "boundaries");
    let ports: BTreeSet<u16> = packets(&generator).map(|packet| packet.port).collect();
    assert!(ports.contains(&77) && ports.contains(&300), "ports of entries and groups");
    assert!(ports.contains(&76) && ports.contains(&78), "neighbours of an entry's port");
    assert!(ports.len() > 300 && ports.iter().all(|port| *port <= 510));
    // The packet has both the source address and the port range of the access list, in TCP or UDP.
    let both = packets(&generator).filter(|packet| {
        let address = ipv4(packet).is_some_and(|ip| ip[7..9] == [0xc0, 0xa8]);
        let port = packet.bytes.get(29..31).map(|p| u16::from_be_bytes([p[0], p[1]]));
        address && port.is_some_and(|port| (1000..=1003).contains(&port))
    });
    assert!(both.count() > 200);
}

#[test]
fn packets_have_what_leads_to_the_table_they_are_for() {
    let generator = generator(5, "router");
    let mut found = 0;
    let mut ready = 0;
    // The access list comes behind a condition, a route and a next hop.
    for packet in packets(&generator) {
        let Some(ip) = ipv4(&packet) else { continue };
        let port = packet.bytes.get(29..31).map(|p| u16::from_be_bytes([p[0], p[1]]));
        if ip[7..9] == [0xc0, 0xa8] && port.is_some_and(|port| (1000..=1003).contains(&port)) {
            found += 1;
            ready += u32::from(ip[3] > 1 && ip[11..13] == [0x0a, 0x01]);
        }
    }
    assert!(ready * 5 > found * 2 && ready > 200, "{ready} of {found}");
}

#[test]
fn a_parser_that_looks_ahead_and_skips_is_followed() {
    let generator = generator(6, "router");
    let skipped = packets(&generator).filter(|packet| {
        let Some(ip) = ipv4(packet) else { return false };
        // Behind the eight bytes of UDP: one byte, the two that are looked at; then as many as `ihl` says.
        let behind = 29 + 8;
        let target = packet.bytes.get(behind + usize::from(ip[0] & 15));
        ip[4] == 17
            && packet.bytes.get(behind + 1..behind + 3) == Some(&[0xbe, 0xef])
            && target == Some(&0x77)
    });
    assert!(skipped.count() > 200);
}

#[test]
fn checksums_are_right_and_at_times_wrong() {
    let generator = generator(3, "router");
    let right = |ip: &[u8]| {
        let mut input = ip[..5].to_vec();
        input.extend(&ip[7..]);
        checksum::internet(&input) == u16::from_be_bytes([ip[5], ip[6]])
    };
    let headers: Vec<Vec<u8>> = packets(&generator).filter_map(|p| ipv4(&p).map(<[u8]>::to_vec)).collect();
    let good = headers.iter().filter(|ip| right(ip)).count();
    assert!(good * 100 > headers.len() * 75, "{good} of {}", headers.len());
    assert!(good * 100 < headers.len() * 97, "{good} of {}", headers.len());
}

#[test]
fn limits_hold() {
    let tight = PacketLimits {
        min_length: 3,
        max_length: 40,
        lengths: vec![40, 4000],
        ports: vec![5],
        other_ports: false,
        max_states: 8,
    };
    let generator = PacketGenerator::new(1, "router", &[guest()], &tight).unwrap();
    let lengths: BTreeSet<usize> = packets(&generator)
        .map(|packet| {
            // Those of the limits, of a group, and those an entry wants or just doesn't.
            let near =
                (0..9).any(|bit| packet.port == 77 ^ (1 << bit)) || [76, 77, 78].contains(&packet.port);
            assert!(near || [5, 300].contains(&packet.port), "{}", packet.port);
            packet.bytes.len()
        })
        .collect();
    assert_eq!(lengths, (3..=40).collect());
    let all: BTreeSet<usize> = packets(&self::generator(1, "router")).map(|p| p.bytes.len()).collect();
    assert_eq!((all.first(), all.last()), (Some(&1), Some(&1514)));
    assert!((1..=130).all(|length| all.contains(&length)), "every short length");
}

#[test]
fn limits_and_entries_that_make_no_sense_are_refused() {
    let with = |limits: PacketLimits, commands: Vec<Command>| {
        let guest = crate::Guest { commands, ..guest() };
        PacketGenerator::new(1, "router", &[guest], &limits).unwrap_err().to_string()
    };
    let limits = PacketLimits::default;
    let add = |table: &str| Command::TableAdd {
        table: table.to_owned(),
        key: vec![MatchValue::Exact(Bits::zero(9)); 2],
        action: "drop".to_owned(),
        arguments: vec![],
        priority: None,
    };
    assert_eq!(
        with(PacketLimits { min_length: 9, max_length: 8, ..limits() }, vec![]),
        "packets of 9 to 8 bytes can't be made: give a least length of at most the greatest"
    );
    assert_eq!(
        with(PacketLimits { ports: vec![1, 511], ..limits() }, vec![]),
        "port 511 can't be an ingress port: ports are 0 to 510"
    );
    assert_eq!(
        with(limits(), vec![add("nowhere")]),
        "program `router` has no table `nowhere`, which an entry is for"
    );
    assert_eq!(
        with(limits(), vec![add("routes")]),
        "an entry of table `routes` has 2 key fields, the table has 1"
    );
    let none = PacketGenerator::new(1, "router", &[], &limits());
    assert_eq!(none.unwrap_err(), GenError::NoGuest("router".to_owned()));
}

#[test]
fn a_packet_shrinks_to_what_matters() {
    let generator = generator(4, "router");
    let matters = |packet: &Packet| ipv4(packet).is_some_and(|ip| ip[11..13] == [0x0a, 0x01]);
    let mut shrunk = 0;
    for index in 0..200 {
        let Some(small) = generator.shrink(index, 500, matters) else {
            assert!(!matters(&generator.packet(index)));
            continue;
        };
        shrunk += 1;
        let mut expected = vec![0; 29];
        expected[12] = 0x08;
        expected[25..27].copy_from_slice(&[0x0a, 0x01]);
        assert_eq!(small, Packet { port: 0, bytes: expected });
    }
    assert!(shrunk > 10, "{shrunk}");
    let any = generator.shrink(0, 500, |_| true).unwrap();
    assert_eq!(any, Packet { port: 0, bytes: vec![0] });
}

#[test]
fn a_composition_gets_packets_for_each_of_its_programs() {
    let mut second = guest();
    let mut program = fixture::program();
    program.parser.states[0].transitions.remove(0);
    second.program = program.into();
    let generator = PacketGenerator::new(1, "chain", &[guest(), second], &PacketLimits::default()).unwrap();
    let mut coverage = generator.coverage();
    for index in 0..PACKETS {
        generator.counted_packet(index, &mut coverage);
    }
    let starts: Vec<_> = coverage
        .iter()
        .filter(|(c, _)| matches!(c, Construct::State { state, .. } if state == "start"))
        .map(|(c, count)| (c.to_string(), count > PACKETS / 3))
        .collect();
    assert_eq!(
        starts,
        [("router: parse state start".to_owned(), true), ("router#1: parse state start".to_owned(), true)]
    );
    assert!(coverage.of(&Construct::Shape(Shape::Truncated)).unwrap() > 0);
}
