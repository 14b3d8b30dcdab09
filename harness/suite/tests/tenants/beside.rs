//! 64 devices of different programs side by side in one persona: each is what it is natively.

use hyper4_engine::Engine;
use hyper4_ir::{Event, Output, Packet, Trace};
use hyper4_suite::Error;
use hyper4_switch::Tracing;

use crate::many::{DEVICE, network, tenants};

const COUNT: u16 = 64;
const PACKETS: usize = 60;
/// Rows of each lease; that there are so many for all is part of what is tested.
const ROWS: u64 = 2000;

#[test]
fn sixty_four_programs_side_by_side_are_what_they_are_natively() -> Result<(), Error> {
    let tenants = tenants(COUNT, PACKETS)?;
    let mut network = network(Box::new(Engine::new()))?;
    let mut natives = Vec::new();
    for tenant in &tenants {
        tenant.add(&mut network, ROWS)?;
        natives.push(tenant.native()?);
    }
    let mut answered = 0;
    for (tenant, native) in tenants.iter().zip(&mut natives) {
        let switch = native.device(DEVICE).ok_or("no device")?;
        for command in tenant.commands() {
            let (expected, actual) =
                (switch.control(command), network.control(&tenant.name, DEVICE, command));
            assert_eq!(expected, actual, "{}: {command}", tenant.name);
            answered += 1;
        }
    }
    // One packet of each in turn.
    let sent: Vec<(usize, Packet)> = (0..PACKETS)
        .flat_map(|round| tenants.iter().enumerate().map(move |(i, t)| (i, t.packets[round].clone())))
        .collect();
    let packets: Vec<Packet> = sent.iter().map(|(_, packet)| packet.clone()).collect();
    let batch = network.inject(&packets, Tracing::On)?;
    let (mut outputs, mut hits) = (0, 0);
    for (number, (tenant, native)) in tenants.iter().zip(&mut natives).enumerate() {
        let own: Vec<usize> = (0..sent.len()).filter(|i| sent[*i].0 == number).collect();
        let expected = native.inject(&tenant.packets, Tracing::On)?;
        let renumbered = |o: &Output| {
            let cause = own.iter().position(|i| Some(*i) == o.cause)?;
            Some(Output { cause: Some(cause), port: o.port, bytes: o.bytes.clone() })
        };
        let actual: Vec<Output> = batch.outputs.iter().filter_map(renumbered).collect();
        assert_eq!(expected.outputs, actual, "{}", tenant.name);
        let traces: Vec<&Trace> = own.iter().map(|i| &batch.traces[*i]).collect();
        for (index, (expected, actual)) in expected.traces.iter().zip(traces).enumerate() {
            assert_eq!(expected, actual, "{}, packet {index}: {:?}", tenant.name, tenant.packets[index]);
        }
        outputs += actual.len();
        let events = expected.traces.iter().flat_map(|t| &t.packets).flat_map(|p| &p.events);
        hits += events.filter(|e| matches!(e, Event::Table { .. })).count();
    }
    println!("{answered} commands, {} packets, {outputs} outputs, {hits} lookups", packets.len());
    println!("{} rows in the device", network.dpmu().rows().count());
    assert_eq!(outputs, batch.outputs.len(), "an output is nobody's");
    assert!(answered > 500 && outputs > 1000 && hits > 3000, "{answered} {outputs} {hits}");
    Ok(())
}
