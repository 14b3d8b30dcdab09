//! lives.p4, the program that these tests run, its commands, and packets for it.

use std::path::PathBuf;
use std::sync::Arc;

use hyper4_drivers::{SimpleSwitch, SimpleSwitchOptions};
use hyper4_ir::{Command, Packet, Program, parse_commands};
use hyper4_switch::Switch;

pub(crate) const JSON: &str = include_str!("../data/lives.json");
pub(crate) const COMMANDS: &str = include_str!("../data/lives_commands.txt");

pub(crate) fn program() -> Arc<Program> {
    Arc::new(Program::from_json(JSON).expect("lives.json can be read"))
}

pub(crate) fn commands(text: &str) -> Vec<Command> {
    let lines = parse_commands(&program(), text).expect("the commands can be read");
    lines.into_iter().map(|line| line.content).collect()
}

/// A switch at `path` that runs the program without entries.
pub(crate) fn loaded(path: PathBuf) -> SimpleSwitch {
    let options = SimpleSwitchOptions { program_path: Some(path), ..SimpleSwitchOptions::default() };
    let mut switch = SimpleSwitch::new(options).expect("a path was given");
    switch.load_json(program(), JSON).expect("the program can be loaded");
    switch
}

/// A switch at `path` that runs the program with its commands.
pub(crate) fn set_up(path: PathBuf) -> SimpleSwitch {
    let mut switch = loaded(path);
    for command in commands(COMMANDS) {
        switch.control(&command).expect("the command is good");
    }
    switch
}

/// An Ethernet frame on port 9; of the addresses only the last two bytes are given.
pub(crate) fn frame(dst: u16, src: u16, ether_type: u16, rest: &[u8]) -> Packet {
    let mut bytes = vec![0; 4];
    bytes.extend(dst.to_be_bytes());
    bytes.extend([0; 4]);
    bytes.extend(src.to_be_bytes());
    bytes.extend(ether_type.to_be_bytes());
    bytes.extend(rest);
    Packet { port: 9, bytes }
}
