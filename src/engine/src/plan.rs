//! Pipelines as packets go through them of which nobody wants to know each step.
//!
//! Nodes have numbers and say by numbers where they lead. Conditions are taken apart into looks at single limbs; those that
//! look at the same limb one after the other are one search for the span of numbers that its value is in.

use hyper4_ir::{ConditionalId, NextNode, Node, Program, TableId};

use crate::condition::{Condition, Test};
use crate::gather::Term;

/// Where a pipeline ends.
pub(crate) const END: u32 = u32::MAX;
/// Conditions of one search.
const MANY_CONDITIONS: usize = 256;

/// Looks at a limb: whether some bits of it are numbers from `low` on, up to `more` behind that.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    at: u32,
    rotate: u32,
    mask: u64,
    low: u64,
    more: u64,
}

impl Look {
    /// What it says of a limb of that value.
    #[inline]
    fn of(&self, limb: u64) -> bool {
        (limb.rotate_left(self.rotate) & self.mask).wrapping_sub(self.low) <= self.more
    }

    /// The first numbers of spans within which it says the same; `None` where these are too many.
    fn starts(&self) -> Option<[u64; 2]> {
        let whole = self.rotate == 0 && self.mask == u64::MAX;
        whole.then(|| [self.low, self.low.saturating_add(self.more).saturating_add(1)])
    }
}

/// A step of a pipeline.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Look {
        look: Look,
        yes: u32,
        no: u32,
    },
    /// Several conditions at once: the first numbers of spans but for the first one, which begins with 0, and where
    /// each leads.
    Spans {
        at: u32,
        starts: Box<[u64]>,
        targets: Box<[u32]>,
    },
    Test {
        test: Test,
        yes: u32,
        no: u32,
    },
    /// What needs instructions.
    Condition {
        condition: usize,
        yes: u32,
        no: u32,
    },
    Table(TableId),
}

/// The steps of both pipelines.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    conditions: usize,
    steps: Vec<Step>,
    pub(crate) ingress: u32,
    pub(crate) egress: u32,
}

impl Plan {
    pub(crate) fn new(program: &Program, conditions: &[Condition]) -> Self {
        let mut plan = Self { conditions: conditions.len(), steps: Vec::new(), ingress: END, egress: END };
        plan.ingress = plan.number(program.ingress.start);
        plan.egress = plan.number(program.egress.start);
        // Conditions come first, then tables, then what conditions are taken apart into.
        for (number, condition) in conditions.iter().enumerate() {
            let (yes, no) = (plan.number(condition.true_next), plan.number(condition.false_next));
            plan.steps.push(Step::Condition { condition: number, yes, no });
        }
        plan.steps.extend((0u32..).zip(&program.tables).map(|(id, _)| Step::Table(TableId(id))));
        for (number, condition) in conditions.iter().enumerate() {
            if let (Some(test), Some(Step::Condition { yes, no, .. })) =
                (&condition.test, plan.steps.get(number).cloned())
            {
                let step = plan.taken_apart(test, yes, no);
                plan.replace(number, step);
            }
        }
        let spans: Vec<Option<Step>> = (0..plan.steps.len() as u32).map(|step| plan.spans(step)).collect();
        for (number, step) in spans.into_iter().enumerate() {
            step.into_iter().for_each(|step| plan.replace(number, step));
        }
        plan
    }

    fn replace(&mut self, number: usize, step: Step) {
        if let Some(place) = self.steps.get_mut(number) {
            *place = step;
        }
    }

    /// The number of a node.
    pub(crate) fn number(&self, node: NextNode) -> u32 {
        match node {
            None => END,
            Some(Node::Conditional(ConditionalId(id))) => id,
            Some(Node::Table(TableId(id))) => self.conditions as u32 + id,
        }
    }

    #[inline]
    pub(crate) fn step(&self, number: u32) -> Option<&Step> {
        self.steps.get(number as usize)
    }

    /// A step that does what a test does, and leads to others that do the rest of it.
    fn taken_apart(&mut self, test: &Test, yes: u32, no: u32) -> Step {
        let step = |look: Look, is: bool| {
            if is { Step::Look { look, yes, no } } else { Step::Look { look, yes: no, no: yes } }
        };
        let whole = |at: u32, low: u64, more: u64| Look { at, rotate: 0, mask: u64::MAX, low, more };
        match test {
            Test::Limb { at, number, is } => step(whole(*at, *number, 0), *is),
            Test::Flag { at, is } => step(whole(*at, 0, 0), !*is),
            Test::Below { at, number, is } if *number > 0 => step(whole(*at, 0, number - 1), *is),
            Test::Bits { term: Term { from, shift, mask, add: 0, keep }, number, is } => {
                let rotate = i32::from(*shift).rem_euclid(64) as u32;
                step(Look { at: *from, rotate, mask: mask & keep, low: *number, more: 0 }, *is)
            }
            Test::All(tests) | Test::Any(tests) => {
                let all = matches!(test, Test::All(_));
                let Some((first, rest)) = tests.split_first() else {
                    return Step::Test { test: test.clone(), yes, no };
                };
                // From the last one on: each leads to the one behind it.
                let (mut yes_of, mut no_of) = (yes, no);
                for part in rest.iter().rev() {
                    let step = self.taken_apart(part, yes_of, no_of);
                    let number = self.steps.len() as u32;
                    self.steps.push(step);
                    if all { yes_of = number } else { no_of = number }
                }
                self.taken_apart(first, yes_of, no_of)
            }
            _ => Step::Test { test: test.clone(), yes, no },
        }
    }

    /// The same as that step together with those behind it that look at the same limb; `None` where there are none.
    fn spans(&self, first: u32) -> Option<Step> {
        let Some(Step::Look { look, .. }) = self.step(first) else { return None };
        let at = look.at;
        let asks = |number: u32| match self.step(number)? {
            Step::Look { look, yes, no } if look.at == at => Some((look, *yes, *no, look.starts()?)),
            _ => None,
        };
        let mut starts = Vec::new();
        let (mut open, mut seen) = (vec![first], vec![first]);
        let mut count = 0;
        while let Some(number) = open.pop() {
            let Some((_, yes, no, own)) = asks(number) else { continue };
            count += 1;
            starts.extend(own.into_iter().filter(|start| *start != 0));
            for next in [yes, no] {
                if !seen.contains(&next) {
                    seen.push(next);
                    open.push(next);
                }
            }
        }
        if !(2..=MANY_CONDITIONS).contains(&count) {
            return None;
        }
        starts.sort_unstable();
        starts.dedup();
        let target = |value: u64| {
            let mut number = first;
            // A round trip of conditions alone never ends: it stays what it is.
            for _ in 0..=count {
                match asks(number) {
                    Some((look, yes, no, _)) => number = if look.of(value) { yes } else { no },
                    None => return Some(number),
                }
            }
            None
        };
        let targets: Vec<u32> =
            std::iter::once(0).chain(starts.iter().copied()).map(target).collect::<Option<_>>()?;
        // Spans that lead to the same place are one.
        let (mut kept, mut leads) = (Vec::new(), Vec::new());
        for (start, target) in std::iter::once(None).chain(starts.iter().map(Some)).zip(targets) {
            if leads.last() != Some(&target) {
                leads.push(target);
                kept.extend(start.copied());
            }
        }
        Some(Step::Spans { at, starts: kept.into(), targets: leads.into() })
    }

    /// Where conditions from `next` on lead that ask for nothing but limbs that are known.
    pub(crate) fn lead(&self, mut next: u32, limb: impl Fn(u32) -> Option<u64> + Copy) -> u32 {
        // A round trip of conditions alone never ends: it stays what it is.
        for _ in 0..=self.steps.len() {
            let known = match self.step(next) {
                Some(Step::Look { look, yes, no }) => {
                    limb(look.at).map(|limb| if look.of(limb) { *yes } else { *no })
                }
                Some(Step::Spans { at, starts, targets }) => {
                    limb(*at).map(|limb| target(starts, targets, limb))
                }
                Some(Step::Test { test, yes, no }) => {
                    test.known(limb).map(|holds| if holds { *yes } else { *no })
                }
                _ => None,
            };
            match known {
                Some(known) => next = known,
                None => break,
            }
        }
        next
    }
}

impl Step {
    /// Where a condition leads that needs no instructions; others end it.
    #[inline]
    pub(crate) fn leads(&self, memory: &[u64]) -> u32 {
        let limb = |at: u32| memory.get(at as usize).copied().unwrap_or(0);
        let (holds, yes, no) = match self {
            Self::Look { look, yes, no } => (look.of(limb(look.at)), yes, no),
            Self::Spans { at, starts, targets } => return target(starts, targets, limb(*at)),
            Self::Test { test, yes, no } => (test.holds(memory), yes, no),
            Self::Condition { .. } | Self::Table(_) => return END,
        };
        if holds { *yes } else { *no }
    }
}

/// Where the span leads that a value is in.
#[inline]
fn target(starts: &[u64], targets: &[u32], value: u64) -> u32 {
    let span = starts.partition_point(|start| *start <= value);
    targets.get(span).copied().unwrap_or(END)
}
