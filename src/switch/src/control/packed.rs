//! Keys packed into bytes.
//!
//! First come the values of all fields, each in as many bytes as it needs; then what tells how they are compared: masks,
//! prefix lengths, upper bounds, whether an optional field counts. Entries of the same mask have the same bytes there.

use hyper4_bits::Bits;
use hyper4_ir::{MatchKind, MatchValue, Table};
use smallvec::SmallVec;

use super::key::prefix_mask;
use crate::index::{hash, hash_behind, hash_bytes, words};

/// Bytes of values that are more than can be searched under masks: the hash of fewer is that of their words.
const FEW_BYTES: usize = 64;

pub(super) type Bytes = SmallVec<[u8; 64]>;

/// A key field.
#[derive(Clone, Debug)]
struct Part {
    kind: MatchKind,
    width: u32,
    /// The bits of it that the program lets count, where that aren't all.
    mask: Option<Bits>,
}

impl Part {
    /// Bytes of a value.
    fn value(&self) -> usize {
        self.width.div_ceil(8) as usize
    }

    /// Bytes of what tells how the value is compared.
    fn manner(&self) -> usize {
        match self.kind {
            MatchKind::Exact => 0,
            MatchKind::Lpm if self.width < 256 => 1,
            MatchKind::Lpm => 2,
            MatchKind::Ternary | MatchKind::Range => self.value(),
            MatchKind::Optional => 1,
        }
    }

    /// The bits that are compared, told by their manner; `None`: all between two bounds.
    fn compared(&self, manner: &[u8]) -> Option<Bits> {
        let compared = match self.kind {
            MatchKind::Exact => Bits::ones(self.width),
            MatchKind::Lpm => prefix_mask(self.width, number(manner)),
            MatchKind::Ternary => Bits::from_be_bytes(self.width, manner),
            MatchKind::Optional if number(manner) == 0 => Bits::zero(self.width),
            MatchKind::Optional => Bits::ones(self.width),
            MatchKind::Range => return None,
        };
        Some(self.mask.as_ref().map_or_else(|| compared.clone(), |mask| compared.and(mask)))
    }
}

fn number(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |number, byte| number << 8 | u32::from(*byte))
}

/// How a table's keys are packed.
#[derive(Clone, Debug)]
pub(super) struct KeyFormat {
    parts: Box<[Part]>,
    values: usize,
    bytes: usize,
    /// Bits behind a prefix are kept, but don't count.
    keeps_suffixes: bool,
}

/// What the keys of some entries compare, and how: entries that have the same are found in one step
/// ([`EntryStore::find_under`](super::EntryStore::find_under)).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KeyMask {
    /// Bits of the values that are compared, in words as they are hashed.
    values: SmallVec<[u64; 4]>,
    manner: SmallVec<[u8; 16]>,
    /// What the hash of the values begins with.
    seed: u64,
}

impl KeyFormat {
    pub(super) fn new(table: &Table) -> Self {
        let part = |key: &hyper4_ir::TableKey| Part {
            kind: key.match_kind,
            width: key.width,
            mask: key.mask.clone(),
        };
        let parts: Box<[Part]> = table.keys.iter().map(part).collect();
        let values: usize = parts.iter().map(Part::value).sum();
        let manner: usize = parts.iter().map(Part::manner).sum();
        let keeps_suffixes = table.match_kind == MatchKind::Lpm;
        Self { parts, values, bytes: values + manner, keeps_suffixes }
    }

    /// Bytes of a packed key.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Bytes of the values, which come first.
    pub(super) fn values(&self) -> usize {
        self.values
    }

    pub(super) fn pack(&self, key: &[MatchValue]) -> Bytes {
        let mut bytes = Bytes::with_capacity(self.bytes());
        for (part, value) in self.parts.iter().zip(key) {
            match value {
                MatchValue::Exact(value)
                | MatchValue::Lpm { value, .. }
                | MatchValue::Ternary { value, .. }
                | MatchValue::Range { low: value, .. }
                | MatchValue::Optional(Some(value)) => push(&mut bytes, part.width, value),
                MatchValue::Optional(None) => push(&mut bytes, part.width, &Bits::zero(part.width)),
            }
        }
        for (part, value) in self.parts.iter().zip(key) {
            match value {
                MatchValue::Exact(_) => {}
                MatchValue::Lpm { prefix_length, .. } => {
                    let length = (*prefix_length as u16).to_be_bytes();
                    bytes.extend(length.into_iter().skip(2 - part.manner()));
                }
                MatchValue::Ternary { mask: manner, .. } | MatchValue::Range { high: manner, .. } => {
                    push(&mut bytes, part.width, manner);
                }
                MatchValue::Optional(value) => bytes.push(u8::from(value.is_some())),
            }
        }
        bytes
    }

    pub(super) fn unpack(&self, packed: &[u8]) -> Option<Vec<MatchValue>> {
        let (mut values, mut manners) = packed.split_at_checked(self.values)?;
        let matched = |part: &Part| {
            let value = take(&mut values, part.width)?;
            let (manner, rest) = manners.split_at_checked(part.manner())?;
            manners = rest;
            Some(match part.kind {
                MatchKind::Exact => MatchValue::Exact(value),
                MatchKind::Lpm => MatchValue::Lpm { value, prefix_length: number(manner) },
                MatchKind::Ternary => {
                    MatchValue::Ternary { value, mask: Bits::from_be_bytes(part.width, manner) }
                }
                MatchKind::Range => {
                    MatchValue::Range { low: value, high: Bits::from_be_bytes(part.width, manner) }
                }
                MatchKind::Optional => MatchValue::Optional((number(manner) != 0).then_some(value)),
            })
        };
        self.parts.iter().map(matched).collect()
    }

    /// A packed key with the bits cleared that don't count.
    pub(super) fn normal(&self, packed: &[u8]) -> Bytes {
        let mut normal = Bytes::from_slice(packed);
        if !self.keeps_suffixes {
            return normal;
        }
        let (mut values, mut manners) = normal.split_at_mut_checked(self.values).unwrap_or_default();
        for part in &self.parts {
            let (value, behind) = values.split_at_mut_checked(part.value()).unwrap_or_default();
            let (manner, rest) = manners.split_at_mut_checked(part.manner()).unwrap_or_default();
            (values, manners) = (behind, rest);
            if part.kind == MatchKind::Lpm {
                // It counts from the first bit of the first byte.
                let mut left = number(manner);
                for byte in value {
                    *byte &= !(0xff_u16 >> left.min(8)) as u8;
                    left = left.saturating_sub(8);
                }
            }
        }
        normal
    }

    /// The hash by which a packed key without bits that don't count is found.
    pub(super) fn hash(&self, normal: &[u8]) -> u64 {
        let (values, manner) = normal.split_at_checked(self.values).unwrap_or_default();
        match manner {
            [] => hash_bytes(values),
            _ if self.values < FEW_BYTES => hash_behind(hash_bytes(manner), words(values)),
            _ => hash([hash_bytes(manner), hash_bytes(values)]),
        }
    }

    /// The mask of a packed key; `None` where a range is, or more values than can be searched under one.
    pub(super) fn mask(&self, packed: &[u8]) -> Option<KeyMask> {
        if self.values >= FEW_BYTES {
            return None;
        }
        let (_, manner) = packed.split_at_checked(self.values)?;
        let mut manners = manner;
        let mut values = Bytes::new();
        for part in &self.parts {
            let (own, rest) = manners.split_at_checked(part.manner())?;
            manners = rest;
            push(&mut values, part.width, &part.compared(own)?);
        }
        let values = words(&values).collect();
        let seed = if manner.is_empty() { hash([]) } else { hash_bytes(manner) };
        Some(KeyMask { values, manner: manner.into(), seed })
    }
}

impl KeyMask {
    /// The hash of what counts of a key's values.
    #[inline]
    pub(super) fn hash(&self, key: &[u64]) -> u64 {
        hash_behind(self.seed, self.values.iter().zip(key).map(|(mask, word)| mask & word))
    }

    /// Whether a packed key has this mask, and the same values under it.
    #[inline]
    pub(super) fn is(&self, packed: &[u8], value_bytes: usize, key: &[u64]) -> bool {
        let Some((values, manner)) = packed.split_at_checked(value_bytes) else { return false };
        let mut pairs = words(values).zip(&self.values).zip(key);
        pairs.all(|((value, mask), word)| (value ^ word) & mask == 0) && manner == self.manner.as_slice()
    }
}

/// Append a value of that width.
pub(super) fn push(bytes: &mut Bytes, width: u32, value: &Bits) {
    let count = width.div_ceil(8) as usize;
    let limb = |i: usize| value.limbs().get(i).copied().unwrap_or(0_u64).to_be_bytes();
    let (whole, part) = (count / 8, count % 8);
    if part != 0 {
        bytes.extend_from_slice(limb(whole).get(8 - part..).unwrap_or_default());
    }
    (0..whole).rev().for_each(|i| bytes.extend_from_slice(&limb(i)));
}

/// Take a value of that width from the front.
pub(super) fn take(rest: &mut &[u8], width: u32) -> Option<Bits> {
    let (own, behind) = rest.split_at_checked(width.div_ceil(8) as usize)?;
    *rest = behind;
    Some(Bits::from_be_bytes(width, own))
}
