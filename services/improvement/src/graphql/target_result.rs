//! Results of service level targets in the API. Operations' events make them; nobody else changes them.

use super::foreign::{
    AccessGrant, Agreement, Alert, Incident, Problem, Service, ServiceLevelClock, ServiceRequest, shown_by,
};
use super::input::{target_kind, ticket_type};
use super::recommendation::Recommendation;
use crate::domain;
use async_graphql::{Context, Enum};
use ciclo_api::filters::{BooleanFilter, IdFilter, InstantFilter, IntFilter};
use ciclo_api::{
    ApiResult, Duration, Instant, TargetKind, TicketType, enum_filter, filter, record_api, record_object,
};
use domain::target_result::Subject;

/// How far a result has come.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::target_result::TargetResultState")]
pub enum TargetResultState {
    /// Missed, and the clock still runs.
    RunningLate,
    /// The clock stopped. A clock that is reopened can stop, or breach, again.
    Final,
    /// Missed, and the clock was cancelled after that. It counts as a miss. Final.
    Cancelled,
}

record_object! {
    /// What a service level clock came to: one result a clock.
    TargetResult of domain::target_result::TargetResult {
        /// The clock.
        async fn clock(&self) -> ServiceLevelClock {
            ServiceLevelClock::named(self.record().clock.clock_id)
        }
        /// What type of record the clock runs on.
        async fn ticket_type(&self) -> TicketType {
            ticket_type(self.record().clock.subject.ticket_type())
        }
        /// The incident that the clock runs on; null when it is another record.
        async fn incident(&self) -> Option<Incident> {
            match self.record().clock.subject {
                Subject::Incident(id) => Some(Incident::named(id)),
                Subject::ServiceRequest(_) | Subject::Problem(_) | Subject::Alert(_) | Subject::AccessGrant(_) => None,
            }
        }
        /// The service request that the clock runs on; null when it is another record.
        async fn service_request(&self) -> Option<ServiceRequest> {
            match self.record().clock.subject {
                Subject::ServiceRequest(id) => Some(ServiceRequest::named(id)),
                Subject::Incident(_) | Subject::Problem(_) | Subject::Alert(_) | Subject::AccessGrant(_) => None,
            }
        }
        /// The problem that the clock runs on; null when it is another record.
        async fn problem(&self) -> Option<Problem> {
            match self.record().clock.subject {
                Subject::Problem(id) => Some(Problem::named(id)),
                Subject::Incident(_) | Subject::ServiceRequest(_) | Subject::Alert(_) | Subject::AccessGrant(_) => None,
            }
        }
        /// The alert that the clock runs on; null when it is another record.
        async fn alert(&self) -> Option<Alert> {
            match self.record().clock.subject {
                Subject::Alert(id) => Some(Alert::named(id)),
                Subject::Incident(_) | Subject::ServiceRequest(_) | Subject::Problem(_) | Subject::AccessGrant(_) => None,
            }
        }
        /// The access grant that the clock runs on; null when it is another record.
        async fn access_grant(&self) -> Option<AccessGrant> {
            match self.record().clock.subject {
                Subject::AccessGrant(id) => Some(AccessGrant::named(id)),
                Subject::Incident(_) | Subject::ServiceRequest(_) | Subject::Problem(_) | Subject::Alert(_) => None,
            }
        }
        /// The title of the record that the clock runs on, when the clock started; null when it had none.
        async fn subject_title(&self) -> Option<&str> {
            self.record().clock.subject_title.as_deref()
        }
        /// The service that the record is about.
        async fn service(&self) -> Service {
            Service::named(self.record().clock.service_id)
        }
        /// The agreement that made the promise.
        async fn agreement(&self) -> Agreement {
            Agreement::named(self.record().clock.agreement_id)
        }
        /// Which time is promised.
        async fn kind(&self) -> TargetKind {
            target_kind(self.record().clock.kind)
        }
        /// The priority of the record: 1 (highest) to 5.
        async fn priority(&self) -> i32 {
            i32::from(self.record().clock.priority)
        }
        /// How long it may take.
        async fn promised(&self) -> Duration {
            Duration(self.record().clock.promised)
        }
        /// How much was used when operations last told of the clock, without pauses.
        async fn used(&self) -> Duration {
            Duration(self.record().clock.used)
        }
        /// By when the clock has to stop, stopping exactly then is in time; null when its calendar does not have so many hours.
        async fn due_at(&self) -> Option<Instant> {
            self.record().clock.due_at.map(Instant)
        }
        /// How far it has come.
        async fn state(&self) -> TargetResultState {
            self.record().state().into()
        }
        /// Whether the target was missed. A miss is never undone.
        async fn breached(&self) -> bool {
            self.record().breached()
        }
        /// When the target was missed: at the promised instant, or when a new target put that into the past. Null when it was met.
        async fn breached_at(&self) -> Option<Instant> {
            self.record().breached_at().map(Instant)
        }
        /// When the clock stopped, the latest time; null while it runs and when it was cancelled.
        async fn stopped_at(&self) -> Option<Instant> {
            self.record().stopped_at().map(Instant)
        }
        /// When the clock was cancelled; null unless it was.
        async fn cancelled_at(&self) -> Option<Instant> {
            self.record().cancelled_at().map(Instant)
        }
        /// The newest recommendations that the result is evidence for.
        async fn recommendations(
            &self,
            ctx: &Context<'_>,
            #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
        ) -> ApiResult<Vec<Recommendation>> {
            shown_by(ctx, &self.record().id.to_string(), first).await
        }
    }
}

enum_filter!(TargetResultStateFilter of TargetResultState);
enum_filter!(TargetKindFilter of TargetKind);

filter! {
    /// Which results.
    TargetResultFilter {
        /// By agreement.
        agreement: IdFilter => "agreement_id",
        /// By service.
        service: IdFilter => "service_id",
        /// By the record that the clock runs on: an incident or a service request.
        subject: IdFilter => "subject_id",
        /// By clock.
        clock: IdFilter => "clock_id",
        /// By which time is promised.
        kind: TargetKindFilter => "kind",
        /// By priority: 1 (highest) to 5.
        priority: IntFilter => "priority",
        /// By whether the target was missed.
        breached: BooleanFilter => "breached",
        /// By state.
        state: TargetResultStateFilter => "state",
        /// By when the clock has to stop.
        due_at: InstantFilter => "due_at",
        /// By when the clock stopped.
        stopped_at: InstantFilter => "stopped_at",
        /// By when the target was missed.
        breached_at: InstantFilter => "breached_at",
    }
}

record_api! {
    TargetResult of domain::target_result::TargetResult, "target result", "target results";
    one target_result, many target_results, changed target_result_changed;
    filter TargetResultFilter;
    order {
        /// When the clock has to stop.
        DueAt = "due_at",
        /// Priority.
        Priority = "priority",
    }
}
