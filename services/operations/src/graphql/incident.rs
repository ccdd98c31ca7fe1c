//! Incidents in the API; what can be done to them is in `incident_verbs`.

use super::alert::Alert;
use super::alert_rule::AlertRule;
use super::foreign::{Change, ConfigurationItem, Customer, Service};
use super::known_error::{self, KnownError};
use super::labels::Label;
use super::problem::Problem;
use super::queue::Due;
use super::recurrence::{self, SimilarIncident};
use super::service_level_clock::{ServiceLevelClock, clocks_of};
use crate::domain;
use crate::domain::incident::IncidentStatus;
use async_graphql::{Context, Enum, SimpleObject};
use ciclo_api::filters::{IdFilter, InstantFilter, IntFilter, LinkFilter, StringFilter};
use ciclo_api::{ApiResult, Instant, Long, Session, enum_filter, filter, record_api, record_object};

/// How far an incident has come.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::incident::IncidentState")]
pub enum IncidentState {
    /// Reported, and nobody's yet.
    New,
    /// Somebody's.
    Assigned,
    /// Worked on.
    InProgress,
    /// Waiting for somebody else.
    OnHold,
    /// It works again; the caller has not confirmed yet.
    Resolved,
    /// Done. Final.
    Closed,
    /// Given up, with a reason. Final.
    Cancelled,
}

/// What an incident waits for.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::incident::HoldReason")]
pub enum HoldReason {
    /// The caller's answer.
    Caller,
    /// A change.
    Change,
    /// The solution of a problem.
    Problem,
    /// A supplier.
    Supplier,
}

/// Why time passed without work.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::incident::WaitReason")]
pub enum WaitReason {
    /// On hold for the caller's answer.
    Caller,
    /// On hold for a change.
    Change,
    /// On hold for the solution of a problem.
    Problem,
    /// On hold for a supplier.
    Supplier,
    /// Resolved, as it seemed, until it was reopened.
    Resolved,
}

/// A time that an incident waited.
#[derive(SimpleObject, Clone, Debug)]
pub struct IncidentWait {
    /// What for.
    pub reason: WaitReason,
    /// When it began.
    pub from: Instant,
    /// When it ended.
    pub to: Instant,
}

/// How an incident was resolved.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::incident::ResolutionCode")]
pub enum ResolutionCode {
    /// The cause is gone.
    Fixed,
    /// The cause remains; there is a way around it.
    Workaround,
    /// Nothing was found.
    NoFaultFound,
    /// It is the same as another incident.
    Duplicate,
    /// A change resolved it.
    ByChange,
    /// Monitoring saw it end.
    AlertCleared,
}

/// How an incident was closed.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::incident::Closing")]
pub enum Closing {
    /// The caller confirmed that it works.
    Confirmed,
    /// Nobody said otherwise in time.
    Automatic,
}

/// Whether an incident is a major one.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::incident::MajorState")]
pub enum MajorState {
    /// It is not.
    None,
    /// Somebody thinks that it is.
    Proposed,
    /// It is handled as one.
    Accepted,
    /// It was found not to be one.
    Rejected,
    /// It was, and what happened was reviewed.
    Reviewed,
}

/// A comment on an incident.
#[derive(SimpleObject, Clone, Debug)]
pub struct Comment {
    /// Who said it.
    pub by: String,
    /// When.
    pub at: Instant,
    /// What was said.
    pub text: String,
    /// Whether it is for those who work on it only.
    pub internal: bool,
}

/// How an incident was resolved, by whom and when.
#[derive(SimpleObject, Clone, Debug)]
pub struct Resolution {
    /// How.
    pub code: ResolutionCode,
    /// What was done.
    pub notes: String,
    /// Who resolved it.
    pub by: String,
    /// When.
    pub at: Instant,
}

record_object! {
    /// An incident: something does not work as agreed.
    Incident of domain::incident::Incident {
        /// What is wrong, in a line.
        async fn title(&self) -> &str {
            &self.record().title
        }
        /// What is wrong, in full; null when the title says it.
        async fn description(&self) -> Option<&str> {
            self.record().description.as_deref()
        }
        /// How far it has come.
        async fn state(&self) -> IncidentState {
            self.record().state().into()
        }
        /// Who reported it.
        async fn caller(&self) -> &str {
            &self.record().caller
        }
        /// The customer whose agreement binds; null when nobody said.
        async fn customer(&self) -> Option<Customer> {
            self.record().customer.map(Customer::named)
        }
        /// The service that it is about.
        async fn service(&self) -> Service {
            Service::named(self.record().service)
        }
        /// The configuration items that it is about.
        async fn items(&self) -> Vec<ConfigurationItem> {
            self.record().items.iter().map(ConfigurationItem::named).collect()
        }
        /// How much is hit: 1 (highest) to 3.
        async fn impact(&self) -> u8 {
            self.record().impact
        }
        /// How fast it must end: 1 (highest) to 3.
        async fn urgency(&self) -> u8 {
            self.record().urgency
        }
        /// Its priority: 1 (highest) to 5.
        async fn priority(&self) -> u8 {
            self.record().priority
        }
        /// Why the priority is not what the matrix says; null when it is.
        async fn priority_reason(&self) -> Option<&str> {
            self.record().priority_override.as_ref().map(|set| set.reason.as_str())
        }
        /// The group that works on it; null while it is nobody's.
        async fn group(&self) -> Option<&str> {
            self.record().group.as_deref()
        }
        /// The person who works on it; null while there is none.
        async fn person(&self) -> Option<&str> {
            self.record().person.as_deref()
        }
        /// What it waits for; null while it does not wait.
        async fn hold_reason(&self) -> Option<HoldReason> {
            match &self.record().status {
                IncidentStatus::OnHold { reason, .. } => Some((*reason).into()),
                IncidentStatus::New
                | IncidentStatus::Assigned
                | IncidentStatus::InProgress
                | IncidentStatus::Resolved { .. }
                | IncidentStatus::Closed { .. }
                | IncidentStatus::Cancelled { .. } => None,
            }
        }
        /// The supplier that it waits for; null when nobody said, or while it waits for none.
        async fn hold_supplier(&self) -> Option<&str> {
            match &self.record().status {
                IncidentStatus::OnHold { supplier, .. } => supplier.as_deref(),
                IncidentStatus::New
                | IncidentStatus::Assigned
                | IncidentStatus::InProgress
                | IncidentStatus::Resolved { .. }
                | IncidentStatus::Closed { .. }
                | IncidentStatus::Cancelled { .. } => None,
            }
        }
        /// The times that it waited and that are over, in order; null in a record from before they were kept.
        async fn waits(&self) -> Option<Vec<IncidentWait>> {
            let waits = self.record().waits.as_ref()?.iter();
            Some(waits.map(|wait| IncidentWait { reason: wait.reason.into(), from: Instant(wait.from), to: Instant(wait.to) }).collect())
        }
        /// How it was resolved; null while it is not.
        async fn resolution(&self) -> Option<Resolution> {
            self.record().resolution().map(|resolution| Resolution {
                code: resolution.code.into(),
                notes: resolution.notes.clone(),
                by: resolution.resolved.by.clone(),
                at: Instant(resolution.resolved.at),
            })
        }
        /// How it was closed; null while it is not.
        async fn closing(&self) -> Option<Closing> {
            match &self.record().status {
                IncidentStatus::Closed { closing, .. } => Some((*closing).into()),
                IncidentStatus::New
                | IncidentStatus::Assigned
                | IncidentStatus::InProgress
                | IncidentStatus::OnHold { .. }
                | IncidentStatus::Resolved { .. }
                | IncidentStatus::Cancelled { .. } => None,
            }
        }
        /// Why it was given up; null when it was not.
        async fn cancel_reason(&self) -> Option<&str> {
            match &self.record().status {
                IncidentStatus::Cancelled { reason, .. } => Some(reason),
                IncidentStatus::New
                | IncidentStatus::Assigned
                | IncidentStatus::InProgress
                | IncidentStatus::OnHold { .. }
                | IncidentStatus::Resolved { .. }
                | IncidentStatus::Closed { .. } => None,
            }
        }
        /// Whether it is a major incident.
        async fn major(&self) -> MajorState {
            self.record().major.into()
        }
        /// What was said about it, oldest first.
        async fn comments(&self) -> Vec<Comment> {
            let comments = self.record().comments.iter();
            comments
                .map(|comment| Comment {
                    by: comment.said.by.clone(),
                    at: Instant(comment.said.at),
                    text: comment.text.clone(),
                    internal: comment.internal,
                })
                .collect()
        }
        /// When it was opened.
        async fn opened_at(&self) -> Instant {
            Instant(self.record().opened.at)
        }
        /// When it was first given to a person; null while it was not.
        async fn first_response_at(&self) -> Option<Instant> {
            self.record().first_response_at.map(Instant)
        }
        /// How often it was given to somebody else.
        async fn reassignments(&self) -> u32 {
            self.record().reassignments
        }
        /// How often it was reopened.
        async fn reopened(&self) -> u32 {
            self.record().reopened
        }
        /// The alert that opened it; null when somebody did.
        async fn alert(&self, ctx: &Context<'_>) -> ApiResult<Option<Alert>> {
            let Some(id) = self.record().alert else { return Ok(None) };
            Ok(Session::of(ctx).loads::<domain::alert::Alert>()?.one(id).await?.map(Alert::from))
        }
        /// The alert rule that opened it; null when somebody did.
        async fn alert_rule(&self, ctx: &Context<'_>) -> ApiResult<Option<AlertRule>> {
            let Some(by) = &self.record().rule else { return Ok(None) };
            Ok(Session::of(ctx).loads::<domain::alert_rule::AlertRule>()?.one(by.rule).await?.map(AlertRule::from))
        }
        /// The version of that rule that opened it, as its history counts them; null when somebody did.
        async fn alert_rule_version(&self) -> Option<Long> {
            self.record().rule.as_ref().map(|by| Long(i64::try_from(by.version).unwrap_or(i64::MAX)))
        }
        /// The labels that its rule groups by, with the values that its alerts share; empty when it does not group.
        async fn alert_group(&self) -> Vec<Label> {
            self.record().rule.iter().flat_map(|by| &by.group).flat_map(Label::all).collect()
        }
        /// The change that caused it; null for none.
        async fn caused_by(&self) -> Option<Change> {
            self.record().links.caused_by_change.map(Change::named)
        }
        /// The problem behind it; null for none.
        async fn problem(&self, ctx: &Context<'_>) -> ApiResult<Option<Problem>> {
            let Some(id) = self.record().links.problem else { return Ok(None) };
            Ok(Session::of(ctx).loads::<domain::problem::Problem>()?.one(id).await?.map(Problem::from))
        }
        /// The known error that it shows; null for none.
        async fn known_error(&self, ctx: &Context<'_>) -> ApiResult<Option<KnownError>> {
            let Some(id) = self.record().links.known_error else { return Ok(None) };
            Ok(Session::of(ctx).loads::<domain::known_error::KnownError>()?.one(id).await?.map(KnownError::from))
        }
        /// The incident that it is a part of; null for none.
        async fn parent(&self, ctx: &Context<'_>) -> ApiResult<Option<Incident>> {
            let Some(id) = self.record().links.parent else { return Ok(None) };
            Ok(Session::of(ctx).loads::<domain::incident::Incident>()?.one(id).await?.map(Incident::from))
        }
        /// The newest incidents that are a part of it.
        async fn children(
            &self,
            ctx: &Context<'_>,
            #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
        ) -> ApiResult<Vec<Incident>> {
            let loaders = Session::of(ctx).loads::<domain::incident::Incident>()?;
            let found = loaders.by_column("parent_id", self.record().id.to_string(), first).await?;
            Ok(found.into_iter().map(Incident::from).collect())
        }
        /// The closed incident that it follows up; null for most.
        async fn follow_up_of(&self, ctx: &Context<'_>) -> ApiResult<Option<Incident>> {
            let Some(id) = self.record().follow_up_of else { return Ok(None) };
            Ok(Session::of(ctx).loads::<domain::incident::Incident>()?.one(id).await?.map(Incident::from))
        }
        /// Published known errors that fit its items or service, the best match first: a workaround may be known.
        async fn offered_known_errors(&self, ctx: &Context<'_>) -> ApiResult<Vec<KnownError>> {
            known_error::offered(Session::of(ctx), self.record().service, &self.record().items).await
        }
        /// What its clocks promise next; null when nothing is promised, or while all its clocks stand.
        async fn due(&self) -> Option<Due> {
            self.record().due.map(Due::from)
        }
        /// The incidents that are most like it, at most ten: of the same service or items, by the words of their titles.
        async fn similar(&self, ctx: &Context<'_>) -> ApiResult<Vec<SimilarIncident>> {
            let of = self.record();
            recurrence::similar(Session::of(ctx), of.service, &of.title, &of.items, Some(of.id)).await
        }
        /// Its service level clocks, at most 100; empty when no agreement promises anything.
        async fn clocks(&self, ctx: &Context<'_>) -> ApiResult<Vec<ServiceLevelClock>> {
            clocks_of(Session::of(ctx), self.record().id).await
        }
    }
}

enum_filter!(IncidentStateFilter of IncidentState);
enum_filter!(MajorStateFilter of MajorState);

filter! {
    /// Which incidents.
    IncidentFilter {
        /// By state.
        state: IncidentStateFilter => "state",
        /// By priority.
        priority: IntFilter => "priority",
        /// By impact.
        impact: IntFilter => "impact",
        /// By urgency.
        urgency: IntFilter => "urgency",
        /// By title.
        title: StringFilter => "title",
        /// By who reported them.
        caller: StringFilter => "caller",
        /// By service.
        service: IdFilter => "service_id",
        /// By group.
        group: StringFilter => "group_name",
        /// By person.
        person: StringFilter => "person",
        /// By when they were opened.
        opened_at: InstantFilter => "opened_at",
        /// By whether they are major ones.
        major: MajorStateFilter => "major",
        /// By alert.
        alert: IdFilter => "alert_id",
        /// By the incident that they are a part of.
        parent: IdFilter => "parent_id",
        /// By problem.
        problem: IdFilter => "problem_id",
        /// By the change that caused them.
        caused_by: IdFilter => "caused_by_change_id",
        /// By configuration item.
        items: LinkFilter => "item",
    }
}

record_api! {
    Incident of domain::incident::Incident, "incident", "incidents";
    one incident, many incidents, changed incident_changed;
    filter IncidentFilter;
    order {
        /// Priority.
        Priority = "priority",
        /// When it was opened.
        OpenedAt = "opened_at",
        /// Title.
        Title = "title",
        /// State.
        State = "state",
    }
}
