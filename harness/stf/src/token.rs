//! The tokens of a line.

use std::fmt;

/// A token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// A name without dots, or one in quotes.
    Name(String),
    /// Digits with their prefix, perhaps with `*` among them.
    Number(String),
    /// `:`, `==` and the like.
    Sign(&'static str),
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(text) | Self::Number(text) => f.write_str(text),
            Self::Sign(sign) => f.write_str(sign),
        }
    }
}

/// A token and its column, from 1.
pub(crate) type Placed = (usize, Token);

/// Longer ones first.
const SIGNS: [&str; 16] =
    ["==", "!=", "<=", ">=", "..", "<", ">", "=", ":", ",", ".", "[", "]", "(", ")", "/"];

/// The part of a line before its comment.
pub(crate) fn without_comment(line: &str) -> &str {
    let mut quoted = false;
    for (at, c) in line.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '#' if !quoted => return line.get(..at).unwrap_or(line),
            _ => {}
        }
    }
    line
}

/// The tokens of a line, from `start` characters on.
///
/// # Errors
/// Column and reason.
pub(crate) fn tokens(line: &str, start: usize) -> Result<Vec<Placed>, (usize, String)> {
    let mut found = Vec::new();
    let mut rest = line.get(start..).unwrap_or_default();
    let mut at = start;
    while let Some(first) = rest.chars().next() {
        let column = line.get(..at).map_or(at, |before| before.chars().count()) + 1;
        let (token, length) = if first.is_whitespace() {
            (None, first.len_utf8())
        } else if first == '"' {
            let inner = rest.get(1..).and_then(|r| r.split_once('"')).map(|(inner, _)| inner);
            match inner {
                Some(inner) if !inner.is_empty() => (Some(Token::Name(inner.to_owned())), inner.len() + 2),
                _ => return Err((column, "a name in quotes is empty or has no second quote".to_owned())),
            }
        } else if is_name_start(first) {
            let length = prefix(rest, |c| is_name_start(c) || c.is_ascii_digit());
            (Some(Token::Name(rest.get(..length).unwrap_or_default().to_owned())), length)
        } else if first.is_ascii_digit() {
            let length = number(rest);
            (Some(Token::Number(rest.get(..length).unwrap_or_default().to_owned())), length)
        } else if let Some(sign) = SIGNS.into_iter().find(|sign| rest.starts_with(sign)) {
            (Some(Token::Sign(sign)), sign.len())
        } else {
            return Err((column, format!("`{first}` means nothing here")));
        };
        found.extend(token.map(|token| (column, token)));
        at += length;
        rest = rest.get(length..).unwrap_or_default();
    }
    Ok(found)
}

fn is_name_start(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || c == '$'
}

fn prefix(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|c| !belongs(c)).unwrap_or(text.len())
}

/// How many characters a number takes.
fn number(text: &str) -> usize {
    let digits = |belongs: fn(char) -> bool| 2 + prefix(text.get(2..).unwrap_or_default(), belongs);
    match text.get(..2) {
        Some("0x" | "0X") => digits(|c| c.is_ascii_hexdigit() || c == '*'),
        Some("0b" | "0B") => digits(|c| matches!(c, '0' | '1' | '*')),
        Some("0o" | "0O") => digits(|c| matches!(c, '0'..='7' | '*')),
        _ => prefix(text, |c| c.is_ascii_digit()),
    }
}
