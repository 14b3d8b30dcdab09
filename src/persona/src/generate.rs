//! The persona's P4_16 text.
//!
//! Plain v1model that stock p4c compiles for simple_switch; no preprocessor macros, so that what is compiled is what
//! is read. The back end limits a constant shift to 256 bits and a run-time amount to 8 bits: wide shifts are several
//! in a row, or slices and concatenations, which it doesn't limit.

mod actions;
mod again;
mod egress;
mod state;
mod tables;
mod wire;

use hyper4_ir::PipelineKind;

use crate::encode::slot_roles;
use crate::{Layout, Lookup, TableRole};
use wire::pieces;

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

/// The tables behind the slots of ingress.
const EXITS: [TableRole; 5] = [
    TableRole::Leave,
    TableRole::LeaveSame,
    TableRole::LeaveBack,
    TableRole::LeaveOnward,
    TableRole::LeaveMulticast,
];

/// The fields of an access to state outside of the packet.
const ACCESS: &str = "
bit<16> access;     // one of the guest's arrays, and what is done to it
bit<32> index;      // the guest's number of a cell
bit<64> data;       // what a register is to be, or was";

/// What goes with a packet that comes in again, or with a clone.
const COPIED: &str = "
@field_list(1) bit<{state}> copied; // the state when it was asked for
@field_list(1) bit<8> again; // the number of the guest's field list, to come in again; 0: it doesn't
@field_list(1) bit<8> clone_list; // the same, of a clone
@field_list(1) bit<8> unparsed; // 1: all bytes of the packet are behind its headers, to be cut off when it leaves
bit<16> session;    // the guest's, for which the packet is cloned
bit<2> asked;       // for one of them: 1: in ingress, 2: in egress";

/// What is learnt from a packet.
const SAMPLED: &str = "
bit<16> learnt;     // 1 and the number of the guest's list; 0: nothing
bit<128> sample;    // its elements' values, the last one lowest";

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
            // window_bytes = {}, parse_bytes = {}, metadata_bits = {}, ingress_slots = {}, egress_slots = {}, rows_per_table = {}, registers = {}, counters = {}, meters = {}, copies = {}, digests = {}, random = {}
            #include <core.p4>
            #include <v1model.p4>
            ",
            c.window_bytes,
            c.parse_bytes,
            c.metadata_bits,
            c.ingress_slots,
            c.egress_slots,
            c.rows_per_table,
            c.registers,
            c.counters,
            c.meters,
            c.copies,
            c.digests,
            c.random
        ));
    }

    fn types(&mut self, layout: &Layout) {
        self.line("");
        let whole = 8 * u32::from(layout.parse_bytes());
        self.line(&format!("header whole_t {{ bit<{whole}> bytes; }}"));
        let mut members = vec!["whole_t whole;".to_owned()];
        for bytes in pieces(layout) {
            self.line(&format!("header chunk{bytes}_t {{ bit<{}> bytes; }}", 8 * bytes));
            members.push(format!("chunk{bytes}_t chunk{bytes};"));
        }
        self.line(&format!("struct headers_t {{ {} }}", members.join(" ")));
        if layout.config().digests {
            self.line(&format!(
                "struct sample_t {{ bit<16> device; bit<16> list; bit<{}> values; }}",
                Layout::SAMPLE_BITS
            ));
        }
        let state = layout.state_bits();
        self.line(&format!("struct hashed_t {{ bit<{state}> bytes; }}"));
        let config = layout.config();
        let (has_state, copies) = (config.has_state(), config.copies);
        let copied = COPIED.replace("{state}", &state.to_string());
        self.lines(&format!(
            "// state: uppermost how many bytes of the packet are in the window (8), and 8 zeros; then the window, byte 0 of the
            // packet uppermost; below it the guest's metadata, then from bit 0 ingress_port (9), egress_spec (9),
            // egress_port (9), at bit 32 mcast_grp (16).
            struct metadata_t {{
            bit<{state}> state;
            bit<{state}> key;       // the part of the state that an exact lookup matches
            bit<{prefix}> prefix;    // the same for an lpm lookup, but the zeros in front of it
            bit<128> tail;      // the packet's bytes behind the pieces of 16 and more, on their way in and out
            {kept}bit<16> device;     // written by the operator's rows alone
            // What is looked up next: the slot uppermost, then the kind of lookup (8 bits each), then the micro-PC. Slots from
            // {egress} on are of egress, from {exit} on they are where devices leave that lead to no other one; {replica}, {split}:
            // enter_egress, or enter_back and enter_onward, say where it begins; {lost}: egress drops it; {done}: nothing more.
            bit<32> next;
            {kept}bit<8> length;      // bytes of the packet that came into the window
            bit<8> pad;         // by how many bits the tail is shifted; by how much a clone's bytes are
            bit<64> hash;
            bit<8> traits;      // 1: the packet may have been changed{access}
            }}
            ",
            kept = if layout.config().copies { "@field_list(1) " } else { "" },
            access = [has_state.then_some(ACCESS), copies.then_some(copied.as_str()), config.digests.then_some(SAMPLED)]
                .into_iter()
                .flatten()
                .collect::<String>(),
            egress = Layout::EGRESS_SLOTS,
            exit = layout.exit_slot(),
            replica = Layout::REPLICA,
            split = Layout::SPLIT_REPLICA,
            lost = Layout::LOST,
            done = Layout::DONE,
            prefix = layout.prefix_bits()
        ));
    }

    fn control(&mut self, layout: &Layout, pipeline: PipelineKind) {
        self.line(&format!(
            "control {}(inout headers_t hdr, inout metadata_t meta,",
            Layout::control(pipeline)
        ));
        self.line("inout standard_metadata_t standard_metadata) {");
        self.line("hashed_t input;");
        match pipeline {
            PipelineKind::Ingress => self.ingress_actions(layout),
            PipelineKind::Egress => self.egress_actions(layout),
        }
        self.effects(layout);
        self.computing(layout);
        self.state_effects(layout, pipeline);
        self.accesses(layout, pipeline);
        if pipeline == PipelineKind::Egress {
            self.emission(layout);
        }
        for slot in 0..layout.slots(pipeline) {
            for role in slot_roles(layout, pipeline) {
                self.table(layout, pipeline, role, slot);
            }
        }
        if pipeline == PipelineKind::Ingress {
            for role in EXITS {
                self.table(layout, pipeline, role, layout.exit_slot());
            }
        }
        self.line("apply {");
        match pipeline {
            PipelineKind::Ingress => {
                self.lines(if layout.config().copies {
                    "if (standard_metadata.instance_type == 0) {
                    enter.apply();
                    } else {
                    enter_again.apply();
                    }"
                } else {
                    "enter.apply();"
                });
                self.slots(pipeline, layout);
                self.exit(layout);
                self.again(layout, pipeline);
                if layout.config().digests {
                    self.lines(
                        "if (meta.learnt != 0) {
                        digest<sample_t>(1, { meta.device, meta.learnt, meta.sample });
                        }",
                    );
                }
            }
            PipelineKind::Egress => {
                self.begin_egress_control(layout);
                self.slots(pipeline, layout);
                self.lines(&format!(
                    "if (meta.next != {} || meta.state[17:9] == 511) {{
                    mark_to_drop(standard_metadata);
                    }}
                    }}",
                    in_slot(Layout::DONE)
                ));
                self.apply_emission();
                self.again(layout, pipeline);
            }
        }
        self.lines("}\n}\n");
    }

    fn ingress_actions(&mut self, layout: &Layout) {
        let width = layout.state_bits();
        let start = "bit<16> device, bit<32> next, bit<8> traits";
        let go = "meta.device = device;\nmeta.next = next;";
        let spec = Layout::EGRESS_SPEC;
        let wire = layout.mask(layout.window()).or(&layout.mask(layout.length()));
        self.lines(&format!(
            "action discard() {{
            mark_to_drop(standard_metadata);
            meta.next = {done};
            }}
            action transmit(bit<9> port) {{
            standard_metadata.egress_spec = port;
            meta.next = {done};
            }}
            action transmit_same() {{
            standard_metadata.egress_spec = meta.state[{high}:{low}];
            meta.next = {done};
            }}
            action transmit_lost() {{
            standard_metadata.egress_spec = meta.state[{high}:{low}];
            meta.next = {lost};
            }}
            action forward(bit<9> port, {start}) {{
            {go}
            meta.traits = meta.traits | traits;
            meta.state = (meta.state & {width}w{wire}) | (bit<{width}>)port;
            }}
            action replicate(bit<16> group, bit<32> next) {{
            standard_metadata.mcast_grp = group;
            meta.next = next;
            }}",
            high = spec.end() - 1,
            low = spec.offset,
            lost = in_slot(Layout::LOST),
            done = in_slot(Layout::DONE)
        ));
        self.enter_actions(layout);
        self.transmit_actions(layout);
        if layout.config().copies {
            self.enter_again(layout);
            self.mirror(layout, PipelineKind::Ingress);
        }
        self.lines(&format!(
            "table enter {{
            key = {{ standard_metadata.ingress_port: ternary; meta.state: ternary; }}
            actions = {{ enter_look; enter_commit; enter_commit_move; enter_commit_checksum; discard; }}
            default_action = discard();
            size = {};
            }}",
            layout.config().rows_per_table
        ));
    }

    /// A packet's device, and what its guest does first.
    fn enter_actions(&mut self, layout: &Layout) {
        let width = layout.state_bits();
        let (next, go) = go(layout);
        let device = "bit<16> device, bit<8> traits, ";
        let is = "meta.device = device;\nmeta.traits = traits;";
        let (left, right) = (amounts("l"), amounts("r"));
        let (by_left, by_right) = (shifts("<<", "l"), shifts(">>", "r"));
        let (t, to) = (amounts("t"), shifts("<<", "t"));
        self.lines(&format!(
            "action enter_look({device}{next}) {{
            {is}
            {go}
            }}
            action enter_commit({device}bit<{width}> keep, bit<{width}> value, {next}) {{
            {is}
            meta.state = (meta.state & keep) ^ value;
            {go}
            }}
            action enter_commit_move({device}bit<{width}> keep, bit<{width}> value, bit<{width}> left_mask, {left}
            bit<{width}> right_mask, {right}{next}) {{
            {is}
            meta.state = (meta.state & keep) ^ value ^ ((meta.state & left_mask){by_left}) ^ ((meta.state & right_mask){by_right});
            {go}
            }}
            action enter_commit_checksum({device}bit<{width}> keep, bit<{width}> value, bit<{width}> sum_mask, {t}
            bit<{width}> right_mask, {right}{next}) {{
            {is}
            input.bytes = meta.state & sum_mask;
            hash(meta.hash, HashAlgorithm.csum16, 64w0, input, 64w0x10000);
            meta.state = (meta.state & keep) ^ value ^ (((bit<{width}>)meta.hash){to}) ^ ((meta.state & right_mask){by_right});
            {go}
            }}"
        ));
    }

    fn rest(&mut self, layout: &Layout) {
        let emits: String = pieces(layout).map(|b| format!("packet.emit(hdr.chunk{b});\n")).collect();
        self.lines(&format!(
            "control PersonaVerify(inout headers_t hdr, inout metadata_t meta) {{
            apply {{ }}
            }}
            control PersonaCompute(inout headers_t hdr, inout metadata_t meta) {{
            apply {{ }}
            }}
            control PersonaDeparser(packet_out packet, in headers_t hdr) {{
            apply {{
            packet.emit(hdr.whole);
            {emits}}}
            }}
            V1Switch(PersonaParser(), PersonaVerify(), PersonaIngress(), PersonaEgress(), PersonaCompute(),
            PersonaDeparser()) main;"
        ));
    }
}

/// `next` at the beginning of a slot.
fn in_slot(slot: u8) -> String {
    format!("32w0x{:08x}", Layout::next(slot, 0, 0))
}

/// Parameters for a distance in parts of eight bits: see [`Layout::MAX_SHIFT`].
fn amounts(prefix: &str) -> String {
    (0..5).map(|i| format!("bit<8> {prefix}{i}, ")).collect()
}

/// Shifts by all parts of a distance.
fn shifts(operator: &str, prefix: &str) -> String {
    (0..5).map(|i| format!(" {operator} {prefix}{i}")).collect()
}

/// The parameters that say what is looked up next, and what they do.
///
/// The key alone is prepared that the lookup wants: on simple_switch a write to a wide field costs much.
fn go(layout: &Layout) -> (String, String) {
    let next =
        format!("bit<32> next, bit<8> lookup, bit<{}> key_mask, bit<8> key_shift", layout.state_bits());
    let (exact, top) = (Lookup::Exact as u8, layout.state_bits() - 1);
    let go = format!(
        "meta.next = next;
        if (lookup != 0) {{
        if (lookup == {exact}) {{
        meta.key = meta.state & key_mask;
        }} else {{
        meta.prefix = ((meta.state & key_mask) << key_shift)[{top}:{}];
        }}
        }}",
        layout.state_bits() - layout.prefix_bits()
    );
    (next, go)
}
