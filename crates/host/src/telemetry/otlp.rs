//! The exporters of OpenTelemetry, and where spans are in traces by them.

use super::metrics::Meters;
use super::{TelemetryError, is_exported_span};
use ciclo_kernel::trace::{Places, TraceContext};
use opentelemetry::metrics::MeterProvider;
use opentelemetry::trace::{
    SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState, TracerProvider,
};
use opentelemetry::{Context, KeyValue};
use opentelemetry_appender_tracing::layer::OpenTelemetryTracingBridge;
use opentelemetry_otlp::{LogExporter, MetricExporter, SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::logs::SdkLoggerProvider;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::resource::{EnvResourceDetector, TelemetryResourceDetector};
use opentelemetry_sdk::trace::SdkTracerProvider;
use std::fmt::Display;
use tracing::{Span, Subscriber};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;

/// The namespace of all processes of the suite, and the scope of their spans and metrics.
const SUITE: &str = "ciclo";

/// Everything that exports.
pub(super) struct Exporters {
    traces: SdkTracerProvider,
    metrics: SdkMeterProvider,
    logs: SdkLoggerProvider,
}

impl Exporters {
    /// Exporters of a service to a collector; they connect when they have something to send.
    pub(super) fn new(service: &str, endpoint: &str) -> Result<Self, TelemetryError> {
        let wrong =
            |why: &dyn Display| TelemetryError { endpoint: endpoint.to_owned(), why: why.to_string() };
        let resource = resource(service);
        let traces = SpanExporter::builder().with_tonic().with_endpoint(endpoint).build();
        let traces = SdkTracerProvider::builder()
            .with_batch_exporter(traces.map_err(|why| wrong(&why))?)
            .with_resource(resource.clone())
            .build();
        let metrics = MetricExporter::builder().with_tonic().with_endpoint(endpoint).build();
        let metrics = SdkMeterProvider::builder()
            .with_periodic_exporter(metrics.map_err(|why| wrong(&why))?)
            .with_resource(resource.clone())
            .build();
        let logs = LogExporter::builder().with_tonic().with_endpoint(endpoint).build();
        let logs = SdkLoggerProvider::builder()
            .with_batch_exporter(logs.map_err(|why| wrong(&why))?)
            .with_resource(resource)
            .build();
        Ok(Self { traces, metrics, logs })
    }

    /// Who measures.
    pub(super) fn meters(&self) -> Meters {
        Meters::new(self.metrics.meter(SUITE))
    }

    /// What makes lines of the log into exported records, each with its place in its trace.
    pub(super) fn records<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        OpenTelemetryTracingBridge::new(&self.logs)
    }

    /// What makes spans of the suite's own target into exported ones.
    pub(super) fn spans<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.traces.tracer(SUITE))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            .with_filter(filter_fn(is_exported_span))
    }

    /// Sends what is left, and ends.
    pub(super) fn stop(self) {
        let ends = [self.traces.shutdown(), self.metrics.shutdown(), self.logs.shutdown()];
        for error in ends.into_iter().filter_map(Result::err) {
            tracing::warn!(%error, "what was left to export");
        }
    }
}

/// Which process this is. The variables of OpenTelemetry's SDK prevail.
fn resource(service: &str) -> Resource {
    let named = std::env::var("OTEL_SERVICE_NAME").ok().filter(|name| !name.is_empty());
    let resource = Resource::builder_empty()
        .with_attributes([
            KeyValue::new("service.namespace", SUITE),
            KeyValue::new("service.name", service.to_owned()),
            KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
        ])
        .with_detectors(&[Box::new(TelemetryResourceDetector), Box::new(EnvResourceDetector::new())]);
    match named {
        Some(name) => resource.with_service_name(name).build(),
        None => resource.build(),
    }
}

/// Where spans are in traces, by the layer.
pub(super) const PLACES: Places = Places { of, under };

fn of(span: &Span) -> Option<TraceContext> {
    let context = span.context();
    let place = context.span().span_context().clone();
    TraceContext::of(
        u128::from_be_bytes(place.trace_id().to_bytes()),
        u64::from_be_bytes(place.span_id().to_bytes()),
        place.trace_flags().to_u8(),
    )
}

fn under(span: &Span, place: TraceContext) {
    let (trace, above, flags) = place.numbers();
    let above = SpanContext::new(
        TraceId::from(trace),
        SpanId::from(above),
        TraceFlags::new(flags),
        true,
        TraceState::default(),
    );
    // A span that is not exported has no place.
    let _ = span.set_parent(Context::new().with_remote_span_context(above));
}
