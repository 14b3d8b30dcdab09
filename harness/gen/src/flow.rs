//! Where the value of a field may have been copied from.

use std::collections::BTreeMap;

use hyper4_ir::{ActionId, BinaryOp, Expr, FieldRef, ParserOp, Place, PrimitiveKind, Program, UnaryOp};
use num_bigint::BigInt;

/// Bits of a field, from bit `shift` (0 is the least significant) up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Copied {
    pub(crate) field: FieldRef,
    pub(crate) shift: u32,
}

/// What an action writes to a field without looking at the packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// The argument of that number.
    Argument(usize),
    /// Always the same.
    Constant(BigInt),
}

/// Which fields are copied to which, and which an action sets by itself, anywhere in the program.
#[derive(Debug, Default)]
pub(crate) struct Flow {
    copies: BTreeMap<FieldRef, Vec<Copied>>,
    writes: BTreeMap<FieldRef, Vec<(ActionId, Written)>>,
}

impl Flow {
    pub(crate) fn of(program: &Program) -> Self {
        let mut flow = Self::default();
        for op in program.parser.states.iter().flat_map(|state| &state.ops) {
            if let ParserOp::Set { place: Place::Field(to), value } = op {
                flow.copy(*to, copied(value));
            }
        }
        for (number, action) in (0..).zip(&program.actions) {
            for primitive in &action.primitives {
                flow.primitive(program, ActionId(number), &primitive.kind);
            }
        }
        flow
    }

    fn primitive(&mut self, program: &Program, action: ActionId, kind: &PrimitiveKind) {
        match kind {
            PrimitiveKind::Assign { place: Place::Field(to), value } => match written(value) {
                Some(written) => self.writes.entry(*to).or_default().push((action, written)),
                None => self.copy(*to, copied(value)),
            },
            PrimitiveKind::AssignHeader { destination, source } => {
                let fields = program.header_type(*source).map_or(0, |t| t.fields.len());
                for (field, _) in (0..).zip(0..fields) {
                    let from = FieldRef { header: *source, field };
                    self.copy(
                        FieldRef { header: *destination, field },
                        Some(Copied { field: from, shift: 0 }),
                    );
                }
            }
            _ => {}
        }
    }

    fn copy(&mut self, to: FieldRef, from: Option<Copied>) {
        if let Some(from) = from {
            self.copies.entry(to).or_default().push(from);
        }
    }

    /// The field itself, and what it may have been copied from, directly or not; nearest first.
    pub(crate) fn sources(&self, field: FieldRef) -> Vec<Copied> {
        let mut found = vec![Copied { field, shift: 0 }];
        let mut next = 0;
        while let Some(at) = found.get(next).copied() {
            next += 1;
            for from in self.copies.get(&at.field).into_iter().flatten() {
                let from = Copied { field: from.field, shift: from.shift.saturating_add(at.shift) };
                if !found.iter().any(|known| known.field == from.field) {
                    found.push(from);
                }
            }
        }
        found
    }

    /// Which actions set the field by themselves.
    pub(crate) fn writes(&self, field: FieldRef) -> &[(ActionId, Written)] {
        self.writes.get(&field).map_or(&[], Vec::as_slice)
    }
}

/// The field whose bits an expression passes on, masked or shifted right at most.
pub(crate) fn copied(value: &Expr) -> Option<Copied> {
    match value {
        Expr::Field(field) => Some(Copied { field: *field, shift: 0 }),
        Expr::Unary(UnaryOp::BoolToData | UnaryOp::DataToBool, inner) => copied(inner),
        Expr::Binary(BinaryOp::BitAnd, inner, mask) | Expr::Binary(BinaryOp::BitAnd, mask, inner)
            if matches!(**mask, Expr::Const(_)) =>
        {
            copied(inner)
        }
        Expr::Binary(BinaryOp::Shr, inner, amount) => {
            let Expr::Const(amount) = amount.as_ref() else { return None };
            let inner = copied(inner)?;
            Some(Copied { shift: inner.shift.checked_add(u32::try_from(amount).ok()?)?, ..inner })
        }
        _ => None,
    }
}

fn written(value: &Expr) -> Option<Written> {
    match value {
        Expr::Param(number) => Some(Written::Argument(*number)),
        Expr::Const(value) => Some(Written::Constant(value.clone())),
        Expr::Binary(BinaryOp::BitAnd, inner, mask) | Expr::Binary(BinaryOp::BitAnd, mask, inner)
            if matches!(**mask, Expr::Const(_)) && matches!(**inner, Expr::Param(_)) =>
        {
            written(inner)
        }
        _ => None,
    }
}
