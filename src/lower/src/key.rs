//! Keys of tables.

use hyper4_bits::Bits;
use hyper4_ir::{self as ir, MatchKind};
use hyper4_p4::typed::{BinaryOp, Callee, Expression, ExpressionKind, Key, Table, Type, annotation_string};
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
        let written = annotation_string(&key.annotations, "name").map(|name| name.to_string());
        let name = written
            .or_else(|| self.key_name(&key.expression))
            .unwrap_or_else(|| key.control_plane_name.to_string());
        if let ExpressionKind::Call(call) = &key.expression.kind
            && let Callee::IsValid(header) = &call.callee
            && let Some(header) = self.plain_header(header)
        {
            let field = ir::FieldRef { header, field: 0 };
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

    /// The name of a key without `@name`: how it is written, fields by their `@name`.
    fn key_name(&self, expression: &Expression) -> Option<String> {
        Some(match &expression.kind {
            ExpressionKind::Variable(variable) => variable.name.to_string(),
            ExpressionKind::Member(base, name) => {
                let declared = base.ty.underlying().structure().and_then(|inner| inner.field(name));
                let named = declared.and_then(|field| annotation_string(&field.annotations, "name"));
                let name = named.as_deref().unwrap_or(name);
                match name.strip_prefix('.') {
                    Some(absolute) => absolute.to_owned(),
                    None => format!("{}.{name}", self.key_name(base)?),
                }
            }
            ExpressionKind::Index(base, number) => {
                format!("{}[{}]", self.key_name(base)?, self.key_name(number)?)
            }
            ExpressionKind::Slice(base, high, low) => format!("{}[{high}:{low}]", self.key_name(base)?),
            ExpressionKind::Binary(BinaryOp::BitAnd, left, right) => {
                format!("{} & {}", self.key_name(left)?, self.key_name(right)?)
            }
            ExpressionKind::Integer(value) => {
                let written = self.program.sources.slice(expression.span).to_lowercase();
                match () {
                    () if written.contains("0x") => format!("{value:#x}"),
                    () if written.contains("0b") => format!("{value:#b}"),
                    () if written.contains("0o") => format!("{value:#o}"),
                    () => value.to_string(),
                }
            }
            ExpressionKind::Call(call) => match &call.callee {
                Callee::IsValid(header) => format!("{}.$valid$", self.key_name(header)?),
                _ => return None,
            },
            _ => return None,
        })
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
