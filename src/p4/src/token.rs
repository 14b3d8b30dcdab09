//! Tokens and the lexer.
//!
//! Words are one kind, reserved or not: the preprocessor treats them alike, and the parser asks for the
//! text. A `>` is always a token of its own, because `bit<bit<8>>` ends in two of them; the parser
//! joins neighbours to `>>`, `>=` and `>>=` where an operator may stand.

use logos::Logos;

use crate::source::{FileId, Span, Text};

/// Kinds of tokens.
#[derive(Logos, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[logos(skip r"[ \t\r\f]+")]
#[logos(skip(r"//[^\n]*", allow_greedy = true))]
#[logos(skip r"\\\r?\n")]
#[logos(skip r"/\*([^*]|\*+[^*/])*\*+/")]
pub enum TokenKind {
    /// An identifier or a keyword.
    #[regex(r"[A-Za-z_][A-Za-z0-9_]*")]
    Word,
    /// A number, with or without a width.
    #[regex(r"[0-9][0-9A-Za-z_]*")]
    Number,
    /// A string, its quotes included.
    #[regex(r#""([^"\\]|\\.|\\\n)*""#)]
    Str,
    /// End of a line: only the preprocessor sees it.
    #[token("\n")]
    Newline,
    /// `#`, outside directives an error.
    #[token("#")]
    Hash,
    /// `##`
    #[token("##")]
    HashHash,
    /// `(`
    #[token("(")]
    LeftParen,
    /// `)`
    #[token(")")]
    RightParen,
    /// `{`
    #[token("{")]
    LeftBrace,
    /// `}`
    #[token("}")]
    RightBrace,
    /// `[`
    #[token("[")]
    LeftBracket,
    /// `]`
    #[token("]")]
    RightBracket,
    /// `<`
    #[token("<")]
    Less,
    /// `<=`
    #[token("<=")]
    LessEqual,
    /// `<<`
    #[token("<<")]
    ShiftLeft,
    /// `>`
    #[token(">")]
    Greater,
    /// `;`
    #[token(";")]
    Semicolon,
    /// `,`
    #[token(",")]
    Comma,
    /// `.`
    #[token(".")]
    Dot,
    /// `..`
    #[token("..")]
    DotDot,
    /// `...`
    #[token("...")]
    Ellipsis,
    /// `:`
    #[token(":")]
    Colon,
    /// `?`
    #[token("?")]
    Question,
    /// `@`
    #[token("@")]
    At,
    /// `=`
    #[token("=")]
    Assign,
    /// `==`
    #[token("==")]
    Equal,
    /// `!`
    #[token("!")]
    Not,
    /// `!=`
    #[token("!=")]
    NotEqual,
    /// `~`
    #[token("~")]
    Tilde,
    /// `+`
    #[token("+")]
    Plus,
    /// `++`
    #[token("++")]
    PlusPlus,
    /// `+:`
    #[token("+:")]
    PlusColon,
    /// `|+|`
    #[token("|+|")]
    PlusSaturating,
    /// `-`
    #[token("-")]
    Minus,
    /// `|-|`
    #[token("|-|")]
    MinusSaturating,
    /// `*`
    #[token("*")]
    Star,
    /// `/`
    #[token("/")]
    Slash,
    /// `%`
    #[token("%")]
    Percent,
    /// `&`
    #[token("&")]
    And,
    /// `&&`
    #[token("&&")]
    AndAnd,
    /// `&&&`
    #[token("&&&")]
    Mask,
    /// `|`
    #[token("|")]
    Or,
    /// `||`
    #[token("||")]
    OrOr,
    /// `^`
    #[token("^")]
    Xor,
    /// A comment that does not end; it takes the rest of the text.
    #[token("/*", |lexer| lexer.bump(lexer.remainder().len()))]
    OpenComment,
    /// End of the input.
    End,
    /// Characters that start no token.
    Unknown,
}

/// A token with its text and place.
///
/// Compared by kind and text alone, see [`Span`].
#[derive(Clone, Debug)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Its text.
    pub text: Text,
    /// Where it was written; for a token out of a macro's body, where the macro was used.
    pub span: Span,
    /// Whether it follows the token before it without a space.
    pub joined: bool,
}

impl PartialEq for Token {
    fn eq(&self, other: &Self) -> bool {
        (self.kind, &self.text) == (other.kind, &other.text)
    }
}

impl Eq for Token {}

impl Token {
    /// Whether it is this word.
    pub fn is_word(&self, word: &str) -> bool {
        self.kind == TokenKind::Word && &*self.text == word
    }
}

/// Splits a text into tokens; never fails, see [`TokenKind::Unknown`].
pub fn lex(file: FileId, text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut end = None;
    for (kind, range) in TokenKind::lexer(text).spanned() {
        let span = Span { file, start: offset(range.start), end: offset(range.end) };
        tokens.push(Token {
            kind: kind.unwrap_or(TokenKind::Unknown),
            text: text.get(range.clone()).unwrap_or("").into(),
            span,
            joined: end == Some(range.start),
        });
        end = Some(range.end);
    }
    tokens
}

fn offset(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

/// Words that can't be names.
pub fn is_reserved(word: &str) -> bool {
    matches!(
        word,
        "abstract"
            | "action"
            | "bit"
            | "bool"
            | "break"
            | "const"
            | "continue"
            | "control"
            | "default"
            | "else"
            | "enum"
            | "error"
            | "exit"
            | "extern"
            | "false"
            | "for"
            | "header"
            | "header_union"
            | "if"
            | "in"
            | "inout"
            | "int"
            | "match_kind"
            | "out"
            | "package"
            | "parser"
            | "return"
            | "select"
            | "string"
            | "struct"
            | "switch"
            | "table"
            | "this"
            | "transition"
            | "true"
            | "tuple"
            | "typedef"
            | "value_set"
            | "varbit"
            | "void"
            | "_"
    )
}
