//! Reading entities back.

mod objects;
mod table;

use hyper4_p4runtime::v1::Entity;
use hyper4_p4runtime::v1::entity::Entity as Kind;
use hyper4_p4runtime::v1::{DirectCounterEntry, DirectMeterEntry, TableEntry};

use crate::Failure;
use crate::write::Context;

/// Takes what is read.
pub(crate) type Found<'a> = &'a mut dyn FnMut(Kind);

impl Context<'_> {
    /// All that an entity of a request stands for: what it leaves open may be anything.
    pub(crate) fn read(&mut self, wanted: &Entity, found: Found<'_>) -> Result<(), Failure> {
        let wanted = wanted.entity.as_ref().ok_or_else(|| Failure::invalid("an entity says nothing"))?;
        self.read_kind(wanted, found)
    }

    fn read_kind(&mut self, wanted: &Kind, found: Found<'_>) -> Result<(), Failure> {
        match wanted {
            Kind::TableEntry(wanted) => {
                self.read_entries(wanted, &mut |entry| found(Kind::TableEntry(entry)))
            }
            Kind::DirectCounterEntry(wanted) => self.read_direct_counters(wanted, found),
            Kind::DirectMeterEntry(wanted) => self.read_direct_meters(wanted, found),
            Kind::ActionProfileMember(wanted) => self.read_members(wanted, found),
            Kind::ActionProfileGroup(wanted) => self.read_groups(wanted, found),
            Kind::CounterEntry(wanted) => self.read_counters(wanted, found),
            Kind::MeterEntry(wanted) => self.read_meters(wanted, found),
            Kind::RegisterEntry(wanted) => self.read_registers(wanted, found),
            Kind::PacketReplicationEngineEntry(wanted) => self.read_replication(wanted, found),
            Kind::ValueSetEntry(_) => Err(Failure::unimplemented("the device has no value sets")),
            Kind::DigestEntry(wanted) => self.read_digests(wanted, found),
            Kind::ExternEntry(_) => Err(Failure::unimplemented("the device has no other externs")),
        }
    }

    /// The one thing that an entity of an update names, whole; `None` when it isn't there.
    pub(crate) fn read_one(&mut self, named: &Kind) -> Result<Option<Kind>, Failure> {
        let whole = |entry: &TableEntry| TableEntry {
            action: None,
            counter_data: Some(Default::default()),
            meter_config: Some(Default::default()),
            ..entry.clone()
        };
        let wanted = match named {
            Kind::TableEntry(entry) if entry.is_default_action => {
                Kind::TableEntry(TableEntry { action: None, ..entry.clone() })
            }
            Kind::TableEntry(entry) => {
                return Ok(self.read_entry(&whole(entry))?.map(Kind::TableEntry));
            }
            Kind::DirectCounterEntry(entry) => Kind::DirectCounterEntry(DirectCounterEntry {
                data: Some(Default::default()),
                ..entry.clone()
            }),
            Kind::DirectMeterEntry(entry) => {
                Kind::DirectMeterEntry(DirectMeterEntry { config: None, ..entry.clone() })
            }
            other => other.clone(),
        };
        let mut one = None;
        match self.read_kind(&wanted, &mut |found| {
            one.get_or_insert(found);
        }) {
            Ok(()) => Ok(one),
            Err(failure) if failure.code == hyper4_p4runtime::tonic::Code::NotFound => Ok(None),
            Err(failure) => Err(failure),
        }
    }
}
