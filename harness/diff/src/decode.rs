//! Which header field lies where in a packet, as far as a trace and the program tell.

use hyper4_bits::Bits;
use hyper4_ir::{
    ChecksumOutcome, Event, Expr, Extract, FieldRef, HeaderId, ParserOp, Place, Primitive, PrimitiveKind,
    Program, StandardField, Trace,
};
use serde::{Deserialize, Serialize};

/// A header of a packet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecodedHeader {
    /// The header's name in the program.
    pub name: String,
    /// Where it begins, in bits.
    pub offset: usize,
    /// Its fields, first on the wire first.
    pub fields: Vec<DecodedField>,
}

/// A field of a header.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecodedField {
    /// The field's name in the program.
    pub name: String,
    /// Its value.
    pub value: Bits,
}

/// `width` bits from `bit` on; `None` when they aren't all there.
pub(crate) fn read(bytes: &[u8], bit: usize, width: u32) -> Option<Bits> {
    let end = bit + width as usize;
    let part = bytes.get(bit / 8..end.div_ceil(8))?;
    let surplus = part.len() * 8 - bit % 8 - width as usize;
    let all = Bits::from_be_bytes(u32::try_from(part.len() * 8).ok()?, part);
    Some(all.lshr(surplus).resize(width))
}

/// The headers that the parse states of a trace took from a packet. What comes behind something that isn't known (a
/// computed skip, a header cut short) is left out.
pub(crate) fn input_headers(program: &Program, bytes: &[u8], events: &[Event]) -> Vec<DecodedHeader> {
    let mut headers = Vec::new();
    let mut at = 0;
    // Further devices of a composition parse something else.
    let first = events.iter().skip_while(|event| matches!(event, Event::Device(_)));
    for event in first.take_while(|event| !matches!(event, Event::Device(_))) {
        let Event::ParseState(name) = event else { continue };
        let Some(state) = program.parser.states.iter().find(|state| state.name == *name) else { break };
        for op in &state.ops {
            match op {
                ParserOp::Extract(Extract::Regular(header)) => {
                    let Some((decoded, width)) = header_at(program, bytes, *header, at) else {
                        return headers;
                    };
                    headers.push(decoded);
                    at += width;
                }
                ParserOp::Advance { bits: Expr::Const(bits) } => match usize::try_from(bits) {
                    Ok(bits) => at += bits,
                    Err(_) => return headers,
                },
                ParserOp::Advance { .. } => return headers,
                _ => {}
            }
        }
    }
    headers
}

fn header_at(program: &Program, bytes: &[u8], header: HeaderId, at: usize) -> Option<(DecodedHeader, usize)> {
    let header_type = program.header_type(header)?;
    let mut offset = at;
    let mut fields = Vec::new();
    for field in &header_type.fields {
        let value = read(bytes, offset, field.width)?;
        offset += field.width as usize;
        fields.push(DecodedField { name: field.name.clone(), value });
    }
    let name = program.headers.get(header.index())?.name.clone();
    Some((DecodedHeader { name, offset: at, fields }, offset - at))
}

/// All that happened to the packet that left as output number `position` of `ports`, from its arrival on; `None` where
/// it can't be told.
pub(crate) fn life_of_output<'a>(trace: &'a Trace, ports: &[u16], position: usize) -> Option<Vec<&'a Event>> {
    let linked = trace.packets.iter().any(|p| matches!(p.events.first(), Some(Event::Device(_))));
    let leaves = |wanted: Option<u16>| {
        trace.packets.iter().enumerate().filter(move |(_, packet)| match packet.events.last() {
            Some(Event::Transmit(port)) => wanted.is_none_or(|wanted| wanted == *port),
            _ => false,
        })
    };
    let (leaf, _) = if linked {
        // A device's ports aren't the composition's: only a single output is surely the last that was sent.
        if ports.len() != 1 {
            return None;
        }
        leaves(None).next_back()?
    } else {
        let port = *ports.get(position)?;
        let before = ports.iter().take(position).filter(|other| **other == port).count();
        leaves(Some(port)).nth(before)?
    };
    let mut chain = vec![leaf];
    while let Some(from) = chain.last().and_then(|at| trace.packets.get(*at)).and_then(|p| p.copied_from) {
        // A trace that was made wrong may go round in circles.
        if chain.contains(&from) {
            return None;
        }
        chain.push(from);
    }
    let events = chain.iter().rev().filter_map(|at| trace.packets.get(*at)).flat_map(|p| &p.events);
    let events: Vec<&Event> = events.collect();
    // The last device's part is what laid out the packet.
    let begin = events.iter().rposition(|event| matches!(event, Event::Device(_))).unwrap_or(0);
    Some(events.into_iter().skip(begin).collect())
}

/// The primitives of the action that an event ran.
fn primitives<'a>(program: &'a Program, event: &Event) -> &'a [Primitive] {
    let Event::Action { name, .. } = event else { return &[] };
    program.actions.iter().find(|action| action.name == *name).map_or(&[], |action| &action.primitives)
}

/// The field that lies at a bit of an output, with where it begins; `None` behind the headers.
pub(crate) fn field_at(program: &Program, life: &[&Event], bit: usize) -> Option<(FieldRef, usize)> {
    let mut valid = vec![false; program.headers.len()];
    let mut set = |header: HeaderId, value: bool| {
        if let Some(slot) = valid.get_mut(header.index()) {
            *slot = value;
        }
    };
    for event in life {
        if let Event::Extract(name) = event
            && let Some(header) = (0..).zip(&program.headers).find(|(_, h)| h.name == *name)
        {
            set(HeaderId(header.0), true);
        }
        for primitive in primitives(program, event) {
            match primitive.kind {
                PrimitiveKind::SetValid(header) => set(header, true),
                PrimitiveKind::SetInvalid(header) => set(header, false),
                // Whether the source was valid isn't worth following: such programs get no field names.
                PrimitiveKind::AssignHeader { .. } => return None,
                _ => {}
            }
        }
    }
    let mut at = 0;
    for header in &program.deparser.order {
        if valid.get(header.index()) != Some(&true) {
            continue;
        }
        for (field, declared) in (0..).zip(&program.header_type(*header)?.fields) {
            let end = at + declared.width as usize;
            if (at..end).contains(&bit) {
                return Some((FieldRef { header: *header, field }, at));
            }
            at = end;
        }
    }
    None
}

/// The last event that wrote a field.
pub(crate) fn writer<'a>(program: &Program, life: &[&'a Event], field: FieldRef) -> Option<&'a Event> {
    let header = program.headers.get(field.header.index());
    let wrote = |event: &&&Event| match event {
        Event::Extract(name) => header.is_some_and(|h| h.name == *name),
        Event::Checksum { name, outcome: ChecksumOutcome::Updated } => {
            program.checksums.iter().any(|c| c.name == *name && c.target == field)
        }
        event => primitives(program, event).iter().any(|primitive| match &primitive.kind {
            PrimitiveKind::Assign { place: Place::Field(to), .. }
            | PrimitiveKind::Hash { place: Place::Field(to), .. } => *to == field,
            PrimitiveKind::AssignHeader { destination: header, .. }
            | PrimitiveKind::SetValid(header)
            | PrimitiveKind::SetInvalid(header) => *header == field.header,
            _ => false,
        }),
    };
    life.iter().rev().find(wrote).copied()
}

/// The last event that had a say in where the packet goes.
pub(crate) fn router<'a>(program: &Program, life: &[&'a Event]) -> Option<&'a Event> {
    let decides = [StandardField::EgressSpec, StandardField::McastGrp];
    let decides = decides.map(|field| program.standard.get(&field).copied());
    let wrote = |event: &&&Event| {
        primitives(program, event).iter().any(|primitive| match &primitive.kind {
            PrimitiveKind::MarkToDrop => true,
            PrimitiveKind::Assign { place: Place::Field(to), .. }
            | PrimitiveKind::Hash { place: Place::Field(to), .. } => decides.contains(&Some(*to)),
            _ => false,
        })
    };
    life.iter().rev().find(wrote).copied()
}
