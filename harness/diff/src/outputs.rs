//! Comparing what came out.

use std::collections::BTreeMap;

use hyper4_ir::Output;

use crate::{DivergenceKind, OutputOrder};

/// The first output that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OutputMismatch {
    pub(crate) kind: DivergenceKind,
    /// Its number in the native side's list, or in the virtual one's for an output that is too much.
    pub(crate) position: usize,
    pub(crate) expected: Option<Output>,
    pub(crate) actual: Option<Output>,
}

fn same(a: &Output, b: &Output) -> bool {
    a.port == b.port && a.bytes == b.bytes
}

/// Whether outputs go to more than one port, so that an order across ports exists.
pub(crate) fn several_ports<T: std::borrow::Borrow<Output>>(outputs: &[T]) -> bool {
    outputs.first().is_some_and(|first| outputs.iter().any(|o| o.borrow().port != first.borrow().port))
}

/// Whether the outputs are the same in the order that counts.
pub(crate) fn equal(expected: &[&Output], actual: &[&Output], order: OutputOrder) -> bool {
    if expected.len() != actual.len() {
        return false;
    }
    if expected.iter().zip(actual).all(|(a, b)| same(a, b)) {
        return true;
    }
    order == OutputOrder::PerPort && by_port(expected) == by_port(actual)
}

fn by_port<'a>(outputs: &[&'a Output]) -> BTreeMap<u16, Vec<&'a [u8]>> {
    let mut ports = BTreeMap::<u16, Vec<&[u8]>>::new();
    for output in outputs {
        ports.entry(output.port).or_default().push(&output.bytes);
    }
    ports
}

/// The first difference, named by what it most likely is. Outputs that have a partner on the other side, in whatever
/// order, are not to blame as long as there are some that have none.
pub(crate) fn differ(expected: &[&Output], actual: &[&Output], order: OutputOrder) -> Option<OutputMismatch> {
    if equal(expected, actual, order) {
        return None;
    }
    let mut surplus: Vec<(usize, &Output)> = actual.iter().copied().enumerate().collect();
    let mut missing = Vec::new();
    for (position, output) in expected.iter().copied().enumerate() {
        match surplus.iter().position(|(_, other)| same(output, other)) {
            Some(partner) => {
                surplus.remove(partner);
            }
            None => missing.push((position, output)),
        }
    }
    let mismatch = |kind, position, expected: Option<&Output>, actual: Option<&Output>| {
        Some(OutputMismatch { kind, position, expected: expected.cloned(), actual: actual.cloned() })
    };
    match (missing.first().copied(), surplus.first().copied()) {
        (None, None) => {
            let pairs = expected.iter().zip(actual).enumerate();
            let (position, (expected, actual)) = match order {
                OutputOrder::Emitted => pairs.into_iter().find(|(_, (a, b))| !same(a, b))?,
                OutputOrder::PerPort => return out_of_order_by_port(expected, actual),
            };
            mismatch(DivergenceKind::Order, position, Some(expected), Some(actual))
        }
        (Some((position, output)), None) => mismatch(DivergenceKind::Missing, position, Some(output), None),
        (None, Some((position, output))) => mismatch(DivergenceKind::Extra, position, None, Some(output)),
        (Some((position, output)), Some((_, other))) => {
            let same_bytes = surplus.iter().find(|(_, other)| other.bytes == output.bytes);
            let same_port = surplus.iter().find(|(_, other)| other.port == output.port);
            let (kind, partner) = match (same_bytes, same_port) {
                (Some((_, partner)), _) => (DivergenceKind::Port, *partner),
                (None, Some((_, partner))) => (DivergenceKind::Bytes, *partner),
                (None, None) => (DivergenceKind::Port, other),
            };
            mismatch(kind, position, Some(output), Some(partner))
        }
    }
}

fn out_of_order_by_port(expected: &[&Output], actual: &[&Output]) -> Option<OutputMismatch> {
    let of_port = |outputs: &[&Output], port| -> Vec<Output> {
        outputs.iter().filter(|o| o.port == port).map(|o| (*o).clone()).collect()
    };
    for port in by_port(expected).into_keys() {
        let pairs = of_port(expected, port).into_iter().zip(of_port(actual, port)).enumerate();
        for (position, (expected, actual)) in pairs {
            if !same(&expected, &actual) {
                let (expected, actual) = (Some(expected), Some(actual));
                return Some(OutputMismatch { kind: DivergenceKind::Order, position, expected, actual });
            }
        }
    }
    None
}
