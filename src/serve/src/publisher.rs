//! Notifications for whoever listens: the publisher's side of nanomsg's publish/subscribe, over TCP and local sockets.
//!
//! Each side begins with eight bytes, of which two say what it is; then each message is preceded by its length, on local
//! sockets by a 1 before that (RFCs sp-tcp-mapping-01 and sp-ipc-mapping of nanomsg). Subscribers choose among what they
//! get by its first bytes themselves. One that doesn't keep up misses messages.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use thiserror::Error;

/// `NN_PUB`, and what may listen to it, `NN_SUB`.
const PUBLISHER: [u8; 8] = [0, b'S', b'P', 0, 0, 0x20, 0, 0];
const SUBSCRIBER: [u8; 8] = [0, b'S', b'P', 0, 0, 0x21, 0, 0];
/// On local sockets, that what follows is a message.
const MESSAGE: u8 = 1;
/// Messages that wait for a subscriber.
const WAITING: usize = 256;

/// Why nobody can listen; what nanomsg says of it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PublishError {
    /// Neither `tcp://`, `ipc://` nor `inproc://`.
    #[error("Protocol not supported")]
    Protocol,
    /// Not an address.
    #[error("Invalid argument")]
    Address,
    /// Another one has it.
    #[error("Address already in use")]
    Taken,
    /// The system says so.
    #[error("{0}")]
    System(String),
}

impl From<std::io::Error> for PublishError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::AddrInUse => Self::Taken,
            std::io::ErrorKind::PermissionDenied => Self::System("Permission denied".to_owned()),
            std::io::ErrorKind::NotFound => Self::System("No such file or directory".to_owned()),
            _ => Self::System(error.to_string()),
        }
    }
}

type Subscribers = Arc<Mutex<Vec<SyncSender<Arc<[u8]>>>>>;

/// Sends messages to all who have connected.
#[derive(Debug)]
pub struct Publisher {
    subscribers: Subscribers,
}

impl Publisher {
    /// Listen at an address as nanomsg writes it: `ipc:///tmp/file`, `tcp://127.0.0.1:5555`, `tcp://*:5555`. By
    /// `inproc://name` nobody else can listen.
    ///
    /// # Errors
    /// [`PublishError`].
    pub fn bind(address: &str) -> Result<Self, PublishError> {
        let subscribers = Subscribers::default();
        let joined = Arc::clone(&subscribers);
        match address.split_once("://") {
            Some(("ipc", file)) if !file.is_empty() => {
                let listener = bind_local(Path::new(file))?;
                accept(move || listener.accept().map(|(stream, _)| stream), &[MESSAGE], joined)?;
            }
            Some(("tcp", place)) => {
                let place = place.strip_prefix('*').map_or(place.to_owned(), |port| format!("0.0.0.0{port}"));
                let place: std::net::SocketAddr = place.parse().map_err(|_| PublishError::Address)?;
                let listener = TcpListener::bind(place)?;
                accept(move || listener.accept().map(|(stream, _)| stream), &[], joined)?;
            }
            Some(("inproc", name)) if !name.is_empty() => {}
            Some(("ipc" | "inproc", _)) => return Err(PublishError::Address),
            _ => return Err(PublishError::Protocol),
        }
        Ok(Self { subscribers })
    }

    /// Send a message to all who listen.
    pub fn send(&self, message: &[u8]) {
        let mut subscribers = self.subscribers.lock().unwrap_or_else(PoisonError::into_inner);
        if subscribers.is_empty() {
            return;
        }
        let message: Arc<[u8]> = message.into();
        subscribers.retain(|subscriber| {
            let gone =
                matches!(subscriber.try_send(Arc::clone(&message)), Err(TrySendError::Disconnected(_)));
            !gone
        });
    }
}

/// A file that nobody listens on any more is made anew.
fn bind_local(file: &Path) -> std::io::Result<UnixListener> {
    match UnixListener::bind(file) {
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            if UnixStream::connect(file).is_ok() {
                return Err(error);
            }
            std::fs::remove_file(file)?;
            UnixListener::bind(file)
        }
        other => other,
    }
}

/// Take connections in a thread of its own, for as long as the process lives.
fn accept<S: Read + Write + Send + 'static>(
    next: impl Fn() -> std::io::Result<S> + Send + 'static,
    before_length: &'static [u8],
    subscribers: Subscribers,
) -> std::io::Result<()> {
    let take = move || {
        loop {
            let Ok(stream) = next() else { continue };
            let subscribers = Arc::clone(&subscribers);
            // Where no thread can be had the subscriber finds its connection closed.
            let _ = std::thread::Builder::new()
                .name("subscriber".to_owned())
                .spawn(move || serve(stream, before_length, &subscribers));
        }
    };
    std::thread::Builder::new().name("notifications".to_owned()).spawn(take).map(drop)
}

/// Greet, and pass on messages until the subscriber goes.
fn serve(mut stream: impl Read + Write, before_length: &[u8], subscribers: &Subscribers) {
    let mut greeting = [0; 8];
    if stream.write_all(&PUBLISHER).is_err()
        || stream.read_exact(&mut greeting).is_err()
        || greeting != SUBSCRIBER
    {
        return;
    }
    let (sender, messages): (_, Receiver<Arc<[u8]>>) = sync_channel(WAITING);
    subscribers.lock().unwrap_or_else(PoisonError::into_inner).push(sender);
    while let Ok(message) = messages.recv() {
        let mut whole = before_length.to_vec();
        whole.extend((message.len() as u64).to_be_bytes());
        whole.extend_from_slice(&message);
        if stream.write_all(&whole).is_err() {
            break;
        }
    }
}
