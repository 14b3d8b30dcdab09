//! `hyper4 verify`

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use hyper4_diff::{
    Failure as CompareFailure, FailureCause, Generated, Options as CompareOptions, Outcome, Sequence,
    StimulusSource, SubjectResult, compare,
};
use hyper4_dpmu::Wiring;
use hyper4_gen::{Coverage, Guest as Shape, PacketGenerator, PacketLimits};
use hyper4_ir::Stimulus;
use hyper4_report::{ExitStatus, ReachReport, Skipped, Sources, SubjectReport, TermWriter, VerifyReport};
use hyper4_symbolic::CoverOptions;
use indicatif::ProgressBar;
use rayon::prelude::*;

use crate::args::{Options, VerifyArgs};
use crate::deliver::{console_width, deliver};
use crate::failure::Failure;
use crate::persona::Persona;
use crate::sides::Switches;
use crate::subject::{Guests, Subject};
use crate::{kept, packets, persona, progress, sides, subject, watch};

/// Where subjects are when none is named.
pub(crate) const GUESTS: &str = "p4programs";

/// Verify subjects.
pub(crate) fn verify(options: &Options, args: &VerifyArgs) -> Result<ExitStatus, Failure> {
    if args.watch {
        let guests = [PathBuf::from(GUESTS)];
        let watched = if args.subjects.is_empty() { &guests } else { args.subjects.as_slice() };
        return watch::watch(options, watched, || once(options, args));
    }
    Ok(once(options, args)?.exit_status(options.allow_unsupported))
}

/// Verify subjects, and show what came of it.
fn once(options: &Options, args: &VerifyArgs) -> Result<VerifyReport, Failure> {
    let paths =
        if args.subjects.is_empty() { subject::find(Path::new(GUESTS))? } else { args.subjects.clone() };
    let persona = persona::load(options)?;
    let switches = Switches::new(options)?;
    let subjects = load_all(options, &paths)?;
    let total = subjects.iter().map(|s| (s.stimulus.len() + args.packets) as u64).sum();
    let bar = progress::bar(options, total);
    let mut report = VerifyReport::new(options.seed);
    for (path, subject) in paths.iter().zip(&subjects) {
        bar.set_message(subject.name.clone());
        let (mut one, refused) = verify_one(options, args, &persona, &switches, subject, &bar)?;
        if one.divergence.is_some() && one.replay.is_none() {
            one.replay = Some(again(options, args, path));
        }
        report.subjects.push(one);
        let what = format!("covering packets of {}", subject.name);
        report.skipped.extend(refused.into_iter().map(|reason| Skipped { what: what.clone(), reason }));
    }
    bar.finish_and_clear();
    show(options, &report)?;
    Ok(report)
}

/// The command that verifies a subject in the same way.
fn again(options: &Options, args: &VerifyArgs, path: &Path) -> String {
    let persona = options.persona.as_ref().map(|file| format!(" --persona {}", file.display()));
    format!(
        "hyper4 verify {} --packets {} --covering {} --seed {}{}",
        path.display(),
        args.packets,
        args.covering,
        options.seed,
        persona.unwrap_or_default()
    )
}

/// Every subject is read before the first one runs, so that a mistake shows at once.
fn load_all(options: &Options, paths: &[PathBuf]) -> Result<Vec<Subject>, Failure> {
    paths.iter().map(|path| subject::load(options, path)).collect()
}

fn verify_one(
    options: &Options,
    args: &VerifyArgs,
    persona: &Persona,
    switches: &Switches,
    subject: &Subject,
    bar: &ProgressBar,
) -> Result<(SubjectReport, Vec<String>), Failure> {
    let begun = Instant::now();
    let generator = generator(options, persona, subject)?;
    let generated = Generated { count: args.packets as u64, packet: |i| generator.packet(i) };
    // What keeps state is to be met with the state that the captured packets leave, so these come first.
    let (covering, refused) = if args.covering {
        packets::of_guests(&subject.guests, &covering_limits(options))
    } else {
        (Vec::new(), Vec::new())
    };
    let covering: Vec<Stimulus> = covering.into_iter().map(Stimulus::Packet).collect();
    bar.inc_length(covering.len() as u64);
    let stimulus = Sequence(vec![&subject.stimulus as &dyn StimulusSource, &covering, &generated]);
    let is_packet = |step: &&Stimulus| matches!(step, Stimulus::Packet(_));
    let sources = Sources {
        captured: subject.stimulus.iter().filter(is_packet).count() as u64,
        covering: covering.len() as u64,
        generated: args.packets as u64,
    };
    let result = if stimulus.is_empty() {
        let message = "the subject has no packets, and none are to be generated".to_owned();
        nothing(&subject.name, message)
    } else {
        compare(
            &subject.name,
            || sides::comparable(switches, &subject.guests),
            || sides::on_persona(switches, persona, &subject.guests),
            &stimulus,
            &CompareOptions::default(),
            &|packets| bar.inc(packets),
        )
    };
    let mut report = SubjectReport::new(result, begun.elapsed()).with_sources(sources);
    if let (Some(folder), Some(divergence)) = (&options.out, &report.divergence) {
        let folder = folder.join("divergences").join(&subject.name);
        report.replay = kept::keep(options, &folder, (persona, switches), subject, &stimulus, divergence)?;
    }
    let report =
        if args.packets > 0 { report.with_reach(reach(&generator, args.packets as u64)) } else { report };
    Ok((report, refused))
}

/// Bounds of the search for covering packets: they are one part of many, and are not to take longer than the rest. The
/// time is only for the worst: what is found shall be the same on any machine.
fn covering_limits(options: &Options) -> CoverOptions {
    CoverOptions {
        time: Duration::from_secs(60),
        patience: 300,
        seed: options.seed,
        ..CoverOptions::default()
    }
}

fn nothing(name: &str, message: String) -> SubjectResult {
    let failure = CompareFailure { cause: FailureCause::Input, side: None, step: None, message };
    SubjectResult {
        name: name.to_owned(),
        outcome: Outcome::Error(failure),
        counts: Default::default(),
        hidden: Vec::new(),
    }
}

/// Makes a subject's packets.
fn generator(options: &Options, persona: &Persona, subject: &Subject) -> Result<PacketGenerator, Failure> {
    let window = usize::from(persona.layout.config().window_bytes);
    let limits = PacketLimits { lengths: vec![60, 64, window], ..PacketLimits::default() };
    let (guests, limits) = shapes(subject, limits);
    PacketGenerator::new(options.seed, &subject.name, &guests, &limits)
        .map_err(|e| Failure::input(format!("`{}`: {e}", subject.name)))
}

/// What packets are made from, and limits that fit the ports of a composition.
pub(crate) fn shapes(subject: &Subject, mut limits: PacketLimits) -> (Vec<Shape>, PacketLimits) {
    let guests = match &subject.guests {
        Guests::One(g) => vec![Shape { program: g.program.clone(), commands: g.commands.clone() }],
        Guests::Composition { guests, wiring } => {
            if let Wiring::Links(links) = wiring {
                limits.ports = links.ingress.keys().copied().collect();
            }
            let shape =
                |g: &subject::Guest| Shape { program: g.program.clone(), commands: g.commands.clone() };
            guests.values().map(shape).collect()
        }
    };
    (guests, limits)
}

/// What the generated packets reach.
fn reach(generator: &PacketGenerator, packets: u64) -> ReachReport {
    let count = |mut coverage: Coverage, i: u64| {
        generator.counted_packet(i, &mut coverage);
        coverage
    };
    let merge = |mut a: Coverage, b: Coverage| {
        a.merge(&b);
        a
    };
    let coverage = (0..packets)
        .into_par_iter()
        .fold(|| generator.coverage(), count)
        .reduce(|| generator.coverage(), merge);
    let constructs = coverage.iter().count() as u64;
    let unreached: Vec<String> = coverage.unreached().map(ToString::to_string).collect();
    ReachReport { constructs, reached: constructs - unreached.len() as u64, unreached }
}

fn show(options: &Options, report: &VerifyReport) -> Result<(), Failure> {
    let failed = |e: &dyn std::fmt::Display| Failure::tool(format!("can't write the report: {e}"));
    let document = serde_json::to_value(report).map_err(|e| failed(&e))?;
    deliver(options, "verify.json", &document, || {
        let mut text = Vec::new();
        TermWriter { width: console_width(), colour: options.colour_results() }
            .write(report, &mut text)
            .map_err(|e| failed(&e))?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    })
}
