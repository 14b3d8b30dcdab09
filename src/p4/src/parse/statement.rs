//! Statements.

use super::{Parsed, Parser};
use crate::ast::{
    Annotation, Declaration, Expression, ExpressionKind, ForHeader, Statement, StatementKind, SwitchCase,
    SwitchLabel,
};
use crate::diagnostic::Diagnostic;
use crate::token::{TokenKind, is_reserved};

impl Parser<'_> {
    pub(super) fn block(&mut self) -> Parsed<Vec<Statement>> {
        self.scoped(|parser| parser.items(Self::statement))
    }

    /// The body of an action or of `apply`: with annotations it is a block of its own, which has them.
    pub(super) fn annotated_block(&mut self) -> Parsed<Vec<Statement>> {
        let annotations = self.annotations();
        let start = self.peek().span;
        let block = self.block()?;
        if annotations.is_empty() {
            return Some(block);
        }
        let kind = StatementKind::Block(block);
        Some(vec![Statement { annotations, kind, span: self.since(start) }])
    }

    pub(super) fn statement(&mut self) -> Parsed<Statement> {
        self.deeper(|parser| {
            let mut annotations = parser.annotations();
            let start = parser.peek().span;
            let mut kind = parser.statement_kind(&mut annotations)?;
            if let StatementKind::Declaration(declaration) = &mut kind {
                declaration.annotations.splice(0..0, annotations.drain(..));
            }
            Some(Statement { annotations, kind, span: parser.since(start) })
        })
    }

    fn statement_kind(&mut self, annotations: &mut Vec<Annotation>) -> Parsed<StatementKind> {
        if self.eat(TokenKind::Semicolon).is_some() {
            return Some(StatementKind::Empty);
        }
        if self.at(TokenKind::LeftBrace) {
            return Some(StatementKind::Block(self.block()?));
        }
        let simple = match &*self.peek().text.clone() {
            "if" => return self.conditional(),
            "switch" => return self.switch(),
            "for" => return self.scoped(|parser| parser.iteration(annotations)),
            "return" => {
                self.bump();
                let value = if self.at(TokenKind::Semicolon) { None } else { Some(self.expression()?) };
                StatementKind::Return(value)
            }
            "exit" => {
                self.bump();
                StatementKind::Exit
            }
            "break" => {
                self.bump();
                StatementKind::Break
            }
            "continue" => {
                self.bump();
                StatementKind::Continue
            }
            "const" => {
                let constant = self.constant()?;
                return Some(StatementKind::Declaration(Box::new(constant)));
            }
            _ if self.declaration_follows() => {
                let declaration = self.local_variable()?;
                return Some(StatementKind::Declaration(Box::new(declaration)));
            }
            _ => self.assignment_or_call()?,
        };
        self.semicolon()?;
        Some(simple)
    }

    /// Whether `T name`, `T<A> name` or `T(…) name` follows.
    fn declaration_follows(&self) -> bool {
        let first = self.peek();
        let second = self.peek_at(1);
        if self.at_type(0) {
            // `Control.apply(…)` is a statement, also with type arguments.
            if first.kind == TokenKind::Dot {
                return self.peek_at(2).kind != TokenKind::Dot;
            }
            return match second.kind {
                TokenKind::Dot => false,
                TokenKind::Less => !self.applied_behind_type_arguments(),
                _ => true,
            };
        }
        // An unknown name in front of a name can only be meant as a type.
        first.kind == TokenKind::Word
            && !is_reserved(&first.text)
            && second.kind == TokenKind::Word
            && !is_reserved(&second.text)
    }

    fn applied_behind_type_arguments(&self) -> bool {
        let mut ahead = 1usize;
        let mut depth = 0usize;
        loop {
            match self.peek_at(ahead).kind {
                TokenKind::Less => depth += 1,
                TokenKind::Greater if depth <= 1 => {
                    return self.peek_at(ahead.saturating_add(1)).kind == TokenKind::Dot;
                }
                TokenKind::Greater => depth -= 1,
                TokenKind::End | TokenKind::Semicolon => return false,
                _ => {}
            }
            ahead = ahead.saturating_add(1);
        }
    }

    fn local_variable(&mut self) -> Parsed<Declaration> {
        let start = self.peek().span;
        let ty = self.ty()?;
        if self.at(TokenKind::LeftParen) {
            return self.instance(ty, start);
        }
        let (ty, name) = self.declarator(ty, "the name of a variable")?;
        self.variable(ty, name, start)
    }

    fn assignment_or_call(&mut self) -> Parsed<StatementKind> {
        let left = self.expression()?;
        if let Some((operator, length)) = self.assignment_operator() {
            for _ in 0..length {
                self.bump();
            }
            let right = self.expression()?;
            return Some(StatementKind::Assign(left, operator, right));
        }
        if matches!(left.kind, ExpressionKind::Call { .. }) {
            return Some(StatementKind::Call(left));
        }
        self.expected("`=` or a call");
        None
    }

    fn condition(&mut self) -> Parsed<Expression> {
        self.expect(TokenKind::LeftParen, "`(`")?;
        let condition = self.expression()?;
        self.expect(TokenKind::RightParen, "`)`")?;
        Some(condition)
    }

    fn conditional(&mut self) -> Parsed<StatementKind> {
        self.bump();
        let condition = self.condition()?;
        let then = Box::new(self.scoped(Self::branch)?);
        let otherwise = match self.eat_word("else") {
            Some(_) => Some(Box::new(self.scoped(Self::branch)?)),
            None => None,
        };
        Some(StatementKind::If(condition, then, otherwise))
    }

    /// The statement of an `if`, which can't be a declaration.
    fn branch(&mut self) -> Parsed<Statement> {
        let statement = self.statement()?;
        if let StatementKind::Declaration(declaration) = &statement.kind {
            let error = Diagnostic::error(declaration.name.span, "a declaration has to be in a block here");
            self.report(error.help("put it in `{ … }`"));
        }
        Some(statement)
    }

    fn switch(&mut self) -> Parsed<StatementKind> {
        self.bump();
        let value = self.condition()?;
        let cases = self.items(|parser| {
            let start = parser.peek().span;
            let label = match parser.eat_word("default") {
                Some(_) => SwitchLabel::Default,
                None => SwitchLabel::Expression(parser.expression()?),
            };
            parser.expect(TokenKind::Colon, "`:`")?;
            let body = if parser.at(TokenKind::LeftBrace) { Some(parser.block()?) } else { None };
            Some(SwitchCase { label, body, span: parser.since(start) })
        })?;
        Some(StatementKind::Switch(value, cases))
    }

    /// A `for`; what is annotated on its variable is the loop's.
    fn iteration(&mut self, annotations: &mut Vec<Annotation>) -> Parsed<StatementKind> {
        self.bump();
        self.expect(TokenKind::LeftParen, "`(`")?;
        let header = if self.iterates_collection() {
            annotations.extend(self.annotations());
            let untyped = self.peek_at(1).is_word("in");
            let ty = if untyped { None } else { Some(self.ty()?) };
            let name = self.name("the name of a variable")?;
            if untyped {
                let error =
                    Diagnostic::error(name.span, format!("the loop's variable `{}` needs a type", name.text));
                self.report(
                    error.help(format!("write `for (T {} in …)` with the type of the elements", name.text)),
                );
            }
            self.bump();
            let collection = self.keyset_element()?;
            self.expect(TokenKind::RightParen, "`)`")?;
            self.declare(&name, false);
            ForHeader::In { ty, name, collection }
        } else {
            let init = self.for_statements(TokenKind::Semicolon)?;
            let condition = self.expression()?;
            self.expect(TokenKind::Semicolon, "`;`")?;
            let update = self.for_statements(TokenKind::RightParen)?;
            ForHeader::Classic { init, condition, update }
        };
        let body = self.branch()?;
        Some(StatementKind::For(Box::new(header), Box::new(body)))
    }

    /// Whether `in` comes before the first `;` and outside brackets.
    fn iterates_collection(&self) -> bool {
        let mut ahead = 0usize;
        loop {
            let token = self.peek_at(ahead);
            match token.kind {
                TokenKind::Word if &*token.text == "in" => return true,
                TokenKind::Semicolon | TokenKind::Assign | TokenKind::LeftBrace | TokenKind::End => {
                    return false;
                }
                _ => ahead = ahead.saturating_add(1),
            }
        }
    }

    fn for_statements(&mut self, close: TokenKind) -> Parsed<Vec<Statement>> {
        self.list(close, "`,` or the end of the part", |parser| {
            let annotations = parser.annotations();
            let start = parser.peek().span;
            let kind = if parser.declaration_follows() {
                let ty = parser.ty()?;
                let (ty, name) = parser.declarator(ty, "the name of a variable")?;
                let value = match parser.eat(TokenKind::Assign) {
                    Some(_) => Some(parser.expression()?),
                    None => None,
                };
                parser.declare(&name, false);
                let kind = crate::ast::DeclarationKind::Variable(ty, value);
                let span = parser.since(start);
                let declaration = Declaration { annotations: Vec::new(), name, kind, span };
                StatementKind::Declaration(Box::new(declaration))
            } else {
                parser.assignment_or_call()?
            };
            Some(Statement { annotations, kind, span: parser.since(start) })
        })
    }
}
