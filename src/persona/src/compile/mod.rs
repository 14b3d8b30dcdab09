//! From a guest program to what makes a persona emulate it.
//!
//! 1. [`cells`] gives every field a place in the window or a cell of metadata.
//! 2. [`explore`] follows the program from each lookup on every path to the next one, and so finds the lookups
//!    ([`site`]) and what happens between them ([`context`], [`form`]): a parallel assignment to the state, and events.
//! 3. [`allocate`] takes away what nothing reads and gives the cells that are left a place.
//! 4. [`computation`] and [`schedule`] turn each assignment into as few effects as they can, and [`emit`] all into rows.
//! 5. [`entry`] makes rows of what the control plane adds.

mod action;
mod again;
mod allocate;
mod cells;
mod checksum;
mod computation;
mod context;
mod cube;
mod deparse;
mod direct;
mod emit;
mod entry;
mod evaluate;
mod explore;
mod extract;
mod first;
mod flow;
mod form;
mod guest;
mod hash;
mod headers;
mod inside;
mod key;
mod known;
mod member;
mod node;
mod number;
mod numbers;
mod open;
mod parser;
mod passes;
mod perform;
mod piece;
mod plan;
mod profile;
mod reference;
mod refusal;
mod run;
mod sample;
mod schedule;
mod scratch;
mod shape;
mod share;
mod site;
mod standard;
mod state;
mod stepwise;
mod table;
mod template;
mod term;
mod unit;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hyper4_bits::Bits;
use hyper4_ir::{ChecksumKind, PipelineKind, Program, StandardField};

pub use first::EgressSplit;
pub use guest::Guest;
pub use inside::Inside;
pub use numbers::{MissAction, ProfileNumber};
pub use open::OpenEntry;
pub use passes::Landing;
pub use refusal::Refusal;

use crate::{Effect, EgressStart, Layout, Lookup, Next, Row};
use allocate::{Pipeline, allocate, liveness};
use cells::Cells;
pub use deparse::SizeChange;
use emit::{Emitted, Emitter};
use entry::PlacedTable;
use explore::Explorer;
use flow::Flow;
use known::{BitSet, Known};
use member::PlacedPiece;
use standard::StandardLoad;
use term::Terms;

/// Compile `program` for a persona of that layout.
///
/// A guest whose egress pipeline does nothing uses no egress slots: its checksums are updated at the end of ingress.
///
/// # Errors
/// A [`Refusal`] when it does what such a persona can't do exactly.
pub fn compile(program: Arc<Program>, layout: &Layout) -> Result<Guest, Refusal> {
    compile_for(program, layout, &[Layout::EGRESS_SPEC])
}

/// As [`compile`]; at the end of egress the places `wanted` still have what they are for.
fn compile_for(program: Arc<Program>, layout: &Layout, wanted: &[crate::BitRange]) -> Result<Guest, Refusal> {
    let mut reshapes = false;
    let guest = attempt(&program, layout, wanted, false, &mut reshapes);
    // Every lookup must know where the headers lie, so that the last one can move them.
    if reshapes { attempt(&program, layout, wanted, true, &mut reshapes) } else { guest }
}

/// `shapes`: every lookup knows where all headers lie. Tells in `reshapes` whether that is needed.
fn attempt(
    program: &Arc<Program>,
    layout: &Layout,
    wanted: &[crate::BitRange],
    shapes: bool,
    reshapes: &mut bool,
) -> Result<Guest, Refusal> {
    state::check_arrays(program)?;
    let mut cells = Cells::new(program, layout)?;
    let given = standard::given(program, &cells, PipelineKind::Ingress);
    let egress_given = standard::given(program, &cells, PipelineKind::Egress);
    let mut terms = Terms::default();
    // Clones go through egress, if only to have their checksums updated.
    let clones = again::clones(program).next().is_some();
    let has_egress = program.egress.start.is_some() || clones;
    let shapes = shapes || clones;
    let has_updates = program.checksums.iter().any(|c| c.kind == ChecksumKind::Update);

    let updates = has_updates && !has_egress;
    let flow = Flow::new(program, PipelineKind::Ingress, updates);
    let egress_flow = Flow::new(program, PipelineKind::Egress, has_updates);
    let mut known = Known::zeros(cells.zeros());
    known.forget(again::kept_bits(program, &cells));
    known.forget(standard::bits(&given));
    let mut explorer =
        Explorer::new(program, layout, flow, PipelineKind::Ingress, updates, &mut cells, &mut terms);
    explorer.egress_relevant = has_egress.then(|| egress_flow.relevant(site::Stage::Start).clone());
    explorer.shapes = shapes;
    let explored = explorer.explore(known);
    *reshapes |= explorer.reshapes;
    let mut ingress = explored?;
    let mut change = SizeChange { parsed: explorer.parsed_bytes, ..explorer.change };
    let (mut variants, exit_known) = (explorer.variants, explorer.exit_known);
    // Where ingress drops every packet, clones alone begin egress.
    let exit_known = exit_known.or_else(|| clones.then(|| Known::zeros(cells.zeros())));

    let mut egress = Vec::new();
    if let (true, Some(mut known)) = (has_egress, exit_known) {
        known.forget(standard::bits(&egress_given));
        // The row that begins egress writes both.
        known.forget(Layout::EGRESS_PORT.offset..Layout::EGRESS_PORT.end());
        for bit in Layout::EGRESS_SPEC.offset..Layout::EGRESS_SPEC.end() {
            known.set(bit, Some(false));
        }
        again::known_of_clones(&mut known, program, &cells, layout);
        // Clones made in egress may begin it in other ways than packets that come from ingress.
        loop {
            let mut explorer = Explorer::new(
                program,
                layout,
                egress_flow.clone(),
                PipelineKind::Egress,
                has_updates,
                &mut cells,
                &mut terms,
            );
            explorer.variants.clone_from(&variants);
            explorer.shapes = shapes;
            let explored = explorer.explore(known.clone());
            *reshapes |= explorer.reshapes;
            egress = explored?;
            change = SizeChange { parsed: change.parsed, ..explorer.change };
            if explorer.variants.len() == variants.len() {
                break;
            }
            variants = explorer.variants;
        }
    }

    let bits =
        |ranges: &[crate::BitRange]| -> BitSet { ranges.iter().flat_map(|r| r.offset..r.end()).collect() };
    let wanted = [wanted, &[layout.length()]].concat();
    let egress_live = liveness(&mut egress, &bits(&wanted), &terms, layout);
    let mut end = egress.first().and_then(|(id, _)| egress_live.get(id)).cloned().unwrap_or_default();
    let egress_loads = loads(&egress_given, &end);
    let written: BitSet = standard::bits(&egress_loads).chain(bits(&[Layout::EGRESS_PORT])).collect();
    end -= written;
    end.extend(bits(&[Layout::EGRESS_SPEC, Layout::MCAST_GRP, layout.length()]));
    let ingress_live = liveness(&mut ingress, &end, &terms, layout);
    let begin = ingress.first().and_then(|(id, _)| ingress_live.get(id)).cloned().unwrap_or_default();
    let ingress_loads = loads(&given, &begin);
    let kept = again::kept_bits(program, &cells);
    let ended = bits(&wanted);
    let mut placed = |shared: Option<&[form::Bit]>| -> Result<Guest, Refusal> {
        let (mut ingress, mut egress) = (ingress.clone(), egress.clone());
        let mut pipelines = [
            Pipeline { sites: &mut ingress, live: &ingress_live, end: &end },
            Pipeline { sites: &mut egress, live: &egress_live, end: &ended },
        ];
        let places = allocate(&mut pipelines, &cells, layout, &program.name, shared)?;
        let emitter = |pipeline| Emitter { program, layout, pipeline, terms: &terms, places: &places };
        let ingress = emitter(PipelineKind::Ingress).emit(ingress, &ingress_loads)?;
        let egress = match egress.is_empty() {
            true => Emitted::default(),
            false => emitter(PipelineKind::Egress).emit(egress, &egress_loads)?,
        };
        let accesses = ingress.accesses.iter().chain(&egress.accesses);
        change.counted =
            ingress_loads.iter().chain(&egress_loads).any(|(f, _)| *f == StandardField::PacketLength)
                || accesses.into_iter().any(|(_, access)| access.counts_bytes(program));
        let masks = again::Masks { program, cells: &cells, places: &places, layout };
        let (again, clones) = (masks.again(), masks.clones());
        let samples = sample::places(program, &cells, &places);
        Ok(Guest { again, clones, samples, ..guest(program.clone(), ingress, egress, layout, change) })
    };
    // Where each cell has a place for itself, what is copied together lies together. What clones keep is not followed from
    // one pipeline to the other, so that their cells have places for themselves.
    match placed(None) {
        Err(refusal) if !clones => placed(Some(&kept)).map_err(|_| refusal),
        guest => guest,
    }
}

/// The fields that something reads.
fn loads(given: &[StandardLoad], live: &BitSet) -> Vec<StandardLoad> {
    let read = |(_, range): &&StandardLoad| live.range_cardinality(range.offset..range.end()) > 0;
    given.iter().filter(read).copied().collect()
}

fn guest(
    program: Arc<Program>,
    ingress: Emitted,
    mut egress: Emitted,
    layout: &Layout,
    change: SizeChange,
) -> Guest {
    let start = |emitted: &Emitted| -> Option<(u8, u16, Lookup)> {
        let (slot, pc, lookup) = emitted.start;
        Some((slot, pc, lookup?))
    };
    let mut tables = BTreeMap::new();
    for (id, table) in ingress.tables.iter().chain(&egress.tables) {
        tables.entry(*id).or_insert_with(Vec::new).push(table.clone());
    }
    let leave_slots: BTreeSet<u8> = ingress.end_slots.iter().copied().collect();
    let egress_prologue = start(&egress).and_then(|start| take_prologue(start, &mut egress, layout));
    let zero = Bits::zero(layout.state_bits());
    let egress_start = start(&egress).map(|(slot, pc, lookup)| match &egress_prologue {
        Some(row) => EgressStart { effect: row.effect.clone(), next: row.next.clone() },
        None => EgressStart {
            effect: Effect::Commit { keep: zero.not(), value: zero.clone() },
            next: Next::Lookup { slot, pc, lookup, key_mask: zero.clone() },
        },
    });
    let ingress_start = start(&ingress).unwrap_or((0, 1, Lookup::Step));
    let fixed_rows: Vec<Row> = ingress.rows.into_iter().chain(egress.rows).collect();
    let by_rows = fixed_rows.iter().chain(&egress_prologue).map(|row| row.effect.changes());
    let by_tables = tables.values().flatten().flat_map(PlacedTable::changes);
    let pieces: Vec<PlacedPiece> = ingress.pieces.into_iter().chain(egress.pieces).collect();
    let by_pieces = pieces.iter().flat_map(PlacedPiece::changes);
    let wire = layout.mask(layout.window()).or(&layout.mask(layout.length()));
    let rewrites = by_rows.chain(by_tables).chain(by_pieces).any(|changed| !changed.and(&wire).is_zero());
    Guest {
        start: ingress_start,
        egress_start,
        egress_prologue,
        leave_slots: leave_slots.into_iter().collect(),
        slots: ingress.slots,
        egress_slots: egress.slots,
        accesses: [(PipelineKind::Ingress, ingress.accesses), (PipelineKind::Egress, egress.accesses)]
            .into_iter()
            .flat_map(|(pipeline, all)| all.into_iter().map(move |(slot, access)| (pipeline, slot, access)))
            .collect(),
        fixed_rows,
        tables,
        pieces,
        inside: None,
        size_change: change,
        again: Vec::new(),
        clones: Vec::new(),
        samples: Vec::new(),
        landings: ingress.landings,
        rewrites,
        program,
    }
}

/// Takes out egress' first row when it decides nothing and does what the operator's rows can do. Where it ends egress and
/// may drop the packet it stays: the persona asks whether it did behind its own lookups alone.
fn take_prologue((_, pc, lookup): (u8, u16, Lookup), egress: &mut Emitted, layout: &Layout) -> Option<Row> {
    let drops = |row: &Row| {
        row.next == Next::Done && !row.effect.changes().and(&layout.mask(Layout::EGRESS_SPEC)).is_zero()
    };
    let is_first = |row: &Row| {
        lookup == Lookup::Step
            && row.pc == pc
            && matches!(row.effect, Effect::Commit { .. } | Effect::Move { .. })
            && !drops(row)
    };
    let index = egress.rows.iter().position(is_first)?;
    Some(egress.rows.remove(index))
}

#[cfg(test)]
mod tests;
