//! `hyper4 persona info`

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use hyper4_ir::PipelineKind;
use hyper4_persona::Layout;
use hyper4_report::ExitStatus;
use hyper4_switch::SwitchError;
use serde_json::{Value, json};

use super::need::{Need, Trial};
use crate::args::Options;
use crate::deliver::deliver;
use crate::failure::{Failure, refusal};
use crate::run;
use crate::subject::{self, Subject};

/// Say what a persona has, and what each subject would take of it.
pub(super) fn info(
    options: &Options,
    config: Option<&Path>,
    subjects: &[PathBuf],
) -> Result<ExitStatus, Failure> {
    let trial = Trial::new(options, super::layout(config)?.config().clone())?;
    let subjects: Vec<Subject> =
        subjects.iter().map(|path| subject::load(options, path)).collect::<Result<_, _>>()?;
    let mut needs = Vec::new();
    for subject in &subjects {
        let need = match trial.need(subject) {
            Ok(need) => Ok(need),
            Err(SwitchError::Unsupported { construct, reason, source_info }) => {
                Err(refusal(&construct, &reason, source_info))
            }
            Err(error) => return Err(run::failure(error)),
        };
        needs.push((subject, need));
    }
    deliver(options, "persona-info.json", &document(&trial, &needs), || Ok(text(&trial, &needs)))?;
    let refused = needs.iter().any(|(_, need)| need.is_err());
    let status = if refused { ExitStatus::Unsupported } else { ExitStatus::AsWished };
    Ok(status.allowing_unsupported(options.allow_unsupported))
}

type Needs<'a> = [(&'a Subject, Result<Need, String>)];

fn document(trial: &Trial, needs: &Needs<'_>) -> Value {
    let layout = trial.layout();
    let subjects: Vec<Value> = needs
        .iter()
        .map(|(subject, need)| match need {
            Ok(need) => {
                let [ingress, egress] = need.slots;
                json!({
                    "name": subject.name, "ingress_slots": ingress, "egress_slots": egress,
                    "passes": need.passes, "rows": need.rows_in_all(), "rows_by_table": need.rows, "refused": null,
                })
            }
            Err(reason) => json!({ "name": subject.name, "refused": reason }),
        })
        .collect();
    json!({
        "schema": "hyper4/persona-info/1", "config": layout.config(), "state_bits": layout.state_bits(),
        "tables": trial.program().tables.iter().filter(|table| !table.hidden).count(),
        "actions": trial.program().actions.len(), "free_metadata_bits": free_bits(layout),
        "prefix_bits": layout.prefix_bits(), "devices": u16::MAX, "subjects": subjects,
    })
}

/// Metadata that guests may have.
fn free_bits(layout: &Layout) -> u32 {
    layout.metadata_bits().saturating_sub(Layout::FIRST_FREE_BIT)
}

fn text(trial: &Trial, needs: &Needs<'_>) -> String {
    let (layout, program) = (trial.layout(), trial.program());
    let (ingress, egress) = (layout.slots(PipelineKind::Ingress), layout.slots(PipelineKind::Egress));
    let tables = program.tables.iter().filter(|table| !table.hidden).count();
    let mut text = String::new();
    let _ = writeln!(
        text,
        "window    {} bytes of a packet can be looked at and changed\n\
         metadata  {} bits, {} of them free for a guest's own\n\
         state     {} bits, the upper {} of which an lpm lookup can match\n\
         slots     {ingress} in ingress, {egress} in egress: lookups one after the other\n\
         tables    {tables}, each of {} rows\n\
         cells     {} registers, {} counters, {} meters of packets and as many of bytes\n\
         packets   {}\n\
         externs   {}",
        layout.config().window_bytes,
        layout.metadata_bits(),
        free_bits(layout),
        layout.state_bits(),
        layout.prefix_bits(),
        layout.config().rows_per_table,
        layout.config().registers,
        layout.config().counters,
        layout.config().meters,
        if layout.config().copies {
            "cut, cloned, resubmitted, recirculated"
        } else {
            "nothing is done to whole packets"
        },
        match (layout.config().digests, layout.config().random) {
            (true, true) => "digests, random numbers",
            (true, false) => "digests",
            (false, true) => "random numbers",
            (false, false) => "neither digests nor random numbers",
        },
    );
    let width = needs.iter().map(|(subject, _)| subject.name.len()).max().unwrap_or_default();
    for (subject, need) in needs {
        let name = &subject.name;
        let _ = match need {
            Ok(Need { slots: [ingress, egress], rows, passes, .. }) => {
                let all: u32 = rows.values().sum();
                let (table, most) =
                    rows.iter().max_by_key(|(_, rows)| **rows).map_or(("", 0), |(t, r)| (t, *r));
                let again = if *passes > 1 { format!(" in {passes} passes") } else { String::new() };
                writeln!(
                    text,
                    "{name:width$}  {ingress} slots in ingress{again}, {egress} in egress; {all} rows, at most {most} in a \
                     table ({table})"
                )
            }
            Err(reason) => writeln!(text, "{name:width$}  refused: {reason}"),
        };
    }
    text
}
