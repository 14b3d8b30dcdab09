//! Key sets of select cases and table entries.

use std::sync::Arc;

use super::coerce::{convert, number};
use super::constant::is_constant;
use super::writable::has_side_effects;
use super::{Checker, invalid};
use crate::ast::{self, BinaryOp, ExpressionKind as Written};
use crate::diagnostic::{Diagnostic, count};
use crate::source::Span;
use crate::typed::{Expression, KeySet, Type};

impl Checker<'_, '_> {
    /// The key sets of a select case or table entry, one per key.
    pub(super) fn keysets(
        &mut self,
        written: &ast::Expression,
        keys: &[Expression],
        what: &str,
    ) -> Vec<KeySet> {
        let elements = match &written.kind {
            Written::Default | Written::DontCare => return keys.iter().map(|_| KeySet::Any).collect(),
            Written::KeyTuple(elements) => elements.as_slice(),
            _ => std::slice::from_ref(written),
        };
        // A parser value set can stand for all keys at once.
        if let [only] = elements
            && let Some(set) = self.value_set_of(only)
        {
            self.check_value_set(&set, keys, only.span);
            return vec![set];
        }
        let nested = matches!(keys, [key] if matches!(key.ty, Type::Tuple(_)));
        if let ([only], false) = (elements, nested)
            && let Some(keysets) = self.keyset_list(only, keys)
        {
            return keysets;
        }
        if elements.len() != keys.len() {
            let has = count(keys.len(), "key");
            let message = format!("this {what} has {has}, not {}", elements.len());
            self.error(written.span, message);
            return Vec::new();
        }
        let keysets: Vec<KeySet> =
            elements.iter().zip(keys).map(|(element, key)| self.keyset(element, &key.ty)).collect();
        if what == "table" {
            self.check_known(&keysets);
        }
        keysets
    }

    /// Entries are known when compiled.
    fn check_known(&mut self, keysets: &[KeySet]) {
        for keyset in keysets {
            let parts = match keyset {
                KeySet::Value(value) => vec![value],
                KeySet::Mask(a, b) | KeySet::Range(a, b) => vec![a, b],
                KeySet::Any | KeySet::ValueSet(_) => Vec::new(),
            };
            if let Some(part) = parts.into_iter().find(|part| !part.ty.is_invalid() && !is_constant(part)) {
                self.error(part.span, "the key of an entry has to be known when compiled");
            }
        }
    }

    /// `{ a, b }` for two keys.
    fn keyset_list(&mut self, element: &ast::Expression, keys: &[Expression]) -> Option<Vec<KeySet>> {
        match &element.kind {
            Written::List(parts, false) if parts.len() == keys.len() => {
                Some(parts.iter().zip(keys).map(|(part, key)| self.keyset(part, &key.ty)).collect())
            }
            _ => None,
        }
    }

    fn value_set_of(&mut self, element: &ast::Expression) -> Option<KeySet> {
        let name = match &element.kind {
            Written::Name(name) => self.find(&name.text),
            _ => None,
        };
        match name {
            Some(super::Symbol::Instance(instance)) if matches!(instance.ty, Type::ValueSet(_)) => {
                Some(KeySet::ValueSet(Arc::clone(instance)))
            }
            _ => None,
        }
    }

    fn check_value_set(&mut self, set: &KeySet, keys: &[Expression], span: Span) {
        let KeySet::ValueSet(instance) = set else { return };
        let Type::ValueSet(element) = &instance.ty else { return };
        let mut parts = Vec::new();
        flatten(element, &mut parts);
        let fits = parts.len() == keys.len()
            && parts.iter().zip(keys).all(|(part, key)| {
                part.is_invalid() || key.ty.is_invalid() || part.underlying() == key.ty.underlying()
            });
        let whole = matches!(keys, [key] if key.ty == **element);
        if !fits && !whole {
            self.error(
                span,
                format!("value set `{}` has values of type `{element}`: these are other keys", instance.name),
            );
        }
    }

    fn keyset(&mut self, element: &ast::Expression, ty: &Type) -> KeySet {
        match &element.kind {
            Written::Default | Written::DontCare => KeySet::Any,
            Written::KeyTuple(parts) => match parts.as_slice() {
                [only] => self.keyset(only, ty),
                _ => {
                    self.error(element.span, format!("expected a set of `{ty}`"));
                    KeySet::Any
                }
            },
            Written::Binary(BinaryOp::Mask, value, mask) => {
                KeySet::Mask(self.bound(value, ty), self.bound(mask, ty))
            }
            Written::Binary(BinaryOp::Range, low, high) => {
                let (low, high) = (self.bound(low, ty), self.bound(high, ty));
                if let (Some(from), Some(to)) = (low.integer(), high.integer())
                    && from > to
                {
                    let text = format!("the range `{from}..{to}` is empty: it never matches");
                    self.report(Diagnostic::warning(element.span, text));
                }
                KeySet::Range(low, high)
            }
            _ => {
                if let Some(set) = self.value_set_of(element) {
                    return set;
                }
                let value = self.expression(element);
                KeySet::Value(self.known(value, ty))
            }
        }
    }

    fn bound(&mut self, written: &ast::Expression, ty: &Type) -> Expression {
        let value = self.expression(written);
        if value.ty.is_invalid() || ty.is_invalid() {
            return invalid(written.span);
        }
        if !matches!(ty.underlying(), Type::Bit(_) | Type::Int(_) | Type::Parameter(..)) {
            let message = format!("masks and ranges are for `bit<…>` and `int<…>`, not for `{ty}`");
            self.error(written.span, message);
            return invalid(written.span);
        }
        self.known(value, ty)
    }

    /// A value of a key's type, which nothing happens to give.
    fn known(&mut self, value: Expression, ty: &Type) -> Expression {
        let value = self.as_key(value, ty);
        if has_side_effects(&value) {
            let message = "nothing can be called in a key set";
            self.report(Diagnostic::error(value.span, message).help("call it before, into a variable"));
            return invalid(value.span);
        }
        value
    }

    fn as_key(&mut self, value: Expression, ty: &Type) -> Expression {
        // The key may be a serializable enum and the set a number, or the other way round.
        let numbers = matches!(ty, Type::Enum(_) | Type::NewType(_))
            && matches!(value.ty, Type::Bit(_) | Type::Int(_) | Type::Integer | Type::Enum(_));
        if numbers && value.ty != *ty {
            let number = number(value);
            let underlying = ty.underlying().clone();
            if matches!(underlying, Type::Enum(_)) {
                return self.mismatch(&number, ty);
            }
            let number = self.coerce(number, &underlying);
            return if number.ty.is_invalid() { number } else { convert(number, ty) };
        }
        self.coerce(value, ty)
    }
}

/// The values that a value of a type consists of, each of which is one key.
fn flatten<'t>(ty: &'t Type, parts: &mut Vec<&'t Type>) {
    match ty {
        Type::Structure(structure) => structure.fields.iter().for_each(|field| flatten(&field.ty, parts)),
        Type::Tuple(types) => types.iter().for_each(|ty| flatten(ty, parts)),
        other => parts.push(other),
    }
}
