//! What the tests here share: the service, its callers, and its neighbours' events.

use ciclo_contracts::catalog::v1 as catalog;
use ciclo_contracts::design::v1 as design;
use ciclo_kernel::ids::{AgreementId, DesignPackageId, RecordId, ServiceId};
use ciclo_kernel::{Principal, Role};
use ciclo_store::LogRow;
use ciclo_testkit::events::row;
use ciclo_testkit::{Answer, TestService, caller, start};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};

pub(crate) async fn open() -> TestService {
    TestService::open("transition", ciclo_transition::open).await
}

/// A caller of the tests' tenant by name.
pub(crate) fn person(name: &str, role: Role) -> Principal {
    Principal { subject: name.to_owned(), ..caller(&[role]) }
}

pub(crate) fn fresh<I: RecordId>() -> String {
    I::at(start()).to_string()
}

/// A key that was not used before.
pub(crate) fn key() -> String {
    static USED: AtomicU64 = AtomicU64::new(0);
    format!("key-{}", USED.fetch_add(1, Ordering::Relaxed))
}

/// Calls a mutation with an input that gets a fresh key, and selects fields of its answer.
pub(crate) async fn call(
    service: &TestService,
    caller: &Principal,
    mutation: &str,
    mut input: Value,
    select: &str,
) -> Answer {
    let ty = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
    if input.get("idempotencyKey").is_none() {
        input["idempotencyKey"] = json!(key());
    }
    let query =
        format!("mutation($input: {ty}!) {{ it: {mutation}(input: $input) {{ id version {select} }} }}");
    service.execute(caller, &query, json!({ "input": input })).await
}

/// A record that tests lead through its life: its id and the version they saw.
pub(crate) struct Life<'s> {
    pub(crate) service: &'s TestService,
    pub(crate) id: String,
    pub(crate) version: u64,
    pub(crate) lead: Principal,
}

impl<'s> Life<'s> {
    /// Makes a record by a mutation.
    pub(crate) async fn begin(service: &'s TestService, mutation: &str, input: Value) -> Life<'s> {
        let lead = person("ann", Role::ChangeManager);
        let made = call(service, &lead, mutation, input, "").await;
        Life { service, id: made.text("it.id"), version: 1, lead }
    }

    /// Applies a verb; the answer's `it.state` is there.
    pub(crate) async fn go(&mut self, mutation: &str, input: Value) -> Answer {
        let lead = self.lead.clone();
        self.go_as(&lead, mutation, input).await
    }

    /// Applies a verb as somebody.
    pub(crate) async fn go_as(&mut self, caller: &Principal, mutation: &str, mut input: Value) -> Answer {
        input["id"] = json!(self.id);
        input["expectedVersion"] = json!(self.version);
        let answer = call(self.service, caller, mutation, input, "state").await;
        if answer.0.get("errors").is_none() {
            self.version += 1;
            assert_eq!(answer.at("it.version"), self.version);
        }
        answer
    }

    /// Applies a verb that leads to a state.
    pub(crate) async fn to(&mut self, mutation: &str, input: Value, state: &str) {
        let answer = self.go(mutation, input).await;
        assert_eq!(answer.at("it.state"), state, "{mutation}");
    }
}

/// A service event of the catalog.
pub(crate) fn service_event(id: &str, name: &str, version: u64, happened: &str) -> LogRow {
    let after = catalog::Service { id: id.to_owned(), name: name.to_owned(), ..Default::default() };
    let message = catalog::ServiceEvent { after: Some(after), what: None };
    let event = format!("ciclo.catalog.v1.{happened}");
    row("Service", &event, id, version, start(), &message)
}

/// A service that the catalog told of.
pub(crate) async fn service(transition: &TestService, name: &str) -> String {
    let id = fresh::<ServiceId>();
    transition.deliver("catalog", &service_event(&id, name, 1, "ServiceProposed")).await.unwrap();
    id
}

/// An agreement event of design.
pub(crate) fn agreement_event(
    id: &str,
    service: &str,
    state: design::AgreementState,
    version: u64,
) -> LogRow {
    let after = design::Agreement {
        id: id.to_owned(),
        service_id: service.to_owned(),
        state: state.into(),
        kind: design::AgreementKind::Sla.into(),
        ..Default::default()
    };
    let message = design::AgreementEvent { after: Some(after), what: None };
    row("Agreement", "ciclo.design.v1.AgreementActivated", id, version, start(), &message)
}

/// An agreement on a service in a state.
pub(crate) async fn agreement(
    transition: &TestService,
    service: &str,
    state: design::AgreementState,
) -> String {
    let id = fresh::<AgreementId>();
    transition.deliver("design", &agreement_event(&id, service, state, 1)).await.unwrap();
    id
}

/// An event of a design package.
pub(crate) fn package_event(id: &str, service: &str, version: u64, what: PackageWhat) -> LogRow {
    let after = design::DesignPackage {
        id: id.to_owned(),
        service_id: service.to_owned(),
        service_name: "Payroll".to_owned(),
        number: 2,
        ..Default::default()
    };
    let message = design::DesignPackageEvent { after: Some(after), what: Some(what) };
    row("DesignPackage", "ciclo.design.v1.DesignPackageApproved", id, version, start(), &message)
}

pub(crate) type PackageWhat = design::design_package_event::What;

pub(crate) fn approved() -> PackageWhat {
    PackageWhat::Approved(design::DesignPackageApproved::default())
}

/// A transition of a fresh service, opened by the approval of its package.
pub(crate) async fn transition(transition: &TestService) -> Life<'_> {
    let (service, package) = (service(transition, "Payroll").await, fresh::<DesignPackageId>());
    transition.deliver("design", &package_event(&package, &service, 1, approved())).await.unwrap();
    let found = transition
        .admin(
            "query($p: ID!) { transitions(filter: { designPackage: { eq: $p } }) { nodes { id version } } }",
            json!({ "p": package }),
        )
        .await;
    assert_eq!(found.at("transitions.nodes.0.version"), 1);
    let id = found.text("transitions.nodes.0.id");
    Life { service: transition, id, version: 1, lead: person("ann", Role::ChangeManager) }
}

/// An item by name that carries services.
pub(crate) async fn item(transition: &TestService, name: &str, services: &[String]) -> String {
    let input = json!({ "name": name, "class": "server", "criticality": 2, "services": services,
        "attributes": { "cores": 8 }, "initialState": "LIVE" });
    Life::begin(transition, "registerConfigurationItem", input).await.id
}

/// Relates two items.
pub(crate) async fn relate<'s>(
    transition: &'s TestService,
    source: &str,
    kind: &str,
    target: &str,
) -> Life<'s> {
    let input = json!({ "source": source, "kind": kind, "target": target });
    Life::begin(transition, "relateConfigurationItems", input).await
}

/// A change by dan for rob, approved by ann alone, in a window that opens in an hour, for an hour.
pub(crate) fn draft(items: &[String], transition: Option<&str>) -> Value {
    json!({
        "title": "New payroll database", "requester": "rob", "items": items, "transition": transition,
        "windowStart": "2026-05-04T09:00:00Z", "windowEnd": "2026-05-04T10:00:00Z",
        "implementationPlan": "install", "testPlan": "query", "backOutPlan": "restore",
        "approvalSteps": [{ "name": "board", "policy": "ANY", "approvers": ["eva", "bea"],
            "delegates": [{ "approver": "eva", "delegate": "cid" }] }],
    })
}

/// A change that is scheduled.
pub(crate) async fn scheduled<'s>(
    service: &'s TestService,
    items: &[String],
    transition: Option<&str>,
) -> Life<'s> {
    let mut change = Life::begin(service, "draftChange", draft(items, transition)).await;
    change.to("submitChangeForAssessment", json!({}), "ASSESS").await;
    change.to("submitChangeForApproval", json!({}), "AUTHORIZE").await;
    let eva = person("eva", Role::Approver);
    let voted = change.go_as(&eva, "voteOnChange", json!({ "decision": "APPROVE" })).await;
    assert_eq!(voted.at("it.state"), "SCHEDULED");
    change
}
