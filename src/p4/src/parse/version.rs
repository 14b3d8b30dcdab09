//! P4_14, the language before P4_16: recognised, to say how to bring a program along.

use crate::diagnostic::Diagnostic;
use crate::token::{Token, TokenKind};

/// The place where a program that can't be read shows to be one of P4_14, with what to do then.
pub fn p4_14(tokens: &[Token]) -> Option<Diagnostic> {
    let sign = tokens.windows(3).find(|window| match window {
        [word, name, next] if word.kind == TokenKind::Word && name.kind == TokenKind::Word => {
            let opens = next.kind == TokenKind::LeftBrace;
            match &*word.text {
                // In P4_16 these have parameters.
                "parser" | "control" => opens,
                "header_type"
                | "field_list"
                | "field_list_calculation"
                | "action_profile"
                | "action_selector" => opens,
                "metadata" | "primitive_action" => next.kind == TokenKind::Semicolon,
                "calculated_field" => next.kind == TokenKind::Dot,
                _ => false,
            }
        }
        _ => false,
    })?;
    let [first, name, _] = sign else { return None };
    // A control without its parameters may be a slip in P4_16; then there are no other signs.
    let slip = matches!(&*first.text, "parser" | "control")
        && tokens.windows(2).any(|window| match window {
            [word, next] => {
                word.is_word("state") && next.kind == TokenKind::Word
                    || word.is_word("apply") && next.kind == TokenKind::LeftBrace
            }
            _ => false,
        });
    if slip {
        return None;
    }
    let span = first.span.to(name.span);
    let diagnostic = Diagnostic::error(span, "this is a program in P4_14, the language before P4_16");
    Some(diagnostic.help(
        "let a p4c that knows P4_14 compile it, `p4c-bm2-ss --std p4-14 PROGRAM.p4 -o PROGRAM.json`, and give PROGRAM.json in its place",
    ))
}
