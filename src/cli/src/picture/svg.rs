//! A picture as SVG, laid out here, for those who have no Graphviz.

use layout::backends::svg::SVGWriter;
use layout::core::base::Orientation;
use layout::core::color::Color;
use layout::core::style::{LineStyleKind, StyleAttr};
use layout::std_shapes::render::get_shape_size;
use layout::std_shapes::shapes::{Arrow, Element, LineEndKind, ShapeKind};
use layout::topo::layout::VisualGraph;

use super::{Picture, Shape};

/// As in DOT: the packet's way, red, green, blue, opacity.
const WAY: u32 = 0xc241_0cff;
const LINE: u32 = 0x4b55_63ff;
const FILL: u32 = 0xffff_ffff;
/// Of the places by which packets come in.
const HEADING: u32 = 0xe5e7_ebff;

/// The picture as SVG; `None` where it couldn't be laid out.
pub(crate) fn svg(picture: &Picture) -> Option<String> {
    // What draws takes some graphs for impossible and panics; that is no reason for this process to end so.
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let drawn = std::panic::catch_unwind(|| draw(picture));
    std::panic::set_hook(hook);
    drawn.ok()
}

fn draw(picture: &Picture) -> String {
    let mut graph = VisualGraph::new(Orientation::TopToBottom);
    for cluster in &picture.clusters {
        let handles: Vec<_> = cluster
            .nodes
            .iter()
            .map(|node| {
                let fill = if node.shape == Shape::Heading { HEADING } else { FILL };
                let rounded = match node.shape {
                    Shape::State | Shape::Heading => 15,
                    Shape::Table | Shape::Row | Shape::Condition | Shape::End => 0,
                };
                graph.add_node(element(&node.lines.join("\n"), style(node.met, Some(fill), rounded)))
            })
            .collect();
        for arrow in &cluster.arrows {
            let (Some(from), Some(to)) = (handles.get(arrow.from), handles.get(arrow.to)) else { continue };
            let look = style(arrow.met, None, 0);
            let label = arrow.labels.join("\n");
            let drawn = Arrow::new(
                LineEndKind::None,
                LineEndKind::Arrow,
                LineStyleKind::Normal,
                &label,
                &look,
                &None,
                &None,
            );
            graph.add_edge(drawn, *from, *to);
        }
    }
    let mut writer = SVGWriter::new();
    graph.do_it(false, false, false, &mut writer);
    writer.finalize()
}

fn element(label: &str, look: StyleAttr) -> Element {
    let shape = ShapeKind::new_box(label);
    let size = get_shape_size(Orientation::LeftToRight, &shape, look.font_size, false);
    Element::create(shape, look, Orientation::LeftToRight, size)
}

fn style(met: bool, fill: Option<u32>, rounded: usize) -> StyleAttr {
    let (line, width) = if met { (WAY, 2) } else { (LINE, 1) };
    StyleAttr::new(Color::new(line), width, fill.map(Color::new), rounded, 14)
}
