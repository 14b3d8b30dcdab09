//! The core that everything is elaborated to: a control-flow graph of straight-line code.
//!
//! Functions, actions, controls and parsers are inlined on the way, so `return`, `exit`, `break` and `continue` are
//! edges. The back ends make of it hidden tables and conditions, the primitives of an action, or parser states.

use hyper4_ir::{self as ir, Expr, ParserOp, PrimitiveKind};
use hyper4_p4::Span;

/// Indexes [`Graph::blocks`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct BlockId(pub(crate) usize);

/// What is done in a block.
#[derive(Clone, Debug)]
pub(crate) enum OpKind {
    /// What actions and parser states both do; in a parser an assignment is `set`.
    Do(PrimitiveKind),
    /// What parser states alone do.
    Parse(ParserOp),
    /// The deparser emits a header.
    Emit(ir::HeaderId),
    /// A checksum is verified or updated.
    Checksum(ir::Checksum),
}

/// Something that is done, and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Op {
    pub(crate) kind: OpKind,
    pub(crate) span: Span,
}

/// Where a table goes on.
#[derive(Clone, Debug)]
pub(crate) enum Targets {
    Always(BlockId),
    HitMiss(BlockId, BlockId),
    /// One for each of the table's actions, and what follows when none ran.
    ByAction(Vec<BlockId>, BlockId),
}

/// How a block ends.
#[derive(Clone, Debug)]
pub(crate) enum End {
    /// It isn't finished; none is in a finished graph that can be reached.
    Open,
    Goto(BlockId),
    /// On a truth value.
    Branch {
        condition: Expr,
        span: Span,
        then: BlockId,
        otherwise: BlockId,
    },
    Table {
        table: ir::TableId,
        span: Span,
        targets: Targets,
    },
    /// A parser state's transition; nothing is accept.
    Select {
        key: Vec<ir::SelectKey>,
        cases: Vec<(ir::TransitionMatch, BlockId)>,
    },
    /// The pipeline, action or parser ends.
    Stop,
}

impl End {
    /// The blocks that may follow.
    pub(crate) fn targets(&self) -> Vec<BlockId> {
        match self {
            Self::Open | Self::Stop => Vec::new(),
            Self::Goto(target) => vec![*target],
            Self::Branch { then, otherwise, .. } => vec![*then, *otherwise],
            Self::Table { targets, .. } => match targets {
                Targets::Always(next) => vec![*next],
                Targets::HitMiss(hit, miss) => vec![*hit, *miss],
                Targets::ByAction(nodes, none) => nodes.iter().copied().chain([*none]).collect(),
            },
            Self::Select { cases, .. } => cases.iter().map(|(_, target)| *target).collect(),
        }
    }
}

/// Straight-line code and what follows it.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    pub(crate) ops: Vec<Op>,
    /// Where the code stands that it was made of.
    pub(crate) since: Option<Span>,
    pub(crate) end: End,
    /// Whether something leads here.
    reached: bool,
    /// A parser state's name.
    pub(crate) name: Option<String>,
}

/// Blocks under construction.
#[derive(Clone, Debug)]
pub(crate) struct Graph {
    blocks: Vec<Block>,
    /// The blocks in the order of the program.
    pub(crate) order: Vec<BlockId>,
    current: Option<BlockId>,
    /// The current block's code ends the pipeline: what would follow in it is dead.
    sealed: bool,
}

impl Graph {
    /// A graph of one empty block, which is the current one.
    pub(crate) fn new() -> Self {
        let mut graph = Self { blocks: Vec::new(), order: Vec::new(), current: None, sealed: false };
        let start = graph.block();
        graph.mark(start);
        graph.start(start);
        graph
    }

    /// A block that nothing leads to yet.
    pub(crate) fn block(&mut self) -> BlockId {
        let id = BlockId(self.blocks.len());
        self.blocks.push(Block { ops: Vec::new(), since: None, end: End::Open, reached: false, name: None });
        id
    }

    /// A block that is a parser state.
    pub(crate) fn named_block(&mut self, name: String) -> BlockId {
        let id = self.block();
        if let Some(block) = self.blocks.get_mut(id.0) {
            block.name = Some(name);
        }
        id
    }

    pub(crate) fn get(&self, id: BlockId) -> Option<&Block> {
        self.blocks.get(id.0)
    }

    pub(crate) fn get_mut(&mut self, id: BlockId) -> Option<&mut Block> {
        self.blocks.get_mut(id.0)
    }

    fn mark(&mut self, id: BlockId) {
        if let Some(block) = self.blocks.get_mut(id.0) {
            block.reached = true;
        }
    }

    /// Whether what comes next is ever run.
    pub(crate) fn is_live(&self) -> bool {
        self.current.is_some() && !self.sealed
    }

    /// Goes on in a block. Where nothing leads to it, what follows is dead.
    pub(crate) fn start(&mut self, id: BlockId) {
        let reached = self.blocks.get(id.0).is_some_and(|block| block.reached);
        self.current = reached.then_some(id);
        self.sealed = false;
        if reached {
            self.order.push(id);
        }
    }

    /// Goes on in a block, whether or not something leads to it yet.
    pub(crate) fn force(&mut self, id: BlockId) {
        self.mark(id);
        self.start(id);
    }

    pub(crate) fn is_current(&self, id: BlockId) -> bool {
        self.current == Some(id)
    }

    /// Whether nothing was done in the current block.
    pub(crate) fn is_untouched(&self) -> bool {
        self.current.and_then(|current| self.get(current)).is_some_and(|block| block.ops.is_empty())
    }

    /// Makes the current block a parser state.
    pub(crate) fn name_current(&mut self, name: String) -> BlockId {
        let id = match self.current {
            Some(current) => current,
            None => self.block(),
        };
        if let Some(block) = self.blocks.get_mut(id.0) {
            block.name = Some(name);
        }
        id
    }

    /// Says where the current block stands.
    pub(crate) fn set_span(&mut self, span: Span) {
        if let Some(block) = self.current.and_then(|current| self.blocks.get_mut(current.0)) {
            block.since = Some(span);
        }
    }

    /// Ends the current block.
    pub(crate) fn end(&mut self, end: End) {
        if let Some(current) = self.current.take() {
            end.targets().into_iter().for_each(|target| self.mark(target));
            if let Some(block) = self.blocks.get_mut(current.0) {
                block.end = end;
            }
        }
    }

    /// Goes to a block and goes on there.
    pub(crate) fn proceed(&mut self, id: BlockId) {
        self.end(End::Goto(id));
        self.start(id);
    }

    /// Nothing more is done in the current block, though the graph goes on.
    pub(crate) fn seal(&mut self) {
        self.sealed = true;
    }

    /// Does something.
    pub(crate) fn push(&mut self, kind: OpKind, span: Span) {
        if self.sealed {
            return;
        }
        if let Some(block) = self.current.and_then(|current| self.blocks.get_mut(current.0)) {
            block.since.get_or_insert(span);
            block.ops.push(Op { kind, span });
        }
    }

    /// Joins blocks without a name to the only one that leads to them.
    pub(crate) fn merge(&mut self) {
        let mut leading = vec![0usize; self.blocks.len()];
        for id in &self.order {
            let targets = self.get(*id).map(|block| block.end.targets()).unwrap_or_default();
            for target in targets {
                if let Some(count) = leading.get_mut(target.0) {
                    *count += 1;
                }
            }
        }
        let mut gone = vec![false; self.blocks.len()];
        for id in self.order.clone() {
            if gone.get(id.0).copied().unwrap_or(true) {
                continue;
            }
            while let Some(Block { end: End::Goto(next), .. }) = self.get(id) {
                let next = *next;
                let only = leading.get(next.0) == Some(&1) && next != id && self.order.first() != Some(&next);
                let Some(block) = self.blocks.get_mut(next.0).filter(|block| only && block.name.is_none())
                else {
                    break;
                };
                let (ops, since) = (std::mem::take(&mut block.ops), block.since);
                let end = std::mem::replace(&mut block.end, End::Open);
                if let Some(block) = self.blocks.get_mut(id.0) {
                    block.ops.extend(ops);
                    block.since = block.since.or(since);
                    block.end = end;
                }
                if let Some(gone) = gone.get_mut(next.0) {
                    *gone = true;
                }
            }
        }
        self.order.retain(|id| !gone.get(id.0).copied().unwrap_or(true));
    }
}
