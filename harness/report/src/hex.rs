//! Bytes as people read them.

/// A line of bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// Where it begins, in bytes.
    pub(crate) offset: usize,
    /// Two digits a byte, blanks between.
    pub(crate) bytes: String,
}

/// Lines of as many bytes as fit into `width` columns behind their offset: 16, 8 or 4.
pub(crate) fn lines(hex: &str, width: usize) -> Vec<Line> {
    let per_line = per_line(width);
    let digits: Vec<char> = hex.chars().collect();
    let line = |(number, chunk): (usize, &[char])| {
        let bytes: Vec<String> = chunk.chunks(2).map(|byte| byte.iter().collect()).collect();
        Line { offset: number * per_line, bytes: bytes.join(" ") }
    };
    digits.chunks(per_line * 2).enumerate().map(line).collect()
}

/// The line in which byte `offset` lies and the column in its bytes where it begins; an empty line behind the end.
pub(crate) fn line_of(hex: &str, offset: usize, width: usize) -> (Line, usize) {
    let per_line = per_line(width);
    let begin = offset - offset % per_line;
    let found = lines(hex, width).into_iter().find(|line| line.offset == begin);
    (found.unwrap_or(Line { offset: begin, bytes: String::new() }), offset % per_line * 3)
}

fn per_line(width: usize) -> usize {
    // Four digits and two blanks before, three columns a byte.
    [16, 8].into_iter().find(|bytes| 6 + bytes * 3 - 1 <= width).unwrap_or(4)
}
