//! The life of a packet in the switch: when it has run its course, and its [`Trace`].
//!
//! Counting tells when it is done: it begins as one, a multicast turns one into as many as the group has copies, a clone
//! adds one for its port and as many as its group has copies, and each ends by a drop or a transmission. The log has a
//! line for each of these.
//!
//! What the log doesn't tell:
//! - a copy's `egress_rid`: it is asked from the switch's groups;
//! - a copy's number where it is made: numbers count up as copies are made, so that copies which different egress
//!   threads make at the same time may be taken for each other;
//! - that `exit` ran: [`Event::Exit`] follows each action that has it, whose primitives are a straight line; of one with
//!   jumps it is known only where more of the pipeline would have come;
//! - the order of what happens to different copies: four threads carry them out. Within a copy the order is right;
//! - a table's action where a miss has none: there is no [`Event::Action`] then;
//! - whether an extraction succeeded: it is announced before it is tried, so the packet's length decides; where that
//!   isn't known, or the header's isn't, what stands right before the error is what failed;
//! - field values: nothing in a trace needs them.

use std::collections::HashMap;

use hyper4_bits::Bits;
use hyper4_ir::{ChecksumOutcome, Event, PrimitiveKind, Program, TableOutcome, Trace, TracedPacket};

use super::log::{Line, Message};
use super::runtime::Replicas;

/// `egress_spec` of a packet that is to be dropped.
const DROP_PORT: u16 = 511;

/// A packet that leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Leaving {
    /// Which copy, 0 for the packet that came in.
    pub(super) copy: u64,
    /// Bytes.
    pub(super) length: usize,
    pub(super) port: u16,
}

/// A packet in the switch, alone: the next comes when it is done.
#[derive(Debug)]
pub(super) struct Life<'a> {
    program: &'a Program,
    /// What groups copy to; set when a trace is wanted.
    replicas: Option<&'a Replicas>,
    /// Its number since the switch started.
    number: u64,
    /// Itself and its copies, as far as they haven't ended.
    alive: u64,
    threads: HashMap<u64, Thread>,
    copies: Vec<Part>,
}

/// What a thread is about.
#[derive(Clone, Copy, Debug, Default)]
struct Thread {
    /// The packet in ingress.
    ingress: usize,
    /// A clone of that one was asked for, and has not been made.
    asked: Option<usize>,
    /// What is copied to a group is a clone, of that number.
    clone: Option<usize>,
    /// The group that is copied to, and which of its copies is next.
    group: Option<(u16, usize)>,
}

/// The packet or a copy of it.
#[derive(Debug, Default)]
struct Part {
    traced: TracedPacket,
    /// Bits that came; `None` where the log doesn't tell.
    length: Option<u64>,
    /// Bits that the parser has taken, or wanted to; `None` behind a header of unknown length.
    parsed: Option<u64>,
    /// Nothing has been said since the last header was announced.
    announced: bool,
}

impl<'a> Life<'a> {
    /// Packet `number` since the switch started goes in, with so many bytes.
    pub(super) fn new(
        program: &'a Program,
        replicas: Option<&'a Replicas>,
        number: u64,
        length: usize,
    ) -> Self {
        let first = Part { length: Some(8 * length as u64), parsed: Some(0), ..Part::default() };
        Self { program, replicas, number, alive: 1, threads: HashMap::new(), copies: vec![first] }
    }

    /// Whether nothing of it is left in the switch.
    pub(super) fn is_over(&self) -> bool {
        self.alive == 0
    }

    /// What happened; nothing when no trace is wanted.
    pub(super) fn into_trace(self) -> Trace {
        match self.replicas {
            Some(_) => Trace { packets: self.copies.into_iter().map(|copy| copy.traced).collect() },
            None => Trace::default(),
        }
    }

    /// Take a line of the log. An answer means that the switch sends a packet now.
    pub(super) fn line(&mut self, line: &Line<'_>) -> Result<Option<Leaving>, String> {
        let message = Message::parse(line.text);
        let copy = match line.packet {
            Some((number, copy)) if number == self.number => Some(copy as usize),
            Some((number, _)) if message.is_some() => {
                return Err(format!("its log tells of packet {number}, not {}: {}", self.number, line.text));
            }
            _ => None,
        };
        // A clone is first heard of when it is parsed.
        let mut thread = self.threads.get(&line.thread).copied().unwrap_or_default();
        if let (Some(copy), Some(of)) = (copy, thread.asked)
            && copy == self.copies.len()
        {
            self.clone_made(&mut thread, of);
        }
        let Some(message) = message else {
            self.threads.insert(line.thread, thread);
            if let Some(copy) = copy.and_then(|copy| self.copies.get_mut(copy)) {
                copy.announced = false;
            }
            return Ok(None);
        };
        // Of lines that don't say of which packet they are, these are about one.
        let copy = match (copy, message) {
            (Some(copy), _) => copy,
            (None, Message::Replicated(..) | Message::UnknownGroup(_)) => {
                thread.clone.unwrap_or(thread.ingress)
            }
            (None, Message::Sample(_)) => thread.ingress,
            (None, Message::PriorityOutOfRange) => self.copies.len() - 1,
            (None, _) => return Ok(None),
        };
        self.prepare(&mut thread, copy, message);
        let leaving = self.count(&thread, copy, message)?;
        if self.replicas.is_some() {
            self.trace(&mut thread, copy, message)?;
        }
        self.make(&mut thread, copy, message);
        self.threads.insert(line.thread, thread);
        Ok(leaving)
    }

    /// What a message says about the thread it comes from.
    fn prepare(&mut self, thread: &mut Thread, copy: usize, message: Message<'_>) {
        match message {
            Message::Received => *thread = Thread { ingress: copy, ..Thread::default() },
            Message::CloneAtIngress | Message::CloneAtEgress => thread.asked = Some(copy),
            Message::CloneToGroup | Message::CloneToPort(_) => {
                if let Some(of) = thread.asked {
                    self.clone_made(thread, of);
                }
            }
            // What follows is about the packet itself again.
            Message::EgressPort(_)
            | Message::Sample(_)
            | Message::Resubmit
            | Message::DroppedAtEgress
            | Message::ChecksumUpdated(_)
            | Message::ChecksumSkipped(_)
            | Message::Multicast
                if thread.clone != Some(copy) =>
            {
                thread.asked = None;
                thread.clone = None;
            }
            _ => {}
        }
    }

    fn clone_made(&mut self, thread: &mut Thread, of: usize) {
        thread.clone = Some(self.copies.len());
        thread.asked = None;
        let length = self.copies.get(of).and_then(|parent| parent.length);
        if let Some(parent) = self.copies.get_mut(of) {
            parent.traced.events.push(Event::Clone);
        }
        let traced = TracedPacket { copied_from: Some(of), events: Vec::new() };
        self.copies.push(Part { traced, length, parsed: Some(0), announced: false });
    }

    fn count(
        &mut self,
        thread: &Thread,
        copy: usize,
        message: Message<'_>,
    ) -> Result<Option<Leaving>, String> {
        let cloned = u64::from(thread.clone.is_some());
        let (begun, ended) = match message {
            Message::DroppedAtIngress
            | Message::DroppedAtEgress
            | Message::PriorityOutOfRange
            | Message::Transmit(..) => (0, 1),
            Message::UnknownGroup(_) => (cloned, 1),
            Message::Replicated(copies, _) => (copies + cloned, 1),
            Message::CloneToPort(_) => (1, 0),
            _ => (0, 0),
        };
        self.alive = (self.alive + begun)
            .checked_sub(ended)
            .ok_or_else(|| format!("its log ends packet {} more often than it was copied", self.number))?;
        Ok(match message {
            Message::Transmit(length, port) => Some(Leaving { copy: copy as u64, length, port }),
            _ => None,
        })
    }

    fn trace(&mut self, thread: &mut Thread, copy: usize, message: Message<'_>) -> Result<(), String> {
        let program = self.program;
        let cloned = thread.clone;
        match message {
            Message::Replicated(_, group) => thread.group = Some((group, 0)),
            Message::Replica(port) => {
                let of_group =
                    |(group, next): (u16, usize)| Some((group, next, self.replicas?.get(&group)?.get(next)?));
                let member = thread.group.and_then(of_group).filter(|(.., (_, to))| *to == port);
                let (group, next, (rid, _)) =
                    member.ok_or("its log tells of a copy that its groups don't have")?;
                thread.group = Some((group, next + 1));
                let events = vec![Event::Replica { rid: *rid, port }];
                let traced = TracedPacket { copied_from: Some(copy), events };
                self.copies.push(Part { traced, ..Part::default() });
                return Ok(());
            }
            _ => {}
        }
        // To which port a clone goes is said of the packet it was made of.
        let copy = match message {
            Message::CloneToPort(_) => cloned.unwrap_or(copy),
            _ => copy,
        };
        let Some(packet) = self.copies.get_mut(copy) else {
            return Err(format!("its log tells of copy {copy}, which wasn't made"));
        };
        let extracted = match message {
            Message::Extract(name) => program.headers.iter().find(|header| header.name == name),
            Message::ExtractNumber(number) => program.headers.get(number),
            _ => None,
        };
        if let Some(header) = extracted {
            let fields = program.header_types.get(header.header_type.index());
            let fixed = fields.filter(|fields| !fields.fields.iter().any(|field| field.varbit));
            packet.parsed =
                packet.parsed.zip(fixed).map(|(parsed, fields)| parsed + u64::from(fields.width()));
        }
        if let Message::Advance(bytes) = message {
            packet.parsed = packet.parsed.map(|parsed| parsed + 8 * bytes);
        }
        if let Message::ParserError(error) = message {
            let too_short = match packet.length.zip(packet.parsed) {
                Some((length, parsed)) => parsed > length,
                None => packet.announced && matches!(error, "PacketTooShort" | "HeaderTooShort"),
            };
            // The header that wasn't there.
            if too_short && matches!(packet.traced.events.last(), Some(Event::Extract(_))) {
                packet.traced.events.pop();
            }
        }
        packet.announced = extracted.is_some();
        if let (Message::ExtractNumber(_), Some(header)) = (message, extracted) {
            packet.traced.events.push(Event::Extract(header.name.clone()));
        }
        if message == Message::Exit && packet.traced.events.last() == Some(&Event::Exit)
            || matches!(message, Message::UnknownGroup(_)) && cloned.is_some()
        {
            return Ok(());
        }
        packet.traced.events.extend(event(message, program)?);
        if let Message::Action(name, _) = message
            && exits(program, name)
        {
            packet.traced.events.push(Event::Exit);
        }
        Ok(())
    }

    /// The copy that goes through ingress again, or, where nothing is traced, that a group is sent.
    fn make(&mut self, thread: &mut Thread, copy: usize, message: Message<'_>) {
        let length = match message {
            Message::Replica(_) if self.replicas.is_none() => {
                self.copies.push(Part::default());
                return;
            }
            Message::Resubmit => self.copies.get(copy).and_then(|of| of.length),
            Message::Recirculate => None,
            _ => return,
        };
        *thread = Thread::default();
        let traced = TracedPacket { copied_from: Some(copy), events: Vec::new() };
        self.copies.push(Part { traced, length, parsed: Some(0), announced: false });
    }
}

fn exits(program: &Program, action: &str) -> bool {
    let action = program.actions.iter().find(|candidate| candidate.name == action);
    let jumps =
        |kind: &PrimitiveKind| matches!(kind, PrimitiveKind::Jump { .. } | PrimitiveKind::JumpIfZero { .. });
    action.is_some_and(|action| {
        let kinds = || action.primitives.iter().map(|primitive| &primitive.kind);
        kinds().any(|kind| matches!(kind, PrimitiveKind::Exit)) && !kinds().any(jumps)
    })
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
        Message::CloneToPort(port) => Event::Unicast(port),
        Message::Sample(list) => Event::Digest(list),
        Message::Resubmit => Event::Resubmit,
        Message::Recirculate => Event::Recirculate,
        Message::Exit => Event::Exit,
        Message::Received
        | Message::Multicast
        | Message::ExtractNumber(_)
        | Message::CloneAtIngress
        | Message::CloneAtEgress
        | Message::CloneToGroup
        | Message::Advance(_)
        | Message::Replica(_) => return Ok(None),
    }))
}

/// Arguments as the log has them, `a,1f,`, with the widths of the action's parameters.
fn arguments(program: &Program, action: &str, values: &str) -> Result<Vec<Bits>, String> {
    let failed = || format!("its log has an action `{action}` with arguments `{values}`");
    let values: Vec<&str> = values.split_terminator(',').collect();
    // An action that is called with constants is there once more, without parameters, under the same name.
    let named = |candidate: &&hyper4_ir::Action| {
        candidate.name == action && candidate.parameters.len() == values.len()
    };
    let declared = program.actions.iter().find(named).ok_or_else(failed)?;
    let values = declared.parameters.iter().zip(values);
    values
        .map(|(parameter, value)| {
            Bits::parse(parameter.width, &format!("0x{}", value.trim())).map_err(|_| failed())
        })
        .collect()
}

#[cfg(test)]
mod tests;
