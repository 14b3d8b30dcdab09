//! What is wrong with a program although it can be read: what stands where it must not, what is there twice, what
//! is missing.
//!
//! [`tree`] looks at the program as it was written, before types are known, [`program`] at the checked one. Rules
//! are those of the specification of P4_16, version 1.2.5; where that leaves something open, those of p4c.

mod annotation;
mod control_plane;
mod declaration;
mod entry;
mod flow;
mod initial;
mod parameter;
mod placement;
mod priority;
mod reach;
mod select;
mod self_argument;
mod shadowing;
mod switch;
mod table;
mod target;

use crate::ast::{self, visit::walk_program};
use crate::diagnostic::Diagnostic;
use crate::typed;

/// Checks a tree before its types are.
pub fn tree(program: &ast::Program, diagnostics: &mut Vec<Diagnostic>) {
    walk_program(&mut placement::Placement::new(diagnostics), program);
    walk_program(&mut annotation::Annotations::new(program, diagnostics), program);
    walk_program(&mut parameter::Parameters { diagnostics }, program);
    walk_program(&mut shadowing::Shadowing::new(diagnostics), program);
    walk_program(&mut switch::Switches::new(program, diagnostics), program);
    walk_program(&mut table::Tables::new(program, diagnostics), program);
    walk_program(&mut self_argument::SelfArguments { diagnostics }, program);
    declaration::check(program, diagnostics);
}

/// Checks a program whose types fit.
pub fn program(program: &typed::Program, diagnostics: &mut Vec<Diagnostic>) {
    select::check(program, diagnostics);
    flow::check(program, diagnostics);
    entry::check(program, diagnostics);
    control_plane::check(program, diagnostics);
    target::check(program, diagnostics);
    initial::check(program, diagnostics);
}
