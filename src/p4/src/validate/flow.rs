//! Ways through functions and parsers.

use std::collections::{HashMap, HashSet};

use crate::diagnostic::Diagnostic;
use crate::typed::{Function, Parser, Program, Statement, StatementKind, SwitchLabel, Transition, Type};

pub(super) fn check(program: &Program, diagnostics: &mut Vec<Diagnostic>) {
    for function in &program.functions {
        returns(function, diagnostics);
    }
    let own = program.instances.iter().chain(program.parsers.values().flat_map(|parser| &parser.instances));
    let own = own.chain(program.controls.values().flat_map(|control| &control.instances));
    for method in own.flat_map(|instance| &instance.methods) {
        if !program.functions.iter().any(|function| function.span.is_same(method.span)) {
            returns(method, diagnostics);
        }
    }
    for parser in program.parsers.values() {
        states(parser, diagnostics);
    }
}

fn returns(function: &Function, diagnostics: &mut Vec<Diagnostic>) {
    if !matches!(function.result, Type::Void) && !always_ends(&function.body) {
        let message = format!("function `{}` doesn't return a value on all paths", function.name);
        let help = format!("end it with `return` and a value of type `{}`", function.result);
        diagnostics.push(Diagnostic::error(function.span, message).help(help));
    }
}

/// Whether what stands behind the statements is never reached.
fn always_ends(statements: &[Statement]) -> bool {
    statements.iter().any(|statement| match &statement.kind {
        StatementKind::Return(_) | StatementKind::Exit => true,
        StatementKind::Block(inner) => always_ends(inner),
        StatementKind::If(_, then, otherwise) => always_ends(then) && always_ends(otherwise),
        StatementKind::Switch(_, cases) => {
            let default = |label: &SwitchLabel| matches!(label, SwitchLabel::Default);
            cases.iter().any(|case| case.labels.iter().any(default))
                && cases.iter().all(|case| always_ends(&case.body))
        }
        _ => false,
    })
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
