//! Timers of clocks: incidents are opened on a service whose promises are of
//! seconds, and every warning and breach says when it was due and when it fired.

use crate::create;
use crate::effort::Effort;
use crate::table::{Times, heading, line};
use crate::world::{Connection, Gateway};
use anyhow::{Result, ensure};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Incidents that are opened.
const INCIDENTS: usize = 3_000;
/// Requests at once.
const AT_ONCE: usize = 32;
/// How long the last timers may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// Pause between two looks whether all has fired.
const LOOK_AGAIN: Duration = Duration::from_millis(200);
/// How many clocks of a service have broken their promise.
const BROKEN: &str = "query Broken($of: ID!) {
    serviceLevelClocks(filter: { service: { eq: $of }, breached: { eq: true } }) { totalCount } }";
/// What fired when.
const FIRED: &str = "query Fired($of: ID!, $after: String) {
    serviceLevelClocks(first: 100, after: $after, filter: { service: { eq: $of } }) {
        pageInfo { hasNextPage endCursor }
        nodes { breachedAt breachFiredAt warnings { dueAt firedAt } } } }";

/// How timers kept their time.
struct Fired {
    /// Warnings and breaches a second, from the first that was due to the last that fired.
    rate: f64,
    /// How long after its instant each of them fired.
    late: Times,
}

/// Prints whether warnings and breaches come in time when many are due at once.
pub async fn show(gateway: &Gateway, service: &str, effort: Effort) -> Result<()> {
    heading("Timers: incidents opened by 32 clients, with promises of 1 and 2 seconds");
    let fired = measure(gateway, service, effort).await?;
    line("warnings and breaches", fired.late.len() as f64, "", "");
    line("warnings and breaches fired", fired.rate, "1/s", "");
    fired.late.lines("fired after its instant", "goal: 1,000");
    Ok(())
}

/// Opens incidents whose promises are broken at once, and takes how late each timer was.
async fn measure(gateway: &Gateway, service: &str, effort: Effort) -> Result<Fired> {
    let connection = &gateway.connection().await?;
    let incidents = effort.times(INCIDENTS);
    stream::iter(0..incidents)
        .map(|_| create::open(connection, service, &[]))
        .buffer_unordered(AT_ONCE)
        .try_for_each(async |_| Ok(()))
        .await?;
    let opened = Instant::now();
    loop {
        let broken = connection.send(BROKEN, json!({ "of": service })).await?;
        // Two clocks each: response and resolution.
        if broken["serviceLevelClocks"]["totalCount"].as_u64() == u64::try_from(2 * incidents).ok() {
            break;
        }
        ensure!(opened.elapsed() < PATIENCE, "timers did not fire: {broken}");
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    let instants = instants(connection, service).await?;
    let first = instants.iter().map(|(due, _)| *due).min().unwrap_or_default();
    let last = instants.iter().map(|(_, fired)| *fired).max().unwrap_or_default();
    let rate = instants.len() as f64 / last.duration_since(first).as_secs_f64();
    let late = instants.iter().map(|(due, fired)| Duration::try_from(fired.duration_since(*due)));
    Ok(Fired { rate, late: Times::of(late.collect::<Result<_, _>>()?) })
}

/// When each warning and breach was due, and when it fired.
async fn instants(connection: &Connection, service: &str) -> Result<Vec<(Timestamp, Timestamp)>> {
    let (mut all, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = connection.send(FIRED, json!({ "of": service, "after": after })).await?;
        let page = &page["serviceLevelClocks"];
        for clock in page["nodes"].as_array().into_iter().flatten() {
            all.extend(pair(&clock["breachedAt"], &clock["breachFiredAt"]));
            let warnings = clock["warnings"].as_array().into_iter().flatten();
            all.extend(warnings.filter_map(|warning| pair(&warning["dueAt"], &warning["firedAt"])));
        }
        if page["pageInfo"]["hasNextPage"] != true {
            return Ok(all);
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

fn pair(due: &Value, fired: &Value) -> Option<(Timestamp, Timestamp)> {
    Some((due.as_str()?.parse().ok()?, fired.as_str()?.parse().ok()?))
}
