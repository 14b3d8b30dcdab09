//! Tables.

use super::{Parsed, Parser};
use crate::ast::{
    ActionReference, Declaration, DeclarationKind, Entry, KeyElement, Property, PropertyValue, Table,
};
use crate::token::TokenKind;

impl Parser<'_> {
    pub(super) fn table(&mut self) -> Parsed<Declaration> {
        let start = self.bump().span;
        let name = self.name("the name of a table")?;
        self.declare(&name, false);
        let properties = self.items(Self::property)?;
        let kind = DeclarationKind::Table(Table { properties });
        Some(Declaration { annotations: Vec::new(), name, kind, span: self.since(start) })
    }

    fn property(&mut self) -> Parsed<Property> {
        let annotations = self.annotations();
        let is_const = self.eat_word("const").is_some();
        let name = self.name("a table property")?;
        self.expect(TokenKind::Assign, "`=`")?;
        let value = match &*name.text {
            "key" => PropertyValue::Key(self.items(Self::key_element)?),
            "actions" => PropertyValue::Actions(self.items(|parser| {
                let reference = parser.action_reference()?;
                parser.semicolon()?;
                Some(reference)
            })?),
            "entries" => PropertyValue::Entries(self.items(Self::entry)?),
            _ => {
                let value = PropertyValue::Expression(self.expression()?);
                self.semicolon()?;
                return Some(Property { annotations, is_const, name, value });
            }
        };
        // Not of the grammar, but seen.
        self.eat(TokenKind::Semicolon);
        Some(Property { annotations, is_const, name, value })
    }

    fn key_element(&mut self) -> Parsed<KeyElement> {
        let expression = self.expression()?;
        self.expect(TokenKind::Colon, "`:`")?;
        let match_kind = self.name("a match kind")?;
        let annotations = self.annotations();
        self.semicolon()?;
        Some(KeyElement { expression, match_kind, annotations })
    }

    fn action_reference(&mut self) -> Parsed<ActionReference> {
        let annotations = self.annotations();
        let expression = self.expression()?;
        Some(ActionReference { annotations, expression })
    }

    fn entry(&mut self) -> Parsed<Entry> {
        let start = self.peek().span;
        let is_const = self.eat_word("const").is_some();
        let has_priority = self.at_word("priority") && self.peek_at(1).kind == TokenKind::Assign;
        let priority = if has_priority {
            self.bump();
            self.bump();
            let priority = self.expression()?;
            self.expect(TokenKind::Colon, "`:`")?;
            Some(priority)
        } else {
            None
        };
        let keyset = self.keyset()?;
        self.expect(TokenKind::Colon, "`:`")?;
        let mut action = self.action_reference()?;
        action.annotations.extend(self.annotations());
        self.semicolon()?;
        Some(Entry { is_const, priority, keyset, action, span: self.since(start) })
    }
}
