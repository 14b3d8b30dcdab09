//! A case that fails, made smaller in all its parts while it fails the same way.

mod edit;
mod forget;

use std::sync::Arc;

use hyper4_bits::Bits;
use hyper4_ir::{Command, MatchValue, Stimulus};
use hyper4_p4::{Options, ast, parse_source, print};

use crate::case::{Case, compile};
use edit::{Gone, edit};
use forget::{forget, forget_in};

const INCLUDES: &str = "#include <core.p4>\n#include <v1model.p4>\n";

/// The smallest case that was found for which `fails` holds, which it has to for `case`. Asks at most `budget` times; what
/// doesn't compile isn't asked for.
///
/// Stimulus first, since less of it makes each further question cheaper; then the program, by taking away or simplifying
/// one part of its tree after the other; then what the smaller program makes possible. The result follows from the case
/// and the answers alone.
pub fn shrink(case: &Case, budget: usize, fails: impl FnMut(&Case) -> bool) -> Case {
    let mut shrinker = Shrinker { best: case.clone(), left: budget, fails };
    shrinker.best.name = format!("{}, shrunk", case.name);
    for _ in 0..3 {
        let before = (shrinker.best.text.len(), shrinker.best.stimulus.len());
        shrinker.steps();
        shrinker.program();
        shrinker.packets();
        shrinker.values();
        if (shrinker.best.text.len(), shrinker.best.stimulus.len()) == before {
            break;
        }
    }
    shrinker.best
}

struct Shrinker<F> {
    best: Case,
    left: usize,
    fails: F,
}

impl<F: FnMut(&Case) -> bool> Shrinker<F> {
    /// Takes the case if it fails, too.
    fn attempt(&mut self, case: Case) -> bool {
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        let fails = (self.fails)(&case);
        if fails {
            self.best = case;
        }
        fails
    }

    fn with_stimulus(&mut self, stimulus: Vec<Stimulus>) -> bool {
        let case = Case { stimulus, ..self.best.clone() };
        // Without a packet nothing is compared; a case of answers alone keeps one.
        case.packets().next().is_some() && self.attempt(case)
    }

    /// Fewer commands and packets: parts of halving sizes are left out (ddmin: Zeller and Hildebrandt, 2002).
    fn steps(&mut self) {
        let mut part = self.best.stimulus.len() / 2;
        while part >= 1 {
            let mut from = 0;
            while from < self.best.stimulus.len() && self.left > 0 {
                let mut fewer = self.best.stimulus.clone();
                fewer.drain(from..(from + part).min(fewer.len()));
                if !self.with_stimulus(fewer) {
                    from += part;
                }
            }
            part /= 2;
        }
    }

    /// Less of the program.
    fn program(&mut self) {
        let source = self.best.text.lines().filter(|line| !line.starts_with("#include"));
        let source: String = source.flat_map(|line| [line, "\n"]).collect();
        let (mut tree, _) = parse_source("prog.p4", &source, &Options::default());
        let mut number = 0;
        while self.left > 0 {
            let Some((mut fewer, gone)) = edit(&tree, number) else { break };
            forget(&mut fewer, &gone);
            // Behind a change that was taken the others have moved up.
            match self.with_program(&fewer, &gone) {
                true => tree = fewer,
                false => number += 1,
            }
        }
    }

    fn with_program(&mut self, tree: &ast::Program, gone: &Gone) -> bool {
        let text = format!("{INCLUDES}{}", print::print(tree));
        let Ok(program) = compile(&text) else { return false };
        let mut stimulus = self.best.stimulus.clone();
        forget_in(&mut stimulus, gone);
        self.attempt(Case { text, program: Arc::new(program), stimulus, ..self.best.clone() })
    }

    /// Shorter packets, of zeros, by port 0.
    fn packets(&mut self) {
        for at in 0..self.best.stimulus.len() {
            let length = match self.best.stimulus.get(at) {
                Some(Stimulus::Packet(packet)) => packet.bytes.len(),
                _ => continue,
            };
            let mut low = 0;
            let mut high = length;
            while low < high {
                let middle = (low + high) / 2;
                match self.with_packet(at, |bytes| bytes.truncate(middle.max(1))) {
                    true => high = middle,
                    false => low = middle + 1,
                }
            }
            for byte in 0..high {
                let zero = |bytes: &mut Vec<u8>| bytes.iter_mut().skip(byte).take(1).for_each(|b| *b = 0);
                self.with_packet(at, zero);
            }
            let mut steps = self.best.stimulus.clone();
            if let Some(Stimulus::Packet(packet)) = steps.get_mut(at) {
                packet.port = 0;
            }
            self.with_stimulus(steps);
        }
    }

    fn with_packet(&mut self, at: usize, change: impl FnOnce(&mut Vec<u8>)) -> bool {
        let mut steps = self.best.stimulus.clone();
        if let Some(Stimulus::Packet(packet)) = steps.get_mut(at) {
            change(&mut packet.bytes);
        }
        steps != self.best.stimulus && self.with_stimulus(steps)
    }

    /// Zeros for what commands give.
    fn values(&mut self) {
        for at in 0..self.best.stimulus.len() {
            for number in 0.. {
                let mut steps = self.best.stimulus.clone();
                let Some(Stimulus::Command(Command::TableAdd { key, arguments, priority, .. })) =
                    steps.get_mut(at)
                else {
                    break;
                };
                let keys = key.len();
                if let Some(value) = key.get_mut(number) {
                    zero(value);
                } else if let Some(argument) = arguments.get_mut(number - keys) {
                    *argument = Bits::zero(argument.width());
                } else {
                    *priority = priority.map(|_| 0);
                    let _ = steps != self.best.stimulus && self.with_stimulus(steps);
                    break;
                }
                let _ = steps != self.best.stimulus && self.with_stimulus(steps);
            }
        }
    }
}

fn zero(value: &mut MatchValue) {
    match value {
        MatchValue::Exact(value)
        | MatchValue::Lpm { value, .. }
        | MatchValue::Ternary { value, .. }
        | MatchValue::Range { low: value, .. }
        | MatchValue::Optional(Some(value)) => *value = Bits::zero(value.width()),
        MatchValue::Optional(None) => {}
    }
}
