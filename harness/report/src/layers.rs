//! A packet as people know it: Ethernet, IP, UDP. What the guest's own parser takes from it stands in the divergence.

use std::fmt::Write;

use etherparse::{LaxLinkExtSlice, LaxNetSlice, LaxSlicedPacket, LinkSlice, TransportSlice};

/// A protocol's header in a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Layer {
    /// The protocol.
    pub(crate) name: &'static str,
    /// The byte where it begins.
    pub(crate) offset: usize,
    /// Its length in bytes.
    pub(crate) length: usize,
    /// What it says, in a line.
    pub(crate) summary: String,
}

/// The bytes that hexadecimal digits stand for; what isn't one ends them.
pub(crate) fn bytes_of(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks_exact(2);
    digits.map_while(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

/// The headers of a packet that begins with Ethernet, as far as they can be told.
pub(crate) fn layers(bytes: &[u8]) -> Vec<Layer> {
    let Ok(packet) = LaxSlicedPacket::from_ethernet(bytes) else { return Vec::new() };
    let mut layers = Vec::new();
    let mut offset = 0;
    let mut add = |name, length: usize, summary| {
        layers.push(Layer { name, offset, length, summary });
        offset += length;
    };
    if let Some(LinkSlice::Ethernet2(ethernet)) = &packet.link {
        let (from, to) = (mac(&ethernet.source()), mac(&ethernet.destination()));
        add("Ethernet", 14, format!("{from} → {to}, type 0x{:04x}", ethernet.ether_type().0));
    }
    for extension in &packet.link_exts {
        match extension {
            LaxLinkExtSlice::Vlan(vlan) => {
                let id = vlan.vlan_identifier().value();
                let summary = format!("VLAN {id}, type 0x{:04x}", vlan.ether_type().0);
                add("802.1Q", extension.header_len(), summary);
            }
            LaxLinkExtSlice::Macsec(_) => add("MACsec", extension.header_len(), String::new()),
        }
    }
    match &packet.net {
        Some(LaxNetSlice::Ipv4(ip)) => {
            let header = ip.header();
            let summary = format!(
                "{} → {}, TTL {}, protocol {}, {} bytes",
                header.source_addr(),
                header.destination_addr(),
                header.ttl(),
                header.protocol().0,
                header.total_len()
            );
            add("IPv4", header.slice().len(), summary);
        }
        Some(LaxNetSlice::Ipv6(ip)) => {
            let header = ip.header();
            let summary = format!(
                "{} → {}, hop limit {}, next header {}, {} bytes behind it",
                header.source_addr(),
                header.destination_addr(),
                header.hop_limit(),
                header.next_header().0,
                header.payload_length()
            );
            add("IPv6", header.slice().len(), summary);
        }
        Some(LaxNetSlice::Arp(arp)) => {
            let what = match arp.operation().0 {
                1 => "request".to_owned(),
                2 => "reply".to_owned(),
                other => format!("operation {other}"),
            };
            add("ARP", arp.slice().len(), what);
        }
        None => {}
    }
    let ports = |from: u16, to: u16| format!("port {from} → {to}");
    match &packet.transport {
        Some(TransportSlice::Udp(udp)) => {
            add("UDP", 8, ports(udp.source_port(), udp.destination_port()));
        }
        Some(TransportSlice::Tcp(tcp)) => {
            add("TCP", tcp.header_len(), ports(tcp.source_port(), tcp.destination_port()));
        }
        Some(TransportSlice::Icmpv4(icmp)) => {
            add("ICMP", icmp.header_len(), format!("type {}, code {}", icmp.type_u8(), icmp.code_u8()));
        }
        Some(TransportSlice::Icmpv6(icmp)) => {
            add("ICMPv6", icmp.header_len(), format!("type {}, code {}", icmp.type_u8(), icmp.code_u8()));
        }
        Some(TransportSlice::Igmp(_)) | None => {}
    }
    layers
}

fn mac(bytes: &[u8]) -> String {
    bytes.iter().enumerate().fold(String::new(), |mut text, (number, byte)| {
        // Writing to a string can't fail.
        let _ = write!(text, "{}{byte:02x}", if number == 0 { "" } else { ":" });
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_is_told_layer_by_layer() {
        let mut bytes = vec![0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 1, 0x81, 0, 0, 5, 8, 0];
        bytes.extend([0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 1, 2]);
        bytes.extend([0, 53, 0x10, 0, 0, 8, 0, 0]);
        let told: Vec<String> = layers(&bytes)
            .iter()
            .map(|layer| format!("{} {}+{}: {}", layer.name, layer.offset, layer.length, layer.summary))
            .collect();
        assert_eq!(
            told,
            [
                "Ethernet 0+14: 00:00:00:00:00:01 → 00:00:00:00:00:02, type 0x8100",
                "802.1Q 14+4: VLAN 5, type 0x0800",
                "IPv4 18+20: 10.0.0.1 → 10.0.1.2, TTL 64, protocol 17, 28 bytes",
                "UDP 38+8: port 53 → 4096",
            ]
        );
    }

    #[test]
    fn no_packet_is_too_short() {
        let bytes = [0x45; 40];
        for length in 0..bytes.len() {
            let told = layers(bytes.get(..length).unwrap_or_default());
            assert!(told.iter().all(|layer| layer.offset + layer.length <= length), "{length}: {told:?}");
        }
        assert_eq!(bytes_of("00ff1"), [0, 0xff]);
    }
}
