//! What happened to a packet, in the words of simple_switch's log.

use hyper4_bits::Bits;
use hyper4_ir::{ChecksumOutcome, Event, Output, Program, TableOutcome, Trace};

use super::log::{Level, Log};

/// Write what a trace says. `outputs` are the packets that left, in order.
pub(super) fn narrate(
    log: &Log,
    program: &Program,
    number: u64,
    port: u16,
    trace: &Trace,
    outputs: &[Output],
) {
    let mut outputs = outputs.iter();
    for (copy, packet) in trace.packets.iter().enumerate() {
        let mut teller =
            Teller { log, program, id: (number, copy), stage: Stage::Nothing, pipeline: "ingress" };
        if copy == 0 {
            teller.say(Level::Debug, &format!("Processing packet received on port {port}"));
        }
        for event in &packet.events {
            teller.event(event, &mut outputs);
        }
        teller.enter(Stage::Nothing);
    }
}

/// What is being told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Nothing,
    Parser,
    Pipeline(&'static str),
    Deparser,
}

struct Teller<'a> {
    log: &'a Log,
    program: &'a Program,
    id: (u64, usize),
    stage: Stage,
    /// The last one that was told of.
    pipeline: &'static str,
}

impl Teller<'_> {
    fn say(&self, level: Level, text: &str) {
        self.log.packet(level, self.id, text);
    }

    /// Something begins, and what was before has ended.
    fn enter(&mut self, stage: Stage) {
        if self.stage == stage {
            return;
        }
        match self.stage {
            Stage::Nothing => {}
            Stage::Parser => self.say(Level::Debug, &format!("Parser '{}': end", self.program.parser.name)),
            Stage::Pipeline(name) => self.say(Level::Debug, &format!("Pipeline '{name}': end")),
            Stage::Deparser => {
                self.say(Level::Debug, &format!("Deparser '{}': end", self.program.deparser.name))
            }
        }
        self.stage = stage;
        match stage {
            Stage::Nothing => {}
            Stage::Parser => self.say(Level::Debug, &format!("Parser '{}': start", self.program.parser.name)),
            Stage::Pipeline(name) => self.say(Level::Debug, &format!("Pipeline '{name}': start")),
            Stage::Deparser => {
                self.say(Level::Debug, &format!("Deparser '{}': start", self.program.deparser.name))
            }
        }
    }

    fn event<'a>(&mut self, event: &Event, outputs: &mut impl Iterator<Item = &'a Output>) {
        let debug = |teller: &Self, text: String| teller.say(Level::Debug, &text);
        match event {
            Event::ParseState(name) => {
                self.enter(Stage::Parser);
                debug(self, format!("Parser '{}' entering state '{name}'", self.program.parser.name));
            }
            Event::Extract(name) => debug(self, format!("Extracting header '{name}'")),
            Event::ParserError(name) => debug(self, format!("Exception while parsing: {name}")),
            Event::Checksum { name, outcome: ChecksumOutcome::Updated } => {
                self.enter(Stage::Deparser);
                debug(self, format!("Updating checksum '{name}'"));
            }
            Event::Checksum { name, outcome } => {
                let verify = self.program.checksums.iter().find(|checksum| checksum.name == *name);
                let verify = verify.is_some_and(|checksum| checksum.kind == hyper4_ir::ChecksumKind::Verify);
                self.enter(if verify { Stage::Parser } else { Stage::Deparser });
                debug(
                    self,
                    match outcome {
                        ChecksumOutcome::Correct => format!("Verified checksum '{name}': passed"),
                        ChecksumOutcome::Wrong => format!("Verified checksum '{name}': failed"),
                        _ if verify => {
                            format!("Skipping checksum '{name}' verification because condition not met")
                        }
                        _ => format!("Skipping checksum '{name}' update because condition not met"),
                    },
                );
            }
            Event::Pipeline(name) => {
                self.enter(Stage::Nothing);
                self.pipeline = if name == "egress" { "egress" } else { "ingress" };
                self.enter(Stage::Pipeline(self.pipeline));
            }
            Event::Condition { name, value } => {
                let declared = self.program.conditionals.iter().find(|condition| condition.name == *name);
                let text = match declared.and_then(|condition| condition.source_info.as_ref()) {
                    Some(place) => format!(
                        "{}({}) Condition \"{}\" ({name}) is {value}",
                        place.filename, place.line, place.source_fragment
                    ),
                    None => format!("Condition \"{name}\" ({name}) is {value}"),
                };
                self.say(Level::Trace, &text);
            }
            Event::Table { name, outcome } => {
                self.say(Level::Trace, &format!("Applying table '{name}'"));
                debug(
                    self,
                    match outcome {
                        TableOutcome::Hit(handle) => format!("Table '{name}': hit with handle {handle}"),
                        TableOutcome::Miss => format!("Table '{name}': miss"),
                    },
                );
            }
            Event::Action { name, arguments } => {
                let arguments: String =
                    arguments.iter().map(|argument| format!("{},", hex(argument))).collect();
                debug(self, format!("Action entry is {name} - {arguments}"));
                self.say(Level::Trace, &format!("Action {name}"));
            }
            Event::Unicast(port) => {
                self.enter(Stage::Nothing);
                debug(self, format!("Egress port is {port}"));
            }
            Event::Multicast(_) => {
                self.enter(Stage::Nothing);
                debug(self, "Multicast requested for packet".to_owned());
            }
            Event::Replica { port, .. } => debug(self, format!("Replicating packet on port {port}")),
            Event::Drop => {
                self.enter(Stage::Nothing);
                debug(self, format!("Dropping packet at the end of {}", self.pipeline));
            }
            Event::Exit => debug(self, "Packet is marked for exit, interrupting pipeline".to_owned()),
            Event::Clone => {
                self.enter(Stage::Nothing);
                debug(self, format!("Cloning packet at {}", self.pipeline));
            }
            Event::Resubmit => {
                self.enter(Stage::Nothing);
                debug(self, "Resubmitting packet".to_owned());
            }
            Event::Recirculate => {
                self.enter(Stage::Nothing);
                debug(self, "Recirculating packet".to_owned());
            }
            Event::Transmit(port) => {
                self.enter(Stage::Deparser);
                self.enter(Stage::Nothing);
                let length = outputs.next().map_or(0, |output| output.bytes.len());
                debug(self, format!("Transmitting packet of size {length} out of port {port}"));
            }
            // Said where it is dealt with, or without words in simple_switch's log.
            _ => {}
        }
    }
}

/// Without leading zeros, as simple_switch writes arguments.
fn hex(bits: &Bits) -> String {
    format!("{:x}", bits.to_biguint())
}
