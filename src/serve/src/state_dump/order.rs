//! In which order simple_switch tells what it keeps by name: that of libstdc++'s `std::unordered_map`.

/// Sizes of the bucket array, as it grows.
const BUCKETS: [u64; 11] = [13, 29, 59, 127, 257, 541, 1109, 2357, 5087, 10273, 20753];

/// Names that were put into a map in this order, in the order in which it is gone through.
pub(super) fn of_map(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut map: Vec<(u64, String)> = Vec::new();
    let mut sizes = BUCKETS.into_iter();
    let mut buckets = 1;
    for name in names {
        if map.len() as u64 + 1 > buckets || map.is_empty() {
            buckets = sizes.next().unwrap_or(buckets);
            map = map.into_iter().fold(Vec::new(), |map, one| put(map, one, buckets));
        }
        map = put(map, (hash(name.as_bytes()), name), buckets);
    }
    map.into_iter().map(|(_, name)| name).collect()
}

/// Before all others of its bucket, or of all where it is the first.
fn put(mut map: Vec<(u64, String)>, one: (u64, String), buckets: u64) -> Vec<(u64, String)> {
    let place = map.iter().position(|(hash, _)| hash % buckets == one.0 % buckets);
    map.insert(place.unwrap_or(0), one);
    map
}

/// `std::hash<std::string>`, a MurmurHash.
fn hash(bytes: &[u8]) -> u64 {
    const FACTOR: u64 = 0xc6a4_a793_5bd1_e995;
    let mix = |value: u64| value ^ value >> 47;
    let word = |chunk: &[u8]| chunk.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
    let mut hash = 0xc70f_6907 ^ (bytes.len() as u64).wrapping_mul(FACTOR);
    let chunks = bytes.chunks_exact(8);
    let rest = chunks.remainder();
    for chunk in chunks {
        hash ^= mix(word(chunk).wrapping_mul(FACTOR)).wrapping_mul(FACTOR);
        hash = hash.wrapping_mul(FACTOR);
    }
    if !rest.is_empty() {
        hash = (hash ^ word(rest)).wrapping_mul(FACTOR);
    }
    mix(mix(hash).wrapping_mul(FACTOR))
}
