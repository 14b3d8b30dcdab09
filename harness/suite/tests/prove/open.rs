//! Open entries: guests are what their rows are whatever entries they have, the DPMU makes of an entry what the templates
//! say, and a template that is bent is refuted by entries and a packet that replay.

use hyper4_bits::Bits;
use hyper4_dpmu::DeviceName;
use hyper4_engine::Engine;
use hyper4_ir::{
    Command, EntryPart, EntryValues, MatchKind, MatchValue, Packet, Reply, RowPart, RowTemplate,
};
use hyper4_persona::OpenEntry as Translated;
use hyper4_suite::{Error, Guest, SINGLE_GUESTS, guest};
use hyper4_switch::{Recorder, Switch, Tracing};
use hyper4_symbolic::{OpenEntry, Options, Verdict, prove_equivalence};

use crate::sides::{DEVICE, Slice, device, native, network, run_device};

/// A guest without the entries that open ones stand for, and its rows.
struct Open {
    guest: Guest,
    rows: Vec<Command>,
    entries: Vec<OpenEntry>,
    templates: Vec<(OpenEntry, RowTemplate)>,
}

fn is_entry(guest: &Guest, command: &Command) -> bool {
    matches!(command, Command::TableAdd { table, .. } if OpenEntry::stands_for(&guest.program, table))
}

fn open(name: &str) -> Result<Open, Error> {
    let mut guest = guest(name)?;
    let whole = guest.clone();
    guest.commands.retain(|command| !is_entry(&whole, command));
    let (recorder, recording) = Recorder::new();
    let mut network = network(Box::new(recorder), &Slice::alone(&guest))?;
    let entries = OpenEntry::all(&guest.program);
    let mut templates = Vec::new();
    for (rank, entry) in (1..).zip(&entries) {
        for template in network.dpmu().entry_templates(&tenant(), translated(entry, rank))? {
            templates.push((entry.clone(), template));
        }
    }
    assert!(templates.len() >= entries.len() && !entries.is_empty(), "{name}");
    Ok(Open { guest, rows: recording.commands(), entries, templates })
}

fn tenant() -> DeviceName {
    DeviceName { slice: "tenant".to_owned(), device: DEVICE.to_owned() }
}

fn translated(entry: &OpenEntry, rank: u32) -> Translated {
    Translated { table: entry.table, action: entry.action, handle: entry.handle, rank }
}

#[test]
fn guests_are_what_their_rows_are_whatever_entries_they_have() -> Result<(), Error> {
    for name in ["arp_proxy", "l2_switch", "ipv4_router"] {
        let Open { guest, rows, entries, templates } = open(name)?;
        let on_persona = device(&rows)?.with_open_rows(templates)?;
        let native = native(&guest)?.with_open_entries(&entries);
        match prove_equivalence(&native, &on_persona, &Options::default()) {
            Verdict::Proved(proof) => {
                println!("{name}: {proof:?}");
                assert!(proof.transmitting > 50 && proof.queries >= 130, "{name}: {proof:?}");
            }
            other => panic!("{name}: {other}"),
        }
    }
    Ok(())
}

/// What is bent in a template.
#[derive(Clone, Copy, Debug)]
enum Bend {
    /// A key field's bits come to lie a bit beside their place.
    KeyShifted,
    /// A bit of a key field isn't compared, or of an exact one is always 0.
    KeyBitLost,
    /// A bit of a mask is lost.
    MaskBitLost,
    /// An argument's bits come to lie a bit beside their place.
    ArgumentShifted,
    /// Two bits of an argument change places.
    ArgumentSwapped,
}

/// Bends the first piece that a kind can bend; `None` when there is none.
fn bent(template: &RowTemplate, bend: Bend) -> Option<RowTemplate> {
    let mut bent = template.clone();
    let piece = bent.pieces.iter_mut().find(|piece| {
        let wide = piece.width > 1;
        match (bend, piece.part, piece.place) {
            (Bend::KeyShifted | Bend::KeyBitLost, EntryPart::Value(_), RowPart::Value(_)) => wide,
            (Bend::MaskBitLost, EntryPart::Mask(_), RowPart::Mask(_)) => wide,
            (Bend::ArgumentShifted | Bend::ArgumentSwapped, EntryPart::Argument(_), _) => wide,
            _ => false,
        }
    })?;
    match bend {
        Bend::KeyShifted | Bend::ArgumentShifted => {
            piece.from += 1;
            piece.width -= 1;
        }
        Bend::KeyBitLost | Bend::MaskBitLost => {
            piece.from += 1;
            piece.to += 1;
            piece.width -= 1;
        }
        Bend::ArgumentSwapped => {
            let (mut low, mut high) = (*piece, *piece);
            piece.from += 2;
            piece.to += 2;
            piece.width -= 2;
            (low.width, low.to) = (1, low.to + 1);
            (high.width, high.from) = (1, high.from + 1);
            bent.pieces.extend([low, high]);
        }
    }
    Some(bent)
}

/// The table and the key of a row, and its priority.
fn place(row: &Command) -> Option<(&str, &[MatchValue], Option<u32>)> {
    let Command::TableAdd { table, key, priority, .. } = row else { return None };
    Some((table, key, *priority))
}

/// What both sides send, with the entries of a counterexample.
fn differs(
    open: &Open,
    templates: &[(OpenEntry, RowTemplate)],
    values: &[EntryValues],
    packet: &Packet,
) -> Result<bool, Error> {
    let mut engine = Engine::new();
    engine.load(open.guest.program.clone())?;
    let entries = open.entries.iter().zip(values).map(|(entry, values)| entry.command(values));
    for command in open.guest.commands.iter().cloned().chain(entries) {
        engine.control(&command)?;
    }
    let packets = std::slice::from_ref(packet);
    let native = engine.inject(packets, Tracing::Off)?.outputs;
    let mut rows = open.rows.clone();
    for (entry, template) in templates {
        let number = open.entries.iter().position(|other| other == entry);
        let row = number.and_then(|number| values.get(number)).and_then(|values| template.row(values));
        // What is bent may make two entries one.
        rows.extend(row.filter(|row| !rows.iter().any(|other| place(other) == place(row))));
    }
    Ok(native != run_device(&rows, packets)?)
}

#[test]
fn a_bent_template_is_refuted_by_entries_and_a_packet_that_replay() -> Result<(), Error> {
    let cases = [
        ("l2_switch", Bend::KeyShifted),
        ("l2_switch", Bend::KeyBitLost),
        ("l2_switch", Bend::ArgumentShifted),
        ("l2_switch", Bend::ArgumentSwapped),
        ("ipv4_router", Bend::KeyShifted),
        ("ipv4_router", Bend::MaskBitLost),
        ("ipv4_router", Bend::ArgumentSwapped),
        ("firewall", Bend::KeyBitLost),
        ("firewall", Bend::MaskBitLost),
        ("arp_proxy", Bend::ArgumentShifted),
    ];
    let mut refuted = 0;
    for (name, bend) in cases {
        let open = open(name)?;
        let mut templates = open.templates.clone();
        // Each place where the table is applied: some alone make no difference, where the packet is dropped anyway.
        let mut found = 0;
        for (_, template) in &mut templates {
            if let Some(bent) = bent(template, bend) {
                *template = bent;
                found += 1;
            }
        }
        assert!(found > 0, "{name} has nothing to be bent as {bend:?}");
        let on_persona = device(&open.rows)?.with_open_rows(templates.clone())?;
        let native = native(&open.guest)?.with_open_entries(&open.entries);
        match prove_equivalence(&native, &on_persona, &Options::default()) {
            Verdict::Refuted(refutation) => {
                let shown = differs(&open, &templates, &refutation.entries, &refutation.packet)?;
                assert!(shown, "{name}, {bend:?}: doesn't replay: {refutation:?}");
                refuted += 1;
            }
            other => panic!("{name}, {bend:?}: {other}"),
        }
    }
    assert_eq!(refuted, cases.len());
    Ok(())
}

/// Numbers that depend on a seed alone (xorshift).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn bits(&mut self, width: u32) -> Bits {
        let limbs = (0..width.div_ceil(64)).map(|_| self.next());
        limbs.fold(Bits::zero(width), |bits, limb| bits.shl(64).xor(&Bits::from_u64(64, limb).resize(width)))
    }

    fn values(&mut self, open: &OpenEntry) -> EntryValues {
        let field = |(kind, width): (MatchKind, u32)| {
            let prefix = self.next() as u32 % (width / 8 * 8 + 1);
            let mask = match kind {
                MatchKind::Exact => Bits::ones(width),
                MatchKind::Ternary => self.bits(width),
                MatchKind::Lpm | MatchKind::Range => Bits::prefix_mask(width, prefix),
                MatchKind::Optional => {
                    Bits::prefix_mask(width, if prefix.is_multiple_of(2) { 0 } else { width })
                }
            };
            (self.bits(width).and(&mask), mask)
        };
        let key = open.key().map(field).collect();
        EntryValues { key, arguments: open.arguments().map(|width| self.bits(width)).collect() }
    }
}

/// A row without what the DPMU chooses freely: its priority.
fn without_priority(command: Command) -> Option<Command> {
    let Command::TableAdd { table, key, action, arguments, .. } = command else { return None };
    Some(Command::TableAdd { table, key, action, arguments, priority: None })
}

#[test]
fn the_dpmu_makes_of_entries_what_the_templates_say() -> Result<(), Error> {
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let mut compared = 0;
    for name in SINGLE_GUESTS {
        let open = open(name)?;
        let (recorder, recording) = Recorder::new();
        let mut network = network(Box::new(recorder), &Slice::alone(&open.guest))?;
        for entry in &open.entries {
            for _ in 0..16 {
                let values = numbers.values(entry);
                let before = recording.commands().len();
                let Reply::Handle(handle) = network.control("tenant", DEVICE, &entry.command(&values))?
                else {
                    return Err("no handle".into());
                };
                let made = recording.commands().into_iter().skip(before).filter_map(without_priority);
                let made: Vec<Command> = made.collect();
                let of_handle = Translated { handle, ..translated(entry, 1) };
                let templates = network.dpmu().entry_templates(&tenant(), of_handle)?;
                let rows = templates.iter().filter_map(|t| t.row(&values)).filter_map(without_priority);
                let rows: Vec<Command> = rows.collect();
                assert_eq!(made, rows, "{name}: {}", entry.command(&values));
                compared += rows.len();
                let table = open.guest.program.tables.get(entry.table.index()).map(|t| t.name.clone());
                let delete = Command::TableDelete { table: table.unwrap_or_default(), handle };
                network.control("tenant", DEVICE, &delete)?;
            }
        }
    }
    println!("{compared} rows compared");
    assert!(compared > 300, "{compared}");
    Ok(())
}
