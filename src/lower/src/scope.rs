//! What names stand for: each instance of a control or parser is a scope of its own.

use std::collections::HashMap;
use std::sync::Arc;

use hyper4_ir as ir;
use hyper4_p4::Span;
use hyper4_p4::typed::{
    self, Action, Annotation, Callee, Control, Expression, ExpressionKind, Instance, Parser, Table, Type,
    Variable,
};

use crate::storage::Storage;
use crate::{Lowered, Lowerer, index};

/// Indexes [`Lowerer::scopes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ScopeId(pub(crate) u32);

/// What a variable of the program stands for.
#[derive(Clone, Debug)]
pub(crate) enum Binding {
    /// A place.
    Storage(Storage),
    /// A value known when compiled.
    Value(Expression),
    /// An object.
    Object(Object),
}

/// An object of the program.
#[derive(Clone, Debug)]
pub(crate) enum Object {
    Counter(ir::CounterId),
    /// By its position in [`Lowerer::direct_counters`].
    DirectCounter(usize),
    Meter(ir::MeterId),
    /// By its position in [`Lowerer::direct_meters`].
    DirectMeter(usize),
    Register(ir::RegisterId),
    Profile(ir::ActionProfileId),
    Control(Arc<Control>, ScopeId),
    Parser(Arc<Parser>, ScopeId),
    ValueSet(ir::ValueSetId),
    /// One that was refused.
    Refused,
}

/// An instance of a control or parser, or (the first) the program.
#[derive(Default)]
pub(crate) struct Scope {
    /// What leads the names in it on the control plane.
    pub(crate) prefix: String,
    bindings: Vec<(u32, Binding)>,
    objects: Vec<(*const Instance, Object)>,
    pub(crate) tables: HashMap<*const Table, ir::TableId>,
    /// Actions with the arguments that tables bind to their parameters with a direction.
    pub(crate) actions: HashMap<*const Action, Vec<(String, ir::ActionId)>>,
    /// Whether its parameters and locals have a place.
    entered: bool,
}

/// The scope of the program.
pub(crate) const GLOBAL: ScopeId = ScopeId(0);

/// A name as the control plane knows it.
pub(crate) fn qualified(prefix: &str, name: &str, annotations: &[Annotation]) -> String {
    let written = typed::annotation_string(annotations, "name");
    let name = written.as_deref().unwrap_or(name);
    match name.strip_prefix('.') {
        Some(absolute) => absolute.to_owned(),
        None if prefix.is_empty() => name.to_owned(),
        None => format!("{prefix}.{name}"),
    }
}

/// The name of an instance without what leads it; that of `Type.apply(…)` is called like its type.
pub(crate) fn instance_name(instance: &Instance) -> &str {
    let known = &*instance.control_plane_name;
    if *instance.name == *format!("{}_inst", known.rsplit('.').next().unwrap_or(known)) {
        known.rsplit('.').next().unwrap_or(known)
    } else {
        &instance.name
    }
}

impl Lowerer<'_> {
    pub(crate) fn bind_storage(&mut self, variable: u32, storage: Storage) {
        self.bindings.insert(variable, Binding::Storage(storage));
    }

    pub(crate) fn prefix(&self) -> String {
        self.scopes.get(self.scope.0 as usize).map(|scope| scope.prefix.clone()).unwrap_or_default()
    }

    pub(crate) fn scope_mut(&mut self, id: ScopeId) -> Option<&mut Scope> {
        self.scopes.get_mut(id.0 as usize)
    }

    /// A scope for an instance, its objects made.
    pub(crate) fn new_scope(
        &mut self,
        prefix: String,
        constructor: &[Arc<Variable>],
        arguments: &[Expression],
        instances: &[Arc<Instance>],
    ) -> Lowered<ScopeId> {
        let mut bindings = Vec::new();
        for (parameter, argument) in constructor.iter().zip(arguments) {
            bindings.push((parameter.id, self.constructor_argument(parameter, argument, &prefix)?));
        }
        for (id, binding) in &bindings {
            self.bindings.insert(*id, binding.clone());
        }
        let mut objects = Vec::new();
        for instance in instances {
            let object = self.object(instance, &prefix);
            self.objects.insert(Arc::as_ptr(instance), object.clone());
            objects.push((Arc::as_ptr(instance), object));
        }
        let id = ScopeId(index(&self.scopes));
        self.scopes.push(Scope { prefix, bindings, objects, ..Scope::default() });
        Some(id)
    }

    fn constructor_argument(
        &mut self,
        parameter: &Variable,
        argument: &Expression,
        prefix: &str,
    ) -> Lowered<Binding> {
        match &argument.kind {
            ExpressionKind::Instance(instance)
                if let Some(known) = self.objects.get(&Arc::as_ptr(instance)) =>
            {
                Some(Binding::Object(known.clone()))
            }
            // Made on the spot.
            ExpressionKind::Instance(instance) => {
                let named = Instance { name: parameter.name.clone(), ..(**instance).clone() };
                Some(Binding::Object(self.object(&named, prefix)))
            }
            ExpressionKind::Variable(variable) => match self.bindings.get(&variable.id) {
                Some(Binding::Storage(_)) | None => {
                    self.refused(argument.span, "a constructor argument has to be known when compiled")
                }
                Some(binding) => Some(binding.clone()),
            },
            _ => Some(Binding::Value(self.constant(argument)?)),
        }
    }

    /// Makes what the names in a scope stand for known; what was before is given back.
    pub(crate) fn enter(&mut self, id: ScopeId) -> ScopeId {
        let (bindings, objects) = match self.scopes.get(id.0 as usize) {
            Some(scope) => (scope.bindings.clone(), scope.objects.clone()),
            None => Default::default(),
        };
        self.bindings.extend(bindings);
        self.objects.extend(objects);
        std::mem::replace(&mut self.scope, id)
    }

    /// Keeps the place of a parameter or local of the instance for all of its applications. Gives it, when it has one.
    pub(crate) fn keep(&mut self, variable: u32, storage: Storage) {
        let scope = self.scope;
        self.bind_storage(variable, storage.clone());
        if let Some(scope) = self.scope_mut(scope) {
            scope.bindings.retain(|(known, _)| *known != variable);
            scope.bindings.push((variable, Binding::Storage(storage)));
        }
    }

    /// Whether the instance is applied for the first time.
    pub(crate) fn enters_first(&mut self) -> bool {
        let scope = self.scope;
        self.scope_mut(scope).is_some_and(|scope| !std::mem::replace(&mut scope.entered, true))
    }

    /// The object of an instance, which is made when it is new.
    pub(crate) fn object_of(&mut self, object: &typed::Object, span: Span) -> Lowered<Object> {
        let known = match object {
            typed::Object::Instance(instance) => match self.objects.get(&Arc::as_ptr(instance)) {
                Some(object) => Some(object.clone()),
                None => {
                    let prefix = self.prefix();
                    let object = self.object(instance, &prefix);
                    self.objects.insert(Arc::as_ptr(instance), object.clone());
                    Some(object)
                }
            },
            typed::Object::Variable(variable) => match self.bindings.get(&variable.id) {
                Some(Binding::Object(object)) => Some(object.clone()),
                _ => None,
            },
            typed::Object::This | typed::Object::Value(_) => None,
        };
        match known {
            Some(Object::Refused) => None,
            Some(object) => Some(object),
            None => self.refused(span, "which object this is has to be known when compiled"),
        }
    }

    /// The control or parser that a call applies.
    pub(crate) fn applied_object(&mut self, callee: &Callee, span: Span) -> Lowered<Object> {
        match callee {
            Callee::Control(_, instance) | Callee::Parser(_, instance) => {
                self.object_of(&typed::Object::Instance(Arc::clone(instance)), span)
            }
            Callee::Constructed(variable, _) => {
                self.object_of(&typed::Object::Variable(Arc::clone(variable)), span)
            }
            _ => self.refused(span, "this can't be applied"),
        }
    }

    /// An expression whose value is known when compiled, as a literal.
    pub(crate) fn constant(&mut self, expression: &Expression) -> Lowered<Expression> {
        if let Some(value) = self.known(expression) {
            return Some(value);
        }
        let literal =
            |kind: ExpressionKind| Expression { kind, ty: expression.ty.clone(), span: expression.span };
        match &expression.kind {
            ExpressionKind::Bool(_)
            | ExpressionKind::Integer(_)
            | ExpressionKind::Str(_)
            | ExpressionKind::Error(_)
            | ExpressionKind::EnumMember(_)
            | ExpressionKind::Default
            | ExpressionKind::InvalidHeader => Some(expression.clone()),
            ExpressionKind::List(values) => {
                let values = values.iter().map(|value| self.constant(value)).collect::<Option<_>>()?;
                Some(literal(ExpressionKind::List(values)))
            }
            _ if matches!(expression.ty.underlying(), Type::Bool) => match self.truth(expression)? {
                ir::Expr::Bool(value) => Some(literal(ExpressionKind::Bool(value))),
                _ => self.refused(expression.span, "this has to be known when compiled"),
            },
            _ => match self.number(expression)? {
                ir::Expr::Const(value) => Some(literal(ExpressionKind::Integer(value))),
                _ => self.refused(expression.span, "this has to be known when compiled"),
            },
        }
    }

    /// The literal that a constructor parameter stands for.
    pub(crate) fn known(&self, expression: &Expression) -> Option<Expression> {
        match &expression.kind {
            ExpressionKind::Variable(variable) => match self.bindings.get(&variable.id) {
                Some(Binding::Value(value)) => Some(value.clone()),
                _ => None,
            },
            ExpressionKind::Member(base, name) => {
                let base = self.known(base)?;
                let ExpressionKind::List(values) = &base.kind else { return None };
                let parts = crate::storage::parts(&base.ty)?;
                let position = parts.iter().position(|(part, _)| part == name)?;
                values.get(position).cloned()
            }
            ExpressionKind::Index(base, number) => {
                let base = self.known(base)?;
                let ExpressionKind::List(values) = &base.kind else { return None };
                values.get(usize::try_from(number.integer()?).ok()?).cloned()
            }
            _ => None,
        }
    }
}
