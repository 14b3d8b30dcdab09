//! Statements.

use super::{Checker, Symbol, invalid};
use crate::ast::{self, StatementKind as Written, SwitchLabel as WrittenLabel};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::typed::{
    Callee, Expression, ExpressionKind, Statement, StatementKind, SwitchCase, SwitchLabel, Type,
};

impl Checker<'_> {
    /// Statements of the scope that is open.
    pub(super) fn statements(&mut self, statements: &[ast::Statement]) -> Vec<Statement> {
        statements.iter().filter_map(|statement| self.statement(statement)).collect()
    }

    fn statement(&mut self, statement: &ast::Statement) -> Option<Statement> {
        let span = statement.span;
        let kind = match &statement.kind {
            Written::Empty => return None,
            Written::Declaration(declaration) => return self.local(declaration, span),
            Written::Assign(left, operator, right) => self.assign(left, *operator, right, span)?,
            Written::Call(call) => self.call_statement(call)?,
            Written::Block(inner) => StatementKind::Block(self.scoped(|checker| checker.statements(inner))),
            Written::If(condition, then, otherwise) => {
                let condition = self.expression(condition);
                let condition = self.coerce(condition, &Type::Bool);
                let then = self.branch(Some(then));
                StatementKind::If(condition, then, self.branch(otherwise.as_deref()))
            }
            Written::Switch(value, cases) => self.switch(value, cases)?,
            Written::Return(value) => StatementKind::Return(self.returned(value.as_ref(), span)),
            Written::Exit => StatementKind::Exit,
            Written::Break | Written::Continue | Written::For(..) => {
                self.report(Diagnostic::error(span, "loops are not supported").help("write the rounds out"));
                return None;
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
            _ => {
                self.error(span, "only variables and constants are declared among statements");
                None
            }
        }
    }

    fn assign(
        &mut self,
        left: &ast::Expression,
        operator: Option<ast::BinaryOp>,
        right: &ast::Expression,
        span: Span,
    ) -> Option<StatementKind> {
        let target = self.expression(left);
        if !target.ty.is_invalid() {
            self.check_writable(&target, "this is assigned to");
        }
        let value = match operator {
            None => self.expression(right),
            Some(operator) => self.binary(operator, left, right, span),
        };
        if target.ty.is_invalid() || value.ty.is_invalid() {
            return None;
        }
        let value = self.coerce(value, &target.ty.clone());
        (!value.ty.is_invalid()).then_some(StatementKind::Assign(target, value))
    }

    fn call_statement(&mut self, call: &ast::Expression) -> Option<StatementKind> {
        let ast::ExpressionKind::Call { callee, types, arguments } = &call.kind else {
            self.error(call.span, "this is no call");
            return None;
        };
        let (call, _) = self.call(callee, types, arguments, call.span)?;
        if matches!(call.callee, Callee::IsValid(_)) {
            self.report(Diagnostic::warning(call.span, "the result of `isValid` is not used"));
        }
        Some(StatementKind::Call(call))
    }

    fn returned(&mut self, value: Option<&ast::Expression>, span: Span) -> Option<Expression> {
        let wanted = self.returns.clone().unwrap_or(Type::Void);
        match (value, wanted) {
            (None, Type::Void) => None,
            (None, wanted) => {
                self.error(span, format!("this function returns `{wanted}`"));
                None
            }
            (Some(value), Type::Void) => {
                self.error(value.span, "there is nothing to return here");
                None
            }
            (Some(value), wanted) => {
                let value = self.expression(value);
                Some(self.coerce(value, &wanted))
            }
        }
    }

    fn switch(&mut self, value: &ast::Expression, cases: &[ast::SwitchCase]) -> Option<StatementKind> {
        let value = self.expression(value);
        if value.ty.is_invalid() {
            return None;
        }
        if matches!(value.ty, Type::Integer)
            || matches!(value.ty.underlying(), Type::Structure(_) | Type::Tuple(_))
        {
            self.error(value.span, format!("a value of type `{}` can't be switched on", value.ty));
            return None;
        }
        let mut checked = Vec::new();
        // Labels without a body belong to the next one.
        let mut labels = Vec::new();
        let mut seen_default: Option<Span> = None;
        for case in cases {
            if let Some(before) = seen_default {
                let diagnostic = Diagnostic::error(case.span, "`default` has to be the last case");
                self.report(diagnostic.related(before, "this is `default`"));
            }
            match &case.label {
                WrittenLabel::Default => {
                    seen_default = Some(case.span);
                    labels.push(SwitchLabel::Default);
                }
                WrittenLabel::Expression(label) => labels.extend(self.label(&value, label)),
            }
            if let Some(body) = &case.body {
                let body = self.scoped(|checker| checker.statements(body));
                checked.push(SwitchCase { labels: std::mem::take(&mut labels), body, span: case.span });
            }
        }
        if !labels.is_empty() {
            let span = value.span;
            checked.push(SwitchCase { labels, body: Vec::new(), span });
        }
        Some(StatementKind::Switch(value, checked))
    }

    fn label(&mut self, value: &Expression, label: &ast::Expression) -> Option<SwitchLabel> {
        let ExpressionKind::TableActionRun(table) = &value.kind else {
            let written = self.expression(label);
            let written = self.coerce(written, &value.ty);
            if !written.ty.is_invalid() && !super::declaration::is_constant(&written) {
                self.error(label.span, "a label has to be known when compiled");
                return Some(SwitchLabel::Value(invalid(label.span)));
            }
            return Some(SwitchLabel::Value(written));
        };
        let (ast::ExpressionKind::Name(name) | ast::ExpressionKind::GlobalName(name)) = &label.kind else {
            self.error(
                label.span,
                format!("a label here is the name of an action of table `{}`", table.name),
            );
            return None;
        };
        let listed = table.actions.iter().map(|listed| &listed.call.action);
        let meant = match self.find(&name.text) {
            Some(Symbol::Action(action)) => {
                listed.clone().find(|listed| std::sync::Arc::ptr_eq(listed, action))
            }
            _ => None,
        };
        if let Some(action) = meant {
            return Some(SwitchLabel::Action(std::sync::Arc::clone(action)));
        }
        let message = format!("`{}` is no action of table `{}`", name.text, table.name);
        let diagnostic = Diagnostic::error(name.span, message);
        self.report(diagnostic.suggest(&name.text, listed.map(|action| &*action.name)));
        None
    }
}
