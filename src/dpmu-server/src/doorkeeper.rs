//! Who may ask, and how often: whoever shows the slice's token, as long as it isn't too much.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use hyper4_p4runtime::tonic::service::Interceptor;
use hyper4_p4runtime::tonic::{Request, Status};

use crate::bounds::Bound;
use crate::rate::Rate;

/// Lets requests pass that have `authorization: Bearer <token>`, or all where there is no token.
#[derive(Clone)]
pub(crate) struct Doorkeeper {
    pub(crate) token: Option<Arc<str>>,
    /// How often may be asked.
    pub(crate) rate: Option<Arc<Mutex<Rate>>>,
    /// How many connections may be open.
    pub(crate) bound: Option<Arc<Bound>>,
    /// What others are told.
    pub(crate) strangers: &'static str,
    /// It is the operator's door: others are told that it isn't theirs.
    pub(crate) operator: bool,
}

impl Doorkeeper {
    /// Whether there aren't too many connections or requests.
    fn rate(&self, request: Request<()>) -> Result<Request<()>, Status> {
        self.bound.as_ref().map_or(Ok(()), |bound| bound.check(request.remote_addr()))?;
        let taken = |rate: &Arc<Mutex<Rate>>| {
            rate.lock().unwrap_or_else(PoisonError::into_inner).take(Instant::now())
        };
        match self.rate.as_ref().is_none_or(taken) {
            true => Ok(request),
            false => Err(Status::resource_exhausted("too many requests in a second: ask again later")),
        }
    }
}

impl Interceptor for Doorkeeper {
    fn call(&mut self, request: Request<()>) -> Result<Request<()>, Status> {
        let Some(token) = &self.token else { return self.rate(request) };
        let shown = request.metadata().get("authorization").and_then(|value| value.to_str().ok());
        match shown.and_then(|shown| shown.strip_prefix("Bearer ")) {
            Some(shown) if same(shown.as_bytes(), token.as_bytes()) => self.rate(request),
            // Somebody, but another.
            Some(_) if self.operator => Err(Status::permission_denied(self.strangers)),
            _ => Err(Status::unauthenticated(self.strangers)),
        }
    }
}

/// Whether both are the same; how long it takes says nothing of where they differ.
fn same(shown: &[u8], wanted: &[u8]) -> bool {
    let different = shown.iter().zip(wanted).fold(0, |different, (a, b)| different | (a ^ b));
    shown.len() == wanted.len() && different == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_token_passes() {
        let mut check = Doorkeeper {
            token: Some("s3cret".into()),
            rate: None,
            bound: None,
            strangers: "no",
            operator: false,
        };
        let mut passes = |shown: Option<&str>| {
            let mut request = Request::new(());
            if let Some(value) = shown.and_then(|shown| shown.parse().ok()) {
                request.metadata_mut().insert("authorization", value);
            }
            check.call(request).is_ok()
        };
        assert!(passes(Some("Bearer s3cret")));
        for shown in [
            None,
            Some(""),
            Some("s3cret"),
            Some("Bearer s3cre"),
            Some("Bearer s3cret "),
            Some("Bearer x3cret"),
        ] {
            assert!(!passes(shown), "{shown:?}");
        }
        let rate = Arc::new(Mutex::new(Rate::new(2, Instant::now())));
        let mut check =
            Doorkeeper { token: None, rate: Some(rate), bound: None, strangers: "no", operator: false };
        let passed = (0..50).filter(|_| check.call(Request::new(())).is_ok()).count();
        assert!((2..20).contains(&passed), "{passed}");
    }
}
