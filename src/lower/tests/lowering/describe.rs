//! A program as lines of text, without numbers that only this compiler gives.

#![allow(clippy::indexing_slicing, reason = "an index that points nowhere fails the test, as it should")]

use std::collections::BTreeSet;

use hyper4_ir::{
    BinaryOp, CalculationInput, Expr, Extract, NextNode, Node, ParserOp, Place, PrimitiveKind, Program,
    SelectKey, TableNext, TransitionMatch, UnaryOp,
};

/// All of it, for people.
pub(crate) fn program(program: &Program) -> String {
    let mut text = lines(program, false).join("\n");
    text.push('\n');
    text
}

/// What has to be the same, whoever compiled it: the order of declarations, where locals lie and whether tables
/// share an action make no difference.
pub(crate) fn comparable(program: &Program) -> Vec<String> {
    let lines: BTreeSet<String> = lines(program, true).into_iter().collect();
    lines.into_iter().collect()
}

/// Bits that a number can't exceed, where that is easy to see.
fn bound(p: &Program, e: &Expr) -> Option<u64> {
    match e {
        Expr::Const(value) => Some(value.bits()),
        Expr::Field(field) => p.field(*field).map(|field| u64::from(field.width)),
        Expr::Binary(BinaryOp::BitAnd, left, right) => match (bound(p, left), bound(p, right)) {
            (Some(left), Some(right)) => Some(left.min(right)),
            (left, right) => left.or(right),
        },
        Expr::Binary(BinaryOp::Shr, left, _) => bound(p, left),
        Expr::Binary(BinaryOp::Shl, left, right) => match &**right {
            Expr::Const(amount) => Some(bound(p, left)? + u64::try_from(amount).ok()?),
            _ => None,
        },
        _ => None,
    }
}

/// Whether the constant has so many ones and nothing else.
fn is_mask(e: &Expr, width: u64) -> bool {
    matches!(e, Expr::Const(value) if value.bits() >= width && value.magnitude().count_ones() == value.bits())
}

fn lines(p: &Program, comparable: bool) -> Vec<String> {
    let mut lines = Vec::new();
    for header in &p.headers {
        let declared = &p.header_types[header.header_type.index()];
        let kind = if header.metadata { "metadata" } else { "header" };
        if header.name == "scalars" && comparable {
            let fields = declared.fields.iter().filter(|field| !field.name.starts_with("_padding"));
            lines.extend(fields.map(|field| format!("scalar {}: {}", field.name, field.width)));
            continue;
        }
        let fields: Vec<String> = declared
            .fields
            .iter()
            .map(|field| format!("{}: {}{}", field.name, if field.signed { "int " } else { "" }, field.width))
            .collect();
        lines.push(format!("{kind} {} {} {{ {} }}", header.name, declared.name, fields.join(", ")));
    }
    for state in &p.parser.states {
        let ops: Vec<String> = state.ops.iter().map(|op| parser_op(p, op)).collect();
        let key: Vec<String> = state
            .key
            .iter()
            .map(|key| match key {
                SelectKey::Field(field) => p.field_name(*field),
                SelectKey::Lookahead { offset, width } => format!("ahead({offset}, {width})"),
                other => format!("{other:?}"),
            })
            .collect();
        lines.push(format!("state {} {{ {} }} select({})", state.name, ops.join("; "), key.join(", ")));
        for transition in &state.transitions {
            let next = transition.next.map_or("accept", |next| p.parser.states[next.index()].name.as_str());
            let matches = match &transition.matches {
                TransitionMatch::Default => "default".to_owned(),
                TransitionMatch::ValueSet { set, mask } => format!("{set:?} {mask:?}"),
                TransitionMatch::Values(values) => {
                    let values: Vec<String> =
                        values.iter().map(|(value, mask)| format!("{value} & {mask}")).collect();
                    values.join(", ")
                }
            };
            lines.push(format!("state {}: {matches} -> {next}", state.name));
        }
    }
    for action in &p.actions {
        let parameters: Vec<String> = action
            .parameters
            .iter()
            .map(|parameter| format!("{}: {}", parameter.name, parameter.width))
            .collect();
        let body: Vec<String> = action.primitives.iter().map(|step| primitive(p, &step.kind)).collect();
        lines.push(format!("action {}({}) {{ {} }}", action.name, parameters.join(", "), body.join("; ")));
    }
    for table in &p.tables {
        let head = format!("table {}", table.name);
        let kind = table.match_kind.name();
        lines.push(format!("{head} {:?} {kind} size {}", table.pipeline, table.max_size));
        for key in &table.keys {
            let target = match key.valid_of {
                Some(header) => format!("{}.isValid()", p.headers[header.index()].name),
                None => p.field_name(key.field),
            };
            // p4c writes `optional` as `ternary`.
            let kind = key.match_kind.name();
            let kind = if comparable && kind == "optional" { "ternary" } else { kind };
            lines.push(format!("{head} key {}: {target} {kind} {:?}", key.name, key.mask));
        }
        let name = |index: usize| p.actions[table.actions[index].index()].name.as_str();
        match &table.next {
            TableNext::HitMiss { hit, miss } => {
                lines.push(format!("{head} hit -> {}, miss -> {}", next(p, *hit), next(p, *miss)));
            }
            TableNext::ByAction { nodes, .. } => {
                for (index, node) in nodes.iter().enumerate() {
                    lines.push(format!("{head} {} -> {}", name(index), next(p, *node)));
                }
            }
        }
        if let Some(default) = &table.default_entry {
            let action = &p.actions[default.action.index()].name;
            let is_const = if default.const_action { "const " } else { "" };
            lines.push(format!("{head} {is_const}default {action}{:?}", default.arguments));
        }
        for entry in &table.const_entries {
            let action = &p.actions[entry.action.index()].name;
            lines.push(format!(
                "{head} entry {} {:?} {action}{:?}",
                entry.priority, entry.key, entry.arguments
            ));
        }
    }
    for conditional in &p.conditionals {
        lines.push(format!(
            "{} {:?} {} ? {} : {}",
            conditional.name,
            conditional.pipeline,
            expression(p, &conditional.expression),
            next(p, conditional.true_next),
            next(p, conditional.false_next)
        ));
    }
    for pipeline in [&p.ingress, &p.egress] {
        lines.push(format!("pipeline {:?} starts with {}", pipeline.kind, next(p, pipeline.start)));
    }
    for checksum in &p.checksums {
        let condition = checksum.condition.as_ref().map(|condition| expression(p, condition));
        lines.push(format!(
            "{:?} {} = {} if {}",
            checksum.kind,
            p.field_name(checksum.target),
            calculation(p, checksum.calculation.index()),
            condition.unwrap_or_else(|| "always".to_owned())
        ));
    }
    let order: Vec<&str> =
        p.deparser.order.iter().map(|header| p.headers[header.index()].name.as_str()).collect();
    lines.push(format!("emit {}", order.join(", ")));
    lines.push(format!("errors {:?}", p.errors));
    lines.push(format!("standard {:?}", p.standard));
    lines
}

fn next(p: &Program, node: NextNode) -> String {
    match node {
        None => "end".to_owned(),
        Some(Node::Table(table)) => p.tables[table.index()].name.clone(),
        Some(Node::Conditional(conditional)) => p.conditionals[conditional.index()].name.clone(),
    }
}

fn place(p: &Program, place: &Place) -> String {
    let Place::Field(field) = place else { return format!("{place:?}") };
    p.field_name(*field)
}

fn parser_op(p: &Program, op: &ParserOp) -> String {
    match op {
        ParserOp::Extract(Extract::Regular(header)) => format!("extract {}", p.headers[header.index()].name),
        ParserOp::Set { place: target, value } => format!("{} = {}", place(p, target), expression(p, value)),
        ParserOp::SetLookahead { place: target, offset, width } => {
            format!("{} = ahead({offset}, {width})", place(p, target))
        }
        ParserOp::Verify { condition, error } => {
            format!("verify({}, {})", expression(p, condition), expression(p, error))
        }
        ParserOp::Advance { bits } => format!("advance({})", expression(p, bits)),
        other => format!("{other:?}"),
    }
}

fn primitive(p: &Program, kind: &PrimitiveKind) -> String {
    let header = |header: &hyper4_ir::HeaderId| p.headers[header.index()].name.clone();
    match kind {
        PrimitiveKind::Assign { place: target, value } => {
            format!("{} = {}", place(p, target), expression(p, value))
        }
        PrimitiveKind::AssignHeader { destination, source } => {
            format!("{} = {}", header(destination), header(source))
        }
        PrimitiveKind::SetValid(of) => format!("{}.setValid()", header(of)),
        PrimitiveKind::SetInvalid(of) => format!("{}.setInvalid()", header(of)),
        PrimitiveKind::MarkToDrop => "mark_to_drop".to_owned(),
        PrimitiveKind::Hash { place: target, base, calculation: of, modulus } => format!(
            "{} = {} + {} % {}",
            place(p, target),
            expression(p, base),
            calculation(p, of.index()),
            expression(p, modulus)
        ),
        PrimitiveKind::Exit => "exit".to_owned(),
        other => format!("{other:?}"),
    }
}

fn calculation(p: &Program, index: usize) -> String {
    let calculation = &p.calculations[index];
    let inputs: Vec<String> = calculation
        .inputs
        .iter()
        .map(|input| match input {
            CalculationInput::Field(field) => p.field_name(*field),
            CalculationInput::Constant(bits) => bits.to_string(),
            CalculationInput::Header(header) => p.headers[header.index()].name.clone(),
            CalculationInput::Payload => "payload".to_owned(),
        })
        .collect();
    format!("{:?}({})", calculation.algorithm, inputs.join(", "))
}

fn expression(p: &Program, e: &Expr) -> String {
    match e {
        Expr::Const(value) if value.bits() > 64 => format!("{value:#x}"),
        Expr::Const(value) => value.to_string(),
        Expr::Bool(value) => value.to_string(),
        Expr::Field(field) => p.field_name(*field),
        Expr::Valid(header) => format!("{}.isValid()", p.headers[header.index()].name),
        Expr::Param(number) => format!("#{number}"),
        Expr::Unary(operator, operand) => {
            let symbol = match operator {
                UnaryOp::BitNot => "~",
                UnaryOp::Neg => "-",
                UnaryOp::Not => "!",
                UnaryOp::BoolToData => "b2d ",
                UnaryOp::DataToBool => "d2b ",
            };
            format!("{symbol}{}", expression(p, operand))
        }
        // p4c masks more than it has to.
        Expr::Binary(BinaryOp::BitAnd, left, right)
            if bound(p, left).is_some_and(|width| is_mask(right, width)) =>
        {
            expression(p, left)
        }
        Expr::Binary(operator, left, right) => {
            format!("({} {} {})", expression(p, left), symbol(*operator), expression(p, right))
        }
        Expr::Ternary(condition, then, otherwise) => {
            let parts = [condition, then, otherwise].map(|part| expression(p, part));
            format!("({} ? {} : {})", parts[0], parts[1], parts[2])
        }
        other => format!("{other:?}"),
    }
}

fn symbol(operator: BinaryOp) -> &'static str {
    match operator {
        BinaryOp::Add => "+",
        BinaryOp::Sub => "-",
        BinaryOp::Mul => "*",
        BinaryOp::Div => "/",
        BinaryOp::Mod => "%",
        BinaryOp::Shl => "<<",
        BinaryOp::Shr => ">>",
        BinaryOp::BitAnd => "&",
        BinaryOp::BitOr => "|",
        BinaryOp::BitXor => "^",
        BinaryOp::Eq => "==",
        BinaryOp::Ne => "!=",
        BinaryOp::Lt => "<",
        BinaryOp::Le => "<=",
        BinaryOp::Gt => ">",
        BinaryOp::Ge => ">=",
        BinaryOp::And => "and",
        BinaryOp::Or => "or",
        BinaryOp::UnsignedSaturate => "usat",
        BinaryOp::SignedSaturate => "sat",
        BinaryOp::TwosComplement => "wrap",
    }
}
