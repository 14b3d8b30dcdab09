use std::time::Duration;

use hyper4_diff::{Outcome, Status, SubjectResult};
use hyper4_report::{SubjectReport, VerifyReport};

use super::differences;

fn report(subjects: &[(&str, Status)]) -> VerifyReport {
    let mut report = VerifyReport::new(1);
    for (name, status) in subjects {
        let result = SubjectResult {
            name: (*name).to_owned(),
            outcome: Outcome::Equal,
            counts: Default::default(),
            hidden: Vec::new(),
        };
        let mut subject = SubjectReport::new(result, Duration::ZERO);
        subject.status = *status;
        report.subjects.push(subject);
    }
    report
}

#[test]
fn what_became_better_or_worse_is_said() {
    use Status::{Diverged, Equal, Error, Unsupported};
    let before = report(&[("a", Equal), ("b", Diverged), ("c", Unsupported), ("d", Equal), ("e", Error)]);
    let now =
        report(&[("a", Diverged), ("b", Unsupported), ("c", Unsupported), ("e", Diverged), ("f", Equal)]);
    let expected = [
        "worse: a was equal, is diverged",
        "better: b was diverged, is unsupported",
        "better: e was error, is diverged",
        "new: f is equal",
        "gone: d",
    ];
    assert_eq!(differences(&before, &now), expected);
    assert_eq!(differences(&now, &now), ["neither better nor worse than before"]);
}
