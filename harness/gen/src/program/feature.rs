//! What a program may use.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! features {
    ($($(#[$doc:meta])* $feature:ident = $name:literal, $weight:literal;)*) => {
        /// A part of the language or of v1model that a random program uses or does without. Each program draws which: a
        /// program with everything in it hides what one with little shows (swarm testing: Groce et al., ISSTA 2012).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Feature {
            $($(#[$doc])* $feature,)*
        }

        impl Feature {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$feature,)*];

            /// Its name, as limits and findings have it.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$feature => $name,)*
                }
            }

            /// How many of a hundred programs have it unless the limits say otherwise.
            pub fn usual_weight(self) -> u8 {
                match self {
                    $(Self::$feature => $weight,)*
                }
            }
        }
    };
}

features! {
    /// `select` with more than a few constants.
    Select = "select", 90;
    /// `&&&` in a select.
    MaskedSelect = "masked_select", 40;
    /// `..` in a select.
    RangeSelect = "range_select", 20;
    /// `packet.lookahead`.
    Lookahead = "lookahead", 25;
    /// `packet.advance`.
    Advance = "advance", 15;
    /// `verify`.
    Verify = "verify", 20;
    /// Assignments to metadata in the parser.
    ParserAssignment = "parser_assignment", 25;
    /// A header stack that a loop of the parser fills.
    Stack = "stack", 20;
    /// `push_front` and `pop_front`.
    PushPop = "push_pop", 50;
    /// `update_checksum` of a header.
    Checksum = "checksum", 20;
    /// `verify_checksum` of a header.
    VerifyChecksum = "verify_checksum", 12;
    /// Fields wider than 64 bits.
    WideField = "wide_field", 25;
    /// `int<w>`.
    Signed = "signed", 20;
    /// `+` and `-`.
    Arithmetic = "arithmetic", 60;
    /// `|+|` and `|-|`.
    Saturating = "saturating", 25;
    /// `*`.
    Multiplication = "multiplication", 20;
    /// `<<` and `>>` by constants and by fields.
    Shift = "shift", 35;
    /// Slices and `++`.
    Slice = "slice", 40;
    /// `c ? a : b`.
    Conditional = "conditional", 30;
    /// `<` and its like.
    Comparison = "comparison", 50;
    /// LPM keys.
    Lpm = "lpm", 45;
    /// Ternary keys.
    Ternary = "ternary", 50;
    /// Range keys.
    Range = "range", 25;
    /// Optional keys.
    Optional = "optional", 20;
    /// Keys on validity.
    ValidityKey = "validity_key", 30;
    /// Keys that are computed.
    ComputedKey = "computed_key", 20;
    /// Entries that the program brings.
    ConstEntries = "const_entries", 30;
    /// `switch (t.apply().action_run)`.
    Switch = "switch", 30;
    /// `t.apply().hit`.
    Hit = "hit", 40;
    /// `if`.
    If = "if", 80;
    /// `exit`.
    Exit = "exit", 15;
    /// `return`.
    Return = "return", 15;
    /// Actions that are called without a table.
    DirectCall = "direct_call", 30;
    /// Variables of a control.
    Variable = "variable", 35;
    /// `setValid` and `setInvalid`.
    Validity = "validity", 40;
    /// Assignments of whole headers.
    HeaderCopy = "header_copy", 20;
    /// Registers.
    Register = "register", 25;
    /// Counters with an index.
    Counter = "counter", 20;
    /// Counters of entries.
    DirectCounter = "direct_counter", 20;
    /// Meters with an index, without rates.
    Meter = "meter", 15;
    /// `random`.
    Random = "random", 8;
    /// `hash`.
    Hash = "hash", 20;
    /// Action profiles.
    Profile = "profile", 15;
    /// Action selectors.
    Selector = "selector", 15;
    /// Clones from ingress.
    Clone = "clone", 12;
    /// Multicast groups.
    Multicast = "multicast", 20;
    /// `resubmit_preserving_field_list`.
    Resubmit = "resubmit", 8;
    /// `recirculate_preserving_field_list`.
    Recirculate = "recirculate", 8;
    /// `truncate`.
    Truncate = "truncate", 10;
    /// `digest`.
    Digest = "digest", 10;
    /// Tables and statements in egress.
    Egress = "egress", 50;
    /// Reads of what the switch says: ports, length, kind of instance, replica's number.
    StandardMetadata = "standard_metadata", 40;
    /// Fields of headers that may not be valid.
    InvalidRead = "invalid_read", 15;
}

impl Feature {
    /// The feature of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|feature| feature.name() == name)
    }
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
