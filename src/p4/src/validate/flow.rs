//! Ways through parsers.

use std::collections::{HashMap, HashSet};

use crate::diagnostic::Diagnostic;
use crate::typed::{Parser, Program, Transition};

pub(super) fn check(program: &Program, diagnostics: &mut Vec<Diagnostic>) {
    for parser in program.parsers.values() {
        states(parser, diagnostics);
    }
}

fn targets(transition: &Transition) -> Vec<&str> {
    match transition {
        Transition::Direct(state) => vec![state],
        Transition::Select { cases, .. } => {
            let states = cases.iter().map(|case| &*case.state);
            // What matches no case is an error, and goes to `reject`.
            states.chain(["reject"]).collect()
        }
    }
}

/// A parser comes to an end; a state that is never reached is warned about.
fn states(parser: &Parser, diagnostics: &mut Vec<Diagnostic>) {
    let by_name: HashMap<&str, Vec<&str>> =
        parser.states.iter().map(|state| (&*state.name, targets(&state.transition))).collect();
    let mut reached = HashSet::from(["start"]);
    let mut waiting = vec!["start"];
    while let Some(state) = waiting.pop() {
        for target in by_name.get(state).into_iter().flatten() {
            if reached.insert(target) {
                waiting.push(target);
            }
        }
    }
    if !parser.states.is_empty() && !reached.contains("accept") && !reached.contains("reject") {
        let message = format!("parser `{}` never reaches `accept` or `reject`", parser.name);
        let help = "let a state end with `transition accept;`";
        diagnostics.push(Diagnostic::error(parser.span, message).help(help));
    }
}
