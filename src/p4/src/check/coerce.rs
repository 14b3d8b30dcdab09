//! Conversions that nobody has to write: integer literals to a width, lists to structs.

use num_traits::ToPrimitive;

use super::constant::{is_constant, wrap};
use super::generic::Substitution;
use super::infer::takes_integer;
use super::{Checker, invalid};
use crate::diagnostic::{Diagnostic, count};
use crate::source::{Span, Text};
use crate::typed::{Expression, ExpressionKind, StructureKind, Type};

/// Elements that `...` is written out to.
const MAX_ELEMENTS: usize = 1 << 16;

impl Checker<'_, '_> {
    /// The expression as one of the wanted type, or a report that it is of another.
    pub(super) fn coerce(&mut self, expression: Expression, wanted: &Type) -> Expression {
        if expression.ty.is_invalid() || wanted.is_invalid() || matches!(wanted, Type::Default) {
            return expression;
        }
        if expression.ty == *wanted && !has_default(&expression.ty) {
            return expression;
        }
        let Expression { kind, ty, span } = expression;
        match (kind, wanted) {
            (ExpressionKind::InvalidHeader, Type::Structure(structure))
                if structure.kind != StructureKind::Struct && matches!(ty, Type::Record(_)) =>
            {
                Expression { kind: ExpressionKind::InvalidHeader, ty: wanted.clone(), span }
            }
            (ExpressionKind::Default, _) => self.default_value(wanted, span),
            (ExpressionKind::List(elements), Type::Structure(_) | Type::Tuple(_) | Type::Stack(..))
                if matches!(ty, Type::Tuple(_) | Type::Record(_)) =>
            {
                self.coerce_list(elements, &ty, wanted, span)
            }
            // Which of the lists it is decides later.
            (ExpressionKind::Conditional(condition, then, otherwise), _)
                if matches!(ty, Type::Tuple(_) | Type::Record(_)) && ty != *wanted =>
            {
                let (then, otherwise) = (self.coerce(*then, wanted), self.coerce(*otherwise, wanted));
                if then.ty.is_invalid() || otherwise.ty.is_invalid() {
                    return invalid(span);
                }
                let kind = ExpressionKind::Conditional(condition, Box::new(then), Box::new(otherwise));
                Expression { kind, ty: wanted.clone(), span }
            }
            (ExpressionKind::Integer(value), _) if matches!(ty, Type::Integer) && takes_integer(wanted) => {
                let fitted = wrap(value.clone(), wanted);
                if fitted != value {
                    let text = format!("`{value}` does not fit into `{wanted}`: it becomes `{fitted}`");
                    self.report(Diagnostic::warning(span, text));
                }
                Expression { kind: ExpressionKind::Integer(fitted), ty: wanted.clone(), span }
            }
            (kind, _) => {
                let expression = Expression { kind, ty, span };
                // An `int` that is known only later, or a serializable enum that is used as its number.
                let integer = matches!(expression.ty, Type::Integer) && takes_integer(wanted);
                let known = matches!(wanted, Type::Integer)
                    && matches!(expression.ty, Type::Bit(_) | Type::Int(_))
                    && is_constant(&expression);
                if integer || known || enum_as(&expression.ty, wanted) {
                    return convert(expression, wanted);
                }
                if let (Type::Extern(..) | Type::Package(..), true) =
                    (wanted, self.unify(wanted, &expression.ty, &mut Substitution::default()))
                {
                    return expression;
                }
                self.mismatch(&expression, wanted)
            }
        }
    }

    /// A list or record as a structure, tuple or stack.
    fn coerce_list(
        &mut self,
        elements: Vec<Expression>,
        given: &Type,
        wanted: &Type,
        span: Span,
    ) -> Expression {
        let values = match (given, wanted) {
            (_, Type::Structure(structure)) if structure.kind == StructureKind::Union => {
                let message = format!("`{wanted}` is a header union: it can't be made of a list");
                self.report(Diagnostic::error(span, message).help("assign to one of its headers"));
                None
            }
            (Type::Record(fields), Type::Structure(structure)) => {
                let types = structure.fields.iter().map(|field| (field.name.clone(), field.ty.clone()));
                self.by_name(
                    fields.iter().map(|(name, _)| name.clone()).zip(elements),
                    types.collect(),
                    wanted,
                    span,
                )
            }
            (Type::Tuple(_), Type::Structure(structure)) => {
                let types = structure.fields.iter().map(|field| field.ty.clone()).collect();
                self.in_order(elements, types, wanted, span)
            }
            (Type::Tuple(_), Type::Tuple(types)) => self.in_order(elements, types.clone(), wanted, span),
            (Type::Tuple(_), Type::Stack(element, size)) if (*size as usize) <= MAX_ELEMENTS => {
                let types = vec![(**element).clone(); *size as usize];
                self.in_order(elements, types, wanted, span)
            }
            _ => {
                let list = Expression { kind: ExpressionKind::List(elements), ty: given.clone(), span };
                return self.mismatch(&list, wanted);
            }
        };
        match values {
            Some(values) if values.iter().all(|value| !value.ty.is_invalid()) => {
                Expression { kind: ExpressionKind::List(values), ty: wanted.clone(), span }
            }
            _ => invalid(span),
        }
    }

    fn in_order(
        &mut self,
        mut elements: Vec<Expression>,
        types: Vec<Type>,
        wanted: &Type,
        span: Span,
    ) -> Option<Vec<Expression>> {
        let rest = elements.pop_if(|last| matches!(last.kind, ExpressionKind::Default)).is_some();
        if elements.len() > types.len() || (elements.len() < types.len() && !rest) {
            let has =
                count(types.len(), if matches!(wanted, Type::Structure(_)) { "field" } else { "element" });
            let message = format!("`{wanted}` has {has}, not {}", elements.len());
            let diagnostic = Diagnostic::error(span, message);
            let fewer = elements.len() < types.len();
            self.report(if fewer {
                diagnostic.help("`...` at the end stands for default values")
            } else {
                diagnostic
            });
            return None;
        }
        let mut given = elements.into_iter();
        let mut values = Vec::new();
        for ty in types {
            values.push(match given.next() {
                Some(element) => self.coerce(element, &ty),
                None => self.default_value(&ty, span),
            });
        }
        Some(values)
    }

    fn by_name(
        &mut self,
        given: impl Iterator<Item = (Text, Expression)>,
        types: Vec<(Text, Type)>,
        wanted: &Type,
        span: Span,
    ) -> Option<Vec<Expression>> {
        let mut given: indexmap::IndexMap<Text, Expression> = given.collect();
        let rest = given.shift_remove("...").is_some();
        let mut values = Vec::new();
        let mut missing = Vec::new();
        for (name, ty) in &types {
            match given.swap_remove(name) {
                Some(value) => values.push(self.coerce(value, ty)),
                None if rest => values.push(self.default_value(ty, span)),
                None => missing.push(format!("`{name}`")),
            }
        }
        if let Some((name, value)) = given.first() {
            let known = types.iter().map(|(known, _)| &**known);
            let diagnostic = Diagnostic::error(value.span, format!("`{wanted}` has no field `{name}`"));
            let diagnostic = diagnostic.suggest(name, known);
            self.report(diagnostic);
            return None;
        }
        if !missing.is_empty() {
            let message = format!("no value for {} of `{wanted}`", missing.join(", "));
            self.report(Diagnostic::error(span, message).help("`...` at the end stands for default values"));
            return None;
        }
        Some(values)
    }

    pub(super) fn mismatch(&mut self, expression: &Expression, wanted: &Type) -> Expression {
        let given = &expression.ty;
        let message = match expression.kind {
            ExpressionKind::InvalidHeader => {
                format!("expected `{wanted}`, found `{{#}}`: that is for headers and unions")
            }
            _ => format!("expected `{wanted}`, found `{given}`"),
        };
        let diagnostic = Diagnostic::error(expression.span, message).label(format!("this is `{given}`"));
        let diagnostic = match (wanted, given.underlying()) {
            (Type::Enum(_), Type::Bit(_) | Type::Int(_) | Type::Integer) => {
                diagnostic.help(format!("convert it: `({wanted})(…)`, or name a member: `{wanted}.…`"))
            }
            (Type::List(_), Type::Tuple(_)) => diagnostic.help(format!("convert it: `({wanted}){{ … }}`")),
            _ => match (wanted.underlying(), given.underlying()) {
                (Type::Bit(a), Type::Int(b)) | (Type::Int(a), Type::Bit(b)) if a != b => {
                    diagnostic.help("change the width and the sign in two steps: `(bit<…>)(int<…>)(…)`")
                }
                (Type::Bit(_) | Type::Int(_), Type::Bit(_) | Type::Int(_) | Type::Integer) => {
                    diagnostic.help(format!("convert it: `({wanted})(…)`"))
                }
                (Type::Bool, Type::Bit(1)) => diagnostic.help("compare it: `… == 1`"),
                (Type::Bool, Type::Bit(_) | Type::Int(_) | Type::Integer) => {
                    diagnostic.help("compare it: `… != 0`")
                }
                (Type::Bit(1), Type::Bool) => diagnostic.help("convert it: `(bit<1>)(…)`"),
                (Type::Bit(_) | Type::Int(_), Type::Bool) => {
                    diagnostic.help("choose the number: `… ? 1 : 0`")
                }
                (Type::Integer, Type::Bit(_) | Type::Int(_)) => {
                    diagnostic.help("an `int` is known when compiled, this is not")
                }
                _ => diagnostic,
            },
        };
        self.report(diagnostic);
        invalid(expression.span)
    }
}

/// Whether there is a `...` in it.
fn has_default(ty: &Type) -> bool {
    match ty {
        Type::Default => true,
        Type::Tuple(types) => types.iter().any(has_default),
        Type::Record(fields) => fields.iter().any(|(_, ty)| has_default(ty)),
        _ => false,
    }
}

/// Whether a serializable enum is wanted as its number.
fn enum_as(given: &Type, wanted: &Type) -> bool {
    matches!(given, Type::Enum(declared) if declared.underlying.as_ref() == Some(wanted))
}

/// A value of another type with the same bits.
pub(super) fn convert(expression: Expression, wanted: &Type) -> Expression {
    let span = expression.span;
    let kind = match expression.kind {
        ExpressionKind::Integer(value) => ExpressionKind::Integer(wrap(value, wanted)),
        _ => ExpressionKind::Cast(Box::new(expression)),
    };
    Expression { kind, ty: wanted.clone(), span }
}

/// A serializable enum as its number.
pub(super) fn number(expression: Expression) -> Expression {
    match &expression.ty {
        Type::Enum(declared) => match declared.underlying.clone() {
            Some(underlying) => convert(expression, &underlying),
            None => expression,
        },
        _ => expression,
    }
}

/// The element of a list at a position that is known when compiled.
pub(super) fn position(index: &Expression) -> Option<usize> {
    index.integer().and_then(ToPrimitive::to_usize)
}
