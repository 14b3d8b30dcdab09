//! `hyper4 report`

use hyper4_report::{Comparison, ExitStatus, Report, ReportError};

use crate::args::{Format, Options, ReportArgs};
use crate::deliver::{make_folder, written};
use crate::failure::Failure;
use crate::output::{print, write_text};

/// The files that `--out` gets, and in which format.
const FILES: [(&str, Format); 5] = [
    ("report.json", Format::Json),
    ("report.html", Format::Html),
    ("report.md", Format::Md),
    ("junit.xml", Format::Junit),
    ("report.sarif", Format::Sarif),
];

/// Join what other commands left in a folder, and hold it against what they left in another.
pub(crate) fn report(options: &Options, args: &ReportArgs) -> Result<ExitStatus, Failure> {
    let failed = |error: ReportError| Failure::input(error.to_string());
    let mut report = Report::from_folder(&args.folder).map_err(failed)?;
    if let Some(label) = &args.label {
        report.label.clone_from(label);
    }
    let comparison = match &args.baseline {
        Some(folder) => {
            let baseline = Report::from_folder(folder).map_err(failed)?;
            let comparison = Comparison::new(&baseline, &report);
            report = report.following(&baseline);
            Some(comparison)
        }
        None => None,
    };
    if let Some(folder) = &options.out {
        make_folder(folder)?;
        for (file, format) in FILES {
            let text = written(&Options { format, ..options.clone() }, &report, comparison.as_ref())?;
            write_text(options, &folder.join(file), &text)?;
        }
    }
    print(&written(options, &report, comparison.as_ref())?)?;
    Ok(match comparison {
        Some(comparison) => comparison.exit_status(),
        None => report.exit_status().allowing_unsupported(options.allow_unsupported),
    })
}
