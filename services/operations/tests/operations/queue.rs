//! Queues: what somebody has to work on, by the time that is left.

use crate::calendar::{calendar_event, fresh, office};
use crate::known::{call, item, moved, named, offering};
use crate::life::{Life, agreement_event, key, promised, terms};
use crate::problem;
use ciclo_kernel::{Role, SignedDuration};
use ciclo_testkit::{Answer, TestService};
use futures::StreamExt;
use serde_json::{Value, json};

const QUEUE: &str = "query($group: String, $person: String, $filter: QueueFilter, $first: Int, $after: String) {
    queue(group: $group, person: $person, filter: $filter, first: $first, after: $after) {
        totalCount pageInfo { hasNextPage endCursor }
        edges { due { at kind clock { left } } node {
            ... on Incident { title } ... on ServiceRequest { title: offeringName } ... on Problem { title } } } } }";

async fn queue(operations: &TestService, asked: Value) -> Answer {
    operations.execute(&named("ana", &[Role::Agent]), QUEUE, asked).await
}

/// The titles of a queue, in their order.
async fn titles(operations: &TestService, asked: Value) -> Vec<String> {
    let answer = queue(operations, asked).await;
    let edges = answer.at("queue.edges").as_array().unwrap().clone();
    edges.iter().map(|edge| edge["node"]["title"].as_str().unwrap().to_owned()).collect()
}

async fn open<'s>(operations: &'s TestService, title: &str, more: Value) -> Life<'s> {
    Life::open(operations, crate::life::with(json!({ "title": title }), &more)).await
}

async fn request(operations: &TestService) -> String {
    let input =
        json!({ "idempotencyKey": key(), "offering": offering(2), "answers": { "address": "a@b.example" } });
    let agent = named("ana", &[Role::Agent]);
    let asked = call(operations, &agent, "submitServiceRequest", "SubmitServiceRequestInput", input).await;
    asked.text("it.id")
}

#[tokio::test]
async fn what_is_due_first_comes_first() {
    let operations = promised().await;
    let pass = |minutes| operations.clock.advance(SignedDuration::from_mins(minutes));
    let mut late = open(&operations, "late", json!({})).await;
    pass(5);
    let mut held = open(&operations, "held", json!({})).await;
    let mut urgent = open(&operations, "urgent", json!({ "impact": 1, "urgency": 1 })).await;
    let problem =
        problem::open(&operations, &key(), json!({ "title": "nothing promised" })).await.text("it.id");
    let _ = request(&operations).await;
    for life in [&mut late, &mut held, &mut urgent] {
        life.to("assignIncident", json!({ "group": "Desk", "person": "jo" }), "ASSIGNED").await;
    }
    let agent = named("ana", &[Role::Agent]);
    let assigned = moved(&problem, 1, json!({ "group": "Desk" }));
    let assigned = call(&operations, &agent, "assignProblem", "AssignProblemInput", assigned).await;
    assert_eq!(assigned.text("it.state"), "NEW");
    held.to("holdIncident", json!({ "reason": "CALLER" }), "ON_HOLD").await;

    let desk = json!({ "group": "Desk" });
    // Two hours from 08:05, eight hours from 08:00, then what nothing is due of, the oldest first.
    let expected = ["urgent", "late", "held", "nothing promised", "Mailbox"];
    assert_eq!(titles(&operations, desk.clone()).await, expected);
    let answer = queue(&operations, desk.clone()).await;
    assert_eq!(answer.at("queue.totalCount"), 5);
    let first = json!({ "at": "2026-05-04T10:05:00Z", "kind": "RESOLUTION", "clock": { "left": "PT2H" } });
    assert_eq!(answer.at("queue.edges.0.due"), &first);
    assert_eq!(answer.at("queue.edges.2.due"), &Value::Null, "it waits for the caller");

    // By pages of one it is the same.
    let (mut found, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = json!({ "group": "Desk", "first": 1, "after": after });
        found.extend(titles(&operations, page.clone()).await);
        let info = queue(&operations, page).await.at("queue.pageInfo").clone();
        after = info["endCursor"].clone();
        if info["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!(found, expected);

    for (asked, expected) in [
        (json!({ "person": "jo" }), &["urgent", "late", "held"][..]),
        (json!({ "group": "Desk", "person": "kim" }), &[]),
        (json!({ "filter": { "types": ["PROBLEM", "SERVICE_REQUEST"] } }), &["nothing promised", "Mailbox"]),
        (json!({ "filter": { "states": ["ON_HOLD", "APPROVED"] } }), &["held", "Mailbox"]),
        (json!({ "group": "Desk", "filter": { "priorities": [1] } }), &["urgent"]),
        (json!({ "filter": { "clocks": ["RESOLUTION"] } }), &["urgent", "late"]),
        (json!({ "filter": { "clocks": ["RESPONSE"] } }), &[]),
        (json!({ "filter": { "dueBefore": "2026-05-04T10:05:00.000001Z" } }), &["urgent"]),
        (json!({ "filter": { "services": [crate::known::nth::<ciclo_kernel::ids::ServiceId>(2)] } }), &[]),
    ] {
        assert_eq!(titles(&operations, asked.clone()).await, expected, "{asked}");
    }
    // What is resolved is nobody's work.
    urgent.resolve().await;
    assert_eq!(titles(&operations, desk).await, expected[1..]);
}

#[tokio::test]
async fn a_request_is_in_the_queues_of_those_whose_turn_it_is() {
    let operations = promised().await;
    let id = request(&operations).await;
    let agent = named("ana", &[Role::Agent]);
    let go = async |mutation: &str, input: &str, version: u64, more: Value| {
        call(&operations, &agent, mutation, input, moved(&id, version, more)).await
    };
    let task = |index: u32, person: Option<&str>| json!({ "index": index, "person": person });
    let assigned = go("assignTask", "AssignTaskInput", 2, task(0, Some("kim"))).await;
    assert_eq!(assigned.text("it.state"), "APPROVED");
    go("assignTask", "AssignTaskInput", 3, task(1, Some("lee"))).await;
    let of = async |person: &str| titles(&operations, json!({ "person": person })).await.len();
    assert_eq!((of("kim").await, of("lee").await), (1, 0), "the second task waits for the first");
    go("startFulfilment", "MoveServiceRequestInput", 4, json!({})).await;
    go("completeTask", "CompleteTaskInput", 5, json!({ "index": 0 })).await;
    assert_eq!((of("kim").await, of("lee").await), (0, 1));
    assert_eq!(go("assignTask", "AssignTaskInput", 6, task(0, None)).await.code(), "RULE_VIOLATED");
    assert_eq!(go("assignTask", "AssignTaskInput", 6, task(2, None)).await.code(), "INVALID");
    go("assignTask", "AssignTaskInput", 6, task(1, None)).await;
    assert_eq!(of("lee").await, 0);
    assert_eq!(titles(&operations, json!({ "group": "Desk" })).await.len(), 1);
}

#[tokio::test]
async fn a_queue_tells_who_comes_moves_and_leaves() {
    let operations = promised().await;
    let pass = |minutes| operations.clock.advance(SignedDuration::from_mins(minutes));
    let follow = "subscription { it: queueChanged(group: \"Desk\", after: \"operations.0\") {
        inQueue due { at } cursor ticket { ... on Incident { title } } } }";
    let mut changes = operations.follow(&named("ana", &[Role::Agent]), follow, json!({}));
    let mut other = open(&operations, "other", json!({ "group": "Network" })).await;
    other.to("startIncident", json!({}), "IN_PROGRESS").await;
    let mut life = open(&operations, "ours", json!({})).await;
    life.to("assignIncident", json!({ "group": "Desk", "person": "jo" }), "ASSIGNED").await;
    life.to("holdIncident", json!({ "reason": "CALLER" }), "ON_HOLD").await;
    pass(60);
    life.to("resumeIncident", json!({}), "IN_PROGRESS").await;
    life.to("assignIncident", json!({ "group": "Network" }), "ASSIGNED").await;
    life.resolve().await;
    let mut again = open(&operations, "last", json!({ "group": "Desk" })).await;
    again.to("cancelIncident", json!({ "reason": "It works" }), "CANCELLED").await;
    for (title, due, in_queue) in [
        ("ours", Some("2026-05-04T16:00:00Z"), true),
        ("ours", None, true),
        ("ours", Some("2026-05-04T17:00:00Z"), true),
        ("ours", Some("2026-05-04T17:00:00Z"), false),
        ("last", Some("2026-05-04T10:00:00Z"), true),
        ("last", None, false),
    ] {
        let change = changes.next().await.unwrap();
        let change = change.at("it");
        let title_then = change["ticket"]["title"].as_str().unwrap();
        let found = (title_then, change["due"]["at"].as_str(), &change["inQueue"]);
        assert_eq!(found, (title, due, &json!(in_queue)));
    }
}

#[tokio::test]
async fn an_edited_calendar_moves_tickets_in_their_queues() {
    let (operations, id) = (crate::known::operations().await, fresh());
    operations.deliver("design", &calendar_event(office(&id, &[]), 1)).await.unwrap();
    let mut after = terms();
    id.clone_into(&mut after.terms.as_mut().unwrap().calendar);
    operations.deliver("design", &agreement_event(after, 1)).await.unwrap();
    let mut life = open(&operations, "ours", json!({ "group": "Desk" })).await;
    life.begin().await;
    let due = async || life.read("due { at kind } version history { eventType }").await;
    assert_eq!(due().await["due"], json!({ "at": "2026-05-05T08:00:00Z", "kind": "RESOLUTION" }));
    let before = operations.clock.now();
    operations.clock.advance(SignedDuration::from_hours(1));
    operations.deliver("design", &calendar_event(office(&id, &["2026-05-05"]), 2)).await.unwrap();
    let now = due().await;
    assert_eq!((&now["due"]["at"], &now["version"]), (&json!("2026-05-06T08:00:00Z"), &json!(4)));
    assert_eq!(now["history"][3]["eventType"], "ciclo.operations.v1.IncidentDueChanged");
    let past = "query($id: ID!, $at: Instant) { incident(id: $id, asOf: $at) { due { at } } }";
    let past = operations.admin(past, json!({ "id": life.id, "at": before.to_string() })).await;
    assert_eq!(past.at("incident.due.at"), "2026-05-05T08:00:00Z", "as it was promised then");
}

#[tokio::test]
async fn what_a_queue_cannot_answer_is_refused() {
    let operations = promised().await;
    for (asked, code) in [
        (json!({ "first": 0 }), "LIMIT_EXCEEDED"),
        (json!({ "after": "nonsense" }), "BAD_CURSOR"),
        (json!({ "filter": { "types": ["ALERT"] } }), "INVALID"),
        (json!({ "filter": { "services": [item(1)] } }), "BAD_ID"),
    ] {
        assert_eq!(queue(&operations, asked.clone()).await.code(), code, "{asked}");
    }
    let input = moved(&problem::open(&operations, &key(), json!({})).await.text("it.id"), 1, json!({}));
    let agent = named("ana", &[Role::Agent]);
    let nobody = call(&operations, &agent, "assignProblem", "AssignProblemInput", input).await;
    assert_eq!(nobody.code(), "INVALID");
}
