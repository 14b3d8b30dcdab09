//! Values, keys and arguments as simple_switch_CLI reads them.

use std::net::{Ipv4Addr, Ipv6Addr};

use hyper4_bits::Bits;

use crate::{MatchKind, MatchValue, TableKey};

/// A number or an address of that width.
pub(super) fn parse_value(width: u32, text: &str) -> Result<Bits, String> {
    match width {
        48 if text.contains(':') => {
            return mac(text).ok_or_else(|| format!("`{text}` is not a MAC address"));
        }
        32 if text.contains('.') => {
            let address: Ipv4Addr = text.parse().map_err(|_| format!("`{text}` is not an IPv4 address"))?;
            return Ok(Bits::from_u64(32, u64::from(u32::from(address))));
        }
        128 if text.contains(':') => {
            let address: Ipv6Addr = text.parse().map_err(|_| format!("`{text}` is not an IPv6 address"))?;
            return Ok(Bits::from_u128(128, u128::from(address)));
        }
        _ if text.contains([':', '.']) => {
            return Err(format!(
                "`{text}` looks like an address, but {width} bits are wanted (MAC 48, IPv4 32, IPv6 128)"
            ));
        }
        _ => {}
    }
    let digits = text.trim_start_matches(['0', '_']);
    if text.starts_with('0') && digits.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(format!("`{text}` begins with 0: write it without, or with 0x, 0o or 0b"));
    }
    if text.starts_with('-') {
        return Err(format!("`{text}` is negative: write its two's complement"));
    }
    Bits::parse(width, text).map_err(|error| error.to_string())
}

fn mac(text: &str) -> Option<Bits> {
    let mut bytes = Vec::with_capacity(6);
    for part in text.split(':') {
        if part.is_empty() || part.len() > 2 || !part.chars().all(|c| c.is_ascii_hexdigit()) {
            return None;
        }
        bytes.push(u8::from_str_radix(part, 16).ok()?);
    }
    (bytes.len() == 6).then(|| Bits::from_be_bytes(48, &bytes))
}

/// What an entry says of one key field.
pub(super) fn parse_match(key: &TableKey, text: &str) -> Result<MatchValue, String> {
    let about = |error: String| format!("key `{}`: {error}", key.name);
    let value = |text: &str| parse_value(key.width, text).map_err(about);
    let split = |separator: &str, meaning: &str| {
        text.split_once(separator).ok_or_else(|| {
            format!("key `{}` is {}: write {meaning} instead of `{text}`", key.name, key.match_kind.name())
        })
    };
    match key.match_kind {
        MatchKind::Exact => Ok(MatchValue::Exact(value(text)?)),
        MatchKind::Lpm => {
            let (prefix, length) = split("/", "`value/prefix length`")?;
            let prefix_length =
                length.parse::<u32>().ok().filter(|length| *length <= key.width).ok_or_else(|| {
                    about(format!("`{length}` is not a prefix length from 0 to {}", key.width))
                })?;
            Ok(MatchValue::Lpm { value: value(prefix)?, prefix_length })
        }
        MatchKind::Ternary => {
            let (low, mask) = split("&&&", "`value&&&mask`")?;
            Ok(MatchValue::Ternary { value: value(low)?, mask: value(mask)? })
        }
        MatchKind::Range => {
            let (low, high) = split("->", "`low->high`")?;
            let (low, high) = (value(low)?, value(high)?);
            if low > high {
                return Err(about(format!(
                    "the range `{text}` is empty: its first bound is the greater one"
                )));
            }
            Ok(MatchValue::Range { low, high })
        }
        MatchKind::Optional => {
            let (low, mask) = split("&&&", "`value&&&mask` with a mask of all ones or of zero")?;
            let (low, mask) = (value(low)?, value(mask)?);
            if mask.is_zero() {
                Ok(MatchValue::Optional(None))
            } else if mask.is_ones() {
                Ok(MatchValue::Optional(Some(low)))
            } else {
                Err(about(format!("it is optional: the mask in `{text}` must be all ones or zero")))
            }
        }
    }
}
