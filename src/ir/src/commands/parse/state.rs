//! Commands for action profiles, counters, meters, registers, value sets, mirroring sessions, queues and calculations.

use hyper4_bits::{Bits, CrcParameters};
use num_bigint::BigInt;

use super::{Parser, action_arguments, handle, named, number, unknown_name, without_arrow};
use crate::commands::value::parse_value;
use crate::{
    Action, ActionProfile, ActionProfileId, CalculationCommand, Command, CounterCommand, CounterValue,
    MeterArray, MeterCommand, MeterRate, MirroringCommand, MirroringSession, ProfileCommand, QueueCommand,
    Queues, RegisterArray, RegisterCommand, TableImplementation, ValueSetCommand,
};

/// The greatest mirroring session: bmv2 keeps its number in 15 bits.
const LAST_SESSION: u64 = (1 << 15) - 1;

impl<'a> Parser<'a> {
    pub(super) fn state_command(&self, name: &str, words: &[&str]) -> Result<Option<Command>, String> {
        if let Some(("set", what)) = name.split_once('_') {
            return self.parameter(what, words);
        }
        match (name, words) {
            ("reset_state", []) => Ok(Some(Command::ResetState)),
            (_, [first, rest @ ..]) => match name.split_once('_') {
                Some(("act", _)) => {
                    let (id, profile) = self.profile(first)?;
                    self.profile_command(id, profile, name, rest)
                }
                Some(("counter", what)) => self.counter(first, what, rest),
                Some(("meter", what)) => self.meter(first, what, rest),
                Some(("register", what)) => self.register(first, what, rest),
                Some(("pvs", what)) => self.value_set(first, what, rest),
                Some(("mirroring", what)) => mirroring(first, what, rest),
                _ => Ok(None),
            },
            _ => Ok(None),
        }
    }

    /// A command for an action profile, by a table that uses it.
    pub(super) fn by_table(&self, name: &str, words: &[&str]) -> Result<Option<Command>, String> {
        let [table, rest @ ..] = words else { return Ok(None) };
        let table = self.table(table)?;
        let id = match table.implementation {
            TableImplementation::Profile(id) => id,
            TableImplementation::Simple => {
                return Err(format!("table `{}` has no action profile", table.name));
            }
        };
        let profile = self.program.action_profiles.get(id.index());
        let profile = profile.ok_or_else(|| format!("table `{}` has no action profile", table.name))?;
        self.profile_command(id, profile, name, rest)
    }

    fn profile(&self, name: &str) -> Result<(ActionProfileId, &'a ActionProfile), String> {
        let profiles = &self.program.action_profiles;
        let found = named("action profile", profiles, |profile| profile.name.as_str(), name)?;
        let index = profiles.iter().position(|profile| profile.name == found.name).unwrap_or_default();
        Ok((ActionProfileId(index as u32), found))
    }

    fn profile_command(
        &self,
        id: ActionProfileId,
        profile: &ActionProfile,
        name: &str,
        words: &[&str],
    ) -> Result<Option<Command>, String> {
        let command = match (name, words) {
            ("act_prof_create_member", [action, rest @ ..]) => {
                let action = self.action_of_profile(id, profile, action)?;
                let arguments = action_arguments(action, without_arrow(rest))?;
                ProfileCommand::CreateMember { action: action.name.clone(), arguments }
            }
            ("act_prof_modify_member", [action, member, rest @ ..]) => {
                let action = self.action_of_profile(id, profile, action)?;
                let arguments = action_arguments(action, without_arrow(rest))?;
                let member = handle(member)?;
                ProfileCommand::ModifyMember { member, action: action.name.clone(), arguments }
            }
            ("act_prof_delete_member", [member]) => ProfileCommand::DeleteMember { member: handle(member)? },
            ("act_prof_create_group", []) => ProfileCommand::CreateGroup,
            ("act_prof_delete_group", [group]) => ProfileCommand::DeleteGroup { group: handle(group)? },
            ("act_prof_add_member_to_group", [member, group]) => {
                ProfileCommand::AddToGroup { member: handle(member)?, group: handle(group)? }
            }
            ("act_prof_remove_member_from_group", [member, group]) => {
                ProfileCommand::RemoveFromGroup { member: handle(member)?, group: handle(group)? }
            }
            ("act_prof_dump", []) => ProfileCommand::Dump,
            ("act_prof_dump_member", [member]) => ProfileCommand::DumpMember { member: handle(member)? },
            ("act_prof_dump_group", [group]) => ProfileCommand::DumpGroup { group: handle(group)? },
            _ => return Ok(None),
        };
        Ok(Some(Command::Profile { profile: profile.name.clone(), command }))
    }

    fn action_of_profile(
        &self,
        id: ActionProfileId,
        profile: &ActionProfile,
        name: &str,
    ) -> Result<&'a Action, String> {
        let found = self.program.action_of_profile(id, name);
        found.and_then(|id| self.program.actions.get(id.index())).ok_or_else(|| {
            let actions = self.program.actions_of_profile(id);
            let name_of = |id: crate::ActionId| self.program.actions.get(id.index()).map(|a| a.name.as_str());
            let names: Vec<&str> = actions.into_iter().filter_map(name_of).collect();
            let what = format!("action profile `{}` has no action `{name}`", profile.name);
            unknown_name(&what, name, names.iter().copied())
        })
    }

    fn counter(&self, name: &str, what: &str, words: &[&str]) -> Result<Option<Command>, String> {
        let counter = named("counter", &self.program.counters, |counter| counter.name.as_str(), name)?;
        let command = match (what, words) {
            ("read", [index]) => CounterCommand::Read { index: self::index(index)? },
            ("write", [index, packets, bytes]) => CounterCommand::Write {
                index: self::index(index)?,
                value: CounterValue {
                    packets: number(packets, "a number of packets", u64::MAX)?,
                    bytes: number(bytes, "a number of bytes", u64::MAX)?,
                },
            },
            ("reset", []) => CounterCommand::Reset,
            _ => return Ok(None),
        };
        Ok(Some(Command::Counter { counter: counter.name.clone(), command }))
    }

    fn meter(&self, name: &str, what: &str, words: &[&str]) -> Result<Option<Command>, String> {
        let meter = named("meter", &self.program.meters, |meter| meter.name.as_str(), name)?;
        let command = match (what, words) {
            ("set_rates", [index, rest @ ..]) => {
                MeterCommand::SetRates { index: self::index(index)?, rates: rates(meter, rest)? }
            }
            ("array_set_rates", rest) => MeterCommand::SetAllRates { rates: rates(meter, rest)? },
            ("get_rates", [index]) => MeterCommand::GetRates { index: self::index(index)? },
            _ => return Ok(None),
        };
        Ok(Some(Command::Meter { meter: meter.name.clone(), command }))
    }

    fn register(&self, name: &str, what: &str, words: &[&str]) -> Result<Option<Command>, String> {
        let register = named("register", &self.program.registers, |register| register.name.as_str(), name)?;
        let command = match (what, words) {
            ("read", []) => RegisterCommand::ReadAll,
            ("read", [index]) => RegisterCommand::Read { index: self::index(index)? },
            ("write", [index, value]) => {
                RegisterCommand::Write { index: self::index(index)?, value: register_value(register, value)? }
            }
            ("write_range", [start, end, value]) => RegisterCommand::WriteRange {
                start: self::index(start)?,
                end: self::index(end)?,
                value: register_value(register, value)?,
            },
            ("reset", []) => RegisterCommand::Reset,
            _ => return Ok(None),
        };
        Ok(Some(Command::Register { register: register.name.clone(), command }))
    }

    fn value_set(&self, name: &str, what: &str, words: &[&str]) -> Result<Option<Command>, String> {
        let set = named("value set", &self.program.value_sets, |set| set.name.as_str(), name)?;
        let value = |word: &str| {
            parse_value(set.width, word).map_err(|error| format!("value set `{}`: {error}", set.name))
        };
        let command = match (what, words) {
            ("add", [word]) => ValueSetCommand::Add { value: value(word)? },
            ("remove", [word]) => ValueSetCommand::Remove { value: value(word)? },
            ("clear", []) => ValueSetCommand::Clear,
            ("get", []) => ValueSetCommand::Get,
            _ => return Ok(None),
        };
        Ok(Some(Command::ValueSet { set: set.name.clone(), command }))
    }

    /// `set_` commands.
    fn parameter(&self, what: &str, words: &[&str]) -> Result<Option<Command>, String> {
        Ok(match (what, words) {
            ("queue_depth", [packets, rest @ ..]) => {
                let packets = number(packets, "a number of packets", i32::MAX as u64)? as u32;
                queues(rest)?
                    .map(|queues| Command::Queue { queues, command: QueueCommand::SetDepth(packets) })
            }
            ("queue_rate", [rate, rest @ ..]) => {
                let rate = number(rate, "a number of packets a second", i64::MAX as u64)?;
                queues(rest)?.map(|queues| Command::Queue { queues, command: QueueCommand::SetRate(rate) })
            }
            ("crc16_parameters", [name, rest @ ..]) => match crc(16, rest)? {
                Some(crc) => Some(self.calculation(name, CalculationCommand::SetCrc16(crc))?),
                None => None,
            },
            ("crc32_parameters", [name, rest @ ..]) => match crc(32, rest)? {
                Some(crc) => Some(self.calculation(name, CalculationCommand::SetCrc32(crc))?),
                None => None,
            },
            ("toeplitz_hash_key", [name, key]) => {
                let key =
                    super::super::stimulus::parse_hex(key).map_err(|error| format!("the key: {error}"))?;
                Some(self.calculation(name, CalculationCommand::SetToeplitzKey(key))?)
            }
            _ => None,
        })
    }

    fn calculation(&self, name: &str, command: CalculationCommand) -> Result<Command, String> {
        let calculations = &self.program.calculations;
        let found = named("calculation", calculations, |calculation| calculation.name.as_str(), name)?;
        Ok(Command::Calculation { calculation: found.name.clone(), command })
    }
}

fn index(word: &str) -> Result<u64, String> {
    number(word, "an index", u64::MAX)
}

fn rates(meter: &MeterArray, words: &[&str]) -> Result<Vec<MeterRate>, String> {
    if words.len() != meter.rate_count as usize {
        return Err(format!(
            "meter `{}` has {} rates, but {} are given: write `<rate>:<burst>` for each",
            meter.name,
            meter.rate_count,
            words.len()
        ));
    }
    let parse = |word: &&str| {
        let (rate, burst) = word.split_once(':')?;
        Some(MeterRate { per_microsecond: rate.parse().ok()?, burst: burst.parse().ok()? })
    };
    let rate = |word: &&str| {
        parse(word).ok_or_else(|| format!("`{word}` is not a rate: write `<units a microsecond>:<burst>`"))
    };
    words.iter().map(rate).collect()
}

/// As the switch does, cut to the register's width.
fn register_value(register: &RegisterArray, word: &str) -> Result<Bits, String> {
    let number: BigInt = word.parse().map_err(|_| format!("`{word}` is not a decimal number"))?;
    Ok(Bits::from_bigint_wrapped(register.width, &number))
}

fn mirroring(session: &str, what: &str, words: &[&str]) -> Result<Option<Command>, String> {
    let session = number(session, "a mirroring session", LAST_SESSION)? as u16;
    let part =
        |word: &str, meaning: &str| Ok::<_, String>(Some(number(word, meaning, i32::MAX as u64)? as u32));
    let (port, group) = (|word| part(word, "a port"), |word| part(word, "a multicast group"));
    let set = |port, group| MirroringCommand::Set(MirroringSession { port, group });
    let command = match (what, words) {
        ("add", [word]) => set(port(word)?, None),
        ("add_mc", [word]) => set(None, group(word)?),
        ("set", []) => set(None, None),
        ("set", ["port", word]) => set(port(word)?, None),
        ("set", ["group", word]) => set(None, group(word)?),
        ("set", ["port", p, "group", g]) => set(port(p)?, group(g)?),
        ("delete", []) => MirroringCommand::Delete,
        ("get", []) => MirroringCommand::Get,
        _ => return Ok(None),
    };
    Ok(Some(Command::Mirroring { session, command }))
}

fn queues(words: &[&str]) -> Result<Option<Queues>, String> {
    let small = |word: &str, meaning: &str| Ok::<_, String>(number(word, meaning, i32::MAX as u64)? as u32);
    Ok(match words {
        [] => Some(Queues::All),
        [port] => Some(Queues::Port(small(port, "a port")?)),
        [port, priority] => {
            Some(Queues::Priority { port: small(port, "a port")?, priority: small(priority, "a priority")? })
        }
        _ => None,
    })
}

fn crc(width: u32, words: &[&str]) -> Result<Option<CrcParameters>, String> {
    let [polynomial, initial, last, data, remainder] = words else { return Ok(None) };
    let number = |word: &str| Ok::<_, String>(parse_value(width, word)?.low_u64());
    let flag = |word: &str| match word {
        "true" | "True" => Ok(true),
        "false" | "False" => Ok(false),
        word => Ok::<_, String>(!parse_value(32, word)?.is_zero()),
    };
    Ok(Some(CrcParameters {
        polynomial: number(polynomial)?,
        initial_remainder: number(initial)?,
        final_xor_value: number(last)?,
        data_reflected: flag(data)?,
        remainder_reflected: flag(remainder)?,
    }))
}
