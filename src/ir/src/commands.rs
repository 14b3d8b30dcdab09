//! The language of `simple_switch_CLI` and the lines of `stimulus.jsonl`, read against a [`Program`] and written.
//!
//! Tables and actions may be named by an unambiguous end of their name. Values are decimal, `0x…`, `0o…` or `0b…`, for 48
//! bits also a MAC address, for 32 bits an IPv4 and for 128 bits an IPv6 address. Where simple_switch_CLI silently cuts
//! a value that is too wide or takes a missing `=>` for something else, this parser refuses the line.

mod display;
mod parse;
mod stimulus;
mod suggest;
#[cfg(test)]
mod tests;
mod usage;
mod value;

pub use parse::{parse_command, parse_commands};
pub use stimulus::{parse_stimulus, write_stimulus};

/// Something that a line of a text file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line<T> {
    /// The line, from 1.
    pub number: usize,
    /// What it says.
    pub content: T,
}
