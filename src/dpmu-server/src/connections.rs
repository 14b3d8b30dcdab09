//! Connections that can be cut: whoever showed what is no longer enough has none any more, however long his calls last.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper4_p4runtime::tonic::transport::server::{Connected, TcpConnectInfo};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio_stream::wrappers::ReceiverStream;

use crate::bounds::{Bound, Counted};

/// Connections that may wait to be taken.
const WAITING: usize = 64;

/// A connection that ends when it is cut.
pub(crate) struct Connection {
    stream: TcpStream,
    cut: Pin<Box<dyn Future<Output = ()> + Send>>,
    is_cut: bool,
    _counted: Option<Counted>,
}

impl Connection {
    fn new(stream: TcpStream, mut cut: watch::Receiver<bool>, counted: Option<Counted>) -> Self {
        // When nobody can say it any more nobody will.
        let cut = Box::pin(async move {
            if cut.wait_for(|cut| *cut).await.is_err() {
                std::future::pending::<()>().await;
            }
        });
        Self { stream, cut, is_cut: false, _counted: counted }
    }

    fn check(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        if !self.is_cut {
            self.is_cut = self.cut.as_mut().poll(context).is_ready();
        }
        match self.is_cut {
            true => Err(io::ErrorKind::ConnectionAborted.into()),
            false => Ok(()),
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check(context)?;
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check(context)?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl Connected for Connection {
    type ConnectInfo = TcpConnectInfo;

    fn connect_info(&self) -> TcpConnectInfo {
        self.stream.connect_info()
    }
}

/// The connections that come to a listener, until nobody takes them. `cut` cuts them. Where there is a bound, those that are
/// far too many are closed.
pub(crate) fn connections(
    listener: TcpListener,
    cut: watch::Receiver<bool>,
    bound: Option<Arc<Bound>>,
) -> ReceiverStream<io::Result<Connection>> {
    let (sender, receiver) = mpsc::channel(WAITING);
    tokio::spawn(async move {
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = sender.closed() => break,
            };
            // One that is gone again, or for which there is no room: the next one is another's.
            let Ok((stream, peer)) = accepted else {
                tokio::task::yield_now().await;
                continue;
            };
            let counted = match &bound {
                None => None,
                Some(bound) => match bound.count(peer) {
                    None => continue,
                    counted => counted,
                },
            };
            let _ = stream.set_nodelay(true);
            if sender.send(Ok(Connection::new(stream, cut.clone(), counted))).await.is_err() {
                break;
            }
        }
    });
    ReceiverStream::new(receiver)
}
