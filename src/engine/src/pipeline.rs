//! Ingress and egress: tables and conditions.

use hyper4_ir::{Event, MeterId, NextNode, Node, PipelineKind, TableId, TableImplementation, TableOutcome};
use hyper4_switch::Handles;

use crate::action::Surroundings;
use crate::fault::Fault;
use crate::flight::Flight;
use crate::packet::Journey;
use crate::table::{Target, next as next_of, next_without_action};

impl Journey<'_> {
    /// Carry a pipeline out.
    pub(crate) fn pipeline(
        &mut self,
        kind: PipelineKind,
        payload: &[u8],
        flight: &mut Flight,
    ) -> Result<(), Fault> {
        let (pipeline, name) = match kind {
            PipelineKind::Ingress => (&self.program.ingress, "ingress"),
            PipelineKind::Egress => (&self.program.egress, "egress"),
        };
        self.recorder.event(|| Event::Pipeline(name.to_owned()));
        let mut next = pipeline.start;
        while let Some(node) = next
            && !flight.exit
        {
            next = match node {
                Node::Conditional(id) => self.condition(id.index())?,
                Node::Table(id) => self.table(id, payload, flight)?,
            };
        }
        Ok(())
    }

    fn condition(&mut self, id: usize) -> Result<NextNode, Fault> {
        let (Some((code, condition)), Some(declared)) =
            (self.executable.conditions.get(id), self.program.conditionals.get(id))
        else {
            return Ok(None);
        };
        self.recorder.run(code, self.memory)?;
        self.recorder.observe(*condition, self.memory, || format!("condition `{}`", declared.name));
        let value = condition.low(self.memory) != 0;
        self.recorder.event(|| Event::Condition { name: declared.name.clone(), value });
        Ok(if value { declared.true_next } else { declared.false_next })
    }

    fn table(&mut self, id: TableId, payload: &[u8], flight: &mut Flight) -> Result<NextNode, Fault> {
        let executable = &mut *self.executable;
        let (Some(table), Some(declared)) =
            (executable.tables.get_mut(id.index()), self.program.tables.get(id.index()))
        else {
            return Ok(None);
        };
        if self.recorder.tracker().is_some() {
            // Fields of invalid headers are zeros there.
            let slots = declared.keys.iter().filter(|key| key.valid_of.is_none());
            for slot in slots.filter_map(|key| executable.layout.field(key.field)) {
                if slot.is_writable(self.memory) {
                    let what = || format!("the key of table `{}`", declared.name);
                    self.recorder.observe_field(&slot, self.memory, what);
                }
            }
        }
        let without_action = next_without_action(declared);
        let found = table.find(self.memory, flight.since);
        let hit = found.handle.is_some();
        self.recorder.event(|| Event::Table {
            name: declared.name.clone(),
            outcome: found.handle.map_or(TableOutcome::Miss, TableOutcome::Hit),
        });
        if let Some(handle) = found.handle
            && let Some(counter) = declared.direct_counter
        {
            executable.state.count(counter.index(), Handles::number(handle), flight.arrived);
        }
        let (call, next) = match (found.target, declared.implementation) {
            (None, _) => return Ok(without_action),
            (Some(Target::Call(call, next)), _) => (call, *next),
            (Some(Target::Profile(_)), TableImplementation::Simple) => return Ok(without_action),
            (Some(Target::Profile(target)), TableImplementation::Profile(profile)) => {
                let target = *target;
                let profile = executable.profiles.get_mut(profile.index());
                let payload = flight.truncate(payload);
                if let (Some(profile), Some(tracker)) = (&profile, self.recorder.tracker())
                    && profile.inputs(target, self.memory).any(|slot| tracker.is_unknown(&slot, self.memory))
                {
                    self.recorder.reach(|| format!("the choice of a member in table `{}`", declared.name));
                }
                match profile.and_then(|profile| profile.choose(target, self.memory, payload)) {
                    Some(call) => (call, next_of(declared, call.action, hit)),
                    None => return Ok(without_action),
                }
            }
        };
        if let Some(handle) = found.handle
            && let Some(meter) = declared.direct_meter
        {
            let MeterId(id) = meter.meter;
            let meters = executable.state.meters.get_mut(id as usize);
            let colour = meters.and_then(|m| m.execute(Handles::number(handle), flight.arrived, self.clock));
            if let (Some(colour), Some(to)) = (colour, executable.layout.field(meter.target))
                && to.is_writable(self.memory)
            {
                to.set(self.memory, colour);
                self.recorder.define(&to, self.memory, true);
            }
        }
        let Some(action) = executable.actions.get(call.action) else { return Ok(next) };
        self.recorder.event(|| Event::Action {
            name: self.program.actions.get(call.action).map_or_else(String::new, |a| a.name.clone()),
            arguments: call.arguments.clone(),
        });
        let at = executable.parameters_at as usize;
        if let Some(parameters) = self.memory.get_mut(at..at + call.limbs.len()) {
            parameters.copy_from_slice(&call.limbs);
        }
        let mut surroundings = Surroundings {
            layout: &executable.layout,
            state: &mut executable.state,
            clock: self.clock,
            random: self.random,
            payload,
            flight,
        };
        action.run(self.memory, &mut surroundings, &mut self.recorder)?;
        Ok(next)
    }
}
