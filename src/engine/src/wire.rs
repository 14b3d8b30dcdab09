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
        if self.pending_bits == 0 && count == 64 {
            self.bytes.extend_from_slice(&value.to_be_bytes());
            return;
        }
        let mut left = count;
        while left > 0 {
            let take = left.min(8 - self.pending_bits);
            left -= take;
            let part = value >> left & (u64::MAX >> (64 - take));
            self.pending = self.pending << take | part;
            self.pending_bits += take;
            if self.pending_bits == 8 {
                self.bytes.push(self.pending as u8);
                self.pending = 0;
                self.pending_bits = 0;
            }
        }
    }

    /// Fill up the last byte.
    pub(crate) fn finish(self) {
        if self.pending_bits > 0 {
            self.bytes.push((self.pending << (8 - self.pending_bits)) as u8);
        }
    }
}
