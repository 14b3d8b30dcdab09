//! The invariants of ARCHITECTURE.md that a machine can check.
//!
//! Each rule is a function from what was found to what is wrong with it, so that a second test can show the rule
//! something broken and see it object. The arrows are read from the table in ARCHITECTURE.md itself.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::MetadataCommand;

type Found<T> = Result<T, Box<dyn Error>>;

/// Generated sources, which may be as long as they come out.
const GENERATED: &[&str] = &[];

const LONGEST_FILE: usize = 500;

/// What may lie at the top beside dotfiles and what Cargo builds.
const TOP_LEVEL: &[&str] = &[
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "ci",
    "corpus",
    "harness",
    "p4programs",
    "rust-toolchain.toml",
    "src",
];

/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] = &["common", "helper", "helpers", "misc", "util", "utils"];

/// Which crates may depend on these packages, tests included.
const HOMES: &[(&str, &[&str])] = &[
    ("z3", &["src/symbolic"]),
    ("z3-sys", &["src/symbolic"]),
    ("thrift", &["src/proto"]),
    ("tonic", &["src/p4runtime"]),
    ("tonic-prost", &["src/p4runtime"]),
    ("prost", &["src/p4runtime"]),
];

/// Pairs of which the first never reaches the second, not even through others.
const STRANGERS: &[(&str, &str)] = &[
    ("src/engine", "src/symbolic"),
    ("src/symbolic", "src/engine"),
    ("src/engine", "src/p4"),
    ("src/engine", "src/lower"),
    ("src/dpmu", "src/engine"),
    ("src/dpmu", "src/drivers"),
    ("src/dpmu", "tokio"),
    ("harness/diff", "src/engine"),
    ("harness/diff", "src/virtual"),
    ("harness/diff", "src/drivers"),
];

/// One crate's dependencies, those of its tests and build script included: workspace crates by their folder, others
/// by the name of their package.
type Dependencies = BTreeMap<String, BTreeSet<String>>;

/// What the table of ARCHITECTURE.md lets a crate know.
#[derive(Debug, PartialEq)]
enum Knows {
    These(BTreeSet<String>),
    /// Nothing depends on a crate where all meets, so it may know all.
    Everything,
}

fn checkout() -> Found<PathBuf> {
    Ok(fs::canonicalize(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))?)
}

fn dependencies(root: &Path) -> Found<Dependencies> {
    let metadata = MetadataCommand::new().current_dir(root).no_deps().exec()?;
    let folder = |path: &Path| -> Option<String> {
        let path = path.strip_prefix(root).ok()?;
        Some(path.to_str()?.to_owned())
    };
    let mut found = Dependencies::new();
    for package in &metadata.packages {
        let manifest = package.manifest_path.as_std_path();
        let home = manifest.parent().and_then(folder).ok_or("a package lies outside of the checkout")?;
        let known = package.dependencies.iter().map(|dependency| {
            let within = dependency.path.as_ref().and_then(|path| folder(path.as_std_path()));
            within.unwrap_or_else(|| dependency.name.clone())
        });
        found.insert(home, known.collect());
    }
    Ok(found)
}

/// The rows of the table under "Parts and arrows": a crate's folder in the first column, what it knows in the last.
fn table(page: &str) -> BTreeMap<String, Knows> {
    let row = |line: &str| {
        let line = line.trim().strip_prefix('|')?.strip_suffix('|')?;
        let name = line.split('|').next()?.trim().trim_matches('`').to_owned();
        let knows = match line.split('|').next_back()?.trim() {
            "everything" | "(tests only)" => Knows::Everything,
            "–" => Knows::These(BTreeSet::new()),
            list => Knows::These(list.split(',').map(|name| name.trim().to_owned()).collect()),
        };
        (name.starts_with("src/") || name.starts_with("harness/")).then_some((name, knows))
    };
    page.lines().filter_map(row).collect()
}

fn short(folder: &str) -> &str {
    folder.rsplit('/').next().unwrap_or(folder)
}

fn broken_arrows(found: &Dependencies, table: &BTreeMap<String, Knows>) -> Vec<String> {
    let mut broken = Vec::new();
    for (home, known) in found {
        let Some(allowed) = table.get(home) else {
            broken.push(format!("`{home}` has no row in the table of ARCHITECTURE.md"));
            continue;
        };
        for other in known.iter().filter(|other| found.contains_key(*other)) {
            let listed = match allowed {
                Knows::These(names) => names.contains(short(other)),
                Knows::Everything => table.get(other) != Some(&Knows::Everything),
            };
            if !listed {
                broken.push(format!(
                    "`{home}` depends on `{other}`, an arrow that ARCHITECTURE.md does not have"
                ));
            }
            if home.starts_with("src/") && other.starts_with("harness/") && home != "src/cli" {
                broken.push(format!(
                    "`{home}` depends on `{other}`: nothing in src/ but src/cli sees harness/"
                ));
            }
        }
    }
    let gone = table.keys().filter(|row| !found.contains_key(*row));
    broken.extend(gone.map(|row| format!("ARCHITECTURE.md has a row for `{row}`, which is no crate")));
    broken
}

fn reached<'a>(found: &'a Dependencies, from: &str) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&str> = found.get(from).into_iter().flatten().map(String::as_str).collect();
    while let Some(next) = open.pop() {
        if reached.insert(next) {
            open.extend(found.get(next).into_iter().flatten().map(String::as_str));
        }
    }
    reached
}

fn circles(found: &Dependencies) -> Vec<String> {
    let circular = found.keys().filter(|home| reached(found, home).contains(home.as_str()));
    circular.map(|home| format!("`{home}` depends on itself through others")).collect()
}

fn acquainted_strangers(found: &Dependencies) -> Vec<String> {
    let met = STRANGERS.iter().filter(|(home, other)| reached(found, home).contains(other));
    met.map(|(home, other)| format!("`{home}` reaches `{other}`, which it must never see")).collect()
}

fn packages_away_from_home(found: &Dependencies) -> Vec<String> {
    let mut away = Vec::new();
    for (package, homes) in HOMES {
        for (home, known) in found {
            if known.contains(*package) && !homes.contains(&home.as_str()) {
                away.push(format!(
                    "`{home}` depends on {package}, which lives in {} alone",
                    homes.join(", ")
                ));
            }
        }
    }
    away
}

/// All Rust sources under `folder`, by their path below `root`, with their length in lines.
fn sources(root: &Path, folder: &Path, into: &mut BTreeMap<String, usize>) -> Found<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            if path.file_name().is_none_or(|name| name != "target") {
                sources(root, &path, into)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root)?.to_string_lossy().into_owned();
            into.insert(name, fs::read_to_string(&path)?.lines().count());
        }
    }
    Ok(())
}

fn bad_sources(sources: &BTreeMap<String, usize>, generated: &[&str]) -> Vec<String> {
    let mut bad = Vec::new();
    for (name, lines) in sources {
        if *lines > LONGEST_FILE && !generated.contains(&name.as_str()) {
            bad.push(format!("`{name}` has {lines} lines, more than {LONGEST_FILE}"));
        }
        let mut parts = name.split('/').map(|part| part.trim_end_matches(".rs"));
        if let Some(part) = parts.find(|part| EMPTY_NAMES.contains(part)) {
            bad.push(format!("`{name}`: `{part}` says nothing about what is inside"));
        }
    }
    let gone = generated.iter().filter(|name| !sources.contains_key(**name));
    bad.extend(gone.map(|name| format!("`{name}` is listed as generated but does not exist")));
    bad
}

fn misplaced<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let visible = names.into_iter().filter(|name| !name.starts_with('.') && *name != "target");
    let unknown = visible.filter(|name| !TOP_LEVEL.contains(name));
    unknown.map(|name| format!("`{name}` does not belong at the top of the checkout")).collect()
}

fn nothing_wrong(wrong: &[String]) -> Found<()> {
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

#[test]
fn crates_know_only_what_architecture_md_says() -> Found<()> {
    let root = checkout()?;
    let found = dependencies(&root)?;
    let table = table(&fs::read_to_string(root.join("ARCHITECTURE.md"))?);
    // An empty graph has no broken arrow: make sure that there was one.
    let arrows: usize = found.values().map(BTreeSet::len).sum();
    assert!(found.len() >= 16 && arrows >= 100, "only {} crates and {arrows} arrows were found", found.len());
    assert!(found["src/engine"].contains("src/ir") && found["src/symbolic"].contains("z3"));
    nothing_wrong(&broken_arrows(&found, &table))?;
    nothing_wrong(&circles(&found))?;
    nothing_wrong(&acquainted_strangers(&found))?;
    nothing_wrong(&packages_away_from_home(&found))
}

#[test]
fn every_crate_takes_the_lints_of_the_workspace() -> Found<()> {
    let root = checkout()?;
    let mut without = Vec::new();
    for home in dependencies(&root)?.keys() {
        let manifest = fs::read_to_string(root.join(home).join("Cargo.toml"))?;
        if !manifest.contains("[lints]\nworkspace = true") {
            without.push(format!("`{home}` does not take the lints of the workspace"));
        }
    }
    nothing_wrong(&without)
}

#[test]
fn sources_are_short_and_say_what_they_are() -> Found<()> {
    let root = checkout()?;
    let mut found = BTreeMap::new();
    for folder in ["src", "harness"] {
        sources(&root, &root.join(folder), &mut found)?;
    }
    assert!(found.contains_key("harness/suite/tests/architecture.rs"), "the walk missed this file");
    nothing_wrong(&bad_sources(&found, GENERATED))
}

#[test]
fn the_top_level_holds_what_architecture_md_names() -> Found<()> {
    let entries = fs::read_dir(checkout()?)?.collect::<Result<Vec<_>, _>>()?;
    let names: Vec<String> =
        entries.iter().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    assert!(names.iter().any(|name| name == "src"));
    nothing_wrong(&misplaced(names.iter().map(String::as_str)))
}

#[test]
fn the_table_is_read_as_it_is_written() {
    let page = "| crate | is | knows |\n|---|---|---|\n| `src/bits` | integers | – |\n\
                | `src/ir` | a | b | bits, p4 |\n| `src/cli` | x | everything |\nsrc/text | y |\n";
    let set = |names: &[&str]| Knows::These(names.iter().map(|name| (*name).to_owned()).collect());
    let expected = [("src/bits", set(&[])), ("src/ir", set(&["bits", "p4"])), ("src/cli", Knows::Everything)];
    assert_eq!(table(page), expected.into_iter().map(|(name, knows)| (name.to_owned(), knows)).collect());
}

#[test]
fn every_rule_objects_to_what_breaks_it() -> Found<()> {
    let root = checkout()?;
    let table = table(&fs::read_to_string(root.join("ARCHITECTURE.md"))?);
    let sound = dependencies(&root)?;
    let planted: &[(&str, &str, &str)] = &[
        ("src/engine", "src/symbolic", "must never see"),
        ("src/symbolic", "src/engine", "does not have"),
        ("src/engine", "src/lower", "must never see"),
        ("src/ir", "src/lower", "depends on itself"),
        // Through the switch trait, which would then reach the engine.
        ("src/switch", "src/engine", "`src/dpmu` reaches `src/engine`"),
        ("src/switch", "tokio", "`src/dpmu` reaches `tokio`"),
        ("src/virtual", "harness/diff", "nothing in src/ but src/cli"),
        ("harness/diff", "src/virtual", "must never see"),
        ("src/engine", "z3", "lives in src/symbolic alone"),
        ("src/cli", "thrift", "lives in src/proto"),
        ("src/cli", "harness/suite", "does not have"),
    ];
    for (home, other, objection) in planted {
        let mut broken = sound.clone();
        broken.entry((*home).to_owned()).or_default().insert((*other).to_owned());
        let mut wrong = broken_arrows(&broken, &table);
        wrong.extend(circles(&broken));
        wrong.extend(acquainted_strangers(&broken));
        wrong.extend(packages_away_from_home(&broken));
        assert!(wrong.iter().any(|wrong| wrong.contains(objection)), "{home} → {other}: {wrong:?}");
    }

    let mut more = sound.clone();
    more.insert("src/extra".to_owned(), BTreeSet::new());
    assert_eq!(broken_arrows(&more, &table).len(), 1, "a crate without a row");
    let mut fewer = sound;
    fewer.remove("src/engine");
    assert!(
        broken_arrows(&fewer, &table).iter().any(|wrong| wrong.contains("no crate")),
        "a row without a crate"
    );

    let file = |name: &str, lines| BTreeMap::from([(name.to_owned(), lines)]);
    assert_eq!(bad_sources(&file("src/a.rs", LONGEST_FILE), &[]).len(), 0);
    assert_eq!(bad_sources(&file("src/a.rs", LONGEST_FILE + 1), &[]).len(), 1);
    assert_eq!(bad_sources(&file("src/a.rs", LONGEST_FILE + 1), &["src/a.rs"]).len(), 0);
    assert_eq!(bad_sources(&file("src/utils.rs", 1), &[]).len(), 1);
    assert_eq!(bad_sources(&file("src/common/mod.rs", 1), &["src/b.rs"]).len(), 2);
    assert_eq!(misplaced([".git", "target", "src", "notes.txt"]), misplaced(["notes.txt"]));
    assert_eq!(misplaced(["notes.txt"]).len(), 1);
    Ok(())
}
