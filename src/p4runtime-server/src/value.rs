//! Numbers as byte strings: in network order, as short as they can be when they are sent.

use hyper4_bits::Bits;
use hyper4_p4runtime::tonic::Code;

use crate::Failure;

/// The number that a controller sent for something of that many bits. More zeros in front than needed are taken.
pub(crate) fn decode(bytes: &[u8], width: u32, what: &dyn Fn() -> String) -> Result<Bits, Failure> {
    if bytes.is_empty() {
        return Err(Failure::invalid(format!("{}: an empty byte string is no number", what())));
    }
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let digits = bytes.get(zeros..).unwrap_or_default();
    let leading = digits.first().map_or(8, |byte| byte.leading_zeros());
    let needed = (digits.len() as u64 * 8).saturating_sub(leading.into());
    if needed > width.into() {
        let message = format!("{}: the value needs {needed} bits, but it has {width}", what());
        return Err(Failure::new(Code::OutOfRange, message));
    }
    Ok(Bits::from_be_bytes(width, digits))
}

/// The shortest byte string of a number; that of 0 is one byte.
pub(crate) fn encode(value: &Bits) -> Vec<u8> {
    let bytes = value.to_be_bytes();
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    match bytes.get(zeros..) {
        None | Some([]) => vec![0],
        Some(digits) => digits.to_vec(),
    }
}
