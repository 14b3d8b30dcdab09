//! Tables: a lookup with a key is a site; a table that always does the same melts into the path.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use hyper4_bits::Bits;
use hyper4_ir::{
    ActionId, Event, FieldRef, MatchKind, Node, Program, Table, TableId, TableImplementation, TableNext,
    TableOutcome,
};

use super::Refusal;
use super::context::{Arguments, Context, NO_ARGUMENTS};
use super::evaluate::Assumed;
use super::explore::Explorer;
use super::known::Known;
use super::number::Unsupported;
use super::perform::Frame;
use super::site::{KeyPart, Point, Rows, Stage, TableSite, Transition};

impl Explorer<'_> {
    /// A table without a key whose action is always the same melts into the path. Answers as [`Explorer::perform`].
    pub(super) fn constant_table(
        &mut self,
        mut context: Context,
        id: TableId,
        table: &Table,
        action: Option<ActionId>,
        arguments: Vec<Bits>,
        rows: &mut Rows,
    ) -> Result<Option<(Context, Stage)>, Refusal> {
        if context.construct.is_empty() {
            context.construct = format!("table {}", table.name);
            context.source_info.clone_from(&table.source_info);
        }
        context.events.push(Event::Table { name: table.name.clone(), outcome: TableOutcome::Miss });
        let Some(action) = action else {
            return Ok(Some((context, next_node(table, None, false).map_or(Stage::End, Stage::Node))));
        };
        let name = self.program.actions.get(action.index()).map_or(String::new(), |a| a.name.clone());
        context.events.push(Event::Action { name, arguments: arguments.clone() });
        let frame = Frame::new(id, action, false);
        self.perform(context, frame, &Arguments::Constant(arguments), Assumed::new(), rows)
    }

    /// A lookup in a table.
    pub(super) fn table(
        &mut self,
        id: TableId,
        table: &Table,
        point: &Point,
        known: &Known,
    ) -> Result<TableSite, Refusal> {
        let construct = format!("table {}", table.name);
        let refuse = |reason: String| Refusal::new(construct.clone(), reason).at(table.source_info.as_ref());
        if table.support_timeout {
            return Err(refuse("it ages its entries, which rows of the persona don't".to_owned()));
        }
        let indirect = table.implementation != TableImplementation::Simple;
        if indirect && (table.direct_counter.is_some() || table.direct_meter.is_some()) {
            let reason = "it has an action profile and a direct counter or meter: a member's row doesn't know the entry";
            return Err(refuse(reason.to_owned()));
        }
        let start = Context::new(known.clone(), point.shape.clone(), None);
        let mut keys = Vec::new();
        for key in &table.keys {
            let mask = key.mask.as_ref().filter(|mask| !mask.is_ones());
            if mask.is_some() && key.match_kind == MatchKind::Range {
                return Err(refuse(format!("key `{}` is a range and masked", key.name)));
            }
            let part = match key.valid_of {
                Some(header) => {
                    let valid = self.evaluator(&start, &NO_ARGUMENTS).is_valid(header);
                    Ok(KeyPart::Constant(Bits::from_bool(valid)))
                }
                None => self.key_part(&start, key.field),
            };
            let part = part.map_err(|e| refuse(format!("key `{}` reads {e}", key.name)))?;
            keys.push(match (part, mask) {
                (KeyPart::Constant(value), Some(mask)) => KeyPart::Constant(value.and(mask)),
                (KeyPart::Place(range), Some(mask)) => KeyPart::Masked(range, mask.clone()),
                (part, _) => part,
            });
        }
        let mut outcomes = BTreeMap::new();
        let default = table.default_entry.as_ref().map(|d| d.action);
        // The actions of an action profile belong to its members.
        let own = table.actions.iter().copied().filter(|_| !indirect);
        for action in own.chain(default) {
            for hit in [true, false] {
                if let Entry::Vacant(vacant) = outcomes.entry((action, hit)) {
                    vacant.insert(self.outcome(id, table, Some(action), hit, &start)?);
                }
            }
        }
        let no_action = self.outcome(id, table, None, false, &start)?;
        let chosen = if indirect { self.chosen((id, table), &start)? } else { BTreeMap::new() };
        Ok(TableSite { table: id, keys, outcomes, no_action, chosen })
    }

    fn key_part(&mut self, start: &Context, field: FieldRef) -> Result<KeyPart, Unsupported> {
        let word = self.evaluator(start, &NO_ARGUMENTS).field(field)?;
        let constant = word.iter().enumerate().try_fold(Bits::zero(word.len() as u32), |bits, (i, form)| {
            let bit = Bits::from_bool(form.known()?).resize(bits.width()).shl(i);
            Some(bits.or(&bit))
        });
        match (constant, self.cells.field(field, &start.shape)?) {
            (Some(constant), _) => Ok(KeyPart::Constant(constant)),
            (None, Some(range)) => Ok(KeyPart::Place(range)),
            (None, None) => Unsupported::new("a field that has no place"),
        }
    }

    /// What happens after a hit or a miss.
    pub(super) fn outcome(
        &mut self,
        number: TableId,
        table: &Table,
        action: Option<ActionId>,
        hit: bool,
        start: &Context,
    ) -> Result<Transition, Refusal> {
        let mut context = start.clone();
        context.fresh = false;
        context.construct = format!("table {}", table.name);
        context.source_info.clone_from(&table.source_info);
        let mut rows = Rows::new();
        match action {
            Some(id) => {
                let frame = Frame::new(number, id, hit);
                let parameters =
                    self.program.actions.get(id.index()).map_or(&[][..], |a| a.parameters.as_slice());
                let arguments = Arguments::OfEntry(parameters.iter().map(|p| p.width).collect());
                match hit {
                    true => self.hit(context, table, frame, &arguments, &mut rows)?,
                    false => self.carry_out(context, frame, &arguments, Assumed::new(), &mut rows)?,
                }
            }
            None => {
                let next = next_node(table, None, hit).map_or(Stage::End, Stage::Node);
                self.run(context, next, Assumed::new(), &mut rows)?;
            }
        }
        let row = rows.pop().filter(|_| rows.is_empty());
        row.map(|(_, transition)| transition).ok_or_else(|| {
            Refusal::new(format!("table {}", table.name), "its outcome splits into several rows")
        })
    }
}

/// The action of a table without a key that always does the same; the outer `None`: it isn't such a table.
pub(super) fn constant_action(program: &Program, table: &Table) -> Option<(Option<ActionId>, Vec<Bits>)> {
    if !table.keys.is_empty() {
        return None;
    }
    let entry = table.default_entry.as_ref()?;
    let parameters = program.actions.get(entry.action.index()).map_or(0, |a| a.parameters.len());
    let constant = entry.const_action && (entry.const_entry || parameters == 0);
    constant.then(|| (Some(entry.action), entry.arguments.clone()))
}

/// What comes after a table.
pub(super) fn next_node(table: &Table, action: Option<ActionId>, hit: bool) -> Option<Node> {
    match &table.next {
        TableNext::HitMiss { hit: node, .. } if hit => *node,
        TableNext::HitMiss { miss, .. } => *miss,
        TableNext::ByAction { nodes, base_default } => match action {
            Some(action) => {
                let at = table.actions.iter().position(|a| *a == action);
                at.and_then(|at| nodes.get(at)).copied().flatten()
            }
            None => *base_default,
        },
    }
}
