//! What faults are planted into, prepared: each subject as it should be.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use hyper4_engine::Engine;
use hyper4_ir::{Command, Program};
use hyper4_persona::Layout;
use hyper4_switch::{Switch, SwitchError};
use hyper4_virtual::VirtualSwitch;
use rayon::prelude::*;
use serde_json::Value;

use crate::faulty::{FaultySwitch, Instead, Log};
use crate::oracle::notice;
use crate::subject::{Seen, Source, Subject, run, run_loaded};
use crate::tenants::Neighbours;

/// Why faults can't be planted.
#[derive(Debug, thiserror::Error)]
pub enum MutateError {
    /// A switch can't run a subject as it is.
    #[error("`{subject}`: {error}")]
    Switch {
        /// The subject.
        subject: String,
        /// What the switch says.
        error: Box<SwitchError>,
    },
    /// Something differs without a fault: there is nothing to be found out.
    #[error("`{subject}` differs on the persona without any fault ({by})")]
    Differs {
        /// The subject.
        subject: String,
        /// Which checks say so.
        by: String,
    },
}

/// A subject as it should be.
pub(crate) struct Prepared {
    pub(crate) subject: Subject,
    pub(crate) seen: Seen,
    /// What the switch below the persona is told.
    pub(crate) rows: Vec<Command>,
    /// How many of them were told when the program was loaded.
    pub(crate) loaded: usize,
    /// The program as JSON.
    pub(crate) json: Value,
    /// What of the persona its packets meet.
    pub(crate) met: BTreeSet<String>,
    /// The tenant's commands that are carried out; the others are refused.
    pub(crate) accepted: Vec<Command>,
    /// The subject four times beside itself, if it can be.
    pub(crate) neighbours: Option<Neighbours>,
}

/// Subjects on a persona, as they should be.
pub struct Bench {
    pub(crate) persona: Arc<Program>,
    pub(crate) layout: Layout,
    pub(crate) persona_json: Value,
    /// The persona's parse states, conditions, tables and actions: what traces tell of.
    pub(crate) names: BTreeSet<String>,
    pub(crate) prepared: Vec<Prepared>,
    /// Subjects that the persona doesn't carry, or on which a switch gives up, with why.
    pub refused: Vec<(String, String)>,
}

impl Bench {
    /// Runs each subject by itself and on the persona. Those that a switch can't run are left out.
    ///
    /// # Errors
    /// [`MutateError::Differs`] when one doesn't do the same on both.
    pub fn new(persona: Arc<Program>, layout: Layout, subjects: Vec<Subject>) -> Result<Self, MutateError> {
        let persona_json = persona.to_json();
        let states = persona.parser.states.iter().map(|one| &one.name);
        let tables = persona.tables.iter().map(|one| &one.name);
        let conditions = persona.conditionals.iter().map(|one| &one.name);
        let actions = persona.actions.iter().map(|one| &one.name);
        let names = states.chain(tables).chain(conditions).chain(actions).cloned().collect();
        let made: Vec<Result<Prepared, MutateError>> =
            subjects.into_par_iter().map(|subject| prepare(&persona, &layout, subject)).collect();
        let mut bench =
            Self { persona, layout, persona_json, names, prepared: Vec::new(), refused: Vec::new() };
        for one in made {
            match one {
                Ok(one) => bench.prepared.push(one),
                Err(MutateError::Switch { subject, error }) => {
                    bench.refused.push((subject, error.to_string()))
                }
                Err(error) => return Err(error),
            }
        }
        Ok(bench)
    }

    /// How many subjects there are.
    pub fn subjects(&self) -> usize {
        self.prepared.len()
    }

    /// What is seen of a subject on a persona whose rows have a fault.
    pub(crate) fn on_persona(
        &self,
        persona: &Arc<Program>,
        prepared: &Prepared,
        fault: Option<Instead>,
    ) -> Result<Seen, SwitchError> {
        let (mut switch, _) = virtual_switch(persona, &self.layout, fault);
        run(&mut switch, &prepared.subject)
    }
}

fn prepare(persona: &Arc<Program>, layout: &Layout, mut subject: Subject) -> Result<Prepared, MutateError> {
    let name = subject.name.clone();
    let failed = |error| MutateError::Switch { subject: name.clone(), error: Box::new(error) };
    let mut seen = run(&mut Engine::new(), &subject).map_err(failed)?;
    // What a real switch did where something undefined shows, nobody is held to.
    if notice(&seen, &seen, &subject.recorded).contains(&crate::Oracle::Golden) {
        subject.recorded.clear();
        let sources = subject.steps.iter_mut().map(|(source, _)| source);
        let all = sources.chain(seen.deeds.iter_mut().map(|deed| &mut deed.source));
        all.filter(|source| **source == Source::Golden).for_each(|source| *source = Source::Captured);
    }
    let (mut switch, log) = virtual_switch(persona, layout, None);
    switch.load(Arc::clone(&subject.program)).map_err(failed)?;
    let loaded = log.take().commands().len();
    let on_persona = run_loaded(&mut switch, &subject).map_err(failed)?;
    let by = notice(&seen, &on_persona, &subject.recorded);
    if !by.is_empty() {
        let by: Vec<&str> = by.into_iter().map(crate::Oracle::name).collect();
        return Err(MutateError::Differs { subject: subject.name, by: by.join(", ") });
    }
    let (rows, met) = (log.take().commands(), log.take().met());
    let json = subject.program.to_json();
    let answered = subject.all_commands().zip(&seen.replies);
    let accepted =
        answered.filter(|(_, reply)| reply.is_some()).map(|(command, _)| command.clone()).collect();
    // One that asks for more than a fourth of a switch has none.
    let neighbours = Neighbours::new(persona, layout, &subject).ok();
    Ok(Prepared { subject, seen, rows, loaded, json, met, accepted, neighbours })
}

/// The log of a switch that isn't made before the first program is loaded.
#[derive(Clone, Default)]
pub(crate) struct LaterLog(Arc<Mutex<Log>>);

impl LaterLog {
    pub(crate) fn take(&self) -> Log {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A switch that runs guests on a persona, of whose rows one is wrong.
pub(crate) fn virtual_switch(
    persona: &Arc<Program>,
    layout: &Layout,
    fault: Option<Instead>,
) -> (VirtualSwitch, LaterLog) {
    let log = LaterLog::default();
    let told = log.clone();
    let make = move || {
        let below = FaultySwitch::new(Engine::new(), fault.clone());
        *told.0.lock().unwrap_or_else(PoisonError::into_inner) = below.log();
        Ok(Box::new(below) as Box<dyn Switch + Send>)
    };
    (VirtualSwitch::new(Box::new(make), Arc::clone(persona), layout.clone()), log)
}
