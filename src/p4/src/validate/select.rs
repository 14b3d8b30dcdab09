//! Keys of `select`, sizes of value sets, parameters of actions and fields of headers: which types they have.

use crate::ast::{Direction, StructureKind};
use crate::diagnostic::Diagnostic;
use crate::typed::{ExpressionKind, Parser, Program, Structure, Transition, Type, VariableKind};

pub(super) fn check(program: &Program, diagnostics: &mut Vec<Diagnostic>) {
    for parser in program.parsers.values() {
        keys(parser, diagnostics);
        sizes(parser, diagnostics);
    }
    for structure in program.structures.values() {
        varbits(structure, diagnostics);
    }
    let inner = program.controls.values().flat_map(|control| &control.actions);
    for parameter in program.actions.iter().chain(inner).flat_map(|action| &action.parameters) {
        let none = matches!(parameter.kind, VariableKind::Parameter(Direction::None));
        let what = match parameter.ty {
            Type::Extern(..) => "an extern",
            Type::Integer if none => "an `int` of no width",
            _ => continue,
        };
        let message = format!("parameter `{}` of an action can't be {what}", parameter.name);
        diagnostics.push(Diagnostic::error(parameter.span, message));
    }
}

fn keys(parser: &Parser, diagnostics: &mut Vec<Diagnostic>) {
    for state in &parser.states {
        let Transition::Select { keys, .. } = &state.transition else { continue };
        for key in keys {
            let fits = matches!(
                key.ty.underlying(),
                Type::Bit(_)
                    | Type::Int(_)
                    | Type::Bool
                    | Type::Enum(_)
                    | Type::Error
                    | Type::Integer
                    | Type::Invalid
                    | Type::Parameter(..)
            );
            if !fits {
                let message = format!("a value of type `{}` can't be selected on", key.ty);
                let help = "select on bits, booleans, errors or members of enums";
                diagnostics.push(Diagnostic::error(key.span, message).help(help));
            }
        }
    }
}

/// The size of a value set is known when compiled, and its elements have a width.
fn sizes(parser: &Parser, diagnostics: &mut Vec<Diagnostic>) {
    for set in &parser.instances {
        let Type::ValueSet(element) = &set.ty else { continue };
        if matches!(**element, Type::Integer) {
            let message =
                format!("value set `{}` can't have elements of type `int`, which has no width", set.name);
            diagnostics.push(Diagnostic::error(set.span, message).help("say how wide they are: `bit<…>`"));
        }
        for size in set.arguments.iter().filter(|size| !matches!(size.kind, ExpressionKind::Integer(_))) {
            let message = format!("the size of value set `{}` has to be known when compiled", set.name);
            diagnostics.push(Diagnostic::error(size.span, message));
        }
    }
}

/// A header has one field of varying length at most.
fn varbits(structure: &Structure, diagnostics: &mut Vec<Diagnostic>) {
    if structure.kind != StructureKind::Header {
        return;
    }
    let mut varying = structure.fields.iter().filter(|field| matches!(field.ty, Type::Varbit(_)));
    let Some(first) = varying.next() else { return };
    for other in varying {
        let message = format!("header `{}` has two `varbit` fields", structure.name);
        let diagnostic = Diagnostic::error(other.span, message).related(first.span, "the first");
        diagnostics.push(diagnostic.help("split the header"));
    }
}
