//! Headers and metadata.

use crate::{HeaderId, HeaderTypeId, HeaderUnionId};

/// A field of a header type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldType {
    /// The name in bmv2 JSON, `dstAddr`.
    pub name: String,
    /// Bits; of a varbit the most it can hold.
    pub width: u32,
    /// Two's complement: comparisons and shifts right are signed.
    pub signed: bool,
    /// A field whose width is set when it is extracted. At most one a header type.
    pub varbit: bool,
}

/// A header type: fields in wire order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderType {
    /// The name in bmv2 JSON, `ethernet_t`.
    pub name: String,
    /// The fields, first on the wire first.
    pub fields: Vec<FieldType>,
}

impl HeaderType {
    /// Bits of the whole header, a varbit counted at its most.
    pub fn width(&self) -> u32 {
        self.fields.iter().map(|f| f.width).sum()
    }

    /// Bits before field number `field`, counted from the header's first bit on the wire.
    pub fn offset(&self, field: usize) -> u32 {
        self.fields.iter().take(field).map(|f| f.width).sum()
    }

    /// The number of the field called `name`.
    pub fn field(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|f| f.name == name)
    }
}

/// A header or metadata instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The name in bmv2 JSON, `ethernet`, `scalars`, `standard_metadata`.
    pub name: String,
    /// Its type.
    pub header_type: HeaderTypeId,
    /// Metadata is always valid, starts as zeros and is never emitted.
    pub metadata: bool,
}

/// A header stack. How many of its elements are in use (`nextIndex`) is a part of the packet's state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderStack {
    /// The name in bmv2 JSON, `labels`.
    pub name: String,
    /// The type of its elements.
    pub header_type: HeaderTypeId,
    /// Its elements, each a header of its own too, `labels[0]` first.
    pub headers: Vec<HeaderId>,
}

/// A header union: at most one of its members is valid, making one valid makes the others invalid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderUnion {
    /// The name in bmv2 JSON, `options[0]`.
    pub name: String,
    /// The name of its type in bmv2 JSON.
    pub union_type: String,
    /// Its members, each a header of its own too, in the order of the type.
    pub members: Vec<HeaderUnionMember>,
}

/// A member of a header union.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderUnionMember {
    /// The member's name in the union's type.
    pub name: String,
    /// The header.
    pub header: HeaderId,
}

/// A stack of header unions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderUnionStack {
    /// The name in bmv2 JSON, `options`.
    pub name: String,
    /// Its elements, all of one type.
    pub unions: Vec<HeaderUnionId>,
}

/// Fields of `standard_metadata` that the switch itself reads or writes (v1model, simple_switch).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StandardField {
    /// `ingress_port`, 9 bits: where the packet came in.
    IngressPort,
    /// `egress_spec`, 9 bits: where it is to go; 511 drops.
    EgressSpec,
    /// `egress_port`, 9 bits: where it goes, set when egress starts.
    EgressPort,
    /// `clone_spec`, 32 bits.
    CloneSpec,
    /// `instance_type`, 32 bits: 0 normal, 1 ingress clone, 2 egress clone, 4 recirculated, 5 replica, 6 resubmitted.
    InstanceType,
    /// `packet_length`, 32 bits: bytes.
    PacketLength,
    /// `enq_timestamp`, 32 bits: microseconds.
    EnqTimestamp,
    /// `enq_qdepth`, 19 bits: packets.
    EnqQdepth,
    /// `deq_timedelta`, 32 bits: microseconds.
    DeqTimedelta,
    /// `deq_qdepth`, 19 bits: packets.
    DeqQdepth,
    /// `ingress_global_timestamp`, 48 bits: microseconds since the switch started.
    IngressGlobalTimestamp,
    /// `egress_global_timestamp`, 48 bits: microseconds since the switch started.
    EgressGlobalTimestamp,
    /// `mcast_grp`, 16 bits: 0 is none.
    McastGrp,
    /// `egress_rid`, 16 bits: the replica's id.
    EgressRid,
    /// `checksum_error`, 1 bit: a verify failed.
    ChecksumError,
    /// `parser_error`, 32 bits: code of the error.
    ParserError,
    /// `priority`, 3 bits: the queue.
    Priority,
}

impl StandardField {
    /// Every field, in the order v1model declares them.
    pub const ALL: [StandardField; 17] = [
        Self::IngressPort,
        Self::EgressSpec,
        Self::EgressPort,
        Self::CloneSpec,
        Self::InstanceType,
        Self::PacketLength,
        Self::EnqTimestamp,
        Self::EnqQdepth,
        Self::DeqTimedelta,
        Self::DeqQdepth,
        Self::IngressGlobalTimestamp,
        Self::EgressGlobalTimestamp,
        Self::McastGrp,
        Self::EgressRid,
        Self::ChecksumError,
        Self::ParserError,
        Self::Priority,
    ];

    /// The name in `standard_metadata`.
    pub fn name(self) -> &'static str {
        match self {
            Self::IngressPort => "ingress_port",
            Self::EgressSpec => "egress_spec",
            Self::EgressPort => "egress_port",
            Self::CloneSpec => "clone_spec",
            Self::InstanceType => "instance_type",
            Self::PacketLength => "packet_length",
            Self::EnqTimestamp => "enq_timestamp",
            Self::EnqQdepth => "enq_qdepth",
            Self::DeqTimedelta => "deq_timedelta",
            Self::DeqQdepth => "deq_qdepth",
            Self::IngressGlobalTimestamp => "ingress_global_timestamp",
            Self::EgressGlobalTimestamp => "egress_global_timestamp",
            Self::McastGrp => "mcast_grp",
            Self::EgressRid => "egress_rid",
            Self::ChecksumError => "checksum_error",
            Self::ParserError => "parser_error",
            Self::Priority => "priority",
        }
    }
}
