//! `hyper4 bench --control`: how long loading a guest and adding an entry take, in process.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hyper4_bits::Bits;
use hyper4_dpmu::{Dpmu, Lease, Wiring};
use hyper4_engine::Engine;
use hyper4_ir::{Command, MatchValue, Program};
use hyper4_persona::{Layout, PersonaConfig};
use hyper4_switch::{Switch, SwitchError};
use hyper4_virtual::{VirtualNetwork, switch_error};
use serde_json::{Value, json};

use crate::persona::Persona;
use crate::subject::{Guest, Guests, Subject};

/// Numbers of entries at which additions are timed.
const LEVELS: [u32; 3] = [10, 1_000, 100_000];
/// Additions that are timed at each.
const TIMED: u32 = 500;
/// Loads that are timed.
const LOADS: usize = 15;
/// How long filling a subject's tables may take in all; each has the same share of it, natively and virtually.
const PATIENCE: Duration = Duration::from_secs(60);
/// Room in every table.
const ROOM: u32 = 1 << 22;
const SLICE: &str = "tenant";
const DEVICE: &str = "guest";

/// What adding entries to one table takes.
struct TableCost {
    table: String,
    /// Microseconds natively and virtually, for each of [`LEVELS`].
    micros: Vec<(f64, f64)>,
}

/// What one subject takes.
struct Cost {
    name: String,
    tables_in_program: usize,
    rows: usize,
    compile_millis: f64,
    load_millis: f64,
    tables: Vec<TableCost>,
}

/// Measure subjects: for people, and as JSON.
pub(super) fn bench(persona: &Persona, subjects: &[Subject]) -> Result<(String, Value), SwitchError> {
    let persona = roomy(persona)?;
    let mut costs = Vec::new();
    let mut missing = Vec::new();
    for subject in subjects {
        match &subject.guests {
            Guests::One(guest) => match measure(&persona, &subject.name, guest) {
                Ok(cost) => costs.push(cost),
                Err(SwitchError::Unsupported { construct, reason, .. }) => {
                    missing
                        .push(format!("{}: the persona can't carry it: {construct}: {reason}", subject.name));
                }
                Err(error) => return Err(error),
            },
            Guests::Composition { .. } => {
                missing.push(format!("{}: a composition isn't timed", subject.name))
            }
        }
    }
    let document = json!({
        "schema": "hyper4/bench-control/1",
        "entries": LEVELS,
        "subjects": costs.iter().map(as_json).collect::<Vec<_>>(),
        "missing": missing,
    });
    Ok((text(&costs, &missing), document))
}

/// The persona with room for many rows.
fn roomy(persona: &Persona) -> Result<Persona, SwitchError> {
    let mut program = (*persona.program).clone();
    program.tables.iter_mut().for_each(|table| table.max_size = ROOM);
    let config = PersonaConfig { rows_per_table: ROOM, ..persona.layout.config().clone() };
    let layout = Layout::new(config).map_err(|e| SwitchError::Failed(e.to_string()))?;
    Ok(Persona { program: Arc::new(program), layout })
}

fn measure(persona: &Persona, name: &str, guest: &Guest) -> Result<Cost, SwitchError> {
    let mut network =
        VirtualNetwork::new(Box::new(Engine::new()), Arc::clone(&persona.program), persona.layout.clone())?;
    let mut program = (*guest.program).clone();
    program.tables.iter_mut().for_each(|table| table.max_size = ROOM);
    let program = Arc::new(program);
    let mut compiles = Vec::new();
    let mut loads = Vec::new();
    for _ in 0..LOADS {
        let begun = Instant::now();
        hyper4_persona::compile(Arc::clone(&program), &persona.layout).map_err(|r| switch_error(r.into()))?;
        compiles.push(begun.elapsed());
        let begun = Instant::now();
        load(&mut network, &program)?;
        loads.push(begun.elapsed());
        network.dpmu().delete_slice(SLICE).map_err(switch_error)?;
    }
    load(&mut network, &program)?;
    let rows = network.dpmu().rows().count();
    let mut tables = BTreeMap::new();
    for command in &guest.commands {
        if let Command::TableAdd { table, .. } = command {
            tables.entry(table.clone()).or_insert(command);
        }
    }
    let mut costs = Vec::new();
    let share = PATIENCE / (2 * tables.len().max(1) as u32);
    for (table, template) in tables {
        let mut engine = Engine::new();
        engine.load(Arc::clone(&program))?;
        let native = fill(template, share, |command| engine.control(command).map(drop))?;
        network.dpmu().delete_slice(SLICE).map_err(switch_error)?;
        load(&mut network, &program)?;
        let dpmu: &mut Dpmu = network.dpmu();
        let virtually = fill(template, share, |command| {
            dpmu.control(SLICE, DEVICE, command).map(drop).map_err(switch_error)
        })?;
        costs.push(TableCost { table, micros: native.into_iter().zip(virtually).collect() });
    }
    Ok(Cost {
        name: name.to_owned(),
        tables_in_program: program.tables.len(),
        rows,
        compile_millis: median(compiles).as_secs_f64() * 1e3,
        load_millis: median(loads).as_secs_f64() * 1e3,
        tables: costs,
    })
}

fn load(network: &mut VirtualNetwork, program: &Arc<Program>) -> Result<(), SwitchError> {
    let programs = BTreeMap::from([(DEVICE.to_owned(), Arc::clone(program))]);
    let wiring = Wiring::Direct(DEVICE.to_owned());
    network.add_slice(SLICE, Lease::everything(), &programs, wiring).map_err(switch_error)
}

/// Add entries, and tell for each of [`LEVELS`] how many microseconds one takes there; not for those that it would take
/// longer than `patience` to reach.
fn fill(
    template: &Command,
    patience: Duration,
    mut control: impl FnMut(&Command) -> Result<(), SwitchError>,
) -> Result<Vec<f64>, SwitchError> {
    let mut micros: Vec<f64> = Vec::new();
    let mut next = 0;
    for level in LEVELS {
        let too_long =
            micros.last().is_some_and(|each| each * f64::from(level) > patience.as_secs_f64() * 1e6);
        if too_long {
            break;
        }
        while next < level {
            // A field may have fewer values than entries are wanted.
            if control(&numbered(template, next)).is_err() {
                return Ok(micros);
            }
            next += 1;
        }
        let commands: Vec<Command> = (next..next + TIMED).map(|n| numbered(template, n)).collect();
        let begun = Instant::now();
        let done = commands.iter().try_for_each(&mut control);
        let elapsed = begun.elapsed();
        if done.is_err() {
            return Ok(micros);
        }
        next += TIMED;
        micros.push(elapsed.as_secs_f64() * 1e6 / f64::from(TIMED));
    }
    Ok(micros)
}

/// The entry of that number: its widest key field is it, the others are the template's.
fn numbered(template: &Command, number: u32) -> Command {
    let mut command = template.clone();
    let Command::TableAdd { key, priority, .. } = &mut command else { return command };
    let width = |value: &MatchValue| match value {
        MatchValue::Exact(v) | MatchValue::Lpm { value: v, .. } | MatchValue::Optional(Some(v)) => v.width(),
        MatchValue::Ternary { value, .. } | MatchValue::Range { low: value, .. } => value.width(),
        MatchValue::Optional(None) => 0,
    };
    if let Some(field) = key.iter_mut().max_by_key(|value| width(value)) {
        match field {
            MatchValue::Exact(v) | MatchValue::Optional(Some(v)) => {
                *v = Bits::from_u64(v.width(), number.into())
            }
            MatchValue::Lpm { value, prefix_length } => {
                (*value, *prefix_length) = (Bits::from_u64(value.width(), number.into()), value.width());
            }
            MatchValue::Ternary { value, mask } => {
                (*value, *mask) = (Bits::from_u64(value.width(), number.into()), Bits::ones(mask.width()));
            }
            // As long as the template's, from another value on.
            MatchValue::Range { low, high } => {
                let first = Bits::from_u64(low.width(), number.into());
                (*low, *high) = (first.clone(), first.saturating_add(&high.saturating_sub(low)));
            }
            MatchValue::Optional(None) => {}
        }
    }
    *priority = priority.map(|_| number + 1);
    command
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn as_json(cost: &Cost) -> Value {
    let tables: Vec<Value> = cost
        .tables
        .iter()
        .map(|table| {
            let (native, virtually): (Vec<f64>, Vec<f64>) = table.micros.iter().copied().unzip();
            json!({"table": table.table, "native_us": native, "virtual_us": virtually})
        })
        .collect();
    json!({
        "name": cost.name, "tables": cost.tables_in_program, "rows": cost.rows,
        "compile_ms": cost.compile_millis, "load_ms": cost.load_millis, "table_add": tables,
    })
}

fn text(costs: &[Cost], missing: &[String]) -> String {
    let mut text = String::from("table_add in microseconds, native → virtual, with");
    text.push_str(&LEVELS.map(|level| format!(" {level:>9} entries")).concat());
    text.push('\n');
    for cost in costs {
        let Cost { name, tables_in_program, rows, compile_millis, load_millis, .. } = cost;
        text.push_str(&format!(
            "{name}: loaded in {load_millis:.2} ms, {compile_millis:.2} of them to compile it; {tables_in_program} tables, \
             {rows} rows\n"
        ));
        for table in &cost.tables {
            let cells =
                table.micros.iter().map(|(native, on_persona)| format!(" {native:7.2} → {on_persona:7.2}"));
            let missing = LEVELS.len() - table.micros.len();
            let rest = format!(" {:>7}   {:>7}", "-", "-").repeat(missing);
            text.push_str(&format!("    {:44}{}{rest}\n", table.table, cells.collect::<String>()));
        }
    }
    if costs.iter().flat_map(|cost| &cost.tables).any(|table| table.micros.len() < LEVELS.len()) {
        text.push_str(
            "-: the table has no room for so many keys, or to fill it takes longer than its share of ",
        );
        text.push_str(&format!("{} s\n", PATIENCE.as_secs()));
    }
    missing.iter().for_each(|line| text.push_str(&format!("{line}\n")));
    text
}
