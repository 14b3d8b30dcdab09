//! Where an entry leads, past conditions whose outcome its action decides.
//!
//! An action with known arguments leaves numbers in metadata that are known too. Conditions behind it that ask for these
//! alone always go the same way for that entry: nobody needs to ask who doesn't want to be told of each.

use hyper4_bits::Bits;
use hyper4_ir::{FieldRef, NextNode, Place, PrimitiveKind};
use smallvec::SmallVec;

use crate::expression::Compiler;
use crate::layout::Layout;
use crate::plan::Plan;
use crate::straight::straight;

/// Limbs of metadata whose values are known.
#[derive(Debug, Default)]
pub(crate) struct Facts(SmallVec<[(u32, u64); 8]>);

impl Facts {
    /// What is known when that action has been carried out with those arguments.
    pub(crate) fn after(layout: &Layout, action: &hyper4_ir::Action, arguments: &[Bits]) -> Self {
        let mut parameters = Vec::new();
        for parameter in &action.parameters {
            parameters.push((0, parameter.width));
        }
        let compiler = Compiler::new(layout, &parameters, 0).with_arguments(arguments);
        let mut facts = Self::default();
        for (_, primitive) in straight(&action.primitives, arguments).unwrap_or_default() {
            match &primitive.kind {
                PrimitiveKind::Assign { place: Place::Field(field), value } => {
                    facts.forget(layout, *field);
                    let slot = layout.field(*field).filter(|slot| {
                        slot.valid.is_none() && slot.limbs() == 1 && !slot.signed && slot.varbit.is_none()
                    });
                    if let Some(slot) = slot
                        && let Some(known) = compiler.known_number(value, slot.width)
                    {
                        facts.0.push((slot.at, known));
                    }
                }
                // These write nothing that conditions ask for.
                PrimitiveKind::Count { .. }
                | PrimitiveKind::SetValid(_)
                | PrimitiveKind::SetInvalid(_)
                | PrimitiveKind::Exit => {}
                PrimitiveKind::Hash { place: Place::Field(field), .. }
                | PrimitiveKind::RegisterRead { place: Place::Field(field), .. }
                | PrimitiveKind::ExecuteMeter { place: Place::Field(field), .. }
                | PrimitiveKind::Random { place: Place::Field(field), .. } => facts.forget(layout, *field),
                _ => facts.0.clear(),
            }
        }
        facts
    }

    fn forget(&mut self, layout: &Layout, field: FieldRef) {
        let at = layout.field(field).map(|slot| slot.at);
        self.0.retain(|(known, _)| Some(*known) != at);
    }

    /// The value of a limb.
    pub(crate) fn limb(&self, at: u32) -> Option<u64> {
        self.0.iter().find(|(known, _)| *known == at).map(|(_, value)| *value)
    }

    /// Where the conditions from `next` on lead that ask for nothing else: the number of that step.
    pub(crate) fn lead(&self, plan: &Plan, next: NextNode) -> u32 {
        let next = plan.number(next);
        if self.0.is_empty() { next } else { plan.lead(next, |at| self.limb(at)) }
    }
}
