//! Registers, counters and meters.

use std::rc::Rc;

use hyper4_bits::Bits;
use hyper4_ir::{CounterId, MeterId, MeterUnit, Place, RegisterId, Table};

use crate::integer::Integer;
use crate::subject::PLACE_BITS;
use crate::term::{Terms, Word};

use super::world::{Access, GREEN, Kind, LEAST_VALUE, NOT_RED, Start, colour};
use super::{Executor, Stop, Thread, unsupported};

/// Bits of the number of a meter's tokens.
const TOKENS: u32 = 8;

/// A cell of an array, by the names that both sides know.
struct Cell {
    array: Rc<str>,
    /// 64 bits.
    index: Word,
    /// Bits of what it holds, where both sides agree on less than the array's own.
    width: Option<u32>,
}

impl Executor<'_, '_> {
    /// Which cell an index means, on a path for each array that both sides know; `None` is out of range.
    fn cells(
        &mut self,
        thread: &Thread,
        array: &str,
        size: u32,
        index: &Integer,
    ) -> Result<Vec<(Thread, Option<Cell>)>, Stop> {
        let index = index.wrapped(&mut self.context.terms, 64);
        let mut found = Vec::new();
        let mut rest = Some(thread.path.clone());
        let known = self.subject.subject.cells();
        for part in known.iter().filter(|part| part.array == array) {
            let Some(path) = rest.take() else { break };
            let offset = behind(&mut self.context.terms, &index, part.base, part.size);
            let within = self.context.terms.less(&offset, &Word::number(offset.width(), part.size));
            let split = self.context.split(path, &within)?;
            if let Some(path) = split.holds {
                let index = self.context.terms.resize(&offset, 64);
                let cell = Cell { array: part.is.as_str().into(), index, width: Some(part.width) };
                found.push((thread.on(path), Some(cell)));
            }
            rest = split.fails;
        }
        if let Some(path) = rest {
            let within = self.context.terms.less(&index, &Word::number(64, size.into()));
            let split = self.context.split(path, &within)?;
            let name: Rc<str> = format!("{}{array}", self.prefix).into();
            found.extend(split.holds.map(|path| {
                let cell = Cell { array: name, index: index.clone(), width: None };
                (thread.on(path), Some(cell))
            }));
            found.extend(split.fails.map(|path| (thread.on(path), None)));
        }
        Ok(found)
    }

    pub(super) fn read_register(
        &mut self,
        thread: Thread,
        register: RegisterId,
        index: &Integer,
        place: &Place,
        arguments: &[Word],
    ) -> Result<Vec<Thread>, Stop> {
        let Some(array) = self.program().registers.get(register.index()) else {
            return Err(unsupported("a register", None, "it is missing"));
        };
        let mut threads = Vec::new();
        for (mut thread, cell) in self.cells(&thread, &array.name, array.size, index)? {
            if let Some(cell) = cell {
                let terms = &mut self.context.terms;
                let width = cell.width.unwrap_or(array.width);
                let value = thread.world.held(terms, &cell.array, &cell.index, width);
                let value = Integer::unsigned(terms.resize(&value, array.width));
                self.store(&mut thread.state, &thread.path, place, &value, arguments)?;
            }
            threads.push(thread);
        }
        Ok(threads)
    }

    pub(super) fn write_register(
        &mut self,
        thread: Thread,
        register: RegisterId,
        index: &Integer,
        value: &Integer,
    ) -> Result<Vec<Thread>, Stop> {
        let Some(array) = self.program().registers.get(register.index()) else {
            return Err(unsupported("a register", None, "it is missing"));
        };
        let value = value.wrapped(&mut self.context.terms, array.width);
        let value = self.context.terms.resize(&value, array.width.max(LEAST_VALUE));
        let mut threads = Vec::new();
        for (mut thread, cell) in self.cells(&thread, &array.name, array.size, index)? {
            if let Some(Cell { array: name, index, width }) = cell {
                let width = width.unwrap_or(array.width);
                let (kind, value) = (Kind::Register, value.clone());
                thread.world.written.push(Access { kind, array: name, index, width, value });
            }
            threads.push(thread);
        }
        Ok(threads)
    }

    pub(super) fn count(
        &mut self,
        thread: Thread,
        counter: CounterId,
        index: &Integer,
    ) -> Result<Vec<Thread>, Stop> {
        let Some(array) = self.program().counters.get(counter.index()) else {
            return Err(unsupported("a counter", None, "it is missing"));
        };
        let mut threads = Vec::new();
        for (mut thread, cell) in self.cells(&thread, &array.name, array.size, index)? {
            if let Some(Cell { array, index, .. }) = cell {
                thread.charge(Kind::Counter, array, index);
            }
            threads.push(thread);
        }
        Ok(threads)
    }

    /// A colour is what an unknown function of the cell and of how often it was asked before says: 0, 1 or 2.
    pub(super) fn execute_meter(
        &mut self,
        thread: Thread,
        meter: MeterId,
        index: &Integer,
        place: &Place,
        arguments: &[Word],
    ) -> Result<Vec<Thread>, Stop> {
        let Some(array) = self.program().meters.get(meter.index()) else {
            return Err(unsupported("a meter", None, "it is missing"));
        };
        let mut threads = Vec::new();
        for (mut thread, cell) in self.cells(&thread, &array.name, array.size, index)? {
            if let Some(Cell { array: name, index, .. }) = cell {
                let colour = self.colour(&mut thread, name, index, array.unit);
                self.store(&mut thread.state, &thread.path, place, &colour, arguments)?;
            }
            threads.push(thread);
        }
        Ok(threads)
    }
}

impl Executor<'_, '_> {
    /// What a cell of a meter answers.
    fn colour(&mut self, thread: &mut Thread, array: Rc<str>, index: Word, unit: MeterUnit) -> Integer {
        let terms = &mut self.context.terms;
        let colour = match thread.world.start {
            Start::Fresh => Word::zero(2),
            Start::Set => {
                let (before, _) = thread.world.count(terms, &array, &index);
                // How many bytes a few tokens are good for depends on packets' lengths: there are none or plenty.
                let width = if unit == MeterUnit::Packets { TOKENS } else { 1 };
                let before = match unit {
                    MeterUnit::Packets => terms.resize(&before, width),
                    MeterUnit::Bytes => Word::zero(width),
                };
                let mut short = |what: &str| {
                    let tokens = terms.apply(&format!("{what}{array}"), vec![index.clone()], width);
                    terms.less(&before, &tokens).not()
                };
                // The upper bucket is asked first.
                let (yellow, red) = (short(GREEN), short(NOT_RED));
                let colour = terms.select(&yellow, &Word::number(2, 1), &Word::zero(2));
                terms.select(&red, &Word::number(2, 2), &colour)
            }
            Start::Anything => {
                let (before, _) = thread.world.count(terms, &array, &index);
                let drawn = vec![index.clone(), terms.resize(&before, 32)];
                let drawn = terms.apply(&colour(&array), drawn, 2);
                let none = terms.equal(&drawn, &Word::number(2, 3));
                terms.select(&none, &Word::zero(2), &drawn)
            }
        };
        thread.charge(Kind::Meter, array, index);
        Integer::unsigned(colour)
    }

    /// A hit counts in the cell of its entry's number.
    pub(super) fn count_directly(&mut self, thread: &mut Thread, table: &Table, handle: u64) {
        let counter = table.direct_counter.and_then(|counter| self.program().counters.get(counter.index()));
        if let Some(counter) = counter {
            let array = format!("{}{}", self.prefix, counter.name).into();
            thread.charge(Kind::Counter, array, Word::number(64, handle & ((1 << PLACE_BITS) - 1)));
        }
    }

    /// A hit is measured by the cell of its entry's number.
    pub(super) fn measure_directly(
        &mut self,
        thread: &mut Thread,
        table: &Table,
        handle: u64,
    ) -> Result<(), Stop> {
        let direct = table.direct_meter.as_ref();
        let meter =
            direct.and_then(|direct| Some((direct, self.program().meters.get(direct.meter.index())?)));
        if let Some((direct, meter)) = meter {
            let array = format!("{}{}", self.prefix, meter.name).into();
            let index = Word::number(64, handle & ((1 << PLACE_BITS) - 1));
            let colour = self.colour(thread, array, index, meter.unit);
            self.store(&mut thread.state, &thread.path, &Place::Field(direct.target), &colour, &[])?;
        }
        Ok(())
    }
}

impl Thread {
    /// A cell counts the packet.
    fn charge(&mut self, kind: Kind, array: Rc<str>, index: Word) {
        let value = self.state.ingress_length.clone();
        self.world.counted.push(Access { kind, array, index, width: 0, value });
    }
}

/// How far an index is behind a base, in so many bits that what lies before the base comes out larger than the size.
fn behind(terms: &mut Terms, index: &Word, base: u64, size: u64) -> Word {
    let held = index.width() - index.leading_zeros();
    let needed = 64 - base.saturating_add(size).leading_zeros();
    let width = held.max(needed).max(1);
    let index = terms.resize(index, width);
    terms.subtract(&index, &Word::constant(Bits::from_u64(width, base)))
}
