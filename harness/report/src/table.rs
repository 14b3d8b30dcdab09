//! Text in columns.

use anstyle::Style;

use crate::wrap::shorten;

/// A cell with its style.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    pub(crate) text: String,
    pub(crate) style: Style,
}

impl Cell {
    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), style: Style::new() }
    }
}

/// A column's title, and how soon it gives way when there is little room: the greatest first, 0 never.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    pub(crate) title: &'static str,
    pub(crate) gives_way: u8,
    pub(crate) right: bool,
}

const GAP: usize = 2;
const LEAST_NAME: usize = 12;

/// Lines of at most `width` columns. The first column gets shorter, then others are left out.
pub(crate) fn lines(
    columns: &[Column],
    rows: &[Vec<Cell>],
    width: usize,
    heading: Style,
    colour: bool,
) -> Vec<String> {
    let titles =
        columns.iter().map(|column| Cell { text: column.title.to_owned(), style: heading }).collect();
    let all: Vec<&Vec<Cell>> = std::iter::once(&titles).chain(rows).collect();
    let needed = |number: usize| {
        let cells = all.iter().filter_map(|row| row.get(number));
        cells.map(|cell| cell.text.chars().count()).max().unwrap_or(0)
    };
    let mut shown: Vec<(usize, Column, usize)> =
        columns.iter().enumerate().map(|(number, column)| (number, *column, needed(number))).collect();
    let rest = |shown: &[(usize, Column, usize)]| -> usize {
        shown.iter().skip(1).map(|(_, _, width)| GAP + width).sum()
    };
    let name = shown.first().map_or(0, |(_, _, width)| *width);
    while rest(&shown) + name.min(LEAST_NAME) > width {
        let first_to_go = shown.iter().max_by_key(|(_, column, _)| column.gives_way);
        match first_to_go.map(|(number, column, _)| (*number, column.gives_way)) {
            Some((number, 1..)) => shown.retain(|(other, ..)| *other != number),
            _ => break,
        }
    }
    let room = width.saturating_sub(rest(&shown)).max(1);
    if let Some((_, _, width)) = shown.first_mut() {
        *width = name.min(room);
    }
    all.iter()
        .map(|row| {
            let mut line = String::new();
            for (position, (number, column, width)) in shown.iter().enumerate() {
                let Some(cell) = row.get(*number) else { continue };
                let text = shorten(&cell.text, *width);
                let fill = " ".repeat(width.saturating_sub(text.chars().count()));
                if position > 0 {
                    line.push_str(&" ".repeat(GAP));
                }
                if column.right {
                    line.push_str(&fill);
                }
                line.push_str(&paint(&text, cell.style, colour));
                if !column.right {
                    line.push_str(&fill);
                }
            }
            line.trim_end().to_owned()
        })
        .collect()
}

/// The text in a style, when colours are wanted.
pub(crate) fn paint(text: &str, style: Style, colour: bool) -> String {
    if colour && style != Style::new() {
        format!("{}{text}{}", style.render(), style.render_reset())
    } else {
        text.to_owned()
    }
}
