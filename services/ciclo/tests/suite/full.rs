//! A service whose PostgreSQL database has no space left.

use crate::faults::{Dice, charter, ground, packages};
use crate::support::Suite;
use ciclo_testkit::mounts::{fill, inside_own_mounts_of_root, mount_small};
use ciclo_testkit::process::Client;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Services that are chartered while design cannot write.
const CHARTERED: usize = 3;
/// Requirements that fit into the pages which design has already, at most.
const FIT: usize = 500;

/// A requirement of a length that no page has space for many of, in letters that do not shrink.
fn requirement(service: &str, number: usize, dice: &mut Dice) -> Value {
    let description: String = (0..5000).map(|_| char::from(b'!' + dice.roll(90) as u8)).collect();
    json!({
        "idempotencyKey": format!("requirement-{number}"), "service": service, "title": format!("Requirement {number}"),
        "description": description, "kind": "FUNCTIONAL", "priority": "SHOULD",
    })
}

/// Raises a requirement: its id, or the code of the refusal.
async fn raise(client: &Client, input: &Value) -> Result<String, String> {
    let mutation = "mutation($i: RaiseRequirementInput!) { raiseRequirement(input: $i) { id } }";
    let answer = client.send(mutation, json!({ "i": input })).await;
    let id = answer.0["data"]["raiseRequirement"]["id"].as_str().map(str::to_owned);
    id.ok_or_else(|| answer.0["errors"][0]["extensions"]["code"].to_string())
}

#[test]
fn a_full_disk_of_a_service_is_refused_for_now_and_loses_nothing() {
    if inside_own_mounts_of_root("full::a_full_disk_of_a_service_is_refused_for_now_and_loses_nothing") {
        tokio::runtime::Runtime::new().unwrap().block_on(fills_up());
    }
}

async fn fills_up() {
    let disk = tempfile::tempdir().unwrap();
    mount_small(disk.path(), "64m");
    let suite = Suite::six_on_disks(&BTreeMap::from([("design", disk.path())])).await;
    let client = suite.client("admin");
    let ground = ground(&client).await;
    let first = charter(&client, "before", &ground, |_, _, _| ()).await.unwrap();
    assert_eq!(packages(&client, &first).await, 1);

    let ballast = disk.path().join("ballast");
    fill(&ballast);
    let (mut dice, mut kept) = (Dice(20_261_123), Vec::new());
    let refused = loop {
        let input = requirement(&first, kept.len(), &mut dice);
        match raise(&client, &input).await {
            Ok(id) => kept.push(id),
            Err(code) => {
                assert_eq!(code, "\"UNAVAILABLE\"");
                break input;
            }
        }
        assert!(kept.len() < FIT, "the disk is not full");
    };
    // What design has can be read, and its neighbours go on without it.
    assert_eq!(packages(&client, &first).await, 1);
    let mut chartered = Vec::new();
    for n in 0..CHARTERED {
        chartered.push(charter(&client, &format!("meanwhile-{n}"), &ground, |_, _, _| ()).await.unwrap());
    }

    std::fs::remove_file(&ballast).unwrap();
    kept.push(raise(&client, &refused).await.unwrap());
    assert_eq!(
        raise(&client, &refused).await.as_ref(),
        Ok(kept.last().unwrap()),
        "the same key, the same record"
    );
    for service in &chartered {
        assert_eq!(packages(&client, service).await, 1);
    }
    let read = client.send("{ requirements(first: 1) { totalCount } }", json!({})).await;
    assert_eq!(read.at("requirements.totalCount"), &json!(kept.len()), "those acknowledged, no other");
    for id in &kept {
        let read =
            client.send("query($id: ID!) { requirement(id: $id) { version } }", json!({ "id": id })).await;
        assert_eq!(read.at("requirement.version"), &json!(1));
    }
    let parked = client.send("{ designParkedEvents { recordId } }", json!({})).await;
    assert_eq!(parked.at("designParkedEvents"), &json!([]), "no event was given up");
}
