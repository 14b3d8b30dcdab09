//! The persona that is checked in is the one that the generator makes.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::path::Path;

use hyper4_persona::{Layout, PersonaConfig, generate};

#[test]
fn the_standard_persona_is_what_the_generator_makes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../p4programs/personas");
    let config =
        PersonaConfig::from_toml(&std::fs::read_to_string(folder.join("standard.toml")).unwrap()).unwrap();
    assert_eq!(config, PersonaConfig::default());
    let text = std::fs::read_to_string(folder.join("standard.p4")).unwrap();
    let made = generate(&Layout::new(config.clone()).unwrap());
    let first = text.lines().zip(made.lines()).zip(1..).find(|((kept, made), _)| kept != made);
    assert_eq!(first, None, "make it anew with `hyper4 persona generate`");
    assert!(text.len() == made.len() && text.lines().count() > 500);
    assert_eq!(PersonaConfig::from_p4(&text).unwrap(), config);
}
