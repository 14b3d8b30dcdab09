//! Parameters with a direction, default value or annotation that they can't have.

use crate::ast::visit::{Visitor, walk_declaration, walk_parameter};
use crate::ast::{Argument, Declaration, DeclarationKind, Direction, Parameter};
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
                    self.no_optional(&control.parameters, "a control");
                    self.no_optional(&control.constructor, "a control");
                }
            }
            DeclarationKind::Parser(parser) => {
                self.constructor(&parser.constructor);
                if parser.body.is_some() {
                    self.no_optional(&parser.parameters, "a parser");
                    self.no_optional(&parser.constructor, "a parser");
                }
            }
            DeclarationKind::Package(_, parameters) => self.constructor(parameters),
            DeclarationKind::Action(parameters, _) => self.no_optional(parameters, "an action"),
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

    fn parameter(&mut self, parameter: &'a Parameter) {
        if let Some(value) = &parameter.default {
            let name = &parameter.name.text;
            let message = if is_optional(parameter) {
                format!("optional parameter `{name}` can't have a default value")
            } else if matches!(parameter.direction, Direction::Out | Direction::InOut) {
                format!("parameter `{name}` is written to and can't have a default value")
            } else {
                return walk_parameter(self, parameter);
            };
            let diagnostic = Diagnostic::error(parameter.name.span, message);
            self.diagnostics.push(diagnostic.related(value.span, "the default value"));
        }
        walk_parameter(self, parameter);
    }

    fn arguments(&mut self, arguments: &'a [Argument]) {
        let named = arguments.first().is_some_and(|argument| argument.name.is_some());
        for (index, argument) in arguments.iter().enumerate() {
            if argument.name.is_some() != named {
                let message = "either all arguments of a call have names or none has";
                self.diagnostics.push(Diagnostic::error(argument.value.span, message));
            }
            let Some(name) = &argument.name else { continue };
            let before = arguments.iter().take(index).filter_map(|other| other.name.as_ref());
            if let Some(first) = before.into_iter().find(|other| other.text == name.text) {
                let message = format!("argument `{}` is given twice", name.text);
                let diagnostic = Diagnostic::error(name.span, message);
                self.diagnostics.push(diagnostic.related(first.span, "first given here"));
            }
        }
        arguments.iter().for_each(|argument| self.expression(&argument.value));
    }
}
