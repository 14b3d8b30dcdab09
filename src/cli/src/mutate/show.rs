//! A score as a table.

use hyper4_mutate::Score;

/// For people.
pub(super) fn text(score: &Score) -> String {
    let mut text = format!(
        "{:<46} {:>8} {:>8} {:>10} {:>8} {:>7}\n",
        "kind of fault", "planted", "killed", "equivalent", "survived", "score"
    );
    for (kind, tally) in &score.kinds {
        let percent = format!("{:.0} %", tally.score());
        text += &format!(
            "{kind:<46} {:>8} {:>8} {:>10} {:>8} {percent:>7}\n",
            tally.planted, tally.killed, tally.equivalent, tally.survived
        );
    }
    text += &format!("\n{:<46} {:>8} {:>8} {:>8}\n", "check", "asked", "killed", "alone");
    for (oracle, tally) in &score.oracles {
        text += &format!("{oracle:<46} {:>8} {:>8} {:>8}\n", tally.asked, tally.killed, tally.alone);
    }
    for (subject, why) in &score.refused {
        text += &format!("\nleft out: {subject}: {why}\n");
    }
    for survivor in &score.survived {
        text += &format!(
            "\nsurvived: {} in {}\n  {}\n  {}\n",
            survivor.kind, survivor.subject, survivor.change, survivor.why
        );
        if let Some(packet) = &survivor.packet {
            text += &format!("  {packet}\n");
        }
    }
    text += &format!(
        "\nseed {}: {} faults in {:.0} s: {} killed, {} equivalent, {} survived: {:.1} %\n",
        score.seed,
        score.planted,
        score.seconds,
        score.killed,
        score.equivalent,
        score.survived.len(),
        score.score
    );
    text
}
