//! `hyper4 dpmu serve`

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::time::Instant;

use hyper4_dpmu::{DeviceName, Dpmu, DpmuConfig};
use hyper4_dpmu_server::{Place, Service};
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
            let start = pipeline::named(options, base, device).map_err(|failure| match failure {
                Failure::Input(reason) => bad(&reason),
                other => other,
            })?;
            started.extend(start.map(|start| (name, start)));
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
    let programs = Arc::new(pipeline::Files::new(options, base));
    let mut service = Service::start(config, path, dpmu, started, programs, (sender, receiver), ports)
        .map_err(|error| Failure::input(error.to_string()))?;
    announce(&service).map_err(|error| Failure::tool(error.to_string()))?;
    let spawned = std::thread::Builder::new().name("captures".to_owned()).spawn(begin);
    spawned.map_err(|error| Failure::tool(format!("no thread for captures: {error}")))?;
    service.wait();
    service.stop();
    Ok(ExitStatus::AsWished)
}

/// Say where everything is, on standard output; the last line is `ready`.
fn announce(service: &Service) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    for Place { slice, p4runtime, thrift } in service.places() {
        if let Some(address) = p4runtime {
            writeln!(out, "slice {slice}: P4Runtime on {address}")?;
        }
        for (device, address) in thrift {
            writeln!(out, "slice {slice}: Thrift of {device} on {address}")?;
        }
    }
    if let Some(address) = service.operator_address() {
        writeln!(out, "operator on {address}")?;
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
