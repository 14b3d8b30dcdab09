//! Types with themselves among their type arguments, which p4c refuses.

use crate::ast::visit::{Visitor, walk_type};
use crate::ast::{Type, TypeKind, TypeName};
use crate::diagnostic::Diagnostic;

pub(super) struct SelfArguments<'d> {
    pub(super) diagnostics: &'d mut Vec<Diagnostic>,
}

/// The place of a name in a type.
fn find<'a>(name: &TypeName, ty: &'a Type) -> Option<&'a Type> {
    match &ty.kind {
        TypeKind::Named(other) if other.name.text == name.name.text => Some(ty),
        TypeKind::Specialized(other, _) if other.name.text == name.name.text => Some(ty),
        TypeKind::Specialized(_, types) | TypeKind::Tuple(types) => {
            types.iter().find_map(|ty| find(name, ty))
        }
        TypeKind::Stack(element, _) | TypeKind::List(element) => find(name, element),
        _ => None,
    }
}

impl<'a> Visitor<'a> for SelfArguments<'_> {
    fn ty(&mut self, ty: &'a Type) {
        if let TypeKind::Specialized(name, types) = &ty.kind
            && let Some(inner) = types.iter().find_map(|ty| find(name, ty))
        {
            let message = format!("type `{}` can't be an argument of itself", name.name.text);
            let diagnostic = Diagnostic::error(name.name.span, message).related(inner.span, "here");
            self.diagnostics.push(diagnostic.help("declare a type of another name with these fields"));
        }
        walk_type(self, ty);
    }
}
