//! A report as JUnit XML, as the viewers of CI services read it.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Report as Document, TestCase, TestCaseStatus, TestSuite};

use crate::{Check, CheckResult, CheckStatus, Report};

impl Report {
    /// As JUnit XML: a suite for each check, a case for each subject. What is unsupported or unknown is skipped, with
    /// the reason as its message.
    ///
    /// # Errors
    /// What can't be written, in words.
    pub fn to_junit(&self) -> Result<String, String> {
        let mut document = Document::new(format!("hyper4 {}", self.label));
        document.set_time(self.results.iter().map(time).sum());
        for check in self.checks() {
            let mut suite = TestSuite::new(check.name());
            let cases: Vec<&CheckResult> = self.results.iter().filter(|r| r.check == check).collect();
            suite.set_time(cases.iter().map(|result| time(result)).sum());
            suite.add_test_cases(cases.into_iter().map(|result| case(check, result)));
            document.add_test_suite(suite);
        }
        let text = document.to_string().map_err(|e| e.to_string())?;
        // The schema that Jenkins holds such files to (junit-10.xsd) has this attribute on suites alone.
        Ok(text.replacen(&format!(" skipped=\"{}\"", document.skipped), "", 1))
    }
}

fn time(result: &CheckResult) -> Duration {
    Duration::try_from_secs_f64(result.seconds).unwrap_or_default()
}

fn case(check: Check, result: &CheckResult) -> TestCase {
    let mut status = match result.status {
        CheckStatus::Passed => TestCaseStatus::success(),
        CheckStatus::Unsupported | CheckStatus::Unknown => TestCaseStatus::skipped(),
        CheckStatus::Failed => TestCaseStatus::non_success(NonSuccessKind::Failure),
        CheckStatus::Error => TestCaseStatus::non_success(NonSuccessKind::Error),
    };
    let location = result.location.as_ref().map(|at| match at.line {
        Some(line) => format!("{}:{line}: ", at.file),
        None => format!("{}: ", at.file),
    });
    if result.status != CheckStatus::Passed {
        let message = result.message.as_deref().unwrap_or(result.status.word());
        status.set_message(format!("{}{message}", location.unwrap_or_default()));
    }
    if let CheckStatus::Failed | CheckStatus::Error = result.status {
        status.set_type(result.status.word());
        let replay = result.replay.as_ref().map(|replay| format!("replay: {replay}"));
        let lines = result.details.iter().map(|(label, text)| format!("{label}: {text}")).chain(replay);
        status.set_description(lines.collect::<Vec<_>>().join("\n"));
    }
    let mut case = TestCase::new(result.subject.clone(), status);
    case.set_classname(format!("hyper4.{}", check.name()));
    case.set_time(time(result));
    case.set_system_out(result.extent.clone());
    case
}
