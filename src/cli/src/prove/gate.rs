//! The gate of the DPMU in the prover's words.

use hyper4_dpmu::{self as dpmu, Gate};
use hyper4_symbolic::{Owned, RowPredicate, RowRule};

use crate::persona::Persona;

/// Which rows a tenant may install.
pub(super) fn predicate(persona: &Persona) -> RowPredicate {
    let gate = Gate::new(&persona.layout);
    let bounds = gate.bounds(&persona.program);
    RowPredicate { tables: gate.tables().clone(), actions: gate.actions().clone(), bounds }
}

/// What the operator's rows are like.
pub(super) fn rules(persona: &Persona) -> Vec<RowRule> {
    let rules = Gate::new(&persona.layout).operator_rules(&persona.program).into_iter();
    let rule = |rule: dpmu::OperatorRule| RowRule {
        table: rule.table,
        action: rule.action,
        key: (rule.key.0, owned(rule.key.1)),
        arguments: rule.arguments.into_iter().map(|(number, one)| (number, owned(one))).collect(),
        every_port: rule.every_port,
    };
    rules.map(rule).collect()
}

fn owned(owned: dpmu::Owned) -> Owned {
    match owned {
        dpmu::Owned::Device => Owned::Device,
        dpmu::Owned::Port => Owned::Port,
        dpmu::Owned::Group => Owned::Group,
        dpmu::Owned::Session => Owned::Session,
        dpmu::Owned::Cells => Owned::Cells,
        dpmu::Owned::Below(bound) => Owned::Below(bound),
    }
}
