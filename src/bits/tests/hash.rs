//! Published check values, and the algorithms against slower definitions of the same thing.

use hyper4_bits::{Calculation, CrcParameters, HashAlgorithm, HashError, checksum};
use proptest::prelude::*;

const CHECK: &[u8] = b"123456789";

fn custom(algorithm: HashAlgorithm, parameters: CrcParameters, bytes: &[u8]) -> Result<u64, HashError> {
    let mut calculation = Calculation::new(algorithm);
    calculation.set_crc_parameters(parameters)?;
    Ok(calculation.compute(bytes))
}

fn crc(polynomial: u64, initial: u64, last: u64, reflected: bool) -> CrcParameters {
    CrcParameters {
        polynomial,
        initial_remainder: initial,
        final_xor_value: last,
        data_reflected: reflected,
        remainder_reflected: reflected,
    }
}

#[test]
fn published_check_values() {
    use HashAlgorithm::*;
    let cases: &[(HashAlgorithm, &[u8], u64)] = &[
        (Crc16, CHECK, 0xbb3d),
        (Crc16Custom, CHECK, 0xbb3d),
        (CrcCcitt, CHECK, 0x29b1),
        (Crc32, CHECK, 0xcbf4_3926),
        (Crc32Custom, CHECK, 0xcbf4_3926),
        (Crc8Custom, CHECK, 0xf4),
        (Crc32, b"", 0),
        (Crc16, b"", 0),
        (CrcCcitt, b"", 0xffff),
        (Xxh64, b"", 0xef46_db37_51d8_e999),
        (Xxh64, b"a", 0xd24e_c4f1_a98c_6e5b),
        (Csum16, &[0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7], 0x220d),
        (Identity, &[1, 2, 3], 0x01_0203),
        (Identity, &[1, 2, 3, 4, 5, 6, 7, 8, 9], 0x0102_0304_0506_0708),
        (Identity, &[], 0),
        (Xor16, &[0x12, 0x34, 0x56, 0x78, 0x9a], 0x1234 ^ 0x5678 ^ 0x9a00),
        (Xor32, &[0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde], 0x1234_5678 ^ 0x9abc_de00),
    ];
    for (algorithm, bytes, expected) in cases {
        assert_eq!(algorithm.compute(bytes), *expected, "{algorithm:?} of {bytes:02x?}");
        assert_eq!(Calculation::new(*algorithm).compute(bytes), *expected, "{algorithm:?} of {bytes:02x?}");
    }
}

#[test]
fn published_check_values_of_custom_crcs() {
    use HashAlgorithm::*;
    let cases = [
        (Crc8Custom, crc(0x31, 0, 0, true), 0xa1),
        (Crc16Custom, crc(0x1021, 0, 0, false), 0x31c3),
        (Crc16Custom, crc(0x8005, 0xffff, 0xffff, true), 0xb4c8),
        (Crc32Custom, crc(0x1edc_6f41, 0xffff_ffff, 0xffff_ffff, true), 0xe306_9283),
        (Crc32Custom, crc(0x04c1_1db7, 0xffff_ffff, 0xffff_ffff, false), 0xfc89_1918),
        (Crc64Custom, crc(0x42f0_e1eb_a9ea_3693, u64::MAX, u64::MAX, true), 0x995d_c9bb_df19_39fa),
        (Crc64Custom, crc(0x42f0_e1eb_a9ea_3693, 0, 0, false), 0x6c40_df5f_0b49_7347),
        (Crc64Custom, crc(0x1b, u64::MAX, u64::MAX, true), 0xb909_56c7_75a4_1001),
    ];
    for (algorithm, parameters, expected) in cases {
        assert_eq!(custom(algorithm, parameters, CHECK), Ok(expected), "{algorithm:?} {parameters:x?}");
    }
}

#[test]
fn toeplitz_agrees_with_the_vectors_of_receive_side_scaling() {
    let key = [
        0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3, 0x8f, 0xb0, 0xd0,
        0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3, 0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42,
        0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
    ];
    let mut calculation = Calculation::new(HashAlgorithm::Toeplitz);
    assert_eq!(calculation.compute(CHECK), 0, "the key of a fresh instance is zero");
    calculation.set_toeplitz_key(&key).expect("forty bytes");
    let mut input = vec![66, 9, 149, 187, 161, 142, 100, 80];
    assert_eq!(calculation.compute(&input), 0x323e_8fc2);
    input.extend(2794u16.to_be_bytes());
    input.extend(1766u16.to_be_bytes());
    assert_eq!(calculation.compute(&input), 0x51cc_c178);
    assert_eq!(calculation.set_toeplitz_key(&[1, 2, 3]), Err(HashError::KeyLength(3)));
    assert_eq!(calculation.set_toeplitz_key(&[]), Err(HashError::KeyLength(0)));
    assert_eq!(calculation.compute(&input), 0x51cc_c178, "a refused key changes nothing");
}

#[test]
fn round_robin_counts_calls_or_inputs() {
    let mut calls = Calculation::new(HashAlgorithm::RoundRobin);
    assert_eq!([b"a", b"a", b"b"].map(|input| calls.compute(input)), [0, 1, 2]);
    let mut inputs = Calculation::new(HashAlgorithm::RoundRobinConsistent);
    assert_eq!([b"a", b"b", b"a", b"c"].map(|input| inputs.compute(input)), [0, 1, 0, 2]);
}

#[test]
fn names_are_those_of_bmv2() {
    for algorithm in HashAlgorithm::ALL {
        assert_eq!(HashAlgorithm::from_bmv2_name(algorithm.bmv2_name()), Some(algorithm));
        let json = serde_json::to_value(algorithm).expect("serialises");
        assert_eq!(json, algorithm.bmv2_name());
    }
    for unknown in ["random", "CRC16", "crc", ""] {
        assert_eq!(HashAlgorithm::from_bmv2_name(unknown), None);
    }
}

#[test]
fn only_custom_algorithms_take_parameters() {
    for algorithm in HashAlgorithm::ALL {
        let mut calculation = Calculation::new(algorithm);
        let custom = algorithm.bmv2_name().ends_with("_custom");
        assert_eq!(calculation.set_crc_parameters(crc(7, 0, 0, false)).is_ok(), custom, "{algorithm:?}");
        let keyed = algorithm == HashAlgorithm::Toeplitz;
        assert_eq!(calculation.set_toeplitz_key(&[0; 4]).is_ok(), keyed, "{algorithm:?}");
    }
}

#[test]
fn the_checksum_of_an_ipv4_header() {
    let mut header = [
        0x45, 0x00, 0x00, 0x73, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11, 0x00, 0x00, 0xc0, 0xa8, 0x00, 0x01, 0xc0,
        0xa8, 0x00, 0xc7,
    ];
    assert_eq!(checksum::internet(&header), 0xb861);
    header[10..12].copy_from_slice(&[0xb8, 0x61]);
    assert_eq!(checksum::internet(&header), 0);
    assert_eq!(checksum::internet(&[]), 0xffff);
    assert_eq!(checksum::internet(&[0; 9]), 0xffff);
    assert_eq!(checksum::internet(&[0xff, 0xff]), 0);
}

/// Polynomial division, one bit at a time, over the message followed by as many zeros as the CRC is wide.
fn crc_by_division(width: u32, parameters: CrcParameters, bytes: &[u8]) -> u64 {
    let keep = u64::MAX >> (64 - width);
    let mut remainder = u128::from(parameters.initial_remainder & keep);
    for byte in bytes {
        let byte = if parameters.data_reflected { byte.reverse_bits() } else { *byte };
        remainder ^= u128::from(byte) << (width - 8);
        for _ in 0..8 {
            remainder <<= 1;
            if remainder >> width & 1 == 1 {
                remainder ^= 1 << width | u128::from(parameters.polynomial & keep);
            }
        }
    }
    let remainder = remainder as u64;
    let ordered =
        if parameters.remainder_reflected { remainder.reverse_bits() >> (64 - width) } else { remainder };
    (ordered ^ parameters.final_xor_value) & keep
}

fn parameters() -> impl Strategy<Value = CrcParameters> {
    any::<(u64, u64, u64, bool, bool)>().prop_map(|(polynomial, initial, last, data, remainder)| {
        CrcParameters {
            polynomial,
            initial_remainder: initial,
            final_xor_value: last,
            data_reflected: data,
            remainder_reflected: remainder,
        }
    })
}

proptest! {
    #[test]
    fn every_crc_is_the_remainder_of_a_division(p in parameters(), bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        use HashAlgorithm::*;
        for (algorithm, width) in [(Crc8Custom, 8), (Crc16Custom, 16), (Crc32Custom, 32), (Crc64Custom, 64)] {
            prop_assert_eq!(custom(algorithm, p, &bytes), Ok(crc_by_division(width, p, &bytes)));
        }
        let default = crc(0x1b, 0, 0, true);
        prop_assert_eq!(Crc64Custom.compute(&bytes), crc_by_division(64, default, &bytes));
    }

    #[test]
    fn the_checksum_is_the_negated_sum_modulo_65535(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let weights = [256u64, 1].into_iter().cycle();
        let sum: u64 = bytes.iter().zip(weights).map(|(byte, weight)| u64::from(*byte) * weight).sum();
        // Ones' complement has two zeros: a sum that is not zero never folds to the positive one.
        let expected = if sum == 0 { 0xffff } else { (65535 - sum % 65535) % 65535 };
        prop_assert_eq!(u64::from(checksum::internet(&bytes)), expected);
    }

    #[test]
    fn a_toeplitz_hash_is_linear_and_its_bits_are_windows_of_the_key(
        key in prop::collection::vec(any::<u8>(), 12..=12), position in 0..64usize, other in any::<[u8; 8]>()
    ) {
        let mut calculation = Calculation::new(HashAlgorithm::Toeplitz);
        calculation.set_toeplitz_key(&key).expect("three words");
        let mut input = [0u8; 8];
        input[position / 8] = 0x80 >> (position % 8);
        let bits: Vec<u8> = key.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect();
        let window = bits[position..position + 32].iter().fold(0u64, |window, bit| window << 1 | u64::from(*bit));
        prop_assert_eq!(calculation.compute(&input), window);
        let sum: Vec<u8> = input.iter().zip(other).map(|(a, b)| a ^ b).collect();
        prop_assert_eq!(calculation.compute(&sum), calculation.compute(&input) ^ calculation.compute(&other));
    }
}
