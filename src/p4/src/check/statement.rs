//! Statements.

use super::{Checker, Place};
use crate::ast::{self, BinaryOp, ForHeader, StatementKind as Written};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::typed::{
    Annotation, Callee, Collection, Expression, ExpressionKind, ForInLoop, ForLoop, Statement, StatementKind,
    Type, Variable, VariableKind,
};

impl Checker<'_, '_> {
    /// Statements of the scope that is open.
    pub(super) fn statements(&mut self, statements: &[ast::Statement]) -> Vec<Statement> {
        statements.iter().filter_map(|statement| self.statement(statement)).collect()
    }

    fn statement(&mut self, statement: &ast::Statement) -> Option<Statement> {
        self.levels = self.levels.saturating_add(1);
        let checked = self.statement_of(statement);
        self.levels = self.levels.saturating_sub(1);
        checked
    }

    fn statement_of(&mut self, statement: &ast::Statement) -> Option<Statement> {
        let span = statement.span;
        let kind = match &statement.kind {
            Written::Empty => return None,
            Written::Declaration(declaration) => return self.local(declaration, span),
            Written::Assign(left, operator, right) => self.assign(left, *operator, right, span)?,
            Written::Call(call) => self.call_statement(call)?,
            Written::Block(inner) => StatementKind::Block(self.scoped(|checker| checker.statements(inner))),
            Written::If(condition, then, otherwise) => {
                let condition = self.condition(condition);
                let then = self.branch(Some(then));
                StatementKind::If(condition, then, self.branch(otherwise.as_deref()))
            }
            Written::Switch(value, cases) => self.switch(value, cases)?,
            Written::Return(value) => StatementKind::Return(self.returned(value.as_ref(), span)),
            Written::Exit => StatementKind::Exit,
            Written::Break => StatementKind::Break,
            Written::Continue => StatementKind::Continue,
            Written::For(header, body) => {
                self.scoped(|checker| checker.iteration(header, body, &statement.annotations))?
            }
        };
        Some(Statement { kind, span })
    }

    fn branch(&mut self, statement: Option<&ast::Statement>) -> Vec<Statement> {
        match statement {
            None => Vec::new(),
            Some(statement) => self.scoped(|checker| match &statement.kind {
                Written::Block(inner) => checker.statements(inner),
                _ => checker.statement(statement).into_iter().collect(),
            }),
        }
    }

    fn local(&mut self, declaration: &ast::Declaration, span: Span) -> Option<Statement> {
        match &declaration.kind {
            ast::DeclarationKind::Constant(ty, value) => {
                self.constant(&declaration.name, ty, value);
                None
            }
            ast::DeclarationKind::Variable(ty, value) => {
                let kind = self.local_variable(declaration, ty, value.as_ref());
                Some(Statement { kind, span })
            }
            ast::DeclarationKind::Instance(_) => {
                let message = format!("object `{}` can't be made among statements", declaration.name.text);
                let help = "make it before the `apply` block or the states";
                self.report(Diagnostic::error(declaration.name.span, message).help(help));
                self.declare(&declaration.name, super::Symbol::Invalid);
                None
            }
            _ => {
                self.error(span, "only variables and constants are declared among statements");
                None
            }
        }
    }

    fn iteration(
        &mut self,
        header: &ast::ForHeader,
        body: &ast::Statement,
        annotations: &[Annotation],
    ) -> Option<StatementKind> {
        let annotations = annotations.to_vec();
        match header {
            ForHeader::Classic { init, condition, update } => {
                let init = self.statements(init);
                let condition = self.condition(condition);
                let update = self.statements(update);
                let body = self.branch(Some(body));
                Some(StatementKind::For(Box::new(ForLoop { init, condition, update, body, annotations })))
            }
            ForHeader::In { ty, name, collection } => {
                let declared = ty.as_ref().map(|ty| self.ty(ty));
                let declares = declared.is_some();
                let wanted = match &declared {
                    Some(ty) => Some(ty.clone()),
                    None => self.looped(name).map(|variable| variable.ty.clone()),
                };
                let collection = self.collection(collection, wanted.as_ref().unwrap_or(&Type::Invalid));
                let variable = match declared {
                    Some(ty) => Some(self.variable(name, ty, VariableKind::Local, None, &[])),
                    None => self.looped(name),
                };
                let body = self.branch(Some(body));
                let (variable, collection) = (variable?, collection?);
                let inner = ForInLoop { variable, declares, collection, body, annotations };
                Some(StatementKind::ForIn(Box::new(inner)))
            }
        }
    }

    /// The variable of a loop that was declared before it.
    fn looped(&mut self, name: &ast::Name) -> Option<std::sync::Arc<Variable>> {
        match self.resolve(name, false) {
            super::Symbol::Variable(variable) => {
                let ty = variable.ty.clone();
                let kind = ExpressionKind::Variable(std::sync::Arc::clone(&variable));
                let target = Expression { kind, ty, span: name.span };
                self.check_writable(&target, "each round writes to it").then_some(variable)
            }
            super::Symbol::Invalid => None,
            other => {
                self.error(name.span, format!("`{}` is {}, not a variable", name.text, other.describe()));
                None
            }
        }
    }

    fn collection(&mut self, written: &ast::Expression, ty: &Type) -> Option<Collection> {
        if let ast::ExpressionKind::Binary(BinaryOp::Range, low, high) = &written.kind {
            let low = self.expression(low);
            let high = self.expression(high);
            let (low, high) = (self.coerce(low, ty), self.coerce(high, ty));
            if !low.ty.is_invalid() && !matches!(ty.underlying(), Type::Bit(_) | Type::Int(_) | Type::Invalid)
            {
                self.error(written.span, format!("a range is of `bit<…>` or `int<…>`, not of `{ty}`"));
                return None;
            }
            return Some(Collection::Range(low, high));
        }
        let collection = self.expression(written);
        let element = match &collection.ty {
            Type::Invalid => return None,
            Type::Stack(element, _) => (**element).clone(),
            Type::List(element) => (**element).clone(),
            other => {
                let message = format!("a loop can't go through a value of type `{other}`");
                let help = "it goes through a range `low .. high`, a stack or a `list<…>`";
                self.report(Diagnostic::error(written.span, message).help(help));
                return None;
            }
        };
        if element != *ty && !ty.is_invalid() {
            let message = format!("the elements are of type `{element}`, the variable is of type `{ty}`");
            self.error(written.span, message);
            return None;
        }
        Some(Collection::Elements(collection))
    }

    fn call_statement(&mut self, call: &ast::Expression) -> Option<StatementKind> {
        let ast::ExpressionKind::Call { callee, types, arguments } = &call.kind else {
            if !matches!(call.kind, ast::ExpressionKind::Invalid) {
                self.error(call.span, "this is no call");
            }
            return None;
        };
        if self.size_of(callee, types, arguments, call.span).is_some() {
            return None;
        }
        let (call, _) = self.call(callee, types, arguments, call.span)?;
        match &call.callee {
            Callee::IsValid(_) => {
                self.report(Diagnostic::warning(call.span, "the result of `isValid` is not used"));
            }
            // It was checked already.
            Callee::ExternFunction(signature) if &*signature.name == "static_assert" => return None,
            _ => {}
        }
        Some(StatementKind::Call(call))
    }

    fn returned(&mut self, value: Option<&ast::Expression>, span: Span) -> Option<Expression> {
        let wanted = self.context.returns.clone().unwrap_or(Type::Void);
        match (value, wanted) {
            (None, Type::Void | Type::Invalid) => None,
            (None, wanted) => {
                self.error(span, format!("this function returns a `{wanted}`: write `return` and the value"));
                None
            }
            (Some(_), Type::Void) => {
                let message = match self.context.place {
                    Place::Function => "this function returns nothing",
                    _ => "only functions return a value",
                };
                self.error(span, message);
                None
            }
            (Some(value), wanted) => {
                let value = self.expression(value);
                Some(self.coerce(value, &wanted))
            }
        }
    }
}
