//! nanomsg's transports, as much of them as simple_switch's sockets need: listening on TCP and local sockets.
//!
//! Each side begins with eight bytes, of which two say what it is; then each message is preceded by its length, on local
//! sockets by a 1 before that (RFCs sp-tcp-mapping-01 and sp-ipc-mapping of nanomsg).

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::Arc;

use thiserror::Error;

/// On local sockets, that what follows is a message.
const MESSAGE: u8 = 1;
/// The longest message that is taken (`NN_RCVMAXSIZE`).
const LONGEST: u64 = 1 << 20;

/// Why nobody can listen; what nanomsg says of it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BindError {
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

impl From<std::io::Error> for BindError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::AddrInUse => Self::Taken,
            std::io::ErrorKind::PermissionDenied => Self::System("Permission denied".to_owned()),
            std::io::ErrorKind::NotFound => Self::System("No such file or directory".to_owned()),
            _ => Self::System(error.to_string()),
        }
    }
}

/// What a side of a connection is (`NN_PUB` and the like).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    Pair = 0x10,
    Publisher = 0x20,
    Subscriber = 0x21,
}

impl Protocol {
    fn greeting(self) -> [u8; 8] {
        [0, b'S', b'P', 0, 0, self as u8, 0, 0]
    }
}

/// A connection that has been greeted.
pub(crate) enum Stream {
    Local(UnixStream),
    Network(TcpStream),
}

impl Stream {
    pub(crate) fn try_clone(&self) -> std::io::Result<Self> {
        Ok(match self {
            Self::Local(stream) => Self::Local(stream.try_clone()?),
            Self::Network(stream) => Self::Network(stream.try_clone()?),
        })
    }

    fn socket(&mut self) -> (&mut dyn Read, &'static [u8]) {
        match self {
            Self::Local(stream) => (stream, &[MESSAGE]),
            Self::Network(stream) => (stream, &[]),
        }
    }

    fn greet(&mut self, own: Protocol, other: Protocol) -> std::io::Result<bool> {
        self.write(&own.greeting())?;
        let mut greeting = [0; 8];
        self.socket().0.read_exact(&mut greeting)?;
        Ok(greeting == other.greeting())
    }

    fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        match self {
            Self::Local(stream) => stream.write_all(bytes),
            Self::Network(stream) => stream.write_all(bytes),
        }
    }

    pub(crate) fn send(&mut self, message: &[u8]) -> std::io::Result<()> {
        let mut whole = self.socket().1.to_vec();
        whole.extend((message.len() as u64).to_be_bytes());
        whole.extend_from_slice(message);
        self.write(&whole)
    }

    /// The next message; an error too when it is none, or too long.
    pub(crate) fn receive(&mut self) -> std::io::Result<Vec<u8>> {
        let (socket, before) = self.socket();
        let mut mark = vec![0; before.len()];
        socket.read_exact(&mut mark)?;
        let mut length = [0; 8];
        socket.read_exact(&mut length)?;
        let length = u64::from_be_bytes(length);
        if mark != before || length > LONGEST {
            return Err(std::io::ErrorKind::InvalidData.into());
        }
        let mut message = vec![0; usize::try_from(length).unwrap_or(0)];
        socket.read_exact(&mut message)?;
        Ok(message)
    }
}

/// Listen at an address as nanomsg writes it: `ipc:///tmp/file`, `tcp://127.0.0.1:5555`, `tcp://*:5555`. By
/// `inproc://name` nobody else can connect. Each connection of the right kind is served in a thread of its own, for as
/// long as the process lives.
pub(crate) fn listen(
    address: &str,
    own: Protocol,
    other: Protocol,
    serve: impl Fn(Stream) + Send + Sync + 'static,
) -> Result<(), BindError> {
    let serve = Arc::new(move |mut stream: Stream| {
        if stream.greet(own, other).unwrap_or(false) {
            serve(stream);
        }
    });
    match address.split_once("://") {
        Some(("ipc", file)) if !file.is_empty() => {
            let listener = bind_local(Path::new(file))?;
            accept(move || listener.accept().map(|(stream, _)| Stream::Local(stream)), serve)?;
        }
        Some(("tcp", place)) => {
            let place = place.strip_prefix('*').map_or(place.to_owned(), |port| format!("0.0.0.0{port}"));
            let place: SocketAddr = place.parse().map_err(|_| BindError::Address)?;
            let listener = TcpListener::bind(place)?;
            accept(move || listener.accept().map(|(stream, _)| Stream::Network(stream)), serve)?;
        }
        Some(("inproc", name)) if !name.is_empty() => {}
        Some(("ipc" | "inproc", _)) => return Err(BindError::Address),
        _ => return Err(BindError::Protocol),
    }
    Ok(())
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

fn accept(
    next: impl Fn() -> std::io::Result<Stream> + Send + 'static,
    serve: Arc<impl Fn(Stream) + Send + Sync + 'static>,
) -> std::io::Result<()> {
    let take = move || {
        loop {
            let Ok(stream) = next() else { continue };
            let serve = Arc::clone(&serve);
            // Where no thread can be had the client finds its connection closed.
            let _ =
                std::thread::Builder::new().name("nanomsg client".to_owned()).spawn(move || serve(stream));
        }
    };
    std::thread::Builder::new().name("nanomsg".to_owned()).spawn(take).map(drop)
}
