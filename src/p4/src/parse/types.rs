//! Types and type parameters.

use super::{Parsed, Parser};
use crate::ast::{Expression, Name, Type, TypeKind, TypeName};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::token::TokenKind;

/// Words that start a type by themselves.
const BUILT_IN: [&str; 11] =
    ["void", "bool", "error", "string", "match_kind", "int", "bit", "varbit", "tuple", "list", "_"];

/// Stacks of stacks are refused later; this only bounds the tree.
const MAX_DIMENSIONS: usize = 8;

impl Parser<'_> {
    /// Whether a built-in or known type comes.
    pub(super) fn at_type(&self, ahead: usize) -> bool {
        let token = self.peek_at(ahead);
        match token.kind {
            // `list` is a type only with its argument.
            TokenKind::Word if &*token.text == "list" => self.peek_at(ahead + 1).kind == TokenKind::Less,
            TokenKind::Word if BUILT_IN.contains(&&*token.text) => true,
            TokenKind::Word => self.declared(&token.text) == Some(true),
            TokenKind::Dot => {
                let name = self.peek_at(ahead + 1);
                let outer = self.scopes.first();
                name.kind == TokenKind::Word && outer.and_then(|scope| scope.get(&name.text)) == Some(&true)
            }
            _ => false,
        }
    }

    pub(super) fn ty(&mut self) -> Parsed<Type> {
        self.deeper(Self::ty_inner)
    }

    fn ty_inner(&mut self) -> Parsed<Type> {
        let start = self.peek().span;
        let token = self.peek().clone();
        let built_in = match (token.kind, &*token.text) {
            (TokenKind::Word, "void") => Some(TypeKind::Void),
            (TokenKind::Word, "bool") => Some(TypeKind::Bool),
            (TokenKind::Word, "error") => Some(TypeKind::Error),
            (TokenKind::Word, "string") => Some(TypeKind::Str),
            (TokenKind::Word, "match_kind") => Some(TypeKind::MatchKind),
            (TokenKind::Word, "_") => Some(TypeKind::DontCare),
            _ => None,
        };
        let kind = match built_in {
            Some(kind) => {
                self.bump();
                kind
            }
            None => self.parameterised()?,
        };
        let mut ty = Type { kind, span: self.since(start) };
        if self.at(TokenKind::LeftBracket) {
            ty = self.dimensions(ty, start)?;
        }
        Some(ty)
    }

    /// `[n]`, any number of them: an array of what was read.
    pub(super) fn dimensions(&mut self, mut ty: Type, start: Span) -> Parsed<Type> {
        let mut dimensions = 0;
        while self.eat(TokenKind::LeftBracket).is_some() {
            dimensions += 1;
            if dimensions > MAX_DIMENSIONS {
                self.error(ty.span, format!("more than {MAX_DIMENSIONS} dimensions"));
                return None;
            }
            let size = self.bracketed(Self::expression)?;
            self.expect(TokenKind::RightBracket, "`]`")?;
            ty = Type { kind: TypeKind::Stack(Box::new(ty), Box::new(size)), span: self.since(start) };
        }
        Some(ty)
    }

    /// `name`, or `name[n]` for an array; with the type that the name has then.
    pub(super) fn declarator(&mut self, ty: Type, what: &str) -> Parsed<(Type, Name)> {
        let name = self.name(what)?;
        let start = name.span;
        Some((self.dimensions(ty, start)?, name))
    }

    fn parameterised(&mut self) -> Parsed<TypeKind> {
        let angle = self.peek_at(1).kind == TokenKind::Less;
        match (self.peek().kind, &*self.peek().text.clone(), angle) {
            (TokenKind::Word, "bit", true) => Some(TypeKind::Bit(Some(self.width()?))),
            (TokenKind::Word, "bit", false) => {
                self.bump();
                Some(TypeKind::Bit(None))
            }
            (TokenKind::Word, "int", true) => Some(TypeKind::Int(self.width()?)),
            (TokenKind::Word, "int", false) => {
                self.bump();
                Some(TypeKind::Integer)
            }
            (TokenKind::Word, "varbit", _) => Some(TypeKind::Varbit(self.width()?)),
            (TokenKind::Word, "tuple", _) => {
                self.bump();
                Some(TypeKind::Tuple(self.type_arguments()?))
            }
            (TokenKind::Word, "list", true) => {
                self.bump();
                self.bump();
                let inner = self.ty()?;
                self.expect(TokenKind::Greater, "`>`")?;
                Some(TypeKind::List(Box::new(inner)))
            }
            _ => {
                let global = self.eat(TokenKind::Dot).is_some();
                let name = TypeName { global, name: self.name("a type")? };
                if self.at(TokenKind::Less) {
                    return Some(TypeKind::Specialized(name, self.type_arguments()?));
                }
                Some(TypeKind::Named(name))
            }
        }
    }

    /// `bit<W>`'s `<W>`, with the word before it.
    fn width(&mut self) -> Parsed<Box<Expression>> {
        self.bump();
        self.expect(TokenKind::Less, "`<`")?;
        let token = self.peek().clone();
        if token.kind == TokenKind::Greater {
            let message = format!("expected a width, found {}", self.describe());
            self.report(Diagnostic::error(token.span, message).label("expected a number"));
            return None;
        }
        let in_width = std::mem::replace(&mut self.in_width, true);
        let width = self.expression();
        self.in_width = in_width;
        let width = width?;
        self.expect(TokenKind::Greater, "`>`")?;
        Some(Box::new(width))
    }

    /// `<A, B>`
    pub(super) fn type_arguments(&mut self) -> Parsed<Vec<Type>> {
        self.expect(TokenKind::Less, "`<`")?;
        self.list(TokenKind::Greater, "`,` or `>`", Self::ty)
    }

    /// `<A, B>` where type parameters may be declared; they are types from here on in this scope.
    pub(super) fn type_parameters(&mut self) -> Parsed<Vec<Name>> {
        if self.eat(TokenKind::Less).is_none() {
            return Some(Vec::new());
        }
        self.list(TokenKind::Greater, "`,` or `>`", |parser| {
            let name = parser.name("the name of a type parameter")?;
            parser.declare(&name, true);
            Some(name)
        })
    }
}
