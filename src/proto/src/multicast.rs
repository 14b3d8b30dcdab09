//! Ports as simple_switch's clients write them, and the dump of multicast groups.

use std::collections::BTreeMap;

use hyper4_ir::{MulticastDump, MulticastNodeEntry};
use serde::{Deserialize, Serialize};

use crate::Value;

/// A digit for each number, the last for 0.
pub(crate) fn set_value(numbers: &[u16]) -> Value {
    let count = numbers.iter().max().map_or(0, |most| *most + 1);
    let digits = (0..count).rev().map(|number| if numbers.contains(&number) { b'1' } else { b'0' });
    Value::Binary(digits.collect())
}

/// The numbers of the digits that are 1, ascending. Of more than 512 digits simple_switch takes the first, as
/// `std::bitset` does; `None` where it throws, for other digits among those.
pub(crate) fn set_of(digits: &[u8]) -> Option<Vec<u16>> {
    const SIZE: usize = 512;
    let digits = digits.get(..digits.len().min(SIZE)).unwrap_or_default();
    if digits.iter().any(|digit| !matches!(digit, b'0' | b'1')) {
        return None;
    }
    let numbered = (0u16..).zip(digits.iter().rev());
    Some(numbered.filter(|(_, digit)| **digit == b'1').map(|(number, _)| number).collect())
}

#[derive(Serialize, Deserialize)]
struct Group {
    id: u16,
    l1_handles: Vec<u64>,
}

#[derive(Serialize, Deserialize)]
struct Node {
    handle: u64,
    l2_handle: u64,
    rid: u16,
}

#[derive(Serialize, Deserialize)]
struct Ports {
    handle: u64,
    lags: Vec<u16>,
    ports: Vec<u16>,
}

#[derive(Serialize, Deserialize)]
struct Lag {
    id: u16,
    ports: Vec<u16>,
}

/// As `bm_mc_get_entries` answers it: groups name their nodes in order, nodes their ports.
#[derive(Serialize, Deserialize)]
struct Everything {
    l1_handles: Vec<Node>,
    l2_handles: Vec<Ports>,
    #[serde(default)]
    lags: Vec<Lag>,
    mgrps: Vec<Group>,
}

/// What `bm_mc_get_entries` answers.
///
/// # Errors
/// What is wrong with the text.
pub fn multicast_dump(text: &str) -> Result<MulticastDump, String> {
    let all: Everything = serde_json::from_str(text).map_err(|error| format!("groups as JSON: {error}"))?;
    let ports: BTreeMap<u64, &Ports> = all.l2_handles.iter().map(|ports| (ports.handle, ports)).collect();
    let mut nodes = BTreeMap::new();
    for node in &all.l1_handles {
        let found = ports.get(&node.l2_handle).ok_or_else(|| format!("no ports of node {}", node.handle))?;
        let entry =
            MulticastNodeEntry { rid: node.rid, ports: found.ports.clone(), lags: found.lags.clone() };
        nodes.insert(node.handle, entry);
    }
    if let Some(handle) =
        all.mgrps.iter().flat_map(|group| &group.l1_handles).find(|h| !nodes.contains_key(h))
    {
        return Err(format!("no node {handle}"));
    }
    Ok(MulticastDump {
        groups: all.mgrps.into_iter().map(|group| (group.id, group.l1_handles)).collect(),
        nodes,
        lags: all.lags.into_iter().map(|lag| (lag.id, lag.ports)).collect(),
    })
}

/// What `bm_mc_get_entries` answers.
pub(crate) fn multicast_text(dump: &MulticastDump) -> String {
    let nodes = dump.nodes.iter();
    let everything = Everything {
        l1_handles: nodes
            .clone()
            .map(|(handle, node)| Node { handle: *handle, l2_handle: *handle, rid: node.rid })
            .collect(),
        l2_handles: nodes
            .map(|(handle, node)| Ports {
                handle: *handle,
                lags: node.lags.clone(),
                ports: node.ports.clone(),
            })
            .collect(),
        // simple_switch goes through hash tables, in which what came last mostly comes first.
        lags: dump.lags.iter().rev().map(|(id, ports)| Lag { id: *id, ports: ports.clone() }).collect(),
        mgrps: dump
            .groups
            .iter()
            .rev()
            .map(|(id, nodes)| Group { id: *id, l1_handles: nodes.clone() })
            .collect(),
    };
    serde_json::to_string_pretty(&everything).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_read_in_the_order_of_their_nodes() {
        let text = r#"{"mgrps": [{"id": 7, "l1_handles": [1, 0]}, {"id": 8, "l1_handles": []}],
            "l1_handles": [{"handle": 0, "rid": 5, "l2_handle": 1}, {"handle": 1, "rid": 6, "l2_handle": 0}],
            "l2_handles": [{"handle": 0, "ports": [3], "lags": []}, {"handle": 1, "ports": [1, 2], "lags": [4]}],
            "lags": [{"id": 4, "ports": [9]}]}"#;
        let dump = multicast_dump(text).unwrap();
        assert_eq!(dump.groups, BTreeMap::from([(7, vec![1, 0]), (8, vec![])]));
        assert_eq!(dump.nodes[&0], MulticastNodeEntry { rid: 5, ports: vec![1, 2], lags: vec![4] });
        assert_eq!(multicast_dump(&multicast_text(&dump)), Ok(dump));
        let dangling = r#"{"mgrps": [{"id": 7, "l1_handles": [1]}], "l1_handles": [], "l2_handles": []}"#;
        assert!(multicast_dump(dangling).is_err());
    }

    #[test]
    fn a_set_is_written_from_the_right() {
        assert_eq!(set_value(&[0, 3]), Value::Binary(b"1001".to_vec()));
        assert_eq!(set_value(&[]), Value::Binary(Vec::new()));
        assert_eq!(set_of(b"1001"), Some(vec![0, 3]));
        assert_eq!(set_of(b""), Some(vec![]));
        assert_eq!(set_of(b"2"), None);
        assert_eq!(set_of([[b'1'; 1].as_slice(), &[b'0'; 512]].concat().as_slice()), Some(vec![511]));
    }
}
