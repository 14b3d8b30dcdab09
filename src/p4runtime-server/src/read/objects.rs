//! Action profiles, counters, meters, registers and the packet replication engine.

use std::collections::BTreeMap;

use hyper4_ir::{Command, CounterCommand, MeterCommand, ProfileCommand, RegisterCommand, Reply};
use hyper4_p4runtime::v1::entity::Entity as Kind;
use hyper4_p4runtime::v1::p4_data::Data;
use hyper4_p4runtime::v1::packet_replication_engine_entry::Type as Replication;
use hyper4_p4runtime::v1::{
    ActionProfileGroup, ActionProfileMember, CounterEntry, DigestEntry, Index, MeterEntry, P4Data,
    PacketReplicationEngineEntry, RegisterEntry,
};

use super::Found;
use crate::Failure;
use crate::entry::controller_action;
use crate::pipeline::Named;
use crate::value::encode;
use crate::write::{Context, cells, counter_data, meter_config, odd};

/// The things of one kind that a number names: all of them where it is 0.
fn named<'a>(
    all: &'a BTreeMap<u32, Named>,
    kind: &str,
    id: u32,
    index: Option<&Index>,
) -> Result<Vec<(u32, &'a Named)>, Failure> {
    if id != 0 {
        let missing = || Failure::not_found(format!("no {kind} has the ID {id}"));
        return Ok(vec![(id, all.get(&id).ok_or_else(missing)?)]);
    }
    match index {
        Some(_) => Err(Failure::invalid(format!("an index without a {kind}"))),
        None => Ok(all.iter().map(|(id, named)| (*id, named)).collect()),
    }
}

fn index(cell: u64) -> Option<Index> {
    Some(Index { index: i64::try_from(cell).unwrap_or(i64::MAX) })
}

impl Context<'_> {
    pub(super) fn read_counters(&mut self, wanted: &CounterEntry, found: Found<'_>) -> Result<(), Failure> {
        let pipeline = self.pipeline;
        for (id, named) in named(&pipeline.counters, "counter", wanted.counter_id, wanted.index.as_ref())? {
            for cell in cells(named, wanted.index.as_ref())? {
                let command = CounterCommand::Read { index: cell };
                let reply =
                    self.session.control(&Command::Counter { counter: named.name.clone(), command })?;
                let Reply::Counter(value) = reply else { return Err(odd(&reply)) };
                let data = Some(counter_data(value));
                found(Kind::CounterEntry(CounterEntry { counter_id: id, index: index(cell), data }));
            }
        }
        Ok(())
    }

    pub(super) fn read_meters(&mut self, wanted: &MeterEntry, found: Found<'_>) -> Result<(), Failure> {
        let pipeline = self.pipeline;
        for (id, named) in named(&pipeline.meters, "meter", wanted.meter_id, wanted.index.as_ref())? {
            for cell in cells(named, wanted.index.as_ref())? {
                let command = MeterCommand::GetRates { index: cell };
                let reply = self.session.control(&Command::Meter { meter: named.name.clone(), command })?;
                let Reply::Rates(rates) = reply else { return Err(odd(&reply)) };
                found(Kind::MeterEntry(MeterEntry {
                    meter_id: id,
                    index: index(cell),
                    config: meter_config(&rates),
                    counter_data: None,
                }));
            }
        }
        Ok(())
    }

    pub(super) fn read_registers(&mut self, wanted: &RegisterEntry, found: Found<'_>) -> Result<(), Failure> {
        let pipeline = self.pipeline;
        let all = named(&pipeline.registers, "register", wanted.register_id, wanted.index.as_ref())?;
        for (id, named) in all {
            let cells = cells(named, wanted.index.as_ref())?;
            let command = match wanted.index {
                Some(_) => RegisterCommand::Read { index: cells.start },
                None => RegisterCommand::ReadAll,
            };
            let reply = self.session.control(&Command::Register { register: named.name.clone(), command })?;
            let Reply::Values(values) = reply else { return Err(odd(&reply)) };
            for (cell, value) in cells.zip(values) {
                let data = P4Data { data: Some(Data::Bitstring(encode(&value))) };
                found(Kind::RegisterEntry(RegisterEntry {
                    register_id: id,
                    index: index(cell),
                    data: Some(data),
                }));
            }
        }
        Ok(())
    }

    pub(super) fn read_members(
        &mut self,
        wanted: &ActionProfileMember,
        found: Found<'_>,
    ) -> Result<(), Failure> {
        let pipeline = self.pipeline;
        for (id, named) in named(&pipeline.profiles, "action profile", wanted.action_profile_id, None)? {
            let command = Command::Profile { profile: named.name.clone(), command: ProfileCommand::Dump };
            let reply = self.session.control(&command)?;
            let Reply::Profile { members, .. } = reply else { return Err(odd(&reply)) };
            let by_handle: BTreeMap<u64, _> =
                members.into_iter().map(|member| (member.handle, member)).collect();
            for ((_, member), handle) in self.records.members.range((id, 0)..=(id, u32::MAX)) {
                if let Some(known) = by_handle.get(handle)
                    && (wanted.member_id == 0 || wanted.member_id == *member)
                {
                    found(Kind::ActionProfileMember(ActionProfileMember {
                        action_profile_id: id,
                        member_id: *member,
                        action: controller_action(pipeline, &known.action, &known.arguments),
                    }));
                }
            }
        }
        Ok(())
    }

    pub(super) fn read_groups(
        &mut self,
        wanted: &ActionProfileGroup,
        found: Found<'_>,
    ) -> Result<(), Failure> {
        for (id, _) in named(&self.pipeline.profiles, "action profile", wanted.action_profile_id, None)? {
            for ((_, group), record) in self.records.groups.range((id, 0)..=(id, u32::MAX)) {
                if wanted.group_id == 0 || wanted.group_id == *group {
                    found(Kind::ActionProfileGroup(ActionProfileGroup {
                        action_profile_id: id,
                        group_id: *group,
                        members: record.members.clone(),
                        max_size: record.max_size,
                    }));
                }
            }
        }
        Ok(())
    }

    pub(super) fn read_digests(&mut self, wanted: &DigestEntry, found: Found<'_>) -> Result<(), Failure> {
        for (id, config) in &self.records.digests {
            if wanted.digest_id == 0 || wanted.digest_id == *id {
                found(Kind::DigestEntry(DigestEntry { digest_id: *id, config: Some(*config) }));
            }
        }
        Ok(())
    }

    pub(super) fn read_replication(
        &mut self,
        wanted: &PacketReplicationEngineEntry,
        found: Found<'_>,
    ) -> Result<(), Failure> {
        let mut give = |entry| {
            found(Kind::PacketReplicationEngineEntry(PacketReplicationEngineEntry { r#type: Some(entry) }));
        };
        let (group, session) = match wanted.r#type.as_ref() {
            None => (Some(0), Some(0)),
            Some(Replication::MulticastGroupEntry(group)) => (Some(group.multicast_group_id), None),
            Some(Replication::CloneSessionEntry(session)) => (None, Some(session.session_id)),
        };
        for (id, (entry, _)) in &self.records.multicast {
            if group.is_some_and(|group| group == 0 || group == *id) {
                give(Replication::MulticastGroupEntry(entry.clone()));
            }
        }
        for (id, entry) in &self.records.sessions {
            if session.is_some_and(|session| session == 0 || session == *id) {
                give(Replication::CloneSessionEntry(entry.clone()));
            }
        }
        Ok(())
    }
}
