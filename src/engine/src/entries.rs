//! What entries do, packed: a word an entry, and its arguments.

use hyper4_switch::Handles;

/// What an entry's data are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Arguments of the table's action of that number.
    Call(u16),
    /// A member of the action profile.
    Member,
    /// A group of the action profile.
    Group,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    /// Where its data begin, and how many limbs they are.
    at: u32,
    limbs: u32,
    kind: u16,
    /// The handle's, above the number.
    version: u8,
}

const ABSENT: u16 = u16::MAX;
const MEMBER: u16 = u16::MAX - 1;
const GROUP: u16 = u16::MAX - 2;

/// Entries by the numbers of their handles.
#[derive(Clone, Debug, Default)]
pub(crate) struct Entries {
    slots: Vec<Slot>,
    data: Vec<u64>,
    /// Where data were that aren't needed any more, by their size in limbs.
    free: Vec<Vec<u32>>,
}

impl Entries {
    /// Add an entry or replace what it does.
    pub(crate) fn put(&mut self, handle: u64, kind: Kind, data: impl Iterator<Item = u64> + Clone) {
        let number = Handles::number(handle);
        self.remove(number);
        let limbs = data.clone().count();
        let at = match self.free.get_mut(limbs).and_then(Vec::pop) {
            Some(at) => at as usize,
            None => {
                let at = self.data.len();
                self.data.resize(at + limbs, 0);
                at
            }
        };
        let place = self.data.get_mut(at..at + limbs).unwrap_or_default();
        place.iter_mut().zip(data).for_each(|(place, limb)| *place = limb);
        let kind = match kind {
            Kind::Call(call) => call,
            Kind::Member => MEMBER,
            Kind::Group => GROUP,
        };
        let version = (handle >> Handles::NUMBER_BITS) as u8;
        let index = number as usize;
        if self.slots.len() <= index {
            self.slots.resize(index + 1, Slot { at: 0, limbs: 0, kind: ABSENT, version: 0 });
        }
        if let Some(slot) = self.slots.get_mut(index) {
            *slot = Slot { at: at as u32, limbs: limbs as u32, kind, version };
        }
    }

    /// Remove an entry. False: there is none.
    pub(crate) fn remove(&mut self, number: u32) -> bool {
        let Some(slot) = self.slots.get_mut(number as usize).filter(|slot| slot.kind != ABSENT) else {
            return false;
        };
        slot.kind = ABSENT;
        let limbs = slot.limbs as usize;
        if self.free.len() <= limbs {
            self.free.resize(limbs + 1, Vec::new());
        }
        if let Some(free) = self.free.get_mut(limbs) {
            free.push(slot.at);
        }
        true
    }

    /// The handle of the entry with that number.
    pub(crate) fn handle(&self, number: u32) -> Option<u64> {
        self.get(number).map(|(handle, ..)| handle)
    }

    /// The handle of the entry with that number, and what it does.
    pub(crate) fn get(&self, number: u32) -> Option<(u64, Kind, &[u64])> {
        let slot = self.slots.get(number as usize)?;
        let kind = match slot.kind {
            ABSENT => return None,
            MEMBER => Kind::Member,
            GROUP => Kind::Group,
            call => Kind::Call(call),
        };
        let handle = u64::from(slot.version) << Handles::NUMBER_BITS | u64::from(number);
        let at = slot.at as usize;
        Some((handle, kind, self.data.get(at..at + slot.limbs as usize)?))
    }
}
