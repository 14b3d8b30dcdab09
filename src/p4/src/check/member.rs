//! Members of values, of types and of what a table gives.

use std::sync::Arc;

use num_bigint::BigInt;

use super::{Checker, Place, Symbol, invalid};
use crate::ast::{self, ExpressionKind as Written};
use crate::diagnostic::Diagnostic;
use crate::source::{Span, Text};
use crate::typed::{Expression, ExpressionKind, Structure, StructureKind, Table, Type};

impl Checker<'_, '_> {
    pub(super) fn member(&mut self, base: &ast::Expression, name: &ast::Name, span: Span) -> Expression {
        let switched = std::mem::take(&mut self.context.switched);
        if let Written::Type(ty) = &base.kind {
            let ty = self.ty(ty);
            return self.type_member(ty, name, span);
        }
        if let Written::Call { callee, arguments, .. } = &base.kind
            && let Some(table) = self.applied_table(callee)
        {
            if !arguments.is_empty() {
                self.error(span, format!("`apply` of table `{}` takes no arguments", table.name));
            }
            return self.table_result(&table, name, switched, span);
        }
        if let Some(value) = self.constant_field(base, &name.text, span) {
            return value;
        }
        let base = self.expression(base);
        self.member_of(base, name, span)
    }

    /// The table of `table.apply`.
    pub(super) fn applied_table(&self, callee: &ast::Expression) -> Option<Arc<Table>> {
        let Written::Member(base, method) = &callee.kind else { return None };
        let symbol = match &base.kind {
            Written::Name(name) => self.find(&name.text),
            Written::GlobalName(name) => self.find_global(&name.text),
            _ => None,
        };
        match symbol {
            Some(Symbol::Table(table)) if &*method.text == "apply" => Some(Arc::clone(table)),
            _ => None,
        }
    }

    fn table_result(
        &mut self,
        table: &Arc<Table>,
        name: &ast::Name,
        switched: bool,
        span: Span,
    ) -> Expression {
        self.check_apply(span);
        let (kind, ty) = match &*name.text {
            "hit" => (ExpressionKind::TableHit(Arc::clone(table)), Type::Bool),
            "miss" => (ExpressionKind::TableMiss(Arc::clone(table)), Type::Bool),
            "action_run" => {
                if !switched {
                    self.error(span, "`action_run` is for `switch` alone");
                    return invalid(span);
                }
                (ExpressionKind::TableActionRun(Arc::clone(table)), Type::ActionRun(Arc::clone(table)))
            }
            other => {
                let message = format!("the result of `apply` has no member `{other}`");
                let diagnostic = Diagnostic::error(name.span, message);
                self.report(diagnostic.suggest(other, ["hit", "miss", "action_run"]));
                return invalid(span);
            }
        };
        Expression { kind, ty, span }
    }

    /// Reports an `apply` where there can be none.
    pub(super) fn check_apply(&mut self, span: Span) {
        match self.context.place {
            Place::Action => {
                let message = "nothing can be applied within an action";
                self.report(Diagnostic::error(span, message).help("apply it in the `apply` block"));
            }
            Place::Function => {
                let message = "nothing can be applied within a function";
                self.report(Diagnostic::error(span, message).help("apply it in the `apply` block"));
            }
            Place::Top | Place::Parser | Place::Control => {}
        }
    }

    fn type_member(&mut self, ty: Type, name: &ast::Name, span: Span) -> Expression {
        let (known, what): (Vec<Text>, String) = match &ty {
            Type::Error => {
                if self.types.errors.contains_key(&name.text) {
                    return Expression { kind: ExpressionKind::Error(Text::clone(&name.text)), ty, span };
                }
                (self.types.errors.keys().cloned().collect(), "`error`".to_owned())
            }
            Type::Enum(declared) => {
                if let Some(member) = declared.member(&name.text) {
                    let kind = match &member.value {
                        Some(value) => ExpressionKind::Integer(value.clone()),
                        None if declared.underlying.is_some() => return invalid(span),
                        None => ExpressionKind::EnumMember(Text::clone(&name.text)),
                    };
                    return Expression { kind, ty, span };
                }
                let members = declared.members.iter().map(|member| Text::clone(&member.name)).collect();
                (members, format!("enum `{}`", declared.name))
            }
            Type::Invalid => return invalid(span),
            other => {
                self.error(span, format!("type `{other}` has no members"));
                return invalid(span);
            }
        };
        let diagnostic = Diagnostic::error(name.span, format!("{what} has no member `{}`", name.text));
        self.report(diagnostic.suggest(&name.text, known.iter().map(|name| &**name)));
        invalid(span)
    }

    fn member_of(&mut self, base: Expression, name: &ast::Name, span: Span) -> Expression {
        match base.ty.clone() {
            Type::Invalid => invalid(span),
            Type::Structure(structure) => self.field(base, &structure, name, span),
            Type::Record(fields) => {
                let position = fields.iter().position(|(field, _)| *field == name.text);
                if let (Some(position), ExpressionKind::List(values)) = (position, base.kind)
                    && let Some(value) = values.into_iter().nth(position)
                {
                    return Expression { span, ..value };
                }
                self.error(name.span, format!("there is no field `{}`", name.text));
                invalid(span)
            }
            Type::Stack(element, size) => self.stack_member(base, (*element).clone(), size, name, span),
            other => {
                let message = format!("a value of type `{other}` has no member `{}`", name.text);
                self.error(name.span, message);
                invalid(span)
            }
        }
    }

    fn field(
        &mut self,
        base: Expression,
        structure: &Arc<Structure>,
        name: &ast::Name,
        span: Span,
    ) -> Expression {
        let position = self.position(structure, &name.text);
        let Some(field) = position.and_then(|position| structure.fields.get(position)) else {
            let message = format!("`{}` has no field `{}`", structure.name, name.text);
            let known = structure.fields.iter().map(|field| &*field.name);
            let diagnostic = Diagnostic::error(name.span, message).label("no such field");
            let diagnostic = match (&*name.text, structure.kind) {
                ("isValid" | "setValid" | "setInvalid", StructureKind::Header)
                | ("isValid", StructureKind::Union) => diagnostic.help(format!("call it: `{}()`", name.text)),
                _ => diagnostic.suggest(&name.text, known),
            };
            self.report(diagnostic);
            return invalid(span);
        };
        // A field of a constant is a constant.
        if let (ExpressionKind::List(values), Some(position)) = (&base.kind, position)
            && let Some(value) = values.get(position)
        {
            return Expression { span, ..value.clone() };
        }
        let kind = ExpressionKind::Member(Box::new(base), Text::clone(&name.text));
        Expression { kind, ty: field.ty.clone(), span }
    }

    /// Where a field stands: a structure with many of them is looked into often.
    fn position(&mut self, structure: &Arc<Structure>, name: &str) -> Option<usize> {
        if !self.positions.contains_key(&structure.name) {
            let names = structure.fields.iter().enumerate();
            let positions = names.map(|(position, field)| (Text::clone(&field.name), position)).collect();
            self.positions.insert(Text::clone(&structure.name), positions);
        }
        self.positions.get(&structure.name)?.get(name).copied()
    }

    fn stack_member(
        &mut self,
        base: Expression,
        element: Type,
        size: u32,
        name: &ast::Name,
        span: Span,
    ) -> Expression {
        let of_headers = matches!(&element, Type::Structure(s) if s.kind != StructureKind::Struct);
        let typed = |kind, ty| Expression { kind, ty, span };
        let base = Box::new(base);
        let member = &*name.text;
        if !of_headers && matches!(member, "next" | "last" | "lastIndex" | "size") {
            let message = format!("`{member}` is for stacks of headers, this is one of `{element}`");
            self.error(name.span, message);
            return invalid(span);
        }
        if self.context.place != Place::Parser && matches!(member, "next" | "last" | "lastIndex") {
            let message = format!("`{member}` of a stack can be used in parsers only");
            self.report(Diagnostic::error(span, message).help("use an index"));
            return invalid(span);
        }
        match member {
            "next" => typed(ExpressionKind::StackNext(base), element),
            "last" => typed(ExpressionKind::StackLast(base), element),
            "lastIndex" => typed(ExpressionKind::StackLastIndex(base), Type::Bit(32)),
            "size" => typed(ExpressionKind::Integer(BigInt::from(size)), Type::Bit(32)),
            other => {
                let diagnostic = Diagnostic::error(name.span, format!("a stack has no member `{other}`"));
                self.report(diagnostic.suggest(other, ["next", "last", "lastIndex", "size"]));
                invalid(span)
            }
        }
    }
}
