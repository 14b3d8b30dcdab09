//! Finding the things of a program by their names.

use std::collections::BTreeSet;

use crate::{
    ActionId, ActionProfileId, CalculationId, CounterId, MeterId, Program, RegisterId, TableId,
    TableImplementation, ValueSetId,
};

/// The position of the name: exactly it, or the only one that ends in `.wanted`.
pub(crate) fn by_name<'a>(names: impl Iterator<Item = &'a str> + Clone, wanted: &str) -> Option<u32> {
    if let Some(i) = names.clone().position(|n| n == wanted) {
        return u32::try_from(i).ok();
    }
    let mut found =
        names.enumerate().filter(|(_, n)| n.strip_suffix(wanted).is_some_and(|rest| rest.ends_with('.')));
    let (i, _) = found.next()?;
    if found.next().is_some() { None } else { u32::try_from(i).ok() }
}

impl Program {
    /// The table of that name: exactly it, or the only one that ends in `.name`.
    pub fn table_by_name(&self, name: &str) -> Option<TableId> {
        by_name(self.tables.iter().map(|t| t.name.as_str()), name).map(TableId)
    }

    /// Among `table`'s actions the one of that name: exactly it, or the only one that ends in `.name`.
    pub fn action_by_name(&self, table: TableId, name: &str) -> Option<ActionId> {
        self.among(&self.tables.get(table.index())?.actions, name)
    }

    /// The action profile of that name: exactly it, or the only one that ends in `.name`.
    pub fn profile_by_name(&self, name: &str) -> Option<ActionProfileId> {
        by_name(self.action_profiles.iter().map(|p| p.name.as_str()), name).map(ActionProfileId)
    }

    /// The actions that members of a profile may have: those of the tables that use it.
    pub fn actions_of_profile(&self, profile: ActionProfileId) -> Vec<ActionId> {
        let uses = |table: &&crate::Table| table.implementation == TableImplementation::Profile(profile);
        let mut seen = BTreeSet::new();
        let all = self.tables.iter().filter(uses).flat_map(|table| table.actions.iter().copied());
        all.filter(|action| seen.insert(*action)).collect()
    }

    /// Among the actions that members of a profile may have the one of that name: exactly it, or the only one that ends
    /// in `.name`.
    pub fn action_of_profile(&self, profile: ActionProfileId, name: &str) -> Option<ActionId> {
        self.among(&self.actions_of_profile(profile), name)
    }

    /// The counters of that name: exactly it, or the only ones that end in `.name`.
    pub fn counter_by_name(&self, name: &str) -> Option<CounterId> {
        by_name(self.counters.iter().map(|c| c.name.as_str()), name).map(CounterId)
    }

    /// The meters of that name: exactly it, or the only ones that end in `.name`.
    pub fn meter_by_name(&self, name: &str) -> Option<MeterId> {
        by_name(self.meters.iter().map(|m| m.name.as_str()), name).map(MeterId)
    }

    /// The registers of that name: exactly it, or the only ones that end in `.name`.
    pub fn register_by_name(&self, name: &str) -> Option<RegisterId> {
        by_name(self.registers.iter().map(|r| r.name.as_str()), name).map(RegisterId)
    }

    /// The value set of that name: exactly it, or the only one that ends in `.name`.
    pub fn value_set_by_name(&self, name: &str) -> Option<ValueSetId> {
        by_name(self.value_sets.iter().map(|s| s.name.as_str()), name).map(ValueSetId)
    }

    /// The calculation of that name: exactly it, or the only one that ends in `.name`.
    pub fn calculation_by_name(&self, name: &str) -> Option<CalculationId> {
        by_name(self.calculations.iter().map(|c| c.name.as_str()), name).map(CalculationId)
    }

    fn among(&self, actions: &[ActionId], name: &str) -> Option<ActionId> {
        let names = actions.iter().map(|a| self.actions.get(a.index()).map_or("", |a| a.name.as_str()));
        by_name(names, name).and_then(|i| actions.get(i as usize).copied())
    }
}
