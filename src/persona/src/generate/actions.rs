//! The actions that carry out a row's [`crate::Effect`].
//!
//! What is hashed is put into a struct of the control's own first: p4c makes a field of its own for each list or expression of
//! each table's copy of an action, and simple_switch clears them all for each packet.

use hyper4_bits::HashAlgorithm;

use super::{Text, amounts, go, shifts};
use crate::{HASHES, Layout, Operation};

impl Text {
    /// The actions of [`crate::Effect`], in both controls the same.
    pub(super) fn effects(&mut self, layout: &Layout) {
        let width = layout.state_bits();
        let word = |names: &[&str]| names.iter().map(|n| format!("bit<{width}> {n}, ")).collect::<String>();
        let (next, go) = go(layout);
        let kept = "meta.state = (meta.state & keep) ^ value";
        self.lines(&format!(
            "action look({next}) {{
            {go}
            }}
            action commit({kv}{next}) {{
            {kept};
            {go}
            }}
            action commit_add({kv}{add}{next}) {{
            {kept} ^ (((meta.state & add_mask) + addend) & add_mask);
            {go}
            }}
            action commit_move({kv}{lm}{l}{rm}{r}{next}) {{
            {kept} ^ ((meta.state & left_mask){left}) ^ ((meta.state & right_mask){right});
            {go}
            }}
            action commit_checksum({kv}{sm}{t}{rm}{r}{next}) {{
            input.bytes = meta.state & sum_mask;
            hash(meta.hash, HashAlgorithm.csum16, 64w0, input, 64w0x10000);
            {kept} ^ (((bit<{width}>)meta.hash){to}) ^ ((meta.state & right_mask){right});
            {go}
            }}",
            kv = word(&["keep", "value"]),
            add = word(&["add_mask", "addend"]),
            lm = word(&["left_mask"]),
            rm = word(&["right_mask"]),
            sm = word(&["sum_mask"]),
            l = amounts("l"),
            r = amounts("r"),
            t = amounts("t"),
            left = shifts("<<", "l"),
            right = shifts(">>", "r"),
            to = shifts("<<", "t"),
        ));
    }

    /// The actions that compute. The left operand and the result are in one place; the others are shifted.
    pub(super) fn computing(&mut self, layout: &Layout) {
        let width = layout.state_bits();
        let distances = |p: &str| amounts(&format!("{p}l")) + &amounts(&format!("{p}r"));
        let both_ways = |what: &str, p: &str| {
            format!("(({what}{}){})", shifts("<<", &format!("{p}l")), shifts(">>", &format!("{p}r")))
        };
        let (next, go) = go(layout);
        let b = format!("({} ^ b_value)", both_ways("(meta.state & b_mask)", "b"));
        for operation in Operation::ALL {
            let computed = match operation {
                Operation::Sum => format!("+ {b}"),
                Operation::Difference => format!("- {b}"),
                Operation::Conjunction => format!("& {b}"),
                Operation::Product => format!("* {b}"),
                Operation::ShiftLeft => format!("<< (bit<8>){b}"),
                Operation::ShiftRight => format!(">> (bit<8>){b}"),
            };
            let result =
                both_ways(&format!("((((meta.state & a_mask) ^ a_value) {computed}) & result_mask)"), "t");
            self.lines(&format!(
                "action {}(bit<{width}> keep, bit<{width}> value, bit<{width}> a_mask, bit<{width}> a_value,
                bit<{width}> b_mask, {}bit<{width}> b_value,
                bit<{width}> result_mask, {}{next}) {{
                meta.state = (meta.state & keep) ^ value ^
                {result};
                {go}
                }}",
                operation.action(),
                distances("b"),
                distances("t"),
            ));
        }
        let input = format!("{} ^ input_value", both_ways("(meta.state & input_mask)", "i"));
        let result = both_ways(&format!("((bit<{width}>)meta.hash & result_mask)"), "t");
        for algorithm in HASHES.map(HashAlgorithm::bmv2_name) {
            self.lines(&format!(
                "action commit_{algorithm}(bit<{width}> keep, bit<{width}> value, bit<{width}> input_mask,
                {}bit<{width}> input_value, bit<64> base, bit<64> modulus,
                bit<{width}> result_mask, {}{next}) {{
                input.bytes = {input};
                hash(meta.hash, HashAlgorithm.{algorithm}, base, input, modulus);
                meta.state = (meta.state & keep) ^ value ^ {result};
                {go}
                }}",
                distances("i"),
                distances("t"),
            ));
        }
    }
}
