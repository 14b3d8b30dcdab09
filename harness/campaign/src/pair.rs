//! Two switches on one case.

use std::sync::{Arc, Mutex, PoisonError};

use hyper4_diff::{Divergence, DivergenceKind, Options, Outcome, Side, compare};
use hyper4_ir::{Batch, Command, Packet, Program, Reply, Stimulus};
use hyper4_switch::{Switch, SwitchError, Tracing};

use crate::case::Case;
use crate::finding::Signature;
use crate::oracle::{Oracle, Verdict};

type AnySwitch = Box<dyn Switch + Send>;

/// Switches that are used again and again: a persona is loaded once for each thread.
pub struct SwitchPool {
    make: Box<dyn Fn() -> Result<AnySwitch, SwitchError> + Send + Sync>,
    idle: Mutex<Vec<AnySwitch>>,
}

impl SwitchPool {
    /// A pool that has none yet.
    pub fn new(make: impl Fn() -> Result<AnySwitch, SwitchError> + Send + Sync + 'static) -> Self {
        Self { make: Box::new(make), idle: Mutex::new(Vec::new()) }
    }

    /// A switch with the program loaded and nothing else in it.
    fn take(&self, program: &Arc<Program>) -> Result<Lent<'_>, SwitchError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut switch = match idle {
            Some(switch) => switch,
            None => (self.make)()?,
        };
        // One that refuses a program is as good as before; one that fails isn't used again.
        match switch.load(Arc::clone(program)) {
            Ok(()) => Ok(Lent { pool: self, switch: Some(switch) }),
            Err(error) => {
                if matches!(error, SwitchError::Unsupported { .. }) {
                    self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(switch);
                }
                Err(error)
            }
        }
    }
}

/// A switch that goes back to its pool, unless it failed.
struct Lent<'a> {
    pool: &'a SwitchPool,
    switch: Option<AnySwitch>,
}

impl Lent<'_> {
    fn with<T>(
        &mut self,
        act: impl FnOnce(&mut AnySwitch) -> Result<T, SwitchError>,
    ) -> Result<T, SwitchError> {
        let Some(switch) = &mut self.switch else { return Err(SwitchError::NotLoaded) };
        let result = act(switch);
        if let Err(SwitchError::Failed(_)) = &result {
            self.switch = None;
        }
        result
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        if let Some(switch) = self.switch.take() {
            self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner).push(switch);
        }
    }
}

impl Side for Lent<'_> {
    fn control(&mut self, command: &Command) -> Result<Reply, SwitchError> {
        self.with(|switch| switch.control(command))
    }

    fn inject(&mut self, packets: &[Packet], tracing: Tracing) -> Result<Batch, SwitchError> {
        self.with(|switch| switch.inject(packets, tracing))
    }

    fn program(&mut self, _device: Option<&str>) -> Option<Arc<Program>> {
        self.switch.as_ref().and_then(|switch| switch.program().cloned())
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
}

/// The steps of a case by which nothing undefined shows.
type Defined = dyn Fn(&Case) -> Result<Vec<Stimulus>, SwitchError> + Send + Sync;

/// Another front end: a program's text as IR, or what it says against it.
type Compile = dyn Fn(&str) -> Result<Arc<Program>, String> + Send + Sync;

impl Differential {
    /// An oracle of that name; `other` is held against `native`.
    pub fn new(name: &str, native: SwitchPool, other: SwitchPool, options: Options) -> Self {
        let options = Options { stateful: true, side_by_side: false, ..options };
        Self { name: name.to_owned(), native, other, options, compile: None, defined: None, questions: 6_000 }
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

    fn examine(&self, case: &Case) -> Verdict {
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
            || self.native.take(&case.program),
            || self.other.take(&program),
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
