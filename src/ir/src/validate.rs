//! Whether a program holds together.

mod actions;
mod expressions;
mod graphs;
mod groups;
mod parser;
mod parts;
mod state;
mod tables;

use std::collections::HashSet;

use crate::{FieldRef, HeaderId, IrError, Program};

impl Program {
    /// Whether every index points at something, every width fits, names are unique where simple_switch looks them up,
    /// expressions are of one type, and the pipelines' graphs end.
    ///
    /// [`Program::from_json`] does this itself; who makes a program otherwise should too.
    ///
    /// # Errors
    /// [`IrError::Invalid`] and [`IrError::Unresolved`] name the first construct that is wrong.
    pub fn validate(&self) -> Result<(), IrError> {
        let checker = Checker { program: self };
        checker.header_types()?;
        checker.headers()?;
        checker.standard()?;
        checker.groups()?;
        checker.state()?;
        checker.parser()?;
        checker.calculations()?;
        checker.actions()?;
        checker.tables()?;
        checker.conditionals()?;
        checker.checksums()?;
        checker.graphs()
    }
}

/// The program under examination.
struct Checker<'a> {
    program: &'a Program,
}

fn invalid<T>(kind: &str, name: &str, reason: impl Into<String>) -> Result<T, IrError> {
    Err(IrError::Invalid { construct: format!("{kind} `{name}`"), reason: reason.into() })
}

fn unresolved<T>(kind: &str, name: &str, what: impl Into<String>) -> Result<T, IrError> {
    Err(IrError::Unresolved { construct: format!("{kind} `{name}`"), name: what.into() })
}

/// Refuse the second of equal names.
fn unique<'a>(kind: &str, names: impl Iterator<Item = &'a str>) -> Result<(), IrError> {
    let mut seen = HashSet::new();
    for name in names {
        if !seen.insert(name) {
            return invalid(kind, name, "the name is used twice");
        }
    }
    Ok(())
}

impl Checker<'_> {
    /// The width of a field that exists.
    fn width(&self, kind: &str, name: &str, field: FieldRef) -> Result<u32, IrError> {
        match self.program.field(field) {
            Some(declared) => Ok(declared.width),
            None => unresolved(kind, name, self.program.field_name(field)),
        }
    }

    /// A header that exists and is no metadata.
    fn header(&self, kind: &str, name: &str, header: HeaderId) -> Result<(), IrError> {
        match self.program.headers.get(header.index()) {
            Some(declared) if declared.metadata => {
                invalid(kind, name, format!("`{}` is metadata, but a header is wanted", declared.name))
            }
            Some(_) => Ok(()),
            None => unresolved(kind, name, format!("header {}", header.0)),
        }
    }
}
