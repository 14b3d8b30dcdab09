//! Conversions that nobody has to write: integer literals to a width, lists to structs.

use super::constant::wrap;
use super::infer::fits_literal;
use super::{Checker, invalid};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::typed::{Expression, ExpressionKind, StructureKind, Type};

impl Checker<'_> {
    /// The expression as one of the wanted type, or a report that it is of another.
    pub(super) fn coerce(&mut self, expression: Expression, wanted: &Type) -> Expression {
        if expression.ty.is_invalid() || wanted.is_invalid() {
            return expression;
        }
        if expression.ty == *wanted {
            return expression;
        }
        if matches!(expression.kind, ExpressionKind::InvalidHeader)
            && (wanted.is_header() || matches!(wanted, Type::Structure(s) if s.kind == StructureKind::Union))
        {
            return Expression { ty: wanted.clone(), ..expression };
        }
        if !fits_literal(wanted, &expression.ty) {
            return self.mismatch(&expression, wanted);
        }
        let Expression { kind, ty, span } = expression;
        match kind {
            ExpressionKind::Integer(value) => {
                let fitted = wrap(value.clone(), wanted);
                if fitted != value && matches!(ty, Type::Integer) {
                    let text = format!("`{value}` does not fit into `{wanted}`: it becomes `{fitted}`");
                    self.report(Diagnostic::warning(span, text));
                }
                Expression { kind: ExpressionKind::Integer(fitted), ty: wanted.clone(), span }
            }
            ExpressionKind::List(elements) => self.coerce_list(elements, &ty, wanted, span),
            kind => {
                let inner = Expression { kind, ty, span };
                Expression { kind: ExpressionKind::Cast(Box::new(inner)), ty: wanted.clone(), span }
            }
        }
    }

    fn coerce_list(
        &mut self,
        elements: Vec<Expression>,
        given: &Type,
        wanted: &Type,
        span: Span,
    ) -> Expression {
        let types: Vec<(Option<crate::source::Text>, Type)> = match wanted {
            Type::Structure(structure) => {
                structure.fields.iter().map(|field| (Some(field.name.clone()), field.ty.clone())).collect()
            }
            Type::Tuple(types) => types.iter().map(|ty| (None, ty.clone())).collect(),
            _ => return invalid(span),
        };
        let mut values = Vec::new();
        // A record's values are looked up by name, a list's are taken in order.
        let mut given_fields: Vec<(Option<crate::source::Text>, Expression)> = match given {
            Type::Record(fields) => fields.iter().map(|(name, _)| Some(name.clone())).zip(elements).collect(),
            _ => elements.into_iter().map(|element| (None, element)).collect(),
        };
        for (name, ty) in types {
            let position = match given {
                Type::Record(_) => given_fields.iter().position(|(given, _)| *given == name),
                _ => (!given_fields.is_empty()).then_some(0),
            };
            let Some(position) = position else { return invalid(span) };
            let (_, element) = given_fields.remove(position);
            values.push(self.coerce(element, &ty));
        }
        Expression { kind: ExpressionKind::List(values), ty: wanted.clone(), span }
    }

    fn mismatch(&mut self, expression: &Expression, wanted: &Type) -> Expression {
        let given = &expression.ty;
        let diagnostic = Diagnostic::error(expression.span, format!("expected `{wanted}`, found `{given}`"))
            .label(format!("this is `{given}`"));
        let diagnostic = match (wanted.underlying(), given.underlying()) {
            (Type::Bit(_) | Type::Int(_), Type::Bit(_) | Type::Int(_)) => {
                diagnostic.help(format!("convert it: `({wanted})(…)`"))
            }
            (Type::Bool, Type::Bit(1)) => diagnostic.help("compare it: `… == 1`"),
            (Type::Bool, Type::Bit(_) | Type::Int(_)) => diagnostic.help("compare it: `… != 0`"),
            _ => diagnostic,
        };
        self.report(diagnostic);
        invalid(expression.span)
    }
}
