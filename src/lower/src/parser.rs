//! The parser.

use std::collections::HashMap;

use hyper4_ir::{self as ir, Expr, Extract, ParserOp, PrimitiveKind};
use hyper4_p4::Span;
use hyper4_p4::source::Text;
use hyper4_p4::typed::{
    Call, Callee, Expression, ExpressionKind, Parser, State, Statement, StatementKind, Transition, Type,
};

use crate::assignment::Sink;
use crate::{Lowered, Lowerer};

/// Operations of a parser state.
#[derive(Default)]
pub(crate) struct Operations(pub(crate) Vec<ParserOp>);

impl Sink for Operations {
    fn assign(&mut self, _: &mut Lowerer<'_>, field: ir::FieldRef, value: Expr, _: Span) -> Lowered<()> {
        self.0.push(ParserOp::Set { place: Lowerer::place(field), value });
        Some(())
    }

    fn perform(&mut self, lowerer: &mut Lowerer<'_>, kind: PrimitiveKind, span: Span) -> Lowered<()> {
        let what = match kind {
            PrimitiveKind::AssignHeader { .. } => "assigning a header",
            PrimitiveKind::SetValid(_) | PrimitiveKind::SetInvalid(_) => "making a header valid or invalid",
            _ => "this",
        };
        lowerer.refused(span, format!("{what} is not supported yet in a parser"))
    }
}

/// Numbers of the states that are reached.
pub(crate) type States = HashMap<Text, ir::ParseStateId>;

impl Lowerer<'_> {
    pub(crate) fn parser(&mut self, parser: &Parser) -> Lowered<ir::Parser> {
        for instance in &parser.instances {
            let message =
                format!("`{}` of type `{}` in a parser is not supported yet", instance.name, instance.ty);
            self.refuse(instance.span, message);
        }
        let reached = reached(parser);
        let numbers: States = reached
            .iter()
            .zip(0u32..)
            .map(|(state, number)| (Text::clone(&state.name), ir::ParseStateId(number)))
            .collect();
        let mut before = Operations::default();
        for local in &parser.locals {
            self.parser_statement(local, &mut before)?;
        }
        if !before.0.is_empty() && is_target(&reached, "start") {
            return self.refused(
                parser.span,
                "variables with initial values in a parser that returns to `start` are not supported yet",
            );
        }
        let mut states = Vec::new();
        for state in &reached {
            let operations =
                if &*state.name == "start" { std::mem::take(&mut before) } else { Operations::default() };
            states.push(self.state(state, operations, &numbers));
        }
        let start = numbers.get("start").copied()?;
        let states = states.into_iter().collect::<Option<Vec<_>>>()?;
        Some(ir::Parser { name: "parser".to_owned(), start, states })
    }

    fn state(
        &mut self,
        state: &State,
        mut operations: Operations,
        numbers: &States,
    ) -> Lowered<ir::ParseState> {
        for statement in &state.statements {
            self.parser_statement(statement, &mut operations)?;
        }
        let (key, transitions) = self.transition(state, &mut operations, numbers)?;
        Some(ir::ParseState {
            name: state.name.to_string(),
            ops: operations.0,
            key,
            transitions,
            source_info: self.source_info(state.span),
        })
    }

    fn parser_statement(&mut self, statement: &Statement, out: &mut Operations) -> Lowered<()> {
        let span = statement.span;
        match &statement.kind {
            StatementKind::Variable(variable, value) => {
                let storage = self.declare(variable)?;
                match value {
                    None => Some(()),
                    Some(value) => {
                        if let (Some(width), Some(field)) = (self.lookahead(value)?, self.field_in(&storage))
                        {
                            return Self::look(field, width, out);
                        }
                        self.store(&storage, &variable.ty, value, span, out)
                    }
                }
            }
            StatementKind::Assign(target, value) => {
                if let (Some(width), Some(field)) = (self.lookahead(value)?, self.field_of(target)) {
                    return Self::look(field, width, out);
                }
                self.assign(target, value, span, out)
            }
            StatementKind::Call(call) => self.parser_call(call, out),
            StatementKind::Block(inner) => {
                inner.iter().try_for_each(|statement| self.parser_statement(statement, out))
            }
            StatementKind::If(..) | StatementKind::Switch(..) => {
                let help = "use states and `transition select`";
                self.refused_with_help(span, "branches within a parser state are not supported yet", help)
            }
            StatementKind::AssignOp(..)
            | StatementKind::For(_)
            | StatementKind::ForIn(_)
            | StatementKind::Break
            | StatementKind::Continue => self.refused(span, "loops are not supported yet"),
            StatementKind::Return(_) | StatementKind::Exit => {
                self.refused(span, "this can't stand in a parser")
            }
        }
    }

    fn field_in(&self, storage: &crate::storage::Storage) -> Option<ir::FieldRef> {
        match storage {
            crate::storage::Storage::Field(field) => Some(*field),
            _ => None,
        }
    }

    fn look(field: ir::FieldRef, width: u32, out: &mut Operations) -> Lowered<()> {
        out.0.push(ParserOp::SetLookahead { place: Self::place(field), offset: 0, width });
        Some(())
    }

    /// The width of `packet.lookahead<bit<W>>()`; nothing when it is something else.
    pub(crate) fn lookahead(&mut self, expression: &Expression) -> Lowered<Option<u32>> {
        let ExpressionKind::Call(call) = &expression.kind else { return Some(None) };
        match &call.callee {
            Callee::Method { declared, method, .. }
                if &*declared.name == "packet_in" && &**method == "lookahead" =>
            {
                match expression.ty.underlying() {
                    Type::Bit(width) => Some(Some(*width)),
                    other => {
                        let message = format!("looking ahead at a `{other}` is not supported yet");
                        self.refused_with_help(expression.span, message, "look ahead at a `bit<…>`")
                    }
                }
            }
            _ => Some(None),
        }
    }

    fn parser_call(&mut self, call: &Call, out: &mut Operations) -> Lowered<()> {
        let arguments: Vec<&Expression> =
            call.arguments.iter().filter_map(|argument| argument.value.as_ref()).collect();
        match (&call.callee, arguments.as_slice()) {
            (Callee::Method { declared, method, .. }, arguments) if &*declared.name == "packet_in" => {
                match (&**method, arguments) {
                    ("extract", [header]) => {
                        if !header.ty.is_header() {
                            return self.refused(header.span, "only headers can be extracted");
                        }
                        let header = self.header_of(header)?;
                        out.0.push(ParserOp::Extract(Extract::Regular(header)));
                        Some(())
                    }
                    ("extract", _) => {
                        self.refused(call.span, "extracting headers of variable size is not supported yet")
                    }
                    ("advance", [bits]) => {
                        let bits = self.number(bits)?;
                        out.0.push(ParserOp::Advance { bits });
                        Some(())
                    }
                    (name, _) => self.refused(call.span, format!("`packet_in.{name}` is not supported here")),
                }
            }
            (Callee::ExternFunction(signature), [condition, error]) if &*signature.name == "verify" => {
                let condition = self.truth(condition)?;
                let error = self.number(error)?;
                out.0.push(ParserOp::Verify { condition, error });
                Some(())
            }
            _ => self.refused(call.span, "this call is not supported yet in a parser"),
        }
    }
}

fn targets(state: &State) -> Vec<&Text> {
    match &state.transition {
        Transition::Direct(next) => vec![next],
        Transition::Select { cases, .. } => cases.iter().map(|case| &case.state).collect(),
    }
}

fn is_target(states: &[&State], name: &str) -> bool {
    states.iter().any(|state| targets(state).iter().any(|target| ***target == *name))
}

/// The states that can be reached from `start`, in the order of the program.
fn reached(parser: &Parser) -> Vec<&State> {
    let mut names: Vec<&str> = vec!["start"];
    let mut next = 0;
    while let Some(name) = names.get(next).copied() {
        next += 1;
        let Some(state) = parser.states.iter().find(|state| *state.name == *name) else { continue };
        for target in targets(state) {
            if !names.iter().any(|known| *known == &**target) {
                names.push(target);
            }
        }
    }
    parser.states.iter().filter(|state| names.contains(&&*state.name)).collect()
}
