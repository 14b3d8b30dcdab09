//! What may have been meant.

/// `; did you mean …?` with the most similar of the names (or of their last parts), or nothing.
pub(super) fn did_you_mean<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> String {
    let last_part = |name: &'a str| name.rsplit('.').next().unwrap_or(name);
    let distance = |name: &'a str| {
        strsim::damerau_levenshtein(wanted, name)
            .min(strsim::damerau_levenshtein(last_part_of(wanted), last_part(name)))
    };
    let allowed = (last_part_of(wanted).chars().count() / 3).max(1);
    names
        .map(|name| (distance(name), name))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map_or_else(String::new, |(_, name)| format!("; did you mean `{name}`?"))
}

fn last_part_of(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// Names in backticks, with commas; the first few where there are many.
pub(super) fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    const SHOWN: usize = 8;
    let names: Vec<&str> = names.collect();
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    let rest = names.len().saturating_sub(SHOWN);
    if rest == 0 { shown.join(", ") } else { format!("{} and {rest} more", shown.join(", ")) }
}
