//! Between the pipelines and behind them: copies, queues, the deparser.

use std::rc::Rc;

use hyper4_ir::{PipelineKind, StandardField};

use crate::term::Word;

use super::state::State;
use super::{DROP_PORT, Executor, Outcome, Point, Sent, Stop, Thread, Waiting, constant, unsupported};

/// `instance_type` of a packet that goes to one port.
const NORMAL: u64 = 0;
/// `instance_type` of a multicast copy.
const REPLICATION: u64 = 5;
/// By how many bytes headers may make a packet longer.
const MAX_GROWTH: u32 = 512;

impl Executor<'_, '_> {
    /// Clone, then resubmit, or multicast, or drop, or unicast.
    pub(super) fn end_of_ingress(&mut self, thread: Thread) -> Result<(), Stop> {
        for mut thread in self.clone_at_ingress(thread)? {
            if let Some(list) = thread.state.asked.digest.take() {
                self.learn(&mut thread, list)?;
            }
            match thread.state.asked.resubmit.take() {
                Some(kept) => self.resubmit(thread, kept)?,
                None => self.traffic_manager(&thread)?,
            }
        }
        Ok(())
    }

    /// Multicast before drop before unicast.
    fn traffic_manager(&mut self, thread: &Thread) -> Result<(), Stop> {
        let group = self.standard(&thread.state, StandardField::McastGrp).unwrap_or_else(|| Word::zero(16));
        let none = self.context.terms.equal(&group, &Word::zero(group.width()));
        let split = self.context.split(thread.path.clone(), &none)?;
        if let Some(path) = split.holds {
            self.unicast(&thread.on(path))?;
        }
        let mut rest = split.fails;
        for number in self.subject.subject.groups().numbers() {
            let Some(path) = rest.take() else { break };
            let this = self.context.terms.equal(&group, &Word::number(group.width(), number.into()));
            let split = self.context.split(path, &this)?;
            if let Some(path) = split.holds {
                let copies = self.subject.subject.groups().copies(number);
                let copies = copies.into_iter().map(|(rid, port)| (Some(rid), constant(9, port.into())));
                self.leave(thread.on(path), copies.collect(), REPLICATION)?;
            }
            rest = split.fails;
        }
        if let Some(path) = rest {
            // No such group: no copy.
            self.leave(thread.on(path), Vec::new(), REPLICATION)?;
        }
        Ok(())
    }

    fn unicast(&mut self, thread: &Thread) -> Result<(), Stop> {
        let Some(port) = self.standard(&thread.state, StandardField::EgressSpec) else {
            return Err(unsupported("the program", None, "it has no `egress_spec`"));
        };
        let dropped = self.context.terms.equal(&port, &Word::number(port.width(), DROP_PORT));
        let port = self.context.terms.resize(&port, 9);
        let split = self.context.split(thread.path.clone(), &dropped)?;
        if let Some(path) = split.holds {
            self.leave(thread.on(path), Vec::new(), NORMAL)?;
        }
        if let Some(path) = split.fails {
            self.leave(thread.on(path), vec![(None, port)], NORMAL)?;
        }
        Ok(())
    }

    /// Ingress is done, and copies wait for egress.
    fn leave(
        &mut self,
        mut thread: Thread,
        copies: Vec<(Option<u16>, Word)>,
        instance_type: u64,
    ) -> Result<(), Stop> {
        let mut state = thread.state.clone();
        self.set_standard(&mut state, StandardField::InstanceType, &constant(32, instance_type));
        // Replicas are asked for nothing that the packet was asked for.
        if instance_type == REPLICATION {
            state.asked = super::state::Asked::default();
            state.cut = None;
            state.forget_widths(self.program());
        }
        thread.point = Point::Next;
        let threads = self.enqueue(thread, state, copies, false)?;
        self.threads.extend(threads);
        Ok(())
    }

    /// Copies of a state wait for egress, before all others that wait or behind them. Only queue 0 exists: what has
    /// another priority is dropped.
    pub(super) fn enqueue(
        &mut self,
        thread: Thread,
        state: State,
        copies: Vec<(Option<u16>, Word)>,
        at_once: bool,
    ) -> Result<Vec<Thread>, Stop> {
        if copies.is_empty() {
            return Ok(vec![thread]);
        }
        let priority = self.standard(&state, StandardField::Priority).unwrap_or_else(|| Word::zero(3));
        let first = self.context.terms.equal(&priority, &Word::zero(priority.width()));
        let split = self.context.split(thread.path.clone(), &first)?;
        let mut threads: Vec<Thread> = split.fails.map(|path| thread.on(path)).into_iter().collect();
        if let Some(path) = split.holds {
            let mut thread = thread.on(path);
            let state = Rc::new(state);
            let copies =
                copies.into_iter().map(|(rid, port)| Waiting::Egress { state: Rc::clone(&state), rid, port });
            if at_once {
                copies.rev().for_each(|copy| thread.waiting.push_front(copy));
            } else {
                thread.waiting.extend(copies);
            }
            threads.push(thread);
        }
        Ok(threads)
    }

    /// It is the next packet's turn; when there is none, that is all.
    pub(super) fn next(&mut self, mut thread: Thread) -> Option<Outcome> {
        match thread.waiting.pop_front() {
            None => {
                let Thread { path, sent, visits, world, .. } = thread;
                return Some(Outcome { path, sent, visits, world });
            }
            Some(Waiting::Egress { state, rid, port }) => self.begin_egress(thread, &state, rid, port),
            Some(Waiting::Clone { from, kept, session, arrived }) => {
                let thread = self.begin_clone(thread, from, kept, session, arrived);
                self.threads.push(thread);
            }
            Some(Waiting::Ingress { state }) => {
                thread.state = (*state).clone();
                thread.arrived = (thread.state.payload.clone(), thread.state.length.clone());
                thread.point = self.first_state();
                self.threads.push(thread);
            }
        }
        None
    }

    fn begin_egress(&mut self, mut thread: Thread, state: &State, rid: Option<u16>, port: Word) {
        let mut state = state.clone();
        if let Some(rid) = rid {
            self.set_standard(&mut state, StandardField::EgressRid, &constant(16, rid.into()));
        }
        self.set_standard(&mut state, StandardField::EgressPort, &port);
        thread.port = port;
        // A value that isn't the drop port: 512, of which nine bits are left.
        self.set_standard(&mut state, StandardField::EgressSpec, &constant(32, DROP_PORT + 1));
        let length = state.length.clone();
        self.set_standard(&mut state, StandardField::PacketLength, &length);
        for field in [
            StandardField::EnqTimestamp,
            StandardField::EnqQdepth,
            StandardField::DeqTimedelta,
            StandardField::DeqQdepth,
            StandardField::EgressGlobalTimestamp,
        ] {
            self.set_moment(&mut state, &mut thread.world, field);
        }
        state.exit = false;
        thread.state = state;
        thread.point = Point::Node(PipelineKind::Egress, self.program().egress.start);
        self.threads.push(thread);
    }

    /// Clone, then a drop, or the deparser.
    pub(super) fn end_of_egress(&mut self, thread: Thread) -> Result<(), Stop> {
        for thread in self.clone_at_egress(thread)? {
            let spec = self.standard(&thread.state, StandardField::EgressSpec);
            let spec = spec.unwrap_or_else(|| Word::zero(9));
            let dropped = self.context.terms.equal(&spec, &Word::number(spec.width(), DROP_PORT));
            let split = self.context.split(thread.path.clone(), &dropped)?;
            if let Some(path) = split.holds {
                let mut thread = thread.on(path);
                thread.point = Point::Next;
                self.threads.push(thread);
            }
            if let Some(path) = split.fails {
                self.send(thread.on(path))?;
            }
        }
        Ok(())
    }

    fn send(&mut self, mut thread: Thread) -> Result<(), Stop> {
        let mut state = thread.state.clone();
        self.update_checksums(&thread.path, &mut state)?;
        let mut bytes = Word::zero(0);
        for header in &self.program().deparser.order {
            if let Some(header) = state.header(*header).filter(|header| header.valid) {
                bytes = header.fields.iter().fold(bytes, |bytes, field| bytes.concat(field));
            }
        }
        if bytes.width() > state.parsed + 8 * MAX_GROWTH {
            let reason = "the packet gets more than 512 bytes longer, which kills simple_switch";
            return Err(unsupported("the deparser", None, reason));
        }
        let bytes = bytes.concat(&state.payload);
        let tail = state.tail;
        let cut = state.cut.take();
        let recirculate = state.asked.recirculate.take();
        thread.state = state;
        if let Some(kept) = recirculate {
            // All of its bytes, whether it is to be cut or not: simple_switch clones the buffer, and the clone isn't cut.
            thread.point = Point::Next;
            self.recirculate(&mut thread, bytes, tail, kept)?;
            self.threads.push(thread);
            return Ok(());
        }
        for Departing { mut thread, bytes, tail, cut } in self.cut(thread, bytes, tail, cut)? {
            thread.point = Point::Next;
            // By the port it was queued for, whatever the program wrote to `egress_port`.
            thread.sent.push(Sent { port: thread.port.clone(), bytes, tail, cut });
            self.threads.push(thread);
        }
        Ok(())
    }

    /// A packet with its end cut off: on a path of its own for each length that it can be cut to.
    fn cut(
        &mut self,
        thread: Thread,
        bytes: Word,
        tail: bool,
        cut: Option<Word>,
    ) -> Result<Vec<Departing>, Stop> {
        let Some(most) = cut else { return Ok(vec![Departing { thread, bytes, tail, cut: None }]) };
        let mut ways = Vec::new();
        let mut rest = Some(thread.path.clone());
        for length in 0..=bytes.width() / 8 {
            let Some(path) = rest.take() else { break };
            let this = self.context.terms.equal(&most, &Word::number(most.width(), length.into()));
            let split = self.context.split(path, &this)?;
            if let Some(path) = split.holds {
                let kept = self.context.terms.extract(&bytes, bytes.width() - 8 * length, 8 * length);
                ways.push(Departing { thread: thread.on(path), bytes: kept, tail: false, cut: None });
            }
            rest = split.fails;
        }
        ways.extend(rest.map(|path| {
            let cut = tail.then_some(most);
            Departing { thread: thread.on(path), bytes, tail, cut }
        }));
        Ok(ways)
    }
}

/// A packet that leaves, or is about to: its bytes, whether the opaque ones follow, and where it ends behind the window.
struct Departing {
    thread: Thread,
    bytes: Word,
    tail: bool,
    cut: Option<Word>,
}
