//! What stands before an input, so that zeros before it don't count.

use hyper4_bits::HashAlgorithm;
use proptest::prelude::*;

use crate::HASHES;
use crate::compile::hash::prefix;

fn padded(prefix: u32, bytes: usize, input: &[u8]) -> Vec<u8> {
    let mut data = vec![0; bytes - input.len()];
    for (slot, byte) in data.iter_mut().rev().zip(prefix.to_le_bytes()) {
        *slot = byte;
    }
    data.extend(input);
    data
}

proptest! {
    #[test]
    fn a_prefix_makes_up_for_the_zeros(
        input in proptest::collection::vec(any::<u8>(), 0..60),
        words in 9usize..90,
    ) {
        let bytes = 2 * words;
        for algorithm in HASHES.into_iter().chain([HashAlgorithm::CrcCcitt]) {
            // Words of 16 bits must be whole.
            let whole = matches!(algorithm, HashAlgorithm::Csum16 | HashAlgorithm::Xor16);
            let input = &input[..input.len().min(bytes - 4) & if whole { !1 } else { !0 }];
            let prefix = prefix(algorithm, bytes, input.len()).unwrap();
            let data = padded(prefix, bytes, input);
            prop_assert_eq!(algorithm.compute(&data), algorithm.compute(input), "{:?}", algorithm);
        }
    }
}

#[test]
fn without_room_there_is_no_prefix() {
    assert_eq!(prefix(HashAlgorithm::Crc32, 20, 18), None);
    assert_eq!(prefix(HashAlgorithm::Crc32, 20, 20), Some(0));
    assert_eq!(prefix(HashAlgorithm::Crc16, 20, 18), Some(0));
    assert_eq!(prefix(HashAlgorithm::Crc16, 20, 21), None);
}
