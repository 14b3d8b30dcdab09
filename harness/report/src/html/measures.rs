//! Measures in HTML: a bar for each subject, and how it went from report to report.

use maud::{Markup, html};

use crate::baseline::short;
use crate::{Measure, Report};

/// The size of a line of history, in the units of its own picture.
const WIDTH: f64 = 120.0;
const HEIGHT: f64 = 20.0;

pub(super) fn section(report: &Report) -> Markup {
    let mut names: Vec<&str> = report.measures.iter().map(|measure| measure.name.as_str()).collect();
    names.dedup();
    html! {
        @if !names.is_empty() {
            section {
                h2 { "Cost and quality" }
                div.plots { @for name in names { (plot(report, name)) } }
            }
        }
    }
}

fn plot(report: &Report, name: &str) -> Markup {
    let measures: Vec<&Measure> = report.measures.iter().filter(|measure| measure.name == name).collect();
    let greatest = measures.iter().map(|measure| measure.value).fold(0.0, f64::max);
    let sense = measures.first().map_or("", |measure| match (measure.more_is_better, measure.timed) {
        (true, true) => "more is better; measured by time",
        (true, false) => "more is better",
        (false, true) => "less is better; measured by time",
        (false, false) => "less is better",
    });
    html! {
        figure {
            figcaption { (name) span.quiet { " " (sense) } }
            table.bars { tbody { @for measure in &measures { tr {
                th scope="row" { (measure.subject) }
                td.bar { span style={ "width:" (percent(measure.value, greatest)) "%" } {} }
                td.number { (short(measure.value)) }
                td { (history(report, measure)) }
            } } } }
        }
    }
}

fn percent(value: f64, greatest: f64) -> String {
    let part = if greatest > 0.0 { (value / greatest).clamp(0.0, 1.0) } else { 0.0 };
    format!("{:.1}", part * 100.0)
}

/// A line through the earlier values and this one, where there are earlier ones.
fn history(report: &Report, measure: &Measure) -> Markup {
    let same = |other: &&Measure| other.name == measure.name && other.subject == measure.subject;
    let mut values: Vec<f64> = report
        .history
        .iter()
        .filter_map(|past| past.measures.iter().find(same).map(|other| other.value))
        .collect();
    if values.is_empty() {
        return html! {};
    }
    values.push(measure.value);
    let greatest = values.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    let steps = (values.len() - 1).max(1) as f64;
    let points: Vec<String> = values
        .iter()
        .enumerate()
        .map(|(number, value)| {
            let (x, y) = (number as f64 / steps * WIDTH, HEIGHT - value / greatest * HEIGHT);
            format!("{x:.1},{y:.1}")
        })
        .collect();
    let words: Vec<String> = values.iter().map(|value| short(*value)).collect();
    html! {
        svg.history viewBox={ "-2 -2 " (WIDTH + 4.0) " " (HEIGHT + 4.0) } role="img" aria-label={ "history: " (words.join(", ")) } {
            title { (words.join(", ")) }
            polyline points=(points.join(" ")) {}
        }
    }
}
