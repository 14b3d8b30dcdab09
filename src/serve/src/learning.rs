//! Learning lists: samples are sent in lots, each sample once until the lot it was in, or it, is acknowledged
//! (`LearnEngine` in learning.cpp of bmv2).

use std::collections::{BTreeMap, HashSet};
use std::time::{Duration, Instant};

use hyper4_proto::LearningRequest;

/// Samples that a lot has before anybody says otherwise (`init_learn_lists` in P4Objects.cpp).
const SAMPLES: usize = 16;
/// How long a lot waits to be full, before anybody says otherwise.
const PATIENCE: Duration = Duration::from_millis(1000);

/// Samples that are to be sent together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lot {
    /// Its number, by which it is acknowledged.
    pub buffer: u64,
    /// The samples.
    pub samples: Vec<Vec<u8>>,
}

/// A list: what is known, and what waits to be sent.
#[derive(Clone, Debug)]
pub struct LearningList {
    most: usize,
    /// `None`: a lot waits until it is full.
    patience: Option<Duration>,
    /// The number of the lot that is being filled.
    buffer: u64,
    waiting: Vec<Vec<u8>>,
    /// When the first of them came.
    since: Option<Instant>,
    /// What isn't told again.
    known: HashSet<Vec<u8>>,
    /// What was in each lot, and how many of it aren't acknowledged.
    unacknowledged: BTreeMap<u64, (usize, Vec<Vec<u8>>)>,
}

impl Default for LearningList {
    fn default() -> Self {
        Self {
            most: SAMPLES,
            patience: Some(PATIENCE),
            buffer: 0,
            waiting: Vec::new(),
            since: None,
            known: HashSet::new(),
            unacknowledged: BTreeMap::new(),
        }
    }
}

impl LearningList {
    /// A packet taught that; an answer is to be sent.
    pub fn learn(&mut self, sample: Vec<u8>, now: Instant) -> Option<Lot> {
        if !self.known.insert(sample.clone()) {
            return None;
        }
        let (count, samples) = self.unacknowledged.entry(self.buffer).or_default();
        *count += 1;
        samples.push(sample.clone());
        self.waiting.push(sample);
        if self.waiting.len() == 1 && self.most > 1 {
            self.since = Some(now);
            None
        } else {
            (self.waiting.len() >= self.most).then(|| self.take())
        }
    }

    /// A lot that has waited for long enough.
    pub fn overdue(&mut self, now: Instant) -> Option<Lot> {
        let due = self.since? + self.patience?;
        (!self.waiting.is_empty() && now >= due).then(|| self.take())
    }

    /// What a client says. An answer is to be sent.
    pub fn hear(&mut self, what: &LearningRequest) -> Option<Lot> {
        match what {
            LearningRequest::Acknowledge { buffer, samples } => {
                self.acknowledge(buffer.cast_unsigned(), samples.as_deref());
                None
            }
            LearningRequest::Timeout(milliseconds) => {
                let milliseconds = u64::from(milliseconds.cast_unsigned());
                self.patience = (milliseconds > 0).then(|| Duration::from_millis(milliseconds));
                None
            }
            LearningRequest::BufferSize(most) => {
                // A negative number is a very large one.
                self.most = usize::try_from(*most).unwrap_or(usize::MAX);
                (!self.waiting.is_empty() && self.waiting.len() >= self.most).then(|| self.take())
            }
        }
    }

    /// Forget all samples; how many make a lot, and how long it waits, stays.
    pub fn reset(&mut self) {
        *self = Self { most: self.most, patience: self.patience, ..Self::default() };
    }

    fn take(&mut self) -> Lot {
        let lot = Lot { buffer: self.buffer, samples: std::mem::take(&mut self.waiting) };
        self.buffer += 1;
        self.since = None;
        lot
    }

    fn acknowledge(&mut self, buffer: u64, samples: Option<&[i32]>) {
        let Some((count, of_lot)) = self.unacknowledged.get_mut(&buffer) else { return };
        match samples {
            None => of_lot.iter().for_each(|sample| {
                self.known.remove(sample);
            }),
            Some(numbers) => {
                for number in numbers {
                    let Some(sample) = usize::try_from(*number).ok().and_then(|n| of_lot.get(n)) else {
                        continue;
                    };
                    self.known.remove(sample);
                    // The same sample twice counts twice there, too.
                    *count = count.saturating_sub(1);
                }
                if *count > 0 {
                    return;
                }
            }
        }
        self.unacknowledged.remove(&buffer);
    }
}
