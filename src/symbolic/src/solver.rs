//! Questions to Z3.

use std::collections::HashMap;
use std::rc::Rc;
use std::time::{Duration, Instant};

use hyper4_bits::Bits;
use z3::ast::{Ast, BV, Bool};
use z3::{FuncDecl, Params, SatResult, Sort};

use crate::term::{Assignment, Cond, CondNode, Node, Part, Slice, Term, Word};

/// What Z3 says.
pub(crate) enum Answer {
    /// All hold under this assignment.
    Satisfiable(Assignment),
    /// There is none.
    Unsatisfiable,
    /// Z3 gave up; its reason.
    Unknown(String),
}

/// Asks Z3; to be used on the thread on which it was made.
pub(crate) struct Solver {
    parameters: Params,
    timeout: Duration,
    deadline: Option<Instant>,
    /// How often it was asked.
    pub(crate) queries: usize,
    exact: Translation,
    loose: Translation,
}

/// Words and conditions in Z3's terms.
#[derive(Default)]
struct Translation {
    /// Hard terms become unknowns: what is unsatisfiable then is so all the more when they have their values.
    loose: bool,
    terms: HashMap<Term, BV>,
    variables: Vec<(Term, BV)>,
    /// Applications of unknown functions: the term, its arguments, its value.
    applied: Vec<(Term, Vec<BV>, BV)>,
}

/// Megabytes that Z3 may use in one query, unless told.
pub(crate) const MOST_MEMORY: u32 = 1024;

impl Solver {
    pub(crate) fn new(timeout: Duration) -> Self {
        let loose = Translation { loose: true, ..Translation::default() };
        let exact = Translation::default();
        let mut parameters = Params::new();
        parameters.set_u32("max_memory", MOST_MEMORY);
        Self { parameters, timeout, deadline: None, queries: 0, exact, loose }
    }

    /// Other limits than usual beside the time for one query: memory, in megabytes, and when all has to end.
    pub(crate) fn limit(&mut self, memory: u32, deadline: Instant) {
        self.parameters.set_u32("max_memory", memory);
        self.deadline = Some(deadline);
    }

    /// What is left of the time for one query.
    fn set_timeout(&mut self) {
        let left = self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let timeout = left.map_or(self.timeout, |left| left.min(self.timeout)).max(Duration::from_millis(1));
        self.parameters.set_u32("timeout", u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX));
    }

    /// Whether all can hold at once.
    pub(crate) fn satisfiable<'a>(&mut self, conditions: impl IntoIterator<Item = &'a Cond>) -> Answer {
        let conditions: Vec<&Cond> = conditions.into_iter().collect();
        self.set_timeout();
        if conditions.iter().any(|condition| condition.is_hard()) {
            self.queries += 1;
            if let Answer::Unsatisfiable = asked(&mut self.loose, &self.parameters, &conditions) {
                return Answer::Unsatisfiable;
            }
        }
        self.queries += 1;
        asked(&mut self.exact, &self.parameters, &conditions)
    }
}

/// A question that brings the solver down costs itself alone: the next one begins anew.
fn asked(translation: &mut Translation, parameters: &Params, conditions: &[&Cond]) -> Answer {
    let ask = || translation.ask(parameters, conditions);
    let answer = std::panic::catch_unwind(std::panic::AssertUnwindSafe(ask));
    answer.unwrap_or_else(|_| {
        *translation = Translation { loose: translation.loose, ..Translation::default() };
        Answer::Unknown("the solver broke down".to_owned())
    })
}

impl Translation {
    fn ask(&mut self, parameters: &Params, conditions: &[&Cond]) -> Answer {
        let conditions: Vec<Bool> = conditions.iter().map(|condition| self.condition(condition)).collect();
        let logic = if self.applied.is_empty() { "QF_BV" } else { "QF_UFBV" };
        let solver = z3::Solver::new_for_logic(logic).unwrap_or_default();
        solver.set_params(parameters);
        conditions.iter().for_each(|condition| solver.assert(condition));
        match solver.check() {
            SatResult::Unsat => Answer::Unsatisfiable,
            SatResult::Unknown => {
                Answer::Unknown(solver.get_reason_unknown().unwrap_or_else(|| "no reason given".to_owned()))
            }
            SatResult::Sat => match solver.get_model().and_then(|model| self.assignment(&model)) {
                Some(assignment) => Answer::Satisfiable(assignment),
                None => Answer::Unknown("Z3 gives no model".to_owned()),
            },
        }
    }

    fn assignment(&self, model: &z3::Model) -> Option<Assignment> {
        let mut assignment = Assignment::default();
        for (term, variable) in &self.variables {
            assignment.set(term.clone(), valued(model, variable)?);
        }
        for (term, arguments, value) in &self.applied {
            let Node::Apply(name, _) = term.node() else { continue };
            let arguments: Option<Vec<Bits>> = arguments.iter().map(|word| valued(model, word)).collect();
            assignment.set_function(Rc::clone(name), arguments?, valued(model, value)?);
        }
        Some(assignment)
    }

    fn condition(&mut self, condition: &Cond) -> Bool {
        let holds = match condition.node() {
            CondNode::True => Bool::from_bool(true),
            CondNode::EqualConst(slice, value) => self.slice(slice).eq(number(value)),
            CondNode::EqualSlices(left, right) => self.slice(left).eq(self.slice(right)),
            CondNode::Less(left, right) => self.word(left).bvult(self.word(right)),
            CondNode::And(all) => {
                let all: Vec<Bool> = all.iter().map(|condition| self.condition(condition)).collect();
                Bool::and(&all)
            }
        };
        if condition.is_negated() { holds.not() } else { holds }
    }

    fn word(&mut self, word: &Word) -> BV {
        let parts: Vec<BV> = word
            .parts()
            .iter()
            .map(|part| match part {
                Part::Const(bits) => number(bits),
                Part::Slice(slice) => self.slice(slice),
            })
            .collect();
        // Z3 has no words of no bits; none is asked about.
        parts.into_iter().reduce(|above, below| above.concat(below)).unwrap_or_else(|| BV::from_u64(0, 1))
    }

    fn slice(&mut self, slice: &Slice) -> BV {
        let term = self.term(&slice.term);
        let bits = if slice.is_whole() { term } else { term.extract(slice.low + slice.width - 1, slice.low) };
        if slice.flipped { bits.bvnot() } else { bits }
    }

    fn term(&mut self, term: &Term) -> BV {
        if let Some(known) = self.terms.get(term) {
            return known.clone();
        }
        let value = match term.node() {
            hard if self.loose && hard.is_hard() => BV::fresh_const("hard", term.width()),
            Node::Variable(variable) => {
                let value = BV::new_const(format!("v{}", variable.number), term.width());
                self.variables.push((term.clone(), value.clone()));
                value
            }
            Node::And(slices) => self.fold(slices, |a, b| a.bvand(b)),
            Node::Xor(slices) => self.fold(slices, |a, b| a.bvxor(b)),
            Node::Add(left, right) => self.word(left).bvadd(self.word(right)),
            Node::Multiply(left, right) => self.word(left).bvmul(self.word(right)),
            Node::Divide(left, right) => self.word(left).bvudiv(self.word(right)),
            Node::Remainder(left, right) => self.word(left).bvurem(self.word(right)),
            Node::Select(condition, then, otherwise) => {
                self.condition(condition).ite(&self.word(then), &self.word(otherwise))
            }
            Node::Checksum(words) => self.checksum(words),
            Node::Apply(name, arguments) => {
                let arguments: Vec<BV> = arguments.iter().map(|word| self.word(word)).collect();
                let sorts: Vec<Sort> =
                    arguments.iter().map(|word| Sort::bitvector(word.get_size())).collect();
                let sorts: Vec<&Sort> = sorts.iter().collect();
                let function = FuncDecl::new(name.as_ref(), &sorts, &Sort::bitvector(term.width()));
                let given: Vec<&dyn Ast> = arguments.iter().map(|word| word as &dyn Ast).collect();
                // A function whose value is a word has a word for its value.
                let value = function.apply(&given).as_bv();
                let value = value.unwrap_or_else(|| BV::fresh_const("value", term.width()));
                self.applied.push((term.clone(), arguments, value.clone()));
                value
            }
        };
        self.terms.insert(term.clone(), value.clone());
        value
    }

    fn fold(&mut self, slices: &[Slice], join: impl Fn(&BV, &BV) -> BV) -> BV {
        let slices: Vec<BV> = slices.iter().map(|slice| self.slice(slice)).collect();
        slices.into_iter().reduce(|a, b| join(&a, &b)).unwrap_or_else(|| BV::from_u64(0, 1))
    }

    /// 32 bits hold the sum of 65 537 words, and after two folds nothing is carried any more.
    fn checksum(&mut self, words: &[Word]) -> BV {
        let words: Vec<BV> = words.iter().map(|word| self.word(word).zero_ext(16)).collect();
        let sum = words.into_iter().fold(BV::from_u64(0, 32), |sum, word| sum.bvadd(word));
        let fold = |sum: BV| sum.extract(15, 0).zero_ext(16).bvadd(sum.extract(31, 16).zero_ext(16));
        fold(fold(sum)).extract(15, 0).bvnot()
    }
}

/// What a model says a word is.
fn valued(model: &z3::Model, word: &BV) -> Option<Bits> {
    let mut value = Bits::zero(0);
    let mut high = word.get_size();
    while high > 0 {
        let low = high.saturating_sub(64);
        let limb = model.eval(&word.extract(high - 1, low), true)?.as_u64()?;
        value = value.concat(&Bits::from_u64(high - low, limb));
        high = low;
    }
    Some(value)
}

fn number(bits: &Bits) -> BV {
    let text = bits.to_biguint().to_string();
    BV::from_str(bits.width(), &text).unwrap_or_else(|| BV::from_u64(bits.low_u64(), bits.width()))
}
