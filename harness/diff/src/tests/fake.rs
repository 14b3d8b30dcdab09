//! A switch of a few lines, and ways in which it can be wrong.

use std::collections::BTreeMap;
use std::sync::Arc;

use hyper4_bits::Bits;
use hyper4_ir::{
    Action, ActionParameter, Batch, Command, Deparser, Digest, Event, Expr, Extract, FieldRef, FieldType,
    Header, HeaderId, HeaderType, HeaderTypeId, LearnListId, Output, Packet, ParseState, ParseStateId,
    Parser, ParserOp, Pipeline, PipelineKind, Place, Primitive, PrimitiveKind, Program, Reply, SourceInfo,
    StandardField, TableOutcome, Trace, TracedPacket, Transition, TransitionMatch,
};
use hyper4_switch::{ControlError, Switch, SwitchError, Tracing};

/// How a switch is wrong, for packets whose last byte is [`TRIGGER`] (or commands).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// The second byte, `h.ttl`, is wrong.
    Byte,
    /// A byte of the payload is wrong.
    Payload,
    /// The packet is cut.
    Length,
    /// It leaves by another port.
    Port,
    /// Copies leave in another order.
    Order,
    /// Nothing comes out.
    Missing,
    /// A second one comes out.
    Extra,
    /// The trace says miss instead of hit; the packet is right.
    Table,
    /// A sample says something else.
    Sample,
    /// No sample is taken.
    Unlearnt,
    /// The trace lacks its last event.
    Short,
    /// The trace has a copy too many.
    Copy,
    /// The switch dies.
    Dies,
    /// The switch says it can't do that.
    Refuses,
    /// A new entry has another handle.
    Handle,
    /// A good command is refused.
    Command,
    /// Wrong only after 10 packets.
    Later,
    /// An output's cause is no packet of the batch.
    Cause,
}

pub(crate) const TRIGGER: u8 = 0xee;

/// What the first byte of a packet asks for: any other value is the port to send to.
pub(crate) const DROP: u8 = 200;
pub(crate) const FLOOD: u8 = 201;
/// Its answer carries the number of packets so far.
pub(crate) const COUNT: u8 = 202;

/// Header `h` with `dst` and `ttl`; action `forward` writes the port and `ttl`.
pub(crate) fn program() -> Program {
    let fields = |fields: &[(&str, u32)]| {
        let field = |(name, width): &(&str, u32)| FieldType {
            name: (*name).to_owned(),
            width: *width,
            signed: false,
            varbit: false,
        };
        fields.iter().map(field).collect()
    };
    let field = |header, field| FieldRef { header: HeaderId(header), field };
    let assign = |place, value| Primitive {
        kind: PrimitiveKind::Assign { place: Place::Field(place), value },
        source_info: None,
    };
    let forward = Action {
        name: "forward".to_owned(),
        parameters: vec![ActionParameter { name: "port".to_owned(), width: 9 }],
        primitives: vec![assign(field(0, 0), Expr::Param(0)), assign(field(1, 1), Expr::Const(1.into()))],
        source_info: Some(SourceInfo {
            filename: "fake.p4".to_owned(),
            line: 12,
            column: 5,
            source_fragment: "forward".to_owned(),
        }),
    };
    let start = ParseState {
        name: "start".to_owned(),
        ops: vec![ParserOp::Extract(Extract::Regular(HeaderId(1)))],
        key: vec![],
        transitions: vec![Transition { matches: TransitionMatch::Default, next: None }],
        source_info: None,
    };
    Program {
        name: "fake".to_owned(),
        header_types: vec![
            HeaderType { name: "standard_metadata".to_owned(), fields: fields(&[("egress_spec", 9)]) },
            HeaderType { name: "h_t".to_owned(), fields: fields(&[("dst", 8), ("ttl", 8)]) },
        ],
        headers: vec![
            Header { name: "standard_metadata".to_owned(), header_type: HeaderTypeId(0), metadata: true },
            Header { name: "h".to_owned(), header_type: HeaderTypeId(1), metadata: false },
        ],
        errors: BTreeMap::new(),
        parser: Parser { name: "parser".to_owned(), start: ParseStateId(0), states: vec![start] },
        deparser: Deparser { name: "deparser".to_owned(), order: vec![HeaderId(1)], primitives: Vec::new() },
        actions: vec![forward],
        tables: vec![],
        conditionals: vec![],
        ingress: Pipeline { kind: PipelineKind::Ingress, start: None },
        egress: Pipeline { kind: PipelineKind::Egress, start: None },
        calculations: vec![],
        checksums: vec![],
        header_stacks: Vec::new(),
        header_unions: Vec::new(),
        header_union_stacks: Vec::new(),
        counters: Vec::new(),
        meters: Vec::new(),
        registers: Vec::new(),
        field_lists: Vec::new(),
        learn_lists: Vec::new(),
        value_sets: Vec::new(),
        action_profiles: Vec::new(),
        standard: BTreeMap::from([(StandardField::EgressSpec, field(0, 0))]),
    }
}

/// The switch.
pub(crate) struct Fake {
    program: Arc<Program>,
    pub(crate) fault: Fault,
    /// Whether outputs tell their cause.
    pub(crate) causes: bool,
    /// Whether it gives traces.
    pub(crate) traces: bool,
    seen: u64,
    handles: u64,
}

impl Fake {
    pub(crate) fn new(fault: Fault) -> Self {
        Self { program: Arc::new(program()), fault, causes: true, traces: true, seen: 0, handles: 0 }
    }

    fn one(&mut self, cause: usize, packet: &Packet, batch: &mut Batch) -> Result<(), SwitchError> {
        self.seen += 1;
        let armed = packet.bytes.last() == Some(&TRIGGER);
        let fault = if armed { self.fault } else { Fault::None };
        match fault {
            Fault::Dies => return Err(SwitchError::Failed("division by zero".to_owned())),
            Fault::Refuses => {
                return Err(SwitchError::Unsupported {
                    construct: "header `h`".to_owned(),
                    reason: "too long".to_owned(),
                    source_info: self.program.actions[0].source_info.clone(),
                });
            }
            _ => {}
        }
        let Some([dst, ttl]) = packet.bytes.first_chunk::<2>().copied() else {
            let events = vec![
                Event::ParseState("start".to_owned()),
                Event::ParserError("PacketTooShort".to_owned()),
                Event::Drop,
            ];
            batch.traces.push(Trace { packets: vec![TracedPacket { copied_from: None, events }] });
            return Ok(());
        };
        let mut bytes = packet.bytes.clone();
        bytes[1] = ttl.wrapping_sub(1);
        if dst == COUNT {
            bytes.extend(self.seen.to_be_bytes());
        }
        let later = fault == Fault::Later && self.seen > 10;
        match fault {
            Fault::Byte => bytes[1] ^= 4,
            Fault::Payload => *bytes.last_mut().unwrap() ^= 4,
            Fault::Length => bytes.truncate(bytes.len() - 1),
            _ if later => bytes[1] ^= 1,
            _ => {}
        }
        let port = u16::from(dst) + u16::from(fault == Fault::Port);
        let outcome =
            if fault == Fault::Table { TableOutcome::Miss } else { TableOutcome::Hit(u64::from(dst)) };
        let mut events = vec![
            Event::ParseState("start".to_owned()),
            Event::Extract("h".to_owned()),
            Event::Pipeline("ingress".to_owned()),
            Event::Table { name: "ports".to_owned(), outcome },
        ];
        let mut ports = match dst {
            DROP => vec![],
            FLOOD => vec![1, 2],
            _ => vec![port],
        };
        let mut copies = vec![];
        match dst {
            DROP => events.push(Event::Drop),
            FLOOD => {
                events.push(Event::Multicast(1));
                for port in &ports {
                    let events = vec![Event::Replica { rid: 0, port: *port }, Event::Transmit(*port)];
                    copies.push(TracedPacket { copied_from: Some(0), events });
                }
            }
            _ => {
                // The fault at work is the persona's, which says it did the right thing.
                let arguments = vec![Bits::from_u64(9, u64::from(dst))];
                events.push(Event::Action { name: "forward".to_owned(), arguments });
                events.extend([Event::Unicast(u16::from(dst)), Event::Transmit(u16::from(dst))]);
            }
        }
        match fault {
            Fault::Order => ports.reverse(),
            Fault::Missing => ports.clear(),
            Fault::Extra => ports.push(9),
            Fault::Short => drop(events.pop()),
            Fault::Copy => copies.push(TracedPacket { copied_from: Some(0), events: vec![Event::Drop] }),
            _ => {}
        }
        let cause = self.causes.then_some(if fault == Fault::Cause { cause + 100_000 } else { cause });
        batch.outputs.extend(ports.iter().map(|port| Output { cause, port: *port, bytes: bytes.clone() }));
        if fault != Fault::Unlearnt {
            let value = Bits::from_u64(8, u64::from(ttl) + u64::from(fault == Fault::Sample));
            batch.digests.push(Digest { cause, list: LearnListId(0), values: vec![value] });
        }
        let first = TracedPacket { copied_from: None, events };
        batch.traces.push(Trace { packets: std::iter::once(first).chain(copies).collect() });
        Ok(())
    }
}

impl Switch for Fake {
    fn load(&mut self, program: Arc<Program>) -> Result<(), SwitchError> {
        self.program = program;
        Ok(())
    }

    fn program(&self) -> Option<&Arc<Program>> {
        Some(&self.program)
    }

    fn control(&mut self, command: &Command) -> Result<Reply, SwitchError> {
        match (command, self.fault) {
            (_, Fault::Command) => Err(ControlError::TableFull { table: "ports".to_owned(), size: 0 }.into()),
            (Command::TableClear { table }, _) => Err(ControlError::UnknownTable(format!("{table}?")).into()),
            (_, fault) => {
                self.handles += 1;
                Ok(Reply::Handle(self.handles - 1 + 7 * u64::from(fault == Fault::Handle)))
            }
        }
    }

    fn inject(&mut self, packets: &[Packet], tracing: Tracing) -> Result<Batch, SwitchError> {
        let mut batch = Batch::default();
        for (cause, packet) in packets.iter().enumerate() {
            self.one(cause, packet, &mut batch)?;
        }
        if tracing == Tracing::Off || !self.traces {
            batch.traces.clear();
        }
        Ok(batch)
    }
}
