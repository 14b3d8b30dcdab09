//! `hyper4 compile`

use hyper4_report::ExitStatus;

use crate::args::{CompileArgs, Options};
use crate::failure::Failure;
use crate::frontend;
use crate::output::write_text;

/// Compile P4_16 to bmv2 JSON.
pub(crate) fn compile(options: &Options, args: &CompileArgs) -> Result<ExitStatus, Failure> {
    if args.program.extension().is_none_or(|e| e != "p4") {
        return Err(Failure::input(format!("`{}` is not a .p4 file", args.program.display())));
    }
    let program = frontend::compile(options, &args.program)?;
    let json = serde_json::to_string_pretty(&program.to_json()).map_err(|e| Failure::tool(e.to_string()))?;
    write_text(options, &args.output, &format!("{json}\n"))?;
    Ok(ExitStatus::AsWished)
}
