//! How a packet's first bytes come into the window, and how they leave it.
//!
//! A packet that is long enough comes in as one piece, any other one in the powers of two that its length is made of.
//! It leaves as it came in, unless headers were added or taken away: then in the powers of two of what there is now.
//!
//! Where a piece of 16 bytes or more lies in the window depends on few bits of the length, so each way has code of its
//! own, and slices by constants; all that is shifted by the length is the *tail*, the up to 15 bytes behind them. On
//! simple_switch a write to a wide field costs more than anything that is computed for it, so there is one for each
//! way in. A `select` looks at the length under masks: of a slice p4c would make a field, which simple_switch clears for
//! each packet.

use super::Text;
use crate::Layout;

/// Bytes of the tail's word.
pub(super) const TAIL: u16 = 16;

impl Text {
    /// The parser.
    pub(super) fn parser(&mut self, layout: &Layout) {
        let parsed = layout.parse_bytes();
        let below = layout.window().end() - 8 * u32::from(parsed);
        let copies = layout.config().copies;
        let (keys, any) = match copies {
            true => ("meta.next, standard_metadata.packet_length", "(32w0, _)"),
            false => ("standard_metadata.packet_length", "default"),
        };
        let untold = if copies { ("(32w0, 32w0): untold;\n", "default: untold;\n") } else { ("", "") };
        self.lines(&format!(
            "parser PersonaParser(packet_in packet, out headers_t hdr, inout metadata_t meta,
            inout standard_metadata_t standard_metadata) {{
            state start {{
            transition select({keys}) {{
            {}{}{any}: full_window;
            {}}}
            }}
            state full_window {{
            packet.extract(hdr.whole);
            meta.length = {parsed};
            meta.state = 8w{parsed} ++ 8w0 ++ hdr.whole.bytes ++ (bit<{below}>)standard_metadata.ingress_port;
            transition accept;
            }}",
            untold.0,
            short_lengths(parsed, copies),
            untold.1,
        ));
        if copies {
            self.untold(layout);
        }
        for head in heads(parsed) {
            self.head(layout, head);
        }
        self.tail();
        let last = heads(parsed).last().unwrap_or(0);
        let ways = heads(parsed).filter(|head| *head < last);
        let ways: String = ways.map(|head| format!("32w{head} &&& 32w0xf0: tail_of{head};\n")).collect();
        self.lines(&format!(
            "state aligned {{
            meta.pad = (16 - (bit<8>)standard_metadata.packet_length[3:0]) << 3;
            meta.tail = meta.tail << meta.pad;
            transition select(standard_metadata.packet_length) {{
            {ways}default: tail_of{last};
            }}
            }}
            }}
            "
        ));
    }

    /// The way in of a packet whose length isn't told.
    ///
    /// simple_switch parses an ingress clone with what metadata the packet had whose place it takes, except for the port.
    /// Of a packet that comes in nothing is next, and something is when one has been here; where no packet has been yet the
    /// length is 0. A clone is taken in as a whole or not at all: then all of its bytes stay behind its headers, and what
    /// it had in the window comes with the fields that it keeps. What is written here is for packets of no bytes; a clone's
    /// metadata are lost.
    fn untold(&mut self, layout: &Layout) {
        self.lines(&format!(
            "state untold {{
            meta.length = 0;
            meta.state = (bit<{}>)standard_metadata.ingress_port;
            packet.extract(hdr.whole);
            transition accept;
            }}",
            layout.state_bits()
        ));
    }

    /// The ways in of a packet whose first `head` bytes come as pieces of at least the tail's size.
    fn head(&mut self, layout: &Layout, head: u16) {
        let chunks: Vec<u16> = pieces(layout).filter(|bytes| *bytes >= TAIL && head & bytes != 0).collect();
        let extracts: String =
            chunks.iter().map(|bytes| format!("packet.extract(hdr.chunk{bytes});\n")).collect();
        let bytes: Vec<String> = chunks.iter().map(|bytes| format!("hdr.chunk{bytes}.bytes")).collect();
        self.lines(&format!(
            "state head{head} {{
            {extracts}meta.tail = 0;
            transition select(standard_metadata.packet_length) {{
            32w0 &&& 32w15: whole_of{head};
            32w8 &&& 32w8: take8;
            32w4 &&& 32w12: take4;
            32w2 &&& 32w14: take2;
            default: take1;
            }}
            }}"
        ));
        // Of a tail as much as there is window for; the packet has no more.
        let more = TAIL.min(layout.config().window_bytes.saturating_sub(head));
        let tail = match more {
            TAIL => "meta.tail".to_owned(),
            _ => format!("meta.tail[{}:{}]", 8 * TAIL - 1, 8 * (TAIL - more)),
        };
        for (name, more, tail) in [("whole", 0, None), ("tail", more, Some(tail))] {
            let mut parts: Vec<String> = bytes.iter().cloned().chain(tail).collect();
            let below = layout.window().end() - 8 * u32::from(head + more);
            parts.push(format!("(bit<{below}>)standard_metadata.ingress_port"));
            self.lines(&format!(
                "state {name}_of{head} {{
                meta.length = standard_metadata.packet_length[7:0];
                meta.state = meta.length ++ 8w0 ++ {};
                transition accept;
                }}",
                parts.join(" ++ ")
            ));
        }
    }

    /// The tail's pieces come in, the last byte lowest.
    fn tail(&mut self) {
        let ways = [
            (
                8,
                "transition select(standard_metadata.packet_length) {\n32w4 &&& 32w4: take4;\n32w2 &&& 32w6: take2;\n32w1 &&& 32w7: take1;\ndefault: aligned;\n}",
            ),
            (
                4,
                "transition select(standard_metadata.packet_length) {\n32w2 &&& 32w2: take2;\n32w1 &&& 32w3: take1;\ndefault: aligned;\n}",
            ),
            (
                2,
                "transition select(standard_metadata.packet_length) {\n32w1 &&& 32w1: take1;\ndefault: aligned;\n}",
            ),
            (1, "transition aligned;"),
        ];
        for (bytes, transition) in ways {
            self.lines(&format!(
                "state take{bytes} {{
                packet.extract(hdr.chunk{bytes});
                meta.tail = (meta.tail << {}) | (bit<{}>)hdr.chunk{bytes}.bytes;
                {transition}
                }}",
                8 * bytes,
                8 * TAIL
            ));
        }
    }

    /// What egress does last, by one action.
    pub(super) fn apply_emission(&mut self) {
        self.lines("if (meta.traits != 0) {\nemit();\n}");
    }

    /// Its action: the window goes back into the packet.
    pub(super) fn emission(&mut self, layout: &Layout) {
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
        let length = layout.length();
        let now = format!("meta.state[{}:{}]", length.end() - 1, length.offset);
        self.lines(&format!(
            "action emit() {{
            if ({now} != meta.length) {{
            hdr.whole.setInvalid();
            meta.length = {now};
            {validity}}}
            if (hdr.whole.isValid()) {{
            hdr.whole.bytes = {};
            }} else {{",
            window_bytes(layout, 0, layout.parse_bytes()),
        ));
        let heads: Vec<u16> = pieces(layout).filter(|bytes| *bytes >= TAIL).collect();
        self.emit_heads(layout, &heads, 0);
        self.lines(
            "if (meta.length[3:0] != 0) {
            meta.pad = (16 - (bit<8>)meta.length[3:0]) << 3;
            meta.tail = meta.tail >> meta.pad;",
        );
        for bytes in [1, 2, 4, 8] {
            let bits = 8 * bytes;
            self.lines(&format!(
                "if (hdr.chunk{bytes}.isValid()) {{
                hdr.chunk{bytes}.bytes = meta.tail[{}:0];",
                bits - 1
            ));
            if bytes < 8 {
                self.line(&format!("meta.tail = meta.tail >> {bits};"));
            }
            self.line("}");
        }
        self.lines("}\n}");
        if layout.config().copies {
            self.lines(&format!("if (meta.unparsed == 1) {{\ntruncate((bit<32>){now});\n}}"));
        }
        self.line("}");
    }

    /// The pieces of those sizes that the packet has, behind its first `from` bytes, and then the tail.
    fn emit_heads(&mut self, layout: &Layout, sizes: &[u16], from: u16) {
        let room = layout.config().window_bytes.saturating_sub(from);
        let Some((bytes, smaller)) = sizes.split_first() else {
            let there = TAIL.min(room);
            if there > 0 {
                let behind = 8 * (TAIL - there);
                let padding = if behind > 0 { format!(" ++ {behind}w0") } else { String::new() };
                self.lines(&format!(
                    "if (meta.length[3:0] != 0) {{
                    meta.tail = {}{padding};
                    }}",
                    window_bytes(layout, from, there)
                ));
            }
            return;
        };
        if *bytes > room {
            self.emit_heads(layout, smaller, from);
            return;
        }
        self.lines(&format!(
            "if (hdr.chunk{bytes}.isValid()) {{
            hdr.chunk{bytes}.bytes = {};",
            window_bytes(layout, from, *bytes)
        ));
        // One that fills the window is the only one.
        if *bytes < room {
            self.emit_heads(layout, smaller, from + bytes);
        }
        self.line("} else {");
        self.emit_heads(layout, smaller, from);
        self.line("}");
    }
}

/// The sizes of the pieces that a packet can come in or leave in, beside the whole: powers of two, the largest first.
pub(super) fn pieces(layout: &Layout) -> impl Iterator<Item = u16> {
    let window = layout.config().window_bytes;
    // Nothing can be added where there is no room.
    let most = if layout.parse_bytes() < window { window } else { window.saturating_sub(1) };
    (0..=most.ilog2()).rev().map(|bit| 1 << bit)
}

/// How many bytes packets of less than `parsed` bytes can have before the tail.
fn heads(parsed: u16) -> impl Iterator<Item = u16> {
    (0..parsed).step_by(TAIL.into())
}

/// `bytes` bytes of the window, from `from` on.
fn window_bytes(layout: &Layout, from: u16, bytes: u16) -> String {
    let above = layout.window().end() - 8 * u32::from(from);
    format!("meta.state[{}:{}]", above - 1, above - 8 * u32::from(bytes))
}

/// Where a packet of less than `parsed` bytes comes in, as cases of a `select` by its length.
fn short_lengths(parsed: u16, beside_next: bool) -> String {
    let mut cases = String::new();
    for head in heads(parsed) {
        // Of the last ones, some are long enough.
        let mut low = head;
        while low < parsed.min(head + TAIL) {
            let left = parsed.min(head + TAIL) - low;
            let size = 1 << left.ilog2();
            let mask = u32::MAX << left.ilog2();
            let length = format!("32w0x{low:08x} &&& 32w0x{mask:08x}");
            let case = if beside_next { format!("(32w0, {length})") } else { length };
            cases.push_str(&format!("{case}: head{head};\n"));
            low += size;
        }
    }
    cases
}
