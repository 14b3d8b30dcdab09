//! The kinds of faults.

use serde::{Deserialize, Serialize};

use crate::program::ProgramFault;
use crate::row::RowFault;
use crate::tenant::CommandFault;

/// Where a fault is planted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// The operator's rows: ports, links, groups, cells.
    Operator,
    /// The rows into which a guest's program was compiled.
    Compiler,
    /// The rows into which a tenant's commands were translated.
    Translation,
    /// A tenant's command, before it is translated.
    Command,
    /// The persona's program.
    Persona,
    /// A program as an engine runs it.
    Engine,
}

impl Layer {
    /// In a word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Compiler => "compiler",
            Self::Translation => "translation",
            Self::Command => "command",
            Self::Persona => "persona",
            Self::Engine => "engine",
        }
    }
}

/// A kind of fault: where, and what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A row of the persona.
    Row(Layer, RowFault),
    /// A tenant's command.
    Command(CommandFault),
    /// A program's IR.
    Program(Layer, ProgramFault),
}

impl Kind {
    /// Every kind, by layers.
    pub fn all() -> Vec<Self> {
        let rows =
            |layer, faults: &'static [RowFault]| faults.iter().map(move |fault| Self::Row(layer, *fault));
        let programs = |layer| ProgramFault::ALL.iter().map(move |fault| Self::Program(layer, *fault));
        rows(Layer::Operator, &RowFault::OF_OPERATOR)
            .chain(rows(Layer::Compiler, &RowFault::OF_GUESTS))
            .chain(rows(Layer::Translation, &RowFault::OF_GUESTS))
            .chain(CommandFault::ALL.iter().map(|fault| Self::Command(*fault)))
            .chain(programs(Layer::Persona))
            .chain(programs(Layer::Engine))
            .collect()
    }

    /// Where it is planted.
    pub fn layer(self) -> Layer {
        match self {
            Self::Row(layer, _) | Self::Program(layer, _) => layer,
            Self::Command(_) => Layer::Command,
        }
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let layer = self.layer().name();
        match self {
            Self::Row(_, fault) => write!(f, "{layer}: {}", fault.name()),
            Self::Command(fault) => write!(f, "{layer}: {}", fault.name()),
            Self::Program(_, fault) => write!(f, "{layer}: {}", fault.name()),
        }
    }
}
