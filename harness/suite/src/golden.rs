//! What a real simple_switch did: corpus/golden.

use std::path::PathBuf;

use hyper4_ir::{Command, Output, Packet, Program, Stimulus, Trace};
use hyper4_ir::{parse_commands, parse_stimulus};
use serde::Deserialize;

use crate::{Error, root};

/// What a real simple_switch did with a guest's packets.
#[derive(Clone, Debug)]
pub struct Golden {
    folder: PathBuf,
    /// The packets.
    pub packets: Vec<Packet>,
    /// What came out, ordered by cause.
    pub outputs: Vec<Output>,
}

#[derive(Deserialize)]
struct Outputs {
    outputs: Vec<OutputLine>,
}

#[derive(Deserialize)]
struct OutputLine {
    index: usize,
    port: u16,
    hex: String,
}

#[derive(Deserialize)]
struct Traces {
    traces: Vec<Trace>,
    of: Vec<usize>,
}

impl Golden {
    /// The results of a guest or a composition.
    ///
    /// # Errors
    /// What is wrong with the files.
    pub fn load(name: &str, program: &Program) -> Result<Self, Error> {
        let folder = root().join("corpus/golden").join(name);
        let text = std::fs::read_to_string(folder.join("stimulus.jsonl"))?;
        let mut packets = Vec::new();
        for line in parse_stimulus(program, &text)? {
            match line.content {
                Stimulus::Packet(packet) => packets.push(packet),
                Stimulus::Command(_) => return Err("a command among the packets of a golden result".into()),
            }
        }
        let text = std::fs::read_to_string(folder.join("outputs.json"))?;
        let lines: Outputs = serde_json::from_str(&text)?;
        let mut outputs = Vec::new();
        for line in lines.outputs {
            outputs.push(Output { cause: Some(line.index), port: line.port, bytes: bytes(&line.hex)? });
        }
        Ok(Self { folder, packets, outputs })
    }

    /// The trace of each packet.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn traces(&self) -> Result<Vec<Trace>, Error> {
        let traces: Traces =
            serde_json::from_str(&std::fs::read_to_string(self.folder.join("traces.json"))?)?;
        let of = |index: &usize| traces.traces.get(*index).cloned().ok_or("a trace that isn't there");
        Ok(traces.of.iter().map(of).collect::<Result<_, _>>()?)
    }

    /// p4c's JSON of the program.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn p4c_json(&self) -> Result<String, Error> {
        Ok(std::fs::read_to_string(self.folder.join("prog.json"))?)
    }

    /// The commands that were carried out first, for that program.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn commands(&self, program: &Program) -> Result<Vec<Command>, Error> {
        let text = std::fs::read_to_string(self.folder.join("commands.txt"))?;
        Ok(parse_commands(program, &text)?.into_iter().map(|l| l.content).collect())
    }
}

fn bytes(hex: &str) -> Result<Vec<u8>, Error> {
    let digits = hex.chars().map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok()));
    let digits: Vec<u8> = digits.collect::<Option<_>>().ok_or("not hexadecimal")?;
    Ok(digits.as_chunks::<2>().0.iter().map(|[high, low]| high << 4 | low).collect())
}
