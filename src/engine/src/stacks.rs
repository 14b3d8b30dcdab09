//! Stacks, unions, and what is done to headers as wholes.

use hyper4_ir::{HeaderStack, HeaderUnion, HeaderUnionStack, Program};

use crate::layout::{HeaderSlot, Layout};

/// A header stack: its elements' numbers, and where it says how many are in use.
#[derive(Clone, Debug)]
pub(crate) struct StackSlot {
    pub(crate) next: u32,
    pub(crate) headers: Box<[usize]>,
}

impl StackSlot {
    pub(crate) fn new(stack: &HeaderStack, next: u32) -> Self {
        Self { next, headers: stack.headers.iter().map(|header| header.index()).collect() }
    }
}

/// A header union: its members' numbers.
#[derive(Clone, Debug)]
pub(crate) struct UnionSlot {
    pub(crate) members: Box<[usize]>,
}

impl UnionSlot {
    pub(crate) fn new(union: &HeaderUnion) -> Self {
        Self { members: union.members.iter().map(|member| member.header.index()).collect() }
    }
}

/// A stack of unions: the members' numbers of each element, and where it says how many are in use.
#[derive(Clone, Debug)]
pub(crate) struct UnionStackSlot {
    pub(crate) next: u32,
    pub(crate) unions: Box<[UnionSlot]>,
}

impl UnionStackSlot {
    pub(crate) fn new(program: &Program, stack: &HeaderUnionStack, next: u32) -> Self {
        let unions = stack.unions.iter().filter_map(|union| program.header_unions.get(union.index()));
        Self { next, unions: unions.map(UnionSlot::new).collect() }
    }
}

/// A stack to push to or to pop from: elements of as many headers each.
#[derive(Clone, Debug)]
pub(crate) struct Shift {
    next: u32,
    elements: Box<[Box<[usize]>]>,
    /// The elements that are inserted or left over become invalid; of unions bmv2 leaves them as they are.
    invalidates: bool,
    count: usize,
}

impl Shift {
    pub(crate) fn of_headers(stack: &StackSlot, count: u32) -> Self {
        let elements = stack.headers.iter().map(|header| Box::from([*header])).collect();
        Self { next: stack.next, elements, invalidates: true, count: count as usize }
    }

    pub(crate) fn of_unions(stack: &UnionStackSlot, count: u32) -> Self {
        let elements = stack.unions.iter().map(|union| union.members.clone()).collect();
        Self { next: stack.next, elements, invalidates: false, count: count as usize }
    }

    /// Elements move up (`StackP4_16::push_front`).
    pub(crate) fn push(&self, layout: &Layout, memory: &mut [u64]) {
        let (size, count) = (self.elements.len(), self.count);
        if count == 0 {
            return;
        }
        self.set_next(memory, |next| (next + count).min(size));
        for i in (count..size).rev() {
            self.swap(layout, memory, i, i - count);
        }
        self.invalidate(layout, memory, 0..count.min(size));
    }

    /// Elements move down (`StackP4_16::pop_front`).
    pub(crate) fn pop(&self, layout: &Layout, memory: &mut [u64]) {
        let (size, count) = (self.elements.len(), self.count);
        if count == 0 {
            return;
        }
        self.set_next(memory, |next| next.saturating_sub(count));
        let kept = size.saturating_sub(count);
        for i in 0..kept {
            self.swap(layout, memory, i, i + count);
        }
        self.invalidate(layout, memory, kept..size);
    }

    fn set_next(&self, memory: &mut [u64], change: impl Fn(usize) -> usize) {
        if let Some(next) = memory.get_mut(self.next as usize) {
            *next = change(*next as usize) as u64;
        }
    }

    fn swap(&self, layout: &Layout, memory: &mut [u64], i: usize, j: usize) {
        let (Some(a), Some(b)) = (self.elements.get(i), self.elements.get(j)) else { return };
        for (a, b) in a.iter().zip(b) {
            if let (Some(a), Some(b)) = (layout.headers.get(*a), layout.headers.get(*b)) {
                swap(memory, a, b);
            }
        }
    }

    fn invalidate(&self, layout: &Layout, memory: &mut [u64], range: std::ops::Range<usize>) {
        if self.invalidates {
            let elements = self.elements.get(range).unwrap_or_default();
            let headers = elements.iter().flatten().filter_map(|header| layout.headers.get(*header));
            headers.for_each(|header| header.set_valid(memory, false));
        }
    }
}

fn swap(memory: &mut [u64], a: &HeaderSlot, b: &HeaderSlot) {
    memory.swap(a.valid as usize, b.valid as usize);
    if let (Some(a), Some(b)) = (a.varbit_width, b.varbit_width) {
        memory.swap(a as usize, b as usize);
    }
    for (a, b) in (a.at..a.at + a.limbs).zip(b.at..b.at + b.limbs) {
        memory.swap(a as usize, b as usize);
    }
}

/// Copy validity and fields; an invalid header's fields are zero already, and its width stays.
pub(crate) fn assign(layout: &Layout, memory: &mut [u64], to: usize, from: usize) {
    let (Some(to), Some(from)) = (layout.headers.get(to), layout.headers.get(from)) else { return };
    if !from.is_valid(memory) {
        to.set_valid(memory, false);
        return;
    }
    let source = from.at as usize..(from.at + from.limbs) as usize;
    if source.end <= memory.len() && (to.at + from.limbs) as usize <= memory.len() {
        memory.copy_within(source, to.at as usize);
    }
    if let (Some(to), Some(from)) = (to.varbit_width, from.varbit_width) {
        let width = memory.get(from as usize).copied().unwrap_or(0);
        if let Some(to) = memory.get_mut(to as usize) {
            *to = width;
        }
    }
    // Last, for the source may be the member of the same union that this makes invalid.
    to.set_valid(memory, true);
}

/// Copy a field of variable width with its width.
pub(crate) fn assign_varbit(
    memory: &mut [u64],
    to: crate::layout::FieldSlot,
    from: crate::layout::FieldSlot,
) {
    let width = from.width(memory);
    if let Some(at) = to.varbit
        && let Some(present) = memory.get_mut(at as usize)
    {
        *present = u64::from(width);
    }
    if to.is_writable(memory) {
        let (limbs, source) = (to.limbs().min(from.limbs()) as usize, from.at as usize);
        if source + limbs <= memory.len() && to.at as usize + limbs <= memory.len() {
            memory.copy_within(source..source + limbs, to.at as usize);
        }
    }
}
