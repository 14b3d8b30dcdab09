//! Differences in what outlives packets: refuted by packets, and what comes before them, that replay on the engine.

use std::path::Path;
use std::sync::Arc;

use hyper4_bits::Bits;
use hyper4_engine::Engine;
use hyper4_ir::{Command, CounterCommand, Output, Packet, Program, RegisterCommand};
use hyper4_suite::{Error, Guest, persona, program};
use hyper4_switch::{Switch, Tracing};
use hyper4_symbolic::{Cells, Options, Refutation, Subject, Verdict, prove_equivalence};

use crate::sides::{Slice, device, native, rows};

/// What is put for what in the program, and how that shows.
struct Bent {
    what: &'static str,
    from: &'static str,
    to: &'static str,
    shown: Shown,
}

/// What of a counterexample is to be there.
#[derive(Debug, PartialEq, Eq)]
enum Shown {
    /// A cell holds something else behind one packet.
    Cell,
    /// The last of so many packets is sent elsewhere.
    Packets(usize),
    /// A packet is sent elsewhere, after something was set.
    Set,
    /// It makes no difference.
    Nothing,
}

const BENT: [Bent; 12] = [
    Bent {
        what: "another value is written",
        from: "last.write((bit<32>)hdr.cell.index, hdr.cell.value)",
        to: "last.write((bit<32>)hdr.cell.index, hdr.cell.value ^ 1)",
        shown: Shown::Cell,
    },
    Bent {
        what: "another cell is written",
        from: "last.write((bit<32>)hdr.cell.index, hdr.cell.value)",
        to: "last.write((bit<32>)(hdr.cell.index & 7), hdr.cell.value)",
        shown: Shown::Cell,
    },
    Bent {
        what: "nothing is written",
        from: "last.write((bit<32>)hdr.cell.index, hdr.cell.value);",
        to: "",
        shown: Shown::Cell,
    },
    Bent {
        what: "the same is written twice",
        from: "last.write((bit<32>)hdr.cell.index, hdr.cell.value);",
        to: "last.write((bit<32>)hdr.cell.index, 7); last.write((bit<32>)hdr.cell.index, hdr.cell.value);",
        shown: Shown::Nothing,
    },
    Bent {
        what: "another cell is read",
        from: "last.read(meta.before, (bit<32>)hdr.cell.index)",
        to: "last.read(meta.before, (bit<32>)(hdr.cell.index & 7))",
        shown: Shown::Packets(2),
    },
    Bent {
        what: "what was read is compared with something else",
        from: "meta.before == 0x1234",
        to: "meta.before == 0x1235",
        shown: Shown::Packets(2),
    },
    Bent {
        what: "a sum that no packet sees grows by something else",
        from: "meta.before + hdr.cell.value",
        to: "meta.before + (hdr.cell.value ^ 0x100)",
        shown: Shown::Cell,
    },
    Bent {
        what: "a sum is limited",
        from: "sum.write(1, meta.before + hdr.cell.value)",
        to: "if (meta.before == 0) { sum.write(1, hdr.cell.value); } \
             else { sum.write(1, meta.before + hdr.cell.value & 0x7fff); }",
        shown: Shown::Cell,
    },
    Bent {
        what: "another cell counts",
        from: "seen.count((bit<32>)hdr.cell.index)",
        to: "seen.count((bit<32>)hdr.cell.index + 1)",
        shown: Shown::Cell,
    },
    Bent {
        what: "it counts twice",
        from: "seen.count((bit<32>)hdr.cell.index);",
        to: "seen.count((bit<32>)hdr.cell.index); seen.count((bit<32>)hdr.cell.index);",
        shown: Shown::Cell,
    },
    Bent {
        what: "another cell of the meter is asked",
        from: "rate.execute_meter((bit<32>)hdr.cell.index, meta.colour);\n            if",
        to: "rate.execute_meter((bit<32>)(hdr.cell.index ^ 1), meta.colour);\n            if",
        shown: Shown::Set,
    },
    Bent {
        what: "a packet that sees no colour is charged to another cell",
        from: "hdr.cell.kind == 6) {\n            rate.execute_meter((bit<32>)hdr.cell.index",
        to: "hdr.cell.kind == 6) {\n            rate.execute_meter((bit<32>)(hdr.cell.index & 2)",
        shown: Shown::Packets(2),
    },
];

fn source() -> Result<String, Error> {
    Ok(std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/prove/stateful.p4"))?)
}

fn compiled(text: &str) -> Result<Arc<Program>, Error> {
    let file = tempfile::NamedTempFile::with_suffix(".p4")?;
    std::fs::write(file.path(), text)?;
    program(file.path())
}

fn ready(program: &Arc<Program>, refutation: &Refutation) -> Result<Engine, Error> {
    let mut engine = Engine::new();
    engine.load(Arc::clone(program))?;
    for setting in &refutation.before {
        assert_eq!(setting.device, None);
        engine.control(&setting.command)?;
    }
    Ok(engine)
}

fn run(engine: &mut Engine, packets: &[&Packet]) -> Result<Vec<Output>, Error> {
    let mut last = Vec::new();
    for packet in packets {
        last = engine.inject(std::slice::from_ref(*packet), Tracing::Off)?.outputs;
    }
    Ok(last)
}

/// What the executor says is what the engines do, and that differs.
fn replayed(native: &Arc<Program>, other: &Arc<Program>, refutation: &Refutation) -> Result<Shown, Error> {
    let (mut left, mut right) = (ready(native, refutation)?, ready(other, refutation)?);
    let packets: Vec<&Packet> = refutation.packets().collect();
    assert_eq!(run(&mut left, &packets)?, refutation.native);
    assert_eq!(run(&mut right, &packets)?, refutation.virtual_);
    match &refutation.cell {
        Some(cell) => {
            assert_eq!(refutation.native, refutation.virtual_);
            let read = |engine: &mut Engine, command: &Command| engine.control(command);
            assert_eq!(read(&mut left, &cell.command)?, cell.native);
            assert_eq!(read(&mut right, &cell.command)?, cell.virtual_);
            assert_ne!(cell.native, cell.virtual_);
            Ok(Shown::Cell)
        }
        None => {
            assert_ne!(refutation.native, refutation.virtual_);
            Ok(match packets.len() {
                1 if !refutation.before.is_empty() => Shown::Set,
                count => Shown::Packets(count),
            })
        }
    }
}

#[test]
fn differences_in_state_are_refuted_by_packets_that_replay() -> Result<(), Error> {
    let text = source()?;
    let native = compiled(&text)?;
    for Bent { what, from, to, shown } in &BENT {
        assert_eq!(text.matches(from).count(), 1, "{what}");
        let other = compiled(&text.replace(from, to))?;
        let options = Options { window: 8, longest: 8, ..Options::default() };
        let (left, right) = (Subject::new(Arc::clone(&native))?, Subject::new(Arc::clone(&other))?);
        let verdict = prove_equivalence(&left, &right, &options);
        println!("{what}: {verdict}");
        let got = match &verdict {
            Verdict::Proved(_) => Shown::Nothing,
            Verdict::Refuted(refutation) => replayed(&native, &other, refutation)?,
            Verdict::Unknown { .. } => return Err(format!("{what}: {verdict}").into()),
        };
        assert_eq!(got, *shown, "{what}: {verdict}");
    }
    Ok(())
}

/// A row by which packets reach cells: its place among the commands, the array's name on the persona and on the native
/// side, the first cell, how many.
struct Reaches {
    place: usize,
    cells: Cells,
}

/// The rows of `cells.p4`'s arrays, told apart by their sizes.
fn reaches(rows: &[Command]) -> Vec<Reaches> {
    let of = |(place, command): (usize, &Command)| {
        let Command::TableAdd { table, arguments, .. } = command else { return None };
        let [base, size] = arguments.as_slice() else { return None };
        let (base, size) = (base.to_u64()?, size.to_u64()?);
        let (array, is, width) = match size {
            6 => ("registers", "I.six", 32),
            1 => ("registers", "I.one", 32),
            5 => ("counters", "I.five", 0),
            _ => return None,
        };
        let cells = Cells { array: array.to_owned(), base, size, is: is.to_owned(), width };
        table.contains(".state_").then_some(Reaches { place, cells })
    };
    rows.iter().enumerate().filter_map(of).collect()
}

/// What the persona's cell holds that is the one that a command reads natively.
fn on_persona(cells: &[Cells], command: &Command) -> Option<Command> {
    let (name, index) = match command {
        Command::Register { register, command: RegisterCommand::Read { index } } => (register, *index),
        Command::Counter { counter, command: CounterCommand::Read { index } } => (counter, *index),
        _ => return None,
    };
    let cells = cells.iter().find(|cells| cells.is == *name)?;
    let (array, index) = (cells.array.clone(), cells.base + index);
    Some(match command {
        Command::Counter { .. } => {
            Command::Counter { counter: array, command: CounterCommand::Read { index } }
        }
        _ => Command::Register { register: array, command: RegisterCommand::Read { index } },
    })
}

/// A guest on the persona whose rows lead to other cells, or to more or fewer.
#[test]
fn a_guest_that_reaches_other_cells_on_the_persona_is_refuted() -> Result<(), Error> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/prove/cells.p4");
    let guest = Guest { program: program(&file)?, commands: Vec::new() };
    let right = rows(&Slice::alone(&guest), None)?;
    let reached = reaches(&right);
    let cells: Vec<Cells> = reached.iter().map(|one| one.cells.clone()).collect();
    assert_eq!(cells.len(), 3);
    let options = Options { window: 9, longest: 9, ..Options::default() };
    let ask = |rows: &[Command]| -> Result<Verdict, Error> {
        let on_persona = device(rows)?.with_cells(cells.clone());
        Ok(prove_equivalence(&native(&guest)?, &on_persona, &options))
    };
    let verdict = ask(&right)?;
    assert!(matches!(verdict, Verdict::Proved(_)), "{verdict}");
    let mut refuted = 0;
    for Reaches { place, cells: Cells { base, size, .. } } in &reached {
        let bends = [(base + 1, *size), (*base, size + 1), (*base, size - 1)];
        let before = base.checked_sub(1).map(|before| (before, *size));
        for (base, size) in bends.into_iter().chain(before) {
            let mut wrong = right.clone();
            let Some(Command::TableAdd { arguments, .. }) = wrong.get_mut(*place) else { continue };
            *arguments = vec![Bits::from_u64(32, base), Bits::from_u64(32, size)];
            let verdict = ask(&wrong)?;
            let Verdict::Refuted(refutation) = &verdict else { return Err(format!("{verdict}").into()) };
            println!("{base} {size}: {verdict}");
            let cell = refutation.cell.as_ref().ok_or("no cell")?;
            let packets: Vec<&Packet> = refutation.packets().collect();
            let (mut left, mut below) = (ready(&guest.program, refutation)?, Engine::new());
            below.load(persona()?.program)?;
            wrong.iter().try_for_each(|command| below.control(command).map(|_| ()))?;
            assert_eq!(run(&mut left, &packets)?, run(&mut below, &packets)?);
            match on_persona(&cells, &cell.command) {
                Some(command) => {
                    let held = left.control(&cell.command)?;
                    assert_eq!(held, cell.native);
                    assert_ne!(below.control(&command)?, held, "{verdict}");
                }
                // A cell that isn't the guest's at all.
                None => assert_eq!(below.control(&cell.command)?, cell.virtual_, "{verdict}"),
            }
            refuted += 1;
        }
    }
    assert!(refuted >= 10, "{refuted}");
    Ok(())
}
