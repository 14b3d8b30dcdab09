//! Where fields lie: header fields in the window, the switch's own in their fixed places, the rest in cells that get
//! a place when it is known which of them live.

use std::collections::{BTreeMap, BTreeSet};

use hyper4_ir::{
    ActionId, FieldRef, FieldType, HeaderExpr, HeaderId, HeaderType, HeaderUnionId, ParserOp, PipelineKind,
    PrimitiveKind, Program, StackRef, StandardField, UnionExpr,
};

use super::Refusal;
use super::direct::NUMBER_BITS;
use super::form::{Bit, FIRST_CELL};
use super::number::Unsupported;
use super::sample::{most_bits, sampled};
use super::shape::{Shape, Storage};
use super::standard::written;
use crate::{BitRange, Layout};

/// Ranges of bits for everything that a guest can name. Those from [`FIRST_CELL`] on have no place yet.
#[derive(Clone, Debug)]
pub(super) struct Cells {
    layout: Layout,
    /// Of headers: where they lie at home; of others where they lie.
    fields: BTreeMap<FieldRef, BitRange>,
    types: BTreeMap<HeaderId, HeaderType>,
    /// Which of the headers' shapes it is that egress begins with.
    shape: BitRange,
    /// What is asked for in each pipeline: see [`Cells::asked`].
    asked: [BitRange; 2],
    session: BitRange,
    /// As `shape`, of what the parser found.
    parsed: BitRange,
    /// The number of the sample to be taken, and where it lies.
    sample: [BitRange; 2],
    refused: BTreeMap<FieldRef, StandardField>,
    parameters: BTreeMap<(Option<usize>, u32), BitRange>,
    operands: BTreeMap<u32, [BitRange; 2]>,
    ranges: Vec<BitRange>,
    next: Bit,
}

impl Cells {
    /// The cells of a program.
    pub(super) fn new(program: &Program, layout: &Layout) -> Result<Self, Refusal> {
        let mut cells = Self {
            layout: layout.clone(),
            fields: BTreeMap::new(),
            types: BTreeMap::new(),
            shape: BitRange { offset: 0, width: 0 },
            asked: [BitRange { offset: 0, width: 0 }; 2],
            session: BitRange { offset: 0, width: 0 },
            parsed: BitRange { offset: 0, width: 0 },
            sample: [BitRange { offset: 0, width: 0 }; 2],
            refused: BTreeMap::new(),
            parameters: BTreeMap::new(),
            operands: BTreeMap::new(),
            ranges: Vec::new(),
            next: FIRST_CELL,
        };
        let written = written(program);
        let standard: BTreeMap<FieldRef, StandardField> =
            program.standard.iter().map(|(s, f)| (*f, *s)).collect();
        let homes = homes(program);
        for (number, header) in program.headers.iter().enumerate() {
            let id = HeaderId(number as u32);
            let Some(kind) = program.header_type(id) else { continue };
            if !header.metadata {
                if !kind.fields.iter().filter(|f| !f.varbit).map(|f| f.width).sum::<u32>().is_multiple_of(8) {
                    let reason = format!("it has {} bits, which is no multiple of 8", kind.width());
                    return Err(Refusal::new(format!("header {}", header.name), reason));
                }
                cells.types.insert(id, kind.clone());
            }
            for (index, field) in kind.fields.iter().enumerate() {
                let at = FieldRef { header: id, field: index as u32 };
                let range = match standard.get(&at) {
                    _ if !header.metadata && !homes.contains(&id) => None,
                    Some(standard) => cells.standard(at, *standard, field.width, &written),
                    None => Some(cells.take(field.width)),
                };
                if let Some(range) = range {
                    cells.fields.insert(at, range);
                }
            }
        }
        cells.shape = cells.take(16);
        cells.asked = [cells.take(16), cells.take(16)];
        cells.session = cells.take(16);
        cells.parsed = cells.take(16);
        if sampled(program).next().is_some() {
            cells.sample = [cells.take(8), cells.take(most_bits(program))];
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

    /// A field's bits where the headers lie so; `None` when it lies nowhere, since its header is never valid.
    pub(super) fn field(&self, field: FieldRef, shape: &Shape) -> Result<Option<BitRange>, Unsupported> {
        if let Some(standard) = self.refused.get(&field) {
            return Unsupported::new(format!(
                "`standard_metadata.{}`, which the persona doesn't carry for those who assign to it",
                standard.name()
            ));
        }
        let Some(kind) = self.types.get(&field.header) else {
            return Ok(self.fields.get(&field).copied());
        };
        let present = |f: &FieldType| if f.varbit { shape.varbit(field.header) } else { f.width };
        let width = kind.fields.get(field.field as usize).map_or(0, present);
        Ok(match shape.storage(field.header) {
            Storage::Window(at) => {
                let before: u32 = kind.fields.iter().take(field.field as usize).map(present).sum();
                self.layout.packet_bits(at + before, width)
            }
            Storage::Home(header) => {
                let home = self.fields.get(&FieldRef { header, ..field });
                home.map(|range| BitRange { width, ..*range })
            }
        })
    }

    /// Bits of a header.
    pub(super) fn width(&self, header: HeaderId, shape: &Shape) -> u32 {
        let fields = self.types.get(&header).map_or(&[][..], |kind| kind.fields.as_slice());
        fields.iter().map(|f| if f.varbit { shape.varbit(header) } else { f.width }).sum()
    }

    /// Which of the headers' shapes it is that egress begins with.
    pub(super) fn shape(&self) -> BitRange {
        self.shape
    }

    /// The numbers of the field lists, from 1 on, with which the packet is to come in again, in the lower 8 bits, and with
    /// which it is to be cloned; 0: it isn't.
    pub(super) fn asked(&self, pipeline: PipelineKind) -> BitRange {
        let [ingress, egress] = self.asked;
        if pipeline == PipelineKind::Ingress { ingress } else { egress }
    }

    /// The session for which it is to be cloned.
    pub(super) fn session(&self) -> BitRange {
        self.session
    }

    /// Which of the headers' shapes the parser found.
    pub(super) fn parsed(&self) -> BitRange {
        self.parsed
    }

    /// The number of the learn list, from 1 on, for which a sample is taken when ingress ends; 0: for none. No bits where
    /// the program takes none.
    pub(super) fn told(&self) -> BitRange {
        self.sample[0]
    }

    /// The sample.
    pub(super) fn sample(&self) -> BitRange {
        self.sample[1]
    }

    /// Where headers lie that don't lie in the window.
    pub(super) fn homes(&self) -> impl Iterator<Item = BitRange> + '_ {
        let of_headers = self.fields.iter().filter(|(field, _)| self.types.contains_key(&field.header));
        of_headers.map(|(_, range)| *range)
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

/// The headers that can become valid without being extracted, and those that can change places with them.
fn homes(program: &Program) -> BTreeSet<HeaderId> {
    let of_actions = program.actions.iter().flat_map(|a| &a.primitives).map(|p| &p.kind);
    let of_parser = program.parser.states.iter().flat_map(|s| &s.ops).filter_map(|op| match op {
        ParserOp::Primitive(primitive) => Some(primitive),
        _ => None,
    });
    let of_deparser = program.deparser.primitives.iter().map(|p| &p.kind);
    let mut homes = BTreeSet::new();
    let union = |id: &HeaderUnionId| -> Vec<HeaderId> {
        let union = program.header_unions.get(id.index());
        union.map_or(&[][..], |u| u.members.as_slice()).iter().map(|m| m.header).collect()
    };
    let stack = |stack: StackRef| -> Vec<HeaderId> {
        match stack {
            StackRef::Headers(id) => {
                program.header_stacks.get(id.index()).map_or_else(Vec::new, |s| s.headers.clone())
            }
            StackRef::Unions(id) => {
                let unions = program.header_union_stacks.get(id.index());
                unions.map_or(&[][..], |s| s.unions.as_slice()).iter().flat_map(union).collect()
            }
        }
    };
    for primitive in of_actions.chain(of_parser).chain(of_deparser) {
        match primitive {
            PrimitiveKind::SetValid(header) | PrimitiveKind::AssignHeader { destination: header, .. } => {
                homes.insert(*header);
            }
            PrimitiveKind::SetValidOf(header) | PrimitiveKind::AssignHeaderOf { destination: header, .. } => {
                homes.extend(match header {
                    HeaderExpr::Header(header) => vec![*header],
                    HeaderExpr::Element { stack: id, .. } | HeaderExpr::Last(id) => {
                        stack(StackRef::Headers(*id))
                    }
                    HeaderExpr::UnionMember { union: UnionExpr::Union(id), .. } => union(id),
                    HeaderExpr::UnionMember { union: UnionExpr::Element { stack: id, .. }, .. } => {
                        stack(StackRef::Unions(*id))
                    }
                });
            }
            PrimitiveKind::AssignStack { destination, .. } => {
                homes.extend(stack(StackRef::Headers(*destination)));
            }
            PrimitiveKind::AssignVarbit { destination, .. } => {
                homes.insert(destination.header);
            }
            PrimitiveKind::AssignUnion { destination, .. } => homes.extend(union(destination)),
            PrimitiveKind::AssignUnionStack { destination, .. } => {
                homes.extend(stack(StackRef::Unions(*destination)));
            }
            _ => {}
        }
    }
    // Elements of a stack change places.
    let headers = (0..program.header_stacks.len())
        .map(|i| stack(StackRef::Headers(hyper4_ir::HeaderStackId(i as u32))));
    let unions = (0..program.header_union_stacks.len())
        .map(|i| stack(StackRef::Unions(hyper4_ir::HeaderUnionStackId(i as u32))));
    for elements in headers.chain(unions) {
        if elements.iter().any(|h| homes.contains(h)) {
            homes.extend(elements);
        }
    }
    homes
}
