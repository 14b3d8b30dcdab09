//! Names that the control plane knows things by.

use std::collections::HashMap;

use crate::diagnostic::Diagnostic;
use crate::source::{Span, Text};
use crate::typed::Program;

pub(super) fn check(program: &Program, diagnostics: &mut Vec<Diagnostic>) {
    let mut names: HashMap<Text, Span> = HashMap::new();
    let inner = program.controls.values().flat_map(|control| &control.actions);
    for action in program.actions.iter().chain(inner) {
        let name = Text::clone(&action.control_plane_name);
        let Some(first) = names.insert(Text::clone(&name), action.span) else { continue };
        if first.is_same(action.span) {
            continue;
        }
        let message = format!("the control plane knows two actions as `{name}`");
        let diagnostic = Diagnostic::error(action.span, message).related(first, "the first");
        diagnostics.push(diagnostic.help("give one of them another `@name`"));
    }
}
