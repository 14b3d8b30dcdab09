//! A picture of a program: parse graph and pipelines, what they became on the persona, and a packet's way through both.

mod dot;
mod draw;
mod svg;
mod way;

pub(crate) use dot::dot;
pub(crate) use draw::{program, rows};
pub(crate) use svg::svg;
pub(crate) use way::{persona_way, way};

/// What a picture is made of.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Picture {
    pub(crate) title: String,
    pub(crate) clusters: Vec<Cluster>,
}

/// Nodes that belong together, and the arrows between them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Cluster {
    /// `parser`, `ingress`, `persona`; in a composition with the device before it.
    pub(crate) name: String,
    pub(crate) nodes: Vec<Node>,
    pub(crate) arrows: Vec<Arrow>,
}

/// A place in a program, or a row of the persona.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    pub(crate) shape: Shape,
    /// Its name in traces; unique among the cluster's nodes of its shape.
    pub(crate) name: String,
    /// What stands in it, a line each; the first one is the heading.
    pub(crate) lines: Vec<String>,
    /// Whether the packet came by.
    pub(crate) met: bool,
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Shape {
    /// A state of the parser.
    State,
    /// A table.
    Table,
    /// A condition.
    Condition,
    /// A row of the persona.
    Row,
    /// The cluster's name, before where packets come in.
    Heading,
    /// Where a parser or a pipeline ends.
    End,
}

/// From a node to another one, by their numbers in the cluster.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Arrow {
    pub(crate) from: usize,
    pub(crate) to: usize,
    /// When it is taken; empty where always.
    pub(crate) labels: Vec<String>,
    /// Whether the packet took it.
    pub(crate) met: bool,
}

impl Cluster {
    /// Put the cluster's name before where packets come in.
    fn head(&mut self, start: usize) {
        let heading = self.nodes.len();
        let lines = vec![self.name.clone()];
        self.nodes.push(Node { shape: Shape::Heading, name: String::new(), lines, met: false });
        self.arrows.insert(0, Arrow { from: heading, to: start, labels: Vec::new(), met: false });
    }

    fn node(&self, shape: Shape, name: &str) -> Option<usize> {
        self.nodes.iter().position(|node| node.shape == shape && node.name == name)
    }

    /// An arrow, or one more label on the one that is there.
    fn join(&mut self, from: usize, to: usize, label: &str) {
        let known = self.arrows.iter().position(|arrow| (arrow.from, arrow.to) == (from, to));
        let labels = match known.and_then(|known| self.arrows.get_mut(known)) {
            Some(arrow) => &mut arrow.labels,
            None => {
                self.arrows.push(Arrow { from, to, labels: Vec::new(), met: false });
                match self.arrows.last_mut() {
                    Some(arrow) => &mut arrow.labels,
                    None => return,
                }
            }
        };
        if !label.is_empty() && !labels.iter().any(|known| known == label) {
            labels.push(label.to_owned());
        }
    }
}

#[cfg(test)]
mod tests;
