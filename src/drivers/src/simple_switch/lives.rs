//! The lives of the packets that are in the switch: when each has run its course, and its [`Trace`].
//!
//! Counting tells when a packet is done: it begins as one, a multicast turns one into as many as the group has copies,
//! and each ends by a drop or a transmission. The log has a line for each of these.
//!
//! What the log doesn't tell:
//! - a copy's `egress_rid`: it is asked from the switch's groups;
//! - that `exit` ran: [`Event::Exit`] follows each action that has it, whose primitives are a straight line;
//! - the order of what happens to different copies: four threads carry them out. Within a copy the order is right;
//! - a table's action where a miss has none: there is no [`Event::Action`] then;
//! - whether an extraction succeeded: it is announced before it is tried, so the packet's length decides;
//! - field values: nothing in a trace needs them.

use std::collections::{BTreeMap, HashMap};

use hyper4_bits::Bits;
use hyper4_ir::{ChecksumOutcome, Event, PrimitiveKind, Program, TableOutcome, Trace, TracedPacket};

use super::log::{Line, Message};
use super::runtime::Replicas;

/// `egress_spec` of a packet that is to be dropped.
const DROP_PORT: u16 = 511;

/// What a line of the log means for who waits for packets.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing.
    None,
    /// The next packet that leaves is that copy of that packet of the batch, with that length and port.
    Transmit { cause: usize, copy: u64, length: usize, port: u16 },
}

/// A packet in the switch.
#[derive(Debug)]
struct Life {
    /// Its number in the batch.
    cause: usize,
    /// Bytes it came with.
    length: u64,
    /// Itself and its copies, as far as they haven't ended.
    alive: u64,
    /// Bits that the parser has taken, or wanted to.
    parsed: u64,
    /// The group whose copies are being made.
    group: Option<u16>,
    copies: Vec<TracedPacket>,
}

/// All packets in the switch.
pub(super) struct Lives<'a> {
    program: &'a Program,
    /// Set when traces are wanted.
    replicas: Option<&'a Replicas>,
    /// By the switch's number for the packet.
    lives: BTreeMap<u64, Life>,
    /// The packet that a thread spoke of last: some lines don't say of which they are.
    current: HashMap<String, u64>,
    done: Vec<(usize, Trace)>,
}

impl<'a> Lives<'a> {
    pub(super) fn new(program: &'a Program, replicas: Option<&'a Replicas>) -> Self {
        Self { program, replicas, lives: BTreeMap::new(), current: HashMap::new(), done: Vec::new() }
    }

    /// A packet goes in.
    pub(super) fn begin(&mut self, number: u64, cause: usize, length: usize) {
        let life = Life {
            cause,
            length: length as u64,
            alive: 1,
            parsed: 0,
            group: None,
            copies: vec![TracedPacket::default()],
        };
        self.lives.insert(number, life);
    }

    /// How many packets are in the switch.
    pub(super) fn in_flight(&self) -> usize {
        self.lives.len()
    }

    /// The traces, in the order of the batch.
    pub(super) fn into_traces(mut self) -> Vec<Trace> {
        self.done.sort_by_key(|(cause, _)| *cause);
        self.done.into_iter().map(|(_, trace)| trace).collect()
    }

    /// Take a line of the log.
    pub(super) fn line(&mut self, line: &Line<'_>) -> Result<Step, String> {
        let Some(message) = Message::parse(line.text) else { return Ok(Step::None) };
        let (number, copy) = match line.packet {
            Some((number, copy)) => {
                if self.current.get(line.thread) != Some(&number) {
                    self.current.insert(line.thread.to_owned(), number);
                }
                (number, copy)
            }
            // Of lines that don't say of which packet they are, these are about the one their thread is at.
            None if matches!(
                message,
                Message::Replicated(..) | Message::UnknownGroup(_) | Message::PriorityOutOfRange
            ) =>
            {
                let number = self.current.get(line.thread);
                (*number.ok_or_else(|| format!("its log doesn't tell of which packet: {}", line.text))?, 0)
            }
            None => return Ok(Step::None),
        };
        let Some(life) = self.lives.get_mut(&number) else {
            return Err(format!("its log tells of packet {number}, which isn't under way: {}", line.text));
        };
        let traced = self.replicas.is_some();
        let (ended, step) = life.count(copy, message)?;
        if traced {
            life.trace(copy, message, self.program, self.replicas)?;
        }
        life.alive = life.alive.checked_sub(ended).ok_or_else(|| {
            format!("its log ends packet {number} more often than there are copies: {}", line.text)
        })?;
        if life.alive == 0
            && let Some(life) = self.lives.remove(&number)
            && traced
        {
            self.done.push((life.cause, Trace { packets: life.copies }));
        }
        Ok(step)
    }
}

impl Life {
    /// How many copies end with this message; new ones are counted.
    fn count(&mut self, copy: u64, message: Message<'_>) -> Result<(u64, Step), String> {
        let mut step = Step::None;
        let ended = match message {
            Message::DroppedAtIngress
            | Message::DroppedAtEgress
            | Message::PriorityOutOfRange
            | Message::UnknownGroup(_) => 1,
            Message::Replicated(copies, _) => {
                self.alive += copies;
                1
            }
            Message::Transmit(length, port) => {
                step = Step::Transmit { cause: self.cause, copy, length, port };
                1
            }
            Message::Unexpected => {
                return Err(
                    "it clones, resubmits or recirculates a packet, which can't be followed".to_owned()
                );
            }
            _ => 0,
        };
        Ok((ended, step))
    }

    fn trace(
        &mut self,
        copy: u64,
        message: Message<'_>,
        program: &Program,
        replicas: Option<&Replicas>,
    ) -> Result<(), String> {
        // These are lines of the ingress thread about a copy that is about to be.
        let copy = match message {
            Message::Replica(port) => {
                let made = self.copies.len();
                let group = self.group.and_then(|group| replicas?.get(&group));
                let rid = group.and_then(|copies| copies.get(made - 1)).filter(|(_, to)| *to == port);
                let (rid, _) = rid.ok_or("its log tells of a copy that its groups don't have")?;
                let events = vec![Event::Replica { rid: *rid, port }];
                self.copies.push(TracedPacket { copied_from: Some(0), events });
                return Ok(());
            }
            Message::PriorityOutOfRange => self.copies.len() - 1,
            _ => copy as usize,
        };
        if let Message::Replicated(_, group) = message {
            self.group = Some(group);
        }
        let length = 8 * self.length;
        let parsed = self.parsed;
        let Some(packet) = self.copies.get_mut(copy) else {
            return Err(format!("its log tells of copy {copy}, which wasn't made"));
        };
        match message {
            Message::Extract(name) => {
                let header = program.headers.iter().find(|header| header.name == name);
                let fields = header.and_then(|header| program.header_types.get(header.header_type.index()));
                self.parsed += fields.map_or(0, |fields| fields.width().into());
            }
            Message::Advance(bytes) => self.parsed += 8 * bytes,
            // The header that wasn't there.
            Message::ParserError(_)
                if parsed > length && matches!(packet.events.last(), Some(Event::Extract(_))) =>
            {
                packet.events.pop();
            }
            _ => {}
        }
        packet.events.extend(event(message, program)?);
        if let Message::Action(name, _) = message
            && exits(program, name)
        {
            packet.events.push(Event::Exit);
        }
        Ok(())
    }
}

fn exits(program: &Program, action: &str) -> bool {
    let action = program.actions.iter().find(|candidate| candidate.name == action);
    action.is_some_and(|action| action.primitives.iter().any(|p| matches!(p.kind, PrimitiveKind::Exit)))
}

fn event(message: Message<'_>, program: &Program) -> Result<Option<Event>, String> {
    let checksum = |name: &str, outcome| Event::Checksum { name: name.to_owned(), outcome };
    let table = |name: &str, outcome| Event::Table { name: name.to_owned(), outcome };
    Ok(Some(match message {
        Message::ParseState(name) => Event::ParseState(name.to_owned()),
        Message::Extract(name) => Event::Extract(name.to_owned()),
        Message::ParserError(name) => Event::ParserError(name.to_owned()),
        Message::Verified(name, true) => checksum(name, ChecksumOutcome::Correct),
        Message::Verified(name, false) => checksum(name, ChecksumOutcome::Wrong),
        Message::ChecksumSkipped(name) => checksum(name, ChecksumOutcome::Skipped),
        Message::ChecksumUpdated(name) => checksum(name, ChecksumOutcome::Updated),
        Message::Pipeline(name) => Event::Pipeline(name.to_owned()),
        Message::Condition(name, value) => Event::Condition { name: name.to_owned(), value },
        Message::Hit(name, handle) => table(name, TableOutcome::Hit(handle)),
        Message::Miss(name) => table(name, TableOutcome::Miss),
        Message::Action(name, values) => {
            Event::Action { name: name.to_owned(), arguments: arguments(program, name, values)? }
        }
        // The next line says that it is dropped.
        Message::EgressPort(DROP_PORT) => return Ok(None),
        Message::EgressPort(port) => Event::Unicast(port),
        Message::Replicated(_, group) => Event::Multicast(group),
        Message::DroppedAtIngress
        | Message::DroppedAtEgress
        | Message::UnknownGroup(_)
        | Message::PriorityOutOfRange => Event::Drop,
        Message::Transmit(_, port) => Event::Transmit(port),
        Message::Advance(_) | Message::Replica(_) | Message::Unexpected => return Ok(None),
    }))
}

/// Arguments as the log has them, `a,1f,`, with the widths of the action's parameters.
fn arguments(program: &Program, action: &str, values: &str) -> Result<Vec<Bits>, String> {
    let failed = || format!("its log has an action `{action}` with arguments `{values}`");
    let declared = program.actions.iter().find(|candidate| candidate.name == action).ok_or_else(failed)?;
    let values: Vec<&str> = values.split_terminator(',').collect();
    if values.len() != declared.parameters.len() {
        return Err(failed());
    }
    let values = declared.parameters.iter().zip(values);
    values
        .map(|(parameter, value)| {
            Bits::parse(parameter.width, &format!("0x{}", value.trim())).map_err(|_| failed())
        })
        .collect()
}
