//! A packet's way through a picture, from its trace.

use hyper4_ir::{Event, Trace};
use hyper4_virtual::PersonaRow;

use super::draw::{END, short};
use super::{Cluster, Node, Shape};

/// The node that an event is about.
pub(super) fn place(event: &Event) -> Option<(Shape, &str)> {
    match event {
        Event::ParseState(name) => Some((Shape::State, name)),
        Event::Condition { name, .. } => Some((Shape::Condition, name)),
        Event::Table { name, .. } => Some((Shape::Table, name)),
        _ => None,
    }
}

/// Mark what a packet and its copies met.
pub(crate) fn way(clusters: &mut [Cluster], trace: &Trace) {
    for copy in &trace.packets {
        let mut device = None;
        // The cluster and the node in it where the packet is.
        let mut at: Option<(usize, usize)> = None;
        for event in &copy.events {
            if let Event::Device(name) = event {
                device = Some(name.as_str());
                leave(clusters, &mut at);
            }
            if ends(event) {
                leave(clusters, &mut at);
            }
            // Then it takes none of the arrows.
            if matches!(event, Event::ParserError(_)) {
                at = None;
            }
            let Some((shape, name)) = place(event) else { continue };
            let here = |cluster: &Cluster| device.is_none_or(|d| cluster.name.starts_with(&format!("{d}: ")));
            let found = clusters
                .iter()
                .enumerate()
                .filter(|(_, cluster)| here(cluster))
                .find_map(|(number, cluster)| Some((number, cluster.node(shape, name)?)));
            let Some((number, node)) = found else { continue };
            match at {
                Some((before, from)) if before == number => arrow(clusters, number, from, node),
                _ => {
                    leave(clusters, &mut at);
                    enter(clusters, number, node);
                }
            }
            meet(clusters, number, node);
            at = Some((number, node));
        }
        leave(clusters, &mut at);
    }
}

/// What happens behind the last node of a parser or a pipeline.
fn ends(event: &Event) -> bool {
    matches!(
        event,
        Event::Pipeline(_)
            | Event::Drop
            | Event::Unicast(_)
            | Event::Multicast(_)
            | Event::Transmit(_)
            | Event::Unlinked
    )
}

/// The packet comes into a cluster.
fn enter(clusters: &mut [Cluster], number: usize, node: usize) {
    let heading = clusters.get(number).and_then(|c| c.nodes.iter().position(|n| n.shape == Shape::Heading));
    if let Some(heading) = heading {
        meet(clusters, number, heading);
        arrow(clusters, number, heading, node);
    }
}

/// The packet goes from where it is to the end.
fn leave(clusters: &mut [Cluster], at: &mut Option<(usize, usize)>) {
    let Some((number, from)) = at.take() else { return };
    let end = clusters.get(number).and_then(|cluster| cluster.node(Shape::End, END));
    if let Some(end) = end {
        arrow(clusters, number, from, end);
        meet(clusters, number, end);
    }
}

fn meet(clusters: &mut [Cluster], number: usize, node: usize) {
    if let Some(node) = clusters.get_mut(number).and_then(|cluster| cluster.nodes.get_mut(node)) {
        node.met = true;
    }
}

fn arrow(clusters: &mut [Cluster], number: usize, from: usize, to: usize) {
    let arrows = clusters.get_mut(number).map(|cluster| cluster.arrows.iter_mut()).into_iter().flatten();
    for arrow in arrows.filter(|arrow| (arrow.from, arrow.to) == (from, to)) {
        arrow.met = true;
    }
}

/// The rows of the persona that a packet met, one after the other.
pub(crate) fn persona_way(rows: &[PersonaRow]) -> Cluster {
    let mut cluster = Cluster { name: "on the persona".to_owned(), ..Cluster::default() };
    for (number, row) in rows.iter().enumerate() {
        let heading = format!("{} row {}", short(&row.table), row.handle);
        let node = Node {
            shape: Shape::Row,
            name: number.to_string(),
            lines: vec![heading, row.construct.clone()],
            met: true,
        };
        cluster.nodes.push(node);
        if let Some(before) = number.checked_sub(1) {
            cluster.join(before, number, "");
        }
    }
    if !rows.is_empty() {
        cluster.head(0);
    }
    cluster.arrows.iter_mut().for_each(|arrow| arrow.met = true);
    cluster
}
