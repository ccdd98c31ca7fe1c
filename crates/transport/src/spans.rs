//! The spans of rows on their way, by the semantic conventions for messaging.
//! What a message holds stays out of them.

use ciclo_kernel::trace::{TraceContext, begin};
use ciclo_kernel::trace_target;
use ciclo_store::LogRow;
use tracing::field::Empty;
use tracing::{Span, info_span};

/// A row that is sent to a topic; the span ends when it is dropped, which is when the row is
/// acknowledged. `None` when nothing is exported, and for a row of no trace.
pub(crate) fn send(service: &str, topic: &str, row: &LogRow) -> Option<(Span, TraceContext)> {
    let cause = TraceContext::parse(&row.traceparent)?;
    begin(Some(cause), || {
        info_span!(
            target: trace_target!(),
            parent: None,
            "send",
            otel.name = format!("send {topic}"),
            otel.kind = "producer",
            otel.status_code = Empty,
            error.type = Empty,
            messaging.system = "kafka",
            messaging.operation.name = "send",
            messaging.operation.type = "send",
            messaging.destination.name = topic,
            messaging.message.id = row.event_id,
            messaging.kafka.message.key = row.record_id,
            cloudevents.event_type = row.event_type,
            ciclo.service = service,
        )
    })
}

/// What a service does with a row that came.
pub(crate) fn process(service: &str, system: &str, destination: &str, row: &LogRow) -> Span {
    info_span!(
        target: trace_target!(),
        "process",
        otel.name = format!("process {destination}"),
        otel.kind = "consumer",
        otel.status_code = Empty,
        error.type = Empty,
        messaging.system = system,
        messaging.operation.name = "process",
        messaging.operation.type = "process",
        messaging.destination.name = destination,
        messaging.consumer.group.name = service,
        messaging.message.id = row.event_id,
        cloudevents.event_type = row.event_type,
        ciclo.service = service,
    )
}

/// Notes that a row was not acknowledged, or not applied.
pub(crate) fn failed(span: &Span, kind: &'static str) {
    span.record("error.type", kind);
    span.record("otel.status_code", "ERROR");
}
