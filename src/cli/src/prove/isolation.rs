//! Whether the slices of a configuration stay apart: by induction for whatever rows their tenants have, and where that
//! shows a hole, by looking for a packet that gets through with the rows that are there.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use hyper4_dpmu::{DpmuConfig, Gate};
use hyper4_ir::{Command, Packet};
use hyper4_switch::{Recorder, SwitchError, Tracing};
use hyper4_symbolic::{
    self as symbolic, Bounds, Confinement, ConfinementProof, Proof, RowPredicate, Slice, Verdict,
};
use hyper4_virtual::VirtualNetwork;

use crate::args::Options;
use crate::failure::Failure;
use crate::frontend::read;
use crate::persona::Persona;
use crate::sides::{self, Switches};
use crate::subject;

use super::{Proved, with_commands};

/// `hyper4 prove isolation`
pub(super) fn prove(
    options: &Options,
    persona: &Persona,
    path: &Path,
    limits: &symbolic::Options,
) -> Result<Proved, Failure> {
    let bad = |e: &dyn std::fmt::Display| Failure::input(format!("`{}`: {e}", path.display()));
    let config = DpmuConfig::from_toml(&read(path)?).map_err(|e| bad(&e))?;
    if config.slices.len() < 2 {
        return Err(bad(&"isolation is about two slices or more"));
    }
    let (recorder, recording) = Recorder::new();
    let program = Arc::clone(&persona.program);
    let mut network = VirtualNetwork::new(Box::new(recorder), program, persona.layout.clone())
        .map_err(crate::run::failure)?;
    for slice in &config.slices {
        let guests = subject::load_devices(options, path, &slice.composition)?;
        sides::add_slice(&mut network, &slice.name, slice.lease.clone(), &guests, &slice.composition.wiring)
            .map_err(crate::run::failure)?;
    }
    let commands = recording.commands();
    let slices: Vec<Slice> = config
        .slices
        .iter()
        .map(|s| {
            let ports = s.lease.ports.clone();
            Slice { name: s.name.clone(), ingress_ports: ports.clone(), egress_ports: ports }
        })
        .collect();
    let begun = Instant::now();
    let confinement = symbolic::prove_confinement(&persona.program, &commands, &slices, &predicate(persona));
    let (verdict, note) = match confinement {
        Confinement::Proved(proof) => {
            let note = said(&proof);
            (by_induction(&proof, &slices, limits), Some(note))
        }
        Confinement::Refuted { what } => {
            let verdict = match today(persona, &commands, &slices, limits)? {
                Verdict::Proved(proof) => Verdict::Unknown {
                    reason: format!("{what}; but with the rows that are there no packet gets through"),
                    bounds: proof.bounds,
                },
                other => other,
            };
            (verdict, Some(what))
        }
        Confinement::Unknown { reason } => {
            let note = format!("only with the rows that are there; with others it is unknown: {reason}");
            (today(persona, &commands, &slices, limits)?, Some(note))
        }
    };
    let seconds = begun.elapsed().as_secs_f64();
    let replayed = match &verdict {
        Verdict::Refuted(refutation) => Some(
            replay(options, persona, &commands, &slices, &refutation.packet).map_err(crate::run::failure)?,
        ),
        _ => None,
    };
    let name =
        path.file_stem().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned());
    Ok(Proved { name, verdict, seconds, replayed, note })
}

/// The gate's predicate in the prover's words.
fn predicate(persona: &Persona) -> RowPredicate {
    let gate = Gate::new(&persona.layout);
    let mut bounds = BTreeMap::new();
    for action in persona.program.actions.iter().filter(|action| gate.actions().contains(&action.name)) {
        let number = action.parameters.len().checked_sub(Gate::NEXT_FROM_END);
        if let (Some(number), Some(bound)) = (number, gate.bound(&action.name)) {
            bounds.insert(action.name.clone(), (number, bound));
        }
    }
    RowPredicate { tables: gate.tables().clone(), actions: gate.actions().clone(), bounds }
}

fn by_induction(proof: &ConfinementProof, slices: &[Slice], limits: &symbolic::Options) -> Verdict {
    let names: Vec<&str> = slices.iter().map(|slice| slice.name.as_str()).collect();
    let bounds = Bounds {
        window: limits.window,
        longest: limits.longest,
        ports: format!("ports of {}, with any rows of their tenants", names.join(", ")),
    };
    Verdict::Proved(Proof {
        bounds,
        paths: proof.rows,
        transmitting: proof.rows,
        queries: proof.queries,
        undefined_reads: Vec::new(),
        exceptions: Vec::new(),
    })
}

fn said(proof: &ConfinementProof) -> String {
    let devices: usize = proof.devices.iter().map(std::collections::BTreeSet::len).sum();
    format!(
        "for packets of every length and any rows of the tenants, by induction over the {} nodes of the persona, {} \
         actions of tenants' rows and {} of the operator's rows: {devices} device IDs and {} cells are one slice's each",
        proof.nodes, proof.actions, proof.rows, proof.cells
    )
}

/// Whether a packet gets through with the rows that are there.
fn today(
    persona: &Persona,
    commands: &[Command],
    slices: &[Slice],
    limits: &symbolic::Options,
) -> Result<Verdict, Failure> {
    let device = with_commands(Arc::clone(&persona.program), commands).map_err(crate::run::failure)?;
    Ok(symbolic::prove_isolation(&device, slices, limits))
}

/// Whether a switch lets a packet through.
fn replay(
    options: &Options,
    persona: &Persona,
    commands: &[Command],
    slices: &[Slice],
    packet: &Packet,
) -> Result<Result<(), String>, SwitchError> {
    let switches = Switches::new(options).map_err(|e| SwitchError::Failed(e.message()))?;
    let mut switch = switches.make()?;
    switch.load(Arc::clone(&persona.program))?;
    commands.iter().try_for_each(|command| switch.control(command).map(|_| ()))?;
    let outputs = switch.inject(std::slice::from_ref(packet), Tracing::Off)?.outputs;
    let own = slices.iter().find(|slice| slice.ingress_ports.contains(&packet.port));
    let foreign =
        outputs.iter().any(|output| own.is_none_or(|slice| !slice.egress_ports.contains(&output.port)));
    Ok(if foreign {
        Ok(())
    } else {
        Err("the switch keeps this packet in its slice: the executor is wrong".to_owned())
    })
}
