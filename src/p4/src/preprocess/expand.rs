//! Expansion of macros.

use super::{Macro, Preprocessor};
use crate::diagnostic::count;
use crate::source::{Span, Text};
use crate::token::{Token, TokenKind, lex};

/// Levels of macros in arguments of macros.
const MAX_DEPTH: usize = 64;

/// What is still to be read: a token, or the end of a macro's expansion.
enum Input {
    Token(Token),
    End,
}

impl Preprocessor<'_> {
    /// Replaces all macros. Text that a macro gives is read again together with what follows it, but
    /// without that macro.
    pub(super) fn expand(&mut self, tokens: Vec<Token>, depth: usize) -> Vec<Token> {
        let mut input: Vec<Input> = tokens.into_iter().rev().map(Input::Token).collect();
        let mut active: Vec<Text> = Vec::new();
        let mut output = Vec::new();
        while let Some(next) = input.pop() {
            let token = match next {
                Input::Token(token) => token,
                Input::End => {
                    active.pop();
                    continue;
                }
            };
            if token.kind != TokenKind::Word {
                output.push(token);
                continue;
            }
            if let Some(builtin) = self.builtin(&token) {
                output.push(builtin);
                continue;
            }
            let definition = self.macros.get(&token.text).filter(|_| !active.contains(&token.text));
            let Some(definition) = definition.cloned() else {
                output.push(token);
                continue;
            };
            let body = match &definition.parameters {
                None => self.substitute(&definition, &[], &token, depth),
                Some(parameters) => {
                    if !next_is_open(&input) {
                        output.push(token);
                        continue;
                    }
                    let Some(mut arguments) = take_arguments(&mut input, &mut active) else {
                        self.error(
                            token.span,
                            format!("the arguments of macro `{}` have no `)`", token.text),
                        );
                        continue;
                    };
                    if parameters.is_empty() && arguments.iter().all(Vec::is_empty) {
                        arguments.clear();
                    }
                    if definition.variadic {
                        gather(&mut arguments, parameters.len(), token.span);
                    }
                    if arguments.len() != parameters.len() {
                        let message = format!(
                            "macro `{}` takes {}, not {}",
                            token.text,
                            count(parameters.len(), "argument"),
                            arguments.len()
                        );
                        self.error(token.span, message);
                        continue;
                    }
                    self.substitute(&definition, &arguments, &token, depth)
                }
            };
            let Some(budget) = self.budget.checked_sub(body.len() + 1) else {
                self.error(token.span, "the macros of this program expand to too many tokens");
                // Nothing more is expanded, so that this is said once.
                self.macros.clear();
                self.budget = 8_000_000;
                continue;
            };
            self.budget = budget;
            active.push(token.text);
            input.push(Input::End);
            input.extend(body.into_iter().rev().map(Input::Token));
        }
        output
    }

    fn builtin(&self, token: &Token) -> Option<Token> {
        let (kind, text) = match &*token.text {
            "__LINE__" => (TokenKind::Number, self.sources.line(token.span).to_string()),
            "__FILE__" => (TokenKind::Str, format!("\"{}\"", self.sources.name(token.span.file))),
            _ => return None,
        };
        Some(Token { kind, text: text.into(), span: token.span, joined: token.joined })
    }

    /// The body of a macro with its arguments in place.
    fn substitute(
        &mut self,
        definition: &Macro,
        arguments: &[Vec<Token>],
        used: &Token,
        depth: usize,
    ) -> Vec<Token> {
        let parameters = definition.parameters.as_deref().unwrap_or(&[]);
        let argument = |token: &Token| {
            let index = parameters.iter().position(|parameter| *parameter == token.text)?;
            arguments.get(index).filter(|_| token.kind == TokenKind::Word)
        };
        let mut output: Vec<Token> = Vec::new();
        let mut body = definition.body.iter().peekable();
        // Whether the token before was `##`.
        let mut paste = false;
        while let Some(token) = body.next() {
            if token.kind == TokenKind::HashHash {
                paste = true;
                continue;
            }
            let stringified = (token.kind == TokenKind::Hash && definition.parameters.is_some())
                .then(|| body.peek().and_then(|next| argument(next)))
                .flatten();
            let piece = if let Some(value) = stringified {
                body.next();
                let mut text = String::new();
                for token in value {
                    if !token.joined && !text.is_empty() {
                        text.push(' ');
                    }
                    text.push_str(&token.text.replace('"', "\\\""));
                }
                let text = format!("\"{text}\"");
                vec![Token { kind: TokenKind::Str, text: text.into(), span: used.span, joined: false }]
            } else if let Some(value) = argument(token) {
                let pasted = paste || body.peek().is_some_and(|next| next.kind == TokenKind::HashHash);
                let mut value = value.clone();
                if !pasted {
                    if depth < MAX_DEPTH {
                        value = self.expand(value, depth + 1);
                    } else {
                        self.error(used.span, "macros are nested too deeply in arguments");
                    }
                }
                if let Some(first) = value.first_mut() {
                    first.joined = token.joined;
                }
                value
            } else {
                vec![Token { span: used.span, ..token.clone() }]
            };
            // `, ## __VA_ARGS__`: without arguments there is no comma.
            let comma = output.last().is_some_and(|last| last.kind == TokenKind::Comma);
            if paste && comma && definition.variadic && argument(token).is_some() {
                paste = false;
                if piece.is_empty() {
                    output.pop();
                }
            }
            let mut piece = piece.into_iter();
            if std::mem::take(&mut paste)
                && let Some(right) = piece.next()
            {
                match output.pop() {
                    Some(left) => output.extend(glue(&left, &right, used.span)),
                    None => output.push(right),
                }
            }
            output.extend(piece);
        }
        if let Some(first) = output.first_mut() {
            first.joined = used.joined;
        }
        output
    }
}

/// Makes one argument, with its commas, of all from the last parameter's on.
fn gather(arguments: &mut Vec<Vec<Token>>, parameters: usize, span: Span) {
    let keep = parameters.saturating_sub(1);
    if arguments.len() < keep {
        return;
    }
    let mut rest = Vec::new();
    for argument in arguments.drain(keep..) {
        if !rest.is_empty() {
            rest.push(Token { kind: TokenKind::Comma, text: ",".into(), span, joined: true });
        }
        rest.extend(argument);
    }
    arguments.push(rest);
}

/// Two tokens as one, or as two where their texts together are none.
fn glue(left: &Token, right: &Token, span: Span) -> Vec<Token> {
    let text = format!("{}{}", left.text, right.text);
    let tokens = lex(span.file, &text);
    tokens.into_iter().map(|token| Token { span, ..token }).collect()
}

fn next_is_open(input: &[Input]) -> bool {
    let next = input.iter().rev().find_map(|next| match next {
        Input::Token(token) => Some(token.kind),
        Input::End => None,
    });
    next == Some(TokenKind::LeftParen)
}

/// Takes `( … )` from the input: the tokens between commas outside of brackets.
fn take_arguments(input: &mut Vec<Input>, active: &mut Vec<Text>) -> Option<Vec<Vec<Token>>> {
    let mut arguments = vec![Vec::new()];
    let mut depth = 0usize;
    while let Some(next) = input.pop() {
        let token = match next {
            Input::Token(token) => token,
            Input::End => {
                active.pop();
                continue;
            }
        };
        match token.kind {
            TokenKind::LeftParen => {
                depth += 1;
                if depth == 1 {
                    continue;
                }
            }
            TokenKind::RightParen => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(arguments);
                }
            }
            TokenKind::Comma if depth == 1 => {
                arguments.push(Vec::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = arguments.last_mut() {
            last.push(token);
        }
    }
    None
}
