//! Headers, calculations and checksums.

use hyper4_bits::Bits;

use super::expressions::Scope;
use super::{Checker, invalid, unique, unresolved};
use crate::json::asked_for;
use crate::{CalculationInput, IrError, StandardField};

impl Checker<'_> {
    pub(super) fn header_types(&self) -> Result<(), IrError> {
        let types = &self.program.header_types;
        unique("header type", types.iter().map(|t| t.name.as_str()))?;
        for header_type in types {
            let wrong = |reason: String| invalid("header type", &header_type.name, reason);
            let mut names = std::collections::HashSet::new();
            for field in &header_type.fields {
                if !names.insert(field.name.as_str()) || field.name == "$valid$" {
                    return wrong(format!("the field name `{}` is used twice", field.name));
                }
                if (field.width == 0 && !field.varbit) || (field.signed && field.width < 2) {
                    return wrong(format!("field `{}` has {} bits", field.name, field.width));
                }
            }
            if header_type.fields.iter().filter(|field| field.varbit).count() > 1 {
                return wrong("more than one field of variable width".to_owned());
            }
            let width: u64 = header_type.fields.iter().map(|field| u64::from(field.width)).sum();
            if width > u64::from(Bits::MAX_WIDTH) {
                return wrong(format!("{width} bits are more than {}", Bits::MAX_WIDTH));
            }
            if let Some(field) = header_type.fields.iter().find(|f| f.varbit && !f.width.is_multiple_of(8)) {
                return wrong(format!(
                    "varbit `{}` of up to {} bits doesn't fill bytes",
                    field.name, field.width
                ));
            }
            if !width.is_multiple_of(8) {
                // An assertion of simple_switch, for metadata too: p4c pads.
                return wrong(format!(
                    "{} bits don't fill bytes: add a field that does",
                    header_type.width()
                ));
            }
        }
        Ok(())
    }

    pub(super) fn headers(&self) -> Result<(), IrError> {
        unique("header", self.program.headers.iter().map(|header| header.name.as_str()))?;
        for header in &self.program.headers {
            if header.header_type.index() >= self.program.header_types.len() {
                return unresolved("header", &header.name, format!("header type {}", header.header_type.0));
            }
        }
        let mut codes = std::collections::HashSet::new();
        match self.program.errors.iter().find(|(_, code)| !codes.insert(**code)) {
            Some((name, code)) => {
                invalid("error", name, format!("another error has the code {} too", code.0))
            }
            None => Ok(()),
        }
    }

    /// simple_switch looks the fields of its metadata up by name, so the map can't say anything else.
    pub(super) fn standard(&self) -> Result<(), IrError> {
        let program = self.program;
        for (standard, field) in &program.standard {
            self.width("field", standard.name(), *field)?;
        }
        for standard in StandardField::ALL {
            let (header, name) = asked_for(standard);
            let declared = program.headers.iter().position(|h| h.name == header).and_then(|id| {
                let id = crate::HeaderId(id as u32);
                let field = program.header_type(id)?.field(name)? as u32;
                Some(crate::FieldRef { header: id, field })
            });
            let listed = program.standard.get(&standard).copied();
            let by_name_only = header == "standard_metadata";
            let wrong = |reason: &str| invalid("field", &format!("{header}.{name}"), reason);
            match (declared, listed) {
                (Some(declared), Some(listed)) if by_name_only && declared != listed => {
                    return wrong("it is not the field that `standard` lists");
                }
                (Some(_), None) => return wrong("`standard` doesn't list it"),
                (None, Some(_)) if by_name_only => {
                    return wrong("`standard` lists another field, but simple_switch goes by the name");
                }
                _ => {}
            }
        }
        let required = [
            StandardField::IngressPort,
            StandardField::EgressSpec,
            StandardField::EgressPort,
            StandardField::InstanceType,
            StandardField::PacketLength,
        ];
        if let Some(missing) = required.iter().find(|field| !program.standard.contains_key(field)) {
            return unresolved("program", &program.name, format!("standard_metadata.{}", missing.name()));
        }
        let has = |field| program.standard.contains_key(&field);
        if has(StandardField::McastGrp) && !has(StandardField::EgressRid) {
            return invalid(
                "field",
                StandardField::McastGrp.name(),
                "simple_switch wants `egress_rid` beside it",
            );
        }
        Ok(())
    }

    pub(super) fn calculations(&self) -> Result<(), IrError> {
        unique("calculation", self.program.calculations.iter().map(|c| c.name.as_str()))?;
        for calculation in &self.program.calculations {
            let (kind, name) = ("calculation", calculation.name.as_str());
            self.inputs(kind, name, &calculation.inputs)?;
        }
        Ok(())
    }

    /// What is hashed.
    pub(super) fn inputs(&self, kind: &str, name: &str, inputs: &[CalculationInput]) -> Result<(), IrError> {
        let mut bits = 0u64;
        for (i, input) in inputs.iter().enumerate() {
            match input {
                CalculationInput::Field(field) => bits += u64::from(self.width(kind, name, *field)?),
                CalculationInput::Constant(constant) => bits += u64::from(constant.width()),
                CalculationInput::Header(header) => {
                    self.header(kind, name, *header)?;
                    if !bits.is_multiple_of(8) {
                        return invalid(kind, name, "a header doesn't begin at a byte");
                    }
                }
                CalculationInput::Payload if i + 1 < inputs.len() => {
                    return invalid(kind, name, "the payload isn't the last input");
                }
                CalculationInput::Payload => {}
            }
        }
        Ok(())
    }

    pub(super) fn calculation(&self, scope: Scope<'_>, id: crate::CalculationId) -> Result<(), IrError> {
        match self.program.calculations.get(id.index()) {
            Some(_) => Ok(()),
            None => unresolved(scope.kind, scope.name, format!("calculation {}", id.0)),
        }
    }

    pub(super) fn checksums(&self) -> Result<(), IrError> {
        for checksum in &self.program.checksums {
            let scope = Scope { kind: "checksum", name: &checksum.name, parameters: 0 };
            self.width(scope.kind, scope.name, checksum.target)?;
            self.calculation(scope, checksum.calculation)?;
            if let Some(condition) = &checksum.condition {
                self.truth(scope, condition)?;
            }
        }
        Ok(())
    }
}
