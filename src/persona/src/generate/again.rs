//! Packets that go through ingress again, resubmitted as they came in or recirculated as they would leave, and clones.
//!
//! When a guest asks for it, the state is kept beside the one that goes on; where the packet comes in
//! again, or the clone, the device's row takes from it what the guest's field list keeps.

use hyper4_ir::PipelineKind;

use super::egress::Begin;
use super::{Text, shifted};
use crate::Layout;

impl Text {
    /// How such a packet begins.
    pub(super) fn enter_again(&mut self, layout: &Layout) {
        let width = layout.state_bits();
        self.lines(&format!(
            "action begin_again(bit<{width}> keep, bit<16> pc, bit<8> slot, bit<8> lookup) {{
            meta.pc = pc;
            meta.slot = slot;
            meta.lookup = lookup;
            meta.state = {} | ((bit<{width}>)meta.length << {}) | (meta.copied & keep);
            }}
            table enter_again {{
            key = {{ meta.device: exact; meta.again: exact; }}
            actions = {{ begin_again; discard; }}
            default_action = discard();
            size = {};
            }}",
            shifted(&format!("((bit<{width}>)meta.window)"), "<<", layout.metadata_bits()),
            Layout::LENGTH.offset,
            layout.config().rows_per_table
        ));
    }

    /// The operator's action that a guest asks with.
    pub(super) fn ask(&mut self, pipeline: PipelineKind) {
        self.lines(&format!(
            "action ask() {{
            meta.copied = meta.state;
            meta.again = meta.index[7:0];
            meta.clone_list = meta.index[15:8];
            meta.session = meta.data[15:0];
            meta.asked = {};
            }}",
            asked(pipeline)
        ));
    }

    /// A guest's session is one of the switch's, or it isn't there.
    pub(super) fn mirror(&mut self, layout: &Layout, pipeline: PipelineKind) {
        let size = layout.config().rows_per_table;
        let kind = match pipeline {
            PipelineKind::Ingress => "I2E",
            PipelineKind::Egress => "E2E",
        };
        self.lines(&format!(
            "action mirror_to(bit<32> session) {{
            clone_preserving_field_list(CloneType.{kind}, session, 1);
            }}
            table mirror {{
            key = {{ meta.device: exact; meta.session: exact; }}
            actions = {{ mirror_to; @defaultonly NoAction; }}
            default_action = NoAction();
            size = {size};
            }}"
        ));
    }

    /// A pipeline's end: it is done.
    pub(super) fn again(&mut self, layout: &Layout, pipeline: PipelineKind) {
        if !layout.config().copies {
            return;
        }
        let does = match pipeline {
            PipelineKind::Ingress => "resubmit_preserving_field_list",
            PipelineKind::Egress => "recirculate_preserving_field_list",
        };
        self.lines(&format!(
            "if (meta.asked == {}) {{
            if (meta.again != 0) {{
            {does}(1);
            }}
            if (meta.clone_list != 0) {{
            mirror.apply();
            }}
            }}",
            asked(pipeline)
        ));
    }

    /// How egress begins: for a clone with a table of its own.
    pub(super) fn begin_egress_control(&mut self, layout: &Layout) {
        self.lines(if layout.config().copies {
            "if (meta.egress != 0 || standard_metadata.instance_type == 1 || standard_metadata.instance_type == 2) {
            if (meta.egress == 0) {
            enter_clone.apply();
            } else if (meta.egress == 1) {
            enter_egress.apply();
            } else {
            meta.slot = meta.egress_slot;
            }"
        } else {
            "if (meta.egress != 0) {
            if (meta.egress == 1) {
            enter_egress.apply();
            } else {
            meta.slot = meta.egress_slot;
            }"
        });
    }

    /// How clones begin egress: with the packet as it came to the switch, byte for byte in headers of its own, or with what
    /// it was when it left its guest's egress.
    pub(super) fn enter_clone(&mut self, layout: &Layout) {
        let width = layout.state_bits();
        let each: String =
            (0..layout.parse_bytes()).map(|i| format!("hdr.each[{i}].setInvalid();\n")).collect();
        let arrived = format!(
            "meta.state = {} | ((bit<{width}>)meta.length << {}) | (meta.copied & kept);
            meta.length = 0;
            {each}",
            shifted(&format!("((bit<{width}>)meta.window)"), "<<", layout.metadata_bits()),
            Layout::LENGTH.offset
        );
        let departed = "meta.state = meta.copied & kept;".to_owned();
        let kept = format!("bit<{width}> kept, ");
        let with_port = format!("bit<9> port, {kept}");
        let mut names = Vec::new();
        for (name, statements) in [("arrive", arrived), ("depart", departed)] {
            for (form, parameters, port) in
                [("", &kept, "standard_metadata.egress_port"), ("_as", &with_port, "port")]
            {
                let name = format!("{name}{form}");
                let begin =
                    Begin { name: &name, parameters, statements: statements.clone(), port, slot: "slot" };
                self.begin_egress(layout, &begin);
                names.push(format!("{name}_commit; {name}_commit_move;"));
            }
        }
        self.lines(&format!(
            "table enter_clone {{
            key = {{
            meta.device: exact;
            standard_metadata.instance_type: exact;
            meta.clone_list: exact;
            standard_metadata.egress_port: ternary;
            }}
            actions = {{ {} discard; }}
            default_action = discard();
            size = {size};
            }}",
            names.join(" "),
            size = layout.config().rows_per_table
        ));
    }
}

fn asked(pipeline: PipelineKind) -> u8 {
    match pipeline {
        PipelineKind::Ingress => 1,
        PipelineKind::Egress => 2,
    }
}
