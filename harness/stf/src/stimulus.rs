//! A test as packets and commands alone, for comparisons that have another opinion of what is right than the test.

use hyper4_ir::{Command, IrError, Packet, Program, Stimulus, parse_command};

use crate::resolve::{resolve, resolve_default};
use crate::{Statement, StfError, Test};

/// What a test does to a switch, without what it expects.
///
/// # Errors
/// [`StfError::Statement`] for what doesn't fit the program, and for `remove`, which needs what a switch answered.
pub fn stimulus(program: &Program, test: &Test) -> Result<Vec<Stimulus>, StfError> {
    let mut steps = Vec::new();
    for line in &test.lines {
        let number = line.number;
        let wrong = |reason: String| StfError::Statement { line: number, reason };
        let text = match &line.statement {
            Statement::Packet { port, bytes } => {
                steps.push(Stimulus::Packet(Packet { port: *port, bytes: bytes.clone() }));
                continue;
            }
            Statement::Add { table, priority, key, action, .. } => {
                resolve(program, table, *priority, key, action).map_err(wrong)?.command
            }
            Statement::SetDefault { table, action } => {
                resolve_default(program, table, action).map_err(wrong)?.command
            }
            Statement::Command { text } => text.clone(),
            Statement::Remove { .. } => {
                let reason =
                    "`remove` needs the handles that a switch gave: run the test by itself, with stf";
                return Err(wrong(reason.to_owned()));
            }
            Statement::Expect { .. }
            | Statement::NoPacket
            | Statement::Wait
            | Statement::CheckCounter { .. } => continue,
        };
        steps.extend(command(program, &text, number)?.map(Stimulus::Command));
    }
    Ok(steps)
}

/// A line of simple_switch_CLI's language.
pub(crate) fn command(program: &Program, text: &str, line: usize) -> Result<Option<Command>, StfError> {
    parse_command(program, text, line).map_err(|error| match error {
        IrError::Command { reason, .. } => StfError::Statement { line, reason },
        error => StfError::Unsupported { line, error },
    })
}
