//! Whether tenants stay apart whatever rows they have, by induction over the steps of a packet's life.
//!
//! Rows are of two kinds. A tenant's are any that satisfy the predicate of the control plane's gate: they lie in some
//! tables, which are keyed exactly by a *device ID*, and run some actions with any arguments but for stated bounds. All
//! other rows are the operator's, and they are the ones that are there. With the ports of each slice that gives its device
//! IDs: those that its packets get, from the operator's rows alone. What is shown is that
//!
//! - no tenant's row, and no other part of the program, changes a device ID, chooses a port or a group, or touches state;
//! - each of the operator's rows that packets of a slice can hit keeps them in it: the next device ID is the slice's, the
//!   port and the group too, the mirroring session, and the cells of registers, counters and meters;
//! - no two slices share a device ID or a cell.
//!
//! So a packet of one slice hits no row of another one's tenant, whatever rows that tenant has, and what becomes of it
//! depends on the slice's own rows, packets and cells alone. Each row is one step from a state of which nothing is known but
//! what the induction gives, so that the cost grows with the number of rows, not of paths, and no bound of a packet's
//! length is needed.

mod probe;
mod program;
mod rows;
mod rules;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hyper4_ir::{Command, MirroringCommand, Program};
use rayon::prelude::*;

use crate::isolation::Slice;
use crate::subject::{Subject, SubjectError};

use program::Persona;
use rows::Reached;
pub use rules::{Owned, RowRule, RulesProof, prove_rules};

/// Which rows a tenant may install, as the control plane's gate has it: an entry of one of these tables, keyed exactly by
/// a device ID of the tenant's in its first field, with one of these actions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowPredicate {
    /// Full names of tables.
    pub tables: BTreeSet<String>,
    /// Full names of actions.
    pub actions: BTreeSet<String>,
    /// Of an action's argument of that number: what it must be less than.
    pub bounds: BTreeMap<String, (usize, u64)>,
}

/// What the induction came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confinement {
    /// Slices stay apart whatever rows their tenants install.
    Proved(ConfinementProof),
    /// Something lets them reach each other.
    Refuted {
        /// The row or the part of the program, and what it does.
        what: String,
    },
    /// Neither was shown.
    Unknown {
        /// What stood in the way.
        reason: String,
    },
}

/// What was shown, in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfinementProof {
    /// Nodes of the program that no tenant's row makes harmful.
    pub nodes: usize,
    /// Actions that tenants' rows may run.
    pub actions: usize,
    /// The operator's rows that slices' packets can hit.
    pub rows: usize,
    /// Device IDs of each slice, in the order of the slices.
    pub devices: Vec<BTreeSet<u64>>,
    /// Cells of registers, counters and meters that slices have for themselves.
    pub cells: u64,
    /// Questions put to Z3.
    pub queries: usize,
}

/// Why nothing is proved.
#[derive(Debug)]
enum Hole {
    /// A way from one slice to another.
    Open(String),
    /// Something that isn't dealt with.
    Unknown(String),
}

impl From<Hole> for Confinement {
    fn from(hole: Hole) -> Self {
        match hole {
            Hole::Open(what) => Self::Refuted { what },
            Hole::Unknown(reason) => Self::Unknown { reason },
        }
    }
}

/// What the operator set up.
struct Device {
    subject: Subject,
    /// Ports and groups to which a mirroring session leads.
    sessions: BTreeMap<u16, (Option<u32>, Option<u32>)>,
}

impl Device {
    fn new(program: &Program, commands: &[Command]) -> Result<Self, SubjectError> {
        let mut subject = Subject::new(Arc::new(probe::probed(program)))?;
        let mut sessions = BTreeMap::new();
        for command in commands {
            match command {
                Command::Mirroring { session, command: MirroringCommand::Set(to) } => {
                    sessions.insert(*session, (to.port, to.group));
                }
                Command::Mirroring { session, command: MirroringCommand::Delete } => {
                    sessions.remove(session);
                }
                // What cells contain says nothing about who reaches them.
                Command::Register { .. } | Command::Counter { .. } | Command::Meter { .. } => {}
                command => {
                    subject.apply(command)?;
                }
            }
        }
        Ok(Self { subject, sessions })
    }
}

/// Proves that slices stay apart on a device, whatever rows their tenants install that satisfy the gate's predicate.
/// `commands` is what the device was told: of it the rows of tables that are not the tenants', groups and sessions count.
pub fn prove_confinement(
    program: &Program,
    commands: &[Command],
    slices: &[Slice],
    predicate: &RowPredicate,
) -> Confinement {
    match confinement(program, commands, slices, predicate) {
        Ok(proof) => Confinement::Proved(proof),
        Err(hole) => hole.into(),
    }
}

fn confinement(
    program: &Program,
    commands: &[Command],
    slices: &[Slice],
    predicate: &RowPredicate,
) -> Result<ConfinementProof, Hole> {
    if slices.is_empty() || slices.iter().any(|slice| slice.ingress_ports.is_empty()) {
        return Err(Hole::Unknown("there is no slice, or one without a port".to_owned()));
    }
    let persona = Persona::new(program, predicate)?;
    let device = Device::new(program, commands).map_err(|e| Hole::Unknown(e.to_string()))?;
    let by_device = rows::by_device(&device.subject, &persona, predicate)?;
    let reached: Vec<Result<Reached, Hole>> = slices
        .par_iter()
        .map(|slice| {
            z3::with_z3_config(&z3::Config::new(), || rows::of_slice(&device, &persona, &by_device, slice))
        })
        .collect();
    let mut proof =
        ConfinementProof { nodes: persona.nodes, actions: persona.actions, ..ConfinementProof::default() };
    let mut owners: BTreeMap<u64, &str> = BTreeMap::new();
    let mut cells: Vec<(u64, u128, u128, &str)> = Vec::new();
    for (slice, reached) in slices.iter().zip(reached) {
        let reached = reached?;
        for id in &reached.devices {
            if let Some(other) = owners.insert(*id, &slice.name) {
                let name = &slice.name;
                return Err(Hole::Open(format!("slices `{other}` and `{name}` share device ID {id}")));
            }
        }
        cells.extend(reached.cells.iter().map(|(array, from, to)| (*array, *from, *to, slice.name.as_str())));
        proof.devices.push(reached.devices);
        proof.rows += reached.rows;
        proof.queries += reached.queries;
    }
    cells.sort_unstable();
    for pair in cells.windows(2) {
        if let [(array, from, to, one), (next_array, next, _, other)] = pair
            && array == next_array
            && next < to
            && one != other
        {
            let what = format!(
                "slices `{one}` and `{other}` share cell {} of {}",
                from.max(next),
                probe::array(program, *array)
            );
            return Err(Hole::Open(what));
        }
    }
    proof.cells = cells.iter().map(|(_, from, to, _)| (to - from) as u64).sum();
    Ok(proof)
}
