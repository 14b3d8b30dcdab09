//! Between the pipelines and behind them: copies, queues, the deparser.

use std::rc::Rc;

use hyper4_ir::{PipelineKind, StandardField};

use crate::term::Word;

use super::{DROP_PORT, Executor, Outcome, Pending, Point, Sent, Stop, Thread, constant, unsupported};

/// `instance_type` of a packet that goes to one port.
const NORMAL: u64 = 0;
/// `instance_type` of a multicast copy.
const REPLICATION: u64 = 5;
/// By how many bytes headers may make a packet longer.
const MAX_GROWTH: u32 = 512;

impl Executor<'_, '_> {
    /// Multicast before drop before unicast.
    pub(super) fn traffic_manager(&mut self, thread: &Thread) -> Result<(), Stop> {
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
                let pending = copies
                    .into_iter()
                    .map(|(rid, port)| Pending { rid: Some(rid), port: Word::number(9, port.into()) });
                self.enqueue(&thread.on(path), pending.collect(), REPLICATION)?;
            }
            rest = split.fails;
        }
        if let Some(path) = rest {
            // No such group: no copy.
            self.enqueue(&thread.on(path), Vec::new(), REPLICATION)?;
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
            self.enqueue(&thread.on(path), Vec::new(), NORMAL)?;
        }
        if let Some(path) = split.fails {
            self.enqueue(&thread.on(path), vec![Pending { rid: None, port }], NORMAL)?;
        }
        Ok(())
    }

    /// Only queue 0 exists: what has another priority is dropped.
    fn enqueue(&mut self, thread: &Thread, mut copies: Vec<Pending>, instance_type: u64) -> Result<(), Stop> {
        copies.reverse();
        let priority = self.standard(&thread.state, StandardField::Priority).unwrap_or_else(|| Word::zero(3));
        let first = self.context.terms.equal(&priority, &Word::zero(priority.width()));
        self.fork(thread, &first, |this, thread, first| {
            this.set_standard(&mut thread.state, StandardField::InstanceType, &constant(32, instance_type));
            thread.copied = Rc::new(thread.state.clone());
            thread.pending = if first { copies.clone() } else { Vec::new() };
            thread.point = Point::Copy;
            Ok(())
        })
    }

    /// The next copy enters egress; when there is none, that is all.
    pub(super) fn copy(&mut self, mut thread: Thread) -> Result<Option<Outcome>, Stop> {
        let Some(copy) = thread.pending.pop() else {
            return Ok(Some(Outcome { path: thread.path, sent: thread.sent, visits: thread.visits }));
        };
        let mut state = (*thread.copied).clone();
        if let Some(rid) = copy.rid {
            self.set_standard(&mut state, StandardField::EgressRid, &constant(16, rid.into()));
        }
        self.set_standard(&mut state, StandardField::EgressPort, &copy.port);
        thread.port = copy.port;
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
            self.set_undefined(&mut state, field);
        }
        thread.state = state;
        thread.point = Point::Node(PipelineKind::Egress, self.program().egress.start);
        self.threads.push(thread);
        Ok(None)
    }

    /// A drop, or the deparser.
    pub(super) fn end_of_egress(&mut self, thread: &Thread) -> Result<(), Stop> {
        let spec = self.standard(&thread.state, StandardField::EgressSpec).unwrap_or_else(|| Word::zero(9));
        let dropped = self.context.terms.equal(&spec, &Word::number(spec.width(), DROP_PORT));
        self.fork(thread, &dropped, |this, thread, dropped| {
            thread.point = Point::Copy;
            if dropped { Ok(()) } else { this.send(thread) }
        })
    }

    fn send(&mut self, thread: &mut Thread) -> Result<(), Stop> {
        let mut state = thread.state.clone();
        self.update_checksums(&mut state)?;
        let mut bytes = Word::zero(0);
        for header in &self.program().deparser.order {
            if let Some(header) = state.header(*header).filter(|header| header.valid) {
                bytes = header.fields.iter().fold(bytes, |bytes, field| bytes.concat(field));
            }
        }
        let bytes = bytes.concat(&state.payload);
        if bytes.width() > self.input.head.width() + 8 * MAX_GROWTH {
            let reason = "the packet gets more than 512 bytes longer, which kills simple_switch";
            return Err(unsupported("the deparser", None, reason));
        }
        // By the port it was queued for, whatever the program wrote to `egress_port`.
        thread.sent.push(Sent { port: thread.port.clone(), bytes, tail: self.input.tail });
        Ok(())
    }
}
