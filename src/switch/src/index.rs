//! A hash table of numbers: buckets of a cache line each, one after the other where one is full. A number takes about five
//! bytes of it.

/// Cells of a bucket.
const CELLS: usize = 16;
/// The tag of a cell that holds nothing.
const EMPTY: u8 = u8::MAX;
/// Buckets of a page.
const PAGE: usize = 256;

/// A number of 24 bits.
type Number = [u8; 3];

/// Cells that are looked at together: a cache line. Those that hold something stand before the others.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Bucket {
    /// Some bits of the hash of each.
    tags: [u8; CELLS],
    numbers: [Number; CELLS],
}

/// Numbers of 24 bits by the hash of what they stand for. What that is, only the caller knows.
#[derive(Clone, Debug, Default)]
pub struct HashIndex {
    /// The first page, as long as is needed.
    first: Vec<Bucket>,
    /// The others. They stay where they are, so that growing copies nothing and leaves no holes in memory.
    pages: Vec<Vec<Bucket>>,
    buckets: usize,
    used: usize,
}

/// The bits of the hash that stand in the cell: most cells of others are told apart by them.
#[inline]
fn tag(hash: u64) -> u8 {
    (((hash >> 56) * 255) >> 8) as u8
}

fn narrow(number: u32) -> Number {
    let [low, middle, high, _] = number.to_le_bytes();
    [low, middle, high]
}

#[inline]
fn wide([low, middle, high]: Number) -> u32 {
    u32::from_le_bytes([low, middle, high, 0])
}

impl Bucket {
    const NEW: Self = Self { tags: [EMPTY; CELLS], numbers: [[0; 3]; CELLS] };

    /// The numbers of that tag.
    #[inline]
    fn tagged(&self, tag: u8) -> impl Iterator<Item = u32> {
        const ONES: u64 = u64::from_le_bytes([1; 8]);
        let (halves, _) = self.tags.as_chunks::<8>();
        // The upper bit of each byte that is the tag, and of no other.
        let same = |half: Option<&[u8; 8]>| {
            let other = half.map_or(u64::MAX, |half| u64::from_le_bytes(*half)) ^ (ONES * u64::from(tag));
            !(((other & (ONES * 0x7f)) + ONES * 0x7f) | other | (ONES * 0x7f))
        };
        let mut found = same(halves.first()) >> 7 | same(halves.get(1)) >> 6;
        std::iter::from_fn(move || {
            let at = (found != 0).then(|| found.trailing_zeros() as usize)?;
            found &= found - 1;
            self.numbers.get(at / 8 + at % 8 * 8).map(|number| wide(*number))
        })
    }

    #[inline]
    fn is_full(&self) -> bool {
        self.tags.last() != Some(&EMPTY)
    }

    fn len(&self) -> usize {
        self.tags.iter().position(|tag| *tag == EMPTY).unwrap_or(CELLS)
    }

    /// All numbers, with their tags.
    fn cells(&self) -> impl Iterator<Item = (u8, u32)> {
        let tags = self.tags.iter().copied().take_while(|tag| *tag != EMPTY);
        tags.zip(self.numbers.iter().map(|number| wide(*number)))
    }

    fn set(&mut self, at: usize, tag: u8, number: u32) {
        if let (Some(place), Some(numbered)) = (self.tags.get_mut(at), self.numbers.get_mut(at)) {
            (*place, *numbered) = (tag, narrow(number));
        }
    }

    /// Whether there was room for one more.
    fn push(&mut self, tag: u8, number: u32) -> bool {
        let at = self.len();
        self.set(at, tag, number);
        at < CELLS
    }

    /// The last one takes its place. Whether it was full.
    fn swap_remove(&mut self, at: usize) -> bool {
        let was_full = self.is_full();
        let last = self.len().saturating_sub(1);
        self.tags.swap(at, last);
        self.numbers.swap(at, last);
        self.set(last, EMPTY, 0);
        was_full
    }
}

impl HashIndex {
    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.used == 0
    }

    #[inline]
    fn home(&self, hash: u64) -> usize {
        (((hash & u64::from(u32::MAX)) * self.buckets as u64) >> 32) as usize
    }

    #[inline]
    fn after(&self, bucket: usize) -> usize {
        if bucket + 1 == self.buckets { 0 } else { bucket + 1 }
    }

    #[inline]
    fn bucket(&self, at: usize) -> Option<&Bucket> {
        match self.first.get(at) {
            Some(bucket) => Some(bucket),
            None => self.pages.get((at / PAGE).checked_sub(1)?)?.get(at % PAGE),
        }
    }

    fn bucket_mut(&mut self, at: usize) -> Option<&mut Bucket> {
        match at / PAGE {
            0 => self.first.get_mut(at),
            page => self.pages.get_mut(page - 1)?.get_mut(at % PAGE),
        }
    }

    fn add_buckets(&mut self, count: usize) {
        self.buckets += count;
        let first = self.buckets.min(PAGE);
        self.first.reserve_exact(first - self.first.len());
        self.first.resize(first, Bucket::NEW);
        let mut missing = self.buckets - first - self.pages.iter().map(Vec::len).sum::<usize>();
        while missing > 0 {
            if self.pages.last().is_none_or(|page| page.len() == PAGE) {
                self.pages.push(Vec::with_capacity(PAGE));
            }
            if let Some(page) = self.pages.last_mut() {
                let more = missing.min(PAGE - page.len());
                page.resize(page.len() + more, Bucket::NEW);
                missing -= more;
            }
        }
    }

    /// The number with that hash that `matches`, which is asked for each one that may have the hash until it says so.
    #[inline]
    pub fn find(&self, hash: u64, mut matches: impl FnMut(u32) -> bool) -> Option<u32> {
        let tag = tag(hash);
        let mut at = self.home(hash);
        loop {
            let bucket = self.bucket(at)?;
            if let Some(number) = bucket.tagged(tag).find(|number| matches(*number)) {
                return Some(number);
            }
            if !bucket.is_full() {
                return None;
            }
            at = self.after(at);
        }
    }

    /// Add a number, which isn't there. `hash_of` tells the hash of numbers that are.
    pub fn insert(&mut self, hash: u64, number: u32, hash_of: impl Fn(u32) -> u64) {
        // An eighth of the cells is free.
        if (self.used + 1) * 8 > self.buckets * CELLS * 7 {
            self.grow(hash_of);
        }
        self.put(hash, tag(hash), number);
        self.used += 1;
    }

    /// More buckets, in place: by little, so that little is wasted. Each number is moved some nine times in all.
    fn grow(&mut self, hash_of: impl Fn(u32) -> u64) {
        let before = self.buckets;
        self.add_buckets((before / 8).max(1));
        // Homes only move up: from the last one on, each bucket's numbers find those behind it in order. Few don't go
        // there, because they stood behind a home that was full.
        let mut others = Vec::new();
        for at in (0..before).rev() {
            let Some(bucket) = self.bucket_mut(at) else { break };
            for (tag, number) in std::mem::replace(bucket, Bucket::NEW).cells() {
                let home = self.home(hash_of(number));
                let mut behind = home..if home < at { home } else { self.buckets };
                if !behind.any(|at| self.bucket_mut(at).is_some_and(|bucket| bucket.push(tag, number))) {
                    others.push((tag, number));
                }
            }
        }
        others.into_iter().for_each(|(tag, number)| self.put(hash_of(number), tag, number));
    }

    fn put(&mut self, hash: u64, tag: u8, number: u32) {
        let mut at = self.home(hash);
        while self.bucket_mut(at).is_some_and(|bucket| !bucket.push(tag, number)) {
            at = self.after(at);
        }
    }

    /// `number` is replaced by another of the same hash.
    pub fn replace(&mut self, hash: u64, number: u32, by: u32) {
        if let Some((at, within)) = self.cell(hash, number)
            && let Some(bucket) = self.bucket_mut(at)
        {
            bucket.set(within, tag(hash), by);
        }
    }

    /// Remove a number. `hash_of` tells the hash of those that stay.
    pub fn remove(&mut self, hash: u64, number: u32, hash_of: impl Fn(u32) -> u64) {
        let Some((mut hole, within)) = self.cell(hash, number) else { return };
        self.used -= 1;
        let mut was_full = self.take(hole, within);
        let mut at = hole;
        // Where a bucket was full, one that stands behind it may have its home there or before.
        while was_full {
            at = self.after(at);
            let Some(bucket) = self.bucket(at).filter(|_| at != hole) else { return };
            let distance = self.distance(hole, at);
            let misplaced = bucket
                .cells()
                .position(|(_, number)| self.distance(self.home(hash_of(number)), at) >= distance);
            match misplaced {
                Some(within) => {
                    let moved = bucket.cells().nth(within);
                    was_full = self.take(at, within);
                    if let (Some((tag, number)), Some(bucket)) = (moved, self.bucket_mut(hole)) {
                        bucket.push(tag, number);
                    }
                    hole = at;
                }
                None => was_full = bucket.is_full(),
            }
        }
    }

    /// Whether the bucket was full.
    fn take(&mut self, bucket: usize, within: usize) -> bool {
        self.bucket_mut(bucket).is_some_and(|bucket| bucket.swap_remove(within))
    }

    /// The bucket of a number, and where it is there.
    fn cell(&self, hash: u64, number: u32) -> Option<(usize, usize)> {
        let wanted = (tag(hash), number);
        let mut at = self.home(hash);
        loop {
            let bucket = self.bucket(at)?;
            if let Some(within) = bucket.cells().position(|cell| cell == wanted) {
                return Some((at, within));
            }
            if !bucket.is_full() {
                return None;
            }
            at = self.after(at);
        }
    }

    fn distance(&self, from: usize, to: usize) -> usize {
        if to >= from { to - from } else { to + self.buckets - from }
    }

    /// All numbers, in no order that means something.
    pub fn numbers(&self) -> impl Iterator<Item = u32> {
        let buckets = self.first.iter().chain(self.pages.iter().flatten());
        buckets.flat_map(Bucket::cells).map(|(_, number)| number)
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
    hash_behind(SEED, limbs)
}

/// The same of what comes behind something else, of which `seed` is the hash.
#[inline]
pub(crate) fn hash_behind(seed: u64, limbs: impl IntoIterator<Item = u64>) -> u64 {
    limbs.into_iter().fold(seed, mix)
}

/// One more limb: the halves of a product.
#[inline]
fn mix(hash: u64, limb: u64) -> u64 {
    let product = u128::from(hash ^ limb) * u128::from(FACTOR);
    (product as u64) ^ (product >> 64) as u64
}

/// The words that `hash_bytes` sees in bytes: eight of them each, the first one lowest, and what is left.
#[inline]
pub fn words(bytes: &[u8]) -> impl Iterator<Item = u64> {
    let (words, rest) = bytes.as_chunks::<8>();
    let tail = match (rest.first_chunk::<4>(), rest.last_chunk::<4>()) {
        // Two halves that may have bytes in common.
        (Some(low), Some(high)) => {
            let high = u64::from(u32::from_le_bytes(*high)) << (8 * (rest.len() & 7) - 32);
            u64::from(u32::from_le_bytes(*low)) | high
        }
        _ => rest.iter().rev().fold(0, |tail, byte| tail << 8 | u64::from(*byte)),
    };
    words.iter().map(|word| u64::from_le_bytes(*word)).chain((!rest.is_empty()).then_some(tail))
}

/// A hash of bytes: of less than 64 it is [`hash`] of their [`words`]; of more, four run beside each other.
#[inline]
pub(crate) fn hash_bytes(bytes: &[u8]) -> u64 {
    if bytes.len() < 64 {
        return hash(words(bytes));
    }
    let (quads, rest) = bytes.as_chunks::<32>();
    let mut lanes = [SEED, !SEED, FACTOR, !FACTOR];
    for quad in quads {
        for (lane, limb) in lanes.iter_mut().zip(words(quad)) {
            *lane = mix(*lane, limb);
        }
    }
    hash(lanes.into_iter().chain(words(rest)))
}

#[cfg(test)]
mod tests;
