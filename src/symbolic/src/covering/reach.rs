//! Which goals lie ahead, by the program's graph alone.

use std::collections::{BTreeMap, BTreeSet};

use hyper4_ir::{ActionId, NextNode, Node, ParseStateId, PrimitiveKind, Program, TableId, TableNext};

use crate::execute::Location;
use crate::subject::Subject;

use super::goal::{Goal, Goals};

/// A set of goals, by number.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct GoalSet(Vec<u64>);

impl GoalSet {
    pub(super) fn insert(&mut self, number: usize) {
        let word = number / 64;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        if let Some(word) = self.0.get_mut(word) {
            *word |= 1 << (number % 64);
        }
    }

    pub(super) fn remove(&mut self, number: usize) {
        if let Some(word) = self.0.get_mut(number / 64) {
            *word &= !(1 << (number % 64));
        }
    }

    pub(super) fn contains(&self, number: usize) -> bool {
        self.0.get(number / 64).is_some_and(|word| word & (1 << (number % 64)) != 0)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    pub(super) fn meets(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).any(|(a, b)| a & b != 0)
    }

    fn add(&mut self, other: &Self) -> bool {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        let mut more = false;
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            more |= *theirs & !*mine != 0;
            *mine |= theirs;
        }
        more
    }
}

/// A way out of a table that no packet takes with the entries that are there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Missing {
    pub(super) table: TableId,
    /// By this action; `None`: by any hit.
    pub(super) action: Option<ActionId>,
}

/// Which goals can be reached from where.
pub(super) struct Reach {
    states: Vec<GoalSet>,
    nodes: BTreeMap<Node, GoalSet>,
    egress: GoalSet,
    /// Packets can come in again.
    again: Option<GoalSet>,
    nothing: GoalSet,
    /// Goals that lie behind ways out that aren't there, by number.
    pub(super) missing: BTreeMap<usize, BTreeSet<Missing>>,
}

impl Reach {
    pub(super) fn of(subject: &Subject, goals: &Goals) -> Self {
        let program = subject.program();
        let installed = Graph { program, subject, goals, all: false };
        let mut reach = installed.reach();
        let every = Graph { all: true, ..installed };
        let whole = every.reach();
        let start = |reach: &Self| reach.at(Location::Parser(program.parser.start)).clone();
        let (can, could) = (start(&reach), start(&whole));
        // Ways out that a packet comes to: their tables are among what can be reached.
        let mut ways = Vec::new();
        for (table, number) in program.tables.iter().zip(0..) {
            let id = TableId(number);
            let here = Node::Table(id);
            let reached = whole.nodes.contains_key(&here) && installed.is_reached(&reach, here);
            if reached {
                let missing = every
                    .ways(id, table)
                    .into_iter()
                    .filter(|(way, _)| !installed.ways(id, table).iter().any(|(other, _)| other == way));
                ways.extend(missing.filter_map(|(way, next)| Some((way?, next))));
            }
        }
        for number in 0..goals.all.len() {
            if can.contains(number) || !could.contains(number) {
                continue;
            }
            let own = match goals.all.get(number) {
                Some(Goal::Action { table, action }) => {
                    Some(Missing { table: *table, action: Some(*action) })
                }
                _ => None,
            };
            let behind = ways.iter().filter(|(way, next)| {
                own == Some(*way)
                    || next.and_then(|node| whole.nodes.get(&node)).is_some_and(|set| set.contains(number))
            });
            reach.missing.entry(number).or_default().extend(behind.map(|(way, _)| *way).chain(own));
        }
        reach
    }

    /// What can be reached from a location.
    pub(super) fn at(&self, location: Location) -> &GoalSet {
        if let (Some(all), false) = (&self.again, matches!(location, Location::End)) {
            return all;
        }
        match location {
            Location::Parser(state) => self.states.get(state.index()).unwrap_or(&self.nothing),
            Location::Node(node) => self.nodes.get(&node).unwrap_or(&self.nothing),
            Location::Ingress => &self.egress,
            Location::Egress | Location::End => &self.nothing,
        }
    }
}

/// The program's graph, with the ways out of tables that there are with the entries, or all.
#[derive(Clone, Copy)]
struct Graph<'a> {
    program: &'a Program,
    subject: &'a Subject,
    goals: &'a Goals,
    all: bool,
}

impl Graph<'_> {
    fn reach(&self) -> Reach {
        let mut nodes = BTreeMap::new();
        let egress = self.from(self.program.egress.start, &mut nodes, &GoalSet::default());
        let ingress = self.from(self.program.ingress.start, &mut nodes, &egress);
        let mut states: Vec<GoalSet> =
            self.program.parser.states.iter().zip(0..).map(|(_, number)| self.cases(number)).collect();
        states.iter_mut().for_each(|state| {
            state.add(&ingress);
        });
        let mut more = true;
        while more {
            more = false;
            for (number, state) in self.program.parser.states.iter().enumerate() {
                for next in state.transitions.iter().filter_map(|transition| transition.next) {
                    let Some(set) = states.get(next.index()).cloned() else { continue };
                    more |= states.get_mut(number).is_some_and(|state| state.add(&set));
                }
            }
        }
        let again = self
            .comes_again()
            .then(|| states.get(self.program.parser.start.index()).cloned().unwrap_or_default());
        Reach { states, nodes, egress, again, nothing: GoalSet::default(), missing: BTreeMap::new() }
    }

    /// Whether a packet may begin anew.
    fn comes_again(&self) -> bool {
        self.program.actions.iter().flat_map(|action| &action.primitives).any(|primitive| {
            matches!(
                primitive.kind,
                PrimitiveKind::Resubmit { .. }
                    | PrimitiveKind::Recirculate { .. }
                    | PrimitiveKind::Clone { .. }
            )
        })
    }

    fn cases(&self, number: u32) -> GoalSet {
        let state = ParseStateId(number);
        let count = self.program.parser.states.get(state.index()).map_or(0, |state| state.transitions.len());
        let mut set = GoalSet::default();
        for case in (0..count).map(Some).chain([None]) {
            if let Some(number) = self.goals.number(Goal::Case { state, case }) {
                set.insert(number);
            }
        }
        set
    }

    fn from(&self, node: NextNode, known: &mut BTreeMap<Node, GoalSet>, behind: &GoalSet) -> GoalSet {
        let Some(start) = node else { return behind.clone() };
        // Without recursion: a pipeline may be long.
        let mut waiting = vec![start];
        while let Some(node) = waiting.last().copied() {
            if known.contains_key(&node) {
                waiting.pop();
                continue;
            }
            let next = self.next(node);
            let unknown = next.iter().flatten().find(|next| !known.contains_key(next));
            if let Some(unknown) = unknown {
                waiting.push(*unknown);
                continue;
            }
            let mut set = self.own(node);
            for next in &next {
                set.add(next.and_then(|next| known.get(&next)).unwrap_or(behind));
            }
            // `exit` leaves a pipeline from anywhere.
            set.add(behind);
            known.insert(node, set);
        }
        known.get(&start).cloned().unwrap_or_default()
    }

    fn next(&self, node: Node) -> Vec<NextNode> {
        match node {
            Node::Conditional(_) => self.program.next_nodes(node),
            Node::Table(id) => {
                let table = self.program.tables.get(id.index());
                let ways = table.map_or_else(Vec::new, |table| self.ways(id, table));
                ways.into_iter().map(|(_, next)| next).collect()
            }
        }
    }

    /// The ways out of a table: those that need an entry say which.
    fn ways(&self, id: TableId, table: &hyper4_ir::Table) -> Vec<(Option<Missing>, NextNode)> {
        let rows = self.subject.rows(id);
        let default = rows.and_then(|rows| rows.default()).map(|(action, _)| *action);
        let runs = |action: ActionId| {
            let entry = rows.is_some_and(|rows| rows.by_handle().any(|row| row.action == action));
            self.all || entry || default == Some(action)
        };
        let some = self.all || rows.is_some_and(|rows| rows.by_handle().next().is_some());
        match &table.next {
            TableNext::HitMiss { hit, miss } => {
                let hit = some.then_some((Some(Missing { table: id, action: None }), *hit));
                hit.into_iter().chain([(None, *miss)]).collect()
            }
            TableNext::ByAction { nodes, base_default } => {
                let nodes = table.actions.iter().zip(nodes).filter(|(action, _)| runs(**action));
                let nodes =
                    nodes.map(|(action, next)| (Some(Missing { table: id, action: Some(*action) }), *next));
                nodes.chain([(None, *base_default)]).collect()
            }
        }
    }

    fn own(&self, node: Node) -> GoalSet {
        let mut set = GoalSet::default();
        let mut insert = |goal: Goal| {
            if let Some(number) = self.goals.number(goal) {
                set.insert(number);
            }
        };
        match node {
            Node::Conditional(condition) => {
                [true, false].into_iter().for_each(|holds| insert(Goal::Branch { condition, holds }));
            }
            Node::Table(table) => {
                insert(Goal::Miss { table });
                let rows = self.subject.rows(table);
                for row in rows.into_iter().flat_map(|rows| rows.by_handle()) {
                    insert(Goal::Entry { table, handle: row.handle });
                    insert(Goal::Action { table, action: row.action });
                }
                if let Some((action, _)) = rows.and_then(|rows| rows.default()) {
                    insert(Goal::Action { table, action: *action });
                }
                if self.all {
                    let actions = self.program.tables.get(table.index()).map(|table| &table.actions);
                    for action in actions.into_iter().flatten() {
                        insert(Goal::Action { table, action: *action });
                    }
                }
            }
        }
        set
    }

    /// Whether packets come to a node with the entries that are there.
    fn is_reached(&self, reach: &Reach, wanted: Node) -> bool {
        let mut waiting: Vec<Node> =
            [self.program.ingress.start, self.program.egress.start].into_iter().flatten().collect();
        let mut seen = BTreeSet::new();
        while let Some(node) = waiting.pop() {
            if node == wanted {
                return true;
            }
            if reach.nodes.contains_key(&node) && seen.insert(node) {
                waiting.extend(self.next(node).into_iter().flatten());
            }
        }
        false
    }
}
