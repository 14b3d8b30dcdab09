//! Declarations at the top, parsers and controls.

use super::{Parsed, Parser};
use crate::ast::{
    ControlBody, ControlDeclaration, Declaration, DeclarationKind, Direction, Parameter, ParserBody,
    ParserDeclaration, Program, Select, SelectCase, State, Statement, Transition,
};
use crate::diagnostic::Diagnostic;
use crate::token::TokenKind;

impl Parser<'_> {
    pub(super) fn program(&mut self) -> Program {
        let mut declarations = Vec::new();
        while !self.at_end() {
            if self.eat(TokenKind::Semicolon).is_some() {
                continue;
            }
            let before = self.position;
            // Nothing of an unreadable declaration is kept in scope or depth.
            let depth = self.depth;
            match self.top_declaration() {
                Some(declaration) => declarations.extend(declaration),
                None => {
                    self.scopes.truncate(1);
                    self.in_width = false;
                    self.recover();
                    self.eat(TokenKind::RightBrace);
                }
            }
            self.depth = depth;
            if self.position == before {
                self.bump();
            }
        }
        Program { declarations }
    }

    /// A declaration; nothing for one that only says that an extern will come.
    fn top_declaration(&mut self) -> Parsed<Option<Declaration>> {
        let annotations = self.annotations();
        if self.at_word("extern") && self.peek_at(2).kind == TokenKind::Semicolon {
            self.bump();
            let name = self.name("the name of an extern")?;
            self.declare(&name, true);
            self.bump();
            return Some(None);
        }
        if !annotations.is_empty()
            && (self.at_word("error") || self.at_word("match_kind"))
            && self.peek_at(1).kind == TokenKind::LeftBrace
        {
            let span = self.peek().span;
            let message = format!("`{}` can't have annotations", self.peek().text);
            self.report(Diagnostic::error(span, message).help("leave them out"));
        }
        let mut declaration = self.declaration()?;
        declaration.annotations.splice(0..0, annotations);
        Some(Some(declaration))
    }

    /// Any declaration but tables and value sets.
    fn declaration(&mut self) -> Parsed<Declaration> {
        let next = self.peek_at(1).clone();
        match &*self.peek().text.clone() {
            "const" => self.constant(),
            "typedef" => self.typedef(),
            // `type` is a name everywhere else.
            "type" if next.kind == TokenKind::Word => self.new_type(),
            "header" | "header_union" | "struct" => self.structure(),
            "enum" => self.enumeration(),
            "error" | "match_kind" if next.kind == TokenKind::LeftBrace => self.members(),
            "extern" => self.external(),
            "action" => self.action(),
            "parser" => self.parser(),
            "control" => self.control(),
            "package" => self.package(),
            _ => self.function_or_instance(true),
        }
    }

    pub(super) fn parameters(&mut self) -> Parsed<Vec<Parameter>> {
        self.expect(TokenKind::LeftParen, "`(`")?;
        self.list(TokenKind::RightParen, "`,` or `)`", |parser| {
            let annotations = parser.annotations();
            let direction = match &*parser.peek().text {
                "in" => Direction::In,
                "out" => Direction::Out,
                "inout" => Direction::InOut,
                _ => Direction::None,
            };
            if direction != Direction::None {
                parser.bump();
            }
            let ty = parser.ty()?;
            let (ty, name) = parser.declarator(ty, "the name of a parameter")?;
            let default = match parser.eat(TokenKind::Assign) {
                Some(_) => Some(parser.expression()?),
                None => None,
            };
            parser.declare(&name, false);
            Some(Parameter { annotations, direction, ty, name, default })
        })
    }

    fn parser(&mut self) -> Parsed<Declaration> {
        let start = self.bump().span;
        let name = self.name("the name of a parser")?;
        self.declare(&name, true);
        let declaration = self.scoped(|parser| {
            let type_parameters = parser.type_parameters()?;
            let parameters = parser.parameters()?;
            if parser.eat(TokenKind::Semicolon).is_some() {
                let constructor = Vec::new();
                return Some(ParserDeclaration { type_parameters, parameters, constructor, body: None });
            }
            let constructor = if parser.at(TokenKind::LeftParen) { parser.parameters()? } else { Vec::new() };
            let body = Some(parser.parser_body()?);
            Some(ParserDeclaration { type_parameters, parameters, constructor, body })
        })?;
        let kind = DeclarationKind::Parser(Box::new(declaration));
        Some(Declaration { annotations: Vec::new(), name, kind, span: self.since(start) })
    }

    fn parser_body(&mut self) -> Parsed<ParserBody> {
        let mut locals = Vec::new();
        let mut states: Vec<State> = Vec::new();
        self.items(|parser| {
            let annotations = parser.annotations();
            if parser.at_word("state") && parser.peek_at(1).kind == TokenKind::Word {
                let mut state = parser.state()?;
                state.annotations = annotations;
                states.push(state);
            } else {
                let at = parser.peek().span;
                let mut local = parser.local()?;
                if let Some(state) = states.first() {
                    let error = Diagnostic::error(at, "declarations of a parser come before its states");
                    parser.report(error.related(state.span, "the first state"));
                }
                local.annotations.splice(0..0, annotations);
                locals.push(local);
            }
            Some(())
        })?;
        if states.is_empty() && self.errors == 0 {
            let error =
                Diagnostic::error(self.previous_span(), "a parser needs states, the first one is `start`");
            self.report(error);
        }
        Some(ParserBody { locals, states })
    }

    fn state(&mut self) -> Parsed<State> {
        let start = self.bump().span;
        let name = self.name("the name of a state")?;
        let mut statements = Vec::new();
        let mut transition = None;
        self.scoped(|parser| {
            parser.items(|parser| {
                if parser.at_word("transition") {
                    transition = Some(parser.transition()?);
                    if !parser.at(TokenKind::RightBrace) {
                        parser.expected("`}` behind the transition");
                    }
                } else {
                    statements.push(parser.statement()?);
                }
                Some(())
            })
        })?;
        let span = self.since(start);
        Some(State { annotations: Vec::new(), name, statements, transition, span })
    }

    fn transition(&mut self) -> Parsed<Transition> {
        self.bump();
        if !self.at_word("select") {
            let name = self.name("a state or `select`")?;
            self.semicolon()?;
            return Some(Transition::Direct(name));
        }
        let start = self.bump().span;
        self.expect(TokenKind::LeftParen, "`(`")?;
        let keys = self.list(TokenKind::RightParen, "`,` or `)`", Self::expression)?;
        let cases = self.items(|parser| {
            let keyset = parser.keyset()?;
            parser.expect(TokenKind::Colon, "`:`")?;
            let state = parser.name("the name of a state")?;
            parser.semicolon()?;
            Some(SelectCase { keyset, state })
        })?;
        // p4c takes it without, and so do many programs.
        self.eat(TokenKind::Semicolon);
        Some(Transition::Select(Select { keys, cases, span: self.since(start) }))
    }

    fn control(&mut self) -> Parsed<Declaration> {
        let start = self.bump().span;
        let name = self.name("the name of a control")?;
        self.declare(&name, true);
        let declaration = self.scoped(|parser| {
            let type_parameters = parser.type_parameters()?;
            let parameters = parser.parameters()?;
            if parser.eat(TokenKind::Semicolon).is_some() {
                let constructor = Vec::new();
                return Some(ControlDeclaration { type_parameters, parameters, constructor, body: None });
            }
            let constructor = if parser.at(TokenKind::LeftParen) { parser.parameters()? } else { Vec::new() };
            let body = Some(parser.control_body()?);
            Some(ControlDeclaration { type_parameters, parameters, constructor, body })
        })?;
        let kind = DeclarationKind::Control(Box::new(declaration));
        Some(Declaration { annotations: Vec::new(), name, kind, span: self.since(start) })
    }

    fn control_body(&mut self) -> Parsed<ControlBody> {
        let mut locals = Vec::new();
        let mut apply: Option<Vec<Statement>> = None;
        let mut apply_at = self.peek().span;
        self.items(|parser| {
            let annotations = parser.annotations();
            let first = parser.peek().span;
            let next = parser.peek_at(1).kind;
            if parser.at_word("apply") && matches!(next, TokenKind::LeftBrace | TokenKind::At) {
                let start = parser.bump().span;
                let block = parser.annotated_block()?;
                if apply.is_some() {
                    let error = Diagnostic::error(start, "this control has two apply blocks");
                    parser.report(error.related(apply_at, "the first"));
                }
                apply_at = start;
                apply = Some(block);
            } else {
                let mut local = parser.local()?;
                if apply.is_some() {
                    let error =
                        Diagnostic::error(first, "declarations of a control come before its apply block");
                    parser.report(error.related(apply_at, "the apply block"));
                }
                local.annotations.splice(0..0, annotations);
                locals.push(local);
            }
            Some(())
        })?;
        if apply.is_none() {
            let diagnostic = Diagnostic::error(self.previous_span(), "this control has no apply block");
            self.report(diagnostic.help("end it with `apply { … }`"));
        }
        Some(ControlBody { locals, apply: apply.unwrap_or_default() })
    }

    /// A declaration inside a parser or control.
    fn local(&mut self) -> Parsed<Declaration> {
        match &*self.peek().text.clone() {
            "const" => self.constant(),
            "action" => self.action(),
            "table" => self.table(),
            "value_set" => self.value_set(),
            _ => {
                let declaration = self.function_or_instance(false)?;
                if matches!(declaration.kind, DeclarationKind::Function(..)) {
                    let at = declaration.name.span;
                    let error = Diagnostic::error(at, "a function can't be declared in a parser or control");
                    self.report(error.help("declare it at the top level, or make it an action"));
                }
                Some(declaration)
            }
        }
    }

    fn value_set(&mut self) -> Parsed<Declaration> {
        let start = self.bump().span;
        self.expect(TokenKind::Less, "`<`")?;
        let ty = self.ty()?;
        self.expect(TokenKind::Greater, "`>`")?;
        self.expect(TokenKind::LeftParen, "`(`")?;
        let size = self.expression()?;
        self.expect(TokenKind::RightParen, "`)`")?;
        let name = self.name("the name of a value set")?;
        self.semicolon()?;
        self.declare(&name, false);
        let kind = DeclarationKind::ValueSet(ty, size);
        Some(Declaration { annotations: Vec::new(), name, kind, span: self.since(start) })
    }
}
