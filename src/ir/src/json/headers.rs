//! Header types, headers, and where the switch's own metadata lies.

use std::collections::{BTreeMap, HashMap};

use hyper4_bits::Bits;
use serde_json::Value;

use super::model::{self, Root, refuse_rest};
use super::names::{Names, Owner, unique_ids};
use crate::{FieldRef, FieldType, Header, HeaderId, HeaderType, HeaderTypeId, IrError, StandardField};

/// The name by which simple_switch asks for a field.
pub(crate) fn asked_for(field: StandardField) -> (&'static str, &'static str) {
    let header = match field {
        StandardField::EnqTimestamp
        | StandardField::EnqQdepth
        | StandardField::DeqTimedelta
        | StandardField::DeqQdepth => "queueing_metadata",
        StandardField::IngressGlobalTimestamp
        | StandardField::EgressGlobalTimestamp
        | StandardField::McastGrp
        | StandardField::EgressRid
        | StandardField::Priority => "intrinsic_metadata",
        StandardField::IngressPort
        | StandardField::EgressSpec
        | StandardField::EgressPort
        | StandardField::CloneSpec
        | StandardField::InstanceType
        | StandardField::PacketLength
        | StandardField::ChecksumError
        | StandardField::ParserError => "standard_metadata",
    };
    (header, field.name())
}

pub(super) fn read(root: &Root) -> Result<Names, IrError> {
    let mut names = Names::default();
    let mut types = HashMap::new();
    unique_ids("header type", root.header_types.iter().map(|declared| declared.id))?;
    unique_ids("header", root.headers.iter().map(|declared| declared.id))?;
    for declared in &root.header_types {
        let owner = Owner::new("header type", &declared.name, None);
        if declared.rest.iter().any(|(key, value)| key == "length_exp" && !value.is_null()) {
            let reason =
                "`length_exp`: how long a field is says who extracts it, as in P4_16; p4c writes it so";
            return Err(owner.unsupported(reason));
        }
        refuse_rest(&owner, &declared.rest)?;
        let id = HeaderTypeId(names.header_types.len() as u32);
        if types.insert(declared.name.as_str(), id).is_some() {
            return Err(owner.invalid("it is declared twice"));
        }
        names.header_types.push(read_type(&owner, declared)?);
    }
    for declared in &root.headers {
        let owner = Owner::new("header", &declared.name, None);
        refuse_rest(&owner, &declared.rest)?;
        let header_type = *types
            .get(declared.header_type.as_str())
            .ok_or_else(|| owner.unresolved(&declared.header_type))?;
        names.header_ids.insert(declared.id, HeaderId(names.headers.len() as u32));
        let header = Header { name: declared.name.clone(), header_type, metadata: declared.metadata };
        if !names.add_header(header) {
            return Err(owner.invalid("it is declared twice"));
        }
    }
    Ok(names)
}

fn read_type(owner: &Owner<'_>, declared: &model::HeaderType) -> Result<HeaderType, IrError> {
    let mut fields = Vec::new();
    for value in &declared.fields {
        let wrong = || owner.invalid(format!("`{value}` is no field"));
        let parts = value.as_array().ok_or_else(wrong)?;
        let (name, width, signed, saturating) = match parts.as_slice() {
            [name, width] => (name, width, &Value::Bool(false), &Value::Bool(false)),
            [name, width, signed] => (name, width, signed, &Value::Bool(false)),
            [name, width, signed, saturating] => (name, width, signed, saturating),
            _ => return Err(wrong()),
        };
        let name = name.as_str().ok_or_else(wrong)?;
        // p4c writes numbers here now and then.
        let flag = |value: &Value| value.as_bool().or_else(|| Some(value.as_u64()? != 0)).ok_or_else(wrong);
        if flag(saturating)? {
            return Err(owner.unsupported(format!(
                "field `{name}` saturates whatever is stored in it: P4_16 has `|+|` and `|-|` for that, fields wrap"
            )));
        }
        let varbit = width.as_str() == Some("*");
        let width = match width.as_u64().and_then(|width| u32::try_from(width).ok()) {
            Some(width) if width > Bits::MAX_WIDTH => {
                return Err(owner.unsupported(format!("field `{name}` of {width} bits")));
            }
            Some(width) => width,
            None if varbit => 0,
            None => return Err(wrong()),
        };
        fields.push(FieldType { name: name.to_owned(), width, signed: flag(signed)?, varbit });
    }
    let fixed: u64 = fields.iter().map(|field| u64::from(field.width)).sum();
    if fixed > u64::from(Bits::MAX_WIDTH) {
        return Err(owner.unsupported(format!("a header of {fixed} bits")));
    }
    if let Some(field) = fields.iter_mut().find(|field| field.varbit) {
        let most = declared.max_length.and_then(|bytes| (u64::from(bytes) * 8).checked_sub(fixed));
        let most = most.filter(|most| *most <= u64::from(Bits::MAX_WIDTH)).map(|most| most as u32);
        field.width = most.ok_or_else(|| owner.invalid("`max_length` is missing, too small or too great"))?;
    }
    Ok(HeaderType { name: declared.name.clone(), fields })
}

/// Where the switch's own metadata lies: by alias, else by name.
pub(super) fn standard(
    names: &Names,
    aliases: &[(String, (String, String))],
) -> Result<BTreeMap<StandardField, FieldRef>, IrError> {
    let owner = Owner::new("attribute", "field_aliases", None);
    let mut by_name = HashMap::new();
    for (alias, (header, field)) in aliases {
        by_name.insert(alias.as_str(), names.field(&owner, header, field)?);
    }
    let find = |header: &str, field: &str| {
        let alias = by_name.get(format!("{header}.{field}").as_str()).copied();
        alias.or_else(|| names.find_field(header, field))
    };
    if find("queueing_metadata", "qid").is_some() {
        return Err(owner.unsupported("`queueing_metadata.qid`"));
    }
    let found = StandardField::ALL.into_iter().filter_map(|standard| {
        let (header, field) = asked_for(standard);
        Some((standard, find(header, field)?))
    });
    Ok(found.collect())
}
