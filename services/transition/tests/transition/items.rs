//! Configuration items and their relations.

use crate::support::Life;
use crate::support::{call, fresh, item, open, person, relate, service};
use ciclo_kernel::Role;
use ciclo_kernel::ids::{ConfigurationItemId, ServiceId};
use serde_json::{Value, json};

#[tokio::test]
async fn an_item_goes_through_its_life() {
    let service = open().await;
    let payroll = self::service(&service, "Payroll").await;
    let input = json!({ "name": "db-1", "class": "database", "criticality": 1, "services": [payroll] });
    let mut item = Life::begin(&service, "registerConfigurationItem", input).await;
    for (step, state) in [
        ("ORDER", "ORDERED"),
        ("RECEIVE", "RECEIVED"),
        ("START_TEST", "IN_TEST"),
        ("GO_LIVE", "LIVE"),
        ("START_MAINTENANCE", "IN_MAINTENANCE"),
        ("END_MAINTENANCE", "LIVE"),
    ] {
        item.to("moveConfigurationItem", json!({ "move": step }), state).await;
    }
    let skipped = item.go("moveConfigurationItem", json!({ "move": "DISPOSE" })).await;
    assert_eq!((skipped.code(), &skipped.facts()["verb"]), ("WRONG_STATE", &json!("dispose")));
    let silent = item.go("moveConfigurationItem", json!({ "move": "REPORT_MISSING" })).await;
    assert_eq!(silent.facts()["field"], "note");
    let missing = json!({ "move": "REPORT_MISSING", "note": "not in the rack" });
    item.to("moveConfigurationItem", missing, "MISSING").await;
    let revise = json!({ "name": "db-1a", "attributes": { "engine": "PostgreSQL", "ports": [5432] },
        "criticality": 3, "services": [] });
    item.to("reviseConfigurationItem", revise, "MISSING").await;
    let read = "query($id: ID!, $s: [ID!]!) { configurationItem(id: $id) { name class attributes criticality stateNote
        services { id } } configurationItems(filter: { services: { any: $s } }) { totalCount } }";
    let seen = service.admin(read, json!({ "id": item.id, "s": [payroll] })).await;
    assert_eq!(
        seen.at("configurationItem"),
        &json!({ "name": "db-1a", "class": "database", "criticality": 3,
        "attributes": { "engine": "PostgreSQL", "ports": [5432] }, "stateNote": "not in the rack", "services": [] })
    );
    assert_eq!(seen.at("configurationItems.totalCount"), 0, "links follow the record");
    let twice = item.go("reviseConfigurationItem", json!({ "name": "db-1a" })).await;
    assert_eq!(twice.facts()["field"], "input");
    item.version = 1;
    assert_eq!(item.go("reviseConfigurationItem", json!({ "name": "x" })).await.code(), "CONFLICT");
}

#[tokio::test]
async fn items_are_checked() {
    let service = open().await;
    let lead = person("ann", Role::ChangeManager);
    let try_with = async |field: &str, value: Value| {
        let mut input = json!({ "name": "db-1", "class": "database", "criticality": 1 });
        input[field] = value;
        call(&service, &lead, "registerConfigurationItem", input, "state attributes").await
    };
    for (field, value) in [
        ("name", json!(" ")),
        ("class", json!("Big Server")),
        ("criticality", json!(0)),
        ("criticality", json!(257)),
        ("attributes", json!([1])),
        ("attributes", json!("text")),
    ] {
        let refused = try_with(field, value.clone()).await;
        assert_eq!((refused.code(), &refused.facts()["field"]), ("INVALID", &json!(field)), "{value}");
    }
    let unknown = try_with("services", json!([fresh::<ServiceId>()])).await;
    assert_eq!((unknown.code(), &unknown.facts()["type"]), ("NOT_FOUND", &json!("Service")));
    let plain = try_with("name", json!("データベース")).await;
    assert_eq!((plain.at("it.state"), plain.at("it.attributes")), (&json!("PLANNED"), &json!({})));
}

#[tokio::test]
async fn items_are_related_once_and_the_edge_ends_with_the_relation() {
    let service = open().await;
    let (db, web) = (item(&service, "db-1", &[]).await, item(&service, "web-1", &[]).await);
    let lead = person("ann", Role::ChangeManager);
    let again = async |source: &str, kind: &str, target: &str| {
        let input = json!({ "source": source, "kind": kind, "target": target });
        call(&service, &lead, "relateConfigurationItems", input, "state").await
    };
    let mut depends = relate(&service, &web, "DEPENDS_ON", &db).await;
    relate(&service, &web, "CONNECTS_TO", &db).await;
    let twice = again(&web, "DEPENDS_ON", &db).await;
    assert_eq!((twice.code(), &twice.facts()["relationId"]), ("RULE_VIOLATED", &json!(depends.id)));
    assert_eq!(again(&db, "CONNECTS_TO", &web).await.code(), "RULE_VIOLATED", "no direction");
    assert_eq!(again(&db, "DEPENDS_ON", &web).await.at("it.state"), "ACTIVE", "the other way");
    assert_eq!(again(&db, "RUNS_ON", &db).await.facts()["field"], "targetId");
    assert_eq!(again(&db, "RUNS_ON", &fresh::<ConfigurationItemId>()).await.code(), "NOT_FOUND");

    let read = "query($id: ID!) { configurationItem(id: $id) { relations { kind source { name } target { name } state } } }";
    let relations = async || {
        let seen = service.admin(read, json!({ "id": db })).await;
        seen.at("configurationItem.relations").as_array().unwrap().len()
    };
    assert_eq!(relations().await, 3);
    depends.to("removeItemRelation", json!({ "reason": "moved away" }), "REMOVED").await;
    assert_eq!(relations().await, 2);
    assert_eq!(depends.go("removeItemRelation", json!({})).await.code(), "WRONG_STATE");
    assert_eq!(again(&web, "DEPENDS_ON", &db).await.at("it.state"), "ACTIVE", "after the removal");
    let gone = service
        .admin(
            "{ itemRelations(filter: { state: { eq: REMOVED } }) { nodes { removal { reason by } } } }",
            json!({}),
        )
        .await;
    assert_eq!(
        gone.at("itemRelations.nodes"),
        &json!([{ "removal": { "reason": "moved away", "by": "ann" } }])
    );
}
