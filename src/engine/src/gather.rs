//! Limbs made of bits of other limbs: what [`crate::linear`] finds, and what carries it out.

use crate::code::set;

/// A limb of memory, shifted (to the left; to the right when that is negative) and masked, so that no bit comes from
/// outside it; then a number is added, and what that comes to is masked.
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
        limb.rotate_left(i32::from(self.shift).rem_euclid(64) as u32) & self.mask
    }

    /// What it comes to.
    #[inline]
    pub(crate) fn value(&self, memory: &[u64]) -> u64 {
        self.of(memory.get(self.from as usize).copied().unwrap_or(0))
    }

    /// What it comes to when that is the limb.
    #[inline]
    pub(crate) fn of(&self, limb: u64) -> u64 {
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
    /// Limbs shifted by `left` bits, 1 to 63, as one number: the upper bits of each go to the next. The lowest gets bits
    /// of the one before `from`. Source and target don't overlap.
    Funnel {
        to: u32,
        from: u32,
        limbs: u32,
        left: u32,
    },
    /// On top of what the limb has.
    Xor {
        to: u32,
        term: Term,
    },
}

/// Carry out steps.
#[inline]
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
            GatherStep::Funnel { to, from, limbs, left } => funnel(to, from, limbs, left, memory),
            GatherStep::Xor { to, term } => {
                let value = term.value(memory);
                if let Some(limb) = memory.get_mut(to as usize) {
                    *limb ^= value;
                }
            }
        }
    }
}

/// [`GatherStep::Funnel`].
pub(crate) fn funnel(to: u32, from: u32, limbs: u32, left: u32, memory: &mut [u64]) {
    let (to, from, limbs) = (to as usize, from as usize, limbs as usize);
    let (Some(first), true) = (from.checked_sub(1), to.max(from) + limbs <= memory.len()) else { return };
    let (source, target) = if to >= first {
        let (source, target) = memory.split_at_mut(to);
        (source.get(first..first + limbs + 1), target.get_mut(..limbs))
    } else {
        let (target, source) = memory.split_at_mut(first);
        (source.get(..limbs + 1), target.get_mut(to..to + limbs))
    };
    let (Some(source), Some(target)) = (source, target) else { return };
    let (left, right) = (left & 63, (64 - left) & 63);
    for (target, pair) in target.iter_mut().zip(source.array_windows::<2>()) {
        let [below, own] = *pair;
        *target = own << left | below >> right;
    }
}
