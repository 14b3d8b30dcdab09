//! The operator's rows that don't exist yet: whatever a control plane makes for a slice, as long as what stands in them is
//! that slice's.
//!
//! A [`RowRule`] says which places of a row hold something that one slice owns: device IDs, ports, groups, sessions, cells.
//! What slices own is an unknown predicate for each kind of thing, so that what is shown holds for any number of slices,
//! and for each of a device's configurations: after entries were added, changed and removed, groups and sessions made,
//! programs loaded and replaced. For a packet of one slice, of which nothing is known but what the induction gives, and a
//! row of which nothing is known but its rule:
//!
//! - a row that was made for its slice leaves it there, and touches that slice's cells and sessions alone;
//! - a row that was made for another one isn't hit.

use std::sync::Arc;

use hyper4_ir::{BinaryOp, EntryPart, Expr, FieldRef, PipelineKind, Place, PrimitiveKind, Program, TableId};
use rayon::prelude::*;

use crate::execute::open::{assumptions, part};
use crate::execute::{Executor, Input, Prepared, Stand, Stop};
use crate::options::Length;
use crate::path::{Context, Path};
use crate::subject::{OpenEntry, Subject};
use crate::term::{Cond, Side, Terms, Word};

use super::program::Persona;
use super::rows::{MAX_PATHS, TIMEOUT, breaks};
use super::{Hole, RowPredicate, probe};

/// What a place of a row holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owned {
    /// A device ID.
    Device,
    /// A physical port.
    Port,
    /// A multicast group, whose copies all go to the slice's ports.
    Group,
    /// A mirroring session, which leads to the slice's ports and groups alone.
    Session,
    /// The first of some cells; how many there are stands in the next place.
    Cells,
    /// Something that is less than this number.
    Below(u64),
}

/// What a row of the operator's must be like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowRule {
    /// The full name of its table.
    pub table: String,
    /// The full name of its action.
    pub action: String,
    /// Which field of its key says whose it is: a device ID, or a port.
    pub key: (usize, Owned),
    /// What its action's arguments hold, by their numbers.
    pub arguments: Vec<(usize, Owned)>,
    /// Only a slice that has every port has such rows: nobody is beside it.
    pub every_port: bool,
}

/// What was shown, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RulesProof {
    /// Rules, each with every row that there can be.
    pub rules: usize,
    /// Ways that packets can take through them.
    pub paths: usize,
    /// Questions put to Z3.
    pub queries: usize,
}

/// Proves that whatever rows are made by these rules, slices stay apart: a step of the induction for each rule.
///
/// # Errors
/// What a row can do that it mustn't, or why there is no telling.
pub fn prove_rules(
    program: &Program,
    rules: &[RowRule],
    predicate: &RowPredicate,
) -> Result<RulesProof, super::Confinement> {
    proof(program, rules, predicate).map_err(super::Confinement::from)
}

fn proof(program: &Program, rules: &[RowRule], predicate: &RowPredicate) -> Result<RulesProof, Hole> {
    let persona = Persona::new(program, predicate)?;
    let loose = Arc::new(loosened(&probe::probed(program)));
    let entries = OpenEntry::all(&loose);
    let proofs: Vec<Result<RulesProof, Hole>> = rules
        .par_iter()
        .map(|rule| z3::with_z3_config(&z3::Config::new(), || one(&loose, &persona, &entries, rule)))
        .collect();
    let mut total = RulesProof::default();
    for proof in proofs {
        let proof = proof?;
        total.rules += 1;
        total.paths += proof.paths;
        total.queries += proof.queries;
    }
    Ok(total)
}

/// The program where what is shifted by an argument becomes anything: rows' arguments are anything.
fn loosened(program: &Program) -> Program {
    let mut loose = program.clone();
    let header = hyper4_ir::HeaderId(program.headers.len() as u32);
    let mut widths = Vec::new();
    for primitive in loose.actions.iter_mut().flat_map(|action| &mut action.primitives) {
        if let PrimitiveKind::Assign { place: Place::Field(to), value } = &mut primitive.kind
            && shifts_by_argument(value)
        {
            let field = FieldRef { header, field: widths.len() as u32 };
            widths.push(program.field(*to).map_or(0, |field| field.width));
            *value = Expr::Field(field);
        }
    }
    let fields = widths.into_iter().enumerate().map(|(number, width)| hyper4_ir::FieldType {
        name: format!("anything{number}"),
        width,
        signed: false,
        varbit: false,
    });
    let header_type = hyper4_ir::HeaderTypeId(program.header_types.len() as u32);
    let name = || "anything".to_owned();
    loose.header_types.push(hyper4_ir::HeaderType { name: name(), fields: fields.collect() });
    loose.headers.push(hyper4_ir::Header { name: name(), header_type, metadata: true });
    loose
}

fn shifts_by_argument(expression: &Expr) -> bool {
    match expression {
        Expr::Binary(BinaryOp::Shl | BinaryOp::Shr, left, right) => {
            !matches!(**right, Expr::Const(_)) || shifts_by_argument(left)
        }
        Expr::Binary(_, left, right) => shifts_by_argument(left) || shifts_by_argument(right),
        Expr::Unary(_, one) => shifts_by_argument(one),
        Expr::Ternary(condition, then, otherwise) => {
            [condition, then, otherwise].into_iter().any(|one| shifts_by_argument(one))
        }
        _ => false,
    }
}

/// One rule: whose packets may hit its rows, and what these do to packets of their own slice.
fn one(
    program: &Arc<Program>,
    persona: &Persona,
    entries: &[OpenEntry],
    rule: &RowRule,
) -> Result<RulesProof, Hole> {
    let what = || format!("a row of table `{}` that runs `{}`", rule.table, rule.action);
    let missing = || Hole::Unknown(format!("{}: the persona has no such rows", what()));
    let table = program.table_by_name(&rule.table).ok_or_else(missing)?;
    let is = |entry: &&OpenEntry| entry.table == table && entry.action_name == rule.action;
    let entry = entries.iter().find(is).ok_or_else(missing)?.clone();
    let subject = Subject::new(Arc::clone(program)).map_err(|e| Hole::Unknown(e.to_string()))?;
    let subject = subject.with_open_entries(std::slice::from_ref(&entry));
    let step = Step { program, persona, rule, entry: &entry, table, prepared: &Prepared::new(&subject) };
    let mut proof = RulesProof::default();
    step.of_its_slice(&mut proof)?;
    step.of_another(&mut proof)?;
    Ok(proof)
}

struct Step<'a> {
    program: &'a Program,
    persona: &'a Persona,
    rule: &'a RowRule,
    entry: &'a OpenEntry,
    table: TableId,
    prepared: &'a Prepared<'a>,
}

/// Whether the slice at hand owns something: an unknown predicate.
fn owns(terms: &mut Terms, kind: &str, word: &Word) -> Cond {
    let word = terms.resize(word, 64);
    let owned = terms.apply(&format!("the slice's {kind}"), vec![word], 1);
    terms.equal(&owned, &Word::number(1, 1))
}

impl Step<'_> {
    fn what(&self) -> String {
        format!("a row of table `{}` that runs `{}`", self.rule.table, self.rule.action)
    }

    fn pipeline(&self) -> PipelineKind {
        self.program.tables.get(self.table.index()).map_or(PipelineKind::Ingress, |table| table.pipeline)
    }

    /// Paths of the slice's packets through the table, for rows for which something more holds.
    fn run(
        &self,
        context: &mut Context,
        more: impl FnOnce(&mut Terms) -> Vec<Cond>,
    ) -> Result<Option<(Stand, Vec<Stand>)>, Hole> {
        let input = Input::new(&mut context.terms, Length::Bytes(0));
        let executor = Executor::new(self.prepared, Side::Native, context, &input, MAX_PATHS);
        let stepped = executor.apply_anywhere(self.pipeline(), self.table, |context, before| {
            let terms = &mut context.terms;
            let device = before.field(self.persona.device);
            let port = before.field(self.persona.port);
            let mut known = vec![self.is_kept(terms, before)];
            known.push(owns(terms, "ports", &port));
            let entered = owns(terms, "devices", &device);
            // A packet that has just come in has no device ID.
            known.push(match self.rule.key.1 {
                Owned::Port => {
                    let none = terms_zero(terms, &device);
                    terms.any([entered, none])
                }
                _ => entered,
            });
            for probe in self.persona.probes {
                let probe = before.field(probe);
                known.push(terms_zero(terms, &probe));
            }
            known.extend(assumptions(terms, std::slice::from_ref(self.entry)));
            known.extend(more(terms));
            let mut path = Some(before.path.clone());
            for condition in known {
                let Some(here) = path.take() else { break };
                path = context.restrict(here, &condition)?;
            }
            Ok(path)
        });
        stepped.map_err(|stop: Stop| Hole::Unknown(format!("{}: {}", self.what(), stop.0)))
    }

    /// The rule's row was made for the packet's slice.
    fn of_its_slice(&self, proof: &mut RulesProof) -> Result<(), Hole> {
        let mut context = Context::new(TIMEOUT);
        let stands = self.run(&mut context, |terms| self.made_for_it(terms))?;
        let (before, after) = stands.ok_or_else(|| {
            Hole::Unknown(format!("{}: no packet could hit it, so that nothing would be shown", self.what()))
        })?;
        if !after.iter().any(|stand| stand.hit) {
            return Err(Hole::Unknown(format!("{}: no packet hits it", self.what())));
        }
        for stand in after.iter().filter(|stand| stand.hit) {
            self.check(&mut context, &before, stand)?;
            proof.paths += 1;
        }
        proof.queries += context.solver.queries;
        Ok(())
    }

    /// What holds for a row that was made for the slice at hand.
    fn made_for_it(&self, terms: &mut Terms) -> Vec<Cond> {
        let mut known = Vec::new();
        for (number, owned) in &self.rule.arguments {
            let value = part(terms, self.entry, EntryPart::Argument(*number));
            match owned {
                Owned::Device => known.push(owns(terms, "devices", &value)),
                Owned::Port => known.push(owns(terms, "ports", &value)),
                Owned::Group => {
                    known.push(owns(terms, "groups", &value));
                    known.push(terms_zero(terms, &value).not());
                }
                Owned::Session => known.push(owns(terms, "sessions", &value)),
                Owned::Below(bound) => {
                    let bound = Word::number(value.width(), *bound);
                    known.push(terms.less(&value, &bound));
                }
                // The cells themselves are compared with what is touched.
                Owned::Cells => {
                    let (first, count) = self.cells(terms, *number);
                    let end = terms.add(&first, &count);
                    known.push(terms.less(&end, &Word::number(64, 1 << 32)));
                }
            }
        }
        known
    }

    fn cells(&self, terms: &mut Terms, number: usize) -> (Word, Word) {
        let [first, count] = [number, number + 1].map(|number| {
            let word = part(terms, self.entry, EntryPart::Argument(number));
            terms.resize(&word, 64)
        });
        (first, count)
    }

    /// The rule's row was made for another slice than the packet's.
    fn of_another(&self, proof: &mut RulesProof) -> Result<(), Hole> {
        if self.rule.every_port {
            return Ok(());
        }
        let (field, owned) = self.rule.key;
        let mut context = Context::new(TIMEOUT);
        let stands = self.run(&mut context, |terms| {
            let value = part(terms, self.entry, EntryPart::Value(field));
            let mask = part(terms, self.entry, EntryPart::Mask(field));
            let kind = if owned == Owned::Port { "ports" } else { "devices" };
            let own = owns(terms, kind, &value);
            let whole = terms.equal(&mask, &Word::constant(hyper4_bits::Bits::ones(mask.width())));
            vec![own.not(), whole]
        })?;
        let Some((_, after)) = stands else { return Ok(()) };
        proof.queries += context.solver.queries;
        if after.iter().any(|stand| stand.hit) {
            return Err(Hole::Open(format!("{} is hit by packets of another slice", self.what())));
        }
        Ok(())
    }

    /// As the induction has it: see `is_kept` of the rows that are there.
    fn is_kept(&self, terms: &mut Terms, stand: &Stand) -> Cond {
        let spec = stand.field(self.persona.spec);
        let guard = stand.field(self.persona.guard);
        let dropped = terms.equal(&spec, &Word::number(spec.width(), crate::execute::DROP_PORT));
        let own = owns(terms, "ports", &spec);
        let below = terms.less(&guard, &Word::number(guard.width(), self.persona.below));
        let as_it_came = terms_zero(terms, &spec);
        let open = terms.all([as_it_came, below]);
        let port = terms.any([own, dropped, open]);
        let Some(group) = self.persona.group else { return port };
        let group = stand.field(group);
        let (none, replicated) = (terms_zero(terms, &group), owns(terms, "groups", &group));
        let port = terms.all([none.clone(), port]);
        let replicated = terms.all([none.not(), replicated]);
        terms.any([replicated, port])
    }

    fn check(&self, context: &mut Context, before: &Stand, stand: &Stand) -> Result<(), Hole> {
        if self.pipeline() == PipelineKind::Ingress && !self.rule.every_port {
            let kept = self.is_kept(&mut context.terms, stand);
            self.holds(
                context,
                &stand.path,
                &kept,
                "sends packets to a port or group that isn't their slice's",
            )?;
        }
        let device = stand.field(self.persona.device);
        let own = owns(&mut context.terms, "devices", &device);
        let none = terms_zero(&mut context.terms, &device);
        let own = context.terms.any([own, none]);
        self.holds(context, &stand.path, &own, "leads packets into a device that isn't their slice's")?;
        let [cell, session] = self.persona.probes;
        let touched = stand.field(cell);
        if touched != before.field(cell) {
            let cells = self.rule.arguments.iter().find(|(_, owned)| *owned == Owned::Cells);
            let Some((number, _)) = cells else {
                return Err(Hole::Open(format!("{} touches cells that it doesn't name", self.what())));
            };
            let (first, count) = self.cells(&mut context.terms, *number);
            let terms = &mut context.terms;
            let index = terms.extract(&touched, 0, 64);
            let end = terms.add(&first, &count);
            let (under, within) = (terms.less(&index, &first), terms.less(&index, &end));
            let inside = terms.all([under.not(), within]);
            self.holds(context, &stand.path, &inside, "touches cells beside those that it names")?;
        }
        let copied = stand.field(session);
        if copied != before.field(session) {
            let number = context.terms.extract(&copied, 0, 64);
            let own = owns(&mut context.terms, "sessions", &number);
            self.holds(context, &stand.path, &own, "copies packets to a session that isn't their slice's")?;
        }
        Ok(())
    }

    fn holds(&self, context: &mut Context, path: &Path, condition: &Cond, else_: &str) -> Result<(), Hole> {
        let broken = breaks(context, path, condition);
        match broken.map_err(|e| Hole::Unknown(format!("{}: Z3 gave up: {}", self.what(), e.0)))? {
            None => Ok(()),
            Some(_) => Err(Hole::Open(format!("{} {else_}", self.what()))),
        }
    }
}

fn terms_zero(terms: &mut Terms, word: &Word) -> Cond {
    terms.equal(word, &Word::zero(word.width()))
}
