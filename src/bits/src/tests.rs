//! `Bits` against num-bigint.

use std::cmp::Ordering;

use num_bigint::{BigInt, BigUint};
use num_traits::{One, Zero};
use proptest::prelude::*;

use crate::{Bits, BitsError};

fn modulus(width: u32) -> BigUint {
    BigUint::one() << width
}

fn wrap(width: u32, value: BigInt) -> BigUint {
    let modulus = BigInt::from(modulus(width));
    (((value % &modulus) + &modulus) % &modulus).to_biguint().expect("not negative")
}

/// Widths around the limb boundaries and the usual field widths are what goes wrong.
fn width() -> impl Strategy<Value = u32> {
    prop_oneof![
        Just(0),
        1..=16u32,
        Just(63),
        Just(64),
        Just(65),
        Just(127),
        Just(128),
        Just(129),
        0..400u32,
        Just(2048)
    ]
}

fn bits_of(width: u32) -> impl Strategy<Value = Bits> {
    let count = width.div_ceil(64) as usize;
    prop_oneof![
        4 => prop::collection::vec(any::<u64>(), count).prop_map(move |limbs| Bits::from_limbs(width, limbs)),
        1 => Just(Bits::zero(width)),
        1 => Just(Bits::ones(width)),
        1 => Just(Bits::min_signed(width)),
        1 => any::<u8>().prop_map(move |small| Bits::from_u64(width, small.into())),
    ]
}

fn bits() -> impl Strategy<Value = Bits> {
    width().prop_flat_map(bits_of)
}

fn pair() -> impl Strategy<Value = (Bits, Bits)> {
    prop_oneof![3 => width().prop_flat_map(|w| (bits_of(w), bits_of(w))), 1 => (bits(), bits())]
}

fn canonical(value: &Bits) -> bool {
    let limbs = value.limbs().len() == value.width().div_ceil(64) as usize;
    limbs && value.to_biguint() < modulus(value.width())
}

proptest! {
    #[test]
    fn binary_operators_agree_with_bigint((a, b) in pair()) {
        let w = a.width();
        let (x, y) = (a.to_bigint(), b.resize(w).to_bigint());
        let cases = [
            ("add", a.wrapping_add(&b), &x + &y),
            ("sub", a.wrapping_sub(&b), &x - &y),
            ("mul", a.wrapping_mul(&b), &x * &y),
            ("and", a.and(&b), &x & &y),
            ("or", a.or(&b), &x | &y),
            ("xor", a.xor(&b), &x ^ &y),
        ];
        for (name, got, expected) in cases {
            prop_assert!(canonical(&got), "{name}");
            prop_assert_eq!(got.width(), w, "{}", name);
            prop_assert_eq!(got.to_biguint(), wrap(w, expected), "{}", name);
        }
    }

    #[test]
    fn unary_operators_agree_with_bigint(a in bits()) {
        let w = a.width();
        prop_assert_eq!(a.wrapping_neg().to_biguint(), wrap(w, -a.to_bigint()));
        prop_assert_eq!(a.not().to_biguint(), wrap(w, -a.to_bigint() - 1));
        prop_assert!(canonical(&a.not()));
        prop_assert_eq!(a.is_zero(), a.to_biguint().is_zero());
        prop_assert_eq!(a.is_ones(), a.to_biguint() + 1u8 == modulus(w));
        prop_assert_eq!(u64::from(a.count_ones()), a.to_biguint().count_ones());
    }

    #[test]
    fn saturating_operators_clamp((a, b) in pair()) {
        let w = a.width();
        let b = b.resize(w);
        let top: BigInt = BigInt::from(modulus(w)) - 1;
        let clamp = |value: BigInt| value.clamp(BigInt::zero(), top.clone());
        prop_assert_eq!(a.saturating_add(&b).to_bigint(), clamp(a.to_bigint() + b.to_bigint()));
        prop_assert_eq!(a.saturating_sub(&b).to_bigint(), clamp(a.to_bigint() - b.to_bigint()));
        let (low, high) = (Bits::min_signed(w).to_bigint_signed(), Bits::max_signed(w).to_bigint_signed());
        let clamp = |value: BigInt| value.clamp(low.clone(), high.clone());
        let (x, y) = (a.to_bigint_signed(), b.to_bigint_signed());
        prop_assert_eq!(a.saturating_add_signed(&b).to_bigint_signed(), clamp(&x + &y));
        prop_assert_eq!(a.saturating_sub_signed(&b).to_bigint_signed(), clamp(&x - &y));
    }

    #[test]
    fn clamped_stores_agree_with_bigint(w in width(), value in any::<i128>(), scale in 0..80u32) {
        let value = BigInt::from(value) >> scale;
        let top: BigInt = BigInt::from(modulus(w)) - 1;
        prop_assert_eq!(Bits::from_bigint_clamped(w, &value).to_bigint(), value.clone().clamp(BigInt::zero(), top));
        let (low, high) = (Bits::min_signed(w).to_bigint_signed(), Bits::max_signed(w).to_bigint_signed());
        prop_assert_eq!(Bits::from_bigint_clamped_signed(w, &value).to_bigint_signed(), value.clamp(low, high));
    }

    #[test]
    fn shifts_agree_with_bigint(a in bits(), amount in prop_oneof![0..70usize, 0..450usize, Just(usize::MAX)]) {
        let w = a.width();
        let bounded = amount.min(3000);
        prop_assert_eq!(a.shl(amount).to_biguint(), wrap(w, a.to_bigint() << bounded));
        prop_assert_eq!(a.lshr(amount).to_biguint(), a.to_biguint() >> bounded);
        prop_assert_eq!(a.ashr(amount).to_bigint_signed(), a.to_bigint_signed() >> bounded);
        prop_assert!(canonical(&a.shl(amount)) && canonical(&a.ashr(amount)));
    }

    #[test]
    fn slices_agree_with_bigint(a in bits(), lo in 0..300u32, len in 1..200u32, value in any::<u128>()) {
        let hi = lo + len - 1;
        let slice = a.slice(hi, lo);
        prop_assert_eq!(slice.width(), len);
        prop_assert_eq!(slice.to_biguint(), (a.to_biguint() >> lo) % modulus(len));
        let value = Bits::from_u128(len, value);
        let stored = a.with_slice(hi, lo, &value);
        prop_assert!(canonical(&stored));
        for index in 0..a.width() {
            let expected = if (lo..=hi).contains(&index) { value.bit(index - lo) } else { a.bit(index) };
            prop_assert_eq!(stored.bit(index), expected);
        }
    }

    #[test]
    fn concatenation_is_undone_by_slicing(a in bits(), b in bits()) {
        let both = a.concat(&b);
        prop_assert_eq!(both.width(), a.width() + b.width());
        prop_assert_eq!(both.to_biguint(), (a.to_biguint() << b.width()) + b.to_biguint());
        prop_assert_eq!(both.lshr(b.width() as usize).resize(a.width()), a);
        prop_assert_eq!(both.resize(b.width()), b);
    }

    #[test]
    fn resizing_keeps_the_number(a in bits(), w in width()) {
        prop_assert_eq!(a.resize(w).to_biguint(), a.to_biguint() % modulus(w));
        prop_assert_eq!(a.sign_extend(w).to_biguint(), wrap(w, a.to_bigint_signed()));
    }

    #[test]
    fn comparisons_agree_with_bigint((a, b) in pair()) {
        prop_assert_eq!(a.cmp_unsigned(&b), a.to_biguint().cmp(&b.to_biguint()));
        prop_assert_eq!(a.cmp_signed(&b), a.to_bigint_signed().cmp(&b.to_bigint_signed()));
        let order = a.width().cmp(&b.width()).then(a.to_biguint().cmp(&b.to_biguint()));
        prop_assert_eq!(a.cmp(&b), order);
        prop_assert_eq!(a == b, order == Ordering::Equal);
    }

    #[test]
    fn a_ternary_match_is_equality_under_the_mask((a, b) in pair(), mask in bits()) {
        let b = b.resize(a.width());
        prop_assert_eq!(a.matches(&b, &mask), a.and(&mask) == b.and(&mask));
        prop_assert!(a.matches(&a.xor(&mask.not().resize(a.width())), &mask.resize(a.width())));
    }

    #[test]
    fn bytes_and_numbers_round_trip(a in bits()) {
        let bytes = a.to_be_bytes();
        prop_assert_eq!(bytes.len(), a.width().div_ceil(8) as usize);
        prop_assert_eq!(BigUint::from_bytes_be(&bytes), a.to_biguint());
        prop_assert_eq!(&Bits::from_be_bytes(a.width(), &bytes), &a);
        prop_assert_eq!(&Bits::try_from_biguint(a.width(), &a.to_biguint()).expect("fits"), &a);
        prop_assert_eq!(&Bits::from_bigint_wrapped(a.width(), &a.to_bigint_signed()), &a);
        prop_assert_eq!(a.to_u64().map(BigUint::from), (a.to_biguint().bits() <= 64).then(|| a.to_biguint()));
    }

    #[test]
    fn longer_bytes_are_truncated(w in width(), bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        let expected = BigUint::from_bytes_be(&bytes) % modulus(w);
        prop_assert_eq!(Bits::from_be_bytes(w, &bytes).to_biguint(), expected);
    }

    #[test]
    fn text_round_trips(a in bits()) {
        let w = a.width();
        prop_assert_eq!(&Bits::parse(w, &a.to_string()).expect("hex"), &a);
        prop_assert_eq!(&Bits::parse(w, &a.to_biguint().to_string()).expect("decimal"), &a);
        prop_assert_eq!(&Bits::parse(w, &format!("0b{:b}", a.to_biguint())).expect("binary"), &a);
        prop_assert_eq!(&Bits::parse(w, &a.to_bigint_signed().to_string()).expect("signed"), &a);
        prop_assert!(Bits::parse(w, &modulus(w).to_string()).is_err());
        let json = serde_json::to_string(&a).expect("serialises");
        prop_assert_eq!(serde_json::from_str::<Bits>(&json).expect("deserialises"), a);
    }

    #[test]
    fn parsing_never_panics(w in any::<u32>(), text in ".{0,12}") {
        if let Ok(value) = Bits::parse(w, &text) {
            prop_assert_eq!(value.width(), w);
        }
    }

    #[test]
    fn masks_are_where_they_are_said_to_be(w in width(), low in 0..300u32, len in 0..300u32) {
        let mask = Bits::mask(w, low, len);
        let prefix = Bits::prefix_mask(w, len);
        prop_assert_eq!(prefix.prefix_len(), Some(len.min(w)));
        prop_assert_eq!(prefix.leading_ones(), len.min(w));
        for index in 0..w {
            prop_assert_eq!(mask.bit(index), index >= low && index < low + len);
            prop_assert_eq!(prefix.bit(index), index >= w.saturating_sub(len));
        }
    }
}

#[test]
fn text_that_is_no_number_is_refused() {
    for text in
        ["", "-", "0x", "0b", "0b2", "0xg", "+1", "0x-1", "0x+1", "1 ", " 1", "_1", "0x_1", "--1", "1.0", "é"]
    {
        assert_eq!(Bits::parse(8, text), Err(BitsError::NotANumber { text: text.to_owned() }), "{text}");
    }
}

#[test]
fn numbers_that_do_not_fit_are_refused() {
    for text in ["256", "0x100", "-129", "0b1_0000_0000"] {
        let error = Bits::parse(8, text).expect_err(text);
        assert_eq!(error.to_string(), format!("`{text}` does not fit into 8 bits"));
    }
    assert_eq!(Bits::parse(8, "-128"), Ok(Bits::from_u64(8, 128)));
    assert_eq!(Bits::parse(0, "0"), Ok(Bits::zero(0)));
    assert!(matches!(Bits::parse(u32::MAX, "1"), Err(BitsError::TooWide { .. })));
}

#[test]
fn digits_are_those_of_the_width() {
    assert_eq!(Bits::from_u64(9, 0x1a).to_string(), "0x01a");
    assert_eq!(Bits::from_u64(48, 0x0a).to_string(), "0x00000000000a");
    assert_eq!(Bits::from_u128(72, 1 << 68).to_string(), "0x100000000000000000");
    assert_eq!(Bits::zero(0).to_string(), "0x0");
    assert_eq!(format!("{:?}", Bits::from_u64(9, 0x1a)), "9w0x01a");
    assert_eq!(format!("{:>8}|", Bits::from_u64(8, 1)), "    0x01|");
}

#[test]
fn a_serialised_value_is_checked() {
    let json = serde_json::to_string(&Bits::from_u64(9, 0x1a)).expect("serialises");
    assert_eq!(json, r#"{"width":9,"hex":"0x01a"}"#);
    for bad in [
        r#"{"width":8,"hex":"0x100"}"#,
        r#"{"width":8,"hex":"12"}"#,
        r#"{"width":4294967295,"hex":"0x1"}"#,
        r#"{"width":8}"#,
    ] {
        assert!(serde_json::from_str::<Bits>(bad).is_err(), "{bad}");
    }
}
