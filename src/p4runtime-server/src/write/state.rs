//! Counters, meters and registers.

use hyper4_ir::{Command, CounterCommand, MeterCommand, MeterRate, RegisterCommand};
use hyper4_p4runtime::v1::p4_data::Data;
use hyper4_p4runtime::v1::update::Type;
use hyper4_p4runtime::v1::{self, CounterData, MeterConfig};

use super::table::counter_value;
use super::{Context, only_modify};
use crate::pipeline::{Named, Table};
use crate::value::decode;
use crate::{Failure, entry};

/// Units a second as units a microsecond.
const MICROSECONDS: f64 = 1e6;

/// The two rates of a meter, the lower one first.
pub(crate) fn rates(config: &MeterConfig) -> Result<[MeterRate; 2], Failure> {
    let rate = |rate: i64, burst: i64| match (u64::try_from(rate), u64::try_from(burst)) {
        (Ok(rate), Ok(burst)) => Ok(MeterRate { per_microsecond: rate as f64 / MICROSECONDS, burst }),
        _ => Err(Failure::invalid("rates and bursts of a meter can't be below 0")),
    };
    if config.eburst != 0 {
        return Err(Failure::unimplemented("meters have two rates here: leave out `eburst`"));
    }
    Ok([rate(config.cir, config.cburst)?, rate(config.pir, config.pburst)?])
}

/// A meter's rates in a controller's terms.
pub(crate) fn meter_config(rates: &[MeterRate]) -> Option<MeterConfig> {
    let [committed, peak] = rates else { return None };
    let rate = |rate: &MeterRate| (rate.per_microsecond * MICROSECONDS).round() as i64;
    let burst = |rate: &MeterRate| i64::try_from(rate.burst).unwrap_or(i64::MAX);
    Some(MeterConfig {
        cir: rate(committed),
        cburst: burst(committed),
        pir: rate(peak),
        pburst: burst(peak),
        eburst: 0,
    })
}

/// The cells that an index names: all of them without one.
pub(crate) fn cells(array: &Named, index: Option<&v1::Index>) -> Result<std::ops::Range<u64>, Failure> {
    let Some(index) = index else { return Ok(0..u64::from(array.size)) };
    match u64::try_from(index.index) {
        Ok(cell) if cell < u64::from(array.size) => Ok(cell..cell + 1),
        _ => {
            let message = format!("`{}` has no index {}: there are {}", array.name, index.index, array.size);
            Err(Failure::new(hyper4_p4runtime::tonic::Code::OutOfRange, message))
        }
    }
}

impl<'a> Context<'a> {
    pub(super) fn write_counter(&mut self, kind: Type, given: &v1::CounterEntry) -> Result<(), Failure> {
        only_modify(kind, "counters")?;
        let counter = self.find_counter(given.counter_id)?;
        let value = counter_value(&given.data.unwrap_or_default())?;
        for index in cells(counter, given.index.as_ref())? {
            let command = CounterCommand::Write { index, value };
            self.run(&Command::Counter { counter: counter.name.clone(), command })?;
        }
        Ok(())
    }

    pub(super) fn write_direct_counter(
        &mut self,
        kind: Type,
        given: &v1::DirectCounterEntry,
    ) -> Result<(), Failure> {
        only_modify(kind, "direct counters")?;
        let (table, handle) = self.owner(given.table_entry.as_ref())?;
        let data: CounterData = given.data.unwrap_or_default();
        let counter = direct_counter(table)?;
        let command = CounterCommand::Write { index: handle, value: counter_value(&data)? };
        self.run(&Command::Counter { counter: counter.to_owned(), command })
    }

    pub(super) fn write_meter(&mut self, kind: Type, given: &v1::MeterEntry) -> Result<(), Failure> {
        only_modify(kind, "meters")?;
        let meter = self.find_meter(given.meter_id)?;
        let rates = rates(&config(given.config)?)?;
        for index in cells(meter, given.index.as_ref())? {
            let command = MeterCommand::SetRates { index, rates: rates.to_vec() };
            self.run(&Command::Meter { meter: meter.name.clone(), command })?;
        }
        Ok(())
    }

    pub(super) fn write_direct_meter(
        &mut self,
        kind: Type,
        given: &v1::DirectMeterEntry,
    ) -> Result<(), Failure> {
        only_modify(kind, "direct meters")?;
        let (table, handle) = self.owner(given.table_entry.as_ref())?;
        let rates = rates(&config(given.config)?)?;
        let command = MeterCommand::SetRates { index: handle, rates: rates.to_vec() };
        let meter = direct_meter(table)?.to_owned();
        self.run(&Command::Meter { meter, command })
    }

    pub(super) fn write_register(&mut self, kind: Type, given: &v1::RegisterEntry) -> Result<(), Failure> {
        only_modify(kind, "registers")?;
        let register = self.find_register(given.register_id)?;
        let Some(Data::Bitstring(bytes)) = given.data.as_ref().and_then(|data| data.data.as_ref()) else {
            return Err(Failure::invalid(format!("register `{}` holds a bit string", register.name)));
        };
        let value = decode(bytes, register.width, &|| format!("register `{}`", register.name))?;
        let cells = cells(register, given.index.as_ref())?;
        let command = RegisterCommand::WriteRange { start: cells.start, end: cells.end, value };
        self.run(&Command::Register { register: register.name.clone(), command })
    }

    pub(crate) fn find_counter(&self, id: u32) -> Result<&'a Named, Failure> {
        find(&self.pipeline.counters, "counter", id)
    }

    pub(crate) fn find_meter(&self, id: u32) -> Result<&'a Named, Failure> {
        find(&self.pipeline.meters, "meter", id)
    }

    pub(crate) fn find_register(&self, id: u32) -> Result<&'a Named, Failure> {
        find(&self.pipeline.registers, "register", id)
    }

    /// The entry that a direct resource belongs to.
    pub(crate) fn owner(&mut self, given: Option<&v1::TableEntry>) -> Result<(&'a Table, u64), Failure> {
        let given = given.ok_or_else(|| Failure::invalid("a direct resource belongs to an entry"))?;
        if given.is_default_action {
            return Err(Failure::unimplemented("default entries have no direct resources"));
        }
        let table = self.pipeline.find_table(given.table_id)?;
        let key = entry::key(table, given)?;
        Ok((table, self.existing(table, &key)?.handle))
    }
}

fn config(config: Option<MeterConfig>) -> Result<MeterConfig, Failure> {
    config.ok_or_else(|| Failure::unimplemented("a meter's rates can be changed, and not be taken away"))
}

pub(crate) fn direct_counter(table: &Table) -> Result<&str, Failure> {
    let missing = || Failure::invalid(format!("table `{}` has no direct counter", table.name));
    table.counter.as_deref().ok_or_else(missing)
}

pub(crate) fn direct_meter(table: &Table) -> Result<&str, Failure> {
    let missing = || Failure::invalid(format!("table `{}` has no direct meter", table.name));
    table.meter.as_deref().ok_or_else(missing)
}

pub(crate) fn find<'a>(
    all: &'a std::collections::BTreeMap<u32, Named>,
    kind: &str,
    id: u32,
) -> Result<&'a Named, Failure> {
    all.get(&id).ok_or_else(|| Failure::not_found(format!("no {kind} has the ID {id}")))
}
