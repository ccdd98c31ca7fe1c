//! Access that tests lead through its life: lee asks for it, vera verifies it, ann approves it and jo grants it.

use crate::known::{call, moved, named, service};
use crate::life::{key, with};
use ciclo_kernel::{Principal, Role, SignedDuration};
use ciclo_testkit::{Answer, TestService, caller, start};
use serde_json::{Value, json};

pub fn agent(name: &str) -> Principal {
    named(name, &[Role::Agent])
}

pub fn approver() -> Principal {
    named("ann", &[Role::Approver])
}

/// An instant so many hours after the tests begin.
pub fn hour(hours: i64) -> String {
    (start() + SignedDuration::from_hours(hours)).to_string()
}

/// Moves the clock to so many hours after the tests begin.
pub fn go_to(operations: &TestService, hours: i64) {
    operations.clock.set(start() + SignedDuration::from_hours(hours));
}

/// Makes an entitlement on the known service.
pub async fn entitle(operations: &TestService, name: &str, more: Value) -> String {
    let terms = with(json!({ "name": name }), &more);
    let input = json!({ "idempotencyKey": key(), "service": service(), "terms": terms });
    let made =
        call(operations, &caller(&[Role::Admin]), "createEntitlement", "CreateEntitlementInput", input).await;
    assert_eq!(made.text("it.state"), "ACTIVE");
    made.text("it.id")
}

/// Makes a rule over entitlements.
pub async fn separate(operations: &TestService, name: &str, entitlements: &[&str]) -> String {
    let terms = json!({ "name": name, "reason": "Nobody does both", "entitlements": entitlements });
    let input = json!({ "idempotencyKey": key(), "terms": terms });
    let admin = caller(&[Role::Admin]);
    let made = call(operations, &admin, "createSeparationRule", "CreateSeparationRuleInput", input).await;
    assert_eq!(made.text("it.state"), "ENABLED");
    made.text("it.id")
}

/// Asks for access.
pub async fn ask(operations: &TestService, by: &Principal, entitlement: &str, more: Value) -> Answer {
    let input = json!({ "idempotencyKey": key(), "entitlement": entitlement, "reason": "Takes over" });
    call(operations, by, "requestAccess", "RequestAccessInput", with(input, &more)).await
}

/// An access grant: its id and the version that the test saw.
pub struct Grant<'s> {
    pub operations: &'s TestService,
    pub id: String,
    pub version: u64,
}

impl<'s> Grant<'s> {
    /// Access that lee asks for, for a person.
    pub async fn asked(operations: &'s TestService, person: &str, entitlement: &str, more: Value) -> Self {
        let asked =
            ask(operations, &agent("lee"), entitlement, with(json!({ "person": person }), &more)).await;
        assert_eq!((asked.text("it.state").as_str(), asked.at("it.version")), ("REQUESTED", &json!(1)));
        Self { operations, id: asked.text("it.id"), version: 1 }
    }

    /// Access that is asked for, verified and approved.
    pub async fn approved(operations: &'s TestService, person: &str, entitlement: &str, more: Value) -> Self {
        let mut grant = Self::asked(operations, person, entitlement, more).await;
        grant.to(&agent("vera"), "verifyAccess", json!({}), "VERIFIED").await;
        grant.to(&approver(), "approveAccess", json!({}), "APPROVED").await;
        grant
    }

    /// Access that a person has.
    pub async fn given(operations: &'s TestService, person: &str, entitlement: &str, more: Value) -> Self {
        let mut grant = Self::approved(operations, person, entitlement, more).await;
        grant.to(&agent("jo"), "grantAccess", json!({}), "GRANTED").await;
        grant
    }

    /// Applies a verb as somebody.
    pub async fn go(&mut self, by: &Principal, mutation: &str, more: Value) -> Answer {
        let input = match mutation {
            "rejectAccess" | "revokeAccess" => "EndAccessInput",
            "withdrawAccess" => "WithdrawAccessInput",
            "extendAccess" => "ExtendAccessInput",
            _ => "MoveAccessInput",
        };
        let answer = call(self.operations, by, mutation, input, moved(&self.id, self.version, more)).await;
        if answer.0.get("errors").is_none() {
            self.version = answer.at("it.version").as_u64().unwrap();
        }
        answer
    }

    /// Applies a verb that leads to a state.
    pub async fn to(&mut self, by: &Principal, mutation: &str, more: Value, state: &str) {
        let answer = self.go(by, mutation, more).await;
        assert_eq!(answer.text("it.state"), state, "{mutation}");
    }

    /// Takes it away.
    pub async fn revoke(&mut self) {
        self.to(&agent("jo"), "revokeAccess", json!({ "reason": "Moved on" }), "REVOKED").await;
    }

    /// Reads fields of it.
    pub async fn read(&self, fields: &str) -> Value {
        let query = format!("query($id: ID!) {{ accessGrant(id: $id) {{ {fields} }} }}");
        self.operations.admin(&query, json!({ "id": self.id })).await.at("accessGrant").clone()
    }
}

/// The ids of who has what, page by page.
pub async fn held(operations: &TestService, by: &Principal, filter: Value, at: Value) -> Vec<String> {
    let query = "query($filter: AccessHeldFilter, $at: Instant, $after: String) {
        accessHeld(filter: $filter, at: $at, first: 2, after: $after) {
            nodes { id } totalCount pageInfo { hasNextPage endCursor } } }";
    let (mut found, mut after) = (Vec::new(), Value::Null);
    loop {
        let variables = json!({ "filter": filter, "at": at, "after": after });
        let page = operations.execute(by, query, variables).await;
        let nodes = page.at("accessHeld.nodes").as_array().unwrap().iter();
        found.extend(nodes.map(|node| node["id"].as_str().unwrap().to_owned()));
        if page.at("accessHeld.pageInfo.hasNextPage") == &json!(false) {
            assert_eq!(page.at("accessHeld.totalCount"), &json!(found.len()));
            return found;
        }
        after = page.at("accessHeld.pageInfo.endCursor").clone();
    }
}
