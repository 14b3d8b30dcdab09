//! Oracles that look at tenants and at the executor of proofs: they agree with what is right, and find what is wrong.

use std::sync::Arc;

use hyper4_bits::Bits;
use hyper4_campaign::{Case, CaseGenerator, CaseLimits, Oracle, Symbolic, Tenants, Verdict};
use hyper4_engine::Engine;
use hyper4_gen::Feature;
use hyper4_ir::{Batch, Command, MatchValue, Packet, Program, Reply};
use hyper4_suite::{Error, persona};
use hyper4_switch::{Switch, SwitchError, Tracing};
use hyper4_virtual::VirtualNetwork;

use crate::SEED;
use crate::planted::replace;

fn cases(count: u64) -> Result<Vec<Case>, Error> {
    let mut limits = CaseLimits { packets: 40, ..CaseLimits::default() };
    // A switch draws for all its tenants.
    limits.program.weights.insert(Feature::Random, 0);
    let generator = CaseGenerator::new(SEED, limits);
    Ok((0..count).map(|index| generator.case(index)).collect::<Result<_, _>>()?)
}

/// Tenants above a switch that a wrapper may have made faulty.
fn tenants(below: fn() -> Box<dyn Switch + Send>) -> Result<Tenants, Error> {
    let persona = persona()?;
    let network = move || VirtualNetwork::new(below(), Arc::clone(&persona.program), persona.layout.clone());
    Ok(Tenants::new(network, cases(5)?))
}

/// How often an oracle agrees, and how often it finds something; what it compared.
fn asked(oracle: &dyn Oracle, cases: &[Case]) -> Result<(usize, usize, u64), Error> {
    let (mut agreed, mut found, mut packets) = (0, 0, 0);
    for case in cases {
        match oracle.examine(case) {
            Verdict::Agree(counts) => {
                agreed += 1;
                packets += counts.packets;
            }
            Verdict::Differ { description, .. } => {
                found += 1;
                println!("{}: {description}", case.name);
            }
            Verdict::Unsupported(_) => {}
            Verdict::Error(error) => return Err(format!("{}: {error}", case.name).into()),
        }
    }
    Ok((agreed, found, packets))
}

#[test]
fn a_tenant_beside_others_is_what_it_is_alone() -> Result<(), Error> {
    let oracle = tenants(|| Box::new(Engine::new()))?;
    let (agreed, found, packets) = asked(&oracle, &cases(16)?)?;
    assert!(agreed >= 12 && packets >= 480, "{agreed} cases agree, {packets} packets");
    assert_eq!(found, 0);
    Ok(())
}

/// A switch by which the packets of other tenants' first ports enter the first one's device.
#[derive(Default)]
struct Leaky {
    engine: Engine,
    /// The device of the first tenant.
    first: Option<Bits>,
}

impl Switch for Leaky {
    fn load(&mut self, program: Arc<Program>) -> Result<(), SwitchError> {
        self.engine.load(program)
    }

    fn program(&self) -> Option<&Arc<Program>> {
        self.engine.program()
    }

    fn control(&mut self, command: &Command) -> Result<Reply, SwitchError> {
        let mut command = command.clone();
        if let Command::TableAdd { table, key, arguments, .. } = &mut command
            && table.ends_with(".enter")
            && let Some(MatchValue::Ternary { value, .. }) = key.first()
            && let Some(device) = arguments.iter_mut().find(|argument| argument.width() == 16)
        {
            match &self.first {
                Some(first) if value.low_u64() >= 8 => device.clone_from(first),
                _ => self.first = Some(device.clone()),
            }
        }
        self.engine.control(&command)
    }

    fn inject(&mut self, packets: &[Packet], tracing: Tracing) -> Result<Batch, SwitchError> {
        self.engine.inject(packets, tracing)
    }
}

#[test]
fn a_leak_between_tenants_is_found() -> Result<(), Error> {
    let (_, found, _) = asked(&tenants(|| Box::new(Leaky::default()))?, &cases(8)?)?;
    assert!(found > 0, "packets of others in a tenant's device made no difference");
    Ok(())
}

/// A switch whose sums are differences.
struct Wrong(Engine);

impl Switch for Wrong {
    fn load(&mut self, program: Arc<Program>) -> Result<(), SwitchError> {
        let mut json = program.to_json();
        replace(&mut json, "+", "-");
        let wrong = Program::from_json(&json.to_string()).map_err(|e| SwitchError::Failed(e.to_string()))?;
        self.0.load(Arc::new(wrong))
    }

    fn program(&self) -> Option<&Arc<Program>> {
        self.0.program()
    }

    fn control(&mut self, command: &Command) -> Result<Reply, SwitchError> {
        self.0.control(command)
    }

    fn inject(&mut self, packets: &[Packet], tracing: Tracing) -> Result<Batch, SwitchError> {
        self.0.inject(packets, tracing)
    }
}

#[test]
fn the_executor_of_proofs_agrees_with_the_engine_and_finds_a_wrong_one() -> Result<(), Error> {
    let cases = cases(60)?;
    let engine = || {
        let mut engine = Engine::new();
        engine.track_undefined(true);
        engine
    };
    let (agreed, found, packets) = asked(&Symbolic::new(move || Box::new(engine())), &cases)?;
    assert!(agreed >= 36 && packets >= 1000, "{agreed} cases agree, {packets} packets");
    assert_eq!(found, 0);
    let (_, found, _) = asked(&Symbolic::new(move || Box::new(Wrong(engine()))), &cases)?;
    assert!(found > 0, "differences instead of sums made no difference");
    Ok(())
}
