//! Service requests through the API.

use crate::known::{call, moved, named, offering, operations, service};
use ciclo_kernel::{Principal, Role};
use ciclo_testkit::{Answer, TestService};
use futures::StreamExt;
use serde_json::{Value, json};

const READ: &str = "query($id: ID!) { serviceRequest(id: $id) {
    version offering { id } offeringName service { id } requester answers state approvalNeeded
    tasks { index name group mandatory dependsOn ready doneBy doneAt }
    submittedBy approvedBy startedBy fulfilledAt reason heldBy endedBy endedAt
    history { eventType actor } } }";
const SUBMIT: &str = "mutation($input: SubmitServiceRequestInput!) {
    it: submitServiceRequest(input: $input) { id version state requester tasks { name ready } } }";
const LIST: &str =
    "query($f: ServiceRequestFilter) { serviceRequests(filter: $f) { nodes { requester } totalCount } }";

fn requester(name: &str) -> Principal {
    named(name, &[Role::Requester])
}

fn agent() -> Principal {
    named("lee", &[Role::Agent])
}

async fn submit(operations: &TestService, by: &Principal, key: &str, number: u32, more: Value) -> Answer {
    let answers = json!({ "address": "kim@example.org" });
    let mut input = json!({ "idempotencyKey": key, "offering": offering(number), "answers": answers });
    for (name, value) in more.as_object().unwrap() {
        input[name] = value.clone();
    }
    operations.execute(by, SUBMIT, json!({ "input": input })).await
}

async fn go(operations: &TestService, by: &Principal, mutation: &str, id: &str, version: u64) -> Answer {
    let input = moved(id, version, json!({}));
    call(operations, by, mutation, "MoveServiceRequestInput", input).await
}

async fn for_reason(
    operations: &TestService,
    by: &Principal,
    mutation: &str,
    id: &str,
    version: u64,
) -> Answer {
    let input = moved(id, version, json!({ "reason": "No keys" }));
    let name = match mutation {
        "cancelServiceRequest" => "CancelServiceRequestInput",
        "holdServiceRequest" => "HoldServiceRequestInput",
        _ => "ServiceRequestReasonInput",
    };
    call(operations, by, mutation, name, input).await
}

async fn task(operations: &TestService, id: &str, version: u64, index: u32) -> Answer {
    let input = moved(id, version, json!({ "index": index }));
    call(operations, &agent(), "completeTask", "CompleteTaskInput", input).await
}

#[tokio::test]
async fn a_request_is_approved_fulfilled_and_closed() {
    let operations = operations().await;
    let (kim, ann) = (requester("kim"), named("ann", &[Role::Approver]));
    let submitted = submit(&operations, &kim, "k", 1, json!({})).await;
    assert_eq!(
        (submitted.text("it.state").as_str(), submitted.at("it.version")),
        ("PENDING_APPROVAL", &json!(2))
    );
    assert_eq!(
        submit(&operations, &kim, "k", 1, json!({})).await.at("it.version"),
        2,
        "the same key answers the same"
    );
    let id = submitted.text("it.id");

    let own = named("kim", &[Role::Requester, Role::Approver]);
    assert_eq!(go(&operations, &own, "approveServiceRequest", &id, 2).await.code(), "RULE_VIOLATED");
    assert_eq!(go(&operations, &ann, "approveServiceRequest", &id, 2).await.text("it.state"), "APPROVED");
    assert_eq!(go(&operations, &agent(), "startFulfilment", &id, 3).await.text("it.state"), "IN_FULFILMENT");
    assert_eq!(for_reason(&operations, &kim, "cancelServiceRequest", &id, 4).await.code(), "WRONG_STATE");
    assert_eq!(task(&operations, &id, 4, 1).await.code(), "CRITERIA_UNMET");
    assert_eq!(task(&operations, &id, 4, 7).await.code(), "INVALID");
    let early = go(&operations, &agent(), "fulfilServiceRequest", &id, 4).await;
    assert_eq!(early.facts()["missing"], json!(["the task Make is not done", "the task Show is not done"]));
    assert_eq!(task(&operations, &id, 4, 0).await.text("it.state"), "IN_FULFILMENT");
    assert_eq!(
        for_reason(&operations, &agent(), "holdServiceRequest", &id, 5).await.text("it.state"),
        "ON_HOLD"
    );
    assert_eq!(task(&operations, &id, 6, 1).await.code(), "WRONG_STATE");
    let read = operations.execute(&kim, READ, json!({ "id": id })).await;
    assert_eq!(
        (read.text("serviceRequest.reason"), read.text("serviceRequest.heldBy")),
        ("No keys".into(), "lee".into())
    );
    assert_eq!(
        go(&operations, &agent(), "resumeServiceRequest", &id, 6).await.text("it.state"),
        "IN_FULFILMENT"
    );
    assert_eq!(task(&operations, &id, 7, 1).await.at("it.version"), 8);
    assert_eq!(go(&operations, &agent(), "fulfilServiceRequest", &id, 8).await.text("it.state"), "FULFILLED");
    assert_eq!(go(&operations, &kim, "closeServiceRequest", &id, 9).await.text("it.state"), "CLOSED");

    let read = operations.execute(&kim, READ, json!({ "id": id })).await;
    let request = read.at("serviceRequest");
    assert_eq!(
        (&request["offering"]["id"], &request["service"]["id"]),
        (&json!(offering(1)), &json!(service()))
    );
    assert_eq!(request["answers"], json!({ "address": "kim@example.org" }));
    assert_eq!((&request["approvedBy"], &request["endedBy"]), (&json!("ann"), &json!("kim")));
    assert_eq!(request["tasks"][1]["dependsOn"], json!([0]));
    assert_eq!(request["tasks"][1]["doneBy"], "lee");
    assert_eq!(request["history"][1]["eventType"], "ciclo.operations.v1.ServiceRequestApprovalAsked");
}

#[tokio::test]
async fn a_request_that_needs_no_approval_is_approved_at_once() {
    let operations = operations().await;
    let kim = requester("kim");
    let submitted = submit(&operations, &kim, "k", 2, json!({})).await;
    assert_eq!((submitted.text("it.state").as_str(), submitted.at("it.version")), ("APPROVED", &json!(2)));
    assert_eq!(
        submitted.at("it.tasks"),
        &json!([{ "name": "Make", "ready": true }, { "name": "Show", "ready": false }])
    );
    let id = submitted.text("it.id");
    let cancelled = for_reason(&operations, &kim, "cancelServiceRequest", &id, 2).await;
    assert_eq!(cancelled.text("it.state"), "CANCELLED");
    let rejected = submit(&operations, &kim, "k2", 1, json!({})).await.text("it.id");
    let ann = named("ann", &[Role::Approver]);
    assert_eq!(
        for_reason(&operations, &ann, "rejectServiceRequest", &rejected, 2).await.text("it.state"),
        "REJECTED"
    );
    let read = operations.execute(&kim, READ, json!({ "id": rejected })).await;
    assert_eq!(read.text("serviceRequest.reason"), "No keys");
}

#[tokio::test]
async fn only_what_can_be_asked_for_is_asked_for_with_answers_that_fit() {
    let operations = operations().await;
    let kim = requester("kim");
    for number in [3, 9] {
        let refused = submit(&operations, &kim, "k", number, json!({})).await;
        assert_eq!((refused.code(), &refused.facts()["type"]), ("NOT_FOUND", &json!("Offering")));
    }
    for (answers, fields) in [
        (json!({}), vec!["answers.address"]),
        (json!({ "address": "kim" }), vec!["answers.address"]),
        (json!({ "address": "kim@example.org", "size": 0 }), vec!["answers.size"]),
        (json!({ "address": "kim@example.org", "colour": "red" }), vec!["answers.colour"]),
        (json!({ "size": "large" }), vec!["answers.address", "answers.size"]),
        (json!([]), vec!["answers"]),
    ] {
        let refused = submit(&operations, &kim, "k", 1, json!({ "answers": answers })).await;
        assert_eq!(refused.code(), "INVALID", "{answers}");
        let named = refused.facts()["fields"].as_array().unwrap();
        let mut named: Vec<&str> = named.iter().map(|field| field["field"].as_str().unwrap()).collect();
        named.sort_unstable();
        assert_eq!(named, fields, "{answers}");
    }
    assert_eq!(operations.admin(LIST, json!({})).await.at("serviceRequests.totalCount"), 0);
    let viewer = named("vic", &[Role::Viewer]);
    assert_eq!(submit(&operations, &viewer, "k", 1, json!({})).await.code(), "FORBIDDEN");
}

#[tokio::test]
async fn requesters_see_and_move_only_their_own() {
    let operations = operations().await;
    let (kim, max) = (requester("kim"), requester("max"));
    let id = submit(&operations, &kim, "k", 2, json!({})).await.text("it.id");
    let _ = submit(&operations, &max, "k", 2, json!({})).await.text("it.id");
    let for_max = submit(&operations, &kim, "k2", 2, json!({ "requester": "max" })).await;
    assert_eq!(for_max.code(), "FORBIDDEN");
    let by_agent = submit(&operations, &agent(), "k", 2, json!({ "requester": "max" })).await;
    assert_eq!(by_agent.text("it.requester"), "max");

    for (caller, count) in
        [(&kim, 1), (&max, 2), (&agent(), 3), (&named("vic", &[Role::Viewer, Role::Requester]), 3)]
    {
        let all = operations.execute(caller, LIST, json!({})).await;
        assert_eq!(all.at("serviceRequests.totalCount"), count, "{}", caller.subject);
    }
    let wide = json!({ "f": { "or": [{ "requester": { "eq": "kim" } }, { "not": { "requester": { "eq": "kim" } } }] } });
    let filtered = operations.execute(&max, LIST, wide).await;
    assert_eq!(
        filtered.at("serviceRequests.nodes"),
        &json!([{ "requester": "max" }, { "requester": "max" }])
    );
    assert!(operations.execute(&max, READ, json!({ "id": id })).await.at("serviceRequest").is_null());
    let past = "query($id: ID!) { serviceRequest(id: $id, asOf: \"2026-05-04T08:00:00Z\") { id } }";
    assert!(operations.execute(&max, past, json!({ "id": id })).await.at("serviceRequest").is_null());
    assert_eq!(operations.execute(&kim, past, json!({ "id": id })).await.at("serviceRequest.id"), &json!(id));
    let entity = "query($id: Any!) { _entities(representations: [{ __typename: \"ServiceRequest\", id: $id }]) { __typename } }";
    let entity = entity.replace("Any", "ID");
    assert!(operations.execute(&max, &entity, json!({ "id": id })).await.at("_entities.0").is_null());
    assert!(!operations.execute(&kim, &entity, json!({ "id": id })).await.at("_entities.0").is_null());
    for mutation in ["cancelServiceRequest", "closeServiceRequest"] {
        let input = json!({});
        let name = if mutation == "cancelServiceRequest" {
            "CancelServiceRequestInput"
        } else {
            "MoveServiceRequestInput"
        };
        let refused = call(&operations, &max, mutation, name, moved(&id, 2, input)).await;
        assert_eq!(refused.code(), "NOT_FOUND", "{mutation}");
    }
    let seen = named("vic", &[Role::Viewer, Role::Requester]);
    assert_eq!(for_reason(&operations, &seen, "cancelServiceRequest", &id, 2).await.code(), "FORBIDDEN");
    assert_eq!(
        for_reason(&operations, &agent(), "cancelServiceRequest", &id, 2).await.code(),
        "RULE_VIOLATED"
    );
    assert_eq!(go(&operations, &kim, "startFulfilment", &id, 2).await.code(), "FORBIDDEN");
}

#[tokio::test]
async fn requesters_follow_only_their_own() {
    let operations = operations().await;
    let (kim, max) = (requester("kim"), requester("max"));
    let _ = submit(&operations, &kim, "k", 2, json!({})).await.text("it.id");
    let _ = submit(&operations, &max, "k", 2, json!({})).await.text("it.id");
    let follow = "subscription { serviceRequestChanged(after: \"operations.0\") { eventType serviceRequest { requester } } }";
    let mut changes = operations.follow(&max, follow, json!({}));
    for name in ["Submitted", "Approved"] {
        let change = changes.next().await.unwrap();
        assert_eq!(change.text("serviceRequestChanged.serviceRequest.requester"), "max");
        assert_eq!(
            change.text("serviceRequestChanged.eventType"),
            format!("ciclo.operations.v1.ServiceRequest{name}")
        );
    }
}

#[tokio::test]
async fn a_service_tells_its_requests_and_a_requester_the_own() {
    let operations = operations().await;
    let (kim, max) = (requester("kim"), requester("max"));
    let _ = submit(&operations, &kim, "kims-key", 2, json!({})).await.text("it.id");
    let _ = submit(&operations, &max, "maxs-key", 2, json!({})).await.text("it.id");
    let query = "query($id: ID!) { _entities(representations: [{ __typename: \"Service\", id: $id }]) {
        ... on Service { serviceRequests { requester } } } }";
    let told = async |by: &Principal| {
        let answer = operations.execute(by, query, json!({ "id": crate::known::service() })).await;
        let mut told: Vec<String> = answer
            .at("_entities.0.serviceRequests")
            .as_array()
            .unwrap()
            .iter()
            .map(|request| request["requester"].as_str().unwrap().to_owned())
            .collect();
        told.sort_unstable();
        told
    };
    assert_eq!(told(&agent()).await, ["kim", "max"]);
    assert_eq!(told(&kim).await, ["kim"]);
}
