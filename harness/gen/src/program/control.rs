//! Controls: what they declare, their actions and what they apply.

use std::fmt::Write;

use super::frame::standard;
use super::scope::{Field, Place, Scope};
use super::{Feature, Sketch};

/// An action that has been declared.
#[derive(Clone, Debug)]
pub(super) struct Action {
    pub(super) name: String,
    pub(super) parameters: Vec<Field>,
}

/// A table that has been declared and not applied yet.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) actions: Vec<String>,
}

/// A control while it is made.
#[derive(Debug)]
pub(super) struct Control {
    pub(super) ingress: bool,
    /// Declarations so far.
    pub(super) locals: String,
    pub(super) actions: Vec<Action>,
    pub(super) unapplied: Vec<Table>,
    /// Registers with the width of a cell, counters, and meters.
    pub(super) registers: Vec<(String, u32)>,
    pub(super) counters: Vec<String>,
    pub(super) meters: Vec<String>,
}

/// Cells of a register or counter array; indexes are kept below it.
pub(super) const CELLS: u32 = 8;

impl Sketch<'_> {
    /// Ingress or egress.
    pub(super) fn control(&mut self, ingress: bool) -> String {
        let name = if ingress { "ingress" } else { "egress" };
        let mut control = Control {
            ingress,
            locals: String::new(),
            actions: Vec::new(),
            unapplied: Vec::new(),
            registers: Vec::new(),
            counters: Vec::new(),
            meters: Vec::new(),
        };
        let mut body = String::new();
        if ingress {
            let port = self.dice.between(0, 3);
            let _ = writeln!(body, "        standard_metadata.egress_spec = {port};");
        }
        if ingress || self.has(Feature::Egress) {
            let mut scope = self.scope();
            if self.has(Feature::StandardMetadata) {
                let fields: &[(&str, u32)] = match ingress {
                    true => &[("packet_length", 32), ("instance_type", 32)],
                    false => &[("egress_port", 9), ("egress_rid", 16), ("instance_type", 32)],
                };
                scope.places.extend(fields.iter().map(|(name, width)| standard(name, *width)));
            }
            self.locals(&mut control, &mut scope);
            for _ in 0..self.dice.between(1, self.limits.actions) {
                self.action(&mut control, &scope);
            }
            // Personas have fewer slots in egress.
            let tables = if ingress { self.limits.tables } else { self.limits.tables.div_ceil(3) };
            for _ in 0..self.dice.below(tables + 1) {
                self.table(&mut control, &scope);
            }
            body.push_str(&self.block(&mut control, &scope, 2, self.limits.depth));
            // What is declared is used, or a front end throws it away.
            for table in std::mem::take(&mut control.unapplied) {
                let _ = writeln!(body, "        {}.apply();", table.name);
            }
        }
        let locals = &control.locals;
        format!(
            "control {name}(inout headers_t hdr, inout metadata_t meta, \
             inout standard_metadata_t standard_metadata) {{\n{locals}    apply {{\n{body}    }}\n}}\n\n"
        )
    }

    fn locals(&mut self, control: &mut Control, scope: &mut Scope) {
        if self.has(Feature::Variable) {
            for _ in 0..self.dice.between(1, 2) {
                let (width, signed) = self.some_width(scope);
                let field = Field { name: self.name("v"), width, signed };
                let value = self.literal(width, signed);
                let _ = writeln!(control.locals, "    {} {} = {value};", field.ty(), field.name);
                scope.places.push(place(&field));
            }
        }
        if self.wants(Feature::Register, 70) {
            let (width, _) = self.some_width(scope);
            let name = self.name("r");
            let _ = writeln!(control.locals, "    register<bit<{width}>>({CELLS}) {name};");
            control.registers.push((name, width));
        }
        if self.wants(Feature::Counter, 70) {
            let name = self.name("c");
            let kind =
                self.dice.pick(&["packets", "bytes", "packets_and_bytes"]).copied().unwrap_or("packets");
            let _ = writeln!(control.locals, "    counter({CELLS}, CounterType.{kind}) {name};");
            control.counters.push(name);
        }
        if self.wants(Feature::Meter, 70) {
            let name = self.name("m");
            let kind = self.dice.pick(&["packets", "bytes"]).copied().unwrap_or("packets");
            let _ = writeln!(control.locals, "    meter({CELLS}, MeterType.{kind}) {name};");
            control.meters.push(name);
        }
    }

    fn action(&mut self, control: &mut Control, scope: &Scope) {
        let name = self.name("a");
        let mut inner = scope.clone();
        inner.in_action = true;
        let mut parameters = Vec::new();
        for _ in 0..self.dice.below(3) {
            let (width, signed) = self.some_width(scope);
            let field = Field { name: self.name("p"), width, signed };
            let mut place = place(&field);
            place.writable = false;
            inner.places.push(place);
            parameters.push(field);
        }
        let mut body = String::new();
        for _ in 0..self.dice.between(1, self.limits.statements) {
            body.push_str(&self.simple(control, &inner, 2));
        }
        if control.ingress
            && let Some(port) = parameters.iter().find(|parameter| parameter.width == 9 && !parameter.signed)
        {
            let _ = writeln!(body, "        standard_metadata.egress_spec = {};", port.name);
        }
        let list: Vec<String> =
            parameters.iter().map(|parameter| format!("{} {}", parameter.ty(), parameter.name)).collect();
        let _ = write!(control.locals, "    action {name}({}) {{\n{body}    }}\n", list.join(", "));
        control.actions.push(Action { name, parameters });
    }
}

fn place(field: &Field) -> Place {
    let Field { name, width, signed } = field.clone();
    Place { path: name, width, signed, writable: true, header: None }
}
