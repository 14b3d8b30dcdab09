//! How much of the server one slice's controllers may hold at once: connections, and requests that aren't answered yet.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use hyper4_p4runtime::tonic::Status;
use hyper4_p4runtime::tonic::body::Body;
use hyper4_p4runtime::tonic::codegen::{BoxFuture, Service, http};
use hyper4_p4runtime::tonic::server::NamedService;
use tokio::sync::Semaphore;

/// Connections beyond the bound that are told so; more of them are closed at once.
const TOLD: usize = 8;

/// The connections of a slice, as many as it may have.
#[derive(Debug)]
pub(crate) struct Bound {
    most: usize,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    within: usize,
    /// Where those come from that are too many.
    beyond: BTreeSet<SocketAddr>,
}

/// A connection that counts, until it is dropped.
#[derive(Debug)]
pub(crate) struct Counted {
    bound: Arc<Bound>,
    /// Of one that is too many.
    beyond: Option<SocketAddr>,
}

impl Bound {
    pub(crate) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, open: Mutex::default() })
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Count a connection. `None`: there are so many that nobody is told any more.
    pub(crate) fn count(self: &Arc<Self>, peer: SocketAddr) -> Option<Counted> {
        let mut open = self.open();
        let beyond = if open.within < self.most {
            open.within += 1;
            None
        } else if open.beyond.len() < TOLD {
            open.beyond.insert(peer);
            Some(peer)
        } else {
            return None;
        };
        Some(Counted { bound: Arc::clone(self), beyond })
    }

    /// Whether requests of a connection are answered.
    ///
    /// # Errors
    /// What those are told that are too many.
    pub(crate) fn check(&self, peer: Option<SocketAddr>) -> Result<(), Status> {
        match peer.is_some_and(|peer| self.open().beyond.contains(&peer)) {
            false => Ok(()),
            true => Err(Status::resource_exhausted(format!(
                "the slice's controllers have {} connections already, and may have no more: close one",
                self.most
            ))),
        }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut open = self.bound.open();
        match &self.beyond {
            Some(peer) => drop(open.beyond.remove(peer)),
            None => open.within = open.within.saturating_sub(1),
        }
    }
}

/// A service that answers so many requests at once, and refuses those that are too many.
#[derive(Clone, Debug)]
pub(crate) struct Bounded<S> {
    service: S,
    room: Arc<Semaphore>,
    most: usize,
}

impl<S> Bounded<S> {
    pub(crate) fn new(service: S, most: usize) -> Self {
        Self { service, room: Arc::new(Semaphore::new(most)), most }
    }
}

impl<S: NamedService> NamedService for Bounded<S> {
    const NAME: &'static str = S::NAME;
}

impl<S, B> Service<http::Request<B>> for Bounded<S>
where
    S: Service<http::Request<B>, Response = http::Response<Body>, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<http::Response<Body>, Infallible>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.service.poll_ready(context)
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        match Arc::clone(&self.room).try_acquire_owned() {
            Ok(place) => {
                let answered = self.service.call(request);
                Box::pin(async move {
                    let answer = answered.await;
                    drop(place);
                    answer
                })
            }
            Err(_) => {
                let message = format!(
                    "{} requests of the slice's controllers are being answered, and no more are taken: ask again later",
                    self.most
                );
                let refused = Status::resource_exhausted(message).into_http();
                Box::pin(async move { Ok(refused) })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_are_counted_until_they_are_dropped() {
        let bound = Bound::new(2);
        let peer = |port: u16| SocketAddr::from(([127, 0, 0, 1], port));
        let mut open: Vec<_> = (0..2 + TOLD as u16).map(|port| bound.count(peer(port))).collect();
        assert!(open.iter().all(Option::is_some));
        assert!(bound.count(peer(99)).is_none());
        let passes = |port| bound.check(Some(peer(port))).is_ok();
        assert!(passes(0) && passes(1) && !passes(2) && !passes(1 + TOLD as u16));
        // One that goes makes room for a new one, not for one that was refused.
        drop(open.swap_remove(0));
        assert!(!passes(2));
        let fresh = bound.count(peer(100));
        assert!(fresh.is_some() && passes(100));
        drop(open);
        assert!((0..2).all(|port| bound.count(peer(port)).is_some_and(|counted| counted.beyond.is_none())));
    }
}
