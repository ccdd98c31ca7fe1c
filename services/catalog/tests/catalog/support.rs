//! What the tests here share: the service, its callers, records, and the neighbours' events.

use ciclo_contracts::design::v1 as design;
use ciclo_contracts::transition::v1 as transition;
use ciclo_kernel::ids::{DesignPackageId, RecordId, TransitionId};
use ciclo_kernel::{Principal, Role};
use ciclo_store::LogRow;
use ciclo_testkit::events::row;
use ciclo_testkit::{Answer, TestService, caller, start};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};

pub(crate) use design::design_package_event::What as PackageWhat;
pub(crate) use transition::transition_event::What as TransitionWhat;

pub(crate) async fn open() -> TestService {
    TestService::open("catalog", ciclo_catalog::open).await
}

pub(crate) fn manager() -> Principal {
    caller(&[Role::PortfolioManager])
}

pub(crate) fn requester() -> Principal {
    caller(&[Role::Requester])
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
pub(crate) async fn call(catalog: &TestService, mutation: &str, mut input: Value, select: &str) -> Answer {
    let ty = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
    if input.get("idempotencyKey").is_none() {
        input["idempotencyKey"] = json!(key());
    }
    let query =
        format!("mutation($input: {ty}!) {{ it: {mutation}(input: $input) {{ id version {select} }} }}");
    catalog.execute(&manager(), &query, json!({ "input": input })).await
}

/// A record that tests lead through its life: its id and the version they saw.
pub(crate) struct Life<'s> {
    pub(crate) catalog: &'s TestService,
    pub(crate) id: String,
    pub(crate) version: u64,
}

impl<'s> Life<'s> {
    /// Makes a record by a mutation.
    pub(crate) async fn begin(catalog: &'s TestService, mutation: &str, input: Value) -> Life<'s> {
        let made = call(catalog, mutation, input, "").await;
        Life { catalog, id: made.text("it.id"), version: 1 }
    }

    /// Applies a verb; the answer's `it.state` is there.
    pub(crate) async fn go(&mut self, mutation: &str, input: Value) -> Answer {
        self.select(mutation, input, "").await
    }

    /// Applies a verb and selects more fields of the answer.
    pub(crate) async fn select(&mut self, mutation: &str, mut input: Value, select: &str) -> Answer {
        input["id"] = json!(self.id);
        if input.get("expectedVersion").is_none() {
            input["expectedVersion"] = json!(self.version);
        }
        let answer = call(self.catalog, mutation, input, &format!("state {select}")).await;
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

    /// Hears a neighbour's event, which changes the record so many times.
    pub(crate) async fn hear(&mut self, source: &'static str, row: &LogRow, changes: u64) {
        self.catalog.deliver(source, row).await.unwrap();
        self.version += changes;
    }
}

pub(crate) async fn objective<'s>(catalog: &'s TestService, name: &str, weight: u32) -> Life<'s> {
    Life::begin(catalog, "defineBusinessObjective", json!({ "name": name, "weight": weight })).await
}

pub(crate) async fn capability<'s>(catalog: &'s TestService, name: &str, maturity: u32) -> Life<'s> {
    Life::begin(catalog, "defineCapability", json!({ "name": name, "maturity": maturity })).await
}

pub(crate) async fn customer<'s>(catalog: &'s TestService, name: &str) -> Life<'s> {
    Life::begin(catalog, "defineCustomer", json!({ "name": name })).await
}

/// A proposed service that lacks nothing for its charter but the moves.
pub(crate) async fn proposed<'s>(catalog: &'s TestService, name: &str) -> Life<'s> {
    let customer = customer(catalog, "京都市").await;
    let objective = objective(catalog, "Reach everybody", 40).await;
    let propose = json!({ "name": name, "description": "Mail", "view": "BUSINESS", "owner": "eva",
        "criticality": 2, "customers": [customer.id] });
    let mut service = Life::begin(catalog, "proposeService", propose).await;
    let support = json!({ "objective": objective.id, "strength": 80 });
    service.to("setServiceSupport", support, "PROPOSED").await;
    service
}

/// A service that is chartered.
pub(crate) async fn chartered<'s>(catalog: &'s TestService, name: &str) -> Life<'s> {
    let mut service = proposed(catalog, name).await;
    service.to("defineService", json!({}), "DEFINED").await;
    service.to("analyseService", json!({ "businessCase": "It pays in a year" }), "ANALYSED").await;
    service.to("approveService", json!({}), "APPROVED").await;
    service.to("charterService", json!({}), "CHARTERED").await;
    service
}

/// A service in operation.
pub(crate) async fn operational<'s>(catalog: &'s TestService, name: &str) -> Life<'s> {
    let mut service = chartered(catalog, name).await;
    let row = transition_event(&fresh::<TransitionId>(), &service.id, 1, closed(Outcome::Successful));
    service.hear("transition", &row, 3).await;
    service
}

/// A draft of an offering under a service, fit to be published.
pub(crate) fn offer(service: &str) -> Value {
    json!({ "service": service, "name": "A mailbox", "description": "10 GB",
        "price": { "minorUnits": 250, "currency": "EUR" },
        "fulfilment": [{ "name": "Create it", "group": "Mail" }],
        "form": { "type": "object", "properties": { "größe": { "type": "string" } } } })
}

/// An event of a design package.
pub(crate) fn package_event(id: &str, service: &str, version: u64, what: PackageWhat) -> LogRow {
    let name = match &what {
        PackageWhat::Opened(_) => "Opened",
        PackageWhat::Approved(_) => "Approved",
        other => panic!("not needed here: {other:?}"),
    };
    let after = design::DesignPackage {
        id: id.to_owned(),
        service_id: service.to_owned(),
        ..design::DesignPackage::default()
    };
    let message = design::DesignPackageEvent { after: Some(after), what: Some(what) };
    row("DesignPackage", &format!("ciclo.design.v1.DesignPackage{name}"), id, version, start(), &message)
}

pub(crate) use transition::TransitionOutcome as Outcome;

pub(crate) fn closed(outcome: Outcome) -> TransitionWhat {
    TransitionWhat::Closed(transition::TransitionClosed { outcome: outcome.into() })
}

pub(crate) fn package_opened() -> PackageWhat {
    PackageWhat::Opened(design::DesignPackageOpened {})
}

pub(crate) fn transition_opened() -> TransitionWhat {
    TransitionWhat::Opened(transition::TransitionOpened {})
}

/// An event of a transition.
pub(crate) fn transition_event(id: &str, service: &str, version: u64, what: TransitionWhat) -> LogRow {
    let name = match &what {
        TransitionWhat::Opened(_) => "Opened",
        TransitionWhat::Closed(_) => "Closed",
        TransitionWhat::Cancelled(_) => "Cancelled",
        other => panic!("not needed here: {other:?}"),
    };
    let after = transition::Transition {
        id: id.to_owned(),
        service_id: service.to_owned(),
        design_package_id: fresh::<DesignPackageId>(),
        ..transition::Transition::default()
    };
    let message = transition::TransitionEvent { after: Some(after), what: Some(what) };
    row("Transition", &format!("ciclo.transition.v1.Transition{name}"), id, version, start(), &message)
}
