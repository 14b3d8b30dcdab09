//! How often a tenant may ask: a bucket of requests that is filled steadily.

use std::time::Instant;

/// A bucket for one second's requests.
#[derive(Debug)]
pub(crate) struct Rate {
    per_second: f64,
    left: f64,
    seen: Instant,
}

impl Rate {
    /// A full bucket.
    pub(crate) fn new(per_second: u32, now: Instant) -> Self {
        let per_second = f64::from(per_second);
        Self { per_second, left: per_second, seen: now }
    }

    /// Whether one more request may be made now.
    pub(crate) fn take(&mut self, now: Instant) -> bool {
        let since = now.saturating_duration_since(self.seen).as_secs_f64();
        self.seen = now;
        self.left = (self.left + since * self.per_second).min(self.per_second);
        let may = self.left >= 1.0;
        if may {
            self.left -= 1.0;
        }
        may
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn no_more_than_its_share_passes() {
        let begin = Instant::now();
        let mut rate = Rate::new(10, begin);
        let mut passed = |milliseconds: u64, asked: usize| {
            let now = begin + Duration::from_millis(milliseconds);
            (0..asked).filter(|_| rate.take(now)).count()
        };
        assert_eq!(passed(0, 15), 10);
        assert_eq!(passed(350, 15), 3);
        assert_eq!(passed(10_000, 15), 10);
        // Time that seems to go back gives nothing.
        assert_eq!(passed(5000, 15), 0);
    }
}
