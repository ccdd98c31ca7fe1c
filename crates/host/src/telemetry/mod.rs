//! What a process says of itself: logs on standard error, as text for people or
//! JSON for collectors, and whatever is exported by OTLP, when somebody takes it.

mod metrics;
mod otlp;

use ciclo_kernel::trace_target;
use clap::ValueEnum;
use otlp::Exporters;
use tracing::Metadata;
use tracing_subscriber::filter::{FilterExt, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt};

/// The form of the log.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub enum LogFormat {
    /// A line for people.
    #[default]
    Text,
    /// A JSON object a line.
    Json,
}

/// What is said, and where.
#[derive(Clone, Copy, Debug)]
pub struct Settings<'s> {
    /// Who says it.
    pub service: &'s str,
    /// The form of the log.
    pub format: LogFormat,
    /// What is logged: a level, or targets with levels.
    pub filter: &'s str,
    /// Who takes OTLP over gRPC; nothing is exported, and no span is made, when it is left out.
    pub endpoint: Option<&'s str>,
}

/// Exporting cannot begin.
#[derive(Debug, thiserror::Error)]
#[error("exporting to {endpoint}: {why}")]
pub struct TelemetryError {
    endpoint: String,
    why: String,
}

/// What is exported, until it is stopped.
#[must_use = "what is not sent yet is sent by `stop`"]
pub struct Telemetry(Option<Exporters>);

/// Starts logging, and exporting on the runtime at hand. A second call in a process changes nothing.
pub fn start(settings: &Settings<'_>) -> Result<Telemetry, TelemetryError> {
    let exporters =
        settings.endpoint.map(|endpoint| Exporters::new(settings.service, endpoint)).transpose()?;
    let lines = fmt::layer().with_writer(std::io::stderr);
    let lines = match settings.format {
        LogFormat::Text => lines.with_target(false).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).with_span_list(false).boxed(),
    };
    let levels = || EnvFilter::try_new(settings.filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = lines.with_filter(levels().and(filter_fn(|of| !is_exported_span(of))));
    // What exporting says of itself is for standard error: exported, it would beget itself.
    let records = exporters
        .as_ref()
        .map(|exporters| exporters.records().with_filter(levels().and(filter_fn(|of| !is_of_exporting(of)))));
    let spans = exporters.as_ref().map(Exporters::spans);
    let started = Registry::default().with(lines).with(spans).with(records).try_init();
    // Somebody else's subscriber is there already: theirs stays.
    if started.is_err() {
        return Ok(Telemetry(None));
    }
    if let Some(exporters) = &exporters {
        ciclo_kernel::trace::exported_by(otlp::PLACES);
        ciclo_kernel::measure::measured_by(Box::new(exporters.meters()));
    }
    Ok(Telemetry(exporters))
}

impl Telemetry {
    /// Sends what is not sent yet, and ends. It blocks, for some seconds when nobody takes it, and
    /// the runtime that it began on must still be there.
    pub fn stop(self) {
        if let Some(exporters) = self.0 {
            exporters.stop();
        }
    }
}

fn is_exported_span(of: &Metadata<'_>) -> bool {
    of.target() == trace_target!()
}

fn is_of_exporting(of: &Metadata<'_>) -> bool {
    let by = ["opentelemetry", "tonic", "h2", "hyper", "tower", "reqwest"];
    is_exported_span(of) || by.iter().any(|name| of.target().starts_with(name))
}
