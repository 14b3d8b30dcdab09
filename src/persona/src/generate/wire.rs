//! How a packet's first bytes come into the window, and how they leave it.
//!
//! A packet that is long enough comes in as one piece, any other one in the powers of two that its length is made of.
//! It leaves as it came in, unless headers were added or taken away: then in the powers of two of what there is now.

use super::{Text, shifted};
use crate::Layout;

impl Text {
    /// The parser.
    pub(super) fn parser(&mut self, layout: &Layout) {
        let (parsed, window) = (layout.parse_bytes(), layout.window_bits());
        let short: String = short_lengths(parsed)
            .map(|(value, mask)| format!("32w0x{value:08x} &&& 32w0x{mask:08x}: short_packet;\n"))
            .collect();
        let first = pieces(layout).find(|bytes| *bytes < parsed).unwrap_or(1);
        let taken = format!("((bit<{window}>)hdr.whole.bytes)");
        // simple_switch parses an ingress clone with what metadata the packet had whose place it takes, except for the
        // port. So no packet is left with a length, and one without is taken in without looking at it.
        let (by_bytes, taken_over, each) = match layout.config().copies {
            true => (
                "32w0: by_bytes;\n",
                "meta.packet_length = standard_metadata.packet_length;\nstandard_metadata.packet_length = 0;\n",
                "state by_bytes {
                meta.window = 0;
                meta.length = 0;
                meta.packet_length = 0;
                transition one_byte;
                }
                state one_byte {
                packet.extract(hdr.each.next);
                transition one_byte;
                }
                ",
            ),
            false => ("", "", ""),
        };
        self.lines(&format!(
            "parser PersonaParser(packet_in packet, out headers_t hdr, inout metadata_t meta,
            inout standard_metadata_t standard_metadata) {{
            state start {{
            meta.prefix_shift = {};
            transition select(standard_metadata.packet_length) {{
            {by_bytes}{short}default: full_window;
            }}
            }}
            state full_window {{
            packet.extract(hdr.whole);
            meta.window = {};
            meta.length = {parsed};
            {taken_over}transition accept;
            }}
            {each}
            state short_packet {{
            meta.window = 0;
            meta.length = standard_metadata.packet_length[7:0];
            transition at{first};
            }}",
            layout.prefix_shift().1,
            shifted(&taken, "<<", window - 8 * u32::from(parsed)),
        ));
        for bytes in pieces(layout).skip_while(|bytes| *bytes > first) {
            let next = if bytes == 1 { "align".to_owned() } else { format!("at{}", bytes / 2) };
            let bit = bytes.trailing_zeros();
            let taken = format!("(bit<{window}>)hdr.chunk{bytes}.bytes");
            let value = if bytes == first {
                taken
            } else {
                format!("{} | {taken}", shifted("meta.window", "<<", 8 * u32::from(bytes)))
            };
            self.lines(&format!(
                "state at{bytes} {{
                transition select(standard_metadata.packet_length[{bit}:{bit}]) {{
                1w1: take{bytes};
                default: {next};
                }}
                }}
                state take{bytes} {{
                packet.extract(hdr.chunk{bytes});
                meta.window = {value};
                transition {next};
                }}"
            ));
        }
        self.lines(&format!(
            "state align {{
            {}
            meta.window = {};
            {taken_over}transition accept;
            }}
            }}
            ",
            pad(layout),
            padded("<<", layout)
        ));
    }

    /// What egress does last: the window goes back into the packet.
    pub(super) fn emit_window(&mut self, layout: &Layout) {
        let window = layout.window_bits();
        let validity: String = pieces(layout)
            .map(|bytes| {
                let bit = bytes.trailing_zeros();
                format!(
                    "if (meta.length[{bit}:{bit}] == 1) {{
                    hdr.chunk{bytes}.setValid();
                    }} else {{
                    hdr.chunk{bytes}.setInvalid();
                    }}
                    "
                )
            })
            .collect();
        let parsed = 8 * u32::from(layout.parse_bytes());
        // See the parser.
        let forgotten = if layout.config().copies { "standard_metadata.packet_length = 0;\n" } else { "" };
        self.lines(&format!(
            "if (meta.state[55:48] != meta.length) {{
            hdr.whole.setInvalid();
            meta.length = meta.state[55:48];
            {}
            {validity}}}
            meta.window = (bit<{window}>)({});
            {forgotten}if (hdr.whole.isValid()) {{
            hdr.whole.bytes = (bit<{parsed}>)({});
            }} else {{
            meta.window = {};",
            pad(layout),
            shifted("meta.state", ">>", layout.metadata_bits()),
            shifted("meta.window", ">>", window - parsed),
            padded(">>", layout)
        ));
        let mut smallest_first: Vec<u16> = pieces(layout).collect();
        smallest_first.reverse();
        let largest = smallest_first.last().copied();
        for bytes in smallest_first {
            // One that fills the window is the only one.
            let filled = u32::from(bytes) * 8 == window;
            let slice = if filled { String::new() } else { format!("[{}:0]", 8 * bytes - 1) };
            self.lines(&format!(
                "if (hdr.chunk{bytes}.isValid()) {{
                hdr.chunk{bytes}.bytes = meta.window{slice};"
            ));
            // Two shifts in a row are one to p4c, and too far.
            if Some(bytes) != largest && 16 * u32::from(bytes) < window {
                self.line(&format!("meta.window = meta.window >> {};", 8 * bytes));
            }
            self.line("}");
        }
        self.line("}");
    }
}

/// The sizes of the pieces that a packet can come in or leave in, beside the whole: powers of two.
pub(super) fn pieces(layout: &Layout) -> impl Iterator<Item = u16> {
    let window = layout.config().window_bytes;
    // Nothing can be added where there is no room.
    let largest = if layout.parse_bytes() < window { window } else { window / 2 };
    (0..=largest.trailing_zeros()).map(move |i| largest >> i)
}

/// All lengths below `bytes`, as values and masks.
fn short_lengths(bytes: u16) -> impl Iterator<Item = (u32, u32)> {
    let set = (0..16).rev().filter(move |bit| bytes >> bit & 1 == 1);
    set.map(move |bit| (u32::from(bytes) >> (bit + 1) << (bit + 1), u32::MAX << bit))
}

/// The statement that says by how much the window is shifted to make up for missing bytes.
fn pad(layout: &Layout) -> String {
    let (window, unit) = (layout.config().window_bytes, pad_unit(layout).0);
    format!("meta.pad = ({window} - meta.length) * {unit};")
}

/// How many shifts make up for one missing byte, and how often: amounts have 8 bits.
fn pad_unit(layout: &Layout) -> (u16, u16) {
    let unit = (255 / (layout.config().window_bytes - 1)).min(8);
    (unit, 8 / unit)
}

/// The window shifted by the missing bytes.
fn padded(op: &str, layout: &Layout) -> String {
    format!("meta.window{}", format!(" {op} meta.pad").repeat(pad_unit(layout).1.into()))
}
