//! Random P4_16 programs for v1model: well-typed by how they are made, and sure to end.
//!
//! A program is text, as a person would write it, so that every front end reads the same one. It draws first which
//! [`Feature`]s it has, then declares headers and metadata, then writes parser, controls and deparser from what it has
//! declared.

mod block;
mod control;
mod expression;
mod external;
mod feature;
mod frame;
mod limits;
mod parser;
mod scope;
mod table;

use std::collections::BTreeSet;

pub use feature::Feature;
pub use limits::ProgramLimits;

use crate::dice::Dice;
use crate::generator::rng;
use scope::{Field, Header, HeaderType, Stack};

/// A random program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RandomProgram {
    /// Its text.
    pub text: String,
    /// The features that it drew. It needn't have found a use for each.
    pub features: BTreeSet<Feature>,
}

/// Makes random programs: program `i` follows from the seed, the limits and `i` alone.
#[derive(Clone, Debug)]
pub struct ProgramGenerator {
    seed: u64,
    limits: ProgramLimits,
}

impl ProgramGenerator {
    /// A generator.
    pub fn new(seed: u64, limits: ProgramLimits) -> Self {
        Self { seed, limits }
    }

    /// Program number `index`.
    pub fn program(&self, index: u64) -> RandomProgram {
        let mut rng = rng(self.seed, index);
        let mut dice = Dice::new(&mut rng);
        let weights = self.limits.weights.iter();
        let features: BTreeSet<Feature> =
            weights.filter(|(_, weight)| dice.percent(usize::from(**weight))).map(|(one, _)| *one).collect();
        let mut sketch = Sketch {
            dice,
            limits: &self.limits,
            features,
            header_types: Vec::new(),
            headers: Vec::new(),
            stack: None,
            metadata: Vec::new(),
            checksum: None,
            names: 0,
        };
        sketch.declare();
        let text = sketch.text();
        RandomProgram { text, features: sketch.features }
    }
}

/// A program while it is made.
struct Sketch<'a> {
    dice: Dice<'a>,
    limits: &'a ProgramLimits,
    features: BTreeSet<Feature>,
    header_types: Vec<HeaderType>,
    headers: Vec<Header>,
    stack: Option<Stack>,
    metadata: Vec<Field>,
    /// The header that has a checksum, and the field for it.
    checksum: Option<(String, Vec<Field>, Field)>,
    /// Names given so far, so that each is new.
    names: usize,
}

impl Sketch<'_> {
    /// Whether the program has the feature.
    fn has(&self, feature: Feature) -> bool {
        self.features.contains(&feature)
    }

    /// Whether the program has the feature, and chance is for it, too.
    fn wants(&mut self, feature: Feature, percent: usize) -> bool {
        self.has(feature) && self.dice.percent(percent)
    }

    /// A name that no other has.
    fn name(&mut self, kind: &str) -> String {
        self.names += 1;
        format!("{kind}{}", self.names)
    }
}
