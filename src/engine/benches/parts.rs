//! What each part of the engine costs: a program that does that part and little else, and `nothing` to compare with.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a benchmark may fail")]

#[path = "../src/tests/builder.rs"]
#[allow(dead_code, reason = "tests use what is not used here")]
mod builder;

use std::time::Duration;

use builder::*;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hyper4_bits::HashAlgorithm;
pub(crate) use hyper4_engine::Engine;
use hyper4_ir::*;
use hyper4_switch::{Switch, Tracing};

/// Packets of one call.
const BATCH: usize = 256;

fn packets() -> Vec<Packet> {
    let bytes = |i: u32| {
        let mut bytes = packet((i * 37 % 1_000) as u16, i as u8, 0);
        bytes.resize(64, i as u8);
        bytes
    };
    (0..BATCH as u32).map(|i| Packet { port: 1, bytes: bytes(i) }).collect()
}

/// Everything goes to port 2.
fn forwards(mut program: Program) -> Program {
    let before = program.ingress.start;
    let out = assign(standard(StandardField::EgressSpec), *number(2));
    let start = run(&mut program, "out", vec![out], before);
    program.ingress.start = Some(start);
    program
}

/// `h.a` is looked up among a thousand entries.
fn looked_up(kind: MatchKind) -> Engine {
    let mut program = base();
    let port = assign(standard(StandardField::EgressSpec), Expr::Param(0));
    let forward = action(&mut program, "forward", &[9], vec![port]);
    let start = table(&mut program, "t", &[(kind, h(0))], &[forward], None);
    program.ingress.start = Some(start);
    let line = |i: u32| match kind {
        MatchKind::Exact => format!("table_add t forward {i} => 2"),
        MatchKind::Lpm => format!("table_add t forward {i}/{} => 2", 10 + i % 7),
        _ => format!("table_add t forward {i}&&&{} => 2 {i}", 0xffff << (i % 6) & 0xffff),
    };
    let mut engine = engine(forwards(program.clone()), &[]);
    let program = engine.program().cloned();
    for i in 0..1_000 {
        let command = program.as_ref().and_then(|p| parse_command(p, &line(i), 1).ok().flatten());
        // Some prefixes and masks make the same entry.
        let _ = command.map(|command| engine.control(&command));
    }
    engine
}

/// Many headers are extracted.
fn parsing(headers: usize) -> Engine {
    let mut program = base();
    let extract = ParserOp::Extract(Extract::Regular(H));
    program.parser.states[0].ops = vec![extract; headers];
    program.deparser.order.clear();
    engine(forwards(program), &[])
}

fn computing(values: Vec<PrimitiveKind>) -> Engine {
    let mut program = base();
    let start = run(&mut program, "compute", values, None);
    program.ingress.start = Some(start);
    engine(forwards(program), &[])
}

fn summing() -> Engine {
    let mut program = base();
    program.calculations.push(Calculation {
        name: "sum".into(),
        algorithm: HashAlgorithm::Csum16,
        inputs: (1..4).map(|field| CalculationInput::Field(h(field))).collect(),
    });
    program.checksums.push(Checksum {
        name: "update".into(),
        kind: ChecksumKind::Update,
        target: h(0),
        calculation: CalculationId(0),
        condition: None,
        source_info: None,
    });
    engine(forwards(program), &[])
}

fn parts(criterion: &mut Criterion) {
    let both = |operator, a, b| Expr::Binary(operator, Box::new(a), b);
    let wide = both(BinaryOp::Shr, Expr::Field(h(3)), number(13));
    let wide = assign(meta(1), both(BinaryOp::BitXor, wide, Box::new(Expr::Field(meta(1)))));
    let sum = both(BinaryOp::Add, Expr::Field(h(1)), Box::new(Expr::Field(h(2))));
    let sum = assign(h(2), both(BinaryOp::BitAnd, sum, number(0xff)));
    let mut deparsing = base();
    deparsing.parser.states[0].ops.push(ParserOp::Extract(Extract::Regular(HeaderId(3))));
    let engines = [
        ("nothing", parsing(0)),
        ("parser, 1 header", parsing(1)),
        ("parser, 3 headers", parsing(3)),
        ("deparser, 1 header", engine(forwards(base()), &[])),
        ("deparser, 2 headers", engine(forwards(deparsing), &[])),
        ("lookup, exact", looked_up(MatchKind::Exact)),
        ("lookup, lpm", looked_up(MatchKind::Lpm)),
        ("lookup, ternary", looked_up(MatchKind::Ternary)),
        ("expression, sum", computing(vec![sum])),
        ("expression, wide", computing(vec![wide])),
        ("checksum", summing()),
    ];
    let packets = packets();
    let mut group = criterion.benchmark_group("packet");
    group.throughput(Throughput::Elements(BATCH as u64));
    for (name, mut engine) in engines {
        let outputs = engine.inject(&packets, Tracing::Off).map(|batch| batch.outputs.len());
        assert_eq!(outputs.ok(), Some(BATCH), "{name}: every packet comes out");
        group.bench_function(name, |bencher| bencher.iter(|| engine.inject(&packets, Tracing::Off)));
    }
}

/// Half a minute for all of them.
fn briefly() -> Criterion {
    let criterion = Criterion::default().sample_size(20).nresamples(1_000);
    criterion.warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1))
}

criterion_group! {
    name = benches;
    config = briefly();
    targets = parts
}
criterion_main!(benches);
