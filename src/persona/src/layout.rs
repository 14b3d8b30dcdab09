//! Where everything lies in a persona: the ABI between its P4 text, the rows, the DPMU and the proofs.
//!
//! All that a guest's rows can read or write is one wide word, the *state*. Bit 0 is the least significant:
//!
//! ```text
//!   bit state_bits-1                                   metadata_bits               0
//!   | length | zeros | byte 0 of the packet | byte 1 | … window | guest's metadata … | ports |
//! ```
//!
//! One word means that an assignment between any two places is one shift, that a key is one masked word, and that an
//! action's constant and parameter assignments are one AND and one XOR. What decides which rows apply (device ID,
//! micro-PC, slot) lies outside of it: no row of a tenant can write the device ID.

use hyper4_bits::Bits;
use hyper4_ir::{MeterUnit, PipelineKind};

use crate::{Lookup, PersonaConfig};

/// Bits of the state: `width` of them from bit `offset` (0 is the least significant) upwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BitRange {
    /// The least significant bit.
    pub offset: u32,
    /// Bits.
    pub width: u32,
}

impl BitRange {
    /// The bit above the most significant one.
    pub fn end(self) -> u32 {
        self.offset + self.width
    }

    /// Whether a bit is in both.
    pub fn overlaps(self, other: Self) -> bool {
        self.offset < other.end() && other.offset < self.end()
    }
}

/// What a table of the persona is for, and so who may own rows in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TableRole {
    /// Physical port to device; the operator's.
    Enter,
    /// A guest's lookup.
    Lookup(Lookup),
    /// What a guest's access to state outside of the packet means; the operator's.
    State,
    /// A guest's decision to a port, a drop, or the next device; the operator's.
    Leave,
    /// A guest's decision to any port, of a device that has every port under its own number; the operator's.
    LeaveSame,
    /// The same, to the port by which the packet came in, of a guest whose egress asks that first; the operator's.
    LeaveBack,
    /// The same, to another port; the operator's.
    LeaveOnward,
    /// A guest's multicast group to a group of the switch; the operator's.
    LeaveMulticast,
    /// Physical egress port to the guest's; the operator's.
    EnterEgress,
    /// The same, of a copy for the port by which the packet came in, of a guest whose egress asks that first; the operator's.
    EnterBack,
    /// The same, of a copy for another port; the operator's.
    EnterOnward,
    /// A guest's packet that comes in again, to its device's first lookup; the operator's.
    EnterAgain,
    /// A guest's clone, to how its egress begins; the operator's.
    EnterClone,
    /// A guest's mirroring session to one of the switch; the operator's.
    Mirror,
}

/// Positions and names of a persona of one size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    config: PersonaConfig,
}

impl Layout {
    /// `slot` after which nothing more runs.
    pub const DONE: u8 = 255;
    /// `slot` of a replica, whose way into a guest's egress is still to be found.
    pub const REPLICA: u8 = 254;
    /// `slot` of a replica of a guest whose egress asks first whether it goes back where it came from.
    pub const SPLIT_REPLICA: u8 = 253;
    /// `slot` of a packet that egress drops.
    pub const LOST: u8 = 252;
    /// `slot` of the first egress slot; those below it are of ingress.
    pub const EGRESS_SLOTS: u8 = 80;
    /// Of a device's traits: packets may leave otherwise than they came.
    pub const REWRITES: u8 = 1;
    /// What `next` is for a lookup: its slot, the code of its kind, its micro-PC.
    pub const fn next(slot: u8, lookup: u8, pc: u16) -> u32 {
        (slot as u32) << Self::SLOT_SHIFT | (lookup as u32) << 16 | pc as u32
    }

    /// Where the slot begins in `next`.
    pub const SLOT_SHIFT: u32 = 24;

    /// Greatest distance of a copy: five amounts of 8 bits.
    pub const MAX_SHIFT: u32 = 5 * 255;

    /// The layout of a persona of that size.
    ///
    /// # Errors
    /// When there is no persona of that size.
    pub fn new(config: PersonaConfig) -> Result<Self, crate::ConfigError> {
        config.validate()?;
        Ok(Self { config })
    }

    /// The size it was made for.
    pub fn config(&self) -> &PersonaConfig {
        &self.config
    }

    /// Bits of the state.
    pub fn state_bits(&self) -> u32 {
        Self::TOP_BITS + self.window_bits() + self.metadata_bits()
    }

    /// Bits of the window.
    pub fn window_bits(&self) -> u32 {
        8 * u32::from(self.config.window_bytes)
    }

    /// Bytes of a packet that come into the window at most.
    pub fn parse_bytes(&self) -> u16 {
        self.config.parse_bytes.min(self.config.window_bytes)
    }

    /// Bits below the window.
    pub fn metadata_bits(&self) -> u32 {
        self.config.metadata_bits.into()
    }

    /// The slot behind those of ingress, in which devices leave that lead to no other one.
    pub fn exit_slot(&self) -> u8 {
        self.config.ingress_slots
    }

    /// The same, of devices that have every port under its own number.
    pub fn same_exit_slot(&self) -> u8 {
        self.exit_slot() + 1
    }

    /// The same, of guests whose egress asks first whether a packet goes back where it came from.
    pub fn split_exit_slot(&self) -> u8 {
        self.exit_slot() + 2
    }

    /// Slots of a pipeline.
    pub fn slots(&self, pipeline: PipelineKind) -> u8 {
        match pipeline {
            PipelineKind::Ingress => self.config.ingress_slots,
            PipelineKind::Egress => self.config.egress_slots,
        }
    }

    /// Bits of the packet: `width` of them, the first one `offset` bits behind the packet's first. `None` when they
    /// don't lie in the window.
    pub fn packet_bits(&self, offset: u32, width: u32) -> Option<BitRange> {
        let end = offset.checked_add(width)?;
        let below = self.window_bits().checked_sub(end)?;
        Some(BitRange { offset: self.metadata_bits() + below, width })
    }

    /// The window.
    pub fn window(&self) -> BitRange {
        BitRange { offset: self.metadata_bits(), width: self.window_bits() }
    }

    /// The guest's `ingress_port`.
    pub const INGRESS_PORT: BitRange = BitRange { offset: 0, width: 9 };
    /// The guest's `egress_spec`; 511 drops.
    pub const EGRESS_SPEC: BitRange = BitRange { offset: 9, width: 9 };
    /// The guest's `egress_port`.
    pub const EGRESS_PORT: BitRange = BitRange { offset: 18, width: 9 };
    /// The guest's `mcast_grp`; 0 is none.
    pub const MCAST_GRP: BitRange = BitRange { offset: 32, width: 16 };
    /// The first bit that the compiler may give to a guest's metadata.
    pub const FIRST_FREE_BIT: u32 = 48;
    /// Bits above the window: as many as leave 16-bit words of the packet where checksums find them.
    const TOP_BITS: u32 = 16;

    /// Bytes of the packet that are in the window. At the top: where packets are parsed, most rows are for packets that end
    /// too early, and simple_switch compares bytes from the first one on.
    pub fn length(&self) -> BitRange {
        BitRange { offset: self.state_bits() - 8, width: 8 }
    }

    /// Bits of the state that an lpm lookup can match at most: simple_switch's trie takes keys of up to 64 bytes
    /// (lpm_trie.cpp), of which device ID and what is next take 6.
    pub const MAX_PREFIX_BITS: u32 = 464;

    /// How many of the zeros that begin a mask an lpm lookup leaves out of its key: simple_switch goes through a trie byte by
    /// byte. Whole bytes, by a distance of 8 bits; one stays, so that an entry for every value isn't the row of a miss.
    pub fn skipped(key_mask: &Bits) -> u32 {
        let zeros = key_mask.not().leading_ones();
        zeros.saturating_sub(8).min(255) / 8 * 8
    }

    /// Bits, from the top of the state, that an lpm lookup can match.
    pub fn prefix_bits(&self) -> u32 {
        self.state_bits().min(Self::MAX_PREFIX_BITS)
    }

    /// A mask as wide as the state: ones in `range`.
    pub fn mask(&self, range: BitRange) -> Bits {
        Bits::mask(self.state_bits(), range.offset, range.width)
    }

    /// The persona's array of registers, all of 64 bits.
    pub const REGISTERS: &'static str = "registers";
    /// The persona's array of counters, of packets and bytes.
    pub const COUNTERS: &'static str = "counters";
    /// The persona's array of meters.
    pub fn meters(unit: MeterUnit) -> &'static str {
        match unit {
            MeterUnit::Packets => "packet_meters",
            MeterUnit::Bytes => "byte_meters",
        }
    }

    /// Bits of a sample at most.
    pub const SAMPLE_BITS: u32 = 128;

    /// The control that holds a pipeline's tables.
    pub fn control(pipeline: PipelineKind) -> &'static str {
        match pipeline {
            PipelineKind::Ingress => "PersonaIngress",
            PipelineKind::Egress => "PersonaEgress",
        }
    }

    /// The full name of a table; `slot` is not used for those that are there once.
    pub fn table(pipeline: PipelineKind, role: TableRole, slot: u8) -> String {
        let control = Self::control(pipeline);
        match role {
            TableRole::Enter => format!("{control}.enter"),
            TableRole::EnterEgress => format!("{control}.enter_egress"),
            TableRole::EnterBack => format!("{control}.enter_back"),
            TableRole::EnterOnward => format!("{control}.enter_onward"),
            TableRole::EnterAgain => format!("{control}.enter_again"),
            TableRole::EnterClone => format!("{control}.enter_clone"),
            TableRole::Mirror => format!("{control}.mirror"),
            TableRole::State => format!("{control}.state_{slot}"),
            TableRole::Leave => format!("{control}.leave_{slot}"),
            TableRole::LeaveSame => format!("{control}.leave_same"),
            TableRole::LeaveBack => format!("{control}.leave_back"),
            TableRole::LeaveOnward => format!("{control}.leave_onward"),
            TableRole::LeaveMulticast => format!("{control}.leave_multicast_{slot}"),
            TableRole::Lookup(lookup) => format!("{control}.{}_{slot}", lookup.name()),
        }
    }
}
