//! One device of a server: its pipeline, its controllers, and what they may do.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Instant;

use hyper4_bits::Bits;
use hyper4_ir::{Command, LearnListId, Program};
use hyper4_p4runtime::tonic::{Code, Status};
use hyper4_p4runtime::v1::entity::Entity as Kind;
use hyper4_p4runtime::v1::get_forwarding_pipeline_config_request::ResponseType;
use hyper4_p4runtime::v1::set_forwarding_pipeline_config_request::Action;
use hyper4_p4runtime::v1::stream_message_response::Update as Said;
use hyper4_p4runtime::v1::update::Type;
use hyper4_p4runtime::v1::write_request::Atomicity;
use hyper4_p4runtime::v1::{
    DigestListAck, Entity, ForwardingPipelineConfig, GetForwardingPipelineConfigRequest,
    MasterArbitrationUpdate, PacketOut, ReadRequest, SetForwardingPipelineConfigRequest,
    StreamMessageResponse, TableEntry, Update, WriteRequest,
};
use tokio::sync::mpsc::Sender;

use crate::arbitration::{self, Arbitration, StreamId, Told, election, numbered, role_name};
use crate::digests::Digests;
use crate::failure::NO_PIPELINE;
use crate::packet;
use crate::pipeline::Pipeline;
use crate::records::Records;
use crate::rehearsal::Rehearsal;
use crate::write::Context;
use crate::{Failure, Journal, Target};

/// What a stream is sent.
pub(crate) type Sent = Result<StreamMessageResponse, Status>;

/// A pipeline, and how it was set.
struct Configured {
    pipeline: Arc<Pipeline>,
    config: ForwardingPipelineConfig,
}

/// How a pipeline begins.
#[derive(Clone, Copy, Default)]
struct How<'a> {
    /// Carried out first.
    first: &'a [Command],
    /// With what was written so far.
    reconcile: bool,
    /// That it runs is kept.
    keep: bool,
}

#[derive(Default)]
struct State {
    running: Option<(Configured, Records)>,
    /// Set, but not committed.
    saved: Option<Configured>,
}

#[derive(Default)]
struct Streams {
    arbitration: Arbitration,
    open: BTreeMap<StreamId, Sender<Sent>>,
    next: StreamId,
}

/// A device that controllers know by its number.
pub struct Device {
    id: u64,
    target: Arc<dyn Target>,
    journal: Option<Arc<dyn Journal>>,
    state: Mutex<State>,
    streams: Mutex<Streams>,
    digests: Mutex<Digests>,
    /// The pipeline that runs, for the packets' sake: they don't wait for writes.
    current: RwLock<Option<Arc<Pipeline>>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn no_pipeline() -> Failure {
    Failure::new(Code::FailedPrecondition, NO_PIPELINE)
}

impl Device {
    /// A device without a pipeline. What is done to it is kept in the journal, if there is one.
    pub fn new(id: u64, target: Arc<dyn Target>, journal: Option<Arc<dyn Journal>>) -> Self {
        Self {
            id,
            target,
            journal,
            state: Mutex::default(),
            streams: Mutex::default(),
            digests: Mutex::default(),
            current: RwLock::default(),
        }
    }

    /// Its number.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// A packet left by the controller's port: whoever is a primary is told.
    pub fn packet_in(&self, bytes: &[u8]) {
        let packet = self.current().and_then(|pipeline| packet::packet_in(&pipeline.headers, bytes));
        if let Some(packet) = packet {
            self.tell_primaries(Said::Packet(packet));
        }
    }

    /// A packet taught something.
    pub fn learn(&self, list: LearnListId, values: Vec<Bits>) {
        let Some(pipeline) = self.current() else { return };
        let Some((id, _)) = pipeline.digests.iter().find(|(_, digest)| digest.list == list) else { return };
        if let Some(list) = lock(&self.digests).learn(*id, values, Instant::now()) {
            self.tell_primaries(Said::Digest(list));
        }
    }

    /// Send what has waited for long enough. To be called every few milliseconds.
    pub fn look_at_time(&self) {
        for list in lock(&self.digests).overdue(Instant::now()) {
            self.tell_primaries(Said::Digest(list));
        }
    }

    pub(crate) fn acknowledge(&self, stream: StreamId, ack: &DigestListAck) -> Result<(), Failure> {
        if !lock(&self.streams).arbitration.is_primary(stream) {
            let message = "only the primary controller acknowledges digests";
            return Err(Failure::new(Code::PermissionDenied, message));
        }
        match lock(&self.digests).acknowledge(ack.digest_id, ack.list_id) {
            true => Ok(()),
            false => Err(Failure::not_found(format!(
                "digest {} has no list {} that was not acknowledged",
                ack.digest_id, ack.list_id
            ))),
        }
    }

    /// Send the digests that are wanted now.
    fn set_digests(&self, pipeline: &Pipeline, records: &Records) {
        let wanted = records
            .digests
            .iter()
            .filter_map(|(id, config)| Some((*id, (pipeline.digests.get(id)?.shape, *config))));
        lock(&self.digests).set(wanted.collect());
    }

    fn current(&self) -> Option<Arc<Pipeline>> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// One who doesn't read loses messages, as on a link that is too slow.
    fn tell_primaries(&self, said: Said) {
        let streams = lock(&self.streams);
        for stream in streams.arbitration.primaries() {
            let response = StreamMessageResponse { update: Some(said.clone()) };
            if let Some(sender) = streams.open.get(&stream) {
                let _ = sender.try_send(Ok(response));
            }
        }
    }

    pub(crate) fn packet_out(&self, stream: StreamId, packet: &PacketOut) -> Result<(), Failure> {
        if !lock(&self.streams).arbitration.is_primary(stream) {
            let message = "only the primary controller may send packets";
            return Err(Failure::new(Code::PermissionDenied, message));
        }
        let bytes = packet::packet_out(&self.current().ok_or_else(no_pipeline)?.headers, packet)?;
        if self.target.cpu_port().is_none() {
            return Err(Failure::unimplemented("the device has no port for the controller's packets"));
        }
        self.target.packet_out(bytes)
    }

    /// A stream begins.
    pub(crate) fn open(&self, sender: Sender<Sent>) -> StreamId {
        let mut streams = lock(&self.streams);
        let stream = streams.next;
        streams.next += 1;
        streams.open.insert(stream, sender);
        stream
    }

    /// A stream ended.
    pub(crate) fn close(&self, stream: StreamId) {
        let mut streams = lock(&self.streams);
        streams.open.remove(&stream);
        let told = streams.arbitration.leave(stream, self.id);
        tell(&streams, told);
    }

    pub(crate) fn arbitrate(
        &self,
        stream: StreamId,
        update: &MasterArbitrationUpdate,
    ) -> Result<(), Failure> {
        let role = role_name(update.role.as_ref())?;
        let mut streams = lock(&self.streams);
        let election = election(update.election_id.as_ref());
        let told = streams.arbitration.arbitrate(stream, role, election, self.id)?;
        tell(&streams, told);
        Ok(())
    }

    fn check(&self, role: &str, role_id: u64, id: arbitration::Election) -> Result<(), Failure> {
        let role = if role.is_empty() { numbered(role_id) } else { role.to_owned() };
        lock(&self.streams).arbitration.check(&role, id)
    }

    pub(crate) fn write(&self, request: WriteRequest) -> Result<(), Status> {
        self.check(&request.role, request.role_id, election(request.election_id.as_ref()))?;
        let atomicity = Atomicity::try_from(request.atomicity);
        let atomicity = atomicity.map_err(|_| Failure::invalid("no such atomicity"))?;
        let mut state = lock(&self.state);
        let (configured, records) = state.running.as_mut().ok_or_else(no_pipeline)?;
        let mut turn = self.journal.as_ref().map(|journal| journal.turn()).transpose()?;
        let mut session = self.target.session();
        let mut context = Context { pipeline: &configured.pipeline, records, session: session.as_mut() };
        let written = context.write(request.updates, atomicity);
        self.set_digests(&configured.pipeline, records);
        // While it is kept packets pass, and others have the device.
        drop(session);
        if let (Some(turn), false) = (&mut turn, written.done.is_empty()) {
            turn.updates(written.done)?;
        }
        written.result
    }

    /// Write what was written before the process was started again.
    ///
    /// # Errors
    /// What a controller would be told.
    pub fn resume(&self, updates: Vec<Update>) -> Result<(), Status> {
        let mut state = lock(&self.state);
        let (configured, records) = state.running.as_mut().ok_or_else(no_pipeline)?;
        let mut session = self.target.session();
        let mut context = Context { pipeline: &configured.pipeline, records, session: session.as_mut() };
        let result = context.write(updates, Atomicity::ContinueOnError).result;
        self.set_digests(&configured.pipeline, records);
        result
    }

    pub(crate) fn read(&self, request: &ReadRequest) -> Result<Vec<Entity>, Failure> {
        let mut state = lock(&self.state);
        let (configured, records) = state.running.as_mut().ok_or_else(no_pipeline)?;
        let mut session = self.target.session();
        let mut context = Context { pipeline: &configured.pipeline, records, session: session.as_mut() };
        let mut found = Vec::new();
        for wanted in &request.entities {
            context.read(wanted, &mut |entity| found.push(Entity { entity: Some(entity) }))?;
        }
        Ok(found)
    }

    pub(crate) fn set_pipeline(&self, request: &SetForwardingPipelineConfigRequest) -> Result<(), Failure> {
        self.check(&request.role, request.role_id, election(request.election_id.as_ref()))?;
        let action = Action::try_from(request.action).unwrap_or(Action::Unspecified);
        let mut state = lock(&self.state);
        match (action, &request.config) {
            (Action::Unspecified, _) => Err(Failure::invalid("the request has no action")),
            (Action::Commit, None) => {
                let saved = state.saved.take();
                let nothing =
                    || Failure::new(Code::FailedPrecondition, "no pipeline was saved to be committed");
                self.commit(&mut state, saved.ok_or_else(nothing)?, How { keep: true, ..How::default() })
            }
            (Action::Commit, Some(_)) => {
                Err(Failure::invalid("what is committed was saved before: leave it out"))
            }
            (_, None) => Err(Failure::invalid("the request has no pipeline")),
            (action, Some(config)) => {
                let configured = self.configured(config)?;
                self.target.verify(&configured.pipeline.program)?;
                match action {
                    Action::Verify => Ok(()),
                    Action::VerifyAndSave => {
                        state.saved = Some(configured);
                        Ok(())
                    }
                    action => {
                        let reconcile = action == Action::ReconcileAndCommit;
                        self.commit(&mut state, configured, How { keep: true, reconcile, first: &[] })
                    }
                }
            }
        }
    }

    fn configured(&self, config: &ForwardingPipelineConfig) -> Result<Configured, Failure> {
        let info = config.p4info.as_ref().ok_or_else(|| Failure::invalid("the pipeline has no P4Info"))?;
        let program = Arc::new(self.target.program(&config.p4_device_config)?);
        Ok(Configured { pipeline: Arc::new(Pipeline::new(program, info)?), config: config.clone() })
    }

    /// Run a pipeline.
    fn commit(&self, state: &mut State, configured: Configured, how: How<'_>) -> Result<(), Failure> {
        let How { first, reconcile, keep } = how;
        let program = Arc::clone(&configured.pipeline.program);
        let journal = self.journal.as_ref().filter(|_| keep);
        let mut turn = journal.map(|journal| journal.turn()).transpose()?;
        let mut updates = Vec::new();
        let mut session = self.target.session();
        let mut records = Records::default();
        let mut commands = first.to_vec();
        if let (true, Some((before, known))) = (reconcile, state.running.as_mut()) {
            let mut context =
                Context { pipeline: &before.pipeline, records: known, session: session.as_mut() };
            updates = everything(&mut context)?;
            let mut rehearsal = Rehearsal::new(Arc::clone(&program));
            let mut context =
                Context { pipeline: &configured.pipeline, records: &mut records, session: &mut rehearsal };
            let kept = context.write(updates, Atomicity::ContinueOnError);
            updates = kept.done;
            kept.result.map_err(|_| {
                let message =
                    "what was written before doesn't fit the new pipeline: commit it without reconciling";
                Failure::new(Code::FailedPrecondition, message)
            })?;
            commands = rehearsal.commands;
        }
        session.load(program, &commands)?;
        drop(session);
        let pipeline = Arc::clone(&configured.pipeline);
        let (configured, records) = state.running.insert((configured, records));
        self.set_digests(&configured.pipeline, records);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(pipeline);
        match &mut turn {
            Some(turn) => turn.pipeline(&configured.config, first, updates),
            None => Ok(()),
        }
    }

    /// Make a pipeline run that no controller sets now, with these commands carried out first. The journal is not told.
    ///
    /// # Errors
    /// As of a controller's request.
    pub fn start(&self, config: &ForwardingPipelineConfig, commands: &[Command]) -> Result<(), Failure> {
        let configured = self.configured(config)?;
        self.commit(&mut lock(&self.state), configured, How { first: commands, ..How::default() })
    }

    /// Make a pipeline run that no controller sets, with commands carried out first, and keep that it does. `commands` makes
    /// them for the program.
    ///
    /// # Errors
    /// As of a controller's request, and of `commands`; what ran before goes on then.
    pub fn install(
        &self,
        config: &ForwardingPipelineConfig,
        commands: impl FnOnce(&Program) -> Result<Vec<Command>, Failure>,
    ) -> Result<(), Failure> {
        let configured = self.configured(config)?;
        let first = commands(&configured.pipeline.program)?;
        self.target.verify(&configured.pipeline.program)?;
        self.commit(&mut lock(&self.state), configured, How { first: &first, keep: true, reconcile: false })
    }

    /// The device is no more: its controllers' streams end.
    pub fn retire(&self) {
        for sender in std::mem::take(&mut lock(&self.streams).open).into_values() {
            let _ = sender.try_send(Err(Status::not_found(format!("device {} is gone", self.id))));
        }
    }

    pub(crate) fn pipeline(
        &self,
        request: &GetForwardingPipelineConfigRequest,
    ) -> Result<ForwardingPipelineConfig, Failure> {
        let wanted = ResponseType::try_from(request.response_type);
        let wanted = wanted.map_err(|_| Failure::invalid("no such response type"))?;
        let state = lock(&self.state);
        let (configured, _) = state.running.as_ref().ok_or_else(no_pipeline)?;
        let mut config = ForwardingPipelineConfig { cookie: configured.config.cookie, ..Default::default() };
        if matches!(wanted, ResponseType::All | ResponseType::P4infoAndCookie) {
            config.p4info.clone_from(&configured.config.p4info);
        }
        if matches!(wanted, ResponseType::All | ResponseType::DeviceConfigAndCookie) {
            config.p4_device_config.clone_from(&configured.config.p4_device_config);
        }
        Ok(config)
    }
}

/// Updates that write again all that was written, in an order in which they can be.
fn everything(context: &mut Context<'_>) -> Result<Vec<Update>, Failure> {
    let whole = || TableEntry {
        counter_data: Some(Default::default()),
        meter_config: Some(Default::default()),
        ..Default::default()
    };
    let wanted = [
        (Type::Insert, Kind::ActionProfileMember(Default::default())),
        (Type::Insert, Kind::ActionProfileGroup(Default::default())),
        (Type::Insert, Kind::PacketReplicationEngineEntry(Default::default())),
        (Type::Insert, Kind::TableEntry(whole())),
        (Type::Insert, Kind::DigestEntry(Default::default())),
        (Type::Modify, Kind::CounterEntry(Default::default())),
        (Type::Modify, Kind::RegisterEntry(Default::default())),
    ];
    let mut updates = Vec::new();
    for (kind, wanted) in wanted {
        let mut found = |entity| {
            if !matches!(&entity, Kind::TableEntry(entry) if entry.is_const) {
                updates.push(Update { r#type: kind.into(), entity: Some(Entity { entity: Some(entity) }) });
            }
        };
        context.read(&Entity { entity: Some(wanted) }, &mut found)?;
    }
    for table in context.pipeline.tables.values().filter(|table| table.default_changes) {
        let wanted = TableEntry { table_id: table.id, is_default_action: true, ..Default::default() };
        let mut found = |entity| {
            updates
                .push(Update { r#type: Type::Modify.into(), entity: Some(Entity { entity: Some(entity) }) });
        };
        context.read(&Entity { entity: Some(Kind::TableEntry(wanted)) }, &mut found)?;
    }
    let wanted = Entity { entity: Some(Kind::MeterEntry(Default::default())) };
    context.read(&wanted, &mut |entity| {
        if matches!(&entity, Kind::MeterEntry(entry) if entry.config.is_some()) {
            updates
                .push(Update { r#type: Type::Modify.into(), entity: Some(Entity { entity: Some(entity) }) });
        }
    })?;
    Ok(updates)
}

fn tell(streams: &Streams, told: Vec<Told>) {
    for (stream, update) in told {
        let response = StreamMessageResponse { update: Some(Said::Arbitration(update)) };
        if let Some(sender) = streams.open.get(&stream) {
            let _ = sender.try_send(Ok(response));
        }
    }
}
