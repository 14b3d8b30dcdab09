//! The personas that are checked in are those that the generator makes.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::path::Path;

use hyper4_persona::{Layout, PersonaConfig, generate};

#[test]
fn the_personas_are_what_the_generator_makes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../p4programs/personas");
    let whole = PersonaConfig::default();
    let without_copies = PersonaConfig { copies: false, ..whole.clone() };
    for (name, expected) in [("standard", whole), ("without_copies", without_copies)] {
        let config = std::fs::read_to_string(folder.join(format!("{name}.toml"))).unwrap();
        let config = PersonaConfig::from_toml(&config).unwrap();
        assert_eq!(config, expected, "{name}");
        let text = std::fs::read_to_string(folder.join(format!("{name}.p4"))).unwrap();
        let made = generate(&Layout::new(config.clone()).unwrap());
        let first = text.lines().zip(made.lines()).zip(1..).find(|((kept, made), _)| kept != made);
        assert_eq!(first, None, "{name}: make it anew with `hyper4 persona generate`");
        assert!(text.len() == made.len() && text.lines().count() > 500, "{name}");
        assert_eq!(PersonaConfig::from_p4(&text).unwrap(), config, "{name}");
    }
}
