//! Annotations whose form is known, and structured ones, which have to be constant.

use std::collections::HashSet;

use crate::ast::visit::Visitor;
use crate::ast::{
    Annotation, AnnotationBody, BinaryOp, DeclarationKind, Expression, ExpressionKind, Program, UnaryOp,
};
use crate::diagnostic::Diagnostic;
use crate::parse::annotation_elements;
use crate::source::Text;

/// Annotations that have a string.
const STRINGS: [&str; 3] = ["name", "deprecated", "noWarn"];

/// Annotations that have no body.
const EMPTY: [&str; 12] = [
    "atomic",
    "defaultonly",
    "hidden",
    "likely",
    "noSideEffects",
    "optional",
    "pure",
    "tableonly",
    "unlikely",
    "disable_optimization",
    "unroll",
    "nounroll",
];

pub(super) struct Annotations<'d> {
    diagnostics: &'d mut Vec<Diagnostic>,
    /// Names of constants, which structured annotations may have.
    constants: HashSet<Text>,
}

impl<'d> Annotations<'d> {
    pub(super) fn new(program: &Program, diagnostics: &'d mut Vec<Diagnostic>) -> Self {
        let constants = program.declarations.iter().filter_map(|declaration| match declaration.kind {
            DeclarationKind::Constant(..) => Some(Text::clone(&declaration.name.text)),
            _ => None,
        });
        Self { diagnostics, constants: constants.collect() }
    }

    fn annotation(&mut self, annotation: &Annotation) {
        let name = &*annotation.name.text;
        let span = annotation.name.span;
        match &annotation.body {
            AnnotationBody::Structured(tokens) => match annotation_elements(tokens, span) {
                Ok(elements) => elements.iter().for_each(|element| self.constant(element)),
                Err(diagnostic) => self.diagnostics.push(diagnostic),
            },
            AnnotationBody::Unstructured(tokens) if EMPTY.contains(&name) && !tokens.is_empty() => {
                self.diagnostics.push(Diagnostic::error(span, format!("annotation `@{name}` takes nothing")));
            }
            AnnotationBody::Unstructured(tokens) if STRINGS.contains(&name) => {
                let value = annotation_elements(tokens, span);
                let fits = match value.as_deref() {
                    Ok([only]) => is_string(only),
                    _ => false,
                };
                if !fits {
                    let message = format!("annotation `@{name}` needs a string");
                    let help = format!("write `@{name}(\"…\")`");
                    self.diagnostics.push(Diagnostic::error(span, message).help(help));
                }
            }
            AnnotationBody::Unstructured(tokens) if name == "match" => {
                let value = annotation_elements(tokens, span);
                let fits = match value.as_deref() {
                    Ok([only]) => matches!(only.kind, ExpressionKind::Name(_) | ExpressionKind::Member(..)),
                    _ => false,
                };
                if !fits {
                    let message = "annotation `@match` needs a match kind";
                    let help = "write `@match(ternary)` or another match kind";
                    self.diagnostics.push(Diagnostic::error(span, message).help(help));
                }
            }
            AnnotationBody::Empty if name == "name" => {
                let message = "annotation `@name` needs a string";
                self.diagnostics.push(Diagnostic::error(span, message).help("write `@name(\"…\")`"));
            }
            AnnotationBody::Unstructured(_) | AnnotationBody::Empty => {}
        }
    }

    /// What stands in a structured annotation is known when compiled: an integer, a string or a boolean.
    fn constant(&mut self, value: &Expression) {
        let message = match &value.kind {
            ExpressionKind::Integer(_) | ExpressionKind::Bool(_) | ExpressionKind::Str(_) => return,
            ExpressionKind::Name(name) if self.constants.contains(&name.text) => return,
            ExpressionKind::Name(name) => format!("`{}` is no constant", name.text),
            ExpressionKind::Unary(
                UnaryOp::Plus | UnaryOp::Minus | UnaryOp::Complement | UnaryOp::Not,
                of,
            )
            | ExpressionKind::Cast(_, of) => {
                return self.constant(of);
            }
            ExpressionKind::Binary(_, left, right) => {
                self.constant(left);
                return self.constant(right);
            }
            ExpressionKind::Conditional(condition, then, otherwise) => {
                return [condition, then, otherwise].into_iter().for_each(|part| self.constant(part));
            }
            _ => "a structured annotation has integers, strings and booleans only".to_owned(),
        };
        self.diagnostics.push(Diagnostic::error(value.span, message).label("in a structured annotation"));
    }
}

/// Whether it is a string, or several with `++` between them.
fn is_string(value: &Expression) -> bool {
    match &value.kind {
        ExpressionKind::Str(_) => true,
        ExpressionKind::Binary(BinaryOp::Concat, left, right) => is_string(left) && is_string(right),
        _ => false,
    }
}

impl<'a> Visitor<'a> for Annotations<'_> {
    fn annotations(&mut self, annotations: &'a [Annotation]) {
        for (index, annotation) in annotations.iter().enumerate() {
            self.annotation(annotation);
            let structured =
                |annotation: &Annotation| matches!(annotation.body, AnnotationBody::Structured(_));
            let name = &annotation.name;
            let before = annotations.iter().take(index).find(|before| before.name.text == name.text);
            if let Some(before) = before
                && (structured(before) || structured(annotation))
            {
                let message = format!("annotation `@{}` is there twice, and structured", name.text);
                let diagnostic = Diagnostic::error(name.span, message);
                self.diagnostics.push(diagnostic.related(before.name.span, "the first"));
            }
        }
    }
}
