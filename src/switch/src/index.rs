//! A hash table of numbers: open addressing, linear probing. A number takes five to eight bytes of it.

/// Bits of a number; above them a cell holds some bits of the hash.
const NUMBER_BITS: u32 = 24;
const NUMBER: u32 = (1 << NUMBER_BITS) - 1;
/// A cell that holds nothing. No tag is that great.
const EMPTY: u32 = u32::MAX;
const SMALLEST: usize = 8;

/// Numbers of 24 bits by the hash of what they stand for. What that is, only the caller knows.
#[derive(Clone, Debug, Default)]
pub struct HashIndex {
    cells: Vec<u32>,
    used: usize,
}

/// The bits of the hash that stand in the cell: most cells of others are told apart by them.
#[inline]
fn tag(hash: u64) -> u32 {
    (((hash >> 56) * 255) >> 8) as u32
}

impl HashIndex {
    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.used == 0
    }

    #[inline]
    fn home(&self, hash: u64) -> usize {
        (((hash & u64::from(u32::MAX)) * self.cells.len() as u64) >> 32) as usize
    }

    #[inline]
    fn after(&self, cell: usize) -> usize {
        if cell + 1 == self.cells.len() { 0 } else { cell + 1 }
    }

    /// The number with that hash that `matches`.
    #[inline]
    pub fn find(&self, hash: u64, mut matches: impl FnMut(u32) -> bool) -> Option<u32> {
        let tag = tag(hash);
        let mut at = self.home(hash);
        loop {
            let cell = *self.cells.get(at)?;
            if cell >> NUMBER_BITS == tag && matches(cell & NUMBER) {
                return Some(cell & NUMBER);
            }
            if cell == EMPTY {
                return None;
            }
            at = self.after(at);
        }
    }

    /// Add a number, which isn't there. `hash_of` tells the hash of numbers that are.
    pub fn insert(&mut self, hash: u64, number: u32, hash_of: impl Fn(u32) -> u64) {
        if (self.used + 1) * 4 > self.cells.len() * 3 {
            let room = (self.cells.len() * 3 / 2).max(SMALLEST);
            let before = std::mem::replace(&mut self.cells, vec![EMPTY; room]);
            for cell in before.into_iter().filter(|cell| *cell != EMPTY) {
                self.put(hash_of(cell & NUMBER), cell);
            }
        }
        self.put(hash, tag(hash) << NUMBER_BITS | number & NUMBER);
        self.used += 1;
    }

    fn put(&mut self, hash: u64, cell: u32) {
        let mut at = self.home(hash);
        while self.cells.get(at).is_some_and(|other| *other != EMPTY) {
            at = self.after(at);
        }
        if let Some(free) = self.cells.get_mut(at) {
            *free = cell;
        }
    }

    /// `number` is replaced by another of the same hash.
    pub fn replace(&mut self, hash: u64, number: u32, by: u32) {
        if let Some(cell) = self.cell(hash, number).and_then(|at| self.cells.get_mut(at)) {
            *cell = *cell & !NUMBER | by & NUMBER;
        }
    }

    /// Remove a number. `hash_of` tells the hash of those that stay.
    pub fn remove(&mut self, hash: u64, number: u32, hash_of: impl Fn(u32) -> u64) {
        let Some(mut hole) = self.cell(hash, number) else { return };
        self.used -= 1;
        // What stands behind the hole moves into it, unless that is before its home.
        let mut at = hole;
        loop {
            at = self.after(at);
            let cell = self.cells.get(at).copied().unwrap_or(EMPTY);
            if cell == EMPTY {
                break;
            }
            let home = self.home(hash_of(cell & NUMBER));
            if self.distance(home, at) >= self.distance(hole, at) {
                self.cells.swap(hole, at);
                hole = at;
            }
        }
        if let Some(cell) = self.cells.get_mut(hole) {
            *cell = EMPTY;
        }
    }

    fn cell(&self, hash: u64, number: u32) -> Option<usize> {
        let wanted = tag(hash) << NUMBER_BITS | number & NUMBER;
        let mut at = self.home(hash);
        loop {
            match *self.cells.get(at)? {
                cell if cell == wanted => return Some(at),
                EMPTY => return None,
                _ => at = self.after(at),
            }
        }
    }

    fn distance(&self, from: usize, to: usize) -> usize {
        if to >= from { to - from } else { to + self.cells.len() - from }
    }

    /// All numbers, in no order that means something.
    pub fn numbers(&self) -> impl Iterator<Item = u32> {
        self.cells.iter().filter(|cell| **cell != EMPTY).map(|cell| cell & NUMBER)
    }

    /// Remove everything.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

const SEED: u64 = 0x9e37_79b9_7f4a_7c15;
const FACTOR: u64 = 0xd6e8_feb8_6659_fd93;

/// A hash of what `limbs` gives.
#[inline]
pub fn hash(limbs: impl IntoIterator<Item = u64>) -> u64 {
    limbs.into_iter().fold(SEED, mix)
}

/// One more limb: the halves of a product.
#[inline]
fn mix(hash: u64, limb: u64) -> u64 {
    let product = u128::from(hash ^ limb) * u128::from(FACTOR);
    (product as u64) ^ (product >> 64) as u64
}

/// A hash of limbs; of wide keys four run beside each other.
pub fn hash_wide(limbs: &[u64]) -> u64 {
    let (quads, rest) = limbs.as_chunks::<4>();
    if quads.len() < 2 {
        return hash(limbs.iter().copied());
    }
    let mut lanes = [SEED, !SEED, FACTOR, !FACTOR];
    for quad in quads {
        for (lane, limb) in lanes.iter_mut().zip(quad) {
            *lane = mix(*lane, *limb);
        }
    }
    hash(lanes.into_iter().chain(rest.iter().copied()))
}

/// A hash of bytes; of many, four run beside each other.
#[inline]
pub fn hash_bytes(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let word = |word: &[u8; 8]| u64::from_le_bytes(*word);
    let tail = rest.iter().rev().fold(0, |tail, byte| tail << 8 | u64::from(*byte));
    let (quads, single) = words.as_chunks::<4>();
    if quads.len() < 2 {
        return mix(words.iter().fold(SEED, |hash, limb| mix(hash, word(limb))), tail);
    }
    let mut lanes = [SEED, !SEED, FACTOR, !FACTOR];
    for quad in quads {
        for (lane, limb) in lanes.iter_mut().zip(quad) {
            *lane = mix(*lane, word(limb));
        }
    }
    hash(lanes.into_iter().chain(single.iter().map(word)).chain([tail]))
}
