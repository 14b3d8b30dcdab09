//! Why a switch refused or failed.

use hyper4_ir::SourceInfo;

/// What is wrong with a command. The names follow bmv2's `MatchErrorCode` and `McReturnCode`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ControlError {
    /// No table has that name.
    #[error("no table is called `{0}`")]
    UnknownTable(String),
    /// The table doesn't have such an action.
    #[error("table `{table}` has no action `{action}`")]
    UnknownAction {
        /// The table.
        table: String,
        /// The action.
        action: String,
    },
    /// `TABLE_FULL`
    #[error("table `{table}` is full: it holds {size} entries")]
    TableFull {
        /// The table.
        table: String,
        /// Its size.
        size: u32,
    },
    /// `INVALID_HANDLE`
    #[error("table `{table}` has no entry with handle {handle}")]
    InvalidHandle {
        /// The table.
        table: String,
        /// The handle.
        handle: u64,
    },
    /// `DUPLICATE_ENTRY`
    #[error("table `{0}` has an entry with that key already")]
    DuplicateEntry(String),
    /// `BAD_MATCH_KEY`
    #[error("table `{table}`: {reason}")]
    BadMatchKey {
        /// The table.
        table: String,
        /// What is wrong with the key.
        reason: String,
    },
    /// `BAD_ACTION_DATA`
    #[error("action `{action}`: {reason}")]
    BadActionData {
        /// The action.
        action: String,
        /// What is wrong with the arguments.
        reason: String,
    },
    /// `BAD_PRIORITY`: missing where it is needed.
    #[error("table `{0}` wants a priority with each entry")]
    PriorityMissing(String),
    /// `IMMUTABLE_TABLE_ENTRIES`
    #[error("the entries of table `{0}` are constant")]
    ImmutableEntries(String),
    /// `DEFAULT_ACTION_IS_CONST`, `DEFAULT_ENTRY_IS_CONST`
    #[error("the default action of table `{0}` is constant")]
    ConstDefault(String),
    /// Multicast: no such group, node or port, or one that is there already.
    #[error("multicast: {0}")]
    Multicast(String),
    /// A quota or a part of the device is used up.
    #[error("out of {resource}: {needed} needed, {left} left")]
    Exhausted {
        /// Which resource.
        resource: String,
        /// How much is needed.
        needed: u64,
        /// How much is left.
        left: u64,
    },
}

/// Why a switch refused or failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SwitchError {
    /// Nothing is loaded.
    #[error("no program is loaded")]
    NotLoaded,
    /// The program or command needs what this switch doesn't have. Nothing was changed.
    #[error("{construct} can't be run here: {reason}")]
    Unsupported {
        /// The construct, with its name.
        construct: String,
        /// Why not, and what would make it possible.
        reason: String,
        /// Where it stands in the source.
        source_info: Option<SourceInfo>,
    },
    /// The command is wrong.
    #[error(transparent)]
    Control(#[from] ControlError),
    /// No packet can come in by that port.
    #[error("port {port} can't be an ingress port: ports are 0 to {last}")]
    Port {
        /// The port.
        port: u16,
        /// The greatest.
        last: u16,
    },
    /// The program did what kills a real switch, or the real switch died or fell silent.
    #[error("the switch failed: {0}")]
    Failed(String),
}
