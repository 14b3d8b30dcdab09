//! Whether a fault makes a difference, by proof.

use std::sync::Arc;
use std::time::Duration;

use hyper4_ir::{Command, Program};
use hyper4_mutate::{Answer, Prover, Question};
use hyper4_switch::SwitchError;
use hyper4_symbolic as symbolic;
use hyper4_symbolic::{Verdict, prove_equivalence};

use crate::persona::Persona;
use crate::prove;
use crate::prove::cells::{self, Shared};
use crate::subject::{Guest, Guests};

/// Packets that are tried first: most differences show with short ones, and there are fewer lengths to prove about.
const SHORT: u32 = 64;

/// Asks Z3.
pub(super) struct SymbolicProver {
    persona: Persona,
    limits: symbolic::Options,
}

impl SymbolicProver {
    /// One that takes so many seconds for a question.
    pub(super) fn new(persona: Persona, budget: u64) -> Self {
        let limits = symbolic::Options { budget: Duration::from_secs(budget), ..prove::limits(&persona, 10) };
        Self { persona, limits }
    }

    /// With short packets first, then with all.
    fn tried(&self, prove: impl Fn(&symbolic::Options) -> Verdict) -> Answer {
        let short = symbolic::Options { window: SHORT, longest: SHORT, ..self.limits.clone() };
        match answer(prove(&short)) {
            Answer::Equivalent => answer(prove(&self.limits)),
            other => other,
        }
    }

    /// Which cells of the persona's are the guest's: a fault changes nothing about what they are meant to be.
    fn shared(&self, program: &Arc<Program>) -> Result<Shared, SwitchError> {
        let guests = Guests::One(Guest { program: Arc::clone(program), commands: Vec::new() });
        let mut shared = Shared::default();
        prove::filled(&self.persona, |network| {
            prove::place(network, &guests)?;
            shared = cells::shared(network, &guests);
            Ok(())
        })?;
        Ok(shared)
    }

    fn answered(
        &self,
        program: &Arc<Program>,
        commands: &[Command],
        question: Question<'_>,
    ) -> Result<Answer, SwitchError> {
        let native = prove::with_commands(Arc::clone(program), &settling(commands))?;
        let device = |rows: &[Command]| -> Result<symbolic::Subject, SwitchError> {
            let device = prove::with_commands(Arc::clone(&self.persona.program), &settling(rows))?;
            let shared = self.shared(program)?;
            Ok(device.with_cells(shared.cells).with_samples(shared.samples))
        };
        let (right, wrong) = match question {
            Question::Device(rows) => (native, device(rows)?),
            Question::Program(wrong) => {
                (native, prove::with_commands(Arc::clone(wrong), &settling(commands))?)
            }
            Question::Rows(right, wrong) => (device(right)?, device(wrong)?),
        };
        Ok(self.tried(|limits| prove_equivalence(&right, &wrong, limits)))
    }
}

impl Prover for SymbolicProver {
    fn ask(&self, program: &Arc<Program>, commands: &[Command], question: Question<'_>) -> Answer {
        self.answered(program, commands, question).unwrap_or_else(|error| Answer::Unknown(error.to_string()))
    }
}

/// The commands that have to do with what is proved.
fn settling(commands: &[Command]) -> Vec<Command> {
    commands.iter().filter(|command| prove::settles(command)).cloned().collect()
}

fn answer(verdict: Verdict) -> Answer {
    match verdict {
        Verdict::Proved(proof) if proof.exceptions.is_empty() => Answer::Equivalent,
        Verdict::Proved(proof) => Answer::Unknown(format!(
            "it is the same but where something undefined shows: {}",
            proof.exceptions.join(", ")
        )),
        // One packet after a start shows it.
        Verdict::Refuted(refutation)
            if refutation.before.is_empty()
                && refutation.earlier.is_empty()
                && refutation.cell.is_none()
                && !refutation.sampled =>
        {
            Answer::Differs { packet: refutation.packet, what: refutation.what }
        }
        Verdict::Refuted(refutation) => {
            Answer::Unknown(format!("what outlives packets differs: {}", refutation.what))
        }
        Verdict::Unknown { reason, .. } => Answer::Unknown(reason),
    }
}
