//! What a command found, kept and written as asked.

use std::path::Path;

use hyper4_report::{Added, Comparison, Report, TermWriter};
use serde_json::Value;

use crate::args::{Format, Options};
use crate::failure::Failure;
use crate::output::{print, print_json, write_text};

/// Keep a command's document in `--out` as `FILE`, and write it in the format that is wanted; `text` says it to people.
pub(crate) fn deliver(
    options: &Options,
    file: &str,
    document: &Value,
    text: impl FnOnce() -> Result<String, Failure>,
) -> Result<(), Failure> {
    if let Some(folder) = &options.out {
        make_folder(folder)?;
        write_text(options, &folder.join(file), &format!("{document:#}\n"))?;
    }
    show(options, file.strip_suffix(".json").unwrap_or(file), document, text)
}

/// Write a command's document in the format that is wanted.
pub(crate) fn show(
    options: &Options,
    label: &str,
    document: &Value,
    text: impl FnOnce() -> Result<String, Failure>,
) -> Result<(), Failure> {
    match options.format {
        Format::Json => print_json(document),
        Format::Term => print(&text()?),
        Format::Junit | Format::Sarif | Format::Md | Format::Html => {
            let mut report = Report::new(label);
            match report.add(document.clone()) {
                Ok(Added::Taken) => print(&written(options, &report, None)?),
                Ok(Added::Ignored) => Err(Failure::input(format!(
                    "there is no report of what this command measures in that way; write `{label}` with --format term or \
                     json"
                ))),
                Err(wrong) => Err(Failure::tool(format!("the results can't be read again: {wrong}"))),
            }
        }
    }
}

/// A report in the format that is wanted.
pub(crate) fn written(
    options: &Options,
    report: &Report,
    comparison: Option<&Comparison>,
) -> Result<String, Failure> {
    let failed = |e: String| Failure::tool(format!("can't write the report: {e}"));
    match options.format {
        Format::Term => {
            let mut text = Vec::new();
            TermWriter { width: console_width(), colour: options.colour_results() }
                .write_report(report, comparison, &mut text)
                .map_err(|e| failed(e.to_string()))?;
            Ok(String::from_utf8_lossy(&text).into_owned())
        }
        Format::Json => {
            let mut document = serde_json::to_value(report).map_err(|e| failed(e.to_string()))?;
            if let (Some(comparison), Some(fields)) = (comparison, document.as_object_mut()) {
                let mut compared = serde_json::to_value(comparison).map_err(|e| failed(e.to_string()))?;
                if let Some(compared) = compared.as_object_mut() {
                    compared.insert("regressions".to_owned(), comparison.regressions().into());
                }
                fields.insert("comparison".to_owned(), compared);
            }
            Ok(format!("{document:#}\n"))
        }
        Format::Junit => report.to_junit().map_err(failed),
        Format::Sarif => report.to_sarif().map_err(failed),
        Format::Md => Ok(report.to_markdown(comparison)),
        Format::Html => Ok(report.to_html(comparison)),
    }
}

/// Make a folder for results.
pub(crate) fn make_folder(folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder)
        .map_err(|e| Failure::input(format!("can't make `{}`: {e}", folder.display())))
}

/// Columns of the terminal, 80 where there is none.
pub(crate) fn console_width() -> usize {
    console::Term::stdout().size_checked().map_or(80, |(_, columns)| columns.into())
}
