//! Where fields lie in memory.
//!
//! Memory is one run of limbs: validity of headers, fields, the running action's parameters, and behind them room for
//! intermediate values. A field starts at a limb, least significant limb first, bits beyond its width zero. The limbs
//! of an invalid header are zero, so that reading one of its fields needs no look at its validity; whoever writes does
//! look.
//!
//! What belongs to a packet but isn't a field lies there too: how many elements of a stack are in use, and how wide the
//! field of variable width of a header is. It is kept while the header is invalid, as bmv2 keeps it.
//!
//! A signed field is a bit wider than it says, and its sign goes on to the end of its last limb. For bmv2 keeps a number
//! as it was stored when it fits either as a signed or as an unsigned one: 255 in 8 bits is 255 until the packet is
//! parsed again (`Field::export_bytes`). Compilers wrap what they store, but arguments of actions come unwrapped.

use crate::calculation::push;
use crate::code::Operand;
use crate::format::Format;
use crate::lazy::Lazy;
use crate::wide;
use crate::wire::{self, Writer};

use hyper4_bits::Bits;
use hyper4_ir::{FieldRef, HeaderId, Program, StandardField};

use crate::stacks::{StackSlot, UnionSlot, UnionStackSlot};

/// Bits of a limb.
pub(crate) const LIMB_BITS: u32 = u64::BITS;

/// Limbs that hold `width` bits.
pub(crate) fn limbs(width: u32) -> u32 {
    width.div_ceil(LIMB_BITS)
}

/// The bits that count in the most significant limb of a value of that width.
pub(crate) fn top_mask(width: u32) -> u64 {
    match width % LIMB_BITS {
        0 => u64::MAX,
        used => u64::MAX >> (LIMB_BITS - used),
    }
}

/// Where a field lies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FieldSlot {
    pub(crate) at: u32,
    pub(crate) width: u32,
    pub(crate) signed: bool,
    /// Where the validity of its header lies; `None` for metadata.
    pub(crate) valid: Option<u32>,
    /// Where its present width lies, when that is variable; `width` is the most then.
    pub(crate) varbit: Option<u32>,
}

impl FieldSlot {
    /// Limbs that it takes.
    pub(crate) fn limbs(&self) -> u32 {
        limbs(self.width + u32::from(self.signed))
    }

    /// Its present width.
    pub(crate) fn width(&self, memory: &[u64]) -> u32 {
        self.varbit.map_or(self.width, |at| memory.get(at as usize).map_or(0, |width| *width as u32))
    }

    /// Its limbs.
    pub(crate) fn of<'a>(&self, memory: &'a [u64]) -> &'a [u64] {
        let at = self.at as usize;
        memory.get(at..at + self.limbs() as usize).unwrap_or_default()
    }

    /// Its value as it goes on the wire.
    pub(crate) fn bits(&self, memory: &[u64]) -> Bits {
        let bytes: Vec<u8> = self.of(memory).iter().rev().flat_map(|limb| limb.to_be_bytes()).collect();
        Bits::from_be_bytes(self.width(memory), &bytes)
    }

    /// Its limbs, to write.
    pub(crate) fn of_mut<'a>(&self, memory: &'a mut [u64]) -> &'a mut [u64] {
        let at = self.at as usize;
        memory.get_mut(at..at + self.limbs() as usize).unwrap_or_default()
    }

    /// The value as an operand.
    pub(crate) fn operand(&self) -> Operand {
        Operand { at: self.at, limbs: self.limbs(), signed: self.signed }
    }

    /// Store a number, whatever the header's validity.
    #[inline]
    pub(crate) fn set(&self, memory: &mut [u64], value: u64) {
        if self.width <= LIMB_BITS && !self.signed {
            crate::code::set(memory, self.at, value & top_mask(self.width));
            return;
        }
        let field = self.of_mut(memory);
        field.fill(0);
        if let Some(low) = field.first_mut() {
            *low = value;
        }
        let fits = self.width >= LIMB_BITS || value >> self.width == 0;
        if !fits {
            self.wrap(memory);
        }
    }

    /// Store a number that isn't negative, whatever the header's validity.
    pub(crate) fn store(&self, memory: &mut [u64], value: &[u64]) {
        let width = self.width;
        let field = self.of_mut(memory);
        let mut limbs = value.iter().copied();
        field.fill_with(|| limbs.next().unwrap_or(0));
        if !wide::fits(wide::View { limbs: value, fill: 0 }, width) {
            self.wrap(memory);
        }
    }

    /// Whether it may be written: nothing is kept in an invalid header.
    pub(crate) fn is_writable(&self, memory: &[u64]) -> bool {
        self.valid.is_none_or(|at| crate::code::is_set(memory, at))
    }

    /// Make the low bits a number of the field's kind: what was extracted, or was too great.
    pub(crate) fn wrap(&self, memory: &mut [u64]) {
        let (width, signed) = (self.width, self.signed);
        let field = self.of_mut(memory);
        if signed {
            wide::sign_extend_in_place(field, width);
        } else if let Some(top) = field.last_mut() {
            *top &= top_mask(width);
        }
    }

    /// Whether it is less than 0.
    pub(crate) fn is_negative(&self, memory: &[u64]) -> bool {
        self.operand().is_negative(memory)
    }

    /// The low 64 bits.
    pub(crate) fn get(&self, memory: &[u64]) -> u64 {
        memory.get(self.at as usize).copied().unwrap_or(0)
    }
}

/// Where the validity and the fields of a header lie that is in a union with another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sibling {
    valid: u32,
    at: u32,
    limbs: u32,
}

/// Where a header lies.
#[derive(Clone, Debug)]
pub(crate) struct HeaderSlot {
    pub(crate) name: String,
    /// The number of its type.
    pub(crate) header_type: u32,
    pub(crate) at: u32,
    pub(crate) limbs: u32,
    pub(crate) valid: u32,
    pub(crate) metadata: bool,
    /// Bytes, without its field of variable width.
    fixed_bytes: u32,
    /// The number of its field of variable width.
    pub(crate) varbit: Option<usize>,
    /// Where the width of that lies.
    pub(crate) varbit_width: Option<u32>,
    /// The other members of its union.
    siblings: Box<[Sibling]>,
    pub(crate) fields: Vec<FieldSlot>,
    /// Where it is noted that it was made valid, and as what ([`Lazy`]).
    pub(crate) lazy: Option<(u32, u64)>,
    /// How its fields lie on the wire, where that takes no look at each bit.
    format: Option<Format>,
}

impl HeaderSlot {
    /// Whether it is valid.
    pub(crate) fn is_valid(&self, memory: &[u64]) -> bool {
        memory.get(self.valid as usize).is_some_and(|valid| *valid != 0)
    }

    /// Bytes it has on the wire.
    pub(crate) fn bytes(&self, memory: &[u64]) -> usize {
        let variable = self.varbit_width.and_then(|at| memory.get(at as usize)).copied().unwrap_or(0);
        self.fixed_bytes as usize + variable as usize / 8
    }

    /// The most bytes it can have.
    pub(crate) fn most_bytes(&self) -> usize {
        let variable = self.varbit.and_then(|field| self.fields.get(field)).map_or(0, |field| field.width);
        (self.fixed_bytes + variable / 8) as usize
    }

    /// Take its fields from the packet, from that byte on; bytes that aren't there are zero.
    pub(crate) fn take(&self, memory: &mut [u64], packet: &[u8], from: usize) {
        let limbs = self.at as usize..(self.at + self.limbs) as usize;
        if let (Some(format), Some(limbs)) = (&self.format, memory.get_mut(limbs)) {
            format.take(packet.get(from..).unwrap_or_default(), limbs);
            return;
        }
        let mut offset = from * 8;
        for field in &self.fields {
            let width = field.width(memory);
            match field.of_mut(memory) {
                [limb] => *limb = wire::read(packet, offset, width),
                limbs => wire::read_limbs(packet, offset, width, limbs),
            }
            if field.signed {
                field.wrap(memory);
            }
            offset += width as usize;
        }
    }

    /// Append its fields as they go on the wire.
    pub(crate) fn push(&self, memory: &[u64], bytes: &mut Vec<u8>) {
        let limbs = self.at as usize..(self.at + self.limbs) as usize;
        if let (Some(format), Some(limbs)) = (&self.format, memory.get(limbs)) {
            format.push(limbs, bytes);
            return;
        }
        let mut writer = Writer::new(bytes);
        self.fields.iter().for_each(|field| push(&mut writer, field, memory));
        writer.finish();
    }

    /// Set its validity, which metadata keeps; an invalid header's fields become zero, and of a union one member at most
    /// is valid.
    pub(crate) fn set_valid(&self, memory: &mut [u64], valid: bool) {
        if !valid {
            // Metadata is always valid.
            if self.metadata {
                return;
            }
            invalidate(memory, self.valid, self.at, self.limbs);
        } else if let Some(flag) = memory.get_mut(self.valid as usize) {
            *flag = 1;
            if let Some((written, bit)) = self.lazy
                && let Some(written) = memory.get_mut(written as usize)
            {
                *written |= bit;
            }
            for sibling in &self.siblings {
                if crate::code::is_set(memory, sibling.valid) {
                    invalidate(memory, sibling.valid, sibling.at, sibling.limbs);
                }
            }
        }
    }
}

fn invalidate(memory: &mut [u64], valid: u32, at: u32, limbs: u32) {
    if let Some(flag) = memory.get_mut(valid as usize) {
        *flag = 0;
    }
    if let Some(fields) = memory.get_mut(at as usize..(at + limbs) as usize) {
        fields.fill(0);
    }
}

/// Where everything lies.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub(crate) headers: Vec<HeaderSlot>,
    pub(crate) stacks: Vec<StackSlot>,
    pub(crate) unions: Vec<UnionSlot>,
    pub(crate) union_stacks: Vec<UnionStackSlot>,
    standard: [Option<FieldSlot>; StandardField::ALL.len()],
    /// The same for those that are one limb and not signed: where it lies, and the bits that count.
    standard_limbs: [Option<(u32, u64)>; StandardField::ALL.len()],
    /// The metadata instances' fields: where they begin, and how many limbs.
    pub(crate) metadata: Vec<(u32, u32)>,
    /// Where their validity lies.
    metadata_valid: Vec<u32>,
    /// Widths of fields of variable width, each with the validity of its header.
    varbits: Vec<(u32, u32)>,
    /// Limbs that aren't fields: validity, widths, and how many elements of stacks are in use. They come first.
    pub(crate) control_limbs: u32,
    /// Limbs of all that belongs to a packet.
    pub(crate) packet_limbs: u32,
    /// Parts that most packets leave zero.
    pub(crate) lazy: Lazy,
    /// `mcast_grp` beside `egress_spec`, as `mark_to_drop` finds it: by name.
    pub(crate) dropped_group: Option<FieldSlot>,
}

/// Gives out limbs.
struct Limbs(u32);

impl Limbs {
    fn take(&mut self, count: u32) -> u32 {
        let at = self.0;
        self.0 += count;
        at
    }
}

impl Layout {
    pub(crate) fn new(program: &Program) -> Self {
        let mut free = Limbs(program.headers.len() as u32);
        let widths: Vec<Option<u32>> =
            program.headers.iter().map(|header| varbit(program, header).map(|_| free.take(1))).collect();
        let stacks: Vec<_> =
            program.header_stacks.iter().map(|stack| StackSlot::new(stack, free.take(1))).collect();
        let union_stacks =
            program.header_union_stacks.iter().map(|stack| UnionStackSlot::new(program, stack, free.take(1)));
        let union_stacks: Vec<_> = union_stacks.collect();
        let written = free.take(1);
        let control_limbs = free.0;
        let mut headers: Vec<HeaderSlot> = (0u32..)
            .zip(program.headers.iter().zip(widths))
            .map(|(valid, (header, width))| slot(program, header, valid, width, &mut free))
            .collect();
        let unions: Vec<_> = program.header_unions.iter().map(UnionSlot::new).collect();
        for union in &unions {
            let members: Vec<(usize, Sibling)> = union
                .members
                .iter()
                .filter_map(|member| headers.get(*member).map(|header| (*member, header)))
                .map(|(i, header)| (i, Sibling { valid: header.valid, at: header.at, limbs: header.limbs }))
                .collect();
            for (member, _) in &members {
                let others = members.iter().filter(|(other, _)| other != member).map(|(_, sibling)| *sibling);
                if let Some(header) = headers.get_mut(*member) {
                    header.siblings = others.collect();
                }
            }
        }
        let slot = |field: FieldRef| {
            headers
                .get(field.header.index())
                .and_then(|header| header.fields.get(field.field as usize))
                .copied()
        };
        let standard = StandardField::ALL.map(|field| program.standard.get(&field).and_then(|f| slot(*f)));
        let one =
            |slot: &FieldSlot| (slot.limbs() == 1 && !slot.signed).then(|| (slot.at, top_mask(slot.width)));
        let standard_limbs = standard.each_ref().map(|slot| slot.as_ref().and_then(one));
        let dropped_group = program.standard.get(&StandardField::EgressSpec).and_then(|spec| {
            let field = program.header_type(spec.header)?.field(StandardField::McastGrp.name())?;
            slot(FieldRef { header: spec.header, field: field as u32 })
        });
        let metadata = headers.iter().filter(|h| h.metadata).map(|h| (h.at, h.limbs)).collect();
        let metadata_valid = headers.iter().filter(|h| h.metadata).map(|h| h.valid).collect();
        let varbits = headers.iter().filter_map(|h| h.varbit_width.map(|width| (h.valid, width))).collect();
        let packet_limbs = free.0;
        let lazy = Lazy::new(program, &mut headers, &stacks, written, packet_limbs);
        Self {
            headers,
            stacks,
            unions,
            union_stacks,
            standard,
            standard_limbs,
            metadata,
            metadata_valid,
            varbits,
            control_limbs,
            packet_limbs,
            lazy,
            dropped_group,
        }
    }

    pub(crate) fn header(&self, header: HeaderId) -> Option<&HeaderSlot> {
        self.headers.get(header.index())
    }

    pub(crate) fn field(&self, field: FieldRef) -> Option<FieldSlot> {
        self.header(field.header)?.fields.get(field.field as usize).copied()
    }

    pub(crate) fn standard(&self, field: StandardField) -> Option<FieldSlot> {
        self.standard.get(field as usize).copied().flatten()
    }

    /// Set a standard field to a number, cut to its width; one that isn't there keeps nothing.
    #[inline(always)]
    pub(crate) fn set_standard(&self, field: StandardField, memory: &mut [u64], value: u64) {
        match self.standard_limbs.get(field as usize) {
            Some(Some((at, mask))) => crate::code::set(memory, *at, value & mask),
            _ => {
                if let Some(slot) = self.standard(field) {
                    slot.set(memory, value);
                }
            }
        }
    }

    /// The low limb of a standard field; 0 of one that isn't there.
    #[inline]
    pub(crate) fn get_standard(&self, field: StandardField, memory: &[u64]) -> u64 {
        match self.standard_limbs.get(field as usize) {
            Some(Some((at, _))) => memory.get(*at as usize).copied().unwrap_or(0),
            _ => self.standard(field).map_or(0, |slot| slot.get(memory)),
        }
    }

    /// As a new packet finds it: no header valid, metadata zero. Memory was that of another packet of the same program,
    /// or zero.
    pub(crate) fn reset(&self, memory: &mut [u64]) {
        self.lazy.reset(memory);
        for valid in &self.metadata_valid {
            if let Some(flag) = memory.get_mut(*valid as usize) {
                *flag = 1;
            }
        }
    }

    /// Metadata to zero.
    pub(crate) fn reset_metadata(&self, memory: &mut [u64]) {
        for (at, limbs) in &self.metadata {
            if let Some(fields) = memory.get_mut(*at as usize..(at + limbs) as usize) {
                fields.fill(0);
            }
        }
    }

    /// What a copy of a packet doesn't get: the width of a field of variable width in an invalid header
    /// (`PHV::copy_headers`).
    pub(crate) fn forget_widths(&self, memory: &mut [u64]) {
        for (valid, width) in &self.varbits {
            if !crate::code::is_set(memory, *valid)
                && let Some(width) = memory.get_mut(*width as usize)
            {
                *width = 0;
            }
        }
    }
}

fn fields<'a>(program: &'a Program, header: &hyper4_ir::Header) -> &'a [hyper4_ir::FieldType] {
    program.header_types.get(header.header_type.index()).map_or(&[], |t| &t.fields)
}

/// The number of its field of variable width.
fn varbit(program: &Program, header: &hyper4_ir::Header) -> Option<usize> {
    fields(program, header).iter().position(|field| field.varbit)
}

fn slot(
    program: &Program,
    header: &hyper4_ir::Header,
    valid: u32,
    varbit_width: Option<u32>,
    free: &mut Limbs,
) -> HeaderSlot {
    let declared = fields(program, header);
    let varbit = varbit(program, header);
    let at = free.0;
    let mut fixed = 0;
    let mut fields = Vec::with_capacity(declared.len());
    for field in declared {
        let mut slot = FieldSlot {
            at: 0,
            width: field.width,
            signed: field.signed,
            valid: (!header.metadata).then_some(valid),
            varbit: varbit_width.filter(|_| field.varbit),
        };
        slot.at = free.take(slot.limbs());
        fixed += if field.varbit { 0 } else { field.width };
        fields.push(slot);
    }
    HeaderSlot {
        name: header.name.clone(),
        header_type: header.header_type.0,
        at,
        limbs: free.0 - at,
        valid,
        metadata: header.metadata,
        fixed_bytes: fixed / 8,
        varbit,
        varbit_width,
        siblings: Box::default(),
        lazy: None,
        format: Format::new(&fields),
        fields,
    }
}
