//! Bits of the state that nothing lives in, to compute in.

use super::form::Bit;
use super::number::Unsupported;
use crate::BitRange;

/// What is free.
#[derive(Clone, Debug)]
pub(super) struct Scratch {
    /// Sorted, with something taken between any two.
    free: Vec<BitRange>,
}

impl Scratch {
    /// All of `range`.
    pub(super) fn new(range: BitRange) -> Self {
        Self { free: vec![range] }
    }

    /// So many bits.
    pub(super) fn take(&mut self, width: u32) -> Result<Bit, Unsupported> {
        self.take_where(width, |at| at)
    }

    /// So many bits, the first of which is at a place that `fit` gives for one that is free: that one, or one above.
    pub(super) fn take_where(&mut self, width: u32, fit: impl Fn(Bit) -> Bit) -> Result<Bit, Unsupported> {
        let found = self.free.iter().enumerate().find_map(|(i, range)| {
            let at = fit(range.offset);
            (at + width <= range.end()).then_some((i, *range, at))
        });
        let Some((i, range, at)) = found else {
            let most = self.free.iter().map(|range| range.width).max().unwrap_or(0);
            return Unsupported::new(format!(
                "an assignment that needs {width} bits of scratch metadata, of which the persona has {most} left"
            ));
        };
        let below = BitRange { offset: range.offset, width: at - range.offset };
        let above = BitRange { offset: at + width, width: range.end() - at - width };
        self.free.splice(i..=i, [below, above].into_iter().filter(|range| range.width > 0));
        Ok(at)
    }

    /// Bits that were taken are free again.
    pub(super) fn give_back(&mut self, range: BitRange) {
        if range.width == 0 {
            return;
        }
        let at = self.free.partition_point(|free| free.offset < range.offset);
        self.free.insert(at, range);
        let mut joined: Vec<BitRange> = Vec::new();
        for range in self.free.drain(..) {
            match joined.last_mut().filter(|last| last.end() == range.offset) {
                Some(last) => last.width += range.width,
                None => joined.push(range),
            }
        }
        self.free = joined;
    }
}
