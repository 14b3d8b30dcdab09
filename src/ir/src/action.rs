//! Actions and their primitives.

use crate::{CalculationId, Expr, HeaderId, Place, SourceInfo};

/// An action: control-plane parameters and a straight line of primitives.
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
    /// Copy a header with its validity; of an invalid source only the validity (`assign_header`).
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
    /// `egress_spec = 511`, `mcast_grp = 0` (`mark_to_drop`).
    MarkToDrop,
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
}
