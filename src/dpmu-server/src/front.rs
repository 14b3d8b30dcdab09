//! A gRPC server that can be ended at once, and who may talk to it.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use hyper4_dpmu::{OperatorConfig, SliceConfig, TlsConfig};
use hyper4_p4runtime::tonic::transport::server::Router;
use hyper4_p4runtime::tonic::transport::{self, Certificate, Identity, Server, ServerTlsConfig};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::StartError;
use crate::bounds::Bound;
use crate::connections::connections;
use crate::doorkeeper::Doorkeeper;
use crate::rate::Rate;

/// Bytes of the longest message from a controller: programs and large batches.
pub(crate) const LONGEST_MESSAGE: usize = 64 << 20;

/// A server that takes connections.
pub(crate) struct Front {
    /// The socket stays where it is whoever serves it.
    socket: TcpListener,
    address: SocketAddr,
    cut: watch::Sender<bool>,
    task: JoinHandle<()>,
}

/// A socket that nobody serves yet.
pub(crate) fn bind(address: SocketAddr) -> Result<TcpListener, StartError> {
    let unbound = |reason| StartError::Listen { address, reason };
    let socket = TcpListener::bind(address).map_err(unbound)?;
    socket.set_nonblocking(true).map_err(unbound)?;
    Ok(socket)
}

impl Front {
    /// Serve on a socket until `stop`, as many connections as are bound.
    pub(crate) fn start(
        handle: &Handle,
        socket: TcpListener,
        router: Router,
        bound: Option<Arc<Bound>>,
        mut stop: watch::Receiver<bool>,
    ) -> io::Result<Self> {
        let address = socket.local_addr()?;
        let listener = socket.try_clone()?;
        let (cut, is_cut) = watch::channel(false);
        let task = handle.spawn(async move {
            let listener = match tokio::net::TcpListener::from_std(listener) {
                Ok(listener) => listener,
                Err(error) => return tracing::error!(%address, %error, "nothing is served"),
            };
            let stopped = async move {
                // When nobody can say it any more, it is time, too.
                let _ = stop.wait_for(|stop| *stop).await;
            };
            let served = router.serve_with_incoming_shutdown(connections(listener, is_cut, bound), stopped);
            if let Err(error) = served.await {
                tracing::error!(%address, %error, "a server ended");
            }
        });
        Ok(Self { socket, address, cut, task })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Take no more connections, and cut those that are open. The socket is left to who serves next.
    pub(crate) fn cut(self) -> TcpListener {
        self.task.abort();
        let _ = self.cut.send(true);
        self.socket
    }
}

/// A file of the configuration's.
fn read(base: &Path, file: &Path) -> Result<String, StartError> {
    let path = base.join(file);
    let unread = |reason| StartError::Read { path: path.display().to_string(), reason };
    std::fs::read_to_string(&path).map_err(unread)
}

/// What whoever comes has to show, as it was read from its files.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Door {
    token: Option<String>,
    tls: Option<Certificates>,
}

#[derive(Clone, PartialEq, Eq)]
struct Certificates {
    certificate: String,
    key: String,
    authority: Option<String>,
}

impl Door {
    /// A slice's.
    pub(crate) fn of_slice(slice: &SliceConfig, base: &Path) -> Result<Self, StartError> {
        let given = slice.token.as_ref().map(|token| token.secret().to_owned());
        Self::read(given, slice.token_file.as_deref(), slice.tls.as_ref(), base)
    }

    /// The operator's.
    pub(crate) fn of_operator(operator: &OperatorConfig, base: &Path) -> Result<Self, StartError> {
        Self::read(None, operator.token_file.as_deref(), operator.tls.as_ref(), base)
    }

    fn read(
        given: Option<String>,
        file: Option<&Path>,
        tls: Option<&TlsConfig>,
        base: &Path,
    ) -> Result<Self, StartError> {
        let token = match (given, file) {
            (None, Some(file)) => Some(read(base, file)?.trim().to_owned()),
            (given, _) => given,
        };
        let tls = match tls {
            None => None,
            Some(tls) => Some(Certificates {
                certificate: read(base, &tls.certificate)?,
                key: read(base, &tls.key)?,
                authority: tls.client_authority.as_ref().map(|file| read(base, file)).transpose()?,
            }),
        };
        Ok(Self { token, tls })
    }

    /// A server with certificates, if there are any. `whose` is for errors.
    pub(crate) fn server(&self, whose: &str) -> Result<Server, StartError> {
        let Some(read) = &self.tls else { return Ok(Server::builder()) };
        let tls = ServerTlsConfig::new().identity(Identity::from_pem(&read.certificate, &read.key));
        let tls = match &read.authority {
            Some(authority) => tls.client_ca_root(Certificate::from_pem(authority)),
            None => tls,
        };
        let refused = |reason: transport::Error| StartError::Tls {
            slice: whose.to_owned(),
            reason: std::error::Error::source(&reason)
                .map_or_else(|| reason.to_string(), ToString::to_string),
        };
        Server::builder().tls_config(tls).map_err(refused)
    }

    /// Who lets a slice's controllers in.
    pub(crate) fn keeper(&self, rate: Option<NonZeroU32>, bound: Arc<Bound>) -> Doorkeeper {
        let rate = rate.map(|rate| Arc::new(Mutex::new(Rate::new(rate.get(), Instant::now()))));
        let strangers = "this is for controllers with the slice's token";
        let token = self.token.as_deref().map(Into::into);
        Doorkeeper { token, rate, bound: Some(bound), strangers, operator: false }
    }

    /// Who lets the operator in.
    pub(crate) fn operators_keeper(&self) -> Doorkeeper {
        let strangers = "this is for the operator";
        let token = self.token.as_deref().map(Into::into);
        Doorkeeper { token, rate: None, bound: None, strangers, operator: true }
    }

    /// What has to be shown, in a word.
    pub(crate) fn shown(&self) -> &'static str {
        let certificate = self.tls.as_ref().is_some_and(|tls| tls.authority.is_some());
        match (self.token.is_some(), certificate) {
            (true, true) => "token+certificate",
            (true, false) => "token",
            (false, true) => "certificate",
            (false, false) => "",
        }
    }
}
