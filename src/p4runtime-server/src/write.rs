//! Updates of entities.

mod digest;
mod one_shot;
mod profile;
mod replication;
mod state;
mod table;

use hyper4_ir::{Command, Reply};
use hyper4_p4runtime::prost::Message;
use hyper4_p4runtime::tonic::{Code, Status};
use hyper4_p4runtime::v1::entity::Entity as Kind;
use hyper4_p4runtime::v1::update::Type;
use hyper4_p4runtime::v1::write_request::Atomicity;
use hyper4_p4runtime::v1::{Entity, Update};

pub(crate) use state::{cells, direct_counter, direct_meter, meter_config};
pub(crate) use table::counter_data;

use crate::failure::batch_status;
use crate::pipeline::Pipeline;
use crate::records::Records;
use crate::{Failure, Session};

/// Bytes of the longest update: entries are kept with remarks, groups with their members, and nobody but the controller says
/// how long these are.
const LONGEST_UPDATE: usize = 64 << 10;

/// What became of a request's updates.
pub(crate) struct Written {
    /// Those that were carried out, in order.
    pub(crate) done: Vec<Update>,
    pub(crate) result: Result<(), Status>,
}

/// A device in the middle of a request.
pub(crate) struct Context<'a> {
    pub(crate) pipeline: &'a Pipeline,
    pub(crate) records: &'a mut Records,
    pub(crate) session: &'a mut dyn Session,
}

impl Context<'_> {
    pub(crate) fn run(&mut self, command: &Command) -> Result<(), Failure> {
        self.session.control(command).map(drop)
    }

    pub(crate) fn handle(&mut self, command: &Command) -> Result<u64, Failure> {
        match self.session.control(command)? {
            Reply::Handle(handle) => Ok(handle),
            other => Err(odd(&other)),
        }
    }

    /// Carry out a request's updates.
    pub(crate) fn write(&mut self, updates: Vec<Update>, atomicity: Atomicity) -> Written {
        let results = match self.try_all(&updates, atomicity) {
            Ok(results) => results,
            Err(status) => return Written { done: Vec::new(), result: Err(status) },
        };
        if results.iter().all(Result::is_ok) {
            return Written { done: updates, result: Ok(()) };
        }
        let done = updates.into_iter().zip(&results).filter(|(_, result)| result.is_ok());
        Written { done: done.map(|(update, _)| update).collect(), result: Err(batch_status(&results)) }
    }

    /// What became of each; the device failed when one could not be taken back.
    fn try_all(
        &mut self,
        updates: &[Update],
        atomicity: Atomicity,
    ) -> Result<Vec<Result<(), Failure>>, Status> {
        let keep_going = atomicity == Atomicity::ContinueOnError;
        let mut results = Vec::with_capacity(updates.len());
        let mut back = Vec::new();
        let mut failed = false;
        for update in updates {
            if failed && !keep_going {
                let message = "not tried, since another update of this request failed";
                results.push(Err(Failure::new(Code::Aborted, message)));
                continue;
            }
            let inverse = if keep_going { Ok(None) } else { self.inverse(update) };
            let result = inverse.and_then(|inverse| {
                self.update(update)?;
                back.extend(inverse);
                Ok(())
            });
            failed |= result.is_err();
            results.push(result);
        }
        if failed && !keep_going {
            for inverse in back.into_iter().rev() {
                // Nobody else has had the device meanwhile: what was there fits.
                self.update(&inverse).map_err(|failure| {
                    let message = format!("a write could not be taken back: {}", failure.message);
                    Status::new(Code::Internal, message)
                })?;
            }
            for result in results.iter_mut().filter(|result| result.is_ok()) {
                let message = "taken back, since another update of this request failed";
                *result = Err(Failure::new(Code::Aborted, message));
            }
        }
        Ok(results)
    }

    /// The update that takes an update back; `None` where there is nothing to take back.
    fn inverse(&mut self, update: &Update) -> Result<Option<Update>, Failure> {
        let (kind, entity) = parts(update)?;
        let with = |kind: Type, entity| {
            Some(Update { r#type: kind.into(), entity: Some(Entity { entity: Some(entity) }) })
        };
        if kind == Type::Insert {
            return Ok(with(Type::Delete, entity.clone()));
        }
        let before = self.read_one(entity)?;
        Ok(match kind {
            Type::Delete => before.and_then(|before| with(Type::Insert, before)),
            _ => before.and_then(|before| with(Type::Modify, before)),
        })
    }

    fn update(&mut self, update: &Update) -> Result<(), Failure> {
        let (kind, entity) = parts(update)?;
        match entity {
            Kind::TableEntry(entry) if entry.is_default_action => self.write_default(kind, entry),
            Kind::TableEntry(entry) => self.write_entry(kind, entry),
            Kind::ActionProfileMember(member) => self.write_member(kind, member),
            Kind::ActionProfileGroup(group) => self.write_group(kind, group),
            Kind::CounterEntry(entry) => self.write_counter(kind, entry),
            Kind::DirectCounterEntry(entry) => self.write_direct_counter(kind, entry),
            Kind::MeterEntry(entry) => self.write_meter(kind, entry),
            Kind::DirectMeterEntry(entry) => self.write_direct_meter(kind, entry),
            Kind::RegisterEntry(entry) => self.write_register(kind, entry),
            Kind::PacketReplicationEngineEntry(entry) => self.write_replication(kind, entry),
            Kind::ValueSetEntry(_) => Err(Failure::unimplemented("the device has no value sets")),
            Kind::DigestEntry(entry) => self.write_digest(kind, entry),
            Kind::ExternEntry(_) => Err(Failure::unimplemented("the device has no other externs")),
        }
    }
}

fn parts(update: &Update) -> Result<(Type, &Kind), Failure> {
    let length = update.encoded_len();
    if length > LONGEST_UPDATE {
        let message = format!("the update has {length} bytes; at most {LONGEST_UPDATE} are taken");
        return Err(Failure::new(Code::ResourceExhausted, message));
    }
    let kind = Type::try_from(update.r#type).unwrap_or(Type::Unspecified);
    if kind == Type::Unspecified {
        return Err(Failure::invalid("the update has no type"));
    }
    let entity = update.entity.as_ref().and_then(|entity| entity.entity.as_ref());
    Ok((kind, entity.ok_or_else(|| Failure::invalid("the update has no entity"))?))
}

/// What can only be modified.
pub(crate) fn only_modify(kind: Type, what: &str) -> Result<(), Failure> {
    match kind {
        Type::Modify => Ok(()),
        _ => Err(Failure::invalid(format!("{what} can only be modified"))),
    }
}

pub(crate) fn odd(reply: &Reply) -> Failure {
    Failure::new(Code::Internal, format!("the device answered {reply:?}"))
}
