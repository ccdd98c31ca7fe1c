//! Refusals reach the client with their code and facts; faults are logged once,
//! here, and masked with the trace id.

use async_graphql::{Error, ErrorExtensionValues};
use ciclo_kernel::{Refusal, trace};
use ciclo_store::Error as StoreError;
use std::sync::Arc;

/// A result of a resolver.
pub type ApiResult<T> = Result<T, ApiError>;

/// What a resolver fails with.
#[derive(Clone, Debug)]
pub struct ApiError(pub Arc<StoreError>);

impl<E: Into<StoreError>> From<E> for ApiError {
    fn from(error: E) -> Self {
        Self(Arc::new(error.into()))
    }
}

/// What the client reads in place of a fault.
pub const MASKED: &str = "something failed inside; nothing was changed by this field";

impl From<ApiError> for Error {
    fn from(ApiError(error): ApiError) -> Self {
        match &*error {
            StoreError::Refused(refusal) => refused(refusal),
            StoreError::NotArrived { type_name, id, .. } => refused(&Refusal::not_found(type_name, id)),
            fault => masked(fault),
        }
    }
}

/// A refusal as the client reads it.
#[must_use]
pub fn refused(refusal: &Refusal) -> Error {
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", refusal.code.as_str());
    for (name, value) in &refusal.facts {
        let value = async_graphql::Value::from_json(value.clone()).unwrap_or_default();
        extensions.set(name.as_str(), value);
    }
    Error { message: refusal.message.clone(), source: None, extensions: Some(extensions) }
}

fn masked(fault: &StoreError) -> Error {
    let trace_id = trace::context().map(trace::TraceContext::trace_id).unwrap_or_default();
    tracing::error!(%fault, trace_id, "a fault");
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", if fault.is_passing() { "UNAVAILABLE" } else { "INTERNAL" });
    extensions.set("traceId", trace_id);
    Error { message: MASKED.to_owned(), source: None, extensions: Some(extensions) }
}
