//! Hashes. The persona hashes all bytes of the state, what goes in at their end, zeros before it: what must be put
//! between them for the hash to be that of the input alone is worked out here.

use hyper4_bits::HashAlgorithm;
use hyper4_ir::{CalculationId, Expr, Place};
use num_bigint::BigInt;
use num_traits::ToPrimitive;

use super::checksum::Input;
use super::context::{Arguments, Context};
use super::explore::Explorer;
use super::form::{Form, Word};
use super::number::{Number, Unsupported};
use super::term::{Term, Terms};
use crate::HASHES;

/// The hash of `input`, whose first bit comes first: `base + hash % modulus`, a modulus of 0 counting as 1. As many bits
/// as the persona's hash has.
pub(super) fn hash(
    algorithm: HashAlgorithm,
    input: &[Form],
    base: u64,
    modulus: u64,
    terms: &mut Terms,
) -> Result<Number, Unsupported> {
    let algorithm = if algorithm == HashAlgorithm::Cksum16 { HashAlgorithm::Csum16 } else { algorithm };
    let modulus = modulus.max(1);
    // bmv2 fills the last byte with zeros.
    let mut word: Word = input.to_vec();
    word.resize(input.len().next_multiple_of(8), Form::constant(false));
    if algorithm == HashAlgorithm::Identity {
        word.truncate(64);
        word.reverse();
        let modulus = Number::constant(&BigInt::from(modulus));
        let base = Number::constant(&BigInt::from(base));
        let sum = Number::unsigned(word).divided(&modulus, true)?.add(&base, false, terms);
        return Ok(Number::unsigned(sum.store(64, terms)));
    }
    if !HASHES.contains(&algorithm) {
        return Unsupported::new(format!(
            "algorithm `{}`: the persona has crc16, crc32, csum16, xor16 and identity",
            algorithm.bmv2_name()
        ));
    }
    if matches!(algorithm, HashAlgorithm::Csum16 | HashAlgorithm::Xor16) {
        // These take words of 16 bits, from the first byte on.
        word.resize(word.len().next_multiple_of(16), Form::constant(false));
    }
    word.reverse();
    // 16 or 32 bits, of which base and modulus make a number of up to 64.
    Ok(Number::unsigned(terms.add(Term::Hash { algorithm, input: word, base, modulus })))
}

impl Explorer<'_> {
    /// v1model's `hash`.
    pub(super) fn assign_hash(
        &mut self,
        context: &mut Context,
        place: &Place,
        base: &Expr,
        calculation: CalculationId,
        modulus: &Expr,
        arguments: &Arguments,
    ) -> Result<(), Unsupported> {
        let Place::Field(field) = place else {
            return Unsupported::new("it assigns a hash to an element of a stack");
        };
        let Some(calculation) = self.program.calculations.get(calculation.index()) else {
            return Unsupported::new("its calculation doesn't exist");
        };
        let mut evaluator = self.evaluator(context, arguments);
        let mut constant = |what: &str, value: &Expr| {
            let known = evaluator.number(value)?.known();
            known.and_then(|value| value.to_u64()).ok_or_else(|| {
                Unsupported::because(format!("a hash whose {what} isn't a constant of at most 64 bits"))
            })
        };
        let (base, modulus) = (constant("base", base)?, constant("maximum", modulus)?);
        let inputs = self.inputs(context, &calculation.inputs)?;
        let read = |input: &Input| match input {
            Input::State(bit) => context.read_bit(*bit),
            Input::Constant(bit) => Form::constant(*bit),
        };
        let input: Word = inputs.iter().map(read).collect();
        let value = hash(calculation.algorithm, &input, base, modulus, self.terms)?;
        let range = self.cells.field(*field, &context.shape)?;
        if self.program.field(*field).is_some_and(|f| f.signed) {
            return Unsupported::new("it assigns a hash to a signed field");
        }
        let valid = self.evaluator(context, arguments).is_valid(field.header);
        if let Some(range) = range.filter(|_| valid) {
            let word = value.store(range.width, self.terms);
            context.write(range, word);
        }
        Ok(())
    }
}

/// Bits of what stands before the input, so that zeros before it don't count.
pub(super) const PREFIX_BITS: u32 = 32;

/// What must stand before an input of so many bytes, at the end of `bytes` bytes, for the zeros before it not to count:
/// whatever comes then, the hash is that of the input alone. `None`: there is no room.
///
/// The register of a CRC after zeros and a prefix is an invertible affine function of the prefix, when that has as many
/// bits as the register; so there is a prefix after which it is what it is at the beginning.
pub(super) fn prefix(algorithm: HashAlgorithm, bytes: usize, input: usize) -> Option<u32> {
    let zeros = bytes.checked_sub(input)?;
    let start = algorithm.compute(&[]);
    if zeros == 0 || algorithm.compute(&vec![0; zeros]) == start {
        return Some(0);
    }
    let before = zeros.checked_sub(PREFIX_BITS as usize / 8)?;
    let result = |prefix: u32| {
        let mut data = vec![0; before];
        data.extend(prefix.to_be_bytes());
        algorithm.compute(&data)
    };
    let none = result(0);
    // Each column of the linear part with the bit of the prefix that makes it; reduced to distinct leading bits.
    let mut basis: Vec<(u64, u32)> = Vec::new();
    for bit in 0..PREFIX_BITS {
        let reduced = reduce((result(1 << bit) ^ none, 1 << bit), &basis);
        if reduced.0 != 0 {
            basis.push(reduced);
            basis.sort_unstable_by_key(|(column, _)| std::cmp::Reverse(*column));
        }
    }
    let (rest, prefix) = reduce((start ^ none, 0), &basis);
    (rest == 0).then_some(prefix)
}

/// What is left of a sum of columns when the leading bits of a basis, the greatest first, are taken out.
fn reduce(mut sum: (u64, u32), basis: &[(u64, u32)]) -> (u64, u32) {
    for (column, bits) in basis {
        if sum.0 ^ column < sum.0 {
            sum = (sum.0 ^ column, sum.1 ^ bits);
        }
    }
    sum
}
