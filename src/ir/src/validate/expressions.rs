//! Expressions: what they refer to, and whether they are numbers or truth values.

use super::{Checker, invalid, unresolved};
use crate::{
    Aggregate, BinaryOp, Expr, HeaderExpr, HeaderTypeId, HeaderUnionId, IrError, Place, UnaryOp, UnionExpr,
};

/// How deep an expression may be nested: simple_switch reads JSON nested 1000 deep, and an operation is two levels.
const MAX_DEPTH: u32 = 480;

/// Who an expression belongs to.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) kind: &'a str,
    pub(super) name: &'a str,
    /// How many parameters there are.
    pub(super) parameters: usize,
}

impl Checker<'_> {
    pub(super) fn place(&self, scope: Scope<'_>, place: &Place) -> Result<(), IrError> {
        let (header_type, number) = match place {
            Place::Field(field) => {
                self.width(scope.kind, scope.name, *field)?;
                (self.program.header_type(field.header), field.field)
            }
            Place::FieldOf(header, field) => {
                (self.header_types_of(self.header_expression(scope, header)?), *field)
            }
        };
        match header_type.and_then(|header_type| header_type.fields.get(number as usize)) {
            Some(field) if field.varbit => {
                let reason = format!("a number is assigned to varbit `{}`", field.name);
                invalid(scope.kind, scope.name, reason)
            }
            Some(_) => Ok(()),
            None => unresolved(scope.kind, scope.name, format!("field {number} of a header")),
        }
    }

    pub(super) fn number(&self, scope: Scope<'_>, expression: &Expr) -> Result<(), IrError> {
        self.expression(scope, expression, false, 0)
    }

    pub(super) fn truth(&self, scope: Scope<'_>, expression: &Expr) -> Result<(), IrError> {
        self.expression(scope, expression, true, 0)
    }

    pub(super) fn header_expression(
        &self,
        scope: Scope<'_>,
        header: &HeaderExpr,
    ) -> Result<HeaderTypeId, IrError> {
        self.header_of(scope, header, 0)
    }

    /// The type of a header that is found.
    fn header_of(&self, scope: Scope<'_>, header: &HeaderExpr, depth: u32) -> Result<HeaderTypeId, IrError> {
        match header {
            HeaderExpr::Header(header) => match self.program.headers.get(header.index()) {
                Some(declared) => Ok(declared.header_type),
                None => unresolved(scope.kind, scope.name, format!("header {}", header.0)),
            },
            HeaderExpr::Element { stack, index } => {
                self.expression(scope, index, false, depth)?;
                Ok(self.stack(scope, *stack)?.header_type)
            }
            HeaderExpr::Last(stack) => Ok(self.stack(scope, *stack)?.header_type),
            HeaderExpr::UnionMember { union, member } => {
                let id = self.union_of(scope, union, depth)?;
                let found = self.union(scope, id)?.members.get(*member as usize);
                match found.and_then(|member| self.program.headers.get(member.header.index())) {
                    Some(header) => Ok(header.header_type),
                    None => unresolved(scope.kind, scope.name, format!("member {member} of a header union")),
                }
            }
        }
    }

    /// A union that is found; one that stands for it where it is found when the program runs.
    fn union_of(&self, scope: Scope<'_>, union: &UnionExpr, depth: u32) -> Result<HeaderUnionId, IrError> {
        match union {
            UnionExpr::Union(union) => {
                self.union(scope, *union)?;
                Ok(*union)
            }
            UnionExpr::Element { stack, index } => {
                self.expression(scope, index, false, depth)?;
                match self.union_stack(scope, *stack)?.unions.first() {
                    Some(first) => Ok(*first),
                    None => unresolved(scope.kind, scope.name, "an element of a stack that has none"),
                }
            }
        }
    }

    fn equal(
        &self,
        scope: Scope<'_>,
        left: &Aggregate,
        right: &Aggregate,
        depth: u32,
    ) -> Result<(), IrError> {
        let same = match (left, right) {
            (Aggregate::Header(left), Aggregate::Header(right)) => {
                self.header_of(scope, left, depth)? == self.header_of(scope, right, depth)?
            }
            (Aggregate::Union(left), Aggregate::Union(right)) => {
                let (left, right) = (self.union_of(scope, left, depth)?, self.union_of(scope, right, depth)?);
                self.union(scope, left)?.union_type == self.union(scope, right)?.union_type
            }
            _ => {
                let reason = "simple_switch doesn't compare stacks: compare their elements";
                return invalid(scope.kind, scope.name, reason);
            }
        };
        if same {
            Ok(())
        } else {
            invalid(scope.kind, scope.name, "headers or unions of two types are compared")
        }
    }

    fn expression(
        &self,
        scope: Scope<'_>,
        expression: &Expr,
        truth: bool,
        depth: u32,
    ) -> Result<(), IrError> {
        let depth = depth + 1;
        if depth > MAX_DEPTH {
            let reason = format!("an expression is nested more than {MAX_DEPTH} deep");
            return invalid(scope.kind, scope.name, reason);
        }
        if expression.is_truth() != truth {
            let (found, wanted) =
                if truth { ("a number", "a truth value") } else { ("a truth value", "a number") };
            return invalid(scope.kind, scope.name, format!("{found} stands where {wanted} is wanted"));
        }
        match expression {
            Expr::Const(_) | Expr::Bool(_) => Ok(()),
            Expr::Field(field) => self.width(scope.kind, scope.name, *field).map(|_| ()),
            Expr::Valid(header) => match self.program.headers.get(header.index()) {
                Some(_) => Ok(()),
                None => unresolved(scope.kind, scope.name, format!("header {}", header.0)),
            },
            Expr::FieldOf(header, field) => {
                let header_type = self.header_types_of(self.header_of(scope, header, depth)?);
                match header_type.and_then(|header_type| header_type.fields.get(*field as usize)) {
                    Some(_) => Ok(()),
                    None => unresolved(scope.kind, scope.name, format!("field {field} of a header")),
                }
            }
            Expr::ValidOf(header) => self.header_of(scope, header, depth).map(|_| ()),
            Expr::UnionValid(union) => self.union_of(scope, union, depth).map(|_| ()),
            Expr::LastIndex(stack) | Expr::StackSize(stack) => self.any_stack(scope, *stack),
            Expr::Equal(left, right) => self.equal(scope, left, right, depth),
            Expr::Param(index) if *index < scope.parameters => Ok(()),
            Expr::Param(index) => unresolved(scope.kind, scope.name, format!("parameter {index}")),
            Expr::Unary(op, a) => {
                self.expression(scope, a, matches!(op, UnaryOp::Not | UnaryOp::BoolToData), depth)
            }
            Expr::Binary(op, a, b) => {
                let of_truths = match op {
                    BinaryOp::And | BinaryOp::Or => true,
                    BinaryOp::Eq | BinaryOp::Ne => a.is_truth(),
                    _ => false,
                };
                self.expression(scope, a, of_truths, depth)?;
                self.expression(scope, b, of_truths, depth)
            }
            Expr::Ternary(condition, then, otherwise) => {
                self.expression(scope, condition, true, depth)?;
                self.expression(scope, then, truth, depth)?;
                self.expression(scope, otherwise, truth, depth)
            }
        }
    }
}
