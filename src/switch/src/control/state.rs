//! Counters, meters, registers, value sets, mirroring sessions and calculations: what commands say about them.

use std::collections::BTreeMap;
use std::ops::Range;

use hyper4_bits::{Bits, HashAlgorithm};
use hyper4_ir::{
    CalculationCommand, CounterCommand, MeterCommand, MeterId, MeterRate, MirroringCommand, MirroringSession,
    Program, RegisterCommand, Reply, TableId, ValueSetCommand, ValueSetId,
};

use super::change::{Change, DataAccess, Prepared};
use super::{Handles, TableState};
use crate::{ControlError, ObjectKind};

/// The greatest mirroring session: bmv2 keeps its number in 15 bits.
const LAST_SESSION: u16 = (1 << 15) - 1;

/// What only commands change.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    /// The rates of each meter that were set, by meter and cell.
    rates: BTreeMap<(MeterId, u32), Vec<MeterRate>>,
    value_sets: BTreeMap<ValueSetId, Vec<Bits>>,
    sessions: BTreeMap<u16, MirroringSession>,
}

fn unknown(kind: ObjectKind, name: &str) -> ControlError {
    ControlError::UnknownObject { kind, name: name.to_owned() }
}

fn done(change: Change) -> Result<Prepared, ControlError> {
    Ok(Prepared { change, reply: Reply::Done })
}

fn data(access: DataAccess) -> Result<Prepared, ControlError> {
    done(Change::Data(access))
}

fn read(reply: Reply) -> Result<Prepared, ControlError> {
    Ok(Prepared { change: Change::None, reply })
}

/// The cell of an index.
fn cell(name: &str, index: u64, size: u32) -> Result<u32, ControlError> {
    let invalid = || ControlError::InvalidIndex { name: name.to_owned(), index, size };
    u32::try_from(index).ok().filter(|cell| *cell < size).ok_or_else(invalid)
}

pub(super) fn counter(
    program: &Program,
    tables: &[TableState],
    name: &str,
    command: &CounterCommand,
) -> Result<Prepared, ControlError> {
    let unknown = || unknown(ObjectKind::Counter, name);
    let counter = program.counter_by_name(name).ok_or_else(unknown)?;
    let declared = program.counters.get(counter.index()).ok_or_else(unknown)?;
    let table = declared.direct.and_then(|table| tables.get(table.index()));
    if let Some(table) = table.filter(|table| !table.declared().with_counters) {
        return Err(ControlError::CountersDisabled(table.declared().name.clone()));
    }
    let cell = |index: u64| match table {
        Some(table) => table.by_number(index).map(Handles::number),
        None => cell(&declared.name, index, declared.size),
    };
    match command {
        CounterCommand::Read { index } => data(DataAccess::ReadCounter { counter, cell: cell(*index)? }),
        CounterCommand::Write { index, value } => {
            data(DataAccess::WriteCounter { counter, cell: cell(*index)?, value: *value })
        }
        CounterCommand::Reset => data(DataAccess::ResetCounters { counter }),
    }
}

pub(super) fn register(
    program: &Program,
    name: &str,
    command: &RegisterCommand,
) -> Result<Prepared, ControlError> {
    let unknown = || unknown(ObjectKind::Register, name);
    let register = program.register_by_name(name).ok_or_else(unknown)?;
    let declared = program.registers.get(register.index()).ok_or_else(unknown)?;
    let one = |index: u64| cell(&declared.name, index, declared.size).map(|cell| cell..cell + 1);
    let write = |cells: Range<u32>, value: &Bits| {
        if value.width() != declared.width {
            return Err(ControlError::RegisterWidth {
                register: declared.name.clone(),
                width: declared.width,
                given: value.width(),
            });
        }
        data(DataAccess::WriteRegisters { register, cells, value: value.clone() })
    };
    match command {
        RegisterCommand::Read { index } => data(DataAccess::ReadRegisters { register, cells: one(*index)? }),
        RegisterCommand::ReadAll => data(DataAccess::ReadRegisters { register, cells: 0..declared.size }),
        RegisterCommand::Write { index, value } => write(one(*index)?, value),
        RegisterCommand::WriteRange { start, end, value } => {
            let size = declared.size;
            let invalid = |index| ControlError::InvalidIndex { name: declared.name.clone(), index, size };
            let last = u32::try_from(*end).ok().filter(|end| *end <= size).ok_or_else(|| invalid(*end))?;
            let first = u32::try_from(*start).ok().filter(|start| *start <= last);
            write(first.ok_or_else(|| invalid(*start))?..last, value)
        }
        RegisterCommand::Reset => write(0..declared.size, &Bits::zero(declared.width)),
    }
}

pub(super) fn calculation(
    program: &Program,
    name: &str,
    command: &CalculationCommand,
) -> Result<Prepared, ControlError> {
    let unknown = || unknown(ObjectKind::Calculation, name);
    let calculation = program.calculation_by_name(name).ok_or_else(unknown)?;
    let declared = program.calculations.get(calculation.index()).ok_or_else(unknown)?;
    let wanted = match command {
        CalculationCommand::SetCrc16(_) => HashAlgorithm::Crc16Custom,
        CalculationCommand::SetCrc32(_) => HashAlgorithm::Crc32Custom,
        CalculationCommand::SetToeplitzKey(_) => HashAlgorithm::Toeplitz,
    };
    if declared.algorithm != wanted {
        let algorithm = declared.algorithm.bmv2_name();
        return Err(ControlError::WrongCalculation { calculation: declared.name.clone(), algorithm });
    }
    if let CalculationCommand::SetToeplitzKey(key) = command
        && (key.is_empty() || !key.len().is_multiple_of(4))
    {
        return Err(ControlError::KeyLength(key.len()));
    }
    done(Change::Calculation { calculation, command: command.clone() })
}

impl State {
    pub(super) fn rates(&self, meter: MeterId, cell: u32) -> &[MeterRate] {
        self.rates.get(&(meter, cell)).map_or(&[], Vec::as_slice)
    }

    pub(super) fn value_set(&self, set: ValueSetId) -> &[Bits] {
        self.value_sets.get(&set).map_or(&[], Vec::as_slice)
    }

    pub(super) fn sessions(&self) -> impl Iterator<Item = (u16, MirroringSession)> + '_ {
        self.sessions.iter().map(|(session, copies)| (*session, *copies))
    }

    pub(super) fn session(&self, session: u16) -> Option<MirroringSession> {
        self.sessions.get(&session).copied()
    }

    pub(super) fn meter(
        &self,
        program: &Program,
        tables: &[TableState],
        name: &str,
        command: &MeterCommand,
    ) -> Result<Prepared, ControlError> {
        let unknown = || unknown(ObjectKind::Meter, name);
        let meter = program.meter_by_name(name).ok_or_else(unknown)?;
        let declared = program.meters.get(meter.index()).ok_or_else(unknown)?;
        let table = |id: TableId| tables.get(id.index());
        let direct = declared.direct.and_then(table);
        if let Some(table) = direct.filter(|table| table.declared().direct_meter.is_none()) {
            return Err(ControlError::MetersDisabled(table.declared().name.clone()));
        }
        let cell = |index: u64| match direct {
            Some(table) => table.by_number(index).map(Handles::number),
            None => cell(&declared.name, index, declared.size),
        };
        let set = |cells: Range<u32>, rates: &[MeterRate]| {
            if rates.len() != declared.rate_count as usize {
                let (wanted, given) = (declared.rate_count, rates.len());
                return Err(ControlError::BadRatesList { meter: declared.name.clone(), wanted, given });
            }
            let falls = |pair: &[MeterRate]| match pair {
                [first, second] => first.per_microsecond > second.per_microsecond,
                _ => false,
            };
            // simple_switch notices when it has set the higher rates already, and a meter that had rates then has these
            // in another order. Here nothing has changed.
            if rates.windows(2).any(falls) {
                return Err(ControlError::FallingRates(declared.name.clone()));
            }
            done(Change::Rates { meter, cells, rates: rates.to_vec() })
        };
        match command {
            MeterCommand::SetRates { index, rates } => {
                let cell = cell(*index)?;
                set(cell..cell + 1, rates)
            }
            MeterCommand::SetAllRates { rates } => set(0..declared.size, rates),
            MeterCommand::GetRates { index } => read(Reply::Rates(self.rates(meter, cell(*index)?).to_vec())),
        }
    }

    pub(super) fn prepare_value_set(
        &self,
        program: &Program,
        name: &str,
        command: &ValueSetCommand,
    ) -> Result<Prepared, ControlError> {
        let unknown = || unknown(ObjectKind::ValueSet, name);
        let set = program.value_set_by_name(name).ok_or_else(unknown)?;
        let declared = program.value_sets.get(set.index()).ok_or_else(unknown)?;
        if let ValueSetCommand::Add { value } | ValueSetCommand::Remove { value } = command
            && value.width() != declared.width
        {
            let (set, width, given) = (declared.name.clone(), declared.width, value.width());
            return Err(ControlError::ValueSetWidth { set, width, given });
        }
        let mut members = self.value_set(set).to_vec();
        match command {
            ValueSetCommand::Add { value } if members.contains(value) => {}
            ValueSetCommand::Add { value } => members.insert(0, value.clone()),
            ValueSetCommand::Remove { value } => members.retain(|member| member != value),
            ValueSetCommand::Clear => members.clear(),
            ValueSetCommand::Get => return read(Reply::Values(members)),
        }
        done(Change::ValueSet { set, members })
    }

    pub(super) fn mirroring(
        &self,
        session: u16,
        command: &MirroringCommand,
    ) -> Result<Prepared, ControlError> {
        let present = || self.session(session).ok_or(ControlError::UnknownSession(session));
        match command {
            MirroringCommand::Set(_) if session > LAST_SESSION => {
                Err(ControlError::SessionOutOfRange(session))
            }
            MirroringCommand::Set(copies) => done(Change::Mirroring { session, copies: Some(*copies) }),
            MirroringCommand::Delete => {
                present()?;
                done(Change::Mirroring { session, copies: None })
            }
            MirroringCommand::Get => read(Reply::Mirroring(present()?)),
        }
    }

    pub(super) fn set_rates(&mut self, meter: MeterId, cells: Range<u32>, rates: &[MeterRate]) {
        self.rates.extend(cells.map(|cell| ((meter, cell), rates.to_vec())));
    }

    pub(super) fn set_value_set(&mut self, set: ValueSetId, members: Vec<Bits>) {
        self.value_sets.insert(set, members);
    }

    pub(super) fn set_session(&mut self, session: u16, copies: Option<MirroringSession>) {
        match copies {
            Some(copies) => self.sessions.insert(session, copies),
            None => self.sessions.remove(&session),
        };
    }

    /// As `reset_state` leaves it.
    pub(super) fn reset(&mut self) {
        self.rates.clear();
    }
}
