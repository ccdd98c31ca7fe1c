//! What goes wrong around the suite: killed under writes, a data directory that
//! cannot be used, requests that ask for too much.

use crate::support::{Suite, binary, start_in, try_start_in};
use ciclo_testkit::process::{Client, directory, token};
use serde_json::json;
use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// How often the suite is killed.
const KILLS: usize = 50;
/// Clients that write.
const WRITERS: usize = 4;

const PROPOSE: &str = "mutation($i: ProposeServiceInput!) { proposeService(input: $i) { id version } }";
const REVISE: &str = "mutation($i: ReviseServiceInput!) { reviseService(input: $i) { id version } }";

/// What was acknowledged: the newest version of each record.
type Ledger = Arc<Mutex<HashMap<String, i64>>>;

/// A small generator, so that a failing run can be repeated by its seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % below
    }
}

/// Writes until the suite goes away; every acknowledged write stands in the ledger.
async fn write(client: Client, ledger: Ledger, acknowledged: Arc<AtomicUsize>, name: String) {
    for n in 0.. {
        let input = json!({ "i": { "idempotencyKey": format!("{name}-{n}"), "name": format!("{name} {n}"), "view": "BUSINESS", "criticality": 3 } });
        let Ok(answer) = client.try_send(PROPOSE, input).await else { return };
        let Some(id) = answer.0["data"]["proposeService"]["id"].as_str() else { return };
        ledger.lock().unwrap().insert(id.to_owned(), 1);
        acknowledged.fetch_add(1, Ordering::SeqCst);
        let input = json!({ "i": { "idempotencyKey": format!("{name}-{n}r"), "id": id, "expectedVersion": 1, "description": "Revised" } });
        let Ok(answer) = client.try_send(REVISE, input).await else { return };
        let Some(version) = answer.0["data"]["reviseService"]["version"].as_i64() else { return };
        ledger.lock().unwrap().insert(id.to_owned(), version);
        acknowledged.fetch_add(1, Ordering::SeqCst);
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
        let acknowledged = Arc::new(AtomicUsize::new(0));
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let work =
                    write(client.clone(), ledger.clone(), acknowledged.clone(), format!("r{round}w{writer}"));
                tokio::spawn(work)
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
    for (id, version) in written {
        let read = client
            .send("query($id: ID!) { service(id: $id) { version history { version } } }", json!({ "id": id }))
            .await;
        let kept = read.at("service.version").as_i64().unwrap();
        assert!(kept >= version, "{id}: version {version} was acknowledged, {kept} is there");
        let history = read.at("service.history").as_array().unwrap();
        let versions: Vec<i64> = history.iter().map(|entry| entry["version"].as_i64().unwrap()).collect();
        assert_eq!(versions, (1..=kept).collect::<Vec<_>>(), "{id}: the history has holes");
    }
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
