//! From a program and its rows to a picture.

use std::collections::BTreeMap;

use hyper4_dpmu::{InstalledRow, RowMeaning};
use hyper4_ir::{
    ExtractTarget, HeaderId, NextNode, ParserOp, PipelineKind, Program, SelectKey, SourceInfo, TableNext,
    Transition, TransitionMatch,
};

use super::{Cluster, Node, Shape};

/// Where parsers and pipelines end.
pub(super) const END: &str = "end";

/// The parser and both pipelines of a program; `device` is its name in a composition.
pub(crate) fn program(program: &Program, device: Option<&str>) -> Vec<Cluster> {
    let prefix = device.map(|device| format!("{device}: ")).unwrap_or_default();
    let mut clusters = vec![parser(program, format!("{prefix}parser"))];
    for (kind, start) in
        [(PipelineKind::Ingress, program.ingress.start), (PipelineKind::Egress, program.egress.start)]
    {
        let name = match kind {
            PipelineKind::Ingress => "ingress",
            PipelineKind::Egress => "egress",
        };
        // An empty pipeline has nothing to show.
        if start.is_some() {
            clusters.push(pipeline(program, kind, start, format!("{prefix}{name}")));
        }
    }
    clusters
}

fn node(shape: Shape, name: &str, lines: Vec<String>) -> Node {
    Node { shape, name: name.to_owned(), lines, met: false }
}

fn parser(program: &Program, name: String) -> Cluster {
    let states = &program.parser.states;
    let start = program.parser.start.index();
    let mut cluster = Cluster { name, ..Cluster::default() };
    for state in states {
        let mut lines = vec![state.name.clone()];
        lines
            .extend(state.ops.iter().filter_map(|op| extracted(program, op)).map(|h| format!("extract {h}")));
        let key: Vec<String> = state.key.iter().map(|key| select_key(program, key)).collect();
        if !key.is_empty() {
            lines.push(format!("select {}", key.join(", ")));
        }
        cluster.nodes.push(node(Shape::State, &state.name, lines));
    }
    let end = cluster.nodes.len();
    cluster.nodes.push(node(Shape::End, END, vec!["accept".to_owned()]));
    for (number, state) in states.iter().enumerate() {
        for transition in &state.transitions {
            let to = transition.next.map_or(end, |next| next.index());
            let label = if state.transitions.len() == 1 { String::new() } else { label(program, transition) };
            cluster.join(number, to, &label);
        }
        if state.transitions.is_empty() {
            cluster.join(number, end, "");
        }
    }
    cluster.head(start);
    cluster
}

fn header_name(program: &Program, header: HeaderId) -> String {
    program.headers.get(header.index()).map(|header| header.name.clone()).unwrap_or_default()
}

fn extracted(program: &Program, op: &ParserOp) -> Option<String> {
    match op {
        ParserOp::Extract(extract) => match extract.target() {
            ExtractTarget::Header(header) => Some(header_name(program, header)),
            ExtractTarget::StackNext(stack) => {
                Some(format!("{}.next", program.header_stacks.get(stack.index())?.name))
            }
            ExtractTarget::UnionStackNext { stack, .. } => {
                Some(format!("{}.next", program.header_union_stacks.get(stack.index())?.name))
            }
        },
        _ => None,
    }
}

fn select_key(program: &Program, key: &SelectKey) -> String {
    match key {
        SelectKey::Field(field) => program.field_name(*field),
        SelectKey::Lookahead { offset, width } => format!("lookahead {offset}+{width}"),
        SelectKey::LastField(..) | SelectKey::UnionLastField { .. } => "last".to_owned(),
    }
}

fn label(program: &Program, transition: &Transition) -> String {
    match &transition.matches {
        TransitionMatch::Default => "default".to_owned(),
        TransitionMatch::Values(values) => {
            let one = |(value, mask): &(hyper4_bits::Bits, hyper4_bits::Bits)| {
                if mask.not().is_zero() { format!("{value}") } else { format!("{value} &&& {mask}") }
            };
            values.iter().map(one).collect::<Vec<_>>().join(", ")
        }
        TransitionMatch::ValueSet { set, .. } => {
            program.value_sets.get(set.index()).map(|set| set.name.clone()).unwrap_or_default()
        }
    }
}

fn pipeline(program: &Program, kind: PipelineKind, start: NextNode, name: String) -> Cluster {
    let mut cluster = Cluster { name, ..Cluster::default() };
    let mut tables = BTreeMap::new();
    for (number, table) in program.tables.iter().enumerate().filter(|(_, table)| table.pipeline == kind) {
        tables.insert(number, cluster.nodes.len());
        let mut lines =
            vec![crate::story::statement(program, &table.name).unwrap_or_else(|| table.name.clone())];
        let keys = table.keys.iter().map(|key| format!("{} {}", key.match_kind.name(), key.name));
        lines.extend(keys);
        cluster.nodes.push(node(Shape::Table, &table.name, lines));
    }
    let mut conditions = BTreeMap::new();
    for (number, condition) in program.conditionals.iter().enumerate().filter(|(_, c)| c.pipeline == kind) {
        conditions.insert(number, cluster.nodes.len());
        let text = written(condition.source_info.as_ref()).unwrap_or_else(|| condition.name.clone());
        cluster.nodes.push(node(Shape::Condition, &condition.name, vec![text]));
    }
    let end = cluster.nodes.len();
    cluster.nodes.push(node(Shape::End, END, vec!["end".to_owned()]));
    let place = |next: NextNode| match next {
        None => Some(end),
        Some(hyper4_ir::Node::Table(table)) => tables.get(&table.index()).copied(),
        Some(hyper4_ir::Node::Conditional(condition)) => conditions.get(&condition.index()).copied(),
    };
    let mut arrows = Vec::new();
    for (number, at) in &tables {
        let Some(table) = program.tables.get(*number) else { continue };
        match &table.next {
            TableNext::HitMiss { hit, miss } => {
                arrows.push((*at, place(*hit), "hit".to_owned()));
                arrows.push((*at, place(*miss), "miss".to_owned()));
            }
            TableNext::ByAction { nodes, base_default } => {
                let same = nodes.iter().all(|next| Some(next) == nodes.first());
                for (next, action) in nodes.iter().zip(&table.actions) {
                    let action =
                        program.actions.get(action.index()).map(|a| a.name.clone()).unwrap_or_default();
                    arrows.push((*at, place(*next), if same { String::new() } else { action }));
                }
                if nodes.is_empty() {
                    arrows.push((*at, place(*base_default), String::new()));
                }
            }
        }
    }
    for (number, at) in &conditions {
        let Some(condition) = program.conditionals.get(*number) else { continue };
        arrows.push((*at, place(condition.true_next), "true".to_owned()));
        arrows.push((*at, place(condition.false_next), "false".to_owned()));
    }
    for (from, to, label) in arrows {
        if let Some(to) = to {
            cluster.join(from, to, &label);
        }
    }
    if let Some(start) = place(start) {
        cluster.head(start);
    }
    cluster
}

/// A construct as it stands in the program.
fn written(source: Option<&SourceInfo>) -> Option<String> {
    source.map(|source| source.source_fragment.trim().to_owned()).filter(|text| !text.is_empty())
}

/// Say in each node of a device's clusters which tables of the persona hold its rows, and how many.
pub(crate) fn rows<'a>(
    clusters: &mut [Cluster],
    device: Option<&str>,
    installed: impl Iterator<Item = &'a InstalledRow>,
) {
    let mut held: BTreeMap<(Shape, String), BTreeMap<String, usize>> = BTreeMap::new();
    for row in installed {
        let RowMeaning::Guest { device: of, origin } = &row.meaning else { continue };
        if device.is_some_and(|device| device != of.device) {
            continue;
        }
        let mut seen = Vec::new();
        for event in &origin.events {
            let Some(place) = super::way::place(event).filter(|place| !seen.contains(place)) else {
                continue;
            };
            let (shape, name) = place;
            *held.entry((shape, name.to_owned())).or_default().entry(short(row.table())).or_default() += 1;
            seen.push(place);
        }
    }
    for node in clusters.iter_mut().flat_map(|cluster| &mut cluster.nodes) {
        if let Some(tables) = held.get(&(node.shape, node.name.clone())) {
            let words: Vec<String> =
                tables.iter().map(|(table, count)| format!("{table} ×{count}")).collect();
            for part in words.chunks(3) {
                node.lines.push(format!("▸ {}", part.join(", ")));
            }
        }
    }
}

/// A table of the persona without its control, which slots tell: those of egress are marked.
pub(super) fn short(table: &str) -> String {
    match table.split_once('.') {
        Some(("PersonaIngress", name)) => name.to_owned(),
        Some(("PersonaEgress", name)) => format!("egress {name}"),
        _ => table.to_owned(),
    }
}
