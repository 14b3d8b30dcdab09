//! Packets to and from the controller: a header of metadata stands before the packet itself.

use hyper4_bits::Bits;
use hyper4_p4runtime::v1::{PacketIn, PacketMetadata, PacketOut};

use crate::Failure;
use crate::pipeline::{ControllerHeader, Headers};
use crate::value::{decode, encode};

fn bits(header: &ControllerHeader) -> u32 {
    header.fields.iter().map(|(_, width)| width).sum()
}

/// What a packet that the device sent to the controller says. `None`: it is shorter than its header.
pub(crate) fn packet_in(headers: &Headers, bytes: &[u8]) -> Option<PacketIn> {
    let Some(header) = &headers.packet_in else {
        return Some(PacketIn { payload: bytes.to_vec(), metadata: Vec::new() });
    };
    let width = bits(header);
    let (head, payload) = bytes.split_at_checked(width.div_ceil(8) as usize)?;
    let all = Bits::from_be_bytes(8 * width.div_ceil(8), head);
    let mut below = 8 * width.div_ceil(8);
    let metadata = header.fields.iter().map(|(id, width)| {
        below -= width;
        PacketMetadata { metadata_id: *id, value: encode(&all.lshr(below as usize).resize(*width)) }
    });
    Some(PacketIn { metadata: metadata.collect(), payload: payload.to_vec() })
}

/// The packet that a controller sends, as it comes in by its port.
pub(crate) fn packet_out(headers: &Headers, packet: &PacketOut) -> Result<Vec<u8>, Failure> {
    let none = ControllerHeader::default();
    let header = headers.packet_out.as_ref().unwrap_or(&none);
    let mut head = Bits::zero(0);
    for (id, width) in &header.fields {
        let mut given = packet.metadata.iter().filter(|given| given.metadata_id == *id);
        let value = given.next().ok_or_else(|| Failure::invalid(format!("metadata {id} is missing")))?;
        if given.next().is_some() {
            return Err(Failure::invalid(format!("metadata {id} is given twice")));
        }
        head = head.concat(&decode(&value.value, *width, &|| format!("metadata {id}"))?);
    }
    if packet.metadata.len() > header.fields.len() {
        return Err(Failure::invalid("there is metadata that the program's header doesn't have"));
    }
    let width = head.width();
    let mut bytes =
        head.resize(8 * width.div_ceil(8)).shl((8 * width.div_ceil(8) - width) as usize).to_be_bytes();
    bytes.extend_from_slice(&packet.payload);
    Ok(bytes)
}
