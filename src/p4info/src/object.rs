//! Objects of v1model's extern types, and value sets.

use std::sync::Arc;

use hyper4_p4::typed::{
    self, Annotation, Expression, ExpressionKind, Instance, StructureKind, Table, Type, annotation_integers,
};

use crate::annotation::{Numbers, describe, field_ids, preamble};
use crate::message::{Message, Value};
use crate::qualified;
use crate::symbol::{Kind, Symbols};
use crate::table::match_type;
use crate::types::Types;

/// Properties of tables that name their own objects.
pub(crate) const DIRECT: [(&str, Kind); 2] =
    [("counters", Kind::DirectCounter), ("meters", Kind::DirectMeter)];

/// An object and its name.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    pub(crate) name: String,
    pub(crate) annotations: Vec<Annotation>,
    instance: Arc<Instance>,
}

impl Site {
    pub(crate) fn new(name: String, instance: &Arc<Instance>) -> Self {
        Self { name, annotations: instance.annotations.clone(), instance: Arc::clone(instance) }
    }

    fn extern_type(&self) -> (&str, &[Type]) {
        match &self.instance.ty {
            Type::Extern(declared, types) => (&declared.name, types),
            _ => ("", &[]),
        }
    }

    /// What it is to a controller.
    pub(crate) fn kind(&self) -> Option<Kind> {
        match self.extern_type().0 {
            "counter" => Some(Kind::Counter),
            "direct_counter" => Some(Kind::DirectCounter),
            "meter" => Some(Kind::Meter),
            "direct_meter" => Some(Kind::DirectMeter),
            "register" => Some(Kind::Register),
            "action_profile" | "action_selector" => Some(Kind::ActionProfile),
            _ => None,
        }
    }

    fn argument(&self, position: usize) -> Option<&Expression> {
        self.instance.arguments.get(position)
    }

    fn number(&self, position: usize) -> u64 {
        match self.argument(position).map(|argument| &argument.kind) {
            Some(ExpressionKind::Integer(value)) => u64::try_from(value).unwrap_or(0),
            _ => 0,
        }
    }

    /// What is counted or measured.
    fn unit(&self, position: usize) -> Message {
        let mut spec = Message::default();
        let member = match self.argument(position).map(|argument| &argument.kind) {
            Some(ExpressionKind::EnumMember(member)) => &**member,
            _ => "",
        };
        let unit = match member {
            "bytes" => Value::Enum(1, "BYTES"),
            "packets" => Value::Enum(2, "PACKETS"),
            "packets_and_bytes" => Value::Enum(3, "BOTH"),
            _ => return spec,
        };
        spec.put(1, "unit", unit);
        spec
    }

    fn preamble(&self, kind: Kind, symbols: &Symbols) -> Message {
        preamble(symbols, kind, &self.name, &self.annotations, &[])
    }

    /// An array. What belongs to a table is told with the table, and profiles on their own.
    pub(crate) fn put(&self, symbols: &Symbols, types: &mut Types, info: &mut Message) {
        let (_, arguments) = self.extern_type();
        let mut message = Message::default();
        let mut index = |position: usize, message: &mut Message| {
            if let Some(name) = arguments.get(position).and_then(|ty| types.type_name(ty)) {
                message.message(4, "index_type_name", name);
            }
        };
        match self.kind() {
            Some(kind @ (Kind::Counter | Kind::Meter)) => {
                message.message(1, "preamble", self.preamble(kind, symbols));
                message.message(2, "spec", self.unit(1));
                message.number(3, "size", self.number(0));
                index(0, &mut message);
                let (number, name) = if kind == Kind::Counter { (5, "counters") } else { (7, "meters") };
                info.message(number, name, message);
            }
            Some(Kind::Register) => {
                message.message(1, "preamble", self.preamble(Kind::Register, symbols));
                message.number(3, "size", self.number(0));
                index(1, &mut message);
                if let Some(element) = arguments.first() {
                    message.message(2, "type_spec", types.spec(element));
                }
                info.message(11, "registers", message);
            }
            _ => {}
        }
    }

    pub(crate) fn put_direct(&self, kind: Kind, table: u64, symbols: &Symbols, info: &mut Message) {
        let mut message = Message::default();
        message.message(1, "preamble", self.preamble(kind, symbols));
        message.message(2, "spec", self.unit(0));
        message.number(3, "direct_table_id", table);
        match kind {
            Kind::DirectCounter => info.message(6, "direct_counters", message),
            _ => info.message(8, "direct_meters", message),
        }
    }

    fn profile(&self, tables: &[u64], symbols: &Symbols) -> Message {
        const TOLD: [&str; 3] = ["max_group_size", "selector_size_semantics", "max_member_weight"];
        let mut message = Message::default();
        let head = preamble(symbols, Kind::ActionProfile, &self.name, &self.annotations, &TOLD);
        message.message(1, "preamble", head);
        for table in tables {
            message.number(2, "table_ids", *table);
        }
        let selects = self.extern_type().0 == "action_selector";
        message.truth(3, "with_selector", selects);
        message.number(4, "size", self.number(usize::from(selects)));
        if selects {
            let given = |name| annotation_integers(&self.annotations, name).into_iter().next();
            let given = |name| given(name).and_then(|value| u64::try_from(value).ok()).unwrap_or(0);
            message.number(5, "max_group_size", given("max_group_size"));
            let semantics = typed::annotation_string(&self.annotations, "selector_size_semantics");
            match semantics.map(|semantics| semantics.to_ascii_lowercase()).as_deref() {
                Some("sum_of_weights") => message.message(6, "sum_of_weights", Message::default()),
                Some("sum_of_members") => {
                    let mut members = Message::default();
                    members.number(1, "max_member_weight", given("max_member_weight"));
                    message.message(7, "sum_of_members", members);
                }
                _ => {}
            }
        }
        message
    }
}

/// The object that a property of a table names or makes.
pub(crate) fn of_property(table: &Table, property: &str, prefix: &str, objects: &[Site]) -> Option<Site> {
    let declared = table.properties.iter().find(|other| &*other.name == property)?;
    let ExpressionKind::Instance(instance) = &declared.value.kind else { return None };
    let known =
        objects.iter().find(|site| Arc::ptr_eq(&site.instance, instance) && site.name.starts_with(prefix));
    let known = known.or_else(|| objects.iter().find(|site| Arc::ptr_eq(&site.instance, instance)));
    Some(known.cloned().unwrap_or_else(|| Site {
        name: qualified("", &declared.name, &declared.annotations),
        annotations: declared.annotations.clone(),
        instance: Arc::clone(instance),
    }))
}

/// Objects that a table's properties make on the spot.
pub(crate) fn made_in(table: &Table, prefix: &str, objects: &[Site]) -> Vec<Site> {
    let found = ["implementation", "counters", "meters"].into_iter();
    let found = found.filter_map(|property| of_property(table, property, prefix, objects));
    found.filter(|site| objects.iter().all(|known| known.name != site.name)).collect()
}

/// Action profiles and selectors, each with the tables that share it.
pub(crate) fn profiles(
    tables: &[(String, Arc<Table>, String)],
    objects: &[Site],
    symbols: &Symbols,
    info: &mut Message,
) {
    let mut profiles: Vec<(Site, Vec<u64>)> = objects
        .iter()
        .filter(|site| site.kind() == Some(Kind::ActionProfile))
        .map(|site| (site.clone(), Vec::new()))
        .collect();
    for (name, table, prefix) in tables {
        let Some(site) = of_property(table, "implementation", prefix, objects) else { continue };
        let id = symbols.id(Kind::Table, name);
        match profiles.iter_mut().find(|(other, _)| other.name == site.name) {
            Some((_, ids)) => ids.push(id),
            None => profiles.push((site, vec![id])),
        }
    }
    for (site, ids) in profiles {
        info.message(4, "action_profiles", site.profile(&ids, symbols));
    }
}

/// A value set: its size and what its members are made of.
pub(crate) fn value_set(name: &str, set: &Instance, symbols: &Symbols) -> Message {
    let mut message = Message::default();
    message.message(1, "preamble", preamble(symbols, Kind::ValueSet, name, &set.annotations, &[]));
    let Type::ValueSet(element) = &set.ty else { return message };
    let exact = |id: u64, name: &str, width: u64| {
        let mut field = Message::default();
        field.number(1, "id", id);
        field.text(2, "name", name);
        field.number(4, "bitwidth", width);
        field
    };
    match &**element {
        Type::Structure(structure) if structure.kind == StructureKind::Struct => {
            let ids = field_ids(structure.fields.iter().map(|field| field.annotations.as_slice()));
            for (field, id) in structure.fields.iter().zip(ids) {
                let mut described = exact(id, &field.name, field.ty.width().map_or(0, u64::from));
                let kind = typed::annotation_word(&field.annotations, "match");
                match_type(&mut described, kind.as_deref().unwrap_or("exact"));
                let numbers = Numbers { plain: 3, structured: 9, doc: 6 };
                describe(&mut described, numbers, &field.annotations, &["match"]);
                message.message(2, "match", described);
            }
        }
        Type::Enum(declared) => {
            for (member, id) in declared.members.iter().zip(1u64..) {
                let mut described = exact(id, &member.name, element.width().map_or(0, u64::from));
                match_type(&mut described, "exact");
                message.message(2, "match", described);
            }
        }
        ty => {
            let mut described = exact(1, "", ty.width().map_or(0, u64::from));
            match_type(&mut described, "exact");
            message.message(2, "match", described);
        }
    }
    if let Some(ExpressionKind::Integer(size)) = set.arguments.first().map(|size| &size.kind) {
        message.number(3, "size", u64::try_from(size).unwrap_or(0));
    }
    message
}
