//! Headers taken out of packets.

use hyper4_ir::{Extract, ExtractTarget, HeaderId, HeaderType};
use num_bigint::BigInt;

use crate::integer::Integer;
use crate::term::{Cond, Word};

use super::expression::Scope;
use super::state::{HeaderState, State};
use super::{Executor, Stop, Thread, unsupported};

const TOO_SHORT: &str = "PacketTooShort";

/// A path behind an operation of the parser, with the error that ended it.
pub(super) type Way = (Thread, Option<&'static str>);

impl Executor<'_, '_> {
    /// An extract, on each way on that it has.
    pub(super) fn extract(&mut self, mut thread: Thread, extract: &Extract) -> Result<Vec<Way>, Stop> {
        let (target, width) = (extract.target(), extract.varbit_width());
        let Some(header) = self.next_header(&thread.state, target) else {
            return Ok(vec![(thread, Some("StackOutOfBounds"))]);
        };
        let Some(header_type) = self.program().header_type(header) else {
            return Err(unsupported("an extract", None, "the header has no type"));
        };
        let Some(width) = width else {
            let error = self.take_header(&mut thread.state, target, header, header_type, 0)?;
            return Ok(vec![(thread, error)]);
        };
        let width = self.number(&Scope::of(&thread.path, &thread.state), width)?;
        let most = header_type.fields.iter().filter(|field| field.varbit).map(|field| field.width).sum();
        self.take_variable(thread, target, (header, header_type), &width, most)
    }

    /// The header that is extracted next; `None` when a stack is full.
    fn next_header(&self, state: &State, target: ExtractTarget) -> Option<HeaderId> {
        let program = self.program();
        match target {
            ExtractTarget::Header(header) => Some(header),
            ExtractTarget::StackNext(stack) => {
                let used = *state.used.get(stack.index())?;
                program.header_stacks.get(stack.index())?.headers.get(used).copied()
            }
            ExtractTarget::UnionStackNext { stack, member } => {
                let used = *state.unions_used.get(stack.index())?;
                let union = program.header_union_stacks.get(stack.index())?.unions.get(used)?;
                self.members(*union).get(member as usize).copied()
            }
        }
    }

    /// A header with a varbit of every width that it can have, each on a path of its own.
    fn take_variable(
        &mut self,
        thread: Thread,
        target: ExtractTarget,
        (header, header_type): (HeaderId, &HeaderType),
        width: &Integer,
        most: u32,
    ) -> Result<Vec<Way>, Stop> {
        let refused = |reason: String| unsupported("the width of a varbit", None, &reason);
        let mut ways = Vec::new();
        let mut rest = Some(thread.path.clone());
        for bits in (0..=most).step_by(8) {
            let Some(path) = rest.take() else { break };
            let this = self.is(width, bits).map_err(refused)?;
            let split = self.context.split(path, &this)?;
            if let Some(path) = split.holds {
                let mut thread = thread.on(path);
                let error = self.take_header(&mut thread.state, target, header, header_type, bits)?;
                ways.push((thread, error));
            }
            rest = split.fails;
        }
        let Some(path) = rest else { return Ok(ways) };
        let terms = &mut self.context.terms;
        let negative = width.less(terms, &Integer::unsigned(Word::zero(1))).map_err(refused)?;
        if self.context.split(path.clone(), &negative)?.holds.is_some() {
            return Err(refused("it may be negative".to_owned()));
        }
        let terms = &mut self.context.terms;
        let odd = width.wrapped(terms, 3);
        let odd = terms.equal(&odd, &Word::zero(3)).not();
        let split = self.context.split(path, &odd)?;
        ways.extend(split.holds.map(|path| (thread.on(path), Some("ParserInvalidArgument"))));
        let Some(path) = split.fails else { return Ok(ways) };
        // What the packet doesn't have is found before what the header can't hold.
        let fixed = header_type.width() - most;
        let left = self.bits_left(&thread.state).map_err(refused)?;
        let terms = &mut self.context.terms;
        let left = left.subtract(terms, &Integer::constant(&BigInt::from(fixed))).map_err(refused)?;
        let fits = left.less(terms, width);
        let short = fits.map_err(refused)?;
        let split = self.context.split(path, &short)?;
        ways.extend(split.holds.map(|path| (thread.on(path), Some(TOO_SHORT))));
        ways.extend(split.fails.map(|path| (thread.on(path), Some("HeaderTooShort"))));
        Ok(ways)
    }

    /// Bits of the packet that the parser hasn't taken, those behind the window too.
    fn bits_left(&mut self, state: &State) -> Result<Integer, String> {
        if !state.tail {
            return Ok(Integer::constant(&BigInt::from(state.payload.width())));
        }
        let terms = &mut self.context.terms;
        let all = Integer::unsigned(terms.append_zeros(&state.ingress_length, 3));
        all.subtract(terms, &Integer::constant(&BigInt::from(state.parsed)))
    }

    fn is(&mut self, number: &Integer, value: u32) -> Result<Cond, String> {
        number.equal(&mut self.context.terms, &Integer::constant(&BigInt::from(value)))
    }

    /// A header with so many bits in its varbit.
    fn take_header(
        &mut self,
        state: &mut State,
        target: ExtractTarget,
        header: HeaderId,
        header_type: &HeaderType,
        varbit: u32,
    ) -> Result<Option<&'static str>, Stop> {
        let width_of = |field: &hyper4_ir::FieldType| if field.varbit { varbit } else { field.width };
        let width: u32 = header_type.fields.iter().map(width_of).sum();
        if state.payload.width() < width {
            self.in_window(state, "an extract")?;
            return Ok(Some(TOO_SHORT));
        }
        let bits = self.take(state, width);
        let mut fields = Vec::with_capacity(header_type.fields.len());
        let mut left = width;
        for field in &header_type.fields {
            left -= width_of(field);
            fields.push(self.context.terms.extract(&bits, left, width_of(field)));
        }
        state.set_header(header, HeaderState { valid: true, fields: fields.into() });
        self.alone(state, header);
        let used = match target {
            ExtractTarget::Header(_) => None,
            ExtractTarget::StackNext(stack) => state.used.get_mut(stack.index()),
            ExtractTarget::UnionStackNext { stack, .. } => state.unions_used.get_mut(stack.index()),
        };
        used.into_iter().for_each(|used| *used += 1);
        Ok(None)
    }

    /// Bits are skipped, on a path for each number that they can be.
    pub(super) fn advance(&mut self, thread: Thread, bits: &Integer) -> Result<Vec<Way>, Stop> {
        let refused = |reason: String| unsupported("an advance", None, &reason);
        let mut ways = Vec::new();
        let mut rest = Some(thread.path.clone());
        let odd = bits.wrapped(&mut self.context.terms, 3);
        let even = self.context.terms.equal(&odd, &Word::zero(3));
        if let Some(path) = rest.take() {
            let split = self.context.split(path, &even)?;
            ways.extend(split.fails.map(|path| (thread.on(path), Some("ParserInvalidArgument"))));
            rest = split.holds;
        }
        for number in (0..=thread.state.payload.width()).step_by(8) {
            let Some(path) = rest.take() else { break };
            let this = self.is(bits, number).map_err(refused)?;
            let split = self.context.split(path, &this)?;
            if let Some(path) = split.holds {
                let mut thread = thread.on(path);
                self.take(&mut thread.state, number);
                ways.push((thread, None));
            }
            rest = split.fails;
        }
        if let Some(path) = rest {
            self.in_window(&thread.state, "an advance")?;
            ways.push((thread.on(path), Some(TOO_SHORT)));
        }
        Ok(ways)
    }

    /// The next bits, which are there, are taken.
    fn take(&mut self, state: &mut State, bits: u32) -> Word {
        let rest = state.payload.width().saturating_sub(bits);
        let taken = self.context.terms.extract(&state.payload, rest, bits);
        state.payload = self.context.terms.resize(&state.payload, rest);
        state.parsed += bits;
        taken
    }

    /// Nothing may look at the opaque bytes.
    pub(super) fn in_window(&self, state: &State, who: &str) -> Result<(), Stop> {
        if state.tail {
            return Err(unsupported(who, None, "it looks behind the window"));
        }
        Ok(())
    }
}
