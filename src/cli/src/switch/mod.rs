//! `hyper4 switch`: a drop-in simple_switch. Reached by a link named `simple_switch` too.
//!
//! It takes simple_switch's options, answers its Thrift clients, and passes packets between capture files, FIFOs or network
//! interfaces. What it doesn't have it refuses at the start. It ends with simple_switch's statuses: 1 for whatever it can't
//! start with.

pub(crate) mod files;
pub(crate) mod interfaces;
mod log;
mod machine;
mod narrate;
mod notify;
mod packet_in;
mod settings;

use std::net::Ipv4Addr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use hyper4_dpmu_server::Incoming;
use hyper4_engine::{Clock, Engine};
use hyper4_ir::{Packet, Program};
use hyper4_serve::{BindError, DeviceInfo, EventLog, Publisher, ThriftServer, deserialize};
use hyper4_switch::{SwitchError, Tracing};

use self::files::{Files, Source, replay};
use self::interfaces::Interfaces;
use self::log::{Level, Log};
use self::machine::{Machine, Ports};
use self::notify::{Notifier, Served};
use self::packet_in::PacketIn;
use self::settings::{DROP_PORT, Parsed, Settings, parse};
use crate::args::Options;
use crate::persona;
use crate::sides::{Switches, virtual_switch};

/// Packets that may wait for the switch.
const WAITING: usize = 1024;

/// The time since the start.
pub(crate) struct Running(pub(crate) Instant);

impl Clock for Running {
    fn microseconds(&mut self) -> u64 {
        u64::try_from(self.0.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}

/// Run a switch with simple_switch's command line, without the program's own name. `options` say which persona, for
/// `--virtual`.
pub(crate) fn switch(options: Option<&Options>, words: &[String]) -> ExitCode {
    match parse(words) {
        Parsed::Say(text, status) => {
            print!("{text}");
            ExitCode::from(status)
        }
        Parsed::Run(settings) => match run(options, &settings) {
            Ok(()) => ExitCode::SUCCESS,
            Err(reason) => {
                println!("{reason}");
                ExitCode::FAILURE
            }
        },
    }
}

fn run(options: Option<&Options>, settings: &Settings) -> Result<(), String> {
    // As it is, a signal ends the process; an interrupt ends it without complaint.
    ctrlc::set_handler(|| std::process::exit(0))
        .map_err(|error| format!("no handler for interrupts: {error}"))?;
    settings.warnings.iter().for_each(|warning| println!("{warning}"));
    println!("Calling target program-options parser");
    let log = Log::open(settings.log.as_ref(), settings.level)
        .map_err(|error| format!("the log can't be written: {error}"))?;
    let log = Arc::new(log);
    let publisher =
        Publisher::bind(&settings.notifications).map_err(|error| unbound(&settings.notifications, &error))?;
    let mut events = match &settings.event_log {
        Some(address) => {
            Some(EventLog::bind(address, settings.device_id).map_err(|error| unbound(address, &error))?)
        }
        None => None,
    };
    let started = Instant::now();
    let mut switch = make_switch(options, settings, started)?;
    let config = match &settings.program {
        Some(path) => {
            let shown = path.display();
            let text = std::fs::read_to_string(path)
                .map_err(|_| format!("JSON input file {shown} cannot be opened"))?;
            let program = Program::from_json(&text).map_err(|error| format!("`{shown}`: {error}"))?;
            switch.load(Arc::new(program)).map_err(|error| format!("`{shown}`: {error}"))?;
            if let Some(state) = &settings.restore_state {
                restore(switch.as_mut(), &text, state)?;
            }
            text
        }
        None => String::new(),
    };

    let (sender, packets) = sync_channel(WAITING);
    let (sources, ports, mut files) = open_ports(settings, &log, sender.clone())?;
    let info = DeviceInfo {
        device_id: settings.device_id,
        thrift_port: settings.thrift_port,
        notifications: Some(settings.notifications.clone()),
        event_log: settings.event_log.clone(),
    };
    if let Some(events) = &mut events {
        events.load(&config);
    }
    let mut notifier = Notifier::new(publisher, settings.device_id);
    if let Some(program) = switch.program() {
        notifier.load(program);
    }
    let machine = Arc::new(Mutex::new(Machine {
        switch,
        notifier,
        events,
        ports,
        log: Arc::clone(&log),
        info,
        started,
        config,
        enable_swap: settings.enable_swap,
        waiting: None,
        packets: 0,
    }));
    log.write(Level::Info, &format!("Starting Thrift server on port {}", settings.thrift_port));
    let address = (Ipv4Addr::UNSPECIFIED, settings.thrift_port);
    let _server = ThriftServer::start(address, Arc::clone(&machine)).map_err(|_| {
        format!(
            "Thrift returned an exception when trying to bind to port {0}\n\
             The exception is: Could not bind: Transport endpoint is not connected\n\
             You may have another process already using port {0}, maybe another instance of bmv2.",
            settings.thrift_port
        )
    })?;
    log.write(Level::Info, "Thrift server was started");
    start_replay(settings, &log, sources, sender)?;
    let watched = Arc::clone(&machine);
    let spawned = std::thread::Builder::new().name("watch".to_owned()).spawn(move || watch(&watched));
    spawned.map_err(|error| format!("no thread for notifications: {error}"))?;
    forward(settings, &log, &machine, &packets, files.as_mut())
}

fn make_switch(
    options: Option<&Options>,
    settings: &Settings,
    started: Instant,
) -> Result<Box<dyn Served>, String> {
    if !settings.on_persona {
        let mut engine = Engine::with_clock(Box::new(Running(started)));
        engine.set_priority_queues(settings.priority_queues);
        engine.set_drop_port(settings.drop_port);
        return Ok(Box::new(engine));
    }
    if settings.priority_queues > 1 || settings.drop_port != DROP_PORT {
        return Err("--virtual: a persona has no priority queues, and its drop port is 511".to_owned());
    }
    let options = options.ok_or("--virtual needs the name hyper4: run `hyper4 switch --virtual …`")?;
    let persona = persona::load(options).map_err(|failure| failure.to_string())?;
    Ok(Box::new(virtual_switch(&Switches::Engine, &persona)))
}

/// Take over what another switch had; what is said of it is simple_switch's.
fn restore(switch: &mut dyn Served, config: &str, state: &Path) -> Result<(), String> {
    let dump = std::fs::read(state)
        .map_err(|_| format!("state dump input file {} cannot be opened", state.display()))?;
    let Some(program) = switch.program().cloned() else { return Ok(()) };
    let changes = deserialize(&program, config, &dump).map_err(|error| error.to_string())?;
    switch.restore(changes).map_err(|error| error.to_string())
}

/// Why clients can't listen there; what is said is simple_switch's.
fn unbound(address: &str, error: &BindError) -> String {
    format!(
        "Nanomsg returned a exception when trying to bind to address '{address}'.\n\
         The exception is: {error}\n\
         This may happen if\n\
         1) the address provided is invalid,\n\
         2) another instance of bmv2 is running and using the same address, or\n\
         3) you have insufficent permissions (e.g. you are using an IPC socket on Unix, the file already exists and \
         you don't have permission to access it)"
    )
}

/// How often it is looked for samples that have waited for long enough.
const GLANCE: Duration = Duration::from_millis(20);
/// How often ports are looked at (`PortMonitorActive`), and entries that may have aged (`AgeingMonitor`).
const PORTS: Duration = Duration::from_millis(200);
const SWEEP: Duration = Duration::from_millis(1000);

/// Tell of what nobody does: of time that passes, and of ports.
fn watch(machine: &Mutex<Machine>) {
    let (mut ports, mut sweep) = (Instant::now(), Instant::now());
    loop {
        std::thread::sleep(GLANCE);
        let mut machine = machine.lock().unwrap_or_else(PoisonError::into_inner);
        machine.send_overdue();
        let now = Instant::now();
        if now >= ports + PORTS {
            ports = now;
            machine.look_at_ports();
        }
        if now >= sweep + SWEEP {
            sweep += SWEEP;
            machine.sweep();
        }
    }
}

type Opened = (Vec<Source>, Ports, Option<Files>);

fn open_ports(settings: &Settings, log: &Arc<Log>, sender: SyncSender<Incoming>) -> Result<Opened, String> {
    if let Some(address) = &settings.packet_in {
        let peer =
            PacketIn::bind(address, sender, Arc::clone(log)).map_err(|error| unbound(address, &error))?;
        return Ok((Vec::new(), Ports::PacketIn(peer), None));
    }
    let kind = if settings.use_files.is_some() { " (files)" } else { "" };
    let announce = |port: u16, name: &str| {
        println!("Adding interface {name} as port {port}{kind}");
        log.write(Level::Debug, &format!("Adding interface {name} as port {port}"));
    };
    if settings.use_files.is_none() {
        let mut interfaces = Interfaces::new(sender);
        for (port, name) in &settings.interfaces {
            announce(*port, name);
            interfaces.attach(*port, name, settings.pcap.as_deref())?;
        }
        return Ok((Vec::new(), Ports::Interfaces(interfaces), None));
    }
    let mut sources = Vec::new();
    let mut files = Files::default();
    for (port, name) in &settings.interfaces {
        announce(*port, name);
        sources.push(Source::open(*port, name)?);
        files.create(*port, name)?;
    }
    Ok((sources, Ports::Files(settings.interfaces.clone()), Some(files)))
}

fn start_replay(
    settings: &Settings,
    log: &Arc<Log>,
    sources: Vec<Source>,
    sender: SyncSender<Incoming>,
) -> Result<(), String> {
    let Some(wait) = settings.use_files else { return Ok(()) };
    let log = Arc::clone(log);
    let read = move || {
        log.write(Level::Debug, &format!("Pcap reader: starting PcapFilesReader {}", sources.len()));
        std::thread::sleep(Duration::from_secs(wait));
        replay(sources, &sender);
        log.write(Level::Debug, "Pcap reader: end of all input files");
    };
    let spawned = std::thread::Builder::new().name("files".to_owned()).spawn(read);
    spawned.map(drop).map_err(|error| format!("no thread for the files: {error}"))
}

/// Pass packets until the process is ended; it stays there when there are no more.
fn forward(
    settings: &Settings,
    log: &Log,
    machine: &Mutex<Machine>,
    packets: &Receiver<Incoming>,
    mut files: Option<&mut Files>,
) -> Result<(), String> {
    loop {
        let Incoming { port, bytes } = match packets.recv_timeout(Duration::from_secs(3600)) {
            Ok(incoming) => incoming,
            Err(RecvTimeoutError::Timeout) => continue,
            Err(RecvTimeoutError::Disconnected) => {
                std::thread::sleep(Duration::from_secs(3600));
                continue;
            }
        };
        dump(settings, log, "Received", port, &bytes);
        let mut machine = machine.lock().unwrap_or_else(PoisonError::into_inner);
        let tracing = if machine.events.as_ref().is_some_and(EventLog::is_heard) {
            Tracing::Full
        } else if log.takes(Level::Debug) {
            Tracing::On
        } else {
            Tracing::Off
        };
        let (number, result) = machine.inject(Packet { port, bytes }, tracing);
        let batch = match result {
            Ok(batch) => batch,
            Err(SwitchError::NotLoaded) => continue,
            Err(error @ SwitchError::Port { .. }) => {
                log.write(Level::Error, &error.to_string());
                continue;
            }
            // What ends a real switch ends this one.
            Err(error) => return Err(error.to_string()),
        };
        if let (Some(trace), Some(program)) = (batch.traces.first(), machine.switch.program()) {
            if let Some(events) = &machine.events {
                events.tell(program, number, port, trace);
            }
            narrate::narrate(log, program, number, port, trace, &batch.outputs);
        }
        for output in &batch.outputs {
            dump(settings, log, "Sending", output.port, &output.bytes);
            match (&machine.ports, files.as_deref_mut()) {
                (Ports::Interfaces(interfaces), _) => interfaces.send(output.port, &output.bytes),
                (Ports::PacketIn(peer), _) => peer.send(output.port, &output.bytes),
                (Ports::Files(_), Some(files)) => {
                    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                    files.send(output.port, &output.bytes, now)?;
                }
                (Ports::Files(_), None) => {}
            }
        }
    }
}

/// Log some bytes of a packet.
fn dump(settings: &Settings, log: &Log, what: &str, port: u16, bytes: &[u8]) {
    if settings.dump_packet_data == 0 || !log.takes(Level::Info) {
        return;
    }
    let shown = bytes.get(..bytes.len().min(settings.dump_packet_data)).unwrap_or_default();
    let hex = hex::encode(shown);
    log.write(Level::Info, &format!("{what} packet of length {} on port {port}: {hex}", bytes.len()));
}
