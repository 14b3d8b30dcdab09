//! Actions and their primitives.

use crate::{
    CalculationId, CounterId, Expr, FieldListId, FieldRef, HeaderExpr, HeaderId, HeaderStackId,
    HeaderUnionId, HeaderUnionStackId, LearnListId, MeterId, PipelineKind, Place, RegisterId, SourceInfo,
    StackRef,
};

/// An action: control-plane parameters and primitives, carried out in order but for the jumps among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// The name in bmv2 JSON, `MyIngress.drop`.
    pub name: String,
    /// What a table entry supplies.
    pub parameters: Vec<ActionParameter>,
    /// What it does, in order.
    pub primitives: Vec<Primitive>,
    /// Where it stands.
    pub source_info: Option<SourceInfo>,
}

/// A parameter of an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionParameter {
    /// Its name.
    pub name: String,
    /// Bits.
    pub width: u32,
}

/// A primitive with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Primitive {
    /// What it does.
    pub kind: PrimitiveKind,
    /// Where it stands.
    pub source_info: Option<SourceInfo>,
}

/// What a primitive does (bmv2's primitive in brackets).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrimitiveKind {
    /// Store a number, masked to the field's width (`assign`).
    Assign {
        /// What is written.
        place: Place,
        /// The value.
        value: Expr,
    },
    /// Copy a header with its validity; of an invalid source only the validity (`assign_header`). Either may be metadata,
    /// which is always valid.
    AssignHeader {
        /// What is written.
        destination: HeaderId,
        /// What is read.
        source: HeaderId,
    },
    /// `setValid`: zeros when it was invalid (`add_header`).
    SetValid(HeaderId),
    /// `setInvalid` (`remove_header`).
    SetInvalid(HeaderId),
    /// `setValid` of a header that is found when the primitive runs (`add_header`).
    SetValidOf(HeaderExpr),
    /// `setInvalid` of a header that is found when the primitive runs (`remove_header`).
    SetInvalidOf(HeaderExpr),
    /// As [`PrimitiveKind::AssignHeader`], of headers that are found when the primitive runs (`assign_header`).
    AssignHeaderOf {
        /// What is written.
        destination: HeaderExpr,
        /// What is read.
        source: HeaderExpr,
    },
    /// `egress_spec = 511`, `mcast_grp = 0` (`mark_to_drop`).
    MarkToDrop,
    /// The same in a copy of the standard metadata: in its fields `egress_spec` and, if it has one, `mcast_grp`
    /// (`mark_to_drop`).
    MarkToDropOf(HeaderId),
    /// `place = base + H(inputs) mod modulus`, a modulus of 0 taken as 1 (`modify_field_with_hash_based_offset`).
    Hash {
        /// What is written.
        place: Place,
        /// The least value.
        base: Expr,
        /// Algorithm and inputs.
        calculation: CalculationId,
        /// How many values.
        modulus: Expr,
    },
    /// Leave the pipeline; seen between nodes only (`exit`).
    Exit,
    /// Copy a varbit with its width; of an invalid source nothing (`assign_VL`).
    AssignVarbit {
        /// What is written, a varbit.
        destination: FieldRef,
        /// What is read, a varbit.
        source: FieldRef,
    },
    /// Copy all elements with their validity, and how many are in use (`assign_header_stack`).
    AssignStack {
        /// What is written.
        destination: HeaderStackId,
        /// What is read.
        source: HeaderStackId,
    },
    /// Copy the member that is valid, or make all invalid (`assign_union`).
    AssignUnion {
        /// What is written.
        destination: HeaderUnionId,
        /// What is read.
        source: HeaderUnionId,
    },
    /// Copy all elements (`assign_union_stack`).
    AssignUnionStack {
        /// What is written.
        destination: HeaderUnionStackId,
        /// What is read.
        source: HeaderUnionStackId,
    },
    /// `push_front` (`push`): elements move up, the first ones become invalid.
    Push {
        /// The stack.
        stack: StackRef,
        /// By how many.
        count: u32,
    },
    /// `pop_front` (`pop`): elements move down, the last ones become invalid.
    Pop {
        /// The stack.
        stack: StackRef,
        /// By how many.
        count: u32,
    },
    /// Go on with the primitive of that number (`_jump`); the number of primitives ends the action. A jump back makes a
    /// loop (p4c compiles `for` in actions so): whoever runs it bounds it.
    Jump {
        /// The number in [`Action::primitives`].
        target: u32,
    },
    /// Go on with the primitive of that number when the value is 0 (`_jump_if_zero`).
    JumpIfZero {
        /// A number.
        condition: Expr,
        /// The number in [`Action::primitives`].
        target: u32,
    },
    /// Count the packet, by its length at ingress (`count`); an index out of range does nothing.
    Count {
        /// The counters.
        counter: CounterId,
        /// Which of them.
        index: Expr,
    },
    /// Meter the packet and store the colour 0, 1 or 2 (`execute_meter`); an index out of range does nothing.
    ExecuteMeter {
        /// The meters.
        meter: MeterId,
        /// Which of them.
        index: Expr,
        /// Where the colour goes.
        place: Place,
    },
    /// Read a register (`register_read`); an index out of range does nothing.
    RegisterRead {
        /// Where the value goes.
        place: Place,
        /// The registers.
        register: RegisterId,
        /// Which of them.
        index: Expr,
    },
    /// Write a register, masked to its width (`register_write`); an index out of range does nothing.
    RegisterWrite {
        /// The registers.
        register: RegisterId,
        /// Which of them.
        index: Expr,
        /// The value.
        value: Expr,
    },
    /// A number between two, both included (`modify_field_rng_uniform`); nothing is written when `low` is above `high`.
    Random {
        /// What is written.
        place: Place,
        /// The least.
        low: Expr,
        /// The greatest.
        high: Expr,
    },
    /// Send a digest when ingress ends; the last one of a packet counts (`generate_digest`).
    Digest {
        /// Who gets it; the switch doesn't look at it.
        receiver: Expr,
        /// What is in it.
        list: LearnListId,
    },
    /// Make a copy when this pipeline ends; the last call counts
    /// (`clone_ingress_pkt_to_egress`, `clone_egress_pkt_to_egress`).
    Clone {
        /// At the end of which pipeline, as the primitive's name says; simple_switch does it at the end of the one that
        /// the action runs in.
        pipeline: PipelineKind,
        /// The mirroring session, 15 bits.
        session: Expr,
        /// What the copy keeps of its metadata; `None` nothing.
        preserved: Option<FieldListId>,
    },
    /// Send the packet as it came in through ingress again (`resubmit`).
    Resubmit {
        /// What it keeps of its metadata; `None` nothing.
        preserved: Option<FieldListId>,
    },
    /// Send the packet as it would leave through ingress again (`recirculate`).
    Recirculate {
        /// What it keeps of its metadata; `None` nothing.
        preserved: Option<FieldListId>,
    },
    /// Cut the packet to that many bytes when it leaves; the least wins (`truncate`).
    Truncate {
        /// Bytes.
        bytes: Expr,
    },
    /// Log a line (`log_msg`).
    LogMessage {
        /// The text, with `{}` for each argument.
        format: String,
        /// Numbers.
        arguments: Vec<Expr>,
    },
    /// The real switch aborts unless it holds (`assert`).
    Assert {
        /// A truth value.
        condition: Expr,
    },
    /// The real switch aborts unless it holds (`assume`).
    Assume {
        /// A truth value.
        condition: Expr,
    },
    /// Nothing (`no_op`).
    NoOp,
}

impl PrimitiveKind {
    /// bmv2's name of the primitive, as JSON and the switch's log have it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Assign { .. } => "assign",
            Self::AssignHeader { .. } | Self::AssignHeaderOf { .. } => "assign_header",
            Self::SetValid(_) | Self::SetValidOf(_) => "add_header",
            Self::SetInvalid(_) | Self::SetInvalidOf(_) => "remove_header",
            Self::MarkToDrop | Self::MarkToDropOf(_) => "mark_to_drop",
            Self::Hash { .. } => "modify_field_with_hash_based_offset",
            Self::Exit => "exit",
            Self::AssignVarbit { .. } => "assign_VL",
            Self::AssignStack { .. } => "assign_header_stack",
            Self::AssignUnion { .. } => "assign_union",
            Self::AssignUnionStack { .. } => "assign_union_stack",
            Self::Push { .. } => "push",
            Self::Pop { .. } => "pop",
            Self::Jump { .. } => "_jump",
            Self::JumpIfZero { .. } => "_jump_if_zero",
            Self::Count { .. } => "count",
            Self::ExecuteMeter { .. } => "execute_meter",
            Self::RegisterRead { .. } => "register_read",
            Self::RegisterWrite { .. } => "register_write",
            Self::Random { .. } => "modify_field_rng_uniform",
            Self::Digest { .. } => "generate_digest",
            Self::Clone { pipeline: PipelineKind::Ingress, .. } => "clone_ingress_pkt_to_egress",
            Self::Clone { pipeline: PipelineKind::Egress, .. } => "clone_egress_pkt_to_egress",
            Self::Resubmit { .. } => "resubmit",
            Self::Recirculate { .. } => "recirculate",
            Self::Truncate { .. } => "truncate",
            Self::LogMessage { .. } => "log_msg",
            Self::Assert { .. } => "assert",
            Self::Assume { .. } => "assume",
            Self::NoOp => "no_op",
        }
    }
}
