//! Why a switch refused or failed.

use hyper4_ir::SourceInfo;

/// What is wrong with a multicast command. The names follow bmv2's `McReturnCode`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MulticastError {
    /// `INVALID_MGRP_HANDLE`
    #[error("no group {0}")]
    NoGroup(u16),
    /// `INVALID_L1_HANDLE`
    #[error("no node {0}")]
    NoNode(u64),
    /// `TABLE_FULL`: groups or nodes.
    #[error("there is no room for it")]
    Full,
    /// `ERROR`: a node that is in a group already, or isn't in that group.
    #[error("{0}")]
    Association(String),
    /// A node that belongs to a group that was destroyed: simple_switch throws `out_of_range`.
    #[error("node {node} belongs to group {group}, which was destroyed")]
    GroupDestroyed {
        /// The node.
        node: u64,
        /// The group.
        group: u16,
    },
    /// A port or link aggregation group that can't be.
    #[error("{0}")]
    OutOfRange(String),
    /// What a real switch says that has no words here.
    #[error("{0}")]
    Other(String),
}

/// What is looked for by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ObjectKind {
    /// An action profile.
    Profile,
    /// Counters.
    Counter,
    /// Meters.
    Meter,
    /// Registers.
    Register,
    /// A parser's value set.
    ValueSet,
    /// A calculation.
    Calculation,
}

impl std::fmt::Display for ObjectKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Profile => "action profile",
            Self::Counter => "counter",
            Self::Meter => "meter",
            Self::Register => "register",
            Self::ValueSet => "value set",
            Self::Calculation => "calculation",
        })
    }
}

/// What is wrong with a command. The names follow bmv2's `MatchErrorCode` and those of its other interfaces.
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
    /// `EXPIRED_HANDLE`: the entry was deleted, and another has its number.
    #[error("the entry with handle {handle} of table `{table}` was deleted")]
    ExpiredHandle {
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
    /// `NO_TABLE_KEY`
    #[error("table `{0}` has no key, so that it can't have entries")]
    NoTableKey(String),
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
    /// `DEFAULT_ACTION_IS_CONST`: another action is refused, other arguments aren't.
    #[error("the default action of table `{0}` is constant")]
    ConstDefaultAction(String),
    /// `DEFAULT_ENTRY_IS_CONST`
    #[error("the default entry of table `{0}` is constant")]
    ConstDefaultEntry(String),
    /// `WRONG_TABLE_TYPE`
    #[error("table `{table}` {reason}")]
    WrongTableType {
        /// The table.
        table: String,
        /// What it is or has, and the command doesn't go with.
        reason: &'static str,
    },
    /// `COUNTERS_DISABLED`
    #[error("table `{0}` has no counters")]
    CountersDisabled(String),
    /// `METERS_DISABLED`
    #[error("table `{0}` has no meters")]
    MetersDisabled(String),
    /// `AGEING_DISABLED`
    #[error("the entries of table `{0}` have no timeouts")]
    AgeingDisabled(String),
    /// The program has nothing of that name.
    #[error("no {kind} is called `{name}`")]
    UnknownObject {
        /// What was looked for.
        kind: ObjectKind,
        /// The name.
        name: String,
    },
    /// `INVALID_ACTION_NAME` of a profile.
    #[error("action profile `{profile}` has no action `{action}`")]
    UnknownProfileAction {
        /// The profile.
        profile: String,
        /// The action.
        action: String,
    },
    /// `INVALID_MBR_HANDLE`
    #[error("action profile `{profile}` has no member with handle {member}")]
    InvalidMember {
        /// The profile.
        profile: String,
        /// The member.
        member: u64,
    },
    /// `MBR_STILL_USED`
    #[error("member {member} of action profile `{profile}` is in use: delete what refers to it first")]
    MemberInUse {
        /// The profile.
        profile: String,
        /// The member.
        member: u64,
    },
    /// `MBR_ALREADY_IN_GRP`
    #[error("member {member} is in group {group} already")]
    MemberInGroup {
        /// The member.
        member: u64,
        /// The group.
        group: u64,
    },
    /// `MBR_NOT_IN_GRP`
    #[error("member {member} isn't in group {group}")]
    MemberNotInGroup {
        /// The member.
        member: u64,
        /// The group.
        group: u64,
    },
    /// `INVALID_GRP_HANDLE`
    #[error("action profile `{profile}` has no group with handle {group}")]
    InvalidGroup {
        /// The profile.
        profile: String,
        /// The group.
        group: u64,
    },
    /// `GRP_STILL_USED`
    #[error("group {group} of action profile `{profile}` is in use: delete what refers to it first")]
    GroupInUse {
        /// The profile.
        profile: String,
        /// The group.
        group: u64,
    },
    /// `EMPTY_GRP`
    #[error("group {group} of action profile `{profile}` is empty")]
    EmptyGroup {
        /// The profile.
        profile: String,
        /// The group.
        group: u64,
    },
    /// `INVALID_INDEX`
    #[error("`{name}` has no index {index}: there are {size}")]
    InvalidIndex {
        /// The counters, meters or registers.
        name: String,
        /// The index.
        index: u64,
        /// How many there are.
        size: u32,
    },
    /// A register's value of another width.
    #[error("register `{register}` has {width} bits, but the value {given}")]
    RegisterWidth {
        /// The register.
        register: String,
        /// Bits.
        width: u32,
        /// Bits of the value.
        given: u32,
    },
    /// A member of another width than its value set: a real switch ends there.
    #[error("value set `{set}` has members of {width} bits, but the value has {given}")]
    ValueSetWidth {
        /// The value set.
        set: String,
        /// Bits.
        width: u32,
        /// Bits of the value.
        given: u32,
    },
    /// `BAD_RATES_LIST`
    #[error("meter `{meter}` has {wanted} rates, but {given} are given")]
    BadRatesList {
        /// The meter.
        meter: String,
        /// How many it has.
        wanted: u32,
        /// How many are given.
        given: usize,
    },
    /// `INVALID_INFO_RATE_VALUE`
    #[error("the rates of meter `{0}` don't rise: the lowest comes first")]
    FallingRates(String),
    /// A mirroring session that can't be.
    #[error("there can be no mirroring session {0}: they are 0 to 32767")]
    SessionOutOfRange(u16),
    /// `SESSION_NOT_FOUND`
    #[error("there is no mirroring session {0}")]
    UnknownSession(u16),
    /// `WRONG_TYPE_CALCULATION`
    #[error("calculation `{calculation}` is {algorithm}, which has no such parameters")]
    WrongCalculation {
        /// The calculation.
        calculation: String,
        /// Its algorithm.
        algorithm: &'static str,
    },
    /// `INVALID_KEY` of a Toeplitz hash.
    #[error("a key of {0} bytes: a multiple of 4 is wanted")]
    KeyLength(usize),
    /// About multicast.
    #[error("multicast: {0}")]
    Multicast(#[from] MulticastError),
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
