//! `hyper4 prove equivalence`: a program for each class of construct that the persona carries, with the entries that its
//! packet test brings, and what is said of those that can't be proved.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

type Error = Box<dyn std::error::Error>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A persona on which proofs take less time than on the standard one, as there are fewer lengths to prove about.
const SMALL: &str = "window_bytes = 64\nparse_bytes = 48\ningress_slots = 16\negress_slots = 6\nregisters = 1024\n\
                     counters = 1024\nmeters = 64\n";

fn hyper4(folder: &Path, arguments: &[&str]) -> Result<Output, Error> {
    let persona = folder.join("small.toml");
    std::fs::write(&persona, SMALL)?;
    let mut command = Command::new(env!("CARGO_BIN_EXE_hyper4"));
    command.current_dir(root()).args(["prove", "equivalence", "--quiet", "--format", "json", "--persona"]);
    Ok(command.arg(persona).args(arguments).output()?)
}

fn subjects(output: &Output) -> Result<Vec<Value>, Error> {
    let document: Value = serde_json::from_slice(&output.stdout)
        .map_err(|e| format!("{e}: {}", String::from_utf8_lossy(&output.stderr)))?;
    assert_eq!(document.get("schema").and_then(Value::as_str), Some("hyper4/prove/1"));
    Ok(document.get("subjects").and_then(Value::as_array).cloned().unwrap_or_default())
}

/// Programs of corpus/probes, each about one thing.
const PROVED: [&str; 26] = [
    "action_run",
    "checksum_update",
    "checksum_verify",
    "conditions_in_actions",
    "const_entries",
    "exit",
    "hash_crc16",
    "hash_crc32",
    "hash_xor16",
    "header_copies",
    "lookahead_and_advance",
    "lpm_with_ternary",
    "multicast",
    "optional_keys",
    "parser_verify",
    "range_priorities",
    "recirculate",
    "registers",
    "resubmit",
    "selector",
    "shifts",
    "signed",
    "stack_push_and_pop",
    "two_copies_of_a_resubmitted_clone",
    "union",
    "wrapping",
];

#[test]
fn a_program_for_each_construct_is_proved() -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    let paths: Vec<String> = PROVED.iter().map(|name| format!("corpus/probes/{name}")).collect();
    let arguments: Vec<&str> = paths.iter().map(String::as_str).collect();
    let output = hyper4(folder.path(), &arguments)?;
    let subjects = subjects(&output)?;
    assert_eq!(subjects.len(), PROVED.len());
    let other: Vec<&Value> = subjects.iter().filter(|subject| subject["status"] != "proved").collect();
    assert!(other.is_empty(), "{other:?}");
    for subject in &subjects {
        // Each length has a path, and there are 66 of them.
        assert!(subject["paths"].as_u64().is_some_and(|paths| paths >= 66), "{subject}");
    }
    assert_eq!(output.status.code(), Some(0));
    Ok(())
}

const PROGRAM: &str = r#"
#include <core.p4>
#include <v1model.p4>
header h_t { bit<8> kind; bit<8> value; }
struct headers { h_t h; }
struct metadata { }
parser P(packet_in packet, out headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    state start { packet.extract(hdr.h); transition accept; }
}
control V(inout headers hdr, inout metadata meta) { apply { } }
control I(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    action send(bit<9> port, bit<8> value) { standard.egress_spec = port; hdr.h.value = value; }
    action drop() { mark_to_drop(standard); }
    table kinds {
        key = { hdr.h.kind: exact; }
        actions = { send; drop; }
        default_action = drop();
    }
    apply { kinds.apply(); }
}
control E(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) { apply { } }
control C(inout headers hdr, inout metadata meta) { apply { } }
control D(packet_out packet, in headers hdr) { apply { packet.emit(hdr.h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
"#;

#[test]
fn a_batch_brings_entries_and_one_bad_line_costs_one_subject() -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    let file = |name: &str| folder.path().join(name);
    std::fs::write(file("kinds.p4"), PROGRAM)?;
    std::fs::write(
        file("kinds.stf"),
        "add kinds hdr.h.kind:0x07 send(port:3, value:9)\nadd kinds hdr.h.kind:0x08 send(port:4, value:1)\n\
         packet 0 07 01\nexpect 3 07 09\n",
    )?;
    std::fs::write(file("empty.stf"), "packet 0 07 01\n")?;
    std::fs::write(file("wrong.stf"), "add nowhere hdr.h.kind:0x07 send(port:3, value:9)\n")?;
    let line = |test: &str| format!("{} {}\n", file(test).display(), file("kinds.p4").display());
    std::fs::write(file("batch.txt"), ["kinds.stf", "empty.stf", "wrong.stf"].map(line).concat())?;
    let batch = file("batch.txt");
    let output = hyper4(folder.path(), &["--batch", &batch.to_string_lossy()])?;
    let subjects = subjects(&output)?;
    let told: Vec<_> = subjects.iter().map(|s| (s["name"].as_str(), s["status"].as_str())).collect();
    let expected = [("kinds", "proved"), ("empty", "proved"), ("wrong", "unknown")];
    assert_eq!(told, expected.map(|(name, status)| (Some(name), Some(status))));
    // With the entries there are paths that without them there aren't.
    let paths = |number: usize| subjects.get(number).and_then(|subject| subject["paths"].as_u64());
    assert!(paths(0) > paths(1), "{subjects:?}");
    assert!(subjects[2]["reason"].as_str().is_some_and(|reason| reason.contains("nowhere")), "{subjects:?}");
    assert_eq!(output.status.code(), Some(3));
    Ok(())
}

#[test]
fn a_budget_that_is_spent_leaves_it_unknown() -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    let output = hyper4(folder.path(), &["--budget", "0", "corpus/probes/shifts"])?;
    let subjects = subjects(&output)?;
    let [subject] = subjects.as_slice() else { panic!("{subjects:?}") };
    assert_eq!(subject["status"], "unknown");
    assert!(subject["reason"].as_str().is_some_and(|reason| reason.contains("the time is up")), "{subject}");
    assert_eq!(output.status.code(), Some(3));
    Ok(())
}

/// A question that needs more memory than it may is no success, and the others are asked all the same.
#[test]
fn memory_that_is_spent_leaves_it_unknown() -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    // The first is settled without the solver but for its lengths; the second has much to ask.
    let output = hyper4(folder.path(), &["--memory", "1", "corpus/probes/checksum_update"])?;
    let subjects = subjects(&output)?;
    let [subject] = subjects.as_slice() else { panic!("{subjects:?}") };
    assert_eq!(subject["status"], "unknown", "{subject}");
    assert!(subject["reason"].as_str().is_some_and(|reason| reason.contains("memory")), "{subject}");
    assert_eq!(output.status.code(), Some(3));
    Ok(())
}

/// A process that is killed costs its subject.
#[test]
fn a_subject_that_takes_too_much_takes_no_other_along() -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    let two = ["corpus/probes/exit", "corpus/probes/wrapping"];
    let killed = hyper4(folder.path(), &["--apart", "1", two[0], two[1]])?;
    let subjects_killed = subjects(&killed)?;
    assert_eq!(subjects_killed.len(), 2);
    for subject in &subjects_killed {
        assert_eq!(subject["status"], "unknown", "{subject}");
        let reason = subject["reason"].as_str().unwrap_or_default();
        assert!(reason.contains("more than 1 megabytes"), "{subject}");
    }
    assert_eq!(killed.status.code(), Some(3));
    let whole = hyper4(folder.path(), &["--apart", "4096", two[0], "nowhere", two[1]])?;
    let told: Vec<_> = subjects(&whole)?.iter().map(|s| s["status"].clone()).collect();
    assert_eq!(told, ["proved", "unknown", "proved"]);
    let peaks = subjects(&whole)?.iter().filter_map(|s| s["peak_megabytes"].as_u64()).max();
    assert!(peaks.is_some_and(|peak| peak > 1 && peak < 4096), "{peaks:?}");
    Ok(())
}

/// Two programs in a row, whose entries are all open.
const CHAIN: &str = r#"
[[device]]
name = "first"
program = "first/prog.p4"

[[device]]
name = "second"
program = "second/prog.p4"

[ports]
1 = "first:1"

[[link]]
from = "first:1"
to = "second:1"

[[link]]
from = "first:2"
to = "physical:2"

[[link]]
from = "second:1"
to = "physical:1"

[[link]]
from = "second:2"
to = "physical:3"
"#;

/// Entries of all of a composition's programs can be open at once; what isn't open is named.
#[test]
fn entries_of_a_composition_can_be_open() -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    let chain = folder.path().join("chain");
    for (device, probe) in [("first", "lpm_with_exact"), ("second", "const_entries")] {
        std::fs::create_dir_all(chain.join(device))?;
        let from = root().join("corpus/probes").join(probe).join("prog.p4");
        std::fs::copy(from, chain.join(device).join("prog.p4"))?;
    }
    std::fs::write(chain.join("composition.toml"), CHAIN)?;
    let output = hyper4(folder.path(), &["--symbolic-entries", &chain.to_string_lossy()])?;
    let subjects = subjects(&output)?;
    let subject = subjects.first().ok_or("no subject")?;
    assert_eq!(subject["status"], "proved", "{subject}");
    let note = subject["note"].as_str().unwrap_or_default();
    assert!(note.contains("first: whatever entries are in "), "{note}");
    assert!(
        note.contains("second: no table has open entries") && note.contains("(constant entries)"),
        "{note}"
    );
    assert!(subject["paths"].as_u64().is_some_and(|paths| paths > 100), "{subject}");
    Ok(())
}
