//! Stacks and unions.

use std::collections::HashSet;

use super::expressions::Scope;
use super::{Checker, invalid, unique, unresolved};
use crate::{
    HeaderId, HeaderStack, HeaderStackId, HeaderType, HeaderTypeId, HeaderUnion, HeaderUnionId,
    HeaderUnionStack, HeaderUnionStackId, IrError,
};

impl<'a> Checker<'a> {
    pub(super) fn header_types_of(&self, header_type: HeaderTypeId) -> Option<&'a HeaderType> {
        self.program.header_types.get(header_type.index())
    }

    pub(super) fn stack(&self, scope: Scope<'_>, stack: HeaderStackId) -> Result<&'a HeaderStack, IrError> {
        match self.program.header_stacks.get(stack.index()) {
            Some(declared) => Ok(declared),
            None => unresolved(scope.kind, scope.name, format!("header stack {}", stack.0)),
        }
    }

    pub(super) fn union(&self, scope: Scope<'_>, union: HeaderUnionId) -> Result<&'a HeaderUnion, IrError> {
        match self.program.header_unions.get(union.index()) {
            Some(declared) => Ok(declared),
            None => unresolved(scope.kind, scope.name, format!("header union {}", union.0)),
        }
    }

    pub(super) fn union_stack(
        &self,
        scope: Scope<'_>,
        stack: HeaderUnionStackId,
    ) -> Result<&'a HeaderUnionStack, IrError> {
        match self.program.header_union_stacks.get(stack.index()) {
            Some(declared) => Ok(declared),
            None => unresolved(scope.kind, scope.name, format!("header union stack {}", stack.0)),
        }
    }

    /// A member of a stack's unions: the header of it in the first element.
    pub(super) fn member_of_stack(
        &self,
        scope: Scope<'_>,
        stack: HeaderUnionStackId,
        member: u32,
    ) -> Result<HeaderId, IrError> {
        let first = self.union_stack(scope, stack)?.unions.first();
        let union = first.and_then(|union| self.program.header_unions.get(union.index()));
        match union.and_then(|union| union.members.get(member as usize)) {
            Some(member) => Ok(member.header),
            None => unresolved(scope.kind, scope.name, format!("member {member} of a header union")),
        }
    }

    pub(super) fn groups(&self) -> Result<(), IrError> {
        let program = self.program;
        unique("header stack", program.header_stacks.iter().map(|stack| stack.name.as_str()))?;
        unique("header union", program.header_unions.iter().map(|union| union.name.as_str()))?;
        unique("header union stack", program.header_union_stacks.iter().map(|stack| stack.name.as_str()))?;
        let mut in_stack = HashSet::new();
        for stack in &program.header_stacks {
            let (kind, name) = ("header stack", stack.name.as_str());
            for header in &stack.headers {
                self.header(kind, name, *header)?;
                if program.headers.get(header.index()).is_none_or(|h| h.header_type != stack.header_type) {
                    return invalid(kind, name, "an element is of another type");
                }
                if !in_stack.insert(*header) {
                    return invalid(kind, name, "an element is in a stack already");
                }
            }
            if self.header_types_of(stack.header_type).is_none() {
                return unresolved(kind, name, format!("header type {}", stack.header_type.0));
            }
        }
        let mut in_union = HashSet::new();
        for union in &program.header_unions {
            let (kind, name) = ("header union", union.name.as_str());
            unique(&format!("{kind} `{name}`: member"), union.members.iter().map(|m| m.name.as_str()))?;
            for member in &union.members {
                self.header(kind, name, member.header)?;
                if !in_union.insert(member.header) {
                    return invalid(kind, name, "a member is in a union already");
                }
            }
            let model = program.header_unions.iter().find(|other| other.union_type == union.union_type);
            if model.is_some_and(|model| !self.alike(model, union)) {
                return invalid(kind, name, "another union of its type has other members");
            }
        }
        let mut in_union_stack = HashSet::new();
        for stack in &program.header_union_stacks {
            let scope = Scope { kind: "header union stack", name: &stack.name, parameters: 0 };
            let mut types = HashSet::new();
            for union in &stack.unions {
                types.insert(self.union(scope, *union)?.union_type.as_str());
                if !in_union_stack.insert(*union) {
                    return invalid(scope.kind, scope.name, "an element is in a stack already");
                }
            }
            if types.len() != 1 {
                return invalid(scope.kind, scope.name, "its elements must be of one type, and one at least");
            }
        }
        Ok(())
    }

    fn alike(&self, a: &HeaderUnion, b: &HeaderUnion) -> bool {
        let type_of = |header: HeaderId| self.program.headers.get(header.index()).map(|h| h.header_type);
        a.members.len() == b.members.len()
            && a.members
                .iter()
                .zip(&b.members)
                .all(|(a, b)| a.name == b.name && type_of(a.header) == type_of(b.header))
    }
}
