//! What a copy of a packet carries beside its headers and metadata: bmv2's packet registers and flags.

/// A copy that is to be made when the pipeline ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mirror {
    pub(crate) session: u16,
    /// The number of the field list whose fields the copy keeps.
    pub(crate) preserved: Option<usize>,
}

/// What was asked for, and what is known, of the copy under way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flight {
    /// Its copy's number in the trace.
    pub(crate) copy: usize,
    /// What simple_switch keeps of its length: headers that are added and removed count.
    pub(crate) length: u64,
    /// The length that counters and meters see.
    pub(crate) arrived: u64,
    /// Bytes that headers and payload may have together.
    pub(crate) room: usize,
    /// When it arrived, in milliseconds; where entries age.
    pub(crate) since: u64,
    pub(crate) exit: bool,
    pub(crate) mirror: Option<Mirror>,
    /// The number of a list.
    pub(crate) digest: Option<usize>,
    /// The number of a field list.
    pub(crate) resubmit: Option<usize>,
    /// The number of a field list.
    pub(crate) recirculate: Option<usize>,
    /// Bytes at most.
    pub(crate) truncated: usize,
}

impl Flight {
    pub(crate) fn new(copy: usize, length: usize, room: usize) -> Self {
        Self {
            copy,
            length: length as u64,
            arrived: length as u64,
            room,
            since: 0,
            exit: false,
            mirror: None,
            digest: None,
            resubmit: None,
            recirculate: None,
            truncated: usize::MAX,
        }
    }

    /// A copy: what was asked for isn't asked of it again.
    pub(crate) fn copied(&self, copy: usize) -> Self {
        Self {
            copy,
            exit: false,
            mirror: None,
            digest: None,
            resubmit: None,
            recirculate: None,
            truncated: usize::MAX,
            ..*self
        }
    }

    /// What is left of some bytes.
    pub(crate) fn truncate<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        bytes.get(..self.truncated).unwrap_or(bytes)
    }
}
