//! A whole program, and the indexes that name its parts.

use std::collections::BTreeMap;

use hyper4_bits::HashAlgorithm;

use crate::{
    Action, ActionProfile, Expr, Header, HeaderStack, HeaderType, HeaderUnion, HeaderUnionStack, Parser,
    Pipeline, SourceInfo, StandardField, Table, TableConditional,
};

macro_rules! index {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);
        impl $name {
            /// As a position in the list it belongs to.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

index!(
    /// Indexes [`Program::header_types`].
    HeaderTypeId
);
index!(
    /// Indexes [`Program::headers`].
    HeaderId
);
index!(
    /// Indexes [`Parser::states`].
    ParseStateId
);
index!(
    /// Indexes [`Program::actions`].
    ActionId
);
index!(
    /// Indexes [`Program::tables`].
    TableId
);
index!(
    /// Indexes [`Program::conditionals`].
    ConditionalId
);
index!(
    /// Indexes [`Program::calculations`].
    CalculationId
);

index!(
    /// Indexes [`Program::header_stacks`].
    HeaderStackId
);
index!(
    /// Indexes [`Program::header_unions`].
    HeaderUnionId
);
index!(
    /// Indexes [`Program::header_union_stacks`].
    HeaderUnionStackId
);
index!(
    /// Indexes [`Program::counters`].
    CounterId
);
index!(
    /// Indexes [`Program::meters`].
    MeterId
);
index!(
    /// Indexes [`Program::registers`].
    RegisterId
);
index!(
    /// Indexes [`Program::field_lists`].
    FieldListId
);
index!(
    /// Indexes [`Program::learn_lists`].
    LearnListId
);
index!(
    /// Indexes [`Program::value_sets`].
    ValueSetId
);
index!(
    /// Indexes [`Program::action_profiles`].
    ActionProfileId
);

/// A field of a header or metadata instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldRef {
    /// The instance.
    pub header: HeaderId,
    /// The number of the field in its type.
    pub field: u32,
}

/// Which pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PipelineKind {
    /// Before the traffic manager.
    Ingress,
    /// After it, once for each copy.
    Egress,
}

/// The code of a parser error, as it appears in `standard_metadata.parser_error`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ErrorCode(pub u32);

/// An algorithm over inputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calculation {
    /// The name in bmv2 JSON, `calc_0`.
    pub name: String,
    /// The algorithm.
    pub algorithm: HashAlgorithm,
    /// What goes in, concatenated bit by bit (`BufBuilder` in calculations.cpp); fields of invalid headers are left out.
    pub inputs: Vec<CalculationInput>,
}

/// A part of a calculation's input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CalculationInput {
    /// A field.
    Field(FieldRef),
    /// A constant.
    Constant(hyper4_bits::Bits),
    /// All fields of a header.
    Header(crate::HeaderId),
    /// The bytes behind the parsed headers.
    Payload,
}

/// Verify or update.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChecksumKind {
    /// After the parser: a difference sets `checksum_error`.
    Verify,
    /// Before the deparser: the field is set.
    Update,
}

/// A checksum that the switch itself verifies or updates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checksum {
    /// The name in bmv2 JSON, `cksum_0`.
    pub name: String,
    /// Verify or update.
    pub kind: ChecksumKind,
    /// The field that holds it; a verify is skipped when its header is invalid.
    pub target: FieldRef,
    /// What it must be.
    pub calculation: CalculationId,
    /// Only when this truth value holds; `None` is always.
    pub condition: Option<Expr>,
    /// Where it stands.
    pub source_info: Option<SourceInfo>,
}

/// Counters of packets and bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CounterArray {
    /// The name in bmv2 JSON, `MyIngress.packets`.
    pub name: String,
    /// One for each entry of that table; `None`: by index.
    pub direct: Option<TableId>,
    /// How many there are; of a direct one as many as its table may have entries.
    pub size: u32,
    /// Where it stands.
    pub source_info: Option<SourceInfo>,
}

/// What a meter measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MeterUnit {
    /// Packets.
    Packets,
    /// Bytes, by the packet's length at ingress.
    Bytes,
}

/// Meters: token buckets, two rates and three colours as v1model's (meters.cpp).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeterArray {
    /// The name in bmv2 JSON, `MyIngress.meter`.
    pub name: String,
    /// One for each entry of that table; `None`: by index.
    pub direct: Option<TableId>,
    /// How many there are; of a direct one as many as its table may have entries.
    pub size: u32,
    /// What it measures.
    pub unit: MeterUnit,
    /// How many rates, 2 in v1model; one colour more than that.
    pub rate_count: u32,
    /// Where it stands.
    pub source_info: Option<SourceInfo>,
}

/// Registers: numbers that outlive a packet, zeros at first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterArray {
    /// The name in bmv2 JSON, `MyIngress.last_seen`.
    pub name: String,
    /// Bits of each.
    pub width: u32,
    /// How many there are.
    pub size: u32,
    /// Where it stands.
    pub source_info: Option<SourceInfo>,
}

/// What clones, resubmitted and recirculated packets keep of their metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldList {
    /// The number that primitives name it by, not 0.
    pub id: u32,
    /// The name in bmv2 JSON, `fl`.
    pub name: String,
    /// Its elements. simple_switch keeps fields alone.
    pub fields: Vec<FieldRef>,
}

/// What a digest contains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LearnList {
    /// The number that the notification carries, not 0.
    pub id: u32,
    /// The name in bmv2 JSON, `mac_learn_digest_t`.
    pub name: String,
    /// Its elements, in order: numbers.
    pub elements: Vec<LearnElement>,
}

/// An element of a digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LearnElement {
    /// A field.
    Field(FieldRef),
    /// A constant.
    Constant(hyper4_bits::Bits),
}

impl LearnElement {
    /// Bits of it; 0 for a field that doesn't exist.
    pub fn width(&self, program: &Program) -> u32 {
        match self {
            Self::Field(field) => program.field(*field).map_or(0, |field| field.width),
            Self::Constant(value) => value.width(),
        }
    }
}

/// A set that a parser selects by and the control plane fills.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueSet {
    /// The name in bmv2 JSON, `MyParser.trusted`.
    pub name: String,
    /// Bits of a member: the parts of the key, each without padding, concatenated (`compressed_bitwidth`).
    pub width: u32,
    /// Members that were asked for; simple_switch sets no limit.
    pub max_size: Option<u32>,
}

/// The order in which valid headers are emitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deparser {
    /// The name in bmv2 JSON, `deparser`.
    pub name: String,
    /// The headers, first on the wire first.
    pub order: Vec<crate::HeaderId>,
    /// What is done before: no jumps, and none that reads an action's parameters.
    pub primitives: Vec<crate::Primitive>,
}

/// A validated program: every index points at something, every width fits, the graphs end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// The name, usually the source file's path.
    pub name: String,
    /// Header and metadata types.
    pub header_types: Vec<HeaderType>,
    /// Header and metadata instances.
    pub headers: Vec<Header>,
    /// Parser errors: name to code (`NoError` is 0).
    pub errors: BTreeMap<String, ErrorCode>,
    /// The parser.
    pub parser: Parser,
    /// The deparser.
    pub deparser: Deparser,
    /// All actions.
    pub actions: Vec<Action>,
    /// All tables of both pipelines.
    pub tables: Vec<Table>,
    /// All conditions of both pipelines.
    pub conditionals: Vec<TableConditional>,
    /// Ingress.
    pub ingress: Pipeline,
    /// Egress.
    pub egress: Pipeline,
    /// Hashes and checksums that something refers to.
    pub calculations: Vec<Calculation>,
    /// Checksums, in the order of the program.
    pub checksums: Vec<Checksum>,
    /// Header stacks; a header is in at most one.
    pub header_stacks: Vec<HeaderStack>,
    /// Header unions; a header is in at most one.
    pub header_unions: Vec<HeaderUnion>,
    /// Stacks of header unions; a union is in at most one.
    pub header_union_stacks: Vec<HeaderUnionStack>,
    /// Counters.
    pub counters: Vec<CounterArray>,
    /// Meters.
    pub meters: Vec<MeterArray>,
    /// Registers.
    pub registers: Vec<RegisterArray>,
    /// What clones, resubmitted and recirculated packets keep of their metadata.
    pub field_lists: Vec<FieldList>,
    /// What digests contain.
    pub learn_lists: Vec<LearnList>,
    /// Sets that a parser selects by and the control plane fills.
    pub value_sets: Vec<ValueSet>,
    /// Action profiles.
    pub action_profiles: Vec<ActionProfile>,
    /// Where the switch's own metadata lies; a field that the program's architecture file doesn't declare is missing.
    pub standard: BTreeMap<StandardField, FieldRef>,
}

impl Program {
    /// The type of a header instance.
    pub fn header_type(&self, header: HeaderId) -> Option<&HeaderType> {
        self.header_types.get(self.headers.get(header.index())?.header_type.index())
    }

    /// All that may come after a node; nothing after one that doesn't exist.
    pub fn next_nodes(&self, node: crate::Node) -> Vec<crate::NextNode> {
        match node {
            crate::Node::Table(id) => {
                self.tables.get(id.index()).map_or_else(Vec::new, |table| table.next.nodes())
            }
            crate::Node::Conditional(id) => self
                .conditionals
                .get(id.index())
                .map_or_else(Vec::new, |conditional| vec![conditional.true_next, conditional.false_next]),
        }
    }

    /// The declaration of a field.
    pub fn field(&self, field: FieldRef) -> Option<&crate::FieldType> {
        self.header_type(field.header)?.fields.get(field.field as usize)
    }

    /// `header.field`, as bmv2's logs and error messages write it.
    pub fn field_name(&self, field: FieldRef) -> String {
        match (self.headers.get(field.header.index()), self.field(field)) {
            (Some(h), Some(f)) => format!("{}.{}", h.name, f.name),
            _ => format!("header {} field {}", field.header.0, field.field),
        }
    }
}
