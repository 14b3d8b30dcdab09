//! Headers that are found while the packet is under way, and header unions.

use std::rc::Rc;

use hyper4_ir::{Aggregate, Expr, FieldRef, HeaderExpr, HeaderId, HeaderStackId, UnionExpr};
use num_bigint::BigInt;

use crate::integer::Integer;
use crate::term::{Cond, Word};

use super::expression::Scope;
use super::state::{HeaderState, State};
use super::{Executor, Stop, unsupported};

/// What is found, each with when it is that; on no path is it two of them.
type Found<T> = Vec<(Cond, T)>;

impl Executor<'_, '_> {
    /// Which of several things an index means. One out of range, on which simple_switch aborts, means nothing.
    fn at_index<T: Copy>(&mut self, scope: &Scope<'_>, index: &Expr, all: &[T]) -> Result<Found<T>, Stop> {
        let index = self.number(scope, index)?;
        let mut found = Vec::new();
        for (number, one) in all.iter().enumerate() {
            let equal = index.equal(&mut self.context.terms, &Integer::constant(&BigInt::from(number)));
            let equal = equal.map_err(|reason| unsupported("an index", None, &reason))?;
            match scope.path.decide(&equal) {
                Some(true) => return Ok(vec![(self.context.terms.bool(true), *one)]),
                Some(false) => {}
                None => found.push((equal, *one)),
            }
        }
        // Where it can be nothing else, the last one needs no condition.
        let any = self.context.terms.any(found.iter().map(|(when, _)| when.clone()));
        if !found.is_empty() && self.context.split(scope.path.clone(), &any)?.fails.is_none() {
            let before: Vec<Cond> = found.iter().rev().skip(1).map(|(when, _)| when.not()).collect();
            if let Some((when, _)) = found.last_mut() {
                *when = self.context.terms.all(before);
            }
        }
        Ok(found)
    }

    /// The headers that an expression means.
    pub(super) fn find(
        &mut self,
        scope: &Scope<'_>,
        expression: &HeaderExpr,
    ) -> Result<Found<HeaderId>, Stop> {
        match expression {
            HeaderExpr::Header(header) => Ok(vec![(self.context.terms.bool(true), *header)]),
            HeaderExpr::Element { stack, index } => {
                let stack = self.program().header_stacks.get(stack.index());
                let all = stack.map_or(&[] as &[HeaderId], |stack| stack.headers.as_slice());
                self.at_index(scope, index, all)
            }
            HeaderExpr::Last(stack) => {
                let last = self.last_used(scope.state, *stack);
                Ok(last.map(|last| (self.context.terms.bool(true), last)).into_iter().collect())
            }
            HeaderExpr::UnionMember { union, member } => {
                let unions = self.find_union(scope, union)?;
                let members = unions.into_iter().filter_map(|(when, members)| {
                    members.get(*member as usize).map(|header| (when, *header))
                });
                Ok(members.collect())
            }
        }
    }

    /// The one header that an expression means.
    pub(super) fn find_one(&mut self, scope: &Scope<'_>, expression: &HeaderExpr) -> Result<HeaderId, Stop> {
        let found = self.find(scope, expression)?;
        match found.as_slice() {
            [(when, header)] if when.as_bool() == Some(true) => Ok(*header),
            _ => Err(unsupported(
                "a header",
                None,
                "it depends on the packet which one is made valid or copied",
            )),
        }
    }

    /// The last element in use of a stack.
    pub(super) fn last_used(&self, state: &State, stack: HeaderStackId) -> Option<HeaderId> {
        let used = state.used.get(stack.index())?.checked_sub(1)?;
        self.program().header_stacks.get(stack.index())?.headers.get(used).copied()
    }

    /// The members of the unions that an expression means.
    fn find_union(
        &mut self,
        scope: &Scope<'_>,
        expression: &UnionExpr,
    ) -> Result<Found<Vec<HeaderId>>, Stop> {
        let unions = match expression {
            UnionExpr::Union(union) => vec![(self.context.terms.bool(true), *union)],
            UnionExpr::Element { stack, index } => {
                let stack = self.program().header_union_stacks.get(stack.index());
                let all = stack.map_or(&[] as &[_], |stack| stack.unions.as_slice());
                self.at_index(scope, index, all)?
            }
        };
        Ok(unions.into_iter().map(|(when, union)| (when, self.members(union))).collect())
    }

    pub(super) fn members(&self, union: hyper4_ir::HeaderUnionId) -> Vec<HeaderId> {
        let union = self.program().header_unions.get(union.index());
        union.map_or_else(Vec::new, |union| union.members.iter().map(|member| member.header).collect())
    }

    /// A field of what is found, as a number; undefined where nothing is.
    pub(super) fn number_of(
        &mut self,
        scope: &Scope<'_>,
        found: &Found<HeaderId>,
        field: u32,
    ) -> Result<Integer, Stop> {
        let mut value: Option<Integer> = None;
        for (when, header) in found {
            let this = self.number(scope, &Expr::Field(FieldRef { header: *header, field }))?;
            value = Some(match value {
                None if when.as_bool() == Some(true) => this,
                None => {
                    let nothing =
                        Integer::unsigned(self.undefined("a header stack's element that isn't there", 1));
                    this.or_else(&mut self.context.terms, when, &nothing)
                        .map_err(|reason| unsupported("an index", None, &reason))?
                }
                Some(other) => this
                    .or_else(&mut self.context.terms, when, &other)
                    .map_err(|reason| unsupported("an index", None, &reason))?,
            });
        }
        Ok(value
            .unwrap_or_else(|| Integer::unsigned(self.undefined("an element of an empty header stack", 1))))
    }

    /// Whether what is found is valid.
    pub(super) fn valid_of(&mut self, state: &State, found: &Found<HeaderId>) -> Cond {
        let valid = found.iter().filter(|(_, header)| state.is_valid(*header)).map(|(when, _)| when.clone());
        let valid: Vec<Cond> = valid.collect();
        self.context.terms.any(valid)
    }

    /// Whether a union has a valid member.
    pub(super) fn union_valid(&mut self, scope: &Scope<'_>, union: &UnionExpr) -> Result<Cond, Stop> {
        let found = self.find_union(scope, union)?;
        let valid: Vec<Cond> = found
            .into_iter()
            .filter(|(_, members)| members.iter().any(|member| scope.state.is_valid(*member)))
            .map(|(when, _)| when)
            .collect();
        Ok(self.context.terms.any(valid))
    }

    /// Whether two headers are equal: both valid, and each field. Stacks are equal in each element.
    pub(super) fn aggregates_equal(
        &mut self,
        scope: &Scope<'_>,
        left: &Aggregate,
        right: &Aggregate,
    ) -> Result<Cond, Stop> {
        match (left, right) {
            (Aggregate::Header(left), Aggregate::Header(right)) => {
                let (left, right) = (self.find(scope, left)?, self.find(scope, right)?);
                let mut ways = Vec::new();
                for (when, left) in &left {
                    for (also, right) in &right {
                        let equal = self.headers_equal(scope.state, *left, *right);
                        ways.push(self.context.terms.all([when.clone(), also.clone(), equal]));
                    }
                }
                Ok(self.context.terms.any(ways))
            }
            (Aggregate::Union(left), Aggregate::Union(right)) => {
                let (left, right) = (self.find_union(scope, left)?, self.find_union(scope, right)?);
                let mut ways = Vec::new();
                for (when, left) in &left {
                    for (also, right) in &right {
                        for (left, right) in left.iter().zip(right) {
                            let equal = self.headers_equal(scope.state, *left, *right);
                            ways.push(self.context.terms.all([when.clone(), also.clone(), equal]));
                        }
                    }
                }
                Ok(self.context.terms.any(ways))
            }
            _ => Err(unsupported("a comparison", None, "simple_switch doesn't compare stacks")),
        }
    }

    fn headers_equal(&mut self, state: &State, left: HeaderId, right: HeaderId) -> Cond {
        let (Some(left), Some(right)) = (state.header(left), state.header(right)) else {
            return self.context.terms.bool(false);
        };
        if !left.valid || !right.valid {
            return self.context.terms.bool(false);
        }
        let mut equal = Vec::with_capacity(left.fields.len());
        for (left, right) in left.fields.iter().zip(right.fields.iter()) {
            let width = left.width().max(right.width());
            let terms = &mut self.context.terms;
            let (left, right) = (terms.resize(left, width), terms.resize(right, width));
            equal.push(terms.equal(&left, &right));
        }
        self.context.terms.all(equal)
    }

    /// Of a union at most one member is valid.
    pub(super) fn alone(&self, state: &mut State, valid: HeaderId) {
        for union in &self.program().header_unions {
            if union.members.iter().any(|member| member.header == valid) {
                for member in union.members.iter().filter(|member| member.header != valid) {
                    state.set_valid(member.header, false);
                }
            }
        }
    }

    /// `setValid`: zeros when it was invalid.
    pub(super) fn make_valid(&mut self, state: &mut State, header: HeaderId) {
        if state.is_valid(header) {
            return;
        }
        if let Some(header_type) = self.program().header_type(header) {
            // `Header::reset` of bmv2's headers.cpp leaves a varbit as wide as it was.
            let before = state.header(header).map(|header| Rc::clone(&header.fields)).unwrap_or_default();
            let kept = header_type.fields.iter().zip(before.iter());
            let kept = kept.map(|(field, old)| if field.varbit { old.width() } else { field.width });
            let fields: Vec<Word> = kept.map(Word::zero).collect();
            let bytes = fields.iter().map(Word::width).sum::<u32>() / 8;
            state.set_header(header, HeaderState { valid: true, fields: Rc::new(fields) });
            self.alone(state, header);
            self.grow(state, i64::from(bytes));
        }
    }

    /// `setInvalid`.
    pub(super) fn make_invalid(&mut self, state: &mut State, header: HeaderId) {
        if state.is_valid(header) {
            let bytes = state.header(header).map_or(0, |h| h.fields.iter().map(Word::width).sum::<u32>() / 8);
            state.set_valid(header, false);
            self.grow(state, -i64::from(bytes));
        }
    }

    /// A copy with its validity; of an invalid source the validity alone.
    pub(super) fn assign_header(&self, state: &mut State, destination: HeaderId, source: HeaderId) {
        if state.is_valid(source) {
            state.copy_header(destination, source);
            self.alone(state, destination);
        } else {
            state.set_valid(destination, false);
        }
    }
}
