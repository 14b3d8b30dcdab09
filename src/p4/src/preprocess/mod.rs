//! The C preprocessor's part of P4_16: includes, macros and conditions, on tokens.
//!
//! Tokens keep their places: one out of a macro's argument where it was written, one out of a macro's
//! body where the macro was used.

mod condition;
mod expand;
mod include;

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use crate::diagnostic::Diagnostic;
use crate::source::{FileId, SourceMap, Span, Text};
use crate::token::{Token, TokenKind, lex};

/// Where include files are looked for, and what is defined beforehand.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// Folders, searched in their order, after the including file's own for `"…"` and before the built-in
    /// `core.p4` and `v1model.p4`.
    pub include_dirs: Vec<PathBuf>,
    /// Macros as `(name, value)`.
    pub defines: Vec<(String, String)>,
}

#[derive(Clone, Debug)]
struct Macro {
    /// None for an object-like macro.
    parameters: Option<Vec<Text>>,
    /// Whether the last parameter takes all the arguments that are left.
    variadic: bool,
    body: Vec<Token>,
}

/// Where the lines of an `#if` are: whether to take them, and whether some branch was taken already.
#[derive(Clone, Copy, Debug)]
struct Branch {
    taking: bool,
    taken: bool,
    outer: bool,
    seen_else: bool,
    span: Span,
}

const MAX_INCLUDES: usize = 64;

struct Preprocessor<'a> {
    sources: &'a mut SourceMap,
    diagnostics: &'a mut Vec<Diagnostic>,
    include_dirs: &'a [PathBuf],
    macros: HashMap<Text, Macro>,
    branches: Vec<Branch>,
    including: usize,
    /// Files that said `#pragma once`.
    once: HashSet<FileId>,
    /// Tokens that expansion may still give: a bound against macros that double themselves.
    budget: usize,
    pending: Vec<Token>,
    output: Vec<Token>,
}

/// Preprocesses a file of the map. The result ends in a token of the kind [`TokenKind::End`].
pub fn preprocess(
    file: FileId,
    setup: &Setup,
    sources: &mut SourceMap,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Token> {
    let mut preprocessor = Preprocessor {
        sources,
        diagnostics,
        include_dirs: &setup.include_dirs,
        macros: HashMap::new(),
        branches: Vec::new(),
        including: 0,
        once: HashSet::new(),
        budget: 8_000_000,
        pending: Vec::new(),
        output: Vec::new(),
    };
    let predefined = [("__TARGET_BMV2__".to_owned(), String::new())];
    for (name, value) in predefined.iter().chain(&setup.defines) {
        let id = preprocessor.sources.add("<command line>", &format!("{name} {value}"));
        let tokens = lex(id, &format!("{name} {value}"));
        preprocessor.define(&tokens, Span { file: id, start: 0, end: 0 });
    }
    preprocessor.file(file);
    let end = u32::try_from(preprocessor.sources.text(file).len()).unwrap_or(u32::MAX);
    let span = Span { file, start: end, end };
    let mut output = preprocessor.output;
    output.push(Token { kind: TokenKind::End, text: "".into(), span, joined: false });
    output
}

impl Preprocessor<'_> {
    fn error(&mut self, span: Span, message: impl Into<String>) {
        self.diagnostics.push(Diagnostic::error(span, message));
    }

    fn file(&mut self, file: FileId) {
        let depth = self.branches.len();
        let text: Text = self.sources.text(file).into();
        let tokens = lex(file, &text);
        for line in tokens.split(|token| token.kind == TokenKind::Newline) {
            match line.split_first() {
                Some((hash, rest)) if hash.kind == TokenKind::Hash => self.directive(hash, rest),
                _ if self.taking() => self.pending.extend_from_slice(line),
                _ => {}
            }
        }
        self.flush();
        // The outermost tells enough.
        if let Some(branch) = self.branches.get(depth).copied() {
            self.error(branch.span, "this `#if` has no `#endif`");
        }
        self.branches.truncate(depth);
    }

    fn taking(&self) -> bool {
        self.branches.last().is_none_or(|branch| branch.taking)
    }

    fn flush(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        let expanded = self.expand(pending, 0);
        for token in expanded {
            match token.kind {
                TokenKind::OpenComment => {
                    let start = Span { end: token.span.start.saturating_add(2), ..token.span };
                    self.error(start, "this comment does not end");
                }
                TokenKind::Unknown if token.text.starts_with('"') => {
                    self.error(token.span, "this string does not end");
                }
                _ => self.output.push(token),
            }
        }
    }

    fn directive(&mut self, hash: &Token, rest: &[Token]) {
        let whole = rest;
        let Some((name, rest)) = rest.split_first() else { return };
        let span = hash.span.to(name.span);
        match &*name.text {
            "if" | "ifdef" | "ifndef" => {
                let outer = self.taking();
                let taking = outer && self.condition_of(name, rest);
                self.flush();
                self.branches.push(Branch { taking, taken: taking, outer, seen_else: false, span });
            }
            "elif" | "else" => self.alternative(name, rest, span),
            "endif" => {
                self.flush();
                if self.branches.pop().is_none() {
                    self.error(span, "this `#endif` has no `#if`");
                }
            }
            _ if !self.taking() => {}
            "define" => {
                self.flush();
                self.define(rest, span);
            }
            "undef" => {
                self.flush();
                match rest.first() {
                    Some(token) if token.kind == TokenKind::Word => {
                        self.macros.remove(&token.text);
                    }
                    _ => self.error(span, "expected the name of a macro behind `#undef`"),
                }
            }
            "include" => {
                self.flush();
                self.include(rest, span);
            }
            "error" | "warning" => {
                let text = rest
                    .first()
                    .zip(rest.last())
                    .map_or("", |(first, last)| self.sources.slice(first.span.to(last.span)));
                let message = format!("#{}: {text}", name.text);
                let diagnostic = if &*name.text == "error" {
                    Diagnostic::error(span, message)
                } else {
                    Diagnostic::warning(span, message)
                };
                self.diagnostics.push(diagnostic);
            }
            "pragma" if rest.first().is_some_and(|token| token.is_word("once")) => {
                self.once.insert(span.file);
            }
            "pragma" => {}
            "line" => self.line(rest, span),
            // As a preprocessor that was run before writes it.
            _ if name.kind == TokenKind::Number => self.line(whole, span),
            other => {
                let known = [
                    "if", "ifdef", "ifndef", "elif", "else", "endif", "define", "undef", "include", "error",
                    "warning", "pragma", "line",
                ];
                let message = format!("`#{other}` is no directive");
                self.diagnostics.push(Diagnostic::error(span, message).suggest(other, known));
            }
        }
    }

    /// `#line 12 "file"`: the number and name of the next line.
    fn line(&mut self, rest: &[Token], span: Span) {
        self.flush();
        let rest = self.expand(rest.to_vec(), 0);
        let number = rest.first().and_then(|token| token.text.parse::<u32>().ok());
        let Some(number) = number else {
            self.error(span, "expected the number of a line behind `#line`");
            return;
        };
        let name = rest.get(1).and_then(|token| token.text.strip_prefix('"')?.strip_suffix('"'));
        self.sources.claim_line(span, number, name);
    }

    fn alternative(&mut self, name: &Token, rest: &[Token], span: Span) {
        self.flush();
        let Some(branch) = self.branches.last().copied() else {
            self.error(span, format!("this `#{}` has no `#if`", name.text));
            return;
        };
        if branch.seen_else {
            self.error(span, format!("`#{}` behind `#else`", name.text));
        }
        let is_else = &*name.text == "else";
        let open = branch.outer && !branch.taken;
        let taking = open && (is_else || self.condition_of(name, rest));
        if let Some(last) = self.branches.last_mut() {
            *last = Branch { taking, taken: branch.taken || taking, seen_else: is_else, ..branch };
        }
    }

    fn condition_of(&mut self, name: &Token, rest: &[Token]) -> bool {
        match (&*name.text, rest.first()) {
            ("ifdef" | "ifndef", Some(token)) if token.kind == TokenKind::Word => {
                self.macros.contains_key(&token.text) == (&*name.text == "ifdef")
            }
            ("ifdef" | "ifndef", _) => {
                self.error(name.span, format!("expected the name of a macro behind `#{}`", name.text));
                false
            }
            _ => self.condition(name, rest),
        }
    }

    fn define(&mut self, rest: &[Token], span: Span) {
        let Some((name, body)) = rest.split_first().filter(|(name, _)| name.kind == TokenKind::Word) else {
            self.error(span, "expected the name of a macro behind `#define`");
            return;
        };
        let function = body.first().is_some_and(|token| token.kind == TokenKind::LeftParen && token.joined);
        let definition = if function {
            let Some(close) = body.iter().position(|token| token.kind == TokenKind::RightParen) else {
                self.error(span, format!("the parameters of macro `{}` have no `)`", name.text));
                return;
            };
            let (parameters, body) = body.split_at(close);
            let variadic = parameters.iter().any(|token| token.kind == TokenKind::Ellipsis);
            let names = parameters.iter().filter(|token| token.kind == TokenKind::Word);
            let mut names: Vec<Text> = names.map(|token| Text::clone(&token.text)).collect();
            // `args...` names them itself.
            let unnamed = parameters.iter().rev().nth(1).is_none_or(|token| token.kind != TokenKind::Word);
            if variadic && unnamed {
                names.push("__VA_ARGS__".into());
            }
            Macro { parameters: Some(names), variadic, body: body.iter().skip(1).cloned().collect() }
        } else {
            Macro { parameters: None, variadic: false, body: body.to_vec() }
        };
        self.macros.insert(Text::clone(&name.text), definition);
    }
}

#[cfg(test)]
mod tests;
