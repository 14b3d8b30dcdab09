//! Clones, and packets that come in again: resubmitted as they came, or recirculated as they would leave.

use std::rc::Rc;

use hyper4_ir::{FieldListId, HeaderId, ParseStateId, StandardField};

use crate::term::Word;

use super::state::{State, zeros};
use super::{Executor, Point, Stop, Thread, Waiting, constant};

/// `instance_type` of a clone made when ingress ends.
const INGRESS_CLONE: u64 = 1;
/// `instance_type` of a clone made when egress ends.
const EGRESS_CLONE: u64 = 2;
/// `instance_type` of a packet that leaves egress and comes in again.
const RECIRCULATED: u64 = 4;
/// `instance_type` of a packet that leaves ingress and comes in again.
const RESUBMITTED: u64 = 6;
/// How often packets of one path may come in again.
const MAX_ROUNDS: usize = 16;

/// What becomes of a packet behind the parser.
#[derive(Clone)]
pub(super) enum Purpose {
    /// Ingress.
    Arrival,
    /// It is a clone: it keeps fields of another state and goes where its session says.
    Clone { from: Rc<State>, kept: Option<FieldListId>, session: Session },
}

/// Where clones go.
#[derive(Clone, Copy, Debug)]
pub(super) struct Session {
    port: Option<u32>,
    group: Option<u32>,
}

impl Executor<'_, '_> {
    /// The ways on by what a packet's session for clones is; none where it has no such session, or asked for no clone.
    fn sessions(&mut self, mut thread: Thread) -> Result<Vec<(Thread, Option<Found>)>, Stop> {
        let Some((number, kept)) = thread.state.asked.clone.take() else { return Ok(vec![(thread, None)]) };
        let mut found = Vec::new();
        let mut rest = Some(thread.path.clone());
        for (session, configured) in self.subject.subject.mirroring() {
            let Some(path) = rest.take() else { break };
            let this = self.context.terms.equal(&number, &constant(15, session.into()));
            let split = self.context.split(path, &this)?;
            if let Some(path) = split.holds {
                let session = Session { port: configured.port, group: configured.group };
                found.push((thread.on(path), Some(Found { session, kept })));
            }
            rest = split.fails;
        }
        found.extend(rest.map(|path| (thread.on(path), None)));
        Ok(found)
    }

    /// Clones are made of the packet as it came in, and parsed again when it is their turn.
    pub(super) fn clone_at_ingress(&mut self, thread: Thread) -> Result<Vec<Thread>, Stop> {
        let mut threads = Vec::new();
        for (mut thread, found) in self.sessions(thread)? {
            if let Some(Found { session, kept }) = found {
                let from = Rc::new(thread.state.clone());
                thread.waiting.push_back(Waiting::Clone {
                    from,
                    kept,
                    session,
                    arrived: thread.arrived.clone(),
                });
            }
            threads.push(thread);
        }
        Ok(threads)
    }

    /// A clone of the packet as it is.
    pub(super) fn clone_at_egress(&mut self, thread: Thread) -> Result<Vec<Thread>, Stop> {
        let mut threads = Vec::new();
        for (thread, found) in self.sessions(thread)? {
            let Some(Found { session, kept }) = found else {
                threads.push(thread);
                continue;
            };
            let mut state = thread.state.clone();
            state.forget_widths(self.program());
            self.renew(&mut state, &thread.state, kept, EGRESS_CLONE);
            threads.extend(self.clone_waits(thread, state, session, false)?);
        }
        Ok(threads)
    }

    /// A clone goes to its session's group and port.
    fn clone_waits(
        &mut self,
        thread: Thread,
        mut state: State,
        session: Session,
        at_once: bool,
    ) -> Result<Vec<Thread>, Stop> {
        let group = session.group.and_then(|group| u16::try_from(group).ok());
        let mut copies: Vec<(Option<u16>, Word)> = Vec::new();
        if let Some(group) = group {
            let all = self.subject.subject.groups().copies(group);
            copies.extend(all.into_iter().map(|(rid, port)| (Some(rid), constant(9, port.into()))));
        }
        if let Some(port) = session.port {
            // The replicas' number is left behind in the one that they are made of.
            let rid = copies.last().and_then(|(rid, _)| *rid);
            copies.push((rid, constant(9, port.into())));
        }
        state.asked = super::state::Asked::default();
        // Buffers are copied whole, and what they were to be cut to isn't.
        state.cut = None;
        self.enqueue(thread, state, copies, at_once)
    }

    /// Behind the parser a clone takes over what it keeps, and waits for egress.
    pub(super) fn clone_parsed(
        &mut self,
        mut thread: Thread,
        from: &State,
        kept: Option<FieldListId>,
        session: Session,
    ) -> Result<(), Stop> {
        let mut state = thread.state.clone();
        self.renew(&mut state, from, kept, INGRESS_CLONE);
        thread.purpose = Purpose::Arrival;
        thread.point = Point::Next;
        let threads = self.clone_waits(thread, state, session, true)?;
        self.threads.extend(threads);
        Ok(())
    }

    /// It comes in again as it came.
    pub(super) fn resubmit(&mut self, mut thread: Thread, kept: Option<FieldListId>) -> Result<(), Stop> {
        let (payload, length) = thread.arrived.clone();
        let mut state = self.unparsed(&thread.state, payload, length);
        self.renew(&mut state, &thread.state, kept, RESUBMITTED);
        self.come_again(&mut thread, state)
    }

    /// It comes in again with these bytes.
    pub(super) fn recirculate(
        &mut self,
        thread: &mut Thread,
        payload: Word,
        tail: bool,
        kept: Option<FieldListId>,
    ) -> Result<(), Stop> {
        let bytes = Word::number(32, (payload.width() / 8).into());
        let length = if tail { self.behind_head(&bytes) } else { bytes };
        let mut state = self.unparsed(&thread.state, payload, length.clone());
        state.tail = tail;
        state.ingress_length = length;
        self.renew(&mut state, &thread.state.clone(), kept, RECIRCULATED);
        let again = self.come_again_later(thread, state);
        thread.point = Point::Next;
        again
    }

    fn come_again(&mut self, thread: &mut Thread, state: State) -> Result<(), Stop> {
        self.come_again_later(thread, state)?;
        thread.point = Point::Next;
        self.threads.push(thread.clone());
        Ok(())
    }

    fn come_again_later(&mut self, thread: &mut Thread, mut state: State) -> Result<(), Stop> {
        thread.world.rounds += 1;
        if thread.world.rounds > MAX_ROUNDS {
            return Err(Stop(format!("a packet comes in again more than {MAX_ROUNDS} times")));
        }
        let length = state.length.clone();
        self.set_standard(&mut state, StandardField::PacketLength, &length);
        thread.waiting.push_back(Waiting::Ingress { state: Rc::new(state) });
        Ok(())
    }

    /// How long a packet is that has so many bytes before the opaque tail.
    fn behind_head(&mut self, bytes: &Word) -> Word {
        let head = Word::number(32, (self.input.head.width() / 8).into());
        let tail = self.context.terms.subtract(&self.input.length, &head);
        self.context.terms.add(&tail, bytes)
    }

    /// The state of a packet that is still to be parsed: no header is valid.
    fn unparsed(&self, like: &State, payload: Word, length: Word) -> State {
        let program = self.program();
        let mut state = like.clone();
        for (number, header) in (0..).zip(&program.headers) {
            let header_type = program.header_types.get(header.header_type.index());
            if let (false, Some(header_type)) = (header.metadata, header_type) {
                let fields = Rc::new(zeros(header_type));
                let invalid = super::state::HeaderState { valid: false, fields };
                state.set_header(HeaderId(number), invalid);
            }
        }
        state.used.fill(0);
        state.unions_used.fill(0);
        (state.payload, state.length) = (payload, length);
        state.parsed = 0;
        state.exit = false;
        state.asked = super::state::Asked::default();
        state.cut = None;
        state
    }

    /// A packet whose turn it is to be parsed for its clone.
    pub(super) fn begin_clone(
        &mut self,
        mut thread: Thread,
        from: Rc<State>,
        kept: Option<FieldListId>,
        session: Session,
        arrived: (Word, Word),
    ) -> Thread {
        let (payload, length) = arrived;
        let mut state = self.unparsed(&from, payload, length);
        state.reset_metadata(self.program());
        let port = self.standard(&from, StandardField::IngressPort);
        let port = thread.came_by.clone().or(port).unwrap_or_else(|| Word::zero(9));
        self.set_standard(&mut state, StandardField::IngressPort, &port);
        thread.state = state;
        thread.purpose = Purpose::Clone { from, kept, session };
        thread.point = self.first_state();
        thread
    }

    pub(super) fn first_state(&self) -> Point {
        Point::Parse { state: ParseStateId(self.program().parser.start.0), operation: 0 }
    }

    /// Metadata start anew, but for the fields of a list.
    fn renew(&mut self, state: &mut State, from: &State, kept: Option<FieldListId>, instance_type: u64) {
        state.reset_metadata(self.program());
        let list = kept.and_then(|kept| self.program().field_lists.get(kept.index()));
        for field in list.iter().flat_map(|list| &list.fields) {
            if let Some(value) = from.field(*field) {
                state.set_field(*field, value.clone());
            }
        }
        self.set_standard(state, StandardField::InstanceType, &constant(32, instance_type));
    }
}

/// A session that a packet is cloned to.
struct Found {
    session: Session,
    kept: Option<FieldListId>,
}
