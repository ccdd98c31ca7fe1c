//! The spans of requests, by the semantic conventions for HTTP servers and for
//! GraphQL servers. Documents and variables stay out of them.

use async_graphql::parser::types::{OperationType, Selection};
use async_graphql::{Request, Response};
use axum::extract::{MatchedPath, Request as HttpRequest};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::Response as HttpResponse;
use ciclo_kernel::trace::{TraceContext, spanned};
use ciclo_kernel::trace_target;
use tracing::field::Empty;
use tracing::{Span, info_span};

/// Routes whose requests are no work of anybody's: probes, neighbours that wait, sockets that stay open.
const QUIET: [&str; 4] = ["/health/live", "/health/ready", "/internal/log", "/graphql/ws"];

/// The codes of answers that are faults of ours.
const FAULTS: [&str; 2] = ["INTERNAL", "UNAVAILABLE"];

/// Runs a request in a span of its own, under the trace context that it came with; the context is
/// there for what is not exported too.
pub(crate) async fn traced(request: HttpRequest, next: Next) -> HttpResponse {
    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let Some(route) = route.filter(|route| !QUIET.contains(route)) else {
        return next.run(request).await;
    };
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
        url.path = request.uri().path(),
        url.scheme = "http",
    );
    spanned(span, cause(request.headers()), async {
        let response = next.run(request).await;
        answered(&Span::current(), response.status());
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

/// What a request asks for: the type of its operation, the name that its client gave it, and the
/// fields at its root. The names of fields are the schema's, so there are few of them.
pub(crate) struct Operation {
    pub(crate) kind: &'static str,
    pub(crate) name: Option<String>,
    pub(crate) fields: String,
}

impl Operation {
    /// What a request asks for; `None` when it cannot be parsed.
    pub(crate) fn of(request: &mut Request) -> Option<Self> {
        let wanted = request.operation_name.clone();
        let document = request.parsed_query().ok()?;
        let mut operations = document.operations.iter();
        let (name, operation) = operations
            .find(|(name, _)| wanted.is_none() || name.map(|name| name.as_str()) == wanted.as_deref())?;
        let kind = match operation.node.ty {
            OperationType::Query => "query",
            OperationType::Mutation => "mutation",
            OperationType::Subscription => "subscription",
        };
        let fields = operation.node.selection_set.node.items.iter();
        let fields = fields.filter_map(|selection| match &selection.node {
            Selection::Field(field) => Some(field.node.name.node.as_str()),
            _ => None,
        });
        let mut fields: Vec<&str> = fields.collect();
        fields.sort_unstable();
        fields.dedup();
        Some(Self { kind, name: name.map(ToString::to_string), fields: fields.join(",") })
    }

    /// Runs it in a span of its own.
    pub(crate) async fn run(&self, service: &'static str, work: impl Future<Output = Response>) -> Response {
        spanned(self.span(service), None, async {
            let response = work.await;
            ended(&Span::current(), &response);
            response
        })
        .await
    }

    fn span(&self, service: &'static str) -> Span {
        let Self { kind, name, fields } = self;
        info_span!(
            target: trace_target!(),
            "GraphQL",
            otel.name = format!("{kind} {fields}"),
            otel.kind = "internal",
            otel.status_code = Empty,
            error.type = Empty,
            graphql.operation.type = kind,
            graphql.operation.name = name,
            ciclo.graphql.fields = fields,
            ciclo.service = service,
        )
    }
}

/// The code of an answer's first error. A refusal is an answer; a fault of ours is what the span failed with.
fn ended(span: &Span, response: &Response) {
    let Some(error) = response.errors.first() else { return };
    let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
    let code = match code {
        Some(async_graphql::Value::String(code)) => code.as_str(),
        _ => "GRAPHQL_VALIDATION_FAILED",
    };
    span.record("error.type", code);
    if FAULTS.contains(&code) {
        span.record("otel.status_code", "ERROR");
    }
}
