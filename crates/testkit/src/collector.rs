//! A collector: takes OTLP over gRPC, and keeps what it is sent for a test to look at.

use opentelemetry_proto::tonic::collector::logs::v1::logs_service_server::{LogsService, LogsServiceServer};
use opentelemetry_proto::tonic::collector::logs::v1::{ExportLogsServiceRequest, ExportLogsServiceResponse};
use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_server::{
    MetricsService, MetricsServiceServer,
};
use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsServiceRequest, ExportMetricsServiceResponse,
};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::metrics::v1::Metric;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::resource::v1::Resource;
pub use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::{Span as Sent, status::StatusCode};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::net::TcpListener;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};

/// A span as it was received, its ids in hex.
#[derive(Clone, Debug)]
pub struct Span {
    /// The process that sent it.
    pub service: String,
    /// The trace's id.
    pub trace: String,
    /// Its own id.
    pub id: String,
    /// The id of the span above it; empty at the root.
    pub parent: String,
    /// What it is called.
    pub name: String,
    /// Which side of what it is.
    pub kind: SpanKind,
    /// Its attributes, as text.
    pub attributes: BTreeMap<String, String>,
    /// Whether it failed.
    pub failed: bool,
    /// How long it took, in nanoseconds.
    pub took: u64,
}

impl Span {
    /// An attribute; empty when it has none such.
    #[must_use]
    pub fn attribute(&self, name: &str) -> &str {
        self.attributes.get(name).map_or("", String::as_str)
    }
}

/// A line of a log as it was received.
#[derive(Clone, Debug)]
pub struct Line {
    /// The process that sent it.
    pub service: String,
    /// What it says.
    pub body: String,
    /// The trace in which it was said; empty outside of one.
    pub trace: String,
}

#[derive(Default)]
struct Received {
    spans: Vec<Span>,
    metrics: BTreeSet<String>,
    lines: Vec<Line>,
}

/// A collector that listens.
#[derive(Clone)]
pub struct Collector {
    /// Where it takes OTLP.
    pub endpoint: String,
    received: Arc<Mutex<Received>>,
}

impl Collector {
    /// Starts one on a free port of this machine, for as long as the runtime runs.
    ///
    /// # Panics
    /// When it cannot listen.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let collector = Self { endpoint, received: Arc::default() };
        let server = Server::builder()
            .add_service(TraceServiceServer::new(collector.clone()))
            .add_service(MetricsServiceServer::new(collector.clone()))
            .add_service(LogsServiceServer::new(collector.clone()));
        tokio::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));
        collector
    }

    /// The spans so far.
    #[must_use]
    pub fn spans(&self) -> Vec<Span> {
        self.received().spans.clone()
    }

    /// The names of the metrics so far, as a Prometheus exporter gives them.
    #[must_use]
    pub fn metrics(&self) -> BTreeSet<String> {
        self.received().metrics.clone()
    }

    /// The lines of logs so far.
    #[must_use]
    pub fn lines(&self) -> Vec<Line> {
        self.received().lines.clone()
    }

    fn received(&self) -> MutexGuard<'_, Received> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        for of_process in request.into_inner().resource_spans {
            let service = service(of_process.resource);
            let sent = of_process.scope_spans.into_iter().flat_map(|of_scope| of_scope.spans);
            self.received().spans.extend(sent.map(|sent| span(&service, sent)));
        }
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

#[tonic::async_trait]
impl MetricsService for Collector {
    async fn export(
        &self,
        request: Request<ExportMetricsServiceRequest>,
    ) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        let of_processes = request.into_inner().resource_metrics.into_iter();
        let metrics = of_processes
            .flat_map(|of_process| of_process.scope_metrics)
            .flat_map(|of_scope| of_scope.metrics);
        self.received().metrics.extend(metrics.flat_map(|metric| exposed(&metric)));
        Ok(Response::new(ExportMetricsServiceResponse::default()))
    }
}

/// The names of a metric's series in Prometheus, by OpenTelemetry's rules for them.
fn exposed(metric: &Metric) -> Vec<String> {
    let mut name = metric.name.replace('.', "_");
    match metric.unit.as_str() {
        "s" => name.push_str("_seconds"),
        unit => assert!(unit.starts_with('{'), "{name}: what does {unit} become?"),
    }
    match &metric.data {
        Some(Data::Sum(sum)) if sum.is_monotonic => vec![format!("{name}_total")],
        Some(Data::Histogram(_)) => ["bucket", "count", "sum"].map(|of| format!("{name}_{of}")).to_vec(),
        _ => vec![name],
    }
}

#[tonic::async_trait]
impl LogsService for Collector {
    async fn export(
        &self,
        request: Request<ExportLogsServiceRequest>,
    ) -> Result<Response<ExportLogsServiceResponse>, Status> {
        for of_process in request.into_inner().resource_logs {
            let service = service(of_process.resource);
            let sent = of_process.scope_logs.into_iter().flat_map(|of_scope| of_scope.log_records);
            self.received().lines.extend(sent.map(|sent| Line {
                service: service.clone(),
                body: text(sent.body),
                trace: hex(&sent.trace_id),
            }));
        }
        Ok(Response::new(ExportLogsServiceResponse::default()))
    }
}

fn span(service: &str, sent: Sent) -> Span {
    Span {
        service: service.to_owned(),
        kind: sent.kind(),
        trace: hex(&sent.trace_id),
        id: hex(&sent.span_id),
        parent: hex(&sent.parent_span_id),
        name: sent.name,
        attributes: texts(sent.attributes),
        failed: sent.status.is_some_and(|status| status.code() == StatusCode::Error),
        took: sent.end_time_unix_nano.saturating_sub(sent.start_time_unix_nano),
    }
}

fn service(resource: Option<Resource>) -> String {
    let attributes = texts(resource.map(|resource| resource.attributes).unwrap_or_default());
    attributes.get("service.name").cloned().unwrap_or_default()
}

fn texts(attributes: Vec<KeyValue>) -> BTreeMap<String, String> {
    attributes.into_iter().map(|pair| (pair.key, text(pair.value))).collect()
}

fn text(value: Option<AnyValue>) -> String {
    match value.and_then(|value| value.value) {
        Some(Value::StringValue(text)) => text,
        Some(Value::IntValue(number)) => number.to_string(),
        Some(Value::DoubleValue(number)) => number.to_string(),
        Some(Value::BoolValue(truth)) => truth.to_string(),
        _ => String::new(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
