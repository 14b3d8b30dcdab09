//! Conditions of pipelines.

use hyper4_ir::{BinaryOp, Expr, NextNode, TableConditional, UnaryOp};

use crate::code::{Instruction, Operand, is_set};
use crate::expression::Compiler;
use crate::gather::Term;

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

/// Looks at single limbs.
#[derive(Clone, Debug)]
pub(crate) enum Test {
    /// It is that number, or isn't.
    Limb { at: u32, number: u64, is: bool },
    /// It is less than that number, or isn't.
    Below { at: u32, number: u64, is: bool },
    /// It is the same as another one, or isn't.
    Limbs { a: u32, b: u32, is: bool },
    /// Some bits of it are that number, or aren't.
    Bits { term: Term, number: u64, is: bool },
    /// Some bits of it are the same as another one, or aren't.
    BitsOf { term: Term, at: u32, is: bool },
    /// Some bits of it are the same as some bits of another one, or aren't.
    SomeBits { a: Term, b: Term, is: bool },
    /// It is 0, or isn't.
    Flag { at: u32, is: bool },
    /// All of them hold.
    All(Box<[Test]>),
    /// One of them holds.
    Any(Box<[Test]>),
}

impl Condition {
    pub(crate) fn new(compiler: &mut Compiler<'_>, conditional: &TableConditional) -> Result<Self, String> {
        let operand = compiler.truth(&conditional.expression)?;
        Ok(Self {
            test: test(compiler, &conditional.expression, true),
            code: compiler.take(),
            operand,
            true_next: conditional.true_next,
            false_next: conditional.false_next,
        })
    }
}

impl Test {
    /// Whether it does, where the limbs that it looks at are known.
    pub(crate) fn known(&self, limb: impl Fn(u32) -> Option<u64> + Copy) -> Option<bool> {
        Some(match self {
            Self::Limb { at, number, is } => (limb(*at)? == *number) == *is,
            Self::Below { at, number, is } => (limb(*at)? < *number) == *is,
            Self::Limbs { a, b, is } => (limb(*a)? == limb(*b)?) == *is,
            Self::Bits { term, number, is } => (term.of(limb(term.from)?) == *number) == *is,
            Self::BitsOf { term, at, is } => (term.of(limb(term.from)?) == limb(*at)?) == *is,
            Self::SomeBits { a, b, is } => (a.of(limb(a.from)?) == b.of(limb(b.from)?)) == *is,
            Self::Flag { at, is } => (limb(*at)? != 0) == *is,
            Self::All(tests) if tests.iter().any(|test| test.known(limb) == Some(false)) => false,
            Self::Any(tests) if tests.iter().any(|test| test.known(limb) == Some(true)) => true,
            Self::All(tests) | Self::Any(tests) => {
                let outcome = matches!(self, Self::All(_));
                return tests.iter().all(|test| test.known(limb) == Some(outcome)).then_some(outcome);
            }
        })
    }

    /// Whether it does.
    pub(crate) fn holds(&self, memory: &[u64]) -> bool {
        let limb = |at: u32| memory.get(at as usize).copied().unwrap_or(0);
        match self {
            Self::Limb { at, number, is } => (limb(*at) == *number) == *is,
            Self::Below { at, number, is } => (limb(*at) < *number) == *is,
            Self::Limbs { a, b, is } => (limb(*a) == limb(*b)) == *is,
            Self::Bits { term, number, is } => (term.value(memory) == *number) == *is,
            Self::BitsOf { term, at, is } => (term.value(memory) == limb(*at)) == *is,
            Self::SomeBits { a, b, is } => (a.value(memory) == b.value(memory)) == *is,
            Self::Flag { at, is } => is_set(memory, *at) == *is,
            Self::All(tests) => tests.iter().all(|test| test.holds(memory)),
            Self::Any(tests) => tests.iter().any(|test| test.holds(memory)),
        }
    }
}

/// A test that tells whether an expression is `is`. None of its parts can fail, so that what it doesn't look at doesn't
/// matter.
pub(crate) fn test(compiler: &Compiler<'_>, expression: &Expr, is: bool) -> Option<Test> {
    match expression {
        Expr::Valid(header) => {
            let at = compiler.layout.header(*header)?.valid;
            Some(Test::Flag { at, is })
        }
        Expr::Unary(UnaryOp::Not, a) => test(compiler, a, !is),
        Expr::Binary(operator @ (BinaryOp::And | BinaryOp::Or), a, b) => {
            let all = (*operator == BinaryOp::And) == is;
            let mut tests = Vec::new();
            for side in [a, b] {
                match test(compiler, side, is)? {
                    Test::All(more) if all => tests.extend(more),
                    Test::Any(more) if !all => tests.extend(more),
                    one => tests.push(one),
                }
            }
            Some(if all { Test::All(tests.into()) } else { Test::Any(tests.into()) })
        }
        Expr::Binary(operator, a, b) => compare(compiler, *operator, a, b, is),
        _ => None,
    }
}

fn compare(compiler: &Compiler<'_>, operator: BinaryOp, a: &Expr, b: &Expr, is: bool) -> Option<Test> {
    let limb = |field: &hyper4_ir::FieldRef| {
        let slot = compiler.layout.field(*field)?;
        let plain = !slot.signed && slot.varbit.is_none() && slot.limbs() == 1;
        plain.then_some(slot.at)
    };
    let equality = match operator {
        BinaryOp::Eq => Some(is),
        BinaryOp::Ne => Some(!is),
        _ => None,
    };
    for (a, b) in [(a, b), (b, a)] {
        if let (Some(is), Some(term)) = (equality, compiler.bits_of_one_limb(a)) {
            return match b {
                Expr::Const(number) => Some(Test::Bits { term, number: u64::try_from(number).ok()?, is }),
                Expr::Field(field) => Some(Test::BitsOf { term, at: limb(field)?, is }),
                _ => Some(Test::SomeBits { a: term, b: compiler.bits_of_one_limb(b)?, is }),
            };
        }
    }
    // As `field operator number`.
    let (field, number, operator) = match (a, b) {
        (Expr::Field(a), Expr::Field(b)) => {
            return Some(Test::Limbs { a: limb(a)?, b: limb(b)?, is: equality? });
        }
        (Expr::Field(field), Expr::Const(number)) => (field, number, operator),
        (Expr::Const(number), Expr::Field(field)) => {
            let turned = match operator {
                BinaryOp::Lt => BinaryOp::Gt,
                BinaryOp::Le => BinaryOp::Ge,
                BinaryOp::Gt => BinaryOp::Lt,
                BinaryOp::Ge => BinaryOp::Le,
                same => same,
            };
            (field, number, turned)
        }
        _ => return None,
    };
    let (at, number) = (limb(field)?, u64::try_from(number).ok()?);
    Some(match operator {
        BinaryOp::Eq => Test::Limb { at, number, is },
        BinaryOp::Ne => Test::Limb { at, number, is: !is },
        BinaryOp::Lt => Test::Below { at, number, is },
        BinaryOp::Ge => Test::Below { at, number, is: !is },
        BinaryOp::Le => Test::Below { at, number: number.checked_add(1)?, is },
        BinaryOp::Gt => Test::Below { at, number: number.checked_add(1)?, is: !is },
        _ => return None,
    })
}
