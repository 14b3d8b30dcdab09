//! Packets that reach what a program has: its entries, misses, actions, select cases and branches.

mod goal;
mod lengths;
mod path_packets;
mod reach;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use hyper4_bits::Bits;
use hyper4_ir::{Output, Packet};

use crate::execute::{Executor, Guide, Input, Location, Outcome, Prepared, Stop, Wish};
use crate::options::Length;
use crate::path::Context;
use crate::prove::{Finding, start_from};
use crate::subject::Subject;
use crate::term::{Assignment, Side};
use crate::visit::{Visit, Visits};

use goal::Goals;
pub use goal::{Goal, GoalKind};
use reach::{GoalSet, Reach};

/// Bounds of a search for packets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoverOptions {
    /// Bytes of a packet that are chosen, at most; what is behind them is opaque.
    pub window: u32,
    /// Bytes of the longest packet.
    pub longest: u32,
    /// How long Z3 may think about one question.
    pub query_timeout: Duration,
    /// How long all may take; what is not met by then is unknown.
    pub time: Duration,
    /// A packet for each path, up to so many, instead of one for each goal.
    pub paths: Option<usize>,
    /// Paths without a new goal after which the search ends.
    pub patience: usize,
    /// Bytes that nothing asks for are drawn from this.
    pub seed: u64,
}

impl Default for CoverOptions {
    fn default() -> Self {
        Self {
            window: 256,
            longest: 1514,
            query_timeout: Duration::from_secs(2),
            time: Duration::from_secs(600),
            paths: None,
            patience: 5_000,
            seed: 1,
        }
    }
}

/// What was found out about a goal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GoalStatus {
    /// The packet of that number, from 0, reaches it.
    Covered(usize),
    /// No packet does, of whatever length, on a switch that has just been filled.
    Infeasible,
    /// No packet does unless there is an entry that isn't there: which one.
    NeedsEntry(String),
    /// None was found, and why none may exist or why it wasn't found isn't known; or what stood in the way.
    Unknown(String),
}

/// A packet that reaches something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoveringPacket {
    /// The packet.
    pub packet: Packet,
    /// What it reaches, by the numbers of [`Covering::goals`].
    pub goals: Vec<usize>,
    /// What becomes of it, by the executor's reckoning; `None` where that depends on something undefined.
    pub outputs: Option<Vec<Output>>,
}

/// What a search came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Covering {
    /// The packets, in the order in which they are to be sent.
    pub packets: Vec<CoveringPacket>,
    /// Every goal of the program, with what was found out about it.
    pub goals: Vec<(Goal, GoalStatus)>,
    /// Paths that were followed to their ends.
    pub paths: usize,
    /// Every path there is was followed, or led nowhere new.
    pub exhausted: bool,
}

/// Finds packets for a program with its entries: for each goal one, or for each path.
///
/// # Errors
/// What stands in the way for every packet, such as a construct that the executor doesn't carry.
pub fn cover(subject: &Subject, options: &CoverOptions) -> Result<Covering, CoverError> {
    let prepared = Prepared::new(subject);
    let goals = Goals::of(subject);
    let reach = Reach::of(subject, &goals);
    let mut open = reach.at(Location::Parser(subject.program().parser.start)).clone();
    (0..goals.all.len()).filter(|number| reach.missing.contains_key(number)).for_each(|n| open.remove(n));
    let mut search = Search {
        goals: &goals,
        reach: &reach,
        options,
        deadline: Instant::now() + options.time,
        possible: open.clone(),
        open,
        doubtful: BTreeMap::new(),
        packets: Vec::new(),
        paths: 0,
        idle: 0,
        finished: None,
        stops: Vec::new(),
        dice: options.seed,
    };
    let mut exhausted = true;
    for length in lengths::lengths(subject.program(), options.window, options.longest) {
        if search.finished.is_some() || search.is_content() {
            break;
        }
        let configuration = z3::Config::new();
        exhausted &= z3::with_z3_config(&configuration, || of_length(&prepared, length, &mut search))?;
    }
    let nothing_left = options.paths.is_none() && search.open.is_empty();
    Ok(search.result(subject, exhausted || nothing_left))
}

/// Nothing can be said about any packet.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct CoverError(pub String);

fn of_length(prepared: &Prepared<'_>, length: Length, search: &mut Search<'_>) -> Result<bool, CoverError> {
    let mut context = Context::new(search.options.query_timeout);
    let input = Input::new(&mut context.terms, length);
    let witness = search.some_packet(&input);
    let all = start_from(&mut context, Context::from(witness), &input, length, []);
    let all = match all {
        Ok(Some(all)) => all,
        Ok(None) => return Ok(true),
        Err(Finding::Refuted(refutation)) => return Err(CoverError(refutation.what)),
        Err(Finding::Unknown(reason)) => return Err(CoverError(reason)),
    };
    let most = search.options.patience.max(search.options.paths.unwrap_or(0)).saturating_mul(64);
    let mut executor = Executor::new(prepared, Side::Native, &mut context, &input, most);
    if search.options.paths.is_some() {
        executor = executor.row_by_row();
    }
    let mut guide = OneLength { search, input: &input, length };
    executor.explore(all, &mut guide).map_err(|stop| CoverError(stop.0))
}

/// What is known so far.
struct Search<'a> {
    goals: &'a Goals,
    reach: &'a Reach,
    options: &'a CoverOptions,
    deadline: Instant,
    /// Goals that the program's graph with its entries lets packets reach.
    possible: GoalSet,
    /// Those of them that are still to be reached.
    open: GoalSet,
    /// Goals reached by packets whose way depends on something undefined: on what.
    doubtful: BTreeMap<usize, String>,
    packets: Vec<CoveringPacket>,
    paths: usize,
    /// Paths since the last new goal.
    idle: usize,
    /// Why the search was given up.
    finished: Option<String>,
    /// Where the executor couldn't go on, and why.
    stops: Vec<(GoalSet, String)>,
    dice: u64,
}

impl Search<'_> {
    /// Whether there is nothing more to be found.
    fn is_content(&self) -> bool {
        match self.options.paths {
            Some(most) => self.packets.len() >= most,
            None => self.open.is_empty(),
        }
    }

    fn give_up(&mut self) -> Option<String> {
        if Instant::now() >= self.deadline {
            Some(format!("it was not met in {} s", self.options.time.as_secs()))
        } else if self.options.paths.is_none() && self.idle >= self.options.patience {
            Some(format!("it was not met on {} paths", self.paths))
        } else {
            None
        }
    }

    /// SplitMix64: the same for the same seed on every machine.
    fn roll(&mut self) -> u64 {
        self.dice = self.dice.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.dice ^ (self.dice >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Any packet of a length: what a path asks for is changed in it.
    fn some_packet(&mut self, input: &Input) -> Assignment {
        let mut witness = Assignment::default();
        if let Some(slice) = input.head.as_slice() {
            let bytes: Vec<u8> = (0..slice.width.div_ceil(8)).map(|_| (self.roll() >> 32) as u8).collect();
            witness.set(slice.term.clone(), Bits::from_be_bytes(slice.width, &bytes));
        }
        witness
    }

    fn result(mut self, subject: &Subject, exhausted: bool) -> Covering {
        let packets = if self.options.paths.is_some() {
            std::mem::take(&mut self.packets)
        } else {
            fewest(std::mem::take(&mut self.packets))
        };
        let mut by_goal: BTreeMap<usize, usize> = BTreeMap::new();
        for (number, packet) in packets.iter().enumerate() {
            packet.goals.iter().for_each(|goal| {
                by_goal.entry(*goal).or_insert(number);
            });
        }
        let goals = self.goals.all.iter().enumerate().map(|(number, goal)| {
            let status = match by_goal.get(&number) {
                Some(packet) => GoalStatus::Covered(*packet),
                None => self.missed(subject, number, exhausted),
            };
            (*goal, status)
        });
        Covering { goals: goals.collect(), packets, paths: self.paths, exhausted }
    }

    /// Why no packet reaches a goal.
    fn missed(&self, subject: &Subject, number: usize, exhausted: bool) -> GoalStatus {
        if let Some(what) = self.doubtful.get(&number) {
            return GoalStatus::Unknown(format!("whether it is met depends on `{what}`, which is undefined"));
        }
        if let Some(missing) = self.reach.missing.get(&number) {
            let program = subject.program();
            let wanted = missing.iter().map(|missing| {
                let table = program.tables.get(missing.table.index()).map_or("?", |table| &table.name);
                let action = missing.action.and_then(|action| program.actions.get(action.index()));
                match action {
                    Some(action) => format!("table `{table}` has no entry with action `{}`", action.name),
                    None => format!("table `{table}` has no entry"),
                }
            });
            return GoalStatus::NeedsEntry(wanted.collect::<Vec<_>>().join(", "));
        }
        if !self.possible.contains(number) {
            return GoalStatus::Infeasible;
        }
        if let Some((_, reason)) = self.stops.iter().find(|(ahead, _)| ahead.contains(number)) {
            return GoalStatus::Unknown(reason.clone());
        }
        match &self.finished {
            Some(reason) => GoalStatus::Unknown(reason.clone()),
            None if exhausted => GoalStatus::Infeasible,
            None => GoalStatus::Unknown(format!("it was not met on {} paths", self.paths)),
        }
    }
}

/// Packets that reach as much as all of them: each time the one that reaches most of what is left.
fn fewest(mut packets: Vec<CoveringPacket>) -> Vec<CoveringPacket> {
    let mut left = GoalSet::default();
    packets.iter().flat_map(|packet| &packet.goals).for_each(|goal| left.insert(*goal));
    let mut chosen = Vec::new();
    while !left.is_empty() {
        let gain = |packet: &CoveringPacket| packet.goals.iter().filter(|goal| left.contains(**goal)).count();
        // The first of equals.
        let best = packets.iter().enumerate().rev().max_by_key(|(_, packet)| gain(packet));
        let Some(best) = best.map(|(number, _)| number) else { break };
        let packet = packets.remove(best);
        packet.goals.iter().for_each(|goal| left.remove(*goal));
        chosen.push(packet);
    }
    chosen
}

/// The search among packets of one length.
struct OneLength<'s, 'a> {
    search: &'s mut Search<'a>,
    input: &'s Input,
    length: Length,
}

impl OneLength<'_, '_> {
    /// The goals of a visit; of rows that are hit alike, all.
    fn goals_of(&self, visit: &Visit) -> Vec<usize> {
        let goals: Vec<Goal> = match visit {
            Visit::Case { state, case } => vec![Goal::Case { state: *state, case: *case }],
            Visit::Branch { condition, holds } => {
                vec![Goal::Branch { condition: *condition, holds: *holds }]
            }
            Visit::Table { table, rows, action } => {
                let table = *table;
                let hits = rows.iter().map(|(handle, _)| Goal::Entry { table, handle: *handle });
                let miss = rows.is_empty().then_some(Goal::Miss { table });
                let action = action.map(|action| Goal::Action { table, action });
                hits.chain(miss).chain(action).collect()
            }
        };
        goals.into_iter().filter_map(|goal| self.search.goals.number(goal)).collect()
    }
}

impl Guide for OneLength<'_, '_> {
    fn wish(&mut self, visits: &Visits, location: Location) -> Wish {
        if self.search.is_content() {
            return Wish::Finish;
        }
        if let Some(reason) = self.search.give_up() {
            self.search.finished = Some(reason);
            return Wish::Finish;
        }
        let search = &self.search;
        let promising = search.options.paths.is_some()
            || search.reach.at(location).meets(&search.open)
            || visits.iter().any(|visit| self.goals_of(visit).iter().any(|goal| search.open.contains(*goal)));
        if promising { Wish::Follow } else { Wish::Leave }
    }

    fn met(&mut self, executor: &mut Executor<'_, '_>, outcome: Outcome) {
        self.search.paths += 1;
        self.search.idle += 1;
        self.packets_of(executor.context(), &outcome);
    }

    fn stopped(&mut self, location: Location, stop: Stop) {
        let ahead = self.search.reach.at(location).clone();
        if !self.search.stops.iter().any(|(known, reason)| *known == ahead && *reason == stop.0) {
            self.search.stops.push((ahead, stop.0));
        }
    }

    fn pick(&mut self, count: usize) -> usize {
        (self.search.roll() >> 33) as usize % count.max(1)
    }
}
