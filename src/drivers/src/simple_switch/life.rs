//! The life of a packet in the switch: when it has run its course, and its [`Trace`].
//!
//! Counting tells when it is done: it begins as one, a multicast turns one into as many as the group has copies, and
//! each ends by a drop or a transmission. The log has a line for each of these.
//!
//! What the log doesn't tell:
//! - a copy's `egress_rid`: it is asked from the switch's groups;
//! - that `exit` ran: [`Event::Exit`] follows each action that has it, whose primitives are a straight line;
//! - the order of what happens to different copies: four threads carry them out. Within a copy the order is right;
//! - a table's action where a miss has none: there is no [`Event::Action`] then;
//! - whether an extraction succeeded: it is announced before it is tried, so the packet's length decides;
//! - field values: nothing in a trace needs them.

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
    /// Bits that came.
    length: u64,
    /// Itself and its copies, as far as they haven't ended.
    alive: u64,
    /// Bits that the parser has taken, or wanted to.
    parsed: u64,
    /// The group whose copies are being made.
    group: Option<u16>,
    copies: Vec<TracedPacket>,
}

impl<'a> Life<'a> {
    /// Packet `number` since the switch started goes in, with so many bytes.
    pub(super) fn new(
        program: &'a Program,
        replicas: Option<&'a Replicas>,
        number: u64,
        length: usize,
    ) -> Self {
        let copies = vec![TracedPacket::default()];
        Self {
            program,
            replicas,
            number,
            length: 8 * length as u64,
            alive: 1,
            parsed: 0,
            group: None,
            copies,
        }
    }

    /// Whether nothing of it is left in the switch.
    pub(super) fn is_over(&self) -> bool {
        self.alive == 0
    }

    /// What happened; nothing when no trace is wanted.
    pub(super) fn into_trace(self) -> Trace {
        Trace { packets: self.copies }
    }

    /// Take a line of the log. An answer means that the switch sends a packet now.
    pub(super) fn line(&mut self, line: &Line<'_>) -> Result<Option<Leaving>, String> {
        let Some(message) = Message::parse(line.text) else { return Ok(None) };
        let copy = match line.packet {
            Some((number, copy)) if number == self.number => copy,
            Some((number, _)) => {
                return Err(format!("its log tells of packet {number}, not {}: {}", self.number, line.text));
            }
            // Of lines that don't say of which packet they are, these are about one.
            None if matches!(
                message,
                Message::Replicated(..) | Message::UnknownGroup(_) | Message::PriorityOutOfRange
            ) =>
            {
                0
            }
            None => return Ok(None),
        };
        let leaving = self.count(copy, message)?;
        if self.replicas.is_some() {
            self.trace(copy, message)?;
        }
        Ok(leaving)
    }

    fn count(&mut self, copy: u64, message: Message<'_>) -> Result<Option<Leaving>, String> {
        let (begun, ended) = match message {
            Message::DroppedAtIngress
            | Message::DroppedAtEgress
            | Message::PriorityOutOfRange
            | Message::UnknownGroup(_)
            | Message::Transmit(..) => (0, 1),
            Message::Replicated(copies, _) => (copies, 1),
            Message::Unexpected => {
                return Err(
                    "it clones, resubmits or recirculates a packet, which can't be followed".to_owned()
                );
            }
            _ => (0, 0),
        };
        self.alive = (self.alive + begun)
            .checked_sub(ended)
            .ok_or_else(|| format!("its log ends packet {} more often than it was copied", self.number))?;
        Ok(match message {
            Message::Transmit(length, port) => Some(Leaving { copy, length, port }),
            _ => None,
        })
    }

    fn trace(&mut self, copy: u64, message: Message<'_>) -> Result<(), String> {
        let program = self.program;
        // These are lines of the ingress thread about a copy that is about to be.
        let copy = match message {
            Message::Replica(port) => {
                let made = self.copies.len();
                let group = self.group.and_then(|group| self.replicas?.get(&group));
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
        let too_short = self.parsed > self.length;
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
                if too_short && matches!(packet.events.last(), Some(Event::Extract(_))) =>
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

#[cfg(test)]
mod tests;
