//! Header stacks as wholes.

use hyper4_ir::{HeaderId, HeaderStackId, HeaderUnionId, HeaderUnionStackId, PrimitiveKind, StackRef};

use super::state::State;
use super::{Executor, Stop, unsupported};

impl Executor<'_, '_> {
    /// A primitive on a stack or a union.
    pub(super) fn stack_primitive(
        &mut self,
        state: &mut State,
        primitive: &PrimitiveKind,
    ) -> Result<(), Stop> {
        match primitive {
            PrimitiveKind::AssignStack { destination, source } => {
                let (to, from) = (self.elements(*destination), self.elements(*source));
                to.iter().zip(&from).for_each(|(to, from)| self.assign_header(state, *to, *from));
                if let Some(used) = state.used.get(source.index()).copied() {
                    state.used.get_mut(destination.index()).into_iter().for_each(|place| *place = used);
                }
            }
            PrimitiveKind::AssignUnion { destination, source } => {
                self.assign_union(state, *destination, *source);
            }
            PrimitiveKind::AssignUnionStack { destination, source } => {
                let (to, from) = (self.unions(*destination), self.unions(*source));
                to.iter().zip(&from).for_each(|(to, from)| self.assign_union(state, *to, *from));
                if let Some(used) = state.unions_used.get(source.index()).copied() {
                    state
                        .unions_used
                        .get_mut(destination.index())
                        .into_iter()
                        .for_each(|place| *place = used);
                }
            }
            PrimitiveKind::Push { stack, count } => self.shift(state, *stack, *count as usize, true),
            PrimitiveKind::Pop { stack, count } => self.shift(state, *stack, *count as usize, false),
            other => {
                let construct = format!("primitive `{}`", other.name());
                return Err(unsupported(&construct, None, "the proofs don't carry it"));
            }
        }
        Ok(())
    }

    fn elements(&self, stack: HeaderStackId) -> Vec<HeaderId> {
        self.program().header_stacks.get(stack.index()).map_or_else(Vec::new, |stack| stack.headers.clone())
    }

    fn unions(&self, stack: HeaderUnionStackId) -> Vec<HeaderUnionId> {
        let stack = self.program().header_union_stacks.get(stack.index());
        stack.map_or_else(Vec::new, |stack| stack.unions.clone())
    }

    fn assign_union(&self, state: &mut State, destination: HeaderUnionId, source: HeaderUnionId) {
        let (to, from) = (self.members(destination), self.members(source));
        match from.iter().position(|member| state.is_valid(*member)) {
            Some(valid) => {
                if let (Some(to), Some(from)) = (to.get(valid), from.get(valid)) {
                    self.assign_header(state, *to, *from);
                }
            }
            None => to.iter().for_each(|member| state.set_valid(*member, false)),
        }
    }

    /// `push_front` and `pop_front`: elements move, and those that come in are invalid. The packet's length is left.
    fn shift(&self, state: &mut State, stack: StackRef, count: usize, push: bool) {
        // Each row is what moves together: an element, or one member of each element.
        let (rows, used): (Vec<Vec<HeaderId>>, Option<&mut usize>) = match stack {
            StackRef::Headers(stack) => (vec![self.elements(stack)], state.used.get_mut(stack.index())),
            StackRef::Unions(stack) => {
                let unions: Vec<Vec<HeaderId>> =
                    self.unions(stack).into_iter().map(|union| self.members(union)).collect();
                let members = unions.first().map_or(0, Vec::len);
                let row =
                    |member: usize| unions.iter().filter_map(|union| union.get(member).copied()).collect();
                ((0..members).map(row).collect(), state.unions_used.get_mut(stack.index()))
            }
        };
        let size = rows.first().map_or(0, Vec::len);
        let count = count.min(size);
        if let Some(used) = used {
            *used = if push { (*used + count).min(size) } else { used.saturating_sub(count) };
        }
        for mut row in rows {
            if push {
                row.reverse();
            }
            for (to, from) in row.iter().zip(row.iter().skip(count)) {
                state.swap(*to, *from);
            }
            row.iter().skip(size - count).for_each(|header| state.set_valid(*header, false));
        }
    }
}
