//! `hyper4 stf`

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper4_ir::Program;
use hyper4_report::ExitStatus;
use hyper4_stf::{Report, StfError, Test};
use hyper4_switch::{Switch, SwitchError};
use hyper4_virtual::VirtualSwitch;
use rayon::prelude::*;
use serde_json::{Value, json};

use crate::args::{Options, StfArgs};
use crate::deliver::deliver;
use crate::failure::Failure;
use crate::frontend::{load_program, read};
use crate::persona::{self, Persona};
use crate::sides::{self, Switches};

/// What came of one test.
struct Result {
    test: PathBuf,
    program: PathBuf,
    outcome: Outcome,
}

enum Outcome {
    /// It was carried out.
    Run(Report),
    /// Something in it isn't supported.
    Unsupported(String),
    /// The test or the program is wrong, at that stage.
    Input(Stage, String),
    /// The tool failed.
    Tool(Stage, String),
}

/// What was done when something went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// The program was compiled or read.
    Program,
    /// The test was read.
    Test,
    /// The program was given to the switch.
    Load,
    /// The test ran.
    Run,
}

impl Stage {
    fn name(self) -> &'static str {
        match self {
            Self::Program => "program",
            Self::Test => "test",
            Self::Load => "load",
            Self::Run => "run",
        }
    }
}

/// What every test of a batch needs.
struct Shared {
    options: Options,
    switches: Switches,
    persona: Option<Persona>,
    /// Switches with the persona that no test has at the moment: a real one takes seconds to load it.
    idle: Mutex<Vec<VirtualSwitch>>,
}

impl Shared {
    fn take_idle(&self) -> Option<VirtualSwitch> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn put_back(&self, switch: VirtualSwitch) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(switch);
    }
}

/// Run tests.
pub(crate) fn stf(options: &Options, args: &StfArgs) -> std::result::Result<ExitStatus, Failure> {
    let pairs = pairs(args)?;
    let switches = Switches::new(options)?;
    let persona = if args.on_persona { Some(persona::load(options)?) } else { None };
    let shared = Arc::new(Shared { options: options.clone(), switches, persona, idle: Mutex::default() });
    let limit = Duration::from_secs(args.timeout);
    let results: Vec<Result> = pairs
        .into_par_iter()
        .map(|(test, program)| {
            let outcome = with_limit(&shared, &test, &program, limit);
            Result { test, program, outcome }
        })
        .collect();
    let tests: Vec<Value> = results.iter().map(document).collect();
    let found = json!({"schema": "hyper4/stf/1", "tests": tests});
    deliver(options, "stf.json", &found, || Ok(text(&results)))?;
    let status = results.iter().map(|r| status(&r.outcome)).fold(ExitStatus::AsWished, ExitStatus::and);
    Ok(status.allowing_unsupported(options.allow_unsupported))
}

fn pairs(args: &StfArgs) -> std::result::Result<Vec<(PathBuf, PathBuf)>, Failure> {
    if let (Some(test), Some(program)) = (&args.test, &args.program) {
        return Ok(vec![(test.clone(), program.clone())]);
    }
    let Some(batch) = &args.batch else {
        return Err(Failure::input("there is neither a test nor a --batch"));
    };
    listed(batch)
}

/// The tests and programs that a list names: a line `TEST.stf PROGRAM` each; `-` is standard input.
pub(crate) fn listed(batch: &Path) -> std::result::Result<Vec<(PathBuf, PathBuf)>, Failure> {
    let list = if batch.as_os_str() == "-" {
        let mut list = String::new();
        std::io::stdin()
            .read_to_string(&mut list)
            .map_err(|e| Failure::input(format!("can't read standard input: {e}")))?;
        list
    } else {
        read(batch)?
    };
    let pair = |(index, line): (usize, &str)| {
        let (test, program) = line.trim().split_once(char::is_whitespace).ok_or_else(|| {
            Failure::input(format!("`{}`: line {}: write TEST.stf PROGRAM", batch.display(), index + 1))
        })?;
        Ok((PathBuf::from(test), PathBuf::from(program.trim())))
    };
    list.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).map(pair).collect()
}

/// A test in a thread of its own: one that never ends or that brings its thread down doesn't take the others along.
fn with_limit(shared: &Arc<Shared>, test: &Path, program: &Path, limit: Duration) -> Outcome {
    let (sender, receiver) = channel();
    let (context, test, program) = (Arc::clone(shared), test.to_owned(), program.to_owned());
    let spawned = std::thread::Builder::new().spawn(move || {
        // Nobody listens any more when the time was up.
        let _ = sender.send(one(&context, &test, &program));
    });
    if let Err(error) = spawned {
        return Outcome::Tool(Stage::Run, format!("can't start a thread: {error}"));
    }
    match receiver.recv_timeout(limit) {
        Ok(outcome) => outcome,
        Err(RecvTimeoutError::Timeout) => {
            Outcome::Tool(Stage::Run, format!("it didn't end within {} s", limit.as_secs()))
        }
        Err(RecvTimeoutError::Disconnected) => Outcome::Tool(Stage::Run, "it crashed".to_owned()),
    }
}

fn one(shared: &Shared, test: &Path, program: &Path) -> Outcome {
    let text = match read(test) {
        Ok(text) => text,
        Err(failure) => return failed(Stage::Test, failure),
    };
    let parsed = match hyper4_stf::parse(&text) {
        Ok(parsed) => parsed,
        Err(errors) => {
            let all: Vec<String> = errors.iter().map(|e| format!("{}: {e}", test.display())).collect();
            return Outcome::Input(Stage::Test, all.join("\n"));
        }
    };
    let loaded = match load_program(&shared.options, program) {
        Ok(loaded) => loaded,
        Err(failure) => return failed(Stage::Program, failure),
    };
    let Some(persona) = &shared.persona else {
        return match shared.switches.make() {
            Ok(mut switch) => on(switch.as_mut(), &loaded, &parsed),
            Err(error) => refused(Stage::Load, &error),
        };
    };
    let mut switch = shared.take_idle().unwrap_or_else(|| sides::virtual_switch(&shared.switches, persona));
    let outcome = on(&mut switch, &loaded, &parsed);
    if matches!(outcome, Outcome::Run(_) | Outcome::Unsupported(_)) {
        shared.put_back(switch);
    }
    outcome
}

/// Carry out a test on that switch.
fn on(switch: &mut dyn Switch, program: &Arc<Program>, test: &Test) -> Outcome {
    if let Err(error) = switch.load(Arc::clone(program)) {
        return refused(Stage::Load, &error);
    }
    match hyper4_stf::run(switch, program, test) {
        Ok(report) => Outcome::Run(report),
        Err(error) if error.is_unsupported() => Outcome::Unsupported(error.to_string()),
        Err(StfError::Switch { error: SwitchError::Failed(reason), line }) => {
            Outcome::Tool(Stage::Run, format!("line {line}: {reason}"))
        }
        Err(error) => Outcome::Input(Stage::Run, error.to_string()),
    }
}

fn failed(stage: Stage, failure: Failure) -> Outcome {
    match failure {
        Failure::Input(message) => Outcome::Input(stage, message),
        Failure::Program(diagnostics) => Outcome::Input(stage, diagnostics.render().trim_end().to_owned()),
        Failure::Tool(message) => Outcome::Tool(stage, message),
    }
}

fn refused(stage: Stage, error: &SwitchError) -> Outcome {
    match error {
        SwitchError::Unsupported { construct, reason, source_info } => {
            let place =
                source_info.as_ref().map(|s| format!("{}:{}: ", s.filename, s.line)).unwrap_or_default();
            Outcome::Unsupported(format!("{place}{construct}: {reason}"))
        }
        error => Outcome::Tool(stage, error.to_string()),
    }
}

fn name(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Run(report) if report.failures.is_empty() => "pass",
        Outcome::Run(_) => "fail",
        Outcome::Unsupported(_) => "unsupported",
        Outcome::Input(..) | Outcome::Tool(..) => "error",
    }
}

fn status(outcome: &Outcome) -> ExitStatus {
    match outcome {
        Outcome::Run(report) if report.failures.is_empty() => ExitStatus::AsWished,
        Outcome::Run(_) => ExitStatus::Found,
        Outcome::Unsupported(_) => ExitStatus::Unsupported,
        Outcome::Input(..) => ExitStatus::BadInput,
        Outcome::Tool(..) => ExitStatus::ToolFailed,
    }
}

/// A test in the JSON document:
/// `{"test", "program", "status": "pass|fail|unsupported|error", "packets", "outputs", "checks", "failures": [{"line",
/// "kind": "different|missing|unexpected|counter", "message"}], "stage": null|"test"|"program"|"load"|"run", "reason"}`;
/// counts are null and failures empty when it wasn't carried out, stage and reason null when it was.
fn document(result: &Result) -> Value {
    let (stage, reason) = match &result.outcome {
        Outcome::Run(_) => (None, None),
        Outcome::Unsupported(reason) => (None, Some(reason)),
        Outcome::Input(stage, reason) | Outcome::Tool(stage, reason) => (Some(stage.name()), Some(reason)),
    };
    let report = match &result.outcome {
        Outcome::Run(report) => Some(report),
        _ => None,
    };
    let failures: Vec<Value> = report
        .iter()
        .flat_map(|r| &r.failures)
        .map(|f| json!({"line": f.line, "kind": f.kind.name(), "message": f.message}))
        .collect();
    json!({
        "test": result.test.display().to_string(),
        "program": result.program.display().to_string(),
        "status": name(&result.outcome),
        "packets": report.map(|r| r.packets),
        "outputs": report.map(|r| r.outputs.len()),
        "checks": report.map(|r| r.checks),
        "failures": failures,
        "stage": stage,
        "reason": reason,
    })
}

/// For people: a line a test, what went wrong below it, and how many there were of each.
fn text(results: &[Result]) -> String {
    let mut text = String::new();
    for result in results {
        text.push_str(&format!("{:<11} {}\n", name(&result.outcome), result.test.display()));
        let below: Vec<String> = match &result.outcome {
            Outcome::Run(report) => report.failures.iter().map(ToString::to_string).collect(),
            Outcome::Unsupported(reason) | Outcome::Input(_, reason) | Outcome::Tool(_, reason) => {
                vec![reason.clone()]
            }
        };
        for line in below.iter().flat_map(|b| b.lines()) {
            text.push_str(&format!("  {line}\n"));
        }
    }
    if results.len() > 1 {
        let count = |wanted: &str| results.iter().filter(|r| name(&r.outcome) == wanted).count();
        let each: Vec<String> = ["pass", "fail", "unsupported", "error"]
            .into_iter()
            .map(|status| format!("{} {status}", count(status)))
            .collect();
        text.push_str(&format!("{} tests: {}\n", results.len(), each.join(", ")));
    }
    text
}
