//! Pipelines: tables and conditionals, joined to a graph.

use hyper4_bits::{Bits, HashAlgorithm};

use crate::{
    ActionId, ActionProfileId, ConditionalId, CounterId, Expr, FieldRef, HeaderId, MeterId, PipelineKind,
    SourceInfo, TableId,
};

/// A match-action pipeline. Its graph has no circles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pipeline {
    /// Ingress or egress.
    pub kind: PipelineKind,
    /// Where it starts; `None` is an empty pipeline.
    pub start: NextNode,
}

/// A node of the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Node {
    /// Apply a table.
    Table(TableId),
    /// Evaluate a condition.
    Conditional(ConditionalId),
}

/// What comes next; `None` ends the pipeline.
pub type NextNode = Option<Node>;

/// A condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableConditional {
    /// The name in bmv2 JSON, `node_3`.
    pub name: String,
    /// The pipeline it belongs to.
    pub pipeline: PipelineKind,
    /// A truth value.
    pub expression: Expr,
    /// Taken when it holds.
    pub true_next: NextNode,
    /// Taken when it doesn't.
    pub false_next: NextNode,
    /// Where it stands.
    pub source_info: Option<SourceInfo>,
}

/// How a key field is matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MatchKind {
    /// Equal.
    Exact,
    /// Equal in the longest prefix. At most one key a table.
    Lpm,
    /// Equal under a mask.
    Ternary,
    /// Between two bounds, both included.
    Range,
    /// Equal, or not looked at.
    Optional,
}

impl MatchKind {
    /// The name in P4 and bmv2 JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Lpm => "lpm",
            Self::Ternary => "ternary",
            Self::Range => "range",
            Self::Optional => "optional",
        }
    }
}

/// A key field of a table. A field of an invalid header is read as 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableKey {
    /// The name the control plane knows, `hdr.ipv4.dstAddr`.
    pub name: String,
    /// How it is matched.
    pub match_kind: MatchKind,
    /// What is matched.
    pub field: FieldRef,
    /// Bits of the field.
    pub width: u32,
    /// Bits that take part, where the program masks the key.
    pub mask: Option<Bits>,
    /// Set where the key is a header's validity (1 bit) instead of a field (`$valid$`); `field` is that header's first
    /// then and means nothing.
    pub valid_of: Option<HeaderId>,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The name in bmv2 JSON, `MyIngress.ipv4_lpm`.
    pub name: String,
    /// The pipeline it belongs to.
    pub pipeline: PipelineKind,
    /// The key, in the order of the control plane.
    pub keys: Vec<TableKey>,
    /// The kind of the whole: range before ternary before lpm before exact; `Exact` where there is no key.
    pub match_kind: MatchKind,
    /// The actions an entry may name.
    pub actions: Vec<ActionId>,
    /// What comes next.
    pub next: TableNext,
    /// What is done on a miss, from the start; the control plane may change it unless it is constant. `None`: nothing.
    pub default_entry: Option<DefaultEntry>,
    /// Entries that are there from the start and can't be changed.
    pub const_entries: Vec<ConstEntry>,
    /// Entries it may hold; 0 where the program gives an empty list of constant entries.
    pub max_size: u32,
    /// Where its entries' actions are: in the entries, or in an action profile that they refer to.
    pub implementation: TableImplementation,
    /// Counts packets and bytes for each entry.
    pub with_counters: bool,
    /// The direct counter's name, where the program declares one.
    pub direct_counter: Option<CounterId>,
    /// Meters each entry's packets, on a hit and before the action.
    pub direct_meter: Option<DirectMeter>,
    /// Ages entries.
    pub support_timeout: bool,
    /// Made by the compiler for straight-line code: no key, no name in the source.
    pub hidden: bool,
    /// Where it stands.
    pub source_info: Option<SourceInfo>,
}

/// Where the actions of a table's entries are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TableImplementation {
    /// In the entries (`simple`).
    Simple,
    /// In a profile: entries refer to members (`indirect`), and to groups too when it has a selector (`indirect_ws`).
    Profile(ActionProfileId),
}

/// A meter for each entry of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DirectMeter {
    /// The meter.
    pub meter: MeterId,
    /// Where the colour goes.
    pub target: FieldRef,
}

/// An action profile: actions with arguments, shared by tables' entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionProfile {
    /// The name in bmv2 JSON, `MyIngress.as`.
    pub name: String,
    /// Members and groups that were asked for.
    pub max_size: u32,
    /// How a member of a group is chosen; `None`: there are no groups.
    pub selector: Option<Selector>,
    /// Where it stands.
    pub source_info: Option<SourceInfo>,
}

/// How a member of a group is chosen: by a hash of fields, modulo the group's size, members in ascending handle order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector {
    /// The hash.
    pub algorithm: HashAlgorithm,
    /// What is hashed.
    pub inputs: Vec<crate::CalculationInput>,
}

/// What comes after a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TableNext {
    /// By the action that ran (also the default action), aligned with [`Table::actions`]. When nothing ran, `None` of it
    /// is taken: see `base_default`.
    ByAction {
        /// A node for each action.
        nodes: Vec<NextNode>,
        /// When no action ran at all (`base_default_next`).
        base_default: NextNode,
    },
    /// By hit or miss, whatever the action.
    HitMiss {
        /// An entry matched.
        hit: NextNode,
        /// None did.
        miss: NextNode,
    },
}

impl TableNext {
    /// All that may come, those of actions in their order, then what comes when none ran; a hit before a miss.
    pub fn nodes(&self) -> Vec<NextNode> {
        match self {
            Self::ByAction { nodes, base_default } => nodes.iter().copied().chain([*base_default]).collect(),
            Self::HitMiss { hit, miss } => vec![*hit, *miss],
        }
    }
}

/// A table's default action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefaultEntry {
    /// The action.
    pub action: ActionId,
    /// Its arguments.
    pub arguments: Vec<Bits>,
    /// The control plane may not change the action.
    pub const_action: bool,
    /// The control plane may not change the arguments either.
    pub const_entry: bool,
}

/// An entry given in the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConstEntry {
    /// One for each key.
    pub key: Vec<crate::MatchValue>,
    /// The action.
    pub action: ActionId,
    /// Its arguments.
    pub arguments: Vec<Bits>,
    /// bmv2's priority: the lowest wins.
    pub priority: u32,
    /// Where it stands.
    pub source_info: Option<SourceInfo>,
}
