//! Seeded faults: each row that is bent is refuted by a packet that replays.
//!
//! `corpus/faults/KIND.toml` says which places of which subject are bent. By default a few of each kind are tried;
//! `HYPER4_FAULTS=all` tries all, and `HYPER4_FAULTS=find` says which places a file could name.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use hyper4_bits::Bits;
use hyper4_ir::{Command, MatchValue, Packet};
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
    kind: Kind,
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

/// What is done to a row.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Kind {
    /// A bit of a ternary mask isn't looked at, a prefix is shorter.
    WrongMask,
    /// Another value is matched.
    WrongKey,
    /// A copy comes to lie a bit beside its place.
    ShiftedCopy,
    /// A constant that is written has another bit.
    WrongConstant,
    /// A row comes behind all others.
    WrongPriority,
    /// The packet goes on with another row.
    WrongNext,
    /// A row isn't there.
    MissingRow,
    /// The last bits of what is kept of the state are lost.
    LostField,
    /// Of two tenants' rows: packets enter the other one's device.
    LeakedId,
    /// Packets leave by the other tenant's port.
    MissingEgressGuard,
    /// Copies are made for the other tenant's ports.
    ForeignGroup,
}

impl Kind {
    const ALL: [Self; 11] = [
        Self::WrongMask,
        Self::WrongKey,
        Self::ShiftedCopy,
        Self::WrongConstant,
        Self::WrongPriority,
        Self::WrongNext,
        Self::MissingRow,
        Self::LostField,
        Self::LeakedId,
        Self::MissingEgressGuard,
        Self::ForeignGroup,
    ];

    fn is_about_isolation(self) -> bool {
        matches!(self, Self::LeakedId | Self::MissingEgressGuard | Self::ForeignGroup)
    }

    /// The command with the fault, or without it being there, in each way in which this kind can bend it.
    fn bends(self, command: &Command) -> impl Iterator<Item = Option<Command>> {
        let ways = match self {
            Self::ShiftedCopy => 2,
            Self::LeakedId => 3,
            Self::ForeignGroup => 8,
            _ => 1,
        };
        (0..ways).filter_map(move |way| self.bend(command, way))
    }

    fn bend(self, command: &Command, way: u64) -> Option<Option<Command>> {
        let mut bent = command.clone();
        if let (Self::ForeignGroup, Command::MulticastNodeCreate { ports, .. }) = (self, &mut bent) {
            let (first, port) = (*ports.first()?, 1 + way as u16);
            // Two neighbours are one tenant's.
            if first.div_ceil(2) == port.div_ceil(2) {
                return None;
            }
            ports.push(port);
            return Some(Some(bent));
        }
        let (Command::TableAdd { table, action, arguments, .. }
        | Command::TableModify { table, action, arguments, .. }) = &mut bent
        else {
            return None;
        };
        let lookup = [".ternary_", ".lpm_", ".exact_", ".step_"].iter().any(|kind| table.contains(kind));
        let add = |argument: &mut Bits, value: u64| {
            *argument = argument.wrapping_add(&Bits::from_u64(argument.width(), value));
        };
        let wide = |argument: &Bits| argument.width() > 1000;
        match self {
            Self::ShiftedCopy => {
                let copies = |pair: &[Bits]| matches!(pair, [mask, by] if wide(mask) && !mask.is_zero() && by.width() == 8);
                let place = arguments.windows(2).position(copies).filter(|_| lookup)?;
                // By a bit, or by a byte.
                add(arguments.get_mut(place + 1)?, 1 + 7 * way);
            }
            Self::WrongConstant => {
                let value = arguments.get_mut(1).filter(|value| lookup && wide(value) && !value.is_zero())?;
                let bit = (0..value.width()).rev().find(|bit| value.bit(*bit))?;
                *value = value.xor(&Bits::mask(value.width(), bit, 1));
            }
            Self::LostField => {
                let keep = arguments.first_mut().filter(|keep| lookup && wide(keep) && !keep.is_zero())?;
                // The first byte of the packet.
                *keep = keep.and(&Bits::mask(keep.width(), keep.width() - 24, 8).not());
            }
            Self::WrongNext => {
                let micro_pc = arguments.len().checked_sub(4).filter(|_| lookup)?;
                let micro_pc = arguments.get_mut(micro_pc).filter(|next| next.width() == 32)?;
                add(micro_pc, 1);
            }
            Self::LeakedId => {
                let device = arguments.first_mut().filter(|_| table.ends_with(".enter"))?;
                *device = Bits::from_u64(16, 1 + (device.low_u64() + way) % 4);
            }
            Self::MissingEgressGuard => {
                if !table.contains(".leave_") || action.contains("_commit") {
                    return None;
                }
                // Whatever port the guest chooses, this one is taken: another tenant's of four with two ports each.
                let Command::TableAdd { key, .. } = command else { return None };
                let Some(MatchValue::Exact(device)) = key.first() else { return None };
                let port = Bits::from_u64(9, 1 + 2 * (device.low_u64() % 4));
                if !["transmit", "transmit_same", "discard"]
                    .iter()
                    .any(|name| action.ends_with(&format!(".{name}")))
                {
                    return None;
                }
                *action = format!("{}.transmit", action.split('.').next()?);
                *arguments = vec![port];
            }
            Self::ForeignGroup => return None,
            Self::MissingRow => {
                return (lookup && matches!(command, Command::TableAdd { .. })).then_some(None);
            }
            Self::WrongMask | Self::WrongKey | Self::WrongPriority => {
                let Command::TableAdd { table, key, priority, .. } = &mut bent else { return None };
                let lookup = [".ternary_", ".lpm_", ".exact_"].iter().any(|kind| table.contains(kind));
                if !lookup {
                    return None;
                }
                match (self, key.last_mut()?) {
                    (Self::WrongPriority, _) => *priority = priority.map(|_| 1_000_000),
                    (Self::WrongMask, MatchValue::Ternary { value, mask }) if !mask.is_zero() => {
                        let bit = (0..mask.width()).rev().find(|bit| mask.bit(*bit))?;
                        let other = Bits::mask(mask.width(), bit, 1).not();
                        (*mask, *value) = (mask.and(&other), value.and(&other));
                    }
                    (Self::WrongMask, MatchValue::Lpm { value, prefix_length }) if *prefix_length > 0 => {
                        *prefix_length -= 1;
                        let behind = value.width() - *prefix_length;
                        *value = value.lshr(behind as usize).shl(behind as usize);
                    }
                    (Self::WrongKey, MatchValue::Exact(value) | MatchValue::Ternary { value, .. })
                        if !value.is_zero() =>
                    {
                        let bit = (0..value.width()).rev().find(|bit| value.bit(*bit))?;
                        *value = value.xor(&Bits::mask(value.width(), bit, 1));
                    }
                    _ => return None,
                }
            }
        }
        (bent != *command).then_some(Some(bent))
    }
}

/// What is bent, as it should be and as it is.
struct Subject {
    right: Vec<Command>,
    slices: Vec<symbolic::Slice>,
}

fn subject(kind: Kind, name: &str) -> Result<Subject, Error> {
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
fn with_fault(kind: Kind, right: &[Command], place: usize) -> Option<Vec<Command>> {
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
fn refuted(kind: Kind, name: &str, place: usize) -> Result<Option<Packet>, Error> {
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
    assert!(Kind::ALL.iter().all(|kind| kinds.contains(kind)), "{kinds:?}");
    Ok(())
}

/// Says twelve places of each kind that are refuted, spread over the subjects.
fn find() -> Result<(), Error> {
    let only = std::env::var("HYPER4_KIND").unwrap_or_default();
    for kind in Kind::ALL.iter().filter(|kind| only.is_empty() || format!("{kind:?}") == only) {
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
        // Far apart first.
        for number in (0..most).map(|n| n * 7 % most.max(1)).chain(if most % 7 == 0 { 0..most } else { 0..0 })
        {
            for (name, count) in SINGLE_GUESTS.iter().zip(&places) {
                if number < *count && found < 12 && refuted(*kind, name, number)?.is_some() {
                    println!("[[fault]]\nsubject = \"{name}\"\nplace = {number}\n");
                    found += 1;
                }
            }
        }
    }
    Ok(())
}
