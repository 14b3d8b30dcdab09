//! Ingress and egress, and the deparser.

use hyper4_ir as ir;
use hyper4_p4::typed::{Callee, Control, Expression, Statement, StatementKind};

use crate::storage::Storage;
use crate::{Lowered, Lowerer};

impl Lowerer<'_> {
    pub(crate) fn pipeline(&mut self, control: &Control, kind: ir::PipelineKind) -> Lowered<ir::Pipeline> {
        self.pipeline = kind;
        // Its start and its end.
        self.count_node();
        self.count_node();
        for instance in &control.instances {
            let message = format!("`{}` of type `{}` is not supported yet", instance.name, instance.ty);
            self.refuse(instance.span, message);
        }
        let steps = self.control(control)?;
        let start = self.link(&steps, None);
        Some(ir::Pipeline { kind, start })
    }

    pub(crate) fn deparser(&mut self, control: &Control) -> Lowered<ir::Deparser> {
        let mut order = Vec::new();
        let statements = control.locals.iter().chain(&control.apply);
        for statement in statements {
            self.emit(statement, &mut order)?;
        }
        Some(ir::Deparser { name: "deparser".to_owned(), order, primitives: Vec::new() })
    }

    fn emit(&mut self, statement: &Statement, order: &mut Vec<ir::HeaderId>) -> Lowered<()> {
        match &statement.kind {
            StatementKind::Block(inner) => inner.iter().try_for_each(|statement| self.emit(statement, order)),
            StatementKind::Call(call) => match (&call.callee, call.arguments.as_slice()) {
                (Callee::Method { declared, method, .. }, [argument])
                    if &*declared.name == "packet_out" && &**method == "emit" =>
                {
                    match &argument.value {
                        Some(value) => self.emitted(value, order),
                        None => Some(()),
                    }
                }
                _ => self.refused(call.span, "simple_switch's deparser only emits headers"),
            },
            _ => self.refused(statement.span, "simple_switch's deparser only emits headers"),
        }
    }

    fn emitted(&mut self, value: &Expression, order: &mut Vec<ir::HeaderId>) -> Lowered<()> {
        let Some(storage) = self.place_of(value) else {
            return self.refused(value.span, "this can't be emitted");
        };
        if !headers(&storage, order) {
            return self.refused(value.span, "only headers can be emitted");
        }
        Some(())
    }
}

fn headers(storage: &Storage, order: &mut Vec<ir::HeaderId>) -> bool {
    match storage {
        Storage::Header(header) => {
            order.push(*header);
            true
        }
        Storage::Struct(parts) => parts.iter().all(|(_, part)| headers(part, order)),
        Storage::Field(_) | Storage::Parameter(_) => false,
    }
}
