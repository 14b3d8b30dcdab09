//! Statements, instances and constructor calls where they must not be.

use crate::ast::visit::{Visitor, walk_declaration, walk_state, walk_statement};
use crate::ast::{Declaration, DeclarationKind, Expression, ExpressionKind, State, Statement, StatementKind};
use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// What is around a statement.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Around {
    Nothing,
    Control,
    Parser,
    State,
    Action,
    Function,
}

pub(super) struct Placement<'d> {
    diagnostics: &'d mut Vec<Diagnostic>,
    around: Around,
    loops: usize,
    /// Whether statements are around, not declarations alone.
    in_statements: bool,
}

impl<'d> Placement<'d> {
    pub(super) fn new(diagnostics: &'d mut Vec<Diagnostic>) -> Self {
        Self { diagnostics, around: Around::Nothing, loops: 0, in_statements: false }
    }

    fn error(&mut self, span: Span, message: impl Into<String>, help: &str) {
        let diagnostic = Diagnostic::error(span, message);
        self.diagnostics.push(if help.is_empty() { diagnostic } else { diagnostic.help(help) });
    }

    fn within(&mut self, around: Around, inner: impl FnOnce(&mut Self)) {
        let before = (self.around, self.loops, self.in_statements);
        (self.around, self.loops, self.in_statements) = (around, 0, false);
        inner(self);
        (self.around, self.loops, self.in_statements) = before;
    }

    fn instance(&mut self, declaration: &Declaration) {
        let place = match self.around {
            Around::Control if self.in_statements => "the apply block of a control",
            Around::State => "a parser state",
            Around::Action => "an action",
            Around::Function => "a function",
            Around::Nothing | Around::Control | Around::Parser => return,
        };
        let message = format!("`{}` can't be instantiated in {place}", declaration.name.text);
        let help = match self.around {
            Around::Control => "declare it in the control, before `apply`",
            Around::State => "declare it in the parser, before its states",
            _ => "declare it in the control or at the top level",
        };
        self.error(declaration.name.span, message, help);
    }

    fn loop_exit(&mut self, span: Span, word: &str) {
        if self.loops == 0 {
            self.error(span, format!("`{word}` outside of a loop"), "");
        }
    }
}

impl<'a> Visitor<'a> for Placement<'_> {
    fn declaration(&mut self, declaration: &'a Declaration) {
        let around = match &declaration.kind {
            DeclarationKind::Control(_) => Around::Control,
            DeclarationKind::Parser(_) => Around::Parser,
            DeclarationKind::Action(..) => Around::Action,
            DeclarationKind::Function(..) => Around::Function,
            DeclarationKind::Instance(instance) => {
                self.instance(declaration);
                // What it gives to abstract methods is checked as functions are.
                if instance.body.is_none() { self.around } else { Around::Nothing }
            }
            _ => return walk_declaration(self, declaration),
        };
        self.within(around, |placement| walk_declaration(placement, declaration));
    }

    fn state(&mut self, state: &'a State) {
        if matches!(&*state.name.text, "accept" | "reject") {
            let message = format!("state `{}` is built in and can't be declared", state.name.text);
            self.error(state.name.span, message, "give the state another name");
        }
        if state.transition.is_none() {
            let message = format!(
                "state `{}` says nothing about what comes next: it rejects the packet",
                state.name.text
            );
            let help = "end it with `transition accept;` or `transition reject;`";
            self.diagnostics.push(Diagnostic::warning(state.name.span, message).help(help));
        }
        self.within(Around::State, |placement| walk_state(placement, state));
    }

    fn statement(&mut self, statement: &'a Statement) {
        let span = statement.span;
        let in_state = self.around == Around::State;
        match &statement.kind {
            StatementKind::Return(_) if in_state => {
                self.error(span, "`return` in a parser", "go to another state with `transition`");
            }
            StatementKind::Exit if in_state => {
                self.error(span, "`exit` in a parser", "go to `reject` with `transition reject;`");
            }
            StatementKind::Exit if self.around == Around::Function => {
                self.error(span, "`exit` in a function", "only controls and actions can exit");
            }
            StatementKind::Switch(..) if in_state => {
                self.error(span, "`switch` in a parser", "use `transition select(…)`");
            }
            StatementKind::For(..) if in_state => {
                let help = "let a state go to itself: `transition select(…)` back to it";
                self.error(span, "`for` in a parser", help);
            }
            StatementKind::Break => self.loop_exit(span, "break"),
            StatementKind::Continue => self.loop_exit(span, "continue"),
            _ => {}
        }
        let is_loop = matches!(statement.kind, StatementKind::For(..));
        self.loops += usize::from(is_loop);
        let before = std::mem::replace(&mut self.in_statements, true);
        walk_statement(self, statement);
        self.in_statements = before;
        self.loops -= usize::from(is_loop);
    }

    fn expression(&mut self, expression: &'a Expression) {
        let constructs = match &expression.kind {
            ExpressionKind::Call { callee, .. } => matches!(callee.kind, ExpressionKind::Type(_)),
            _ => false,
        };
        if constructs && self.around == Around::Action {
            let help = "declare an instance outside of the action";
            self.error(expression.span, "a constructor is called in an action", help);
        }
        let verifies = match &expression.kind {
            ExpressionKind::Call { callee, .. } => {
                matches!(&callee.kind, ExpressionKind::Name(name) if &*name.text == "verify")
            }
            _ => false,
        };
        if verifies && !matches!(self.around, Around::State | Around::Parser | Around::Nothing) {
            let help = "test the condition with `if`";
            self.error(expression.span, "`verify` can be called in parsers only", help);
        }
        crate::ast::visit::walk_expression(self, expression);
    }
}
