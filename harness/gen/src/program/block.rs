//! Statements.

use std::fmt::Write;

use super::control::Control;
use super::scope::Scope;
use super::{Feature, Sketch};

impl Sketch<'_> {
    /// Statements of a block, indented by so many steps.
    pub(super) fn block(
        &mut self,
        control: &mut Control,
        scope: &Scope,
        indent: usize,
        depth: usize,
    ) -> String {
        let mut text = String::new();
        for _ in 0..self.dice.between(1, self.limits.statements) {
            let statement = self.statement(control, scope, indent, depth);
            text.push_str(&statement);
        }
        text
    }

    fn statement(&mut self, control: &mut Control, scope: &Scope, indent: usize, depth: usize) -> String {
        let pad = "    ".repeat(indent);
        match self.dice.below(10) {
            0..=2 if !control.unapplied.is_empty() => self.apply(control, scope, indent, depth),
            3 | 4 if depth > 0 && self.has(Feature::If) => self.if_statement(control, scope, indent, depth),
            5 if self.has(Feature::DirectCall) => {
                let action = self.dice.pick(&control.actions).cloned();
                let Some(action) = action else { return self.simple(control, scope, indent) };
                let arguments: Vec<String> = action
                    .parameters
                    .iter()
                    .map(|parameter| self.number(scope, parameter.width, parameter.signed, 1))
                    .collect();
                format!("{pad}{}({});\n", action.name, arguments.join(", "))
            }
            // What stands behind these is never reached, so they stand in a condition.
            6 if depth < self.limits.depth && self.wants(Feature::Exit, 30) => format!("{pad}exit;\n"),
            6 if depth < self.limits.depth && self.wants(Feature::Return, 30) => format!("{pad}return;\n"),
            _ => self.simple(control, scope, indent),
        }
    }

    /// A statement that a block or an action may have.
    pub(super) fn simple(&mut self, control: &mut Control, scope: &Scope, indent: usize) -> String {
        let pad = "    ".repeat(indent);
        match self.dice.below(12) {
            0 if self.has(Feature::Validity) => {
                let Some(header) = self.some_header() else { return String::new() };
                let what = if self.dice.percent(60) { "setValid" } else { "setInvalid" };
                format!("{pad}{header}.{what}();\n")
            }
            1 if self.has(Feature::HeaderCopy) => {
                let of_type = |name: &str, all: &[super::Header]| -> Vec<String> {
                    all.iter().filter(|h| h.header_type.name == name).map(|h| h.path.clone()).collect()
                };
                let Some(first) = self.dice.pick(&self.headers).cloned() else { return String::new() };
                let others = of_type(&first.header_type.name, &self.headers);
                match self.dice.pick(&others) {
                    Some(other) if *other != first.path => format!("{pad}{} = {other};\n", first.path),
                    _ => self.assignment(scope, &pad),
                }
            }
            2 if self.has(Feature::PushPop) => match &self.stack {
                Some(stack) => {
                    let path = stack.path.clone();
                    let what = if self.dice.percent(50) { "push_front" } else { "pop_front" };
                    format!("{pad}{path}.{what}({});\n", self.dice.between(1, 2))
                }
                None => self.assignment(scope, &pad),
            },
            3..=5 => match self.external(control, scope, &pad) {
                Some(text) => text,
                None => self.assignment(scope, &pad),
            },
            6 if control.ingress => {
                let port = self.dice.between(0, 3);
                format!("{pad}standard_metadata.egress_spec = {port};\n")
            }
            7 if self.dice.percent(25) => format!("{pad}mark_to_drop(standard_metadata);\n"),
            _ => self.assignment(scope, &pad),
        }
    }

    fn assignment(&mut self, scope: &Scope, pad: &str) -> String {
        let any = self.dice.percent(15);
        let Some(place) = self.dice.pick(&scope.writable(any)).cloned() else { return String::new() };
        let value = self.number(scope, place.width, place.signed, self.limits.depth);
        if !place.signed && place.width > 2 && self.wants(Feature::Slice, 15) {
            let low = self.dice.below(place.width as usize - 1) as u32;
            let high = self.dice.between(low as usize, place.width as usize - 1) as u32;
            let value = self.number(scope, high - low + 1, false, 1);
            return format!("{pad}{}[{high}:{low}] = {value};\n", place.path);
        }
        format!("{pad}{} = {value};\n", place.path)
    }

    fn if_statement(&mut self, control: &mut Control, scope: &Scope, indent: usize, depth: usize) -> String {
        let pad = "    ".repeat(indent);
        let mut inner = scope.clone();
        let condition = match self.some_header() {
            Some(header) if self.dice.percent(50) => {
                inner.valid.insert(header.clone());
                format!("{header}.isValid()")
            }
            _ => self.truth(scope, self.limits.depth),
        };
        let then = self.block(control, &inner, indent + 1, depth - 1);
        let mut text = format!("{pad}if ({condition}) {{\n{then}{pad}}}");
        if self.dice.percent(40) {
            let otherwise = self.block(control, scope, indent + 1, depth - 1);
            let _ = write!(text, " else {{\n{otherwise}{pad}}}");
        }
        text.push('\n');
        text
    }

    /// A table is applied: alone, for its `hit`, or in a `switch`.
    fn apply(&mut self, control: &mut Control, scope: &Scope, indent: usize, depth: usize) -> String {
        let pad = "    ".repeat(indent);
        let at = self.dice.below(control.unapplied.len());
        let table = control.unapplied.swap_remove(at);
        if depth > 0 && self.wants(Feature::Hit, 40) {
            let which = if self.dice.percent(50) { "hit" } else { "miss" };
            let then = self.block(control, scope, indent + 1, depth - 1);
            return format!("{pad}if ({}.apply().{which}) {{\n{then}{pad}}}\n", table.name);
        }
        if depth > 0 && table.actions.len() > 1 && self.wants(Feature::Switch, 50) {
            let mut text = format!("{pad}switch ({}.apply().action_run) {{\n", table.name);
            for action in table.actions.iter().take(2) {
                let body = self.block(control, scope, indent + 2, depth - 1);
                let _ = write!(text, "{pad}    {action}: {{\n{body}{pad}    }}\n");
            }
            if self.dice.percent(50) {
                let body = self.block(control, scope, indent + 2, depth - 1);
                let _ = write!(text, "{pad}    default: {{\n{body}{pad}    }}\n");
            }
            let _ = writeln!(text, "{pad}}}");
            return text;
        }
        format!("{pad}{}.apply();\n", table.name)
    }
}
