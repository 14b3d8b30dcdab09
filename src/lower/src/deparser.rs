//! The deparser.

use std::sync::Arc;

use hyper4_ir::{self as ir, Primitive};
use hyper4_p4::Span;
use hyper4_p4::typed::{Control, Expression};

use crate::calculation::straight;
use crate::graph::OpKind;
use crate::storage::Storage;
use crate::{Context, Lowered, Lowerer};

impl Lowerer<'_> {
    pub(crate) fn deparser(&mut self, control: &Arc<Control>) -> Lowered<ir::Deparser> {
        self.context = Context::Deparser;
        let (graph, done) = self.body_of(control);
        let mut order = Vec::new();
        let mut primitives = Vec::new();
        for op in straight(self, &graph, "the emission of headers")? {
            match op.kind {
                OpKind::Emit(header) => order.push(header),
                // simple_switch carries them out before it emits anything.
                OpKind::Do(kind) if order.is_empty() => {
                    let source_info = self.source_info(op.span);
                    primitives.push(Primitive { kind, source_info });
                }
                _ => self.refuse(op.span, "simple_switch's deparser only emits headers"),
            }
        }
        done?;
        Some(ir::Deparser { name: "deparser".to_owned(), order, primitives })
    }

    pub(crate) fn emit(&mut self, value: &Expression) -> Lowered<()> {
        if self.context != Context::Deparser {
            return self.refused(value.span, "headers are emitted in the deparser only");
        }
        let storage = self.value(value)?;
        self.emitted(&storage, value.span)
    }

    fn emitted(&mut self, storage: &Storage, span: Span) -> Lowered<()> {
        match storage {
            Storage::Header(header) => {
                self.graph.push(OpKind::Emit(*header), span);
                Some(())
            }
            Storage::Struct(parts) => parts.iter().try_for_each(|(_, part)| self.emitted(part, span)),
            Storage::Stack(stack) => {
                stack.elements.iter().try_for_each(|element| self.emitted(element, span))
            }
            Storage::Union(_, members) => {
                for (_, header) in members.iter() {
                    self.graph.push(OpKind::Emit(*header), span);
                }
                Some(())
            }
            _ => self.refused(span, "only headers can be emitted"),
        }
    }
}
