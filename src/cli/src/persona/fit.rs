//! `hyper4 persona fit`

use std::path::{Path, PathBuf};

use hyper4_persona::PersonaConfig;
use hyper4_report::ExitStatus;
use hyper4_switch::SwitchError;
use serde_json::json;

use super::need::{Need, Trial};
use crate::args::{Options, Plain};
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
    let mut search = Search { options, subjects: &subjects, lacking: None };
    let Some((config, needs)) = search.smallest()? else {
        let reason = search.lacking.unwrap_or_else(|| "no size was tried".to_owned());
        eprintln!("refused: no persona of any size carries them: {reason}");
        return Ok(ExitStatus::Unsupported.allowing_unsupported(options.allow_unsupported));
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
    match options.plain() {
        Plain::Json => print_json(&json!({ "schema": "hyper4/persona-fit/1", "config": fitted }))?,
        Plain::Term => write_text(options, output, &text)?,
    }
    Ok(ExitStatus::AsWished)
}

/// What was tried already, and why the last one wouldn't do.
struct Search<'a> {
    options: &'a Options,
    subjects: &'a [Subject],
    lacking: Option<String>,
}

type Fitting = Option<(PersonaConfig, Vec<Need>)>;

impl Search<'_> {
    /// The fewest bytes that come into the window, then the narrowest window, then the fewest bits of metadata.
    fn smallest(&mut self) -> Result<Fitting, Failure> {
        let widest = |parse_bytes| PersonaConfig {
            window_bytes: 128,
            parse_bytes,
            metadata_bits: 256,
            ingress_slots: MOST_SLOTS,
            egress_slots: MOST_SLOTS,
            ..PersonaConfig::default()
        };
        // Roughly first. What parses much may have no room for what it adds: then each size is tried.
        let rough = self.first((16..=128).step_by(16).map(widest))?;
        let sizes = match &rough {
            Some((config, _)) => config.parse_bytes.saturating_sub(12).max(16)..=config.parse_bytes,
            None => 16..=128,
        };
        let Some((parsing, _)) = self.first(sizes.step_by(4).map(widest))? else { return Ok(None) };
        let windows = (parsing.parse_bytes..=128).step_by(4);
        let windows = windows.map(|window_bytes| PersonaConfig { window_bytes, ..parsing.clone() });
        let Some((narrow, _)) = self.first(windows)? else { return Ok(None) };
        let metadata = (64..=256).step_by(16);
        self.first(metadata.map(|metadata_bits| PersonaConfig { metadata_bits, ..narrow.clone() }))
    }

    /// The first one that carries all subjects.
    fn first(&mut self, configs: impl Iterator<Item = PersonaConfig>) -> Result<Fitting, Failure> {
        for config in configs {
            let trial = Trial::new(self.options, config.clone())?;
            match self.subjects.iter().map(|subject| trial.need(subject)).collect() {
                Ok(needs) => return Ok(Some((config, needs))),
                // What the largest persona lacks is what is said.
                Err(SwitchError::Unsupported { construct, reason, source_info }) => {
                    self.lacking = Some(refusal(&construct, &reason, source_info));
                }
                Err(error) => return Err(run::failure(error)),
            }
        }
        Ok(None)
    }
}
