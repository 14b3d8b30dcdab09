//! Packets per second of several sides that take turns.

use std::time::{Duration, Instant};

use hyper4_ir::Packet;
use hyper4_switch::SwitchError;
use serde::{Deserialize, Serialize};

/// Something that takes packets; what comes out is not looked at.
pub type Contender<'a> = &'a mut dyn FnMut(&[Packet]) -> Result<(), SwitchError>;

/// How long is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Turns of each contender.
    pub turns: usize,
    /// How long a turn is, at least.
    pub turn: Duration,
}

impl Default for Pace {
    /// Seven turns of a seventh of a second.
    fn default() -> Self {
        Self { turns: 7, turn: Duration::from_millis(143) }
    }
}

/// What was measured several times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// The one in the middle, which counts.
    pub median: f64,
    /// The least.
    pub least: f64,
    /// The greatest.
    pub most: f64,
    /// How many there were.
    pub turns: usize,
}

impl Spread {
    /// `None` without anything measured.
    pub fn of(mut measured: Vec<f64>) -> Option<Self> {
        measured.sort_by(f64::total_cmp);
        let median = *measured.get(measured.len() / 2)?;
        Some(Self { median, least: *measured.first()?, most: *measured.last()?, turns: measured.len() })
    }
}

/// Packets per second of each contender, in the order given, in each of its turns. A turn goes through `packets` as
/// often as there is time for; one more before the first isn't counted.
///
/// # Errors
/// What a contender says.
pub fn race(
    contenders: &mut [Contender<'_>],
    packets: &[Packet],
    pace: Pace,
) -> Result<Vec<Vec<f64>>, SwitchError> {
    for contender in contenders.iter_mut() {
        contender(packets)?;
    }
    let mut speeds = vec![Vec::with_capacity(pace.turns); contenders.len()];
    for _ in 0..pace.turns.max(1) {
        for (contender, speeds) in contenders.iter_mut().zip(&mut speeds) {
            let begun = Instant::now();
            let mut count = 0;
            while count == 0 || begun.elapsed() < pace.turn {
                contender(packets)?;
                count += packets.len();
            }
            speeds.push(count as f64 / begun.elapsed().as_secs_f64());
        }
    }
    Ok(speeds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_contender_takes_all_packets_in_each_turn() {
        let packets = vec![Packet { port: 0, bytes: vec![0] }; 10];
        let (mut a, mut b) = (0, 0);
        let mut first = |packets: &[Packet]| {
            a += packets.len();
            Ok(())
        };
        let mut second = |packets: &[Packet]| {
            b += packets.len();
            std::thread::sleep(Duration::from_millis(1));
            Ok(())
        };
        let pace = Pace { turns: 3, turn: Duration::from_millis(2) };
        let speeds = race(&mut [&mut first, &mut second], &packets, pace).unwrap();
        let medians: Vec<f64> =
            speeds.into_iter().filter_map(|speeds| Some(Spread::of(speeds)?.median)).collect();
        let [fast, slow] = medians.as_slice() else { panic!("two speeds were wanted") };
        assert!(fast > slow, "{fast} {slow}");
        assert!(*slow > 0.0 && *slow < 10_000.0, "{slow}: ten packets take a millisecond");
        assert!(a >= 40 && b >= 40, "{a} {b}: a turn to warm up and three that count");
    }

    #[test]
    fn a_spread_has_the_middle_and_the_ends() {
        let spread = Spread { median: 2.0, least: 1.0, most: 9.0, turns: 3 };
        assert_eq!(Spread::of(vec![9.0, 1.0, 2.0]), Some(spread));
        assert_eq!(Spread::of(Vec::new()), None);
    }

    #[test]
    fn a_contender_that_fails_ends_it() {
        let mut broken = |_: &[Packet]| Err(SwitchError::NotLoaded);
        assert!(race(&mut [&mut broken], &[], Pace::default()).is_err());
    }
}
