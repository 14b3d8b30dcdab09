//! Entries of tables and default actions.

use hyper4_bits::Bits;
use hyper4_ir::{
    Command, CounterCommand, CounterValue, EntryAction, MeterCommand, ProfileTarget, Reply, TableEntry,
};
use hyper4_p4runtime::tonic::Code;
use hyper4_p4runtime::v1::table_action::Type as ActionType;
use hyper4_p4runtime::v1::update::Type;
use hyper4_p4runtime::v1::{self, CounterData};

use super::{Context, odd, only_modify};
use crate::Failure;
use crate::entry::{self, Key};
use crate::pipeline::Table;
use crate::records::{EntryRecord, OneShot};

/// What an entry does, as the device knows it.
enum Does {
    Call(String, Vec<Bits>),
    Refers(ProfileTarget),
}

/// What an entry does, and what was made for that.
type Made = (Does, Option<OneShot>);

impl Context<'_> {
    /// The entry with that key.
    pub(crate) fn find_entry(&mut self, table: &Table, key: &Key) -> Result<Option<TableEntry>, Failure> {
        let command = Command::TableDumpEntryFromKey {
            table: table.name.clone(),
            key: key.values.clone(),
            priority: key.priority,
        };
        match self.session.control(&command) {
            Ok(Reply::Entry(entry)) => Ok(Some(entry)),
            Ok(other) => Err(odd(&other)),
            // The key fits the table: it isn't there.
            Err(failure) if failure.code == Code::InvalidArgument => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    pub(crate) fn existing(&mut self, table: &Table, key: &Key) -> Result<TableEntry, Failure> {
        let missing = || Failure::not_found(format!("table `{}` has no entry with that key", table.name));
        self.find_entry(table, key)?.ok_or_else(missing)
    }

    pub(super) fn write_entry(&mut self, kind: Type, given: &v1::TableEntry) -> Result<(), Failure> {
        let pipeline = self.pipeline;
        let table = pipeline.find_table(given.table_id)?;
        if table.constant {
            let message = format!("the entries of table `{}` are constant", table.name);
            return Err(Failure::new(Code::PermissionDenied, message));
        }
        let key = entry::key(table, given)?;
        match kind {
            Type::Insert => self.insert(table, key, given),
            Type::Modify => self.modify(table, &key, given),
            _ => self.delete(table, &key),
        }
    }

    fn insert(&mut self, table: &Table, key: Key, given: &v1::TableEntry) -> Result<(), Failure> {
        check_resources(table, given)?;
        let name = table.name.clone();
        let (does, made) = self.does(table, given, false)?;
        let add = match does {
            Does::Call(action, arguments) => {
                Command::TableAdd { table: name, key: key.values, action, arguments, priority: key.priority }
            }
            Does::Refers(target) => {
                Command::TableIndirectAdd { table: name, key: key.values, target, priority: key.priority }
            }
        };
        let added = self.handle(&add).and_then(|handle| {
            if let Err(failure) = self.set_resources(table, handle, given, 0) {
                self.run(&deletion(table, handle))?;
                return Err(failure);
            }
            Ok(handle)
        });
        let handle = match added {
            Ok(handle) => handle,
            Err(failure) => {
                made.iter().try_for_each(|made| self.remove_one_shot(made))?;
                return Err(failure);
            }
        };
        self.records.note(table.id, handle, EntryRecord::of(given));
        if let Some(made) = made {
            self.records.one_shots.insert((table.id, handle), made);
        }
        Ok(())
    }

    fn modify(&mut self, table: &Table, key: &Key, given: &v1::TableEntry) -> Result<(), Failure> {
        check_resources(table, given)?;
        let before = self.existing(table, key)?;
        let (does, made) = self.does(table, given, false)?;
        let change = |does| {
            let (table, handle) = (table.name.clone(), before.handle);
            match does {
                Does::Call(action, arguments) => Command::TableModify { table, handle, action, arguments },
                Does::Refers(target) => Command::TableIndirectModify { table, handle, target },
            }
        };
        let timeout = before.life.map_or(0, |life| life.timeout);
        let changed = self.run(&change(does)).and_then(|()| {
            let set = self.set_resources(table, before.handle, given, timeout);
            if set.is_err() {
                let did = match before.action.clone() {
                    EntryAction::Direct { action, arguments } => Does::Call(action, arguments),
                    EntryAction::Indirect(target) => Does::Refers(target),
                };
                self.run(&change(did))?;
            }
            set
        });
        if let Err(failure) = changed {
            made.iter().try_for_each(|made| self.remove_one_shot(made))?;
            return Err(failure);
        }
        self.records.note(table.id, before.handle, EntryRecord::of(given));
        self.replace_one_shot(table, before.handle, made)
    }

    fn delete(&mut self, table: &Table, key: &Key) -> Result<(), Failure> {
        let handle = self.existing(table, key)?.handle;
        self.run(&deletion(table, handle))?;
        self.records.note(table.id, handle, EntryRecord::default());
        self.replace_one_shot(table, handle, None)
    }

    /// What was made for an entry goes, and something else may come.
    fn replace_one_shot(&mut self, table: &Table, handle: u64, made: Option<OneShot>) -> Result<(), Failure> {
        let before = self.records.one_shots.remove(&(table.id, handle));
        if let Some(made) = made {
            self.records.one_shots.insert((table.id, handle), made);
        }
        before.iter().try_for_each(|before| self.remove_one_shot(before))
    }

    /// What an entry, or a default entry, is to do.
    fn does(&mut self, table: &Table, given: &v1::TableEntry, default: bool) -> Result<Made, Failure> {
        let missing = || Failure::invalid(format!("the entry of table `{}` has no action", table.name));
        let action = given.action.as_ref().and_then(|action| action.r#type.as_ref()).ok_or_else(missing)?;
        match (table.profile, action) {
            (None, ActionType::Action(action)) => {
                let (name, arguments) = entry::table_call(self.pipeline, table, action, default)?;
                Ok((Does::Call(name, arguments), None))
            }
            (Some(profile), ActionType::ActionProfileMemberId(id)) => {
                let handle = self.member_handle(profile, *id)?;
                Ok((Does::Refers(ProfileTarget::Member(handle)), None))
            }
            (Some(profile), ActionType::ActionProfileGroupId(id)) => {
                let handle = self.group_record(profile, *id)?.handle;
                Ok((Does::Refers(ProfileTarget::Group(handle)), None))
            }
            (Some(_), ActionType::ActionProfileActionSet(_)) if default => {
                Err(Failure::unimplemented("a default entry names a member or a group"))
            }
            (Some(profile), ActionType::ActionProfileActionSet(set)) => {
                let made = self.make_one_shot(table, profile, set)?;
                Ok((Does::Refers(ProfileTarget::Group(made.group)), Some(made)))
            }
            (Some(_), ActionType::Action(_)) => {
                Err(Failure::invalid(format!("the entries of table `{}` name members or groups", table.name)))
            }
            (None, _) => Err(Failure::invalid(format!("table `{}` has no action profile", table.name))),
        }
    }

    /// What belongs to an entry beside its action. `timeout`: the one it has, in milliseconds.
    fn set_resources(
        &mut self,
        table: &Table,
        handle: u64,
        given: &v1::TableEntry,
        timeout: u32,
    ) -> Result<(), Failure> {
        let milliseconds = milliseconds(given.idle_timeout_ns)?;
        if let (Some(meter), Some(config)) = (&table.meter, &given.meter_config) {
            let command =
                MeterCommand::SetRates { index: handle, rates: super::state::rates(config)?.to_vec() };
            self.run(&Command::Meter { meter: meter.clone(), command })?;
        }
        if let (Some(counter), Some(data)) = (&table.counter, &given.counter_data) {
            let command = CounterCommand::Write { index: handle, value: counter_value(data)? };
            self.run(&Command::Counter { counter: counter.clone(), command })?;
        }
        if milliseconds != timeout {
            self.run(&Command::TableSetTimeout { table: table.name.clone(), handle, milliseconds })?;
        }
        Ok(())
    }

    pub(super) fn write_default(&mut self, kind: Type, given: &v1::TableEntry) -> Result<(), Failure> {
        only_modify(kind, "default entries")?;
        let table = self.pipeline.find_table(given.table_id)?;
        if !given.r#match.is_empty() || given.priority != 0 {
            return Err(Failure::invalid("a default entry has neither key nor priority"));
        }
        check_resources(table, given)?;
        if given.meter_config.is_some() || given.counter_data.is_some() || given.idle_timeout_ns != 0 {
            return Err(Failure::unimplemented(
                "default entries have no counters, meters and time-outs of their own",
            ));
        }
        let name = table.name.clone();
        let command = match (&given.action, table.profile) {
            (None, None) => Command::TableResetDefault { table: name },
            (None, Some(_)) => Command::TableIndirectResetDefault { table: name },
            (Some(_), _) => match self.does(table, given, true)?.0 {
                Does::Call(action, arguments) => Command::TableSetDefault { table: name, action, arguments },
                Does::Refers(target) => Command::TableIndirectSetDefault { table: name, target },
            },
        };
        self.run(&command)?;
        self.records.defaults.insert(table.id, EntryRecord::of(given));
        Ok(())
    }
}

fn deletion(table: &Table, handle: u64) -> Command {
    let name = table.name.clone();
    match table.profile {
        None => Command::TableDelete { table: name, handle },
        Some(_) => Command::TableIndirectDelete { table: name, handle },
    }
}

fn check_resources(table: &Table, given: &v1::TableEntry) -> Result<(), Failure> {
    let lacks = |what: &str| Err(Failure::invalid(format!("table `{}` has no {what}", table.name)));
    match given {
        _ if given.counter_data.is_some() && table.counter.is_none() => lacks("direct counter"),
        _ if given.meter_config.is_some() && table.meter.is_none() => lacks("direct meter"),
        _ if given.idle_timeout_ns != 0 && !table.ages => lacks("idle time-outs"),
        _ => Ok(()),
    }
}

const NANOSECONDS: i64 = 1_000_000;

fn milliseconds(nanoseconds: i64) -> Result<u32, Failure> {
    let rounded = nanoseconds.saturating_add(NANOSECONDS - 1) / NANOSECONDS;
    let wrong = |_| Failure::invalid(format!("an idle time-out of {nanoseconds} ns can't be"));
    u32::try_from(rounded).map_err(wrong)
}

pub(crate) fn counter_value(data: &CounterData) -> Result<CounterValue, Failure> {
    let number = |number: i64| {
        u64::try_from(number).map_err(|_| Failure::invalid("a counter can't be below 0".to_owned()))
    };
    Ok(CounterValue { packets: number(data.packet_count)?, bytes: number(data.byte_count)? })
}

pub(crate) fn counter_data(value: CounterValue) -> CounterData {
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    CounterData { byte_count: number(value.bytes), packet_count: number(value.packets) }
}
