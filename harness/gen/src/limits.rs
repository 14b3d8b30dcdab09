//! What a generator may make.

use crate::GenError;
use serde::{Deserialize, Serialize};

/// What a generator may make. Kept with each finding, so that the same packets can be made again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PacketLimits {
    /// The least length in bytes. A switch can't receive an empty packet, so 0 is for checks that don't send.
    pub min_length: usize,
    /// The greatest length in bytes.
    pub max_length: usize,
    /// Total lengths to come close to: where a persona's window ends, say.
    pub lengths: Vec<usize>,
    /// Ports packets come in by, beside those that entries and multicast groups name.
    pub ports: Vec<u16>,
    /// Whether packets also come in by ports that nothing names.
    pub other_ports: bool,
    /// Parse states a packet is taken through before the walk ends (a parse graph may have circles).
    pub max_states: usize,
}

impl PacketLimits {
    /// The greatest ingress port: 511 is the drop port.
    pub const LAST_PORT: u16 = 510;

    pub(crate) fn check(&self) -> Result<(), GenError> {
        if self.min_length > self.max_length {
            return Err(GenError::Lengths { min: self.min_length, max: self.max_length });
        }
        match self.ports.iter().find(|port| **port > Self::LAST_PORT) {
            Some(port) => Err(GenError::Port { port: *port, last: Self::LAST_PORT }),
            None => Ok(()),
        }
    }
}

impl Default for PacketLimits {
    /// 1 to 1514 bytes (an Ethernet frame without its check sequence), close to 60, 64 and 128 at times, by any port.
    fn default() -> Self {
        Self {
            min_length: 1,
            max_length: 1514,
            lengths: vec![60, 64, 128],
            ports: vec![0, 1, 2, 3],
            other_ports: true,
            max_states: 64,
        }
    }
}
