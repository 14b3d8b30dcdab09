//! A slice becomes another one while it is served.

use std::collections::{BTreeMap, BTreeSet};
use std::net::TcpListener;
use std::sync::Arc;

use hyper4_dpmu::{DeviceConfig, DeviceName, DpmuError, SliceConfig};
use hyper4_ir::{Command, Program, parse_commands};
use hyper4_p4runtime::tonic::Code;
use hyper4_p4runtime::v1::ForwardingPipelineConfig;
use hyper4_p4runtime_server::{Device, Failure};
use hyper4_serve::ThriftServer;

use super::{Manager, Slices, no_slice, numbered, refused};
use crate::front::{Door, Front, bind};
use crate::served::{Served, ServedDevice, begin};
use crate::shared::{SliceWiring, write};
use crate::{StartError, Started};

/// A program that the operator sends.
pub(crate) struct Sent {
    /// The virtual device that it is for.
    pub(crate) device: String,
    /// It, with its P4Info.
    pub(crate) pipeline: ForwardingPipelineConfig,
    /// What is carried out first, in simple_switch_CLI's language.
    pub(crate) commands: String,
}

/// Another program for a virtual device.
struct Another {
    /// The virtual device as it was.
    before: DeviceConfig,
    /// What is carried out first.
    commands: Vec<Command>,
    pipeline: ForwardingPipelineConfig,
}

/// What is there already of what a slice is to be: nothing of it is in use.
struct Ready {
    new: SliceConfig,
    door: Door,
    /// A socket, where the address is another one.
    socket: Option<TcpListener>,
    devices: BTreeMap<String, ServedDevice>,
    /// Thrift servers of virtual devices that stay.
    thrift: BTreeMap<String, Option<ThriftServer>>,
}

impl Manager {
    /// Make a slice another one. Whether anything changed; where it is refused nothing has.
    pub(crate) fn change(
        &self,
        slices: &mut Slices,
        wanted: SliceConfig,
        sent: Option<Sent>,
    ) -> Result<bool, Failure> {
        let name = wanted.name.clone();
        let others = slices.served.iter().filter(|(other, _)| **other != name);
        let others = others.map(|(_, served)| served.config.clone());
        let new = wanted.clone();
        self.check(others.chain([new])).map_err(|error| Failure::invalid(error.to_string()))?;
        let served = slices.served.get_mut(&name).ok_or_else(|| no_slice(&name))?;
        let new = numbered(wanted, Some(&served.config));
        let door = Door::of_slice(&new, &self.base).map_err(refused)?;
        if new == served.config && door == served.door && sent.is_none() {
            return Ok(false);
        }
        self.changeable(&served.config, &new)?;
        let anew = self.read_anew(&served.config, &new)?;
        let ready = self.prepare(served, new, door).map_err(refused)?;
        let gone = self.carry_out(served, ready, sent)?;
        let begun: Vec<Result<(), Failure>> =
            anew.into_iter().map(|another| begin_anew(served, another)).collect();
        self.decided(slices, &name, &gone)?;
        begun.into_iter().collect::<Result<(), Failure>>().map(|()| true)
    }

    /// Whether it is only what can change while it is served.
    fn changeable(&self, old: &SliceConfig, new: &SliceConfig) -> Result<(), Failure> {
        let fixed = |what: &str| {
            let message = format!("{what} can't change while slice `{}` is served: make it anew", old.name);
            Err(Failure::new(Code::FailedPrecondition, message))
        };
        if old.cpu_port != new.cpu_port {
            return fixed("`cpu_port`");
        }
        let ids = |config: &SliceConfig| -> BTreeMap<String, Option<u64>> {
            config.composition.devices.iter().map(|device| (device.name.clone(), device.device_id)).collect()
        };
        let before = ids(old);
        match ids(new).iter().find(|(name, id)| before.get(*name).is_some_and(|before| before != *id)) {
            Some((device, _)) => fixed(&format!("the `device_id` of `{device}`")),
            None => Ok(()),
        }
    }

    /// Everything that can be refused by others than the device below.
    fn prepare(&self, served: &Served, new: SliceConfig, door: Door) -> Result<Ready, StartError> {
        let old = &served.config;
        let socket = match new.p4runtime {
            Some(address) if old.p4runtime != new.p4runtime => Some(bind(address)?),
            _ => None,
        };
        door.server(&new.name)?;
        let mut ready = Ready { new, door, socket, devices: BTreeMap::new(), thrift: BTreeMap::new() };
        for device in &ready.new.composition.devices {
            let name = DeviceName { slice: ready.new.name.clone(), device: device.name.clone() };
            let Some(there) = served.devices.get(&device.name) else {
                if let Some(store) = &self.store {
                    // One of that name may have been there before.
                    store.append(&name, &[], true).map_err(|reason| failed(&name, reason))?;
                }
                ready.devices.insert(device.name.clone(), self.serve_device(&ready.new, device)?);
                continue;
            };
            let before = old.composition.devices.iter().find(|before| before.name == device.name);
            if before.is_some_and(|before| before.thrift != device.thrift) {
                let (life, journal) = (&there.life, there.journal.clone());
                let whose = (there.device.id(), ready.new.connections.get());
                let serve = |address| self.serve_thrift(address, &name, life, journal, whose);
                ready.thrift.insert(device.name.clone(), device.thrift.map(serve).transpose()?);
            }
        }
        Ok(ready)
    }

    /// Change it in the device below, and then all that is in front. Answers which virtual devices are gone.
    fn carry_out(
        &self,
        served: &mut Served,
        ready: Ready,
        mut sent: Option<Sent>,
    ) -> Result<Vec<String>, Failure> {
        let slice = ready.new.name.clone();
        let begun = ready.devices.iter().try_for_each(|(name, device)| {
            let config = ready.new.composition.devices.iter().find(|config| config.name == *name);
            match sent.take_if(|sent| sent.device == *name) {
                Some(sent) => install(&device.device, &sent),
                None => config.map_or(Ok(()), |config| self.first(&slice, config, &device.device)),
            }
        });
        let changed = begun.and_then(|()| self.change_below(&served.config, &ready.new));
        if let Err(failure) = changed {
            self.withdraw(&slice, ready.devices);
            return Err(failure);
        }
        // It is another one: what follows can't be refused.
        served.devices.extend(ready.devices);
        let staying: BTreeSet<&String> =
            ready.new.composition.devices.iter().map(|device| &device.name).collect();
        let gone: Vec<String> =
            served.devices.keys().filter(|name| !staying.contains(name)).cloned().collect();
        let mut leaving = BTreeMap::new();
        for name in &gone {
            if let Some(device) = served.devices.remove(name) {
                served.service.remove(device.device.id());
                leaving.insert(name.clone(), device);
            }
        }
        self.withdraw(&slice, leaving);
        for device in served.devices.values() {
            served.service.add(Arc::clone(&device.device));
        }
        for (name, thrift) in ready.thrift {
            if let Some(device) = served.devices.get_mut(&name)
                && let Some(before) = std::mem::replace(&mut device.thrift, thrift)
            {
                before.cut();
            }
        }
        let reopened = ready.door != served.door
            || ready.new.p4runtime != served.config.p4runtime
            || ready.new.requests_per_second != served.config.requests_per_second
            || ready.new.requests_at_once != served.config.requests_at_once
            || ready.new.connections != served.config.connections;
        served.config = ready.new;
        served.door = ready.door;
        served.connect(&self.shared);
        if reopened {
            let before = served.front.take().map(Front::cut);
            let socket = ready.socket.or(before.filter(|_| served.config.p4runtime.is_some()));
            if let Some(socket) = socket {
                served.front = Some(self.open(served, &served.door, socket).map_err(refused)?);
            }
        }
        Ok(gone)
    }

    /// The lease and the wiring.
    fn change_below(&self, old: &SliceConfig, new: &SliceConfig) -> Result<(), Failure> {
        let name = &new.name;
        let mut dpmu = self.shared.lock();
        let devices: Vec<String> = new.composition.devices.iter().map(|device| device.name.clone()).collect();
        let unloaded = devices.iter().find(|device| {
            let name = DeviceName { slice: name.clone(), device: (*device).clone() };
            dpmu.program(&name).is_none()
        });
        let names = |config: &SliceConfig| -> BTreeSet<String> {
            config.composition.devices.iter().map(|device| device.name.clone()).collect()
        };
        let rewired = old.composition.wiring != new.composition.wiring || names(old) != names(new);
        let wiring = match unloaded {
            // It waits for its programs.
            Some(_) if dpmu.wiring(name).is_none() => None,
            Some(device) if rewired => {
                let message = format!(
                    "virtual device `{device}` of slice `{name}` has no program, and packets take their way through the \
                     slice: load a program first, or send it along"
                );
                return Err(Failure::new(Code::FailedPrecondition, message));
            }
            _ => Some(new.composition.wiring.clone()).filter(|_| rewired || dpmu.wiring(name).is_none()),
        };
        if old.lease != new.lease || wiring.is_some() {
            dpmu.change_lease(name, new.lease.clone(), wiring).map_err(|error| below(name, error))?;
        }
        let wiring = new.composition.wiring.clone();
        self.shared.expect(name, SliceWiring { wiring, devices });
        Ok(())
    }

    /// Virtual devices that aren't wired are no more.
    fn withdraw(&self, slice: &str, devices: BTreeMap<String, ServedDevice>) {
        for (name, device) in devices {
            let mut dpmu = self.shared.lock();
            device.life.end();
            let named = DeviceName { slice: slice.to_owned(), device: name.clone() };
            if dpmu.program(&named).is_some()
                && let Err(error) = dpmu.unload(slice, &name)
            {
                tracing::error!(slice, device = name, %error, "a virtual device can't be taken out");
            }
            drop(dpmu);
            write(&self.shared.learners).remove(&named);
            device.end();
        }
    }

    /// What the configuration names for a virtual device that is new.
    fn first(&self, slice: &str, config: &DeviceConfig, device: &Device) -> Result<(), Failure> {
        let name = DeviceName { slice: slice.to_owned(), device: config.name.clone() };
        let started = self.read(&name, config).map_err(refused)?;
        begin(&self.shared, device, &name, started, Vec::new()).map_err(refused)
    }

    /// The other programs that are named for virtual devices that stay. Where none is named they keep what they have.
    fn read_anew(&self, old: &SliceConfig, new: &SliceConfig) -> Result<Vec<Another>, Failure> {
        let mut anew = Vec::new();
        for device in &new.composition.devices {
            let before = old.composition.devices.iter().find(|before| before.name == device.name);
            let differs = |before: &&DeviceConfig| {
                (&before.program, &before.commands) != (&device.program, &device.commands)
            };
            let Some(before) = before.filter(differs) else { continue };
            let name = DeviceName { slice: new.name.clone(), device: device.name.clone() };
            let Some(Started { commands, pipeline, .. }) = self.read(&name, device).map_err(refused)? else {
                continue;
            };
            let Some(pipeline) = pipeline else {
                let message = format!(
                    "virtual device `{}`: bmv2 JSON has no P4Info, so that it can't take a running program's place: name \
                     the P4 program, or send both",
                    device.name
                );
                return Err(Failure::new(Code::FailedPrecondition, message));
            };
            anew.push(Another { before: before.clone(), commands, pipeline });
        }
        Ok(anew)
    }

    /// Run another program as a virtual device that is there.
    pub(crate) fn load(&self, slices: &mut Slices, slice: &str, sent: &Sent) -> Result<(), Failure> {
        let served = slices.served.get(slice).ok_or_else(|| no_slice(slice))?;
        let missing = || Failure::not_found(format!("there is no virtual device `{}`", sent.device));
        let there = served.devices.get(&sent.device).ok_or_else(missing)?;
        install(&there.device, sent)
    }
}

/// Another program runs as a virtual device, and what was done to the one before is over. Where it can't, the virtual device
/// keeps that, and so does the slice's description: who asks once more is answered once more.
fn begin_anew(served: &mut Served, another: Another) -> Result<(), Failure> {
    let Another { before, commands, pipeline } = another;
    let Some(there) = served.devices.get(&before.name) else { return Ok(()) };
    if let Err(failure) = there.device.start(&pipeline, &commands) {
        let mut devices = served.config.composition.devices.iter_mut();
        if let Some(device) = devices.find(|device| device.name == before.name) {
            (device.program, device.commands) = (before.program, before.commands);
        }
        return Err(failure);
    }
    there.journal.as_ref().map_or(Ok(()), |journal| journal.clear())
}

/// Run what the operator sent.
fn install(device: &Device, sent: &Sent) -> Result<(), Failure> {
    if sent.pipeline.p4info.is_none() {
        let message = "the program has no P4Info: send P4 text with the P4Info that was made of it, or bmv2 JSON with its own";
        return Err(Failure::invalid(message));
    }
    let commands = |program: &Program| -> Result<Vec<Command>, Failure> {
        let lines = parse_commands(program, &sent.commands);
        let lines = lines.map_err(|error| Failure::invalid(format!("the commands: {error}")))?;
        Ok(lines.into_iter().map(|line| line.content).collect())
    };
    device.install(&sent.pipeline, commands)
}

fn below(slice: &str, error: DpmuError) -> Failure {
    refused(StartError::Slice { slice: slice.to_owned(), reason: Box::new(error) })
}

fn failed(name: &DeviceName, reason: Failure) -> StartError {
    StartError::Pipeline { slice: name.slice.clone(), device: name.device.clone(), reason }
}
