//! Access grants through the API.

use crate::grants::{Grant, agent, approver, ask, entitle, go_to, held, hour};
use crate::known::{call, moved, named, nth, operations, service};
use crate::life::{key, with};
use ciclo_kernel::ids::{EntitlementId, ServiceId};
use ciclo_kernel::{Principal, Role, Tenant};
use ciclo_operations::timers::fire_due;
use ciclo_testkit::{TestService, caller};
use futures::StreamExt;
use serde_json::{Value, json};

const ALL: &str = "person requester reason validUntil state entitlementName entitlement { name } service { id }
    verifiedBy approvedBy grantedBy grantedAt endedBy endedAt endReason expiryFiredAt history { eventType actor }";

async fn fired(operations: &TestService) -> usize {
    fire_due(&operations.part.database).await.unwrap()
}

#[tokio::test]
async fn access_is_asked_for_verified_approved_granted_and_revoked() {
    let operations = operations().await;
    let till = entitle(&operations, "Till", json!({ "description": "Opens the till" })).await;
    let mut grant = Grant::given(&operations, "kim", &till, json!({})).await;
    let wait = grant.go(&agent("lee"), "withdrawAccess", json!({})).await;
    assert_eq!((wait.code(), &wait.facts()["state"]), ("WRONG_STATE", &json!("GRANTED")));
    go_to(&operations, 1);
    grant.revoke().await;
    let read = grant.read(ALL).await;
    let expected = json!({
        "person": "kim", "requester": "lee", "reason": "Takes over", "validUntil": null, "state": "REVOKED",
        "entitlementName": "Till", "entitlement": { "name": "Till" }, "service": { "id": service() },
        "verifiedBy": "vera", "approvedBy": "ann", "grantedBy": "jo", "grantedAt": hour(0),
        "endedBy": "jo", "endedAt": hour(1), "endReason": "Moved on", "expiryFiredAt": null,
    });
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(&read[field], value, "{field}");
    }
    let happened: Vec<&str> =
        read["history"].as_array().unwrap().iter().map(|one| one["eventType"].as_str().unwrap()).collect();
    let expected = ["Requested", "Verified", "Approved", "Granted", "Revoked"];
    assert_eq!(happened, expected.map(|name| format!("ciclo.operations.v1.AccessGrant{name}")));
    let past = "query($id: ID!, $at: Instant) { accessGrant(id: $id, asOf: $at) { state endedAt } }";
    let past = operations.admin(past, json!({ "id": grant.id, "at": hour(0) })).await;
    assert_eq!(past.at("accessGrant"), &json!({ "state": "GRANTED", "endedAt": null }));
    let edge = "query($id: ID!) { _entities(representations: [{ __typename: \"Service\", id: $id }]) {
        ... on Service { entitlements { id } } } }";
    let edge = operations.admin(edge, json!({ "id": service() })).await;
    assert_eq!(edge.at("_entities.0.entitlements"), &json!([{ "id": till }]));
}

#[tokio::test]
async fn the_same_key_does_nothing_again() {
    let operations = operations().await;
    let till = entitle(&operations, "Till", json!({})).await;
    let (once, kim) = (json!({ "idempotencyKey": "once" }), named("kim", &[Role::Requester]));
    let first = ask(&operations, &kim, &till, once.clone()).await.text("it.id");
    assert_eq!(ask(&operations, &kim, &till, once.clone()).await.text("it.id"), first);
    let other = ask(&operations, &kim, &till, with(once, &json!({ "reason": "Other" }))).await;
    assert_eq!(other.code(), "IDEMPOTENCY_CONFLICT");
    let mut grant = Grant { operations: &operations, id: first, version: 1 };
    for (by, mutation) in
        [(agent("vera"), "verifyAccess"), (approver(), "approveAccess"), (agent("jo"), "grantAccess")]
    {
        let input = moved(&grant.id, grant.version, json!({}));
        let again = async || {
            let answer = call(&operations, &by, mutation, "MoveAccessInput", input.clone()).await;
            (answer.text("it.state"), answer.at("it.version").as_u64().unwrap())
        };
        let did = again().await;
        assert_eq!(again().await, did, "{mutation}");
        grant.version = did.1;
        let stale = moved(&grant.id, did.1 - 1, json!({ "idempotencyKey": key() }));
        let stale = call(&operations, &by, mutation, "MoveAccessInput", stale).await;
        assert_eq!(stale.code(), "CONFLICT", "{mutation}");
    }
    assert_eq!(grant.read("version history { eventType }").await["history"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn who_asks_decides_on_nothing_and_who_approves_does_nothing_else() {
    let operations = operations().await;
    let till = entitle(&operations, "Till", json!({})).await;
    let everything = |name: &str| named(name, &[Role::Agent, Role::Approver]);
    let mut grant = Grant::asked(&operations, "kim", &till, json!({})).await;
    for (mutation, excluded, by) in [
        ("verifyAccess", &[("kim", "person"), ("lee", "requester")][..], "vera"),
        ("approveAccess", &[("kim", "person"), ("lee", "requester"), ("vera", "verifiedBy")], "ann"),
        ("grantAccess", &[("kim", "person"), ("lee", "requester"), ("ann", "approvedBy")], "vera"),
    ] {
        for (name, fact) in excluded {
            let refused = grant.go(&everything(name), mutation, json!({})).await;
            assert_eq!(
                (refused.code(), &refused.facts()[fact]),
                ("RULE_VIOLATED", &json!(name)),
                "{mutation}"
            );
        }
        assert!(grant.go(&everything(by), mutation, json!({})).await.at("it.version").is_u64());
    }
    // What was refused wrote nothing.
    assert_eq!(grant.read("version state").await, json!({ "version": 4, "state": "GRANTED" }));
    let mut other = Grant::asked(&operations, "max", &till, json!({})).await;
    let refused = other.go(&agent("vera"), "withdrawAccess", json!({})).await;
    assert_eq!((refused.code(), &refused.facts()["requester"]), ("RULE_VIOLATED", &json!("lee")));
    other.to(&agent("lee"), "withdrawAccess", json!({}), "WITHDRAWN").await;
    let mut other = Grant::asked(&operations, "max", &till, json!({})).await;
    other.to(&agent("vera"), "rejectAccess", json!({ "reason": "Who is max?" }), "REJECTED").await;
    assert_eq!(
        other.read("endedBy endReason").await,
        json!({ "endedBy": "vera", "endReason": "Who is max?" })
    );
}

#[tokio::test]
async fn only_what_can_be_given_is_asked_for() {
    let operations = operations().await;
    let (lee, kim) = (agent("lee"), named("kim", &[Role::Requester]));
    let day = entitle(&operations, "Vault", json!({ "longest": "PT24H" })).await;
    for (more, code, field) in [
        (json!({}), "INVALID", "validUntil"),
        (json!({ "validUntil": hour(25) }), "INVALID", "validUntil"),
        (json!({ "validUntil": hour(0) }), "INVALID", "validUntil"),
        (json!({ "validUntil": hour(9), "reason": " " }), "INVALID", "reason"),
        (json!({ "validUntil": hour(9), "person": "a\nb" }), "INVALID", "person"),
    ] {
        let refused = ask(&operations, &lee, &day, more).await;
        assert_eq!((refused.code(), &refused.facts()["field"]), (code, &json!(field)));
    }
    let refused = ask(&operations, &lee, &nth::<EntitlementId>(9), json!({})).await;
    assert_eq!((refused.code(), &refused.facts()["type"]), ("NOT_FOUND", &json!("Entitlement")));
    let another = json!({ "person": "max", "validUntil": hour(9) });
    assert_eq!(ask(&operations, &kim, &day, another).await.code(), "FORBIDDEN");
    let own = ask(&operations, &kim, &day, json!({ "person": "kim", "validUntil": hour(24) })).await;
    assert_eq!(own.text("it.state"), "REQUESTED");

    let waits = Grant::asked(&operations, "max", &day, json!({ "validUntil": hour(9) })).await;
    let admin = caller(&[Role::Admin]);
    let retire = moved(&day, 1, json!({ "reason": "Rebuilt" }));
    let retired = call(&operations, &admin, "retireEntitlement", "RetireEntitlementInput", retire).await;
    assert_eq!(retired.text("it.state"), "RETIRED");
    let late = ask(&operations, &lee, &day, json!({ "validUntil": hour(9) })).await;
    assert_eq!((late.code(), &late.facts()["entitlement"]), ("RULE_VIOLATED", &json!(day)));
    let mut waits = waits;
    waits.to(&agent("vera"), "verifyAccess", json!({}), "VERIFIED").await;
    assert_eq!(waits.go(&approver(), "approveAccess", json!({})).await.code(), "RULE_VIOLATED");
    let count = operations.admin("{ accessGrants { totalCount } }", json!({})).await;
    assert_eq!(count.at("accessGrants.totalCount"), &json!(2));
    let unknown =
        json!({ "idempotencyKey": key(), "service": nth::<ServiceId>(9), "terms": { "name": "Till" } });
    let unknown = call(&operations, &admin, "createEntitlement", "CreateEntitlementInput", unknown).await;
    assert_eq!((unknown.code(), &unknown.facts()["type"]), ("NOT_FOUND", &json!("Service")));
}

#[tokio::test]
async fn it_expires_once_when_its_time_is_over() {
    let operations = operations().await;
    let day = entitle(&operations, "Vault", json!({ "longest": "PT24H" })).await;
    let mut short = Grant::given(&operations, "kim", &day, json!({ "validUntil": hour(8) })).await;
    let long = Grant::given(&operations, "max", &day, json!({ "validUntil": hour(24) })).await;
    let mut gone = Grant::given(&operations, "pat", &day, json!({ "validUntil": hour(8) })).await;
    let asked = Grant::approved(&operations, "sam", &day, json!({ "validUntil": hour(8) })).await;
    go_to(&operations, 7);
    gone.revoke().await;
    assert_eq!(fired(&operations).await, 0);
    go_to(&operations, 8);
    assert_eq!(fired(&operations).await, 1, "what was revoked, or never granted, does not expire");
    let ended = "state endedBy endedAt expiryFiredAt";
    let expected =
        json!({ "state": "EXPIRED", "endedBy": null, "endedAt": hour(8), "expiryFiredAt": hour(8) });
    assert_eq!(short.read(ended).await, expected);
    assert_eq!(fired(&operations).await, 0, "once");
    let late = short.go(&agent("jo"), "revokeAccess", json!({ "reason": "x" })).await;
    assert_eq!(late.code(), "CONFLICT");
    assert_eq!(asked.read("state").await["state"], "APPROVED");

    // Everything stood still for a day: it is told once, with when it was due.
    go_to(&operations, 48);
    assert_eq!(fired(&operations).await, 1);
    let expected =
        json!({ "state": "EXPIRED", "endedBy": null, "endedAt": hour(24), "expiryFiredAt": hour(48) });
    assert_eq!(long.read(ended).await, expected);
    let history = long.read("history { eventType actor changes { field } }").await;
    let last = history["history"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(last["eventType"], "ciclo.operations.v1.AccessGrantExpired");
    assert_eq!(last["actor"], "service:operations");
}

#[tokio::test]
async fn an_extension_moves_the_end_by_the_rules_of_a_grant() {
    let operations = operations().await;
    let day = entitle(&operations, "Vault", json!({ "longest": "PT24H" })).await;
    let mut grant = Grant::given(&operations, "kim", &day, json!({ "validUntil": hour(8) })).await;
    let until = |hours| json!({ "validUntil": hour(hours), "reason": "The audit goes on" });
    go_to(&operations, 2);
    for (hours, code) in [(8, "INVALID"), (27, "INVALID")] {
        assert_eq!(grant.go(&approver(), "extendAccess", until(hours)).await.code(), code, "{hours}");
    }
    let jo = named("jo", &[Role::Approver]);
    assert_eq!(grant.go(&jo, "extendAccess", until(20)).await.code(), "RULE_VIOLATED", "jo granted it");
    grant.to(&approver(), "extendAccess", until(26), "GRANTED").await;
    go_to(&operations, 8);
    assert_eq!(fired(&operations).await, 0);
    go_to(&operations, 26);
    // It is over, though nobody has noted it yet.
    for (mutation, more) in [("extendAccess", until(30)), ("revokeAccess", json!({ "reason": "x" }))] {
        let late = grant.go(&approver(), mutation, more).await;
        assert_eq!((late.code(), &late.facts()["state"]), ("WRONG_STATE", &json!("EXPIRED")), "{mutation}");
    }
    assert_eq!(fired(&operations).await, 1);
    assert_eq!(grant.read("state endedAt").await, json!({ "state": "EXPIRED", "endedAt": hour(26) }));
}

#[tokio::test]
async fn who_has_what_is_known_of_every_instant() {
    let operations = operations().await;
    let (till, vault) =
        (entitle(&operations, "Till", json!({})).await, entitle(&operations, "Vault", json!({})).await);
    let admin = caller(&[Role::Admin]);
    let at = async |hours: i64, filter: Value| held(&operations, &admin, filter, json!(hour(hours))).await;
    go_to(&operations, 1);
    let mut kims = Grant::given(&operations, "kim", &till, json!({})).await;
    go_to(&operations, 2);
    let mut maxs = Grant::given(&operations, "max", &till, json!({ "validUntil": hour(10) })).await;
    go_to(&operations, 3);
    let vaults = Grant::given(&operations, "kim", &vault, json!({ "validUntil": hour(6) })).await;
    let _ = Grant::approved(&operations, "pat", &vault, json!({})).await;
    go_to(&operations, 5);
    kims.revoke().await;
    let (kim, max, other) = (kims.id.clone(), maxs.id.clone(), vaults.id.clone());
    let expected = [
        (0, vec![]),
        (1, vec![&kim]),
        (2, vec![&max, &kim]),
        (3, vec![&other, &max, &kim]),
        (4, vec![&other, &max, &kim]),
        (5, vec![&other, &max]),
    ];
    let all = async || {
        for (hours, ids) in &expected {
            let found = at(*hours, Value::Null).await;
            assert_eq!(found.iter().collect::<Vec<_>>(), *ids, "at {hours}");
        }
    };
    all().await;
    // The end counts before anybody has noted it, and the same after.
    go_to(&operations, 7);
    assert_eq!(held(&operations, &admin, Value::Null, Value::Null).await, std::slice::from_ref(&max));
    assert_eq!(fired(&operations).await, 1);
    let more = json!({ "validUntil": hour(20), "reason": "Goes on" });
    maxs.to(&approver(), "extendAccess", more, "GRANTED").await;
    go_to(&operations, 30);
    assert_eq!(fired(&operations).await, 1);
    all().await;
    for (hours, ids) in [(6, vec![&max]), (10, vec![&max]), (19, vec![&max]), (20, vec![])] {
        assert_eq!(at(hours, Value::Null).await.iter().collect::<Vec<_>>(), ids, "at {hours}");
    }
    for (filter, ids) in [
        (json!({ "person": "kim" }), vec![&other, &kim]),
        (json!({ "entitlement": till }), vec![&max, &kim]),
        (json!({ "service": service(), "person": "max" }), vec![&max]),
        (json!({ "service": nth::<ServiceId>(2) }), vec![]),
    ] {
        assert_eq!(at(4, filter.clone()).await.iter().collect::<Vec<_>>(), ids, "{filter}");
    }
    let query = "query($at: Instant) { accessHeld(at: $at) { totalCount } }";
    let future = operations.admin(query, json!({ "at": hour(31) })).await;
    assert_eq!((future.code(), &future.facts()["field"]), ("INVALID", &json!("at")));
}

#[tokio::test]
async fn requesters_see_what_they_get_and_asked_for() {
    let operations = operations().await;
    let till = entitle(&operations, "Till", json!({})).await;
    let kims = Grant::given(&operations, "kim", &till, json!({})).await;
    let maxs = Grant::given(&operations, "max", &till, json!({})).await;
    let (kim, lee) = (named("kim", &[Role::Requester]), named("lee", &[Role::Requester]));
    let list = "{ accessGrants { nodes { person } totalCount } }";
    for (by, count) in [(&kim, 1), (&lee, 2), (&named("vic", &[Role::Viewer]), 2)] {
        let all = operations.execute(by, list, json!({})).await;
        assert_eq!(all.at("accessGrants.totalCount"), &json!(count), "{}", by.subject);
    }
    assert_eq!(held(&operations, &kim, Value::Null, Value::Null).await, std::slice::from_ref(&kims.id));
    assert!(held(&operations, &kim, json!({ "person": "max" }), Value::Null).await.is_empty());
    let one = "query($id: ID!) { accessGrant(id: $id) { entitlement { name } } }";
    let own = operations.execute(&kim, one, json!({ "id": kims.id })).await;
    assert_eq!(own.at("accessGrant.entitlement.name"), &json!("Till"));
    assert!(operations.execute(&kim, one, json!({ "id": maxs.id })).await.at("accessGrant").is_null());
    let take = moved(&maxs.id, maxs.version, json!({}));
    let take = call(&operations, &kim, "withdrawAccess", "WithdrawAccessInput", take).await;
    assert_eq!(take.code(), "NOT_FOUND");
    let follow =
        "subscription { accessGrantChanged(after: \"operations.0\") { eventType accessGrant { person } } }";
    let mut changes = operations.follow(&named("max", &[Role::Requester]), follow, json!({}));
    for name in ["Requested", "Verified", "Approved", "Granted"] {
        let change = changes.next().await.unwrap();
        assert_eq!(change.text("accessGrantChanged.accessGrant.person"), "max");
        let name = format!("ciclo.operations.v1.AccessGrant{name}");
        assert_eq!(change.text("accessGrantChanged.eventType"), name);
    }
}

#[tokio::test]
async fn another_tenant_sees_and_moves_nothing() {
    let operations = operations().await;
    let till = entitle(&operations, "Till", json!({})).await;
    let grant = Grant::asked(&operations, "kim", &till, json!({})).await;
    let stranger = Principal { tenant: Tenant::parse("other").unwrap(), ..caller(&[Role::Admin]) };
    let reads = "query($grant: ID!, $till: ID!) {
        accessGrant(id: $grant) { id } accessGrants { totalCount } accessHeld { totalCount }
        entitlement(id: $till) { id } entitlements { totalCount } separationRules { totalCount }
        separationConflicts { edges { cursor } } }";
    let _ = Grant::given(&operations, "max", &till, json!({})).await;
    let read = operations.execute(&stranger, reads, json!({ "grant": grant.id, "till": till })).await;
    let nothing = json!({ "totalCount": 0 });
    let expected = json!({
        "accessGrant": null, "accessGrants": nothing, "accessHeld": nothing, "entitlement": null,
        "entitlements": nothing, "separationRules": nothing, "separationConflicts": { "edges": [] },
    });
    assert_eq!(read.0["data"], expected);
    for mutation in ["verifyAccess", "approveAccess", "grantAccess"] {
        let input = moved(&grant.id, 1, json!({}));
        let refused = call(&operations, &stranger, mutation, "MoveAccessInput", input).await;
        assert_eq!(refused.code(), "NOT_FOUND", "{mutation}");
    }
    assert_eq!(ask(&operations, &stranger, &till, json!({})).await.code(), "NOT_FOUND");
}
