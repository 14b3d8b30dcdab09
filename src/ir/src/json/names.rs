//! Names to indexes, and the reading of a whole program.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::groups::Groups;
use super::model::{Root, refuse_rest};
use super::{actions, groups, headers, parser, pipelines, primitives, state};
use crate::{
    ActionProfileId, CalculationId, CounterId, Deparser, ErrorCode, FieldListId, FieldRef, Header, HeaderId,
    HeaderType, HeaderTypeId, IrError, LearnListId, MeterId, Node, Primitive, PrimitiveKind, Program,
    RegisterId, SelectKey, SourceInfo, ValueSetId,
};

/// What is being read, for error messages.
#[derive(Clone, Copy, Debug)]
pub(super) struct Owner<'a> {
    pub(super) kind: &'a str,
    pub(super) name: &'a str,
    pub(super) source_info: Option<&'a SourceInfo>,
}

impl<'a> Owner<'a> {
    pub(super) fn new(kind: &'a str, name: &'a str, source_info: Option<&'a SourceInfo>) -> Self {
        Self { kind, name, source_info }
    }

    fn construct(&self) -> String {
        format!("{} `{}`", self.kind, self.name)
    }

    pub(super) fn unsupported(&self, reason: impl Into<String>) -> IrError {
        IrError::Unsupported {
            construct: self.construct(),
            reason: reason.into(),
            source_info: self.source_info.cloned(),
        }
    }

    pub(super) fn invalid(&self, reason: impl Into<String>) -> IrError {
        IrError::Invalid { construct: self.construct(), reason: reason.into() }
    }

    pub(super) fn unresolved(&self, name: impl Into<String>) -> IrError {
        IrError::Unresolved { construct: self.construct(), name: name.into() }
    }
}

/// What is known of names.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) header_types: Vec<HeaderType>,
    pub(super) headers: Vec<Header>,
    pub(super) groups: Groups,
    by_header: HashMap<String, HeaderId>,
    pub(super) header_ids: HashMap<i64, HeaderId>,
    pub(super) calculations: HashMap<String, CalculationId>,
    pub(super) counters: HashMap<String, CounterId>,
    pub(super) meters: HashMap<String, MeterId>,
    pub(super) registers: HashMap<String, RegisterId>,
    pub(super) profiles: HashMap<String, ActionProfileId>,
    pub(super) value_sets: HashMap<String, ValueSetId>,
    pub(super) field_lists: HashMap<u32, FieldListId>,
    /// The number of the list that stands for none.
    pub(super) no_fields: Option<u32>,
    pub(super) learn_lists: HashMap<u32, LearnListId>,
    pub(super) actions: HashMap<i64, usize>,
    pub(super) nodes: HashMap<String, Node>,
}

/// What a name stands for.
pub(super) fn find<T: Copy>(
    map: &HashMap<String, T>,
    owner: &Owner<'_>,
    kind: &str,
    name: &str,
) -> Result<T, IrError> {
    map.get(name).copied().ok_or_else(|| owner.unresolved(format!("{kind} `{name}`")))
}

/// Refuse the second of equal ids.
pub(super) fn unique_ids(kind: &str, ids: impl Iterator<Item = i64>) -> Result<(), IrError> {
    let mut seen = HashSet::new();
    match ids.into_iter().find(|id| !seen.insert(*id)) {
        Some(id) => {
            let construct = format!("the {kind}s");
            Err(IrError::Invalid { construct, reason: format!("several have the id {id}") })
        }
        None => Ok(()),
    }
}

/// A field, or the validity of a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Field(FieldRef),
    Valid(HeaderId),
}

impl Names {
    pub(super) fn add_header(&mut self, header: Header) -> bool {
        let id = HeaderId(self.headers.len() as u32);
        let new = self.by_header.insert(header.name.clone(), id).is_none();
        self.headers.push(header);
        new
    }

    pub(super) fn header(&self, owner: &Owner<'_>, name: &str) -> Result<HeaderId, IrError> {
        self.by_header.get(name).copied().ok_or_else(|| owner.unresolved(name))
    }

    pub(super) fn header_value(&self, owner: &Owner<'_>, value: &Value) -> Result<HeaderId, IrError> {
        let name = value.as_str().ok_or_else(|| owner.invalid(format!("`{value}` is no header's name")))?;
        self.header(owner, name)
    }

    pub(super) fn type_of(&self, header: HeaderId) -> Option<&HeaderType> {
        self.header_types.get(self.headers.get(header.index())?.header_type.index())
    }

    pub(super) fn find_field(&self, header: &str, field: &str) -> Option<FieldRef> {
        let header = *self.by_header.get(header)?;
        let field = self.type_of(header)?.field(field)? as u32;
        Some(FieldRef { header, field })
    }

    pub(super) fn field(&self, owner: &Owner<'_>, header: &str, field: &str) -> Result<FieldRef, IrError> {
        self.find_field(header, field).ok_or_else(|| owner.unresolved(format!("{header}.{field}")))
    }

    /// `["header", "field"]`, where the field may be `$valid$`.
    pub(super) fn target(&self, owner: &Owner<'_>, value: &Value) -> Result<Target, IrError> {
        let parts: Option<Vec<&str>> =
            value.as_array().and_then(|parts| parts.iter().map(Value::as_str).collect());
        match parts.as_deref() {
            Some([header, "$valid$"]) => Ok(Target::Valid(self.header(owner, header)?)),
            Some([header, field]) => Ok(Target::Field(self.field(owner, header, field)?)),
            _ => Err(owner.invalid(format!("`{value}` is no field"))),
        }
    }

    /// A field that is no validity.
    pub(super) fn place(&self, owner: &Owner<'_>, value: &Value) -> Result<FieldRef, IrError> {
        match self.target(owner, value)? {
            Target::Field(field) => Ok(field),
            Target::Valid(_) => Err(owner.unsupported("`$valid$` can't be written or hashed")),
        }
    }

    /// The number of the field of that name in a header's type.
    pub(super) fn field_of(&self, owner: &Owner<'_>, of: HeaderTypeId, name: &str) -> Result<u32, IrError> {
        let declared = self.header_types.get(of.index());
        let field = declared.and_then(|declared| declared.field(name));
        field.map(|field| field as u32).ok_or_else(|| {
            owner.unresolved(format!("{}.{name}", declared.map_or("", |declared| declared.name.as_str())))
        })
    }

    pub(super) fn width(&self, field: FieldRef) -> u32 {
        self.type_of(field.header).and_then(|t| t.fields.get(field.field as usize)).map_or(0, |f| f.width)
    }

    /// Bits of a part of a select's key.
    pub(super) fn key_width(&self, part: &SelectKey) -> u32 {
        let width = |of: Option<HeaderTypeId>, field: u32| {
            let header_type = of.and_then(|of| self.header_types.get(of.index()));
            header_type.and_then(|t| t.fields.get(field as usize)).map_or(0, |field| field.width)
        };
        match part {
            SelectKey::Field(field) => self.width(*field),
            SelectKey::Lookahead { width, .. } => *width,
            SelectKey::LastField(stack, field) => width(Some(self.groups.type_of(*stack)), *field),
            SelectKey::UnionLastField { stack, member, field } => {
                let union =
                    self.groups.union_stacks.get(stack.index()).and_then(|stack| stack.unions.first());
                let union = union.and_then(|union| self.groups.unions.get(union.index()));
                let member = union.and_then(|union| union.members.get(*member as usize));
                let header = member.and_then(|member| self.headers.get(member.header.index()));
                width(header.map(|header| header.header_type), *field)
            }
        }
    }

    pub(super) fn node(&self, owner: &Owner<'_>, name: Option<&str>) -> Result<Option<Node>, IrError> {
        let find = |name: &str| self.nodes.get(name).copied().ok_or_else(|| owner.unresolved(name));
        name.map(find).transpose()
    }
}

/// Read everything; validation comes later.
pub(super) fn read(root: &Root) -> Result<Program, IrError> {
    let whole = Owner::new("program", root.program.as_deref().unwrap_or(""), None);
    refuse_rest(&whole, &root.rest)?;
    let mut names = headers::read(root)?;
    groups::read(&mut names, root)?;
    let order = pipelines::declare(&mut names, &root.pipelines)?;
    let state = state::read(&mut names, root, &order)?;
    let action_profiles = pipelines::profiles(&mut names, &root.pipelines)?;
    let calculations = actions::calculations(&mut names, &root.calculations)?;
    let parser = match root.parsers.as_slice() {
        [parser] => parser::read(&names, parser)?,
        parsers => return Err(whole.unsupported(format!("{} parsers, not one", parsers.len()))),
    };
    let deparser = match root.deparsers.as_slice() {
        [deparser] => read_deparser(&names, deparser)?,
        deparsers => return Err(whole.unsupported(format!("{} deparsers, not one", deparsers.len()))),
    };
    let actions = actions::read(&mut names, &root.actions)?;
    let nodes = pipelines::read(&names, &order, &actions, &state)?;
    let checksums = actions::checksums(&names, &root.checksums)?;
    let mut errors = std::collections::BTreeMap::new();
    for (name, code) in &root.errors {
        if errors.insert(name.clone(), ErrorCode(*code)).is_some() {
            return Err(whole.invalid(format!("error `{name}` is declared twice")));
        }
    }
    let standard = headers::standard(&names, &root.field_aliases)?;
    Ok(Program {
        name: root.program.clone().unwrap_or_default(),
        header_types: names.header_types,
        headers: names.headers,
        errors,
        parser,
        deparser,
        actions,
        tables: nodes.tables,
        conditionals: nodes.conditionals,
        ingress: order.ingress,
        egress: order.egress,
        calculations,
        checksums,
        header_stacks: names.groups.stacks,
        header_unions: names.groups.unions,
        header_union_stacks: names.groups.union_stacks,
        counters: state.counters,
        meters: state.meters,
        registers: state.registers,
        field_lists: state.field_lists,
        learn_lists: state.learn_lists,
        value_sets: state.value_sets,
        action_profiles,
        standard,
    })
}

fn read_deparser(names: &Names, deparser: &super::model::Deparser) -> Result<Deparser, IrError> {
    let owner = Owner::new("deparser", &deparser.name, None);
    refuse_rest(&owner, &deparser.rest)?;
    let mut read = Vec::new();
    for primitive in &deparser.primitives {
        let owner = Owner { source_info: primitive.source_info.as_ref(), ..owner };
        let kind = primitives::read(names, &owner, primitive)?;
        if matches!(kind, PrimitiveKind::Jump { .. } | PrimitiveKind::JumpIfZero { .. }) {
            return Err(owner.unsupported(format!("primitive `{}` in a deparser", primitive.op)));
        }
        read.push(Primitive { kind, source_info: primitive.source_info.clone() });
    }
    let order = deparser.order.iter().map(|name| names.header(&owner, name)).collect::<Result<_, _>>()?;
    Ok(Deparser { name: deparser.name.clone(), order, primitives: read })
}
