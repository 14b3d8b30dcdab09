//! Breaking text into lines.

/// Lines of at most `width` characters, broken at blanks where there are some.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in text.split_whitespace() {
        let mut word = word;
        let mut length = word.chars().count();
        if used > 0 && used + 1 + length > width {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        if used > 0 {
            line.push(' ');
            used += 1;
        }
        // A word that is longer than a line is cut.
        while used + length > width {
            let cut = word.char_indices().nth(width - used).map_or(word.len(), |(at, _)| at);
            let (head, tail) = word.split_at(cut);
            line.push_str(head);
            lines.push(std::mem::take(&mut line));
            used = 0;
            word = tail;
            length = word.chars().count();
        }
        line.push_str(word);
        used += length;
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// At most `width` characters; where some are left out stands `…`. The end is kept: names differ there.
pub(crate) fn shorten(text: &str, width: usize) -> String {
    let length = text.chars().count();
    if length <= width {
        return text.to_owned();
    }
    let kept = width.saturating_sub(1);
    let tail: String = text.chars().skip(length - kept).collect();
    format!("…{tail}")
}
