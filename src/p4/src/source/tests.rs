use std::time::{Duration, Instant};

use super::*;

#[test]
fn columns_count_characters() {
    let text = "añb\n€x\n𝄞y";
    let mut sources = SourceMap::new();
    let file = sources.add("t.p4", text);
    let places: Vec<(char, u32, u32)> = text
        .char_indices()
        .filter(|(_, letter)| letter.is_ascii_alphabetic())
        .map(|(offset, letter)| {
            let place = sources.position(Span { file, start: offset as u32, end: offset as u32 });
            (letter, place.line, place.column)
        })
        .collect();
    assert_eq!(places, [('a', 1, 1), ('b', 1, 3), ('x', 2, 2), ('y', 3, 2)]);
}

#[test]
fn a_place_on_a_long_line_costs_no_more() {
    let statement = "a = b; ";
    let text = statement.repeat(100_000);
    let mut sources = SourceMap::new();
    let file = sources.add("t.p4", &text);
    let begun = Instant::now();
    for index in 0..100_000u32 {
        let start = index * statement.len() as u32;
        assert_eq!(sources.position(Span { file, start, end: start + 1 }).column, start + 1);
    }
    // Going along the line each time would be 35 thousand million characters.
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}
