//! Slices stay apart whatever rows their tenants have: many of them, and configurations with a hole.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use hyper4_bits::Bits;
use hyper4_dpmu::{self as dpmu, Estate, Gate, RowMeaning, RowOwner};
use hyper4_ir::{
    Command, Expr, MatchKind, Node, Place, Primitive, PrimitiveKind, Program, StandardField, Table,
};
use hyper4_suite::{Error, Guest, guest, persona};
use hyper4_switch::Recorder;
use hyper4_symbolic::{
    self as symbolic, Confinement, ConfinementProof, Owned, RowPredicate, RowRule, prove_confinement,
    prove_rules,
};

use crate::sides::{DEVICE, Slice, network, rows};

/// The gate's predicate, as the prover is told it.
pub(crate) fn predicate() -> Result<RowPredicate, Error> {
    let persona = persona()?;
    let gate = Gate::new(&persona.layout);
    let bounds = gate.bounds(&persona.program);
    Ok(RowPredicate { tables: gate.tables().clone(), actions: gate.actions().clone(), bounds })
}

/// Tenants with two ports each, whose guests are these in turn.
fn tenants(count: u16, guests: &[&str]) -> Result<(Vec<Slice>, Vec<symbolic::Slice>), Error> {
    let guests = guests.iter().map(|name| guest(name)).collect::<Result<Vec<_>, _>>()?;
    Ok(beside(count, &guests))
}

/// The same of guests that are given.
pub(crate) fn beside(count: u16, guests: &[Guest]) -> (Vec<Slice>, Vec<symbolic::Slice>) {
    let mut slices = Vec::new();
    let mut claims = Vec::new();
    for (number, guest) in (0..count).zip(guests.iter().cycle()) {
        let ports = [1 + 2 * number, 2 + 2 * number];
        // The names live as long as the tests.
        let name: &'static str = Box::leak(format!("tenant {number}").into_boxed_str());
        slices.push(Slice::of(name, &ports, guest));
        let ports = BTreeSet::from(ports);
        claims.push(symbolic::Slice {
            name: name.to_owned(),
            ingress_ports: ports.clone(),
            egress_ports: ports,
        });
    }
    (slices, claims)
}

fn proved(commands: &[Command], claims: &[symbolic::Slice]) -> Result<ConfinementProof, Error> {
    match prove_confinement(&persona()?.program, commands, claims, &predicate()?) {
        Confinement::Proved(proof) => Ok(proof),
        other => Err(format!("{other:?}").into()),
    }
}

#[test]
fn slices_stay_apart_whatever_rows_they_have() -> Result<(), Error> {
    for count in [2, 8, 64] {
        let (slices, claims) = tenants(count, &["l2_switch", "firewall", "load_balancer"])?;
        let commands = rows(&slices, None)?;
        let begun = Instant::now();
        let proof = proved(&commands, &claims)?;
        println!("{count}: {:?}, {proof:?}", begun.elapsed());
        assert_eq!(proof.devices.len(), usize::from(count));
        assert!(proof.devices.iter().all(|devices| devices.len() == 1), "{proof:?}");
        assert!(proof.rows >= 4 * usize::from(count) && proof.queries >= proof.rows, "{proof:?}");
        assert!(proof.nodes > 200 && proof.actions > 200, "{proof:?}");
        assert!(count < 3 || proof.cells > 0, "{proof:?}");
    }
    Ok(())
}

/// A row of the operator's with something changed, by what is changed: a port, a group, a device ID, the first cell or the
/// number of cells become ones of another tenant's.
fn bent(command: &Command) -> Vec<(&'static str, Command)> {
    let (Command::TableAdd { table, action, arguments, .. }
    | Command::TableModify { table, action, arguments, .. }) = command
    else {
        return Vec::new();
    };
    let with = |number: usize, change: &dyn Fn(u64) -> u64| -> Option<Command> {
        let mut command = command.clone();
        if let Command::TableAdd { arguments, .. } | Command::TableModify { arguments, .. } = &mut command {
            let argument = arguments.get_mut(number)?;
            *argument = Bits::from_u64(argument.width(), change(argument.low_u64()));
        }
        Some(command)
    };
    let next_port = |port: u64| if port.is_multiple_of(2) { port + 1 } else { port + 2 };
    let changes: Vec<(&str, Option<Command>)> = if table.ends_with(".enter") {
        vec![("device ID", with(0, &|device| 1 + device % 3))]
    } else if action.contains(".transmit") && !action.contains("_same") {
        vec![("port", with(0, &next_port))]
    } else if matches!(command, Command::TableModify { .. }) && action.ends_with(".replicate") {
        vec![("group", with(0, &|group| if group == 2 { 3 } else { 2 }))]
    } else if table.contains(".state_") && arguments.len() == 2 {
        // The first tenant's neighbour lies behind, the other's before.
        let first = ("first cell", with(0, &|first| if first == 0 { 1 } else { first - 1 }));
        let more = ("number of cells", with(1, &|count| count + 1));
        if arguments.first().is_some_and(Bits::is_zero) { vec![first, more] } else { vec![first] }
    } else {
        Vec::new()
    };
    changes.into_iter().filter_map(|(kind, command)| Some((kind, command?))).collect()
}

#[test]
fn rows_that_lead_to_another_tenant_are_refuted() -> Result<(), Error> {
    let (slices, claims) = tenants(3, &["load_balancer", "l2_switch", "load_balancer"])?;
    let right = rows(&slices, None)?;
    let mut refuted = BTreeMap::<&str, usize>::new();
    for (index, command) in right.iter().enumerate() {
        for (kind, wrong) in bent(command) {
            let mut commands = right.clone();
            commands[index] = wrong;
            match prove_confinement(&persona()?.program, &commands, &claims, &predicate()?) {
                Confinement::Refuted { what } => {
                    println!("{kind}: {what}");
                    *refuted.entry(kind).or_default() += 1;
                }
                other => return Err(format!("{kind}: {}: {other:?}", commands[index]).into()),
            }
        }
    }
    println!("{refuted:?}");
    for (kind, least) in [("device ID", 2), ("group", 1), ("first cell", 2), ("number of cells", 2)] {
        assert!(refuted.get(kind).is_some_and(|count| *count >= least), "{kind}: {refuted:?}");
    }
    Ok(())
}

/// The persona program itself with a hole: what keeps tenants apart is gone.
#[test]
fn a_persona_with_a_hole_is_refuted() -> Result<(), Error> {
    let (slices, claims) = tenants(2, &["l2_switch"])?;
    let commands = rows(&slices, None)?;
    let refuted = |program: &Program, predicate: &RowPredicate, why: &str| -> Result<(), Error> {
        match prove_confinement(program, &commands, &claims, predicate) {
            Confinement::Refuted { what } if what.contains(why) => Ok(()),
            other => Err(format!("{why}: {other:?}").into()),
        }
    };
    let (persona, gate) = (persona()?, predicate()?);
    let bad = |change: &dyn Fn(&mut Program)| {
        let mut program = (*persona.program).clone();
        change(&mut program);
        program
    };
    let tenants = |program: &mut Program, change: &dyn Fn(&mut Table)| {
        program.tables.iter_mut().filter(|table| gate.tables.contains(&table.name)).take(1).for_each(change);
    };
    let not_exact = bad(&|program| tenants(program, &|table| table.keys[0].match_kind = MatchKind::Ternary));
    refuted(&not_exact, &gate, "isn't keyed exactly")?;
    let masked = bad(&|program| tenants(program, &|table| table.keys[0].mask = Some(Bits::mask(16, 0, 15))));
    refuted(&masked, &gate, "isn't keyed exactly")?;
    let other = bad(&|program| tenants(program, &|table| table.keys.rotate_left(1)));
    refuted(&other, &gate, "isn't keyed")?;
    let device = persona.program.tables.iter().find(|table| gate.tables.contains(&table.name));
    let device = device.and_then(|table| table.keys.first()).ok_or("no table")?.field;
    let spec = *persona.program.standard.get(&StandardField::EgressSpec).ok_or("no port")?;
    for (field, why) in [(device, "writes"), (spec, "writes")] {
        let written = bad(&|program| {
            let action = program.actions.iter_mut().find(|action| gate.actions.contains(&action.name));
            let kind = PrimitiveKind::Assign { place: Place::Field(field), value: Expr::Const(1.into()) };
            action.into_iter().for_each(|action| {
                action.primitives.push(Primitive { kind: kind.clone(), source_info: None });
            });
        });
        refuted(&written, &gate, why)?;
    }
    // Nobody drops a packet whose port isn't decided.
    let unguarded = bad(&|program| {
        let guards = program.conditionals.iter_mut().filter(|conditional| {
            let next = conditional.true_next.and_then(|next| match next {
                Node::Table(id) => persona.program.tables.get(id.index()),
                Node::Conditional(_) => None,
            });
            let default = next.and_then(|table| table.default_entry.as_ref());
            let action = default.and_then(|entry| persona.program.actions.get(entry.action.index()));
            let first = action.and_then(|action| action.primitives.first());
            first.is_some_and(|primitive| primitive.kind == PrimitiveKind::MarkToDrop)
        });
        guards.for_each(|guard| std::mem::swap(&mut guard.true_next, &mut guard.false_next));
    });
    refuted(&unguarded, &gate, "without its port being decided")?;
    // A gate that lets through what it must not.
    let unbounded = RowPredicate { bounds: BTreeMap::new(), ..gate.clone() };
    refuted(&persona.program, &unbounded, "before its port is decided")?;
    let far = gate.bounds.iter().map(|(name, (number, _))| (name.clone(), (*number, 1 << 32))).collect();
    refuted(&persona.program, &RowPredicate { bounds: far, ..gate.clone() }, "port")?;
    let mut open = gate.clone();
    open.actions.extend(persona.program.actions.iter().map(|action| action.name.clone()));
    open.tables
        .extend(persona.program.tables.iter().filter(|t| t.name.contains(".leave_")).map(|t| t.name.clone()));
    refuted(&persona.program, &open, "a tenant's row")
}

/// What kind of thing a place of a row holds.
fn kind(owned: Owned) -> &'static str {
    match owned {
        Owned::Device => "device",
        Owned::Port => "port",
        Owned::Group => "group",
        Owned::Session => "session",
        Owned::Cells => "cells",
        Owned::Below(_) => "below",
    }
}

/// The gate's rules for the operator's rows, one for each table and action, as the prover is told them.
fn rules() -> Result<Vec<RowRule>, Error> {
    let persona = persona()?;
    let gate = Gate::new(&persona.layout);
    let owned = |owned: dpmu::Owned| match owned {
        dpmu::Owned::Device => Owned::Device,
        dpmu::Owned::Port => Owned::Port,
        dpmu::Owned::Group => Owned::Group,
        dpmu::Owned::Session => Owned::Session,
        dpmu::Owned::Cells => Owned::Cells,
        dpmu::Owned::Below(bound) => Owned::Below(bound),
    };
    let rules = gate.operator_rules(&persona.program).into_iter().map(|rule| RowRule {
        table: rule.table,
        action: rule.action,
        key: (rule.key.0, owned(rule.key.1)),
        arguments: rule.arguments.into_iter().map(|(number, one)| (number, owned(one))).collect(),
        every_port: rule.every_port,
    });
    Ok(rules.collect())
}

/// Whatever rows the control plane makes for a slice: entries are added, changed and removed, groups and sessions made,
/// programs loaded and replaced. What the rows hold is the slice's by the gate's rules, and all else in them is open.
#[test]
fn rows_by_the_gates_rules_keep_slices_apart() -> Result<(), Error> {
    let (persona, predicate, rules) = (persona()?, predicate()?, rules()?);
    let begun = Instant::now();
    let proof = prove_rules(&persona.program, &rules, &predicate).map_err(|e| format!("{e:?}"))?;
    println!("{:?}, {proof:?}", begun.elapsed());
    assert_eq!(proof.rules, rules.len());
    assert!(proof.rules > 100 && proof.paths >= proof.rules && proof.queries >= proof.rules, "{proof:?}");
    // Each kind of thing that a slice owns is in some rule, or nothing is shown of it.
    let kinds: BTreeSet<&str> = rules
        .iter()
        .flat_map(|rule| rule.arguments.iter().map(|(_, owned)| *owned).chain([rule.key.1]))
        .map(kind)
        .collect();
    assert_eq!(kinds.len(), 6, "{kinds:?}");
    Ok(())
}

/// A rule that forgets something is refuted, and so is one that looks at another place.
#[test]
fn rules_with_a_hole_are_refuted() -> Result<(), Error> {
    let (persona, predicate, rules) = (persona()?, predicate()?, rules()?);
    let mut refuted = BTreeMap::<&str, usize>::new();
    let mut seen = BTreeSet::new();
    for rule in &rules {
        // One rule of each action is enough: slots are alike.
        if !seen.insert(&rule.action) {
            continue;
        }
        for number in 0..rule.arguments.len() {
            let mut wrong = rule.clone();
            let (_, owned) = wrong.arguments.remove(number);
            let kind = kind(owned);
            match prove_rules(&persona.program, &[wrong], &predicate) {
                Err(Confinement::Refuted { what }) => {
                    println!("{kind}: {what}");
                    *refuted.entry(kind).or_default() += 1;
                }
                other => return Err(format!("{kind} of `{}`: {other:?}", rule.action).into()),
            }
        }
    }
    assert_eq!(refuted.len(), 6, "{refuted:?}");
    // Packets of another slice would hit a row that isn't told apart by its key.
    let enter = rules.iter().find(|rule| rule.key.1 == Owned::Port).ok_or("no rule for ports")?;
    let leave = rules.iter().find(|rule| rule.action.ends_with(".transmit")).ok_or("no rule to leave by")?;
    for (rule, key) in [(enter, (0, Owned::Device)), (leave, (1, Owned::Device))] {
        let wrong = RowRule { key, ..rule.clone() };
        match prove_rules(&persona.program, &[wrong], &predicate) {
            Err(Confinement::Refuted { what }) => println!("{what}"),
            other => return Err(format!("{}: {other:?}", rule.action).into()),
        }
    }
    Ok(())
}

/// After entries were removed, added and changed, with handles that are no more: all rows that the DPMU made are by the
/// gate's rules, for what their slice has.
#[test]
fn no_row_goes_round_the_gate() -> Result<(), Error> {
    let (slices, claims) = tenants(6, &["load_balancer", "l2_switch", "firewall"])?;
    let mut network = network(Box::new(Recorder::default()), &slices)?;
    let (mut done, mut stale) = (0, 0);
    for slice in &slices {
        let commands = slice.guests.values().flat_map(|guest| guest.commands.clone());
        let adds = commands.filter(|command| matches!(command, Command::TableAdd { .. }));
        for (handle, add) in (0..).zip(adds.take(1)) {
            let Command::TableAdd { table, action, arguments, .. } = add.clone() else { continue };
            let delete = Command::TableDelete { table: table.clone(), handle };
            let modify = Command::TableModify { table, handle, action, arguments };
            network.control(slice.name, DEVICE, &modify)?;
            network.control(slice.name, DEVICE, &delete)?;
            for gone in [&delete, &modify] {
                assert!(network.control(slice.name, DEVICE, gone).is_err(), "{gone}");
                stale += 1;
            }
            network.control(slice.name, DEVICE, &add)?;
            done += 3;
        }
    }
    assert!(done >= 3 * slices.len() && stale >= 2 * slices.len(), "{done} {stale}");
    let gate = Gate::new(&persona()?.layout);
    let mut estates: BTreeMap<String, Estate> = BTreeMap::new();
    for claim in &claims {
        let estate = network.dpmu().estate(&claim.name).ok_or("a slice of nobody")?;
        assert_eq!(estate.ports, claim.egress_ports);
        estates.insert(claim.name.clone(), estate);
    }
    // No two have a device ID or a group.
    let all = |of: fn(&Estate) -> &BTreeSet<u16>| {
        let each: usize = estates.values().map(|estate| of(estate).len()).sum();
        let union: BTreeSet<u16> = estates.values().flat_map(|estate| of(estate).clone()).collect();
        (each, union.len())
    };
    let sets = [all(|e| &e.devices), all(|e| &e.ports), all(|e| &e.groups), all(|e| &e.sessions)];
    for (each, union) in sets {
        assert!(each == union && each > 0, "{estates:?}");
    }
    let mut cells: Vec<_> = estates.values().flat_map(|estate| estate.cells.clone()).collect();
    cells.sort_unstable();
    assert!(cells.len() >= 4, "{cells:?}");
    for pair in cells.windows(2) {
        let [(array, first, count), (next_array, next, _)] = pair else { continue };
        assert!(array != next_array || first + count <= *next, "{pair:?}");
    }
    let (mut tenants, mut operators) = (0, 0);
    for row in network.dpmu().rows() {
        let slice = match &row.meaning {
            RowMeaning::Guest { device, .. }
            | RowMeaning::Enter { device, .. }
            | RowMeaning::GoOn { device, .. }
            | RowMeaning::Leave { device, .. }
            | RowMeaning::LeaveMulticast { device, .. }
            | RowMeaning::State { device, .. }
            | RowMeaning::Mirror { device, .. }
            | RowMeaning::EnterClone { device, .. }
            | RowMeaning::EnterEgress { device, .. }
            | RowMeaning::Wire { device, .. }
            | RowMeaning::WireEnd { device, .. } => &device.slice,
        };
        let estate = estates.get(slice).ok_or("a slice of nobody")?;
        if row.owner == RowOwner::Operator {
            gate.check_operator(&row.command, estate).map_err(|e| format!("{}: {e}", row.command))?;
            operators += 1;
        } else {
            gate.check(&row.command, &estate.devices).map_err(|e| format!("{}: {e}", row.command))?;
            tenants += 1;
        }
        // Nobody else could have it.
        let others = estates.iter().filter(|(name, _)| *name != slice);
        for (name, other) in others {
            let own = gate.check_operator(&row.command, other).is_ok();
            assert!(!own, "{}: it could be `{name}`'s", row.command);
        }
    }
    println!("{tenants} rows of tenants, {operators} of the operator");
    assert!(tenants > 100 && operators > 50, "{tenants} {operators}");
    Ok(())
}
