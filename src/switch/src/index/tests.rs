//! The index beside a plain list.

use std::collections::BTreeMap;

use super::*;

/// Numbers come and go; many hashes are alike in the bits that tell the bucket, in the tag, or in both.
#[test]
fn numbers_are_found_as_in_a_list() {
    for (shift, same) in [(0, 0), (24, 0), (0, 0x00ff_ffff_ffff_0000), (0, u64::MAX >> 4)] {
        let hash_of = |number: u32| hash([u64::from(number) >> (shift / 8)]) & !same;
        let mut index = HashIndex::default();
        let mut plain: BTreeMap<u32, u64> = BTreeMap::new();
        let mut removed = 0;
        for step in 0..20_000_u64 {
            let random = hash([step, shift]);
            let number = (random >> 32) as u32 % 3_000;
            match plain.remove(&number) {
                Some(hash) if random & 1 == 0 || step > 15_000 => {
                    index.remove(hash, number, hash_of);
                    removed += 1;
                }
                Some(hash) => {
                    plain.insert(number, hash);
                }
                None => {
                    index.insert(hash_of(number), number, hash_of);
                    plain.insert(number, hash_of(number));
                }
            }
            let wanted = (random >> 8) as u32 % 3_000;
            let found = index.find(hash_of(wanted), |number| number == wanted);
            assert_eq!(found, plain.contains_key(&wanted).then_some(wanted), "step {step}");
            if step % 1_000 == 0 {
                let mut numbers: Vec<u32> = index.numbers().collect();
                numbers.sort_unstable();
                assert!(numbers.iter().eq(plain.keys()), "step {step}");
                assert!(plain.iter().all(|(n, hash)| index.find(*hash, |other| other == *n).is_some()));
            }
        }
        assert!(removed > 3_000, "{removed}");
    }
}

#[test]
fn a_number_takes_about_five_bytes() {
    let hash_of = |number: u32| hash([u64::from(number)]);
    let mut index = HashIndex::default();
    for number in 0..100_000 {
        index.insert(hash_of(number), number, hash_of);
        if number > 1_000 {
            let buckets = index.first.capacity() + index.pages.iter().map(Vec::capacity).sum::<usize>();
            let bytes = (buckets - if index.pages.is_empty() { 0 } else { PAGE }) * size_of::<Bucket>();
            assert!(bytes * 10 < (number as usize + 1) * 53, "{bytes} bytes for {number}");
        }
    }
}

#[test]
fn the_hash_of_few_bytes_is_that_of_their_words() {
    let bytes: Vec<u8> = (0..100_u8).map(|i| i.wrapping_mul(7) | 1).collect();
    for length in 0..64 {
        assert_eq!(hash_bytes(&bytes[..length]), hash(words(&bytes[..length])), "{length} bytes");
    }
    let mut hashes: Vec<u64> = (0..100).map(|length| hash_bytes(&bytes[..length])).collect();
    hashes.sort_unstable();
    hashes.dedup();
    assert_eq!(hashes.len(), 100);
}
