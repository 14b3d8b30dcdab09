//! The persona's tables, and the order in which they are applied.

use hyper4_ir::PipelineKind;

use super::Text;
use super::egress::{LEAVE_ACTIONS, LEAVE_SAME_ACTIONS};
use super::state::access_names;
use crate::{Effect, Layout, Lookup, TableRole};

impl Text {
    pub(super) fn table(&mut self, layout: &Layout, pipeline: PipelineKind, role: TableRole, slot: u8) {
        let of_state = |range| {
            let (width, mask) = (layout.state_bits(), layout.mask(range));
            format!("meta.state & {width}w{mask}: exact;")
        };
        let name = Layout::table(pipeline, role, slot);
        let name = name.split_once('.').map_or(name.as_str(), |(_, local)| local);
        let key = match role {
            TableRole::Lookup(Lookup::Step) => "meta.device: exact; meta.pc: exact;",
            TableRole::Lookup(Lookup::Exact) => "meta.device: exact; meta.pc: exact; meta.key: exact;",
            TableRole::Lookup(Lookup::Lpm) => "meta.device: exact; meta.pc: exact; meta.prefix: lpm;",
            TableRole::Lookup(Lookup::Ternary) => "meta.device: exact; meta.pc: exact; meta.state: ternary;",
            TableRole::Leave => &format!("meta.device: exact; {}", of_state(Layout::EGRESS_SPEC)),
            TableRole::LeaveSame => "meta.device: exact;",
            TableRole::State => "meta.device: exact; meta.access: exact;",
            _ => &format!("meta.device: exact; {}", of_state(Layout::MCAST_GRP)),
        };
        let (actions, default) = match role {
            TableRole::Leave => (LEAVE_ACTIONS.to_owned(), "discard"),
            TableRole::LeaveSame => (LEAVE_SAME_ACTIONS.to_owned(), "discard"),
            TableRole::LeaveMulticast => ("replicate; discard;".to_owned(), "discard"),
            TableRole::State => {
                (format!("{}; @defaultonly NoAction;", access_names(layout, pipeline).join("; ")), "NoAction")
            }
            TableRole::Lookup(lookup) => {
                let default = if lookup == Lookup::Step { "discard" } else { "NoAction" };
                (format!("{}; @defaultonly {default};", Effect::actions(layout, lookup).join("; ")), default)
            }
            TableRole::Enter
            | TableRole::EnterEgress
            | TableRole::EnterAgain
            | TableRole::EnterClone
            | TableRole::Mirror => ("discard;".to_owned(), "discard"),
        };
        self.lines(&format!(
            "table {name} {{
            key = {{ {key} }}
            actions = {{ {actions} }}
            default_action = {default}();
            size = {};
            }}",
            layout.config().rows_per_table
        ));
    }

    pub(super) fn slots(&mut self, pipeline: PipelineKind, layout: &Layout) {
        let (spec, group) = (Layout::EGRESS_SPEC, Layout::MCAST_GRP);
        let last = layout.slots(pipeline);
        let (first, running) = match pipeline {
            PipelineKind::Ingress => (0, format!("meta.slot < {}", Layout::EGRESS_SLOTS)),
            PipelineKind::Egress => (Layout::EGRESS_SLOTS, format!("meta.slot != {}", Layout::DONE)),
        };
        for slot in 0..last {
            let number = first + slot;
            if slot > 0 {
                // Nested, so that a packet that is done passes one test and not one for each slot.
                self.line(&format!("if ({running}) {{"));
            }
            self.line(&format!("if (meta.slot == {number}) {{"));
            for (lookup, word) in
                [(Lookup::Exact, "if"), (Lookup::Ternary, "} else if"), (Lookup::Lpm, "} else if")]
            {
                let (code, name) = (lookup as u8, lookup.name());
                self.line(&format!("{word} (meta.lookup == {code}) {{"));
                self.line(&format!("{name}_{slot}.apply();"));
            }
            if pipeline == PipelineKind::Ingress {
                self.lines(&format!(
                    "}} else if (meta.lookup == {}) {{
                    if (meta.state[{}:{}] != 0) {{
                    leave_multicast_{slot}.apply();
                    }} else if (meta.traits[0:0] == 1 && meta.state[{}:{}] != 511) {{
                    leave_same_{slot}.apply();
                    }} else {{
                    leave_{slot}.apply();
                    }}",
                    Lookup::Leave as u8,
                    group.end() - 1,
                    group.offset,
                    spec.end() - 1,
                    spec.offset
                ));
            }
            if layout.config().has_state() {
                self.line(&format!("}} else if (meta.lookup == {}) {{", Lookup::State as u8));
                self.line(&format!("state_{slot}.apply();"));
            }
            // Whoever found something went on to another slot.
            self.lines(&format!(
                "}}
                if (meta.slot == {number}) {{
                step_{slot}.apply();
                }}
                }}"
            ));
        }
        for _ in 1..last {
            self.line("}");
        }
    }
}
