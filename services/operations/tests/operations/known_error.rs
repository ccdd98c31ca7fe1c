//! Known errors through the API.

use crate::known::{call, item, moved, named, nth, operations, service};
use crate::problem::open;
use ciclo_kernel::Role;
use ciclo_kernel::ids::{ProblemId, ServiceId};
use ciclo_testkit::{Answer, TestService};
use serde_json::{Value, json};

const READ: &str = "query($id: ID!) { knownError(id: $id) {
    title state cause workaround problem { id knownErrors { id } } service { id } items { id }
    draftedBy publishedAt retiredBy retirementReason } }";
const OFFER: &str =
    "query($service: ID!, $items: [ID!]) { knownErrorsFor(service: $service, items: $items) { id } }";

async fn act(operations: &TestService, mutation: &str, input: &str, value: Value) -> Answer {
    call(operations, &named("ana", &[Role::Agent]), mutation, input, value).await
}

async fn draft(operations: &TestService, key: &str, problem: &str, more: Value) -> Answer {
    let mut input = json!({ "idempotencyKey": key, "problem": problem });
    for (name, value) in more.as_object().unwrap() {
        input[name] = value.clone();
    }
    act(operations, "draftKnownError", "DraftKnownErrorInput", input).await
}

async fn published(operations: &TestService, key: &str, problem: &str, items: Value) -> String {
    let text = json!({ "cause": "The disk is full", "workaround": "Wait", "items": items });
    let id = draft(operations, key, problem, text).await.text("it.id");
    let input = moved(&id, 1, json!({}));
    let published = act(operations, "publishKnownError", "PublishKnownErrorInput", input).await;
    assert_eq!(published.text("it.state"), "PUBLISHED");
    operations.clock.advance(ciclo_kernel::SignedDuration::from_secs(1));
    id
}

async fn offered(operations: &TestService, service: &str, items: Value) -> Vec<String> {
    let found = operations.admin(OFFER, json!({ "service": service, "items": items })).await;
    let found = found.at("knownErrorsFor").as_array().unwrap().clone();
    found.iter().map(|known| known["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_known_error_is_drafted_from_its_problem_published_and_retired() {
    let operations = operations().await;
    let problem = open(&operations, "p", json!({ "items": [item(1)] })).await.text("it.id");
    let drafted = draft(&operations, "k", &problem, json!({})).await;
    assert_eq!(drafted.text("it.state"), "DRAFT");
    let id = drafted.text("it.id");
    let empty = moved(&id, 1, json!({}));
    let refused = act(&operations, "publishKnownError", "PublishKnownErrorInput", empty).await;
    assert_eq!((refused.code(), refused.facts()["missing"].as_array().unwrap().len()), ("CRITERIA_UNMET", 2));

    let text = moved(&id, 1, json!({ "cause": "The disk is full", "workaround": "Wait" }));
    assert_eq!(
        act(&operations, "reviseKnownError", "ReviseKnownErrorInput", text).await.text("it.state"),
        "DRAFT"
    );
    let input = moved(&id, 2, json!({}));
    let done = act(&operations, "publishKnownError", "PublishKnownErrorInput", input).await;
    assert_eq!(done.text("it.state"), "PUBLISHED");
    let blank = moved(&id, 3, json!({ "cause": " " }));
    let blank = act(&operations, "reviseKnownError", "ReviseKnownErrorInput", blank).await;
    assert_eq!(blank.code(), "CRITERIA_UNMET", "what is published keeps a cause");

    let read = operations.admin(READ, json!({ "id": id })).await;
    let known = read.at("knownError");
    assert_eq!((&known["title"], &known["cause"]), (&json!("Mail is slow"), &json!("The disk is full")));
    assert_eq!(known["problem"], json!({ "id": problem, "knownErrors": [{ "id": id }] }));
    assert_eq!((&known["service"]["id"], &known["items"][0]["id"]), (&json!(service()), &json!(item(1))));

    let input = moved(&id, 3, json!({ "reason": "The disk is larger" }));
    assert_eq!(
        act(&operations, "retireKnownError", "RetireKnownErrorInput", input).await.text("it.state"),
        "RETIRED"
    );
    let again = moved(&id, 4, json!({}));
    assert_eq!(
        act(&operations, "retireKnownError", "RetireKnownErrorInput", again).await.code(),
        "WRONG_STATE"
    );
    let read = operations.admin(READ, json!({ "id": id })).await;
    assert_eq!(read.at("knownError.retirementReason"), "The disk is larger");
}

#[tokio::test]
async fn a_known_error_names_only_records_that_there_are() {
    let operations = operations().await;
    let missing = draft(&operations, "k", &nth::<ProblemId>(9), json!({})).await;
    assert_eq!((missing.code(), &missing.facts()["type"]), ("NOT_FOUND", &json!("Problem")));
    let problem = open(&operations, "p", json!({})).await.text("it.id");
    for unknown in [json!({ "service": nth::<ServiceId>(9) }), json!({ "items": [item(9)] })] {
        assert_eq!(draft(&operations, "k", &problem, unknown).await.code(), "NOT_FOUND");
    }
    let id = draft(&operations, "k", &problem, json!({})).await.text("it.id");
    let unknown = moved(&id, 1, json!({ "items": [item(9)] }));
    assert_eq!(
        act(&operations, "reviseKnownError", "ReviseKnownErrorInput", unknown).await.code(),
        "NOT_FOUND"
    );
}

#[tokio::test]
async fn published_known_errors_are_offered_for_their_service_and_items() {
    let operations = operations().await;
    let problem = open(&operations, "p", json!({})).await.text("it.id");
    let whole = published(&operations, "k1", &problem, json!([])).await;
    let one = published(&operations, "k2", &problem, json!([item(1)])).await;
    let two = published(&operations, "k3", &problem, json!([item(2)])).await;
    let drafted = draft(&operations, "k4", &problem, json!({ "items": [item(1)] })).await.text("it.id");
    let (mail, other) = (service(), nth::<ServiceId>(2));

    assert_eq!(offered(&operations, &mail, json!(null)).await, [&two, &one, &whole].map(String::clone));
    assert_eq!(offered(&operations, &mail, json!([item(1)])).await, [&one, &whole].map(String::clone));
    assert_eq!(offered(&operations, &other, json!([item(1), item(3)])).await, std::slice::from_ref(&one));
    assert!(offered(&operations, &other, json!(null)).await.is_empty());

    let input = moved(&one, 2, json!({}));
    let _ = act(&operations, "retireKnownError", "RetireKnownErrorInput", input).await.text("it.state");
    assert_eq!(offered(&operations, &mail, json!([item(1)])).await, [whole]);
    assert!(!offered(&operations, &mail, json!(null)).await.contains(&drafted));
    let bad = operations.admin(OFFER, json!({ "service": item(1) })).await;
    assert_eq!(bad.code(), "BAD_ID");
    let many: Vec<String> = (0..1001).map(item).collect();
    let many = operations.admin(OFFER, json!({ "service": mail, "items": many })).await;
    assert_eq!(many.code(), "LIMIT_EXCEEDED");
}
