//! Rows, groups and sessions that aren't the slice's don't reach the device, whoever has made them.

use std::collections::BTreeMap;
use std::sync::Arc;

use hyper4_ir::{Command, MeterUnit, MirroringCommand, MirroringSession, PipelineKind, RegisterId};
use hyper4_persona::{
    Cells, DeviceStart, Layout, Lookup, OperatorRow, PersonaConfig, PortMatch, ReplicaEgress, StateAccess,
    Touched, Verdict,
};

use super::willing::Willing;
use super::{Device, Own, RowOwner, Step};
use crate::lease::Lease;
use crate::slice::Slice;
use crate::store::{DeviceName, RowMeaning};
use crate::{DpmuError, GateError};

/// The slice's device ID, and another's.
const OWN: u16 = 7;
const FOREIGN: u16 = 8;

fn added(row: &OperatorRow, layout: &Layout) -> Step {
    let device = Arc::new(DeviceName { slice: "slice".to_owned(), device: "device".to_owned() });
    let meaning = RowMeaning::LeaveMulticast { device, group: 1 };
    Step::Add { owner: RowOwner::Operator, command: row.command(layout), meaning }
}

fn start(device: u16) -> DeviceStart {
    DeviceStart { device, slot: 0, pc: 1, lookup: Lookup::Step, rewrites: false }
}

fn leave(device: u16, verdict: Verdict) -> OperatorRow {
    OperatorRow::Leave { slot: 3, device, port: PortMatch::Port(1), verdict, back: None }
}

fn session(session: u16, port: u32, group: Option<u32>) -> Step {
    let command = MirroringCommand::Set(MirroringSession { port: Some(port), group });
    Step::Clear(Command::Mirroring { session, command })
}

/// What the slice with device ID [`OWN`] and ports 1 and 2 may do, and what it may not, by what is wrong.
fn cases(layout: &Layout) -> (Vec<Step>, Vec<(&'static str, Step)>) {
    let enter = |port, device| {
        let first = None;
        added(&OperatorRow::Enter { port, start: start(device), guest_port: None, first, order: 0 }, layout)
    };
    let transmit = |device, port| added(&leave(device, Verdict::Transmit { port, egress: None }), layout);
    let forward = |device| added(&leave(OWN, Verdict::Forward { start: start(device), port: 1 }), layout);
    let replicate = |device, physical_group| {
        let egress = ReplicaEgress::None;
        added(&OperatorRow::LeaveMulticast { slot: 3, device, group: 1, physical_group, egress }, layout)
    };
    let mirror = |device, physical| {
        let pipeline = PipelineKind::Ingress;
        added(&OperatorRow::Mirror { pipeline, device, session: 5, physical }, layout)
    };
    let cells = {
        let touched = Touched::Cells(Cells { base: 0, size: 16, unit: MeterUnit::Packets });
        let access = StateAccess::ReadRegister(RegisterId(0));
        let pipeline = PipelineKind::Ingress;
        added(&OperatorRow::State { pipeline, slot: 0, device: OWN, access, touched }, layout)
    };
    let group = |ports: &[u16]| {
        let nodes = ports.iter().map(|port| (0, vec![*port])).collect();
        Step::CreateGroup { group: 9, nodes }
    };
    let right = vec![
        group(&[1, 2]),
        enter(PortMatch::Port(1), OWN),
        transmit(OWN, Some(2)),
        added(&leave(OWN, Verdict::Discard), layout),
        forward(OWN),
        replicate(OWN, 9),
        session(3, 2, None),
        mirror(OWN, 3),
    ];
    let wrong = vec![
        ("enters by a port", enter(PortMatch::Port(3), OWN)),
        ("enters by every port", enter(PortMatch::Any, OWN)),
        ("enters a device", enter(PortMatch::Port(1), FOREIGN)),
        ("leaves a device", transmit(FOREIGN, Some(2))),
        ("leaves by a port", transmit(OWN, Some(3))),
        ("leaves by any port", transmit(OWN, None)),
        ("goes to a device", forward(FOREIGN)),
        ("a device's group", replicate(FOREIGN, 9)),
        ("goes to a group", replicate(OWN, 10)),
        ("a group's port", group(&[1, 3])),
        ("a session's port", session(4, 3, None)),
        ("another port's session", session(2, 2, None)),
        ("a session to a group", session(3, 2, Some(9))),
        ("goes to a session", mirror(OWN, 4)),
        ("cells", cells),
    ];
    (right, wrong)
}

#[test]
fn what_isnt_the_slices_changes_nothing() -> Result<(), Box<dyn std::error::Error>> {
    let layout = Layout::new(PersonaConfig::default())?;
    let slice = Slice::new(Lease { ports: [1, 2].into(), ..Lease::everything() });
    let own = || Own::new(&slice, [OWN]);
    let (right, wrong) = cases(&layout);
    let fresh = || Device::new(Box::new(Willing::new(64)), layout.clone());
    let mut device = fresh();
    let rows = device.transact(right.clone(), &own())?;
    assert_eq!(rows.len(), 6);
    assert_eq!(device.rows().iter().count(), 6);
    assert_eq!(device.copies(9), 2);
    let mut refused = BTreeMap::new();
    for (what, step) in wrong {
        // Behind others that are the slice's: none of them is taken.
        let mut device = fresh();
        let steps = right.iter().cloned().chain([step]).collect();
        match device.transact(steps, &own()) {
            Err(DpmuError::Gate(error)) => refused.insert(what, error.to_string()),
            other => return Err(format!("{what}: {other:?}").into()),
        };
        assert_eq!(device.rows().iter().count(), 0, "{what}");
        assert_eq!(device.copies(9), 0, "{what}");
    }
    assert_eq!(refused.len(), 15, "{refused:?}");
    Ok(())
}

#[test]
fn anothers_rows_are_neither_changed_nor_removed() -> Result<(), Box<dyn std::error::Error>> {
    let layout = Layout::new(PersonaConfig::default())?;
    let slice =
        |ports: &[u16]| Slice::new(Lease { ports: ports.iter().copied().collect(), ..Lease::everything() });
    let (one, other) = (slice(&[1, 2]), slice(&[3]));
    let mut device = Device::new(Box::new(Willing::new(64)), layout.clone());
    let rows = device.transact(cases(&layout).0, &Own::new(&one, [OWN]))?;
    for row in &rows {
        let kept = device.rows().get(*row).cloned().ok_or("the row is gone")?;
        let changed =
            Step::Replace { row: *row, command: kept.command.clone(), meaning: kept.meaning.clone() };
        for step in [Step::Remove(*row), changed] {
            let refused = device.transact(vec![step], &Own::new(&other, [FOREIGN]));
            assert!(matches!(refused, Err(DpmuError::Gate(_))), "{}: {refused:?}", kept.command);
            assert_eq!(device.rows().get(*row), Some(&kept));
        }
    }
    // Nor does a row of the slice's own become one that matches something else.
    let [first, second, ..] = rows.as_slice() else { return Err("too few rows".into()) };
    let kept = device.rows().get(*second).cloned().ok_or("the row is gone")?;
    let changed = Step::Replace { row: *first, command: kept.command, meaning: kept.meaning };
    let refused = device.transact(vec![changed], &Own::new(&one, [OWN]));
    assert!(matches!(refused, Err(DpmuError::Gate(GateError::Key { .. }))), "{refused:?}");
    device.transact(rows.into_iter().map(Step::Remove).collect(), &Own::new(&one, [OWN]))?;
    assert_eq!(device.rows().iter().count(), 0);
    Ok(())
}
