//! A device that isn't as it is known to be is brought there: one that has forgotten all, one in which somebody else has put
//! rows, one that took half of a change.
//!
//! What is foreign goes first, packets' ways in before all else. Then come groups, sessions and cells, then rows, those by
//! which packets enter last: a packet that comes meanwhile meets what its slice had, or nothing.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use hyper4_bits::Bits;
use hyper4_ir::{
    ActionId, Command, EntryAction, MatchKind, MatchValue, MirroringCommand, MulticastDump, PipelineKind,
    Program, Reply, Table, TableEntry, TableId, TableImplementation,
};
use hyper4_persona::{Layout, TableRole};
use hyper4_switch::{SwitchError, normal_key};

use super::{Device, Group, Node, nowhere};
use crate::store::{InstalledRow, RowId, RowMeaning};

/// What it took to bring a device to what is known of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reconciled {
    /// Rows that were missing and are there again.
    pub missing: u64,
    /// Rows that nobody knew, and that are gone.
    pub foreign: u64,
    /// Rows and default actions that did something else, and do again what they should.
    pub changed: u64,
    /// Multicast groups that were made anew, or that nobody knew.
    pub groups: u64,
    /// Mirroring sessions and cells of registers, counters and meters that were set again.
    pub cells: u64,
}

impl Reconciled {
    /// This, and what was done behind it.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            missing: self.missing + other.missing,
            foreign: self.foreign + other.foreign,
            changed: self.changed + other.changed,
            groups: self.groups + other.groups,
            cells: self.cells + other.cells,
        }
    }

    /// Whether the device was as it should be.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

impl std::fmt::Display for Reconciled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { missing, foreign, changed, groups, cells } = self;
        write!(
            f,
            "{missing} rows added, {foreign} foreign rows removed, {changed} rows set right, {groups} multicast groups made \
             anew or removed, {cells} sessions and cells set"
        )
    }
}

/// A row by what it matches.
type Match = (Vec<MatchValue>, Option<u32>);

/// What one table lacks, has and should not have, has otherwise.
#[derive(Default)]
struct Difference {
    missing: Vec<RowId>,
    foreign: Vec<Command>,
    changed: Vec<(RowId, u64)>,
    handles: BTreeMap<RowId, u64>,
    default: Option<Command>,
}

impl Device {
    /// Bring the switch to what is known of it. `forgot`: it has just been started, and cells are as new in it; what packets did
    /// to them is lost, what the control plane set is set again.
    ///
    /// # Errors
    /// What the switch says when it doesn't tell or take something; what is known is as it was, and it can be tried again.
    pub(crate) fn reconcile(&mut self, forgot: bool) -> Result<Reconciled, SwitchError> {
        self.doubtful = true;
        let done = self.compared(forgot)?;
        self.doubtful = false;
        Ok(done)
    }

    fn compared(&mut self, forgot: bool) -> Result<Reconciled, SwitchError> {
        let program = Arc::clone(self.switch.program().ok_or(SwitchError::NotLoaded)?);
        let mut done = Reconciled::default();
        let mut all = Difference::default();
        for (id, table) in filled(&program) {
            let Difference { missing, foreign, changed, handles, default } =
                self.difference(&program, id, table)?;
            all.missing.extend(missing);
            all.foreign.extend(foreign);
            all.changed.extend(changed);
            all.handles.extend(handles);
            if let Some(default) = default {
                self.tell(&default)?;
                done.changed += 1;
            }
        }
        self.rows.rename(std::mem::take(&mut all.handles));
        let enter = Layout::table(PipelineKind::Ingress, TableRole::Enter, 0);
        all.foreign
            .sort_by_key(|command| !matches!(command, Command::TableDelete { table, .. } if *table == enter));
        for command in &all.foreign {
            self.tell(command)?;
            done.foreign += 1;
        }
        done.groups = self.repair_groups()?;
        done.cells = self.remind(forgot)?;
        for (row, handle) in all.changed {
            let Some(known) = self.rows.get(row).cloned() else { continue };
            self.modify(handle, &known.command)?;
            done.changed += 1;
        }
        let ways_in = |row: &RowId| {
            matches!(self.rows.get(*row), Some(InstalledRow { meaning: RowMeaning::Enter { .. }, .. }))
        };
        all.missing.sort_by_key(|row| (ways_in(row), *row));
        for row in all.missing {
            let Some(command) = self.rows.get(row).map(|known| known.command.clone()) else { continue };
            let handle = self.add(&command)?;
            self.rows.rename(BTreeMap::from([(row, handle)]));
            done.missing += 1;
        }
        Ok(done)
    }

    /// What a table of the switch has, beside what it is known to have.
    fn difference(
        &mut self,
        program: &Program,
        id: TableId,
        table: &Table,
    ) -> Result<Difference, SwitchError> {
        let reply = self.tell(&Command::TableDump { table: table.name.clone() })?;
        let Reply::Entries { entries, default } = reply else {
            return Err(misunderstood(&reply, "the rows of a table"));
        };
        let mut known: HashMap<Match, RowId> = HashMap::new();
        for (row, installed) in self.rows.named().filter(|(_, row)| row.table() == table.name) {
            if let Command::TableAdd { key, priority, .. } = &installed.command {
                known.insert((normal_key(table, key), priority.filter(|_| ranked(table))), row);
            }
        }
        let mut difference = Difference {
            default: self.other_default(program, id, table, default.as_ref()),
            ..Default::default()
        };
        for entry in entries {
            let matched = known.remove(&(normal_key(table, &entry.key), entry.priority));
            let Some(row) = matched else {
                difference
                    .foreign
                    .push(Command::TableDelete { table: table.name.clone(), handle: entry.handle });
                continue;
            };
            difference.handles.insert(row, entry.handle);
            let same = self.rows.get(row).is_some_and(|row| does_same(program, id, &row.command, &entry));
            if !same {
                difference.changed.push((row, entry.handle));
            }
        }
        difference.missing = known.into_values().collect();
        // Until they are added they have no handle, which another row may have now.
        difference.handles.extend(difference.missing.iter().map(|row| (*row, nowhere(*row))));
        Ok(difference)
    }

    /// What sets a table's default action back, where it is another one than the persona's.
    fn other_default(
        &self,
        program: &Program,
        id: TableId,
        table: &Table,
        now: Option<&EntryAction>,
    ) -> Option<Command> {
        let wanted =
            table.default_entry.as_ref().map(|entry| (Some(entry.action), entry.arguments.as_slice()));
        let now = now.and_then(EntryAction::direct);
        let now = now.map(|(action, arguments)| (program.action_by_name(id, action), arguments));
        (wanted != now).then(|| Command::TableResetDefault { table: table.name.clone() })
    }

    /// Groups and nodes are to be those that are known. Answers how many weren't.
    fn repair_groups(&mut self) -> Result<u64, SwitchError> {
        let reply = self.tell(&Command::MulticastDump)?;
        let Reply::Multicast(dump) = reply else {
            return Err(misunderstood(&reply, "its multicast groups"));
        };
        let mut repaired = 0;
        let mut taken: Vec<u64> = Vec::new();
        for (group, handles) in &dump.groups {
            let there = nodes(&dump, handles);
            match self.groups.get_mut(group) {
                Some(known) if sorted(&known.nodes) == there => {
                    known.handles.clone_from(handles);
                    taken.extend(handles);
                }
                _ => {
                    for node in handles {
                        self.tell(&Command::MulticastNodeDestroy { node: *node })?;
                        taken.push(*node);
                    }
                    self.tell(&Command::MulticastGroupDestroy { group: *group })?;
                    repaired += u64::from(!self.groups.contains_key(group));
                    if let Some(known) = self.groups.get_mut(group) {
                        known.handles.clear();
                    }
                }
            }
        }
        for node in dump.nodes.keys().filter(|node| !taken.contains(node)) {
            self.tell(&Command::MulticastNodeDestroy { node: *node })?;
        }
        let same = |group: &u16, known: &Group| {
            dump.groups.get(group).is_some_and(|handles| nodes(&dump, handles) == sorted(&known.nodes))
        };
        let lost: Vec<(u16, Group)> = self
            .groups
            .iter()
            .filter(|(group, known)| !same(group, known))
            .map(|(group, known)| (*group, known.clone()))
            .collect();
        for (group, known) in lost {
            self.restore_group(group, known.nodes, known.promises)?;
            repaired += 1;
        }
        Ok(repaired)
    }

    /// Tell the switch what sessions there are, and, where it has forgotten all, what cells were set to.
    fn remind(&mut self, forgot: bool) -> Result<u64, SwitchError> {
        let sessions: Vec<(u16, Command)> =
            self.memory.sessions().map(|(session, command)| (session, command.clone())).collect();
        let mut told = 0;
        for (session, set) in sessions {
            let get = Command::Mirroring { session, command: MirroringCommand::Get };
            let there = match self.tell(&get) {
                Ok(Reply::Mirroring(copies)) => {
                    let command = MirroringCommand::Set(copies);
                    Command::Mirroring { session, command } == set
                }
                Err(error @ (SwitchError::Failed(_) | SwitchError::NotLoaded)) => return Err(error),
                _ => false,
            };
            if !there {
                self.tell(&set)?;
                told += 1;
            }
        }
        if forgot {
            let cells: Vec<Command> = self.memory.cells().cloned().collect();
            for command in cells {
                self.tell(&command)?;
                told += 1;
            }
        }
        Ok(told)
    }
}

/// The tables that rows can lie in.
fn filled(program: &Program) -> impl Iterator<Item = (TableId, &Table)> {
    let tables = (0u32..).map(TableId).zip(&program.tables);
    tables.filter(|(_, table)| {
        !table.keys.is_empty()
            && table.const_entries.is_empty()
            && table.implementation == TableImplementation::Simple
    })
}

fn ranked(table: &Table) -> bool {
    matches!(table.match_kind, MatchKind::Ternary | MatchKind::Range | MatchKind::Optional)
}

/// Whether an entry does what the command that adds it says.
fn does_same(program: &Program, table: TableId, command: &Command, entry: &TableEntry) -> bool {
    let Command::TableAdd { action, arguments, .. } = command else { return false };
    let by_name = |name: &str| -> Option<ActionId> { program.action_by_name(table, name) };
    let there: Option<(&str, &[Bits])> = entry.action.direct();
    there.is_some_and(|(other, given)| by_name(other) == by_name(action) && given == arguments.as_slice())
}

/// The nodes of a group.
fn nodes(dump: &MulticastDump, handles: &[u64]) -> Vec<Node> {
    let node = |handle: &u64| dump.nodes.get(handle).map(|node| (node.rid, node.ports.clone()));
    sorted(&handles.iter().filter_map(node).collect::<Vec<_>>())
}

/// With each node's ports in order: a switch keeps a set.
fn sorted(nodes: &[Node]) -> Vec<Node> {
    let mut nodes = nodes.to_vec();
    nodes.iter_mut().for_each(|(_, ports)| ports.sort_unstable());
    nodes
}

fn misunderstood(reply: &Reply, what: &str) -> SwitchError {
    SwitchError::Failed(format!("it answered {reply:?} when it was asked for {what}"))
}
