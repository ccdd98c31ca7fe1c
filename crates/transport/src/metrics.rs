//! How far rows are on their way, as metrics.

use ciclo_kernel::Timestamp;
use ciclo_kernel::measure::{Metric, Reading, observe};
use ciclo_store::Database;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// How far a service is behind a neighbour.
static LAG: Metric = Metric {
    name: "ciclo.consumer.lag",
    unit: "s",
    says: "Age of the oldest event that came from a neighbour and is not applied",
    grows: false,
};
/// How far a service's relay is behind its log.
static UNPUBLISHED: Metric = Metric {
    name: "ciclo.events.unpublished.age",
    unit: "s",
    says: "Age of the oldest event that is not acknowledged by the brokers",
    grows: false,
};
/// How much a relay has published.
static PUBLISHED: Metric = Metric {
    name: "ciclo.events.published",
    unit: "{event}",
    says: "Events that the brokers acknowledged, those that were sent again included",
    grows: true,
};

/// No row waits.
const NONE: i64 = i64::MIN;

/// The instant of the oldest row that waits.
pub(crate) struct Oldest(AtomicI64);

impl Default for Oldest {
    fn default() -> Self {
        Self(AtomicI64::new(NONE))
    }
}

impl Oldest {
    pub(crate) fn waits(&self, since: Option<Timestamp>) {
        self.0.store(since.map_or(NONE, Timestamp::as_microsecond), Ordering::Relaxed);
    }

    fn age(&self, now: Timestamp) -> f64 {
        let since = self.0.load(Ordering::Relaxed);
        let since = (since != NONE).then(|| Timestamp::from_microsecond(since).ok()).flatten();
        since.map_or(0.0, |since| now.duration_since(since).as_secs_f64().max(0.0))
    }
}

/// Shows how far a service is behind a neighbour.
pub(crate) fn consumer(own: &Database, source: &'static str, oldest: &Arc<Oldest>) {
    observe(|| {
        let (clock, oldest) = (own.clock().clone(), oldest.clone());
        Reading {
            metric: &LAG,
            of: vec![("ciclo.service", own.service().to_owned()), ("ciclo.source", source.to_owned())],
            read: Box::new(move || Some(oldest.age(clock.now()))),
        }
    });
}

/// Shows how far a relay is behind its log. In a process that does not lead, nothing waits.
pub(crate) fn relay(log: &Database, gauge: &Arc<crate::relay::Gauge>) {
    let of = || vec![("ciclo.service", log.service().to_owned())];
    observe(|| {
        let (clock, gauge) = (log.clock().clone(), gauge.clone());
        let age = move || Some(gauge.age(clock.now()).map_or(0.0, |age| age.as_secs_f64().max(0.0)));
        Reading { metric: &UNPUBLISHED, of: of(), read: Box::new(age) }
    });
    observe(|| {
        let gauge = gauge.clone();
        #[expect(clippy::cast_precision_loss, reason = "a metric")]
        let published = move || Some(gauge.published() as f64);
        Reading { metric: &PUBLISHED, of: of(), read: Box::new(published) }
    });
}
