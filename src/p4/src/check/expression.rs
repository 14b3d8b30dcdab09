//! Expressions.

use std::sync::Arc;

use num_bigint::BigInt;
use num_traits::ToPrimitive;

use super::{Checker, Symbol, invalid};
use crate::ast::{self, ExpressionKind as Written};
use crate::diagnostic::Diagnostic;
use crate::source::{Span, Text};
use crate::typed::{Callee, Expression, ExpressionKind, StructureKind, Type};

impl Checker<'_> {
    /// An expression of any type.
    pub(super) fn expression(&mut self, expression: &ast::Expression) -> Expression {
        let span = expression.span;
        let typed = |kind, ty| Expression { kind, ty, span };
        match &expression.kind {
            Written::Invalid => invalid(span),
            Written::Integer(literal) => {
                let ty = match literal.width {
                    None => Type::Integer,
                    Some((width, false)) => Type::Bit(width),
                    Some((width, true)) => Type::Int(width),
                };
                let value = super::constant::wrap(literal.value.clone(), &ty);
                if value != literal.value {
                    let text =
                        format!("`{}` does not fit into its width: it becomes `{value}`", literal.text);
                    self.report(Diagnostic::warning(span, text));
                }
                typed(ExpressionKind::Integer(value), ty)
            }
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
            Written::Call { callee, types, arguments } => {
                let Some((call, ty)) = self.call(callee, types, arguments, span) else {
                    return invalid(span);
                };
                // A table's result has no type of its own: only its members can be used.
                if matches!(call.callee, Callee::Table(_)) {
                    self.error(span, "the result of `apply` is used by `.hit`, `.miss` or `.action_run`");
                    return invalid(span);
                }
                typed(ExpressionKind::Call(Box::new(call)), ty)
            }
            Written::List(elements, rest) => {
                let values: Vec<Expression> = elements.iter().map(|value| self.expression(value)).collect();
                if *rest {
                    self.error(span, "`...` in a list is not supported: write all values");
                    return invalid(span);
                }
                if values.iter().any(|value| value.ty.is_invalid()) {
                    return invalid(span);
                }
                let ty = Type::Tuple(values.iter().map(|value| value.ty.clone()).collect());
                typed(ExpressionKind::List(values), ty)
            }
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
            Written::This => {
                self.error(span, "`this` is not supported");
                invalid(span)
            }
            Written::KeyTuple(_) | Written::Default | Written::DontCare => {
                self.error(span, "this is allowed only in select cases and table entries");
                invalid(span)
            }
            Written::Ellipsis => {
                self.error(span, "`...` is not supported: write the value");
                invalid(span)
            }
        }
    }

    fn record(&mut self, fields: &[(ast::Name, ast::Expression)], rest: bool, span: Span) -> Expression {
        let mut types: Vec<(Text, Type)> = Vec::new();
        let mut values = Vec::new();
        for (name, value) in fields {
            let value = self.expression(value);
            if types.iter().any(|(known, _)| *known == name.text) {
                self.error(name.span, format!("`{}` is given twice", name.text));
            }
            types.push((Text::clone(&name.text), value.ty.clone()));
            values.push(value);
        }
        if rest {
            self.error(span, "`...` in a structure is not supported: write all fields");
            return invalid(span);
        }
        if types.iter().any(|(_, ty)| ty.is_invalid()) {
            return invalid(span);
        }
        Expression { kind: ExpressionKind::List(values), ty: Type::Record(types), span }
    }

    fn named_value(&mut self, name: &ast::Name, global: bool) -> Expression {
        let span = name.span;
        match self.resolve(name, global) {
            Symbol::Variable(variable) => {
                let ty = variable.ty.clone();
                Expression { kind: ExpressionKind::Variable(variable), ty, span }
            }
            Symbol::Constant(value) => Expression { span, ..*value },
            Symbol::Instance(instance) => {
                let ty = instance.ty.clone();
                Expression { kind: ExpressionKind::Instance(instance), ty, span }
            }
            Symbol::Invalid => invalid(span),
            other => {
                self.error(span, format!("`{}` is {}, not a value", name.text, other.describe()));
                invalid(span)
            }
        }
    }

    fn member(&mut self, base: &ast::Expression, name: &ast::Name, span: Span) -> Expression {
        if let Written::Type(ty) = &base.kind {
            let ty = self.ty(ty);
            return self.type_member(ty, name, span);
        }
        if let Written::Call { callee, arguments, .. } = &base.kind
            && let Some(table) = self.applied_table(callee)
        {
            let (kind, ty) = match &*name.text {
                "hit" => (ExpressionKind::TableHit(Arc::clone(&table)), Type::Bool),
                "miss" => (ExpressionKind::TableMiss(Arc::clone(&table)), Type::Bool),
                "action_run" => {
                    (ExpressionKind::TableActionRun(Arc::clone(&table)), Type::ActionRun(Arc::clone(&table)))
                }
                other => {
                    let message = format!("the result of `apply` has no member `{other}`");
                    let diagnostic = Diagnostic::error(name.span, message);
                    self.report(diagnostic.suggest(other, ["hit", "miss", "action_run"]));
                    return invalid(span);
                }
            };
            if !arguments.is_empty() {
                self.error(span, format!("`apply` of table `{}` takes no arguments", table.name));
            }
            return Expression { kind, ty, span };
        }
        let base = self.expression(base);
        self.member_of(base, name, span)
    }

    fn type_member(&mut self, ty: Type, name: &ast::Name, span: Span) -> Expression {
        let (known, what): (Vec<Text>, String) = match &ty {
            Type::Error => {
                if self.types.errors.contains(&name.text) {
                    return Expression { kind: ExpressionKind::Error(Text::clone(&name.text)), ty, span };
                }
                (self.types.errors.clone(), "`error`".to_owned())
            }
            Type::Enum(declared) => {
                if let Some(member) = declared.member(&name.text) {
                    let kind = match &member.value {
                        Some(value) => ExpressionKind::Integer(value.clone()),
                        None => ExpressionKind::EnumMember(Text::clone(&name.text)),
                    };
                    return Expression { kind, ty, span };
                }
                let members = declared.members.iter().map(|member| Text::clone(&member.name)).collect();
                (members, format!("enum `{}`", declared.name))
            }
            Type::Invalid => return invalid(span),
            other => {
                self.error(span, format!("type `{other}` has no members"));
                return invalid(span);
            }
        };
        let diagnostic = Diagnostic::error(name.span, format!("{what} has no member `{}`", name.text));
        self.report(diagnostic.suggest(&name.text, known.iter().map(|name| &**name)));
        invalid(span)
    }

    fn member_of(&mut self, base: Expression, name: &ast::Name, span: Span) -> Expression {
        let typed = |kind, ty| Expression { kind, ty, span };
        match base.ty.clone() {
            Type::Invalid => invalid(span),
            Type::Structure(structure) => match structure.field(&name.text) {
                Some(field) => {
                    typed(ExpressionKind::Member(Box::new(base), Text::clone(&name.text)), field.ty.clone())
                }
                None => {
                    let message = format!("`{}` has no field `{}`", structure.name, name.text);
                    let known = structure.fields.iter().map(|field| &*field.name);
                    let diagnostic = Diagnostic::error(name.span, message).label("no such field");
                    let diagnostic = match (&*name.text, structure.kind) {
                        ("isValid" | "setValid" | "setInvalid", StructureKind::Header) => {
                            diagnostic.help(format!("call it: `{}()`", name.text))
                        }
                        _ => diagnostic.suggest(&name.text, known),
                    };
                    self.report(diagnostic);
                    invalid(span)
                }
            },
            Type::Stack(element, size) => {
                let element = (*element).clone();
                let base = Box::new(base);
                match &*name.text {
                    "next" => typed(ExpressionKind::StackNext(base), element),
                    "last" => typed(ExpressionKind::StackLast(base), element),
                    "lastIndex" => typed(ExpressionKind::StackLastIndex(base), Type::Bit(32)),
                    "size" => typed(ExpressionKind::Integer(BigInt::from(size)), Type::Bit(32)),
                    other => {
                        let diagnostic =
                            Diagnostic::error(name.span, format!("a stack has no member `{other}`"));
                        self.report(diagnostic.suggest(other, ["next", "last", "lastIndex", "size"]));
                        invalid(span)
                    }
                }
            }
            other => {
                self.error(name.span, format!("a value of type `{other}` has no member `{}`", name.text));
                invalid(span)
            }
        }
    }

    fn index(&mut self, base: &ast::Expression, index: &ast::Expression, span: Span) -> Expression {
        let base = self.expression(base);
        let index = self.expression(index);
        if base.ty.is_invalid() || index.ty.is_invalid() {
            return invalid(span);
        }
        if !matches!(index.ty.underlying(), Type::Bit(_) | Type::Int(_) | Type::Integer) {
            self.error(index.span, format!("an index is an integer, not `{}`", index.ty));
            return invalid(span);
        }
        let position = index.integer().map(ToPrimitive::to_usize);
        let (ty, size) = match &base.ty {
            Type::Stack(element, size) => ((**element).clone(), *size as usize),
            Type::Tuple(types) => match position.flatten().and_then(|position| types.get(position)) {
                Some(ty) => (ty.clone(), types.len()),
                None => {
                    self.error(index.span, format!("there is no such element in `{}`", base.ty));
                    return invalid(span);
                }
            },
            other => {
                self.error(base.span, format!("a value of type `{other}` has no elements"));
                return invalid(span);
            }
        };
        if position.is_some_and(|position| position.is_none_or(|position| position >= size)) {
            self.error(index.span, format!("the index is out of range: there are {size} elements"));
            return invalid(span);
        }
        Expression { kind: ExpressionKind::Index(Box::new(base), Box::new(index)), ty, span }
    }
}
