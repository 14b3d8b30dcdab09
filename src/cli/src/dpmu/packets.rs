//! Where the packets of a served device come from and go to.

use std::sync::mpsc::SyncSender;
use std::time::{SystemTime, UNIX_EPOCH};

use hyper4_dpmu::{Packets, ServerConfig};
use hyper4_dpmu_server::{Incoming, Ports};

use crate::failure::Failure;
use crate::switch::files::{Files, Source, replay};
use crate::switch::interfaces::Interfaces;

/// Captures.
struct Captures(Files);

impl Ports for Captures {
    fn send(&mut self, port: u16, bytes: &[u8]) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        // A capture that can't be written misses packets; the device goes on.
        let _ = self.0.send(port, bytes, now);
    }
}

/// Network interfaces.
struct Attached(Interfaces);

impl Ports for Attached {
    fn send(&mut self, port: u16, bytes: &[u8]) {
        self.0.send(port, bytes);
    }
}

/// What sends the packets of captures.
type Replay = Box<dyn FnOnce() + Send>;

/// Open what stands at the ports. Captures are read once everything is served: what is answered begins that.
pub(super) fn open(
    config: &ServerConfig,
    sender: SyncSender<Incoming>,
) -> Result<(Box<dyn Ports>, Replay), Failure> {
    let ports = config.ports().map_err(|error| Failure::input(error.to_string()))?;
    match config.packets {
        Packets::Interfaces => {
            let mut interfaces = Interfaces::new(sender);
            for (port, name) in ports {
                interfaces.attach(port, &name, None).map_err(Failure::input)?;
            }
            Ok((Box::new(Attached(interfaces)), Box::new(|| {})))
        }
        Packets::Files => {
            let mut files = Files::default();
            let mut sources = Vec::new();
            for (port, name) in ports {
                files.create(port, &name).map_err(Failure::input)?;
                sources.push(Source::open(port, &name).map_err(Failure::input)?);
            }
            Ok((Box::new(Captures(files)), Box::new(move || replay(sources, &sender))))
        }
    }
}
