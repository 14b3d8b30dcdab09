//! P4Info: what a P4Runtime controller may know of a program, from the typed tree.
//!
//! The messages are P4Runtime's (`p4.config.v1.P4Info`), made field by field, so that they are read by whoever knows
//! its definition. Ids, aliases and names are those that p4c gives: the hash of a name under the byte of its kind.
//! What nobody applies isn't there, and neither is what is `@hidden`.

mod annotation;
mod fold;
mod message;
mod object;
mod symbol;
mod table;
mod types;
mod uses;

use std::sync::Arc;

use hyper4_p4::typed::visit::Visitor;
use hyper4_p4::typed::{
    self, Action, Annotation, Control, Expression, ExpressionKind, Instance, Parser, Program, StructureKind,
    Table, Type,
};

pub use message::{Message, Value};

use annotation::{Numbers, describe, field_ids, has, pairs, preamble};
use object::Site;
use symbol::{Kind, Symbols};
use types::Types;
use uses::Uses;

/// The P4Info of a program, as text.
pub fn text(info: &Message) -> String {
    let head = "# proto-file: p4/config/v1/p4info.proto\n# proto-message: p4.config.v1.P4Info\n\n";
    format!("{head}{}", info.to_text())
}

/// The P4Info of a program.
pub fn p4info(program: &Program) -> Message {
    let mut collector = Collector::new(program);
    for argument in &program.main.arguments {
        collector.block(argument);
    }
    collector.externs(&program.instances, "");
    collector.finish()
}

/// A name as the control plane knows it.
pub(crate) fn qualified(prefix: &str, name: &str, annotations: &[Annotation]) -> String {
    let written = typed::annotation_string(annotations, "name");
    let name = written.as_deref().unwrap_or(name);
    match name.strip_prefix('.') {
        Some(absolute) => absolute.to_owned(),
        None if prefix.is_empty() => name.to_owned(),
        None => format!("{prefix}.{name}"),
    }
}

/// What the program has, with names; then ids are given, then messages are made.
struct Collector<'a> {
    program: &'a Program,
    uses: Uses,
    tables: Vec<(String, Arc<Table>, String)>,
    actions: Vec<(String, Arc<Action>)>,
    /// Actions that no table has: their arguments are part of them.
    calls: Vec<String>,
    objects: Vec<Site>,
    value_sets: Vec<(String, Arc<Instance>)>,
}

impl<'a> Collector<'a> {
    fn new(program: &'a Program) -> Self {
        Self {
            program,
            uses: Uses::default(),
            tables: Vec::new(),
            actions: Vec::new(),
            calls: Vec::new(),
            objects: Vec::new(),
            value_sets: Vec::new(),
        }
    }

    /// An argument of the package.
    fn block(&mut self, argument: &Expression) {
        let ExpressionKind::Instance(instance) = &argument.kind else { return };
        match &instance.ty {
            Type::Control(control) => {
                self.control(control, &control.name);
            }
            Type::Parser(parser) => {
                self.parser(parser, &parser.name);
            }
            Type::Package(..) => instance.arguments.iter().for_each(|argument| self.block(argument)),
            _ => {}
        }
    }

    fn control(&mut self, control: &Control, prefix: &str) {
        self.uses.statements(&control.locals);
        self.uses.statements(&control.apply);
        for table in control.tables.iter().filter(|table| self.uses.table(table)) {
            let name = qualified(prefix, &table.name, &table.annotations);
            self.tables.push((name, Arc::clone(table), prefix.to_owned()));
            let default = table.default_action.iter().map(|call| &call.action);
            for action in table.actions.iter().map(|action| &action.call.action).chain(default) {
                let name = self.action_name(control, action, prefix);
                if self.actions.iter().all(|(known, _)| *known != name) {
                    self.actions.push((name, Arc::clone(action)));
                }
            }
        }
        let all = control.actions.iter().chain(&self.program.actions);
        for action in all.filter(|action| self.uses.called(action)) {
            let name = self.action_name(control, action, prefix);
            if self.actions.iter().all(|(known, _)| *known != name) {
                self.calls.push(name.clone());
                self.actions.push((name, Arc::clone(action)));
            }
        }
        self.externs(&control.instances, prefix);
        for instance in &control.instances {
            if let Type::Control(inner) = &instance.ty
                && self.uses.instance(instance)
            {
                let prefix = qualified(prefix, instance_name(instance), &instance.annotations);
                self.control(inner, &prefix);
            }
        }
    }

    fn parser(&mut self, parser: &Parser, prefix: &str) {
        for state in &parser.states {
            self.uses.statements(&state.statements);
        }
        self.externs(&parser.instances, prefix);
        for instance in &parser.instances {
            let name = qualified(prefix, instance_name(instance), &instance.annotations);
            match &instance.ty {
                Type::Parser(inner) if self.uses.instance(instance) => self.parser(inner, &name),
                Type::ValueSet(_) => self.value_sets.push((name, Arc::clone(instance))),
                _ => {}
            }
        }
    }

    /// Objects of extern types that are declared there.
    fn externs(&mut self, instances: &[Arc<Instance>], prefix: &str) {
        for instance in instances {
            if matches!(instance.ty, Type::Extern(..)) {
                let name = qualified(prefix, &instance.name, &instance.annotations);
                self.objects.push(Site::new(name, instance));
            }
        }
    }

    /// An action's name: of one of the control's it has the control's instance in it.
    fn action_name(&self, control: &Control, action: &Arc<Action>, prefix: &str) -> String {
        match control.actions.iter().any(|own| Arc::ptr_eq(own, action)) {
            true => qualified(prefix, &action.name, &action.annotations),
            false => action.control_plane_name.to_string(),
        }
    }

    fn name_of(&self, action: &Arc<Action>, prefix: &str) -> String {
        let own = format!("{prefix}.");
        let same = |(name, known): &&(String, Arc<Action>)| {
            Arc::ptr_eq(known, action) && (name.starts_with(&own) || !name.contains('.'))
        };
        let here = self.actions.iter().find(same);
        let any = self.actions.iter().find(|(_, known)| Arc::ptr_eq(known, action));
        here.or(any).map_or_else(|| action.control_plane_name.to_string(), |(name, _)| name.clone())
    }

    fn symbols(&self) -> Symbols {
        let mut symbols = Symbols::default();
        for (name, table, prefix) in &self.tables {
            symbols.add(Kind::Table, name, annotation::id(&table.annotations));
            for site in object::made_in(table, prefix, &self.objects) {
                if let Some(kind) = site.kind() {
                    symbols.add(kind, &site.name, None);
                }
            }
        }
        for (name, action) in &self.actions {
            symbols.add(Kind::Action, name, annotation::id(&action.annotations));
        }
        for site in &self.objects {
            if let Some(kind) = site.kind() {
                symbols.add(kind, &site.name, annotation::id(&site.annotations));
            }
        }
        for (name, set) in &self.value_sets {
            symbols.add(Kind::ValueSet, name, annotation::id(&set.annotations));
        }
        for ty in &self.uses.digests {
            symbols.add(Kind::Digest, &digest_name(ty), None);
        }
        for header in self.controller_headers() {
            symbols.add(Kind::ControllerHeader, &header.name, annotation::id(&header.annotations));
        }
        symbols.number();
        symbols
    }

    fn controller_headers(&self) -> impl Iterator<Item = &typed::Structure> {
        self.program.structures.values().map(|structure| &**structure).filter(|structure| {
            structure.kind == StructureKind::Header && has(&structure.annotations, "controller_header")
        })
    }

    fn finish(self) -> Message {
        let symbols = self.symbols();
        let mut types = Types::new(self.program.errors.iter().map(|error| error.to_string()));
        let mut info = Message::default();
        info.message(1, "pkg_info", package(&self.program.main.annotations));
        for (name, table, prefix) in &self.tables {
            if !has(&table.annotations, "hidden") {
                let named = |action: &Arc<Action>| self.name_of(action, prefix);
                let site = table::TableSite {
                    name,
                    table,
                    prefix,
                    objects: &self.objects,
                    sources: &self.program.sources,
                };
                info.message(2, "tables", site.message(&symbols, &mut types, &named));
                site.direct(&symbols, &mut info);
            }
        }
        for (name, action) in self.actions.iter().filter(|(_, action)| !has(&action.annotations, "hidden")) {
            info.message(
                3,
                "actions",
                table::action(name, action, !self.calls.contains(name), &symbols, &mut types),
            );
        }
        object::profiles(&self.tables, &self.objects, &symbols, &mut info);
        for site in &self.objects {
            site.put(&symbols, &mut types, &mut info);
        }
        for header in self.controller_headers() {
            info.message(9, "controller_packet_metadata", controller_header(header, &symbols, &mut types));
        }
        for (name, set) in &self.value_sets {
            info.message(10, "value_sets", object::value_set(name, set, &symbols));
        }
        let mut seen = Vec::new();
        for ty in &self.uses.digests {
            let name = digest_name(ty);
            if !seen.contains(&name) {
                let mut digest = Message::default();
                digest.message(1, "preamble", preamble(&symbols, Kind::Digest, &name, &[], &[]));
                digest.message(2, "type_spec", types.spec(ty));
                info.message(12, "digests", digest);
                seen.push(name);
            }
        }
        let types = types.finish();
        if !types.is_empty() {
            info.message(200, "type_info", types);
        }
        info
    }
}

/// The name of an instance; that of `Type.apply(…)` is called like its type.
fn instance_name(instance: &Instance) -> &str {
    let known = &*instance.control_plane_name;
    let last = known.rsplit('.').next().unwrap_or(known);
    if *instance.name == *format!("{last}_inst") { last } else { &instance.name }
}

fn digest_name(ty: &Type) -> String {
    match ty {
        Type::Structure(structure) => structure.flat_name(),
        _ => "digest_0".to_owned(),
    }
}

/// What is said of the program as a whole.
fn package(annotations: &[Annotation]) -> Message {
    let mut package = Message::default();
    let given = pairs(annotations, "pkginfo");
    let arch = given.iter().find(|(key, _)| key == "arch").map_or("v1model", |(_, value)| value.as_str());
    package.text(5, "arch", arch);
    const KEYS: [(u32, &str); 5] =
        [(1, "name"), (2, "version"), (6, "organization"), (7, "contact"), (8, "url")];
    for (number, key) in KEYS {
        if let Some((_, value)) = given.iter().find(|(other, _)| other == key) {
            package.text(number, key, value);
        }
    }
    let wanted = pairs(annotations, "platform_property");
    const PROPERTIES: [(u32, &str); 3] = [
        (1, "multicast_group_table_size"),
        (2, "multicast_group_table_total_replicas"),
        (3, "multicast_group_table_max_replicas_per_entry"),
    ];
    if !wanted.is_empty() {
        let mut properties = Message::default();
        for (number, key) in PROPERTIES {
            let value = wanted.iter().find(|(other, _)| other == key);
            let value = value.and_then(|(_, value)| typed::integer_literal(value));
            properties.number(number, key, value.and_then(|value| u64::try_from(value).ok()).unwrap_or(0));
        }
        package.message(11, "platform_properties", properties);
    }
    let numbers = Numbers { plain: 4, structured: 9, doc: 3 };
    describe(&mut package, numbers, annotations, &["pkginfo", "platform_property"]);
    package
}

fn controller_header(header: &typed::Structure, symbols: &Symbols, types: &mut Types) -> Message {
    let name = typed::annotation_string(&header.annotations, "controller_header").unwrap_or_default();
    let mut head = Message::default();
    head.number(1, "id", symbols.id(Kind::ControllerHeader, &header.name));
    head.text(2, "name", &name);
    head.text(3, "alias", &name);
    describe(&mut head, Numbers { plain: 4, structured: 6, doc: 5 }, &header.annotations, &[]);
    let mut message = Message::default();
    message.message(1, "preamble", head);
    let mut fields = Vec::new();
    flat(header, "", &mut fields);
    let ids = field_ids(fields.iter().map(|(_, field)| field.annotations.as_slice()));
    for ((name, field), id) in fields.iter().zip(ids) {
        if has(&field.annotations, "hidden") {
            continue;
        }
        let mut metadata = Message::default();
        metadata.number(1, "id", id);
        metadata.text(2, "name", name);
        describe(&mut metadata, Numbers { plain: 3, structured: 6, doc: 0 }, &field.annotations, &[]);
        metadata.number(4, "bitwidth", types::width(&field.ty));
        if let Some(name) = types.type_name(&field.ty) {
            metadata.message(5, "type_name", name);
        }
        message.message(2, "metadata", metadata);
    }
    message
}

/// The fields of a header, those of structs in it by their path.
fn flat<'a>(structure: &'a typed::Structure, prefix: &str, fields: &mut Vec<(String, &'a typed::Field)>) {
    for field in &structure.fields {
        let name = qualified(prefix, &field.name, &field.annotations);
        match &field.ty {
            Type::Structure(inner) => flat(inner, &name, fields),
            _ => fields.push((name, field)),
        }
    }
}
