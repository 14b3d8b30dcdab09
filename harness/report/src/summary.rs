//! A report as text for people.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use crate::baseline::short;
use crate::markdown::cell;
use crate::table::{self, Cell, Column, paint};
use crate::wrap::wrap;
use crate::{CheckStatus, Comparison, Report, TermWriter};

/// Subjects whose row is shown though all is as wished.
const ROWS: usize = 40;
/// Troubles that are shown.
const TROUBLES: usize = 20;

fn style_of(status: CheckStatus) -> Style {
    let colour = match status {
        CheckStatus::Passed => AnsiColor::Green,
        CheckStatus::Unsupported | CheckStatus::Unknown => AnsiColor::Yellow,
        CheckStatus::Error => AnsiColor::Magenta,
        CheckStatus::Failed => AnsiColor::Red,
    };
    Style::new().bold().fg_color(Some(colour.into()))
}

impl TermWriter {
    /// Write a report that joins what several commands found, and what became of an earlier one.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write_report(
        &self,
        report: &Report,
        comparison: Option<&Comparison>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let width = self.width.max(40);
        self.matrix(report, width, out)?;
        let paragraph = |text: &str, style: Style, out: &mut dyn Write| -> io::Result<()> {
            wrap(text, width).iter().try_for_each(|line| writeln!(out, "{}", paint(line, style, self.colour)))
        };
        if report.beside().next().is_some() {
            writeln!(out)?;
        }
        for result in report.beside() {
            let line = format!("{}: {}: {}", result.subject, result.status.word(), result.extent);
            paragraph(&line, style_of(result.status), out)?;
        }
        let troubles = report.troubles();
        for result in troubles.iter().take(TROUBLES) {
            writeln!(out)?;
            let head = format!("{} {}: {}", result.subject, result.check.name(), result.status.word());
            paragraph(&head, style_of(result.status), out)?;
            let location = result.location.as_ref().map(|at| match at.line {
                Some(line) => format!("{}:{line}", at.file),
                None => at.file.clone(),
            });
            let lines = [("at", &location), ("because", &result.message), ("replay", &result.replay)];
            for (label, text) in lines {
                let Some(text) = text else { continue };
                for (number, line) in wrap(text, width - 10).iter().enumerate() {
                    writeln!(out, "  {:<8}{line}", if number == 0 { label } else { "" })?;
                }
            }
        }
        if troubles.len() > TROUBLES {
            writeln!(out, "\n… and {} more", troubles.len() - TROUBLES)?;
        }
        if !report.notes.is_empty() {
            writeln!(out)?;
        }
        report.notes.iter().try_for_each(|note| paragraph(note, Style::new(), out))?;
        if let Some(comparison) = comparison {
            self.comparison(comparison, &paragraph, out)?;
        }
        writeln!(out)?;
        paragraph(&format!("{}: {}", report.label, report.tally()), Style::new().bold(), out)
    }

    fn matrix(&self, report: &Report, width: usize, out: &mut dyn Write) -> io::Result<()> {
        let checks = report.checks_of_programs();
        if checks.is_empty() {
            return Ok(());
        }
        let mut columns = vec![Column { title: "subject", gives_way: 0, right: false }];
        columns.extend((1..).zip(&checks).map(|(gives_way, check)| Column {
            title: check.name(),
            gives_way,
            right: false,
        }));
        let mut rows = Vec::new();
        let mut left = 0;
        for subject in report.programs() {
            let results: Vec<_> = checks.iter().map(|check| report.result(subject, *check)).collect();
            if rows.len() >= ROWS && results.iter().flatten().all(|r| r.status == CheckStatus::Passed) {
                left += 1;
                continue;
            }
            let mut row = vec![Cell::plain(subject)];
            row.extend(results.into_iter().map(|result| match result {
                Some(result) => Cell { text: cell(result), style: style_of(result.status) },
                None => Cell::plain("-"),
            }));
            rows.push(row);
        }
        for line in table::lines(&columns, &rows, width, Style::new().bold(), self.colour) {
            writeln!(out, "{line}")?;
        }
        if left > 0 {
            writeln!(out, "… and {left} more, all passed")?;
        }
        Ok(())
    }

    fn comparison(
        &self,
        comparison: &Comparison,
        paragraph: &dyn Fn(&str, Style, &mut dyn Write) -> io::Result<()>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        writeln!(out)?;
        let regressions = comparison.regressions();
        for line in &regressions {
            paragraph(&format!("regression: {line}"), style_of(CheckStatus::Failed), out)?;
        }
        for change in &comparison.better {
            let now = change.after.map_or("absent", CheckStatus::word);
            let line = format!("better: {} {}: now {now}", change.subject, change.check.name());
            paragraph(&line, style_of(CheckStatus::Passed), out)?;
        }
        for change in comparison.measures.iter().filter(|change| !(change.worse && change.counts)) {
            let word = if change.worse { "slower (doesn't count)" } else { "better" };
            let (before, after) = (short(change.before), short(change.after));
            let line = format!("{word}: {} {}: {before} before, now {after}", change.subject, change.name);
            paragraph(&line, Style::new(), out)?;
        }
        let against = &comparison.baseline;
        match regressions.len() {
            0 => writeln!(out, "no regression against {against}"),
            1 => writeln!(out, "1 regression against {against}"),
            many => writeln!(out, "{many} regressions against {against}"),
        }
    }
}
