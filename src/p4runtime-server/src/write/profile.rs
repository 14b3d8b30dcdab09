//! Members and groups of action profiles. The controller gives their numbers, the device gives handles.

use std::collections::BTreeSet;

use hyper4_ir::{Command, ProfileCommand};
use hyper4_p4runtime::tonic::Code;
use hyper4_p4runtime::v1::action_profile_group::Member;
use hyper4_p4runtime::v1::action_profile_group::member::WatchKind;
use hyper4_p4runtime::v1::update::Type;
use hyper4_p4runtime::v1::{ActionProfileGroup, ActionProfileMember};

use super::Context;
use super::state::find;
use crate::pipeline::Named;
use crate::records::GroupRecord;
use crate::{Failure, entry};

fn exists(what: String) -> Failure {
    Failure::new(Code::AlreadyExists, format!("there is a {what} already"))
}

impl<'a> Context<'a> {
    pub(crate) fn find_profile(&self, id: u32) -> Result<&'a Named, Failure> {
        find(&self.pipeline.profiles, "action profile", id)
    }

    pub(crate) fn member_handle(&self, profile: u32, id: u32) -> Result<u64, Failure> {
        let missing = || Failure::not_found(format!("there is no member {id}"));
        self.records.members.get(&(profile, id)).copied().ok_or_else(missing)
    }

    pub(crate) fn group_record(&self, profile: u32, id: u32) -> Result<&GroupRecord, Failure> {
        let missing = || Failure::not_found(format!("there is no group {id}"));
        self.records.groups.get(&(profile, id)).ok_or_else(missing)
    }

    pub(super) fn write_member(&mut self, kind: Type, given: &ActionProfileMember) -> Result<(), Failure> {
        let (profile, id) = (given.action_profile_id, given.member_id);
        let name = self.find_profile(profile)?.name.clone();
        let known = self.records.members.get(&(profile, id)).copied();
        let call = || {
            let action = given.action.as_ref();
            let action = action.ok_or_else(|| Failure::invalid(format!("member {id} has no action")))?;
            entry::call(self.pipeline, action)
        };
        match (kind, known) {
            (Type::Insert, Some(_)) => Err(exists(format!("member {id}"))),
            (Type::Insert, None) => {
                let (action, arguments) = call()?;
                let command = ProfileCommand::CreateMember { action, arguments };
                let handle = self.handle(&Command::Profile { profile: name, command })?;
                self.records.members.insert((profile, id), handle);
                Ok(())
            }
            (_, None) => Err(Failure::not_found(format!("there is no member {id}"))),
            (Type::Modify, Some(member)) => {
                let (action, arguments) = call()?;
                let command = ProfileCommand::ModifyMember { member, action, arguments };
                self.run(&Command::Profile { profile: name, command })
            }
            (_, Some(member)) => {
                let command = ProfileCommand::DeleteMember { member };
                self.run(&Command::Profile { profile: name, command })?;
                self.records.members.remove(&(profile, id));
                Ok(())
            }
        }
    }

    pub(super) fn write_group(&mut self, kind: Type, given: &ActionProfileGroup) -> Result<(), Failure> {
        let (profile, id) = (given.action_profile_id, given.group_id);
        let name = self.find_profile(profile)?.name.clone();
        let known = self.records.groups.get(&(profile, id)).cloned();
        let command = |command| Command::Profile { profile: name.clone(), command };
        match (kind, known) {
            (Type::Insert, Some(_)) => Err(exists(format!("group {id}"))),
            (Type::Insert, None) => {
                let wanted = self.handles_of(profile, given)?;
                let handle = self.handle(&command(ProfileCommand::CreateGroup))?;
                if let Err(failure) = self.change_members(&name, handle, &BTreeSet::new(), &wanted) {
                    self.run(&command(ProfileCommand::DeleteGroup { group: handle }))?;
                    return Err(failure);
                }
                let record = GroupRecord { handle, max_size: given.max_size, members: given.members.clone() };
                self.records.groups.insert((profile, id), record);
                Ok(())
            }
            (_, None) => Err(Failure::not_found(format!("there is no group {id}"))),
            (Type::Modify, Some(before)) => {
                let wanted = self.handles_of(profile, given)?;
                let had = self.handles(profile, &before.members)?;
                self.change_members(&name, before.handle, &had, &wanted)?;
                let record = GroupRecord {
                    handle: before.handle,
                    max_size: given.max_size,
                    members: given.members.clone(),
                };
                self.records.groups.insert((profile, id), record);
                Ok(())
            }
            (_, Some(before)) => {
                self.run(&command(ProfileCommand::DeleteGroup { group: before.handle }))?;
                self.records.groups.remove(&(profile, id));
                Ok(())
            }
        }
    }

    fn handles(&self, profile: u32, members: &[Member]) -> Result<BTreeSet<u64>, Failure> {
        members.iter().map(|member| self.member_handle(profile, member.member_id)).collect()
    }

    /// The handles of a group's members, checked.
    fn handles_of(&self, profile: u32, given: &ActionProfileGroup) -> Result<BTreeSet<u64>, Failure> {
        let id = given.group_id;
        for member in &given.members {
            match member.weight {
                1 => {}
                2.. => {
                    return Err(Failure::unimplemented(format!(
                        "group {id}: members weigh 1; for more of one make several members"
                    )));
                }
                weight => {
                    return Err(Failure::invalid(format!("group {id}: a member's weight can't be {weight}")));
                }
            }
            if !matches!(&member.watch_kind, None | Some(WatchKind::Watch(0))) {
                return Err(Failure::unimplemented(format!("group {id}: ports can't be watched")));
            }
        }
        let handles = self.handles(profile, &given.members)?;
        if handles.len() < given.members.len() {
            return Err(Failure::invalid(format!("group {id} has a member twice")));
        }
        if given.max_size > 0 && handles.len() as u64 > u64::from(given.max_size.unsigned_abs()) {
            let message = format!("group {id} has more members than its greatest size");
            return Err(Failure::new(Code::ResourceExhausted, message));
        }
        Ok(handles)
    }

    /// A group's members are to be others; as before when one can't be changed.
    fn change_members(
        &mut self,
        profile: &str,
        group: u64,
        had: &BTreeSet<u64>,
        wanted: &BTreeSet<u64>,
    ) -> Result<(), Failure> {
        let add = |member: &u64| (*member, true);
        let remove = |member: &u64| (*member, false);
        let steps: Vec<(u64, bool)> =
            wanted.difference(had).map(add).chain(had.difference(wanted).map(remove)).collect();
        let command = |(member, add): (u64, bool)| {
            let command = match add {
                true => ProfileCommand::AddToGroup { member, group },
                false => ProfileCommand::RemoveFromGroup { member, group },
            };
            Command::Profile { profile: profile.to_owned(), command }
        };
        for (done, step) in steps.iter().enumerate() {
            if let Err(failure) = self.run(&command(*step)) {
                for (member, added) in steps.iter().take(done).rev() {
                    self.run(&command((*member, !added)))?;
                }
                return Err(failure);
            }
        }
        Ok(())
    }
}
