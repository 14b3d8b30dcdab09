//! Keys of tables.

use hyper4_bits::Bits;
use hyper4_ir::{self as ir, MatchKind};
use hyper4_p4::typed::{BinaryOp, Callee, Expression, ExpressionKind, Key, Table, Type};
use num_bigint::BigInt;

use crate::place::names_place;
use crate::storage::{Storage, scalar};
use crate::{Lowered, Lowerer};

impl Lowerer<'_> {
    /// The keys of a table, and the fields that an action selector hashes.
    pub(crate) fn keys(
        &mut self,
        table: &Table,
        id: ir::TableId,
    ) -> Lowered<(Vec<ir::TableKey>, Vec<ir::FieldRef>)> {
        let mut keys = Vec::new();
        let mut selected = Vec::new();
        for key in &table.keys {
            if &*key.match_kind == "selector" {
                let (field, ..) = self.key_field(key, id)?;
                selected.push(field);
                continue;
            }
            keys.push(self.key(key, id)?);
        }
        let prefixes = keys.iter().filter(|key| key.match_kind == MatchKind::Lpm).count();
        if prefixes > 1 {
            let message = format!("table `{}` has {prefixes} `lpm` keys: one is allowed", table.name);
            return self.refused(table.span, message);
        }
        Some((keys, selected))
    }

    fn key(&mut self, key: &Key, id: ir::TableId) -> Lowered<ir::TableKey> {
        let match_kind = match &*key.match_kind {
            "exact" => MatchKind::Exact,
            "lpm" => MatchKind::Lpm,
            "ternary" => MatchKind::Ternary,
            "range" => MatchKind::Range,
            "optional" => MatchKind::Optional,
            other => {
                return self.refused(key.span, format!("match kind `{other}` is unknown to simple_switch"));
            }
        };
        let name = key.control_plane_name.to_string();
        if let ExpressionKind::Call(call) = &key.expression.kind
            && let Callee::IsValid(header) = &call.callee
            && let Some(header) = self.plain_header(header)
        {
            let field = ir::FieldRef { header, field: 0 };
            let name = name.replace(".isValid()", ".$valid$");
            return Some(ir::TableKey {
                name,
                match_kind,
                field,
                width: 1,
                mask: None,
                valid_of: Some(header),
            });
        }
        let (field, width, mask) = self.key_field(key, id)?;
        Some(ir::TableKey { name, match_kind, field, width, mask, valid_of: None })
    }

    /// The field that is looked up, its width and the bits of it. A computed key is stored first.
    fn key_field(&mut self, key: &Key, id: ir::TableId) -> Lowered<(ir::FieldRef, u32, Option<Bits>)> {
        let Some((width, _)) = scalar(&key.expression.ty) else {
            let message = format!("a key of type `{}` is not supported by simple_switch", key.expression.ty);
            return self.refused(key.span, message);
        };
        if let Some(field) = self.plain_field(&key.expression) {
            return Some((field, width, None));
        }
        if let Some((field, width, mask)) = self.masked_field(&key.expression) {
            return Some((field, width, Some(Bits::from_bigint_wrapped(width, &mask))));
        }
        let copy = self.temporary_field(&key.expression.ty, "key_0", key.span)?;
        self.store(&Storage::Field(copy), &key.expression.ty, &key.expression, key.span)?;
        self.computed_keys.entry(id).or_default().push((copy, key.expression.clone()));
        Some((copy, width, None))
    }

    /// Computes the keys of a table again, which is applied once more.
    pub(crate) fn renew_keys(&mut self, table: ir::TableId) -> Lowered<()> {
        for (field, expression) in self.computed_keys.get(&table).cloned().unwrap_or_default() {
            self.store(&Storage::Field(field), &expression.ty, &expression, expression.span)?;
        }
        Some(())
    }

    /// The field that an expression is, without any computation.
    pub(crate) fn plain_field(&mut self, expression: &Expression) -> Option<ir::FieldRef> {
        if !names_place(expression) || self.known(expression).is_some() || has_run_time_index(expression) {
            return None;
        }
        match self.place(expression)? {
            Storage::Field(field) => Some(field),
            _ => None,
        }
    }

    fn plain_header(&mut self, expression: &Expression) -> Option<ir::HeaderId> {
        if !names_place(expression) || has_run_time_index(expression) {
            return None;
        }
        match self.place(expression)? {
            Storage::Header(header) => Some(header),
            _ => None,
        }
    }

    /// `field & constant`: the field under a mask, as p4c has it.
    fn masked_field(&mut self, expression: &Expression) -> Option<(ir::FieldRef, u32, BigInt)> {
        let (field, mask) = match &expression.kind {
            ExpressionKind::Binary(BinaryOp::BitAnd, left, right) => {
                match (left.integer(), right.integer()) {
                    (None, Some(mask)) => (left, mask.clone()),
                    (Some(mask), None) => (right, mask.clone()),
                    _ => return None,
                }
            }
            _ => return None,
        };
        // p4c writes no mask when it is zero, and then looks at all bits.
        let (width, _) = scalar(&field.ty)?;
        (mask != BigInt::from(0)).then_some((self.plain_field(field)?, width, mask))
    }
}

/// Whether which element of a stack it is, is known at run time only.
fn has_run_time_index(expression: &Expression) -> bool {
    match &expression.kind {
        ExpressionKind::Index(base, number) => number.integer().is_none() || has_run_time_index(base),
        ExpressionKind::StackNext(_) | ExpressionKind::StackLast(_) => true,
        ExpressionKind::Member(base, _) => has_run_time_index(base),
        _ => matches!(expression.ty, Type::Invalid),
    }
}
