//! The gateway's spans, by the semantic conventions for HTTP and GraphQL. The
//! router calls hooks and runs nothing inside of spans of ours: each is begun
//! in one hook, kept, and ends when it is dropped.

use ciclo_kernel::measure::Operation;
use ciclo_kernel::trace::{TraceContext, begin};
use ciclo_kernel::trace_target;
use hive_router::GraphQLError;
use hive_router::query_planner::ast::operation::OperationDefinition;
use hive_router::query_planner::ast::selection_item::SelectionItem;
use hive_router::query_planner::state::supergraph_state::OperationKind;
use tracing::field::Empty;
use tracing::{Span, info_span};

/// A span with its place, or none where nothing is exported.
pub type Begun = Option<(Span, TraceContext)>;

/// The codes of errors that are not the client's.
const FAULTS: [&str; 2] = ["INTERNAL", "UNAVAILABLE"];

/// A request to the gateway.
pub fn request(cause: Option<TraceContext>, method: &str, path: &str) -> Begun {
    begin(cause, || {
        info_span!(
            target: trace_target!(),
            parent: None,
            "HTTP",
            otel.name = format!("{method} {path}"),
            otel.kind = "server",
            otel.status_code = Empty,
            error.type = Empty,
            http.request.method = method,
            http.route = path,
            http.response.status_code = Empty,
            ciclo.service = crate::NAME,
            url.path = path,
            url.scheme = "http",
        )
    })
}

/// What is planned.
pub fn operation(planned: &OperationDefinition) -> Operation {
    let kind = match planned.operation_kind {
        None | Some(OperationKind::Query) => "query",
        Some(OperationKind::Mutation) => "mutation",
        Some(OperationKind::Subscription) => "subscription",
    };
    let fields = planned.selection_set.items.iter().filter_map(|item| match item {
        SelectionItem::Field(field) => Some(field.name.clone()),
        _ => None,
    });
    let mut fields: Vec<String> = fields.collect();
    fields.sort_unstable();
    fields.dedup();
    Operation { kind, fields, error: None }
}

/// An operation, by the name that its client gave it.
pub fn operated(cause: Option<TraceContext>, operation: &Operation, name: Option<&str>) -> Begun {
    begin(cause, || {
        let (kind, fields) = (operation.kind, operation.fields.join(","));
        info_span!(
            target: trace_target!(),
            parent: None,
            "GraphQL",
            otel.name = format!("{kind} {fields}"),
            otel.kind = "internal",
            otel.status_code = Empty,
            error.type = Empty,
            graphql.operation.type = kind,
            graphql.operation.name = name,
            ciclo.graphql.fields = fields,
            ciclo.service = crate::NAME,
        )
    })
}

/// A request of the gateway to a subgraph.
pub fn subgraph(cause: Option<TraceContext>, name: &str) -> Begun {
    begin(cause, || {
        info_span!(
            target: trace_target!(),
            parent: None,
            "HTTP",
            otel.name = "POST",
            otel.kind = "client",
            otel.status_code = Empty,
            error.type = Empty,
            http.request.method = "POST",
            http.response.status_code = Empty,
            service.peer.name = name,
            url.template = crate::GRAPHQL_PATH,
        )
    })
}

/// Notes an answer's status: a fault of ours for a server, any fault for a client.
pub fn answered(span: &Span, status: u16, failed: bool) {
    span.record("http.response.status_code", i64::from(status));
    if failed {
        span.record("error.type", status.to_string());
        span.record("otel.status_code", "ERROR");
    }
}

/// Notes the first error of an operation; its code.
pub fn ended(span: &Span, errors: &[GraphQLError]) -> Option<String> {
    let code = errors.first()?.extensions.code.as_deref().unwrap_or(FAULTS[0]);
    span.record("error.type", code);
    if FAULTS.contains(&code) {
        span.record("otel.status_code", "ERROR");
    }
    Some(code.to_owned())
}
