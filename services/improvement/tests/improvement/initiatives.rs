//! Initiatives through their life: the seven steps, the cycle, what is put off or rejected.

use crate::support::{Life, call, fresh, minute, open, read};
use ciclo_kernel::ids::ServiceId;
use serde_json::{Value, json};

const STEPS: [&str; 7] =
    ["STRATEGY", "DEFINE_MEASURES", "GATHER", "PROCESS", "ANALYSE", "PRESENT", "IMPLEMENT"];

fn identify() -> Value {
    json!({ "title": "A second line at night", "owner": "eva" })
}

async fn steps(life: &mut Life<'_>, steps: &[&str], state: &str) {
    for step in steps {
        life.to("recordInitiativeStep", json!({ "step": step, "evidence": "seen" }), state).await;
    }
}

#[tokio::test]
async fn an_initiative_goes_round_the_cycle() {
    let service = open().await;
    let mut life = Life::begin(&service, "identifyInitiative", identify()).await;
    steps(&mut life, &STEPS[..1], "IDENTIFIED").await;
    life.to("assessInitiative", json!({ "assessment": "two weeks, half the misses" }), "ASSESSED").await;
    life.to("approveInitiative", json!({}), "APPROVED").await;
    let plan = json!({ "start": minute(100).to_string(), "end": minute(200).to_string() });
    let unmet = life.go("planInitiative", plan.clone()).await;
    assert_eq!(unmet.code(), "CRITERIA_UNMET");
    assert_eq!(unmet.facts()["missing"], json!(["the step DEFINE_MEASURES is not recorded"]));
    let skipped = life.go("recordInitiativeStep", json!({ "step": "GATHER", "evidence": "x" })).await;
    assert_eq!(skipped.code(), "CRITERIA_UNMET");
    let again = life.go("recordInitiativeStep", json!({ "step": "STRATEGY", "evidence": "x" })).await;
    assert_eq!(again.code(), "RULE_VIOLATED");
    steps(&mut life, &STEPS[1..2], "APPROVED").await;
    life.to("planInitiative", plan, "PLANNED").await;
    life.to("startInitiative", json!({}), "IN_PROGRESS").await;
    assert_eq!(life.go("rejectInitiative", json!({ "reason": "x" })).await.code(), "WRONG_STATE");
    let unmet = life.go("implementInitiative", json!({})).await;
    assert_eq!(unmet.facts()["missing"].as_array().unwrap().len(), 5);
    steps(&mut life, &STEPS[2..], "IN_PROGRESS").await;
    life.to("implementInitiative", json!({}), "IMPLEMENTED").await;
    life.to("reviewInitiativeBenefits", json!({}), "BENEFITS_REVIEW").await;
    let unmet = life.go("closeInitiative", json!({})).await;
    assert_eq!((unmet.code(), &unmet.facts()["verb"]), ("CRITERIA_UNMET", &json!("close")));
    life.to("closeInitiative", json!({ "benefit": "half the misses" }), "CLOSED").await;

    let seen = read(
        &service,
        "{ initiatives(filter: { phase: { eq: ACT } }) { nodes {
            phase benefit nextStep steps { step evidence recordedBy } assessment approvedBy plannedStart plannedEnd
            startedAt implementedAt benefitsReviewAt endedBy recommendation { id } deferredUntil
            history { eventType } } } }",
    )
    .await;
    let one = seen.at("initiatives.nodes.0");
    assert_eq!(one["steps"].as_array().unwrap().len(), 7);
    assert_eq!((&one["benefit"], &one["nextStep"]), (&json!("half the misses"), &json!(null)));
    assert_eq!((&one["endedBy"], &one["recommendation"]), (&json!("ana"), &json!(null)));
    assert_eq!(one["plannedEnd"], minute(200).to_string());
    assert_eq!(one["history"][14]["eventType"], "ciclo.improvement.v1.InitiativeClosed");
}

#[tokio::test]
async fn what_is_put_off_is_assessed_anew() {
    let service = open().await;
    let mut life = Life::begin(&service, "identifyInitiative", identify()).await;
    steps(&mut life, &STEPS[..1], "IDENTIFIED").await;
    life.to("assessInitiative", json!({ "assessment": "worth it" }), "ASSESSED").await;
    let past = life.go("deferInitiative", json!({ "until": minute(0).to_string() })).await;
    assert_eq!((past.code(), &past.facts()["field"]), ("INVALID", &json!("until")));
    let put_off = json!({ "until": minute(500).to_string(), "reason": "no people" });
    life.to("deferInitiative", put_off, "DEFERRED").await;
    let list = "{ initiatives { nodes { phase deferredUntil deferralReason assessment nextStep endedAt } } }";
    let seen = read(&service, list).await;
    let one = seen.at("initiatives.nodes.0");
    assert_eq!((&one["phase"], &one["deferralReason"]), (&json!(null), &json!("no people")));
    assert_eq!(one["deferredUntil"], minute(500).to_string());
    life.to("resumeInitiative", json!({}), "IDENTIFIED").await;
    let seen = read(&service, list).await;
    let one = seen.at("initiatives.nodes.0");
    assert_eq!((&one["assessment"], &one["nextStep"]), (&json!(null), &json!("DEFINE_MEASURES")));
    life.to("rejectInitiative", json!({ "reason": "too dear" }), "REJECTED").await;
    life.version -= 1;
    assert_eq!(life.go("resumeInitiative", json!({})).await.code(), "CONFLICT");
}

#[tokio::test]
async fn an_initiative_about_an_unknown_service_is_refused() {
    let service = open().await;
    let mut input = identify();
    input["service"] = json!(fresh::<ServiceId>());
    assert_eq!(call(&service, "identifyInitiative", input, "").await.code(), "NOT_FOUND");
    let mut input = identify();
    input["owner"] = json!("");
    assert_eq!(call(&service, "identifyInitiative", input, "").await.code(), "INVALID");
}
