//! A service that missed a neighbour's events is offered them again.

use crate::faults::{charter, ground, packages};
use crate::support::{Suite, binary};
use ciclo_kernel::{Clock, Principal, Tenant};
use ciclo_testkit::process::Client;
use serde_json::json;
use std::path::Path;
use std::process::Command;

/// Runs `ciclo replay` on a data directory: what it said, and whether it was done.
fn replay(data: &Path, service: &str, from: &str) -> (bool, String) {
    let arguments = ["replay", service, "--from", from, "--data"];
    let output = Command::new(binary()).args(arguments).arg(data).output().expect("runs");
    let told = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(told).unwrap())
}

/// Makes design, which is stopped, pass over what is in the catalog's log now.
async fn pass_over(suite: &Suite, sequence: u64) {
    let part = ciclo_design::open(suite.data.join("design.sqlite"), Clock::System).await.unwrap();
    let principal = Principal::service(Tenant::parse("suite").unwrap(), "design");
    let skip = part.database.write(&principal, move |tx| {
        Box::pin(async move { tx.set_position("design<catalog", sequence).await })
    });
    skip.await.unwrap();
}

/// How far a service's log goes.
async fn log_sequence(suite: &Suite, service: &str) -> u64 {
    let ready = reqwest::get(format!("{}/health/ready", suite.service(service))).await.unwrap();
    ready.json::<serde_json::Value>().await.unwrap()["logSequence"].as_u64().unwrap()
}

async fn chartered(client: &Client, name: &str) -> String {
    let ground = ground(client).await;
    charter(client, name, &ground, |_, _, _| ()).await.expect("chartered")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replay_fills_the_gap_and_does_nothing_twice() {
    let mut suite = Suite::six();
    let client = suite.client("admin");
    let before = chartered(&client, "before").await;
    assert_eq!(packages(&client, &before).await, 1);

    suite.kill("design");
    let missed = chartered(&client, "missed").await;
    pass_over(&suite, log_sequence(&suite, "catalog").await).await;
    suite.start("design");
    let after = chartered(&client, "after").await;
    assert_eq!(packages(&client, &after).await, 1);
    let all = "{ designPackages { totalCount nodes { serviceName } } }";
    let known = client.send(all, json!({})).await;
    assert_eq!(known.at("designPackages.totalCount"), 2, "one was missed: {:#}", known.0);

    let (done, why) = replay(&suite.data, "design", "catalog");
    assert!(!done && why.contains("in use by another process"), "{why}");
    suite.kill("design");
    let (done, told) = replay(&suite.data, "design", "catalog");
    assert!(done && told.contains("from the beginning"), "{told}");
    suite.start("design");
    assert_eq!(packages(&client, &missed).await, 1);
    let last = chartered(&client, "last").await;
    for service in [&before, &missed, &after, &last] {
        assert_eq!(packages(&client, service).await, 1, "each once");
    }
    assert_eq!(client.send(all, json!({})).await.at("designPackages.totalCount"), 4);
}

#[test]
fn a_replay_of_what_is_not_there_is_refused_clearly() {
    let (_directory, data) = ciclo_testkit::process::directory();
    let refused = |service, from, why: &str| {
        let (done, told) = replay(&data, service, from);
        assert!(!done && told.contains(why), "{told}");
    };
    refused("desing", "catalog", "there is no service desing");
    refused("design", "gateway", "there is no service gateway");
    refused("design", "catalog", "there is no design in");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    std::fs::create_dir_all(&data).unwrap();
    drop(runtime.block_on(ciclo_design::open(data.join("design.sqlite"), Clock::System)).unwrap());
    refused("design", "operations", "design takes in nothing of operations");
}
