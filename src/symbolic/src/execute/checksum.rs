//! Checksums, and other calculations over fields.

use hyper4_bits::{Bits, HashAlgorithm};
use hyper4_ir::{CalculationId, CalculationInput, Checksum, ChecksumKind};

use crate::integer::Integer;
use crate::term::{Cond, Word};

use super::expression::Scope;
use super::state::State;
use super::{Executor, Stop, unsupported};

impl Executor<'_, '_> {
    /// What a calculation gives. Fields of invalid headers are left out.
    pub(super) fn calculate(&mut self, state: &State, calculation: CalculationId) -> Result<Word, Stop> {
        let Some(calculation) = self.program().calculations.get(calculation.index()) else {
            return Err(unsupported("a calculation", None, "it is missing"));
        };
        let construct = format!("calculation `{}`", calculation.name);
        let mut input = Word::zero(0);
        for part in &calculation.inputs {
            let next = match part {
                CalculationInput::Field(field) if state.is_valid(field.header) => {
                    state.field(*field).cloned()
                }
                CalculationInput::Constant(bits) => Some(Word::constant(bits.clone())),
                CalculationInput::Header(header) if state.is_valid(*header) => {
                    state.header(*header).and_then(|header| {
                        header.fields.iter().cloned().reduce(|above, below| above.concat(&below))
                    })
                }
                CalculationInput::Field(_) | CalculationInput::Header(_) => None,
                CalculationInput::Payload if self.input.tail => {
                    return Err(unsupported(&construct, None, "it looks behind the window"));
                }
                CalculationInput::Payload => Some(state.payload.clone()),
            };
            if let Some(next) = next {
                self.note(&next);
                input = input.concat(&next);
            }
        }
        match calculation.algorithm {
            HashAlgorithm::Csum16 | HashAlgorithm::Cksum16 => {
                Ok(self.context.terms.internet_checksum(&input))
            }
            algorithm => {
                let reason = format!("the algorithm `{}` is not dealt with", algorithm.bmv2_name());
                Err(unsupported(&construct, None, &reason))
            }
        }
    }

    /// Whether a checksum is dealt with.
    fn applies(&mut self, state: &State, checksum: &Checksum) -> Result<Cond, Stop> {
        match &checksum.condition {
            None => Ok(self.context.terms.bool(true)),
            Some(condition) => self.truth(&Scope::of(state), condition),
        }
    }

    /// Whether a checksum is wrong.
    pub(super) fn verify_checksums(&mut self, state: &State) -> Result<Cond, Stop> {
        let mut wrong = Vec::new();
        for checksum in &self.program().checksums {
            let target = checksum.target;
            if checksum.kind != ChecksumKind::Verify || !state.is_valid(target.header) {
                continue;
            }
            let applies = self.applies(state, checksum)?;
            if applies.as_bool() == Some(false) {
                continue;
            }
            let expected = self.calculate(state, checksum.calculation)?;
            let found = self.read(state, target);
            let width = expected.width().max(found.width());
            let terms = &mut self.context.terms;
            let (expected, found) = (terms.resize(&expected, width), terms.resize(&found, width));
            let equal = terms.equal(&expected, &found);
            wrong.push(terms.all([applies, equal.not()]));
        }
        Ok(self.context.terms.any(wrong))
    }

    pub(super) fn update_checksums(&mut self, state: &mut State) -> Result<(), Stop> {
        for checksum in &self.program().checksums {
            if checksum.kind != ChecksumKind::Update {
                continue;
            }
            let applies = self.applies(state, checksum)?;
            let Some(old) = state.field(checksum.target).cloned() else { continue };
            // The switch writes to an invalid header too, which nobody sees.
            if applies.as_bool() == Some(false) || !state.is_valid(checksum.target.header) {
                continue;
            }
            let value = self.calculate(state, checksum.calculation)?;
            let value = self.context.terms.resize(&value, old.width());
            let value = self.context.terms.select(&applies, &value, &old);
            state.set_field(checksum.target, value);
        }
        Ok(())
    }

    /// `base + H(inputs) mod modulus`, a modulus of 0 taken as 1.
    pub(super) fn hash(
        &mut self,
        state: &State,
        calculation: CalculationId,
        modulus: &Integer,
    ) -> Result<Integer, Stop> {
        let hash = Integer::unsigned(self.calculate(state, calculation)?);
        let Some(modulus) = modulus.as_const().and_then(|modulus| u64::try_from(&modulus).ok()) else {
            return Err(unsupported("a hash", None, "its number of values isn't constant"));
        };
        let modulus = Word::constant(Bits::from_u64(64, modulus.max(1)));
        let remainder = hash.divide(&mut self.context.terms, &Integer::unsigned(modulus));
        remainder.map(|(_, remainder)| remainder).map_err(|reason| unsupported("a hash", None, &reason))
    }
}
