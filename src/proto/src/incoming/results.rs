//! Replies as results.

use hyper4_bits::Bits;
use hyper4_ir::{CounterValue, MeterRate, MirroringSession, Program, Reply, Table};

use super::Method;
use crate::actions::{action_entry_value, group_value, handle_value, member_value};
use crate::entries::entry_value;
use crate::fields::text;
use crate::multicast::multicast_text;
use crate::{Fields, IncomingCall, Outcome, Value};

/// What a call is answered when its last command was answered `reply`.
pub fn answer(program: Option<&Program>, call: &IncomingCall, reply: &Reply) -> Outcome {
    let method = Method::of(call).name;
    let table = || {
        let name = text(&call.arguments, 2);
        program.and_then(|program| program.tables.iter().find(|table| table.name == name))
    };
    let entry =
        |entry| table().map_or(Outcome::Done, |table: &Table| Outcome::Result(entry_value(table, entry)));
    match reply {
        Reply::Done => match method {
            // A group's handle is its number.
            "bm_mc_mgrp_create" => Outcome::Result(call.arguments.get(&2).cloned().unwrap_or(Value::I32(0))),
            "mirroring_mapping_add" | "mirroring_mapping_delete" => Outcome::Result(Value::I32(1)),
            name if name.starts_with("set_") => Outcome::Result(Value::I32(0)),
            _ => Outcome::Done,
        },
        Reply::Handle(handle) => Outcome::Result(handle_value(*handle)),
        Reply::Count(count) => Outcome::Result(Value::I64(count.cast_signed())),
        Reply::Entries { entries, default } => match (method, table()) {
            ("bm_mt_get_entries", Some(table)) => {
                Outcome::Result(Value::List(entries.iter().map(|entry| entry_value(table, entry)).collect()))
            }
            ("bm_mt_get_default_entry", _) => Outcome::Result(action_entry_value(default.as_ref())),
            // Without a key it is the default entry that is asked for.
            _ => Outcome::Result(Value::Struct(Fields::from([
                (1, Value::List(Vec::new())),
                (2, Value::Struct(Fields::new())),
                (3, Value::I32(0)),
                (4, action_entry_value(default.as_ref())),
            ]))),
        },
        Reply::Entry(found) => entry(found),
        Reply::Profile { members, groups } => match method {
            "bm_mt_act_prof_get_members" => {
                Outcome::Result(Value::List(members.iter().map(member_value).collect()))
            }
            "bm_mt_act_prof_get_groups" => {
                Outcome::Result(Value::List(groups.iter().map(group_value).collect()))
            }
            _ => {
                let one = members.first().map(member_value).or_else(|| groups.first().map(group_value));
                one.map_or(Outcome::Done, Outcome::Result)
            }
        },
        Reply::Counter(CounterValue { packets, bytes }) => {
            Outcome::Result(Value::structure([bytes, packets].map(|number| Value::I64(number.cast_signed()))))
        }
        Reply::Rates(rates) => Outcome::Result(Value::List(rates.iter().map(rate_value).collect())),
        Reply::Values(values) if method.starts_with("bm_parse_vset_") => Outcome::Result(Value::List(
            values.iter().map(|value| Value::Binary(value.to_be_bytes())).collect(),
        )),
        Reply::Values(values) => match (method, values.first()) {
            ("bm_register_read", Some(value)) => Outcome::Result(register_value(value)),
            // An array without registers is taken for none.
            (_, None) => Outcome::Refused(crate::code::INVALID_NAME),
            _ => Outcome::Result(Value::List(values.iter().map(register_value).collect())),
        },
        Reply::Mirroring(MirroringSession { port, group }) => {
            if method == "mirroring_mapping_get_egress_port" {
                return Outcome::Result(Value::I32(port.map_or(-1, u32::cast_signed)));
            }
            let part =
                |number: i16, part: &Option<u32>| part.map(|part| (number, Value::I32(part.cast_signed())));
            Outcome::Result(Value::Struct(part(1, port).into_iter().chain(part(2, group)).collect()))
        }
        Reply::Multicast(dump) => Outcome::Result(Value::text(&multicast_text(dump))),
    }
}

fn rate_value(rate: &MeterRate) -> Value {
    Value::structure([Value::Double(rate.per_microsecond), Value::I32((rate.burst as u32).cast_signed())])
}

/// A register's value as the wire has it: greater ones than 63 bits hold become the greatest (a conversion of
/// boost's numbers).
fn register_value(value: &Bits) -> Value {
    Value::I64(value.to_u64().and_then(|value| i64::try_from(value).ok()).unwrap_or(i64::MAX))
}
