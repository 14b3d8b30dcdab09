//! What was measured, as data and for people.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::race::Spread;

/// The schema of [`BenchReport`] as JSON.
pub const BENCH_SCHEMA: &str = "hyper4/bench/1";

/// A real simple_switch in several runs beside each other: with all cores, and with one of them. It has several threads,
/// which hand packets on, so that either may be faster.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RealSpeed {
    /// With all cores that there are.
    pub all_cores: Spread,
    /// With one of them.
    pub one_core: Spread,
}

impl RealSpeed {
    /// The faster one.
    pub fn best(&self) -> f64 {
        self.all_cores.median.max(self.one_core.median)
    }
}

/// What the medians of a [`SubjectSpeed`] are medians of.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Spreads {
    /// Of the program itself on the engine.
    pub native: Option<Spread>,
    /// Of the program on the persona on the engine.
    pub virtually: Option<Spread>,
    /// Of the program itself on a real simple_switch.
    pub bmv2_native: Option<RealSpeed>,
    /// Of the program on the persona on a real simple_switch.
    pub bmv2_virtual: Option<RealSpeed>,
}

/// The speed of one subject. All packets per second are of one thread, but for [`Self::parallel_pps`] and those of a real
/// simple_switch, which are those of the cores that it was fastest with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SubjectSpeed {
    /// Its name.
    pub name: String,
    /// Packets per second of the program itself on the engine.
    pub native_pps: f64,
    /// Packets per second of the program itself on the engine with [`BenchReport::threads`] threads; `None` where it
    /// wasn't measured.
    pub parallel_pps: Option<f64>,
    /// Packets per second of the program on the persona on the engine; `None` when the persona can't carry it.
    pub virtual_pps: Option<f64>,
    /// Tables applied per packet by the program itself.
    pub native_tables_per_packet: Option<f64>,
    /// Tables applied per packet by the persona for it.
    pub virtual_tables_per_packet: Option<f64>,
    /// Packets per second of the program itself on a real simple_switch; `None` without one.
    pub bmv2_native_pps: Option<f64>,
    /// Packets per second of the program on the persona on a real simple_switch; `None` without one.
    pub bmv2_virtual_pps: Option<f64>,
    /// How far what was measured lies apart.
    #[serde(default)]
    pub spreads: Spreads,
    /// Why something is missing, in words.
    pub missing: Vec<String>,
}

/// What a `bench` run measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BenchReport {
    /// [`BENCH_SCHEMA`].
    pub schema: String,
    /// The seed of the packets.
    pub seed: u64,
    /// Bytes of each packet.
    pub packet_bytes: usize,
    /// How many threads [`SubjectSpeed::parallel_pps`] had.
    pub threads: usize,
    /// The real simple_switch's version, when there is one.
    pub simple_switch: Option<String>,
    /// Whether that was built to log each packet's life, which makes it several times slower; `None` where it isn't known.
    pub simple_switch_logs: Option<bool>,
    /// The subjects.
    pub subjects: Vec<SubjectSpeed>,
}

impl BenchReport {
    /// For people: a line a subject, speeds in thousands of packets per second.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let head = [
            "native", "threads", "virtual", "v/n", "tables n", "tables v", "bmv2 n", "bmv2 v", "v/n",
            "n/bmv2 n",
        ];
        let width = self.subjects.iter().map(|s| s.name.len()).max().unwrap_or(0).max("kpackets/s".len());
        let _ = write!(text, "{:width$}", "kpackets/s");
        head.iter().for_each(|name| {
            let _ = write!(text, " {name:>9}");
        });
        text.push('\n');
        for subject in &self.subjects {
            let native = Some(subject.native_pps);
            let cells = [
                thousands(native),
                thousands(subject.parallel_pps),
                thousands(subject.virtual_pps),
                ratio(subject.virtual_pps, native),
                number(subject.native_tables_per_packet, 1),
                number(subject.virtual_tables_per_packet, 1),
                thousands(subject.bmv2_native_pps),
                thousands(subject.bmv2_virtual_pps),
                ratio(subject.bmv2_virtual_pps, subject.bmv2_native_pps),
                ratio(native, subject.bmv2_native_pps),
            ];
            let _ = write!(text, "{:width$}", subject.name);
            cells.iter().for_each(|cell| {
                let _ = write!(text, " {cell:>9}");
            });
            text.push('\n');
        }
        for subject in &self.subjects {
            let Spreads { native, virtually, bmv2_native, bmv2_virtual } = &subject.spreads;
            let on_engine = [("native", native), ("virtual", virtually)];
            let on_engine = on_engine.into_iter().filter_map(|(side, spread)| {
                spread.as_ref().map(|spread| format!("{side} {}", between(spread)))
            });
            let on_bmv2 = [("bmv2 native", bmv2_native), ("bmv2 virtual", bmv2_virtual)];
            let on_bmv2 = on_bmv2.into_iter().filter_map(|(side, speed)| {
                let RealSpeed { all_cores, one_core } = speed.as_ref()?;
                Some(format!("{side} {} with all cores, {} with one", between(all_cores), between(one_core)))
            });
            let spreads: Vec<String> = on_engine.chain(on_bmv2).collect();
            if !spreads.is_empty() {
                let _ = writeln!(text, "{}: {}", subject.name, spreads.join("; "));
            }
        }
        for subject in &self.subjects {
            for reason in &subject.missing {
                let _ = writeln!(text, "{}: {reason}", subject.name);
            }
        }
        let (bytes, seed) = (self.packet_bytes, self.seed);
        let logs = match self.simple_switch_logs {
            Some(true) => ", with its log compiled in, so not its fastest build",
            Some(false) => ", built without its log",
            None => ", with its log compiled in or not, which couldn't be told",
        };
        let switch = self.simple_switch.as_ref().map_or_else(
            || "no real simple_switch was found".to_owned(),
            |version| format!("simple_switch {version}{logs}"),
        );
        let threads = self.threads;
        let _ = writeln!(
            text,
            "packets of {bytes} bytes, one thread (`threads`: {threads}), seed {seed}; {switch}"
        );
        text
    }
}

/// For people: the median, and between what and what it lies.
fn between(spread: &Spread) -> String {
    let Spread { median, least, most, turns } = spread;
    let [median, least, most] = [median, least, most].map(|pps| format!("{:.1}", pps / 1000.0));
    format!("{median} ({least} to {most} in {turns})")
}

fn number(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.digits$}"))
}

fn thousands(pps: Option<f64>) -> String {
    number(pps.map(|pps| pps / 1000.0), 1)
}

fn ratio(of: Option<f64>, to: Option<f64>) -> String {
    number(of.zip(to).filter(|(_, to)| *to > 0.0).map(|(of, to)| of / to), 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_says_what_is_missing() {
        let subject = SubjectSpeed {
            name: "l2".to_owned(),
            native_pps: 2_000_000.0,
            parallel_pps: Some(3_900_000.0),
            virtual_pps: Some(1_000_000.0),
            native_tables_per_packet: Some(3.0),
            virtual_tables_per_packet: Some(8.0),
            spreads: Spreads {
                native: Spread::of(vec![2e6, 1e6, 3e6]),
                bmv2_native: Spread::of(vec![4e4])
                    .map(|one_core| RealSpeed { all_cores: Spread::of(vec![2e4]).unwrap(), one_core }),
                ..Spreads::default()
            },
            missing: vec!["no simple_switch".to_owned()],
            ..SubjectSpeed::default()
        };
        let report = BenchReport {
            schema: BENCH_SCHEMA.to_owned(),
            seed: 1,
            packet_bytes: 64,
            threads: 2,
            simple_switch: None,
            simple_switch_logs: None,
            subjects: vec![subject],
        };
        let text = report.text();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines.first().copied().unwrap_or_default(),
            "kpackets/s    native   threads   virtual       v/n  tables n  tables v    bmv2 n    bmv2 v       v/n  n/bmv2 n"
        );
        assert_eq!(
            lines.get(1).copied().unwrap_or_default(),
            "l2            2000.0    3900.0    1000.0      0.50       3.0       8.0         -         -         -         -"
        );
        assert_eq!(
            lines.get(2).copied().unwrap_or_default(),
            "l2: native 2000.0 (1000.0 to 3000.0 in 3); \
             bmv2 native 20.0 (20.0 to 20.0 in 1) with all cores, 40.0 (40.0 to 40.0 in 1) with one"
        );
        assert_eq!(lines.get(3).copied().unwrap_or_default(), "l2: no simple_switch");
        let json = serde_json::to_string(&report).unwrap();
        assert_eq!(serde_json::from_str::<BenchReport>(&json).unwrap(), report);
    }
}
