//! Tables.

use hyper4_bits::Bits;
use hyper4_ir::{
    ActionId, EntryAction, MatchKind, MatchValue, NextNode, ProfileTarget, Program, TableEntry, TableId,
    TableKey, TableNext,
};
use hyper4_switch::{DefaultAction, Handles, prefix_mask};

use crate::layout::{Layout, limbs, top_mask};
use crate::lookup::{Lookup, Pattern, RangeOf};

/// Bytes that bmv2's prefix tree takes (an assertion of lpm_trie.cpp).
const LONGEST_PREFIX_KEY: u32 = 64;

/// An action with its arguments.
#[derive(Clone, Debug)]
pub(crate) struct ActionCall {
    pub(crate) action: usize,
    /// The arguments, each in its limbs, one behind the other.
    pub(crate) limbs: Box<[u64]>,
    pub(crate) arguments: Vec<Bits>,
}

impl ActionCall {
    pub(crate) fn new(action: ActionId, arguments: &[Bits]) -> Self {
        let limbs = arguments.iter().flat_map(|argument| argument.limbs().iter().copied()).collect();
        Self { action: action.index(), limbs, arguments: arguments.to_vec() }
    }
}

/// What is done when an entry matches, or when none does.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    /// An action, and where it goes on.
    Call(ActionCall, NextNode),
    /// What the action profile says.
    Profile(ProfileTarget),
}

/// What a packet found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found<'a> {
    /// The entry's handle; `None` when none matched.
    pub(crate) handle: Option<u64>,
    pub(crate) target: Option<&'a Target>,
}

#[derive(Clone, Debug)]
struct Slot {
    handle: u64,
    pattern: Pattern,
    target: Target,
    life: Life,
}

/// When an entry was hit, in milliseconds, and how long it may be idle; 0 is for ever.
#[derive(Clone, Copy, Debug, Default)]
struct Life {
    hit: u64,
    timeout: u32,
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
    default: Option<Target>,
    ages: bool,
    /// Entries that the last sweep told of.
    told: Vec<u64>,
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
            default: None,
            ages: table.support_timeout,
            told: Vec::new(),
        })
    }

    /// Add an entry, now, or replace what it does. True when it is new.
    pub(crate) fn put(&mut self, program: &Program, id: TableId, entry: &TableEntry, now: u64) -> bool {
        let Some(declared) = program.tables.get(id.index()) else { return false };
        let target = match &entry.action {
            EntryAction::Direct { action, arguments } => {
                let Some(action) = program.action_by_name(id, action) else { return false };
                Target::Call(ActionCall::new(action, arguments), next(declared, action.index(), true))
            }
            EntryAction::Indirect(target) => Target::Profile(*target),
        };
        let number = Handles::number(entry.handle);
        let index = number as usize;
        if self.slots.len() <= index {
            self.slots.resize_with(index + 1, || None);
        }
        let pattern = self.pattern(&entry.key, entry.priority);
        let Some(slot) = self.slots.get_mut(index) else { return false };
        match slot {
            Some(slot) if slot.handle == entry.handle => {
                slot.target = target;
                return false;
            }
            _ => {
                self.lookup.insert(&pattern, number);
                let life = Life { hit: now, timeout: 0 };
                *slot = Some(Slot { handle: entry.handle, pattern, target, life });
            }
        }
        true
    }

    /// How long an entry may be idle, from now on.
    pub(crate) fn set_timeout(&mut self, handle: u64, milliseconds: u32, now: u64) {
        if let Some(Some(slot)) = self.slots.get_mut(Handles::number(handle) as usize) {
            slot.life = Life { hit: now, timeout: milliseconds };
        }
    }

    /// When an entry was hit last.
    pub(crate) fn last_hit(&self, handle: u64) -> Option<u64> {
        self.slots.get(Handles::number(handle) as usize)?.as_ref().map(|slot| slot.life.hit)
    }

    /// The entries that are idle for longer than they may, but for those that the last sweep told of: an entry that
    /// stays idle is told of by every second sweep (`AgeingMonitor::do_sweep`).
    pub(crate) fn sweep(&mut self, now: u64) -> Vec<u64> {
        let idle = |life: Life| life.timeout > 0 && now.saturating_sub(life.hit) >= u64::from(life.timeout);
        let idle = self.slots.iter().flatten().filter(|slot| idle(slot.life)).map(|slot| slot.handle);
        let fresh: Vec<u64> = idle.filter(|handle| !self.told.contains(handle)).collect();
        self.told.clone_from(&fresh);
        fresh
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
        self.told.clear();
    }

    /// What is done when nothing matches.
    pub(crate) fn set_default(&mut self, declared: &hyper4_ir::Table, default: Option<&DefaultAction>) {
        self.default = default.map(|default| match default {
            DefaultAction::Direct(action, arguments) => {
                Target::Call(ActionCall::new(*action, arguments), next(declared, action.index(), false))
            }
            DefaultAction::Indirect(target) => Target::Profile(*target),
        });
    }

    /// What matches the packet, which arrived at `since` milliseconds.
    pub(crate) fn find(&mut self, memory: &[u64], since: u64) -> Found<'_> {
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
        match found.and_then(|number| self.slots.get_mut(number as usize)) {
            Some(Some(slot)) => {
                if self.ages {
                    slot.life.hit = since;
                }
                Found { handle: Some(slot.handle), target: Some(&slot.target) }
            }
            _ => Found { handle: None, target: self.default.as_ref() },
        }
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

/// Where a table goes on when that action was done.
pub(crate) fn next(table: &hyper4_ir::Table, action: usize, hit: bool) -> NextNode {
    match &table.next {
        TableNext::ByAction { nodes, .. } => {
            let position = table.actions.iter().position(|a| a.index() == action);
            position.and_then(|i| nodes.get(i)).copied().flatten()
        }
        TableNext::HitMiss { hit: node, .. } if hit => *node,
        TableNext::HitMiss { miss, .. } => *miss,
    }
}

/// Where a table goes on when nothing was done at all.
pub(crate) fn next_without_action(table: &hyper4_ir::Table) -> NextNode {
    match &table.next {
        TableNext::ByAction { base_default, .. } => *base_default,
        TableNext::HitMiss { miss, .. } => *miss,
    }
}

fn place(key: &mut [u64], part: &Part, bits: &Bits) {
    if let Some(target) = key.get_mut(part.to as usize..) {
        for (target, limb) in target.iter_mut().zip(bits.limbs()) {
            *target |= limb << part.shift;
        }
    }
}
