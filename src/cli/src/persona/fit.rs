//! `hyper4 persona fit`

use std::path::{Path, PathBuf};

use hyper4_persona::PersonaConfig;
use hyper4_report::ExitStatus;
use hyper4_switch::SwitchError;
use serde_json::json;

use super::need::{Need, Trial};
use crate::args::{Format, Options};
use crate::failure::{Failure, refusal};
use crate::output::{print_json, write_text};
use crate::run;
use crate::subject::{self, Subject};

/// Slots of a persona on which is tried how many are needed.
const MOST_SLOTS: u8 = 64;

/// Find the smallest persona for subjects that run side by side: first the narrowest state, since all that a row does
/// costs by its bits, then the fewest slots.
pub(super) fn fit(
    options: &Options,
    subjects: &[PathBuf],
    rows: u32,
    output: &Path,
) -> Result<ExitStatus, Failure> {
    let subjects: Vec<Subject> =
        subjects.iter().map(|path| subject::load(options, path)).collect::<Result<_, _>>()?;
    let mut lacking = None;
    for config in candidates() {
        let trial = Trial::new(options, config.clone())?;
        let needs: Result<Vec<Need>, _> = subjects.iter().map(|subject| trial.need(subject)).collect();
        let needs = match needs {
            Ok(needs) => needs,
            Err(SwitchError::Unsupported { construct, reason, source_info }) => {
                // What the largest persona lacks is what is said.
                lacking = Some(refusal(&construct, &reason, source_info));
                continue;
            }
            Err(error) => return Err(run::failure(error)),
        };
        let need = needs.iter().fold(Need::default(), |all, need| all.beside(need));
        let [ingress, egress] = need.slots;
        let [registers, counters, meters] = need.cells;
        let fitted = PersonaConfig {
            ingress_slots: ingress.max(1),
            egress_slots: egress.max(1),
            rows_per_table: need.rows.values().copied().max().unwrap_or_default().max(rows),
            registers,
            counters,
            meters,
            copies: need.copies,
            digests: need.digests,
            random: need.random,
            ..config
        };
        let names: Vec<&str> = subjects.iter().map(|subject| subject.name.as_str()).collect();
        let text = fitted.to_toml(&format!("The smallest persona for {}.", names.join(", ")));
        match options.format {
            Format::Json => print_json(&json!({ "schema": "hyper4/persona-fit/1", "config": fitted }))?,
            Format::Term => write_text(options, output, &text)?,
        }
        return Ok(ExitStatus::AsWished);
    }
    let reason = lacking.unwrap_or_else(|| "no size was tried".to_owned());
    eprintln!("refused: no persona of any size carries them: {reason}");
    Ok(ExitStatus::Unsupported.allowing_unsupported(options.allow_unsupported))
}

/// Sizes of the state, the narrowest first, the largest persona last.
fn candidates() -> Vec<PersonaConfig> {
    let windows = [16u16, 32, 64, 128];
    let metadata = (64u16..=256).step_by(16);
    let mut all: Vec<PersonaConfig> = metadata
        .flat_map(|metadata_bits| {
            // Without room for headers that are added, and with a quarter of the window for them.
            windows.into_iter().flat_map(|bytes| [(bytes, bytes), (bytes, bytes / 4 * 3)]).map(
                move |(window_bytes, parse_bytes)| PersonaConfig {
                    window_bytes,
                    parse_bytes,
                    metadata_bits,
                    ingress_slots: MOST_SLOTS,
                    egress_slots: MOST_SLOTS,
                    ..PersonaConfig::default()
                },
            )
        })
        .collect();
    // A stable sort: more of a packet comes before room.
    all.sort_by_key(|config| (8 * config.window_bytes + config.metadata_bits, config.window_bytes));
    all
}
