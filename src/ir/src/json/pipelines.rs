//! Pipelines, tables and conditions.

use hyper4_bits::Bits;
use serde_json::Value;

use super::expressions::{bits, byte_string, expression};
use super::model::{self, refuse_rest};
use super::names::{Names, Owner, Target};
use crate::{
    Action, ActionId, ConditionalId, ConstEntry, DefaultEntry, FieldRef, IrError, MatchKind, MatchValue,
    NextNode, Node, Pipeline, PipelineKind, Table, TableConditional, TableId, TableKey, TableNext,
};

/// Both pipelines and their nodes.
#[derive(Debug)]
pub(super) struct Pipelines {
    pub(super) tables: Vec<Table>,
    pub(super) conditionals: Vec<TableConditional>,
    pub(super) ingress: Pipeline,
    pub(super) egress: Pipeline,
}

pub(super) fn read(
    names: &mut Names,
    declared: &[model::Pipeline],
    actions: &[Action],
) -> Result<Pipelines, IrError> {
    let mut tables = Vec::new();
    let mut conditionals = Vec::new();
    let mut kinds = Vec::new();
    for pipeline in declared {
        let owner = Owner::new("pipeline", &pipeline.name, None);
        refuse_rest(&owner, &pipeline.rest)?;
        let kind = match pipeline.name.as_str() {
            "ingress" => PipelineKind::Ingress,
            "egress" => PipelineKind::Egress,
            _ => return Err(owner.unsupported("simple_switch has `ingress` and `egress` only")),
        };
        if kinds.iter().any(|(other, _)| *other == kind) {
            return Err(owner.invalid("it is declared twice"));
        }
        kinds.push((kind, pipeline));
        tables.extend(pipeline.tables.iter().map(|table| (kind, table)));
        conditionals.extend(pipeline.conditionals.iter().map(|conditional| (kind, conditional)));
    }
    // Ids order the nodes of both pipelines as the program does.
    tables.sort_by_key(|(_, table)| table.id);
    conditionals.sort_by_key(|(_, conditional)| conditional.id);
    let of_tables = (0u32..).map(|id| Node::Table(TableId(id))).zip(tables.iter().map(|(_, t)| &t.name));
    let of_conditionals = (0u32..)
        .map(|id| Node::Conditional(ConditionalId(id)))
        .zip(conditionals.iter().map(|(_, conditional)| &conditional.name));
    for (node, name) in of_tables.chain(of_conditionals) {
        if names.nodes.insert(name.clone(), node).is_some() {
            return Err(Owner::new("node", name, None).invalid("two tables or conditions have that name"));
        }
    }
    let pipeline = |kind| {
        let found = kinds.iter().find(|(other, _)| *other == kind).map(|(_, pipeline)| *pipeline);
        let missing = || Owner::new("program", "", None).invalid("it has no `ingress` or no `egress`");
        let found = found.ok_or_else(missing)?;
        let owner = Owner::new("pipeline", &found.name, None);
        Ok(Pipeline { kind, start: names.node(&owner, found.init_table.as_deref())? })
    };
    let (ingress, egress) = (pipeline(PipelineKind::Ingress)?, pipeline(PipelineKind::Egress)?);
    let tables = tables.into_iter().map(|(kind, table)| read_table(names, kind, table, actions));
    let conditionals = conditionals.into_iter().map(|(kind, c)| read_conditional(names, kind, c));
    Ok(Pipelines {
        tables: tables.collect::<Result<_, _>>()?,
        conditionals: conditionals.collect::<Result<_, _>>()?,
        ingress,
        egress,
    })
}

fn read_conditional(
    names: &Names,
    pipeline: PipelineKind,
    declared: &model::Conditional,
) -> Result<TableConditional, IrError> {
    let owner = Owner::new("condition", &declared.name, declared.source_info.as_ref());
    refuse_rest(&owner, &declared.rest)?;
    Ok(TableConditional {
        name: declared.name.clone(),
        pipeline,
        expression: expression(names, &owner, &declared.expression)?,
        true_next: names.node(&owner, declared.true_next.as_deref())?,
        false_next: names.node(&owner, declared.false_next.as_deref())?,
        source_info: declared.source_info.clone(),
    })
}

fn kind_of(owner: &Owner<'_>, name: &str) -> Result<MatchKind, IrError> {
    match name {
        "exact" => Ok(MatchKind::Exact),
        "lpm" => Ok(MatchKind::Lpm),
        "ternary" => Ok(MatchKind::Ternary),
        "range" => Ok(MatchKind::Range),
        _ => Err(owner.unsupported(format!("match type `{name}`"))),
    }
}

fn read_table(
    names: &Names,
    pipeline: PipelineKind,
    declared: &model::Table,
    actions: &[Action],
) -> Result<Table, IrError> {
    let owner = Owner::new("table", &declared.name, declared.source_info.as_ref());
    refuse_rest(&owner, &declared.rest)?;
    if declared.kind != "simple" {
        return Err(owner.unsupported(format!("a table of type `{}`", declared.kind)));
    }
    let keys: Vec<TableKey> =
        declared.key.iter().map(|key| read_key(names, &owner, key)).collect::<Result<_, _>>()?;
    let ids: Vec<ActionId> = match &declared.action_ids {
        Some(ids) => ids.iter().map(|id| action_id(names, &owner, *id)).collect::<Result<_, _>>()?,
        None => {
            let by_name = |name: &String| {
                let position = actions.iter().position(|action| action.name == *name);
                position.map(|id| ActionId(id as u32)).ok_or_else(|| owner.unresolved(name))
            };
            declared.actions.iter().map(by_name).collect::<Result<_, _>>()?
        }
    };
    let default_entry = match &declared.default_entry {
        Some(entry) => {
            refuse_rest(&owner, &entry.rest)?;
            let action = action_id(names, &owner, entry.action_id)?;
            Some(DefaultEntry {
                action,
                arguments: arguments(&owner, actions, action, &entry.action_data)?,
                const_action: entry.action_const,
                const_entry: entry.action_entry_const,
            })
        }
        None => None,
    };
    let entries = match &declared.entries {
        Some(entries) if entries.is_empty() => {
            return Err(owner.unsupported("a list of constant entries that is empty"));
        }
        Some(entries) => entries.as_slice(),
        None => &[],
    };
    let const_entries = entries.iter().map(|entry| read_entry(names, &owner, &keys, actions, entry));
    let const_entries: Vec<ConstEntry> = const_entries.collect::<Result<_, _>>()?;
    let hidden = declared.hidden.unwrap_or_else(|| {
        let constant = default_entry.as_ref().is_some_and(|entry| entry.const_action && entry.const_entry);
        keys.is_empty() && constant && !declared.name.contains('.')
    });
    let max_size = match declared.max_size {
        Some(size) => size,
        None if const_entries.is_empty() => return Err(owner.invalid("it has no `max_size`")),
        None => const_entries.len() as u32,
    };
    Ok(Table {
        name: declared.name.clone(),
        pipeline,
        match_kind: kind_of(&owner, &declared.match_type)?,
        next: read_next(names, &owner, declared, &ids, actions)?,
        keys,
        actions: ids,
        default_entry,
        const_entries,
        max_size,
        implementation: crate::TableImplementation::Simple,
        with_counters: declared.with_counters,
        direct_counter: None,
        direct_meter: None,
        support_timeout: declared.support_timeout,
        hidden,
        source_info: declared.source_info.clone(),
    })
}

fn read_key(names: &Names, owner: &Owner<'_>, declared: &model::TableKey) -> Result<TableKey, IrError> {
    refuse_rest(owner, &declared.rest)?;
    let (field, width, valid_of) = match names.target(owner, &declared.target)? {
        Target::Field(field) => (field, names.width(field), None),
        Target::Valid(header) => (FieldRef { header, field: 0 }, 1, Some(header)),
    };
    let target: Vec<&str> =
        declared.target.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let match_kind = match (kind_of(owner, &declared.match_type)?, declared.optional) {
        (MatchKind::Ternary, true) => MatchKind::Optional,
        (kind, _) => kind,
    };
    let mask = declared.mask.as_deref().map(|mask| byte_string(owner, width, mask)).transpose()?;
    let name = declared.name.clone().unwrap_or_else(|| target.join("."));
    Ok(TableKey { name, match_kind, field, width, mask, valid_of })
}

fn action_id(names: &Names, owner: &Owner<'_>, id: u32) -> Result<ActionId, IrError> {
    let found = names.actions.get(&id).copied();
    found.map(|index| ActionId(index as u32)).ok_or_else(|| owner.unresolved(format!("action {id}")))
}

fn arguments(
    owner: &Owner<'_>,
    actions: &[Action],
    action: ActionId,
    data: &[String],
) -> Result<Vec<Bits>, IrError> {
    let parameters = actions.get(action.index()).map_or(&[][..], |action| action.parameters.as_slice());
    if parameters.len() != data.len() {
        let (given, wanted) = (data.len(), parameters.len());
        return Err(owner.invalid(format!("{given} arguments for an action with {wanted} parameters")));
    }
    parameters.iter().zip(data).map(|(parameter, text)| bits(owner, parameter.width, text)).collect()
}

fn read_next(
    names: &Names,
    owner: &Owner<'_>,
    declared: &model::Table,
    ids: &[ActionId],
    actions: &[Action],
) -> Result<TableNext, IrError> {
    let next = |name: &str| -> Result<NextNode, IrError> {
        match declared.next_tables.get(name) {
            Some(Value::Null) => Ok(None),
            Some(Value::String(node)) => names.node(owner, Some(node)),
            Some(other) => Err(owner.invalid(format!("`{other}` is no node's name"))),
            None => Err(owner.invalid(format!("`next_tables` lacks `{name}`"))),
        }
    };
    let hit_or_miss = ["__HIT__", "__MISS__"].iter().any(|name| declared.next_tables.contains_key(*name));
    if hit_or_miss {
        if declared.next_tables.len() != 2 {
            return Err(owner.invalid("`next_tables` must have `__HIT__` and `__MISS__` and nothing else"));
        }
        return Ok(TableNext::HitMiss { hit: next("__HIT__")?, miss: next("__MISS__")? });
    }
    if declared.next_tables.len() != ids.len() {
        let (found, wanted) = (declared.next_tables.len(), ids.len());
        return Err(owner.invalid(format!("`next_tables` has {found} nodes for {wanted} actions")));
    }
    let by_action = |id: &ActionId| next(actions.get(id.index()).map_or("", |action| action.name.as_str()));
    Ok(TableNext::ByAction {
        nodes: ids.iter().map(by_action).collect::<Result<_, _>>()?,
        base_default: names.node(owner, declared.base_default_next.as_deref())?,
    })
}

fn read_entry(
    names: &Names,
    owner: &Owner<'_>,
    keys: &[TableKey],
    actions: &[Action],
    declared: &model::Entry,
) -> Result<ConstEntry, IrError> {
    let owner = &Owner { source_info: declared.source_info.as_ref().or(owner.source_info), ..*owner };
    refuse_rest(owner, &declared.rest)?;
    if declared.match_key.len() != keys.len() {
        let (found, wanted) = (declared.match_key.len(), keys.len());
        return Err(owner.invalid(format!("an entry has {found} keys, but the table {wanted}")));
    }
    let key = keys.iter().zip(&declared.match_key).map(|(key, value)| read_value(owner, key, value));
    let action = action_id(names, owner, declared.action_entry.action_id)?;
    let priority = u32::try_from(declared.priority).ok().filter(|priority| *priority <= i32::MAX as u32);
    Ok(ConstEntry {
        key: key.collect::<Result<_, _>>()?,
        action,
        arguments: arguments(owner, actions, action, &declared.action_entry.action_data)?,
        priority: priority
            .ok_or_else(|| owner.unsupported(format!("an entry with priority {}", declared.priority)))?,
        source_info: declared.source_info.clone(),
    })
}

fn read_value(owner: &Owner<'_>, key: &TableKey, value: &model::EntryKey) -> Result<MatchValue, IrError> {
    let lacks = |what: &str| owner.invalid(format!("an entry lacks `{what}` for key `{}`", key.name));
    let text = |text: &Option<String>, what: &str| match text {
        Some(text) => byte_string(owner, key.width, text),
        None => Err(lacks(what)),
    };
    let kind = kind_of(owner, &value.match_type)?;
    let declared = if key.match_kind == MatchKind::Optional { MatchKind::Ternary } else { key.match_kind };
    if kind != declared {
        let found = &value.match_type;
        return Err(owner.invalid(format!("an entry matches key `{}` by `{found}`", key.name)));
    }
    Ok(match key.match_kind {
        MatchKind::Exact => MatchValue::Exact(text(&value.key, "key")?),
        MatchKind::Lpm => MatchValue::Lpm {
            value: text(&value.key, "key")?,
            prefix_length: value.prefix_length.ok_or_else(|| lacks("prefix_length"))?,
        },
        MatchKind::Ternary => {
            MatchValue::Ternary { value: text(&value.key, "key")?, mask: text(&value.mask, "mask")? }
        }
        MatchKind::Range => {
            MatchValue::Range { low: text(&value.start, "start")?, high: text(&value.end, "end")? }
        }
        MatchKind::Optional => {
            let (wanted, mask) = (text(&value.key, "key")?, text(&value.mask, "mask")?);
            match (mask.is_ones(), mask.is_zero()) {
                (true, _) => MatchValue::Optional(Some(wanted)),
                (_, true) => MatchValue::Optional(None),
                _ => return Err(owner.invalid(format!("mask {mask} of optional key `{}`", key.name))),
            }
        }
    })
}
