//! Entries of tables, and what belongs to them.

use hyper4_ir::{Command, CounterCommand, EntryAction, MeterCommand, ProfileTarget, Reply, TableEntry};
use hyper4_p4runtime::v1::entity::Entity as Kind;
use hyper4_p4runtime::v1::table_action::Type as ActionType;
use hyper4_p4runtime::v1::{
    self, CounterData, DirectCounterEntry, DirectMeterEntry, MeterConfig, TableAction,
};

use super::Found;
use crate::Failure;
use crate::entry::{self, controller_action};
use crate::pipeline::Table;
use crate::records::EntryRecord;
use crate::write::{Context, counter_data, direct_counter, direct_meter, meter_config, odd};

impl Context<'_> {
    pub(super) fn read_entries(
        &mut self,
        wanted: &v1::TableEntry,
        found: &mut dyn FnMut(v1::TableEntry),
    ) -> Result<(), Failure> {
        let pipeline = self.pipeline;
        let tables: Vec<&Table> = match wanted.table_id {
            0 => pipeline.tables.values().collect(),
            id => vec![pipeline.find_table(id)?],
        };
        if wanted.table_id == 0 && !wanted.r#match.is_empty() {
            return Err(Failure::invalid("a key without a table"));
        }
        if !wanted.r#match.is_empty() {
            found_if(self.read_entry(wanted)?, found);
            return Ok(());
        }
        for table in tables {
            let dump = self.session.control(&Command::TableDump { table: table.name.clone() })?;
            let Reply::Entries { entries, default } = dump else { return Err(odd(&dump)) };
            if wanted.is_default_action {
                found(self.default_entry(table, default));
                continue;
            }
            for known in &entries {
                let entry = self.controller_entry(table, known, wanted)?;
                let same_action = wanted.action.is_none() || wanted.action == entry.action;
                if same_action && (wanted.priority == 0 || wanted.priority == entry.priority) {
                    found(entry);
                }
            }
        }
        Ok(())
    }

    /// The entry with the key that is given, whole.
    pub(super) fn read_entry(&mut self, wanted: &v1::TableEntry) -> Result<Option<v1::TableEntry>, Failure> {
        let table = self.pipeline.find_table(wanted.table_id)?;
        let key = entry::key(table, wanted)?;
        match self.find_entry(table, &key)? {
            Some(known) => Ok(Some(self.controller_entry(table, &known, wanted)?)),
            None => Ok(None),
        }
    }

    /// An entry in the controller's terms, with what it asked for beside the action.
    fn controller_entry(
        &mut self,
        table: &Table,
        known: &TableEntry,
        wanted: &v1::TableEntry,
    ) -> Result<v1::TableEntry, Failure> {
        let record = self.records.entries.get(&(table.id, known.handle)).cloned().unwrap_or_default();
        let EntryRecord { metadata, controller_metadata, idle_timeout_ns } = record;
        let mut entry = v1::TableEntry {
            table_id: table.id,
            r#match: entry::field_matches(table, &known.key),
            action: match self.records.one_shots.get(&(table.id, known.handle)) {
                None => self.controller_table_action(table, &known.action),
                Some(made) => {
                    let set = ActionType::ActionProfileActionSet(made.set.clone());
                    Some(TableAction { r#type: Some(set) })
                }
            },
            priority: entry::controller_priority(known.priority),
            metadata,
            controller_metadata,
            idle_timeout_ns,
            is_const: table.constant,
            ..Default::default()
        };
        if wanted.counter_data.is_some() && table.counter.is_some() {
            entry.counter_data = Some(self.direct_count(table, known.handle)?);
        }
        if wanted.meter_config.is_some() && table.meter.is_some() {
            entry.meter_config = self.direct_rates(table, known.handle)?;
        }
        if wanted.time_since_last_hit.is_some()
            && let Some(life) = known.life
        {
            let elapsed_ns = i64::try_from(life.since_hit.saturating_mul(1_000_000)).unwrap_or(i64::MAX);
            entry.time_since_last_hit = Some(v1::table_entry::IdleTimeout { elapsed_ns });
        }
        Ok(entry)
    }

    fn controller_table_action(&self, table: &Table, action: &EntryAction) -> Option<TableAction> {
        let action = match action {
            EntryAction::Direct { action, arguments } => {
                ActionType::Action(controller_action(self.pipeline, action, arguments)?)
            }
            EntryAction::Indirect(ProfileTarget::Member(handle)) => {
                ActionType::ActionProfileMemberId(self.records.member_id(table.profile?, *handle)?)
            }
            EntryAction::Indirect(ProfileTarget::Group(handle)) => {
                ActionType::ActionProfileGroupId(self.records.group_id(table.profile?, *handle)?)
            }
        };
        Some(TableAction { r#type: Some(action) })
    }

    fn default_entry(&self, table: &Table, default: Option<EntryAction>) -> v1::TableEntry {
        let record = self.records.defaults.get(&table.id).cloned().unwrap_or_default();
        v1::TableEntry {
            table_id: table.id,
            action: default.and_then(|action| self.controller_table_action(table, &action)),
            is_default_action: true,
            metadata: record.metadata,
            controller_metadata: record.controller_metadata,
            ..Default::default()
        }
    }

    fn direct_count(&mut self, table: &Table, handle: u64) -> Result<CounterData, Failure> {
        let counter = direct_counter(table)?.to_owned();
        let command = Command::Counter { counter, command: CounterCommand::Read { index: handle } };
        match self.session.control(&command)? {
            Reply::Counter(value) => Ok(counter_data(value)),
            other => Err(odd(&other)),
        }
    }

    fn direct_rates(&mut self, table: &Table, handle: u64) -> Result<Option<MeterConfig>, Failure> {
        let meter = direct_meter(table)?.to_owned();
        let command = Command::Meter { meter, command: MeterCommand::GetRates { index: handle } };
        match self.session.control(&command)? {
            Reply::Rates(rates) => Ok(meter_config(&rates)),
            other => Err(odd(&other)),
        }
    }

    /// The entries whose direct resource is wanted, without what isn't theirs.
    fn owners(&mut self, wanted: Option<&v1::TableEntry>) -> Result<Vec<v1::TableEntry>, Failure> {
        let open = v1::TableEntry::default();
        let wanted = wanted.unwrap_or(&open);
        let bare = v1::TableEntry {
            table_id: wanted.table_id,
            r#match: wanted.r#match.clone(),
            priority: wanted.priority,
            ..Default::default()
        };
        let mut owners = Vec::new();
        self.read_entries(&bare, &mut |entry| owners.push(entry))?;
        Ok(owners)
    }

    pub(super) fn read_direct_counters(
        &mut self,
        wanted: &DirectCounterEntry,
        found: Found<'_>,
    ) -> Result<(), Failure> {
        let pipeline = self.pipeline;
        if let Some(id) = wanted.table_entry.as_ref().map(|entry| entry.table_id).filter(|id| *id != 0) {
            direct_counter(pipeline.find_table(id)?)?;
        }
        for entry in self.owners(wanted.table_entry.as_ref())? {
            let table = pipeline.find_table(entry.table_id)?;
            if table.counter.is_some() {
                let key = entry::key(table, &entry)?;
                let handle = self.existing(table, &key)?.handle;
                let data = Some(self.direct_count(table, handle)?);
                let entry = owner(entry);
                found(Kind::DirectCounterEntry(DirectCounterEntry { table_entry: Some(entry), data }));
            }
        }
        Ok(())
    }

    pub(super) fn read_direct_meters(
        &mut self,
        wanted: &DirectMeterEntry,
        found: Found<'_>,
    ) -> Result<(), Failure> {
        let pipeline = self.pipeline;
        if let Some(id) = wanted.table_entry.as_ref().map(|entry| entry.table_id).filter(|id| *id != 0) {
            direct_meter(pipeline.find_table(id)?)?;
        }
        for entry in self.owners(wanted.table_entry.as_ref())? {
            let table = pipeline.find_table(entry.table_id)?;
            if table.meter.is_some() {
                let key = entry::key(table, &entry)?;
                let handle = self.existing(table, &key)?.handle;
                let config = self.direct_rates(table, handle)?;
                let entry = Some(owner(entry));
                let read = DirectMeterEntry { table_entry: entry, config, counter_data: None };
                found(Kind::DirectMeterEntry(read));
            }
        }
        Ok(())
    }
}

fn found_if(entry: Option<v1::TableEntry>, found: &mut dyn FnMut(v1::TableEntry)) {
    if let Some(entry) = entry {
        found(entry);
    }
}

/// What names an entry.
fn owner(entry: v1::TableEntry) -> v1::TableEntry {
    v1::TableEntry {
        table_id: entry.table_id,
        r#match: entry.r#match,
        priority: entry.priority,
        ..Default::default()
    }
}
