//! What the parser takes from the packet, and what it sees of it ahead.

use hyper4_ir::{Event, Expr, ExtractTarget, HeaderId, ParseState, Place, StackRef};
use num_bigint::BigInt;
use num_traits::ToPrimitive;

use super::Refusal;
use super::context::{Context, NO_ARGUMENTS};
use super::explore::Explorer;
use super::form::Bit;
use super::known::BitSet;
use super::number::{Number, Unsupported};
use super::parser::{Progress, error_code, refuse};
use super::shape::Storage;
use super::site::Rows;
use crate::BitRange;

/// Bits of the packet whose values are enumerated where a length is computed from them.
const MAX_ENUMERATED: usize = 10;

impl Explorer<'_> {
    /// The header that is filled; `None` when the stack is full.
    pub(super) fn target(&self, context: &Context, target: &ExtractTarget) -> Option<HeaderId> {
        match target {
            ExtractTarget::Header(header) => Some(*header),
            ExtractTarget::StackNext(stack) => {
                let next = context.shape.used(StackRef::Headers(*stack));
                self.program.header_stacks.get(stack.index())?.headers.get(next as usize).copied()
            }
            ExtractTarget::UnionStackNext { stack, member } => {
                let next = context.shape.used(StackRef::Unions(*stack));
                let union = self.program.header_union_stacks.get(stack.index())?.unions.get(next as usize)?;
                let union = self.program.header_unions.get(union.index())?;
                union.members.get(*member as usize).map(|member| member.header)
            }
        }
    }

    /// The last element in use of a stack, or a member of it.
    pub(super) fn last(&self, context: &Context, stack: StackRef, member: usize) -> Option<HeaderId> {
        let last = context.shape.used(stack).checked_sub(1)? as usize;
        match stack {
            StackRef::Headers(id) => self.program.header_stacks.get(id.index())?.headers.get(last).copied(),
            StackRef::Unions(id) => {
                let union = self.program.header_union_stacks.get(id.index())?.unions.get(last)?;
                let union = self.program.header_unions.get(union.index())?;
                union.members.get(member).map(|member| member.header)
            }
        }
    }

    /// Takes a header from a packet that is long enough.
    pub(super) fn extract(
        &mut self,
        context: &mut Context,
        header: HeaderId,
        target: ExtractTarget,
        progress: &mut Progress,
    ) {
        context.shape.make_valid(self.program, header);
        context.shape.put(header, Storage::Window(8 * progress.bytes));
        context.events.push(Event::Extract(self.header_name(header).to_owned()));
        progress.bytes += self.cells.width(header, &context.shape) / 8;
        let stack = match target {
            ExtractTarget::Header(_) => return,
            ExtractTarget::StackNext(stack) => StackRef::Headers(stack),
            ExtractTarget::UnionStackNext { stack, .. } => StackRef::Unions(stack),
        };
        let used = context.shape.used(stack);
        context.shape.set_used(stack, used + 1);
    }

    /// Takes a header of variable size, whose varbit gets so many bits. `None` when all is said in `rows`.
    pub(super) fn extract_variable(
        &mut self,
        mut context: Context,
        state: &ParseState,
        (header, target): (HeaderId, ExtractTarget),
        width: &BigInt,
        progress: &mut Progress,
        rows: &mut Rows,
    ) -> Result<Option<(Context, Progress)>, Refusal> {
        // An `int`: greater numbers are its greatest, which is no multiple of 8.
        let width = width.to_i32().unwrap_or(i32::MAX);
        if width % 8 != 0 {
            self.failed_with(context, progress, "ParserInvalidArgument", rows)?;
            return Ok(None);
        }
        let Ok(width) = u32::try_from(width) else {
            return Err(refuse(state, "the width of a varbit may be negative".to_owned()));
        };
        // Of a header that was extracted before, the width it had counts too.
        let bytes = self.cells.width(header, &context.shape) / 8 + width / 8;
        let most = self.program.header_type(header).map_or(0, |t| t.width()) / 8;
        if bytes > most && progress.bytes + bytes > self.layout.parse_bytes().into() {
            // Either way an error, but which one can't be told from what the window shows.
            return Err(refuse(
                state,
                format!(
                    "a header may want {bytes} bytes, and the packet's end then lies behind the {} bytes that the \
                     persona takes (`parse_bytes`)",
                    self.layout.parse_bytes()
                ),
            ));
        }
        self.too_short(&context, state, progress, bytes, rows)?;
        if bytes > most {
            self.failed_with(context, progress, "HeaderTooShort", rows)?;
            return Ok(None);
        }
        context.shape.set_varbit(header, width);
        self.extract(&mut context, header, target, progress);
        Ok(Some((context, progress.clone())))
    }

    /// Rows for packets that have fewer than `bytes` more; those that are even shorter have rows before these.
    pub(super) fn too_short(
        &mut self,
        context: &Context,
        state: &ParseState,
        progress: &mut Progress,
        bytes: u32,
        rows: &mut Rows,
    ) -> Result<(), Refusal> {
        let end = progress.bytes.saturating_add(bytes);
        if end > self.layout.parse_bytes().into() {
            let reason = format!(
                "it goes {end} bytes into the packet, and the persona takes {} (`parse_bytes`)",
                self.layout.parse_bytes()
            );
            return Err(refuse(state, reason));
        }
        let mut block_start = 0;
        for size in (0..self.layout.length().width).rev().filter(|size| end >> size & 1 == 1) {
            let block_end = block_start + (1 << size);
            if block_end > progress.length {
                let mut cube = context.cube.clone().unwrap_or_default();
                let possible = (size..self.layout.length().width)
                    .all(|bit| cube.require(self.layout.length().offset + bit, block_start >> bit & 1 == 1));
                if possible {
                    let mut short = Context { cube: Some(cube), ..context.clone() };
                    short.construct.push_str(", too short");
                    let code = error_code(self.program, "PacketTooShort");
                    self.failed(short, progress, code, rows)?;
                }
            }
            block_start = block_end;
        }
        progress.length = progress.length.max(end);
        Ok(())
    }

    /// Bits that lie ahead, zeros where the packet has none.
    pub(super) fn ahead(
        &mut self,
        context: &Context,
        state: &ParseState,
        progress: &Progress,
        offset: u32,
        width: u32,
    ) -> Result<BitRange, Refusal> {
        let start = 8 * progress.bytes + offset;
        let end = (start + width).div_ceil(8);
        let ahead = self.layout.packet_bits(start, width).filter(|_| end <= self.layout.parse_bytes().into());
        let Some(ahead) = ahead else {
            let reason = format!(
                "it looks {end} bytes into the packet, and the persona takes {} (`parse_bytes`)",
                self.layout.parse_bytes()
            );
            return Err(refuse(state, reason));
        };
        if (ahead.offset..ahead.end()).any(|bit| !context.unchanged(bit)) {
            return Err(refuse(state, "it looks at bits ahead that were written".to_owned()));
        }
        self.parsed_bytes = self.parsed_bytes.max(end);
        Ok(ahead)
    }

    /// Assigns bits that lie ahead.
    pub(super) fn look_ahead(
        &mut self,
        context: &mut Context,
        place: &Place,
        ahead: BitRange,
    ) -> Result<(), Unsupported> {
        let Some(field) = self.written(context, place, &NO_ARGUMENTS)? else { return Ok(()) };
        let range = self.cells.field(field, &context.shape)?;
        let valid = self.evaluator(context, &NO_ARGUMENTS).is_valid(field.header);
        if let Some(range) = range.filter(|_| valid) {
            let word = Number::unsigned(context.read(ahead)).store(range.width, self.terms);
            context.write(range, word);
        }
        Ok(())
    }

    /// The paths on which a number is known, and which it is there.
    pub(super) fn enumerated(
        &mut self,
        context: &Context,
        number: &Expr,
    ) -> Result<Vec<(Context, BigInt)>, Unsupported> {
        let mut support = BitSet::new();
        self.support(context, number, &mut support)?;
        let bits: Vec<Bit> = support.into_iter().rev().collect();
        if bits.len() > MAX_ENUMERATED {
            return Unsupported::new(format!(
                "a length that depends on {} bits: the persona has a row for each value, of {MAX_ENUMERATED} bits at most",
                bits.len()
            ));
        }
        let mut known = Vec::new();
        let mut work = vec![(context.clone(), bits.as_slice())];
        while let Some((path, bits)) = work.pop() {
            let value = self.evaluator(&path, &NO_ARGUMENTS).number(number).ok().and_then(|n| n.known());
            match (value, bits.split_first()) {
                (Some(value), _) => known.push((path, value)),
                (None, Some((bit, others))) => {
                    let paths = [true, false].into_iter().filter_map(|value| path.with_bit(*bit, value));
                    work.extend(paths.map(|path| (path, others)));
                }
                (None, None) => return Unsupported::new("a length that is a computed value"),
            }
        }
        Ok(known)
    }

    /// The bits of the state that an expression reads.
    fn support(&mut self, context: &Context, expr: &Expr, bits: &mut BitSet) -> Result<(), Unsupported> {
        match expr {
            Expr::Field(_) | Expr::FieldOf(..) => {
                let number = self.evaluator(context, &NO_ARGUMENTS).number(expr)?;
                number.bits.iter().for_each(|form| self.terms.extend_support(form, bits));
                Ok(())
            }
            Expr::Unary(_, a) => self.support(context, a, bits),
            Expr::Binary(_, a, b) => {
                self.support(context, a, bits)?;
                self.support(context, b, bits)
            }
            Expr::Ternary(a, b, c) => {
                self.support(context, a, bits)?;
                self.support(context, b, bits)?;
                self.support(context, c, bits)
            }
            _ => Ok(()),
        }
    }
}
