//! What these tests share: a service and a customer that design knows, and
//! short ways to call it.

use ciclo_contracts::catalog::v1 as catalog;
use ciclo_contracts::catalog::v1::{ServiceState, service_event::What};
use ciclo_contracts::improvement::v1 as improvement;
use ciclo_kernel::{SignedDuration, Timestamp};
use ciclo_store::LogRow;
use ciclo_store::inbox::Arrival;
use ciclo_testkit::{Answer, TestService, events};
use serde_json::{Value, json};

pub const SERVICE: &str = "svc_0190a0b0c0d07000800000000000000a";
pub const OTHER: &str = "svc_0190a0b0c0d07000800000000000000b";
pub const CUSTOMER: &str = "cus_0190a0b0c0d07000800000000000000a";
pub const RECOMMENDATION: &str = "rec_0190a0b0c0d07000800000000000000a";

/// Design on an empty database.
pub async fn empty() -> TestService {
    TestService::open("design", ciclo_design::open).await
}

/// Design that knows a service up to a state, and a customer.
pub async fn knowing(state: ServiceState) -> TestService {
    let design = empty().await;
    deliver_customer(&design, 1).await;
    become_state(&design, 1, state).await;
    design
}

/// Design with a chartered service, and its first package.
pub async fn chartered() -> TestService {
    let design = empty().await;
    deliver_customer(&design, 1).await;
    assert_eq!(charter(&design, 1).await, Arrival::Next);
    design
}

async fn deliver_customer(design: &TestService, version: u64) {
    let row = customer_row("CustomerDefined", version, catalog::CustomerState::Active);
    assert_eq!(design.deliver("catalog", &row).await.unwrap(), Arrival::Next);
}

pub async fn charter(design: &TestService, version: u64) -> Arrival {
    let row =
        service_row(SERVICE, "ServiceChartered", What::Chartered(catalog::ServiceChartered {}), version);
    design.deliver("catalog", &row).await.unwrap()
}

pub async fn go_operational(design: &TestService, version: u64) -> Arrival {
    let what = What::WentOperational(catalog::ServiceWentOperational::default());
    design.deliver("catalog", &service_row(SERVICE, "ServiceWentOperational", what, version)).await.unwrap()
}

/// A revision that only tells the service's state.
pub async fn become_state(design: &TestService, version: u64, state: ServiceState) {
    let what = What::Revised(catalog::ServiceRevised {});
    let row = service_row_in(SERVICE, "ServiceRevised", what, version, state);
    assert_eq!(design.deliver("catalog", &row).await.unwrap(), Arrival::Next);
}

/// The state of a service after what happened to it.
pub fn state_after(what: &What) -> ServiceState {
    match what {
        What::Chartered(_) => ServiceState::Chartered,
        What::Defined(_) => ServiceState::Defined,
        What::Analysed(_) => ServiceState::Analysed,
        What::Approved(_) => ServiceState::Approved,
        What::Rejected(_) => ServiceState::Rejected,
        What::EnteredDesign(_) => ServiceState::InDesign,
        What::EnteredTransition(_) => ServiceState::InTransition,
        What::WentOperational(_) => ServiceState::Operational,
        What::Retiring(_) => ServiceState::Retiring,
        What::Retired(_) => ServiceState::Retired,
        What::Proposed(_)
        | What::Revised(_)
        | What::AudienceSet(_)
        | What::SupportSet(_)
        | What::SupportRemoved(_)
        | What::NeedSet(_)
        | What::NeedRemoved(_)
        | What::DependencyAdded(_)
        | What::DependencyRemoved(_)
        | What::PutOnHold(_)
        | What::TakenOffHold(_) => ServiceState::Proposed,
    }
}

pub fn service_row(service: &str, name: &str, what: What, version: u64) -> LogRow {
    let state = state_after(&what);
    service_row_in(service, name, what, version, state)
}

fn service_row_in(service: &str, name: &str, what: What, version: u64, state: ServiceState) -> LogRow {
    let after = catalog::Service {
        id: service.to_owned(),
        name: "Mail".to_owned(),
        state: state.into(),
        ..catalog::Service::default()
    };
    let message = catalog::ServiceEvent { after: Some(after), what: Some(what) };
    events::row("Service", &format!("ciclo.catalog.v1.{name}"), service, version, at(0), &message)
}

pub fn customer_row(name: &str, version: u64, state: catalog::CustomerState) -> LogRow {
    customer_row_of(CUSTOMER, name, version, state)
}

pub fn customer_row_of(id: &str, name: &str, version: u64, state: catalog::CustomerState) -> LogRow {
    let after = catalog::Customer {
        id: id.to_owned(),
        name: "North Bank".to_owned(),
        state: state.into(),
        ..catalog::Customer::default()
    };
    let message = catalog::CustomerEvent { after: Some(after), what: None };
    events::row("Customer", &format!("ciclo.catalog.v1.{name}"), id, version, at(0), &message)
}

pub fn accepted_row(service: &str, version: u64, accepted_as: improvement::AcceptedAs) -> LogRow {
    let after = improvement::Recommendation {
        id: RECOMMENDATION.to_owned(),
        service_id: service.to_owned(),
        title: "Answer faster at night".to_owned(),
        description: Some("Three breaches in a week".to_owned()),
        ..improvement::Recommendation::default()
    };
    let accepted = improvement::RecommendationAccepted { accepted_as: accepted_as.into() };
    let what = Some(improvement::recommendation_event::What::Accepted(accepted));
    let message = improvement::RecommendationEvent { after: Some(after), what };
    let name = "ciclo.improvement.v1.RecommendationAccepted";
    events::row("Recommendation", name, RECOMMENDATION, version, at(0), &message)
}

/// An instant `hours` after the tests begin.
pub fn at(hours: i64) -> Timestamp {
    ciclo_testkit::start() + SignedDuration::from_hours(hours)
}

/// Calls a mutation with its input; the answer holds `fields`.
pub async fn call(design: &TestService, mutation: &str, input: Value, fields: &str) -> Answer {
    // Ids sort by the millisecond they were made in.
    design.clock.advance(SignedDuration::from_millis(1));
    let mut name = mutation.to_owned();
    name[..1].make_ascii_uppercase();
    let query =
        format!("mutation($input: {name}Input!) {{ {mutation}(input: $input) {{ id version {fields} }} }}");
    design.admin(&query, json!({ "input": input })).await
}

/// Calls a verb on a record that is there, at the version it has.
pub async fn verb(
    design: &TestService,
    mutation: &str,
    id: &str,
    version: i64,
    rest: Value,
    fields: &str,
) -> Answer {
    let mut input = json!({ "id": id, "expectedVersion": version, "idempotencyKey": format!("{mutation}-{id}-{version}") });
    input.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    call(design, mutation, input, fields).await
}

/// A verb that must succeed.
pub async fn done(design: &TestService, mutation: &str, id: &str, version: i64, rest: Value) {
    let after = verb(design, mutation, id, version, rest, "changedAt").await;
    assert_eq!(after.at(&format!("{mutation}.id")), id);
}

/// The terms of an agreement that holds from `hours` after the tests begin.
pub fn terms(hours: i64) -> Value {
    json!({
        "validFrom": at(hours).to_string(),
        "targets": [
            { "kind": "RESOLUTION", "priority": 1, "duration": "PT4H", "warningPercent": [50, 80] },
            { "kind": "RESPONSE", "priority": 1, "duration": "PT15M" },
        ],
        "availabilityBasisPoints": 9950,
        "pauseReasons": ["CALLER"],
    })
}

/// Drafts the SLA of the customer.
pub async fn draft_sla(design: &TestService, terms: Value) -> Answer {
    let input = json!({
        "idempotencyKey": "sla", "service": SERVICE, "kind": "SLA", "customer": CUSTOMER, "terms": terms,
    });
    call(design, "draftAgreement", input, "state").await
}

/// Drafts, negotiates and agrees the SLA of the customer; its id.
pub async fn agreed_sla(design: &TestService, terms: Value) -> String {
    let id = draft_sla(design, terms).await.text("draftAgreement.id");
    agree(design, &id).await;
    id
}

/// Negotiates and agrees a draft; the answer of the agreement.
pub async fn agree(design: &TestService, id: &str) -> Answer {
    let started = verb(design, "startNegotiation", id, 1, json!({}), "state").await;
    assert_eq!(started.at("startNegotiation.state"), "NEGOTIATION");
    let agreed = verb(design, "agreeAgreement", id, 2, json!({}), "state agreedBy activatedBy").await;
    assert_eq!(agreed.at("agreeAgreement.agreedBy"), "ana");
    agreed
}

/// The state and version of a record.
pub async fn state(design: &TestService, record: &str, id: &str) -> (String, i64) {
    let query = format!("query($id: ID!) {{ {record}(id: $id) {{ state version }} }}");
    let read = design.admin(&query, json!({ "id": id })).await;
    (read.text(&format!("{record}.state")), read.at(&format!("{record}.version")).as_i64().unwrap())
}

/// The newest version of the service's package.
pub async fn package(design: &TestService) -> (String, i64) {
    let read = design.admin("{ designPackages(first: 1) { nodes { id version } } }", json!({})).await;
    (read.text("designPackages.nodes.0.id"), read.at("designPackages.nodes.0.version").as_i64().unwrap())
}

/// Raises a requirement; its id.
pub async fn raise(design: &TestService, key: &str, title: &str) -> String {
    let input = json!({
        "idempotencyKey": key, "service": SERVICE, "title": title, "kind": "AVAILABILITY",
        "priority": "MUST", "acceptanceCriterion": "99.9 % over a quarter",
    });
    call(design, "raiseRequirement", input, "state").await.text("raiseRequirement.id")
}

/// Plans and submits the service's open package and approves it with a waiver of the agreement; its id.
pub async fn approved_package(design: &TestService) -> String {
    let (id, version) = package(design).await;
    let plan = json!({ "acceptancePlan": "Two weeks of pilot", "costEstimate": { "minorUnits": 125_000, "currency": "EUR" } });
    done(design, "planDesignPackage", &id, version, plan).await;
    let waive = json!({ "condition": "AGREEMENT", "why": "An internal service" });
    done(design, "waiveCondition", &id, version + 1, waive).await;
    done(design, "submitDesignPackage", &id, version + 2, json!({})).await;
    let approved = verb(design, "approveDesignPackage", &id, version + 3, json!({}), "state").await;
    assert_eq!(approved.at("approveDesignPackage.state"), "APPROVED");
    id
}
