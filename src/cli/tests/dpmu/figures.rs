//! What entries cost: through P4Runtime, durable, in batches of 100. HYPER4_ENTRIES and HYPER4_SLICES say how many; what is
//! printed then are the figures, of wall-clock time and of the server's processor time.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Instant;

use hyper4_p4runtime::v1::entity::Entity as Kind;
use hyper4_p4runtime::v1::update::Type;
use hyper4_p4runtime::v1::write_request::Atomicity;
use hyper4_p4runtime::v1::{
    Action, FieldMatch, TableAction, TableEntry, action::Param, field_match, table_action,
};

use super::served::{Controller, Served, checkout};
use super::wait;

/// Entries of one write.
const BATCH: u64 = 100;

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |number| number.parse().unwrap())
}

/// So many slices of one port, each with an L2 switch that holds so many entries.
fn config(folder: &Path, slices: u64, entries: u64) -> String {
    let read = |file: &str| std::fs::read_to_string(checkout().join(file)).unwrap();
    let program = read("p4programs/l2_switch/prog.p4");
    assert!(program.contains("size = 1024;"));
    let program = program.replace("size = 1024;", &format!("size = {};", entries.max(1024)));
    std::fs::write(folder.join("switch.p4"), program).unwrap();
    let persona = read("p4programs/personas/standard.toml");
    assert!(persona.contains("rows_per_table = 4096"));
    let rows = format!("rows_per_table = {}", slices * (entries + 64) + 4096);
    std::fs::write(folder.join("persona.toml"), persona.replace("rows_per_table = 4096", &rows)).unwrap();
    let slice = |number: u64| {
        format!(
            "[[slice]]\nname = \"s{number}\"\nports = [{number}]\np4runtime = \"127.0.0.1:0\"\n\
             [[slice.device]]\nname = \"sw\"\nprogram = \"switch.p4\"\n"
        )
    };
    let server = "[server]\npackets = \"files\"\npersona = \"persona.toml\"\nstore = \"dpmu.redb\"\n";
    (1..=slices).map(slice).fold(server.to_owned(), |config, slice| config + &slice)
}

/// An entry of `dmac`.
fn entry(controller: &Controller, mac: u64) -> Kind {
    let exact = field_match::Exact { value: canonical(mac) };
    let param = Param { param_id: 1, value: vec![1] };
    let action = Action { action_id: controller.id("forward"), params: vec![param] };
    Kind::TableEntry(TableEntry {
        table_id: controller.id("dmac"),
        r#match: vec![FieldMatch {
            field_id: 1,
            field_match_type: Some(field_match::FieldMatchType::Exact(exact)),
        }],
        action: Some(TableAction { r#type: Some(table_action::Type::Action(action)) }),
        ..Default::default()
    })
}

fn canonical(number: u64) -> Vec<u8> {
    number.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect()
}

async fn fill(controller: &mut Controller, macs: std::ops::Range<u64>) {
    let macs: Vec<u64> = macs.collect();
    for batch in macs.chunks(BATCH as usize) {
        let updates = batch.iter().map(|mac| (Type::Insert, entry(controller, *mac))).collect();
        controller.write(updates, Atomicity::ContinueOnError).await.unwrap();
    }
}

/// The keys that are read back.
async fn keys(controller: &mut Controller) -> BTreeSet<Vec<u8>> {
    let read = controller.entries("dmac").await;
    let count = read.len();
    let key = |kind: Kind| match kind {
        Kind::TableEntry(TableEntry { r#match, .. }) => match r#match.into_iter().next()?.field_match_type? {
            field_match::FieldMatchType::Exact(exact) => Some(exact.value),
            _ => None,
        },
        _ => None,
    };
    let keys: BTreeSet<_> = read.into_iter().filter_map(key).collect();
    assert_eq!(keys.len(), count);
    keys
}

/// Seconds of processor time, and KiB of memory, that a process has had and has.
fn used(process: u32) -> (f64, u64) {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    // Behind the name, which is in parentheses, the fields 14 and 15: ticks of which Linux tells 100 in a second.
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    (ticks as f64 / 100.0, resident.trim().trim_end_matches(" kB").parse().unwrap())
}

#[test]
fn an_entry_costs_the_same_in_a_large_table() {
    let entries = number("HYPER4_ENTRIES", 2000);
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(folder.path(), &config(folder.path(), 1, entries));
    let process = served.id();
    let all: BTreeSet<Vec<u8>> = (1..=entries).map(canonical).collect();
    wait(async {
        let mut controller = Controller::primary(served.client("s1").await, 1).await;
        let (begin, before) = (Instant::now(), used(process));
        fill(&mut controller, 1..entries / 2 + 1).await;
        let half = used(process);
        fill(&mut controller, entries / 2 + 1..entries + 1).await;
        let (written, after) = (begin.elapsed().as_secs_f64(), used(process));
        println!(
            "{entries} entries: {:.0} a second, {:.0} for a second of the processor; {} bytes of memory each",
            entries as f64 / written,
            entries as f64 / (after.0 - before.0),
            (after.1.saturating_sub(before.1)) * 1024 / entries
        );
        let (first, second) = (half.0 - before.0, after.0 - half.0);
        // Below that it is the clock's ticks that are counted.
        assert!(first < 0.5 || second < 3.0 * first, "{first} s for one half, {second} s for the other");
        let begin = Instant::now();
        assert!(keys(&mut controller).await == all, "other keys are read than were written");
        println!("read back in {:.2} s", begin.elapsed().as_secs_f64());
    });
    served.kill();
    let begin = Instant::now();
    let served = Served::start(folder.path(), &config(folder.path(), 1, entries));
    println!("started again in {:.2} s", begin.elapsed().as_secs_f64());
    wait(async {
        let mut controller = Controller::primary(served.client("s1").await, 1).await;
        assert!(keys(&mut controller).await == all, "other keys are there after the start");
    });
}

#[test]
fn many_slices_are_filled_side_by_side() {
    let (slices, entries) = (number("HYPER4_SLICES", 4), number("HYPER4_ENTRIES", 200).min(1000));
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(folder.path(), &config(folder.path(), slices, entries));
    let begin = Instant::now();
    wait(async {
        let mut filling = tokio::task::JoinSet::new();
        for slice in 1..=slices {
            let client = served.client(&format!("s{slice}")).await;
            filling.spawn(async move {
                let mut controller = Controller::primary(client, 1).await;
                // The same keys in each of them.
                fill(&mut controller, 1..entries + 1).await;
                keys(&mut controller).await
            });
        }
        let all: BTreeSet<Vec<u8>> = (1..=entries).map(canonical).collect();
        let mut filled = 0;
        while let Some(keys) = filling.join_next().await {
            assert!(keys.unwrap() == all, "other keys are read than were written");
            filled += 1;
        }
        assert_eq!(filled, slices);
    });
    let seconds = begin.elapsed().as_secs_f64();
    println!("{slices} slices of {entries} entries each, written and read: {seconds:.2} s");
}
