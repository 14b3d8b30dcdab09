//! `hyper4 persona`, and which persona programs run on.

mod fit;
mod info;
mod need;

use std::path::Path;
use std::sync::Arc;

use hyper4_ir::Program;
use hyper4_persona::{Layout, PersonaConfig, generate};

use hyper4_report::ExitStatus;

use crate::args::{FrontendKind, Options, PersonaCommand};
use crate::failure::Failure;
use crate::frontend::{self, read};

/// A persona, ready to be loaded.
#[derive(Clone)]
pub(crate) struct Persona {
    pub(crate) program: Arc<Program>,
    pub(crate) layout: Layout,
}

/// The persona that the user wants.
pub(crate) fn load(options: &Options) -> Result<Persona, Failure> {
    let bad =
        |path: &Path, e: hyper4_persona::ConfigError| Failure::input(format!("`{}`: {e}", path.display()));
    let (name, layout, text) = match &options.persona {
        None => {
            let layout = Layout::new(PersonaConfig::default()).map_err(|e| Failure::tool(e.to_string()))?;
            let text = generate(&layout);
            ("persona.p4".to_owned(), layout, text)
        }
        Some(path) => {
            let given = read(path)?;
            let is_p4 = path.extension().is_some_and(|e| e == "p4");
            let config =
                if is_p4 { PersonaConfig::from_p4(&given) } else { PersonaConfig::from_toml(&given) };
            let layout = config.and_then(Layout::new).map_err(|e| bad(path, e))?;
            let text = if is_p4 { given } else { generate(&layout) };
            (path.display().to_string(), layout, text)
        }
    };
    let program = match options.frontend {
        FrontendKind::Own => frontend::compile_text(options, &name, &text)?,
        FrontendKind::P4c => {
            let folder =
                tempfile::tempdir().map_err(|e| Failure::tool(format!("can't make a folder: {e}")))?;
            let file = folder.path().join("persona.p4");
            std::fs::write(&file, &text)
                .map_err(|e| Failure::tool(format!("can't write `{}`: {e}", file.display())))?;
            frontend::compile(options, &file)?
        }
    };
    Ok(Persona { program: Arc::new(program), layout })
}

/// `hyper4 persona …`
pub(crate) fn persona(options: &Options, command: &PersonaCommand) -> Result<ExitStatus, Failure> {
    match command {
        PersonaCommand::Generate { config, output } => {
            let layout = layout(config.as_deref())?;
            crate::output::write_text(options, output, &generate(&layout))?;
            Ok(ExitStatus::AsWished)
        }
        PersonaCommand::Info { config, subjects } => info::info(options, config.as_deref(), subjects),
        PersonaCommand::Fit { subjects, rows, output } => fit::fit(options, subjects, *rows, output),
    }
}

/// The layout that a configuration file asks for, or the standard one.
fn layout(config: Option<&Path>) -> Result<Layout, Failure> {
    let config = match config {
        None => PersonaConfig::default(),
        Some(path) => PersonaConfig::from_toml(&read(path)?)
            .map_err(|e| Failure::input(format!("`{}`: {e}", path.display())))?,
    };
    Layout::new(config).map_err(|e| Failure::input(e.to_string()))
}
