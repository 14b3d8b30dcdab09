//! Who may connect: whoever shows the slice's token.

use std::sync::Arc;

use hyper4_p4runtime::tonic::service::Interceptor;
use hyper4_p4runtime::tonic::{Request, Status};

/// Lets requests pass that have `authorization: Bearer <token>`; all of them where there is no token.
#[derive(Clone)]
pub(crate) struct TokenCheck {
    pub(crate) token: Option<Arc<str>>,
}

impl Interceptor for TokenCheck {
    fn call(&mut self, request: Request<()>) -> Result<Request<()>, Status> {
        let Some(token) = &self.token else { return Ok(request) };
        let shown = request.metadata().get("authorization").and_then(|value| value.to_str().ok());
        let shown = shown.and_then(|shown| shown.strip_prefix("Bearer ")).unwrap_or_default();
        match same(shown.as_bytes(), token.as_bytes()) {
            true => Ok(request),
            false => Err(Status::unauthenticated("this is for controllers with the slice's token")),
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
        let mut check = TokenCheck { token: Some("s3cret".into()) };
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
        assert!(TokenCheck { token: None }.call(Request::new(())).is_ok());
    }
}
