//! Parameters with a direction or annotation that they can't have.

use crate::ast::visit::{Visitor, walk_declaration};
use crate::ast::{Declaration, DeclarationKind, Direction, Parameter};
use crate::diagnostic::Diagnostic;

pub(super) struct Parameters<'d> {
    pub(super) diagnostics: &'d mut Vec<Diagnostic>,
}

fn is_optional(parameter: &Parameter) -> bool {
    parameter.annotations.iter().any(|annotation| &*annotation.name.text == "optional")
}

impl Parameters<'_> {
    /// Constructor parameters have no direction.
    fn constructor(&mut self, parameters: &[Parameter]) {
        for parameter in parameters.iter().filter(|parameter| parameter.direction != Direction::None) {
            let name = &parameter.name;
            let message = format!("constructor parameter `{}` can't have a direction", name.text);
            let help = "constructor arguments are known when compiled: leave the direction out";
            self.diagnostics.push(Diagnostic::error(name.span, message).help(help));
        }
    }

    fn no_optional(&mut self, parameters: &[Parameter], place: &str) {
        for parameter in parameters.iter().filter(|parameter| is_optional(parameter)) {
            let name = &parameter.name;
            let message = format!("parameter `{}` of {place} can't be optional", name.text);
            let help = "only externs and packages have optional parameters; give it a default value";
            self.diagnostics.push(Diagnostic::error(name.span, message).help(help));
        }
    }
}

impl<'a> Visitor<'a> for Parameters<'_> {
    fn declaration(&mut self, declaration: &'a Declaration) {
        match &declaration.kind {
            DeclarationKind::Control(control) => {
                self.constructor(&control.constructor);
                if control.body.is_some() {
                    self.no_optional(&control.constructor, "the constructor of a control");
                }
            }
            DeclarationKind::Parser(parser) => {
                self.constructor(&parser.constructor);
                if parser.body.is_some() {
                    self.no_optional(&parser.constructor, "the constructor of a parser");
                }
            }
            DeclarationKind::Package(_, parameters) => self.constructor(parameters),
            DeclarationKind::Function(signature, _) => self.no_optional(&signature.parameters, "a function"),
            DeclarationKind::Extern(_, methods) => {
                for method in methods.iter().filter(|method| method.signature.result.is_none()) {
                    self.constructor(&method.signature.parameters);
                }
            }
            _ => {}
        }
        walk_declaration(self, declaration);
    }
}
