//! Where time comes from.

/// Tells the microseconds since the switch started.
pub trait Clock: Send {
    /// Now.
    fn microseconds(&mut self) -> u64;

    /// Another clock for packets that are processed beside others; `None` where it matters in which order packets look
    /// at it.
    fn fork(&self) -> Option<Box<dyn Clock>> {
        None
    }
}

/// Time stands still at the start: runs are repeatable, and time stamps are zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StoppedClock;

impl Clock for StoppedClock {
    fn microseconds(&mut self) -> u64 {
        0
    }

    fn fork(&self) -> Option<Box<dyn Clock>> {
        Some(Box::new(Self))
    }
}
