//! Where fields lie: header fields in the window, the switch's own in their fixed places, the rest in cells that get
//! a place when it is known which of them live.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use hyper4_ir::{ActionId, Extract, FieldRef, HeaderId, ParseStateId, ParserOp, Program, StandardField};

use super::Refusal;
use super::direct::NUMBER_BITS;
use super::form::{Bit, FIRST_CELL};
use super::number::Unsupported;
use super::standard::written;
use crate::{BitRange, Layout};

/// Ranges of bits for everything that a guest can name. Those from [`FIRST_CELL`] on have no place yet.
#[derive(Clone, Debug)]
pub(super) struct Cells {
    headers: BTreeMap<HeaderId, u32>,
    fields: BTreeMap<FieldRef, BitRange>,
    valid: BTreeMap<HeaderId, Bit>,
    refused: BTreeMap<FieldRef, StandardField>,
    parameters: BTreeMap<(Option<usize>, u32), BitRange>,
    operands: BTreeMap<u32, [BitRange; 2]>,
    ranges: Vec<BitRange>,
    next: Bit,
}

impl Cells {
    /// The cells of a program.
    pub(super) fn new(program: &Program, layout: &Layout) -> Result<Self, Refusal> {
        let headers = header_offsets(program, layout)?;
        let mut cells = Self {
            headers,
            fields: BTreeMap::new(),
            valid: BTreeMap::new(),
            refused: BTreeMap::new(),
            parameters: BTreeMap::new(),
            operands: BTreeMap::new(),
            ranges: Vec::new(),
            next: FIRST_CELL,
        };
        let written = written(program);
        let standard: BTreeMap<FieldRef, StandardField> =
            program.standard.iter().map(|(s, f)| (*f, *s)).collect();
        for (number, header) in program.headers.iter().enumerate() {
            let id = HeaderId(number as u32);
            let Some(kind) = program.header_type(id) else { continue };
            for (index, field) in kind.fields.iter().enumerate() {
                let at = FieldRef { header: id, field: index as u32 };
                let range = match (cells.headers.get(&id), header.metadata) {
                    (Some(offset), false) => layout.packet_bits(offset + kind.offset(index), field.width),
                    (None, false) => None,
                    (_, true) => match standard.get(&at) {
                        Some(standard) => cells.standard(at, *standard, field.width, &written),
                        None => Some(cells.take(field.width)),
                    },
                };
                if let Some(range) = range {
                    cells.fields.insert(at, range);
                }
            }
        }
        for id in cells.headers.clone().into_keys() {
            let bit = cells.take(1).offset;
            cells.valid.insert(id, bit);
        }
        Ok(cells)
    }

    fn standard(
        &mut self,
        at: FieldRef,
        field: StandardField,
        width: u32,
        written: &BTreeSet<FieldRef>,
    ) -> Option<BitRange> {
        let fixed = match field {
            StandardField::IngressPort => Layout::INGRESS_PORT,
            StandardField::EgressSpec => Layout::EGRESS_SPEC,
            StandardField::EgressPort => Layout::EGRESS_PORT,
            StandardField::McastGrp => Layout::MCAST_GRP,
            // One that is assigned to chooses a queue, and the persona's packets all go to the same.
            StandardField::Priority if written.contains(&at) => BitRange { offset: 0, width: 0 },
            StandardField::CloneSpec => BitRange { offset: 0, width: 0 },
            _ => return Some(self.take(width)),
        };
        if fixed.width == width {
            return Some(fixed);
        }
        self.refused.insert(at, field);
        None
    }

    /// A new cell.
    pub(super) fn take(&mut self, width: u32) -> BitRange {
        let range = BitRange { offset: self.next, width };
        self.next += width;
        self.ranges.push(range);
        range
    }

    /// Where an action's arguments are kept for what comes behind a lookup, and behind them its entry's number. Actions
    /// follow each other, so that they share their places.
    pub(super) fn parameters(&mut self, program: &Program, action: ActionId) -> Vec<BitRange> {
        let declared = program.actions.get(action.index()).map_or(&[][..], |a| a.parameters.as_slice());
        let mut ranges = Vec::new();
        for (place, parameter) in declared.iter().enumerate() {
            ranges.push(self.parameter(Some(place), parameter.width));
        }
        ranges.push(self.parameter(None, NUMBER_BITS));
        ranges
    }

    fn parameter(&mut self, place: Option<usize>, width: u32) -> BitRange {
        if let Some(range) = self.parameters.get(&(place, width)) {
            return *range;
        }
        let range = self.take(width);
        self.parameters.insert((place, width), range);
        range
    }

    /// Where the number of the entry that runs an action is kept.
    pub(super) fn entry_number(&mut self, program: &Program, action: ActionId) -> BitRange {
        let ranges = self.parameters(program, action);
        ranges.last().copied().unwrap_or(BitRange { offset: 0, width: 0 })
    }

    /// Where an operand of an access is put; the same for all accesses, for each has taken its own when the next comes.
    pub(super) fn operand(&mut self, width: u32, is_index: bool) -> BitRange {
        let whole = width.next_power_of_two();
        let pair = match self.operands.get(&whole) {
            Some(pair) => *pair,
            None => {
                let pair = [self.take(whole), self.take(whole)];
                self.operands.insert(whole, pair);
                pair
            }
        };
        let [index, data] = pair;
        BitRange { width, ..if is_index { index } else { data } }
    }

    /// A field's bits; `None` when it lies in a header that is never extracted.
    pub(super) fn field(&self, field: FieldRef) -> Result<Option<BitRange>, Unsupported> {
        match self.refused.get(&field) {
            Some(standard) => Unsupported::new(format!(
                "`standard_metadata.{}`, which the persona doesn't carry for those who assign to it",
                standard.name()
            )),
            None => Ok(self.fields.get(&field).copied()),
        }
    }

    /// The bit that says whether a header was extracted; `None` when it never is.
    pub(super) fn valid(&self, header: HeaderId) -> Option<Bit> {
        self.valid.get(&header).copied()
    }

    /// The bits that are zero when a packet comes in: all but the packet's own, its length, and the ingress port.
    pub(super) fn zeros(&self) -> impl Iterator<Item = Bit> + '_ {
        let fixed = [Layout::EGRESS_SPEC, Layout::EGRESS_PORT, Layout::MCAST_GRP];
        fixed.into_iter().flat_map(|range| range.offset..range.end()).chain(FIRST_CELL..self.next)
    }

    /// All cells that have no place yet, those of fields first, in the order in which the program declares them.
    pub(super) fn ranges(&self) -> &[BitRange] {
        &self.ranges
    }
}

/// Where each header is extracted, in bits from the packet's first: one offset for each, and inside the window.
fn header_offsets(program: &Program, layout: &Layout) -> Result<BTreeMap<HeaderId, u32>, Refusal> {
    let mut offsets: BTreeMap<HeaderId, u32> = BTreeMap::new();
    let mut seen: BTreeSet<(ParseStateId, u32)> = BTreeSet::new();
    let mut work = VecDeque::from([(program.parser.start, 0)]);
    while let Some((id, mut offset)) = work.pop_front() {
        let Some(state) = program.parser.states.get(id.index()) else { continue };
        if !seen.insert((id, offset)) {
            continue;
        }
        let construct = || format!("parser state {}", state.name);
        for op in &state.ops {
            let ParserOp::Extract(Extract::Regular(header)) = op else { continue };
            let name = program.headers.get(header.index()).map_or("", |h| h.name.as_str());
            let width = program.header_type(*header).map_or(0, |t| t.width());
            if let Some(first) = offsets.insert(*header, offset)
                && first != offset
            {
                let reason = format!(
                    "it extracts header `{name}` {} bytes into the packet, and another path {} bytes into it; \
                     each header must lie at one offset on all paths",
                    offset / 8,
                    first / 8
                );
                return Err(Refusal::new(construct(), reason).at(state.source_info.as_ref()));
            }
            offset += width;
            if offset > layout.window_bits() {
                let reason = format!(
                    "header `{name}` ends {} bytes into the packet, and the persona's window has {}: headers must \
                     end inside it",
                    offset.div_ceil(8),
                    layout.config().window_bytes
                );
                return Err(Refusal::new(construct(), reason).at(state.source_info.as_ref()));
            }
            if !width.is_multiple_of(8) {
                let reason = format!("header `{name}` has {width} bits, which is no multiple of 8");
                return Err(Refusal::new(construct(), reason).at(state.source_info.as_ref()));
            }
        }
        work.extend(state.transitions.iter().filter_map(|t| t.next).map(|next| (next, offset)));
    }
    Ok(offsets)
}
