//! The operator's commands, against a DPMU that is served.

use std::path::Path;

use hyper4_p4runtime::config::P4Info;
use hyper4_p4runtime::operator::operator_client::OperatorClient;
use hyper4_p4runtime::operator::*;
use hyper4_p4runtime::prost::Message;
use hyper4_p4runtime::tonic::metadata::{Ascii, MetadataValue};
use hyper4_p4runtime::tonic::service::Interceptor;
use hyper4_p4runtime::tonic::service::interceptor::InterceptedService;
use hyper4_p4runtime::tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};
use hyper4_p4runtime::tonic::{Code, Request, Status};
use hyper4_p4runtime::v1::ForwardingPipelineConfig;
use hyper4_report::ExitStatus;

use super::args::{CompositionsCommand, LeasesCommand, OperatorCommand, Quota, Sent, Server, SlicesCommand};
use super::{pipeline, show};
use crate::args::Options;
use crate::failure::Failure;
use crate::frontend::read;

/// Bytes of the longest answer.
const LONGEST: usize = 64 << 20;

/// Shows the operator's token.
#[derive(Clone)]
struct Token(Option<MetadataValue<Ascii>>);

impl Interceptor for Token {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(token) = &self.0 {
            request.metadata_mut().insert("authorization", token.clone());
        }
        Ok(request)
    }
}

type Client = OperatorClient<InterceptedService<Channel, Token>>;

async fn connect(server: &Server) -> Result<Client, Failure> {
    let address = &server.server;
    let token = match &server.token_file {
        None => None,
        Some(file) => {
            let wrong = |_| Failure::input(format!("`{}`: a token is printable ASCII", file.display()));
            let mut value: MetadataValue<Ascii> =
                format!("Bearer {}", read(file)?.trim()).parse().map_err(wrong)?;
            value.set_sensitive(true);
            Some(value)
        }
    };
    let scheme = if server.ca.is_some() { "https" } else { "http" };
    let wrong = |_| Failure::input(format!("`{address}` is not HOST:PORT"));
    let mut endpoint = Endpoint::from_shared(format!("{scheme}://{address}")).map_err(wrong)?;
    if let Some(ca) = &server.ca {
        let mut tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(read(ca)?));
        if let (Some(certificate), Some(key)) = (&server.certificate, &server.key) {
            tls = tls.identity(Identity::from_pem(read(certificate)?, read(key)?));
        }
        if let Some(name) = &server.server_name {
            tls = tls.domain_name(name);
        }
        let wrong = |error| Failure::input(format!("the certificates: {}", innermost(&error)));
        endpoint = endpoint.tls_config(tls).map_err(wrong)?;
    }
    let unreached =
        |error| Failure::input(format!("can't reach the DPMU at `{address}`: {}", innermost(&error)));
    let channel = endpoint.connect().await.map_err(unreached)?;
    let client = OperatorClient::with_interceptor(channel, Token(token));
    Ok(client.max_decoding_message_size(LONGEST).max_encoding_message_size(LONGEST))
}

/// What is behind an error of a connection.
fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

fn refused(status: Status) -> Failure {
    match status.code() {
        Code::Unauthenticated => {
            Failure::input("the DPMU doesn't know who asks: show the operator's token with `--token-file`")
        }
        Code::PermissionDenied => Failure::input(format!("the DPMU refuses: {}", status.message())),
        Code::Unimplemented => Failure::input("no operator is answered there: is it a slice's address?"),
        Code::Unavailable if status.message().is_empty() => Failure::tool("the DPMU is gone"),
        Code::Internal | Code::Unknown | Code::Unavailable => Failure::tool(status.message()),
        _ => Failure::input(status.message()),
    }
}

/// Ask a DPMU, and show what it answers.
pub(super) fn operate(options: &Options, command: &OperatorCommand) -> Result<ExitStatus, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::tool(format!("no runtime: {error}")))?;
    runtime.block_on(async {
        match command {
            OperatorCommand::Devices { server } => {
                let answer = connect(server).await?.get_device(GetDeviceRequest {}).await.map_err(refused)?;
                show::device(options, &answer.into_inner())
            }
            OperatorCommand::Slices(command) => slices(options, command).await,
            OperatorCommand::Leases(command) => leases(options, command).await,
            OperatorCommand::Compositions(command) => compositions(options, command).await,
            OperatorCommand::Inspect { slice, device, table, most, server } => {
                let request = ListEntriesRequest {
                    slice: slice.clone(),
                    device: device.clone(),
                    table: table.clone().unwrap_or_default(),
                    most: most.unwrap_or_default(),
                };
                let answer = connect(server).await?.list_entries(request).await.map_err(refused)?;
                show::entries(options, &answer.into_inner().entries)
            }
            OperatorCommand::Audit { slice, by, outcome, since, last, server } => {
                let request = ReadAuditRequest {
                    slice: slice.clone().unwrap_or_default(),
                    by: by.clone().unwrap_or_default(),
                    outcome: outcome.clone().unwrap_or_default(),
                    since: since.unwrap_or_default(),
                    last: last.unwrap_or_default(),
                };
                let answer = connect(server).await?.read_audit(request).await.map_err(refused)?;
                show::audit(options, &answer.into_inner().lines)
            }
            OperatorCommand::Reconcile { server } => {
                let answer = connect(server).await?.reconcile(ReconcileRequest {}).await.map_err(refused)?;
                show::reconciled(options, answer.into_inner())
            }
            OperatorCommand::Reload { server } => {
                let answer = connect(server).await?.reload(ReloadRequest {}).await.map_err(refused)?;
                show::reloaded(options, &answer.into_inner())
            }
        }
    })
}

/// The slices, all or one.
async fn list(client: &mut Client, name: &str) -> Result<Vec<Slice>, Failure> {
    let request = ListSlicesRequest { name: name.to_owned() };
    Ok(client.list_slices(request).await.map_err(refused)?.into_inner().slices)
}

async fn one(client: &mut Client, name: &str) -> Result<Slice, Failure> {
    let found = list(client, name).await?.into_iter().next();
    found.ok_or_else(|| Failure::input(format!("there is no slice `{name}`")))
}

async fn slices(options: &Options, command: &SlicesCommand) -> Result<ExitStatus, Failure> {
    let changed = match command {
        SlicesCommand::List { server } => {
            return show::slices(options, &list(&mut connect(server).await?, "").await?);
        }
        SlicesCommand::Show { slice, server } => {
            return show::composition(options, &one(&mut connect(server).await?, slice).await?);
        }
        SlicesCommand::Create { file, server } => {
            let request = CreateSliceRequest { toml: read(file)? };
            connect(server).await?.create_slice(request).await
        }
        SlicesCommand::Change { file, server } => {
            let request = ChangeSliceRequest { toml: read(file)? };
            connect(server).await?.change_slice(request).await
        }
        SlicesCommand::Delete { slice, server } => {
            let request = DeleteSliceRequest { name: slice.clone() };
            connect(server).await?.delete_slice(request).await.map_err(refused)?;
            return show::deleted(options, slice);
        }
        SlicesCommand::Token { slice, file, server } => {
            let token = file.as_ref().map(|file| read(file)).transpose()?.unwrap_or_default();
            if file.is_some() && token.trim().is_empty() {
                return Err(Failure::input("the token is empty: leave the file out if none is needed"));
            }
            let request = SetTokenRequest { slice: slice.clone(), token: token.trim().to_owned() };
            connect(server).await?.set_token(request).await
        }
    };
    show::slices(options, &[changed.map_err(refused)?.into_inner()])
}

async fn leases(options: &Options, command: &LeasesCommand) -> Result<ExitStatus, Failure> {
    match command {
        LeasesCommand::List { server } => {
            show::leases(options, &list(&mut connect(server).await?, "").await?)
        }
        LeasesCommand::Set { slice, ports, rows, groups, copies, cells, server } => {
            let mut client = connect(server).await?;
            let mut lease = one(&mut client, slice).await?.lease.unwrap_or_default();
            if let Some(ports) = ports {
                lease.ports.clone_from(ports);
            }
            for (granted, quota) in [
                (&mut lease.rows, rows),
                (&mut lease.groups, groups),
                (&mut lease.copies, copies),
                (&mut lease.cells, cells),
            ] {
                if let Some(Quota(number)) = quota {
                    *granted = *number;
                }
            }
            let request = SetLeaseRequest { slice: slice.clone(), lease: Some(lease) };
            show::leases(options, &[client.set_lease(request).await.map_err(refused)?.into_inner()])
        }
    }
}

async fn compositions(options: &Options, command: &CompositionsCommand) -> Result<ExitStatus, Failure> {
    let through = |ports: &hyper4_dpmu::Through| Through {
        entering: ports.entering.into(),
        leaving: ports.leaving.into(),
    };
    let changed = match command {
        CompositionsCommand::Show { slice, server } => {
            return show::composition(options, &one(&mut connect(server).await?, slice).await?);
        }
        CompositionsCommand::Wire { slice, file, server } => {
            let request = SetCompositionRequest { slice: slice.clone(), toml: read(file)? };
            connect(server).await?.set_composition(request).await
        }
        CompositionsCommand::Insert { slice, device, sent, at: places, device_id, server }
        | CompositionsCommand::Append { slice, device, sent, port: places, device_id, server } => {
            let places =
                places.iter().map(|(at, ports)| Place { at: at.clone(), through: Some(through(ports)) });
            let request = InsertDeviceRequest {
                slice: slice.clone(),
                device: device.clone(),
                device_id: *device_id,
                program: Some(program(options, sent)?),
                places: places.collect(),
            };
            connect(server).await?.insert_device(request).await
        }
        CompositionsCommand::Remove { slice, device, join, server } => {
            let joined = join.iter().map(through).collect();
            let request = RemoveDeviceRequest { slice: slice.clone(), device: device.clone(), joined };
            connect(server).await?.remove_device(request).await
        }
        CompositionsCommand::Replace { slice, device, sent, server } => {
            let program = Some(program(options, sent)?);
            let request = LoadProgramRequest { slice: slice.clone(), device: device.clone(), program };
            connect(server).await?.load_program(request).await
        }
    };
    show::composition(options, &changed.map_err(refused)?.into_inner())
}

/// A program as it is sent: compiled here, with its P4Info.
fn program(options: &Options, sent: &Sent) -> Result<Program, Failure> {
    let path = &sent.program;
    let started = pipeline::start(options, path, Vec::new())?;
    let pipeline = match (started.pipeline, &sent.p4info) {
        (Some(pipeline), None) => pipeline,
        (Some(_), Some(_)) => {
            return Err(Failure::input("the P4Info of P4 text is made of it: `--p4info` is for bmv2 JSON"));
        }
        (None, None) => {
            let message =
                format!("`{}` is bmv2 JSON, which has no P4Info: name it with `--p4info`", path.display());
            return Err(Failure::input(message));
        }
        (None, Some(file)) => ForwardingPipelineConfig {
            p4info: Some(p4info(file)?),
            p4_device_config: read(path)?.into_bytes(),
            cookie: None,
        },
    };
    let commands = sent.commands.as_ref().map(|file| read(file)).transpose()?.unwrap_or_default();
    Ok(Program { pipeline: Some(pipeline), commands })
}

fn p4info(file: &Path) -> Result<P4Info, Failure> {
    let wrong = |reason: String| Failure::input(format!("`{}`: {reason}", file.display()));
    let bytes = std::fs::read(file).map_err(|error| wrong(error.to_string()))?;
    P4Info::decode(bytes.as_slice()).map_err(|_| {
        wrong("it isn't a binary P4Info, as `hyper4 compile --p4info F.bin` writes it".to_owned())
    })
}
