//! The life of a transition, and what it refuses.

use crate::support::{Life, fresh, open, package_event, person, scheduled, service, transition};
use ciclo_kernel::ids::DesignPackageId;
use ciclo_kernel::{Role, SignedDuration};
use ciclo_testkit::TestService;
use serde_json::{Value, json};

fn digest() -> String {
    format!("sha256:{}", "0a".repeat(32))
}

async fn record(transition: &mut Life<'_>, criteria: &[&str]) {
    for criterion in criteria {
        let input = json!({ "criterion": criterion, "evidence": "see the wiki" });
        assert!(transition.go("recordCriterion", input).await.at("it.id").is_string());
    }
}

/// Out of planning and construction, into the pilot.
pub(crate) async fn to_pilot(transition: &mut Life<'_>) {
    record(transition, &["SCOPE", "ACCEPTANCE_CRITERIA", "RISK", "BACK_OUT_PLAN"]).await;
    transition.to("completeTransitionStep", json!({}), "BUILD_AND_TEST").await;
    let build = json!({ "packageName": "payroll", "digest": digest() });
    transition.to("addBuild", build, "BUILD_AND_TEST").await;
    transition.to("addTest", json!({ "name": "load", "passed": true }), "BUILD_AND_TEST").await;
    let waived = json!({ "name": "soak", "passed": false, "waivedBy": "cio", "waiverReason": "no time" });
    transition.to("addTest", waived, "BUILD_AND_TEST").await;
    transition.to("completeTransitionStep", json!({}), "PILOT").await;
}

/// Through the pilot of two hours, into the planning of the deployment.
async fn through_pilot(transition: &mut Life<'_>) {
    let now = transition.service.clock.now();
    let ends = now + SignedDuration::from_hours(2);
    let pilot = json!({ "group": "HR", "starts": now.to_string(), "ends": ends.to_string(),
        "thresholds": "no errors" });
    transition.to("setPilot", pilot, "PILOT").await;
    transition.to("reportPilot", json!({ "held": true, "notes": "fine" }), "PILOT").await;
    let early = transition.go("completeTransitionStep", json!({})).await;
    assert_eq!(early.facts()["missing"], json!(["PILOT_PERIOD_OVER"]));
    transition.service.clock.advance(SignedDuration::from_hours(2));
    transition.to("completeTransitionStep", json!({}), "DEPLOYMENT_PLANNING").await;
}

const STEPS: &str = "query($id: ID!) { transition(id: $id) { state step outcome closing { outcome by }
    backOut { from reason by } cancellation { reason by } lessons
    builds { packageName digest by } tests { name passed waivedBy waiverReason }
    pilot { group thresholds report { held notes by } }
    service { id transitions { id } } designPackage { id transition { id } } designPackageNumber serviceName
    changes { id state } deployments { id state }
    steps { step plannedStart plannedEnd realStart realEnd failures delay expectedEnd atRisk missing
        criteria { name met evidence recordedBy waivedBy waiverReason waivedAt } } } }";

async fn read(service: &TestService, id: &str) -> Value {
    service.admin(STEPS, json!({ "id": id })).await.at("transition").clone()
}

#[tokio::test]
async fn a_transition_goes_through_its_six_steps() {
    let service = open().await;
    let mut life = transition(&service).await;
    to_pilot(&mut life).await;
    through_pilot(&mut life).await;
    record(&mut life, &["SCHEDULE", "NO_BLOCKING_CONFLICT", "COMMUNICATION"]).await;
    let waiver = json!({ "criterion": "TRAINING", "waivedBy": "cio", "reason": "nobody new" });
    life.to("waiveCriterion", waiver, "DEPLOYMENT_PLANNING").await;
    let unapproved = life.go("completeTransitionStep", json!({})).await;
    assert_eq!(unapproved.facts()["missing"], json!(["CHANGES_APPROVED"]));
    let change = scheduled(&service, &[], Some(&life.id)).await;
    life.to("completeTransitionStep", json!({}), "DEPLOYMENT").await;

    let plan = json!({ "transition": life.id, "packageName": "payroll", "environment": "production" });
    let mut deployment = Life::begin(&service, "planDeployment", plan).await;
    deployment.to("startDeployment", json!({}), "RUNNING").await;
    let done = json!({ "notes": "in 5 min", "baseline": "base-7" });
    deployment.to("succeedDeployment", done, "DEPLOYED").await;
    let unverified = life.go("completeTransitionStep", json!({})).await;
    assert_eq!(unverified.facts()["missing"], json!(["ENVIRONMENTS_VERIFIED"]));
    deployment.to("verifyDeployment", json!({}), "VERIFIED").await;
    life.to("completeTransitionStep", json!({}), "REVIEW").await;

    let bare = life.go("closeTransition", json!({ "outcome": "SUCCESSFUL" })).await;
    assert_eq!(bare.code(), "CRITERIA_UNMET");
    let missing = json!(["TARGETS_COMPARED", "KNOWN_ERRORS_HANDED_OVER", "LESSONS_RECORDED"]);
    assert_eq!(bare.facts()["missing"], missing);
    let seen = read(&service, &life.id).await;
    assert_eq!(seen["steps"][5]["missing"], missing);
    assert_eq!(seen["changes"], json!([{ "id": change.id, "state": "SCHEDULED" }]));
    assert_eq!(seen["deployments"], json!([{ "id": deployment.id, "state": "VERIFIED" }]));
    record(&mut life, &["TARGETS_COMPARED", "KNOWN_ERRORS_HANDED_OVER", "LESSONS_RECORDED"]).await;
    let wrong = life.go("closeTransition", json!({ "outcome": "BACKED_OUT" })).await;
    assert_eq!(wrong.code(), "INVALID");
    life.to("closeTransition", json!({ "outcome": "SUCCESSFUL" }), "CLOSED").await;

    let seen = read(&service, &life.id).await;
    assert_eq!(seen["closing"], json!({ "outcome": "SUCCESSFUL", "by": "ann" }));
    assert_eq!((&seen["step"], &seen["outcome"]), (&Value::Null, &json!("SUCCESSFUL")));
    assert_eq!(seen["lessons"], json!(["see the wiki"]));
    assert_eq!(seen["service"]["transitions"], json!([{ "id": life.id }]));
    assert_eq!(seen["designPackage"]["transition"]["id"], json!(life.id));
    assert_eq!((&seen["designPackageNumber"], &seen["serviceName"]), (&json!(2), &json!("Payroll")));
    assert_eq!(seen["tests"][1]["waivedBy"], "cio");
    assert_eq!(seen["pilot"]["report"]["held"], true);
    let training = seen["steps"][3]["criteria"].as_array().unwrap();
    let training = training.iter().find(|one| one["name"] == "TRAINING").unwrap();
    assert_eq!((&training["met"], &training["waivedBy"]), (&json!(false), &json!("cio")));
    assert!(seen["steps"].as_array().unwrap().iter().all(|step| step["missing"] == json!([])));
    let event = service.part.database.log_after(0, 1000).await.unwrap().pop().unwrap();
    assert_eq!(event.event_type, "ciclo.transition.v1.TransitionClosed");
    assert_eq!(life.go("cancelTransition", json!({ "reason": "late" })).await.code(), "WRONG_STATE");
}

#[tokio::test]
async fn dates_show_delay_and_risk() {
    let service = open().await;
    let mut life = transition(&service).await;
    let plan = |step: &str, from: i64, to: i64| {
        let at = |hours| (service.clock.now() + SignedDuration::from_hours(hours)).to_string();
        json!({ "step": step, "plannedStart": at(from), "plannedEnd": at(to) })
    };
    let (planning, building) = (plan("PLANNING", 0, 2), plan("BUILD_AND_TEST", 2, 6));
    life.to("planTransitionStep", planning, "PLANNING").await;
    life.to("planTransitionStep", building, "PLANNING").await;
    let upside_down = life.go("planTransitionStep", plan("PILOT", 2, 1)).await;
    assert_eq!((upside_down.code(), &upside_down.facts()["field"]), ("INVALID", &json!("plannedEnd")));
    let steps = read(&service, &life.id).await["steps"].clone();
    assert_eq!(
        (&steps[0]["delay"], &steps[0]["atRisk"], &steps[1]["atRisk"]),
        (&Value::Null, &json!(false), &json!(false))
    );
    service.clock.advance(SignedDuration::from_hours(3));
    let steps = read(&service, &life.id).await["steps"].clone();
    assert_eq!(
        (&steps[0]["delay"], &steps[0]["atRisk"], &steps[1]["atRisk"]),
        (&json!("PT1H"), &json!(true), &json!(true))
    );
    assert_eq!(steps[1]["delay"], Value::Null);
    record(&mut life, &["SCOPE", "ACCEPTANCE_CRITERIA", "RISK", "BACK_OUT_PLAN"]).await;
    life.to("completeTransitionStep", json!({}), "BUILD_AND_TEST").await;
    let behind = life.go("planTransitionStep", plan("PLANNING", 0, 2)).await;
    assert_eq!(behind.code(), "RULE_VIOLATED");
    life.to("failTransitionStep", json!({ "reason": "the scope was wrong" }), "PLANNING").await;
    let steps = read(&service, &life.id).await["steps"].clone();
    assert_eq!((&steps[1]["failures"], &steps[0]["realEnd"]), (&json!(1), &Value::Null));
}

#[tokio::test]
async fn a_back_out_leads_to_a_review_and_its_own_outcome() {
    let service = open().await;
    let mut life = transition(&service).await;
    to_pilot(&mut life).await;
    life.to("backOutTransition", json!({ "reason": "it loses payslips" }), "REVIEW").await;
    let failed = life.go("failTransitionStep", json!({ "reason": "again" })).await;
    assert_eq!(failed.code(), "RULE_VIOLATED");
    record(&mut life, &["TARGETS_COMPARED", "KNOWN_ERRORS_HANDED_OVER", "LESSONS_RECORDED"]).await;
    let hidden = life.go("closeTransition", json!({ "outcome": "SUCCESSFUL" })).await;
    assert_eq!((hidden.code(), &hidden.facts()["field"]), ("INVALID", &json!("outcome")));
    life.to("closeTransition", json!({ "outcome": "BACKED_OUT" }), "CLOSED").await;
    let seen = read(&service, &life.id).await;
    assert_eq!(seen["backOut"], json!({ "from": "PILOT", "reason": "it loses payslips", "by": "ann" }));
    let list =
        "query($o: TransitionOutcome!) { transitions(filter: { outcome: { eq: $o } }) { totalCount } }";
    for (outcome, count) in [("BACKED_OUT", 1), ("SUCCESSFUL", 0)] {
        let found = service.admin(list, json!({ "o": outcome })).await;
        assert_eq!(found.at("transitions.totalCount"), count, "{outcome}");
    }
}

#[tokio::test]
async fn a_cancelled_transition_is_over() {
    let service = open().await;
    let mut life = transition(&service).await;
    assert_eq!(life.go("cancelTransition", json!({ "reason": " " })).await.facts()["field"], "reason");
    life.to("cancelTransition", json!({ "reason": "not wanted" }), "CANCELLED").await;
    let seen = read(&service, &life.id).await;
    assert_eq!(seen["cancellation"], json!({ "reason": "not wanted", "by": "ann" }));
    assert_eq!((&seen["closing"], &seen["outcome"]), (&Value::Null, &Value::Null));
    let late = crate::support::draft(&[], Some(&life.id));
    let refused = crate::support::call(&service, &life.lead, "draftChange", late, "").await;
    assert_eq!((refused.code(), &refused.facts()["state"]), ("RULE_VIOLATED", &json!("CANCELLED")));
}

#[tokio::test]
async fn refusals_name_what_is_wrong() {
    let service = open().await;
    let mut life = transition(&service).await;
    let unmet = life.go("completeTransitionStep", json!({})).await;
    assert_eq!(unmet.code(), "CRITERIA_UNMET");
    assert_eq!(unmet.facts()["missing"], json!(["SCOPE", "ACCEPTANCE_CRITERIA", "RISK", "BACK_OUT_PLAN"]));
    let early = life.go("addBuild", json!({ "packageName": "p", "digest": digest() })).await;
    assert_eq!((early.code(), &early.facts()["verb"]), ("WRONG_STATE", &json!("addBuild")));
    let by_facts =
        life.go("recordCriterion", json!({ "criterion": "PACKAGES_BUILT", "evidence": "x" })).await;
    assert_eq!((by_facts.code(), &by_facts.facts()["field"]), ("INVALID", &json!("criterion")));
    life.version = 7;
    let stale = life.go("cancelTransition", json!({ "reason": "x" })).await;
    assert_eq!((stale.code(), &stale.facts()["actualVersion"]), ("CONFLICT", &json!(1)));
    life.version = 1;
    let agent = person("tim", Role::Agent);
    let forbidden = life.go_as(&agent, "cancelTransition", json!({ "reason": "x" })).await;
    assert_eq!(forbidden.code(), "FORBIDDEN");
    life.id = fresh::<DesignPackageId>();
    assert_eq!(life.go("cancelTransition", json!({ "reason": "x" })).await.code(), "BAD_ID");
    life.id = fresh::<ciclo_kernel::ids::TransitionId>();
    assert_eq!(life.go("cancelTransition", json!({ "reason": "x" })).await.code(), "NOT_FOUND");
    assert_eq!(life.go("completeTransitionStep", json!({})).await.code(), "NOT_FOUND");
}

#[tokio::test]
async fn a_list_of_transitions_costs_the_same_whatever_its_length() {
    let service = open().await;
    let owner = self::service(&service, "Payroll").await;
    let list = "{ transitions(first: 100) { nodes { steps { missing criteria { met } } changes { id }
        deployments { id } service { transitions { id } } designPackage { transition { id } } } } }";
    let mut costs = Vec::new();
    for more in [1, 20, 30, 48] {
        for _ in 0..more {
            let package = fresh::<DesignPackageId>();
            let row = package_event(&package, &owner, 1, crate::support::approved());
            service.deliver("design", &row).await.unwrap();
        }
        let before = service.part.database.statements();
        let found = service.admin(list, json!({})).await;
        assert!(found.at("transitions.nodes").as_array().unwrap().len() >= more);
        costs.push(service.part.database.statements() - before);
    }
    assert!(costs.iter().all(|cost| *cost <= costs[0] + 3), "{costs:?}");
}

#[tokio::test]
async fn the_gateway_enters_by_the_types_of_other_services() {
    let service = open().await;
    let life = transition(&service).await;
    let seen = read(&service, &life.id).await;
    let (owner, package) = (&seen["service"]["id"], &seen["designPackage"]["id"]);
    let enter = "query($of: [_Any!]!) { _entities(representations: $of) {
        ... on Service { transitions { id } configurationItems { id } }
        ... on DesignPackage { transition { id } }
        ... on Transition { state } } }";
    let of = json!([
        { "__typename": "Service", "id": owner },
        { "__typename": "DesignPackage", "id": package },
        { "__typename": "DesignPackage", "id": fresh::<DesignPackageId>() },
        { "__typename": "Transition", "id": life.id },
        { "__typename": "Transition", "id": "nonsense" },
    ]);
    let entered = service.admin(enter, json!({ "of": of })).await;
    let expected = json!([
        { "transitions": [{ "id": life.id }], "configurationItems": [] },
        { "transition": { "id": life.id } },
        { "transition": null },
        { "state": "PLANNING" },
        null,
    ]);
    assert_eq!(entered.at("_entities"), &expected);
}
