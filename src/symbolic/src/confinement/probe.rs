//! State and sessions as fields: which cell an action touches is what it writes into one.

use hyper4_ir::{
    BinaryOp, Expr, FieldRef, FieldType, Header, HeaderId, HeaderType, HeaderTypeId, Place, PrimitiveKind,
    Program,
};

/// Bits of a cell's number.
const INDEX_BITS: u32 = 64;
/// Bits of the probe: the number, and above it one more than that of the array.
const PROBE_BITS: u32 = INDEX_BITS + 16;

/// The field that says which cell was touched, and the one that says to which session a copy goes.
pub(super) fn fields(program: &Program) -> [FieldRef; 2] {
    let header = HeaderId(program.headers.len() as u32);
    [0, 1].map(|field| FieldRef { header, field })
}

/// The program with accesses to state and clones replaced: they write what they would touch.
pub(super) fn probed(program: &Program) -> Program {
    let [cell, session] = fields(program);
    let mut probed = program.clone();
    let field =
        |name: &str| FieldType { name: name.to_owned(), width: PROBE_BITS, signed: false, varbit: false };
    probed
        .header_types
        .push(HeaderType { name: "probe".to_owned(), fields: vec![field("cell"), field("session")] });
    let header_type = HeaderTypeId(program.header_types.len() as u32);
    probed.headers.push(Header { name: "probe".to_owned(), header_type, metadata: true });
    let writes = |field: FieldRef, array: u64, index: &Expr| {
        let marked = Expr::Const(num_bigint::BigInt::from(u128::from(array + 1) << INDEX_BITS));
        let value = Expr::Binary(BinaryOp::Add, Box::new(index.clone()), Box::new(marked));
        PrimitiveKind::Assign { place: Place::Field(field), value }
    };
    for primitive in probed.actions.iter_mut().flat_map(|action| &mut action.primitives) {
        let (counters, meters) = (program.registers.len(), program.registers.len() + program.counters.len());
        let replaced = match &primitive.kind {
            PrimitiveKind::RegisterRead { register, index, .. }
            | PrimitiveKind::RegisterWrite { register, index, .. } => {
                writes(cell, register.index() as u64, index)
            }
            PrimitiveKind::Count { counter, index } => {
                writes(cell, (counters + counter.index()) as u64, index)
            }
            PrimitiveKind::ExecuteMeter { meter, index, .. } => {
                writes(cell, (meters + meter.index()) as u64, index)
            }
            PrimitiveKind::Clone { session: to, .. } => writes(session, 0, to),
            // The packet comes in again; see the field lists.
            PrimitiveKind::Resubmit { .. }
            | PrimitiveKind::Recirculate { .. }
            | PrimitiveKind::Truncate { .. } => PrimitiveKind::NoOp,
            _ => continue,
        };
        primitive.kind = replaced;
    }
    probed
}

/// The array's number and the cell's, of a probe that isn't 0.
pub(super) fn split(probe: &hyper4_bits::Bits) -> (u64, u64) {
    let array = probe.lshr(INDEX_BITS as usize).low_u64();
    (array.wrapping_sub(1), probe.low_u64())
}

/// What an array is called.
pub(super) fn array(program: &Program, number: u64) -> String {
    let registers = program.registers.iter().map(|array| ("register", &array.name));
    let counters = program.counters.iter().map(|array| ("counter", &array.name));
    let meters = program.meters.iter().map(|array| ("meter", &array.name));
    let mut all = registers.chain(counters).chain(meters);
    let number = usize::try_from(number).unwrap_or(usize::MAX);
    all.nth(number).map_or_else(|| "an array".to_owned(), |(kind, name)| format!("{kind} `{name}`"))
}
