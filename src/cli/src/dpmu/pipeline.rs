//! Programs of virtual devices, from files and from controllers.

use std::path::{Path, PathBuf};

use hyper4_dpmu::DeviceConfig;
use hyper4_dpmu_server::{Programs, Started};
use hyper4_ir::{Command, Program};
use hyper4_p4runtime::config::P4Info;
use hyper4_p4runtime::prost::Message;
use hyper4_p4runtime::v1::ForwardingPipelineConfig;

use crate::args::Options;
use crate::failure::Failure;
use crate::frontend::{self, load_program, p4_options};
use crate::subject::load_commands;

/// A program that the configuration names. Of P4 text controllers are told the P4Info; bmv2 JSON has none, and waits for
/// a controller that brings it.
pub(super) fn start(options: &Options, path: &Path, commands: Vec<Command>) -> Result<Started, Failure> {
    let program = load_program(options, path)?;
    let pipeline = match path.extension().is_some_and(|extension| extension == "p4") {
        true => Some(ForwardingPipelineConfig {
            p4info: Some(p4info(options, path)?),
            p4_device_config: program.to_json().to_string().into_bytes(),
            cookie: None,
        }),
        false => None,
    };
    Ok(Started { program, commands, pipeline })
}

fn p4info(options: &Options, path: &Path) -> Result<P4Info, Failure> {
    let (tree, diagnostics) = hyper4_p4::compile_file(path, &p4_options(options));
    let tree = tree.ok_or_else(|| Failure::Program(Box::new(diagnostics)))?;
    let bytes = hyper4_p4info::p4info(&tree).to_bytes();
    P4Info::decode(bytes.as_slice()).map_err(|error| Failure::tool(format!("the P4Info: {error}")))
}

/// The program that a configuration names for a virtual device, if it names one, with its commands. Files lie relative to
/// `base`.
pub(super) fn named(
    options: &Options,
    base: &Path,
    device: &DeviceConfig,
) -> Result<Option<Started>, Failure> {
    let Some(program) = &device.program else {
        return match &device.commands {
            Some(_) => {
                Err(Failure::input(format!("device `{}` has `commands`, but no `program`", device.name)))
            }
            None => Ok(None),
        };
    };
    let mut started = start(options, &base.join(program), Vec::new())?;
    if let Some(commands) = &device.commands {
        started.commands = load_commands(&started.program, &base.join(commands))?;
    }
    Ok(Some(started))
}

/// Programs of controllers, and those that a configuration names.
pub(super) struct Files {
    options: Options,
    base: PathBuf,
}

impl Files {
    /// Files lie relative to `base`.
    pub(super) fn new(options: &Options, base: &Path) -> Self {
        Self { options: Options { quiet: true, ..options.clone() }, base: base.to_owned() }
    }
}

impl Programs for Files {
    /// bmv2 JSON, or P4_16 text that includes nothing but the language's own files.
    fn compile(&self, config: &[u8]) -> Result<Program, String> {
        let text = std::str::from_utf8(config).map_err(|_| {
            "the device configuration is neither bmv2 JSON nor P4 text: it is no UTF-8".to_owned()
        })?;
        if text.trim_start().starts_with('{') {
            return Program::from_json(text).map_err(|error| error.to_string());
        }
        includes(text)?;
        let options = Options { include_dirs: Vec::new(), ..self.options.clone() };
        frontend::compile_text(&options, "controller.p4", text).map_err(Failure::message)
    }

    fn read(&self, device: &DeviceConfig) -> Result<Option<Started>, String> {
        named(&self.options, &self.base, device).map_err(Failure::message)
    }
}

/// Refuse to look at files of this machine for a controller.
fn includes(text: &str) -> Result<(), String> {
    let joined = text.replace("\\\n", "").replace("\\\r\n", "");
    for line in joined.lines() {
        let Some(directive) = line.trim_start().strip_prefix('#') else { continue };
        let Some(wanted) = directive.trim_start().strip_prefix("include") else { continue };
        if !matches!(wanted.trim(), "<core.p4>" | "<v1model.p4>") {
            return Err(format!("`{}`: only <core.p4> and <v1model.p4> are included here", line.trim()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::includes;

    #[test]
    fn no_file_of_the_machine_is_read() {
        assert_eq!(includes("#include <core.p4>\n # include <v1model.p4>\nheader h {}"), Ok(()));
        for text in [
            "#include \"/etc/passwd\"",
            "  #  include </etc/passwd>",
            "#inc\\\nlude \"x\"",
            "#define F \"x\"\n#include F",
            "#include <core.p4> \"x\"",
            "#include_next <core.p4>",
        ] {
            assert!(includes(text).is_err(), "{text}");
        }
    }
}
