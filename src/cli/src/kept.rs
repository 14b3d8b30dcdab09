//! A divergence, kept so that it can be seen again and looked at with other tools.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use hyper4_diff::{Divergence, Options as CompareOptions, Outcome, OutputView, StimulusSource, compare};
use hyper4_ir::{Program, Stimulus, write_stimulus};
use pcap_file::pcapng::PcapNgWriter;
use pcap_file::pcapng::blocks::enhanced_packet::{EnhancedPacketBlock, EnhancedPacketOption};
use pcap_file::pcapng::blocks::interface_description::{
    InterfaceDescriptionBlock, InterfaceDescriptionOption,
};
use pcap_file::{DataLink, PcapError};

use crate::args::{Options, SwitchKind};
use crate::deliver::make_folder;
use crate::failure::Failure;
use crate::output::{write_bytes, write_text};
use crate::persona::Persona;
use crate::sides::{self, Switches};
use crate::subject::{Guests, Subject};

/// Keep a divergence in a folder: `outputs.pcapng`, and of one program `prog.json` and `stimulus.jsonl`, as few steps as
/// show it. What is said is the command that shows it again.
pub(crate) fn keep(
    options: &Options,
    folder: &Path,
    (persona, switches): (&Persona, &Switches),
    subject: &Subject,
    stimulus: &dyn StimulusSource,
    divergence: &Divergence,
) -> Result<Option<String>, Failure> {
    make_folder(folder)?;
    let captured = capture(divergence).map_err(|e| Failure::tool(format!("can't write a capture: {e}")))?;
    write_bytes(options, &folder.join("outputs.pcapng"), &captured)?;
    let Guests::One(guest) = &subject.guests else { return Ok(None) };
    let commands = guest.commands.iter().cloned().map(Stimulus::Command);
    let before = |from: u64| {
        let earlier = stimulus.commands_before(from).into_iter().map(Stimulus::Command);
        commands.clone().chain(earlier).collect::<Vec<Stimulus>>()
    };
    // The step alone, then all from where its chunk began.
    let chunk = CompareOptions::default().chunk.get();
    let began = divergence.step - divergence.step % chunk;
    let mut alone = before(divergence.step);
    alone.extend(stimulus.steps(divergence.step..divergence.step + 1));
    let steps = if differs(persona, switches, subject, &alone) {
        alone
    } else {
        let mut all = before(began);
        all.extend(stimulus.steps(began..divergence.step + 1));
        all
    };
    write_case(options, folder, &guest.program, &steps)?;
    let mut command = format!("hyper4 verify {} --packets 0 --covering false", folder.display());
    if let Some(persona) = &options.persona {
        command.push_str(&format!(" --persona {}", persona.display()));
    }
    if options.switch == SwitchKind::Bmv2 {
        command.push_str(" --switch bmv2");
    }
    Ok(Some(command))
}

/// Write a program and what is done with it as a subject.
pub(crate) fn write_case(
    options: &Options,
    folder: &Path,
    program: &Program,
    steps: &[Stimulus],
) -> Result<(), Failure> {
    make_folder(folder)?;
    let lines: String = steps.iter().map(|step| write_stimulus(step) + "\n").collect();
    write_text(options, &folder.join("stimulus.jsonl"), &lines)?;
    write_text(options, &folder.join("prog.json"), &format!("{:#}\n", program.to_json()))
}

/// Whether the sides differ at the end of these steps.
fn differs(persona: &Persona, switches: &Switches, subject: &Subject, steps: &[Stimulus]) -> bool {
    let Guests::One(guest) = &subject.guests else { return false };
    let bare = Guests::One(crate::subject::Guest { commands: Vec::new(), ..guest.clone() });
    let result = compare(
        &subject.name,
        || sides::comparable(switches, &bare),
        || sides::on_persona(switches, persona, &bare),
        &steps.to_vec(),
        &CompareOptions { stateful: true, side_by_side: false, ..CompareOptions::default() },
        &|_| {},
    );
    matches!(result.outcome, Outcome::Diverged(_))
}

/// What went in and what came out of both sides, as a capture with comments: an interface for each side and port.
fn capture(divergence: &Divergence) -> Result<Vec<u8>, PcapError> {
    let mut writer = PcapNgWriter::new(Vec::new())?;
    let mut interfaces = BTreeMap::new();
    let mut write = |side: &str, view: &OutputView, comment: String| -> Result<(), PcapError> {
        let name = format!("{side} port {}", view.port);
        let next = interfaces.len() as u32;
        let interface_id = match interfaces.get(&name) {
            Some(id) => *id,
            None => {
                writer.write_pcapng_block(InterfaceDescriptionBlock {
                    linktype: DataLink::ETHERNET,
                    snaplen: 0,
                    options: vec![InterfaceDescriptionOption::IfName(Cow::Owned(name.clone()))],
                })?;
                interfaces.insert(name, next);
                next
            }
        };
        let data = hex::decode(&view.hex).unwrap_or_default();
        writer.write_pcapng_block(EnhancedPacketBlock {
            interface_id,
            timestamp: Duration::ZERO,
            original_len: u32::try_from(data.len()).unwrap_or(u32::MAX),
            data: Cow::Owned(data),
            options: vec![EnhancedPacketOption::Comment(Cow::Owned(comment))],
        })?;
        Ok(())
    };
    let step = divergence.step;
    if let Some(packet) = &divergence.packet {
        let view = OutputView { port: packet.port, hex: packet.hex.clone() };
        let (expected, actual) = (&divergence.expected, &divergence.actual);
        write("in", &view, format!("step {step}: expected {expected}, actual {actual}"))?;
    }
    if let Some(both) = &divergence.side_by_side {
        let sides = [("native", &both.native_outputs), ("virtual", &both.virtual_outputs)];
        for (side, outputs) in sides {
            for (number, output) in outputs.iter().enumerate() {
                let differs = divergence.output.as_ref().filter(|d| d.position == number).map(|d| {
                    let field = d.field.as_ref().map(|f| format!(" `{f}`")).unwrap_or_default();
                    match d.offset {
                        Some(offset) => format!("; differs from byte {offset} on{field}"),
                        None => "; differs".to_owned(),
                    }
                });
                let comment = format!("step {step}: {side} output {number}{}", differs.unwrap_or_default());
                write(side, output, comment)?;
            }
        }
    }
    Ok(writer.into_inner())
}
