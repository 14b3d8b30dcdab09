//! How a packet shrinks.

use hyper4_ir::Packet;
use proptest::strategy::ValueTree;

/// A packet and its simpler relatives: shorter first, then with runs of bytes, bytes and its port set to 0.
#[derive(Clone, Debug)]
pub struct PacketTree {
    current: Packet,
    /// What to go back to when the last step went too far.
    before: Option<Packet>,
    min_length: usize,
    step: Step,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    /// Lengths up to `low` are known to be too short.
    Shorten {
        low: usize,
    },
    /// Bytes from `at` on, `run` at a time.
    Clear {
        at: usize,
        run: usize,
    },
    Port,
    Done,
}

impl PacketTree {
    pub(crate) fn new(packet: Packet, min_length: usize) -> Self {
        let low = min_length.saturating_sub(1).min(packet.bytes.len());
        Self { current: packet, before: None, min_length, step: Step::Shorten { low } }
    }

    /// Take the next step that changes something.
    fn advance(&mut self) -> bool {
        loop {
            let before = self.current.clone();
            match self.step {
                Step::Shorten { low } => {
                    let least = (low + 1).max(self.min_length);
                    if self.current.bytes.len() <= least {
                        self.step = Step::Clear { at: 0, run: 16 };
                        continue;
                    }
                    self.current.bytes.truncate(least + (self.current.bytes.len() - least) / 2);
                }
                Step::Clear { at, run } => {
                    if at >= self.current.bytes.len() {
                        self.step = if run > 1 { Step::Clear { at: 0, run: run / 4 } } else { Step::Port };
                        continue;
                    }
                    self.step = Step::Clear { at: at + run, run };
                    self.current.bytes.iter_mut().skip(at).take(run).for_each(|byte| *byte = 0);
                }
                Step::Port => {
                    self.step = Step::Done;
                    self.current.port = 0;
                }
                Step::Done => return false,
            }
            if self.current != before {
                self.before = Some(before);
                return true;
            }
        }
    }
}

impl ValueTree for PacketTree {
    type Value = Packet;

    fn current(&self) -> Packet {
        self.current.clone()
    }

    fn simplify(&mut self) -> bool {
        self.advance()
    }

    fn complicate(&mut self) -> bool {
        let Some(before) = self.before.take() else { return false };
        if let Step::Shorten { low } = &mut self.step {
            *low = self.current.bytes.len();
        }
        self.current = before;
        self.advance()
    }
}
