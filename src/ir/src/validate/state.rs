//! What outlives a packet, and lists of fields.

use std::collections::HashSet;

use hyper4_bits::Bits;

use super::{Checker, invalid, unique, unresolved};
use crate::{CounterId, FieldRef, IrError, LearnElement, MeterId, TableId};

/// Most elements that an array may have, so that a switch can hold it.
const MAX_ELEMENTS: u32 = 1 << 26;
/// Most bits that all registers may have: 1 GiB.
const MAX_REGISTER_BITS: u64 = 1 << 33;

impl Checker<'_> {
    pub(super) fn state(&self) -> Result<(), IrError> {
        self.counters()?;
        self.meters()?;
        self.registers()?;
        self.lists()?;
        let sets = &self.program.value_sets;
        unique("value set", sets.iter().map(|set| set.name.as_str()))?;
        match sets.iter().find(|set| !(1..=Bits::MAX_WIDTH).contains(&set.width)) {
            Some(set) => invalid("value set", &set.name, format!("its members have {} bits", set.width)),
            None => Ok(()),
        }
    }

    fn size(&self, kind: &str, name: &str, size: u32) -> Result<(), IrError> {
        match size <= MAX_ELEMENTS {
            true => Ok(()),
            false => invalid(kind, name, format!("{size} elements are more than {MAX_ELEMENTS}")),
        }
    }

    fn counters(&self) -> Result<(), IrError> {
        let program = self.program;
        unique("counter", program.counters.iter().map(|counter| counter.name.as_str()))?;
        for (id, counter) in (0u32..).zip(&program.counters) {
            match counter.direct.map(|table| program.tables.get(table.index())) {
                None => self.size("counter", &counter.name, counter.size)?,
                Some(None) => return unresolved("counter", &counter.name, "its table"),
                Some(Some(table)) if table.direct_counter != Some(CounterId(id)) => {
                    return invalid(
                        "counter",
                        &counter.name,
                        format!("table `{}` doesn't count by it", table.name),
                    );
                }
                Some(Some(_)) => {}
            }
        }
        for (id, table) in (0u32..).map(TableId).zip(&program.tables) {
            let Some(counter) = table.direct_counter else { continue };
            if program.counters.get(counter.index()).is_none_or(|counter| counter.direct != Some(id)) {
                return invalid("table", &table.name, "its direct counter is another's");
            }
            if !table.with_counters {
                return invalid("table", &table.name, "it has a direct counter, but doesn't count");
            }
        }
        Ok(())
    }

    fn meters(&self) -> Result<(), IrError> {
        let program = self.program;
        unique("meter", program.meters.iter().map(|meter| meter.name.as_str()))?;
        for (id, meter) in (0u32..).zip(&program.meters) {
            let (kind, name) = ("meter", meter.name.as_str());
            if !(1..=8).contains(&meter.rate_count) {
                return invalid(kind, name, format!("it has {} rates, not 1 to 8", meter.rate_count));
            }
            match meter.direct.map(|table| program.tables.get(table.index())) {
                None => self.size(kind, name, meter.size)?,
                Some(None) => return unresolved(kind, name, "its table"),
                Some(Some(table)) if table.direct_meter.is_none_or(|direct| direct.meter != MeterId(id)) => {
                    return invalid(kind, name, format!("table `{}` doesn't use it", table.name));
                }
                Some(Some(_)) => {}
            }
        }
        for (id, table) in (0u32..).map(TableId).zip(&program.tables) {
            let Some(direct) = table.direct_meter else { continue };
            if program.meters.get(direct.meter.index()).is_none_or(|meter| meter.direct != Some(id)) {
                return invalid("table", &table.name, "its direct meter is another's");
            }
            self.fixed("table", &table.name, direct.target)?;
        }
        Ok(())
    }

    fn registers(&self) -> Result<(), IrError> {
        let registers = &self.program.registers;
        unique("register", registers.iter().map(|register| register.name.as_str()))?;
        let mut bits = 0u64;
        for register in registers {
            let (kind, name) = ("register", register.name.as_str());
            if !(1..=Bits::MAX_WIDTH).contains(&register.width) {
                return invalid(kind, name, format!("its elements have {} bits", register.width));
            }
            self.size(kind, name, register.size)?;
            bits = bits.saturating_add(u64::from(register.width) * u64::from(register.size));
            if bits > MAX_REGISTER_BITS {
                return invalid(
                    kind,
                    name,
                    format!("all registers together have more than {MAX_REGISTER_BITS} bits"),
                );
            }
        }
        Ok(())
    }

    /// A field that is no varbit.
    fn fixed(&self, kind: &str, name: &str, field: FieldRef) -> Result<(), IrError> {
        self.width(kind, name, field)?;
        match self.program.field(field) {
            Some(declared) if declared.varbit => {
                invalid(kind, name, format!("varbit `{}` can't be here", declared.name))
            }
            _ => Ok(()),
        }
    }

    fn lists(&self) -> Result<(), IrError> {
        let numbers = |kind: &str, lists: Vec<(u32, &str)>| {
            let mut seen = HashSet::new();
            match lists.into_iter().find(|(id, _)| !(1..=0xffff).contains(id) || !seen.insert(*id)) {
                Some((id, name)) => {
                    invalid(kind, name, format!("its id {id} is another's or not 1 to 65535"))
                }
                None => Ok(()),
            }
        };
        let program = self.program;
        numbers(
            "field list",
            program.field_lists.iter().map(|list| (list.id, list.name.as_str())).collect(),
        )?;
        numbers(
            "learn list",
            program.learn_lists.iter().map(|list| (list.id, list.name.as_str())).collect(),
        )?;
        for list in &program.field_lists {
            for field in &list.fields {
                self.width("field list", &list.name, *field)?;
            }
        }
        for list in &program.learn_lists {
            for element in &list.elements {
                match element {
                    LearnElement::Field(field) => self.fixed("learn list", &list.name, *field)?,
                    LearnElement::Constant(_) => {
                        return invalid("learn list", &list.name, "simple_switch sends fields alone");
                    }
                }
            }
        }
        Ok(())
    }
}
