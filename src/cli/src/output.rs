//! Writing results.

use std::fs::Permissions;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::args::Options;
use crate::failure::Failure;

/// Write a text to a file, whole or not at all, or for `-` to standard output.
pub(crate) fn write_text(options: &Options, path: &Path, text: &str) -> Result<(), Failure> {
    write_bytes(options, path, text.as_bytes())
}

/// The same with bytes.
pub(crate) fn write_bytes(options: &Options, path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    if path.as_os_str() == "-" {
        return print_bytes(bytes);
    }
    let failed = |e: std::io::Error| Failure::input(format!("can't write `{}`: {e}", path.display()));
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut file = tempfile::Builder::new()
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(folder)
        .map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    file.persist(path).map_err(|e| failed(e.error))?;
    if !options.quiet {
        eprintln!("wrote {}", path.display());
    }
    Ok(())
}

/// Write to standard output. Somebody who stops reading ends the command quietly.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    print_bytes(text.as_bytes())
}

fn print_bytes(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => std::process::exit(0),
        Err(e) => Err(Failure::tool(format!("can't write to standard output: {e}"))),
        Ok(()) => Ok(()),
    }
}

/// Write a JSON document to standard output.
pub(crate) fn print_json(document: &serde_json::Value) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(document).map_err(|e| Failure::tool(e.to_string()))?;
    print(&format!("{text}\n"))
}
