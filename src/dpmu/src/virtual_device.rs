//! One program in a slice: what its tenant sees, and where its rows lie.

use std::collections::BTreeMap;
use std::sync::Arc;

use hyper4_ir::{
    ActionProfileId, EntryAction, MatchKind, MatchValue, ProfileTarget, TableEntry, TableId,
    TableImplementation,
};
use hyper4_persona::{Guest, MissAction, ProfileNumber, Row};
use hyper4_switch::{ControlPlane, DefaultAction, Handles, TableState};

use crate::DpmuError;
use crate::device::{RowOwner, Step};
use crate::profile::ProfileNumbers;
use crate::rank::{Place, Ranks};
use crate::state::Holdings;
use crate::store::{DeviceName, RowId, RowMeaning};
use crate::translate::Site;

/// Which of the virtual device's things some rows are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    /// Parser paths, branches.
    Fixed,
    /// The default action of a table.
    Default(TableId),
    /// The entry with that handle.
    Entry(TableId, u64),
    /// The member of an action profile with that handle.
    Member(ActionProfileId, u64),
    /// The group of an action profile with that handle.
    ProfileGroup(ActionProfileId, u64),
    /// Where the members of that group are found.
    Positions(ActionProfileId, u64),
    /// The operator's rows that bind its ports.
    Ports,
    /// The operator's rows that say what its accesses to state mean.
    State,
    /// The operator's rows of one of its multicast groups.
    Group(u16),
    /// The operator's rows of one of its mirroring sessions.
    Session(u16),
}

/// Where a virtual device lies in its device.
#[derive(Clone, Debug)]
pub(crate) struct Placement {
    pub(crate) site: Site,
    pub(crate) rows: PartRows,
    /// Its groups under the numbers they have in the device.
    pub(crate) groups: BTreeMap<u16, u16>,
}

/// Rows by what they are of, counted.
#[derive(Clone, Debug, Default)]
pub(crate) struct PartRows {
    rows: BTreeMap<Part, Vec<RowId>>,
    count: u64,
}

impl PartRows {
    pub(crate) fn of(&self, part: Part) -> &[RowId] {
        self.rows.get(&part).map_or(&[], Vec::as_slice)
    }

    /// The rows of each entry of a table, in the order of their handles.
    pub(crate) fn entries(&self, table: TableId) -> impl Iterator<Item = (u64, &[RowId])> {
        let of_table = self.rows.range(Part::Entry(table, 0)..=Part::Entry(table, u64::MAX));
        of_table.filter_map(|(part, rows)| match part {
            Part::Entry(_, handle) => Some((*handle, rows.as_slice())),
            _ => None,
        })
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = RowId> + '_ {
        self.rows.values().flatten().copied()
    }

    /// How many there are.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    pub(crate) fn add(&mut self, part: Part, row: RowId) {
        self.rows.entry(part).or_default().push(row);
        self.count += 1;
    }

    pub(crate) fn remove(&mut self, part: Part, row: RowId) {
        let Some(rows) = self.rows.get_mut(&part) else { return };
        let before = rows.len();
        rows.retain(|r| *r != row);
        self.count -= (before - rows.len()) as u64;
        if rows.is_empty() {
            self.rows.remove(&part);
        }
    }
}

/// A program that was loaded into a slice.
pub(crate) struct VirtualDevice {
    pub(crate) name: Arc<DeviceName>,
    pub(crate) guest: Guest,
    pub(crate) plane: ControlPlane,
    /// Of the tables whose entries have priorities.
    pub(crate) ranks: BTreeMap<TableId, Ranks>,
    /// Of members and groups.
    pub(crate) numbers: ProfileNumbers,
    pub(crate) holdings: Holdings,
    pub(crate) placement: Option<Placement>,
    /// The guest as it is placed, where that is not as it was loaded: with its egress inside.
    pub(crate) inside: Option<Guest>,
}

impl VirtualDevice {
    pub(crate) fn new(name: DeviceName, guest: Guest, holdings: Holdings) -> Self {
        let plane = ControlPlane::new(Arc::clone(guest.program()));
        let mut ranks: BTreeMap<TableId, Ranks> = BTreeMap::new();
        for (number, table) in (0u32..).zip(&guest.program().tables) {
            if matches!(table.match_kind, MatchKind::Ternary | MatchKind::Range | MatchKind::Optional) {
                let state = plane.table(TableId(number));
                let ranks = ranks.entry(TableId(number)).or_default();
                for entry in state.into_iter().flat_map(TableState::entries) {
                    ranks.insert(&ranks.insertion(place(&entry), entry.handle));
                }
            }
        }
        let numbers = ProfileNumbers::default();
        Self { name: Arc::new(name), guest, plane, ranks, numbers, holdings, placement: None, inside: None }
    }

    /// The guest as it is placed.
    pub(crate) fn placed(&self) -> &Guest {
        self.inside.as_ref().unwrap_or(&self.guest)
    }

    /// The rows of everything that doesn't depend on the wiring, of the guest as it is going to be placed.
    pub(crate) fn all_rows(&self, guest: &Guest) -> Result<Vec<(Part, Vec<Row>)>, DpmuError> {
        let mut parts = vec![(Part::Fixed, guest.fixed_rows().to_vec())];
        for (table, state) in self.plane.tables() {
            let default = self.miss_action(table, state.default());
            parts.push((Part::Default(table), guest.default_rows(table, default)?));
            for entry in state.entries() {
                let rank = self.ranks.get(&table).and_then(|r| r.get(place(&entry)));
                let rank = rank.unwrap_or_else(|| prefix_rank(&entry));
                parts.push((Part::Entry(table, entry.handle), self.entry_rows(guest, table, &entry, rank)?));
            }
        }
        for number in 0..self.guest.program().action_profiles.len() as u32 {
            let profile = ActionProfileId(number);
            let Some(state) = self.plane.profile(profile) else { continue };
            for (member, (action, arguments)) in state.members() {
                let Some(number) = self.numbers.member(profile, *member) else { continue };
                let rows = guest.member_rows(profile, number, *action, arguments)?;
                parts.push((Part::Member(profile, *member), rows));
            }
            for (group, members) in state.groups() {
                let Some(numbers) = self.numbers.group(profile, *group) else { continue };
                let rows = guest.group_rows(profile, numbers.own, numbers.positions, members.len());
                parts.push((Part::ProfileGroup(profile, *group), rows));
                let members: Vec<_> =
                    members.iter().filter_map(|member| self.numbers.member(profile, *member)).collect();
                let rows = guest.position_rows(profile, numbers.positions, &members);
                parts.push((Part::Positions(profile, *group), rows));
            }
        }
        Ok(parts)
    }

    /// The rows of an entry, of the guest as it is placed or going to be.
    pub(crate) fn entry_rows(
        &self,
        guest: &Guest,
        table: TableId,
        entry: &TableEntry,
        rank: u32,
    ) -> Result<Vec<Row>, DpmuError> {
        let number = match &entry.action {
            EntryAction::Direct { .. } => None,
            EntryAction::Indirect(target) => self.number(table, *target),
        };
        Ok(guest.entry_rows(table, entry, rank, number.unwrap_or_default())?)
    }

    /// What a table does on a miss.
    pub(crate) fn miss_action<'d>(
        &self,
        table: TableId,
        default: Option<&'d DefaultAction>,
    ) -> Option<MissAction<'d>> {
        Some(match default? {
            DefaultAction::Direct(action, arguments) => MissAction::Action(*action, arguments),
            DefaultAction::Indirect(target) => {
                MissAction::Profile(*target, self.number(table, *target).unwrap_or_default())
            }
        })
    }

    /// The number of a member or a group of a table's action profile.
    fn number(&self, table: TableId, target: ProfileTarget) -> Option<ProfileNumber> {
        let table = self.guest.program().tables.get(table.index())?;
        let TableImplementation::Profile(profile) = table.implementation else { return None };
        self.numbers.of((profile, target))
    }

    /// The step that adds one of its rows at a place.
    pub(crate) fn add(&self, site: Site, row: Row) -> Step {
        Step::Add {
            owner: RowOwner::Tenant(self.name.slice.clone()),
            command: row.command(site),
            meaning: self.meaning(row),
        }
    }

    pub(crate) fn meaning(&self, row: Row) -> RowMeaning {
        RowMeaning::Guest { device: Arc::clone(&self.name), origin: Arc::new(row.origin) }
    }
}

/// Where an entry stands among those of its table, which has priorities: by priority, then by handle.
pub(crate) fn place(entry: &TableEntry) -> Place {
    (u64::from(entry.priority.unwrap_or(0)), Handles::number(entry.handle))
}

/// The rank of an entry of a table without priorities: the longest prefix wins. Two with the same length never match the
/// same packet.
pub(crate) fn prefix_rank(entry: &TableEntry) -> u32 {
    let unmatched = entry.key.iter().find_map(|k| match k {
        MatchValue::Lpm { value, prefix_length } => Some(value.width().saturating_sub(*prefix_length)),
        _ => None,
    });
    unmatched.unwrap_or(0) + 1
}
