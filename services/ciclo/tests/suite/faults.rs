//! What goes wrong around the suite: killed under writes, a data directory that
//! cannot be used, requests that ask for too much.

use crate::support::{Suite, binary, start_in, try_start_in};
use ciclo_testkit::process::{Client, directory, token};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// How often the suite is killed.
const KILLS: usize = 50;
/// Clients that write.
const WRITERS: usize = 4;

/// How long a design package may take after its charter.
const PATIENCE: Duration = Duration::from_secs(60);

/// What was acknowledged: the newest version of each record, and whether the service was chartered.
type Ledger = Arc<Mutex<HashMap<String, (i64, bool)>>>;

/// What the services of this test are measured against and made for.
#[derive(Clone)]
pub struct Ground {
    pub customer: String,
    pub objective: String,
}

/// Sends a mutation; the version of the record that it answers with, none when the suite has gone.
pub async fn act(client: &Client, mutation: &str, input: Value) -> Option<(String, i64)> {
    let type_name = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
    let query = format!("mutation($i: {type_name}!) {{ {mutation}(input: $i) {{ id version }} }}");
    let answer = client.try_send(&query, json!({ "i": input })).await.ok()?;
    let record = &answer.0["data"][mutation];
    Some((record["id"].as_str()?.to_owned(), record["version"].as_i64()?))
}

/// A small generator, so that a failing run can be repeated by its seed.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % below
    }
}

/// Takes a service from its proposal to its charter and notes every acknowledged version of it, the
/// last with `true`; its id, none when the suite has gone.
pub async fn charter(
    client: &Client,
    name: &str,
    ground: &Ground,
    mut note: impl FnMut(&str, i64, bool),
) -> Option<String> {
    let key = |step: usize| format!("{name}-{step}");
    let propose = json!({
        "idempotencyKey": key(0), "name": name, "description": "Under fire.", "owner": "carla",
        "view": "BUSINESS", "criticality": 3, "customers": [ground.customer],
    });
    let (id, mut version) = act(client, "proposeService", propose).await?;
    note(&id, version, false);
    let moves = [
        ("setServiceSupport", json!({ "objective": ground.objective, "strength": 50 })),
        ("defineService", json!({})),
        ("analyseService", json!({ "businessCase": "It pays." })),
        ("approveService", json!({})),
        ("charterService", json!({})),
    ];
    for (step, (mutation, mut input)) in moves.into_iter().enumerate() {
        input["id"] = json!(id);
        input["expectedVersion"] = json!(version);
        input["idempotencyKey"] = json!(key(step + 1));
        (_, version) = act(client, mutation, input).await?;
        note(&id, version, mutation == "charterService");
    }
    Some(id)
}

/// Charters services until the suite goes away; every acknowledged write stands in the ledger.
async fn write(client: Client, ledger: Ledger, acknowledged: Arc<AtomicUsize>, name: String, ground: Ground) {
    let note = |id: &str, version: i64, chartered: bool| {
        ledger.lock().unwrap().insert(id.to_owned(), (version, chartered));
        acknowledged.fetch_add(1, Ordering::SeqCst);
    };
    for n in 0.. {
        if charter(&client, &format!("{name}-{n}"), &ground, note).await.is_none() {
            return;
        }
    }
}

/// The ground that every round stands on; made once, found again by its keys.
pub async fn ground(client: &Client) -> Ground {
    let customer = json!({ "idempotencyKey": "ground-customer", "name": "Norte Retail" });
    let objective = json!({ "idempotencyKey": "ground-objective", "name": "Sell", "weight": 50 });
    let (customer, _) = act(client, "defineCustomer", customer).await.unwrap();
    let (objective, _) = act(client, "defineBusinessObjective", objective).await.unwrap();
    Ground { customer, objective }
}

/// Waits until design has a package for a service, and says how many it has.
pub async fn packages(client: &Client, service: &str) -> i64 {
    let begun = Instant::now();
    let query = "query($of: ID!) { designPackages(filter: { service: { eq: $of } }) { totalCount } }";
    loop {
        let found = client.send(query, json!({ "of": service })).await;
        let count = found.at("designPackages.totalCount").as_i64().unwrap();
        if count > 0 {
            return count;
        }
        assert!(begun.elapsed() < PATIENCE, "{service}: no package came");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_fifty_times_under_writes_nothing_acknowledged_is_lost() {
    let (_directory, data) = directory();
    let ledger = Ledger::default();
    let mut dice = Dice(20_261_122);
    for round in 0..KILLS {
        let suite = start_in(&data);
        let client = Client::new(&suite.url("explorer"), &token(binary(), &data, "admin", "acme"));
        let ground = ground(&client).await;
        let acknowledged = Arc::new(AtomicUsize::new(0));
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let name = format!("r{round}w{writer}");
                tokio::spawn(write(
                    client.clone(),
                    ledger.clone(),
                    acknowledged.clone(),
                    name,
                    ground.clone(),
                ))
            })
            .collect();
        // Killed after a number of acknowledged writes that the dice say: in the middle of others.
        let enough = 1 + dice.roll(60);
        while acknowledged.load(Ordering::SeqCst) < enough {
            tokio::task::yield_now().await;
        }
        suite.kill();
        for writer in writers {
            writer.await.unwrap();
        }
    }
    let suite = start_in(&data);
    let client = Client::new(&suite.url("explorer"), &token(binary(), &data, "admin", "acme"));
    let written = ledger.lock().unwrap().clone();
    assert!(written.len() > KILLS, "{} records", written.len());
    let mut chartered = 0;
    for (id, (version, is_chartered)) in written {
        // A charter takes effect once: one package in design, and one entry into design here.
        if is_chartered {
            chartered += 1;
            assert_eq!(packages(&client, &id).await, 1, "{id}: packages of one charter");
        }
        let read = "query($id: ID!) { service(id: $id) { version history { version eventType } } }";
        let read = client.send(read, json!({ "id": id })).await;
        let kept = read.at("service.version").as_i64().unwrap();
        assert!(kept >= version, "{id}: version {version} was acknowledged, {kept} is there");
        let history = read.at("service.history").as_array().unwrap();
        let versions: Vec<i64> = history.iter().map(|entry| entry["version"].as_i64().unwrap()).collect();
        assert_eq!(versions, (1..=kept).collect::<Vec<_>>(), "{id}: the history has holes");
        let entered =
            history.iter().filter(|entry| entry["eventType"] == "ciclo.catalog.v1.ServiceEnteredDesign");
        assert!(entered.count() <= 1, "{id}: entered design more than once");
    }
    assert!(chartered > 0, "nothing was chartered before a kill");
    assert_eq!(suite.terminate(), Some(0));
}

#[test]
fn a_data_directory_that_cannot_be_used_is_refused_clearly() {
    let (_directory, data) = directory();
    let running = start_in(&data);
    let second = try_start_in(&data).err().expect("refused");
    assert!(second.contains("in use by another process"), "{second}");
    running.kill();

    // A file where the directory should be cannot be written below, not even by root.
    std::fs::write(data.parent().unwrap().join("file"), "").unwrap();
    let below = try_start_in(&data.parent().unwrap().join("file/data")).err().expect("refused");
    assert!(below.contains("cannot be written"), "{below}");

    let newer = Path::new(&data).join("catalog.sqlite");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(ciclo_testkit::process::pretend_newer(&newer));
    let refused = try_start_in(&data).err().expect("refused");
    assert!(refused.contains("newer version"), "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_that_ask_for_too_much_are_refused_with_a_code() {
    let suite = Suite::one();
    let client = suite.client("admin");
    let aliases: String = (0..10_000).map(|n| format!("a{n}: services {{ totalCount }} ")).collect();
    assert_eq!(client.send(&format!("{{ {aliases} }}"), json!({})).await.code(), "LIMIT_EXCEEDED");
    let large = format!("{{ services {{ totalCount }} }} #{}", "x".repeat(10 * 1024 * 1024));
    // The answer may come before the body is read whole; then the connection is closed.
    if let Ok(answer) = client.try_send(&large, json!({})).await {
        assert_eq!(answer.code(), "LIMIT_EXCEEDED");
    }
    let deep = format!("{{ services {{ nodes {} id {} }} }}", "{ dependsOn ".repeat(30), "}".repeat(30));
    assert_eq!(client.send(&deep, json!({})).await.code(), "LIMIT_EXCEEDED");
    let unknown = client.send("{ services { nodes { noSuchField } } }", json!({})).await;
    assert_eq!(unknown.code(), "GRAPHQL_VALIDATION_FAILED");
    let stranger = Client::new(&suite.gateway, "not.a.token");
    assert_eq!(stranger.send("{ services { totalCount } }", json!({})).await.code(), "UNAUTHENTICATED");
    // It still answers.
    assert_eq!(client.send("{ services { totalCount } }", json!({})).await.at("services.totalCount"), 0);
}
