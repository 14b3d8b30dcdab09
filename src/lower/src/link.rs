//! Joining steps to a graph, from the end.

use hyper4_ir::{NextNode, Node, TableNext};

use crate::Lowerer;
use crate::control::Step;

impl Lowerer<'_> {
    /// Joins steps that are followed by `next`; gives the first node.
    pub(crate) fn link(&mut self, steps: &[Step], next: NextNode) -> NextNode {
        let mut next = next;
        for step in steps.iter().rev() {
            next = match step {
                Step::Return => None,
                Step::Table(table) => {
                    let count = self.table_action_count(*table);
                    let nodes = vec![next; count];
                    self.set_next(*table, TableNext::ByAction { nodes, base_default: next });
                    Some(Node::Table(*table))
                }
                Step::HitMiss(table, hit, miss) => {
                    let (hit, miss) = (self.link(hit, next), self.link(miss, next));
                    self.set_next(*table, TableNext::HitMiss { hit, miss });
                    Some(Node::Table(*table))
                }
                Step::Switch(table, branches) => {
                    let nodes = branches.iter().map(|branch| self.link(branch, next)).collect();
                    self.set_next(*table, TableNext::ByAction { nodes, base_default: next });
                    Some(Node::Table(*table))
                }
                Step::If(conditional, then, otherwise) => {
                    let (then, otherwise) = (self.link(then, next), self.link(otherwise, next));
                    if let Some(Some(conditional)) = self.conditionals.get_mut(conditional.index()) {
                        conditional.true_next = then;
                        conditional.false_next = otherwise;
                    }
                    Some(Node::Conditional(*conditional))
                }
            };
        }
        next
    }

    fn table_action_count(&self, table: hyper4_ir::TableId) -> usize {
        self.tables.get(table.index()).and_then(Option::as_ref).map_or(0, |table| table.actions.len())
    }

    fn set_next(&mut self, table: hyper4_ir::TableId, next: TableNext) {
        if let Some(Some(table)) = self.tables.get_mut(table.index()) {
            table.next = next;
        }
    }
}
