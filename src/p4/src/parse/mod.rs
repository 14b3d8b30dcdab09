//! The parser: recursive descent over the preprocessed tokens.
//!
//! It always gives a tree. What it can't read it reports and leaves out, going on behind the next `;` or
//! `}`. How deep a tree can get is bounded, so that no pass over it runs out of stack.

mod annotation;
mod declaration;
mod expression;
mod literal;
mod operator;
mod program;
mod statement;
mod table;
mod types;
mod version;

use std::borrow::Cow;
use std::collections::HashMap;

pub(crate) use annotation::annotation_elements;
pub(crate) use literal::MAX_WIDTH;
pub use literal::{LiteralError, literal};
pub use version::p4_14;

use crate::ast::{Name, Program};
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, SourceMap, Span, Text};
use crate::token::{Token, TokenKind, is_reserved};

/// Levels of expressions, statements and types in each other.
pub const MAX_DEPTH: u16 = 200;

/// After so many errors the rest is noise.
const MAX_ERRORS: usize = 100;

/// Parses tokens that end in [`TokenKind::End`].
pub fn parse(tokens: &[Token], sources: &SourceMap, diagnostics: &mut Vec<Diagnostic>) -> Program {
    let span = tokens.last().map(|token| token.span).unwrap_or_default();
    let known = known_tokens(tokens, diagnostics);
    Parser::new(&known, span, diagnostics, &|span| (span.file, sources.line(span))).program()
}

struct Parser<'a> {
    tokens: &'a [Token],
    end: Token,
    position: usize,
    depth: u16,
    /// Names declared so far, inner scopes last, and whether each is a type.
    scopes: Vec<HashMap<Text, bool>>,
    diagnostics: &'a mut Vec<Diagnostic>,
    errors: usize,
    /// Whether a `>` ends what is read: in the width of a type, outside of its brackets.
    in_width: bool,
    /// Position of the last error: one is enough for a token.
    reported: Option<usize>,
    /// The line of a place: only `@pragma` cares for it.
    line: &'a dyn Fn(Span) -> (FileId, u32),
}

/// Nothing where an error was reported.
type Parsed<T> = Option<T>;

impl<'a> Parser<'a> {
    /// A parser at the first of the tokens; the span is where their end is.
    fn new(
        tokens: &'a [Token],
        end: Span,
        diagnostics: &'a mut Vec<Diagnostic>,
        line: &'a dyn Fn(Span) -> (FileId, u32),
    ) -> Self {
        Parser {
            tokens,
            end: Token { kind: TokenKind::End, text: "".into(), span: end, joined: false },
            position: 0,
            depth: 0,
            scopes: vec![HashMap::new()],
            diagnostics,
            errors: 0,
            in_width: false,
            reported: None,
            line,
        }
    }
}

impl Parser<'_> {
    fn peek(&self) -> &Token {
        self.peek_at(0)
    }

    fn peek_at(&self, ahead: usize) -> &Token {
        self.tokens.get(self.position.saturating_add(ahead)).unwrap_or(&self.end)
    }

    fn at(&self, kind: TokenKind) -> bool {
        self.peek().kind == kind
    }

    fn at_word(&self, word: &str) -> bool {
        self.peek().is_word(word)
    }

    fn at_end(&self) -> bool {
        self.at(TokenKind::End)
    }

    fn bump(&mut self) -> Token {
        let token = self.peek().clone();
        self.position = self.position.saturating_add(1).min(self.tokens.len());
        token
    }

    fn eat(&mut self, kind: TokenKind) -> Option<Token> {
        self.at(kind).then(|| self.bump())
    }

    fn eat_word(&mut self, word: &str) -> Option<Token> {
        self.at_word(word).then(|| self.bump())
    }

    fn expect(&mut self, kind: TokenKind, what: &str) -> Parsed<Token> {
        let token = self.eat(kind);
        if token.is_none() {
            self.expected(what);
        }
        token
    }

    /// A statement's or declaration's `;`. When it is missing, the error is shown behind what it should end.
    fn semicolon(&mut self) -> Parsed<Token> {
        if self.at(TokenKind::Semicolon) {
            return Some(self.bump());
        }
        let before = self.previous_span();
        let after = Span { start: before.end.saturating_sub(1), ..before };
        let found = self.describe();
        let diagnostic =
            Diagnostic::error(after, format!("expected `;`, found {found}")).label("expected `;` after this");
        self.report(diagnostic);
        None
    }

    fn previous_span(&self) -> Span {
        let index = self.position.checked_sub(1);
        index.and_then(|index| self.tokens.get(index)).map_or(self.end.span, |token| token.span)
    }

    /// From a place to the last token that was read.
    fn since(&self, start: Span) -> Span {
        start.to(self.previous_span())
    }

    fn describe(&self) -> String {
        let token = self.peek();
        match token.kind {
            TokenKind::End => "the end of the input".to_owned(),
            TokenKind::Word if is_reserved(&token.text) => format!("the keyword `{}`", token.text),
            _ => format!("`{}`", token.text),
        }
    }

    fn expected(&mut self, what: &str) {
        let message = format!("expected {what}, found {}", self.describe());
        let diagnostic = Diagnostic::error(self.peek().span, message).label(format!("expected {what}"));
        self.report(diagnostic);
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        if self.reported == Some(self.position) {
            return;
        }
        self.reported = Some(self.position);
        self.errors += 1;
        if self.errors <= MAX_ERRORS {
            self.diagnostics.push(diagnostic);
        }
    }

    fn error(&mut self, span: Span, message: impl Into<String>) {
        self.report(Diagnostic::error(span, message));
    }

    /// Goes one level deeper, or reports that there are too many.
    fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= MAX_DEPTH {
            let span = self.peek().span;
            self.error(span, format!("this is nested more than {MAX_DEPTH} levels deep"));
            return None;
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    /// Skips to behind the next `;`, or to behind a `{ … }`, or to before the `}` that ends what is around.
    fn recover(&mut self) {
        let mut depth = 0usize;
        loop {
            match self.peek().kind {
                TokenKind::End => return,
                TokenKind::LeftBrace => depth += 1,
                TokenKind::RightBrace if depth == 0 => return,
                TokenKind::RightBrace => {
                    depth -= 1;
                    if depth == 0 {
                        self.bump();
                        return;
                    }
                }
                TokenKind::Semicolon if depth == 0 => {
                    self.bump();
                    return;
                }
                _ => {}
            }
            self.bump();
        }
    }

    fn name(&mut self, what: &str) -> Parsed<Name> {
        let token = self.peek();
        if token.kind == TokenKind::Word && !is_reserved(&token.text) {
            let token = self.bump();
            return Some(Name { text: token.text, span: token.span });
        }
        self.expected(what);
        None
    }

    fn declare(&mut self, name: &Name, is_type: bool) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(Text::clone(&name.text), is_type);
        }
    }

    /// Whether a name was declared, and as a type.
    fn declared(&self, name: &str) -> Option<bool> {
        self.scopes.iter().rev().find_map(|scope| scope.get(name)).copied()
    }

    /// What is declared in there is forgotten afterwards.
    fn scoped<T>(&mut self, inner: impl FnOnce(&mut Self) -> T) -> T {
        self.scopes.push(HashMap::new());
        let result = inner(self);
        self.scopes.pop();
        result
    }

    /// Items with commas between them up to the closing token, which is taken.
    fn list<T>(
        &mut self,
        close: TokenKind,
        what: &str,
        mut item: impl FnMut(&mut Self) -> Parsed<T>,
    ) -> Parsed<Vec<T>> {
        let mut items = Vec::new();
        if self.eat(close).is_some() {
            return Some(items);
        }
        loop {
            items.push(item(self)?);
            let comma = self.eat(TokenKind::Comma);
            let Some(comma) = comma else {
                self.expect(close, what)?;
                return Some(items);
            };
            if self.at(close) {
                let message = format!("expected another element, found {}", self.describe());
                let diagnostic = Diagnostic::error(self.peek().span, message);
                self.report(diagnostic.related(comma.span, "this comma is one too many"));
                self.bump();
                return Some(items);
            }
        }
    }

    /// As [`Self::list`], but a comma may stand behind the last.
    fn list_with_trailing_comma<T>(
        &mut self,
        close: TokenKind,
        what: &str,
        mut item: impl FnMut(&mut Self) -> Parsed<T>,
    ) -> Parsed<Vec<T>> {
        let mut items = Vec::new();
        loop {
            if self.eat(close).is_some() {
                return Some(items);
            }
            items.push(item(self)?);
            if self.eat(TokenKind::Comma).is_none() {
                self.expect(close, what)?;
                return Some(items);
            }
        }
    }

    /// What stands in brackets, where a `>` is an operator again.
    fn bracketed<T>(&mut self, inner: impl FnOnce(&mut Self) -> T) -> T {
        let in_width = std::mem::replace(&mut self.in_width, false);
        let result = inner(self);
        self.in_width = in_width;
        result
    }

    /// Items in `{ … }`, each of which is skipped when it can't be read.
    fn items<T>(&mut self, mut item: impl FnMut(&mut Self) -> Parsed<T>) -> Parsed<Vec<T>> {
        self.expect(TokenKind::LeftBrace, "`{`")?;
        let mut items = Vec::new();
        loop {
            if self.eat(TokenKind::RightBrace).is_some() {
                return Some(items);
            }
            if self.at_end() {
                self.expected("`}`");
                return Some(items);
            }
            let before = self.position;
            match item(self) {
                Some(read) => items.push(read),
                None => self.recover(),
            }
            if self.position == before {
                self.bump();
            }
        }
    }
}

/// The tokens without characters that P4 doesn't know, which are reported; only annotations may have them.
fn known_tokens<'a>(tokens: &'a [Token], diagnostics: &mut Vec<Diagnostic>) -> Cow<'a, [Token]> {
    if tokens.iter().all(|token| token.kind != TokenKind::Unknown) {
        return Cow::Borrowed(tokens);
    }
    let mut known = Vec::with_capacity(tokens.len());
    // The brackets that are open since an annotation's.
    let mut depth = 0usize;
    for token in tokens {
        let before = |back: usize| known.len().checked_sub(back).and_then(|index: usize| known.get(index));
        match token.kind {
            TokenKind::LeftParen if depth > 0 => depth += 1,
            TokenKind::LeftParen => {
                let named = before(1).is_some_and(|token: &Token| token.kind == TokenKind::Word);
                let annotation = before(2).is_some_and(|token: &Token| token.kind == TokenKind::At);
                depth = usize::from(named && annotation);
            }
            TokenKind::RightParen => depth = depth.saturating_sub(1),
            TokenKind::Unknown if depth == 0 => {
                let message = format!("`{}` starts nothing that P4 knows", token.text.escape_debug());
                diagnostics.push(Diagnostic::error(token.span, message));
                continue;
            }
            _ => {}
        }
        known.push(token.clone());
    }
    Cow::Owned(known)
}

#[cfg(test)]
mod tests;
