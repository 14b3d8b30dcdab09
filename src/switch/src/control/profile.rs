//! Action profiles: members and groups, as simple_switch keeps them (src/bm_sim/action_profile.cpp).

use std::collections::{BTreeMap, BTreeSet};

use hyper4_bits::Bits;
use hyper4_ir::{
    ActionId, ActionProfileId, ProfileCommand, ProfileGroup, ProfileMember, ProfileTarget, Program, Reply,
};

use super::change::{Change, Prepared, ProfileChange};
use super::{Handles, table};
use crate::ControlError;

/// Members and groups of one action profile.
#[derive(Clone, Debug, Default)]
pub struct ProfileState {
    members: BTreeMap<u64, (ActionId, Vec<Bits>)>,
    groups: BTreeMap<u64, BTreeSet<u64>>,
    member_handles: Handles,
    group_handles: Handles,
    /// How many entries, defaults and groups refer to it. Clearing a table doesn't count down, as in simple_switch:
    /// what its entries referred to can't be deleted any more.
    references: BTreeMap<ProfileTarget, u32>,
}

impl ProfileState {
    /// The members by handle: action and arguments.
    pub fn members(&self) -> &BTreeMap<u64, (ActionId, Vec<Bits>)> {
        &self.members
    }

    /// The groups by handle, each with its members in ascending order.
    pub fn groups(&self) -> &BTreeMap<u64, BTreeSet<u64>> {
        &self.groups
    }

    /// How many entries, defaults and groups refer to a member or group.
    pub fn references(&self, target: ProfileTarget) -> u32 {
        self.references.get(&target).copied().unwrap_or(0)
    }

    /// How many numbers of members have been given, those of deleted members among them.
    pub fn members_given(&self) -> u64 {
        self.member_handles.given()
    }

    /// The same for groups.
    pub fn groups_given(&self) -> u64 {
        self.group_handles.given()
    }

    /// Whether an entry may refer to it.
    pub(super) fn check_target(&self, name: &str, target: ProfileTarget) -> Result<(), ControlError> {
        match target {
            ProfileTarget::Member(member) => self.member(name, member).map(drop),
            ProfileTarget::Group(group) => match self.group(name, group)?.is_empty() {
                true => Err(ControlError::EmptyGroup { profile: name.to_owned(), group }),
                false => Ok(()),
            },
        }
    }

    /// Whether it is there; a default may refer to an empty group.
    pub(super) fn check_default(&self, name: &str, target: ProfileTarget) -> Result<(), ControlError> {
        match target {
            ProfileTarget::Member(member) => self.member(name, member).map(drop),
            ProfileTarget::Group(group) => self.group(name, group).map(drop),
        }
    }

    pub(super) fn refer(&mut self, target: ProfileTarget) {
        *self.references.entry(target).or_default() += 1;
    }

    pub(super) fn release(&mut self, target: ProfileTarget) {
        if let Some(count) = self.references.get_mut(&target) {
            *count = count.saturating_sub(1);
        }
    }

    fn used(&self, target: ProfileTarget) -> bool {
        self.references(target) > 0
    }

    fn member(&self, name: &str, member: u64) -> Result<&(ActionId, Vec<Bits>), ControlError> {
        let unknown = || ControlError::InvalidMember { profile: name.to_owned(), member };
        self.members.get(&member).ok_or_else(unknown)
    }

    fn group(&self, name: &str, group: u64) -> Result<&BTreeSet<u64>, ControlError> {
        let unknown = || ControlError::InvalidGroup { profile: name.to_owned(), group };
        self.groups.get(&group).ok_or_else(unknown)
    }

    pub(super) fn prepare(
        &self,
        program: &Program,
        id: ActionProfileId,
        name: &str,
        command: &ProfileCommand,
    ) -> Result<Prepared, ControlError> {
        let answer = |change, reply| Ok(Prepared { change: Change::Profile { profile: id, change }, reply });
        let reply = |members, groups| {
            Ok(Prepared { change: Change::None, reply: Reply::Profile { members, groups } })
        };
        let action_of = |action: &str, arguments: &[Bits]| {
            let found = program.action_of_profile(id, action);
            let found = found.ok_or_else(|| ControlError::UnknownProfileAction {
                profile: name.to_owned(),
                action: action.to_owned(),
            })?;
            table::check_arguments(program, found, arguments)?;
            Ok::<_, ControlError>(found)
        };
        match command {
            ProfileCommand::CreateMember { action, arguments } => {
                let (member, action) = (self.member_handles.peek_number(), action_of(action, arguments)?);
                let change = ProfileChange::Member { member, action, arguments: arguments.clone() };
                answer(change, Reply::Handle(member))
            }
            ProfileCommand::ModifyMember { member, action, arguments } => {
                let action = action_of(action, arguments)?;
                self.member(name, *member)?;
                let arguments = arguments.clone();
                answer(ProfileChange::Member { member: *member, action, arguments }, Reply::Done)
            }
            ProfileCommand::DeleteMember { member } => {
                self.member(name, *member)?;
                if self.used(ProfileTarget::Member(*member)) {
                    return Err(ControlError::MemberInUse { profile: name.to_owned(), member: *member });
                }
                answer(ProfileChange::DeleteMember { member: *member }, Reply::Done)
            }
            ProfileCommand::CreateGroup => {
                let group = self.group_handles.peek_number();
                answer(ProfileChange::Group { group, members: Vec::new() }, Reply::Handle(group))
            }
            ProfileCommand::DeleteGroup { group } => {
                self.group(name, *group)?;
                if self.used(ProfileTarget::Group(*group)) {
                    return Err(ControlError::GroupInUse { profile: name.to_owned(), group: *group });
                }
                answer(ProfileChange::DeleteGroup { group: *group }, Reply::Done)
            }
            ProfileCommand::AddToGroup { member, group } => {
                let (member, group) = (*member, *group);
                self.member(name, member)?;
                let mut members = self.group(name, group)?.clone();
                if !members.insert(member) {
                    return Err(ControlError::MemberInGroup { member, group });
                }
                answer(ProfileChange::Group { group, members: members.into_iter().collect() }, Reply::Done)
            }
            ProfileCommand::RemoveFromGroup { member, group } => {
                let (member, group) = (*member, *group);
                self.member(name, member)?;
                let mut members = self.group(name, group)?.clone();
                if !members.remove(&member) {
                    return Err(ControlError::MemberNotInGroup { member, group });
                }
                answer(ProfileChange::Group { group, members: members.into_iter().collect() }, Reply::Done)
            }
            ProfileCommand::Dump => {
                let members = self.members.iter().map(|(handle, member)| read(program, *handle, member));
                let groups = self.groups.iter().map(|(handle, members)| read_group(*handle, members));
                reply(members.collect(), groups.collect())
            }
            ProfileCommand::DumpMember { member } => {
                reply(vec![read(program, *member, self.member(name, *member)?)], Vec::new())
            }
            ProfileCommand::DumpGroup { group } => {
                reply(Vec::new(), vec![read_group(*group, self.group(name, *group)?)])
            }
        }
    }

    pub(super) fn commit(&mut self, change: ProfileChange) {
        match change {
            ProfileChange::Member { member, action, arguments } => {
                if self.members.insert(member, (action, arguments)).is_none() {
                    self.member_handles.claim(member);
                    self.references.remove(&ProfileTarget::Member(member));
                }
            }
            ProfileChange::DeleteMember { member } => {
                if self.members.remove(&member).is_some() {
                    self.member_handles.release(member);
                }
            }
            ProfileChange::Group { group, members } => {
                let members: BTreeSet<u64> = members.into_iter().collect();
                match self.groups.insert(group, members.clone()) {
                    None => {
                        self.group_handles.claim(group);
                        self.references.remove(&ProfileTarget::Group(group));
                    }
                    Some(before) => before.into_iter().for_each(|m| self.release(ProfileTarget::Member(m))),
                }
                members.into_iter().for_each(|m| self.refer(ProfileTarget::Member(m)));
            }
            ProfileChange::DeleteGroup { group } => {
                if let Some(before) = self.groups.remove(&group) {
                    self.group_handles.release(group);
                    before.into_iter().for_each(|m| self.release(ProfileTarget::Member(m)));
                }
            }
        }
    }
}

fn read(program: &Program, handle: u64, (action, arguments): &(ActionId, Vec<Bits>)) -> ProfileMember {
    ProfileMember { handle, action: table::action_name(program, *action), arguments: arguments.clone() }
}

fn read_group(handle: u64, members: &BTreeSet<u64>) -> ProfileGroup {
    ProfileGroup { handle, members: members.iter().copied().collect() }
}
