//! A picture as DOT, for Graphviz and all that reads its language.

use std::fmt::Write;

use super::{Picture, Shape};

/// The colour of a packet's way: told from the rest by its width, too.
const WAY: &str = "#c2410c";

/// The picture as DOT.
pub(crate) fn dot(picture: &Picture) -> String {
    let mut text = String::new();
    // Writing to a string doesn't fail.
    let _ = write(picture, &mut text);
    text
}

fn write(picture: &Picture, out: &mut String) -> std::fmt::Result {
    writeln!(out, "digraph {} {{", quoted(&picture.title))?;
    writeln!(out, "  label={}; labelloc=t; fontname=\"Helvetica\"; fontsize=14;", quoted(&picture.title))?;
    writeln!(out, "  node [fontname=\"Helvetica\", fontsize=11, shape=box];")?;
    writeln!(out, "  edge [fontname=\"Helvetica\", fontsize=10];")?;
    for (number, cluster) in picture.clusters.iter().enumerate() {
        writeln!(out, "  subgraph cluster_{number} {{")?;
        writeln!(out, "    label={}; color=\"#9ca3af\";", quoted(&cluster.name))?;
        for (node, drawn) in cluster.nodes.iter().enumerate() {
            let shape = match drawn.shape {
                Shape::State => ", style=rounded",
                Shape::Table | Shape::Row => "",
                Shape::Condition => ", shape=hexagon",
                Shape::End | Shape::Heading => ", shape=plain",
            };
            let way = if drawn.met { format!(", color=\"{WAY}\", penwidth=2.5") } else { String::new() };
            writeln!(out, "    n{number}_{node} [label={}{shape}{way}];", lines(&drawn.lines))?;
        }
        for arrow in &cluster.arrows {
            let way = if arrow.met { format!(", color=\"{WAY}\", penwidth=2.5") } else { String::new() };
            let (from, to) = (arrow.from, arrow.to);
            writeln!(out, "    n{number}_{from} -> n{number}_{to} [label={}{way}];", lines(&arrow.labels))?;
        }
        writeln!(out, "  }}")?;
    }
    writeln!(out, "}}")
}

/// A text of DOT: quotes and backslashes are escaped, so that nothing in a program's names ends it.
fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', " ")
}

/// Several lines, each ended where Graphviz centres it.
fn lines(lines: &[String]) -> String {
    format!("\"{}\"", lines.iter().map(|line| escaped(line)).collect::<Vec<_>>().join("\\n"))
}
