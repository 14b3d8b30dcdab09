//! `hyper4 fuzz` and `hyper4 merge`

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hyper4_campaign::{
    Budget, Campaign, CampaignError, CampaignState, Case, CaseGenerator, CaseLimits, Differential, Oracle,
    RoundTrip, Shard, SwitchPool, Symbolic, Tapped, Tenants, reachable,
};
use hyper4_diff::{Options as CompareOptions, OutputOrder, Rules, TraceRule};
use hyper4_drivers::P4c;
use hyper4_engine::Engine;
use hyper4_gen::Feature;
use hyper4_ir::{Stimulus, write_stimulus};
use hyper4_report::ExitStatus;
use hyper4_switch::{Switch, SwitchError, Tracing};
use hyper4_virtual::{VirtualNetwork, VirtualSwitch};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::args::{FuzzArgs, MergeArgs, Options, OracleKind};
use crate::deliver::make_folder;
use crate::failure::Failure;
use crate::output::write_text;
use crate::sides::Switches;
use crate::{deliver, frontend, persona};

/// Run a campaign, or go on with one.
pub(crate) fn fuzz(options: &Options, args: &FuzzArgs) -> Result<ExitStatus, Failure> {
    let folder = folder(options)?;
    if let Some(index) = args.case {
        return write_case(options, args, folder, index);
    }
    let kinds = kinds(args);
    let oracles = kinds.iter().map(|kind| oracle(options, *kind)).collect::<Result<Vec<_>, _>>()?;
    let names = oracles.iter().map(|oracle| oracle.name().to_owned()).collect();
    let limits = limits(args)?;
    let shard = Shard { index: args.shard.0, count: args.shard.1 };
    let wanted = CampaignState::new(options.seed, shard, limits, names);
    let state = match CampaignState::load(folder).map_err(failed)? {
        None => wanted,
        Some(_) if !args.resume => return Err(failed(CampaignError::Exists(folder.to_owned()))),
        Some(state) => {
            wanted.same_campaign(&state, folder).map_err(failed)?;
            state
        }
    };
    static STOP: AtomicBool = AtomicBool::new(false);
    // Asked twice, it stops at once: what was kept last is whole.
    let asked = || {
        if STOP.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    };
    ctrlc::set_handler(asked).map_err(|e| Failure::tool(format!("can't wait for Ctrl-C: {e}")))?;
    let campaign = Campaign {
        oracles: &oracles,
        folder,
        stop: &STOP,
        version: concat!("hyper4 ", env!("CARGO_PKG_VERSION")),
    };
    let bar = bar(options, args.cases.map(|cases| cases.div_ceil(shard.count)));
    bar.set_position(state.cases);
    let progress = |state: &CampaignState| {
        bar.set_position(state.cases);
        bar.set_message(format!("{} findings", state.findings.len()));
    };
    let state =
        campaign.run(state, Budget { cases: args.cases, time: args.time }, &progress).map_err(failed)?;
    bar.finish_and_clear();
    show(options, &state)?;
    Ok(status(&state))
}

/// Write one case as a subject.
fn write_case(options: &Options, args: &FuzzArgs, folder: &Path, index: u64) -> Result<ExitStatus, Failure> {
    let case = CaseGenerator::new(options.seed, limits(args)?).case(index);
    let case = case.map_err(|e| Failure::tool(e.to_string()))?;
    make_folder(folder)?;
    let steps: String = case.stimulus.iter().map(|step| write_stimulus(step) + "\n").collect();
    write_text(options, &folder.join("prog.p4"), &case.text)?;
    write_text(options, &folder.join("stimulus.jsonl"), &steps)?;
    Ok(ExitStatus::AsWished)
}

/// Join the shards of a campaign.
pub(crate) fn merge(options: &Options, args: &MergeArgs) -> Result<ExitStatus, Failure> {
    let state = CampaignState::merge(&args.folders, folder(options)?).map_err(failed)?;
    show(options, &state)?;
    Ok(status(&state))
}

fn folder(options: &Options) -> Result<&Path, Failure> {
    options
        .out
        .as_deref()
        .ok_or_else(|| Failure::input("where is the campaign to be kept? name a folder with --out DIR"))
}

fn failed(error: CampaignError) -> Failure {
    Failure::input(error.to_string())
}

fn kinds(args: &FuzzArgs) -> Vec<OracleKind> {
    if args.oracle.is_empty() {
        return vec![OracleKind::Virtual, OracleKind::RoundTrip];
    }
    let mut kinds = args.oracle.clone();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

fn oracle(options: &Options, kind: OracleKind) -> Result<Box<dyn Oracle>, Failure> {
    let engine = || SwitchPool::new(|| Switches::Engine.make());
    Ok(match kind {
        OracleKind::RoundTrip => Box::new(RoundTrip),
        OracleKind::Virtual => {
            let persona = persona::load(options)?;
            let names = reachable(&persona.program);
            let virtual_ = SwitchPool::tapped(move |tap| {
                let tap = tap.clone();
                let below = move || Ok(Box::new(Tapped::new(Engine::new(), tap.clone())) as _);
                let (program, layout) = (Arc::clone(&persona.program), persona.layout.clone());
                Ok(Box::new(VirtualSwitch::new(Box::new(below), program, layout)))
            });
            let options = CompareOptions::default();
            Box::new(Differential::new("virtual", engine(), virtual_, options).reaching(names))
        }
        OracleKind::Tenants => {
            let persona = persona::load(options)?;
            let network = move || {
                let (program, layout) = (Arc::clone(&persona.program), persona.layout.clone());
                VirtualNetwork::new(Box::new(Engine::new()), program, layout)
            };
            Box::new(Tenants::new(network, companions(options.seed)?))
        }
        OracleKind::Symbolic => Box::new(Symbolic::new(|| {
            let mut engine = Engine::new();
            engine.track_undefined(true);
            Box::new(engine)
        })),
        OracleKind::Bmv2 => {
            let real = Switches::new(&Options { switch: crate::args::SwitchKind::Bmv2, ..options.clone() })?;
            // Which way a condition on something undefined goes shows in traces, though nobody can see it else.
            let rules =
                Rules { output_order: OutputOrder::PerPort, traces: TraceRule::Ignored, ..Rules::default() };
            let real = SwitchPool::new(move || real.make());
            let compare = CompareOptions { rules, ..CompareOptions::default() };
            let differential = Differential::new("bmv2", engine(), real, compare);
            Box::new(differential.where_defined(defined).asked_few())
        }
        OracleKind::P4c => {
            // Missing is to be told before the first case.
            P4c::new(options.p4c.as_deref()).map_err(|e| Failure::input(e.to_string()))?;
            let options = options.clone();
            // Tables that stand for statements have other names there.
            let rules = Rules { traces: TraceRule::Ignored, ..Rules::default() };
            let compare = CompareOptions { rules, ..CompareOptions::default() };
            let with_p4c = move |text: &str| {
                let folder = tempfile::tempdir().map_err(|e| format!("can't make a folder: {e}"))?;
                let file = folder.path().join("prog.p4");
                std::fs::write(&file, text).map_err(|e| format!("can't write `{}`: {e}", file.display()))?;
                frontend::with_p4c(&options, &file).map(Arc::new).map_err(Failure::message)
            };
            Box::new(Differential::new("p4c", engine(), engine(), compare).compiled_by(with_p4c).asked_few())
        }
    })
}

/// Tenants that are there in all cases: programs of another campaign.
fn companions(seed: u64) -> Result<Vec<Case>, Failure> {
    let mut limits = CaseLimits::default();
    limits.program.weights.insert(Feature::Random, 0);
    let generator = CaseGenerator::new(!seed, limits);
    (0..5).map(|index| generator.case(index).map_err(|e| Failure::tool(e.to_string()))).collect()
}

/// The steps by which nothing undefined shows. What a packet leaves in registers can make others undefined, so that it takes
/// several rounds at times.
fn defined(case: &Case) -> Result<Vec<Stimulus>, SwitchError> {
    let mut steps = case.stimulus.clone();
    loop {
        let mut engine = Engine::new();
        engine.track_undefined(true);
        engine.load(Arc::clone(&case.program))?;
        let mut defined = Vec::new();
        for step in &steps {
            let shows = match step {
                // A command that is refused is refused on both sides.
                Stimulus::Command(command) => {
                    engine.control(command).is_err_and(|e| matches!(e, SwitchError::Failed(_)))
                }
                Stimulus::Packet(packet) => {
                    let batch = engine.inject(std::slice::from_ref(packet), Tracing::Off)?;
                    !batch.undefined.is_empty()
                }
            };
            if !shows {
                defined.push(step.clone());
            }
        }
        if defined.len() == steps.len() {
            return Ok(defined);
        }
        steps = defined;
    }
}

fn limits(args: &FuzzArgs) -> Result<CaseLimits, Failure> {
    let mut limits = CaseLimits { packets: args.packets, ..CaseLimits::default() };
    if args.oracle.contains(&OracleKind::Bmv2) {
        // simple_switch parses clones with metadata that other packets have left in memory.
        limits.program.weights.insert(Feature::Clone, 0);
    }
    if args.oracle.iter().any(|oracle| matches!(oracle, OracleKind::Bmv2 | OracleKind::Tenants)) {
        // A switch draws for all its tenants, and a real one draws others each time.
        limits.program.weights.insert(Feature::Random, 0);
    }
    for word in &args.weight {
        let wrong = || {
            let names: Vec<&str> = Feature::ALL.iter().map(|feature| feature.name()).collect();
            let names = names.join(", ");
            Failure::input(format!(
                "`{word}` is not FEATURE=PERCENT, with a percentage from 0 to 100 and one of all, {names}"
            ))
        };
        let (name, percent) = word.split_once('=').ok_or_else(wrong)?;
        let percent: u8 = percent.parse().ok().filter(|percent| *percent <= 100).ok_or_else(wrong)?;
        match Feature::named(name) {
            Some(feature) => drop(limits.program.weights.insert(feature, percent)),
            None if name == "all" => limits.program.weights.values_mut().for_each(|weight| *weight = percent),
            None => return Err(wrong()),
        }
    }
    Ok(limits)
}

fn bar(options: &Options, total: Option<u64>) -> ProgressBar {
    let shown = !options.quiet && console::user_attended_stderr();
    let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(total, target);
    let template = match total {
        Some(_) => "{wide_bar} {human_pos}/{human_len} cases, {per_sec}, {msg}, {eta} left",
        None => "{human_pos} cases, {per_sec}, {msg}, {elapsed}",
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

fn status(state: &CampaignState) -> ExitStatus {
    if state.findings.is_empty() { ExitStatus::AsWished } else { ExitStatus::Found }
}

/// How much of the persona, and which ways through native programs, cases reached, where an oracle tells of it.
fn ways(state: &CampaignState) -> String {
    let all = state.coverage.reached.len();
    let unreached = state.coverage.unreached().count();
    if all == 0 {
        String::new()
    } else {
        format!(", {} of {all} ways and parts of the persona", all - unreached)
    }
}

fn show(options: &Options, state: &CampaignState) -> Result<(), Failure> {
    let document = serde_json::to_value(state).map_err(|e| Failure::tool(e.to_string()))?;
    deliver::show(options, "campaign", &document, || Ok(text(options, state)))
}

/// For people.
fn text(options: &Options, state: &CampaignState) -> String {
    let mut text = format!(
        "seed {}: {} cases in {:.0} s ({:.0}/s), {} features and {} constructs reached{}\n",
        state.seed,
        state.cases,
        state.seconds,
        state.cases as f64 / state.seconds.max(0.001),
        state.coverage.features.len(),
        state.coverage.constructs.len(),
        ways(state),
    );
    for (oracle, tally) in &state.tallies {
        let refused: u64 = tally.unsupported.values().sum();
        text += &format!(
            "{oracle}: {} agree ({} packets, {} events compared), {refused} unsupported, {} found\n",
            tally.agreed, tally.packets, tally.events, tally.found
        );
        let mut reasons: Vec<(&String, &u64)> = tally.unsupported.iter().collect();
        reasons.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        for (reason, count) in reasons.into_iter().take(5) {
            text += &format!("  {count:>6} {reason}\n");
        }
    }
    for finding in &state.findings {
        text += &format!(
            "\nfound: {} {} {}\n{}\n{} cases, the first {}; {} lines, {} commands, {} packets: {}\n",
            finding.signature.oracle,
            finding.signature.kind,
            finding.signature.construct,
            finding.description,
            finding.cases,
            finding.case,
            finding.lines,
            finding.commands,
            finding.packets,
            options.out.as_deref().unwrap_or(Path::new(".")).join(&finding.folder).display(),
        );
    }
    text
}
