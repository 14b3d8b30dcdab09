//! Checksums of the packet that is being made.

use hyper4_bits::Bits;
use hyper4_ir::CalculationInput;

use crate::bit_buffer::BitBuffer;
use crate::walk::Walk;

/// Set a checksum, most of the time to what it should be; `None` when the packet doesn't have it, or something else
/// decides upon its field.
pub(crate) fn set_checksum(walk: &mut Walk<'_, '_>, number: usize) -> Option<bool> {
    let plan = walk.plan;
    let checksum = plan.program.checksums.get(number)?;
    let calculation = plan.program.calculations.get(checksum.calculation.index())?;
    let field =
        plan.headers.get(checksum.target.header.index())?.fields.get(checksum.target.field as usize)?;
    let bit = (*walk.placed.get(checksum.target.header.index())?)? + field.offset as usize;
    if !walk.undecided(bit, field.width) {
        return None;
    }
    let mut input = BitBuffer::with_capacity(64);
    for part in &calculation.inputs {
        match part {
            CalculationInput::Field(field) => match (
                walk.placed.get(field.header.index())?,
                plan.headers.get(field.header.index())?.metadata,
            ) {
                // Fields of invalid headers are left out.
                (None, false) => {}
                _ => input.push(&walk.value(*field)?),
            },
            CalculationInput::Constant(value) => input.push(value),
            CalculationInput::Header(header) => {
                let width = plan.headers.get(header.index())?.width;
                if let Some(at) = *walk.placed.get(header.index())? {
                    input.push(&walk.buffer.read(at, width)?);
                }
            }
            CalculationInput::Payload => {
                for byte in walk.buffer.bytes().get(walk.cursor / 8..).unwrap_or_default() {
                    input.push(&Bits::from_u64(8, u64::from(*byte)));
                }
            }
        }
    }
    let right = Bits::from_u64(field.width, calculation.algorithm.compute(input.bytes()));
    let is_right = match walk.aim.wrong_checksum {
        Some(wrong) => !wrong,
        None => walk.dice.percent(90),
    };
    let value = if is_right {
        right
    } else {
        let wrong = match walk.dice.below(3) {
            0 => Bits::zero(field.width),
            1 => right.wrapping_add(&Bits::from_u64(field.width, 1)),
            _ => walk.dice.bits(field.width),
        };
        if wrong == right { right.not() } else { wrong }
    };
    walk.buffer.write(bit, &value);
    Some(is_right)
}
