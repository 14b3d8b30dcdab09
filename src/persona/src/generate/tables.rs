//! The persona's tables, and the order in which they are applied.

use hyper4_ir::PipelineKind;

use super::Text;
use super::egress::LEAVE_ACTIONS;
use super::state::access_names;
use crate::{Effect, Layout, Lookup, TableRole};

impl Text {
    pub(super) fn table(&mut self, layout: &Layout, pipeline: PipelineKind, role: TableRole, slot: u8) {
        let name = Layout::table(pipeline, role, slot);
        let name = name.split_once('.').map_or(name.as_str(), |(_, local)| local);
        let key = match role {
            TableRole::Lookup(Lookup::Step) => "meta.device: exact; meta.pc: exact;",
            TableRole::Lookup(Lookup::Exact) => "meta.device: exact; meta.pc: exact; meta.key: exact;",
            TableRole::Lookup(Lookup::Lpm) => "meta.device: exact; meta.pc: exact; meta.prefix: lpm;",
            TableRole::Lookup(Lookup::Ternary) => "meta.device: exact; meta.pc: exact; meta.state: ternary;",
            TableRole::Leave => "meta.device: exact; meta.port: ternary;",
            TableRole::State => "meta.device: exact; meta.access: exact;",
            _ => "meta.device: exact; meta.group: exact;",
        };
        let (actions, default) = match role {
            TableRole::Leave => (LEAVE_ACTIONS.to_owned(), "discard"),
            TableRole::LeaveMulticast => ("replicate; discard;".to_owned(), "discard"),
            TableRole::State => {
                (format!("{}; @defaultonly NoAction;", access_names(layout).join("; ")), "NoAction")
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
        let last = layout.slots(pipeline);
        for slot in 0..last {
            if slot > 0 {
                // Nested, so that a packet that is done passes one test and not one for each slot.
                self.line("if (meta.slot != 255) {");
            }
            self.line(&format!("if (meta.slot == {slot}) {{"));
            for (lookup, word) in
                [(Lookup::Exact, "if"), (Lookup::Ternary, "} else if"), (Lookup::Lpm, "} else if")]
            {
                let (code, name) = (lookup as u8, lookup.name());
                self.line(&format!("{word} (meta.lookup == {code}) {{"));
                if lookup == Lookup::Lpm {
                    let shifts = " >> meta.prefix_shift".repeat(layout.prefix_shift().0 as usize);
                    self.line(&format!("meta.prefix = (bit<{}>)(meta.key{shifts});", layout.prefix_bits()));
                }
                self.line(&format!("{name}_{slot}.apply();"));
            }
            if pipeline == PipelineKind::Ingress {
                self.lines(&format!(
                    "}} else if (meta.lookup == {}) {{
                    meta.port = meta.state[17:9];
                    meta.group = meta.state[47:32];
                    if (meta.group != 0) {{
                    leave_multicast_{slot}.apply();
                    }} else {{
                    leave_{slot}.apply();
                    }}",
                    Lookup::Leave as u8
                ));
            }
            if layout.config().has_state() {
                self.line(&format!("}} else if (meta.lookup == {}) {{", Lookup::State as u8));
                self.line(&format!("state_{slot}.apply();"));
            }
            // Whoever found something went on to another slot.
            self.lines(&format!(
                "}}
                if (meta.slot == {slot}) {{
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
