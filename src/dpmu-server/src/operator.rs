//! The operator's service on the wire.

mod show;

use std::net::SocketAddr;
use std::sync::Arc;

use hyper4_dpmu::{
    CompositionConfig, DeviceConfig, DeviceName, Lease, OperatorConfig, Reconciled, SliceConfig, Token,
    parse_end,
};
use hyper4_p4runtime::operator::operator_server::{Operator, OperatorServer};
use hyper4_p4runtime::operator::*;
use hyper4_p4runtime::tonic::service::interceptor::InterceptedService;
use hyper4_p4runtime::tonic::{Code, Request, Response, Status, async_trait};
use hyper4_p4runtime_server::Failure;

use crate::audit::Deed;
use crate::front::{Door, Front, LONGEST_MESSAGE, bind};
use crate::manager::{Manager, Outcome, Sent, Slices, lock, no_slice};
use crate::{StartError, refusal, watch};

/// Entries of one answer, and lines of the audit log: well below the 4 MiB that clients take.
const MOST: usize = 1000;
/// No port is greater.
const LAST_PORT: u32 = 510;

/// Serve the operator.
pub(crate) fn start(config: &OperatorConfig, manager: &Arc<Manager>) -> Result<Front, StartError> {
    let door = Door::of_operator(config, &manager.base)?;
    let service = OperatorServer::new(OperatorService(Arc::clone(manager)))
        .max_decoding_message_size(LONGEST_MESSAGE)
        .max_encoding_message_size(LONGEST_MESSAGE);
    let service = InterceptedService::new(service, door.operators_keeper());
    let router = door.server("[operator]")?.add_service(service);
    let front = Front::start(&manager.handle, bind(config.address)?, router, None, manager.stop.subscribe());
    let front = front.map_err(StartError::Threads)?;
    tracing::info!(address = %front.address(), "the operator is answered");
    Ok(front)
}

struct OperatorService(Arc<Manager>);

impl OperatorService {
    /// Do something where it holds nobody up.
    async fn aside<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Manager) -> Result<T, Failure> + Send + 'static,
    ) -> Result<Response<T>, Status> {
        let manager = Arc::clone(&self.0);
        match tokio::task::spawn_blocking(move || work(&manager)).await {
            Ok(result) => result.map(Response::new).map_err(Into::into),
            Err(_) => Err(Status::new(Code::Internal, "the request could not be finished")),
        }
    }

    /// Change a slice, note who did, and say what it is now.
    async fn change(
        &self,
        peer: Option<SocketAddr>,
        request: &'static str,
        slice: String,
        work: impl FnOnce(&Manager, &mut Slices, &str) -> Result<(), Failure> + Send + 'static,
    ) -> Result<Response<Slice>, Status> {
        self.aside(move |manager| {
            let mut slices = lock(&manager.slices);
            let done = work(manager, &mut slices, &slice);
            note(manager, &slice, peer, request, done.as_ref().err());
            done?;
            show::slice(manager, slices.served.get(&slice).ok_or_else(|| no_slice(&slice))?)
        })
        .await
    }
}

fn note(manager: &Manager, slice: &str, peer: Option<SocketAddr>, request: &str, failure: Option<&Failure>) {
    if let Some(failure) = failure {
        tracing::warn!(slice, request, error = failure.message, "the operator was refused");
    }
    if let Some(audit) = &manager.audit {
        let outcome = format!("{:?}", failure.map_or(Code::Ok, |failure| failure.code));
        audit.note(&Deed { slice, device: "", peer, by: "operator", request, outcome: &outcome });
    }
}

fn described(toml: &str) -> Result<SliceConfig, Failure> {
    SliceConfig::from_toml(toml).map_err(|error| Failure::invalid(error.to_string()))
}

/// A slice as it is, to be made another one.
fn current(slices: &Slices, name: &str) -> Result<SliceConfig, Failure> {
    Ok(slices.served.get(name).ok_or_else(|| no_slice(name))?.config.clone())
}

fn port(number: u32) -> Result<u16, Failure> {
    let fits = u16::try_from(number).ok().filter(|_| number <= LAST_PORT);
    fits.ok_or_else(|| Failure::invalid(format!("`{number}` is not a port: expected 0 to {LAST_PORT}")))
}

fn through(ports: Through) -> Result<hyper4_dpmu::Through, Failure> {
    Ok(hyper4_dpmu::Through { entering: port(ports.entering)?, leaving: port(ports.leaving)? })
}

fn lease(granted: Option<hyper4_p4runtime::operator::Lease>) -> Result<Lease, Failure> {
    let granted = granted.ok_or_else(|| Failure::invalid("the request has no lease"))?;
    let all = u64::MAX;
    Ok(Lease {
        ports: granted.ports.into_iter().map(port).collect::<Result<_, _>>()?,
        rows: granted.rows.unwrap_or(all),
        groups: granted.groups.unwrap_or(all),
        copies: granted.copies.unwrap_or(all),
        cells: granted.cells.unwrap_or(all),
    })
}

fn sent(device: String, program: Option<Program>) -> Result<Sent, Failure> {
    let program = program.ok_or_else(|| Failure::invalid("the request has no program"))?;
    let pipeline = program.pipeline.ok_or_else(|| Failure::invalid("the program is empty"))?;
    Ok(Sent { device, pipeline, commands: program.commands })
}

#[async_trait]
impl Operator for OperatorService {
    async fn get_device(&self, _: Request<GetDeviceRequest>) -> Result<Response<Device>, Status> {
        self.aside(|manager| Ok(show::device(&manager.shared.lock()))).await
    }

    async fn list_slices(
        &self,
        request: Request<ListSlicesRequest>,
    ) -> Result<Response<ListSlicesResponse>, Status> {
        let wanted = request.into_inner().name;
        self.aside(move |manager| {
            let slices = lock(&manager.slices);
            if !wanted.is_empty() && !slices.served.contains_key(&wanted) {
                return Err(no_slice(&wanted));
            }
            let found = slices.served.iter().filter(|(name, _)| wanted.is_empty() || **name == wanted);
            let slices = found.map(|(_, served)| show::slice(manager, served)).collect::<Result<_, _>>()?;
            Ok(ListSlicesResponse { slices })
        })
        .await
    }

    async fn create_slice(&self, request: Request<CreateSliceRequest>) -> Result<Response<Slice>, Status> {
        let peer = request.remote_addr();
        let config = described(&request.into_inner().toml)?;
        let name = config.name.clone();
        self.change(peer, "create slice", name, move |manager, slices, _| manager.add(slices, config)).await
    }

    async fn change_slice(&self, request: Request<ChangeSliceRequest>) -> Result<Response<Slice>, Status> {
        let peer = request.remote_addr();
        let mut config = described(&request.into_inner().toml)?;
        let name = config.name.clone();
        self.change(peer, "change slice", name, move |manager, slices, name| {
            let before = current(slices, name)?;
            if config.token_file.is_none() && config.token.is_none() {
                // It is never shown, so that who changes what was shown doesn't have it.
                config.token = before.token;
            }
            manager.change(slices, config, None).map(drop)
        })
        .await
    }

    async fn delete_slice(
        &self,
        request: Request<DeleteSliceRequest>,
    ) -> Result<Response<DeleteSliceResponse>, Status> {
        let peer = request.remote_addr();
        let name = request.into_inner().name;
        self.aside(move |manager| {
            let mut slices = lock(&manager.slices);
            let done = manager.delete(&mut slices, &name);
            note(manager, &name, peer, "delete slice", done.as_ref().err());
            done.map(|()| DeleteSliceResponse {})
        })
        .await
    }

    async fn set_lease(&self, request: Request<SetLeaseRequest>) -> Result<Response<Slice>, Status> {
        let peer = request.remote_addr();
        let SetLeaseRequest { slice, lease: granted } = request.into_inner();
        let granted = lease(granted)?;
        self.change(peer, "set lease", slice, move |manager, slices, name| {
            let config = SliceConfig { lease: granted, ..current(slices, name)? };
            manager.change(slices, config, None).map(drop)
        })
        .await
    }

    async fn set_token(&self, request: Request<SetTokenRequest>) -> Result<Response<Slice>, Status> {
        let peer = request.remote_addr();
        let SetTokenRequest { slice, token } = request.into_inner();
        let token = Some(token).filter(|token| !token.is_empty()).map(Token::from);
        self.change(peer, "set token", slice, move |manager, slices, name| {
            let config = SliceConfig { token, token_file: None, ..current(slices, name)? };
            manager.change(slices, config, None).map(drop)
        })
        .await
    }

    async fn set_composition(
        &self,
        request: Request<SetCompositionRequest>,
    ) -> Result<Response<Slice>, Status> {
        let peer = request.remote_addr();
        let SetCompositionRequest { slice, toml } = request.into_inner();
        let wrong = |error: &dyn std::fmt::Display| Failure::invalid(error.to_string());
        let composition = CompositionConfig::from_toml(&toml).map_err(|error| wrong(&error))?;
        self.change(peer, "set composition", slice, move |manager, slices, name| {
            let config = SliceConfig { composition, ..current(slices, name)? };
            manager.change(slices, config, None).map(drop)
        })
        .await
    }

    async fn insert_device(&self, request: Request<InsertDeviceRequest>) -> Result<Response<Slice>, Status> {
        let peer = request.remote_addr();
        let InsertDeviceRequest { slice, device, device_id, program, places } = request.into_inner();
        let places = places.into_iter().map(|Place { at, through: ports }| {
            let at = parse_end(&at).map_err(|error| Failure::invalid(error.to_string()))?;
            Ok((at, through(ports.unwrap_or_default())?))
        });
        let places = places.collect::<Result<Vec<_>, Failure>>()?;
        if places.is_empty() {
            return Err(Failure::invalid("the request has no place for the virtual device").into());
        }
        let sent = sent(device.clone(), program)?;
        self.change(peer, "insert device", slice, move |manager, slices, name| {
            let mut config = current(slices, name)?;
            if config.composition.devices.iter().any(|there| there.name == device) {
                let message = format!("there is a virtual device `{device}` already");
                return Err(Failure::new(Code::AlreadyExists, message));
            }
            let wiring = config.composition.wiring.inserted(&device, &places, &config.lease.ports);
            config.composition.wiring =
                wiring.map_err(|error| Failure::new(Code::FailedPrecondition, error.to_string()))?;
            config.composition.devices.push(DeviceConfig {
                name: device,
                program: None,
                commands: None,
                device_id: Some(device_id).filter(|id| *id != 0),
                thrift: None,
            });
            manager.change(slices, config, Some(sent)).map(drop)
        })
        .await
    }

    async fn remove_device(&self, request: Request<RemoveDeviceRequest>) -> Result<Response<Slice>, Status> {
        let peer = request.remote_addr();
        let RemoveDeviceRequest { slice, device, joined } = request.into_inner();
        let joined = joined.into_iter().map(through);
        let joined = joined.collect::<Result<Vec<_>, Failure>>()?;
        self.change(peer, "remove device", slice, move |manager, slices, name| {
            let mut config = current(slices, name)?;
            let wiring = config.composition.wiring.removed(&device, &joined, &config.lease.ports);
            config.composition.wiring =
                wiring.map_err(|error| Failure::new(Code::FailedPrecondition, error.to_string()))?;
            config.composition.devices.retain(|there| there.name != device);
            manager.change(slices, config, None).map(drop)
        })
        .await
    }

    async fn load_program(&self, request: Request<LoadProgramRequest>) -> Result<Response<Slice>, Status> {
        let peer = request.remote_addr();
        let LoadProgramRequest { slice, device, program } = request.into_inner();
        let sent = sent(device, program)?;
        self.change(peer, "load program", slice, move |manager, slices, name| {
            manager.load(slices, name, &sent)
        })
        .await
    }

    async fn list_entries(
        &self,
        request: Request<ListEntriesRequest>,
    ) -> Result<Response<ListEntriesResponse>, Status> {
        let ListEntriesRequest { slice, device, table, most } = request.into_inner();
        self.aside(move |manager| {
            let most = if most == 0 { MOST } else { MOST.min(most as usize) };
            let table = Some(table.as_str()).filter(|table| !table.is_empty());
            let dpmu = manager.shared.lock();
            let entries = dpmu.translated(&DeviceName { slice, device }, table, most);
            let entries = entries.map_err(|error| Failure::not_found(error.to_string()))?;
            Ok(ListEntriesResponse { entries: entries.iter().map(show::entry).collect() })
        })
        .await
    }

    async fn read_audit(
        &self,
        request: Request<ReadAuditRequest>,
    ) -> Result<Response<ReadAuditResponse>, Status> {
        let request = request.into_inner();
        self.aside(move |manager| {
            let none = || {
                Failure::new(
                    Code::FailedPrecondition,
                    "there is no audit log: `audit` of `[server]` names one",
                )
            };
            let file = manager.base.join(manager.server.audit.as_ref().ok_or_else(none)?);
            let most = if request.last == 0 { MOST } else { MOST.min(request.last as usize) };
            let lines = show::audit(&file, &request, most);
            let lines = lines.map_err(|error| {
                Failure::new(Code::Unavailable, format!("the audit log can't be read: {error}"))
            })?;
            Ok(ReadAuditResponse { lines })
        })
        .await
    }

    async fn reconcile(
        &self,
        request: Request<ReconcileRequest>,
    ) -> Result<Response<ReconcileResponse>, Status> {
        let peer = request.remote_addr();
        self.aside(move |manager| {
            let done = watch::reconcile(&manager.shared, manager.audit.as_deref());
            let done = done.map_err(|error| Failure::new(refusal::code(&error), error.to_string()));
            note(manager, "", peer, "reconcile", done.as_ref().err());
            let Reconciled { missing, foreign, changed, groups, cells } = done?;
            Ok(ReconcileResponse { missing, foreign, changed, groups, cells })
        })
        .await
    }

    async fn reload(&self, request: Request<ReloadRequest>) -> Result<Response<ReloadResponse>, Status> {
        let peer = request.remote_addr();
        self.aside(move |manager| {
            let done = manager.reload();
            note(manager, "", peer, "reload", done.as_ref().err());
            let done = done?;
            let slices = done.slices.into_iter().map(|(slice, outcome)| {
                let (what, reason) = match outcome {
                    Outcome::Created => ("created", String::new()),
                    Outcome::Changed => ("changed", String::new()),
                    Outcome::Deleted => ("deleted", String::new()),
                    Outcome::Refused(reason) => ("refused", reason),
                };
                Reloaded { slice, what: what.to_owned(), reason }
            });
            Ok(ReloadResponse { slices: slices.collect(), remarks: done.remarks })
        })
        .await
    }
}
