//! Which operator comes next.

use super::Parser;
use crate::ast::BinaryOp;
use crate::token::TokenKind;

impl Parser<'_> {
    /// The binary operator that comes, and its number of tokens. An operator with `=` behind it, as in `a += b`,
    /// is none.
    pub(super) fn binary_operator(&self) -> Option<(BinaryOp, usize)> {
        let (operator, length) = self.operator_tokens()?;
        let assigns = self.joined(length, TokenKind::Assign) && operator.has_assignment();
        (!assigns).then_some((operator, length))
    }

    /// The operator of `a op= b`, or none for `a = b`, and the number of tokens with the `=`.
    pub(super) fn assignment_operator(&self) -> Option<(Option<BinaryOp>, usize)> {
        if self.at(TokenKind::Assign) {
            return Some((None, 1));
        }
        let (operator, length) = self.operator_tokens()?;
        let assigns = self.joined(length, TokenKind::Assign) && operator.has_assignment();
        assigns.then_some((Some(operator), length + 1))
    }

    fn joined(&self, ahead: usize, kind: TokenKind) -> bool {
        let token = self.peek_at(ahead);
        token.kind == kind && token.joined
    }

    fn operator_tokens(&self) -> Option<(BinaryOp, usize)> {
        if self.in_width && self.at(TokenKind::Greater) {
            return None;
        }
        Some(match self.peek().kind {
            TokenKind::Star => (BinaryOp::Mul, 1),
            TokenKind::Slash => (BinaryOp::Div, 1),
            TokenKind::Percent => (BinaryOp::Mod, 1),
            TokenKind::Plus => (BinaryOp::Add, 1),
            TokenKind::Minus => (BinaryOp::Sub, 1),
            TokenKind::PlusSaturating => (BinaryOp::AddSaturating, 1),
            TokenKind::MinusSaturating => (BinaryOp::SubSaturating, 1),
            TokenKind::PlusPlus => (BinaryOp::Concat, 1),
            TokenKind::ShiftLeft => (BinaryOp::ShiftLeft, 1),
            TokenKind::LessEqual => (BinaryOp::LessEqual, 1),
            TokenKind::Less => (BinaryOp::Less, 1),
            TokenKind::Greater if self.joined(1, TokenKind::Greater) => (BinaryOp::ShiftRight, 2),
            TokenKind::Greater if self.joined(1, TokenKind::Assign) => (BinaryOp::GreaterEqual, 2),
            TokenKind::Greater => (BinaryOp::Greater, 1),
            TokenKind::Equal => (BinaryOp::Equal, 1),
            TokenKind::NotEqual => (BinaryOp::NotEqual, 1),
            TokenKind::And => (BinaryOp::BitAnd, 1),
            TokenKind::Xor => (BinaryOp::BitXor, 1),
            TokenKind::Or => (BinaryOp::BitOr, 1),
            TokenKind::AndAnd => (BinaryOp::And, 1),
            TokenKind::OrOr => (BinaryOp::Or, 1),
            _ => return None,
        })
    }
}

impl BinaryOp {
    /// Whether there is an `op=`.
    fn has_assignment(self) -> bool {
        matches!(
            self,
            Self::Mul
                | Self::Div
                | Self::Mod
                | Self::Add
                | Self::Sub
                | Self::AddSaturating
                | Self::SubSaturating
                | Self::ShiftLeft
                | Self::ShiftRight
                | Self::BitAnd
                | Self::BitXor
                | Self::BitOr
        )
    }
}
