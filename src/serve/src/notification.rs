//! What simple_switch tells without being asked, as it stands on the wire: 32 bytes that begin with a topic, and what it is
//! about, all in the machine's own order of bytes (`msg_hdr_t` in learning.h, ageing.h and port_monitor.h of bmv2).

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notification {
    /// Samples of a learning list (`LEA|`).
    Learnt {
        /// The list's number.
        list: i32,
        /// The number of the lot, by which it is acknowledged.
        buffer: u64,
        /// How many samples.
        samples: u32,
        /// The samples one after the other: each value in whole bytes, the uppermost first.
        bytes: Vec<u8>,
    },
    /// Entries that no packet has hit for too long (`AGE|`).
    Aged {
        /// Counts these notifications.
        buffer: u64,
        /// The table's number in the JSON.
        table: i32,
        /// The entries' handles.
        handles: Vec<u32>,
    },
    /// Ports that went up or down (`PRT|`).
    Ports(Vec<(i32, bool)>),
}

/// Bytes of a header.
const HEADER: usize = 32;

impl Notification {
    /// The message that the switch with that device ID sends.
    pub fn message(&self, device_id: u64) -> Vec<u8> {
        let mut message = Vec::with_capacity(HEADER);
        let begin = |message: &mut Vec<u8>, topic: &[u8; 4]| {
            message.extend(topic);
            message.extend(device_id.to_ne_bytes());
        };
        // There is one context, 0.
        let context = 0u32.to_ne_bytes();
        match self {
            Self::Learnt { list, buffer, samples, bytes } => {
                begin(&mut message, b"LEA|");
                message.extend(context);
                message.extend(list.to_ne_bytes());
                message.extend(buffer.to_ne_bytes());
                message.extend(samples.to_ne_bytes());
                message.extend(bytes);
            }
            Self::Aged { buffer, table, handles } => {
                begin(&mut message, b"AGE|");
                message.extend(context);
                message.extend(buffer.to_ne_bytes());
                message.extend(table.to_ne_bytes());
                message.extend((handles.len() as u32).to_ne_bytes());
                message.extend(handles.iter().flat_map(|handle| handle.to_ne_bytes()));
            }
            Self::Ports(ports) => {
                begin(&mut message, b"PRT|");
                message.extend((ports.len() as u32).to_ne_bytes());
                message.resize(HEADER, 0);
                for (port, up) in ports {
                    message.extend(port.to_ne_bytes());
                    message.extend(i32::from(*up).to_ne_bytes());
                }
            }
        }
        message
    }
}
