//! Keys that are compared under masks: tuple space search.
//!
//! Entries with the same mask form a group, which is a hash table. The groups are searched by ascending rank of their best
//! entry, until no group can have a better one than was found. Where there are many groups and the table has exact keys
//! too, a directory says which groups have entries with those keys' values.
//!
//! A range stands in as many groups as prefixes cover it ([`super::range`]), each time as a *node* of its own. Of
//! entries without ranges there is one node, that has the entry's number.

use hyper4_switch::{HashIndex, hash};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::order::Order;
use super::range::cover;
use super::scan::{Scan, Scanned};
use super::{Pattern, RangeOf};
use crate::key::KeyShape;

const NONE: u32 = u32::MAX;
/// Groups up to which all are searched.
const FEW_GROUPS: usize = 6;
/// Nodes up to which a range is taken apart; node numbers have 24 bits, like entries' numbers.
const MANY_NODES: usize = 1 << 23;

/// Bits of a key: limbs that aren't zero, and where they are.
type Mask = Box<[(u32, u64)]>;

fn sparse(mask: &[u64]) -> Mask {
    (0u32..).zip(mask).filter(|(_, limb)| **limb != 0).map(|(at, limb)| (at, *limb)).collect()
}

fn hash_under(mask: &Mask, key: &[u64]) -> u64 {
    hash(mask.iter().map(|(at, mask)| key.get(*at as usize).map_or(0, |limb| limb & mask)))
}

fn equal_under(mask: &Mask, value: &[u64], key: &[u64]) -> bool {
    mask.iter().all(|(at, mask)| {
        let at = *at as usize;
        value.get(at).zip(key.get(at)).is_some_and(|(value, key)| key & mask == *value & mask)
    })
}

#[derive(Clone, Copy, Debug)]
struct Node {
    entry: u32,
    rank: u32,
    group: u32,
    /// The next one of the same group and value, by rank and number.
    next: u32,
}

#[derive(Clone, Debug)]
struct Group {
    mask: Mask,
    whole_mask: Box<[u64]>,
    /// The first node of each value.
    index: HashIndex,
}

/// Which groups have entries with which values of the exact keys.
#[derive(Clone, Debug, Default)]
struct Directory {
    places: FxHashMap<SmallVec<[u64; 1]>, u32>,
    orders: Vec<Order>,
    free: Vec<u32>,
}

/// An entry's nodes and its ranges.
type Ranged = (SmallVec<[u32; 4]>, Box<[RangeOf]>);

/// Entries by what they match.
#[derive(Clone, Debug)]
pub(crate) struct Tuples {
    limbs: usize,
    /// The bits that every entry compares.
    fixed: Mask,
    scan: Scan,
    groups: Vec<Group>,
    by_mask: FxHashMap<Box<[u64]>, u32>,
    free_groups: Vec<u32>,
    order: Order,
    directory: Option<Box<Directory>>,
    nodes: Vec<Node>,
    /// The value of each node.
    values: Vec<u64>,
    /// Of tables with ranges: the nodes of each entry, its ranges, and nodes that aren't used.
    ranged: Vec<Ranged>,
    free_nodes: Vec<u32>,
}

impl Tuples {
    pub(super) fn new(shape: &KeyShape, fixed: &[u64]) -> Self {
        Self {
            limbs: fixed.len(),
            fixed: sparse(fixed),
            scan: Scan::new(shape, fixed),
            groups: Vec::new(),
            by_mask: FxHashMap::default(),
            free_groups: Vec::new(),
            order: Order::default(),
            directory: None,
            nodes: Vec::new(),
            values: Vec::new(),
            ranged: Vec::new(),
            free_nodes: Vec::new(),
        }
    }

    pub(super) fn insert(&mut self, pattern: &Pattern, number: u32) {
        if pattern.ranges.is_empty() {
            self.scan.insert(pattern, number);
            self.enter(number, number, pattern.rank, &pattern.value, &pattern.mask);
            return;
        }
        let whole = || vec![(pattern.value.clone(), pattern.mask.clone())];
        let parts = if self.nodes.len() < MANY_NODES { cover(pattern) } else { whole() };
        let mut nodes = SmallVec::new();
        for (value, mask) in parts {
            let node = self.free_nodes.pop().unwrap_or(self.nodes.len() as u32);
            self.enter(node, number, pattern.rank, &value, &mask);
            nodes.push(node);
        }
        if !nodes.is_empty() {
            self.scan.insert(pattern, number);
        }
        if self.ranged.len() <= number as usize {
            self.ranged.resize_with(number as usize + 1, Default::default);
        }
        if let Some(ranged) = self.ranged.get_mut(number as usize) {
            *ranged = (nodes, pattern.ranges.clone());
        }
    }

    pub(super) fn remove(&mut self, number: u32) {
        let node = match self.ranged.get(number as usize) {
            Some((nodes, _)) => nodes.first().copied(),
            None => Some(number),
        };
        if let Some(node) = node {
            let value: SmallVec<[u64; 4]> = self.value(node).into();
            self.scan.remove(&value, number);
        }
        match self.ranged.get_mut(number as usize) {
            Some(ranged) => {
                let (nodes, _) = std::mem::take(ranged);
                nodes.iter().for_each(|node| self.leave(*node));
                self.free_nodes.extend(nodes);
            }
            None => self.leave(number),
        }
    }

    pub(super) fn clear(&mut self) {
        self.scan.clear();
        self.groups.clear();
        self.by_mask.clear();
        self.free_groups.clear();
        self.order = Order::default();
        self.directory = None;
        self.nodes = Vec::new();
        self.values = Vec::new();
        self.ranged = Vec::new();
        self.free_nodes = Vec::new();
    }

    fn value(&self, node: u32) -> &[u64] {
        let at = node as usize * self.limbs;
        self.values.get(at..at + self.limbs).unwrap_or_default()
    }

    fn node(&self, node: u32) -> Option<&Node> {
        self.nodes.get(node as usize)
    }

    fn group(&mut self, mask: &[u64]) -> u32 {
        if let Some(group) = self.by_mask.get(mask) {
            return *group;
        }
        let group = Group { mask: sparse(mask), whole_mask: mask.into(), index: HashIndex::default() };
        let number = match self.free_groups.pop() {
            Some(free) => {
                if let Some(place) = self.groups.get_mut(free as usize) {
                    *place = group;
                }
                free
            }
            None => {
                self.groups.push(group);
                self.groups.len() as u32 - 1
            }
        };
        self.by_mask.insert(mask.into(), number);
        number
    }

    fn enter(&mut self, node: u32, entry: u32, rank: u32, value: &[u64], mask: &[u64]) {
        let number = self.group(mask);
        let at = node as usize;
        if self.nodes.len() <= at {
            self.nodes.resize(at + 1, Node { entry: NONE, rank: 0, group: NONE, next: NONE });
            self.values.resize((at + 1) * self.limbs, 0);
        }
        if let Some(place) = self.values.get_mut(at * self.limbs..(at + 1) * self.limbs) {
            place.copy_from_slice(value);
        }
        let mut new = Node { entry, rank, group: number, next: NONE };
        let Some(mut group) = self.take(number) else { return };
        let hash = hash_under(&group.mask, value);
        let first = group.index.find(hash, |other| equal_under(&group.mask, self.value(other), value));
        let before = |other: u32| self.node(other).is_some_and(|n| (n.rank, n.entry) < (rank, entry));
        match first {
            None => {
                let hash_of = |other| hash_under(&group.mask, self.value(other));
                group.index.insert(hash, node, hash_of);
            }
            Some(first) if !before(first) => {
                new.next = first;
                group.index.replace(hash, first, node);
            }
            Some(mut last) => {
                // It goes behind the last one that is before it.
                while let Some(next) = self.node(last).map(|n| n.next).filter(|next| before(*next)) {
                    last = next;
                }
                if let Some(last) = self.nodes.get_mut(last as usize) {
                    new.next = std::mem::replace(&mut last.next, node);
                }
            }
        }
        self.put_back(number, group);
        if let Some(place) = self.nodes.get_mut(at) {
            *place = new;
        }
        self.order.enter(number, rank);
        match self.directory.take() {
            Some(mut directory) => {
                self.register(&mut directory, value, number, rank);
                self.directory = Some(directory);
            }
            None if !self.fixed.is_empty() && self.order.steps().len() > FEW_GROUPS => {
                let mut directory = Box::<Directory>::default();
                for (node, present) in (0u32..).zip(&self.nodes).filter(|(_, node)| node.group != NONE) {
                    self.register(&mut directory, self.value(node), present.group, present.rank);
                }
                self.directory = Some(directory);
            }
            None => {}
        }
    }

    fn leave(&mut self, node: u32) {
        let Some(Node { group: number, next, .. }) = self.node(node).copied() else { return };
        let Some(mut group) = self.take(number) else { return };
        let value: SmallVec<[u64; 4]> = self.value(node).into();
        let hash = hash_under(&group.mask, &value);
        let first = group.index.find(hash, |other| equal_under(&group.mask, self.value(other), &value));
        match first {
            Some(first) if first == node && next == NONE => {
                group.index.remove(hash, node, |other| hash_under(&group.mask, self.value(other)));
            }
            Some(first) if first == node => group.index.replace(hash, node, next),
            Some(mut before) => {
                while let Some(following) =
                    self.node(before).map(|n| n.next).filter(|n| *n != node && *n != NONE)
                {
                    before = following;
                }
                if let Some(before) = self.nodes.get_mut(before as usize) {
                    before.next = next;
                }
            }
            None => {}
        }
        if let Some(place) = self.nodes.get_mut(node as usize) {
            *place = Node { entry: NONE, rank: 0, group: NONE, next: NONE };
        }
        if let Some(directory) = &mut self.directory {
            let place = place(&self.fixed, &value);
            if let Some(at) = directory.places.get(&place).copied()
                && let Some(order) = directory.orders.get_mut(at as usize)
                && order.leave(number)
                && order.steps().is_empty()
            {
                directory.places.remove(&place);
                directory.free.push(at);
            }
        }
        if self.order.leave(number) {
            self.by_mask.remove(&group.whole_mask);
            self.free_groups.push(number);
        }
        self.put_back(number, group);
    }

    fn take(&mut self, group: u32) -> Option<Group> {
        let empty = Group { mask: Mask::default(), whole_mask: Box::default(), index: HashIndex::default() };
        self.groups.get_mut(group as usize).map(|place| std::mem::replace(place, empty))
    }

    fn put_back(&mut self, number: u32, group: Group) {
        if let Some(place) = self.groups.get_mut(number as usize) {
            *place = group;
        }
    }

    fn register(&self, directory: &mut Directory, value: &[u64], group: u32, rank: u32) {
        let Directory { places, orders, free } = directory;
        let order = *places.entry(place(&self.fixed, value)).or_insert_with(|| {
            free.pop().unwrap_or_else(|| {
                orders.push(Order::default());
                orders.len() as u32 - 1
            })
        });
        if let Some(order) = directory.orders.get_mut(order as usize) {
            order.enter(group, rank);
        }
    }

    /// What few entries tell, when there are few.
    #[inline]
    pub(super) fn scan(&self, memory: &[u64]) -> Scanned {
        self.scan.find(memory)
    }

    pub(super) fn find(&self, key: &[u64]) -> Option<u32> {
        let order = match &self.directory {
            None => &self.order,
            Some(directory) => {
                let place = directory.places.get(&place(&self.fixed, key))?;
                directory.orders.get(*place as usize)?
            }
        };
        let mut best = (u32::MAX, NONE);
        for step in order.steps() {
            if step.best > best.0 {
                break;
            }
            let Some(group) = self.groups.get(step.group as usize) else { continue };
            let hash = hash_under(&group.mask, key);
            let mut next = group
                .index
                .find(hash, |node| equal_under(&group.mask, self.value(node), key))
                .unwrap_or(NONE);
            while let Some(node) = self.node(next)
                && (node.rank, node.entry) < best
            {
                if self.ranges(node.entry).iter().all(|range| range.contains(key)) {
                    best = (node.rank, node.entry);
                }
                next = node.next;
            }
        }
        Some(best.1).filter(|entry| *entry != NONE)
    }

    fn ranges(&self, entry: u32) -> &[RangeOf] {
        self.ranged.get(entry as usize).map_or(&[], |(_, ranges)| ranges)
    }
}

fn place(fixed: &Mask, value: &[u64]) -> SmallVec<[u64; 1]> {
    fixed.iter().map(|(at, mask)| value.get(*at as usize).map_or(0, |limb| limb & mask)).collect()
}
