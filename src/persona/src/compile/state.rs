//! Accesses to what lies outside of the state: registers, counters, meters, the packet as a whole.
//!
//! An access is made between two rows: the one before it says which cell and what to write ([`Effect::State`]), the
//! operator's row makes it, and the one behind it takes what was read ([`Effect::Load`]). A read of a cell that isn't
//! there leaves the field as it was, so the field's old value goes along as what is read then.

use hyper4_bits::Bits;
use hyper4_ir::{Expr, Place, PrimitiveKind, Program};
use num_traits::ToPrimitive;

use super::allocate::Places;
use super::context::{Arguments, Context, NO_ARGUMENTS};
use super::explore::Explorer;
use super::form::{Bit, FIRST_CELL, Word};
use super::number::Unsupported;
use super::template::Template;
use crate::{BitRange, Effect, Layout, StateAccess, row};

/// Bits of a register at most.
const MOST_BITS: u32 = 64;

/// What a transition does behind its changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Access {
    pub(super) access: StateAccess,
    /// The cell's number.
    pub(super) index: Operand,
    /// What is written, or what a read gives where there is no such cell.
    pub(super) data: Operand,
    /// Where what was read goes.
    pub(super) load: Option<BitRange>,
    /// What goes with the packet.
    pub(super) kept: Vec<BitRange>,
}

/// A number that an access takes, after the transition's changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operand {
    Constant(u64),
    Place(BitRange),
}

impl Access {
    /// The bits that it takes, and those that it gives: these have their place whether anybody reads them or not.
    pub(super) fn bits(&self) -> impl Iterator<Item = Bit> + '_ {
        let places = [self.index, self.data].into_iter().filter_map(|operand| match operand {
            Operand::Place(range) => Some(range),
            Operand::Constant(_) => None,
        });
        let ranges = places.chain(self.kept.iter().copied()).chain(self.load);
        ranges.flat_map(|range| range.offset..range.end())
    }

    /// The bits that it gives.
    pub(super) fn loaded(&self) -> impl Iterator<Item = Bit> + '_ {
        self.load.into_iter().flat_map(|range| range.offset..range.end())
    }

    /// The last of the effects before it says what it takes.
    pub(super) fn attach(&self, effects: &mut Vec<Template>, places: &Places, layout: &Layout) {
        let nothing = Bits::zero(layout.state_bits());
        let operand = |operand: Operand| match operand {
            Operand::Constant(constant) => row::Operand { mask: nothing.clone(), shift: 0, constant },
            Operand::Place(range) => {
                let at = BitRange { offset: places.get(range.offset), ..range };
                row::Operand { mask: layout.mask(at), shift: at.offset, constant: 0 }
            }
        };
        let (index, data) = (Box::new(operand(self.index)), Box::new(operand(self.data)));
        let with = |keep: Bits, value: Bits| Effect::State { keep, value, access: self.access, index, data };
        match effects.last_mut() {
            Some(Template { effect, .. }) if matches!(effect, Effect::Commit { .. }) => {
                if let Effect::Commit { keep, value } = effect.clone() {
                    *effect = with(keep, value);
                }
            }
            _ => effects.push(Template::fixed(with(nothing.not(), nothing.clone()))),
        }
    }

    /// What is done behind it.
    pub(super) fn detach(&self, places: &Places, layout: &Layout) -> Effect {
        let nothing = Bits::zero(layout.state_bits());
        let Some(range) = self.load else { return Effect::Commit { keep: nothing.not(), value: nothing } };
        let at = BitRange { offset: places.get(range.offset), ..range };
        Effect::Load {
            keep: layout.mask(at).not(),
            value: nothing,
            data_mask: u64::MAX >> (u64::BITS - range.width.min(u64::BITS)),
            to: at.offset,
        }
    }
}

/// Whether a primitive is an access.
pub(super) fn is_access(primitive: &PrimitiveKind) -> bool {
    matches!(
        primitive,
        PrimitiveKind::RegisterRead { .. }
            | PrimitiveKind::RegisterWrite { .. }
            | PrimitiveKind::Count { .. }
            | PrimitiveKind::ExecuteMeter { .. }
            | PrimitiveKind::Truncate { .. }
            | PrimitiveKind::Random { .. }
    )
}

impl Explorer<'_> {
    /// What access a primitive makes; `None` when it makes none here.
    pub(super) fn access(
        &mut self,
        context: &mut Context,
        primitive: &PrimitiveKind,
        arguments: &Arguments,
    ) -> Result<Option<Access>, Unsupported> {
        let config = self.layout.config();
        let there = |cells: u32, what: &str| match cells {
            0 => Unsupported::new(format!("it has `{}`, and the persona has no {what}", primitive.name())),
            _ => Ok(()),
        };
        let nothing = Operand::Constant(0);
        Ok(match primitive {
            PrimitiveKind::RegisterRead { place, register, index } => {
                there(config.registers, "registers")?;
                self.check_width(register.index())?;
                let access = StateAccess::ReadRegister(*register);
                self.reading(context, access, place, index, arguments)?
            }
            PrimitiveKind::ExecuteMeter { place, meter, index } => {
                there(config.meters, "meters")?;
                self.reading(context, StateAccess::ExecuteMeter(*meter), place, index, arguments)?
            }
            PrimitiveKind::RegisterWrite { register, index, value } => {
                there(config.registers, "registers")?;
                let width = self.check_width(register.index())?;
                let index = self.index(context, index, arguments)?;
                let value_now = self.evaluator(context, arguments).number(value)?;
                let word = value_now.store(width, self.terms);
                let data = self.operand(context, value, word, false);
                Some(Access {
                    access: StateAccess::WriteRegister(*register),
                    index,
                    data,
                    load: None,
                    kept: Vec::new(),
                })
            }
            PrimitiveKind::Count { counter, index } => {
                there(config.counters, "counters")?;
                let index = self.index(context, index, arguments)?;
                Some(Access {
                    access: StateAccess::Count(*counter),
                    index,
                    data: nothing,
                    load: None,
                    kept: Vec::new(),
                })
            }
            PrimitiveKind::Truncate { bytes } => {
                there(config.copies.into(), "`copies`")?;
                let index = self.index(context, bytes, arguments)?;
                Some(Access {
                    access: StateAccess::Truncate,
                    index,
                    data: nothing,
                    load: None,
                    kept: Vec::new(),
                })
            }
            PrimitiveKind::Random { place, low, high } => {
                there(config.random.into(), "`random`")?;
                let mut constant = |bound: &Expr| {
                    let known = self.evaluator(context, arguments).number(bound)?.known();
                    known.and_then(|value| value.to_u64()).ok_or_else(|| {
                        Unsupported::because(
                            "a random number whose bounds aren't constants of at most 64 bits",
                        )
                    })
                };
                let (low, high) = (constant(low)?, constant(high)?);
                if low > high {
                    return Ok(None);
                }
                if u32::try_from(low).is_err() {
                    return Unsupported::new("a random number whose lower bound has more than 32 bits");
                }
                let drawn = self.reading_at(context, StateAccess::Draw, place, Operand::Constant(low))?;
                drawn.map(|access| Access { data: Operand::Constant(high), ..access })
            }
            _ => None,
        })
    }

    fn check_width(&self, register: usize) -> Result<u32, Unsupported> {
        let width = self.program.registers.get(register).map_or(0, |r| r.width);
        match width {
            0..=MOST_BITS => Ok(width),
            _ => Unsupported::new(format!(
                "a register of {width} bits, and those of the persona have {MOST_BITS}"
            )),
        }
    }

    /// An access that gives a number to a field, unless the field's header is invalid.
    fn reading(
        &mut self,
        context: &mut Context,
        access: StateAccess,
        place: &Place,
        index: &Expr,
        arguments: &Arguments,
    ) -> Result<Option<Access>, Unsupported> {
        let index = self.index(context, index, arguments)?;
        self.reading_at(context, access, place, index)
    }

    /// The same, of a cell whose number is an operand already.
    pub(super) fn reading_at(
        &mut self,
        context: &Context,
        access: StateAccess,
        place: &Place,
        index: Operand,
    ) -> Result<Option<Access>, Unsupported> {
        let Place::Field(field) = place else {
            return Unsupported::new("it reads into an element of a stack");
        };
        let range = self.cells.field(*field, &context.shape)?;
        let valid = self.evaluator(context, &NO_ARGUMENTS).is_valid(field.header);
        let Some(range) = range.filter(|_| valid) else {
            // Metering changes the meter even when nobody wants the colour, and drawing the numbers that come.
            return Ok(match access {
                StateAccess::ExecuteMeter(_) | StateAccess::Draw => {
                    Some(Access { access, index, data: Operand::Constant(0), load: None, kept: Vec::new() })
                }
                _ => None,
            });
        };
        if range.width > MOST_BITS {
            // The upper bits become zeros where there is such a cell, and else stay.
            return Unsupported::new(format!("it reads into a field of more than {MOST_BITS} bits"));
        }
        if range.offset > Layout::MAX_SHIFT && range.offset < FIRST_CELL {
            return Unsupported::new("it reads into a field that lies too far up in the persona's window");
        }
        if self.program.field(*field).is_some_and(|f| f.signed || f.varbit) {
            return Unsupported::new("it reads into a signed field");
        }
        Ok(Some(Access { access, index, data: Operand::Place(range), load: Some(range), kept: Vec::new() }))
    }

    fn index(
        &mut self,
        context: &mut Context,
        index: &Expr,
        arguments: &Arguments,
    ) -> Result<Operand, Unsupported> {
        let number = self.evaluator(context, arguments).number(index)?;
        let mut word = number.store(32, self.terms);
        while word.last().is_some_and(|form| form.known() == Some(false)) {
            word.pop();
        }
        Ok(self.operand(context, index, word, true))
    }

    /// A number as an operand: where it is already, or where it is put.
    fn operand(&mut self, context: &mut Context, expr: &Expr, word: Word, is_index: bool) -> Operand {
        let constant =
            word.iter().rev().try_fold(0, |value, form| Some(value << 1 | u64::from(form.known()?)));
        if let Some(constant) = constant {
            return Operand::Constant(constant);
        }
        let width = word.len() as u32;
        let range = source(expr).and_then(|field| self.cells.field(field, &context.shape).ok().flatten());
        let reached = |range: &BitRange| range.offset <= Layout::MAX_SHIFT || range.offset >= FIRST_CELL;
        if let Some(range) = range.filter(|range| range.width >= width && reached(range)) {
            let range = BitRange { width, ..range };
            // The value itself, which may have been cut.
            if context.read(range) == word {
                return Operand::Place(range);
            }
        }
        let cell = self.cells.operand(width, is_index);
        context.write(cell, word);
        Operand::Place(cell)
    }
}

/// The field that an expression is, but for what cuts it off.
fn source(expr: &Expr) -> Option<hyper4_ir::FieldRef> {
    match expr {
        Expr::Field(field) => Some(*field),
        Expr::Binary(hyper4_ir::BinaryOp::BitAnd, a, _) => source(a),
        _ => None,
    }
}

/// Why a program has more arrays than a persona can tell apart.
pub(super) fn check_arrays(program: &Program) -> Result<(), super::Refusal> {
    let most = StateAccess::MOST_ARRAYS as usize;
    let numbers = [program.registers.len(), program.counters.len(), program.meters.len()];
    match numbers.into_iter().find(|number| *number > most) {
        Some(number) => {
            let reason = format!("it has {number} arrays of one kind, and the persona tells {most} apart");
            Err(super::Refusal::new(format!("program {}", program.name), reason))
        }
        None => Ok(()),
    }
}
