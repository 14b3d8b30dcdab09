//! Calls of `extract`, `lookahead` and `emit`: which types they take.

use super::typed_walk::{Place, Visitor, walk};
use crate::ast::StructureKind;
use crate::diagnostic::Diagnostic;
use crate::typed::{Call, Callee, Program, Type};

pub(super) fn check(program: &Program, diagnostics: &mut Vec<Diagnostic>) {
    walk(program, &mut Methods { diagnostics });
}

struct Methods<'d> {
    diagnostics: &'d mut Vec<Diagnostic>,
}

/// Whether its length is known only at run time.
fn has_varying_length(ty: &Type) -> bool {
    match ty {
        Type::Varbit(_) => true,
        Type::Structure(structure) => {
            structure.kind == StructureKind::Union
                || structure.fields.iter().any(|field| has_varying_length(&field.ty))
        }
        Type::Stack(element, _) => has_varying_length(element),
        Type::Tuple(types) => types.iter().any(has_varying_length),
        _ => false,
    }
}

/// Whether it consists of headers alone.
fn can_be_emitted(ty: &Type) -> bool {
    match ty {
        Type::Structure(structure) => match structure.kind {
            StructureKind::Header | StructureKind::Union => true,
            StructureKind::Struct => structure.fields.iter().all(|field| can_be_emitted(&field.ty)),
        },
        Type::Stack(element, _) => can_be_emitted(element),
        Type::Tuple(types) => types.iter().all(can_be_emitted),
        Type::Record(fields) => fields.iter().all(|(_, ty)| can_be_emitted(ty)),
        Type::Invalid | Type::Parameter(..) => true,
        _ => false,
    }
}

impl Methods<'_> {
    fn extract(&mut self, call: &Call) {
        let Some(value) = call.arguments.first().and_then(|argument| argument.value.as_ref()) else { return };
        let ty = &value.ty;
        let (message, help) = if !ty.is_header() {
            if matches!(ty, Type::Invalid | Type::Parameter(..)) {
                return;
            }
            (
                format!("`extract` takes a header, not a value of type `{ty}`"),
                "extract its headers one by one",
            )
        } else if call.arguments.len() == 1 && has_varying_length(ty) {
            (
                format!("header `{ty}` has a `varbit` field, whose length `extract` has to be told"),
                "write `extract(header, bits)`",
            )
        } else if call.arguments.len() > 1 && !has_varying_length(ty) {
            (
                format!("header `{ty}` has no `varbit` field for the length that is given"),
                "write `extract(header)`",
            )
        } else {
            return;
        };
        self.diagnostics.push(Diagnostic::error(value.span, message).help(help));
    }

    fn lookahead(&mut self, call: &Call) {
        let Some(ty) = call.types.first() else { return };
        let message = if matches!(ty, Type::Void) {
            "`lookahead` has to be told a type that has bits".to_owned()
        } else if has_varying_length(ty) {
            format!("`lookahead` takes a type of a fixed length, not `{ty}`")
        } else {
            return;
        };
        self.diagnostics.push(Diagnostic::error(call.span, message));
    }

    fn emit(&mut self, call: &Call) {
        let Some(value) = call.arguments.first().and_then(|argument| argument.value.as_ref()) else { return };
        if !can_be_emitted(&value.ty) {
            let message = format!("`emit` takes headers, not a value of type `{}`", value.ty);
            let help = "a stack or union of headers, or a struct of them, will do too";
            self.diagnostics.push(Diagnostic::error(call.span, message).help(help));
        }
    }
}

impl Visitor for Methods<'_> {
    fn call(&mut self, call: &Call, _place: Place) {
        let Callee::Method { declared, method, .. } = &call.callee else { return };
        match (&*declared.name, &**method) {
            ("packet_in", "extract") => self.extract(call),
            ("packet_in", "lookahead") => self.lookahead(call),
            ("packet_out", "emit") => self.emit(call),
            _ => {}
        }
    }
}
