//! Hash inputs and checksums.

use hyper4_bits::{Bits, HashAlgorithm};
use hyper4_ir::{self as ir, CalculationInput, Expr};
use hyper4_p4::typed::{Call, Control, Expression, ExpressionKind, Signature, StructureKind, Type};

use crate::externs::parts;
use crate::graph::{Block, End, Graph, Op, OpKind};
use crate::place::names_place;
use crate::storage::{Storage, header_parts};
use crate::{Context, Lowered, Lowerer, index};

impl Lowerer<'_> {
    pub(crate) fn algorithm(&mut self, expression: &Expression) -> Lowered<HashAlgorithm> {
        let literal = self.constant(expression)?;
        let name = match &literal.kind {
            ExpressionKind::EnumMember(name) => &**name,
            _ => return self.refused(expression.span, "the algorithm has to be known when compiled"),
        };
        // What v1model calls `random` is unknown to simple_switch.
        match HashAlgorithm::from_bmv2_name(name) {
            Some(algorithm) => Some(algorithm),
            None => self.refused(expression.span, format!("hash algorithm `{name}` is not supported")),
        }
    }

    pub(crate) fn calculation(
        &mut self,
        algorithm: HashAlgorithm,
        inputs: Vec<CalculationInput>,
    ) -> ir::CalculationId {
        let id = ir::CalculationId(index(&self.calculations));
        self.calculations.push(ir::Calculation { name: numbered("calc", id.0), algorithm, inputs });
        id
    }

    /// The inputs of a hash. As p4c does, all but constants and structs that are variables are copied first: so a field of
    /// an invalid header takes part with what it holds, where a checksum would leave it out.
    pub(crate) fn copied_inputs(&mut self, data: &Expression) -> Lowered<Vec<CalculationInput>> {
        let mut inputs = Vec::new();
        for part in parts(data) {
            if let Some(constant) = self.constant_input(part)? {
                inputs.push(constant);
                continue;
            }
            let place = match part.kind {
                ExpressionKind::Variable(_) if is_plain_struct(&part.ty) => self.place(part)?,
                _ => self.stored(part)?,
            };
            fields(&place, &mut inputs);
        }
        Some(inputs)
    }

    fn constant_input(&mut self, part: &Expression) -> Lowered<Option<CalculationInput>> {
        let known = self.known(part);
        let part = known.as_ref().unwrap_or(part);
        match (&part.kind, part.ty.width()) {
            (ExpressionKind::Integer(value), Some(width)) => {
                Some(Some(CalculationInput::Constant(Bits::from_bigint_wrapped(width, value))))
            }
            (ExpressionKind::Integer(_), None) => {
                let help = "write it like `16w0`";
                self.refused_with_help(part.span, "this constant needs a width", help)
            }
            (ExpressionKind::Bool(value), _) => {
                Some(Some(CalculationInput::Constant(Bits::from_bool(*value))))
            }
            _ => Some(None),
        }
    }

    /// A field, constant, header or struct as inputs; nothing when it has to be computed.
    fn plain_input(&mut self, part: &Expression) -> Lowered<Option<Vec<CalculationInput>>> {
        if let Some(constant) = self.constant_input(part)? {
            return Some(Some(vec![constant]));
        }
        if !names_place(part) {
            return Some(None);
        }
        let storage = self.place(part)?;
        let mut inputs = Vec::new();
        Some(plain(&storage, &part.ty, &mut inputs).then_some(inputs))
    }

    /// A control of checksums.
    pub(crate) fn checksum_control(
        &mut self,
        control: &std::sync::Arc<Control>,
        kind: ir::ChecksumKind,
    ) -> Lowered<()> {
        let what = match kind {
            ir::ChecksumKind::Verify => "verify_checksum",
            ir::ChecksumKind::Update => "update_checksum",
        };
        self.context = Context::Checksum(kind);
        let (graph, done) = self.body_of(control);
        for Op { kind, span } in straight(self, &graph, &format!("calls of `{what}`"))? {
            match kind {
                OpKind::Checksum(checksum) => self.checksums.push(checksum),
                _ => {
                    let message = format!("simple_switch only carries out calls of `{what}` in this control");
                    self.refuse(span, message);
                }
            }
        }
        done
    }

    pub(crate) fn checksum(&mut self, signature: &Signature, call: &Call) -> Lowered<()> {
        let Context::Checksum(kind) = self.context else {
            let message = format!("`{}` can't be called here", signature.name);
            let help = "call it in the package's control for checksums";
            return self.refused_with_help(call.span, message, help);
        };
        if signature.name.starts_with("verify") != (kind == ir::ChecksumKind::Verify) {
            let message = format!("`{}` can't be called in this control", signature.name);
            return self.refused(call.span, message);
        }
        let arguments: Vec<&Expression> =
            call.arguments.iter().filter_map(|argument| argument.value.as_ref()).collect();
        let [condition, data, target, algorithm] = arguments.as_slice() else {
            return self.refused(call.span, "a checksum needs all its arguments");
        };
        let condition = match self.truth(condition)? {
            Expr::Bool(true) => None,
            condition => Some(condition),
        };
        let mut inputs = Vec::new();
        for part in parts(data) {
            match self.plain_input(part)? {
                Some(plain) => inputs.extend(plain),
                None => {
                    let help = "store it in metadata in the ingress or egress control";
                    return self.refused_with_help(
                        part.span,
                        "the data of a checksum are fields and constants, not expressions",
                        help,
                    );
                }
            }
        }
        if signature.name.ends_with("_with_payload") {
            inputs.push(CalculationInput::Payload);
        }
        let target = match if names_place(target) { self.place(target)? } else { Storage::Parameter(0) } {
            Storage::Field(field) => field,
            _ => return self.refused(target.span, "a checksum is in a field"),
        };
        let algorithm = self.algorithm(algorithm)?;
        let calculation = self.calculation(algorithm, inputs);
        let name = numbered("cksum", self.checksum_names);
        self.checksum_names = self.checksum_names.saturating_add(1);
        let source_info = self.source_info(call.span);
        let checksum = ir::Checksum { name, kind, target, calculation, condition, source_info };
        self.graph.push(OpKind::Checksum(checksum), call.span);
        Some(())
    }
}

/// The code of a graph that has no branches.
pub(crate) fn straight(lowerer: &mut Lowerer<'_>, graph: &Graph, only: &str) -> Lowered<Vec<Op>> {
    let mut ops = Vec::new();
    for id in &graph.order {
        let Some(Block { ops: more, end, .. }) = graph.get(*id) else { continue };
        ops.extend(more.iter().cloned());
        match end {
            End::Goto(_) | End::Stop | End::Open => {}
            End::Branch { span, .. } | End::Table { span, .. } => {
                let span = *span;
                return lowerer
                    .refused(span, format!("simple_switch only carries out {only} in this control"));
            }
            End::Select { .. } => return None,
        }
    }
    Some(ops)
}

/// `name`, `name_0`, `name_1` …
fn numbered(name: &str, position: u32) -> String {
    match position.checked_sub(1) {
        None => name.to_owned(),
        Some(number) => format!("{name}_{number}"),
    }
}

/// Whether a type is a struct of nothing but bits.
fn is_plain_struct(ty: &Type) -> bool {
    let declared = ty.underlying().structure();
    declared.is_some_and(|declared| {
        declared.kind == StructureKind::Struct
            && declared.fields.iter().all(|field| matches!(field.ty.underlying(), Type::Bit(_)))
    })
}

fn fields(storage: &Storage, inputs: &mut Vec<CalculationInput>) {
    match storage {
        Storage::Field(field) => inputs.push(CalculationInput::Field(*field)),
        Storage::Header(header) => inputs.push(CalculationInput::Header(*header)),
        Storage::Struct(parts) => parts.iter().for_each(|(_, part)| fields(part, inputs)),
        Storage::Union(_, members) => {
            inputs.extend(members.iter().map(|(_, header)| CalculationInput::Header(*header)));
        }
        Storage::Stack(stack) => stack.elements.iter().for_each(|element| fields(element, inputs)),
        _ => {}
    }
}

/// The fields of a place, those of headers one by one; whether it is one that inputs can name.
fn plain(storage: &Storage, ty: &Type, inputs: &mut Vec<CalculationInput>) -> bool {
    match storage {
        Storage::Field(field) => inputs.push(CalculationInput::Field(*field)),
        Storage::Header(header) => {
            let Some(declared) = ty.underlying().structure() else { return false };
            let stored = header_parts(*header, declared);
            return stored
                .iter()
                .zip(&declared.fields)
                .all(|((_, part), field)| plain(part, &field.ty, inputs));
        }
        Storage::Struct(stored) => {
            let Some(types) = crate::storage::parts(ty) else { return false };
            return stored.iter().zip(&types).all(|((_, part), (_, ty))| plain(part, ty, inputs));
        }
        Storage::Stack(stack) => {
            let Type::Stack(element, _) = ty.underlying() else { return false };
            return stack.elements.iter().all(|part| plain(part, element, inputs));
        }
        _ => return false,
    }
    true
}
