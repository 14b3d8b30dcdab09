//! Transitions of parser states.

use hyper4_bits::Bits;
use hyper4_ir::{self as ir, SelectKey, TransitionMatch};
use hyper4_p4::Span;
use hyper4_p4::source::Text;
use hyper4_p4::typed::{Expression, KeySet, State, Transition};

use crate::keyset::Masks;
use crate::parser::{Operations, States};
use crate::storage::{Storage, scalar};
use crate::{Lowered, Lowerer};

/// Ranges of several keys multiply.
const MAX_TRANSITIONS: usize = 4096;

impl Lowerer<'_> {
    pub(crate) fn transition(
        &mut self,
        state: &State,
        operations: &mut Operations,
        numbers: &States,
    ) -> Lowered<(Vec<SelectKey>, Vec<ir::Transition>)> {
        let (keys, cases) = match &state.transition {
            Transition::Direct(next) => {
                let next = self.next_state(next, numbers, state.span)?;
                return Some((Vec::new(), vec![ir::Transition { matches: TransitionMatch::Default, next }]));
            }
            Transition::Select { keys, cases, .. } => (keys, cases),
        };
        let mut selected = Vec::new();
        let mut widths = Vec::new();
        for key in keys {
            let Some((width, _)) = scalar(&key.ty) else {
                let message = format!("selecting on a value of type `{}` is not supported", key.ty);
                return self.refused(key.span, message);
            };
            widths.push(width);
            selected.push(self.select_key(key, operations)?);
        }
        let mut transitions = Vec::new();
        for case in cases {
            let next = self.next_state(&case.state, numbers, case.span)?;
            if case.keysets.iter().all(|keyset| matches!(keyset, KeySet::Any)) {
                transitions.push(ir::Transition { matches: TransitionMatch::Default, next });
                continue;
            }
            let mut parts = Vec::new();
            for (keyset, width) in case.keysets.iter().zip(&widths) {
                parts.push(self.masks(keyset, *width)?);
            }
            let Some(products) = product(&parts) else {
                let message = format!("the ranges of this case make more than {MAX_TRANSITIONS} transitions");
                return self.refused(case.span, message);
            };
            let matches = products.into_iter().map(TransitionMatch::Values);
            transitions.extend(matches.map(|matches| ir::Transition { matches, next }));
        }
        Some((selected, transitions))
    }

    fn select_key(&mut self, key: &Expression, operations: &mut Operations) -> Lowered<SelectKey> {
        if let Some(field) = self.field_of(key) {
            return Some(SelectKey::Field(field));
        }
        if let Some(width) = self.lookahead(key)? {
            return Some(SelectKey::Lookahead { offset: 0, width });
        }
        let copy = self.temporary(&key.ty, "tmp", key.span)?;
        self.store(&copy, &key.ty, key, key.span, operations)?;
        match copy {
            Storage::Field(field) => Some(SelectKey::Field(field)),
            _ => self.refused(key.span, "this can't be selected on"),
        }
    }

    fn next_state(&mut self, name: &Text, numbers: &States, span: Span) -> Lowered<Option<ir::ParseStateId>> {
        match &**name {
            "accept" => Some(None),
            "reject" => {
                let help = "write `transition select(…)` without a `default`, or `verify(false, error.…)`";
                let message = "simple_switch has no state `reject`";
                self.refused_with_help(span, message, help)
            }
            name => numbers.get(name).map(|number| Some(*number)),
        }
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
