//! What an expression in a structured annotation comes to: `1 + 2`, `"a" ++ "b"`, `3 == 4`.

use hyper4_p4::token::Token;
use hyper4_p4::typed::integer_literal;

/// A value that P4Info tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Folded {
    Text(String),
    Number(i64),
    Truth(bool),
}

use Folded::{Number, Text, Truth};

/// Deeper brackets than anybody writes in an annotation.
const MAX_DEPTH: usize = 64;

/// The value of an expression of literals; nothing where it isn't one, or doesn't fit into 64 bits.
pub(crate) fn fold(tokens: &[Token]) -> Option<Folded> {
    let mut reader = Reader { tokens, depth: 0 };
    let value = reader.binary(0)?;
    reader.tokens.is_empty().then_some(value)
}

struct Reader<'a> {
    tokens: &'a [Token],
    depth: usize,
}

/// How tightly an operator binds, the loosest first.
fn level(operator: &str) -> Option<usize> {
    const LEVELS: [&[&str]; 10] = [
        &["||"],
        &["&&"],
        &["==", "!="],
        &["<", ">", "<=", ">="],
        &["|"],
        &["^"],
        &["&"],
        &["<<"],
        &["+", "-", "++"],
        &["*", "/", "%"],
    ];
    LEVELS.iter().position(|operators| operators.contains(&operator))
}

impl<'a> Reader<'a> {
    fn peek(&self) -> &'a str {
        self.tokens.first().map_or("", |token| &*token.text)
    }

    fn bump(&mut self) -> Option<&'a str> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(&*first.text)
    }

    fn binary(&mut self, loosest: usize) -> Option<Folded> {
        self.depth = self.depth.checked_add(1).filter(|depth| *depth < MAX_DEPTH)?;
        let mut left = self.unary()?;
        while let Some(level) = level(self.peek()).filter(|level| *level >= loosest) {
            let operator = self.bump()?;
            let right = self.binary(level.checked_add(1)?)?;
            left = computed(left, operator, right)?;
        }
        self.depth = self.depth.saturating_sub(1);
        Some(left)
    }

    fn unary(&mut self) -> Option<Folded> {
        let mut negations = Vec::new();
        while matches!(self.peek(), "-" | "+" | "!" | "~") {
            negations.push(self.bump()?);
        }
        let word = self.bump()?;
        let mut value = match word {
            "(" => {
                let inner = self.binary(0)?;
                (self.bump()? == ")").then_some(inner)?
            }
            "true" => Truth(true),
            "false" => Truth(false),
            word => match word.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
                Some(text) => Text(text.to_owned()),
                None => Number(i64::try_from(integer_literal(word)?).ok()?),
            },
        };
        for operator in negations.into_iter().rev() {
            value = match (operator, value) {
                ("-", Number(number)) => Number(number.checked_neg()?),
                ("+", Number(number)) => Number(number),
                ("~", Number(number)) => Number(!number),
                ("!", Truth(truth)) => Truth(!truth),
                _ => return None,
            };
        }
        Some(value)
    }
}

fn computed(left: Folded, operator: &str, right: Folded) -> Option<Folded> {
    Some(match (left, operator, right) {
        (left, "==", right) => Truth(left == right),
        (left, "!=", right) => Truth(left != right),
        (Truth(a), "&&", Truth(b)) => Truth(a && b),
        (Truth(a), "||", Truth(b)) => Truth(a || b),
        (Text(a), "++", Text(b)) => Text(a + &b),
        (Number(a), operator, Number(b)) => match operator {
            "+" => Number(a.checked_add(b)?),
            "-" => Number(a.checked_sub(b)?),
            "*" => Number(a.checked_mul(b)?),
            "/" if a >= 0 && b > 0 => Number(a.checked_div(b)?),
            "%" if a >= 0 && b > 0 => Number(a.checked_rem(b)?),
            "&" => Number(a & b),
            "|" => Number(a | b),
            "^" => Number(a ^ b),
            "<<" => Number(a.checked_mul(1i64.checked_shl(u32::try_from(b).ok().filter(|b| *b < 63)?)?)?),
            "<" => Truth(a < b),
            ">" => Truth(a > b),
            "<=" => Truth(a <= b),
            ">=" => Truth(a >= b),
            _ => return None,
        },
        _ => return None,
    })
}
