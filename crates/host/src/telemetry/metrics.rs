//! Metrics by OpenTelemetry: requests as they are answered, and the numbers that are read when they are exported.

use ciclo_kernel::measure::{Answered, Measure, Metric, Reading};
use opentelemetry::KeyValue;
use opentelemetry::metrics::{AsyncInstrument, Histogram, Meter};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The boundaries that the conventions give for the durations of requests, in seconds.
const BOUNDARIES: [f64; 14] =
    [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];

/// The readings of one metric.
type Readings = Arc<Mutex<Vec<(Vec<KeyValue>, Reading)>>>;

/// Measures by a meter.
pub(super) struct Meters {
    meter: Meter,
    requests: Histogram<f64>,
    readings: Mutex<HashMap<&'static str, Readings>>,
}

impl Meters {
    pub(super) fn new(meter: Meter) -> Self {
        let requests = meter
            .f64_histogram("http.server.request.duration")
            .with_unit("s")
            .with_description("Duration of HTTP requests by operation")
            .with_boundaries(BOUNDARIES.to_vec())
            .build();
        Self { meter, requests, readings: Mutex::default() }
    }

    /// Has a metric read whenever it is exported.
    fn offer(&self, metric: &'static Metric) -> Readings {
        let readings = Readings::default();
        let read = readings.clone();
        let callback = move |instrument: &dyn AsyncInstrument<f64>| {
            for (of, reading) in read.lock().unwrap_or_else(PoisonError::into_inner).iter() {
                if let Some(value) = (reading.read)() {
                    instrument.observe(value, of);
                }
            }
        };
        let Metric { name, unit, says, grows } = *metric;
        // The meter keeps the callback; what is built is only a name for it.
        if grows {
            let counter = self.meter.f64_observable_counter(name).with_unit(unit).with_description(says);
            let _ = counter.with_callback(callback).build();
        } else {
            let gauge = self.meter.f64_observable_gauge(name).with_unit(unit).with_description(says);
            let _ = gauge.with_callback(callback).build();
        }
        readings
    }
}

impl Measure for Meters {
    fn answered(&self, request: &Answered<'_>) {
        let mut of = vec![
            KeyValue::new("ciclo.service", request.service.to_owned()),
            KeyValue::new("http.request.method", request.method.to_owned()),
            KeyValue::new("http.route", request.route.to_owned()),
            KeyValue::new("http.response.status_code", i64::from(request.status)),
        ];
        let mut error = (request.status >= 500).then(|| request.status.to_string());
        if let Some(operation) = request.operation {
            of.push(KeyValue::new("graphql.operation.type", operation.kind));
            of.push(KeyValue::new("ciclo.graphql.field", operation.field().to_owned()));
            error = error.or_else(|| operation.error.clone());
        }
        of.extend(error.map(|error| KeyValue::new("error.type", error)));
        self.requests.record(request.took.as_secs_f64(), &of);
    }

    fn observe(&self, reading: Reading) {
        let of = reading.of.iter().map(|(name, value)| KeyValue::new(*name, value.clone())).collect();
        let mut all = self.readings.lock().unwrap_or_else(PoisonError::into_inner);
        let readings = all.entry(reading.metric.name).or_insert_with(|| self.offer(reading.metric));
        readings.lock().unwrap_or_else(PoisonError::into_inner).push((of, reading));
    }
}
