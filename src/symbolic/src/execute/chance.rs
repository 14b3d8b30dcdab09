//! Random numbers, and samples of packets.

use hyper4_ir::{LearnElement, LearnListId, Place};

use crate::integer::Integer;
use crate::term::Word;

use super::world::Sample;
use super::{Executor, Stop, Thread, unsupported};

impl Executor<'_, '_> {
    /// A number between two, both included; nothing is written where there is none.
    pub(super) fn draw(
        &mut self,
        thread: Thread,
        low: &Integer,
        high: &Integer,
        place: &Place,
        arguments: &[Word],
    ) -> Result<Vec<Thread>, Stop> {
        let refused = |reason: String| unsupported("a random number", None, &reason);
        let zero = Integer::unsigned(Word::zero(1));
        for bound in [low, high] {
            let negative = bound.less(&mut self.context.terms, &zero).map_err(refused)?;
            if self.context.split(thread.path.clone(), &negative)?.holds.is_some() {
                return Err(refused("its bound may be negative, on which simple_switch aborts".to_owned()));
            }
        }
        let terms = &mut self.context.terms;
        let (low, high) = (low.wrapped(terms, 64), high.wrapped(terms, 64));
        let none = terms.less(&high, &low);
        let split = self.context.split(thread.path.clone(), &none)?;
        let mut threads: Vec<Thread> = split.holds.map(|path| thread.on(path)).into_iter().collect();
        if let Some(path) = split.fails {
            let mut thread = thread.on(path);
            let drawn = Integer::unsigned(thread.world.draw(&mut self.context.terms, &low, &high));
            self.store(&mut thread.state, &thread.path, place, &drawn, arguments)?;
            threads.push(thread);
        }
        Ok(threads)
    }

    /// The sample that was asked for last is taken.
    pub(super) fn learn(&mut self, thread: &mut Thread, list: LearnListId) -> Result<(), Stop> {
        let Some(declared) = self.program().learn_lists.get(list.index()) else { return Ok(()) };
        let values: Vec<Word> = declared
            .elements
            .iter()
            .map(|element| match element {
                LearnElement::Field(field) => self.read(&thread.state, *field),
                LearnElement::Constant(bits) => Word::constant(bits.clone()),
            })
            .collect();
        let known = self.subject.subject.samples();
        if known.is_empty() {
            let name = format!("{}{}", self.prefix, declared.name).into();
            thread.world.sampled.push(Sample { list, name, values });
            return Ok(());
        }
        let number = |place: usize| values.get(place).and_then(Word::as_u64);
        let (Some(device), Some(of), Some(sample)) = (number(0), number(1), values.get(2)) else {
            let construct = format!("digest `{}`", declared.name);
            return Err(unsupported(&construct, None, "whose sample it is depends on the packet"));
        };
        // Of one that is nobody's nobody is told.
        if let Some(one) = known.iter().find(|one| (one.device, one.list) == (device, of)) {
            let name = one.is.as_str().into();
            let values = vec![self.context.terms.resize(sample, one.width)];
            thread.world.sampled.push(Sample { list, name, values });
        }
        Ok(())
    }
}
