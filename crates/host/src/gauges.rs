//! What a service's database is busy with, as metrics.

use ciclo_kernel::measure::{self, Metric, Reading, observe};
use ciclo_store::{Database, Gauges};
use std::sync::Arc;
use std::time::Duration;

/// How often the parked events are counted.
const LOOK_AGAIN: Duration = Duration::from_secs(15);

const fn gauge(name: &'static str, unit: &'static str, says: &'static str) -> Metric {
    Metric { name, unit, says, grows: false }
}

static USED: Metric = gauge("db.client.connection.count", "{connection}", "Connections that read now");
static MOST: Metric = gauge("db.client.connection.max", "{connection}", "Connections that read, at most");
static LATE: Metric = gauge("ciclo.timers.late", "s", "How late the earliest timer that is due is");
static PARKED: Metric = gauge("ciclo.events.parked", "{event}", "Events that could not be applied");
static PARKED_AGE: Metric = gauge("ciclo.events.parked.age", "s", "Age of the event that is parked longest");
static COMMANDS: Metric =
    Metric { name: "ciclo.commands", unit: "{command}", says: "Commands of the lane of writes", grows: true };
static WAITED: Metric = Metric {
    name: "ciclo.commands.waited",
    unit: "s",
    says: "What commands waited for their turn",
    grows: true,
};
static COMMITS: Metric =
    Metric { name: "ciclo.commits", unit: "{commit}", says: "Commits of the lane of writes", grows: true };

/// Shows the numbers of a service's database.
pub(crate) fn show(database: &Database) {
    let show = |metric: &'static Metric, read: fn(&Gauges, &Database) -> f64| {
        observe(|| {
            let (gauges, database): (Arc<Gauges>, Database) = (database.gauges(), database.clone());
            let mut of = vec![("ciclo.service", database.service().to_owned())];
            if metric.name.starts_with("db.") {
                of.push(("db.system.name", database.system().to_owned()));
            }
            Reading { metric, of, read: Box::new(move || Some(read(&gauges, &database))) }
        });
    };
    show(&USED, |gauges, _| float(gauges.lent()));
    show(&MOST, |_, database| float(database.readers()));
    show(&LATE, |gauges, database| gauges.late(database.clock().now()).as_secs_f64());
    show(&PARKED, |gauges, _| float(gauges.parked()));
    show(&PARKED_AGE, |gauges, database| {
        gauges.parked_for(database.clock().now()).map_or(0.0, |age| age.as_secs_f64())
    });
    show(&COMMANDS, |gauges, _| float(gauges.commands()));
    show(&WAITED, |gauges, _| gauges.waited().as_secs_f64());
    show(&COMMITS, |gauges, _| float(gauges.commits()));
}

/// Counts the parked events now and then, where somebody wants to know.
pub(crate) async fn look(database: Database) {
    while measure::is_measured() {
        if let Err(fault) = database.look_at_parked().await {
            tracing::debug!(%fault, "counting parked events");
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

#[expect(clippy::cast_precision_loss, reason = "a metric")]
fn float(count: u64) -> f64 {
    count as f64
}
