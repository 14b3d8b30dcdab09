//! Keys of tables: where their fields lie in memory, and where in the key's limbs.

use hyper4_bits::Bits;
use hyper4_ir::{MatchKind, TableKey};

use crate::layout::{Layout, limbs, top_mask};

/// A key field's place in memory and in the key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part {
    pub(crate) from: u32,
    pub(crate) width: u32,
    signed: bool,
    /// The limb of the key, and the bit in it; a field of more than one limb starts at bit 0.
    pub(crate) to: u32,
    shift: u32,
}

impl Part {
    fn limbs(&self) -> usize {
        limbs(self.width) as usize
    }

    fn pieces(&self) -> impl Iterator<Item = Piece> {
        let Self { from, to, shift, width, .. } = *self;
        let count = limbs(width);
        (0..count).map(move |i| Piece {
            to: to + i,
            shift,
            from: from + i,
            mask: if i + 1 == count { top_mask(width) } else { u64::MAX },
        })
    }

    /// Put the field into the key. A part that begins a limb overwrites what the limb held.
    fn fetch(&self, memory: &[u64], key: &mut [u64]) {
        let (from, to, count) = (self.from as usize, self.to as usize, self.limbs());
        // What lies beyond a signed field's width is a copy of the sign; such a part stands in its limbs alone.
        let top = if self.signed { top_mask(self.width) } else { u64::MAX };
        if count == 1 {
            if let (Some(limb), Some(target)) = (memory.get(from), key.get_mut(to)) {
                let limb = limb & top;
                *target = if self.shift == 0 { limb } else { *target | limb << self.shift };
            }
        } else if let (Some(source), Some(target)) =
            (memory.get(from..from + count), key.get_mut(to..to + count))
        {
            target.copy_from_slice(source);
            if let Some(last) = target.last_mut() {
                *last &= top;
            }
        }
    }
}

/// Bits of a limb of memory that are bits of a limb of a key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece {
    /// The limb of the key, and the bit in it that is the limb's lowest.
    pub(crate) to: u32,
    pub(crate) shift: u32,
    pub(crate) from: u32,
    /// The bits of the limb of memory.
    pub(crate) mask: u64,
}

/// Bits of a limb of memory, in their place when it is rotated.
#[derive(Clone, Copy, Debug, Default)]
struct Turned {
    from: u32,
    rotate: u32,
    mask: u64,
}

/// What a word of a key's bytes is made of, the first byte uppermost.
#[derive(Clone, Debug, Default)]
struct Word {
    first: Turned,
    more: Vec<Turned>,
}

impl Word {
    #[inline]
    fn of(&self, memory: &[u64]) -> u64 {
        let turned = |part: &Turned| {
            memory.get(part.from as usize).copied().unwrap_or(0).rotate_left(part.rotate) & part.mask
        };
        self.more.iter().fold(turned(&self.first), |word, part| word | turned(part)).swap_bytes()
    }
}

/// The words of keys of these parts: each field in as many bytes as it needs, one behind the other.
fn words(parts: &[Part]) -> Box<[Word]> {
    let bytes = |part: &Part| part.width.div_ceil(8) as usize;
    let mut words: Vec<Vec<Turned>> = vec![Vec::new(); parts.iter().map(bytes).sum::<usize>().div_ceil(8)];
    let mut end = 0;
    for part in parts {
        end += bytes(part);
        for piece in part.pieces() {
            // How many bits are before the limb's lowest one.
            let before = 8 * end - 1 - 64 * (piece.from - part.from) as usize;
            let rotate = 63 - before as u32 % 64;
            let mask = piece.mask.rotate_left(rotate);
            let own = u64::MAX << rotate;
            let halves = [(Some(before / 64), mask & own), ((before / 64).checked_sub(1), mask & !own)];
            for (word, mask) in halves.into_iter().filter(|(_, mask)| *mask != 0) {
                if let Some(word) = word.and_then(|word| words.get_mut(word)) {
                    word.push(Turned { from: piece.from, rotate, mask });
                }
            }
        }
    }
    let word = |mut parts: Vec<Turned>| {
        let first = parts.pop().unwrap_or_default();
        Word { first, more: parts }
    };
    words.into_iter().map(word).collect()
}

/// What a limb of a key is made of.
#[derive(Clone, Debug)]
enum Source {
    /// A limb of memory.
    Whole(u32),
    /// Some bits of one.
    Masked(u32, u64),
    /// Two limbs, the second one shifted.
    Pair(u32, u32, u32),
    /// Limbs, each shifted.
    Many(Box<[(u32, u32)]>),
}

/// Limbs of memory that are limbs of a key, one behind the other.
#[derive(Clone, Copy, Debug)]
struct Run {
    to: usize,
    from: usize,
    limbs: usize,
}

/// How a table's key is made.
#[derive(Clone, Debug)]
pub(crate) struct KeyShape {
    pub(crate) parts: Vec<Part>,
    /// How many limbs it has.
    pub(crate) limbs: usize,
    sources: Box<[Source]>,
    /// Limbs that are what memory has.
    runs: Box<[Run]>,
    /// The others.
    made: Box<[u32]>,
    words: Box<[Word]>,
}

impl KeyShape {
    pub(crate) fn new(layout: &Layout, keys: &[TableKey]) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut next = 0;
        let mut used = 64;
        for key in keys {
            let (from, width, signed) = match key.valid_of {
                Some(header) => {
                    (layout.header(header).ok_or("a key's header doesn't exist")?.valid, 1, false)
                }
                None => {
                    let slot = layout.field(key.field).ok_or("a key's field doesn't exist")?;
                    (slot.at, slot.width, slot.signed)
                }
            };
            if width != key.width {
                return Err(format!("key `{}` has {} bits, but its field {width}", key.name, key.width));
            }
            // Small fields share a limb; a range is compared as a whole and stands alone.
            let alone = width > 64 || signed || key.match_kind == MatchKind::Range;
            if alone || used + width > 64 {
                parts.push(Part { from, width, signed, to: next, shift: 0 });
                next += limbs(width);
                used = if alone { 64 } else { width };
            } else {
                parts.push(Part { from, width, signed, to: next - 1, shift: used });
                used += width;
            }
        }
        Ok(Self::of(parts, next as usize))
    }

    /// The key is all of that many limbs of memory.
    #[cfg(test)]
    pub(crate) fn whole(limbs: usize) -> Self {
        let part = |at| Part { from: at, width: 64, signed: false, to: at, shift: 0 };
        Self::of((0..limbs as u32).map(part).collect(), limbs)
    }

    fn of(parts: Vec<Part>, limbs: usize) -> Self {
        let source = |at: u32| {
            let here = |part: &&Part| (part.to..part.to + part.limbs() as u32).contains(&at);
            let own: Vec<&Part> = parts.iter().filter(here).collect();
            match own.as_slice() {
                [part] if part.signed && at + 1 == part.to + part.limbs() as u32 => {
                    Source::Masked(part.from + at - part.to, top_mask(part.width))
                }
                [part] => Source::Whole(part.from + at - part.to),
                [a, b] => Source::Pair(a.from, b.from, b.shift),
                parts => Source::Many(parts.iter().map(|part| (part.from, part.shift)).collect()),
            }
        };
        let sources: Box<[Source]> = (0..limbs as u32).map(source).collect();
        let (mut runs, mut made): (Vec<Run>, Vec<u32>) = (Vec::new(), Vec::new());
        for (to, source) in sources.iter().enumerate() {
            match (source, runs.last_mut()) {
                (Source::Whole(from), Some(run))
                    if run.to + run.limbs == to && run.from + run.limbs == *from as usize =>
                {
                    run.limbs += 1;
                }
                (Source::Whole(from), _) => runs.push(Run { to, from: *from as usize, limbs: 1 }),
                _ => made.push(to as u32),
            }
        }
        let words = words(&parts);
        Self { parts, limbs, sources, runs: runs.into(), made: made.into(), words }
    }

    /// A limb of the key.
    #[inline]
    pub(crate) fn limb(&self, memory: &[u64], at: u32) -> u64 {
        let limb = |at: u32| memory.get(at as usize).copied().unwrap_or(0);
        match self.sources.get(at as usize) {
            Some(Source::Whole(from)) => limb(*from),
            Some(Source::Masked(from, mask)) => limb(*from) & mask,
            Some(Source::Pair(first, second, shift)) => limb(*first) | limb(*second) << shift,
            Some(Source::Many(parts)) => {
                parts.iter().fold(0, |all, (from, shift)| all | limb(*from) << shift)
            }
            None => 0,
        }
    }

    /// Whether the key is that.
    #[inline]
    pub(crate) fn is_key(&self, memory: &[u64], other: &[u64]) -> bool {
        let same = |run: &Run| {
            let own = memory.get(run.from..run.from + run.limbs);
            own.is_some() && own == other.get(run.to..run.to + run.limbs)
        };
        self.made.iter().all(|at| other.get(*at as usize) == Some(&self.limb(memory, *at)))
            && self.runs.iter().all(same)
    }

    /// The key's limbs, in that room.
    pub(crate) fn fetch<'a>(&self, memory: &[u64], room: &'a mut Vec<u64>) -> &'a [u64] {
        if room.len() < self.limbs {
            room.resize(self.limbs, 0);
        }
        let key = room.get_mut(..self.limbs).unwrap_or_default();
        self.parts.iter().for_each(|part| part.fetch(memory, key));
        key
    }

    /// The [`words`](hyper4_switch::words) of the key's bytes as the control plane keeps them.
    #[inline]
    pub(crate) fn words(&self, memory: &[u64]) -> impl Iterator<Item = u64> {
        self.words.iter().map(|word| word.of(memory))
    }

    /// Where the bits of its limbs lie in memory.
    pub(crate) fn pieces(&self) -> Box<[Piece]> {
        self.parts.iter().flat_map(Part::pieces).collect()
    }
}

/// Put a field's value into a key, whose limbs are zero there.
pub(crate) fn place(key: &mut [u64], part: &Part, bits: &Bits) {
    if let Some(target) = key.get_mut(part.to as usize..) {
        for (target, limb) in target.iter_mut().zip(bits.limbs()) {
            *target |= limb << part.shift;
        }
    }
}

#[cfg(test)]
mod tests;
