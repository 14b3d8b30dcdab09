//! `hyper4 compile`

use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::Instant;

use hyper4_ir::Program;
use hyper4_p4::{Diagnostics, Severity, typed};
use hyper4_report::ExitStatus;
use serde_json::{Value, json};

use crate::args::{CompileArgs, Emit, FrontendKind, Options, Plain};
use crate::failure::{Failure, show_diagnostics};
use crate::frontend;
use crate::output::{print, write_bytes, write_text};

/// Compile P4_16 programs.
pub(crate) fn compile(options: &Options, args: &CompileArgs) -> Result<ExitStatus, Failure> {
    check(options, args)?;
    let many = args.programs.len() > 1;
    let tell = options.plain() == Plain::Json;
    let mut status = ExitStatus::AsWished;
    let mut reports = Vec::new();
    let mut compiled = 0;
    for path in &args.programs {
        let started = Instant::now();
        let unit = Unit { options, args, path, many };
        let outcome = catch_unwind(AssertUnwindSafe(|| unit.compile()))
            .unwrap_or_else(|_| Err(Failure::tool(format!("the compiler failed on `{}`", path.display()))));
        let (word, diagnostics) = match outcome {
            Ok(diagnostics) => {
                compiled += 1;
                ("compiled", diagnostics)
            }
            Err(Failure::Program(diagnostics)) => {
                status = worse(status, ExitStatus::BadInput);
                ("refused", *diagnostics)
            }
            Err(failure) if !many && !tell => return Err(failure),
            Err(failure) => {
                let own = matches!(failure, Failure::Tool(_));
                status = worse(status, if own { ExitStatus::ToolFailed } else { ExitStatus::BadInput });
                let found = Diagnostics {
                    list: vec![hyper4_p4::Diagnostic::global(failure.message())],
                    ..Diagnostics::default()
                };
                (if own { "failed" } else { "refused" }, found)
            }
        };
        if tell {
            reports.push(report(path, word, &diagnostics, started));
        } else if diagnostics.has_errors() || !diagnostics.list.is_empty() && !options.quiet {
            show_diagnostics(options, &diagnostics);
        }
    }
    if tell {
        let document = json!({ "schema": "hyper4/compile/1", "programs": reports });
        print(&format!("{document}\n"))?;
    } else if many && !options.quiet {
        let refused = args.programs.len() - compiled;
        eprintln!("{compiled} programs compiled, {refused} refused");
    }
    Ok(status)
}

fn worse(a: ExitStatus, b: ExitStatus) -> ExitStatus {
    ExitStatus::PRECEDENCE.into_iter().find(|status| *status == a || *status == b).unwrap_or(a)
}

/// What can't be asked for.
fn check(options: &Options, args: &CompileArgs) -> Result<(), Failure> {
    let many = args.programs.len() > 1;
    for program in &args.programs {
        let is_p4 = program.extension().is_some_and(|extension| extension == "p4");
        if !is_p4 && program.as_os_str() != "-" {
            return Err(Failure::input(format!("`{}` is not a .p4 file", program.display())));
        }
    }
    let to_standard = |path: &Option<PathBuf>| path.as_ref().is_some_and(|path| path.as_os_str() == "-");
    let writes = args.output.is_none() && args.emit.is_some() || to_standard(&args.output);
    if options.plain() == Plain::Json && (writes || to_standard(&args.p4info)) {
        return Err(Failure::input(
            "--format json writes to standard output itself: name a file with --output",
        ));
    }
    if writes && to_standard(&args.p4info) {
        return Err(Failure::input("both --output and --p4info are standard output: name a file for one"));
    }
    if many {
        for folder in [&args.output, &args.p4info].into_iter().flatten() {
            if folder.as_os_str() != "-" && !folder.is_dir() {
                let reason = "several programs are written to a folder, and it is none";
                return Err(Failure::input(format!("`{}`: {reason}", folder.display())));
            }
        }
    }
    let own = args.p4info.is_none() && matches!(args.emit, None | Some(Emit::Json | Emit::Ir));
    if options.frontend == FrontendKind::P4c && !own {
        return Err(Failure::input("p4c's front end gives bmv2 JSON alone: leave out --frontend p4c"));
    }
    Ok(())
}

/// One program.
struct Unit<'a> {
    options: &'a Options,
    args: &'a CompileArgs,
    path: &'a Path,
    many: bool,
}

impl Unit<'_> {
    /// Everything is made before anything is written. Gives the warnings.
    fn compile(&self) -> Result<Diagnostics, Failure> {
        let mut outputs: Vec<(PathBuf, Vec<u8>)> = Vec::new();
        let wanted = self.args.emit.unwrap_or(Emit::Json);
        if self.options.frontend == FrontendKind::P4c {
            let program = frontend::with_p4c(self.options, self.path)?;
            if let Some(output) = self.destination(self.args.output.as_deref(), wanted.extension()) {
                outputs.push((output, lowered(wanted, &program)?));
            }
            self.write(outputs)?;
            return Ok(Diagnostics::default());
        }
        let (name, text) = self.read()?;
        let p4 = frontend::p4_options(self.options);
        if matches!(wanted, Emit::Ast | Emit::P4) {
            let (tree, diagnostics) = hyper4_p4::parse_source(&name, &text, &p4);
            if diagnostics.has_errors() {
                return Err(Failure::Program(Box::new(diagnostics)));
            }
            let text = match wanted {
                Emit::P4 => hyper4_p4::print::print(&tree),
                _ => format!("{tree:#?}\n"),
            };
            if let Some(output) = self.destination(self.args.output.as_deref(), wanted.extension()) {
                outputs.push((output, text.into_bytes()));
            }
            if self.args.p4info.is_none() {
                self.write(outputs)?;
                return Ok(diagnostics);
            }
        }
        let (tree, mut diagnostics) = hyper4_p4::compile_source(&name, &text, &p4);
        let Some(tree) = tree else { return Err(Failure::Program(Box::new(diagnostics))) };
        // What P4Info tells of is only worth telling of a program that runs.
        let program = match hyper4_lower::lower(&tree) {
            Ok(program) => program,
            Err(refused) => return Err(Failure::Program(Box::new(refused))),
        };
        if matches!(wanted, Emit::Json | Emit::Ir | Emit::P4info)
            && let Some(output) = self.destination(self.args.output.as_deref(), wanted.extension())
        {
            let bytes = match wanted {
                Emit::P4info => p4info(&tree, &output),
                wanted => lowered(wanted, &program)?,
            };
            outputs.push((output, bytes));
        }
        if let Some(path) = &self.args.p4info
            && let Some(output) = self.destination(Some(path), Emit::P4info.extension())
        {
            let bytes = p4info(&tree, &output);
            outputs.push((output, bytes));
        }
        self.write(outputs)?;
        diagnostics.list.retain(|diagnostic| diagnostic.severity == Severity::Warning);
        Ok(diagnostics)
    }

    fn read(&self) -> Result<(String, String), Failure> {
        if self.path.as_os_str() != "-" {
            let bytes = std::fs::read(self.path);
            let bytes =
                bytes.map_err(|e| Failure::input(format!("can't read `{}`: {e}", self.path.display())))?;
            let text = String::from_utf8(bytes)
                .map_err(|_| Failure::input(format!("`{}` is not UTF-8 text", self.path.display())))?;
            return Ok((self.path.to_string_lossy().into_owned(), text));
        }
        let mut text = String::new();
        std::io::stdin()
            .read_to_string(&mut text)
            .map_err(|e| Failure::input(format!("can't read standard input: {e}")))?;
        Ok(("<stdin>".to_owned(), text))
    }

    /// Where something goes: of several programs into a folder.
    fn destination(&self, path: Option<&Path>, extension: &str) -> Option<PathBuf> {
        match path {
            Some(folder) if self.many && folder.as_os_str() != "-" => {
                let stem = self.path.file_stem().map_or("stdin".into(), |stem| stem.to_string_lossy());
                Some(folder.join(format!("{stem}.{extension}")))
            }
            Some(path) => Some(path.to_owned()),
            None => self.args.emit.map(|_| PathBuf::from("-")),
        }
    }

    fn write(&self, outputs: Vec<(PathBuf, Vec<u8>)>) -> Result<(), Failure> {
        for (path, bytes) in outputs {
            match String::from_utf8(bytes) {
                Ok(text) => write_text(self.options, &path, &text)?,
                Err(bytes) => write_bytes(self.options, &path, bytes.as_bytes())?,
            }
        }
        Ok(())
    }
}

fn lowered(wanted: Emit, program: &Program) -> Result<Vec<u8>, Failure> {
    if wanted == Emit::Ir {
        return Ok(format!("{program:#?}\n").into_bytes());
    }
    let json = serde_json::to_string_pretty(&program.to_json()).map_err(|e| Failure::tool(e.to_string()))?;
    Ok(format!("{json}\n").into_bytes())
}

/// In the format that the file's name asks for.
fn p4info(tree: &typed::Program, path: &Path) -> Vec<u8> {
    let info = hyper4_p4info::p4info(tree);
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("bin" | "pb") => info.to_bytes(),
        _ => hyper4_p4info::text(&info).into_bytes(),
    }
}

fn report(path: &Path, status: &str, diagnostics: &Diagnostics, started: Instant) -> Value {
    let describe = |diagnostic: &hyper4_p4::Diagnostic| {
        let position = diagnostics.position(diagnostic);
        json!({
            "severity": if diagnostic.severity == Severity::Error { "error" } else { "warning" },
            "file": position.as_ref().map(|position| position.file.to_string()),
            "line": position.as_ref().map(|position| position.line),
            "column": position.as_ref().map(|position| position.column),
            "message": diagnostic.message,
            "help": diagnostic.help,
        })
    };
    let list: Vec<Value> = diagnostics.list.iter().map(describe).collect();
    json!({
        "program": path.to_string_lossy(),
        "status": status,
        "seconds": started.elapsed().as_secs_f64(),
        "diagnostics": list,
    })
}
