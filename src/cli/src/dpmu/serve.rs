//! `hyper4 dpmu serve`

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::time::Instant;

use hyper4_dpmu::{DeviceName, Dpmu, DpmuConfig};
use hyper4_dpmu_server::Service;
use hyper4_engine::Engine;
use hyper4_report::ExitStatus;
use hyper4_switch::Switch;
use tracing_subscriber::EnvFilter;

use super::{packets, pipeline};
use crate::args::{Options, Plain, SwitchKind};
use crate::failure::Failure;
use crate::frontend::read;
use crate::persona;
use crate::sides::Switches;
use crate::subject::load_commands;
use crate::switch::Running;

/// Packets that may wait for the device.
const WAITING: usize = 4096;

/// Serve until an interrupt or SIGTERM.
pub(super) fn serve(options: &Options, path: &Path) -> Result<ExitStatus, Failure> {
    log(options);
    let bad = |error: &dyn std::fmt::Display| Failure::input(format!("`{}`: {error}", path.display()));
    let config = DpmuConfig::from_toml(&read(path)?).map_err(|error| bad(&error))?;
    let base = path.parent().unwrap_or(Path::new("."));
    let mut started = BTreeMap::new();
    for slice in &config.slices {
        for device in &slice.composition.devices {
            let name = DeviceName { slice: slice.name.clone(), device: device.name.clone() };
            let Some(program) = &device.program else {
                if device.commands.is_some() {
                    return Err(bad(&format!("device `{}` has `commands`, but no `program`", device.name)));
                }
                continue;
            };
            let mut start = pipeline::start(options, &base.join(program), Vec::new())?;
            if let Some(commands) = &device.commands {
                start.commands = load_commands(&start.program, &base.join(commands))?;
            }
            started.insert(name, start);
        }
    }
    let persona = match (&options.persona, &config.server.persona) {
        (None, Some(file)) => persona::load(&Options { persona: Some(base.join(file)), ..options.clone() })?,
        _ => persona::load(options)?,
    };
    let mut below: Box<dyn Switch + Send> = match options.switch {
        SwitchKind::Engine => Box::new(Engine::with_clock(Box::new(Running(Instant::now())))),
        SwitchKind::Bmv2 => Switches::new(options)?.make().map_err(crate::run::failure)?,
    };
    below.load(Arc::clone(&persona.program)).map_err(crate::run::failure)?;
    let dpmu = Dpmu::new(below, persona.layout.clone());
    let (sender, receiver) = sync_channel(WAITING);
    let (ports, begin) = packets::open(&config.server, sender.clone())?;
    let compile = pipeline::compiler(options);
    let service = Service::start(&config, base, dpmu, started, &compile, (sender, receiver), ports)
        .map_err(|error| Failure::input(error.to_string()))?;
    announce(&config, &service).map_err(|error| Failure::tool(error.to_string()))?;
    let spawned = std::thread::Builder::new().name("captures".to_owned()).spawn(begin);
    spawned.map_err(|error| Failure::tool(format!("no thread for captures: {error}")))?;
    service.wait();
    service.stop();
    Ok(ExitStatus::AsWished)
}

/// Say where everything is, on standard output; the last line is `ready`.
fn announce(config: &DpmuConfig, service: &Service) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    for slice in &config.slices {
        if let Some(address) = service.p4runtime_address(&slice.name) {
            writeln!(out, "slice {}: P4Runtime on {address}", slice.name)?;
        }
        for device in &slice.composition.devices {
            let name = DeviceName { slice: slice.name.clone(), device: device.name.clone() };
            if let Some(address) = service.thrift_address(&name) {
                writeln!(out, "slice {}: Thrift of {} on {address}", slice.name, device.name)?;
            }
        }
    }
    if let Some(address) = service.metrics_address() {
        writeln!(out, "metrics on http://{address}/metrics")?;
    }
    writeln!(out, "ready")?;
    out.flush()
}

/// Log on standard error: lines for people, or JSON. HYPER4_LOG says how much (`info` unless told).
fn log(options: &Options) {
    let filter = EnvFilter::try_from_env("HYPER4_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // There is one log in a process: a second one is not begun.
    let _ = match options.plain() {
        Plain::Json => log.json().try_init(),
        Plain::Term => log.with_ansi(options.colour_errors()).try_init(),
    };
}
