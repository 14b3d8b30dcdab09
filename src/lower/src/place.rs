//! Places: what variables, fields, elements and slices name, reading and writing them.

use std::rc::Rc;

use hyper4_ir::{self as ir, BinaryOp as Op, Expr, PrimitiveKind};
use hyper4_p4::Span;
use hyper4_p4::typed::{Expression, ExpressionKind, Type};
use num_traits::ToPrimitive;

use crate::fold::{binary, constant, mask, ones, ternary};
use crate::graph::OpKind;
use crate::scope::Binding;
use crate::storage::{Storage, last_as_choice, member};
use crate::{Lowered, Lowerer};

/// What an assignment writes.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    Whole(Storage),
    /// Bits of a number of a width: how many, from which on.
    Bits {
        of: Storage,
        of_width: u32,
        width: u32,
        low: Expr,
    },
}

/// Whether an expression is known at run time by its place, not computed.
pub(crate) fn names_place(expression: &Expression) -> bool {
    match &expression.kind {
        ExpressionKind::Variable(_) => true,
        ExpressionKind::Member(base, _)
        | ExpressionKind::Index(base, _)
        | ExpressionKind::StackNext(base)
        | ExpressionKind::StackLast(base) => names_place(base),
        _ => false,
    }
}

/// Whether an expression is a variable or a part of something, be that computed.
pub(crate) fn is_part(expression: &Expression) -> bool {
    matches!(
        expression.kind,
        ExpressionKind::Variable(_)
            | ExpressionKind::Member(..)
            | ExpressionKind::Index(..)
            | ExpressionKind::StackNext(_)
            | ExpressionKind::StackLast(_)
    )
}

impl Lowerer<'_> {
    /// Where a variable or a part of one is. The value of another expression is stored first.
    pub(crate) fn place(&mut self, expression: &Expression) -> Lowered<Storage> {
        let span = expression.span;
        if let Some(known) = self.known(expression) {
            return self.stored(&known);
        }
        match &expression.kind {
            ExpressionKind::Variable(variable) => match self.bindings.get(&variable.id) {
                Some(Binding::Storage(storage)) => Some(storage.clone()),
                _ => self.refused(span, format!("`{}` can't be used here", variable.name)),
            },
            ExpressionKind::Member(base, name) => {
                let storage = self.place(base)?;
                match member(&storage, &base.ty, name) {
                    Some(part) => Some(part),
                    None if matches!(storage, Storage::Next(..)) => {
                        let help = "extract into `next` first, then use `last`";
                        self.refused_with_help(span, "the next element of a stack holds nothing yet", help)
                    }
                    None => self.refused(span, format!("`{name}` of a `{}` is not supported here", base.ty)),
                }
            }
            ExpressionKind::Index(base, number) => {
                let storage = self.place(base)?;
                let number = self.number(number)?;
                match element(&storage, &number) {
                    Some(part) => Some(part),
                    None => self.refused(span, "there is no such element"),
                }
            }
            ExpressionKind::StackNext(base) => match self.place(base)? {
                Storage::Stack(stack) => Some(Storage::Next(stack, None)),
                _ => self.refused(span, "`next` is supported for stacks with a place of their own only"),
            },
            ExpressionKind::StackLast(base) => match self.place(base)? {
                Storage::Stack(stack) => Some(Storage::Last(stack)),
                _ => self.refused(span, "`last` is supported for stacks with a place of their own only"),
            },
            _ => self.stored(expression),
        }
    }

    /// The value of an expression in a place of its own.
    pub(crate) fn stored(&mut self, expression: &Expression) -> Lowered<Storage> {
        let copy = self.temporary(&expression.ty, "tmp", expression.span)?;
        self.store(&copy, &expression.ty, expression, expression.span)?;
        Some(copy)
    }

    /// The place of a value, which is stored when it isn't one.
    pub(crate) fn value(&mut self, expression: &Expression) -> Lowered<Storage> {
        if is_part(expression) { self.place(expression) } else { self.stored(expression) }
    }

    /// What an assignment to an expression writes. A run-time index is evaluated now.
    pub(crate) fn target(&mut self, expression: &Expression) -> Lowered<Target> {
        match &expression.kind {
            ExpressionKind::Slice(base, high, low) => {
                let inner = self.target(base)?;
                self.bits_of(inner, base, high.saturating_sub(*low).saturating_add(1), constant(*low))
            }
            ExpressionKind::PlusSlice(base, low, width) => {
                let inner = self.target(base)?;
                let low = self.number(low)?;
                let low = self.snapshot(low, &Type::Bit(32), expression.span)?;
                self.bits_of(inner, base, *width, low)
            }
            ExpressionKind::Cast(inner) if inner.ty.width() == expression.ty.width() => self.target(inner),
            _ => {
                let storage = self.place(expression)?;
                Some(Target::Whole(self.settled(storage, expression.span)?))
            }
        }
    }

    fn bits_of(&mut self, inner: Target, base: &Expression, width: u32, low: Expr) -> Lowered<Target> {
        match inner {
            Target::Whole(of) => match base.ty.width() {
                Some(of_width) => Some(Target::Bits { of, of_width, width, low }),
                None => self.refused(base.span, format!("there are no bits of a `{}`", base.ty)),
            },
            // Bits of bits: those of the whole.
            Target::Bits { of, of_width, low: before, .. } => {
                Some(Target::Bits { of, of_width, width, low: binary(Op::Add, before, low) })
            }
        }
    }

    /// A place whose run-time indexes are stored, so that what happens next doesn't change them.
    fn settled(&mut self, storage: Storage, span: Span) -> Lowered<Storage> {
        Some(match storage {
            Storage::Choice(number, options) => {
                let number = self.snapshot(*number, &Type::Bit(32), span)?;
                let options =
                    options.into_iter().map(|option| self.settled(option, span)).collect::<Option<_>>()?;
                Storage::Choice(Box::new(number), options)
            }
            other => other,
        })
    }

    /// The value of an expression as it is now.
    pub(crate) fn snapshot(&mut self, value: Expr, ty: &Type, span: Span) -> Lowered<Expr> {
        if matches!(value, Expr::Const(_) | Expr::Bool(_) | Expr::Param(_)) {
            return Some(value);
        }
        let copy = self.temporary_field(ty, "tmp", span)?;
        self.put(copy, value, span);
        Some(Expr::Field(copy))
    }

    /// The number at a place.
    pub(crate) fn read(&mut self, storage: &Storage, span: Span) -> Lowered<Expr> {
        match storage {
            Storage::Field(field) => Some(Expr::Field(*field)),
            Storage::Parameter(number) => Some(Expr::Param(*number)),
            Storage::Choice(number, options) => {
                let mut values = Vec::new();
                for (option, position) in options.iter().zip(0u32..) {
                    values.push((position, self.read(option, span)?));
                }
                match chosen(number, values) {
                    Some(value) => Some(value),
                    None => self.refused(span, "there is no such element"),
                }
            }
            Storage::LastField(stack, None, field) => match stack.reference {
                Some(ir::StackRef::Headers(id)) => {
                    Some(Expr::FieldOf(Box::new(ir::HeaderExpr::Last(id)), *field))
                }
                _ => self.refused(span, "this element is not supported here"),
            },
            Storage::LastField(..) => {
                let Some(choice) = last_as_choice(storage) else {
                    return self.refused(span, "this element is not supported here");
                };
                self.read(&choice, span)
            }
            Storage::Next(..) => {
                let help = "extract into `next` first, then read `last`";
                self.refused_with_help(span, "the next element of a stack holds nothing yet", help)
            }
            _ => self.refused(span, "a number is wanted here"),
        }
    }

    /// Stores a number in a field.
    pub(crate) fn put(&mut self, field: ir::FieldRef, value: Expr, span: Span) {
        let place = ir::Place::Field(field);
        self.graph.push(OpKind::Do(PrimitiveKind::Assign { place, value }), span);
    }

    pub(crate) fn perform(&mut self, kind: PrimitiveKind, span: Span) {
        self.graph.push(OpKind::Do(kind), span);
    }

    /// Stores a number at a place.
    pub(crate) fn write(&mut self, storage: &Storage, value: Expr, span: Span) -> Lowered<()> {
        match storage {
            Storage::Field(field) => {
                self.put(*field, value, span);
                Some(())
            }
            Storage::Choice(number, options) => {
                for (option, position) in options.iter().zip(0u32..) {
                    let old = self.read(option, span)?;
                    let here = binary(Op::Eq, (**number).clone(), constant(position));
                    self.write(option, ternary(here, value.clone(), old), span)?;
                }
                Some(())
            }
            Storage::LastField(..) => match last_as_choice(storage) {
                Some(choice) => self.write(&choice, value, span),
                None => self.refused(span, "an assignment to this is not supported"),
            },
            Storage::Parameter(_) => self.refused(span, "a parameter of an action can't be changed"),
            _ => self.refused(span, "a number can't be stored here"),
        }
    }

    /// Stores a number as what an assignment writes.
    pub(crate) fn write_target(&mut self, target: &Target, value: Expr, span: Span) -> Lowered<()> {
        match target {
            Target::Whole(storage) => {
                let value = match storage {
                    // It is written once for each element.
                    Storage::Choice(..) | Storage::LastField(..) => {
                        self.snapshot_wide(value, storage, span)?
                    }
                    _ => value,
                };
                self.write(storage, value, span)
            }
            Target::Bits { of, of_width, width, low } => {
                let old = self.read(of, span)?;
                let value = binary(Op::BitAnd, value, mask(*width));
                let joined = match low {
                    Expr::Const(low) => {
                        let bits = ones(*width) << low.to_u32().unwrap_or(0);
                        let others = ones(*of_width) ^ &bits;
                        let kept = binary(Op::BitAnd, old, constant(others));
                        let shifted = if low.bits() == 0 {
                            value
                        } else {
                            binary(Op::Shl, value, Expr::Const(low.clone()))
                        };
                        binary(Op::BitOr, kept, binary(Op::BitAnd, shifted, constant(bits)))
                    }
                    low => {
                        let place = binary(Op::Shl, mask(*width), low.clone());
                        let others = binary(Op::BitXor, mask(*of_width), place);
                        let kept =
                            binary(Op::BitAnd, old.clone(), binary(Op::BitAnd, others, mask(*of_width)));
                        let shifted = binary(Op::Shl, value, low.clone());
                        let joined = binary(Op::BitAnd, binary(Op::BitOr, kept, shifted), mask(*of_width));
                        ternary(binary(Op::Lt, low.clone(), constant(*of_width)), joined, old)
                    }
                };
                self.write(of, joined, span)
            }
        }
    }

    fn snapshot_wide(&mut self, value: Expr, storage: &Storage, span: Span) -> Lowered<Expr> {
        let width = self.width_of(storage).unwrap_or(32);
        self.snapshot(value, &Type::Bit(width), span)
    }

    fn width_of(&self, storage: &Storage) -> Option<u32> {
        match storage {
            Storage::Field(field) => {
                let header = self.headers.get(field.header.index())?;
                // Variables are gathered apart from their type until the end.
                if field.header.0 == crate::SCALARS {
                    return self.scalars.get(field.field as usize).map(|field| field.width);
                }
                let declared = self.header_types.get(header.header_type.index())?;
                declared.fields.get(field.field as usize).map(|field| field.width)
            }
            Storage::Choice(_, options) => self.width_of(options.first()?),
            Storage::LastField(..) => self.width_of(&last_as_choice(storage)?),
            _ => None,
        }
    }

    /// Does something with the headers, unions or stacks that a place may be: where that is known at run time, under a
    /// condition for each of them.
    pub(crate) fn each(
        &mut self,
        storage: &Storage,
        span: Span,
        run: &mut dyn FnMut(&mut Self, &Storage) -> Lowered<()>,
    ) -> Lowered<()> {
        let choice = match storage {
            Storage::Choice(..) => storage.clone(),
            Storage::Last(_) | Storage::LastMember(..) => match last_as_choice(storage) {
                Some(choice) => choice,
                None => return self.refused(span, "this element is not supported here"),
            },
            Storage::Next(stack, of) => match next_as_choice(stack, *of) {
                Some(choice) => choice,
                None => return self.refused(span, "this element is not supported here"),
            },
            _ => return run(self, storage),
        };
        let Storage::Choice(number, options) = choice else { return Some(()) };
        let number = self.snapshot(*number, &Type::Bit(32), span)?;
        let after = self.graph.block();
        for (option, position) in options.iter().zip(0u32..) {
            let (here, next) = (self.graph.block(), self.graph.block());
            let condition = binary(Op::Eq, number.clone(), constant(position));
            self.graph.end(crate::graph::End::Branch { condition, span, then: here, otherwise: next });
            self.graph.start(here);
            self.each(option, span, run)?;
            self.graph.end(crate::graph::End::Goto(after));
            self.graph.start(next);
        }
        self.graph.proceed(after);
        Some(())
    }
}

/// More conditions in a row than expressions are nested elsewhere.
const MAX_CHAIN: usize = 64;

/// The value whose position a number is; the last one where it is beyond.
fn chosen(number: &Expr, mut values: Vec<(u32, Expr)>) -> Option<Expr> {
    if values.len() > MAX_CHAIN {
        let upper = values.split_off(values.len() / 2);
        let middle = upper.first().map(|(position, _)| *position)?;
        let below = binary(Op::Lt, number.clone(), constant(middle));
        return Some(ternary(below, chosen(number, values)?, chosen(number, upper)?));
    }
    let mut values = values.into_iter().rev();
    let (_, last) = values.next()?;
    Some(values.fold(last, |others, (position, value)| {
        ternary(binary(Op::Eq, number.clone(), constant(position)), value, others)
    }))
}

/// The element a parser fills next as one of all elements.
fn next_as_choice(stack: &Rc<crate::storage::Stack>, of: Option<u32>) -> Option<Storage> {
    let number = Expr::StackSize(stack.reference?);
    let element = |element: &Storage| match (element, of) {
        (Storage::Union(_, members), Some(of)) => Some(Storage::Header(members.get(of as usize)?.1)),
        (other, None) => Some(other.clone()),
        _ => None,
    };
    let options = stack.elements.iter().map(element).collect::<Option<_>>()?;
    Some(Storage::Choice(Box::new(number), options))
}

/// The element of a stack, array or tuple.
fn element(storage: &Storage, number: &Expr) -> Option<Storage> {
    let position = |number: &num_bigint::BigInt| number.to_usize();
    match (storage, number) {
        (Storage::Stack(stack), Expr::Const(number)) => stack.elements.get(position(number)?).cloned(),
        (Storage::Stack(stack), number) => (!stack.elements.is_empty())
            .then(|| Storage::Choice(Box::new(number.clone()), stack.elements.clone())),
        (Storage::Struct(parts), Expr::Const(number)) => {
            parts.get(position(number)?).map(|(_, part)| part.clone())
        }
        (Storage::Choice(outer, options), number) => {
            let options = options.iter().map(|option| element(option, number)).collect::<Option<_>>()?;
            Some(Storage::Choice(outer.clone(), options))
        }
        _ => None,
    }
}
