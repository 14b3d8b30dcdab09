//! The Thrift server.

use std::collections::BTreeMap;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{SystemTime, UNIX_EPOCH};

use hyper4_proto::{
    Connection, Fields, IncomingCall, Method, Outcome, ProcessRequest, Request, Value, answer, request,
};

use crate::{ConfigError, Host, PortInfo};

/// `DevMgrErrorCode`, `LearnOperationErrorCode` and `IdLookupErrorCode`.
const DEVICE_ERROR: i32 = 1;
const INVALID_LIST: i32 = 1;
const INVALID_RESOURCE_TYPE: i32 = 0;
const INVALID_RESOURCE_NAME: i32 = 1;

/// Connections that are served, by number.
type Open = Arc<Mutex<BTreeMap<u64, TcpStream>>>;

/// A server that takes connections until it is dropped. Connections that are open then are served until their clients
/// go.
pub struct ThriftServer {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    open: Open,
    accepting: Option<JoinHandle<()>>,
}

impl ThriftServer {
    /// Serve `host` at that address, each connection in a thread of its own.
    ///
    /// # Errors
    /// When the address can't be listened on.
    pub fn start<H: Host + 'static>(
        address: impl Into<SocketAddr>,
        host: Arc<Mutex<H>>,
    ) -> std::io::Result<Self> {
        Self::start_bounded(address, host, usize::MAX)
    }

    /// The same with at most so many connections; those that are too many are closed.
    ///
    /// # Errors
    /// As there.
    pub fn start_bounded<H: Host + 'static>(
        address: impl Into<SocketAddr>,
        host: Arc<Mutex<H>>,
        most: usize,
    ) -> std::io::Result<Self> {
        let listener = TcpListener::bind(address.into())?;
        let address = listener.local_addr()?;
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let open = Open::default();
        let known = Arc::clone(&open);
        let accepting = std::thread::Builder::new().name("thrift".to_owned()).spawn(move || {
            for (number, stream) in (0u64..).zip(listener.incoming()) {
                if stopped.load(Ordering::SeqCst) {
                    break;
                }
                let Ok(stream) = stream else { continue };
                if lock(&known).len() >= most {
                    continue;
                }
                let host = Arc::clone(&host);
                let connections = Arc::clone(&known);
                let Ok(same) = stream.try_clone() else { continue };
                lock(&connections).insert(number, same);
                // Where no thread can be had the client finds its connection closed.
                let spawned = std::thread::Builder::new().name("thrift client".to_owned()).spawn(move || {
                    serve(stream, &host);
                    lock(&connections).remove(&number);
                });
                if spawned.is_err() {
                    lock(&known).remove(&number);
                }
            }
        })?;
        Ok(Self { address, stop, open, accepting: Some(accepting) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl ThriftServer {
    /// Take no more connections, and cut those that are open.
    pub fn cut(mut self) {
        self.end();
        for connection in lock(&self.open).values() {
            // One that its client has closed already is cut.
            let _ = connection.shutdown(Shutdown::Both);
        }
    }

    fn end(&mut self) {
        if self.accepting.is_none() {
            return;
        }
        self.stop.store(true, Ordering::SeqCst);
        // It waits for a connection: this is the last.
        let _ = TcpStream::connect(self.address);
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
    }
}

impl Drop for ThriftServer {
    fn drop(&mut self) {
        self.end();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Answer a client's calls until it goes or says what isn't Thrift.
fn serve<H: Host>(stream: TcpStream, host: &Mutex<H>) {
    let Ok(mut connection) = Connection::new(stream) else { return };
    while let Ok(Some(call)) = connection.next_call() {
        let outcome = {
            let mut host = host.lock().unwrap_or_else(PoisonError::into_inner);
            outcome(&mut *host, &call)
        };
        if connection.answer(&call, outcome).is_err() {
            break;
        }
    }
}

fn outcome(host: &mut impl Host, call: &IncomingCall) -> Outcome {
    let program = host.program();
    match request(program.as_deref(), call) {
        Err(outcome) => outcome,
        Ok(Request::Process(request)) => process(host, &request),
        Ok(Request::Commands(commands)) => {
            let mut last = Outcome::Done;
            for command in &commands {
                match host.control(command) {
                    Ok(reply) => last = answer(program.as_deref(), call, &reply),
                    Err(error) => return Method::of(call).refused(&error),
                }
            }
            last
        }
    }
}

fn process(host: &mut impl Host, request: &ProcessRequest) -> Outcome {
    let swap = |result: Result<(), ConfigError>| match result {
        Ok(()) => Outcome::Done,
        Err(error) => Outcome::Refused(error.code()),
    };
    let port = |number: i32, act: &mut dyn FnMut(u32) -> Result<(), String>| {
        let done = u32::try_from(number).map_err(|error| error.to_string()).and_then(act);
        done.map_or(Outcome::Refused(DEVICE_ERROR), |()| Outcome::Done)
    };
    match request {
        ProcessRequest::LoadConfig(json) => swap(host.load_config(json)),
        ProcessRequest::SwapConfigs => swap(host.swap_configs()),
        // Captures of a port that is added later aren't written.
        ProcessRequest::AddPort { capture, .. } if !capture.is_empty() => Outcome::Refused(DEVICE_ERROR),
        ProcessRequest::AddPort { interface, port: number, .. } => {
            port(*number, &mut |number| host.add_port(interface, number))
        }
        ProcessRequest::RemovePort(number) => port(*number, &mut |number| host.remove_port(number)),
        ProcessRequest::ShowPorts => {
            Outcome::Result(Value::List(host.ports().iter().map(port_value).collect()))
        }
        ProcessRequest::Info => {
            let info = host.info();
            let mut fields = Fields::from([
                (1, Value::I64(info.device_id.cast_signed())),
                (2, Value::I32(info.thrift_port.into())),
            ]);
            if let Some(address) = info.notifications {
                fields.insert(3, Value::text(&address));
            }
            if let Some(address) = info.event_log {
                fields.insert(4, Value::text(&address));
            }
            Outcome::Result(Value::Struct(fields))
        }
        ProcessRequest::Config => Outcome::Result(Value::text(&host.config())),
        ProcessRequest::ConfigMd5 => {
            use md5::{Digest, Md5};
            Outcome::Result(Value::Binary(Md5::digest(host.config().as_bytes()).to_vec()))
        }
        ProcessRequest::IdFromName { kind, name } => match object_id(&host.config(), *kind, name) {
            Ok(id) => Outcome::Result(Value::I32(id)),
            Err(code) => Outcome::Refused(code),
        },
        ProcessRequest::SerializeState => {
            host.state().map_or_else(Outcome::Failed, |state| Outcome::Result(Value::Binary(state)))
        }
        ProcessRequest::TimeElapsed => Outcome::Result(Value::I64(host.elapsed().cast_signed())),
        ProcessRequest::TimeSinceEpoch => {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            Outcome::Result(Value::I64(i64::try_from(since.as_micros()).unwrap_or(i64::MAX)))
        }
        ProcessRequest::Learning { list, what } => {
            if host.learning(*list, what) {
                Outcome::Done
            } else {
                Outcome::Refused(INVALID_LIST)
            }
        }
    }
}

fn port_value(port: &PortInfo) -> Value {
    let extra: BTreeMap<_, _> = port
        .extra
        .iter()
        .map(|(key, value)| (key.clone().into_bytes(), value.clone().into_bytes()))
        .collect();
    Value::structure([
        Value::I32(port.port.cast_signed()),
        Value::text(&port.interface),
        Value::Bool(port.up),
        Value::Map(extra),
    ])
}

/// The number that a program's JSON gives to a table; notifications name it so.
pub fn table_number(config: &str, table: &str) -> Option<i32> {
    object_id(config, 0, table).ok()
}

/// The number that the JSON gives to a table, profile, counter, meter, register or learning list (`BmResourceType`).
fn object_id(config: &str, kind: i32, name: &str) -> Result<i32, i32> {
    let json: serde_json::Value = serde_json::from_str(config).unwrap_or_default();
    let list = |value: &serde_json::Value, key: &str| {
        value.get(key).and_then(|l| l.as_array()).cloned().unwrap_or_default()
    };
    let of_pipelines = |key: &str| -> Vec<serde_json::Value> {
        list(&json, "pipelines").iter().flat_map(|pipeline| list(pipeline, key)).collect()
    };
    let objects = match kind {
        0 => of_pipelines("tables"),
        1 => of_pipelines("action_profiles"),
        2 => list(&json, "counter_arrays"),
        3 => list(&json, "meter_arrays"),
        4 => list(&json, "register_arrays"),
        5 => list(&json, "learn_lists"),
        _ => return Err(INVALID_RESOURCE_TYPE),
    };
    let found = objects.iter().find(|object| object.get("name").and_then(|n| n.as_str()) == Some(name));
    let id = found.and_then(|object| object.get("id")?.as_i64());
    id.and_then(|id| i32::try_from(id).ok()).ok_or(INVALID_RESOURCE_NAME)
}
