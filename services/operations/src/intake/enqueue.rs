//! PagerDuty's Events API v2: `POST /v2/enqueue` and `POST /v2/change/enqueue`. Its clients carry no token but the
//! routing key of an integration in the body. 202 only after the commit, 400 with everything that is wrong, 413 for
//! a body that is too large, and 503 while the database does not answer, because clients try 5xx again and 4xx never.

use super::pagerduty::{self, Event};
use super::route::{Body, unread};
use crate::commands::{alert, integration};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use ciclo_host::part::Shared;
use ciclo_kernel::{Code, Refusal};
use ciclo_store::Error;
use serde_json::{Value, json};
use uuid::Uuid;

/// Largest body, in bytes.
const BODY_MOST: usize = 512 * 1024;

/// The routes of PagerDuty's clients.
pub(super) fn routes() -> Router<Shared> {
    let limit = DefaultBodyLimit::max(BODY_MOST);
    Router::new()
        .route("/v2/enqueue", post(alert_event).layer(limit))
        .route("/v2/change/enqueue", post(change_event).layer(limit))
}

async fn alert_event(State(shared): State<Shared>, body: Body) -> Response {
    match take(&shared, body, pagerduty::alert_event).await {
        Ok(dedup_key) => {
            accepted(json!({ "status": "success", "message": "Event processed", "dedup_key": dedup_key }))
        }
        Err(why) => why.into_response(),
    }
}

async fn change_event(State(shared): State<Shared>, body: Body) -> Response {
    match take(&shared, body, pagerduty::change_event).await {
        Ok(_) => accepted(json!({ "status": "success", "message": "Change event processed" })),
        Err(why) => why.into_response(),
    }
}

fn accepted(answer: Value) -> Response {
    (StatusCode::ACCEPTED, Json(answer)).into_response()
}

/// Why an event was not taken, as PagerDuty's clients read it.
enum NotTaken {
    Invalid(Vec<String>),
    /// There is no such key, or it was revoked: the two look the same.
    InvalidKey,
    TooLarge(String),
    Later,
}

impl From<Error> for NotTaken {
    fn from(why: Error) -> Self {
        match why {
            Error::Refused(why) => Self::Invalid(vec![why.message]),
            fault => {
                tracing::error!(%fault, "taking in an event of an integration");
                Self::Later
            }
        }
    }
}

impl IntoResponse for NotTaken {
    fn into_response(self) -> Response {
        let invalid = "invalid event";
        let (status, word, message, errors) = match self {
            Self::Invalid(errors) => (StatusCode::BAD_REQUEST, invalid, "Event object is invalid", errors),
            Self::InvalidKey => {
                let why = "Invalid routing key";
                (StatusCode::BAD_REQUEST, invalid, why, vec![why.to_owned()])
            }
            Self::TooLarge(why) => (StatusCode::PAYLOAD_TOO_LARGE, invalid, "Event is too large", vec![why]),
            Self::Later => {
                let why = "the event was not kept: send it again";
                (StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Event not processed", vec![why.to_owned()])
            }
        };
        (status, Json(json!({ "status": word, "message": message, "errors": errors }))).into_response()
    }
}

/// Takes an event in; the key by which its trouble is recognised, which is made here when the sender gave none.
async fn take(
    shared: &Shared,
    body: Body,
    read: impl FnOnce(&Value) -> Result<Event, Vec<String>>,
) -> Result<String, NotTaken> {
    let body = body.map_err(|why| match unread(&why, BODY_MOST) {
        Refusal { code: Code::LimitExceeded, message, .. } => NotTaken::TooLarge(message),
        other => NotTaken::Invalid(vec![other.message]),
    })?;
    let event = serde_json::from_slice(&body);
    let event = event.map_err(|why| NotTaken::Invalid(vec![format!("the body is not JSON: {why}")]))?;
    let event = read(&event).map_err(NotTaken::Invalid)?;
    let found = integration::of_key(&shared.database, &event.routing_key).await?;
    let (principal, from) = found.ok_or(NotTaken::InvalidKey)?;
    let dedup_key = event.dedup_key.clone().unwrap_or_else(|| Uuid::new_v4().simple().to_string());
    let report = event.report(&from, &dedup_key);
    let counted = shared.database.write(&principal, move |tx| {
        Box::pin(async move {
            // It may have been revoked since it was looked up.
            let counts = integration::still_counts(tx, &from).await?;
            if counts {
                alert::take_in(tx, vec![report]).await?;
            }
            Ok(counts)
        })
    });
    if counted.await? { Ok(dedup_key) } else { Err(NotTaken::InvalidKey) }
}
