//! The Internet checksum.

/// The ones' complement of the ones' complement sum of `bytes` taken as 16-bit words in network order (RFC 1071);
/// an odd last byte is the high half of a word. This is what bmv2 calls `cksum16` and `csum16`.
///
/// Over data that includes a right checksum the result is zero; over nothing, or over zeros alone, it is `0xffff`.
#[must_use]
pub fn internet(bytes: &[u8]) -> u16 {
    let (words, tail) = bytes.as_chunks::<2>();
    let tail = tail.first().map_or(0, |byte| u64::from(*byte) << 8);
    let mut sum = words.iter().map(|word| u64::from(u16::from_be_bytes(*word))).sum::<u64>() + tail;
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}
