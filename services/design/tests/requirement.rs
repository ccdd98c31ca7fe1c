//! Requirements through the API: versions, keys, history, the past, lists, subscriptions.

use ciclo_kernel::{Role, SignedDuration};
use ciclo_testkit::{TestService, caller};
use futures::StreamExt;
use serde_json::json;

const RAISE: &str =
    "mutation($input: RaiseRequirementInput!) { raiseRequirement(input: $input) { id version state title } }";
const SERVICE: &str = "svc_0190a0b0c0d07000800000000000000a";

fn input(key: &str, title: &str) -> serde_json::Value {
    json!({ "input": {
        "idempotencyKey": key, "service": SERVICE, "title": title,
        "kind": "AVAILABILITY", "priority": "MUST", "acceptanceCriterion": "99.9 % over a quarter",
    }})
}

#[tokio::test]
async fn a_requirement_has_versions_history_and_a_past() {
    let design = TestService::open("design", ciclo_design::open).await;
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
    let design = TestService::open("design", ciclo_design::open).await;
    let first = design.admin(RAISE, input("same", "One")).await.text("raiseRequirement.id");
    assert_eq!(design.admin(RAISE, input("same", "One")).await.text("raiseRequirement.id"), first);
    assert_eq!(design.admin(RAISE, input("same", "Two")).await.code(), "IDEMPOTENCY_CONFLICT");
    let count = design.admin("{ requirements { totalCount } }", json!({})).await;
    assert_eq!(count.at("requirements.totalCount"), 1);
}

#[tokio::test]
async fn lists_page_filter_and_sort() {
    let design = TestService::open("design", ciclo_design::open).await;
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
    let design = TestService::open("design", ciclo_design::open).await;
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
async fn roles_and_tenants_are_walls() {
    let design = TestService::open("design", ciclo_design::open).await;
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
