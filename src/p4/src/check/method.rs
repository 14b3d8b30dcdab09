//! Calls of methods.

use std::sync::Arc;

use num_traits::ToPrimitive;

use super::argument::Passing;
use super::call::of_variables;
use super::generic::{Substitution, extern_substitution};
use super::{Checker, Place, Symbol};
use crate::ast::{self, ExpressionKind as Written};
use crate::diagnostic::Diagnostic;
use crate::source::{Span, Text};
use crate::typed::{
    Call, Callee, Expression, ExpressionKind, Extern, Object, Signature, SignatureKind, StructureKind, Type,
};

impl Checker<'_, '_> {
    pub(super) fn call_member(
        &mut self,
        base: &ast::Expression,
        name: &ast::Name,
        types: &[ast::Type],
        arguments: &[ast::Argument],
        span: Span,
    ) -> Option<(Call, Type)> {
        let table = match &base.kind {
            Written::Name(table) => self.find(&table.text),
            Written::GlobalName(table) => self.find_global(&table.text),
            _ => None,
        };
        if let Some(Symbol::Table(table)) = table {
            let table = Arc::clone(table);
            if &*name.text != "apply" || !arguments.is_empty() || !types.is_empty() {
                let message = format!("of a table only `{}.apply()` can be called", table.name);
                self.error(span, message);
                return None;
            }
            self.check_apply(span);
            let call = Call { callee: Callee::Table(table), types: Vec::new(), arguments: Vec::new(), span };
            return Some((call, Type::Void));
        }
        if let Written::Type(ty) = &base.kind {
            return self.apply_type(ty, name, types, arguments, span);
        }
        let object = match &base.kind {
            Written::Call { callee, arguments, .. } if matches!(callee.kind, Written::Type(_)) => {
                match &callee.kind {
                    Written::Type(ty) => self.made(ty, arguments, base.span),
                    _ => return None,
                }
            }
            _ => self.expression(base),
        };
        self.call_object(object, name, types, arguments, span)
    }

    /// `Control.apply(…)` makes the instance on the spot.
    fn apply_type(
        &mut self,
        ty: &ast::Type,
        name: &ast::Name,
        types: &[ast::Type],
        arguments: &[ast::Argument],
        span: Span,
    ) -> Option<(Call, Type)> {
        let declared = match &ty.kind {
            ast::TypeKind::Named(written) | ast::TypeKind::Specialized(written, _) => {
                Text::clone(&written.name.text)
            }
            _ => Text::default(),
        };
        if &*name.text != "apply" {
            self.error(
                span,
                format!("`{}` of type `{declared}` can't be called: only `apply` can", name.text),
            );
            return None;
        }
        let mut instance = Arc::unwrap_or_clone(self.construct(ty, &[], &declared, &[], span)?);
        instance.name = format!("{declared}_inst").into();
        let instance = Arc::new(instance);
        if matches!(instance.ty, Type::Control(_) | Type::Parser(_)) {
            self.context.instances.push(Arc::clone(&instance));
        }
        let ty = instance.ty.clone();
        let object = Expression { kind: ExpressionKind::Instance(instance), ty, span };
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
        let kind = match &object.kind {
            ExpressionKind::Variable(variable) => Some(Object::Variable(Arc::clone(variable))),
            ExpressionKind::Instance(instance) => Some(Object::Instance(Arc::clone(instance))),
            ExpressionKind::This => Some(Object::This),
            ExpressionKind::Call(_) | ExpressionKind::Index(..) => {
                Some(Object::Value(Box::new(object.clone())))
            }
            _ => None,
        };
        let is_apply = &*name.text == "apply";
        match (object.ty.clone(), kind) {
            (Type::Invalid, _) => None,
            (Type::Extern(declared, of), Some(kind)) => {
                self.call_extern((kind, declared, &of), name, types, arguments, span)
            }
            (Type::Extern(..), None) => {
                self.error(object.span, "methods are called of objects that have a name");
                None
            }
            (Type::Control(control), Some(Object::Instance(instance))) if is_apply => {
                let signature = of_variables(&control.name, &control.parameters, Type::Void, control.span);
                let callee = Callee::Control(control, instance);
                self.apply(&signature, SignatureKind::Control, callee, types, arguments, span)
            }
            (Type::Parser(parser), Some(Object::Instance(instance))) if is_apply => {
                let signature = of_variables(&parser.name, &parser.parameters, Type::Void, parser.span);
                let callee = Callee::Parser(parser, instance);
                self.apply(&signature, SignatureKind::Parser, callee, types, arguments, span)
            }
            (Type::Signature(signature, of), Some(Object::Variable(variable)))
                if is_apply && matches!(signature.kind, SignatureKind::Parser | SignatureKind::Control) =>
            {
                let substitution = Substitution::with(&signature.type_parameters, &of);
                let concrete = self.instantiate(&signature, &substitution);
                let callee = Callee::Constructed(variable, Arc::new(concrete.clone()));
                self.apply(&concrete, signature.kind, callee, types, arguments, span)
            }
            _ => self.call_built_in(object, name, types, arguments, span),
        }
    }

    fn apply(
        &mut self,
        signature: &Signature,
        kind: SignatureKind,
        callee: Callee,
        types: &[ast::Type],
        arguments: &[ast::Argument],
        span: Span,
    ) -> Option<(Call, Type)> {
        self.check_apply(span);
        let fault = match (kind, self.context.place) {
            (SignatureKind::Parser, Place::Control) => Some("a parser can't be applied within a control"),
            (SignatureKind::Control, Place::Parser) => Some("a control can't be applied within a parser"),
            _ => None,
        };
        if let Some(fault) = fault {
            self.error(span, fault);
            return None;
        }
        let substitution = self.given_types(signature, types, span)?;
        let (arguments, _) = self.matched(signature, arguments, substitution, Passing::Apply, span)?;
        Some((Call { callee, types: Vec::new(), arguments, span }, Type::Void))
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
        let named = |method: &&crate::typed::Method| method.name == name.text && method.name != declared.name;
        let overloads: Vec<&Arc<Signature>> =
            declared.methods.iter().filter(named).map(|method| &method.signature).collect();
        if overloads.is_empty() {
            let message = format!("`{}` has no method `{}`", declared.name, name.text);
            let known = declared.methods.iter().map(|method| &*method.name);
            let known = known.filter(|method| **method != *declared.name);
            let diagnostic = Diagnostic::error(name.span, message).label("no such method");
            self.report(diagnostic.suggest(&name.text, known));
            return None;
        }
        let chosen = self.choose(&overloads, arguments, span)?;
        let signature = Arc::new(self.instantiate(overloads.get(chosen)?, &substitution));
        let substitution = self.given_types(&signature, types, span)?;
        let (arguments, substitution) =
            self.matched(&signature, arguments, substitution, Passing::Function, span)?;
        self.check_inferred(&signature, &substitution, span)?;
        let result = self.inferred(&signature.result, &substitution, &signature.name, span)?;
        let types = substitution.arguments(&signature.type_parameters);
        self.check_core_method(&declared, &signature, &types, &arguments, span);
        let method = Text::clone(&signature.name);
        let callee = Callee::Method { object, declared, method, signature };
        Some((Call { callee, types, arguments, span }, result))
    }

    /// `isValid` and the like.
    fn call_built_in(
        &mut self,
        object: Expression,
        name: &ast::Name,
        types: &[ast::Type],
        arguments: &[ast::Argument],
        span: Span,
    ) -> Option<(Call, Type)> {
        let header =
            matches!(&object.ty, Type::Structure(structure) if structure.kind != StructureKind::Struct);
        let stack = matches!(&object.ty, Type::Stack(element, _)
            if matches!(&**element, Type::Structure(structure) if structure.kind != StructureKind::Struct));
        let plain = object.ty.is_header();
        let without = arguments.is_empty() && types.is_empty();
        let (callee, ty) = match &*name.text {
            "isValid" if header && without => (Callee::IsValid(Box::new(object)), Type::Bool),
            "setValid" if plain && without => {
                self.check_writable(&object, "this method changes it");
                (Callee::SetValid(Box::new(object)), Type::Void)
            }
            "setInvalid" if plain && without => {
                self.check_writable(&object, "this method changes it");
                (Callee::SetInvalid(Box::new(object)), Type::Void)
            }
            "push_front" | "pop_front" if stack => {
                return self.shift_stack(object, name, arguments, span);
            }
            other => {
                let message = format!("a value of type `{}` has no method `{other}`", object.ty);
                let known: &[&str] = match (plain, header, stack) {
                    (true, ..) => &["isValid", "setValid", "setInvalid"],
                    (_, true, _) => &["isValid"],
                    (.., true) => &["push_front", "pop_front"],
                    _ => &[],
                };
                let diagnostic = if known.contains(&other) {
                    Diagnostic::error(span, format!("`{other}` takes no arguments"))
                } else {
                    Diagnostic::error(name.span, message)
                };
                self.report(diagnostic.suggest(other, known.iter().copied()));
                return None;
            }
        };
        Some((Call { callee, types: Vec::new(), arguments: Vec::new(), span }, ty))
    }

    fn shift_stack(
        &mut self,
        object: Expression,
        name: &ast::Name,
        arguments: &[ast::Argument],
        span: Span,
    ) -> Option<(Call, Type)> {
        if self.context.place == Place::Parser {
            self.error(span, format!("`{}` can't be used in parsers", name.text));
            return None;
        }
        let count = match arguments {
            [only] => self.constant_integer(&only.value)?,
            _ => {
                self.error(span, format!("`{}` takes one number", name.text));
                return None;
            }
        };
        let Some(count) = count.to_u32() else {
            self.error(span, format!("a stack can't be moved by {count} elements"));
            return None;
        };
        self.check_writable(&object, "this method changes it");
        let object = Box::new(object);
        let push = &*name.text == "push_front";
        let callee = if push { Callee::PushFront(object, count) } else { Callee::PopFront(object, count) };
        Some((Call { callee, types: Vec::new(), arguments: Vec::new(), span }, Type::Void))
    }
}
