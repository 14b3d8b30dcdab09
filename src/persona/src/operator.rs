//! Rows that the operator alone owns: they bind ports to devices and devices to each other. They are the only ones
//! that write the device ID.

use hyper4_bits::Bits;
use hyper4_ir::{Command, LearnListId, MatchValue, MeterUnit, PipelineKind};

use crate::encode::{Place, effect, exact, in_slot, next_arguments, next_bits, port_bits};
use crate::{BitRange, Effect, EgressStart, Layout, Lookup, Next, Row, RowMatch, StateAccess, TableRole};

/// Which ports a row is for; the lowest priority number wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PortMatch {
    /// One port.
    Port(u16),
    /// Every port for which there is no other row.
    Any,
}

/// Where a guest begins: its first lookup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DeviceStart {
    /// The device ID, not 0.
    pub device: u16,
    /// The slot, counted from the persona's first.
    pub slot: u8,
    /// The micro-PC.
    pub pc: u16,
    /// The kind: [`Lookup::Ternary`] or [`Lookup::Step`], which need no key mask.
    pub lookup: Lookup,
    /// Packets may leave it otherwise than they came.
    pub rewrites: bool,
}

/// A row of a guest's first lookup, which a row that lets packets enter does.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Entrance {
    /// What the state is where `mask` is 1.
    value: Bits,
    mask: Bits,
    effect: Effect,
    next: Next,
    place: Place,
}

impl Entrance {
    /// One of [`crate::Guest::entrances`].
    pub fn new(row: &Row, place: Place) -> Self {
        let zero = || Bits::zero(row.effect.state_bits());
        let (value, mask) = match &row.matches {
            RowMatch::Ternary { value, mask, .. } => (value.clone(), mask.clone()),
            _ => (zero(), zero()),
        };
        Self { value, mask, effect: row.effect.clone(), next: row.next.clone(), place }
    }

    /// The row as one of a guest that has the port under that number: the port is written by it.
    fn of_port(mut self, port: Option<u16>, layout: &Layout) -> Self {
        let (
            Some(port),
            Effect::Commit { keep, value }
            | Effect::Move { keep, value, .. }
            | Effect::Checksum { keep, value, .. },
        ) = (port, &mut self.effect)
        else {
            return self;
        };
        *keep = keep.and(&layout.mask(Layout::INGRESS_PORT).not());
        *value = value.or(&Bits::from_u64(layout.state_bits(), port.into()));
        self
    }
}

/// What becomes of a packet for which a guest chose a port.
#[allow(clippy::large_enum_variant, reason = "there are few: one for each port of a slice")]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It leaves.
    Transmit {
        /// By that physical port; `None`: the one of the guest's number.
        port: Option<u16>,
        /// How the guest's egress begins, where it has one.
        egress: Option<Box<EgressStart>>,
    },
    /// It is dropped.
    Discard,
    /// It goes to another device, as if over a wire.
    Forward {
        /// Where that one begins.
        start: DeviceStart,
        /// The port by which it comes in there.
        port: u16,
    },
}

/// Cells of one of the persona's arrays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cells {
    /// The first.
    pub base: u32,
    /// How many.
    pub size: u32,
    /// Of meters: what they measure.
    pub unit: MeterUnit,
}

/// What an access of a guest's is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Touched {
    /// The packet as a whole, or nothing that is kept.
    Packet,
    /// The cells of the persona's array that are the guest's.
    Cells(Cells),
    /// A sample for a learn list.
    Sample {
        /// The guest's list.
        list: LearnListId,
        /// Where it lies in the state, below the window.
        place: BitRange,
    },
}

/// How egress begins for a guest's replicas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReplicaEgress {
    /// The guest has none.
    None,
    /// By [`OperatorRow::EnterEgress`] for the port.
    ByPort,
    /// By the one for whether the port is the one by which the packet came in.
    Split,
}

/// A row that the operator owns.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum OperatorRow {
    /// Packets of a physical port enter a device.
    Enter {
        /// The physical port.
        port: PortMatch,
        /// Where the device begins.
        start: DeviceStart,
        /// The guest's port; `None`: of the same number.
        guest_port: Option<u16>,
        /// The guest's first row, where this one does what that does, too.
        first: Option<Box<Entrance>>,
        /// Of the rows of a port, the one with the lowest number wins; below 8192.
        order: u16,
    },
    /// A guest has chosen a port (`egress_spec`, 511 is a drop).
    Leave {
        /// The slot in which the guest ends, counted from the persona's first.
        slot: u8,
        /// The device.
        device: u16,
        /// The guest's port.
        port: PortMatch,
        /// What becomes of the packet.
        verdict: Verdict,
        /// Of a guest whose egress asks that first: whether it is the port by which the packet came in.
        back: Option<bool>,
    },
    /// A guest has chosen a multicast group.
    LeaveMulticast {
        /// The slot in which the guest ends, counted from the persona's first.
        slot: u8,
        /// The device.
        device: u16,
        /// The guest's group, not 0.
        group: u16,
        /// The switch's group, not 0.
        physical_group: u16,
        /// How the guest's egress begins, where it has one.
        egress: ReplicaEgress,
    },
    /// What an access of a guest's means.
    State {
        /// The pipeline it is made in.
        pipeline: PipelineKind,
        /// The slot of the lookup, counted from the persona's first.
        slot: u8,
        /// The device.
        device: u16,
        /// What the guest calls it.
        access: StateAccess,
        /// What it is about.
        touched: Touched,
    },
    /// A packet that a guest resubmitted or recirculated comes in again.
    EnterAgain {
        /// Where the device begins.
        start: DeviceStart,
        /// The guest's field list, from 1 on.
        list: u8,
        /// What it keeps of the state.
        keep: Bits,
    },
    /// A packet goes on in another pass, with all of the state: see [`crate::Landing`].
    GoOn {
        /// Where it does.
        start: DeviceStart,
        /// What it asked with.
        number: u8,
    },
    /// A clone enters a guest's egress.
    EnterClone {
        /// The physical egress port.
        port: PortMatch,
        /// The device.
        device: u16,
        /// At the end of which pipeline it was made.
        made_in: PipelineKind,
        /// The guest's field list, as [`crate::Guest::clones`] numbers them.
        list: u8,
        /// What it keeps of the state.
        keep: Bits,
        /// How the guest's egress begins.
        start: Box<EgressStart>,
        /// The guest's port; `None`: of the same number.
        guest_port: Option<u16>,
    },
    /// A guest's mirroring session.
    Mirror {
        /// At the end of which pipeline it is cloned for.
        pipeline: PipelineKind,
        /// The device.
        device: u16,
        /// The guest's session.
        session: u16,
        /// The switch's.
        physical: u16,
    },
    /// A replica enters a guest's egress.
    EnterEgress {
        /// The physical egress port.
        port: PortMatch,
        /// The device.
        device: u16,
        /// How the guest's egress begins.
        start: Box<EgressStart>,
        /// The guest's port; `None`: of the same number.
        guest_port: Option<u16>,
        /// Of a guest whose egress asks that first: whether it is the port by which the packet came in. Then it is for any
        /// port, of the same number.
        back: Option<bool>,
    },
}

impl OperatorRow {
    /// The table it belongs to.
    pub fn table(&self) -> String {
        match self {
            Self::Enter { .. } => Layout::table(PipelineKind::Ingress, TableRole::Enter, 0),
            Self::Leave { slot, port, back, .. } => {
                let role = match (back, port) {
                    (Some(true), _) => TableRole::LeaveBack,
                    (Some(false), _) => TableRole::LeaveOnward,
                    (None, PortMatch::Port(_)) => TableRole::Leave,
                    (None, PortMatch::Any) => TableRole::LeaveSame,
                };
                Layout::table(PipelineKind::Ingress, role, *slot)
            }
            Self::LeaveMulticast { slot, .. } => {
                Layout::table(PipelineKind::Ingress, TableRole::LeaveMulticast, *slot)
            }
            Self::State { pipeline, slot, .. } => Layout::table(*pipeline, TableRole::State, *slot),
            Self::EnterEgress { back, .. } => {
                let role = match back {
                    None => TableRole::EnterEgress,
                    Some(true) => TableRole::EnterBack,
                    Some(false) => TableRole::EnterOnward,
                };
                Layout::table(PipelineKind::Egress, role, 0)
            }
            Self::EnterAgain { .. } | Self::GoOn { .. } => {
                Layout::table(PipelineKind::Ingress, TableRole::EnterAgain, 0)
            }
            Self::EnterClone { .. } => Layout::table(PipelineKind::Egress, TableRole::EnterClone, 0),
            Self::Mirror { pipeline, .. } => Layout::table(*pipeline, TableRole::Mirror, 0),
        }
    }

    /// The command that adds it.
    pub fn command(&self, layout: &Layout) -> Command {
        let of_state = |range: BitRange, value: u16| {
            let value = Bits::from_u64(layout.state_bits(), value.into()).shl(range.offset as usize);
            MatchValue::Exact(value)
        };
        let (key, priority, action, arguments) = match self {
            Self::Enter { port, start, guest_port, first, order } => {
                let (port, kind) = port_key(*port);
                let first = first.as_deref().cloned().unwrap_or_else(|| start.entrance(layout));
                let Entrance { value, mask, effect: does, next, place } = first.of_port(*guest_port, layout);
                let (doing, effect) = match does.is_none() {
                    true => ("look".to_owned(), Vec::new()),
                    false => effect(&does, PipelineKind::Ingress),
                };
                let [device, _, traits] = start_arguments(start);
                let next = next_arguments(&next, PipelineKind::Ingress, place, layout.state_bits());
                let arguments = [device, traits].into_iter().chain(effect).chain(next).collect();
                let priority = kind << 13 | u32::from(*order);
                let key = vec![port, MatchValue::Ternary { value, mask }];
                (key, Some(priority), format!("enter_{doing}"), arguments)
            }
            Self::Leave { device, port, verdict, back, .. } => {
                let mut key = vec![exact(16, *device)];
                if let PortMatch::Port(port) = port {
                    key.push(of_state(Layout::EGRESS_SPEC, *port));
                }
                let (action, arguments) = match verdict {
                    Verdict::Transmit { port, egress } => {
                        let name = if port.is_some() { "transmit" } else { "transmit_same" };
                        let port = port.map(port_bits);
                        match egress {
                            None => (name.to_owned(), port.into_iter().collect()),
                            // It has been asked whether the port is that by which it came in.
                            Some(start) if back.is_some() && start.ends() => (name.to_owned(), vec![]),
                            Some(start) if back.is_some() && start.drops() => {
                                ("transmit_lost".to_owned(), vec![])
                            }
                            Some(start) => begin(name, port, start),
                        }
                    }
                    Verdict::Discard => ("discard".to_owned(), vec![]),
                    Verdict::Forward { start, port } => {
                        ("forward".to_owned(), with_port(*port, start_arguments(start)))
                    }
                };
                (key, None, action, arguments)
            }
            Self::LeaveMulticast { device, group, physical_group, egress, .. } => {
                let slot = match egress {
                    ReplicaEgress::None => Layout::DONE,
                    ReplicaEgress::ByPort => Layout::REPLICA,
                    ReplicaEgress::Split => Layout::SPLIT_REPLICA,
                };
                (
                    vec![exact(16, *device), of_state(Layout::MCAST_GRP, *group)],
                    None,
                    "replicate".to_owned(),
                    vec![Bits::from_u64(16, (*physical_group).into()), in_slot(slot)],
                )
            }
            Self::State { device, access, touched, .. } => {
                let arguments = match touched {
                    Touched::Packet => vec![],
                    Touched::Cells(cells) => {
                        vec![Bits::from_u64(32, cells.base.into()), Bits::from_u64(32, cells.size.into())]
                    }
                    Touched::Sample { list, place } => vec![
                        Bits::from_u64(16, u64::from(list.0) + 1),
                        layout.mask(*place),
                        Bits::from_u64(8, place.offset.into()),
                    ],
                };
                let of_bytes = matches!(touched, Touched::Cells(Cells { unit: MeterUnit::Bytes, .. }));
                let action = match access {
                    StateAccess::ReadRegister(_) => "read_register",
                    StateAccess::WriteRegister(_) => "write_register",
                    StateAccess::Count(_) => "count",
                    StateAccess::ExecuteMeter(_) if of_bytes => "meter_bytes",
                    StateAccess::ExecuteMeter(_) => "meter_packets",
                    StateAccess::Truncate => "cut",
                    StateAccess::Ask => "ask",
                    StateAccess::Draw => "draw",
                    StateAccess::Sample(_) => "sample",
                };
                (vec![exact(16, *device), exact(16, access.code())], None, action.to_owned(), arguments)
            }
            Self::EnterAgain { start, list, keep } => {
                let [device, begin @ ..] = start_arguments(start);
                let list = MatchValue::Exact(Bits::from_u64(8, (*list).into()));
                let arguments = [keep.clone()].into_iter().chain(begin).collect();
                (vec![MatchValue::Exact(device), list], None, "begin_again".to_owned(), arguments)
            }
            Self::GoOn { start, number } => {
                let [device, begin @ ..] = start_arguments(start);
                let number = MatchValue::Exact(Bits::from_u64(8, (*number).into()));
                (vec![MatchValue::Exact(device), number], None, "go_on".to_owned(), begin.to_vec())
            }
            Self::EnterClone { port, device, made_in, list, keep, start, guest_port } => {
                let (port, priority) = port_key(*port);
                let kind = match made_in {
                    PipelineKind::Ingress => 1,
                    PipelineKind::Egress => 2,
                };
                let name = if guest_port.is_some() { "copy_as" } else { "copy" };
                let first = guest_port.map(port_bits).into_iter().chain([keep.clone()]);
                let (action, arguments) = begin(name, first, start);
                let kind = MatchValue::Exact(Bits::from_u64(32, kind));
                let list = MatchValue::Exact(Bits::from_u64(8, (*list).into()));
                (vec![exact(16, *device), kind, list, port], Some(priority), action, arguments)
            }
            Self::Mirror { device, session, physical, .. } => {
                let arguments = vec![Bits::from_u64(32, (*physical).into())];
                (vec![exact(16, *device), exact(16, *session)], None, "mirror_to".to_owned(), arguments)
            }
            Self::EnterEgress { device, start, back: Some(_), .. } => {
                let (action, arguments) = if start.ends() {
                    ("enter_done".to_owned(), vec![])
                } else if start.drops() {
                    ("discard".to_owned(), vec![])
                } else {
                    begin("enter", None, start)
                };
                (vec![exact(16, *device)], None, action, arguments)
            }
            Self::EnterEgress { port, device, start, guest_port, back: None } => {
                let (key, priority) = port_key(*port);
                let name = if guest_port.is_some() { "enter_as" } else { "enter" };
                let (action, arguments) = begin(name, guest_port.map(port_bits), start);
                (vec![exact(16, *device), key], Some(priority), action, arguments)
            }
        };
        let control = match self {
            Self::EnterEgress { .. } | Self::EnterClone { .. } => Layout::control(PipelineKind::Egress),
            Self::State { pipeline, .. } | Self::Mirror { pipeline, .. } => Layout::control(*pipeline),
            _ => Layout::control(PipelineKind::Ingress),
        };
        Command::TableAdd {
            table: self.table(),
            key,
            action: format!("{control}.{action}"),
            arguments,
            priority,
        }
    }
}

/// One port wins over any port.
fn port_key(port: PortMatch) -> (MatchValue, u32) {
    match port {
        PortMatch::Port(p) => (MatchValue::Ternary { value: port_bits(p), mask: Bits::ones(9) }, 1),
        PortMatch::Any => (MatchValue::Ternary { value: Bits::zero(9), mask: Bits::zero(9) }, 2),
    }
}

/// The action that also begins a guest's egress, `name` and what it does, and its arguments.
fn begin(name: &str, first: impl IntoIterator<Item = Bits>, start: &EgressStart) -> (String, Vec<Bits>) {
    let (doing, effect) = effect(&start.effect, PipelineKind::Egress);
    let state_bits = effect.first().map_or(0, Bits::width);
    let place = Place { id: 0, slot_base: 0, exit: None };
    let next = next_arguments(&start.next, PipelineKind::Egress, place, state_bits);
    let arguments = first.into_iter().chain(effect).chain(next);
    (format!("{name}_{doing}"), arguments.collect())
}

impl DeviceStart {
    /// A first row that leads to the first lookup.
    fn entrance(&self, layout: &Layout) -> Entrance {
        let Self { device, slot, pc, lookup, .. } = *self;
        let zero = Bits::zero(layout.state_bits());
        Entrance {
            value: zero.clone(),
            mask: zero.clone(),
            effect: Effect::Commit { keep: zero.not(), value: zero.clone() },
            next: Next::Lookup { slot, pc, lookup, key_mask: zero },
            place: Place { id: device, slot_base: 0, exit: None },
        }
    }
}

/// Device, next, traits.
fn start_arguments(start: &DeviceStart) -> [Bits; 3] {
    [
        Bits::from_u64(16, start.device.into()),
        next_bits(start.slot, start.lookup, start.pc),
        Bits::from_u64(8, if start.rewrites { Layout::REWRITES } else { 0 }.into()),
    ]
}

fn with_port(port: u16, arguments: [Bits; 3]) -> Vec<Bits> {
    [port_bits(port)].into_iter().chain(arguments).collect()
}
