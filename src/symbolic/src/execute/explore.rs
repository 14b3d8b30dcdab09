//! Runs that somebody steers: to find packets, not to prove.

use hyper4_ir::{Node, ParseStateId};

use crate::path::Path;
use crate::visit::Visits;

use super::{Executor, Outcome, Point, Stop, Thread, Waiting, World};

/// Where a path stands, as far as it says what can still be reached.
#[derive(Clone, Copy)]
pub(crate) enum Location {
    /// In a parse state.
    Parser(ParseStateId),
    /// Before a node.
    Node(Node),
    /// Behind ingress.
    Ingress,
    /// At the end of the life of one packet; others may be waiting for egress.
    Egress,
    /// At the end of all.
    End,
}

/// What becomes of a path.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wish {
    /// It goes on.
    Follow,
    /// It is left.
    Leave,
    /// So are all others.
    Finish,
}

/// Who steers.
pub(crate) trait Guide {
    /// What to do with a path that has come so far.
    fn wish(&mut self, visits: &Visits, location: Location) -> Wish;

    /// A path came to its end.
    fn met(&mut self, executor: &mut Executor<'_, '_>, outcome: Outcome);

    /// A path stands where the executor can't go on.
    fn stopped(&mut self, location: Location, stop: Stop);

    /// Which of `count` paths is taken up after one has come to its end.
    fn pick(&mut self, count: usize) -> usize;
}

impl Executor<'_, '_> {
    /// Follow the packets of a path as somebody wishes; false when some of them were not followed to their ends for being
    /// too many.
    pub(crate) fn explore(mut self, path: Path, guide: &mut impl Guide) -> Result<bool, Stop> {
        self.begin(path, World::default())?;
        while let Some(thread) = self.threads.pop() {
            let location = self.location(&thread);
            match guide.wish(&thread.visits, location) {
                Wish::Follow => {}
                Wish::Leave => continue,
                Wish::Finish => return Ok(false),
            }
            match self.step(thread) {
                Ok(None) => {}
                Ok(Some(outcome)) => {
                    guide.met(&mut self, outcome);
                    let count = self.threads.len();
                    if count > 1 {
                        self.threads.swap(guide.pick(count).min(count - 1), count - 1);
                    }
                }
                Err(stop) => guide.stopped(location, stop),
            }
            if self.threads.len() > self.max_paths {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn location(&self, thread: &Thread) -> Location {
        match thread.point {
            Point::Parse { state, .. } => Location::Parser(state),
            Point::Node(_, Some(node)) if !thread.state.exit => Location::Node(node),
            Point::Node(hyper4_ir::PipelineKind::Ingress, _) | Point::TrafficManager => Location::Ingress,
            Point::Node(..) => Location::Egress,
            Point::Next if thread.waiting.is_empty() => Location::End,
            Point::Next if thread.waiting.iter().any(|one| matches!(one, Waiting::Ingress { .. })) => {
                Location::Parser(self.program().parser.start)
            }
            Point::Next => Location::Ingress,
        }
    }
}
