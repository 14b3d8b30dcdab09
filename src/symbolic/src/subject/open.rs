//! Entries of which nothing is known but table and action: whatever a control plane installs.

use std::sync::Arc;

use hyper4_bits::Bits;
use hyper4_ir::{
    ActionId, Command, EntryPart, EntryValues, MatchKind, MatchValue, Program, RowPart, RowPiece,
    RowTemplate, Table, TableId, TableImplementation, TableKey,
};

use super::{Subject, SubjectError, invalid};

/// An entry of a program whose key and arguments are open: it stands for each that its table can have with its action.
///
/// Masks are what the table's key allows: any for a ternary field, prefixes for one with prefixes, all or nothing for an
/// optional one. A range is one block, a value under a prefix; each range is a number of these, with one action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenEntry {
    /// Of a composition, the device whose entry it is.
    pub device: Option<String>,
    /// Its table.
    pub table: TableId,
    /// Its action.
    pub action: ActionId,
    /// Its handle; the table's open entries win in the order of their handles.
    pub handle: u64,
    pub(crate) table_name: String,
    pub(crate) action_name: String,
    pub(crate) key: Vec<(MatchKind, u32)>,
    pub(crate) arguments: Vec<u32>,
    ranked: bool,
}

/// A row that an open entry becomes.
#[derive(Clone, Debug)]
pub(crate) struct OpenRow {
    pub(crate) table: TableId,
    pub(crate) action: ActionId,
    pub(crate) entry: Arc<OpenEntry>,
    pub(crate) template: RowTemplate,
}

impl OpenEntry {
    /// One for each action of each table that can have entries of its own: with a key, without constant entries, without
    /// an action profile.
    pub fn all(program: &Program) -> Vec<Self> {
        let tables = (0u32..).map(TableId).zip(&program.tables).filter(|(_, table)| is_open(table));
        let entries = tables.flat_map(|(id, table)| {
            let actions = (0u64..).zip(&table.actions);
            actions.filter_map(move |(handle, action)| {
                let declared = program.actions.get(action.index())?;
                Some(Self {
                    device: None,
                    table: id,
                    action: *action,
                    handle,
                    table_name: table.name.clone(),
                    action_name: declared.name.clone(),
                    key: table.keys.iter().map(|key| (key.match_kind, key.width)).collect(),
                    arguments: declared.parameters.iter().map(|parameter| parameter.width).collect(),
                    ranked: is_ranked(table),
                })
            })
        });
        entries.collect()
    }

    /// The same of a device of a composition.
    pub fn of_device(self, device: &str) -> Self {
        Self { device: Some(device.to_owned()), ..self }
    }

    /// Whether both are entries of one table.
    pub(crate) fn is_beside(&self, other: &Self) -> bool {
        self.table == other.table && self.device == other.device
    }

    /// Whether an entry of a table can be one of [`OpenEntry::all`].
    pub fn stands_for(program: &Program, table: &str) -> bool {
        let table = program.table_by_name(table).and_then(|id| program.tables.get(id.index()));
        table.is_some_and(is_open)
    }

    /// Its priority, in a table whose entries have one: the lowest wins.
    pub fn priority(&self) -> Option<u32> {
        self.ranked.then_some(self.handle as u32 + 1)
    }

    /// How each field of its key is matched, and its width.
    pub fn key(&self) -> impl Iterator<Item = (MatchKind, u32)> + '_ {
        self.key.iter().copied()
    }

    /// The width of each argument of its action.
    pub fn arguments(&self) -> impl Iterator<Item = u32> + '_ {
        self.arguments.iter().copied()
    }

    /// The command that adds it, with these values.
    pub fn command(&self, values: &EntryValues) -> Command {
        let field = |((kind, width), (value, mask)): (&(MatchKind, u32), &(Bits, Bits))| match kind {
            MatchKind::Exact => MatchValue::Exact(value.clone()),
            MatchKind::Lpm => {
                let ones = mask.leading_ones();
                let prefix_length = if ones == 0 { 0 } else { ones + padding(*width) };
                MatchValue::Lpm { value: value.clone(), prefix_length }
            }
            MatchKind::Ternary => MatchValue::Ternary { value: value.clone(), mask: mask.clone() },
            MatchKind::Range => MatchValue::Range { low: value.clone(), high: value.or(&mask.not()) },
            MatchKind::Optional => MatchValue::Optional((!mask.is_zero()).then(|| value.clone())),
        };
        Command::TableAdd {
            table: self.table_name.clone(),
            key: self.key.iter().zip(&values.key).map(field).collect(),
            action: self.action_name.clone(),
            arguments: values.arguments.clone(),
            priority: self.priority(),
        }
    }

    /// Itself, as the row that it is in its own program.
    fn template(&self) -> RowTemplate {
        let mut pieces = Vec::new();
        let mut piece = |part, width, place| pieces.push(RowPiece { part, from: 0, width, place, to: 0 });
        let mut key = Vec::new();
        for (number, (kind, width)) in self.key.iter().enumerate() {
            piece(EntryPart::Value(number), *width, RowPart::Value(number));
            let zero = || Bits::zero(*width);
            key.push(match kind {
                MatchKind::Exact => MatchValue::Exact(zero()),
                MatchKind::Lpm | MatchKind::Ternary | MatchKind::Range | MatchKind::Optional => {
                    piece(EntryPart::Mask(number), *width, RowPart::Mask(number));
                    MatchValue::Ternary { value: zero(), mask: zero() }
                }
            });
        }
        for (number, width) in self.arguments.iter().enumerate() {
            piece(EntryPart::Argument(number), *width, RowPart::Argument(number));
        }
        let command = Command::TableAdd {
            table: self.table_name.clone(),
            key,
            action: self.action_name.clone(),
            arguments: self.arguments.iter().map(|width| Bits::zero(*width)).collect(),
            priority: self.priority(),
        };
        RowTemplate { command, pieces, negated: Vec::new(), guards: Vec::new() }
    }

    pub(crate) fn name(&self) -> String {
        let device = self.device.as_ref().map(|device| format!("{device}: "));
        format!("{}entry {} of table {}", device.unwrap_or_default(), self.handle, self.table_name)
    }
}

impl Subject {
    /// The same with entries whose values are open, which win over all others of their tables.
    pub fn with_open_entries(mut self, entries: &[OpenEntry]) -> Self {
        self.open = entries
            .iter()
            .map(|entry| OpenRow {
                table: entry.table,
                action: entry.action,
                template: entry.template(),
                entry: Arc::new(entry.clone()),
            })
            .collect();
        self
    }

    /// The same with what such entries of another program become in this one: in the order in which they win.
    ///
    /// # Errors
    /// [`SubjectError`] when a row doesn't fit its table.
    pub fn with_open_rows(mut self, rows: Vec<(OpenEntry, RowTemplate)>) -> Result<Self, SubjectError> {
        let program = Arc::clone(&self.program);
        let mut open = Vec::new();
        for (entry, template) in rows {
            let Command::TableAdd { table, key, action, arguments, .. } = &template.command else {
                return Err(invalid("a row with open places".to_owned(), "it adds nothing to a table"));
            };
            let (id, declared, _) = self.table(&program, table)?;
            let action = super::action_of(&program, id, action, arguments)?;
            if key.len() != declared.keys.len() || !declared.keys.iter().zip(key).all(fits) {
                return Err(invalid(
                    format!("table `{table}`"),
                    "a row with open places doesn't fit its key",
                ));
            }
            open.push(OpenRow { table: id, action, entry: Arc::new(entry), template });
        }
        self.open = open;
        Ok(self)
    }

    pub(crate) fn open_entries(&self) -> Vec<OpenEntry> {
        self.open.iter().map(|row| (*row.entry).clone()).collect()
    }
}

fn fits((declared, field): (&TableKey, &MatchValue)) -> bool {
    match field {
        MatchValue::Exact(value) => value.width() == declared.width,
        MatchValue::Lpm { value, prefix_length } => {
            value.width() == declared.width && *prefix_length <= declared.width
        }
        MatchValue::Ternary { value, mask } => {
            value.width() == declared.width && mask.width() == declared.width
        }
        MatchValue::Range { .. } | MatchValue::Optional(_) => false,
    }
}

fn is_open(table: &Table) -> bool {
    table.implementation == TableImplementation::Simple
        && table.const_entries.is_empty()
        && !table.keys.is_empty()
}

fn is_ranked(table: &Table) -> bool {
    matches!(table.match_kind, MatchKind::Ternary | MatchKind::Range | MatchKind::Optional)
}

/// Bits that the switch counts in a prefix, before the field's own: it counts from the upper end of the first byte.
pub(crate) fn padding(width: u32) -> u32 {
    width.next_multiple_of(8) - width
}
