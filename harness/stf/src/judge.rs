//! What a test finds wrong.

use std::collections::BTreeMap;
use std::fmt;

use hyper4_ir::Output;

use crate::{Line, Pattern, Statement, Test};

/// A statement that doesn't hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The statement's line, from 1; `None` for a packet that nothing expects.
    pub line: Option<usize>,
    /// What kind it is.
    pub kind: FailureKind,
    /// What was wanted, and what was there.
    pub message: String,
}

/// Kinds of failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FailureKind {
    /// A packet differs from what was expected.
    Different,
    /// A packet didn't come.
    Missing,
    /// A packet came that nothing expects.
    Unexpected,
    /// A counter has another count.
    Counter,
}

impl FailureKind {
    /// A name for machines.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Different => "different",
            Self::Missing => "missing",
            Self::Unexpected => "unexpected",
            Self::Counter => "counter",
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        f.write_str(&self.message)
    }
}

/// A packet that is expected: the line that says so, and what it is to look like.
type Expected<'a> = (usize, Option<&'a Pattern>);

/// Compare what left each port, in order, with what was expected there, in order. A port that no `packet` and no
/// `expect` names isn't looked at, unless the test says `no_packet`.
pub(crate) fn judge(test: &Test, outputs: &[Output]) -> Vec<Failure> {
    let mut wanted: BTreeMap<u16, Vec<Expected<'_>>> = BTreeMap::new();
    let mut all_ports = false;
    for Line { number, statement } in &test.lines {
        match statement {
            Statement::Packet { port, .. } => {
                wanted.entry(*port).or_default();
            }
            Statement::Expect { port, pattern } => {
                wanted.entry(*port).or_default().push((*number, pattern.as_ref()));
            }
            Statement::NoPacket => all_ports = true,
            _ => {}
        }
    }
    if all_ports {
        for output in outputs {
            wanted.entry(output.port).or_default();
        }
    }
    let mut failures = Vec::new();
    for (port, expected) in wanted {
        let there: Vec<&[u8]> =
            outputs.iter().filter(|o| o.port == port).map(|o| o.bytes.as_slice()).collect();
        compare(port, &expected, &there, &mut failures);
    }
    failures.sort_by_key(|failure| failure.line.unwrap_or(usize::MAX));
    failures
}

fn compare(port: u16, expected: &[Expected<'_>], there: &[&[u8]], failures: &mut Vec<Failure>) {
    for (index, (line, pattern)) in expected.iter().enumerate() {
        let Some(packet) = there.get(index) else {
            let message = format!("packet {} of port {port} didn't come", index + 1);
            failures.push(Failure { line: Some(*line), kind: FailureKind::Missing, message });
            continue;
        };
        let Some(pattern) = pattern else { continue };
        if let Err(mismatch) = pattern.check(packet) {
            let message = format!(
                "packet {} of port {port}: {mismatch}\n  wanted  {pattern}\n  there is {}",
                index + 1,
                hex::encode(packet)
            );
            failures.push(Failure { line: Some(*line), kind: FailureKind::Different, message });
        }
    }
    for (index, packet) in there.iter().enumerate().skip(expected.len()) {
        let message = format!("packet {} of port {port} isn't expected: {}", index + 1, hex::encode(packet));
        failures.push(Failure { line: None, kind: FailureKind::Unexpected, message });
    }
}
