//! The service on the wire.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, PoisonError, RwLock};

use hyper4_p4runtime::API_VERSION;
use hyper4_p4runtime::tonic::{Code, Request, Response, Status, Streaming, async_trait};
use hyper4_p4runtime::v1::p4_runtime_server::P4Runtime;
use hyper4_p4runtime::v1::set_forwarding_pipeline_config_request::Action;
use hyper4_p4runtime::v1::stream_message_request::Update;
use hyper4_p4runtime::v1::stream_message_response::Update as Said;
use hyper4_p4runtime::v1::{
    CapabilitiesRequest, CapabilitiesResponse, GetForwardingPipelineConfigRequest,
    GetForwardingPipelineConfigResponse, PacketOutError, ReadRequest, ReadResponse,
    SetForwardingPipelineConfigRequest, SetForwardingPipelineConfigResponse, StreamError,
    StreamMessageRequest, StreamMessageResponse, WriteRequest, WriteResponse, stream_error,
};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use crate::arbitration::StreamId;
use crate::device::Sent;
use crate::{Device, Failure};

/// Messages that may wait for a controller that doesn't read.
const WAITING: usize = 1024;
/// Entities in one message of an answer: well below the 4 MiB that clients take.
const ENTITIES: usize = 1000;

/// A request that changes something, or would have.
#[derive(Clone, Debug)]
pub struct Noted {
    /// The device that it named.
    pub device: u64,
    /// Where the controller is.
    pub peer: Option<SocketAddr>,
    /// What it was.
    pub request: String,
    /// What became of it.
    pub outcome: Code,
}

/// Hears of each request that changes something.
pub type Observer = Arc<dyn Fn(Noted) + Send + Sync>;

/// A P4Runtime server for some devices. Its clones serve the same ones.
#[derive(Clone)]
pub struct P4RuntimeService {
    devices: Arc<RwLock<BTreeMap<u64, Arc<Device>>>>,
    observer: Option<Observer>,
}

impl P4RuntimeService {
    /// Serve these devices.
    pub fn new(devices: impl IntoIterator<Item = Arc<Device>>, observer: Option<Observer>) -> Self {
        let devices = devices.into_iter().map(|device| (device.id(), device)).collect();
        Self { devices: Arc::new(RwLock::new(devices)), observer }
    }

    /// Serve another device, too.
    pub fn add(&self, device: Arc<Device>) {
        self.devices.write().unwrap_or_else(PoisonError::into_inner).insert(device.id(), device);
    }

    /// Serve a device no more: streams to it end.
    pub fn remove(&self, id: u64) {
        let gone = self.devices.write().unwrap_or_else(PoisonError::into_inner).remove(&id);
        gone.iter().for_each(|device| device.retire());
    }

    /// Do what changes something, where it holds nobody up, and tell of it.
    async fn change<E: Into<Status> + Send + 'static>(
        &self,
        device: u64,
        peer: Option<SocketAddr>,
        request: String,
        work: impl FnOnce(&Device) -> Result<(), E> + Send + 'static,
    ) -> Result<(), Status> {
        let result = match self.device(device) {
            Ok(device) => aside(move || work(&device)).await,
            Err(failure) => Err(failure.into()),
        };
        if let Some(observer) = &self.observer {
            let outcome = result.as_ref().map_or_else(Status::code, |()| Code::Ok);
            observer(Noted { device, peer, request, outcome });
        }
        result
    }

    fn device(&self, id: u64) -> Result<Arc<Device>, Failure> {
        let missing = || Failure::not_found(format!("there is no device {id}"));
        let devices = self.devices.read().unwrap_or_else(PoisonError::into_inner);
        devices.get(&id).cloned().ok_or_else(missing)
    }
}

/// Do what takes a while where it holds nobody up.
async fn aside<T: Send + 'static, E: Into<Status> + Send + 'static>(
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, Status> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result.map_err(Into::into),
        Err(_) => Err(Status::new(Code::Internal, "the request could not be finished")),
    }
}

#[async_trait]
impl P4Runtime for P4RuntimeService {
    async fn capabilities(
        &self,
        _request: Request<CapabilitiesRequest>,
    ) -> Result<Response<CapabilitiesResponse>, Status> {
        Ok(Response::new(CapabilitiesResponse { p4runtime_api_version: API_VERSION.to_owned() }))
    }

    type StreamChannelStream = ReceiverStream<Sent>;

    async fn stream_channel(
        &self,
        request: Request<Streaming<StreamMessageRequest>>,
    ) -> Result<Response<Self::StreamChannelStream>, Status> {
        let (sender, receiver) = mpsc::channel(WAITING);
        tokio::spawn(listen(self.clone(), request.into_inner(), sender));
        Ok(Response::new(ReceiverStream::new(receiver)))
    }

    async fn set_forwarding_pipeline_config(
        &self,
        request: Request<SetForwardingPipelineConfigRequest>,
    ) -> Result<Response<SetForwardingPipelineConfigResponse>, Status> {
        let peer = request.remote_addr();
        let request = request.into_inner();
        let action = Action::try_from(request.action).unwrap_or(Action::Unspecified);
        let what = format!("pipeline {}", action.as_str_name());
        self.change(request.device_id, peer, what, move |device| device.set_pipeline(&request)).await?;
        Ok(Response::new(SetForwardingPipelineConfigResponse {}))
    }

    async fn get_forwarding_pipeline_config(
        &self,
        request: Request<GetForwardingPipelineConfigRequest>,
    ) -> Result<Response<GetForwardingPipelineConfigResponse>, Status> {
        let request = request.into_inner();
        let device = self.device(request.device_id)?;
        let config = aside(move || device.pipeline(&request)).await?;
        Ok(Response::new(GetForwardingPipelineConfigResponse { config: Some(config) }))
    }

    async fn write(&self, request: Request<WriteRequest>) -> Result<Response<WriteResponse>, Status> {
        let peer = request.remote_addr();
        let request = request.into_inner();
        let what = format!("write {}", request.updates.len());
        self.change(request.device_id, peer, what, move |device| device.write(request)).await?;
        Ok(Response::new(WriteResponse {}))
    }

    type ReadStream = ReceiverStream<Result<ReadResponse, Status>>;

    async fn read(&self, request: Request<ReadRequest>) -> Result<Response<Self::ReadStream>, Status> {
        let request = request.into_inner();
        let device = self.device(request.device_id)?;
        let mut entities = aside(move || device.read(&request)).await?.into_iter();
        let (sender, receiver) = mpsc::channel(4);
        tokio::spawn(async move {
            loop {
                let entities: Vec<_> = entities.by_ref().take(ENTITIES).collect();
                if entities.is_empty() || sender.send(Ok(ReadResponse { entities })).await.is_err() {
                    break;
                }
            }
        });
        Ok(Response::new(ReceiverStream::new(receiver)))
    }
}

/// A stream and the device that it began with.
struct Bound {
    device: Arc<Device>,
    stream: StreamId,
}

impl Drop for Bound {
    fn drop(&mut self) {
        self.device.close(self.stream);
    }
}

/// Hear what a controller says until it goes.
async fn listen(
    service: P4RuntimeService,
    mut requests: Streaming<StreamMessageRequest>,
    sender: mpsc::Sender<Sent>,
) {
    let mut bound = None;
    while let Ok(Some(request)) = requests.message().await {
        let Some(update) = request.update else { continue };
        if let Err(failure) = hear(&service, &mut bound, update, &sender) {
            // It ends with that.
            let _ = sender.send(Err(failure.into())).await;
            break;
        }
    }
}

fn hear(
    service: &P4RuntimeService,
    bound: &mut Option<Bound>,
    update: Update,
    sender: &mpsc::Sender<Sent>,
) -> Result<(), Failure> {
    match (update, bound) {
        (Update::Arbitration(update), Some(bound)) => {
            if update.device_id != bound.device.id() {
                let message = "a stream keeps the device that it began with";
                return Err(Failure::new(Code::FailedPrecondition, message));
            }
            bound.device.arbitrate(bound.stream, &update)
        }
        (Update::Arbitration(update), bound @ None) => {
            let device = service.device(update.device_id)?;
            let stream = device.open(sender.clone());
            let first = bound.insert(Bound { device, stream });
            first.device.arbitrate(stream, &update)
        }
        (_, None) => {
            Err(Failure::new(Code::FailedPrecondition, "a stream begins with an arbitration update"))
        }
        (Update::Packet(packet), Some(bound)) => {
            if let Err(failure) = bound.device.packet_out(bound.stream, &packet) {
                let details = stream_error::Details::PacketOut(PacketOutError { packet_out: Some(packet) });
                complain(sender, failure, details);
            }
            Ok(())
        }
        (Update::DigestAck(ack), Some(bound)) => {
            if let Err(failure) = bound.device.acknowledge(bound.stream, &ack) {
                let details = hyper4_p4runtime::v1::DigestListAckError { digest_list_ack: Some(ack) };
                complain(sender, failure, stream_error::Details::DigestListAck(details));
            }
            Ok(())
        }
        (Update::Other(other), Some(_)) => {
            let failure = Failure::unimplemented("no such message is known");
            let details = hyper4_p4runtime::v1::StreamOtherError { other: Some(other) };
            complain(sender, failure, stream_error::Details::Other(details));
            Ok(())
        }
    }
}

/// Tell of what was wrong with one message; the stream goes on.
fn complain(sender: &mpsc::Sender<Sent>, failure: Failure, details: stream_error::Details) {
    let error = StreamError {
        canonical_code: failure.code as i32,
        message: failure.message,
        details: Some(details),
        ..Default::default()
    };
    let _ = sender.try_send(Ok(StreamMessageResponse { update: Some(Said::Error(error)) }));
}
