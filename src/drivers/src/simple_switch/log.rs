//! simple_switch's log (`--log-console`), line by line.
//!
//! A line is `[15:53:54.870] [bmv2] [D] [thread 22979] ` and a message; messages about a packet begin with
//! `[number.copy] [cxt 0] `. A message of several lines has that on its first line alone.

/// A line that has a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// Number of the packet since the switch started, and of its copy; 0 is the one that came in.
    pub(super) packet: Option<(u64, u64)>,
    /// The thread that says it: ingress is one, egress are several.
    pub(super) thread: u64,
    pub(super) text: &'a str,
}

impl<'a> Line<'a> {
    /// `None` for a line that continues a message, and for what isn't the log's.
    pub(super) fn parse(line: &'a str) -> Option<Self> {
        let (time, rest) = line.strip_prefix('[')?.split_once("] [bmv2] [")?;
        if !time.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let (_level, rest) = rest.split_once("] [thread ")?;
        let (thread, text) = rest.split_once("] ")?;
        let thread = thread.parse().ok()?;
        let tagged = text.strip_prefix('[').and_then(|text| {
            let (number, text) = text.split_once("] [cxt 0] ")?;
            let (number, copy) = number.split_once('.')?;
            Some(((number.parse().ok()?, copy.parse().ok()?), text))
        });
        Some(match tagged {
            Some((packet, text)) => Self { packet: Some(packet), thread, text },
            None => Self { packet: None, thread, text },
        })
    }
}

/// A message that says something about a packet's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Message<'a> {
    /// Ingress begins with it.
    Received,
    ParseState(&'a str),
    Extract(&'a str),
    /// A header by its number in the program: the next of a stack.
    ExtractNumber(usize),
    /// Bytes.
    Advance(u64),
    ParserError(&'a str),
    /// A checksum, and whether it was right.
    Verified(&'a str, bool),
    ChecksumSkipped(&'a str),
    ChecksumUpdated(&'a str),
    Pipeline(&'a str),
    Condition(&'a str, bool),
    /// A table, and the handle of its entry.
    Hit(&'a str, u64),
    Miss(&'a str),
    /// An action, and its arguments in hexadecimal, each followed by a comma.
    Action(&'a str, &'a str),
    /// The port in `egress_spec` at the end of ingress.
    EgressPort(u16),
    DroppedAtIngress,
    /// A group of copies is asked for, of a packet that isn't a clone.
    Multicast,
    /// A copy is asked for; it is made only where the session exists.
    CloneAtIngress,
    CloneAtEgress,
    /// A clone is copied to a group.
    CloneToGroup,
    /// A clone goes to that port.
    CloneToPort(u16),
    /// A sample for that list.
    Sample(u32),
    Resubmit,
    Recirculate,
    /// `exit` ran, and there would have been more.
    Exit,
    /// Copies, and their group.
    Replicated(u64, u16),
    UnknownGroup(u16),
    /// A copy for that port.
    Replica(u16),
    PriorityOutOfRange,
    DroppedAtEgress,
    /// Bytes and port.
    Transmit(usize, u16),
}

impl<'a> Message<'a> {
    /// `None` for a message that doesn't matter here.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let named = |prefix: &str, suffix: &str| text.strip_prefix(prefix)?.strip_suffix(suffix);
        // Conditions come with file and line before them, whatever the file's name.
        if let Some(message) = condition(text) {
            return Some(message);
        }
        Some(match text.as_bytes().first()? {
            b'A' => match text.strip_prefix("Action entry is ") {
                Some(entry) => {
                    let (name, arguments) = entry.split_once(" - ")?;
                    Self::Action(name, arguments)
                }
                None => Self::Advance(named("Advancing by ", " bytes")?.parse().ok()?),
            },
            b'C' => match text.strip_prefix("Cloning packet ")? {
                "at ingress" => Self::CloneAtIngress,
                "at egress" => Self::CloneAtEgress,
                to => match to.strip_prefix("to egress port ") {
                    Some(port) => Self::CloneToPort(port.parse().ok()?),
                    None => to.starts_with("to MGID ").then_some(Self::CloneToGroup)?,
                },
            },
            b'D' => match text {
                "Dropping packet at the end of ingress" => Self::DroppedAtIngress,
                "Dropping packet at the end of egress" => Self::DroppedAtEgress,
                _ => return None,
            },
            b'E' => {
                let variable = || named("Extracting variable-sized header '", "'");
                if let Some(name) = named("Extracting header '", "'").or_else(variable) {
                    Self::Extract(name)
                } else if let Some((_, number)) = text
                    .strip_prefix("Extracting to header ")
                    .and_then(|rest| rest.split_once(", next header is "))
                {
                    Self::ExtractNumber(number.parse().ok()?)
                } else if let Some(port) = text.strip_prefix("Egress port is ") {
                    Self::EgressPort(port.parse().ok()?)
                } else {
                    Self::ParserError(text.strip_prefix("Exception while parsing: ")?)
                }
            }
            b'L' => Self::Sample(text.strip_prefix("Learning sample for list id ")?.parse().ok()?),
            b'M' if text == "Multicast requested for packet" => Self::Multicast,
            b'n' => {
                let (copies, group) =
                    text.strip_prefix("number of packets replicated : ")?.split_once(" for MGID: ")?;
                Self::Replicated(copies.parse().ok()?, group.parse().ok()?)
            }
            b'P' => {
                if text == "Priority out of range, dropping packet" {
                    Self::PriorityOutOfRange
                } else if text == "Packet is marked for exit, interrupting pipeline" {
                    Self::Exit
                } else if text.starts_with("Processing packet received on port ") {
                    Self::Received
                } else if let Some(name) = named("Pipeline '", "': start") {
                    Self::Pipeline(name)
                } else {
                    let (_parser, state) = named("Parser '", "'")?.split_once("' entering state '")?;
                    Self::ParseState(state)
                }
            }
            b'R' => {
                if let Some(port) = text.strip_prefix("Replicating packet on port ") {
                    Self::Replica(port.parse().ok()?)
                } else if let Some(rest) = text.strip_prefix("Replication requested for mgid ") {
                    Self::UnknownGroup(rest.split_once(',')?.0.parse().ok()?)
                } else {
                    match text {
                        "Resubmitting packet" => Self::Resubmit,
                        "Recirculating packet" => Self::Recirculate,
                        _ => return None,
                    }
                }
            }
            b'S' => {
                let (name, why) = text.strip_prefix("Skipping checksum '")?.split_once("' ")?;
                let known = why.starts_with("update because") || why.starts_with("verification because");
                return known.then_some(Self::ChecksumSkipped(name));
            }
            b'T' => {
                if let Some(rest) = text.strip_prefix("Transmitting packet of size ") {
                    let (size, port) = rest.split_once(" out of port ")?;
                    Self::Transmit(size.parse().ok()?, port.parse().ok()?)
                } else if let Some(name) = named("Table '", "': miss") {
                    Self::Miss(name)
                } else {
                    let (name, handle) = text.strip_prefix("Table '")?.split_once("': hit with handle ")?;
                    Self::Hit(name, handle.parse().ok()?)
                }
            }
            b'U' => Self::ChecksumUpdated(named("Updating checksum '", "'")?),
            b'V' => {
                let (name, outcome) = text.strip_prefix("Verified checksum '")?.split_once("': ")?;
                Self::Verified(name, outcome == "passed")
            }
            _ => return None,
        })
    }
}

/// `prog.p4(12) Condition "source text" (node_3) is true`
fn condition(text: &str) -> Option<Message<'_>> {
    let (rest, value) = match text.strip_suffix(") is true") {
        Some(rest) => (rest, true),
        None => (text.strip_suffix(") is false")?, false),
    };
    let (before, name) = rest.rsplit_once(" (")?;
    before.contains("Condition \"").then_some(Message::Condition(name, value))
}

#[cfg(test)]
mod tests;
