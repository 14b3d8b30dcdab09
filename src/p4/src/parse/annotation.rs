//! Annotations.

use super::{Parsed, Parser};
use crate::ast::{Annotation, AnnotationBody, Expression, Name};
use crate::diagnostic::Diagnostic;
use crate::source::{Span, Text};
use crate::token::{Token, TokenKind};

/// The values in the brackets of an annotation like `@a[x = 1, y = 2]`, `@a[1, 2]` or `@name("x")`; the names before
/// the `=` are left out.
pub(crate) fn annotation_elements(tokens: &[Token], around: Span) -> Result<Vec<Expression>, Diagnostic> {
    let mut diagnostics = Vec::new();
    let span = tokens.last().map_or(around, |last| Span { start: last.span.end, ..last.span });
    let mut parser = Parser::new(tokens, span, &mut diagnostics, &|span| (span.file, span.start));
    let mut elements = Vec::new();
    let named = parser.element_is_named();
    while !parser.at_end() {
        let Some(element) = parser.annotation_element(named) else { break };
        elements.push(element);
        if parser.eat(TokenKind::Comma).is_none() && !parser.at_end() {
            parser.expected("`,` or the end of the annotation");
            break;
        }
    }
    match diagnostics.into_iter().next() {
        None => Ok(elements),
        Some(diagnostic) => Err(diagnostic),
    }
}

impl Parser<'_> {
    fn element_is_named(&self) -> bool {
        self.at(TokenKind::Word) && self.peek_at(1).kind == TokenKind::Assign
    }

    fn annotation_element(&mut self, named: bool) -> Parsed<Expression> {
        if named != self.element_is_named() {
            self.expected(if named { "`name =`" } else { "a value" });
            return None;
        }
        if named {
            self.name("a name")?;
            self.bump();
        }
        self.expression()
    }

    pub(super) fn annotations(&mut self) -> Vec<Annotation> {
        let mut annotations = Vec::new();
        while self.at(TokenKind::At) {
            self.bump();
            let token = self.peek().clone();
            if token.kind != TokenKind::Word {
                self.expected("the name of an annotation");
                continue;
            }
            self.bump();
            let name = Name { text: token.text, span: token.span };
            if &*name.text == "pragma" {
                annotations.extend(self.pragma());
                continue;
            }
            let body = match self.peek().kind {
                TokenKind::LeftParen => AnnotationBody::Unstructured(self.balanced()),
                TokenKind::LeftBracket => AnnotationBody::Structured(self.balanced()),
                _ => AnnotationBody::Empty,
            };
            annotations.push(Annotation { name, body });
        }
        annotations
    }

    /// `@pragma name tokens`, up to the end of the line: as `@name(tokens)`.
    fn pragma(&mut self) -> Option<Annotation> {
        let line = self.line;
        let at = line(self.previous_span());
        let mut tokens = Vec::new();
        while !self.at_end() && line(self.peek().span) == at {
            let token = self.bump();
            tokens.push(token);
        }
        let (name, body) = tokens.split_first()?;
        // As `@name(tokens)` it must be something that can be written.
        if name.kind != TokenKind::Word || &*name.text == "pragma" {
            self.error(name.span, "expected the name of a pragma");
            return None;
        }
        if !balanced(body) {
            self.error(name.span, "the brackets of this pragma don't fit together");
            return None;
        }
        let name = Name { text: Text::clone(&name.text), span: name.span };
        let body = match body {
            [] => AnnotationBody::Empty,
            _ => AnnotationBody::Unstructured(body.to_vec()),
        };
        Some(Annotation { name, body })
    }

    /// The tokens inside the bracket that comes next. Inside of a round one only round ones count: all else is free.
    fn balanced(&mut self) -> Vec<Token> {
        let open = self.bump();
        let is_free = open.kind == TokenKind::LeftParen;
        let mut closing: Vec<TokenKind> = closes(open.kind).into_iter().collect();
        let mut tokens = Vec::new();
        loop {
            let kind = self.peek().kind;
            if kind == TokenKind::End {
                self.error(open.span, "this bracket is not closed");
                return tokens;
            }
            let counts = !is_free || matches!(kind, TokenKind::LeftParen | TokenKind::RightParen);
            if counts && let Some(close) = closes(kind) {
                closing.push(close);
            } else if counts && is_closing(kind) {
                let wanted = closing.pop();
                if closing.is_empty() && wanted == Some(kind) {
                    self.bump();
                    return tokens;
                }
                if wanted != Some(kind) {
                    self.error(self.peek().span, "this closes a bracket of another kind");
                    return tokens;
                }
            }
            let token = self.bump();
            tokens.push(token);
        }
    }
}

fn closes(open: TokenKind) -> Option<TokenKind> {
    match open {
        TokenKind::LeftParen => Some(TokenKind::RightParen),
        TokenKind::LeftBracket => Some(TokenKind::RightBracket),
        TokenKind::LeftBrace => Some(TokenKind::RightBrace),
        _ => None,
    }
}

fn is_closing(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::RightParen | TokenKind::RightBracket | TokenKind::RightBrace)
}

/// Whether every round bracket is closed.
fn balanced(tokens: &[Token]) -> bool {
    let mut depth = 0usize;
    tokens.iter().all(|token| match token.kind {
        TokenKind::LeftParen => {
            depth += 1;
            true
        }
        TokenKind::RightParen => {
            let opened = depth > 0;
            depth = depth.saturating_sub(1);
            opened
        }
        _ => true,
    }) && depth == 0
}
