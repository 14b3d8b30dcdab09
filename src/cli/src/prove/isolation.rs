//! Whether the slices of a configuration stay apart: by induction for whatever rows their tenants have, and where that
//! shows a hole, by looking for a packet that gets through with the rows that are there.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use hyper4_dpmu::{DpmuConfig, Share, SliceConfig};
use hyper4_ir::{Batch, Command, Packet, Reply};
use hyper4_switch::{Recorder, SwitchError, Tracing};
use hyper4_symbolic::{
    self as symbolic, Bounds, Confinement, ConfinementProof, OwnCells, Proof, Refutation, RulesProof, Slice,
    Verdict,
};
use hyper4_virtual::VirtualNetwork;

use crate::args::Options;
use crate::failure::Failure;
use crate::frontend::read;
use crate::persona::Persona;
use crate::sides::{self, Switches};
use crate::subject;

use super::faults::{self, Told};
use super::gate;
use super::replay::{Replay, keep_case};
use super::{Proved, with_commands};

/// Where slices and what is wrong with them stand.
pub(super) enum From<'a> {
    /// A configuration.
    Config(&'a Path),
    /// Faults, and in them the name of a configuration.
    Faults(&'a Path),
}

/// `hyper4 prove isolation`
pub(super) fn prove(
    options: &Options,
    persona: &Persona,
    from: &From<'_>,
    limits: &symbolic::Options,
) -> Result<Proved, Failure> {
    let (path, faults) = match from {
        From::Config(path) => (path.to_path_buf(), None),
        From::Faults(path) => (faults::config(path)?, Some(*path)),
    };
    let path = path.as_path();
    let bad = |e: &dyn std::fmt::Display| Failure::input(format!("`{}`: {e}", path.display()));
    let config = DpmuConfig::from_toml(&read(path)?).map_err(|e| bad(&e))?;
    if config.slices.len() < 2 {
        return Err(bad(&"isolation is about two slices or more"));
    }
    for (number, slice) in config.slices.iter().enumerate() {
        let shared = |other: &&SliceConfig| !other.lease.ports.is_disjoint(&slice.lease.ports);
        if let Some(other) = config.slices.iter().skip(number + 1).find(shared) {
            return Err(bad(&format!("slices `{}` and `{}` share a port", slice.name, other.name)));
        }
    }
    let (recorder, recording) = Recorder::new();
    let program = Arc::clone(&persona.program);
    let mut network = VirtualNetwork::new(Box::new(recorder), program, persona.layout.clone())
        .map_err(crate::run::failure)?;
    for slice in &config.slices {
        let guests = subject::load_devices(options, path, &slice.composition)?;
        sides::add_slice(&mut network, &slice.name, slice.lease.clone(), &guests, &slice.composition.wiring)
            .map_err(|error| match error {
                // What the configuration asks for is more than the persona has, or something else.
                SwitchError::Unsupported { reason, .. } => {
                    bad(&format!("slice `{}` can't be had: {reason}", slice.name))
                }
                error => crate::run::failure(error),
            })?;
    }
    let right = recording.commands();
    let cells = faults::cells(&mut network, persona);
    let told = match faults {
        Some(faults) => faults::applied(faults, persona, &mut network, right.clone())?,
        None => Told { commands: right.clone(), smuggled: None },
    };
    let device = Configured { right, told, cells, limits };
    let commands = &device.told.commands;
    let slices: Vec<Slice> = config
        .slices
        .iter()
        .map(|s| {
            let ports = s.lease.ports.clone();
            Slice { name: s.name.clone(), ingress_ports: ports.clone(), egress_ports: ports }
        })
        .collect();
    let begun = Instant::now();
    let confinement =
        symbolic::prove_confinement(&persona.program, commands, &slices, &gate::predicate(persona));
    let (verdict, mut notes) = match (confinement, &device.told.smuggled) {
        (_, Some(what)) => (device.interferes(persona, what)?, vec![what.clone()]),
        (Confinement::Proved(proof), None) => {
            match symbolic::prove_rules(&persona.program, &gate::rules(persona), &gate::predicate(persona)) {
                Ok(rules) => {
                    let notes = vec![said(&proof), said_of_rules(&rules)];
                    (by_induction(&proof, &slices, limits), notes)
                }
                // The rows that are there are well, but not all that the DPMU may add.
                Err(stopped) => {
                    let bounds = bounds(&slices, limits);
                    (Verdict::Unknown { reason: not_by_rules(&stopped), bounds }, vec![said(&proof)])
                }
            }
        }
        (Confinement::Refuted { what }, None) => {
            let verdict = match device.today(persona, &slices)? {
                Verdict::Proved(proof) => Verdict::Unknown {
                    reason: format!("{what}; but with the rows that are there no packet gets through"),
                    bounds: proof.bounds,
                },
                other => other,
            };
            (verdict, vec![what])
        }
        (Confinement::Unknown { reason }, None) => {
            let note = format!("only with the rows that are there; with others it is unknown: {reason}");
            (device.today(persona, &slices)?, vec![note])
        }
    };
    let seconds = begun.elapsed().as_secs_f64();
    let path = faults.unwrap_or(path);
    let name =
        path.file_stem().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned());
    notes.extend(shares(&mut network));
    let replayed = match &verdict {
        Verdict::Refuted(refutation) => {
            let replayed = device.replay(options, persona, &slices, refutation);
            let commands = device.told.commands.iter().cloned();
            let folder = keep_case(options, (&name, &persona.program), commands, refutation)?;
            notes.extend(folder.map(|folder| {
                format!("kept: `hyper4 run {} --trace` shows it on the persona", folder.display())
            }));
            Some(replayed.map_err(crate::run::failure)?)
        }
        _ => None,
    };
    Ok(Proved { name, verdict, seconds, replayed, notes })
}

fn bounds(slices: &[Slice], limits: &symbolic::Options) -> Bounds {
    let names: Vec<&str> = slices.iter().map(|slice| slice.name.as_str()).collect();
    let ports = format!("ports of {}, with any rows of their tenants", names.join(", "));
    Bounds { window: limits.window, longest: limits.longest, ports }
}

fn by_induction(proof: &ConfinementProof, slices: &[Slice], limits: &symbolic::Options) -> Verdict {
    Verdict::Proved(Proof {
        bounds: bounds(slices, limits),
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

fn said_of_rules(proof: &RulesProof) -> String {
    format!(
        "and for whatever rows the operator adds for them: {} rules of the gate, with all else in a row open, keep slices \
         apart on {} ways through the persona",
        proof.rules, proof.paths
    )
}

/// What of the device is kept for the slices that were promised it, whatever others do.
fn shares(network: &mut VirtualNetwork) -> Vec<String> {
    let shares = network.dpmu().shares();
    let said = |share: &Share| {
        let Share { resource, total, promised, used, slices, without } = share;
        let kept = format!(
            "{promised} of {total} {resource} are kept for {}, with room for one change; others use {used}",
            slices.join(", ")
        );
        match (slices.as_slice(), without.as_slice()) {
            ([], without) => {
                format!("{total} {resource} are shared by {}, without a promise", without.join(", "))
            }
            (_, []) => kept,
            (_, without) => format!("{kept}: {}, without a promise", without.join(", ")),
        }
    };
    shares.iter().map(|share| format!("resources: {}", said(share))).collect()
}

fn not_by_rules(stopped: &Confinement) -> String {
    let what = match stopped {
        Confinement::Refuted { what } | Confinement::Unknown { reason: what } => what.as_str(),
        Confinement::Proved(_) => "nothing was said of them",
    };
    format!(
        "with the rows that are there slices stay apart, but by the gate's rules the operator may add others: {what}"
    )
}

/// A device with its slices.
struct Configured<'a> {
    /// What the DPMU told it.
    right: Vec<Command>,
    told: Told,
    /// What the DPMU gave to each slice.
    cells: Vec<OwnCells>,
    limits: &'a symbolic::Options,
}

impl Configured<'_> {
    /// Whether a packet gets through with the rows that are there.
    fn today(&self, persona: &Persona, slices: &[Slice]) -> Result<Verdict, Failure> {
        let device =
            with_commands(Arc::clone(&persona.program), &self.told.commands).map_err(crate::run::failure)?;
        Ok(symbolic::prove_isolation_of_cells(&device, slices, &self.cells, self.limits))
    }

    /// What a row does that lies where it mustn't: a packet that is dealt with otherwise than without it.
    fn interferes(&self, persona: &Persona, what: &str) -> Result<Verdict, Failure> {
        let subject = |commands: &[Command]| {
            with_commands(Arc::clone(&persona.program), commands).map_err(crate::run::failure)
        };
        let (without, with) = (subject(&self.right)?, subject(&self.told.commands)?);
        Ok(match symbolic::prove_equivalence(&without, &with, self.limits) {
            Verdict::Proved(proof) => Verdict::Unknown {
                reason: format!("{what}; but no packet is dealt with otherwise"),
                bounds: proof.bounds,
            },
            Verdict::Refuted(mut refutation) => {
                refutation.what = format!("without the row and with it: {}", refutation.what);
                Verdict::Refuted(refutation)
            }
            unknown @ Verdict::Unknown { .. } => unknown,
        })
    }

    /// Whether a switch does what the executor says.
    fn replay(
        &self,
        options: &Options,
        persona: &Persona,
        slices: &[Slice],
        refutation: &Refutation,
    ) -> Result<Replay, SwitchError> {
        let switches = Switches::new(options).map_err(|e| SwitchError::Failed(e.message()))?;
        let run = |commands: &[Command]| -> Result<(Batch, Option<Reply>), SwitchError> {
            let mut switch = switches.make()?;
            switch.load(Arc::clone(&persona.program))?;
            commands.iter().try_for_each(|command| switch.control(command).map(|_| ()))?;
            let packets: Vec<Packet> = refutation.packets().cloned().collect();
            let batch = switch.inject(&packets, Tracing::On)?;
            let cell = refutation.cell.as_ref().map(|cell| switch.control(&cell.command));
            Ok((batch, cell.transpose()?))
        };
        let (Batch { outputs, traces, .. }, cell) = run(&self.told.commands)?;
        let own = slices.iter().find(|slice| slice.ingress_ports.contains(&refutation.packet.port));
        let foreign = || {
            outputs.iter().any(|output| own.is_none_or(|slice| !slice.egress_ports.contains(&output.port)))
        };
        let shows = if self.told.smuggled.is_some() {
            let (without, other) = run(&self.right)?;
            without.outputs != outputs || other != cell
        } else {
            match (&refutation.cell, cell) {
                (Some(difference), Some(held)) => difference.native != held,
                _ => foreign(),
            }
        };
        let outcome = if shows {
            Ok(())
        } else {
            Err("the switch keeps this packet in its slice: the executor is wrong".to_owned())
        };
        let traces = traces.into_iter().last().map(|trace| ("on the persona", trace));
        Ok(Replay { outcome, traces: traces.into_iter().collect() })
    }
}
