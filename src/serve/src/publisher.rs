//! The publisher's side of nanomsg's publish/subscribe. Subscribers choose among what they get by its first bytes
//! themselves. One that doesn't keep up misses messages.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use crate::nanomsg::{BindError, Protocol, Stream, listen};

/// Messages that wait for a subscriber.
const WAITING: usize = 4096;

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
    /// [`BindError`].
    pub fn bind(address: &str) -> Result<Self, BindError> {
        let subscribers = Subscribers::default();
        let joined = Arc::clone(&subscribers);
        listen(address, Protocol::Publisher, Protocol::Subscriber, move |stream| serve(stream, &joined))?;
        Ok(Self { subscribers })
    }

    /// Whether anybody listens.
    pub fn is_heard(&self) -> bool {
        !self.subscribers.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
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

/// Pass on messages until the subscriber goes.
fn serve(mut stream: Stream, subscribers: &Subscribers) {
    let (sender, messages): (_, Receiver<Arc<[u8]>>) = sync_channel(WAITING);
    subscribers.lock().unwrap_or_else(PoisonError::into_inner).push(sender);
    while let Ok(message) = messages.recv() {
        if stream.send(&message).is_err() {
            break;
        }
    }
}
