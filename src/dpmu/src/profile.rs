//! The numbers by which rows of members and groups of action profiles are told apart.

use std::collections::{BTreeMap, BTreeSet};

use hyper4_ir::{ActionProfileId, ProfileTarget};
use hyper4_persona::ProfileNumber;

/// A member or a group of a program's action profiles.
pub(crate) type ProfileKey = (ActionProfileId, ProfileTarget);

/// A group's numbers: its own, and the one under which its members are found, which is another whenever these change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct GroupNumbers {
    pub(crate) own: ProfileNumber,
    pub(crate) positions: ProfileNumber,
}

/// Which numbers are whose, of one virtual device.
#[derive(Clone, Debug, Default)]
pub(crate) struct ProfileNumbers {
    members: BTreeMap<(ActionProfileId, u64), ProfileNumber>,
    groups: BTreeMap<(ActionProfileId, u64), GroupNumbers>,
    /// Below it each number is somebody's or in `released`.
    next: ProfileNumber,
    released: BTreeSet<ProfileNumber>,
}

/// What becomes of a member or a group.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Numbered {
    Member(ActionProfileId, u64, Option<ProfileNumber>),
    Group(ActionProfileId, u64, Option<GroupNumbers>),
}

impl ProfileNumbers {
    pub(crate) fn member(&self, profile: ActionProfileId, member: u64) -> Option<ProfileNumber> {
        self.members.get(&(profile, member)).copied()
    }

    pub(crate) fn group(&self, profile: ActionProfileId, group: u64) -> Option<GroupNumbers> {
        self.groups.get(&(profile, group)).copied()
    }

    /// The number that entries name.
    pub(crate) fn of(&self, (profile, target): ProfileKey) -> Option<ProfileNumber> {
        match target {
            ProfileTarget::Member(member) => self.member(profile, member),
            ProfileTarget::Group(group) => Some(self.group(profile, group)?.own),
        }
    }

    /// Numbers that are nobody's, below `end`.
    pub(crate) fn free(&self, end: ProfileNumber) -> impl Iterator<Item = ProfileNumber> {
        self.released.iter().copied().chain(self.next..end).filter(move |number| *number < end)
    }

    /// Note what has become of a member or a group.
    pub(crate) fn note(&mut self, numbered: Numbered) {
        let (before, now) = match numbered {
            Numbered::Member(profile, member, number) => {
                let before = match number {
                    Some(number) => self.members.insert((profile, member), number),
                    None => self.members.remove(&(profile, member)),
                };
                (vec![before], vec![number])
            }
            Numbered::Group(profile, group, numbers) => {
                let before = match numbers {
                    Some(numbers) => self.groups.insert((profile, group), numbers),
                    None => self.groups.remove(&(profile, group)),
                };
                let both = |n: Option<GroupNumbers>| vec![n.map(|n| n.own), n.map(|n| n.positions)];
                (both(before), both(numbers))
            }
        };
        self.released.extend(before.into_iter().flatten());
        for number in now.into_iter().flatten() {
            self.released.remove(&number);
            if number >= self.next {
                self.released.extend(self.next..number);
                self.next = number.saturating_add(1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_one_things_at_a_time() {
        let mut numbers = ProfileNumbers::default();
        let profile = ActionProfileId(0);
        let first = |numbers: &ProfileNumbers| numbers.free(5).next();
        for member in 0..3 {
            let number = first(&numbers);
            assert_eq!(number, Some(member as u16));
            numbers.note(Numbered::Member(profile, member, number));
        }
        numbers.note(Numbered::Member(profile, 1, None));
        let two: Vec<_> = numbers.free(5).take(2).collect();
        assert_eq!(two, [1, 3]);
        let group = GroupNumbers { own: 1, positions: 3 };
        numbers.note(Numbered::Group(profile, 7, Some(group)));
        assert_eq!(numbers.of((profile, ProfileTarget::Group(7))), Some(1));
        // Its members change: they are found under another number, and the old one is free again.
        numbers.note(Numbered::Group(profile, 7, Some(GroupNumbers { positions: 4, ..group })));
        assert_eq!(numbers.free(5).collect::<Vec<_>>(), [3]);
        numbers.note(Numbered::Group(profile, 7, None));
        assert_eq!(numbers.free(5).collect::<Vec<_>>(), [1, 3, 4]);
        assert_eq!(numbers.of((profile, ProfileTarget::Member(1))), None);
    }
}
