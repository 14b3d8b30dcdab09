//! `hyper4 verify --watch`, as somebody uses it: files are changed while it runs.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

type Error = Box<dyn std::error::Error>;

/// Longer nobody has to wait for a line; machines that test are busy.
const PATIENCE: Duration = Duration::from_secs(120);

struct Watching {
    child: Child,
    lines: Receiver<String>,
}

impl Watching {
    fn begin(folder: &Path, arguments: &[&str]) -> Result<Self, Error> {
        let mut child = Command::new(env!("CARGO_BIN_EXE_hyper4"))
            .current_dir(folder)
            .args(["verify", "wire", "--watch", "--packets", "100", "--covering", "false"])
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let said = BufReader::new(child.stderr.take().ok_or("it says nothing")?);
        let (sender, lines) = channel();
        std::thread::spawn(move || said.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Ok(Self { child, lines })
    }

    /// What it says up to where it waits for changes.
    fn until_it_waits(&self) -> Result<Vec<String>, Error> {
        let mut said = Vec::new();
        loop {
            let line = self.lines.recv_timeout(PATIENCE).map_err(|e| format!("{e} after {said:?}"))?;
            let waits = line.starts_with("watching ");
            said.push(line);
            if waits {
                return Ok(said);
            }
        }
    }

    /// Ctrl-C, and with which status it ends.
    fn interrupt(mut self) -> Result<Option<i32>, Error> {
        let status = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status()?;
        assert!(status.success());
        Ok(self.child.wait()?.code())
    }
}

fn said(lines: &[String], wanted: &str) {
    assert!(lines.iter().any(|line| line.contains(wanted)), "nothing says `{wanted}`: {lines:?}");
}

/// A folder with a subject `wire`; the program that it has at first, and one that the persona doesn't carry.
fn subject() -> Result<(tempfile::TempDir, String, String), Error> {
    let book = Path::new(env!("CARGO_MANIFEST_DIR")).join("../book/src/first-guest.md");
    let book = std::fs::read_to_string(book)?;
    let block = |info: &str| -> Result<String, Error> {
        let (_, rest) = book.split_once(info).ok_or("the book has no such block")?;
        let (text, _) = rest.split_once("```").ok_or("the block has no end")?;
        Ok(text.trim_start().to_owned())
    };
    let folder = tempfile::tempdir()?;
    let program = block("```p4,file=wire/prog.p4\n")?;
    std::fs::create_dir(folder.path().join("wire"))?;
    std::fs::write(folder.path().join("wire/prog.p4"), &program)?;
    std::fs::write(folder.path().join("wire/commands.txt"), block("```text,file=wire/commands.txt\n")?)?;
    let refused =
        program.replacen("action pass() {}", "action pass() { assert(hdr.ethernet.isValid()); }", 1);
    assert_ne!(refused, program);
    Ok((folder, program, refused))
}

#[test]
fn what_becomes_better_or_worse_is_said() -> Result<(), Error> {
    let (folder, program, refused) = subject()?;
    let file = folder.path().join("wire/prog.p4");
    let watching = Watching::begin(folder.path(), &[])?;
    said(&watching.until_it_waits()?, "watching wire; Ctrl-C ends");

    std::fs::write(&file, refused)?;
    let lines = watching.until_it_waits()?;
    said(&lines, "changed: wire/prog.p4");
    said(&lines, "worse: wire was equal, is unsupported");

    // As editors do it: a new file in the old one's place. A program that is half written is no reason to stop.
    let new = folder.path().join("wire/.prog.p4.swp");
    std::fs::write(&new, &program[..program.len() / 2])?;
    std::fs::rename(&new, &file)?;
    said(&watching.until_it_waits()?, "prog.p4:");

    std::fs::write(&file, &program)?;
    said(&watching.until_it_waits()?, "better: wire was unsupported, is equal");
    assert_eq!(watching.interrupt()?, Some(0));
    Ok(())
}

#[test]
fn a_changed_persona_is_seen_and_the_last_result_is_the_status() -> Result<(), Error> {
    let (folder, _, _) = subject()?;
    let file = folder.path().join("persona.p4");
    let generated = Command::new(env!("CARGO_BIN_EXE_hyper4"))
        .args(["persona", "generate", "-q", "-o"])
        .arg(&file)
        .status()?;
    assert!(generated.success());
    let watching = Watching::begin(folder.path(), &["--persona", "persona.p4"])?;
    watching.until_it_waits()?;
    let persona = std::fs::read_to_string(&file)?;
    let right = "standard_metadata.egress_spec = meta.state[17:9];";
    let broken = persona.replace(right, "standard_metadata.egress_spec = meta.state[17:9] ^ 9w1;");
    assert_ne!(broken, persona);
    std::fs::write(&file, broken)?;
    let lines = watching.until_it_waits()?;
    said(&lines, "changed: persona.p4");
    said(&lines, "worse: wire was equal, is diverged");
    assert_eq!(watching.interrupt()?, Some(1));
    Ok(())
}
