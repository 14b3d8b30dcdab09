//! Actions, calculations and checksums.

use serde_json::Value;

use hyper4_bits::{Bits, HashAlgorithm};

use super::expressions::{expression, hexstr};
use super::model::{self, Typed, refuse_rest};
use super::names::{Names, Owner, find, unique_ids};
use super::primitives;
use crate::{
    Action, ActionParameter, Calculation, CalculationId, CalculationInput, Checksum, ChecksumKind, IrError,
    Primitive,
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
            let kind = primitives::read(names, &owner, primitive)?;
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

pub(super) fn calculations(
    names: &mut Names,
    declared: &[model::Calculation],
) -> Result<Vec<Calculation>, IrError> {
    unique_ids("calculation", declared.iter().map(|calculation| calculation.id))?;
    let mut calculations = Vec::new();
    for (id, calculation) in (0u32..).zip(declared) {
        let owner = Owner::new("calculation", &calculation.name, None);
        refuse_rest(&owner, &calculation.rest)?;
        if names.calculations.insert(calculation.name.clone(), CalculationId(id)).is_some() {
            return Err(owner.invalid("it is declared twice"));
        }
        let algorithm = algorithm(&owner, &calculation.algo)?;
        let inputs = calculation.input.iter().map(|input| read_input(names, &owner, input));
        calculations.push(Calculation {
            name: calculation.name.clone(),
            algorithm,
            inputs: inputs.collect::<Result<_, _>>()?,
        });
    }
    Ok(calculations)
}

pub(super) fn algorithm(owner: &Owner<'_>, name: &str) -> Result<HashAlgorithm, IrError> {
    HashAlgorithm::from_bmv2_name(name).ok_or_else(|| owner.unsupported(format!("algorithm `{name}`")))
}

pub(super) fn read_input(
    names: &Names,
    owner: &Owner<'_>,
    input: &Typed,
) -> Result<CalculationInput, IrError> {
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
    unique_ids("checksum", declared.iter().map(|checksum| checksum.id))?;
    let mut checksums = Vec::new();
    for checksum in declared {
        let owner = Owner::new("checksum", &checksum.name, checksum.source_info.as_ref());
        refuse_rest(&owner, &checksum.rest)?;
        if checksum.kind != "generic" {
            return Err(owner.unsupported(format!(
                "checksum of type `{}`: only `generic` ones, which name their calculation, are carried; p4c writes those",
                checksum.kind
            )));
        }
        let name = checksum.calculation.as_deref().ok_or_else(|| owner.invalid("it has no calculation"))?;
        let calculation = find(&names.calculations, &owner, "calculation", name)?;
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
