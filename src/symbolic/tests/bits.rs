//! The arithmetic that both engine and prover reckon with is Z3's.

use hyper4_bits::Bits;
use proptest::prelude::*;
use z3::ast::{Ast, BV};

/// A constant for Z3.
#[allow(clippy::expect_used, reason = "Z3 reads what is written in digits")]
fn number(bits: &Bits) -> BV {
    BV::from_str(bits.width(), &bits.to_biguint().to_string()).expect("a number of that width")
}

/// Whether Z3 says that a term without variables is that number.
fn is(term: &BV, bits: &Bits) -> bool {
    term.eq(number(bits)).simplify().as_bool() == Some(true)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]
    #[test]
    fn bits_are_bit_vectors(
        width in 1u32..200,
        a in any::<[u64; 4]>(),
        b in any::<[u64; 4]>(),
        distance in 0u32..220,
        low in any::<prop::sample::Index>(),
        length in any::<prop::sample::Index>(),
    ) {
        let word = |limbs: [u64; 4]| {
            let bytes: Vec<u8> = limbs.iter().flat_map(|limb| limb.to_be_bytes()).collect();
            Bits::from_be_bytes(256, &bytes).resize(width)
        };
        let (a, b) = (word(a), word(b));
        let (x, y) = (number(&a), number(&b));
        // Z3 shifts by words of the same width, which have to hold the distance.
        let distance = if width < 32 { distance.min((1 << width) - 1) } else { distance };
        let by = number(&Bits::from_u64(width, distance.into()));
        let distance = distance as usize;
        prop_assert!(is(&x.bvadd(&y), &a.wrapping_add(&b)));
        prop_assert!(is(&x.bvsub(&y), &a.wrapping_sub(&b)));
        prop_assert!(is(&x.bvmul(&y), &a.wrapping_mul(&b)));
        prop_assert!(is(&x.bvneg(), &a.wrapping_neg()));
        prop_assert!(is(&x.bvand(&y), &a.and(&b)));
        prop_assert!(is(&x.bvor(&y), &a.or(&b)));
        prop_assert!(is(&x.bvxor(&y), &a.xor(&b)));
        prop_assert!(is(&x.bvnot(), &a.not()));
        prop_assert!(is(&x.bvshl(&by), &a.shl(distance)));
        prop_assert!(is(&x.bvlshr(&by), &a.lshr(distance)));
        prop_assert!(is(&x.bvashr(&by), &a.ashr(distance)));
        prop_assert!(is(&x.concat(&y), &a.concat(&b)));
        prop_assert!(is(&x.zero_ext(9), &a.resize(width + 9)));
        prop_assert!(is(&x.sign_ext(9), &a.sign_extend(width + 9)));
        let low = low.index(width as usize) as u32;
        let high = low + length.index((width - low) as usize) as u32;
        prop_assert!(is(&x.extract(high, low), &a.slice(high, low)));
        let less = x.bvult(&y).simplify().as_bool();
        prop_assert_eq!(less, Some(a.cmp_unsigned(&b).is_lt()));
        let less = x.bvslt(&y).simplify().as_bool();
        prop_assert_eq!(less, Some(a.cmp_signed(&b).is_lt()));
    }
}
