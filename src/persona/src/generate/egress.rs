//! How a guest's egress begins: with the row that lets a packet leave ingress, or, for a replica, whose port is known
//! later, with a row of its own.

use super::{Text, amounts, go, in_slot, shifts};
use crate::Layout;

/// The actions of the operator's `leave` tables.
pub(super) const LEAVE_ACTIONS: &str = "transmit; transmit_commit; transmit_commit_move; forward; discard;";

/// The actions of the operator's `leave` table behind all slots.
pub(super) const EXIT_ACTIONS: &str = "transmit; transmit_commit; transmit_commit_move; discard;";

/// The actions of the operator's `leave_same` table.
pub(super) const LEAVE_SAME_ACTIONS: &str =
    "transmit_same; transmit_same_commit; transmit_same_commit_move; discard;";

/// The actions of the operator's `leave_back` and `leave_onward` tables.
pub(super) const LEAVE_SPLIT_ACTIONS: &str =
    "transmit_same; transmit_lost; transmit_same_commit; transmit_same_commit_move; discard;";

/// An action that begins egress.
pub(super) struct Begin<'a> {
    pub(super) name: &'a str,
    /// Its first parameters, each followed by a comma.
    pub(super) parameters: &'a str,
    /// What it does beside.
    pub(super) statements: String,
    /// The guest's egress port.
    pub(super) port: &'a str,
}

impl Text {
    /// In ingress: to a port, and on to egress where the guest has one.
    pub(super) fn transmit_actions(&mut self, layout: &Layout) {
        let spec = Layout::EGRESS_SPEC;
        let chosen = &format!("meta.state[{}:{}]", spec.end() - 1, spec.offset);
        let ways = [("transmit", "bit<9> port, ", "port"), ("transmit_same", "", chosen)];
        for (name, parameters, port) in ways {
            let statements = format!("standard_metadata.egress_spec = {port};");
            let begin = Begin { name, parameters, statements, port: chosen };
            self.begin_egress(layout, &begin);
        }
    }

    /// In egress: a replica's way in.
    pub(super) fn egress_actions(&mut self, layout: &Layout) {
        self.lines(&format!(
            "action discard() {{
            mark_to_drop(standard_metadata);
            meta.next = {};
            }}",
            in_slot(Layout::REPLICA)
        ));
        let ways = [("enter", "", "standard_metadata.egress_port"), ("enter_as", "bit<9> port, ", "port")];
        for (name, parameters, port) in ways {
            let begin = Begin { name, parameters, statements: String::new(), port };
            self.begin_egress(layout, &begin);
        }
        self.lines(&format!(
            "action enter_done() {{
            meta.next = {};
            }}
            table enter_egress {{
            key = {{ meta.device: exact; standard_metadata.egress_port: ternary; }}
            actions = {{ enter_commit; enter_commit_move; enter_as_commit; enter_as_commit_move; discard; }}
            default_action = discard();
            size = {size};
            }}",
            in_slot(Layout::DONE),
            size = layout.config().rows_per_table
        ));
        for name in ["enter_back", "enter_onward"] {
            self.lines(&format!(
                "table {name} {{
                key = {{ meta.device: exact; }}
                actions = {{ enter_done; enter_commit; enter_commit_move; discard; }}
                default_action = discard();
                size = {};
                }}",
                layout.config().rows_per_table
            ));
        }
        if layout.config().copies {
            self.enter_clone(layout);
            self.mirror(layout, hyper4_ir::PipelineKind::Egress);
        }
    }

    /// The action in two forms, `_commit` and `_commit_move`: the state gets the egress port, then an effect, then a lookup
    /// comes.
    pub(super) fn begin_egress(&mut self, layout: &Layout, begin: &Begin<'_>) {
        let width = layout.state_bits();
        let kept = layout.mask(Layout::EGRESS_SPEC).or(&layout.mask(Layout::EGRESS_PORT)).not();
        let Begin { name, parameters, statements, port } = begin;
        let at = Layout::EGRESS_PORT.offset;
        let (next, go) = go(layout);
        let (left, right) = (amounts("l"), amounts("r"));
        let moved = format!(
            " ^ ((meta.state & left_mask){}) ^ ((meta.state & right_mask){})",
            shifts("<<", "l"),
            shifts(">>", "r")
        );
        let copy = format!("bit<{width}> left_mask, {left}bit<{width}> right_mask, {right}");
        let arrived = format!("(meta.state & {width}w{kept}) | ((bit<{width}>){port} << {at})");
        // Two writes cost less than reading what is computed three times.
        let at_once = format!("meta.state = (({arrived}) & keep) ^ value;");
        let in_two = format!("meta.state = {arrived};\nmeta.state = (meta.state & keep) ^ value{moved};");
        for (form, masks, assigned) in [("commit", "", at_once), ("commit_move", copy.as_str(), in_two)] {
            self.lines(&format!(
                "action {name}_{form}({parameters}bit<{width}> keep, bit<{width}> value, {masks}{next}) {{
                {statements}
                {assigned}
                {go}
                }}"
            ));
        }
    }
}
