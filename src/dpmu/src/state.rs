//! Tenants' registers, counters and meters as cells of the persona's arrays.
//!
//! A virtual device has a range of cells for each array that its program declares, from when it is loaded on. Its rows
//! name its own arrays; what they mean stands in rows of the operator's, which hold the range. Cells that nobody has
//! are as new.

use std::collections::BTreeMap;
use std::ops::Range;

use hyper4_bits::Bits;
use hyper4_ir::{
    Command, CounterCommand, CounterId, CounterValue, MeterCommand, MeterId, MeterRate, MeterUnit, Program,
    RegisterCommand, RegisterId, Reply,
};
use hyper4_persona::{Cells, Guest, Layout, PersonaConfig, Refusal, StateAccess};
use hyper4_switch::{DataAccess, SwitchError};

use crate::DpmuError;
use crate::device::Device;

/// One of the persona's arrays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CellArray {
    /// Registers.
    Registers,
    /// Counters.
    Counters,
    /// Meters that count packets.
    PacketMeters,
    /// Meters that count bytes.
    ByteMeters,
}

impl CellArray {
    /// The one that an action of the persona's reaches, by its name in its control.
    pub(crate) fn of_action(action: &str) -> Option<Self> {
        Some(match action {
            "read_register" | "write_register" => Self::Registers,
            "count" => Self::Counters,
            "meter_packets" => Self::PacketMeters,
            "meter_bytes" => Self::ByteMeters,
            _ => return None,
        })
    }

    fn of(unit: MeterUnit) -> Self {
        match unit {
            MeterUnit::Packets => Self::PacketMeters,
            MeterUnit::Bytes => Self::ByteMeters,
        }
    }

    fn size(self, config: &PersonaConfig) -> u32 {
        match self {
            Self::Registers => config.registers,
            Self::Counters => config.counters,
            Self::PacketMeters | Self::ByteMeters => config.meters,
        }
    }

    fn resource(self) -> &'static str {
        match self {
            Self::Registers => "registers of the persona",
            Self::Counters => "counters of the persona",
            Self::PacketMeters => "packet meters of the persona",
            Self::ByteMeters => "byte meters of the persona",
        }
    }
}

/// Which cells are whose.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    taken: BTreeMap<CellArray, BTreeMap<u32, u32>>,
}

impl Ledger {
    /// How many cells of the persona's are in use, up to the last one that somebody has: registers, counters, and meters of
    /// each kind.
    pub(crate) fn used(&self) -> [u32; 3] {
        let used = |store: CellArray| {
            let last = self.taken.get(&store).and_then(|taken| taken.last_key_value());
            last.map_or(0, |(base, size)| base + size)
        };
        let meters = used(CellArray::PacketMeters).max(used(CellArray::ByteMeters));
        [used(CellArray::Registers), used(CellArray::Counters), meters]
    }

    /// Somebody has that range.
    fn note(&mut self, store: CellArray, base: u32, size: u32) {
        if size > 0 {
            self.taken.entry(store).or_default().insert(base, size);
        }
    }

    /// Whether a cell before `end` was somebody's; from now on all before it were.
    fn soil(&mut self, store: CellArray, base: u32, end: u32) -> bool {
        let highest = self.taken.entry(store).or_default().entry(0).or_default();
        let before = *highest;
        *highest = before.max(end);
        base < before
    }

    /// The first free range of that size.
    fn take(&mut self, store: CellArray, size: u32, config: &PersonaConfig) -> Result<u32, DpmuError> {
        let taken = self.taken.entry(store).or_default();
        let mut base = 0u32;
        for (first, held) in taken.iter() {
            if first - base >= size {
                break;
            }
            base = first + held;
        }
        let left = store.size(config).saturating_sub(base);
        if size > left {
            let (needed, left) = (size.into(), left.into());
            return Err(DpmuError::Exhausted { resource: store.resource(), needed, left });
        }
        if size > 0 {
            taken.insert(base, size);
        }
        Ok(base)
    }
}

/// A virtual device's cells.
#[derive(Clone, Debug, Default)]
pub(crate) struct Holdings {
    registers: BTreeMap<RegisterId, (u32, u32)>,
    counters: BTreeMap<CounterId, u32>,
    meters: BTreeMap<MeterId, (u32, MeterUnit)>,
    size: u64,
}

/// A persona's registers have so many bits.
const REGISTER_BITS: u32 = 64;

impl Holdings {
    /// Cells for all arrays of a program; the ledger is as it was when there aren't enough.
    pub(crate) fn take(
        ledger: &mut Ledger,
        guest: &Guest,
        config: &PersonaConfig,
    ) -> Result<Self, DpmuError> {
        let program = guest.program();
        let mut next = ledger.clone();
        let mut held = Self::default();
        for (id, register) in (0..).map(RegisterId).zip(&program.registers) {
            if register.width > REGISTER_BITS {
                // The compiler has refused a program that uses it.
                continue;
            }
            held.size += u64::from(register.size);
            let base = next.take(CellArray::Registers, register.size, config)?;
            held.registers.insert(id, (base, register.width));
        }
        for (id, counter) in (0..).map(CounterId).zip(&program.counters) {
            held.size += u64::from(counter.size);
            held.counters.insert(id, next.take(CellArray::Counters, counter.size, config)?);
        }
        for (id, meter) in (0..).map(MeterId).zip(&program.meters) {
            if meter.rate_count != RATES
                && guest.accesses().iter().any(|(.., access)| *access == StateAccess::ExecuteMeter(id))
            {
                let construct = format!("meter {}", meter.name);
                let reason =
                    format!("it has {} rates, and the persona's meters have {RATES}", meter.rate_count);
                return Err(Refusal::new(construct, reason).into());
            }
            held.size += u64::from(meter.size);
            let base = next.take(CellArray::of(meter.unit), meter.size, config)?;
            held.meters.insert(id, (base, meter.unit));
        }
        *ledger = next;
        Ok(held)
    }

    /// The ranges that it has.
    pub(crate) fn note(&self, program: &Program, ledger: &mut Ledger) {
        self.ranges(program).into_iter().for_each(|(store, base, size)| ledger.note(store, base, size));
    }

    /// Each of them: the array, the first cell, and how many there are.
    pub(crate) fn ranges(&self, program: &Program) -> Vec<(CellArray, u32, u32)> {
        let mut ranges = Vec::new();
        for (id, (base, _)) in &self.registers {
            ranges.push((
                CellArray::Registers,
                *base,
                program.registers.get(id.index()).map_or(0, |r| r.size),
            ));
        }
        for (id, base) in &self.counters {
            ranges.push((CellArray::Counters, *base, program.counters.get(id.index()).map_or(0, |c| c.size)));
        }
        for (id, (base, unit)) in &self.meters {
            ranges.push((CellArray::of(*unit), *base, program.meters.get(id.index()).map_or(0, |m| m.size)));
        }
        ranges
    }

    /// The commands that make cells as new that were somebody's before.
    pub(crate) fn clear(&self, program: &Program, soiled: &mut Ledger) -> Vec<Command> {
        let mut commands = Vec::new();
        for (store, base, size) in self.ranges(program) {
            if size == 0 || !soiled.soil(store, base, base + size) {
                continue;
            }
            let cells = base..base + size;
            match store {
                CellArray::Registers => {
                    let (start, end) = (base.into(), cells.end.into());
                    let value = Bits::zero(REGISTER_BITS);
                    commands.push(register_command(RegisterCommand::WriteRange { start, end, value }));
                }
                CellArray::Counters => commands.extend(cells.map(|index| {
                    let (index, value) = (index.into(), CounterValue::default());
                    count(CounterCommand::Write { index, value })
                })),
                CellArray::PacketMeters | CellArray::ByteMeters => {
                    let unit =
                        if store == CellArray::PacketMeters { MeterUnit::Packets } else { MeterUnit::Bytes };
                    commands.extend(cells.map(|index| Command::Meter {
                        meter: Layout::meters(unit).to_owned(),
                        command: MeterCommand::SetRates { index: index.into(), rates: unlimited() },
                    }));
                }
            }
        }
        commands
    }

    /// How many cells it is.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// What an access means.
    pub(crate) fn cells(&self, program: &Program, access: StateAccess) -> Option<Cells> {
        let cells = |base: u32, size: u32, unit: MeterUnit| Cells { base, size, unit };
        match access {
            StateAccess::ReadRegister(id) | StateAccess::WriteRegister(id) => {
                let (base, _) = self.registers.get(&id)?;
                Some(cells(*base, program.registers.get(id.index())?.size, MeterUnit::Packets))
            }
            StateAccess::Count(id) => {
                let base = self.counters.get(&id)?;
                Some(cells(*base, program.counters.get(id.index())?.size, MeterUnit::Packets))
            }
            StateAccess::ExecuteMeter(id) => {
                let (base, unit) = self.meters.get(&id)?;
                Some(cells(*base, program.meters.get(id.index())?.size, *unit))
            }
            StateAccess::Truncate | StateAccess::Ask | StateAccess::Draw | StateAccess::Sample(_) => None,
        }
    }

    /// Read or change what packets change too.
    pub(crate) fn access(
        &self,
        program: &Program,
        access: &DataAccess,
        below: &mut Device,
    ) -> Result<Reply, DpmuError> {
        match access {
            DataAccess::ReadCounter { counter, cell } => {
                let index = u64::from(self.counter(program, *counter)? + cell);
                below.tell(&count(CounterCommand::Read { index })).map_err(DpmuError::Device)
            }
            DataAccess::WriteCounter { counter, cell, value } => {
                let index = u64::from(self.counter(program, *counter)? + cell);
                let command = count(CounterCommand::Write { index, value: *value });
                below.tell(&command).map_err(DpmuError::Device)
            }
            DataAccess::ResetCounters { counter } => {
                let size = program.counters.get(counter.index()).map_or(0, |c| c.size);
                for cell in 0..size {
                    let zero = self.zero(program, *counter, cell)?;
                    below.tell(&zero).map_err(DpmuError::Device)?;
                }
                Ok(Reply::Done)
            }
            DataAccess::ReadRegisters { register, cells } => {
                let (cells, width) = self.register(program, *register, cells)?;
                let mut values = Vec::new();
                for index in cells {
                    let read = register_command(RegisterCommand::Read { index: index.into() });
                    match below.tell(&read).map_err(DpmuError::Device)? {
                        Reply::Values(read) => values.extend(read.iter().map(|value| value.resize(width))),
                        other => {
                            let reason = format!("answered {other:?} to a register that was read");
                            return Err(DpmuError::Device(SwitchError::Failed(reason)));
                        }
                    }
                }
                Ok(Reply::Values(values))
            }
            DataAccess::WriteRegisters { register, cells, value } => {
                let (cells, _) = self.register(program, *register, cells)?;
                let value = value.resize(REGISTER_BITS);
                let command = match cells.len() {
                    0 => return Ok(Reply::Done),
                    1 => RegisterCommand::Write { index: cells.start.into(), value },
                    _ => {
                        let (start, end) = (cells.start.into(), cells.end.into());
                        RegisterCommand::WriteRange { start, end, value }
                    }
                };
                below.tell(&register_command(command)).map_err(DpmuError::Device)
            }
        }
    }

    /// The commands that set meters' rates.
    pub(crate) fn rates(
        &self,
        program: &Program,
        meter: MeterId,
        cells: &Range<u32>,
        rates: &[MeterRate],
    ) -> Result<Vec<Command>, DpmuError> {
        let Some((base, unit)) = self.meters.get(&meter) else {
            let name = program.meters.get(meter.index()).map_or("", |m| m.name.as_str());
            return Err(not_there(format!("meter {name}")));
        };
        let size = program.meters.get(meter.index()).map_or(0, |m| m.size);
        let set = |cell: u32| Command::Meter {
            meter: Layout::meters(*unit).to_owned(),
            command: MeterCommand::SetRates { index: (base + cell).into(), rates: rates.to_vec() },
        };
        Ok((cells.start..cells.end.min(size)).map(set).collect())
    }

    /// The command that sets a counter to zero.
    pub(crate) fn zero(
        &self,
        program: &Program,
        counter: CounterId,
        cell: u32,
    ) -> Result<Command, DpmuError> {
        let index = u64::from(self.counter(program, counter)? + cell);
        Ok(count(CounterCommand::Write { index, value: CounterValue::default() }))
    }

    fn counter(&self, program: &Program, counter: CounterId) -> Result<u32, DpmuError> {
        self.counters.get(&counter).copied().ok_or_else(|| {
            let name = program.counters.get(counter.index()).map_or("", |c| c.name.as_str());
            not_there(format!("counter {name}"))
        })
    }

    /// The persona's cells, and the bits of the guest's.
    fn register(
        &self,
        program: &Program,
        register: RegisterId,
        cells: &Range<u32>,
    ) -> Result<(Range<u32>, u32), DpmuError> {
        let Some((base, width)) = self.registers.get(&register) else {
            let name = program.registers.get(register.index()).map_or("", |r| r.name.as_str());
            return Err(not_there(format!("register {name}")));
        };
        Ok((base + cells.start..base + cells.end, *width))
    }
}

/// v1model's meters have two rates.
const RATES: u32 = 2;

/// Rates that no packet exceeds: a meter's rates can't be unset alone, and without any each packet's colour is 0.
pub(crate) fn unlimited() -> Vec<MeterRate> {
    vec![MeterRate { per_microsecond: 1e5, burst: i32::MAX as u64 }; RATES as usize]
}

fn count(command: CounterCommand) -> Command {
    Command::Counter { counter: Layout::COUNTERS.to_owned(), command }
}

fn register_command(command: RegisterCommand) -> Command {
    Command::Register { register: Layout::REGISTERS.to_owned(), command }
}

fn not_there(construct: String) -> DpmuError {
    Refusal::new(construct, "the persona has no cells for it").into()
}
