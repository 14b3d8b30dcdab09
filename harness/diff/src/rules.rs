//! What is compared, and what is not.

use std::collections::{BTreeMap, BTreeSet};

use hyper4_ir::Event;
use serde::{Deserialize, Serialize};

/// In which order a packet's outputs are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutputOrder {
    /// As they were sent. Where a side doesn't say which packet caused an output, [`OutputOrder::PerPort`] over the
    /// whole batch, which is counted as hidden.
    #[default]
    Emitted,
    /// Port by port: a real switch has no order across ports.
    PerPort,
}

/// Whether traces are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TraceRule {
    /// Both sides must give one; it is an error when one doesn't.
    #[default]
    Required,
    /// Where both sides give one; packets without are counted as hidden.
    WhereGiven,
    /// Never; each packet is counted as hidden.
    Ignored,
}

/// A kind of [`Event`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// [`Event::Device`]
    Device,
    /// [`Event::ParseState`]
    ParseState,
    /// [`Event::Signature`]
    Signature,
    /// [`Event::Extract`]
    Extract,
    /// [`Event::Missing`]
    Missing,
    /// [`Event::ParserError`]
    ParserError,
    /// [`Event::Checksum`]
    Checksum,
    /// [`Event::Pipeline`]
    Pipeline,
    /// [`Event::Condition`]
    Condition,
    /// [`Event::Table`]
    Table,
    /// [`Event::Action`]
    Action,
    /// [`Event::Exit`]
    Exit,
    /// [`Event::Clone`]
    Clone,
    /// [`Event::Digest`]
    Digest,
    /// [`Event::Resubmit`]
    Resubmit,
    /// [`Event::Recirculate`]
    Recirculate,
    /// [`Event::Unicast`]
    Unicast,
    /// [`Event::Multicast`]
    Multicast,
    /// [`Event::Replica`]
    Replica,
    /// [`Event::Emit`]
    Emit,
    /// [`Event::Drop`]
    Drop,
    /// [`Event::Transmit`]
    Transmit,
    /// [`Event::Unlinked`]
    Unlinked,
}

impl EventKind {
    /// The kind of an event.
    pub fn of(event: &Event) -> Self {
        match event {
            Event::Device(_) => Self::Device,
            Event::ParseState(_) => Self::ParseState,
            Event::Signature(_) => Self::Signature,
            Event::Extract(_) => Self::Extract,
            Event::Missing(_) => Self::Missing,
            Event::ParserError(_) => Self::ParserError,
            Event::Checksum { .. } => Self::Checksum,
            Event::Pipeline(_) => Self::Pipeline,
            Event::Condition { .. } => Self::Condition,
            Event::Table { .. } => Self::Table,
            Event::Action { .. } => Self::Action,
            Event::Exit => Self::Exit,
            Event::Clone => Self::Clone,
            Event::Digest(_) => Self::Digest,
            Event::Resubmit => Self::Resubmit,
            Event::Recirculate => Self::Recirculate,
            Event::Unicast(_) => Self::Unicast,
            Event::Multicast(_) => Self::Multicast,
            Event::Replica { .. } => Self::Replica,
            Event::Emit(_) => Self::Emit,
            Event::Drop => Self::Drop,
            Event::Transmit(_) => Self::Transmit,
            Event::Unlinked => Self::Unlinked,
        }
    }
}

/// What is compared. The default compares all that the sides give.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// In which order a packet's outputs are compared.
    pub output_order: OutputOrder,
    /// Whether traces are compared.
    pub traces: TraceRule,
    /// Events that are left out of both traces before they are compared.
    pub ignored_events: BTreeSet<EventKind>,
}

/// What a rule hid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hidden {
    /// What is not compared, and why.
    pub rule: String,
    /// How often it happened.
    pub count: u64,
}

/// Counts of what rules hid.
#[derive(Clone, Debug, Default)]
pub(crate) struct Veil {
    counts: BTreeMap<String, u64>,
}

impl Veil {
    pub(crate) fn hide(&mut self, rule: &str, count: u64) {
        if count == 0 {
            return;
        }
        match self.counts.get_mut(rule) {
            Some(known) => *known += count,
            None => {
                self.counts.insert(rule.to_owned(), count);
            }
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (rule, count) in &other.counts {
            self.hide(rule, *count);
        }
    }

    pub(crate) fn list(self) -> Vec<Hidden> {
        self.counts.into_iter().map(|(rule, count)| Hidden { rule, count }).collect()
    }
}
