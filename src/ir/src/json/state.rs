//! What outlives a packet, and lists of fields.

use std::collections::HashMap;

use super::model::{self, Root, Typed, refuse_rest};
use super::names::{Names, Owner, unique_ids};
use super::pipelines::Order;
use crate::{
    CounterArray, CounterId, FieldList, FieldListId, FieldRef, IrError, LearnElement, LearnList, LearnListId,
    MeterArray, MeterId, MeterUnit, Node, RegisterArray, RegisterId, SourceInfo, TableId, ValueSet,
    ValueSetId,
};

/// All of it.
#[derive(Debug)]
pub(super) struct State {
    pub(super) counters: Vec<CounterArray>,
    pub(super) meters: Vec<MeterArray>,
    pub(super) registers: Vec<RegisterArray>,
    pub(super) field_lists: Vec<FieldList>,
    pub(super) learn_lists: Vec<LearnList>,
    pub(super) value_sets: Vec<ValueSet>,
    /// The direct counter of a table.
    pub(super) counter_of: HashMap<TableId, CounterId>,
    /// Where the colours of direct meters go.
    pub(super) targets: HashMap<MeterId, FieldRef>,
}

pub(super) fn read(names: &mut Names, root: &Root, order: &Order<'_>) -> Result<State, IrError> {
    let mut counter_of = HashMap::new();
    let mut targets = HashMap::new();
    Ok(State {
        counters: counters(names, root, order, &mut counter_of)?,
        meters: meters(names, root, order, &mut targets)?,
        registers: registers(names, root)?,
        field_lists: field_lists(names, root)?,
        learn_lists: learn_lists(names, root)?,
        value_sets: value_sets(names, root)?,
        counter_of,
        targets,
    })
}

fn declare<T>(map: &mut HashMap<String, T>, owner: &Owner<'_>, id: T) -> Result<(), IrError> {
    match map.insert(owner.name.to_owned(), id) {
        Some(_) => Err(owner.invalid("it is declared twice")),
        None => Ok(()),
    }
}

fn owner<'a>(kind: &'static str, name: &'a str, source_info: &'a Option<SourceInfo>) -> Owner<'a> {
    Owner::new(kind, name, source_info.as_ref())
}

/// The table that a direct counter or meter belongs to.
fn bound(names: &Names, owner: &Owner<'_>, table: Option<&str>) -> Result<TableId, IrError> {
    match table.and_then(|table| names.nodes.get(table)) {
        Some(Node::Table(id)) => Ok(*id),
        _ => Err(owner.unsupported("it is direct, but of no table")),
    }
}

fn table_size(order: &Order<'_>, table: TableId) -> u32 {
    order.tables.get(table.index()).map_or(0, |(_, table)| table.size())
}

fn counters(
    names: &mut Names,
    root: &Root,
    order: &Order<'_>,
    counter_of: &mut HashMap<TableId, CounterId>,
) -> Result<Vec<CounterArray>, IrError> {
    unique_ids("counter", root.counter_arrays.iter().map(|declared| declared.id))?;
    let mut counters = Vec::new();
    for (id, declared) in (0u32..).map(CounterId).zip(&root.counter_arrays) {
        let owner = owner("counter", &declared.name, &declared.source_info);
        refuse_rest(&owner, &declared.rest)?;
        declare(&mut names.counters, &owner, id)?;
        let (direct, size) = if declared.is_direct {
            let table = bound(names, &owner, declared.binding.as_deref())?;
            if counter_of.insert(table, id).is_some() {
                return Err(owner.unsupported("its table has another direct counter too"));
            }
            (Some(table), table_size(order, table))
        } else {
            (None, declared.size.ok_or_else(|| owner.invalid("it has no `size`"))?)
        };
        let (name, source_info) = (declared.name.clone(), declared.source_info.clone());
        counters.push(CounterArray { name, direct, size, source_info });
    }
    Ok(counters)
}

fn meters(
    names: &mut Names,
    root: &Root,
    order: &Order<'_>,
    targets: &mut HashMap<MeterId, FieldRef>,
) -> Result<Vec<MeterArray>, IrError> {
    unique_ids("meter", root.meter_arrays.iter().map(|declared| declared.id))?;
    let mut meters = Vec::new();
    for (id, declared) in (0u32..).map(MeterId).zip(&root.meter_arrays) {
        let owner = owner("meter", &declared.name, &declared.source_info);
        refuse_rest(&owner, &declared.rest)?;
        declare(&mut names.meters, &owner, id)?;
        let unit = match declared.kind.as_str() {
            "packets" => MeterUnit::Packets,
            "bytes" => MeterUnit::Bytes,
            kind => return Err(owner.invalid(format!("invalid meter type `{kind}`"))),
        };
        let mut size = declared.size;
        let direct = if declared.is_direct {
            let (header, field) =
                declared.result_target.as_ref().ok_or_else(|| owner.invalid("it has no `result_target`"))?;
            targets.insert(id, names.field(&owner, header, field)?);
            let user =
                order.tables.iter().find(|(_, table)| table.direct_meters.as_ref() == Some(&declared.name));
            let user = user.map(|(_, table)| table.name.as_str()).or(declared.binding.as_deref());
            let table = bound(names, &owner, user)?;
            size = table_size(order, table);
            Some(table)
        } else {
            None
        };
        meters.push(MeterArray {
            name: declared.name.clone(),
            direct,
            size,
            unit,
            rate_count: declared.rate_count,
            source_info: declared.source_info.clone(),
        });
    }
    Ok(meters)
}

fn registers(names: &mut Names, root: &Root) -> Result<Vec<RegisterArray>, IrError> {
    unique_ids("register", root.register_arrays.iter().map(|declared| declared.id))?;
    let mut registers = Vec::new();
    for (id, declared) in (0u32..).map(RegisterId).zip(&root.register_arrays) {
        let owner = owner("register", &declared.name, &declared.source_info);
        refuse_rest(&owner, &declared.rest)?;
        declare(&mut names.registers, &owner, id)?;
        registers.push(RegisterArray {
            name: declared.name.clone(),
            width: declared.bitwidth,
            size: declared.size,
            source_info: declared.source_info.clone(),
        });
    }
    Ok(registers)
}

/// The number of a list, which packets carry in 16 bits.
fn list_id(owner: &Owner<'_>, id: i64) -> Result<u32, IrError> {
    u16::try_from(id).ok().filter(|id| *id != 0).map(u32::from).ok_or_else(|| {
        owner.unsupported(format!("id {id} of a list, which primitives could not name: 1 to 65535"))
    })
}

/// The name of the list, the last one, that stands for none.
pub(super) const NO_FIELDS: &str = "nothing";

fn field_lists(names: &mut Names, root: &Root) -> Result<Vec<FieldList>, IrError> {
    let mut lists = Vec::new();
    for (id, declared) in (0u32..).map(FieldListId).zip(&root.field_lists) {
        let owner = Owner::new("field list", &declared.name, None);
        refuse_rest(&owner, &declared.rest)?;
        let number = list_id(&owner, declared.id)?;
        let last = id.index().saturating_add(1) == root.field_lists.len();
        if last && declared.name == NO_FIELDS && declared.elements.is_empty() {
            names.no_fields = Some(number);
            continue;
        }
        if names.field_lists.insert(number, id).is_some() {
            return Err(owner.invalid(format!("another field list has the id {number} too")));
        }
        let mut fields = Vec::new();
        for element in &declared.elements {
            match element.kind.as_str() {
                "field" => fields.push(names.place(&owner, &element.value)?),
                // simple_switch copies fields alone.
                "hexstr" => {}
                kind => return Err(owner.invalid(format!("invalid entry type `{kind}` in field list"))),
            }
        }
        lists.push(FieldList { id: number, name: declared.name.clone(), fields });
    }
    Ok(lists)
}

fn learn_lists(names: &mut Names, root: &Root) -> Result<Vec<LearnList>, IrError> {
    let mut lists = Vec::new();
    for (id, declared) in (0u32..).map(LearnListId).zip(&root.learn_lists) {
        let owner = owner("learn list", &declared.name, &declared.source_info);
        refuse_rest(&owner, &declared.rest)?;
        let number = list_id(&owner, declared.id)?;
        if names.learn_lists.insert(number, id).is_some() {
            return Err(owner.invalid(format!("another learn list has the id {number} too")));
        }
        let element = |element: &Typed| match element.kind.as_str() {
            "field" => Ok(LearnElement::Field(names.place(&owner, &element.value)?)),
            kind => {
                Err(owner.invalid(format!("an element of type `{kind}`: simple_switch sends fields alone")))
            }
        };
        let elements = declared.elements.iter().map(element).collect::<Result<_, _>>()?;
        lists.push(LearnList { id: number, name: declared.name.clone(), elements });
    }
    Ok(lists)
}

fn value_sets(names: &mut Names, root: &Root) -> Result<Vec<ValueSet>, IrError> {
    unique_ids("value set", root.parse_vsets.iter().map(|declared| declared.id))?;
    let mut sets = Vec::new();
    for (id, declared) in (0u32..).map(ValueSetId).zip(&root.parse_vsets) {
        let owner = Owner::new("value set", &declared.name, None);
        refuse_rest(&owner, &declared.rest)?;
        declare(&mut names.value_sets, &owner, id)?;
        let model::ValueSet { name, compressed_bitwidth, max_size, .. } = declared;
        sets.push(ValueSet { name: name.clone(), width: *compressed_bitwidth, max_size: *max_size });
    }
    Ok(sets)
}
