//! Carrying out a test.

use std::sync::Arc;

use hyper4_ir::{Command, CounterArray, CounterCommand, Output, Packet, Program, Reply};
use hyper4_switch::{Switch, SwitchError, Tracing};

use crate::judge::judge;
use crate::resolve::{find, resolve, resolve_default};
use crate::stimulus::command;
use crate::{CountKind, CounterIndex, Failure, FailureKind, Line, Statement, StfError, Test};

/// What came of a test that was carried out to its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Packets that went in.
    pub packets: usize,
    /// Packets that came out, whether looked at or not.
    pub outputs: Vec<Output>,
    /// Statements that said what is to come out or to be counted.
    pub checks: usize,
    /// Those that don't hold, and packets that nothing expects.
    pub failures: Vec<Failure>,
}

/// Carry out a test on a switch that runs `program` already.
///
/// # Errors
/// [`StfError`] when the test doesn't fit the program or the switch can't carry it out.
pub fn run(switch: &mut dyn Switch, program: &Arc<Program>, test: &Test) -> Result<Report, StfError> {
    let mut runner =
        Runner { switch, program, entries: Vec::new(), waiting: Vec::new(), report: Report::default() };
    for line in &test.lines {
        runner.statement(line)?;
    }
    runner.send()?;
    let mut report = runner.report;
    let said = |line: &&Line| {
        matches!(
            line.statement,
            Statement::Expect { .. } | Statement::NoPacket | Statement::CheckCounter { .. }
        )
    };
    report.checks = test.lines.iter().filter(said).count();
    report.failures.extend(judge(test, &report.outputs));
    Ok(report)
}

/// An entry that the test added.
struct Added {
    name: Option<String>,
    table: String,
    handle: u64,
}

struct Runner<'a> {
    switch: &'a mut dyn Switch,
    program: &'a Arc<Program>,
    entries: Vec<Added>,
    /// Packets that go in together, and the first one's line.
    waiting: Vec<(usize, Packet)>,
    report: Report,
}

impl Runner<'_> {
    fn statement(&mut self, line: &Line) -> Result<(), StfError> {
        let number = line.number;
        let wrong = |reason: String| StfError::Statement { line: number, reason };
        match &line.statement {
            Statement::Packet { port, bytes } => {
                self.waiting.push((number, Packet { port: *port, bytes: bytes.clone() }));
                return Ok(());
            }
            Statement::Expect { .. } | Statement::NoPacket => return Ok(()),
            _ => self.send()?,
        }
        match &line.statement {
            Statement::Add { table, priority, key, action, name } => {
                let resolved = resolve(self.program, table, *priority, key, action).map_err(wrong)?;
                let known = |added: &Added| added.name.is_some() && added.name == *name;
                if self.entries.iter().any(known) {
                    let name = name.as_deref().unwrap_or_default();
                    return Err(wrong(format!("there is an entry called `{name}` already")));
                }
                match self.command(number, &resolved.command)? {
                    Some(Reply::Handle(handle)) => {
                        self.entries.push(Added { name: name.clone(), table: resolved.table, handle });
                        Ok(())
                    }
                    other => Err(wrong(format!("the switch answered {other:?} to an entry"))),
                }
            }
            Statement::SetDefault { table, action } => {
                let resolved = resolve_default(self.program, table, action).map_err(wrong)?;
                self.command(number, &resolved.command).map(|_| ())
            }
            Statement::Remove { name } => self.remove(number, name.as_deref()),
            Statement::Command { text } => self.command(number, text).map(|_| ()),
            Statement::CheckCounter { .. } => self.check_counter(line),
            Statement::Packet { .. } | Statement::Expect { .. } | Statement::NoPacket | Statement::Wait => {
                Ok(())
            }
        }
    }

    fn send(&mut self) -> Result<(), StfError> {
        let Some(line) = self.waiting.first().map(|(line, _)| *line) else { return Ok(()) };
        let packets: Vec<Packet> = std::mem::take(&mut self.waiting).into_iter().map(|(_, p)| p).collect();
        self.report.packets += packets.len();
        let batch =
            self.switch.inject(&packets, Tracing::Off).map_err(|error| StfError::Switch { line, error })?;
        self.report.outputs.extend(batch.outputs);
        Ok(())
    }

    fn command(&mut self, line: usize, text: &str) -> Result<Option<Reply>, StfError> {
        let command = command(self.program, text, line)?;
        command.map(|command| self.control(line, &command)).transpose()
    }

    fn control(&mut self, line: usize, command: &Command) -> Result<Reply, StfError> {
        self.switch.control(command).map_err(|error| match error {
            SwitchError::Control(error) => StfError::Statement { line, reason: error.to_string() },
            error => StfError::Switch { line, error },
        })
    }

    fn remove(&mut self, line: usize, name: Option<&str>) -> Result<(), StfError> {
        let (gone, kept): (Vec<Added>, Vec<Added>) = std::mem::take(&mut self.entries)
            .into_iter()
            .partition(|added| name.is_none() || added.name.as_deref() == name);
        self.entries = kept;
        if let (Some(name), true) = (name, gone.is_empty()) {
            let reason = format!("no entry that was added is called `{name}`");
            return Err(StfError::Statement { line, reason });
        }
        for added in gone {
            self.control(line, &Command::TableDelete { table: added.table, handle: added.handle })?;
        }
        Ok(())
    }

    fn check_counter(&mut self, line: &Line) -> Result<(), StfError> {
        let Statement::CheckCounter { counter, index, check } = &line.statement else { return Ok(()) };
        let wrong = |reason: String| StfError::Statement { line: line.number, reason };
        let names = self.program.counters.iter().map(|c| c.name.as_str());
        let found = find("counter", names, counter).map_err(wrong)?;
        let found =
            self.program.counters.get(found).ok_or_else(|| wrong("no counter is there".to_owned()))?;
        let index = match index {
            CounterIndex::Number(index) => *index,
            CounterIndex::Entry(name) => self.counted_entry(found, name).map_err(wrong)?,
        };
        let read = Command::Counter { counter: found.name.clone(), command: CounterCommand::Read { index } };
        let count = match self.control(line.number, &read)? {
            Reply::Counter(count) => count,
            other => return Err(wrong(format!("the switch answered {other:?} to a counter"))),
        };
        let Some((kind, comparison, number)) = check else { return Ok(()) };
        let counted = match kind {
            CountKind::Packets => count.packets,
            CountKind::Bytes => count.bytes,
        };
        if !comparison.holds(counted, *number) {
            let message = format!(
                "counter `{}`: {} {} {number} is wanted, there are {counted}",
                found.name,
                kind.name(),
                comparison.sign()
            );
            self.report.failures.push(Failure {
                line: Some(line.number),
                kind: FailureKind::Counter,
                message,
            });
        }
        Ok(())
    }

    /// The index of an entry's own counter.
    fn counted_entry(&self, counter: &CounterArray, name: &str) -> Result<u64, String> {
        let added = self.entries.iter().find(|added| added.name.as_deref() == Some(name));
        let added = added.ok_or_else(|| format!("no entry that was added is called `{name}`"))?;
        let table = counter.direct.and_then(|id| self.program.tables.get(id.index()));
        match table {
            Some(table) if table.name == added.table => Ok(added.handle),
            Some(table) => Err(format!(
                "counter `{}` counts entries of table `{}`, but `{name}` is one of `{}`",
                counter.name, table.name, added.table
            )),
            None => Err(format!("counter `{}` doesn't count entries: give an index", counter.name)),
        }
    }
}
