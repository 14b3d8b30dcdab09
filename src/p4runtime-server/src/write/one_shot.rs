//! Actions that an entry brings itself: members and a group are made for it, and go with it.

use hyper4_ir::{Command, ProfileCommand};
use hyper4_p4runtime::v1::ActionProfileActionSet;
use hyper4_p4runtime::v1::action_profile_action::WatchKind;

use super::Context;
use crate::pipeline::Table;
use crate::records::OneShot;
use crate::{Failure, entry};

/// Members of one set, an action's weight counted.
const MOST: usize = 1024;

impl Context<'_> {
    /// Make what an entry of `table` refers to; nothing is left of it when something can't be made.
    pub(super) fn make_one_shot(
        &mut self,
        table: &Table,
        profile: u32,
        set: &ActionProfileActionSet,
    ) -> Result<OneShot, Failure> {
        let mut calls = Vec::new();
        for given in &set.action_profile_actions {
            if !matches!(&given.watch_kind, None | Some(WatchKind::Watch(0))) {
                return Err(Failure::unimplemented("ports can't be watched"));
            }
            let action = given.action.as_ref().ok_or_else(|| Failure::invalid("an action is missing"))?;
            let call = entry::table_call(self.pipeline, table, action, false)?;
            let weight = usize::try_from(given.weight).ok().filter(|weight| *weight > 0);
            let weight = weight.ok_or_else(|| Failure::invalid("an action's weight is above 0"))?;
            if calls.len() + weight > MOST {
                return Err(Failure::unimplemented(format!("actions weigh {MOST} together, at most")));
            }
            calls.extend(std::iter::repeat_n(call, weight));
        }
        if calls.is_empty() {
            return Err(Failure::invalid("there is no action in the set"));
        }
        let name = self.find_profile(profile)?.name.clone();
        let command = |command| Command::Profile { profile: name.clone(), command };
        let group = self.handle(&command(ProfileCommand::CreateGroup))?;
        let mut made = OneShot { set: set.clone(), profile, group, members: Vec::new() };
        for (action, arguments) in calls {
            let member = self.handle(&command(ProfileCommand::CreateMember { action, arguments }));
            let added = member.and_then(|member| {
                made.members.push(member);
                self.run(&command(ProfileCommand::AddToGroup { member, group }))
            });
            if let Err(failure) = added {
                self.remove_one_shot(&made)?;
                return Err(failure);
            }
        }
        Ok(made)
    }

    /// Take away what was made; no entry refers to it any more.
    pub(super) fn remove_one_shot(&mut self, made: &OneShot) -> Result<(), Failure> {
        let name = self.find_profile(made.profile)?.name.clone();
        let command = |command| Command::Profile { profile: name.clone(), command };
        self.run(&command(ProfileCommand::DeleteGroup { group: made.group }))?;
        made.members
            .iter()
            .try_for_each(|member| self.run(&command(ProfileCommand::DeleteMember { member: *member })))
    }
}
