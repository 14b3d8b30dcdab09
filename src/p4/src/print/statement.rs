//! Statements.

use super::expression::{expression, ty};
use super::{Printer, annotations};
use crate::ast::{ForHeader, Statement, StatementKind, SwitchLabel};

impl Printer {
    pub(super) fn statements(&mut self, statements: &[Statement]) {
        for statement in statements {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &Statement) {
        let head = annotations(&statement.annotations);
        match &statement.kind {
            StatementKind::Empty => self.line(&format!("{head};")),
            StatementKind::Declaration(declaration) => {
                if !head.is_empty() {
                    self.line(head.trim_end());
                }
                self.declaration(declaration);
            }
            StatementKind::Assign(..) | StatementKind::Call(_) => {
                let text = simple(statement);
                self.line(&format!("{head}{text};"));
            }
            StatementKind::Block(inner) => self.braces(&head, "", |printer| printer.statements(inner)),
            StatementKind::If(condition, then, otherwise) => {
                self.line(&format!("{head}if ({})", expression(condition)));
                self.nested(then, otherwise.is_some());
                if let Some(otherwise) = otherwise {
                    self.line("else");
                    self.nested(otherwise, false);
                }
            }
            StatementKind::Switch(value, cases) => {
                self.braces(&format!("{head}switch ({}) ", expression(value)), "", |printer| {
                    for case in cases {
                        let label = match &case.label {
                            SwitchLabel::Default => "default".to_owned(),
                            SwitchLabel::Expression(value) => expression(value),
                        };
                        match &case.body {
                            None => printer.line(&format!("{label}:")),
                            Some(body) => {
                                printer.braces(&format!("{label}: "), "", |printer| printer.statements(body));
                            }
                        }
                    }
                });
            }
            StatementKind::Return(None) => self.line(&format!("{head}return;")),
            StatementKind::Return(Some(value)) => self.line(&format!("{head}return {};", expression(value))),
            StatementKind::Exit => self.line(&format!("{head}exit;")),
            StatementKind::Break => self.line(&format!("{head}break;")),
            StatementKind::Continue => self.line(&format!("{head}continue;")),
            StatementKind::For(header, body) => {
                let header = match &**header {
                    ForHeader::Classic { init, condition, update } => {
                        let init: Vec<String> = init.iter().map(simple).collect();
                        let update: Vec<String> = update.iter().map(simple).collect();
                        format!("{}; {}; {}", init.join(", "), expression(condition), update.join(", "))
                    }
                    ForHeader::In { ty: Some(of), name, collection } => {
                        format!("{} {} in {}", ty(of), name.text, expression(collection))
                    }
                    ForHeader::In { ty: None, name, collection } => {
                        format!("{} in {}", name.text, expression(collection))
                    }
                };
                self.line(&format!("{head}for ({header})"));
                self.nested(body, false);
            }
        }
    }

    /// A statement of another one. An `if` before an `else` that is not its own is printed as a block would be
    /// read differently, so it keeps its place: the parser gives an `else` to the nearest `if`, and so an `if`
    /// without one never stands there.
    fn nested(&mut self, statement: &Statement, before_else: bool) {
        if before_else && takes_else(statement) {
            self.braces("", "", |printer| printer.statement(statement));
            return;
        }
        self.indent += 1;
        self.statement(statement);
        self.indent -= 1;
    }
}

/// Whether an `else` behind the statement would become its own.
fn takes_else(statement: &Statement) -> bool {
    match &statement.kind {
        StatementKind::If(_, _, None) => true,
        StatementKind::If(_, _, Some(otherwise)) => takes_else(otherwise),
        StatementKind::For(_, body) => takes_else(body),
        _ => false,
    }
}

/// A statement without its `;`, as in the head of a `for`.
fn simple(statement: &Statement) -> String {
    match &statement.kind {
        StatementKind::Assign(left, operator, right) => {
            let operator = operator.map_or("", crate::ast::BinaryOp::symbol);
            format!("{} {operator}= {}", expression(left), expression(right))
        }
        StatementKind::Call(call) => expression(call),
        StatementKind::Declaration(declaration) => match &declaration.kind {
            crate::ast::DeclarationKind::Variable(of, Some(value)) => {
                format!("{} {} = {}", ty(of), declaration.name.text, expression(value))
            }
            crate::ast::DeclarationKind::Variable(of, None) => {
                format!("{} {}", ty(of), declaration.name.text)
            }
            _ => String::new(),
        },
        _ => String::new(),
    }
}
