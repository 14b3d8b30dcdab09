//! `hyper4 bench`

use serde::Deserialize;

use crate::{Measure, Report};

/// As `hyper4 bench --format json` writes it.
#[derive(Deserialize)]
pub(super) struct Speeds {
    seed: u64,
    subjects: Vec<Speed>,
}

#[derive(Deserialize)]
struct Speed {
    name: String,
    native_pps: f64,
    virtual_pps: Option<f64>,
    native_tables_per_packet: Option<f64>,
    virtual_tables_per_packet: Option<f64>,
    bmv2_native_pps: Option<f64>,
    bmv2_virtual_pps: Option<f64>,
}

/// As `hyper4 bench --control --format json` writes it.
#[derive(Deserialize)]
pub(super) struct Control {
    subjects: Vec<ControlCost>,
}

#[derive(Deserialize)]
struct ControlCost {
    name: String,
    rows: f64,
    compile_ms: f64,
    load_ms: f64,
}

/// As `hyper4 persona info --format json` writes it.
#[derive(Deserialize)]
pub(super) struct PersonaInfo {
    state_bits: f64,
    tables: f64,
    actions: f64,
    subjects: Vec<Need>,
}

/// What a program takes of the persona; nothing where it is refused.
#[derive(Deserialize)]
struct Need {
    name: String,
    ingress_slots: Option<f64>,
    egress_slots: Option<f64>,
    rows: Option<f64>,
}

pub(super) fn add_persona(report: &mut Report, info: PersonaInfo) {
    let whole = [("tables", info.tables), ("actions", info.actions), ("bits of state", info.state_bits)];
    for (name, value) in whole {
        add(report, "persona", name, Some(value), false, false);
    }
    for need in info.subjects {
        add(report, &need.name, "ingress slots", need.ingress_slots, false, false);
        add(report, &need.name, "egress slots", need.egress_slots, false, false);
        add(report, &need.name, "rows of the persona", need.rows, false, false);
    }
}

pub(super) fn add_speed(report: &mut Report, speeds: Speeds) {
    report.seeds.push(speeds.seed);
    for speed in speeds.subjects {
        let ratio =
            |of: Option<f64>, to: Option<f64>| of.zip(to).filter(|(_, to)| *to > 0.0).map(|(of, to)| of / to);
        let native = Some(speed.native_pps);
        let rows = [
            ("virtual/native packets per second, engine", ratio(speed.virtual_pps, native), true, true),
            (
                "virtual/native packets per second, simple_switch",
                ratio(speed.bmv2_virtual_pps, speed.bmv2_native_pps),
                true,
                true,
            ),
            ("engine/simple_switch, native", ratio(native, speed.bmv2_native_pps), true, true),
            ("tables per packet, native", speed.native_tables_per_packet, false, false),
            ("tables per packet, virtual", speed.virtual_tables_per_packet, false, false),
        ];
        for (name, value, more_is_better, timed) in rows {
            add(report, &speed.name, name, value, more_is_better, timed);
        }
    }
}

pub(super) fn add_control(report: &mut Report, control: Control) {
    for cost in control.subjects {
        add(report, &cost.name, "rows of the persona", Some(cost.rows), false, false);
        add(report, &cost.name, "compile, ms", Some(cost.compile_ms), false, true);
        add(report, &cost.name, "load, ms", Some(cost.load_ms), false, true);
    }
}

fn add(
    report: &mut Report,
    subject: &str,
    name: &str,
    value: Option<f64>,
    more_is_better: bool,
    timed: bool,
) {
    report.measures.extend(value.filter(|value| value.is_finite()).map(|value| Measure {
        subject: subject.to_owned(),
        name: name.to_owned(),
        value,
        more_is_better,
        timed,
    }));
}
