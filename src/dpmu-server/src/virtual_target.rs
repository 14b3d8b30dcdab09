//! A virtual device as a P4Runtime server's target.

use std::sync::mpsc::TrySendError;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hyper4_dpmu::{DeviceConfig, DeviceName, Dpmu, DpmuError};
use hyper4_ir::{Command, Program, Reply};
use hyper4_p4runtime::tonic::Code;
use hyper4_p4runtime_server::{Failure, Session, Target};
use hyper4_persona::{Guest, Layout, compile};

use crate::refusal::failure;
use crate::shared::{Life, Shared};
use crate::{Incoming, Started};

/// How programs are read. Errors say what is wrong with one.
pub trait Programs: Send + Sync + 'static {
    /// The program that a controller sent as a device's configuration. No file of the machine is read for it.
    ///
    /// # Errors
    /// For people.
    fn compile(&self, config: &[u8]) -> Result<Program, String>;

    /// The program that a configuration names for a virtual device, if it names one, with its commands.
    ///
    /// # Errors
    /// For people.
    fn read(&self, device: &DeviceConfig) -> Result<Option<Started>, String>;
}

/// A virtual device.
pub(crate) struct VirtualTarget {
    pub(crate) shared: Arc<Shared>,
    pub(crate) name: DeviceName,
    pub(crate) life: Life,
    pub(crate) cpu_port: Option<u16>,
    pub(crate) programs: Arc<dyn Programs>,
    pub(crate) layout: Layout,
    /// What was verified last, ready to be run: compiling takes long, and the device is others' meanwhile.
    pub(crate) verified: Mutex<Option<Guest>>,
}

impl VirtualTarget {
    /// A program, compiled for the persona.
    fn guest(&self, program: &Arc<Program>) -> Result<Guest, Failure> {
        let known = self.verified.lock().unwrap_or_else(PoisonError::into_inner).take();
        match known.filter(|guest| Arc::ptr_eq(guest.program(), program)) {
            Some(guest) => Ok(guest),
            None => compile(Arc::clone(program), &self.layout).map_err(|refusal| failure(refusal.into())),
        }
    }
}

impl Target for VirtualTarget {
    fn session(&self) -> Box<dyn Session + '_> {
        Box::new(VirtualSession { target: self, dpmu: self.shared.lock() })
    }

    fn program(&self, config: &[u8]) -> Result<Program, Failure> {
        self.programs.compile(config).map_err(Failure::invalid)
    }

    fn verify(&self, program: &Arc<Program>) -> Result<(), Failure> {
        let guest = self.guest(program)?;
        *self.verified.lock().unwrap_or_else(PoisonError::into_inner) = Some(guest);
        Ok(())
    }

    fn cpu_port(&self) -> Option<u16> {
        self.cpu_port
    }

    fn packet_out(&self, bytes: Vec<u8>) -> Result<(), Failure> {
        let Some(port) = self.cpu_port else { return Ok(()) };
        match self.shared.packets.try_send(Incoming { port, bytes }) {
            Ok(()) => Ok(()),
            Err(TrySendError::Full(_)) => {
                Err(Failure::new(Code::ResourceExhausted, "too many packets wait for the device"))
            }
            Err(TrySendError::Disconnected(_)) => {
                Err(Failure::new(Code::Unavailable, "the device is being stopped"))
            }
        }
    }
}

/// The device, for as long as nobody else has it.
struct VirtualSession<'a> {
    target: &'a VirtualTarget,
    dpmu: MutexGuard<'a, Dpmu>,
}

impl Session for VirtualSession<'_> {
    fn load(&mut self, program: Arc<Program>, commands: &[Command]) -> Result<Vec<Reply>, Failure> {
        self.target.life.check()?;
        let guest = self.target.guest(&program)?;
        let replies = load(&mut self.dpmu, &self.target.shared, &self.target.name, guest, commands);
        let DeviceName { slice, device } = &self.target.name;
        match &replies {
            Ok(_) => tracing::info!(slice, device, "a program was loaded"),
            Err(error) => tracing::warn!(slice, device, %error, "a program was refused"),
        }
        replies.map_err(failure)
    }

    fn control(&mut self, command: &Command) -> Result<Reply, Failure> {
        self.target.life.check()?;
        let DeviceName { slice, device } = &self.target.name;
        let result = self.dpmu.control(slice, device, command);
        self.target.shared.count_command(slice, result.is_ok());
        result.map_err(failure)
    }
}

/// Run a program as a virtual device, with these commands carried out before its first packet. A slice is wired as soon
/// as all of its virtual devices have one.
pub(crate) fn load(
    dpmu: &mut Dpmu,
    shared: &Shared,
    name: &DeviceName,
    guest: Guest,
    commands: &[Command],
) -> Result<Vec<Reply>, DpmuError> {
    if dpmu.program(name).is_some() {
        return dpmu.replace_guest(&name.slice, &name.device, guest, commands);
    }
    dpmu.load_guest(&name.slice, &name.device, guest)?;
    let done = finish(dpmu, shared, name, commands);
    if done.is_err() {
        dpmu.unload(&name.slice, &name.device)?;
    }
    done
}

fn finish(
    dpmu: &mut Dpmu,
    shared: &Shared,
    name: &DeviceName,
    commands: &[Command],
) -> Result<Vec<Reply>, DpmuError> {
    let run = |command| dpmu.control(&name.slice, &name.device, command);
    let replies = commands.iter().map(run).collect::<Result<_, _>>()?;
    let wirings = shared.wirings.read().unwrap_or_else(PoisonError::into_inner);
    // One that isn't in it yet has no part in it.
    let wanted = wirings.get(&name.slice).filter(|wanted| wanted.devices.contains(&name.device));
    if let Some(wanted) = wanted {
        let there = |device: &String| {
            dpmu.program(&DeviceName { slice: name.slice.clone(), device: device.clone() }).is_some()
        };
        if wanted.devices.iter().all(there) {
            dpmu.wire(&name.slice, wanted.wiring.clone())?;
        }
    }
    Ok(replies)
}
