use hyper4_ir::{Event, TableOutcome, Trace, TracedPacket};
use hyper4_virtual::PersonaRow;

use super::{Arrow, Cluster, Node, Picture, Shape, dot, persona_way, svg, way};

fn node(shape: Shape, name: &str) -> Node {
    Node { shape, name: name.to_owned(), lines: vec![name.to_owned()], met: false }
}

/// `start` goes to `ip` or ends; in ingress `acl` comes before `route`, or is the end.
fn clusters() -> Vec<Cluster> {
    let mut parser = Cluster { name: "parser".to_owned(), ..Cluster::default() };
    parser.nodes = vec![node(Shape::State, "start"), node(Shape::State, "ip"), node(Shape::End, "end")];
    parser.join(0, 1, "0x0800");
    parser.join(0, 2, "default");
    parser.join(1, 2, "");
    let mut ingress = Cluster { name: "ingress".to_owned(), ..Cluster::default() };
    ingress.nodes = vec![node(Shape::Table, "acl"), node(Shape::Table, "route"), node(Shape::End, "end")];
    ingress.join(0, 1, "hit");
    ingress.join(0, 2, "miss");
    ingress.join(1, 2, "hit");
    ingress.join(1, 2, "miss");
    vec![parser, ingress]
}

#[test]
fn labels_of_one_arrow_are_joined() {
    let ingress = clusters().remove(1);
    let labels = |arrow: &Arrow| arrow.labels.join(" ");
    assert_eq!(ingress.arrows.iter().map(labels).collect::<Vec<_>>(), ["hit", "miss", "hit miss"]);
}

#[test]
fn a_packets_way_is_marked_and_nothing_else() {
    let mut drawn = clusters();
    let events = vec![
        Event::ParseState("start".to_owned()),
        Event::Extract("ethernet".to_owned()),
        Event::Pipeline("ingress".to_owned()),
        Event::Table { name: "acl".to_owned(), outcome: TableOutcome::Hit(0) },
        Event::Table { name: "route".to_owned(), outcome: TableOutcome::Miss },
        Event::Drop,
    ];
    way(&mut drawn, &Trace { packets: vec![TracedPacket { copied_from: None, events }] });
    let met = |cluster: &Cluster| {
        let nodes: Vec<bool> = cluster.nodes.iter().map(|node| node.met).collect();
        let arrows: Vec<bool> = cluster.arrows.iter().map(|arrow| arrow.met).collect();
        (nodes, arrows)
    };
    let ways: Vec<_> = drawn.iter().map(met).collect();
    // Past the parser by its default, through both tables.
    assert_eq!(ways[0], (vec![true, false, true], vec![false, true, false]));
    assert_eq!(ways[1], (vec![true, true, true], vec![true, false, true]));
}

#[test]
fn a_packet_that_is_too_short_ends_nowhere() {
    let mut drawn = clusters();
    let events = vec![Event::ParseState("start".to_owned()), Event::ParserError("PacketTooShort".to_owned())];
    way(&mut drawn, &Trace { packets: vec![TracedPacket { copied_from: None, events }] });
    assert!(drawn[0].nodes[0].met && !drawn[0].nodes[2].met);
    assert!(drawn[0].arrows.iter().all(|arrow| !arrow.met));
}

#[test]
fn rows_stand_one_after_the_other() {
    let row = |table: &str, handle| PersonaRow { table: table.to_owned(), handle, construct: "x".to_owned() };
    let cluster = persona_way(&[row("PersonaIngress.enter", 0), row("PersonaEgress.step_1", 7)]);
    assert_eq!(cluster.nodes[1].lines, ["egress step_1 row 7", "x"]);
    let arrow = |from, to| Arrow { from, to, labels: Vec::new(), met: true };
    // The third node is the heading.
    assert_eq!(cluster.arrows, [arrow(2, 0), arrow(0, 1)]);
}

#[test]
fn names_dont_end_texts() {
    let mut clusters = clusters();
    clusters[1].nodes[0].lines = vec!["a \"b\" \\ c".to_owned(), "second".to_owned()];
    let text = dot(&Picture { title: "x\ny\"".to_owned(), clusters });
    assert!(text.starts_with("digraph \"x y\\\"\" {\n"), "{text}");
    assert!(text.contains("[label=\"a \\\"b\\\" \\\\ c\\nsecond\"]"), "{text}");
    assert_eq!(text.matches(" -> ").count(), 6);
    assert_eq!(text.matches('{').count(), text.matches('}').count());
}

#[test]
fn pictures_are_drawn_as_svg_too() -> Result<(), &'static str> {
    let mut clusters = clusters();
    // A parser's loop, and a name that isn't XML.
    clusters[0].join(1, 0, "again");
    clusters[1].nodes[0].lines = vec!["a < b && c".to_owned()];
    let text = svg(&Picture { title: "x".to_owned(), clusters }).ok_or("it can't be laid out")?;
    assert!(text.contains("a &lt; b &amp;&amp; c"), "{text}");
    assert!(text.trim_end().ends_with("</svg>"));
    for word in ["start", "route", "again"] {
        assert!(text.contains(word), "{word} is not in {text}");
    }
    Ok(())
}
