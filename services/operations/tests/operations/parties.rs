//! Clocks of every type of record, and of everybody who promised something on it.

use crate::grants::{self, Grant, agent, approver, entitle};
use crate::known::{call, moved, named, nth, offering, operations};
use crate::life::{Life, agreement_event, ask, key, promised, terms};
use crate::outside::{Outside, firing};
use crate::problem;
use ciclo_contracts::convert::duration;
use ciclo_contracts::{catalog::v1 as catalog, design::v1 as design};
use ciclo_kernel::ids::{AgreementId, CustomerId};
use ciclo_kernel::{Role, SignedDuration};
use ciclo_operations::timers::fire_due;
use ciclo_testkit::events::row;
use ciclo_testkit::{TestService, start};
use serde_json::{Value, json};

const FIELDS: &str = "ticketType kind state group supplier used left due met breachedAt
    agreement { id } segments { kind because }";

fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

fn target(of: design::TicketType, kind: design::TargetKind, priority: u32, length: i64) -> design::Target {
    design::Target {
        ticket_type: of.into(),
        kind: kind.into(),
        priority,
        duration: Some(duration(minutes(length))),
        warning_percent: Vec::new(),
    }
}

/// Has design tell of an agreement with somebody: response in ten minutes, resolution in an hour at every priority.
async fn agreed(operations: &TestService, number: u32, change: impl FnOnce(&mut design::Agreement)) {
    let id = nth::<AgreementId>(number);
    let mut after = design::Agreement { family_id: id.clone(), id, ..terms() };
    after.customer_id.clear();
    let of = design::TicketType::Incident;
    let both = |priority| {
        [
            target(of, design::TargetKind::Response, priority, 10),
            target(of, design::TargetKind::Resolution, priority, 60),
        ]
    };
    after.terms.as_mut().unwrap().targets = (1..=5).flat_map(both).collect();
    change(&mut after);
    operations.deliver("design", &agreement_event(after, 1)).await.unwrap();
}

async fn ola(operations: &TestService, number: u32, group: &str) {
    agreed(operations, number, |after| {
        after.kind = design::AgreementKind::Ola.into();
        group.clone_into(&mut after.group);
    })
    .await;
}

async fn contract(operations: &TestService, number: u32, supplier: &str) {
    agreed(operations, number, |after| {
        after.kind = design::AgreementKind::Contract.into();
        supplier.clone_into(&mut after.supplier);
    })
    .await;
}

/// The clocks of a record, each by whom it is of and what it measures.
fn picked(clocks: &Value, party: &str, kind: &str) -> Option<Value> {
    let of = |clock: &&Value| {
        let whose = clock["group"].as_str().or(clock["supplier"].as_str()).unwrap_or("customer");
        whose == party && clock["kind"] == kind
    };
    clocks.as_array().unwrap().iter().find(of).cloned()
}

async fn clock(life: &Life<'_>, party: &str, kind: &str) -> Option<Value> {
    picked(&life.read(&format!("clocks {{ {FIELDS} }}")).await["clocks"], party, kind)
}

#[tokio::test]
async fn each_party_has_a_clock_of_its_own_for_its_turn() {
    let operations = promised().await;
    ola(&operations, 5, "Network").await;
    ola(&operations, 6, "Desk").await;
    contract(&operations, 7, "Kabel").await;
    let pass = |length| operations.clock.advance(minutes(length));
    let mut life = Life::open(&operations, json!({})).await;
    assert!(clock(&life, "Network", "RESOLUTION").await.is_none(), "it is not the group's");

    life.to("assignIncident", json!({ "group": "Desk", "person": "jo" }), "ASSIGNED").await;
    assert!(clock(&life, "Desk", "RESPONSE").await.is_none(), "a person of the group has it already");
    life.to("startIncident", json!({}), "IN_PROGRESS").await;
    pass(20);
    life.to("assignIncident", json!({ "group": "Network" }), "ASSIGNED").await;
    let desk = clock(&life, "Desk", "RESOLUTION").await.unwrap();
    assert_eq!((&desk["state"], &desk["left"]), (&json!("PAUSED"), &json!("PT40M")));
    pass(5);
    let response = clock(&life, "Network", "RESPONSE").await.unwrap();
    assert_eq!((&response["used"], &response["left"]), (&json!("PT5M"), &json!("PT5M")));
    assert_eq!(response["agreement"]["id"], nth::<AgreementId>(5));
    life.to("startIncident", json!({}), "IN_PROGRESS").await;
    assert_eq!(clock(&life, "Network", "RESPONSE").await.unwrap()["met"], true);

    let hold = json!({ "reason": "SUPPLIER", "supplier": "Kabel" });
    life.to("holdIncident", hold, "ON_HOLD").await;
    assert!(clock(&life, "Kabel", "RESPONSE").await.is_none(), "nobody records when a supplier answers");
    pass(30);
    life.to("resumeIncident", json!({}), "IN_PROGRESS").await;
    let kabel = clock(&life, "Kabel", "RESOLUTION").await.unwrap();
    assert_eq!((&kabel["state"], &kabel["used"]), (&json!("PAUSED"), &json!("PT30M")));
    pass(10);
    let network = clock(&life, "Network", "RESOLUTION").await.unwrap();
    assert_eq!(network["used"], "PT45M", "its OLA does not stop for the supplier");
    let customer = clock(&life, "customer", "RESOLUTION").await.unwrap();
    assert_eq!(customer["used"], "PT1H5M", "the customer's goes on whoever has it");

    life.to("assignIncident", json!({ "group": "Desk", "person": "jo" }), "ASSIGNED").await;
    pass(41);
    assert_eq!(fire_due(&operations.part.database).await.unwrap(), 1, "the desk's breach");
    let desk = clock(&life, "Desk", "RESOLUTION").await.unwrap();
    assert_eq!(desk["breachedAt"], "2026-05-04T09:45:00Z");
    let segments = json!([
        { "kind": "RUNNING", "because": "every hour counts (24x7)" },
        { "kind": "PAUSED", "because": "paused: OTHER_GROUP" },
        { "kind": "RUNNING", "because": "every hour counts (24x7)" },
    ]);
    assert_eq!(desk["segments"], segments);
    life.resolve().await;
    for party in ["customer", "Desk", "Network", "Kabel"] {
        assert_eq!(clock(&life, party, "RESOLUTION").await.unwrap()["state"], "STOPPED", "{party}");
    }
}

#[tokio::test]
async fn a_supplier_that_nobody_named_has_a_clock_when_it_is_the_only_one() {
    let operations = operations().await;
    contract(&operations, 7, "Kabel").await;
    let hold = || json!({ "reason": "SUPPLIER" });
    let mut first = Life::open(&operations, json!({})).await;
    first.to("holdIncident", hold(), "ON_HOLD").await;
    assert!(clock(&first, "Kabel", "RESOLUTION").await.is_some());
    contract(&operations, 8, "Strom").await;
    let mut second = Life::open(&operations, json!({})).await;
    second.to("holdIncident", hold(), "ON_HOLD").await;
    assert_eq!(second.read("clocks { id }").await["clocks"], json!([]), "which of the two?");
    let named = second.go("holdIncident", json!({ "reason": "CALLER", "supplier": "Kabel" })).await;
    assert_eq!(named.code(), "WRONG_STATE");
    let mut third = Life::open(&operations, json!({})).await;
    let named = third.go("holdIncident", json!({ "reason": "CALLER", "supplier": "Kabel" })).await;
    assert_eq!(named.code(), "INVALID");
}

#[tokio::test]
async fn the_agreement_of_the_customer_that_is_named_binds() {
    let operations = operations().await;
    let customers = [1, 2, 3].map(nth::<CustomerId>);
    for (number, customer) in customers.iter().enumerate().take(2) {
        let after =
            catalog::Customer { id: customer.clone(), name: "Norte".to_owned(), ..Default::default() };
        let message = catalog::CustomerEvent { after: Some(after), what: None };
        let event = row("Customer", "ciclo.catalog.v1.CustomerDefined", customer, 1, start(), &message);
        operations.deliver("catalog", &event).await.unwrap();
        let agreement = 20 + u32::try_from(number).unwrap();
        agreed(&operations, agreement, |after| customer.clone_into(&mut after.customer_id)).await;
    }
    for (number, customer) in customers.iter().enumerate().take(2) {
        let life = Life::open(&operations, json!({ "customer": customer })).await;
        let read = life.read("customer { id } clocks { agreement { id } }").await;
        assert_eq!(read["customer"]["id"], *customer);
        let agreement = nth::<AgreementId>(20 + u32::try_from(number).unwrap());
        let clocks = read["clocks"].as_array().unwrap();
        assert!(
            clocks.len() == 2 && clocks.iter().all(|clock| clock["agreement"]["id"] == agreement),
            "{read}"
        );
    }
    let unknown = ask(&operations, json!({ "customer": customers[2] })).await;
    assert_eq!(unknown.code(), "NOT_FOUND");
}

/// Operations with an SLA that promises something for one type of ticket, at priority 3: an answer in half an
/// hour, the end in eight hours.
async fn promised_for(ticket_type: design::TicketType, operations: &TestService) {
    agreed(operations, 9, |after| {
        after.terms.as_mut().unwrap().targets = vec![
            target(ticket_type, design::TargetKind::Response, 3, 30),
            target(ticket_type, design::TargetKind::Resolution, 3, 8 * 60),
            target(ticket_type, design::TargetKind::Response, 1, 5),
        ];
    })
    .await;
}

#[tokio::test]
async fn a_problem_has_clocks_from_its_notice_to_its_fix() {
    let operations = operations().await;
    promised_for(design::TicketType::Problem, &operations).await;
    let agent = named("ana", &[Role::Agent]);
    let id = problem::open(&operations, &key(), json!({})).await.text("it.id");
    let clocks = || async {
        let read = format!(
            "query($id: ID!) {{ problem(id: $id) {{ clocks {{ {FIELDS} problem {{ id }} incident {{ id }} }} }} }}"
        );
        operations.admin(&read, json!({ "id": id })).await.at("problem.clocks").clone()
    };
    operations.clock.advance(minutes(10));
    let input = moved(&id, 1, json!({ "priority": 3 }));
    call(&operations, &agent, "assessProblem", "AssessProblemInput", input).await;
    let response = picked(&clocks().await, "customer", "RESPONSE").unwrap();
    assert_eq!((&response["met"], &response["used"]), (&json!(true), &json!("PT10M")));
    assert_eq!((&response["problem"]["id"], &response["incident"]), (&json!(id), &Value::Null));
    assert_eq!(response["ticketType"], "PROBLEM");
    operations.clock.advance(minutes(8 * 60));
    assert_eq!(fire_due(&operations.part.database).await.unwrap(), 1);
    let resolution = picked(&clocks().await, "customer", "RESOLUTION").unwrap();
    assert_eq!(resolution["breachedAt"], "2026-05-04T16:00:00Z");
    let input = moved(&id, 2, json!({ "reason": "It was the weather" }));
    let cancelled = call(&operations, &agent, "cancelProblem", "ProblemReasonInput", input).await;
    assert_eq!(cancelled.text("it.state"), "CLOSED");
    assert_eq!(picked(&clocks().await, "customer", "RESOLUTION").unwrap()["state"], "CANCELLED");
}

#[tokio::test]
async fn a_request_is_promised_nothing_while_it_waits_for_its_approval() {
    let operations = operations().await;
    promised_for(design::TicketType::ServiceRequest, &operations).await;
    let [kim, ann, lee] = [("kim", Role::Requester), ("ann", Role::Approver), ("lee", Role::Agent)]
        .map(|(name, role)| named(name, &[role]));
    let submit = json!({ "idempotencyKey": key(), "offering": offering(1), "answers": { "address": "k@example.org" } });
    let urgent = crate::life::with(submit.clone(), &json!({ "priority": 1 }));
    let refused = call(&operations, &kim, "submitServiceRequest", "SubmitServiceRequestInput", urgent).await;
    assert_eq!(refused.code(), "FORBIDDEN", "how much it matters is for others to say");
    let id = call(&operations, &kim, "submitServiceRequest", "SubmitServiceRequestInput", submit)
        .await
        .text("it.id");
    let clocks = || async {
        let read =
            format!("query($id: ID!) {{ serviceRequest(id: $id) {{ priority clocks {{ {FIELDS} }} }} }}");
        operations.admin(&read, json!({ "id": id })).await.at("serviceRequest.clocks").clone()
    };
    operations.clock.advance(minutes(60));
    let response = picked(&clocks().await, "customer", "RESPONSE").unwrap();
    assert_eq!((&response["state"], &response["used"]), (&json!("PAUSED"), &json!("PT0S")));
    let go = |by, mutation: &'static str, input: &'static str, version, more| {
        let operations = &operations;
        let input_value = moved(&id, version, more);
        async move { call(operations, by, mutation, input, input_value).await.text("it.state") }
    };
    let simple = "MoveServiceRequestInput";
    assert_eq!(go(&ann, "approveServiceRequest", simple, 2, json!({})).await, "APPROVED");
    operations.clock.advance(minutes(20));
    assert_eq!(go(&lee, "startFulfilment", simple, 3, json!({})).await, "IN_FULFILMENT");
    let response = picked(&clocks().await, "customer", "RESPONSE").unwrap();
    assert_eq!((&response["met"], &response["used"]), (&json!(true), &json!("PT20M")));

    let waiting = json!({ "reason": "Which size?", "waitsFor": "CALLER" });
    assert_eq!(go(&lee, "holdServiceRequest", "HoldServiceRequestInput", 4, waiting).await, "ON_HOLD");
    operations.clock.advance(minutes(60));
    let resolution = picked(&clocks().await, "customer", "RESOLUTION").unwrap();
    assert_eq!((&resolution["state"], &resolution["used"]), (&json!("PAUSED"), &json!("PT20M")));
    assert_eq!(go(&lee, "resumeServiceRequest", simple, 5, json!({})).await, "IN_FULFILMENT");
    let idle = json!({ "reason": "Lunch" });
    assert_eq!(go(&lee, "holdServiceRequest", "HoldServiceRequestInput", 6, idle).await, "ON_HOLD");
    let resolution = picked(&clocks().await, "customer", "RESOLUTION").unwrap();
    assert_eq!(resolution["state"], "RUNNING", "no agreement names lunch");
}

#[tokio::test]
async fn access_is_promised_nothing_while_it_waits_for_its_approval() {
    let operations = operations().await;
    promised_for(design::TicketType::AccessGrant, &operations).await;
    let urgent = json!({ "priority": 1 });
    let till = entitle(&operations, "Till", json!({})).await;
    let refused = grants::ask(&operations, &named("kim", &[Role::Requester]), &till, urgent).await;
    assert_eq!((refused.code(), &refused.facts()["field"]), ("FORBIDDEN", &json!("priority")));
    let mut grant = Grant::asked(&operations, "kim", &till, json!({})).await;
    let fields = format!("clocks {{ {FIELDS} accessGrant {{ id }} incident {{ id }} }}");
    let clock = async |grant: &Grant<'_>, kind| {
        picked(&grant.read(&fields).await["clocks"], "customer", kind).unwrap().clone()
    };
    operations.clock.advance(minutes(20));
    grant.to(&agent("vera"), "verifyAccess", json!({}), "VERIFIED").await;
    let response = clock(&grant, "RESPONSE").await;
    assert_eq!((&response["met"], &response["used"]), (&json!(true), &json!("PT20M")));
    assert_eq!((&response["accessGrant"]["id"], &response["incident"]), (&json!(grant.id), &Value::Null));
    assert_eq!(response["ticketType"], "ACCESS_GRANT");
    operations.clock.advance(minutes(600));
    let resolution = clock(&grant, "RESOLUTION").await;
    assert_eq!((&resolution["state"], &resolution["used"]), (&json!("PAUSED"), &json!("PT20M")));
    grant.to(&approver(), "approveAccess", json!({}), "APPROVED").await;
    operations.clock.advance(minutes(30));
    grant.to(&agent("jo"), "grantAccess", json!({}), "GRANTED").await;
    let resolution = clock(&grant, "RESOLUTION").await;
    assert_eq!((&resolution["met"], &resolution["used"]), (&json!(true), &json!("PT50M")));
    grant.revoke().await;
    assert_eq!(clock(&grant, "RESOLUTION").await, resolution, "the end of access is no part of it");

    let mut rejected = Grant::asked(&operations, "max", &till, json!({})).await;
    operations.clock.advance(minutes(40));
    rejected.to(&agent("vera"), "rejectAccess", json!({ "reason": "Who?" }), "REJECTED").await;
    let response = clock(&rejected, "RESPONSE").await;
    assert_eq!((&response["state"], &response["met"]), (&json!("STOPPED"), &json!(false)));
    let mut withdrawn = Grant::asked(&operations, "pat", &till, json!({})).await;
    withdrawn.to(&agent("lee"), "withdrawAccess", json!({}), "WITHDRAWN").await;
    assert_eq!(clock(&withdrawn, "RESPONSE").await["state"], "CANCELLED");
}

#[tokio::test]
async fn an_alert_is_to_be_acknowledged_in_time() {
    let outside = Outside::open().await;
    let operations = &outside.operations;
    promised_for(design::TicketType::Alert, operations).await;
    outside.send(&[firing("ab12")]).await;
    let read = format!("query {{ alerts {{ nodes {{ id version severity clocks {{ {FIELDS} }} }} }} }}");
    let alert = operations.admin(&read, json!({})).await.at("alerts.nodes.0").clone();
    let response = picked(&alert["clocks"], "customer", "RESPONSE").unwrap();
    assert_eq!((&alert["severity"], &response["left"]), (&json!("EXCEPTION"), &json!("PT5M")));
    operations.clock.advance(minutes(6));
    assert_eq!(fire_due(&operations.part.database).await.unwrap(), 1);
    let input = moved(alert["id"].as_str().unwrap(), 1, json!({}));
    let agent = named("ana", &[Role::Agent]);
    let taken = call(operations, &agent, "acknowledgeAlert", "AcknowledgeAlertInput", input).await;
    assert_eq!(taken.text("it.state"), "ACKNOWLEDGED");
    let alert = operations.admin(&read, json!({})).await.at("alerts.nodes.0").clone();
    let response = picked(&alert["clocks"], "customer", "RESPONSE").unwrap();
    assert_eq!((&response["state"], &response["met"]), (&json!("STOPPED"), &json!(false)));
}
