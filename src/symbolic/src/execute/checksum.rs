//! Checksums, and other calculations over fields.

use hyper4_bits::Bits;
use hyper4_ir::{CalculationId, CalculationInput, Checksum, ChecksumKind, Expr};

use crate::integer::Integer;
use crate::path::Path;
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
        let input = self.gather(&construct, state, &calculation.inputs)?;
        self.hashed(&construct, calculation.algorithm, &input)
    }

    /// The input of a calculation.
    pub(super) fn gather(
        &mut self,
        construct: &str,
        state: &State,
        inputs: &[CalculationInput],
    ) -> Result<Word, Stop> {
        let mut input = Word::zero(0);
        for part in inputs {
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
                CalculationInput::Payload if state.tail => {
                    return Err(unsupported(construct, None, "it looks behind the window"));
                }
                CalculationInput::Payload => Some(self.payload(construct, state)?),
            };
            if let Some(next) = next {
                self.note(&next);
                input = input.concat(&next);
            }
        }
        Ok(input)
    }

    /// The bytes behind the headers, as far as they are left.
    fn payload(&mut self, construct: &str, state: &State) -> Result<Word, Stop> {
        let Some(cut) = &state.cut else { return Ok(state.payload.clone()) };
        let bytes = state.payload.width() / 8;
        match cut.as_u64() {
            Some(left) if left < bytes.into() => {
                let behind = 8 * (bytes - left as u32);
                Ok(self.context.terms.extract(&state.payload, behind, state.payload.width() - behind))
            }
            Some(_) => Ok(state.payload.clone()),
            None => {
                Err(unsupported(construct, None, "it depends on the packet how many bytes of it are left"))
            }
        }
    }

    /// Whether a checksum is dealt with.
    fn applies(&mut self, path: &Path, state: &State, checksum: &Checksum) -> Result<Cond, Stop> {
        match &checksum.condition {
            None => Ok(self.context.terms.bool(true)),
            Some(condition) => self.truth(&Scope::of(path, state), condition),
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
            let applies = self.applies(&thread.path, state, checksum)?;
            if applies.as_bool() == Some(false) {
                continue;
            }
            let refuse = |reason: &str| {
                unsupported(&format!("checksum `{}`", checksum.name), checksum.source_info.as_ref(), reason)
            };
            let expected = self.calculate(state, checksum.calculation)?;
            let found = self.number(&Scope::of(&thread.path, state), &Expr::Field(target))?;
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

    pub(super) fn update_checksums(&mut self, path: &Path, state: &mut State) -> Result<(), Stop> {
        for checksum in &self.program().checksums {
            if checksum.kind != ChecksumKind::Update {
                continue;
            }
            let applies = self.applies(path, state, checksum)?;
            // The switch writes to an invalid header too, which nobody sees.
            if applies.as_bool() == Some(false) || !state.is_valid(checksum.target.header) {
                continue;
            }
            let sum = Integer::unsigned(self.calculate(state, checksum.calculation)?);
            let old = self.number(&Scope::of(path, state), &Expr::Field(checksum.target))?;
            let value = sum.or_else(&mut self.context.terms, &applies, &old);
            let value = value.map_err(|reason| unsupported("a checksum", None, &reason))?;
            self.store_field(state, checksum.target, &value)?;
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
