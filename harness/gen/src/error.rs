//! Why no generator could be made.

/// Why no generator could be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GenError {
    /// There is no program to make packets for.
    #[error("subject `{0}` has no program to make packets for")]
    NoGuest(String),
    /// The limits leave no packet.
    #[error("packets of {min} to {max} bytes can't be made: give a least length of at most the greatest")]
    Lengths {
        /// The least length.
        min: usize,
        /// The greatest length.
        max: usize,
    },
    /// The limits leave no port.
    #[error("port {port} can't be an ingress port: ports are 0 to {last}")]
    Port {
        /// The port.
        port: u16,
        /// The greatest.
        last: u16,
    },
    /// An entry is for a table that the program doesn't have.
    #[error("program `{program}` has no table `{table}`, which an entry is for")]
    UnknownTable {
        /// The program.
        program: String,
        /// The table.
        table: String,
    },
    /// An entry has more or fewer key fields than its table.
    #[error("an entry of table `{table}` has {found} key fields, the table has {expected}")]
    KeyCount {
        /// The table.
        table: String,
        /// How many the table has.
        expected: usize,
        /// How many the entry has.
        found: usize,
    },
}
