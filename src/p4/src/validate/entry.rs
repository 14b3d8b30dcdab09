//! Entries of tables: their priorities.

use num_bigint::BigInt;

use crate::diagnostic::Diagnostic;
use crate::typed::{Program, Table};

pub(super) fn check(program: &Program, diagnostics: &mut Vec<Diagnostic>) {
    for table in program.controls.values().flat_map(|control| &control.tables) {
        priorities(table, diagnostics);
    }
}

/// Priorities are numbers that the control plane can have too.
fn priorities(table: &Table, diagnostics: &mut Vec<Diagnostic>) {
    let range = BigInt::from(0)..=BigInt::from(i32::MAX);
    for entry in &table.entries {
        if let Some(priority) = entry.priority.as_ref().filter(|priority| !range.contains(priority)) {
            let message = format!("priority {priority} is not between 0 and {}", i32::MAX);
            diagnostics.push(Diagnostic::error(entry.span, message));
        }
    }
}
