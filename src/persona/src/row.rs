//! Rows of a guest: what a lookup matches, what it does to the state, what is looked up next.

use hyper4_bits::{Bits, HashAlgorithm};
use hyper4_ir::{
    CounterId, Event, LearnListId, MeterId, MeterUnit, PipelineKind, Program, RegisterId, SourceInfo,
    StandardField,
};

use crate::Layout;

/// A kind of lookup; the number is its code in the persona, where a slot's are told apart in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Lookup {
    /// The guest has decided: the operator's `leave` tables. Not a lookup of the guest.
    Leave = 0,
    /// The state under the row's own mask; the lowest priority number wins.
    Ternary = 1,
    /// The masked state, longest prefix: the bits above the field are part of the prefix.
    Lpm = 2,
    /// The masked state, equal.
    Exact = 3,
    /// An access to state outside of the packet: the operator's `state` tables, and then [`Lookup::Step`] of the same
    /// micro-PC. Not a lookup of the guest.
    State = 4,
    /// By device and micro-PC alone: code without a decision, and what is done on a miss of [`Lookup::Exact`].
    Step = 5,
}

impl Lookup {
    /// The first part of the tables' names.
    pub fn name(self) -> &'static str {
        match self {
            Self::Step => "step",
            Self::Exact => "exact",
            Self::Lpm => "lpm",
            Self::Ternary => "ternary",
            Self::Leave => "leave",
            Self::State => "state",
        }
    }
}

/// What a row matches beside device ID and micro-PC. All values are as wide as the state.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum RowMatch {
    /// Nothing more ([`Lookup::Step`]).
    Step,
    /// The state, masked by the key mask of the row before ([`Next::Lookup`]), equals this.
    Exact(Bits),
    /// The masked state has this prefix.
    Lpm {
        /// The value, zeros behind the prefix.
        value: Bits,
        /// Bits from the top of the state.
        prefix_length: u32,
        /// Of these, bits at the top that the key's mask leaves out, and the lookup too: [`Layout::skipped`].
        skipped: u32,
    },
    /// The state equals `value` where `mask` is 1.
    Ternary {
        /// Zeros outside the mask.
        value: Bits,
        /// What is looked at.
        mask: Bits,
        /// The lowest number wins; unique among the rows of one micro-PC that can match the same state.
        priority: u32,
    },
}

impl RowMatch {
    /// The kind of lookup.
    pub fn lookup(&self) -> Lookup {
        match self {
            Self::Step => Lookup::Step,
            Self::Exact(_) => Lookup::Exact,
            Self::Lpm { .. } => Lookup::Lpm,
            Self::Ternary { .. } => Lookup::Ternary,
        }
    }
}

/// An operation of two operands, modulo 2 to the width of the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Operation {
    /// `a + b`
    Sum,
    /// `a - b`
    Difference,
    /// `a & b`
    Conjunction,
    /// `a * b`
    Product,
    /// `a << b`; of `b` the lowest 8 bits count.
    ShiftLeft,
    /// `a >> b`; of `b` the lowest 8 bits count.
    ShiftRight,
}

impl Operation {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Sum, Self::Difference, Self::Conjunction, Self::Product, Self::ShiftLeft, Self::ShiftRight];

    /// The persona's action.
    pub fn action(self) -> &'static str {
        match self {
            Self::Sum => "commit_sum",
            Self::Difference => "commit_difference",
            Self::Conjunction => "commit_conjunction",
            Self::Product => "commit_product",
            Self::ShiftLeft => "commit_shift_left",
            Self::ShiftRight => "commit_shift_right",
        }
    }
}

/// What a row does to the state, all at once: every right side reads the state as it was before. All masks and values
/// are as wide as the state. The parts are joined by XOR, so parts that write the same bits compare them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// `state = (state & keep) ^ value`
    Commit {
        /// Bits that stay.
        keep: Bits,
        /// Bits that are set or, where kept, toggled.
        value: Bits,
    },
    /// `state = (state & keep) ^ value ^ (((state & add_mask) + addend) & add_mask)`
    Add {
        /// Bits that stay.
        keep: Bits,
        /// Bits that are set or toggled.
        value: Bits,
        /// The field that is added to, one run of bits.
        add_mask: Bits,
        /// What is added, in the field's place; subtract by adding the two's complement.
        addend: Bits,
    },
    /// `state = (state & keep) ^ value ^ ((state & left_mask) << left) ^ ((state & right_mask) >> right)`
    Move {
        /// Bits that stay.
        keep: Bits,
        /// Bits that are set or toggled.
        value: Bits,
        /// What is copied towards the packet's front.
        left_mask: Bits,
        /// How far, at most [`crate::Layout::MAX_SHIFT`].
        left: u32,
        /// What is copied away from it.
        right_mask: Bits,
        /// How far, at most [`crate::Layout::MAX_SHIFT`].
        right: u32,
    },
    /// `state = (state & keep) ^ value ^ (csum16(state & sum_mask) << to) ^ ((state & right_mask) >> right)`:
    /// the Internet checksum of the masked state's bytes, zeros adding nothing.
    Checksum {
        /// What is summed: 16-bit words at even bytes of the state.
        sum_mask: Bits,
        /// How far from bit 0 the sum is put, at most [`crate::Layout::MAX_SHIFT`].
        to: u32,
        /// Bits that stay.
        keep: Bits,
        /// Bits that are set or toggled.
        value: Bits,
        /// What is copied away from the packet's front, to compare with the sum.
        right_mask: Bits,
        /// How far, at most [`crate::Layout::MAX_SHIFT`].
        right: u32,
    },
    /// `state = (state & keep) ^ value ^ shifted((a op b) & result_mask, result_shift)`, where `a` is
    /// `(state & a_mask) ^ a_value` and `b` is `shifted(state & b_mask, b_shift) ^ b_value`.
    Compute {
        /// `op`
        operation: Operation,
        /// Bits that stay.
        keep: Bits,
        /// Bits that are set or toggled.
        value: Bits,
        /// The left operand's bits, where they lie.
        a_mask: Bits,
        /// What is joined to them.
        a_value: Bits,
        /// The right operand's bits, where they lie.
        b_mask: Bits,
        /// How far they are shifted, towards the packet's front when positive; at most [`crate::Layout::MAX_SHIFT`].
        b_shift: i32,
        /// What is joined to them then.
        b_value: Bits,
        /// The result's bits that are wanted, in the left operand's place.
        result_mask: Bits,
        /// How far they are shifted, as `b_shift`.
        result_shift: i32,
    },
    /// `state = (state & keep) ^ value ^ shifted(h & result_mask, result_shift)`, where `h` is
    /// `base + algorithm(shifted(state & input_mask, input_shift) ^ input_value) % modulus`, over all bytes of the state.
    Hash {
        /// One of [`HASHES`].
        algorithm: HashAlgorithm,
        /// Bits that stay.
        keep: Bits,
        /// Bits that are set or toggled.
        value: Bits,
        /// What is hashed, where it lies.
        input_mask: Bits,
        /// How far it is shifted, so that it ends where the state ends.
        input_shift: i32,
        /// What is joined to it then.
        input_value: Bits,
        /// As of v1model's `hash`.
        base: u64,
        /// As of v1model's `hash`; 0 counts as 1.
        modulus: u64,
        /// The bits of the 64-bit result that are wanted.
        result_mask: Bits,
        /// How far they are shifted.
        result_shift: i32,
    },
    /// `state = (state & keep) ^ value`; then, for the access that [`Lookup::State`] makes,
    /// `index = ((state & index_mask) >> index_shift) ^ index` and `data = ((state & data_mask) >> data_shift) ^ data`.
    State {
        /// Bits that stay.
        keep: Bits,
        /// Bits that are set or toggled.
        value: Bits,
        /// What is done, and to which array.
        access: StateAccess,
        /// Where the number of the cell is.
        index: Box<Operand>,
        /// What a register becomes; what a read gives where there is no such cell.
        data: Box<Operand>,
    },
    /// `state = (state & keep) ^ value ^ ((data & data_mask) << to)`, `data` being what the last access gave.
    Load {
        /// Bits that stay.
        keep: Bits,
        /// Bits that are set or toggled.
        value: Bits,
        /// What is taken of the data.
        data_mask: u64,
        /// How far from bit 0 it is put, at most [`crate::Layout::MAX_SHIFT`].
        to: u32,
    },
    /// `state = (state & keep) ^ value ^ (field << to)`: a field of the switch's own metadata.
    Standard {
        /// Bits that stay.
        keep: Bits,
        /// Bits that are set or toggled.
        value: Bits,
        /// The field, one of [`Effect::standard_fields`] of the row's pipeline.
        field: StandardField,
        /// How far from bit 0 it is put, at most [`crate::Layout::MAX_SHIFT`].
        to: u32,
    },
}

/// A number that an access takes from the state, where `mask` isn't zero, or that is constant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Operand {
    /// Where it is.
    pub mask: Bits,
    /// How far from bit 0, at most [`crate::Layout::MAX_SHIFT`].
    pub shift: u32,
    /// What is joined to it by XOR.
    pub constant: u64,
}

/// What a guest does outside of its state: to a cell of one of its arrays, or to the packet as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StateAccess {
    /// A register is read.
    ReadRegister(RegisterId),
    /// A register is written.
    WriteRegister(RegisterId),
    /// A packet is counted.
    Count(CounterId),
    /// A packet is metered.
    ExecuteMeter(MeterId),
    /// The packet is cut to as many bytes as the index says when it leaves.
    Truncate,
    /// A sample is taken of the packet, for a learn list, from where [`crate::Guest::samples`] says.
    Sample(LearnListId),
    /// A random number is drawn, from the index to the data, both included.
    Draw,
    /// When the pipeline ends, the packet goes through ingress again, as it came or as it leaves, with the field list whose
    /// number, from 1 on, the index' lowest 8 bits are; or it is cloned, with that in the next 8 bits, for the session that
    /// the data is.
    Ask,
}

impl StateAccess {
    /// Arrays of a kind that a guest may have at most.
    pub const MOST_ARRAYS: u32 = 1 << 13;

    /// What the persona knows it by: a guest's row says it, and an operator's row says what it means.
    pub fn code(self) -> u16 {
        let (kind, array) = match self {
            Self::ReadRegister(id) => (0, id.0),
            Self::WriteRegister(id) => (1, id.0),
            Self::Count(id) => (2, id.0),
            Self::ExecuteMeter(id) => (3, id.0),
            Self::Truncate => (4, 0),
            Self::Ask => (4, 1),
            Self::Draw => (4, 2),
            Self::Sample(id) => (5, id.0),
        };
        kind << 13 | (array % Self::MOST_ARRAYS) as u16
    }

    /// Whether the length of the packet has a part in it. simple_switch's counters count packets and bytes, whatever
    /// they are declared as.
    pub fn counts_bytes(self, program: &Program) -> bool {
        match self {
            Self::ReadRegister(_)
            | Self::WriteRegister(_)
            | Self::Truncate
            | Self::Ask
            | Self::Draw
            | Self::Sample(_) => false,
            Self::Count(_) => true,
            Self::ExecuteMeter(id) => {
                program.meters.get(id.index()).is_none_or(|meter| meter.unit == MeterUnit::Bytes)
            }
        }
    }
}

/// The hash algorithms that the persona has: those of v1model that look at the input alone, and at all of it.
pub const HASHES: [HashAlgorithm; 4] =
    [HashAlgorithm::Crc16, HashAlgorithm::Crc32, HashAlgorithm::Csum16, HashAlgorithm::Xor16];

impl Effect {
    /// The names of the actions that carry out effects in the tables of that kind of lookup. Only rows of
    /// [`Lookup::Step`] compute: p4c writes an action once for each table, and these are large.
    pub fn actions(layout: &Layout, lookup: Lookup) -> Vec<String> {
        let fixed = ["look", "commit", "commit_add", "commit_move", "commit_checksum"];
        let mut names = fixed.map(str::to_owned).to_vec();
        if layout.config().has_state() {
            names.push("commit_state".to_owned());
        }
        if lookup == Lookup::Step {
            names.extend(Operation::ALL.map(|operation| operation.action().to_owned()));
            names.push("commit_standard".to_owned());
            if layout.config().has_state() {
                names.push("commit_load".to_owned());
            }
            names.extend(HASHES.map(|algorithm| format!("commit_{}", algorithm.bmv2_name())));
        }
        names
    }

    /// The fields of the switch's own metadata that [`Effect::Standard`] can take into the state, and their widths.
    pub fn standard_fields(pipeline: PipelineKind) -> &'static [(StandardField, u32)] {
        const INGRESS: [(StandardField, u32); 3] = [
            (StandardField::PacketLength, 32),
            (StandardField::InstanceType, 32),
            (StandardField::IngressGlobalTimestamp, 48),
        ];
        const EGRESS: [(StandardField, u32); 8] = [
            (StandardField::PacketLength, 32),
            (StandardField::InstanceType, 32),
            (StandardField::EgressGlobalTimestamp, 48),
            (StandardField::EnqTimestamp, 32),
            (StandardField::EnqQdepth, 19),
            (StandardField::DeqTimedelta, 32),
            (StandardField::DeqQdepth, 19),
            (StandardField::EgressRid, 16),
        ];
        match pipeline {
            PipelineKind::Ingress => &INGRESS,
            PipelineKind::Egress => &EGRESS,
        }
    }

    /// Whether it leaves the state as it is.
    pub fn is_none(&self) -> bool {
        matches!(self, Self::Commit { keep, value } if value.is_zero() && keep.not().is_zero())
    }

    /// Whether only a row of [`Lookup::Step`] carries it out.
    pub fn computes(&self) -> bool {
        matches!(self, Self::Compute { .. } | Self::Hash { .. })
    }

    /// Bits of the state.
    pub(crate) fn state_bits(&self) -> u32 {
        match self {
            Self::Commit { keep, .. }
            | Self::Add { keep, .. }
            | Self::Move { keep, .. }
            | Self::Checksum { keep, .. }
            | Self::Compute { keep, .. }
            | Self::Hash { keep, .. }
            | Self::State { keep, .. }
            | Self::Load { keep, .. }
            | Self::Standard { keep, .. } => keep.width(),
        }
    }
}

impl Effect {
    /// The bits of the state that it may change.
    pub fn changes(&self) -> Bits {
        match self {
            Self::Commit { keep, value } => keep.not().or(value),
            Self::Add { keep, value, add_mask, .. } => keep.not().or(value).or(add_mask),
            Self::Move { keep, value, left_mask, left, right_mask, right } => {
                let moved = left_mask.shl(*left as usize).or(&right_mask.lshr(*right as usize));
                keep.not().or(value).or(&moved)
            }
            Self::Checksum { to, keep, value, right_mask, right, .. } => {
                let sum = Bits::mask(keep.width(), *to, 16);
                keep.not().or(value).or(&sum).or(&right_mask.lshr(*right as usize))
            }
            // A field's bits aren't kept.
            Self::State { keep, value, .. } | Self::Standard { keep, value, .. } => keep.not().or(value),
            Self::Load { keep, value, data_mask, to } => {
                let data = Bits::from_u64(u64::BITS, *data_mask).resize(keep.width());
                keep.not().or(value).or(&data.shl(*to as usize))
            }
            Self::Compute { keep, value, result_mask, result_shift, .. }
            | Self::Hash { keep, value, result_mask, result_shift, .. } => {
                let by = result_shift.unsigned_abs() as usize;
                let result = if *result_shift > 0 { result_mask.shl(by) } else { result_mask.lshr(by) };
                keep.not().or(value).or(&result)
            }
        }
    }
}

/// What is looked up next.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Next {
    /// A lookup, or the end of the guest's ingress ([`Lookup::Leave`]).
    Lookup {
        /// The slot, counted from the guest's first; greater than the row's own.
        slot: u8,
        /// The micro-PC.
        pc: u16,
        /// The kind.
        lookup: Lookup,
        /// For [`Lookup::Exact`] and [`Lookup::Lpm`]: the bits of the state, after this row, that are the key; else 0.
        key_mask: Bits,
    },
    /// The end of the guest's egress.
    Done,
}

/// How a guest's egress begins: what it does first without a decision, and its first lookup. The operator's rows do it,
/// with the row that lets the packet leave ingress, or where a replica's port is known.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EgressStart {
    /// What is done to the state once it has the egress port: [`Effect::Commit`] or [`Effect::Move`].
    pub effect: Effect,
    /// The first lookup.
    pub next: Next,
}

/// Where a row comes from, in the guest's terms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The construct, `table MyIngress.acl`, `parser path start, parse_ipv4`.
    pub construct: String,
    /// Where it stands.
    pub source_info: Option<SourceInfo>,
    /// What the native program's trace says from this row's lookup on to the next lookup.
    pub events: Vec<Event>,
    /// What it says in egress, though the row does it in ingress already: to be told of each copy that leaves, between
    /// `Pipeline("egress")` and `Transmit`, in the order of the rows. Only of guests that use no egress slots.
    pub egress_events: Vec<Event>,
}

/// A row of a guest, before it has a device ID and before its slots have their place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The pipeline.
    pub pipeline: PipelineKind,
    /// The slot, counted from the guest's first.
    pub slot: u8,
    /// The micro-PC it belongs to.
    pub pc: u16,
    /// What it matches.
    pub matches: RowMatch,
    /// What it does.
    pub effect: Effect,
    /// What is looked up next.
    pub next: Next,
    /// Where it comes from.
    pub origin: Origin,
}
