//! The journeys of the loop through the gateway, in one process and as six.

use crate::faults::{charter, ground};
use crate::support::{Suite, binary};
use ciclo_kernel::ids::REGISTRY;
use ciclo_testkit::process::token;
use ciclo_transport::envelope;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

/// The demonstration against a running suite: it exits 0 only if each effect was read back.
pub fn demonstrate(suite: &Suite) {
    demonstrate_at(&suite.gateway, &suite.data);
}

/// [`demonstrate`] at a gateway, with the key of a data directory.
pub fn demonstrate_at(gateway: &str, data: &Path) {
    let demo = Command::new(binary())
        .args(["demo", "--gateway", gateway, "--tenant", "acme", "--data"])
        .arg(data)
        .output()
        .expect("runs");
    let (told, said) = (String::from_utf8_lossy(&demo.stdout), String::from_utf8_lossy(&demo.stderr));
    assert!(demo.status.success(), "{told}\n{said}");
    assert!(told.contains("Every effect was read back."), "{told}");
}

#[test]
fn the_lifecycle_goes_once_round_in_one_process() {
    let suite = Suite::one();
    demonstrate(&suite);
    assert_eq!(suite.terminate(), [Some(0)]);
}

#[test]
fn the_lifecycle_goes_once_round_as_six_processes() {
    let suite = Suite::six();
    demonstrate(&suite);
    assert!(suite.terminate().iter().all(|code| *code == Some(0)));
}

#[tokio::test]
async fn the_lifecycle_goes_once_round_on_postgresql() {
    let suite = Suite::six_on_postgresql().await;
    demonstrate(&suite);
    assert!(suite.terminate().iter().all(|code| *code == Some(0)));
}

/// One trace from the client's request through the gateway and a service into its log, and from
/// there through the consumer into the log of the neighbour.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trace_goes_from_the_client_to_the_neighbour() {
    let suite = Suite::six();
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let client = reqwest::Client::new();
    let admin = token(binary(), &suite.data, "admin", "acme");
    let send = async |mutation: &str, input: serde_json::Value| {
        let type_name = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
        let query = format!("mutation($i: {type_name}!) {{ {mutation}(input: $i) {{ id version }} }}");
        let request = client.post(&suite.gateway).bearer_auth(&admin);
        let request = request.header("traceparent", format!("00-{trace}-00f067aa0ba902b7-01"));
        let answer =
            request.json(&json!({ "query": query, "variables": { "i": input } })).send().await.unwrap();
        let answer: serde_json::Value = answer.json().await.unwrap();
        let record = answer["data"][mutation].clone();
        assert!(record["id"].is_string(), "{answer}");
        record
    };
    let customer = send("defineCustomer", json!({ "idempotencyKey": "c", "name": "Norte Retail" })).await;
    let objective = json!({ "idempotencyKey": "o", "name": "Sell", "weight": 50 });
    let objective = send("defineBusinessObjective", objective).await;
    let mut service = send(
        "proposeService",
        json!({
            "idempotencyKey": "p", "name": "Web shop", "description": "Sells.", "owner": "carla",
            "view": "BUSINESS", "criticality": 1, "customers": [customer["id"]],
        }),
    )
    .await;
    for (mutation, mut input) in [
        ("setServiceSupport", json!({ "objective": objective["id"], "strength": 80 })),
        ("defineService", json!({})),
        ("analyseService", json!({ "businessCase": "It pays." })),
        ("approveService", json!({})),
        ("charterService", json!({})),
    ] {
        input["id"] = service["id"].clone();
        input["expectedVersion"] = service["version"].clone();
        input["idempotencyKey"] = json!(mutation);
        service = send(mutation, input).await;
    }
    let neighbour = token(binary(), &suite.data, "subgraph", "suite");
    for (name, event) in
        [("catalog", "ciclo.catalog.v1.ServiceChartered"), ("design", "ciclo.design.v1.DesignPackageOpened")]
    {
        let url = suite.service(name);
        // Held open until there is something; the event is there when its neighbour's is.
        let row = loop {
            let request =
                client.get(format!("{url}/internal/log?after=0&limit=1000&wait=20")).bearer_auth(&neighbour);
            let bytes = request.send().await.unwrap().bytes().await.unwrap();
            let rows = envelope::decode_batch(&bytes).unwrap();
            if let Some(row) = rows.into_iter().find(|row| row.event_type == event) {
                break row;
            }
        };
        assert!(row.traceparent.contains(trace), "{event}: {}", row.traceparent);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_comes_back_through_the_gateway_in_its_order() {
    let suite = Suite::one();
    let client = suite.client("admin");
    let ground = ground(&client).await;
    let service = charter(&client, "mail", &ground, |_, _, _| ()).await.expect("chartered");
    let form = r#"{"type":"object","properties":{"size":{"title":"Size"},"name":{},"age":{"a":1,"A":2}}}"#;
    let input = json!({
        "idempotencyKey": "form", "service": service, "name": "Mailbox",
        "price": { "minorUnits": 0, "currency": "EUR" }, "form": serde_json::from_str::<Value>(form).unwrap(),
    });
    let draft = "mutation($i: DraftOfferingInput!) { draftOffering(input: $i) { id form } }";
    let drafted = client.send(draft, json!({ "i": input })).await;
    assert_eq!(drafted.at("draftOffering.form").to_string(), form);
    let read = client.send("{ offerings { nodes { form } } }", json!({})).await;
    assert_eq!(read.at("offerings.nodes.0.form").to_string(), form);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_nobody_has_is_null_once_its_owner_is_asked() {
    let suite = Suite::one();
    let client = suite.client("admin");
    let node = async |id: String, select: &str| {
        let query = format!("query($id: ID!) {{ node(id: $id) {{ {select} }} }}");
        client.send(&query, json!({ "id": id })).await.at("node").clone()
    };
    let unknown = |prefix: &str| format!("{prefix}_018f0000000070008000000000000000");
    for (prefix, record_type, owner) in REGISTRY {
        let id = unknown(prefix);
        let asked = format!("id ... on {record_type} {{ version }}");
        assert_eq!(node(id.clone(), &asked).await, Value::Null, "{record_type}");
        // The limit that docs/api.md tells of.
        let unseen = node(id.clone(), "id __typename").await;
        let echoed = json!({ "id": id, "__typename": record_type });
        assert_eq!(unseen, if *owner == "catalog" { Value::Null } else { echoed }, "{record_type}");
    }
}
