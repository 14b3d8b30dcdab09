//! Where time comes from.

/// Tells the microseconds since the switch started.
pub trait Clock: Send {
    /// Now.
    fn microseconds(&mut self) -> u64;
}

/// Time stands still at the start: runs are repeatable, and time stamps are zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StoppedClock;

impl Clock for StoppedClock {
    fn microseconds(&mut self) -> u64 {
        0
    }
}
