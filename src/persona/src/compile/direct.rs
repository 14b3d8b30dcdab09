//! Direct counters and meters: a hit counts or meters in the cell that has the number of the entry's handle.

use hyper4_ir::{ActionId, Place, Table};

use super::Refusal;
use super::context::{Arguments, Context};
use super::evaluate::Assumed;
use super::explore::Explorer;
use super::form::{Atom, Form};
use super::number::Unsupported;
use super::perform::Frame;
use super::site::Rows;
use super::site::Stage;
use super::state::{Access, Operand};
use crate::StateAccess;

/// Bits of the number in an entry's handle.
pub(super) const NUMBER_BITS: u32 = 24;

/// The number in an entry's handle: what tells its cells.
pub(super) fn number(handle: u64) -> u64 {
    handle & ((1 << NUMBER_BITS) - 1)
}

impl Explorer<'_> {
    /// A hit of a table: its meter, its action, its counter.
    pub(super) fn hit(
        &mut self,
        mut context: Context,
        table: &Table,
        frame: Frame,
        arguments: &Arguments,
        rows: &mut Rows,
    ) -> Result<(), Refusal> {
        let refuse = |e: Unsupported| {
            Refusal::new(format!("table {}", table.name), e.to_string()).at(table.source_info.as_ref())
        };
        let meter = self.direct_meter(&mut context, table, frame.action).map_err(refuse)?;
        let counter = self.direct_counter(table, frame.action).map_err(refuse)?;
        match (meter, counter) {
            (None, None) => self.carry_out(context, frame, arguments, Assumed::new(), rows),
            (Some(_), Some(_)) => {
                let reason = "it has a direct counter and a direct meter: the persona's rows make one access";
                Err(refuse(Unsupported::because(reason)))
            }
            (Some(meter), None) => self.before(context, meter, frame, arguments, rows),
            (None, Some(counter)) => {
                // A counter is indifferent to when it counts: behind the action, unless there is an access already.
                self.carry_out(context.clone(), frame, arguments, Assumed::new(), rows)?;
                match rows.first_mut() {
                    Some((_, row)) if row.access.is_none() => {
                        let cell = self.cells.entry_number(self.program, frame.action);
                        let index =
                            self.program.actions.get(frame.action.index()).map_or(0, |a| a.parameters.len());
                        let bits = (0..cell.width).map(|bit| Form::atom(Atom::Param { index, bit }));
                        row.changes.extend((cell.offset..cell.end()).zip(bits));
                        row.access = Some(counter);
                        Ok(())
                    }
                    _ => {
                        rows.clear();
                        self.before(context, counter, frame, arguments, rows)
                    }
                }
            }
        }
    }

    /// Make an access, and carry the action out behind it.
    fn before(
        &mut self,
        mut context: Context,
        access: Access,
        frame: Frame,
        arguments: &Arguments,
        rows: &mut Rows,
    ) -> Result<(), Refusal> {
        self.save(&mut context, frame, arguments);
        let behind = Stage::Resume(frame.again(&context));
        self.make(context, access, behind, rows)
    }

    fn direct_counter(&mut self, table: &Table, action: ActionId) -> Result<Option<Access>, Unsupported> {
        // One without a name nobody can read.
        let Some(counter) = table.direct_counter else { return Ok(None) };
        if self.layout.config().counters == 0 {
            return Unsupported::new("it counts its entries' packets, and the persona has no counters");
        }
        let index = Operand::Place(self.cells.entry_number(self.program, action));
        let (access, data) = (StateAccess::Count(counter), Operand::Constant(0));
        Ok(Some(Access { access, index, data, load: None, kept: Vec::new() }))
    }

    fn direct_meter(
        &mut self,
        context: &mut Context,
        table: &Table,
        action: ActionId,
    ) -> Result<Option<Access>, Unsupported> {
        let Some(direct) = &table.direct_meter else { return Ok(None) };
        if self.layout.config().meters == 0 {
            return Unsupported::new("it meters its entries' packets, and the persona has no meters");
        }
        let index = Operand::Place(self.cells.entry_number(self.program, action));
        let place = Place::Field(direct.target);
        self.reading_at(context, StateAccess::ExecuteMeter(direct.meter), &place, index)
    }
}
