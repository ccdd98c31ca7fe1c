//! Requirements through the API: versions, keys, history, the past, lists, subscriptions.

use crate::kit::{OTHER, SERVICE, call, chartered, done, empty, knowing, package, raise, verb};
use ciclo_contracts::catalog::v1::ServiceState;
use ciclo_kernel::{CHANGES_MOST, Role, SignedDuration};
use ciclo_testkit::caller;
use futures::StreamExt;
use serde_json::json;

const RAISE: &str =
    "mutation($input: RaiseRequirementInput!) { raiseRequirement(input: $input) { id version state title } }";

fn input(key: &str, title: &str) -> serde_json::Value {
    json!({ "input": {
        "idempotencyKey": key, "service": SERVICE, "title": title,
        "kind": "AVAILABILITY", "priority": "MUST", "acceptanceCriterion": "99.9 % over a quarter",
    }})
}

#[tokio::test]
async fn a_requirement_has_versions_history_and_a_past() {
    let design = knowing(ServiceState::InDesign).await;
    let raised = design.admin(RAISE, input("k1", "Survives the loss of a node")).await;
    let id = raised.text("raiseRequirement.id");
    let before = design.clock.now();
    design.clock.advance(SignedDuration::from_hours(1));

    let agree = "mutation($i: AgreeRequirementInput!) { agreeRequirement(input: $i) { version state } }";
    let agreed = json!({ "i": { "id": id, "expectedVersion": 1, "idempotencyKey": "k2" } });
    assert_eq!(design.admin(agree, agreed.clone()).await.at("agreeRequirement.state"), "AGREED");
    assert_eq!(
        design.admin(agree, agreed).await.at("agreeRequirement.version"),
        2,
        "the same key answers the same"
    );
    let stale = json!({ "i": { "id": id, "expectedVersion": 1, "idempotencyKey": "k3" } });
    assert_eq!(design.admin(agree, stale).await.code(), "CONFLICT");

    let read = "query($id: ID!, $at: Instant) { requirement(id: $id, asOf: $at) {
        version state history { version eventType actor changes { field from to } } } }";
    let past = design.admin(read, json!({ "id": id, "at": before.to_string() })).await;
    assert_eq!(past.at("requirement.state"), "DRAFT");
    let now = design.admin(read, json!({ "id": id })).await;
    assert_eq!(now.at("requirement.history.1.eventType"), "ciclo.design.v1.RequirementAgreed");
    let changes = now.at("requirement.history.1.changes").as_array().unwrap();
    assert!(
        changes.iter().any(|c| c["field"] == "state" && c["to"] == "REQUIREMENT_STATE_AGREED"),
        "{changes:?}"
    );
}

#[tokio::test]
async fn a_key_answers_once_and_refuses_other_arguments() {
    let design = knowing(ServiceState::InDesign).await;
    let first = design.admin(RAISE, input("same", "One")).await.text("raiseRequirement.id");
    assert_eq!(design.admin(RAISE, input("same", "One")).await.text("raiseRequirement.id"), first);
    assert_eq!(design.admin(RAISE, input("same", "Two")).await.code(), "IDEMPOTENCY_CONFLICT");
    let count = design.admin("{ requirements { totalCount } }", json!({})).await;
    assert_eq!(count.at("requirements.totalCount"), 1);
}

#[tokio::test]
async fn lists_page_filter_and_sort() {
    let design = knowing(ServiceState::InDesign).await;
    for n in 0..5 {
        design.clock.advance(SignedDuration::from_secs(1));
        let raised = design.admin(RAISE, input(&format!("k{n}"), &format!("Requirement {n}"))).await;
        assert_eq!(raised.at("raiseRequirement.version"), 1);
    }
    let list = "query($after: String, $f: RequirementFilter) {
        requirements(first: 2, after: $after, filter: $f, orderBy: { field: TITLE, direction: ASC }) {
            nodes { title } totalCount pageInfo { hasNextPage endCursor } } }";
    let first = design.admin(list, json!({})).await;
    assert_eq!(first.at("requirements.nodes.1.title"), "Requirement 1");
    let second = design.admin(list, json!({ "after": first.text("requirements.pageInfo.endCursor") })).await;
    assert_eq!(second.at("requirements.nodes.0.title"), "Requirement 2");
    let filter = json!({ "f": { "or": [{ "title": { "contains": "MENT 3" } }, { "not": { "state": { "eq": "DRAFT" } } }] } });
    let filtered = design.admin(list, filter).await;
    assert_eq!(filtered.at("requirements.totalCount"), 1);
    assert_eq!(
        design.admin("{ requirements(after: \"zz\") { totalCount } }", json!({})).await.code(),
        "BAD_CURSOR"
    );
    assert_eq!(
        design.admin("{ requirements(first: 101) { totalCount } }", json!({})).await.code(),
        "LIMIT_EXCEEDED"
    );
}

#[tokio::test]
async fn a_subscription_resumes_behind_its_cursor() {
    let design = knowing(ServiceState::InDesign).await;
    for n in 0..3 {
        let _ = design.admin(RAISE, input(&format!("k{n}"), &format!("R{n}"))).await;
    }
    let follow =
        "subscription($after: String) { requirementChanged(after: $after) { cursor requirement { title } } }";
    let admin = caller(&[Role::Admin]);
    let mut all = design.follow(&admin, follow, json!({ "after": "design.0" }));
    let first = all.next().await.unwrap();
    assert_eq!(first.at("requirementChanged.requirement.title"), "R0");
    let cursor = first.text("requirementChanged.cursor");
    let mut rest = design.follow(&admin, follow, json!({ "after": cursor }));
    assert_eq!(rest.next().await.unwrap().at("requirementChanged.requirement.title"), "R1");
    assert_eq!(rest.next().await.unwrap().at("requirementChanged.requirement.title"), "R2");
    let (next, _) = tokio::join!(rest.next(), design.admin(RAISE, input("k3", "R3")));
    assert_eq!(next.unwrap().at("requirementChanged.requirement.title"), "R3");
}

#[tokio::test]
async fn a_subscription_carries_so_many_changes_and_says_where_to_go_on() {
    let design = knowing(ServiceState::InDesign).await;
    let raise = async |n: usize| {
        let raised = design.admin(RAISE, input(&format!("k{n}"), &format!("R{n}"))).await;
        assert_eq!(raised.at("raiseRequirement.version"), 1);
    };
    let each = (0..=CHANGES_MOST).map(raise);
    futures::stream::iter(each).buffer_unordered(64).collect::<()>().await;
    let follow = "subscription($after: String) { requirementChanged(after: $after) { cursor } }";
    let admin = caller(&[Role::Admin]);
    let mut all = design.follow(&admin, follow, json!({ "after": "design.0" }));
    let mut last = String::new();
    for _ in 0..CHANGES_MOST {
        last = all.next().await.unwrap().text("requirementChanged.cursor");
    }
    let end = all.next().await.unwrap();
    assert_eq!((end.code(), &end.facts()["limit"]), ("LIMIT_EXCEEDED", &json!(CHANGES_MOST)));
    assert_eq!(end.facts()["after"], last);
    assert!(all.next().await.is_none(), "that was the end of it");
    let mut rest = design.follow(&admin, follow, json!({ "after": last }));
    assert_ne!(rest.next().await.unwrap().text("requirementChanged.cursor"), last);
}

#[tokio::test]
async fn roles_and_tenants_are_walls() {
    let design = knowing(ServiceState::InDesign).await;
    let refused = design.execute(&caller(&[Role::Viewer]), RAISE, input("k", "R")).await;
    assert_eq!(refused.code(), "FORBIDDEN");
    let id = design.admin(RAISE, input("k", "R")).await.text("raiseRequirement.id");
    let mut stranger = caller(&[Role::Admin]);
    stranger.tenant = ciclo_kernel::Tenant::parse("other").unwrap();
    let read = "query($id: ID!) { requirement(id: $id) { id } }";
    let seen = design.execute(&stranger, read, json!({ "id": id })).await;
    assert!(seen.at("requirement").is_null());
    let wrong = design.admin(read, json!({ "id": "inc_0190a0b0c0d07000800000000000000a" })).await;
    assert_eq!(wrong.code(), "BAD_ID");
}

#[tokio::test]
async fn a_requirement_lives_from_its_draft_to_its_evidence() {
    let design = chartered().await;
    let (package, _) = package(&design).await;
    let id = raise(&design, "k", "Survives").await;
    let wording =
        json!({ "title": "Survives the loss of a node", "kind": "CONTINUITY", "priority": "SHOULD" });
    let fields = "title kind priority acceptanceCriterion description";
    let revised = verb(&design, "reviseRequirement", &id, 1, wording.clone(), fields).await;
    assert_eq!(revised.at("reviseRequirement.kind"), "CONTINUITY");
    assert_eq!(revised.at("reviseRequirement.acceptanceCriterion"), &json!(null), "left out is cleared");
    let unmet = verb(&design, "agreeRequirement", &id, 2, json!({}), "state").await;
    assert_eq!(unmet.code(), "CRITERIA_UNMET");
    assert_eq!(unmet.facts()["missing"].as_array().unwrap().len(), 1);
    let mut with_criterion = wording;
    with_criterion["acceptanceCriterion"] = json!("A node is pulled, nobody notices");
    done(&design, "reviseRequirement", &id, 2, with_criterion.clone()).await;
    let tracing = json!({ "solutionElement": "Second node", "package": package, "test": "T-1", "target": "RESOLUTION 1" });
    let traced =
        verb(&design, "traceRequirement", &id, 3, tracing, "solutionElement test target package { id }")
            .await;
    assert_eq!(traced.at("traceRequirement.package.id"), package.as_str());
    assert_eq!(traced.at("traceRequirement.target"), "RESOLUTION 1");
    let agreed = verb(&design, "agreeRequirement", &id, 4, json!({}), "state agreedBy agreedAt").await;
    assert_eq!(agreed.at("agreeRequirement.agreedBy"), "ana");
    assert_eq!(verb(&design, "reviseRequirement", &id, 5, with_criterion, "id").await.code(), "WRONG_STATE");
    let blank = verb(&design, "satisfyRequirement", &id, 5, json!({ "evidence": " " }), "id").await;
    assert_eq!(blank.code(), "INVALID");
    let evidence =
        json!({ "id": id, "expectedVersion": 5, "idempotencyKey": "done", "evidence": "Test T-1 passed" });
    let satisfied = call(&design, "satisfyRequirement", evidence, "state evidence endedBy raisedBy").await;
    assert_eq!(satisfied.at("satisfyRequirement.evidence"), "Test T-1 passed");
    assert_eq!(satisfied.at("satisfyRequirement.endedBy"), "ana");
    let refused = verb(&design, "dropRequirement", &id, 6, json!({ "reason": "no" }), "id").await;
    assert_eq!(refused.code(), "WRONG_STATE");
    assert_eq!(refused.facts()["state"], "SATISFIED");

    let other = raise(&design, "other", "Not now").await;
    let dropped = verb(
        &design,
        "dropRequirement",
        &other,
        1,
        json!({ "reason": "Too dear" }),
        "state dropReason agreedBy",
    )
    .await;
    assert_eq!(dropped.at("dropRequirement.dropReason"), "Too dear");
    assert_eq!(dropped.at("dropRequirement.agreedBy"), &json!(null));
}

#[tokio::test]
async fn a_requirement_needs_a_known_service_and_a_package_of_it() {
    let design = empty().await;
    assert_eq!(design.admin(RAISE, input("k", "R")).await.code(), "NOT_FOUND");
    let design = chartered().await;
    let id = raise(&design, "k", "R").await;
    let unknown = json!({ "package": "dpk_0190a0b0c0d07000800000000000000a" });
    assert_eq!(verb(&design, "traceRequirement", &id, 1, unknown, "id").await.code(), "NOT_FOUND");
    let service = ciclo_contracts::catalog::v1::service_event::What::Chartered(Default::default());
    let row = crate::kit::service_row(OTHER, "ServiceChartered", service, 1);
    design.clock.advance(SignedDuration::from_secs(1));
    design.deliver("catalog", &row).await.unwrap();
    let (others, _) = package(&design).await;
    let refused = verb(&design, "traceRequirement", &id, 1, json!({ "package": others }), "id").await;
    assert_eq!((refused.code(), &refused.facts()["package"]), ("RULE_VIOLATED", &json!(others)));
}
