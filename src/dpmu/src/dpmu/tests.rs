//! What is promised is there at every moment: an invariant of each thing that can happen, tried with many of them in a row.
//!
//! For each table, and for groups and copies: what is promised, once more the greatest promise, and what those use whom
//! nothing was promised, fit in the device. A slice that was promised something has it at most twice, while it changes.

use std::collections::BTreeSet;
use std::sync::Arc;

use hyper4_persona::{OperatorRow, PersonaConfig, PortMatch, Verdict};
use proptest::prelude::*;

use super::*;
use crate::device::willing::Willing;
use crate::store::RowMeaning;
use crate::translate;

/// Rows of a table.
const SIZE: u32 = 40;
/// Tables that rows lie in.
const TABLES: u8 = 3;

/// Something that happens.
#[derive(Clone, Debug)]
enum Event {
    Create {
        rows: Option<u64>,
        groups: Option<u64>,
        copies: Option<u64>,
    },
    Delete {
        slice: usize,
    },
    /// A slice that has no wiring gets another lease.
    Regrant {
        slice: usize,
        rows: Option<u64>,
        groups: Option<u64>,
    },
    /// So many rows are added to a table, and then others of the slice removed.
    Change {
        slice: usize,
        table: u8,
        add: usize,
        remove: usize,
    },
    /// All rows are made anew in another table beside the old ones, as by another wiring.
    Rewire {
        slice: usize,
        table: u8,
    },
    /// So many groups of some copies each are made, and then others of the slice destroyed.
    Groups {
        slice: usize,
        make: usize,
        copies: usize,
        destroy: usize,
    },
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let slice = 0..6usize;
    let event = prop_oneof![
        2 => (
            prop::option::weighted(0.7, 1..20u64),
            prop::option::weighted(0.7, 1..1500u64),
            prop::option::weighted(0.7, 1..1500u64),
        )
            .prop_map(|(rows, groups, copies)| Event::Create { rows, groups, copies }),
        1 => slice.clone().prop_map(|slice| Event::Delete { slice }),
        2 => (slice.clone(), prop::option::of(1..20u64), prop::option::of(1..1500u64))
            .prop_map(|(slice, rows, groups)| Event::Regrant { slice, rows, groups }),
        6 => (slice.clone(), 0..TABLES, 0..15usize, 0..15usize)
            .prop_map(|(slice, table, add, remove)| Event::Change { slice, table, add, remove }),
        2 => (slice.clone(), 0..TABLES).prop_map(|(slice, table)| Event::Rewire { slice, table }),
        3 => (slice, 0..1200usize, 0..3usize, 0..1200usize)
            .prop_map(|(slice, make, copies, destroy)| Event::Groups { slice, make, copies, destroy }),
    ];
    prop::collection::vec(event, 1..60)
}

/// A DPMU, and what was made in it beside rows.
struct World {
    dpmu: Dpmu,
    /// Slices by name, with their groups; a slice's name is its port.
    slices: Vec<(u16, Vec<u16>)>,
    made: u16,
    /// What those did whom something was promised, and what the others were refused.
    kept: usize,
    refused: usize,
}

impl World {
    fn new() -> Self {
        Self::of_size(SIZE)
    }

    /// With so many rows in a table.
    fn of_size(size: u32) -> Self {
        let config = PersonaConfig { rows_per_table: size, ..PersonaConfig::default() };
        let layout = Layout::new(config).expect("a layout");
        let dpmu = Dpmu::new(Box::new(Willing::new(size)), layout);
        Self { dpmu, slices: Vec::new(), made: 0, kept: 0, refused: 0 }
    }

    fn create(&mut self, rows: Option<u64>, groups: Option<u64>, copies: Option<u64>) {
        self.made += 1;
        let port = self.made;
        let all = Lease::everything();
        let lease = Lease {
            ports: [port].into(),
            rows: rows.unwrap_or(all.rows),
            groups: groups.unwrap_or(all.groups),
            copies: copies.unwrap_or(all.copies),
            cells: 0,
        };
        if self.dpmu.create_slice(&port.to_string(), lease).is_ok() {
            let slice = self.dpmu.slices.get_mut(&port.to_string()).expect("the slice");
            slice.wires = vec![port];
            self.slices.push((port, Vec::new()));
        }
    }

    /// Take steps of a slice, which are its lease's to take, and say what became of them.
    fn transact(&mut self, port: u16, steps: Vec<Step>, promised: bool) -> Option<Vec<u64>> {
        let slice = self.dpmu.slices.get(&port.to_string()).expect("the slice");
        let before = self.dpmu.device.rows().iter().count();
        match self.dpmu.device.transact(steps, &Own::new(slice, [])) {
            Ok(added) => {
                self.kept += usize::from(promised);
                Some(added)
            }
            Err(DpmuError::Exhausted { .. }) if !promised => {
                self.refused += 1;
                assert_eq!(self.dpmu.device.rows().iter().count(), before);
                None
            }
            Err(error) => panic!("promised: {promised}: {error}"),
        }
    }

    /// Rows that are added, before others that are removed, if the lease allows it.
    fn change(&mut self, (port, table): (u16, u8), add: usize, remove: usize) {
        let slice = self.dpmu.slices.get(&port.to_string()).expect("the slice");
        let held: Vec<u64> = slice.wire_rows.clone();
        let gone: Vec<u64> = held.iter().copied().take(remove).collect();
        let growth = add.saturating_sub(gone.len()) as u64;
        // As for a command, or for another wiring.
        if add as u64 > slice.lease.rows || growth > slice.lease.rows.saturating_sub(slice.held_rows()) {
            return;
        }
        let promised = slice.lease.promises().rows;
        let device = Arc::new(DeviceName { slice: port.to_string(), device: "device".to_owned() });
        let layout = self.dpmu.layout().clone();
        let mut steps: Vec<Step> = (0..add as u16)
            .map(|number| {
                let (number, verdict) = (PortMatch::Port(number), Verdict::Discard);
                let row = OperatorRow::Leave { slot: table, device: port, port: number, verdict, back: None };
                let device = Arc::clone(&device);
                translate::operator(row, RowMeaning::LeaveMulticast { device, group: 1 }, &layout)
            })
            .collect();
        steps.extend(gone.iter().map(|row| Step::Remove(*row)));
        if let Some(added) = self.transact(port, steps, promised) {
            let slice = self.dpmu.slices.get_mut(&port.to_string()).expect("the slice");
            slice.wire_rows = held.into_iter().skip(gone.len()).chain(added).collect();
        }
    }

    fn groups(&mut self, number: usize, make: usize, copies: usize, destroy: usize) {
        let (port, held) = self.slices.get(number).cloned().expect("the slice");
        let lease = self.dpmu.lease(&port.to_string()).expect("the slice").clone();
        let (gone, kept) = held.split_at(destroy.min(held.len()));
        let kept_copies: u64 = kept.iter().map(|group| self.dpmu.device.copies(*group)).sum();
        let made_copies = (make * copies) as u64;
        // At most as many are made as the lease has, and then as many are there.
        if (make + kept.len()) as u64 > lease.groups || made_copies + kept_copies > lease.copies {
            return;
        }
        let made: Vec<u16> = self.dpmu.device.free_groups().take(make).collect();
        let nodes = || (0..copies).map(|_| (0, vec![port])).collect();
        let mut steps: Vec<Step> =
            made.iter().map(|group| Step::CreateGroup { group: *group, nodes: nodes() }).collect();
        steps.extend(gone.iter().map(|group| Step::DestroyGroup(*group)));
        let promises = lease.promises();
        if self.transact(port, steps, promises.groups && (promises.copies || copies == 0)).is_some()
            && let Some((_, groups)) = self.slices.get_mut(number)
        {
            *groups = kept.iter().copied().chain(made).collect();
        }
    }

    /// Another number where there was one: rows and groups that lie there were promised or not when they were made.
    fn regrant(&mut self, number: usize, rows: Option<u64>, groups: Option<u64>) {
        let (port, held) = self.slices.get(number).cloned().expect("the slice");
        let name = port.to_string();
        let before = self.dpmu.lease(&name).expect("the slice").clone();
        let other = |before: u64, other: Option<u64>| {
            if before == u64::MAX { before } else { other.unwrap_or(before) }
        };
        let lease =
            Lease { rows: other(before.rows, rows), groups: other(before.groups, groups), ..before.clone() };
        // The slice has groups that no placement knows of here.
        if held.len() as u64 > lease.groups {
            return;
        }
        let used = self.dpmu.rows_held(&name);
        let done = self.dpmu.change_lease(&name, lease.clone(), None);
        assert!(done.is_err() || used <= lease.rows);
        let now = self.dpmu.lease(&name).expect("the slice");
        assert_eq!(*now, if done.is_ok() { lease } else { before });
    }

    fn delete(&mut self, number: usize) {
        let (port, groups) = self.slices.remove(number);
        self.transact(port, groups.into_iter().map(Step::DestroyGroup).collect(), true);
        self.dpmu.delete_slice(&port.to_string()).expect("deleting takes nothing");
    }

    fn happen(&mut self, event: Event) {
        let there = |number: usize| number < self.slices.len();
        match event {
            Event::Create { rows, groups, copies } => self.create(rows, groups, copies),
            Event::Delete { slice } if there(slice) => self.delete(slice),
            Event::Regrant { slice, rows, groups } if there(slice) => self.regrant(slice, rows, groups),
            Event::Change { slice, table, add, remove } if there(slice) => {
                self.change((self.slices[slice].0, table), add, remove);
            }
            Event::Rewire { slice, table } if there(slice) => {
                let port = self.slices[slice].0;
                let held = self.dpmu.rows_held(&port.to_string()) as usize;
                self.change((port, table), held, held);
            }
            Event::Groups { slice, make, copies, destroy } if there(slice) => {
                self.groups(slice, make, copies, destroy);
            }
            _ => {}
        }
    }

    /// Promises, and what is used without one, fit.
    fn check(&self) {
        for share in self.dpmu.shares() {
            assert!(share.is_kept(), "{share:?}");
        }
        // What is counted is what is there.
        let tables: BTreeSet<&str> = self.dpmu.rows().map(InstalledRow::table).collect();
        for table in tables {
            let unpromised = |row: &&InstalledRow| row.table() == table && !row.promised;
            let counted = self.dpmu.rows().filter(unpromised).count() as u64;
            assert_eq!(self.dpmu.device.rows().unpromised(table), counted);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_is_promised_is_there_whatever_happens(events in events()) {
        let mut world = World::new();
        for event in events {
            world.happen(event);
            world.check();
        }
    }
}

/// The events do what they are for.
#[test]
fn those_with_a_promise_go_on_where_others_are_refused() {
    let mut world = World::new();
    world.create(None, None, None);
    world.create(Some(12), Some(1000), Some(1000));
    world.create(Some(1), None, None);
    // Thirteen are promised, and twelve for a change.
    world.change((1, 0), 15, 0);
    world.change((1, 0), 1, 0);
    assert_eq!((world.kept, world.refused), (0, 1));
    world.change((2, 0), 12, 0);
    world.change((2, 0), 12, 12);
    assert_eq!((world.kept, world.refused), (2, 1));
    // Groups, too, are left for whom they were promised: by one whom rows alone were promised as well.
    world.groups(2, 2096, 1, 0);
    world.groups(2, 1, 0, 0);
    assert_eq!((world.kept, world.refused), (2, 2));
    world.groups(1, 1000, 1, 0);
    world.groups(1, 1000, 1, 1000);
    assert_eq!((world.kept, world.refused), (4, 2));
    world.check();
}

/// Rows of a table of the small device.
const FEW: u32 = 5;

/// What of a slice makes a difference to what can happen next: its promise of rows, and its rows in each of two tables.
type Held = (Option<u64>, [usize; 2]);

impl World {
    /// Slices whose names are exchanged are the same.
    fn state(&self) -> Vec<Held> {
        let held = |(port, _): &(u16, Vec<u16>)| {
            let slice = self.dpmu.slices.get(&port.to_string()).expect("the slice");
            let mut rows = [0, 0];
            for row in &slice.wire_rows {
                let row = self.dpmu.device.rows().get(*row).expect("the row");
                let second = usize::from(row.table().ends_with('1'));
                rows[second] += 1;
            }
            (slice.lease.promises().rows.then_some(slice.lease.rows), rows)
        };
        let mut state: Vec<Held> = self.slices.iter().map(held).collect();
        state.sort_unstable();
        state
    }

    /// A world in that state, without what led there: what has a promise comes first, so that it is granted. What is removed
    /// first are rows of the table `first`.
    fn standing(state: &[Held], first: u8) -> Self {
        let mut world = Self::of_size(FEW);
        let promised = state.iter().filter(|(promise, _)| promise.is_some());
        let others = state.iter().filter(|(promise, _)| promise.is_none());
        for (promise, rows) in promised.chain(others) {
            world.create(*promise, None, None);
            for table in [first, 1 - first] {
                world.change((world.made, table), rows[usize::from(table)], 0);
            }
        }
        world
    }
}

/// What can happen to a small device with at most three slices.
fn small_events() -> Vec<Event> {
    let promises = [None, Some(1), Some(2)];
    let mut events: Vec<Event> =
        promises.iter().map(|rows| Event::Create { rows: *rows, groups: None, copies: None }).collect();
    for slice in 0..3 {
        events.push(Event::Delete { slice });
        for table in 0..2 {
            events.push(Event::Rewire { slice, table });
            for (add, remove) in [(1, 0), (2, 0), (0, 1), (0, 2), (1, 1), (2, 1), (1, 2), (2, 2)] {
                events.push(Event::Change { slice, table, add, remove });
            }
        }
    }
    events
}

/// Not at random: every state that a small device gets into, and all that can happen in each.
#[test]
fn what_is_promised_is_there_in_every_state_of_a_small_device() {
    let events = small_events();
    let mut known = BTreeSet::from([Vec::new()]);
    let mut waiting: Vec<Vec<Held>> = vec![Vec::new()];
    let (mut tried, mut kept, mut refused) = (0, 0, 0);
    while let Some(state) = waiting.pop() {
        for (first, event) in
            [0, 1].into_iter().flat_map(|first| events.iter().map(move |event| (first, event)))
        {
            let full = matches!(event, Event::Create { .. }) && state.len() == 3;
            if full
                || matches!(event, Event::Delete { slice } | Event::Rewire { slice, .. } | Event::Change { slice, .. } if *slice >= state.len())
            {
                continue;
            }
            let mut world = World::standing(&state, first);
            assert_eq!(world.state(), state);
            (world.kept, world.refused) = (0, 0);
            world.happen(event.clone());
            world.check();
            (tried, kept, refused) = (tried + 1, kept + world.kept, refused + world.refused);
            let next = world.state();
            if known.insert(next.clone()) {
                waiting.push(next);
            }
        }
    }
    println!("{} states, {tried} events, {kept} as promised, {refused} refused", known.len());
    assert!(known.len() > 500 && kept > 10_000 && refused > 1000, "{} {kept} {refused}", known.len());
}
