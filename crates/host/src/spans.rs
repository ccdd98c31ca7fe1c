//! The spans and durations of requests, by the semantic conventions for HTTP
//! servers and for GraphQL servers. Documents and variables stay out of them.

use async_graphql::parser::types::{OperationType, Selection};
use async_graphql::{Request, Response};
use axum::extract::{MatchedPath, Request as HttpRequest, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::Response as HttpResponse;
use ciclo_kernel::measure::{self, Answered, Operation};
use ciclo_kernel::trace::{TraceContext, spanned};
use ciclo_kernel::trace_target;
use std::time::Instant;
use tracing::field::Empty;
use tracing::{Span, info_span};

/// Routes whose requests are no work of anybody's: probes, neighbours that wait, sockets that stay open.
const QUIET: [&str; 4] = ["/health/live", "/health/ready", "/internal/log", "/graphql/ws"];

/// The codes of answers that are faults of ours.
const FAULTS: [&str; 2] = ["INTERNAL", "UNAVAILABLE"];

/// Runs a request in a span of its own, under the trace context that it came with; the context is
/// there for what is not exported too.
pub(crate) async fn traced(
    State(service): State<&'static str>,
    request: HttpRequest,
    next: Next,
) -> HttpResponse {
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let route = matched.as_ref().map(MatchedPath::as_str);
    let Some(route) = route.filter(|route| !QUIET.contains(route)) else {
        return next.run(request).await;
    };
    let (begun, method) = (Instant::now(), request.method().clone());
    let span = info_span!(
        target: trace_target!(),
        "HTTP",
        otel.name = format!("{} {route}", request.method()),
        otel.kind = "server",
        otel.status_code = Empty,
        error.type = Empty,
        http.request.method = request.method().as_str(),
        http.route = route,
        http.response.status_code = Empty,
        ciclo.service = service,
        url.path = request.uri().path(),
        url.scheme = "http",
    );
    spanned(span, cause(request.headers()), async {
        let response = next.run(request).await;
        answered(&Span::current(), response.status());
        measure::answered(&Answered {
            service,
            method: method.as_str(),
            route,
            status: response.status().as_u16(),
            operation: response.extensions().get(),
            took: begun.elapsed(),
        });
        response
    })
    .await
}

/// The trace context that a request came with.
fn cause(headers: &HeaderMap) -> Option<TraceContext> {
    headers.get("traceparent")?.to_str().ok().and_then(TraceContext::parse)
}

fn answered(span: &Span, status: StatusCode) {
    span.record("http.response.status_code", i64::from(status.as_u16()));
    if status.is_server_error() {
        span.record("error.type", status.as_str());
        span.record("otel.status_code", "ERROR");
    }
}

/// What a request asks for; `None` when it cannot be parsed.
pub(crate) fn operation(request: &mut Request) -> Option<Operation> {
    let wanted = request.operation_name.clone();
    let document = request.parsed_query().ok()?;
    let is_wanted = |name: Option<&str>| wanted.is_none() || name == wanted.as_deref();
    let mut operations = document.operations.iter();
    let (_, operation) = operations.find(|(name, _)| is_wanted(name.map(|name| name.as_str())))?;
    let kind = match operation.node.ty {
        OperationType::Query => "query",
        OperationType::Mutation => "mutation",
        OperationType::Subscription => "subscription",
    };
    let fields = operation.node.selection_set.node.items.iter();
    let fields = fields.filter_map(|selection| match &selection.node {
        Selection::Field(field) => Some(field.node.name.node.to_string()),
        _ => None,
    });
    let mut fields: Vec<String> = fields.collect();
    fields.sort_unstable();
    fields.dedup();
    Some(Operation { kind, fields, error: None })
}

/// Runs an operation in a span of its own, and notes its first error.
pub(crate) async fn operated(
    operation: &mut Operation,
    service: &'static str,
    work: impl Future<Output = Response>,
) -> Response {
    let Operation { kind, fields, .. } = operation;
    let fields = fields.join(",");
    let span = info_span!(
        target: trace_target!(),
        "GraphQL",
        otel.name = format!("{kind} {fields}"),
        otel.kind = "internal",
        otel.status_code = Empty,
        error.type = Empty,
        graphql.operation.type = kind,
        ciclo.graphql.fields = fields,
        ciclo.service = service,
    );
    spanned(span, None, async {
        let response = work.await;
        operation.error = ended(&Span::current(), &response);
        response
    })
    .await
}

/// The code of an answer's first error. A refusal is an answer; a fault of ours is what the span failed with.
fn ended(span: &Span, response: &Response) -> Option<String> {
    let error = response.errors.first()?;
    let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
    let code = match code {
        Some(async_graphql::Value::String(code)) => code.as_str(),
        _ => "GRAPHQL_VALIDATION_FAILED",
    };
    span.record("error.type", code);
    if FAULTS.contains(&code) {
        span.record("otel.status_code", "ERROR");
    }
    Some(code.to_owned())
}
