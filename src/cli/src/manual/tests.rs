use super::{pages, text};
use crate::failure::Failure;

#[test]
fn every_command_has_a_page_with_its_name_and_its_examples() -> Result<(), Failure> {
    let pages = pages();
    let names: Vec<String> = pages.iter().map(clap_mangen::Man::get_filename).collect();
    for name in ["hyper4.1", "hyper4-verify.1", "hyper4-dpmu-serve.1", "hyper4-persona-fit.1"] {
        assert!(names.iter().any(|n| n == name), "there is no {name} among {names:?}");
    }
    for (page, name) in pages.iter().zip(names) {
        let text = String::from_utf8_lossy(&text(page)?).into_owned();
        let title = format!(".TH {} 1", name.trim_end_matches(".1"));
        assert!(text.contains(&title), "{name} has no `{title}`: {text}");
        assert!(text.contains("Examples:"), "{name}");
    }
    Ok(())
}
