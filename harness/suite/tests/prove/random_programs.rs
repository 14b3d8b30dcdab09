//! The executor against the engine on random programs of the IR.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use hyper4_bits::HashAlgorithm;
use hyper4_engine::Engine;
use hyper4_ir::{Batch, ChecksumKind, Command, Expr, Packet, ParserOp, PrimitiveKind, Program, Reply};
use hyper4_suite::Error;
use hyper4_switch::{Switch, SwitchError, Tracing};
use hyper4_symbolic::{
    self as symbolic, Options, Subject, Verdict, outputs, outputs_by_paths, prove_equivalence,
};

use crate::random::Random;
use crate::{commands, packets, programs};

/// Programs that are run unless `HYPER4_PROGRAMS` says another number; `HYPER4_SEED` is the seed of the first, or 1.
const PROGRAMS: u64 = 150;
const PACKETS: usize = 40;
/// Programs about which something is asked, unless `HYPER4_PROGRAMS` says another number.
const PROOFS: u64 = 18;

/// Programs of which all paths are found, unless `HYPER4_PROGRAMS` says another number.
const PATHS: u64 = 100;

/// What was compared.
#[derive(Debug, Default)]
pub(crate) struct Compared {
    pub(crate) programs: usize,
    pub(crate) packets: usize,
    pub(crate) outputs: usize,
    pub(crate) digests: usize,
    /// What the executor doesn't deal with, and what depends on something undefined.
    pub(crate) left_out: usize,
    /// Packets that a switch doesn't survive.
    pub(crate) killed: usize,
    /// Those of them on which the executor says what is sent.
    pub(crate) survived: usize,
    /// Packets with which both do different things, with something undefined.
    pub(crate) undefined: usize,
    pub(crate) commands: usize,
    pub(crate) refused: usize,
    /// Programs with a command that the executor doesn't deal with.
    pub(crate) given_up: usize,
    /// Why something was left out.
    pub(crate) reasons: BTreeMap<String, usize>,
}

pub(crate) fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

#[test]
fn it_does_with_random_programs_what_the_engine_does() -> Result<(), Error> {
    let first = setting("HYPER4_SEED", 1);
    let mut compared = Compared::default();
    for seed in first..first + setting("HYPER4_PROGRAMS", PROGRAMS) {
        let mut random = Random::new(seed);
        let program = Arc::new(programs::program(&mut random));
        let told = |random: &mut Random| commands::commands(&program, random);
        compare(seed, (&program, PACKETS), told, &mut random, &mut compared)?;
    }
    println!("seed {first}: {compared:?}");
    assert!(compared.packets > 100 * compared.left_out, "{compared:?}");
    assert!(
        compared.outputs > 100 && compared.commands > 100 && compared.refused > 0 && compared.killed > 0,
        "{compared:?}"
    );
    assert_eq!((compared.survived, compared.undefined, compared.given_up), (0, 0, 0), "{compared:?}");
    Ok(())
}

/// All packets of a length at once are reckoned with, and then those that are given are looked up.
#[test]
fn its_paths_through_random_programs_are_those_of_the_engine() -> Result<(), Error> {
    let first = setting("HYPER4_SEED", 1);
    let (mut packets, mut outputs, mut refused) = (0, 0, 0);
    for seed in first..first + setting("HYPER4_PROGRAMS", PATHS) {
        let mut random = Random::new(seed);
        let program = Arc::new(tamed(programs::program(&mut random)));
        if Engine::new().load(Arc::clone(&program)).is_err() {
            continue;
        }
        let (mut engine, subject) = both(&program, &commands::commands(&program, &mut random))?;
        let batch: Vec<Packet> = (0..PACKETS)
            .map(|number| Packet { port: number as u16, bytes: packets::packet(&program, &mut random) })
            .collect();
        match outputs_by_paths(&subject, &batch, 200) {
            Ok(by_paths) => {
                assert_eq!(engine.inject(&batch, Tracing::Off)?.outputs, by_paths, "seed {seed}");
                packets += batch.len();
                outputs += by_paths.len();
            }
            Err(error) => {
                println!("seed {seed}: {error}");
                refused += 1;
            }
        }
    }
    println!("seed {first}: {packets} packets, {outputs} outputs, {refused} programs refused");
    assert!(packets > 40 * refused && outputs > 100, "{packets} {outputs} {refused}");
    Ok(())
}

/// What came of questions.
#[derive(Debug, Default)]
struct Answers {
    proved: usize,
    refuted: usize,
    unknown: usize,
}

/// A program against itself with something changed: a packet that is said to make the difference does on the engine what
/// the executor says, and where there is said to be none, none is met.
#[test]
fn its_answers_about_random_programs_are_right() -> Result<(), Error> {
    let first = setting("HYPER4_SEED", 1);
    let mut answers = Answers::default();
    for seed in first..first + setting("HYPER4_PROGRAMS", PROOFS) {
        ask(seed, &mut answers)?;
    }
    println!("seed {first}: {answers:?}");
    assert!(answers.proved > 4 && answers.refuted > 4, "{answers:?}");
    assert!(answers.proved + answers.refuted > answers.unknown, "{answers:?}");
    Ok(())
}

/// The program with what can't be proved about left out: reads of invalid headers give 0, no signed field
/// is verified as a checksum, and nothing but checksums is computed over fields.
pub(crate) fn tamed(mut program: Program) -> Program {
    let metadata: Vec<bool> = program.headers.iter().map(|header| header.metadata).collect();
    let types = program.clone();
    for parse_state in &mut program.parser.states {
        for op in &mut parse_state.ops {
            match op {
                ParserOp::Set { value, .. } => tame(value, &metadata),
                ParserOp::Verify { condition, error } => {
                    tame(condition, &metadata);
                    tame(error, &metadata);
                }
                ParserOp::Advance { bits } => tame(bits, &metadata),
                ParserOp::Primitive(primitive) => tame_primitive(primitive, &metadata),
                ParserOp::Extract(_) | ParserOp::SetLookahead { .. } => {}
            }
        }
    }
    for conditional in &mut program.conditionals {
        tame(&mut conditional.expression, &metadata);
    }
    for primitive in program.actions.iter_mut().flat_map(|action| &mut action.primitives) {
        tame_primitive(&mut primitive.kind, &metadata);
    }
    for calculation in &mut program.calculations {
        calculation.algorithm = HashAlgorithm::Csum16;
    }
    for checksum in &mut program.checksums {
        if let Some(condition) = &mut checksum.condition {
            tame(condition, &metadata);
        }
    }
    // A switch aborts when one to be verified is negative.
    program.checksums.retain(|checksum| {
        checksum.kind == ChecksumKind::Update
            || types.field(checksum.target).is_some_and(|field| !field.signed)
    });
    program
}

fn tame_primitive(primitive: &mut PrimitiveKind, metadata: &[bool]) {
    match primitive {
        PrimitiveKind::Assign { value, .. } => tame(value, metadata),
        PrimitiveKind::Hash { base, modulus, .. } => {
            tame(base, metadata);
            tame(modulus, metadata);
        }
        _ => {}
    }
}

fn tame(expression: &mut Expr, metadata: &[bool]) {
    match expression {
        Expr::Field(field) if !metadata.get(field.header.index()).copied().unwrap_or(true) => {
            let (valid, zero) = (Expr::Valid(field.header), Expr::Const(0.into()));
            *expression = Expr::Ternary(Box::new(valid), Box::new(Expr::Field(*field)), Box::new(zero));
        }
        Expr::Unary(_, one) => tame(one, metadata),
        Expr::Binary(_, left, right) => [left, right].into_iter().for_each(|one| tame(one, metadata)),
        Expr::Ternary(condition, then, otherwise) => {
            [condition, then, otherwise].into_iter().for_each(|one| tame(one, metadata));
        }
        _ => {}
    }
}

/// A program with commands, as what runs and as what is proved about.
pub(crate) fn both(program: &Arc<Program>, commands: &[Command]) -> Result<(Engine, Subject), Error> {
    let (mut engine, mut subject) = (Engine::new(), Subject::new(Arc::clone(program))?);
    engine.load(Arc::clone(program))?;
    for command in commands {
        let taken = (engine.control(command).is_ok(), subject.apply(command).is_ok());
        assert_eq!(taken.0, taken.1, "{command}");
    }
    Ok((engine, subject))
}

/// Fewer entries, exchanged branches, less in an action, another order of headers.
fn change(program: &mut Program, commands: &mut Vec<Command>, random: &mut Random) {
    let choice = random.below(4);
    let some = |length: usize, random: &mut Random| random.below(length.max(1));
    let (condition, action) = (some(program.conditionals.len(), random), some(program.actions.len(), random));
    match choice {
        0 => {
            let mut kept = 0;
            commands.retain(|_| {
                kept += 1;
                kept % 2 == 0
            });
        }
        1 => {
            if let Some(condition) = program.conditionals.get_mut(condition) {
                std::mem::swap(&mut condition.true_next, &mut condition.false_next);
            }
        }
        2 => {
            if let Some(action) = program.actions.get_mut(action) {
                action.primitives.pop();
            }
        }
        _ => program.deparser.order.reverse(),
    }
}

fn ask(seed: u64, answers: &mut Answers) -> Result<(), Error> {
    let mut random = Random::new(seed);
    let program = Arc::new(tamed(programs::program(&mut random)));
    if Engine::new().load(Arc::clone(&program)).is_err() {
        return Ok(());
    }
    let commands = commands::commands(&program, &mut random);
    let (mut other, mut other_commands) = ((*program).clone(), commands.clone());
    change(&mut other, &mut other_commands, &mut random);
    let (mut engine, subject) = both(&program, &commands)?;
    let (mut other_engine, other_subject) = both(&Arc::new(other), &other_commands)?;
    let options = Options {
        window: 100,
        longest: 100,
        query_timeout: Duration::from_secs(2),
        max_paths: 200,
        ..Options::default()
    };
    let mut run = |packets: &[Packet]| -> Result<_, Error> {
        let outputs = engine.inject(packets, Tracing::Off)?.outputs;
        Ok((outputs, other_engine.inject(packets, Tracing::Off)?.outputs))
    };
    match prove_equivalence(&subject, &other_subject, &options) {
        Verdict::Proved(proof) => {
            answers.proved += 1;
            for _ in 0..PACKETS {
                let mut packet = Packet { port: 1, bytes: packets::packet(&program, &mut random) };
                packet.bytes.truncate(100);
                // A program may do what kills a switch.
                if let Ok((ours, theirs)) = run(&[packet.clone()])
                    && proof.exceptions.is_empty()
                {
                    assert_eq!(ours, theirs, "seed {seed}: {packet:?}");
                }
            }
        }
        Verdict::Refuted(refutation) => {
            answers.refuted += 1;
            let (ours, theirs) = run(std::slice::from_ref(&refutation.packet))?;
            assert_eq!(ours, refutation.native, "seed {seed}: {}", refutation.what);
            assert_eq!(theirs, refutation.virtual_, "seed {seed}: {}", refutation.what);
            assert_ne!(ours, theirs, "seed {seed}: {}", refutation.what);
        }
        Verdict::Unknown { reason, .. } => {
            println!("seed {seed}: {reason}");
            answers.unknown += 1;
        }
    }
    Ok(())
}

/// The engine and the executor are told the same, and are given as many packets.
pub(crate) fn compare(
    seed: u64,
    (program, count): (&Arc<Program>, usize),
    told: impl FnOnce(&mut Random) -> Vec<Command>,
    random: &mut Random,
    compared: &mut Compared,
) -> Result<(), Error> {
    let mut engine = Engine::new();
    match engine.load(Arc::clone(program)) {
        Err(SwitchError::Unsupported { .. }) => return Ok(()),
        other => other?,
    }
    let mut subject = Subject::new(Arc::clone(program))?;
    for command in told(random) {
        if let Some(reason) = control(seed, (&mut engine, &mut subject), &command, compared) {
            compared.given_up += 1;
            *compared.reasons.entry(shortened(&reason)).or_default() += 1;
            return Ok(());
        }
    }
    compared.programs += 1;
    for _ in 0..count {
        let packet = Packet { port: 1, bytes: packets::packet(program, random) };
        let packets = std::slice::from_ref(&packet);
        let batch = match engine.inject(packets, Tracing::Off) {
            Ok(batch) => batch,
            Err(SwitchError::Failed(_)) => {
                // What kills a switch is nothing to prove about.
                compared.survived += usize::from(outputs(&subject, packets).is_ok());
                compared.killed += 1;
                continue;
            }
            Err(other) => return Err(other.into()),
        };
        match symbolic::batch(&subject, packets) {
            Ok(Batch { outputs, .. }) if outputs != batch.outputs && !batch.undefined.is_empty() => {
                compared.undefined += 1;
            }
            Ok(Batch { outputs, digests, .. }) => {
                if outputs != batch.outputs {
                    println!("{:#?}", engine.inject(packets, Tracing::On)?.traces);
                }
                assert_eq!(outputs, batch.outputs, "seed {seed}: {packet:?}");
                compared.packets += 1;
                compared.outputs += outputs.len();
                if batch.undefined.is_empty() {
                    assert_eq!(digests, batch.digests, "seed {seed}: {packet:?}");
                    compared.digests += digests.len();
                }
            }
            Err(error) => {
                compared.left_out += 1;
                *compared.reasons.entry(shortened(&error.reason)).or_default() += 1;
            }
        }
    }
    Ok(())
}

/// A reason without its numbers.
fn shortened(reason: &str) -> String {
    reason.chars().filter(|c| !c.is_ascii_digit()).take(70).collect()
}

/// Both take a command or both refuse it; else why the executor doesn't.
fn control(
    seed: u64,
    (engine, subject): (&mut Engine, &mut Subject),
    command: &Command,
    compared: &mut Compared,
) -> Option<String> {
    let (ours, theirs) = (engine.control(command), subject.apply(command));
    let same = match (&ours, &theirs) {
        (Ok(Reply::Entries { entries: a, .. }), Ok(Reply::Entries { entries: b, .. })) => a.len() == b.len(),
        (Ok(ours), Ok(theirs)) => ours == theirs,
        (Err(_), Err(_)) => true,
        (Ok(_), Err(error)) => return Some(error.to_string()),
        (Err(_), Ok(_)) => false,
    };
    assert!(same, "seed {seed}: {command}: engine {ours:?}, executor {theirs:?}");
    match ours {
        Ok(_) => compared.commands += 1,
        Err(_) => compared.refused += 1,
    }
    None
}
