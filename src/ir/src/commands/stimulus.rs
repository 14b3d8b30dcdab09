//! `stimulus.jsonl`: a packet or a command a line.

use serde::{Deserialize, Serialize};

use super::{Line, parse_command};
use crate::{IrError, Packet, Program, Stimulus};

/// The greatest port a packet can come in by; 511 is the drop port.
const LAST_PORT: u16 = 510;

/// One line.
#[derive(Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Step {
    Packet { port: u16, hex: String },
    Command { command: String },
}

/// Reads the text of a `stimulus.jsonl`: `{"port": 1, "hex": "00…"}` or `{"command": "table_add …"}` a line.
/// Blank lines are left out.
///
/// # Errors
/// [`IrError::Command`] for the first line that is wrong, [`IrError::Unsupported`] as
/// [`parse_commands`](super::parse_commands).
pub fn parse_stimulus(program: &Program, text: &str) -> Result<Vec<Line<Stimulus>>, IrError> {
    let mut steps = Vec::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let number = index + 1;
        let content = parse_step(program, line, number)?;
        steps.push(Line { number, content });
    }
    Ok(steps)
}

fn parse_step(program: &Program, line: &str, number: usize) -> Result<Stimulus, IrError> {
    let wrong = |reason: String| IrError::Command { line: number, reason };
    let value: serde_json::Value =
        serde_json::from_str(line).map_err(|error| wrong(format!("not JSON: {error}")))?;
    let step = Step::deserialize(value).map_err(|_| {
        wrong(format!(
            "expected `{{\"port\": 1, \"hex\": \"00…\"}}` or `{{\"command\": \"…\"}}`, found `{}`",
            shortened(line)
        ))
    })?;
    match step {
        Step::Packet { port, .. } if port > LAST_PORT => {
            Err(wrong(format!("port {port} can't be an ingress port: ports are 0 to {LAST_PORT}")))
        }
        Step::Packet { port, hex } => {
            let bytes = parse_hex(&hex).map_err(|error| wrong(format!("`hex`: {error}")))?;
            Ok(Stimulus::Packet(Packet { port, bytes }))
        }
        Step::Command { command } => match parse_command(program, &command, number)? {
            Some(command) => Ok(Stimulus::Command(command)),
            None => Err(wrong(format!("`{command}` holds no command"))),
        },
    }
}

fn shortened(line: &str) -> String {
    const SHOWN: usize = 60;
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line.to_owned(),
    }
}

pub(super) fn parse_hex(text: &str) -> Result<Vec<u8>, String> {
    let mut nibbles = Vec::with_capacity(text.len());
    for (position, c) in text.chars().filter(|c| *c != ' ').enumerate() {
        let nibble = c
            .to_digit(16)
            .ok_or_else(|| format!("it has `{c}` as digit {}, which is not hexadecimal", position + 1))?;
        nibbles.push(nibble as u8);
    }
    if nibbles.len() % 2 == 1 {
        return Err(format!("it has {} digits: a byte is two", nibbles.len()));
    }
    Ok(nibbles.chunks_exact(2).map(|pair| pair.iter().fold(0, |byte, nibble| byte << 4 | nibble)).collect())
}

/// The line of a `stimulus.jsonl` that [`parse_stimulus`] reads back, without the line's end.
pub fn write_stimulus(step: &Stimulus) -> String {
    let value = match step {
        Stimulus::Packet(packet) => {
            serde_json::json!({ "port": packet.port, "hex": hex::encode(&packet.bytes) })
        }
        Stimulus::Command(command) => serde_json::json!({ "command": command.to_string() }),
    };
    value.to_string()
}
