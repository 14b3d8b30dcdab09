//! The engine, and the executor that proofs are made with, which share no code but the IR.

use std::sync::Arc;

use hyper4_diff::Counts;
use hyper4_ir::{Command, Stimulus};
use hyper4_switch::{Switch, SwitchError, Tracing};
use hyper4_symbolic::{Subject, outputs};

use crate::case::Case;
use crate::finding::Signature;
use crate::oracle::{Oracle, Verdict};

/// What a switch sends, and what the executor of proofs says that it would. Packets of which it can't say are left out: what
/// registers and meters hold is anything to it, and something undefined, too.
pub struct Symbolic {
    make: Box<MakeSwitch>,
}

/// Makes a switch that tells of undefined values.
type MakeSwitch = dyn Fn() -> Box<dyn Switch + Send> + Send + Sync;

impl Symbolic {
    /// An oracle; the switches tell what depends on something undefined.
    pub fn new(make: impl Fn() -> Box<dyn Switch + Send> + Send + Sync + 'static) -> Self {
        Self { make: Box::new(make) }
    }

    fn compare(&self, case: &Case) -> Result<Verdict, SwitchError> {
        let mut switch = (self.make)();
        switch.load(Arc::clone(&case.program))?;
        let mut subject = match Subject::new(Arc::clone(&case.program)) {
            Ok(subject) => subject,
            Err(error) => return Ok(Verdict::Unsupported(error.to_string())),
        };
        let mut counts = Counts::default();
        let mut left_out = None;
        for step in &case.stimulus {
            match step {
                Stimulus::Command(command) => {
                    let accepted = match switch.control(command) {
                        Ok(_) => true,
                        Err(SwitchError::Control(_)) => false,
                        Err(error) => return Err(error),
                    };
                    counts.commands += 1;
                    // What state holds is no part of what is compared.
                    if is_about_state(command) {
                        continue;
                    }
                    match (accepted, subject.apply(command)) {
                        (true, Ok(_)) | (false, Err(_)) => {}
                        (true, Err(error)) => return Ok(Verdict::Unsupported(error.to_string())),
                        (false, Ok(_)) => {
                            return Ok(
                                self.differ("reply", format!("`{command}` is refused by the switch alone"))
                            );
                        }
                    }
                }
                Stimulus::Packet(packet) => {
                    let packets = std::slice::from_ref(packet);
                    let batch = switch.inject(packets, Tracing::Off)?;
                    match outputs(&subject, packets) {
                        Ok(expected) if expected == batch.outputs => {
                            counts.packets += 1;
                            counts.outputs += expected.len() as u64;
                        }
                        Ok(_) if !batch.undefined.is_empty() => {}
                        Ok(expected) => {
                            let what = format!("expected: {expected:02x?}\ncame: {:02x?}", batch.outputs);
                            return Ok(self.differ("bytes", what));
                        }
                        Err(error) => left_out = Some(error.reason),
                    }
                }
            }
        }
        Ok(match left_out {
            Some(reason) if counts.packets == 0 => Verdict::Unsupported(reason),
            _ => Verdict::Agree(counts),
        })
    }

    fn differ(&self, kind: &str, description: String) -> Verdict {
        Verdict::Differ { signature: Signature::new(self.name(), kind, ""), description }
    }
}

fn is_about_state(command: &Command) -> bool {
    matches!(
        command,
        Command::Register { .. } | Command::Counter { .. } | Command::Meter { .. } | Command::ResetState
    )
}

impl Oracle for Symbolic {
    fn name(&self) -> &str {
        "symbolic"
    }

    fn questions(&self) -> usize {
        1_000
    }

    fn examine(&self, case: &Case) -> Verdict {
        match self.compare(case) {
            Ok(verdict) => verdict,
            Err(SwitchError::Unsupported { construct, reason, .. }) => {
                Verdict::Unsupported(format!("{construct}: {reason}"))
            }
            Err(error) => Verdict::Error(error.to_string()),
        }
    }
}
