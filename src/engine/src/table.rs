//! Tables.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use hyper4_bits::Bits;
use hyper4_ir::{
    ActionId, CounterId, DirectMeter, MatchKind, MatchValue, NextNode, ProfileTarget, TableEntry,
    TableImplementation, TableKey, TableNext,
};
use hyper4_switch::{DefaultAction, EntryKind, EntryStore, Handles, prefix_mask};

use crate::action::Action;
use crate::key::{KeyShape, place};
use crate::layout::{Layout, limbs};
use crate::lookup::{KeyForm, Lookup, Pattern, RangeOf, Scanned};

/// Bytes of an exact key up to which entries are found by those that the control plane keeps. Of wider ones limbs are
/// kept too: that makes them faster, and what else is kept for an entry doesn't count then.
const FEW_BYTES: u32 = 32;

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

/// Arguments of an action.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Arguments<'a> {
    /// In limbs, one behind the other.
    Limbs(&'a [u64]),
    /// In as many bytes as each needs, one behind the other.
    Packed(&'a [u8]),
}

impl Arguments<'_> {
    /// Put them where parameters of these widths lie, in limbs one behind the other.
    pub(crate) fn unpack(self, widths: impl Iterator<Item = u32>, memory: &mut [u64]) {
        match self {
            Self::Limbs(limbs) => {
                if let Some(memory) = memory.get_mut(..limbs.len()) {
                    memory.copy_from_slice(limbs);
                }
            }
            Self::Packed(mut bytes) => {
                let mut memory = memory.iter_mut();
                for width in widths {
                    let count = width.div_ceil(8) as usize;
                    let (mut own, rest) = bytes.split_at_checked(count).unwrap_or_default();
                    bytes = rest;
                    for _ in 0..limbs(width) {
                        let (high, low) =
                            own.split_at_checked(own.len().saturating_sub(8)).unwrap_or_default();
                        own = high;
                        if let Some(limb) = memory.next() {
                            *limb = low.iter().fold(0, |limb, byte| limb << 8 | u64::from(*byte));
                        }
                    }
                }
            }
        }
    }
}

/// What is done when an entry matches, or when none does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target<'a> {
    /// An action, its arguments, and where it goes on.
    Call(usize, Arguments<'a>, NextNode),
    /// The same; what is done was compiled for the entry.
    Special(&'a Special, Arguments<'a>, NextNode),
    /// What the action profile says.
    Profile(ProfileTarget),
}

/// Room for a key.
#[derive(Debug, Default)]
pub(crate) struct Key {
    pub(crate) limbs: Vec<u64>,
}

impl Key {
    /// The words of the key's bytes.
    #[inline]
    fn words(&mut self, shape: &KeyShape, memory: &[u64]) -> &[u64] {
        self.limbs.clear();
        self.limbs.extend(shape.words(memory));
        &self.limbs
    }
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
    /// The step that it goes on with when nobody wants to know of conditions.
    pub(crate) next: u32,
}

/// What is done on a miss.
#[derive(Clone, Debug)]
enum Default {
    Call(ActionCall, NextNode, Option<Box<Special>>),
    Profile(ProfileTarget),
}

/// When an entry was hit, in milliseconds, and how long it may be idle; 0 is for ever.
#[derive(Debug, Default)]
struct Life {
    hit: AtomicU64,
    timeout: u32,
}

/// A compiled table.
#[derive(Debug)]
pub(crate) struct Table {
    shape: KeyShape,
    keys: Vec<TableKey>,
    pub(crate) direct_counter: Option<CounterId>,
    pub(crate) direct_meter: Option<DirectMeter>,
    pub(crate) implementation: TableImplementation,
    /// How entries are found; `None`: the control plane finds them by the bytes of their keys.
    lookup: Option<Lookup>,
    /// What was compiled for single entries, by their numbers.
    specials: Vec<Option<Box<Special>>>,
    default: Option<Default>,
    /// Where the actions go on when an entry called them, in the order of the table's actions.
    calls: Box<[(usize, NextNode)]>,
    /// When entries were hit, where they age.
    lives: Option<Vec<Life>>,
    /// Entries have no counters, meters or ages.
    bare: bool,
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
        let shape = KeyShape::new(layout, &table.keys)?;
        let calls = table.actions.iter().map(|a| (a.index(), self::next(table, a.index(), true))).collect();
        Ok(Self {
            lookup: lookup(&shape, &table.keys),
            shape,
            keys: table.keys.clone(),
            direct_counter: table.direct_counter,
            direct_meter: table.direct_meter,
            implementation: table.implementation,
            specials: Vec::new(),
            default: None,
            calls,
            lives: table.support_timeout.then(Vec::new),
            bare: table.direct_counter.is_none() && table.direct_meter.is_none() && !table.support_timeout,
            told: Vec::new(),
        })
    }

    /// Add an entry, now; `store` may have it already.
    pub(crate) fn insert(&mut self, store: &EntryStore, entry: &TableEntry, now: u64) {
        let pattern = self.pattern(&entry.key, entry.priority);
        if let Some(lookup) = &mut self.lookup {
            lookup.insert(&pattern, || store.mask(&entry.key), Handles::number(entry.handle));
        }
        self.set_timeout(entry.handle, 0, now);
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
    pub(crate) fn last_hit(&self, number: u32) -> Option<u64> {
        self.lives.as_ref()?.get(number as usize).map(|life| life.hit.load(Relaxed))
    }

    /// The entries that are idle for longer than they may, but for those that the last sweep told of: an entry that
    /// stays idle is told of by every second sweep (`AgeingMonitor::do_sweep`).
    pub(crate) fn sweep(&mut self, store: &EntryStore, now: u64) -> Vec<u64> {
        let idle = |life: &Life| {
            life.timeout > 0 && now.saturating_sub(life.hit.load(Relaxed)) >= u64::from(life.timeout)
        };
        let lives = (0u32..).zip(self.lives.iter().flatten());
        let idle = lives.filter(|(_, life)| idle(life)).filter_map(|(number, _)| store.handle(number));
        let fresh: Vec<u64> = idle.filter(|handle| !self.told.contains(handle)).collect();
        self.told.clone_from(&fresh);
        fresh
    }

    /// Delete an entry, which `store` still has.
    pub(crate) fn remove(&mut self, store: &EntryStore, handle: u64) {
        let number = Handles::number(handle);
        self.set_special(handle, None);
        if let Some(mut lookup) = self.lookup.take() {
            lookup.remove(number, || {
                let entry = store.entry(number)?;
                Some((self.pattern(&entry.key, entry.priority), store.mask(&entry.key)?))
            });
            self.lookup = Some(lookup);
        }
        // A number that is free is idle for ever.
        self.set_timeout(handle, 0, 0);
    }

    /// Delete all entries.
    pub(crate) fn clear(&mut self) {
        self.lookup.iter_mut().for_each(Lookup::clear);
        self.specials = Vec::new();
        self.lives.iter_mut().for_each(Vec::clear);
        self.told.clear();
    }

    /// Where an action goes on that an entry calls.
    pub(crate) fn next(&self, action: usize) -> NextNode {
        self.calls.iter().find(|(own, _)| *own == action).and_then(|(_, next)| *next)
    }

    /// What is done when nothing matches.
    pub(crate) fn set_default(
        &mut self,
        declared: &hyper4_ir::Table,
        default: Option<&DefaultAction>,
        special: Option<Special>,
    ) {
        self.default = default.map(|default| match default {
            DefaultAction::Direct(action, arguments) => Default::Call(
                ActionCall::new(*action, arguments),
                next(declared, action.index(), false),
                special.map(Box::new),
            ),
            DefaultAction::Indirect(target) => Default::Profile(*target),
        });
    }

    /// The number of the entry of `store` that matches the packet. `key` is room for the key.
    #[inline]
    pub(crate) fn search<'a>(
        &self,
        store: impl FnOnce() -> Option<&'a EntryStore>,
        memory: &[u64],
        key: &mut Key,
    ) -> Option<u32> {
        let Some(lookup) = &self.lookup else {
            let store = store().filter(|store| !store.is_empty())?;
            return store.find(key.words(&self.shape, memory));
        };
        match lookup.scan(&self.shape, memory) {
            Scanned::Found(number) => Some(number),
            Scanned::Nothing => None,
            Scanned::Unknown => {
                let store = store()?;
                lookup.find(
                    move |form| match form {
                        KeyForm::Limbs => self.shape.fetch(memory, &mut key.limbs),
                        KeyForm::Words => key.words(&self.shape, memory),
                    },
                    |mask, words| store.find_under(mask, words),
                )
            }
        }
    }

    /// What was compiled for the entry of that number, or for a miss; not in a table that does something else for a hit.
    #[inline]
    pub(crate) fn special(&self, number: Option<u32>) -> Option<&Special> {
        match (number, &self.default) {
            (Some(number), _) if self.bare => self.specials.get(number as usize)?.as_deref(),
            (Some(_), _) => None,
            (None, Some(Default::Call(_, _, special))) => special.as_deref(),
            (None, _) => None,
        }
    }

    /// What is done with a packet, which arrived at `since` milliseconds and found the entry of that number in `store`,
    /// or none.
    pub(crate) fn found<'a>(
        &'a self,
        store: Option<&'a EntryStore>,
        number: Option<u32>,
        since: u64,
    ) -> Found<'a> {
        let entry = number.and_then(|number| Some((number, store?.get(number)?)));
        let Some((number, (handle, kind, data))) = entry else {
            let target = self.default.as_ref().map(|default| match default {
                Default::Call(call, next, _) => {
                    Target::Call(call.action, Arguments::Limbs(&call.limbs), *next)
                }
                Default::Profile(target) => Target::Profile(*target),
            });
            return Found { handle: None, target };
        };
        if let Some(life) = self.lives.as_ref().and_then(|lives| lives.get(number as usize)) {
            life.hit.store(since, Relaxed);
        }
        let target = match kind {
            EntryKind::Call(call) => self.calls.get(usize::from(call)).map(|(action, next)| {
                let arguments = Arguments::Packed(data);
                match self.specials.get(number as usize) {
                    Some(Some(special)) => Target::Special(special, arguments, *next),
                    _ => Target::Call(*action, arguments, *next),
                }
            }),
            EntryKind::Member(member) => Some(Target::Profile(ProfileTarget::Member(member))),
            EntryKind::Group(group) => Some(Target::Profile(ProfileTarget::Group(group))),
        };
        Found { handle: Some(handle), target }
    }

    fn pattern(&self, key: &[MatchValue], priority: Option<u32>) -> Pattern {
        let mut value = vec![0; self.shape.limbs];
        let mut mask = vec![0; self.shape.limbs];
        let mut ranges = Vec::new();
        let mut rank = priority.unwrap_or(0);
        for ((part, declared), matched) in self.shape.parts.iter().zip(&self.keys).zip(key) {
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

/// How keys are searched: as a whole when all of them are exact.
fn lookup(shape: &KeyShape, keys: &[TableKey]) -> Option<Lookup> {
    let exact = |key: &TableKey| key.match_kind == MatchKind::Exact;
    let bytes: u32 = keys.iter().map(|key| key.width.div_ceil(8)).sum();
    if keys.iter().all(|key| exact(key) && key.mask.is_none()) {
        return (bytes > FEW_BYTES).then(|| Lookup::exact(shape.limbs));
    }
    let mut fixed = vec![0; shape.limbs];
    for (part, key) in shape.parts.iter().zip(keys).filter(|(_, key)| exact(key)) {
        let ones = Bits::ones(part.width);
        place(&mut fixed, part, &key.mask.as_ref().map_or_else(|| ones.clone(), |mask| ones.and(mask)));
    }
    // Where exact keys leave few of many masks, each place has those that it needs.
    let few_masks = keys.iter().any(|key| key.match_kind == MatchKind::Lpm) || !keys.iter().any(exact);
    let ranges = keys.iter().any(|key| key.match_kind == MatchKind::Range);
    let masked = bytes <= FEW_BYTES && few_masks && !ranges;
    Some(if masked { Lookup::masked(shape, &fixed) } else { Lookup::tuples(shape, &fixed) })
}
