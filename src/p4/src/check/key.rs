//! Names of keys.

use crate::source::Text;
use crate::typed::{BinaryOp, Callee, Expression, ExpressionKind, annotation_string};

/// The name the control plane knows a key by, as p4c makes it of the expression; nothing where that has too many parts
/// for a name.
pub(super) fn name(key: &Expression) -> Option<Text> {
    match &key.kind {
        ExpressionKind::Variable(variable) => Some(Text::clone(&variable.name)),
        ExpressionKind::Integer(value) => Some(value.to_string().into()),
        ExpressionKind::Member(base, field) => {
            let declared = base.ty.structure().and_then(|structure| structure.field(field));
            let given = declared.and_then(|field| annotation_string(&field.annotations, "name"));
            let field = given.unwrap_or_else(|| Text::clone(field));
            match field.strip_prefix('.') {
                Some(global) => Some(global.into()),
                None => Some(format!("{}.{field}", name(base)?).into()),
            }
        }
        ExpressionKind::Index(base, index) => Some(format!("{}[{}]", name(base)?, name(index)?).into()),
        ExpressionKind::Slice(base, high, low) => Some(format!("{}[{high}:{low}]", name(base)?).into()),
        ExpressionKind::Binary(BinaryOp::BitAnd, left, right) => {
            Some(format!("{} & {}", name(left)?, name(right)?).into())
        }
        ExpressionKind::Call(call) => match &call.callee {
            Callee::IsValid(header) => Some(format!("{}.$valid$", name(header)?).into()),
            _ => None,
        },
        _ => None,
    }
}
