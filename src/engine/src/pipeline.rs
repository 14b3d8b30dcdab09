//! Ingress and egress: tables and conditions.

use hyper4_bits::Bits;
use hyper4_ir::{
    ActionParameter, Event, MeterId, NextNode, Node, PipelineKind, ProfileTarget, TableId,
    TableImplementation, TableOutcome,
};
use hyper4_switch::{Handles, TableState};

use crate::fault::Fault;
use crate::flight::Flight;
use crate::layout::limbs;
use crate::packet::Journey;
use crate::table::{Arguments, Target, next as next_of, next_without_action};

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
        if self.recorder.is_quiet() {
            let plan = &self.executable.plan;
            let start = if kind == PipelineKind::Ingress { plan.ingress } else { plan.egress };
            return self.quiet_pipeline(start, payload, flight);
        }
        self.recorder.event(|| Event::Pipeline(name.to_owned()));
        let mut next = pipeline.start;
        while let Some(node) = next
            && !flight.exit
        {
            next = match node {
                Node::Conditional(id) => self.condition(id.index())?,
                Node::Table(id) => {
                    let number = self.search(id);
                    self.table(id, number, payload, flight)?
                }
            };
        }
        Ok(())
    }

    /// The number of the entry that matches.
    fn search(&mut self, id: TableId) -> Option<u32> {
        let table = self.executable.tables.get(id.index())?;
        table.search(|| self.control.table(id).map(TableState::store), self.memory, self.key)
    }

    fn condition(&mut self, id: usize) -> Result<NextNode, Fault> {
        let Some(condition) = self.executable.conditions.get(id) else { return Ok(None) };
        let name = || self.program.conditionals.get(id).map_or_else(String::new, |c| c.name.clone());
        let value = match &condition.test {
            Some(test) if self.recorder.tracker().is_none() => test.holds(self.memory),
            _ => {
                self.recorder.run(&condition.code, self.memory)?;
                self.recorder.observe(condition.operand, self.memory, || format!("condition `{}`", name()));
                condition.operand.low(self.memory) != 0
            }
        };
        self.recorder.event(|| Event::Condition { name: name(), value });
        Ok(if value { condition.true_next } else { condition.false_next })
    }

    /// What a table does with a packet for which `number` is the entry that matches.
    pub(crate) fn table(
        &mut self,
        id: TableId,
        number: Option<u32>,
        payload: &[u8],
        flight: &mut Flight,
    ) -> Result<NextNode, Fault> {
        let executable = self.executable;
        let (Some(table), Some(declared)) =
            (executable.tables.get(id.index()), self.program.tables.get(id.index()))
        else {
            return Ok(None);
        };
        let store = self.control.table(id).map(TableState::store);
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
        let found = table.found(store, number, flight.since);
        let hit = found.handle.is_some();
        self.recorder.event(|| Event::Table {
            name: declared.name.clone(),
            outcome: found.handle.map_or(TableOutcome::Miss, TableOutcome::Hit),
        });
        if let Some(handle) = found.handle
            && let Some(counter) = table.direct_counter
        {
            self.state.count(counter.index(), Handles::number(handle), flight.arrived);
        }
        let mut special = None;
        let (action, arguments, next) = match (found.target, table.implementation) {
            (None, _) => return Ok(next_without_action(declared)),
            (Some(Target::Call(action, arguments, next)), _) => (action, arguments, next),
            (Some(Target::Special(compiled, arguments, next)), _) => {
                special = Some(&compiled.compiled);
                (compiled.action, arguments, next)
            }
            (Some(Target::Profile(_)), TableImplementation::Simple) => {
                return Ok(next_without_action(declared));
            }
            (Some(Target::Profile(target)), TableImplementation::Profile(profile)) => {
                let selector = self.state.selectors.get_mut(profile.index()).and_then(Option::as_mut);
                let profile = executable.profiles.get(profile.index());
                let payload = flight.truncate(payload);
                if let (ProfileTarget::Group(_), Some(selector), Some(tracker)) =
                    (target, &selector, self.recorder.tracker())
                    && selector.inputs(self.memory).any(|slot| tracker.is_unknown(&slot, self.memory))
                {
                    self.recorder.reach(|| format!("the choice of a member in table `{}`", declared.name));
                }
                match profile.and_then(|profile| profile.choose(target, selector, self.memory, payload)) {
                    Some(call) => {
                        (call.action, Arguments::Limbs(&call.limbs), next_of(declared, call.action, hit))
                    }
                    None => return Ok(next_without_action(declared)),
                }
            }
        };
        if let Some(handle) = found.handle
            && let Some(meter) = table.direct_meter
        {
            let MeterId(id) = meter.meter;
            let meters = self.state.meters.get_mut(id as usize);
            let colour = meters.and_then(|m| m.execute(Handles::number(handle), flight.arrived, self.clock));
            if let (Some(colour), Some(to)) = (colour, executable.layout.field(meter.target))
                && to.is_writable(self.memory)
            {
                to.set(self.memory, colour);
                self.recorder.define(&to, self.memory, true);
            }
        }
        self.recorder.event(|| {
            let declared = self.program.actions.get(action);
            Event::Action {
                name: declared.map_or_else(String::new, |action| action.name.clone()),
                arguments: declared.map_or_else(Vec::new, |action| bits(&action.parameters, arguments)),
            }
        });
        let action = match special {
            Some(action) => action,
            None => {
                let at = executable.parameters_at as usize;
                if let (Some(declared), Some(memory)) =
                    (self.program.actions.get(action), self.memory.get_mut(at..))
                    && !declared.parameters.is_empty()
                {
                    arguments.unpack(declared.parameters.iter().map(|p| p.width), memory);
                }
                let Some(action) = executable.actions.get(action) else { return Ok(next) };
                action
            }
        };
        self.carry_out(action, payload, flight)?;
        Ok(next)
    }
}

/// Arguments as they were given.
fn bits(parameters: &[ActionParameter], arguments: Arguments<'_>) -> Vec<Bits> {
    let mut unpacked = vec![0; parameters.iter().map(|parameter| limbs(parameter.width) as usize).sum()];
    arguments.unpack(parameters.iter().map(|parameter| parameter.width), &mut unpacked);
    let mut rest = unpacked.as_slice();
    let mut argument = |parameter: &ActionParameter| {
        let (own, behind) = rest.split_at_checked(limbs(parameter.width) as usize).unwrap_or_default();
        rest = behind;
        let bytes: Vec<u8> = own.iter().rev().flat_map(|limb| limb.to_be_bytes()).collect();
        Bits::from_be_bytes(parameter.width, &bytes)
    };
    parameters.iter().map(&mut argument).collect()
}
