//! The symbolic executor: what a subject does with all packets of one length at once.
//!
//! It gives the IR the meaning that simple_switch gives to bmv2 JSON. A run starts on a [`Path`] and forks where packets
//! of that path are dealt with differently; each [`Outcome`] is a path with what is sent on it. The outcomes' paths
//! don't overlap, and together they are the path on which the run started. What isn't dealt with stops the run: an
//! outcome is never a guess.

mod again;
mod anywhere;
mod array;
mod chance;
mod checksum;
mod explore;
mod expression;
mod extract;
mod hash;
mod header;
mod lookup;
pub(crate) mod open;
mod parser;
mod pipeline;
mod primitive;
mod stack;
mod state;
#[cfg(test)]
mod tests;
mod traffic;
mod world;

use std::collections::{BTreeSet, VecDeque};
use std::rc::Rc;

use hyper4_bits::Bits;
use hyper4_ir::{FieldListId, NextNode, ParseStateId, PipelineKind, Program, SourceInfo, StandardField};

use crate::options::Length;
use crate::path::{Context, Path, Undecided};
use crate::subject::{OpenRow, Row, Subject};
use crate::term::{Cond, Side, Terms, VariableKind, Word};
use crate::visit::Visits;

use again::{Purpose, Session};
pub(crate) use anywhere::Stand;
pub(crate) use explore::{Guide, Location, Wish};
pub(crate) use hash::HASH;
use state::State;
use world::Moment;

pub(crate) use world::{Access, GREEN, Kind, Sample, Start, World, array_of};

/// Steps of one path after which it is given up: a parser that loops without taking bytes.
const MAX_STEPS: usize = 100_000;

/// A subject with its rows in the order in which they win.
pub(crate) struct Prepared<'a> {
    program: &'a Program,
    subject: &'a Subject,
    rows: Vec<Vec<&'a Row>>,
    /// They win over all others.
    open: Vec<Vec<&'a OpenRow>>,
}

impl<'a> Prepared<'a> {
    pub(crate) fn new(subject: &'a Subject) -> Self {
        let program = subject.program();
        let rows = program.tables.iter().zip(0..).map(|(table, number)| {
            let rows = subject.rows(hyper4_ir::TableId(number));
            rows.map_or_else(Vec::new, |rows| rows.by_precedence(table.match_kind))
        });
        let open = (0..).zip(&program.tables).map(|(number, _)| {
            let id = hyper4_ir::TableId(number);
            subject.open_rows().iter().filter(|row| row.table == id).collect()
        });
        Self { program, subject, rows: rows.collect(), open: open.collect() }
    }
}

/// All packets of a length that come in by any port.
#[derive(Clone)]
pub(crate) struct Input {
    pub(crate) head: Word,
    pub(crate) port: Word,
    pub(crate) length: Word,
    /// Opaque bytes follow.
    pub(crate) tail: bool,
}

impl Input {
    pub(crate) fn new(terms: &mut Terms, length: Length) -> Self {
        let (bytes, tail) = match length {
            Length::Bytes(bytes) => (Word::number(32, bytes.into()), false),
            Length::Longer { .. } => (terms.variable(VariableKind::Length, 32), true),
        };
        let head = match length.head() {
            0 => Word::zero(0),
            head => terms.variable(VariableKind::Packet, 8 * head),
        };
        Self { head, port: terms.variable(VariableKind::IngressPort, 9), length: bytes, tail }
    }

    /// What holds for every packet: 511 is no port, and a packet with a tail has a length that fits.
    pub(crate) fn assumptions(&self, terms: &mut Terms, length: Length) -> Vec<Cond> {
        let no_port = terms.equal(&self.port, &Word::number(9, DROP_PORT)).not();
        match length {
            Length::Bytes(_) => vec![no_port],
            Length::Longer { window, longest } => {
                let short = terms.less(&self.length, &Word::number(32, u64::from(window) + 1));
                let long = terms.less(&Word::number(32, longest.into()), &self.length);
                vec![no_port, short.not(), long.not()]
            }
        }
    }
}

/// `egress_spec` of a packet that is dropped.
pub(crate) const DROP_PORT: u64 = 511;

/// A packet that is sent.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    /// 9 bits.
    pub(crate) port: Word,
    pub(crate) bytes: Word,
    /// The input's opaque bytes follow.
    pub(crate) tail: bool,
    /// Bytes after which the packet ends, 32 bits, where that is behind `bytes`.
    pub(crate) cut: Option<Word>,
}

/// What is done with the packets of a path.
pub(crate) struct Outcome {
    pub(crate) path: Path,
    /// In the order in which they are made.
    pub(crate) sent: Vec<Sent>,
    /// What they pass.
    pub(crate) visits: Visits,
    /// What is done to what outlives the packet.
    pub(crate) world: World,
}

/// Why a run stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stop(pub(crate) String);

impl From<Undecided> for Stop {
    fn from(undecided: Undecided) -> Self {
        Self(format!("Z3 can't tell whether a path can be taken: {}", undecided.0))
    }
}

fn unsupported(construct: &str, place: Option<&SourceInfo>, reason: &str) -> Stop {
    match place {
        Some(place) => Stop(format!("{construct} at {place}: {reason}")),
        None => Stop(format!("{construct}: {reason}")),
    }
}

/// Where a packet is.
#[derive(Clone, Copy)]
enum Point {
    /// Before an operation of a parse state.
    Parse { state: ParseStateId, operation: usize },
    /// Before a node of a pipeline.
    Node(PipelineKind, NextNode),
    /// Between ingress and egress.
    TrafficManager,
    /// Before the next copy.
    Next,
}

/// A packet that waits.
#[derive(Clone)]
enum Waiting {
    /// For egress, with the state that ingress left behind.
    Egress { state: Rc<State>, rid: Option<u16>, port: Word },
    /// For ingress, again.
    Ingress { state: Rc<State> },
    /// For the parser, of what came in, to become a clone of another one.
    Clone { from: Rc<State>, kept: Option<FieldListId>, session: Session, arrived: (Word, Word) },
}

/// A path on its way.
#[derive(Clone)]
struct Thread {
    path: Path,
    state: State,
    point: Point,
    /// The packet's bytes as they came in, or came in again, and how many there were.
    arrived: (Word, Word),
    /// The port by which it came in at first, which bmv2 keeps beside the metadata.
    came_by: Option<Word>,
    purpose: Purpose,
    /// Copies, and packets that come in again, in their order.
    waiting: VecDeque<Waiting>,
    /// The port of the copy that egress deals with.
    port: Word,
    sent: Vec<Sent>,
    visits: Visits,
    world: World,
    steps: usize,
}

/// Runs one subject.
pub(crate) struct Executor<'a, 'c> {
    subject: &'a Prepared<'a>,
    side: Side,
    context: &'c mut Context,
    input: &'c Input,
    max_paths: usize,
    /// Rows of a table that do the same have paths of their own.
    row_by_row: bool,
    /// Before the names of arrays.
    prefix: String,
    /// Undefined values that were read.
    reads: BTreeSet<String>,
    threads: Vec<Thread>,
}

impl<'a, 'c> Executor<'a, 'c> {
    pub(crate) fn new(
        subject: &'a Prepared<'a>,
        side: Side,
        context: &'c mut Context,
        input: &'c Input,
        max_paths: usize,
    ) -> Self {
        let (prefix, reads, threads) = (String::new(), BTreeSet::new(), Vec::new());
        Self { subject, side, context, input, max_paths, row_by_row: false, prefix, reads, threads }
    }

    /// The same, with a path for each row of a table instead of one for all that do the same.
    pub(crate) fn row_by_row(mut self) -> Self {
        self.row_by_row = true;
        self
    }

    /// The same for a device of several, whose arrays are its own.
    pub(crate) fn of_device(self, device: &str) -> Self {
        Self { prefix: format!("{device}: "), ..self }
    }

    /// Refuses what would be passed over in silence: what refers to it is refused where it is met.
    fn carried(&self) -> Result<(), Stop> {
        let program = &self.subject.program;
        if let Some(primitive) = program.deparser.primitives.first() {
            let construct = format!("primitive `{}` in the deparser", primitive.kind.name());
            return Err(unsupported(&construct, primitive.source_info.as_ref(), "the proofs don't carry it"));
        }
        Ok(())
    }

    /// What is done with the packets of a path, and which undefined values are read on the way.
    pub(crate) fn run(self, path: Path) -> Result<(Vec<Outcome>, BTreeSet<String>), Stop> {
        self.run_in(path, World::default())
    }

    /// The same after something was done already to what outlives packets.
    pub(crate) fn run_in(
        mut self,
        path: Path,
        world: World,
    ) -> Result<(Vec<Outcome>, BTreeSet<String>), Stop> {
        self.begin(path, world)?;
        let mut outcomes = Vec::new();
        while let Some(thread) = self.threads.pop() {
            if self.context.is_late() {
                return Err(Stop(format!("the time is up, with {} paths found", outcomes.len())));
            }
            outcomes.extend(self.step(thread)?);
            if outcomes.len() + self.threads.len() > self.max_paths {
                return Err(Stop(format!("there are more than {} paths", self.max_paths)));
            }
        }
        Ok((outcomes, self.reads))
    }

    /// Packets of a path come in.
    fn begin(&mut self, path: Path, mut world: World) -> Result<(), Stop> {
        self.carried()?;
        let mut state = State::new(self.subject.program, self.input)?;
        self.set_standard(&mut state, StandardField::IngressPort, &self.input.port.clone());
        self.arrives(&mut state, &mut world, &self.input.length.clone());
        let start = self.first_state();
        self.threads.push(Thread {
            path,
            arrived: (state.payload.clone(), state.length.clone()),
            came_by: self.standard(&state, StandardField::IngressPort),
            purpose: Purpose::Arrival,
            state,
            point: start,
            waiting: VecDeque::new(),
            port: Word::zero(9),
            sent: Vec::new(),
            visits: Visits::default(),
            world,
            steps: 0,
        });
        Ok(())
    }

    /// A path goes on: it ends, or the paths that it splits into are put back.
    fn step(&mut self, mut thread: Thread) -> Result<Option<Outcome>, Stop> {
        thread.steps += 1;
        if thread.steps > MAX_STEPS {
            return Err(Stop(format!("a path has more than {MAX_STEPS} steps")));
        }
        match thread.point {
            Point::Parse { state, operation } => self.parse(thread, state, operation)?,
            Point::Node(kind, node) => self.node(thread, kind, node)?,
            Point::TrafficManager => self.end_of_ingress(thread)?,
            Point::Next => return Ok(self.next(thread)),
        }
        Ok(None)
    }

    /// What the switch notes of a packet that comes in, for the first time or again.
    fn arrives(&mut self, state: &mut State, world: &mut World, length: &Word) {
        self.set_standard(state, StandardField::PacketLength, length);
        self.set_moment(state, world, StandardField::IngressGlobalTimestamp);
    }

    /// What the run reckons with.
    pub(crate) fn context(&mut self) -> &mut Context {
        self.context
    }

    fn program(&self) -> &'a Program {
        self.subject.program
    }

    fn set_standard(&mut self, state: &mut State, field: StandardField, value: &Word) {
        if let Some(place) = self.program().standard.get(&field) {
            let width = state.field(*place).map_or(0, Word::width);
            let value = self.context.terms.resize(value, width);
            state.set_field(*place, value);
        }
    }

    /// A field whose value is a matter of time, such as when a packet came: both sides are taken to run at the same.
    fn set_moment(&mut self, state: &mut State, world: &mut World, field: StandardField) {
        if let Some(place) = self.program().standard.get(&field) {
            let width = state.field(*place).map_or(0, Word::width);
            let Moment(name) = world.moment(field);
            let value = match width {
                0 => Word::zero(0),
                _ => self.context.terms.surroundings(&name, width),
            };
            state.set_field(*place, value);
        }
    }

    fn standard(&self, state: &State, field: StandardField) -> Option<Word> {
        state.field(*self.program().standard.get(&field)?).cloned()
    }

    /// A value that nothing defines; a new one each time.
    fn undefined(&mut self, name: &str, width: u32) -> Word {
        match width {
            0 => Word::zero(0),
            _ => self.context.terms.variable(VariableKind::Undefined(self.side, name.into()), width),
        }
    }

    /// Go on both where a condition holds and where it doesn't.
    fn fork(
        &mut self,
        thread: &Thread,
        condition: &Cond,
        mut change: impl FnMut(&mut Self, &mut Thread, bool) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        let split = self.context.split(thread.path.clone(), condition)?;
        for (path, holds) in [(split.fails, false), (split.holds, true)] {
            if let Some(path) = path {
                let mut next = thread.on(path);
                change(self, &mut next, holds)?;
                self.threads.push(next);
            }
        }
        Ok(())
    }
}

impl Thread {
    /// The same on another path.
    fn on(&self, path: Path) -> Self {
        Self { path, ..self.clone() }
    }
}

/// A constant as a word.
fn constant(width: u32, value: u64) -> Word {
    Word::constant(Bits::from_u64(width, value))
}
