//! A program with its P4Info: what the controller's numbers mean.

use std::collections::BTreeMap;
use std::sync::Arc;

use hyper4_ir::{LearnListId, MatchKind, Program, TableId, TableImplementation};
use hyper4_p4runtime::config::p4_data_type_spec::TypeSpec;
use hyper4_p4runtime::config::{self, P4Info};

use crate::Failure;

/// A key field of a table.
#[derive(Clone, Debug)]
pub(crate) struct KeyField {
    pub(crate) id: u32,
    pub(crate) name: String,
    pub(crate) kind: MatchKind,
    pub(crate) width: u32,
}

/// A parameter of an action.
#[derive(Clone, Debug)]
pub(crate) struct Parameter {
    pub(crate) id: u32,
    pub(crate) width: u32,
}

/// An action.
#[derive(Clone, Debug)]
pub(crate) struct Action {
    pub(crate) id: u32,
    pub(crate) name: String,
    pub(crate) parameters: Vec<Parameter>,
}

/// Where an action may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scope {
    pub(crate) entries: bool,
    pub(crate) default: bool,
}

/// A table.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub(crate) id: u32,
    pub(crate) name: String,
    pub(crate) keys: Vec<KeyField>,
    pub(crate) actions: BTreeMap<u32, Scope>,
    pub(crate) profile: Option<u32>,
    /// The direct counter and meter, by their names.
    pub(crate) counter: Option<String>,
    pub(crate) meter: Option<String>,
    pub(crate) constant: bool,
    pub(crate) prioritised: bool,
    pub(crate) ages: bool,
    /// The controller may change what is done on a miss.
    pub(crate) default_changes: bool,
}

/// Something with a name and a size: an action profile, or an array.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) size: u32,
    /// Of registers: bits of each.
    pub(crate) width: u32,
}

/// A header between device and controller: its fields' numbers and bits.
#[derive(Clone, Debug, Default)]
pub(crate) struct ControllerHeader {
    pub(crate) fields: Vec<(u32, u32)>,
}

/// The headers between device and controller, both ways.
#[derive(Clone, Debug, Default)]
pub(crate) struct Headers {
    pub(crate) packet_in: Option<ControllerHeader>,
    pub(crate) packet_out: Option<ControllerHeader>,
}

/// What a digest's message is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DigestShape {
    /// One value.
    Value,
    /// The members of a struct.
    Struct,
    /// The members of a tuple.
    Tuple,
}

/// A digest.
#[derive(Clone, Debug)]
pub(crate) struct Digest {
    pub(crate) list: LearnListId,
    pub(crate) shape: DigestShape,
}

/// A program with what a controller knows of it.
pub(crate) struct Pipeline {
    pub(crate) program: Arc<Program>,
    pub(crate) tables: BTreeMap<u32, Table>,
    pub(crate) actions: BTreeMap<u32, Action>,
    action_ids: BTreeMap<String, u32>,
    pub(crate) profiles: BTreeMap<u32, Named>,
    pub(crate) counters: BTreeMap<u32, Named>,
    pub(crate) meters: BTreeMap<u32, Named>,
    pub(crate) registers: BTreeMap<u32, Named>,
    pub(crate) digests: BTreeMap<u32, Digest>,
    pub(crate) headers: Headers,
}

impl Pipeline {
    /// Match a P4Info with a program.
    ///
    /// # Errors
    /// [`Failure`] where it names what the program doesn't have.
    pub(crate) fn new(program: Arc<Program>, info: &P4Info) -> Result<Self, Failure> {
        let mut pipeline = Self {
            tables: BTreeMap::new(),
            actions: BTreeMap::new(),
            action_ids: BTreeMap::new(),
            profiles: BTreeMap::new(),
            counters: BTreeMap::new(),
            meters: BTreeMap::new(),
            registers: BTreeMap::new(),
            digests: BTreeMap::new(),
            headers: Headers {
                packet_in: controller_header(info, "packet_in"),
                packet_out: controller_header(info, "packet_out"),
            },
            program,
        };
        for action in &info.actions {
            pipeline.action(action)?;
        }
        for table in &info.tables {
            pipeline.table(table, info)?;
        }
        pipeline.objects(info)?;
        Ok(pipeline)
    }

    /// The number of an action.
    pub(crate) fn action_id(&self, name: &str) -> Option<u32> {
        self.action_ids.get(name).copied()
    }

    /// A table by its number.
    pub(crate) fn find_table(&self, id: u32) -> Result<&Table, Failure> {
        self.tables.get(&id).ok_or_else(|| Failure::not_found(format!("no table has the ID {id}")))
    }

    /// An action by its number.
    pub(crate) fn find_action(&self, id: u32) -> Result<&Action, Failure> {
        self.actions.get(&id).ok_or_else(|| Failure::not_found(format!("no action has the ID {id}")))
    }

    fn action(&mut self, info: &config::Action) -> Result<(), Failure> {
        let (id, name) = named(info.preamble.as_ref())?;
        // The program has actions of one name as often as tables have them, all alike.
        let known = self.program.actions.iter().find(|action| action.name == name);
        let parameters = match known {
            // An action that the compiler left out, since nothing can call it.
            None => Vec::new(),
            Some(known) if known.parameters.len() == info.params.len() => {
                let pairs = info.params.iter().zip(&known.parameters);
                pairs.map(|(info, known)| Parameter { id: info.id, width: known.width }).collect()
            }
            Some(known) => {
                let (there, here) = (known.parameters.len(), info.params.len());
                return Err(mismatch(format!(
                    "action `{name}` has {here} parameters, but {there} in the program"
                )));
            }
        };
        self.action_ids.insert(name.clone(), id);
        self.actions.insert(id, Action { id, name, parameters });
        Ok(())
    }

    fn table(&mut self, info: &config::Table, all: &P4Info) -> Result<(), Failure> {
        let (id, name) = named(info.preamble.as_ref())?;
        let found = self.program.tables.iter().position(|table| table.name == name);
        let known =
            found.and_then(|at| Some((TableId(u32::try_from(at).ok()?), self.program.tables.get(at)?)));
        let Some((table, known)) = known else {
            return Err(mismatch(format!("table `{name}` is not in the program")));
        };
        if known.keys.len() != info.match_fields.len() {
            let (there, here) = (known.keys.len(), info.match_fields.len());
            return Err(mismatch(format!(
                "table `{name}` has {here} key fields, but {there} in the program"
            )));
        }
        let keys: Vec<KeyField> = info
            .match_fields
            .iter()
            .zip(&known.keys)
            .map(|(info, known)| KeyField {
                id: info.id,
                name: info.name.clone(),
                kind: known.match_kind,
                width: known.width,
            })
            .collect();
        let mut actions = BTreeMap::new();
        for reference in &info.action_refs {
            let action = self.find_action(reference.id).map_err(|failure| mismatch(failure.message))?;
            let scope = config::action_ref::Scope::try_from(reference.scope).unwrap_or_default();
            let scope = Scope {
                entries: scope != config::action_ref::Scope::DefaultOnly,
                default: scope != config::action_ref::Scope::TableOnly,
            };
            if self.program.action_by_name(table, &action.name).is_none() && scope.entries {
                return Err(mismatch(format!(
                    "table `{name}` has no action `{}` in the program",
                    action.name
                )));
            }
            actions.insert(reference.id, scope);
        }
        let profile = match known.implementation {
            TableImplementation::Simple => None,
            TableImplementation::Profile(_) => Some(info.implementation_id),
        };
        let counter = known.direct_counter.and_then(|id| self.program.counters.get(id.index()));
        let meter = known.direct_meter.and_then(|meter| self.program.meters.get(meter.meter.index()));
        let direct = |names: &mut dyn Iterator<Item = Option<&config::Preamble>>| {
            names.flatten().any(|preamble| info.direct_resource_ids.contains(&preamble.id))
        };
        let counter = counter
            .filter(|_| direct(&mut all.direct_counters.iter().map(|counter| counter.preamble.as_ref())));
        let meter =
            meter.filter(|_| direct(&mut all.direct_meters.iter().map(|meter| meter.preamble.as_ref())));
        self.tables.insert(
            id,
            Table {
                id,
                name,
                actions,
                profile,
                counter: counter.map(|counter| counter.name.clone()),
                meter: meter.map(|meter| meter.name.clone()),
                constant: info.is_const_table,
                prioritised: keys.iter().any(|key| !matches!(key.kind, MatchKind::Exact | MatchKind::Lpm)),
                ages: known.support_timeout,
                default_changes: known.default_entry.as_ref().is_none_or(|default| !default.const_action),
                keys,
            },
        );
        Ok(())
    }

    fn objects(&mut self, info: &P4Info) -> Result<(), Failure> {
        let program = Arc::clone(&self.program);
        let missing = |kind: &str, name: &str| mismatch(format!("{kind} `{name}` is not in the program"));
        for profile in &info.action_profiles {
            let (id, name) = named(profile.preamble.as_ref())?;
            let known = program.action_profiles.iter().find(|known| known.name == name);
            let size = known.ok_or_else(|| missing("action profile", &name))?.max_size;
            self.profiles.insert(id, Named { name, size, width: 0 });
        }
        for counter in &info.counters {
            let (id, name) = named(counter.preamble.as_ref())?;
            let known = program.counters.iter().find(|known| known.name == name);
            let size = known.ok_or_else(|| missing("counter", &name))?.size;
            self.counters.insert(id, Named { name, size, width: 0 });
        }
        for meter in &info.meters {
            let (id, name) = named(meter.preamble.as_ref())?;
            let known = program.meters.iter().find(|known| known.name == name);
            let size = known.ok_or_else(|| missing("meter", &name))?.size;
            self.meters.insert(id, Named { name, size, width: 0 });
        }
        for register in &info.registers {
            let (id, name) = named(register.preamble.as_ref())?;
            let known = program.registers.iter().find(|known| known.name == name);
            let known = known.ok_or_else(|| missing("register", &name))?;
            self.registers.insert(id, Named { name, size: known.size, width: known.width });
        }
        for digest in &info.digests {
            let (id, name) = named(digest.preamble.as_ref())?;
            let found = program.learn_lists.iter().position(|known| known.name == name);
            let list = found.and_then(|at| Some(LearnListId(u32::try_from(at).ok()?)));
            let list = list.ok_or_else(|| missing("digest", &name))?;
            // What else there is can't be asked for.
            let shape = match digest.type_spec.as_ref().and_then(|spec| spec.type_spec.as_ref()) {
                Some(TypeSpec::Bitstring(_)) => DigestShape::Value,
                Some(TypeSpec::Struct(of)) if flat(info, &of.name) => DigestShape::Struct,
                Some(TypeSpec::Tuple(of)) if of.members.iter().all(is_bits) => DigestShape::Tuple,
                _ => continue,
            };
            self.digests.insert(id, Digest { list, shape });
        }
        Ok(())
    }
}

fn is_bits(spec: &config::P4DataTypeSpec) -> bool {
    matches!(spec.type_spec, Some(TypeSpec::Bitstring(_)))
}

/// Whether a struct has nothing but bit strings.
fn flat(info: &P4Info, name: &str) -> bool {
    let of = info.type_info.as_ref().and_then(|types| types.structs.get(name));
    of.is_some_and(|of| of.members.iter().all(|member| member.type_spec.as_ref().is_some_and(is_bits)))
}

fn named(preamble: Option<&config::Preamble>) -> Result<(u32, String), Failure> {
    match preamble {
        Some(preamble) if preamble.id != 0 => Ok((preamble.id, preamble.name.clone())),
        Some(preamble) => Err(mismatch(format!("`{}` has no ID", preamble.name))),
        None => Err(mismatch("an object has no preamble".to_owned())),
    }
}

fn mismatch(message: String) -> Failure {
    Failure::invalid(format!("p4info: {message}"))
}

fn controller_header(info: &P4Info, name: &str) -> Option<ControllerHeader> {
    let named = |preamble: &config::Preamble| preamble.name == name;
    let header =
        info.controller_packet_metadata.iter().find(|header| header.preamble.as_ref().is_some_and(named))?;
    let fields =
        header.metadata.iter().map(|field| (field.id, u32::try_from(field.bitwidth).unwrap_or(0))).collect();
    Some(ControllerHeader { fields })
}
