//! Bytes that are written and read bit by bit, in network order.

use hyper4_bits::Bits;

/// Bytes that are written and read bit by bit; bit 0 is the uppermost of the first byte.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct BitBuffer {
    bytes: Vec<u8>,
    len: usize,
}

impl BitBuffer {
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Self { bytes: Vec::with_capacity(bytes), len: 0 }
    }

    /// How many bits there are.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The bytes; the last one is filled up with zeros.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Make it `bits` long: zeros are added, or bits cut off.
    pub(crate) fn resize(&mut self, bits: usize) {
        self.bytes.resize(bits.div_ceil(8), 0);
        if let (1.., Some(last)) = (bits % 8, self.bytes.last_mut()) {
            *last &= !(0xff >> (bits % 8));
        }
        self.len = bits;
    }

    pub(crate) fn push(&mut self, value: &Bits) {
        let at = self.len;
        self.resize(at + value.width() as usize);
        self.write(at, value);
    }

    /// The bytes from `bit`, rounded up to a byte, to the end.
    pub(crate) fn tail_mut(&mut self, bit: usize) -> &mut [u8] {
        self.bytes.get_mut(bit.div_ceil(8)..).unwrap_or_default()
    }

    /// Write `value` at `bit`; what would lie beyond the end is left out.
    pub(crate) fn write(&mut self, bit: usize, value: &Bits) {
        let end = bit + value.width() as usize;
        if end > self.len {
            let surplus = end - self.len;
            if bit < self.len {
                let kept = (self.len - bit) as u32;
                self.write(bit, &value.lshr(surplus).resize(kept));
            }
            return;
        }
        let mut end = end;
        let mut left = value.width();
        // From the least significant bit on, a limb at a time and a byte at a time within it.
        for limb in value.limbs() {
            let mut limb = *limb;
            let mut in_limb = left.min(u64::BITS);
            left -= in_limb;
            while in_limb > 0 {
                let room = match end % 8 {
                    0 => 8,
                    used => used as u32,
                };
                let count = room.min(in_limb);
                let low = 8 - room;
                let mask = ((0xff_u16 >> (8 - count)) << low) as u8;
                if let Some(byte) = self.bytes.get_mut((end - 1) / 8) {
                    *byte = (*byte & !mask) | (((limb as u8) << low) & mask);
                }
                limb = limb.checked_shr(count).unwrap_or(0);
                end -= count as usize;
                in_limb -= count;
            }
        }
    }

    /// `width` bits from `bit` on; `None` when they aren't all there.
    pub(crate) fn read(&self, bit: usize, width: u32) -> Option<Bits> {
        let end = bit + width as usize;
        if end > self.len {
            return None;
        }
        let bytes = self.bytes.get(bit / 8..end.div_ceil(8))?;
        let surplus = bytes.len() * 8 - bit % 8 - width as usize;
        if bytes.len() <= 8 {
            let word = bytes.iter().fold(0_u64, |word, byte| word << 8 | u64::from(*byte));
            return Some(Bits::from_u64(width, word >> surplus.min(63)));
        }
        let all = Bits::from_be_bytes((bytes.len() * 8) as u32, bytes);
        Some(all.lshr(surplus).resize(width))
    }
}
