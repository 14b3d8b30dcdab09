//! Packets that go through ingress again: resubmitted as they came in, recirculated as they would leave.
//!
//! When a guest asks for it, the state is kept beside the one that goes on; when the packet comes in again, the device's
//! row takes from it what the guest's field list keeps.

use hyper4_ir::PipelineKind;

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
            size = 1024;
            }}",
            shifted(&format!("((bit<{width}>)meta.window)"), "<<", layout.metadata_bits()),
            Layout::LENGTH.offset
        ));
    }

    /// The operator's action that a guest asks for it with.
    pub(super) fn ask_again(&mut self, pipeline: PipelineKind) {
        self.lines(&format!(
            "action ask_again() {{
            meta.copied = meta.state;
            meta.again = (bit<8>)meta.index;
            meta.asked = {};
            }}",
            asked(pipeline)
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
        self.lines(&format!("if (meta.asked == {}) {{\n{does}(1);\n}}", asked(pipeline)));
    }
}

fn asked(pipeline: PipelineKind) -> u8 {
    match pipeline {
        PipelineKind::Ingress => 1,
        PipelineKind::Egress => 2,
    }
}
