//! An incident that tests lead through its life, and the agreements behind its clocks.

use crate::known::{call, moved, named, service};
use ciclo_contracts::convert::{duration, timestamp};
use ciclo_contracts::design::v1 as design;
use ciclo_kernel::ids::{AgreementId, RecordId};
use ciclo_kernel::{Principal, Role, SignedDuration};
use ciclo_store::LogRow;
use ciclo_testkit::events::row;
use ciclo_testkit::{Answer, TestService, start};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};

/// Adds the fields of one object to another.
pub fn with(mut to: Value, more: &Value) -> Value {
    for (name, value) in more.as_object().unwrap() {
        to[name] = value.clone();
    }
    to
}

/// A key that was not used before.
pub fn key() -> String {
    static USED: AtomicU64 = AtomicU64::new(0);
    format!("life-{}", USED.fetch_add(1, Ordering::Relaxed))
}

/// An incident: its id and the version that the test saw.
pub struct Life<'s> {
    pub operations: &'s TestService,
    pub id: String,
    pub version: u64,
}

/// Asks for an incident on the known service, of priority 3, with more or other fields.
pub async fn ask(operations: &TestService, more: Value) -> Answer {
    let input = json!({
        "idempotencyKey": key(), "title": "Mail does not arrive", "service": service(),
        "impact": 2, "urgency": 2, "caller": "cleo",
    });
    let agent = named("ana", &[Role::Agent]);
    call(operations, &agent, "openIncident", "OpenIncidentInput", with(input, &more)).await
}

impl<'s> Life<'s> {
    pub async fn open(operations: &'s TestService, more: Value) -> Self {
        let opened = ask(operations, more).await;
        assert_eq!((opened.text("it.state").as_str(), opened.at("it.version")), ("NEW", &json!(1)));
        Self { operations, id: opened.text("it.id"), version: 1 }
    }

    /// Applies a verb as the agent ana.
    pub async fn go(&mut self, mutation: &str, more: Value) -> Answer {
        self.go_as(&named("ana", &[Role::Agent]), mutation, more).await
    }

    /// Applies a verb as somebody.
    pub async fn go_as(&mut self, by: &Principal, mutation: &str, more: Value) -> Answer {
        let input = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
        let answer = call(self.operations, by, mutation, &input, moved(&self.id, self.version, more)).await;
        if answer.0.get("errors").is_none() {
            self.version = answer.at("it.version").as_u64().unwrap();
        }
        answer
    }

    /// Applies a verb that leads to a state.
    pub async fn to(&mut self, mutation: &str, more: Value, state: &str) {
        let answer = self.go(mutation, more).await;
        assert_eq!(answer.text("it.state"), state, "{mutation}");
    }

    /// Gives it to jo, who begins.
    pub async fn begin(&mut self) {
        self.to("assignIncident", json!({ "person": "jo" }), "ASSIGNED").await;
        self.to("startIncident", json!({}), "IN_PROGRESS").await;
    }

    pub async fn resolve(&mut self) {
        let more = json!({ "code": "FIXED", "notes": "The queue was restarted" });
        self.to("resolveIncident", more, "RESOLVED").await;
    }

    /// Reads fields of it.
    pub async fn read(&self, fields: &str) -> Value {
        let query = format!("query($id: ID!) {{ incident(id: $id) {{ {fields} }} }}");
        self.operations.admin(&query, json!({ "id": self.id })).await.at("incident").clone()
    }

    pub async fn state(&self) -> String {
        self.read("state").await["state"].as_str().unwrap().to_owned()
    }
}

/// The id of the agreement of these tests.
pub fn agreement() -> String {
    format!("{}_{:032x}", AgreementId::PREFIX, 1)
}

/// An agreement on the known service. Priority 3: response in an hour, resolution in eight with warnings at
/// 50 and 75 percent; priority 1: response in a quarter of an hour, resolution in two hours. Waiting for the
/// caller does not count.
pub fn terms() -> design::Agreement {
    use design::TargetKind::{Resolution, Response};
    let target = |kind: design::TargetKind, priority, minutes, warning_percent: &[u32]| design::Target {
        ticket_type: design::TicketType::Incident.into(),
        kind: kind.into(),
        priority,
        duration: Some(duration(SignedDuration::from_mins(minutes))),
        warning_percent: warning_percent.to_vec(),
    };
    let terms = design::Terms {
        valid_from: Some(timestamp(start() - SignedDuration::from_hours(24))),
        calendar: "24x7".to_owned(),
        targets: vec![
            target(Response, 3, 60, &[]),
            target(Resolution, 3, 8 * 60, &[50, 75]),
            target(Response, 1, 15, &[]),
            target(Resolution, 1, 2 * 60, &[]),
        ],
        pause_reasons: vec![design::PauseReason::Caller.into()],
        ..design::Terms::default()
    };
    design::Agreement {
        id: agreement(),
        family_id: agreement(),
        number: 1,
        service_id: service(),
        kind: design::AgreementKind::Sla.into(),
        state: design::AgreementState::Active.into(),
        customer_id: "cus_1".to_owned(),
        terms: Some(terms),
        ..design::Agreement::default()
    }
}

/// Design's event on an agreement.
pub fn agreement_event(after: design::Agreement, version: u64) -> LogRow {
    let id = after.id.clone();
    let message = design::AgreementEvent { after: Some(after), what: None };
    row("Agreement", "ciclo.design.v1.AgreementActivated", &id, version, start(), &message)
}

/// Operations that knows its neighbours' records, the agreement as well.
pub async fn promised() -> TestService {
    let operations = crate::known::operations().await;
    operations.deliver("design", &agreement_event(terms(), 1)).await.unwrap();
    operations
}
