//! What a test says.

use crate::Pattern;

/// A test: its statements in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Test {
    /// The statements.
    pub lines: Vec<Line>,
}

/// A statement and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The line, from 1.
    pub number: usize,
    /// What it says.
    pub statement: Statement,
}

/// A statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Statement {
    /// `add TABLE [PRIORITY] KEY:VALUE… ACTION(NAME:VALUE, …) [= NAME]`
    Add {
        /// The table, or an end of its name.
        table: String,
        /// The greatest wins; of tables that rank their entries.
        priority: Option<u64>,
        /// Key fields that are given, in any order; others match as their kind's nothing (see [`crate::resolve`]).
        key: Vec<KeyMatch>,
        /// What an entry does.
        action: ActionCall,
        /// What later statements call the entry.
        name: Option<String>,
    },
    /// `setdefault TABLE ACTION(NAME:VALUE, …)`
    SetDefault {
        /// The table, or an end of its name.
        table: String,
        /// What a miss does.
        action: ActionCall,
    },
    /// `remove all`, `remove NAME`: entries that this test added.
    Remove {
        /// The entry; all of them when there is none.
        name: Option<String>,
    },
    /// `packet PORT DATA`
    Packet {
        /// The port it comes in by.
        port: u16,
        /// Its bytes.
        bytes: Vec<u8>,
    },
    /// `expect PORT [DATA]`: the next packet that leaves by the port.
    Expect {
        /// The port it leaves by.
        port: u16,
        /// What it is; anything when nothing is said.
        pattern: Option<Pattern>,
    },
    /// `no_packet`: nothing leaves by any port that no `expect` names.
    NoPacket,
    /// `wait`: all packets so far have run their course.
    Wait,
    /// `check_counter COUNTER(INDEX) [KIND COMPARISON NUMBER]`
    CheckCounter {
        /// The counter, or an end of its name.
        counter: String,
        /// Which of its cells.
        index: CounterIndex,
        /// What is to hold; that it can be read, where nothing is said.
        check: Option<(CountKind, Comparison, u64)>,
    },
    /// A command of simple_switch_CLI, passed on as it is: `mirroring_add 5 4`.
    Command {
        /// The whole line.
        text: String,
    },
}

/// A key field that is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyMatch {
    /// The field's name or an end of it; `$3` in it stands for `[3]`.
    pub field: String,
    /// What it is to be.
    pub value: KeyText,
}

/// How a key's value is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyText {
    /// `0x0a**`: a number with `*` for digits that don't matter.
    Number(String),
    /// `VALUE/LENGTH`
    Prefix(String, u32),
    /// `LOW..HIGH`
    Range(String, String),
}

/// An action with its arguments by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionCall {
    /// The action, or an end of its name.
    pub name: String,
    /// Parameters and their values.
    pub arguments: Vec<(String, String)>,
}

/// Which cell of a counter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CounterIndex {
    /// `7`: of an indirect counter.
    Number(u64),
    /// `$NAME`: the counter of the entry that is called so.
    Entry(String),
}

/// What a counter counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountKind {
    /// Packets.
    Packets,
    /// Bytes.
    Bytes,
}

impl CountKind {
    /// The word in a test.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Packets => "packets",
            Self::Bytes => "bytes",
        }
    }
}

/// How a counter is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `==`; `=` means the same.
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Comparison {
    /// The sign in a test.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }

    /// Whether it holds between a count and a number.
    #[must_use]
    pub fn holds(self, count: u64, number: u64) -> bool {
        match self {
            Self::Equal => count == number,
            Self::NotEqual => count != number,
            Self::Less => count < number,
            Self::LessOrEqual => count <= number,
            Self::Greater => count > number,
            Self::GreaterOrEqual => count >= number,
        }
    }
}
