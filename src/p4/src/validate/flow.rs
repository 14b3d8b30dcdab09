//! Ways through parsers.

use std::collections::{HashMap, HashSet};

use crate::diagnostic::Diagnostic;
use crate::typed::{KeySet, Parser, Program, SelectCase, Transition};

pub(super) fn check(program: &Program, diagnostics: &mut Vec<Diagnostic>) {
    for parser in program.parsers.values() {
        states(parser, diagnostics);
    }
}

pub(super) fn targets(transition: &Transition) -> Vec<&str> {
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
        return;
    }
    for state in &parser.states {
        if !reached.contains(&*state.name) {
            let message = format!("no way leads to state `{}`", state.name);
            let help = "let a state go there, or take it out";
            diagnostics.push(Diagnostic::warning(state.span, message).help(help));
        }
        if let Transition::Select { cases, .. } = &state.transition {
            let all = |case: &&SelectCase| case.keysets.iter().all(|keyset| matches!(keyset, KeySet::Any));
            let Some(first) = cases.iter().position(|case| all(&case)) else { continue };
            let taken = cases.get(first).map(|case| case.span);
            if let (Some(later), Some(taken)) = (cases.get(first.saturating_add(1)), taken) {
                let diagnostic = Diagnostic::warning(later.span, "this case is never looked at");
                diagnostics.push(diagnostic.related(taken, "this one takes all that is left"));
            }
        }
    }
}
