//! What the methods of the core library ask for besides their types.

use super::Checker;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::typed::{Argument, Extern, Signature, Structure, StructureKind, Type};

impl Checker<'_, '_> {
    /// What `packet_in` and `packet_out` ask for.
    pub(super) fn check_core_method(
        &mut self,
        declared: &Extern,
        signature: &Signature,
        types: &[Type],
        arguments: &[Argument],
        span: Span,
    ) {
        let first = arguments.first().and_then(|argument| argument.value.as_ref());
        match (&*declared.name, &*signature.name) {
            ("packet_in", "extract") => {
                let Some(header) = first else { return };
                let variable = match &header.ty {
                    Type::Structure(structure) if structure.kind == StructureKind::Header => {
                        let count = varbits(structure);
                        if count > 1 {
                            let mut varying =
                                structure.fields.iter().filter(|field| matches!(field.ty, Type::Varbit(_)));
                            let at = varying.nth(1).map_or(header.span, |field| field.span);
                            let message = "a header with more than one `varbit` field can't be extracted";
                            let diagnostic = Diagnostic::error(at, message)
                                .label("nothing says where the one before it ends")
                                .related(header.span, "extracted here");
                            self.report(diagnostic);
                            return;
                        }
                        count == 1
                    }
                    Type::Invalid | Type::Parameter(..) => return,
                    other => {
                        let message = format!("`extract` reads a header, not a `{other}`");
                        let diagnostic = Diagnostic::error(header.span, message);
                        self.report(match other {
                            Type::Stack(..) => {
                                diagnostic.help("extract into `.next`, one header after another")
                            }
                            _ => diagnostic,
                        });
                        return;
                    }
                };
                match (variable, arguments.len()) {
                    (true, 1) => {
                        let message = "this header has a `varbit` field: its length has to be given";
                        let help = "write `extract(header, bits)`";
                        self.report(Diagnostic::error(header.span, message).help(help));
                    }
                    (false, 2) => {
                        let message = "this header has no `varbit` field, so there is no length to give";
                        self.report(Diagnostic::error(header.span, message).help("write `extract(header)`"));
                    }
                    _ => {}
                }
            }
            ("packet_in", "lookahead") => {
                let Some(ty) = types.first() else { return };
                if matches!(ty, Type::Void) || !fixed_width(ty) {
                    self.error(span, format!("`lookahead` needs a type of fixed width, not `{ty}`"));
                }
            }
            ("packet_out", "emit") => {
                let Some(value) = first else { return };
                if let Some(fault) = not_emitted(&value.ty) {
                    let message = format!("`emit` writes headers, stacks and unions, not a `{fault}`");
                    self.error(span, message);
                }
            }
            _ => {}
        }
    }
}

fn varbits(structure: &Structure) -> usize {
    structure.fields.iter().filter(|field| matches!(field.ty, Type::Varbit(_))).count()
}

fn fixed_width(ty: &Type) -> bool {
    match ty.underlying() {
        Type::Varbit(_) => false,
        Type::Structure(structure) => {
            structure.kind != StructureKind::Union
                && structure.fields.iter().all(|field| fixed_width(&field.ty))
        }
        Type::Stack(element, _) => fixed_width(element),
        Type::Tuple(types) => types.iter().all(fixed_width),
        _ => true,
    }
}

/// What of a value can't be written to a packet.
fn not_emitted(ty: &Type) -> Option<Type> {
    match ty {
        Type::Structure(structure) if structure.kind == StructureKind::Struct => {
            structure.fields.iter().find_map(|field| not_emitted(&field.ty))
        }
        Type::Structure(_) | Type::Stack(..) | Type::Invalid | Type::Parameter(..) => None,
        Type::Tuple(types) => types.iter().find_map(not_emitted),
        Type::Record(fields) => fields.iter().find_map(|(_, ty)| not_emitted(ty)),
        other => Some(other.clone()),
    }
}
