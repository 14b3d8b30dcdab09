//! What a generator knows about one program and its entries before it makes a packet.

use std::collections::BTreeMap;
use std::sync::Arc;

use hyper4_bits::Bits;
use hyper4_ir::{
    ActionId, Command, Expr, Extract, FieldRef, HeaderId, MatchValue, ParserOp, Program, SelectKey,
    StandardField, TableId, TransitionMatch,
};

use crate::aim::comparisons;
use crate::coverage::{Construct, Ledger};
use crate::flow::{Flow, Written};
use crate::pattern::Pattern;
use crate::route::Routes;
use crate::{GenError, Guest, PacketLimits};

/// Bits of a packet or of its circumstances that a value of the program comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// Bits of a header, counted from its first on the wire.
    Header { header: HeaderId, offset: u32, width: u32 },
    /// The port it comes in by.
    Port,
    /// Its length in bytes.
    Length,
    /// Whether a checksum in it is wrong.
    ChecksumError,
}

/// A field of a header and the values that something looks for in it.
#[derive(Debug, Default)]
pub(crate) struct FieldPlan {
    pub(crate) offset: u32,
    pub(crate) width: u32,
    /// From the program's text.
    pub(crate) constants: Vec<Pattern>,
    /// From entries.
    pub(crate) entries: Vec<Pattern>,
}

/// A header's fields.
#[derive(Debug, Default)]
pub(crate) struct HeaderPlan {
    pub(crate) width: u32,
    pub(crate) metadata: bool,
    pub(crate) fields: Vec<FieldPlan>,
}

/// What a key field of an entry is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Field(FieldRef),
    Valid(HeaderId),
}

/// A key field of an entry.
#[derive(Debug)]
pub(crate) struct KeyPlan {
    pub(crate) target: Target,
    /// `None` when everything matches.
    pub(crate) pattern: Option<Pattern>,
    /// Entries whose action sets the field to a value that matches.
    pub(crate) set_by: Vec<usize>,
}

/// An entry.
#[derive(Debug)]
pub(crate) struct EntryPlan {
    pub(crate) table: TableId,
    action: Option<ActionId>,
    arguments: Vec<Bits>,
    pub(crate) keys: Vec<KeyPlan>,
}

/// What a generator knows about one program and its entries.
#[derive(Debug)]
pub(crate) struct GuestPlan {
    pub(crate) program: Arc<Program>,
    pub(crate) headers: Vec<HeaderPlan>,
    pub(crate) entries: Vec<EntryPlan>,
    /// For each parse state the headers that it or a later one extracts.
    pub(crate) reach: Vec<Vec<bool>>,
    /// Ports that entries and multicast groups name, and those of the limits.
    pub(crate) ports: Vec<u16>,
    pub(crate) ledger: Ledger,
    pub(crate) routes: Routes,
    flow: Flow,
    /// The numbers of each table's entries.
    by_table: Vec<Vec<usize>>,
    /// By header and field.
    sources: Vec<Vec<Vec<Source>>>,
}

impl GuestPlan {
    pub(crate) fn new(
        guest: &Guest,
        number: usize,
        limits: &PacketLimits,
        constructs: &mut Vec<Construct>,
    ) -> Result<Self, GenError> {
        let program = Arc::clone(&guest.program);
        let mut plan = Self {
            headers: headers(&program),
            entries: entries(&program, &guest.commands)?,
            reach: reach(&program),
            ports: limits.ports.clone(),
            ledger: Ledger::default(),
            routes: Routes::of(&program),
            flow: Flow::of(&program),
            by_table: vec![Vec::new(); program.tables.len()],
            sources: Vec::new(),
            program,
        };
        plan.sources = plan.find_sources();
        for (number, entry) in plan.entries.iter().enumerate() {
            if let Some(entries) = plan.by_table.get_mut(entry.table.index()) {
                entries.push(number);
            }
        }
        plan.collect_constants();
        plan.collect_entries();
        plan.link_entries();
        plan.collect_ports(&guest.commands);
        plan.ledger = Ledger::new(number, &plan, constructs);
        Ok(plan)
    }

    /// The numbers of a table's entries.
    pub(crate) fn entries_of(&self, table: TableId) -> Option<&[usize]> {
        self.by_table.get(table.index()).map(Vec::as_slice)
    }

    /// The action of an entry.
    pub(crate) fn action_of(&self, entry: usize) -> Option<ActionId> {
        self.entries.get(entry)?.action
    }

    /// Where the value of a field comes from. More than one place where several copies or paths lead to it.
    pub(crate) fn sources(&self, field: FieldRef) -> &[Source] {
        let header = self.sources.get(field.header.index());
        header.and_then(|fields| fields.get(field.field as usize)).map_or(&[], Vec::as_slice)
    }

    fn find_sources(&self) -> Vec<Vec<Vec<Source>>> {
        let of_field = |header, (field, plan): (u32, &FieldPlan)| {
            let from = self.flow.sources(FieldRef { header, field });
            from.iter().filter_map(|from| self.source(from.field, from.shift, plan.width)).collect()
        };
        let of_header = |(header, plan): (u32, &HeaderPlan)| {
            (0..).zip(&plan.fields).map(|field| of_field(HeaderId(header), field)).collect()
        };
        (0..).zip(&self.headers).map(of_header).collect()
    }

    fn source(&self, field: FieldRef, shift: u32, width: u32) -> Option<Source> {
        let is = |standard| self.program.standard.get(&standard) == Some(&field);
        if shift == 0 && is(StandardField::IngressPort) {
            return Some(Source::Port);
        }
        if shift == 0 && is(StandardField::PacketLength) {
            return Some(Source::Length);
        }
        if is(StandardField::ChecksumError) {
            return Some(Source::ChecksumError);
        }
        let header = self.headers.get(field.header.index())?;
        let plan = header.fields.get(field.field as usize)?;
        let there = plan.width.checked_sub(shift)?.min(width);
        if header.metadata || there == 0 {
            return None;
        }
        let offset = plan.offset + (plan.width - shift - there);
        Some(Source::Header { header: field.header, offset, width: there })
    }

    /// Keep a pattern for the field of a header that a value comes from, when all of the field takes part.
    fn note(&mut self, target: FieldRef, pattern: &Pattern, from_entry: bool) {
        for source in self.sources(target).to_vec() {
            let Source::Header { header, offset, width } = source else { continue };
            let fields = self.headers.get_mut(header.index()).map(|h| &mut h.fields);
            let field = fields.into_iter().flatten().find(|f| f.offset == offset && f.width == width);
            if let Some(field) = field {
                let list = if from_entry { &mut field.entries } else { &mut field.constants };
                let pattern = pattern.resize(width);
                if from_entry || !list.contains(&pattern) {
                    list.push(pattern);
                }
            }
        }
    }

    fn collect_constants(&mut self) {
        let program = Arc::clone(&self.program);
        for state in &program.parser.states {
            for transition in &state.transitions {
                let TransitionMatch::Values(values) = &transition.matches else { continue };
                for (key, (value, mask)) in state.key.iter().zip(values) {
                    if let (SelectKey::Field(field), false) = (key, mask.is_zero()) {
                        let pattern = Pattern::Masked { value: value.clone(), mask: mask.clone() };
                        self.note(*field, &pattern, false);
                    }
                }
            }
            for op in &state.ops {
                if let ParserOp::Verify { condition, .. } = op {
                    self.note_comparisons(condition);
                }
            }
        }
        for conditional in &program.conditionals {
            self.note_comparisons(&conditional.expression);
        }
    }

    fn note_comparisons(&mut self, condition: &Expr) {
        for (field, value) in comparisons(&self.program, condition) {
            self.note(field, &Pattern::exactly(value), false);
        }
    }

    fn collect_entries(&mut self) {
        let mut patterns = Vec::new();
        for key in self.entries.iter().flat_map(|entry| &entry.keys) {
            if let (Target::Field(field), Some(pattern)) = (key.target, &key.pattern) {
                patterns.push((field, pattern.clone()));
            }
        }
        for (field, pattern) in patterns {
            self.note(field, &pattern, true);
        }
    }

    /// Find, for keys that don't come from the packet, the entries whose action sets them.
    fn link_entries(&mut self) {
        let mut by_action = BTreeMap::<ActionId, Vec<usize>>::new();
        for (number, entry) in self.entries.iter().enumerate() {
            if let Some(action) = entry.action {
                by_action.entry(action).or_default().push(number);
            }
        }
        let set_by = |key: &KeyPlan| -> Vec<usize> {
            let (Target::Field(field), Some(pattern)) = (key.target, &key.pattern) else { return Vec::new() };
            if !self.sources(field).is_empty() {
                return Vec::new();
            }
            let width = self.program.field(field).map_or(0, |f| f.width);
            let mut found = Vec::new();
            for (action, written) in self.flow.writes(field) {
                for number in by_action.get(action).into_iter().flatten() {
                    let arguments =
                        self.entries.get(*number).map(|e| e.arguments.as_slice()).unwrap_or_default();
                    let value = match written {
                        Written::Argument(n) => arguments.get(*n).map(|a| a.resize(width)),
                        Written::Constant(value) => Some(Bits::from_bigint_wrapped(width, value)),
                    };
                    if value.is_some_and(|value| pattern.matches(&value)) {
                        found.push(*number);
                    }
                }
            }
            found
        };
        let links: Vec<Vec<Vec<usize>>> =
            self.entries.iter().map(|entry| entry.keys.iter().map(set_by).collect()).collect();
        for (entry, links) in self.entries.iter_mut().zip(links) {
            for (key, link) in entry.keys.iter_mut().zip(links) {
                key.set_by = link;
            }
        }
    }

    fn collect_ports(&mut self, commands: &[Command]) {
        let mut found = Vec::new();
        for command in commands {
            if let Command::MulticastNodeCreate { ports, .. } | Command::MulticastNodeUpdate { ports, .. } =
                command
            {
                found.extend(ports.iter().copied());
            }
        }
        for key in self.entries.iter().flat_map(|entry| &entry.keys) {
            let Target::Field(field) = key.target else { continue };
            if self.sources(field).contains(&Source::Port)
                && let Some(Pattern::Masked { value, .. } | Pattern::Range { low: value, .. }) = &key.pattern
            {
                found.extend(value.to_u64().and_then(|port| u16::try_from(port).ok()));
            }
        }
        self.ports.extend(found.into_iter().filter(|port| *port <= PacketLimits::LAST_PORT));
        self.ports.sort_unstable();
        self.ports.dedup();
    }
}

fn headers(program: &Program) -> Vec<HeaderPlan> {
    let plan = |(number, header): (u32, &hyper4_ir::Header)| {
        let Some(header_type) = program.header_type(HeaderId(number)) else { return HeaderPlan::default() };
        let mut offset = 0;
        let fields = header_type.fields.iter().map(|field| {
            let plan = FieldPlan { offset, width: field.width, ..FieldPlan::default() };
            offset += field.width;
            plan
        });
        let fields = fields.collect();
        HeaderPlan { width: offset, metadata: header.metadata, fields }
    };
    (0..).zip(&program.headers).map(plan).collect()
}

fn entries(program: &Program, commands: &[Command]) -> Result<Vec<EntryPlan>, GenError> {
    let mut found = Vec::new();
    for (number, table) in (0..).zip(&program.tables) {
        for entry in &table.const_entries {
            found.push(EntryPlan {
                table: TableId(number),
                action: Some(entry.action),
                arguments: entry.arguments.clone(),
                keys: keys(program, TableId(number), &entry.key)?,
            });
        }
    }
    for command in commands {
        let Command::TableAdd { table, key, action, arguments, .. } = command else { continue };
        let id = program
            .table_by_name(table)
            .ok_or_else(|| GenError::UnknownTable { program: program.name.clone(), table: table.clone() })?;
        found.push(EntryPlan {
            table: id,
            action: program.action_by_name(id, action),
            arguments: arguments.clone(),
            keys: keys(program, id, key)?,
        });
    }
    Ok(found)
}

fn keys(program: &Program, id: TableId, key: &[MatchValue]) -> Result<Vec<KeyPlan>, GenError> {
    let Some(table) = program.tables.get(id.index()) else { return Ok(Vec::new()) };
    if table.keys.len() != key.len() {
        return Err(GenError::KeyCount {
            table: table.name.clone(),
            expected: table.keys.len(),
            found: key.len(),
        });
    }
    let plan = |(declared, value): (&hyper4_ir::TableKey, &MatchValue)| {
        let pattern = Pattern::of_match(value).map(|pattern| match (pattern, &declared.mask) {
            (Pattern::Masked { value, mask }, Some(looked_at)) => {
                Pattern::Masked { value, mask: mask.and(looked_at) }
            }
            (pattern, _) => pattern,
        });
        let target = declared.valid_of.map_or(Target::Field(declared.field), Target::Valid);
        KeyPlan { target, pattern, set_by: Vec::new() }
    };
    Ok(table.keys.iter().zip(key).map(plan).collect())
}

/// For each parse state the headers that it or a later one extracts.
fn reach(program: &Program) -> Vec<Vec<bool>> {
    let states = &program.parser.states;
    let mut reach = vec![vec![false; program.headers.len()]; states.len()];
    for (state, row) in states.iter().zip(&mut reach) {
        for op in &state.ops {
            if let ParserOp::Extract(Extract::Regular(header)) = op
                && let Some(reached) = row.get_mut(header.index())
            {
                *reached = true;
            }
        }
    }
    // Each round carries what is reached one transition further; there are as many as states at most.
    for _ in states {
        for (number, state) in states.iter().enumerate() {
            let next: Vec<Vec<bool>> =
                state.transitions.iter().filter_map(|t| reach.get(t.next?.index()).cloned()).collect();
            let Some(row) = reach.get_mut(number) else { continue };
            for (header, reached) in row.iter_mut().enumerate() {
                *reached |= next.iter().any(|row| row.get(header) == Some(&true));
            }
        }
    }
    reach
}
