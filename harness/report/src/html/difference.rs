//! A divergence in HTML: the packet, its outputs, both traces side by side.

use hyper4_diff::{CopyTrace, DecodedHeader, Divergence, OutputView, PacketView, SideBySide, TraceLine};
use maud::{Markup, html};

use crate::layers::{bytes_of, layers};

/// Bytes in a line.
const LINE: usize = 16;
/// Bytes of a packet that are shown.
const SHOWN: usize = 512;

pub(super) fn divergence(divergence: &Divergence) -> Markup {
    html! {
        div.sides {
            div { h3 { "expected" } p.native { (divergence.expected) } }
            div { h3 { "actual" } p.virtual { (divergence.actual) } }
        }
        @if let Some(origin) = &divergence.origin { p { "persona: " code { (origin) } } }
        @if let Some(note) = &divergence.note { p.note { (note) } }
        @if let Some(command) = &divergence.command { p { "command: " code { (command) } } }
        @if let Some(packet) = &divergence.packet { (went_in(packet)) }
        @if let Some(output) = &divergence.output {
            @let (expected, actual) = (bytes(output.expected.as_ref()), bytes(output.actual.as_ref()));
            h3 { "first output that differs" @if let Some(field) = &output.field { ": " code { (field) } } }
            div.sides {
                (came_out("native", output.expected.as_ref(), &expected, &actual))
                (came_out("virtual", output.actual.as_ref(), &actual, &expected))
            }
        }
        @if let Some(both) = &divergence.side_by_side { (traces(both)) }
    }
}

fn bytes(output: Option<&OutputView>) -> Vec<u8> {
    output.map(|output| bytes_of(&output.hex)).unwrap_or_default()
}

fn went_in(packet: &PacketView) -> Markup {
    let bytes = bytes_of(&packet.hex);
    html! {
        h3 { "packet in by port " (packet.port) ", " (bytes.len()) " bytes" }
        @let layers = layers(&bytes);
        @if !layers.is_empty() {
            ul.layers { @for layer in &layers { li {
                b { (layer.name) } " " (layer.summary)
                span.quiet { " from byte " (layer.offset) }
            } } }
        }
        (dump(&bytes, |at| field_at(&packet.headers, at)))
        @if !packet.headers.is_empty() {
            p.quiet { "As the program's parser took it:" }
            ul.layers { @for header in &packet.headers { li {
                b { (header.name) } " "
                @for field in &header.fields { span.field { (field.name) " = " (field.value) } " " }
            } } }
        }
    }
}

/// The class of the byte's header, and the fields in it.
fn field_at(headers: &[DecodedHeader], byte: usize) -> Option<(String, String)> {
    let (begin, end) = (byte * 8, byte * 8 + 8);
    for (number, header) in headers.iter().enumerate() {
        let mut at = header.offset;
        let mut names = Vec::new();
        for field in &header.fields {
            let next = at + field.value.width() as usize;
            if at < end && next > begin {
                names.push(format!("{}.{} = {}", header.name, field.name, field.value));
            }
            at = next;
        }
        if !names.is_empty() {
            return Some((format!("h{}", number % 4), names.join(", ")));
        }
    }
    None
}

fn came_out(side: &str, output: Option<&OutputView>, bytes: &[u8], other: &[u8]) -> Markup {
    let differs = |at: usize| {
        (bytes.get(at) != other.get(at)).then(|| ("differs".to_owned(), format!("byte {at} differs")))
    };
    html! {
        div {
            h4 { (side) @match output {
                Some(output) => { ": " (bytes.len()) " bytes by port " (output.port) },
                None => ": no packet",
            } }
            @if output.is_some() { (dump(bytes, differs)) }
        }
    }
}

/// Bytes in lines of sixteen; `mark` gives a byte a class and words.
fn dump(bytes: &[u8], mark: impl Fn(usize) -> Option<(String, String)>) -> Markup {
    html! {
        pre.hex {
            @for (line, chunk) in bytes.chunks(LINE).take(SHOWN / LINE).enumerate() {
                span.offset { (format!("{:04x}", line * LINE)) } "  "
                @for (column, byte) in chunk.iter().enumerate() {
                    @match mark(line * LINE + column) {
                        Some((class, words)) => span.(class) title=(words) { (format!("{byte:02x}")) },
                        None => (format!("{byte:02x}")),
                    }
                    " "
                }
                "\n"
            }
            @if bytes.len() > SHOWN { "… " (bytes.len() - SHOWN) " more bytes" }
        }
    }
}

fn traces(both: &SideBySide) -> Markup {
    let first = both.copies.iter().position(|copy| copy.lines.iter().any(TraceLine::differs));
    html! {
        @for (number, copy) in both.copies.iter().enumerate() {
            (trace(number, copy, first == Some(number)))
        }
    }
}

fn trace(number: usize, copy: &CopyTrace, first: bool) -> Markup {
    let at = copy.lines.iter().position(TraceLine::differs).filter(|_| first);
    html! {
        details.trace open[first] {
            summary {
                @match copy.copied_from {
                    Some(from) => { "trace of copy " (number) ", made of packet " (from) },
                    None if number == 0 => "trace of the packet",
                    None => { "trace of the packet, part " (number) },
                }
                @if !copy.lines.iter().any(TraceLine::differs) { span.quiet { " (the same on both sides)" } }
            }
            div.wide { table.trace {
                thead { tr { th { "" } th { "native" } th { "virtual" } th { "persona's row" } } }
                tbody { @for (position, line) in copy.lines.iter().enumerate() {
                    tr.differs[line.differs()].first[at == Some(position)] {
                        td.offset { (position) }
                        td { (line.native.as_deref().unwrap_or("")) }
                        td { (line.on_persona.as_deref().unwrap_or("")) }
                        td.quiet { (line.row.as_deref().unwrap_or("")) }
                    }
                } }
            } }
        }
    }
}
