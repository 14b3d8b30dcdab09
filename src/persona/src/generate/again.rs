//! Packets that go through ingress again, resubmitted as they came in or recirculated as they would leave, and clones.
//!
//! When a guest asks for it, the state is kept beside the one that goes on; where the packet comes in
//! again, or the clone, the device's row takes from it what the guest's field list keeps.

use hyper4_ir::PipelineKind;

use super::egress::Begin;
use super::wire::{TAIL, pieces};
use super::{Text, in_slot};
use crate::Layout;

impl Text {
    /// How such a packet begins.
    pub(super) fn enter_again(&mut self, layout: &Layout) {
        let width = layout.state_bits();
        let wire = layout.mask(layout.window()).or(&layout.mask(layout.length()));
        self.lines(&format!(
            "action begin_again(bit<{width}> keep, bit<32> next, bit<8> traits) {{
            meta.next = next;
            meta.traits = traits;
            meta.state = (meta.state & {width}w{wire}) | (meta.copied & keep);
            }}
            action go_on(bit<32> next, bit<8> traits) {{
            meta.next = next;
            meta.traits = traits;
            meta.state = meta.copied;
            }}
            table enter_again {{
            key = {{ meta.device: exact; meta.again: exact; }}
            actions = {{ begin_again; go_on; discard; }}
            default_action = discard();
            size = {};
            }}",
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
        self.line("action mirror_to(bit<32> session) {");
        let kind = match pipeline {
            PipelineKind::Ingress => {
                self.remember(layout);
                "I2E"
            }
            PipelineKind::Egress => "E2E",
        };
        self.lines(&format!(
            "clone_preserving_field_list(CloneType.{kind}, session, 1);
            }}
            table mirror {{
            key = {{ meta.device: exact; meta.session: exact; }}
            actions = {{ mirror_to; @defaultonly NoAction; }}
            default_action = NoAction();
            size = {size};
            }}"
        ));
    }

    /// An ingress clone is the packet as it came to the switch. If it didn't fill the window its bytes can't be taken in again,
    /// see the parser: then the window as it came goes along with it, which its headers still have, and the tail.
    fn remember(&mut self, layout: &Layout) {
        self.line("if (!hdr.whole.isValid()) {");
        let sizes: Vec<u16> = pieces(layout).filter(|bytes| *bytes >= TAIL).collect();
        self.remember_heads(layout, &sizes, &mut Vec::new());
        self.line("}");
    }

    fn remember_heads(&mut self, layout: &Layout, sizes: &[u16], before: &mut Vec<u16>) {
        let from: u16 = before.iter().sum();
        let Some((bytes, smaller)) = sizes.split_first() else {
            let width = layout.state_bits();
            let window = layout.window();
            let more = TAIL.min(layout.config().window_bytes.saturating_sub(from));
            let mut parts: Vec<String> =
                before.iter().map(|bytes| format!("hdr.chunk{bytes}.bytes")).collect();
            match more {
                0 => {}
                TAIL => parts.push("meta.tail".to_owned()),
                _ => parts.push(format!("meta.tail[{}:{}]", 8 * TAIL - 1, 8 * (TAIL - more))),
            }
            parts.push(format!("{}w0", window.end() - 8 * u32::from(from + more)));
            let own = layout.mask(layout.window()).or(&layout.mask(layout.length())).not();
            self.lines(&format!(
                "meta.copied = (meta.length ++ 8w0 ++ {}) | (meta.copied & {width}w{own});",
                parts.join(" ++ ")
            ));
            return;
        };
        if from + bytes > layout.parse_bytes() {
            return self.remember_heads(layout, smaller, before);
        }
        self.line(&format!("if (hdr.chunk{bytes}.isValid()) {{"));
        before.push(*bytes);
        self.remember_heads(layout, smaller, before);
        before.pop();
        self.line("} else {");
        self.remember_heads(layout, smaller, before);
        self.line("}");
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

    /// How egress begins: for a replica and for a clone with a table of its own.
    pub(super) fn begin_egress_control(&mut self, layout: &Layout) {
        // A clone's metadata were reset, and what comes from ingress has a slot of egress.
        let clones = if layout.config().copies {
            "} else if (meta.next == 0) {
            if (standard_metadata.instance_type == 1) {
            arrive();
            }
            enter_clone.apply();
            "
        } else {
            ""
        };
        self.lines(&format!(
            "if (meta.next != {}) {{
            if (meta.next >= {}) {{
            if (meta.next >= {}) {{
            enter_egress.apply();
            }} else if (standard_metadata.egress_port == meta.state[{}:{}]) {{
            enter_back.apply();
            }} else {{
            enter_onward.apply();
            }}
            {clones}}}",
            in_slot(Layout::DONE),
            in_slot(Layout::SPLIT_REPLICA),
            in_slot(Layout::REPLICA),
            Layout::INGRESS_PORT.end() - 1,
            Layout::INGRESS_PORT.offset
        ));
    }

    /// An ingress clone that fills the window is parsed, and its state made of that. Of a shorter one all bytes are behind its
    /// headers, of which none is valid: what it had in the window came along, and is to leave in the pieces that it makes up.
    fn arrive(&mut self, layout: &Layout) {
        let (width, parsed) = (layout.state_bits(), layout.parse_bytes());
        let wire = layout.mask(layout.window()).or(&layout.mask(layout.length()));
        self.lines(&format!(
            "action arrive() {{
            if (hdr.whole.isValid()) {{
            meta.length = {parsed};
            meta.state = 8w{parsed} ++ 8w0 ++ hdr.whole.bytes ++ {}w0;
            }} else {{
            meta.length = 0;
            meta.unparsed = 1;
            meta.state = meta.copied & {width}w{wire};
            }}
            }}",
            layout.window().end() - 8 * u32::from(parsed),
        ));
    }

    /// How clones begin egress: with the packet as it came to the switch, or with what it was when it left its guest's
    /// egress, all of which was kept. Either way the window is put back into the packet.
    pub(super) fn enter_clone(&mut self, layout: &Layout) {
        self.arrive(layout);
        let kept = format!("bit<{}> kept, ", layout.state_bits());
        let with_port = format!("bit<9> port, {kept}");
        let statements =
            format!("meta.state = meta.state | (meta.copied & kept);\nmeta.traits = {};", Layout::REWRITES);
        let mut names = Vec::new();
        for (name, parameters, port) in
            [("copy", &kept, "standard_metadata.egress_port"), ("copy_as", &with_port, "port")]
        {
            self.begin_egress(layout, &Begin { name, parameters, statements: statements.clone(), port });
            names.push(format!("{name}_commit; {name}_commit_move;"));
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
