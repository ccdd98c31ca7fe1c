//! Separation of duties through the API.

use crate::grants::{Grant, agent, approver, entitle, go_to, hour, separate};
use crate::known::{call, moved, nth, operations};
use crate::life::key;
use ciclo_kernel::ids::EntitlementId;
use ciclo_kernel::{Role, SignedDuration};
use ciclo_operations::timers::fire_due;
use ciclo_testkit::{Answer, TestService, caller};
use serde_json::{Value, json};

/// The conflicts that exist, page by page: rule, person and how many grants.
async fn conflicts(operations: &TestService, rule: Value) -> Vec<(String, String, usize)> {
    let query =
        "query($rule: ID, $after: String) { separationConflicts(rule: $rule, first: 2, after: $after) {
        edges { node { rule { name } person grants { person entitlementName } } }
        pageInfo { hasNextPage endCursor } } }";
    let (mut found, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = operations.admin(query, json!({ "rule": rule, "after": after })).await;
        for edge in page.at("separationConflicts.edges").as_array().unwrap() {
            let (node, text) = (&edge["node"], |value: &Value| value.as_str().unwrap().to_owned());
            let grants = node["grants"].as_array().unwrap();
            assert!(grants.iter().all(|grant| grant["person"] == node["person"]));
            found.push((text(&node["rule"]["name"]), text(&node["person"]), grants.len()));
        }
        if page.at("separationConflicts.pageInfo.hasNextPage") == &json!(false) {
            return found;
        }
        after = page.at("separationConflicts.pageInfo.endCursor").clone();
    }
}

async fn rule(operations: &TestService, mutation: &str, id: &str, version: u64, more: Value) -> Answer {
    let input = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
    call(operations, &caller(&[Role::Admin]), mutation, &input, moved(id, version, more)).await
}

#[tokio::test]
async fn nobody_gets_what_a_rule_separates_from_what_they_hold() {
    let operations = operations().await;
    let enter = entitle(&operations, "Enter payments", json!({})).await;
    let release = entitle(&operations, "Release payments", json!({})).await;
    let id = separate(&operations, "Payments", &[&enter, &release]).await;
    let mut releases = Grant::approved(&operations, "kim", &release, json!({})).await;
    // Two are approved, for nobody holds anything yet; the first that is granted stands against the other.
    let enters = Grant::given(&operations, "kim", &enter, json!({})).await;
    let refused = releases.go(&agent("jo"), "grantAccess", json!({})).await;
    let expected = json!([{ "rule": id, "ruleName": "Payments", "entitlement": enter, "grant": enters.id }]);
    assert_eq!((refused.code(), &refused.facts()["conflicts"]), ("RULE_VIOLATED", &expected));
    let mut third = Grant::asked(&operations, "kim", &release, json!({})).await;
    third.to(&agent("vera"), "verifyAccess", json!({}), "VERIFIED").await;
    let refused = third.go(&approver(), "approveAccess", json!({})).await;
    assert_eq!(refused.facts()["conflicts"], expected);
    assert_eq!(releases.read("version state").await, json!({ "version": 3, "state": "APPROVED" }));
    let _ = Grant::given(&operations, "max", &release, json!({})).await;
    assert!(conflicts(&operations, Value::Null).await.is_empty());

    // What is no longer held, or no longer separate, stands against nothing.
    let why = json!({ "reason": "Year's end" });
    assert_eq!(rule(&operations, "disableSeparationRule", &id, 1, why).await.text("it.state"), "DISABLED");
    third.to(&approver(), "approveAccess", json!({}), "APPROVED").await;
    assert_eq!(
        rule(&operations, "enableSeparationRule", &id, 2, json!({})).await.text("it.state"),
        "ENABLED"
    );
    assert_eq!(third.go(&agent("jo"), "grantAccess", json!({})).await.code(), "RULE_VIOLATED");
    let mut enters = enters;
    enters.revoke().await;
    releases.to(&agent("jo"), "grantAccess", json!({}), "GRANTED").await;
    let twice = third.go(&agent("jo"), "grantAccess", json!({})).await;
    assert_eq!((twice.code(), &twice.facts()["grant"]), ("RULE_VIOLATED", &json!(releases.id)));
}

#[tokio::test]
async fn what_is_over_is_not_held_and_what_is_separate_is_not_extended() {
    let operations = operations().await;
    let enter = entitle(&operations, "Enter payments", json!({})).await;
    let release = entitle(&operations, "Release payments", json!({})).await;
    let mut enters = Grant::given(&operations, "kim", &enter, json!({ "validUntil": hour(8) })).await;
    let mut releases = Grant::given(&operations, "kim", &release, json!({ "validUntil": hour(4) })).await;
    let id = separate(&operations, "Payments", &[&enter, &release]).await;
    // Nothing is taken away.
    assert_eq!(enters.read("state").await["state"], "GRANTED");
    assert_eq!(conflicts(&operations, Value::Null).await, [("Payments".into(), "kim".into(), 2)]);
    let until = json!({ "validUntil": hour(9), "reason": "Goes on" });
    let refused = enters.go(&approver(), "extendAccess", until.clone()).await;
    assert_eq!(refused.facts()["conflicts"][0]["grant"], json!(releases.id));
    assert_eq!(refused.facts()["conflicts"][0]["rule"], json!(id));
    // Its time is over, though nobody has noted it yet.
    go_to(&operations, 4);
    assert!(conflicts(&operations, Value::Null).await.is_empty());
    enters.to(&approver(), "extendAccess", until, "GRANTED").await;
    assert_eq!(fire_due(&operations.part.database).await.unwrap(), 1);
    assert_eq!(releases.read("state").await["state"], "EXPIRED");
    let late =
        releases.go(&approver(), "extendAccess", json!({ "validUntil": hour(9), "reason": "x" })).await;
    assert_eq!(late.code(), "CONFLICT");
}

#[tokio::test]
async fn all_conflicts_that_exist_are_shown() {
    let operations = operations().await;
    let mut entitlements = Vec::new();
    for name in ["Enter", "Release", "Audit"] {
        entitlements.push(entitle(&operations, name, json!({})).await);
    }
    let [enter, release, audit] = &entitlements[..] else { panic!("three") };
    for (person, has) in [
        ("kim", vec![enter, release, audit]),
        ("max", vec![enter, release]),
        ("pat", vec![enter]),
        ("sam", vec![audit, release]),
    ] {
        for entitlement in has {
            let _ = Grant::given(&operations, person, entitlement, json!({})).await;
        }
    }
    let first = separate(&operations, "Payments", &[enter, release]).await;
    operations.clock.advance(SignedDuration::from_secs(1));
    let second = separate(&operations, "Audit", &[audit, enter, release]).await;
    let named = |rule: &str, person: &str, grants| (rule.to_owned(), person.to_owned(), grants);
    let payments = vec![named("Payments", "kim", 2), named("Payments", "max", 2)];
    let audits = vec![named("Audit", "kim", 3), named("Audit", "max", 2), named("Audit", "sam", 2)];
    assert_eq!(conflicts(&operations, Value::Null).await, [payments.clone(), audits.clone()].concat());
    assert_eq!(conflicts(&operations, json!(first)).await, payments);
    let terms =
        json!({ "terms": { "name": "Audit", "reason": "Sees, not does", "entitlements": [audit, enter] } });
    assert_eq!(
        rule(&operations, "reviseSeparationRule", &second, 1, terms).await.text("it.state"),
        "ENABLED"
    );
    assert_eq!(conflicts(&operations, json!(second)).await, [named("Audit", "kim", 2)]);
    let why = json!({ "reason": "Year's end" });
    let _ = rule(&operations, "disableSeparationRule", &first, 1, why).await.text("it.state");
    assert_eq!(conflicts(&operations, Value::Null).await, [named("Audit", "kim", 2)]);
    for (rule, after, code) in
        [(json!(enter), Value::Null, "BAD_ID"), (Value::Null, json!("x"), "BAD_CURSOR")]
    {
        let query = "query($rule: ID, $after: String) { separationConflicts(rule: $rule, after: $after) { edges { cursor } } }";
        let refused = operations.admin(query, json!({ "rule": rule, "after": after })).await;
        assert_eq!(refused.code(), code);
    }
}

#[tokio::test]
async fn a_rule_names_entitlements_that_there_are_and_says_why() {
    let operations = operations().await;
    let one = entitle(&operations, "One", json!({})).await;
    operations.clock.advance(SignedDuration::from_secs(1));
    let two = entitle(&operations, "Two", json!({})).await;
    let unknown = nth::<EntitlementId>(9);
    let many: Vec<String> = (0..51).map(nth::<EntitlementId>).collect();
    for (entitlements, reason, code) in [
        (json!([one]), "Why", "INVALID"),
        (json!([one, one]), "Why", "INVALID"),
        (json!(many), "Why", "INVALID"),
        (json!([one, two]), " ", "INVALID"),
        (json!([one, unknown]), "Why", "NOT_FOUND"),
        (json!([one, "inc_1"]), "Why", "BAD_ID"),
    ] {
        let terms = json!({ "name": "Rule", "reason": reason, "entitlements": entitlements });
        let input = json!({ "idempotencyKey": key(), "terms": terms });
        let admin = caller(&[Role::Admin]);
        let refused =
            call(&operations, &admin, "createSeparationRule", "CreateSeparationRuleInput", input).await;
        assert_eq!(refused.code(), code, "{entitlements}");
    }
    let id = separate(&operations, "Rule", &[&two, &one]).await;
    let silent = rule(&operations, "disableSeparationRule", &id, 1, json!({ "reason": " " })).await;
    assert_eq!((silent.code(), &silent.facts()["field"]), ("INVALID", &json!("reason")));
    let query = "query($of: ID!) { separationRules(filter: { entitlements: { any: [$of] } }) {
        nodes { name reason state disabledBy disabledReason entitlements { name } } } }";
    let _ = rule(&operations, "disableSeparationRule", &id, 1, json!({ "reason": "x" })).await.text("it.id");
    let read = operations.admin(query, json!({ "of": two })).await;
    let expected = json!([{ "name": "Rule", "reason": "Nobody does both", "state": "DISABLED",
        "disabledBy": "ana", "disabledReason": "x", "entitlements": [{ "name": "One" }, { "name": "Two" }] }]);
    assert_eq!(read.at("separationRules.nodes"), &expected);
}
