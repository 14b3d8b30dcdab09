//! Every command that README and book show with its output, in blocks of `console`, is run, and says that.
//!
//! Pages are run side by side in a folder of their own that has what a checkout has, each from its first command to
//! its last; files that a page shows (```` ```p4,file=NAME ````) are there before. `TRYCMD=overwrite` writes what came
//! out into the pages. `[..]` stands for something in a line, `...` for lines. Commands that no test can run stand in
//! blocks of `sh`: the tests of the command line's arguments see that these are taken, and count them.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

type Error = Box<dyn std::error::Error>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// README and the book's chapters.
fn pages() -> Result<Vec<PathBuf>, Error> {
    let root = std::fs::canonicalize(root())?;
    let mut pages = vec![root.join("README.md")];
    for entry in std::fs::read_dir(root.join("src/book/src"))? {
        pages.push(entry?.path());
    }
    pages.retain(|page| page.extension().is_some_and(|extension| extension == "md"));
    pages.sort();
    Ok(pages)
}

/// A block between fences: its info string, and its lines.
struct Block {
    info: String,
    text: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut open: Option<Block> = None;
    for line in page.lines() {
        match (line.strip_prefix("```"), open.take()) {
            (Some(info), None) => open = Some(Block { info: info.to_owned(), text: String::new() }),
            (Some(_), Some(block)) => found.push(block),
            (None, Some(mut block)) => {
                block.text.push_str(line);
                block.text.push('\n');
                open = Some(block);
            }
            (None, None) => {}
        }
    }
    found
}

/// What a page's commands find: the checkout's folders, and the files that the page shows.
fn furnish(folder: &Path, page: &str) -> Result<(), Error> {
    let root = std::fs::canonicalize(root())?;
    for name in ["ci", "corpus", "p4programs"] {
        symlink(root.join(name), folder.join(name))?;
    }
    for block in blocks(page) {
        if let Some((_, file)) = block.info.split_once("file=") {
            let file = folder.join(file);
            std::fs::create_dir_all(file.parent().ok_or("a file lies in a folder")?)?;
            std::fs::write(file, block.text)?;
        }
    }
    Ok(())
}

#[test]
fn commands_of_the_documentation_say_what_it_says() -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    let cases = trycmd::TestCases::new();
    cases.register_bin("hyper4", Path::new(env!("CARGO_BIN_EXE_hyper4")));
    cases.env("NO_COLOR", "1").env("HOME", folder.path().to_string_lossy());
    let mut run = Vec::new();
    for page in pages()? {
        let text = std::fs::read_to_string(&page)?;
        let commands = blocks(&text)
            .iter()
            .filter(|block| block.info == "console")
            .flat_map(|block| {
                block
                    .text
                    .lines()
                    .filter(|line| line.starts_with("$ "))
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
            })
            .collect::<Vec<_>>();
        if commands.is_empty() {
            continue;
        }
        let copy = folder.path().join(page.file_name().unwrap_or_default());
        std::fs::copy(&page, &copy)?;
        // Commands of `x.md` are run in `x.in`.
        let own = copy.with_extension("in");
        std::fs::create_dir(&own)?;
        furnish(&own, &text)?;
        cases.case(&copy);
        run.push((page, copy, commands.len()));
    }
    let commands: usize = run.iter().map(|(_, _, count)| count).sum();
    assert!(run.len() >= 5 && commands >= 20, "only {commands} commands on {} pages", run.len());
    let overwritten = std::env::var("TRYCMD").is_ok_and(|mode| mode == "overwrite");
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| cases.run()));
    if overwritten {
        for (page, copy, _) in &run {
            std::fs::copy(copy, page)?;
        }
    }
    result.map_err(|_| {
        "pages say something else than commands do: see above, or take it with TRYCMD=overwrite".into()
    })
}

/// A page whose blocks are no `console` and no `sh` hides its commands from the tests.
#[test]
fn every_command_stands_where_a_test_finds_it() -> Result<(), Error> {
    let mut seen = 0;
    for page in pages()? {
        let name = page.display().to_string();
        for block in blocks(&std::fs::read_to_string(&page)?) {
            seen += 1;
            let calls = block.text.lines().any(|line| line.trim_start_matches("$ ").starts_with("hyper4 "));
            assert!(
                !calls || block.info == "console" || block.info == "sh",
                "{name}: a block `{}` has a command: {}",
                block.info,
                block.text
            );
        }
    }
    assert!(seen > 20, "only {seen} blocks");
    Ok(())
}

/// mdbook finds what is in the table of contents, and there is nothing else.
#[test]
fn the_table_of_contents_has_each_chapter_and_links_lead_somewhere() -> Result<(), Error> {
    let source = root().join("src/book/src");
    let contents = std::fs::read_to_string(source.join("SUMMARY.md"))?;
    let mut links = 0;
    for page in pages()? {
        let name = page.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if page.starts_with(std::fs::canonicalize(&source)?) && name != "SUMMARY.md" {
            assert!(contents.contains(&format!("]({name})")), "{name} isn't in SUMMARY.md");
        }
        let text = std::fs::read_to_string(&page)?;
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = target.split('#').next().unwrap_or_default();
            if file.is_empty() || file.contains("://") {
                continue;
            }
            let there = page.parent().ok_or("a page lies in a folder")?.join(file);
            assert!(there.exists(), "{name} links to `{target}`, which is not there");
            links += 1;
        }
    }
    assert!(links > 10, "only {links} links");
    Ok(())
}

#[test]
fn completions_complete() -> Result<(), Error> {
    let hyper4 = |shell: &str| -> Result<String, Error> {
        let output =
            std::process::Command::new(env!("CARGO_BIN_EXE_hyper4")).args(["completions", shell]).output()?;
        assert!(output.status.success(), "{shell}");
        Ok(String::from_utf8(output.stdout)?)
    };
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = hyper4(shell)?;
        for word in ["verify", "symbolic-entries", "isolation"] {
            assert!(script.contains(word), "{shell} doesn't know {word}");
        }
    }
    let asked =
        "COMP_WORDS=(hyper4 prove iso); COMP_CWORD=2; _hyper4 hyper4 iso prove; echo \"${COMPREPLY[@]}\"";
    // It is longer than an argument may be.
    let folder = tempfile::tempdir()?;
    let script = folder.path().join("asked.sh");
    std::fs::write(&script, format!("{}\n{asked}\n", hyper4("bash")?))?;
    let output = std::process::Command::new("bash").arg(&script).output()?;
    assert_eq!(String::from_utf8(output.stdout)?.trim(), "isolation");
    Ok(())
}

#[test]
fn manual_pages_are_written() -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    let pages = folder.path().join("man1");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_hyper4"))
        .args(["man", "--quiet", "--out"])
        .arg(&pages)
        .output()?;
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&pages)? {
        let file = entry?.path();
        assert!(std::fs::read_to_string(&file)?.contains(".SH SYNOPSIS"), "{}", file.display());
        names.push(file.file_name().unwrap_or_default().to_string_lossy().into_owned());
    }
    for name in ["hyper4.1", "hyper4-verify.1", "hyper4-prove-equivalence.1", "hyper4-persona-fit.1"] {
        assert!(names.iter().any(|n| n == name), "no {name} among {names:?}");
    }
    assert!(names.len() >= 20, "{names:?}");
    Ok(())
}
