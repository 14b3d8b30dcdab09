//! Running a campaign.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use hyper4_ir::Stimulus;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::case::{Case, CaseError, CaseGenerator};
use crate::constructs::constructs;
use crate::finding::{Finding, Signature};
use crate::oracle::{Oracle, Verdict};
use crate::shrink::shrink;
use crate::state::{CampaignError, CampaignState};

/// Cases that are done between two times that the state is kept.
const LOT: u64 = 64;

/// Which cases of a campaign are run: each `count`th, from `index - 1` on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// Which, from 1.
    pub index: u64,
    /// Of how many.
    pub count: u64,
}

impl Default for Shard {
    /// All of them.
    fn default() -> Self {
        Self { index: 1, count: 1 }
    }
}

/// Where a campaign ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    /// The cases of all shards together.
    pub cases: Option<u64>,
    /// The time of this run. What is done in it is a prefix of the campaign.
    pub time: Option<Duration>,
}

/// What is told while a campaign runs: its state so far, after each lot.
pub type Progress<'a> = dyn Fn(&CampaignState) + 'a;

/// A campaign that runs.
pub struct Campaign<'a> {
    /// Who is asked.
    pub oracles: &'a [Box<dyn Oracle>],
    /// Where it is kept.
    pub folder: &'a Path,
    /// Set from elsewhere to stop: what is done is kept, the lot that is under way is not.
    pub stop: &'a AtomicBool,
    /// The version of the tool, for findings.
    pub version: &'a str,
}

/// What became of one case.
struct Examined {
    index: u64,
    case: Result<Case, CaseError>,
    verdicts: Vec<Verdict>,
    reached: BTreeSet<String>,
}

impl Campaign<'_> {
    /// Goes on with the campaign until its end, and returns how far it is.
    ///
    /// # Errors
    /// [`CampaignError`] when its folder can't be written. What was kept there last is whole.
    pub fn run(
        &self,
        mut state: CampaignState,
        budget: Budget,
        progress: &Progress<'_>,
    ) -> Result<CampaignState, CampaignError> {
        let begun = Instant::now();
        let before = state.seconds;
        let generator = CaseGenerator::new(state.seed, state.limits.clone());
        let Shard { index, count } = state.shard;
        let end = budget.cases.unwrap_or(u64::MAX);
        let count = count.max(1);
        let mut next = state.next.max(index.saturating_sub(1));
        for name in self.oracles.iter().flat_map(|oracle| oracle.reachable()) {
            state.coverage.reached.entry(name).or_default();
        }
        state.save(self.folder)?;
        while next < end && !self.stop.load(Ordering::Relaxed) {
            if budget.time.is_some_and(|time| begun.elapsed() >= time) {
                break;
            }
            let lot: Vec<u64> = (0..LOT)
                .map_while(|step| next.checked_add(step.checked_mul(count)?))
                .filter(|index| *index < end)
                .collect();
            let examined: Vec<Examined> =
                lot.par_iter().map(|index| self.examine(&generator, *index)).collect();
            if self.stop.load(Ordering::Relaxed) {
                break;
            }
            for one in examined {
                self.note(&mut state, one)?;
            }
            next = lot.last().map_or(end, |last| last.saturating_add(count));
            state.next = next;
            state.seconds = before + begun.elapsed().as_secs_f64();
            state.save(self.folder)?;
            progress(&state);
        }
        Ok(state)
    }

    fn examine(&self, generator: &CaseGenerator, index: u64) -> Examined {
        let case = generator.case(index);
        let mut reached = BTreeSet::new();
        let mut verdicts = Vec::new();
        if let Ok(case) = &case {
            for oracle in self.oracles.iter().take_while(|_| !self.stop.load(Ordering::Relaxed)) {
                let (verdict, mut met) = oracle.examine_and_cover(case);
                verdicts.push(verdict);
                reached.append(&mut met);
            }
        }
        Examined { index, case, verdicts, reached }
    }

    fn note(&self, state: &mut CampaignState, examined: Examined) -> Result<(), CampaignError> {
        let Examined { index, case, verdicts, reached } = examined;
        state.cases += 1;
        let case = match case {
            Ok(case) => case,
            Err(error) => return self.uncompiled(state, index, &error),
        };
        let mut compared = false;
        for (oracle, verdict) in self.oracles.iter().zip(&verdicts) {
            let tally = state.tallies.entry(oracle.name().to_owned()).or_default();
            match verdict {
                Verdict::Agree(counts) => {
                    tally.agreed += 1;
                    tally.packets += counts.packets;
                    tally.events += counts.events;
                    compared |= counts.packets > 0;
                }
                Verdict::Unsupported(reason) => {
                    let reason = Signature::new("", "", reason).construct;
                    *tally.unsupported.entry(reason).or_default() += 1;
                }
                Verdict::Differ { .. } | Verdict::Error(_) => tally.found += 1,
            }
        }
        for name in reached {
            *state.coverage.reached.entry(name).or_default() += 1;
        }
        if compared {
            for feature in &case.features {
                *state.coverage.features.entry(feature.to_string()).or_default() += 1;
            }
            for construct in constructs(&case.program) {
                *state.coverage.constructs.entry(construct).or_default() += 1;
            }
        }
        for (oracle, verdict) in self.oracles.iter().zip(&verdicts) {
            if let Some(signature) = verdict.signature(oracle.name()) {
                self.found(state, index, &case, oracle.as_ref(), signature)?;
            }
        }
        Ok(())
    }

    /// Counts a finding, and shrinks the first of its kind.
    fn found(
        &self,
        state: &mut CampaignState,
        index: u64,
        case: &Case,
        oracle: &dyn Oracle,
        signature: Signature,
    ) -> Result<(), CampaignError> {
        if let Some(known) = state.findings.iter_mut().find(|known| known.signature == signature) {
            known.cases += 1;
            return Ok(());
        }
        let same = |case: &Case| oracle.examine(case).signature(oracle.name()).as_ref() == Some(&signature);
        let small = shrink(case, oracle.questions(), same);
        let description = match oracle.examine(&small) {
            Verdict::Differ { description, .. } | Verdict::Error(description) => description,
            Verdict::Agree(_) | Verdict::Unsupported(_) => {
                "it doesn't come again when the case is run alone: what ran before it matters".to_owned()
            }
        };
        self.keep(state, index, (&small.text, &small.stimulus), signature, description)
    }

    /// A program that the front end doesn't take is a finding as it is: nothing runs that could be asked for less.
    fn uncompiled(
        &self,
        state: &mut CampaignState,
        index: u64,
        error: &CaseError,
    ) -> Result<(), CampaignError> {
        let signature = Signature::new("generator", "case", &error.to_string());
        if let Some(known) = state.findings.iter_mut().find(|known| known.signature == signature) {
            known.cases += 1;
            return Ok(());
        }
        let text = match error {
            CaseError::Program { text, .. } => text.clone(),
            CaseError::Packets { .. } => String::new(),
        };
        self.keep(state, index, (&text, &[]), signature, error.to_string())
    }

    fn keep(
        &self,
        state: &mut CampaignState,
        index: u64,
        (program, stimulus): (&str, &[Stimulus]),
        signature: Signature,
        description: String,
    ) -> Result<(), CampaignError> {
        let finding = Finding {
            folder: format!("findings/{}_{}_{index}", signature.oracle, signature.kind),
            signature,
            seed: state.seed,
            case: index,
            cases: 1,
            description,
            lines: program.lines().filter(|line| !line.trim().is_empty()).count(),
            packets: stimulus.iter().filter(|step| matches!(step, Stimulus::Packet(_))).count(),
            commands: stimulus.iter().filter(|step| matches!(step, Stimulus::Command(_))).count(),
            version: self.version.to_owned(),
        };
        finding.write(self.folder, program, stimulus)?;
        state.findings.push(finding);
        Ok(())
    }
}
