//! The proptest strategy for packets.

use std::sync::Arc;

use hyper4_ir::Packet;
use proptest::strategy::{NewTree, Strategy};
use proptest::test_runner::{TestRng, TestRunner};

use crate::aim::Aim;
use crate::checksum::set_checksum;
use crate::coverage::{Construct, Coverage, Shape};
use crate::dice::Dice;
use crate::generator::Guest;
use crate::plan::GuestPlan;
use crate::tree::PacketTree;
use crate::walk::{End, Walk};
use crate::{GenError, PacketLimits};

/// A strategy for packets. Its values are made straight from the runner's random numbers, without a tree of smaller
/// strategies: at hundreds of thousands a second that is what the time would go to.
#[derive(Clone, Debug)]
pub struct PacketStrategy {
    guests: Arc<[GuestPlan]>,
    constructs: Arc<[Construct]>,
    limits: Arc<PacketLimits>,
}

impl PacketStrategy {
    pub(crate) fn new(guests: &[Guest], limits: &PacketLimits) -> Result<Self, GenError> {
        limits.check()?;
        let mut constructs = Vec::new();
        let plan = |(number, guest)| GuestPlan::new(guest, number, limits, &mut constructs);
        let guests = guests.iter().enumerate().map(plan).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { guests: guests.into(), constructs: constructs.into(), limits: Arc::new(limits.clone()) })
    }

    pub(crate) fn coverage(&self) -> Coverage {
        Coverage::new(&self.constructs)
    }

    pub(crate) fn tree_of(&self, packet: Packet) -> PacketTree {
        PacketTree::new(packet, self.limits.min_length)
    }

    pub(crate) fn generate(&self, rng: &mut TestRng, mut coverage: Option<&mut Coverage>) -> Packet {
        let mut dice = Dice::new(rng);
        let Some(plan) = dice.pick(&self.guests) else { return Packet { port: 0, bytes: Vec::new() } };
        if dice.percent(3) {
            count(&mut coverage, Shape::Noise);
            let length = self.length(&mut dice, 0);
            let mut bytes = vec![0; length];
            dice.fill(&mut bytes);
            return Packet { port: self.port(plan, &Aim::default(), &mut dice, &mut coverage), bytes };
        }
        let (aim, wishes) = choose_aim(plan, &mut dice);
        let mut walk = Walk::new(plan, &self.limits, aim, &mut dice);
        let end = walk.run(coverage.as_deref_mut());
        if end == End::Accept {
            count(&mut coverage, Shape::Accepted);
        }
        let reached = walk.has_aim();
        self.finish(&mut walk, &mut coverage);
        let Walk { buffer, cursor, aim, .. } = walk;
        let port = self.port(plan, &aim, &mut dice, &mut coverage);
        let mut bytes = buffer.into_bytes();
        let whole = self.cut(&mut bytes, cursor / 8, &mut dice, &mut coverage);
        if let (Some(coverage), true, true) = (coverage, reached, whole) {
            let port = aim.port.is_none_or(|wanted| wanted == port);
            let length = aim.length.is_none_or(|wanted| wanted == bytes.len());
            for wish in wishes.iter().filter(|_| port && length) {
                coverage.count(*wish);
            }
        }
        Packet { port, bytes }
    }

    /// What comes behind the headers, and checksums.
    fn finish(&self, walk: &mut Walk<'_, '_>, coverage: &mut Option<&mut Coverage>) {
        let headers = walk.buffer.len().div_ceil(8);
        let length = match walk.aim.length {
            Some(length) if length <= self.limits.max_length => length.max(headers),
            _ => self.length(walk.dice, headers),
        };
        let from = walk.buffer.len();
        walk.buffer.resize(length * 8);
        match walk.dice.below(4) {
            0 => {}
            1 => walk.buffer.tail_mut(from).fill(0xff),
            _ => walk.dice.fill(walk.buffer.tail_mut(from)),
        }
        if length > headers {
            count(coverage, Shape::Payload);
        }
        let mut right = None;
        for number in 0..walk.plan.program.checksums.len() {
            if let Some(is_right) = set_checksum(walk, number) {
                right = Some(right.unwrap_or(true) && is_right);
            }
        }
        match right {
            Some(true) => count(coverage, Shape::RightChecksum),
            Some(false) => count(coverage, Shape::WrongChecksum),
            None => {}
        }
    }

    /// A total length of at least `least` bytes, where the limits allow that.
    fn length(&self, dice: &mut Dice<'_>, least: usize) -> usize {
        let limits = &*self.limits;
        let length = match dice.below(20) {
            0..=3 => least,
            4..=10 => least + dice.below(33),
            11..=15 => {
                let given = dice.pick(&limits.lengths).copied().unwrap_or(least);
                (given + dice.below(5)).saturating_sub(2)
            }
            16..=18 => least + dice.below(256),
            _ => dice.between(least, limits.max_length),
        };
        length.max(least).min(limits.max_length).max(limits.min_length)
    }

    fn port(
        &self,
        plan: &GuestPlan,
        aim: &Aim,
        dice: &mut Dice<'_>,
        coverage: &mut Option<&mut Coverage>,
    ) -> u16 {
        if let Some(port) = aim.port.filter(|port| *port <= PacketLimits::LAST_PORT) {
            return port;
        }
        match dice.pick(&plan.ports) {
            Some(port) if !self.limits.other_ports || dice.percent(85) => *port,
            None if !self.limits.other_ports => 0,
            _ => {
                count(coverage, Shape::OtherPort);
                let any = dice.below(usize::from(PacketLimits::LAST_PORT) + 1);
                u16::try_from(any).unwrap_or(PacketLimits::LAST_PORT)
            }
        }
    }

    /// Cut it to what is allowed, and at times shorter or spoil some bits; says whether it stayed whole.
    fn cut(
        &self,
        bytes: &mut Vec<u8>,
        headers: usize,
        dice: &mut Dice<'_>,
        coverage: &mut Option<&mut Coverage>,
    ) -> bool {
        let limits = &*self.limits;
        let mut whole = bytes.len() <= limits.max_length;
        bytes.truncate(limits.max_length);
        match dice.below(100) {
            0..=9 if bytes.len() > limits.min_length => {
                // Within the headers more often than behind them: that is where it matters.
                let most = if dice.percent(80) { headers.min(bytes.len()) } else { bytes.len() };
                let kept = dice.between(limits.min_length, most.saturating_sub(1));
                bytes.truncate(kept);
                count(coverage, Shape::Truncated);
                if kept < headers {
                    count(coverage, Shape::TruncatedHeader);
                }
                whole = false;
            }
            10..=14 => {
                for _ in 0..=dice.below(3) {
                    let bit = 1 << dice.below(8);
                    let at = dice.below(bytes.len().min(headers + 4));
                    if let Some(byte) = bytes.get_mut(at) {
                        *byte ^= bit;
                    }
                }
                count(coverage, Shape::Flipped);
                whole = false;
            }
            _ => {}
        }
        if bytes.len() < limits.min_length {
            bytes.resize(limits.min_length, 0);
        }
        if limits.lengths.contains(&bytes.len()) {
            count(coverage, Shape::GivenLength);
        }
        whole
    }
}

impl Strategy for PacketStrategy {
    type Tree = PacketTree;
    type Value = Packet;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let packet = self.generate(runner.rng(), None);
        Ok(self.tree_of(packet))
    }
}

fn count(coverage: &mut Option<&mut Coverage>, shape: Shape) {
    if let Some(coverage) = coverage {
        coverage.count_shape(shape);
    }
}

/// Choose an entry, a condition, both or nothing to aim at, and say which constructs that would reach.
fn choose_aim(plan: &GuestPlan, dice: &mut Dice<'_>) -> (Aim, Vec<usize>) {
    let mut aim = Aim::default();
    let mut wishes = Vec::new();
    let choice = dice.below(20);
    if choice < 12 && !plan.entries.is_empty() {
        let number = dice.below(plan.entries.len());
        let hit = dice.percent(70);
        aim.entry(plan, number, hit, dice);
        wishes.push(plan.ledger.entry(number, hit));
    }
    if (9..16).contains(&choice) && !plan.program.conditionals.is_empty() {
        let number = dice.below(plan.program.conditionals.len());
        let want = dice.percent(50);
        if let Some(conditional) = plan.program.conditionals.get(number) {
            let mut both = aim.clone();
            both.condition(plan, &conditional.expression, want, dice);
            // Aiming at something impossible would only spoil the other aim.
            if !both.hopeless {
                aim = both;
                wishes.push(plan.ledger.condition(number, want));
            }
        }
    }
    (aim, wishes)
}
