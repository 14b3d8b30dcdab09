//! What the language allows and no switch computes. p4c refuses it once it has optimised a program; what it removes
//! before, because nothing reaches or uses it, is taken here too.

use num_traits::Zero;

use super::reach::{Code, Place, Reached, Values, live, reached};
use crate::diagnostic::Diagnostic;
use crate::typed::visit::{Visitor, branches, walk_call, walk_expression, walk_statement};
use crate::typed::{
    BinaryOp, Call, Callee, Direction, Expression, ExpressionKind, Program, Statement, StatementKind,
    StructureKind, Type, Variable,
};

/// More copies of a statement, one for each pair of elements, than anybody wants in a target's tables.
const MAX_ELEMENTS: u64 = 200;

pub(super) fn check(program: &Program, diagnostics: &mut Vec<Diagnostic>) {
    let Reached { code, keys, values } = reached(program);
    let mut targets = Targets { program, values: &values, place: Place::Control, unused: false, diagnostics };
    for Code { statements, place } in code {
        targets.place = place;
        targets.statements(statements);
    }
    for (key, place) in keys {
        targets.place = place;
        targets.expression(key);
    }
}

struct Targets<'d, 'p> {
    program: &'p Program,
    values: &'d Values,
    place: Place,
    /// Whether nobody looks at what is computed.
    unused: bool,
    diagnostics: &'d mut Vec<Diagnostic>,
}

fn is_structured(ty: &Type) -> bool {
    matches!(ty, Type::Structure(_) | Type::Tuple(_) | Type::Stack(..))
}

/// A struct with structs, headers or the like in it.
fn is_nested(ty: &Type) -> bool {
    let structure = ty.structure().filter(|structure| structure.kind == StructureKind::Struct);
    structure.is_some_and(|structure| structure.fields.iter().any(|field| is_structured(&field.ty)))
}

/// How many elements a place may be, through all of its indexes, and how many of these are known at run time only.
fn elements(place: &Expression, values: &Values) -> (u64, usize) {
    match &place.kind {
        ExpressionKind::Index(base, index) => {
            let (count, indexes) = elements(base, values);
            match &base.ty {
                Type::Stack(_, size) if values.is_unknown(index) => {
                    (count.saturating_mul(u64::from(*size)), indexes.saturating_add(1))
                }
                _ => (count, indexes),
            }
        }
        ExpressionKind::Member(base, _) => elements(base, values),
        _ => (1, 0),
    }
}

impl Targets<'_, '_> {
    fn without_use(&mut self, variable: &Variable) -> bool {
        let unused =
            !self.values.is_read(variable) && matches!(variable.kind, crate::typed::VariableKind::Local);
        std::mem::replace(&mut self.unused, unused)
    }

    fn division(&mut self, operator: BinaryOp, left: &Expression, right: &Expression, whole: &Expression) {
        let sign = match operator {
            BinaryOp::Div => "/",
            BinaryOp::Mod => "%",
            _ => return,
        };
        let known = !self.values.is_unknown(left) && !self.values.is_unknown(right);
        // Zero divided is zero; a power of two is a shift or a mask.
        let simple = match (&left.kind, &right.kind) {
            (ExpressionKind::Integer(zero), _) if zero.is_zero() => true,
            (_, ExpressionKind::Integer(by)) => by.magnitude().count_ones() == 1,
            _ => false,
        };
        if known || simple || self.unused {
            return;
        }
        let unknown = if self.values.is_unknown(right) { right } else { left };
        let name = self.program.sources.slice(unknown.span);
        let message = format!("`{sign}` of a value that is known at run time only");
        let mut diagnostic = Diagnostic::error(whole.span, message);
        if !name.contains('\n') {
            diagnostic = diagnostic.label(format!("`{name}` is not known when the program is compiled"));
        }
        self.diagnostics.push(diagnostic.help(
            "switches don't divide: what is taken are constants, and a power of two as divisor; for others look the \
             quotient up in a table",
        ));
    }

    fn index(&mut self, whole: &Expression, base: &Expression, index: &Expression) {
        if !self.values.is_unknown(index) {
            return;
        }
        let Type::Stack(element, _) = &base.ty else { return };
        let is_union = element.structure().is_some_and(|structure| structure.kind == StructureKind::Union);
        if is_union && self.place == Place::Parser {
            let message = "the element of a stack of header unions has to be known when compiled in a parser";
            let help = "write a state for each element, or use `next` and `last`";
            self.diagnostics.push(Diagnostic::error(index.span, message).help(help));
        }
        let (count, indexes) = elements(whole, self.values);
        if indexes > 1 && count > MAX_ELEMENTS {
            let message = format!("{indexes} indexes that are known at run time only: too many elements");
            let diagnostic = Diagnostic::error(whole.span, message);
            let label = format!("this may be {count} places, each of which takes code of its own");
            let help = format!("at most {MAX_ELEMENTS} are taken; use one index, or a register");
            self.diagnostics.push(diagnostic.label(label).help(help));
        }
    }
}

impl<'a> Visitor<'a> for Targets<'_, '_> {
    fn statements(&mut self, statements: &'a [Statement]) {
        live(statements).for_each(|statement| self.statement(statement));
    }

    fn statement(&mut self, statement: &'a Statement) {
        let before = self.unused;
        match &statement.kind {
            StatementKind::Variable(variable, _) => {
                self.without_use(variable);
            }
            StatementKind::Assign(Expression { kind: ExpressionKind::Variable(variable), .. }, _) => {
                self.without_use(variable);
            }
            StatementKind::AssignOp(left, operator, right) => self.division(*operator, left, right, left),
            StatementKind::Switch(value, cases)
                if self.place == Place::Action
                    && !cases.is_empty()
                    && !matches!(value.kind, ExpressionKind::Integer(_)) =>
            {
                let message = "`switch` in an action, or in a function that an action calls";
                let help = "write `if … else if …` in its place, or switch in the apply block";
                self.diagnostics.push(Diagnostic::error(value.span, message).help(help));
            }
            StatementKind::If(condition, then, otherwise) => {
                self.expression(condition);
                for branch in branches(condition, then, otherwise) {
                    self.statements(branch);
                }
                return;
            }
            _ => {}
        }
        walk_statement(self, statement);
        self.unused = before;
    }

    fn expression(&mut self, expression: &'a Expression) {
        match &expression.kind {
            ExpressionKind::Binary(operator, left, right) => {
                self.division(*operator, left, right, expression)
            }
            ExpressionKind::Index(base, index) => self.index(expression, base, index),
            _ => {}
        }
        walk_expression(self, expression);
    }

    fn call(&mut self, call: &'a Call) {
        let before = std::mem::replace(&mut self.unused, false);
        let signature = match &call.callee {
            Callee::ExternFunction(signature) | Callee::Method { signature, .. } => Some(signature),
            _ => None,
        };
        for (parameter, argument) in
            signature.iter().flat_map(|signature| signature.parameters.iter().zip(&call.arguments))
        {
            let leaves = matches!(argument.direction, Direction::Out | Direction::InOut);
            if let Some(value) = argument.value.as_ref().filter(|value| leaves && is_nested(&value.ty)) {
                let message = format!(
                    "`{}` would have to write a `{}`, which is made of structs or headers",
                    signature.map_or("", |signature| &*signature.name),
                    value.ty
                );
                let diagnostic = Diagnostic::error(value.span, message);
                let label = format!("the parameter `{}` is `{:?}`", parameter.name, parameter.direction);
                self.diagnostics
                    .push(diagnostic.label(label.to_lowercase()).help("pass its parts one by one"));
            }
        }
        walk_call(self, call);
        self.unused = before;
    }
}
