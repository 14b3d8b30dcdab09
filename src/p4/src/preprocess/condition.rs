//! The expressions of `#if` and `#elif`.

use super::Preprocessor;
use crate::token::{Token, TokenKind};

/// Levels of brackets and signs.
const MAX_DEPTH: usize = 64;

impl Preprocessor<'_> {
    pub(super) fn condition(&mut self, name: &Token, rest: &[Token]) -> bool {
        let mut resolved = Vec::new();
        let mut tokens = rest.iter().peekable();
        while let Some(token) = tokens.next() {
            if !token.is_word("defined") {
                resolved.push(token.clone());
                continue;
            }
            let bracket = tokens.next_if(|next| next.kind == TokenKind::LeftParen).is_some();
            let known = tokens.next().is_some_and(|next| self.macros.contains_key(&next.text));
            if bracket {
                tokens.next_if(|next| next.kind == TokenKind::RightParen);
            }
            let text = if known { "1" } else { "0" };
            resolved.push(Token { kind: TokenKind::Number, text: text.into(), ..token.clone() });
        }
        let expanded = self.expand(resolved, 0);
        let mut evaluator = Evaluator { tokens: &expanded, position: 0, depth: 0 };
        let value = evaluator.binary(0).filter(|_| evaluator.position == expanded.len());
        match value {
            Some(value) => value != 0,
            None => {
                let span = rest.iter().fold(name.span, |span, token| span.to(token.span));
                self.error(span, format!("the condition of `#{}` is no integer expression", name.text));
                false
            }
        }
    }
}

struct Evaluator<'a> {
    tokens: &'a [Token],
    position: usize,
    depth: usize,
}

impl Evaluator<'_> {
    fn peek(&self, ahead: usize) -> Option<&Token> {
        self.tokens.get(self.position + ahead)
    }

    fn operator(&self) -> Option<(&'static str, u8, usize)> {
        let token = self.peek(0)?;
        let second = self.peek(1).filter(|next| next.joined).map(|next| next.kind);
        Some(match (token.kind, second) {
            (TokenKind::OrOr, _) => ("||", 1, 1),
            (TokenKind::AndAnd, _) => ("&&", 2, 1),
            (TokenKind::Or, _) => ("|", 3, 1),
            (TokenKind::Xor, _) => ("^", 4, 1),
            (TokenKind::And, _) => ("&", 5, 1),
            (TokenKind::Equal, _) => ("==", 6, 1),
            (TokenKind::NotEqual, _) => ("!=", 6, 1),
            (TokenKind::Less, _) => ("<", 7, 1),
            (TokenKind::LessEqual, _) => ("<=", 7, 1),
            (TokenKind::Greater, Some(TokenKind::Assign)) => (">=", 7, 2),
            (TokenKind::Greater, Some(TokenKind::Greater)) => (">>", 8, 2),
            (TokenKind::Greater, _) => (">", 7, 1),
            (TokenKind::ShiftLeft, _) => ("<<", 8, 1),
            (TokenKind::Plus, _) => ("+", 9, 1),
            (TokenKind::Minus, _) => ("-", 9, 1),
            (TokenKind::Star, _) => ("*", 10, 1),
            (TokenKind::Slash, _) => ("/", 10, 1),
            (TokenKind::Percent, _) => ("%", 10, 1),
            _ => return None,
        })
    }

    fn binary(&mut self, least: u8) -> Option<i64> {
        let mut left = self.unary()?;
        while let Some((operator, precedence, length)) = self.operator() {
            if precedence < least {
                break;
            }
            self.position += length;
            let right = self.binary(precedence + 1)?;
            let shift = u32::try_from(right).unwrap_or(u32::MAX);
            left = match operator {
                "||" => i64::from(left != 0 || right != 0),
                "&&" => i64::from(left != 0 && right != 0),
                "|" => left | right,
                "^" => left ^ right,
                "&" => left & right,
                "==" => i64::from(left == right),
                "!=" => i64::from(left != right),
                "<" => i64::from(left < right),
                "<=" => i64::from(left <= right),
                ">" => i64::from(left > right),
                ">=" => i64::from(left >= right),
                "<<" => left.checked_shl(shift).unwrap_or(0),
                ">>" => left.checked_shr(shift).unwrap_or(0),
                "+" => left.wrapping_add(right),
                "-" => left.wrapping_sub(right),
                "*" => left.wrapping_mul(right),
                "/" => left.checked_div(right)?,
                _ => left.checked_rem(right)?,
            };
        }
        Some(left)
    }

    fn unary(&mut self) -> Option<i64> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let token = self.peek(0)?.clone();
        self.position += 1;
        let value = match token.kind {
            TokenKind::Not => Some(i64::from(self.unary()? == 0)),
            TokenKind::Minus => Some(self.unary()?.wrapping_neg()),
            TokenKind::Plus => self.unary(),
            TokenKind::Tilde => Some(!self.unary()?),
            TokenKind::LeftParen => {
                let value = self.binary(0)?;
                let close = self.peek(0)?.kind == TokenKind::RightParen;
                self.position += 1;
                close.then_some(value)
            }
            // What is no macro is zero, as in C.
            TokenKind::Word => Some(0),
            TokenKind::Number => {
                let text = token.text.trim_end_matches(['u', 'U', 'l', 'L']);
                let literal = crate::parse::literal(text).ok()?;
                i64::try_from(literal.value).ok()
            }
            _ => None,
        };
        self.depth -= 1;
        value
    }
}
