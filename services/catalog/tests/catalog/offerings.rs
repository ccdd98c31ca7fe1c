//! Offerings through the API, and what requesters see of them.

use crate::support::{
    Life, Outcome, call, chartered, closed, customer, fresh, offer, open, operational, requester,
    transition_event,
};
use ciclo_kernel::Role;
use ciclo_kernel::ids::TransitionId;
use ciclo_testkit::{TestService, caller};
use futures::StreamExt;
use serde_json::{Value, json};

const ALL: &str = "price { minorUnits currency } form fulfilment { name group } visible approvalNeeded
    forEverybody eligibleCustomers { name } publishedAt publishedBy withdrawnBy withdrawalReason service { name }";

#[tokio::test]
async fn an_offering_lives_from_draft_to_withdrawal() {
    let catalog = open().await;
    let service = operational(&catalog, "Mail").await;
    let somebody = customer(&catalog, "京都市").await;
    let mut offering = Life::begin(&catalog, "draftOffering", offer(&service.id)).await;
    let change = json!({ "price": { "minorUnits": 9_000_000_000_i64, "currency": "JPY" },
        "eligibleCustomers": [somebody.id], "approvalNeeded": true });
    let revised = offering.select("reviseOffering", change, ALL).await;
    assert_eq!(revised.at("it.price"), &json!({ "minorUnits": 9_000_000_000_i64, "currency": "JPY" }));
    assert_eq!(revised.at("it.eligibleCustomers"), &json!([{ "name": "京都市" }]));
    assert_eq!(revised.at("it.form.properties.größe.type"), "string");
    assert_eq!(revised.at("it.visible"), false);
    let published = offering.select("publishOffering", json!({}), ALL).await;
    assert_eq!(published.at("it.visible"), true, "its service is in operation");
    assert_eq!(published.at("it.publishedBy"), "ana");
    assert_eq!(published.at("it.service.name"), "Mail");
    let withdrawn = offering.select("withdrawOffering", json!({ "reason": "replaced" }), ALL).await;
    assert_eq!(withdrawn.at("it.withdrawalReason"), "replaced");
    assert_eq!(withdrawn.at("it.visible"), false);
    assert_eq!(offering.go("publishOffering", json!({})).await.code(), "WRONG_STATE");
}

#[tokio::test]
async fn an_offering_needs_a_plan_a_real_price_and_a_form_that_is_a_schema() {
    let catalog = open().await;
    let mut service = operational(&catalog, "Mail").await;
    let with = |field: &str, value: Value| {
        let mut input = offer(&service.id);
        input[field] = value;
        input
    };
    for (field, value) in [
        ("price", json!({ "minorUnits": -1, "currency": "EUR" })),
        ("price", json!({ "minorUnits": 1, "currency": "euro" })),
        ("form", json!({ "type": "string" })),
        ("form", json!([1])),
        ("form", json!({ "type": "object", "title": "x".repeat(70_000) })),
    ] {
        assert_eq!(
            call(&catalog, "draftOffering", with(field, value), "").await.code(),
            "INVALID",
            "{field}"
        );
    }
    let bare =
        json!({ "service": service.id, "name": "Mailbox", "price": { "minorUnits": 0, "currency": "EUR" } });
    let mut offering = Life::begin(&catalog, "draftOffering", bare).await;
    let refused = offering.go("publishOffering", json!({})).await;
    assert_eq!(refused.code(), "CRITERIA_UNMET");
    assert_eq!(refused.facts()["missing"].as_array().unwrap().len(), 2);
    let mut gone = customer(&catalog, "Left").await;
    let named = json!({ "eligibleCustomers": [gone.id] });
    let _ = offering.go("reviseOffering", named.clone()).await;
    gone.to("retireCustomer", json!({ "reason": "left" }), "RETIRED").await;
    let kept = offering.select("reviseOffering", named.clone(), "forEverybody").await;
    assert_eq!(kept.at("it.forEverybody"), false, "whom it named before may stay");
    let mut other = Life::begin(&catalog, "draftOffering", offer(&service.id)).await;
    assert_eq!(other.go("reviseOffering", named).await.code(), "RULE_VIOLATED");
    service.to("beginServiceRetirement", json!({ "reason": "old" }), "RETIRING").await;
    assert_eq!(call(&catalog, "draftOffering", offer(&service.id), "").await.code(), "RULE_VIOLATED");
}

/// A visible and a hidden offering under a service in operation.
async fn two(catalog: &TestService) -> (Life<'_>, Life<'_>, Life<'_>) {
    let service = operational(catalog, "Mail").await;
    let mut visible = Life::begin(catalog, "draftOffering", offer(&service.id)).await;
    visible.to("publishOffering", json!({}), "PUBLISHED").await;
    let hidden = Life::begin(catalog, "draftOffering", offer(&service.id)).await;
    (service, visible, hidden)
}

#[tokio::test]
async fn requesters_see_visible_offerings_wherever_they_are_reached_from() {
    let catalog = open().await;
    let (service, visible, hidden) = two(&catalog).await;
    let read = "query($service: ID!, $hidden: ID!, $shown: ID!, $reps: [_Any!]!) {
        list: offerings { nodes { id } totalCount }
        asked: offerings(filter: { visible: { eq: false } }) { totalCount }
        hidden: offering(id: $hidden) { id } shown: offering(id: $shown) { id }
        node: node(id: $hidden) { id }
        service(id: $service) { offerings { id } }
        _entities(representations: $reps) { ... on Offering { id } } }";
    let reps = json!([
        { "__typename": "Offering", "id": hidden.id },
        { "__typename": "Offering", "id": visible.id },
    ]);
    let arguments = json!({ "service": service.id, "hidden": hidden.id, "shown": visible.id, "reps": reps });
    let seen = catalog.execute(&requester(), read, arguments.clone()).await;
    assert_eq!(seen.at("list"), &json!({ "nodes": [{ "id": visible.id }], "totalCount": 1 }));
    assert_eq!(seen.at("asked.totalCount"), 0);
    assert!(seen.at("hidden").is_null() && seen.at("node").is_null());
    assert_eq!(seen.at("shown.id"), &json!(visible.id));
    assert_eq!(seen.at("service.offerings"), &json!([{ "id": visible.id }]));
    assert_eq!(seen.at("_entities"), &json!([null, { "id": visible.id }]));

    let seen = catalog.execute(&caller(&[Role::Viewer]), read, arguments).await;
    assert_eq!(seen.at("list.totalCount"), 2);
    assert_eq!(seen.at("asked.totalCount"), 1);
    assert_eq!(seen.at("hidden.id"), &json!(hidden.id));
    assert_eq!(seen.at("service.offerings").as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn requesters_follow_visible_offerings_only() {
    let catalog = open().await;
    let (service, visible, _) = two(&catalog).await;
    let follow =
        "subscription { offeringChanged(after: \"catalog.0\") { eventType offering { id visible } } }";
    let mut seen = catalog.follow(&requester(), follow, json!({}));
    let first = seen.next().await.unwrap();
    assert_eq!(first.at("offeringChanged.eventType"), "ciclo.catalog.v1.OfferingPublished");
    assert_eq!(first.at("offeringChanged.offering.id"), &json!(visible.id));
    let mut staff = catalog.follow(&caller(&[Role::Agent]), follow, json!({}));
    assert_eq!(staff.next().await.unwrap().at("offeringChanged.offering.visible"), false);
    let only = "query($id: ID!) { service(id: $id) { offerings(visibleOnly: true) { id } } }";
    let seen = catalog.admin(only, json!({ "id": service.id })).await;
    assert_eq!(seen.at("service.offerings"), &json!([{ "id": visible.id }]));
}

#[tokio::test]
async fn many_offerings_are_told_at_once() {
    let catalog = open().await;
    let mut service = chartered(&catalog, "Mail").await;
    for _ in 0..30 {
        let mut offering = Life::begin(&catalog, "draftOffering", offer(&service.id)).await;
        offering.to("publishOffering", json!({}), "PUBLISHED").await;
    }
    let count = "{ offerings(filter: { visible: { eq: true } }) { totalCount } }";
    assert_eq!(catalog.admin(count, json!({})).await.at("offerings.totalCount"), 0);
    let row = transition_event(&fresh::<TransitionId>(), &service.id, 1, closed(Outcome::Successful));
    service.hear("transition", &row, 3).await;
    assert_eq!(catalog.admin(count, json!({})).await.at("offerings.totalCount"), 30);
    service.to("beginServiceRetirement", json!({ "reason": "old" }), "RETIRING").await;
    assert_eq!(catalog.admin(count, json!({})).await.at("offerings.totalCount"), 0);
}

#[tokio::test]
async fn a_form_keeps_the_order_of_its_fields_and_a_key_does_not_depend_on_it() {
    let catalog = open().await;
    let service = operational(&catalog, "Mail").await;
    let form =
        r#"{"type":"object","properties":{"size":{"title":"Size","enum":["xl","m"]},"name":{},"age":{}}}"#;
    let mut input = offer(&service.id);
    input["idempotencyKey"] = json!("once");
    input["form"] = serde_json::from_str(form).unwrap();
    let drafted = call(&catalog, "draftOffering", input.clone(), "form").await;
    assert_eq!(drafted.at("it.form").to_string(), form);
    let fields: Vec<_> = input.as_object().unwrap().clone().into_iter().rev().collect();
    let again = call(&catalog, "draftOffering", Value::Object(fields.into_iter().collect()), "").await;
    assert_eq!(again.text("it.id"), drafted.text("it.id"), "the same arguments in another order");
    input["form"]["properties"]["age"]["title"] = json!("Age");
    assert_eq!(call(&catalog, "draftOffering", input, "").await.code(), "IDEMPOTENCY_CONFLICT");
}
