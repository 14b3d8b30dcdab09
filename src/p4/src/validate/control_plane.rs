//! Names that the control plane knows things by.

use std::collections::HashMap;

use crate::diagnostic::Diagnostic;
use crate::source::{Span, Text};
use crate::typed::{Annotation, Control, Expression, ExpressionKind, Program, Type, annotation_string};

pub(super) fn check(program: &Program, diagnostics: &mut Vec<Diagnostic>) {
    let mut names: HashMap<Text, Span> = HashMap::new();
    // An action that no table has is nothing to the control plane.
    let tables = program.controls.values().flat_map(|control| &control.tables);
    for action in tables.flat_map(|table| &table.actions).map(|listed| &listed.call.action) {
        let name = Text::clone(&action.control_plane_name);
        let Some(first) = names.insert(Text::clone(&name), action.span) else { continue };
        if first.is_same(action.span) {
            continue;
        }
        let message = format!("the control plane knows two actions as `{name}`");
        let diagnostic = Diagnostic::error(action.span, message).related(first, "the first");
        diagnostics.push(diagnostic.help("give one of them another `@name`"));
    }
    for control in program.controls.values() {
        if instances(program, control) > 1 {
            absolute_tables(control, diagnostics);
        }
    }
}

/// How many instances of a control there are in other controls and in the arguments of `main`.
fn instances(program: &Program, control: &Control) -> usize {
    let is = |ty: &Type| matches!(ty, Type::Control(declared) if declared.name == control.name);
    let inner = program.controls.values().flat_map(|around| &around.instances);
    let argument = |value: &&Expression| match &value.kind {
        ExpressionKind::Instance(instance) => is(&instance.ty),
        _ => false,
    };
    inner.filter(|instance| is(&instance.ty)).count() + program.main.arguments.iter().filter(argument).count()
}

fn is_absolute(annotations: &[Annotation]) -> bool {
    annotation_string(annotations, "name").is_some_and(|name| name.starts_with('.'))
}

/// Tables whose name says nothing of the instance would be known by one name in all of them.
fn absolute_tables(control: &Control, diagnostics: &mut Vec<Diagnostic>) {
    for table in control.tables.iter().filter(|table| is_absolute(&table.annotations)) {
        let message = format!(
            "the control plane knows several tables as `{}`: one in each instance of `{}`",
            table.control_plane_name, control.name
        );
        let diagnostic = Diagnostic::error(table.span, message);
        diagnostics.push(diagnostic.help("leave out the `.` at the start of the table's `@name`"));
    }
}
