//! From a commit to its effect in a neighbour: incidents are resolved, their
//! clocks stop in operations, and improvement keeps the results.

use crate::create;
use crate::effort::Effort;
use crate::table::Times;
use crate::world::{Connection, Gateway, World, fresh_key};
use anyhow::{Context, Result};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// How often the measurement waits for quiet before it begins, at most.
const TRIES: usize = 100;
/// An effect that comes so soon has nothing before it.
const QUIET: Duration = Duration::from_millis(100);
/// Requests at once that nobody times.
const AT_ONCE: usize = 32;
/// How long the last effects may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// Pause before a subscriber connects again.
const AGAIN: Duration = Duration::from_millis(5);
/// The results of clocks, as they come.
const RESULTS: &str = "subscription Results($after: String) {
    targetResultChanged(after: $after) { cursor targetResult { kind incident { id } } } }";
/// When a clock stopped and when its result was kept, by the records themselves.
const PAST: &str = "query Past($id: ID!) { incident(id: $id) { id clocks { kind
    history { at eventType } result { history { at } } } } }";

/// How much is going on while effects are timed.
#[derive(Clone, Copy)]
pub enum Load {
    /// Little: some thirty incidents are resolved a second.
    Light,
    /// A third of the writes that 32 clients come to.
    Third,
}

/// How long effects took.
pub struct Effects {
    /// Incidents resolved a second.
    pub rate: f64,
    /// By the records: from the instant of the event to the instant of the effect.
    pub recorded: Times,
    /// From the instant of the event until a subscriber had the effect, committed.
    pub subscribed: Times,
}

/// When the result of each incident's resolution came to the subscriber.
type Seen = Arc<Mutex<HashMap<String, Timestamp>>>;

/// Resolves incidents at a pace, however long each takes, and takes what their effects took.
pub async fn measure(gateway: &Gateway, world: &World, load: Load, effort: Effort) -> Result<Effects> {
    let events = effort.times(match load {
        Load::Light => 400,
        Load::Third => 4000,
    });
    let connection = &gateway.connection().await?;
    let begun = Instant::now();
    let mut held: Vec<String> = stream::iter(0..events + TRIES)
        .map(|_| started(connection, &world.service.id))
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    // Each of them took three writes.
    let third = held.len() as f64 / begun.elapsed().as_secs_f64();
    let rate = match load {
        Load::Light => 30.0,
        Load::Third => third,
    };
    let seen = Seen::default();
    let listener = tokio::spawn(listen(gateway.connection().await?, seen.clone()));
    // The subscription starts at the end of the log; it has to be there before the first event is.
    tokio::time::sleep(Duration::from_secs(1)).await;
    for id in held.drain(events..) {
        let resolved = Instant::now();
        resolve(connection, &id).await?;
        while !seen.lock().is_ok_and(|seen| seen.contains_key(&id)) {
            anyhow::ensure!(resolved.elapsed() < PATIENCE, "no effect came");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        if resolved.elapsed() < QUIET {
            break;
        }
    }
    if let Ok(mut seen) = seen.lock() {
        seen.clear();
    }
    let mut pace = tokio::time::interval(Duration::from_secs_f64(1.0 / rate));
    let mut resolved = JoinSet::new();
    for id in held.clone() {
        pace.tick().await;
        let connection = connection.clone();
        resolved.spawn(async move { resolve(&connection, &id).await });
    }
    while let Some(done) = resolved.join_next().await {
        done??;
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
    let pasts: Vec<Value> = stream::iter(held)
        .map(async |id| connection.send(PAST, json!({ "id": id })).await)
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    let (mut recorded, mut subscribed) = (Vec::new(), Vec::new());
    for past in pasts {
        let (incident, stopped, kept) =
            stopped(&past).with_context(|| format!("a clock that stopped: {past}"))?;
        recorded.push(between(stopped, kept));
        subscribed.extend(seen.get(&incident).map(|at| between(stopped, *at)));
    }
    Ok(Effects { rate, recorded: Times::of(recorded), subscribed: Times::of(subscribed) })
}

/// An incident that somebody works on.
async fn started(connection: &Connection, service: &str) -> Result<String> {
    let id = create::open(connection, service, &[]).await?;
    on(connection, &id, 1, "assignIncident", json!({ "group": "desk", "person": "ana" })).await?;
    on(connection, &id, 2, "startIncident", json!({})).await?;
    Ok(id)
}

async fn resolve(connection: &Connection, id: &str) -> Result<()> {
    let how = json!({ "code": "FIXED", "notes": "Took it out." });
    on(connection, id, 3, "resolveIncident", how).await
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

/// The clock of an incident's resolution: the incident, when the clock stopped, when its result was kept.
fn stopped(past: &Value) -> Option<(String, Timestamp, Timestamp)> {
    let clocks = past["incident"]["clocks"].as_array()?;
    let clock = clocks.iter().find(|clock| clock["kind"] == "RESOLUTION")?;
    let events = clock["history"].as_array()?;
    let stop = events
        .iter()
        .find(|event| event["eventType"].as_str().is_some_and(|kind| kind.ends_with("Stopped")))?;
    let instant = |at: &Value| at.as_str()?.parse().ok();
    Some((
        past["incident"]["id"].as_str()?.to_owned(),
        instant(&stop["at"])?,
        instant(&clock["result"]["history"][0]["at"])?,
    ))
}

/// Notes when the result of each clock came, for as long as it is let. A subscription carries so many changes, and
/// a connection may end: the next one goes on behind the last cursor.
async fn listen(connection: Connection, seen: Seen) {
    let mut after = Value::Null;
    loop {
        let subscribed = connection.subscribe(RESULTS, json!({ "after": after })).await;
        if let Ok(stream) = subscribed
            && note(stream, &seen, &mut after).await.is_ok()
        {
            continue;
        }
        tokio::time::sleep(AGAIN).await;
    }
}

/// Notes what a subscription carries until it ends, and the last cursor.
async fn note(mut stream: reqwest::Response, seen: &Seen, after: &mut Value) -> Result<()> {
    let mut pending = String::new();
    while let Some(piece) = stream.chunk().await? {
        let now = Timestamp::now();
        pending.push_str(std::str::from_utf8(&piece)?);
        while let Some(end) = pending.find("\n\n") {
            let event: String = pending.drain(..end + 2).collect();
            let Some(data) = event.lines().find_map(|line| line.strip_prefix("data:")) else { continue };
            let Ok(event) = serde_json::from_str::<Value>(data.trim()) else { continue };
            let event = event.get("payload").unwrap_or(&event);
            let change = &event["data"]["targetResultChanged"];
            if change["cursor"].is_string() {
                *after = change["cursor"].clone();
            }
            if change["targetResult"]["kind"] == "RESOLUTION"
                && let Some(incident) = change["targetResult"]["incident"]["id"].as_str()
                && let Ok(mut seen) = seen.lock()
            {
                // It may change again, when the incident is closed.
                seen.entry(incident.to_owned()).or_insert(now);
            }
        }
    }
    Ok(())
}
