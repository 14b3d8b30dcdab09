//! What the generated packets reached.

use std::fmt;
use std::sync::Arc;

use crate::plan::GuestPlan;

/// A way in which a packet was made, whatever the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Shape {
    /// The parser accepts it.
    Accepted,
    /// Cut short.
    Truncated,
    /// Cut short within a header.
    TruncatedHeader,
    /// Random bytes.
    Noise,
    /// Some bits flipped after it was made.
    Flipped,
    /// A checksum was made wrong.
    WrongChecksum,
    /// All its checksums were made right, and there was one.
    RightChecksum,
    /// It comes in by a port that nothing names.
    OtherPort,
    /// There are bytes behind its headers.
    Payload,
    /// Its length is one of the limits' lengths.
    GivenLength,
}

impl Shape {
    pub(crate) const ALL: [Self; 10] = [
        Self::Accepted,
        Self::Truncated,
        Self::TruncatedHeader,
        Self::Noise,
        Self::Flipped,
        Self::WrongChecksum,
        Self::RightChecksum,
        Self::OtherPort,
        Self::Payload,
        Self::GivenLength,
    ];
}

/// Something that packets can be aimed at. Names are the program's.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Construct {
    /// Packets of a shape.
    Shape(Shape),
    /// A parse state is entered.
    State {
        /// The program.
        program: String,
        /// The state.
        state: String,
    },
    /// A select case is taken.
    Case {
        /// The program.
        program: String,
        /// The state.
        state: String,
        /// The case's number, from 0, in the order of the program.
        case: usize,
    },
    /// No case of a select matches.
    NoCase {
        /// The program.
        program: String,
        /// The state.
        state: String,
    },
    /// The packet has all that a table's entry looks at, as it comes in: a program may still change it before, or have
    /// a better entry.
    Entry {
        /// The program.
        program: String,
        /// The table.
        table: String,
        /// The entry's number in its table, from 0: constant ones first, then as they were added.
        entry: usize,
        /// Whether it is to be hit, or to be missed by little.
        hit: bool,
    },
    /// The packet has all that a condition needs to come out so.
    Condition {
        /// The program.
        program: String,
        /// The condition.
        condition: String,
        /// What it is to come to.
        value: bool,
    },
}

impl fmt::Display for Construct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shape(shape) => write!(f, "packets of shape {shape:?}"),
            Self::State { program, state } => write!(f, "{program}: parse state {state}"),
            Self::Case { program, state, case } => write!(f, "{program}: case {case} of parse state {state}"),
            Self::NoCase { program, state } => write!(f, "{program}: no case of parse state {state}"),
            Self::Entry { program, table, entry, hit } => {
                let how = if *hit { "hit" } else { "near miss" };
                write!(f, "{program}: {how} of entry {entry} of table {table}")
            }
            Self::Condition { program, condition, value } => {
                write!(f, "{program}: condition {condition} {value}")
            }
        }
    }
}

/// How often each construct was reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    constructs: Arc<[Construct]>,
    counts: Vec<u64>,
}

impl Coverage {
    pub(crate) fn new(constructs: &Arc<[Construct]>) -> Self {
        Self { constructs: Arc::clone(constructs), counts: vec![0; constructs.len()] }
    }

    pub(crate) fn count(&mut self, number: usize) {
        if let Some(count) = self.counts.get_mut(number) {
            *count += 1;
        }
    }

    pub(crate) fn count_shape(&mut self, shape: Shape) {
        self.count(shape as usize);
    }

    /// Each construct with its count.
    pub fn iter(&self) -> impl Iterator<Item = (&Construct, u64)> {
        self.constructs.iter().zip(self.counts.iter().copied())
    }

    /// What no packet reached.
    pub fn unreached(&self) -> impl Iterator<Item = &Construct> {
        self.iter().filter(|(_, count)| *count == 0).map(|(construct, _)| construct)
    }

    /// How often a construct was reached; `None` when there is no such construct.
    pub fn of(&self, construct: &Construct) -> Option<u64> {
        self.iter().find(|(known, _)| *known == construct).map(|(_, count)| count)
    }

    /// Add the counts of another part of the same run, of the same generator.
    pub fn merge(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
    }
}

/// Where a program's constructs stand among all.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    states: usize,
    /// For each state its first case; its "no case" comes behind the last.
    cases: Vec<usize>,
    entries: usize,
    conditions: usize,
}

impl Ledger {
    /// Add the constructs of a program. `number` tells apart programs of one name.
    pub(crate) fn new(number: usize, plan: &GuestPlan, constructs: &mut Vec<Construct>) -> Self {
        if constructs.is_empty() {
            constructs.extend(Shape::ALL.map(Construct::Shape));
        }
        let taken = constructs
            .iter()
            .any(|c| matches!(c, Construct::State { program, .. } if *program == plan.program.name));
        let program =
            if taken { format!("{}#{number}", plan.program.name) } else { plan.program.name.clone() };
        let mut ledger = Self { states: constructs.len(), ..Self::default() };
        let states = &plan.program.parser.states;
        for state in states {
            constructs.push(Construct::State { program: program.clone(), state: state.name.clone() });
        }
        for state in states {
            ledger.cases.push(constructs.len());
            for case in 0..state.transitions.len() {
                constructs.push(Construct::Case {
                    program: program.clone(),
                    state: state.name.clone(),
                    case,
                });
            }
            let always = state.transitions.iter().any(|t| t.matches == hyper4_ir::TransitionMatch::Default);
            if !always && !state.transitions.is_empty() {
                constructs.push(Construct::NoCase { program: program.clone(), state: state.name.clone() });
            }
        }
        ledger.entries = constructs.len();
        let mut of_table = vec![0; plan.program.tables.len()];
        for entry in &plan.entries {
            let table = entry.table.index();
            let name = plan.program.tables.get(table).map_or("", |t| t.name.as_str());
            let Some(position) = of_table.get_mut(table) else { continue };
            for hit in [true, false] {
                constructs.push(Construct::Entry {
                    program: program.clone(),
                    table: name.to_owned(),
                    entry: *position,
                    hit,
                });
            }
            *position += 1;
        }
        ledger.conditions = constructs.len();
        for conditional in &plan.program.conditionals {
            for value in [true, false] {
                let condition = conditional.name.clone();
                constructs.push(Construct::Condition { program: program.clone(), condition, value });
            }
        }
        ledger
    }

    pub(crate) fn state(&self, state: usize) -> usize {
        self.states + state
    }

    /// `case` may be the number of cases: none matches.
    pub(crate) fn case(&self, state: usize, case: usize) -> usize {
        self.cases.get(state).map_or(usize::MAX, |first| first + case)
    }

    pub(crate) fn entry(&self, entry: usize, hit: bool) -> usize {
        self.entries + 2 * entry + usize::from(!hit)
    }

    pub(crate) fn condition(&self, condition: usize, value: bool) -> usize {
        self.conditions + 2 * condition + usize::from(!value)
    }
}
