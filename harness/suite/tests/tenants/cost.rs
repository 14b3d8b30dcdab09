//! What a command costs, counted in commands to the device: as many with many entries as with few.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use hyper4_bits::Bits;
use hyper4_dpmu::{Lease, Wiring};
use hyper4_ir::{Batch, Command, MatchValue, Packet, Program, Reply};
use hyper4_suite::{Error, guest};
use hyper4_switch::{Recorder, Switch, SwitchError, Tracing};

/// A switch that counts its commands.
struct Counting {
    below: Recorder,
    commands: Arc<AtomicU64>,
}

impl Switch for Counting {
    fn load(&mut self, program: Arc<Program>) -> Result<(), SwitchError> {
        self.below.load(program)
    }

    fn program(&self) -> Option<&Arc<Program>> {
        self.below.program()
    }

    fn control(&mut self, command: &Command) -> Result<Reply, SwitchError> {
        self.commands.fetch_add(1, Ordering::SeqCst);
        self.below.control(command)
    }

    fn inject(&mut self, packets: &[Packet], tracing: Tracing) -> Result<Batch, SwitchError> {
        self.below.inject(packets, tracing)
    }
}

const ENTRIES: u64 = 2000;

/// Guest, table, and the key of the entry of that number.
type Case = (&'static str, &'static str, fn(u64, &[MatchValue]) -> Vec<MatchValue>, fn(u64) -> u32);

/// The first key field is the number; the others are as in the guest's own entries.
fn numbered(number: u64, key: &[MatchValue]) -> Vec<MatchValue> {
    let mut key = key.to_vec();
    let value = |width| Bits::from_u64(width, number + 1).shl(width as usize / 2);
    match &mut key[0] {
        MatchValue::Exact(v) => *v = value(v.width()),
        MatchValue::Lpm { value: v, prefix_length } => (*v, *prefix_length) = (value(v.width()), v.width()),
        MatchValue::Ternary { value: v, mask } => (*v, *mask) = (value(v.width()), Bits::ones(v.width())),
        _ => {}
    }
    key
}

#[test]
fn an_entry_costs_the_same_among_many_as_among_few() -> Result<(), Error> {
    let cases: [Case; 5] = [
        ("l2_switch", "dmac", numbered, |_| 0),
        ("ipv4_router", "ipv4_lpm", numbered, |_| 0),
        ("firewall", "acl", numbered, |i| i as u32 + 10),
        ("firewall", "acl", numbered, |i| 100_000 - i as u32),
        ("firewall", "acl", numbered, |i| (i as u32).wrapping_mul(2_654_435_761) >> 4),
    ];
    for (number, (name, table, key_of, priority_of)) in cases.into_iter().enumerate() {
        let mut guest = guest(name)?;
        let mut program = (*guest.program).clone();
        program.tables.iter_mut().for_each(|t| t.max_size = 1 << 20);
        guest.program = Arc::new(program);
        let commands = Arc::new(AtomicU64::new(0));
        let below = Counting { below: Recorder::default(), commands: Arc::clone(&commands) };
        let mut network = crate::many::network(Box::new(below))?;
        let programs = BTreeMap::from([("sw".to_owned(), Arc::clone(&guest.program))]);
        network.add_slice("a", Lease::everything(), &programs, Wiring::Direct("sw".to_owned()))?;
        let full = |t: &str| t.ends_with(&format!(".{table}"));
        let program = &guest.program;
        let template = guest.commands.iter().find(|c| match c {
            Command::TableAdd { table: t, .. } => {
                program.table_by_name(t).is_some_and(|id| full(&program.tables[id.index()].name))
            }
            _ => false,
        });
        let Some(Command::TableAdd { table, key, action, arguments, priority }) = template else {
            return Err(format!("{name} has no entry in {table}").into());
        };
        let mut costs = Vec::new();
        let mut handles = Vec::new();
        for i in 0..ENTRIES {
            let before = commands.load(Ordering::SeqCst);
            let reply = network.control(
                "a",
                "sw",
                &Command::TableAdd {
                    table: table.clone(),
                    key: key_of(i, key),
                    action: action.clone(),
                    arguments: arguments.clone(),
                    priority: priority.map(|_| priority_of(i)),
                },
            )?;
            costs.push(commands.load(Ordering::SeqCst) - before);
            let Reply::Handle(handle) = reply else { return Err("no handle".into()) };
            handles.push(handle);
        }
        let (few, many) = (costs[..10].iter().sum::<u64>(), costs[costs.len() - 10..].iter().sum::<u64>());
        let average = costs.iter().sum::<u64>() as f64 / ENTRIES as f64;
        println!(
            "{name} {number}: the first ten cost {few} commands, the last ten {many}, {average:.2} on average"
        );
        assert!(few > 0);
        let each = costs[0] as f64;
        assert!(average <= 3.0 * each, "{name} {number}: {average}");
        for handle in handles {
            let before = commands.load(Ordering::SeqCst);
            network.control("a", "sw", &Command::TableDelete { table: table.clone(), handle })?;
            let cost = commands.load(Ordering::SeqCst) - before;
            assert_eq!(cost, costs[0], "{name} {number}: a deletion");
        }
    }
    Ok(())
}
