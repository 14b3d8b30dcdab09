//! The lookups of a guest, before they have places.

use std::collections::BTreeMap;

use hyper4_bits::Bits;
use hyper4_ir::{ActionId, Event, Node, SourceInfo, TableId};

use super::cube::Cube;
use super::evaluate::Assumed;
use super::form::{Bit, Form};
use super::perform::Frame;
use super::shape::Shape;
use super::state::Access;
use crate::BitRange;

/// The rows of a lookup, the first one that matches wins.
pub(super) type Rows = Vec<(Cube, Transition)>;

/// Indexes a pipeline's sites.
pub(super) type SiteId = usize;

/// Where in the program's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Stage {
    /// The parser, or the beginning of egress.
    Start,
    /// The verify of that number.
    Verify(usize),
    /// A node of the pipeline.
    Node(Node),
    /// What a table with an action profile does, once an entry or a miss has told whose action it is.
    Profile(TableId, bool, ProfileStep),
    /// Within an action.
    Resume(Frame),
    /// The pipeline's end.
    End,
    /// The same, when a sample was taken.
    Told,
    /// The same, when what was asked for there is passed on.
    Left,
    /// The deparser.
    Deparse,
    /// The update of that number.
    Update(usize),
}

/// What comes between an entry that refers to an action profile and the action; all of it told by the micro-PC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum ProfileStep {
    /// A group's hash is computed.
    Hash,
    /// The hash tells the member.
    Position,
    /// The member's action.
    Member,
}

/// A program point: all that decides what a lookup there means, beside the state.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Point {
    pub(super) stage: Stage,
    /// What is known of the stage's condition.
    pub(super) assumed: Assumed,
    /// The lookup tells whether that comparison's bits are all zero.
    pub(super) compare: Option<Compare>,
    /// Where headers lie and which are valid, as far as anything from here on cares.
    pub(super) shape: Shape,
}

/// What a comparison with zero decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Compare {
    /// A comparison in the stage's condition, which then comes to `when_zero`.
    Condition { number: u32, when_zero: bool },
    /// Whether a checksum is right.
    Checksum,
}

/// A lookup.
#[derive(Clone, Debug)]
pub(super) struct Site {
    /// Of a point with `compare`: the bits that are compared with zero.
    pub(super) cell: Option<BitRange>,
    pub(super) body: Body,
}

/// What is looked up.
#[derive(Clone, Debug)]
pub(super) enum Body {
    /// The first row whose cube matches; the last one matches everything.
    Decision(Rows),
    /// A table's entries.
    Table(Box<TableSite>),
    /// Each group of a table's action profile: its hash, modulo the number of its members, is put into the next site's cell.
    Hash(TableId, Box<Transition>),
    /// The number of a member in each group.
    Position(TableId, Box<Transition>),
    /// Each member's action.
    Members(Box<MembersSite>),
}

/// What the members of a table's action profile do.
#[derive(Clone, Debug)]
pub(super) struct MembersSite {
    pub(super) table: TableId,
    pub(super) outcomes: BTreeMap<ActionId, Transition>,
    /// What a group without members does.
    pub(super) nothing: Transition,
}

/// A table that is applied.
#[derive(Clone, Debug)]
pub(super) struct TableSite {
    pub(super) table: TableId,
    pub(super) keys: Vec<KeyPart>,
    /// By action, and whether it was a hit.
    pub(super) outcomes: BTreeMap<(ActionId, bool), Transition>,
    /// A miss without a default action.
    pub(super) no_action: Transition,
    /// Of a table with an action profile: what leads to a member ([`ProfileStep::Member`]) or to a group
    /// ([`ProfileStep::Hash`]), by whether it was a hit.
    pub(super) chosen: BTreeMap<(ProfileStep, bool), Transition>,
}

/// What a key field reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum KeyPart {
    /// Always that.
    Constant(Bits),
    /// These bits of the state.
    Place(BitRange),
    /// Those of these bits that are 1 in the mask; in an entry too the others don't count (`apply_big_mask` in bmv2's
    /// match_units.cpp).
    Masked(BitRange, Bits),
}

/// What happens from a lookup to the next.
#[derive(Clone, Debug, Default)]
pub(super) struct Transition {
    /// What the state becomes.
    pub(super) changes: BTreeMap<Bit, Form>,
    pub(super) events: Vec<Event>,
    pub(super) egress_events: Vec<Event>,
    /// What is done behind the changes.
    pub(super) access: Option<Access>,
    pub(super) target: Target,
    /// The construct, for [`crate::Origin`].
    pub(super) construct: String,
    pub(super) source_info: Option<SourceInfo>,
}

/// Where a transition leads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Target {
    /// A lookup.
    Site(SiteId),
    /// Ingress again, where what was asked with leads.
    Again,
    /// The pipeline's end.
    #[default]
    End,
}
