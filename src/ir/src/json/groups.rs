//! Header stacks, header unions and stacks of them.

use std::collections::HashMap;

use super::model::{Root, refuse_rest};
use super::names::{Names, Owner, find, unique_ids};
use crate::{
    HeaderId, HeaderStack, HeaderStackId, HeaderTypeId, HeaderUnion, HeaderUnionId, HeaderUnionMember,
    HeaderUnionStack, HeaderUnionStackId, IrError,
};

/// What is made of headers.
#[derive(Debug, Default)]
pub(super) struct Groups {
    pub(super) stacks: Vec<HeaderStack>,
    pub(super) unions: Vec<HeaderUnion>,
    pub(super) union_stacks: Vec<HeaderUnionStack>,
    by_stack: HashMap<String, HeaderStackId>,
    by_union: HashMap<String, HeaderUnionId>,
    by_union_stack: HashMap<String, HeaderUnionStackId>,
}

impl Groups {
    pub(super) fn stack(&self, owner: &Owner<'_>, name: &str) -> Result<HeaderStackId, IrError> {
        find(&self.by_stack, owner, "header stack", name)
    }

    pub(super) fn union(&self, owner: &Owner<'_>, name: &str) -> Result<HeaderUnionId, IrError> {
        find(&self.by_union, owner, "header union", name)
    }

    pub(super) fn union_stack(&self, owner: &Owner<'_>, name: &str) -> Result<HeaderUnionStackId, IrError> {
        find(&self.by_union_stack, owner, "header union stack", name)
    }

    /// The type of a stack's elements.
    pub(super) fn type_of(&self, stack: HeaderStackId) -> HeaderTypeId {
        self.stacks.get(stack.index()).map_or(HeaderTypeId(u32::MAX), |stack| stack.header_type)
    }

    /// A member of a stack's unions: its number, and the header of it in the first element.
    pub(super) fn member(
        &self,
        owner: &Owner<'_>,
        stack: HeaderUnionStackId,
        name: &str,
    ) -> Result<(u32, HeaderId), IrError> {
        let first = self.union_stacks.get(stack.index()).and_then(|stack| stack.unions.first());
        let members = first.and_then(|union| self.unions.get(union.index())).map(|union| &union.members);
        let found = members.into_iter().flatten().zip(0..).find(|(member, _)| member.name == name);
        found.map(|(member, number)| (number, member.header)).ok_or_else(|| owner.unresolved(name))
    }
}

pub(super) fn read(names: &mut Names, root: &Root) -> Result<(), IrError> {
    stacks(names, root)?;
    let ids = unions(names, root)?;
    unique_ids("header union stack", root.header_union_stacks.iter().map(|declared| declared.id))?;
    for declared in &root.header_union_stacks {
        let owner = Owner::new("header union stack", &declared.name, None);
        refuse_rest(&owner, &declared.rest)?;
        size(&owner, declared.size, declared.header_union_ids.len())?;
        let union =
            |id: &i64| ids.get(id).copied().ok_or_else(|| owner.unresolved(format!("header union {id}")));
        let unions: Vec<HeaderUnionId> =
            declared.header_union_ids.iter().map(union).collect::<Result<_, _>>()?;
        let of_type = |id: &HeaderUnionId| {
            names.groups.unions.get(id.index()).is_some_and(|union| union.union_type == declared.union_type)
        };
        if !unions.iter().all(of_type) {
            return Err(owner.invalid(format!("an element isn't of type `{}`", declared.union_type)));
        }
        let groups = &mut names.groups;
        let id = HeaderUnionStackId(groups.union_stacks.len() as u32);
        if groups.by_union_stack.insert(declared.name.clone(), id).is_some() {
            return Err(owner.invalid("it is declared twice"));
        }
        groups.union_stacks.push(HeaderUnionStack { name: declared.name.clone(), unions });
    }
    Ok(())
}

fn header(names: &Names, owner: &Owner<'_>, id: i64) -> Result<HeaderId, IrError> {
    names.header_ids.get(&id).copied().ok_or_else(|| owner.unresolved(format!("header {id}")))
}

fn size(owner: &Owner<'_>, declared: Option<u32>, found: usize) -> Result<(), IrError> {
    match declared {
        Some(size) if size as usize != found => {
            Err(owner.invalid(format!("it has {found} elements, but its size is {size}")))
        }
        _ => Ok(()),
    }
}

fn stacks(names: &mut Names, root: &Root) -> Result<(), IrError> {
    unique_ids("header stack", root.header_stacks.iter().map(|declared| declared.id))?;
    for declared in &root.header_stacks {
        let owner = Owner::new("header stack", &declared.name, None);
        refuse_rest(&owner, &declared.rest)?;
        size(&owner, declared.size, declared.header_ids.len())?;
        let header_type = names.header_types.iter().position(|t| t.name == declared.header_type);
        let header_type = header_type.ok_or_else(|| owner.unresolved(&declared.header_type))?;
        let headers = declared.header_ids.iter().map(|id| header(names, &owner, *id));
        let stack = HeaderStack {
            name: declared.name.clone(),
            header_type: HeaderTypeId(header_type as u32),
            headers: headers.collect::<Result<_, _>>()?,
        };
        let groups = &mut names.groups;
        let id = HeaderStackId(groups.stacks.len() as u32);
        if groups.by_stack.insert(declared.name.clone(), id).is_some() {
            return Err(owner.invalid("it is declared twice"));
        }
        groups.stacks.push(stack);
    }
    Ok(())
}

/// Unions by their id in the JSON.
fn unions(names: &mut Names, root: &Root) -> Result<HashMap<i64, HeaderUnionId>, IrError> {
    let mut types = HashMap::new();
    for declared in &root.header_union_types {
        let owner = Owner::new("header union type", &declared.name, None);
        refuse_rest(&owner, &declared.rest)?;
        if types.insert(declared.name.as_str(), declared.headers.as_slice()).is_some() {
            return Err(owner.invalid("it is declared twice"));
        }
    }
    let mut ids = HashMap::new();
    for declared in &root.header_unions {
        let owner = Owner::new("header union", &declared.name, None);
        refuse_rest(&owner, &declared.rest)?;
        let members = types.get(declared.union_type.as_str()).copied();
        let members = members.ok_or_else(|| owner.unresolved(&declared.union_type))?;
        if members.len() != declared.header_ids.len() {
            let (found, wanted) = (declared.header_ids.len(), members.len());
            return Err(owner.invalid(format!("it has {found} headers, but its type {wanted} members")));
        }
        let member = |((name, of_type), id): (&(String, String), &i64)| {
            let header = header(names, &owner, *id)?;
            if names.type_of(header).is_none_or(|t| t.name != *of_type) {
                return Err(owner.invalid(format!("member `{name}` isn't of type `{of_type}`")));
            }
            Ok(HeaderUnionMember { name: name.clone(), header })
        };
        let members = members.iter().zip(&declared.header_ids).map(member).collect::<Result<_, IrError>>()?;
        let (name, union_type) = (declared.name.clone(), declared.union_type.clone());
        let groups = &mut names.groups;
        let id = HeaderUnionId(groups.unions.len() as u32);
        if groups.by_union.insert(name.clone(), id).is_some() {
            return Err(owner.invalid("it is declared twice"));
        }
        if ids.insert(declared.id, id).is_some() {
            return Err(owner.invalid(format!("another header union has the id {} too", declared.id)));
        }
        groups.unions.push(HeaderUnion { name, union_type, members });
    }
    Ok(ids)
}
