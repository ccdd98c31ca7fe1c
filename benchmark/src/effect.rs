//! From a commit to its effect in a neighbour: incidents are resolved, their
//! clocks stop in operations, and improvement keeps the results.

use crate::create;
use crate::effort::Effort;
use crate::table::Times;
use crate::world::{Connection, Gateway, World, fresh_key};
use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How many incidents are resolved.
const EVENTS: usize = 400;
/// How long it is from one to the next: some thirty a second.
const PACE: Duration = Duration::from_millis(33);
/// How long the last effects may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// The results of clocks, as they come.
const RESULTS: &str = "subscription { targetResultChanged { at targetResult { clock { id } } } }";
/// When a clock stopped and when its result was kept, by the records themselves.
const PAST: &str = "query Past($id: ID!) { incident(id: $id) { clocks { id kind
    history { at eventType } result { history { at } } } } }";

/// How long effects took.
pub struct Effects {
    /// By the records: from the instant of the event to the instant of the effect.
    pub recorded: Times,
    /// From the instant of the event until a subscriber had the effect, committed.
    pub subscribed: Times,
}

/// When each clock's result came to the subscriber.
type Seen = Arc<Mutex<HashMap<String, Timestamp>>>;

/// Resolves incidents one by one and takes what their effects took.
pub async fn measure(gateway: &Gateway, world: &World, effort: Effort) -> Result<Effects> {
    let events = effort.times(EVENTS);
    let connection = gateway.connection().await?;
    let mut held = Vec::with_capacity(events);
    for _ in 0..events {
        let id = create::open(&connection, &world.service.id, &[]).await?;
        on(&connection, &id, 1, "assignIncident", json!({ "group": "desk", "person": "ana" })).await?;
        on(&connection, &id, 2, "startIncident", json!({})).await?;
        held.push(id);
    }
    let seen = Seen::default();
    let stream = gateway.connection().await?.subscribe(RESULTS).await?;
    let listener = tokio::spawn(listen(stream, seen.clone()));
    // The subscription starts at the end of the log; it has to be there before the first event is.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let mut pace = tokio::time::interval(PACE);
    for id in &held {
        pace.tick().await;
        on(&connection, id, 3, "resolveIncident", json!({ "code": "FIXED", "notes": "Took it out." }))
            .await?;
    }
    tokio::time::timeout(PATIENCE, async {
        while seen.lock().map_or(0, |seen| seen.len()) < events {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .context("a subscriber missed results")?;
    listener.abort();
    let seen = seen.lock().map_or_else(|_| HashMap::new(), |seen| seen.clone());
    let (mut recorded, mut subscribed) = (Vec::new(), Vec::new());
    for id in &held {
        let past = connection.send(PAST, json!({ "id": id })).await?;
        let (clock, stopped, kept) =
            stopped(&past).with_context(|| format!("a clock that stopped: {past}"))?;
        recorded.push(between(stopped, kept));
        subscribed.extend(seen.get(&clock).map(|at| between(stopped, *at)));
    }
    Ok(Effects { recorded: Times::of(recorded), subscribed: Times::of(subscribed) })
}

async fn on(connection: &Connection, id: &str, version: u32, mutation: &str, mut input: Value) -> Result<()> {
    let mut upper = mutation.to_owned();
    upper[..1].make_ascii_uppercase();
    let query = format!("mutation On($input: {upper}Input!) {{ {mutation}(input: $input) {{ id }} }}");
    input["id"] = json!(id);
    input["expectedVersion"] = json!(version);
    input["idempotencyKey"] = json!(fresh_key());
    connection.send(&query, json!({ "input": input })).await.map(|_| ())
}

fn between(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to.duration_since(from)).unwrap_or_default()
}

/// The clock of an incident's resolution: its id, when it stopped, when its result was kept.
fn stopped(past: &Value) -> Option<(String, Timestamp, Timestamp)> {
    let clocks = past["incident"]["clocks"].as_array()?;
    let clock = clocks.iter().find(|clock| clock["kind"] == "RESOLUTION")?;
    let events = clock["history"].as_array()?;
    let stop = events
        .iter()
        .find(|event| event["eventType"].as_str().is_some_and(|kind| kind.ends_with("Stopped")))?;
    let instant = |at: &Value| at.as_str()?.parse().ok();
    Some((
        clock["id"].as_str()?.to_owned(),
        instant(&stop["at"])?,
        instant(&clock["result"]["history"][0]["at"])?,
    ))
}

/// Notes when the result of each clock came.
async fn listen(mut stream: reqwest::Response, seen: Seen) -> Result<()> {
    let mut pending = String::new();
    while let Some(piece) = stream.chunk().await? {
        let now = Timestamp::now();
        pending.push_str(std::str::from_utf8(&piece)?);
        while let Some(end) = pending.find("\n\n") {
            let event: String = pending.drain(..end + 2).collect();
            let Some(data) = event.lines().find_map(|line| line.strip_prefix("data:")) else { continue };
            let Ok(event) = serde_json::from_str::<Value>(data.trim()) else { continue };
            let event = event.get("payload").unwrap_or(&event);
            if let Some(clock) = event["data"]["targetResultChanged"]["targetResult"]["clock"]["id"].as_str()
                && let Ok(mut seen) = seen.lock()
            {
                seen.insert(clock.to_owned(), now);
            }
        }
    }
    bail!("the subscription ended")
}
