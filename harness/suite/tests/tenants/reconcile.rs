//! A device that forgot all, took half of a change or was changed by somebody else is brought to what is known of it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use hyper4_drivers::{SimpleSwitch, SimpleSwitchOptions};
use hyper4_ir::{Batch, Command, Packet, Program, Reply};
use hyper4_suite::{Error, guest, persona, program, root};
use hyper4_switch::{Revival, Switch, SwitchError, Tracing};
use hyper4_virtual::VirtualNetwork;

use super::rollback::{Operation, State, operations, state, tenants};
use super::*;

type Below = Arc<Mutex<Box<dyn Switch + Send>>>;

/// What is done to a switch behind the DPMU's back.
#[derive(Default)]
struct Plan {
    /// Commands until it dies: from then on all fail.
    left: AtomicI64,
    /// The command at which it dies is done, but nobody hears of it.
    does_the_last: AtomicBool,
    /// It was started anew since it was last looked at.
    anew: AtomicBool,
}

/// A switch that others reach, too, and that dies.
struct Meddled {
    below: Below,
    plan: Arc<Plan>,
}

fn with<T>(below: &Below, work: impl FnOnce(&mut (dyn Switch + Send)) -> T) -> T {
    work(below.lock().unwrap_or_else(PoisonError::into_inner).as_mut())
}

impl Switch for Meddled {
    fn load(&mut self, program: Arc<Program>) -> Result<(), SwitchError> {
        with(&self.below, |switch| switch.load(program))
    }

    fn program(&self) -> Option<&Arc<Program>> {
        // The persona's, which doesn't change.
        static PERSONA: std::sync::OnceLock<Option<Arc<Program>>> = std::sync::OnceLock::new();
        PERSONA.get_or_init(|| persona().ok().map(|persona| persona.program)).as_ref()
    }

    fn control(&mut self, command: &Command) -> Result<Reply, SwitchError> {
        let left = self.plan.left.fetch_sub(1, Ordering::SeqCst);
        if left > 0 {
            return with(&self.below, |switch| switch.control(command));
        }
        if left == 0 && self.plan.does_the_last.load(Ordering::SeqCst) {
            with(&self.below, |switch| switch.control(command))?;
        }
        Err(SwitchError::Failed("it has died".to_owned()))
    }

    fn inject(&mut self, packets: &[Packet], tracing: Tracing) -> Result<Batch, SwitchError> {
        with(&self.below, |switch| switch.inject(packets, tracing))
    }

    fn revive(&mut self) -> Result<Revival, SwitchError> {
        self.plan.left.store(i64::MAX, Ordering::SeqCst);
        Ok(match self.plan.anew.swap(false, Ordering::SeqCst) {
            true => Revival::Anew,
            false => Revival::Same,
        })
    }
}

struct Scene {
    network: VirtualNetwork,
    below: Below,
    plan: Arc<Plan>,
    persona: Arc<Program>,
}

impl Scene {
    fn new(switch: Box<dyn Switch + Send>) -> Result<Self, Error> {
        let below = Arc::new(Mutex::new(switch));
        let plan = Arc::new(Plan { left: AtomicI64::new(i64::MAX), ..Plan::default() });
        let network = tenants(Box::new(Meddled { below: Arc::clone(&below), plan: Arc::clone(&plan) }))?;
        Ok(Self { network, below, plan, persona: persona()?.program })
    }

    fn state(&mut self) -> Result<State, Error> {
        state(&mut self.network, &self.persona)
    }

    /// It is started again, and knows nothing.
    fn forget(&self) -> Result<(), Error> {
        with(&self.below, |switch| switch.load(Arc::clone(&self.persona)))?;
        self.plan.anew.store(true, Ordering::SeqCst);
        Ok(())
    }

    fn meddle(&self, command: &Command) -> Result<Reply, SwitchError> {
        with(&self.below, |switch| switch.control(command))
    }
}

/// A switch that dies at each of some places of a change, having done the last command or not, and comes back as it is or
/// empty, is as it was before the change then.
fn dies_in_changes(switch: Box<dyn Switch + Send>, step: usize) -> Result<(), Error> {
    let mut scene = Scene::new(switch)?;
    let sent = packets(&guest("l2_switch")?, 60)?;
    let own: Vec<Packet> = sent.into_iter().map(|p| Packet { port: 10 + p.port % 4, ..p }).collect();
    let (mut deaths, mut repaired, mut compared) = (0, 0, 0);
    let changes: Vec<(&str, Operation)> = operations()?;
    for (name, operation) in changes {
        let before = scene.state()?;
        let outputs = scene.network.inject(&own, Tracing::Off)?.outputs;
        for at in (0..).step_by(step) {
            scene.plan.left.store(at, Ordering::SeqCst);
            scene.plan.does_the_last.store((at as usize / step).is_multiple_of(2), Ordering::SeqCst);
            let done = operation(&mut scene.network);
            if scene.plan.left.swap(i64::MAX, Ordering::SeqCst) > 0 {
                done.map_err(|error| format!("{name}: {error}"))?;
                break;
            }
            if done.is_ok() {
                return Err(format!("{name}: died at command {at} and said nothing").into());
            }
            assert!(scene.network.dpmu().is_doubtful(), "{name}, {at}");
            let anew = (at as usize / step).is_multiple_of(3);
            if anew {
                scene.forget()?;
            }
            let done = scene.network.dpmu().revive()?.ok_or("it was believed to be well")?;
            repaired += done.missing + done.foreign + done.changed;
            assert!(!anew || done.missing >= before.rows.len() as u64, "{name}, {at}: {done}");
            assert_eq!(scene.state()?, before, "{name}, died at command {at}");
            assert!(!scene.network.dpmu().is_doubtful(), "{name}, {at}");
            assert_eq!(scene.network.dpmu().revive()?, None);
            assert_eq!(scene.network.inject(&own, Tracing::Off)?.outputs, outputs, "{name}, {at}");
            deaths += 1;
        }
        compared += outputs.len();
    }
    println!("{deaths} deaths, {repaired} rows repaired");
    assert!(deaths >= 14 && repaired > 100 && compared > 0, "{deaths} {repaired} {compared}");
    Ok(())
}

#[test]
fn a_device_that_dies_in_a_change_is_brought_back() -> Result<(), Error> {
    dies_in_changes(Box::new(Engine::new()), 7)
}

/// What others put into the device goes, what they took out of it is back, and what they changed is as it was.
fn meddled_with(switch: Box<dyn Switch + Send>) -> Result<(), Error> {
    let mut scene = Scene::new(switch)?;
    let before = scene.state()?;
    let enter = "PersonaIngress.enter".to_owned();
    let rows: Vec<(String, u64, Command)> = scene
        .network
        .dpmu()
        .rows()
        .map(|row| (row.table().to_owned(), row.handle, row.command.clone()))
        .collect();
    let (mut foreign, mut missing, mut changed) = (0, 0, 0);
    for (number, (table, handle, command)) in rows.iter().enumerate() {
        let Command::TableAdd { key, action, arguments, priority, .. } = command else { continue };
        if number % 5 == 0 {
            scene.meddle(&Command::TableDelete { table: table.clone(), handle: *handle })?;
            missing += 1;
            if number % 10 == 0 && *table != enter {
                // Another one has its place, and its handle.
                let key = key
                    .iter()
                    .enumerate()
                    .map(|(i, value)| match value {
                        MatchValue::Exact(v) if i == 0 => {
                            MatchValue::Exact(v.xor(&Bits::mask(v.width(), 9, 1)))
                        }
                        other => other.clone(),
                    })
                    .collect();
                let (table, action, arguments) = (table.clone(), action.clone(), arguments.clone());
                scene.meddle(&Command::TableAdd { table, key, action, arguments, priority: *priority })?;
                foreign += 1;
            }
        } else if number % 7 == 0 && !arguments.is_empty() {
            let mut arguments = arguments.clone();
            if let Some(last) = arguments.last_mut() {
                *last = last.xor(&Bits::mask(last.width(), 0, 1));
            }
            let (table, action) = (table.clone(), action.clone());
            scene.meddle(&Command::TableModify { table, handle: *handle, action, arguments })?;
            changed += 1;
        }
    }
    scene
        .meddle(&Command::TableSetDefault {
            table: enter,
            action: "NoAction".to_owned(),
            arguments: Vec::new(),
        })
        .ok();
    for group in before_groups(&mut scene)? {
        let node =
            scene.meddle(&Command::MulticastNodeCreate { rid: 5, ports: vec![40, 41], lags: Vec::new() })?;
        let Reply::Handle(node) = node else { return Err("no node".into()) };
        scene.meddle(&Command::MulticastNodeAssociate { group, node })?;
    }
    scene.meddle(&Command::MulticastGroupCreate { group: 4000 })?;
    scene.meddle(&Command::MulticastNodeCreate { rid: 6, ports: vec![42], lags: Vec::new() })?;
    // Nobody said anything: it is found when it is looked for.
    assert_eq!(scene.network.dpmu().revive()?, None);
    let done = scene.network.dpmu().reconcile()?;
    println!("{done}");
    assert_eq!((done.missing, done.foreign), (missing, foreign));
    assert!((changed..=changed + 1).contains(&done.changed), "{done}, {changed}");
    assert!(done.groups >= 2 && missing > 20 && foreign > 10 && changed > 20, "{done}");
    assert_eq!(scene.state()?, before);
    assert!(scene.network.dpmu().reconcile()?.is_nothing());
    Ok(())
}

fn before_groups(scene: &mut Scene) -> Result<Vec<u16>, Error> {
    match scene.meddle(&Command::MulticastDump)? {
        Reply::Multicast(dump) => Ok(dump.groups.keys().copied().collect()),
        other => Err(format!("{other:?}").into()),
    }
}

#[test]
fn what_others_did_to_a_device_is_undone() -> Result<(), Error> {
    meddled_with(Box::new(Engine::new()))
}

#[test]
fn what_others_did_to_a_real_switch_is_undone() -> Result<(), Error> {
    match SimpleSwitch::new(SimpleSwitchOptions::default()) {
        Ok(switch) => meddled_with(Box::new(switch)),
        Err(error) => {
            println!("skipped: {error}");
            Ok(())
        }
    }
}

/// Sessions, and what a controller set in meters, are there again.
fn state_comes_back(make: &dyn Fn() -> Result<Box<dyn Switch + Send>, Error>) -> Result<(), Error> {
    let probes = root().join("corpus/probes");
    for (probe, asked) in [("clone_egress", ports_sessions(&[3, 4])), ("meters_with_rates", meters())] {
        let below: Below = Arc::new(Mutex::new(make()?));
        let plan = Arc::new(Plan { left: AtomicI64::new(i64::MAX), ..Plan::default() });
        let persona = persona()?;
        let meddled = Meddled { below: Arc::clone(&below), plan: Arc::clone(&plan) };
        let mut network =
            VirtualNetwork::new(Box::new(meddled), Arc::clone(&persona.program), persona.layout)?;
        let program = program(&probes.join(probe).join("prog.p4"))?;
        let text = std::fs::read_to_string(probes.join(probe).join("commands.txt"))?;
        let programs = BTreeMap::from([("d".to_owned(), Arc::clone(&program))]);
        network.add_slice("a", Lease::everything(), &programs, Wiring::Direct("d".to_owned()))?;
        let mut told = 0;
        for line in hyper4_ir::parse_commands(&program, &text)? {
            // Of sessions with groups the persona has none.
            told += usize::from(network.dpmu().control("a", "d", &line.content).is_ok());
        }
        let answers = || -> Vec<Result<Reply, SwitchError>> {
            asked.iter().map(|command| with(&below, |switch| switch.control(command))).collect()
        };
        let before = answers();
        with(&below, |switch| switch.load(Arc::clone(&persona.program)))?;
        assert_ne!(answers(), before, "{probe}: it has forgotten nothing");
        plan.anew.store(true, Ordering::SeqCst);
        let done = network.dpmu().revive()?.ok_or("nothing was done")?;
        assert!(done.cells > 0 && done.missing > 5 && told > 0, "{probe}: {done}, {told}");
        assert_eq!(answers(), before, "{probe}");
    }
    Ok(())
}

fn ports_sessions(ports: &[u16]) -> Vec<Command> {
    let get = |port: &u16| {
        let command = hyper4_ir::MirroringCommand::Get;
        Command::Mirroring { session: hyper4_dpmu::Estate::session(*port), command }
    };
    ports.iter().map(get).collect()
}

fn meters() -> Vec<Command> {
    let meter = hyper4_persona::Layout::meters(hyper4_ir::MeterUnit::Packets).to_owned();
    (0..4u64)
        .map(|index| Command::Meter {
            meter: meter.clone(),
            command: hyper4_ir::MeterCommand::GetRates { index },
        })
        .collect()
}

#[test]
fn sessions_and_cells_come_back() -> Result<(), Error> {
    state_comes_back(&|| Ok(Box::new(Engine::new())))
}

#[test]
fn sessions_and_cells_come_back_on_a_real_switch() -> Result<(), Error> {
    match SimpleSwitch::new(SimpleSwitchOptions::default()) {
        Ok(_) => state_comes_back(&|| Ok(Box::new(SimpleSwitch::new(SimpleSwitchOptions::default())?))),
        Err(error) => {
            println!("skipped: {error}");
            Ok(())
        }
    }
}
