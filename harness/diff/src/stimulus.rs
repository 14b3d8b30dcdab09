//! Where packets and commands come from.

use std::ops::Range;

use hyper4_ir::{Command, Packet, Stimulus};

/// A sequence of packets and commands of which any part can be had at any time, also by several threads.
pub trait StimulusSource: Sync {
    /// How many steps there are.
    fn len(&self) -> u64;

    /// The steps of a range; those beyond the end are left out.
    fn steps(&self, range: Range<u64>) -> Vec<Stimulus>;

    /// The commands among the steps before `step`.
    fn commands_before(&self, step: u64) -> Vec<Command>;

    /// Whether there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl StimulusSource for [Stimulus] {
    fn len(&self) -> u64 {
        <[Stimulus]>::len(self) as u64
    }

    fn steps(&self, range: Range<u64>) -> Vec<Stimulus> {
        let position = |step: u64| usize::try_from(step).unwrap_or(usize::MAX).min(<[Stimulus]>::len(self));
        self.get(position(range.start)..position(range.end)).unwrap_or_default().to_vec()
    }

    fn commands_before(&self, step: u64) -> Vec<Command> {
        let steps = usize::try_from(step).unwrap_or(usize::MAX);
        let command = |step: &Stimulus| match step {
            Stimulus::Command(command) => Some(command.clone()),
            Stimulus::Packet(_) => None,
        };
        self.iter().take(steps).filter_map(command).collect()
    }
}

impl StimulusSource for Vec<Stimulus> {
    fn len(&self) -> u64 {
        StimulusSource::len(self.as_slice())
    }

    fn steps(&self, range: Range<u64>) -> Vec<Stimulus> {
        self.as_slice().steps(range)
    }

    fn commands_before(&self, step: u64) -> Vec<Command> {
        self.as_slice().commands_before(step)
    }
}

/// Packets that are made when they are needed.
#[derive(Clone, Debug)]
pub struct Generated<F> {
    /// How many.
    pub count: u64,
    /// Packet number `i`, always the same.
    pub packet: F,
}

impl<F: Fn(u64) -> Packet + Sync> StimulusSource for Generated<F> {
    fn len(&self) -> u64 {
        self.count
    }

    fn steps(&self, range: Range<u64>) -> Vec<Stimulus> {
        (range.start..range.end.min(self.count)).map(|i| Stimulus::Packet((self.packet)(i))).collect()
    }

    fn commands_before(&self, _step: u64) -> Vec<Command> {
        Vec::new()
    }
}

/// Sources one after the other: captured traffic, then generated packets.
#[derive(Default)]
pub struct Sequence<'a>(pub Vec<&'a dyn StimulusSource>);

impl StimulusSource for Sequence<'_> {
    fn len(&self) -> u64 {
        self.0.iter().map(|source| source.len()).sum()
    }

    fn steps(&self, range: Range<u64>) -> Vec<Stimulus> {
        let mut steps = Vec::new();
        let mut before = 0;
        for source in &self.0 {
            let part = range.start.saturating_sub(before)..range.end.saturating_sub(before).min(source.len());
            if part.start < part.end {
                steps.append(&mut source.steps(part));
            }
            before += source.len();
        }
        steps
    }

    fn commands_before(&self, step: u64) -> Vec<Command> {
        let mut commands = Vec::new();
        let mut before = 0;
        for source in &self.0 {
            commands.append(&mut source.commands_before(step.saturating_sub(before).min(source.len())));
            before += source.len();
        }
        commands
    }
}
