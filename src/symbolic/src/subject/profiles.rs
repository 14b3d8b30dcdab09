//! Action profiles: members and groups that tables' entries refer to.

use std::collections::{BTreeMap, BTreeSet};

use hyper4_bits::Bits;
use hyper4_ir::{
    ActionId, Command, MatchValue, ProfileCommand, ProfileTarget, Program, Reply, Table, TableId,
    TableImplementation,
};

use super::{Subject, SubjectError, action_of, invalid};

/// The members and groups of one profile, by their handles.
#[derive(Clone, Debug, Default)]
pub(crate) struct Profile {
    members: BTreeMap<u64, (ActionId, Vec<Bits>)>,
    groups: BTreeMap<u64, BTreeSet<u64>>,
}

impl Profile {
    pub(crate) fn member(&self, member: u64) -> Option<&(ActionId, Vec<Bits>)> {
        self.members.get(&member)
    }

    /// A group's members, the first first.
    pub(crate) fn group(&self, group: u64) -> Vec<&(ActionId, Vec<Bits>)> {
        let members = self.groups.get(&group).into_iter().flatten();
        members.filter_map(|member| self.members.get(member)).collect()
    }

    /// What is done by who refers to it; of a group what its first member does.
    fn first(&self, target: ProfileTarget) -> Option<(ActionId, Vec<Bits>)> {
        match target {
            ProfileTarget::Member(member) => self.member(member).cloned(),
            ProfileTarget::Group(group) => self.group(group).first().map(|first| (*first).clone()),
        }
    }
}

impl Subject {
    /// The profile of a table.
    pub(crate) fn profile(&self, table: &Table) -> Option<&Profile> {
        match table.implementation {
            TableImplementation::Simple => None,
            TableImplementation::Profile(id) => self.profiles.get(id.index()),
        }
    }

    /// A command to a profile.
    pub(super) fn profile_command(
        &mut self,
        program: &Program,
        name: &str,
        command: &ProfileCommand,
    ) -> Result<Reply, SubjectError> {
        let construct = || format!("action profile `{name}`");
        let number = program.action_profiles.iter().position(|profile| profile.name == name);
        let user = (0..).map(TableId).zip(&program.tables).find(|(_, table)| {
            matches!(table.implementation, TableImplementation::Profile(id) if Some(id.index()) == number)
        });
        let (Some(profile), Some((table, _))) =
            (number.and_then(|number| self.profiles.get_mut(number)), user)
        else {
            return Err(invalid(construct(), "there is no such profile, or no table has it"));
        };
        let missing = |what: &str, handle: u64| SubjectError::State {
            construct: construct(),
            reason: format!("it has no {what} with the handle {handle}"),
        };
        let reply = match command {
            ProfileCommand::CreateMember { action, arguments } => {
                let action = action_of(program, table, action, arguments)?;
                let handle = free(profile.members.keys());
                profile.members.insert(handle, (action, arguments.clone()));
                Reply::Handle(handle)
            }
            ProfileCommand::ModifyMember { member, action, arguments } => {
                let action = action_of(program, table, action, arguments)?;
                let place = profile.members.get_mut(member).ok_or_else(|| missing("member", *member))?;
                *place = (action, arguments.clone());
                Reply::Done
            }
            ProfileCommand::DeleteMember { member } => {
                profile.members.remove(member).ok_or_else(|| missing("member", *member))?;
                Reply::Done
            }
            ProfileCommand::CreateGroup => {
                let handle = free(profile.groups.keys());
                profile.groups.insert(handle, BTreeSet::new());
                Reply::Handle(handle)
            }
            ProfileCommand::DeleteGroup { group } => {
                profile.groups.remove(group).ok_or_else(|| missing("group", *group))?;
                Reply::Done
            }
            ProfileCommand::AddToGroup { member, group } => {
                profile.member(*member).ok_or_else(|| missing("member", *member))?;
                if !profile.groups.get_mut(group).ok_or_else(|| missing("group", *group))?.insert(*member) {
                    let reason = format!("member {member} is in group {group} already");
                    return Err(SubjectError::State { construct: construct(), reason });
                }
                Reply::Done
            }
            ProfileCommand::RemoveFromGroup { member, group } => {
                if !profile.groups.get_mut(group).ok_or_else(|| missing("group", *group))?.remove(member) {
                    let reason = format!("member {member} isn't in group {group}");
                    return Err(SubjectError::State { construct: construct(), reason });
                }
                Reply::Done
            }
            ProfileCommand::Dump | ProfileCommand::DumpMember { .. } | ProfileCommand::DumpGroup { .. } => {
                return Err(invalid(construct(), "proofs don't read it back"));
            }
        };
        self.refer(program);
        Ok(reply)
    }

    /// A command to a table whose entries refer to a profile.
    pub(super) fn indirect_command(
        &mut self,
        program: &Program,
        command: &Command,
    ) -> Result<Reply, SubjectError> {
        let reply = match command {
            Command::TableIndirectAdd { table, key, target, priority } => {
                let action = self.target(program, table, *target)?;
                let (_, declared, rows) = self.mutable(program, table)?;
                let key: Vec<MatchValue> = key.clone();
                let handle = rows.add(declared, key, action.0, action.1, *priority)?;
                rows.refer(handle, *target);
                Reply::Handle(handle)
            }
            Command::TableIndirectModify { table, handle, target } => {
                let action = self.target(program, table, *target)?;
                let (_, declared, rows) = self.mutable(program, table)?;
                rows.modify(declared, *handle, action.0, action.1)?;
                rows.refer(*handle, *target);
                Reply::Done
            }
            Command::TableIndirectDelete { table, handle } => {
                let (_, declared, rows) = self.mutable(program, table)?;
                rows.delete(declared, *handle)?;
                Reply::Done
            }
            Command::TableIndirectSetDefault { table, target: target @ ProfileTarget::Member(_) } => {
                let action = self.target(program, table, *target)?;
                let (_, declared, rows) = self.table(program, table)?;
                rows.set_default(declared, action.0, action.1)?;
                rows.refer_default(*target);
                Reply::Done
            }
            Command::TableIndirectResetDefault { table } => {
                let (_, declared, rows) = self.table(program, table)?;
                rows.reset_default(declared);
                Reply::Done
            }
            _ => {
                let reason = "proofs don't carry a group that is done on a miss";
                return Err(invalid(format!("command `{command}`"), reason));
            }
        };
        Ok(reply)
    }

    /// What is done by who refers to a member or a group.
    fn target(
        &self,
        program: &Program,
        table: &str,
        target: ProfileTarget,
    ) -> Result<(ActionId, Vec<Bits>), SubjectError> {
        let declared = program.table_by_name(table).and_then(|id| program.tables.get(id.index()));
        let profile = declared.and_then(|table| self.profile(table));
        let first = profile.and_then(|profile| profile.first(target));
        first.ok_or_else(|| SubjectError::State {
            construct: format!("table `{table}`"),
            reason: format!("its action profile has no {target:?}, or there is nothing in it"),
        })
    }

    /// Entries do what the members that they refer to do now.
    fn refer(&mut self, program: &Program) {
        for (table, rows) in program.tables.iter().zip(&mut self.tables) {
            if let TableImplementation::Profile(id) = table.implementation
                && let Some(profile) = self.profiles.get(id.index())
            {
                rows.follow(|target| profile.first(target));
            }
        }
    }
}

/// The lowest handle that isn't taken.
fn free<'a>(taken: impl Iterator<Item = &'a u64>) -> u64 {
    taken.zip(0u64..).take_while(|(handle, expected)| *handle == expected).count() as u64
}
