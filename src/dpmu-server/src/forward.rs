//! Packets through the device.

use std::sync::atomic::AtomicU64;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, PoisonError};

use hyper4_ir::{Output, Packet};
use hyper4_switch::{SwitchError, Tracing};

use crate::shared::{Shared, count};

/// A packet that has come in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incoming {
    /// The port, 0 to 510.
    pub port: u16,
    /// The packet.
    pub bytes: Vec<u8>,
}

/// Where packets go to.
pub trait Ports: Send {
    /// Send a packet. One for a port that isn't there is lost, as on a switch on whose port no cable is.
    fn send(&mut self, port: u16, bytes: &[u8]);
}

/// Packets that pass in one go, when so many wait: requests have the device in between.
const TOGETHER: usize = 64;

/// Pass packets until nobody can send any more.
pub(crate) fn forward(shared: &Arc<Shared>, packets: &Receiver<Incoming>, ports: &mut dyn Ports) {
    while let Ok(first) = packets.recv() {
        let mut waiting = vec![Packet { port: first.port, bytes: first.bytes }];
        while waiting.len() < TOGETHER
            && let Ok(next) = packets.try_recv()
        {
            waiting.push(Packet { port: next.port, bytes: next.bytes });
        }
        add(&shared.counts.packets_in, waiting.len());
        let mut dpmu = shared.lock();
        let result = dpmu.switch().inject(&waiting, Tracing::Off);
        let digests = result.iter().flat_map(|batch| &batch.digests);
        let learnt: Vec<_> = digests.filter_map(|digest| dpmu.learnt(digest)).collect();
        drop(dpmu);
        let learners = shared.learners.read().unwrap_or_else(PoisonError::into_inner);
        for (name, digest) in learnt {
            if let Some(device) = learners.get(&*name) {
                device.learn(digest.list, digest.values);
            }
        }
        drop(learners);
        match result {
            Ok(batch) => batch.outputs.iter().for_each(|output| send(shared, ports, output)),
            Err(SwitchError::NotLoaded) => add(&shared.counts.packets_lost, waiting.len()),
            Err(error) => {
                add(&shared.counts.packets_lost, waiting.len());
                tracing::error!(%error, packets = waiting.len(), "packets were lost in the device");
            }
        }
    }
}

fn add(counter: &AtomicU64, packets: usize) {
    counter.fetch_add(packets as u64, std::sync::atomic::Ordering::Relaxed);
}

fn send(shared: &Shared, ports: &mut dyn Ports, output: &Output) {
    count(&shared.counts.packets_out);
    let controllers = shared.controllers.read().unwrap_or_else(PoisonError::into_inner);
    match controllers.get(&output.port) {
        Some(controller) => controller.packet_in(&output.bytes),
        None => ports.send(output.port, &output.bytes),
    }
}
