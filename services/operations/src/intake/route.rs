//! `POST /intake/alertmanager`: 2xx only after the commit, 400 for a body that
//! is no such payload, 503 while the database does not answer, because
//! Alertmanager tries 5xx again and 4xx never.

use super::alertmanager;
use crate::commands;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use ciclo_host::http::{caller, refusal};
use ciclo_host::part::Shared;
use ciclo_kernel::{Code, Refusal};
use ciclo_store::Error;

/// Largest payload.
const BODY_MOST: usize = 16 * 1024 * 1024;
/// The root field that stands for the intake in the table of access.
pub const FIELD: &str = "intakeAlertmanager";

/// Operations' own routes.
pub fn routes(shared: Shared) -> Router {
    Router::new()
        .route("/intake/alertmanager", post(intake).layer(DefaultBodyLimit::max(BODY_MOST)))
        .with_state(shared)
}

async fn intake(State(shared): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    match take(&shared, &headers, &body).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(Error::Refused(why)) => refusal(&why),
        Err(fault) => {
            tracing::error!(%fault, "taking in alerts");
            refusal(&Refusal::new(Code::Unavailable, "the alerts were not kept: send them again"))
        }
    }
}

async fn take(shared: &Shared, headers: &HeaderMap, body: &[u8]) -> Result<(), Error> {
    let principal = caller(shared, headers).await?;
    shared.access.field(&principal, FIELD)?;
    let payload =
        serde_json::from_slice(body).map_err(|why| Refusal::invalid("body", format!("not JSON: {why}")))?;
    let reports = alertmanager::reports(&payload)?;
    let source = "alertmanager";
    shared
        .database
        .write(&principal, move |tx| {
            Box::pin(async move { commands::alert::take_in(tx, source, reports).await })
        })
        .await
}
