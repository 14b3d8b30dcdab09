//! Codes of the exceptions that simple_switch's services declare, and which error has which.

use hyper4_switch::{ControlError, MulticastError, SwitchError};

/// `TableOperationErrorCode`.
pub(crate) mod table {
    pub(crate) const FULL: i32 = 1;
    pub(crate) const INVALID_HANDLE: i32 = 2;
    pub(crate) const EXPIRED_HANDLE: i32 = 3;
    pub(crate) const COUNTERS_DISABLED: i32 = 4;
    pub(crate) const METERS_DISABLED: i32 = 5;
    pub(crate) const AGEING_DISABLED: i32 = 6;
    pub(crate) const INVALID_TABLE_NAME: i32 = 7;
    pub(crate) const INVALID_ACTION_NAME: i32 = 8;
    pub(crate) const WRONG_TABLE_TYPE: i32 = 9;
    pub(crate) const INVALID_MEMBER: i32 = 10;
    pub(crate) const MEMBER_STILL_USED: i32 = 11;
    pub(crate) const MEMBER_ALREADY_IN_GROUP: i32 = 12;
    pub(crate) const MEMBER_NOT_IN_GROUP: i32 = 13;
    pub(crate) const INVALID_GROUP: i32 = 14;
    pub(crate) const GROUP_STILL_USED: i32 = 15;
    pub(crate) const EMPTY_GROUP: i32 = 16;
    pub(crate) const DUPLICATE_ENTRY: i32 = 17;
    pub(crate) const BAD_MATCH_KEY: i32 = 18;
    pub(crate) const DEFAULT_ACTION_IS_CONST: i32 = 20;
    pub(crate) const DEFAULT_ENTRY_IS_CONST: i32 = 21;
    pub(crate) const INVALID_PROFILE_NAME: i32 = 23;
    pub(crate) const IMMUTABLE_TABLE_ENTRIES: i32 = 25;
    pub(crate) const BAD_ACTION_DATA: i32 = 26;
    pub(crate) const NO_TABLE_KEY: i32 = 27;
    pub(crate) const ERROR: i32 = 100;
}

/// `CounterOperationErrorCode`, `RegisterOperationErrorCode`, and the first of the others: the name, the index.
pub(crate) const INVALID_NAME: i32 = 1;
pub(crate) const INVALID_INDEX: i32 = 2;
pub(crate) const INDEXED_ERROR: i32 = 3;

/// `MeterOperationErrorCode`, beyond name and index.
pub(crate) const BAD_RATES_LIST: i32 = 3;
pub(crate) const INVALID_RATE: i32 = 4;
pub(crate) const METER_ERROR: i32 = 6;

/// `ParseVSetOperationErrorCode`.
pub(crate) const VALUE_SET_ERROR: i32 = 2;

/// `McOperationErrorCode`.
pub(crate) mod multicast {
    pub(crate) const FULL: i32 = 1;
    pub(crate) const INVALID_GROUP: i32 = 2;
    pub(crate) const INVALID_GROUP_HANDLE: i32 = 3;
    pub(crate) const INVALID_NODE: i32 = 4;
    pub(crate) const ERROR: i32 = 5;
}

/// `MirroringOperationErrorCode`.
pub(crate) const SESSION_NOT_FOUND: i32 = 1;

/// `CrcErrorCode`, `ToeplitzHashErrorCode`, beyond the name.
pub(crate) const WRONG_TYPE_CALCULATION: i32 = 2;
pub(crate) const INVALID_PARAMETERS: i32 = 3;

/// Which exception a method declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// `InvalidTableOperation`.
    Table,
    /// `InvalidCounterOperation`.
    Counter,
    /// `InvalidMeterOperation`.
    Meter,
    /// `InvalidRegisterOperation`.
    Register,
    /// `InvalidParseVSetOperation`.
    ValueSet,
    /// `InvalidMcOperation`.
    Multicast,
    /// `InvalidMirroringOperation`.
    Mirroring,
    /// `InvalidCrcOperation`, `InvalidToeplitzHashOperation`.
    Calculation,
    /// None.
    Undeclared,
}

/// How a refusal is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The method's declared exception with this code.
    Code(i32),
    /// An exception that the method doesn't declare.
    Undeclared(String),
}

/// What a method of that family answers when the switch says this.
pub fn refusal(family: Family, error: &SwitchError) -> Refusal {
    let SwitchError::Control(error) = error else { return Refusal::Undeclared(error.to_string()) };
    let code = match family {
        Family::Table => Some(table_code(error)),
        Family::Counter | Family::Register => Some(indexed_code(error)),
        Family::Meter => Some(match error {
            ControlError::BadRatesList { .. } => BAD_RATES_LIST,
            ControlError::FallingRates(_) => INVALID_RATE,
            ControlError::UnknownObject { .. } | ControlError::InvalidIndex { .. } => indexed_code(error),
            _ => METER_ERROR,
        }),
        Family::ValueSet => Some(match error {
            ControlError::UnknownObject { .. } => INVALID_NAME,
            _ => VALUE_SET_ERROR,
        }),
        Family::Multicast => multicast_code(error),
        Family::Mirroring => Some(SESSION_NOT_FOUND),
        Family::Calculation => Some(match error {
            ControlError::UnknownObject { .. } => INVALID_NAME,
            ControlError::WrongCalculation { .. } => WRONG_TYPE_CALCULATION,
            _ => INVALID_PARAMETERS,
        }),
        Family::Undeclared => None,
    };
    code.map_or_else(|| Refusal::Undeclared(error.to_string()), Refusal::Code)
}

fn table_code(error: &ControlError) -> i32 {
    match error {
        ControlError::UnknownTable(_) => table::INVALID_TABLE_NAME,
        ControlError::UnknownAction { .. } | ControlError::UnknownProfileAction { .. } => {
            table::INVALID_ACTION_NAME
        }
        ControlError::UnknownObject { .. } => table::INVALID_PROFILE_NAME,
        ControlError::TableFull { .. } => table::FULL,
        ControlError::InvalidHandle { .. } => table::INVALID_HANDLE,
        ControlError::ExpiredHandle { .. } => table::EXPIRED_HANDLE,
        ControlError::DuplicateEntry(_) => table::DUPLICATE_ENTRY,
        ControlError::BadMatchKey { .. } => table::BAD_MATCH_KEY,
        ControlError::NoTableKey(_) => table::NO_TABLE_KEY,
        ControlError::BadActionData { .. } => table::BAD_ACTION_DATA,
        ControlError::ImmutableEntries(_) => table::IMMUTABLE_TABLE_ENTRIES,
        ControlError::ConstDefaultAction(_) => table::DEFAULT_ACTION_IS_CONST,
        ControlError::ConstDefaultEntry(_) => table::DEFAULT_ENTRY_IS_CONST,
        ControlError::WrongTableType { .. } => table::WRONG_TABLE_TYPE,
        ControlError::CountersDisabled(_) => table::COUNTERS_DISABLED,
        ControlError::MetersDisabled(_) => table::METERS_DISABLED,
        ControlError::AgeingDisabled(_) => table::AGEING_DISABLED,
        ControlError::InvalidMember { .. } => table::INVALID_MEMBER,
        ControlError::MemberInUse { .. } => table::MEMBER_STILL_USED,
        ControlError::MemberInGroup { .. } => table::MEMBER_ALREADY_IN_GROUP,
        ControlError::MemberNotInGroup { .. } => table::MEMBER_NOT_IN_GROUP,
        ControlError::InvalidGroup { .. } => table::INVALID_GROUP,
        ControlError::GroupInUse { .. } => table::GROUP_STILL_USED,
        ControlError::EmptyGroup { .. } => table::EMPTY_GROUP,
        _ => table::ERROR,
    }
}

fn indexed_code(error: &ControlError) -> i32 {
    match error {
        ControlError::UnknownObject { .. } => INVALID_NAME,
        ControlError::InvalidIndex { .. } => INVALID_INDEX,
        _ => INDEXED_ERROR,
    }
}

/// `None` where simple_switch throws what it doesn't declare.
fn multicast_code(error: &ControlError) -> Option<i32> {
    let ControlError::Multicast(error) = error else { return Some(multicast::ERROR) };
    match error {
        MulticastError::Full => Some(multicast::FULL),
        MulticastError::NoGroup(_) => Some(multicast::INVALID_GROUP_HANDLE),
        MulticastError::NoNode(_) => Some(multicast::INVALID_NODE),
        MulticastError::Association(_) | MulticastError::OutOfRange(_) | MulticastError::Other(_) => {
            Some(multicast::ERROR)
        }
        MulticastError::GroupDestroyed { .. } => None,
    }
}
