//! Pipelines when nobody wants to know of each step.

use hyper4_switch::TableState;

use crate::fault::Fault;
use crate::flight::Flight;
use crate::packet::Journey;
use crate::plan::Step;

impl Journey<'_> {
    /// Carry a pipeline out, from a step of the plan on.
    pub(crate) fn quiet_pipeline(
        &mut self,
        start: u32,
        payload: &[u8],
        flight: &mut Flight,
    ) -> Result<(), Fault> {
        let executable = self.executable;
        let plan = &executable.plan;
        let mut next = start;
        while let Some(step) = plan.step(next) {
            next = match step {
                Step::Table(id) => {
                    let Some(table) = executable.tables.get(id.index()) else { break };
                    let store = || self.control.table(*id).map(TableState::store);
                    let number = table.search(store, self.memory, self.key);
                    let after = match table.special(number) {
                        Some(special) if special.compiled.run_quick(self.memory, self.target.drop_port) => {
                            next = special.next;
                            continue;
                        }
                        Some(special) => {
                            self.carry_out(&special.compiled, payload, flight)?;
                            special.next
                        }
                        None => plan.number(self.table(*id, number, payload, flight)?),
                    };
                    if flight.exit {
                        break;
                    }
                    after
                }
                Step::Condition { condition, yes, no } => {
                    if self.holds(*condition)? {
                        *yes
                    } else {
                        *no
                    }
                }
                Step::Look { .. } | Step::Spans { .. } | Step::Test { .. } => step.leads(self.memory),
            };
        }
        Ok(())
    }

    /// Whether a condition holds that needs instructions.
    fn holds(&mut self, condition: usize) -> Result<bool, Fault> {
        let Some(condition) = self.executable.conditions.get(condition) else { return Ok(false) };
        self.recorder.run(&condition.code, self.memory)?;
        Ok(condition.operand.low(self.memory) != 0)
    }
}
