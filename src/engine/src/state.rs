//! What outlives a packet: counters, meters, registers, and what hashes have counted.

use std::ops::Range;

use hyper4_bits::Bits;
use hyper4_ir::{CounterValue, MeterArray, MeterRate, MeterUnit, Program};

use crate::calculation::Hasher;
use crate::clock::Clock;
use crate::layout::{limbs, top_mask};
use crate::wide::View;

/// Cells of counters above which adding up what was counted beside each other takes longer than it is worth.
const MANY_COUNTERS: usize = 1 << 16;

/// All that packets change.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) hashers: Vec<Hasher>,
    /// What chooses members of groups, for each action profile.
    pub(crate) selectors: Vec<Option<Hasher>>,
    pub(crate) counters: Vec<Vec<CounterValue>>,
    pub(crate) meters: Vec<Meters>,
    pub(crate) registers: Vec<Registers>,
    /// Something was counted since a fork began, or was joined.
    counted: bool,
}

impl State {
    pub(crate) fn new(program: &Program, hashers: Vec<Hasher>, selectors: Vec<Option<Hasher>>) -> Self {
        let counters =
            program.counters.iter().map(|c| vec![CounterValue::default(); c.size as usize]).collect();
        let meters = program.meters.iter().map(Meters::new).collect();
        let registers = program.registers.iter().map(|r| Registers::new(r.width, r.size)).collect();
        Self { hashers, selectors, counters, meters, registers, counted: false }
    }

    /// Whether packets may find it in any order, as long as they use no registers and meters: counters don't mind in
    /// which order they count.
    pub(crate) fn is_stateless(&self) -> bool {
        let selectors = self.selectors.iter().flatten();
        !self.hashers.iter().chain(selectors).any(Hasher::counts)
            && self.counters.iter().map(Vec::len).sum::<usize>() <= MANY_COUNTERS
    }

    /// The same with counters at zero, for packets that are processed beside others.
    pub(crate) fn fork(&self) -> Self {
        let counters = self.counters.iter().map(|cells| vec![CounterValue::default(); cells.len()]).collect();
        Self { counters, counted: false, ..self.clone() }
    }

    /// Take over what a fork has counted; the fork starts at zero again.
    pub(crate) fn join(&mut self, fork: &mut Self) {
        if !std::mem::take(&mut fork.counted) {
            return;
        }
        let cells = self.counters.iter_mut().flatten().zip(fork.counters.iter_mut().flatten());
        for (cell, counted) in cells {
            let CounterValue { packets, bytes } = std::mem::take(counted);
            cell.packets = cell.packets.wrapping_add(packets);
            cell.bytes = cell.bytes.wrapping_add(bytes);
        }
    }

    /// Count a packet of that many bytes; a cell that isn't there counts nothing.
    pub(crate) fn count(&mut self, counter: usize, cell: u32, bytes: u64) {
        if let Some(cell) = self.counters.get_mut(counter).and_then(|cells| cells.get_mut(cell as usize)) {
            self.counted = true;
            cell.packets = cell.packets.wrapping_add(1);
            cell.bytes = cell.bytes.wrapping_add(bytes);
        }
    }

    /// As after loading; what calculations were told stays.
    pub(crate) fn reset(&mut self) {
        self.counters.iter_mut().for_each(|cells| cells.fill(CounterValue::default()));
        self.meters.iter_mut().for_each(|meters| meters.cells.fill(None));
        self.registers.iter_mut().for_each(|registers| registers.cells.fill(0));
    }
}

/// Token buckets, two for each meter (meters.cpp).
#[derive(Clone, Debug)]
pub(crate) struct Meters {
    unit: MeterUnit,
    cells: Vec<Option<Box<[Bucket]>>>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    rate: MeterRate,
    tokens: u64,
    /// Tokens that had come by since the start when it was last looked at.
    last: u64,
    colour: u64,
}

impl Meters {
    fn new(array: &MeterArray) -> Self {
        Self { unit: array.unit, cells: vec![None; array.size as usize] }
    }

    /// Set the rates, lowest first; the buckets are full then.
    pub(crate) fn set_rates(&mut self, cells: Range<u32>, rates: &[MeterRate]) {
        let bucket = |(below, rate): (usize, &MeterRate)| {
            let colour = below as u64 + 1;
            Bucket { rate: *rate, tokens: rate.burst, last: 0, colour }
        };
        // The highest is asked first.
        let buckets: Box<[Bucket]> = rates.iter().enumerate().map(bucket).rev().collect();
        let range = cells.start as usize..(cells.end as usize).min(self.cells.len());
        self.cells.get_mut(range).unwrap_or_default().fill(Some(buckets));
    }

    /// The colour of a packet of that many bytes; `None` when there is no such cell.
    pub(crate) fn execute(&mut self, cell: u32, bytes: u64, clock: &mut dyn Clock) -> Option<u64> {
        let Some(buckets) = self.cells.get_mut(cell as usize)? else { return Some(0) };
        let now = clock.microseconds() as f64;
        let input = if self.unit == MeterUnit::Packets { 1 } else { bytes };
        for bucket in buckets.iter_mut() {
            let total = (now * bucket.rate.per_microsecond) as u64;
            let fresh = total.saturating_sub(bucket.last);
            bucket.last = total;
            bucket.tokens = bucket.tokens.saturating_add(fresh).min(bucket.rate.burst);
            match bucket.tokens.checked_sub(input) {
                Some(left) => bucket.tokens = left,
                None => return Some(bucket.colour),
            }
        }
        Some(0)
    }
}

/// Numbers of one width.
#[derive(Clone, Debug)]
pub(crate) struct Registers {
    width: u32,
    size: u32,
    cells: Vec<u64>,
}

impl Registers {
    fn new(width: u32, size: u32) -> Self {
        Self { width, size, cells: vec![0; limbs(width) as usize * size as usize] }
    }

    fn range(&self, cell: u32) -> Option<Range<usize>> {
        let limbs = limbs(self.width) as usize;
        (cell < self.size).then(|| cell as usize * limbs..(cell as usize + 1) * limbs)
    }

    pub(crate) fn read(&self, cell: u32) -> Option<&[u64]> {
        self.cells.get(self.range(cell)?)
    }

    /// Store a number, masked.
    pub(crate) fn write(&mut self, cell: u32, value: View<'_>) {
        let Some(limbs) = self.range(cell).and_then(|range| self.cells.get_mut(range)) else { return };
        limbs.iter_mut().enumerate().for_each(|(i, limb)| *limb = value.limb(i));
        if let Some(top) = limbs.last_mut() {
            *top &= top_mask(self.width);
        }
    }

    /// As the control plane reads them.
    pub(crate) fn values(&self, cells: Range<u32>) -> Vec<Bits> {
        let value = |limbs: &[u64]| {
            let bytes: Vec<u8> = limbs.iter().rev().flat_map(|limb| limb.to_be_bytes()).collect();
            Bits::from_be_bytes(self.width, &bytes)
        };
        cells.filter_map(|cell| self.read(cell)).map(value).collect()
    }
}
