//! The proptest strategy for packets.

use std::sync::Arc;

use hyper4_ir::{ConditionalId, Node, Packet};
use proptest::strategy::{NewTree, Strategy};
use proptest::test_runner::{TestRng, TestRunner};

use crate::aim::Aim;
use crate::checksum::set_checksum;
use crate::coverage::{Construct, Coverage, Shape};
use crate::dice::Dice;
use crate::generator::Guest;
use crate::plan::GuestPlan;
use crate::route::route;
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
        let Wish { aim: wanted, target, constructs } = Wish::choose(plan, &mut dice);
        let mut aim = wanted.clone();
        if dice.percent(80) {
            route(plan, target, &mut aim, &mut dice);
        }
        let mut walk = Walk::new(plan, &self.limits, aim, &mut dice);
        let end = walk.run(coverage.as_deref_mut());
        if end == End::Accept {
            count(&mut coverage, Shape::Accepted);
        }
        let reached = !constructs.is_empty() && walk.has(&wanted);
        let right = self.finish(&mut walk, &mut coverage).unwrap_or(true);
        let Walk { buffer, cursor, aim, .. } = walk;
        let port = self.port(plan, &aim, &mut dice, &mut coverage);
        let mut bytes = buffer.into_bytes();
        let whole = self.cut(&mut bytes, cursor / 8, &mut dice, &mut coverage);
        if let (Some(coverage), true, true) = (coverage, reached, whole) {
            let port = wanted.port.is_none_or(|wanted| wanted == port);
            let length = wanted.length.is_none_or(|wanted| wanted == bytes.len());
            let checksum = wanted.wrong_checksum.is_none_or(|wrong| wrong != right);
            for construct in constructs.iter().filter(|_| port && length && checksum) {
                coverage.count(*construct);
            }
        }
        Packet { port, bytes }
    }

    /// What comes behind the headers, and checksums; says whether those are right, if there are any.
    fn finish(&self, walk: &mut Walk<'_, '_>, coverage: &mut Option<&mut Coverage>) -> Option<bool> {
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
        let checksums = &walk.plan.program.checksums;
        for (number, checksum) in checksums.iter().enumerate() {
            // A program that verifies a checksum usually updates the same one.
            if checksums.iter().take(number).any(|before| before.target == checksum.target) {
                continue;
            }
            if let Some(is_right) = set_checksum(walk, number) {
                right = Some(right.unwrap_or(true) && is_right);
            }
        }
        match right {
            Some(true) => count(coverage, Shape::RightChecksum),
            Some(false) => count(coverage, Shape::WrongChecksum),
            None => {}
        }
        right
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

/// What a packet is made for.
struct Wish {
    aim: Aim,
    /// The node of a pipeline it has to get to.
    target: Option<Node>,
    /// What is reached when the packet has what the aim wants.
    constructs: Vec<usize>,
}

impl Wish {
    /// An entry, a condition, both or nothing.
    fn choose(plan: &GuestPlan, dice: &mut Dice<'_>) -> Self {
        let mut wish = Self { aim: Aim::default(), target: None, constructs: Vec::new() };
        let choice = dice.below(20);
        if choice < 12 {
            let number = dice.below(plan.entries.len());
            if let Some(entry) = plan.entries.get(number) {
                let hit = dice.percent(70);
                wish.aim.entry(plan, number, hit, dice);
                wish.target = Some(Node::Table(entry.table));
                wish.constructs.push(plan.ledger.entry(number, hit));
            }
        }
        if (10..16).contains(&choice) {
            let number = dice.below(plan.program.conditionals.len());
            let id = ConditionalId(u32::try_from(number).unwrap_or(u32::MAX));
            if let Some(conditional) = plan.program.conditionals.get(number) {
                let want = dice.percent(50);
                let mut both = wish.aim.clone();
                both.condition(plan, &conditional.expression, want, dice);
                // Aiming at something impossible would only spoil the other aim.
                if !both.hopeless {
                    wish.aim = both;
                    wish.target = wish.target.or(Some(Node::Conditional(id)));
                    wish.constructs.push(plan.ledger.condition(number, want));
                }
            }
        }
        wish
    }
}
