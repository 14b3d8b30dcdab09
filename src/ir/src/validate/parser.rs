//! The parser and the deparser.

use hyper4_bits::Bits;

use super::expressions::Scope;
use super::{Checker, invalid, unique, unresolved};
use crate::{
    Extract, ExtractTarget, FieldType, IrError, ParseState, ParserOp, PrimitiveKind, SelectKey,
    TransitionMatch,
};

impl Checker<'_> {
    pub(super) fn parser(&self) -> Result<(), IrError> {
        let parser = &self.program.parser;
        unique("parse state", parser.states.iter().map(|state| state.name.as_str()))?;
        if parser.start.index() >= parser.states.len() {
            return unresolved("parser", &parser.name, format!("state {}", parser.start.0));
        }
        parser.states.iter().try_for_each(|state| self.parse_state(state))?;
        let deparser = &self.program.deparser;
        let scope = Scope { kind: "deparser", name: &deparser.name, parameters: 0 };
        for primitive in &deparser.primitives {
            self.straight(scope, &primitive.kind)?;
        }
        deparser.order.iter().try_for_each(|header| self.header(scope.kind, scope.name, *header))
    }

    /// A primitive outside of actions: there is nothing to jump over.
    fn straight(&self, scope: Scope<'_>, kind: &PrimitiveKind) -> Result<(), IrError> {
        if matches!(kind, PrimitiveKind::Jump { .. } | PrimitiveKind::JumpIfZero { .. }) {
            return invalid(scope.kind, scope.name, "a jump outside of an action");
        }
        self.primitive(scope, kind, 0)
    }

    fn extract(&self, scope: Scope<'_>, extract: &Extract) -> Result<(), IrError> {
        let (target, width) = (extract.target(), extract.varbit_width());
        let header_type = match target {
            ExtractTarget::Header(header) => {
                self.header(scope.kind, scope.name, header)?;
                self.program.header_type(header)
            }
            ExtractTarget::StackNext(stack) => self.header_types_of(self.stack(scope, stack)?.header_type),
            ExtractTarget::UnionStackNext { stack, member } => {
                self.program.header_type(self.member_of_stack(scope, stack, member)?)
            }
        };
        let varbit = header_type.is_some_and(|t| t.fields.iter().any(|field| field.varbit));
        match (varbit, width) {
            (true, None) => {
                invalid(scope.kind, scope.name, "a header of variable width is extracted as a fixed one")
            }
            (false, Some(_)) => {
                invalid(scope.kind, scope.name, "a header of fixed width is extracted as a variable one")
            }
            (true, Some(width)) => self.number(scope, width),
            (false, None) => Ok(()),
        }
    }

    fn parse_state(&self, state: &ParseState) -> Result<(), IrError> {
        let scope = Scope { kind: "parse state", name: &state.name, parameters: 0 };
        for op in &state.ops {
            match op {
                ParserOp::Extract(extract) => self.extract(scope, extract)?,
                ParserOp::Set { place, value } => {
                    self.field_place(scope, place)?;
                    self.number(scope, value)?;
                }
                ParserOp::SetLookahead { place, width, .. } => {
                    self.field_place(scope, place)?;
                    lookahead(scope, *width)?;
                }
                ParserOp::Verify { condition, error } => {
                    self.truth(scope, condition)?;
                    self.number(scope, error)?;
                }
                ParserOp::Advance { bits } => self.number(scope, bits)?,
                ParserOp::Primitive(kind) => self.straight(scope, kind)?,
            }
        }
        let widths =
            state.key.iter().map(|part| self.key_width(scope, part)).collect::<Result<Vec<u32>, _>>()?;
        for (i, transition) in state.transitions.iter().enumerate() {
            match &transition.matches {
                TransitionMatch::Default if i + 1 < state.transitions.len() => {
                    return invalid(scope.kind, scope.name, "a transition stands behind the default one");
                }
                TransitionMatch::Default => {}
                TransitionMatch::ValueSet { set, mask } => {
                    let Some(declared) = self.program.value_sets.get(set.index()) else {
                        return unresolved(scope.kind, scope.name, format!("value set {}", set.0));
                    };
                    let whole: u64 = widths.iter().map(|width| u64::from(*width)).sum();
                    if whole != u64::from(declared.width) {
                        let reason = format!(
                            "value set `{}` has members of {} bits, but what is selected on {whole}",
                            declared.name, declared.width
                        );
                        return invalid(scope.kind, scope.name, reason);
                    }
                    let fits = |mask: &Vec<Bits>| widths.iter().copied().eq(mask.iter().map(Bits::width));
                    if !mask.as_ref().is_none_or(fits) {
                        return invalid(scope.kind, scope.name, "a mask doesn't fit what is selected on");
                    }
                }
                TransitionMatch::Values(values) => {
                    let fits = |((value, mask), width): (&(Bits, Bits), &u32)| {
                        value.width() == *width && mask.width() == *width
                    };
                    let matches = values.len() == widths.len() && values.iter().zip(&widths).all(fits);
                    if !matches || widths.is_empty() {
                        return invalid(scope.kind, scope.name, "a case doesn't fit what is selected on");
                    }
                }
            }
            if let Some(next) = transition.next
                && next.index() >= self.program.parser.states.len()
            {
                return unresolved(scope.kind, scope.name, format!("state {}", next.0));
            }
        }
        Ok(())
    }

    fn key_width(&self, scope: Scope<'_>, part: &SelectKey) -> Result<u32, IrError> {
        let field = |of: Option<&crate::HeaderType>, field: u32| match of
            .and_then(|of| of.fields.get(field as usize))
        {
            Some(FieldType { varbit: true, name, .. }) => {
                invalid(scope.kind, scope.name, format!("varbit `{name}` is selected on"))
            }
            Some(field) => Ok(field.width),
            None => unresolved(scope.kind, scope.name, format!("field {field} of a stack's element")),
        };
        match part {
            SelectKey::Field(of) => {
                self.width(scope.kind, scope.name, *of)?;
                field(self.program.header_type(of.header), of.field)
            }
            SelectKey::Lookahead { width, .. } => {
                lookahead(scope, *width)?;
                Ok(*width)
            }
            SelectKey::LastField(stack, number) => {
                field(self.header_types_of(self.stack(scope, *stack)?.header_type), *number)
            }
            SelectKey::UnionLastField { stack, member, field: number } => {
                field(self.program.header_type(self.member_of_stack(scope, *stack, *member)?), *number)
            }
        }
    }
}

fn lookahead(scope: Scope<'_>, width: u32) -> Result<(), IrError> {
    if (1..=Bits::MAX_WIDTH).contains(&width) {
        return Ok(());
    }
    invalid(scope.kind, scope.name, format!("a lookahead of {width} bits"))
}
