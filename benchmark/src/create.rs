//! Incidents created through the gateway by clients that each wait for their
//! answer before they send the next.

use crate::effort::Effort;
use crate::machine::{Share, Shares};
use crate::table::Times;
use crate::world::{Connection, Gateway, fresh_key};
use anyhow::Result;
use futures::future::try_join_all;
use serde_json::json;
use std::time::{Duration, Instant};

/// How long it goes on before it is measured.
const WARM_UP: Duration = Duration::from_secs(1);
/// How long it is measured.
const MEASURED: Duration = Duration::from_secs(6);
/// The mutation.
const OPEN: &str = "mutation Open($input: OpenIncidentInput!) { openIncident(input: $input) { id version } }";

/// What a number of clients came to.
pub struct Created {
    /// Incidents a second.
    pub rate: f64,
    /// How long each took.
    pub times: Times,
    /// Who had the processors meanwhile.
    pub share: Share,
}

/// Opens an incident; its id.
pub async fn open(connection: &Connection, service: &str, items: &[&str]) -> Result<String> {
    let input = json!({
        "title": "The shop answers with errors", "service": service, "items": items,
        "impact": 3, "urgency": 3, "caller": "carla", "idempotencyKey": fresh_key(),
    });
    let data = connection.send(OPEN, json!({ "input": input })).await?;
    Ok(data["openIncident"]["id"].as_str().unwrap_or_default().to_owned())
}

/// Lets clients create incidents on a service.
pub async fn measure(
    gateway: &Gateway,
    process: u32,
    clients: usize,
    service: &str,
    effort: Effort,
) -> Result<Created> {
    let connections = try_join_all((0..clients).map(|_| gateway.connection())).await?;
    let measured = effort.time(MEASURED);
    let from = Instant::now() + effort.time(WARM_UP);
    let until = from + measured;
    let workers = connections.into_iter().map(|connection| {
        let service = service.to_owned();
        tokio::spawn(async move { work(&connection, &service, from, until).await })
    });
    let workers: Vec<_> = workers.collect();
    tokio::time::sleep_until(from.into()).await;
    let shares = Shares::begin(process)?;
    tokio::time::sleep_until(until.into()).await;
    let share = shares.end()?;
    let mut times = Vec::new();
    for worker in workers {
        times.extend(worker.await??);
    }
    let rate = times.len() as f64 / measured.as_secs_f64();
    Ok(Created { rate, times: Times::of(times), share })
}

/// Creates until the end; the times of those that were answered within the measured time.
async fn work(
    connection: &Connection,
    service: &str,
    from: Instant,
    until: Instant,
) -> Result<Vec<Duration>> {
    let mut times = Vec::new();
    loop {
        let begun = Instant::now();
        open(connection, service, &[]).await?;
        let answered = Instant::now();
        if answered >= until {
            return Ok(times);
        }
        if answered >= from {
            times.push(answered - begun);
        }
    }
}
