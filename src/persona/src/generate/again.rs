//! Packets that go through ingress again, resubmitted as they came in or recirculated as they would leave, and clones.
//!
//! When a guest asks for it, the state is kept beside the one that goes on; where the packet comes in
//! again, or the clone, the device's row takes from it what the guest's field list keeps.

use hyper4_bits::Bits;
use hyper4_ir::PipelineKind;

use super::Text;
use super::egress::Begin;
use crate::Layout;

impl Text {
    /// How such a packet begins.
    pub(super) fn enter_again(&mut self, layout: &Layout) {
        let width = layout.state_bits();
        let wire = layout.mask(layout.window()).or(&layout.mask(Layout::LENGTH));
        self.lines(&format!(
            "action begin_again(bit<{width}> keep, bit<16> pc, bit<8> slot, bit<8> lookup, bit<8> traits) {{
            meta.pc = pc;
            meta.slot = slot;
            meta.lookup = lookup;
            meta.traits = traits;
            meta.state = (meta.state & {width}w{wire}) | (meta.copied & keep);
            }}
            table enter_again {{
            key = {{ meta.device: exact; meta.again: exact; }}
            actions = {{ begin_again; discard; }}
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

    /// How egress begins: for a replica and for a clone with a table of its own.
    pub(super) fn begin_egress_control(&mut self, layout: &Layout) {
        // A clone's metadata were reset, and what comes from ingress has a slot of egress.
        let clones = if layout.config().copies {
            "} else if (meta.slot == 0) {
            if (standard_metadata.instance_type == 1) {
            arrive();
            }
            enter_clone.apply();
            "
        } else {
            ""
        };
        self.lines(&format!(
            "if (meta.slot != {}) {{
            if (meta.slot == {}) {{
            enter_egress.apply();
            {clones}}}",
            Layout::DONE,
            Layout::REPLICA
        ));
    }

    /// An ingress clone is the packet as it came to the switch, byte for byte in headers of its own: the state is made of
    /// them, and the packet is to leave in the pieces that others leave in.
    fn arrive(&mut self, layout: &Layout) {
        let (width, parsed) = (layout.state_bits(), layout.parse_bytes());
        let each = |what: &str| (0..parsed).map(|i| format!("hdr.each[{i}].{what}")).collect::<Vec<_>>();
        let (double, times) = lengths(parsed);
        let ones = Bits::ones(width);
        // Those behind the packet's end are invalid, and read as anything. No chunks make up a whole that fills the window.
        self.lines(&format!(
            "action arrive() {{
            meta.pad = meta.length << {double};
            meta.state = (({} ++ {}w0) & ({width}w{ones} ^ ({width}w{ones}{}))) | ((bit<{width}>)meta.length << {});
            if (meta.length == {parsed}) {{
            hdr.whole.setValid();
            }} else {{
            meta.length = 0;
            }}
            {};
            }}",
            joined(&each("byte")),
            width - 8 * u32::from(parsed),
            " >> meta.pad".repeat(times),
            Layout::LENGTH.offset,
            each("setInvalid()").join(";\n"),
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

/// How often the number of bytes is doubled, and how often it is shifted by that, for a shift by so many bytes: amounts
/// have 8 bits.
fn lengths(most: u16) -> (u32, usize) {
    let double = (0..=3).rev().find(|double| most << double <= 255).unwrap_or(0);
    (double, 8 >> double)
}

/// One after the other, as a tree that isn't deep.
fn joined(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [part] => part.clone(),
        _ => {
            let (upper, lower) = parts.split_at(parts.len() / 2);
            format!("({} ++ {})", joined(upper), joined(lower))
        }
    }
}

fn asked(pipeline: PipelineKind) -> u8 {
    match pipeline {
        PipelineKind::Ingress => 1,
        PipelineKind::Egress => 2,
    }
}
