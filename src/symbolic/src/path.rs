//! Path conditions, and the decision whether a path can be taken.

mod knowledge;
mod repair;
#[cfg(test)]
mod tests;

use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::options::Options;
use crate::solver::{Answer, Solver};
use crate::term::{Assignment, Cond, Evaluator, Substitution, Terms};

use knowledge::Knowledge;
use repair::repaired;

/// A satisfiable conjunction of conditions, with an assignment under which all hold.
#[derive(Clone)]
pub(crate) struct Path {
    conditions: Vec<Cond>,
    knowledge: Knowledge,
    witness: Rc<Assignment>,
}

/// How a path goes on at a condition; a part without packets is missing.
pub(crate) struct Split {
    /// Where it holds.
    pub(crate) holds: Option<Path>,
    /// Where it doesn't.
    pub(crate) fails: Option<Path>,
}

/// The pool and the solver of one run.
pub(crate) struct Context {
    pub(crate) terms: Terms,
    pub(crate) solver: Solver,
    deadline: Option<Instant>,
}

/// Z3 gave up; its reason.
#[derive(Debug)]
pub(crate) struct Undecided(pub(crate) String);

impl Path {
    pub(crate) fn conditions(&self) -> &[Cond] {
        &self.conditions
    }

    /// An assignment under which every condition of the path holds.
    pub(crate) fn witness(&self) -> &Assignment {
        &self.witness
    }

    /// Whether a condition holds on the whole path or nowhere on it, as far as it is known.
    pub(crate) fn decide(&self, condition: &Cond) -> Option<bool> {
        self.knowledge.decide(condition)
    }

    /// Take a condition for granted that holds under the path's witness.
    fn assume(&mut self, condition: &Cond) {
        if self.decide(condition) != Some(true) {
            self.conditions.push(condition.clone());
        }
        self.knowledge.learn(condition);
    }

    fn with(&self, condition: &Cond, witness: Rc<Assignment>) -> Self {
        let mut path = Self { witness, ..self.clone() };
        path.assume(condition);
        path
    }
}

impl Context {
    pub(crate) fn new(query_timeout: Duration) -> Self {
        Self { terms: Terms::default(), solver: Solver::new(query_timeout), deadline: None }
    }

    /// For a part of a proof that has to end by then.
    pub(crate) fn until(deadline: Instant, options: &Options) -> Self {
        let mut solver = Solver::new(options.query_timeout);
        solver.limit(options.query_memory, deadline);
        Self { terms: Terms::default(), solver, deadline: Some(deadline) }
    }

    /// Whether there is no time left.
    pub(crate) fn is_late(&self) -> bool {
        self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }

    /// The path on which nothing is assumed.
    pub(crate) fn anything() -> Path {
        Self::from(Assignment::default())
    }

    /// The path on which nothing is assumed; later witnesses are near this one where that is easy.
    pub(crate) fn from(witness: Assignment) -> Path {
        Path { conditions: Vec::new(), knowledge: Knowledge::default(), witness: Rc::new(witness) }
    }

    /// Go on from a path both where a condition holds and where it doesn't, as far as there are packets for it.
    pub(crate) fn split(&mut self, mut path: Path, condition: &Cond) -> Result<Split, Undecided> {
        match path.decide(condition) {
            Some(true) => return Ok(Split { holds: Some(path), fails: None }),
            Some(false) => return Ok(Split { holds: None, fails: Some(path) }),
            // What is hard for Z3 is often the same once the path's constants are in it.
            None if condition.is_hard() && !path.knowledge.known().is_empty() => {
                let simple = Substitution::new(path.knowledge.known()).condition(&mut self.terms, condition);
                match simple.as_bool() {
                    Some(true) => return Ok(Split { holds: Some(path), fails: None }),
                    Some(false) => return Ok(Split { holds: None, fails: Some(path) }),
                    None => {}
                }
            }
            None => {}
        }
        let holds_here = Evaluator::new(&path.witness).holds(condition);
        let (here, there) = if holds_here {
            (condition.clone(), condition.not())
        } else {
            (condition.not(), condition.clone())
        };
        let witness = self.witness(&path, &there)?;
        let other = witness.map(|witness| path.with(&there, Rc::new(witness)));
        if other.is_some() {
            path.assume(&here);
        } else {
            path.knowledge.learn(&here);
        }
        Ok(if holds_here {
            Split { holds: Some(path), fails: other }
        } else {
            Split { holds: other, fails: Some(path) }
        })
    }

    /// An assignment under which the path's conditions and one more hold, if there is one.
    fn witness(&mut self, path: &Path, condition: &Cond) -> Result<Option<Assignment>, Undecided> {
        if path.knowledge.contradicts(condition) {
            return Ok(None);
        }
        if let Some(witness) = repaired(&path.witness, condition, &path.conditions) {
            return Ok(Some(witness));
        }
        match self.solver.satisfiable(path.conditions.iter().chain([condition])) {
            Answer::Satisfiable(witness) => Ok(Some(witness)),
            Answer::Unsatisfiable => Ok(None),
            Answer::Unknown(reason) => Err(Undecided(reason)),
        }
    }

    /// The part of a path on which a condition holds, if there is one.
    pub(crate) fn restrict(&mut self, path: Path, condition: &Cond) -> Result<Option<Path>, Undecided> {
        Ok(self.split(path, condition)?.holds)
    }
}
