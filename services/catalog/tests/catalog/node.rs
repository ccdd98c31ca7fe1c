//! `node`: any record of the suite by its id.

use crate::support::{Life, capability};
use crate::support::{customer, fresh, objective, offer, open, operational, requester};
use ciclo_catalog::graphql::sdl;
use ciclo_kernel::ids::{self, CustomerId, IncidentId, ServiceId};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const NODE: &str = "query($id: ID!) { node(id: $id) { __typename id } }";

#[tokio::test]
async fn every_record_type_of_the_suite_is_a_node() {
    let catalog = open().await;
    let types = "{ __type(name: \"Node\") { possibleTypes { name } } }";
    let found = catalog.admin(types, json!({})).await;
    let found: BTreeSet<&str> =
        found.at("__type.possibleTypes").as_array().unwrap().iter().map(name).collect();
    let registered: BTreeSet<&str> = ids::REGISTRY.iter().map(|(_, name, _)| *name).collect();
    assert_eq!(found, registered);
    for (prefix, name, owner) in ids::REGISTRY {
        let id = format!("{prefix}_0190a0b0c0d07000800000000000000a");
        let seen = catalog.admin(NODE, json!({ "id": id })).await;
        if *owner == "catalog" {
            assert!(seen.at("node").is_null(), "{name}: there is none");
        } else {
            assert_eq!(seen.at("node"), &json!({ "__typename": name, "id": id }));
        }
        let stub = format!("type {name} implements Node @key(fields: \"id\", resolvable: false)");
        assert_eq!(sdl().contains(&stub), *owner != "catalog", "{name}");
    }
}

fn name(found: &Value) -> &str {
    found["name"].as_str().unwrap()
}

#[tokio::test]
async fn catalogs_own_records_are_there_with_all_their_fields() {
    let catalog = open().await;
    let service = operational(&catalog, "Mail").await;
    let space = Life::begin(&catalog, "defineMarketSpace", json!({ "name": "Cities" })).await;
    let all = [
        ("Service", service.id.clone()),
        ("Offering", Life::begin(&catalog, "draftOffering", offer(&service.id)).await.id),
        ("Customer", customer(&catalog, "Kyoto").await.id),
        ("MarketSpace", space.id),
        ("BusinessObjective", objective(&catalog, "Grow", 3).await.id),
        ("Capability", capability(&catalog, "Servers", 3).await.id),
    ];
    for (ty, id) in all {
        let read =
            format!("query($id: ID!) {{ node(id: $id) {{ __typename id ... on {ty} {{ name version }} }} }}");
        let seen = catalog.admin(&read, json!({ "id": id })).await;
        assert_eq!(seen.at("node.__typename"), ty);
        assert!(seen.at("node.name").is_string());
    }
}

#[tokio::test]
async fn what_is_no_id_is_refused_and_what_may_not_be_read_is_null() {
    let catalog = open().await;
    for bad in ["", "svc", "xxx_0190a0b0c0d07000800000000000000a", "inc_0190"] {
        assert_eq!(catalog.admin(NODE, json!({ "id": bad })).await.code(), "BAD_ID", "{bad}");
    }
    let kyoto = customer(&catalog, "Kyoto").await;
    let seen = catalog.execute(&requester(), NODE, json!({ "id": kyoto.id })).await;
    assert!(seen.at("node").is_null());
    for unknown in [fresh::<ServiceId>(), fresh::<CustomerId>()] {
        assert!(catalog.admin(NODE, json!({ "id": unknown })).await.at("node").is_null());
    }
    let stub = catalog.execute(&requester(), NODE, json!({ "id": fresh::<IncidentId>() })).await;
    assert_eq!(stub.at("node.__typename"), "Incident", "its owner says who may read it");
}
