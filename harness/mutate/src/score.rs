//! How many faults the checks find.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::bench::Bench;
use crate::judge::{Answer, Judged, Prover};
use crate::kind::Kind;
use crate::oracle::Oracle;
use crate::plan::{Planted, plan};

/// What a mutation run wrote.
pub const MUTATE_SCHEMA: &str = "hyper4/mutate/1";

/// How many faults are planted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// As many as that, at most.
    pub mutants: usize,
    /// None is begun after that.
    pub time: Option<Duration>,
    /// Whether proofs are one of the checks. Otherwise they only tell which survivors are equivalent.
    pub proofs_count: bool,
}

/// What became of the faults of a kind, or of all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Planted.
    pub planted: u64,
    /// Found.
    pub killed: u64,
    /// Proven to make no difference.
    pub equivalent: u64,
    /// Neither.
    pub survived: u64,
}

impl Tally {
    /// Of a hundred faults that make a difference, or could, how many are found; 100 when there are none.
    pub fn score(&self) -> f64 {
        let meant = self.planted.saturating_sub(self.equivalent);
        if meant == 0 { 100.0 } else { 100.0 * self.killed as f64 / meant as f64 }
    }

    fn count(&mut self, fate: Fate) {
        self.planted += 1;
        match fate {
            Fate::Killed => self.killed += 1,
            Fate::Equivalent => self.equivalent += 1,
            Fate::Survived => self.survived += 1,
        }
    }
}

/// What a check found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OracleTally {
    /// Faults that it had a chance to find.
    pub asked: u64,
    /// Faults that it found.
    pub killed: u64,
    /// Faults that no other check found.
    pub alone: u64,
}

/// A fault that nobody found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Survivor {
    /// The kind.
    pub kind: String,
    /// The subject in which it was planted.
    pub subject: String,
    /// What was changed.
    pub change: String,
    /// Why it isn't known to make no difference, or what would have found it.
    pub why: String,
    /// A packet that would have found it: `PORT:HEX`.
    pub packet: Option<String>,
}

/// What came of planting faults.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// [`MUTATE_SCHEMA`]
    pub schema: String,
    /// The seed.
    pub seed: u64,
    /// How many were planted.
    pub planted: u64,
    /// How many a check found.
    pub killed: u64,
    /// How many are proven to make no difference.
    pub equivalent: u64,
    /// Of a hundred that aren't, how many were found.
    pub score: f64,
    /// The others.
    pub survived: Vec<Survivor>,
    /// By kinds.
    pub kinds: BTreeMap<String, Tally>,
    /// By checks.
    pub oracles: BTreeMap<String, OracleTally>,
    /// Subjects that no fault could be planted in, as the persona doesn't carry them, with why.
    pub refused: BTreeMap<String, String>,
    /// How long it took.
    pub seconds: f64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Killed,
    Equivalent,
    Survived,
}

/// Faults that are judged between two looks at the clock.
const LOT: usize = 16;

impl Bench {
    /// Plants faults, runs them past the checks, and counts. `progress` is told how many are done, and how many of them
    /// survived.
    pub fn score(
        &self,
        seed: u64,
        kinds: &[Kind],
        budget: Budget,
        prover: Option<&dyn Prover>,
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> Score {
        let begun = Instant::now();
        let mut score = Score {
            schema: MUTATE_SCHEMA.to_owned(),
            seed,
            planted: 0,
            killed: 0,
            equivalent: 0,
            score: 0.0,
            survived: Vec::new(),
            kinds: BTreeMap::new(),
            oracles: BTreeMap::new(),
            refused: self.refused.iter().cloned().collect(),
            seconds: 0.0,
        };
        let planned = plan(self, seed, kinds, budget.mutants);
        let mut total = Tally::default();
        for lot in planned.chunks(LOT) {
            let left = budget.mutants.saturating_sub(usize::try_from(total.planted).unwrap_or(usize::MAX));
            if left == 0 || budget.time.is_some_and(|time| begun.elapsed() >= time) {
                break;
            }
            let judged: Vec<Option<Judged>> =
                lot.par_iter().map(|planted: &Planted| self.judge(*planted, prover)).collect();
            for one in judged.into_iter().flatten().take(left) {
                let fate = score.note(one, budget.proofs_count);
                total.count(fate);
            }
            progress(total.planted, total.survived);
        }
        (score.planted, score.killed, score.equivalent) = (total.planted, total.killed, total.equivalent);
        score.score = total.score();
        score.seconds = begun.elapsed().as_secs_f64();
        score
    }
}

impl Score {
    fn note(&mut self, judged: Judged, proofs_count: bool) -> Fate {
        let Judged { planted, subject, what, asked, mut killed_by, answer } = judged;
        let (mut why, mut packet) = ("nobody asked whether it makes a difference".to_owned(), None);
        let mut equivalent = false;
        match answer {
            Some(Answer::Equivalent) => equivalent = true,
            Some(Answer::Differs { packet: found, what }) => {
                if proofs_count {
                    killed_by.insert(Oracle::Proof);
                }
                why = format!("a packet would have found it: {what}");
                packet = Some(format!("{}:{}", found.port, hex::encode(&found.bytes)));
            }
            Some(Answer::Unknown(reason)) => why = reason,
            None => {}
        }
        for oracle in asked {
            if oracle == Oracle::Proof && !proofs_count {
                continue;
            }
            let tally = self.oracles.entry(oracle.name().to_owned()).or_default();
            tally.asked += u64::from(!equivalent);
            tally.killed += u64::from(killed_by.contains(&oracle));
            tally.alone += u64::from(killed_by.contains(&oracle) && killed_by.len() == 1);
        }
        let fate = match (killed_by.is_empty(), equivalent) {
            (false, _) => Fate::Killed,
            (true, true) => Fate::Equivalent,
            (true, false) => Fate::Survived,
        };
        let kind = planted.kind.to_string();
        if fate == Fate::Survived {
            self.survived.push(Survivor { kind: kind.clone(), subject, change: what, why, packet });
        }
        self.kinds.entry(kind).or_default().count(fate);
        fate
    }
}
