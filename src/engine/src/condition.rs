//! Conditions of pipelines.

use hyper4_ir::{BinaryOp, Expr, NextNode, TableConditional};

use crate::code::{Instruction, Operand, is_set};
use crate::expression::Compiler;

/// A compiled condition, and where it goes on.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    /// What needs no instructions.
    pub(crate) test: Option<Test>,
    pub(crate) code: Box<[Instruction]>,
    pub(crate) operand: Operand,
    pub(crate) true_next: NextNode,
    pub(crate) false_next: NextNode,
}

/// A look at one limb.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Test {
    /// It is that number, or isn't.
    Limb { at: u32, number: u64, is: bool },
    /// It isn't 0.
    Flag(u32),
}

impl Condition {
    pub(crate) fn new(compiler: &mut Compiler<'_>, conditional: &TableConditional) -> Result<Self, String> {
        let operand = compiler.truth(&conditional.expression)?;
        Ok(Self {
            test: test(compiler, &conditional.expression),
            code: compiler.take(),
            operand,
            true_next: conditional.true_next,
            false_next: conditional.false_next,
        })
    }
}

impl Test {
    /// Whether it does.
    pub(crate) fn holds(self, memory: &[u64]) -> bool {
        match self {
            Self::Limb { at, number, is } => (memory.get(at as usize).copied().unwrap_or(0) == number) == is,
            Self::Flag(at) => is_set(memory, at),
        }
    }
}

fn test(compiler: &Compiler<'_>, expression: &Expr) -> Option<Test> {
    let (a, b, is) = match expression {
        Expr::Valid(header) => return compiler.layout.header(*header).map(|slot| Test::Flag(slot.valid)),
        Expr::Binary(BinaryOp::Eq, a, b) => (a, b, true),
        Expr::Binary(BinaryOp::Ne, a, b) => (a, b, false),
        _ => return None,
    };
    let (field, number) = match (&**a, &**b) {
        (Expr::Field(field), Expr::Const(number)) | (Expr::Const(number), Expr::Field(field)) => {
            (field, number)
        }
        _ => return None,
    };
    let slot = compiler.layout.field(*field)?;
    let plain = !slot.signed && slot.varbit.is_none() && slot.limbs() == 1;
    Some(Test::Limb { at: slot.at, number: u64::try_from(number).ok().filter(|_| plain)?, is })
}
