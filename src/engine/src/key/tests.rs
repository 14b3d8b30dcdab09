//! Keys as the control plane packs them and as the engine reads them are the same.

use hyper4_bits::Bits;

use super::*;

/// The bytes of a field as an entry has them.
fn bytes(part: &Part, memory: &[u64]) -> Vec<u8> {
    let limbs = &memory[part.from as usize..][..part.limbs()];
    let wire: Vec<u8> = limbs.iter().rev().flat_map(|limb| limb.to_be_bytes()).collect();
    let value = Bits::from_be_bytes(part.width, &wire);
    let count = part.width.div_ceil(8) as usize;
    let whole: Vec<u8> = value.limbs().iter().rev().flat_map(|limb| limb.to_be_bytes()).collect();
    whole[whole.len() - count..].to_vec()
}

#[test]
fn words_and_pieces_are_those_of_the_packed_key() {
    let widths: [&[u32]; 8] = [
        &[48],
        &[9, 48, 3],
        &[64, 64],
        &[1, 65, 16],
        &[128],
        &[7, 130, 5],
        &[32, 32, 32],
        &[12, 12, 12, 60, 4],
    ];
    let memory: Vec<u64> =
        (1..40u64).map(|i| i.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(17)).collect();
    for widths in widths {
        let (mut parts, mut from, mut to) = (Vec::new(), 0, 0);
        let mut memory = memory.clone();
        for width in widths {
            // Fields are what their widths say: bits beyond are zeros.
            let last = from + limbs(*width) - 1;
            memory[last as usize] &= top_mask(*width);
            parts.push(Part { from, width: *width, signed: false, to, shift: 0 });
            (from, to) = (from + limbs(*width), to + limbs(*width));
        }
        let packed: Vec<u8> = parts.iter().flat_map(|part| bytes(part, &memory)).collect();
        let expected: Vec<u64> = hyper4_switch::words(&packed).collect();
        let shape = KeyShape::of(parts, to as usize);
        assert_eq!(shape.words(&memory).collect::<Vec<_>>(), expected, "{widths:?}");
        let mut room = Vec::new();
        let key = shape.fetch(&memory, &mut room).to_vec();
        let mut again = vec![0; key.len()];
        for piece in shape.pieces() {
            again[piece.to as usize] |= (memory[piece.from as usize] & piece.mask) << piece.shift;
        }
        assert_eq!(again, key, "{widths:?}");
    }
}
