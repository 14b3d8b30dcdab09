//! What the control plane changes, carried over to what packets run on.

use hyper4_ir::{Program, Reply};
use hyper4_switch::{Change, ControlPlane, DataAccess, Handles, ProfileChange, SwitchError};

use crate::executable::Executable;
use crate::state::State;

/// Carry a change out that `control` doesn't have yet, at `now` milliseconds. An answer takes the place of the control plane's.
///
/// # Errors
/// When it can't be done; nothing has changed then.
pub(crate) fn apply(
    control: &ControlPlane,
    executable: &mut Executable,
    state: &mut State,
    change: &Change,
    now: u64,
) -> Result<Option<Reply>, SwitchError> {
    let program = control.program();
    match change {
        // Every packet has run its course before the next arrives: no queue fills up.
        Change::None | Change::Queue { .. } => {}
        // What the control plane has then is taken over when it has it.
        Change::Multicast(_) | Change::Reset => {}
        Change::Mirroring { session, copies } => match copies {
            Some(copies) => {
                executable.mirroring.insert(*session, *copies);
            }
            None => {
                executable.mirroring.remove(session);
            }
        },
        Change::Timeout { table, handle, milliseconds } => {
            if let Some(compiled) = executable.tables.get_mut(table.index()) {
                compiled.set_timeout(*handle, *milliseconds, now);
            }
        }
        Change::Profile { profile, change } => {
            if let ProfileChange::Member { action, .. } = change {
                executable.will_run(*action);
            }
            if let Some(compiled) = executable.profiles.get_mut(profile.index()) {
                compiled.change(change);
            }
        }
        Change::Rates { meter, cells, rates } => {
            if let Some(meters) = state.meters.get_mut(meter.index()) {
                meters.set_rates(cells.clone(), rates);
            }
        }
        Change::ValueSet { set, members } => executable.parser.set_members(set.index(), members),
        Change::Calculation { calculation, command } => {
            if let Some(hasher) = state.hashers.get_mut(calculation.index()) {
                hasher.configure(command).map_err(|error| SwitchError::Unsupported {
                    construct: format!("calculation {}", calculation.0),
                    reason: error.to_string(),
                    source_info: None,
                })?;
            }
        }
        Change::Data(access) => return Ok(data(state, access)),
        Change::Entry { table, entry } => {
            let Some(before) = control.table(*table) else { return Ok(None) };
            let new = !before.has(entry.handle);
            executable.put(program, (*table, before), entry, new, now);
            if new
                && let Some(cell) = direct_counters(program, state, *table)
                    .and_then(|cells| cells.get_mut(Handles::number(entry.handle) as usize))
            {
                *cell = hyper4_ir::CounterValue::default();
            }
        }
        Change::Delete { table, handles } => {
            if let (Some(compiled), Some(before)) =
                (executable.tables.get_mut(table.index()), control.table(*table))
            {
                handles.iter().for_each(|handle| compiled.remove(before.store(), *handle));
            }
        }
        Change::Clear { table, .. } => {
            if let Some(compiled) = executable.tables.get_mut(table.index()) {
                compiled.clear();
            }
            if let Some(cells) = direct_counters(program, state, *table) {
                cells.fill(hyper4_ir::CounterValue::default());
            }
        }
        Change::Default { table, default } => executable.set_default(program, *table, default.as_ref()),
    }
    Ok(None)
}

fn direct_counters<'a>(
    program: &Program,
    state: &'a mut State,
    table: hyper4_ir::TableId,
) -> Option<&'a mut Vec<hyper4_ir::CounterValue>> {
    let counter = program.tables.get(table.index())?.direct_counter?;
    state.counters.get_mut(counter.index())
}

/// Counters and registers, which the control plane doesn't keep.
fn data(state: &mut State, access: &DataAccess) -> Option<Reply> {
    match access {
        DataAccess::ReadCounter { counter, cell } => {
            let cells = state.counters.get(counter.index())?;
            return Some(Reply::Counter(*cells.get(*cell as usize)?));
        }
        DataAccess::WriteCounter { counter, cell, value } => {
            *state.counters.get_mut(counter.index())?.get_mut(*cell as usize)? = *value;
        }
        DataAccess::ResetCounters { counter } => {
            state.counters.get_mut(counter.index())?.fill(hyper4_ir::CounterValue::default());
        }
        DataAccess::ReadRegisters { register, cells } => {
            return Some(Reply::Values(state.registers.get(register.index())?.values(cells.clone())));
        }
        DataAccess::WriteRegisters { register, cells, value } => {
            let registers = state.registers.get_mut(register.index())?;
            let value = crate::wide::View { limbs: value.limbs(), fill: 0 };
            cells.clone().for_each(|cell| registers.write(cell, value));
        }
    }
    None
}
