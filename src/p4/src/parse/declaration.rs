//! Declarations of types, constants, externs, actions, functions, instances and variables.

use super::{Parsed, Parser};
use crate::ast::{
    Declaration, DeclarationKind, Field, Instance, Method, Name, Signature, Structure, StructureKind, Type,
    TypeKind, TypeOrDeclaration,
};
use crate::diagnostic::{Diagnostic, closest};
use crate::source::Span;
use crate::token::TokenKind;

/// What may start a declaration at the top.
const DECLARATIONS: [&str; 14] = [
    "const",
    "typedef",
    "type",
    "header",
    "header_union",
    "struct",
    "enum",
    "error",
    "match_kind",
    "extern",
    "action",
    "parser",
    "control",
    "package",
];

/// What may start a declaration in a parser or control.
const LOCALS: [&str; 6] = ["const", "action", "table", "value_set", "state", "apply"];

fn plain(name: Name, kind: DeclarationKind, span: Span) -> Declaration {
    Declaration { annotations: Vec::new(), name, kind, span }
}

impl Parser<'_> {
    pub(super) fn constant(&mut self) -> Parsed<Declaration> {
        let start = self.bump().span;
        let ty = self.ty()?;
        let (ty, name) = self.declarator(ty, "the name of a constant")?;
        self.expect(TokenKind::Assign, "`=`")?;
        let value = self.expression()?;
        self.semicolon()?;
        self.declare(&name, false);
        Some(plain(name, DeclarationKind::Constant(ty, value), self.since(start)))
    }

    pub(super) fn typedef(&mut self) -> Parsed<Declaration> {
        let start = self.bump().span;
        let annotations = self.annotations();
        let target = match &*self.peek().text.clone() {
            "header" | "header_union" | "struct" => {
                TypeOrDeclaration::Declaration(Box::new(self.structure()?))
            }
            "enum" => TypeOrDeclaration::Declaration(Box::new(self.enumeration()?)),
            _ => TypeOrDeclaration::Type(self.ty()?),
        };
        let (target, name) = match target {
            TypeOrDeclaration::Type(ty) => {
                let (ty, name) = self.declarator(ty, "the name of a type")?;
                (TypeOrDeclaration::Type(ty), name)
            }
            declared => (declared, self.name("the name of a type")?),
        };
        self.semicolon()?;
        self.declare(&name, true);
        let kind = DeclarationKind::Typedef(target);
        Some(Declaration { annotations, name, kind, span: self.since(start) })
    }

    pub(super) fn new_type(&mut self) -> Parsed<Declaration> {
        let start = self.bump().span;
        let ty = self.ty()?;
        let (ty, name) = self.declarator(ty, "the name of a type")?;
        self.semicolon()?;
        self.declare(&name, true);
        Some(plain(name, DeclarationKind::NewType(ty), self.since(start)))
    }

    pub(super) fn structure(&mut self) -> Parsed<Declaration> {
        let token = self.bump();
        let kind = match &*token.text {
            "header" => StructureKind::Header,
            "header_union" => StructureKind::Union,
            _ => StructureKind::Struct,
        };
        let name = self.name(&format!("the name of a {}", token.text))?;
        self.declare(&name, true);
        let structure = self.scoped(|parser| {
            let type_parameters = parser.type_parameters()?;
            let fields = parser.items(|parser| {
                let annotations = parser.annotations();
                let ty = parser.ty()?;
                let (ty, name) = parser.declarator(ty, "the name of a field")?;
                parser.semicolon()?;
                Some(Field { annotations, ty, name })
            })?;
            Some(Structure { kind, type_parameters, fields })
        })?;
        Some(plain(name, DeclarationKind::Structure(structure), self.since(token.span)))
    }

    pub(super) fn enumeration(&mut self) -> Parsed<Declaration> {
        let start = self.bump().span;
        let underlying =
            if self.at_type(0) || self.peek_at(1).kind == TokenKind::Word { Some(self.ty()?) } else { None };
        let name = self.name("the name of an enum")?;
        self.declare(&name, true);
        self.expect(TokenKind::LeftBrace, "`{`")?;
        let kind = match underlying {
            None => DeclarationKind::Enum(self.name_list()?),
            Some(ty) => {
                let what = "`,` or `}`";
                let members = self.list_with_trailing_comma(TokenKind::RightBrace, what, |parser| {
                    let name = parser.name("the name of a member")?;
                    parser.expect(TokenKind::Assign, "`=`")?;
                    Some((name, parser.expression()?))
                })?;
                DeclarationKind::SerializableEnum(ty, members)
            }
        };
        Some(plain(name, kind, self.since(start)))
    }

    fn name_list(&mut self) -> Parsed<Vec<Name>> {
        let names = self.list_with_trailing_comma(TokenKind::RightBrace, "`,` or `}`", |parser| {
            parser.name("the name of a member")
        })?;
        if names.is_empty() {
            self.error(self.previous_span(), "there has to be a member at least");
        }
        Some(names)
    }

    /// `error { … }` or `match_kind { … }`
    pub(super) fn members(&mut self) -> Parsed<Declaration> {
        let token = self.bump();
        self.bump();
        let names = self.name_list()?;
        let kind = if &*token.text == "error" {
            DeclarationKind::Errors(names)
        } else {
            DeclarationKind::MatchKinds(names)
        };
        let name = Name { text: "".into(), span: token.span };
        Some(plain(name, kind, self.since(token.span)))
    }

    pub(super) fn external(&mut self) -> Parsed<Declaration> {
        let start = self.bump().span;
        let body = self.peek().kind == TokenKind::Word
            && matches!(self.peek_at(1).kind, TokenKind::LeftBrace)
            || self.extern_type_follows();
        if !body {
            let (name, signature) = self.scoped(|parser| parser.prototype(false))?;
            self.semicolon()?;
            self.declare(&name, false);
            return Some(plain(name, DeclarationKind::ExternFunction(signature), self.since(start)));
        }
        let name = self.name("the name of an extern")?;
        self.declare(&name, true);
        let (type_parameters, methods) = self.scoped(|parser| {
            let type_parameters = parser.type_parameters()?;
            let methods = parser.items(|parser| {
                let annotations = parser.annotations();
                let is_abstract = parser.eat_word("abstract").is_some();
                let constructor =
                    parser.peek().text == name.text && parser.peek_at(1).kind == TokenKind::LeftParen;
                let (name, signature) = parser.scoped(|parser| parser.prototype(constructor))?;
                parser.semicolon()?;
                Some(Method { annotations, is_abstract, name, signature })
            })?;
            Some((type_parameters, methods))
        })?;
        Some(plain(name, DeclarationKind::Extern(type_parameters, methods), self.since(start)))
    }

    /// Whether `Name<…> {` follows: an extern type with parameters.
    fn extern_type_follows(&self) -> bool {
        if self.peek().kind != TokenKind::Word || self.peek_at(1).kind != TokenKind::Less {
            return false;
        }
        let mut ahead = 2usize;
        loop {
            match self.peek_at(ahead).kind {
                TokenKind::Word | TokenKind::Comma => ahead = ahead.saturating_add(1),
                TokenKind::Greater => {
                    return self.peek_at(ahead.saturating_add(1)).kind == TokenKind::LeftBrace;
                }
                _ => return false,
            }
        }
    }

    /// `T name<A>(parameters)`; a constructor has no `T`.
    fn prototype(&mut self, constructor: bool) -> Parsed<(Name, Signature)> {
        // The result type may be a type parameter that is declared behind it.
        let result = if constructor { None } else { Some(self.ty()?) };
        let name = self.name("the name of a function")?;
        let type_parameters = self.type_parameters()?;
        let parameters = self.parameters()?;
        Some((name, Signature { result, type_parameters, parameters }))
    }

    pub(super) fn action(&mut self) -> Parsed<Declaration> {
        let start = self.bump().span;
        let name = self.name("the name of an action")?;
        let (parameters, body) = self.scoped(|parser| {
            let parameters = parser.parameters()?;
            Some((parameters, parser.annotated_block()?))
        })?;
        self.declare(&name, false);
        Some(plain(name, DeclarationKind::Action(parameters, body), self.since(start)))
    }

    pub(super) fn package(&mut self) -> Parsed<Declaration> {
        let start = self.bump().span;
        let name = self.name("the name of a package")?;
        self.declare(&name, true);
        let (type_parameters, parameters) =
            self.scoped(|parser| Some((parser.type_parameters()?, parser.parameters()?)))?;
        self.semicolon()?;
        Some(plain(name, DeclarationKind::Package(type_parameters, parameters), self.since(start)))
    }

    /// `T name(…) { … }`, `T(…) name;` or `T name = value;`
    pub(super) fn function_or_instance(&mut self, top: bool) -> Parsed<Declaration> {
        let start = self.peek().span;
        let token = self.peek().clone();
        if token.kind != TokenKind::Word && token.kind != TokenKind::Dot {
            self.expected("a declaration");
            return None;
        }
        let known = if top { DECLARATIONS.as_slice() } else { LOCALS.as_slice() };
        if self.declared(&token.text).is_none()
            && self.peek_at(1).kind == TokenKind::Word
            && let Some(keyword) = closest(&token.text, known.iter().copied())
        {
            let message = format!("expected a declaration, found `{}`", token.text);
            let diagnostic = Diagnostic::error(token.span, message).label("no such declaration");
            self.report(diagnostic.help(format!("did you mean `{keyword}`?")));
            return None;
        }
        let ty = self.ty()?;
        if self.at(TokenKind::LeftParen) {
            return self.instance(ty, start);
        }
        if !self.at(TokenKind::Word) {
            self.not_a_declaration(&ty, known);
            return None;
        }
        let (ty, name) = self.declarator(ty, "a name")?;
        if self.at(TokenKind::Less) || self.at(TokenKind::LeftParen) {
            return self.function(ty, name, start);
        }
        self.variable(ty, name, start)
    }

    fn not_a_declaration(&mut self, ty: &Type, known: &[&'static str]) {
        let message = format!("expected a declaration, found {}", self.describe());
        let mut diagnostic = Diagnostic::error(self.peek().span, message);
        if let TypeKind::Named(name) = &ty.kind {
            diagnostic = diagnostic.suggest(&name.name.text, known.iter().copied());
        }
        self.report(diagnostic);
    }

    fn function(&mut self, result: Type, name: Name, start: Span) -> Parsed<Declaration> {
        let (signature, body) = self.scoped(|parser| {
            let type_parameters = parser.type_parameters()?;
            let parameters = parser.parameters()?;
            let body = parser.block()?;
            Some((Signature { result: Some(result), type_parameters, parameters }, body))
        })?;
        self.declare(&name, false);
        Some(plain(name, DeclarationKind::Function(signature, body), self.since(start)))
    }

    pub(super) fn variable(&mut self, ty: Type, name: Name, start: Span) -> Parsed<Declaration> {
        let value = match self.eat(TokenKind::Assign) {
            Some(_) => Some(self.expression()?),
            None => None,
        };
        self.semicolon()?;
        self.declare(&name, false);
        Some(plain(name, DeclarationKind::Variable(ty, value), self.since(start)))
    }

    /// A method of an instance's body, or an instance in it.
    fn implementation(&mut self) -> Parsed<Declaration> {
        let annotations = self.annotations();
        let mut declaration = self.function_or_instance(false)?;
        if matches!(declaration.kind, DeclarationKind::Variable(..)) {
            let at = declaration.name.span;
            self.error(at, "only functions and instances can be declared here");
        }
        declaration.annotations.splice(0..0, annotations);
        Some(declaration)
    }

    pub(super) fn instance(&mut self, ty: Type, start: Span) -> Parsed<Declaration> {
        let arguments = self.arguments()?;
        let annotations = self.annotations();
        let (ty, name) = self.declarator(ty, "the name of an instance")?;
        let body = match self.eat(TokenKind::Assign) {
            Some(_) => {
                Some(self.deeper(|parser| parser.scoped(|parser| parser.items(Self::implementation)))?)
            }
            None => None,
        };
        self.semicolon()?;
        self.declare(&name, false);
        let kind = DeclarationKind::Instance(Instance { ty, arguments, body });
        Some(Declaration { annotations, name, kind, span: self.since(start) })
    }
}
