//! Calls of methods, and constructors.

use std::sync::Arc;

use num_traits::ToPrimitive;

use super::call::{bound, of_variables};
use super::types::{Substitution, extern_substitution, substitute};
use super::{Checker, Symbol};
use crate::ast::{self, ExpressionKind as Written};
use crate::diagnostic::Diagnostic;
use crate::source::{Span, Text};
use crate::typed::{
    Call, Callee, Direction, Expression, ExpressionKind, Extern, Object, Parameter, Signature, SignatureKind,
    StructureKind, Type,
};

impl Checker<'_> {
    pub(super) fn call_member(
        &mut self,
        base: &ast::Expression,
        name: &ast::Name,
        types: &[ast::Type],
        arguments: &[ast::Argument],
        span: Span,
    ) -> Option<(Call, Type)> {
        let is_apply = &*name.text == "apply";
        if let Written::Name(table) = &base.kind
            && let Some(Symbol::Table(table)) = self.find(&table.text)
        {
            let table = Arc::clone(table);
            if !is_apply || !arguments.is_empty() {
                let message = format!("of a table only `{}.apply()` can be called", table.name);
                self.error(span, message);
                return None;
            }
            let call = Call { callee: Callee::Table(table), types: Vec::new(), arguments: Vec::new(), span };
            return Some((call, Type::Void));
        }
        if let Written::Type(ty) = &base.kind {
            // `Control.apply(…)` makes the instance on the spot.
            let instance = self.construct(ty, &[], "", &[], span)?;
            let ty = instance.ty.clone();
            let object = Expression { kind: ExpressionKind::Instance(instance), ty, span: base.span };
            return self.call_object(object, name, types, arguments, span);
        }
        let object = self.expression(base);
        self.call_object(object, name, types, arguments, span)
    }

    fn call_object(
        &mut self,
        object: Expression,
        name: &ast::Name,
        types: &[ast::Type],
        arguments: &[ast::Argument],
        span: Span,
    ) -> Option<(Call, Type)> {
        let kind = match object.kind {
            ExpressionKind::Variable(ref variable) => Some(Object::Variable(Arc::clone(variable))),
            ExpressionKind::Instance(ref instance) => Some(Object::Instance(Arc::clone(instance))),
            _ => None,
        };
        match (object.ty.clone(), kind) {
            (Type::Invalid, _) => None,
            (Type::Extern(declared, of), Some(kind)) => {
                self.call_extern((kind, declared, &of), name, types, arguments, span)
            }
            (Type::Control(control), Some(Object::Instance(instance))) if &*name.text == "apply" => {
                let signature = of_variables(&control.name, &control.parameters, Type::Void, control.span);
                let (arguments, _) = self.arguments(&signature, types, arguments, span)?;
                let callee = Callee::Control(control, instance);
                Some((Call { callee, types: Vec::new(), arguments, span }, Type::Void))
            }
            (Type::Parser(parser), Some(Object::Instance(instance))) if &*name.text == "apply" => {
                let signature = of_variables(&parser.name, &parser.parameters, Type::Void, parser.span);
                let (arguments, _) = self.arguments(&signature, types, arguments, span)?;
                let callee = Callee::Parser(parser, instance);
                Some((Call { callee, types: Vec::new(), arguments, span }, Type::Void))
            }
            _ => self.call_built_in(object, name, arguments, span),
        }
    }

    fn call_extern(
        &mut self,
        (object, declared, of): (Object, Arc<Extern>, &[Type]),
        name: &ast::Name,
        types: &[ast::Type],
        arguments: &[ast::Argument],
        span: Span,
    ) -> Option<(Call, Type)> {
        let substitution = extern_substitution(&declared, of);
        let overloads: Vec<Arc<Signature>> = declared
            .methods
            .iter()
            .filter(|method| method.name == name.text && method.name != declared.name)
            .map(|method| Arc::new(instantiate(&method.signature, &substitution)))
            .collect();
        if overloads.is_empty() {
            let message = format!("`{}` has no method `{}`", declared.name, name.text);
            let known = declared.methods.iter().map(|method| &*method.name);
            let known = known.filter(|method| **method != *declared.name);
            let diagnostic = Diagnostic::error(name.span, message).label("no such method");
            self.report(diagnostic.suggest(&name.text, known));
            return None;
        }
        let signature = self.choose(&overloads, arguments, span)?;
        let (arguments, substitution) = self.arguments(&signature, types, arguments, span)?;
        let result = self.inferred(&signature.result, &substitution, &signature.name, span)?;
        let types = bound(&signature, &substitution);
        let method = Text::clone(&signature.name);
        Some((
            Call { callee: Callee::Method { object, declared, method, signature }, types, arguments, span },
            result,
        ))
    }

    /// `isValid` and the like.
    fn call_built_in(
        &mut self,
        object: Expression,
        name: &ast::Name,
        arguments: &[ast::Argument],
        span: Span,
    ) -> Option<(Call, Type)> {
        let header =
            matches!(&object.ty, Type::Structure(structure) if structure.kind != StructureKind::Struct);
        let stack = matches!(object.ty, Type::Stack(..));
        let plain = object.ty.is_header();
        let writes = "this method changes it";
        let (callee, ty) = match &*name.text {
            "isValid" if header && arguments.is_empty() => (Callee::IsValid(Box::new(object)), Type::Bool),
            "setValid" if plain && arguments.is_empty() => {
                self.check_writable(&object, writes);
                (Callee::SetValid(Box::new(object)), Type::Void)
            }
            "setInvalid" if plain && arguments.is_empty() => {
                self.check_writable(&object, writes);
                (Callee::SetInvalid(Box::new(object)), Type::Void)
            }
            "push_front" | "pop_front" if stack => {
                let count = match arguments {
                    [only] => self.constant_integer(&only.value)?.to_u32(),
                    _ => None,
                };
                let Some(count) = count else {
                    self.error(span, format!("`{}` takes one number", name.text));
                    return None;
                };
                self.check_writable(&object, writes);
                let object = Box::new(object);
                let push = &*name.text == "push_front";
                let callee =
                    if push { Callee::PushFront(object, count) } else { Callee::PopFront(object, count) };
                (callee, Type::Void)
            }
            other => {
                let message = format!("a value of type `{}` has no method `{other}`", object.ty);
                let known: &[&str] = if header {
                    &["isValid", "setValid", "setInvalid"]
                } else if stack {
                    &["push_front", "pop_front"]
                } else {
                    &[]
                };
                let diagnostic = if known.contains(&other) {
                    Diagnostic::error(span, format!("`{other}` can't be called like this"))
                } else {
                    Diagnostic::error(name.span, message)
                };
                self.report(diagnostic.suggest(other, known.iter().copied()));
                return None;
            }
        };
        Some((Call { callee, types: Vec::new(), arguments: Vec::new(), span }, ty))
    }

    /// The type and arguments of an object that is made.
    pub(super) fn constructed(
        &mut self,
        ty: Type,
        arguments: &[ast::Argument],
        span: Span,
    ) -> Option<(Type, Vec<Expression>)> {
        let (signature, substitution, result) = match &ty {
            Type::Invalid => return None,
            Type::Extern(declared, of) => {
                let constructors: Vec<Arc<Signature>> = declared
                    .methods
                    .iter()
                    .filter(|method| method.name == declared.name)
                    .map(|method| Arc::clone(&method.signature))
                    .collect();
                if constructors.is_empty() {
                    self.error(span, format!("extern `{}` has no constructor", declared.name));
                    return None;
                }
                let signature = self.choose(&constructors, arguments, span)?;
                (instantiate(&signature, &extern_substitution(declared, of)), Substitution::new(), ty.clone())
            }
            Type::Control(control) => {
                let signature = of_variables(&control.name, &control.constructor, Type::Void, control.span);
                (signature, Substitution::new(), ty.clone())
            }
            Type::Parser(parser) => {
                let signature = of_variables(&parser.name, &parser.constructor, Type::Void, parser.span);
                (signature, Substitution::new(), ty.clone())
            }
            Type::Signature(signature, of) if signature.kind == SignatureKind::Package => {
                let substitution = super::types::signature_substitution(signature, of);
                ((**signature).clone(), substitution, Type::Package(Text::clone(&signature.name)))
            }
            other => {
                self.error(span, format!("there are no objects of type `{other}`"));
                return None;
            }
        };
        let (arguments, _) = self.matched(&signature, arguments, substitution, span)?;
        let mut values = Vec::new();
        for argument in arguments {
            match argument.value {
                Some(value) => values.push(value),
                None => {
                    self.error(span, format!("leaving out `{}` is not supported", argument.name));
                    return None;
                }
            }
        }
        Some((result, values))
    }

    /// Reports what can't be assigned to.
    pub(super) fn check_writable(&mut self, target: &Expression, why: &str) {
        let mut place = target;
        loop {
            match &place.kind {
                ExpressionKind::Member(base, _)
                | ExpressionKind::Index(base, _)
                | ExpressionKind::StackNext(base)
                | ExpressionKind::StackLast(base)
                | ExpressionKind::Slice(base, _, _) => place = base,
                ExpressionKind::Invalid => return,
                ExpressionKind::Variable(variable) => {
                    use crate::typed::VariableKind::{ConstructorParameter, Local, Parameter};
                    let readable = match variable.kind {
                        Local | Parameter(Direction::Out | Direction::InOut) => return,
                        Parameter(Direction::In) => "an `in` parameter",
                        Parameter(Direction::None) => "a parameter without a direction",
                        ConstructorParameter => "a constructor parameter",
                    };
                    let message = format!("`{}` can't be changed: it is {readable}", variable.name);
                    let diagnostic = Diagnostic::error(target.span, message).label(why);
                    self.report(diagnostic.related(variable.span, "declared here"));
                    return;
                }
                _ => {
                    let message = "this is no variable or field, so it can't be changed";
                    self.report(Diagnostic::error(target.span, message).label(why));
                    return;
                }
            }
        }
    }
}

/// A signature with type parameters of the extern around it replaced.
fn instantiate(signature: &Signature, substitution: &Substitution) -> Signature {
    let parameters = signature
        .parameters
        .iter()
        .map(|parameter| Parameter { ty: substitute(&parameter.ty, substitution), ..parameter.clone() });
    Signature {
        parameters: parameters.collect(),
        result: substitute(&signature.result, substitution),
        ..signature.clone()
    }
}
