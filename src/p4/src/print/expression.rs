//! Types and expressions.

use super::comma;
use crate::ast::{Argument, BinaryOp, Expression, ExpressionKind, Type, TypeKind, TypeName};

/// Binds tighter than every operator.
const TIGHTEST: u8 = 14;
const PREFIX: u8 = 13;

pub(super) fn ty(ty: &Type) -> String {
    match &ty.kind {
        TypeKind::Void => "void".to_owned(),
        TypeKind::Bool => "bool".to_owned(),
        TypeKind::Error => "error".to_owned(),
        TypeKind::Str => "string".to_owned(),
        TypeKind::MatchKind => "match_kind".to_owned(),
        TypeKind::Integer => "int".to_owned(),
        TypeKind::Bit(None) => "bit".to_owned(),
        TypeKind::Bit(Some(width)) => format!("bit<{}>", self::width(width)),
        TypeKind::Int(width) => format!("int<{}>", self::width(width)),
        TypeKind::Varbit(width) => format!("varbit<{}>", self::width(width)),
        TypeKind::Named(name) => type_name(name),
        TypeKind::Specialized(name, arguments) => {
            format!("{}<{}>", type_name(name), comma(arguments, self::ty))
        }
        TypeKind::Stack(inner, size) => format!("{}[{}]", self::ty(inner), expression(size)),
        TypeKind::Tuple(types) => format!("tuple<{}>", comma(types, self::ty)),
        TypeKind::List(inner) => format!("list<{}>", self::ty(inner)),
        TypeKind::DontCare => "_".to_owned(),
    }
}

fn type_name(name: &TypeName) -> String {
    format!("{}{}", if name.global { "." } else { "" }, name.name.text)
}

fn width(width: &Expression) -> String {
    match &width.kind {
        ExpressionKind::Integer(literal) => literal.text.to_string(),
        _ => format!("({})", expression(width)),
    }
}

pub(super) fn expression(expression: &Expression) -> String {
    at(expression, 0)
}

pub(super) fn arguments(list: &[Argument]) -> String {
    comma(list, |argument| match &argument.name {
        Some(name) => format!("{} = {}", name.text, expression(&argument.value)),
        None => expression(&argument.value),
    })
}

fn rest(elements: String, rest: bool) -> String {
    match (elements.is_empty(), rest) {
        (true, true) => "{ ... }".to_owned(),
        (true, false) => "{ }".to_owned(),
        (false, true) => format!("{{ {elements}, ... }}"),
        (false, false) => format!("{{ {elements} }}"),
    }
}

/// An expression in brackets when it binds less tightly than `least`.
fn at(expression: &Expression, least: u8) -> String {
    let (text, precedence) = match &expression.kind {
        // Reported already; something that is sure not to parse.
        ExpressionKind::Invalid => ("<invalid>".to_owned(), TIGHTEST),
        ExpressionKind::Integer(literal) => (literal.text.to_string(), TIGHTEST),
        ExpressionKind::Bool(value) => (value.to_string(), TIGHTEST),
        ExpressionKind::Str(text) => (format!("\"{text}\""), TIGHTEST),
        ExpressionKind::Name(name) => (name.text.to_string(), TIGHTEST),
        ExpressionKind::GlobalName(name) => (format!(".{}", name.text), TIGHTEST),
        ExpressionKind::Type(inner) => (ty(inner), TIGHTEST),
        ExpressionKind::This => ("this".to_owned(), TIGHTEST),
        ExpressionKind::Member(base, name) => (format!("{}.{}", at(base, TIGHTEST), name.text), TIGHTEST),
        ExpressionKind::Index(base, index) => (format!("{}[{}]", at(base, TIGHTEST), at(index, 0)), TIGHTEST),
        ExpressionKind::Slice(base, high, low) => {
            (format!("{}[{}:{}]", at(base, TIGHTEST), at(high, 1), at(low, 0)), TIGHTEST)
        }
        ExpressionKind::PlusSlice(base, low, width) => {
            (format!("{}[{}+:{}]", at(base, TIGHTEST), at(low, 1), at(width, 0)), TIGHTEST)
        }
        ExpressionKind::Unary(operator, operand) => {
            let operand = at(operand, PREFIX);
            // `- -a` and `+ +a` must not become other tokens.
            let space = if operand.starts_with(operator.symbol()) { " " } else { "" };
            (format!("{}{space}{operand}", operator.symbol()), PREFIX)
        }
        ExpressionKind::Binary(operator, left, right) => {
            let precedence = operator.precedence();
            let set = matches!(operator, BinaryOp::Mask | BinaryOp::Range);
            let (left, right) = if set {
                (at(left, 1), at(right, 1))
            } else {
                (at(left, precedence), at(right, precedence + 1))
            };
            (format!("{left} {} {right}", operator.symbol()), if set { 0 } else { precedence })
        }
        ExpressionKind::Conditional(condition, then, otherwise) => {
            (format!("{} ? {} : {}", at(condition, 2), at(then, 1), at(otherwise, 2)), 1)
        }
        ExpressionKind::Cast(target, operand) => (format!("({}){}", ty(target), at(operand, PREFIX)), PREFIX),
        ExpressionKind::Call { callee, types, arguments } => {
            let types = if types.is_empty() { String::new() } else { format!("<{}>", comma(types, ty)) };
            (format!("{}{types}({})", at(callee, TIGHTEST), self::arguments(arguments)), TIGHTEST)
        }
        ExpressionKind::List(elements, more) => {
            (rest(comma(elements, |element| at(element, 1)), *more), TIGHTEST)
        }
        ExpressionKind::Record(fields, more) => {
            let fields = comma(fields, |(name, value)| format!("{} = {}", name.text, at(value, 1)));
            (rest(fields, *more), TIGHTEST)
        }
        ExpressionKind::InvalidHeader => ("{#}".to_owned(), TIGHTEST),
        ExpressionKind::KeyTuple(elements) => {
            (format!("({})", comma(elements, |element| at(element, 0))), TIGHTEST)
        }
        ExpressionKind::Default => ("default".to_owned(), TIGHTEST),
        ExpressionKind::DontCare => ("_".to_owned(), TIGHTEST),
        ExpressionKind::Ellipsis => ("...".to_owned(), TIGHTEST),
    };
    if precedence < least { format!("({text})") } else { text }
}
