//! Declarations.

use super::expression::{arguments, expression, ty};
use super::{Printer, annotations, comma};
use crate::ast::{
    ControlDeclaration, Declaration, DeclarationKind, Direction, Name, Parameter, ParserDeclaration,
    Property, PropertyValue, Signature, State, Structure, StructureKind, Transition, TypeOrDeclaration,
};

fn generics(names: &[Name]) -> String {
    if names.is_empty() {
        return String::new();
    }
    format!("<{}>", comma(names, |name| name.text.to_string()))
}

fn parameters(list: &[Parameter]) -> String {
    comma(list, |parameter| {
        let direction = match parameter.direction {
            Direction::None => "",
            Direction::In => "in ",
            Direction::Out => "out ",
            Direction::InOut => "inout ",
        };
        let default = match &parameter.default {
            Some(value) => format!(" = {}", expression(value)),
            None => String::new(),
        };
        let head = annotations(&parameter.annotations);
        format!("{head}{direction}{} {}{default}", ty(&parameter.ty), parameter.name.text)
    })
}

fn constructor(list: &[Parameter]) -> String {
    if list.is_empty() { String::new() } else { format!("({})", parameters(list)) }
}

fn prototype(name: &Name, signature: &Signature) -> String {
    let result = signature.result.as_ref().map(|result| format!("{} ", ty(result))).unwrap_or_default();
    let types = generics(&signature.type_parameters);
    format!("{result}{}{types}({})", name.text, parameters(&signature.parameters))
}

impl Printer {
    pub(super) fn declaration(&mut self, declaration: &Declaration) {
        let head = annotations(&declaration.annotations);
        let name = &declaration.name;
        match &declaration.kind {
            DeclarationKind::Constant(of, value) => {
                self.line(&format!("{head}const {} {} = {};", ty(of), name.text, expression(value)));
            }
            DeclarationKind::Variable(of, None) => self.line(&format!("{head}{} {};", ty(of), name.text)),
            DeclarationKind::Variable(of, Some(value)) => {
                self.line(&format!("{head}{} {} = {};", ty(of), name.text, expression(value)));
            }
            DeclarationKind::Instance(instance) => {
                let call =
                    format!("{head}{}({}) {}", ty(&instance.ty), arguments(&instance.arguments), name.text);
                match &instance.body {
                    None => self.line(&format!("{call};")),
                    Some(body) => self.braces(&format!("{call} = "), ";", |printer| {
                        for inner in body {
                            printer.declaration(inner);
                        }
                    }),
                }
            }
            DeclarationKind::Typedef(TypeOrDeclaration::Type(of)) => {
                self.line(&format!("{head}typedef {} {};", ty(of), name.text));
            }
            DeclarationKind::Typedef(TypeOrDeclaration::Declaration(inner)) => {
                self.line(&format!("{head}typedef"));
                self.declaration(inner);
                self.line(&format!("{};", name.text));
            }
            DeclarationKind::NewType(of) => self.line(&format!("{head}type {} {};", ty(of), name.text)),
            DeclarationKind::Structure(structure) => self.structure(&head, name, structure),
            DeclarationKind::Enum(members) => {
                self.line(&format!("{head}enum {} {{ {} }}", name.text, names(members)));
            }
            DeclarationKind::SerializableEnum(of, members) => {
                let members =
                    comma(members, |(name, value)| format!("{} = {}", name.text, expression(value)));
                self.line(&format!("{head}enum {} {} {{ {members} }}", ty(of), name.text));
            }
            DeclarationKind::Errors(members) => self.line(&format!("{head}error {{ {} }}", names(members))),
            DeclarationKind::MatchKinds(members) => {
                self.line(&format!("{head}match_kind {{ {} }}", names(members)));
            }
            DeclarationKind::Extern(types, methods) => {
                self.braces(&format!("{head}extern {}{} ", name.text, generics(types)), "", |printer| {
                    for method in methods {
                        let kind = if method.is_abstract { "abstract " } else { "" };
                        let head = annotations(&method.annotations);
                        printer.line(&format!("{head}{kind}{};", prototype(&method.name, &method.signature)));
                    }
                });
            }
            DeclarationKind::ExternFunction(signature) => {
                self.line(&format!("{head}extern {};", prototype(name, signature)));
            }
            DeclarationKind::Function(signature, body) => {
                self.braces(&format!("{head}{} ", prototype(name, signature)), "", |printer| {
                    printer.statements(body);
                });
            }
            DeclarationKind::Action(list, body) => {
                self.braces(&format!("{head}action {}({}) ", name.text, parameters(list)), "", |printer| {
                    printer.statements(body);
                });
            }
            DeclarationKind::Parser(parser) => self.parser(&head, name, parser),
            DeclarationKind::Control(control) => self.control(&head, name, control),
            DeclarationKind::Package(types, list) => {
                self.line(&format!("{head}package {}{}({});", name.text, generics(types), parameters(list)));
            }
            DeclarationKind::Table(table) => {
                self.braces(&format!("{head}table {} ", name.text), "", |printer| {
                    for property in &table.properties {
                        printer.property(property);
                    }
                });
            }
            DeclarationKind::ValueSet(of, size) => {
                self.line(&format!("{head}value_set<{}>({}) {};", ty(of), expression(size), name.text));
            }
        }
    }

    fn structure(&mut self, head: &str, name: &Name, structure: &Structure) {
        let kind = match structure.kind {
            StructureKind::Header => "header",
            StructureKind::Union => "header_union",
            StructureKind::Struct => "struct",
        };
        let types = generics(&structure.type_parameters);
        self.braces(&format!("{head}{kind} {}{types} ", name.text), "", |printer| {
            for field in &structure.fields {
                let head = annotations(&field.annotations);
                printer.line(&format!("{head}{} {};", ty(&field.ty), field.name.text));
            }
        });
    }

    fn parser(&mut self, head: &str, name: &Name, parser: &ParserDeclaration) {
        let types = generics(&parser.type_parameters);
        let head = format!("{head}parser {}{types}({})", name.text, parameters(&parser.parameters));
        let Some(body) = &parser.body else { return self.line(&format!("{head};")) };
        self.braces(&format!("{head}{} ", constructor(&parser.constructor)), "", |printer| {
            for local in &body.locals {
                printer.declaration(local);
            }
            for state in &body.states {
                printer.state(state);
            }
        });
    }

    fn state(&mut self, state: &State) {
        let head = annotations(&state.annotations);
        self.braces(&format!("{head}state {} ", state.name.text), "", |printer| {
            printer.statements(&state.statements);
            match &state.transition {
                None => {}
                Some(Transition::Direct(name)) => printer.line(&format!("transition {};", name.text)),
                Some(Transition::Select(select)) => {
                    let keys = comma(&select.keys, expression);
                    printer.braces(&format!("transition select({keys}) "), "", |printer| {
                        for case in &select.cases {
                            printer.line(&format!("{}: {};", expression(&case.keyset), case.state.text));
                        }
                    });
                }
            }
        });
    }

    fn control(&mut self, head: &str, name: &Name, control: &ControlDeclaration) {
        let types = generics(&control.type_parameters);
        let head = format!("{head}control {}{types}({})", name.text, parameters(&control.parameters));
        let Some(body) = &control.body else { return self.line(&format!("{head};")) };
        self.braces(&format!("{head}{} ", constructor(&control.constructor)), "", |printer| {
            for local in &body.locals {
                printer.declaration(local);
            }
            printer.braces("apply ", "", |printer| printer.statements(&body.apply));
        });
    }

    fn property(&mut self, property: &Property) {
        let is_const = if property.is_const { "const " } else { "" };
        let head = format!("{}{is_const}{} = ", annotations(&property.annotations), property.name.text);
        match &property.value {
            PropertyValue::Key(keys) => self.braces(&head, "", |printer| {
                for key in keys {
                    let tail = annotations(&key.annotations);
                    let tail = if tail.is_empty() { tail } else { format!(" {}", tail.trim_end()) };
                    printer.line(&format!("{}: {}{tail};", expression(&key.expression), key.match_kind.text));
                }
            }),
            PropertyValue::Actions(actions) => self.braces(&head, "", |printer| {
                for action in actions {
                    let head = annotations(&action.annotations);
                    printer.line(&format!("{head}{};", expression(&action.expression)));
                }
            }),
            PropertyValue::Entries(entries) => self.braces(&head, "", |printer| {
                for entry in entries {
                    let is_const = if entry.is_const { "const " } else { "" };
                    let priority = match &entry.priority {
                        Some(priority) => format!("priority = {}: ", expression(priority)),
                        None => String::new(),
                    };
                    let head = annotations(&entry.action.annotations);
                    let keyset = expression(&entry.keyset);
                    let action = expression(&entry.action.expression);
                    printer.line(&format!("{is_const}{priority}{keyset}: {head}{action};"));
                }
            }),
            PropertyValue::Expression(value) => self.line(&format!("{head}{};", expression(value))),
        }
    }
}

fn names(list: &[Name]) -> String {
    comma(list, |name| name.text.to_string())
}
