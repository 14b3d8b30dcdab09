//! Seeded faults: each row that is bent is refuted by a packet that replays.
//!
//! `corpus/faults/KIND.toml` says which places of which subject are bent. By default a few of each kind are tried;
//! `HYPER4_FAULTS=all` tries all, and `HYPER4_FAULTS=find` says which places a file could name.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use hyper4_ir::{Command, Packet};
use hyper4_mutate::RowFault;
use hyper4_suite::{Error, SINGLE_GUESTS, guest};
use hyper4_symbolic::{self as symbolic, Options, Verdict, prove_equivalence, prove_isolation};
use serde::Deserialize;

use crate::sides::{Slice, device, native, rows, run_device, run_native};

/// Faults of each kind that are tried unless all are.
const FEW: usize = 2;
/// Faults of each kind that must be refuted when all are tried.
const ENOUGH: usize = 10;

/// A file of `corpus/faults`.
#[derive(Deserialize)]
struct Seeded {
    /// What is bent.
    kind: RowFault,
    fault: Vec<Place>,
}

/// One fault.
#[derive(Deserialize)]
struct Place {
    /// A guest; of isolation the guest of each of four tenants.
    subject: String,
    /// Which of the rows that the kind can bend, from 0.
    place: usize,
}

/// The kinds that must be there.
const KINDS: [RowFault; 11] = [
    RowFault::WrongMask,
    RowFault::WrongKey,
    RowFault::ShiftedCopy,
    RowFault::WrongConstant,
    RowFault::WrongPriority,
    RowFault::WrongNext,
    RowFault::MissingRow,
    RowFault::LostField,
    RowFault::LeakedId,
    RowFault::MissingEgressGuard,
    RowFault::ForeignGroup,
];

/// What is bent, as it should be and as it is.
struct Subject {
    right: Vec<Command>,
    slices: Vec<symbolic::Slice>,
}

fn subject(kind: RowFault, name: &str) -> Result<Subject, Error> {
    let guest = guest(name)?;
    if !kind.is_about_isolation() {
        return Ok(Subject { right: rows(&Slice::alone(&guest), None)?, slices: Vec::new() });
    }
    let tenants = [("one", [1, 2]), ("two", [3, 4]), ("three", [5, 6]), ("four", [7, 8])];
    let slices: Vec<Slice> = tenants.iter().map(|(name, ports)| Slice::of(name, ports, &guest)).collect();
    let claims = tenants.iter().map(|(name, ports)| symbolic::Slice {
        name: (*name).to_owned(),
        ingress_ports: BTreeSet::from(*ports),
        egress_ports: BTreeSet::from(*ports),
    });
    Ok(Subject { right: rows(&slices, None)?, slices: claims.collect() })
}

/// The commands with a fault at a place; `None` when there is no such place.
fn with_fault(kind: RowFault, right: &[Command], place: usize) -> Option<Vec<Command>> {
    let all = right.iter().enumerate();
    let mut bent = all.flat_map(|(number, command)| kind.bends(command).map(move |bent| (number, bent)));
    let (number, bent) = bent.nth(place)?;
    let mut wrong = right.to_vec();
    match bent {
        Some(command) => *wrong.get_mut(number)? = command,
        None => drop(wrong.remove(number)),
    }
    Some(wrong)
}

/// The packet with which a fault is refuted, after the engine has shown the same; `None` when it makes no difference.
fn refuted(kind: RowFault, name: &str, place: usize) -> Result<Option<Packet>, Error> {
    let what = format!("{kind:?} {name} {place}");
    let of = subject(kind, name)?;
    let wrong =
        with_fault(kind, &of.right, place).ok_or_else(|| format!("{what}: there is no such place"))?;
    // A switch may refuse the row: two that match the same.
    let Ok(on_persona) = device(&wrong) else { return Ok(None) };
    let options = Options { window: 48, longest: 48, ..Options::default() };
    let verdict = if kind.is_about_isolation() {
        prove_isolation(&on_persona, &of.slices, &options)
    } else {
        prove_equivalence(&native(&guest(name)?)?, &on_persona, &options)
    };
    let refutation = match verdict {
        Verdict::Refuted(refutation) => refutation,
        Verdict::Proved(_) => return Ok(None),
        unknown @ Verdict::Unknown { .. } => return Err(format!("{what}: {unknown}").into()),
    };
    let packets = std::slice::from_ref(&refutation.packet);
    let by_wrong = run_device(&wrong, packets)?;
    let by_right = run_device(&of.right, packets)?;
    assert_ne!(by_wrong, by_right, "{what}: {}", refutation.what);
    if kind.is_about_isolation() {
        assert_eq!(by_wrong, refutation.native, "{what}: {}", refutation.what);
        let slice = of.slices.iter().find(|slice| slice.ingress_ports.contains(&refutation.packet.port));
        let ports = &slice.ok_or("a port of nobody")?.egress_ports;
        assert!(by_wrong.iter().any(|output| !ports.contains(&output.port)), "{what}: {}", refutation.what);
    } else {
        let by_native = run_native(&guest(name)?, packets)?;
        assert_eq!(by_native, refutation.native, "{what}: {}", refutation.what);
        assert_eq!(by_wrong, refutation.virtual_, "{what}: {}", refutation.what);
        assert_eq!(by_right, by_native, "{what}: without the fault");
    }
    println!("{what}: {}", refutation.what);
    Ok(Some(refutation.packet))
}

fn files() -> Result<Vec<PathBuf>, Error> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus/faults");
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

#[test]
fn seeded_faults_are_refuted_by_packets_that_replay() -> Result<(), Error> {
    let wish = std::env::var("HYPER4_FAULTS").unwrap_or_default();
    if wish == "find" {
        return find();
    }
    let mut kinds = Vec::new();
    for file in files()? {
        let seeded: Seeded = toml::from_str(&std::fs::read_to_string(&file)?)?;
        let most = if wish == "all" { usize::MAX } else { FEW };
        let mut count = 0;
        for fault in seeded.fault.iter().take(most) {
            count += usize::from(refuted(seeded.kind, &fault.subject, fault.place)?.is_some());
        }
        println!("{:?}: {count} refuted", seeded.kind);
        let wanted = if wish == "all" { ENOUGH } else { 1 };
        assert!(count >= wanted, "{}: {count} are refuted", file.display());
        kinds.push(seeded.kind);
    }
    assert!(KINDS.iter().all(|kind| kinds.contains(kind)), "{kinds:?}");
    Ok(())
}

/// Says twelve places of each kind that are refuted, spread over the subjects.
fn find() -> Result<(), Error> {
    let only = std::env::var("HYPER4_KIND").unwrap_or_default();
    for kind in KINDS.iter().filter(|kind| only.is_empty() || format!("{kind:?}") == only) {
        let mut found = 0;
        let places: Vec<usize> = SINGLE_GUESTS
            .iter()
            .map(|name| {
                let right = subject(*kind, name)?.right;
                Ok((0..).take_while(|number| with_fault(*kind, &right, *number).is_some()).count())
            })
            .collect::<Result<_, Error>>()?;
        println!("# {kind:?}: {places:?}");
        let most = places.iter().copied().max().unwrap_or(0);
        let mut tried = BTreeSet::new();
        // Far apart first.
        for number in (0..most).map(|n| n * 7 % most.max(1)).chain(if most % 7 == 0 { 0..most } else { 0..0 })
        {
            for (name, count) in SINGLE_GUESTS.iter().zip(&places) {
                let first = number < *count && found < 12 && tried.insert((name, number));
                if first && refuted(*kind, name, number)?.is_some() {
                    println!("[[fault]]\nsubject = \"{name}\"\nplace = {number}\n");
                    found += 1;
                }
            }
        }
    }
    Ok(())
}
