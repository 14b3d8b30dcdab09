//! Packets for a random program.

use hyper4_ir::Program;

use crate::programs::H;
use crate::random::Random;

/// Bytes behind the headers, enough for whatever is extracted or looked at.
const TAIL: usize = 200;

/// Headers with random bytes, with small ones or with nearly all bits zero, and a tail.
pub(crate) fn packet(program: &Program, random: &mut Random) -> Vec<u8> {
    let header = program.header_type(H).map_or(0, |header| header.width() as usize / 8);
    let kind = random.below(4);
    let byte = |random: &mut Random| match kind {
        0 => random.next() as u8,
        1 => random.next() as u8 & random.pick(&[0, 1, 3]),
        _ if random.once_in(header) => 1 << random.below(8),
        _ => 0,
    };
    (0..2 * header).map(|_| byte(random)).chain((0..TAIL).map(|i| i as u8)).collect()
}
