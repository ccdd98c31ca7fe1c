//! Incidents through the API: their life, and what they refuse.

use crate::known::{change, item, named, nth, operations, service};
use crate::life::{Life, ask, key};
use ciclo_kernel::ids::{IncidentId, RecordId, ServiceId};
use ciclo_kernel::{Role, SignedDuration};
use ciclo_operations::commands::incident::resolve_children;
use ciclo_operations::domain::incident::ResolutionCode;
use ciclo_operations::timers::fire_due;
use ciclo_testkit::TestService;
use serde_json::{Value, json};

const WINDOW: SignedDuration = SignedDuration::from_hours(5 * 24);
const INSTANT: SignedDuration = SignedDuration::from_micros(1);

#[tokio::test]
async fn an_incident_is_led_from_its_report_to_its_end() {
    let operations = operations().await;
    let more = json!({ "items": [item(2), item(1)], "description": "Since\nnine – 郵便" });
    let mut life = Life::open(&operations, more).await;
    life.to("assignIncident", json!({ "group": "Mail" }), "ASSIGNED").await;
    operations.clock.advance(SignedDuration::from_mins(5));
    life.to("assignIncident", json!({ "person": "jo" }), "ASSIGNED").await;
    life.to("startIncident", json!({}), "IN_PROGRESS").await;
    life.to("holdIncident", json!({ "reason": "SUPPLIER", "note": "They look" }), "ON_HOLD").await;
    assert_eq!(life.read("holdReason").await["holdReason"], "SUPPLIER");
    life.to("resumeIncident", json!({}), "IN_PROGRESS").await;
    life.resolve().await;
    life.to("closeIncident", json!({ "closing": "CONFIRMED" }), "CLOSED").await;

    let read = life
        .read(
            "version title description state caller service { id incidents { id } } items { id incidents { id } }
            impact urgency priority priorityReason group person holdReason closing cancelReason major
            resolution { code notes by at } openedAt firstResponseAt reassignments reopened
            alert { id } problem { id } parent { id } followUpOf { id } clocks { id } history { eventType actor }",
        )
        .await;
    let own = json!([{ "id": life.id }]);
    assert_eq!(read["service"], json!({ "id": service(), "incidents": own }));
    assert_eq!(
        read["items"],
        json!([{ "id": item(1), "incidents": own }, { "id": item(2), "incidents": own }])
    );
    for (field, value) in [
        ("version", json!(8)),
        ("description", json!("Since\nnine – 郵便")),
        ("caller", json!("cleo")),
        ("priority", json!(3)),
        ("priorityReason", Value::Null),
        ("group", json!("Mail")),
        ("person", json!("jo")),
        ("holdReason", Value::Null),
        ("closing", json!("CONFIRMED")),
        ("major", json!("NONE")),
        ("openedAt", json!("2026-05-04T08:00:00Z")),
        ("firstResponseAt", json!("2026-05-04T08:05:00Z")),
        ("reassignments", json!(1)),
        ("reopened", json!(0)),
        ("clocks", json!([])),
    ] {
        assert_eq!(read[field], value, "{field}");
    }
    let notes = "The queue was restarted";
    let resolution = json!({ "code": "FIXED", "notes": notes, "by": "ana", "at": "2026-05-04T08:05:00Z" });
    assert_eq!(read["resolution"], resolution);
    let history = read["history"].as_array().unwrap().iter();
    let names: Vec<_> =
        history.map(|entry| entry["eventType"].as_str().unwrap().rsplit('.').next().unwrap()).collect();
    let short = ["Opened", "Assigned", "Assigned", "Started", "Held", "Resumed", "Resolved", "Closed"];
    assert_eq!(names, short.map(|name| format!("Incident{name}")));
}

#[tokio::test]
async fn what_is_wrong_is_refused_with_its_reason() {
    let operations = operations().await;
    for (more, code) in [
        (json!({ "service": nth::<ServiceId>(9) }), "NOT_FOUND"),
        (json!({ "items": [item(1), item(9)] }), "NOT_FOUND"),
        (json!({ "followUpOf": nth::<IncidentId>(9) }), "NOT_FOUND"),
        (json!({ "service": item(1) }), "BAD_ID"),
        (json!({ "title": " " }), "INVALID"),
        (json!({ "impact": 0 }), "INVALID"),
        (json!({ "urgency": 4 }), "INVALID"),
    ] {
        assert_eq!(ask(&operations, more.clone()).await.code(), code, "{more}");
    }
    let mut life = Life::open(&operations, json!({})).await;
    let early = life.go("resolveIncident", json!({ "code": "FIXED", "notes": "x" })).await;
    assert_eq!((early.code(), &early.facts()["state"]), ("WRONG_STATE", &json!("NEW")));
    assert_eq!(early.facts()["allowed"], json!(["assign", "start", "hold", "cancel"]));
    assert_eq!(life.go("assignIncident", json!({})).await.code(), "INVALID");
    assert_eq!(life.go("cancelIncident", json!({ "reason": "" })).await.code(), "INVALID");
    life.begin().await;
    let blank = life.go("resolveIncident", json!({ "code": "FIXED", "notes": "\n" })).await;
    assert_eq!((blank.code(), &blank.facts()["field"]), ("INVALID", &json!("notes")));

    life.version = 1;
    let stale = life.go("holdIncident", json!({ "reason": "CHANGE" })).await;
    assert_eq!((stale.code(), &stale.facts()["actualVersion"]), ("CONFLICT", &json!(3)));
    assert_eq!(life.state().await, "IN_PROGRESS");
    life.version = 3;
    life.to("cancelIncident", json!({ "reason": "It was a drill" }), "CANCELLED").await;
    let over = life.go("startIncident", json!({})).await;
    assert_eq!((over.code(), &over.facts()["allowed"]), ("WRONG_STATE", &json!([])));
    assert_eq!(life.read("cancelReason").await["cancelReason"], "It was a drill");
}

#[tokio::test]
async fn a_priority_is_of_the_matrix_unless_somebody_sets_it_for_a_reason() {
    let operations = operations().await;
    let mut old = Life::open(&operations, json!({})).await;
    let set = async |cells: Value| {
        let query = "mutation($input: SetPriorityMatrixInput!) { setPriorityMatrix(input: $input) { cells version } }";
        operations.admin(query, json!({ "input": { "idempotencyKey": key(), "cells": cells } })).await
    };
    for bad in
        [json!([[1, 2, 3], [2, 3, 4]]), json!([[2, 1, 3], [2, 3, 4], [3, 4, 5]]), json!([[1], [2], [3]])]
    {
        assert_eq!(set(bad).await.code(), "INVALID");
    }
    assert_eq!(set(json!([[1, 1, 2], [1, 2, 2], [2, 2, 3]])).await.at("setPriorityMatrix.version"), 1);
    assert_eq!(set(json!([[1, 1, 1], [1, 2, 2], [2, 2, 3]])).await.at("setPriorityMatrix.version"), 2);
    let new = Life::open(&operations, json!({})).await;
    assert_eq!(new.read("priority").await["priority"], 2);
    assert_eq!(old.read("priority").await["priority"], 3, "records keep the priority that they have");

    assert_eq!(
        old.go("overrideIncidentPriority", json!({ "priority": 1, "reason": " " })).await.code(),
        "INVALID"
    );
    assert_eq!(
        old.go("overrideIncidentPriority", json!({ "priority": 6, "reason": "x" })).await.code(),
        "INVALID"
    );
    old.to("overrideIncidentPriority", json!({ "priority": 1, "reason": "The board" }), "NEW").await;
    let read = old.read("priority priorityReason").await;
    assert_eq!(read, json!({ "priority": 1, "priorityReason": "The board" }));
    old.to("reprioritiseIncident", json!({ "impact": 3, "urgency": 3 }), "NEW").await;
    let read = old.read("impact urgency priority priorityReason").await;
    assert_eq!(read, json!({ "impact": 3, "urgency": 3, "priority": 3, "priorityReason": null }));
    assert_eq!(old.go("reprioritiseIncident", json!({ "impact": 4, "urgency": 3 })).await.code(), "INVALID");
}

async fn child<'s>(operations: &'s TestService, parent: &str) -> Life<'s> {
    let mut child = Life::open(operations, json!({})).await;
    child.to("linkIncident", json!({ "parent": parent }), "NEW").await;
    child
}

#[tokio::test]
async fn a_parent_resolves_its_open_children() {
    let operations = operations().await;
    let mut parent = Life::open(&operations, json!({})).await;
    let new = child(&operations, &parent.id).await;
    let (mut held, mut cancelled) =
        (child(&operations, &parent.id).await, child(&operations, &parent.id).await);
    held.to("holdIncident", json!({ "reason": "PROBLEM" }), "ON_HOLD").await;
    cancelled.to("cancelIncident", json!({ "reason": "A drill" }), "CANCELLED").await;
    let alone = Life::open(&operations, json!({})).await;
    let children = parent.read("children { id parent { id } }").await["children"].as_array().unwrap().len();
    assert_eq!(children, 3);

    parent.begin().await;
    let more = json!({ "code": "WORKAROUND", "notes": "Another relay", "children": true });
    parent.to("resolveIncident", more, "RESOLVED").await;
    for resolved in [&new, &held] {
        assert_eq!(resolved.state().await, "RESOLVED");
        let read = resolved.read("resolution { code notes by } person").await;
        assert_eq!(
            read["resolution"],
            json!({ "code": "WORKAROUND", "notes": "Another relay", "by": "ana" })
        );
    }
    assert_eq!(new.read("person").await["person"], "ana", "who resolves one that is nobody's has taken it");
    assert_eq!(cancelled.state().await, "CANCELLED");
    assert_eq!(alone.state().await, "NEW");
}

#[tokio::test]
async fn every_child_is_resolved_however_few_are_read_together() {
    let operations = operations().await;
    let parent = Life::open(&operations, json!({})).await;
    let mut children = Vec::new();
    for _ in 0..5 {
        children.push(child(&operations, &parent.id).await);
    }
    let id = IncidentId::parse(&parent.id).unwrap();
    let by = named("ana", &[Role::Agent]);
    let resolved = operations.part.database.write(&by, move |tx| {
        Box::pin(async move { resolve_children(tx, id, ResolutionCode::Fixed, "Another relay", 2).await })
    });
    resolved.await.unwrap();
    for child in &children {
        assert_eq!(child.state().await, "RESOLVED");
    }
}

#[tokio::test]
async fn links_name_records_that_there_are_and_parts_have_no_parts() {
    let operations = operations().await;
    let mut parent = Life::open(&operations, json!({})).await;
    let mut part = child(&operations, &parent.id).await;
    let mut third = Life::open(&operations, json!({})).await;
    let below = third.go("linkIncident", json!({ "parent": part.id })).await;
    assert_eq!(below.code(), "RULE_VIOLATED");
    let above = parent.go("linkIncident", json!({ "parent": third.id })).await;
    assert_eq!(above.code(), "RULE_VIOLATED", "it has parts itself");
    assert_eq!(part.go("linkIncident", json!({ "parent": part.id })).await.code(), "RULE_VIOLATED");
    assert_eq!(part.go("linkIncident", json!({})).await.code(), "INVALID");
    let unknown = nth::<ciclo_kernel::ids::ProblemId>(9);
    assert_eq!(part.go("linkIncident", json!({ "problem": unknown })).await.code(), "NOT_FOUND");
    assert_eq!(part.go("linkIncident", json!({ "causedBy": item(1) })).await.code(), "BAD_ID");
    part.to("linkIncident", json!({ "causedBy": change() }), "NEW").await;
    let read = part.read("causedBy { id causedIncidents { id } } parent { id }").await;
    let caused = json!({ "id": change(), "causedIncidents": [{ "id": part.id }] });
    assert_eq!(read, json!({ "causedBy": caused, "parent": { "id": parent.id } }));
}

#[tokio::test]
async fn the_callers_answer_ends_the_wait_for_it() {
    let operations = operations().await;
    let cleo = named("cleo", &[Role::Agent]);
    let say = |text: &str| json!({ "text": text });
    let mut life = Life::open(&operations, json!({})).await;
    life.begin().await;
    life.to("holdIncident", json!({ "reason": "CALLER" }), "ON_HOLD").await;
    life.to("commentOnIncident", say("Which device?"), "ON_HOLD").await;
    let answered = life.go_as(&cleo, "commentOnIncident", say("The phone")).await;
    assert_eq!(answered.text("it.state"), "IN_PROGRESS");
    let read = life.read("person comments { by text internal }").await;
    assert_eq!(read["person"], "jo");
    assert_eq!(read["comments"][1], json!({ "by": "cleo", "text": "The phone", "internal": false }));

    life.to("holdIncident", json!({ "reason": "CHANGE" }), "ON_HOLD").await;
    let answered = life.go_as(&cleo, "commentOnIncident", say("And now?")).await;
    assert_eq!(answered.text("it.state"), "ON_HOLD", "it does not wait for the caller");

    let mut nobodys = Life::open(&operations, json!({})).await;
    nobodys.to("holdIncident", json!({ "reason": "CALLER" }), "ON_HOLD").await;
    let answered = nobodys.go_as(&cleo, "commentOnIncident", say("Here I am")).await;
    assert_eq!(answered.text("it.state"), "ON_HOLD", "the caller does not take it");
}

#[tokio::test]
async fn it_is_reopened_inside_the_window_and_followed_up_after_it() {
    let operations = operations().await;
    let mut life = Life::open(&operations, json!({})).await;
    life.begin().await;
    life.resolve().await;
    let reason = json!({ "reason": "It came back" });
    operations.clock.advance(WINDOW);
    life.to("reopenIncident", reason.clone(), "IN_PROGRESS").await;
    assert_eq!(life.read("reopened resolution { code }").await, json!({ "reopened": 1, "resolution": null }));
    life.resolve().await;
    operations.clock.advance(WINDOW + INSTANT);
    let late = life.go("reopenIncident", reason).await;
    assert_eq!(late.code(), "CRITERIA_UNMET");
    assert!(late.facts()["missing"][0].as_str().unwrap().starts_with("REOPEN_WINDOW"));

    let early = ask(&operations, json!({ "followUpOf": life.id })).await;
    assert_eq!(early.code(), "RULE_VIOLATED", "it is not closed yet");
    assert_eq!(fire_due(&operations.part.database).await.unwrap(), 1);
    let next = Life::open(&operations, json!({ "followUpOf": life.id })).await;
    assert_eq!(
        next.read("followUpOf { id state }").await["followUpOf"],
        json!({ "id": life.id, "state": "CLOSED" })
    );
}

#[tokio::test]
async fn it_is_closed_by_itself_when_the_window_ends() {
    let operations = operations().await;
    let database = &operations.part.database;
    let (mut quiet, mut again) =
        (Life::open(&operations, json!({})).await, Life::open(&operations, json!({})).await);
    for life in [&mut quiet, &mut again] {
        life.begin().await;
        life.resolve().await;
    }
    operations.clock.advance(WINDOW - INSTANT);
    again.to("reopenIncident", json!({ "reason": "It came back" }), "IN_PROGRESS").await;
    assert_eq!(fire_due(database).await.unwrap(), 0);
    // A timer that was read before its incident was resolved anew closes nothing.
    let (by, id) = (named("ana", &[]), IncidentId::parse(&quiet.id).unwrap());
    let early = database.write(&by, move |tx| {
        Box::pin(async move { ciclo_operations::commands::incident::close_in_time(tx, id).await })
    });
    early.await.unwrap();
    assert_eq!(quiet.state().await, "RESOLVED");
    operations.clock.advance(INSTANT);
    assert_eq!(fire_due(database).await.unwrap(), 1);
    let read = quiet.read("state closing history { actor }").await;
    assert_eq!((&read["state"], &read["closing"]), (&json!("CLOSED"), &json!("AUTOMATIC")));
    assert_eq!(read["history"][4]["actor"], "service:operations");
    assert_eq!(again.state().await, "IN_PROGRESS");
    assert_eq!(database.next_timers(9).await.unwrap(), []);
}

#[tokio::test]
async fn a_major_incident_has_its_own_process() {
    let operations = operations().await;
    let mut life = Life::open(&operations, json!({})).await;
    let skipped = life.go("setMajorIncident", json!({ "major": "ACCEPTED" })).await;
    assert_eq!((skipped.code(), &skipped.facts()["allowed"]), ("WRONG_STATE", &json!(["PROPOSED"])));
    for major in ["PROPOSED", "REJECTED", "PROPOSED", "ACCEPTED", "REVIEWED"] {
        life.to("setMajorIncident", json!({ "major": major }), "NEW").await;
        assert_eq!(life.read("major").await["major"], major);
    }
    let found = operations
        .admin("{ incidents(filter: { major: { eq: REVIEWED } }) { nodes { id } } }", json!({}))
        .await;
    assert_eq!(found.at("incidents.nodes"), &json!([{ "id": life.id }]));
}
