//! The parser: its states, and those of the parsers that it applies.

use std::collections::HashMap;
use std::sync::Arc;

use hyper4_ir::{self as ir, Expr, Extract, ExtractTarget, ParserOp, PrimitiveKind};
use hyper4_p4::Span;
use hyper4_p4::source::Text;
use hyper4_p4::typed::{Call, Expression, Parser, State, StatementKind, Transition, Type};

use crate::fold::{binary, constant};
use crate::graph::{BlockId, End, OpKind};
use crate::place::Target;
use crate::storage::{Storage, header_parts, is_aggregate, scalar};
use crate::{Context, Lowered, Lowerer};

/// The blocks of the states that are reached, and where `accept` and `reject` lead.
pub(crate) struct States {
    pub(crate) blocks: HashMap<Text, BlockId>,
    pub(crate) accept: BlockId,
    pub(crate) reject: BlockId,
}

impl Lowerer<'_> {
    pub(crate) fn parser(&mut self, parser: &Arc<Parser>) -> Lowered<ir::Parser> {
        let (graph, done) = self.with_graph(Context::Parser, |lowerer| {
            let accept = lowerer.graph.block();
            let done = lowerer.states(parser, accept, "");
            lowerer.graph.start(accept);
            done
        });
        done?;
        self.parser_states(&graph)
    }

    /// A parser that is applied by another one: its states stand in the place of the call.
    pub(crate) fn sub_parser(&mut self, parser: &Arc<Parser>, span: Span) -> Lowered<()> {
        if self.context != Context::Parser {
            return self.refused(span, "a parser can only be applied in a parser");
        }
        let accept = self.graph.block();
        let prefix = format!("{}_", self.prefix().rsplit('.').next().unwrap_or_default());
        let done = self.states(parser, accept, &prefix);
        self.graph.start(accept);
        done
    }

    fn states(&mut self, parser: &Arc<Parser>, accept: BlockId, prefix: &str) -> Lowered<()> {
        let reached = reached(parser);
        let mut sound = Some(());
        for local in &parser.locals {
            if let StatementKind::Variable(variable, value) = &local.kind {
                let done = self
                    .declare(variable)
                    .and_then(|storage| self.initialise(&storage, &variable.ty, value.as_ref(), local.span));
                sound = sound.and(done);
            }
        }
        let reject = self.graph.block();
        let returns = is_target(&reached, "start");
        let mut blocks = HashMap::new();
        let mut first = None;
        for state in &reached {
            let name = self.state_name(&format!("{prefix}{}", state.name));
            let block = if &*state.name != "start" {
                self.graph.named_block(name)
            } else if prefix.is_empty() && (!returns || self.graph.is_untouched()) {
                // What comes before the first state is done in it.
                self.graph.name_current(name)
            } else {
                let block = self.graph.named_block(name);
                self.graph.end(End::Goto(block));
                block
            };
            if &*state.name == "start" {
                first = Some(block);
            }
            blocks.insert(Text::clone(&state.name), block);
        }
        let states = States { blocks, accept, reject };
        // The first state may go on in the current block.
        let start = reached.iter().position(|state| *state.name == *"start").unwrap_or_default();
        let (before, from) = reached.split_at(start);
        let (start, behind) = from.split_at(1.min(from.len()));
        for state in start.iter().chain(before).chain(behind) {
            let Some(block) = states.blocks.get(&state.name).copied() else { continue };
            if !(first == Some(block) && self.graph.is_current(block)) {
                self.graph.force(block);
            }
            self.graph.set_span(state.span);
            let done = self.statements(&state.statements).and_then(|()| self.transition(state, &states));
            sound = sound.and(done);
            self.graph.end(End::Goto(reject));
        }
        // simple_switch's parser has no state `reject`: what was parsed so far goes to ingress.
        self.graph.start(reject);
        self.graph.end(End::Stop);
        sound
    }

    fn state_name(&mut self, name: &str) -> String {
        let count = self.state_names.entry(name.to_owned()).or_insert(0);
        *count += 1;
        if *count == 1 { name.to_owned() } else { format!("{name}_{}", count.saturating_sub(2)) }
    }

    /// The graph as parse states.
    fn parser_states(&mut self, graph: &crate::graph::Graph) -> Lowered<ir::Parser> {
        // Blocks without a name that do nothing are no states.
        let onward = |mut id: BlockId| {
            for _ in 0..graph.order.len() {
                let Some(block) = graph.get(id).filter(|block| block.ops.is_empty() && block.name.is_none())
                else {
                    break;
                };
                match &block.end {
                    End::Goto(next) => id = *next,
                    End::Stop => return None,
                    _ => break,
                }
            }
            Some(id)
        };
        let mut numbers: HashMap<BlockId, ir::ParseStateId> = HashMap::new();
        let kept: Vec<BlockId> = graph.order.iter().copied().filter(|id| onward(*id) == Some(*id)).collect();
        for (id, number) in kept.iter().zip(0u32..) {
            numbers.insert(*id, ir::ParseStateId(number));
        }
        let target = |id: BlockId| onward(id).and_then(|id| numbers.get(&id).copied());
        let mut states = Vec::new();
        let mut named = "start".to_owned();
        for id in &kept {
            let Some(block) = graph.get(*id) else { continue };
            let name = match &block.name {
                Some(name) => {
                    named.clone_from(name);
                    name.clone()
                }
                None => self.state_name(&format!("{named}_then")),
            };
            let mut ops = Vec::new();
            for op in &block.ops {
                ops.push(match &op.kind {
                    OpKind::Do(PrimitiveKind::Assign { place, value }) => {
                        ParserOp::Set { place: place.clone(), value: value.clone() }
                    }
                    OpKind::Do(kind) => ParserOp::Primitive(kind.clone()),
                    OpKind::Parse(op) => op.clone(),
                    _ => return self.refused(op.span, "this can't be done in a parser"),
                });
            }
            let always = |next| vec![ir::Transition { matches: ir::TransitionMatch::Default, next }];
            let (key, transitions) = match &block.end {
                End::Goto(next) => (Vec::new(), always(target(*next))),
                End::Select { key, cases } => {
                    let cases = cases.iter().map(|(matches, next)| ir::Transition {
                        matches: matches.clone(),
                        next: target(*next),
                    });
                    (key.clone(), cases.collect())
                }
                End::Branch { condition, span, then, otherwise } => {
                    let field = self.temporary_field(&Type::Bool, "tmp", *span)?;
                    let value = crate::fold::as_number(condition.clone());
                    ops.push(ParserOp::Set { place: ir::Place::Field(field), value });
                    let one = vec![(hyper4_bits::Bits::ones(1), hyper4_bits::Bits::ones(1))];
                    let mut transitions = vec![ir::Transition {
                        matches: ir::TransitionMatch::Values(one),
                        next: target(*then),
                    }];
                    transitions.extend(always(target(*otherwise)));
                    (vec![ir::SelectKey::Field(field)], transitions)
                }
                End::Stop | End::Open => (Vec::new(), always(None)),
                End::Table { span, .. } => {
                    return self.refused(*span, "a table can't be applied in a parser");
                }
            };
            let source_info = block.since.and_then(|span| self.source_info(span));
            states.push(ir::ParseState { name, ops, key, transitions, source_info });
        }
        let start = graph.order.first().and_then(|first| target(*first));
        let start = match start {
            Some(start) => start,
            None => {
                // A parser of one state that does nothing.
                states.push(ir::ParseState {
                    name: "start".to_owned(),
                    ops: Vec::new(),
                    key: Vec::new(),
                    transitions: vec![ir::Transition { matches: ir::TransitionMatch::Default, next: None }],
                    source_info: None,
                });
                ir::ParseStateId(u32::try_from(states.len()).ok()?.checked_sub(1)?)
            }
        };
        Some(ir::Parser { name: "parser".to_owned(), start, states })
    }

    /// A method of `packet_in`, as a statement.
    pub(crate) fn packet_method(
        &mut self,
        method: &str,
        arguments: &[&Expression],
        call: &Call,
    ) -> Lowered<()> {
        if self.context != Context::Parser {
            return self.refused(call.span, "packets are taken apart in parsers only");
        }
        match (method, arguments) {
            ("extract", [header, rest @ ..]) => {
                let header_type = header.ty.clone();
                let storage = self.place(header)?;
                let width = match rest {
                    [width] => Some(self.number(width)?),
                    _ => None,
                };
                self.extract(&storage, &header_type, width, call.span)
            }
            // What is extracted is not wanted.
            ("extract", []) => {
                let Some(ty) = call.types.first() else {
                    return self.refused(call.span, "the type of the header has to be known");
                };
                let storage = self.temporary(ty, "tmp", call.span)?;
                let argument = call.arguments.get(1).and_then(|argument| argument.value.as_ref());
                let width = match argument {
                    Some(width) => Some(self.number(width)?),
                    None => None,
                };
                self.extract(&storage, ty, width, call.span)
            }
            ("advance", [bits]) => {
                let bits = self.number(bits)?;
                self.graph.push(OpKind::Parse(ParserOp::Advance { bits }), call.span);
                Some(())
            }
            // A packet that is too short is an error even if nobody wants to know.
            ("lookahead", _) => {
                let Some(width) = call.types.first().and_then(Type::width).filter(|width| *width > 0) else {
                    return self.refused(call.span, "how much is looked ahead at has to be known");
                };
                let ahead = self.temporary(&Type::Bit(width), "tmp", call.span)?;
                self.look_ahead_at(&ahead, &Type::Bit(width), call.span)
            }
            (name, _) => {
                self.refused(call.span, format!("`packet_in.{name}` is not supported by simple_switch"))
            }
        }
    }

    fn extract(&mut self, storage: &Storage, ty: &Type, width: Option<Expr>, span: Span) -> Lowered<()> {
        if !ty.is_header() {
            return self.refused(span, format!("only headers can be extracted, not a `{ty}`"));
        }
        let target = match storage {
            Storage::Header(header) => ExtractTarget::Header(*header),
            Storage::Next(stack, member) => match (stack.reference, member) {
                (Some(ir::StackRef::Headers(stack)), None) => ExtractTarget::StackNext(stack),
                (Some(ir::StackRef::Unions(stack)), Some(member)) => {
                    ExtractTarget::UnionStackNext { stack, member: *member }
                }
                _ => return self.refused(span, "this element can't be extracted"),
            },
            _ => {
                let (ty, width) = (ty.clone(), width);
                return self.each(storage, span, &mut |lowerer, storage| match storage {
                    Storage::Header(_) => lowerer.extract(storage, &ty, width.clone(), span),
                    _ => lowerer.refused(span, "this can't be extracted"),
                });
            }
        };
        let extract = match (width, target) {
            (Some(width), target) => Extract::Variable { target, width },
            (None, ExtractTarget::Header(header)) => Extract::Regular(header),
            (None, ExtractTarget::StackNext(stack)) => Extract::StackNext(stack),
            (None, ExtractTarget::UnionStackNext { stack, member }) => {
                Extract::UnionStackNext { stack, member }
            }
        };
        self.graph.push(OpKind::Parse(ParserOp::Extract(extract)), span);
        Some(())
    }

    /// Stores what lies ahead in the packet, without taking it.
    pub(crate) fn look_ahead_at(&mut self, storage: &Storage, ty: &Type, span: Span) -> Lowered<()> {
        if self.context != Context::Parser {
            return self.refused(span, "packets can be looked at in parsers only");
        }
        let Some(width) = ty.width().filter(|width| *width > 0) else {
            return self
                .refused(span, format!("looking ahead at a `{ty}` is not supported by simple_switch"));
        };
        if let Storage::Field(field) = storage
            && !is_aggregate(ty)
        {
            let place = ir::Place::Field(*field);
            self.graph.push(OpKind::Parse(ParserOp::SetLookahead { place, offset: 0, width }), span);
            return Some(());
        }
        // All of it at once, so that nothing is stored of a packet that is too short.
        let ahead = self.temporary_field(&Type::Bit(width), "tmp", span)?;
        let place = ir::Place::Field(ahead);
        self.graph.push(OpKind::Parse(ParserOp::SetLookahead { place, offset: 0, width }), span);
        if !is_aggregate(ty) {
            return self.write_target(&Target::Whole(storage.clone()), Expr::Field(ahead), span);
        }
        if !matches!(storage, Storage::Header(_) | Storage::Struct(_) | Storage::Stack(_)) {
            let copy = self.temporary(ty, "tmp", span)?;
            self.spread(&copy, ty, ahead, &mut { width }, span)?;
            return self.copy(storage, &copy, span);
        }
        self.spread(storage, ty, ahead, &mut { width }, span)
    }

    /// Stores the bits of a field in the parts of a place, the uppermost first; `left` bits are left.
    fn spread(
        &mut self,
        storage: &Storage,
        ty: &Type,
        from: ir::FieldRef,
        left: &mut u32,
        span: Span,
    ) -> Lowered<()> {
        match storage {
            Storage::Field(field) => {
                let Some((width, _)) = scalar(ty) else {
                    return self.refused(
                        span,
                        format!("looking ahead at a `{ty}` is not supported by simple_switch"),
                    );
                };
                *left = left.checked_sub(width)?;
                let shifted = match *left {
                    0 => Expr::Field(from),
                    low => binary(ir::BinaryOp::Shr, Expr::Field(from), constant(low)),
                };
                let value = crate::expression::wrap(shifted, &Type::Bit(width));
                self.put(*field, crate::expression::wrap(value, ty), span);
                Some(())
            }
            Storage::Header(header) => {
                self.perform(PrimitiveKind::SetValid(*header), span);
                let declared = ty.underlying().structure().cloned()?;
                for ((_, part), field) in header_parts(*header, &declared).iter().zip(&declared.fields) {
                    self.spread(part, &field.ty, from, left, span)?;
                }
                Some(())
            }
            Storage::Struct(stored) => {
                let types = crate::storage::parts(ty).unwrap_or_default();
                for ((_, part), (_, ty)) in stored.iter().zip(&types) {
                    self.spread(part, ty, from, left, span)?;
                }
                Some(())
            }
            Storage::Stack(stack) => {
                let Type::Stack(element, _) = ty.underlying() else { return None };
                for part in &stack.elements {
                    self.spread(part, element, from, left, span)?;
                }
                Some(())
            }
            _ => self.refused(span, format!("looking ahead at a `{ty}` is not supported by simple_switch")),
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
