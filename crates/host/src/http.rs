//! The HTTP side of a service: GraphQL, its WebSocket, the log for neighbours, health.

use crate::graphql::GraphQl;
use crate::part::Shared;
use crate::spans::{operated, operation};
use async_graphql::Data;
use async_graphql::http::ALL_WEBSOCKET_PROTOCOLS;
use async_graphql_axum::{GraphQLProtocol, GraphQLWebSocket};
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Query, State, WebSocketUpgrade};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use ciclo_api::Session;
use ciclo_api::error::refused;
use ciclo_kernel::trace::{self, TraceContext};
use ciclo_kernel::{Code, Principal, Refusal, Role};
use serde::Deserialize;
use serde_json::json;
use std::time::Duration;

/// Largest body of a GraphQL request.
const BODY_MOST: usize = 1024 * 1024;
/// Longest time that a neighbour's request for log rows is held open.
const WAIT_MOST: u64 = 30;
/// Most log rows of one answer.
const ROWS_MOST: u64 = 1000;

/// The routes that every service has.
pub fn routes(shared: Shared) -> Router {
    Router::new()
        .route("/graphql", post(graphql).layer(DefaultBodyLimit::max(BODY_MOST)))
        .route("/graphql/ws", get(websocket))
        .route("/internal/log", get(log))
        .route("/health/live", get(|| async { "live" }))
        .route("/health/ready", get(ready))
        .with_state(shared)
}

/// The caller of a request.
pub async fn caller(shared: &Shared, headers: &HeaderMap) -> Result<Principal, Refusal> {
    shared.verifiers.callers.header(authorization(headers)).await
}

fn authorization(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok())
}

/// A refusal as the answer to a plain HTTP request.
pub fn refusal(refusal: &Refusal) -> Response {
    let status = match refusal.code {
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        Code::Forbidden => StatusCode::FORBIDDEN,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::Conflict => StatusCode::CONFLICT,
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::LimitExceeded => StatusCode::PAYLOAD_TOO_LARGE,
        _ => StatusCode::BAD_REQUEST,
    };
    let error =
        async_graphql::Response::from_errors(vec![refused(refusal).into_server_error(Default::default())]);
    (status, Json(error)).into_response()
}

async fn graphql(
    State(shared): State<Shared>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let started = std::time::Instant::now();
    let principal = match caller(&shared, &headers).await {
        Ok(principal) => principal,
        Err(why) => return refusal(&why),
    };
    let body = match body {
        Ok(body) => body,
        Err(why) => return refusal(&unread(&why)),
    };
    let mut request = match serde_json::from_slice::<async_graphql::Request>(&body) {
        Ok(request) => request,
        Err(why) => return refusal(&Refusal::invalid("body", format!("not a GraphQL request: {why}"))),
    };
    let service = shared.database.service();
    let mut operation = trace::is_exported().then(|| operation(&mut request)).flatten();
    let session = Session::new(&shared.database, shared.access, principal);
    let work = shared.schema.0.run(request.data(session));
    let answer = match &mut operation {
        Some(operation) => operated(operation, service, work).await,
        None => work.await,
    };
    let context = trace::context();
    tracing::debug!(
        service,
        trace_id = context.map(TraceContext::trace_id),
        span_id = context.map(TraceContext::span_id),
        errors = answer.errors.len(),
        micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
        "graphql"
    );
    let mut response = Json(answer).into_response();
    if let Some(operation) = operation {
        response.extensions_mut().insert(operation);
    }
    response
}

/// Why a body was not read.
fn unread(why: &BytesRejection) -> Refusal {
    if why.status() == StatusCode::PAYLOAD_TOO_LARGE {
        let message = format!("the body is larger than {BODY_MOST} bytes");
        Refusal::new(Code::LimitExceeded, message).with("field", "body").with("limit", BODY_MOST)
    } else {
        Refusal::invalid("body", why.body_text())
    }
}

/// The token in a graphql-ws `connection_init` payload: at its top, or under `headers`.
fn init_token(payload: &serde_json::Value) -> Option<String> {
    let places = [payload.get("Authorization"), payload.get("authorization"), payload.get("headers")];
    places.into_iter().flatten().find_map(|place| match place {
        serde_json::Value::String(token) => Some(token.clone()),
        serde_json::Value::Object(headers) => headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("authorization"))
            .and_then(|(_, token)| token.as_str().map(str::to_owned)),
        _ => None,
    })
}

async fn websocket(
    State(shared): State<Shared>,
    protocol: GraphQLProtocol,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let at_upgrade = caller(&shared, &headers).await.ok();
    let schema: GraphQl = shared.schema.clone();
    upgrade.protocols(ALL_WEBSOCKET_PROTOCOLS).on_upgrade(move |stream| async move {
        GraphQLWebSocket::new(stream, schema, protocol)
            .keepalive_timeout(Duration::from_secs(60))
            .on_connection_init(move |payload| async move {
                let principal = match (init_token(&payload), at_upgrade) {
                    (Some(header), _) => shared.verifiers.callers.header(Some(&header)).await,
                    (None, Some(principal)) => Ok(principal),
                    (None, None) => Err(Refusal::new(Code::Unauthenticated, "a bearer token is needed")),
                };
                let mut data = Data::default();
                data.insert(Session::new(
                    &shared.database,
                    shared.access,
                    principal.map_err(|why| refused(&why))?,
                ));
                Ok(data)
            })
            .serve()
            .await;
    })
}

#[derive(Deserialize)]
struct LogRequest {
    after: u64,
    limit: Option<u64>,
    wait: Option<u64>,
}

/// Rows of this service's log after a sequence; held open until there are some.
async fn log(
    State(shared): State<Shared>,
    headers: HeaderMap,
    Query(request): Query<LogRequest>,
) -> Response {
    let neighbour = shared.verifiers.neighbours.header(authorization(&headers)).await;
    let allowed = neighbour.and_then(|principal| {
        let needed = [Role::Subgraph];
        let why = || Refusal::new(Code::Forbidden, "the log is for the other services of the suite");
        principal.has_any(&needed).then_some(()).ok_or_else(why)
    });
    if let Err(why) = allowed {
        return refusal(&why);
    }
    let mut tail = shared.database.tail();
    let wait = Duration::from_secs(request.wait.unwrap_or(0).min(WAIT_MOST));
    let grown = tail.wait_for(|tail| *tail > request.after);
    // Nothing new in time is an empty answer.
    let _ = tokio::time::timeout(wait, grown).await;
    let limit = request.limit.unwrap_or(ROWS_MOST).clamp(1, ROWS_MOST);
    match shared.database.log_after(request.after, limit).await {
        Ok(rows) => ciclo_transport::envelope::encode_batch(shared.database.service(), &rows).into_response(),
        Err(fault) => {
            tracing::error!(%fault, "reading the log");
            refusal(&Refusal::new(Code::Unavailable, "the log cannot be read for now"))
        }
    }
}

/// Ready when the database answers. Parked events and the place in the log are shown beside it.
async fn ready(State(shared): State<Shared>) -> Response {
    let parked = shared.database.parked(None, 1000).await;
    let (status, answers) = match (&parked, shared.database.ping().await) {
        (Ok(_), Ok(())) => (StatusCode::OK, true),
        _ => (StatusCode::SERVICE_UNAVAILABLE, false),
    };
    let body = json!({
        "service": shared.database.service(),
        "database": if answers { "answers" } else { "does not answer" },
        "parkedEvents": parked.map(|parked| parked.len()).unwrap_or_default(),
        "logSequence": *shared.database.tail().borrow(),
    });
    (status, Json(body)).into_response()
}
