//! Finding what type parameters stand for.

use std::sync::Arc;

use super::types::{Substitution, signature_substitution, substitute};
use crate::typed::{Parameter, Signature, SignatureKind, Type, Variable, VariableKind};

/// Whether a type fits a parameter's type, and what the type parameters in that stand for then.
pub(super) fn unify(wanted: &Type, given: &Type, substitution: &mut Substitution) -> bool {
    match (wanted, given) {
        (_, Type::Invalid) | (Type::Invalid, _) => true,
        (Type::Parameter(_, number), _) => match substitution.get(number).cloned() {
            // An integer literal takes the type that something else gave the parameter, and gives none to it.
            Some(Type::Integer) if matches!(given, Type::Bit(_) | Type::Int(_)) => {
                substitution.insert(*number, given.clone());
                true
            }
            Some(bound) => bound == *given || fits_literal(&bound, given),
            None => {
                substitution.insert(*number, given.clone());
                true
            }
        },
        (Type::Tuple(wanted), Type::Tuple(given)) => unify_all(wanted, given, substitution),
        (Type::List(wanted), Type::List(given)) => unify(wanted, given, substitution),
        (Type::Extern(a, wanted), Type::Extern(b, given)) if a.name == b.name => {
            unify_all(wanted, given, substitution)
        }
        (Type::Signature(signature, arguments), Type::Control(control))
            if signature.kind == SignatureKind::Control =>
        {
            unify_parameters(signature, arguments, &control.parameters, substitution)
        }
        (Type::Signature(signature, arguments), Type::Parser(parser))
            if signature.kind == SignatureKind::Parser =>
        {
            unify_parameters(signature, arguments, &parser.parameters, substitution)
        }
        (Type::Signature(a, wanted), Type::Signature(b, given)) if a.name == b.name => {
            unify_all(wanted, given, substitution)
        }
        _ => wanted == given || fits_literal(wanted, given),
    }
}

/// Whether a value of that type is turned into the wanted one without being asked to.
pub(super) fn fits_literal(wanted: &Type, given: &Type) -> bool {
    match (wanted.underlying(), given) {
        (Type::Bit(_) | Type::Int(_), Type::Integer) => !matches!(wanted, Type::NewType(_) | Type::Enum(_)),
        (Type::Structure(structure), Type::Tuple(types)) => {
            structure.fields.len() == types.len()
                && structure
                    .fields
                    .iter()
                    .zip(types)
                    .all(|(field, ty)| field.ty == *ty || fits_literal(&field.ty, ty))
        }
        (Type::Structure(structure), Type::Record(fields)) => {
            structure.fields.len() == fields.len()
                && fields.iter().all(|(name, ty)| {
                    structure.field(name).is_some_and(|field| field.ty == *ty || fits_literal(&field.ty, ty))
                })
        }
        (Type::Tuple(wanted), Type::Tuple(given)) => {
            wanted.len() == given.len() && wanted.iter().zip(given).all(|(w, g)| w == g || fits_literal(w, g))
        }
        // A serializable enum is used as its number.
        (wanted, Type::Enum(declared)) => declared.underlying.as_ref() == Some(wanted),
        _ => false,
    }
}

fn unify_all(wanted: &[Type], given: &[Type], substitution: &mut Substitution) -> bool {
    wanted.len() == given.len()
        && wanted.iter().zip(given).all(|(wanted, given)| unify(wanted, given, substitution))
}

/// Whether a control or parser has the parameters that a control or parser type asks for.
fn unify_parameters(
    signature: &Arc<Signature>,
    arguments: &[Type],
    parameters: &[Arc<Variable>],
    substitution: &mut Substitution,
) -> bool {
    let own = signature_substitution(signature, arguments);
    let fits = |wanted: &Parameter, given: &Arc<Variable>, substitution: &mut Substitution| {
        given.kind == VariableKind::Parameter(wanted.direction)
            && unify(&substitute(&wanted.ty, &own), &given.ty, substitution)
    };
    signature.parameters.len() == parameters.len()
        && signature
            .parameters
            .iter()
            .zip(parameters)
            .all(|(wanted, given)| fits(wanted, given, substitution))
}
