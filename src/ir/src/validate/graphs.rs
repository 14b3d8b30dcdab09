//! The pipelines' graphs.

use super::expressions::Scope;
use super::{Checker, invalid, unique, unresolved};
use crate::{IrError, NextNode, Node, PipelineKind, Program};

/// How far the search for circles got with a node.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    New,
    Open,
    Done,
}

impl Checker<'_> {
    pub(super) fn conditionals(&self) -> Result<(), IrError> {
        for conditional in &self.program.conditionals {
            let scope = Scope { kind: "condition", name: &conditional.name, parameters: 0 };
            self.truth(scope, &conditional.expression)?;
        }
        Ok(())
    }

    pub(super) fn graphs(&self) -> Result<(), IrError> {
        let program = self.program;
        let tables = program.tables.iter().map(|table| table.name.as_str());
        let conditionals = program.conditionals.iter().map(|conditional| conditional.name.as_str());
        unique("node", tables.chain(conditionals))?;
        let pipelines = [(&program.ingress, PipelineKind::Ingress), (&program.egress, PipelineKind::Egress)];
        for (pipeline, kind) in pipelines {
            let name = if kind == PipelineKind::Ingress { "ingress" } else { "egress" };
            if pipeline.kind != kind {
                return invalid("pipeline", name, "it says that it is the other one");
            }
            self.edge("pipeline", name, kind, pipeline.start)?;
        }
        for table in &program.tables {
            for next in table.next.nodes() {
                self.edge("table", &table.name, table.pipeline, next)?;
            }
        }
        for conditional in &program.conditionals {
            for next in [conditional.true_next, conditional.false_next] {
                self.edge("condition", &conditional.name, conditional.pipeline, next)?;
            }
        }
        self.no_circle()
    }

    fn edge(&self, kind: &str, name: &str, pipeline: PipelineKind, next: NextNode) -> Result<(), IrError> {
        let target = match next {
            None => return Ok(()),
            Some(Node::Table(id)) => self.program.tables.get(id.index()).map(|table| table.pipeline),
            Some(Node::Conditional(id)) => {
                self.program.conditionals.get(id.index()).map(|conditional| conditional.pipeline)
            }
        };
        match target {
            Some(target) if target == pipeline => Ok(()),
            Some(_) => invalid(kind, name, "it goes on in the other pipeline"),
            None => unresolved(kind, name, format!("{next:?}")),
        }
    }

    /// Depth first, without recursion: graphs may be long.
    fn no_circle(&self) -> Result<(), IrError> {
        let program = self.program;
        let count = program.tables.len();
        let index = |node: Node| match node {
            Node::Table(id) => id.index(),
            Node::Conditional(id) => count + id.index(),
        };
        let mut marks = vec![Mark::New; count + program.conditionals.len()];
        let tables = (0..count as u32).map(|id| Node::Table(crate::TableId(id)));
        let conditionals =
            (0..program.conditionals.len() as u32).map(|id| Node::Conditional(crate::ConditionalId(id)));
        for root in tables.chain(conditionals) {
            let mut stack = vec![(root, false)];
            while let Some((node, leaving)) = stack.pop() {
                let Some(mark) = marks.get_mut(index(node)) else { continue };
                if leaving {
                    *mark = Mark::Done;
                    continue;
                }
                match mark {
                    Mark::Done => continue,
                    Mark::Open => {
                        return invalid("node", node_name(program, node), "its successors lead back to it");
                    }
                    Mark::New => *mark = Mark::Open,
                }
                stack.push((node, true));
                let next = program.next_nodes(node).into_iter().flatten();
                stack.extend(next.filter(|n| marks.get(index(*n)) != Some(&Mark::Done)).map(|n| (n, false)));
            }
        }
        Ok(())
    }
}

fn node_name(program: &Program, node: Node) -> &str {
    match node {
        Node::Table(id) => program.tables.get(id.index()).map_or("", |table| table.name.as_str()),
        Node::Conditional(id) => program.conditionals.get(id.index()).map_or("", |c| c.name.as_str()),
    }
}
