//! Problems in the API. What can be done with them is in `problem_verbs`.

use super::foreign::{Change, ConfigurationItem, Service};
use super::incident::Incident;
use super::known_error::KnownError;
use super::queue::Due;
use super::service_level_clock::{ServiceLevelClock, clocks_of};
use crate::domain;
use crate::domain::problem::ProblemClosure as Closure;
use async_graphql::{Context, Enum, Object};
use ciclo_api::filters::{IdFilter, InstantFilter, IntFilter, LinkFilter, StringFilter};
use ciclo_api::{ApiResult, Instant, Session, enum_filter, filter, record_api, record_object};
use ciclo_store::PageRequest;

/// How far a problem has come.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::problem::ProblemState")]
pub enum ProblemState {
    /// Noticed; nobody has looked at it yet.
    New,
    /// Being judged: is it one, and how much does it matter?
    Assess,
    /// Its cause is being looked for.
    RootCauseAnalysis,
    /// Its cause is known and is being removed.
    FixInProgress,
    /// Its cause is removed.
    Resolved,
    /// Done with. Final.
    Closed,
}

/// Why a problem was closed.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum ProblemClosureKind {
    /// Its cause is removed.
    Fixed,
    /// It is another problem seen twice.
    Duplicate,
    /// It was none, or is no longer wanted.
    Cancelled,
    /// Its cause stays, and somebody answers for the risk.
    RiskAccepted,
}

/// How the cause of a problem was removed.
pub struct ProblemResolution(domain::problem::Resolution);

/// How the cause of a problem was removed.
#[Object]
impl ProblemResolution {
    /// What was done.
    async fn notes(&self) -> &str {
        &self.0.notes
    }
    /// Who did it.
    async fn resolved_by(&self) -> &str {
        &self.0.resolved.by
    }
    /// When it was done.
    async fn resolved_at(&self) -> Instant {
        Instant(self.0.resolved.at)
    }
}

/// Why a problem was closed.
pub struct ProblemClosure(Closure);

/// Why a problem was closed.
#[Object]
impl ProblemClosure {
    /// The kind of reason.
    async fn kind(&self) -> ProblemClosureKind {
        match &self.0 {
            Closure::Fixed { .. } => ProblemClosureKind::Fixed,
            Closure::Duplicate { .. } => ProblemClosureKind::Duplicate,
            Closure::Cancelled { .. } => ProblemClosureKind::Cancelled,
            Closure::RiskAccepted { .. } => ProblemClosureKind::RiskAccepted,
        }
    }
    /// The reason in words; null when it is fixed or a duplicate.
    async fn reason(&self) -> Option<&str> {
        match &self.0 {
            Closure::Cancelled { reason } | Closure::RiskAccepted { reason, .. } => Some(reason),
            Closure::Fixed { .. } | Closure::Duplicate { .. } => None,
        }
    }
    /// Who answers for the risk; null unless the risk was accepted.
    async fn accepted_by(&self) -> Option<&str> {
        match &self.0 {
            Closure::RiskAccepted { accepted_by, .. } => Some(accepted_by),
            Closure::Fixed { .. } | Closure::Duplicate { .. } | Closure::Cancelled { .. } => None,
        }
    }
    /// When the decision is looked at again; null unless the risk was accepted.
    async fn review_at(&self) -> Option<Instant> {
        match &self.0 {
            Closure::RiskAccepted { review_at, .. } => Some(Instant(*review_at)),
            Closure::Fixed { .. } | Closure::Duplicate { .. } | Closure::Cancelled { .. } => None,
        }
    }
    /// The problem that goes on; null unless this one is a duplicate.
    async fn duplicate_of(&self, ctx: &Context<'_>) -> ApiResult<Option<Problem>> {
        match &self.0 {
            Closure::Duplicate { of } => {
                let found = Session::of(ctx).loads::<domain::problem::Problem>()?.one(*of).await?;
                Ok(found.map(Problem::from))
            }
            Closure::Fixed { .. } | Closure::Cancelled { .. } | Closure::RiskAccepted { .. } => Ok(None),
        }
    }
}

record_object! {
    /// A problem: the unknown cause behind incidents, from its notice to its fix.
    Problem of domain::problem::Problem {
        /// What it is, in a line.
        async fn title(&self) -> &str {
            &self.record().title
        }
        /// What is known of it; null when the title says it.
        async fn description(&self) -> Option<&str> {
            self.record().description.as_deref()
        }
        /// How far it has come.
        async fn state(&self) -> ProblemState {
            self.record().state().into()
        }
        /// Who brought it into its state.
        async fn state_entered_by(&self) -> &str {
            &self.record().entered().by
        }
        /// When it came into its state.
        async fn state_entered_at(&self) -> Instant {
            Instant(self.record().entered().at)
        }
        /// How much it matters: 1 (most) to 5.
        async fn priority(&self) -> u8 {
            self.record().priority
        }
        /// What its clocks promise next; null when nothing is promised, or while all its clocks stand.
        async fn due(&self) -> Option<Due> {
            self.record().due.map(Due::from)
        }
        /// Its service level clocks, at most 100; empty when no agreement promises anything.
        async fn clocks(&self, ctx: &Context<'_>) -> ApiResult<Vec<ServiceLevelClock>> {
            clocks_of(Session::of(ctx), self.record().id).await
        }
        /// The group that works on it; null while it is nobody's.
        async fn group(&self) -> Option<&str> {
            self.record().group.as_deref()
        }
        /// The person who works on it; null while there is none.
        async fn person(&self) -> Option<&str> {
            self.record().person.as_deref()
        }
        /// The cause; null until it is found.
        async fn root_cause(&self) -> Option<&str> {
            self.record().root_cause.as_deref()
        }
        /// How to live with it until the cause is removed; null until one is known.
        async fn workaround(&self) -> Option<&str> {
            self.record().workaround.as_deref()
        }
        /// How often it was opened again.
        async fn reopened(&self) -> u32 {
            self.record().reopened
        }
        /// Who noticed it.
        async fn opened_by(&self) -> &str {
            &self.record().opened.by
        }
        /// When it was noticed.
        async fn opened_at(&self) -> Instant {
            Instant(self.record().opened.at)
        }
        /// How the cause was removed; null while it is there.
        async fn resolution(&self) -> Option<ProblemResolution> {
            self.record().resolution().cloned().map(ProblemResolution)
        }
        /// Why it was closed; null until then.
        async fn closure(&self) -> Option<ProblemClosure> {
            self.record().closure().cloned().map(ProblemClosure)
        }
        /// The service that it is about.
        async fn service(&self) -> Service {
            Service::named(self.record().service)
        }
        /// The change that removes the cause; null when there is none.
        async fn change(&self) -> Option<Change> {
            self.record().change.map(Change::named)
        }
        /// The newest incidents that it is behind. Errors: LIMIT_EXCEEDED.
        async fn incidents(
            &self,
            ctx: &Context<'_>,
            #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
        ) -> ApiResult<Vec<Incident>> {
            // Ids sort by the time they were made, and these are sorted.
            let newest = self.record().incidents.iter().rev().take(PageRequest::size(first)?).copied();
            let found = Session::of(ctx).loads::<domain::incident::Incident>()?.many(newest).await?;
            Ok(found.into_iter().map(Incident::from).collect())
        }
        /// How many incidents it is behind.
        async fn incident_count(&self) -> usize {
            self.record().incidents.len()
        }
        /// The newest configuration items that it is in. Errors: LIMIT_EXCEEDED.
        async fn items(
            &self,
            #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
        ) -> ApiResult<Vec<ConfigurationItem>> {
            let newest = self.record().items.iter().rev().take(PageRequest::size(first)?);
            Ok(newest.map(ConfigurationItem::named).collect())
        }
        /// The newest known errors that came from it. Errors: LIMIT_EXCEEDED.
        async fn known_errors(
            &self,
            ctx: &Context<'_>,
            #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
        ) -> ApiResult<Vec<KnownError>> {
            let loaders = Session::of(ctx).loads::<domain::known_error::KnownError>()?;
            let found = loaders.by_column("problem_id", self.record().id.to_string(), first).await?;
            Ok(found.into_iter().map(KnownError::from).collect())
        }
        /// The newest problems that were closed as duplicates of it. Errors: LIMIT_EXCEEDED.
        async fn duplicates(
            &self,
            ctx: &Context<'_>,
            #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
        ) -> ApiResult<Vec<Problem>> {
            let loaders = Session::of(ctx).loads::<domain::problem::Problem>()?;
            let found = loaders.by_column("duplicate_of_id", self.record().id.to_string(), first).await?;
            Ok(found.into_iter().map(Problem::from).collect())
        }
    }
}

enum_filter!(ProblemStateFilter of ProblemState);

filter! {
    /// Which problems.
    ProblemFilter {
        /// By state.
        state: ProblemStateFilter => "state",
        /// By priority: 1 (most) to 5.
        priority: IntFilter => "priority",
        /// By title.
        title: StringFilter => "title",
        /// By group.
        group: StringFilter => "group_name",
        /// By person.
        person: StringFilter => "person",
        /// By service.
        service: IdFilter => "service_id",
        /// By the change that removes the cause.
        change: IdFilter => "change_id",
        /// By incidents that they are behind.
        incidents: LinkFilter => "incident",
        /// By configuration items that they are in.
        items: LinkFilter => "item",
        /// By when they were noticed.
        opened_at: InstantFilter => "opened_at",
    }
}

record_api! {
    Problem of domain::problem::Problem, "problem", "problems";
    one problem, many problems, changed problem_changed;
    filter ProblemFilter;
    order {
        /// When it was noticed.
        OpenedAt = "opened_at",
        /// Priority.
        Priority = "priority",
        /// Title.
        Title = "title",
    }
}
