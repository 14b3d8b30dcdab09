//! Tables.

use hyper4_bits::Bits;
use hyper4_ir::{ActionId, MatchKind, MatchValue, NextNode, TableEntry, TableKey, TableNext};
use hyper4_switch::{Handles, prefix_mask};

use crate::layout::{Layout, limbs, top_mask};
use crate::lookup::{Lookup, Pattern, RangeOf};

/// Bytes that bmv2's prefix tree takes (an assertion of lpm_trie.cpp).
const LONGEST_PREFIX_KEY: u32 = 64;

/// What is done when an entry matches, or when none does.
#[derive(Clone, Debug)]
pub(crate) struct ActionCall {
    pub(crate) action: usize,
    /// The arguments, each in its limbs, one behind the other.
    pub(crate) limbs: Box<[u64]>,
    pub(crate) arguments: Vec<Bits>,
    pub(crate) next: NextNode,
}

#[derive(Clone, Debug)]
struct Slot {
    handle: u64,
    pattern: Pattern,
    call: ActionCall,
}

/// A key field's place in memory and in the key.
#[derive(Clone, Copy, Debug)]
struct Part {
    from: u32,
    width: u32,
    signed: bool,
    /// The limb of the key, and the bit in it; a field of more than one limb starts at bit 0.
    to: u32,
    shift: u32,
}

impl Part {
    fn limbs(&self) -> usize {
        limbs(self.width) as usize
    }
}

/// A compiled table.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    parts: Vec<Part>,
    keys: Vec<TableKey>,
    key_limbs: usize,
    key: Vec<u64>,
    lookup: Lookup,
    slots: Vec<Option<Slot>>,
    next: TableNext,
    actions: Vec<ActionId>,
    default: Option<ActionCall>,
}

impl Table {
    pub(crate) fn new(layout: &Layout, table: &hyper4_ir::Table) -> Result<Self, String> {
        let bytes: u32 = table.keys.iter().map(|key| key.width.div_ceil(8)).sum();
        if table.match_kind == MatchKind::Lpm && bytes > LONGEST_PREFIX_KEY {
            return Err(format!(
                "its key has {bytes} bytes; with an lpm key simple_switch takes at most {LONGEST_PREFIX_KEY}"
            ));
        }
        let mut parts = Vec::new();
        let mut next = 0;
        let mut used = 64;
        for key in &table.keys {
            let (from, width, signed) = match key.valid_of {
                Some(header) => {
                    (layout.header(header).ok_or("a key's header doesn't exist")?.valid, 1, false)
                }
                None => {
                    let slot = layout.field(key.field).ok_or("a key's field doesn't exist")?;
                    (slot.at, slot.width, slot.signed)
                }
            };
            if width != key.width {
                return Err(format!("key `{}` has {} bits, but its field {width}", key.name, key.width));
            }
            // Small fields share a limb; a range is compared as a whole and stands alone.
            let alone = width > 64 || signed || key.match_kind == MatchKind::Range;
            if alone || used + width > 64 {
                parts.push(Part { from, width, signed, to: next, shift: 0 });
                next += limbs(width);
                used = if alone { 64 } else { width };
            } else {
                parts.push(Part { from, width, signed, to: next - 1, shift: used });
                used += width;
            }
        }
        Ok(Self {
            parts,
            keys: table.keys.clone(),
            key_limbs: next as usize,
            key: Vec::new(),
            lookup: Lookup::default(),
            slots: Vec::new(),
            next: table.next.clone(),
            actions: table.actions.clone(),
            default: None,
        })
    }

    /// Add an entry or replace its action.
    pub(crate) fn put(&mut self, entry: &TableEntry, action: ActionId) {
        let Some((_, arguments)) = entry.action.direct() else { return };
        let call = self.call(action, arguments, true);
        let number = Handles::number(entry.handle);
        let index = number as usize;
        if self.slots.len() <= index {
            self.slots.resize_with(index + 1, || None);
        }
        let pattern = self.pattern(&entry.key, entry.priority);
        let Some(slot) = self.slots.get_mut(index) else { return };
        match slot {
            Some(slot) if slot.handle == entry.handle => slot.call = call,
            _ => {
                self.lookup.insert(&pattern, number);
                *slot = Some(Slot { handle: entry.handle, pattern, call });
            }
        }
    }

    /// Delete an entry.
    pub(crate) fn remove(&mut self, handle: u64) {
        let number = Handles::number(handle);
        if let Some(slot) = self.slots.get_mut(number as usize).and_then(Option::take) {
            self.lookup.remove(&slot.pattern, number);
        }
    }

    /// Delete all entries.
    pub(crate) fn clear(&mut self) {
        self.lookup.clear();
        self.slots.clear();
    }

    /// What is done when nothing matches.
    pub(crate) fn set_default(&mut self, default: Option<(ActionId, &[Bits])>) {
        self.default = default.map(|(action, arguments)| self.call(action, arguments, false));
    }

    /// The handle of the entry that matches the packet and what is to be done, or what is to be done when none does.
    pub(crate) fn apply(&mut self, memory: &[u64]) -> (Option<u64>, Option<&ActionCall>) {
        self.key.clear();
        self.key.resize(self.key_limbs, 0);
        for part in &self.parts {
            let from = part.from as usize;
            let (Some(source), Some(target)) =
                (memory.get(from..from + part.limbs()), self.key.get_mut(part.to as usize..))
            else {
                continue;
            };
            for (target, limb) in target.iter_mut().zip(source) {
                *target |= limb << part.shift;
            }
            if part.signed
                && let Some(top) = target.get_mut(part.limbs() - 1)
            {
                // What lies beyond the width is a copy of the sign: the part stands in its limbs alone.
                *top &= top_mask(part.width);
            }
        }
        let found = match self.parts.is_empty() {
            true => None,
            false => self.lookup.find(&self.key),
        };
        match found.and_then(|number| self.slots.get(number as usize)) {
            Some(Some(slot)) => (Some(slot.handle), Some(&slot.call)),
            _ => (None, self.default.as_ref()),
        }
    }

    /// Where it goes on when nothing was done at all.
    pub(crate) fn next_without_action(&self) -> NextNode {
        match &self.next {
            TableNext::ByAction { base_default, .. } => *base_default,
            TableNext::HitMiss { miss, .. } => *miss,
        }
    }

    fn call(&self, action: ActionId, arguments: &[Bits], hit: bool) -> ActionCall {
        let next = match &self.next {
            TableNext::ByAction { nodes, .. } => {
                let position = self.actions.iter().position(|a| *a == action);
                position.and_then(|i| nodes.get(i)).copied().flatten()
            }
            TableNext::HitMiss { hit: node, .. } if hit => *node,
            TableNext::HitMiss { miss, .. } => *miss,
        };
        let limbs = arguments.iter().flat_map(|argument| argument.limbs().iter().copied()).collect();
        ActionCall { action: action.index(), limbs, arguments: arguments.to_vec(), next }
    }

    fn pattern(&self, key: &[MatchValue], priority: Option<u32>) -> Pattern {
        let mut value = vec![0; self.key_limbs];
        let mut mask = vec![0; self.key_limbs];
        let mut ranges = Vec::new();
        let mut rank = priority.unwrap_or(0);
        for ((part, declared), matched) in self.parts.iter().zip(&self.keys).zip(key) {
            let width = part.width;
            let cut = |bits: &Bits| declared.mask.as_ref().map_or_else(|| bits.clone(), |m| bits.and(m));
            let (wanted, looked_at) = match matched {
                MatchValue::Exact(wanted) | MatchValue::Optional(Some(wanted)) => {
                    (wanted.clone(), Bits::ones(width))
                }
                MatchValue::Optional(None) => (Bits::zero(width), Bits::zero(width)),
                MatchValue::Ternary { value, mask } => (value.clone(), mask.clone()),
                MatchValue::Lpm { value, prefix_length } => {
                    if priority.is_none() {
                        rank = u32::MAX - prefix_length;
                    }
                    (value.clone(), prefix_mask(width, *prefix_length))
                }
                MatchValue::Range { low, high } => {
                    ranges.push(RangeOf {
                        at: part.to as usize,
                        mask: cut(&Bits::ones(width)).limbs().into(),
                        low: cut(low).limbs().into(),
                        high: high.limbs().into(),
                    });
                    continue;
                }
            };
            let looked_at = cut(&looked_at);
            place(&mut value, part, &wanted.and(&looked_at));
            place(&mut mask, part, &looked_at);
        }
        Pattern { value: value.into(), mask: mask.into(), ranges: ranges.into(), rank }
    }
}

fn place(key: &mut [u64], part: &Part, bits: &Bits) {
    if let Some(target) = key.get_mut(part.to as usize..) {
        for (target, limb) in target.iter_mut().zip(bits.limbs()) {
            *target |= limb << part.shift;
        }
    }
}
