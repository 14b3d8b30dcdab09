//! Entries whose values are open: what is made of them as data.
//!
//! [`Guest::entry_rows`] fills the same places of the same tables and effects for values that are known.

use hyper4_bits::Bits;
use hyper4_ir::{ActionId, EntryPart, MatchKind, RowPart, RowPiece, RowTemplate, TableId, TableKey};

use super::Refusal;
use super::direct::{NUMBER_BITS, number as handle_number};
use super::emit::Outcome;
use super::entry::{PlacedKey, PlacedTable};
use super::guest::Guest;
use super::template::{Piece, Template};
use crate::{Effect, Layout, Lookup, Origin, Place, Row, RowMatch};

/// An entry whose key and arguments are open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenEntry {
    /// Its table.
    pub table: TableId,
    /// Its action.
    pub action: ActionId,
    /// Its handle.
    pub handle: u64,
    /// What orders the table's entries that can match the same packet: the lowest wins.
    pub rank: u32,
}

impl Guest {
    /// What [`Guest::entry_rows`] makes of an entry, whatever its key and its arguments are, as rows of a device
    /// that lies there. Ranges are those that are one block: a value under a prefix.
    ///
    /// # Errors
    /// A [`Refusal`] when the table or the action is not the program's, or two key fields lie in one place, so that rows
    /// are not a matter of where bits go.
    pub fn entry_templates(&self, entry: OpenEntry, at: Place) -> Result<Vec<RowTemplate>, Refusal> {
        let OpenEntry { table, action, handle, rank } = entry;
        let declared = self.program.tables.get(table.index());
        let parameters = self.program.actions.get(action.index()).map(|action| &action.parameters);
        let construct = || format!("an open entry of table number {}", table.0);
        let (Some(declared), Some(parameters)) = (declared, parameters) else {
            return Err(Refusal::new(construct(), "the program has no such table or action"));
        };
        let mut arguments: Vec<Bits> = parameters.iter().map(|p| Bits::zero(p.width)).collect();
        let given = arguments.len();
        arguments.push(Bits::from_u64(NUMBER_BITS, handle_number(handle)));
        let mut templates = Vec::new();
        for place in self.tables.get(&table).into_iter().flatten() {
            let refuse =
                |reason: &str| Refusal::new(format!("an open entry of table {}", declared.name), reason);
            let outcome = place.outcomes.get(&(action, true));
            let outcome = outcome.ok_or_else(|| refuse("the table has no such action"))?;
            let shape = place.open_key(&declared.keys, rank);
            let (matches, key_pieces, guards) =
                shape.ok_or_else(|| refuse("two of its key fields lie in one place"))?;
            let (effect, effect_pieces, negated) = outcome.open_effect(given, &arguments);
            let row = Row {
                pipeline: place.pipeline,
                slot: place.slot,
                pc: place.pc,
                matches,
                effect,
                next: outcome.next.clone(),
                origin: Origin::default(),
            };
            let command = row.command(at);
            templates.push(RowTemplate {
                command,
                pieces: [key_pieces, effect_pieces].concat(),
                negated,
                guards,
            });
        }
        Ok(templates)
    }
}

/// What an entry of zeros matches, what its own values add, and which values it must have for a row to be there.
type OpenKey = (RowMatch, Vec<RowPiece>, Vec<(usize, Bits)>);

/// The persona's own key fields come first: device ID and micro-PC.
const STATE: usize = 2;

impl PlacedTable {
    /// `None`: two fields lie in one place.
    fn open_key(&self, declared: &[TableKey], rank: u32) -> Option<OpenKey> {
        let width = self.state_bits;
        // A prefix is compared from the state's upper end, of which the key is a part.
        let (cut, skipped) = match self.lookup {
            Lookup::Lpm => (width.saturating_sub(Layout::MAX_PREFIX_BITS), self.skipped),
            _ => (0, 0),
        };
        let mut prefix = self.exact_prefix.unwrap_or(0);
        let (mut pieces, mut guards) = (Vec::new(), Vec::new());
        let mut taken = Bits::zero(width);
        for (number, (place, declared)) in self.keys.iter().zip(declared).enumerate() {
            let at = match place {
                PlacedKey::Constant(known) => {
                    guards.push((number, known.clone()));
                    continue;
                }
                PlacedKey::Place(at) | PlacedKey::Masked(at, _) => *at,
            };
            let whole = Bits::mask(width, at.offset, declared.width);
            if !taken.and(&whole).is_zero() {
                return None;
            }
            taken = taken.or(&whole);
            let with_prefix = declared.match_kind == MatchKind::Lpm;
            if with_prefix {
                prefix = width - at.end();
            }
            let counts = declared.mask.clone().unwrap_or_else(|| Bits::ones(declared.width));
            for (from, width) in runs(&counts) {
                let to = (at.offset + from + skipped).checked_sub(cut)?;
                let piece = |part, place| RowPiece { part, from, width, place, to };
                pieces.push(piece(EntryPart::Value(number), RowPart::Value(STATE)));
                if self.lookup == Lookup::Ternary || (self.lookup == Lookup::Lpm && with_prefix) {
                    pieces.push(piece(EntryPart::Mask(number), RowPart::Mask(STATE)));
                }
            }
        }
        let zero = || Bits::zero(width);
        let matches = match self.lookup {
            Lookup::Exact => RowMatch::Exact(zero()),
            Lookup::Lpm => RowMatch::Lpm { value: zero(), prefix_length: prefix, skipped },
            Lookup::Ternary => RowMatch::Ternary { value: zero(), mask: zero(), priority: rank },
            Lookup::Step | Lookup::Leave | Lookup::State => RowMatch::Step,
        };
        if matches == RowMatch::Step {
            pieces.clear();
        }
        Some((matches, pieces, guards))
    }
}

impl Outcome {
    /// The effect for arguments that are zeros, of which the first `given` are open.
    fn open_effect(&self, given: usize, arguments: &[Bits]) -> (Effect, Vec<RowPiece>, Vec<(usize, Bits)>) {
        let template = &self.template;
        let effect = Template { subtract: false, ..template.clone() }.effect(arguments);
        let [value, a, b] = effect.open_arguments();
        let open = |pieces: &[Piece], place: usize| -> Vec<RowPiece> {
            let open = pieces.iter().filter(|piece| piece.index < given);
            open.map(|piece| RowPiece {
                part: EntryPart::Argument(piece.index),
                from: piece.from,
                width: piece.width,
                place: RowPart::Argument(place),
                to: piece.to,
            })
            .collect()
        };
        let pieces = [open(&template.value, value), open(&template.a, a), open(&template.b, b)].concat();
        let negated = match &effect {
            Effect::Add { add_mask, .. } if template.subtract => vec![(b, add_mask.clone())],
            _ => Vec::new(),
        };
        (effect, pieces, negated)
    }
}

/// The runs of ones: where each begins, and how long it is.
fn runs(bits: &Bits) -> Vec<(u32, u32)> {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for bit in (0..bits.width()).filter(|bit| bits.bit(*bit)) {
        match runs.last_mut() {
            Some((from, width)) if *from + *width == bit => *width += 1,
            _ => runs.push((bit, 1)),
        }
    }
    runs
}
