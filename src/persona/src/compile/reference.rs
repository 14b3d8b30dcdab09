//! Headers that are found when an expression is evaluated: the index is decided by rows, so that each path knows it.

use hyper4_ir::{
    Aggregate, BinaryOp, Expr, FieldRef, HeaderExpr, HeaderId, HeaderUnion, StackRef, UnionExpr,
};
use num_bigint::BigInt;
use num_traits::ToPrimitive;

use super::cube::{Cover, Cube};
use super::evaluate::{Blocked, Evaluator};
use super::number::{Number, Unsupported};

impl Evaluator<'_> {
    /// The header; `None` where a stack has no such element, on which simple_switch aborts.
    pub(super) fn header(&mut self, header: &HeaderExpr) -> Result<Option<HeaderId>, Unsupported> {
        match header {
            HeaderExpr::Header(header) => Ok(Some(*header)),
            HeaderExpr::Element { stack, index } => {
                let stack = self.program.header_stacks.get(stack.index());
                let headers = stack.map_or(&[][..], |s| s.headers.as_slice());
                let index = self.index(index, headers.len())?;
                Ok(index.and_then(|index| headers.get(index)).copied())
            }
            HeaderExpr::Last(stack) => {
                let used = self.context.shape.used(StackRef::Headers(*stack));
                let stack = self.program.header_stacks.get(stack.index());
                let last = used.checked_sub(1).map(|last| last as usize);
                Ok(last.and_then(|last| stack?.headers.get(last)).copied())
            }
            HeaderExpr::UnionMember { union, member } => {
                let union = self.union(union)?;
                Ok(union.and_then(|union| union.members.get(*member as usize)).map(|member| member.header))
            }
        }
    }

    /// The union; `None` where a stack has no such element.
    fn union(&mut self, union: &UnionExpr) -> Result<Option<&'_ HeaderUnion>, Unsupported> {
        let program = self.program;
        let id = match union {
            UnionExpr::Union(id) => Some(*id),
            UnionExpr::Element { stack, index } => {
                let stack = program.header_union_stacks.get(stack.index());
                let unions = stack.map_or(&[][..], |s| s.unions.as_slice());
                let index = self.index(index, unions.len())?;
                index.and_then(|index| unions.get(index)).copied()
            }
        };
        Ok(id.and_then(|id| program.header_unions.get(id.index())))
    }

    /// An index below `size`; `None` when it isn't.
    fn index(&mut self, index: &Expr, size: usize) -> Result<Option<usize>, Unsupported> {
        let number = self.number(index)?;
        if let Some(known) = number.known() {
            return Ok(known.to_usize().filter(|index| *index < size));
        }
        for index in 0..size {
            let cover =
                match self.compare(BinaryOp::Eq, true, &number, &Number::constant(&BigInt::from(index)), 0) {
                    Ok(cover) => cover,
                    Err(Blocked::Unsupported(unsupported)) => return Err(unsupported),
                    Err(_) => return Unsupported::new("an index that is a computed value"),
                };
            if cover.is_empty() {
                continue;
            }
            let always = cover.iter().any(|cube| *cube == Cube::default());
            if always || self.split(cover)? {
                return Ok(Some(index));
            }
        }
        Ok(None)
    }

    /// Whether a cover matches on this path.
    fn split(&mut self, cover: Cover) -> Result<bool, Unsupported> {
        if self.context.cube.is_none() {
            return Unsupported::new("an index that an entry's action must tell");
        }
        let number = self.context.asked.get();
        self.context.asked.set(number + 1);
        let decided = self.context.choices.get(number).copied();
        decided.ok_or(Unsupported::Choice { cover, outcome: true })
    }

    /// Whether a member of a union is valid.
    pub(super) fn union_valid(&mut self, union: &UnionExpr) -> Result<bool, Unsupported> {
        let members = self.union(union)?.map_or(&[][..], |union| union.members.as_slice());
        let headers: Vec<HeaderId> = members.iter().map(|m| m.header).collect();
        Ok(headers.into_iter().any(|header| self.is_valid(header)))
    }

    /// Elements of a stack in use.
    pub(super) fn used(&self, stack: StackRef) -> u32 {
        self.context.shape.used(stack)
    }

    /// Where it holds, or doesn't, that both are valid and equal.
    pub(super) fn equal(
        &mut self,
        a: &Aggregate,
        b: &Aggregate,
        want: bool,
        number: u32,
    ) -> Result<Cover, Blocked> {
        let pairs: Vec<(HeaderId, HeaderId)> = match (a, b) {
            (Aggregate::Header(a), Aggregate::Header(b)) => {
                self.header(a)?.zip(self.header(b)?).into_iter().collect()
            }
            (Aggregate::Union(a), Aggregate::Union(b)) => {
                let members = |union: Option<&HeaderUnion>| -> Vec<HeaderId> {
                    union.map_or(&[][..], |u| u.members.as_slice()).iter().map(|m| m.header).collect()
                };
                let (a, b) = (members(self.union(a)?), members(self.union(b)?));
                a.into_iter().zip(b).collect()
            }
            _ => return Err(Unsupported::because("a comparison of stacks").into()),
        };
        // Of a union one member is valid at most.
        let pair = pairs.into_iter().find(|(a, b)| self.is_valid(*a) && self.is_valid(*b));
        let never = || Ok(if want { Vec::new() } else { vec![Cube::default()] });
        let Some((a, b)) = pair else { return never() };
        let (kind_a, kind_b) = (self.program.header_type(a), self.program.header_type(b));
        let shape = &self.context.shape;
        if kind_a.map(|k| &k.name) != kind_b.map(|k| &k.name) || shape.varbit(a) != shape.varbit(b) {
            return never();
        }
        let (mut left, mut right) = (Vec::new(), Vec::new());
        for field in 0..kind_a.map_or(0, |k| k.fields.len() as u32) {
            for (header, word) in [(a, &mut left), (b, &mut right)] {
                let range = self.cells.field(FieldRef { header, field }, &self.context.shape)?;
                word.extend(range.map_or_else(Vec::new, |range| self.context.read(range)));
            }
        }
        self.compare(BinaryOp::Eq, want, &Number::unsigned(left), &Number::unsigned(right), number)
    }
}
