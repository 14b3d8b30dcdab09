//! What the packets of a path pass: the constructs of the program that they reach.

use std::rc::Rc;

use hyper4_ir::{ActionId, ConditionalId, ParseStateId, TableId};

use crate::term::Cond;

/// A construct that is reached.
pub(crate) enum Visit {
    /// A case of a select is taken; `None` is that no case matches.
    Case { state: ParseStateId, case: Option<usize> },
    /// A condition holds or doesn't.
    Branch { condition: ConditionalId, holds: bool },
    /// A table is applied, and the action that runs. On a hit one of the rows, by handle, is hit: the first of them whose
    /// condition holds; a miss has none.
    Table { table: TableId, rows: Vec<(u64, Cond)>, action: Option<ActionId> },
}

/// The constructs on a path, the last one first. Paths share what they have in common.
#[derive(Clone, Default)]
pub(crate) struct Visits(Option<Rc<Link>>);

struct Link {
    visit: Visit,
    before: Visits,
}

impl Visits {
    /// One more.
    pub(crate) fn push(&mut self, visit: Visit) {
        let before = std::mem::take(self);
        self.0 = Some(Rc::new(Link { visit, before }));
    }

    /// The last one first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Visit> {
        let mut next = self.0.as_deref();
        std::iter::from_fn(move || {
            let link = next?;
            next = link.before.0.as_deref();
            Some(&link.visit)
        })
    }
}

/// Link by link: a path may be long, and the stack isn't.
impl Drop for Visits {
    fn drop(&mut self) {
        let mut next = self.0.take();
        while let Some(mut link) = next.and_then(Rc::into_inner) {
            next = link.before.0.take();
        }
    }
}
