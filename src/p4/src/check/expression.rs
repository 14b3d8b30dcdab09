//! Expressions.

use std::sync::Arc;

use num_bigint::BigInt;
use num_traits::Signed;

use super::coerce::{number, position};
use super::{Checker, Symbol, invalid};
use crate::ast::{self, ExpressionKind as Written};
use crate::diagnostic::Diagnostic;
use crate::source::{Span, Text};
use crate::typed::{Callee, Expression, ExpressionKind, Type};

/// Elements of all lists that constants and `...` make.
const MAX_ELEMENTS: usize = 1 << 22;

impl Checker<'_, '_> {
    /// An expression of any type.
    pub(super) fn expression(&mut self, expression: &ast::Expression) -> Expression {
        self.levels = self.levels.saturating_add(1);
        let checked = self.expression_of(expression);
        self.levels = self.levels.saturating_sub(1);
        checked
    }

    fn expression_of(&mut self, expression: &ast::Expression) -> Expression {
        let span = expression.span;
        let typed = |kind, ty| Expression { kind, ty, span };
        match &expression.kind {
            Written::Invalid => invalid(span),
            Written::Integer(literal) => self.literal(literal, span),
            Written::Bool(value) => typed(ExpressionKind::Bool(*value), Type::Bool),
            Written::Str(text) => typed(ExpressionKind::Str(Text::clone(text)), Type::Str),
            Written::Name(name) => self.named_value(name, false),
            Written::GlobalName(name) => self.named_value(name, true),
            Written::Member(base, name) => self.member(base, name, span),
            Written::Index(base, index) => self.index(base, index, span),
            Written::Slice(base, high, low) => self.slice(base, high, low, span),
            Written::PlusSlice(base, low, width) => self.plus_slice(base, low, width, span),
            Written::Unary(operator, operand) => self.unary(*operator, operand, span),
            Written::Binary(operator, left, right) => self.binary(*operator, left, right, span),
            Written::Conditional(condition, then, otherwise) => {
                self.conditional(condition, then, otherwise, span)
            }
            Written::Cast(target, operand) => self.cast(target, operand, span),
            Written::Call { callee, types, arguments } => self.call_value(callee, types, arguments, span),
            Written::List(elements, rest) => self.list(elements, *rest, span),
            Written::Record(fields, rest) => self.record(fields, *rest, span),
            // Its type is the one it is wanted as.
            Written::InvalidHeader => typed(ExpressionKind::InvalidHeader, Type::Record(Vec::new())),
            Written::Type(ty) => {
                let ty = self.ty(ty);
                if !ty.is_invalid() {
                    self.error(span, format!("`{ty}` is a type, not a value"));
                }
                invalid(span)
            }
            Written::This => match self.context.this.clone() {
                Some(ty) => typed(ExpressionKind::This, ty),
                None => {
                    self.error(span, "`this` is for methods that an instance gives to an abstract one");
                    invalid(span)
                }
            },
            Written::KeyTuple(_) | Written::Default | Written::DontCare => {
                self.error(span, "this is allowed only in select cases and table entries");
                invalid(span)
            }
            Written::Ellipsis => typed(ExpressionKind::Default, Type::Default),
        }
    }

    /// An expression that is a condition.
    pub(super) fn condition(&mut self, expression: &ast::Expression) -> Expression {
        let condition = self.expression(expression);
        self.coerce(condition, &Type::Bool)
    }

    fn literal(&mut self, literal: &ast::Literal, span: Span) -> Expression {
        let ty = match literal.width {
            None => Type::Integer,
            Some((width, false)) => Type::Bit(width),
            Some((width, true)) => Type::Int(width),
        };
        let value = super::constant::wrap(literal.value.clone(), &ty);
        if value != literal.value {
            let text = format!("`{}` does not fit into its width: it becomes `{value}`", literal.text);
            self.report(Diagnostic::warning(span, text));
        }
        Expression { kind: ExpressionKind::Integer(value), ty, span }
    }

    fn call_value(
        &mut self,
        callee: &ast::Expression,
        types: &[ast::Type],
        arguments: &[ast::Argument],
        span: Span,
    ) -> Expression {
        if let Some(size) = self.size_of(callee, types, arguments, span) {
            return size;
        }
        let Some((call, ty)) = self.call(callee, types, arguments, span) else { return invalid(span) };
        // A table's result has no type of its own: only its members can be used.
        if matches!(call.callee, Callee::Table(_)) {
            self.error(span, "the result of `apply` is used by `.hit`, `.miss` or `.action_run`");
            return invalid(span);
        }
        Expression { kind: ExpressionKind::Call(Box::new(call)), ty, span }
    }

    fn list(&mut self, elements: &[ast::Expression], rest: bool, span: Span) -> Expression {
        let mut values: Vec<Expression> = elements.iter().map(|value| self.expression(value)).collect();
        if values.iter().any(|value| value.ty.is_invalid()) {
            return invalid(span);
        }
        if let Some(void) = values.iter().find(|value| matches!(value.ty, Type::Void)) {
            self.error(void.span, "this gives no value");
            return invalid(span);
        }
        if rest {
            values.push(Expression { kind: ExpressionKind::Default, ty: Type::Default, span });
        }
        let ty = Type::Tuple(values.iter().map(|value| value.ty.clone()).collect());
        Expression { kind: ExpressionKind::List(values), ty, span }
    }

    fn record(&mut self, fields: &[(ast::Name, ast::Expression)], rest: bool, span: Span) -> Expression {
        let mut types: indexmap::IndexMap<Text, Type> = indexmap::IndexMap::new();
        let mut values = Vec::new();
        let mut sound = true;
        for (name, value) in fields {
            let value = self.expression(value);
            sound &= !value.ty.is_invalid();
            if types.insert(Text::clone(&name.text), value.ty.clone()).is_some() {
                self.error(name.span, format!("`{}` is given twice", name.text));
                sound = false;
            }
            values.push(value);
        }
        if rest {
            types.insert("...".into(), Type::Default);
            values.push(Expression { kind: ExpressionKind::Default, ty: Type::Default, span });
        }
        if !sound {
            return invalid(span);
        }
        let ty = Type::Record(types.into_iter().collect());
        Expression { kind: ExpressionKind::List(values), ty, span }
    }

    fn named_value(&mut self, name: &ast::Name, global: bool) -> Expression {
        let span = name.span;
        if self.find_name(name, global).is_none() && self.types.match_kinds.contains_key(&name.text) {
            let kind = ExpressionKind::EnumMember(Text::clone(&name.text));
            return Expression { kind, ty: Type::MatchKind, span };
        }
        match self.resolve(name, global) {
            Symbol::Variable(variable) => {
                let ty = variable.ty.clone();
                Expression { kind: ExpressionKind::Variable(variable), ty, span }
            }
            Symbol::Constant(value) => self.constant_value(&value, span),
            Symbol::Instance(instance) => {
                let ty = instance.ty.clone();
                Expression { kind: ExpressionKind::Instance(instance), ty, span }
            }
            Symbol::Invalid => invalid(span),
            other => {
                let diagnostic =
                    Diagnostic::error(span, format!("`{}` is {}, not a value", name.text, other.describe()));
                self.report(match other {
                    Symbol::Functions(_) | Symbol::Action(_) => {
                        diagnostic.help(format!("call it: `{}(…)`", name.text))
                    }
                    Symbol::Table(_) => diagnostic.help(format!("apply it: `{}.apply()`", name.text)),
                    _ => diagnostic,
                });
                invalid(span)
            }
        }
    }

    /// A copy of a constant.
    fn constant_value(&mut self, value: &Expression, span: Span) -> Expression {
        if matches!(value.kind, ExpressionKind::List(_)) && !self.spend(&value.ty, span) {
            return invalid(span);
        }
        Expression { span, ..value.clone() }
    }

    /// Counts the elements of a list that is made; each use of a constant may be another one. Whether there are not
    /// too many of them.
    pub(super) fn spend(&mut self, ty: &Type, span: Span) -> bool {
        self.elements = self.elements.saturating_add(self.parts(ty));
        let sound = self.elements <= MAX_ELEMENTS;
        if !sound {
            self.error(
                span,
                "the constants and default values of this program have too many elements in all",
            );
        }
        sound
    }

    /// A constant list that is only looked into.
    fn constant_list(&self, base: &ast::Expression) -> Option<Arc<Expression>> {
        let symbol = match &base.kind {
            Written::Name(name) => self.find_name(name, false),
            Written::GlobalName(name) => self.find_name(name, true),
            _ => None,
        };
        match symbol {
            Some(Symbol::Constant(value)) if matches!(value.kind, ExpressionKind::List(_)) => {
                Some(Arc::clone(value))
            }
            _ => None,
        }
    }

    /// A field of a constant, which is one too.
    pub(super) fn constant_field(
        &self,
        base: &ast::Expression,
        name: &str,
        span: Span,
    ) -> Option<Expression> {
        let constant = self.constant_list(base)?;
        let position = constant.ty.structure()?.fields.iter().position(|field| &*field.name == name)?;
        match &constant.kind {
            ExpressionKind::List(values) => Some(Expression { span, ..values.get(position)?.clone() }),
            _ => None,
        }
    }

    fn index(&mut self, base: &ast::Expression, index: &ast::Expression, span: Span) -> Expression {
        let index = number(self.expression(index));
        if let (Some(constant), Some(position)) = (self.constant_list(base), position(&index))
            && let ExpressionKind::List(elements) = &constant.kind
            && let Some(element) = elements.get(position)
        {
            return Expression { span, ..element.clone() };
        }
        let base = self.expression(base);
        if base.ty.is_invalid() || index.ty.is_invalid() {
            return invalid(span);
        }
        if !matches!(index.ty, Type::Bit(_) | Type::Int(_) | Type::Integer) {
            self.error(index.span, format!("an index is an integer, not `{}`", index.ty));
            return invalid(span);
        }
        let (ty, size) = match &base.ty {
            Type::Stack(element, size) => ((**element).clone(), *size as usize),
            Type::Tuple(types) => match position(&index).map(|position| types.get(position)) {
                Some(Some(ty)) => (ty.clone(), types.len()),
                Some(None) => (Type::Invalid, types.len()),
                None if index.integer().is_some() => (Type::Invalid, types.len()),
                None => {
                    self.error(index.span, "the index of a tuple has to be known when compiled");
                    return invalid(span);
                }
            },
            other => {
                let message = format!("a value of type `{other}` has no elements");
                let diagnostic = Diagnostic::error(base.span, message);
                self.report(match other {
                    Type::Bit(_) | Type::Int(_) => diagnostic.help("bits are taken by `[high:low]`"),
                    _ => diagnostic,
                });
                return invalid(span);
            }
        };
        let outside =
            index.integer().is_some_and(|value| value.is_negative() || *value >= BigInt::from(size));
        if outside {
            let message = format!("the index is out of range: there are {size} elements, counted from 0");
            self.error(index.span, message);
            return invalid(span);
        }
        // An element of a constant is a constant.
        if let (ExpressionKind::List(elements), Some(position)) = (&base.kind, position(&index))
            && let Some(element) = elements.get(position)
        {
            return Expression { span, ..element.clone() };
        }
        Expression { kind: ExpressionKind::Index(Box::new(base), Box::new(index)), ty, span }
    }
}
