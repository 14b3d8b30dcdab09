//! Limbs made of bits of other limbs: what [`crate::linear`] finds, and what carries it out.

use crate::code::set;

/// A limb of memory, shifted (to the left; to the right when that is negative) and masked; then a number is added, and
/// what that comes to is masked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Term {
    pub(crate) from: u32,
    pub(crate) shift: i8,
    pub(crate) mask: u64,
    pub(crate) add: u64,
    pub(crate) keep: u64,
}

impl Term {
    /// Whether it is the limb as it is.
    pub(crate) fn is_whole(&self) -> bool {
        self.shift == 0 && self.mask == u64::MAX && self.add == 0 && self.keep == u64::MAX
    }

    fn shifted(&self, limb: u64) -> u64 {
        let shifted = if self.shift >= 0 { limb << self.shift } else { limb >> self.shift.unsigned_abs() };
        shifted & self.mask
    }

    fn value(&self, memory: &[u64]) -> u64 {
        let limb = memory.get(self.from as usize).copied().unwrap_or(0);
        self.shifted(limb).wrapping_add(self.add) & self.keep
    }

    /// Which of its bits depend on the bits of the limb that are set here.
    pub(crate) fn depends(&self, limb: u64) -> u64 {
        let here = self.shifted(limb);
        let spread = if self.add != 0 && here != 0 { u64::MAX << here.trailing_zeros() } else { here };
        spread & self.keep
    }
}

/// What gives one or several limbs their values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GatherStep {
    Copy {
        to: u32,
        from: u32,
        limbs: u32,
    },
    Zero {
        to: u32,
        limbs: u32,
    },
    Constant {
        to: u32,
        value: u64,
    },
    Term {
        to: u32,
        term: Term,
        xor: u64,
    },
    /// On top of what the limb has.
    Xor {
        to: u32,
        term: Term,
    },
}

/// Carry out steps.
pub(crate) fn gather(steps: &[GatherStep], memory: &mut [u64]) {
    for step in steps {
        match *step {
            GatherStep::Term { to, term, xor } => set(memory, to, term.value(memory) ^ xor),
            GatherStep::Copy { to, from, limbs: 1 } => {
                let limb = memory.get(from as usize).copied().unwrap_or(0);
                set(memory, to, limb);
            }
            GatherStep::Copy { to, from, limbs } => {
                let (to, from, limbs) = (to as usize, from as usize, limbs as usize);
                if to + limbs <= memory.len() && from + limbs <= memory.len() {
                    memory.copy_within(from..from + limbs, to);
                }
            }
            GatherStep::Zero { to, limbs } => {
                if let Some(limbs) = memory.get_mut(to as usize..(to + limbs) as usize) {
                    limbs.fill(0);
                }
            }
            GatherStep::Constant { to, value } => set(memory, to, value),
            GatherStep::Xor { to, term } => {
                let value = term.value(memory);
                if let Some(limb) = memory.get_mut(to as usize) {
                    *limb ^= value;
                }
            }
        }
    }
}
