//! What packets are to reach.

use std::collections::{BTreeSet, HashMap};

use hyper4_ir::{ActionId, ConditionalId, ParseStateId, Program, TableId, TransitionMatch};

use crate::subject::Subject;

/// A construct that a packet can reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Goal {
    /// A table's entry is hit.
    Entry {
        /// The table.
        table: TableId,
        /// The entry.
        handle: u64,
    },
    /// A table that has a key is missed.
    Miss {
        /// The table.
        table: TableId,
    },
    /// A table runs an action, by an entry or by default.
    Action {
        /// The table.
        table: TableId,
        /// The action.
        action: ActionId,
    },
    /// A case of a select is taken.
    Case {
        /// The parse state.
        state: ParseStateId,
        /// The case's number, from 0, in the order of the program; `None`: none matches.
        case: Option<usize>,
    },
    /// A condition holds, or doesn't.
    Branch {
        /// The condition.
        condition: ConditionalId,
        /// Whether it holds.
        holds: bool,
    },
}

/// A kind of [`Goal`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GoalKind {
    /// [`Goal::Entry`]
    Entry,
    /// [`Goal::Miss`]
    Miss,
    /// [`Goal::Action`]
    Action,
    /// [`Goal::Case`]
    Case,
    /// [`Goal::Branch`]
    Branch,
}

impl GoalKind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Entry, Self::Miss, Self::Action, Self::Case, Self::Branch];

    /// What it is called, where there are several.
    pub fn name(self) -> &'static str {
        match self {
            Self::Entry => "entries",
            Self::Miss => "misses",
            Self::Action => "actions",
            Self::Case => "cases",
            Self::Branch => "branches",
        }
    }
}

impl Goal {
    /// Its kind.
    pub fn kind(&self) -> GoalKind {
        match self {
            Self::Entry { .. } => GoalKind::Entry,
            Self::Miss { .. } => GoalKind::Miss,
            Self::Action { .. } => GoalKind::Action,
            Self::Case { .. } => GoalKind::Case,
            Self::Branch { .. } => GoalKind::Branch,
        }
    }

    /// What it is, in the program's names.
    pub fn describe(&self, program: &Program) -> String {
        let table = |id: TableId| program.tables.get(id.index()).map_or("?", |table| &table.name);
        match *self {
            Self::Entry { table: id, handle } => format!("entry {handle} of table `{}`", table(id)),
            Self::Miss { table: id } => format!("miss of table `{}`", table(id)),
            Self::Action { table: id, action } => {
                let action = program.actions.get(action.index()).map_or("?", |action| &action.name);
                format!("action `{action}` of table `{}`", table(id))
            }
            Self::Case { state, case } => {
                let name = program.parser.states.get(state.index()).map_or("?", |state| &state.name);
                match case {
                    Some(case) => format!("case {case} of parse state `{name}`"),
                    None => format!("no case of parse state `{name}`"),
                }
            }
            Self::Branch { condition, holds } => {
                let conditional = program.conditionals.get(condition.index());
                let name = conditional.map_or("?", |conditional| &conditional.name);
                let place = conditional.and_then(|conditional| conditional.source_info.as_ref());
                let place = place.map(|place| format!(" at {place}")).unwrap_or_default();
                format!("condition `{name}`{place} is {holds}")
            }
        }
    }
}

/// The goals of a subject, numbered.
pub(super) struct Goals {
    pub(super) all: Vec<Goal>,
    numbers: HashMap<Goal, usize>,
}

impl Goals {
    pub(super) fn of(subject: &Subject) -> Self {
        let program = subject.program();
        let mut all = Vec::new();
        for (table, number) in program.tables.iter().zip(0..).filter(|(table, _)| !table.hidden) {
            let id = TableId(number);
            all.extend(subject.rows(id).into_iter().flat_map(|rows| {
                rows.by_handle().map(move |row| Goal::Entry { table: id, handle: row.handle })
            }));
            if !table.keys.is_empty() {
                all.push(Goal::Miss { table: id });
            }
            let actions: BTreeSet<ActionId> = table.actions.iter().copied().collect();
            all.extend(actions.into_iter().map(|action| Goal::Action { table: id, action }));
        }
        for (state, number) in
            program.parser.states.iter().zip(0..).filter(|(state, _)| !state.key.is_empty())
        {
            let id = ParseStateId(number);
            all.extend((0..state.transitions.len()).map(|case| Goal::Case { state: id, case: Some(case) }));
            let open = state.transitions.iter().all(|case| case.matches != TransitionMatch::Default);
            all.extend(open.then_some(Goal::Case { state: id, case: None }));
        }
        for number in (0..).take(program.conditionals.len()) {
            let condition = ConditionalId(number);
            all.extend([true, false].map(|holds| Goal::Branch { condition, holds }));
        }
        let numbers = all.iter().enumerate().map(|(number, goal)| (*goal, number)).collect();
        Self { all, numbers }
    }

    pub(super) fn number(&self, goal: Goal) -> Option<usize> {
        self.numbers.get(&goal).copied()
    }
}
