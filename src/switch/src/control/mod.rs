//! The control plane's view of a program: entries, defaults, profiles, multicast groups and the rest, as simple_switch
//! keeps them.
//!
//! Whoever answers [`Command`]s keeps one [`ControlPlane`] and lets it decide what is valid and which handle comes
//! next, so that handles, duplicates and errors are simple_switch's everywhere (src/bm_sim/match_units.cpp,
//! match_tables.cpp, action_profile.cpp, handle_mgr.h, simple_pre_lag.cpp). It doesn't process packets, and doesn't keep
//! what they change; whoever processes them may read entries as they are kept ([`EntryStore`]).
//!
//! A command is taken in two steps, so that it can be carried out elsewhere in between: [`ControlPlane::prepare`]
//! checks it and says what would change, [`ControlPlane::commit`] makes it so.
//!
//! A command that fails changes nothing. In simple_switch some do: what an indirect entry was to refer to counts as in
//! use although the entry was refused, and a meter's rates that don't rise are half set.

mod change;
mod handles;
mod key;
mod multicast;
mod packed;
mod profile;
mod state;
mod store;
mod table;

use std::sync::Arc;

use hyper4_bits::Bits;
use hyper4_ir::{
    ActionProfileId, Command, EntryAction, MeterId, MeterRate, MirroringSession, ProfileTarget, Program,
    Reply, TableId, ValueSetId,
};

pub use change::{Change, DataAccess, DefaultAction, Prepared, ProfileChange};
pub use handles::Handles;
pub use key::{normal as normal_key, prefix_mask};
pub use multicast::{Multicast, MulticastNode, Replica};
pub use packed::KeyMask;
pub use profile::ProfileState;
pub use store::{EntryKind, EntryStore};
pub use table::TableState;

use crate::{ControlError, ObjectKind};
use state::State;

/// Everything about one loaded program that commands change and packets don't.
#[derive(Clone, Debug)]
pub struct ControlPlane {
    program: Arc<Program>,
    tables: Vec<TableState>,
    profiles: Vec<ProfileState>,
    multicast: Multicast,
    state: State,
}

impl ControlPlane {
    /// As it is right after `program` was loaded: constant entries and the program's default actions.
    pub fn new(program: Arc<Program>) -> Self {
        let tables = program.tables.iter().map(|t| TableState::new(&program, t)).collect();
        let profiles = program.action_profiles.iter().map(|_| ProfileState::default()).collect();
        Self { program, tables, profiles, multicast: Multicast::default(), state: State::default() }
    }

    /// The program.
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// The state of a table.
    pub fn table(&self, table: TableId) -> Option<&TableState> {
        self.tables.get(table.index())
    }

    /// Every table's state, in the program's order.
    pub fn tables(&self) -> impl Iterator<Item = (TableId, &TableState)> {
        (0u32..).map(TableId).zip(&self.tables)
    }

    /// The state of an action profile.
    pub fn profile(&self, profile: ActionProfileId) -> Option<&ProfileState> {
        self.profiles.get(profile.index())
    }

    /// Groups and nodes.
    pub fn multicast(&self) -> &Multicast {
        &self.multicast
    }

    /// Where the copies of a mirroring session go; `None`: there is no such session.
    pub fn mirroring(&self, session: u16) -> Option<MirroringSession> {
        self.state.session(session)
    }

    /// All mirroring sessions, and where their copies go.
    pub fn mirroring_sessions(&self) -> impl Iterator<Item = (u16, MirroringSession)> + '_ {
        self.state.sessions()
    }

    /// The members of a value set.
    pub fn value_set(&self, set: ValueSetId) -> &[Bits] {
        self.state.value_set(set)
    }

    /// The rates of a meter, the lowest first; none when they were not set. Cells as in [`Change::Rates`].
    pub fn rates(&self, meter: MeterId, cell: u32) -> &[MeterRate] {
        self.state.rates(meter, cell)
    }

    /// Check a command against the program and the present state. Nothing changes.
    ///
    /// # Errors
    /// [`ControlError`] says what is wrong.
    pub fn prepare(&self, command: &Command) -> Result<Prepared, ControlError> {
        let done = |change| Ok(Prepared { change, reply: Reply::Done });
        let read = |reply| Ok(Prepared { change: Change::None, reply });
        match command {
            Command::TableAdd { table, key, action, arguments, priority } => {
                let (id, state) = self.find(table)?;
                let action = self.direct_action(id, state, action, arguments)?;
                let entry = state.prepare_add(key, action, *priority)?;
                let reply = Reply::Handle(entry.handle);
                Ok(Prepared { change: Change::Entry { table: id, entry }, reply })
            }
            Command::TableModify { table, handle, action, arguments } => {
                let (id, state) = self.find(table)?;
                let action = self.direct_action(id, state, action, arguments)?;
                let mut entry = state.entry(*handle)?;
                entry.action = action;
                done(Change::Entry { table: id, entry })
            }
            Command::TableDelete { table, handle } => {
                let (id, state) = self.find(table)?;
                state.simple()?.mutable()?.entry(*handle)?;
                done(Change::Delete { table: id, handles: vec![*handle] })
            }
            Command::TableClear { table } => {
                // simple_switch clears constant entries too; the table stays immutable.
                let (id, state) = self.find(table)?;
                done(Change::Clear { table: id, handles: state.handles().collect() })
            }
            Command::TableSetDefault { table, action, arguments } => {
                let (id, state) = self.find(table)?;
                let action = table::action(&self.program, id, action)?;
                state.simple()?.check_default(Some(action))?;
                table::check_arguments(&self.program, action, arguments)?;
                let default = Some(DefaultAction::Direct(action, arguments.clone()));
                done(Change::Default { table: id, default })
            }
            Command::TableResetDefault { table } => {
                let (id, state) = self.find(table)?;
                done(Change::Default { table: id, default: state.simple()?.program_default() })
            }
            Command::TableDump { table } => {
                let (_, state) = self.find(table)?;
                let default = state.read_default(&self.program);
                read(Reply::Entries { entries: state.entries().collect(), default })
            }
            Command::TableNumEntries { table } => read(Reply::Count(self.find(table)?.1.len() as u64)),
            Command::TableDumpEntry { table, handle } => {
                read(Reply::Entry(self.find(table)?.1.entry(*handle)?))
            }
            Command::TableDumpEntryFromKey { table, key, priority } => {
                read(Reply::Entry(self.find(table)?.1.by_key(key, *priority)?))
            }
            Command::TableSetTimeout { table, handle, milliseconds } => {
                let (id, state) = self.find(table)?;
                if !state.declared().support_timeout {
                    return Err(ControlError::AgeingDisabled(state.declared().name.clone()));
                }
                let handle = state.by_number(*handle)?;
                done(Change::Timeout { table: id, handle, milliseconds: *milliseconds })
            }
            Command::TableIndirectAdd { table, key, target, priority } => {
                let (id, state) = self.find(table)?;
                let (name, profile) = self.profile_of(state, *target)?;
                profile.check_target(name, *target)?;
                let entry = state.prepare_add(key, EntryAction::Indirect(*target), *priority)?;
                let reply = Reply::Handle(entry.handle);
                Ok(Prepared { change: Change::Entry { table: id, entry }, reply })
            }
            Command::TableIndirectModify { table, handle, target } => {
                let (id, state) = self.find(table)?;
                let (name, profile) = self.profile_of(state, *target)?;
                let mut entry = state.entry(*handle)?;
                profile.check_target(name, *target)?;
                entry.action = EntryAction::Indirect(*target);
                done(Change::Entry { table: id, entry })
            }
            Command::TableIndirectDelete { table, handle } => {
                let (id, state) = self.find(table)?;
                state.indirect()?;
                state.entry(*handle)?;
                done(Change::Delete { table: id, handles: vec![*handle] })
            }
            Command::TableIndirectSetDefault { table, target } => {
                let (id, state) = self.find(table)?;
                let (name, profile) = self.profile_of(state, *target)?;
                state.check_default(None)?;
                profile.check_default(name, *target)?;
                done(Change::Default { table: id, default: Some(DefaultAction::Indirect(*target)) })
            }
            Command::TableIndirectResetDefault { table } => {
                let (id, state) = self.find(table)?;
                state.indirect()?;
                done(Change::Default { table: id, default: state.program_default() })
            }
            Command::Profile { profile: name, command } => {
                let unknown =
                    || ControlError::UnknownObject { kind: ObjectKind::Profile, name: name.clone() };
                let id = self.program.profile_by_name(name).ok_or_else(unknown)?;
                let declared = self.program.action_profiles.get(id.index()).ok_or_else(unknown)?;
                let profile = self.profiles.get(id.index()).ok_or_else(unknown)?;
                profile.prepare(&self.program, id, &declared.name, command)
            }
            Command::Counter { counter, command } => {
                state::counter(&self.program, &self.tables, counter, command)
            }
            Command::Meter { meter, command } => {
                self.state.meter(&self.program, &self.tables, meter, command)
            }
            Command::Register { register, command } => state::register(&self.program, register, command),
            Command::ValueSet { set, command } => self.state.prepare_value_set(&self.program, set, command),
            Command::Mirroring { session, command } => self.state.mirroring(*session, command),
            Command::Queue { queues, command } => done(Change::Queue { queues: *queues, command: *command }),
            Command::Calculation { calculation, command } => {
                state::calculation(&self.program, calculation, command)
            }
            Command::ResetState => done(Change::Reset),
            Command::MulticastDump => read(Reply::Multicast(self.multicast.dump())),
            Command::MulticastGroupCreate { .. }
            | Command::MulticastGroupDestroy { .. }
            | Command::MulticastNodeCreate { .. }
            | Command::MulticastNodeUpdate { .. }
            | Command::MulticastNodeAssociate { .. }
            | Command::MulticastNodeDissociate { .. }
            | Command::MulticastNodeDestroy { .. }
            | Command::MulticastSetLagMembership { .. } => {
                let mut next = self.multicast.clone();
                let reply = next.apply(command)?;
                Ok(Prepared { change: Change::Multicast(next), reply })
            }
        }
    }

    /// Make a prepared change so. It must have been prepared on the present state.
    pub fn commit(&mut self, change: Change) {
        match change {
            Change::None | Change::Queue { .. } | Change::Calculation { .. } | Change::Data(_) => {}
            Change::Entry { table, entry } => {
                let before = self.table(table).and_then(|state| state.target(Some(entry.handle)));
                let after = match entry.action {
                    EntryAction::Indirect(target) => Some(target),
                    EntryAction::Direct { .. } => None,
                };
                self.count(table, before, after);
                if let Some(state) = self.tables.get_mut(table.index()) {
                    state.put(&entry);
                }
            }
            Change::Delete { table, handles } => {
                for handle in handles {
                    let before = self.table(table).and_then(|state| state.target(Some(handle)));
                    self.count(table, before, None);
                    if let Some(state) = self.tables.get_mut(table.index()) {
                        state.remove(handle);
                    }
                }
            }
            Change::Clear { table, .. } => {
                if let Some(state) = self.tables.get_mut(table.index()) {
                    state.clear();
                }
            }
            Change::Default { table, default } => {
                let before = self.table(table).and_then(|state| state.target(None));
                if let Some(state) = self.tables.get_mut(table.index()) {
                    state.set_default(default);
                }
                let after = self.table(table).and_then(|state| state.target(None));
                self.count(table, before, after);
            }
            Change::Timeout { table, handle, milliseconds } => {
                if let Some(state) = self.tables.get_mut(table.index()) {
                    state.set_timeout(handle, milliseconds);
                }
            }
            Change::Profile { profile, change } => {
                if let Some(profile) = self.profiles.get_mut(profile.index()) {
                    profile.commit(change);
                }
            }
            Change::Rates { meter, cells, rates } => self.state.set_rates(meter, cells, &rates),
            Change::ValueSet { set, members } => self.state.set_value_set(set, members),
            Change::Mirroring { session, copies } => self.state.set_session(session, copies),
            Change::Multicast(next) => self.multicast = next,
            Change::Reset => {
                for state in &mut self.tables {
                    state.clear();
                    state.set_default(state.program_default());
                }
                self.profiles.iter_mut().for_each(|profile| *profile = ProfileState::default());
                self.multicast = Multicast::default();
                self.state.reset();
            }
        }
    }

    /// Note what an entry or default of a table refers to now, and what it did before.
    fn count(&mut self, table: TableId, before: Option<ProfileTarget>, after: Option<ProfileTarget>) {
        let profile = self.table(table).and_then(|state| state.indirect().ok());
        let Some(profile) = profile.and_then(|id| self.profiles.get_mut(id.index())) else { return };
        if let Some(target) = before {
            profile.release(target);
        }
        if let Some(target) = after {
            profile.refer(target);
        }
    }

    fn find(&self, name: &str) -> Result<(TableId, &TableState), ControlError> {
        let unknown = || ControlError::UnknownTable(name.to_owned());
        let id = self.program.table_by_name(name).ok_or_else(unknown)?;
        Ok((id, self.tables.get(id.index()).ok_or_else(unknown)?))
    }

    /// What an entry is to do that is added or modified.
    fn direct_action(
        &self,
        id: TableId,
        state: &TableState,
        action: &str,
        arguments: &[Bits],
    ) -> Result<EntryAction, ControlError> {
        let action = table::action(&self.program, id, action)?;
        state.simple()?.mutable()?;
        table::check_arguments(&self.program, action, arguments)?;
        let action = table::action_name(&self.program, action);
        Ok(EntryAction::Direct { action, arguments: arguments.to_vec() })
    }

    /// The profile of an indirect table, with a selector when it is to be a group.
    fn profile_of(
        &self,
        state: &TableState,
        target: ProfileTarget,
    ) -> Result<(&str, &ProfileState), ControlError> {
        let id = state.indirect()?;
        let found = self.program.action_profiles.get(id.index()).zip(self.profiles.get(id.index()));
        match found {
            None => Err(state.wrong_type("has no action profile")),
            Some((declared, _))
                if declared.selector.is_none() && matches!(target, ProfileTarget::Group(_)) =>
            {
                Err(state.wrong_type("has an action profile without a selector, so that it has no groups"))
            }
            Some((declared, profile)) => Ok((&declared.name, profile)),
        }
    }
}

#[cfg(test)]
mod tests;
