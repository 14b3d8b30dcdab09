//! What a real switch dies of.

/// Why a program had to stop.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    #[error("shift by a negative amount, on which simple_switch aborts")]
    NegativeShift,
    #[error(
        "division or modulo of a negative number or by one that isn't positive, on which simple_switch aborts"
    )]
    Division,
    #[error("advance by a negative amount, on which simple_switch aborts")]
    NegativeAdvance,
    #[error("a checksum's field is negative, on which simple_switch aborts")]
    NegativeSum,
    #[error("base or modulus of a hash is negative, on which simple_switch aborts")]
    NegativeHash,
    #[error(
        "a negative number where only others can be (an index, a session, a length), on which simple_switch aborts"
    )]
    NegativeNumber,
    #[error("headers grew the packet by more than 512 bytes, on which simple_switch aborts")]
    HeadersTooLong,
    #[error("the parser goes round without taking anything from the packet; simple_switch hangs")]
    ParserLoop,
    #[error("an action goes round for ever; simple_switch hangs")]
    ActionLoop,
    #[error("a header stack has no element of that index, on which simple_switch aborts")]
    StackIndex,
    #[error("the last element of an empty header stack, on which simple_switch aborts")]
    EmptyStack,
    #[error("{primitive} that doesn't hold{}, on which simple_switch aborts", at(.place))]
    Assertion {
        /// `assert` or `assume`.
        primitive: &'static str,
        /// File and line.
        place: Option<(String, u32)>,
    },
    #[error("log_msg whose text and arguments don't go together{}, on which simple_switch exits", at(.0))]
    LogFormat(Option<(String, u32)>),
    #[error("it was copied, resubmitted or recirculated too often; simple_switch would go on for ever")]
    TooManyLives,
}

fn at(place: &Option<(String, u32)>) -> String {
    place.as_ref().map_or_else(String::new, |(file, line)| format!(" at {file}({line})"))
}
