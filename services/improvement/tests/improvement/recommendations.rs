//! Recommendations by hand and from reviews, their evidence and their answers.

use crate::support::{Clock, Life, agreement, call, fresh, minute, open, read, service_event, tell};
use ciclo_kernel::ids::{IncidentId, ServiceId, ServiceLevelReviewId, TargetResultId};
use ciclo_kernel::{Role, SignedDuration};
use ciclo_testkit::{TestService, caller};
use serde_json::{Value, json};

/// A service that the catalog told of.
async fn known(service: &TestService) -> String {
    let of = fresh::<ServiceId>();
    service.deliver("catalog", &service_event(&of, "Payroll", 1, "ServiceProposed")).await.unwrap();
    of
}

fn by_hand(of: &str) -> Value {
    json!({
        "stage": "DESIGN", "service": of, "title": "Answer sooner", "description": "A second line at night",
        "evidence": [{ "kind": "TEXT", "note": "the third this month" }],
    })
}

#[tokio::test]
async fn by_hand_it_gathers_evidence_and_becomes_an_initiative() {
    let service = open().await;
    let of = known(&service).await;
    let mut life = Life::begin(&service, "recommend", by_hand(&of)).await;
    let incident = fresh::<IncidentId>();
    let record = json!({ "evidence": { "kind": "RECORD", "recordId": incident, "note": "see here" } });
    life.to("addEvidence", record.clone(), "PROPOSED").await;
    let twice = life.go("addEvidence", record).await;
    assert_eq!((twice.code(), &twice.facts()["record"]), ("RULE_VIOLATED", &json!(incident)));

    life.to("acceptRecommendation", json!({ "as": "INITIATIVE", "owner": "eva" }), "ANSWERED").await;
    assert_eq!(life.version, 4, "accepted and answered");
    let read_it = "{ recommendations { nodes { state acceptedAs acceptedBy requirement { id } rejectionReason
        initiative { title description owner state phase service { id } recommendation { id } identifiedBy } } } }";
    let seen = read(&service, read_it).await;
    let one = seen.at("recommendations.nodes.0");
    assert_eq!((&one["acceptedAs"], &one["acceptedBy"]), (&json!("INITIATIVE"), &json!("ana")));
    assert!(one["requirement"].is_null() && one["rejectionReason"].is_null());
    let initiative = &one["initiative"];
    assert_eq!((&initiative["title"], &initiative["owner"]), (&json!("Answer sooner"), &json!("eva")));
    assert_eq!((&initiative["state"], &initiative["phase"]), (&json!("IDENTIFIED"), &json!("PLAN")));
    assert_eq!(
        (&initiative["recommendation"]["id"], &initiative["service"]["id"]),
        (&json!(life.id), &json!(of))
    );
    let final_state = life.go("rejectRecommendation", json!({ "reason": "x" })).await;
    assert_eq!((final_state.code(), &final_state.facts()["allowed"]), ("WRONG_STATE", &json!([])));
}

#[tokio::test]
async fn the_same_key_accepts_once() {
    let service = open().await;
    let life = Life::begin(&service, "recommend", by_hand(&known(&service).await)).await;
    let accept = json!({ "id": life.id, "expectedVersion": 1, "idempotencyKey": "once", "as": "INITIATIVE" });
    for _ in 0..2 {
        let answer = call(&service, "acceptRecommendation", accept.clone(), "state").await;
        assert_eq!((answer.at("it.version"), answer.at("it.state")), (&json!(3), &json!("ANSWERED")));
    }
    let seen = read(&service, "{ initiatives { totalCount nodes { owner } } }").await;
    assert_eq!(seen.at("initiatives.totalCount"), 1);
    assert_eq!(seen.at("initiatives.nodes.0.owner"), "ana", "the caller, when nobody is named");
}

#[tokio::test]
async fn what_is_missing_for_an_acceptance_is_named() {
    let service = open().await;
    let bare = json!({ "stage": "OPERATION", "title": "Answer sooner" });
    let mut life = Life::begin(&service, "recommend", bare).await;
    let unmet = life.go("acceptRecommendation", json!({ "as": "REQUIREMENT" })).await;
    assert_eq!(unmet.code(), "CRITERIA_UNMET");
    assert_eq!(unmet.facts()["missing"].as_array().unwrap().len(), 3, "{unmet:?}");
    let owned = life.go("acceptRecommendation", json!({ "as": "REQUIREMENT", "owner": "eva" })).await;
    assert_eq!((owned.code(), &owned.facts()["field"]), ("INVALID", &json!("owner")));
    let unmet = life.go("acceptRecommendation", json!({ "as": "INITIATIVE" })).await;
    assert_eq!(unmet.facts()["missing"].as_array().unwrap().len(), 1);
    assert_eq!(read(&service, "{ initiatives { totalCount } }").await.at("initiatives.totalCount"), 0);
    life.to("rejectRecommendation", json!({ "reason": "too dear" }), "REJECTED").await;
    life.version = 1;
    assert_eq!(life.go("rejectRecommendation", json!({ "reason": "x" })).await.code(), "CONFLICT");
}

#[tokio::test]
async fn a_review_is_the_first_evidence_of_what_it_led_to() {
    let service = open().await;
    let of = fresh::<ServiceId>();
    let bound = agreement(&service, &of).await;
    tell(&service, &Clock::new(&of, &bound, &fresh::<IncidentId>(), 0).stopped(30)).await;
    service.clock.advance(SignedDuration::from_hours(4));
    let period = json!({ "agreement": bound, "from": minute(0).to_string(), "to": minute(100).to_string() });
    let review = call(&service, "conductServiceLevelReview", period, "").await.text("it.id");
    let result = read(&service, "{ targetResults { nodes { id } } }").await.text("targetResults.nodes.0.id");
    let input = json!({
        "stage": "DESIGN", "title": "Promise less", "review": review,
        "evidence": [{ "kind": "RESULT", "recordId": result }],
    });
    let _ = call(&service, "recommend", input, "").await.text("it.id");
    let seen = read(
        &service,
        "{ serviceLevelReviews { nodes { recommendations { origin service { id }
            evidence { kind review { id } result { id recommendations { title } } } } } } }",
    )
    .await;
    let one = seen.at("serviceLevelReviews.nodes.0.recommendations.0");
    assert_eq!((&one["origin"], &one["service"]["id"]), (&json!("REVIEW"), &json!(of)));
    assert_eq!(one["evidence"][1]["review"]["id"], review);
    assert_eq!(one["evidence"][0]["result"]["recommendations"][0]["title"], "Promise less");
}

#[tokio::test]
async fn what_is_not_there_is_not_evidence() {
    let service = open().await;
    let of = known(&service).await;
    let with = |change: Value| {
        let mut input = by_hand(&of);
        input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        input
    };
    let evidence = |kind: &str, id: Option<String>, note: Option<&str>| {
        with(json!({ "evidence": [{ "kind": kind, "recordId": id, "note": note }] }))
    };
    let service_id = fresh::<ServiceId>();
    for (input, code) in [
        (with(json!({ "service": service_id })), "NOT_FOUND"),
        (with(json!({ "service": null })), "INVALID"),
        (with(json!({ "title": "a\nb" })), "INVALID"),
        (with(json!({ "review": fresh::<ServiceLevelReviewId>() })), "NOT_FOUND"),
        (with(json!({ "review": fresh::<TargetResultId>() })), "BAD_ID"),
        (evidence("RESULT", Some(fresh::<TargetResultId>()), None), "NOT_FOUND"),
        (evidence("REVIEW", Some(fresh::<ServiceLevelReviewId>()), None), "NOT_FOUND"),
        (evidence("RESULT", Some(fresh::<IncidentId>()), None), "BAD_ID"),
        (evidence("RESULT", None, Some("x")), "INVALID"),
        (evidence("RECORD", Some("xyz_1".to_owned()), None), "INVALID"),
        (evidence("TEXT", Some(fresh::<IncidentId>()), Some("x")), "INVALID"),
        (evidence("TEXT", None, None), "INVALID"),
    ] {
        let refused = call(&service, "recommend", input.clone(), "").await;
        assert_eq!(refused.code(), code, "{input}");
    }
    assert_eq!(
        read(&service, "{ recommendations { totalCount } }").await.at("recommendations.totalCount"),
        0
    );
}

#[tokio::test]
async fn those_who_work_propose_and_the_manager_decides() {
    let service = open().await;
    let of = known(&service).await;
    let mut input = by_hand(&of);
    input["idempotencyKey"] = json!("k");
    let propose = "mutation($input: RecommendInput!) { recommend(input: $input) { id proposedBy } }";
    let agent = caller(&[Role::Agent]);
    let made = service.execute(&agent, propose, json!({ "input": input })).await;
    assert_eq!(made.at("recommend.proposedBy"), "ana");
    let reject =
        "mutation($input: RejectRecommendationInput!) { rejectRecommendation(input: $input) { id } }";
    let refusal = json!({ "input": { "id": made.text("recommend.id"), "expectedVersion": 1, "idempotencyKey": "l", "reason": "x" } });
    assert_eq!(service.execute(&agent, reject, refusal).await.code(), "FORBIDDEN");
}
