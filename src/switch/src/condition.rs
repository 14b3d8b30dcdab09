//! What a packet must be like to take a link.

/// Bytes of a packet, compared under a mask.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BytesMatch {
    /// The first byte, counted from the packet's first.
    pub at: u16,
    /// What the bytes are to be; 0 where the mask is.
    pub value: Vec<u8>,
    /// The bits that count; as long as the value.
    pub mask: Vec<u8>,
}

/// All of it must be so. A packet that ends before a byte that counts doesn't satisfy the condition.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PacketCondition(pub Vec<BytesMatch>);

impl PacketCondition {
    /// Whether the packet is so.
    pub fn holds(&self, packet: &[u8]) -> bool {
        packet.len() >= usize::from(self.least_length())
            && self.bytes().all(|(at, value, mask)| {
                packet.get(usize::from(at)).is_some_and(|byte| byte & mask == value & mask)
            })
    }

    /// Bytes that a packet must have.
    pub fn least_length(&self) -> u16 {
        self.bytes().map(|(at, ..)| at.saturating_add(1)).max().unwrap_or(0)
    }

    /// Position, value and mask of each byte that counts.
    pub fn bytes(&self) -> impl Iterator<Item = (u16, u8, u8)> + '_ {
        let of = |part: &BytesMatch| {
            let bytes = part.value.iter().copied().zip(part.mask.iter().copied());
            let at = part.at;
            let numbered =
                (0u16..).zip(bytes).map(move |(i, (value, mask))| (at.saturating_add(i), value, mask));
            numbered.filter(|(_, _, mask)| *mask != 0).collect::<Vec<_>>()
        };
        self.0.iter().flat_map(of)
    }
}
