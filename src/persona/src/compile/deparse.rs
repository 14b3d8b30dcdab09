//! The deparser: where what leaves isn't what came in, the headers are moved together in the window.

use hyper4_ir::{FieldRef, HeaderId};
use num_bigint::BigInt;

use super::Refusal;
use super::context::{Context, NO_ARGUMENTS};
use super::evaluate::Assumed;
use super::explore::Explorer;
use super::form::Form;
use super::number::Number;
use super::shape::{Shape, Storage};
use super::site::{Rows, Stage, Target};
use crate::BitRange;

/// What a guest has to do with the length of packets, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SizeChange {
    /// How far its parser looks at most.
    pub parsed: u32,
    /// The most that a packet can become longer.
    pub longer: u32,
    /// The most that a packet can become shorter.
    pub shorter: u32,
    /// Whether it looks at a packet's whole length: at `packet_length`, or by the bytes that a counter or a meter counts. The
    /// switch knows the length that came in alone.
    pub counted: bool,
}

impl Explorer<'_> {
    /// The headers in the order in which they leave, and how many bits they have.
    fn emitted(&self, shape: &Shape) -> (Vec<(HeaderId, u32)>, u32) {
        let mut at = 0;
        let mut headers = Vec::new();
        for header in self.program.deparser.order.iter().filter(|h| shape.valid.contains(h)) {
            headers.push((*header, at));
            at += self.cells.width(*header, shape);
        }
        (headers, at)
    }

    /// Whether the packet leaves with its headers where they are.
    pub(super) fn leaves_as_it_is(&self, shape: &Shape) -> bool {
        let (headers, end) = self.emitted(shape);
        end == shape.taken
            && headers.iter().all(|(header, at)| shape.storage(*header) == Storage::Window(*at))
    }

    /// Move the headers to where they are to leave, then update the checksums.
    pub(super) fn deparse(&mut self, mut context: Context, rows: &mut Rows) -> Result<(), Refusal> {
        let deparser = &self.program.deparser;
        self.reshapes |= !deparser.primitives.is_empty();
        if !self.shapes {
            // No shape was met that has to change.
            context.fresh = false;
            return self.run(context, Stage::Update(0), Assumed::new(), rows);
        }
        if !deparser.primitives.is_empty() && !context.fresh {
            return self.cut(context, Stage::Deparse, Assumed::new(), rows);
        }
        for primitive in &deparser.primitives {
            let done = self.primitive(&mut context, &primitive.kind, &NO_ARGUMENTS);
            done.map_err(|why| {
                Refusal::new(format!("deparser {}", deparser.name), why.to_string())
                    .at(primitive.source_info.as_ref())
            })?;
        }
        if self.leaves_as_it_is(&context.shape) {
            context.fresh = false;
            return self.run(context, Stage::Update(0), Assumed::new(), rows);
        }
        let refuse = |context: &Context, reason: String| {
            Refusal::new(context.construct.clone(), reason).at(context.source_info.as_ref())
        };
        if context.construct.is_empty() {
            context.construct = format!("deparser {}", deparser.name);
        }
        let (headers, end) = self.emitted(&context.shape);
        let taken = context.shape.taken;
        let (window, room) = (self.layout.window_bits(), u32::from(self.layout.parse_bytes()) * 8);
        let (longer, shorter) = (end.saturating_sub(taken) / 8, taken.saturating_sub(end) / 8);
        if end > window || room + 8 * longer > window {
            let reason = format!(
                "it makes the headers of a packet {longer} bytes longer, {} in all, and the persona has {} bytes for \
                 headers, {} of which are for those that come in (`window_bytes`, `parse_bytes`)",
                end / 8,
                window / 8,
                room / 8
            );
            return Err(refuse(&context, reason));
        }
        let names = || headers.iter().map(|(h, _)| self.header_name(*h)).collect::<Vec<_>>().join(", ");
        if !end.is_multiple_of(8) {
            return Err(refuse(&context, format!("{} leave, which have {end} bits together", names())));
        }
        let mut sources: Vec<(BitRange, Vec<Form>)> = Vec::new();
        for (header, at) in &headers {
            let mut at = *at;
            for field in 0..self.program.header_type(*header).map_or(0, |t| t.fields.len() as u32) {
                let from = self.cells.field(FieldRef { header: *header, field }, &context.shape);
                let from = from.map_err(|why| refuse(&context, why.to_string()))?;
                let Some(from) = from else { continue };
                let to = self.layout.packet_bits(at, from.width);
                sources.extend(to.map(|to| (to, context.read(from))));
                at += from.width;
            }
        }
        if end != taken {
            let kept = window - end.max(taken);
            let tail = self.layout.packet_bits(taken, kept).zip(self.layout.packet_bits(end, kept));
            sources.extend(tail.map(|(from, to)| (to, context.read(from))));
            let gap = self.layout.packet_bits(window - (taken.max(end) - end), taken.max(end) - end);
            sources.extend(gap.map(|gap| (gap, vec![Form::constant(false); gap.width as usize])));
        }
        // What isn't there yet is better put into its place first.
        let moved = sources
            .iter()
            .flat_map(|(_, word)| word)
            .any(|form| form.literal().is_none_or(|l| l.1) && form.known().is_none());
        let changed =
            context.values.iter().any(|(bit, form)| form.known().is_none() && !context.unchanged(*bit));
        if (moved || changed) && !context.fresh {
            return self.cut(context, Stage::Deparse, Assumed::new(), rows);
        }
        if end != taken {
            let length = Number::unsigned(context.read(self.layout.length()));
            let difference = Number::constant(&BigInt::from(longer.max(shorter)));
            let length = length.add(&difference, shorter > 0, self.terms);
            sources.push((self.layout.length(), length.store(self.layout.length().width, self.terms)));
        }
        for (to, word) in sources {
            context.write(to, word);
        }
        self.change.longer = self.change.longer.max(longer);
        self.change.shorter = self.change.shorter.max(shorter);
        let mut shape = Shape::default();
        shape.taken = end;
        for (header, at) in headers {
            shape.valid.insert(header);
            shape.put(header, Storage::Window(at));
            shape.set_varbit(header, context.shape.varbit(header));
        }
        let updated = self.flow.relevant(Stage::Update(0));
        if let Some(lost) = context.shape.valid.difference(&shape.valid).find(|h| updated.contains(h)) {
            let reason = format!(
                "header `{}` is valid and doesn't leave, and a checksum is over it: the persona updates checksums in \
                 what leaves",
                self.header_name(*lost)
            );
            return Err(refuse(&context, reason));
        }
        context.shape = shape;
        context.fresh = false;
        self.run(context, Stage::Update(0), Assumed::new(), rows)
    }

    /// The packet is as it leaves.
    pub(super) fn deparsed(&mut self, mut context: Context, rows: &mut Rows) -> Result<(), Refusal> {
        if self.pipeline == hyper4_ir::PipelineKind::Ingress {
            self.left(&mut context);
        }
        self.finish(context, Target::End, rows)
    }
}
