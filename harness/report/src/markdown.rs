//! A report as Markdown that fits a comment on a pull request.

use std::fmt::Write;

use crate::baseline::short;
use crate::documents::plural;
use crate::{CheckResult, CheckStatus, Comparison, Report};

/// Bytes at which troubles are cut off: code hosts take no comment of more than 65 536 characters.
const ENOUGH: usize = 48_000;
/// Subjects whose row is shown though all is as wished.
const ROWS: usize = 60;
/// Lines of a trace around the first difference.
const AROUND: usize = 6;

impl Report {
    /// As Markdown: what changed, the matrix of subjects and checks, and each trouble, folded.
    pub fn to_markdown(&self, comparison: Option<&Comparison>) -> String {
        let mut text = format!("## HyPer4: {}\n\n", self.tally());
        if let Some(comparison) = comparison {
            compared(comparison, &mut text);
        }
        self.matrix_in_markdown(&mut text);
        if self.beside().next().is_some() {
            text.push('\n');
        }
        for result in self.beside() {
            let (subject, extent) = (inline(&result.subject), inline(&result.extent));
            let _ = writeln!(text, "- {} {subject}: {extent}", sign(result.status));
        }
        let troubles = self.troubles();
        for (number, result) in troubles.iter().enumerate() {
            if text.len() > ENOUGH {
                let _ =
                    writeln!(text, "\n… and {} more; the HTML report has them all.", troubles.len() - number);
                break;
            }
            trouble(result, &mut text);
        }
        for note in &self.notes {
            if text.len() < ENOUGH {
                let _ = writeln!(text, "\n> {}", inline(note));
            }
        }
        text
    }

    fn matrix_in_markdown(&self, text: &mut String) {
        let checks = self.checks_of_programs();
        if checks.is_empty() {
            return;
        }
        let heads: Vec<&str> = checks.iter().map(|check| check.name()).collect();
        let _ = writeln!(text, "| subject | {} |\n|---|{}", heads.join(" | "), "---|".repeat(heads.len()));
        let (mut shown, mut left) = (0, 0);
        for subject in self.programs() {
            let results: Vec<Option<&CheckResult>> =
                checks.iter().map(|check| self.result(subject, *check)).collect();
            let well = results.iter().flatten().all(|result| result.status == CheckStatus::Passed);
            if (well && shown >= ROWS) || text.len() > ENOUGH / 2 {
                left += 1;
                continue;
            }
            shown += 1;
            let cells: Vec<String> = results
                .into_iter()
                .map(|result| {
                    result.map_or(String::new(), |result| {
                        format!("{} {}", sign(result.status), inline(&cell(result)))
                    })
                })
                .collect();
            let _ = writeln!(text, "| {} | {} |", inline(subject), cells.join(" | "));
        }
        if left > 0 {
            let _ = writeln!(text, "\n… and {left} more subjects.");
        }
    }
}

/// What a cell of the matrix says.
pub(crate) fn cell(result: &CheckResult) -> String {
    match result.status {
        CheckStatus::Passed if !result.extent.is_empty() => {
            result.extent.split(", ").next().unwrap_or_default().to_owned()
        }
        status => status.word().to_owned(),
    }
}

fn sign(status: CheckStatus) -> &'static str {
    match status {
        CheckStatus::Passed => "✅",
        CheckStatus::Unsupported => "➖",
        CheckStatus::Unknown => "❔",
        CheckStatus::Error => "⚠️",
        CheckStatus::Failed => "❌",
    }
}

/// Text in a line or in a table's cell, with nothing in it that Markdown or HTML would take for its own. What stands
/// between backticks is code, and needs no more than a table does.
fn inline(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut code = false;
    for character in text.chars() {
        match character {
            '|' => safe.push_str("\\|"),
            '`' => {
                code = !code;
                safe.push('`');
            }
            '\n' | '\r' => safe.push(' '),
            other if code => safe.push(other),
            '\\' | '*' | '_' | '#' | '[' | ']' | '~' => {
                safe.push('\\');
                safe.push(character);
            }
            other => push_html(other, &mut safe),
        }
    }
    safe
}

/// Text where only HTML is read.
fn html(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut safe, character| {
        push_html(character, &mut safe);
        safe
    })
}

fn push_html(character: char, safe: &mut String) {
    match character {
        '<' => safe.push_str("&lt;"),
        '>' => safe.push_str("&gt;"),
        '&' => safe.push_str("&amp;"),
        other => safe.push(other),
    }
}

/// Text in a block of code that no text can end.
fn fenced(text: &str, info: &str, to: &mut String) {
    let fence = if text.contains("```") { "~~~~" } else { "```" };
    let _ = writeln!(to, "{fence}{info}\n{}\n{fence}", text.trim_end());
}

fn compared(comparison: &Comparison, text: &mut String) {
    let regressions = comparison.regressions();
    let against = inline(&comparison.baseline);
    if regressions.is_empty() {
        let _ = writeln!(text, "No regression against {against}.\n");
    } else {
        let _ = writeln!(text, "**{} against {against}:**\n", plural(regressions.len() as u64, "regression"));
        regressions.iter().for_each(|line| {
            let _ = writeln!(text, "- {}", inline(line));
        });
        text.push('\n');
    }
    if !comparison.better.is_empty() {
        text.push_str("Better:\n\n");
        for change in &comparison.better {
            let word = |status: Option<CheckStatus>| status.map_or("absent", CheckStatus::word);
            let (before, after) = (word(change.before), word(change.after));
            let (subject, check) = (inline(&change.subject), change.check.name());
            let _ = writeln!(text, "- {subject} {check}: {before} before, now {after}");
        }
        text.push('\n');
    }
    if !comparison.measures.is_empty() {
        text.push_str("| measure | subject | before | now | |\n|---|---|---:|---:|---|\n");
        for change in &comparison.measures {
            let judged = match (change.worse, change.counts) {
                (true, true) => "worse",
                (true, false) => "worse (timed: doesn't count)",
                (false, true) => "better",
                (false, false) => "better (timed: doesn't count)",
            };
            let (name, subject) = (inline(&change.name), inline(&change.subject));
            let (before, after) = (short(change.before), short(change.after));
            let _ = writeln!(text, "| {name} | {subject} | {before} | {after} | {judged} |");
        }
        text.push('\n');
    }
}

fn trouble(result: &CheckResult, text: &mut String) {
    let message = html(result.message.as_deref().unwrap_or_default());
    let head = format!("{} {} {}", sign(result.status), html(&result.subject), result.check.name());
    let _ = writeln!(text, "\n<details><summary>{head}: {message}</summary>\n");
    if let Some(at) = &result.location {
        let line = at.line.map(|line| format!(":{line}")).unwrap_or_default();
        let construct = result.construct.as_ref().map(|c| format!(" {}", inline(c))).unwrap_or_default();
        let _ = writeln!(text, "at {}{line}{construct}\n", inline(&at.file));
    }
    for (label, detail) in &result.details {
        let _ = writeln!(text, "- {}: {}", inline(label), inline(detail));
    }
    let side_by_side = result.divergence.as_ref().and_then(|divergence| divergence.side_by_side.as_ref());
    for (number, copy) in side_by_side.iter().flat_map(|both| both.copies.iter().enumerate()) {
        let Some(first) = copy.lines.iter().position(hyper4_diff::TraceLine::differs) else { continue };
        let lines = copy.lines.iter().skip(first.saturating_sub(AROUND)).take(2 * AROUND);
        let diff = lines.fold(String::new(), |mut diff, line| {
            match (&line.native, &line.on_persona) {
                (Some(native), Some(other)) if native == other => {
                    let _ = writeln!(diff, "  {native}");
                }
                (native, other) => {
                    native.iter().for_each(|native| {
                        let _ = writeln!(diff, "- {native}");
                    });
                    other.iter().for_each(|other| {
                        let row = line.row.as_ref().map(|row| format!("   ({row})")).unwrap_or_default();
                        let _ = writeln!(diff, "+ {other}{row}");
                    });
                }
            }
            diff
        });
        let _ = writeln!(text, "\npacket {number}: native (-), virtual (+)\n");
        fenced(&diff, "diff", text);
        break;
    }
    if let Some(replay) = &result.replay {
        text.push('\n');
        fenced(replay, "", text);
    }
    text.push_str("\n</details>\n");
}
