//! Who may write: the primary controller of each role.

use std::collections::BTreeMap;

use hyper4_p4runtime::rpc;
use hyper4_p4runtime::tonic::Code;
use hyper4_p4runtime::v1::{self, MasterArbitrationUpdate, Uint128};

use crate::Failure;

/// Names a stream for as long as it is open.
pub(crate) type StreamId = u64;

/// A controller's election ID. Without one it never is the primary.
pub(crate) type Election = Option<u128>;

pub(crate) fn election(id: Option<&Uint128>) -> Election {
    id.map(|id| u128::from(id.high) << 64 | u128::from(id.low))
}

fn message(election: Election) -> Option<Uint128> {
    election.map(|id| Uint128 { high: (id >> 64) as u64, low: id as u64 })
}

/// Roles of one device: each is remembered for its highest election ID.
const MOST_ROLES: usize = 64;
/// Bytes of a role's name.
const LONGEST_ROLE: usize = 255;

/// The controllers of one role.
#[derive(Clone, Debug, Default)]
struct Candidates {
    streams: BTreeMap<StreamId, Election>,
    /// The highest that was ever heard: nobody with a lower one becomes the primary any more.
    highest: Election,
}

impl Candidates {
    fn primary(&self) -> Option<StreamId> {
        self.highest?;
        self.streams.iter().find(|(_, election)| **election == self.highest).map(|(stream, _)| *stream)
    }
}

/// The controllers of a device.
#[derive(Clone, Debug, Default)]
pub(crate) struct Arbitration {
    roles: BTreeMap<String, Candidates>,
    known: BTreeMap<StreamId, String>,
}

/// What a stream is told.
pub(crate) type Told = (StreamId, MasterArbitrationUpdate);

/// The name of a role; that of the default one is empty.
pub(crate) fn role_name(role: Option<&v1::Role>) -> Result<String, Failure> {
    match role {
        None => Ok(String::new()),
        Some(role) if role.config.is_some() => {
            Err(Failure::unimplemented("roles have no configuration here: leave it out"))
        }
        Some(role) if role.name.len() > LONGEST_ROLE => {
            Err(Failure::invalid(format!("a role's name has at most {LONGEST_ROLE} bytes")))
        }
        Some(role) if !role.name.is_empty() => Ok(role.name.clone()),
        Some(role) => Ok(numbered(role.id)),
    }
}

/// The name of a role that is known by its number, as in former versions of the specification.
pub(crate) fn numbered(id: u64) -> String {
    if id == 0 { String::new() } else { id.to_string() }
}

impl Arbitration {
    /// A controller says who it is. Answers what is told to whom.
    pub(crate) fn arbitrate(
        &mut self,
        stream: StreamId,
        role: String,
        election: Election,
        device: u64,
    ) -> Result<Vec<Told>, Failure> {
        if let Some(known) = self.known.get(&stream)
            && *known != role
        {
            let message = "a stream keeps the role that it began with";
            return Err(Failure::new(Code::FailedPrecondition, message));
        }
        if !self.roles.contains_key(&role) && self.roles.len() >= MOST_ROLES {
            let message = format!("{MOST_ROLES} roles are known already: use one of these");
            return Err(Failure::new(Code::ResourceExhausted, message));
        }
        let candidates = self.roles.entry(role.clone()).or_default();
        let taken = candidates.streams.iter().any(|(other, id)| *other != stream && *id == election);
        if election.is_some() && taken {
            return Err(Failure::invalid("another controller of this role has that election ID"));
        }
        self.known.insert(stream, role.clone());
        let before = (candidates.primary(), candidates.highest);
        candidates.streams.insert(stream, election);
        candidates.highest = candidates.highest.max(election);
        let changed = before != (candidates.primary(), candidates.highest);
        Ok(told(candidates, &role, device, |other| changed || other == stream))
    }

    /// A stream ended.
    pub(crate) fn leave(&mut self, stream: StreamId, device: u64) -> Vec<Told> {
        let Some(role) = self.known.remove(&stream) else { return Vec::new() };
        let Some(candidates) = self.roles.get_mut(&role) else { return Vec::new() };
        let before = candidates.primary();
        candidates.streams.remove(&stream);
        let changed = before != candidates.primary();
        let told = told(candidates, &role, device, |_| changed);
        if candidates.streams.is_empty() && candidates.highest.is_none() {
            self.roles.remove(&role);
        }
        told
    }

    /// Whether someone with that role and election ID may write.
    pub(crate) fn check(&self, role: &str, election: Election) -> Result<(), Failure> {
        let primary = self.roles.get(role).filter(|candidates| candidates.primary().is_some());
        match primary {
            Some(candidates) if candidates.highest == election => Ok(()),
            _ => Err(Failure::new(Code::PermissionDenied, "only the primary controller may do that")),
        }
    }

    /// Whether a stream is the primary's of its role.
    pub(crate) fn is_primary(&self, stream: StreamId) -> bool {
        let candidates = self.known.get(&stream).and_then(|role| self.roles.get(role));
        candidates.is_some_and(|candidates| candidates.primary() == Some(stream))
    }

    /// The primaries of all roles.
    pub(crate) fn primaries(&self) -> impl Iterator<Item = StreamId> + '_ {
        self.roles.values().filter_map(Candidates::primary)
    }
}

fn told(candidates: &Candidates, role: &str, device: u64, whom: impl Fn(StreamId) -> bool) -> Vec<Told> {
    let primary = candidates.primary();
    let update = |stream: StreamId| {
        let (code, message_text) = match primary {
            Some(primary) if primary == stream => (Code::Ok, "is the primary"),
            Some(_) => (Code::AlreadyExists, "another controller is the primary"),
            None => (Code::NotFound, "there is no primary"),
        };
        MasterArbitrationUpdate {
            device_id: device,
            role: (!role.is_empty()).then(|| v1::Role { name: role.to_owned(), ..Default::default() }),
            election_id: message(candidates.highest),
            status: Some(rpc::Status {
                code: code as i32,
                message: message_text.to_owned(),
                details: Vec::new(),
            }),
        }
    };
    let streams = candidates.streams.keys().filter(|stream| whom(**stream));
    streams.map(|stream| (*stream, update(*stream))).collect()
}
