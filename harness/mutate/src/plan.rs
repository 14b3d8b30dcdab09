//! Which faults are planted, by the seed.

use hyper4_ir::Command;

use crate::bench::{Bench, Prepared};
use crate::kind::{Kind, Layer};
use crate::row::RowFault;

/// A fault at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Planted {
    pub(crate) kind: Kind,
    /// The subject's number; of a fault in the persona any.
    pub(crate) subject: usize,
    /// The number of the command, or of the place in the program.
    pub(crate) place: usize,
    /// Which of several bits.
    pub(crate) way: u64,
}

/// Tables of the persona in which guests' rows are.
const LOOKUPS: [&str; 4] = [".ternary_", ".lpm_", ".exact_", ".step_"];

/// The layer of a row's command.
fn layer(command: &Command, number: usize, loaded: usize) -> Layer {
    let of_guest = match command {
        Command::TableAdd { table, .. } | Command::TableModify { table, .. } => {
            LOOKUPS.iter().any(|kind| table.contains(kind))
        }
        _ => false,
    };
    match (of_guest, number < loaded) {
        (false, _) => Layer::Operator,
        (true, true) => Layer::Compiler,
        (true, false) => Layer::Translation,
    }
}

/// Faults in their order: a kind after the other, each at places that the seed chooses. The first N of them are the same
/// whatever N is.
pub(crate) fn plan(bench: &Bench, seed: u64, kinds: &[Kind], most: usize) -> Vec<Planted> {
    let mut of_kinds: Vec<std::vec::IntoIter<Planted>> = kinds
        .iter()
        .enumerate()
        .map(|(number, kind)| {
            let mut dice = Dice::new(seed, number as u64);
            let mut places = places(bench, *kind);
            // As many as could be wanted come first, in the order of the draw.
            for first in 0..places.len().min(most) {
                let other = first + dice.below((places.len() - first) as u64) as usize;
                places.swap(first, other);
            }
            places.truncate(most);
            // Bits have dice of their own: how many places were drawn makes no difference to them.
            let mut bits = Dice::new(!seed, number as u64);
            let drawn = places.into_iter().map(|(subject, place)| {
                let way = bits.next();
                Planted { kind: *kind, subject, place, way }
            });
            drawn.collect::<Vec<_>>().into_iter()
        })
        .collect();
    let mut planned = Vec::new();
    loop {
        let before = planned.len();
        planned.extend(of_kinds.iter_mut().filter_map(Iterator::next));
        if planned.len() == before {
            return planned;
        }
    }
}

/// Every place that a kind has: the subject, and the number there.
fn places(bench: &Bench, kind: Kind) -> Vec<(usize, usize)> {
    if let Kind::Program(Layer::Persona, fault) = kind {
        return (0..fault.places(&bench.persona_json)).map(|place| (0, place)).collect();
    }
    let subjects = bench.prepared.iter().enumerate();
    subjects
        .flat_map(|(number, prepared)| of_subject(kind, prepared).into_iter().map(move |at| (number, at)))
        .collect()
}

fn of_subject(kind: Kind, prepared: &Prepared) -> Vec<usize> {
    match kind {
        Kind::Program(_, fault) => (0..fault.places(&prepared.json)).collect(),
        Kind::Command(fault) => {
            let commands = prepared.subject.all_commands().enumerate();
            commands.filter(|(_, command)| fault.bend(command, 0).is_some()).map(|(at, _)| at).collect()
        }
        Kind::Row(wanted, fault) => {
            let rows = rows(fault, prepared);
            let fits = |(at, command): &(usize, &Command)| {
                (fault.is_about_isolation() || layer(command, *at, prepared.loaded) == wanted)
                    && fault.bend(command, 0).is_some()
            };
            rows.iter().enumerate().filter(fits).map(|(at, _)| at).collect()
        }
    }
}

/// The commands in which a fault of rows is planted.
pub(crate) fn rows(fault: RowFault, prepared: &Prepared) -> &[Command] {
    match (&prepared.neighbours, fault.is_about_isolation()) {
        (Some(neighbours), true) => &neighbours.rows,
        (None, true) => &[],
        (_, false) => &prepared.rows,
    }
}

/// Random numbers from a seed (splitmix64).
struct Dice(u64);

impl Dice {
    fn new(seed: u64, stream: u64) -> Self {
        let mut dice = Self(seed ^ stream.wrapping_mul(0xd1b5_4a32_d192_ed03));
        dice.next();
        dice
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(n)) >> 64) as u64
    }
}
