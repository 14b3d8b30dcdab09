//! nanomsg's pair: one peer at a time, messages both ways.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, TryLockError};
use std::time::Duration;

use crate::nanomsg::{BindError, Protocol, Stream, listen};

/// Messages that wait for the peer, or for one to come; the next ones are lost.
const WAITING: usize = 1024;
/// How soon it is seen that a peer has gone who is sent nothing.
const GLANCE: Duration = Duration::from_millis(100);

/// This side of a pair.
#[derive(Debug)]
pub struct Pair {
    sender: SyncSender<Vec<u8>>,
}

impl Pair {
    /// Listen at an address as [`crate::Publisher::bind`] does; what the peer sends is given to `hear`, in order.
    ///
    /// # Errors
    /// [`BindError`].
    pub fn bind(
        address: &str,
        hear: impl Fn(&Self, Vec<u8>) + Send + Sync + 'static,
    ) -> Result<Self, BindError> {
        let (sender, messages) = sync_channel(WAITING);
        let answering = Self { sender: sender.clone() };
        // Whoever holds it is the peer.
        let messages = Mutex::new(messages);
        listen(address, Protocol::Pair, Protocol::Pair, move |stream| {
            let messages = match messages.try_lock() {
                Ok(messages) => messages,
                Err(TryLockError::Poisoned(messages)) => messages.into_inner(),
                Err(TryLockError::WouldBlock) => return,
            };
            serve(stream, &messages, |message| hear(&answering, message));
        })?;
        Ok(Self { sender })
    }

    /// Send a message to the peer.
    pub fn send(&self, message: Vec<u8>) {
        // As with packets on a wire.
        let _ = self.sender.try_send(message);
    }
}

fn serve(mut stream: Stream, messages: &Receiver<Vec<u8>>, hear: impl Fn(Vec<u8>) + Sync) {
    let Ok(mut reading) = stream.try_clone() else { return };
    let gone = Arc::new(AtomicBool::new(false));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while let Ok(message) = reading.receive() {
                hear(message);
            }
            gone.store(true, Ordering::SeqCst);
        });
        while !gone.load(Ordering::SeqCst) {
            let sent = match messages.recv_timeout(GLANCE) {
                Ok(message) => stream.send(&message),
                Err(RecvTimeoutError::Timeout) => Ok(()),
                Err(RecvTimeoutError::Disconnected) => break,
            };
            if sent.is_err() {
                break;
            }
        }
    });
}
