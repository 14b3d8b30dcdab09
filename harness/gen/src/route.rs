//! How to get to a node of a pipeline: which way each condition and table before it must turn.

use hyper4_ir::{ActionId, ConditionalId, NextNode, Node, Pipeline, Program, TableId, TableNext};

use crate::aim::Aim;
use crate::dice::Dice;
use crate::plan::GuestPlan;

/// Which nodes lie behind which.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    tables: usize,
    /// By node, tables first: the nodes that can come next or later, and the node itself.
    behind: Vec<Vec<bool>>,
}

/// A way on from a table, and how to take it.
enum Way {
    /// An entry with that action.
    Action(ActionId),
    /// Any entry.
    Hit,
    /// No entry.
    Miss,
}

impl Routes {
    pub(crate) fn of(program: &Program) -> Self {
        let tables = program.tables.len();
        let nodes = tables + program.conditionals.len();
        let mut routes = Self { tables, behind: vec![vec![false; nodes]; nodes] };
        let mut done = vec![false; nodes];
        for start in 0..nodes {
            routes.fill(program, start, &mut done);
        }
        routes
    }

    /// Depth first without recursion: a pipeline may be longer than a stack is deep.
    fn fill(&mut self, program: &Program, start: usize, done: &mut [bool]) {
        let mut open = vec![start];
        while let Some(at) = open.last().copied() {
            let next: Vec<usize> =
                self.successors(program, at).into_iter().map(|node| self.number(node)).collect();
            // The graph has no circles, so that what is open is never met again below itself.
            let waiting = next.iter().find(|node| done.get(**node) == Some(&false) && **node != at);
            if let (Some(node), Some(false)) = (waiting, done.get(at).copied()) {
                open.push(*node);
                if open.len() > done.len() {
                    return;
                }
                continue;
            }
            let reached: Vec<Vec<bool>> =
                next.iter().filter_map(|node| self.behind.get(*node).cloned()).collect();
            if let Some(row) = self.behind.get_mut(at) {
                for (node, slot) in row.iter_mut().enumerate() {
                    *slot = node == at || reached.iter().any(|row| row.get(node) == Some(&true));
                }
            }
            if let Some(slot) = done.get_mut(at) {
                *slot = true;
            }
            open.pop();
        }
    }

    fn number(&self, node: Node) -> usize {
        match node {
            Node::Table(id) => id.index(),
            Node::Conditional(id) => self.tables + id.index(),
        }
    }

    fn node(&self, number: usize) -> Node {
        let id = |number| u32::try_from(number).unwrap_or(u32::MAX);
        match number.checked_sub(self.tables) {
            None => Node::Table(TableId(id(number))),
            Some(number) => Node::Conditional(ConditionalId(id(number))),
        }
    }

    fn successors(&self, program: &Program, number: usize) -> Vec<Node> {
        program.next_nodes(self.node(number)).into_iter().flatten().collect()
    }

    /// Whether `to` comes at `from` or behind it.
    fn leads(&self, from: NextNode, to: Node) -> bool {
        let row = from.and_then(|from| self.behind.get(self.number(from)));
        row.and_then(|row| row.get(self.number(to))) == Some(&true)
    }
}

/// Ask, beside what `aim` asks for, for what leads to `target`, or, without one, to the end of ingress by some way.
pub(crate) fn route(plan: &GuestPlan, target: Option<Node>, aim: &mut Aim, dice: &mut Dice<'_>) {
    for pipeline in [&plan.program.ingress, &plan.program.egress] {
        let ahead = target.filter(|target| plan.routes.leads(pipeline.start, *target));
        pass(plan, pipeline, ahead, aim, dice);
        if ahead.is_some() || target.is_none() {
            break;
        }
    }
}

fn pass(plan: &GuestPlan, pipeline: &Pipeline, target: Option<Node>, aim: &mut Aim, dice: &mut Dice<'_>) {
    let leads = |next: NextNode| target.is_none_or(|target| plan.routes.leads(next, target));
    let mut next = pipeline.start;
    while let Some(node) = next {
        if Some(node) == target {
            return;
        }
        next = match node {
            Node::Conditional(id) => {
                let Some(conditional) = plan.program.conditionals.get(id.index()) else { return };
                let want = match (leads(conditional.true_next), leads(conditional.false_next)) {
                    (true, true) => dice.percent(50),
                    (value, _) => value,
                };
                aim.condition(plan, &conditional.expression, want, dice);
                if want { conditional.true_next } else { conditional.false_next }
            }
            Node::Table(id) => {
                let Some(table) = plan.program.tables.get(id.index()) else { return };
                let mut ways = Vec::with_capacity(4);
                match &table.next {
                    TableNext::ByAction { nodes, .. } => {
                        let by_action = table.actions.iter().zip(nodes);
                        ways.extend(by_action.map(|(action, next)| (Way::Action(*action), *next)));
                    }
                    TableNext::HitMiss { hit, miss } => ways.extend([(Way::Hit, *hit), (Way::Miss, *miss)]),
                }
                ways.retain(|(_, next)| leads(*next));
                let Some((way, next)) = dice.pick(&ways) else { return };
                take(plan, id, way, aim, dice);
                *next
            }
        };
    }
}

/// Ask for an entry that turns a table that way.
fn take(plan: &GuestPlan, table: TableId, way: &Way, aim: &mut Aim, dice: &mut Dice<'_>) {
    let Some(entries) = plan.entries_of(table) else { return };
    let action = match way {
        Way::Action(action) => Some(*action),
        Way::Hit => None,
        Way::Miss => return,
    };
    // Tables may have very many entries: some guesses do where one in several has the action.
    for _ in 0..4 {
        let Some(number) = dice.pick(entries).copied() else { return };
        if action.is_none() || plan.action_of(number) == action {
            aim.entry(plan, number, true, dice);
            return;
        }
    }
}
