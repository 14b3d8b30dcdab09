//! Events, outputs and answers in words.

use std::fmt::Write;

use hyper4_bits::Bits;
use hyper4_ir::{ChecksumOutcome, Digest, EntryAction, Event, Output, ProfileTarget, Reply, TableOutcome};
use hyper4_switch::SwitchError;

/// An event in words; `None` is that nothing more happened.
pub fn describe_event(event: Option<&Event>) -> String {
    let Some(event) = event else { return "nothing more".to_owned() };
    match event {
        Event::Device(name) => format!("device `{name}` begins"),
        Event::ParseState(name) => format!("parse state `{name}`"),
        Event::Signature(signature) => format!("bytes with signature {signature:016x}"),
        Event::Missing(name) => format!("header `{name}` isn't there"),
        Event::Emit(name) => format!("header `{name}` leaves"),
        Event::Extract(name) => format!("header `{name}` extracted"),
        Event::ParserError(name) => format!("parser error `{name}`"),
        Event::Checksum { name, outcome } => {
            let outcome = match outcome {
                ChecksumOutcome::Correct => "is correct",
                ChecksumOutcome::Wrong => "is wrong",
                ChecksumOutcome::Updated => "is updated",
                ChecksumOutcome::Skipped => "is skipped",
            };
            format!("checksum `{name}` {outcome}")
        }
        Event::Pipeline(name) => format!("pipeline `{name}` begins"),
        Event::Condition { name, value } => format!("condition `{name}` is {value}"),
        Event::Table { name, outcome: TableOutcome::Hit(handle) } => {
            format!("table `{name}` hits entry {handle}")
        }
        Event::Table { name, outcome: TableOutcome::Miss } => format!("table `{name}` misses"),
        Event::Action { name, arguments } => format!("action `{name}`({})", list(arguments)),
        Event::Exit => "exit".to_owned(),
        Event::Clone => "copied for a mirroring session".to_owned(),
        Event::Digest(list) => format!("sample taken for list {list}"),
        Event::Resubmit => "resubmitted".to_owned(),
        Event::Recirculate => "recirculated".to_owned(),
        Event::Unicast(port) => format!("sent to port {port}"),
        Event::Multicast(group) => format!("copied to multicast group {group}"),
        Event::Replica { rid, port } => format!("copy with id {rid} for port {port}"),
        Event::Drop => "dropped".to_owned(),
        Event::Transmit(port) => format!("leaves by port {port}"),
        Event::Unlinked => "leaves by a port without a link".to_owned(),
    }
}

/// Samples in words: each list with its elements' values, or that there are none.
pub fn describe_digests(digests: &[Digest]) -> String {
    if digests.is_empty() {
        return "no sample".to_owned();
    }
    let one = |digest: &Digest| {
        let values: Vec<String> = digest.values.iter().map(ToString::to_string).collect();
        format!("a sample of list {}: {}", digest.list.0, values.join(", "))
    };
    digests.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// Outputs in words.
pub fn describe_outputs(outputs: &[Output]) -> String {
    if outputs.is_empty() {
        return "dropped".to_owned();
    }
    let one = |output: &Output| format!("{} bytes by port {}", output.bytes.len(), output.port);
    outputs.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// What a command was answered, in words.
pub(crate) fn describe_reply(reply: &Result<Reply, SwitchError>) -> String {
    match reply {
        Ok(Reply::Done) => "done".to_owned(),
        Ok(Reply::Handle(handle)) => format!("handle {handle}"),
        Ok(Reply::Entries { entries, default }) => {
            let mut text = format!("{} entries", entries.len());
            for entry in entries {
                // Writing to a string can't fail.
                let _ = write!(text, "; {}: {}", entry.handle, describe_action(&entry.action));
            }
            if let Some(action) = default {
                let _ = write!(text, "; default: {}", describe_action(action));
            }
            text
        }
        Ok(Reply::Count(count)) => count.to_string(),
        Ok(Reply::Counter(value)) => format!("{} packets, {} bytes", value.packets, value.bytes),
        Ok(Reply::Values(values)) => list(values),
        // Rarely looked at: their fields say what they are.
        Ok(other) => format!("{other:?}"),
        Err(error) => format!("refused: {error}"),
    }
}

fn describe_action(action: &EntryAction) -> String {
    match action {
        EntryAction::Direct { action, arguments } => format!("{action}({})", list(arguments)),
        EntryAction::Indirect(ProfileTarget::Member(member)) => format!("member {member}"),
        EntryAction::Indirect(ProfileTarget::Group(group)) => format!("group {group}"),
    }
}

fn list(values: &[Bits]) -> String {
    values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
