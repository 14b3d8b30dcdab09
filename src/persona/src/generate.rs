//! The persona's P4_16 text.
//!
//! Plain v1model that stock p4c compiles for simple_switch; no preprocessor macros, so that what is compiled is what
//! is read. The back end limits a constant shift to 256 bits and a run-time amount to 8 bits: wide shifts are several
//! in a row.

mod actions;
mod egress;
mod state;
mod tables;

use hyper4_ir::PipelineKind;

use crate::Layout;
use crate::encode::slot_roles;

/// The P4_16 text of the persona with that layout. The same layout gives the same text.
pub fn generate(layout: &Layout) -> String {
    let mut text = Text::default();
    text.header(layout);
    text.types(layout);
    text.arrays(layout);
    text.parser(layout);
    text.control(layout, PipelineKind::Ingress);
    text.control(layout, PipelineKind::Egress);
    text.rest(layout);
    text.out
}

/// The fields of an access to state outside of the packet.
const ACCESS: &str = "
bit<16> access;     // one of the guest's arrays, and what is done to it
bit<32> index;      // the guest's number of a cell
bit<64> data;       // what a register is to be, or was
bit<2> colour;";

#[derive(Default)]
struct Text {
    out: String,
    depth: usize,
}

impl Text {
    fn line(&mut self, line: &str) {
        if line.starts_with('}') {
            self.depth = self.depth.saturating_sub(1);
        }
        if !line.is_empty() {
            self.out.push_str(&"    ".repeat(self.depth));
            self.out.push_str(line);
        }
        self.out.push('\n');
        if line.ends_with('{') {
            self.depth += 1;
        }
    }

    fn lines(&mut self, lines: &str) {
        for line in lines.lines() {
            self.line(line.trim());
        }
    }

    fn header(&mut self, layout: &Layout) {
        let c = layout.config();
        self.lines(&format!(
            "// The HyPer4 persona: emulates P4 programs that are given to it as table rows.
            // Made by `hyper4 persona generate`; do not edit.
            // window_bytes = {}, metadata_bits = {}, ingress_slots = {}, egress_slots = {}, rows_per_table = {}, registers = {}, counters = {}, meters = {}
            #include <core.p4>
            #include <v1model.p4>
            ",
            c.window_bytes,
            c.metadata_bits,
            c.ingress_slots,
            c.egress_slots,
            c.rows_per_table,
            c.registers,
            c.counters,
            c.meters
        ));
    }

    fn types(&mut self, layout: &Layout) {
        self.line("");
        let mut members = Vec::new();
        for bytes in chunks(layout) {
            self.line(&format!("header chunk{bytes}_t {{ bit<{}> bytes; }}", 8 * bytes));
            members.push(format!("chunk{bytes}_t chunk{bytes};"));
        }
        self.line(&format!("struct headers_t {{ {} }}", members.join(" ")));
        let (state, window) = (layout.state_bits(), layout.window_bits());
        self.lines(&format!(
            "// state: the window, byte 0 of the packet uppermost; below it the guest's metadata, then from bit 0
            // ingress_port (9), egress_spec (9), egress_port (9), at bit 32 mcast_grp (16), at bit 48 length (8).
            struct metadata_t {{
            bit<{state}> state;
            bit<{state}> key;       // the part of the state that an exact or lpm lookup matches
            bit<{prefix}> prefix;    // its upper bits, which an lpm lookup matches
            bit<8> prefix_shift; // what brings them down; a constant amount would be too large for the back end
            bit<{window}> window;    // the packet's first bytes on their way in and out
            bit<16> device;     // written by the operator's rows alone
            bit<16> pc;         // the row to be looked up next: micro-PC, slot, kind of lookup
            bit<8> slot;        // {done}: nothing more
            bit<8> lookup;
            bit<8> length;      // bytes of the packet in the window
            bit<8> pad;         // by how much a short packet is shifted, in parts of bytes
            bit<16> checksum;
            bit<64> hash;
            bit<9> port;        // copies of state fields that the operator's tables match
            bit<16> group;
            bit<2> egress;      // 0: the guest has nothing to do in egress; 1: enter_egress begins it; 2: begun
            bit<8> egress_slot; // where it goes on when it was begun by `leave`{access}
            }}
            ",
            access = if layout.config().has_state() { ACCESS } else { "" },
            done = Layout::DONE,
            prefix = layout.prefix_bits()
        ));
    }

    fn parser(&mut self, layout: &Layout) {
        let full = layout.config().window_bytes;
        self.lines(&format!(
            "parser PersonaParser(packet_in packet, out headers_t hdr, inout metadata_t meta,
            inout standard_metadata_t standard_metadata) {{
            state start {{
            meta.prefix_shift = {};
            transition select(standard_metadata.packet_length) {{
            32w0 &&& 32w0x{:08x}: short_packet;
            default: full_window;
            }}
            }}
            state full_window {{
            packet.extract(hdr.chunk{full});
            meta.window = hdr.chunk{full}.bytes;
            meta.length = {full};
            transition accept;
            }}
            state short_packet {{
            meta.window = 0;
            meta.length = standard_metadata.packet_length[7:0];
            transition at{};
            }}",
            layout.prefix_shift().1,
            u32::MAX - u32::from(full) + 1,
            full / 2
        ));
        for bytes in chunks(layout).skip(1) {
            let next = if bytes == 1 { "align".to_owned() } else { format!("at{}", bytes / 2) };
            let bit = bytes.trailing_zeros();
            let taken = format!("(bit<{}>)hdr.chunk{bytes}.bytes", layout.window_bits());
            let window =
                if bytes == full / 2 { taken } else { format!("(meta.window << {}) | {taken}", 8 * bytes) };
            self.lines(&format!(
                "state at{bytes} {{
                transition select(standard_metadata.packet_length[{bit}:{bit}]) {{
                1w1: take{bytes};
                default: {next};
                }}
                }}
                state take{bytes} {{
                packet.extract(hdr.chunk{bytes});
                meta.window = {window};
                transition {next};
                }}"
            ));
        }
        self.lines(&format!(
            "state align {{
            meta.pad = ({full} - meta.length) * {};
            meta.window = {};
            transition accept;
            }}
            }}
            ",
            pad_unit(layout).0,
            padded("<<", layout)
        ));
    }

    fn control(&mut self, layout: &Layout, pipeline: PipelineKind) {
        self.line(&format!(
            "control {}(inout headers_t hdr, inout metadata_t meta,",
            Layout::control(pipeline)
        ));
        self.line("inout standard_metadata_t standard_metadata) {");
        match pipeline {
            PipelineKind::Ingress => self.ingress_actions(layout),
            PipelineKind::Egress => self.egress_actions(layout),
        }
        self.effects(layout);
        self.computing(layout);
        self.state_effects(layout, pipeline);
        self.accesses(layout);
        for slot in 0..layout.slots(pipeline) {
            for role in slot_roles(layout, pipeline) {
                self.table(layout, pipeline, role, slot);
            }
        }
        self.line("apply {");
        match pipeline {
            PipelineKind::Ingress => {
                self.line("enter.apply();");
                self.slots(pipeline, layout);
                self.lines("if (meta.slot != 255) {\nmark_to_drop(standard_metadata);\n}");
            }
            PipelineKind::Egress => {
                self.lines(
                    "if (meta.egress != 0) {
                    if (meta.egress == 1) {
                    enter_egress.apply();
                    } else {
                    meta.slot = meta.egress_slot;
                    }",
                );
                self.slots(pipeline, layout);
                self.lines(
                    "if (meta.slot != 255 || meta.state[17:9] == 511) {\nmark_to_drop(standard_metadata);\n}\n}",
                );
                self.emit_window(layout);
            }
        }
        self.lines("}\n}\n");
    }

    fn ingress_actions(&mut self, layout: &Layout) {
        let width = layout.state_bits();
        let start = "bit<16> device, bit<16> pc, bit<8> slot, bit<8> lookup";
        let go = "meta.device = device;\nmeta.pc = pc;\nmeta.slot = slot;\nmeta.lookup = lookup;";
        let packet = format!(
            "meta.state = {} | ((bit<{width}>)meta.length << {}) | (bit<{width}>)",
            shifted(&format!("((bit<{width}>)meta.window)"), "<<", layout.metadata_bits()),
            Layout::LENGTH.offset
        );
        let wire = layout.mask(layout.window()).or(&layout.mask(Layout::LENGTH));
        self.lines(&format!(
            "action discard() {{
            mark_to_drop(standard_metadata);
            meta.slot = {done};
            }}
            action enter_device({start}) {{
            {go}
            {packet}standard_metadata.ingress_port;
            }}
            action enter_device_as(bit<9> port, {start}) {{
            {go}
            {packet}port;
            }}
            action transmit(bit<9> port) {{
            standard_metadata.egress_spec = port;
            meta.egress = 0;
            meta.slot = {done};
            }}
            action transmit_same() {{
            standard_metadata.egress_spec = meta.port;
            meta.egress = 0;
            meta.slot = {done};
            }}
            action forward(bit<9> port, {start}) {{
            {go}
            meta.state = (meta.state & {width}w{wire}) | (bit<{width}>)port;
            }}
            action replicate(bit<16> group, bit<1> egress) {{
            standard_metadata.mcast_grp = group;
            meta.egress = (bit<2>)egress;
            meta.slot = {done};
            }}",
            done = Layout::DONE
        ));
        self.transmit_actions(layout);
        self.lines(
            "table enter {
            key = { standard_metadata.ingress_port: ternary; }
            actions = { enter_device; enter_device_as; discard; }
            default_action = discard();
            size = 1024;
            }",
        );
    }

    fn emit_window(&mut self, layout: &Layout) {
        let (full, window) = (layout.config().window_bytes, layout.window_bits());
        self.lines(&format!(
            "meta.window = (bit<{window}>)({});
            if (hdr.chunk{full}.isValid()) {{
            hdr.chunk{full}.bytes = meta.window;
            }} else {{
            meta.window = {};",
            shifted("meta.state", ">>", layout.metadata_bits()),
            padded(">>", layout)
        ));
        let mut smallest_first: Vec<u16> = chunks(layout).skip(1).collect();
        smallest_first.reverse();
        for bytes in smallest_first {
            let bits = 8 * bytes;
            self.lines(&format!(
                "if (hdr.chunk{bytes}.isValid()) {{
                hdr.chunk{bytes}.bytes = meta.window[{}:0];",
                bits - 1
            ));
            if bytes < full / 2 {
                self.line(&format!("meta.window = meta.window >> {bits};"));
            }
            self.line("}");
        }
        self.line("}");
    }

    fn rest(&mut self, layout: &Layout) {
        let emits: String = chunks(layout).map(|b| format!("packet.emit(hdr.chunk{b});\n")).collect();
        self.lines(&format!(
            "control PersonaVerify(inout headers_t hdr, inout metadata_t meta) {{
            apply {{ }}
            }}
            control PersonaCompute(inout headers_t hdr, inout metadata_t meta) {{
            apply {{ }}
            }}
            control PersonaDeparser(packet_out packet, in headers_t hdr) {{
            apply {{
            {emits}}}
            }}
            V1Switch(PersonaParser(), PersonaVerify(), PersonaIngress(), PersonaEgress(), PersonaCompute(),
            PersonaDeparser()) main;"
        ));
    }
}

/// Parameters for a distance in parts of eight bits: see [`Layout::MAX_SHIFT`].
fn amounts(prefix: &str) -> String {
    (0..5).map(|i| format!("bit<8> {prefix}{i}, ")).collect()
}

/// Shifts by all parts of a distance.
fn shifts(operator: &str, prefix: &str) -> String {
    (0..5).map(|i| format!(" {operator} {prefix}{i}")).collect()
}

/// The sizes of the pieces a packet is taken in: the whole window, or the powers of two that its length is made of.
fn chunks(layout: &Layout) -> impl Iterator<Item = u16> {
    let full = layout.config().window_bytes;
    (0..=full.trailing_zeros()).map(move |i| full >> i)
}

/// The parameters that say what is looked up next, and what they do.
fn go(layout: &Layout) -> (String, &'static str) {
    let next = format!("bit<16> pc, bit<8> slot, bit<8> lookup, bit<{}> key_mask", layout.state_bits());
    (next, "meta.key = meta.state & key_mask;\nmeta.pc = pc;\nmeta.slot = slot;\nmeta.lookup = lookup;")
}

/// A shift by a constant, in steps that the back end allows.
fn shifted(what: &str, op: &str, bits: u32) -> String {
    let mut text = what.to_owned();
    let mut left = bits;
    while left > 0 {
        let step = left.min(256);
        text.push_str(&format!(" {op} {step}"));
        left -= step;
    }
    format!("({text})")
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
