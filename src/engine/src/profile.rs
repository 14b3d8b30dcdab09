//! Action profiles: what entries of several tables share.

use hyper4_ir::ProfileTarget;
use hyper4_switch::{ProfileChange, ProfileState};

use crate::calculation::Hasher;
use crate::table::ActionCall;

/// Members and groups.
#[derive(Clone, Debug, Default)]
pub(crate) struct Profile {
    members: Vec<Option<ActionCall>>,
    /// Members' handles, ascending.
    groups: Vec<Box<[u64]>>,
}

impl Profile {
    /// As the control plane has it.
    pub(crate) fn fill(&mut self, state: &ProfileState) {
        for (member, (action, arguments)) in state.members() {
            let (action, arguments) = (*action, arguments.clone());
            self.change(&ProfileChange::Member { member: *member, action, arguments });
        }
        for (group, members) in state.groups() {
            self.change(&ProfileChange::Group { group: *group, members: members.iter().copied().collect() });
        }
    }

    /// Nothing is in it.
    pub(crate) fn clear(&mut self) {
        self.members.clear();
        self.groups.clear();
    }

    pub(crate) fn change(&mut self, change: &ProfileChange) {
        match change {
            ProfileChange::Member { member, action, arguments } => {
                if let Some(place) = place(&mut self.members, *member) {
                    *place = Some(ActionCall::new(*action, arguments));
                }
            }
            ProfileChange::DeleteMember { member } => {
                if let Some(place) = self.members.get_mut(*member as usize) {
                    *place = None;
                }
            }
            ProfileChange::Group { group, members } => {
                if let Some(place) = place(&mut self.groups, *group) {
                    *place = members.as_slice().into();
                }
            }
            ProfileChange::DeleteGroup { group } => {
                if let Some(place) = self.groups.get_mut(*group as usize) {
                    *place = Box::default();
                }
            }
        }
    }

    /// What is done with this packet; `None` for an empty group. `selector` chooses a member of a group.
    pub(crate) fn choose(
        &self,
        target: ProfileTarget,
        selector: Option<&mut Hasher>,
        memory: &[u64],
        payload: &[u8],
    ) -> Option<&ActionCall> {
        let member = match target {
            ProfileTarget::Member(member) => member,
            ProfileTarget::Group(group) => {
                let members = self.groups.get(group as usize).filter(|members| !members.is_empty())?;
                // Of a hash it takes 32 bits (`hash_t` in action_profile.h).
                let hash = selector?.compute(memory, payload) as u32;
                *members.get(hash as usize % members.len())?
            }
        };
        self.members.get(member as usize)?.as_ref()
    }
}

fn place<T: Default>(places: &mut Vec<T>, index: u64) -> Option<&mut T> {
    let index = index as usize;
    if places.len() <= index {
        places.resize_with(index + 1, T::default);
    }
    places.get_mut(index)
}
