//! A program made ready to run.

use std::sync::Arc;

use hyper4_bits::Bits;
use hyper4_ir::{
    ActionId, ChecksumKind, EntryAction, HeaderId, MirroringSession, NextNode, PrimitiveKind, Program,
    SourceInfo, StandardField, TableEntry, TableId,
};
use hyper4_switch::{ControlPlane, DefaultAction, Handles, Replica, SwitchError, TableState};
use rustc_hash::FxHashMap;

use crate::action::{Action, Step};
use crate::calculation::{Checksum, Hasher};
use crate::condition::Condition;
use crate::expression::Compiler;
use crate::layout::{Layout, limbs};
use crate::parser::Parser;
use crate::plan::Plan;
use crate::profile::Profile;
use crate::shortcuts::Facts;
use crate::state::State;
use crate::table::{self, Special, Table};

/// A compiled program, and what the control plane says of it: what packets don't change, but for when entries were hit.
#[derive(Debug)]
pub(crate) struct Executable {
    pub(crate) layout: Layout,
    pub(crate) parser: Parser,
    pub(crate) checksums: Vec<Checksum>,
    pub(crate) actions: Vec<Action>,
    pub(crate) tables: Vec<Table>,
    pub(crate) profiles: Vec<Profile>,
    pub(crate) conditions: Vec<Condition>,
    /// How packets go through pipelines when nobody wants to know of each step.
    pub(crate) plan: Plan,
    /// Whether checksums are verified, and updated.
    checksummed: (bool, bool),
    /// The headers that the deparser emits, in order: where their validity lies, and which they are.
    pub(crate) emitted: Box<[(u32, HeaderId)]>,
    /// What the deparser does first.
    pub(crate) deparsing: Option<Action>,
    pub(crate) mirroring: FxHashMap<u16, MirroringSession>,
    pub(crate) groups: FxHashMap<u16, Arc<[Replica]>>,
    /// Whether queueing metadata is wanted: all of it is there.
    pub(crate) queueing: bool,
    /// Whether entries of some table age.
    pub(crate) ages: bool,
    /// Whether packets leave nothing behind that others find: they can be processed in any order.
    pub(crate) stateless: bool,
    /// Actions that find what earlier packets left behind, where an entry runs them.
    remembering: Vec<bool>,
    /// Where the running action's parameters lie.
    pub(crate) parameters_at: u32,
    /// Where intermediate values begin.
    base: u32,
    /// Limbs of the whole memory.
    pub(crate) memory_limbs: u32,
}

fn unsupported(construct: String, reason: String, source_info: Option<&SourceInfo>) -> SwitchError {
    SwitchError::Unsupported { construct, reason, source_info: source_info.cloned() }
}

/// Whether an action uses registers or meters.
fn remembers(action: &hyper4_ir::Action) -> bool {
    action.primitives.iter().any(|primitive| {
        matches!(
            primitive.kind,
            PrimitiveKind::RegisterRead { .. }
                | PrimitiveKind::RegisterWrite { .. }
                | PrimitiveKind::ExecuteMeter { .. }
        )
    })
}

impl Executable {
    /// The executable, and the state that its packets change.
    pub(crate) fn new(program: &Program, control: &ControlPlane) -> Result<(Self, State), SwitchError> {
        check(program)?;
        let layout = Layout::new(program);
        let parameters_at = layout.packet_limbs;
        let parameter_limbs =
            |action: &hyper4_ir::Action| action.parameters.iter().map(|p| limbs(p.width)).sum();
        let base = parameters_at + program.actions.iter().map(parameter_limbs).max().unwrap_or(0);
        let mut end = base;

        let parser = Parser::new(program, &layout, base, &mut end).map_err(|refusal| {
            let state = program.parser.states.get(refusal.state);
            let name = state.map_or("", |state| state.name.as_str());
            let source_info = state.and_then(|state| state.source_info.as_ref());
            unsupported(format!("parse state `{name}`"), refusal.reason, source_info)
        })?;
        let hashers = compile(&program.calculations, |calculation| {
            Hasher::new(&layout, calculation.algorithm, &calculation.inputs)
                .map_err(|reason| unsupported(format!("calculation `{}`", calculation.name), reason, None))
        })?;
        let mut compiler = Compiler::new(&layout, &[], base);
        let checksums = compile(&program.checksums, |checksum| {
            Checksum::new(&layout, &mut compiler, checksum).map_err(|reason| {
                unsupported(format!("checksum `{}`", checksum.name), reason, checksum.source_info.as_ref())
            })
        })?;
        let conditions = compile(&program.conditionals, |conditional| {
            Condition::new(&mut compiler, conditional).map_err(|reason| {
                let construct = format!("condition `{}`", conditional.name);
                unsupported(construct, reason, conditional.source_info.as_ref())
            })
        })?;
        end = end.max(compiler.end);
        let actions = compile(&program.actions, |action| {
            Action::new(program, &layout, action, parameters_at, base, &mut end).map_err(|refusal| {
                let primitive = action.primitives.get(refusal.primitive);
                let source_info = primitive.and_then(|p| p.source_info.as_ref());
                let construct = format!("action `{}`", action.name);
                unsupported(construct, refusal.reason, source_info.or(action.source_info.as_ref()))
            })
        })?;
        let tables = compile(&program.tables, |table| {
            Table::new(&layout, table).map_err(|reason| {
                unsupported(format!("table `{}`", table.name), reason, table.source_info.as_ref())
            })
        })?;
        let selectors = compile(&program.action_profiles, |profile| {
            let selector = profile.selector.as_ref();
            let selector =
                selector.map(|selector| Hasher::new(&layout, selector.algorithm, &selector.inputs));
            selector.transpose().map_err(|reason| {
                unsupported(
                    format!("action profile `{}`", profile.name),
                    reason,
                    profile.source_info.as_ref(),
                )
            })
        })?;
        let deparsing = deparsing(program, &layout, parameters_at, base, &mut end)?;
        let queueing = QUEUEING.iter().all(|field| layout.standard(*field).is_some());
        let ages = program.tables.iter().any(|table| table.support_timeout);
        let state = State::new(program, hashers, selectors);
        let stateless = state.is_stateless() && !draws(&actions, &parser, deparsing.as_ref());
        let has = |kind| program.checksums.iter().any(|checksum| checksum.kind == kind);
        let order = program.deparser.order.iter();
        let mut executable = Self {
            emitted: order.filter_map(|id| Some((layout.header(*id)?.valid, *id))).collect(),
            checksummed: (has(ChecksumKind::Verify), has(ChecksumKind::Update)),
            layout,
            parser,
            checksums,
            actions,
            tables,
            profiles: program.action_profiles.iter().map(|_| Profile::default()).collect(),
            plan: Plan::new(program, &conditions),
            conditions,
            deparsing,
            mirroring: FxHashMap::default(),
            groups: FxHashMap::default(),
            queueing,
            ages,
            stateless,
            remembering: program.actions.iter().map(remembers).collect(),
            parameters_at,
            base,
            memory_limbs: end,
        };
        executable.fill(program, control);
        for table in &program.tables {
            let defaults = table.default_entry.iter().map(|entry| entry.action);
            defaults.chain(table.const_entries.iter().map(|entry| entry.action)).for_each(|action| {
                executable.will_run(action);
            });
            executable.stateless &= table.direct_meter.is_none();
        }
        Ok((executable, state))
    }

    /// Whether there are checksums of that kind.
    #[inline]
    pub(crate) fn checksummed(&self, kind: ChecksumKind) -> bool {
        match kind {
            ChecksumKind::Verify => self.checksummed.0,
            ChecksumKind::Update => self.checksummed.1,
        }
    }

    /// Entries, members and defaults as the control plane has them.
    pub(crate) fn fill(&mut self, program: &Program, control: &ControlPlane) {
        for (id, state) in control.tables() {
            if let Some(compiled) = self.tables.get_mut(id.index()) {
                compiled.clear();
            }
            self.set_default(program, id, state.default());
            for entry in state.entries() {
                self.put(program, (id, state), &entry, true, 0);
            }
        }
        for (compiled, id) in self.profiles.iter_mut().zip((0u32..).map(hyper4_ir::ActionProfileId)) {
            compiled.clear();
            if let Some(state) = control.profile(id) {
                compiled.fill(state);
            }
        }
        self.set_groups(control.multicast());
    }

    /// Take note of an entry, at `now` milliseconds, that is new or does something else than before.
    ///
    /// What an action does with wide arguments is compiled for the entry: of a mask that is known, most limbs say that
    /// nothing happens. So is what the first few entries do.
    pub(crate) fn put(
        &mut self,
        program: &Program,
        (id, state): (TableId, &TableState),
        entry: &TableEntry,
        new: bool,
        now: u64,
    ) {
        let Some(table) = self.tables.get_mut(id.index()) else { return };
        if new {
            table.insert(state.store(), entry, now);
        }
        let EntryAction::Direct { action, arguments } = &entry.action else { return };
        if let Some(action) = program.action_by_name(id, action)
            && self.remembering.get(action.index()).copied().unwrap_or(false)
        {
            self.stateless = false;
        }
        let few = Handles::number(entry.handle) < FEW_ENTRIES;
        let special = program.action_by_name(id, action).and_then(|action| {
            let parameters = &program.actions.get(action.index())?.parameters;
            let worth = few || parameters.iter().any(|parameter| parameter.width >= WIDE);
            let next = self.tables.get(id.index())?.next(action.index());
            worth.then(|| self.special(program, action, arguments, next)).flatten()
        });
        if let Some(table) = self.tables.get_mut(id.index()) {
            table.set_special(entry.handle, special.map(Box::new));
        }
    }

    /// An action compiled for one call, behind which the program goes on at `next`.
    fn special(
        &mut self,
        program: &Program,
        action: ActionId,
        arguments: &[Bits],
        next: NextNode,
    ) -> Option<Special> {
        let declared = program.actions.get(action.index())?;
        let end = &mut self.memory_limbs;
        let compiled =
            Action::specialised(program, &self.layout, declared, arguments, self.base, end).ok()?;
        let next = Facts::after(&self.layout, declared, arguments).lead(&self.plan, next);
        Some(Special { action: action.index(), compiled, next })
    }

    /// What a table does on a miss is something else.
    pub(crate) fn set_default(&mut self, program: &Program, id: TableId, default: Option<&DefaultAction>) {
        let Some(declared) = program.tables.get(id.index()) else { return };
        let special = default.and_then(DefaultAction::direct).and_then(|(action, arguments)| {
            self.will_run(action);
            self.special(program, action, arguments, table::next(declared, action.index(), false))
        });
        if let Some(table) = self.tables.get_mut(id.index()) {
            table.set_default(declared, default, special);
        }
    }

    /// An entry, a miss or a member of a profile runs that action from now on.
    pub(crate) fn will_run(&mut self, action: ActionId) {
        if self.remembering.get(action.index()).copied().unwrap_or(false) {
            self.stateless = false;
        }
    }

    /// What multicast groups copy to.
    pub(crate) fn set_groups(&mut self, multicast: &hyper4_switch::Multicast) {
        let replicas = |group| Some((group, multicast.replicas(group)?.into()));
        self.groups = multicast.groups().filter_map(replicas).collect();
    }
}

/// Whether something draws random numbers, one after the other.
fn draws(actions: &[Action], parser: &Parser, deparsing: Option<&Action>) -> bool {
    let random = |step: &Step| matches!(step, Step::Random { .. });
    actions.iter().chain(deparsing).flat_map(Action::steps).chain(parser.steps()).any(random)
}

/// Entries of a table whose actions are compiled, however narrow their arguments are: what that takes is nothing beside
/// what many entries take.
const FEW_ENTRIES: u32 = 32;

/// Bits of an argument that is wide.
const WIDE: u32 = 256;

const QUEUEING: [StandardField; 4] = [
    StandardField::EnqTimestamp,
    StandardField::EnqQdepth,
    StandardField::DeqTimedelta,
    StandardField::DeqQdepth,
];

fn deparsing(
    program: &Program,
    layout: &Layout,
    parameters_at: u32,
    base: u32,
    end: &mut u32,
) -> Result<Option<Action>, SwitchError> {
    if program.deparser.primitives.is_empty() {
        return Ok(None);
    }
    let action = hyper4_ir::Action {
        name: program.deparser.name.clone(),
        parameters: Vec::new(),
        primitives: program.deparser.primitives.clone(),
        source_info: None,
    };
    let compiled = Action::new(program, layout, &action, parameters_at, base, end).map_err(|refusal| {
        let primitive = program.deparser.primitives.get(refusal.primitive);
        let source_info = primitive.and_then(|p| p.source_info.as_ref());
        unsupported(format!("deparser `{}`", program.deparser.name), refusal.reason, source_info)
    })?;
    Ok(Some(compiled))
}

fn compile<T, C>(
    declared: &[T],
    compile: impl FnMut(&T) -> Result<C, SwitchError>,
) -> Result<Vec<C>, SwitchError> {
    declared.iter().map(compile).collect()
}

/// What the IR says but the engine doesn't do.
fn check(program: &Program) -> Result<(), SwitchError> {
    for field in [StandardField::EgressSpec, StandardField::EgressPort, StandardField::IngressPort] {
        let declared = program.standard.get(&field).and_then(|f| program.field(*f));
        let reason = match declared {
            Some(declared) if declared.width <= 16 => continue,
            Some(declared) => format!("ports of {} bits are not carried, at most 16 are", declared.width),
            None => "simple_switch wants it to be there".to_owned(),
        };
        return Err(unsupported(format!("field `standard_metadata.{}`", field.name()), reason, None));
    }
    Ok(())
}
