//! Keys of tables.

use hyper4_bits::Bits;
use hyper4_ir::{self as ir, MatchKind};
use hyper4_p4::typed::{BinaryOp, Callee, Expression, ExpressionKind, Key, Table};
use num_bigint::BigInt;

use crate::control::Block;
use crate::storage::{Storage, scalar};
use crate::{Lowered, Lowerer};

impl Lowerer<'_> {
    pub(crate) fn keys(&mut self, table: &Table, block: &mut Block) -> Lowered<Vec<ir::TableKey>> {
        let mut keys = Vec::new();
        for key in &table.keys {
            keys.push(self.key(key, block)?);
        }
        let prefixes = keys.iter().filter(|key| key.match_kind == MatchKind::Lpm).count();
        if prefixes > 1 {
            let message = format!("table `{}` has {prefixes} `lpm` keys: one is allowed", table.name);
            return self.refused(table.span, message);
        }
        Some(keys)
    }

    fn key(&mut self, key: &Key, block: &mut Block) -> Lowered<ir::TableKey> {
        let match_kind = match &*key.match_kind {
            "exact" => MatchKind::Exact,
            "lpm" => MatchKind::Lpm,
            "ternary" => MatchKind::Ternary,
            "range" => MatchKind::Range,
            "optional" => MatchKind::Optional,
            other => {
                return self.refused(key.span, format!("match kind `{other}` is not supported yet"));
            }
        };
        let Some((width, _)) = scalar(&key.expression.ty) else {
            let message = format!("a key of type `{}` is not supported", key.expression.ty);
            return self.refused(key.span, message);
        };
        let name = key.control_plane_name.to_string();
        if let Some(field) = self.field_of(&key.expression) {
            return Some(ir::TableKey { name, match_kind, field, width, mask: None, valid_of: None });
        }
        if let ExpressionKind::Call(call) = &key.expression.kind
            && let Callee::IsValid(header) = &call.callee
        {
            let header = self.header_of(header)?;
            let field = ir::FieldRef { header, field: 0 };
            let name = name.replace(".isValid()", ".$valid$");
            return Some(ir::TableKey { name, match_kind, field, width, mask: None, valid_of: Some(header) });
        }
        if let Some((field, width, mask)) = self.masked_field(&key.expression) {
            let mask = Some(Bits::from_bigint_wrapped(width, &mask));
            return Some(ir::TableKey { name, match_kind, field, width, mask, valid_of: None });
        }
        let copy = self.temporary(&key.expression.ty, "key_0", key.span)?;
        self.store(&copy, &key.expression.ty, &key.expression, key.span, &mut block.straight)?;
        block.since.get_or_insert(key.span);
        match copy {
            Storage::Field(field) => {
                Some(ir::TableKey { name, match_kind, field, width, mask: None, valid_of: None })
            }
            _ => self.refused(key.span, "this can't be a key"),
        }
    }

    /// `field & constant`: the field under a mask, as p4c has it.
    fn masked_field(&self, expression: &Expression) -> Option<(ir::FieldRef, u32, BigInt)> {
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
        (mask != BigInt::from(0)).then_some((self.field_of(field)?, width, mask))
    }
}
