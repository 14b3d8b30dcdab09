//! Transitions of parser states.

use hyper4_bits::Bits;
use hyper4_ir::{self as ir, SelectKey, TransitionMatch};
use hyper4_p4::source::Text;
use hyper4_p4::typed::{Expression, ExpressionKind, KeySet, SelectCase, State, Transition, Type};

use crate::graph::{BlockId, End};
use crate::keyset::Masks;
use crate::parser::States;
use crate::place::names_place;
use crate::scope::Object;
use crate::storage::{Storage, is_aggregate, scalar};
use crate::{Lowered, Lowerer};

/// Ranges of several keys multiply.
const MAX_TRANSITIONS: usize = 4096;

/// What a select looks at: the parts, and their widths.
type Keys = (Vec<SelectKey>, Vec<u32>);

impl Lowerer<'_> {
    pub(crate) fn transition(&mut self, state: &State, states: &States) -> Lowered<()> {
        if !self.graph.is_live() {
            return Some(());
        }
        let (keys, cases) = match &state.transition {
            Transition::Direct(next) => {
                if let Some(next) = next_state(next, states) {
                    self.graph.end(End::Goto(next));
                }
                return Some(());
            }
            Transition::Select { keys, cases, .. } => (keys, cases),
        };
        let mut selected = (Vec::new(), Vec::new());
        for key in keys {
            self.select_key(key, &mut selected)?;
        }
        let mut matched = Vec::new();
        for case in cases {
            let Some(next) = next_state(&case.state, states) else { continue };
            self.case(case, next, &selected, &mut matched)?;
            if matches!(matched.last(), Some((TransitionMatch::Default, _))) {
                break;
            }
        }
        self.graph.end(End::Select { key: selected.0, cases: matched });
        Some(())
    }

    fn case(
        &mut self,
        case: &SelectCase,
        next: BlockId,
        (keys, widths): &Keys,
        matched: &mut Vec<(TransitionMatch, BlockId)>,
    ) -> Lowered<()> {
        if case.keysets.iter().all(|keyset| matches!(keyset, KeySet::Any)) {
            matched.push((TransitionMatch::Default, next));
            return Some(());
        }
        if let [KeySet::ValueSet(set)] = case.keysets.as_slice() {
            let object = self.object_of(&hyper4_p4::typed::Object::Instance(set.clone()), case.span)?;
            let Object::ValueSet(set) = object else {
                return self.refused(case.span, "this is no value set");
            };
            matched.push((TransitionMatch::ValueSet { set, mask: None }, next));
            return Some(());
        }
        let mut parts = Vec::new();
        let mut widths = widths.iter();
        for keyset in &case.keysets {
            self.keyset_parts(keyset, &mut widths, &mut parts)?;
        }
        if parts.len() != keys.len() {
            return self.refused(case.span, "this case doesn't fit what is selected on");
        }
        let Some(products) = product(&parts) else {
            let message = format!("the ranges of this case make more than {MAX_TRANSITIONS} transitions");
            return self.refused(case.span, message);
        };
        for values in products {
            // A mask of zeros alone is how simple_switch's compiler writes `default`.
            let any = values.iter().all(|(_, mask)| *mask == Bits::zero(mask.width()));
            let matches = if any { TransitionMatch::Default } else { TransitionMatch::Values(values) };
            matched.push((matches, next));
        }
        Some(())
    }

    /// A key set as one for each part of the key that it is about.
    fn keyset_parts<'w>(
        &mut self,
        keyset: &KeySet,
        widths: &mut impl Iterator<Item = &'w u32>,
        parts: &mut Vec<Masks>,
    ) -> Lowered<()> {
        if let KeySet::Value(value) = keyset
            && let Some(known) = self.known(value).or_else(|| Some(value.clone()))
            && let ExpressionKind::List(values) = &known.kind
        {
            for value in values {
                self.keyset_parts(&KeySet::Value(value.clone()), widths, parts)?;
            }
            return Some(());
        }
        let width = widths.next().copied()?;
        parts.push(self.masks(keyset, width)?);
        Some(())
    }

    fn select_key(&mut self, key: &Expression, keys: &mut Keys) -> Lowered<()> {
        if let ExpressionKind::List(values) = &key.kind {
            return values.iter().try_for_each(|value| self.select_key(value, keys));
        }
        if is_aggregate(&key.ty) {
            let storage = self.value(key)?;
            return self.select_parts(&storage, &key.ty, key, keys);
        }
        let Some((width, _)) = scalar(&key.ty) else {
            let message =
                format!("selecting on a value of type `{}` is not supported by simple_switch", key.ty);
            return self.refused(key.span, message);
        };
        keys.1.push(width);
        if let Some(field) = self.plain_field(key) {
            keys.0.push(SelectKey::Field(field));
            return Some(());
        }
        if names_place(key)
            && let Storage::LastField(stack, of, field) = self.place(key)?
        {
            match (stack.reference, of) {
                (Some(ir::StackRef::Headers(stack)), None) => {
                    keys.0.push(SelectKey::LastField(stack, field));
                    return Some(());
                }
                (Some(ir::StackRef::Unions(stack)), Some(member)) => {
                    keys.0.push(SelectKey::UnionLastField { stack, member, field });
                    return Some(());
                }
                _ => {}
            }
        }
        let copy = self.temporary_field(&key.ty, "tmp", key.span)?;
        self.store(&Storage::Field(copy), &key.ty, key, key.span)?;
        keys.0.push(SelectKey::Field(copy));
        Some(())
    }

    fn select_parts(
        &mut self,
        storage: &Storage,
        ty: &Type,
        key: &Expression,
        keys: &mut Keys,
    ) -> Lowered<()> {
        match storage {
            Storage::Struct(stored) => {
                let types = crate::storage::parts(ty).unwrap_or_default();
                for ((_, part), (_, ty)) in stored.iter().zip(&types) {
                    self.select_parts(part, ty, key, keys)?;
                }
                Some(())
            }
            Storage::Field(field) => {
                keys.1.push(scalar(ty)?.0);
                keys.0.push(SelectKey::Field(*field));
                Some(())
            }
            _ => {
                let message =
                    format!("selecting on a value of type `{}` is not supported by simple_switch", key.ty);
                self.refused(key.span, message)
            }
        }
    }
}

fn next_state(name: &Text, states: &States) -> Option<BlockId> {
    match &**name {
        "accept" => Some(states.accept),
        "reject" => Some(states.reject),
        name => states.blocks.get(name).copied(),
    }
}

/// All combinations of one of each.
fn product(parts: &[Masks]) -> Option<Vec<Vec<(Bits, Bits)>>> {
    let mut products = vec![Vec::new()];
    for masks in parts {
        if products.len().saturating_mul(masks.len()) > MAX_TRANSITIONS {
            return None;
        }
        products = products
            .iter()
            .flat_map(|product| {
                masks.iter().map(move |mask| {
                    let mut longer = product.clone();
                    longer.push(mask.clone());
                    longer
                })
            })
            .collect();
    }
    Some(products)
}
