//! Every `--help` has examples, and every example and every command in the documentation is one that the command line
//! takes. `tests/docs.rs` runs those that can be run.

use std::path::{Path, PathBuf};

use clap::{CommandFactory, Parser};

use super::Args;

type Error = Box<dyn std::error::Error>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every command with how it is called, `hyper4 persona fit`.
fn commands() -> Vec<(String, clap::Command)> {
    fn below(name: &str, command: &clap::Command, found: &mut Vec<(String, clap::Command)>) {
        found.push((name.to_owned(), command.clone()));
        for next in command.get_subcommands().filter(|next| next.get_name() != "help") {
            below(&format!("{name} {}", next.get_name()), next, found);
        }
    }
    let mut whole = Args::command();
    whole.build();
    let mut found = Vec::new();
    below("hyper4", &whole, &mut found);
    found
}

/// The words of a command line as a shell would hand them over, up to where it goes on with another program.
fn words(line: &str) -> Option<Vec<String>> {
    let words = shlex::split(line)?;
    let end = |word: &&String| !["|", "<", ">", "2>", "&", "&&", ";"].contains(&word.as_str());
    Some(words.iter().take_while(end).cloned().collect())
}

/// `hyper4`'s own part of a line, wherever in a pipe it stands: as it is, or by `cargo run`.
fn call(line: &str) -> Option<&str> {
    let starts = ["cargo run --release --", "hyper4"].iter().filter_map(|start| {
        let at = line.match_indices(&format!("{start} ")).find(|(at, _)| {
            let before = line.get(..*at).unwrap_or_default().trim_end();
            before.is_empty() || before.ends_with(['|', '&', '$', '(', ';'])
        })?;
        Some((at.0, start.len()))
    });
    let (at, length) = starts.min()?;
    line.get(at + length..)
}

/// What is wrong with a command line, if anything is.
fn mistake(line: &str) -> Option<String> {
    let Some(arguments) = call(line) else { return Some(format!("`{line}` doesn't call hyper4")) };
    let Some(words) = words(arguments) else { return Some(format!("`{line}` isn't closed")) };
    match Args::try_parse_from(std::iter::once("hyper4".to_owned()).chain(words)) {
        Ok(_) => None,
        Err(error) if !error.use_stderr() => None,
        Err(error) => Some(format!("`{line}`: {error}")),
    }
}

#[test]
fn every_help_has_examples_that_are_taken() {
    let mut tried = 0;
    let mut wrong = Vec::new();
    for (name, command) in commands() {
        let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let Some((_, examples)) = after.split_once("Examples:\n") else {
            wrong.push(format!("`{name} --help` has no examples"));
            continue;
        };
        let lines = examples.lines().take_while(|line| line.starts_with("  ")).collect::<Vec<_>>();
        if !lines.iter().any(|line| line.contains(&name)) {
            wrong.push(format!("no example of `{name} --help` calls it"));
        }
        wrong.extend(lines.iter().filter_map(|line| mistake(line)));
        tried += lines.len();
    }
    assert!(tried >= 40, "only {tried} examples were tried");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn help_is_as_it_was() {
    for (name, mut command) in commands() {
        command = command.term_width(100);
        // The options that every command has would be in each of these.
        if name != "hyper4" {
            command = command.mut_args(|argument| {
                let global = argument.is_global_set();
                argument.hide(global)
            });
        }
        insta::assert_snapshot!(name.replace(' ', "_"), command.render_long_help());
    }
}

/// The pages in which a reader finds commands.
fn pages() -> Result<Vec<(String, String)>, Error> {
    let mut files = vec![root().join("README.md")];
    for entry in std::fs::read_dir(root().join("src/book/src"))? {
        files.push(entry?.path());
    }
    files.sort();
    let named = |file: PathBuf| {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok((name, std::fs::read_to_string(&file)?))
    };
    files.into_iter().filter(|file| file.extension().is_some_and(|e| e == "md")).map(named).collect()
}

/// Commands that no test runs: those of blocks of `sh`, and of indented ones.
fn shown(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut fence: Option<&str> = None;
    for line in page.replace("\\\n", " ").lines() {
        if let Some(info) = line.strip_prefix("```") {
            fence = if fence.is_some() { None } else { Some(if info == "sh" { "sh" } else { "" }) };
        } else if (fence == Some("sh") || (fence.is_none() && line.starts_with("    ")))
            && call(line).is_some()
        {
            found.push(line.trim().to_owned());
        }
    }
    found
}

/// They need a network, a real switch, privileges or minutes; that the command line takes them is what is tried here.
#[test]
fn commands_of_the_documentation_are_taken() -> Result<(), Error> {
    let mut counts = Vec::new();
    for (name, page) in pages()? {
        let commands = shown(&page);
        for line in &commands {
            assert_eq!(mistake(line), None, "{name}");
        }
        if !commands.is_empty() {
            counts.push(format!("{name} {}", commands.len()));
        }
    }
    // What is only taken and not run is a list that should stay short: a new one is to be seen here.
    insta::assert_snapshot!("commands_that_are_not_run", counts.join("\n"));
    Ok(())
}

/// Whatever is written as a command in the text, like `hyper4 persona fit`, is one.
#[test]
fn commands_named_in_the_text_are_there() -> Result<(), Error> {
    let known: Vec<String> = commands().into_iter().map(|(name, _)| name).collect();
    let mut named = 0;
    for (name, page) in pages()? {
        for code in page.split('`').skip(1).step_by(2).filter(|code| code.starts_with("hyper4 ")) {
            let lower = |word: &&str| word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
            let words: Vec<&str> = code.split_whitespace().take_while(lower).collect();
            // What follows a command's name in small letters can be an argument, too.
            let found = (2..=words.len()).rev().any(|n| known.contains(&words[..n].join(" ")));
            assert!(found, "{name} names `{code}`, which is no command");
            named += 1;
        }
    }
    assert!(named >= 20, "only {named} commands are named");
    Ok(())
}

#[test]
fn a_mistake_is_seen() {
    assert_eq!(call("    hyper4 verify x"), Some(" verify x"));
    assert_eq!(call("ci/setup && cargo run --release -- verify"), Some(" verify"));
    assert_eq!(call("ls | hyper4 stf --batch -"), Some(" stf --batch -"));
    assert_eq!(call("cd hyper4 and so on"), None);
    assert_eq!(mistake("hyper4 verify --packets 5 > file"), None);
    assert!(mistake("hyper4 verify --no-such").is_some());
    assert!(mistake("hyper4 nothing").is_some());
    assert_eq!(shown("```sh\nhyper4 a \\\n  b\n```\n    hyper4 c\n```console\n$ hyper4 d\n```\n").len(), 2);
}
