//! Who says whether a case is well.

use std::collections::BTreeSet;

use hyper4_diff::Counts;
use hyper4_p4::{Options, parse_source, print};

use serde_json::Value;

use crate::case::{Case, compile};
use crate::finding::Signature;

/// What an oracle says of a case.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Both ways to run it agree on so much.
    Agree(Counts),
    /// One of the ways refuses it, for that reason.
    Unsupported(String),
    /// They differ.
    Differ {
        /// What it is sorted by.
        signature: Signature,
        /// What a person wants to know first, in a line or two.
        description: String,
    },
    /// It couldn't be found out: a defect of the harness or of a switch.
    Error(String),
}

impl Verdict {
    /// What the finding is sorted by, if it is one: an error is one too.
    pub fn signature(&self, oracle: &str) -> Option<Signature> {
        match self {
            Self::Differ { signature, .. } => Some(signature.clone()),
            Self::Error(message) => Some(Signature::new(oracle, "error", message)),
            Self::Agree(_) | Self::Unsupported(_) => None,
        }
    }
}

/// Runs a case in two ways that share as little as can be, and compares.
pub trait Oracle: Sync {
    /// Its name: `virtual`, `round-trip`.
    fn name(&self) -> &str;

    /// What it says of a case.
    fn examine(&self, case: &Case) -> Verdict;

    /// As [`Self::examine`], and what of [`Self::reachable`] the case reached.
    fn examine_and_cover(&self, case: &Case) -> (Verdict, BTreeSet<String>) {
        (self.examine(case), BTreeSet::new())
    }

    /// What cases can reach, as far as it is known.
    fn reachable(&self) -> BTreeSet<String> {
        BTreeSet::new()
    }

    /// How many questions it is asked at most to make a case small. One that starts processes takes a while for each.
    fn questions(&self) -> usize {
        6_000
    }
}

/// A program that is printed and read again is the same program.
#[derive(Debug, Default)]
pub struct RoundTrip;

impl Oracle for RoundTrip {
    fn name(&self) -> &str {
        "round-trip"
    }

    fn examine(&self, case: &Case) -> Verdict {
        let differ = |kind: &str, description: String| Verdict::Differ {
            signature: Signature::new(self.name(), kind, ""),
            description,
        };
        let (tree, diagnostics) = parse_source("prog.p4", &case.text, &Options::default());
        if diagnostics.has_errors() {
            return differ("parse", diagnostics.to_string());
        }
        // What is printed has the include files in it.
        let again = match compile(&print::print(&tree)) {
            Ok(program) => program,
            Err(message) => return differ("printed", message),
        };
        let once = case.program.to_json();
        let json = once.to_string();
        let (again, once) = (placeless(again.to_json()), placeless(once));
        if let Some(difference) = difference(&once, &again) {
            return differ("program", format!("printed and read again, the program differs: {difference}"));
        }
        match hyper4_ir::Program::from_json(&json) {
            Ok(program) if program == *case.program => Verdict::Agree(Counts::default()),
            Ok(_) => differ(
                "json",
                "the program that was written as JSON and read again is another one".to_owned(),
            ),
            Err(error) => differ("json", error.to_string()),
        }
    }
}

/// A program's JSON without places, and without the lines in the names of what has none of its own: these differ, and
/// what switches run doesn't.
fn placeless(program: Value) -> Value {
    Placeless::default().value(program)
}

/// Names with a line in them, in the order in which they are met.
#[derive(Default)]
struct Placeless(Vec<String>);

impl Placeless {
    fn value(&mut self, value: Value) -> Value {
        match value {
            Value::Object(members) => {
                let kept = members.into_iter().filter(|(name, _)| name != "source_info");
                Value::Object(kept.map(|(name, value)| (self.name(name), self.value(value))).collect())
            }
            Value::Array(items) => Value::Array(items.into_iter().map(|item| self.value(item)).collect()),
            Value::String(text) => Value::String(self.name(text)),
            other => other,
        }
    }

    fn name(&mut self, name: String) -> String {
        let line = name.strip_prefix("tbl_").unwrap_or(&name).strip_prefix("prog");
        if !line.is_some_and(|line| line.starts_with(|c: char| c.is_ascii_digit())) {
            return name;
        }
        let number = self.0.iter().position(|known| *known == name).unwrap_or_else(|| {
            self.0.push(name);
            self.0.len() - 1
        });
        format!("without a name {number}")
    }
}

/// Where two documents differ first, as a path, and what stands there.
fn difference(one: &Value, other: &Value) -> Option<String> {
    let inside = |name: &dyn std::fmt::Display, difference: String| format!("/{name}{difference}");
    match (one, other) {
        (Value::Object(one), Value::Object(other)) if one.len() == other.len() => {
            let of = |name: &String| other.get(name).unwrap_or(&Value::Null);
            one.iter().find_map(|(name, value)| difference(value, of(name)).map(|found| inside(name, found)))
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            let mut pairs = one.iter().zip(other).enumerate();
            pairs.find_map(|(at, (one, other))| difference(one, other).map(|found| inside(&at, found)))
        }
        _ => (one != other).then(|| format!(" is {one}, then {other}")),
    }
}
