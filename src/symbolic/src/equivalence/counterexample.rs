//! What shows a difference on a switch: packets, and what its arrays are made to hold before.

use std::collections::BTreeMap;

use hyper4_bits::Bits;
use hyper4_ir::{
    Command, CounterCommand, CounterValue, MeterCommand, MeterRate, Packet, RegisterCommand, Reply,
};

use crate::execute::open::values;
use crate::execute::{GREEN, HASH, Input, Kind, Outcome, array_of};
use crate::options::Length;
use crate::path::Context;
use crate::prove::{Example, shortest};
use crate::subject::OpenEntry;
use crate::term::{Assignment, Evaluator, Node, Support};
use crate::verdict::{CellDifference, Refutation, Setting};

use super::compare::{Cell, Depends, Difference, What, tell};

/// Tokens that no packets use up.
const PLENTY: u64 = 1_000_000;

/// A counterexample made of the packets of a difference's path; `None` where its values aren't real ones, such as those of
/// a hash of which the executor only knows that equal inputs have equal hashes.
pub(super) fn counterexample(
    context: &mut Context,
    difference: &Difference,
    (native, virtual_): (&Outcome, &Outcome),
    (inputs, entries, length): (&[Input], &[OpenEntry], Length),
) -> Option<Refutation> {
    let mut path = difference.path.clone();
    for input in inputs {
        path = shortest(context, path, input, length);
    }
    let mut depends = Depends::path(&path);
    depends.outputs((native, virtual_));
    let mut evaluator = Evaluator::new(path.witness());
    if !path.conditions().iter().all(|condition| evaluator.holds(condition)) {
        return None;
    }
    let cell = match &difference.what {
        What::Outputs(_) => None,
        What::Cells(cells) => Some(differing(cells, path.witness(), &mut depends.0)?),
        What::Samples(_) => {
            depends.samples((native, virtual_));
            None
        }
        What::Meters => return None,
    };
    let Depends(support) = depends;
    let mut packets: Vec<Packet> =
        inputs.iter().map(|input| Example::of(path.clone(), input).packet()).collect();
    let (packet, input) = (packets.pop()?, inputs.last()?);
    let example = Example::of(path.clone(), input);
    let (native, virtual_) = (example.outputs(&native.sent), example.outputs(&virtual_.sent));
    let sampled = matches!(difference.what, What::Samples(_));
    let what = match &cell {
        None if sampled => "the two sides send different digests".to_owned(),
        None => tell(&native, &virtual_),
        Some((what, _)) => what.clone(),
    };
    // Hashes have been computed.
    let unsaid = |name: &&String| array_of(name).is_none() && !name.starts_with(HASH);
    let assumes = support.surroundings.iter().filter(unsaid).cloned().collect();
    Some(Refutation {
        before: settings(&support, path.witness()),
        earlier: packets,
        entries: values(&mut context.terms, entries, path.witness()),
        virtual_,
        cell: cell.map(|(_, cell)| cell),
        sampled,
        assumes,
        ..Refutation::new(packet, what, native)
    })
}

/// The first cell that holds something else on the other side, and how that is said.
fn differing(
    cells: &[Cell],
    witness: &Assignment,
    support: &mut Support,
) -> Option<(String, CellDifference)> {
    let mut evaluator = Evaluator::new(witness);
    for cell in cells {
        [&cell.index, &cell.native, &cell.virtual_].into_iter().for_each(|word| support.word(word));
    }
    let cell = cells.iter().find(|cell| evaluator.word(&cell.native) != evaluator.word(&cell.virtual_))?;
    let index = evaluator.word(&cell.index).low_u64();
    let (native, virtual_) = (evaluator.word(&cell.native), evaluator.word(&cell.virtual_));
    let (device, name) = device_of(&cell.array);
    let counter = |value: &Bits| CounterValue { packets: value.lshr(64).low_u64(), bytes: value.low_u64() };
    let counts = |value: &Bits| {
        let CounterValue { packets, bytes } = counter(value);
        format!("{packets} packets and {bytes} bytes")
    };
    let array = &cell.array;
    let (what, command, native, virtual_) = match cell.kind {
        Kind::Register => (
            format!(
                "cell {index} of register `{array}` holds 0x{:x} native, 0x{:x} virtual",
                native.to_biguint(),
                virtual_.to_biguint()
            ),
            Command::Register { register: name, command: RegisterCommand::Read { index } },
            Reply::Values(vec![native]),
            Reply::Values(vec![virtual_]),
        ),
        Kind::Counter | Kind::Meter => (
            format!(
                "cell {index} of counter `{array}` counts {} native, {} virtual",
                counts(&native),
                counts(&virtual_)
            ),
            Command::Counter { counter: name, command: CounterCommand::Read { index } },
            Reply::Counter(counter(&native)),
            Reply::Counter(counter(&virtual_)),
        ),
    };
    Some((what, CellDifference { device, command, native, virtual_ }))
}

/// In a composition the name of a device stands before that of its array.
fn device_of(array: &str) -> (Option<String>, String) {
    match array.split_once(": ") {
        Some((device, name)) => (Some(device.to_owned()), name.to_owned()),
        None => (None, array.to_owned()),
    }
}

/// What makes registers hold and meters answer what they do under a witness. What isn't said is what a switch starts with.
fn settings(support: &Support, witness: &Assignment) -> Vec<Setting> {
    let mut evaluator = Evaluator::new(witness);
    let mut registers = BTreeMap::new();
    // How many packets are green, and how many aren't red.
    let mut meters: BTreeMap<(String, u64), [u64; 2]> = BTreeMap::new();
    for term in &support.applied {
        let Node::Apply(function, arguments) = term.node() else { continue };
        let value = evaluator.word(&crate::term::Word::slice(crate::term::Slice::whole(term.clone())));
        let Some(index) = arguments.first().map(|word| evaluator.word(word).low_u64()) else { continue };
        match array_of(function) {
            Some((Kind::Register, array)) if !value.is_zero() => {
                registers.insert((array.to_owned(), index), value);
            }
            Some((Kind::Meter, array)) => {
                let [green, not_red] = meters.entry((array.to_owned(), index)).or_insert([PLENTY; 2]);
                let tokens = if function.starts_with(GREEN) { green } else { not_red };
                *tokens = if value.width() == 1 { PLENTY * value.low_u64() } else { value.low_u64() };
            }
            _ => {}
        }
    }
    let registers = registers.into_iter().map(|((array, index), value)| {
        let (device, register) = device_of(&array);
        let command = RegisterCommand::Write { index, value };
        Setting { device, command: Command::Register { register, command } }
    });
    let meters = meters.into_iter().map(|((array, index), tokens)| {
        let (device, meter) = device_of(&array);
        // Tokens that don't grow back.
        let rates = tokens.map(|burst| MeterRate { per_microsecond: 0.0, burst }).to_vec();
        Setting {
            device,
            command: Command::Meter { meter, command: MeterCommand::SetRates { index, rates } },
        }
    });
    registers.chain(meters).collect()
}
