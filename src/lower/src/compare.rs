//! Validity, and equality of headers, structs, unions and stacks.

use hyper4_ir::{self as ir, BinaryOp as Op, Expr};
use hyper4_p4::Span;
use hyper4_p4::typed::Type;

use crate::fold::{binary, constant, not};
use crate::storage::{Storage, header_parts, last_as_choice, parts};
use crate::{Lowered, Lowerer};

impl Lowerer<'_> {
    /// Whether the header or union at a place is valid.
    pub(crate) fn valid(&mut self, storage: &Storage, span: Span) -> Lowered<Expr> {
        match storage {
            Storage::Header(header) => Some(Expr::Valid(*header)),
            Storage::Union(union, _) => Some(Expr::UnionValid(ir::UnionExpr::Union(*union))),
            Storage::Choice(number, options) => {
                let mut any = Expr::Bool(false);
                for (option, position) in options.iter().zip(0u32..) {
                    let here = binary(Op::Eq, (**number).clone(), constant(position));
                    any = binary(Op::Or, any, binary(Op::And, here, self.valid(option, span)?));
                }
                Some(any)
            }
            Storage::Last(_) | Storage::LastMember(..) => match last_as_choice(storage) {
                Some(choice) => self.valid(&choice, span),
                None => self.refused(span, "the validity of this is not supported"),
            },
            _ => self.refused(span, "the validity of this is not supported"),
        }
    }

    /// Whether two values of a type are equal: headers when both are invalid, or both valid and all fields equal.
    pub(crate) fn equal(&mut self, left: &Storage, right: &Storage, ty: &Type, span: Span) -> Lowered<Expr> {
        match (left, right) {
            (Storage::Struct(lefts), Storage::Struct(rights)) => {
                let Some(parts) = parts(ty) else { return self.refused(span, "these can't be compared") };
                let mut all = Expr::Bool(true);
                for (((_, left), (_, right)), (_, ty)) in lefts.iter().zip(rights.iter()).zip(&parts) {
                    let equal = self.equal(left, right, ty, span)?;
                    all = binary(Op::And, all, equal);
                }
                Some(all)
            }
            (Storage::Header(l), Storage::Header(r)) => {
                let Some(declared) = ty.underlying().structure().cloned() else {
                    return self.refused(span, "these can't be compared");
                };
                let mut all = binary(Op::And, Expr::Valid(*l), Expr::Valid(*r));
                let fields = header_parts(*l, &declared).into_iter().zip(header_parts(*r, &declared));
                for (((_, left), (_, right)), field) in fields.zip(&declared.fields) {
                    let equal = self.equal(&left, &right, &field.ty, span)?;
                    all = binary(Op::And, all, equal);
                }
                let none = binary(Op::And, not(Expr::Valid(*l)), not(Expr::Valid(*r)));
                Some(binary(Op::Or, none, all))
            }
            (Storage::Union(_, lefts), Storage::Union(_, rights)) => {
                let Some(parts) = parts(ty) else { return self.refused(span, "these can't be compared") };
                let mut all = Expr::Bool(true);
                for (((_, left), (_, right)), (_, ty)) in lefts.iter().zip(rights.iter()).zip(&parts) {
                    let equal = self.equal(&Storage::Header(*left), &Storage::Header(*right), ty, span)?;
                    all = binary(Op::And, all, equal);
                }
                Some(all)
            }
            (Storage::Stack(lefts), Storage::Stack(rights)) => {
                let Type::Stack(element, _) = ty.underlying() else {
                    return self.refused(span, "these can't be compared");
                };
                let mut all = Expr::Bool(true);
                for (left, right) in lefts.elements.iter().zip(&rights.elements) {
                    let equal = self.equal(left, right, element, span)?;
                    all = binary(Op::And, all, equal);
                }
                Some(all)
            }
            (Storage::Choice(number, options), other) | (other, Storage::Choice(number, options)) => {
                let mut any = Expr::Bool(false);
                for (option, position) in options.iter().zip(0u32..) {
                    let here = binary(Op::Eq, (**number).clone(), constant(position));
                    any = binary(Op::Or, any, binary(Op::And, here, self.equal(option, other, ty, span)?));
                }
                Some(any)
            }
            (Storage::Last(_) | Storage::LastMember(..), other) => match last_as_choice(left) {
                Some(choice) => self.equal(&choice, other, ty, span),
                None => self.refused(span, "these can't be compared"),
            },
            (other, Storage::Last(_) | Storage::LastMember(..)) => match last_as_choice(right) {
                Some(choice) => self.equal(other, &choice, ty, span),
                None => self.refused(span, "these can't be compared"),
            },
            _ => {
                let (left, right) = (self.read(left, span)?, self.read(right, span)?);
                Some(binary(Op::Eq, left, right))
            }
        }
    }
}
