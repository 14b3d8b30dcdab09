//! A report as one HTML file that needs nothing else: no network, light and dark, usable by keyboard, printable.

mod difference;
mod measures;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::baseline::short;
use crate::markdown::cell;
use crate::{CheckResult, CheckStatus, Comparison, Report};

const STYLE: &str = include_str!("html/report.css");
const SCRIPT: &str = include_str!("html/report.js");

/// Troubles that are shown opened.
const OPENED: usize = 3;

impl Report {
    /// As HTML.
    pub fn to_html(&self, comparison: Option<&Comparison>) -> String {
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { "HyPer4: " (self.tally()) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    (self.head())
                    main {
                        @if let Some(comparison) = comparison { (compared(comparison)) }
                        (self.matrix())
                        (self.results_in_full())
                        (measures::section(self))
                        (self.notes())
                    }
                    script { (PreEscaped(SCRIPT)) }
                }
            }
        };
        page.into_string()
    }

    fn head(&self) -> Markup {
        let seeds: Vec<String> = self.seeds.iter().map(u64::to_string).collect();
        html! {
            header {
                h1 { "HyPer4 " span.label { (self.label) } }
                p.tally {
                    @for status in CheckStatus::ALL {
                        @if self.count(status) > 0 {
                            span.chip.(status.word()) { (self.count(status)) " " (status.word()) }
                        }
                    }
                    @if !seeds.is_empty() { span.quiet { "seed " (seeds.join(", ")) } }
                }
                form #filter role="search" {
                    label { "Filter " input #text type="search" placeholder="subject, check or message" accesskey="f"; }
                    @for status in CheckStatus::ALL {
                        @if self.count(status) > 0 {
                            label.status { input type="checkbox" name="status" value=(status.word()) checked; " " (status.word()) }
                        }
                    }
                    button #expand type="button" { "Expand all" }
                    button #theme type="button" { "Light or dark" }
                    span.quiet #shown aria-live="polite" {}
                    span.keys { kbd { "/" } " filter, " kbd { "j" } " next, " kbd { "k" } " previous" }
                }
            }
        }
    }

    fn matrix(&self) -> Markup {
        let checks = self.checks_of_programs();
        html! {
            @if !checks.is_empty() {
                section {
                    h2 { "Subjects and checks" }
                    div.wide { table.matrix {
                        thead { tr {
                            th scope="col" { "subject" }
                            @for check in &checks { th scope="col" title=(check.meaning()) { (check.name()) } }
                        } }
                        tbody {
                            @for subject in self.programs() {
                                tr.row {
                                    th scope="row" { (subject) }
                                    @for check in &checks {
                                        @match self.position(subject, *check) {
                                            Some((number, result)) => td.(result.status.word()) {
                                                a href={ "#r" (number) } { (cell(result)) }
                                                @if result.seconds >= 0.05 { span.quiet { " " (format!("{:.1} s", result.seconds)) } }
                                            },
                                            None => td.absent { "–" },
                                        }
                                    }
                                }
                            }
                        }
                    } }
                }
            }
        }
    }

    /// A result with its number, by which the page names it.
    fn position(&self, subject: &str, check: crate::Check) -> Option<(usize, &CheckResult)> {
        // Results are sorted by subject and check.
        let key = (subject, check);
        let at = self.results.binary_search_by(|result| (result.subject.as_str(), result.check).cmp(&key));
        let at = at.ok()?;
        self.results.get(at).map(|result| (at, result))
    }

    fn results_in_full(&self) -> Markup {
        let mut all: Vec<(usize, &CheckResult)> = self.results.iter().enumerate().collect();
        all.sort_by_key(|(_, result)| std::cmp::Reverse(result.status));
        html! {
            section {
                h2 { "Results" }
                @for (place, (number, result)) in all.into_iter().enumerate() {
                    (in_full(number, result, place < OPENED && result.status == CheckStatus::Failed))
                }
            }
        }
    }

    fn notes(&self) -> Markup {
        html! {
            @if !self.notes.is_empty() {
                section {
                    h2 { "Not compared, not reached, left out" }
                    ul { @for note in &self.notes { li { (note) } } }
                }
            }
        }
    }
}

fn in_full(number: usize, result: &CheckResult, open: bool) -> Markup {
    html! {
        details.result.(result.status.word()) #{ "r" (number) } data-status=(result.status.word()) open[open] {
            summary {
                span.chip.(result.status.word()) { (result.status.word()) }
                " " b { (result.subject) } " " span.check { (result.check.name()) }
                " " span.message { (result.message.as_deref().unwrap_or(&result.extent)) }
            }
            div.body {
                dl {
                    dt { "asked" } dd { (result.check.meaning()) }
                    @if !result.extent.is_empty() { dt { "extent" } dd { (result.extent) } }
                    @if result.seconds > 0.0 { dt { "time" } dd { (format!("{:.1} s", result.seconds)) } }
                    @if let Some(construct) = &result.construct { dt { "construct" } dd { code { (construct) } } }
                    @if let Some(at) = &result.location {
                        dt { "source" }
                        dd { code { (at.file) @if let Some(line) = at.line { ":" (line) } } }
                    }
                    @if let Some(message) = &result.message { dt { "because" } dd { (message) } }
                    @for (label, text) in &result.details { dt { (label) } dd { (text) } }
                    @if let Some(replay) = &result.replay { dt { "replay" } dd { code.command { (replay) } } }
                }
                @if let Some(divergence) = &result.divergence { (difference::divergence(divergence)) }
            }
        }
    }
}

fn compared(comparison: &Comparison) -> Markup {
    let regressions = comparison.regressions();
    let word = |status: Option<CheckStatus>| status.map_or("absent", CheckStatus::word);
    html! {
        section.compared {
            h2 { "Against " (comparison.baseline) }
            @if regressions.is_empty() {
                p { span.chip.passed { "no regression" } }
            } @else {
                ul.regressions { @for line in &regressions { li { span.chip.failed { "regression" } " " (line) } } }
            }
            @if !comparison.better.is_empty() {
                ul { @for change in &comparison.better { li {
                    span.chip.passed { "better" } " " (change.subject) " " (change.check.name()) ": "
                    (word(change.before)) " before, now " (word(change.after))
                } } }
            }
            @if !comparison.measures.is_empty() {
                table {
                    thead { tr { th { "measure" } th { "subject" } th.number { "before" } th.number { "now" } th { "" } } }
                    tbody { @for change in &comparison.measures { tr {
                        td { (change.name) } td { (change.subject) }
                        td.number { (short(change.before)) } td.number { (short(change.after)) }
                        td { (if change.worse { "worse" } else { "better" }) @if !change.counts { span.quiet { " (timed: doesn't count)" } } }
                    } } }
                }
            }
        }
    }
}
