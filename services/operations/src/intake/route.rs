//! The intakes that a bearer token opens: `POST /intake/alertmanager` and `POST /intake/events`. They answer 2xx
//! only after the commit, 400 for a body that they cannot read, 413 for one that is too large, and 503 while the
//! database does not answer, because senders try 5xx again and 4xx never.

use super::{Report, alertmanager, cloudevents, enqueue, events};
use crate::commands;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use ciclo_host::http::{caller, refusal};
use ciclo_host::part::Shared;
use ciclo_kernel::{Code, Refusal};
use ciclo_store::Error;
use serde_json::{Value, json};

/// Largest body, in bytes.
const BODY_MOST: usize = 16 * 1024 * 1024;
/// What stands for the routes in the table of access.
pub const FIELDS: [&str; 2] = ["intakeAlertmanager", "intakeEvents"];

/// A body, or why it was not read.
pub(super) type Body = Result<Bytes, BytesRejection>;

/// Operations' own routes.
pub fn routes(shared: Shared) -> Router {
    let limit = DefaultBodyLimit::max(BODY_MOST);
    Router::new()
        .route("/intake/alertmanager", post(from_alertmanager).layer(limit))
        .route("/intake/events", post(from_anybody).layer(limit))
        .merge(enqueue::routes())
        .with_state(shared)
}

async fn from_alertmanager(State(shared): State<Shared>, headers: HeaderMap, body: Body) -> Response {
    let read = |body: &[u8]| alertmanager::reports(&value(body)?);
    match take(&shared, &headers, body, FIELDS[0], read).await {
        Ok(_) => StatusCode::OK.into_response(),
        Err(why) => refused(why),
    }
}

async fn from_anybody(State(shared): State<Shared>, headers: HeaderMap, body: Body) -> Response {
    match take(&shared, &headers, body, FIELDS[1], |body| of_any_form(&headers, body)).await {
        Ok((events, kept)) => Json(json!({ "events": events, "duplicates": events - kept })).into_response(),
        Err(why) => refused(why),
    }
}

/// How many reports came, and how many of them were not known yet.
async fn take(
    shared: &Shared,
    headers: &HeaderMap,
    body: Body,
    field: &str,
    read: impl FnOnce(&[u8]) -> Result<Vec<Report>, Refusal>,
) -> Result<(usize, usize), Error> {
    let principal = caller(shared, headers).await?;
    shared.access.field(&principal, field)?;
    let reports = read(&body.map_err(|why| unread(&why, BODY_MOST))?)?;
    let came = reports.len();
    let kept = shared
        .database
        .write(&principal, move |tx| Box::pin(async move { commands::alert::take_in(tx, reports).await }))
        .await?;
    Ok((came, kept))
}

/// Reads a body by what its headers say that it is.
fn of_any_form(headers: &HeaderMap, body: &[u8]) -> Result<Vec<Report>, Refusal> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = content_type.and_then(|text| text.split(';').next()).unwrap_or_default().trim();
    match essence.to_ascii_lowercase().as_str() {
        "application/cloudevents+json" => Ok(vec![cloudevents::structured(&value(body)?)?]),
        "application/cloudevents-batch+json" => cloudevents::batch(&value(body)?),
        _ if cloudevents::is_binary(headers) => Ok(vec![cloudevents::binary(headers, content_type, body)?]),
        "application/json" => events::reports(&value(body)?),
        _ => Err(Refusal::invalid(
            "content-type",
            "application/json, application/cloudevents+json, application/cloudevents-batch+json or the headers \
             of a CloudEvent are needed",
        )),
    }
}

fn value(body: &[u8]) -> Result<Value, Refusal> {
    serde_json::from_slice(body).map_err(|why| Refusal::invalid("body", format!("not JSON: {why}")))
}

fn refused(why: Error) -> Response {
    match why {
        Error::Refused(why) => refusal(&why),
        fault => {
            tracing::error!(%fault, "taking in reports");
            refusal(&Refusal::new(Code::Unavailable, "the reports were not kept: send them again"))
        }
    }
}

/// Why a body was not read.
pub(super) fn unread(why: &BytesRejection, most: usize) -> Refusal {
    if why.status() == StatusCode::PAYLOAD_TOO_LARGE {
        let message = format!("the body is larger than {most} bytes");
        Refusal::new(Code::LimitExceeded, message).with("field", "body").with("limit", most)
    } else {
        Refusal::invalid("body", why.body_text())
    }
}
