//! Every kind of search beside the plain one: look at all entries.

use proptest::prelude::*;

use super::{Lookup, Pattern, RangeOf, Scanned};
use crate::key::KeyShape;

fn find(lookup: &Lookup, key: &[u64]) -> Option<u32> {
    lookup.find(|_| key, |_, _| None)
}

/// What is done to both.
#[derive(Clone, Debug)]
enum Step {
    Insert(Pattern),
    Remove(prop::sample::Index),
    Find(Vec<u64>),
}

/// The plain one.
#[derive(Default)]
struct Scan(Vec<(u32, Pattern)>);

impl Scan {
    fn find(&self, key: &[u64]) -> Option<u32> {
        let matches = |pattern: &Pattern| {
            let mut limbs = key.iter().zip(&pattern.mask).zip(&pattern.value);
            limbs.all(|((limb, mask), value)| limb & mask == *value)
                && pattern.ranges.iter().all(|range| {
                    let limb = key[range.at] & range.mask[0];
                    range.low[0] <= limb && limb <= range.high[0]
                })
        };
        let found = self.0.iter().filter(|(_, pattern)| matches(pattern));
        found.min_by_key(|(number, pattern)| (pattern.rank, *number)).map(|(number, _)| *number)
    }
}

/// Few bits are in use, so that much is the same.
fn limbs(count: usize, bits: u64) -> impl Strategy<Value = Vec<u64>> {
    prop::collection::vec(0..=bits, count)
}

fn pattern(value: Vec<u64>, mask: Vec<u64>, ranges: Vec<RangeOf>, rank: u32) -> Pattern {
    let value = value.iter().zip(&mask).map(|(value, mask)| value & mask).collect();
    Pattern { value, mask: mask.into(), ranges: ranges.into(), rank }
}

/// Patterns for keys of three limbs, the first of which is compared by all.
fn ternary() -> impl Strategy<Value = Pattern> {
    (limbs(3, 7), limbs(3, 7), 0..4u32)
        .prop_map(|(value, mask, rank)| pattern(value, vec![7, mask[1], mask[2]], vec![], rank))
}

/// Keys of three limbs: the second is compared with bounds, and the third is too in some.
fn ranges() -> impl Strategy<Value = Pattern> {
    let bounds = |at: usize, mask: u64| {
        (0..=40u64, 0..=40u64).prop_map(move |(a, b)| RangeOf {
            at,
            mask: Box::new([mask]),
            low: Box::new([a.min(b) & mask]),
            high: Box::new([a.max(b)]),
        })
    };
    let second = prop_oneof![bounds(1, 63), bounds(1, 0b101101)];
    (limbs(3, 3), second, bounds(2, 63), 0..4u32)
        .prop_map(|(value, first, second, rank)| pattern(value, vec![3, 0, 0], vec![first, second], rank))
}

fn exact(count: usize) -> impl Strategy<Value = Pattern> {
    limbs(count, 3).prop_map(move |value| pattern(value, vec![u64::MAX; count], vec![], 0))
}

fn steps(
    patterns: impl Strategy<Value = Pattern> + 'static,
    count: usize,
) -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => patterns.prop_map(Step::Insert),
        1 => any::<prop::sample::Index>().prop_map(Step::Remove),
        4 => limbs(count, 45).prop_map(Step::Find),
        4 => limbs(count, 3).prop_map(Step::Find),
    ];
    prop::collection::vec(step, 1..300)
}

/// Numbers are given as handles are: the lowest that is free.
fn agree(mut lookup: Lookup, steps: &[Step], unique: bool) -> Result<usize, TestCaseError> {
    let mut scan = Scan::default();
    let mut hits = 0;
    for step in steps {
        match step {
            Step::Insert(pattern) => {
                if unique && scan.0.iter().any(|(_, other)| other == pattern) {
                    continue;
                }
                let free = (0..).find(|number| scan.0.iter().all(|(other, _)| other != number));
                let number = free.unwrap();
                lookup.insert(pattern, || None, number);
                scan.0.push((number, pattern.clone()));
            }
            Step::Remove(index) if !scan.0.is_empty() => {
                let (number, _) = scan.0.swap_remove(index.index(scan.0.len()));
                lookup.remove(number, || None);
            }
            Step::Remove(_) => {}
            Step::Find(key) => {
                let found = find(&lookup, key);
                prop_assert_eq!(found, scan.find(key), "key {:?} in {:?}", key, &scan.0);
                let scanned = lookup.scan(&KeyShape::whole(key.len()), key);
                let expected = found.map_or(Scanned::Nothing, Scanned::Found);
                prop_assert!([Scanned::Unknown, expected].contains(&scanned), "{scanned:?}: key {key:?}");
                hits += usize::from(found.is_some());
            }
        }
    }
    Ok(hits)
}

proptest! {
    #[test]
    fn exact_keys_of_one_limb(steps in steps(exact(1), 1)) {
        agree(Lookup::exact(1), &steps, true)?;
    }

    #[test]
    fn exact_keys_of_many_limbs(steps in steps(exact(9), 9)) {
        agree(Lookup::exact(9), &steps, true)?;
    }

    #[test]
    fn ternary_keys(steps in steps(ternary(), 3)) {
        agree(Lookup::tuples(&KeyShape::whole(3), &[7, 0, 0]), &steps, false)?;
    }

    #[test]
    fn ternary_keys_without_a_directory(steps in steps(ternary(), 3)) {
        agree(Lookup::tuples(&KeyShape::whole(3), &[0, 0, 0]), &steps, false)?;
    }

    #[test]
    fn range_keys(steps in steps(ranges(), 3)) {
        agree(Lookup::tuples(&KeyShape::whole(3), &[3, 0, 0]), &steps, false)?;
    }
}

#[test]
fn a_hundred_thousand_entries_come_and_go() {
    let mut lookup = Lookup::exact(1);
    let entry = |number: u32| pattern(vec![u64::from(number) * 0x1_0001], vec![u64::MAX], vec![], 0);
    (0..100_000).for_each(|number| lookup.insert(&entry(number), || None, number));
    (0..100_000).filter(|number| number % 3 != 0).for_each(|number| lookup.remove(number, || None));
    for number in 0..100_000 {
        let found = find(&lookup, &[u64::from(number) * 0x1_0001]);
        assert_eq!(found, (number % 3 == 0).then_some(number));
    }
    assert_eq!(find(&lookup, &[u64::MAX]), None);
}

#[test]
fn prefixes_of_all_lengths() {
    let mut lookup = Lookup::tuples(&KeyShape::whole(1), &[0]);
    let mask = |length: u32| u64::MAX.checked_shl(32 - length).unwrap_or(0) & 0xffff_ffff;
    for length in 0..=32 {
        let entry = pattern(vec![0xa5a5_a5a5], vec![mask(length)], vec![], u32::MAX - length);
        lookup.insert(&entry, || None, length);
    }
    for length in 0..=32 {
        // The first `length` bits are the same, the next one isn't.
        let differs = 1u64.checked_shl(31u32.wrapping_sub(length)).filter(|_| length < 32).unwrap_or(0);
        assert_eq!(find(&lookup, &[0xa5a5_a5a5 ^ differs]), Some(length));
    }
}

#[test]
fn few_entries_are_looked_at_one_after_the_other() {
    let mut lookup = Lookup::tuples(&KeyShape::whole(2), &[7, 0]);
    let entry = |number: u32| {
        let place = u64::from(number % 6);
        pattern(vec![place, u64::from(number)], vec![7, u64::MAX], vec![], number)
    };
    let scan = |lookup: &Lookup, number: u32| {
        let key = entry(number).value;
        lookup.scan(&KeyShape::whole(2), &key)
    };
    (0..120).for_each(|number| lookup.insert(&entry(number), || None, number));
    (0..120).for_each(|number| assert_eq!(scan(&lookup, number), Scanned::Found(number)));
    (120..600).for_each(|number| lookup.insert(&entry(number), || None, number));
    assert_eq!(scan(&lookup, 1), Scanned::Unknown);
    (0..600).for_each(|number| lookup.remove(number, || None));
    assert_eq!(scan(&lookup, 1), Scanned::Nothing);
    lookup.insert(&entry(1), || None, 1);
    assert_eq!(scan(&lookup, 1), Scanned::Found(1));
}
