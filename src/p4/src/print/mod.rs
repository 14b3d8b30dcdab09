//! Printing a tree as P4_16: what is printed parses to the same tree.

mod declaration;
mod expression;
mod statement;

use crate::ast::{Annotation, AnnotationBody, Program};
use crate::token::{Token, TokenKind};

/// A program as text.
pub fn print(program: &Program) -> String {
    let mut printer = Printer::default();
    for declaration in &program.declarations {
        printer.declaration(declaration);
    }
    printer.text
}

/// An expression as text.
pub(crate) fn expression_text(expression: &crate::ast::Expression) -> String {
    expression::expression(expression)
}

/// Columns that a block in one line may take.
const LONGEST_LINE: usize = 110;

#[derive(Default)]
struct Printer {
    text: String,
    indent: usize,
}

impl Printer {
    fn line(&mut self, text: &str) {
        for _ in 0..self.indent {
            self.text.push_str("    ");
        }
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// A line that ends in `{`, what is in there, and `}` with what follows it; in one line where there is not more than
    /// one inside.
    fn braces(&mut self, head: &str, tail: &str, inner: impl FnOnce(&mut Self)) {
        let before = self.text.len();
        self.line(&format!("{head}{{"));
        let opened = self.text.len();
        self.indent += 1;
        inner(self);
        self.indent -= 1;
        let inside = self.text.get(opened..).unwrap_or_default();
        if inside.matches('\n').count() < 2 {
            let inside = inside.trim();
            let space = if inside.is_empty() { "" } else { " " };
            let short = format!("{head}{{{space}{inside} }}{tail}");
            if short.len() + 4 * self.indent <= LONGEST_LINE {
                self.text.truncate(before);
                return self.line(&short);
            }
        }
        self.line(&format!("}}{tail}"));
    }
}

fn annotations(list: &[Annotation]) -> String {
    let mut text = String::new();
    for annotation in list {
        text.push('@');
        text.push_str(&annotation.name.text);
        match &annotation.body {
            AnnotationBody::Empty => {}
            AnnotationBody::Unstructured(body) => text.push_str(&format!("({})", tokens(body))),
            AnnotationBody::Structured(body) => text.push_str(&format!("[{}]", tokens(body))),
        }
        text.push(' ');
    }
    text
}

fn tokens(list: &[Token]) -> String {
    let mut text = String::new();
    for token in list {
        // Joined tokens stay so, as `>` and `>` of a shift must; others must not join.
        let joined = token.joined && token.kind != TokenKind::Word;
        if !text.is_empty() && !joined {
            text.push(' ');
        }
        text.push_str(&token.text);
    }
    text
}

fn comma<T>(items: &[T], item: impl Fn(&T) -> String) -> String {
    let items: Vec<String> = items.iter().map(item).collect();
    items.join(", ")
}

#[cfg(test)]
mod tests;
