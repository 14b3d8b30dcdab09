//! Pipelines, conditions and action profiles.

use super::expressions::expression;
use super::model::{self, refuse_rest};
use super::names::{Names, Owner, unique_ids};
use super::state::State;
use super::{actions, tables};
use crate::{
    Action, ActionProfile, ActionProfileId, ConditionalId, IrError, Node, Pipeline, PipelineKind, Selector,
    Table, TableConditional, TableId,
};

/// The nodes of both pipelines, in the order of their numbers.
#[derive(Debug)]
pub(super) struct Order<'a> {
    pub(super) tables: Vec<(PipelineKind, &'a model::Table)>,
    pub(super) conditionals: Vec<(PipelineKind, &'a model::Conditional)>,
    pub(super) ingress: Pipeline,
    pub(super) egress: Pipeline,
}

/// The nodes themselves.
#[derive(Debug)]
pub(super) struct Nodes {
    pub(super) tables: Vec<Table>,
    pub(super) conditionals: Vec<TableConditional>,
}

/// Give each node its number.
pub(super) fn declare<'a>(names: &mut Names, declared: &'a [model::Pipeline]) -> Result<Order<'a>, IrError> {
    unique_ids("pipeline", declared.iter().map(|pipeline| pipeline.id))?;
    let mut tables = Vec::new();
    let mut conditionals = Vec::new();
    let mut kinds = Vec::new();
    for pipeline in declared {
        let owner = Owner::new("pipeline", &pipeline.name, None);
        refuse_rest(&owner, &pipeline.rest)?;
        let kind = match pipeline.name.as_str() {
            "ingress" => PipelineKind::Ingress,
            "egress" => PipelineKind::Egress,
            _ => return Err(owner.unsupported("simple_switch has `ingress` and `egress` only")),
        };
        if kinds.iter().any(|(other, _)| *other == kind) {
            return Err(owner.invalid("it is declared twice"));
        }
        unique_ids("table", pipeline.tables.iter().map(|table| table.id))?;
        unique_ids("condition", pipeline.conditionals.iter().map(|conditional| conditional.id))?;
        kinds.push((kind, pipeline));
        tables.extend(pipeline.tables.iter().map(|table| (kind, table)));
        conditionals.extend(pipeline.conditionals.iter().map(|conditional| (kind, conditional)));
    }
    // Ids order the nodes of both pipelines as the program does.
    tables.sort_by_key(|(_, table)| table.id);
    conditionals.sort_by_key(|(_, conditional)| conditional.id);
    let of_tables = (0u32..).map(|id| Node::Table(TableId(id))).zip(tables.iter().map(|(_, t)| &t.name));
    let of_conditionals = (0u32..)
        .map(|id| Node::Conditional(ConditionalId(id)))
        .zip(conditionals.iter().map(|(_, conditional)| &conditional.name));
    for (node, name) in of_tables.chain(of_conditionals) {
        if names.nodes.insert(name.clone(), node).is_some() {
            return Err(Owner::new("node", name, None).invalid("two tables or conditions have that name"));
        }
    }
    let pipeline = |kind| {
        let found = kinds.iter().find(|(other, _)| *other == kind).map(|(_, pipeline)| *pipeline);
        let missing = || Owner::new("program", "", None).invalid("it has no `ingress` or no `egress`");
        let found = found.ok_or_else(missing)?;
        let owner = Owner::new("pipeline", &found.name, None);
        Ok(Pipeline { kind, start: names.node(&owner, found.init_table.as_deref())? })
    };
    let (ingress, egress) = (pipeline(PipelineKind::Ingress)?, pipeline(PipelineKind::Egress)?);
    Ok(Order { tables, conditionals, ingress, egress })
}

pub(super) fn read(
    names: &Names,
    order: &Order<'_>,
    actions: &[Action],
    state: &State,
) -> Result<Nodes, IrError> {
    let read = |(id, (kind, table)): (u32, &(PipelineKind, &model::Table))| {
        tables::read(names, *kind, TableId(id), table, actions, state)
    };
    let conditionals = order.conditionals.iter().map(|(kind, c)| read_conditional(names, *kind, c));
    Ok(Nodes {
        tables: (0u32..).zip(&order.tables).map(read).collect::<Result<_, _>>()?,
        conditionals: conditionals.collect::<Result<_, _>>()?,
    })
}

/// The profiles of both pipelines: tables of either may use them.
pub(super) fn profiles(
    names: &mut Names,
    pipelines: &[model::Pipeline],
) -> Result<Vec<ActionProfile>, IrError> {
    let mut profiles = Vec::new();
    for pipeline in pipelines {
        unique_ids("action profile", pipeline.action_profiles.iter().map(|profile| profile.id))?;
        for declared in &pipeline.action_profiles {
            let owner = Owner::new("action profile", &declared.name, declared.source_info.as_ref());
            refuse_rest(&owner, &declared.rest)?;
            let id = ActionProfileId(profiles.len() as u32);
            if names.profiles.insert(declared.name.clone(), id).is_some() {
                return Err(owner.invalid("it is declared twice"));
            }
            let selector = |selector: &model::Selector| {
                let inputs = selector.input.iter().map(|input| match input.kind.as_str() {
                    "field" => actions::read_input(names, &owner, input),
                    kind => Err(owner.invalid(format!("a selector's input of type `{kind}`"))),
                });
                Ok(Selector {
                    algorithm: actions::algorithm(&owner, &selector.algo)?,
                    inputs: inputs.collect::<Result<_, IrError>>()?,
                })
            };
            profiles.push(ActionProfile {
                name: declared.name.clone(),
                max_size: declared.max_size,
                selector: declared.selector.as_ref().map(selector).transpose()?,
                source_info: declared.source_info.clone(),
            });
        }
    }
    Ok(profiles)
}

fn read_conditional(
    names: &Names,
    pipeline: PipelineKind,
    declared: &model::Conditional,
) -> Result<TableConditional, IrError> {
    let owner = Owner::new("condition", &declared.name, declared.source_info.as_ref());
    refuse_rest(&owner, &declared.rest)?;
    Ok(TableConditional {
        name: declared.name.clone(),
        pipeline,
        expression: expression(names, &owner, &declared.expression)?,
        true_next: names.node(&owner, declared.true_next.as_deref())?,
        false_next: names.node(&owner, declared.false_next.as_deref())?,
        source_info: declared.source_info.clone(),
    })
}
