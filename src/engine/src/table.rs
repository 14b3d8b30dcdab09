//! Tables.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use hyper4_bits::Bits;
use hyper4_ir::{
    ActionId, CounterId, DirectMeter, EntryAction, MatchKind, MatchValue, NextNode, ProfileTarget, Program,
    TableEntry, TableId, TableImplementation, TableKey, TableNext,
};
use hyper4_switch::{DefaultAction, Handles, prefix_mask};

use crate::action::Action;
use crate::entries::{Entries, Kind};
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
}

impl ActionCall {
    pub(crate) fn new(action: ActionId, arguments: &[Bits]) -> Self {
        Self { action: action.index(), limbs: argument_limbs(arguments).collect() }
    }
}

fn argument_limbs(arguments: &[Bits]) -> impl Iterator<Item = u64> + Clone {
    arguments.iter().flat_map(|argument| argument.limbs().iter().copied())
}

/// What is done when an entry matches, or when none does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target<'a> {
    /// An action, its arguments' limbs, and where it goes on.
    Call(usize, &'a [u64], NextNode),
    /// The same; what is done was compiled for the entry.
    Special(&'a Special, &'a [u64], NextNode),
    /// What the action profile says.
    Profile(ProfileTarget),
}

/// What a packet found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found<'a> {
    /// The entry's handle; `None` when none matched.
    pub(crate) handle: Option<u64>,
    pub(crate) target: Option<Target<'a>>,
}

/// An action that was compiled for one entry.
#[derive(Clone, Debug)]
pub(crate) struct Special {
    pub(crate) action: usize,
    pub(crate) compiled: Action,
}

/// What is done on a miss.
#[derive(Clone, Debug)]
enum Default {
    Call(ActionCall, NextNode),
    Profile(ProfileTarget),
}

/// When an entry was hit, in milliseconds, and how long it may be idle; 0 is for ever.
#[derive(Debug, Default)]
struct Life {
    hit: AtomicU64,
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

    /// Put the field into the key. A part that begins a limb overwrites what the limb held.
    fn fetch(&self, memory: &[u64], key: &mut [u64]) {
        let (from, to, count) = (self.from as usize, self.to as usize, self.limbs());
        // What lies beyond a signed field's width is a copy of the sign; such a part stands in its limbs alone.
        let top = if self.signed { top_mask(self.width) } else { u64::MAX };
        if count == 1 {
            if let (Some(limb), Some(target)) = (memory.get(from), key.get_mut(to)) {
                let limb = limb & top;
                *target = if self.shift == 0 { limb } else { *target | limb << self.shift };
            }
        } else if let (Some(source), Some(target)) =
            (memory.get(from..from + count), key.get_mut(to..to + count))
        {
            target.copy_from_slice(source);
            if let Some(last) = target.last_mut() {
                *last &= top;
            }
        }
    }
}

/// A compiled table.
#[derive(Debug)]
pub(crate) struct Table {
    parts: Vec<Part>,
    keys: Vec<TableKey>,
    /// Limbs of a key.
    key_limbs: usize,
    pub(crate) direct_counter: Option<CounterId>,
    pub(crate) direct_meter: Option<DirectMeter>,
    pub(crate) implementation: TableImplementation,
    lookup: Lookup,
    entries: Entries,
    /// What was compiled for single entries, by their numbers.
    specials: Vec<Option<Box<Special>>>,
    default: Option<Default>,
    /// Where the actions go on when an entry called them, in the order of the table's actions.
    calls: Box<[(usize, NextNode)]>,
    /// When entries were hit, where they age.
    lives: Option<Vec<Life>>,
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
        let calls = table.actions.iter().map(|a| (a.index(), self::next(table, a.index(), true))).collect();
        Ok(Self {
            lookup: lookup(&parts, &table.keys, next as usize),
            parts,
            keys: table.keys.clone(),
            key_limbs: next as usize,
            direct_counter: table.direct_counter,
            direct_meter: table.direct_meter,
            implementation: table.implementation,
            entries: Entries::default(),
            specials: Vec::new(),
            default: None,
            calls,
            lives: table.support_timeout.then(Vec::new),
            told: Vec::new(),
        })
    }

    /// Add an entry, now, or replace what it does. True when it is new.
    pub(crate) fn put(&mut self, program: &Program, id: TableId, entry: &TableEntry, now: u64) -> bool {
        let number = Handles::number(entry.handle);
        let new = self.entries.handle(number) != Some(entry.handle);
        match &entry.action {
            EntryAction::Direct { action, arguments } => {
                let action = program.action_by_name(id, action);
                let own = |action: ActionId| self.calls.iter().position(|(own, _)| *own == action.index());
                let Some(call) = action.and_then(own) else { return false };
                self.entries.put(entry.handle, Kind::Call(call as u16), argument_limbs(arguments));
            }
            EntryAction::Indirect(ProfileTarget::Member(member)) => {
                self.entries.put(entry.handle, Kind::Member, [*member].into_iter());
            }
            EntryAction::Indirect(ProfileTarget::Group(group)) => {
                self.entries.put(entry.handle, Kind::Group, [*group].into_iter());
            }
        }
        if new {
            self.lookup.insert(&self.pattern(&entry.key, entry.priority), number);
            self.set_timeout(entry.handle, 0, now);
        }
        new
    }

    /// What the entry does is compiled, or isn't any more.
    pub(crate) fn set_special(&mut self, handle: u64, special: Option<Box<Special>>) {
        let number = Handles::number(handle) as usize;
        if special.is_some() && self.specials.len() <= number {
            self.specials.resize_with(number + 1, || None);
        }
        if let Some(place) = self.specials.get_mut(number) {
            *place = special;
        }
    }

    /// How long an entry may be idle, from now on.
    pub(crate) fn set_timeout(&mut self, handle: u64, milliseconds: u32, now: u64) {
        let number = Handles::number(handle) as usize;
        if let Some(lives) = &mut self.lives {
            if lives.len() <= number {
                lives.resize_with(number + 1, Life::default);
            }
            if let Some(life) = lives.get_mut(number) {
                *life = Life { hit: AtomicU64::new(now), timeout: milliseconds };
            }
        }
    }

    /// When an entry was hit last.
    pub(crate) fn last_hit(&self, handle: u64) -> Option<u64> {
        let number = Handles::number(handle);
        self.entries.handle(number)?;
        self.lives.as_ref()?.get(number as usize).map(|life| life.hit.load(Relaxed))
    }

    /// The entries that are idle for longer than they may, but for those that the last sweep told of: an entry that
    /// stays idle is told of by every second sweep (`AgeingMonitor::do_sweep`).
    pub(crate) fn sweep(&mut self, now: u64) -> Vec<u64> {
        let idle = |life: &Life| {
            life.timeout > 0 && now.saturating_sub(life.hit.load(Relaxed)) >= u64::from(life.timeout)
        };
        let lives = (0u32..).zip(self.lives.iter().flatten());
        let idle = lives.filter(|(_, life)| idle(life)).filter_map(|(number, _)| self.entries.handle(number));
        let fresh: Vec<u64> = idle.filter(|handle| !self.told.contains(handle)).collect();
        self.told.clone_from(&fresh);
        fresh
    }

    /// Delete an entry.
    pub(crate) fn remove(&mut self, handle: u64) {
        let number = Handles::number(handle);
        self.set_special(handle, None);
        if self.entries.remove(number) {
            self.lookup.remove(number);
        }
    }

    /// Delete all entries.
    pub(crate) fn clear(&mut self) {
        self.lookup.clear();
        self.entries = Entries::default();
        self.specials = Vec::new();
        self.lives.iter_mut().for_each(Vec::clear);
        self.told.clear();
    }

    /// What is done when nothing matches.
    pub(crate) fn set_default(&mut self, declared: &hyper4_ir::Table, default: Option<&DefaultAction>) {
        self.default = default.map(|default| match default {
            DefaultAction::Direct(action, arguments) => {
                Default::Call(ActionCall::new(*action, arguments), next(declared, action.index(), false))
            }
            DefaultAction::Indirect(target) => Default::Profile(*target),
        });
    }

    /// What matches the packet, which arrived at `since` milliseconds. `key` is room for the key.
    pub(crate) fn find(&self, memory: &[u64], key: &mut Vec<u64>, since: u64) -> Found<'_> {
        let number = if self.parts.is_empty() || self.lookup.is_empty() {
            None
        } else {
            if key.len() < self.key_limbs {
                key.resize(self.key_limbs, 0);
            }
            let key = key.get_mut(..self.key_limbs).unwrap_or_default();
            self.parts.iter().for_each(|part| part.fetch(memory, key));
            self.lookup.find(key)
        };
        let Some((number, (handle, kind, limbs))) = number.and_then(|n| Some((n, self.entries.get(n)?)))
        else {
            let target = self.default.as_ref().map(|default| match default {
                Default::Call(call, next) => Target::Call(call.action, &call.limbs, *next),
                Default::Profile(target) => Target::Profile(*target),
            });
            return Found { handle: None, target };
        };
        if let Some(life) = self.lives.as_ref().and_then(|lives| lives.get(number as usize)) {
            life.hit.store(since, Relaxed);
        }
        let first = limbs.first().copied().unwrap_or(0);
        let target = match kind {
            Kind::Call(call) => {
                self.calls.get(call as usize).map(|(action, next)| match self.specials.get(number as usize) {
                    Some(Some(special)) => Target::Special(special, limbs, *next),
                    _ => Target::Call(*action, limbs, *next),
                })
            }
            Kind::Member => Some(Target::Profile(ProfileTarget::Member(first))),
            Kind::Group => Some(Target::Profile(ProfileTarget::Group(first))),
        };
        Found { handle: Some(handle), target }
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

/// How keys are searched: as a whole when all of them are exact.
fn lookup(parts: &[Part], keys: &[TableKey], limbs: usize) -> Lookup {
    let exact = |key: &TableKey| key.match_kind == MatchKind::Exact;
    if keys.iter().all(|key| exact(key) && key.mask.is_none()) {
        return Lookup::exact(limbs);
    }
    let mut fixed = vec![0; limbs];
    for (part, key) in parts.iter().zip(keys).filter(|(_, key)| exact(key)) {
        let ones = Bits::ones(part.width);
        place(&mut fixed, part, &key.mask.as_ref().map_or_else(|| ones.clone(), |mask| ones.and(mask)));
    }
    Lookup::tuples(&fixed)
}
