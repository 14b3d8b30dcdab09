//! Finding what type parameters stand for.

use std::sync::Arc;

use super::Checker;
use super::generic::Substitution;
use crate::typed::{Parameter, Signature, SignatureKind, Type, Variable, VariableKind};

impl Checker<'_, '_> {
    /// Whether a type can be that of a parameter, and what the type parameters in that stand for then. Whether a
    /// value of that type really fits is for [`Checker::coerce`] to say.
    pub(super) fn unify(&mut self, wanted: &Type, given: &Type, substitution: &mut Substitution) -> bool {
        match (wanted, given) {
            (Type::Invalid | Type::Default, _) | (_, Type::Invalid | Type::Default) => true,
            (Type::Parameter(_, a), Type::Parameter(_, b)) if a == b => true,
            (Type::Parameter(_, number), _) if substitution.is_open(*number) => {
                self.bind(*number, given, substitution)
            }
            (Type::Tuple(wanted), Type::Tuple(given)) => self.unify_all(wanted, given, substitution),
            (Type::Structure(wanted), Type::Structure(given)) => {
                let same = wanted.name.split('<').next() == given.name.split('<').next();
                same && self.unify_arguments(&wanted.arguments, &given.arguments, substitution)
            }
            // A list for a structure: its fields may say what the type parameters stand for.
            (Type::Structure(wanted), Type::Tuple(given)) => {
                let fields: Vec<Type> = wanted.fields.iter().map(|field| field.ty.clone()).collect();
                for (wanted, given) in fields.iter().zip(given) {
                    self.unify(wanted, given, substitution);
                }
                true
            }
            (Type::Structure(wanted), Type::Record(given)) => {
                for (name, given) in given {
                    if let Some(field) = wanted.field(name) {
                        self.unify(&field.ty, given, substitution);
                    }
                }
                true
            }
            (Type::Stack(wanted, n), Type::Stack(given, m)) => {
                n == m && self.unify(wanted, given, substitution)
            }
            (Type::Stack(wanted, _), Type::Tuple(given)) => {
                for given in given {
                    self.unify(wanted, given, substitution);
                }
                true
            }
            (Type::List(wanted), Type::List(given)) | (Type::ValueSet(wanted), Type::ValueSet(given)) => {
                self.unify(wanted, given, substitution)
            }
            (Type::Extern(a, wanted), Type::Extern(b, given)) => {
                a.name == b.name && self.unify_arguments(wanted, given, substitution)
            }
            (Type::Package(a, wanted), Type::Package(b, given)) => {
                a == b && self.unify_arguments(wanted, given, substitution)
            }
            (Type::Signature(signature, arguments), _) => {
                self.unify_signature(signature, arguments, given, substitution)
            }
            // What doesn't fit at all is told with the place of the value.
            _ => !matches!(
                given,
                Type::Control(_)
                    | Type::Parser(_)
                    | Type::Extern(..)
                    | Type::Package(..)
                    | Type::Signature(..)
                    | Type::Void
            ),
        }
    }

    fn bind(&mut self, number: u32, given: &Type, substitution: &mut Substitution) -> bool {
        let inferred = !substitution.is_fixed(number);
        match substitution.get(number).cloned() {
            // An integer literal takes the type that something else gave the parameter, and gives none to it.
            Some(Type::Integer) if inferred && matches!(given.underlying(), Type::Bit(_) | Type::Int(_)) => {
                substitution.bind(number, given.clone());
                true
            }
            // A list takes the type of the structure beside it.
            Some(Type::Tuple(_) | Type::Record(_)) if inferred && given.structure().is_some() => {
                substitution.bind(number, given.clone());
                true
            }
            Some(bound) => self.unify(&bound, given, substitution),
            None if matches!(given, Type::Void) => false,
            None => {
                substitution.bind(number, given.clone());
                true
            }
        }
    }

    pub(super) fn unify_all(
        &mut self,
        wanted: &[Type],
        given: &[Type],
        substitution: &mut Substitution,
    ) -> bool {
        let pairs = wanted.iter().zip(given);
        wanted.len() == given.len()
            && pairs.fold(true, |fits, (wanted, given)| self.unify(wanted, given, substitution) && fits)
    }

    /// Type arguments are the same, nothing is converted.
    fn unify_arguments(&mut self, wanted: &[Type], given: &[Type], substitution: &mut Substitution) -> bool {
        self.unify_all(wanted, given, substitution)
            && wanted.iter().zip(given).all(|(wanted, given)| {
                let wanted = self.substitute(wanted, substitution);
                wanted == *given || has_wildcard(&wanted) || has_wildcard(given)
            })
    }

    fn unify_signature(
        &mut self,
        signature: &Arc<Signature>,
        arguments: &[Type],
        given: &Type,
        substitution: &mut Substitution,
    ) -> bool {
        match (signature.kind, given) {
            (SignatureKind::Control, Type::Control(control)) => {
                self.unify_parameters(signature, arguments, &control.parameters, substitution)
            }
            (SignatureKind::Parser, Type::Parser(parser)) => {
                self.unify_parameters(signature, arguments, &parser.parameters, substitution)
            }
            (SignatureKind::Package, Type::Package(name, given)) => {
                *name == signature.name && self.unify_arguments(arguments, given, substitution)
            }
            (kind, Type::Signature(given, types)) => {
                given.kind == kind
                    && given.name == signature.name
                    && self.unify_all(arguments, types, substitution)
            }
            _ => false,
        }
    }

    /// Whether a control or parser has the parameters that a control or parser type asks for.
    fn unify_parameters(
        &mut self,
        signature: &Arc<Signature>,
        arguments: &[Type],
        parameters: &[Arc<Variable>],
        substitution: &mut Substitution,
    ) -> bool {
        let own = Substitution::with(&signature.type_parameters, arguments);
        let mut given = parameters.iter();
        for wanted in &signature.parameters {
            let Some(variable) = given.next() else {
                if wanted.optional {
                    continue;
                }
                return false;
            };
            if !self.unify_parameter(wanted, variable, &own, substitution) {
                return false;
            }
        }
        given.all(|variable| is_optional(variable))
    }

    fn unify_parameter(
        &mut self,
        wanted: &Parameter,
        given: &Arc<Variable>,
        own: &Substitution,
        substitution: &mut Substitution,
    ) -> bool {
        if given.kind != VariableKind::Parameter(wanted.direction) {
            return false;
        }
        let ty = self.substitute(&wanted.ty, own);
        if !self.unify(&ty, &given.ty, substitution) {
            return false;
        }
        let ty = self.substitute(&ty, substitution);
        // Parameters are no values: nothing is converted.
        ty == given.ty || has_wildcard(&ty) || has_wildcard(&given.ty)
    }
}

/// Whether something in it fits everything.
fn has_wildcard(ty: &Type) -> bool {
    match ty {
        Type::Invalid | Type::Default => true,
        Type::Extern(_, types) | Type::Tuple(types) => types.iter().any(has_wildcard),
        Type::Structure(structure) => structure.arguments.iter().any(has_wildcard),
        // A type parameter of a control type that the program leaves open.
        Type::Parameter(..) => true,
        _ => false,
    }
}

/// Whether a parameter may be left out.
pub(super) fn is_optional(variable: &Variable) -> bool {
    variable.default.is_some()
        || variable.annotations.iter().any(|annotation| &*annotation.name.text == "optional")
}

/// Whether an integer literal takes this type without being asked to.
pub(super) fn takes_integer(ty: &Type) -> bool {
    match ty {
        Type::Bit(_) | Type::Int(_) => true,
        Type::NewType(new) => takes_integer(&new.underlying),
        _ => false,
    }
}
