//! Two switches on one case.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use hyper4_diff::{Divergence, DivergenceKind, Options, Outcome, Side, compare};
use hyper4_ir::{Batch, Command, Packet, PrimitiveKind, Program, Reply, Stimulus};
use hyper4_switch::{Switch, SwitchError, Tracing};

use crate::case::Case;
use crate::finding::Signature;
use crate::oracle::{Oracle, Verdict};
use crate::reach::{self, Tap};

type AnySwitch = Box<dyn Switch + Send>;

/// A new switch; what its programs reach is told to the tap.
type Make = dyn Fn(&Tap) -> Result<AnySwitch, SwitchError> + Send + Sync;

/// Switches that are used again and again: a persona is loaded once for each thread.
pub struct SwitchPool {
    make: Box<Make>,
    idle: Mutex<Vec<(AnySwitch, Tap)>>,
}

/// What a case reaches.
#[derive(Default)]
struct Sink {
    ways: BTreeSet<&'static str>,
    met: BTreeSet<String>,
}

impl SwitchPool {
    /// A pool that has none yet.
    pub fn new(make: impl Fn() -> Result<AnySwitch, SwitchError> + Send + Sync + 'static) -> Self {
        Self::tapped(move |_| make())
    }

    /// A pool of switches that tell a tap what packets meet.
    pub fn tapped(make: impl Fn(&Tap) -> Result<AnySwitch, SwitchError> + Send + Sync + 'static) -> Self {
        Self { make: Box::new(make), idle: Mutex::new(Vec::new()) }
    }

    /// A switch with the program loaded and nothing else in it.
    fn take<'a>(&'a self, program: &Arc<Program>, sink: &'a Mutex<Sink>) -> Result<Lent<'a>, SwitchError> {
        // Where random numbers are drawn, it matters how many were drawn before: a fresh switch begins at its seed.
        let fresh = draws(program);
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop_if(|_| !fresh);
        let (mut switch, tap) = match idle {
            Some(idle) => idle,
            None => {
                let tap = Tap::default();
                ((self.make)(&tap)?, tap)
            }
        };
        // One that refuses a program is as good as before; one that fails isn't used again.
        match switch.load(Arc::clone(program)) {
            Ok(()) => Ok(Lent { pool: self, switch: Some((switch, tap)), fresh, sink }),
            Err(error) => {
                if matches!(error, SwitchError::Unsupported { .. }) {
                    self.idle.lock().unwrap_or_else(PoisonError::into_inner).push((switch, tap));
                }
                Err(error)
            }
        }
    }
}

/// A switch that goes back to its pool, unless it failed.
struct Lent<'a> {
    pool: &'a SwitchPool,
    switch: Option<(AnySwitch, Tap)>,
    /// It isn't used again.
    fresh: bool,
    sink: &'a Mutex<Sink>,
}

impl Lent<'_> {
    fn with<T>(
        &mut self,
        act: impl FnOnce(&mut AnySwitch) -> Result<T, SwitchError>,
    ) -> Result<T, SwitchError> {
        let Some((switch, _)) = &mut self.switch else { return Err(SwitchError::NotLoaded) };
        let result = act(switch);
        if let Err(SwitchError::Failed(_)) = &result {
            self.switch = None;
        }
        result
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let Some((switch, tap)) = self.switch.take() else { return };
        self.sink.lock().unwrap_or_else(PoisonError::into_inner).met.append(&mut tap.take());
        if !self.fresh {
            self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner).push((switch, tap));
        }
    }
}

/// Whether a program draws random numbers.
fn draws(program: &Program) -> bool {
    let mut primitives = program.actions.iter().flat_map(|action| &action.primitives);
    primitives.any(|primitive| matches!(primitive.kind, PrimitiveKind::Random { .. }))
}

impl Side for Lent<'_> {
    fn control(&mut self, command: &Command) -> Result<Reply, SwitchError> {
        self.with(|switch| switch.control(command))
    }

    fn inject(&mut self, packets: &[Packet], tracing: Tracing) -> Result<Batch, SwitchError> {
        let batch = self.with(|switch| switch.inject(packets, tracing))?;
        reach::ways(
            &batch,
            packets.len(),
            &mut self.sink.lock().unwrap_or_else(PoisonError::into_inner).ways,
        );
        Ok(batch)
    }

    fn program(&mut self, _device: Option<&str>) -> Option<Arc<Program>> {
        self.switch.as_ref().and_then(|(switch, _)| switch.program().cloned())
    }
}

/// Two kinds of switches on the same cases: outputs, traces, digests and answers are compared.
pub struct Differential {
    name: String,
    native: SwitchPool,
    other: SwitchPool,
    options: Options,
    compile: Option<Box<Compile>>,
    defined: Option<Box<Defined>>,
    questions: usize,
    reachable: BTreeSet<String>,
}

/// The steps of a case by which nothing undefined shows.
type Defined = dyn Fn(&Case) -> Result<Vec<Stimulus>, SwitchError> + Send + Sync;

/// Another front end: a program's text as IR, or what it says against it.
type Compile = dyn Fn(&str) -> Result<Arc<Program>, String> + Send + Sync;

impl Differential {
    /// An oracle of that name; `other` is held against `native`.
    pub fn new(name: &str, native: SwitchPool, other: SwitchPool, options: Options) -> Self {
        let options = Options { stateful: true, side_by_side: false, ..options };
        Self {
            name: name.to_owned(),
            native,
            other,
            options,
            compile: None,
            defined: None,
            questions: 6_000,
            reachable: BTreeSet::new(),
        }
    }

    /// What the other side's taps can tell of, so that it is known what they don't.
    pub fn reaching(self, reachable: BTreeSet<String>) -> Self {
        Self { reachable, ..self }
    }

    /// It starts a process for each question, so it is asked few.
    pub fn asked_few(self) -> Self {
        Self { questions: 300, ..self }
    }

    /// Only these steps of a case are compared: a real switch leaves undefined what it reads of invalid headers.
    pub fn where_defined(
        self,
        defined: impl Fn(&Case) -> Result<Vec<Stimulus>, SwitchError> + Send + Sync + 'static,
    ) -> Self {
        Self { defined: Some(Box::new(defined)), ..self }
    }

    /// The other side runs what another front end makes of the text.
    pub fn compiled_by(
        self,
        compile: impl Fn(&str) -> Result<Arc<Program>, String> + Send + Sync + 'static,
    ) -> Self {
        Self { compile: Some(Box::new(compile)), ..self }
    }
}

impl Oracle for Differential {
    fn name(&self) -> &str {
        &self.name
    }

    fn questions(&self) -> usize {
        self.questions
    }

    fn reachable(&self) -> BTreeSet<String> {
        let persona = self.reachable.iter().map(|name| format!("persona {name}"));
        reach::WAYS.iter().map(|way| format!("native {way}")).chain(persona).collect()
    }

    fn examine(&self, case: &Case) -> Verdict {
        self.examine_and_cover(case).0
    }

    fn examine_and_cover(&self, case: &Case) -> (Verdict, BTreeSet<String>) {
        let sink = Mutex::new(Sink::default());
        let verdict = self.compared(case, &sink);
        let Sink { ways, met } = sink.into_inner().unwrap_or_else(PoisonError::into_inner);
        let ways = ways.into_iter().map(|way| format!("native {way}"));
        let met = met.intersection(&self.reachable).map(|name| format!("persona {name}"));
        (verdict, ways.chain(met).collect())
    }
}

impl Differential {
    fn compared(&self, case: &Case, sink: &Mutex<Sink>) -> Verdict {
        let program = match &self.compile {
            None => Arc::clone(&case.program),
            Some(compile) => match compile(&case.text) {
                Ok(program) => program,
                Err(message) => {
                    let signature = Signature::new(&self.name, "compile", &message);
                    return Verdict::Differ { signature, description: message };
                }
            },
        };
        let stimulus = match self.defined.as_ref().map(|defined| defined(case)) {
            None => case.stimulus.clone(),
            Some(Ok(stimulus)) => stimulus,
            Some(Err(SwitchError::Unsupported { construct, reason, .. })) => {
                return Verdict::Unsupported(format!("{construct}: {reason}"));
            }
            Some(Err(error)) => return Verdict::Error(error.to_string()),
        };
        if !stimulus.iter().any(|step| matches!(step, Stimulus::Packet(_))) {
            return Verdict::Unsupported("something undefined shows of every packet".to_owned());
        }
        let result = compare(
            &case.name,
            || self.native.take(&case.program, sink),
            || self.other.take(&program, sink),
            &stimulus,
            &self.options,
            &|_| {},
        );
        match result.outcome {
            Outcome::Equal => Verdict::Agree(result.counts),
            Outcome::Unsupported(refused) => {
                Verdict::Unsupported(format!("{}: {}", refused.construct, refused.reason))
            }
            Outcome::Diverged(divergence) => Verdict::Differ {
                signature: Signature::new(&self.name, kind(divergence.kind), &construct(&divergence)),
                description: describe(&divergence),
            },
            Outcome::Error(failure) => Verdict::Error(failure.message),
        }
    }
}

fn kind(kind: DivergenceKind) -> &'static str {
    match kind {
        DivergenceKind::Missing => "missing",
        DivergenceKind::Extra => "extra",
        DivergenceKind::Port => "port",
        DivergenceKind::Bytes => "bytes",
        DivergenceKind::Order => "order",
        DivergenceKind::Trace => "trace",
        DivergenceKind::Digest => "digest",
        DivergenceKind::Reply => "reply",
        DivergenceKind::Failure => "failure",
    }
}

/// What the difference is about: a command's word, or what kind of construct.
fn construct(divergence: &Divergence) -> String {
    let word = |text: &str| text.split_whitespace().next().unwrap_or_default().to_owned();
    match (&divergence.command, &divergence.construct) {
        (Some(command), _) => word(command),
        (None, Some(construct)) => word(&construct.name),
        (None, None) => String::new(),
    }
}

fn describe(divergence: &Divergence) -> String {
    let at = match (&divergence.command, &divergence.construct) {
        (Some(command), _) => format!(" at `{command}`"),
        (None, Some(construct)) => format!(" at {}", construct.name),
        (None, None) => String::new(),
    };
    format!("expected{at}: {}\ncame: {}", divergence.expected, divergence.actual)
}
