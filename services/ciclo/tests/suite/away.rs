//! One of the six processes is killed: it costs its own fields, and no others.

use crate::journeys::demonstrate;
use crate::support::Suite;
use serde_json::{Value, json};

/// A list of each service with what it names of the catalog, and a service with what each adds to it.
const QUERY: &str = "query($id: ID!) {
    services { nodes { name } }
    requirements { nodes { title service { name } } }
    transitions { nodes { state service { name } } }
    incidents { nodes { title service { name } } }
    serviceLevelReviews { nodes { agreementName service { name } } }
    service(id: $id) { name requirements { title } transitions { state } incidents { title } initiatives { title } }
}";

/// Each service with its list, and what it adds to a record of the catalog.
const PARTS: [(&str, &str, &str); 5] = [
    ("catalog", "services", ""),
    ("design", "requirements", "requirements"),
    ("transition", "transitions", "transitions"),
    ("operations", "incidents", "incidents"),
    ("improvement", "serviceLevelReviews", "initiatives"),
];

/// What is left of the whole answer without one service.
fn without(whole: &Value, (service, list, added): (&str, &str, &str)) -> Value {
    let mut left = whole.clone();
    left[list] = Value::Null;
    if service == "catalog" {
        left["service"] = Value::Null;
        for (_, list, _) in &PARTS[1..] {
            for record in left[*list]["nodes"].as_array_mut().unwrap() {
                record["service"] = Value::Null;
            }
        }
    } else {
        left["service"][added] = Value::Null;
    }
    left
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_that_is_killed_costs_its_own_fields_only() {
    let mut suite = Suite::six();
    demonstrate(&suite);
    let client = suite.client("admin");
    let id = client.send("{ services { nodes { id } } }", json!({})).await.text("services.nodes.0.id");
    let incident =
        client.send("{ incidents { nodes { id } } }", json!({})).await.text("incidents.nodes.0.id");
    let read = async || client.send(QUERY, json!({ "id": id })).await;
    let whole = read().await;
    for (_, list, _) in PARTS {
        assert!(!whole.at(&format!("{list}.nodes")).as_array().unwrap().is_empty(), "{list} has data");
    }
    for part in PARTS {
        suite.kill(part.0);
        let answer = read().await.0;
        assert_eq!(answer["data"], without(&whole.0["data"], part), "without {}", part.0);
        let errors = answer["errors"].as_array().unwrap();
        assert!(!errors.is_empty());
        for error in errors {
            assert_eq!(error["extensions"]["code"], "UNAVAILABLE", "{error}");
            assert!(error["extensions"]["traceId"].is_string(), "{error}");
        }
        if part.0 == "catalog" {
            // It answers `node` for all; a record's own field does not need it.
            let query = "query($id: ID!) { incident(id: $id) { title } node(id: $id) { id } }";
            let answer = client.send(query, json!({ "id": incident })).await;
            assert_eq!(answer.code(), "UNAVAILABLE");
            assert!(answer.0["data"]["incident"]["title"].is_string() && answer.0["data"]["node"].is_null());
        }
        suite.start(part.0);
        assert_eq!(read().await.0, whole.0, "{} is back", part.0);
    }
}
