use clap::CommandFactory;

use super::{all, page};
use crate::args::Args;
use crate::failure::Failure;

#[test]
fn every_command_has_a_page_with_its_name_and_its_examples() -> Result<(), Failure> {
    let mut whole = Args::command();
    whole.build();
    let commands = all(&whole);
    let names: Vec<String> = commands.iter().map(|command| command.get_name().to_owned()).collect();
    for name in ["hyper4", "hyper4-verify", "hyper4-dpmu-serve", "hyper4-persona-fit"] {
        assert!(names.iter().any(|n| n == name), "there is no {name} among {names:?}");
    }
    for command in commands {
        let name = command.get_name().to_owned();
        let text = String::from_utf8_lossy(&page(command)?).into_owned();
        assert!(text.contains(&format!(".TH {name} 1")), "{name}: {text}");
        assert!(text.contains("Examples:"), "{name}");
    }
    Ok(())
}
