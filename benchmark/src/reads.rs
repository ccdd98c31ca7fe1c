//! Reads through the gateway: an incident across the services, and what the
//! failure of an item reaches.

use crate::create;
use crate::effort::Effort;
use crate::table::Times;
use crate::world::{Connection, Gateway, World, fresh_key};
use anyhow::{Context, Result, bail};
use futures::future::try_join_all;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// How often the incident is read.
const READS: usize = 2_000;
/// How often impact is asked for.
const IMPACTS: usize = 200;
/// The incident with what is around it, from four services.
const AROUND: &str = "query Around($id: ID!) { incident(id: $id) { id title state priority
    service { id name state } clocks { id kind state due agreement { id state } }
    items { id name class state } causedBy { id title state } } }";
/// How many items are related.
const ITEMS: usize = 1_000;
/// How many relations there are between them.
const RELATIONS: usize = 5_000;
/// How far apart in their order related items are at most: from one end to the other takes several hops.
const WINDOW: usize = 150;
/// Clients that make items and relations.
const MAKERS: usize = 16;

/// Reads an incident with service, clocks, agreement, items and change.
pub async fn incident(gateway: &Gateway, world: &World, effort: Effort) -> Result<Times> {
    let connection = gateway.connection().await?;
    let incident = create::open(&connection, &world.service.id, &[&world.node.id]).await?;
    let link = "mutation Link($input: LinkIncidentInput!) { linkIncident(input: $input) { id } }";
    let input = json!({ "id": incident, "expectedVersion": 1, "causedBy": world.change.id, "idempotencyKey": fresh_key() });
    connection.send(link, json!({ "input": input })).await?;
    let read = connection.send(AROUND, json!({ "id": incident })).await?["incident"].take();
    let parts = ["/service/name", "/clocks/1/agreement/state", "/items/0/name", "/causedBy/title"];
    if let Some(part) = parts.iter().find(|part| read.pointer(part).is_none_or(Value::is_null)) {
        bail!("the federated read has no {part}: {read}");
    }
    time(&connection, AROUND, &json!({ "id": incident }), effort.times(READS)).await
}

async fn time(connection: &Connection, query: &str, variables: &Value, often: usize) -> Result<Times> {
    let mut times = Vec::with_capacity(often);
    for _ in 0..often {
        let variables = variables.clone();
        let begun = Instant::now();
        connection.send(query, variables).await?;
        times.push(begun.elapsed());
    }
    Ok(Times::of(times))
}

/// What impact came to.
pub struct Impact {
    /// How many items were reached.
    pub reached: u64,
    /// With the depth of each reached item.
    pub depths: Times,
    /// With the name and class of each reached item beside.
    pub names: Times,
}

/// Makes the items and relations, and asks what the failure of the first reaches.
pub async fn impact(gateway: &Gateway, world: &World, effort: Effort) -> Result<Impact> {
    let often = effort.times(IMPACTS);
    let items = make(gateway, "registerConfigurationItem", ITEMS, |at| {
        // The last of them carries the service: impact goes all the way.
        let services: &[&str] = if at + 1 == ITEMS { &[&world.service.id] } else { &[] };
        json!({ "name": format!("node-{at}"), "class": "server", "criticality": 2, "initialState": "LIVE", "services": services })
    })
    .await?;
    let related = related();
    make(gateway, "relateConfigurationItems", related.len(), |at| {
        let (source, target) = related[at];
        json!({ "source": items[source], "target": items[target], "kind": "DEPENDS_ON" })
    })
    .await?;
    let connection = gateway.connection().await?;
    let query = |select: &str| {
        format!(
            "query Impact($of: [ID!]!) {{ impact(items: $of, depth: 10) {{ itemCount services {{ id }} agreements {{ id }} items {{ {select} }} }} }}"
        )
    };
    let of = json!({ "of": [items[0]] });
    let found = connection.send(&query("depth"), of.clone()).await?;
    let reached = found["impact"]["itemCount"].as_u64().context("a count")?;
    let depths = time(&connection, &query("depth"), &of, often).await?;
    let names = time(&connection, &query("depth item { id name class }"), &of, often).await?;
    Ok(Impact { reached, depths, names })
}

/// Which item depends on which: every item on several of those shortly before it, always the same ones.
fn related() -> Vec<(usize, usize)> {
    let mut seed = 1u64;
    let mut pairs = std::collections::BTreeSet::new();
    for source in 1..ITEMS {
        let near = source.min(WINDOW);
        let wanted = pairs.len() + near.min(if source > ITEMS - 20 { 6 } else { 5 });
        while pairs.len() < wanted.min(RELATIONS) {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let back = usize::try_from(seed >> 33).unwrap_or(0) % near;
            pairs.insert((source, source - 1 - back));
        }
    }
    pairs.into_iter().collect()
}

/// Makes so many records by a mutation, several at a time; their ids in order.
async fn make(
    gateway: &Gateway,
    mutation: &'static str,
    most: usize,
    input: impl Fn(usize) -> Value,
) -> Result<Vec<String>> {
    let mut upper = mutation.to_owned();
    upper[..1].make_ascii_uppercase();
    let query =
        Arc::new(format!("mutation Make($input: {upper}Input!) {{ {mutation}(input: $input) {{ id }} }}"));
    let inputs: Arc<Vec<Value>> = Arc::new((0..most).map(input).collect());
    let next = Arc::new(AtomicUsize::new(0));
    let connections = try_join_all((0..MAKERS).map(|_| gateway.connection())).await?;
    let makers = connections.into_iter().map(|connection| {
        let (query, inputs, next) = (query.clone(), inputs.clone(), next.clone());
        tokio::spawn(async move {
            let mut made = Vec::new();
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(mut input) = inputs.get(at).cloned() else { return anyhow::Ok(made) };
                input["idempotencyKey"] = json!(fresh_key());
                let data = connection.send(&query, json!({ "input": input })).await?;
                made.push((at, data[mutation]["id"].as_str().context("an id")?.to_owned()));
            }
        })
    });
    let makers: Vec<_> = makers.collect();
    let mut made = Vec::new();
    for maker in makers {
        made.extend(maker.await??);
    }
    made.sort_unstable();
    Ok(made.into_iter().map(|(_, id)| id).collect())
}
