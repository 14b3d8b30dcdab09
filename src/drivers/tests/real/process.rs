//! The process behind the switch: that it starts, ends, and is missed.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command as Process;
use std::time::{Duration, Instant};

use hyper4_drivers::{SimpleSwitch, SimpleSwitchOptions};
use hyper4_ir::Reply;
use hyper4_switch::{Switch, SwitchError, Tracing};
use tempfile::TempDir;

use crate::lives::{self, commands, frame};
use crate::oracle;

/// A shell script in place of simple_switch.
fn script(folder: &TempDir, text: &str) -> PathBuf {
    let path = folder.path().join("script");
    std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// A script that notes its process and folder before it becomes the real switch.
fn noting(folder: &TempDir, real: &Path) -> PathBuf {
    let notes = folder.path().display();
    let real = real.display();
    script(folder, &format!("echo $$ > {notes}/pid; pwd > {notes}/pwd; exec {real} \"$@\""))
}

fn note(folder: &TempDir, name: &str) -> String {
    std::fs::read_to_string(folder.path().join(name)).unwrap().trim().to_owned()
}

fn runs(pid: &str) -> bool {
    // Signal 0 asks whether there is such a process.
    Process::new("kill").args(["-0", pid]).output().unwrap().status.success()
}

/// Whether none of its threads runs any more.
fn stopped(pid: &str) -> bool {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    threads.map(|thread| std::fs::read_to_string(thread.unwrap().path().join("stat")).unwrap()).all(|stat| {
        let (_, state) = stat.rsplit_once(") ").unwrap();
        state.starts_with('T')
    })
}

fn load(path: PathBuf, patience: Duration) -> Result<SimpleSwitch, SwitchError> {
    let mut switch = SimpleSwitch::new(SimpleSwitchOptions { program_path: Some(path), patience }).unwrap();
    switch.load_json(lives::program(), lives::JSON).map(|()| switch)
}

const PATIENCE: Duration = Duration::from_secs(10);

#[test]
fn dropping_it_ends_the_process_and_removes_its_files() {
    let Some(real) = oracle::simple_switch() else { return };
    let notes = tempfile::tempdir().unwrap();
    let switch = load(noting(&notes, &real), PATIENCE).unwrap();
    let (pid, folder) = (note(&notes, "pid"), note(&notes, "pwd"));
    assert!(runs(&pid) && Path::new(&folder).is_dir());
    drop(switch);
    assert!(!runs(&pid), "process {pid} is left");
    assert!(!Path::new(&folder).exists(), "{folder} is left");
}

#[test]
fn loading_again_ends_the_process_before() {
    let Some(real) = oracle::simple_switch() else { return };
    let notes = tempfile::tempdir().unwrap();
    let mut switch = load(noting(&notes, &real), PATIENCE).unwrap();
    let first = note(&notes, "pid");
    switch.load(lives::program()).unwrap();
    assert!(!runs(&first) && runs(&note(&notes, "pid")));
}

#[test]
fn the_death_of_the_process_is_told_by_every_call() {
    let Some(real) = oracle::simple_switch() else { return };
    let add = &commands("table_add LivesIngress.host forward 00:00:00:00:00:01 => 1")[0];
    let packet = [frame(1, 0, 0, b"")];
    for packets_first in [true, false] {
        let notes = tempfile::tempdir().unwrap();
        let mut switch = load(noting(&notes, &real), PATIENCE).unwrap();
        assert_eq!(switch.control(add), Ok(Reply::Handle(0)));
        assert_eq!(switch.inject(&packet, Tracing::Off).unwrap().outputs.len(), 1);
        Process::new("kill").args(["-9", &note(&notes, "pid")]).status().unwrap();
        for inject in [packets_first, true, false] {
            let error = if inject {
                switch.inject(&packet, Tracing::Off).unwrap_err()
            } else {
                switch.control(add).unwrap_err()
            };
            let SwitchError::Failed(reason) = &error else { panic!("{error:?}") };
            assert!(reason.contains("simple_switch ended with signal: 9"), "{reason}");
        }
        // Loading makes it good.
        switch.load(lives::program()).unwrap();
        assert_eq!(switch.control(add), Ok(Reply::Handle(0)));
    }
}

#[test]
fn a_switch_that_falls_silent_is_given_up() {
    let Some(real) = oracle::simple_switch() else { return };
    let notes = tempfile::tempdir().unwrap();
    let patience = Duration::from_secs(2);
    let mut switch = load(noting(&notes, &real), patience).unwrap();
    let pid = note(&notes, "pid");
    Process::new("kill").args(["-STOP", &pid]).status().unwrap();
    while !stopped(&pid) {}
    let begin = Instant::now();
    let error = switch.inject(&[frame(1, 0, 0, b"")], Tracing::On).unwrap_err();
    assert!(matches!(error, SwitchError::Failed(_)), "{error:?}");
    // How much longer than its patience it takes is for the machine to say, which has other things to do.
    assert!(begin.elapsed() >= patience && begin.elapsed() < 10 * patience, "{:?}: {error}", begin.elapsed());
    drop(switch);
    assert!(!runs(&pid), "process {pid} is left");
}

#[test]
fn what_is_no_simple_switch_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |text: &str| load(script(&folder, text), Duration::from_millis(500)).err().unwrap();
    let error = refused("echo out of cheese; echo and wine >&2; exit 3");
    let SwitchError::Unsupported { construct, reason, .. } = &error else { panic!("{error:?}") };
    assert_eq!(construct, "program `lives.p4`");
    assert_eq!(reason, "simple_switch ended with exit status: 3: out of cheese\nand wine");
    let error = refused("exec sleep 60");
    assert_eq!(error, SwitchError::Failed("it doesn't get ready".to_owned()));
    let error =
        refused("echo '[00:00:00.000] [bmv2] [I] [thread 1] Thrift server was started'; exec sleep 60");
    assert!(error.to_string().contains("Thrift server doesn't answer"), "{error}");
}

#[test]
fn a_file_that_cannot_be_run_is_named() {
    let error = load(PathBuf::from("/nowhere/simple_switch"), PATIENCE).err().unwrap();
    assert!(error.to_string().contains("`/nowhere/simple_switch` can't be run"), "{error}");
}

#[test]
fn many_switches_run_side_by_side() {
    let Some(real) = oracle::simple_switch() else { return };
    let mut switches: Vec<SimpleSwitch> = (0..8).map(|_| load(real.clone(), PATIENCE).unwrap()).collect();
    for (port, switch) in switches.iter_mut().enumerate() {
        let line = format!("table_add LivesIngress.host forward 00:00:00:00:00:01 => {port}");
        assert_eq!(switch.control(&commands(&line)[0]), Ok(Reply::Handle(0)));
    }
    for (port, switch) in switches.iter_mut().enumerate() {
        let batch = switch.inject(&[frame(1, 0, 0, b"")], Tracing::Off).unwrap();
        assert_eq!(usize::from(batch.outputs[0].port), port);
    }
}

#[test]
fn whether_it_was_built_to_log_is_told_by_what_it_says_first() {
    let folder = tempfile::tempdir().unwrap();
    let absent = r#"for last; do :; done; echo "JSON input file $last cannot be opened"; exit 1"#;
    let quiet = "echo 'You disabled logging macros when building this binary' >&2";
    let said = |text: &str| hyper4_drivers::logs(&script(&folder, text));
    assert_eq!(said(absent), Some(true));
    assert_eq!(said(&format!("{quiet}\n{absent}")), Some(false));
    assert_eq!(said("echo what?"), None);
    assert_eq!(hyper4_drivers::logs(Path::new("/no/such/switch")), None);
    let Some(real) = oracle::simple_switch() else { return };
    assert!(hyper4_drivers::logs(&real).is_some(), "a real one can be told");
}
