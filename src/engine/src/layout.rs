//! Where fields lie in memory.
//!
//! Memory is one run of limbs: validity of headers, fields, the running action's parameters, and behind them room for
//! intermediate values. A field starts at a limb, least significant limb first, bits beyond its width zero. The limbs
//! of an invalid header are zero, so that reading one of its fields needs no look at its validity; whoever writes does
//! look.
//!
//! A signed field is a bit wider than it says, and its sign goes on to the end of its last limb. For bmv2 keeps a number
//! as it was stored when it fits either as a signed or as an unsigned one: 255 in 8 bits is 255 until the packet is
//! parsed again (`Field::export_bytes`). Compilers wrap what they store, but arguments of actions come unwrapped.

use crate::code::Operand;
use crate::wide;

use hyper4_ir::{FieldRef, HeaderId, Program, StandardField};

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
}

impl FieldSlot {
    /// Limbs that it takes.
    pub(crate) fn limbs(&self) -> u32 {
        limbs(self.width + u32::from(self.signed))
    }

    /// Its limbs.
    pub(crate) fn of<'a>(&self, memory: &'a [u64]) -> &'a [u64] {
        let at = self.at as usize;
        memory.get(at..at + self.limbs() as usize).unwrap_or_default()
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
    pub(crate) fn set(&self, memory: &mut [u64], value: u64) {
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

/// Where a header lies.
#[derive(Clone, Debug)]
pub(crate) struct HeaderSlot {
    pub(crate) name: String,
    pub(crate) at: u32,
    pub(crate) limbs: u32,
    pub(crate) valid: u32,
    pub(crate) metadata: bool,
    pub(crate) bytes: u32,
    pub(crate) fields: Vec<FieldSlot>,
}

impl HeaderSlot {
    /// Whether it is valid.
    pub(crate) fn is_valid(&self, memory: &[u64]) -> bool {
        memory.get(self.valid as usize).is_some_and(|valid| *valid != 0)
    }

    /// Set its validity; an invalid header's fields become zero.
    pub(crate) fn set_valid(&self, memory: &mut [u64], valid: bool) {
        if let Some(flag) = memory.get_mut(self.valid as usize) {
            *flag = u64::from(valid);
        }
        if !valid && let Some(fields) = memory.get_mut(self.at as usize..(self.at + self.limbs) as usize) {
            fields.fill(0);
        }
    }
}

/// Where everything lies.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub(crate) headers: Vec<HeaderSlot>,
    standard: [Option<FieldSlot>; StandardField::ALL.len()],
    /// Limbs of validity and fields: what belongs to a packet.
    pub(crate) packet_limbs: u32,
    /// `mcast_grp` beside `egress_spec`, as `mark_to_drop` finds it: by name.
    pub(crate) dropped_group: Option<FieldSlot>,
}

impl Layout {
    pub(crate) fn new(program: &Program) -> Self {
        let mut next = program.headers.len() as u32;
        let mut headers = Vec::with_capacity(program.headers.len());
        for (valid, header) in (0u32..).zip(&program.headers) {
            let at = next;
            let mut fields = Vec::new();
            let mut width = 0;
            for field in program.header_types.get(header.header_type.index()).iter().flat_map(|t| &t.fields) {
                let valid = (!header.metadata).then_some(valid);
                let slot = FieldSlot { at: next, width: field.width, signed: field.signed, valid };
                next += slot.limbs();
                width += field.width;
                fields.push(slot);
            }
            let metadata = header.metadata;
            let name = header.name.clone();
            headers.push(HeaderSlot {
                name,
                at,
                limbs: next - at,
                valid,
                metadata,
                bytes: width / 8,
                fields,
            });
        }
        let slot = |field: FieldRef| {
            headers
                .get(field.header.index())
                .and_then(|header| header.fields.get(field.field as usize))
                .copied()
        };
        let standard = StandardField::ALL.map(|field| program.standard.get(&field).and_then(|f| slot(*f)));
        let dropped_group = program.standard.get(&StandardField::EgressSpec).and_then(|spec| {
            let field = program.header_type(spec.header)?.field(StandardField::McastGrp.name())?;
            slot(FieldRef { header: spec.header, field: field as u32 })
        });
        Self { headers, standard, packet_limbs: next, dropped_group }
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

    /// As a new packet finds it: no header valid, metadata zero.
    pub(crate) fn reset(&self, memory: &mut [u64]) {
        if let Some(packet) = memory.get_mut(..self.packet_limbs as usize) {
            packet.fill(0);
        }
        for header in self.headers.iter().filter(|header| header.metadata) {
            header.set_valid(memory, true);
        }
    }
}
