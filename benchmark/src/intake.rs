//! A storm of alerts: events posted to the intake, over few keys, by clients
//! that each wait for their answer. Every answer is given after the commit.

use crate::effort::Effort;
use crate::machine;
use crate::table::{Times, heading, line};
use crate::world::{Gateway, fresh_key};
use anyhow::{Result, ensure};
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::json;
use std::time::Instant;

/// Events that are sent.
const EVENTS: usize = 50_000;
/// Keys that they are over.
const KEYS: usize = 200;
/// Clients at once.
const CLIENTS: usize = 32;
/// How many alerts there are of the storm.
const ALERTS: &str = "query Alerts($title: String!) {
    alerts(filter: { title: { eq: $title } }) { totalCount } }";

/// Prints what a storm comes to; `operations` is the address of its HTTP side.
pub async fn show(gateway: &Gateway, operations: &str, process: u32, effort: Effort) -> Result<()> {
    heading("An alert storm over 200 keys, posted to the intake by 32 clients");
    let (events, url) = (effort.times(EVENTS), format!("{operations}/intake/events"));
    let connection = gateway.connection().await?;
    let before = machine::resident(process)?;
    let storm = fresh_key();
    let began = Instant::now();
    let sent = stream::iter(0..events).map(|number| {
        let (client, storm, url) = (connection.clone(), storm.clone(), url.clone());
        async move {
            let event = json!({
                "source": "bench", "dedup_key": format!("{storm}/{}", number % KEYS), "severity": "exception",
                "summary": storm, "labels": { "host": format!("db-{}", number % KEYS) },
            });
            let sent = Instant::now();
            client.post(&url, &event).await?;
            anyhow::Ok(sent.elapsed())
        }
    });
    let times: Vec<_> = sent.buffer_unordered(CLIENTS).try_collect().await?;
    let took = began.elapsed().as_secs_f64();
    let alerts = connection.send(ALERTS, json!({ "title": storm })).await?;
    let alerts = alerts["alerts"]["totalCount"].as_u64().unwrap_or_default();
    ensure!(alerts == KEYS.min(events) as u64, "{alerts} alerts of {events} events over {KEYS} keys");
    line("events taken in", events as f64, "", "");
    line("alerts that they made", alerts as f64, "", "goal: 200");
    line("events a second", events as f64 / took, "1/s", "goal: 833");
    Times::of(times).lines("answered, after the commit", "");
    line("memory of the whole suite (VmRSS) before", before, "MB", "");
    line("memory of the whole suite (VmRSS) after", machine::resident(process)?, "MB", "");
    Ok(())
}
