//! The packet replication engine: multicast groups and clone sessions.

use std::collections::{BTreeMap, BTreeSet};

use hyper4_ir::{Command, MirroringCommand, MirroringSession};
use hyper4_p4runtime::tonic::Code;
use hyper4_p4runtime::v1::packet_replication_engine_entry::Type as Replication;
use hyper4_p4runtime::v1::replica::PortKind;
use hyper4_p4runtime::v1::update::Type;
use hyper4_p4runtime::v1::{CloneSessionEntry, MulticastGroupEntry, PacketReplicationEngineEntry, Replica};

use super::Context;
use crate::Failure;
use crate::value::decode;

/// Bits of a port in v1model.
const PORT_BITS: u32 = 9;
/// Numbers of clone sessions, 0 not among them.
const LAST_SESSION: u32 = 32767;

fn exists(what: String) -> Failure {
    Failure::new(Code::AlreadyExists, format!("there is a {what} already"))
}

fn missing(what: String) -> Failure {
    Failure::not_found(format!("there is no {what}"))
}

fn port(replica: &Replica) -> Result<u16, Failure> {
    let number = match replica.port_kind.as_ref() {
        Some(PortKind::EgressPort(port)) => Some(u64::from(*port)),
        Some(PortKind::Port(bytes)) => decode(bytes, 32, &|| "a replica's port".to_owned())?.to_u64(),
        None => return Err(Failure::invalid("a replica has no port")),
    };
    let port = number.and_then(|port| u16::try_from(port).ok()).filter(|port| *port < 1 << PORT_BITS);
    port.ok_or_else(|| Failure::invalid("a replica's port is no port: they are 0 to 511"))
}

/// Ports by instance.
fn nodes(replicas: &[Replica]) -> Result<BTreeMap<u16, BTreeSet<u16>>, Failure> {
    let mut nodes: BTreeMap<u16, BTreeSet<u16>> = BTreeMap::new();
    for replica in replicas {
        let wrong = |_| Failure::invalid("a replica's instance has more than 16 bits");
        let instance = u16::try_from(replica.instance).map_err(wrong)?;
        let port = port(replica)?;
        if !nodes.entry(instance).or_default().insert(port) {
            return Err(Failure::invalid(format!("port {port} with instance {instance} is there twice")));
        }
    }
    Ok(nodes)
}

impl Context<'_> {
    pub(super) fn write_replication(
        &mut self,
        kind: Type,
        given: &PacketReplicationEngineEntry,
    ) -> Result<(), Failure> {
        match given.r#type.as_ref() {
            Some(Replication::MulticastGroupEntry(group)) => self.write_multicast(kind, group),
            Some(Replication::CloneSessionEntry(session)) => self.write_clones(kind, session),
            None => Err(Failure::invalid("neither a multicast group nor a clone session is given")),
        }
    }

    fn write_multicast(&mut self, kind: Type, given: &MulticastGroupEntry) -> Result<(), Failure> {
        let id = given.multicast_group_id;
        let named = u16::try_from(id).ok().filter(|id| *id != 0);
        let group = named.ok_or_else(|| Failure::invalid("multicast groups have numbers from 1 to 65535"))?;
        let known = self.records.multicast.get(&id).map(|(_, nodes)| nodes.clone());
        match (kind, known) {
            (Type::Insert, Some(_)) => Err(exists(format!("multicast group {id}"))),
            (Type::Insert, None) => {
                let wanted = nodes(&given.replicas)?;
                self.run(&Command::MulticastGroupCreate { group })?;
                match self.add_nodes(group, wanted) {
                    Ok(handles) => {
                        self.records.multicast.insert(id, (given.clone(), handles));
                        Ok(())
                    }
                    Err(failure) => {
                        self.run(&Command::MulticastGroupDestroy { group })?;
                        Err(failure)
                    }
                }
            }
            (_, None) => Err(missing(format!("multicast group {id}"))),
            (Type::Modify, Some(before)) => {
                let handles = self.add_nodes(group, nodes(&given.replicas)?)?;
                self.destroy_nodes(&before)?;
                self.records.multicast.insert(id, (given.clone(), handles));
                Ok(())
            }
            (_, Some(before)) => {
                self.destroy_nodes(&before)?;
                self.run(&Command::MulticastGroupDestroy { group })?;
                self.records.multicast.remove(&id);
                Ok(())
            }
        }
    }

    /// Nodes for a group; none when one can't be.
    fn add_nodes(&mut self, group: u16, nodes: BTreeMap<u16, BTreeSet<u16>>) -> Result<Vec<u64>, Failure> {
        let mut handles = Vec::new();
        for (rid, ports) in nodes {
            let ports = ports.into_iter().collect();
            let made = self.handle(&Command::MulticastNodeCreate { rid, ports, lags: Vec::new() });
            let bound = made.and_then(|node| {
                handles.push(node);
                self.run(&Command::MulticastNodeAssociate { group, node })
            });
            if let Err(failure) = bound {
                self.destroy_nodes(&handles)?;
                return Err(failure);
            }
        }
        Ok(handles)
    }

    fn destroy_nodes(&mut self, nodes: &[u64]) -> Result<(), Failure> {
        nodes.iter().try_for_each(|node| self.run(&Command::MulticastNodeDestroy { node: *node }))
    }

    fn write_clones(&mut self, kind: Type, given: &CloneSessionEntry) -> Result<(), Failure> {
        let id = given.session_id;
        if id == 0 || id > LAST_SESSION {
            return Err(Failure::invalid("clone sessions have numbers from 1 to 32767"));
        }
        let session = u16::try_from(id).unwrap_or(u16::MAX);
        let known = self.records.sessions.contains_key(&id);
        match (kind, known) {
            (Type::Insert, true) => return Err(exists(format!("clone session {id}"))),
            (Type::Modify | Type::Delete, false) => return Err(missing(format!("clone session {id}"))),
            (Type::Delete, true) => {
                self.run(&Command::Mirroring { session, command: MirroringCommand::Delete })?;
                self.records.sessions.remove(&id);
                return Ok(());
            }
            _ => {}
        }
        let [replica] = given.replicas.as_slice() else {
            return Err(Failure::unimplemented(format!("clone session {id}: it has one replica here")));
        };
        if replica.instance != 0 || given.class_of_service != 0 || given.packet_length_bytes != 0 {
            return Err(Failure::unimplemented(format!(
                "clone session {id}: instance, class of service and packet length are 0 here"
            )));
        }
        let copies = MirroringSession { port: Some(port(replica)?.into()), group: None };
        self.run(&Command::Mirroring { session, command: MirroringCommand::Set(copies) })?;
        self.records.sessions.insert(id, given.clone());
        Ok(())
    }
}
