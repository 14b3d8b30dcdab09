//! Equivalence of many programs, with the entries that packet tests give them.

use std::collections::BTreeMap;
use std::path::Path;

use hyper4_symbolic as symbolic;
use hyper4_symbolic::Verdict;

use super::replay::Replay;
use super::{Entries, NOT_CARRIED, Proved, equivalence, unknown, until_wrong};
use crate::args::Options;
use crate::failure::Failure;
use crate::persona::Persona;
use crate::{stf, subject};

/// Prove what a list names, one subject after the other: each spreads over all threads itself.
pub(super) fn prove(
    options: &Options,
    persona: &Persona,
    list: &Path,
    limits: (&symbolic::Options, Entries),
) -> Result<Vec<Proved>, Failure> {
    let pairs = stf::listed(list)?;
    until_wrong(pairs.iter().map(|(test, program)| Ok(one(options, persona, test, program, limits))))
}

/// A subject that can't be read takes the others not along.
fn one(
    options: &Options,
    persona: &Persona,
    test: &Path,
    program: &Path,
    limits: (&symbolic::Options, Entries),
) -> Proved {
    let name = test.file_stem().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let proved = subject::load_tested(options, test, program)
        .and_then(|subject| equivalence(options, persona, subject, limits));
    proved.unwrap_or_else(|failure| {
        let reason = match failure {
            Failure::Input(reason) | Failure::Tool(reason) => reason,
            Failure::Program(diagnostics) => diagnostics.render().trim_end().to_owned(),
        };
        Proved { name, verdict: unknown(reason, limits.0), seconds: 0.0, replayed: None, notes: Vec::new() }
    })
}

/// How many there are of each result, and of each reason.
pub(super) fn summary(results: &[Proved]) -> String {
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    let (mut proved, mut refuted, mut unknown, mut wrong) = (0, 0, 0, 0);
    for result in results {
        match (&result.verdict, &result.replayed) {
            (_, Some(Replay { outcome: Err(_), .. })) => wrong += 1,
            (Verdict::Proved(_), _) => proved += 1,
            (Verdict::Refuted(_), _) => refuted += 1,
            (Verdict::Unknown { reason, .. }, _) => {
                unknown += 1;
                *reasons.entry(kind(reason)).or_insert(0) += 1;
            }
        }
    }
    let seconds: f64 = results.iter().map(|result| result.seconds).sum();
    let mut text = format!(
        "{} subjects in {seconds:.1} s: {proved} proved, {refuted} refuted, {unknown} unknown, {wrong} where the executor is \
         wrong\n",
        results.len()
    );
    let mut counted: Vec<(String, usize)> = reasons.into_iter().collect();
    counted.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    for (reason, count) in counted {
        text.push_str(&format!("  {count:>4}  {reason}\n"));
    }
    text
}

/// A reason without what differs from one packet length, and one name, to another.
fn kind(reason: &str) -> String {
    if reason.starts_with(NOT_CARRIED) {
        return NOT_CARRIED.to_owned();
    }
    let behind = match reason.split_once(": ") {
        Some((length, rest)) if length.starts_with("packets of ") => rest,
        _ => reason,
    };
    let first = behind.lines().next().unwrap_or_default();
    let unnamed = first.split('`').enumerate().map(|(index, piece)| if index % 2 == 1 { "…" } else { piece });
    unnamed.collect::<String>().chars().filter(|c| !c.is_ascii_digit()).collect()
}
