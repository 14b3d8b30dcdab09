//! The persona program itself: what in it can touch what keeps slices apart, whatever rows tenants have.

use std::collections::{BTreeMap, BTreeSet};

use hyper4_ir::{
    Action, ActionId, BinaryOp, Expr, FieldRef, LearnElement, LearnListId, MatchKind, Node, ParserOp,
    PipelineKind, Place, PrimitiveKind, Program, StandardField, Table, TableId,
};

use super::{Hole, RowPredicate, probe};

/// What of the persona program the induction needs.
pub(super) struct Persona {
    /// The device ID.
    pub(super) device: FieldRef,
    /// What says that the packet's end isn't decided yet, while it is below that; see [`Persona::ends_decided`].
    pub(super) guard: FieldRef,
    pub(super) below: u64,
    pub(super) port: FieldRef,
    pub(super) spec: FieldRef,
    /// Multicast groups, where the program has them.
    pub(super) group: Option<FieldRef>,
    /// Tables whose rows are the operator's.
    pub(super) operators: Vec<TableId>,
    /// Tables in which tenants may have rows.
    pub(super) tenants: Vec<TableId>,
    /// See [`probe::fields`].
    pub(super) probes: [FieldRef; 2],
    pub(super) nodes: usize,
    pub(super) actions: usize,
}

impl Persona {
    pub(super) fn new(program: &Program, predicate: &RowPredicate) -> Result<Self, Hole> {
        let standard = |field: StandardField| {
            let found = program.standard.get(&field).copied();
            found.ok_or_else(|| Hole::Unknown(format!("the program has no `{}`", field.name())))
        };
        let mut persona = Self {
            device: device_of(program, predicate)?,
            guard: FieldRef { header: hyper4_ir::HeaderId(u32::MAX), field: 0 },
            below: 0,
            port: standard(StandardField::IngressPort)?,
            spec: standard(StandardField::EgressSpec)?,
            group: program.standard.get(&StandardField::McastGrp).copied(),
            operators: Vec::new(),
            tenants: Vec::new(),
            probes: probe::fields(program),
            nodes: 0,
            actions: 0,
        };
        (persona.guard, persona.below) = guard_of(program, predicate)?;
        persona.parser(program)?;
        persona.field_lists(program)?;
        for (table, number) in program.tables.iter().zip(0..) {
            persona.nodes += 1;
            persona.table(program, predicate, TableId(number), table)?;
        }
        persona.nodes += program.conditionals.len();
        persona.ends_decided(program)?;
        Ok(persona)
    }

    fn table(
        &mut self,
        program: &Program,
        predicate: &RowPredicate,
        id: TableId,
        table: &Table,
    ) -> Result<(), Hole> {
        let default = table.default_entry.as_ref().map(|entry| entry.action);
        let actions: Vec<(ActionId, &Action)> =
            table.actions.iter().filter_map(|id| Some((*id, program.actions.get(id.index())?))).collect();
        if predicate.tables.contains(&table.name) {
            for (number, action) in actions {
                if predicate.actions.contains(&action.name) {
                    let bound = predicate.bounds.get(&action.name).copied();
                    self.harmless(program, action, table, Some(bound))?;
                    self.actions += 1;
                } else if default == Some(number) {
                    self.harmless(program, action, table, None)?;
                }
            }
            self.tenants.push(id);
        } else if table.keys.is_empty() {
            actions.into_iter().try_for_each(|(_, action)| self.harmless(program, action, table, None))?;
        } else {
            for (_, action) in actions {
                one_access(action)?;
            }
            self.operators.push(id);
        }
        Ok(())
    }

    /// Whether an action that isn't a tenant's does no harm, whatever packet it meets.
    pub(super) fn is_harmless(&self, program: &Program, table: &Table, action: ActionId) -> bool {
        let action = program.actions.get(action.index());
        action.is_none_or(|action| self.harmless(program, action, table, None).is_ok())
    }

    /// Whether an action leaves alone what keeps slices apart, whatever its arguments are. `bound` is set for a tenant's:
    /// which argument is bounded, if one is.
    fn harmless(
        &self,
        program: &Program,
        action: &Action,
        table: &Table,
        bound: Option<Option<(usize, u64)>>,
    ) -> Result<(), Hole> {
        let who = if bound.is_some() { "a tenant's row" } else { "the program" };
        let open = |what: String| {
            Err(Hole::Open(format!("{who} of table `{}` runs `{}`, which {what}", table.name, action.name)))
        };
        let drops =
            action.primitives.iter().all(|primitive| {
                !matches!(primitive.kind, PrimitiveKind::Jump { .. } | PrimitiveKind::JumpIfZero { .. })
            }) && action.primitives.iter().any(|primitive| primitive.kind == PrimitiveKind::MarkToDrop);
        for primitive in &action.primitives {
            let written = match &primitive.kind {
                PrimitiveKind::Assign { place: Place::Field(field), value } => {
                    if *field == self.guard && table.pipeline == PipelineKind::Ingress && !drops {
                        let bounded = match (constant(value), parameter(value), bound.flatten()) {
                            (Some(value), ..) => value < self.below,
                            (None, Some(number), Some((bounded, below))) => {
                                number == bounded && below <= self.below
                            }
                            _ => false,
                        };
                        if !bounded {
                            let name = &action.name;
                            return open(format!(
                                "can end the packet's life in ingress before its port is decided: `{name}` sets \
                                 what says so to anything"
                            ));
                        }
                    }
                    *field
                }
                PrimitiveKind::Hash { place: Place::Field(field), .. } => *field,
                PrimitiveKind::AssignHeader { destination, .. }
                | PrimitiveKind::SetValid(destination)
                | PrimitiveKind::SetInvalid(destination) => {
                    if self.kept().iter().any(|field| field.header == *destination) {
                        return open("writes all of the metadata that keep slices apart".to_owned());
                    }
                    continue;
                }
                PrimitiveKind::SetInvalidOf(_)
                | PrimitiveKind::SetValidOf(_)
                | PrimitiveKind::Push { .. }
                | PrimitiveKind::Pop { .. }
                | PrimitiveKind::MarkToDrop
                | PrimitiveKind::NoOp
                | PrimitiveKind::Jump { .. }
                | PrimitiveKind::JumpIfZero { .. } => continue,
                // To the packet itself.
                PrimitiveKind::Resubmit { .. }
                | PrimitiveKind::Recirculate { .. }
                | PrimitiveKind::Truncate { .. }
                    if bound.is_none() =>
                {
                    continue;
                }
                // A sample is its device's, whose ID stands in it.
                PrimitiveKind::Digest { list, .. }
                    if bound.is_none() && self.is_named(program, action, *list) =>
                {
                    continue;
                }
                other => return open(format!("does `{}`", other.name())),
            };
            if self.kept().contains(&written) {
                return open(format!("writes `{}`", action_field(written)));
            }
        }
        Ok(())
    }

    /// Whether a sample tells which device it is of: the device ID is one of its elements, or the action has put it there.
    fn is_named(&self, program: &Program, action: &Action, list: LearnListId) -> bool {
        let elements = program.learn_lists.get(list.index()).map_or(&[][..], |list| list.elements.as_slice());
        let is_device = |value: &Expr| *value == Expr::Field(self.device);
        elements.iter().any(|element| match element {
            LearnElement::Field(field) if *field == self.device => true,
            LearnElement::Field(field) => action.primitives.iter().any(|primitive| match &primitive.kind {
                PrimitiveKind::Assign { place: Place::Field(to), value } => to == field && is_device(value),
                _ => false,
            }),
            LearnElement::Constant(_) => false,
        })
    }

    /// What only the operator's rows may write.
    fn kept(&self) -> Vec<FieldRef> {
        [Some(self.device), Some(self.port), Some(self.spec), self.group].into_iter().flatten().collect()
    }

    fn parser(&self, program: &Program) -> Result<(), Hole> {
        let kept = self.kept();
        let wrong = |op: &&ParserOp| match op {
            ParserOp::Set { place, .. } | ParserOp::SetLookahead { place, .. } => match place {
                Place::Field(field) => kept.contains(field) || *field == self.guard,
                Place::FieldOf(..) => true,
            },
            ParserOp::Primitive(_) => true,
            ParserOp::Extract(_) | ParserOp::Verify { .. } | ParserOp::Advance { .. } => false,
        };
        let found = program.parser.states.iter().find(|state| state.ops.iter().any(|op| wrong(&op)));
        match found {
            Some(state) => {
                Err(Hole::Open(format!("parse state `{}` writes what keeps slices apart", state.name)))
            }
            None => Ok(()),
        }
    }

    /// What a packet keeps that comes in again is its device ID, and nothing that decides about its end.
    fn field_lists(&self, program: &Program) -> Result<(), Hole> {
        let decides = |field: &FieldRef| {
            *field == self.spec || Some(*field) == self.group || *field == self.guard || *field == self.port
        };
        match program.field_lists.iter().find(|list| list.fields.iter().any(decides)) {
            Some(list) => Err(Hole::Unknown(format!("field list `{}` keeps what decides ports", list.name))),
            None => Ok(()),
        }
    }

    /// A packet whose port isn't decided doesn't leave ingress: every way to its end leads through a condition that the
    /// guard is below its bound; where it is, the packet is dropped, and behind it nothing changes that any more.
    fn ends_decided(&self, program: &Program) -> Result<(), Hole> {
        let is_guard = |node: Node| match node {
            Node::Conditional(id) => program
                .conditionals
                .get(id.index())
                .is_some_and(|conditional| self.is_guard(&conditional.expression)),
            Node::Table(_) => false,
        };
        // The last of them: ones before it only save work.
        let last = |node: Node| is_guard(node) && self.drops_when_it_holds(program, node);
        let exits = program.tables.iter().filter(|table| table.pipeline == PipelineKind::Ingress);
        let exits = exits.flat_map(|table| &table.actions).filter_map(|id| program.actions.get(id.index()));
        if let Some(action) = exits
            .filter(|action| action.primitives.iter().any(|p| p.kind == PrimitiveKind::Exit))
            .find(|action| action.primitives.first().is_none_or(|p| p.kind != PrimitiveKind::MarkToDrop))
        {
            let name = &action.name;
            return Err(Hole::Unknown(format!("action `{name}` ends ingress on a way of its own")));
        }
        let mut waiting = vec![program.ingress.start];
        let mut seen = BTreeSet::new();
        let mut behind = BTreeSet::new();
        while let Some(next) = waiting.pop() {
            let Some(node) = next else {
                let what = "a packet can leave ingress without its port being decided: no condition drops it";
                return Err(Hole::Open(what.to_owned()));
            };
            if !seen.insert(node) {
                continue;
            }
            if last(node) {
                behind.extend(program.next_nodes(node).into_iter().flatten());
            } else {
                waiting.extend(program.next_nodes(node));
            }
        }
        let mut waiting: Vec<Node> = behind.into_iter().collect();
        let mut seen = BTreeSet::new();
        while let Some(node) = waiting.pop() {
            if !seen.insert(node) {
                continue;
            }
            if let Node::Table(id) = node
                && let Some(table) = program.tables.get(id.index())
            {
                let actions = table.actions.iter().filter_map(|id| program.actions.get(id.index()));
                let decides = |kind: &PrimitiveKind| match kind {
                    PrimitiveKind::Assign { place: Place::Field(field), .. } => {
                        *field == self.spec || Some(*field) == self.group
                    }
                    PrimitiveKind::AssignHeader { destination, .. } => *destination == self.spec.header,
                    _ => false,
                };
                for action in actions {
                    if action.primitives.iter().any(|primitive| decides(&primitive.kind)) {
                        let (action, table) = (&action.name, &table.name);
                        let what =
                            format!("action `{action}` of table `{table}` decides a port after the end");
                        return Err(Hole::Unknown(what));
                    }
                }
            }
            waiting.extend(program.next_nodes(node).into_iter().flatten());
        }
        Ok(())
    }

    /// `guard < below`, or `guard != last` where nothing is above `last`.
    fn is_guard(&self, expression: &Expr) -> bool {
        match expression {
            Expr::Binary(BinaryOp::Lt, field, bound) => {
                **field == Expr::Field(self.guard) && constant(bound).is_some_and(|bound| bound >= self.below)
            }
            Expr::Binary(BinaryOp::Ne, field, value) => {
                **field == Expr::Field(self.guard) && constant(value).is_some_and(|value| value >= self.below)
            }
            _ => false,
        }
    }

    fn drops_when_it_holds(&self, program: &Program, node: Node) -> bool {
        let Node::Conditional(id) = node else { return false };
        let Some(conditional) = program.conditionals.get(id.index()) else { return false };
        let Some(Node::Table(table)) = conditional.true_next else { return false };
        let Some(table) = program.tables.get(table.index()).filter(|table| table.keys.is_empty()) else {
            return false;
        };
        let default =
            table.default_entry.as_ref().and_then(|entry| program.actions.get(entry.action.index()));
        default.is_some_and(|action| {
            action.primitives.first().is_some_and(|primitive| primitive.kind == PrimitiveKind::MarkToDrop)
        })
    }
}

fn action_field(field: FieldRef) -> String {
    format!("field {} of header {}", field.field, field.header.index())
}

/// The first key field of all tables in which tenants may have rows.
fn device_of(program: &Program, predicate: &RowPredicate) -> Result<FieldRef, Hole> {
    let mut device = None;
    for table in program.tables.iter().filter(|table| predicate.tables.contains(&table.name)) {
        let name = &table.name;
        let Some(key) = table.keys.first() else {
            return Err(Hole::Open(format!("tenants' table `{name}` has no key")));
        };
        let field = program.field(key.field).map_or(0, |field| field.width);
        let whole = key.mask.as_ref().is_none_or(hyper4_bits::Bits::is_ones) && key.width == field;
        if key.match_kind != MatchKind::Exact || !whole || key.valid_of.is_some() {
            return Err(Hole::Open(format!(
                "tenants' table `{name}` isn't keyed exactly by its first field"
            )));
        }
        if *device.get_or_insert(key.field) != key.field {
            return Err(Hole::Open(format!("tenants' table `{name}` isn't keyed by the device ID")));
        }
    }
    device.ok_or_else(|| Hole::Unknown("tenants have no table".to_owned()))
}

/// The field that is set by the arguments that the predicate bounds, and the least of the bounds in ingress.
fn guard_of(program: &Program, predicate: &RowPredicate) -> Result<(FieldRef, u64), Hole> {
    let mut fields: BTreeMap<FieldRef, u64> = BTreeMap::new();
    let ingress = program.tables.iter().filter(|table| table.pipeline == PipelineKind::Ingress);
    for action in ingress.flat_map(|table| &table.actions).filter_map(|id| program.actions.get(id.index())) {
        let Some((number, below)) = predicate.bounds.get(&action.name) else { continue };
        for primitive in &action.primitives {
            if let PrimitiveKind::Assign { place: Place::Field(field), value } = &primitive.kind
                && parameter(value) == Some(*number)
            {
                let most = fields.entry(*field).or_default();
                *most = (*most).max(*below);
            }
        }
    }
    let mut fields = fields.into_iter();
    match (fields.next(), fields.next()) {
        (Some(found), None) => Ok(found),
        _ => {
            let what = "nothing keeps a tenant's row from ending a packet's life in ingress before its port is \
                        decided: no argument is bounded that says where it goes on";
            Err(Hole::Open(what.to_owned()))
        }
    }
}

/// Nobody looks at more than one probe of an action.
fn one_access(action: &Action) -> Result<(), Hole> {
    let accesses = action.primitives.iter().filter(|primitive| {
        matches!(
            primitive.kind,
            PrimitiveKind::RegisterRead { .. }
                | PrimitiveKind::RegisterWrite { .. }
                | PrimitiveKind::Count { .. }
                | PrimitiveKind::ExecuteMeter { .. }
        )
    });
    let clones = action.primitives.iter().filter(|p| matches!(p.kind, PrimitiveKind::Clone { .. }));
    if accesses.count() > 1 || clones.count() > 1 {
        let name = &action.name;
        return Err(Hole::Unknown(format!("action `{name}` touches more than one cell or session")));
    }
    Ok(())
}

/// A number, however it is masked.
fn constant(expression: &Expr) -> Option<u64> {
    match expression {
        Expr::Const(value) => u64::try_from(value).ok(),
        Expr::Binary(BinaryOp::BitAnd, value, mask) => Some(constant(value)? & constant(mask)?),
        _ => None,
    }
}

/// The number of a parameter that is taken whole or under a mask of ones.
fn parameter(expression: &Expr) -> Option<usize> {
    match expression {
        Expr::Param(number) => Some(*number),
        Expr::Binary(BinaryOp::BitAnd, value, mask) if matches!(**mask, Expr::Const(_)) => parameter(value),
        _ => None,
    }
}
