//! A switch that gets one command wrong.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hyper4_ir::{Batch, Command, Event, Packet, Program, Reply, Trace};
use hyper4_switch::{Switch, SwitchError, Tracing};

/// Which command is another one, counted from 0 since the switch was made.
#[derive(Clone, Debug, PartialEq)]
pub struct Instead {
    /// The number of the command.
    pub number: usize,
    /// What is carried out; `None`: nothing, and it is said to be done.
    pub command: Option<Command>,
    /// What is said of one that isn't carried out.
    pub reply: Reply,
}

/// What a switch was told, and what packets met in it.
#[derive(Clone, Debug, Default)]
pub struct Log(Arc<Mutex<Noted>>);

#[derive(Debug, Default)]
struct Noted {
    commands: Vec<Command>,
    met: BTreeSet<String>,
}

impl Log {
    /// The commands so far, in order.
    pub fn commands(&self) -> Vec<Command> {
        self.noted().commands.clone()
    }

    /// The names of the parser's states, conditions, tables and actions that packets met, where traces tell.
    pub fn met(&self) -> BTreeSet<String> {
        self.noted().met.clone()
    }

    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, traces: &[Trace]) {
        let mut noted = self.noted();
        for event in traces.iter().flat_map(|trace| &trace.packets).flat_map(|packet| &packet.events) {
            let (Event::ParseState(name)
            | Event::Condition { name, .. }
            | Event::Table { name, .. }
            | Event::Action { name, .. }) = event
            else {
                continue;
            };
            if !noted.met.contains(name) {
                noted.met.insert(name.clone());
            }
        }
    }
}

/// The handle of a row that was not put in: one that no row gets. Nobody may notice.
pub const NOWHERE: u64 = u32::MAX as u64;

/// A switch that gets one of its commands wrong, if any, and remembers them all.
pub struct FaultySwitch<S> {
    below: S,
    fault: Option<Instead>,
    seen: usize,
    log: Log,
}

impl<S: Switch> FaultySwitch<S> {
    /// `below` with a fault.
    pub fn new(below: S, fault: Option<Instead>) -> Self {
        Self { below, fault, seen: 0, log: Log::default() }
    }

    /// What it will have been told.
    pub fn log(&self) -> Log {
        self.log.clone()
    }

    /// The switch below.
    pub fn below(&mut self) -> &mut S {
        &mut self.below
    }
}

/// The row that a command changes.
fn names(command: &Command) -> Option<u64> {
    match command {
        Command::TableModify { handle, .. } | Command::TableDelete { handle, .. } => Some(*handle),
        _ => None,
    }
}

impl<S: Switch> Switch for FaultySwitch<S> {
    fn load(&mut self, program: Arc<Program>) -> Result<(), SwitchError> {
        self.below.load(program)
    }

    fn program(&self) -> Option<&Arc<Program>> {
        self.below.program()
    }

    fn control(&mut self, command: &Command) -> Result<Reply, SwitchError> {
        self.log.noted().commands.push(command.clone());
        self.seen += 1;
        if names(command) == Some(NOWHERE) {
            return Ok(Reply::Done);
        }
        match &self.fault {
            Some(fault) if fault.number + 1 == self.seen => match &fault.command {
                Some(wrong) => self.below.control(wrong),
                None => Ok(fault.reply.clone()),
            },
            _ => self.below.control(command),
        }
    }

    fn inject(&mut self, packets: &[Packet], tracing: Tracing) -> Result<Batch, SwitchError> {
        let batch = self.below.inject(packets, tracing)?;
        self.log.note(&batch.traces);
        Ok(batch)
    }
}
