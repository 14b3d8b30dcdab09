//! The persona's tables, and the order in which they are applied.

use hyper4_ir::PipelineKind;

use super::egress::{EXIT_ACTIONS, LEAVE_ACTIONS, LEAVE_SAME_ACTIONS, LEAVE_SPLIT_ACTIONS};
use super::state::access_names;
use super::{Text, in_slot};
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
            // Whatever was looked up in vain before.
            TableRole::Lookup(Lookup::Step) => "meta.device: exact; meta.next & 32w0xffff: exact;",
            TableRole::Lookup(Lookup::Exact) => "meta.device: exact; meta.next: exact; meta.key: exact;",
            TableRole::Lookup(Lookup::Lpm) => "meta.device: exact; meta.next: exact; meta.prefix: lpm;",
            TableRole::Lookup(Lookup::Ternary) => {
                "meta.device: exact; meta.next: exact; meta.state: ternary;"
            }
            TableRole::Leave => &format!("meta.device: exact; {}", of_state(Layout::EGRESS_SPEC)),
            TableRole::LeaveSame | TableRole::LeaveBack | TableRole::LeaveOnward => "meta.device: exact;",
            TableRole::State => "meta.device: exact; meta.access: exact;",
            _ => &format!("meta.device: exact; {}", of_state(Layout::MCAST_GRP)),
        };
        let (actions, default) = match role {
            TableRole::Leave if slot == layout.exit_slot() => (EXIT_ACTIONS.to_owned(), "discard"),
            TableRole::Leave => (LEAVE_ACTIONS.to_owned(), "discard"),
            TableRole::LeaveSame => (LEAVE_SAME_ACTIONS.to_owned(), "discard"),
            TableRole::LeaveBack | TableRole::LeaveOnward => (LEAVE_SPLIT_ACTIONS.to_owned(), "discard"),
            TableRole::LeaveMulticast => ("replicate; discard;".to_owned(), "discard"),
            TableRole::State => {
                (format!("{}; @defaultonly NoAction;", access_names(layout, pipeline).join("; ")), "NoAction")
            }
            TableRole::Lookup(lookup) => {
                let default = match lookup {
                    Lookup::Exact | Lookup::Lpm => "NoAction",
                    _ => "discard",
                };
                (format!("{}; @defaultonly {default};", Effect::actions(layout, lookup).join("; ")), default)
            }
            TableRole::Enter
            | TableRole::EnterEgress
            | TableRole::EnterBack
            | TableRole::EnterOnward
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

    /// The lookups of a pipeline, slot by slot. Slots only go up, and in a slot the kinds are told apart in the order of
    /// their codes: so each test is one comparison of `next` with a constant. What a packet does in most slots is tested first.
    pub(super) fn slots(&mut self, pipeline: PipelineKind, layout: &Layout) {
        let (first, leaves) = match pipeline {
            PipelineKind::Ingress => (0, true),
            PipelineKind::Egress => (Layout::EGRESS_SLOTS, false),
        };
        let end = first + layout.slots(pipeline);
        for number in first..end {
            if Self::asks_again(number - first) {
                // Nested, so that a packet that is done passes few tests and not those of each slot.
                self.line(&format!("if (meta.next < {}) {{", in_slot(end)));
            }
            self.slot(layout, number, leaves);
        }
        for slot in 0..layout.slots(pipeline) {
            if Self::asks_again(slot) {
                self.line("}");
            }
        }
    }

    /// Where packets leave that go to no other device. What is not there has gone wrong.
    pub(super) fn exit(&mut self, layout: &Layout) {
        let (spec, group, came) = (Layout::EGRESS_SPEC, Layout::MCAST_GRP, Layout::INGRESS_PORT);
        let exit = layout.exit_slot();
        self.lines(&format!(
            "if (meta.next < {running}) {{
            if (meta.next >= {}) {{
            if (meta.state[{}:{}] != 0) {{
            leave_multicast_{exit}.apply();
            }} else if (meta.next < {}) {{
            leave_{exit}.apply();
            }} else if (meta.next < {}) {{
            leave_same.apply();
            }} else if (meta.state[{}:{}] == meta.state[{}:{}]) {{
            leave_back.apply();
            }} else {{
            leave_onward.apply();
            }}
            }}
            }}
            if (meta.next < {running}) {{
            mark_to_drop(standard_metadata);
            }}",
            in_slot(exit),
            group.end() - 1,
            group.offset,
            in_slot(layout.same_exit_slot()),
            in_slot(layout.split_exit_slot()),
            spec.end() - 1,
            spec.offset,
            came.end() - 1,
            came.offset,
            running = in_slot(Layout::EGRESS_SLOTS),
        ));
    }

    /// Whether it is asked before a slot if there is still something to do.
    fn asks_again(slot: u8) -> bool {
        slot > 0 && slot.is_multiple_of(2)
    }

    fn slot(&mut self, layout: &Layout, number: u8, leaves: bool) {
        let group = Layout::MCAST_GRP;
        let slot = number % Layout::EGRESS_SLOTS;
        let up_to = |lookup: Lookup| format!("32w0x{:08x}", Layout::next(number, lookup as u8 + 1, 0));
        if leaves {
            self.lines(&format!(
                "if (meta.next < {}) {{
                if (meta.state[{}:{}] != 0) {{
                leave_multicast_{slot}.apply();
                }} else {{
                leave_{slot}.apply();
                }}
                }} else if (meta.next < {}) {{",
                up_to(Lookup::Leave),
                group.end() - 1,
                group.offset,
                up_to(Lookup::Ternary),
            ));
        } else {
            self.line(&format!("if (meta.next < {}) {{", up_to(Lookup::Ternary)));
        }
        self.lines(&format!(
            "ternary_{slot}.apply();
            }} else if (meta.next < {}) {{
            if (meta.next < {}) {{
            lpm_{slot}.apply();
            }} else if (meta.next < {}) {{
            exact_{slot}.apply();",
            in_slot(number + 1),
            up_to(Lookup::Lpm),
            up_to(Lookup::Exact),
        ));
        if layout.config().has_state() {
            self.line(&format!("}} else if (meta.next < {}) {{", up_to(Lookup::State)));
            self.line(&format!("state_{slot}.apply();"));
        }
        // Whoever found something went on to another slot.
        self.lines(&format!(
            "}}
            if (meta.next < {}) {{
            step_{slot}.apply();
            }}
            }}",
            in_slot(number + 1)
        ));
    }
}
