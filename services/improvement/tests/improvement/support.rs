//! What the tests here share: the service, its callers, and its neighbours' events.

use ciclo_contracts::convert::{duration, timestamp};
use ciclo_contracts::{catalog::v1 as catalog, design::v1 as design};
use ciclo_contracts::{operations::v1 as operations, transition::v1 as transition};
use ciclo_kernel::ids::{AgreementId, RecordId};
use ciclo_kernel::{Role, SignedDuration, Timestamp};
use ciclo_store::LogRow;
use ciclo_store::inbox::Arrival;
use ciclo_testkit::events::row;
use ciclo_testkit::{Answer, TestService, caller, start};
use operations::service_level_clock_event::What as ClockWhat;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};

pub(crate) async fn open() -> TestService {
    TestService::open("improvement", ciclo_improvement::open).await
}

pub(crate) fn fresh<I: RecordId>() -> String {
    I::at(start()).to_string()
}

/// An instant some minutes from the tests' beginning.
pub(crate) fn minute(minute: i64) -> Timestamp {
    start() + SignedDuration::from_mins(minute)
}

/// A key that was not used before.
pub(crate) fn key() -> String {
    static USED: AtomicU64 = AtomicU64::new(0);
    format!("key-{}", USED.fetch_add(1, Ordering::Relaxed))
}

/// Calls a mutation as an improvement manager, with an input that gets a fresh key; the answer is `it`.
pub(crate) async fn call(service: &TestService, mutation: &str, mut input: Value, select: &str) -> Answer {
    let ty = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
    if input.get("idempotencyKey").is_none() {
        input["idempotencyKey"] = json!(key());
    }
    let query =
        format!("mutation($input: {ty}!) {{ it: {mutation}(input: $input) {{ id version {select} }} }}");
    service.execute(&caller(&[Role::ImprovementManager]), &query, json!({ "input": input })).await
}

/// Reads as somebody who may only read.
pub(crate) async fn read(service: &TestService, query: &str) -> Answer {
    service.execute(&caller(&[Role::Viewer]), query, json!({})).await
}

/// A record that tests lead through its life: its id and the version they saw.
pub(crate) struct Life<'s> {
    pub(crate) service: &'s TestService,
    pub(crate) id: String,
    pub(crate) version: u64,
}

impl<'s> Life<'s> {
    /// Makes a record by a mutation.
    pub(crate) async fn begin(service: &'s TestService, mutation: &str, input: Value) -> Life<'s> {
        let made = call(service, mutation, input, "").await;
        Life { service, id: made.text("it.id"), version: 1 }
    }

    /// Applies a verb; the answer's `it.state` is there.
    pub(crate) async fn go(&mut self, mutation: &str, mut input: Value) -> Answer {
        input["id"] = json!(self.id);
        input["expectedVersion"] = json!(self.version);
        let answer = call(self.service, mutation, input, "state").await;
        if answer.0.get("errors").is_none() {
            self.version = answer.at("it.version").as_u64().unwrap();
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

/// An agreement event of design: a resolution target of an hour for priority 1, a response target of ten minutes.
pub(crate) fn agreement_event(
    id: &str,
    service: &str,
    state: design::AgreementState,
    version: u64,
) -> LogRow {
    let target = |kind: design::TargetKind, minutes| design::Target {
        ticket_type: design::TicketType::Incident.into(),
        kind: kind.into(),
        priority: 1,
        duration: Some(duration(SignedDuration::from_mins(minutes))),
        warning_percent: vec![80],
    };
    let after = design::Agreement {
        id: id.to_owned(),
        service_id: service.to_owned(),
        service_name: "Payroll".to_owned(),
        number: 1,
        state: state.into(),
        kind: design::AgreementKind::Sla.into(),
        terms: Some(design::Terms {
            targets: vec![
                target(design::TargetKind::Resolution, 60),
                target(design::TargetKind::Response, 10),
            ],
            ..Default::default()
        }),
        ..Default::default()
    };
    let message = design::AgreementEvent { after: Some(after), what: None };
    row("Agreement", "ciclo.design.v1.AgreementActivated", id, version, start(), &message)
}

/// An agreement in force that design told of.
pub(crate) async fn agreement(service: &TestService, of: &str) -> String {
    let id = fresh::<AgreementId>();
    let event = agreement_event(&id, of, design::AgreementState::Active, 1);
    assert_eq!(service.deliver("design", &event).await.unwrap(), Arrival::Next);
    id
}

/// The raising of a requirement because of a recommendation.
pub(crate) fn requirement_raised(id: &str, recommendation: &str) -> LogRow {
    let after = design::Requirement { id: id.to_owned(), ..Default::default() };
    let raised = design::RequirementRaised { recommendation_id: recommendation.to_owned() };
    let what = Some(design::requirement_event::What::Raised(raised));
    let message = design::RequirementEvent { after: Some(after), what };
    row("Requirement", "ciclo.design.v1.RequirementRaised", id, 1, start(), &message)
}

/// The closing of a transition with its lessons.
pub(crate) fn transition_closed(id: &str, service: &str, version: u64, lessons: &[&str]) -> LogRow {
    let after = transition::Transition {
        id: id.to_owned(),
        service_id: service.to_owned(),
        service_name: "Payroll".to_owned(),
        lessons: lessons.iter().map(|lesson| (*lesson).to_owned()).collect(),
        ..Default::default()
    };
    let closed = transition::TransitionClosed { outcome: transition::TransitionOutcome::Successful.into() };
    let what = Some(transition::transition_event::What::Closed(closed));
    let message = transition::TransitionEvent { after: Some(after), what };
    row("Transition", "ciclo.transition.v1.TransitionClosed", id, version, start(), &message)
}

/// A clock of operations on a resolution target of an hour, with the events that it sends.
pub(crate) struct Clock {
    pub(crate) after: operations::ServiceLevelClock,
    version: u64,
}

impl Clock {
    /// Started at a minute, on an incident.
    pub(crate) fn new(service: &str, agreement: &str, incident: &str, started: i64) -> Self {
        let after = operations::ServiceLevelClock {
            id: fresh::<ciclo_kernel::ids::ServiceLevelClockId>(),
            subject_type: "Incident".to_owned(),
            subject_id: incident.to_owned(),
            subject_title: "Nobody is paid".to_owned(),
            service_id: service.to_owned(),
            kind: operations::TargetKind::Resolution.into(),
            agreement_id: agreement.to_owned(),
            priority: 1,
            target: Some(duration(SignedDuration::from_hours(1))),
            started_at: Some(timestamp(minute(started))),
            state: operations::ServiceLevelClockState::Running.into(),
            ..Default::default()
        };
        Self { after, version: 0 }
    }

    fn started(&self) -> Timestamp {
        ciclo_contracts::convert::instant("started_at", self.after.started_at).unwrap()
    }

    fn due(&self) -> Timestamp {
        self.started() + SignedDuration::from_hours(1)
    }

    fn event(&mut self, name: &str, what: ClockWhat) -> LogRow {
        self.version += 1;
        let message =
            operations::ServiceLevelClockEvent { after: Some(self.after.clone()), what: Some(what) };
        let event = format!("ciclo.operations.v1.ServiceLevelClock{name}");
        row("ServiceLevelClock", &event, &self.after.id, self.version, start(), &message)
    }

    fn broken(&mut self, fired: i64, retargeted: bool) {
        self.after.breach = Some(operations::ClockBreach {
            due_at: Some(timestamp(self.due())),
            fired_at: Some(timestamp(minute(fired))),
            retargeted,
        });
    }

    /// It stood from a minute to another.
    pub(crate) fn paused(&mut self, from: i64, to: i64) {
        let (from, to) = (Some(timestamp(minute(from))), Some(timestamp(minute(to))));
        self.after.pauses.push(operations::ClockPause { from, to, reason: "CALLER".to_owned() });
    }

    pub(crate) fn start(&mut self) -> LogRow {
        self.event("Started", ClockWhat::Started(operations::ServiceLevelClockStarted {}))
    }

    /// Breached an hour after it started, and so recorded at a minute.
    pub(crate) fn breached(&mut self, fired: i64) -> LogRow {
        self.broken(fired, false);
        let used = Some(duration(minute(fired).duration_since(self.started())));
        self.event("Breached", ClockWhat::Breached(operations::ServiceLevelClockBreached { used }))
    }

    /// A new target, with the minutes used as it tells them; older events tell none.
    pub(crate) fn retargeted(&mut self, at: i64, breached: bool, used: Option<i64>) -> LogRow {
        if breached {
            self.broken(at, true);
        }
        let due_at = Some(timestamp(self.due()));
        let used = used.map(|minutes| duration(SignedDuration::from_mins(minutes)));
        let what = operations::ServiceLevelClockRetargeted { breached, due_at, used };
        self.event("Retargeted", ClockWhat::Retargeted(what))
    }

    pub(crate) fn stopped(&mut self, at: i64) -> LogRow {
        if minute(at) > self.due() && self.after.breach.is_none() {
            self.broken(at, false);
        }
        self.after.stopped_at = Some(timestamp(minute(at)));
        self.after.state = operations::ServiceLevelClockState::Stopped.into();
        let what = operations::ServiceLevelClockStopped {
            met: self.after.breach.is_none(),
            used: Some(duration(minute(at).duration_since(self.started()))),
            due_at: Some(timestamp(self.due())),
        };
        self.event("Stopped", ClockWhat::Stopped(what))
    }

    pub(crate) fn restarted(&mut self) -> LogRow {
        self.after.stopped_at = None;
        self.after.state = operations::ServiceLevelClockState::Running.into();
        self.event("Restarted", ClockWhat::Restarted(operations::ServiceLevelClockRestarted {}))
    }

    pub(crate) fn cancelled(&mut self, at: i64) -> LogRow {
        if minute(at) > self.due() && self.after.breach.is_none() {
            self.broken(at, false);
        }
        self.after.stopped_at = Some(timestamp(minute(at)));
        self.after.state = operations::ServiceLevelClockState::Cancelled.into();
        let used = Some(duration(minute(at).duration_since(self.started())));
        self.event("Cancelled", ClockWhat::Cancelled(operations::ServiceLevelClockCancelled { used }))
    }
}

/// Delivers an event of operations.
pub(crate) async fn tell(service: &TestService, event: &LogRow) {
    assert_eq!(service.deliver("operations", event).await.unwrap(), Arrival::Next, "{}", event.event_type);
}
