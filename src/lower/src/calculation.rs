//! Hash inputs and checksums.

use hyper4_bits::{Bits, HashAlgorithm};
use hyper4_ir::{self as ir, CalculationInput};
use hyper4_p4::Span;
use hyper4_p4::typed::{
    Call, Callee, Control, Expression, ExpressionKind, Signature, Statement, StatementKind, Type,
};

use crate::predicate::Straight;
use crate::storage::Storage;
use crate::{Lowered, Lowerer, index};

impl Lowerer<'_> {
    pub(crate) fn algorithm(&mut self, expression: &Expression) -> Lowered<HashAlgorithm> {
        let name = match &expression.kind {
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

    /// The inputs of a hash. As p4c does, all but constants are copied first: so a field of an invalid header takes
    /// part with what it holds, where a checksum would leave it out.
    pub(crate) fn copied_inputs(
        &mut self,
        data: &Expression,
        out: &mut Straight,
    ) -> Lowered<Vec<CalculationInput>> {
        let mut inputs = Vec::new();
        for part in parts(data) {
            if let Some(constant) = self.constant_input(part)? {
                inputs.push(constant);
                continue;
            }
            let copy = self.temporary(&part.ty, "tmp", part.span)?;
            self.store(&copy, &part.ty, part, part.span, out)?;
            fields(&copy, &mut inputs);
        }
        Some(inputs)
    }

    fn constant_input(&mut self, part: &Expression) -> Lowered<Option<CalculationInput>> {
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
        let Some(storage) = self.place_of(part) else { return Some(None) };
        if let Storage::Parameter(_) = storage {
            return Some(None);
        }
        let mut inputs = Vec::new();
        match &storage {
            Storage::Header(header) => {
                let count = part.ty.structure().map_or(0, |structure| index(&structure.fields));
                inputs.extend(
                    (0..count).map(|field| CalculationInput::Field(ir::FieldRef { header: *header, field })),
                );
            }
            storage => fields(storage, &mut inputs),
        }
        Some(Some(inputs))
    }

    pub(crate) fn checksum_control(&mut self, control: &Control, kind: ir::ChecksumKind) {
        let what = match kind {
            ir::ChecksumKind::Verify => "verify_checksum",
            ir::ChecksumKind::Update => "update_checksum",
        };
        for instance in &control.instances {
            self.refuse(instance.span, format!("`{}` can't be used in this control", instance.name));
        }
        self.checksum_statements(&control.locals, kind, what);
        self.checksum_statements(&control.apply, kind, what);
    }

    fn checksum_statements(&mut self, statements: &[Statement], kind: ir::ChecksumKind, what: &str) {
        for statement in statements {
            match &statement.kind {
                StatementKind::Block(inner) => self.checksum_statements(inner, kind, what),
                StatementKind::Call(call) => match &call.callee {
                    Callee::ExternFunction(signature) if signature.name.starts_with(what) => {
                        // A refusal was noted; the others are still looked at.
                        let _ = self.checksum(signature, call, kind);
                    }
                    _ => self.only_checksums(statement.span, what),
                },
                _ => self.only_checksums(statement.span, what),
            }
        }
    }

    fn only_checksums(&mut self, span: Span, what: &str) {
        self.refuse(span, format!("simple_switch only carries out calls of `{what}` in this control"));
    }

    fn checksum(&mut self, signature: &Signature, call: &Call, kind: ir::ChecksumKind) -> Lowered<()> {
        let arguments: Vec<&Expression> =
            call.arguments.iter().filter_map(|argument| argument.value.as_ref()).collect();
        let [condition, data, target, algorithm] = arguments.as_slice() else {
            return self.refused(call.span, "a checksum needs all its arguments");
        };
        let condition = match condition.boolean() {
            Some(true) => None,
            _ => Some(self.truth(condition)?),
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
        let Some(target_field) = self.field_of(target) else {
            return self.refused(target.span, "a checksum is in a field");
        };
        let algorithm = self.algorithm(algorithm)?;
        let calculation = self.calculation(algorithm, inputs);
        let name = numbered("cksum", index(&self.checksums));
        let source_info = self.source_info(call.span);
        self.checksums.push(ir::Checksum {
            name,
            kind,
            target: target_field,
            calculation,
            condition,
            source_info,
        });
        Some(())
    }
}

/// `name`, `name_0`, `name_1` …
fn numbered(name: &str, position: u32) -> String {
    match position.checked_sub(1) {
        None => name.to_owned(),
        Some(number) => format!("{name}_{number}"),
    }
}

/// The values of a list, or the one value.
fn parts(data: &Expression) -> Vec<&Expression> {
    match &data.kind {
        ExpressionKind::List(values) => values.iter().flat_map(parts).collect(),
        _ if matches!(data.ty, Type::Void) => Vec::new(),
        _ => vec![data],
    }
}

fn fields(storage: &Storage, inputs: &mut Vec<CalculationInput>) {
    match storage {
        Storage::Field(field) => inputs.push(CalculationInput::Field(*field)),
        Storage::Header(header) => inputs.push(CalculationInput::Header(*header)),
        Storage::Struct(parts) => parts.iter().for_each(|(_, part)| fields(part, inputs)),
        Storage::Parameter(_) => {}
    }
}
