//! A report as SARIF 2.1.0, as code hosts show it beside a program's lines.

use serde_json::{Value, json};
use serde_sarif::sarif::{
    ArtifactLocation, Location, Message, MultiformatMessageString, PhysicalLocation, PropertyBag, Region,
    ReportingDescriptor, Result as Finding, ResultKind, ResultLevel, Run, Sarif, Tool, ToolComponent,
};

use crate::{CheckResult, CheckStatus, Report};

impl Report {
    /// As SARIF 2.1.0: a rule for each check, a result for each subject that isn't as wished, at the line that it is
    /// about.
    ///
    /// # Errors
    /// What can't be written, in words.
    pub fn to_sarif(&self) -> Result<String, String> {
        let rules: Vec<ReportingDescriptor> = self
            .checks()
            .into_iter()
            .map(|check| {
                let text = MultiformatMessageString::builder().text(check.meaning()).build();
                ReportingDescriptor::builder().id(check.name()).short_description(text).build()
            })
            .collect();
        let driver = ToolComponent::builder()
            .name("HyPer4")
            .semantic_version(env!("CARGO_PKG_VERSION"))
            .rules(rules)
            .build();
        let findings: Vec<Finding> = self.troubles().into_iter().map(finding).collect();
        let tool = Tool::builder().driver(driver).build();
        let run = Run::builder().tool(tool).results(findings).build();
        let document = Sarif::builder()
            .version(json!("2.1.0"))
            .schema("https://json.schemastore.org/sarif-2.1.0.json")
            .runs(vec![run])
            .build();
        let text = serde_json::to_string_pretty(&document).map_err(|e| e.to_string())?;
        Ok(text + "\n")
    }
}

fn finding(result: &CheckResult) -> Finding {
    // What is only not known is no finding.
    let (kind, level) = match result.status {
        CheckStatus::Passed => (ResultKind::Pass, ResultLevel::None),
        CheckStatus::Failed => (ResultKind::Fail, ResultLevel::Error),
        CheckStatus::Error => (ResultKind::Fail, ResultLevel::Warning),
        CheckStatus::Unsupported => (ResultKind::NotApplicable, ResultLevel::None),
        CheckStatus::Unknown => (ResultKind::Open, ResultLevel::None),
    };
    let message = result.message.as_deref().unwrap_or(result.status.word());
    let text = format!("{}: {}: {message}", result.subject, result.status.word());
    let mut properties = PropertyBag::builder().build();
    let more = [
        ("subject", Some(&result.subject)),
        ("construct", result.construct.as_ref()),
        ("replay", result.replay.as_ref()),
    ];
    for (key, value) in more {
        if let Some(value) = value {
            properties.additional_properties.insert(key.to_owned(), Value::String(value.clone()));
        }
    }
    Finding::builder()
        .rule_id(result.check.name())
        .kind(kind)
        .level(level)
        .message(Message::builder().text(text).build())
        .locations(result.location.iter().map(location).collect::<Vec<_>>())
        .properties(properties)
        .build()
}

fn location(at: &crate::report::Location) -> Location {
    let artifact = ArtifactLocation::builder().uri(uri(&at.file)).build();
    let place = PhysicalLocation::builder().artifact_location(artifact);
    let place = match at.line {
        // Lines count from 1; what doesn't is no line.
        Some(line @ 1..) => place.region(Region::builder().start_line(i64::from(line)).build()).build(),
        _ => place.build(),
    };
    Location::builder().physical_location(place).build()
}

/// A file's name as a URI reference: what has a meaning there is written as its code.
fn uri(file: &str) -> String {
    file.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}
