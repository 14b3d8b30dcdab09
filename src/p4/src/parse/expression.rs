//! Expressions and key sets.

use super::{MAX_DEPTH, Parsed, Parser};
use crate::ast::{Argument, BinaryOp, Expression, ExpressionKind, Name, UnaryOp};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::token::{TokenKind, is_reserved};

impl Parser<'_> {
    pub(super) fn expression(&mut self) -> Parsed<Expression> {
        self.deeper(|parser| {
            let left = parser.unary()?;
            parser.expression_from(left)
        })
    }

    /// The rest of an expression whose first operand was read.
    fn expression_from(&mut self, left: Expression) -> Parsed<Expression> {
        let mut value = self.binary_from(left, 0)?;
        // `a ? b : c ? d : e` is `(a ? b : c) ? d : e`, as p4c reads it.
        while self.eat(TokenKind::Question).is_some() {
            let then = self.bracketed(Self::expression)?;
            self.expect(TokenKind::Colon, "`:`")?;
            let otherwise = self.deeper(|parser| {
                let first = parser.unary()?;
                parser.binary_from(first, 0)
            })?;
            let start = value.span;
            let parts = (Box::new(value), Box::new(then), Box::new(otherwise));
            value = self.node(ExpressionKind::Conditional(parts.0, parts.1, parts.2), start)?;
        }
        Some(value)
    }

    /// An expression from `start` to here, refused when it is too high.
    fn node(&mut self, kind: ExpressionKind, start: Span) -> Parsed<Expression> {
        let expression = Expression::new(kind, self.since(start));
        if expression.height > MAX_DEPTH {
            self.error(expression.span, format!("this expression is more than {MAX_DEPTH} levels deep"));
            return None;
        }
        Some(expression)
    }

    fn binary_from(&mut self, mut left: Expression, least: u8) -> Parsed<Expression> {
        while let Some((operator, length)) = self.binary_operator() {
            if operator.precedence() < least {
                break;
            }
            for _ in 0..length {
                self.bump();
            }
            let right = self.deeper(|parser| {
                let right = parser.unary()?;
                parser.binary_from(right, operator.precedence() + 1)
            })?;
            let start = left.span;
            left = self.node(ExpressionKind::Binary(operator, Box::new(left), Box::new(right)), start)?;
        }
        Some(left)
    }

    fn unary(&mut self) -> Parsed<Expression> {
        let operator = match self.peek().kind {
            TokenKind::Not => UnaryOp::Not,
            TokenKind::Tilde => UnaryOp::Complement,
            TokenKind::Minus => UnaryOp::Minus,
            TokenKind::Plus => UnaryOp::Plus,
            TokenKind::LeftParen if self.cast_follows() => return self.cast(),
            _ => {
                let primary = self.primary()?;
                return self.postfix(primary);
            }
        };
        let start = self.bump().span;
        let operand = self.deeper(Self::unary)?;
        self.node(ExpressionKind::Unary(operator, Box::new(operand)), start)
    }

    /// Whether `(` starts a cast: a type follows that is not the start of an expression like `Enum.member`.
    fn cast_follows(&self) -> bool {
        let name = if self.peek_at(1).kind == TokenKind::Dot { 2 } else { 1 };
        self.at_type(1)
            && !self.peek_at(1).is_word("_")
            && matches!(
                self.peek_at(name + 1).kind,
                TokenKind::RightParen | TokenKind::Less | TokenKind::LeftBracket
            )
    }

    fn cast(&mut self) -> Parsed<Expression> {
        let start = self.bump().span;
        let ty = self.ty()?;
        self.expect(TokenKind::RightParen, "`)`")?;
        let operand = self.deeper(Self::unary)?;
        self.node(ExpressionKind::Cast(Box::new(ty), Box::new(operand)), start)
    }

    pub(super) fn number(&mut self) -> Parsed<Expression> {
        let token = self.bump();
        match super::literal(&token.text) {
            Ok(literal) => Some(Expression::new(ExpressionKind::Integer(literal), token.span)),
            Err(error) => {
                self.error(token.span, error.to_string());
                None
            }
        }
    }

    fn primary(&mut self) -> Parsed<Expression> {
        let token = self.peek().clone();
        let start = token.span;
        match token.kind {
            TokenKind::Number => self.number(),
            TokenKind::Str => {
                self.bump();
                let text = token.text.trim_start_matches('"');
                let text = text.strip_suffix('"').unwrap_or(text);
                Some(Expression::new(ExpressionKind::Str(text.into()), start))
            }
            TokenKind::LeftParen => {
                self.bump();
                let inner = self.bracketed(Self::expression)?;
                self.expect(TokenKind::RightParen, "`)`")?;
                Some(inner)
            }
            TokenKind::LeftBrace => self.bracketed(Self::braces),
            TokenKind::Ellipsis => {
                self.bump();
                Some(Expression::new(ExpressionKind::Ellipsis, start))
            }
            TokenKind::Word if &*token.text == "true" || &*token.text == "false" => {
                self.bump();
                Some(Expression::new(ExpressionKind::Bool(&*token.text == "true"), start))
            }
            TokenKind::Word if &*token.text == "this" => {
                self.bump();
                Some(Expression::new(ExpressionKind::This, start))
            }
            TokenKind::Word | TokenKind::Dot if self.at_type(0) && &*token.text != "_" => {
                let ty = self.ty()?;
                self.node(ExpressionKind::Type(Box::new(ty)), start)
            }
            TokenKind::Dot => {
                self.bump();
                let name = self.name("a name")?;
                self.node(ExpressionKind::GlobalName(name), start)
            }
            // The grammar's `name` has it, its `nonTypeName` hasn't.
            TokenKind::Word if &*token.text == "list" => {
                let message =
                    "`list` is a keyword: a declaration may be called so, and no expression can name it";
                self.error(start, message);
                None
            }
            TokenKind::Word if !is_reserved(&token.text) => {
                let name = self.name("a name")?;
                Some(Expression::new(ExpressionKind::Name(name), start))
            }
            _ => {
                self.expected("an expression");
                None
            }
        }
    }

    /// `{ a, b }`, `{ x = a }` or `{#}`
    fn braces(&mut self) -> Parsed<Expression> {
        let start = self.bump().span;
        if self.at(TokenKind::Hash) {
            // One token, to p4c.
            let joined = self.peek().joined && self.peek_at(1).joined;
            let hash = self.bump();
            self.expect(TokenKind::RightBrace, "`}`")?;
            if !joined {
                let message = "an invalid header is written `{#}`, without spaces";
                self.report(Diagnostic::error(hash.span, message));
            }
            return self.node(ExpressionKind::InvalidHeader, start);
        }
        let record = self.peek().kind == TokenKind::Word && self.peek_at(1).kind == TokenKind::Assign;
        let mut names: Vec<Name> = Vec::new();
        let mut values = Vec::new();
        let mut rest = false;
        while !self.at(TokenKind::RightBrace) {
            if self.eat(TokenKind::Ellipsis).is_some() {
                rest = true;
                break;
            }
            if record {
                names.push(self.name("the name of a field")?);
                self.expect(TokenKind::Assign, "`=`")?;
            }
            values.push(self.expression()?);
            if self.eat(TokenKind::Comma).is_none() {
                break;
            }
        }
        self.expect(TokenKind::RightBrace, "`,` or `}`")?;
        let kind = if record {
            ExpressionKind::Record(names.into_iter().zip(values).collect(), rest)
        } else {
            ExpressionKind::List(values, rest)
        };
        self.node(kind, start)
    }

    fn postfix(&mut self, mut base: Expression) -> Parsed<Expression> {
        let start = base.span;
        loop {
            let kind = match self.peek().kind {
                TokenKind::Dot => {
                    self.bump();
                    ExpressionKind::Member(Box::new(base), self.name("the name of a member")?)
                }
                TokenKind::LeftBracket => {
                    self.bump();
                    self.bracketed(|parser| parser.index(base))?
                }
                TokenKind::LeftParen => self.call(base, Vec::new())?,
                // `f<bit<8>>(x)`: what follows is a type and no operand.
                TokenKind::Less if self.at_type(1) && self.peek_at(2).kind != TokenKind::Dot => {
                    let types = self.type_arguments()?;
                    if !self.at(TokenKind::LeftParen) {
                        self.expected("`(`");
                        return None;
                    }
                    self.call(base, types)?
                }
                _ => return Some(base),
            };
            base = self.node(kind, start)?;
        }
    }

    /// What stands behind the `[`: an index or a slice.
    fn index(&mut self, base: Expression) -> Parsed<ExpressionKind> {
        let index = Box::new(self.expression()?);
        let kind = if self.eat(TokenKind::Colon).is_some() {
            ExpressionKind::Slice(Box::new(base), index, Box::new(self.expression()?))
        } else if self.eat(TokenKind::PlusColon).is_some() {
            ExpressionKind::PlusSlice(Box::new(base), index, Box::new(self.expression()?))
        } else {
            ExpressionKind::Index(Box::new(base), index)
        };
        self.expect(TokenKind::RightBracket, "`]`")?;
        Some(kind)
    }

    fn call(&mut self, callee: Expression, types: Vec<crate::ast::Type>) -> Parsed<ExpressionKind> {
        let arguments = self.arguments()?;
        Some(ExpressionKind::Call { callee: Box::new(callee), types, arguments })
    }

    /// `(a, _, name = b)`
    pub(super) fn arguments(&mut self) -> Parsed<Vec<Argument>> {
        self.expect(TokenKind::LeftParen, "`(`")?;
        self.bracketed(|parser| parser.arguments_behind())
    }

    fn arguments_behind(&mut self) -> Parsed<Vec<Argument>> {
        self.list(TokenKind::RightParen, "`,` or `)`", |parser| {
            let named = parser.at(TokenKind::Word) && parser.peek_at(1).kind == TokenKind::Assign;
            let name = if named {
                let name = parser.name("the name of a parameter")?;
                parser.bump();
                Some(name)
            } else {
                None
            };
            let value = match parser.eat_word("_") {
                Some(token) => Expression::new(ExpressionKind::DontCare, token.span),
                None => parser.expression()?,
            };
            Some(Argument { name, value })
        })
    }

    /// A key set: `(a, b &&& c, _)`, `default`, `1 .. 4` …
    pub(super) fn keyset(&mut self) -> Parsed<Expression> {
        if !self.at(TokenKind::LeftParen) || self.cast_follows() {
            return self.keyset_element();
        }
        let start = self.bump().span;
        let mut elements =
            self.list(TokenKind::RightParen, "`,` or `)`", |parser| parser.deeper(Self::keyset_element))?;
        let single = elements.len() == 1;
        match elements.pop() {
            // `(1 + 2) * 3 &&& 7`
            Some(only) if single && !is_set(&only) => {
                let only = self.postfix(only)?;
                let value = self.expression_from(only)?;
                self.keyset_from(value)
            }
            Some(last) => {
                elements.push(last);
                self.node(ExpressionKind::KeyTuple(elements), start)
            }
            None => {
                self.error(start, "a key set can't be empty");
                None
            }
        }
    }

    pub(super) fn keyset_element(&mut self) -> Parsed<Expression> {
        let token = self.peek().clone();
        let special = match (token.kind, &*token.text) {
            (TokenKind::Word, "default") => Some(ExpressionKind::Default),
            (TokenKind::Word, "_") => Some(ExpressionKind::DontCare),
            _ => None,
        };
        if let Some(kind) = special {
            self.bump();
            return Some(Expression::new(kind, token.span));
        }
        let value = self.expression()?;
        self.keyset_from(value)
    }

    fn keyset_from(&mut self, value: Expression) -> Parsed<Expression> {
        let operator = match self.peek().kind {
            TokenKind::Mask => BinaryOp::Mask,
            TokenKind::DotDot => BinaryOp::Range,
            _ => return Some(value),
        };
        self.bump();
        let right = self.expression()?;
        let start = value.span;
        self.node(ExpressionKind::Binary(operator, Box::new(value), Box::new(right)), start)
    }
}

/// Whether an element of a key set is one by itself, so that brackets around it are a tuple of one.
fn is_set(expression: &Expression) -> bool {
    matches!(
        expression.kind,
        ExpressionKind::Default
            | ExpressionKind::DontCare
            | ExpressionKind::Binary(BinaryOp::Mask | BinaryOp::Range, _, _)
    )
}
