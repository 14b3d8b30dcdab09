//! Who did what: a line for each request of a tenant that changes something, or would have.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;

/// What was asked for.
pub(crate) struct Deed<'a> {
    pub(crate) slice: &'a str,
    /// The virtual device, by name or number.
    pub(crate) device: &'a str,
    /// Where the client is, if that is known.
    pub(crate) peer: Option<SocketAddr>,
    /// `P4Runtime` or `Thrift`.
    pub(crate) by: &'a str,
    /// What it was.
    pub(crate) request: &'a str,
    /// What became of it: a gRPC code.
    pub(crate) outcome: &'a str,
}

/// The file with the lines, JSON each.
pub(crate) struct Audit(Mutex<File>);

impl Audit {
    /// Go on with a file, or begin it.
    pub(crate) fn open(path: &Path) -> std::io::Result<Self> {
        Ok(Self(Mutex::new(OpenOptions::new().create(true).append(true).open(path)?)))
    }

    pub(crate) fn note(&self, deed: &Deed<'_>) {
        let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
        let line = json!({
            "time": time,
            "slice": deed.slice,
            "device": deed.device,
            "peer": deed.peer.map(|peer| peer.to_string()),
            "by": deed.by,
            "request": deed.request,
            "outcome": deed.outcome,
        });
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = writeln!(file, "{line}") {
            tracing::error!(%error, %line, "the audit log can't be written");
        }
    }
}
