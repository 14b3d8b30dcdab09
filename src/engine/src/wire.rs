//! Bits of packets: read at any bit, written one behind the other.

/// At most 64 bits from bit `offset` on, right-aligned. Bits beyond the end are zero.
pub(crate) fn read(bytes: &[u8], offset: usize, count: u32) -> u64 {
    let (start, skip) = (offset / 8, (offset % 8) as u32);
    let word = match bytes.get(start..start + 8).and_then(|word| word.try_into().ok()) {
        Some(word) => u64::from_be_bytes(word),
        None => {
            (start..start + 8).fold(0, |word, i| word << 8 | u64::from(bytes.get(i).copied().unwrap_or(0)))
        }
    };
    if count == 0 {
        return 0;
    }
    let aligned = if skip == 0 {
        word
    } else {
        word << skip | u64::from(bytes.get(start + 8).copied().unwrap_or(0)) >> (8 - skip)
    };
    aligned >> (64 - count)
}

/// `width` bits from bit `offset` on as limbs, least significant first.
pub(crate) fn read_limbs(bytes: &[u8], offset: usize, width: u32, limbs: &mut [u64]) {
    let mut left = width;
    for limb in limbs {
        let count = left.min(64);
        left -= count;
        *limb = read(bytes, offset + left as usize, count);
    }
}

/// Collects bits to bytes; the last byte is filled up with zeros.
#[derive(Debug)]
pub(crate) struct Writer<'a> {
    bytes: &'a mut Vec<u8>,
    /// Bits that aren't written yet, right-aligned; less than 64.
    pending: u64,
    pending_bits: u32,
}

impl<'a> Writer<'a> {
    /// Bits go behind what `bytes` hold.
    pub(crate) fn new(bytes: &'a mut Vec<u8>) -> Self {
        Self { bytes, pending: 0, pending_bits: 0 }
    }

    /// Append the low `width` bits of the number in `limbs`.
    pub(crate) fn push_limbs(&mut self, limbs: &[u64], width: u32) {
        if let [limb] = limbs {
            self.push(*limb, width);
            return;
        }
        let mut count = match width % 64 {
            0 => 64,
            part => part,
        };
        let used = width.div_ceil(64) as usize;
        for limb in limbs.iter().take(used).rev() {
            self.push(*limb, count);
            count = 64;
        }
    }

    /// Append the low `count` bits of `value`, at most 64.
    pub(crate) fn push(&mut self, value: u64, count: u32) {
        if count == 0 {
            return;
        }
        let value = value & (u64::MAX >> (64 - count));
        let room = 64 - self.pending_bits;
        if count < room {
            self.pending = self.pending << count | value;
            self.pending_bits += count;
            return;
        }
        let over = count - room;
        let word = self.pending.checked_shl(room).unwrap_or(0) | value >> over;
        self.bytes.extend_from_slice(&word.to_be_bytes());
        self.pending = value & !u64::MAX.checked_shl(over).unwrap_or(0);
        self.pending_bits = over;
    }

    /// Fill up the last byte.
    pub(crate) fn finish(self) {
        let left = self.pending.checked_shl(64 - self.pending_bits).unwrap_or(0);
        self.bytes.extend_from_slice(
            left.to_be_bytes().get(..self.pending_bits.div_ceil(8) as usize).unwrap_or_default(),
        );
    }
}
