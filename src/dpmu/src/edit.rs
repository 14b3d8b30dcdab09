//! What a tenant's command changes in the device, worked out before anything is touched.

use std::collections::{BTreeMap, BTreeSet};

use hyper4_ir::{ActionProfileId, Command, MirroringSession, TableEntry, TableId};
use hyper4_persona::{Layout, Refusal, Row};
use hyper4_switch::{Change, DefaultAction, Handles, Multicast, ProfileChange};

use crate::device::{Device, Step};
use crate::lease::{COPIES_OF_LEASE, GROUPS_OF_LEASE, Lease};
use crate::profile::{GroupNumbers, Numbered};
use crate::rank::{Insertion, Place};
use crate::store::{RowId, RowStore, matches_same};
use crate::translate::{self, Placing};
use crate::virtual_device::{Part, VirtualDevice, place, prefix_rank};
use crate::{DpmuError, Wiring, mirroring, multicast};

/// The change of one virtual device by one command.
pub(crate) struct Edit<'a> {
    device: &'a VirtualDevice,
    steps: Vec<Step>,
    removals: Vec<Step>,
    done: Done,
}

/// What is to be noted once the device has taken the steps.
#[derive(Debug, Default)]
pub(crate) struct Done {
    added: Vec<Part>,
    removed: Vec<(Part, RowId)>,
    ranked: Option<(TableId, Insertion)>,
    unranked: Vec<(TableId, Place)>,
    groups: Option<BTreeMap<u16, u16>>,
    numbered: Vec<Numbered>,
}

impl<'a> Edit<'a> {
    pub(crate) fn new(device: &'a VirtualDevice) -> Self {
        Self { device, steps: Vec::new(), removals: Vec::new(), done: Done::default() }
    }

    /// What a command changes. `others`: what the slice's other virtual devices use of groups.
    pub(crate) fn take(
        &mut self,
        change: &Change,
        command: &Command,
        wiring: Option<&Wiring>,
        lease: &Lease,
        others: &dyn Fn() -> GroupUse,
        below: &Device,
    ) -> Result<(), DpmuError> {
        match change {
            Change::None => {}
            Change::Entry { table, entry } => {
                self.put(below.rows(), *table, entry)?;
                self.clear_counter(*table, entry.handle)?;
            }
            Change::Rates { meter, cells, rates } => {
                self.run(self.device.holdings.rates(self.device.guest.program(), *meter, cells, rates)?);
            }
            Change::Delete { table, handles } | Change::Clear { table, handles } => {
                self.delete(*table, handles)
            }
            Change::Default { table, default } => self.default(below.rows(), *table, default.as_ref())?,
            Change::Profile { profile, change } => self.profile(below.rows(), *profile, change)?,
            Change::Multicast(next) => self.multicast(next, wiring, lease, others(), below)?,
            Change::Mirroring { session, copies } => {
                self.mirroring(*session, *copies, wiring, lease, below.layout())?
            }
            Change::Timeout { .. }
            | Change::ValueSet { .. }
            | Change::Queue { .. }
            | Change::Calculation { .. }
            | Change::Reset
            | Change::Data(_) => {
                let reason = "a virtual device takes commands for tables, action profiles, registers, counters, \
                              meters, multicast groups and mirroring sessions alone";
                return Err(Refusal::new(format!("command `{command}`"), reason).into());
            }
        }
        Ok(())
    }

    /// An entry is added, or its action is another one.
    fn put(&mut self, store: &RowStore, table: TableId, entry: &TableEntry) -> Result<(), DpmuError> {
        let ranks = self.device.ranks.get(&table);
        let rank = match ranks.map(|ranks| (ranks, ranks.get(place(entry)))) {
            None => prefix_rank(entry),
            Some((_, Some(rank))) => rank,
            Some((ranks, None)) => {
                let insertion = ranks.insertion(place(entry), entry.handle);
                let state = self.device.plane.table(table);
                for moved in &insertion.moved {
                    // Each leaves its old rank before the next one moves: the order is right at every step.
                    if let Some(other) = state.and_then(|s| s.by_handle(moved.handle)) {
                        let rows = self.device.entry_rows(self.device.placed(), table, &other, moved.to)?;
                        self.change(store, Part::Entry(table, other.handle), rows);
                        self.steps.append(&mut self.removals);
                    }
                }
                let rank = insertion.own.rank;
                self.done.ranked = Some((table, insertion));
                rank
            }
        };
        let rows = self.device.entry_rows(self.device.placed(), table, entry, rank)?;
        self.change(store, Part::Entry(table, entry.handle), rows);
        Ok(())
    }

    /// An entry that is added counts from zero.
    pub(crate) fn clear_counter(&mut self, table: TableId, handle: u64) -> Result<(), DpmuError> {
        let known = self.device.plane.table(table).and_then(|t| t.by_handle(handle)).is_some();
        let program = self.device.guest.program();
        let counter = program.tables.get(table.index()).and_then(|t| t.direct_counter);
        if let (false, Some(counter)) = (known, counter) {
            let zero = self.device.holdings.zero(program, counter, Handles::number(handle))?;
            self.steps.insert(0, Step::Clear(zero));
        }
        Ok(())
    }

    /// What cells of state are to be.
    pub(crate) fn run(&mut self, commands: Vec<Command>) {
        self.steps.extend(commands.into_iter().map(Step::Clear));
    }

    /// Entries are deleted.
    fn delete(&mut self, table: TableId, handles: &[u64]) {
        for handle in handles {
            self.remove_all(Part::Entry(table, *handle));
            if let Some(entry) = self.device.plane.table(table).and_then(|t| t.by_handle(*handle)) {
                self.done.unranked.push((table, place(&entry)));
            }
        }
    }

    /// A table's default action is another one.
    fn default(
        &mut self,
        store: &RowStore,
        table: TableId,
        default: Option<&DefaultAction>,
    ) -> Result<(), DpmuError> {
        let default = self.device.miss_action(table, default);
        let rows = self.device.placed().default_rows(table, default)?;
        self.change(store, Part::Default(table), rows);
        Ok(())
    }

    /// A member or a group of an action profile is another one. The members of a changed group lie ready under a new number
    /// before the group leads there.
    fn profile(
        &mut self,
        store: &RowStore,
        profile: ActionProfileId,
        change: &ProfileChange,
    ) -> Result<(), DpmuError> {
        let (guest, numbers) = (self.device.placed(), &self.device.numbers);
        let end = guest.profile_numbers().min(self.device.guest.profile_numbers());
        let mut free = numbers.free(end);
        let mut fresh = || {
            let resource = "numbers for members and groups of action profiles";
            free.next().ok_or(DpmuError::Exhausted { resource, needed: 1, left: 0 })
        };
        match change {
            ProfileChange::Member { member, action, arguments } => {
                let number = numbers.member(profile, *member).map_or_else(&mut fresh, Ok)?;
                let rows = guest.member_rows(profile, number, *action, arguments)?;
                self.change(store, Part::Member(profile, *member), rows);
                self.done.numbered.push(Numbered::Member(profile, *member, Some(number)));
            }
            ProfileChange::DeleteMember { member } => {
                self.remove_all(Part::Member(profile, *member));
                self.done.numbered.push(Numbered::Member(profile, *member, None));
            }
            ProfileChange::Group { group, members } => {
                let before = numbers.group(profile, *group).map(|before| before.own);
                let own = before.map_or_else(&mut fresh, Ok)?;
                let positions = fresh()?;
                let found = members.iter().filter_map(|member| numbers.member(profile, *member));
                let rows = guest.position_rows(profile, positions, &found.collect::<Vec<_>>());
                self.change(store, Part::Positions(profile, *group), rows);
                let rows = guest.group_rows(profile, own, positions, members.len());
                self.change(store, Part::ProfileGroup(profile, *group), rows);
                let numbers = GroupNumbers { own, positions };
                self.done.numbered.push(Numbered::Group(profile, *group, Some(numbers)));
            }
            ProfileChange::DeleteGroup { group } => {
                self.remove_all(Part::ProfileGroup(profile, *group));
                self.remove_all(Part::Positions(profile, *group));
                self.done.numbered.push(Numbered::Group(profile, *group, None));
            }
        }
        Ok(())
    }

    /// Groups and nodes are to be `next`. A changed group is made anew beside the old one and then takes its place.
    fn multicast(
        &mut self,
        next: &Multicast,
        wiring: Option<&Wiring>,
        lease: &Lease,
        others: GroupUse,
        below: &Device,
    ) -> Result<(), DpmuError> {
        let (Some(placement), Some(wiring)) = (self.device.placement.as_ref(), wiring) else { return Ok(()) };
        let site = placement.site;
        let placing = Placing { device: self.device, guest: self.device.placed(), site };
        let old = self.device.plane.multicast();
        let mut free = below.free_groups();
        let mut groups = placement.groups.clone();
        let mut made = 0;
        for group in old.groups().chain(next.groups()).collect::<BTreeSet<_>>() {
            if old.replicas(group) == next.replicas(group) {
                continue;
            }
            let part = Part::Group(group);
            let before = groups.remove(&group);
            if next.replicas(group).is_some() {
                let nodes = multicast::nodes(&self.device.name.device, next, group, wiring, lease)?;
                let physical = free.next().ok_or_else(no_groups)?;
                made += nodes.len() as u64;
                self.steps.push(Step::CreateGroup { group: physical, nodes });
                let held: Vec<RowId> = placement.rows.of(part).to_vec();
                let steps = translate::group_steps(placing, group, physical, wiring, below.layout());
                self.place_rows(part, &held, steps);
                groups.insert(group, physical);
            } else {
                self.remove_all(part);
            }
            self.removals.extend(before.map(Step::DestroyGroup));
        }
        let kept: u64 = groups.values().map(|physical| below.copies(*physical)).sum();
        out_of_groups(lease, others.groups + groups.len() as u64)?;
        out_of_copies(lease, others.copies + kept + made)?;
        self.done.groups = Some(groups);
        Ok(())
    }

    /// A session's copies are to go elsewhere.
    fn mirroring(
        &mut self,
        session: u16,
        copies: Option<MirroringSession>,
        wiring: Option<&Wiring>,
        lease: &Lease,
        layout: &Layout,
    ) -> Result<(), DpmuError> {
        let (Some(placement), Some(wiring)) = (self.device.placement.as_ref(), wiring) else { return Ok(()) };
        let part = Part::Session(session);
        let Some(copies) = copies else {
            self.remove_all(part);
            return Ok(());
        };
        let site = placement.site;
        let placing = Placing { device: self.device, guest: self.device.placed(), site };
        let held: Vec<RowId> = placement.rows.of(part).to_vec();
        let Some((made, rows)) = mirroring::steps(placing, session, copies, wiring, lease, layout)? else {
            return Ok(());
        };
        self.steps.push(made);
        self.place_rows(part, &held, rows);
        Ok(())
    }

    /// Rows of the operator's take the places of those that are held, or are added.
    fn place_rows(&mut self, part: Part, held: &[RowId], rows: Vec<Step>) {
        for (i, step) in rows.into_iter().enumerate() {
            match (held.get(i), step) {
                (Some(row), Step::Add { command, meaning, .. }) => {
                    self.steps.push(Step::Replace { row: *row, command, meaning });
                }
                (_, step) => {
                    self.steps.push(step);
                    self.done.added.push(part);
                }
            }
        }
    }

    /// The steps: what is new first, what is old last.
    pub(crate) fn finish(mut self) -> (Done, Vec<Step>) {
        self.steps.append(&mut self.removals);
        (self.done, self.steps)
    }

    /// The rows of `part` are to be `rows`: those that match the same stay and change their action.
    fn change(&mut self, store: &RowStore, part: Part, rows: Vec<Row>) {
        let Some(placement) = self.device.placement.as_ref() else { return };
        let mut held: Vec<RowId> = placement.rows.of(part).to_vec();
        for row in rows {
            let command = row.command(placement.site);
            let same = held
                .iter()
                .position(|id| store.get(*id).is_some_and(|old| matches_same(&old.command, &command)));
            match same {
                Some(i) => {
                    // Mostly the first: rows are made in the same order.
                    let row_id = held.remove(i);
                    let meaning = self.device.meaning(row);
                    self.steps.push(Step::Replace { row: row_id, command, meaning });
                }
                None => {
                    self.steps.push(self.device.add(placement.site, row));
                    self.done.added.push(part);
                }
            }
        }
        for row in held {
            self.removals.push(Step::Remove(row));
            self.done.removed.push((part, row));
        }
    }

    fn remove_all(&mut self, part: Part) {
        let held = self.device.placement.as_ref().map(|p| p.rows.of(part));
        for row in held.into_iter().flatten() {
            self.removals.push(Step::Remove(*row));
            self.done.removed.push((part, *row));
        }
    }
}

impl Done {
    /// How many more rows there will be.
    pub(crate) fn growth(&self) -> u64 {
        self.added.len().saturating_sub(self.removed.len()) as u64
    }

    /// Note what was done; `added` are the names of the rows that the device took.
    pub(crate) fn commit(self, device: &mut VirtualDevice, added: Vec<RowId>) {
        if let Some((table, insertion)) = &self.ranked
            && let Some(ranks) = device.ranks.get_mut(table)
        {
            ranks.insert(insertion);
        }
        for (table, place) in self.unranked {
            if let Some(ranks) = device.ranks.get_mut(&table) {
                ranks.remove(place);
            }
        }
        self.numbered.into_iter().for_each(|numbered| device.numbers.note(numbered));
        let Some(placement) = device.placement.as_mut() else { return };
        for (part, row) in self.removed {
            placement.rows.remove(part, row);
        }
        for (part, row) in self.added.into_iter().zip(added) {
            placement.rows.add(part, row);
        }
        if let Some(groups) = self.groups {
            placement.groups = groups;
        }
    }
}

/// What the other virtual devices of a slice use.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct GroupUse {
    pub(crate) groups: u64,
    pub(crate) copies: u64,
}

/// Whether a slice may have so many groups.
pub(crate) fn out_of_groups(lease: &Lease, needed: u64) -> Result<(), DpmuError> {
    let left = lease.groups;
    let refused = DpmuError::Exhausted { resource: GROUPS_OF_LEASE, needed, left };
    if needed > left { Err(refused) } else { Ok(()) }
}

/// Whether the groups of a slice may make so many copies.
pub(crate) fn out_of_copies(lease: &Lease, needed: u64) -> Result<(), DpmuError> {
    let left = lease.copies;
    let refused = DpmuError::Exhausted { resource: COPIES_OF_LEASE, needed, left };
    if needed > left { Err(refused) } else { Ok(()) }
}

pub(crate) fn no_groups() -> DpmuError {
    DpmuError::Exhausted { resource: "multicast groups of the device", needed: 1, left: 0 }
}
