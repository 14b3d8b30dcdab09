//! Numbers and ranges against plain arithmetic.

use hyper4_bits::Bits;
use num_bigint::BigInt;
use proptest::prelude::*;

use crate::compile::cube::{self, range};
use crate::compile::form::Form;
use crate::compile::number::{Bitwise, Number};
use crate::compile::term::Terms;

proptest! {
    #[test]
    fn constants_come_back(value in any::<i64>()) {
        let value = BigInt::from(value);
        prop_assert_eq!(Number::constant(&value).known(), Some(value));
    }

    #[test]
    fn constants_fold(a in any::<i64>(), b in any::<i64>(), shift in 0usize..80) {
        let (x, y) = (Number::constant(&a.into()), Number::constant(&b.into()));
        let mut terms = Terms::default();
        let (a, b) = (BigInt::from(a), BigInt::from(b));
        prop_assert_eq!(x.add(&y, false, &mut terms).known(), Some(&a + &b));
        prop_assert_eq!(x.add(&y, true, &mut terms).known(), Some(&a - &b));
        prop_assert_eq!(x.bitwise(&y, Bitwise::And, &mut terms).known(), Some(&a & &b));
        prop_assert_eq!(x.bitwise(&y, Bitwise::Or, &mut terms).known(), Some(&a | &b));
        prop_assert_eq!(x.bitwise(&y, Bitwise::Xor, &mut terms).known(), Some(&a ^ &b));
        prop_assert_eq!(x.not().known(), Some(-&a - 1));
        prop_assert_eq!(x.shift_left(shift).unwrap().known(), Some(&a << shift));
        prop_assert_eq!(x.shift_right(shift).known(), Some(&a >> shift));
    }

    #[test]
    fn stores_wrap(value in any::<i64>(), width in 1u32..80) {
        let stored = Number::constant(&value.into()).store(width, &mut Terms::default());
        let wrapped = Bits::from_bigint_wrapped(width, &value.into());
        for (bit, form) in (0..).zip(&stored) {
            prop_assert_eq!(form.known(), Some(wrapped.bit(bit)));
        }
    }

    #[test]
    fn ranges_are_their_blocks(a in 0u64..1 << 12, b in 0u64..1 << 12, probe in 0u64..1 << 12) {
        let (low, high) = (a.min(b), a.max(b));
        let bits = |n| Bits::from_u64(12, n);
        let blocks = range(&bits(low), &bits(high));
        let hits = blocks.iter().filter(|(value, mask)| bits(probe).matches(value, mask)).count();
        prop_assert_eq!(hits, usize::from((low..=high).contains(&probe)));
        prop_assert!(blocks.len() <= 22);
    }

    #[test]
    fn comparisons_are_their_cubes(bound in 0u64..256, probe in 0u64..256) {
        let word: Vec<Form> = (0..8).map(Form::state).collect();
        let digit = |i: usize| bound >> i & 1 == 1;
        let holds = |cover: Option<cube::Cover>| {
            cover.unwrap().iter().any(|c| c.literals().all(|(bit, value)| (probe >> bit & 1 == 1) == value))
        };
        prop_assert_eq!(holds(cube::less(&word, digit)), probe < bound);
        prop_assert_eq!(holds(cube::greater(&word, digit)), probe > bound);
        prop_assert_eq!(holds(cube::equal(&word, digit)), probe == bound);
        prop_assert_eq!(holds(cube::unequal(&word, digit)), probe != bound);
    }
}

#[test]
fn the_whole_range_is_one_block() {
    let blocks = range(&Bits::zero(16), &Bits::ones(16));
    assert_eq!(blocks, [(Bits::zero(16), Bits::zero(16))]);
    assert!(range(&Bits::from_u64(8, 3), &Bits::from_u64(8, 2)).is_empty());
}
