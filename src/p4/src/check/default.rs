//! Default values: what `...` stands for.

use num_bigint::BigInt;

use super::{Checker, invalid};
use crate::source::Span;
use crate::typed::{Expression, ExpressionKind, StructureKind, Type};

impl Checker<'_, '_> {
    /// The default value of a type.
    pub(super) fn default_value(&mut self, ty: &Type, span: Span) -> Expression {
        if !self.spend(ty, span) {
            return invalid(span);
        }
        self.default_of(ty, span)
    }

    fn default_of(&mut self, ty: &Type, span: Span) -> Expression {
        let kind = match ty {
            Type::Bool => ExpressionKind::Bool(false),
            Type::Bit(_) | Type::Int(_) | Type::Integer => ExpressionKind::Integer(BigInt::from(0)),
            Type::Error => ExpressionKind::Error("NoError".into()),
            Type::Str => ExpressionKind::Str("".into()),
            Type::Enum(declared) if declared.underlying.is_some() => ExpressionKind::Integer(BigInt::from(0)),
            Type::Enum(declared) => match declared.members.first() {
                Some(first) => ExpressionKind::EnumMember(first.name.clone()),
                None => return self.without_default(ty, span),
            },
            Type::NewType(new) => self.default_of(&new.underlying, span).kind,
            Type::Structure(structure) if structure.kind != StructureKind::Struct => {
                ExpressionKind::InvalidHeader
            }
            Type::Structure(structure) => {
                let fields = structure.fields.iter();
                ExpressionKind::List(fields.map(|field| self.default_of(&field.ty, span)).collect())
            }
            Type::Tuple(types) => {
                ExpressionKind::List(types.iter().map(|ty| self.default_of(ty, span)).collect())
            }
            Type::Stack(element, size) => {
                let element = self.default_of(element, span);
                ExpressionKind::List(vec![element; *size as usize])
            }
            Type::Invalid => return invalid(span),
            _ => return self.without_default(ty, span),
        };
        Expression { kind, ty: ty.clone(), span }
    }

    fn without_default(&mut self, ty: &Type, span: Span) -> Expression {
        self.error(span, format!("`...` can't stand for a `{ty}`: that has no default value"));
        invalid(span)
    }
}
