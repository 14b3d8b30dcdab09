//! Where a path's headers lie, and which of them are valid: known at compile time, path by path.
//!
//! A header that the parser extracts stays where it lies in the window, also when it is made invalid and valid again.
//! One that an action makes valid has a *home*: cells of metadata. Elements of a stack that is pushed or popped change
//! places without anything being copied. Only the deparser moves bits.

use std::collections::BTreeMap;

use hyper4_ir::{HeaderId, Program, StackRef};

use super::flow::Headers;

/// Where a header's fields lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Storage {
    /// In the window, so many bits behind its first.
    Window(u32),
    /// In the cells that belong to that header: most often itself.
    Home(HeaderId),
}

/// What is known of a packet's headers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Shape {
    /// The valid headers.
    pub(super) valid: Headers,
    /// Those that don't lie in their own home.
    storage: BTreeMap<HeaderId, Storage>,
    /// Bits of their varbits, where not 0.
    varbits: BTreeMap<HeaderId, u32>,
    /// Elements of stacks in use, where not 0.
    used: BTreeMap<StackRef, u32>,
    /// Bits of the packet that the parser took.
    pub(super) taken: u32,
}

impl Shape {
    /// Where a header lies.
    pub(super) fn storage(&self, header: HeaderId) -> Storage {
        self.storage.get(&header).copied().unwrap_or(Storage::Home(header))
    }

    /// A header lies there now.
    pub(super) fn put(&mut self, header: HeaderId, storage: Storage) {
        if storage == Storage::Home(header) {
            self.storage.remove(&header);
        } else {
            self.storage.insert(header, storage);
        }
    }

    /// Bits of a header's varbit.
    pub(super) fn varbit(&self, header: HeaderId) -> u32 {
        self.varbits.get(&header).copied().unwrap_or(0)
    }

    /// Sets the bits of a header's varbit.
    pub(super) fn set_varbit(&mut self, header: HeaderId, width: u32) {
        if width == 0 {
            self.varbits.remove(&header);
        } else {
            self.varbits.insert(header, width);
        }
    }

    /// Elements of a stack in use.
    pub(super) fn used(&self, stack: StackRef) -> u32 {
        self.used.get(&stack).copied().unwrap_or(0)
    }

    /// Sets the elements of a stack in use.
    pub(super) fn set_used(&mut self, stack: StackRef, used: u32) {
        if used == 0 {
            self.used.remove(&stack);
        } else {
            self.used.insert(stack, used);
        }
    }

    /// Makes a header valid, and so the other members of its union invalid.
    pub(super) fn make_valid(&mut self, program: &Program, header: HeaderId) {
        for union in &program.header_unions {
            if union.members.iter().any(|m| m.header == header) {
                self.valid.retain(|valid| union.members.iter().all(|m| m.header != *valid));
            }
        }
        self.valid.insert(header);
    }

    /// Two headers change places.
    pub(super) fn swap(&mut self, a: HeaderId, b: HeaderId) {
        let (at_a, at_b) = (self.storage(a), self.storage(b));
        self.put(a, at_b);
        self.put(b, at_a);
        let (width_a, width_b) = (self.varbit(a), self.varbit(b));
        self.set_varbit(a, width_b);
        self.set_varbit(b, width_a);
        let (valid_a, valid_b) = (self.valid.remove(&a), self.valid.remove(&b));
        self.valid.extend(valid_a.then_some(b));
        self.valid.extend(valid_b.then_some(a));
    }

    /// What of it is about those headers, and the stacks that they are in.
    pub(super) fn restricted(&self, program: &Program, headers: &Headers) -> Self {
        let of_stack = |stack: &StackRef| match stack {
            StackRef::Headers(id) => {
                let stack = program.header_stacks.get(id.index());
                stack.is_some_and(|s| s.headers.iter().any(|h| headers.contains(h)))
            }
            StackRef::Unions(id) => {
                let unions = program.header_union_stacks.get(id.index()).map_or(&[][..], |s| &s.unions);
                let unions = unions.iter().filter_map(|u| program.header_unions.get(u.index()));
                unions.flat_map(|u| &u.members).any(|m| headers.contains(&m.header))
            }
        };
        Self {
            valid: self.valid.intersection(headers).copied().collect(),
            storage: self
                .storage
                .iter()
                .filter(|(h, _)| headers.contains(h))
                .map(|(h, s)| (*h, *s))
                .collect(),
            varbits: self
                .varbits
                .iter()
                .filter(|(h, _)| headers.contains(h))
                .map(|(h, w)| (*h, *w))
                .collect(),
            used: self.used.iter().filter(|(s, _)| of_stack(s)).map(|(s, n)| (*s, *n)).collect(),
            taken: 0,
        }
    }
}
