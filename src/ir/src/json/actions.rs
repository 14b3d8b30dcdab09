//! Actions, calculations and checksums.

use serde_json::Value;

use hyper4_bits::{Bits, HashAlgorithm};

use super::expressions::{expression, hexstr, operand};
use super::model::{self, Typed, refuse_rest};
use super::names::{Names, Owner};
use crate::{
    Action, ActionParameter, Calculation, CalculationId, CalculationInput, Checksum, ChecksumKind, IrError,
    Place, Primitive, PrimitiveKind,
};

pub(super) fn read(names: &mut Names, declared: &[model::Action]) -> Result<Vec<Action>, IrError> {
    let mut actions = Vec::new();
    for action in declared {
        let owner = Owner::new("action", &action.name, action.source_info.as_ref());
        refuse_rest(&owner, &action.rest)?;
        if names.actions.insert(action.id, actions.len()).is_some() {
            return Err(owner.invalid(format!("another action has the id {} too", action.id)));
        }
        let primitives = action.primitives.iter().map(|primitive| {
            let source_info = primitive.source_info.as_ref().or(action.source_info.as_ref());
            let owner = Owner { source_info, ..owner };
            refuse_rest(&owner, &primitive.rest)?;
            let kind = read_primitive(names, &owner, primitive)?;
            Ok(Primitive { kind, source_info: primitive.source_info.clone() })
        });
        let primitives = primitives.collect::<Result<_, IrError>>()?;
        let parameter =
            |data: &model::RuntimeData| ActionParameter { name: data.name.clone(), width: data.bitwidth };
        actions.push(Action {
            name: action.name.clone(),
            parameters: action.runtime_data.iter().map(parameter).collect(),
            primitives,
            source_info: action.source_info.clone(),
        });
    }
    Ok(actions)
}

fn read_primitive(
    names: &Names,
    owner: &Owner<'_>,
    primitive: &model::Primitive,
) -> Result<PrimitiveKind, IrError> {
    let field = |value: &Value| -> Result<Place, IrError> {
        let typed: Typed = super::serde_path(value.clone())?;
        match typed.kind.as_str() {
            "field" => Ok(Place::Field(names.place(owner, &typed.value)?)),
            kind => Err(owner.unsupported(format!("`{}` to a `{kind}`", primitive.op))),
        }
    };
    let header = |value: &Value| {
        let typed: Typed = super::serde_path(value.clone())?;
        match typed.kind.as_str() {
            "header" => names.header_value(owner, &typed.value),
            kind => Err(owner.unsupported(format!("`{}` of a `{kind}`", primitive.op))),
        }
    };
    match (primitive.op.as_str(), primitive.parameters.as_slice()) {
        ("assign", [to, from]) => {
            Ok(PrimitiveKind::Assign { place: field(to)?, value: operand(names, owner, from)? })
        }
        ("assign_header", [to, from]) => {
            Ok(PrimitiveKind::AssignHeader { destination: header(to)?, source: header(from)? })
        }
        ("add_header", [which]) => Ok(PrimitiveKind::SetValid(header(which)?)),
        ("remove_header", [which]) => Ok(PrimitiveKind::SetInvalid(header(which)?)),
        ("mark_to_drop", [which]) => {
            let which = header(which)?;
            match names.headers.get(which.index()).map(|header| header.name.as_str()) {
                Some("standard_metadata") => Ok(PrimitiveKind::MarkToDrop),
                other => Err(owner.unsupported(format!("`mark_to_drop` of `{}`", other.unwrap_or_default()))),
            }
        }
        ("modify_field_with_hash_based_offset", [to, base, calculation, modulus]) => {
            let typed: Typed = super::serde_path(calculation.clone())?;
            let name = typed.value.as_str().filter(|_| typed.kind == "calculation");
            let name = name.ok_or_else(|| owner.invalid(format!("`{calculation}` is no calculation")))?;
            Ok(PrimitiveKind::Hash {
                place: field(to)?,
                base: operand(names, owner, base)?,
                calculation: find_calculation(names, owner, name)?,
                modulus: operand(names, owner, modulus)?,
            })
        }
        ("exit", []) => Ok(PrimitiveKind::Exit),
        (
            op @ ("assign"
            | "assign_header"
            | "add_header"
            | "remove_header"
            | "mark_to_drop"
            | "exit"
            | "modify_field_with_hash_based_offset"),
            found,
        ) => Err(owner.invalid(format!("`{op}` with {} parameters", found.len()))),
        (op, _) => Err(owner.unsupported(format!("primitive `{op}`"))),
    }
}

fn find_calculation(names: &Names, owner: &Owner<'_>, name: &str) -> Result<CalculationId, IrError> {
    names.calculations.get(name).copied().ok_or_else(|| owner.unresolved(name))
}

pub(super) fn calculations(
    names: &mut Names,
    declared: &[model::Calculation],
) -> Result<Vec<Calculation>, IrError> {
    let mut calculations = Vec::new();
    for (id, calculation) in (0u32..).zip(declared) {
        let owner = Owner::new("calculation", &calculation.name, None);
        refuse_rest(&owner, &calculation.rest)?;
        if names.calculations.insert(calculation.name.clone(), CalculationId(id)).is_some() {
            return Err(owner.invalid("it is declared twice"));
        }
        let algorithm = HashAlgorithm::from_bmv2_name(&calculation.algo)
            .ok_or_else(|| owner.unsupported(format!("algorithm `{}`", calculation.algo)))?;
        let inputs = calculation.input.iter().map(|input| read_input(names, &owner, input));
        calculations.push(Calculation {
            name: calculation.name.clone(),
            algorithm,
            inputs: inputs.collect::<Result<_, _>>()?,
        });
    }
    Ok(calculations)
}

fn read_input(names: &Names, owner: &Owner<'_>, input: &Typed) -> Result<CalculationInput, IrError> {
    match input.kind.as_str() {
        "field" => Ok(CalculationInput::Field(names.place(owner, &input.value)?)),
        "hexstr" => {
            let wrong = || owner.invalid(format!("constant `{}` without a width", input.value));
            let width = input.bitwidth.ok_or_else(wrong)?;
            let number = hexstr(owner, input.value.as_str().ok_or_else(wrong)?)?;
            let number = number.to_biguint().ok_or_else(|| owner.unsupported("a negative constant"))?;
            let bits =
                Bits::try_from_biguint(width, &number).map_err(|error| owner.invalid(error.to_string()))?;
            Ok(CalculationInput::Constant(bits))
        }
        "header" => Ok(CalculationInput::Header(names.header_value(owner, &input.value)?)),
        "payload" => Ok(CalculationInput::Payload),
        kind => Err(owner.unsupported(format!("input of type `{kind}`"))),
    }
}

pub(super) fn checksums(names: &Names, declared: &[model::Checksum]) -> Result<Vec<Checksum>, IrError> {
    let mut checksums = Vec::new();
    for checksum in declared {
        let owner = Owner::new("checksum", &checksum.name, checksum.source_info.as_ref());
        refuse_rest(&owner, &checksum.rest)?;
        if checksum.kind != "generic" {
            return Err(owner.unsupported(format!("checksum of type `{}`", checksum.kind)));
        }
        let name = checksum.calculation.as_deref().ok_or_else(|| owner.invalid("it has no calculation"))?;
        let calculation = find_calculation(names, &owner, name)?;
        let (header, field) = &checksum.target;
        let target = names.field(&owner, header, field)?;
        let condition = match &checksum.if_cond {
            None | Some(Value::Null) => None,
            Some(condition) => Some(expression(names, &owner, condition)?),
        };
        let kinds = [(checksum.verify, ChecksumKind::Verify), (checksum.update, ChecksumKind::Update)];
        for (_, kind) in kinds.into_iter().filter(|(wanted, _)| *wanted) {
            checksums.push(Checksum {
                name: checksum.name.clone(),
                kind,
                target,
                calculation,
                condition: condition.clone(),
                source_info: checksum.source_info.clone(),
            });
        }
    }
    Ok(checksums)
}
