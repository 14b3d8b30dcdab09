//! Tables and their constant entries.

use hyper4_bits::Bits;
use serde_json::Value;

use super::expressions::{bits, byte_string};
use super::model::{self, refuse_rest};
use super::names::{Names, Owner, Target, find};
use super::state::State;
use crate::{
    Action, ActionId, ConstEntry, DefaultEntry, DirectMeter, FieldRef, IrError, MatchKind, MatchValue,
    NextNode, PipelineKind, Table, TableId, TableImplementation, TableKey, TableNext,
};

fn kind_of(owner: &Owner<'_>, name: &str) -> Result<MatchKind, IrError> {
    match name {
        "exact" => Ok(MatchKind::Exact),
        "lpm" => Ok(MatchKind::Lpm),
        "ternary" => Ok(MatchKind::Ternary),
        "range" => Ok(MatchKind::Range),
        "valid" => {
            let reason =
                "match type `valid`: make it an `exact` key of the header's field `$valid$`, as p4c does";
            Err(owner.unsupported(reason))
        }
        _ => Err(owner.unsupported(format!("match type `{name}`: it is none of simple_switch's"))),
    }
}

pub(super) fn read(
    names: &Names,
    pipeline: PipelineKind,
    id: TableId,
    declared: &model::Table,
    actions: &[Action],
    state: &State,
) -> Result<Table, IrError> {
    let owner = Owner::new("table", &declared.name, declared.source_info.as_ref());
    refuse_rest(&owner, &declared.rest)?;
    let implementation = implementation(names, &owner, declared)?;
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
        Some(entries) => entries.as_slice(),
        None => &[],
    };
    let const_entries = entries.iter().map(|entry| read_entry(names, &owner, &keys, actions, entry));
    let const_entries: Vec<ConstEntry> = const_entries.collect::<Result<_, _>>()?;
    let hidden = declared.hidden.unwrap_or_else(|| {
        let constant = default_entry.as_ref().is_some_and(|entry| entry.const_action && entry.const_entry);
        keys.is_empty() && constant && !declared.name.contains('.')
    });
    if declared.max_size.is_none() && declared.entries.is_none() {
        return Err(owner.invalid("it has neither `max_size` nor `entries`"));
    }
    if implementation != TableImplementation::Simple && declared.entries.is_some() {
        return Err(owner.invalid("it isn't `simple` and so can't have `entries`"));
    }
    Ok(Table {
        name: declared.name.clone(),
        pipeline,
        match_kind: kind_of(&owner, &declared.match_type)?,
        next: read_next(names, &owner, declared, &ids, actions)?,
        keys,
        actions: ids,
        default_entry,
        const_entries,
        max_size: declared.size(),
        implementation,
        with_counters: declared.with_counters,
        direct_counter: state.counter_of.get(&id).copied(),
        direct_meter: direct_meter(names, &owner, declared, state)?,
        support_timeout: declared.support_timeout,
        hidden,
        source_info: declared.source_info.clone(),
    })
}

/// Where its entries' actions are.
fn implementation(
    names: &Names,
    owner: &Owner<'_>,
    declared: &model::Table,
) -> Result<TableImplementation, IrError> {
    match (declared.kind.as_str(), &declared.action_profile) {
        ("simple", None) => Ok(TableImplementation::Simple),
        ("indirect" | "indirect_ws", Some(profile)) => {
            let profile = find(&names.profiles, owner, "action profile", profile)?;
            Ok(TableImplementation::Profile(profile))
        }
        ("indirect" | "indirect_ws", None) => Err(owner.unsupported("an action profile of its own")),
        ("simple", Some(_)) => Err(owner.invalid("it is `simple`, but has an action profile")),
        (kind, _) => Err(owner.invalid(format!("invalid table type `{kind}`"))),
    }
}

fn direct_meter(
    names: &Names,
    owner: &Owner<'_>,
    declared: &model::Table,
    state: &State,
) -> Result<Option<DirectMeter>, IrError> {
    let Some(name) = &declared.direct_meters else { return Ok(None) };
    let meter = find(&names.meters, owner, "direct meter", name)?;
    let target = state.targets.get(&meter).copied();
    let target = target.ok_or_else(|| owner.invalid(format!("meter `{name}` is not direct")))?;
    Ok(Some(DirectMeter { meter, target }))
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

fn action_id(names: &Names, owner: &Owner<'_>, id: i64) -> Result<ActionId, IrError> {
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
