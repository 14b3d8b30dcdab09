//! Checksums, and other calculations over fields.

use hyper4_bits::{Bits, HashAlgorithm};
use hyper4_ir::{CalculationId, CalculationInput, Checksum, ChecksumKind, Expr, Place};

use crate::integer::Integer;
use crate::term::{Cond, Word};

use super::expression::Scope;
use super::state::State;
use super::{Executor, Stop, Thread, unsupported};

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
        match (calculation.algorithm, input.as_const()) {
            (HashAlgorithm::Csum16 | HashAlgorithm::Cksum16, _) => {
                Ok(self.context.terms.internet_checksum(&input))
            }
            (HashAlgorithm::RoundRobin | HashAlgorithm::RoundRobinConsistent, _) => {
                Err(unsupported(&construct, None, "it counts packets, which is not dealt with"))
            }
            (algorithm, Some(bits)) => {
                // The last byte's missing bits are zeros.
                let width = bits.width().next_multiple_of(8);
                let bytes = bits.resize(width).shl((width - bits.width()) as usize).to_be_bytes();
                Ok(Word::number(64, algorithm.compute(&bytes)))
            }
            (algorithm, None) => {
                let name = algorithm.bmv2_name();
                let reason = format!("`{name}` of what isn't constant is not dealt with");
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
    pub(super) fn verify_checksums(&mut self, thread: &Thread) -> Result<Cond, Stop> {
        let state = &thread.state;
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
            let refuse = |reason: &str| {
                unsupported(&format!("checksum `{}`", checksum.name), checksum.source_info.as_ref(), reason)
            };
            let expected = self.calculate(state, checksum.calculation)?;
            let found = self.number(&Scope::of(state), &Expr::Field(target))?;
            let terms = &mut self.context.terms;
            let negative =
                found.less(terms, &Integer::unsigned(Word::zero(1))).map_err(|why| refuse(&why))?;
            let aborts = terms.all([applies.clone(), negative]);
            if self.context.split(thread.path.clone(), &aborts)?.holds.is_some() {
                return Err(refuse("its field may be negative, on which simple_switch aborts"));
            }
            // The switch compares 64 bits.
            let terms = &mut self.context.terms;
            let (expected, found) = (terms.resize(&expected, 64), found.wrapped(terms, 64));
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
            // The switch writes to an invalid header too, which nobody sees.
            if applies.as_bool() == Some(false) || !state.is_valid(checksum.target.header) {
                continue;
            }
            let sum = Integer::unsigned(self.calculate(state, checksum.calculation)?);
            let old = self.number(&Scope::of(state), &Expr::Field(checksum.target))?;
            let value = sum.or_else(&mut self.context.terms, &applies, &old);
            let value = value.map_err(|reason| unsupported("a checksum", None, &reason))?;
            self.store(state, &Place::Field(checksum.target), &value)?;
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
